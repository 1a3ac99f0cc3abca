/**
 * Decodes and encodes whole messages without a socket: for captures, logs, old machines and tests.
 *
 * @module
 */
import { bytes, type Codec, i32, maskNames, maskValue, MISFIT, Reader, shown, Writer } from "./codec/mod.ts";
import { DecodeError, errnoName, type KernelErrorDetails } from "./errors.ts";
import {
  explainExtAck,
  ExtAckTable,
  isRequest,
  messageEnd,
  NLMSG,
  NLMSG_HDRLEN,
  readDone,
  readError,
} from "./message.ts";
import type { MessageSet } from "./protocol.ts";
import { FLAG_NAMES, type FlagNames, flagNames, ShownMessage } from "./show.ts";

/** A decoded message. */
export interface Message {
  /** The kernel's name of nlmsg_type, or the number if it has no name. */
  readonly type: string | number;
  /** Names of the bits in nlmsg_flags, and the values of bits without a name. */
  readonly flags: readonly (string | number)[];
  /** nlmsg_seq. */
  readonly seq: number;
  /** nlmsg_pid: the port of the requesting socket, or 0. */
  readonly port: number;
  /** The decoded payload; its bytes if there is no table for it. */
  readonly value: unknown;
}

/** The header fields of a message to encode, besides its type. */
export interface MessageHeader {
  /** nlmsg_flags, as names or a number; none when absent. */
  readonly flags?: readonly (string | number)[] | number;
  /** nlmsg_seq, 0 when absent. */
  readonly seq?: number;
  /** nlmsg_pid, 0 when absent. */
  readonly port?: number;
}

/** A message to encode. */
export interface MessageInput extends MessageHeader {
  /** nlmsg_type, by name or number. */
  readonly type: string | number;
  /** The payload's value; bytes are sent as they are. */
  readonly value?: unknown;
}

/** The content of an ERROR or DONE message. */
export interface Outcome extends KernelErrorDetails {
  /** 0 for success, else a positive errno. */
  readonly errno: number;
  /** The name of the errno: `EPERM`. */
  readonly code?: string;
  /** The header of the request that was answered. */
  readonly request?: Omit<Message, "value">;
}

/**
 * Decodes the messages in a datagram. A message without a table, or whose payload does not match its type, has its
 * bytes as value.
 *
 * @param foreign `"name"` if such a message still has its type's name, `"number"` if it has the number, so that the
 * type tells decoded values from bytes
 * @throws {DecodeError} the framing is broken: a length exceeds the datagram
 */
export function decodeMessages(
  datagram: Uint8Array,
  set: MessageSet,
  foreign: "name" | "number" = "name",
): Message[] {
  const from = new Reader(datagram), messages: Message[] = [];
  for (const [at, end] of messagesIn(from, set)) {
    from.request = isRequest(from.view, at);
    const type = from.view.getUint16(at + 4, true),
      value = valueOf(from, at + NLMSG_HDRLEN, end, codecOf(set, from, at));
    const header = headerOf(from, at, set), named = foreign === "name" || !(value instanceof Uint8Array);
    messages.push({ ...header, type: named ? header.type : type, value });
  }
  return messages;
}

/** Decodes a datagram without a message header; returns its bytes if the codec cannot decode it. */
export function decodeValue(datagram: Uint8Array, codec: Codec<unknown, never>): unknown {
  return valueOf(new Reader(datagram), 0, datagram.length, codec);
}

/** Returns the messages in a datagram field by field, for people to read; see {@linkcode decodeMessages}. */
export function showMessages(datagram: Uint8Array, set: MessageSet): ShownMessage[] {
  return Array.from(takeApart(datagram, set, (bytes) => new Reader(bytes)), (parts) => new ShownMessage(...parts));
}

/** The arguments of a {@linkcode ShownMessage}'s constructor. */
export type ShownParts = ConstructorParameters<typeof ShownMessage>;

/**
 * Yields the constructor's arguments for each message in a datagram. Broken framing throws when it is reached, after
 * the messages before it.
 *
 * @param read makes a reader of the bytes, in this machine's byte order or another
 */
export function* takeApart(
  datagram: Uint8Array,
  set: MessageSet,
  read: (bytes: Uint8Array) => Reader,
): Generator<ShownParts, void, undefined> {
  const whole = read(datagram);
  for (const [at, end] of messagesIn(whole, set)) {
    const bytes = datagram.slice(at, end), from = read(bytes);
    const codec = codecOf(set, from, 0), name = typeName(set, from.view.getUint16(4, true));
    const names = flagNames(from.view.getUint16(6, true), set.does?.(from, 0) ?? name);
    const shown = readable(from, NLMSG_HDRLEN, end - at, codec);
    // Trying to decode another machine's bytes has changed the byte order of some of them.
    yield [bytes, name, names, shown, shown === RAW ? read(bytes) : from];
  }
}

