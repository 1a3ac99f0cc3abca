/**
 * NETLINK_ECRYPTFS (19): requests of eCryptfs to a daemon, ecryptfsd, to encrypt and decrypt file keys.
 *
 * Kernels 2.6.21 to 2.6.27 spoke it over netlink; 2.6.28 removed that. Its successor, since 2.6.26, is the device
 * /dev/ecryptfs, which carries the same packets in its own framing. This module opens nothing: it encodes and decodes
 * the messages of both. They are the same for 32- and 64-bit programs.
 *
 * ```ts
 * import { decode, encode } from "@linux/netlink/families/ecryptfs.ts";
 * const key = { cipher: "aes128", key: new Uint8Array(16) } as const;
 * const bytes = encode([{
 *   type: "ECRYPTFS_MSG_RESPONSE",
 *   seq: 77,
 *   value: { index: 5, packet: { tag: 65, status: 0, sessionKey: key } },
 * }]);
 * console.log(decode(bytes));
 * ```
 *
 * The kernel acknowledges nothing. A response repeats `seq` and `index` of its request, and must end its datagram
 * unpadded.
 *
 * Source: fs/ecryptfs/{messaging,netlink,miscdev,keystore}.c, ecryptfs_kernel.h, v2.6.27 and v7.2; ecryptfs-utils.
 * @module
 */
import {
  bytes,
  type Codec,
  enumeration,
  expectObject,
  MISFIT,
  octets,
  Reader,
  shown,
  u32,
  u8,
  Writer,
} from "../core/codec/mod.ts";
import { decodeMessages, encodeMessages, type MessageHeader, type MessageInput } from "../core/datagram.ts";
import { DecodeError } from "../core/errors.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { MessageSet } from "../core/protocol.ts";

export type { MessageHeader } from "../core/datagram.ts";

/** The message types, the same on the device. */
export const ECRYPTFS_MSG = {
  ECRYPTFS_MSG_HELO: 100,
  ECRYPTFS_MSG_QUIT: 101,
  ECRYPTFS_MSG_REQUEST: 102,
  ECRYPTFS_MSG_RESPONSE: 103,
} as const;

/** A cipher, by its number in RFC 2440. */
export type Cipher =
  | "des3_ede"
  | "cast5"
  | "blowfish"
  | "aes128"
  | "aes192"
  | "aes256"
  | "twofish"
  | "cast6"
  | number;

/** The key of a file. */
export interface SessionKey {
  /** The cipher that uses it. */
  readonly cipher: Cipher;
  /** The bytes of the key. */
  readonly key: Uint8Array;
  /** The sum of its bytes, 16 bits; computed when absent. */
  readonly checksum?: number;
}

/** Tag 64, from the kernel: a request to decrypt a file key. */
export interface DecryptRequest {
  /** ECRYPTFS_TAG_64_PACKET_TYPE. */
  readonly tag: 64;
  /** The signature of the user's key that encrypted it: 16 hexadecimal digits. */
  readonly signature: string;
  /** The encrypted file key. */
  readonly encryptedKey: Uint8Array;
}

/** Tag 65, to the kernel: the reply with the decrypted file key. */
export interface DecryptReply {
  /** ECRYPTFS_TAG_65_PACKET_TYPE. */
  readonly tag: 65;
  /** 0 for success. */
  readonly status: number;
  /** The file key; absent after a failure. */
  readonly sessionKey?: SessionKey;
}

/** Tag 66, from the kernel: a request to encrypt a file key. */
export interface EncryptRequest {
  /** ECRYPTFS_TAG_66_PACKET_TYPE. */
  readonly tag: 66;
  /** The signature of the user's key to encrypt it with: 16 hexadecimal digits. */
  readonly signature: string;
  /** The file key. */
  readonly sessionKey: SessionKey;
}

/** Tag 67, to the kernel: the reply with the encrypted file key. */
export interface EncryptReply {
  /** ECRYPTFS_TAG_67_PACKET_TYPE. */
  readonly tag: 67;
  /** 0 for success. */
  readonly status: number;
  /** The encrypted file key, at most 512 bytes. */
  readonly encryptedKey: Uint8Array;
}

