/**
 * AF_XDP: sockets that a network device's queue fills past the rest of the kernel.
 *
 * Source: linux/xdp_diag.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  key,
  mask,
  type Shape,
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
  count,
  family,
  nameIn,
  NETLINK_SOCK_DIAG,
  type SocketFamily,
  SocketMemory,
  type SocketType,
  socketType,
} from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** XDP_SHOW_*: what to tell of a socket. */
export type XdpShow = "info" | "ring_cfg" | "umem" | "meminfo" | "stats" | number;

/** What is asked: struct xdp_diag_req. */
export interface XdpRequest {
  /** `xdp`. */
  family?: SocketFamily;
  /** 0. */
  protocol?: number;
  /** The kernel makes nothing of it. */
  inode?: number;
  /** What to tell. */
  show?: readonly XdpShow[];
  /** The kernel makes nothing of it. */
  cookie?: bigint;
}

/** Wire form of {@linkcode XdpRequest}. */
export const XdpRequest: Struct<XdpRequest> = struct(20, (): Shape<XdpRequest> => ({
  family: [0, family],
  protocol: [1, u8],
  inode: [4, u32],
  show: [8, mask(u32, { info: 1, ring_cfg: 2, umem: 4, meminfo: 8, stats: 16 }) as Codec<readonly XdpShow[]>],
  cookie: [12, cookie],
}));

/** What a socket is bound to: struct xdp_diag_info. */
export interface XdpInfo {
  /** Number of the interface, 0 for none. */
  ifindex?: number;
  /** Its queue. */
  queueId?: number;
}

/** Wire form of {@linkcode XdpInfo}. */
export const XdpInfo: Struct<XdpInfo> = struct(8, (): Shape<XdpInfo> => ({ ifindex: [0, u32], queueId: [4, u32] }));

/** A ring: struct xdp_diag_ring. */
export interface XdpRing {
  /** Entries. */
  entries?: number;
}

/** Wire form of {@linkcode XdpRing}. */
export const XdpRing: Struct<XdpRing> = struct(4, (): Shape<XdpRing> => ({ entries: [0, u32] }));

/** The memory that frames are in: struct xdp_diag_umem. */
export interface XdpUmem {
  /** Bytes. */
  size?: number;
  /** Its number. */
  id?: number;
  /** Pages. */
  numPages?: number;
  /** Bytes of a frame. */
  chunkSize?: number;
  /** Bytes kept free in front of each frame. */
  headroom?: number;
  /** Number of the interface that it is for. */
  ifindex?: number;
  /** Its queue. */
  queueId?: number;
  /** XDP_DU_F_*: whether the device writes into it itself. */
  flags?: readonly ("zerocopy" | number)[];
  /** Sockets that use it. */
  refs?: number;
}

/** Wire form of {@linkcode XdpUmem}. */
export const XdpUmem: Struct<XdpUmem> = struct(40, (): Shape<XdpUmem> => ({
  size: [0, count],
  id: [8, u32],
  numPages: [12, u32],
  chunkSize: [16, u32],
  headroom: [20, u32],
  ifindex: [24, u32],
  queueId: [28, u32],
  flags: [32, mask(u32, { zerocopy: 1 }) as Codec<readonly ("zerocopy" | number)[]>],
  refs: [36, u32],
}));

/** What became of frames: struct xdp_diag_stats. */
export interface XdpStats {
  /** Received and thrown away. */
  nRxDropped?: number;
  /** Received into places that were none. */
  nRxInvalid?: number;
  /** Received with the ring full. */
  nRxFull?: number;
  /** Received with no place to put them. */
  nFillRingEmpty?: number;
  /** To be sent from places that were none. */
  nTxInvalid?: number;
  /** Nothing to be sent when asked. */
  nTxRingEmpty?: number;
}

/** Wire form of {@linkcode XdpStats}. */
export const XdpStats: Struct<XdpStats> = struct(48, (): Shape<XdpStats> => ({
  nRxDropped: [0, count],
  nRxInvalid: [8, count],
  nRxFull: [16, count],
  nFillRingEmpty: [24, count],
  nTxInvalid: [32, count],
  nTxRingEmpty: [40, count],
}));

/** A socket: struct xdp_diag_msg and XDP_DIAG_*. */
export interface XdpSocket {
  /** `xdp`. */
  family: SocketFamily;
  /** `raw`. */
  type: SocketType;
  /** Its inode. */
  inode: number;
  /** What tells it from all others. */
  cookie: bigint;
  /** What it is bound to. */
  info?: XdpInfo;
  /** The name of the interface that it is bound to. Read-only. */
  dev?: string;
  /** The user that it belongs to. */
  uid?: number;
  /** The ring of what is received. */
  rxRing?: XdpRing;
  /** The ring of what is sent. */
  txRing?: XdpRing;
  /** The memory that frames are in. */
  umem?: XdpUmem;
  /** The ring of places for what is received. */
  umemFillRing?: XdpRing;
  /** The ring of places that were sent from. */
  umemCompletionRing?: XdpRing;
  /** Its memory. */
  meminfo?: SocketMemory;
  /** What became of frames; since Linux 5.9. */
  stats?: XdpStats;
}

/** Wire form of {@linkcode XdpSocket}. */
export const XdpSocket: Attributes<XdpSocket> = attributes((): Shape<XdpSocket> => ({
  family: head(0, family),
  type: head(1, socketType),
  inode: head(4, u32, key),
  cookie: head(8, cookie, key),
  info: [1, XdpInfo],
  dev: nameIn((owner) => (owner as XdpSocket).info?.ifindex),
  uid: [2, u32],
  rxRing: [3, XdpRing],
  txRing: [4, XdpRing],
  umem: [5, XdpUmem],
  umemFillRing: [6, XdpRing],
  umemCompletionRing: [7, XdpRing],
  meminfo: [8, SocketMemory],
  stats: [9, XdpStats],
}), { header: 16 });

/** How XDP sockets are asked for. */
export const XDP: SocketForm<XdpSocket> = {
  object: "XDP socket",
  table: XdpSocket,
  request: {
    codec: XdpRequest as Codec<unknown, never>,
    list: () => ({ family: AF.xdp, show: ["info", "ring_cfg", "umem", "meminfo", "stats"] }),
  },
  describe: (value) => String((value as XdpSocket).inode ?? (value as XdpSocket).cookie ?? ""),
  module: ["xsk_diag", "CONFIG_XDP_SOCKETS_DIAG"],
};

declareSockets(AF.xdp, XdpRequest, XdpSocket);

/** The XDP sockets of this namespace, on a socket that the first use opens. */
export const xdp: Sockets<XdpSocket> = new Sockets(XDP, onShared(NETLINK_SOCK_DIAG));
