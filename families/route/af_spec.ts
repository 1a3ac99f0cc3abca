/**
 * Settings and counters of a link by address family: IFLA_AF_SPEC, and IFLA_PROTINFO of IPv6.
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
import { AF, type Family } from "./protocol.ts";
import { BridgeAf, BridgePort } from "./kinds/masters.ts";
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

/** Settings of IPv4 on a link. A request sets only the given ones. */
export type Ipv4Devconf = { [S in Ipv4Setting]?: number };

/** Settings by IPV4_DEVCONF_* number; the first is 1. */
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

/** The form that the kernel sends: an array of all settings. */
const ipv4Row = row<Ipv4Devconf>(i32, IPV4_SETTINGS);

/** The form that the kernel accepts: a nest of the settings to change. */
const ipv4Nest: Attributes<Ipv4Devconf> = attributes<Ipv4Devconf>(() =>
  Object.fromEntries(IPV4_SETTINGS.map((name, index) => [name, [index + 1, i32]])) as object as Shape<Ipv4Devconf>
);

const NLA_F_NESTED = 0x8000;

/** Returns the codec of the payload at `at`: the nest if the attribute's header has NLA_F_NESTED, else the array. */
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

/** Settings of IPv6 on a link; those that are times are in milliseconds. Read-only. */
export type Ipv6Devconf = { [S in Ipv6Setting]?: number };

/** Settings in the order of DEVCONF_*. */
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
 * A counter of IPv6, as in /proc/net/dev_snmp6; `num` is the number of counters. Before Linux 6.8 `outrequests` counted
 * what `outpkts` counts now.
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

/** Counters of IPv6 on a link, 64 bits each. */
export type Ipv6Stats = { [C in Ipv6Counter]?: number };

/** IPSTATS_MIB_* from the error counters on: all kernels have these in the same order. */
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

/** The array of IPSTATS_MIB_* before Linux 6.15. */
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

/** The array of IPSTATS_MIB_* since Linux 6.15, which moved the most used counters together. */
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

/** IFLA_NETNS_IMMUTABLE is in each link message since Linux 6.15. */
const IFLA_NETNS_IMMUTABLE = 67, IFINFOMSG = 16, NLMSG_HDRLEN = 16;

/**
 * True if the message is from Linux 6.15 or later. Both arrays have the same length, so other attributes must tell:
 * IFLA_NETNS_IMMUTABLE since 6.15, the setting `forceForwarding` since 6.17.
 */
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

/** Decodes IPSTATS_MIB_* in the order of the kernel that sent the message. */
const ipv6Stats: Codec<Ipv6Stats> = {
  ...ipv6StatsOld,
  ...selectAt<Ipv6Stats>(
    ipv6StatsOld.name,
    (from, _at, _end, owner) => isSince615(from, owner) ? ipv6StatsNew : ipv6StatsOld,
    ipv6StatsOld.encode,
  ),
};

/** Counters of ICMPv6 on a link, 64 bits each. */
export interface Icmp6Stats {
  /** Number of counters. */
  num?: number;
  /** Messages received. */
  inmsgs?: number;
  /** Messages received with errors, included in `inmsgs`. */
  inerrors?: number;
  /** Messages sent. */
  outmsgs?: number;
  /** Messages not sent because of errors. */
  outerrors?: number;
  /** Messages received with a wrong checksum. */
  csumerrors?: number;
  /** Messages not sent because of the rate limit. */
  ratelimithost?: number;
}

/** The array of ICMP6_MIB_*. */
const icmp6Stats: Codec<Icmp6Stats> = row<Icmp6Stats>(count64, [
  "num",
  "inmsgs",
  "inerrors",
  "outmsgs",
  "outerrors",
  "csumerrors",
  "ratelimithost",
]);

