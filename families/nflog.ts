/**
 * NETLINK_NFLOG (5): ULOG, which multicast copies of packets that a rule of iptables or ebtables matched.
 *
 * Kernels 2.4 to 3.16 had it, as modules ipt_ULOG and ebt_ulog; 3.17 removed it. Its successor is nfnetlink_log,
 * subsystem ULOG (4) of NETLINK_NETFILTER, which iptables' target NFLOG uses. This module opens nothing: it encodes and
 * decodes messages.
 *
 * ```ts
 * import { decode, encode } from "@linux/netlink/families/nflog.ts";
 * const bytes = encode([{ type: "ULOG_NL_EVENT", value: { prefix: "IN: ", indevName: "eth0" } }]);
 * console.log(decode(bytes));
 * ```
 *
 * A datagram may hold up to 50 messages, which `seq` counts from 0. All but the last have the flag "multi", and the
 * last has type NLMSG_DONE, though it carries a packet like the others.
 *
 * Source: linux/netfilter_ipv4/ipt_ULOG.h, linux/netfilter_bridge/ebt_ulog.h, v3.16.
 * @module
 */
import {
  bytes,
  chars,
  type Codec,
  counted,
  enumeration,
  i32,
  type Layout,
  long,
  type Reader,
  selectAt,
  struct,
  structWithData,
  u32,
  ulong,
  unlessEmpty,
} from "../core/codec/mod.ts";
import { decodeMessages, encodeMessages, type MessageHeader, type MessageInput } from "../core/datagram.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { MessageSet } from "../core/protocol.ts";

export type { Layout } from "../core/codec/mod.ts";
export type { MessageHeader } from "../core/datagram.ts";

/** The message type of iptables. Messages of ebtables have type 0, the last of several NLMSG_DONE (3). */
export const ULOG = { ULOG_NL_EVENT: 111 } as const;

/** The netfilter hook that an IP packet has reached. */
export type Hook = "pre_routing" | "local_in" | "forward" | "local_out" | "post_routing" | number;

/** The netfilter hook that a bridge's frame has reached. */
export type BridgeHook = Exclude<Hook, number> | "brouting" | number;

/** ulog_packet_msg: a packet that iptables logged. */
export interface UlogPacket {
  /** The packet's firewall mark. */
  mark?: number;
  /** The time of arrival, in seconds since the epoch. */
  timestampSec?: number;
  /** The microseconds of the time of arrival. */
  timestampUsec?: number;
  /** The hook that it has reached. */
  hook?: Hook;
  /** The name of the interface that it arrived on. */
  indevName?: string;
  /** The name of the interface that it will leave on. */
  outdevName?: string;
  /** The rule's text, at most 31 bytes. */
  prefix?: string;
  /** Its link-layer header as it arrived, at most 80 bytes. */
  mac?: Uint8Array;
  /** The packet from its IP header, up to the length that the rule sets. */
  payload?: Uint8Array;
}

/** ebt_ulog_packet_msg: a frame that ebtables logged. */
export interface EbtUlogPacket {
  /** EBT_ULOG_VERSION: 1. Distinguishes it from an {@linkcode UlogPacket}. */
  version: number;
  /** The bridge that it arrived on. */
  indev?: string;
  /** The bridge that it will leave on. */
  outdev?: string;
  /** The bridge port that it arrived on. */
  physindev?: string;
  /** The bridge port that it will leave on. */
  physoutdev?: string;
  /** The rule's text, at most 31 bytes. */
  prefix?: string;
  /** The time of arrival, in seconds since the epoch. */
  stampSec?: number;
  /** The microseconds of the time of arrival. */
  stampUsec?: number;
  /** The frame's firewall mark. */
  mark?: number;
  /** The hook that it has reached. */
  hook?: BridgeHook;
  /** The frame from its Ethernet header, up to the length that the rule sets. */
  data?: Uint8Array;
}

/** A message of ULOG. The value of one that is malformed, or is of another type, is its bytes. */
export type NflogMessage = MessageHeader & {
  /** ULOG_NL_EVENT for iptables, 0 for ebtables, NLMSG_DONE for the last message of either. */
  readonly type: "ULOG_NL_EVENT" | "NLMSG_DONE" | number;
  /** The packet or frame. */
  readonly value: UlogPacket | EbtUlogPacket | Uint8Array;
};

