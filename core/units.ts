/**
 * Numbers of bytes and durations, as text for people.
 *
 * ```ts
 * import { byteCount, duration } from "@linux/netlink/core/units.ts";
 * console.log(byteCount(1536), duration(93_784), duration(0.0215)); // 1.5 KiB 1 d 2 h 21.5 ms
 * ```
 *
 * @module
 */
import { shown } from "../ffi/text.ts";
import { argumentError } from "./errors.ts";

const POWERS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Returns three digits of a number, or all before the point: `1.5`, `12.3`, `123`, `1023`. */
function digits(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
}

function finite(value: number | bigint, what: string): number {
  const number = Number(value);
  if ((typeof value === "number" || typeof value === "bigint") && !Number.isNaN(number)) return number;
  throw argumentError(TypeError, `Cannot print ${shown(value)} as ${what}: expected a number`);
}

/** Returns a number of bytes in powers of 1024: `0 B`, `1.5 KiB`, `20 GiB`. */
export function byteCount(bytes: number | bigint): string {
  let value = finite(bytes, "a number of bytes"), power = 0;
  for (; Math.abs(value) >= (power === 0 ? 1024 : 1023.5) && power < POWERS.length - 1; power++) value /= 1024;
  return `${power === 0 ? value : digits(value)} ${POWERS[power]}`;
}

const STEPS = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;
const FRACTIONS = [["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]] as const;

/**
 * Returns a duration in its two largest units, `1 d 2 h`, `5 min 3 s`; below a minute with three digits: `2.5 s`,
 * `21.5 ms`, `0 s`.
 *
 * @param seconds the duration; of the library's fields divide those in ms by 1e3, in µs by 1e6, in ns by 1e9
 */
export function duration(seconds: number | bigint): string {
  const value = finite(seconds, "a duration"), sign = value < 0 ? "-" : "", size = Math.abs(value);
  if (size === Infinity) return `${sign}forever`;
  if (size < 59.95) {
    const [unit, step] = FRACTIONS.find(([, step]) => size >= 0.9995 * step) ?? FRACTIONS[size === 0 ? 0 : 3];
    return `${sign}${digits(size / step)} ${unit}`;
  }
  let rest = Math.round(size);
  const at = STEPS.findIndex(([, step]) => rest >= step), parts: string[] = [];
  // The last unit is rounded, and may be full then: 23 h 59 min 59 s is 1 d.
  const least = STEPS[Math.min(at + 1, 3)]![1];
  rest = Math.round(rest / least) * least;
  for (const [unit, step] of STEPS) {
    if (rest >= step) parts.push(`${Math.floor(rest / step)} ${unit}`);
    rest %= step;
  }
  return sign + parts.join(" ");
}
