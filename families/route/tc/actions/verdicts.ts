/**
 * Actions that decide about packets or copy them: gact, mirred, police, sample, simple, bpf, gate.
 *
 * Source: linux/tc_act/tc_gact.h, tc_mirred.h, tc_sample.h, tc_defact.h, tc_bpf.h, tc_gate.h, linux/pkt_cls.h, v7.1
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  bytes,
  count64,
  enumeration,
  flag,
  i32,
  i64,
  type Ifindex,
  ifindex,
  listOf,
  readOnly,
  type Shape,
  shown,
  string,
  type Struct,
  struct,
  u16,
  u32,
} from "../../../../core/codec/mod.ts";
import { type BpfProgram, bpfProgram, bpfSeen, bpfSent } from "../bpf.ts";
import { Tm } from "../names.ts";
import { bytesOf, cellLog, type Linklayer, RateSpec, rateTable, TICK, ticksOf } from "../rates.ts";
import { inNs } from "../kinds/shared.ts";
import { type Control, control, type Generic, type Kind, kind, type OptionsOf, parms } from "./parms.ts";

/** Numbers of the ways to choose packets at random. */
export const PGACT = { none: 0, netrand: 1, determ: 2 } as const;

/** Another control for some packets. */
export interface GactProb {
  /** The way to choose them: `netrand` at random, `determ` one of so many. */
  ptype: keyof typeof PGACT | number;
  /** One of so many packets is chosen. */
  pval: number;
  /** Their control. */
  paction: Control;
}

/** Wire form of {@linkcode GactProb}: struct tc_gact_p. */
export const GactProb: Struct<GactProb> = struct<GactProb>(8, (): Shape<GactProb> => ({
  ptype: [0, enumeration(u16, PGACT)],
  pval: [2, u16],
  paction: [4, control],
}));

/** Wire form of {@linkcode Generic}: struct tc_gact. */
export const GactParms: Struct<Generic> = parms();

