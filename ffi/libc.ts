/**
 * The functions of the C library that this project calls, in one table. Each runtime's adapter turns the table into
 * calls.
 *
 * Results of type ssize_t are declared as i32: no call here moves more than 2 GiB. The structs that go with the calls
 * are described where they are filled in.
 * @module
 */

/**
 * The type of a parameter: C's int, unsigned, size_t or unsigned long, memory for the duration of the call, an address.
 */
export type Kind = "i32" | "u32" | "usize" | "buffer" | "pointer";

/** The types of a call's parameters and of its result. */
export type Signature = readonly [parameters: readonly Kind[], result: "i32" | "pointer"];

/** The functions of libc by name. Each parameter carries its name in the manual page. */
export const symbols = {
  socket: [["i32", /* domain */ "i32", /* type */ "i32" /* protocol */], "i32"],
  bind: [["i32", /* sockfd */ "buffer", /* addr */ "u32" /* addrlen */], "i32"],
  connect: [["i32", /* sockfd */ "buffer", /* addr */ "u32" /* addrlen */], "i32"],
  getsockname: [["i32", /* sockfd */ "buffer", /* addr */ "buffer" /* addrlen, in and out */], "i32"],
  sendto: [
    [
      "i32", /* sockfd */
      "buffer", /* buf */
      "usize", /* len */
      "i32", /* flags */
      "buffer", /* addr */
      "u32", /* addrlen */
    ],
    "i32",
  ],
  sendmsg: [["i32", /* sockfd */ "pointer", /* msg */ "i32" /* flags */], "i32"],
  recvmsg: [["i32", /* sockfd */ "pointer", /* msg */ "i32" /* flags */], "i32"],
  poll: [["buffer", /* fds */ "usize", /* nfds */ "i32" /* timeout, ms */], "i32"],
  ioctl: [["i32", /* fd */ "usize", /* request */ "buffer" /* argp */], "i32"],
  setsockopt: [
    ["i32", /* sockfd */ "i32", /* level */ "i32", /* optname */ "buffer", /* optval */ "u32" /* optlen */],
    "i32",
  ],
  getsockopt: [
    [
      "i32", /* sockfd */
      "i32", /* level */
      "i32", /* optname */
      "buffer", /* optval */
      "buffer", /* optlen, in and out */
    ],
    "i32",
  ],
  open: [["buffer", /* pathname */ "i32", /* flags */ "u32" /* mode */], "i32"],
  close: [["i32" /* fd */], "i32"],
  read: [["i32", /* fd */ "buffer", /* buf */ "usize" /* count */], "i32"],
  write: [["i32", /* fd */ "buffer", /* buf */ "usize" /* count */], "i32"],
  readlink: [["buffer", /* pathname */ "buffer", /* buf */ "usize" /* bufsiz */], "i32"],
  fcntl: [["i32", /* fd */ "i32", /* cmd */ "i32" /* arg */], "i32"],
  flock: [["i32", /* fd */ "i32" /* operation */], "i32"],
  mkdir: [["buffer", /* pathname */ "u32" /* mode */], "i32"],
  unlink: [["buffer" /* pathname */], "i32"],
  setns: [["i32", /* fd */ "i32" /* nstype */], "i32"],
  unshare: [["i32" /* flags */], "i32"],
  mount: [
    [
      "buffer", /* source */
      "buffer", /* target */
      "buffer", /* filesystemtype */
      "usize", /* mountflags */
      "buffer", /* data */
    ],
    "i32",
  ],
  umount2: [["buffer", /* target */ "i32" /* flags */], "i32"],
  /** Used only for getdents64, which not every version of musl exports under the same name. */
  syscall: [["usize", /* number */ "usize", /* fd */ "buffer", /* dirp */ "usize" /* count */], "i32"],
  eventfd: [["u32", /* initval */ "i32" /* flags */], "i32"],
  epoll_create1: [["i32" /* flags */], "i32"],
  epoll_ctl: [["i32", /* epfd */ "i32", /* op */ "i32", /* fd */ "buffer" /* event */], "i32"],
  epoll_wait: [["i32", /* epfd */ "buffer", /* events */ "i32", /* maxevents */ "i32" /* timeout, ms */], "i32"],
  /** Returns the address of the calling thread's errno; glibc and musl both export it. */
  __errno_location: [[], "pointer"],
} as const;

/**
 * The functions that every socket needs. All others are looked up together when the first of them is called: looking up
 * all of them at once takes Deno 5 ms more on a slow machine, where opening a socket takes 1 ms.
 */
export const FIRST: readonly (keyof typeof symbols)[] = [
  "socket",
  "bind",
  "getsockname",
  "sendmsg",
  "recvmsg",
  "ioctl",
  "setsockopt",
  "getsockopt",
  "close",
  "__errno_location",
];

/** An address in the form that the runtime's FFI takes: opaque here, made by {@linkcode Runtime.pointerOf}. */
export interface Pointer {
  /** Never present at run time. The type keeps other values from being taken for pointers. */
  readonly pointer: unique symbol;
}

/** The JavaScript value of each kind. */
export interface KindValue {
  /** int, 32 bits */
  i32: number;
  /** unsigned int, 32 bits */
  u32: number;
  /** size_t, unsigned long: a safe integer */
  usize: number;
  /** Memory that the called function may use until it returns, not longer. */
  buffer: Uint8Array;
  /** An address, as {@linkcode Runtime.pointerOf} makes it. */
  pointer: Pointer;
}

/** The JavaScript values of a list of kinds. */
export type KindValues<Kinds extends readonly Kind[]> = { -readonly [I in keyof Kinds]: KindValue[Kinds[I]] };

/** The call that a signature describes. */
export type Call<Of extends Signature> = (...parameters: KindValues<Of[0]>) => KindValue[Of[1]];

/** The calls of {@linkcode symbols}. */
export type Libc = { readonly [Name in keyof typeof symbols]: Call<(typeof symbols)[Name]> };

/** Asks a runtime's event loop for one call when an epoll file descriptor is ready. */
export interface Waker {
  /** Asks for one call of the callback. Asking again before that call changes nothing. */
  arm(): void;
  /** Withdraws the request. Nothing of the waker keeps the process alive then. */
  disarm(): void;
  /** Sets if an armed waker keeps the process alive; at first it does. */
  setRef(on: boolean): void;
  /** Releases everything that the waker holds. Call it before the epoll descriptor is closed. */
  close(): void;
}

/** The interface that each runtime's adapter implements. */
export interface Runtime {
  /** The runtime's name, for messages. */
  readonly name: "Deno" | "Bun" | "Node";
  /** Opens a library and returns its functions, or throws the runtime's own error. */
  load(library: string, symbols: Readonly<Record<string, Signature>>): Partial<Libc>;
  /** Returns the address of memory. Make its views first, and keep it referenced for as long as the address is used. */
  pointerOf(memory: ArrayBuffer): Pointer;
  /** Returns the same address as a number, to be stored in a struct. */
  addressOf(memory: ArrayBuffer): bigint;
  /** Returns a view of memory that C owns, without copying it. */
  memoryAt(pointer: Pointer, length: number): ArrayBuffer;
  /**
   * Makes a waker for an epoll file descriptor.
   *
   * @param ready looks at the epoll set, returns how many descriptors were ready, and arms the waker again if others
   * wait
   */
  createWaker(libc: Libc, epoll: number, ready: () => number): Waker;
}
