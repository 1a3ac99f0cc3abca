/**
 * Qdiscs and classes that limit rates: cbs, etf, hfsc, htb, tbf, and cbq of old kernels.
 *
 * All rates are bytes a second: `rate("10mbit")` of `families/route/tc/units.ts` makes them.
 *
 * Source: linux/pkt_sched.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  bool,
  bytes,
  type Codec,
  count64,
  flag,
  i32,
  mask,
  readOnly,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u8,
  uint,
  type Writer,
} from "../../../../core/codec/mod.ts";
import { burstIn, burstOnWire, bytesOf, type Linklayer, linklayer, RateSpec, TICK, ticksOf } from "../rates.ts";
import { handleNumber, plainHandle } from "../handle.ts";
import { asRate, type Clock, clock, flat, type FlatCodec, inNs, inUs, spread } from "./shared.ts";

/** A rate of 32 bits that means that another attribute has it. */
const LARGE = 0xffff_ffff;

/** Bytes that `tc` allows at once beside those of a timer's tick, if no burst is given. */
const USUAL_BURST = 1600;

/** Parts of a rate that are not the rate itself. */
interface Overhead {
  overhead?: number;
  mpu?: number;
  linklayer?: Linklayer;
}

/** Codecs of the fields of {@linkcode Overhead}. */
const OVERHEAD = { overhead: u16, mpu: u16, linklayer } as const;

/** Returns struct tc_ratespec for a rate in bytes a second, and fails for wrong parts by their own names. */
function specOf(rate: number, given: Overhead, to: Writer): RateSpec {
  for (const [name, codec] of Object.entries(OVERHEAD)) {
    const value = given[name as keyof Overhead], length = to.length;
    if (value === undefined) continue;
    to.path.push(name);
    codec.encode(value as never, to, {});
    to.path.pop();
    to.length = length;
  }
  const { overhead = 0, mpu = 0, linklayer: layer = "ethernet" } = given;
  return { cellLog: 0, linklayer: layer, overhead, cellAlign: -1, mpu, rate: Math.min(rate, LARGE) };
}

/** Returns a rate in bytes a second as a number, and fails if it is not one. */
function rateOf(value: unknown, name: string, to: Writer): number {
  const rate = typeof value === "bigint" ? Number(value) : value;
  if (typeof rate === "number" && Number.isInteger(rate) && rate > 0) return rate;
  to.path.push(name);
  to.fail(
    typeof rate === "number" ? RangeError : TypeError,
    `expected bytes a second, at least 1 (rate("10mbit") makes them), got ${shown(value)}`,
  );
}

/** Returns a number of bytes, and fails if it is not one. */
function bytesGiven(value: unknown, name: string, to: Writer): number {
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  to.path.push(name);
  to.fail(
    typeof value === "number" ? RangeError : TypeError,
    `expected a number of bytes (size("10k") makes it), got ${shown(value)}`,
  );
}

/** Returns the ticks of a burst in bytes at a rate, and fails if it takes too long. */
function burstOf(value: unknown, rate: number, name: string, to: Writer): number {
  const size = bytesGiven(value, name, to), ticks = ticksOf(size, rate);
  if (ticks === 0xffff_ffff) {
    to.path.push(name);
    to.fail(
      RangeError,
      `expected at most ${Math.floor(LARGE * TICK * rate / 1e9)} bytes, what this rate sends in 274 s, got ${size}`,
    );
  }
  return ticks;
}

/** Returns the codec of a class's minor number. If it is given a handle, the error has the number. */
function minor(codec: Codec<number>): Codec<number> {
  return {
    ...codec,
    encode(value: unknown, to, owner) {
      const handle = typeof value === "string" ? handleNumber(value) : undefined;
      if (handle !== undefined) {
        to.fail(
          TypeError,
          `expected the class's own number, 0x${(handle & 0xffff).toString(16)} for ${shown(value)}, got the handle`,
        );
      }
      return codec.encode(value as number, to, owner);
    },
  };
}

/** TC_HTB_PROTOVER: the version of the interface that kernels accept. */
const HTB_VERSION = 3;

/** Codec of the version: the kernel sends 3 << 16 and a number of its own, and accepts 3. */
const htbVersion: Codec<number> = { ...u32, encode: (_value, to, owner) => u32.encode(HTB_VERSION, to, owner) };

