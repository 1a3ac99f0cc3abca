/**
 * Routes: rtmsg and RTA_*.
 *
 * Source: linux/rtnetlink.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import {
  addressFamily,
  type Attributes,
  attributes,
  be16,
  be32,
  bool,
  type Codec,
  count64,
  enumeration,
  hardwareAddress,
  head,
  HEADER_ONLY,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ip,
  ipv4,
  ipv6,
  key,
  mask,
  MISFIT,
  noneIs,
  parseIp,
  readOnly,
  type Shape,
  shown,
  string,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { isFields } from "../../core/arguments.ts";
import type { Input, Merge, Verb } from "../../core/collection.ts";
import { type Encap, encap } from "./encap.ts";
import {
  AF,
  type Family,
  family,
  familyNumber,
  headerTable,
  protocol,
  type RouteProtocol,
  type RouteTable,
  type RouteType,
  routeType,
  RTN,
  RTPROT,
  type Scope,
  scope,
  scopeNumber,
} from "./protocol.ts";
import { address, ipOfFamily, isWhole, labels, networkOf, prefix, toPrefix } from "./prefix.ts";

/** RTNH_F_*: flags of a next hop. */
export const RTNH_F = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const;

/** RTNH_F_* and RTM_F_*: flags of a route. If both have a name, the route's begins with `rt_`, as in `ip`. */
const RTM_F = {
  ...RTNH_F,
  notify: 0x100,
  cloned: 0x200,
  equalize: 0x400,
  prefix: 0x800,
  lookup_table: 0x1000,
  fib_match: 0x2000,
  rt_offload: 0x4000,
  rt_trap: 0x8000,
  rt_offload_failed: 0x20000000,
};

/** Flags that show a next hop's state. The kernel refuses them in a request, or would take them as given. */
const VOLATILE = 0x2000c079;

/** A flag of a next hop. Only `onlink` can be set: the gateway is on this link, even if no address there shows it. */
export type HopFlag = keyof typeof RTNH_F;

/** A flag of a route. */
export type RouteFlag =
  | HopFlag
  | "notify"
  | "cloned"
  | "equalize"
  | "prefix"
  | "lookup_table"
  | "fib_match"
  | "rt_offload"
  | "rt_trap"
  | "rt_offload_failed";

type Mask<F> = Codec<readonly (F | number)[], readonly (F | number)[] | number>;

/** Returns a codec of flags that decodes the volatile ones but does not send them. */
function withoutVolatileBits<F>(base: Mask<F>): Mask<F> {
  return {
    ...base,
    encode(value, to, owner) {
      const at = to.length;
      base.encode(value, to, owner);
      if (to.everything) return;
      if (base.size === 1) to.bytes[at]! &= ~VOLATILE;
      else to.view.setUint32(at, to.view.getUint32(at, true) & ~VOLATILE, true);
    },
  };
}

const routeFlags: Mask<RouteFlag> = withoutVolatileBits(mask(u32, RTM_F) as Mask<RouteFlag>);
const hopFlags: Mask<HopFlag> = withoutVolatileBits(mask(u8, RTNH_F));

/** A gateway of another family than the route's, or for MPLS its link-layer address. */
export interface Via {
  /** Family of the address: `inet`, `inet6` or `packet`; default by the form of the address. */
  family?: Family;
  /** IP or link-layer address. */
  address: string;
}

const viaFamily: Codec<Family> = addressFamily(u16, AF);

/** struct rtvia: the family in two bytes, then the address. */
const via: Codec<Via> = {
  name: "a gateway",
  decode(from, at, end, owner) {
    const size = end - at - 2;
    if (size < 0) return MISFIT;
    const family = viaFamily.decode(from, at, at + 2, owner);
    if ((family === "inet" && size !== 4) || (family === "inet6" && size !== 16)) return MISFIT;
    const codec = family === "inet" || family === "inet6" ? ip : hardwareAddress;
    return { family, address: codec.decode(from, at + 2, end, owner) };
  },
  encode(value, to, owner) {
    if (typeof value !== "object" || value === null || typeof value.address !== "string") {
      to.fail(
        TypeError,
        `expected { family, address }, got ${shown(value)}; an address of the family of dst is "gateway"`,
      );
    }
    const bytes = parseIp(value.address), told = bytes === undefined ? "packet" : bytes.length === 4 ? "inet" : "inet6";
    const family = value.family ?? told, codec = family === "inet" ? ipv4 : family === "inet6" ? ipv6 : hardwareAddress;
    viaFamily.encode(family, to, owner);
    codec.encode(value.address, to, owner);
  },
};

