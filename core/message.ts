/**
 * nlmsghdr, the 16 bytes in front of every message, and the content of the kernel's own replies (ERROR, DONE).
 *
 *     0        4       6       8        12       16
 *     +--------+-------+-------+--------+--------+---------
 *     | len    | type  | flags | seq    | pid    | payload
 *     +--------+-------+-------+--------+--------+---------
 *
 * Source: linux/netlink.h, v7.2.
 * @module
 */
import {
  type Attributes,
  attributes,
  bytes,
  type Codec,
  type Reader,
  type Shape,
  text,
  u32,
  u64,
} from "./codec/mod.ts";
import { enumeration, i64 } from "./codec/mod.ts";
import { DecodeError, type KernelErrorDetails, type Policy } from "./errors.ts";

/** Flags of a message. The upper ones have different meanings in GET requests, in NEW and DEL requests, and in ACKs. */
export const NLM_F = {
  NLM_F_REQUEST: 0x1,
  NLM_F_MULTI: 0x2,
  NLM_F_ACK: 0x4,
  NLM_F_ECHO: 0x8,
  NLM_F_DUMP_INTR: 0x10,
  NLM_F_DUMP_FILTERED: 0x20,
  NLM_F_ROOT: 0x100,
  NLM_F_MATCH: 0x200,
  NLM_F_ATOMIC: 0x400,
  NLM_F_DUMP: 0x300,
  NLM_F_REPLACE: 0x100,
  NLM_F_EXCL: 0x200,
  NLM_F_CREATE: 0x400,
  NLM_F_APPEND: 0x800,
  NLM_F_NONREC: 0x100,
  NLM_F_BULK: 0x200,
  NLM_F_CAPPED: 0x100,
  NLM_F_ACK_TLVS: 0x200,
} as const;

/** Message types that mean the same in every protocol. */
export const NLMSG = { NLMSG_NOOP: 1, NLMSG_ERROR: 2, NLMSG_DONE: 3, NLMSG_OVERRUN: 4, NLMSG_MIN_TYPE: 16 } as const;

/** Size of nlmsghdr in bytes. */
export const NLMSG_HDRLEN = 16;

/** Returns the sequence number after `seq`; never 0, which events have. */
export function nextSeq(seq: number): number {
  return seq === 0xffffffff ? 1 : seq + 1;
}

/** Checks the length of the message at `at` and returns the offset of its end. */
export function messageEnd(from: Reader, at: number): number {
  const length = from.view.getInt32(at, true) >>> 0;
  if (length < NLMSG_HDRLEN || length > from.length - at) {
    throw new DecodeError(
      `a message has a length of ${length} bytes, expected ${NLMSG_HDRLEN}..${from.length - at}`,
      at,
    );
  }
  return at + length;
}

/**
 * Calls `visit` for each message of a datagram, until it returns true; returns true in that case. Trailing bytes that
 * are fewer than a header are padding.
 *
 * @throws {DecodeError} a message's length exceeds the datagram
 */
export function eachMessage(from: Reader, visit: (at: number, end: number) => boolean | void): boolean {
  for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
    end = messageEnd(from, at);
    if (visit(at, end) === true) return true;
  }
  return false;
}

/** The content of an ERROR or DONE message: an acknowledgement or an error. */
export interface Verdict {
  /** 0 for success, else a positive errno. */
  readonly errno: number;
  /** Offset of the extended ACK's attributes; the message's end when there are none. */
  readonly details: number;
  /** Offset of the request that an ERROR message repeats. */
  readonly request?: number;
}

/** True if the message at `at` is a request. */
export function isRequest(view: DataView, at: number): boolean {
  return (view.getUint16(at + 6, true) & NLM_F.NLM_F_REQUEST) !== 0;
}

/**
 * Reads the ERROR message at `at`..`end`. Its flags tell whether it repeats the request's payload or only its header.
 */
export function readError(from: Reader, at: number, end: number): Verdict {
  if (end - at < 20) throw new DecodeError("an error message is too short", at);
  // A positive number means success with a value (MAC80211_HWSIM's new radio).
  const flags = from.view.getUint16(at + 6, true), errno = Math.max(0, -from.view.getInt32(at + 16, true));
  const request = at + 20;
  if ((flags & NLM_F.NLM_F_ACK_TLVS) === 0 || end - at < 36) return { errno, details: end, request };
  const echo = (flags & NLM_F.NLM_F_CAPPED) !== 0 ? 16 : ((from.view.getUint32(at + 20, true) + 3) & ~3) >>> 0;
  return { errno, details: Math.min(end, request + echo), request };
}

/** Reads the DONE message at `at`..`end`. Some kernels omit its i32; none repeats the request. */
export function readDone(from: Reader, at: number, end: number): Verdict {
  if (end - at < 20) return { errno: 0, details: end };
  const flags = from.view.getUint16(at + 6, true), errno = Math.max(0, -from.view.getInt32(at + 16, true));
  return { errno, details: (flags & NLM_F.NLM_F_ACK_TLVS) !== 0 ? at + 20 : end };
}

/** Attributes of an extended ACK. */
export interface ExtAck {
  msg?: string;
  offs?: number;
  cookie?: Uint8Array;
  policy?: PolicyAttributes;
  missType?: number;
  missNest?: number;
}

