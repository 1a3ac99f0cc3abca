/**
 * Routes: rtmsg and RTA_*.
 *
 * Source: linux/rtnetlink.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import {
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
  type Scope,
  scope,
} from "./numbers.ts";
import { address, labels, prefix } from "./prefix.ts";

/** RTNH_F_*, the flags of a next hop. */
export const RTNH_F = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const;

/** RTNH_F_* and RTM_F_*; where a name would stand twice, the route's has `rt_` in front, as `ip` shows it. */
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

/** What the kernel says of a next hop's state and refuses, or would take for granted, as input. */
const VOLATILE = 0x2000c079;

/** A property of a next hop. `onlink` may be set: the gateway is on this wire whatever the addresses say. */
export type HopFlag = keyof typeof RTNH_F;

/** A property of a route. */
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

/** A mask whose volatile bits are shown and not sent. */
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

/** A gateway of another family than the route's, or (MPLS) its link-layer address. */
export interface Via {
  /** Family of the address: `inet`, `inet6` or `packet`; told by the address when absent. */
  family?: Family;
  /** IP or link-layer address. */
  address: string;
}

const viaFamily: Codec<Family> = enumeration(u16, AF);

/** struct rtvia: family in two bytes, the address behind it. */
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
      to.fail(TypeError, `expected { family, address }, got ${shown(value)}`);
    }
    const bytes = parseIp(value.address), told = bytes === undefined ? "packet" : bytes.length === 4 ? "inet" : "inet6";
    const family = value.family ?? told, codec = family === "inet" ? ipv4 : family === "inet6" ? ipv6 : hardwareAddress;
    viaFamily.encode(family, to, owner);
    codec.encode(value.address, to, owner);
  },
};

/** RTAX_LOCK: the metrics that the kernel leaves alone. */
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

/** What TCP shall assume of the path. */
export interface RouteMetrics {
  /** Metrics that the kernel shall not change. */
  lock?: readonly (keyof typeof RTAX | number)[];
  /** Bytes. */
  mtu?: number;
  /** Largest window to advertise, in bytes. */
  window?: number;
  /** Round-trip time, in eighths of a millisecond. */
  rtt?: number;
  /** Its variance, in quarters of a millisecond. */
  rttvar?: number;
  /** Slow-start threshold, in segments. */
  ssthresh?: number;
  /** Largest congestion window, in segments. Only when locked. */
  cwnd?: number;
  /** Maximum segment size to advertise, in bytes. */
  advmss?: number;
  /** Largest reordering that is not loss, in segments. */
  reordering?: number;
  /** TTL or hop limit, 1..255. */
  hoplimit?: number;
  /** Congestion window at the start, in segments. */
  initcwnd?: number;
  /** What is done on connections there. */
  features?: readonly (keyof typeof RTAX_FEATURE | number)[];
  /** Least retransmission timeout, in milliseconds. */
  rtoMin?: number;
  /** Receive window at the start, in segments. */
  initrwnd?: number;
  /** 1: acknowledge at once. */
  quickack?: number;
  /** Congestion control algorithm: `cubic`. */
  ccAlgo?: string;
  /** 1: TCP Fast Open without a cookie. */
  fastopenNoCookie?: number;
}

/** Wire form of {@linkcode RouteMetrics}: RTAX_*. */
export const RouteMetrics: Attributes<RouteMetrics> = attributes((): Shape<RouteMetrics> => ({
  lock: [1, mask(u32, RTAX)],
  mtu: [2, u32],
  window: [3, u32],
  rtt: [4, u32],
  rttvar: [5, u32],
  ssthresh: [6, u32],
  cwnd: [7, u32],
  advmss: [8, u32],
  reordering: [9, u32],
  hoplimit: [10, u32],
  initcwnd: [11, u32],
  features: [12, mask(u32, RTAX_FEATURE)],
  rtoMin: [13, u32],
  initrwnd: [14, u32],
  quickack: [15, u32],
  ccAlgo: [16, string(15)],
  fastopenNoCookie: [17, u32],
}));

/** One way of a multipath route, without what it is wrapped in. */
export interface RouteHopFields {
  /** Interface number. */
  oif: Ifindex;
  /** Interface name. */
  dev?: string;
  /** Gateway. */
  gateway?: string;
  /** Gateway of another family. */
  via?: Via;
  /** Its share among the others, 1..256; rtnh_hops + 1. */
  weight: number;
  /** Its properties; only `onlink` is sent. */
  flags: readonly (HopFlag | number)[];
  /** Realms: source << 16 | destination. */
  flow?: number;
  /** MPLS: labels to swap in, `100/200`. */
  newdst?: string;
}

