/**
 * The parts of tables.ts for ipset.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "IpsetEntry": "IPSET_ATTR_",
  "IpsetEntryMessage": "IPSET_ATTR_",
  "IpsetMessage": "IPSET_ATTR_",
  "IpsetOptions": "IPSET_ATTR_",
  "IpsetProtocol": "IPSET_ATTR_",
  "IpsetRename": "IPSET_ATTR_",
};

/** Headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "IpsetEntryMessage": "nfgenmsg",
  "IpsetMessage": "nfgenmsg",
  "IpsetProtocol": "nfgenmsg",
  "IpsetRename": "nfgenmsg",
};

/** Layouts of structs that no header has. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "IpsetEntry.skbmark": "mark 0 be32, mask 4 be32 = 8",
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "IpsetEntry.proto": ["IPPROTO_", /^(ICMP|ICMPV6|IGMP|TCP|UDP|DCCP|GRE|ESP|AH|SCTP|UDPLITE)$/],
  "IpsetEntry.cadtFlags": ["IPSET_FLAG_", /^(BEFORE|PHYSDEV|NOMATCH|WITH_|IFACE_)/],
  "IpsetMessage.flags": ["IPSET_FLAG_", /^(EXIST|LIST_)/],
};

/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "*.nfgenFamily": { unspec: 0, inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 },
  "IpsetMessage.family": { unspec: 0, inet: 2, inet6: 10 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "IpsetEntry": "ether 6 bytes",
};

/** Forms that differ from the kernel's source, which has one number for two, and checks only the size of the others. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  "IpsetEntry.skbmark": "8 bytes",
  "IpsetEntry.lineno": "be32",
  "IpsetEntryMessage.lineno": "be32",
  "IpsetMessage.flags": "be32",
};
