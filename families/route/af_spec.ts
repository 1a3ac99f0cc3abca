/**
 * What address families know of a link: IFLA_AF_SPEC, and IFLA_PROTINFO of IPv6.
 *
 * Source: linux/if_link.h IFLA_INET_*, IFLA_INET6_*, IFLA_MCTP_*, linux/ip.h, linux/ipv6.h, linux/snmp.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  bytes,
  type Codec,
  count64,
  enumeration,
  i32,
  ipv6,
  mask,
  type Reader,
  readOnly,
  select,
  selectAt,
  type Shape,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { AF, type Family } from "./numbers.ts";
import { BridgePort } from "./kinds/bridge.ts";
import { BridgeAf } from "./kinds/bridge_af.ts";
import { row } from "./kinds/shared.ts";

/** A setting of IPv4 on a link, as in /proc/sys/net/ipv4/conf. */
export type Ipv4Setting =
  | "forwarding"
  | "mcForwarding"
  | "proxyArp"
  | "acceptRedirects"
  | "secureRedirects"
  | "sendRedirects"
  | "sharedMedia"
  | "rpFilter"
  | "acceptSourceRoute"
  | "bootpRelay"
  | "logMartians"
  | "tag"
  | "arpfilter"
  | "mediumId"
  | "noxfrm"
  | "nopolicy"
  | "forceIgmpVersion"
  | "arpAnnounce"
  | "arpIgnore"
  | "promoteSecondaries"
  | "arpAccept"
  | "arpNotify"
  | "acceptLocal"
  | "srcVmark"
  | "proxyArpPvlan"
  | "routeLocalnet"
  | "igmpv2UnsolicitedReportInterval"
  | "igmpv3UnsolicitedReportInterval"
  | "ignoreRoutesWithLinkdown"
  | "dropUnicastInL2Multicast"
  | "dropGratuitousArp"
  | "bcForwarding"
  | "arpEvictNocarrier";

/** Settings of IPv4 on a link. Those given are set, one by one. */
export type Ipv4Devconf = { [S in Ipv4Setting]?: number };

/** IPV4_DEVCONF_*, which begin at 1. */
const IPV4_SETTINGS: readonly Ipv4Setting[] = [
  "forwarding",
  "mcForwarding",
  "proxyArp",
  "acceptRedirects",
  "secureRedirects",
  "sendRedirects",
  "sharedMedia",
  "rpFilter",
  "acceptSourceRoute",
  "bootpRelay",
  "logMartians",
  "tag",
  "arpfilter",
  "mediumId",
  "noxfrm",
  "nopolicy",
  "forceIgmpVersion",
  "arpAnnounce",
  "arpIgnore",
  "promoteSecondaries",
  "arpAccept",
  "arpNotify",
  "acceptLocal",
  "srcVmark",
  "proxyArpPvlan",
  "routeLocalnet",
  "igmpv2UnsolicitedReportInterval",
  "igmpv3UnsolicitedReportInterval",
  "ignoreRoutesWithLinkdown",
  "dropUnicastInL2Multicast",
  "dropGratuitousArp",
  "bcForwarding",
  "arpEvictNocarrier",
];

/** What kernels send: a row of all settings. */
const ipv4Row = row<Ipv4Devconf>(i32, IPV4_SETTINGS);

/** What kernels take: a nest of those that are to be set. */
const ipv4Nest: Attributes<Ipv4Devconf> = attributes<Ipv4Devconf>(() =>
  Object.fromEntries(IPV4_SETTINGS.map((name, index) => [name, [index + 1, i32]])) as object as Shape<Ipv4Devconf>
);

const NLA_F_NESTED = 0x8000;

/** The payload that begins at `at` is one or the other by its attribute's flag. */
function ipv4Form(from: Reader, at: number): Codec<Ipv4Devconf> {
  return (from.view.getUint16(at - 2, true) & NLA_F_NESTED) === 0 ? ipv4Row : ipv4Nest;
}

