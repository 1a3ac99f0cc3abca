/**
 * The codec interface, and the buffers that codecs use: a {@linkcode Reader} over received bytes and a {@linkcode
 * Writer} that grows.
 *
 * Integers are in host order, which is little-endian on every machine that the library supports. Codecs of integers in
 * network order have names with `be` (`be16`).
 *
 * @module
 */
import { argumentError } from "../../ffi/errors.ts";
import { shown, writeAscii } from "../../ffi/text.ts";

export { shown };

/** Looks up names and numbers of network interfaces, in the network namespace of the client's socket. */
export interface Names {
  /** Returns the name of interface `index`, `undefined` when there is none. */
  name(index: number): string | undefined;
  /** Returns the number of the interface called `name`, `undefined` when there is none. */
  index(name: string): number | undefined;
}

/** A datagram being decoded. */
export class Reader {
  /** The buffer that the datagram lies in; it may be longer than the datagram. */
  readonly bytes: Uint8Array;
  /** A view of the same bytes, to read integers. */
  readonly view: DataView;
  /** Size of the datagram in bytes. */
  length: number;
  /** Offset of the fixed header of the current message. */
  base = 0;
  /** Number of nested tables being decoded. */
  depth = 0;
  /** True if the current message is a request to be shown, not a message from the kernel. */
  request = false;
  /** True if secrets (keys) are decoded as their lengths, for messages that are shown. */
  redact = false;
  /** Looks up interface names; without it, decoded objects have only the numbers. */
  names: Names | undefined;
  /** Converts the attributes `at`..`end` to host order, if a machine of the other byte order wrote them. */
  readonly orient: ((at: number, end: number) => void) | undefined = undefined;

  /** Reads the first `length` bytes. */
  constructor(bytes: Uint8Array, length: number = bytes.length, view?: DataView) {
    this.bytes = bytes;
    this.view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = length;
  }

  /** Begins another datagram in the same buffer. */
  next(length: number): void {
    this.length = length;
  }

  /** Returns a copy of bytes, which may be given to users. */
  own(at: number, end: number): Uint8Array {
    const length = end - at;
    if (length > LONGEST_SHARED) return this.bytes.slice(at, end);
    const copy = zeroBytes(length);
    if (length > SHORT) copy.set(this.bytes.subarray(at, end));
    else for (let i = 0; i < length; i++) copy[i] = this.bytes[at + i]!;
    return copy;
  }
}

/** Returns zero bytes, which may be given to users. Short ones have no memory of their own. */
export function zeroBytes(length: number): Uint8Array {
  if (length > LONGEST_SHARED) return new Uint8Array(length);
  if (length >= SHARED - sharedUsed) {
    shared = new ArrayBuffer(SHARED);
    sharedUsed = 0;
  }
  const bytes = new Uint8Array(shared, sharedUsed, length);
  sharedUsed += (length + 7) & ~7;
  return bytes;
}

/**
 * The memory of short payloads and values, used up to `sharedUsed`. Memory of its own costs each more than all else
 * that is done with it, and a copy of a whole datagram is more memory. No part of it is used twice.
 */
let shared: ArrayBuffer = new ArrayBuffer(0);
const SHARED = 16 * 1024, LONGEST_SHARED = SHARED / 8;
let sharedUsed: number = SHARED;

/** Most bytes that are written one by one. */
const SHORT = 32;

/** Most parts of a path; a longer one means that an object contains itself. */
const DEEPEST_PATH = 128;

/** Messages being encoded, in one buffer that grows. */
export class Writer {
  /** The buffer; its first {@linkcode Writer.length} bytes are written. */
  bytes: Uint8Array;
  /** A view of the same bytes, to write integers. */
  view: DataView;
  /** Bytes written so far. */
  length = 0;
  /** Offset of the fixed header of the current message. */
  base = 0;
  /** Looks up interface names. */
  names: Names | undefined;
  /** Opens a network namespace by name or path; the sender closes it. */
  openNamespace: ((name: string) => number) | undefined;
  /** True if read-only fields are written too, as when a filter is converted to the kernel's form. */
  everything = false;
  /** The operation in error messages: `add link v0`. */
  what = "encode";
  /** The path of the current field, from the message down. */
  readonly path: (string | number)[] = [];

  /** Makes a buffer that begins with room for `size` bytes. */
  constructor(size = 4096) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Clears the content and keeps the buffer. */
  reset(): void {
    this.length = 0;
    this.base = 0;
    this.path.length = 0;
  }