/** RTAX_* as bits: the metrics that can be locked. */
export const RTAX = {
  mtu: 0x4,
  window: 0x8,
  rtt: 0x10,
  rttvar: 0x20,
  ssthresh: 0x40,
  cwnd: 0x80,
  advmss: 0x100,
  reordering: 0x200,
  hoplimit: 0x400,
  initcwnd: 0x800,
  features: 0x1000,
  rto_min: 0x2000,
  initrwnd: 0x4000,
  quickack: 0x8000,
  cc_algo: 0x10000,
  fastopen_no_cookie: 0x20000,
} as const;

/** Numbers of {@linkcode RouteMetrics["features"]} by name. */
export const RTAX_FEATURE = { ecn: 1, sack: 2, timestamp: 4, allfrag: 8, tcp_usec_ts: 16 } as const;

/** Metrics of a route: values that TCP uses for the path. */
export interface RouteMetrics {
  /** Locked metrics, which the kernel does not change. */
  lock?: readonly (keyof typeof RTAX | number)[];
  /** Path MTU in bytes. */
  mtu?: number;
  /** Largest window to advertise, in bytes. */
  window?: number;
  /** Round-trip time, in eighths of a millisecond. */
  rtt?: number;
  /** Variance of the round-trip time, in quarters of a millisecond. */
  rttvar?: number;
  /** Slow-start threshold, in segments. */
  ssthresh?: number;
  /** Largest congestion window, in segments. Used only if locked. */
  cwnd?: number;
  /** Maximum segment size to advertise, in bytes. */
  advmss?: number;
  /** Largest reordering that does not count as loss, in segments. */
  reordering?: number;
  /** TTL or hop limit, 1..255. */
  hoplimit?: number;
  /** Initial congestion window, in segments. */
  initcwnd?: number;
  /** Features to use on connections over this route. */
  features?: readonly (keyof typeof RTAX_FEATURE | number)[];
  /** Smallest retransmission timeout, in milliseconds. */
  rtoMin?: number;
  /** Initial receive window, in segments. */
  initrwnd?: number;
  /** 1 acknowledges received data at once. */
  quickack?: number;
  /** Congestion control algorithm: `cubic`. */
  ccAlgo?: string;
  /** 1 allows TCP Fast Open without a cookie. */
  fastopenNoCookie?: number;
}

/** A number that the kernel does not send if it is 0. */
const metric: Codec<number> = noneIs(u32, 0);

/** Wire form of {@linkcode RouteMetrics}: RTAX_*. */
export const RouteMetrics: Attributes<RouteMetrics> = attributes((): Shape<RouteMetrics> => ({
  lock: [1, mask(u32, RTAX)],
  mtu: [2, metric],
  window: [3, metric],
  rtt: [4, metric],
  rttvar: [5, metric],
  ssthresh: [6, metric],
  cwnd: [7, metric],
  advmss: [8, metric],
  reordering: [9, metric],
  hoplimit: [10, metric],
  initcwnd: [11, metric],
  features: [12, mask(u32, RTAX_FEATURE)],
  rtoMin: [13, metric],
  initrwnd: [14, metric],
  quickack: [15, metric],
  ccAlgo: [16, string(15)],
  fastopenNoCookie: [17, metric],
}));

/** A next hop of a multipath route, without its encapsulation. */
export interface RouteHopFields {
  /** Index of the interface. */
  oif: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Gateway of the route's own family. */
  gateway?: string;
  /** Gateway of another family. */
  via?: Via;
  /** Weight among the next hops, 1..256: rtnh_hops + 1. */
  weight: number;
  /** Flags; only `onlink` is sent. */
  flags: readonly (HopFlag | number)[];
  /** Realms as a number: source << 16 | destination. */
  flow?: number;
  /** MPLS: labels that replace the incoming one, outermost first: `100/200`. */
  newdst?: string;
}

/** A next hop of a multipath route, with its encapsulation. */
export type RouteHop = RouteHopFields & Encap;

const weight: Codec<number> = {
  name: "a weight",
  size: 1,
  decode: (from, at) => from.bytes[at]! + 1,
  encode(value, to, owner) {
    if (typeof value === "number" && (value < 1 || value > 256)) to.fail(RangeError, `expected 1..256, got ${value}`);
    u8.encode(typeof value === "number" ? value - 1 : value, to, owner);
  },
};