const ipv4Devconf: Codec<Ipv4Devconf> & Pick<Attributes<Ipv4Devconf>, "fields"> = {
  ...selectAt<Ipv4Devconf>("settings", ipv4Form, (value, to, owner) => ipv4Nest.encode(value, to, owner)),
  nested: true,
  get fields() {
    return ipv4Nest.fields;
  },
  attributeName: (id, owner) => ipv4Nest.attributeName!(id, owner),
};

/** A setting of IPv6 on a link, as in /proc/sys/net/ipv6/conf. */
export type Ipv6Setting =
  | "forwarding"
  | "hoplimit"
  | "mtu6"
  | "acceptRa"
  | "acceptRedirects"
  | "autoconf"
  | "dadTransmits"
  | "rtrSolicits"
  | "rtrSolicitInterval"
  | "rtrSolicitDelay"
  | "useTempaddr"
  | "tempValidLft"
  | "tempPreferedLft"
  | "regenMaxRetry"
  | "maxDesyncFactor"
  | "maxAddresses"
  | "forceMldVersion"
  | "acceptRaDefrtr"
  | "acceptRaPinfo"
  | "acceptRaRtrPref"
  | "rtrProbeInterval"
  | "acceptRaRtInfoMaxPlen"
  | "proxyNdp"
  | "optimisticDad"
  | "acceptSourceRoute"
  | "mcForwarding"
  | "disableIpv6"
  | "acceptDad"
  | "forceTllao"
  | "ndiscNotify"
  | "mldv1UnsolicitedReportInterval"
  | "mldv2UnsolicitedReportInterval"
  | "suppressFragNdisc"
  | "acceptRaFromLocal"
  | "useOptimistic"
  | "acceptRaMtu"
  | "stableSecret"
  | "useOifAddrsOnly"
  | "acceptRaMinHopLimit"
  | "ignoreRoutesWithLinkdown"
  | "dropUnicastInL2Multicast"
  | "dropUnsolicitedNa"
  | "keepAddrOnDown"
  | "rtrSolicitMaxInterval"
  | "seg6Enabled"
  | "seg6RequireHmac"
  | "enhancedDad"
  | "addrGenMode"
  | "disablePolicy"
  | "acceptRaRtInfoMinPlen"
  | "ndiscTclass"
  | "rplSegEnabled"
  | "raDefrtrMetric"
  | "ioam6Enabled"
  | "ioam6Id"
  | "ioam6IdWide"
  | "ndiscEvictNocarrier"
  | "acceptUntrackedNa"
  | "acceptRaMinLft"
  | "forceForwarding";

/** Settings of IPv6 on a link; times in milliseconds. Read-only. */
export type Ipv6Devconf = { [S in Ipv6Setting]?: number };

/** DEVCONF_*. */
const ipv6Devconf: Codec<Ipv6Devconf> = row<Ipv6Devconf>(i32, [
  "forwarding",
  "hoplimit",
  "mtu6",
  "acceptRa",
  "acceptRedirects",
  "autoconf",
  "dadTransmits",
  "rtrSolicits",
  "rtrSolicitInterval",
  "rtrSolicitDelay",
  "useTempaddr",
  "tempValidLft",
  "tempPreferedLft",
  "regenMaxRetry",
  "maxDesyncFactor",
  "maxAddresses",
  "forceMldVersion",
  "acceptRaDefrtr",
  "acceptRaPinfo",
  "acceptRaRtrPref",
  "rtrProbeInterval",
  "acceptRaRtInfoMaxPlen",
  "proxyNdp",
  "optimisticDad",
  "acceptSourceRoute",
  "mcForwarding",
  "disableIpv6",
  "acceptDad",
  "forceTllao",
  "ndiscNotify",
  "mldv1UnsolicitedReportInterval",
  "mldv2UnsolicitedReportInterval",
  "suppressFragNdisc",
  "acceptRaFromLocal",
  "useOptimistic",
  "acceptRaMtu",
  "stableSecret",
  "useOifAddrsOnly",
  "acceptRaMinHopLimit",
  "ignoreRoutesWithLinkdown",
  "dropUnicastInL2Multicast",
  "dropUnsolicitedNa",
  "keepAddrOnDown",
  "rtrSolicitMaxInterval",
  "seg6Enabled",
  "seg6RequireHmac",
  "enhancedDad",
  "addrGenMode",
  "disablePolicy",
  "acceptRaRtInfoMinPlen",
  "ndiscTclass",
  "rplSegEnabled",
  "raDefrtrMetric",
  "ioam6Enabled",
  "ioam6Id",
  "ioam6IdWide",
  "ndiscEvictNocarrier",
  "acceptUntrackedNa",
  "acceptRaMinLft",
  "forceForwarding",
]);

