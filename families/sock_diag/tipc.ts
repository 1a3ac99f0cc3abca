/**
 * AF_TIPC: sockets of a cluster, by service instead of machine.
 *
 * Their messages have no header: all is in one nest, whose fields are the object's here.
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

/** TIPC_*: states, of which some have the numbers of others. */
const STATE = { established: 1, connecting: 2, open: 7, disconnecting: 8, listen: 10 } as const;

/** What a socket is doing. */
export type TipcState = "established" | "connecting" | "open" | "disconnecting" | "listen" | number;

/** What is asked: struct tipc_sock_diag_req. */
export interface TipcRequest {
  /** `tipc`. */
  family?: SocketFamily;
  /** 0. */
  protocol?: number;
  /** In which states, a bit each. */
  states?: number;
}

/** Wire form of {@linkcode TipcRequest}. */
export const TipcRequest: Struct<TipcRequest> = struct(8, (): Shape<TipcRequest> => ({
  family: [0, family],
  protocol: [1, u8],
  states: [4, u32],
}));

/** A connection: TIPC_NLA_CON_*. */
export interface TipcCon {
  /** Whether it was made to a service, of which `type` and `inst` tell. */
  flag?: boolean;
  /** The peer's machine. */
  node?: number;
  /** The peer's socket. */
  sock?: number;
  /** The service. */
  type?: number;
  /** Which of its instances. */
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

/** What waits: TIPC_NLA_SOCK_STAT_*. */
export interface TipcStat {
  /** Messages to be read. */
  rcvq?: number;
  /** Messages to be sent. */
  sendq?: number;
  /** Whether it waits for a link. */
  linkCong?: boolean;
  /** Whether it waits for its peer. */
  connCong?: boolean;
  /** Messages that were thrown away. */
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

/** A group that a socket is in: TIPC_NLA_SOCK_GROUP_*. */
export interface TipcGroup {
  /** The group. */
  id?: number;
  /** Whether all may join. */
  open?: boolean;
  /** Whether it is within one machine. */
  nodeScope?: boolean;
  /** Whether it is within the cluster. */
  clusterScope?: boolean;
  /** Who the socket is in it. */
  instance?: number;
  /** Number of the next broadcast. */
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

/** A socket: TIPC_NLA_SOCK_*. */
export interface TipcSocket {
  /** Its machine. */
  addr?: number;
  /** Its number there. */
  ref?: number;
  /** Its connection. */
  con?: TipcCon;
  /** Whether it offers services. */
  hasPubl?: boolean;
  /** What waits. */
  stat?: TipcStat;
  /** What kind. */
  type?: SocketType;
  /** Its inode. */
  inode?: number;
  /** The user that it belongs to. */
  uid?: number;
  /** What it is doing. */
  state?: TipcState;
  /** What tells it from all others. */
  cookie?: bigint;
  /** The group that it is in. */
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

/** How TIPC sockets are asked for. */
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
