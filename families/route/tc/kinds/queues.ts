/**
 * Qdiscs that order, delay or drop packets by rules of their own: fifos, drr, ets, mqprio, multiq, netem, plug, prio, qfq,
 * skbprio, taprio, and atm and dsmark of old kernels.
 *
 * Source: linux/pkt_sched.h, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  bool,
  bytes,
  type Codec,
  count64,
  enumeration,
  flag,
  head,
  i16,
  i32,
  i64,
  lazy,
  listOf,
  mask,
  readOnly,
  repeated,
  type RepeatedCodec,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u64,
  u8,
  type Writer,
} from "../../../../core/codec/mod.ts";
import { plainHandle } from "../handle.ts";
import { TICK } from "../rates.ts";
import {
  asRate,
  type Clock,
  clock,
  completed,
  duration64,
  flat,
  type FlatCodec,
  inNs,
  items,
  probability,
} from "./shared.ts";

/** A queue, kinds `bfifo`, `pfifo`, `pfifo_head_drop`. */
export interface Fifo {
  /** Most packets that wait; bytes for `bfifo`. Default the device's `txqlen`, for `bfifo` times its MTU. */
  limit?: number;
}

/** Wire form of {@linkcode Fifo}: struct tc_fifo_qopt. */
export const Fifo: Struct<Fifo> = struct<Fifo>(4, () => ({ limit: [0, u32] }));

/** Bands by priority, kinds `prio` and `pfifo_fast`: the first band that has packets sends. */
export interface Prio {
  /** Number of bands, 2..16; default 3. */
  bands?: number;
  /** The band of each of the 16 priorities. */
  priomap?: readonly number[];
}

/** Wire form of {@linkcode Prio}: struct tc_prio_qopt; by default with the bands of `tc`. */
export const Prio: Struct<Prio> = completed(
  struct<Prio>(20, () => ({ bands: [0, i32], priomap: [4, items(16, u8)] })),
  { bands: 3, priomap: [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] },
);

/** A band for each of the device's queues, kind `multiq`. */
export interface Multiq {
  /** Number of bands: that of the device's queues. Read-only. */
  bands?: number;
  /** Most bands. Read-only. */
  maxBands?: number;
}

/** Wire form of {@linkcode Multiq}: struct tc_multiq_qopt. */
export const Multiq: Struct<Multiq> = struct<Multiq>(4, () => ({
  bands: [0, u16, readOnly],
  maxBands: [2, u16, readOnly],
}));

/** A class of `drr`. */
export interface DrrClass {
  /** Bytes a turn; default the device's MTU. */
  quantum?: number;
}

/** Wire form of {@linkcode DrrClass}: TCA_DRR_*. */
export const DrrClass: Attributes<DrrClass> = attributes((): Shape<DrrClass> => ({ quantum: [1, u32] }));

/** The statistics of a class of `drr`. */
export interface DrrXstats {
  /** Bytes that are left of its turn. */
  deficit: number;
}

/** Wire form of {@linkcode DrrXstats}: struct tc_drr_stats. */
export const DrrXstats: Struct<DrrXstats> = struct<DrrXstats>(4, () => ({ deficit: [0, u32] }));

/** A class of `qfq`. */
export interface QfqClass {
  /** Weight, 1..1024; default 1. */
  weight?: number;
  /** Largest packet in bytes; default the device's MTU. */
  lmax?: number;
}

/** Wire form of {@linkcode QfqClass}: TCA_QFQ_*. */
export const QfqClass: Attributes<QfqClass> = attributes((): Shape<QfqClass> => ({
  weight: [1, u32],
  lmax: [2, u32],
}));

/** Wire form of the statistics of a class of `qfq`, which repeat its settings: struct tc_qfq_stats. */
export const QfqXstats: Struct<Required<QfqClass>> = struct<Required<QfqClass>>(8, () => ({
  weight: [0, u32],
  lmax: [4, u32],
}));

/** Strict bands, then bands in turns, kind `ets`. */
export interface Ets {
  /** Number of bands, 1..16. */
  nbands?: number;
  /** Number of bands that are strict. */
  nstrict?: number;
  /** Bytes a turn of each of the other bands. */
  quanta?: readonly number[];
  /** The band of each of the 16 priorities; default the last. */
  priomap?: readonly number[];
}

