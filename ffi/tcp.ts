/**
 * A TCP connection with its file descriptor, which no runtime gives for its own connections: the kernel's iSCSI
 * initiator takes it over.
 *
 * Source: tcp(7), ip(7), connect(2).
 * @module
 */
import { ERRNO, NetlinkError, SystemError } from "./errors.ts";
import { forget, waitReadable } from "./readiness.ts";
import { check, errno, libc } from "./runtime.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_NOSIGNAL = 0x4000;

/** A TCP connection. */
export class TcpSocket implements Disposable {
  /** The file descriptor. */
  readonly fd: number;
  readonly #what: string;
  #closed = false;

  private constructor(family: number, what: string) {
    this.#what = what;
    this.fd = check(libc().socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket", what);
  }

  /**
   * Connects.
   *
   * @param address struct sockaddr_in or sockaddr_in6
   * @param what the task, in words that follow "Cannot"
   * @throws {SystemError} ECONNREFUSED: nothing listens there; EHOSTUNREACH and others: there is no way to it
   */
  static async connect(address: Uint8Array, what: string, signal?: AbortSignal): Promise<TcpSocket> {
    const socket = new TcpSocket(address[0]! | address[1]! << 8, what);
    try {
      const on = new Uint8Array([1, 0, 0, 0]);
      check(libc().setsockopt(socket.fd, IPPROTO_TCP, TCP_NODELAY, on, on.length), "setsockopt", what);
      if (libc().connect(socket.fd, address, address.length) < 0) {
        const error = errno();
        if (error !== ERRNO.EINPROGRESS && error !== ERRNO.EINTR) throw new SystemError("connect", error, what);
        await waitReadable(socket.fd, { writable: true, ...(signal === undefined ? {} : { signal }) });
        const value = new Uint8Array(4), length = new Uint8Array([4, 0, 0, 0]);
        check(libc().getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, value, length), "getsockopt", what);
        const result = new DataView(value.buffer).getInt32(0, true);
        if (result !== 0) throw new SystemError("connect", result, what);
      }
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends all bytes. */
  async send(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    let sent = 0;
    while (sent < bytes.length) {
      const rest = bytes.slice(sent), count = libc().sendto(this.fd, rest, rest.length, MSG_NOSIGNAL, NO_ADDRESS, 0);
      if (count >= 0) sent += count;
      else await this.#again("sendto", true, signal);
    }
  }

  /**
   * Receives exactly `length` bytes.
   *
   * @throws {NetlinkError} CLOSED: the other side has closed the connection
   */
  async receive(length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      // This waits a turn of the event loop even if bytes have arrived: another side that sends without end stops nothing.
      await waitReadable(this.fd, signal === undefined ? {} : { signal });
      const part = new Uint8Array(length - at), count = libc().read(this.fd, part, part.length);
      if (count === 0) throw new NetlinkError(`Cannot ${this.#what}: the other side closed the connection`, "CLOSED");
      if (count > 0) {
        bytes.set(part.subarray(0, count), at);
        at += count;
      } else await this.#again("read", false, signal);
    }
    return bytes;
  }

  /** Waits after a call that could do nothing; throws its error otherwise. */
  async #again(call: string, writable: boolean, signal: AbortSignal | undefined): Promise<void> {
    const error = errno();
    if (error === ERRNO.EINTR) return;
    if (error !== ERRNO.EAGAIN) throw new SystemError(call, error, this.#what);
    await waitReadable(this.fd, { writable, ...(signal === undefined ? {} : { signal }) });
  }

  /** Closes the descriptor. Closing it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    forget(this.fd);
    libc().close(this.fd);
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

const NO_ADDRESS: Uint8Array = new Uint8Array(16);
