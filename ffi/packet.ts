/**
 * A packet socket. It receives everything that passes one network interface; an nlmon interface passes the machine's
 * netlink messages.
 *
 * Source: packet(7), linux/if_packet.h, linux/if_ether.h, v7.2.
 * @module
 */
import { ERRNO, NetlinkError, SystemError } from "./errors.ts";
import type { Pointer } from "./libc.ts";
import { inNetns } from "./netns.ts";
import { forget, waitReadable } from "./readiness.ts";
import { addressOf, check, errno, libc, pointerOf } from "./runtime.ts";
import { encodeText } from "./text.ts";

const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 3;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const SIOCGIFINDEX = 0x8933;
const IFNAMSIZ = 16;

/** A packet that passed the interface. The same object and the same memory serve the next one. */
export interface PassingPacket {
  /** The memory whose start holds the packet. */
  readonly bytes: Uint8Array;
  /** The number of bytes received. */
  length: number;
  /** The number of bytes that did not fit. */
  missing: number;
  /** The EtherType of the packet; on an nlmon interface, the netlink protocol. */
  protocol: number;
  /** The interface's hardware type, ARPHRD_*. */
  hardware: number;
  /** The packet's direction, PACKET_*. */
  type: number;
}

// As in socket.ts, one piece of memory holds the structs of recvmsg(): views first, address last.
const MSGHDR = 0, IOVEC = 56, NAME = 72; // struct sockaddr_ll: protocol 2, ifindex 4, hatype 8, pkttype 10; 20 bytes
const MEMORY_LENGTH = NAME + 24;
/** The receive memory, in bytes: more than any datagram of a kernel. Longer ones, which programs may send, are cut. */
const BUFFER = 1 << 18;

/** A packet socket on one interface. */
export class PacketSocket implements Disposable {
  /** The file descriptor. */
  readonly fd: number;
  readonly #dev: string;
  readonly #memory: ArrayBuffer = new ArrayBuffer(MEMORY_LENGTH);
  readonly #view: DataView = new DataView(this.#memory);
  readonly #buffer: ArrayBuffer = new ArrayBuffer(BUFFER);
  readonly #packet: PassingPacket;
  readonly #msghdr: Pointer;
  #closed = false;

  /**
   * Opens a packet socket on the interface called `dev`. Needs CAP_NET_RAW.
   *
   * @param netns the interface's network namespace: a name that `ip netns` knows, a path, or the number of a process
   * @throws {SystemError} EPERM: not root; ENODEV: no such interface
   */
  constructor(dev: string, netns?: string | number) {
    this.#dev = dev;
    const what = `listen on ${JSON.stringify(dev)}`, name = encodeText(dev);
    if (name.length >= IFNAMSIZ) throw new SystemError("ioctl", ERRNO.ENODEV, what);
    // Protocol 0: nothing arrives before the socket is bound to its interface.
    const open = (): number => {
      const fd = libc().socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (fd >= 0) return fd;
      throw new SystemError("socket", errno(), what, { hint: "needs the capability CAP_NET_RAW: run as root" });
    };
    this.fd = netns === undefined ? open() : inNetns(netns, open);
    try {
      const request = new Uint8Array(new ArrayBuffer(40)), words = new DataView(request.buffer);
      request.set(name);
      check(libc().ioctl(this.fd, SIOCGIFINDEX, request), "ioctl", what);
      const address = new Uint8Array(new ArrayBuffer(20)), view = new DataView(address.buffer);
      view.setUint16(0, AF_PACKET, true);
      view.setUint16(2, ETH_P_ALL);
      view.setInt32(4, words.getInt32(IFNAMSIZ, true), true);
      check(libc().bind(this.fd, address, address.length), "bind", what);
    } catch (error) {
      libc().close(this.fd);
      throw error;
    }
    this.#packet = { bytes: new Uint8Array(this.#buffer), length: 0, missing: 0, protocol: 0, hardware: 0, type: 0 };
    const base = addressOf(this.#memory), view = this.#view;
    view.setBigUint64(MSGHDR, base + BigInt(NAME), true);
    view.setBigUint64(MSGHDR + 16, base + BigInt(IOVEC), true);
    view.setBigUint64(MSGHDR + 24, 1n, true);
    view.setBigUint64(IOVEC, addressOf(this.#buffer), true);
    view.setBigUint64(IOVEC + 8, BigInt(BUFFER), true);
    this.#msghdr = pointerOf(this.#memory);
  }

  #use(what: string): number {
    if (this.#closed) throw new NetlinkError(`Cannot ${what}: the socket on ${this.#dev} is closed`, "CLOSED");
    return this.fd;
  }

  /**
   * Receives the next packet, if there is one.
   *
   * @throws {SystemError} ENETDOWN: the interface is down, or went down
   */
  receive(): PassingPacket | undefined {
    const fd = this.#use("receive"), view = this.#view, packet = this.#packet;
    while (true) {
      view.setUint32(MSGHDR + 8, 20, true);
      const length = libc().recvmsg(fd, this.#msghdr, MSG_TRUNC | MSG_DONTWAIT);
      if (length < 0) {
        const error = errno();
        if (error === ERRNO.EAGAIN) return undefined;
        if (error === ERRNO.EINTR) continue;
        throw new SystemError("recvmsg", error, `listen on ${JSON.stringify(this.#dev)}`);
      }
      packet.length = Math.min(length, BUFFER);
      packet.missing = length - packet.length;
      packet.protocol = view.getUint16(NAME + 2);
      packet.hardware = view.getUint16(NAME + 8, true);
      packet.type = view.getUint8(NAME + 10);
      return packet;
    }
  }

  /** Waits, without blocking, until there is a packet or an error to receive. */
  async readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void> {
    await waitReadable(this.#use("wait"), options);
  }

  /** Closes the socket. A pending wait fails with code CLOSED. Closing it again does nothing. */
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
