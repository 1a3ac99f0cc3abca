/**
 * Packet logs: a script reads the packets that a rule has logged (`log group` in nft, NFLOG in iptables).
 *
 * ```ts ignore
 * import { log } from "@linux/netlink/families/netfilter/log.ts";
 * for await (const packet of log(0)) console.log(packet.prefix, packet.indev, packet.payload);
 * ```
 *
 * Needs CAP_NET_ADMIN. Logging does not delay packets: if the script is too slow, some are lost, which an item with
 * `event: "overrun"` tells. The numbers of option `sequence` tell how many.
 *
 * Source: linux/netfilter/nfnetlink_log.h, v7.2
 *
 * @module
 */
import { expectFields, type OptionKinds } from "../../core/arguments.ts";
import { capabilityHint } from "../../core/capabilities.ts";
import {
  type Attributes,
  attributes,
  be16,
  be32,
  beIfindex,
  bytes,
  type Codec,
  enumeration,
  head,
  type Ifindex,
  mask,
  Reader,
  type Shape,
  struct,
  text,
  u8,
  Writer,
} from "../../core/codec/mod.ts";
import { ERRNO, KernelError } from "../../core/errors.ts";
import { eachMessage, NLM_F, NLMSG, NLMSG_HDRLEN, readError } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import { openTransport, stream, type Streaming, type StreamOptions } from "../../core/stream.ts";
import type { Received, Transport } from "../../core/transport.ts";
import { Answers, DEFAULT_TIMEOUT } from "../../core/wait.ts";
import { PacketFlow } from "./flow.ts";
import { type CtInfo, ctInfo, type NfHook, nfHook, packetHardware, packetTime, PacketVlan } from "./packet_fields.ts";
import {
  expectNumbers,
  expectWithin,
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  nfFamily,
  NFGENMSG,
} from "./protocol.ts";

/** The header of a logged packet. */
export interface LogPacketHdr {
  /** Number of the link layer's protocol: 0x0800 is IPv4, 0x86dd IPv6. */
  hwProtocol?: number;
  /** The place where it was logged. */
  hook?: NfHook | number;
}

/** Wire form of {@linkcode LogPacketHdr}: struct nfulnl_msg_packet_hdr. */
export const LogPacketHdr: Codec<LogPacketHdr> = struct<LogPacketHdr>(4, { hwProtocol: [0, be16], hook: [2, nfHook] });

/** A logged packet. */
export interface LogPacket {
  /** The family of the hook: `ip`, `ip6`, `bridge`. */
  family: NfFamily;
  /** Number of the group. */
  group: number;
  /** Protocol and hook. */
  packetHdr?: LogPacketHdr;
  /** The mark, if it is not 0. */
  mark?: number;
  /** Arrival in ns since 1970; absent for packets of this machine. */
  timestamp?: bigint;
  /** Number of the interface that it arrived at. */
  indev?: Ifindex;
  /** Number of the interface that it leaves through. */
  outdev?: Ifindex;
  /** Number of the bridge's port that it arrived at. */
  physindev?: Ifindex;
  /** Number of the bridge's port that it leaves through. */
  physoutdev?: Ifindex;
  /** The sender's link-layer address. */
  hwaddr?: string;
  /** The packet from its IP header on, or its beginning. */
  payload?: Uint8Array;
  /** The text of the rule. */
  prefix?: string;
  /** Number of the user whose socket sent it. */
  uid?: number;
  /** Number of the packet in this group, with option `sequence`: a gap means lost packets. */
  seq?: number;
  /** Number of the packet in all groups, with option `sequenceGlobal`. */
  seqGlobal?: number;
  /** Number of that user's group. */
  gid?: number;
  /** Number of the link layer's type: ARPHRD_*. */
  hwtype?: number;
  /** Link-layer header. */
  hwheader?: Uint8Array;
  /** Length of the link-layer header. */
  hwlen?: number;
  /** Its flow, with option `conntrack`. */
  ct?: PacketFlow;
  /** Its relation to the flow. */
  ctInfo?: CtInfo | number;
  /** VLAN tag, of packets of a bridge. */
  vlan?: PacketVlan;
  /** Link-layer header, of packets of a bridge. */
  l2hdr?: Uint8Array;
}

/** Wire form of {@linkcode LogPacket}: nfgenmsg and NFULA_*. */
export const LogPacket: Attributes<LogPacket> = attributes((): Shape<LogPacket> => ({
  family: head(0, nfFamily),
  group: head(2, be16),
  packetHdr: [1, LogPacketHdr],
  mark: [2, be32],
  timestamp: [3, packetTime],
  indev: [4, beIfindex],
  outdev: [5, beIfindex],
  physindev: [6, beIfindex],
  physoutdev: [7, beIfindex],
  hwaddr: [8, packetHardware],
  payload: [9, bytes],
  prefix: [10, text],
  uid: [11, be32],
  seq: [12, be32],
  seqGlobal: [13, be32],
  gid: [14, be32],
  hwtype: [15, be16],
  hwheader: [16, bytes],
  hwlen: [17, be16],
  ct: [18, PacketFlow],
  ctInfo: [19, ctInfo],
  vlan: [20, PacketVlan],
  l2hdr: [21, bytes],
}), { header: NFGENMSG });