/** A packet between the kernel and the daemon. */
export type TagPacket = DecryptRequest | DecryptReply | EncryptRequest | EncryptReply;

/** A packet and the number of the kernel's slot that waits for the answer: ecryptfs_message. */
export interface Exchange {
  /** The slot's number, from 0. */
  readonly index: number;
  /** The packet; bytes if it is none of the four. */
  readonly packet: TagPacket | Uint8Array;
}

/** The content of a message: none for HELO and QUIT (the daemon starts or ends), a packet for the others. */
export type EcryptfsBody =
  | { readonly type: "ECRYPTFS_MSG_HELO" | "ECRYPTFS_MSG_QUIT"; readonly value?: Readonly<Record<never, never>> }
  | { readonly type: "ECRYPTFS_MSG_REQUEST" | "ECRYPTFS_MSG_RESPONSE"; readonly value: Exchange }
  | { readonly type: number; readonly value: Uint8Array };

/** A message over netlink. One of another type, or whose content does not fit its type, has a number as its type. */
export type EcryptfsMessage = MessageHeader & EcryptfsBody;

/** A message over the device. */
export type DeviceMessage = EcryptfsBody & {
  /** The number of the request in its slot, u32; a response repeats it. 0 when absent. */
  readonly counter?: number;
};

const cipher = enumeration(u8, {
  des3_ede: 2,
  cast5: 3,
  blowfish: 4,
  aes128: 7,
  aes192: 8,
  aes256: 9,
  twofish: 10,
  cast6: 11,
});

// A length below 192 is one byte, up to 8383 two: 192 + (n - 192 >> 8), then the lower byte of n - 192 (RFC 2440).
const ONE_BYTE = 192, TWO_BYTES = 224, LONGEST = (TWO_BYTES - ONE_BYTE) * 256 + ONE_BYTE - 1;

/** Reads bytes from the front. Once a read does not fit, all later ones fail. */
class Cursor {
  readonly from: Reader;
  readonly end: number;
  at: number;
  fits = true;

  constructor(from: Reader, at: number, end: number) {
    this.from = from;
    this.at = at;
    this.end = end;
  }

  /** Skips `count` bytes and returns the offset of the first. */
  take(count: number): number {
    const start = this.at;
    if (count > this.end - start) this.fits = false;
    else this.at += count;
    return start;
  }

  byte(): number {
    const start = this.take(1);
    return this.fits ? this.from.bytes[start]! : 0;
  }

  length(): number {
    const first = this.byte();
    if (first < ONE_BYTE) return first;
    if (first >= TWO_BYTES) this.fits = false;
    return (first - ONE_BYTE) * 256 + ONE_BYTE + this.byte();
  }

  counted(): Uint8Array {
    const length = this.length(), start = this.take(length);
    return this.fits ? this.from.own(start, start + length) : new Uint8Array(0);
  }
}

function writeLength(length: number, to: Writer): void {
  if (length > LONGEST) to.fail(RangeError, `expected at most ${LONGEST} bytes, got ${length}`);
  const at = to.grow(length < ONE_BYTE ? 1 : 2), rest = length - ONE_BYTE;
  to.bytes[at] = length < ONE_BYTE ? length : ONE_BYTE + (rest >> 8);
  if (length >= ONE_BYTE) to.bytes[at + 1] = rest & 0xff;
}

function writeCounted(value: Uint8Array | string, to: Writer): void {
  const given = octets(value, to);
  writeLength(given.length, to);
  to.append(given);
}

const SIGNATURE = /^[0-9a-f]{16}$/i;

function readSignature(cursor: Cursor): string {
  const text = String.fromCharCode(...cursor.counted().subarray(0, 17));
  if (!SIGNATURE.test(text)) cursor.fits = false;
  return text;
}

function writeSignature(value: string, to: Writer): void {
  if (typeof value !== "string" || !SIGNATURE.test(value)) {
    to.fail(TypeError, `expected a signature of 16 hexadecimal digits, got ${shown(value)}`);
  }
  writeCounted(Uint8Array.from(value, (digit) => digit.charCodeAt(0)), to);
}

