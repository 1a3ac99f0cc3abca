/**
 * The parameters of random early detection from a limit and a rate, as `tc` computes them.
 *
 * ```ts
 * import { red } from "@linux/netlink/families/route/tc.ts";
 * console.log(red({ limit: 400_000, avpkt: 1000, bandwidth: 1_250_000 }).qthMax); // 100000
 * ```
 *
 * Source: linux/pkt_sched.h; the formulas are those of S. Floyd's papers, in integers as the kernel reads them
 *
 * @module
 */
import { argumentError } from "../../../core/errors.ts";
import { shown } from "../../../core/codec/codec.ts";

/** Number of bytes in the table of idle time. */
const CELLS = 256;

/** The most that the average shrinks by in idle time: 2^-31. */
const MOST = 31;

/** Limits and traffic from which {@linkcode red} computes parameters. */
export interface RedInput {
  /** Most bytes that wait. */
  limit: number;
  /** Average length from which packets are dropped at random; default a third of `max`. */
  min?: number;
  /** Average length from which packets are dropped with `probability`; default a quarter of `limit`. */
  max?: number;
  /** Bytes of an average packet; default 1000. */
  avpkt?: number;
  /** Rate of the link in bytes a second; default that of 10 Mbit/s. */
  bandwidth?: number;
  /** Packets that may come at once; default `(2 * min + max) / (3 * avpkt)`. */
  burst?: number;
  /** Largest probability of a random drop, 0..1; default 0.02. */
  probability?: number;
}

/** Parameters of `red`, as its `options` take them. */
export interface RedOutput {
  /** Most bytes that wait. */
  limit: number;
  /** Average length from which packets are dropped at random. */
  qthMin: number;
  /** Average length from which packets are dropped with `maxP`. */
  qthMax: number;
  /** Weight of a packet in the average: 1 / 2^wlog. */
  wlog: number;
  /** Logarithm of `(qthMax - qthMin) / maxP`. */
  plog: number;
  /** Logarithm of the unit of idle time in `stab`. */
  scellLog: number;
  /** Largest probability of a random drop. */
  maxP: number;
  /** By how much the average shrinks in idle time. */
  stab: Uint8Array;
}

/** Returns a table of idle time in which each unit shrinks the average by `step`, as a power of 1/2. */
function table(step: number): Uint8Array {
  return Uint8Array.from({ length: CELLS }, (_, i) => i === CELLS - 1 ? MOST : Math.min(MOST, Math.floor(i * step)));
}

/**
 * Returns the table of idle time for parameters whose table is not known: the kernel does not return it. The average is
 * gone after 256 units of time.
 */
export function dampingTable(): Uint8Array {
  return table(MOST / (CELLS - 1));
}

/**
 * Returns the parameters of random early detection, for the options of `red` and of a queue of `gred`.
 *
 * For `choke`, whose lengths are packets, give them times `avpkt`, and put `limit`, `qthMin` and `qthMax` in packets into
 * the result.
 *
 * @throws {RangeError} the burst is too short or too long for `min`, or `max` is not above `min`
 */
export function red(input: RedInput): RedOutput {
  const { limit, avpkt = 1000, bandwidth = 1_250_000, probability = 0.02 } = input;
  const { max = Math.floor(limit / 4), min = Math.floor(max / 3) } = input;
  const { burst = Math.floor((2 * min + max) / (3 * avpkt)) } = input;
  const fail = (name: string, why: string): never => {
    throw argumentError(RangeError, `Cannot compute parameters of red: ${name}: ${why}`);
  };
  for (const [name, one] of Object.entries({ limit, avpkt, bandwidth, probability, max, min, burst })) {
    if (typeof one !== "number" || !(one > 0)) fail(name, `expected a number above 0, got ${shown(one)}`);
  }
  if (max <= min) fail("max", `expected more than min, ${min}, got ${max}`);
  const wlog = weight(min, burst, avpkt);
  if (wlog === undefined) fail("burst", `expected at least ${Math.ceil(min / avpkt)} packets, got ${burst}`);
  let plog = 0;
  for (let slope = probability / (max - min); slope <= 1 && plog < 32; slope *= 2) plog++;
  // Idle time is counted in units of 2^scellLog ticks of 64 ns.
  const ticks = avpkt * 1e9 / bandwidth / 64, step = -Math.log(1 - 1 / 2 ** wlog!) / ticks;
  let scellLog = 0;
  while (MOST / step / 2 ** scellLog >= 512 && scellLog < 32) scellLog++;
  return {
    limit,
    qthMin: min,
    qthMax: max,
    wlog: wlog!,
    plog,
    scellLog,
    maxP: probability,
    stab: table(step * 2 ** scellLog),
  };
}

/** Returns the logarithm of the smallest weight with which a burst does not raise the average to `min`. */
function weight(min: number, burst: number, avpkt: number): number | undefined {
  const spare = burst + 1 - min / avpkt;
  if (spare < 1) return undefined;
  for (let log = 1; log < 32; log++) {
    const part = 2 ** -log;
    if (spare <= (1 - (1 - part) ** burst) / part) return log;
  }
  return undefined;
}
