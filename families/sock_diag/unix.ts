/**
 * AF_UNIX: sockets between processes of one machine (unix sockets).
 *
 * ```ts
 * import { unix } from "@linux/netlink/families/sock_diag/unix.ts";
 * for (const s of unix.list({ state: "listen" })) console.log(s.name, s.rqlen?.rqueue, s.inode);
 * ```
 *
 * Source: linux/unix_diag.h, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  type Codec,
  head,
  key,
  mask,
  type Shape,
  shown,
  string,
  type Struct,
  struct,
  text,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { declareSockets } from "./messages.ts";
import {
  AF,
  cookie,
  family,
  INET_DIAG_NOCOOKIE,
  NETLINK_SOCK_DIAG,
  type Shutdown,
  shutdown,
  type SocketFamily,
  SocketMemory,
  type SocketState,
  type SocketType,
  socketType,
  state,
  states,
} from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** UDIAG_SHOW_*: data that a request asks for. */
export type UnixShow = "name" | "vfs" | "peer" | "icons" | "rqlen" | "meminfo" | "uid" | number;

/** A request: struct unix_diag_req. */
export interface UnixRequest {
  /** `unix`. */
  family?: SocketFamily;
  /** Always 0. */
  protocol?: number;
  /** States of the sockets to list. */
  states?: readonly SocketState[];
  /** Inode of a single socket; absent in a dump of all. */
  inode?: number;
  /** Data that the request asks for. */
  show?: readonly UnixShow[];
  /** Cookie of the single socket. */
  cookie?: bigint;
}

/** Wire form of {@linkcode UnixRequest}. */
export const UnixRequest: Struct<UnixRequest> = struct(24, (): Shape<UnixRequest> => ({
  family: [0, family],
  protocol: [1, u8],
  states: [4, states as Codec<readonly SocketState[]>],
  inode: [8, u32],
  show: [
    12,
    mask(u32, { name: 1, vfs: 2, peer: 4, icons: 8, rqlen: 16, meminfo: 32, uid: 64 }) as Codec<readonly UnixShow[]>,
  ],
  cookie: [16, cookie],
}));

/** The file that a socket is bound to: struct unix_diag_vfs. */
export interface UnixVfs {
  /** Inode of the file. */
  inode?: number;
  /** Device of the file, in the kernel's numbering: `major << 20 | minor`. */
  dev?: number;
}

/** Wire form of {@linkcode UnixVfs}. */
export const UnixVfs: Struct<UnixVfs> = struct(8, (): Shape<UnixVfs> => ({ inode: [0, u32], dev: [4, u32] }));

/** Lengths of a socket's queues: struct unix_diag_rqlen. */
export interface UnixRqlen {
  /** Bytes to be read; of a listening socket, the number of connections to be accepted. */
  rqueue?: number;
  /** Bytes sent but not read yet; of a listening socket, the limit of connections to be accepted. */
  wqueue?: number;
}

/** Wire form of {@linkcode UnixRqlen}. */
export const UnixRqlen: Struct<UnixRqlen> = struct(8, (): Shape<UnixRqlen> => ({ rqueue: [0, u32], wqueue: [4, u32] }));

/** A unix socket: struct unix_diag_msg and UNIX_DIAG_*. */
export interface UnixSocket {
  /** `unix`. */
  family: SocketFamily;
  /** Type of the socket. */
  type: SocketType;
  /** State: `established`, `listen` or `close`; datagram sockets are in `close` too. */
  state: SocketState;
  /** Inode: that of `socket:[…]` in /proc/PID/fd. */
  inode: number;
  /** Unique number of the socket, u64. */
  cookie: bigint;
  /** Path, or abstract name, which begins with `\0` and may contain more of them. Absent if the socket has no name. */
  name?: string;
  /** The file that it is bound to. */
  vfs?: UnixVfs;
  /** Inode of the peer. */
  peer?: number;
  /** Inodes of the connections to be accepted, of a listening socket. */
  icons?: readonly number[];
  /** Lengths of its queues. */
  rqlen?: UnixRqlen;
  /** Memory of the socket. */
  meminfo?: SocketMemory;
  /** Directions that are shut down. */
  shutdown?: Shutdown;
  /** Number of the user that owns it; since Linux 5.4. */
  uid?: number;
}

const path: Codec<string> = string(108);

/** Codec of a socket's name: a path ends with NUL; an abstract name begins with NUL and has none at its end. */
const name: Codec<string> = {
  name: "a name",
  decode(from, at, end, owner) {
    if (from.bytes[at] !== 0) return path.decode(from, at, end, owner);
    const parts: string[] = [];
    for (let start = at, stop = at; stop <= end; stop++) {
      if (stop < end && from.bytes[stop] !== 0) continue;
      parts.push(text.decode(from, start, stop, owner));
      start = stop + 1;
    }
    return parts.join("\0");
  },
  encode(value, to, owner) {
    if (typeof value !== "string") to.fail(TypeError, `expected a string, got ${shown(value)}`);
    for (const part of value.split("\0")) path.encode(part, to, owner);
    if (value.startsWith("\0")) to.length--;
  },
};

/** Wire form of {@linkcode UnixSocket}. */
export const UnixSocket: Attributes<UnixSocket> = attributes((): Shape<UnixSocket> => ({
  family: head(0, family),
  type: head(1, socketType),
  state: head(2, state),
  inode: head(4, u32, key),
  cookie: head(8, cookie, key),
  name: [0, name],
  vfs: [1, UnixVfs],
  peer: [2, u32],
  icons: [3, array(u32)],
  rqlen: [4, UnixRqlen],
  meminfo: [5, SocketMemory],
  shutdown: [6, shutdown],
  uid: [7, u32],
}), { header: 16 });

const ALL: readonly UnixShow[] = ["name", "vfs", "peer", "icons", "rqlen", "meminfo", "uid"];

/** Requests for unix sockets. */
export const UNIX: SocketForm<UnixSocket> = {
  object: "unix socket",
  table: UnixSocket,
  request: {
    codec: UnixRequest as Codec<unknown, never>,
    list: (states) => ({ family: AF.unix, states, show: ALL }),
    get: (key) => ({ family: AF.unix, states: 0xffffffff, show: ALL, cookie: INET_DIAG_NOCOOKIE, ...key }),
  },
  describe: (value) => String((value as UnixSocket).inode ?? (value as UnixSocket).name?.replaceAll("\0", "@") ?? ""),
  module: ["unix_diag", "CONFIG_UNIX_DIAG"],
};

declareSockets(AF.unix, UnixRequest, UnixSocket);

/** The unix sockets of this namespace, on a socket that the first use opens. */
export const unix: Sockets<UnixSocket> = new Sockets(UNIX, onShared(NETLINK_SOCK_DIAG));