/** A hierarchical token bucket, kind `htb`: classes share a rate, and borrow what others leave. */
export interface Htb {
  /** Version of the interface, in the upper 16 bits. Read-only. */
  version?: number;
  /** Number by which a class's rate is divided for its quantum if it has none; default 10. */
  rate2quantum?: number;
  /** Minor number of the class for packets that no filter classifies; 0, the default, sends them without a limit. */
  defcls?: number;
  /** Zero. Read-only. */
  debug?: number;
  /** Number of packets that were sent without a class. Read-only. */
  directPkts?: number;
  /** Most packets without a class that wait; default the device's `txqlen`. */
  directQlen?: number;
  /** True if the device itself shapes. */
  offload?: boolean;
}

/** The fields of struct tc_htb_glob. */
type HtbGlob = Pick<Htb, "version" | "rate2quantum" | "defcls" | "debug" | "directPkts">;

/** The attributes of kind `htb` as they are sent. */
interface HtbWire extends Pick<Htb, "directQlen" | "offload"> {
  /** struct tc_htb_glob. */
  init?: HtbGlob;
}

/** Wire form of {@linkcode HtbWire}: TCA_HTB_*. */
const HtbWire: Attributes<HtbWire> = attributes((): Shape<HtbWire> => ({
  init: [
    2,
    struct<HtbGlob>(20, () => ({
      version: [0, htbVersion],
      rate2quantum: [4, u32],
      defcls: [8, minor(u32)],
      debug: [12, u32, readOnly],
      directPkts: [16, u32, readOnly],
    })),
  ],
  directQlen: [5, u32],
  offload: [9, flag as Codec<boolean>],
}));

/** Codec of {@linkcode Htb}. */
export const Htb: FlatCodec<Htb> = spread<Htb, HtbWire>(HtbWire, "init", { version: HTB_VERSION, rate2quantum: 10 });

/** A class of `htb`. */
export interface HtbClass {
  /** Rate that the class always gets, in bytes a second. */
  rate?: number;
  /**
   * Rate that it may borrow up to, in bytes a second; default `rate`, which it follows while both are one. It is the
   * upper limit also if it is below `rate`; `set` refuses to change one of them so.
   */
  ceil?: number;
  /** Bytes that it may send at once at `rate`; default 1600. A fraction if others set one. */
  burst?: number;
  /** Bytes that it may send at once at `ceil`; default 1600. A fraction if others set one. */
  cburst?: number;
  /** Bytes that it may send before another class's turn; default the rate divided by the qdisc's `rate2quantum`. */
  quantum?: number;
  /** Level in the tree: 0 for a class without children. Read-only. */
  level?: number;
  /** Priority in borrowing, 0..7: lower numbers come first. */
  prio?: number;
  /** Bytes added to each packet's length. */
  overhead?: number;
  /** Least length of a packet in bytes. */
  mpu?: number;
  /** The layer below; default `ethernet`. */
  linklayer?: Linklayer;
}

/** The last priority of `htb`: the kernel takes it instead of a greater one. */
const MOST_PRIO = 7;

/** The fields of struct tc_htb_opt. */
interface HtbOpt {
  rate: RateSpec;
  ceil: RateSpec;
  buffer: number;
  cbuffer: number;
  quantum: number;
  level: number;
  prio: number;
}

/** The attributes of a class of `htb` as they are sent. */
interface HtbClassWire {
  /** struct tc_htb_opt, whose `buffer` and `cbuffer` are ticks of 64 ns. */
  parms?: HtbOpt;
  /** Rate table of `ceil`; kernels ignore it unless the link layer is `unaware`. */
  ctab?: Uint8Array;
  /** Rate table of `rate`. */
  rtab?: Uint8Array;
  /** Rate in bytes a second, if it exceeds 32 bits. */
  rate64?: number;
  /** `ceil` in bytes a second, if it exceeds 32 bits. */
  ceil64?: number;
}

/** Wire form of {@linkcode HtbClassWire}: TCA_HTB_*. */
const HtbClassWire: Attributes<HtbClassWire> = attributes((): Shape<HtbClassWire> => ({
  parms: [
    1,
    struct<HtbOpt>(44, () => ({
      rate: [0, RateSpec],
      ceil: [12, RateSpec],
      buffer: [24, u32],
      cbuffer: [28, u32],
      quantum: [32, u32],
      level: [36, u32],
      prio: [40, u32],
    })),
  ],
  ctab: [3, bytes],
  rtab: [4, bytes],
  rate64: [6, count64],
  ceil64: [7, count64],
}), { pad: 8 });

