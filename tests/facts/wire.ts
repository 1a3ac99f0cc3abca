/**
 * Finds the wire form of tables and codecs by making them write and read.
 *
 * @module
 */
import { type Attributes, type Codec, type Field, HEADER_ONLY, MISFIT, Reader, Writer } from "../../core/codec/mod.ts";

// deno-lint-ignore no-explicit-any
export type AnyCodec = Codec<any, any>;
// deno-lint-ignore no-explicit-any
export type Table = Attributes<any>;

/** A table or a struct: a codec with fields. */
export interface WithFields extends AnyCodec {
  readonly fields: readonly Field[];
}

/** True if a value is a table or a struct. */
export function hasFields(value: unknown): value is WithFields {
  return typeof value === "object" && value !== null && "fields" in value && Array.isArray(value.fields) &&
    "decode" in value && !("wire" in value);
}

/** True if it is a table of attributes, not a struct. */
export function isTable(value: WithFields): value is Table {
  return "headerSize" in value;
}

/** Returns the bytes that `codec` writes for a value; `undefined` if it refuses the value or writes nothing. */
function written(codec: AnyCodec, value: unknown): Uint8Array | undefined {
  const to = new Writer();
  try {
    return codec.encode(value, to, {}) === HEADER_ONLY ? undefined : to.bytes.slice(0, to.length);
  } catch {
    return undefined;
  }
}

