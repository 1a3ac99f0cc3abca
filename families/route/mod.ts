/**
 * NETLINK_ROUTE: links, addresses, routes, neighbours and rules, as with `ip`.
 *
 * ```ts
 * import { links, routes } from "@linux/netlink/families/route/mod.ts";
 * for (const link of links.list()) console.log(link.ifname, link.operstate, link.address);
 * console.log(routes.list({ family: "inet", table: "main" }));
 * ```
 *
 * Each type of object has an entry of its own, such as `families/route/links.ts`, which loads nothing of the others.
 * `families/route/tables.ts` has the tables and the kernel's numbers.
 *
 * Reading needs no privilege; changes need CAP_NET_ADMIN.
 *
 * @module
 */
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import { bindMethods } from "../../core/arguments.ts";
import {
  Client,
  collectBatch,
  type Collecting,
  type OpenOptions,
  type Requester,
  sharedClient,
} from "../../core/client.ts";
import type { Changes } from "../../core/collection.ts";
import type {
  ChangeEvent,
  PlainWatchEvent,
  PlainWatchOptions,
  WatchEvent,
  Watching,
  WatchOptions,
} from "../../core/watch.ts";
import { watchNamed } from "../../core/watch_named.ts";
import type { Address } from "./address.ts";
import { Addresses, addresses } from "./addresses.ts";
import type { Link } from "./link.ts";
import { Links, links } from "./links.ts";
import type { Neighbour } from "./neighbour.ts";
import { Neighbours, neighbours } from "./neighbours.ts";
import { type Nexthop, type NexthopBucket, NexthopBuckets, nexthopBuckets, Nexthops, nexthops } from "./nexthops.ts";
import { type AddressLabel, AddressLabels, addressLabels } from "./address_labels.ts";
import { Fdb, fdb } from "./fdb.ts";
import { type Mdb, mdb, Mdbs } from "./mdb.ts";
import {
  type AnycastAddress,
  AnycastAddresses,
  anycastAddresses,
  type MulticastAddress,
  MulticastAddresses,
  multicastAddresses,
} from "./multicast_addresses.ts";
import { NeighbourTables, neighbourTables } from "./neighbour_tables.ts";
import { type Netconf, netconf, Netconfs } from "./netconf.ts";
import { type Nsid, Nsids, nsids } from "./nsids.ts";
import {
  type AdvertisedPrefix,
  AdvertisedPrefixes,
  ndOptions,
  type NdUserOption,
  NdUserOptions,
  prefixes,
} from "./advertisements.ts";
import { type CacheReport, CacheReports, cacheReports } from "./cache_reports.ts";
import { Dcb, dcb } from "./dcb.ts";
import { CanGateways, canGateways } from "./can_gateway.ts";
import { mst, PortMsts } from "./mst.ts";
import {
  type MctpAddress,
  MctpAddresses,
  mctpAddresses,
  MctpNeighbours,
  mctpNeighbours,
  MctpRoutes,
  mctpRoutes,
} from "./mctp.ts";
import {
  type PhonetAddress,
  PhonetAddresses,
  phonetAddresses,
  type PhonetRoute,
  PhonetRoutes,
  phonetRoutes,
} from "./phonet.ts";
import { LinkCounters, type LinkStatistics, stats } from "./stats.ts";
import { type BridgeVlan, Vlans, vlans } from "./vlans.ts";
import { type Vni, Vnis, vnis } from "./vnis.ts";
import { NETLINK_ROUTE } from "./protocol.ts";
import type { Route } from "./route.ts";
import { Routes, routes } from "./routes.ts";
import type { Rule } from "./rule.ts";
import { Rules, rules } from "./rules.ts";

/** The types of the protocol's objects by the name that `watch` takes. */
export interface RouteObjects {
  /** A network interface. */
  link: Link;
  /** An address of an interface. */
  address: Address;
  /** A route of IPv4, IPv6, MPLS or multicast. */
  route: Route;
  /** A neighbour: an entry of the ARP, NDP or proxy table. */
  neighbour: Neighbour;
  /** A routing policy rule. */
  rule: Rule;
  /** A nexthop object. */
  nexthop: Nexthop;
  /** A bucket of a resilient group of nexthops. */
  "nexthop bucket": NexthopBucket;
  /** A label of addresses. */
  "address label": AddressLabel;
  /** A multicast forwarding entry. */
  "multicast entry": Mdb;
  /** A multicast address of an interface. */
  "multicast address": MulticastAddress;
  /** An anycast address of an interface. */
  "anycast address": AnycastAddress;
  /** The settings of an interface. */
  "network setting": Netconf;
  /** A network namespace and its number in this one. */
  "namespace id": Nsid;
  /** The counters of an interface. */
  "link counter": LinkStatistics;
  /** A VLAN of a bridge or of its port. */
  vlan: BridgeVlan;
  /** A VNI of a VXLAN interface. */
  vni: Vni;
  /** An address of Phonet. */
  "phonet address": PhonetAddress;
  /** A route of Phonet. */
  "phonet route": PhonetRoute;
  /** An address of MCTP. */
  "mctp address": MctpAddress;
  /** A prefix that an IPv6 router advertises. The kernel keeps no list of these, so `initial` yields none. */
  "advertised prefix": AdvertisedPrefix;
  /** An option that an IPv6 router advertises. */
  "advertised option": NdUserOption;
  /** A report about a packet for which multicast routing has no route. */
  "cache report": CacheReport;
}

