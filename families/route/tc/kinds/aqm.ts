/**
 * Qdiscs that keep queues short or fair: cake, choke, codel, dualpi2, fq, fq_codel, fq_pie, gred, hhf, pie, red, sfb, sfq.
 *
 * Durations are µs unless a field says otherwise.
 *
 * Source: linux/pkt_sched.h, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  type Bitfield32,
  bitfield32,
  bool,
  bytes,
  type Codec,
  count64,
  enumeration,
  HEADER_ONLY,
  i32,
  list,
  listOf,
  mask,
  MISFIT,
  octetString,
  readOnly,
  type Shape,
  shown,
  type Struct,
  struct,
  u32,
  u64,
  u8,
} from "../../../../core/codec/mod.ts";
import { asRate, duration64, flat, type FlatCodec, inNs, inUs, items, probability, spread } from "./shared.ts";
import { Prio } from "./queues.ts";
import { dampingTable } from "../red.ts";

/** Codec of a boolean in 32 bits. */
const bool32: Codec<boolean> = bool(u32) as Codec<boolean>;
/** Codec of a boolean in 8 bits. */
const bool8: Codec<boolean> = bool(u8) as Codec<boolean>;
/** Codec of a quantity of 64 bits. */
const count: Codec<number> = count64 as Codec<number>;
/** Codec of a probability that is sent as its part of 2^32. */
const maxP: Codec<number> = probability(2 ** 32);

/** Numbers of {@linkcode RedFlag} by name. */
export const TC_RED = { ecn: 1, harddrop: 2, adaptative: 4, nodrop: 8 } as const;
/** A flag of `red`: marks instead of drops; drops above `qthMax`; adapts `maxP`; never drops early without a mark. */
export type RedFlag = keyof typeof TC_RED;

/** Flags that a struct has a byte for; newer ones are only in an attribute. */
const HISTORIC = 7;

const redFlags = mask(u8, TC_RED) as Codec<readonly (RedFlag | number)[], readonly (RedFlag | number)[] | number>;

/**
 * The parameters of random early detection. `red` of `families/route/tc/red.ts` computes them from a limit and a rate,
 * as `tc` does.
 */
export interface RedParms {
  /** Most bytes that wait; packets for `choke`. */
  limit?: number;
  /** Average length from which packets are dropped at random. */
  qthMin?: number;
  /** Average length from which `maxP` of the packets are dropped. */
  qthMax?: number;
  /** Weight of a packet in the average: 1 / 2^wlog; default 0, so that the average is the length itself. */
  wlog?: number;
  /** Logarithm of `(qthMax - qthMin) / maxP`, which the kernel uses if `maxP` is not given; default 0, nearly 1. */
  plog?: number;
  /** Logarithm of the unit of idle time in `stab`. */
  scellLog?: number;
}

/** Random early detection, kind `red`. */
export interface Red extends RedParms {
  /** Flags. */
  flags?: readonly (RedFlag | number)[];
  /** Largest probability of a random drop, 0..1; by default `plog` tells it. `red` of red.ts computes both. */
  maxP?: number;
  /** By how much the average shrinks in idle time; by default a usual table. The kernel does not return it. */
  stab?: Uint8Array;
  /** Number of the block with filters for packets that are dropped early. */
  earlyDropBlock?: number;
  /** Number of the block with filters for packets that are marked. */
  markBlock?: number;
}

/** struct tc_red_qopt with its flags. */
interface RedStruct extends RedParms {
  flags?: readonly (RedFlag | number)[];
}

/** Returns the codec of struct tc_red_qopt or of struct tc_choke_qopt. */
const redStruct = (): Struct<RedStruct> =>
  struct<RedStruct>(16, () => ({
    limit: [0, u32],
    qthMin: [4, u32],
    qthMax: [8, u32],
    wlog: [12, u8],
    plog: [13, u8],
    scellLog: [14, u8],
    flags: [15, redFlags as Codec<readonly (RedFlag | number)[]>],
  }));

/** Kind `red` as it is sent. */
interface RedWire extends Pick<Red, "maxP" | "stab" | "earlyDropBlock" | "markBlock"> {
  parms?: RedStruct;
  flags?: Bitfield32;
}

const RedWire: Attributes<RedWire> = attributes((): Shape<RedWire> => ({
  parms: [1, redStruct()],
  stab: [2, octetString(256) as Codec<Uint8Array>, "input"],
  maxP: [3, maxP],
  flags: [4, bitfield32],
  earlyDropBlock: [5, u32],
  markBlock: [6, u32],
}));

/** Returns the bits of flags as names or a number. */
function redBits(flags: Red["flags"] | number = []): number {
  if (typeof flags === "number") return flags;
  return Array.isArray(flags)
    ? flags.reduce((all: number, one) => all | (typeof one === "number" ? one : TC_RED[one as RedFlag] ?? 0), 0)
    : 0;
}

/** Codec of {@linkcode Red}. */
export const Red: FlatCodec<Red> = flat<Red, RedWire>({
  wire: RedWire,
  key: "parms",
  shape: () => ({
    limit: [0, u32],
    qthMin: [0, u32],
    qthMax: [0, u32],
    wlog: [0, u8],
    plog: [0, u8],
    scellLog: [0, u8],
    flags: [0, redFlags as Codec<readonly (RedFlag | number)[]>],
    maxP: [0, maxP],
    stab: [0, bytes as Codec<Uint8Array>, "input"],
    earlyDropBlock: [0, u32],
    markBlock: [0, u32],
  }),
  join({ parms, flags, ...rest }) {
    const value = flags?.value;
    return {
      ...parms,
      ...(value === undefined ? {} : { flags: Object.keys(TC_RED).filter((one) => value & TC_RED[one as RedFlag]) }),
      ...rest,
    } as Red;
  },
  split({ flags, maxP, stab, earlyDropBlock, markBlock, ...parms }, _to, whole) {
    const bits = redBits(flags), attribute = (bits & ~HISTORIC) !== 0;
    return {
      parms: attribute || flags === undefined ? parms : { ...parms, flags },
      ...(whole ? { stab: stab ?? dampingTable() } : stab === undefined ? {} : { stab }),
      ...(maxP === undefined ? {} : { maxP }),
      // The kernel refuses flags in both places.
      ...(attribute ? { flags: { value: bits, selector: bits | 0xf } } : {}),
      ...(earlyDropBlock === undefined ? {} : { earlyDropBlock }),
      ...(markBlock === undefined ? {} : { markBlock }),
    };
  },
});

/** The statistics of `red`. */
export interface RedXstats {
  /** Packets that were dropped at random. */
  early: number;
  /** Packets that were dropped because of `limit`. */
  pdrop: number;
  /** Packets that the qdisc below dropped. */
  other: number;
  /** Packets that were marked. */
  marked: number;
}

/** Wire form of {@linkcode RedXstats}: struct tc_red_xstats. */
export const RedXstats: Struct<RedXstats> = struct<RedXstats>(16, () => ({
  early: [0, u32],
  pdrop: [4, u32],
  other: [8, u32],
  marked: [12, u32],
}));

