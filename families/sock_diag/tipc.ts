/**
 * AF_TIPC: sockets of a cluster, addressed by service instead of by machine.
 *
 * ```ts
 * import { tipc } from "@linux/netlink/families/sock_diag/tipc.ts";
 * for (const s of tipc.list()) console.log(s);
 * ```
 *
 * Their messages have no header, but a single nest; its fields are those of the object here.
 *
 * Source: linux/tipc_sockets_diag.h, linux/tipc_netlink.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  flag,
  part,
  type Shape,
  type Struct,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { declareSockets } from "./messages.ts";
import { AF, cookie, family, NETLINK_SOCK_DIAG, SOCK, type SocketFamily, type SocketType } from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** TIPC_*: states of sockets; some share the numbers of TCP states. */
const STATE = { established: 1, connecting: 2, open: 7, disconnecting: 8, listen: 10 } as const;

/** State of a TIPC socket. */
export type TipcState = "established" | "connecting" | "open" | "disconnecting" | "listen" | number;

/** A request: struct tipc_sock_diag_req. */
export interface TipcRequest {
  /** `tipc`. */
  family?: SocketFamily;
  /** Always 0. */
  protocol?: number;
  /** States of the sockets to list, as a mask with bit n for state n. */
  states?: number;
}

/** Wire form of {@linkcode TipcRequest}. */
export const TipcRequest: Struct<TipcRequest> = struct(8, (): Shape<TipcRequest> => ({
  family: [0, family],
  protocol: [1, u8],
  states: [4, u32],
}));

/** A connection of a TIPC socket: TIPC_NLA_CON_*. */
export interface TipcCon {
  /** True if it was made to a service: then `type` and `inst` name the service. */
  flag?: boolean;
  /** Number of the peer's machine (node). */
  node?: number;
  /** Number of the peer's socket. */
  sock?: number;
  /** Type of the service. */
  type?: number;
  /** Instance of the service. */
  inst?: number;
}

/** Wire form of {@linkcode TipcCon}. */
export const TipcCon: Attributes<TipcCon> = attributes((): Shape<TipcCon> => ({
  flag: [1, flag],
  node: [2, u32],
  sock: [3, u32],
  type: [4, u32],
  inst: [5, u32],
}));

/** Queues and congestion of a socket: TIPC_NLA_SOCK_STAT_*. */
export interface TipcStat {
  /** Number of messages to be read. */
  rcvq?: number;
  /** Number of messages to be sent. */
  sendq?: number;
  /** True if it waits for a congested link. */
  linkCong?: boolean;
  /** True if it waits for its congested peer. */
  connCong?: boolean;
  /** Number of dropped messages. */
  drop?: number;
}

/** Wire form of {@linkcode TipcStat}. */
export const TipcStat: Attributes<TipcStat> = attributes((): Shape<TipcStat> => ({
  rcvq: [0, u32],
  sendq: [1, u32],
  linkCong: [2, flag],
  connCong: [3, flag],
  drop: [4, u32],
}));

/** A multicast group that a socket joined: TIPC_NLA_SOCK_GROUP_*. */
export interface TipcGroup {
  /** Id of the group. */
  id?: number;
  /** True if the group is open. */
  open?: boolean;
  /** True if the group is limited to this machine. */
  nodeScope?: boolean;
  /** True if the group spans the cluster. */
  clusterScope?: boolean;
  /** Instance of the socket in the group. */
  instance?: number;
  /** Number of the next broadcast to send. */
  bcSendNext?: number;
}

/** Wire form of {@linkcode TipcGroup}. */
export const TipcGroup: Attributes<TipcGroup> = attributes((): Shape<TipcGroup> => ({
  id: [0, u32],
  open: [1, flag],
  nodeScope: [2, flag],
  clusterScope: [3, flag],
  instance: [4, u32],
  bcSendNext: [5, u32],
}));

/** A TIPC socket: TIPC_NLA_SOCK_*. */
export interface TipcSocket {
  /** Number of its machine (node). */
  addr?: number;
  /** Number of the socket on its machine. */
  ref?: number;
  /** The connection. */
  con?: TipcCon;
  /** True if it offers services. */
  hasPubl?: boolean;
  /** Queues and congestion. */
  stat?: TipcStat;
  /** Type of the socket. */
  type?: SocketType;
  /** Inode: that of `socket:[…]` in /proc/PID/fd. */
  inode?: number;
  /** Number of the user that owns it. */
  uid?: number;
  /** State of the socket. */
  state?: TipcState;
  /** Unique number of the socket, u64. */
  cookie?: bigint;
  /** Multicast group that it joined. */
  group?: TipcGroup;
}

const TIPC_NLA_SOCK = 2;

/** Wire form of {@linkcode TipcSocket}. */
export const TipcSocket: Attributes<TipcSocket> = attributes((): Shape<object> => ({})).with(
  part<TipcSocket>({
    addr: [1, u32],
    ref: [2, u32],
    con: [3, TipcCon],
    hasPubl: [4, flag],
    stat: [5, TipcStat],
    type: [6, enumeration(u32, SOCK)],
    inode: [7, u32],
    uid: [8, u32],
    state: [9, enumeration(u32, STATE)],
    cookie: [10, cookie],
    group: [12, TipcGroup],
  }),
  TIPC_NLA_SOCK,
);

/** Requests for TIPC sockets. */
export const TIPC: SocketForm<TipcSocket> = {
  object: "TIPC socket",
  table: TipcSocket,
  states: STATE,
  request: {
    codec: TipcRequest as Codec<unknown, never>,
    list: (states) => ({ family: AF.tipc, states }),
  },
  describe: (value) => String((value as TipcSocket).inode ?? (value as TipcSocket).cookie ?? ""),
  module: ["tipc_diag (diag on kernels before 6.12)", "CONFIG_TIPC_DIAG"],
};

declareSockets(AF.tipc, TipcRequest, TipcSocket);

/** The TIPC sockets of this namespace, on a socket that the first use opens. */
export const tipc: Sockets<TipcSocket> = new Sockets(TIPC, onShared(NETLINK_SOCK_DIAG));