/** IPv4's part of a link. */
export interface InetAf {
  /** Settings, as in /proc/sys/net/ipv4/conf. */
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
/**
 * State of IPv6 on a link: router solicitation sent, router advertisement received and its flags (managed, other
 * configuration), ready for use.
 */
export type Inet6Flag = keyof typeof IF_FLAG;

/** Times and sizes of IPv6 on a link: struct ifla_cacheinfo. Read-only. */
export interface Inet6Cacheinfo {
  /** Largest packet that it reassembles, in bytes. */
  maxReasmLen?: number;
  /** Time of the last change, in hundredths of a second since boot. */
  tstamp?: number;
  /** Time for which a neighbour counts as reachable, in milliseconds. */
  reachableTime?: number;
  /** Time between neighbour solicitations, in milliseconds. */
  retransTime?: number;
}

/** Numbers of {@linkcode Inet6AddrGenMode} by name. */
export const IN6_ADDR_GEN_MODE = { eui64: 0, none: 1, stable_privacy: 2, random: 3 } as const;
/** Method by which IPv6 makes link-local addresses. */
export type Inet6AddrGenMode = keyof typeof IN6_ADDR_GEN_MODE | number;

/** IPv6's part of a link. */
export interface Inet6Af {
  /** State of IPv6. Read-only. */
  flags?: readonly (Inet6Flag | number)[];
  /** Settings, as in /proc/sys/net/ipv6/conf. Read-only. */
  conf?: Ipv6Devconf;
  /** Counters, as in /proc/net/dev_snmp6. Read-only. */
  stats?: Ipv6Stats;
  /** Unused by kernels. */
  mcast?: Uint8Array;
  /** Times and sizes: struct ifla_cacheinfo. Read-only. */
  cacheinfo?: Inet6Cacheinfo;
  /** Counters of ICMPv6. Read-only. */
  icmp6stats?: Icmp6Stats;
  /** Host part (the lower 64 bits) of addresses made from router advertisements; `::` for none. */
  token?: string;
  /** Method by which IPv6 makes link-local addresses. */
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

/** MCTP's part of a link. */
export interface MctpAf {
  /** Number of the MCTP network, 1 or more. */
  net?: number;
  /** Physical binding (DSP0239). Read-only. */
  physBinding?: number;
}

/** Wire form of {@linkcode MctpAf}: IFLA_MCTP_*. */
export const MctpAf: Attributes<MctpAf> = attributes((): Shape<MctpAf> => ({
  net: [1, u32],
  physBinding: [2, u8, readOnly],
}));

/** A link's settings and counters by address family, in messages of family `unspec`. */
export interface FamiliesAf {
  /** IPv4's part. */
  inet?: InetAf;
  /** IPv6's part. */
  inet6?: Inet6Af;
  /** MCTP's part. */
  mctp?: MctpAf;
}

/** Wire form of {@linkcode FamiliesAf}: AF_*. */
export const FamiliesAf: Attributes<FamiliesAf> = attributes((): Shape<FamiliesAf> => ({
  inet: [AF.inet, InetAf],
  inet6: [AF.inet6, Inet6Af],
  mctp: [AF.mctp, MctpAf],
}));

/** A link's part by address family; in messages of family `bridge`, the bridge's data about its port. */
export interface AfSpec extends FamiliesAf, BridgeAf {}

/** Data of the message's own family about a link: a bridge's port, or IPv6. */
export interface Protinfo extends BridgePort, Inet6Af {}

const familyOf = (owner: object): Family | undefined => (owner as { readonly family?: Family }).family;
const isBridge = (owner: object): boolean => familyOf(owner) === "bridge" || familyOf(owner) === AF.bridge;

/** Codec of IFLA_AF_SPEC. */
export const afSpec: Codec<AfSpec> = {
  ...select<AfSpec, never>("settings by family", (owner) => isBridge(owner) ? BridgeAf : FamiliesAf),
  nested: true,
} as Codec<AfSpec>;

/** Codec of IFLA_PROTINFO. */
export const protinfo: Codec<Protinfo> = {
  ...select<Protinfo, never>("settings of the family", (owner) => isBridge(owner) ? BridgePort : Inet6Af),
  nested: true,
} as Codec<Protinfo>;
