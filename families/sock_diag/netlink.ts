/**
 * AF_NETLINK: netlink sockets.
 *
 * ```ts
 * import { netlink } from "@linux/netlink/families/sock_diag/netlink.ts";
 * for (const s of netlink.list({ protocol: "route" })) console.log(s.portid, s.groups);
 * ```
 *
 * Source: linux/netlink_diag.h, linux/netlink.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  key,
  mask,
  type Shape,
  shown,
  type Struct,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { declareSockets } from "./messages.ts";
import {
  AF,
  cookie,
  family,
  NETLINK_SOCK_DIAG,
  type SocketFamily,
  SocketMemory,
  type SocketType,
  socketType,
} from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** NDIAG_SHOW_*: data that a request asks for. */
export type NetlinkShow = "meminfo" | "groups" | "ring_cfg" | "flags" | number;

/** NETLINK_*: protocols of netlink by name. */
export const NETLINK_PROTOCOL = {
  route: 0,
  unused: 1,
  usersock: 2,
  firewall: 3,
  sock_diag: 4,
  nflog: 5,
  xfrm: 6,
  selinux: 7,
  iscsi: 8,
  audit: 9,
  fib_lookup: 10,
  connector: 11,
  netfilter: 12,
  ip6_fw: 13,
  dnrtmsg: 14,
  kobject_uevent: 15,
  generic: 16,
  scsitransport: 18,
  ecryptfs: 19,
  rdma: 20,
  crypto: 21,
  smc: 22,
} as const;

/** A protocol of netlink, by name or number. */
export type NetlinkProtocol = keyof typeof NETLINK_PROTOCOL | number;

const protocol: Codec<NetlinkProtocol> = enumeration(u8, NETLINK_PROTOCOL);

/** NDIAG_PROTO_ALL: selects the sockets of all protocols. */
export const NDIAG_PROTO_ALL = 255;

/** A request: struct netlink_diag_req. */
export interface NetlinkRequest {
  /** `netlink`. */
  family?: SocketFamily;
  /** Protocol of the sockets; {@linkcode NDIAG_PROTO_ALL} for all. */
  protocol?: NetlinkProtocol;
  /** Ignored by the kernel. */
  inode?: number;
  /** Data that the request asks for. */
  show?: readonly NetlinkShow[];
  /** Ignored by the kernel. */
  cookie?: bigint;
}

/** Wire form of {@linkcode NetlinkRequest}. */
export const NetlinkRequest: Struct<NetlinkRequest> = struct(20, (): Shape<NetlinkRequest> => ({
  family: [0, family],
  protocol: [1, protocol],
  inode: [4, u32],
  show: [8, mask(u32, { meminfo: 1, groups: 2, ring_cfg: 4, flags: 8 }) as Codec<readonly NetlinkShow[]>],
  cookie: [12, cookie],
}));

/** A ring of messages in memory shared by the kernel and a process, in Linux 3.10 to 4.6: struct netlink_diag_ring. */
export interface NetlinkRing {
  /** Size of a block in bytes. */
  blockSize?: number;
  /** Number of blocks. */
  blockNr?: number;
  /** Size of a frame in bytes. */
  frameSize?: number;
  /** Number of frames. */
  frameNr?: number;
}

/** Wire form of {@linkcode NetlinkRing}. */
export const NetlinkRing: Struct<NetlinkRing> = struct(16, (): Shape<NetlinkRing> => ({
  blockSize: [0, u32],
  blockNr: [4, u32],
  frameSize: [8, u32],
  frameNr: [12, u32],
}));

/** A flag of a netlink socket: NDIAG_FLAG_*. */
export type NetlinkFlag =
  | "cb_running"
  | "pktinfo"
  | "broadcast_error"
  | "no_enobufs"
  | "listen_all_nsid"
  | "cap_ack"
  | number;

/** States of netlink sockets: `close` until a socket first had a peer. */
const STATE = { unconnected: 0, connected: 1, close: 7 } as const;

