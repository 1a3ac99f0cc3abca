/**
 * Stateful objects of nf_tables, which rules and elements of maps refer to by name: counters, quotas, limits, conntrack
 * helpers and others.
 *
 * ```ts ignore
 * import { objects } from "@linux/netlink/families/netfilter/nftables/objects.ts";
 * objects.add({ family: "inet", table: "guard", name: "web", type: "counter" });
 * console.log(objects.get({ family: "inet", table: "guard", name: "web", type: "counter" }).data);
 * ```
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  be64,
  bytes,
  choice,
  type Codec,
  head,
  ipv4,
  ipv6,
  key,
  mask,
  readOnly,
  repeated,
  type Shape,
  shown,
  string,
  text,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import type { Input, Merge } from "../../../core/collection.ts";
import { argumentError } from "../../../core/errors.ts";
import { declareMessages } from "../../../core/messages.ts";
import { stringify } from "../../../core/printable.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG, NFNLGRP } from "../protocol.ts";
import { NftConnlimit, NftCounter, NftLimit, NftQuota, NftSynproxy } from "./expressions.ts";
import { type NftObjectType, objectType } from "./set.ts";
import {
  expectFamily,
  expectKey,
  NftCollection,
  type NftContext,
  type NftDeclaration,
  nftHint,
  sharedContext,
} from "./transaction.ts";
import { commentIn, userdata } from "./userdata.ts";

/** A helper of conntrack, which finds the connections that a protocol announces. */
export interface NftCtHelper {
  /** The name of the kernel's helper: `ftp`. */
  name?: string;
  /** The family of packets; that of the table when absent. */
  l3proto?: number;
  /** The protocol of packets: 6 is TCP. */
  l4proto?: number;
}

/** Wire form of {@linkcode NftCtHelper}: NFTA_CT_HELPER_*. */
export const NftCtHelper: Attributes<NftCtHelper> = attributes((): Shape<NftCtHelper> => ({
  name: [1, text],
  l3proto: [2, be16],
  l4proto: [3, u8],
}));

/** Codec of the timeouts of a protocol's states: an array by the number of the state, from 0. */
const timeouts: Codec<readonly number[]> = {
  name: "timeouts in s",
  nested: true,
  decode(from, at, end) {
    const all: number[] = [];
    for (let place = at; end - place >= 8;) {
      const length = from.view.getUint16(place, true), id = from.view.getUint16(place + 2, true) & 0x3fff;
      if (length === 8 && id > 0) all[id - 1] = from.view.getUint32(place + 4);
      place += Math.max(4, length + 3 & ~3);
    }
    return Array.from(all, (one) => one ?? 0);
  },
  encode(value, to, owner) {
    value.forEach((one, index) => {
      to.path.push(index);
      const start = to.open(index + 1);
      be32.encode(one, to, owner);
      to.close(start);
      to.path.pop();
    });
  },
};

/** Timeouts of connections. */
export interface NftCtTimeout {
  /** The family of packets; that of the table when absent. */
  l3proto?: number;
  /** The protocol of packets: 6 is TCP. */
  l4proto?: number;
  /** The timeouts of the protocol's states in s, in the kernel's order of the states. */
  data?: readonly number[];
}

/** Wire form of {@linkcode NftCtTimeout}: NFTA_CT_TIMEOUT_*. */
export const NftCtTimeout: Attributes<NftCtTimeout> = attributes((): Shape<NftCtTimeout> => ({
  l3proto: [1, be16],
  l4proto: [2, u8],
  data: [3, timeouts],
}));

/** A security mark. */
export interface NftSecmark {
  /** The security context. */
  ctx?: string;
}

/** Wire form of {@linkcode NftSecmark}: NFTA_SECMARK_*. */
export const NftSecmark: Attributes<NftSecmark> = attributes((): Shape<NftSecmark> => ({ ctx: [1, text] }));