/** Returns the arguments of {@linkcode ShownMessage} for a datagram that is not made of messages. */
export function takeWhole(datagram: Uint8Array, codec: Codec<unknown, never> | undefined, from: Reader): ShownParts {
  return [datagram, 0, undefined, readable(from, 0, datagram.length, codec), from];
}

/** Returns the codec; or, if it cannot decode the bytes or walk their fields, the codec of raw bytes. */
function readable(
  from: Reader,
  at: number,
  end: number,
  codec: Codec<unknown, never> | undefined,
): Codec<unknown, never> {
  return codec?.walk !== undefined && !(valueOf(from, at, end, codec) instanceof Uint8Array) ? codec : RAW;
}

/**
 * Encodes messages as one datagram. Each begins at a multiple of four; the last is not padded.
 *
 * @throws {TypeError} a field has the wrong type
 */
export function encodeMessages(messages: readonly MessageInput[], set: MessageSet): Uint8Array {
  const to: Writer = new Writer();
  for (const { type, flags = 0, seq = 0, port = 0, value } of messages) {
    to.align();
    to.what = `encode ${type}`;
    const number = typeof type === "number" ? type : numberOf(type, set, to), start = to.grow(NLMSG_HDRLEN);
    const bits = maskValue(ALL_FLAGS, flags, to);
    if (value instanceof Uint8Array) to.append(value);
    to.view.setUint16(start + 4, number, true);
    to.view.setUint16(start + 6, bits, true);
    if (value !== undefined && !(value instanceof Uint8Array)) {
      const one = set.codec(number, undefined, undefined, bits);
      if (one === undefined) to.fail(TypeError, `there is no table for ${shown(type)}: expected bytes`);
      const others = (set.codecs?.(number, bits) ?? []).filter((other) => other !== one);
      if (others.length === 0 || ![one, ...others].some((codec) => isOwn(codec, value, to, start, set))) {
        to.length = start + NLMSG_HDRLEN;
        one.encode(value as never, to, {});
      }
    }
    to.view.setUint32(start, to.length - start, true);
    to.view.setUint32(start + 8, seq, true);
    to.view.setUint32(start + 12, port, true);
  }
  return to.bytes.slice(0, to.length);
}

/** Encodes a payload, and returns true if a message with it has this codec, where several share a type. */
function isOwn(codec: Codec<unknown, never>, value: unknown, to: Writer, start: number, set: MessageSet): boolean {
  to.length = start + NLMSG_HDRLEN;
  try {
    codec.encode(value as never, to, {});
  } catch {
    to.path.length = 0;
    return false;
  }
  return set.codec(to.view.getUint16(start + 4, true), new Reader(to.bytes, to.length), start) === codec;
}

/** Yields the start and end of each message; throws for trailing bytes that are not a message. */
function* messagesIn(from: Reader, { whole }: MessageSet): Generator<readonly [number, number], void, undefined> {
  let at = 0;
  for (let end = 0; at < from.length; at = (end + 3) & ~3) {
    if (from.length - at < NLMSG_HDRLEN) {
      throw new DecodeError(`${from.length - at} bytes are left, but the header of a message has ${NLMSG_HDRLEN}`, at);
    }
    end = whole?.(from.view.getUint16(at + 4, true)) ? from.length : messageEnd(from, at);
    yield [at, end];
  }
}

function codecOf(set: MessageSet, from: Reader, at: number): Codec<unknown, never> | undefined {
  const type = from.view.getUint16(at + 4, true), own = set.codec(type, from, at);
  if (own !== undefined || set.control === false) return own;
  return type === NLMSG.NLMSG_ERROR ? errorCodec(set) : type === NLMSG.NLMSG_DONE ? DONE : undefined;
}

