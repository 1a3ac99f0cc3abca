/**
 * Integers as newer families send them: as short as they fit; and 32 bits of which some are meant.
 *
 * @module
 */
import { shown } from "./buffer.ts";
import { type Codec, MISFIT } from "./codec.ts";
import { count64, i32, i64, u32, u64 } from "./scalars.ts";
import { struct } from "./struct.ts";

/** Unsigned, 32 or 64 bits, whichever the number needs; exact to 2^53. Input may be a bigint. */
export const uint: Codec<number, number | bigint> = {
  name: "uint",
  decode: (from, at, end, owner) =>
    end - at === 8 ? count64.decode(from, at, end, owner) : end - at === 4 ? from.view.getUint32(at, true) : MISFIT,
  encode(value, to, owner) {
    if (typeof value === "number" && value >= 0 && value <= 0xffffffff) return u32.encode(value, to, owner);
    return u64.encode(value, to, owner);
  },
};

/** Signed, 32 or 64 bits, whichever the number needs; exact to 2^53. Input may be a bigint. */
export const sint: Codec<number, number | bigint> = {
  name: "sint",
  decode: (from, at, end) =>
    end - at === 8
      ? from.view.getUint32(at, true) + from.view.getInt32(at + 4, true) * 0x1_0000_0000
      : end - at === 4
      ? from.view.getInt32(at, true)
      : MISFIT,
  encode(value, to, owner) {
    if (typeof value === "number" && value >= -0x80000000 && value <= 0x7fffffff) return i32.encode(value, to, owner);
    return i64.encode(value, to, owner);
  },
};

/** Bits with the mask of those that are meant: struct nla_bitfield32. */
export interface Bitfield32 {
  /** The bits. */
  value?: number;
  /** Which of them are meant. */
  selector?: number;
}

const pair: Codec<Bitfield32> = struct<Bitfield32>(8, { value: [0, u32], selector: [4, u32] });

/** Bits with their mask. A number alone means all of its bits, and none of the others. */
export const bitfield32: Codec<Bitfield32, Bitfield32 | number> = {
  name: "bitfield32",
  size: 8,
  decode: (from, at, end, owner) => pair.decode(from, at, end, owner),
  encode(value, to, owner) {
    if (typeof value === "number") return pair.encode({ value, selector: 0xffffffff }, to, owner);
    if (typeof value !== "object" || value === null) {
      to.fail(TypeError, `expected { value, selector } or a number, got ${shown(value)}`);
    }
    return pair.encode(value, to, owner);
  },
};

/**
 * A bit mask of 64 bits as an array of names; a bit without a name is its value as a bigint. Input takes the number too.
 *
 * @param map names and the bits they stand for, one bit each
 * @param integer how the number is written; in host order when absent
 */
export function mask64<const M extends Readonly<Record<string, bigint>>>(
  map: M,
  integer: Codec<bigint, bigint | number> = u64,
): Codec<readonly ((keyof M & string) | bigint)[], readonly ((keyof M & string) | bigint)[] | bigint | number> {
  type Names = readonly ((keyof M & string) | bigint)[];
  return {
    name: "u64 mask",
    size: 8,
    decode(from, at, end, owner) {
      const names: (string | bigint)[] = [];
      let rest = integer.decode(from, at, end, owner);
      for (const [name, bit] of Object.entries(map)) {
        if ((rest & bit) === 0n) continue;
        names.push(name);
        rest &= ~bit;
      }
      for (let bit = 1n; rest !== 0n; bit <<= 1n) {
        if ((rest & bit) !== 0n) names.push(bit);
        rest &= ~bit;
      }
      return names as Names;
    },
    encode(value, to, owner) {
      if (!Array.isArray(value)) return integer.encode(value as bigint | number, to, owner);
      let bits = 0n;
      for (const one of value) {
        if (typeof one === "bigint" || Number.isInteger(one)) bits |= BigInt(one);
        else if (typeof one === "string" && Object.hasOwn(map, one)) bits |= map[one]!;
        else to.fail(TypeError, `expected ${Object.keys(map).join(", ")} or a number, got ${shown(one)}`);
      }
      return integer.encode(bits, to, owner);
    },
  };
}