/** Reads a session key: the cipher, the key, and the sum of its bytes in network order. */
function readSessionKey(cursor: Cursor): SessionKey {
  const { from, end, fits } = cursor, length = cursor.length(), start = cursor.take(length);
  if (length < 3 || !cursor.fits || !fits || start + length > end) {
    cursor.fits = false;
    return { cipher: 0, key: new Uint8Array(0) };
  }
  const stop = start + length - 2;
  return {
    cipher: cipher.decode(from, start, start + 1, {}),
    key: from.own(start + 1, stop),
    checksum: from.view.getUint16(stop),
  };
}

function writeSessionKey(value: SessionKey, to: Writer): void {
  expectObject(value, to);
  const key = octets(value.key, to), sum = key.reduce((sum, byte) => sum + byte & 0xffff, 0);
  writeLength(1 + key.length + 2, to);
  cipher.encode(value.cipher, to, value);
  to.append(key);
  const at = to.grow(2);
  to.view.setUint16(at, value.checksum ?? sum);
}

/** Decodes the packet at `at`..`end`; returns undefined if it is none. */
function readPacket(from: Reader, at: number, end: number): TagPacket | undefined {
  const cursor = new Cursor(from, at, end), packet = packetOf(cursor);
  return cursor.fits && cursor.at === end ? packet : undefined;
}

function packetOf(cursor: Cursor): TagPacket | undefined {
  switch (cursor.byte()) {
    case 64:
      return { tag: 64, signature: readSignature(cursor), encryptedKey: cursor.counted() };
    case 65: {
      const status = cursor.byte(), empty = cursor.end - cursor.at === 1 && cursor.from.bytes[cursor.at] === 0;
      if (empty) cursor.take(1);
      return { tag: 65, status, ...(empty ? {} : { sessionKey: readSessionKey(cursor) }) };
    }
    case 66:
      return { tag: 66, signature: readSignature(cursor), sessionKey: readSessionKey(cursor) };
    case 67:
      return { tag: 67, status: cursor.byte(), encryptedKey: cursor.counted() };
  }
  return undefined;
}

function writePacket(packet: TagPacket, to: Writer): void {
  if (typeof packet !== "object" || packet === null) to.fail(TypeError, `expected a packet, got ${shown(packet)}`);
  if (![64, 65, 66, 67].includes(packet.tag)) {
    to.fail(RangeError, `there is no tag ${shown(packet.tag)}: expected 64, 65, 66 or 67`);
  }
  u8.encode(packet.tag, to, packet);
  const { path } = to,
    field = (name: string, write: () => void): void => {
      path.push(name);
      write();
      path.pop();
    };
  if (packet.tag === 65 || packet.tag === 67) field("status", () => u8.encode(packet.status, to, packet));
  else field("signature", () => writeSignature(packet.signature, to));
  switch (packet.tag) {
    case 65:
      if (packet.sessionKey === undefined) return writeLength(0, to);
      return field("sessionKey", () => writeSessionKey(packet.sessionKey!, to));
    case 66:
      return field("sessionKey", () => writeSessionKey(packet.sessionKey, to));
    case 64:
    case 67:
      return field("encryptedKey", () => writeCounted(packet.encryptedKey, to));
  }
}

const exchange: Codec<Exchange> = {
  name: "an ecryptfs_message",
  decode(from, at, end) {
    // The kernel and the daemon require an exact data_len.
    if (end - at < 8 || from.view.getUint32(at + 4, true) !== end - at - 8) return MISFIT;
    return {
      index: from.view.getUint32(at, true),
      packet: readPacket(from, at + 8, end) ?? from.own(at + 8, end),
    };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    to.path.push("index");
    u32.encode(value.index, to, owner);
    to.path[to.path.length - 1] = "packet";
    const at = to.grow(4);
    if (value.packet instanceof Uint8Array) to.append(value.packet);
    else writePacket(value.packet, to);
    to.view.setUint32(at, to.length - at - 4, true);
    to.path.pop();
  },
  walk(_from, at, end, owner, visit) {
    if (end - at < 8) return;
    visit({ name: "index", id: -1, start: at, at, end: at + 4, codec: u32, owner });
    visit({ name: "packet", id: -1, start: at + 8, at: at + 8, end, codec: anyPacket, owner });
  },
};

