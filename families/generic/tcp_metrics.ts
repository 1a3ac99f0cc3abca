/**
 * tcp_metrics: the metrics that TCP keeps of hosts it has communicated with: round-trip times, windows, Fast Open
 * cookies.
 *
 * ```ts
 * import { metrics } from "@linux/netlink/families/generic/tcp_metrics.ts";
 * for (const { addrIpv4, addrIpv6, vals } of metrics.list()) console.log(addrIpv4 ?? addrIpv6, vals?.rttUs,
 * vals?.cwnd);
 * ```
 *
 * Like `ip tcp_metrics`. Reading needs no privilege, deleting needs CAP_NET_ADMIN.
 *
 * Source: linux/tcp_metrics.h, v7.2.
 * @module
 */
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bytes,
  count64,
  i32,
  ipv4,
  ipv6,
  key,
  readOnly,
  type Shape,
  u16,
  u32,
} from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  GenericCollection,
  type GenericDeclaration,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";

/** The commands: TCP_METRICS_CMD_*. */
export const TCP_METRICS_CMD = { TCP_METRICS_CMD_GET: 1, TCP_METRICS_CMD_DEL: 2 } as const;

/** The generic family. */
export const TCP_METRICS: GenericProtocol = {
  name: "tcp_metrics",
  version: 1,
  commands: TCP_METRICS_CMD,
  messages: () => ({ collections: [declaration] }),
  hint: "in Linux since 3.7, if the kernel is configured with CONFIG_INET",
};

/** The metrics of the path to a host. */
export interface TcpMetricValues {
  /** The smoothed round-trip time, in ms, times 8. */
  rtt?: number;
  /** The variance of the round-trip time, in ms, times 4. */
  rttvar?: number;
  /** The slow start threshold, in packets. */
  ssthresh?: number;
  /** The congestion window, in packets. */
  cwnd?: number;
  /** The reordering distance, in packets; spelt so in the kernel. */
  reodering?: number;
  /** The smoothed round-trip time, in µs, times 8. */
  rttUs?: number;
  /** The variance of the round-trip time, in µs, times 4. */
  rttvarUs?: number;
}

/** Wire form of {@linkcode TcpMetricValues}: TCP_METRICS_A_METRICS_*. */
export const TcpMetricValues: Attributes<TcpMetricValues> = attributes((): Shape<TcpMetricValues> => ({
  rtt: [1, u32],
  rttvar: [2, u32],
  ssthresh: [3, u32],
  cwnd: [4, u32],
  reodering: [5, u32],
  rttUs: [6, u32],
  rttvarUs: [7, u32],
}));

/** The metrics that TCP keeps of one host. */
export interface TcpMetrics {
  /** The host's IPv4 address. */
  addrIpv4?: string;
  /** The host's IPv6 address. */
  addrIpv6?: string;
  /** The time since the last update, in ms. Read-only. */
  age?: number;
  /** The last timestamp that the host sent; on old kernels only. Read-only. */
  twTsval?: number;
  /** The time since that timestamp arrived, in s; on old kernels only. Read-only. */
  twTsStamp?: number;
  /** The metrics of the path. Read-only. */
  vals?: TcpMetricValues;
  /** The host's maximum segment size for Fast Open, in bytes. Read-only. */
  fopenMss?: number;
  /** Number of SYN packets with data that were lost. Read-only. */
  fopenSynDrops?: number;
  /** The time since the last such loss, in ms. Read-only. */
  fopenSynDropTs?: number;
  /** The host's Fast Open cookie. Read-only. */
  fopenCookie?: Uint8Array;
  /** The local IPv4 address. */
  saddrIpv4?: string;
  /** The local IPv6 address. */
  saddrIpv6?: string;
}

/** Wire form of {@linkcode TcpMetrics}: TCP_METRICS_ATTR_*. */
export const TcpMetrics: Attributes<TcpMetrics> = attributes((): Shape<TcpMetrics> => ({
  addrIpv4: [1, ipv4, key],
  addrIpv6: [2, ipv6, key],
  age: [3, count64, readOnly],
  twTsval: [4, u32, readOnly],
  twTsStamp: [5, i32, readOnly],
  vals: [6, TcpMetricValues, readOnly],
  fopenMss: [7, u16, readOnly],
  fopenSynDrops: [8, u16, readOnly],
  fopenSynDropTs: [9, count64, readOnly],
  fopenCookie: [10, bytes, readOnly],
  saddrIpv4: [11, ipv4, key],
  saddrIpv6: [12, ipv6, key],
}));

const declaration: GenericDeclaration<TcpMetrics> = {
  object: "TCP metric",
  table: TcpMetrics,
  family: TCP_METRICS,
  commands: { get: TCP_METRICS_CMD.TCP_METRICS_CMD_GET, del: TCP_METRICS_CMD.TCP_METRICS_CMD_DEL },
  filters: [],
  describe(value) {
    const { addrIpv4, addrIpv6 } = value as TcpMetrics;
    return `of ${addrIpv4 ?? addrIpv6 ?? "all hosts"}`;
  },
  identity: ({ addrIpv4, addrIpv6, saddrIpv4, saddrIpv6 }) => [addrIpv4 ?? addrIpv6, saddrIpv4 ?? saddrIpv6].join(" "),
  fromKey: (address) => String(address).includes(":") ? { addrIpv6: address } : { addrIpv4: address },
  keyOf(value) {
    const { addrIpv4, addrIpv6, saddrIpv4, saddrIpv6 } = value as TcpMetrics;
    return { addrIpv4, addrIpv6, saddrIpv4, saddrIpv6 };
  },
  prepare(value, verb) {
    const { addrIpv4, addrIpv6, saddrIpv4, saddrIpv6 } = value as TcpMetrics;
    const refuse = (why: string): never => {
      throw argumentError(TypeError, `Cannot ${verb} TCP metrics ${why}`);
    };
    // The kernel uses the first address and ignores the other.
    if (addrIpv4 !== undefined && addrIpv6 !== undefined) refuse("by addrIpv4 and addrIpv6: a host has one address");
    if (saddrIpv4 !== undefined && saddrIpv6 !== undefined) refuse("by saddrIpv4 and saddrIpv6: we have one address");
    // Without an address the kernel deletes the metrics of every host.
    if (verb === "delete" && addrIpv4 === undefined && addrIpv6 === undefined) {
      refuse("without an address: forgetAll() forgets every host");
    }
    return value;
  },
};

/** Operations on TCP metrics. The key is the host's address, or an object that may have the local address too. */
export class AllTcpMetrics extends GenericCollection<TcpMetrics, TcpMetrics, string | TcpMetrics, true, "add" | "set"> {
  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
  }

  /** Deletes the metrics of every host, in this namespace. */
  forgetAll(): void {
    const { table, commands } = declaration;
    this.caller.request({ cmd: commands.del!, codec: table, value: {}, what: "delete all TCP metrics" });
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<{ readonly metrics: AllTcpMetrics }> {
  return openGeneric(options, (open, requester) => ({ metrics: new AllTcpMetrics(open, requester) }));
}

/** Operations on the TCP metrics of this namespace, over a socket that the first use opens. */
export const metrics: AllTcpMetrics = new AllTcpMetrics(sharedGeneric);
export type * from "./types.ts";