/** Wire form of {@linkcode Ets}: TCA_ETS_*. */
export const Ets: Attributes<Ets> = attributes((): Shape<Ets> => ({
  nbands: [1, u8],
  nstrict: [2, u8],
  quanta: [3, listOf(4, u32)],
  priomap: [5, listOf(6, u8)],
}));

/** A class of `ets`, a band: only changes are possible. */
export interface EtsClass {
  /** Bytes a turn. */
  quantaBand?: number;
}

/** Wire form of {@linkcode EtsClass}: TCA_ETS_QUANTA_BAND. */
export const EtsClass: Attributes<EtsClass> = attributes((): Shape<EtsClass> => ({ quantaBand: [4, u32] }));

/** A queue by priority that drops what is least urgent, kind `skbprio`. */
export interface Skbprio {
  /** Most packets that wait; default 64. */
  limit?: number;
}

/** Wire form of {@linkcode Skbprio}: struct tc_skbprio_qopt. */
export const Skbprio: Struct<Skbprio> = struct<Skbprio>(4, () => ({ limit: [0, u32] }));

/** Numbers of {@linkcode PlugAction} by name. */
export const TCQ_PLUG = { buffer: 0, release_one: 1, release_indefinite: 2, limit: 3 } as const;
/** An action of `plug`: packets wait; those up to the last `buffer` leave; all leave until the next; sets the limit. */
export type PlugAction = keyof typeof TCQ_PLUG | number;

/** A queue that a program opens and closes, kind `plug`. The kernel does not return its settings. */
export interface Plug {
  /** The action, for `set`. */
  action?: PlugAction;
  /** Most bytes that wait. */
  limit?: number;
}

/** Wire form of {@linkcode Plug}: struct tc_plug_qopt. */
export const Plug: Struct<Plug> = struct<Plug>(8, () => ({ action: [0, enumeration(i32, TCQ_PLUG)], limit: [4, u32] }));

/** Traffic classes and the device's queues of each. */
export interface TcMap {
  /** Number of traffic classes, 0..16. */
  numTc?: number;
  /** The traffic class of each of the 16 priorities. */
  prioTcMap?: readonly number[];
  /** 1 if the device itself does it, 0 if the kernel does. */
  hw?: number;
  /** Number of queues of each traffic class. */
  count?: readonly number[];
  /** First queue of each traffic class. */
  offset?: readonly number[];
}

/** Codec of 16 numbers, one for each traffic class, of which those of the classes in use are there. */
const ofClasses: Codec<readonly number[]> = {
  ...items(16, u16, 0),
  decode: (from, at, _end, owner) =>
    Array.from({ length: Math.min(16, (owner as TcMap).numTc ?? 16) }, (_, i) => from.view.getUint16(at + 2 * i, true)),
};

/** Numbers of {@linkcode MqprioMode} by name. */
export const TC_MQPRIO_MODE = { dcb: 0, channel: 1 } as const;
/** Numbers of {@linkcode MqprioShaper} by name. */
export const TC_MQPRIO_SHAPER = { dcb: 0, bw_rate: 1 } as const;
/** Numbers of {@linkcode FramePreemption} by name. */
export const TC_FP = { express: 1, preemptible: 2 } as const;
/** Mode of the device's traffic classes. */
export type MqprioMode = keyof typeof TC_MQPRIO_MODE | number;
/** Shaper of the device's traffic classes. */
export type MqprioShaper = keyof typeof TC_MQPRIO_SHAPER | number;
/** Preemption of a traffic class: its frames may interrupt others, or be interrupted. */
export type FramePreemption = keyof typeof TC_FP | number;

/** A traffic class of `mqprio`. */
export interface MqprioTcEntry {
  /** Its number. */
  index?: number;
  /** Frame preemption. */
  fp?: FramePreemption;
}

/** Wire form of {@linkcode MqprioTcEntry}: TCA_MQPRIO_TC_ENTRY_*. */
export const MqprioTcEntry: Attributes<MqprioTcEntry> = attributes((): Shape<MqprioTcEntry> => ({
  index: [1, u32],
  fp: [2, enumeration(u32, TC_FP)],
}));

/** Traffic classes by priority, kind `mqprio`. */
export interface Mqprio extends TcMap {
  /** Mode; only with `hw`. */
  mode?: MqprioMode;
  /** Shaper; only with `hw`. */
  shaper?: MqprioShaper;
  /** Least rate of each traffic class in bytes a second; only with `hw`. */
  minRate64?: readonly number[];
  /** Largest rate of each traffic class in bytes a second; only with `hw`. */
  maxRate64?: readonly number[];
  /** Frame preemption of each traffic class; only with `hw`, and not sent without it if all are `express`. */
  tcEntry?: readonly MqprioTcEntry[];
}

