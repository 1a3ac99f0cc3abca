/**
 * Codecs of single values: integers in host and network byte order, C longs, enumerations and masks; text and bytes;
 * addresses of networks and links, interfaces by number and name, and addresses with a port.
 *
 * IPv4 text is joined from two cached halves, IPv6 text from cached words: making an address takes only a few look-ups.
 *
 * @module
 */
import {
  type Codec,
  HEADER_ONLY,
  inlined,
  MISFIT,
  pathText,
  type Reader,
  shown,
  type Site,
  type Writer,
  zeroBytes,
} from "./codec.ts";
import { decodeCounted, decodeText, encodeText, shortened } from "../../ffi/text.ts";
import { NetlinkError } from "../errors.ts";

type Get = "getUint8" | "getInt8" | "getUint16" | "getInt16" | "getUint32" | "getInt32";
type Set = "setUint8" | "setInt8" | "setUint16" | "setInt16" | "setUint32" | "setInt32";

function integer(
  name: string,
  size: number,
  get: Get,
  set: Set,
  min: number,
  max: number,
  little: boolean,
): Codec<number> {
  return {
    name,
    size,
    decode: inlined(
      DECODERS[get](little),
      ({ at }) => CODE[get](at, little),
    ),
    encode(value, to) {
      if (typeof value !== "number" || !Number.isInteger(value)) {
        to.fail(TypeError, `expected an integer ${min}..${max}, got ${shown(value)}`);
      }
      if (value < min || value > max) to.fail(RangeError, `expected ${min}..${max}, got ${value}`);
      const at = to.grow(size);
      to.view[set](at, value, little);
    },
  };
}

// One function per width, each with its own call site, so that engines see one method and inline it.
const DECODERS: Record<Get, (little: boolean) => (from: Reader, at: number) => number> = {
  getUint8: () => (from, at) => from.bytes[at]!,
  getInt8: () => (from, at) => from.view.getInt8(at),
  getUint16: (little) => (from, at) => from.view.getUint16(at, little),
  getInt16: (little) => (from, at) => from.view.getInt16(at, little),
  getUint32: (little) => (from, at) => from.view.getUint32(at, little),
  getInt32: (little) => (from, at) => from.view.getInt32(at, little),
};

/**
 * Returns the JavaScript that does the same. Reads are signed, since V8's quicker compiler calls a function for
 * unsigned ones.
 */
const CODE: Record<Get, (at: string, little: boolean) => string> = {
  getUint8: (at) => `bytes[${at}]`,
  getInt8: (at) => `view.getInt8(${at})`,
  getUint16: (at, little) => `(view.getInt16(${at}, ${little}) & 0xffff)`,
  getInt16: (at, little) => `view.getInt16(${at}, ${little})`,
  getUint32: (at, little) => `(view.getInt32(${at}, ${little}) >>> 0)`,
  getInt32: (at, little) => `view.getInt32(${at}, ${little})`,
};

/** An unsigned integer of 8 bits. */
export const u8: Codec<number> = integer("u8", 1, "getUint8", "setUint8", 0, 0xff, true);
/** An unsigned integer of 16 bits, host order. */
export const u16: Codec<number> = integer("u16", 2, "getUint16", "setUint16", 0, 0xffff, true);
/** An unsigned integer of 32 bits, host order. */
export const u32: Codec<number> = integer("u32", 4, "getUint32", "setUint32", 0, 0xffffffff, true);
/** A signed integer of 8 bits. */
export const i8: Codec<number> = integer("i8", 1, "getInt8", "setInt8", -0x80, 0x7f, true);
/** A signed integer of 16 bits, host order. */
export const i16: Codec<number> = integer("i16", 2, "getInt16", "setInt16", -0x8000, 0x7fff, true);
/** A signed integer of 32 bits, host order. */
export const i32: Codec<number> = integer("i32", 4, "getInt32", "setInt32", -0x80000000, 0x7fffffff, true);
/** An unsigned integer of 16 bits, network order. */
export const be16: Codec<number> = integer("be16", 2, "getUint16", "setUint16", 0, 0xffff, false);
/** An unsigned integer of 32 bits, network order. */
export const be32: Codec<number> = integer("be32", 4, "getUint32", "setUint32", 0, 0xffffffff, false);

function wide(name: string, little: boolean, signed: boolean): Codec<bigint, bigint | number> {
  const min = signed ? -(2n ** 63n) : 0n, max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return {
    name,
    size: 8,
    decode: inlined(
      signed ? (from, at) => from.view.getBigInt64(at, little) : (from, at) => from.view.getBigUint64(at, little),
      ({ at }) => `view.${signed ? "getBigInt64" : "getBigUint64"}(${at}, ${little})`,
    ),
    encode(value, to) {
      const big = toBig(value, to, min, max), at = to.grow(8);
      if (signed) to.view.setBigInt64(at, big, little);
      else to.view.setBigUint64(at, big, little);
    },
  };
}

