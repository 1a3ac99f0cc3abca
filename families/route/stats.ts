/**
 * Counters of interfaces, as with `ip stats`: those of each link, of bridges and bonds, of hardware, and of MPLS.
 *
 * ```ts
 * import { stats } from "@linux/netlink/families/route/stats.ts";
 * for (const { dev, link64 } of stats.list({ filterMask: ["link_64"] })) console.log(dev, link64?.rxBytes);
 * ```
 *
 * Source: linux/if_link.h IFLA_STATS_*, linux/if_bridge.h BRIDGE_XSTATS_*, linux/if_bonding.h BOND_XSTATS_*,
 * linux/mpls.h MPLS_STATS_*, v7.2
 *
 * They can be read; an event tells only that counting in hardware began or ended.
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  count64,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  mask,
  readOnly,
  repeated,
  type Shape,
  shown,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import {
  type ChangingVerb,
  Collection,
  type Declaration,
  type Input,
  onShared,
  type Verb,
} from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import type { Operation } from "../../core/protocol.ts";
import { expectDevice } from "./bulk.ts";
import { type LinkStats, linkStats64, row } from "./kinds/shared.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** Bits of the parts of statistics: 1 << (IFLA_STATS_* - 1). */
export const STATS_PART = {
  link_64: 1,
  link_xstats: 2,
  link_xstats_slave: 4,
  link_offload_xstats: 8,
  af_spec: 16,
} as const;

/** A part of statistics: `link_xstats` is that of a bridge or bond itself, `link_xstats_slave` that of a port. */
export type StatsPart = keyof typeof STATS_PART;

/** Bits of the parts of the counters of hardware: 1 << (IFLA_OFFLOAD_XSTATS_* - 1). */
export const OFFLOAD_PART = { cpu_hit: 1, hw_s_info: 2, l3_stats: 4 } as const;

/** A part of the counters of hardware. */
export type OffloadPart = keyof typeof OFFLOAD_PART;

/** Counters of a VLAN of a bridge or port. */
export interface VlanXstats {
  /** Bytes received. */
  rxBytes?: number;
  /** Packets received. */
  rxPackets?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Packets sent. */
  txPackets?: number;
  /** VLAN id. */
  vid?: number;
  /** Flags of the VLAN: 2 pvid, 4 untagged. */
  flags?: number;
}

/** A counter of messages in both directions. */
export interface Directions {
  /** Messages received. */
  rx: number;
  /** Messages sent. */
  tx: number;
}

/** Counters of multicast on a bridge or port. */
export interface McastXstats {
  /** Queries of IGMP version 1. */
  igmpV1queries?: Directions;
  /** Queries of IGMP version 2. */
  igmpV2queries?: Directions;
  /** Queries of IGMP version 3. */
  igmpV3queries?: Directions;
  /** Messages that leave a group, of IGMP. */
  igmpLeaves?: Directions;
  /** Reports of IGMP version 1. */
  igmpV1reports?: Directions;
  /** Reports of IGMP version 2. */
  igmpV2reports?: Directions;
  /** Reports of IGMP version 3. */
  igmpV3reports?: Directions;
  /** Malformed messages of IGMP. */
  igmpParseErrors?: number;
  /** Queries of MLD version 1. */
  mldV1queries?: Directions;
  /** Queries of MLD version 2. */
  mldV2queries?: Directions;
  /** Messages that leave a group, of MLD. */
  mldLeaves?: Directions;
  /** Reports of MLD version 1. */
  mldV1reports?: Directions;
  /** Reports of MLD version 2. */
  mldV2reports?: Directions;
  /** Malformed messages of MLD. */
  mldParseErrors?: number;
  /** Bytes of multicast packets. */
  mcastBytes?: Directions;
  /** Multicast packets. */
  mcastPackets?: Directions;
}

