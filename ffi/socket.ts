/**
 * A netlink socket: opens in a namespace, binds, sets socket options, and sends and receives datagrams of any content.
 *
 * Source: linux/netlink.h, bits/socket.h, net/if.h, v7.2; netlink(7), recvmsg(2), netdevice(7).
 * @module
 */
import { ERRNO, NetlinkError, SystemError } from "./errors.ts";
import type { Pointer } from "./libc.ts";
import { inNetns, type Netns } from "./netns.ts";
import { addressOf, check, errno, libc, pointerOf } from "./runtime.ts";
import { decodeText, encodeText } from "./text.ts";

/** The kernel's socket options of level SOL_NETLINK. */
export const NETLINK_OPTIONS = {
  NETLINK_ADD_MEMBERSHIP: 1,
  NETLINK_DROP_MEMBERSHIP: 2,
  NETLINK_PKTINFO: 3,
  NETLINK_BROADCAST_ERROR: 4,
  NETLINK_NO_ENOBUFS: 5,
  NETLINK_LISTEN_ALL_NSID: 8,
  NETLINK_LIST_MEMBERSHIPS: 9,
  NETLINK_CAP_ACK: 10,
  NETLINK_EXT_ACK: 11,
  NETLINK_GET_STRICT_CHK: 12,
} as const;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SOL_NETLINK = 270;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_PASSCRED = 16;
const SO_ATTACH_FILTER = 26;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SCM_CREDENTIALS = 2;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const SIOCGIFNAME = 0x8910;
const SIOCGIFINDEX = 0x8933;
const IFNAMSIZ = 16;

/** The protocol and the namespace of a new socket. */
export interface SocketOptions {
  /** The number of the protocol: 0 is NETLINK_ROUTE. */
  protocol: number;
  /** The protocol's name, for messages. */
  protocolName?: string;
  /**
   * The network namespace to open it in: a name that `ip netns` knows, a path, the number of a process, or an open one.
   */
  netns?: string | number | Netns;
}

/** The sender of a datagram. The kernel vouches for it. */
export interface Credentials {
  /** The process's number, 0 for the kernel. */
  pid: number;
  /** The user's number. */
  uid: number;
  /** The group's number. */
  gid: number;
}

/** A received datagram. The same object and the same memory serve the next one. */
export interface Received {
  /** The memory whose start holds the datagram. */
  bytes: Uint8Array;
  /** A view of the same memory. */
  view: DataView;
  /** The length of the datagram in bytes. */
  length: number;
  /** The sender's port, 0 for the kernel. */
  port: number;
  /** The number of the multicast group that it was sent to, 0 for none. */
  groups: number;
  /**
   * The number that the socket's namespace has for the datagram's namespace, if that is another
   * (NETLINK_LISTEN_ALL_NSID).
   */
  nsid: number | undefined;
  /** The sender, if {@linkcode Socket.passCredentials} asked for it. */
  credentials: Credentials | undefined;
}

// The offsets of recvmsg()'s structs in one piece of memory (64-bit, little-endian; msghdr is the same in glibc and
// musl). The memory holds its own addresses, so it must not move: views first, address last, and the socket keeps the
// memory.
const MSGHDR = 0; // name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48; 56 bytes
const IOVEC = 56; // base 0, len 8; 16 bytes. A second one is for bytes that do not fit the first
const NAME = 88; // struct sockaddr_nl: family 0, pid 4, groups 8; 12 bytes, then 4 of padding
const CONTROL = 104; // struct cmsghdr: len 0, level 8, type 12, data 16
const CONTROL_LENGTH = 128; // group, nsid and credentials need 24 + 24 + 32
const MEMORY_LENGTH = CONTROL + CONTROL_LENGTH;
// The memory of sendmsg() has the first three; its name is the receiver.
const SENDING_LENGTH = NAME + 16;

// The same offsets as indices of 32-bit words.
const NAMELEN = (MSGHDR + 8) >> 2;
const IOVLEN = (MSGHDR + 24) >> 2;
const LENGTH = (IOVEC + 8) >> 2;
const CONTROLLEN = (MSGHDR + 40) >> 2;
const PORT = (NAME + 4) >> 2;
const GROUPS = (NAME + 8) >> 2;