/** Codec of {@linkcode HtbClass}. */
export const HtbClass: FlatCodec<HtbClass> = flat<HtbClass, HtbClassWire>({
  wire: HtbClassWire,
  key: "parms",
  shape: () => ({
    rate: [0, uint],
    ceil: [0, uint],
    burst: [0, u32],
    cburst: [0, u32],
    quantum: [0, u32],
    level: [0, u32, readOnly],
    prio: [0, u32],
    overhead: [0, u16],
    mpu: [0, u16],
    linklayer: [0, linklayer],
  }),
  join({ parms, rate64, ceil64 }) {
    if (parms === undefined) return {};
    const rate = rate64 ?? parms.rate.rate, ceil = ceil64 ?? parms.ceil.rate;
    const { overhead, mpu, linklayer } = parms.rate;
    return {
      rate,
      ceil,
      burst: bytesOf(parms.buffer, rate),
      cburst: bytesOf(parms.cbuffer, ceil),
      quantum: parms.quantum,
      level: parms.level,
      prio: parms.prio,
      overhead,
      mpu,
      linklayer,
    };
  },
  split(value, to, whole) {
    // A filter may have any of the fields.
    const rate = rateOf(value.rate ?? (whole ? undefined : 1), "rate", to);
    const ceil = value.ceil === undefined ? rate : rateOf(value.ceil, "ceil", to), prio = value.prio ?? 0;
    if (prio > MOST_PRIO) {
      to.path.push("prio");
      to.fail(RangeError, `expected 0..${MOST_PRIO}, got ${shown(prio)}`);
    }
    return {
      parms: {
        rate: specOf(rate, value, to),
        ceil: specOf(ceil, value, to),
        buffer: burstOf(value.burst ?? USUAL_BURST + Math.floor(rate / 1e9), rate, "burst", to),
        cbuffer: burstOf(value.cburst ?? USUAL_BURST + Math.floor(ceil / 1e9), ceil, "cburst", to),
        quantum: value.quantum ?? 0,
        level: value.level ?? 0,
        prio,
      },
      ...(rate > LARGE ? { rate64: rate } : {}),
      ...(ceil > LARGE ? { ceil64: ceil } : {}),
    };
  },
});

/** The statistics of a class of `htb`. */
export interface HtbXstats {
  /** Packets that it sent at its own rate. */
  lends: number;
  /** Packets that it sent at borrowed rate. */
  borrows: number;
  /** Always 0 since Linux 2.6. */
  giants: number;
  /** Bytes that it may send at once now at `rate`, as time in ticks of 64 ns; negative if it sent too much. */
  tokens: number;
  /** The same at `ceil`. */
  ctokens: number;
}

/** Wire form of {@linkcode HtbXstats}: struct tc_htb_xstats. */
export const HtbXstats: Codec<HtbXstats> = struct<HtbXstats>(20, () => ({
  lends: [0, u32],
  borrows: [4, u32],
  giants: [8, u32],
  tokens: [12, i32],
  ctokens: [16, i32],
}));

/** A token bucket, kind `tbf`: it delays packets so that they keep a rate. */
export interface Tbf {
  /** Rate in bytes a second. */
  rate?: number;
  /**
   * Bytes that may be sent at once at `rate`. A fraction if others set one. `tc` shows it with `overhead` and the cells of
   * ATM, which the kernel adds as to a packet of this length; with ATM, the most bytes that take as many cells are read.
   */
  burst?: number;
  /** Largest rate at which a burst is sent, in bytes a second; more than `rate`. */
  peakrate?: number;
  /** Bytes that may be sent at once at `peakrate`: at least the device's MTU. */
  pburst?: number;
  /** Most bytes that wait; `rate * latency + burst` gives the longest wait. */
  limit?: number;
  /** Bytes added to each packet's length. */
  overhead?: number;
  /** Least length of a packet in bytes. */
  mpu?: number;
  /** The layer below; default `ethernet`. */
  linklayer?: Linklayer;
}

/** The fields of struct tc_tbf_qopt. */
interface TbfOpt {
  rate: RateSpec;
  peakrate: RateSpec;
  limit: number;
  buffer: number;
  mtu: number;
}

