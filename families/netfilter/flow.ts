/**
 * Flows: the connections that conntrack knows. CTA_*.
 *
 * Source: linux/netfilter/nfnetlink_conntrack.h, nf_conntrack_common.h, nf_conntrack_tcp.h, nf_conntrack_sctp.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  be64,
  beCount64,
  bytes,
  type Codec,
  type Derived,
  enumeration,
  head,
  key,
  mask,
  MISFIT,
  part,
  readOnly,
  type Shape,
  shown,
  text,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { type NfFamily, NFGENMSG } from "./protocol.ts";
import { addresses, flowFamily, flowSeconds, Tuple } from "./tuple.ts";

/** Numbers of {@linkcode FlowStatus} by name. */
export const IPS = {
  expected: 0x1,
  seen_reply: 0x2,
  assured: 0x4,
  confirmed: 0x8,
  src_nat: 0x10,
  dst_nat: 0x20,
  seq_adjust: 0x40,
  src_nat_done: 0x80,
  dst_nat_done: 0x100,
  dying: 0x200,
  fixed_timeout: 0x400,
  template: 0x800,
  untracked: 0x1000,
  helper: 0x2000,
  offload: 0x4000,
  hw_offload: 0x8000,
} as const;

/** A bit of a flow's status: `seen_reply`: both directions were seen; `assured`: not ended early when the table is full. */
export type FlowStatus = keyof typeof IPS;

type Status = Codec<readonly (FlowStatus | number)[], readonly (FlowStatus | number)[] | number>;
const status: Status = mask(be32, IPS);

/** Numbers of {@linkcode TcpFlowState} by name. */
export const TCP_CONNTRACK = {
  none: 0,
  syn_sent: 1,
  syn_recv: 2,
  established: 3,
  fin_wait: 4,
  close_wait: 5,
  last_ack: 6,
  time_wait: 7,
  close: 8,
  syn_sent2: 9,
} as const;

/** A state of a TCP flow. `syn_sent2`: both ends sent a SYN. */
export type TcpFlowState = keyof typeof TCP_CONNTRACK;

/** Numbers of {@linkcode TcpFlowFlag} by name. */
export const IP_CT_TCP_FLAG = {
  window_scale: 0x1,
  sack_perm: 0x2,
  close_init: 0x4,
  be_liberal: 0x8,
  data_unacknowledged: 0x10,
  maxack_set: 0x20,
  exp_challenge_ack: 0x40,
  simultaneous_open: 0x80,
} as const;

/** A flag of one direction of a TCP flow. `be_liberal`: packets outside of the window are accepted. */
export type TcpFlowFlag = keyof typeof IP_CT_TCP_FLAG;

const flagByte: Codec<readonly (TcpFlowFlag | number)[], readonly (TcpFlowFlag | number)[] | number> = mask(
  u8,
  IP_CT_TCP_FLAG,
);

/** Codec of struct nf_ct_tcp_flags: the flags, and in a request the mask of those to change, which is all of them. */
const tcpFlags: typeof flagByte = {
  ...flagByte,
  size: 2,
  decode: (from, at, _end, owner) => flagByte.decode(from, at, at + 1, owner),
  encode(value, to, owner) {
    flagByte.encode(value, to, owner);
    u8.encode(0xff, to, owner);
  },
};

/** The state of a TCP flow. A flow that ends may have only `state`. */
export interface TcpFlow {
  /** The state. */
  state?: TcpFlowState | number;
  /** Window scale of the original direction: a shift, 0..14. */
  wscaleOriginal?: number;
  /** Window scale of the reply direction. */
  wscaleReply?: number;
  /** Flags of the original direction. As input, all flags are set to those given. */
  flagsOriginal?: readonly (TcpFlowFlag | number)[];
  /** Flags of the reply direction. */
  flagsReply?: readonly (TcpFlowFlag | number)[];
}

/** Wire form of {@linkcode TcpFlow}: CTA_PROTOINFO_TCP_*. */
export const TcpFlow: Attributes<TcpFlow> = attributes((): Shape<TcpFlow> => ({
  state: [1, enumeration(u8, TCP_CONNTRACK)],
  wscaleOriginal: [2, u8],
  wscaleReply: [3, u8],
  flagsOriginal: [4, tcpFlags],
  flagsReply: [5, tcpFlags],
}));

/** Numbers of {@linkcode DccpFlowState} by name. */
export const CT_DCCP = {
  none: 0,
  request: 1,
  respond: 2,
  partopen: 3,
  open: 4,
  closereq: 5,
  closing: 6,
  timewait: 7,
  ignore: 8,
  invalid: 9,
} as const;

