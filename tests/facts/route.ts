/**
 * The parts of tables.ts for the objects of NETLINK_ROUTE that have entries of their own: nexthops, bridges and others.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "Nexthop": "NHA_",
  "NexthopBucket": "NHA_",
  "NexthopBucket.…": "NHA_RES_BUCKET_",
  "NexthopGroupStats": "NHA_GROUP_STATS_ENTRY_",
  "NexthopResGroup": "NHA_RES_GROUP_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "Nexthop": "nhmsg",
};

/** Layouts of headers without a struct in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "NexthopBucket": "family 0 u8, flags 4 u32 = 8",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  "nhmsg.resvd",
];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {};

/** Fields of structs with other names than in C. */
export const PLACE_NAMES: Readonly<Record<string, string>> = {};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "Nexthop.encapType": "LWTUNNEL_ENCAP_",
  "Nexthop.flags": "RTNH_F_",
  "Nexthop.groupType": "NEXTHOP_GRP_TYPE_",
  "Route.encapType": "LWTUNNEL_ENCAP_",
  "Nexthop.protocol": "RTPROT_",
};

/** Enumerations whose names are the words of iproute2. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Nexthop.opFlags": { dump_stats: 1, dump_hw_stats: 2, resp_grp_resvd_0: 0x80000000 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "Nexthop": "group bytes [8 bytes], groupStats nest",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [];