/** The attributes of kind `tbf` as they are sent. */
interface TbfWire {
  /** struct tc_tbf_qopt, whose `buffer` and `mtu` are ticks of 64 ns. */
  parms?: TbfOpt;
  /** Rate table of `rate`; kernels ignore it unless the link layer is `unaware`. */
  rtab?: Uint8Array;
  /** Rate table of `peakrate`. */
  ptab?: Uint8Array;
  /** Rate in bytes a second, if it exceeds 32 bits. */
  rate64?: number;
  /** `peakrate` in bytes a second, if it exceeds 32 bits. */
  prate64?: number;
  /** Burst in bytes; in requests it replaces `parms.buffer`. */
  burst?: number;
  /** Burst at `peakrate` in bytes; in requests it replaces `parms.mtu`. */
  pburst?: number;
}

/** Wire form of {@linkcode TbfWire}: TCA_TBF_*. */
const TbfWire: Attributes<TbfWire> = attributes((): Shape<TbfWire> => ({
  parms: [
    1,
    struct<TbfOpt>(36, () => ({
      rate: [0, RateSpec],
      peakrate: [12, RateSpec],
      limit: [24, u32],
      buffer: [28, u32],
      mtu: [32, u32],
    })),
  ],
  rtab: [2, bytes],
  ptab: [3, bytes],
  rate64: [4, count64],
  prate64: [5, count64],
  burst: [6, u32],
  pburst: [7, u32],
}), { pad: 8 });

/** struct tc_ratespec of no rate. */
const NO_RATE: RateSpec = { cellLog: 0, linklayer: 0, overhead: 0, cellAlign: 0, mpu: 0, rate: 0 };

/** Codec of {@linkcode Tbf}. */
export const Tbf: FlatCodec<Tbf> = flat<Tbf, TbfWire>({
  wire: TbfWire,
  key: "parms",
  shape: () => ({
    rate: [0, uint],
    burst: [0, u32],
    peakrate: [0, uint],
    pburst: [0, u32],
    limit: [0, u32],
    overhead: [0, u16],
    mpu: [0, u16],
    linklayer: [0, linklayer],
  }),
  join({ parms, rate64, prate64, burst, pburst }) {
    if (parms === undefined) return {};
    const rate = rate64 ?? parms.rate.rate, peakrate = prate64 ?? parms.peakrate.rate;
    const { overhead, mpu, linklayer } = parms.rate;
    return {
      rate,
      burst: burst ?? burstIn(parms.buffer, rate, parms.rate),
      ...(peakrate === 0 ? {} : { peakrate, pburst: pburst ?? burstIn(parms.mtu, peakrate, parms.peakrate) }),
      limit: parms.limit,
      overhead,
      mpu,
      linklayer,
    };
  },
  split(value, to, whole) {
    const rate = rateOf(value.rate ?? (whole ? undefined : 1), "rate", to);
    const peak = value.peakrate === undefined ? 0 : rateOf(value.peakrate, "peakrate", to);
    if (whole && value.burst === undefined) bytesGiven(undefined, "burst", to);
    if (whole && peak > 0 && value.pburst === undefined) bytesGiven(undefined, "pburst", to);
    if (whole && peak === 0 && value.pburst !== undefined) {
      to.path.push("peakrate");
      to.fail(TypeError, "is missing: without it, pburst has no effect");
    }
    const burst = bytesGiven(value.burst ?? 0, "burst", to), pburst = bytesGiven(value.pburst ?? 0, "pburst", to);
    const spec = specOf(rate, value, to);
    return {
      parms: {
        rate: spec,
        peakrate: peak === 0 ? NO_RATE : specOf(peak, value, to),
        limit: value.limit ?? 0,
        buffer: burstOf(burstOnWire(burst, spec), rate, "burst", to),
        mtu: peak === 0 ? 0 : burstOf(burstOnWire(pburst, spec), peak, "pburst", to),
      },
      ...(rate > LARGE ? { rate64: rate } : {}),
      ...(peak > LARGE ? { prate64: peak } : {}),
      // The bytes are more exact than the ticks, but only whole ones can be sent.
      ...(Number.isInteger(burst) && burst > 0 ? { burst } : {}),
      ...(peak > 0 && Number.isInteger(pburst) && pburst > 0 ? { pburst } : {}),
    };
  },
});

/** Hierarchical fair service curves, kind `hfsc`. */
export interface Hfsc {
  /** Minor number of the class for packets that no filter classifies; 0 drops them. */
  defcls?: number;
}

/** Wire form of {@linkcode Hfsc}: struct tc_hfsc_qopt. */
export const Hfsc: Struct<Hfsc> = struct<Hfsc>(2, () => ({ defcls: [0, minor(u16)] }));