/** Wire form of {@linkcode RouteHop}: struct rtnexthop and RTA_*. */
export const RouteHop: Attributes<RouteHop> = attributes((): Shape<RouteHopFields> => ({
  oif: head(4, ifindex),
  dev: interfaceNameOf("oif"),
  gateway: [5, ip],
  via: [18, via],
  weight: head(3, weight),
  flags: head(2, hopFlags),
  flow: [11, metric],
  newdst: [19, labels],
}), { header: 8 }).with(encap(21, 22));

/** Codec of a list of next hops: records one after another, each with its length in the first two bytes. */
const hops: Codec<readonly RouteHop[]> = {
  name: "next hops",
  decode(from, at, end, owner) {
    const list: RouteHop[] = [];
    while (end - at >= 8) {
      const length = from.view.getUint16(at, true);
      if (length < 8 || length > end - at) return MISFIT;
      list.push(RouteHop.decode(from, at, at + length, owner));
      at += (length + 3) & ~3;
    }
    return list;
  },
  encode(value, to, owner) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
    value.forEach((hop, index) => {
      const start = to.length;
      to.path.push(index);
      RouteHop.encode(hop, to, owner);
      if (hop.gateway !== undefined) {
        to.path.push("gateway");
        toPrefix(hop.gateway, to);
        to.path.pop();
      }
      if (to.length - start > 0xffff) {
        to.fail(RangeError, `${to.length - start} bytes are too many for one hop, which has at most 65535`);
      }
      to.view.setUint16(start, to.length - start, true);
      to.path.pop();
    });
  },
  walk(from, at, end, owner, visit) {
    for (let index = 0; end - at >= 8; index++) {
      const length = from.view.getUint16(at, true);
      if (length < 8 || length > end - at) return;
      visit({ name: index, id: -1, start: at, at, end: at + length, codec: RouteHop, owner });
      at += (length + 3) & ~3;
    }
  },
};

/** Timers and counters of a route. */
export interface RouteCacheinfo {
  /** Number of references. */
  clntref?: number;
  /** Hundredths of a second since its last use. */
  lastuse?: number;
  /** Hundredths of a second until it is removed; 0 for never. */
  expires?: number;
  /** Error for its packets as a negative errno; 0 for none. */
  error?: number;
  /** Number of uses. */
  used?: number;
  /** Unused since Linux 3.6. */
  id?: number;
  /** Unused since Linux 3.6. */
  ts?: number;
  /** Unused since Linux 3.6. */
  tsage?: number;
}

const cacheinfo: Codec<RouteCacheinfo> = struct(32, (): Shape<RouteCacheinfo> => ({
  clntref: [0, u32],
  lastuse: [4, u32],
  expires: [8, i32],
  error: [12, i32],
  used: [16, u32],
  id: [20, u32],
  ts: [24, u32],
  tsage: [28, u32],
}));

/** Counters of a multicast route. */
export interface MfcStats {
  /** Number of forwarded packets. */
  packets?: number;
  /** Number of forwarded bytes. */
  bytes?: number;
  /** Number of packets that arrived on the wrong interface. */
  wrongIf?: number;
}

const mfcStats: Codec<MfcStats> = struct(24, (): Shape<MfcStats> => ({
  packets: [0, count64],
  bytes: [8, count64],
  wrongIf: [16, count64],
}));

/**
 * Codec of RTA_EXPIRES: seconds in four bytes; of multicast routes, hundredths of a second in eight. The kernel accepts
 * it for IPv6 routes, but shows the remaining time in {@linkcode RouteCacheinfo.expires}. Less than a second is decoded
 * as 1, because 0 would mean forever.
 */
const expires: Codec<number> = {
  ...u32,
  none: [0],
  tolerant: true,
  decode(from, at, end, owner) {
    return end - at === 4
      ? u32.decode(from, at, end, owner)
      : end - at === 8
      ? count64.decode(from, at, end, owner)
      : MISFIT;
  },
  absent(from, owner) {
    const { expires = 0 } = (owner as RouteFields).cacheinfo ?? {};
    if (expires === 0 || from.bytes[from.base] !== AF.inet6) return undefined;
    return Math.max(1, Math.ceil(expires / 100));
  },
  // The kernel would remove a route with 0 at once, as soon as it looks for those that have expired.
  encode(value, to, owner) {
    if (value === 0) return HEADER_ONLY;
    return u32.encode(value, to, owner);
  },
};

