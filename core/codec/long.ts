/**
 * C's `long` and `size_t`, whose width is that of the program: what protocols from before netlink had rules is made of.
 *
 * @module
 */
import type { Codec } from "./codec.ts";
import { count64, i32, i64, u32, u64 } from "./scalars.ts";

/** How wide a `long` and a pointer are: 64 bits (`lp64`) or 32 (`ilp32`). */
export type Layout = "lp64" | "ilp32";

const long64: Codec<number, number | bigint> = {
  name: "long",
  size: 8,
  decode: (from, at) => Number(from.view.getBigInt64(at, true)),
  encode: (value, to, owner) => i64.encode(value, to, owner),
};

/** Signed, as wide as the layout says; a number, exact to 2^53. */
export function long(layout: Layout): Codec<number, number | bigint> {
  return layout === "lp64" ? long64 : narrow("long", i32);
}

/** Unsigned, as wide as the layout says, for what counts or is a number; exact to 2^53. */
export function ulong(layout: Layout): Codec<number, number | bigint> {
  return layout === "lp64" ? count64 : narrow("unsigned long", u32);
}

/** Unsigned, as wide as the layout says, for what identifies: a bigint in both. */
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