/** A state of a DCCP flow. */
export type DccpFlowState = keyof typeof CT_DCCP;

/** Numbers of {@linkcode DccpRole} by name. */
export const CT_DCCP_ROLE = { client: 0, server: 1 } as const;

/** The role of the originator of a DCCP flow. */
export type DccpRole = keyof typeof CT_DCCP_ROLE;

/** The state of a DCCP flow (before Linux 6.17). */
export interface DccpFlow {
  /** The state. */
  state?: DccpFlowState | number;
  /** The role of the originator. */
  role?: DccpRole | number;
  /** Sequence number of the handshake. */
  handshakeSeq?: bigint;
}

/** Wire form of {@linkcode DccpFlow}: CTA_PROTOINFO_DCCP_*. */
export const DccpFlow: Attributes<DccpFlow> = attributes((): Shape<DccpFlow> => ({
  state: [1, enumeration(u8, CT_DCCP)],
  role: [2, enumeration(u8, CT_DCCP_ROLE)],
  handshakeSeq: [3, be64],
}), { pad: 4 });

/** Numbers of {@linkcode SctpFlowState} by name. */
export const SCTP_CONNTRACK = {
  none: 0,
  closed: 1,
  cookie_wait: 2,
  cookie_echoed: 3,
  established: 4,
  shutdown_sent: 5,
  shutdown_recd: 6,
  shutdown_ack_sent: 7,
  heartbeat_sent: 8,
  heartbeat_acked: 9,
} as const;

/** A state of an SCTP flow. */
export type SctpFlowState = keyof typeof SCTP_CONNTRACK;

/** The state of an SCTP flow. As input, all three are needed. */
export interface SctpFlow {
  /** The state. */
  state?: SctpFlowState | number;
  /** Verification tag of the original direction. */
  vtagOriginal?: number;
  /** Verification tag of the reply direction. */
  vtagReply?: number;
}

/** Wire form of {@linkcode SctpFlow}: CTA_PROTOINFO_SCTP_*. */
export const SctpFlow: Attributes<SctpFlow> = attributes((): Shape<SctpFlow> => ({
  state: [1, enumeration(u8, SCTP_CONNTRACK)],
  vtagOriginal: [2, be32],
  vtagReply: [3, be32],
}));

/** Traffic of one direction of a flow. The kernel counts it if `net.netfilter.nf_conntrack_acct` is 1. */
export interface FlowCounters {
  /** Packets. */
  packets?: number;
  /** Bytes, with IP headers. */
  bytes?: number;
}

/** Wire form of {@linkcode FlowCounters}: CTA_COUNTERS_*. */
export const FlowCounters: Attributes<FlowCounters> = attributes((): Shape<FlowCounters> => ({
  packets: [1, beCount64],
  bytes: [2, beCount64],
}), { pad: 5 });

/** The helper of a flow, which expects further flows. */
export interface FlowHelper {
  /** The name of the helper: `ftp`. */
  name?: string;
  /** Data of a helper in user space. */
  info?: Uint8Array;
}

/** Wire form of {@linkcode FlowHelper}: CTA_HELP_*. */
export const FlowHelper: Attributes<FlowHelper> = attributes((): Shape<FlowHelper> => ({
  name: [1, text],
  info: [2, bytes],
}));

/** The new addresses and ports of a translated direction. One address and no port mean: any free port. */
export interface FlowNat {
  /** First address. */
  minip?: string;
  /** Last address; default `minip`. */
  maxip?: string;
  /** First port. */
  portMin?: number;
  /** Last port; default `portMin`. */
  portMax?: number;
}

/** Wire form of {@linkcode FlowNat}: CTA_NAT_* and CTA_PROTONAT_*. */
export const FlowNat: Attributes<FlowNat> = attributes<object>({})
  .with(addresses("minip", "maxip", [1, 2, 4, 5]))
  .with(
    part<Pick<FlowNat, "portMin" | "portMax">>({ portMin: [1, be16], portMax: [2, be16] }),
    3,
  ) as Attributes<FlowNat>;

/** Codec of a signed integer of 32 bits, network order. */
const signed32: Codec<number> = {
  name: "be32",
  size: 4,
  decode: (from, at) => from.view.getInt32(at),
  encode: (value, to, owner) => be32.encode(value >>> 0, to, owner),
};

/** The adjustment of sequence numbers in one direction, after a helper or NAT changed the length of the data. */
export interface FlowSeqAdj {
  /** Sequence number from which the second offset holds. */
  correctionPos?: number;
  /** Offset before that number. */
  offsetBefore?: number;
  /** Offset from that number on. */
  offsetAfter?: number;
}

