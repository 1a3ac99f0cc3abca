/**
 * AF_XDP: sockets that receive frames directly from a queue of a network interface.
 *
 * ```ts
 * import { xdp } from "@linux/netlink/families/sock_diag/xdp.ts";
 * for (const s of xdp.list()) console.log(s.inode, s.cookie);
 * ```
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

/** XDP_SHOW_*: data that a request asks for. */
export type XdpShow = "info" | "ring_cfg" | "umem" | "meminfo" | "stats" | number;

/** A request: struct xdp_diag_req. */
export interface XdpRequest {
  /** `xdp`. */
  family?: SocketFamily;
  /** Always 0. */
  protocol?: number;
  /** Ignored by the kernel. */
  inode?: number;
  /** Data that the request asks for. */
  show?: readonly XdpShow[];
  /** Ignored by the kernel. */
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

/** The interface and queue that a socket is bound to: struct xdp_diag_info. */
export interface XdpInfo {
  /** Index of the interface; 0 for none. */
  ifindex?: number;
  /** Number of the queue. */
  queueId?: number;
}

/** Wire form of {@linkcode XdpInfo}. */
export const XdpInfo: Struct<XdpInfo> = struct(8, (): Shape<XdpInfo> => ({ ifindex: [0, u32], queueId: [4, u32] }));

/** A ring of descriptors: struct xdp_diag_ring. */
export interface XdpRing {
  /** Number of entries. */
  entries?: number;
}

/** Wire form of {@linkcode XdpRing}. */
export const XdpRing: Struct<XdpRing> = struct(4, (): Shape<XdpRing> => ({ entries: [0, u32] }));

/** The memory for frames (UMEM): struct xdp_diag_umem. */
export interface XdpUmem {
  /** Size in bytes. */
  size?: number;
  /** Id of the memory. */
  id?: number;
  /** Number of pages. */
  numPages?: number;
  /** Size of a frame in bytes. */
  chunkSize?: number;
  /** Bytes reserved in front of each frame. */
  headroom?: number;
  /** Index of the interface that uses it. */
  ifindex?: number;
  /** Number of the queue that uses it. */
  queueId?: number;
  /** XDP_DU_F_*: `zerocopy` if the device itself writes into it. */
  flags?: readonly ("zerocopy" | number)[];
  /** Number of sockets that use it. */
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

/** Counters of frames: struct xdp_diag_stats. */
export interface XdpStats {
  /** Received frames that were dropped. */
  nRxDropped?: number;
  /** Received frames dropped because of an invalid descriptor. */
  nRxInvalid?: number;
  /** Received frames dropped because the receive ring was full. */
  nRxFull?: number;
  /** Received frames that found the fill ring empty. */
  nFillRingEmpty?: number;
  /** Frames to send dropped because of an invalid descriptor. */
  nTxInvalid?: number;
  /** Requests to send that found the transmit ring empty. */
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

/** An XDP socket: struct xdp_diag_msg and XDP_DIAG_*. */
export interface XdpSocket {
  /** `xdp`. */
  family: SocketFamily;
  /** Always `raw`. */
  type: SocketType;
  /** Inode: that of `socket:[…]` in /proc/PID/fd. */
  inode: number;
  /** Unique number of the socket, u64. */
  cookie: bigint;
  /** The interface and queue that it is bound to. */
  info?: XdpInfo;
  /** Name of the interface that it is bound to. Read-only. */
  dev?: string;
  /** Number of the user that owns it. */
  uid?: number;
  /** Ring of received frames. */
  rxRing?: XdpRing;
  /** Ring of frames to send. */
  txRing?: XdpRing;
  /** Memory for frames (UMEM). */
  umem?: XdpUmem;
  /** Fill ring: free places for received frames. */
  umemFillRing?: XdpRing;
  /** Completion ring: places whose frames were sent. */
  umemCompletionRing?: XdpRing;
  /** Memory of the socket. */
  meminfo?: SocketMemory;
  /** Counters of frames; since Linux 5.9. */
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

/** Requests for XDP sockets. */
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