function toBig(value: bigint | number, to: Writer, min: bigint, max: bigint): bigint {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value))) {
    to.fail(TypeError, `expected an integer ${min}..${max}, got ${shown(value)}`);
  }
  const big = BigInt(value);
  if (big < min || big > max) to.fail(RangeError, `expected ${min}..${max}, got ${big}`);
  return big;
}

/** An unsigned integer of 64 bits, host order, for identifiers and masks (handles, cookies): a bigint. */
export const u64: Codec<bigint, bigint | number> = wide("u64", true, false);
/** A signed integer of 64 bits, host order: a bigint. */
export const i64: Codec<bigint, bigint | number> = wide("i64", true, true);
/** An unsigned integer of 64 bits, network order: a bigint. */
export const be64: Codec<bigint, bigint | number> = wide("be64", false, false);

function count(name: string, little: boolean): Codec<number, number | bigint> {
  const low = little ? 0 : 4, high = 4 - low;
  return {
    name,
    size: 8,
    decode: inlined(
      (from, at) =>
        from.orient === undefined
          ? from.view.getUint32(at + low, little) + from.view.getUint32(at + high, little) * 0x1_0000_0000
          : Number(from.view.getBigUint64(at, little)),
      // Most counts are small, and small integers cost engines less.
      ({ at }) =>
        `((t = view.getInt32(${at} + ${high}, ${little})) === 0 ? view.getInt32(${at} + ${low}, ${little}) >>> 0 : ` +
        `(view.getInt32(${at} + ${low}, ${little}) >>> 0) + (t >>> 0) * 0x100000000)`,
    ),
    encode(value, to) {
      const big = toBig(value, to, 0n, 2n ** 64n - 1n), at = to.grow(8);
      to.view.setBigUint64(at, big, little);
    },
  };
}

/** An unsigned integer of 64 bits, host order, for quantities (packets, bytes, durations): a number, exact to 2^53. */
export const count64: Codec<number, number | bigint> = count("count64", true);
/** An unsigned integer of 64 bits, network order, for quantities: a number, exact to 2^53. */
export const beCount64: Codec<number, number | bigint> = count("beCount64", false);

/**
 * Makes the codec of a boolean that the kernel keeps as an integer: 0 is false, any other value true. Input may also be
 * a number.
 *
 * For attributes where 0 and absent differ; see {@linkcode flag} for those whose presence alone counts.
 */
export function bool(base: Codec<number>): Codec<boolean, boolean | number> {
  return {
    name: `${base.name} as true or false`,
    ...(base.size === undefined ? {} : { size: base.size }),
    decode: inlined(
      (from, at, end, owner) => base.decode(from, at, end, owner) !== 0,
      base.decode.code && ((site) => `${base.decode.code!(site)} !== 0`),
    ),
    encode(value, to, owner) {
      if (typeof value !== "boolean" && typeof value !== "number") {
        to.fail(TypeError, `expected true or false, got ${shown(value)}`);
      }
      return base.encode(Number(value), to, owner);
    },
  };
}

/** An attribute without payload: its presence means true. `false` sends nothing. */
export const flag: Codec<true, boolean> = {
  name: "flag",
  decode: () => true,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    return value ? undefined : HEADER_ONLY;
  },
};

/** The width of `long` and pointers: 64 bits (`lp64`) or 32 bits (`ilp32`). */
export type Layout = "lp64" | "ilp32";

const long64: Codec<number, number | bigint> = {
  name: "long",
  size: 8,
  decode: (from, at) => Number(from.view.getBigInt64(at, true)),
  encode: (value, to, owner) => i64.encode(value, to, owner),
};

/** Makes the codec of a signed `long`: a number, exact to 2^53. */
export function long(layout: Layout): Codec<number, number | bigint> {
  return layout === "lp64" ? long64 : narrow("long", i32);
}

/** Makes the codec of an unsigned `long` that counts or numbers something: a number, exact to 2^53. */
export function ulong(layout: Layout): Codec<number, number | bigint> {
  return layout === "lp64" ? count64 : narrow("unsigned long", u32);
}

/** Makes the codec of an unsigned `long` that identifies something: a bigint in both layouts. */
export function ulongHandle(layout: Layout): Codec<bigint, bigint | number> {
  if (layout === "lp64") return u64;
  return {
    name: "unsigned long",
    size: 4,
    decode: (from, at) => BigInt(from.view.getUint32(at, true)),
    encode: (value, to, owner) => u32.encode(typeof value === "bigint" ? Number(value) : value, to, owner),
  };
}

function narrow(name: string, base: Codec<number>): Codec<number, number | bigint> {
  return {
    name,
    size: 4,
    decode: base.decode,
    encode: (value, to, owner) => base.encode(typeof value === "bigint" ? Number(value) : value, to, owner),
  };
}

/**
 * Makes the codec of an enumeration: one of the names in `map`, or the bare number if it has no name there.
 *
 * If two names have the same number, decoding gives the first; encoding accepts both.
 *
 * @param words words and numbers that are no value but likely meant as a name, which the error says
 */