/** Random early detection that drops pairs of the same flow, kind `choke`; its lengths are packets. */
export interface Choke extends RedParms {
  /** Flags. */
  flags?: readonly (RedFlag | number)[];
  /** Largest probability of a random drop, 0..1; by default `plog` tells it. `red` of red.ts computes both. */
  maxP?: number;
  /** By how much the average shrinks in idle time; by default a usual table. The kernel does not return it. */
  stab?: Uint8Array;
}

/** Kind `choke` as it is sent. */
interface ChokeWire extends Pick<Choke, "maxP" | "stab"> {
  parms?: RedStruct;
}

const ChokeWire: Attributes<ChokeWire> = attributes((): Shape<ChokeWire> => ({
  parms: [1, redStruct()],
  stab: [2, octetString(256) as Codec<Uint8Array>, "input"],
  maxP: [3, maxP],
}));

/** Codec of {@linkcode Choke}. */
export const Choke: FlatCodec<Choke> = flat<Choke, ChokeWire>({
  wire: ChokeWire,
  key: "parms",
  shape: () => ({
    limit: [0, u32],
    qthMin: [0, u32],
    qthMax: [0, u32],
    wlog: [0, u8],
    plog: [0, u8],
    scellLog: [0, u8],
    flags: [0, redFlags as Codec<readonly (RedFlag | number)[]>],
    maxP: [0, maxP],
    stab: [0, bytes as Codec<Uint8Array>, "input"],
  }),
  join: ({ parms, ...rest }) => ({ ...parms, ...rest }),
  split: ({ maxP, stab, ...parms }, _to, whole) => ({
    parms,
    ...(whole ? { stab: stab ?? dampingTable() } : stab === undefined ? {} : { stab }),
    ...(maxP === undefined ? {} : { maxP }),
  }),
});

/** The statistics of `choke`. */
export interface ChokeXstats extends RedXstats {
  /** Packets that were dropped with one of the same flow. */
  matched: number;
}

/** Wire form of {@linkcode ChokeXstats}: struct tc_choke_xstats. */
export const ChokeXstats: Struct<ChokeXstats> = struct<ChokeXstats>(20, () => ({
  early: [0, u32],
  pdrop: [4, u32],
  other: [8, u32],
  marked: [12, u32],
  matched: [16, u32],
}));

/** The setup of `gred`. */
export interface GredSopt {
  /** Number of virtual queues, 1..16. */
  dps?: number;
  /** The queue of packets without a number. */
  defDp?: number;
  /** 1 if queues have priorities. */
  grio?: number;
  /** Flags of all queues. */
  flags?: readonly (RedFlag | number)[];
}

/** A virtual queue of `gred`. */
export interface GredParms {
  /** Most bytes that wait. */
  limit?: number;
  /** Average length from which packets are dropped at random. */
  qthMin?: number;
  /** Average length from which `maxP` of the packets are dropped. */
  qthMax?: number;
  /** Its number; 16 and more if it is not in use. */
  dp?: number;
  /** Bytes that wait. Read-only. */
  backlog?: number;
  /** Average length. Read-only. */
  qave?: number;
  /** Packets that were dropped above `qthMax`. Read-only. */
  forced?: number;
  /** Packets that were dropped at random. Read-only. */
  early?: number;
  /** Zero. Read-only. */
  other?: number;
  /** Packets that were dropped because of `limit`. Read-only. */
  pdrop?: number;
  /** Weight of a packet in the average: 1 / 2^wlog. */
  wlog?: number;
  /** Logarithm of `(qthMax - qthMin) / maxP`. */
  plog?: number;
  /** Logarithm of the unit of idle time in `stab`. */
  scellLog?: number;
  /** Priority. */
  prio?: number;
  /** Packets so far. Read-only. */
  packets?: number;
  /** Bytes so far. Read-only. */
  bytesin?: number;
}

/** Wire form of {@linkcode GredParms}: struct tc_gred_qopt. */
export const GredParms: Struct<GredParms> = struct<GredParms>(52, () => ({
  limit: [0, u32],
  qthMin: [4, u32],
  qthMax: [8, u32],
  dp: [12, u32],
  backlog: [16, u32, readOnly],
  qave: [20, u32, readOnly],
  forced: [24, u32, readOnly],
  early: [28, u32, readOnly],
  other: [32, u32, readOnly],
  pdrop: [36, u32, readOnly],
  wlog: [40, u8],
  plog: [41, u8],
  scellLog: [42, u8],
  prio: [43, u8],
  packets: [44, u32, readOnly],
  bytesin: [48, u32, readOnly],
}));

/** The statistics and flags of a virtual queue of `gred`. */
export interface GredVq {
  /** Its number. */
  dp?: number;
  /** Bytes so far. Read-only. */
  statBytes?: number;
  /** Packets so far. Read-only. */
  statPackets?: number;
  /** Bytes that wait. Read-only. */
  statBacklog?: number;
  /** Packets that were dropped at random. Read-only. */
  statProbDrop?: number;
  /** Packets that were marked at random. Read-only. */
  statProbMark?: number;
  /** Packets that were dropped above `qthMax`. Read-only. */
  statForcedDrop?: number;
  /** Packets that were marked above `qthMax`. Read-only. */
  statForcedMark?: number;
  /** Packets that were dropped because of `limit`. Read-only. */
  statPdrop?: number;
  /** Zero. Read-only. */
  statOther?: number;
  /** Flags of this queue. */
  flags?: readonly (RedFlag | number)[];
}

/** Wire form of {@linkcode GredVq}: TCA_GRED_VQ_*. */
export const GredVq: Attributes<GredVq> = attributes((): Shape<GredVq> => ({
  dp: [2, u32],
  statBytes: [3, count, readOnly],
  statPackets: [4, u32, readOnly],
  statBacklog: [5, u32, readOnly],
  statProbDrop: [6, u32, readOnly],
  statProbMark: [7, u32, readOnly],
  statForcedDrop: [8, u32, readOnly],
  statForcedMark: [9, u32, readOnly],
  statPdrop: [10, u32, readOnly],
  statOther: [11, u32, readOnly],
  flags: [12, mask(u32, TC_RED) as Codec<readonly (RedFlag | number)[]>],
}), { pad: 1 });

/**
 * Random early detection with virtual queues, kind `gred`: `add` gives `dps` and maybe `limit`; then each queue is set
 * by `set` with `parms`, `maxP` and maybe `stab`. The kernel returns all queues: `parms` and `maxP` are arrays then.
 */
export interface Gred {
  /** The setup. */
  dps?: GredSopt;
  /** Largest probability of a random drop, 0..1, of each queue; as input that of one queue. */
  maxP?: readonly number[];
  /** Most bytes that wait in all queues. */
  limit?: number;
  /** The queues; as input one. */
  parms?: readonly GredParms[];
  /** By how much the average shrinks in idle time. The kernel does not return it. */
  stab?: Uint8Array;
  /** Statistics and flags of the queues. */
  vqList?: readonly GredVq[];
}