function valueOf(from: Reader, at: number, end: number, codec: Codec<unknown, never> | undefined): unknown {
  try {
    const value = codec?.decode(from, at, end, {});
    // A struct so short that it lacks even its first field decodes to an empty object; it is kept as bytes.
    const nothing = value !== MISFIT && end > at && Reflect.ownKeys(Object(value)).length === 0;
    if (value !== undefined && value !== MISFIT && !nothing) return value;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return from.own(at, end);
}

function headerOf(from: Reader, at: number, set: MessageSet): Omit<Message, "value"> {
  const type = typeName(set, from.view.getUint16(at + 4, true)), flags = from.view.getUint16(at + 6, true);
  return {
    type,
    flags: maskNames(flagNames(flags, set.does?.(from, at) ?? type), flags),
    seq: from.view.getUint32(at + 8, true),
    port: from.view.getUint32(at + 12, true),
  };
}

const namesByNumber = new WeakMap<object, ReadonlyMap<number, string>>();

function typeName(set: MessageSet, type: number): string | number {
  const common = set.control !== false && type > 0 && type <= NLMSG.NLMSG_OVERRUN;
  return (set.typeName ?? nameAmong(set.types))(type) ?? (common ? COMMON_NAMES[type]! : type);
}

function nameAmong(types: Readonly<Record<string, number>>): (type: number) => string | undefined {
  let names = namesByNumber.get(types);
  if (names === undefined) {
    namesByNumber.set(types, names = new Map(Object.entries(types).reverse().map(([name, value]) => [value, name])));
  }
  return (type) => names.get(type);
}

const COMMON_NAMES = ["", "NLMSG_NOOP", "NLMSG_ERROR", "NLMSG_DONE", "NLMSG_OVERRUN"];

function numberOf(type: string, { types }: MessageSet, to: Writer): number {
  if (Object.hasOwn(types, type)) return types[type]!;
  if (Object.hasOwn(NLMSG, type)) return NLMSG[type as keyof typeof NLMSG];
  to.fail(TypeError, `there is no message type ${shown(type)}`);
}

const ALL_FLAGS: FlagNames = Object.assign({}, ...Object.values(FLAG_NAMES));

/** A payload without a table. */
const RAW: Codec<Uint8Array, Uint8Array | string> = {
  ...bytes,
  walk(_from, at, end, owner, visit) {
    if (end > at) visit({ name: "payload", id: -1, start: at, at, end, codec: bytes, owner });
  },
};

const NOTHING: Codec<object> = { name: "nothing", decode: () => ({}), encode: () => {} };

/** nlmsgerr: i32 error, the request's header, sometimes the request, sometimes an extended ACK about it. */
function errorCodec(set: MessageSet): Codec<unknown, never> {
  return {
    name: "an error",
    decode(from, at, end): Outcome {
      const { errno, details } = readError(from, at - NLMSG_HDRLEN, end), echo = at + 4;
      const verdict = { errno, ...(errno === 0 ? {} : { code: errnoName(errno) }) };
      if (end - echo < NLMSG_HDRLEN) return verdict;
      // The request's fields can be named only if the whole request is repeated.
      const whole = echo + from.view.getUint32(echo, true) <= details;
      const codec = whole ? set.codec(from.view.getUint16(echo + 4, true), from, echo) : undefined;
      const more = details < end ? explainExtAck(from, details, end, from, echo, codec ?? NOTHING) : {};
      return { ...verdict, request: headerOf(from, echo, set), ...more };
    },
    walk(from, at, end, owner, visit) {
      const echo = at + 4, { details } = readError(from, at - NLMSG_HDRLEN, end);
      visit({ name: "errno", id: -1, start: at, at, end: echo, codec: i32, owner });
      if (end - echo < NLMSG_HDRLEN) return;
      const header = echo + NLMSG_HDRLEN, rest = { id: -1, start: header, at: header, end: details, owner };
      const codec: Codec<unknown, never> = { ...NOTHING, decode: () => headerOf(from, echo, set) };
      visit({ name: "request", id: -1, start: echo, at: echo, end: header, codec, owner });
      if (details > header) visit({ ...rest, name: "payload", codec: bytes });
      // Attributes of the extended ACK, without a header of their own.
      if (details < end) visit({ ...rest, name: undefined, start: details, at: details, end, codec: ExtAckTable });
    },
    encode: () => {},
  };
}

const DONE: Codec<unknown, never> = {
  name: "the end",
  decode(from, at, end): Outcome {
    const { errno } = readDone(from, at - NLMSG_HDRLEN, end);
    return { errno, ...(errno === 0 ? {} : { code: errnoName(errno) }) };
  },
  encode: () => {},
  walk(from, at, end, owner, visit) {
    if (end - at < 4) return;
    const { details } = readDone(from, at - NLMSG_HDRLEN, end);
    visit({ name: "errno", id: -1, start: at, at, end: at + 4, codec: i32, owner });
    if (details < end) visit({ name: undefined, id: -1, start: details, at: details, end, codec: ExtAckTable, owner });
  },
};