export function enumeration<const M extends Readonly<Record<string, number>>>(
  base: Codec<number>,
  map: M,
  words: Readonly<Record<string | number, string>> = {},
): Codec<(keyof M & string) | number> {
  type Name = (keyof M & string) | number;
  let names: (string | undefined)[] | Map<number, string> | undefined;
  const nameOfValue = (value: number): Name => {
    names ??= reverse(map);
    const name = Array.isArray(names) ? names[value] : names.get(value);
    return (name ?? value) as Name;
  };
  return {
    name: base.name,
    ...(base.size === undefined ? {} : { size: base.size }),
    decode: inlined(
      (from, at, end, owner) => nameOfValue(base.decode(from, at, end, owner)),
      base.decode.code && ((site) => {
        names ??= reverse(map);
        const known = site.constant(names), value = `t = ${base.decode.code!(site)}`;
        return Array.isArray(names) ? `${known}[${value}] ?? t` : `${known}.get(${value}) ?? t`;
      }),
    ),
    encode(value, to, owner) {
      const isNumber = typeof value === "number" && !Object.hasOwn(words, value);
      return base.encode(isNumber ? value : numberOfName(map, value, to, words), to, owner);
    },
  };
}

/** Words for the address families of IP: those of other tools and libraries, and the versions. */
const IP: Readonly<Record<string | number, string>> = {
  ip: "inet",
  ipv4: "inet",
  ip4: "inet",
  v4: "inet",
  4: "inet",
  ipv6: "inet6",
  ip6: "inet6",
  v6: "inet6",
  6: "inet6",
};

/** Makes the codec of an address family: an {@linkcode enumeration} whose error knows other words for IPv4 and IPv6. */
export function addressFamily<const M extends Readonly<Record<string, number>>>(
  base: Codec<number>,
  map: M,
): Codec<(keyof M & string) | number> {
  return enumeration(base, map, IP);
}

function reverse(map: Readonly<Record<string, number>>): (string | undefined)[] | Map<number, string> {
  const entries = Object.entries(map).reverse();
  if (entries.some(([, value]) => value < 0 || value > 1023)) {
    return new Map(entries.map(([name, value]) => [value, name]));
  }
  const names: (string | undefined)[] = [];
  for (let i = Math.max(0, ...entries.map(([, value]) => value)); i >= 0; i--) names.push(undefined);
  for (const [name, value] of entries) names[value] = name;
  return names;
}

function numberOfName(
  map: Readonly<Record<string, number>>,
  value: unknown,
  to: Writer,
  words: Readonly<Record<string, string>> = {},
): number {
  if (typeof value === "string" && Object.hasOwn(map, value)) return map[value]!;
  const word = typeof value === "string" || typeof value === "number" ? String(value).toLowerCase() : "";
  const other = Object.keys(map).find((name) => name.toLowerCase() === word);
  const name = Object.hasOwn(words, word) ? words[word] : other;
  const instead = name === undefined ? "" : `, did you mean ${JSON.stringify(name)}?`;
  to.fail(TypeError, `expected ${listOfNames(map)} or the number, got ${shown(value)}${instead}`);
}

function listOfNames(map: Readonly<Record<string, number>>): string {
  const names = Object.keys(map).map((name) => JSON.stringify(name));
  return names.length <= 16 ? names.join(", ") : `${names.slice(0, 12).join(", ")} … (${names.length} names)`;
}

// Most masks that are remembered, so that a hostile sender cannot fill the memory.
const REMEMBERED = 1024;

/**
 * Makes the codec of a bit mask as an array of names; a bit without a name is its value (`1 << n`). Equal masks decode
 * to the same frozen array.
 *
 * @param map the names and their bits, one bit each
 */
export function mask<const M extends Readonly<Record<string, number>>>(
  base: Codec<number>,
  map: M,
): Codec<readonly ((keyof M & string) | number)[], readonly ((keyof M & string) | number)[] | number> {
  type Names = readonly ((keyof M & string) | number)[];
  const seen = new Map<number, Names>();
  const namesFor = (value: number): Names => {
    let names = seen.get(value);
    if (names === undefined) {
      // If the base codec cannot decode the value, it is not a mask.
      if (typeof value !== "number") return value;
      names = Object.freeze(maskNames(map, value)) as Names;
      if (seen.size < REMEMBERED) seen.set(value, names);
    }
    return names;
  };
  return {
    name: `${base.name} mask`,
    ...(base.size === undefined ? {} : { size: base.size }),
    decode: inlined(
      (from, at, end, owner) => namesFor(base.decode(from, at, end, owner)),
      base.decode.code &&
        ((site) =>
          `(t = ${base.decode.code!(site)}) === 0 ? ${site.constant(namesFor(0))} : ${site.constant(namesFor)}(t)`),
    ),
    encode: (value, to, owner) => base.encode(maskValue(map, value, to), to, owner),
  };
}

/** Returns the names of the bits in `value`. */
export function maskNames(map: Readonly<Record<string, number>>, value: number): (string | number)[] {
  const names: (string | number)[] = [];
  let rest = value;
  for (const [name, bit] of Object.entries(map)) {
    if ((rest & bit) !== 0) {
      names.push(name);
      rest = (rest & ~bit) >>> 0;
    }
  }
  while (rest !== 0) {
    const bit = (rest & -rest) >>> 0;
    names.push(bit);
    rest = (rest & ~bit) >>> 0;
  }
  return names;
}