/** Connections to expect. */
export interface NftCtExpect {
  /** The family of packets; that of the table when absent. */
  l3proto?: number;
  /** The protocol of packets: 6 is TCP. */
  l4proto?: number;
  /** The port to expect them at. */
  dport?: number;
  /** The time to expect them for, in ms. */
  timeout?: number;
  /** Most connections to expect. */
  size?: number;
}

/** Wire form of {@linkcode NftCtExpect}: NFTA_CT_EXPECT_*. */
export const NftCtExpect: Attributes<NftCtExpect> = attributes((): Shape<NftCtExpect> => ({
  l3proto: [1, be16],
  l4proto: [2, u8],
  dport: [3, be16],
  timeout: [4, u32],
  size: [5, u8],
}));

/** The IPv4 addresses of a tunnel. */
export interface NftTunnelIp {
  /** The source. */
  src?: string;
  /** The destination. */
  dst?: string;
}

/** Wire form of {@linkcode NftTunnelIp}: NFTA_TUNNEL_KEY_IP_*. */
export const NftTunnelIp: Attributes<NftTunnelIp> = attributes((): Shape<NftTunnelIp> => ({
  src: [1, ipv4],
  dst: [2, ipv4],
}));

/** The IPv6 addresses of a tunnel. */
export interface NftTunnelIp6 extends NftTunnelIp {
  /** The flow label. */
  flowlabel?: number;
}

/** Wire form of {@linkcode NftTunnelIp6}: NFTA_TUNNEL_KEY_IP6_*. */
export const NftTunnelIp6: Attributes<NftTunnelIp6> = attributes((): Shape<NftTunnelIp6> => ({
  src: [1, ipv6],
  dst: [2, ipv6],
  flowlabel: [3, be32],
}));

/** Options of a VXLAN tunnel. */
export interface NftTunnelVxlan {
  /** The group policy. */
  gbp?: number;
}

/** Wire form of {@linkcode NftTunnelVxlan}: NFTA_TUNNEL_KEY_VXLAN_*. */
export const NftTunnelVxlan: Attributes<NftTunnelVxlan> = attributes((): Shape<NftTunnelVxlan> => ({ gbp: [1, be32] }));

/** Options of an ERSPAN tunnel. */
export interface NftTunnelErspan {
  /** The version: 1 or 2. */
  version?: number;
  /** The index, of version 1. */
  v1Index?: number;
  /** The hardware's number, of version 2. */
  v2Hwid?: number;
  /** The direction, of version 2. */
  v2Dir?: number;
}

/** Wire form of {@linkcode NftTunnelErspan}: NFTA_TUNNEL_KEY_ERSPAN_*. */
export const NftTunnelErspan: Attributes<NftTunnelErspan> = attributes((): Shape<NftTunnelErspan> => ({
  version: [1, be32],
  v1Index: [2, be32],
  v2Hwid: [3, u8],
  v2Dir: [4, u8],
}));

/** An option of a GENEVE tunnel. */
export interface NftTunnelGeneve {
  /** The class. */
  class?: number;
  /** The type. */
  type?: number;
  /** The data. */
  data?: Uint8Array;
}

/** Wire form of {@linkcode NftTunnelGeneve}: NFTA_TUNNEL_KEY_GENEVE_*. */
export const NftTunnelGeneve: Attributes<NftTunnelGeneve> = attributes((): Shape<NftTunnelGeneve> => ({
  class: [1, be16],
  type: [2, u8],
  data: [3, bytes],
}));

/** Options of a tunnel, of one kind. */
export interface NftTunnelOpts {
  /** Of VXLAN. */
  vxlan?: NftTunnelVxlan;
  /** Of ERSPAN. */
  erspan?: NftTunnelErspan;
  /** Of GENEVE. */
  geneve?: readonly NftTunnelGeneve[];
}

/** Wire form of {@linkcode NftTunnelOpts}: NFTA_TUNNEL_KEY_OPTS_*. */
export const NftTunnelOpts: Attributes<NftTunnelOpts> = attributes((): Shape<NftTunnelOpts> => ({
  vxlan: [1, NftTunnelVxlan],
  erspan: [2, NftTunnelErspan],
  geneve: [3, repeated(3, NftTunnelGeneve)],
}));