/** Returns the value that `codec` reads from bytes; `undefined` if it is none. */
function read(codec: AnyCodec, bytes: Uint8Array): unknown {
  try {
    const value: unknown = codec.decode(new Reader(bytes), 0, bytes.length, {});
    return value === MISFIT ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Returns `ask` with a cache: there are few codecs, and each is used by many fields. */
function remembered<T>(ask: (codec: AnyCodec) => T): (codec: AnyCodec) => T {
  const known = new WeakMap<AnyCodec, { readonly answer: T }>();
  return (codec) => {
    const found = known.get(codec) ?? { answer: ask(codec) };
    known.set(codec, found);
    return found.answer;
  };
}

const INTEGER_SIZES: ReadonlySet<number> = new Set([1, 2, 4, 8]);

/**
 * Returns a codec's form on the wire: `u8`, `be16`, `s32`; `flag`, `string`, `nest`; `6 bytes`, and `bytes` if their
 * number varies. Brackets contain the form of a list's elements: `nest [u32]`; braces contain fields at their offsets.
 */
export const formOf: (codec: AnyCodec) => string = remembered((codec) => {
  const form = outerForm(codec), parts = partsOf(codec);
  if (parts.length > 0) {
    return `${form} {${parts.map(([name, at, part]) => `${name} ${at} ${formOf(part)}`).join("; ")}}`;
  }
  const inner = elementOf(codec);
  return inner === undefined || hasFields(inner) ? form : `${form} [${formOf(inner)}]`;
});

function outerForm(codec: AnyCodec): string {
  if ("repeated" in codec) return "several";
  if (hasFields(codec)) return isTable(codec) ? "nest" : `${codec.size} bytes`;
  if (codec.nested) return "nest";
  if (codec.name === "uint" || codec.name === "sint") return codec.name;
  return integerForm(codec) ?? (codec.size !== undefined ? `${codec.size} bytes` : loose(codec));
}

function integerForm(codec: AnyCodec): string | undefined {
  const bytes = written(codec, 1);
  if (bytes === undefined || !INTEGER_SIZES.has(bytes.length) || (codec.size ?? bytes.length) !== bytes.length) {
    return undefined;
  }
  const last = bytes.length - 1, ones = bytes.filter((byte) => byte !== 0).length;
  if (ones !== 1 || (bytes[0] !== 1 && bytes[last] !== 1)) return undefined;
  const bits = 8 * bytes.length, lowest = read(codec, new Uint8Array(bytes.length).fill(255));
  const back = read(codec, bytes), other = written(codec, back), big = bytes.length > 1 && bytes[last] === 1;
  const signed = (typeof lowest === "number" || typeof lowest === "bigint") && lowest < 0;
  const form = `${big ? "be" : signed ? "s" : "u"}${bits}`;
  // A codec must read in the byte order in which it writes.
  return back === undefined || other === undefined || other.join() === bytes.join() ? form : `${form}, not read so`;
}

/** Returns the form of a codec without a fixed size. */
function loose(codec: AnyCodec): string {
  const to = new Writer();
  try {
    if (codec.encode(false, to, {}) === HEADER_ONLY && written(codec, true)?.length === 0) return "flag";
  } catch { /* It is no flag. */ }
  if (written(codec, "a")?.join() === "97,0") return "string";
  if (written(codec, "192.0.2.1")?.length === 4 && written(codec, "2001:db8::1")?.length === 16) return "address";
  return "bytes";
}

/**
 * Returns the fields of a codec that reads a struct but is not one itself: the parts that it visits by name in zeros.
 */
export function partsOf(codec: AnyCodec): [name: string, at: number, codec: AnyCodec][] {
  const parts: [string, number, AnyCodec][] = [], size = codec.size ?? 512;
  if (hasFields(codec) || codec.walk === undefined || codec.nested) return parts;
  try {
    codec.walk(new Reader(new Uint8Array(size)), 0, size, {}, ({ name, id, at, codec: part }) => {
      if (typeof name === "string" && id === -1 && part !== undefined) parts.push([name, at, part as AnyCodec]);
    });
  } catch { /* Zeros are no bytes for it. */ }
  // A list of parts with the same name is not a struct.
  return new Set(parts.map(([name]) => name)).size === parts.length ? parts : [];
}

/** Returns the codec of a list's elements: the part that it visits in bytes of one attribute, or in many zeros. */
export function elementOf(codec: AnyCodec): AnyCodec | undefined {
  if (hasFields(codec) || codec.walk === undefined) return undefined;
  const attribute = (id: number): Uint8Array => {
    const bytes = new Uint8Array(68);
    new DataView(bytes.buffer).setUint16(0, bytes.length, true);
    new DataView(bytes.buffer).setUint16(2, id, true);
    return bytes;
  };
  let found: AnyCodec | undefined;
  for (const bytes of [attribute(1), new Uint8Array(64), attribute(2)]) {
    try {
      codec.walk(new Reader(bytes), 0, bytes.length, {}, (part) => found ??= part.codec as AnyCodec | undefined);
    } catch { /* These are no bytes for it. */ }
    if (found !== undefined) return found === codec ? undefined : found;
  }
  return undefined;
}

/** True if a codec gives names to numbers: an enumeration, or a mask. */
export const hasNames: (codec: AnyCodec) => boolean = remembered((codec) => {
  if (hasFields(codec) || integerForm(codec) === undefined) return false;
  for (let i = 0; i < bitsOf(codec); i++) if (isNamed(codec, 1n << BigInt(i))) return true;
  for (let i = 0; i < 600; i++) if (isNamed(codec, BigInt(i))) return true;
  return false;
});

function isNamed(codec: AnyCodec, number: bigint): boolean {
  const name = namesOf(codec, number);
  return typeof name === "string" || (Array.isArray(name) && name.some((one) => typeof one === "string"));
}

/** Returns the bytes that a codec writes for 1. */
const oneOf: (codec: AnyCodec) => Uint8Array | undefined = remembered((codec) => written(codec, 1));

/**
 * Returns the value that an enumeration or a mask reads for a number, in the byte order in which it writes. A name that
 * is written as another number than it was read from does not count.
 */
export function namesOf(codec: AnyCodec, number: bigint): unknown {
  const one = oneOf(codec);
  if (one === undefined) return undefined;
  const bytes = new Uint8Array(one.length), last = bytes.length - 1, big = one[0] !== 1;
  for (let i = 0; i <= last; i++) bytes[big ? last - i : i] = Number(number >> BigInt(8 * i) & 0xffn);
  const names = read(codec, bytes), back = written(codec, names);
  // A value that is only ever read may be missing in what is written.
  const same = back === undefined || back.every((byte, j) => byte === bytes[j]) || back.every((byte) => byte === 0);
  return same ? names : undefined;
}

/** Returns the number of bits of an enumeration. */
export function bitsOf(codec: AnyCodec): number {
  return 8 * (oneOf(codec)?.length ?? 0);
}
