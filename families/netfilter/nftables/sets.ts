/**
 * Sets and maps of nf_tables. `elements.ts` has what they hold.
 *
 * ```ts ignore
 * import { sets } from "@linux/netlink/families/netfilter/nftables/sets.ts";
 * sets.add({ family: "inet", table: "guard", name: "bad", keyType: "ipv4_addr", flags: ["interval"], autoMerge: true });
 * ```
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import { expectNames, expectType, namesOf } from "../../../core/arguments.ts";
import { octets, shown, Writer } from "../../../core/codec/mod.ts";
import type { AddOptions, Existing, Input, Verb } from "../../../core/collection.ts";
import { argumentError, KernelError } from "../../../core/errors.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, NFNLGRP } from "../protocol.ts";
import { datatypeOf } from "./datatypes.ts";
import { setIn } from "./known_sets.ts";
import {
  dataLayout,
  keyLayout,
  lengthOf,
  type NftPart,
  NftSet,
  type NftSetFlag,
  partsOf,
  SET_USERDATA,
} from "./set.ts";
import {
  expectFamily,
  expectKey,
  nextSetId,
  NftCollection,
  type NftContext,
  type NftDeclaration,
  nftHint,
  placeOf,
  sharedContext,
  withoutHandle,
} from "./transaction.ts";
import { hostInteger, userdataOf, userdataValues } from "./userdata.ts";

export * from "./set.ts";

/** The key of a set: its name or its handle. */
export interface NftSetKey {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table: string;
  /** The name. */
  name?: string;
  /** The handle. */
  handle?: bigint | number;
}

/** Byte orders in user data. */
const MIXED = 0, HOST = 1, NETWORK = 2;
/** Types in user data: of a nest with the type of an expression, of concatenations, and of verdicts. */
const TYPEOF = 0, TYPEOF_DATA = 1, CONCAT = 13, VERDICT = 1;

/** Returns the byte order of values, which for nft is the host's for names too: else it shows them as empty. */
function byteorder([part, ...more]: readonly NftPart[]): number {
  if (part === undefined || more.length > 0) return MIXED;
  return part.order === "host" || datatypeOf(part.type).form === "name" ? HOST : NETWORK;
}

/** Returns the user data that tells nft the byte order of a set's types: without it, nft shows marks reversed. */
function userdataFor(set: NftSet): Uint8Array {
  const { keyType, dataType, objType, comment, autoMerge, dataInterval, userdata: given } = set;
  const writer = new Writer();
  const values = given === undefined ? new Map<number, Uint8Array>() : userdataValues(octets(given, writer));
  const fill = (type: number, value: Uint8Array): void => {
    if (!values.has(type)) values.set(type, value);
  };
  const keys = partsOf(keyType), data = partsOf(dataType);
  fill(SET_USERDATA.keyByteorder, hostInteger(byteorder(keyLayout(set))));
  if (dataType !== undefined) {
    fill(SET_USERDATA.dataByteorder, hostInteger(dataType === "verdict" ? MIXED : byteorder(dataLayout(set))));
  }
  if (autoMerge === true) values.set(SET_USERDATA.merge, hostInteger(1));
  else if (autoMerge === false) values.delete(SET_USERDATA.merge);
  const concat = userdataOf([[TYPEOF, hostInteger(CONCAT)], [TYPEOF_DATA, new Uint8Array()]]);
  if (keys.length > 1) fill(SET_USERDATA.keyTypeof, concat);
  if (dataType === "verdict") {
    fill(SET_USERDATA.dataTypeof, userdataOf([[TYPEOF, hostInteger(VERDICT)], [TYPEOF_DATA, new Uint8Array()]]));
  } else if (data.length > 1) fill(SET_USERDATA.dataTypeof, concat);
  if (dataType !== undefined && objType === undefined) {
    fill(SET_USERDATA.dataInterval, hostInteger(dataInterval === true ? 1 : 0));
  }
  // The comment follows when the object is encoded.
  if (comment !== undefined) values.delete(SET_USERDATA.comment);
  return userdataOf([...values].sort(([a], [b]) => a - b));
}