/** Wire form of {@linkcode Gred}: TCA_GRED_*. */
export const Gred: Attributes<Gred> = attributes((): Shape<Gred> => ({
  dps: [
    3,
    struct<GredSopt>(12, () => ({
      dps: [0, u32],
      defDp: [4, u32],
      grio: [8, u8],
      flags: [9, redFlags as Codec<readonly (RedFlag | number)[]>],
    })),
  ],
  maxP: [4, array(maxP)],
  limit: [5, u32],
  parms: [1, array(GredParms)],
  stab: [2, octetString(256) as Codec<Uint8Array>, "input"],
  vqList: [6, listOf(1, GredVq)],
}));

/** Fair blue, kind `sfb`: it drops or marks flows that do not yield. */
export interface Sfb {
  /** Time after which the hash changes, in ms; default 600000. */
  rehashInterval?: number;
  /** Time for which the next hash is warmed up, in ms; default 60000. */
  warmupTime?: number;
  /** Packets of a bin from which its probability grows; default 25. */
  max?: number;
  /** Packets of a bin from which flows do not yield; default 20. */
  binSize?: number;
  /** By how much a bin's probability grows, 0..1; default 0.001. */
  increment?: number;
  /** By how much it shrinks; default 1/6000. */
  decrement?: number;
  /** Most packets that wait; default the device's `txqlen`. */
  limit?: number;
  /** Packets a second for flows that do not yield; default 10. */
  penaltyRate?: number;
  /** Packets that such flows may send at once; default 20. */
  penaltyBurst?: number;
}

/** SFB_MAX_PROB: the largest probability of `sfb`. */
const SFB_MAX = 0xffff;
const sfbChance: Codec<number> = probability(SFB_MAX);

/** Kind `sfb` as it is sent. */
interface SfbWire {
  parms?: Sfb;
}

const SfbWire: Attributes<SfbWire> = attributes((): Shape<SfbWire> => ({
  parms: [
    1,
    struct<Sfb>(36, () => ({
      rehashInterval: [0, u32],
      warmupTime: [4, u32],
      max: [8, u32],
      binSize: [12, u32],
      increment: [16, sfbChance],
      decrement: [20, sfbChance],
      limit: [24, u32],
      penaltyRate: [28, u32],
      penaltyBurst: [32, u32],
    })),
  ],
}));

/** Codec of {@linkcode Sfb}; by default with the kernel's numbers. */
export const Sfb: FlatCodec<Sfb> = spread<Sfb, SfbWire>(SfbWire, "parms", {
  rehashInterval: 600_000,
  warmupTime: 60_000,
  max: 25,
  binSize: 20,
  increment: 66 / SFB_MAX,
  decrement: 11 / SFB_MAX,
  penaltyRate: 10,
  penaltyBurst: 20,
});

/** The statistics of `sfb`. */
export interface SfbXstats {
  /** Packets that were dropped at random. */
  earlydrop: number;
  /** Packets of flows that do not yield that were dropped. */
  penaltydrop: number;
  /** Packets that were dropped because their bins were full. */
  bucketdrop: number;
  /** Packets that were dropped because of `limit`. */
  queuedrop: number;
  /** Packets that the qdisc below dropped. */
  childdrop: number;
  /** Packets that were marked. */
  marked: number;
  /** Packets of the longest bin. */
  maxqlen: number;
  /** Largest probability of a bin, 0..1. */
  maxprob: number;
  /** Average probability of the bins, 0..1. */
  avgprob: number;
}

/** Wire form of {@linkcode SfbXstats}: struct tc_sfb_xstats. */
export const SfbXstats: Struct<SfbXstats> = struct<SfbXstats>(36, () => ({
  earlydrop: [0, u32],
  penaltydrop: [4, u32],
  bucketdrop: [8, u32],
  queuedrop: [12, u32],
  childdrop: [16, u32],
  marked: [20, u32],
  maxqlen: [24, u32],
  maxprob: [28, sfbChance],
  avgprob: [32, sfbChance],
}));

/** Fair queues by hash, kind `sfq`. */
export interface Sfq {
  /** Bytes a turn; default the device's MTU. */
  quantum?: number;
  /** Time after which the hash changes, in s; 0, the default, for never. */
  perturbPeriod?: number;
  /** Most packets that wait; default 127. */
  limit?: number;
  /** Number of hash values, a power of two; default 1024. */
  divisor?: number;
  /** Most flows; default 127. */
  flows?: number;
  /** Most packets of a flow; default 127. */
  depth?: number;
  /** 1 if the oldest packet of a flow is dropped, not the newest. */
  headdrop?: number;
  /** Random early detection: most bytes of a flow. The kernel returns 0. */
  redLimit?: number;
  /** Its average length from which packets are dropped at random; 0, the default, for no early detection. */
  qthMin?: number;
  /** Its average length from which `maxP` of the packets are dropped. */
  qthMax?: number;
  /** Weight of a packet in the average: 1 / 2^wlog. */
  wlog?: number;
  /** Logarithm of `(qthMax - qthMin) / maxP`. */
  plog?: number;
  /** Logarithm of the unit of idle time. */
  scellLog?: number;
  /** Flags of early detection. */
  flags?: readonly (RedFlag | number)[];
  /** Largest probability of a random drop, 0..1; by default `plog` tells it. `red` of red.ts computes both. */
  maxP?: number;
  /** Packets that were dropped at random. Read-only. */
  probDrop?: number;
  /** Packets that were dropped above `qthMax`. Read-only. */
  forcedDrop?: number;
  /** Packets that were marked at random. Read-only. */
  probMark?: number;
  /** Packets that were marked above `qthMax`. Read-only. */
  forcedMark?: number;
  /** Packets at the head that were marked at random. Read-only. */
  probMarkHead?: number;
  /** Packets at the head that were marked above `qthMax`. Read-only. */
  forcedMarkHead?: number;
}

/** Wire form of {@linkcode Sfq}: struct tc_sfq_qopt_v1. */
export const Sfq: Struct<Sfq> = struct<Sfq>(72, () => ({
  quantum: [0, u32],
  perturbPeriod: [4, i32],
  limit: [8, u32],
  divisor: [12, u32],
  flows: [16, u32],
  depth: [20, u32],
  headdrop: [24, u32],
  redLimit: [28, u32],
  qthMin: [32, u32],
  qthMax: [36, u32],
  wlog: [40, u8],
  plog: [41, u8],
  scellLog: [42, u8],
  flags: [43, redFlags as Codec<readonly (RedFlag | number)[]>],
  maxP: [44, maxP],
  probDrop: [48, u32, readOnly],
  forcedDrop: [52, u32, readOnly],
  probMark: [56, u32, readOnly],
  forcedMark: [60, u32, readOnly],
  probMarkHead: [64, u32, readOnly],
  forcedMarkHead: [68, u32, readOnly],
}));