/** Counters of the spanning tree protocol on a port. */
export interface StpXstats {
  /** Changes to the state `blocking`. */
  transitionBlk?: number;
  /** Changes to the state `forwarding`. */
  transitionFwd?: number;
  /** Bridge protocol data units received. */
  rxBpdu?: number;
  /** Bridge protocol data units sent. */
  txBpdu?: number;
  /** Notifications of changes of the topology received. */
  rxTcn?: number;
  /** Notifications of changes of the topology sent. */
  txTcn?: number;
}

const directions = struct<Directions>(16, { rx: [0, count64], tx: [8, count64] });

/** Counters of a bridge or of a port of one. */
export interface BridgeXstats {
  /** Counters by VLAN. */
  vlan?: readonly VlanXstats[];
  /** Counters of multicast. */
  mcast?: McastXstats;
  /** Counters of the spanning tree protocol. */
  stp?: StpXstats;
}

/** Wire form of {@linkcode BridgeXstats}: BRIDGE_XSTATS_*. */
export const BridgeXstats: Attributes<BridgeXstats> = attributes((): Shape<BridgeXstats> => ({
  vlan: [
    1,
    repeated(
      1,
      struct<VlanXstats>(40, {
        rxBytes: [0, count64],
        rxPackets: [8, count64],
        txBytes: [16, count64],
        txPackets: [24, count64],
        vid: [32, u16],
        flags: [34, u16],
      }),
    ),
  ],
  mcast: [
    2,
    struct<McastXstats>(240, {
      igmpV1queries: [0, directions],
      igmpV2queries: [16, directions],
      igmpV3queries: [32, directions],
      igmpLeaves: [48, directions],
      igmpV1reports: [64, directions],
      igmpV2reports: [80, directions],
      igmpV3reports: [96, directions],
      igmpParseErrors: [112, count64],
      mldV1queries: [120, directions],
      mldV2queries: [136, directions],
      mldLeaves: [152, directions],
      mldV1reports: [168, directions],
      mldV2reports: [184, directions],
      mldParseErrors: [200, count64],
      mcastBytes: [208, directions],
      mcastPackets: [224, directions],
    }),
  ],
  stp: [
    4,
    struct<StpXstats>(48, {
      transitionBlk: [0, count64],
      transitionFwd: [8, count64],
      rxBpdu: [16, count64],
      txBpdu: [24, count64],
      rxTcn: [32, count64],
      txTcn: [40, count64],
    }),
  ],
}), { pad: 3 });

/** Counters of LACP on a bond or on a port of one. */
export interface BondAdXstats {
  /** LACPDUs received. */
  lacpduRx?: number;
  /** LACPDUs sent. */
  lacpduTx?: number;
  /** LACPDUs of unknown types received. */
  lacpduUnknownRx?: number;
  /** Illegal LACPDUs received. */
  lacpduIllegalRx?: number;
  /** Markers received. */
  markerRx?: number;
  /** Markers sent. */
  markerTx?: number;
  /** Responses to markers received. */
  markerRespRx?: number;
  /** Responses to markers sent. */
  markerRespTx?: number;
  /** Markers of unknown types received. */
  markerUnknownRx?: number;
}

/** Wire form of {@linkcode BondAdXstats}: BOND_3AD_STAT_*. */
export const BondAdXstats: Attributes<BondAdXstats> = attributes((): Shape<BondAdXstats> => ({
  lacpduRx: [0, count64],
  lacpduTx: [1, count64],
  lacpduUnknownRx: [2, count64],
  lacpduIllegalRx: [3, count64],
  markerRx: [4, count64],
  markerTx: [5, count64],
  markerRespRx: [6, count64],
  markerRespTx: [7, count64],
  markerUnknownRx: [8, count64],
}), { pad: 9 });

/** Counters of a bond or of a port of one. */
export interface BondXstats {
  /** Counters of LACP (802.3ad). */
  ad?: BondAdXstats;
}

/** Wire form of {@linkcode BondXstats}: BOND_XSTATS_*. */
export const BondXstats: Attributes<BondXstats> = attributes((): Shape<BondXstats> => ({ ad: [1, BondAdXstats] }));