/** A flag of a tunnel. */
export type NftTunnelFlag = "zero_csum_tx" | "dont_fragment" | "seq_number" | number;

/** The metadata of a tunnel. */
export interface NftTunnelKey {
  /** The number of the tunnel. */
  id?: number;
  /** The addresses, of IPv4. */
  ip?: NftTunnelIp;
  /** The addresses, of IPv6. */
  ip6?: NftTunnelIp6;
  /** The flags. */
  flags?: readonly NftTunnelFlag[];
  /** The type of service. */
  tos?: number;
  /** The time to live. */
  ttl?: number;
  /** The source port. */
  sport?: number;
  /** The destination port. */
  dport?: number;
  /** The options. */
  opts?: NftTunnelOpts;
}

/** Wire form of {@linkcode NftTunnelKey}: NFTA_TUNNEL_KEY_*. */
export const NftTunnelKey: Attributes<NftTunnelKey> = attributes((): Shape<NftTunnelKey> => ({
  id: [1, be32],
  ip: [2, NftTunnelIp],
  ip6: [3, NftTunnelIp6],
  flags: [4, mask(be32, { zero_csum_tx: 1, dont_fragment: 2, seq_number: 4 })],
  tos: [5, u8],
  ttl: [6, u8],
  sport: [7, be16],
  dport: [8, be16],
  opts: [9, NftTunnelOpts],
}));

/** The type of an object and its state. */
export type NftObjectData =
  | { type: "counter"; data?: NftCounter }
  | { type: "quota"; data: NftQuota }
  | { type: "ct_helper"; data: NftCtHelper }
  | { type: "limit"; data: NftLimit }
  | { type: "connlimit"; data: NftConnlimit }
  | { type: "tunnel"; data: NftTunnelKey }
  | { type: "ct_timeout"; data: NftCtTimeout }
  | { type: "secmark"; data: NftSecmark }
  | { type: "ct_expect"; data: NftCtExpect }
  | { type: "synproxy"; data: NftSynproxy };

/** The fields that objects of all types have. */
export interface NftObjectFields {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table?: string;
  /** The name. */
  name?: string;
  /** The kernel's number of the object. Read-only. */
  handle?: bigint;
  /** Number of rules and elements that refer to it. Read-only. */
  use?: number;
  /** The user data in nft's form, which has the comment. */
  userdata?: Uint8Array;
  /** The comment. */
  comment?: string;
}

/** A stateful object. */
export type NftObject = NftObjectFields & NftObjectData;

/** Wire form of {@linkcode NftObject}: nfgenmsg and NFTA_OBJ_*. */
export const NftObject: Attributes<NftObject> = attributes((): Shape<NftObjectFields> => ({
  family: head(0, nfFamily, key),
  table: [1, string(255), key],
  name: [2, string(255), key],
  handle: [6, be64, key],
  use: [5, be32, readOnly],
  userdata: [8, userdata(0)],
  comment: commentIn(0),
}), { header: NFGENMSG }).with(choice<NftObjectData, "type", "data">("type", 3, "data", 4, {
  counter: NftCounter,
  quota: NftQuota,
  ct_helper: NftCtHelper,
  limit: NftLimit,
  connlimit: NftConnlimit,
  tunnel: NftTunnelKey,
  ct_timeout: NftCtTimeout,
  secmark: NftSecmark,
  ct_expect: NftCtExpect,
  synproxy: NftSynproxy,
}, objectType));

/** The key of an object. */
export interface NftObjectKey {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table: string;
  /** The name. */
  name?: string;
  /** The handle. */
  handle?: bigint | number;
  /** The type: objects of different types may have the same name. */
  type: NftObjectType;
}

/** The fields that listed objects must have. */
export interface NftObjectFilter extends Input<NftObjectFields> {
  /** The type. */
  type?: NftObjectType;
}

/** The input form of an object. */
export type NftObjectInput = Omit<Input<NftObjectFields>, "family"> & { family: NfFamily } & NftObjectData;