/** The statistics of a flow of `sfq`, one of its classes. */
export interface SfqXstats {
  /** Bytes that are left of its turn. */
  allot: number;
}

/** Wire form of {@linkcode SfqXstats}: struct tc_sfq_xstats. */
export const SfqXstats: Struct<SfqXstats> = struct<SfqXstats>(4, () => ({ allot: [0, i32] }));

/** Returns the duration in µs that a kernel reads back, which keeps it in units of 1.024 µs. */
const keptByCodel = (us: number): number => Math.floor(Math.floor(us * 1000 / 1024) * 1024 / 1000);

/**
 * Codec of a duration of controlled delay in µs. If the kernel would read back one less, one more is sent: then the
 * duration is what was given, and a listed one does not shrink when it is set again.
 */
const codelTime: Codec<number> = inUs({
  ...u32,
  encode(value, to, owner) {
    const more = !to.everything && Number.isInteger(value) && keptByCodel(value) < value &&
      keptByCodel(value + 1) === value;
    return u32.encode(more ? value + 1 : value, to, owner);
  },
});

/** Controlled delay, kind `codel`. Kernels keep durations in units of 1.024 µs, so some are read back as 1 µs less. */
export interface Codel {
  /** Delay that is acceptable, in µs; default 5000. */
  target?: number;
  /** Most packets that wait; default 1000. */
  limit?: number;
  /** Time in which the delay must fall to `target`, in µs; default 100000. */
  interval?: number;
  /** True if packets are marked instead of dropped. */
  ecn?: boolean;
  /** Delay in µs from which all packets that can be are marked. */
  ceThreshold?: number;
}

/** Wire form of {@linkcode Codel}: TCA_CODEL_*. */
export const Codel: Attributes<Codel> = attributes((): Shape<Codel> => ({
  target: [1, codelTime],
  limit: [2, u32],
  interval: [3, codelTime],
  ecn: [4, bool32],
  ceThreshold: [5, codelTime],
}));

/** The statistics of `codel`. */
export interface CodelXstats {
  /** Largest packet in bytes. */
  maxpacket: number;
  /** Drops since the queue began to drop. */
  count: number;
  /** The same of the last time. */
  lastcount: number;
  /** Delay of the last packet in µs. */
  ldelay: number;
  /** Time until the next drop in µs; negative if it is due. */
  dropNext: number;
  /** Packets that were dropped because of `limit`. */
  dropOverlimit: number;
  /** Packets that were marked. */
  ecnMark: number;
  /** 1 while the queue drops. */
  dropping: number;
  /** Packets that were marked because of `ceThreshold`. */
  ceMark: number;
}

/** Wire form of {@linkcode CodelXstats}: struct tc_codel_xstats. */
export const CodelXstats: Struct<CodelXstats> = struct<CodelXstats>(36, () => ({
  maxpacket: [0, u32],
  count: [4, u32],
  lastcount: [8, u32],
  ldelay: [12, u32],
  dropNext: [16, i32],
  dropOverlimit: [20, u32],
  ecnMark: [24, u32],
  dropping: [28, u32],
  ceMark: [32, u32],
}));

/** Fair queues with controlled delay, kind `fq_codel`. Durations as in {@linkcode Codel}. */
export interface FqCodel {
  /** Delay that is acceptable, in µs; default 5000. */
  target?: number;
  /** Most packets that wait; default 10240. */
  limit?: number;
  /** Time in which the delay must fall to `target`, in µs; default 100000. */
  interval?: number;
  /** True if packets are marked instead of dropped; default true. */
  ecn?: boolean;
  /** Number of flows; only when it is made. Default 1024. */
  flows?: number;
  /** Bytes a turn; default the device's MTU and header. */
  quantum?: number;
  /** Delay in µs from which all packets that can be are marked. */
  ceThreshold?: number;
  /** Most packets dropped at once if the queue is full; default 64. */
  dropBatchSize?: number;
  /** Most bytes of memory; default 32 MiB. */
  memoryLimit?: number;
  /** Value of the services field, after the mask, of packets that `ceThreshold` marks. */
  ceThresholdSelector?: number;
  /** Mask of the services field. */
  ceThresholdMask?: number;
}

/** Wire form of {@linkcode FqCodel}: TCA_FQ_CODEL_*. */
export const FqCodel: Attributes<FqCodel> = attributes((): Shape<FqCodel> => ({
  target: [1, codelTime],
  limit: [2, u32],
  interval: [3, codelTime],
  ecn: [4, bool32],
  flows: [5, u32],
  quantum: [6, u32],
  ceThreshold: [7, codelTime],
  dropBatchSize: [8, u32],
  memoryLimit: [9, u32],
  ceThresholdSelector: [10, u8],
  ceThresholdMask: [11, u8],
}));

/** The statistics of `fq_codel`. */
export interface FqCodelQdStats {
  /** Marks the statistics of the qdisc. */
  type: "qdisc";
  /** Largest packet in bytes. */
  maxpacket: number;
  /** Packets that were dropped because of `limit`. */
  dropOverlimit: number;
  /** Packets that were marked. */
  ecnMark: number;
  /** Flows that became new. */
  newFlowCount: number;
  /** New flows now. */
  newFlowsLen: number;
  /** Old flows now. */
  oldFlowsLen: number;
  /** Packets that were marked because of `ceThreshold`. */
  ceMark: number;
  /** Bytes of memory in use. */
  memoryUsage: number;
  /** Packets that were dropped because of `memoryLimit`. */
  dropOvermemory: number;
}

/** The statistics of a flow of `fq_codel`, one of its classes. */
export interface FqCodelClStats {
  /** Marks the statistics of a flow. */
  type: "class";
  /** Bytes that are left of its turn. */
  deficit: number;
  /** Delay of the last packet in µs. */
  ldelay: number;
  /** Drops since it began to drop. */
  count: number;
  /** The same of the last time. */
  lastcount: number;
  /** 1 while it drops. */
  dropping: number;
  /** Time until the next drop in µs; negative if it is due. */
  dropNext: number;
}

/** The statistics of `fq_codel` or of one of its flows. */
export type FqCodelXstats = FqCodelQdStats | FqCodelClStats;

/** TCA_FQ_CODEL_XSTATS_*. */
const FQ_CODEL_XSTATS = { qdisc: 0, class: 1 } as const;

/** Wire form of {@linkcode FqCodelQdStats}: struct tc_fq_codel_xstats. */
export const FqCodelQdStats: Struct<FqCodelQdStats> = struct<FqCodelQdStats>(40, () => ({
  type: [0, enumeration(u32, FQ_CODEL_XSTATS) as unknown as Codec<"qdisc">],
  maxpacket: [4, u32],
  dropOverlimit: [8, u32],
  ecnMark: [12, u32],
  newFlowCount: [16, u32],
  newFlowsLen: [20, u32],
  oldFlowsLen: [24, u32],
  ceMark: [28, u32],
  memoryUsage: [32, u32],
  dropOvermemory: [36, u32],
}));

