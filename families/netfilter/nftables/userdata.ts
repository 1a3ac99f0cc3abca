/**
 * User data of nf_tables' objects: what the kernel keeps for programs, in the form of nft. It is a sequence of values,
 * each after its type and its length in a byte.
 *
 * @module
 */
import { type Codec, type Derived, octets, shown, type Use } from "../../../core/codec/mod.ts";

const ENCODER = new TextEncoder(), DECODER = new TextDecoder();

/** Most bytes of a comment, which nft limits. */
const LONGEST_COMMENT = 127;

/** Returns the values in user data, by their type. What is malformed ends the list. */
export function userdataValues(userdata: Uint8Array): Map<number, Uint8Array> {
  const values = new Map<number, Uint8Array>();
  for (let at = 0; at + 2 <= userdata.length;) {
    const end = at + 2 + userdata[at + 1]!;
    if (end > userdata.length) break;
    values.set(userdata[at]!, userdata.subarray(at + 2, end));
    at = end;
  }
  return values;
}

/** Returns the user data that has the values. */
export function userdataOf(values: Iterable<readonly [type: number, value: Uint8Array]>): Uint8Array {
  const all: number[] = [];
  for (const [type, value] of values) all.push(type, value.length, ...value);
  return Uint8Array.from(all);
}

/** Returns the bytes of an integer of 32 bits in host order. */
export function hostInteger(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8 & 255, value >> 16 & 255, value >>> 24);
}

/** Returns the integer of 32 bits in host order; 0 for other bytes. */
export function integerOf(bytes: Uint8Array | undefined): number {
  return bytes?.length !== 4 ? 0 : (bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16 | bytes[3]! << 24) >>> 0;
}

/** Returns the text of a value, without its NUL. */
function textOf(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : DECODER.decode(value.at(-1) === 0 ? value.subarray(0, -1) : value);
}

/** Returns a value with the text and a NUL, without which nft shows none. */
function valueOf(text: string): Uint8Array {
  return Uint8Array.of(...ENCODER.encode(text), 0);
}

/** Returns the comment in user data, if it has one of that type. */
export function commentOf(userdata: Uint8Array | undefined, type: number): string | undefined {
  return userdata === undefined ? undefined : textOf(userdataValues(userdata).get(type));
}

/** Codec of user data: bytes. Input may be a comment of this type, which takes the place of the one in the bytes. */
export function userdata(comment: number): Codec<Uint8Array, Uint8Array | string> {
  return {
    name: "user data",
    decode: (from, at, end) => from.own(at, end),
    encode(value, to, owner) {
      const { userdata: given, comment: text } = owner as { userdata?: Uint8Array | string; comment?: string };
      if (text === undefined) return to.append(octets(value, to));
      if (typeof text !== "string" || text.includes("\0")) {
        to.fail(TypeError, `expected a text without NUL, got ${shown(text)}`);
      }
      const sent = valueOf(text);
      if (sent.length > LONGEST_COMMENT + 1) {
        to.fail(RangeError, `expected at most ${LONGEST_COMMENT} bytes, got ${sent.length - 1}`);
      }
      const values = given === undefined ? new Map<number, Uint8Array>() : userdataValues(octets(given, to));
      values.set(comment, sent);
      to.append(userdataOf([...values].sort(([a], [b]) => a - b)));
    },
  };
}

/** Entry of the comment in the user data of an object. */
export function commentIn(type: number, use?: Use): Derived<string> {
  return {
    of: "userdata",
    derive: (owner) => commentOf((owner as { userdata?: Uint8Array }).userdata, type),
    ...(use === undefined ? {} : { use }),
  };
}