/** Returns the mask for an array of names and bits, or for a number. */
export function maskValue(
  map: Readonly<Record<string, number>>,
  value: readonly (string | number)[] | number,
  to: Writer,
): number {
  if (typeof value === "number") return value;
  if (!Array.isArray(value)) {
    const one = typeof value === "string" && Object.hasOwn(map, value) ? `: write [${shown(value)}]` : "";
    to.fail(TypeError, `expected an array of names or the number, got ${shown(value)}${one}`);
  }
  let bits = 0;
  for (const one of value) {
    if (typeof one === "number" && one >>> 0 !== one) {
      to.fail(RangeError, `expected bits 0..4294967295, got ${shown(one)}`);
    }
    bits |= typeof one === "number" ? one : numberOfName(map, one, to);
  }
  return bits >>> 0;
}

const textCode = ({ at, end, constant }: Site): string => `${constant(decodeText)}(bytes, ${at}, ${end})`;

/** Makes the codec of a string of at most `max` bytes, NUL-terminated on the wire; longer input is an error. */
export function string(max: number): Codec<string> {
  return {
    name: "string",
    decode: inlined((from, at, end) => decodeText(from.bytes, at, end), textCode),
    encode(value, to) {
      const start = to.length;
      if (!to.ascii(value) || to.length - start > max) {
        to.length = start;
        to.append(textBytes(value, max, to));
      }
      to.grow(1);
    },
  };
}

/** A NUL-terminated string of at most 65000 bytes, for attributes without a limit of their own. */
export const text: Codec<string> = string(65_000);

/** Makes the codec of a string in a fixed field of `size` bytes, NUL-padded (`char name[16]`). */
export function chars(size: number): Codec<string> {
  return {
    name: `char[${size}]`,
    size,
    decode: inlined((from, at, end) => decodeText(from.bytes, at, end), textCode),
    encode(value, to) {
      const bytes = textBytes(value, size - 1, to), at = to.grow(size);
      to.bytes.set(bytes, at);
    },
  };
}

/**
 * Makes the codec of a string of at most `max` bytes whose length the attribute gives: a NUL is part of the string and
 * does not end it. Input may also be bytes.
 */
export function countedText(max: number): Codec<string, string | Uint8Array> {
  return {
    name: "text",
    decode: (from, at, end) => decodeCounted(from.bytes, at, end),
    encode(value, to) {
      if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        to.fail(TypeError, `expected a string or bytes, got ${shown(value)}`);
      }
      const bytes = typeof value === "string" ? encodeText(value) : value;
      if (bytes.length > max) {
        to.fail(RangeError, `expected at most ${max} bytes, got ${bytes.length} in ${shown(value)}`);
      }
      to.append(bytes);
    },
  };
}

function textBytes(value: string, max: number, to: Writer): Uint8Array {
  if (typeof value !== "string") to.fail(TypeError, `expected a string, got ${shown(value)}`);
  if (value.includes("\0")) to.fail(TypeError, `expected a string without NUL, got ${shown(value)}`);
  const bytes = encodeText(value);
  if (bytes.length > max) to.fail(RangeError, `expected at most ${max} bytes, got ${bytes.length} in ${shown(value)}`);
  return bytes;
}

/** Uninterpreted bytes. Input is a Uint8Array or hexadecimal text, with or without colons. */
export const bytes: Codec<Uint8Array, Uint8Array | string> = {
  name: "bytes",
  decode: (from, at, end) => from.own(at, end),
  encode: (value, to) => to.append(octets(value, to)),
};

/** Makes the codec of exactly `size` uninterpreted bytes. */
export function octetString(size: number): Codec<Uint8Array, Uint8Array | string> {
  return {
    name: `${size} bytes`,
    size,
    decode: (from, at, end) => from.own(at, end),
    encode(value, to) {
      const given = octets(value, to);
      if (given.length !== size) to.fail(RangeError, `expected ${size} bytes, got ${given.length}`);
      to.append(given);
    },
  };
}

/**
 * Makes the codec of bytes as lower-case hexadecimal text without separators: keys, hashes, identifiers that people
 * compare.
 */
export function hex(size?: number): Codec<string, string | Uint8Array> {
  return {
    name: size === undefined ? "hexadecimal text" : `${2 * size} hexadecimal digits`,
    ...(size === undefined ? {} : { size }),
    decode: (from, at, end) => toHex(from.bytes, at, end),
    encode(value, to) {
      const given = octets(value, to);
      if (size !== undefined && given.length !== size) {
        to.fail(RangeError, `expected ${size} bytes, got ${given.length}`);
      }
      to.append(given);
    },
  };
}

/**
 * Makes the codec of a secret, such as a key: messages that are shown have its length instead, and so have errors.
 *
 * @param expected what errors say is expected; the codec's name when absent
 */