  /** Adds `count` zero bytes, and returns the offset of the first. */
  grow(count: number): number {
    const at = this.#reserve(count), end = this.length, { bytes } = this;
    // A call costs more than to clear the few bytes of most values.
    if (count > SHORT) bytes.fill(0, at, end);
    else for (let i = at; i < end; i++) bytes[i] = 0;
    return at;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    const count = bytes.length, at = this.#reserve(count), all = this.bytes;
    if (count > SHORT) all.set(bytes, at);
    else for (let i = 0; i < count; i++) all[at + i] = bytes[i]!;
  }

  /** Appends short text of ASCII without NUL; returns false, and appends nothing, for any other value. */
  ascii(text: string): boolean {
    if (typeof text !== "string" || text.length > SHORT) return false;
    const at = this.#reserve(text.length);
    if (writeAscii(text, this.bytes, at)) return true;
    this.length = at;
    return false;
  }

  /** Adds `count` bytes of any content, and returns the offset of the first. */
  #reserve(count: number): number {
    const at = this.length, needed = at + count;
    if (needed > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      bytes.set(this.bytes.subarray(0, at));
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer);
    }
    this.length = needed;
    return at;
  }

  /** Pads to a multiple of four. */
  align(): void {
    const rest = this.length & 3;
    if (rest !== 0) this.grow(4 - rest);
  }

  /** Begins an attribute, and returns its offset for {@linkcode Writer.close}. */
  open(id: number): number {
    if (this.path.length > DEEPEST_PATH) this.fail(RangeError, "objects are nested without end");
    const start = this.grow(4);
    this.view.setUint16(start + 2, id, true);
    return start;
  }

  /** Ends the attribute that begins at `start`: sets its length and pads it. */
  close(start: number): void {
    const length = this.length - start;
    if (length > 0xffff) {
      this.fail(RangeError, `an attribute holds at most 65535 bytes, got ${length}`);
    }
    this.view.setUint16(start, length, true);
    this.align();
  }

  /** Returns a file descriptor of the network namespace with this name or path, open until the message is sent. */
  namespaceFd(name: string): number {
    if (this.openNamespace === undefined) {
      this.fail(TypeError, `the namespace ${shown(name)} can only be looked up on an open socket`);
    }
    return this.openNamespace(name);
  }

  /** Throws an error about the current value, naming the operation and the field. */
  fail(kind: typeof TypeError | typeof RangeError, why: string): never {
    throw argumentError(kind, `Cannot ${this.what}: ${this.path.length > 0 ? `${pathText(this.path)}: ` : ""}${why}`);
  }
}

/** Throws unless a value to encode is an object with fields. */
export function expectObject(value: unknown, to: Writer, expected = "an object"): asserts value is object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  to.fail(TypeError, `expected ${expected}, got ${shown(value)}`);
}

/** Formats a path as a caller would write it: `data.peer.ifname`, `multipath[1].gateway`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = "";
  for (const part of path) {
    text += typeof part === "number" ? `[${part}]` : text === "" ? part : `.${part}`;
  }
  return text;
}

/**
 * The result of `decode` for a payload that does not fit the codec, such as one of the wrong size. The table then keeps
 * the payload raw, so users never see this value.
 */
export const MISFIT: never = Symbol("misfit") as never;

/** The result of `encode` if the fixed header alone holds the value, so that no attribute is sent. */
export const HEADER_ONLY: unique symbol = Symbol("header only");

/**
 * Decodes a payload into a value of type `D`, and encodes a value of type `E` as a payload.
 *
 * Both directions use one buffer and offsets; no array is made for a payload. `owner` is the object that has the
 * payload as a field. A codec whose meaning depends on a sibling field (an address on the link's type) reads it there.
 */
export interface Codec<out D, in E = D> {
  /** The type's name in messages: `u32`, `a MAC address`. */
  readonly name: string;
  /** Payload size in bytes, if fixed. */
  readonly size?: number;
  /**
   * True if payloads of other sizes are decoded up to the fields that both sides know (structs of other kernel
   * versions).
   */
  readonly tolerant?: true;
  /** True if the attribute is sent with NLA_F_NESTED. */
  readonly nested?: true;
  /** Values that the kernel does not send: an object without the field has one of them. See {@linkcode noneIs}. */
  readonly none?: readonly unknown[];
  /** True if the payload is or contains a secret: messages that are shown have its length instead of its bytes. */
  readonly secret?: true;
  /** Returns the value of the bytes `at`..`end`. */
  readonly decode: Decode<D>;
  /** Appends the payload; returns {@linkcode HEADER_ONLY} if there is none to send. */
  encode(value: E, to: Writer, owner: object): void | typeof HEADER_ONLY;
  /** Returns the value of an absent attribute, if the fixed header alone gives it (a prefix of length 0). */
  absent?(from: Reader, owner: object): D | undefined;
  /**
   * Returns the true end of the payload that begins at `at`, for nests whose 16-bit length some kernels let overflow.
   * `stated` is the end according to that length, `end` the end of the surrounding nest.
   */
  extent?(from: Reader, at: number, stated: number, end: number): number;
  /** Calls `visit` for each part of the payload; used for the paths of errors and by printers. */
  walk?(from: Reader, at: number, end: number, owner: object, visit: Visit): void;
  /** Returns the codec of the payload, if the fields of `owner` beside it decide that. */
  choose?(owner: object): Codec<unknown, never> | undefined;
  /** Returns the field of attribute `id` in the payload, to name an attribute that is missing. */
  attributeName?(id: number, owner: object): string | undefined;
}