const tcEntries: Codec<readonly MqprioTcEntry[]> & RepeatedCodec = repeated(5, MqprioTcEntry);

/** Wire form of {@linkcode Mqprio}: struct tc_mqprio_qopt and TCA_MQPRIO_*. */
export const Mqprio: Attributes<Mqprio> = attributes((): Shape<Mqprio> => ({
  numTc: head(0, u8),
  prioTcMap: head(1, items(16, u8)),
  hw: head(17, u8),
  count: head(18, ofClasses),
  offset: head(50, ofClasses),
  mode: [1, enumeration(u16, TC_MQPRIO_MODE)],
  shaper: [2, enumeration(u16, TC_MQPRIO_SHAPER)],
  minRate64: [3, listOf(3, count64)],
  maxRate64: [4, listOf(4, count64)],
  tcEntry: [
    5,
    {
      ...tcEntries,
      encode(value, to, owner) {
        // The kernel always sends these, and refuses attributes if it does the work itself.
        const usual = !(owner as Mqprio).hw && Array.isArray(value) &&
          value.every(({ fp }) => fp === "express" || fp === TC_FP.express);
        if (!usual || to.everything) return tcEntries.encode(value, to, owner);
      },
    } as Codec<readonly MqprioTcEntry[]> & RepeatedCodec,
  ],
}), { header: 82 });

/** Wire form of {@linkcode TcMap}: struct tc_mqprio_qopt. */
export const TcMap: Struct<TcMap> = struct<TcMap>(82, () => ({
  numTc: [0, u8],
  prioTcMap: [1, items(16, u8)],
  hw: [17, u8],
  count: [18, ofClasses],
  offset: [50, ofClasses],
}));

/** Numbers of {@linkcode TaprioCommand} by name. */
export const TC_TAPRIO_CMD = { set_gates: 0, set_and_hold: 1, set_and_release: 2 } as const;
/** A command of a schedule: it sets the gates, and holds or releases preemptible frames. */
export type TaprioCommand = keyof typeof TC_TAPRIO_CMD | number;

/** A step of a schedule. */
export interface TaprioSchedEntry {
  /** Its position. Read-only. */
  index?: number;
  /** The command; default `set_gates`. */
  cmd?: TaprioCommand;
  /** Mask of the traffic classes that may send. */
  gateMask?: number;
  /** Duration in ns. */
  interval?: number;
}

/** Wire form of {@linkcode TaprioSchedEntry}: TCA_TAPRIO_SCHED_ENTRY_*. */
export const TaprioSchedEntry: Attributes<TaprioSchedEntry> = attributes((): Shape<TaprioSchedEntry> => ({
  index: [1, u32, readOnly],
  cmd: [2, enumeration(u8, TC_TAPRIO_CMD)],
  gateMask: [3, u32],
  interval: [4, inNs(u32)],
}));

/** A traffic class of `taprio`. */
export interface TaprioTcEntry {
  /** Its number. */
  index?: number;
  /** Largest frame in bytes; 0 for no limit. */
  maxSdu?: number;
  /** Frame preemption. */
  fp?: FramePreemption;
}

/** Wire form of {@linkcode TaprioTcEntry}: TCA_TAPRIO_TC_ENTRY_*. */
export const TaprioTcEntry: Attributes<TaprioTcEntry> = attributes((): Shape<TaprioTcEntry> => ({
  index: [1, u32],
  maxSdu: [2, u32],
  fp: [3, enumeration(u32, TC_FP)],
}));

/** Numbers of {@linkcode TaprioFlag} by name. */
export const TCA_TAPRIO_ATTR_FLAG = { txtime_assist: 1, full_offload: 2 } as const;
/** A flag of `taprio`: each packet gets a time, for `etf`; the device keeps the schedule. */
export type TaprioFlag = keyof typeof TCA_TAPRIO_ATTR_FLAG;