/** A service curve: a rate for some time, then another. */
export interface ServiceCurve {
  /** First rate in bytes a second; 0 for none. */
  m1: number;
  /** Duration of the first rate in µs. */
  d: number;
  /** Rate after that, in bytes a second. */
  m2: number;
}

/** Wire form of {@linkcode ServiceCurve}: struct tc_service_curve. */
export const ServiceCurve: Struct<ServiceCurve> = struct<ServiceCurve>(12, () => ({
  m1: [0, asRate(u32)],
  d: [4, inUs(u32)],
  m2: [8, asRate(u32)],
}));

/** A class of `hfsc`; it needs `rsc` or `fsc`. */
export interface HfscClass {
  /** Real-time curve: what the class always gets. */
  rsc?: ServiceCurve;
  /** Link-sharing curve: its part of what others leave. */
  fsc?: ServiceCurve;
  /** Upper limit; it needs `fsc`. */
  usc?: ServiceCurve;
}

/** Wire form of {@linkcode HfscClass}: TCA_HFSC_*. */
export const HfscClass: Attributes<HfscClass> = attributes((): Shape<HfscClass> => ({
  rsc: [1, ServiceCurve],
  fsc: [2, ServiceCurve],
  usc: [3, ServiceCurve],
}));

/** The statistics of a class of `hfsc`. */
export interface HfscXstats {
  /** Bytes that it sent. */
  work: number;
  /** Bytes of them that its real-time curve asked for. */
  rtwork: number;
  /** Number of times that it became active. */
  period: number;
  /** Level in the tree: 0 for a class without children. */
  level: number;
}

/** Wire form of {@linkcode HfscXstats}: struct tc_hfsc_stats. */
export const HfscXstats: Struct<HfscXstats> = struct<HfscXstats>(24, () => ({
  work: [0, count64],
  rtwork: [8, count64],
  period: [16, u32],
  level: [20, u32],
}));

/** A credit-based shaper of time-sensitive networking, kind `cbs`. */
export interface Cbs {
  /** True if the device itself shapes. */
  offload?: boolean;
  /** Most credit in bytes. */
  hicredit?: number;
  /** Least credit in bytes, negative. */
  locredit?: number;
  /** Credit gained while waiting, in kbit/s. */
  idleslope?: number;
  /** Credit lost while sending, in kbit/s, negative. */
  sendslope?: number;
}

/** The attributes of kind `cbs` as they are sent. */
interface CbsWire {
  parms?: Cbs;
}

const CbsWire: Attributes<CbsWire> = attributes((): Shape<CbsWire> => ({
  parms: [
    1,
    struct<Cbs>(20, () => ({
      offload: [0, bool(u8) as Codec<boolean>],
      hicredit: [4, i32],
      locredit: [8, i32],
      idleslope: [12, i32],
      sendslope: [16, i32],
    })),
  ],
}));

/** Codec of {@linkcode Cbs}. */
export const Cbs: FlatCodec<Cbs> = spread<Cbs, CbsWire>(CbsWire, "parms");

/** Numbers of {@linkcode EtfFlag} by name. */
export const TC_ETF = { deadline_mode_on: 1, offload_on: 2, skip_sock_check: 4 } as const;
/** A flag of `etf`: the time is a deadline; the device sends at the time; sockets without the option may send. */
export type EtfFlag = keyof typeof TC_ETF;

/** Sending at the time that a socket gives with each packet, kind `etf`. */
export interface Etf {
  /** Time before a packet's own at which it is handed to the device, in ns. */
  delta?: number;
  /** The clock of the packets' times: kernels accept `tai`. */
  clockid?: Clock;
  /** Flags. */
  flags?: readonly (EtfFlag | number)[];
}

/** The attributes of kind `etf` as they are sent. */
interface EtfWire {
  parms?: Etf;
}

const EtfWire: Attributes<EtfWire> = attributes((): Shape<EtfWire> => ({
  parms: [
    1,
    struct<Etf>(12, () => ({ delta: [0, inNs(i32)], clockid: [4, clock], flags: [8, mask(u32, TC_ETF) as never] })),
  ],
}));

/** Codec of {@linkcode Etf}. */
export const Etf: FlatCodec<Etf> = spread<Etf, EtfWire>(EtfWire, "parms", { clockid: "tai" });

/** TCF_CBQ_LSS_*: the flags of {@linkcode CbqLss}. */
export const TCF_CBQ_LSS = { bounded: 1, isolated: 2 } as const;
/** TCF_CBQ_LSS_*: the fields of {@linkcode CbqLss} that are to change. */
export const TCF_CBQ_LSS_CHANGE = { flags: 1, ewma: 2, maxidle: 4, minidle: 8, offtime: 16, avpkt: 32 } as const;