/** The first receive memory, in bytes. The kernel never makes a part of a dump larger than this (measured). */
const FIRST_BUFFER = 32 * 1024;
/**
 * The memory for bytes that do not fit a socket's own, so that no call is needed to ask for the length of a datagram.
 * The kernel makes none longer than 4 MiB. Pages that are never written take no memory.
 */
let overflow: Uint8Array | undefined;
const OVERFLOW = 4 * 1024 * 1024;
const LONGEST_POLL = 0x7fffffff;
/** The kernel doubles the size of a buffer that it is asked for, and keeps it as an int. */
const LARGEST_BUFFER = 0x3fffffff;

// Scratch memory for calls that are over before anything else runs.
const value = new Int32Array(new ArrayBuffer(4));
const valueBytes = new Uint8Array(value.buffer);
const size = new Int32Array(new ArrayBuffer(4));
const sizeBytes = new Uint8Array(size.buffer);
/** struct ifreq: ifr_name 0, ifr_ifindex 16; 40 bytes */
const request = new Uint8Array(new ArrayBuffer(40));
const requestWords = new Int32Array(request.buffer);

/** Waits for sockets, once the first wait has loaded it. */
let readiness: typeof import("./readiness.ts") | undefined;

/** A netlink socket. Once it is closed, every use of it throws a NetlinkError with code CLOSED. */
export class Socket implements Disposable {
  /** The file descriptor. */
  readonly fd: number;
  /** The port that the kernel chose for it. */
  readonly port: number;
  readonly #protocol: string;
  #closed = false;
  #knowsGroups = false;

  readonly #memory: ArrayBuffer = new ArrayBuffer(MEMORY_LENGTH);
  readonly #words: Int32Array = new Int32Array(this.#memory);
  readonly #longs: BigInt64Array = new BigInt64Array(this.#memory);
  readonly #msghdr: Pointer;
  readonly #received: Received;
  readonly #sending: ArrayBuffer = new ArrayBuffer(SENDING_LENGTH);
  readonly #to: Int32Array = new Int32Array(this.#sending);
  readonly #toLongs: BigInt64Array = new BigInt64Array(this.#sending);
  readonly #toMsghdr: Pointer;
  /** The memory whose address is in the msghdr of sendmsg(): a writer sends the same memory again and again. */
  #sent: Uint8Array | undefined;
  /** struct pollfd: fd 0, events and revents 4 */
  readonly #pollfd: Int32Array = new Int32Array(new ArrayBuffer(8));
  readonly #pollfdBytes: Uint8Array = new Uint8Array(this.#pollfd.buffer);

  /**
   * Opens a socket and lets the kernel choose its port.
   *
   * @param options the protocol and the namespace
   * @throws {SystemError} EPROTONOSUPPORT: the kernel does not speak the protocol; ENOENT: no such namespace
   */
  constructor(options: SocketOptions) {
    const { protocol, protocolName, netns } = options;
    this.#protocol = protocolName ?? `netlink protocol ${protocol}`;
    const what = `open a ${this.#protocol} socket`;
    const open = (): number => check(libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), "socket", what);
    this.fd = netns === undefined ? open() : inNetns(netns, open);
    try {
      this.port = this.#bind();
    } catch (error) {
      libc().close(this.fd);
      throw error;
    }
    this.#pollfd[0] = this.fd;
    this.#pollfd[1] = POLLIN;
    const base = addressOf(this.#memory);
    this.#longs[MSGHDR >> 3] = base + BigInt(NAME);
    this.#longs[(MSGHDR + 16) >> 3] = base + BigInt(IOVEC);
    this.#longs[(MSGHDR + 32) >> 3] = base + BigInt(CONTROL);
    overflow ??= new Uint8Array(new ArrayBuffer(OVERFLOW));
    this.#longs[(IOVEC + 16) >> 3] = addressOf(overflow.buffer as ArrayBuffer);
    this.#longs[(IOVEC + 24) >> 3] = BigInt(OVERFLOW);
    this.#words[IOVLEN] = 2;
    this.#msghdr = pointerOf(this.#memory);
    const sending = addressOf(this.#sending);
    this.#toLongs[MSGHDR >> 3] = sending + BigInt(NAME);
    this.#toLongs[(MSGHDR + 16) >> 3] = sending + BigInt(IOVEC);
    this.#to[NAMELEN] = 12;
    this.#to[IOVLEN] = 1;
    this.#to[NAME >> 2] = AF_NETLINK;
    this.#toMsghdr = pointerOf(this.#sending);
    this.#received = {
      bytes: new Uint8Array(0),
      view: new DataView(new ArrayBuffer(0)),
      length: 0,
      port: 0,
      groups: 0,
      nsid: undefined,
      credentials: undefined,
    };
    this.#allocate(FIRST_BUFFER);
  }

