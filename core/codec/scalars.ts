/**
 * Integers, flags and truth values.
 *
 * @module
 */
import { type Reader, shown, type Writer } from "./buffer.ts";
import { type Codec, HEADER_ONLY, inlined } from "./codec.ts";

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

// One closure a width, each with its own call site, so that engines see one method and inline it.
const DECODERS: Record<Get, (little: boolean) => (from: Reader, at: number) => number> = {
  getUint8: () => (from, at) => from.bytes[at]!,
  getInt8: () => (from, at) => from.view.getInt8(at),
  getUint16: (little) => (from, at) => from.view.getUint16(at, little),
  getInt16: (little) => (from, at) => from.view.getInt16(at, little),
  getUint32: (little) => (from, at) => from.view.getUint32(at, little),
  getInt32: (little) => (from, at) => from.view.getInt32(at, little),
};

/** The same as JavaScript. Signed reads, as V8's quicker compiler calls a function for unsigned ones. */
const CODE: Record<Get, (at: string, little: boolean) => string> = {
  getUint8: (at) => `bytes[${at}]`,
  getInt8: (at) => `view.getInt8(${at})`,
  getUint16: (at, little) => `(view.getInt16(${at}, ${little}) & 0xffff)`,
  getInt16: (at, little) => `view.getInt16(${at}, ${little})`,
  getUint32: (at, little) => `(view.getInt32(${at}, ${little}) >>> 0)`,
  getInt32: (at, little) => `view.getInt32(${at}, ${little})`,
};

/** Unsigned, 8 bits. */
export const u8: Codec<number> = integer("u8", 1, "getUint8", "setUint8", 0, 0xff, true);
/** Unsigned, 16 bits, host order. */
export const u16: Codec<number> = integer("u16", 2, "getUint16", "setUint16", 0, 0xffff, true);
/** Unsigned, 32 bits, host order. */
export const u32: Codec<number> = integer("u32", 4, "getUint32", "setUint32", 0, 0xffffffff, true);
/** Signed, 8 bits. */
export const i8: Codec<number> = integer("i8", 1, "getInt8", "setInt8", -0x80, 0x7f, true);
/** Signed, 16 bits, host order. */
export const i16: Codec<number> = integer("i16", 2, "getInt16", "setInt16", -0x8000, 0x7fff, true);
/** Signed, 32 bits, host order. */
export const i32: Codec<number> = integer("i32", 4, "getInt32", "setInt32", -0x80000000, 0x7fffffff, true);
/** Unsigned, 16 bits, network order. */
export const be16: Codec<number> = integer("be16", 2, "getUint16", "setUint16", 0, 0xffff, false);
/** Unsigned, 32 bits, network order. */
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

/** Unsigned, 64 bits, host order, for what identifies or stamps: handles, cookies, masks. */
export const u64: Codec<bigint, bigint | number> = wide("u64", true, false);
/** Signed, 64 bits, host order. */
export const i64: Codec<bigint, bigint | number> = wide("i64", true, true);
/** Unsigned, 64 bits, network order. */
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

/** Unsigned, 64 bits, host order, for what counts (packets, bytes, durations): a number, exact to 2^53. */
export const count64: Codec<number, number | bigint> = count("count64", true);
/** Unsigned, 64 bits, network order, for what counts: a number, exact to 2^53. */
export const beCount64: Codec<number, number | bigint> = count("beCount64", false);

/**
 * A truth value that the kernel keeps as an integer: 0 is false, 1 true. Numbers are taken too.
 *
 * For attributes where 0 and absent differ; see {@linkcode flag} for those that are there or not.
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

/** An attribute without payload: there means true. `false` sends nothing. */
export const flag: Codec<true, boolean> = {
  name: "flag",
  decode: () => true,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    return value ? undefined : HEADER_ONLY;
  },
};
