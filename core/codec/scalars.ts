/**
 * Integers in host and network byte order, and the types based on them: C longs, enumerations and masks.
 *
 * @module
 */
import { type Codec, HEADER_ONLY, inlined, type Reader, shown, type Writer } from "./codec.ts";

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
 */
export function enumeration<const M extends Readonly<Record<string, number>>>(
  base: Codec<number>,
  map: M,
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
      return base.encode(typeof value === "number" ? value : numberOfName(map, value, to), to, owner);
    },
  };
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

function numberOfName(map: Readonly<Record<string, number>>, value: unknown, to: Writer): number {
  if (typeof value === "string" && Object.hasOwn(map, value)) return map[value]!;
  to.fail(TypeError, `expected ${listOfNames(map)} or the number, got ${shown(value)}`);
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
  if (!Array.isArray(value)) to.fail(TypeError, `expected an array of names or the number, got ${shown(value)}`);
  let bits = 0;
  for (const one of value) {
    if (typeof one === "number" && one >>> 0 !== one) {
      to.fail(RangeError, `expected bits 0..4294967295, got ${shown(one)}`);
    }
    bits |= typeof one === "number" ? one : numberOfName(map, one, to);
  }
  return bits >>> 0;
}
