/**
 * Values of sets: the words and numbers of nft, and the bytes in network order, in which they can be compared.
 *
 * @module
 */
import { ipv4Text, ipv6Text, parseIp, shown, toHex, zeroBytes } from "../../../core/codec/mod.ts";
import type { NftDatatype, Symbols } from "./datatypes.ts";

/** A value of one type, as nft writes it: an address, a name or a number. */
export type NftScalar = string | number;

/** Receives the reason why a value does not fit. */
export type Refuse = (kind: typeof TypeError | typeof RangeError, why: string) => never;

/** Longest integer that a number has exactly, in bytes. */
const EXACT = 6;

/** Returns the text of a class of traffic: `1:2`. */
export function classidText(number: number): string {
  return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
}

/** Returns the number of a class of traffic: of `1:2`. */
export function classidOf(text: string): number | undefined {
  const parts = /^([\da-f]{0,4}):([\da-f]{0,4})$/i.exec(text);
  return parts === null ? undefined : parseInt(parts[1] || "0", 16) * 0x10000 + parseInt(parts[2] || "0", 16);
}

const NS = 1_000_000_000n, DAY = 86_400;

/** Returns the minutes and seconds of a time as two digits each. */
const digits = (...parts: readonly number[]): string => parts.map((one) => String(one).padStart(2, "0")).join(":");

/** Returns the time of day here, in which nft writes seconds since midnight of UTC: `08:00`. */
export function hourText(number: number): string {
  const local = ((number - new Date().getTimezoneOffset() * 60) % DAY + DAY) % DAY, seconds = local % 60;
  return digits(Math.floor(local / 3600), Math.floor(local / 60) % 60, ...(seconds === 0 ? [] : [seconds]));
}

/** Returns the seconds since midnight of UTC at a time of day here. */
export function hourOf(text: string): number | undefined {
  const [, hours, minutes, seconds = 0] = /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const local = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return ((local + new Date().getTimezoneOffset() * 60) % DAY + DAY) % DAY;
}

/** Returns the date and time here, in which nft writes ns since 1970: `2026-01-01 00:00:00`. */
export function dateText(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n)), [month, day] = [date.getMonth() + 1, date.getDate()];
  return `${date.getFullYear()}-${digits(month)}-${digits(day)} ${
    digits(date.getHours(), date.getMinutes(), date.getSeconds())
  }`;
}

/** Returns the ns since 1970 of a date here, with a time or without. */
export function dateOf(text: string): bigint | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const time = new Date(year!, month! - 1, day, hour || 0, minute || 0, second || 0).getTime();
  return BigInt(time / 1000) * NS;
}

/** Returns a name as values have it: an asterisk at the end is the name's own behind a backslash, else any letters. */
export function literal(name: string): string {
  return name.endsWith("*") ? `${name.slice(0, -1)}\\*` : name;
}

/** Returns the name that {@linkcode literal} made the value of. */
export function nameIn(value: string): string {
  return value.endsWith("\\*") ? `${value.slice(0, -2)}*` : value;
}

/** True for the start of names with any letters behind. */
export function isWildcard(value: string): boolean {
  return value.endsWith("*") && !value.endsWith("\\*");
}

/** Returns the value in `bytes`, which are in network order. */
export function scalarOf({ name, form, symbols }: NftDatatype, bytes: Uint8Array): NftScalar {
  switch (form) {
    case "ipv4":
      if (bytes.length === 4) return ipv4Text(bytes, 0);
      break;
    case "ipv6":
      if (bytes.length === 16) return ipv6Text(bytes, 0);
      break;
    case "mac":
      return toHex(bytes, 0, bytes.length, ":");
    case "name": {
      const end = bytes.indexOf(0);
      return literal(new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)));
    }
  }
  if (name === "date" && bytes.length === 8) {
    const ns = BigInt(`0x${toHex(bytes)}`), date = dateText(ns);
    if (dateOf(date) === ns) return date;
  }
  // Counters, as of bytes, are longer, but mostly small.
  const isExact = bytes.length <= EXACT || name === "integer" && bytes.subarray(0, -EXACT).every((byte) => byte === 0);
  if (form !== undefined && form !== "mask" || !isExact) return `0x${toHex(bytes)}`;
  let number = 0;
  for (const byte of bytes) number = number * 256 + byte;
  // As nft does, ports are shown as numbers.
  if (name === "inet_service") return number;
  for (const word in symbols) if (symbols[word] === number) return word;
  if (name === "classid") return classidText(number);
  if (name === "hour" && number < DAY) return hourText(number);
  return form === "mask" && symbols !== undefined ? bitsText(number, symbols) ?? number : number;
}

/** Returns the names of the bits of a number, as nft writes them; `undefined` if it has others. */
function bitsText(number: number, symbols: Symbols): string | undefined {
  const words = Object.keys(symbols).filter((word) => Math.floor(number / symbols[word]!) % 2 === 1);
  return words.length > 0 && sumOf(words, symbols) === number ? words.join(" | ") : undefined;
}

/** Returns the number of some bits by their names. */
function sumOf(words: readonly string[], symbols: Symbols): number {
  return [...new Set(words)].reduce((sum, word) => sum + symbols[word]!, 0);
}