/** Numbers of commands. */
export const NFULNL_CFG_CMD = { bind: 1, unbind: 2, pf_bind: 3, pf_unbind: 4 } as const;

/** Numbers of copy modes. */
export const NFULNL_COPY = { none: 0, meta: 1, packet: 2 } as const;

/** Numbers of a group's flags. */
export const NFULNL_CFG_F = { seq: 1, seq_global: 2, conntrack: 4 } as const;

/** Part of a packet that is copied. */
export interface LogMode {
  /** Bytes of the payload; 0 for all. */
  copyRange?: number;
  /** The mode. */
  copyMode?: keyof typeof NFULNL_COPY | number;
}

/** Wire form of {@linkcode LogMode}: struct nfulnl_msg_config_mode. */
export const LogMode: Codec<LogMode> = struct<LogMode>(6, {
  copyRange: [0, be32],
  copyMode: [4, enumeration(u8, NFULNL_COPY)],
});

/** A request to bind or configure a group. */
export interface LogConfig {
  /** Number of the group. */
  group: number;
  /** The command. */
  cmd?: keyof typeof NFULNL_CFG_CMD | number;
  /** Part of each packet that is copied. */
  mode?: LogMode;
  /** Size of the kernel's buffer for the packets of a datagram, in bytes. */
  nlbufsiz?: number;
  /** Longest time that a packet waits for others, in 10 ms. */
  timeout?: number;
  /** Most packets in a datagram. */
  qthresh?: number;
  /** Flags. */
  flags?: readonly (keyof typeof NFULNL_CFG_F | number)[];
}

/** Wire form of {@linkcode LogConfig}: nfgenmsg and NFULA_CFG_*. */
export const LogConfig: Attributes<LogConfig> = attributes((): Shape<LogConfig> => ({
  group: head(2, be16),
  cmd: [1, enumeration(u8, NFULNL_CFG_CMD)],
  mode: [2, LogMode],
  nlbufsiz: [3, be32],
  timeout: [4, be32],
  qthresh: [5, be32],
  flags: [6, mask(be16, NFULNL_CFG_F)],
}), { header: NFGENMSG });

const { NFULNL_MSG_PACKET: PACKET, NFULNL_MSG_CONFIG: CONFIG } = NETFILTER_MSG;

declareMessages(
  NETLINK_NETFILTER,
  { types: [PACKET], codec: LogPacket as Codec<unknown, never> },
  { types: [CONFIG], codec: LogConfig as Codec<unknown, never> },
);

/** Options of reading groups. */
export interface LogOptions extends StreamOptions {
  /** Most bytes of each packet that are copied, 1..65535; or `meta` for none. The whole packet when absent. */
  copy?: number | "meta";
  /** Most packets that the kernel collects before it sends them; 1 when absent, so that none waits. */
  threshold?: number;
  /** Longest time in ms that a packet waits for others, in steps of 10; 1000 when absent. */
  timeout?: number;
  /** Size of the kernel's buffer for collected packets, in bytes; at most 131072. */
  bufferSize?: number;
  /** True if packets are numbered (`seq`). */
  sequence?: boolean;
  /** True if packets of all groups are numbered together (`seqGlobal`). */
  sequenceGlobal?: boolean;
  /** True if packets have their flow (`ct`). */
  conntrack?: boolean;
}

/** The forms of a log's own options. */
const OPTIONS: OptionKinds = {
  copy: "any",
  threshold: "number",
  timeout: "number",
  bufferSize: "number",
  sequence: "boolean",
  sequenceGlobal: "boolean",
  conntrack: "boolean",
};

/** Options that are flags of a group, by the flags' names. */
const FLAGS = { sequence: "seq", sequenceGlobal: "seq_global", conntrack: "conntrack" } as const;

/**
 * Reads the packets that rules log to one group or several.
 *
 * Leaving the loop ends the reading. Lost packets are told as `{ event: "overrun" }`.
 *
 * @throws {KernelError} EBUSY: another socket reads this group; EPERM: needs CAP_NET_ADMIN
 */