/** A route, without its encapsulation. */
export interface RouteFields {
  /** `inet`, `inet6`, `mpls` …; default the family of `dst` or, for `default`, of the gateway. */
  family: Family;
  /**
   * Destination: `10.0.0.0/8`, `default`; an address without a prefix length means that address alone. For MPLS the
   * incoming label.
   */
  dst: string;
  /** Source prefix (IPv6 subtrees); in look-ups the source address. */
  src?: string;
  /** Type of service of its packets, 0..255 (IPv4). */
  tos: number;
  /** Routing table: `main`, `local`, `default` or a number; 0 is the same as absent, except in a filter. */
  table?: RouteTable;
  /** Origin; default `boot`, as with `ip route`. */
  protocol: RouteProtocol;
  /** Distance of the destination (IPv4). */
  scope: Scope;
  /** Handling of packets; default `unicast`. */
  type: RouteType;
  /** Flags. Of these `onlink` is sent, but not those that only the kernel sets (`dead`, `linkdown`, `offload` …). */
  flags: readonly (RouteFlag | number)[];
  /** Index of the incoming interface, in look-ups and multicast routes. */
  iif?: Ifindex;
  /** Name of the incoming interface. Read-only. */
  iifDev?: string;
  /** Index of the outgoing interface. */
  oif?: Ifindex;
  /** Name of the outgoing interface. */
  dev?: string;
  /** Gateway of the route's own family. */
  gateway?: string;
  /** Gateway of another family. */
  via?: Via;
  /** MPLS: labels that replace the incoming one, outermost first: `100/200`. */
  newdst?: string;
  /** Metric, u32; the lowest wins. For IPv6 the kernel uses 1024 if it is absent or 0. */
  priority?: number;
  /** Preferred source address of packets from this machine. */
  prefsrc?: string;
  /** Values that TCP uses for the path. */
  metrics?: RouteMetrics;
  /**
   * Next hops of a multipath route, instead of `oif` and `gateway`. For IPv6, a key with a gateway names the next hop with
   * it: `find` returns it as a route, `delete` deletes it alone, `set` changes its gateway, interface or encapsulation.
   */
  multipath?: readonly RouteHop[];
  /** Realms as a number: source << 16 | destination (IPv4). */
  flow?: number;
  /** Timers and counters. Read-only. */
  cacheinfo?: RouteCacheinfo;
  /** Firewall mark, u32, in look-ups. */
  mark?: number;
  /** Number of the user, in look-ups. */
  uid?: number;
  /** MPLS: true copies the TTL to the inner packet. */
  ttlPropagate?: boolean;
  /** IP protocol, in look-ups: 6 is TCP, 17 UDP. Input only. */
  ipProto?: number;
  /** Source port, in look-ups. Input only. */
  sport?: number;
  /** Destination port, in look-ups. Input only. */
  dport?: number;
  /** Id of a nexthop object, instead of `oif`, `gateway`, `multipath` and `encap`. */
  nhId?: number;
  /** Router preference (IPv6). */
  pref?: "medium" | "high" | "low" | number;
  /** Seconds until the kernel removes it, 0 for never (IPv6); in a listed route the remaining time. */
  expires?: number;
  /** Flow label, in look-ups (IPv6). Input only. */
  flowlabel?: number;
  /** Counters of a multicast route. Read-only. */
  mfcStats?: MfcStats;
}

/** A route of any family, with its encapsulation. */
export type Route = RouteFields & Encap;