  #bind(): number {
    const name = new Int32Array(new ArrayBuffer(12)), bytes = new Uint8Array(name.buffer);
    name[0] = AF_NETLINK;
    const what = `bind a ${this.#protocol} socket`;
    check(libc().bind(this.fd, bytes, 12), "bind", what);
    size[0] = 12;
    check(libc().getsockname(this.fd, bytes, sizeBytes), "getsockname", what);
    return name[1]! >>> 0;
  }

  /** Makes the memory that datagrams are received into, of a length in bytes. */
  #allocate(length: number): void {
    const memory = new ArrayBuffer(length);
    this.#received.bytes = new Uint8Array(memory);
    this.#received.view = new DataView(memory);
    this.#longs[IOVEC >> 3] = addressOf(memory);
    this.#longs[(IOVEC + 8) >> 3] = BigInt(length);
  }

  /** True once {@linkcode close} was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Returns the file descriptor, or throws if the socket is closed. */
  #use(what: string): number {
    if (this.#closed) throw new NetlinkError(`Cannot ${what}: the ${this.#protocol} socket is closed`, "CLOSED");
    return this.fd;
  }

  /**
   * Sends one datagram.
   *
   * @param bytes the memory whose start holds the datagram
   * @param length the length of the datagram in bytes, by default all of the memory
   * @param port the receiver's port: 0, the default, is the kernel
   * @param groups mask of the first 32 multicast groups to send to, default none
   * @throws {SystemError} EMSGSIZE: larger than the send buffer; ECONNREFUSED: no such receiver; EAGAIN: the receiver's
   * buffer is full
   */
  send(bytes: Uint8Array, length: number = bytes.length, port = 0, groups = 0): void {
    const fd = this.#use("send"), to = this.#to;
    if (bytes !== this.#sent) {
      this.#toLongs[IOVEC >> 3] = addressOf(bytes.buffer as ArrayBuffer) + BigInt(bytes.byteOffset);
      this.#sent = bytes;
    }
    to[LENGTH] = length;
    to[PORT] = port;
    to[GROUPS] = groups;
    while (libc().sendmsg(fd, this.#toMsghdr, MSG_DONTWAIT) < 0) {
      const error = errno();
      if (error === ERRNO.EINTR) continue;
      // A multicast also goes to port 0, and goes there last: the groups have it even if the kernel does not listen.
      if (error === ERRNO.ECONNREFUSED && groups !== 0 && port === 0) return;
      throw new SystemError("sendmsg", error, `send ${length} bytes to ${this.#protocol}`);
    }
  }

  /**
   * Receives one datagram. The memory grows if the datagram does not fit.
   *
   * @param timeout time to wait in ms: 0, the default, does not wait, Infinity waits forever. Nothing else of this
   * thread runs.
   * @returns the datagram, valid until the next call; undefined if none came
   * @throws {SystemError} ENOBUFS: datagrams were lost
   * @throws {NetlinkError} EMSGSIZE: one was longer than 4 MiB, which only another process can send
   */
  receive(timeout = 0): Received | undefined {
    const fd = this.#use("receive");
    let deadline = 0;
    while (true) {
      const length = this.#recvmsg(fd);
      if (length >= 0) return this.#describe(length);
      if (timeout <= 0) return undefined;
      if (deadline === 0) deadline = performance.now() + timeout;
      if (!this.#poll(deadline - performance.now())) return undefined;
    }
  }

  /** Calls recvmsg(); returns -1 if there is no datagram. */
  #recvmsg(fd: number): number {
    const words = this.#words;
    while (true) {
      words[NAMELEN] = 12;
      words[CONTROLLEN] = CONTROL_LENGTH;
      const length = libc().recvmsg(fd, this.#msghdr, MSG_TRUNC | MSG_DONTWAIT);
      if (length >= 0) return length;
      const error = errno();
      if (error === ERRNO.EAGAIN) return -1;
      if (error !== ERRNO.EINTR) throw new SystemError("recvmsg", error, `receive from ${this.#protocol}`);
    }
  }

  /** Waits up to a time in ms, blocking the thread; returns false if nothing came. */
  #poll(timeout: number): boolean {
    if (timeout <= 0) return false;
    const ms = timeout === Infinity ? -1 : Math.min(Math.ceil(timeout), LONGEST_POLL);
    const ready = libc().poll(this.#pollfdBytes, 1, ms);
    if (ready >= 0) return ready > 0 || timeout > ms && ms !== -1;
    const error = errno();
    if (error === ERRNO.EINTR) return true; // the caller looks again, and waits for the rest of the time
    throw new SystemError("poll", error, `wait for ${this.#protocol}`);
  }

  /** Makes the memory larger, and joins the datagram's two parts in it. */
  #join(length: number): void {
    const { bytes } = this.#received, rest = length - bytes.length;
    if (rest > OVERFLOW) {
      throw new NetlinkError(
        `Cannot receive from ${this.#protocol}: a message of ${length} bytes is too long, and is lost`,
        "EMSGSIZE",
      );
    }
    this.#allocate(2 ** Math.ceil(Math.log2(length)));
    this.#received.bytes.set(bytes);
    this.#received.bytes.set(overflow!.subarray(0, rest), bytes.length);
  }

  #describe(length: number): Received {
    const words = this.#words;
    const received = this.#received;
    if (length > received.bytes.length) this.#join(length);
    received.length = length;
    received.port = words[PORT]! >>> 0;
    received.groups = words[GROUPS] === 0 ? 0 : 32 - Math.clz32(words[GROUPS]!);
    received.nsid = undefined;
    received.credentials = undefined;
    const end = (CONTROL + words[CONTROLLEN]!) >> 2;
    for (let at = CONTROL >> 2; at + 4 <= end;) {
      const level = words[at + 2];
      const type = words[at + 3];
      if (level === SOL_NETLINK && type === NETLINK_OPTIONS.NETLINK_PKTINFO) {
        received.groups = words[at + 4]! >>> 0;
      } else if (level === SOL_NETLINK && type === NETLINK_OPTIONS.NETLINK_LISTEN_ALL_NSID) {
        received.nsid = words[at + 4]!;
      } else if (level === SOL_SOCKET && type === SCM_CREDENTIALS) {
        received.credentials = { pid: words[at + 4]!, uid: words[at + 5]! >>> 0, gid: words[at + 6]! >>> 0 };
      }
      at += ((words[at]! + 7) & ~7) >> 2; // at least its own header of 16 bytes
    }
    return received;
  }

  /**
   * Sets an option of level SOL_NETLINK.
   *
   * @param name one of {@linkcode NETLINK_OPTIONS}
   * @param to 1 or 0, or the number of a group
   * @returns false if this kernel does not know the option
   */
  setOption(name: number, to: number): boolean {
    const fd = this.#use("set an option");
    value[0] = to;
    if (libc().setsockopt(fd, SOL_NETLINK, name, valueBytes, 4) >= 0) return true;
    return this.#refused("setsockopt", `set option ${optionName(name)}`, false);
  }

  /**
   * Reads an option of level SOL_NETLINK.
   *
   * @param name one of {@linkcode NETLINK_OPTIONS}
   * @returns 1 or 0; undefined if this kernel does not know the option, or cannot read it back
   */
  getOption(name: number): number | undefined {
    const fd = this.#use("read an option");
    value[0] = 0;
    size[0] = 4;
    if (libc().getsockopt(fd, SOL_NETLINK, name, valueBytes, sizeBytes) >= 0) return value[0];
    return this.#refused("getsockopt", `read option ${optionName(name)}`, undefined);
  }

  /** Returns `unknown` if the kernel does not know the option; throws for any other failure. */
  #refused<T>(call: string, what: string, unknown: T): T {
    const error = errno();
    if (error === ERRNO.ENOPROTOOPT) return unknown;
    throw new SystemError(call, error, `${what} of a ${this.#protocol} socket`);
  }

  /**
   * Asks for a larger receive buffer, beyond net.core.rmem_max if that is allowed (CAP_NET_ADMIN).
   *
   * @param bytes the size to ask for
   * @returns the size in force, in bytes: the kernel doubles it, and keeps it within its limits
   */
  setBuffer(bytes: number): number {
    return this.#setBufferSize(bytes, SO_RCVBUFFORCE, SO_RCVBUF, "receive");
  }

  /**
   * Asks for a larger send buffer, beyond net.core.wmem_max if that is allowed (CAP_NET_ADMIN). It limits the length of
   * a datagram.
   *
   * @param bytes the size to ask for
   * @returns the size in force, in bytes: the kernel doubles it, and keeps it within its limits
   */
  setSendBuffer(bytes: number): number {
    return this.#setBufferSize(bytes, SO_SNDBUFFORCE, SO_SNDBUF, "send");
  }

  #setBufferSize(bytes: number, force: number, option: number, which: string): number {
    const fd = this.#use(`set the ${which} buffer`);
    const what = `set the ${which} buffer of a ${this.#protocol} socket`;
    value[0] = Math.min(bytes, LARGEST_BUFFER);
    if (libc().setsockopt(fd, SOL_SOCKET, force, valueBytes, 4) < 0) {
      check(libc().setsockopt(fd, SOL_SOCKET, option, valueBytes, 4), "setsockopt", what);
    }
    return this.#bufferSize(fd, option, what);
  }

  /**
   * Returns the sizes of the socket's buffers in bytes. The kernel counts all memory that datagrams take against them.
   */
  buffers(): { receive: number; send: number } {
    const fd = this.#use("read the sizes of the buffers"),
      what = `read the sizes of a ${this.#protocol} socket's buffers`;
    return { receive: this.#bufferSize(fd, SO_RCVBUF, what), send: this.#bufferSize(fd, SO_SNDBUF, what) };
  }

  #bufferSize(fd: number, option: number, what: string): number {
    size[0] = 4;
    check(libc().getsockopt(fd, SOL_SOCKET, option, valueBytes, sizeBytes), "getsockopt", what);
    return value[0]!;
  }

  /** Asks the kernel for the {@linkcode Credentials} of every sender. */
  passCredentials(): void {
    value[0] = 1;
    const result = libc().setsockopt(this.#use("ask for credentials"), SOL_SOCKET, SO_PASSCRED, valueBytes, 4);
    check(result, "setsockopt", `ask for credentials on a ${this.#protocol} socket`);
  }

  /**
   * Sets a classic BPF program that chooses the datagrams that arrive.
   *
   * @param instructions struct sock_filter, 8 bytes each: code 0, jt 2, jf 3, k 4
   * @throws {SystemError} EINVAL: the kernel does not accept the program
   */
  attachFilter(instructions: Uint8Array): void {
    const fd = this.#use("attach a filter");
    // The struct sock_fprog (len 0, filter 8; 16 bytes) stores the program's address, so both are in one piece of
    // memory.
    const memory = new ArrayBuffer(16 + instructions.length);
    const bytes = new Uint8Array(memory);
    bytes.set(instructions, 16);
    const view = new DataView(memory);
    view.setUint16(0, instructions.length / 8, true);
    view.setBigUint64(8, addressOf(memory) + 16n, true);
    const result = libc().setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, bytes.subarray(0, 16), 16);
    check(result, "setsockopt", `attach a filter to a ${this.#protocol} socket`);
  }

  /**
   * Joins a multicast group. From then on each datagram carries its group's number, also beyond the 32nd group.
   *
   * @param group the group's number, above 0
   * @throws {SystemError} EINVAL: no such group; EPERM: the user may not join it
   */
  join(group: number): void {
    if (!this.#knowsGroups) this.#knowsGroups = this.setOption(NETLINK_OPTIONS.NETLINK_PKTINFO, 1);
    this.#member(NETLINK_OPTIONS.NETLINK_ADD_MEMBERSHIP, group, `join group ${group}`);
  }

  /**
   * Leaves a multicast group.
   *
   * @param group the group's number, above 0
   */
  leave(group: number): void {
    this.#member(NETLINK_OPTIONS.NETLINK_DROP_MEMBERSHIP, group, `leave group ${group}`);
  }

  #member(option: number, group: number, what: string): void {
    const fd = this.#use(what);
    value[0] = group;
    if (libc().setsockopt(fd, SOL_NETLINK, option, valueBytes, 4) >= 0) return;
    const error = errno();
    const hint = error === ERRNO.EPERM
      ? "the group needs a capability in the user namespace of the network namespace, most of them CAP_NET_ADMIN: run as " +
        "root, or in a user and network namespace of your own"
      : undefined;
    throw new SystemError("setsockopt", error, `${what} of ${this.#protocol}`, { hint });
  }

  /**
   * Returns the name of an interface in the socket's own namespace.
   *
   * @param index the interface's number
   * @returns the name, as {@linkcode decodeText} gives it; undefined if there is no such interface
   */
  interfaceName(index: number): string | undefined {
    const fd = this.#use("look up an interface");
    request.fill(0);
    requestWords[IFNAMSIZ >> 2] = index;
    if (libc().ioctl(fd, SIOCGIFNAME, request) >= 0) return decodeText(request, 0, IFNAMSIZ);
    return noInterface(`look up interface ${index}`);
  }

  /**
   * Returns the number of an interface in the socket's own namespace.
   *
   * @param name the interface's name, or an alternative name; names longer than 15 bytes are not found here
   * @returns the number; undefined if there is no such interface, or the name is longer
   */
  interfaceIndex(name: string): number | undefined {
    const fd = this.#use("look up an interface");
    // The kernel would cut "eth0:1" down to "eth0".
    if (name === "" || /[:\0]/.test(name)) return undefined;
    const bytes = encodeText(name);
    if (bytes.length >= IFNAMSIZ) return undefined;
    request.fill(0);
    request.set(bytes);
    if (libc().ioctl(fd, SIOCGIFINDEX, request) >= 0) return requestWords[IFNAMSIZ >> 2];
    return noInterface(`look up interface "${name}"`);
  }

  /**
   * Waits, without blocking, until there is a datagram or an error to receive.
   *
   * It resolves in a later turn of the event loop even if there is one already.
   *
   * @param options `signal` ends the wait with its reason; `ref: false` lets the process end during the wait
   * @throws {NetlinkError} CLOSED: the socket is or was closed; BUSY: there is a wait already
   */
  async readable(options?: { signal?: AbortSignal; ref?: boolean }): Promise<void> {
    // Loaded here, as a script whose answers are there at once, such as one that lists, needs no event loop.
    readiness ??= await import("./readiness.ts");
    await readiness.waitReadable(this.#use("wait"), options);
  }

  /** Closes the socket. A pending wait fails with code CLOSED. Closing it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    readiness?.forget(this.fd);
    libc().close(this.fd);
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function optionName(option: number): string {
  return Object.entries(NETLINK_OPTIONS).find(([, number]) => number === option)?.[0] ?? String(option);
}

/** Returns undefined after a look-up that found no interface; throws for any other failure. */
function noInterface(what: string): undefined {
  const error = errno();
  if (error !== ERRNO.ENODEV && error !== ERRNO.ENXIO) throw new SystemError("ioctl", error, what);
}