/** Counters that belong to a kind of link. */
export interface LinkXstats {
  /** Those of a bridge, or of a port of one. */
  bridge?: BridgeXstats;
  /** Those of a bond, or of a port of one. */
  bond?: BondXstats;
}

/** Wire form of {@linkcode LinkXstats}: LINK_XSTATS_TYPE_*. */
export const LinkXstats: Attributes<LinkXstats> = attributes((): Shape<LinkXstats> => ({
  bridge: [1, BridgeXstats],
  bond: [2, BondXstats],
}));

/** Counters of packets that hardware forwards. */
export type HwStats = Pick<
  LinkStats,
  | "rxPackets"
  | "txPackets"
  | "rxBytes"
  | "txBytes"
  | "rxErrors"
  | "txErrors"
  | "rxDropped"
  | "txDropped"
  | "multicast"
>;

/** State of counters of hardware. */
export interface HwInfo {
  /** True if they were asked for. */
  request?: boolean;
  /** True if hardware counts. */
  used?: boolean;
}

/** Wire form of {@linkcode HwInfo}: IFLA_OFFLOAD_XSTATS_HW_S_INFO_*. */
export const HwInfo: Attributes<HwInfo> = attributes((): Shape<HwInfo> => ({
  request: [1, bool(u8)],
  used: [2, bool(u8)],
}));

/** State of the counters of hardware, by the counters. */
export interface HwInfos {
  /** State of the counters of packets that hardware routes. */
  l3Stats?: HwInfo;
}

/** Wire form of {@linkcode HwInfos}: IFLA_OFFLOAD_XSTATS_*. */
export const HwInfos: Attributes<HwInfos> = attributes((): Shape<HwInfos> => ({ l3Stats: [3, HwInfo] }));

/** Counters of what hardware does for a link. */
export interface OffloadXstats {
  /** Packets that hardware left to the processor. */
  cpuHit?: LinkStats;
  /** State of the counters. */
  hwSInfo?: HwInfos;
  /** Packets that hardware routes. */
  l3Stats?: HwStats;
}

/** Wire form of {@linkcode OffloadXstats}: IFLA_OFFLOAD_XSTATS_*. */
export const OffloadXstats: Attributes<OffloadXstats> = attributes((): Shape<OffloadXstats> => ({
  cpuHit: [1, linkStats64],
  hwSInfo: [2, HwInfos],
  l3Stats: [
    3,
    row<HwStats>(count64, [
      "rxPackets",
      "txPackets",
      "rxBytes",
      "txBytes",
      "rxErrors",
      "txErrors",
      "rxDropped",
      "txDropped",
      "multicast",
    ]),
  ],
}));

/** Counters of MPLS packets. */
export interface MplsStats extends Omit<HwStats, "multicast"> {
  /** Packets received with labels that no route has. */
  rxNoroute?: number;
}

/** Counters of MPLS on a link. */
export interface MplsLinkStats {
  /** The counters. */
  link?: MplsStats;
}

/** Wire form of {@linkcode MplsLinkStats}: MPLS_STATS_*. */
export const MplsLinkStats: Attributes<MplsLinkStats> = attributes((): Shape<MplsLinkStats> => ({
  link: [
    1,
    row<MplsStats>(count64, [
      "rxPackets",
      "txPackets",
      "rxBytes",
      "txBytes",
      "rxErrors",
      "txErrors",
      "rxDropped",
      "txDropped",
      "rxNoroute",
    ]),
  ],
}));

/** Counters by address family. */
export interface FamilyStats {
  /** Those of MPLS. */
  mpls?: MplsLinkStats;
}

/** Wire form of {@linkcode FamilyStats}: AF_*. */
export const FamilyStats: Attributes<FamilyStats> = attributes((): Shape<FamilyStats> => ({
  mpls: [28, MplsLinkStats],
}));

const statsMask: Codec<readonly (StatsPart | number)[], readonly (StatsPart | number)[] | number> = mask(
  u32,
  STATS_PART,
);

