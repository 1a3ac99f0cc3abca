/**
 * Bit sets: the form in which ethtool's messages carry sets of named bits.
 *
 * Source: linux/ethtool_netlink_generated.h ETHTOOL_A_BITSET_*, v7.2.
 * @module
 */
import {
  type Attributes,
  attributes,
  bytes,
  type Codec,
  flag,
  repeated,
  type Shape,
  shown,
  text,
  u32,
  type Writer,
} from "../../../core/codec/mod.ts";

/** A bit: its name, or its number in events and in answers to requests with the flag `compact_bitsets`. */
export type Bit = string | number;

/**
 * A set of bits. With a mask, it gives the values of the bits in the mask, and says nothing about others. Without one
 * it gives all bits. In a request, the bits in the mask change: to on if they are in `value`, else to off.
 */
export interface Bitset {
  /** The bits that are on. */
  value: readonly Bit[];
  /** The bits whose value is given. */
  mask?: readonly Bit[];
}

interface BitWire {
  index?: number;
  name?: string;
  value?: boolean;
}
interface BitsWire {
  bit?: readonly BitWire[];
}
interface BitsetWire {
  nomask?: boolean;
  size?: number;
  bits?: BitsWire;
  value?: Uint8Array;
  mask?: Uint8Array;
}

const BitTable: Attributes<BitWire> = attributes((): Shape<BitWire> => ({
  index: [1, u32],
  name: [2, text],
  value: [3, flag],
}));
const BitsTable: Attributes<BitsWire> = attributes((): Shape<BitsWire> => ({ bit: [1, repeated(1, BitTable)] }));
const BitsetTable: Attributes<BitsetWire> = attributes((): Shape<BitsetWire> => ({
  nomask: [1, flag],
  size: [2, u32],
  bits: [3, BitsTable],
  value: [4, bytes],
  mask: [5, bytes],
}));

function numbers(words: Uint8Array): number[] {
  const found: number[] = [];
  words.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit & 1) !== 0) found.push(8 * i + bit);
  });
  return found;
}

function fromWire({ nomask, bits, value, mask }: BitsetWire): Bitset {
  if (bits === undefined) {
    const on = numbers(value ?? new Uint8Array(0));
    return nomask === true || mask === undefined ? { value: on } : { value: on, mask: numbers(mask) };
  }
  const all = bits.bit ?? [],
    bitName = ({ name, index }: BitWire): Bit =>
      // Some bits have an empty name.
      name === undefined || name === "" ? index ?? 0 : name;
  if (nomask === true) return { value: all.map(bitName) };
  return { value: all.filter(({ value }) => value === true).map(bitName), mask: all.map(bitName) };
}

function toWire(given: Bitset, to: Writer): BitsetWire {
  const wrong = (why: string): never => to.fail(TypeError, why);
  if (typeof given !== "object" || given === null || !Array.isArray(given.value)) {
    return wrong(`expected { value, mask } with arrays of bits, got ${shown(given)}`);
  }
  const { value, mask } = given;
  const bit = (one: Bit): BitWire =>
    typeof one === "string"
      ? { name: one }
      : Number.isInteger(one) && one >= 0
      ? { index: one }
      : wrong(`expected the name or number of a bit, got ${shown(one)}`);
  if (mask === undefined) return { nomask: true, bits: { bit: value.map(bit) } };
  const on = new Set(value), spare = value.find((one) => !mask.includes(one));
  if (spare !== undefined) wrong(`${shown(spare)} is in value but not in mask`);
  return { bits: { bit: mask.map((one) => on.has(one) ? { ...bit(one), value: true } : bit(one)) } };
}

/** Codec of a bit set; it encodes names. */
export const bitset: Codec<Bitset> = {
  name: "a bit set",
  nested: true,
  decode: (from, at, end, owner) => fromWire(BitsetTable.decode(from, at, end, owner)),
  encode: (value, to, owner) => BitsetTable.encode(toWire(value, to), to, owner),
  walk: (from, at, end, owner, visit) => BitsetTable.walk!(from, at, end, owner, visit),
};