/** Wire form of {@linkcode Route}: rtmsg and RTA_*. Attributes 10, 13 and 14 are unused since Linux 2.6.23. */
export const Route: Attributes<Route> = attributes((): Shape<RouteFields> => ({
  family: head(0, family, key),
  dst: [1, prefix(1, { whole: true }), key],
  src: [2, noneIs(prefix(2), "0.0.0.0/0", "::/0"), key],
  tos: head(3, u8, key),
  table: [15, headerTable, key],
  protocol: head(5, protocol, key),
  scope: head(6, scope, key),
  type: head(7, routeType, key),
  flags: head(8, routeFlags),
  iif: [3, ifindex],
  iifDev: interfaceNameOf("iif", readOnly),
  oif: [4, ifindex, key],
  dev: interfaceNameOf("oif", key),
  gateway: [5, noneIs(ipOfFamily, "0.0.0.0"), key],
  via: [18, via, key],
  newdst: [19, labels],
  priority: [6, metric, key],
  prefsrc: [7, noneIs(address, "0.0.0.0", "::"), key],
  metrics: [8, RouteMetrics],
  multipath: [9, hops, key],
  flow: [11, metric],
  cacheinfo: [12, cacheinfo, readOnly],
  mark: [16, metric],
  uid: [25, u32],
  ttlPropagate: [26, bool(u8)],
  ipProto: [27, u8, "input"],
  sport: [28, be16, "input"],
  dport: [29, be16, "input"],
  nhId: [30, metric, key],
  pref: [20, enumeration(u8, { medium: 0, high: 1, low: 3 })],
  expires: [23, expires],
  flowlabel: [31, be32, "input"],
  mfcStats: [17, mfcStats, readOnly],
}), { header: 12, pad: 24 }).with(encap(21, 22));

/** True if `given` is one of `names`, by name or number. */
function isOf<M extends Readonly<Record<string, number>>>(map: M, given: unknown, ...names: (keyof M)[]): boolean {
  return names.some((name) => given === name || given === map[name]);
}

/** Fields that a nexthop object determines, so a route with one must not have them. */
const NEXTHOP_SAYS = ["oif", "dev", "gateway", "via", "multipath", "encapType", "encap"] as const;

/** True if a route has `nhId` and next hops. */
export function hasHopsBesideNexthop(route: object): boolean {
  const given = route as Readonly<Record<string, unknown>>, { nhId } = given;
  return nhId !== undefined && nhId !== 0 &&
    NEXTHOP_SAYS.some((name) => given[name] !== undefined && given[name] !== null);
}

/**
 * Completes a route as `ip route` does.
 *
 * It adds the family, the table (`local` for local, broadcast and anycast routes), protocol `boot`, type `unicast`, and
 * for IPv4 the scope: `host` for local routes, `link` for those without a gateway. A key of delete and get matches only
 * by the given fields, in that family and table.
 *
 * @throws {TypeError} there is no `dst`
 */
export function prepareRoute(value: Input<Route>, verb: Verb): Input<Route> {
  if (verb === "list") return value;
  const { dst } = value as Input<RouteFields>;
  if (dst === undefined || dst === null) {
    // A get without `dst` matches any route that fits the other fields.
    if (verb === "get") return value;
    throw argumentError(TypeError, `Cannot ${verb} a route without "dst": the default route is { dst: "default" }`);
  }
  const route = { ...value, family: routeFamily(value) } as Input<RouteFields> & Record<string, unknown>;
  const number = familyNumber(route.family as Family), naming = verb === "delete" || verb === "get";
  const ip = number === AF.inet || number === AF.inet6;
  for (const name of ["table", "oif"] as const) if (route[name] === 0) delete route[name];
  if (isWhole(route.src)) delete route.src;
  if (number === AF.inet6) {
    // The kernel replaces these values by its defaults, and keeps no bits behind a prefix.
    if (isOf(RTPROT, route.protocol, "unspec")) route.protocol = "boot";
    if (isOf(RTN, route.type, "unspec")) route.type = "unicast";
    if (naming) { for (const name of ["dst", "src"] as const) route[name] = networkOf(route[name])!; }
  }
  if (verb === "get") {
    // A delete request means 0 by these fields if they are absent, so a get compares them too.
    if (number === AF.inet) route.tos ??= 0;
    route.table ??= tableOf(route, number);
    if (route.priority === 0) delete route.priority;
    return route as Input<Route>;
  }
  if (route.nhId === 0) delete route.nhId;
  if (route.nhId !== undefined) {
    for (const field of NEXTHOP_SAYS) delete route[field];
  }
  // In a request that deletes an IP route, type 0 matches any type; other families have only unicast.
  if (!naming || !ip) route.type ??= "unicast";
  route.table ??= tableOf(route, number);
  if (number === AF.inet) route.scope ??= scopeOf(route, naming);
  if (!naming) {
    route.protocol ??= "boot";
    // `cloned` marks the result of a look-up, which has properties of the packet; it must not be requested.
    if (Array.isArray(route.flags) && route.flags.some((flag) => isOf(RTM_F, flag, "cloned"))) {
      route.flags = route.flags.filter((flag) => !isOf(RTM_F, flag, "cloned"));
      for (const name of ["src", "iif", "mark", "uid"]) delete route[name];
    }
  }
  return route as Input<Route>;
}