/** Filters for the parts that have parts of their own. */
export interface StatsFilters {
  /** Wanted counters of hardware; all when absent. */
  linkOffloadXstats?: readonly (OffloadPart | number)[];
}

/** Wire form of {@linkcode StatsFilters}: IFLA_STATS_*. */
export const StatsFilters: Attributes<StatsFilters> = attributes((): Shape<StatsFilters> => ({
  linkOffloadXstats: [4, mask(u32, OFFLOAD_PART)],
}));

/** The interface that statistics are about, and their parts. */
export interface StatsHead {
  /** Always `unspec`. Read-only. */
  family: Family;
  /** Index of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Parts that were asked for; all when absent in a filter. */
  filterMask: readonly (StatsPart | number)[];
}

const statsHead: Shape<StatsHead> = {
  family: head(0, family, readOnly),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  filterMask: head(8, statsMask),
};

/** Statistics of an interface. */
export interface LinkStatistics extends StatsHead {
  /** Counters of the link. */
  link64?: LinkStats;
  /** Counters that a bridge or bond has. */
  linkXstats?: LinkXstats;
  /** Counters that a port has of its bridge or bond. */
  linkXstatsSlave?: LinkXstats;
  /** Counters of hardware. */
  linkOffloadXstats?: OffloadXstats;
  /** Counters by address family. */
  afSpec?: FamilyStats;
}

/** Wire form of {@linkcode LinkStatistics}: if_stats_msg and IFLA_STATS_*. */
export const LinkStatistics: Attributes<LinkStatistics> = attributes((): Shape<LinkStatistics> => ({
  ...statsHead,
  link64: [1, linkStats64, readOnly],
  linkXstats: [2, LinkXstats, readOnly],
  linkXstatsSlave: [3, LinkXstats, readOnly],
  linkOffloadXstats: [4, OffloadXstats, readOnly],
  afSpec: [5, FamilyStats, readOnly],
}), { header: 12 });

/** A request for statistics, or to count in hardware. */
export interface StatsRequest extends StatsHead {
  /** Filters. */
  getFilters?: StatsFilters;
  /** True counts the packets that hardware routes. */
  setOffloadXstatsL3Stats?: boolean;
}

/** Wire form of {@linkcode StatsRequest}: if_stats_msg, IFLA_STATS_GET_FILTERS and IFLA_STATS_SET_*. */
export const StatsRequest: Attributes<StatsRequest> = attributes((): Shape<StatsRequest> => ({
  ...statsHead,
  getFilters: [1, StatsFilters],
  setOffloadXstatsL3Stats: [2, bool(u8)],
}), { header: 12 });

/** Statistics as a key or filter: the interface, and the parts that are asked for. */
export type StatisticsInput = Input<StatsHead>;

const ALL_PARTS = Object.keys(STATS_PART) as StatsPart[];

/** Returns the request for the interface and parts of a key or filter. */
function requestOf({ ifindex, dev, filterMask = ALL_PARTS }: StatisticsInput, verb: Verb): Input<StatsRequest> {
  // The kernel refuses an interface in a request for a list.
  return { ...(verb === "list" ? {} : dev === undefined ? { ifindex } : { dev }), filterMask } as Input<StatsRequest>;
}

const declaration: Declaration<LinkStatistics> = {
  protocol: NETLINK_ROUTE,
  object: "link counter",
  table: LinkStatistics,
  messages: {
    new: RTM.RTM_NEWSTATS,
    // There is no such message.
    del: RTM.RTM_NEWSTATS,
    get: RTM.RTM_GETSTATS,
    set: RTM.RTM_SETSTATS,
  },
  groups: [RTNLGRP.RTNLGRP_STATS],
  filters: ["filterMask"],
  describe: (value) => `of ${(value as StatisticsInput).dev ?? (value as StatisticsInput).ifindex ?? "no interface"}`,
  identity: ({ ifindex }) => String(ifindex),
  fromKey: (key) => typeof key === "number" ? { ifindex: key } : { dev: key },
  prepare(value, verb) {
    if (verb === "list" || verb === "get") return value;
    throw argumentError(TypeError, `Cannot ${verb} link counters: they can only be read`);
  },
  request: { codec: StatsRequest, of: requestOf },
};

