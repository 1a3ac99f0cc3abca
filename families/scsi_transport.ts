/**
 * NETLINK_SCSITRANSPORT: events of Fibre Channel, and messages to the drivers of SCSI host adapters.
 *
 * ```ts
 * import { scsiTransport } from "@linux/netlink/families/scsi_transport.ts";
 * for await (const e of scsiTransport.watch()) if (e.msgtype === "async_event") console.log(e.hostNo, e.eventCode);
 * ```
 *
 * Listening needs CAP_NET_ADMIN, sending CAP_SYS_ADMIN. It exists in the first network namespace only, and once module
 * scsi_mod is loaded; opening a socket does not load it. Fibre Channel sends events, but accepts no messages.
 *
 * Source: scsi/scsi_netlink.h, scsi/scsi_netlink_fc.h, v7.2, which are no UAPI headers.
 * @module
 */
import { expectArray, expectBytes, expectFields } from "../core/arguments.ts";
import { Client, type OpenOptions, sharedClient } from "../core/client.ts";
import {
  bytes,
  type Codec,
  enumeration,
  octets,
  type Reader,
  type Shape,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../core/codec/mod.ts";
import { count64, MISFIT, u64, type Visit, type Writer } from "../core/codec/mod.ts";
import { decodeMessages, encodeMessages, type MessageHeader } from "../core/datagram.ts";
import { declareMessages, messageSets } from "../core/messages.ts";
import type { MessageSet, Protocol } from "../core/protocol.ts";
import { DecodeError, type KernelError } from "../core/errors.ts";
import { openTransport, stream, type Streaming, type StreamOptions } from "../core/stream.ts";
import type { Received } from "../core/transport.ts";

export type * from "../core/client.ts";
export type * from "../core/codec/mod.ts";
export type { MessageHeader } from "../core/datagram.ts";
export type * from "../core/errors.ts";
export type { CallNames } from "../core/exchange.ts";
export type * from "../core/show.ts";
export type * from "../core/stream.ts";
export type * from "../core/transport.ts";

/** The only message type. */
export const SCSI_TRANSPORT = { SCSI_TRANSPORT_MSG: 17 } as const;

/** The protocol. */
export const NETLINK_SCSITRANSPORT: Protocol = {
  number: 18,
  name: "NETLINK_SCSITRANSPORT",
  types: SCSI_TRANSPORT,
  hint: "in Linux since 2.6.19, in module scsi_mod, which only modprobe scsi_mod or a driver loads, if the kernel is " +
    "configured with CONFIG_SCSI_NETLINK",
};

/** The multicast groups. The header has a bit (1 << 2), but the kernel uses it as a group's number. */
export const SCSI_NL_GRP = { SCSI_NL_GRP_FC_EVENTS: 4 } as const;

/** A kind of event: FCH_EVT_*. */
export type FcEventCode =
  | "lip"
  | "linkup"
  | "linkdown"
  | "lipreset"
  | "rscn"
  | "adapter_change"
  | "port_unknown"
  | "port_offline"
  | "port_online"
  | "port_fabric"
  | "link_unknown"
  | "link_fpin"
  | "link_fpin_ack"
  | "vendor_unique"
  | number;

/** An event of Fibre Channel: struct fc_nl_event. */
export interface FcEvent {
  /** The kind of message. */
  msgtype: "async_event";
  /** The transport that sends it. */
  transport?: "fc";
  /** The time of the event, in seconds since the epoch. */
  seconds?: number;
  /** The vendor if `eventCode` is `vendor_unique`, else 0; see {@linkcode VendorMessage.vendorId}. */
  vendorId?: bigint;
  /** The number N of the host adapter: `/sys/class/fc_host/host`N. */
  hostNo?: number;
  /** The number of the event since the machine started. */
  eventNum?: number;
  /** The kind of event. */
  eventCode?: FcEventCode;
  /** Details: a u32 in host byte order for most events, a whole ELS frame for `link_fpin`. */
  eventData?: Uint8Array;
}

/** A message to a host adapter's driver, or from it: struct scsi_nl_host_vendor_msg. */
export interface VendorMessage {
  /** The kind of message. */
  msgtype: "shost_vendor";
  /** The transport that sends it. */
  transport?: "scsi";
  /** The vendor of the driver: bits 56..63 give the kind of number (1: a PCI vendor), the bits below the number. */
  vendorId?: bigint;
  /** The number of the host adapter. */
  hostNo?: number;
  /** Bytes in the driver's own format. */
  data?: Uint8Array;
}

/** A message of another kind. */
export interface OtherMessage {
  /** Its number, whose meaning depends on `transport`. */
  msgtype: number;
  /** The transport that sends it. */
  transport: "scsi" | "fc" | number;
  /** The bytes after its header. */
  bytes: Uint8Array;
}

/** The content of a message after nlmsghdr. */
export type ScsiMessage = FcEvent | VendorMessage | OtherMessage;

/** The input form of a {@linkcode ScsiMessage}: numbers may stand for bigints, hexadecimal text for bytes. */
export type ScsiMessageInput =
  | Omit<FcEvent, "vendorId" | "eventData"> & { vendorId?: bigint | number; eventData?: Uint8Array | string }
  | Omit<VendorMessage, "vendorId" | "data"> & { vendorId?: bigint | number; data?: Uint8Array | string }
  | Omit<OtherMessage, "bytes"> & { bytes: Uint8Array | string };

/** The values of scsi_nl_hdr.version and .magic. */
const VERSION = 1, MAGIC = 0xa1b2;
const HEADER = 8, TRANSPORT_SCSI = 0, TRANSPORT_FC = 1, SHOST_VENDOR = 1, ASYNC_EVENT = 0x100;

interface Header {
  version: number;
  transport: "scsi" | "fc" | number;
  magic: number;
  msgtype: number;
  msglen?: number;
}

const Header: Struct<Header> = struct(HEADER, (): Shape<Header> => ({
  version: [0, u8],
  transport: [1, enumeration(u8, { scsi: TRANSPORT_SCSI, fc: TRANSPORT_FC })],
  magic: [2, u16],
  msgtype: [4, u16],
  msglen: [6, u16],
}));

/** A known kind of message: its fields after the header, and the bytes at its end. */
interface Kind {
  readonly msgtype: string;
  readonly transport: "scsi" | "fc";
  readonly number: number;
  /** The fields, at offsets from the header's start. */
  readonly fields: Struct<object>;
  /** The field that holds the bytes, the offset of the bytes, and the offset of their length. */
  readonly data: { readonly key: string; readonly at: number; readonly length: number };
  /** The least number of bytes. */
  readonly least: number;
}

const eventCode: Codec<FcEventCode> = enumeration(u32, {
  lip: 1,
  linkup: 2,
  linkdown: 3,
  lipreset: 4,
  rscn: 5,
  adapter_change: 0x103,
  port_unknown: 0x200,
  port_offline: 0x201,
  port_online: 0x202,
  port_fabric: 0x204,
  link_unknown: 0x500,
  link_fpin: 0x501,
  link_fpin_ack: 0x502,
  vendor_unique: 0xffff,
});

type FcFields = Required<Omit<FcEvent, "msgtype" | "transport" | "eventData">>;

const KINDS: readonly Kind[] = [
  {
    msgtype: "async_event",
    transport: "fc",
    number: ASYNC_EVENT,
    fields: struct<FcFields>(36, {
      seconds: [8, count64 as Codec<number>],
      vendorId: [16, u64 as Codec<bigint>],
      hostNo: [24, u16],
      eventNum: [28, u32],
      eventCode: [32, eventCode],
    }) as unknown as Struct<object>,
    data: { key: "eventData", at: 36, length: 26 },
    least: 40,
  },
  {
    msgtype: "shost_vendor",
    transport: "scsi",
    number: SHOST_VENDOR,
    fields: struct<Required<Pick<VendorMessage, "vendorId" | "hostNo">>>(24, {
      vendorId: [8, u64 as Codec<bigint>],
      hostNo: [16, u16],
    }) as unknown as Struct<object>,
    data: { key: "data", at: 24, length: 18 },
    least: 24,
  },
];

/** Returns the kind of the message at `at`, if all of it is there. */
function kindOf(from: Reader, at: number, end: number): Kind | undefined {
  const { transport, msgtype } = Header.decode(from, at, end, {});
  const kind = KINDS.find((one) => one.transport === transport && one.number === msgtype);
  if (kind === undefined || end - at < kind.data.at) return undefined;
  return from.view.getUint16(at + kind.data.length, true) <= end - at - kind.data.at ? kind : undefined;
}

/** Returns true if a message of version 1 begins at `at`. */
function isMessage(from: Reader, at: number, end: number): boolean {
  return end - at >= HEADER && from.bytes[at] === VERSION && from.view.getUint16(at + 2, true) === MAGIC;
}

/** Wire form of {@linkcode ScsiMessage}: struct scsi_nl_hdr and the rest, padded to a multiple of eight bytes. */
export const ScsiMessage: Codec<ScsiMessage, ScsiMessageInput> = {
  name: "a message of a SCSI transport",
  decode(from, at, end): ScsiMessage {
    if (!isMessage(from, at, end)) return MISFIT;
    const kind = kindOf(from, at, end);
    if (kind === undefined) {
      const { transport, msgtype } = Header.decode(from, at, end, {});
      return { msgtype, transport, bytes: from.own(at + HEADER, end) };
    }
    const { msgtype, transport, fields, data } = kind, count = from.view.getUint16(at + data.length, true);
    return {
      msgtype,
      transport,
      ...fields.decode(from, at, at + fields.size!, {}),
      ...(count === 0 ? {} : { [data.key]: from.own(at + data.at, at + data.at + count) }),
    } as unknown as ScsiMessage;
  },
  encode(value, to): void {
    const start = to.length, { msgtype, transport, ...rest } = value as Readonly<Record<string, unknown>>;
    const kind = KINDS.find((one) => one.msgtype === msgtype);
    if (kind === undefined) encodeOther(value as OtherMessage, to);
    else {
      if (transport !== undefined && transport !== kind.transport) {
        to.fail(TypeError, `transport of ${msgtype} is "${kind.transport}", not ${JSON.stringify(transport)}`);
      }
      const { key, at, length } = kind.data, { [key]: data = "", ...fields } = rest;
      kind.fields.encode(fields, to, value);
      to.length = start;
      Header.encode({ version: VERSION, transport: kind.transport, magic: MAGIC, msgtype: kind.number }, to, value);
      to.length = start + at;
      to.path.push(key);
      const given = octets(data as Uint8Array, to);
      if (at + given.length > 0xfff8) to.fail(RangeError, `expected at most ${0xfff8 - at} bytes, got ${given.length}`);
      to.append(given);
      to.view.setUint16(start + length, given.length, true);
      to.path.pop();
      to.grow(Math.max(0, kind.least - (to.length - start)));
    }
    to.grow(-(to.length - start) & 7);
    to.view.setUint16(start + 6, to.length - start, true);
  },
  walk(from, at, end, owner, visit: Visit): void {
    if (!isMessage(from, at, end)) return;
    const kind = kindOf(from, at, end), more = at + (kind?.data.at ?? HEADER);
    Header.walk!(from, at, at + HEADER, owner, visit);
    if (kind !== undefined) kind.fields.walk!(from, at, more, owner, visit);
    const stop = kind === undefined ? end : more + from.view.getUint16(at + kind.data.length, true);
    if (stop > more) {
      visit({ name: kind?.data.key ?? "bytes", id: -1, start: more, at: more, end: stop, codec: bytes, owner });
    }
  },
};

function encodeOther({ msgtype, transport, bytes: given }: OtherMessage, to: Writer): void {
  if (typeof msgtype !== "number") {
    const known = KINDS.map((one) => JSON.stringify(one.msgtype)).join(", ");
    to.fail(TypeError, `msgtype: expected ${known} or the number, got ${JSON.stringify(msgtype)}`);
  }
  Header.encode({ version: VERSION, transport, magic: MAGIC, msgtype }, to, {});
  to.path.push("bytes");
  to.append(octets(given, to));
  to.path.pop();
}

/** A whole message. If it has another type, or an unknown header, its value is bytes. */
export interface TransportMessage extends MessageHeader {
  /** The nlmsg_type. */
  readonly type: "SCSI_TRANSPORT_MSG" | string | number;
  /** The content. */
  readonly value: ScsiMessage | Uint8Array;
}

declareMessages(NETLINK_SCSITRANSPORT, { types: [SCSI_TRANSPORT.SCSI_TRANSPORT_MSG], codec: ScsiMessage });

const MESSAGES: MessageSet = messageSets(NETLINK_SCSITRANSPORT)();

/**
 * Decodes the messages in a datagram.
 *
 * @throws {DecodeError} a message is longer than the rest of the datagram
 */
export function decode(datagram: Uint8Array): TransportMessage[] {
  expectBytes(datagram, "decode messages of SCSI transports");
  return decodeMessages(datagram, MESSAGES) as TransportMessage[];
}

/** A message to encode. */
export interface TransportMessageInput extends MessageHeader {
  /** The nlmsg_type; SCSI_TRANSPORT_MSG when absent. */
  readonly type?: string | number;
  /** The content. */
  readonly value: ScsiMessageInput | Uint8Array;
}

/** Encodes messages as one datagram. */
export function encode(given: readonly TransportMessageInput[]): Uint8Array {
  expectArray(given, ENCODE, "messages as an array");
  for (const one of given) expectFields(one, ENCODE, "messages as objects");
  return encodeMessages(given.map((one) => ({ type: "SCSI_TRANSPORT_MSG", ...one })), MESSAGES);
}

const ENCODE = "encode messages of SCSI transports";

/** A message of a type that the protocol does not have, or with an unknown header. */
export interface ForeignMessage {
  /** Always absent. */
  readonly msgtype?: undefined;
  /** The nlmsg_type. */
  readonly type: number;
  /** The bytes after nlmsghdr. */
  readonly bytes: Uint8Array;
}

/** Operations on SCSI transports. */
export interface ScsiTransport {
  /**
   * Yields each event when it happens.
   *
   * @throws {SystemError} EPROTONOSUPPORT: scsi_mod is not loaded; EPERM: needs CAP_NET_ADMIN
   */
  watch(options?: StreamOptions): Streaming<ScsiMessage | ForeignMessage>;
  /**
   * Sends a message to the driver of a host adapter, and waits until the driver has accepted it.
   *
   * @throws {KernelError} ESRCH: no driver of that vendor; ENODEV: no such host; EINVAL: the host has another driver
   */
  send(message: ScsiMessageInput, options?: OpenOptions): void;
}

/** Operations on SCSI transports: events of Fibre Channel, messages to drivers. */
export const scsiTransport: ScsiTransport = {
  watch(options: StreamOptions = {}): Streaming<ScsiMessage | ForeignMessage> {
    const join = SCSI_NL_GRP.SCSI_NL_GRP_FC_EVENTS;
    return stream(openTransport(NETLINK_SCSITRANSPORT, options, (transport) => transport.join(join)), take, options);
  },
  send(message: ScsiMessageInput, options?: OpenOptions): void {
    if (options === undefined) return sendTo(sharedClient(NETLINK_SCSITRANSPORT), message);
    using client = new Client(NETLINK_SCSITRANSPORT, options);
    sendTo(client, message);
  },
};

const HINTS: Readonly<Record<string, string>> = {
  EPERM: "needs the capability CAP_SYS_ADMIN: run as root",
  ESRCH: "no driver has said that it takes messages of that vendorId",
  ENOENT: "that transport takes no messages, it only sends",
  ENODEV: "there is no host adapter of that hostNo",
  EINVAL: "the host adapter is another driver's",
  EBADR: "the kernel knows no such msgtype",
};

function sendTo(client: Client, message: ScsiMessageInput): void {
  expectFields(message, "send to a SCSI transport", "a message as an object");
  client.request({
    type: SCSI_TRANSPORT.SCSI_TRANSPORT_MSG,
    flags: 0,
    codec: ScsiMessage as Codec<unknown, never>,
    value: message,
    what: `send message ${message.msgtype} to a SCSI transport`,
    hint: (code: KernelError["code"]) => HINTS[code],
  });
}

/** Returns the messages in a datagram of the kernel. Other senders, and datagrams with broken framing, are ignored. */
function take({ bytes, length, port }: Received): (ScsiMessage | ForeignMessage)[] {
  if (port !== 0) return [];
  try {
    return decodeMessages(bytes.slice(0, length), RAW_TYPES).map(({ type, value }) =>
      value instanceof Uint8Array ? { type: Number(type), bytes: value } : value as ScsiMessage
    );
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

/** The protocol's messages, with types as numbers. */
const RAW_TYPES: MessageSet = { ...MESSAGES, types: {}, control: false };