/** The types of objects that the kernel changes: it acknowledges changes of the others, and does nothing. */
const CHANGED: readonly string[] = ["quota", "synproxy"];

/** Merges changes into an object, which the kernel replaces; throws for those that it would ignore. */
function mergeObject({ found, changes, whole, what }: Merge<NftObject>): object {
  const data = changes["data"] as object | undefined ?? {}, present = found.data as Record<string, unknown> | undefined;
  for (const [name, one] of Object.entries(data)) {
    const changed = one !== undefined && stringify(one) !== stringify(present?.[name]);
    if (!changed || CHANGED.includes(found.type) && name !== "consumed") continue;
    throw argumentError(
      TypeError,
      `Cannot ${what}: data.${name} does not change, got ${shown(one)}: delete it, and add it with the new value`,
    );
  }
  return whole;
}

const declaration: NftDeclaration<NftObject> = {
  protocol: NETLINK_NETFILTER,
  object: "object",
  table: NftObject,
  messages: {
    new: NETFILTER_MSG.NFT_MSG_NEWOBJ,
    del: NETFILTER_MSG.NFT_MSG_DELOBJ,
    get: NETFILTER_MSG.NFT_MSG_GETOBJ,
  },
  also: [NETFILTER_MSG.NFT_MSG_DESTROYOBJ],
  destroy: NETFILTER_MSG.NFT_MSG_DESTROYOBJ,
  unchanged: "all",
  groups: [NFNLGRP.NFNLGRP_NFTABLES],
  filters: ["family", "table", "type"] as never,
  describe(value) {
    const { family, table, name, type, handle } = value as NftObjectKey;
    return [family, table, type, name ?? (handle === undefined ? "" : `handle ${handle}`)].filter(Boolean).join(" ");
  },
  identity: ({ family, table, type, name }) => `${family} ${table} ${type} ${name}`,
  keyOf(value) {
    const { family, table, name, type, handle } = value as NftObjectKey;
    return { family, table, type, ...(name === undefined ? { handle } : { name }) };
  },
  none: ["ENOENT"],
  prepare(value, verb) {
    if (verb !== "list") expectFamily(value, `${verb} object`);
    expectKey(value, "object", verb);
    const { type, data } = value as NftObject;
    // The kernel requires the data, which a counter may begin without.
    return verb === "add" && type === "counter" && data === undefined ? { ...value, data: {} } : value;
  },
  setFlags: 0,
  merge: mergeObject,
  lasting: () => ["userdata", "comment"],
  hint: nftHint,
};

declareMessages(NETLINK_NETFILTER, {
  types: [NETFILTER_MSG.NFT_MSG_GETOBJ_RESET],
  codec: NftObject as Codec<unknown, never>,
});

/** The stateful objects of one network namespace. */
export class NftObjects extends NftCollection<NftObject, NftObjectInput, NftObjectKey> {
  /** Sends in a context. */
  constructor(context: NftContext) {
    super(declaration, context);
  }

  /** Returns the objects that match the filter. */
  override list(filter?: NftObjectFilter): NftObject[] {
    return super.list(filter as NftObjectInput | undefined);
  }

  /** Deletes the objects that match the filter, in one transaction; returns their number. */
  override flush(filter: NftObjectFilter | { all: true }): number {
    return super.flush(filter as { all: true });
  }

  /**
   * Changes the limits of a quota or of a synproxy; the kernel changes no others.
   *
   * @throws {TypeError} a field does not change
   */
  override set(key: NftObjectKey, changes: Partial<NftObjectInput>): void {
    super.set(key, changes as NftObjectInput);
  }

  /**
   * Sets the state of objects to zero, of all that match the filter's table and type.
   *
   * @returns the objects as they were
   * @throws {KernelError} ENOENT: there is no such table
   */
  reset(filter: { family: NfFamily; table?: string; type?: NftObjectType }): NftObject[] {
    return this.resetBy(NETFILTER_MSG.NFT_MSG_GETOBJ_RESET, filter);
  }
}

/** The stateful objects of this namespace, on a socket that the first use opens. */
export const objects: NftObjects = new NftObjects(sharedContext);