const anyPacket: Codec<TagPacket | Uint8Array> = {
  name: "a tag packet",
  decode: (from, at, end, owner) => readPacket(from, at, end) ?? bytes.decode(from, at, end, owner),
  encode: (value, to) => value instanceof Uint8Array ? to.append(value) : writePacket(value, to),
};

const nothing: Codec<object> = {
  name: "nothing",
  decode: (_from, at, end) => end > at ? MISFIT : {},
  encode: () => {},
  walk: () => {},
};

const set: MessageSet = {
  types: ECRYPTFS_MSG,
  codec: (type) => type === 100 || type === 101 ? nothing : type === 102 || type === 103 ? exchange : undefined,
  control: false,
};

declareMessageSets({ number: 19 }, () => () => set);

/**
 * Decodes the messages in a datagram of NETLINK_ECRYPTFS.
 *
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function decode(datagram: Uint8Array): EcryptfsMessage[] {
  return decodeMessages(datagram, set, "number") as EcryptfsMessage[];
}

/** Encodes messages as one datagram. */
export function encode(given: readonly EcryptfsMessage[]): Uint8Array {
  return encodeMessages(given as readonly MessageInput[], set);
}

/**
 * Decodes the message that one read of /dev/ecryptfs returns.
 *
 *     0      1          5            6 or 7
 *     +------+----------+------------+----------------------------------+
 *     | type | counter  | length,    | ecryptfs_message: index u32,     |
 *     |      | u32 BE   | 1 or 2     | data_len u32, packet             |
 *     +------+----------+------------+----------------------------------+
 *
 * HELO and QUIT end after the counter.
 *
 * @throws {DecodeError} the packet is shorter than its header, or its length does not match the bytes
 */
export function decodeDevice(packet: Uint8Array): DeviceMessage {
  const from = new Reader(packet);
  if (packet.length < 5) throw new DecodeError(`${packet.length} bytes are left, 5 are the header of a packet`, 0);
  const number = packet[0]!, codec = set.codec(number), counter = from.view.getUint32(1);
  if (codec === nothing && packet.length === 5) {
    return { type: messageTypeName(number), counter, value: {} } as DeviceMessage;
  }
  if (codec !== exchange) return { type: number, counter, value: packet.slice(5) };
  const cursor = new Cursor(from, 5, packet.length), length = cursor.length();
  if (!cursor.fits || length !== packet.length - cursor.at) {
    throw new DecodeError(`a packet says it has ${length} bytes, ${packet.length - cursor.at} are left`, 5);
  }
  const value = exchange.decode(from, cursor.at, packet.length, {});
  if (value === MISFIT) return { type: number, counter, value: packet.slice(5) };
  return { type: messageTypeName(number), counter, value } as DeviceMessage;
}

/** Encodes a message for one write to /dev/ecryptfs. */
export function encodeDevice(message: DeviceMessage): Uint8Array {
  const { type, counter = 0, value } = message, to: Writer = new Writer();
  to.what = `encode ${type}`;
  const number = typeof type === "number" ? type : ECRYPTFS_MSG[type];
  if (number === undefined) to.fail(TypeError, `there is no message type ${shown(type)}`);
  u8.encode(number, to, message);
  to.path.push("counter");
  u32.encode(counter, to, message);
  to.view.setUint32(1, counter);
  to.path.pop();
  if (value instanceof Uint8Array) to.append(value);
  else if (set.codec(number) === exchange) {
    const body = new Writer();
    body.what = to.what;
    exchange.encode(value as Exchange, body, message);
    writeLength(body.length, to);
    to.append(body.bytes.subarray(0, body.length));
  }
  return to.bytes.slice(0, to.length);
}

function messageTypeName(number: number): keyof typeof ECRYPTFS_MSG {
  return Object.entries(ECRYPTFS_MSG).find(([, value]) => value === number)![0] as keyof typeof ECRYPTFS_MSG;
}
