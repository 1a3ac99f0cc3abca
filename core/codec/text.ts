/**
 * Text and bytes: strings, hexadecimal, and data that may be either.
 *
 * @module
 */
import { decodeCounted, decodeText, encodeText } from "../../ffi/text.ts";
import { type Codec, inlined, MISFIT, shown, type Site, type Writer } from "./codec.ts";

const textCode = ({ at, end, constant }: Site): string => `${constant(decodeText)}(bytes, ${at}, ${end})`;

/** Makes the codec of a string of at most `max` bytes, NUL-terminated on the wire; longer input is an error. */
export function string(max: number): Codec<string> {
  return {
    name: "string",
    decode: inlined((from, at, end) => decodeText(from.bytes, at, end), textCode),
    encode(value, to) {
      to.append(textBytes(value, max, to));
      to.grow(1);
    },
  };
}

/** A NUL-terminated string of at most 65000 bytes, for attributes without a limit of their own. */
export const text: Codec<string> = string(65_000);

/** Makes the codec of a string in a fixed field of `size` bytes, NUL-padded (`char name[16]`). */
export function chars(size: number): Codec<string> {
  return {
    name: `char[${size}]`,
    size,
    decode: inlined((from, at, end) => decodeText(from.bytes, at, end), textCode),
    encode(value, to) {
      const bytes = textBytes(value, size - 1, to), at = to.grow(size);
      to.bytes.set(bytes, at);
    },
  };
}

/**
 * Makes the codec of a string of at most `max` bytes whose length the attribute gives: a NUL is part of the string and
 * does not end it. Input may also be bytes.
 */
export function countedText(max: number): Codec<string, string | Uint8Array> {
  return {
    name: "text",
    decode: (from, at, end) => decodeCounted(from.bytes, at, end),
    encode(value, to) {
      if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        to.fail(TypeError, `expected a string or bytes, got ${shown(value)}`);
      }
      const bytes = typeof value === "string" ? encodeText(value) : value;
      if (bytes.length > max) {
        to.fail(RangeError, `expected at most ${max} bytes, got ${bytes.length} in ${shown(value)}`);
      }
      to.append(bytes);
    },
  };
}

function textBytes(value: string, max: number, to: Writer): Uint8Array {
  if (typeof value !== "string") to.fail(TypeError, `expected a string, got ${shown(value)}`);
  if (value.includes("\0")) to.fail(TypeError, `expected a string without NUL, got ${shown(value)}`);
  const bytes = encodeText(value);
  if (bytes.length > max) to.fail(RangeError, `expected at most ${max} bytes, got ${bytes.length} in ${shown(value)}`);
  return bytes;
}

/** Uninterpreted bytes. Input is a Uint8Array or hexadecimal text, with or without colons. */
export const bytes: Codec<Uint8Array, Uint8Array | string> = {
  name: "bytes",
  decode: (from, at, end) => from.own(at, end),
  encode: (value, to) => to.append(octets(value, to)),
};

/** Makes the codec of exactly `size` uninterpreted bytes. */
export function octetString(size: number): Codec<Uint8Array, Uint8Array | string> {
  return {
    name: `${size} bytes`,
    size,
    decode: (from, at, end) => from.own(at, end),
    encode(value, to) {
      const given = octets(value, to);
      if (given.length !== size) to.fail(RangeError, `expected ${size} bytes, got ${given.length}`);
      to.append(given);
    },
  };
}

/**
 * Makes the codec of bytes as lower-case hexadecimal text without separators: keys, hashes, identifiers that people
 * compare.
 */
export function hex(size?: number): Codec<string, string | Uint8Array> {
  return {
    name: size === undefined ? "hexadecimal text" : `${2 * size} hexadecimal digits`,
    ...(size === undefined ? {} : { size }),
    decode: (from, at, end) => toHex(from.bytes, at, end),
    encode(value, to) {
      const given = octets(value, to);
      if (size !== undefined && given.length !== size) {
        to.fail(RangeError, `expected ${size} bytes, got ${given.length}`);
      }
      to.append(given);
    },
  };
}

/** The two hexadecimal digits of each byte: `00`, `01` … */
export const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, i) => (i < 16 ? "0" : "") + i.toString(16));

/** Returns the bytes `at`..`end` as hexadecimal text, with `separator` between them. */
export function toHex(bytes: Uint8Array, at = 0, end: number = bytes.length, separator = ""): string {
  let text = "";
  for (let i = at; i < end; i++) text += (i > at ? separator : "") + DIGITS[bytes[i]!];
  return text;
}

