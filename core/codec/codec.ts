/**
 * What a codec is: how one payload becomes a value and a value a payload.
 *
 * @module
 */
import type { Reader, Writer } from "./buffer.ts";

/**
 * What a codec's `decode` returns for a payload that it cannot be: the table keeps such a payload raw. It is never a
 * value that a user meets.
 */
export const MISFIT: never = Symbol("misfit") as never;

/** What `encode` returns when the value is said by the fixed header alone, so that no attribute is to be sent. */
export const HEADER_ONLY: unique symbol = Symbol("header only");

/**
 * How one payload becomes a value (`D`) and which values may be sent (`E`).
 *
 * Both directions work on one buffer and offsets; no array is made for a payload. `owner` is the object that the payload
 * is a field of: a codec whose meaning depends on a sibling (an address on the link's type) looks there.
 */
export interface Codec<out D, in E = D> {
  /** What messages call it: `u32`, `a MAC address`. */
  readonly name: string;
  /** Payload size in bytes where it is fixed. */
  readonly size?: number;
  /** Whether other sizes are decoded as far as both sides know (structs of other kernels). */
  readonly tolerant?: true;
  /** Whether the attribute is sent with NLA_F_NESTED. */
  readonly nested?: true;
  /** The value of the bytes `at`..`end`. */
  readonly decode: Decode<D>;
  /** Appends the payload; {@linkcode HEADER_ONLY} when there is none to send. */
  encode(value: E, to: Writer, owner: object): void | typeof HEADER_ONLY;
  /** The value when the attribute is absent, for what the fixed header alone says (a prefix of length 0). */
  absent?(from: Reader, owner: object): D | undefined;
  /**
   * Where the payload that begins at `at` really ends, for nests whose 16-bit length kernels let overflow: `stated` is
   * what the length says, `end` where the nest around it ends.
   */
  extent?(from: Reader, at: number, stated: number, end: number): number;
  /** Calls `visit` for each part of the payload: what error paths and printers go down. */
  walk?(from: Reader, at: number, end: number, owner: object, visit: Visit): void;
  /** The codec that a payload beside the fields of `owner` has, where those decide. */
  choose?(owner: object): Codec<unknown, never> | undefined;
  /** The field that attribute `id` of the payload is, for naming one that is missing. */
  attributeName?(id: number, owner: object): string | undefined;
}

/** Decodes the payload `at`..`end`; {@linkcode MISFIT} if the codec has one size and the payload another. */
export function payloadOf<D>(codec: Codec<D, never>, from: Reader, at: number, end: number, owner: object): D {
  if (codec.size !== undefined && codec.tolerant === undefined && codec.size !== end - at) return MISFIT;
  return codec.decode(from, at, end, owner);
}

/** Reads a payload. */
export interface Decode<out D> {
  /** The value of the bytes `at`..`end`. */
  (from: Reader, at: number, end: number, owner: object): D;
  /**
   * What it does as a JavaScript expression, for compiled tables; see {@linkcode inlined}. It lies with the function, so that
   * a codec that is another one with a `decode` of its own does not inherit it.
   */
  code?(site: Site): string;
}

/**
 * `decode` with the JavaScript expression that does the same. It may name `bytes`, `view` and `from`, and assign `t`; in a
 * codec that has a `size` it gives a value whatever the bytes are.
 */
export function inlined<D>(
  decode: (from: Reader, at: number, end: number, owner: object) => D,
  code: ((site: Site) => string) | undefined,
): Decode<D> {
  return code === undefined ? decode : Object.assign(decode, { code });
}

/** Where a payload lies in the code around it, and what that code may name. */
export interface Site {
  /** An expression for where it begins: an identifier, or a sum of one and a number. */
  readonly at: string;
  /** The same for where it ends. */
  readonly end: string;
  /** An identifier for any value: a table of names, a function. */
  constant(value: unknown): string;
}

/** One part of a payload as {@linkcode Codec.walk} shows it. */
export interface Part {
  /** The field's name or the list's position; `undefined` for a nest whose fields are lifted into its parent. */
  readonly name: string | number | undefined;
  /** Attribute number; -1 where there is none (fields of a struct or header). */
  readonly id: number;
  /** Offset of the attribute's own header, or of the value where it has none. */
  readonly start: number;
  /** Offset of the payload. */
  readonly at: number;
  /** Offset behind the payload. */
  readonly end: number;
  /** How the payload is read; `undefined` for an attribute that the table does not know. */
  readonly codec: Codec<unknown, never> | undefined;
  /** The object that the part is a field of. */
  readonly owner: object;
}

/** Receives the parts of a payload. */
export type Visit = (part: Part) => void;

/**
 * What a field is for: sent (when absent here), part of the object's key, only ever received, or only ever given.
 *
 * `"input"` fields are never found in a decoded object.
 */
export type Use = "key" | "readOnly" | "input";

/** Fields that are received and never sent: statistics, timers, states that the kernel alone decides. */
export const readOnly: Use = "readOnly";
/** Fields that tell one object from another. */
export const key: Use = "key";

/** The symbol under which a decoded object keeps what its table does not know, or what does not fit what it knows. */
export const raw: unique symbol = Symbol.for("netlink.raw") as never;

/** An attribute kept as it came. */
export interface RawAttribute {
  /** Attribute number, without its flag bits. */
  readonly id: number;
  /** Its payload. */
  readonly bytes: Uint8Array;
}

/** The attributes of a decoded object that its table could not read; empty when there are none. */
export function rawOf(value: object): readonly RawAttribute[] {
  return (value as { [raw]?: RawAttribute[] })[raw] ?? [];
}