/** Types of payloads: NL_ATTR_TYPE_*. */
export const NL_ATTR_TYPE = {
  invalid: 0,
  flag: 1,
  u8: 2,
  u16: 3,
  u32: 4,
  u64: 5,
  s8: 6,
  s16: 7,
  s32: 8,
  s64: 9,
  binary: 10,
  string: 11,
  nul_string: 12,
  nested: 13,
  nested_array: 14,
  bitfield32: 15,
  sint: 16,
  uint: 17,
} as const;

/** The policy of an attribute, in an extended ACK and in replies of nlctrl: NL_POLICY_TYPE_ATTR_*. */
export interface PolicyAttributes {
  type?: keyof typeof NL_ATTR_TYPE | number;
  minValueS?: bigint;
  maxValueS?: bigint;
  minValueU?: bigint;
  maxValueU?: bigint;
  minLength?: number;
  maxLength?: number;
  policyIdx?: number;
  policyMaxtype?: number;
  bitfield32Mask?: number;
  mask?: bigint;
}

/** Wire form of {@linkcode PolicyAttributes}. */
export const PolicyTable: Attributes<PolicyAttributes> = attributes((): Shape<PolicyAttributes> => ({
  type: [1, enumeration(u32, NL_ATTR_TYPE)],
  minValueS: [2, i64],
  maxValueS: [3, i64],
  minValueU: [4, u64],
  maxValueU: [5, u64],
  minLength: [6, u32],
  maxLength: [7, u32],
  policyIdx: [8, u32],
  policyMaxtype: [9, u32],
  bitfield32Mask: [10, u32],
  mask: [12, u64],
}), { pad: 11 });

/** Wire form of {@linkcode ExtAck}: NLMSGERR_ATTR_*. */
export const ExtAckTable: Attributes<ExtAck> = attributes((): Shape<ExtAck> => ({
  msg: [1, text],
  offs: [2, u32],
  cookie: [3, bytes],
  policy: [4, PolicyTable],
  missType: [5, u32],
  missNest: [6, u32],
}));

/**
 * Decodes the extended ACK at `at`..`end`, and names the fields it refers to.
 *
 * Its offsets refer to the request as it was sent, which begins at `start` of `sent` and has a payload of `codec`.
 */
export function explainExtAck(
  from: Reader,
  at: number,
  end: number,
  sent: Reader,
  start: number,
  codec: Codec<unknown, never>,
): KernelErrorDetails {
  if (end - at < 4) return {};
  const { msg, offs, cookie, policy, missType, missNest } = ExtAckTable.decode(from, at, end, {});
  const place = offs === undefined ? undefined : locate(sent, start, offs, codec);
  const nest = missType === undefined ? undefined : locate(sent, start, missNest ?? 0, codec);
  return {
    ...(msg === undefined ? {} : { kernelMessage: msg }),
    ...(place === undefined || place.path === "" ? {} : { path: place.path }),
    ...(missType === undefined ? {} : { missing: missingName(nest, missType) }),
    ...(policy === undefined ? {} : { policy: policyOf(policy) }),
    ...(cookie === undefined ? {} : { cookie }),
  };
}

function missingName(nest: Place | undefined, id: number): string {
  const name = nest?.codec?.attributeName?.(id, nest.owner) ?? `attribute ${id}`;
  return nest === undefined || nest.path === "" ? name : `${nest.path}.${name}`;
}

function policyOf(given: PolicyAttributes): Policy {
  const min = given.minValueS ?? given.minValueU, max = given.maxValueS ?? given.maxValueU;
  const mask = given.mask ?? (given.bitfield32Mask === undefined ? undefined : BigInt(given.bitfield32Mask));
  return {
    ...(given.type === undefined ? {} : { type: String(given.type) }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(given.minLength === undefined ? {} : { minLength: given.minLength }),
    ...(given.maxLength === undefined ? {} : { maxLength: given.maxLength }),
    ...(mask === undefined ? {} : { mask }),
  };
}

/** A place in a message. */
export interface Place {
  /** The path as a caller would write it; empty for the message itself. */
  readonly path: string;
  /** The codec at that place. */
  readonly codec: Codec<unknown, never> | undefined;
  /** The object that has the place as a field. */
  readonly owner: object;
}

/** Returns the place at `offset` bytes from the start of a message. */
export function locate(from: Reader, start: number, offset: number, codec: Codec<unknown, never>): Place {
  const target = start + offset;
  let place: Place = { path: "", codec, owner: {} };
  let at = start + NLMSG_HDRLEN, end = start + from.view.getUint32(start, true);
  while (target >= at && place.codec?.walk !== undefined) {
    let inner: { place: Place; at: number; end: number; exact: boolean } | undefined;
    const outer: Place = place;
    outer.codec!.walk!(from, at, end, outer.owner, (part) => {
      if (target < part.start || target >= Math.max(part.end, part.start + 1)) return;
      const path = part.name === undefined
        ? outer.path
        : typeof part.name === "number"
        ? `${outer.path}[${part.name}]`
        : outer.path === ""
        ? part.name
        : `${outer.path}.${part.name}`;
      const exact = part.name !== undefined && target < part.at;
      inner = { place: { path, codec: part.codec, owner: part.owner }, at: part.at, end: part.end, exact };
    });
    if (inner === undefined) break;
    place = inner.place;
    if (inner.exact) break;
    at = inner.at;
    end = inner.end;
  }
  return place;
}