/** The fields of a single next hop, and those of all routes through next hops. */
const HOP = ["oif", "dev", "gateway", "via", "encapType", "encap"] as const;
const COMMON = ["family", "dst", "tos", "table", "protocol", "scope", "type", "flags", "multipath", "prefsrc"] as const;

/** The fields that the kernel reads of a route to add, by family; those of other families it refuses itself. */
const READ: Readonly<Record<number, ReadonlySet<string>>> = {
  [AF.inet]: new Set([...COMMON, ...HOP, "priority", "metrics", "flow", "nhId"]),
  [AF.inet6]: new Set([...COMMON, ...HOP, "priority", "metrics", "nhId", "src", "pref", "expires"]),
  [AF.ipmr]: new Set([...COMMON, "src", "iif"]),
  [AF.ip6mr]: new Set([...COMMON, "src", "iif"]),
};
/** The fields of a next hop that the kernel reads in one family only. */
const HOP_READ: Readonly<Record<string, number>> = { flow: AF.inet, newdst: AF.mpls };
/** Flags of a route that a request may have; {@linkcode VOLATILE} ones are not sent. */
const SENT_FLAGS = RTNH_F.onlink | RTM_F.cloned | VOLATILE;

/** Returns why the kernel would ignore a field of a route to add, if it would. */
export function ignoresOfRoute(name: string, route: Readonly<Record<string, unknown>>): string | undefined {
  const { family, type, flags, scope, dev, oif, pref, multipath } = route, number = familyNumber(family as Family);
  const all = maskOf(flags, RTM_F), six = number === AF.inet6;
  if (Route.field(name)?.use !== "readOnly" && READ[number]?.has(name) === false) {
    return `the kernel ignores it in a route of the family ${family}`;
  }
  if (name === "flags") return all & ~SENT_FLAGS ? `only onlink is a flag to set` : undefined;
  if (name === "multipath") return ignoredHop(multipath, number);
  if (!six) return undefined;
  if (name === "scope") return scopeNumber(scope) === 0 ? undefined : "IPv6 routes have the scope universe";
  const loopback = name === "dev" ? dev === "lo" : name === "oif" && (oif === 1 || oif === "lo");
  const given = HOP.some((one) => one === name) && !loopback || name === "expires" ||
    name === "pref" && pref !== "medium";
  return given && isOf(RTN, type, "blackhole", "unreachable", "prohibit", "throw")
    ? `the kernel ignores it in an IPv6 route of this type`
    : HOP.some((one) => one === name) && multipath !== undefined
    ? "an IPv6 route with multipath has no next hop of its own"
    : undefined;
}

/** Returns why the kernel would ignore a field of a next hop, if it would. */
function ignoredHop(hops: unknown, family: number): string | undefined {
  if (!Array.isArray(hops)) return undefined;
  for (const [index, hop] of hops.entries()) {
    for (const [name, only] of Object.entries(HOP_READ)) {
      if (only !== family && isFields(hop) && hop[name] !== undefined && hop[name] !== 0) {
        return `the kernel ignores ${name} of next hop ${index} in this family`;
      }
    }
    if (isFields(hop) && (maskOf(hop["flags"], RTNH_F) & ~(RTNH_F.onlink | VOLATILE)) !== 0) {
      return `only onlink is a flag to set, next hop ${index} has another`;
    }
  }
  return undefined;
}

/** Returns the mask of flags given by name or number; those of no name count as none, as encoding refuses them. */
function maskOf(flags: unknown, bits: Readonly<Record<string, number>>): number {
  if (typeof flags === "number") return flags;
  if (!Array.isArray(flags)) return 0;
  return flags.reduce(
    (all, one) => all | (typeof one === "number" ? one : Object.hasOwn(bits, one) ? bits[one] : 0),
    0,
  );
}

/** Returns the table of a route without one, by its type and family. */
function tableOf({ type }: Input<RouteFields>, family: number): RouteTable {
  if (family === AF.ipmr || family === AF.ip6mr) return "default";
  return isOf(RTN, type, "local", "broadcast", "anycast", "nat") ? "local" : "main";
}

