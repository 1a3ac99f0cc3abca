/**
 * The messages of packet queues: NFQA_*.
 *
 * Source: linux/netfilter/nfnetlink_queue.h, linux/netfilter.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  beIfindex,
  bytes,
  type Codec,
  enumeration,
  head,
  type Ifindex,
  mask,
  type Shape,
  struct,
  text,
  u8,
} from "../../../core/codec/mod.ts";
import { PacketExpectation } from "../expectation.ts";
import { PacketFlow } from "../flow.ts";
import { type CtInfo, ctInfo, type NfHook, nfHook, packetHardware, packetTime, PacketVlan } from "../packet_fields.ts";
import { type NfFamily, nfFamily, NFGENMSG } from "../protocol.ts";

/** Numbers of {@linkcode QueueVerdict} by name. */
export const NF = { drop: 0, accept: 1, queue: 3, repeat: 4, stop: 5, queue_bypass: 0x8003 } as const;

/**
 * A verdict on a packet. `repeat` passes it through the same hook again, `stop` accepts it without the hook's further
 * rules, `queue` passes it to another queue; `queue_bypass` too, and accepts it if no program reads that queue.
 */
export type QueueVerdict = keyof typeof NF;

/** Numbers of {@linkcode SkbInfo} by name. */
export const NFQA_SKB = { csumnotready: 1, gso: 2, csum_notverified: 4 } as const;

/**
 * The state of a packet. `csumnotready`: its checksums are not filled in yet; `gso`: it is longer than the link allows
 * and is divided later; `csum_notverified`: nobody has checked its checksums.
 */
export type SkbInfo = keyof typeof NFQA_SKB;

const skbInfo: Codec<readonly (SkbInfo | number)[], readonly (SkbInfo | number)[] | number> = mask(be32, NFQA_SKB);

/** The header of a queued packet. */
export interface QueuePacketHdr {
  /** Number of the packet in its queue. */
  packetId?: number;
  /** Number of the link layer's protocol: 0x0800 is IPv4, 0x86dd IPv6. */
  hwProtocol?: number;
  /** The place where it was queued. */
  hook?: NfHook | number;
}

/** Wire form of {@linkcode QueuePacketHdr}: struct nfqnl_msg_packet_hdr. */
export const QueuePacketHdr: Codec<QueuePacketHdr> = struct<QueuePacketHdr>(7, {
  packetId: [0, be32],
  hwProtocol: [4, be16],
  hook: [6, nfHook],
});

/** A queued packet as the kernel sends it. */
export interface QueuePacket {
  /** The family of the hook: `ip`, `ip6`, `bridge`. */
  family: NfFamily;
  /** Number of the queue. */
  queue: number;
  /** Number, protocol and hook. */
  packetHdr?: QueuePacketHdr;
  /** The mark. */
  mark?: number;
  /** Arrival in ns since 1970; absent for packets of this machine. */
  timestamp?: bigint;
  /** Number of the interface that it arrived at. */
  indev?: Ifindex;
  /** Number of the interface that it leaves through. */
  outdev?: Ifindex;
  /** Number of the bridge's port that it arrived at. */
  physindev?: Ifindex;
  /** Number of the bridge's port that it leaves through. */
  physoutdev?: Ifindex;
  /** The sender's link-layer address. */
  hwaddr?: string;
  /** The packet from its IP header on, or its beginning. */
  payload?: Uint8Array;
  /** Its flow, with option `conntrack`. */
  ct?: PacketFlow;
  /** Its relation to the flow. */
  ctInfo?: CtInfo | number;
  /** Length of the packet, if `payload` is only its beginning. */
  capLen?: number;
  /** State of the packet. */
  skbInfo?: readonly (SkbInfo | number)[];
  /** Number of the user whose socket sent it, with option `uidGid`. */
  uid?: number;
  /** Number of that user's group. */
  gid?: number;
  /** Security context, with option `secctx`. */
  secctx?: string;
  /** VLAN tag, of packets of a bridge. */
  vlan?: PacketVlan;
  /** Link-layer header, of packets of a bridge. */
  l2hdr?: Uint8Array;
  /** Priority. */
  priority?: number;
  /** Class of the sender's control group (net_cls). */
  cgroupClassid?: number;
}

/** Wire form of {@linkcode QueuePacket}: nfgenmsg and NFQA_*. */
export const QueuePacket: Attributes<QueuePacket> = attributes((): Shape<QueuePacket> => ({
  family: head(0, nfFamily),
  queue: head(2, be16),
  packetHdr: [1, QueuePacketHdr],
  mark: [3, be32],
  timestamp: [4, packetTime],
  indev: [5, beIfindex],
  outdev: [6, beIfindex],
  physindev: [7, beIfindex],
  physoutdev: [8, beIfindex],
  hwaddr: [9, packetHardware],
  payload: [10, bytes],
  ct: [11, PacketFlow],
  ctInfo: [12, ctInfo],
  capLen: [13, be32],
  skbInfo: [14, skbInfo],
  uid: [16, be32],
  gid: [17, be32],
  secctx: [18, text],
  vlan: [19, PacketVlan],
  l2hdr: [20, bytes],
  priority: [21, be32],
  cgroupClassid: [22, be32],
}), { header: NFGENMSG });