/** A change of an object of one of the types `O`. */
export type RouteEvent<O extends keyof RouteObjects = keyof RouteObjects> = {
  [P in O]: ChangeEvent<P, RouteObjects[P]>;
}[O];

/** The collections of the protocol in a batch: their methods collect changes. */
export interface RouteBatch {
  /** Changes of links. */
  readonly links: Changes<Links>;
  /** Changes of addresses. */
  readonly addresses: Changes<Addresses>;
  /** Changes of routes. */
  readonly routes: Changes<Routes>;
  /** Changes of neighbours and forwarding tables. */
  readonly neighbours: Changes<Neighbours>;
  /** Changes of rules. */
  readonly rules: Changes<Rules>;
  /** Changes of nexthop objects. */
  readonly nexthops: Changes<Nexthops>;
  /** Changes of labels by which source addresses are chosen. */
  readonly addressLabels: Changes<AddressLabels>;
  /** Changes of forwarding entries of bridges and tunnels. */
  readonly fdb: Changes<Fdb>;
  /** Changes of multicast forwarding entries of bridges and tunnels. */
  readonly mdb: Changes<Mdbs>;
  /** Changes of tables of neighbours and their parameters. */
  readonly neighbourTables: Changes<NeighbourTables>;
  /** Changes of numbers of network namespaces. */
  readonly nsids: Changes<Nsids>;
  /** Changes of VNIs that VXLAN interfaces accept. */
  readonly vnis: Changes<Vnis>;
  /** Changes of VLANs of bridges and their ports. */
  readonly vlans: Changes<Vlans>;
  /** Changes of states of bridge ports in multiple spanning trees. */
  readonly mst: Changes<PortMsts>;
  /** Changes of addresses of Phonet. */
  readonly phonetAddresses: Changes<PhonetAddresses>;
  /** Changes of routes of Phonet. */
  readonly phonetRoutes: Changes<PhonetRoutes>;
  /** Changes of addresses of MCTP. */
  readonly mctpAddresses: Changes<MctpAddresses>;
  /** Changes of routes of MCTP. */
  readonly mctpRoutes: Changes<MctpRoutes>;
  /** Changes of neighbours of MCTP. */
  readonly mctpNeighbours: Changes<MctpNeighbours>;
  /** Changes of gateways between CAN interfaces. */
  readonly canGateways: Changes<CanGateways>;
}

/** The collections of the protocol, for one network namespace. */
export class RouteCollections {
  /** Network interfaces. */
  readonly links: Links;
  /** Addresses of interfaces. */
  readonly addresses: Addresses;
  /** Routes of IPv4, IPv6, MPLS and multicast. */
  readonly routes: Routes;
  /** Neighbours, and forwarding tables of bridges and tunnels. */
  readonly neighbours: Neighbours;
  /** Routing policy rules. */
  readonly rules: Rules;
  /** Nexthop objects, which routes share. */
  readonly nexthops: Nexthops;
  /** Buckets of resilient groups of nexthops. */
  readonly nexthopBuckets: NexthopBuckets;
  /** Labels by which source addresses are chosen. */
  readonly addressLabels: AddressLabels;
  /** Forwarding entries of bridges and tunnels. */
  readonly fdb: Fdb;
  /** Multicast forwarding entries of bridges and tunnels. */
  readonly mdb: Mdbs;
  /** Multicast addresses of interfaces. */
  readonly multicastAddresses: MulticastAddresses;
  /** Anycast addresses of interfaces. */
  readonly anycastAddresses: AnycastAddresses;
  /** Tables of neighbours and their parameters. */
  readonly neighbourTables: NeighbourTables;
  /** Settings of IPv4, IPv6 and MPLS by interface. */
  readonly netconf: Netconfs;
  /** Numbers of network namespaces. */
  readonly nsids: Nsids;
  /** Prefixes that IPv6 routers advertise. */
  readonly prefixes: AdvertisedPrefixes;
  /** Options that IPv6 routers advertise. */
  readonly ndOptions: NdUserOptions;
  /** Reports about packets for which multicast routing has no route. */
  readonly cacheReports: CacheReports;
  /** Data Center Bridging of interfaces. */
  readonly dcb: Dcb;
  /** Counters of interfaces, of their bridges and bonds, and of hardware. */
  readonly stats: LinkCounters;
  /** VNIs that VXLAN interfaces accept. */
  readonly vnis: Vnis;
  /** VLANs of bridges and their ports. */
  readonly vlans: Vlans;
  /** States of bridge ports in multiple spanning trees. */
  readonly mst: PortMsts;
  /** Addresses of Phonet. */
  readonly phonetAddresses: PhonetAddresses;
  /** Routes of Phonet. */
  readonly phonetRoutes: PhonetRoutes;
  /** Addresses of MCTP. */
  readonly mctpAddresses: MctpAddresses;
  /** Routes of MCTP. */
  readonly mctpRoutes: MctpRoutes;
  /** Neighbours of MCTP. */
  readonly mctpNeighbours: MctpNeighbours;
  /** Gateways between CAN interfaces. */
  readonly canGateways: CanGateways;

