/**
 * The parts of tables.ts for NETLINK_NETFILTER.
 *
 * @module
 */
import * as conntrack from "./conntrack.ts";

import * as ipset from "./ipset.ts";

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  ...ipset.TABLES,
  ...conntrack.TABLES,
  "NfBatch": "NFNL_BATCH_",
};

/** Headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  ...ipset.STRUCTS,
  ...conntrack.STRUCTS,
  "NfBatch": "nfgenmsg",
};

/** Layouts of headers whose fields have other meanings than the struct's in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  ...conntrack.LAYOUTS,
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  ...conntrack.LEFT_OUT_OF_STRUCTS,
  "nfgenmsg.nfgen_family",
  "nfgenmsg.version",
  "nfgenmsg.res_id",
];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  ...conntrack.FIELD_NAMES,
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  ...ipset.ENUMERATIONS,
  ...conntrack.ENUMERATIONS,
};

/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ...ipset.NAMES,
  ...conntrack.NAMES,
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  ...ipset.UNKNOWN,
  ...conntrack.UNKNOWN,
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  ...ipset.OTHERWISE,
  ...conntrack.OTHERWISE,
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  ...conntrack.LEFT_OUT,
];

/** Prefixes of the constants of exported objects of numbers that have other names than the headers' constants. */
export const NUMBERS: Readonly<Record<string, string>> = {
  ...conntrack.NUMBERS,
};