/**
 * Returns the next hops of an IPv6 route with several, each as a route: for the kernel they are, and a key with a gateway
 * names one of them.
 */
export function hopsOf(route: Route, key: object): Route[] {
  const { multipath, ...rest } = route as RouteFields & Encap;
  if (multipath === undefined || rest.family !== "inet6" || (key as Input<RouteFields>).gateway === undefined) {
    return [];
  }
  return multipath.map(({ weight: _weight, ...hop }) => ({ ...rest, ...hop }) as Route);
}

/** Returns the route with several next hops of which `leg` is one, and the place of that among them. */
function wholeOf(leg: Route, among: readonly Route[]): readonly [route: RouteFields, place: number] | undefined {
  const { gateway, oif } = leg as RouteFields;
  for (const route of among as readonly RouteFields[]) {
    const place = route.multipath?.findIndex((hop) => hop.gateway === gateway && hop.oif === oif) ?? -1;
    if (place >= 0) return [route, place];
  }
  return undefined;
}

/** Merges changes into one next hop of an IPv6 route, which the kernel replaces with all of them. */
function mergeHop([route, place]: readonly [RouteFields, number], merge: Merge<Route>): Input<Route> {
  const { changes, among, what } = merge, shared = Object.keys(changes).find((name) => !isHopField(name));
  if (shared !== undefined) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: ${shared}: the next hops of the route share it: set it by a key without a gateway`,
    );
  }
  const multipath = route.multipath!.map((hop, i) => {
    if (i !== place) return hop;
    const kept: Record<string, unknown> = { ...hop };
    if (changes["oif"] !== undefined || changes["dev"] !== undefined) {
      ["oif", "dev"].forEach((name) => delete kept[name]);
    }
    if (changes["encapType"] !== undefined) delete kept["encap"];
    return { ...kept, ...changes };
  });
  return mergeRoute({
    found: route as Route,
    among,
    what,
    changes: { multipath },
    whole: { ...route, multipath },
  });
}

const isHopField = (name: string): boolean => name === "flags" || HOP.some((one) => one === name);

/**
 * Merges changes into an existing route for a request that replaces it. The kernel replaces the first route with the
 * same key.
 *
 * @throws {TypeError} the route is not the first
 */
export function mergeRoute({ found, among, changes, whole, what }: Merge<Route>): Input<Route> {
  const leg = among.includes(found) ? undefined : wholeOf(found, among);
  if (leg !== undefined) return mergeHop(leg, { found, among, changes, whole, what });
  const route: Record<string, unknown> = { ...whole }, { nhId, multipath, type } = changes;
  const single = HOP.some((name) => changes[name] !== undefined), was = found as RouteFields & Encap;
  const other = type !== undefined && type !== was.type &&
    !(typeof type === "number" && isOf(RTN, type, was.type as never));
  const drop = (...names: readonly string[]): void =>
    names.forEach((name) => {
      if (changes[name] === undefined) delete route[name];
    });
  // A single next hop, several next hops and a nexthop object exclude each other.
  if (multipath !== undefined || nhId !== undefined || other || single && was.nhId !== undefined) drop(...HOP, "flow");
  if (single || nhId !== undefined || other) drop("multipath");
  if (single || multipath !== undefined || other) drop("nhId");
  if (changes["gateway"] !== undefined) drop("via");
  if (changes["via"] !== undefined) drop("gateway");
  if (changes["encapType"] !== undefined && changes["encapType"] !== was.encapType) route["encap"] = changes["encap"];
  if (other && isOf(RTN, type, "blackhole", "unreachable", "prohibit", "throw")) drop("pref", "expires");
  // The kernel derives the scope from the next hops, unless it was chosen.
  if (was.scope === scopeOf(was as Input<RouteFields>, false)) drop("scope");
  const six = was.family === "inet6";
  const first = six ? among.find((one) => canJoinOthers(one) === canJoinOthers(route)) ?? among[0] : among[0];
  if (first !== found) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel would change another route with this destination, table and metric, which comes ` +
        "first: delete this one, and append it with the changes",
    );
  }
  return route as Input<Route>;
}

/** True if an IPv6 route can be a next hop of a multipath route. */
function canJoinOthers(
  { gateway, multipath, nhId, protocol }: { readonly [K in keyof RouteFields]?: unknown },
): boolean {
  return nhId === undefined && protocol !== "ra" && (gateway !== undefined || multipath !== undefined);
}

