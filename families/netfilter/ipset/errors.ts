/**
 * The error numbers of ipset, which begin at 4096, in words. Their meaning depends on the command and on the type of
 * the set.
 *
 * Source: linux/netfilter/ipset/ip_set.h, ip_set_hash.h, ip_set_bitmap.h, ip_set_list.h, v7.2
 *
 * @module
 */
import type { OwnError } from "../../../core/protocol.ts";

type Errors = Readonly<Record<number, readonly [code: string, text: string]>>;

/** Errors that all commands and types share. */
const COMMON: Errors = {
  4097: ["PROTOCOL", "the kernel does not accept the fields: an address may be of the other family than the set's"],
  4098: ["FIND_TYPE", "this kernel has no such type of sets with this family and revision"],
  4099: ["MAX_SETS", "the kernel has as many sets as it allows"],
  4100: ["BUSY", "rules or lists of sets use the set"],
  4101: ["EXIST_SETNAME2", "a set has the new name already"],
  4102: ["TYPE_MISMATCH", "the sets are of different types"],
  4103: ["EXIST", "it exists already"],
  4104: ["INVALID_CIDR", "the kernel does not accept the prefix length"],
  4105: ["INVALID_NETMASK", "the kernel does not accept the netmask"],
  4106: ["INVALID_FAMILY", "the type of the set does not support the family"],
  4107: ["TIMEOUT", "the set has no timeouts: add it with timeout"],
  4108: ["REFERENCED", "rules or lists of sets use the set"],
  4109: ["IPADDR_IPV4", "an IPv4 address is missing or is no address"],
  4110: ["IPADDR_IPV6", "an IPv6 address is missing or is no address"],
  4111: ["COUNTER", "the set has no counters: add it with counters"],
  4112: ["COMMENT", "the set has no comments: add it with comment"],
  4113: ["INVALID_MARKMASK", "the kernel does not accept the mask of marks"],
  4114: ["SKBINFO", "the set has no skbinfo: add it with skbinfo"],
  4115: ["BITMASK_NETMASK_EXCL", "netmask and bitmask exclude each other"],
};

/** Errors of each class of types. */
const OF_TYPE: Readonly<Record<string, Errors>> = {
  bitmap: {
    4352: ["BITMAP_RANGE", "the entry is not in the range of the set"],
    4353: ["BITMAP_RANGE_SIZE", "the range has more than 65536 entries"],
  },
  hash: {
    4352: ["HASH_FULL", "the set is full: it has as many entries as its maxelem"],
    4353: ["HASH_ELEM", "a hash cannot have an entry that is all zeros"],
    4354: ["INVALID_PROTO", "the kernel does not accept the protocol"],
    4355: ["MISSING_PROTO", "proto is missing"],
    4356: ["HASH_RANGE_UNSUPPORTED", "sets of this type and family take no ranges"],
    4357: ["HASH_RANGE", "the range is invalid"],
  },
  list: {
    4352: ["NAME", "there is no such set to be in the list"],
    4353: ["LOOP", "a list of sets cannot contain another list of sets"],
    4354: ["BEFORE", "the list has no set with the name in before or after"],
    4355: ["NAMEREF", "before or after must name a set in the list"],
    4356: ["LIST_FULL", "the list is full: it has as many sets as its size"],
    4357: ["REF_EXIST", "the set in before or after is not there"],
  },
};

/** Texts of errors for one command, instead of the common ones. */
const OF_COMMAND: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  add: { 4103: "the set has the entry already" },
  delete: { 4103: "the set does not have the entry" },
  test: { 4103: "the set does not have the entry" },
  swap: { 4101: "there is no set with the second name" },
};

/** IPSET_ERR_PROTOCOL, and the first number that has a meaning for each type: IPSET_ERR_TYPE_SPECIFIC. */
const PROTOCOL = 4097, TYPE_SPECIFIC = 4352;

/** True if the words for an error number depend on the type of the set. */
export function dependsOnType(errno: number): boolean {
  return errno === PROTOCOL || errno >= TYPE_SPECIFIC;
}

/** Fields of entries for the words in the names of types. */
const FIELDS: Readonly<Record<string, string>> = { net: "ip", mac: "ether", set: "name" };

/** Returns the fields that an entry of a type has, as `ip and port` for `hash:net,port`. */
function fieldsOf(type: string): string {
  const fields = type.slice(type.indexOf(":") + 1).split(",").map((word) => FIELDS[word] ?? word);
  // The second address has a field of its own.
  const distinct = fields.map((field, i) => fields.indexOf(field) < i ? `${field}2` : field);
  return distinct.length === 1 ? distinct[0]! : `${distinct.slice(0, -1).join(", ")} and ${distinct.at(-1)}`;
}

const ENTRY_COMMANDS: ReadonlySet<string> = new Set(["add", "delete", "test"]);

/**
 * Returns the name and the words of an error number of ipset; `undefined` for any other.
 *
 * @param command `add`, `delete`, `test`, or another
 * @param type the type of the set, if it is known
 */
export function ipsetError(errno: number, command: string, type?: string): OwnError | undefined {
  const common = COMMON[errno];
  if (common !== undefined) {
    const own = errno === PROTOCOL && type !== undefined && ENTRY_COMMANDS.has(command)
      ? `an entry of ${type} has ${fieldsOf(type)}, and addresses have the family of the set`
      : OF_COMMAND[command]?.[errno];
    return { code: `IPSET_ERR_${common[0]}`, text: own ?? common[1] };
  }
  if (errno < TYPE_SPECIFIC) return undefined;
  const specific = OF_TYPE[type?.split(":")[0] ?? "hash"]?.[errno];
  return specific === undefined ? undefined : { code: `IPSET_ERR_${specific[0]}`, text: specific[1] };
}