/** Wire form of {@linkcode FlowSeqAdj}: CTA_SEQADJ_*. */
export const FlowSeqAdj: Attributes<FlowSeqAdj> = attributes((): Shape<FlowSeqAdj> => ({
  correctionPos: [1, be32],
  offsetBefore: [2, signed32],
  offsetAfter: [3, signed32],
}));

/** State of a TCP flow that a SYN proxy has accepted. */
export interface FlowSynproxy {
  /** Initial sequence number of the proxy. */
  isn?: number;
  /** Initial timestamp. */
  its?: number;
  /** Offset of the timestamps. */
  tsoff?: number;
}

/** Wire form of {@linkcode FlowSynproxy}: CTA_SYNPROXY_*. */
export const FlowSynproxy: Attributes<FlowSynproxy> = attributes((): Shape<FlowSynproxy> => ({
  isn: [1, be32],
  its: [2, be32],
  tsoff: [3, be32],
}));

/** Begin and end of a flow, if `net.netfilter.nf_conntrack_timestamp` is 1. */
export interface FlowTimestamp {
  /** Begin, in ns since 1970. */
  start?: bigint;
  /** End, in ns since 1970; only in `destroy` events. */
  stop?: bigint;
}

/** Wire form of {@linkcode FlowTimestamp}: CTA_TIMESTAMP_*. */
export const FlowTimestamp: Attributes<FlowTimestamp> = attributes((): Shape<FlowTimestamp> => ({
  start: [1, be64],
  stop: [2, be64],
}), { pad: 3 });

/** The fields of the tuples that the kernel compares in a filter, as bits. */
export interface FlowFilterFlags {
  /** Bits for the original direction. */
  origFlags?: number;
  /** Bits for the reply direction. */
  replyFlags?: number;
}

/** Wire form of {@linkcode FlowFilterFlags}: CTA_FILTER_*. */
export const FlowFilterFlags: Attributes<FlowFilterFlags> = attributes((): Shape<FlowFilterFlags> => ({
  origFlags: [1, u32],
  replyFlags: [2, u32],
}));

/** Number of labels of a flow. */
const LABELS = 128;