/**
 * A counter of IPv6, as in /proc/net/dev_snmp6; `num` says how many there are. Before Linux 6.8 `outrequests` counted what
 * `outpkts` does now.
 */
export type Ipv6Counter =
  | "num"
  | "inpkts"
  | "inoctets"
  | "indelivers"
  | "outforwdatagrams"
  | "outrequests"
  | "outoctets"
  | "inhdrerrors"
  | "intoobigerrors"
  | "innoroutes"
  | "inaddrerrors"
  | "inunknownprotos"
  | "intruncatedpkts"
  | "indiscards"
  | "outdiscards"
  | "outnoroutes"
  | "reasmtimeout"
  | "reasmreqds"
  | "reasmoks"
  | "reasmfails"
  | "fragoks"
  | "fragfails"
  | "fragcreates"
  | "inmcastpkts"
  | "outmcastpkts"
  | "inbcastpkts"
  | "outbcastpkts"
  | "inmcastoctets"
  | "outmcastoctets"
  | "inbcastoctets"
  | "outbcastoctets"
  | "csumerrors"
  | "noectpkts"
  | "ect1pkts"
  | "ect0pkts"
  | "cepkts"
  | "reasmOverlaps"
  | "outpkts";

/** Counters of IPv6 on a link. */
export type Ipv6Stats = { [C in Ipv6Counter]?: number };

/** IPSTATS_MIB_* from the errors on, which all kernels have in one order. */
const IPV6_REST: readonly Ipv6Counter[] = [
  "inhdrerrors",
  "intoobigerrors",
  "innoroutes",
  "inaddrerrors",
  "inunknownprotos",
  "intruncatedpkts",
  "indiscards",
  "outdiscards",
  "outnoroutes",
  "reasmtimeout",
  "reasmreqds",
  "reasmoks",
  "reasmfails",
  "fragoks",
  "fragfails",
  "fragcreates",
  "inmcastpkts",
  "outmcastpkts",
  "inbcastpkts",
  "outbcastpkts",
  "inmcastoctets",
  "outmcastoctets",
  "inbcastoctets",
  "outbcastoctets",
  "csumerrors",
];
const IPV6_FIRST: readonly Ipv6Counter[] = ["num", "inpkts", "inoctets", "indelivers"];
const IPV6_ECN: readonly Ipv6Counter[] = ["noectpkts", "ect1pkts", "ect0pkts", "cepkts"];

/** The row of IPSTATS_MIB_* before Linux 6.15. */
const ipv6StatsOld: Codec<Ipv6Stats> = row<Ipv6Stats>(count64, [
  ...IPV6_FIRST,
  "outforwdatagrams",
  "outrequests",
  "outoctets",
  ...IPV6_REST,
  ...IPV6_ECN,
  "reasmOverlaps",
  "outpkts",
]);

/** The row of IPSTATS_MIB_* since Linux 6.15, which put what it counts most side by side. */
const ipv6StatsNew: Codec<Ipv6Stats> = row<Ipv6Stats>(count64, [
  ...IPV6_FIRST,
  ...IPV6_ECN,
  "outrequests",
  "outpkts",
  "outoctets",
  "outforwdatagrams",
  ...IPV6_REST,
  "reasmOverlaps",
]);

