/**
 * AF_PACKET: sockets that see frames as they come and go, as of tcpdump.
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

/** PACKET_SHOW_*: what to tell of a socket. */
export type PacketShow = "info" | "mclist" | "ring_cfg" | "fanout" | "meminfo" | "filter" | number;

/** What is asked: struct packet_diag_req. */
export interface PacketRequest {
  /** `packet`. */
  family?: SocketFamily;
  /** 0. */
  protocol?: number;
  /** The kernel makes nothing of it. */
  inode?: number;
  /** What to tell. */
  show?: readonly PacketShow[];
  /** The kernel makes nothing of it. */
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

/** A switch of a socket: PDI_*. */
export type PacketFlag = "running" | "auxdata" | "origdev" | "vnethdr" | "loss" | number;

/** How a socket is set up: struct packet_diag_info. */
export interface PacketInfo {
  /** Number of the interface that it is bound to, 0 for all. */
  index?: number;
  /** TPACKET_V*: form of the frames in its rings. */
  version?: "v1" | "v2" | "v3" | number;
  /** Bytes kept free in front of each frame in a ring. */
  reserve?: number;
  /** Frames longer than this are given whole beside a ring, 0 for none. */
  copyThresh?: number;
  /** Which time stamps frames have, SOF_TIMESTAMPING_* as bits. */
  tstamp?: number;
  /** Its switches. */
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

/** Addresses that a socket asked an interface for: struct packet_diag_mclist. */
export interface PacketMclist {
  /** The interface's number. */
  index?: number;
  /** How often it was asked for. */
  count?: number;
  /** PACKET_MR_*: one address, all of a kind. */
  type?: "multicast" | "promisc" | "allmulti" | "unicast" | number;
  /** The address; empty where it is for all of a kind. */
  addr?: string;
}

const MAX_ADDR_LEN = 32;

/** The length of an address and the address, in 2 + 32 bytes. */
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

/** A ring of frames in memory that the kernel and a process share: struct packet_diag_ring. */
export interface PacketRing {
  /** Bytes of a block. */
  blockSize?: number;
  /** Blocks. */
  blockNr?: number;
  /** Bytes of a frame. */
  frameSize?: number;
  /** Frames. */
  frameNr?: number;
  /** Milliseconds until a block that is not full is handed over; of `v3`. */
  retireTmo?: number;
  /** Bytes of a block that are the process's own; of `v3`. */
  sizeofPriv?: number;
  /** TP_FT_REQ_* as bits; of `v3`. */
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

/** How frames are shared out among sockets: what setsockopt(PACKET_FANOUT) was given, but for its flags. */
export interface PacketFanout {
  /** The group. */
  id?: number;
  /** PACKET_FANOUT_*: by what. */
  type?: "hash" | "lb" | "cpu" | "rollover" | "rnd" | "qm" | "cbpf" | "ebpf" | number;
}

/** Wire form of {@linkcode PacketFanout}. */
export const PacketFanout: Struct<PacketFanout> = struct(4, (): Shape<PacketFanout> => ({
  id: [0, u16],
  type: [2, enumeration(u16, { hash: 0, lb: 1, cpu: 2, rollover: 3, rnd: 4, qm: 5, cbpf: 6, ebpf: 7 })],
}));

/** An instruction of a classic BPF program: struct sock_filter. */
export interface SockFilter {
  /** What to do. */
  code?: number;
  /** How far to jump if so. */
  jt?: number;
  /** How far to jump if not. */
  jf?: number;
  /** With what. */
  k?: number;
}

/** Wire form of {@linkcode SockFilter}. */
export const SockFilter: Struct<SockFilter> = struct(8, (): Shape<SockFilter> => ({
  code: [0, u16],
  jt: [2, u8],
  jf: [3, u8],
  k: [4, u32],
}));

/** A socket: struct packet_diag_msg and PACKET_DIAG_*. */
export interface PacketSocket {
  /** `packet`. */
  family: SocketFamily;
  /** `raw`: with link-layer headers, `dgram`: without. */
  type: SocketType;
  /** The EtherType that it sees: 3 is all. */
  num: number;
  /** Its inode. */
  inode: number;
  /** What tells it from all others. */
  cookie: bigint;
  /** How it is set up. */
  info?: PacketInfo;
  /** The name of the interface that it is bound to. Read-only. */
  dev?: string;
  /** Addresses that it asked for. */
  mclist?: readonly PacketMclist[];
  /** The ring of what is received. */
  rxRing?: PacketRing;
  /** The ring of what is sent. */
  txRing?: PacketRing;
  /** How frames are shared out. */
  fanout?: PacketFanout;
  /** The user that it belongs to. */
  uid?: number;
  /** Its memory. */
  meminfo?: SocketMemory;
  /** Its classic BPF program; told to who may see that alone: CAP_NET_ADMIN. */
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

/** How packet sockets are asked for. */
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