/** Returns a codec of a field that the kernel leaves out if it has one of `values`, so that filters match such objects. */
export function noneIs<C extends Codec<unknown, never>>(codec: C, ...values: readonly unknown[]): C {
  return { ...codec, none: values };
}

/**
 * Decodes the payload `at`..`end`; returns {@linkcode MISFIT} if the codec has a fixed size and the payload another.
 */
export function payloadOf<D>(codec: Codec<D, never>, from: Reader, at: number, end: number, owner: object): D {
  if (codec.size !== undefined && codec.tolerant === undefined && codec.size !== end - at) return MISFIT;
  return codec.decode(from, at, end, owner);
}

/** A function that decodes a payload. */
export interface Decode<out D> {
  /** Returns the value of the bytes `at`..`end`. */
  (from: Reader, at: number, end: number, owner: object): D;
  /**
   * Returns a JavaScript expression that does the same, for compiled tables; see {@linkcode inlined}. It is a property
   * of the function, so that a codec that copies another one but has its own `decode` does not inherit it.
   */
  code?(site: Site): string;
}

/**
 * Attaches to `decode` the JavaScript expression that does the same. The expression may use `bytes`, `view` and `from`,
 * and assign `t`. If the codec has a `size`, the expression must give a value for any bytes.
 */
export function inlined<D>(
  decode: (from: Reader, at: number, end: number, owner: object) => D,
  code: ((site: Site) => string) | undefined,
): Decode<D> {
  return code === undefined ? decode : Object.assign(decode, { code });
}

/** The place of a payload in the surrounding compiled code, and the names available to that code. */
export interface Site {
  /** An expression for the start of the payload: an identifier, or the sum of an identifier and a number. */
  readonly at: string;
  /** An expression for the end of the payload, of the same form. */
  readonly end: string;
  /** Returns an identifier for any value: a table of names, a function. */
  constant(value: unknown): string;
}

/** One part of a payload, as {@linkcode Codec.walk} visits it. */
export interface Part {
  /** The field's name or the position in a list; `undefined` for a nest whose fields belong to the parent object. */
  readonly name: string | number | undefined;
  /** Attribute number; -1 if it is not an attribute (fields of a struct or header). */
  readonly id: number;
  /** Offset of the attribute's own header, or of the value if it has none. */
  readonly start: number;
  /** Offset of the payload. */
  readonly at: number;
  /** Offset of the end of the payload. */
  readonly end: number;
  /** The codec of the payload; `undefined` for an attribute that the table does not know. */
  readonly codec: Codec<unknown, never> | undefined;
  /** The object that has the part as a field. */
  readonly owner: object;
}

/** Receives the parts of a payload. */
export type Visit = (part: Part) => void;

/**
 * The role of a field. Without one, the field is both received and sent. `"key"`: part of the object's key;
 * `"readOnly"`: received but never sent; `"input"`: sent but never received.
 *
 * Decoded objects never contain `"input"` fields.
 */
export type Use = "key" | "readOnly" | "input";

/** Marks fields that are received and never sent: statistics, timers, states that the kernel alone decides. */
export const readOnly: Use = "readOnly";
/** Marks fields that tell one object from another. */
export const key: Use = "key";

/** The symbol under which a decoded object keeps the attributes that its table does not know or cannot decode. */
export const raw: unique symbol = Symbol.for("netlink.raw") as never;

/** An attribute kept undecoded. */
export interface RawAttribute {
  /** Attribute number, without its flag bits. */
  readonly id: number;
  /** The payload. */
  readonly bytes: Uint8Array;
}

/** Returns the attributes of a decoded object that its table could not decode; empty when there are none. */
export function rawOf(value: object): readonly RawAttribute[] {
  return (value as { [raw]?: RawAttribute[] })[raw] ?? [];
}
