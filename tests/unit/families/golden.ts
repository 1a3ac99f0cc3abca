/** The parts that tests of the removed protocols share: golden vectors, and hostile input made from them. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { DecodeError } from "../../../core/errors.ts";
import type { Layout } from "../../../core/codec/mod.ts";

/** The number of mutated messages in a test. */
export const ROUNDS: number = Number(process.env["NETLINK_FUZZ"] ?? 20_000);

/** A message of one of those families, as a C program printed it. */
export interface Vector {
  readonly name: string;
  readonly family: number;
  readonly layout: Layout;
  /** The struct's fields, by their names in C. */
  readonly fields: Fields;
  readonly bytes: Uint8Array;
}

/** Fields of a struct: numbers, text, and bytes and addresses as hexadecimal text. */
export type Fields = Readonly<Record<string, number | string>>;

/** Returns bytes from hexadecimal text. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
}

interface Written {
  readonly name: string;
  readonly family: number;
  readonly abi: "lp64le" | "ilp32le";
  readonly fields: Fields & { readonly messages?: readonly Fields[] };
  readonly hex: string;
}

/** Returns the vectors of some families. */
export function vectors(...families: readonly number[]): Vector[] {
  const file = new URL("golden-removed.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Written[] };
  return vectors.filter(({ family }) => families.includes(family)).map(({ name, family, abi, fields, hex: text }) => ({
    name: `${name} ${abi}`,
    family,
    layout: abi === "lp64le" ? "lp64" : "ilp32",
    fields,
    bytes: hex(text),
  }));
}

/** Returns the header of a message in the form of the vectors. */
export function header(fields: Fields): { flags: number; seq: number; port: number } {
  return {
    flags: Number(fields.nlmsg_flags),
    seq: Number(fields.nlmsg_seq),
    port: Number(fields.nlmsg_pid),
  };
}

/** Returns the bytes of a field with hexadecimal text; absent if there are none. */
export function data(field: number | string | undefined): Uint8Array | undefined {
  return field === undefined || field === "" ? undefined : hex(String(field));
}

/** Returns the text of a field; absent if it is empty. */
export function name(field: number | string | undefined): string | undefined {
  return field === "" || field === undefined ? undefined : String(field);
}

/** Returns an object without its undefined fields. */
export function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

/** Returns a generator of numbers 0..2^32-1 that are the same in every run (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return (t ^ t >>> 14) >>> 0;
  };
}

/** Cuts, lengthens and overwrites bytes, mostly with numbers that are critical as lengths. */
export function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  const odd = [0, 1, 0x7f, 0x80, 0xbf, 0xc0, 0xdf, 0xe0, 0xff];
  const length = next() % 4 === 0 ? next() % (bytes.length + 8) : bytes.length, out = new Uint8Array(length);
  out.set(bytes.subarray(0, length));
  if (length === 0) return out;
  for (let times = next() % 6; times >= 0; times--) {
    // Half of the changes are in the first bytes, which have lengths and types.
    const at = next() % (next() % 2 === 0 ? length : Math.min(length, 32));
    out[at] = next() % 2 === 0 ? odd[next() % odd.length]! : next() & 0xff;
  }
  // In most cases the length of the message is corrected, so that its payload is decoded.
  if (length >= 16 && next() % 4 !== 0) new DataView(out.buffer).setUint32(0, length, true);
  return out;
}

/**
 * Passes mutated vectors to a decoder, which must return a value or throw a DecodeError. Returns the number of values.
 */
export function survive(given: readonly Uint8Array[], decode: (bytes: Uint8Array, round: number) => void): number {
  const next = random(20);
  let returned = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(given[round % given.length]!, next);
    try {
      decode(bytes, round);
      returned++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw new Error(`round ${round}: ${bytes}`, { cause: error });
    }
  }
  return returned;
}
