/**
 * Numbers that the objects of this family share: address families, and what routes, rules, addresses and neighbours say
 * of a scope, a protocol or a table.
 *
 * Source: linux/socket.h AF_*, linux/rtnetlink.h RTN_*, RTPROT_*, RT_SCOPE_*, RT_TABLE_*, v7.2
 *
 * @module
 */
import { type Codec, enumeration, HEADER_ONLY, u32, u8 } from "../../core/codec/mod.ts";

/** Address families that speak rtnetlink. */
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

/** An address family, by name; `ipmr` and `ip6mr` are multicast routing. */
export type Family = keyof typeof AF | number;

/** The family byte of a header. */
export const family: Codec<Family> = enumeration(u8, AF);

/** The number of a family, 0 when none is given. */
export function familyNumber(family: Family | undefined): number {
  return typeof family === "number" ? family : family === undefined || !Object.hasOwn(AF, family) ? 0 : AF[family];
}

/** RT_SCOPE_*: how far away a destination is. */
export const RT_SCOPE = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** How far away: `universe` is anywhere, `link` this wire, `host` this machine. */
export type Scope = keyof typeof RT_SCOPE | number;

/** Scope byte. */
export const scope: Codec<Scope> = enumeration(u8, RT_SCOPE);

/** RTPROT_*: who made a route, rule or neighbour. */
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

/** Who made it: `kernel`, `boot` (by hand), `static`, `dhcp`, a routing daemon. */
export type RouteProtocol = keyof typeof RTPROT | number;

/** RouteProtocol byte. */
export const protocol: Codec<RouteProtocol> = enumeration(u8, RTPROT);

/** RTN_*: what a route does with a packet. */
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

/** What a route does: `unicast` forwards, `local` delivers, `blackhole` drops. */
export type RouteType = keyof typeof RTN | number;

/** Route type byte. */
export const routeType: Codec<RouteType> = enumeration(u8, RTN);

/** RT_TABLE_*: the routing tables that have names in the kernel. */
export const RT_TABLE = { default: 253, main: 254, local: 255 } as const;

/** A routing table: a name, or its number 1..4294967295. */
export type RouteTable = keyof typeof RT_TABLE | number;

/** A table's number in an attribute. */
export const table: Codec<RouteTable> = enumeration(u32, RT_TABLE);

/** Offset of the table's low byte in rtmsg and fib_rule_hdr. */
const TABLE = 4;

/**
 * The table of a route or rule: the header's byte, or the attribute where the number is larger. Sent as `ip` sends it,
 * since MPLS and others know only the header.
 */
export const headerTable: Codec<RouteTable> = {
  name: "a routing table",
  size: 4,
  // Table 0 is none: rules that do not look into one, multicast routes that are not resolved.
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

/** What helps where the kernel says that an interface has no IPv6. */
export function ipv6DisabledHint(kernelMessage: string): string | undefined {
  return /IPv6 is disabled/i.test(kernelMessage)
    ? "IPv6 is switched off there: set the sysctl net.ipv6.conf.<interface>.disable_ipv6 to 0"
    : undefined;
}
