/**
 * Sets as scripts see them, and their form on the wire.
 *
 * @module
 */
import { argumentError } from "../../../core/errors.ts";
import { expectNames } from "../../../core/arguments.ts";
import type { IpsetFlag, IpsetMessage, IpsetOptions, SetFamily } from "./messages.ts";

/** The types of sets: how they are stored, and what an entry consists of. */
export type SetType =
  | "bitmap:ip"
  | "bitmap:ip,mac"
  | "bitmap:port"
  | "hash:ip"
  | "hash:mac"
  | "hash:ip,mac"
  | "hash:net"
  | "hash:net,net"
  | "hash:ip,port"
  | "hash:net,port"
  | "hash:ip,port,ip"
  | "hash:ip,port,net"
  | "hash:ip,mark"
  | "hash:net,port,net"
  | "hash:net,iface"
  | "list:set";

/** A set of addresses, ports, interfaces or other sets. */
export interface IpSet {
  /** Its name, at most 31 bytes. */
  name: string;
  /** Its type; as input, one of {@linkcode SetType}. */
  type: SetType;
  /** Family of its addresses; `inet` when absent, `unspec` if the type has no addresses. It does not change later. */
  family?: SetFamily;
  /** Revision of the type: the kernel's highest when absent. */
  revision?: number;
  /** Its number in the kernel. Read-only. */
  index?: number;
  /** All that a bitmap can hold: `10.0.0.0-10.0.0.255`, as input also `10.0.0.0/24`; for ports `0-1023`. */
  range?: string;
  /** Prefix length to which addresses are cut. */
  netmask?: number;
  /** Mask for addresses, `255.255.0.255`, instead of a prefix length; Linux 6.2 and later. */
  bitmask?: string;
  /** Mask for marks, u32. */
  markmask?: number;
  /** Number of buckets at the beginning; the kernel doubles it when needed. */
  hashsize?: number;
  /** Most entries; 65536 when absent. */
  maxelem?: number;
  /** Most entries of a bucket. */
  bucketsize?: number;
  /** Seed of the hash. */
  initval?: number;
  /** Most sets in a `list:set`; 8 when absent. */
  size?: number;
  /** Seconds until an entry without a timeout of its own is removed, 0..2147483; 0 is never. Without it, no entry has one. */
  timeout?: number;
  /** True if entries count packets and bytes. */
  counters?: boolean;
  /** True if entries may have comments. */
  comment?: boolean;
  /** True if entries may set marks, classes and queues of packets. */
  skbinfo?: boolean;
  /** True if a full set replaces a random entry by a new one. */
  forceadd?: boolean;
  /** Number of entries. Read-only. */
  elements?: number;
  /** Number of users: rules, and lists of sets. Read-only. */
  references?: number;
  /** Memory that the set uses, in bytes. Read-only. */
  memsize?: number;
}

/** The flag of each field that is true or absent. */
const FLAGS: readonly (readonly ["counters" | "comment" | "skbinfo" | "forceadd", IpsetFlag])[] = [
  ["counters", "with_counters"],
  ["comment", "with_comment"],
  ["skbinfo", "with_skbinfo"],
  ["forceadd", "with_forceadd"],
];

/** The fields of a set that have the same form on the wire, and are sent. */
const SENT = [
  "netmask",
  "bitmask",
  "markmask",
  "hashsize",
  "maxelem",
  "bucketsize",
  "initval",
  "size",
  "timeout",
] as const;
const RECEIVED = ["elements", "references", "memsize"] as const;

/** The fields of a set. */
export const SET_FIELDS: readonly string[] = [
  ...["name", "type", "family", "revision", "index", "range"],
  ...SENT,
  ...FLAGS.map(([name]) => name),
  ...RECEIVED,
];

/** Returns a set from its form on the wire. */
export function setOf({ setname, typename, family, revision, index, data = {} }: IpsetMessage): IpSet {
  const set: IpSet = { name: setname!, type: typename as SetType };
  if (family !== undefined) set.family = family;
  if (revision !== undefined) set.revision = revision;
  if (index !== undefined) set.index = index;
  if (data.ip !== undefined) set.range = `${data.ip}-${data.ipTo}`;
  else if (data.port !== undefined) set.range = `${data.port}-${data.portTo}`;
  for (const name of SENT) if (data[name] !== undefined) set[name] = data[name] as never;
  for (const [name, flag] of FLAGS) if (data.cadtFlags?.includes(flag)) set[name] = true;
  for (const name of RECEIVED) if (data[name] !== undefined) set[name] = data[name];
  return set;
}

/** Types whose sets have no addresses. */
const WITHOUT_ADDRESSES: ReadonlySet<string> = new Set(["bitmap:port", "hash:mac", "list:set"]);

/** Returns the family of a set: the given one, or that of its type. */
export function familyOf({ type, family }: Pick<IpSet, "type" | "family">): SetFamily {
  return family ?? (WITHOUT_ADDRESSES.has(type) ? "unspec" : "inet");
}

/** Returns the form on the wire of a set to add. */
export function messageOf(set: IpSet, what: string): IpsetMessage {
  expectNames(set, what, SET_FIELDS);
  const data: IpsetOptions = {};
  for (const name of SENT) if (set[name] !== undefined) data[name] = set[name] as never;
  const flags = FLAGS.filter(([name]) => {
    const value = set[name];
    if (value === undefined || typeof value === "boolean") return value === true;
    throw argumentError(TypeError, `Cannot ${what}: ${name}: expected true or false`);
  });
  if (flags.length > 0) data.cadtFlags = flags.map(([, flag]) => flag);
  if (set.range !== undefined) Object.assign(data, rangeOf(set.range, what));
  return {
    setname: set.name,
    typename: set.type,
    family: familyOf(set),
    ...(set.revision === undefined ? {} : { revision: set.revision }),
    data,
  };
}

/** Parses `10.0.0.0-10.0.0.255`, `10.0.0.0/24` or `0-1023`. */
function rangeOf(range: string, what: string): IpsetOptions {
  const found = typeof range === "string" ? /^([\d.:a-fA-F]+)(?:-([\d.:a-fA-F]+)|\/(\d{1,3}))$/.exec(range) : null;
  if (found === null) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: range: expected a range like "10.0.0.0-10.0.0.255", "10.0.0.0/24" or "0-1023"`,
    );
  }
  const [, from = "", to, cidr] = found;
  if (cidr !== undefined) return { ip: from, cidr: Number(cidr) };
  return /[.:]/.test(from) ? { ip: from, ipTo: to! } : { port: Number(from), portTo: Number(to) };
}
