/**
 * Numbers and names that links, addresses, routes, neighbours and rules share: address families, scopes, protocols and
 * tables.
 *
 * Source: linux/socket.h AF_*, linux/rtnetlink.h RTN_*, RTPROT_*, RT_SCOPE_*, RT_TABLE_*, v7.2
 *
 * @module
 */
import { type Codec, enumeration, HEADER_ONLY, u32, u8 } from "../../core/codec/mod.ts";

/** AF_*: address families that use rtnetlink. */
export const AF = {
  unspec: 0,
  unix: 1,
  inet: 2,
  bridge: 7,
  inet6: 10,
  netlink: 16,
  packet: 17,
  mpls: 28,
  can: 29,
  phonet: 35,
  ieee802154: 36,
  mctp: 45,
  ipmr: 128,
  ip6mr: 129,
} as const;

/** An address family by name or number; `ipmr` and `ip6mr` are multicast routing. */
export type Family = keyof typeof AF | number;

/** Codec of the family in a header, u8. */
export const family: Codec<Family> = enumeration(u8, AF);

/** Returns the number of a family; 0 (`unspec`) if it is not given or not known. */
export function familyNumber(family: Family | undefined): number {
  return typeof family === "number" ? family : family === undefined || !Object.hasOwn(AF, family) ? 0 : AF[family];
}

/** RT_SCOPE_*: distances of a destination. */
export const RT_SCOPE = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** Distance of a destination: `universe` anywhere, `link` on this link, `host` on this machine. */
export type Scope = keyof typeof RT_SCOPE | number;

/** Codec of a scope, u8. */
export const scope: Codec<Scope> = enumeration(u8, RT_SCOPE);

/** RTPROT_*: origins of a route, rule or neighbour. */
export const RTPROT = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  ovn: 84,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
} as const;

/** Origin of a route, rule or neighbour: `kernel`, `boot` (by hand), `static`, `dhcp`, or a routing daemon. */
export type RouteProtocol = keyof typeof RTPROT | number;

/** Codec of an origin, u8. */
export const protocol: Codec<RouteProtocol> = enumeration(u8, RTPROT);

/** RTN_*: types of routes. */
export const RTN = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const;

/** Type of a route, the handling of its packets: `unicast` forwards, `local` delivers, `blackhole` drops. */
export type RouteType = keyof typeof RTN | number;

/** Codec of a route's type, u8. */
export const routeType: Codec<RouteType> = enumeration(u8, RTN);

/** RT_TABLE_*: the routing tables to which the kernel gives names. */
export const RT_TABLE = { default: 253, main: 254, local: 255 } as const;

/** A routing table: a name, or its number 1..4294967295. */
export type RouteTable = keyof typeof RT_TABLE | number;

/** Codec of a table's number in an attribute, u32. */
export const table: Codec<RouteTable> = enumeration(u32, RT_TABLE);

/** Offset in bytes of the table's low byte in rtmsg and fib_rule_hdr. */
const TABLE = 4;

/**
 * Codec of the table of a route or rule: an attribute, or only the byte in the header if there is no attribute. Numbers
 * up to 255 are sent in the header alone, as `ip` does: MPLS and other families read no attribute.
 */
export const headerTable: Codec<RouteTable> = {
  name: "a routing table",
  size: 4,
  // Table 0 means no table, in rules that look up none and in unresolved multicast routes.
  decode: (from, at, end, owner) =>
    from.view.getUint32(at, true) === 0 ? undefined as never : table.decode(from, at, end, owner),
  absent(from) {
    const number = from.bytes[from.base + TABLE]!;
    return number === 0
      ? undefined
      : number === 254
      ? "main"
      : number === 255
      ? "local"
      : number === 253
      ? "default"
      : number;
  },
  encode(value, to, owner) {
    const at = to.length;
    table.encode(value, to, owner);
    const number = to.view.getUint32(at, true);
    if (number > 255) return;
    to.bytes[to.base + TABLE] = number;
    return HEADER_ONLY;
  },
};

/** Returns a hint for a kernel message that an interface has IPv6 disabled; `undefined` for other messages. */
export function ipv6DisabledHint(kernelMessage: string): string | undefined {
  return /IPv6 is disabled/i.test(kernelMessage)
    ? "IPv6 is disabled on the interface: set the sysctl net.ipv6.conf.<interface>.disable_ipv6 to 0"
    : undefined;
}