  /** Creates the collections. They send requests through `requester()` and watch through the client of `open()`. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.links = new Links(open, requester);
    this.addresses = new Addresses(open, requester);
    this.routes = new Routes(open, requester);
    this.neighbours = new Neighbours(open, requester);
    this.rules = new Rules(open, requester);
    this.nexthops = new Nexthops(open, requester);
    this.nexthopBuckets = new NexthopBuckets(open, requester);
    this.addressLabels = new AddressLabels(open, requester);
    this.fdb = new Fdb(open, requester);
    this.mdb = new Mdbs(open, requester);
    this.multicastAddresses = new MulticastAddresses(open, requester);
    this.anycastAddresses = new AnycastAddresses(open, requester);
    this.neighbourTables = new NeighbourTables(open, requester);
    this.netconf = new Netconfs(open, requester);
    this.nsids = new Nsids(open, requester);
    this.prefixes = new AdvertisedPrefixes(open);
    this.ndOptions = new NdUserOptions(open);
    this.cacheReports = new CacheReports(open);
    this.dcb = new Dcb(open, requester);
    this.stats = new LinkCounters(open, requester);
    this.vnis = new Vnis(open, requester);
    this.vlans = new Vlans(open, requester);
    this.mst = new PortMsts(open, requester);
    this.phonetAddresses = new PhonetAddresses(open, requester);
    this.phonetRoutes = new PhonetRoutes(open, requester);
    this.mctpAddresses = new MctpAddresses(open, requester);
    this.mctpRoutes = new MctpRoutes(open, requester);
    this.mctpNeighbours = new MctpNeighbours(open, requester);
    this.canGateways = new CanGateways(open, requester);
  }
}

const COLLECTION = {
  link: "links",
  address: "addresses",
  route: "routes",
  neighbour: "neighbours",
  rule: "rules",
  nexthop: "nexthops",
  "nexthop bucket": "nexthopBuckets",
  "address label": "addressLabels",
  "multicast entry": "mdb",
  "multicast address": "multicastAddresses",
  "anycast address": "anycastAddresses",
  "network setting": "netconf",
  "namespace id": "nsids",
  "link counter": "stats",
  vni: "vnis",
  vlan: "vlans",
  "phonet address": "phonetAddresses",
  "phonet route": "phonetRoutes",
  "mctp address": "mctpAddresses",
  "advertised prefix": "prefixes",
  "advertised option": "ndOptions",
  "cache report": "cacheReports",
} as const satisfies Record<keyof RouteObjects, keyof RouteCollections>;

/** A client with its own socket, in a network namespace, and with all collections. */
export class RouteClient extends RouteCollections implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_ROUTE, options);
    super(() => client);
    this.#client = client;
    bindMethods(this);
  }

  /** Collects changes and sends them in few system calls; see {@linkcode batch}. */
  batch<R>(collect: Collecting<RouteBatch, R>): void {
    runBatch(this.#client, collect);
  }

  /** Follows changes of several types of objects; see {@linkcode watch}. */
  watch<O extends keyof RouteObjects>(
    ...args: [...O[]] | [...O[], PlainWatchOptions]
  ): Watching<PlainWatchEvent<RouteEvent<O>>>;
  /** Follows changes, and yields `synced` when all existing objects were yielded. */
  watch<O extends keyof RouteObjects>(...args: [...O[], WatchOptions]): Watching<WatchEvent<RouteEvent<O>>>;
  watch(...args: unknown[]): Watching<WatchEvent<RouteEvent>> {
    return watchNamed(this.#client, this, COLLECTION, args);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function runBatch(client: Client, collect: (batch: RouteBatch) => void): void {
  collectBatch(client, (requester) => new RouteCollections(() => client, () => requester), collect);
}

/**
 * Opens a client with its own socket, in a network namespace or with other options.
 *
 * @throws {SystemError} the namespace does not exist, or the process may not enter it
 */
export function open(options: OpenOptions = {}): RouteClient {
  return new RouteClient(options);
}

const shared: RouteCollections = {
  links,
  addresses,
  routes,
  neighbours,
  rules,
  nexthops,
  nexthopBuckets,
  addressLabels,
  fdb,
  mdb,
  multicastAddresses,
  anycastAddresses,
  neighbourTables,
  netconf,
  nsids,
  prefixes,
  ndOptions,
  cacheReports,
  dcb,
  stats,
  vnis,
  vlans,
  mst,
  phonetAddresses,
  phonetRoutes,
  mctpAddresses,
  mctpRoutes,
  mctpNeighbours,
  canGateways,
};

/**
 * Collects the changes that `collect` requests, and sends them in as few system calls as possible. All are tried.
 *
 * ```ts ignore
 * batch((b) => { for (const dst of prefixes) b.routes.add({ dst, type: "blackhole" }); });
 * ```
 *
 * If `collect` throws, what it requested before is sent nevertheless, as it would have been without a batch: a batch is
 * sent while it is collected, so that it needs little memory, and a change may name a link that an earlier one makes. So
 * compute first what may throw, then request. The kernel has no transactions for these objects.
 *
 * @throws {BatchError} for all changes that are not known to be done (refused, unknown or not sent), by their position
 */
export function batch<R>(collect: Collecting<RouteBatch, R>): void {
  runBatch(sharedClient(NETLINK_ROUTE), collect);
}

/**
 * Follows changes of several types of objects, in the kernel's order. It has subscribed when it returns.
 *
 * ```ts ignore
 * for await (const e of watch("link", "address", { initial: true, resync: true })) console.log(e);
 * ```
 *
 * It ends when the loop is left or when `signal` is aborted.
 */
export function watch<O extends keyof RouteObjects>(
  ...args: [...O[]] | [...O[], PlainWatchOptions]
): Watching<PlainWatchEvent<RouteEvent<O>>>;
/** Follows changes, and yields `synced` when all existing objects were yielded. */
export function watch<O extends keyof RouteObjects>(
  ...args: [...O[], WatchOptions]
): Watching<WatchEvent<RouteEvent<O>>>;
export function watch(...args: unknown[]): Watching<WatchEvent<RouteEvent>> {
  return watchNamed(sharedClient(NETLINK_ROUTE), shared, COLLECTION, args);
}

export {
  addresses,
  addressLabels,
  anycastAddresses,
  cacheReports,
  canGateways,
  dcb,
  fdb,
  links,
  mctpAddresses,
  mctpNeighbours,
  mctpRoutes,
  mdb,
  mst,
  multicastAddresses,
  ndOptions,
  neighbours,
  neighbourTables,
  netconf,
  nexthopBuckets,
  nexthops,
  nsids,
  phonetAddresses,
  phonetRoutes,
  prefixes,
  routes,
  rules,
  stats,
  vlans,
  vnis,
};
export { NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";
export type * from "./address.ts";
export type * from "./addresses.ts";
export type * from "./encap.ts";
export type * from "./protocol.ts";
export type * from "./af_spec.ts";
export type * from "./kinds/masters.ts";
export type * from "./kinds/others.ts";
export type * from "./kinds/shared.ts";
export type * from "./kinds/tunnels.ts";
export type * from "./kinds/vlan_like.ts";
export type * from "./link.ts";
export type * from "./links.ts";
export type * from "./neighbour.ts";
export type * from "./neighbours.ts";
export type * from "./nexthops.ts";
export type * from "./address_labels.ts";
export type * from "./fdb.ts";
export type * from "./mdb.ts";
export type * from "./mst.ts";
export type * from "./multicast_addresses.ts";
export type * from "./neighbour_tables.ts";
export type * from "./netconf.ts";
export type * from "./nsids.ts";
export type * from "./advertisements.ts";
export type * from "./cache_reports.ts";
export type * from "./dcb.ts";
export type * from "./can_gateway.ts";
export type * from "./mctp.ts";
export type * from "./phonet.ts";
export type * from "./notices.ts";
export type * from "./stats.ts";
export type * from "./vlans.ts";
export type * from "./vnis.ts";
export type * from "./route.ts";
export type * from "./routes.ts";
export type * from "./rule.ts";
export type * from "./rules.ts";
export type * from "./vf.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type * from "../../core/watch.ts";