/** A schedule of the gates of traffic classes, kind `taprio`. */
export interface Taprio {
  /** The traffic classes. */
  priomap?: TcMap;
  /** The schedule. */
  schedEntryList?: readonly TaprioSchedEntry[];
  /** Time at which it begins, in ns of the clock. */
  schedBaseTime?: bigint;
  /** The clock. */
  schedClockid?: Clock;
  /** Duration of a cycle in ns; default the sum of the steps. */
  schedCycleTime?: number;
  /** Time by which a cycle may be longer before the next schedule, in ns. */
  schedCycleTimeExtension?: number;
  /** Flags; they are given when it is made. */
  flags?: readonly (TaprioFlag | number)[];
  /** Time from the kernel to the wire in ns, with `txtime_assist`. */
  txtimeDelay?: number;
  /** The traffic classes' settings. */
  tcEntry?: readonly TaprioTcEntry[];
  /** The schedule that comes next. Read-only. */
  adminSched?: Taprio;
}

/** Wire form of {@linkcode Taprio}: TCA_TAPRIO_ATTR_*. */
export const Taprio: Attributes<Taprio> = attributes((): Shape<Taprio> => ({
  priomap: [1, TcMap],
  schedEntryList: [2, listOf(1, TaprioSchedEntry)],
  schedBaseTime: [3, inNs(i64 as Codec<bigint>)],
  schedClockid: [5, clock],
  schedCycleTime: [8, inNs(duration64 as Codec<number>)],
  schedCycleTimeExtension: [9, inNs(duration64 as Codec<number>)],
  flags: [10, mask(u32, TCA_TAPRIO_ATTR_FLAG) as never],
  txtimeDelay: [11, inNs(u32)],
  tcEntry: [12, repeated(12, TaprioTcEntry)],
  adminSched: [7, lazy((): Codec<Taprio> => Taprio), readOnly],
}), { pad: 6 });

/** Codec of a probability that is sent as its part of 2^32 - 1. */
const chance: Codec<number> = probability(0xffff_ffff);

/** Correlations of each packet's chances with the last packet's, 0..1. */
export interface NetemCorr {
  /** Of delays. */
  delayCorr?: number;
  /** Of losses. */
  lossCorr?: number;
  /** Of duplicates. */
  dupCorr?: number;
}

/** A chance, and its correlation with the last packet's. */
export interface NetemChance {
  /** Probability, 0..1. */
  probability?: number;
  /** Correlation, 0..1. */
  correlation?: number;
}

const chanceWithCorrelation = (): Struct<NetemChance> =>
  struct<NetemChance>(8, () => ({ probability: [0, chance], correlation: [4, chance] }));

/** Probabilities of changes of state in a loss model of four states, 0..1. */
export interface NetemGimodel {
  /** From good to losing in bursts. */
  p13?: number;
  /** From losing in bursts to good. */
  p31?: number;
  /** From losing in bursts to good within a burst. */
  p32?: number;
  /** From good to losing one packet. */
  p14?: number;
  /** From good within a burst to losing. */
  p23?: number;
}

/** The loss model of Gilbert and Elliott, probabilities 0..1. */
export interface NetemGemodel {
  /** From good to bad. */
  p?: number;
  /** From bad to good. */
  r?: number;
  /** A packet arrives in the bad state. */
  h?: number;
  /** A packet is lost in the good state. */
  k1?: number;
}

/** A loss model: one of the two. */
export interface NetemLoss {
  /** A model of four states. */
  gi?: NetemGimodel;
  /** The model of Gilbert and Elliott. */
  ge?: NetemGemodel;
}

/** Wire form of {@linkcode NetemLoss}: NETEM_LOSS_*. */
export const NetemLoss: Attributes<NetemLoss> = attributes((): Shape<NetemLoss> => ({
  gi: [
    1,
    struct<NetemGimodel>(20, () => ({
      p13: [0, chance],
      p31: [4, chance],
      p32: [8, chance],
      p14: [12, chance],
      p23: [16, chance],
    })),
  ],
  ge: [
    2,
    struct<NetemGemodel>(16, () => ({ p: [0, chance], r: [4, chance], h: [8, chance], k1: [12, chance] })),
  ],
}));

/** A rate, and the overhead of packets in bytes. */
export interface NetemRate {
  /** Rate in bytes a second; 0 for no limit. */
  rate?: number;
  /** Bytes added to each packet; may be negative. */
  packetOverhead?: number;
  /** Bytes of a cell; 0 for none. */
  cellSize?: number;
  /** Bytes added to each cell. */
  cellOverhead?: number;
}

