/**
 * Flowtables of nf_tables: connections in them are forwarded from device to device, past the other hooks.
 *
 * ```ts ignore
 * import { flowtables } from "@linux/netlink/families/netfilter/nftables/flowtables.ts";
 * const place = { hook: "ingress", priority: 0, devs: ["lan", "wan"] } as const;
 * flowtables.add({ family: "inet", table: "guard", name: "fast", ...place });
 * ```
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be32,
  be64,
  enumeration,
  head,
  key,
  mask,
  part,
  type Parts,
  readOnly,
  type Shape,
  string,
} from "../../../core/codec/mod.ts";
import { expectArray } from "../../../core/arguments.ts";
import type { Input } from "../../../core/collection.ts";
import { argumentError } from "../../../core/errors.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG, NFNLGRP } from "../protocol.ts";
import { devices } from "./chains.ts";
import { type NftPriority, priority } from "./priorities.ts";
import {
  expectFamily,
  expectKey,
  hasName,
  NftCollection,
  type NftContext,
  type NftDeclaration,
  nftHint,
  sharedContext,
} from "./transaction.ts";

const NFTA_FLOWTABLE_HOOK = 3;

/** The place of a flowtable. */
export interface NftFlowtableHook {
  /** The hook. */
  hook?: "ingress" | number;
  /** The place among what is called at the hook. */
  priority?: number;
  /** The devices. */
  devs?: readonly string[];
}

/** Wire form of {@linkcode NftFlowtableHook}: NFTA_FLOWTABLE_HOOK_*, which are fields of the flowtable itself. */
const place: Parts<NftFlowtableHook> = part((): Shape<NftFlowtableHook> => ({
  hook: [1, enumeration(be32, { ingress: 0 })],
  priority: [2, priority],
  devs: [3, devices],
}));

/** A flag of a flowtable: `hw_offload` leaves connections to the devices, `counter` counts. */
export type NftFlowtableFlag = "hw_offload" | "counter" | number;

/** A flowtable. */
export interface NftFlowtable extends NftFlowtableHook {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table?: string;
  /** The name. */
  name?: string;
  /** The kernel's number of the flowtable. Read-only. */
  handle?: bigint;
  /** The flags. */
  flags?: readonly NftFlowtableFlag[];
  /** Number of rules that refer to it. Read-only. */
  use?: number;
}

/** Wire form of {@linkcode NftFlowtable}: nfgenmsg and NFTA_FLOWTABLE_*. */
export const NftFlowtable: Attributes<NftFlowtable> = attributes(
  (): Shape<Omit<NftFlowtable, keyof NftFlowtableHook>> => ({
    family: head(0, nfFamily, key),
    table: [1, string(255), key],
    name: [2, string(255), key],
    handle: [5, be64, key],
    flags: [7, mask(be32, { hw_offload: 1, counter: 2 })],
    use: [4, be32, readOnly],
  }),
  { header: NFGENMSG },
).with(place, NFTA_FLOWTABLE_HOOK);

/** A flowtable to make, to change, or to select by. */
export type NftFlowtableInput = Omit<Input<NftFlowtable>, "priority"> & {
  /** The place among what is called at the hook, also by nft's name: `"filter"`, `"filter + 5"`. */
  priority?: NftPriority;
};

/** The key of a flowtable: its name or its handle. */
export interface NftFlowtableKey {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table: string;
  /** The name. */
  name?: string;
  /** The handle. */
  handle?: bigint | number;
}

const declaration: NftDeclaration<NftFlowtable> = {
  protocol: NETLINK_NETFILTER,
  object: "flowtable",
  table: NftFlowtable,
  messages: {
    new: NETFILTER_MSG.NFT_MSG_NEWFLOWTABLE,
    del: NETFILTER_MSG.NFT_MSG_DELFLOWTABLE,
    get: NETFILTER_MSG.NFT_MSG_GETFLOWTABLE,
  },
  also: [NETFILTER_MSG.NFT_MSG_DESTROYFLOWTABLE],
  destroy: NETFILTER_MSG.NFT_MSG_DESTROYFLOWTABLE,
  unchanged: "all",
  groups: [NFNLGRP.NFNLGRP_NFTABLES],
  filters: ["family", "table"],
  describe(value) {
    const { family, table, name, handle } = value as NftFlowtableKey;
    return [family, table, name ?? (handle === undefined ? "" : `handle ${handle}`)].filter(Boolean).join(" ");
  },
  identity: ({ family, table, name }) => `${family} ${table} ${name}`,
  keyOf(value) {
    const { family, table, name, handle } = value as NftFlowtableKey;
    return { family, table, ...(name === undefined ? { handle } : { name }) };
  },
  none: ["ENOENT"],
  prepare(value, verb) {
    if (verb !== "list") expectFamily(value, `${verb} flowtable`);
    expectKey(value, "flowtable", verb);
    return value;
  },
  setFlags: 0,
  makes: hasName,
  hint: (code, details) =>
    code === "ENOENT" && details.path === undefined
      ? "the kernel may lack flowtables: modprobe nf_flow_table loads them"
      : nftHint(code, details),
};

/** The flowtables of one network namespace. */
export class NftFlowtables extends NftCollection<NftFlowtable, NftFlowtableInput, NftFlowtableKey> {
  /** Sends in a context. */
  constructor(context: NftContext) {
    super(declaration, context);
  }

  /**
   * Takes devices from a flowtable, which remains with the others.
   *
   * In Linux since 5.8.
   *
   * @throws {KernelError} ENOENT: the flowtable does not have one of the devices
   */
  deleteDevices(key: NftFlowtableKey, devs: readonly string[]): void {
    const named = this.keyValue(key, "delete devices of");
    const what = `delete devices of flowtable ${declaration.describe(key)}`;
    expectArray(devs, what, "an array of names of devices");
    if (devs.length === 0) throw argumentError(TypeError, `Cannot ${what}: devs is empty`);
    const operation = this.operation("delete", declaration.messages.del, { ...named, devs });
    this.context.requester().request({ ...operation, what });
  }
}

/** The flowtables of this namespace, on a socket that the first use opens. */
export const flowtables: NftFlowtables = new NftFlowtables(sharedContext);