/** One way of a multipath route. */
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
  flow: [11, u32],
  newdst: [19, labels],
}), { header: 8 }).with(encap(21, 22));

/** Records side by side, each with its length in its first two bytes. */
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
      if (to.length - start > 0xffff) {
        to.fail(RangeError, `${to.length - start} bytes are more than the 65535 that one hop can have`);
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
  /** References. */
  clntref?: number;
  /** Hundredths of a second since it was used last. */
  lastuse?: number;
  /** Hundredths of a second until it goes, 0 for never. */
  expires?: number;
  /** Error that its packets meet, as a negative errno; 0 for none. */
  error?: number;
  /** Times used. */
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

/** What a multicast route has forwarded. */
export interface MfcStats {
  /** Packets. */
  packets?: number;
  /** Bytes. */
  bytes?: number;
  /** Packets that came in by another interface. */
  wrongIf?: number;
}

const mfcStats: Codec<MfcStats> = struct(24, (): Shape<MfcStats> => ({
  packets: [0, count64],
  bytes: [8, count64],
  wrongIf: [16, count64],
}));

/**
 * Seconds in four bytes; of multicast routes, hundredths of a second in eight. IPv6 is told by it, and says what remains
 * in {@linkcode RouteCacheinfo.expires}: less than a second is one, as 0 would be for ever.
 */
const expires: Codec<number> = {
  ...u32,
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
};

/** A route, without what its packets are wrapped in. */
export interface RouteFields {
  /** `inet`, `inet6`, `mpls` …; told by `dst` and the gateway when absent. */
  family: Family;
  /** Destination: `10.0.0.0/8`, `default`; a bare address means all its bits. In MPLS the incoming label. */
  dst: string;
  /** Source prefix (IPv6 subtrees); in look-ups the source address. */
  src?: string;
  /** Type of service it is for, 0..255 (IPv4). */
  tos: number;
  /** Its table: `main`, `local`, `default` or a number. */
  table?: RouteTable;
  /** Who made it; `boot` when absent, as `ip route` has it. */
  protocol: RouteProtocol;
  /** How far away the destination is (IPv4). */
  scope: Scope;
  /** What it does with packets; `unicast` when absent. */
  type: RouteType;
  /** Its properties; of them `onlink` is sent, and not what the kernel alone decides (`dead`, `linkdown`, `offload` …). */
  flags: readonly (RouteFlag | number)[];
  /** Number of the interface that packets come in by: look-ups and multicast routes. */
  iif?: Ifindex;
  /** Its name. Read-only. */
  iifDev?: string;
  /** Number of the interface that packets leave by. */
  oif?: Ifindex;
  /** Its name. */
  dev?: string;
  /** Next router, of the route's own family. */
  gateway?: string;
  /** Next router of another family. */
  via?: Via;
  /** MPLS: labels to swap in, outermost first: `100/200`. */
  newdst?: string;
  /** Metric; the least wins. IPv6 makes 1024 of absent and 0. */
  priority?: number;
  /** Source address that packets of ours get. */
  prefsrc?: string;
  /** What TCP shall assume of the path. */
  metrics?: RouteMetrics;
  /** Several ways, in place of `oif` and `gateway`. */
  multipath?: readonly RouteHop[];
  /** Realms: source << 16 | destination (IPv4). */
  flow?: number;
  /** Timers and counters. Read-only. */
  cacheinfo?: RouteCacheinfo;
  /** Firewall mark, in look-ups. */
  mark?: number;
  /** User, in look-ups. */
  uid?: number;
  /** MPLS: whether the TTL is carried over to the inner packet. */
  ttlPropagate?: boolean;
  /** IP protocol, in look-ups: 6 is TCP, 17 UDP. Only given. */
  ipProto?: number;
  /** Source port, in look-ups. Only given. */
  sport?: number;
  /** Destination port, in look-ups. Only given. */
  dport?: number;
  /** The nexthop object that it uses, in place of `oif`, `gateway`, `multipath` and `encap`. */
  nhId?: number;
  /** Router preference (IPv6). */
  pref?: "medium" | "high" | "low" | number;
  /** Seconds until the kernel removes it (IPv6): what remains of them in one that was listed, as of addresses. */
  expires?: number;
  /** Flow label, in look-ups (IPv6). Only given. */
  flowlabel?: number;
  /** What a multicast route has forwarded. Read-only. */
  mfcStats?: MfcStats;
}

/** A route. */
export type Route = RouteFields & Encap;

/** Wire form of {@linkcode Route}. Attributes 10, 13 and 14 are of no kernel since 2.6.23. */
export const Route: Attributes<Route> = attributes((): Shape<RouteFields> => ({
  family: head(0, family, key),
  dst: [1, prefix(1, { whole: true }), key],
  src: [2, prefix(2), key],
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
  gateway: [5, ip, key],
  via: [18, via, key],
  newdst: [19, labels],
  priority: [6, u32, key],
  prefsrc: [7, address, key],
  metrics: [8, RouteMetrics],
  multipath: [9, hops, key],
  flow: [11, u32],
  cacheinfo: [12, cacheinfo, readOnly],
  mark: [16, u32],
  uid: [25, u32],
  ttlPropagate: [26, bool(u8)],
  ipProto: [27, u8, "input"],
  sport: [28, be16, "input"],
  dport: [29, be16, "input"],
  nhId: [30, u32, key],
  pref: [20, enumeration(u8, { medium: 0, high: 1, low: 3 })],
  expires: [23, expires],
  flowlabel: [31, be32, "input"],
  mfcStats: [17, mfcStats, readOnly],
}), { header: 12, pad: 24 }).with(encap(21, 22));

/** Whether `given` is one of `names`, by name or number. */
function isOf<M extends Readonly<Record<string, number>>>(map: M, given: unknown, ...names: (keyof M)[]): boolean {
  return names.some((name) => given === name || given === map[name]);
}

/** What a route with a nexthop object must not say again. */
const NEXTHOP_SAYS = ["oif", "dev", "gateway", "via", "multipath", "encapType", "encap"] as const;

/**
 * Completes a route as `ip route` does.
 *
 * What it adds: family, table (`local` for local, broadcast and anycast routes), protocol `boot`, type `unicast`, and for IPv4
 * the scope: `host` for local routes, `link` for those without a gateway. Deleting and looking for one match what is
 * given, in that family and table, and nothing else.
 *
 * @throws {TypeError} there is no `dst`
 */
export function prepareRoute(value: Input<Route>, verb: Verb): Input<Route> {
  if (verb === "list") return value;
  const { dst, nhId } = value as Input<RouteFields>;
  if (dst === undefined || dst === null) {
    // Any that fits.
    if (verb === "get") return value;
    throw argumentError(TypeError, `Cannot ${verb} a route without "dst": the default route is { dst: "default" }`);
  }
  const route = { ...value, family: routeFamily(value) } as Input<RouteFields> & Record<string, unknown>;
  const number = familyNumber(route.family as Family), naming = verb === "delete" || verb === "get";
  const ip = number === AF.inet || number === AF.inet6;
  if (verb === "get") {
    // A kernel that deletes takes these as they are when they are not given.
    if (number === AF.inet) route.tos ??= 0;
    route.table ??= tableOf(route, number);
    if (route.priority === 0) delete route.priority;
    return route as Input<Route>;
  }
  if (nhId !== undefined) { for (const field of NEXTHOP_SAYS) delete route[field]; }
  // A kernel that deletes IP routes takes 0 for any type; the others know unicast alone.
  if (!naming || !ip) route.type ??= "unicast";
  route.table ??= tableOf(route, number);
  if (number === AF.inet) route.scope ??= scopeOf(route, naming);
  if (!naming) {
    route.protocol ??= "boot";
    // What a look-up or a cache entry says of itself is no wish.
    if (Array.isArray(route.flags)) route.flags = route.flags.filter((flag) => !isOf(RTM_F, flag, "cloned"));
  }
  return route as Input<Route>;
}

/** The table of a route that does not say it. */
function tableOf({ type }: Input<RouteFields>, family: number): RouteTable {
  if (family === AF.ipmr || family === AF.ip6mr) return "default";
  return isOf(RTN, type, "local", "broadcast", "anycast", "nat") ? "local" : "main";
}

/** Fields that say where packets go, all of one way. */
const WAY = ["oif", "dev", "gateway", "via", "encapType", "encap"] as const;

/**
 * A route as it is to be, for a kernel that puts it in the place of the first of its kind.
 *
 * @throws {TypeError} it is not the first
 */
export function mergeRoute({ found, among, changes, whole, what }: Merge<Route>): Input<Route> {
  const route: Record<string, unknown> = { ...whole }, { nhId, multipath, type } = changes;
  const single = WAY.some((name) => changes[name] !== undefined), was = found as RouteFields & Encap;
  const other = type !== undefined && type !== was.type &&
    !(typeof type === "number" && isOf(RTN, type, was.type as never));
  const drop = (...names: readonly string[]): void =>
    names.forEach((name) => {
      if (changes[name] === undefined) delete route[name];
    });
  // One way, several, and a nexthop object stand in the place of each other.
  if (multipath !== undefined || nhId !== undefined || other || single && was.nhId !== undefined) drop(...WAY, "flow");
  if (single || nhId !== undefined || other) drop("multipath");
  if (single || multipath !== undefined || other) drop("nhId");
  if (changes["gateway"] !== undefined) drop("via");
  if (changes["via"] !== undefined) drop("gateway");
  if (changes["encapType"] !== undefined && changes["encapType"] !== was.encapType) route["encap"] = changes["encap"];
  // The scope follows from the ways, unless it was chosen.
  if (was.scope === scopeOf(was as Input<RouteFields>, false)) drop("scope");
  const six = was.family === "inet6";
  const first = six ? among.find((one) => canJoinOthers(one) === canJoinOthers(route)) ?? among[0] : among[0];
  if (first !== found) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel would change another route with this destination, table and metric, which comes ` +
        "before it: delete this one, and append it as it is to be",
    );
  }
  return route as Input<Route>;
}

/** Whether an IPv6 route can be one way of several. */
function canJoinOthers(
  { gateway, multipath, nhId, protocol }: { readonly [K in keyof RouteFields]?: unknown },
): boolean {
  return nhId === undefined && protocol !== "ra" && (gateway !== undefined || multipath !== undefined);
}

/** What a kernel that deletes compares, by family, where it is more than 0. */
const COMPARED: Readonly<Record<number, ReadonlySet<string>>> = {
  [AF.inet]: new Set(["family", "dst", "table", "priority", "type", "protocol", "scope", "prefsrc", "tos"]),
  [AF.inet6]: new Set(["family", "dst", "table", "priority", "protocol", "src"]),
  [AF.mpls]: new Set(["family", "dst"]),
};

/** What stands for 0, which a kernel that deletes takes for anything. */
const ANY: ReadonlySet<unknown> = new Set([0, null, "unspec", "nowhere", 255, "0.0.0.0", "::"]);

/**
 * Whether a kernel that deletes compares all that a key says of a route. Of several ways it compares one alone, so ways
 * are not among it.
 */
export function comparesAll(key: object): boolean {
  const compared = COMPARED[familyNumber(routeFamily(key))];
  // Where the kernel knows no request that deletes, it says so.
  if (compared === undefined) return true;
  return Object.entries(key).every(([name, value]) =>
    value === undefined || (name === "priority" || name === "tos") && value === 0 ||
    compared.has(name) && !ANY.has(value) && !(name === "src" && String(value).endsWith("/0"))
  );
}

/** The family of a route that does not say it: the destination's, and of the default route its gateway's. */
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

/** Whatever tells a route from others in the kernel, and does not change while it stands. */
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
 * What tells one route from all others, as text.
 *
 * Its next hops are among it: of two routes with one destination and metric the kernel keeps both (`append`). State is not.
 */
export function routeKey(route: Route): string {
  const fields = route as RouteFields, { oif, dev, gateway, via, multipath, metrics, flow, nhId, flags } = fields;
  const { encapType, encap } = route;
  let text = "";
  for (const name of IDENTITY) text += `${fields[name] ?? ""} `;
  if (metrics !== undefined) text += JSON.stringify(metrics);
  // A nexthop object may change under its routes.
  if (nhId !== undefined) return text;
  text += `${oif ?? dev ?? ""} ${gateway ?? ""} ${flow ?? ""}${flags?.includes("onlink") ? " onlink" : ""}`;
  if (via !== undefined) text += JSON.stringify(via);
  if (encapType !== undefined) text += JSON.stringify([encapType, encap], withoutState);
  if (multipath !== undefined) text += JSON.stringify(multipath, withoutState);
  return text;
}

/** A JSON.stringify replacer that leaves out names, counters and states. */
function withoutState(name: string, value: unknown): unknown {
  if (name === "counters" || name === "dev" || name.endsWith("Dev")) return undefined;
  if (name === "flags" && Array.isArray(value)) {
    return value.filter((flag) => !Object.hasOwn(RTNH_F, flag) || flag === "onlink");
  }
  // What was a bigint is a number after JSON.
  return typeof value === "bigint" || typeof value === "number" ? String(value) : value;
}
