/**
 * NETLINK_ROUTE itself: message types, multicast groups, and look-ups of links that clients need; and the numbers and
 * names that its objects share: address families, scopes, protocols and tables.
 *
 * Source: linux/rtnetlink.h, linux/socket.h AF_*, v7.2
 *
 * @module
 */
import type { Client } from "../../core/client.ts";
import type { LinkName, Protocol, Requester } from "../../core/protocol.ts";
import {
  addressFamily,
  type Attributes,
  attributes,
  bytes,
  type Codec,
  enumeration,
  head,
  HEADER_ONLY,
  i32,
  type Ifindex,
  ifindex,
  parseIp,
  type Shape,
  shown,
  string,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { argumentError, NetlinkError } from "../../core/errors.ts";
import { NLM_F } from "../../core/message.ts";

/** RTM_*: message types. */
export const RTM = {
  RTM_NEWLINK: 16,
  RTM_DELLINK: 17,
  RTM_GETLINK: 18,
  RTM_SETLINK: 19,
  RTM_NEWADDR: 20,
  RTM_DELADDR: 21,
  RTM_GETADDR: 22,
  RTM_NEWROUTE: 24,
  RTM_DELROUTE: 25,
  RTM_GETROUTE: 26,
  RTM_NEWNEIGH: 28,
  RTM_DELNEIGH: 29,
  RTM_GETNEIGH: 30,
  RTM_NEWRULE: 32,
  RTM_DELRULE: 33,
  RTM_GETRULE: 34,
  RTM_NEWQDISC: 36,
  RTM_DELQDISC: 37,
  RTM_GETQDISC: 38,
  RTM_NEWTCLASS: 40,
  RTM_DELTCLASS: 41,
  RTM_GETTCLASS: 42,
  RTM_NEWTFILTER: 44,
  RTM_DELTFILTER: 45,
  RTM_GETTFILTER: 46,
  RTM_NEWACTION: 48,
  RTM_DELACTION: 49,
  RTM_GETACTION: 50,
  RTM_NEWPREFIX: 52,
  RTM_NEWMULTICAST: 56,
  RTM_DELMULTICAST: 57,
  RTM_GETMULTICAST: 58,
  RTM_NEWANYCAST: 60,
  RTM_DELANYCAST: 61,
  RTM_GETANYCAST: 62,
  RTM_NEWNEIGHTBL: 64,
  RTM_GETNEIGHTBL: 66,
  RTM_SETNEIGHTBL: 67,
  RTM_NEWNDUSEROPT: 68,
  RTM_NEWADDRLABEL: 72,
  RTM_DELADDRLABEL: 73,
  RTM_GETADDRLABEL: 74,
  RTM_GETDCB: 78,
  RTM_SETDCB: 79,
  RTM_NEWNETCONF: 80,
  RTM_DELNETCONF: 81,
  RTM_GETNETCONF: 82,
  RTM_NEWMDB: 84,
  RTM_DELMDB: 85,
  RTM_GETMDB: 86,
  RTM_NEWNSID: 88,
  RTM_DELNSID: 89,
  RTM_GETNSID: 90,
  RTM_NEWSTATS: 92,
  RTM_GETSTATS: 94,
  RTM_SETSTATS: 95,
  RTM_NEWCACHEREPORT: 96,
  RTM_NEWCHAIN: 100,
  RTM_DELCHAIN: 101,
  RTM_GETCHAIN: 102,
  RTM_NEWNEXTHOP: 104,
  RTM_DELNEXTHOP: 105,
  RTM_GETNEXTHOP: 106,
  RTM_NEWLINKPROP: 108,
  RTM_DELLINKPROP: 109,
  RTM_GETLINKPROP: 110,
  RTM_NEWVLAN: 112,
  RTM_DELVLAN: 113,
  RTM_GETVLAN: 114,
  RTM_NEWNEXTHOPBUCKET: 116,
  RTM_DELNEXTHOPBUCKET: 117,
  RTM_GETNEXTHOPBUCKET: 118,
  RTM_NEWTUNNEL: 120,
  RTM_DELTUNNEL: 121,
  RTM_GETTUNNEL: 122,
} as const;

/** RTNLGRP_*: multicast groups. */
export const RTNLGRP = {
  RTNLGRP_LINK: 1,
  RTNLGRP_NOTIFY: 2,
  RTNLGRP_NEIGH: 3,
  RTNLGRP_TC: 4,
  RTNLGRP_IPV4_IFADDR: 5,
  RTNLGRP_IPV4_MROUTE: 6,
  RTNLGRP_IPV4_ROUTE: 7,
  RTNLGRP_IPV4_RULE: 8,
  RTNLGRP_IPV6_IFADDR: 9,
  RTNLGRP_IPV6_MROUTE: 10,
  RTNLGRP_IPV6_ROUTE: 11,
  RTNLGRP_IPV6_IFINFO: 12,
  RTNLGRP_DECnet_IFADDR: 13,
  RTNLGRP_NOP2: 14,
  RTNLGRP_DECnet_ROUTE: 15,
  RTNLGRP_DECnet_RULE: 16,
  RTNLGRP_NOP4: 17,
  RTNLGRP_IPV6_PREFIX: 18,
  RTNLGRP_IPV6_RULE: 19,
  RTNLGRP_ND_USEROPT: 20,
  RTNLGRP_PHONET_IFADDR: 21,
  RTNLGRP_PHONET_ROUTE: 22,
  RTNLGRP_DCB: 23,
  RTNLGRP_IPV4_NETCONF: 24,
  RTNLGRP_IPV6_NETCONF: 25,
  RTNLGRP_MDB: 26,
  RTNLGRP_MPLS_ROUTE: 27,
  RTNLGRP_NSID: 28,
  RTNLGRP_MPLS_NETCONF: 29,
  RTNLGRP_IPV4_MROUTE_R: 30,
  RTNLGRP_IPV6_MROUTE_R: 31,
  RTNLGRP_NEXTHOP: 32,
  RTNLGRP_BRVLAN: 33,
  RTNLGRP_MCTP_IFADDR: 34,
  RTNLGRP_TUNNEL: 35,
  RTNLGRP_STATS: 36,
  RTNLGRP_IPV4_MCADDR: 37,
  RTNLGRP_IPV6_MCADDR: 38,
  RTNLGRP_IPV6_ACADDR: 39,
} as const;

/** The fields of a link that a look-up by name uses. */
interface Named {
  index?: number;
  ifname?: string;
  altIfname?: string;
}

/** Length of struct ifinfomsg in bytes. */
const HEADER = 16;
const IFLA_NET_NS_PID = 19, IFLA_NET_NS_FD = 28, IFLA_TARGET_NETNSID = 46;
const AF_UNSPEC = 0, IFLA_IFNAME = 3, ifname: Codec<string> = string(15);

const Named: Attributes<Named> = attributes((): Shape<Named> => ({
  index: head(4, i32),
  ifname: [IFLA_IFNAME, ifname],
  altIfname: [53, string(127)],
}), { header: HEADER });

/** The fields of a link that determine the length of its addresses. */
interface LinkAddress {
  index?: Ifindex;
  ifname?: string;
  altIfname?: string;
  address?: Uint8Array;
}

const LinkAddress: Attributes<LinkAddress> = attributes((): Shape<LinkAddress> => ({
  index: head(4, ifindex),
  ifname: [IFLA_IFNAME, ifname],
  altIfname: [53, string(127)],
  address: [1, bytes],
}), { header: 16 });

/** Returns the length in bytes of a link-layer address in the input; `undefined` if it is not one. */
export function addressSize(value: unknown): number | undefined {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "string") return undefined;
  if (value.includes("::") || /^\d+\.\d+\.\d+\.\d+$/.test(value)) return parseIp(value)?.length;
  return Math.ceil(value.replace(/[:.-]/g, "").length / 2);
}