/** The sharing of a class of `cbq`: struct tc_cbq_lssopt. */
export interface CbqLss {
  /** Fields that are to change. */
  change?: readonly (keyof typeof TCF_CBQ_LSS_CHANGE | number)[];
  /** Flags: `bounded` borrows nothing, `isolated` lends nothing. */
  flags?: readonly (keyof typeof TCF_CBQ_LSS | number)[];
  /** Weight of a packet in the average. */
  ewmaLog?: number;
  /** Level in the tree. */
  level?: number;
  /** Largest idle time. */
  maxidle?: number;
  /** Least idle time. */
  minidle?: number;
  /** Time that a class over its rate waits. */
  offtime?: number;
  /** Bytes of an average packet. */
  avpkt?: number;
}

/** The round robin of a class of `cbq`: struct tc_cbq_wrropt. */
export interface CbqWrr {
  /** Flags. */
  flags?: number;
  /** Priority 1..8. */
  priority?: number;
  /** Priority in use. */
  cpriority?: number;
  /** Bytes a turn. */
  allot?: number;
  /** Weight, for example the rate divided by 10. */
  weight?: number;
}

/** The classifier of a class of `cbq`: struct tc_cbq_fopt. */
export interface CbqFopt {
  /** The class that splits packets by priority. */
  split?: string;
  /** Mask of priorities. */
  defmap?: number;
  /** Mask of the priorities that are to change. */
  defchange?: number;
}

/** The strategy of a class of `cbq` over its limit: struct tc_cbq_ovl. */
export interface CbqOvl {
  /** 0 classic, 1 delay, 2 lower priority, 3 drop, 4 classic in rounds. */
  strategy?: number;
  /** The lower priority. */
  priority2?: number;
  /** Delay. */
  penalty?: number;
}

/** Class-based queueing, kind `cbq`, and its classes; Linux 6.8 removed it. */
export interface Cbq {
  /** Sharing. */
  lssopt?: CbqLss;
  /** Round robin. */
  wrropt?: CbqWrr;
  /** Classifier. */
  fopt?: CbqFopt;
  /** Strategy over the limit. */
  ovlStrategy?: CbqOvl;
  /** Rate in bytes a second, with the overhead of packets. */
  rate?: RateSpec;
  /** Rate table: `rateTable` makes it. */
  rtab?: Uint8Array;
  /** Dropping of packets over the limit. */
  police?: number;
}

/** Wire form of {@linkcode Cbq}: TCA_CBQ_*. */
export const Cbq: Attributes<Cbq> = attributes((): Shape<Cbq> => ({
  lssopt: [
    1,
    struct<CbqLss>(20, () => ({
      change: [0, mask(u8, TCF_CBQ_LSS_CHANGE) as never],
      flags: [1, mask(u8, TCF_CBQ_LSS) as never],
      ewmaLog: [2, u8],
      level: [3, u8],
      maxidle: [4, u32],
      minidle: [8, u32],
      offtime: [12, u32],
      avpkt: [16, u32],
    })),
  ],
  wrropt: [
    2,
    struct<CbqWrr>(12, () => ({
      flags: [0, u8],
      priority: [1, u8],
      cpriority: [2, u8],
      allot: [4, u32],
      weight: [8, u32],
    })),
  ],
  fopt: [3, struct<CbqFopt>(12, () => ({ split: [0, plainHandle], defmap: [4, u32], defchange: [8, u32] }))],
  ovlStrategy: [4, struct<CbqOvl>(8, () => ({ strategy: [0, u8], priority2: [1, u8], penalty: [4, u32] }))],
  rate: [5, RateSpec],
  rtab: [6, bytes as Codec<Uint8Array>],
  police: [7, u32],
}));

/** The statistics of a class of `cbq`. */
export interface CbqXstats {
  /** Packets that it sent at borrowed rate. */
  borrows: number;
  /** Times that it was over its limit. */
  overactions: number;
  /** Average idle time. */
  avgidle: number;
  /** Time until it may send. */
  undertime: number;
}

/** Wire form of {@linkcode CbqXstats}: struct tc_cbq_xstats. */
export const CbqXstats: Struct<CbqXstats> = struct<CbqXstats>(16, () => ({
  borrows: [0, u32],
  overactions: [4, u32],
  avgidle: [8, i32],
  undertime: [12, i32],
}));