/** Returns the set to send, with what follows from the fields that were given. */
function completed(set: NftSet): NftSet {
  const what = `add set ${declaration.describe(set)}`;
  const {
    keyType,
    dataType,
    objType,
    desc,
    timeout,
    expressions,
    flags: given = [],
    autoMerge,
    dataInterval,
    ...rest
  } = set;
  const flags = new Set<NftSetFlag>(Array.isArray(given) ? given : []), keys = partsOf(keyType);
  for (const name of ["autoMerge", "dataInterval"] as const) {
    if (set[name] !== undefined) expectType(set[name], `${what}: ${name}`, "boolean");
  }
  expectNames(set, what, namesOf(NftSet));
  if (keyType === undefined) throw argumentError(TypeError, `Cannot ${what}: keyType is missing, as "ipv4_addr"`);
  if (dataType !== undefined) flags.add("map");
  if (objType !== undefined) flags.add("object");
  if (timeout !== undefined) flags.add("timeout");
  if (expressions !== undefined) flags.add("expr");
  const isRanges = keys.length > 1 && flags.has("interval");
  if (isRanges) flags.add("concat");
  if (autoMerge === true && Array.isArray(given) && !flags.has("interval")) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: autoMerge: only a set with the flag "interval" has ranges to merge`,
    );
  }
  const parts = keyLayout(set);
  const keyLen = set.keyLen ?? lengthOf(parts), unsized = parts.findIndex(({ size }) => size === 0);
  if (unsized >= 0) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: keyLen is missing: the type ${shown(keys[unsized])} has no length of its own`,
    );
  }
  const dataLen = set.dataLen ??
    (dataType === undefined
      ? undefined
      : dataType === "verdict"
      ? 0
      : lengthOf(dataLayout(set)) * (dataInterval === true ? 2 : 1));
  return {
    ...rest,
    keyType,
    keyLen,
    ...(dataType === undefined ? {} : { dataType }),
    ...(dataLen === undefined ? {} : { dataLen }),
    ...(objType === undefined ? {} : { objType }),
    ...(!Array.isArray(given) ? { flags: given } : flags.size === 0 ? {} : { flags: [...flags] }),
    ...(isRanges && desc?.concat === undefined
      ? { desc: { ...desc, concat: parts.map(({ size }) => ({ len: size })) } }
      : desc === undefined
      ? {}
      : { desc }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(expressions === undefined ? {} : { expressions }),
    id: set.id ?? nextSetId(),
    userdata: userdataFor(set),
  };
}

const declaration: NftDeclaration<NftSet> = {
  protocol: NETLINK_NETFILTER,
  object: "set",
  table: NftSet,
  messages: {
    new: NETFILTER_MSG.NFT_MSG_NEWSET,
    del: NETFILTER_MSG.NFT_MSG_DELSET,
    get: NETFILTER_MSG.NFT_MSG_GETSET,
  },
  also: [NETFILTER_MSG.NFT_MSG_DESTROYSET],
  destroy: NETFILTER_MSG.NFT_MSG_DESTROYSET,
  unchanged: "all",
  groups: [NFNLGRP.NFNLGRP_NFTABLES],
  filters: ["family", "table"],
  describe(value) {
    const { family, table, name, handle } = value as NftSetKey;
    return [family, table, name ?? (handle === undefined ? "" : `handle ${handle}`)].filter(Boolean).join(" ");
  },
  identity: ({ family, table, name }) => `${family} ${table} ${name}`,
  keyOf(value) {
    const { family, table, name, handle } = value as NftSetKey;
    return { family, table, ...(name === undefined ? { handle } : { name }) };
  },
  none: ["ENOENT"],
  prepare(value: object, verb: Verb) {
    if (verb !== "list") expectFamily(value, `${verb} set`);
    expectKey(value, "set", verb);
    return verb === "add" ? completed(value as NftSet) : value;
  },
  setFlags: 0,
  // The kernel compares the whole set, and changes these fields alone.
  merge: ({ whole }) => completed(whole as unknown as NftSet),
  lasting: (changes) => Object.keys(changes).filter((name) => name !== "timeout" && name !== "gcInterval"),
  hint: (code, details) =>
    code === "EEXIST" && details.path === undefined
      ? "a set of that name has other flags or another size"
      : nftHint(code, details),
};

/** The sets and maps of one network namespace. */
export class NftSets extends NftCollection<NftSet, Input<NftSet>, NftSetKey> {
  /** Sends in a context. */
  constructor(context: NftContext) {
    super(declaration, context);
  }

  /**
   * Makes a set or map. `flags`, `keyLen`, `dataLen`, `desc` and `userdata` follow from the other fields.
   *
   * @returns false if it exists and `{ exists: "ok" }` tolerates that
   * @throws {KernelError} EEXIST: it exists already
   */
  override add<E extends "ok" | undefined = undefined>(
    value: Input<NftSet>,
    options: AddOptions<E> = {},
  ): true | Existing<E> {
    const added = super.add(value, options), { made, deletes } = this.context;
    const place = placeOf("set", value);
    // One that may exist is as the kernel has it, with its elements.
    if (options.exists === "ok" && deletes?.(place) === false && this.#present(value as NftSet)) return added;
    made?.set(place, {
      ...completed(withoutHandle(value) as NftSet),
      autoMerge: value.autoMerge === true,
      dataInterval: value.dataInterval === true,
    });
    return added;
  }

  /**
   * Changes `timeout` and `gcInterval` of a set. Elements that it has keep their times.
   *
   * In Linux since 6.2; earlier ones change nothing.
   *
   * @throws {KernelError} ENOENT: there is no such set
   * @throws {TypeError} another field has a new value
   */
  override set(key: NftSetKey, changes: Input<NftSet>): void {
    super.set(key, changes);
  }

  /** True if a set is known in this transaction, or exists. */
  #present({ family, table, name }: NftSet): boolean {
    try {
      return setIn(this.context, { family, table: table!, name: name! }, `look for set ${family} ${table} ${name}`) !==
        undefined;
    } catch (error) {
      if (error instanceof KernelError && error.code === "ENOENT") return false;
      throw error;
    }
  }
}

/** The sets and maps of this namespace, on a socket that the first use opens. */
export const sets: NftSets = new NftSets(sharedContext);