/**
 * Throws if a link-layer address does not have the length of the link's addresses: the kernel would take the first
 * bytes of one that is too long.
 *
 * @param what the operation, as in `set link v0`
 * @param field the path of the address in the input
 * @param expected the length of the link's addresses in bytes; `undefined` allows any
 */
export function checkAddress(what: string, field: string, value: unknown, expected: number | undefined): void {
  const size = addressSize(value);
  if (expected === undefined || size === undefined || size === expected) return;
  const isIp = expected === 6 && field === "address" && (size === 4 || size === 16);
  throw argumentError(
    RangeError,
    `Cannot ${what}: ${field}: ${shown(value)} has ${size} bytes, the link's addresses have ${expected}${
      isIp ? ": addresses.add adds an IP address" : ""
    }`,
  );
}

/**
 * Returns the length in bytes of the addresses of the link that `key` names; `undefined` if it has none, or does not
 * exist (yet).
 */
export function addressSizeOf(client: Client, key: object): number | undefined {
  if (client.deferred) return undefined;
  try {
    const found = client.request({
      type: RTM.RTM_GETLINK,
      flags: 0,
      codec: LinkAddress as Codec<unknown, never>,
      value: key,
      what: "find a link",
      reply: RTM.RTM_NEWLINK,
      looks: true,
    }) as LinkAddress;
    return found.address?.length;
  } catch (error) {
    if (error instanceof NetlinkError) return undefined;
    throw error;
  }
}

