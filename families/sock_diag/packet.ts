/**
 * AF_PACKET: sockets that receive frames of network interfaces, such as tcpdump's.
 *
 * ```ts
 * import { packet } from "@linux/netlink/families/sock_diag/packet.ts";
 * for (const s of packet.list()) console.log(s.type, s.num, s.dev, s.uid, s.inode);
 * ```
 *
 * Source: linux/packet_diag.h, linux/if_packet.h, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  key,
  mask,
  octets,
  type Shape,
  type Struct,
  struct,
  toHex,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { declareSockets } from "./messages.ts";
import {
  AF,
  cookie,
  family,
  nameIn,
  NETLINK_SOCK_DIAG,
  type SocketFamily,
  SocketMemory,
  type SocketType,
  socketType,
} from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** PACKET_SHOW_*: data that a request asks for. */
export type PacketShow = "info" | "mclist" | "ring_cfg" | "fanout" | "meminfo" | "filter" | number;

/** A request: struct packet_diag_req. */
export interface PacketRequest {
  /** `packet`. */
  family?: SocketFamily;
  /** Always 0. */
  protocol?: number;
  /** Ignored by the kernel. */
  inode?: number;
  /** Data that the request asks for. */
  show?: readonly PacketShow[];
  /** Ignored by the kernel. */
  cookie?: bigint;
}

/** Wire form of {@linkcode PacketRequest}. */
export const PacketRequest: Struct<PacketRequest> = struct(20, (): Shape<PacketRequest> => ({
  family: [0, family],
  protocol: [1, u8],
  inode: [4, u32],
  show: [
    8,
    mask(u32, { info: 1, mclist: 2, ring_cfg: 4, fanout: 8, meminfo: 16, filter: 32 }) as Codec<readonly PacketShow[]>,
  ],
  cookie: [12, cookie],
}));

/** A flag of a packet socket: PDI_*. */
export type PacketFlag = "running" | "auxdata" | "origdev" | "vnethdr" | "loss" | number;

/** Settings of a packet socket: struct packet_diag_info. */
export interface PacketInfo {
  /** Index of the interface that it is bound to; 0 for all. */
  index?: number;
  /** TPACKET_V*: format of the frames in its rings. */
  version?: "v1" | "v2" | "v3" | number;
  /** Bytes reserved in front of each frame in a ring. */
  reserve?: number;
  /** Frames longer than this are also delivered in full outside the ring; 0 for none. */
  copyThresh?: number;
  /** Time stamps of frames: SOF_TIMESTAMPING_* as a mask. */
  tstamp?: number;
  /** Flags of the socket. */
  flags?: readonly PacketFlag[];
}

/** Wire form of {@linkcode PacketInfo}. */
export const PacketInfo: Struct<PacketInfo> = struct(24, (): Shape<PacketInfo> => ({
  index: [0, u32],
  version: [4, enumeration(u32, { v1: 0, v2: 1, v3: 2 })],
  reserve: [8, u32],
  copyThresh: [12, u32],
  tstamp: [16, u32],
  flags: [
    20,
    mask(u32, { running: 1, auxdata: 2, origdev: 4, vnethdr: 8, loss: 16 }) as Codec<readonly PacketFlag[]>,
  ],
}));

/** A link-layer address that a socket asked an interface to receive: struct packet_diag_mclist. */
export interface PacketMclist {
  /** Index of the interface. */
  index?: number;
  /** Number of times that it was asked for. */
  count?: number;
  /** PACKET_MR_*: one multicast or unicast address, all multicast, or all frames. */
  type?: "multicast" | "promisc" | "allmulti" | "unicast" | number;
  /** The address; empty for types that mean all. */
  addr?: string;
}

const MAX_ADDR_LEN = 32;

/** Codec of a link-layer address in 34 bytes: the length in 2 bytes, then 32 bytes. */
const addr: Codec<string, string | Uint8Array> = {
  name: "a link-layer address",
  size: 2 + MAX_ADDR_LEN,
  decode(from, at) {
    const length = Math.min(MAX_ADDR_LEN, from.view.getUint16(at, true));
    return toHex(from.bytes, at + 2, at + 2 + length, ":");
  },
  encode(value, to) {
    const given = octets(value, to);
    if (given.length > MAX_ADDR_LEN) to.fail(RangeError, `expected at most ${MAX_ADDR_LEN} bytes, got ${given.length}`);
    const at = to.grow(2 + MAX_ADDR_LEN);
    to.view.setUint16(at, given.length, true);
    to.bytes.set(given, at + 2);
  },
};

/** Wire form of {@linkcode PacketMclist}. */
export const PacketMclist: Struct<PacketMclist> = struct(44, (): Shape<PacketMclist> => ({
  index: [0, u32],
  count: [4, u32],
  type: [8, enumeration(u16, { multicast: 0, promisc: 1, allmulti: 2, unicast: 3 })],
  addr: [10, addr],
}));

