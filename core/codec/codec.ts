/**
 * Codecs: how one value is read from the memory of a message and written to it.
 *
 * Integers are in host order, which is little-endian on every machine that the library supports; what netlink has in
 * network order says so in its codec's name (`be16`).
 *
 * @module
 */
import { argumentError } from "../../ffi/errors.ts";

/** Names and numbers of network interfaces, asked where the client's socket lives. */
export interface Names {
  /** The name of interface `index`, `undefined` when there is none. */
  name(index: number): string | undefined;
  /** The number of the interface called `name`, `undefined` when there is none. */
  index(name: string): number | undefined;
}

/** A datagram being read. */
export class Reader {
  /** The datagram, and maybe more behind it. */
  readonly bytes: Uint8Array;
  /** The same bytes for reading integers. */
  readonly view: DataView;
  /** Bytes that the datagram has. */
  length: number;
  /** Where the fixed header of the message at hand begins. */
  base = 0;
  /** How many tables are being decoded, one within the other. */
  depth = 0;
  /** Whether the message at hand is a request that is shown, and nothing that the kernel says. */
  request = false;
  /** Who knows interface names; without it objects carry numbers alone. */
  names: Names | undefined;
  /** Prepares the attributes `at`..`end` for being read, where another machine wrote them. */
  readonly orient: ((at: number, end: number) => void) | undefined = undefined;
  #copy: Uint8Array | undefined;

  /** Reads the first `length` bytes. */
  constructor(bytes: Uint8Array, length: number = bytes.length, view?: DataView) {
    this.bytes = bytes;
    this.view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = length;
  }

  /** Says that another datagram lies in the same buffer now. */
  next(length: number): void {
    this.length = length;
    this.#copy = undefined;
  }

  /** Bytes that may be handed out: a view of a copy that is made once a datagram. */
  own(at: number, end: number): Uint8Array {
    const copy = this.#copy ??= this.bytes.slice(0, this.length);
    return copy.subarray(at, end);
  }
}

/** Names and positions of a path; what goes deeper lies in itself. */
const DEEPEST_PATH = 128;

/** Messages being written, into one buffer that grows. */
export class Writer {
  /** The buffer; its first {@linkcode Writer.length} bytes are written. */
  bytes: Uint8Array = new Uint8Array(4096);
  /** The same bytes for writing integers. */
  view: DataView = new DataView(this.bytes.buffer);
  /** Bytes written so far. */
  length = 0;
  /** Where the fixed header of the message at hand begins. */
  base = 0;
  /** Who resolves interface names. */
  names: Names | undefined;
  /** Opens a network namespace by name or path; who sends closes it. */
  openNamespace: ((name: string) => number) | undefined;
  /** Whether read-only fields are written too, as when a filter is brought into the kernel's own form. */
  everything = false;
  /** What is being done, for errors: `add link v0`. */
  what = "encode";
  /** The field at hand, from the message down. */
  readonly path: (string | number)[] = [];

  /** Starts anew, keeping the buffer. */
  reset(): void {
    this.length = 0;
    this.base = 0;
    this.path.length = 0;
  }

  /** Makes room for `count` more bytes, all zero, and returns where they begin. */
  grow(count: number): number {
    const at = this.length, needed = at + count;
    if (needed > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      bytes.set(this.bytes.subarray(0, at));
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer);
    } else this.bytes.fill(0, at, needed);
    this.length = needed;
    return at;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** Pads to a multiple of four. */
  align(): void {
    const rest = this.length & 3;
    if (rest !== 0) this.grow(4 - rest);
  }

  /** Begins an attribute; hand its result to {@linkcode Writer.close}. */
  open(id: number): number {
    if (this.path.length > DEEPEST_PATH) this.fail(RangeError, "objects lie in each other without end");
    const start = this.grow(4);
    this.view.setUint16(start + 2, id, true);
    return start;
  }

  /** Ends the attribute begun at `start`: patches its length and pads. */
  close(start: number): void {
    const length = this.length - start;
    if (length > 0xffff) {
      this.fail(RangeError, `${length} bytes are more than the 65535 that one attribute can hold`);
    }
    this.view.setUint16(start, length, true);
    this.align();
  }

  /** A file descriptor of the network namespace called `name`, or at that path, good until the message is sent. */
  namespaceFd(name: string): number {
    if (this.openNamespace === undefined) {
      this.fail(TypeError, `the namespace ${shown(name)} can only be looked up on an open socket`);
    }
    return this.openNamespace(name);
  }

  /** Throws what is wrong with the value at hand, naming the operation and the field. */
  fail(kind: typeof TypeError | typeof RangeError, why: string): never {
    throw argumentError(kind, `Cannot ${this.what}: ${this.path.length > 0 ? `${pathText(this.path)}: ` : ""}${why}`);
  }
}

/** A path as a caller would write it: `data.peer.ifname`, `multipath[1].gateway`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = "";
  for (const part of path) {
    text += typeof part === "number" ? `[${part}]` : text === "" ? part : `.${part}`;
  }
  return text;
}

/** A text that may be a key, in base64 or hexadecimal. */
const SECRET = /^(?=.*\d)(?:[A-Za-z\d+/]{40,}={0,2}|[\da-fA-F]{16,})$/;

/** A value as an error message shows it, short; never a text that may be a key. */
export function shown(value: unknown): string {
  if (typeof value === "string") {
    if (SECRET.test(value)) return `a text of ${value.length} characters`;
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

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
