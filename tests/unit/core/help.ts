/** Helpers for the tests of core/: bytes one attribute per call, and a table that uses each kind of codec. */
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { bothWays } from "../both_ways.ts";

/** Returns bytes from hexadecimal text; other characters only separate groups of digits. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/[^0-9a-f]/g, "").match(/../g) ?? [], (two) => parseInt(two, 16));
}

/** Joins several pieces. */
export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Returns a 32-bit integer in host order. */
export function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Returns an attribute with its header, padded to a multiple of four. */
export function attribute(id: number, ...payload: readonly Uint8Array[]): Uint8Array {
  const body = join(...payload), bytes = new Uint8Array((4 + body.length + 3) & ~3);
  new DataView(bytes.buffer).setUint16(0, 4 + body.length, true);
  new DataView(bytes.buffer).setUint16(2, id, true);
  bytes.set(body, 4);
  return bytes;
}

/** Returns a string with its NUL. */
export function cstring(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** Decodes bytes, which lie in a larger buffer whose other bytes would be decoded wrongly. */
export function decode<D, E>(codec: Codec<D, E>, bytes: Uint8Array, owner: object = {}): D {
  const memory = new Uint8Array(bytes.length + 24).fill(0xee);
  memory.set(bytes, 8);
  return bothWays(() => codec.decode(new Reader(memory, 8 + bytes.length), 8, 8 + bytes.length, owner));
}

/** Encodes a value. */
export function encode<D, E>(codec: Codec<D, E>, value: E, to: Writer = new Writer()): Uint8Array {
  to.reset();
  codec.encode(value, to, {});
  return to.bytes.slice(0, to.length);
}

/** Returns a generator of the same numbers each time: integers from 0 to `below` - 1. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Returns an object without its raw attributes. */
export function known<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value)) as T;
}

/**
 * Counts the elements that arrays' searching methods visit while `body` runs: work that grows with the amount of data.
 */
export function searched(body: () => void): number {
  const names = ["find", "findIndex", "findLast", "filter", "some", "indexOf", "shift", "splice"] as const;
  const own = Array.prototype as unknown as Record<string, (...given: unknown[]) => unknown>;
  const before = Object.fromEntries(names.map((name) => [name, own[name]!]));
  let steps = 0;
  for (const name of names) {
    own[name] = function (this: unknown[], ...given: unknown[]): unknown {
      steps += this.length;
      return before[name]!.apply(this, given);
    };
  }
  try {
    body();
  } finally {
    Object.assign(own, before);
  }
  return steps;
}