/** Wire form of {@linkcode FqCodelClStats}: struct tc_fq_codel_xstats. */
export const FqCodelClStats: Struct<FqCodelClStats> = struct<FqCodelClStats>(40, () => ({
  type: [0, enumeration(u32, FQ_CODEL_XSTATS) as unknown as Codec<"class">],
  deficit: [4, i32],
  ldelay: [8, u32],
  count: [12, u32],
  lastcount: [16, u32],
  dropping: [20, u32],
  dropNext: [24, i32],
}));

/** Codec of {@linkcode FqCodelXstats}: the first number tells which of the two it is. */
export const FqCodelXstats: Codec<FqCodelXstats> = {
  name: "statistics of fq_codel",
  decode(from, at, end, owner) {
    if (end - at < 4) return MISFIT;
    return fqCodelStats(from.view.getUint32(at, true)).decode(from, at, end, owner);
  },
  encode: (value, to, owner) => fqCodelStats(FQ_CODEL_XSTATS[value.type]).encode(value, to, owner),
  walk(from, at, end, owner, visit) {
    if (end - at >= 4) fqCodelStats(from.view.getUint32(at, true)).walk!(from, at, end, owner, visit);
  },
};

function fqCodelStats(type: number): Codec<FqCodelXstats> {
  return (type === FQ_CODEL_XSTATS.class ? FqCodelClStats : FqCodelQdStats) as unknown as Codec<FqCodelXstats>;
}

/** Fair queues with pacing, kind `fq`. */
export interface Fq {
  /** Most packets that wait; default 10000. */
  plimit?: number;
  /** Most packets of a flow; default 100. */
  flowPlimit?: number;
  /** Bytes a turn; default twice the device's MTU. */
  quantum?: number;
  /** Bytes of a flow's first turn; default ten times the MTU. */
  initialQuantum?: number;
  /** True if flows are paced; default true. */
  rateEnable?: boolean;
  /** Not used since Linux 4.0. */
  flowDefaultRate?: number;
  /** Largest rate of a flow in bytes a second; 4294967295 for no limit. */
  flowMaxRate?: number;
  /** Logarithm of the number of buckets; default 10. */
  bucketsLog?: number;
  /** Time after which an idle flow gets a new first turn, in µs; default 40000. */
  flowRefillDelay?: number;
  /** Mask of the hash of packets without a socket. */
  orphanMask?: number;
  /** Rate in bytes a second below which each packet is paced. */
  lowRateThreshold?: number;
  /** Delay in µs from which all packets that can be are marked. */
  ceThreshold?: number;
  /** Precision of timers in ns; default 10000. */
  timerSlack?: number;
  /** Time in µs up to which packets may ask to be sent later; default 10 s. */
  horizon?: number;
  /** True if packets that ask for more are dropped, false if they are sent at the horizon; default true. */
  horizonDrop?: boolean;
  /** Band of each of the 16 priorities, of 3 bands. */
  priomap?: FqPriomap;
  /** Weights of the three bands, 16384 and more. */
  weights?: readonly number[];
  /** Time in µs up to which the device itself delays packets. */
  offloadHorizon?: number;
}

/** The bands of `fq`: struct tc_prio_qopt. */
export interface FqPriomap {
  /** Number of bands: 3. */
  bands?: number;
  /** The band of each of the 16 priorities. */
  priomap?: readonly number[];
}

/** Wire form of {@linkcode Fq}: TCA_FQ_*. */
export const Fq: Attributes<Fq> = attributes((): Shape<Fq> => ({
  plimit: [1, u32],
  flowPlimit: [2, u32],
  quantum: [3, u32],
  initialQuantum: [4, u32],
  rateEnable: [5, bool32],
  flowDefaultRate: [6, asRate(u32)],
  flowMaxRate: [7, asRate(u32)],
  bucketsLog: [8, u32],
  flowRefillDelay: [9, inUs(u32)],
  orphanMask: [10, u32],
  lowRateThreshold: [11, asRate(u32)],
  ceThreshold: [12, inUs(u32)],
  timerSlack: [13, inNs(u32)],
  horizon: [14, inUs(u32)],
  horizonDrop: [15, bool8],
  priomap: [16, Prio as Struct<FqPriomap>],
  weights: [17, array(i32)],
  offloadHorizon: [18, inUs(u32)],
}));

/** The statistics of `fq`. */
export interface FqXstats {
  /** Flows that were forgotten. */
  gcFlows: number;
  /** Packets of high priority. */
  highprioPackets: number;
  /** Packets of TCP that were sent again. */
  tcpRetrans: number;
  /** Times that a flow had to wait. */
  throttled: number;
  /** Packets that were dropped because of `flowPlimit`. */
  flowsPlimit: number;
  /** Packets whose pacing would have taken too long. */
  pktsTooLong: number;
  /** Packets for which there was no memory. */
  allocationErrors: number;
  /** Time until a flow that waits may send, in ns. */
  timeNextDelayedFlow: number;
  /** Flows. */
  flows: number;
  /** Flows without packets. */
  inactiveFlows: number;
  /** Flows that wait. */
  throttledFlows: number;
  /** Average lateness in ns. */
  unthrottleLatencyNs: number;
  /** Packets that were marked because of `ceThreshold`. */
  ceMark: number;
  /** Packets that were dropped because of `horizon`. */
  horizonDrops: number;
  /** Packets that were sent at the horizon. */
  horizonCaps: number;
  /** Packets that were sent without a queue. */
  fastpathPackets: number;
  /** Packets that were dropped, by band. */
  bandDrops: readonly number[];
  /** Packets that wait, by band. */
  bandPktCount: readonly number[];
}

/** Wire form of {@linkcode FqXstats}: struct tc_fq_qd_stats. */
export const FqXstats: Struct<FqXstats> = struct<FqXstats>(152, () => ({
  gcFlows: [0, count],
  highprioPackets: [8, count],
  tcpRetrans: [16, count],
  throttled: [24, count],
  flowsPlimit: [32, count],
  pktsTooLong: [40, count],
  allocationErrors: [48, count],
  timeNextDelayedFlow: [56, duration64 as Codec<number>],
  flows: [64, u32],
  inactiveFlows: [68, u32],
  throttledFlows: [72, u32],
  unthrottleLatencyNs: [76, u32],
  ceMark: [80, count],
  horizonDrops: [88, count],
  horizonCaps: [96, count],
  fastpathPackets: [104, count],
  bandDrops: [112, items(3, count)],
  bandPktCount: [136, items(3, u32)],
}));

/** A controller of delay, kind `pie`. */
export interface Pie {
  /** Delay that is aimed at, in µs; default 15000. */
  target?: number;
  /** Most packets that wait; default 1000. */
  limit?: number;
  /** Time between updates in µs, kept in the kernel's ticks; default 15000. */
  tupdate?: number;
  /** Weight of the deviation from the target, 0..32; default 2. */
  alpha?: number;
  /** Weight of the change of the delay, 0..32; default 20. */
  beta?: number;
  /** True if packets are marked instead of dropped. */
  ecn?: boolean;
  /** True if larger packets are dropped more often. */
  bytemode?: boolean;
  /** True if the delay is estimated from the rate, not from timestamps. */
  dqRateEstimator?: boolean;
}