/** The protocol as {@linkcode Client} uses it. */
export const NETLINK_ROUTE: Protocol = {
  number: 0,
  name: "NETLINK_ROUTE",
  types: RTM,
  longName(requester: Requester, name: string): number | undefined {
    try {
      const found = requester.request({
        type: RTM.RTM_GETLINK,
        flags: 0,
        codec: Named,
        value: { altIfname: name },
        what: `find the interface called ${JSON.stringify(name)}`,
        reply: RTM.RTM_NEWLINK,
        looks: true,
      });
      return (found as Named).index;
    } catch {
      // The caller that needs the name reports the error.
      return undefined;
    }
  },
  linkGroup: RTNLGRP.RTNLGRP_LINK,
  changesNames(type, flags, view, at, end) {
    if (type === RTM.RTM_DELLINK || type === RTM.RTM_DELLINKPROP) return "frees";
    if (type === RTM.RTM_NEWLINKPROP) return "gives";
    if (type !== RTM.RTM_NEWLINK && type !== RTM.RTM_SETLINK) return undefined;
    if ((flags & NLM_F.NLM_F_CREATE) !== 0) return "gives";
    // A name beside the number of an interface is its new one.
    let does: "frees" | "moves" | undefined;
    for (let place = at + HEADER; end - place >= 4; place += (view.getUint16(place, true) + 3) & ~3) {
      const id = view.getUint16(place + 2, true) & 0x3fff;
      if (id === IFLA_IFNAME && view.getInt32(at + 4, true) !== 0) does = "moves";
      else if (id === IFLA_NET_NS_PID || id === IFLA_NET_NS_FD || id === IFLA_TARGET_NETNSID) does ??= "frees";
    }
    return does;
  },
  linkName(type, from, at, end): LinkName | undefined {
    const gone = type === RTM.RTM_DELLINK;
    if (!gone && type !== RTM.RTM_NEWLINK || end - at < HEADER) return undefined;
    // With a family, such a message says that an interface is no longer a bridge's port.
    if (gone && from.bytes[at] !== AF_UNSPEC) return undefined;
    // This runs for every link message, so it decodes only the name, which comes first.
    for (let place = at + HEADER; end - place >= 4;) {
      const length = from.view.getUint16(place, true), stop = place + length;
      if (length < 4 || stop > end) return undefined;
      if (from.view.getUint16(place + 2, true) === IFLA_IFNAME) {
        return { index: from.view.getInt32(at + 4, true), name: ifname.decode(from, place + 4, stop, {}), gone };
      }
      place += (length + 3) & ~3;
    }
    return undefined;
  },
};

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
export const family: Codec<Family> = addressFamily(u8, AF);

/** Returns the number of a family; 0 (`unspec`) if it is not given or not known. */
export function familyNumber(family: Family | undefined): number {
  return typeof family === "number" ? family : family === undefined || !Object.hasOwn(AF, family) ? 0 : AF[family];
}

/** RT_SCOPE_*: distances of a destination. */
export const RT_SCOPE = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/**
 * Distance of a destination: `universe` anywhere, `link` on this link, `host` on this machine. `global`, the word of
 * `ip` for `universe`, is accepted too; objects from the kernel never have it.
 */
export type Scope = keyof typeof RT_SCOPE | "global" | number;

/** Codec of a scope, u8. */
export const scope: Codec<Scope> = enumeration(u8, { ...RT_SCOPE, global: RT_SCOPE.universe });

/** Returns the number of a scope; `undefined` if its name is not known. */
export function scopeNumber(scope: unknown): unknown {
  if (scope === "global") return RT_SCOPE.universe;
  return typeof scope === "string" && Object.hasOwn(RT_SCOPE, scope) ? RT_SCOPE[scope as keyof typeof RT_SCOPE] : scope;
}

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

/** An interface in the input of an object that is made on it: its number or its name. */
export type OnInterface = { ifindex: string | number } | { dev: string };
