/**
 * NETLINK_DNRTMSG (14): DECnet routing messages, copied from the wire for a routing daemon.
 *
 * Kernels 2.4 to 6.0 had it, as module dn_rtmsg; 6.1 removed DECnet without a successor. This module opens nothing: it
 * encodes and decodes messages. They are the same for 32- and 64-bit programs.
 *
 * ```ts
 * import { decode, encode, levelOf } from "@linux/netlink/families/dnrtmsg.ts";
 * const packet = new Uint8Array([0x07, 0x01, 0x04, 0x00]);
 * const [message] = decode(encode([{ type: 0, value: { ifindex: 3, packet } }]));
 * console.log(message, levelOf(packet)); // … 1
 * ```
 *
 * Source: linux/netfilter_decnet.h and net/decnet/netfilter/dn_rtmsg.c, v6.0.
 * @module
 */
import { bytes, type Codec, expectObject, i32, MISFIT, octets } from "../core/codec/mod.ts";
import {
  decodeMessages,
  encodeMessages,
  type MessageHeader,
  type MessageInput,
  type Outcome,
} from "../core/datagram.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { MessageSet } from "../core/protocol.ts";

export type { MessageHeader, Outcome } from "../core/datagram.ts";

/** The multicast groups: routing messages of level 1 (within an area) and of level 2 (between areas). */
export const DNRNG_NLGRP = { DNRNG_NLGRP_L1: 1, DNRNG_NLGRP_L2: 2 } as const;

/** nf_dn_rtmsg: a routing message. */
export interface RoutingMessage {
  /** The number of the interface that it arrived on. */
  ifindex?: number;
  /**
   * The DECnet packet from its routing flags on, padded to a multiple of four bytes. Only the packet tells its true
   * length.
   */
  packet?: Uint8Array;
}

/** A message of DNRTMSG. The value of any other message is its bytes. */
export interface DnrtmsgMessage extends MessageHeader {
  /** The nlmsg_type: 0 in all messages of the kernel except errors. */
  readonly type: string | number;
  /** The routing message, the content of an NLMSG_ERROR, or bytes. */
  readonly value: RoutingMessage | Outcome | Uint8Array;
}

const routingMessage: Codec<RoutingMessage> = {
  name: "a DECnet routing message",
  decode(from, at, end) {
    return end - at < 4 ? MISFIT : { ifindex: from.view.getInt32(at, true), packet: from.own(at + 4, end) };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    to.path.push("ifindex");
    i32.encode(value.ifindex ?? 0, to, owner);
    to.path[to.path.length - 1] = "packet";
    to.append(octets(value.packet ?? "", to));
    to.path.pop();
    to.align();
  },
  walk(_from, at, end, owner, visit) {
    if (end - at < 4) return;
    visit({ name: "ifindex", id: -1, start: at, at, end: at + 4, codec: i32, owner });
    visit({ name: "packet", id: -1, start: at + 4, at: at + 4, end, codec: bytes, owner });
  },
};

const set: MessageSet = { types: {}, codec: (type) => type === 0 ? routingMessage : undefined };

declareMessageSets({ number: 14 }, () => () => set);

/**
 * Returns the level of a packet's routing message, which is also its multicast group; `undefined` for other packets.
 */
export function levelOf(packet: Uint8Array): 1 | 2 | undefined {
  const control = packet[0]! & 0x0f;
  return control === 0x07 ? 1 : control === 0x09 ? 2 : undefined;
}

/**
 * Decodes the messages in a datagram of NETLINK_DNRTMSG.
 *
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function decode(datagram: Uint8Array): DnrtmsgMessage[] {
  return decodeMessages(datagram, set) as DnrtmsgMessage[];
}

/** Encodes messages as one datagram. */
export function encode(given: readonly DnrtmsgMessage[]): Uint8Array {
  return encodeMessages(given as readonly MessageInput[], set);
}
