/**
 * Strings and bytes.
 *
 * @module
 */
import { decodeCounted, decodeText, encodeText } from "../../ffi/text.ts";
import { shown, type Writer } from "./buffer.ts";
import { type Codec, inlined, type Site } from "./codec.ts";

const textCode = ({ at, end, constant }: Site): string => `${constant(decodeText)}(bytes, ${at}, ${end})`;

/** A string of at most `max` bytes, NUL-terminated on the wire; longer input is refused. */
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

/** A string without a limit of ours, NUL-terminated on the wire. */
export const text: Codec<string> = string(65_000);

/** A string in a fixed field of `size` bytes, NUL-padded (`char name[16]`). */
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
 * At most `max` bytes as text, as many as the kernel counts: a NUL is one of them, and ends nothing. Input may be the bytes.
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
      if (bytes.length > max) to.fail(RangeError, `${shown(value)} has ${bytes.length} bytes, ${max} is the most`);
      to.append(bytes);
    },
  };
}

function textBytes(value: string, max: number, to: Writer): Uint8Array {
  if (typeof value !== "string") to.fail(TypeError, `expected a string, got ${shown(value)}`);
  if (value.includes("\0")) to.fail(TypeError, `expected a string without NUL, got ${shown(value)}`);
  const bytes = encodeText(value);
  if (bytes.length > max) to.fail(RangeError, `${shown(value)} has ${bytes.length} bytes, ${max} is the most`);
  return bytes;
}

/** Uninterpreted bytes. Input is a Uint8Array or hexadecimal text, with or without colons. */
export const bytes: Codec<Uint8Array, Uint8Array | string> = {
  name: "bytes",
  decode: (from, at, end) => from.own(at, end),
  encode: (value, to) => to.append(octets(value, to)),
};

/** Exactly `size` uninterpreted bytes. */
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

/** Bytes as lower-case hexadecimal text without separators: keys, hashes, identifiers that people compare. */
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

/** `00`, `01` … */
export const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, i) => (i < 16 ? "0" : "") + i.toString(16));

/** The bytes `at`..`end` as hexadecimal text, with `separator` between them. */
export function toHex(bytes: Uint8Array, at = 0, end: number = bytes.length, separator = ""): string {
  let text = "";
  for (let i = at; i < end; i++) text += (i > at ? separator : "") + DIGITS[bytes[i]!];
  return text;
}

/** Bytes from hexadecimal text (colons, dots and dashes between whole octets are passed over), or the bytes themselves. */
export function octets(value: Uint8Array | string, to: Writer): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") to.fail(TypeError, `expected bytes or hexadecimal text, got ${shown(value)}`);
  const groups = value === "" ? [] : value.split(/[:.-]/), digits = groups.join("");
  if (/[^0-9a-f]/i.test(digits) || groups.some(({ length }) => length === 0 || length % 2 !== 0)) {
    // What is longer than a MAC address may be a key, which is nobody's to read.
    const got = value.length > 17 ? `a text of ${value.length} characters` : shown(value);
    to.fail(TypeError, `expected bytes or hexadecimal text, got ${got}`);
  }
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return out;
}
