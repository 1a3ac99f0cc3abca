/**
 * Tables of neighbours and their parameters, as with `ip ntable`.
 *
 * ```ts ignore
 * import { neighbourTables } from "@linux/netlink/families/route/neighbour_tables.ts";
 * neighbourTables.set({ name: "arp_cache", family: "inet", dev: "eth0" }, { baseReachableTime: 60_000 });
 * ```
 *
 * Source: linux/neighbour.h NDTA_*, NDTPA_*, v7.2
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  count64,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  part,
  readOnly,
  type Shape,
  shown,
  string,
  struct,
  u16,
  u32,
} from "../../core/codec/mod.ts";
import { type ChangingVerb, Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { type Family, family, NETLINK_ROUTE, RTM } from "./protocol.ts";

/** Properties of a table. */
export interface NeighbourTableConfig {
  /** Length of a key in bytes. */
  keyLen?: number;
  /** Size of an entry in bytes. */
  entrySize?: number;
  /** Number of entries. */
  entries?: number;
  /** Milliseconds since the table was flushed. */
  lastFlush?: number;
  /** Milliseconds since the reachable times were chosen anew. */
  lastRand?: number;
  /** Random number of the hash function. */
  hashRnd?: number;
  /** Mask of the hash table. */
  hashMask?: number;
  /** Unused. */
  hashChainGc?: number;
  /** Packets in the proxy queue. */
  proxyQlen?: number;
}

/** Counters of a table. */
export interface NeighbourTableStats {
  /** Entries allocated. */
  allocs?: number;
  /** Entries removed. */
  destroys?: number;
  /** Growths of the hash table. */
  hashGrows?: number;
  /** Failed resolutions. */
  resFailed?: number;
  /** Look-ups. */
  lookups?: number;
  /** Look-ups that found an entry. */
  hits?: number;
  /** Multicast probes received. */
  rcvProbesMcast?: number;
  /** Unicast probes received. */
  rcvProbesUcast?: number;
  /** Periodic garbage collections. */
  periodicGcRuns?: number;
  /** Garbage collections because the table was full. */
  forcedGcRuns?: number;
  /** New entries refused because the table was full. */
  tableFulls?: number;
}

/** The most milliseconds that the kernel keeps: it ignores the bits above these. */
const MOST_TIME = 0x7fffffff;

/** Codec of a time in 64 bits, of which the kernel uses 31. */
const milliseconds: Codec<number, number | bigint> = {
  ...count64,
  name: "milliseconds",
  encode(value, to, owner) {
    if (value > MOST_TIME) to.fail(RangeError, `expected 0..${MOST_TIME} milliseconds, got ${shown(value)}`);
    return count64.encode(value, to, owner);
  },
};

/** The most packets that the kernel counts as bytes: it multiplies them in 32 bits by the size of a large packet. */
const MOST_QUEUED = 900_000;

/** Codec of a length of a queue in packets. */
const packets: Codec<number> = {
  ...u32,
  encode(value, to, owner) {
    if (value > MOST_QUEUED) {
      to.fail(RangeError, `expected 0..${MOST_QUEUED} packets, got ${shown(value)}: queueLenbytes has no such limit`);
    }
    return u32.encode(value, to, owner);
  },
};

const config = struct<NeighbourTableConfig>(32, {
  keyLen: [0, u16],
  entrySize: [2, u16],
  entries: [4, u32],
  lastFlush: [8, u32],
  lastRand: [12, u32],
  hashRnd: [16, u32],
  hashMask: [20, u32],
  hashChainGc: [24, u32],
  proxyQlen: [28, u32],
});

const stats = struct<NeighbourTableStats>(88, {
  allocs: [0, count64],
  destroys: [8, count64],
  hashGrows: [16, count64],
  resFailed: [24, count64],
  lookups: [32, count64],
  hits: [40, count64],
  rcvProbesMcast: [48, count64],
  rcvProbesUcast: [56, count64],
  periodicGcRuns: [64, count64],
  forcedGcRuns: [72, count64],
  tableFulls: [80, count64],
});

/** A table of neighbours; the kernel lists it once for itself, and once for each interface with its parameters. */
export interface NeighbourTableFields {
  /** `inet`, `inet6` … */
  family: Family;
  /** Name of the table: `arp_cache`, `ndisc_cache`. */
  name?: string;
  /** Number of entries below which none is removed. Only in the initial namespace. */
  thresh1?: number;
  /** Number of entries above which old ones are removed after five seconds. Only in the initial namespace. */
  thresh2?: number;
  /** Most entries. Only in the initial namespace. */
  thresh3?: number;
  /** Milliseconds between garbage collections. Only in the initial namespace. */
  gcInterval?: number;
  /** Properties. Read-only. */
  config?: NeighbourTableConfig;
  /** Counters. Read-only. */
  stats?: NeighbourTableStats;
}