/** Attributes of the action `gact`, which only has a control. */
export interface GactAttributes {
  /** Another control for some packets. */
  prob?: GactProb;
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

/** Wire form of {@linkcode GactAttributes}. */
export const GactAttributes: Attributes<GactAttributes> = attributes((): Shape<GactAttributes> => ({
  prob: [3, GactProb],
  tm: [1, Tm, readOnly],
  parms: [2, GactParms],
}), { pad: 4 });

/** Options of the action `gact`. */
export type GactOptions = OptionsOf<GactAttributes>;

/** Numbers of the ways of `mirred`. */
export const MIRRED = { egress_redir: 1, egress_mirror: 2, ingress_redir: 3, ingress_mirror: 4 } as const;

/** The struct of the action `mirred`. */
export interface MirredParms extends Generic {
  /** The way: `redir` moves the packet, `mirror` copies it; `egress` sends it out, `ingress` receives it. */
  eaction: keyof typeof MIRRED | number;
  /** The interface. */
  ifindex?: Ifindex;
}

/** Wire form of {@linkcode MirredParms}: struct tc_mirred. */
export const MirredParms: Struct<MirredParms> = parms<Pick<MirredParms, "eaction" | "ifindex">>(28, () => ({
  eaction: [20, enumeration(i32, MIRRED)],
  ifindex: [24, ifindex],
})) as Struct<MirredParms>;

/** Attributes of the action `mirred`, which sends packets to another interface. */
export interface MirredAttributes {
  /** Number of the shared block whose interfaces all get the packet, instead of one interface. */
  blockid?: number;
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: MirredParms;
  /** Name of the interface. */
  dev?: string;
}

/** Wire form of {@linkcode MirredAttributes}. */
export const MirredAttributes: Attributes<MirredAttributes> = attributes((): Shape<MirredAttributes> => ({
  parms: [2, MirredParms],
  dev: {
    derive(owner, from) {
      const index = (owner as MirredAttributes).parms?.ifindex ?? 0;
      return index > 0 ? from.names?.name(index) : undefined;
    },
  },
  blockid: [4, u32],
  tm: [1, Tm, readOnly],
}), { pad: 3 });

/** Options of the action `mirred`. */
export type MirredOptions = OptionsOf<MirredAttributes>;

/** The struct of the action `police`. */
export interface PoliceTbf extends Generic {
  /** Not used by the kernel. */
  limit: number;
  /** Burst, in ticks at the rate. */
  burst: number;
  /** Longest packet in bytes. */
  mtu: number;
  /** The rate. */
  rate: RateSpec;
  /** The peak rate. */
  peakrate: RateSpec;
}

/** Wire form of {@linkcode PoliceTbf}: struct tc_police. */
export const PoliceTbf: Struct<PoliceTbf> = struct<PoliceTbf>(56, (): Shape<PoliceTbf> => ({
  index: [0, u32],
  action: [4, control],
  limit: [8, u32],
  burst: [12, u32],
  mtu: [16, u32],
  rate: [20, RateSpec],
  peakrate: [32, RateSpec],
  refcnt: [44, i32, readOnly],
  bindcnt: [48, i32, readOnly],
}));

/** Attributes of the action `police`. */
export interface PoliceAttributes {
  /** The struct. */
  tbf?: PoliceTbf;
  /** Table of the rate. */
  rate?: Uint8Array;
  /** Table of the peak rate. */
  peakrate?: Uint8Array;
  /** Most bytes a second that the estimator may measure. */
  avrate?: number;
  /** The control of packets within the limits. */
  result?: Control;
  /** Times. Read-only. */
  tm?: Tm;
  /** Rate above 2^32-1 bytes a second. */
  rate64?: number;
  /** Peak rate above 2^32-1 bytes a second. */
  peakrate64?: number;
  /** Packets a second. */
  pktrate64?: number;
  /** Burst of packets, in ticks. */
  pktburst64?: number;
}

/** Wire form of {@linkcode PoliceAttributes}: TCA_POLICE_*. */
export const PoliceAttributes: Attributes<PoliceAttributes> = attributes((): Shape<PoliceAttributes> => ({
  tbf: [1, PoliceTbf],
  rate: [2, bytes],
  peakrate: [3, bytes],
  avrate: [4, u32],
  result: [5, control],
  tm: [6, Tm, readOnly],
  rate64: [8, count64],
  peakrate64: [9, count64],
  pktrate64: [10, count64],
  pktburst64: [11, count64],
}), { pad: 7 });

/**
 * Options of the action `police`: packets beyond a limit get the action's control, others `result`. The limit is a rate
 * of bytes or of packets, or the estimator's average.
 */
export interface PoliceOptions {
  /** Bytes a second. */
  rate?: number;
  /** Bytes that may come at once; needed with `rate`. */
  burst?: number;
  /** Longest packet in bytes; 2047 by default. Longer ones are beyond the limit. */
  mtu?: number;
  /** Bytes a second at which a burst may come. */
  peakrate?: number;
  /** Bytes added to each packet's length. */
  overhead?: number;
  /** Least length of a packet in bytes. */
  mpu?: number;
  /** The layer below. */
  linklayer?: Linklayer;
  /** Most bytes a second that the estimator may measure. */
  avrate?: number;
  /** Packets a second. */
  pktrate?: number;
  /** Packets that may come at once; needed with `pktrate`. */
  pktburst?: number;
  /** The control of packets within the limits; `ok` by default. */
  result?: Control;
  /** Times. Read-only. */
  tm?: Tm;
}

const MOST_32 = 0xffff_ffff;

/** Changes the attributes of `police` into what users see. */
function policeSeen(options: Record<string, unknown>): void {
  const { tbf, rate: _table, peakrate: _other, rate64, peakrate64, pktrate64, pktburst64, ...rest } =
    options as PoliceAttributes;
  for (const name of Object.keys(options)) delete options[name];
  if (tbf !== undefined) {
    const { rate: spec, peakrate: peak, burst, mtu, limit: _limit, ...generic } = tbf;
    const rate = rate64 ?? spec?.rate ?? 0, most = peakrate64 ?? peak?.rate ?? 0;
    options["tbf"] = generic;
    if (rate > 0) Object.assign(options, { rate, burst: bytesOf(burst, rate) });
    if (mtu > 0) options["mtu"] = mtu;
    if (most > 0) options["peakrate"] = most;
    if (spec !== undefined) {
      if (spec.overhead !== 0) options["overhead"] = spec.overhead;
      if (spec.mpu !== 0) options["mpu"] = spec.mpu;
      if (spec.linklayer !== "unaware") options["linklayer"] = spec.linklayer;
    }
  }
  if (pktrate64 !== undefined) {
    options["pktrate"] = pktrate64;
    options["pktburst"] = bytesOf(pktburst64 ?? 0, pktrate64);
  }
  Object.assign(options, rest);
}

/** Changes what users give for `police` into its attributes. */
function policeSent(
  options: Record<string, unknown>,
  fail: (field: string, why: string) => never,
): void {
  const { rate, burst, mtu, peakrate, overhead, mpu, linklayer, pktrate, pktburst, tbf, ...rest } = options;
  const number = (name: string, value: unknown): number => {
    if (value === undefined) return 0;
    if (typeof value === "number" && value >= 0) return value;
    const maker = /rate$/.test(name) && name !== "pktrate"
      ? ' (rate("10mbit") makes it)'
      : /^(burst|mtu)$/.test(name)
      ? ' (size("10k") makes it)'
      : "";
    fail(name, `expected a number of at least 0${maker}, got ${shown(value)}`);
  };
  const speed = number("rate", rate), most = number("peakrate", peakrate), packets = number("pktrate", pktrate);
  if (speed > 0 && number("burst", burst) === 0) fail("burst", "is missing: the bytes that may come at once");
  if (packets > 0 && number("pktburst", pktburst) === 0) {
    fail("pktburst", "is missing: the packets that may come at once");
  }
  if (speed > 0 && packets > 0) fail("pktrate", "excludes rate");
  if (speed === 0) {
    for (const [name, value] of Object.entries({ burst, peakrate, overhead, mpu, linklayer })) {
      if (number(name, typeof value === "string" ? 1 : value) > 0 && name !== "linklayer") fail(name, "needs rate");
    }
  }
  if (packets === 0 && number("pktburst", pktburst) > 0) fail("pktburst", "needs pktrate");
  for (const name of Object.keys(options)) delete options[name];
  const spec = (bytes: number): RateSpec => ({
    cellLog: bytes > 0 ? Math.max(1, cellLog(number("mtu", mtu))) : 0,
    linklayer: bytes > 0 ? (linklayer ?? "ethernet") as Linklayer : "unaware",
    overhead: number("overhead", overhead),
    cellAlign: bytes > 0 ? -1 : 0,
    mpu: number("mpu", mpu),
    rate: Math.min(MOST_32, bytes),
  });
  const first = spec(speed), second = spec(most);
  Object.assign(options, rest, {
    tbf: {
      ...(tbf as object | undefined),
      burst: ticksOf(number("burst", burst), speed),
      mtu: number("mtu", mtu),
      rate: first,
      peakrate: second,
    },
    ...(speed > 0 ? { rate: rateTable(first, speed) } : {}),
    ...(most > 0 ? { peakrate: rateTable(second, most) } : {}),
    ...(speed > MOST_32 ? { rate64: speed } : {}),
    ...(most > MOST_32 ? { peakrate64: most } : {}),
    ...(packets > 0
      ? { pktrate64: packets, pktburst64: Math.round(number("pktburst", pktburst) * 1e9 / packets / TICK) }
      : {}),
  });
}

/** Wire form of {@linkcode Generic}: struct tc_sample. */
export const SampleParms: Struct<Generic> = parms();

/** Attributes of the action `sample`, which copies some packets to listeners of the family psample. */
export interface SampleAttributes {
  /** One of so many packets is copied. */
  rate?: number;
  /** Most bytes of a packet that are copied. */
  truncSize?: number;
  /** Number of the group of samples. */
  psampleGroup?: number;
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

/** Wire form of {@linkcode SampleAttributes}. */
export const SampleAttributes: Attributes<SampleAttributes> = attributes((): Shape<SampleAttributes> => ({
  rate: [3, u32],
  truncSize: [4, u32],
  psampleGroup: [5, u32],
  tm: [1, Tm, readOnly],
  parms: [2, SampleParms],
}), { pad: 6 });

/** Options of the action `sample`. */
export type SampleOptions = OptionsOf<SampleAttributes>;

/** Wire form of {@linkcode Generic}: struct tc_defact. */
export const SimpleParms: Struct<Generic> = parms();

/** Attributes of the action `simple`, which prints to the kernel's log. */
export interface SimpleAttributes {
  /** The text, at most 31 bytes. */
  data?: string;
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

/** Wire form of {@linkcode SimpleAttributes}. */
export const SimpleAttributes: Attributes<SimpleAttributes> = attributes((): Shape<SimpleAttributes> => ({
  data: [3, string(31)],
  tm: [1, Tm, readOnly],
  parms: [2, SimpleParms],
}), { pad: 4 });

/** Options of the action `simple`. */
export type SimpleOptions = OptionsOf<SimpleAttributes>;

/** Wire form of {@linkcode Generic}: struct tc_act_bpf. */
export const BpfActionParms: Struct<Generic> = parms();

/** Attributes of the action `bpf`, which runs a program. */
export interface BpfActionAttributes extends BpfProgram {
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

/** Wire form of {@linkcode BpfActionAttributes}. */
export const BpfActionAttributes: Attributes<BpfActionAttributes> = attributes((): Shape<BpfActionAttributes> => ({
  ...bpfProgram({ opsLen: 3, ops: 4, fd: 5, name: 6, tag: 8, id: 9 }),
  tm: [1, Tm, readOnly],
  parms: [2, BpfActionParms],
}), { pad: 7 });

/** Options of the action `bpf`. */
export type BpfActionOptions = Omit<OptionsOf<BpfActionAttributes>, "opsLen">;

/** A step of a gate's cycle. */
export interface GateEntry {
  /** Position of the step. Read-only. */
  index?: number;
  /** True if the gate is open. */
  gate?: true;
  /** Length of the step in ns. */
  interval?: number;
  /** Internal priority of the packets; -1 for none. */
  ipv?: number;
  /** Most bytes that pass in the step; -1 for no limit. */
  maxOctets?: number;
}

/** Wire form of {@linkcode GateEntry}. */
export const GateEntry: Attributes<GateEntry> = attributes((): Shape<GateEntry> => ({
  index: [1, u32, readOnly],
  gate: [2, flag],
  interval: [3, inNs(u32)],
  ipv: [4, i32],
  maxOctets: [5, i32],
}));

/** Wire form of {@linkcode Generic}: struct tc_gate. */
export const GateParms: Struct<Generic> = parms();

/** Attributes of the action `gate`, which lets packets pass at some times. */
export interface GateAttributes {
  /** Priority. */
  priority?: number;
  /** The clock, CLOCK_*: 11 is TAI. */
  clockid?: number;
  /** Flags. */
  flags?: number;
  /** Time of the first cycle in ns of the clock. */
  baseTime?: bigint;
  /** Length of a cycle in ns; that of all steps when absent. */
  cycleTime?: bigint;
  /** Time in ns by which the last cycle before a change may be longer. */
  cycleTimeExt?: bigint;
  /** The steps; needed to make a gate. */
  entryList?: readonly GateEntry[];
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

/** Wire form of {@linkcode GateAttributes}. */
export const GateAttributes: Attributes<GateAttributes> = attributes((): Shape<GateAttributes> => ({
  priority: [4, i32],
  clockid: [10, i32],
  flags: [9, u32],
  baseTime: [6, inNs(i64)],
  cycleTime: [7, inNs(i64)],
  cycleTimeExt: [8, inNs(i64)],
  entryList: [5, listOf(1, GateEntry)],
  tm: [1, Tm, readOnly],
  parms: [2, GateParms],
}), { pad: 3 });

/** Options of the action `gate`. */
export type GateOptions = OptionsOf<GateAttributes>;

/** These kinds. */
export const VERDICTS: Readonly<Record<string, Kind>> = {
  gact: kind(GactAttributes, GactParms, { control: () => undefined }),
  mirred: kind(MirredAttributes, MirredParms, {
    control: ({ eaction }) => String(eaction).endsWith("redir") || eaction === 1 || eaction === 3 ? "stolen" : "pipe",
    sent(options, fail) {
      const { dev, parms, blockid } = options as { dev?: unknown; parms?: { ifindex?: unknown }; blockid?: unknown };
      delete options["dev"];
      if (dev !== undefined && parms !== undefined) parms.ifindex = dev;
      if (blockid !== undefined && parms?.ifindex !== undefined && parms.ifindex !== 0) {
        fail("blockid", "excludes an interface");
      }
    },
  }),
  police: kind(PoliceAttributes, { fields: [] }, {
    parms: "tbf",
    seen: policeSeen,
    sent: policeSent,
    control: () => "reclassify",
  }),
  sample: kind(SampleAttributes, SampleParms),
  simple: kind(SimpleAttributes, SimpleParms),
  bpf: kind(BpfActionAttributes, BpfActionParms, { seen: bpfSeen, sent: bpfSent }),
  gate: kind(GateAttributes, GateParms),
};