/** Codec of labels: the numbers of the bits that are set. */
const labels: Codec<readonly number[]> = {
  name: "labels",
  decode(from, at, end) {
    if (8 * (end - at) > LABELS) return MISFIT;
    const set: number[] = [];
    for (let i = 0; i < 8 * (end - at); i++) if ((from.bytes[at + (i >> 3)]! >> (i & 7) & 1) === 1) set.push(i);
    return set;
  },
  encode(value, to) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array of label numbers`);
    const at = to.grow(LABELS / 8);
    for (const label of value as readonly number[]) {
      if (!(Number.isInteger(label) && label >= 0 && label < LABELS)) {
        to.fail(RangeError, `expected label numbers 0..${LABELS - 1}, got ${shown(label)}`);
      }
      to.bytes[at + (label >> 3)]! |= 1 << (label & 7);
    }
  },
};

/** Codec of the zone of both directions. The kernel does not send zone 0, nor one that only one direction has. */
const zone: Codec<number> = {
  ...be16,
  absent: (_from, owner) => {
    const { orig, reply } = owner as Flow;
    return orig?.zone === undefined && reply?.zone === undefined ? 0 : undefined;
  },
};

/** The traffic of both directions of a flow. */
const total: Derived<FlowCounters> = {
  derive(owner) {
    const { countersOrig: sent, countersReply: back } = owner as Flow;
    if (sent === undefined || back === undefined) return undefined;
    return { packets: (sent.packets ?? 0) + (back.packets ?? 0), bytes: (sent.bytes ?? 0) + (back.bytes ?? 0) };
  },
  use: readOnly,
};

/** A flow: a connection, or packets in both directions that belong together. */
export interface Flow {
  /** `ip` or `ip6`; `inet` and `inet6` as input mean these. Input has it by the addresses. */
  family: NfFamily;
  /** Addresses and ports of the packets that began the flow. */
  orig?: Tuple;
  /** Addresses and ports of the packets in the other direction; with NAT, not the reverse of `orig`. */
  reply?: Tuple;
  /** The original direction of the flow that this one belongs to: the control connection of an FTP transfer. */
  master?: Tuple;
  /** Status. As input, `confirmed` is added, and bits that only the kernel sets are ignored. */
  status?: readonly (FlowStatus | number)[];
  /** Seconds until the flow ends, unless packets arrive; as input 0..2147483. */
  timeout?: number;
  /** The mark (`ct mark`). */
  mark?: number;
  /** Traffic of the original direction; absent unless `net.netfilter.nf_conntrack_acct` is 1. In events: `destroy` only. */
  countersOrig?: FlowCounters;
  /** Traffic of the reply direction. */
  countersReply?: FlowCounters;
  /** Traffic of both directions together. */
  counters?: FlowCounters;
  /** The helper. */
  help?: FlowHelper;
  /** The zone of both directions, 0 by default; absent if only one direction has a zone. */
  zone?: number;
  /** Numbers of the labels that are set, 0..127. */
  labels?: readonly number[];
  /** Begin and end. */
  timestamp?: FlowTimestamp;
  /** Time of an event in ns since 1970 (Linux 6.15), if `net.netfilter.nf_conntrack_timestamp` is 1. */
  timestampEvent?: bigint;
  /** Adjustment of sequence numbers in the original direction. */
  seqAdjOrig?: FlowSeqAdj;
  /** Adjustment of sequence numbers in the reply direction. */
  seqAdjReply?: FlowSeqAdj;
  /** State of a SYN proxy. */
  synproxy?: FlowSynproxy;
  /** Number of the security mark, from kernels before 2.6.37. */
  secmark?: number;
  /** Number of references in the kernel. */
  use?: number;
  /** Number that distinguishes this flow from earlier and later ones with the same addresses and ports. */
  id?: number;
  /** Translation of sources, for `add`. */
  natSrc?: FlowNat;
  /** Translation of destinations, for `add`. */
  natDst?: FlowNat;
  /** Bits of `mark` to change in `set`, and to compare in a filter; default all. */
  markMask?: number;
  /** Labels to change in `set`; default all. */
  labelsMask?: readonly number[];
  /** Bits of `status` to compare in a filter; default those given in `status`. */
  statusMask?: readonly (FlowStatus | number)[];
  /** The fields that the kernel compares in a filter; set by `list`. */
  filter?: FlowFilterFlags;
  /** State of a TCP flow. */
  tcp?: TcpFlow;
  /** State of a DCCP flow. */
  dccp?: DccpFlow;
  /** State of an SCTP flow. */
  sctp?: SctpFlow;
  /** Security context of the packets (SELinux, Smack). */
  secctx?: string;
}

type Protoinfo = Pick<Flow, "tcp" | "dccp" | "sctp">;

/** The attributes of a flow without those in a nest of their own. */
const shape = (): Shape<Omit<Flow, keyof Protoinfo | "secctx" | "family">> => ({
  orig: [1, Tuple, key],
  reply: [2, Tuple],
  master: [14, Tuple],
  status: [3, status],
  timeout: [7, flowSeconds],
  mark: [8, be32],
  countersOrig: [9, FlowCounters, readOnly],
  countersReply: [10, FlowCounters, readOnly],
  counters: total,
  help: [5, FlowHelper],
  zone: [18, zone, key],
  labels: [22, labels],
  timestamp: [20, FlowTimestamp, readOnly],
  timestampEvent: [27, be64, readOnly],
  seqAdjOrig: [15, FlowSeqAdj],
  seqAdjReply: [16, FlowSeqAdj],
  synproxy: [24, FlowSynproxy],
  secmark: [17, be32, readOnly],
  use: [11, be32, readOnly],
  id: [12, be32, key],
  natSrc: [6, FlowNat, "input"],
  natDst: [13, FlowNat, "input"],
  markMask: [21, be32, "input"],
  labelsMask: [23, labels, "input"],
  statusMask: [26, status, "input"],
  filter: [25, FlowFilterFlags, "input"],
});

/** Returns a table with the attributes of a flow that are in a nest of their own. */
function withNests<T extends object>(table: Attributes<T>): Attributes<T & Protoinfo & Pick<Flow, "secctx">> {
  return table
    .with(part<Protoinfo>({ tcp: [1, TcpFlow], dccp: [2, DccpFlow], sctp: [3, SctpFlow] }), 4)
    .with(part<Pick<Flow, "secctx">>({ secctx: [1, text, readOnly] }), 19);
}

/** Wire form of {@linkcode Flow}: nfgenmsg and CTA_*. */
export const Flow: Attributes<Flow> = withNests(
  attributes((): Shape<Omit<Flow, keyof Protoinfo | "secctx">> => ({ family: head(0, flowFamily, key), ...shape() }), {
    header: NFGENMSG,
  }),
) as Attributes<Flow>;

/** The flow of a packet, as the queue and the log have it. */
export type PacketFlow = Omit<Flow, "family">;

/** Wire form of {@linkcode PacketFlow}: CTA_*. */
export const PacketFlow: Attributes<PacketFlow> = withNests(attributes(shape)) as Attributes<PacketFlow>;