/** The fields that the kernel compares, by family, when it deletes a route and their value is not 0. */
const COMPARED: Readonly<Record<number, ReadonlySet<string>>> = {
  [AF.inet]: new Set(["family", "dst", "table", "priority", "type", "protocol", "scope", "prefsrc", "tos"]),
  // If no route has `src`, the kernel deletes one without it.
  [AF.inet6]: new Set(["family", "dst", "table", "priority", "protocol"]),
  [AF.mpls]: new Set(["family", "dst"]),
};

/** Values that are sent as 0, which matches any value when the kernel deletes a route. */
const ANY: ReadonlySet<unknown> = new Set([0, null, "unspec", "nowhere", 255, "0.0.0.0", "::"]);

/**
 * True if the kernel compares all fields of `key` when it deletes a route. Next hops do not count: of several, the
 * kernel compares only one.
 */
export function comparesAll(key: object): boolean {
  const compared = COMPARED[familyNumber(routeFamily(key))];
  // For other families the kernel itself reports that it cannot delete.
  if (compared === undefined) return true;
  return Object.entries(key).every(([name, value]) =>
    value === undefined || (name === "priority" || name === "tos") && value === 0 ||
    compared.has(name) && !ANY.has(value)
  );
}

/**
 * Returns the family of a route: the given one, or else that of its destination; for a default route that of its
 * gateway.
 */
export function routeFamily(value: Input<Route>): Family {
  const { family, dst, src, gateway, prefsrc, multipath } = value as Input<RouteFields>;
  if (family !== undefined) return family as Family;
  const hops: unknown[] = Array.isArray(multipath) ? multipath.map((hop) => hop?.gateway) : [];
  const [told = ""] = (dst === "default" ? [src, gateway, prefsrc, ...hops] : [dst]).filter((one) =>
    one !== undefined && one !== null
  );
  return (told instanceof Uint8Array ? told.length === 16 : String(told).includes(":")) ? "inet6" : "inet";
}

function scopeOf(route: Input<RouteFields>, deleting: boolean): Scope {
  const { type, gateway, via, multipath, nhId } = route;
  if (isOf(RTN, type, "local", "nat")) return "host";
  if (isOf(RTN, type, "broadcast", "multicast", "anycast")) return "link";
  if (deleting) return "nowhere";
  const direct = gateway === undefined && via === undefined && multipath === undefined && nhId === undefined;
  return direct && isOf(RTN, type, "unspec", "unicast") ? "link" : "universe";
}

/** The fields that identify a route in the kernel and do not change during its lifetime. */
const IDENTITY = [
  "family",
  "table",
  "dst",
  "src",
  "tos",
  "priority",
  "type",
  "protocol",
  "scope",
  "prefsrc",
  "iif",
  "nhId",
  "newdst",
  "pref",
  "ttlPropagate",
] as const;

/**
 * Returns a text that identifies a route.
 *
 * The text includes the next hops, because the kernel keeps several routes with the same destination and metric
 * (`append`). It does not include state.
 */
export function routeKey(route: Route): string {
  const fields = route as RouteFields, { oif, dev, gateway, via, multipath, metrics, flow, nhId, flags } = fields;
  const { encapType, encap } = route;
  let text = "";
  for (const name of IDENTITY) text += `${fields[name] ?? ""} `;
  if (metrics !== undefined) text += JSON.stringify(metrics);
  // A nexthop object may change while routes use it.
  if (nhId !== undefined) return text;
  text += `${oif ?? dev ?? ""} ${gateway ?? ""} ${flow ?? ""}${
    Array.isArray(flags) && flags.includes("onlink") ? " onlink" : ""
  }`;
  if (via !== undefined) text += JSON.stringify(via);
  if (encapType !== undefined) text += JSON.stringify([encapType, encap], withoutState);
  if (multipath !== undefined) text += JSON.stringify(multipath, withoutState);
  return text;
}

/** JSON.stringify replacer that omits names, counters and states. */
function withoutState(name: string, value: unknown): unknown {
  if (name === "counters" || name === "dev" || name.endsWith("Dev")) return undefined;
  if (name === "flags" && Array.isArray(value)) {
    return value.filter((flag) => !Object.hasOwn(RTNH_F, flag) || flag === "onlink");
  }
  // JSON turns a bigint into a number, so both become text.
  return typeof value === "bigint" || typeof value === "number" ? String(value) : value;
}
