/**
 * Advertisements of IPv6 routers: the prefixes of a network, and its DNS servers and other options.
 *
 * ```ts ignore
 * import { ndOptions, prefixes } from "@linux/netlink/families/route/advertisements.ts";
 * for await (const { value } of ndOptions.watch()) console.log(value?.dev, value?.options);
 * ```
 *
 * The kernel tells them when an advertisement arrives, and keeps no list. Like `ip monitor prefix` and `rdnssd`.
 *
 * Source: linux/rtnetlink.h PREFIX_*, NDUSEROPT_*, v7.2; RFC 4861, RFC 8106
 *
 * @module
 */
import type { Client } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv6,
  ipv6Text,
  mask,
  type Reader,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { Notices } from "./notices.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** Flags of a prefix, as they are in advertisements. */
export const PREFIX_FLAG = { onlink: 0x80, autoconf: 0x40, router: 0x20, delegated: 0x10 } as const;

const advertisedFlags = mask(u8, PREFIX_FLAG);

/** IF_PREFIX_ONLINK, IF_PREFIX_AUTOCONF: the bits in messages of kernels before 6.8. */
const OLD_ONLINK = 1, OLD_AUTOCONF = 2;

/** Codec of the flags of a prefix. */
const prefixFlags: typeof advertisedFlags = {
  ...advertisedFlags,
  decode(from, at, end, owner) {
    const flags = advertisedFlags.decode(from, at, end, owner);
    return flags.map((flag) => flag === OLD_ONLINK ? "onlink" : flag === OLD_AUTOCONF ? "autoconf" : flag);
  },
};

/** ND_OPT_*: types of options in advertisements. */
export const ND_OPT = {
  source_ll_addr: 1,
  target_ll_addr: 2,
  prefix_info: 3,
  redirect_hdr: 4,
  mtu: 5,
  nonce: 14,
  route_info: 24,
  rdnss: 25,
  dnssl: 31,
  "6co": 34,
  captive_portal: 37,
  pref64: 38,
} as const;

/** Type of an option: `rdnss` has DNS servers, `dnssl` domains to search. */
export type NdOptionType = keyof typeof ND_OPT | number;

const optionType: Codec<NdOptionType> = enumeration(u8, ND_OPT);

/** Lifetimes of a prefix. */
export interface PrefixCacheinfo {
  /** Seconds for which addresses of it are preferred; 4294967295 is for ever. */
  preferredTime?: number;
  /** Seconds for which it is valid; 4294967295 is for ever. */
  validTime?: number;
}

/** A prefix that a router advertised. */
export interface AdvertisedPrefix {
  /** Always `inet6`. */
  family: Family;
  /** Index of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Type of the option that it was in: `prefix_info`. */
  type: NdOptionType;
  /** Length of the prefix in bits. */
  len: number;
  /**
   * Flags: `onlink` addresses are reached without a router; hosts make addresses of an `autoconf` prefix; `router` means
   * that the address is the router's; `delegated` prefers prefixes of DHCPv6. Kernels before 6.8 tell the first two.
   */
  flags: readonly (keyof typeof PREFIX_FLAG | number)[];
  /** The prefix. */
  address?: string;
  /** Lifetimes. */
  cacheinfo?: PrefixCacheinfo;
}

/** Wire form of {@linkcode AdvertisedPrefix}: prefixmsg and PREFIX_*. */
export const AdvertisedPrefix: Attributes<AdvertisedPrefix> = attributes((): Shape<AdvertisedPrefix> => ({
  family: head(0, family),
  ifindex: head(4, ifindex),
  dev: interfaceNameOf("ifindex"),
  type: head(8, optionType),
  len: head(9, u8),
  flags: head(10, prefixFlags),
  address: [1, ipv6],
  cacheinfo: [2, struct<PrefixCacheinfo>(8, { preferredTime: [0, u32], validTime: [4, u32] })],
}), { header: 12 });

/** An option of an advertisement. */
export interface NdOption {
  /** Its type. */
  type: NdOptionType;
  /** Seconds for which it is valid (`rdnss`, `dnssl`). */
  lifetime?: number;
  /** Addresses of DNS servers (`rdnss`). */
  servers?: readonly string[];
  /** Domains to search (`dnssl`). */
  domains?: readonly string[];
  /** The option without its type and length, if it is of another type or malformed. */
  data?: Uint8Array;
}

/** Size of nduseroptmsg in bytes, and offset of the size of the options in it. */
const HEADER = 16, OPTS_LEN = 2;

/** Fields in the message's header. */
export interface NdUserOptionHead {
  /** Always `inet6`. */
  family: Family;
  /** Number of bytes of options. */
  optsLen: number;
  /** Index of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Type of the ICMP message: 134 is an advertisement of a router. */
  icmpType: number;
  /** Code of the ICMP message. */
  icmpCode: number;
}

/** Wire form of {@linkcode NdUserOptionHead}: nduseroptmsg. */
export const NdUserOptionHead: Attributes<NdUserOptionHead> = attributes((): Shape<NdUserOptionHead> => ({
  family: head(0, family),
  optsLen: head(OPTS_LEN, u16),
  ifindex: head(4, ifindex),
  dev: interfaceNameOf("ifindex"),
  icmpType: head(8, u8),
  icmpCode: head(9, u8),
}), { header: HEADER });