/** What Linux has since 6.15 (IFLA_NETNS_IMMUTABLE, in each link) and since 6.17 (a setting, in each message). */
const IFLA_NETNS_IMMUTABLE = 67, IFINFOMSG = 16, NLMSG_HDRLEN = 16;

/** Whether a message is from a kernel that has the newer row. Its length is the older one's, so the rest has to tell. */
function isSince615(from: Reader, owner: object): boolean {
  if ((owner as Inet6Af).conf?.forceForwarding !== undefined) return true;
  const { base, view, length } = from, start = base - NLMSG_HDRLEN;
  const end = start < 0 ? length : Math.min(length, start + view.getUint32(start, true));
  for (let at = base + IFINFOMSG, size = 0; end - at >= 4; at += (size + 3) & ~3) {
    size = view.getUint16(at, true);
    if (size < 4) return false;
    if (view.getUint16(at + 2, true) === IFLA_NETNS_IMMUTABLE) return true;
  }
  return false;
}

/** The row of IPSTATS_MIB_*, in the order that the message's kernel has. */
const ipv6Stats: Codec<Ipv6Stats> = {
  ...ipv6StatsOld,
  ...selectAt<Ipv6Stats>(
    ipv6StatsOld.name,
    (from, _at, _end, owner) => isSince615(from, owner) ? ipv6StatsNew : ipv6StatsOld,
    ipv6StatsOld.encode,
  ),
};

/** Counters of ICMPv6 on a link; `num` says how many there are. */
export interface Icmp6Stats {
  /** How many counters there are. */
  num?: number;
  /** Messages received. */
  inmsgs?: number;
  /** Of these, with errors. */
  inerrors?: number;
  /** Messages sent. */
  outmsgs?: number;
  /** Messages not sent for errors. */
  outerrors?: number;
  /** Messages received with a wrong checksum. */
  csumerrors?: number;
  /** Messages not sent for the limit on their rate. */
  ratelimithost?: number;
}

/** The row of ICMP6_MIB_*. */
const icmp6Stats: Codec<Icmp6Stats> = row<Icmp6Stats>(count64, [
  "num",
  "inmsgs",
  "inerrors",
  "outmsgs",
  "outerrors",
  "csumerrors",
  "ratelimithost",
]);

/** What IPv4 knows of a link. */
export interface InetAf {
  /** Settings. */
  conf?: Ipv4Devconf;
}

/** Wire form of {@linkcode InetAf}: IFLA_INET_*. */
export const InetAf: Attributes<InetAf> = attributes((): Shape<InetAf> => ({ conf: [1, ipv4Devconf] }));

/** Numbers of {@linkcode Inet6Flag} by name. */
export const IF_FLAG = {
  rs_sent: 0x10,
  ra_rcvd: 0x20,
  ra_managed: 0x40,
  ra_othercon: 0x80,
  ready: 0x80000000,
} as const;
/** What IPv6 has seen on a link: solicitation sent, advertisement received and what it said, ready for use. */
export type Inet6Flag = keyof typeof IF_FLAG;

/** Times and sizes of IPv6 on a link. */
export interface Inet6Cacheinfo {
  /** Largest packet put together, in bytes. */
  maxReasmLen?: number;
  /** When anything changed, in hundredths of a second since boot. */
  tstamp?: number;
  /** How long a neighbour counts as reachable, in milliseconds. */
  reachableTime?: number;
  /** Time between solicitations, in milliseconds. */
  retransTime?: number;
}

/** Numbers of {@linkcode Inet6AddrGenMode} by name. */
export const IN6_ADDR_GEN_MODE = { eui64: 0, none: 1, stable_privacy: 2, random: 3 } as const;
/** How link-local addresses are made. */
export type Inet6AddrGenMode = keyof typeof IN6_ADDR_GEN_MODE | number;

