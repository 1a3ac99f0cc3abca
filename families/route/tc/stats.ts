/**
 * Statistics of qdiscs, classes and actions, which all have the same form but for the numbers of their kind.
 *
 * Source: linux/gen_stats.h, linux/pkt_sched.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  bytes,
  type Codec,
  count64,
  i8,
  type Shape,
  shown,
  struct,
  u32,
  u8,
} from "../../../core/codec/mod.ts";

/** Numbers of bytes and packets. */
export interface StatsBasic {
  /** Bytes. */
  bytes: number;
  /** Packets, modulo 2^32; see `pkt64`. */
  packets: number;
}

/** Wire form of {@linkcode StatsBasic}: struct gnet_stats_basic. */
const StatsBasic: Codec<StatsBasic> = struct<StatsBasic>(16, () => ({ bytes: [0, count64], packets: [8, u32] }));

/** An estimated rate. */
export interface StatsRate {
  /** Bytes a second. */
  bps: number;
  /** Packets a second. */
  pps: number;
}

/** The state of a queue. */
export interface StatsQueue {
  /** Packets in the queue. */
  qlen: number;
  /** Bytes in the queue. */
  backlog: number;
  /** Packets that were dropped. */
  drops: number;
  /** Packets that the device could not take, so that they were queued again. */
  requeues: number;
  /** Packets that came too early, over a limit of the rate. */
  overlimits: number;
}

/** Wire form of {@linkcode StatsQueue}: struct gnet_stats_queue. */
const StatsQueue: Codec<StatsQueue> = struct<StatsQueue>(20, () => ({
  qlen: [0, u32],
  backlog: [4, u32],
  drops: [8, u32],
  requeues: [12, u32],
  overlimits: [16, u32],
}));

/** Statistics; `A` is the type of the numbers that a kind alone has. */
export interface Stats2<A = unknown> {
  /** Numbers of bytes and packets. */
  basic?: StatsBasic;
  /** Number of packets, only if it exceeds 32 bits. */
  pkt64?: number;
  /** Numbers of bytes and packets that the device itself handled. */
  basicHw?: StatsBasic;
  /** Estimated rate, if an estimator was asked for; each at most 2^32-1. */
  rateEst?: StatsRate;
  /** Estimated rate, only if it exceeds 32 bits. */
  rateEst64?: StatsRate;
  /** The state of the queue. */
  queue?: StatsQueue;
  /** Numbers that this kind alone has; a copy of `xstats`, where that is there. */
  app?: A;
}

/** Returns the wire form of {@linkcode Stats2} for a kind: TCA_STATS_*. */
export function stats2<A>(app: Codec<A>): Attributes<Stats2<A>> {
  return attributes((): Shape<Stats2<A>> =>
    ({
      basic: [1, StatsBasic],
      pkt64: [8, count64],
      basicHw: [7, StatsBasic],
      rateEst: [2, struct<StatsRate>(8, () => ({ bps: [0, u32], pps: [4, u32] }))],
      rateEst64: [5, struct<StatsRate>(16, () => ({ bps: [0, count64], pps: [8, count64] }))],
      queue: [3, StatsQueue],
      app: [4, app],
    }) as Shape<Stats2<A>>, { pad: 6 });
}

/** Wire form of {@linkcode Stats2} for kinds that count nothing of their own: TCA_STATS_*. */
export const Stats2: Attributes<Stats2<Uint8Array>> = stats2<Uint8Array>(bytes);

/** Statistics in the form of old kernels. `stats2` has the same. */
export interface TcStats {
  /** Bytes. */
  bytes: number;
  /** Packets. */
  packets: number;
  /** Packets that were dropped. */
  drops: number;
  /** Packets that came too early. */
  overlimits: number;
  /** Estimated rate in bytes a second. */
  bps: number;
  /** Estimated rate in packets a second. */
  pps: number;
  /** Packets in the queue. */
  qlen: number;
  /** Bytes in the queue. */
  backlog: number;
}

/** Wire form of {@linkcode TcStats}: struct tc_stats. */
export const TcStats: Codec<TcStats> = struct<TcStats>(40, () => ({
  bytes: [0, count64],
  packets: [8, u32],
  drops: [12, u32],
  overlimits: [16, u32],
  bps: [20, u32],
  pps: [24, u32],
  qlen: [28, u32],
  backlog: [32, u32],
}));

/** An estimator of the rate: its result is in `stats2.rateEst`. */
export interface Estimator {
  /** Time between samples: -2 is 250 ms, -1 500 ms, 0 1 s, 1 2 s, 2 4 s, 3 8 s. */
  interval: number;
  /** Weight of a sample, 1..30: 1 / 2^ewmaLog. */
  ewmaLog: number;
}

const estimator = struct<Estimator>(2, () => ({ interval: [0, i8], ewmaLog: [1, u8] }));

/** Wire form of {@linkcode Estimator}: struct tc_estimator. */
export const Estimator: Codec<Estimator> = {
  ...estimator,
  encode(value: unknown, to, owner) {
    if (typeof value === "number" || typeof value === "string") {
      to.fail(
        TypeError,
        `expected an estimator as { interval, ewmaLog }, got ${shown(value)}, did you mean "options.rate"?`,
      );
    }
    estimator.encode(value as Estimator, to, owner);
  },
};
