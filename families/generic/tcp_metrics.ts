/**
 * tcp_metrics: what TCP remembers of the hosts that it has talked to: round-trip times, windows, Fast Open cookies.
 *
 * ```ts
 * import { metrics } from "@linux/netlink/families/generic/tcp_metrics.ts";
 * for (const { addrIpv4, addrIpv6, vals } of metrics.list()) console.log(addrIpv4 ?? addrIpv6, vals?.rttUs, vals?.cwnd);
 * ```
 *
 * Like `ip tcp_metrics`. Looking needs no privilege, deleting CAP_NET_ADMIN.
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

/** Commands. */
export const TCP_METRICS_CMD = { TCP_METRICS_CMD_GET: 1, TCP_METRICS_CMD_DEL: 2 } as const;

/** The family. */
export const TCP_METRICS: GenericProtocol = {
  name: "tcp_metrics",
  version: 1,
  commands: TCP_METRICS_CMD,
  messages: () => ({ collections: [declaration] }),
  hint: "in Linux since 3.7, where the kernel is configured with CONFIG_INET",
};

/** What is remembered of the path to a host. */
export interface TcpMetricValues {
  /** Round-trip time in ms, eight times over. */
  rtt?: number;
  /** Its variance in ms, four times over. */
  rttvar?: number;
  /** Slow start threshold in packets. */
  ssthresh?: number;
  /** Congestion window in packets. */
  cwnd?: number;
  /** How far packets are out of order, in packets; spelt so in the kernel. */
  reodering?: number;
  /** Round-trip time in µs, eight times over. */
  rttUs?: number;
  /** Its variance in µs, four times over. */
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

/** What TCP remembers of one host. */
export interface TcpMetrics {
  /** The host, of IPv4. */
  addrIpv4?: string;
  /** The host, of IPv6. */
  addrIpv6?: string;
  /** When that was last brought up to date, in ms ago. Read-only. */
  age?: number;
  /** Last timestamp that it sent; of old kernels. Read-only. */
  twTsval?: number;
  /** Seconds since that came; of old kernels. Read-only. */
  twTsStamp?: number;
  /** The path to it. Read-only. */
  vals?: TcpMetricValues;
  /** Its segment size, for Fast Open, in bytes. Read-only. */
  fopenMss?: number;
  /** How often its SYNs with data were lost. Read-only. */
  fopenSynDrops?: number;
  /** When the last one was, in ms ago. Read-only. */
  fopenSynDropTs?: number;
  /** Its Fast Open cookie. Read-only. */
  fopenCookie?: Uint8Array;
  /** Our address, of IPv4. */
  saddrIpv4?: string;
  /** Our address, of IPv6. */
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
    // The kernel takes the first that is there, and passes the other over.
    if (addrIpv4 !== undefined && addrIpv6 !== undefined) refuse("by addrIpv4 and addrIpv6: a host has one address");
    if (saddrIpv4 !== undefined && saddrIpv6 !== undefined) refuse("by saddrIpv4 and saddrIpv6: we have one address");
    // Without an address the kernel forgets every host.
    if (verb === "delete" && addrIpv4 === undefined && addrIpv6 === undefined) {
      refuse("without an address: forgetAll() forgets every host");
    }
    return value;
  },
};

/** What TCP remembers. One is named by its address, or by an object that has our address too. */
export class AllTcpMetrics extends GenericCollection<TcpMetrics, TcpMetrics, string | TcpMetrics> {
  /** Sends to whom `requester` gives; looks through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
  }

  /** Forgets every host of the namespace. */
  forgetAll(): void {
    const { table, commands } = declaration;
    this.caller.request({ cmd: commands.del!, codec: table, value: {}, what: "delete all TCP metrics" });
  }
}

/** Opens a client of its own, in a network namespace or with options. */
export function open(options: OpenOptions = {}): Opened<{ readonly metrics: AllTcpMetrics }> {
  return openGeneric(options, (open, requester) => ({ metrics: new AllTcpMetrics(open, requester) }));
}

/** What TCP remembers in this namespace, on a socket that the first use opens. */
export const metrics: AllTcpMetrics = new AllTcpMetrics(sharedGeneric);
export type * from "./types.ts";
