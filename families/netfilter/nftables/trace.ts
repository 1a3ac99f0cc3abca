/**
 * The way of packets through nf_tables, rule by rule, of packets for which a rule has set `meta nftrace`.
 *
 * ```ts ignore
 * import { trace } from "@linux/netlink/families/netfilter/nftables/trace.ts";
 * for await (const step of trace()) console.log(step.table, step.chain, step.rule, step.verdict);
 * ```
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  be64,
  beIfindex,
  bytes,
  type Codec,
  enumeration,
  head,
  type Ifindex,
  interfaceNameOf,
  ipv4Text,
  ipv6Text,
  Reader,
  type Shape,
  text,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { eachMessage, NLMSG_HDRLEN } from "../../../core/message.ts";
import { declareMessages } from "../../../core/messages.ts";
import { decodeWhole, openTransport, stream, type Streaming, type StreamOptions } from "../../../core/stream.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG, NFNLGRP } from "../protocol.ts";
import { NftVerdict } from "./expressions.ts";

/** The headers of a packet. */
export interface NftTracePacket {
  /** The source address. */
  readonly src: string;
  /** The destination address. */
  readonly dst: string;
  /** The number of the protocol: 6 is TCP, 17 UDP. */
  readonly protocol: number;
  /** The source port, of TCP, UDP, SCTP and DCCP. */
  readonly sport?: number;
  /** The destination port. */
  readonly dport?: number;
}

/** A step of a packet. */
export interface NftTrace {
  /** The family of the table. */
  family?: NfFamily;
  /** The number of the packet: all of its steps have it. */
  id?: number;
  /** The kind of step: a `rule` that matched, `return` from a chain, or the `policy` of a base chain. */
  type?: "policy" | "return" | "rule" | number;
  /** The name of the table. */
  table?: string;
  /** The name of the chain. */
  chain?: string;
  /** The handle of the rule; absent at the end of a chain. */
  rule?: bigint;
  /** The verdict. */
  verdict?: NftVerdict;
  /** The policy of the chain. */
  policy?: "drop" | "accept" | number;
  /** The family of the packet, in a table of several: 2 is IPv4, 10 IPv6. */
  nfproto?: number;
  /** Number of the interface that the packet came in by. */
  iif?: Ifindex;
  /** Name of that interface. */
  iifDev?: string;
  /** The type of that interface. */
  iiftype?: number;
  /** Number of the interface that the packet goes out by. */
  oif?: Ifindex;
  /** Name of that interface. */
  oifDev?: string;
  /** The type of that interface. */
  oiftype?: number;
  /** The mark of the packet. */
  mark?: number;
  /** The beginning of the header of the link layer, in the first step. */
  llHeader?: Uint8Array;
  /** The beginning of the header of the network layer, in the first step. */
  networkHeader?: Uint8Array;
  /** The beginning of the header of the transport layer, in the first step. */
  transportHeader?: Uint8Array;
  /** The addresses and ports in these headers. */
  packet?: NftTracePacket;
  /** The number of the connection. */
  ctId?: number;
  /** The direction in the connection: 0 is the original, 1 the reply. */
  ctDirection?: number;
  /** The bits of the connection's status. */
  ctStatus?: number;
  /** The bit of the connection's state. */
  ctState?: number;
}

/** Protocols whose headers begin with two ports. */
const WITH_PORTS: readonly number[] = [6, 17, 33, 132, 136];

/** Returns the headers of a packet; `undefined` if they are not there. */
function packetOf({ networkHeader: network, transportHeader: transport }: NftTrace): NftTracePacket | undefined {
  if (network === undefined) return undefined;
  const version = network[0]! >> 4, is4 = version === 4 && network.length >= 20;
  if (!is4 && (version !== 6 || network.length < 40)) return undefined;
  const protocol = network[is4 ? 9 : 6]!, ports = WITH_PORTS.includes(protocol) && (transport?.length ?? 0) >= 4;
  const port = (at: number): number => transport![at]! << 8 | transport![at + 1]!;
  return {
    src: is4 ? ipv4Text(network, 12) : ipv6Text(network, 8),
    dst: is4 ? ipv4Text(network, 16) : ipv6Text(network, 24),
    protocol,
    ...(ports ? { sport: port(0), dport: port(2) } : {}),
  };
}

/** Wire form of {@linkcode NftTrace}: nfgenmsg and NFTA_TRACE_*. */
export const NftTrace: Attributes<NftTrace> = attributes((): Shape<NftTrace> => ({
  family: head(0, nfFamily),
  id: [6, u32],
  type: [4, enumeration(be32, { policy: 1, return: 2, rule: 3 })],
  table: [1, text],
  chain: [2, text],
  rule: [3, be64],
  verdict: [5, NftVerdict],
  policy: [16, enumeration(be32, { drop: 0, accept: 1 })],
  nfproto: [15, be32],
  iif: [10, beIfindex],
  iifDev: interfaceNameOf("iif"),
  iiftype: [11, be16],
  oif: [12, beIfindex],
  oifDev: interfaceNameOf("oif"),
  oiftype: [13, be16],
  mark: [14, be32],
  llHeader: [7, bytes],
  networkHeader: [8, bytes],
  transportHeader: [9, bytes],
  packet: { derive: (owner) => packetOf(owner as NftTrace) },
  ctId: [18, be32],
  ctDirection: [19, u8],
  ctStatus: [20, be32],
  ctState: [21, be32],
}), { header: NFGENMSG });

declareMessages(NETLINK_NETFILTER, { types: [NETFILTER_MSG.NFT_MSG_TRACE], codec: NftTrace as Codec<unknown, never> });

/**
 * Yields the steps of packets that are traced, until the loop is left or `signal` is aborted. It listens when it
 * returns.
 *
 * A rule that sets `meta nftrace` to 1 makes the kernel trace a packet.
 */
export function trace(options: StreamOptions = {}): Streaming<NftTrace> {
  const transport = openTransport(NETLINK_NETFILTER, options, (transport) => transport.join(NFNLGRP.NFNLGRP_NFTRACE));
  return stream<NftTrace>(transport, ({ bytes, view, length, port }) => {
    const steps: NftTrace[] = [];
    // Messages of other processes are ignored.
    if (port !== 0) return steps;
    const from = new Reader(bytes, length, view);
    from.names = { name: (index) => transport.interfaceName(index), index: (name) => transport.interfaceIndex(name) };
    eachMessage(from, (at, end) => {
      if (from.view.getUint16(at + 4, true) !== NETFILTER_MSG.NFT_MSG_TRACE) return;
      const step = decodeWhole(NftTrace, from, at + NLMSG_HDRLEN, end);
      if (step !== undefined) steps.push(step);
    });
    return steps;
  }, options);
}

export type * from "../../../core/stream.ts";