export function log(groups: number | readonly number[], options: LogOptions = {}): Streaming<LogPacket> {
  const numbers = Array.isArray(groups) ? groups as readonly number[] : [groups as number];
  const what = `read log group ${numbers.join(", ")}`;
  expectFields(options, what, "options as an object");
  expectNumbers(numbers, "log group");
  const { copy = "meta" } = options;
  if (copy !== "meta") expectWithin(copy, 1, 0xffff, `${what}: copy`);
  for (const name of ["threshold", "timeout", "bufferSize"] as const) {
    expectWithin(options[name] ?? 0, 0, 0xffffffff, `${what}: ${name}`);
  }
  const early: LogPacket[] = [];
  const transport = openTransport(NETLINK_NETFILTER, options, (one) => bind(one, numbers, options, early), OPTIONS);
  const packets = stream<LogPacket>(transport, (received) => {
    const taken: LogPacket[] = [];
    take(received, taken, () => {});
    return taken;
  }, { signal: options.signal });
  if (early.length === 0) return packets;
  const next = packets.next.bind(packets);
  const first = early as Awaited<ReturnType<typeof next>>["value"][];
  return Object.assign(packets, {
    next: () => first.length === 0 ? next() : Promise.resolve({ value: first.shift(), done: false }),
  } as Pick<typeof packets, "next">);
}

/** Binds the groups; packets that arrive meanwhile are added to `early`. */
function bind(transport: Transport, groups: readonly number[], options: LogOptions, early: LogPacket[]): void {
  const { copy = 0xffff, threshold = 1, timeout, bufferSize } = options, writer = new Writer();
  const flags = (Object.keys(FLAGS) as (keyof typeof FLAGS)[]).filter((name) => options[name] === true);
  const requests = new Map<number, string>();
  writer.what = `read log group ${groups.join(", ")}`;
  const add = (config: LogConfig, what: string): void => {
    const seq = requests.size + 1;
    writer.align();
    const start = writer.grow(NLMSG_HDRLEN);
    LogConfig.encode(config, writer, {});
    writer.view.setUint32(start, writer.length - start, true);
    writer.view.setUint16(start + 4, CONFIG, true);
    writer.view.setUint16(start + 6, NLM_F.NLM_F_REQUEST | NLM_F.NLM_F_ACK, true);
    writer.view.setUint32(start + 8, seq, true);
    requests.set(seq, what);
  };
  for (const group of groups) {
    add({
      group,
      cmd: "bind",
      mode: copy === "meta" ? { copyMode: "meta", copyRange: 0 } : { copyMode: "packet", copyRange: copy },
      ...(bufferSize === undefined ? {} : { nlbufsiz: bufferSize }),
      ...(timeout === undefined ? {} : { timeout: Math.ceil(timeout / 10) }),
      qthresh: threshold,
    }, `read log group ${group}`);
    for (const name of flags) {
      const all = flags.slice(0, flags.indexOf(name) + 1).map((one) => FLAGS[one]);
      add({ group, flags: all }, `set ${name} of log group ${group}`);
    }
  }
  transport.send(writer.bytes, writer.length);
  const answers = new Answers(DEFAULT_TIMEOUT);
  let failure: KernelError | undefined;
  while (requests.size > 0) {
    take(answers.next(transport, writer.what), early, (seq, errno) => {
      const request = requests.get(seq);
      requests.delete(seq);
      if (errno !== 0 && request !== undefined) failure ??= new KernelError(request, errno, { hint: hintOf(errno) });
    });
  }
  if (failure !== undefined) throw failure;
}

function hintOf(errno: number): string | undefined {
  if (errno === ERRNO.EPERM) {
    return capabilityHint(false, true) ?? "another socket reads this group: see /proc/net/netfilter/nfnetlink_log";
  }
  if (errno === ERRNO.EBUSY) return "another socket reads this group: see /proc/net/netfilter/nfnetlink_log";
  if (errno === ERRNO.EOPNOTSUPP) {
    return "the kernel lacks CONFIG_NETFILTER_NETLINK_GLUE_CT, or module nf_conntrack_netlink is not loaded";
  }
  return undefined;
}

/** Adds the packets in a datagram; `answer` receives the sequence number and errno of each answer. */
function take(
  { bytes, view, length, port }: Received,
  packets: LogPacket[],
  answer: (seq: number, errno: number) => void,
): void {
  if (port !== 0) return;
  const from = new Reader(bytes, length, view);
  // A datagram with several packets ends in DONE, which ends nothing else.
  eachMessage(from, (at, end) => {
    const type = view.getUint16(at + 4, true);
    if (type === NLMSG.NLMSG_ERROR) answer(view.getUint32(at + 8, true), readError(from, at, end).errno);
    else if (type === PACKET) packets.push(LogPacket.decode(from, at + NLMSG_HDRLEN, end, {}));
  });
}

export { headersOf, mend, type PacketHeaders, withData } from "./packet.ts";
export * from "./packet_fields.ts";
export type * from "./flow.ts";
export type { IpProtocol, Tuple } from "./tuple.ts";
export type { NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/stream.ts";