/** A netlink socket: struct netlink_diag_msg and NETLINK_DIAG_*. */
export interface NetlinkSocket {
  /** `netlink`. */
  family: SocketFamily;
  /** `raw` or `dgram`, which mean the same. */
  type: SocketType;
  /** Protocol of netlink. */
  protocol: NetlinkProtocol;
  /** State: connected to a peer or not. */
  state: "unconnected" | "connected" | "close" | number;
  /** Port id; 0 for the kernel's own socket, or for one that is not bound yet. */
  portid: number;
  /** Port id of its peer. */
  dstPortid: number;
  /** Number of the multicast group that it sends to; 0 for none. */
  dstGroup: number;
  /** Inode; 0 for the kernel's own socket. */
  inode: number;
  /** Unique number of the socket, u64. */
  cookie: bigint;
  /** Memory of the socket. */
  meminfo?: SocketMemory;
  /** Numbers of the multicast groups that it joined. */
  groups?: readonly number[];
  /** Ring of received messages. */
  rxRing?: NetlinkRing;
  /** Ring of messages to send. */
  txRing?: NetlinkRing;
  /** Flags of the socket; since Linux 4.20. */
  flags?: readonly NetlinkFlag[];
}

/** Codec of multicast groups: a bit mask of whole longs. */
const groups: Codec<readonly number[]> = {
  name: "groups",
  decode(from, at, end) {
    const found: number[] = [];
    for (let place = at; place < end; place++) {
      for (let bit = 0; bit < 8; bit++) {
        if ((from.bytes[place]! & 1 << bit) !== 0) found.push(8 * (place - at) + bit + 1);
      }
    }
    return found;
  },
  encode(value, to) {
    if (!Array.isArray(value) || value.some((group) => !Number.isInteger(group) || group < 1 || group > 0x10000)) {
      to.fail(TypeError, `expected numbers of groups from 1 on, got ${shown(value)}`);
    }
    const at = to.grow(8 * Math.ceil(Math.max(0, ...value) / 64));
    for (const group of value) to.bytes[at + (group - 1 >> 3)]! |= 1 << (group - 1 & 7);
  },
};

/** Wire form of {@linkcode NetlinkSocket}. */
export const NetlinkSocket: Attributes<NetlinkSocket> = attributes((): Shape<NetlinkSocket> => ({
  family: head(0, family),
  type: head(1, socketType),
  protocol: head(2, protocol),
  state: head(3, enumeration(u8, STATE)),
  portid: head(4, u32),
  dstPortid: head(8, u32),
  dstGroup: head(12, u32),
  inode: head(16, u32, key),
  cookie: head(20, cookie, key),
  meminfo: [0, SocketMemory],
  groups: [1, groups],
  rxRing: [2, NetlinkRing],
  txRing: [3, NetlinkRing],
  flags: [
    4,
    mask(u32, {
      cb_running: 1,
      pktinfo: 2,
      broadcast_error: 4,
      no_enobufs: 8,
      listen_all_nsid: 16,
      cap_ack: 32,
    }) as Codec<readonly NetlinkFlag[]>,
  ],
}), { header: 28 });

/** Requests for netlink sockets. */
export const NETLINK: SocketForm<NetlinkSocket> = {
  object: "netlink socket",
  table: NetlinkSocket,
  states: STATE,
  request: {
    codec: NetlinkRequest as Codec<unknown, never>,
    list: () => ({ family: AF.netlink, protocol: NDIAG_PROTO_ALL, show: ["meminfo", "groups", "ring_cfg", "flags"] }),
  },
  describe: (value) => String((value as NetlinkSocket).inode ?? (value as NetlinkSocket).cookie ?? ""),
  module: ["netlink_diag", "CONFIG_NETLINK_DIAG"],
};

declareSockets(AF.netlink, NetlinkRequest, NetlinkSocket);

/** The netlink sockets of this namespace, on a socket that the first use opens. */
export const netlink: Sockets<NetlinkSocket> = new Sockets(NETLINK, onShared(NETLINK_SOCK_DIAG));
