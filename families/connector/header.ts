/**
 * The connector's own header: the subsystem that sends, and the type of its message.
 *
 *     cn_msg  0       4       8       12      16      18      20          20 + len
 *             +-------+-------+-------+-------+-------+-------+-----------+
 *             | idx   | val   | seq   | ack   | len   | flags | data      |
 *             +-------+-------+-------+-------+-------+-------+-----------+
 *
 * Source: linux/connector.h, v7.2.
 * @module
 */
import type { Protocol } from "../../core/protocol.ts";
import {
  bytes,
  type Codec,
  octets,
  type Reader,
  type Shape,
  struct,
  u16,
  u32,
  type Visit,
  Writer,
} from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import type { Transport } from "../../core/transport.ts";

/** The protocol. Every message has type 3, NLMSG_DONE, which is data here. */
export const NETLINK_CONNECTOR: Protocol = {
  number: 11,
  name: "NETLINK_CONNECTOR",
  types: { NLMSG_DONE: 3 },
  hint: "in Linux since 2.6.14, in module cn, if the kernel is configured with CONFIG_CONNECTOR; process events take " +
    "CONFIG_PROC_EVENTS",
};

/** The known subsystems of the connector by `idx`, which is also the number of their multicast group. */
export const CN_IDX = {
  CN_IDX_PROC: 1,
  CN_IDX_CIFS: 2,
  CN_W1_IDX: 3,
  CN_IDX_V86D: 4,
  CN_IDX_BB: 5,
  CN_DST_IDX: 6,
  CN_IDX_DM: 7,
  CN_IDX_DRBD: 8,
  CN_KVP_IDX: 9,
  CN_VSS_IDX: 10,
} as const;

/** A message: struct cn_msg. */
export interface ConnectorMessage {
  /** The subsystem that sends or receives: {@linkcode CN_IDX}. */
  idx: number;
  /** The subsystem's second number, u32; 1 in all subsystems that the kernel has. */
  val: number;
  /** The message's sequence number, u32; 0 when absent. */
  seq?: number;
  /** The number of the message that it answers, u32, by a rule of each subsystem's own; 0 when absent. */
  ack?: number;
  /** The subsystem's own flags (W1_CN_BUNDLE 1), u16; 0 when absent. */
  flags?: number;
  /** The payload. */
  data: Uint8Array;
}

/** The length of cn_msg in bytes. */
export const CN_MSG_HDRLEN = 20;

interface Header extends Omit<ConnectorMessage, "data"> {
  len: number;
}

const Header: Codec<Header> = struct(CN_MSG_HDRLEN, (): Shape<Header> => ({
  idx: [0, u32],
  val: [4, u32],
  seq: [8, u32],
  ack: [12, u32],
  len: [16, u16],
  flags: [18, u16],
}));

/**
 * Wire form of {@linkcode ConnectorMessage}. The data ends after the length in the header, or at the end of the bytes.
 */
export const ConnectorMessage: Codec<ConnectorMessage> = {
  name: "a connector message",
  decode(from: Reader, at: number, end: number): ConnectorMessage {
    if (end - at < CN_MSG_HDRLEN) throw new DecodeError(`a connector message has ${end - at} bytes`, at);
    const { len, ...header } = Header.decode(from, at, end, {}), start = at + CN_MSG_HDRLEN;
    return { ...header, data: from.own(start, Math.min(end, start + len)) };
  },
  encode({ data, ...header }: ConnectorMessage, to: Writer, owner: object): void {
    to.path.push("data");
    const given = octets(data, to);
    if (given.length > 0xffff) to.fail(RangeError, `expected at most 65535 bytes, got ${given.length}`);
    to.path.pop();
    Header.encode({ ...header, len: given.length }, to, owner);
    to.append(given);
  },
  walk(from: Reader, at: number, end: number, owner: object, visit: Visit): void {
    Header.walk!(from, at, end, owner, visit);
    const start = Math.min(end, at + CN_MSG_HDRLEN);
    visit({ name: "data", id: -1, start, at: start, end, codec: bytes, owner });
  },
};

/**
 * Decodes all messages in the payload of a datagram: 1-wire packs several into one. Bytes that are too few for a
 * message become the data of a message with `idx` 0, which names no subsystem.
 */
export function* connectorMessages(
  from: Reader,
  at: number,
  end: number,
): Generator<ConnectorMessage, void, undefined> {
  while (end - at >= CN_MSG_HDRLEN) {
    const message = ConnectorMessage.decode(from, at, end, {});
    yield message;
    at += CN_MSG_HDRLEN + message.data.length;
  }
  // Fewer than four bytes are padding.
  if (end - at >= 4) yield { idx: 0, val: 0, seq: 0, ack: 0, flags: 0, data: from.own(at, end) };
}

/** Sends a message to the kernel. */
export function sendMessage(transport: Transport, message: ConnectorMessage): void {
  const writer = new Writer(), start = writer.grow(NLMSG_HDRLEN);
  writer.what = `send to connector ${message.idx}/${message.val}`;
  ConnectorMessage.encode(message, writer, {});
  writer.view.setUint32(start, writer.length, true);
  writer.view.setUint16(start + 4, NETLINK_CONNECTOR.types["NLMSG_DONE"]!, true);
  writer.view.setUint32(start + 8, message.seq ?? 0, true);
  transport.send(writer.bytes, writer.length);
}
