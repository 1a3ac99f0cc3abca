/**
 * Rates, sizes and durations as `tc` writes them: `10mbit`, `1500k`, `5ms`.
 *
 * ```ts
 * import { rate, size, time } from "@linux/netlink/families/route/tc/units.ts";
 * console.log(rate("10mbit"), size("1500k"), time("5ms", "us"), time("5ms", "ns")); // 1250000 1536000 5000 5000000
 * ```
 *
 * @module
 */
import { argumentError } from "../../../core/errors.ts";
import { shown } from "../../../core/codec/codec.ts";

/** Bits a second of each unit of a rate. */
const RATES: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1e3,
  mbit: 1e6,
  gbit: 1e9,
  tbit: 1e12,
  kibit: 2 ** 10,
  mibit: 2 ** 20,
  gibit: 2 ** 30,
  tibit: 2 ** 40,
  bps: 8,
  kbps: 8e3,
  mbps: 8e6,
  gbps: 8e9,
  tbps: 8e12,
  kibps: 8 * 2 ** 10,
  mibps: 8 * 2 ** 20,
  gibps: 8 * 2 ** 30,
  tibps: 8 * 2 ** 40,
};

/** Bytes of each unit of a size. */
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
  kbit: 2 ** 10 / 8,
  mbit: 2 ** 20 / 8,
  gbit: 2 ** 30 / 8,
};

/** Nanoseconds of each unit of a duration. */
const TIMES: Readonly<Record<string, number>> = {
  s: 1e9,
  sec: 1e9,
  secs: 1e9,
  ms: 1e6,
  msec: 1e6,
  msecs: 1e6,
  us: 1e3,
  usec: 1e3,
  usecs: 1e3,
  ns: 1,
  nsec: 1,
  nsecs: 1,
};

/** Returns the number in `text` times its unit. */
function measured(
  what: string,
  text: string,
  units: Readonly<Record<string, number>>,
  bare: string,
  example: string,
): number {
  const match = typeof text === "string" ? /^\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*$/i.exec(text) : null;
  const unit = match === null ? undefined : match[2]!.toLowerCase() || bare;
  if (match === null || unit === undefined || !Object.hasOwn(units, unit)) {
    throw argumentError(
      TypeError,
      `Cannot read a ${what}: expected a number and one of ${Object.keys(units).join(", ")}, as in ${
        JSON.stringify(example)
      }, got ${shown(text)}`,
    );
  }
  return Number(match[1]) * units[unit]!;
}

/** Returns a positive number as an integer, at least 1. */
function whole(what: string, text: string, value: number, unit: string): number {
  const rounded = Math.round(value);
  if (rounded === 0 && value > 0) {
    throw argumentError(RangeError, `Cannot read a ${what}: ${shown(text)} is less than one ${unit}`);
  }
  return rounded;
}

/**
 * Returns a rate in bytes a second, as all rates of traffic control are: `10mbit` is 1250000.
 *
 * Units are `bit`, `kbit`, `mbit`, `gbit`, `tbit` for bits, `bps`, `kbps` … for bytes a second, in powers of 1000;
 * `kibit`, `kibps` … in powers of 1024. A number without a unit is bits a second.
 *
 * @throws {TypeError} the text is not a rate
 */
export function rate(text: string): number {
  return whole("rate", text, measured("rate", text, RATES, "bit", "10mbit") / 8, "byte a second");
}

/**
 * Returns a size in bytes: `1500k` is 1536000. Units are `b`, `k` or `kb`, `m` or `mb`, `g` or `gb` for bytes, `kbit`,
 * `mbit`, `gbit` for bits, all in powers of 1024. A number without a unit is bytes.
 *
 * @throws {TypeError} the text is not a size
 */
export function size(text: string): number {
  return whole("size", text, measured("size", text, SIZES, "b", "1500k"), "byte");
}

/**
 * Returns a duration in µs or ns: `5ms` is 5000 µs. Fields differ, so there is no default: `latency` of `netem` is ns,
 * `target` of `codel` µs; the documentation of each field has its unit. Text without a unit is µs.
 *
 * @param unit the unit of the result
 * @throws {TypeError} the text is not a duration, or the unit is missing
 */
export function time(text: string, unit: "us" | "ns"): number {
  if (unit !== "us" && unit !== "ns") {
    throw argumentError(TypeError, `Cannot read a time: unit: expected "us" or "ns", got ${shown(unit)}`);
  }
  const value = measured("time", text, TIMES, "us", "5ms");
  return unit === "ns" ? whole("time", text, value, "ns") : whole("time", text, value / 1e3, "µs");
}