/**
 * Returns the bytes of hexadecimal text, or the bytes themselves. Colons, dots and dashes between whole octets are
 * ignored.
 */
export function octets(value: Uint8Array | string, to: Writer): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") to.fail(TypeError, `expected bytes or hexadecimal text, got ${shown(value)}`);
  const groups = value === "" ? [] : value.split(/[:.-]/), digits = groups.join("");
  if (/[^0-9a-f]/i.test(digits) || groups.some(({ length }) => length === 0 || length % 2 !== 0)) {
    // A text longer than a MAC address may be a secret key, so it is not shown.
    const got = value.length > 17 ? `a text of ${value.length} characters` : shown(value);
    to.fail(TypeError, `expected bytes or hexadecimal text, got ${got}`);
  }
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** The bytes after a struct, and the place of their length in the struct. */
export interface DataPlace<K> {
  /** The name of the field with the bytes. */
  readonly key: K;
  /** Offset of the bytes from the start of the struct; the struct's size when absent. */
  readonly at?: number;
  /** Offset of their length. */
  readonly length: number;
  /** The codec of their length. */
  readonly lengthCodec: Codec<number>;
  /** True if the payload is padded to a multiple of four. */
  readonly padded?: true;
}

/**
 * Makes the codec of a struct and the bytes behind it. If there are no bytes, the field is absent.
 *
 * A struct that is cut short, or whose length exceeds the bytes that are there, is a misfit; further bytes are ignored.
 */
export function structWithData<T extends object, K extends keyof T & string>(
  head: Codec<Omit<T, K>>,
  place: DataPlace<K>,
): Codec<T> {
  const size = head.size!, start = place.at ?? size, { key, length, lengthCodec, padded } = place;
  const countOf = (from: Parameters<Codec<T>["decode"]>[0], at: number, end: number): number =>
    end - at < start ? -1 : ((count) => count <= end - at - start ? count : -1)(
      lengthCodec.decode(from, at + length, at + length + lengthCodec.size!, {}),
    );
  return {
    name: "a struct with data",
    decode(from, at, end, owner) {
      const count = countOf(from, at, end);
      if (count < 0) return MISFIT;
      const value = head.decode(from, at, Math.min(end, at + size), owner) as Record<string, unknown>;
      for (const name of Object.keys(value)) {
        if (value[name] === MISFIT) return MISFIT;
        if (value[name] === undefined) delete value[name];
      }
      if (count > 0) value[key] = from.own(at + start, at + start + count);
      return value as T;
    },
    encode(value, to, owner) {
      if (typeof value !== "object" || value === null) to.fail(TypeError, `expected an object, got ${shown(value)}`);
      const { [key]: given, ...rest } = value;
      const begin = to.length;
      head.encode(rest, to, owner);
      to.path.push(key);
      const data = given === undefined ? new Uint8Array(0) : octets(given as Uint8Array, to), end = to.length;
      // Moves the encoded length to its place in the struct.
      lengthCodec.encode(data.length, to, owner);
      to.bytes.copyWithin(begin + length, end, to.length);
      to.path.pop();
      to.length = begin + start;
      to.append(data);
      to.grow(size - start);
      if (padded) to.align();
    },
    walk(from, at, end, owner, visit) {
      head.walk!(from, at, Math.min(end, at + size), owner, visit);
      const count = countOf(from, at, end);
      if (count <= 0) return;
      const first = at + start;
      visit({ name: key, id: -1, start: first, at: first, end: first + count, codec: bytes, owner });
    },
  };
}

/** Makes the codec of a value in `max` bytes after a byte with the number of those in use; absent when none is. */
export function counted<D, E>(max: number, codec: Codec<D, E>): Codec<D, E> {
  return {
    name: codec.name,
    size: 1 + max,
    decode(from, at, _end, owner) {
      const count = from.bytes[at]!;
      if (count > max) return MISFIT;
      return count === 0 ? undefined as never : codec.decode(from, at + 1, at + 1 + count, owner);
    },
    encode(value, to, owner) {
      const at = to.grow(1);
      codec.encode(value, to, owner);
      const count = to.length - at - 1;
      if (count > max) to.fail(RangeError, `expected at most ${max} bytes, got ${count}`);
      to.bytes[at] = count;
      to.grow(max - count);
    },
  };
}

/** Makes the codec of a string that is absent when empty. */
export function unlessEmpty(codec: Codec<string>): Codec<string> {
  return {
    ...codec,
    decode(from, at, end, owner) {
      const text = codec.decode(from, at, end, owner);
      return text === "" ? undefined as never : text;
    },
  };
}