/** Wire form of {@linkcode Pie}: TCA_PIE_*. */
export const Pie: Attributes<Pie> = attributes((): Shape<Pie> => ({
  target: [1, inUs(u32)],
  limit: [2, u32],
  tupdate: [3, inUs(u32)],
  alpha: [4, u32],
  beta: [5, u32],
  ecn: [6, bool32],
  bytemode: [7, bool32],
  dqRateEstimator: [8, bool32],
}));

/** The statistics of `pie`. */
export interface PieXstats {
  /** Probability of a drop, as its part of 2^64. */
  prob: bigint;
  /** Delay in µs. */
  delay: number;
  /** Average rate in bytes a second; 0 if it is not estimated. */
  avgDqRate: number;
  /** 1 while the rate is estimated. */
  dqRateEstimating: number;
  /** Packets so far. */
  packetsIn: number;
  /** Packets that were dropped. */
  dropped: number;
  /** Packets that were dropped because of `limit`. */
  overlimit: number;
  /** Most packets that waited. */
  maxq: number;
  /** Packets that were marked. */
  ecnMark: number;
}

/** Wire form of {@linkcode PieXstats}: struct tc_pie_xstats. */
export const PieXstats: Struct<PieXstats> = struct<PieXstats>(40, () => ({
  prob: [0, u64 as Codec<bigint>],
  delay: [8, u32],
  avgDqRate: [12, u32],
  dqRateEstimating: [16, u32],
  packetsIn: [20, u32],
  dropped: [24, u32],
  overlimit: [28, u32],
  maxq: [32, u32],
  ecnMark: [36, u32],
}));

/** Fair queues with a controller of delay, kind `fq_pie`. */
export interface FqPie {
  /** Most packets that wait; default 10240. */
  limit?: number;
  /** Number of flows; only when it is made. Default 1024. */
  flows?: number;
  /** Delay that is aimed at, in µs; default 15000. */
  target?: number;
  /** Time between updates in µs, kept in the kernel's ticks; default 15000. */
  tupdate?: number;
  /** Weight of the deviation from the target, 0..32; default 2. */
  alpha?: number;
  /** Weight of the change of the delay, 0..32; default 20. */
  beta?: number;
  /** Bytes a turn; default the device's MTU and header. */
  quantum?: number;
  /** Most bytes of memory; default 32 MiB. */
  memoryLimit?: number;
  /** Probability in percent above which packets are dropped instead of marked; default 10. */
  ecnProb?: number;
  /** True if packets are marked instead of dropped. */
  ecn?: boolean;
  /** True if larger packets are dropped more often. */
  bytemode?: boolean;
  /** True if the delay is estimated from the rate, not from timestamps. */
  dqRateEstimator?: boolean;
}

/** Wire form of {@linkcode FqPie}: TCA_FQ_PIE_*. */
export const FqPie: Attributes<FqPie> = attributes((): Shape<FqPie> => ({
  limit: [1, u32],
  flows: [2, u32],
  target: [3, inUs(u32)],
  tupdate: [4, inUs(u32)],
  alpha: [5, u32],
  beta: [6, u32],
  quantum: [7, u32],
  memoryLimit: [8, u32],
  ecnProb: [9, u32],
  ecn: [10, bool32],
  bytemode: [11, bool32],
  dqRateEstimator: [12, bool32],
}));

/** The statistics of `fq_pie`. */
export interface FqPieXstats {
  /** Packets so far. */
  packetsIn: number;
  /** Packets that were dropped. */
  dropped: number;
  /** Packets that were dropped because of `limit`. */
  overlimit: number;
  /** Packets that were dropped because of `memoryLimit`. */
  overmemory: number;
  /** Packets that were marked. */
  ecnMark: number;
  /** Flows that became new. */
  newFlowCount: number;
  /** New flows now. */
  newFlowsLen: number;
  /** Old flows now. */
  oldFlowsLen: number;
  /** Bytes of memory in use. */
  memoryUsage: number;
}

/** Wire form of {@linkcode FqPieXstats}: struct tc_fq_pie_xstats. */
export const FqPieXstats: Struct<FqPieXstats> = struct<FqPieXstats>(36, () => ({
  packetsIn: [0, u32],
  dropped: [4, u32],
  overlimit: [8, u32],
  overmemory: [12, u32],
  ecnMark: [16, u32],
  newFlowCount: [20, u32],
  newFlowsLen: [24, u32],
  oldFlowsLen: [28, u32],
  memoryUsage: [32, u32],
}));

/** A filter of heavy flows, kind `hhf`. */
export interface Hhf {
  /** Most packets that wait; default 1000. */
  backlogLimit?: number;
  /** Bytes a turn; default the device's MTU and header. */
  quantum?: number;
  /** Most heavy flows; default 2048. */
  hhFlowsLimit?: number;
  /** Time after which the counts are reset, in µs, kept in the kernel's ticks; default 40000. */
  resetTimeout?: number;
  /** Bytes within that time that make a flow heavy; default 131072. */
  admitBytes?: number;
  /** Time after which a heavy flow is forgotten, in µs, kept in the kernel's ticks; default 1 s. */
  evictTimeout?: number;
  /** Weight of the other flows; default 2. */
  nonHhWeight?: number;
}

/** Wire form of {@linkcode Hhf}: TCA_HHF_*. */
export const Hhf: Attributes<Hhf> = attributes((): Shape<Hhf> => ({
  backlogLimit: [1, u32],
  quantum: [2, u32],
  hhFlowsLimit: [3, u32],
  resetTimeout: [4, inUs(u32)],
  admitBytes: [5, u32],
  evictTimeout: [6, inUs(u32)],
  nonHhWeight: [7, u32],
}));

/** The statistics of `hhf`. */
export interface HhfXstats {
  /** Packets that were dropped because of `backlogLimit`. */
  dropOverlimit: number;
  /** Times that there were too many heavy flows. */
  hhOverlimit: number;
  /** Heavy flows so far. */
  hhTotCount: number;
  /** Heavy flows now. */
  hhCurCount: number;
}

/** Wire form of {@linkcode HhfXstats}: struct tc_hhf_xstats. */
export const HhfXstats: Struct<HhfXstats> = struct<HhfXstats>(16, () => ({
  dropOverlimit: [0, u32],
  hhOverlimit: [4, u32],
  hhTotCount: [8, u32],
  hhCurCount: [12, u32],
}));