/** Returns the number that a text means, besides digits; the text itself if it means none. */
function numberIn({ name, form, symbols = {} }: NftDatatype, text: string): string | number | bigint {
  if (Object.hasOwn(symbols, text)) return symbols[text]!;
  if (form === "mask") {
    const words = text.split("|").map((word) => word.trim());
    return words.every((word) => Object.hasOwn(symbols, word)) ? sumOf(words, symbols) : text;
  }
  return (name === "classid"
    ? classidOf(text)
    : name === "date"
    ? dateOf(text)
    : name === "hour"
    ? hourOf(text)
    : text) ??
    text;
}

/** Returns the bytes of a value of `size` bytes in network order. */
export function scalarBytes(type: NftDatatype, value: unknown, size: number, refuse: Refuse): Uint8Array {
  const { form, symbols } = type;
  switch (form) {
    case "ipv4":
    case "ipv6": {
      const bytes = typeof value === "string" ? parseIp(value) : undefined;
      if (bytes?.length === size) return bytes;
      return refuse(TypeError, `expected an ${form === "ipv4" ? "IPv4" : "IPv6"} address, got ${shown(value)}`);
    }
    case "mac": {
      const digits = typeof value === "string" && /^([0-9a-f]{2}(:|$))+$/i.test(value) ? value.replaceAll(":", "") : "";
      if (digits.length !== 2 * size) {
        return refuse(TypeError, `expected an address like "02:00:00:00:00:01", got ${shown(value)}`);
      }
      return fromHex(digits);
    }
    case "name": {
      const bytes = typeof value === "string" ? new TextEncoder().encode(nameIn(value)) : undefined;
      if (bytes === undefined || bytes.includes(0)) {
        return refuse(TypeError, `expected a name, got ${shown(value)}`);
      }
      if (bytes.length >= size) {
        return refuse(RangeError, `expected a name of at most ${size - 1} bytes, got ${shown(value)}`);
      }
      return padded(bytes, size);
    }
    case "verdict":
      return refuse(TypeError, `expected a value, got ${shown(value)}`);
  }
  const number = typeof value === "string" ? numberIn(type, value) : value;
  const isDigits = typeof number === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(number);
  if (!isDigits && typeof number !== "bigint" && !Number.isInteger(number)) {
    const words = symbols === undefined
      ? ""
      : `${Object.keys(symbols).slice(0, 12).map((one) => `"${one}"`).join(", ")} or `;
    return refuse(TypeError, `expected ${words}a number, got ${shown(value)}`);
  }
  // Only long texts denote integers that a number does not have exactly.
  const exact = Number(number),
    integer = Number.isSafeInteger(exact) ? exact : BigInt(number as number | string | bigint);
  if (integer < 0 || integer >= 2 ** (8 * size)) {
    return refuse(RangeError, `expected an integer of ${8 * size} bits, got ${shown(value)}`);
  }
  return typeof integer === "number"
    ? numberBytes(integer, size)
    : fromHex(integer.toString(16).padStart(2 * size, "0"));
}

/** Returns a whole number, which is not negative, as bytes in network order. */
export function numberBytes(number: number, size: number): Uint8Array {
  const bytes = zeroBytes(size);
  let rest = number;
  for (let i = size - 1; i >= 0 && rest > 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** Returns the bytes of hexadecimal digits. */
export function fromHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Returns bytes with zeros behind, `size` in all. */
export function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes;
  const all = zeroBytes(size);
  all.set(bytes);
  return all;
}

/** Returns a copy of bytes. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = zeroBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

/** A range of values of one type, both ends included, in network order. */
export interface NftBounds {
  /** The first value. */
  readonly low: Uint8Array;
  /** The last value. */
  readonly high: Uint8Array;
}

/** Compares bytes of the same length as integers in network order. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  if (a === b) return 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/** Returns the next greater value; `undefined` if there is none. */
export function nextOf(bytes: Uint8Array): Uint8Array | undefined {
  const next = copyOf(bytes);
  for (let i = next.length - 1; i >= 0; i--) if ((next[i] = next[i]! + 1 & 255) !== 0) return next;
  return undefined;
}

/** Returns the next smaller value; `undefined` if there is none. */
export function previousOf(bytes: Uint8Array): Uint8Array | undefined {
  const previous = copyOf(bytes);
  for (let i = previous.length - 1; i >= 0; i--) {
    if ((previous[i] = previous[i]! - 1 & 255) !== 255) return previous;
  }
  return undefined;
}

/** Returns the range of a prefix: all values that have the first `length` bits of `bytes`. */
export function prefixRange(bytes: Uint8Array, length: number): NftBounds {
  const low = copyOf(bytes), high = copyOf(bytes);
  for (let bit = length; bit < 8 * bytes.length; bit++) {
    const mask = 0x80 >> (bit & 7);
    low[bit >> 3]! &= ~mask;
    high[bit >> 3]! |= mask;
  }
  return { low, high };
}

/** Returns the length of the prefix that has exactly the values of a range; -1 if none has. */
export function prefixLength({ low, high }: NftBounds): number {
  const bits = 8 * low.length;
  let length = 0;
  const bit = (bytes: Uint8Array, at: number): number => bytes[at >> 3]! >> (7 - (at & 7)) & 1;
  while (length < bits && bit(low, length) === bit(high, length)) length++;
  for (let at = length; at < bits; at++) if (bit(low, at) !== 0 || bit(high, at) !== 1) return -1;
  return length;
}