/** Fields behind the message's options. */
export interface NdUserOptionTail {
  /** Address of the router. */
  srcaddr?: string;
}

/** Wire form of {@linkcode NdUserOptionTail}: NDUSEROPT_*. */
export const NdUserOptionTail: Attributes<NdUserOptionTail> = attributes((): Shape<NdUserOptionTail> => ({
  srcaddr: [1, ipv6],
}));

/** Options that a router advertised, for programs. */
export interface NdUserOption extends NdUserOptionHead, NdUserOptionTail {
  /** The options; the kernel sends a message for each. */
  options: readonly NdOption[];
}

/** Size in bytes of an option's unit of length, and of what comes before servers and domains. */
const UNIT = 8;

/** Returns the domains at `at`..`end`, in the form of DNS: labels with their lengths, 0 ends one and fills the rest. */
function domainsIn({ bytes }: Reader, at: number, end: number): string[] | undefined {
  const domains: string[] = [];
  let labels: string[] = [];
  while (at < end) {
    const length = bytes[at]!, next = at + 1 + length;
    if (length > 63 || next > end) return undefined;
    if (length > 0) labels.push(new TextDecoder().decode(bytes.subarray(at + 1, next)));
    else if (labels.length > 0) {
      domains.push(labels.join("."));
      labels = [];
    }
    at = next;
  }
  return labels.length === 0 ? domains : undefined;
}

/** Returns the option at `at`..`end`. */
function optionAt(from: Reader, at: number, end: number): NdOption {
  const type = optionType.decode(from, at, at + 1, {}), body = at + UNIT;
  if (type === "rdnss" && body < end && (end - body) % 16 === 0) {
    const servers = Array.from({ length: (end - body) / 16 }, (_, index) => ipv6Text(from.bytes, body + 16 * index));
    return { type, lifetime: from.view.getUint32(at + 4), servers };
  }
  if (type === "dnssl") {
    const domains = domainsIn(from, body, end);
    if (domains !== undefined) return { type, lifetime: from.view.getUint32(at + 4), domains };
  }
  return dataAt(from, at, end);
}

function dataAt(from: Reader, at: number, end: number): NdOption {
  return { type: optionType.decode(from, at, at + 1, {}), data: from.own(at + 2, end) };
}

/** Codec of options, one behind the other. The kernel alone sends them. */
const optionList: Codec<readonly NdOption[], never> = {
  name: "options of an advertisement",
  decode(from, at, end) {
    const options: NdOption[] = [];
    while (end - at >= 2) {
      const next = at + UNIT * from.bytes[at + 1]!, whole = next > at && next <= end;
      options.push(whole ? optionAt(from, at, next) : dataAt(from, at, end));
      at = whole ? next : end;
    }
    return options;
  },
  encode: (_, to) => to.fail(TypeError, "only the kernel sends it"),
};

/** Returns the offset of the end of the options of the message at `at`..`end`. */
function endOfOptions(from: Reader, at: number, end: number): number {
  return end - at < HEADER ? end : Math.min(at + HEADER + from.view.getUint16(at + OPTS_LEN, true), end);
}

/** Codec of {@linkcode NdUserOption}: nduseroptmsg, the options, and NDUSEROPT_*. The kernel alone sends it. */
export const NdUserOption: Codec<NdUserOption, never> = {
  name: "an advertisement",
  decode(from, at, end, owner) {
    const head = NdUserOptionHead.decode(from, at, Math.min(at + HEADER, end), owner);
    const stop = endOfOptions(from, at, end), options = optionList.decode(from, at + HEADER, stop, owner);
    return { ...head, options, ...NdUserOptionTail.decode(from, stop, end, owner) };
  },
  encode: optionList.encode,
  walk(from, at, end, owner, visit) {
    const stop = endOfOptions(from, at, end), start = Math.min(at + HEADER, stop);
    NdUserOptionHead.walk!(from, at, start, owner, visit);
    visit({ name: "options", id: -1, start, at: start, end: stop, codec: optionList, owner });
    NdUserOptionTail.walk!(from, stop, end, owner, visit);
  },
};

/** The prefixes that routers advertise in one network namespace. */
export class AdvertisedPrefixes extends Notices<AdvertisedPrefix> {
  /** Watches through the client of `open`. */
  constructor(open: () => Client) {
    const groups = [RTNLGRP.RTNLGRP_IPV6_PREFIX];
    super({ object: "advertised prefix", types: [RTM.RTM_NEWPREFIX], groups, codec: AdvertisedPrefix }, open);
  }
}

/** The options that routers advertise in one network namespace. */
export class NdUserOptions extends Notices<NdUserOption> {
  /** Watches through the client of `open`. */
  constructor(open: () => Client) {
    const groups = [RTNLGRP.RTNLGRP_ND_USEROPT];
    super({ object: "advertised option", types: [RTM.RTM_NEWNDUSEROPT], groups, codec: NdUserOption }, open);
  }
}

/** The prefixes that routers advertise in this namespace, on a socket that the first use opens. */
export const prefixes: AdvertisedPrefixes = new AdvertisedPrefixes(onShared(NETLINK_ROUTE));

/** The options that routers advertise in this namespace, on a socket that the first use opens. */
export const ndOptions: NdUserOptions = new NdUserOptions(onShared(NETLINK_ROUTE));