/** Numbers of {@linkcode CakeDiffserv} by name. */
export const CAKE_DIFFSERV = { diffserv3: 0, diffserv4: 1, diffserv8: 2, besteffort: 3, precedence: 4 } as const;
/** The queues ("tins") of `cake` by services field. */
export type CakeDiffserv = keyof typeof CAKE_DIFFSERV | number;
/** Numbers of {@linkcode CakeFlow} by name. */
export const CAKE_FLOW = {
  none: 0,
  src_ip: 1,
  dst_ip: 2,
  hosts: 3,
  flows: 4,
  dual_src: 5,
  dual_dst: 6,
  triple: 7,
} as const;
/** Unit of fairness of `cake`: addresses, pairs of them, flows, or hosts and then flows. */
export type CakeFlow = keyof typeof CAKE_FLOW | number;
/** Numbers of {@linkcode CakeAck} by name. */
export const CAKE_ACK = { none: 0, filter: 1, aggressive: 2 } as const;
/** Dropping of superfluous acknowledgements by `cake`. */
export type CakeAck = keyof typeof CAKE_ACK | number;
/** Numbers of {@linkcode CakeAtm} by name. */
export const CAKE_ATM = { none: 0, atm: 1, ptm: 2 } as const;
/** The cells of the link below. */
export type CakeAtm = keyof typeof CAKE_ATM | number;

/** Codec of TCA_CAKE_RAW, whose presence is its value. */
const cakeRaw: Codec<boolean> = {
  name: "flag",
  size: 4,
  decode: () => true,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    if (!value) return HEADER_ONLY;
    to.grow(4);
    return undefined;
  },
};

/** A shaper with fair queues and little delay, kind `cake`. */
export interface Cake {
  /** Rate in bytes a second; 0, the default, for no limit. */
  baseRate64?: number;
  /** Queues by services field; default `diffserv3`. */
  diffservMode?: CakeDiffserv;
  /** The cells of the link below. */
  atm?: CakeAtm;
  /** Unit of fairness; default `triple`. */
  flowMode?: CakeFlow;
  /** Bytes added to each packet's length, -64..256. */
  overhead?: number;
  /** Round-trip time in µs; default 100000. */
  rtt?: number;
  /** Delay that is acceptable, in µs; by default from `rtt`. */
  target?: number;
  /** True if the rate is estimated from incoming packets. */
  autorate?: boolean;
  /** Most bytes of memory; 0 for a number that fits the rate. */
  memory?: number;
  /** True if addresses are those before network address translation. */
  nat?: boolean;
  /** True if lengths are those of the kernel; it clears `overhead`. */
  raw?: boolean;
  /** True if the services field is cleared. */
  wash?: boolean;
  /** Least length of a packet in bytes. */
  mpu?: number;
  /** True if dropped packets count as sent, as for incoming packets. */
  ingress?: boolean;
  /** Dropping of superfluous acknowledgements. */
  ackFilter?: CakeAck;
  /** True if packets of segmentation offload are split. */
  splitGso?: boolean;
  /** Mask of the bits of the mark that choose a queue; 0 for none. */
  fwmark?: number;
}

/** Wire form of {@linkcode Cake}: TCA_CAKE_*. */
export const Cake: Attributes<Cake> = attributes((): Shape<Cake> => ({
  baseRate64: [2, asRate(count)],
  diffservMode: [3, enumeration(u32, CAKE_DIFFSERV)],
  atm: [4, enumeration(u32, CAKE_ATM)],
  flowMode: [5, enumeration(u32, CAKE_FLOW)],
  overhead: [6, i32],
  rtt: [7, inUs(u32)],
  target: [8, inUs(u32)],
  autorate: [9, bool32],
  memory: [10, u32],
  nat: [11, bool32],
  raw: [12, cakeRaw],
  wash: [13, bool32],
  mpu: [14, u32],
  ingress: [15, bool32],
  ackFilter: [16, enumeration(u32, CAKE_ACK)],
  splitGso: [17, bool32],
  fwmark: [18, u32],
}), { pad: 1 });

/** The statistics of a queue ("tin") of `cake`. */
export interface CakeTin {
  /** Packets that it sent. */
  sentPackets?: number;
  /** Bytes that it sent. */
  sentBytes64?: number;
  /** Packets that it dropped. */
  droppedPackets?: number;
  /** Bytes that it dropped. */
  droppedBytes64?: number;
  /** Acknowledgements that it dropped. */
  acksDroppedPackets?: number;
  /** Their bytes. */
  acksDroppedBytes64?: number;
  /** Packets that it marked. */
  ecnMarkedPackets?: number;
  /** Their bytes. */
  ecnMarkedBytes64?: number;
  /** Packets that wait. */
  backlogPackets?: number;
  /** Bytes that wait. */
  backlogBytes?: number;
  /** Its rate in bytes a second. */
  thresholdRate64?: number;
  /** Delay that is acceptable, in µs. */
  targetUs?: number;
  /** Time in which the delay must fall to the target, in µs. */
  intervalUs?: number;
  /** Packets that found their flow not at the first place. */
  wayIndirectHits?: number;
  /** Packets that found no flow. */
  wayMisses?: number;
  /** Packets that took another flow's place. */
  wayCollisions?: number;
  /** Longest delay in µs. */
  peakDelayUs?: number;
  /** Average delay in µs. */
  avgDelayUs?: number;
  /** Delay of sparse flows in µs. */
  baseDelayUs?: number;
  /** Sparse flows. */
  sparseFlows?: number;
  /** Bulk flows. */
  bulkFlows?: number;
  /** Flows that do not yield. */
  unresponsiveFlows?: number;
  /** Largest packet in bytes. */
  maxSkblen?: number;
  /** Bytes of a flow's turn. */
  flowQuantum?: number;
}

/** Wire form of {@linkcode CakeTin}: TCA_CAKE_TIN_STATS_*. */
export const CakeTin: Attributes<CakeTin> = attributes((): Shape<CakeTin> => ({
  sentPackets: [2, u32],
  sentBytes64: [3, count],
  droppedPackets: [4, u32],
  droppedBytes64: [5, count],
  acksDroppedPackets: [6, u32],
  acksDroppedBytes64: [7, count],
  ecnMarkedPackets: [8, u32],
  ecnMarkedBytes64: [9, count],
  backlogPackets: [10, u32],
  backlogBytes: [11, u32],
  thresholdRate64: [12, count],
  targetUs: [13, u32],
  intervalUs: [14, u32],
  wayIndirectHits: [15, u32],
  wayMisses: [16, u32],
  wayCollisions: [17, u32],
  peakDelayUs: [18, u32],
  avgDelayUs: [19, u32],
  baseDelayUs: [20, u32],
  sparseFlows: [21, u32],
  bulkFlows: [22, u32],
  unresponsiveFlows: [23, u32],
  maxSkblen: [24, u32],
  flowQuantum: [25, u32],
}), { pad: 1 });