/** A ring of frames in memory shared by the kernel and a process: struct packet_diag_ring. */
export interface PacketRing {
  /** Size of a block in bytes. */
  blockSize?: number;
  /** Number of blocks. */
  blockNr?: number;
  /** Size of a frame in bytes. */
  frameSize?: number;
  /** Number of frames. */
  frameNr?: number;
  /** Milliseconds until the kernel passes a block that is not full to the process; `v3` only. */
  retireTmo?: number;
  /** Bytes of a block that belong to the process; `v3` only. */
  sizeofPriv?: number;
  /** TP_FT_REQ_* as a mask; `v3` only. */
  features?: number;
}

/** Wire form of {@linkcode PacketRing}. */
export const PacketRing: Struct<PacketRing> = struct(28, (): Shape<PacketRing> => ({
  blockSize: [0, u32],
  blockNr: [4, u32],
  frameSize: [8, u32],
  frameNr: [12, u32],
  retireTmo: [16, u32],
  sizeofPriv: [20, u32],
  features: [24, u32],
}));

/**
 * Distribution of frames among the sockets of a fanout group: the argument of setsockopt(PACKET_FANOUT) without flags.
 */
export interface PacketFanout {
  /** Id of the group, 0..65535. */
  id?: number;
  /** PACKET_FANOUT_*: method of distribution. */
  type?: "hash" | "lb" | "cpu" | "rollover" | "rnd" | "qm" | "cbpf" | "ebpf" | number;
}

/** Wire form of {@linkcode PacketFanout}. */
export const PacketFanout: Struct<PacketFanout> = struct(4, (): Shape<PacketFanout> => ({
  id: [0, u16],
  type: [2, enumeration(u16, { hash: 0, lb: 1, cpu: 2, rollover: 3, rnd: 4, qm: 5, cbpf: 6, ebpf: 7 })],
}));

/** An instruction of a classic BPF program: struct sock_filter. */
export interface SockFilter {
  /** Code of the operation. */
  code?: number;
  /** Number of instructions to skip if a comparison is true. */
  jt?: number;
  /** Number of instructions to skip if a comparison is false. */
  jf?: number;
  /** Operand, u32. */
  k?: number;
}

/** Wire form of {@linkcode SockFilter}. */
export const SockFilter: Struct<SockFilter> = struct(8, (): Shape<SockFilter> => ({
  code: [0, u16],
  jt: [2, u8],
  jf: [3, u8],
  k: [4, u32],
}));

/** A packet socket: struct packet_diag_msg and PACKET_DIAG_*. */
export interface PacketSocket {
  /** `packet`. */
  family: SocketFamily;
  /** `raw` receives frames with link-layer headers, `dgram` without. */
  type: SocketType;
  /** EtherType of the frames that it receives; 3 for all. */
  num: number;
  /** Inode: that of `socket:[…]` in /proc/PID/fd. */
  inode: number;
  /** Unique number of the socket, u64. */
  cookie: bigint;
  /** Settings of the socket. */
  info?: PacketInfo;
  /** Name of the interface that it is bound to. Read-only. */
  dev?: string;
  /** Link-layer addresses that it asked interfaces to receive. */
  mclist?: readonly PacketMclist[];
  /** Ring of received frames. */
  rxRing?: PacketRing;
  /** Ring of frames to send. */
  txRing?: PacketRing;
  /** Distribution of frames among the sockets of its fanout group. */
  fanout?: PacketFanout;
  /** Number of the user that owns it. */
  uid?: number;
  /** Memory of the socket. */
  meminfo?: SocketMemory;
  /** Classic BPF program that filters its frames; only with CAP_NET_ADMIN. */
  filter?: readonly SockFilter[];
}

/** Wire form of {@linkcode PacketSocket}. */
export const PacketSocket: Attributes<PacketSocket> = attributes((): Shape<PacketSocket> => ({
  family: head(0, family),
  type: head(1, socketType),
  num: head(2, u16),
  inode: head(4, u32, key),
  cookie: head(8, cookie, key),
  info: [0, PacketInfo],
  dev: nameIn((owner) => (owner as PacketSocket).info?.index),
  mclist: [1, array(PacketMclist)],
  rxRing: [2, PacketRing],
  txRing: [3, PacketRing],
  fanout: [4, PacketFanout],
  uid: [5, u32],
  meminfo: [6, SocketMemory],
  filter: [7, array(SockFilter)],
}), { header: 16 });

/** Requests for packet sockets. */
export const PACKET: SocketForm<PacketSocket> = {
  object: "packet socket",
  table: PacketSocket,
  request: {
    codec: PacketRequest as Codec<unknown, never>,
    list: () => ({ family: AF.packet, show: ["info", "mclist", "ring_cfg", "fanout", "meminfo", "filter"] }),
  },
  describe: (value) => String((value as PacketSocket).inode ?? (value as PacketSocket).cookie ?? ""),
  module: ["af_packet_diag", "CONFIG_PACKET_DIAG"],
};

declareSockets(AF.packet, PacketRequest, PacketSocket);

/** The packet sockets of this namespace, on a socket that the first use opens. */
export const packet: Sockets<PacketSocket> = new Sockets(PACKET, onShared(NETLINK_SOCK_DIAG));
