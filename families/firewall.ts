/**
 * NETLINK_FIREWALL (3) and NETLINK_IP6_FW (13): ip_queue, which passed packets to one process and took its verdicts.
 *
 * Kernels 2.4 to 3.4 had it, as modules ip_queue and ip6_queue; 3.5 removed it. Its successor is nfnetlink_queue,
 * subsystem QUEUE (3) of NETLINK_NETFILTER. This module opens nothing: it encodes and decodes messages of both
 * protocols.
 *
 * ```ts
 * import { decode, encode } from "@linux/netlink/families/firewall.ts";
 * const bytes = encode([{ type: "IPQM_MODE", flags: ["request"], port: 4242, value: { value: "packet", range: 0 } }]);
 * console.log(decode(bytes));
 * ```
 *
 * Fields are C's `long`, so 64- and 32-bit programs used different messages: every function takes the layout.
 *
 * Source: linux/netfilter_ipv4/ip_queue.h and net/ipv4/netfilter/ip_queue.c, v3.4; libipq.
 * @module
 */
import {
  be16,
  chars,
  type Codec,
  counted,
  enumeration,
  hardwareAddress,
  type Layout,
  long,
  struct,
  structWithData,
  u16,
  u32,
  u8,
  ulong,
  ulongHandle,
  unlessEmpty,
} from "../core/codec/mod.ts";
import {
  decodeMessages,
  encodeMessages,
  type MessageHeader,
  type MessageInput,
  type Outcome,
} from "../core/datagram.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { MessageSet } from "../core/protocol.ts";

export type { Layout } from "../core/codec/mod.ts";
export type { MessageHeader, Outcome } from "../core/datagram.ts";

/** The message types. */
export const IPQM = { IPQM_MODE: 17, IPQM_VERDICT: 18, IPQM_PACKET: 19 } as const;

/** The part of each packet to copy to the process: none, the metadata, or metadata and bytes. */
export type CopyMode = "none" | "meta" | "packet" | number;

/** The fate of a packet. */
export type Verdict = "drop" | "accept" | "stolen" | "queue" | "repeat" | "stop" | number;

/** The netfilter hook that a packet has reached. */
export type Hook = "pre_routing" | "local_in" | "forward" | "local_out" | "post_routing" | number;

/** ipq_mode_msg, to the kernel: sets how much of each packet the process gets. */
export interface Mode {
  /** The copy mode. Until one is set it is `none`, and packets are refused. */
  value?: CopyMode;
  /** The number of bytes of each packet, at most 65,535; 0 for all. Only for `packet`. */
  range?: number;
}

/** ipq_verdict_msg, to the kernel: decides on a packet. */
export interface VerdictMessage {
  /** The verdict. */
  value?: Verdict;
  /** The packet's {@linkcode Packet.packetId}. */
  id?: bigint;
  /** Bytes that replace the packet, from its IP header; the packet is unchanged when absent. */
  payload?: Uint8Array;
}

/** ipq_packet_msg, from the kernel: a packet that waits for its verdict. */
export interface Packet {
  /** The packet's identifier, 64 bits; in truth a kernel address. */
  packetId?: bigint;
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
  /** The EtherType: 0x0800, 0x86dd. */
  hwProtocol?: number;
  /** The hardware type of the interface that it arrived on: ARPHRD_*. */
  hwType?: number;
  /** The sender's link-layer address. */
  hwAddr?: string;
  /** The packet from its IP header, up to the length that the copy mode allows. */
  payload?: Uint8Array;
}

/** A message of ip_queue, or an error or acknowledgement. Others, and malformed ones, have a number as their type. */
export type FirewallMessage =
  & MessageHeader
  & (
    | { readonly type: "IPQM_MODE"; readonly value: Mode }
    | { readonly type: "IPQM_VERDICT"; readonly value: VerdictMessage }
    | { readonly type: "IPQM_PACKET"; readonly value: Packet }
    | { readonly type: "NLMSG_ERROR" | "NLMSG_DONE"; readonly value: Outcome }
    | { readonly type: number; readonly value: Uint8Array }
  );

const copyMode = enumeration(u8, { none: 0, meta: 1, packet: 2 });
const verdict = enumeration(u32, { drop: 0, accept: 1, stolen: 2, queue: 3, repeat: 4, stop: 5 });
const hook = enumeration(u32, { pre_routing: 0, local_in: 1, forward: 2, local_out: 3, post_routing: 4 });
const device: Codec<string> = unlessEmpty(chars(16));

function mode(layout: Layout): Codec<Mode> {
  const wide = layout === "lp64";
  // The kernel requires a message to have room for a verdict, even if it is another one.
  return struct<Mode>(wide ? 24 : 12, { value: [0, copyMode], range: [wide ? 8 : 4, ulong(layout)] });
}

function verdictMessage(layout: Layout): Codec<VerdictMessage> {
  const wide = layout === "lp64";
  const head = struct<Omit<VerdictMessage, "payload">>(wide ? 24 : 12, {
    value: [0, verdict],
    id: [wide ? 8 : 4, ulongHandle(layout)],
  });
  return structWithData<VerdictMessage, "payload">(head, {
    key: "payload",
    length: wide ? 16 : 8,
    lengthCodec: ulong(layout),
  });
}

function packet(layout: Layout): Codec<Packet> {
  const wide = layout === "lp64", word = wide ? 8 : 4, hookAt = 4 * word;
  const head = struct<Omit<Packet, "payload">>(wide ? 96 : 72, {
    packetId: [0, ulongHandle(layout)],
    mark: [word, ulong(layout)],
    timestampSec: [2 * word, long(layout)],
    timestampUsec: [3 * word, long(layout)],
    hook: [hookAt, hook],
    indevName: [hookAt + 4, device],
    outdevName: [hookAt + 20, device],
    hwProtocol: [hookAt + 36, be16],
    hwType: [hookAt + 38, u16],
    hwAddr: [hookAt + 40, counted(8, hardwareAddress)],
  });
  return structWithData<Packet, "payload">(head, {
    key: "payload",
    length: wide ? 88 : 68,
    lengthCodec: ulong(layout),
    padded: true,
  });
}

function setOf(layout: Layout): MessageSet {
  const codecs: Readonly<Record<number, Codec<unknown, never>>> = {
    [IPQM.IPQM_MODE]: mode(layout),
    [IPQM.IPQM_VERDICT]: verdictMessage(layout),
    [IPQM.IPQM_PACKET]: packet(layout),
  };
  return { types: IPQM, codec: (type) => codecs[type] };
}

const sets: Partial<Record<Layout, MessageSet>> = {};

function messages(layout: Layout = "lp64"): MessageSet {
  return sets[layout] ??= setOf(layout);
}

for (const number of [3, 13]) {
  declareMessageSets({ number }, ({ layout }) => () => messages(layout));
}

/**
 * Decodes the messages in a datagram of NETLINK_FIREWALL or NETLINK_IP6_FW.
 *
 * @param layout the layout of the machine that it comes from
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function decode(datagram: Uint8Array, layout: Layout = "lp64"): FirewallMessage[] {
  return decodeMessages(datagram, messages(layout), "number") as FirewallMessage[];
}

/**
 * Encodes messages as one datagram.
 *
 * Those kernels read only the first message of a datagram.
 *
 * @param layout the layout of the machine that it is for
 */
export function encode(given: readonly FirewallMessage[], layout: Layout = "lp64"): Uint8Array {
  return encodeMessages(given as readonly MessageInput[], messages(layout));
}