/** What IPv6 knows of a link. */
export interface Inet6Af {
  /** What it has seen. Read-only. */
  flags?: readonly (Inet6Flag | number)[];
  /** Settings. Read-only. */
  conf?: Ipv6Devconf;
  /** Counters. Read-only. */
  stats?: Ipv6Stats;
  /** Unused by kernels. */
  mcast?: Uint8Array;
  /** Times and sizes. Read-only. */
  cacheinfo?: Inet6Cacheinfo;
  /** Counters of ICMPv6. Read-only. */
  icmp6stats?: Icmp6Stats;
  /** The host part of addresses that come from advertisements; `::` is none. */
  token?: string;
  /** How link-local addresses are made. */
  addrGenMode?: Inet6AddrGenMode;
  /** MTU that a router advertised, in bytes. Read-only. */
  raMtu?: number;
}

/** Wire form of {@linkcode Inet6Af}: IFLA_INET6_*. */
export const Inet6Af: Attributes<Inet6Af> = attributes((): Shape<Inet6Af> => ({
  flags: [1, mask(u32, IF_FLAG), readOnly],
  conf: [2, ipv6Devconf, readOnly],
  stats: [3, ipv6Stats, readOnly],
  mcast: [4, bytes, readOnly],
  cacheinfo: [
    5,
    struct<Inet6Cacheinfo>(16, {
      maxReasmLen: [0, u32],
      tstamp: [4, u32],
      reachableTime: [8, u32],
      retransTime: [12, u32],
    }),
    readOnly,
  ],
  icmp6stats: [6, icmp6Stats, readOnly],
  token: [7, ipv6],
  addrGenMode: [8, enumeration(u8, IN6_ADDR_GEN_MODE)],
  raMtu: [9, u32, readOnly],
}));

/** What MCTP knows of a link. */
export interface MctpAf {
  /** Network, 1 or more. */
  net?: number;
  /** Physical binding (DSP0239). Read-only. */
  physBinding?: number;
}

/** Wire form of {@linkcode MctpAf}: IFLA_MCTP_*. */
export const MctpAf: Attributes<MctpAf> = attributes((): Shape<MctpAf> => ({
  net: [1, u32],
  physBinding: [2, u8, readOnly],
}));

/** What address families know of a link, in messages of no family. */
export interface FamiliesAf {
  /** IPv4. */
  inet?: InetAf;
  /** IPv6. */
  inet6?: Inet6Af;
  /** MCTP. */
  mctp?: MctpAf;
}

/** Wire form of {@linkcode FamiliesAf}: AF_*. */
export const FamiliesAf: Attributes<FamiliesAf> = attributes((): Shape<FamiliesAf> => ({
  inet: [AF.inet, InetAf],
  inet6: [AF.inet6, Inet6Af],
  mctp: [AF.mctp, MctpAf],
}));

/** What address families know of a link; in messages of family `bridge`, what the bridge knows of its port. */
export interface AfSpec extends FamiliesAf, BridgeAf {}

/** What the message's own family says of a link: a port of a bridge, or IPv6. */
export interface Protinfo extends BridgePort, Inet6Af {}

const familyOf = (owner: object): Family | undefined => (owner as { readonly family?: Family }).family;
const isBridge = (owner: object): boolean => familyOf(owner) === "bridge" || familyOf(owner) === AF.bridge;

/** IFLA_AF_SPEC. */
export const afSpec: Codec<AfSpec> = {
  ...select<AfSpec, never>("what families know", (owner) => isBridge(owner) ? BridgeAf : FamiliesAf),
  nested: true,
} as Codec<AfSpec>;

/** IFLA_PROTINFO. */
export const protinfo: Codec<Protinfo> = {
  ...select<Protinfo, never>("what the family says", (owner) => isBridge(owner) ? BridgePort : Inet6Af),
  nested: true,
} as Codec<Protinfo>;