/** Parameters of an interface, or those that new interfaces get. Times are in milliseconds. */
export interface NeighbourTableParms {
  /** Index of the interface; absent for the parameters that new interfaces get. */
  ifindex?: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Number of references. Read-only. */
  refcnt?: number;
  /** Time for which a neighbour counts as reachable, chosen at random around `baseReachableTime`. Read-only. */
  reachableTime?: number;
  /** Mean time for which a neighbour counts as reachable. */
  baseReachableTime?: number;
  /** Time between probes. */
  retransTime?: number;
  /** Time after which unused neighbours are removed. */
  gcStaletime?: number;
  /** Time before the first probe of a stale neighbour. */
  delayProbeTime?: number;
  /** Packets that wait for a resolution: use `queueLenbytes`. */
  queueLen?: number;
  /** Probes by a program in user space. */
  appProbes?: number;
  /** Unicast probes. */
  ucastProbes?: number;
  /** Multicast probes. */
  mcastProbes?: number;
  /** Longest delay of answers for anycast addresses. */
  anycastDelay?: number;
  /** Longest delay of answers for others. */
  proxyDelay?: number;
  /** Most packets in the proxy queue. */
  proxyQlen?: number;
  /** Time before which a neighbour's address does not change again. */
  locktime?: number;
  /** Bytes that wait for a resolution. */
  queueLenbytes?: number;
  /** Multicast probes after unicast ones. */
  mcastReprobes?: number;
  /** Time between probes of neighbours with the flag `managed`. */
  intervalProbeTimeMs?: number;
}

/** A table of neighbours with its parameters. */
export interface NeighbourTable extends NeighbourTableFields, NeighbourTableParms {}

/** Wire form of {@linkcode NeighbourTable}: ndtmsg, NDTA_* and NDTPA_*. */
export const NeighbourTable: Attributes<NeighbourTable> = attributes((): Shape<NeighbourTableFields> => ({
  family: head(0, family, key),
  name: [1, string(31), key],
  thresh1: [2, u32],
  thresh2: [3, u32],
  thresh3: [4, u32],
  gcInterval: [8, milliseconds],
  config: [5, config, readOnly],
  stats: [7, stats, readOnly],
}), { header: 4, pad: 9 }).with(
  part<NeighbourTableParms>(() => ({
    ifindex: [1, ifindex, key],
    dev: interfaceNameOf("ifindex", key),
    refcnt: [2, u32, readOnly],
    reachableTime: [3, count64, readOnly],
    baseReachableTime: [4, milliseconds],
    retransTime: [5, milliseconds],
    gcStaletime: [6, milliseconds],
    delayProbeTime: [7, milliseconds],
    queueLen: [8, packets],
    appProbes: [9, u32],
    ucastProbes: [10, u32],
    mcastProbes: [11, u32],
    anycastDelay: [12, milliseconds],
    proxyDelay: [13, milliseconds],
    proxyQlen: [14, u32],
    locktime: [15, milliseconds],
    queueLenbytes: [16, u32],
    mcastReprobes: [17, u32],
    intervalProbeTimeMs: [19, milliseconds],
  })),
  6,
);

/** A table as input: {@linkcode NeighbourTable} with a name or number for the interface. */
export type NeighbourTableInput = Input<NeighbourTable>;

/** The names of tables, and the fields that only the initial namespace has. */
const NAMES: readonly string[] = ["arp_cache", "ndisc_cache"];
const INITIAL = ["thresh1", "thresh2", "thresh3", "gcInterval"] as const;

const declaration: Declaration<NeighbourTable> = {
  protocol: NETLINK_ROUTE,
  object: "neighbour table",
  table: NeighbourTable,
  messages: {
    new: RTM.RTM_NEWNEIGHTBL,
    // There is no such message.
    del: RTM.RTM_NEWNEIGHTBL,
    get: RTM.RTM_GETNEIGHTBL,
    set: RTM.RTM_SETNEIGHTBL,
  },
  groups: [],
  filters: ["family"],
  describe(value) {
    const { name, dev, ifindex } = value as NeighbourTableInput, on = dev ?? ifindex;
    return `${name ?? ""}${on === undefined ? "" : ` on ${on}`}`;
  },
  identity: ({ family, name, ifindex = "" }) => `${family} ${name} ${ifindex}`,
  fromKey: (name) => ({ name: String(name) }),
  keyOf: ({ family, name, ifindex, dev }: NeighbourTableInput) => ({ family, name, ifindex, dev }),
  prepare(value, verb) {
    if (verb !== "list" && verb !== "get" && verb !== "set") {
      throw argumentError(TypeError, `Cannot ${verb} a neighbour table: the kernel has one for each protocol`);
    }
    if (verb === "set" && (value as NeighbourTableInput).name === undefined) {
      throw argumentError(TypeError, "Cannot set a neighbour table: name is missing: arp_cache, ndisc_cache");
    }
    return value;
  },
  listOnly: true,
  means: (key, { ifindex }) =>
    (key as NeighbourTableInput).dev !== undefined || (key as NeighbourTableInput).ifindex !== undefined ||
    ifindex === undefined,
  setFlags: 0,
  hint: (code, _, value) =>
    code === "ENOENT" && INITIAL.some((name) => Object.hasOwn(value, name)) &&
      NAMES.includes((value as NeighbourTableInput).name!)
      ? "thresholds and gcInterval can be set in the initial network namespace only"
      : undefined,
};

/** The neighbour tables of one network namespace. A key is a table's name, or an object with its name and interface. */
export class NeighbourTables extends Collection<
  NeighbourTable,
  NeighbourTableInput,
  string | NeighbourTableInput,
  true,
  Exclude<ChangingVerb, "set">
> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}

/** The neighbour tables of this namespace, on a socket that the first use opens. */
export const neighbourTables: NeighbourTables = new NeighbourTables(onShared(NETLINK_ROUTE));