const HOOKS = { pre_routing: 0, local_in: 1, forward: 2, local_out: 3, post_routing: 4 } as const;
const hook = enumeration(u32, HOOKS);
const bridgeHook = enumeration(u32, { ...HOOKS, brouting: 5 });
const device: Codec<string> = unlessEmpty(chars(16)), prefix: Codec<string> = unlessEmpty(chars(32));

function ulogPacket(layout: Layout): Codec<UlogPacket> {
  const wide = layout === "lp64", word = wide ? 8 : 4, hookAt = 3 * word, prefixAt = wide ? 72 : 52;
  const head = struct<Omit<UlogPacket, "payload">>(wide ? 192 : 168, {
    mark: [0, ulong(layout)],
    timestampSec: [word, long(layout)],
    timestampUsec: [2 * word, long(layout)],
    hook: [hookAt, hook],
    indevName: [hookAt + 4, device],
    outdevName: [hookAt + 20, device],
    prefix: [prefixAt, prefix],
    mac: [prefixAt + 32, counted(80, bytes)],
  });
  // The packet follows mac[] directly, within the bytes that the compiler pads the struct with.
  return structWithData<UlogPacket, "payload">(head, {
    key: "payload",
    at: prefixAt + 113,
    length: prefixAt - word,
    lengthCodec: ulong(layout),
  });
}

function ebtUlogPacket(layout: Layout): Codec<EbtUlogPacket> {
  const wide = layout === "lp64", word = wide ? 8 : 4, stampAt = wide ? 104 : 100, hookAt = stampAt + 3 * word;
  const head = struct<Omit<EbtUlogPacket, "data">>(wide ? 144 : 120, {
    version: [0, i32],
    indev: [4, device],
    outdev: [20, device],
    physindev: [36, device],
    physoutdev: [52, device],
    prefix: [68, prefix],
    stampSec: [stampAt, long(layout)],
    stampUsec: [stampAt + word, long(layout)],
    mark: [stampAt + 2 * word, ulong(layout)],
    hook: [hookAt, bridgeHook],
  });
  return structWithData<EbtUlogPacket, "data">(head, {
    key: "data",
    length: wide ? 136 : 116,
    lengthCodec: ulong(layout),
    padded: true,
  });
}

/** Returns true if the 16 bytes at `at` are an interface's name. */
function isName({ bytes }: Reader, at: number): boolean {
  let length = 0;
  while (length < 16 && bytes[at + length]! > 0x20 && bytes[at + length]! < 0x7f) length++;
  return length > 0 && length < 16 && bytes[at + length] === 0;
}

/** Returns true if a DONE, which both modules send, is ebt_ulog's: it begins with the version and a bridge's name. */
function looksLikeEbt(from: Reader, at: number, end: number): boolean {
  return end - at >= 36 && from.view.getUint32(at, true) === 1 && (isName(from, at + 4) || isName(from, at + 20));
}

function setOf(layout: Layout): MessageSet {
  const ulog: Codec<unknown, never> = ulogPacket(layout), ebt: Codec<unknown, never> = ebtUlogPacket(layout);
  const either: Codec<unknown, never> = selectAt<unknown, never>(
    "a logged packet",
    (from, at, end) => looksLikeEbt(from, at, end) ? ebt : ulog,
    (value, to, owner) => ("version" in (value as object) ? ebt : ulog).encode(value, to, owner),
  );
  const codecs: Readonly<Record<number, Codec<unknown, never>>> = { 0: ebt, 3: either, [ULOG.ULOG_NL_EVENT]: ulog };
  return { types: { ...ULOG, NLMSG_DONE: 3 }, codec: (type) => codecs[type], control: false };
}

const sets: Partial<Record<Layout, MessageSet>> = {};

function messages(layout: Layout = "lp64"): MessageSet {
  return sets[layout] ??= setOf(layout);
}

declareMessageSets({ number: 5 }, ({ layout }) => () => messages(layout));

/**
 * Decodes the packets in a datagram of NETLINK_NFLOG.
 *
 * Both modules send messages of type DONE; their first bytes tell which module sent one.
 *
 * @param layout the layout of the machine that it comes from
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function decode(datagram: Uint8Array, layout: Layout = "lp64"): NflogMessage[] {
  return decodeMessages(datagram, messages(layout)) as NflogMessage[];
}

/**
 * Encodes packets as one datagram. The caller marks the last one by its type.
 *
 * @param layout the layout of the machine that it is for
 */
export function encode(given: readonly NflogMessage[], layout: Layout = "lp64"): Uint8Array {
  return encodeMessages(given as readonly MessageInput[], messages(layout));
}