/** The header of a verdict. */
export interface QueueVerdictHdr {
  /** Number of the queue to pass it to, for the verdict `queue`. */
  queue?: number;
  /** The verdict. */
  verdict?: QueueVerdict | number;
  /** Number of the packet in its queue. */
  id?: number;
}

/** Wire form of {@linkcode QueueVerdictHdr}: struct nfqnl_msg_verdict_hdr, whose first word has two parts. */
export const QueueVerdictHdr: Codec<QueueVerdictHdr> = struct<QueueVerdictHdr>(8, {
  queue: [0, be16],
  verdict: [2, enumeration(be16, NF)],
  id: [4, be32],
});

/** A verdict as it is sent. */
export interface QueueVerdictMessage {
  /** Number of the queue. */
  queue: number;
  /** Verdict and packet. */
  verdictHdr?: QueueVerdictHdr;
  /** New mark. */
  mark?: number;
  /** New packet from its IP header on. */
  payload?: Uint8Array;
  /** Changes of the packet's flow. */
  ct?: PacketFlow;
  /** An expectation to add to the packet's flow. */
  exp?: PacketExpectation;
  /** New VLAN tag, of packets of a bridge. */
  vlan?: PacketVlan;
  /** New link-layer header, of packets of a bridge. */
  l2hdr?: Uint8Array;
  /** New priority. */
  priority?: number;
}

/** Wire form of {@linkcode QueueVerdictMessage}: nfgenmsg and NFQA_*. */
export const QueueVerdictMessage: Attributes<QueueVerdictMessage> = attributes((): Shape<QueueVerdictMessage> => ({
  queue: head(2, be16),
  verdictHdr: [2, QueueVerdictHdr],
  mark: [3, be32],
  payload: [10, bytes],
  ct: [11, PacketFlow],
  exp: [15, PacketExpectation],
  vlan: [19, PacketVlan],
  l2hdr: [20, bytes],
  priority: [21, be32],
}), { header: NFGENMSG });

/** Numbers of commands: struct nfqnl_msg_config_cmd. */
export const NFQNL_CFG_CMD = { bind: 1, unbind: 2, pf_bind: 3, pf_unbind: 4 } as const;

/** Numbers of copy modes. */
export const NFQNL_COPY = { none: 0, meta: 1, packet: 2 } as const;

/** Numbers of a queue's flags. */
export const NFQA_CFG_F = { fail_open: 1, conntrack: 2, gso: 4, uid_gid: 8, secctx: 16 } as const;

/** A flag of a queue. */
export type QueueFlag = keyof typeof NFQA_CFG_F;

const flags: Codec<readonly (QueueFlag | number)[], readonly (QueueFlag | number)[] | number> = mask(be32, NFQA_CFG_F);

/** A command about a queue. */
export interface QueueCmd {
  /** The command. */
  command?: keyof typeof NFQNL_CFG_CMD | number;
  /** The family, for `pf_bind` and `pf_unbind` (before Linux 3.8). */
  pf?: number;
}

/** Wire form of {@linkcode QueueCmd}: struct nfqnl_msg_config_cmd. */
export const QueueCmd: Codec<QueueCmd> = struct<QueueCmd>(4, {
  command: [0, enumeration(u8, NFQNL_CFG_CMD)],
  pf: [2, be16],
});

/** Part of a packet that is copied. */
export interface QueueParams {
  /** Bytes of the payload; 0 for all. */
  copyRange?: number;
  /** The mode. */
  copyMode?: keyof typeof NFQNL_COPY | number;
}

/** Wire form of {@linkcode QueueParams}: struct nfqnl_msg_config_params. */
export const QueueParams: Codec<QueueParams> = struct<QueueParams>(5, {
  copyRange: [0, be32],
  copyMode: [4, enumeration(u8, NFQNL_COPY)],
});

/** A request to bind or configure a queue. */
export interface QueueConfig {
  /** Number of the queue. */
  queue: number;
  /** The command. */
  cmd?: QueueCmd;
  /** Part of each packet that is copied. */
  params?: QueueParams;
  /** Most packets that wait in the kernel. */
  queueMaxlen?: number;
  /** Flags to change. */
  mask?: readonly (QueueFlag | number)[];
  /** Their new values. */
  flags?: readonly (QueueFlag | number)[];
}

/** Wire form of {@linkcode QueueConfig}: nfgenmsg and NFQA_CFG_*. */
export const QueueConfig: Attributes<QueueConfig> = attributes((): Shape<QueueConfig> => ({
  queue: head(2, be16),
  cmd: [1, QueueCmd],
  params: [2, QueueParams],
  queueMaxlen: [3, be32],
  mask: [4, flags],
  flags: [5, flags],
}), { header: NFGENMSG });