/** The statistics of `cake`, in `stats2.app`, and those of one of its flows, a class. */
export interface CakeStats {
  /** Estimated rate in bytes a second. */
  capacityEstimate64?: number;
  /** Most bytes of memory. */
  memoryLimit?: number;
  /** Most bytes of memory that were in use. */
  memoryUsed?: number;
  /** Average bytes of headers below the network layer. */
  avgNetoff?: number;
  /** Least length of a packet at the network layer. */
  minNetlen?: number;
  /** Largest length of a packet at the network layer. */
  maxNetlen?: number;
  /** Least length of a packet on the wire. */
  minAdjlen?: number;
  /** Largest length of a packet on the wire. */
  maxAdjlen?: number;
  /** The queues. */
  tinStats?: readonly CakeTin[];
  /** Of a flow: bytes that are left of its turn. */
  deficit?: number;
  /** Of a flow: drops since it began to drop. */
  cobaltCount?: number;
  /** Of a flow: 1 while it drops. */
  dropping?: number;
  /** Of a flow: time until the next drop in µs; negative if it is due. */
  dropNextUs?: number;
  /** Of a flow: probability of a drop as its part of 2^32. */
  pDrop?: number;
  /** Of a flow: time until the probability may change, in µs. */
  blueTimerUs?: number;
  /** Queues of the device in use, if several `cake` share a rate. */
  activeQueues?: number;
}

/** Wire form of {@linkcode CakeStats}: TCA_CAKE_STATS_*. */
export const CakeStats: Attributes<CakeStats> = attributes((): Shape<CakeStats> => ({
  capacityEstimate64: [2, count],
  memoryLimit: [3, u32],
  memoryUsed: [4, u32],
  avgNetoff: [5, u32],
  minNetlen: [6, u32],
  maxNetlen: [7, u32],
  minAdjlen: [8, u32],
  maxAdjlen: [9, u32],
  tinStats: [10, list(CakeTin)],
  deficit: [11, i32],
  cobaltCount: [12, u32],
  dropping: [13, u32],
  dropNextUs: [14, i32],
  pDrop: [15, u32],
  blueTimerUs: [16, i32],
  activeQueues: [17, u32],
}), { pad: 1 });

/** Numbers of {@linkcode Dualpi2DropOverload} by name. */
export const TC_DUALPI2_DROP_OVERLOAD = { overflow: 0, drop: 1 } as const;
/** Numbers of {@linkcode Dualpi2DropEarly} by name. */
export const TC_DUALPI2_DROP_EARLY = { drop_dequeue: 0, drop_enqueue: 1 } as const;
/** Numbers of {@linkcode Dualpi2EcnMask} by name. */
export const TC_DUALPI2_ECN_MASK = { l4s_ect: 1, cla_ect: 2, any_ect: 3 } as const;
/** Numbers of {@linkcode Dualpi2SplitGso} by name. */
export const TC_DUALPI2_SPLIT_GSO = { no_split_gso: 0, split_gso: 1 } as const;
/** In overload packets are dropped, or the queue overflows. */
export type Dualpi2DropOverload = keyof typeof TC_DUALPI2_DROP_OVERLOAD | number;
/** Packets are dropped when they leave or when they arrive. */
export type Dualpi2DropEarly = keyof typeof TC_DUALPI2_DROP_EARLY | number;
/** Packets for the queue with little delay, by their mark. */
export type Dualpi2EcnMask = keyof typeof TC_DUALPI2_ECN_MASK | number;
/** Splitting of packets of segmentation offload. */
export type Dualpi2SplitGso = keyof typeof TC_DUALPI2_SPLIT_GSO | number;

/** Two coupled queues, one with little delay, kind `dualpi2`; Linux 6.17. */
export interface Dualpi2 {
  /** Most packets that wait; default 10000. */
  limit?: number;
  /** Most bytes of memory. */
  memoryLimit?: number;
  /** Delay that is aimed at, in µs; default 15000. */
  target?: number;
  /** Time between updates in µs; default 16000. */
  tupdate?: number;
  /** Weight of the deviation from the target, in 1/256 Hz; default 41. */
  alpha?: number;
  /** Weight of the change of the delay, in 1/256 Hz; default 819. */
  beta?: number;
  /** Packets in the queue with little delay from which all are marked; excludes `stepThreshUs`. */
  stepThreshPkts?: number;
  /** Delay in that queue in µs from which all are marked; default 1000. */
  stepThreshUs?: number;
  /** Packets in that queue up to which none is marked. */
  minQlenStep?: number;
  /** Factor between the probabilities of the queues; default 2. */
  coupling?: number;
  /** In overload. */
  dropOverload?: Dualpi2DropOverload;
  /** Place of drops. */
  dropEarly?: Dualpi2DropEarly;
  /** Part of the classic queue's turns in percent; default 10. */
  cProtection?: number;
  /** Packets for the queue with little delay. */
  ecnMask?: Dualpi2EcnMask;
  /** Splitting of packets of segmentation offload. */
  splitGso?: Dualpi2SplitGso;
}

/** Wire form of {@linkcode Dualpi2}: TCA_DUALPI2_*. */
export const Dualpi2: Attributes<Dualpi2> = attributes((): Shape<Dualpi2> => ({
  limit: [1, u32],
  memoryLimit: [2, u32],
  target: [3, inUs(u32)],
  tupdate: [4, inUs(u32)],
  alpha: [5, u32],
  beta: [6, u32],
  stepThreshPkts: [7, u32],
  stepThreshUs: [8, inUs(u32)],
  minQlenStep: [9, u32],
  coupling: [10, u8],
  dropOverload: [11, enumeration(u8, TC_DUALPI2_DROP_OVERLOAD)],
  dropEarly: [12, enumeration(u8, TC_DUALPI2_DROP_EARLY)],
  cProtection: [13, u8],
  ecnMask: [14, enumeration(u8, TC_DUALPI2_ECN_MASK)],
  splitGso: [15, enumeration(u8, TC_DUALPI2_SPLIT_GSO)],
}), { pad: 16 });

/** The statistics of `dualpi2`. */
export interface Dualpi2Xstats {
  /** Probability of the classic queue as its part of 2^32. */
  prob: number;
  /** Delay of the classic queue in µs. */
  delayC: number;
  /** Delay of the queue with little delay in µs. */
  delayL: number;
  /** Packets of the classic queue. */
  packetsInC: number;
  /** Packets of the queue with little delay. */
  packetsInL: number;
  /** Most packets that waited. */
  maxq: number;
  /** Packets that were marked. */
  ecnMark: number;
  /** Packets that were marked because of the threshold. */
  stepMarks: number;
  /** Credit of the turns. */
  credit: number;
  /** Bytes of memory in use. */
  memoryUsed: number;
  /** Most bytes of memory that were in use. */
  maxMemoryUsed: number;
  /** Most bytes of memory. */
  memoryLimit: number;
}

/** Wire form of {@linkcode Dualpi2Xstats}: struct tc_dualpi2_xstats. */
export const Dualpi2Xstats: Struct<Dualpi2Xstats> = struct<Dualpi2Xstats>(48, () => ({
  prob: [0, u32],
  delayC: [4, u32],
  delayL: [8, u32],
  packetsInC: [12, u32],
  packetsInL: [16, u32],
  maxq: [20, u32],
  ecnMark: [24, u32],
  stepMarks: [28, u32],
  credit: [32, i32],
  memoryUsed: [36, u32],
  maxMemoryUsed: [40, u32],
  memoryLimit: [44, u32],
}));
