/**
 * Whole messages as values and back, without a socket: for captures, logs, old machines and tests.
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

/** A message as values. */
export interface Message {
  /** The kernel's name of nlmsg_type, or the number where it has none. */
  readonly type: string | number;
  /** Names of the bits in nlmsg_flags, and the value of a bit without one. */
  readonly flags: readonly (string | number)[];
  /** nlmsg_seq. */
  readonly seq: number;
  /** nlmsg_pid: the port of who asked, or 0. */
  readonly port: number;
  /** What it carries; the bytes themselves where no table reads them. */
  readonly value: unknown;
}

/** What a message to encode says of itself beside its type. */
export interface MessageHeader {
  /** nlmsg_flags, as names or the number; none when absent. */
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
  /** What it carries; bytes go out as they are. */
  readonly value?: unknown;
}

/** What an ERROR message says, or DONE. */
export interface Outcome extends KernelErrorDetails {
  /** 0 for success, else above 0. */
  readonly errno: number;
  /** Its name: `EPERM`. */
  readonly code?: string;
  /** The header of the request that was answered. */
  readonly request?: Omit<Message, "value">;
}

/**
 * The messages in a datagram. What no table reads, and what is not what its type says, has its bytes as value.
 *
 * @param foreign whether such a message still has its type's name, or the number, so that types tell values apart
 * @throws {DecodeError} the framing is broken: a length leaves the datagram
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

/** What a datagram that has no header holds; its bytes where it is not what the codec reads. */
export function decodeValue(datagram: Uint8Array, codec: Codec<unknown, never>): unknown {
  return valueOf(new Reader(datagram), 0, datagram.length, codec);
}

/** The messages in a datagram, taken apart field by field for people to read; see {@linkcode decodeMessages}. */
export function showMessages(datagram: Uint8Array, set: MessageSet): ShownMessage[] {
  return Array.from(takeApart(datagram, set, (bytes) => new Reader(bytes)), (parts) => new ShownMessage(...parts));
}

/** What a {@linkcode ShownMessage} is made from. */
export type ShownParts = ConstructorParameters<typeof ShownMessage>;

/**
 * The parts of each message in a datagram; broken framing throws where it is met, so what is before it is given.
 *
 * @param read how bytes are read: as this machine's, or another's
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
    // Who tried to read another machine's bytes has turned some.
    yield [bytes, name, names, shown, shown === RAW ? read(bytes) : from];
  }
}

/** The parts of a datagram that is no messages. */
export function takeWhole(datagram: Uint8Array, codec: Codec<unknown, never> | undefined, from: Reader): ShownParts {
  return [datagram, 0, undefined, readable(from, 0, datagram.length, codec), from];
}

/** The codec, or where it cannot read the bytes, or say where its fields are, one that takes them as they are. */
function readable(
  from: Reader,
  at: number,
  end: number,
  codec: Codec<unknown, never> | undefined,
): Codec<unknown, never> {
  return codec?.walk !== undefined && !(valueOf(from, at, end, codec) instanceof Uint8Array) ? codec : RAW;
}

/**
 * Messages as one datagram. Each begins at a multiple of four; the last is not padded.
 *
 * @throws {TypeError} a field is not what its table takes
 */
export function encodeMessages(messages: readonly MessageInput[], set: MessageSet): Uint8Array {
  const to: Writer = new Writer();
  for (const { type, flags = 0, seq = 0, port = 0, value } of messages) {
    to.align();
    to.what = `encode ${type}`;
    const number = typeof type === "number" ? type : numberOf(type, set, to), start = to.grow(NLMSG_HDRLEN);
    const bits = maskValue(ALL_FLAGS, flags, to);
    if (value instanceof Uint8Array) to.append(value);
    else if (value !== undefined) {
      const codec = set.codec(number, undefined, undefined, bits);
      if (codec === undefined) to.fail(TypeError, `there is no table for ${shown(type)}: expected bytes`);
      codec.encode(value as never, to, {});
    }
    to.view.setUint32(start, to.length - start, true);
    to.view.setUint16(start + 4, number, true);
    to.view.setUint16(start + 6, bits, true);
    to.view.setUint32(start + 8, seq, true);
    to.view.setUint32(start + 12, port, true);
  }
  return to.bytes.slice(0, to.length);
}

/** Where each message begins and ends; what is left over at the end must be nothing. */
function* messagesIn(from: Reader, { whole }: MessageSet): Generator<readonly [number, number], void, undefined> {
  let at = 0;
  for (let end = 0; at < from.length; at = (end + 3) & ~3) {
    if (from.length - at < NLMSG_HDRLEN) {
      throw new DecodeError(`${from.length - at} bytes are left, ${NLMSG_HDRLEN} are the header of a message`, at);
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
    // A struct of which not even the first field is there says nothing of what is.
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

/** A payload that no table reads. */
const RAW: Codec<Uint8Array, Uint8Array | string> = {
  ...bytes,
  walk(_from, at, end, owner, visit) {
    if (end > at) visit({ name: "payload", id: -1, start: at, at, end, codec: bytes, owner });
  },
};

const NOTHING: Codec<object> = { name: "nothing", decode: () => ({}), encode: () => {} };

/** nlmsgerr: i32 error, the request's header, maybe the request, maybe an extended ACK about it. */
function errorCodec(set: MessageSet): Codec<unknown, never> {
  return {
    name: "an error",
    decode(from, at, end): Outcome {
      const { errno, details } = readError(from, at - NLMSG_HDRLEN, end), echo = at + 4;
      const verdict = { errno, ...(errno === 0 ? {} : { code: errnoName(errno) }) };
      if (end - echo < NLMSG_HDRLEN) return verdict;
      // Only where the request itself is there can its fields be named.
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
      // Lifted, without a header of its own.
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