/** Slots: packets wait, and leave together. */
export interface NetemSlot {
  /** Least time between slots in ns. */
  minDelay?: number;
  /** Most time between slots in ns. */
  maxDelay?: number;
  /** Most packets of a slot; 0 for no limit. */
  maxPackets?: number;
  /** Most bytes of a slot; 0 for no limit. */
  maxBytes?: number;
  /** Mean time between slots in ns, with a distribution. */
  distDelay?: number;
  /** Its deviation in ns. */
  distJitter?: number;
}

/** A network with delay, loss, duplicates and disorder, kind `netem`. */
export interface Netem {
  /** Delay in ns. */
  latency?: number;
  /** Deviation of the delay in ns. */
  jitter?: number;
  /** Most packets that wait; default 1000. */
  limit?: number;
  /** Probability of a loss, 0..1. */
  loss?: number;
  /** Every how many packets one is sent at once, out of order; 0 for none. */
  gap?: number;
  /** Probability of a duplicate, 0..1. */
  duplicate?: number;
  /** Correlations of chances. */
  corr?: NetemCorr;
  /** Chance that a packet is sent at once, out of order. */
  reorder?: NetemChance;
  /** Chance that a bit of a packet is changed. */
  corrupt?: NetemChance;
  /** Loss model, in place of `loss`. */
  lossModel?: NetemLoss;
  /** Rate. */
  rate?: NetemRate;
  /** True if packets are marked instead of lost. */
  ecn?: boolean;
  /** Slots. */
  slot?: NetemSlot;
  /** Distribution of the delay, at most 16384 numbers; the kernel does not return it. */
  delayDist?: readonly number[];
  /** Distribution of the time between slots; the kernel does not return it. */
  slotDist?: readonly number[];
  /** Seed of the random numbers; by default a random one. */
  prngSeed?: bigint;
}

/** Kind `netem` as it is sent. */
interface NetemWire extends Omit<Netem, "lossModel"> {
  /** Delay in ticks. */
  latency: number;
  /** Deviation in ticks. */
  jitter: number;
  /** Delay in ns, in place of `latency`. */
  latency64?: number;
  /** Deviation in ns. */
  jitter64?: number;
  /** Rate in bytes a second, if it exceeds 32 bits. */
  rate64?: number;
  /** Loss model. */
  lossModel?: NetemLoss;
}

const NetemWire: Attributes<NetemWire> = attributes((): Shape<NetemWire> => ({
  latency: head(0, u32),
  limit: head(4, u32),
  loss: head(8, chance),
  gap: head(12, u32),
  duplicate: head(16, chance),
  jitter: head(20, u32),
  corr: [
    1,
    struct<NetemCorr>(12, () => ({ delayCorr: [0, chance], lossCorr: [4, chance], dupCorr: [8, chance] })),
  ],
  delayDist: [2, array(i16), "input"],
  reorder: [3, chanceWithCorrelation()],
  corrupt: [4, chanceWithCorrelation()],
  lossModel: [5, NetemLoss],
  rate: [
    6,
    struct<NetemRate>(16, () => ({
      rate: [0, asRate(u32)],
      packetOverhead: [4, i32],
      cellSize: [8, u32],
      cellOverhead: [12, i32],
    })),
  ],
  ecn: [7, bool(u32) as Codec<boolean>],
  rate64: [8, count64 as Codec<number>],
  latency64: [10, duration64 as Codec<number>],
  jitter64: [11, duration64 as Codec<number>],
  slot: [
    12,
    struct<NetemSlot>(40, () => ({
      minDelay: [0, inNs(duration64 as Codec<number>)],
      maxDelay: [8, inNs(duration64 as Codec<number>)],
      maxPackets: [16, i32],
      maxBytes: [20, i32],
      distDelay: [24, inNs(duration64 as Codec<number>)],
      distJitter: [32, inNs(duration64 as Codec<number>)],
    })),
  ],
  slotDist: [13, array(i16), "input"],
  prngSeed: [14, u64 as Codec<bigint>],
}), { header: 24, pad: 9 });

/** Returns a duration in ticks; the largest if it is more. */
const ticks = (ns: number): number => Math.min(0xffff_ffff, Math.floor(ns / TICK));

/** Returns a duration in ns as a number, 0 if it is absent, and fails if it is none. */
function nsOf(value: unknown, name: string, to: Writer): number {
  const ns = typeof value === "bigint" ? Number(value) : value ?? 0;
  if (Number.isSafeInteger(ns) && (ns as number) >= 0) return ns as number;
  to.path.push(name);
  to.fail(
    typeof ns === "number" ? RangeError : TypeError,
    `expected a whole number of ns (time("5ms", "ns") makes it), got ${shown(value)}`,
  );
}