export function secret<D, E>(codec: Codec<D, E>, expected: string = codec.name): Codec<D, E> {
  return {
    ...codec,
    secret: true,
    decode(from, at, end, owner) {
      const value = codec.decode(from, at, end, owner), none = value === undefined || (value as unknown) === MISFIT;
      return from.redact && !none ? `${end - at} bytes` as D : value;
    },
    encode(value, to, owner) {
      try {
        return codec.encode(value, to, owner);
      } catch (error) {
        const kind = error instanceof RangeError ? RangeError : TypeError;
        return to.fail(kind, `expected ${expected}, got ${lengthOf(value)}`);
      }
    },
  };
}

/** Returns the kind and length of a secret, without the secret itself. */
function lengthOf(value: unknown): string {
  if (typeof value === "string") return `${value.length} characters`;
  return value instanceof Uint8Array ? `${value.length} bytes` : `a ${typeof value}`;
}

/** Codec of a secret of any length. Input may be hexadecimal text. */
export const secretBytes: Codec<Uint8Array, Uint8Array | string> = secret(bytes, "bytes or hexadecimal text");

/** The two hexadecimal digits of each byte: `00`, `01` … */
export const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, i) => (i < 16 ? "0" : "") + i.toString(16));

/** Returns the bytes `at`..`end` as hexadecimal text, with `separator` between them. */
export function toHex(bytes: Uint8Array, at = 0, end: number = bytes.length, separator = ""): string {
  let text = "";
  for (let i = at; i < end; i++) text += (i > at ? separator : "") + DIGITS[bytes[i]!];
  return text;
}

/**
 * Returns the bytes of hexadecimal text, or the bytes themselves. Colons, dots and dashes between whole octets are
 * ignored.
 */
export function octets(value: Uint8Array | string, to: Writer): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") to.fail(TypeError, `expected bytes or hexadecimal text, got ${shown(value)}`);
  const groups = value === "" ? [] : value.split(/[:.-]/), digits = groups.join("");
  if (/[^0-9a-f]/i.test(digits) || groups.some(({ length }) => length === 0 || length % 2 !== 0)) {
    // A text longer than a MAC address may be a secret key, so it is not shown.
    const got = value.length > 17 ? `a text of ${value.length} characters` : shown(value);
    to.fail(TypeError, `expected bytes or hexadecimal text, got ${got}`);
  }
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** The bytes after a struct, and the place of their length in the struct. */
export interface DataPlace<K> {
  /** The name of the field with the bytes. */
  readonly key: K;
  /** Offset of the bytes from the start of the struct; the struct's size when absent. */
  readonly at?: number;
  /** Offset of their length. */
  readonly length: number;
  /** The codec of their length. */
  readonly lengthCodec: Codec<number>;
  /** True if the payload is padded to a multiple of four. */
  readonly padded?: true;
}

/**
 * Makes the codec of a struct and the bytes behind it. If there are no bytes, the field is absent.
 *
 * A struct that is cut short, or whose length exceeds the bytes that are there, is a misfit; further bytes are ignored.
 */
export function structWithData<T extends object, K extends keyof T & string>(
  head: Codec<Omit<T, K>>,
  place: DataPlace<K>,
): Codec<T> {
  const size = head.size!, start = place.at ?? size, { key, length, lengthCodec, padded } = place;
  const countOf = (from: Parameters<Codec<T>["decode"]>[0], at: number, end: number): number =>
    end - at < start ? -1 : ((count) => count <= end - at - start ? count : -1)(
      lengthCodec.decode(from, at + length, at + length + lengthCodec.size!, {}),
    );
  return {
    name: "a struct with data",
    decode(from, at, end, owner) {
      const count = countOf(from, at, end);
      if (count < 0) return MISFIT;
      const value = head.decode(from, at, Math.min(end, at + size), owner) as Record<string, unknown>;
      for (const name of Object.keys(value)) {
        if (value[name] === MISFIT) return MISFIT;
        if (value[name] === undefined) delete value[name];
      }
      if (count > 0) value[key] = from.own(at + start, at + start + count);
      return value as T;
    },
    encode(value, to, owner) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        to.fail(TypeError, `expected an object, got ${shown(value)}`);
      }
      const { [key]: given, ...rest } = value;
      const begin = to.length;
      head.encode(rest, to, owner);
      to.path.push(key);
      const data = given === undefined ? new Uint8Array(0) : octets(given as Uint8Array, to), end = to.length;
      // Moves the encoded length to its place in the struct.
      lengthCodec.encode(data.length, to, owner);
      to.bytes.copyWithin(begin + length, end, to.length);
      to.path.pop();
      to.length = begin + start;
      to.append(data);
      to.grow(size - start);
      if (padded) to.align();
    },
    walk(from, at, end, owner, visit) {
      head.walk!(from, at, Math.min(end, at + size), owner, visit);
      const count = countOf(from, at, end);
      if (count <= 0) return;
      const first = at + start;
      visit({ name: key, id: -1, start: first, at: first, end: first + count, codec: bytes, owner });
    },
  };
}