/** Joins the messages about an interface, which has several if its counters do not fit into one. */
function* joined(all: Iterable<LinkStatistics>): Generator<LinkStatistics, void, undefined> {
  let last: LinkStatistics | undefined;
  for (const one of all) {
    if (last !== undefined && last.ifindex !== one.ifindex) yield last;
    last = last?.ifindex === one.ifindex ? withRest(last, one) : one;
  }
  if (last !== undefined) yield last;
}

/** Returns `one` with what a further message about it has. */
function withRest<T extends object>(one: T, rest: T): T {
  const whole = { ...one } as Record<string, unknown>;
  for (const [name, value] of Object.entries(rest)) {
    const before = whole[name];
    if (name === "filterMask") continue;
    whole[name] = Array.isArray(value) && Array.isArray(before)
      ? [...before, ...value]
      : isFields(value) && isFields(before)
      ? withRest(before, value)
      : value;
  }
  return whole as T;
}

/** The counters of the interfaces of one network namespace. A key is an interface, or an object with `dev`. */
export class LinkCounters
  extends Collection<LinkStatistics, StatisticsInput, number | string | StatisticsInput, true, ChangingVerb> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /** Returns the counters of the interfaces that match the filter; `filterMask` selects parts. */
  override list(filter?: StatisticsInput): LinkStatistics[] {
    return [...joined(super.list(filter))];
  }

  /** Yields the counters of the interfaces that match the filter; see {@linkcode Collection.iterate}. */
  override iterate(filter?: StatisticsInput): Generator<LinkStatistics, void, undefined> {
    return joined(super.iterate(filter));
  }

  /** Returns some of the counters of hardware. Like `ip stats show group offload subgroup l3_stats`. */
  listOffload(parts: readonly OffloadPart[]): LinkStatistics[] {
    return this.#requester().dump(this.#offload({}, parts, "list")) as LinkStatistics[];
  }

  /** Returns some of the counters of hardware of one interface. */
  getOffload(dev: string | number, parts: readonly OffloadPart[]): LinkStatistics {
    expectDevice(dev, "get link counters");
    return this.#requester().request(this.#offload(this.keyValue(dev), parts, "get")) as LinkStatistics;
  }

  #offload(key: object, parts: readonly OffloadPart[], verb: "get" | "list"): Operation {
    const operation = this.operation(verb, RTM.RTM_GETSTATS, key, RTM.RTM_NEWSTATS);
    const filters = { filterMask: ["link_offload_xstats"], getFilters: { linkOffloadXstats: parts } };
    return { ...operation, value: { ...operation.value as object, ...filters } };
  }

  /**
   * Makes hardware count the packets that it routes on an interface, or end that. Like `ip stats set dev v0 l3_stats on`.
   * Needs Linux 5.18. `hwSInfo.l3Stats.used` tells if hardware counts.
   *
   * @throws {KernelError} EOPNOTSUPP: the interface is a port, which routes nothing
   */
  setL3Stats(dev: string | number, on: boolean): void {
    expectDevice(dev, "set counters of hardware");
    if (typeof on !== "boolean") {
      throw argumentError(TypeError, `Cannot set counters of hardware: expected true or false, got ${shown(on)}`);
    }
    this.#requester().request({
      type: RTM.RTM_SETSTATS,
      flags: 0,
      codec: StatsRequest as Codec<unknown, never>,
      value: { ...this.keyValue(dev), setOffloadXstatsL3Stats: on },
      what: `set counters of hardware of ${dev}`,
    });
  }
}

/** The counters of the interfaces in this namespace, on a socket that the first use opens. */
export const stats: LinkCounters = new LinkCounters(onShared(NETLINK_ROUTE));