/** Codec of {@linkcode Netem}. */
export const Netem: FlatCodec<Netem> = flat<Netem, NetemWire>({
  wire: NetemWire,
  shape: () => {
    const shape: Record<string, unknown> = {};
    for (const { key, codec, use } of NetemWire.fields) {
      if (!/64$/.test(key!)) shape[key!] = [0, codec, ...(use === undefined ? [] : [use])];
    }
    return { ...shape, latency: [0, duration64], jitter: [0, duration64] } as unknown as Shape<Netem>;
  },
  join({ latency, jitter, latency64, jitter64, rate64, rate, ...rest }) {
    return {
      latency: latency64 ?? latency * TICK,
      jitter: jitter64 ?? jitter * TICK,
      ...rest,
      ...(rate === undefined ? {} : { rate: rate64 === undefined ? rate : { ...rate, rate: rate64 } }),
    };
  },
  split({ latency, jitter, rate, ...rest }, to, whole) {
    const delay = nsOf(latency, "latency", to), deviation = nsOf(jitter, "jitter", to);
    const large = rate?.rate !== undefined && rate.rate > 0xffff_ffff;
    return {
      ...(whole ? { limit: 1000 } : {}),
      ...rest,
      latency: ticks(delay),
      jitter: ticks(deviation),
      ...(delay === 0 ? {} : { latency64: delay }),
      ...(deviation === 0 ? {} : { jitter64: deviation }),
      ...(rate === undefined ? {} : { rate: large ? { ...rate, rate: 0xffff_ffff } : rate }),
      ...(large ? { rate64: rate.rate } : {}),
    } as NetemWire;
  },
});

/** The statistics of `netem`. */
export interface NetemXstats {
  /** Packets that were delayed. */
  delayed: number;
  /** Packets that were lost. */
  dropped: number;
  /** Packets that were changed. */
  corrupted: number;
  /** Packets that were sent twice. */
  duplicated: number;
  /** Packets that were sent out of order. */
  reordered: number;
  /** Packets that were marked. */
  ecnMarked: number;
  /** Packets for which there was no memory. */
  allocationErrors: number;
}

/** Wire form of {@linkcode NetemXstats}: struct tc_netem_xstats. */
export const NetemXstats: Struct<NetemXstats> = struct<NetemXstats>(56, () => ({
  delayed: [0, count64 as Codec<number>],
  dropped: [8, count64 as Codec<number>],
  corrupted: [16, count64 as Codec<number>],
  duplicated: [24, count64 as Codec<number>],
  reordered: [32, count64 as Codec<number>],
  ecnMarked: [40, count64 as Codec<number>],
  allocationErrors: [48, count64 as Codec<number>],
}));

/** Marking of differentiated services, kind `dsmark`, and its classes; Linux 6.8 removed it. */
export interface Dsmark {
  /** Number of classes, a power of two. */
  indices?: number;
  /** The class of packets without a number. */
  defaultIndex?: number;
  /** True if the packet's number is set from its services field. */
  setTcIndex?: boolean;
  /** Of a class: mask of the services field. */
  mask?: number;
  /** Of a class: value that is set in the services field. */
  value?: number;
}

/** Wire form of {@linkcode Dsmark}: TCA_DSMARK_*. */
export const Dsmark: Attributes<Dsmark> = attributes((): Shape<Dsmark> => ({
  indices: [1, u16],
  defaultIndex: [2, u16],
  setTcIndex: [3, flag as Codec<boolean>],
  mask: [4, u8],
  value: [5, u8],
}));

/** A class of `atm`, a virtual circuit; Linux 6.8 removed it. */
export interface AtmClass {
  /** File descriptor of the circuit's socket. */
  fd?: number;
  /** Bytes in front of each packet. */
  hdr?: Uint8Array;
  /** The class of packets over the limit. */
  excess?: string;
  /** Address of the circuit: struct sockaddr_atmpvc. */
  addr?: Uint8Array;
  /** State of the circuit. */
  state?: number;
}

/** Wire form of {@linkcode AtmClass}: TCA_ATM_*. */
export const AtmClass: Attributes<AtmClass> = attributes((): Shape<AtmClass> => ({
  fd: [1, u32],
  hdr: [3, bytes as Codec<Uint8Array>],
  excess: [4, plainHandle],
  addr: [5, bytes as Codec<Uint8Array>],
  state: [6, u32],
}));