/** Makes the codec of a value in `max` bytes after a byte with the number of those in use; absent when none is. */
export function counted<D, E>(max: number, codec: Codec<D, E>): Codec<D, E> {
  return {
    name: codec.name,
    size: 1 + max,
    decode(from, at, _end, owner) {
      const count = from.bytes[at]!;
      if (count > max) return MISFIT;
      return count === 0 ? undefined as never : codec.decode(from, at + 1, at + 1 + count, owner);
    },
    encode(value, to, owner) {
      const at = to.grow(1);
      codec.encode(value, to, owner);
      const count = to.length - at - 1;
      if (count > max) to.fail(RangeError, `expected at most ${max} bytes, got ${count}`);
      to.bytes[at] = count;
      to.grow(max - count);
    },
  };
}

/** Makes the codec of a string that is absent when empty. */
export function unlessEmpty(codec: Codec<string>): Codec<string> {
  return {
    ...codec,
    decode(from, at, end, owner) {
      const text = codec.decode(from, at, end, owner);
      return text === "" ? undefined as never : text;
    },
  };
}

/** The two hexadecimal digits of each byte with a colon: `00:`, `01:` … */
const OCTETS: readonly string[] = DIGITS.map((digits) => `${digits}:`);

/** Returns the text of the six bytes at `at`. */
function macText(bytes: Uint8Array, at: number): string {
  return OCTETS[bytes[at]!]! + OCTETS[bytes[at + 1]!]! + OCTETS[bytes[at + 2]!]! + OCTETS[bytes[at + 3]!]! +
    OCTETS[bytes[at + 4]!]! + DIGITS[bytes[at + 5]!]!;
}

/** Returns the text of a link-layer address of any length. */
function hardwareText(bytes: Uint8Array, at: number, end: number): string {
  return end - at === 6 ? macText(bytes, at) : toHex(bytes, at, end, ":");
}

/** A link-layer address of any length: `02:00:00:00:00:01`. */
export const hardwareAddress: Codec<string, string | Uint8Array> = {
  name: "a link-layer address",
  decode: inlined(
    (from, at, end) => hardwareText(from.bytes, at, end),
    ({ at, end, constant }) => `${constant(hardwareText)}(bytes, ${at}, ${end})`,
  ),
  encode: (value, to) => to.append(octets(value, to)),
};

/** A MAC address: `02:00:00:00:00:01`. */
export const mac: Codec<string, string | Uint8Array> = {
  name: "a MAC address",
  size: 6,
  decode: inlined((from, at) => macText(from.bytes, at), ({ at, constant }) => `${constant(macText)}(bytes, ${at})`),
  encode(value, to) {
    const given = octets(value, to);
    if (given.length !== 6) to.fail(TypeError, `expected a MAC address like "02:00:00:00:00:01", got ${shown(value)}`);
    to.append(given);
  },
};

// HIGH has the texts "a.b." by the first and then the second octet, LOW those of "c.d". Rows of 256 are made at first
// use.
const HIGH: (string[] | undefined)[] = [], LOW: (string[] | undefined)[] = [];
for (let i = 0; i < 256; i++) (HIGH.push(undefined), LOW.push(undefined));

function high(a: number): string[] {
  return HIGH[a] = Array.from({ length: 256 }, (_, b) => `${a}.${b}.`);
}
function low(c: number): string[] {
  return LOW[c] = Array.from({ length: 256 }, (_, d) => `${c}.${d}`);
}

/** Returns the IPv4 text of the four bytes at `at`. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return (HIGH[bytes[at]!] ?? high(bytes[at]!))[bytes[at + 1]!]! +
    (LOW[bytes[at + 2]!] ?? low(bytes[at + 2]!))[bytes[at + 3]!]!;
}

const WORDS: (string[] | undefined)[] = [];
for (let i = 0; i < 256; i++) WORDS.push(undefined);

function words(top: number): string[] {
  return WORDS[top] = Array.from({ length: 256 }, (_, i) => (top * 256 + i).toString(16));
}

/** Returns the IPv6 text of the sixteen bytes at `at`, in the form of RFC 5952. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  // The longest run of two or more zero words becomes "::"; the first of runs of equal length.
  let best = -1, bestLength = 1, run = -1;
  for (let i = 0; i < 8; i++) {
    if (bytes[at + 2 * i] !== 0 || bytes[at + 2 * i + 1] !== 0) run = -1;
    else {
      if (run < 0) run = i;
      if (i - run + 1 > bestLength) (best = run, bestLength = i - run + 1);
    }
  }
  if (best === 0) {
    if (bestLength === 5 && bytes[at + 10] === 0xff && bytes[at + 11] === 0xff) {
      return `::ffff:${ipv4Text(bytes, at + 12)}`;
    }
    if (bestLength === 6) return `::${ipv4Text(bytes, at + 12)}`;
  }
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      text += "::";
      i += bestLength - 1;
    } else {
      if (i > 0 && i !== best + bestLength) text += ":";
      text += (WORDS[bytes[at + 2 * i]!] ?? words(bytes[at + 2 * i]!))[bytes[at + 2 * i + 1]!]!;
    }
  }
  return text;
}

/** Returns the text of the address in `at`..`end`, `undefined` unless it has 4 or 16 bytes. */
export function ipText(bytes: Uint8Array, at: number, end: number): string | undefined {
  return end - at === 4 ? ipv4Text(bytes, at) : end - at === 16 ? ipv6Text(bytes, at) : undefined;
}

/** Returns the four or sixteen bytes of an address in text form; `undefined` if the text is not an address. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  let address = 0, octet = -1, dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return undefined; // some programs read 010 as 8
      octet = octet < 0 ? digit : 10 * octet + digit;
      if (octet > 255) return undefined;
    } else if (digit === -2 && octet >= 0 && dots < 3) { // a dot
      address = address << 8 | octet;
      dots++;
      octet = -1;
    } else return undefined;
  }
  if (octet < 0 || dots < 3) return undefined;
  const out = zeroBytes(4);
  out[0] = address >> 16;
  out[1] = address >> 8;
  out[2] = address;
  out[3] = octet;
  return out;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = wordsOf(halves[0]!, halves.length === 1), tail = halves.length === 2 ? wordsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  const out = zeroBytes(16);
  head.forEach((word, i) => (out[2 * i] = word >> 8, out[2 * i + 1] = word & 0xff));
  tail.forEach((word, i) => {
    const at = 2 * (8 - tail.length + i);
    out[at] = word >> 8;
    out[at + 1] = word & 0xff;
  });
  return out;
}

function wordsOf(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const out: number[] = [], parts = text.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (last && i === parts.length - 1 && part.includes(".")) {
      const four = parseIpv4(part);
      if (four === undefined) return undefined;
      out.push(four[0]! * 256 + four[1]!, four[2]! * 256 + four[3]!);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      out.push(parseInt(part, 16));
    }
  }
  return out;
}

function ipBytes(value: string | Uint8Array, to: Writer, size: 4 | 16 | undefined): Uint8Array {
  const given = typeof value === "string" ? parseIp(value) : value;
  const sizes = size === undefined ? "IP" : size === 4 ? "IPv4" : "IPv6";
  if (
    !(given instanceof Uint8Array) ||
    (size === undefined ? given.length !== 4 && given.length !== 16 : given.length !== size)
  ) {
    to.fail(TypeError, `expected an ${sizes} address, got ${shown(value)}`);
  }
  return given;
}

/** An IPv4 address: `10.0.0.1`. */
export const ipv4: Codec<string, string | Uint8Array> = {
  name: "an IPv4 address",
  size: 4,
  decode: inlined(
    (from, at) => ipv4Text(from.bytes, at),
    ({ at, constant }) => `${constant(ipv4Text)}(bytes, ${at})`,
  ),
  encode: (value, to) => to.append(ipBytes(value, to, 4)),
};

/** An IPv6 address: `fe80::1`. */
export const ipv6: Codec<string, string | Uint8Array> = {
  name: "an IPv6 address",
  size: 16,
  decode: inlined(
    (from, at) => ipv6Text(from.bytes, at),
    ({ at, constant }) => `${constant(ipv6Text)}(bytes, ${at})`,
  ),
  encode: (value, to) => to.append(ipBytes(value, to, 16)),
};

/** An IPv4 or IPv6 address; the size tells which. */
export const ip: Codec<string, string | Uint8Array> = {
  name: "an IP address",
  decode: inlined(
    (from, at, end) => ipText(from.bytes, at, end) ?? MISFIT,
    ({ at, end, constant }) => `${constant(ipText)}(bytes, ${at}, ${end}) ?? ${constant(MISFIT)}`,
  ),
  encode: (value, to) => to.append(ipBytes(value, to, undefined)),
};

/** An address and its prefix length, as {@linkcode parsePrefix} returns them. */
export interface Prefix {
  /** The address: 4 or 16 bytes. */
  readonly bytes: Uint8Array;
  /** The prefix length in bits. */
  readonly length: number;
}

/** Parses `10.0.0.0/8`; an address without a length has a prefix of all its bits. */
export function parsePrefix(value: string | Uint8Array, to: Writer): Prefix {
  const text = typeof value === "string" ? value : undefined, slash = text?.indexOf("/") ?? -1;
  const bytes = text === undefined ? value : parseIp(slash < 0 ? text : text.slice(0, slash));
  const length = slash < 0 ? undefined : text!.slice(slash + 1);
  const bits = length === undefined ? undefined : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  if (
    !(bytes instanceof Uint8Array) || Number.isNaN(bits) ||
    (bytes.length !== 4 && bytes.length !== 16)
  ) {
    to.fail(TypeError, `expected an address or prefix like "10.0.0.0/8", got ${shown(value)}`);
  }
  if (bits !== undefined && bits > 8 * bytes.length) {
    to.fail(RangeError, `expected a prefix length of at most ${8 * bytes.length}, got ${shown(value)}`);
  }
  return { bytes, length: bits ?? 8 * bytes.length };
}

/**
 * The number of an interface, 1..2147483647; 0 for none. TypeScript accepts any number.
 *
 * As input, such a field has the type `number | string | null`: the number, the interface's name, or `null` for none.
 */
export type Ifindex = number & { readonly "number of"?: "interface" };

/** `true` if `T` is an {@linkcode Ifindex}. */
export type IsIfindex<T> = [T] extends [number] ? "number of" extends keyof T ? true : false : false;

/** A codec of an interface's number. */
export interface IfindexCodec extends Codec<Ifindex, number | string | null> {
  /** Marks the codec for TypeScript, which rejects it for a field that is not declared as an {@linkcode Ifindex}. */
  readonly takes: "names of interfaces";
}

function interfaceNumber(little: boolean): IfindexCodec {
  return {
    name: "an interface",
    takes: "names of interfaces",
    none: [0],
    size: 4,
    decode: inlined(
      (from, at) => from.view.getInt32(at, little),
      ({ at }) => `view.getInt32(${at}, ${little})`,
    ),
    encode(value, to) {
      const index = toIndex(value, to), at = to.grow(4);
      to.view.setInt32(at, index, little);
    },
  };
}

/** The number of an interface, host order. Input is the number, a name, or `null` for none. */
export const ifindex: IfindexCodec = interfaceNumber(true);
/** The number of an interface, network order. Input is the number, a name, or `null` for none. */
export const beIfindex: IfindexCodec = interfaceNumber(false);

/** Returns the number of an interface given by number or name; 0 for `null`. */
export function toIndex(value: number | string | null, to: Writer): number {
  if (value === null) return 0;
  if (typeof value === "number" && Number.isInteger(value)) {
    if (value < 0 || value > 0x7fffffff) {
      to.fail(RangeError, `expected an interface number 0..2147483647, got ${value}`);
    }
    return value;
  }
  if (typeof value !== "string" || value === "") {
    to.fail(TypeError, `expected an interface's name or number, got ${shown(value)}`);
  }
  if (to.names === undefined) to.fail(TypeError, `the name ${shown(value)} can only be looked up on an open socket`);
  const index = to.names.index(value);
  if (index === undefined) throw new NoSuchInterface(to.what, to.path, value);
  return index;
}

/** The error of a request that names an interface that does not exist. */
export class NoSuchInterface extends NetlinkError {
  /** Makes the error for one name. */
  constructor(what: string, path: readonly (string | number)[], name: string) {
    // The number of the object itself is not a field that the caller wrote: its name is in `what`.
    const where = path.length === 0 || path.length === 1 && path[0] === "index" ? "" : ` (${pathText(path)})`;
    super(`Cannot ${what}: no interface is called ${JSON.stringify(shortened(name))}${where}`, "ENODEV");
  }
}

const AF_INET = 2, AF_INET6 = 10;

/**
 * struct sockaddr_in or sockaddr_in6: `192.0.2.7:51820`, `[2001:db8::1]:51820`, or `[fe80::1%2]:51820` with the
 * interface number of a link-local address. Input may also have the interface's name: `[fe80::1%eth0]:51820`; digits
 * alone are the number.
 */
export const sockaddr: Codec<string> = {
  name: "an address with a port",
  decode(from, at, end) {
    const family = end - at < 16 ? 0 : from.view.getUint16(at, true);
    if (family === AF_INET) return `${ipv4Text(from.bytes, at + 4)}:${from.view.getUint16(at + 2)}`;
    if (family !== AF_INET6 || end - at < 28) return MISFIT;
    const scope = from.view.getUint32(at + 24, true);
    return `[${ipv6Text(from.bytes, at + 8)}${scope === 0 ? "" : `%${scope}`}]:${from.view.getUint16(at + 2)}`;
  },
  encode(value: string, to: Writer): void {
    const match = typeof value === "string" ? /^(?:\[([^\]%]+)(?:%(.+))?\]|([^:]+)):(\d+)$/s.exec(value) : null;
    const address = parseIp(match?.[1] ?? match?.[3] ?? ""), port = Number(match?.[4]), six = match?.[1] !== undefined;
    if (address === undefined || address.length !== (six ? 16 : 4) || port > 0xffff) {
      to.fail(
        TypeError,
        `expected an address and port like "192.0.2.7:51820" or "[2001:db8::1]:51820", got ${shown(value)}`,
      );
    }
    const zone = match?.[2] ?? "0", scope = toIndex(/^\d+$/.test(zone) ? Number(zone) : zone, to);
    const at = to.grow(six ? 28 : 16);
    to.view.setUint16(at, six ? AF_INET6 : AF_INET, true);
    to.view.setUint16(at + 2, port);
    to.bytes.set(address, at + (six ? 8 : 4));
    if (six) to.view.setUint32(at + 24, scope, true);
  },
};

/** 16 bytes as `01234567-89ab-cdef-0123-456789abcdef`. */
export const uuid: Codec<string, string | Uint8Array> = {
  name: "a UUID",
  size: 16,
  decode(from, at, end) {
    const digits = toHex(from.bytes, at, end);
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([a, b]) => digits.slice(a, b)).join("-");
  },
  encode(value, to) {
    const given = octets(value, to);
    if (given.length !== 16) to.fail(TypeError, `expected a UUID, got ${shown(value)}`);
    to.append(given);
  },
};
