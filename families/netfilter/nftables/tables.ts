/**
 * Tables of nf_tables, which hold chains, sets and objects.
 *
 * ```ts ignore
 * import { tables } from "@linux/netlink/families/netfilter/nftables/tables.ts";
 * tables.add({ family: "inet", name: "guard", comment: "made by hand" });
 * for (const { family, name } of tables.list()) console.log(family, name);
 * ```
 *
 * Needs CAP_NET_ADMIN, also for reading.
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
  head,
  key,
  mask,
  readOnly,
  type Shape,
  string,
} from "../../../core/codec/mod.ts";
import type { Input } from "../../../core/collection.ts";
import { NLM_F } from "../../../core/message.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG, NFNLGRP } from "../protocol.ts";
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
import { commentIn, userdata } from "./userdata.ts";

/** A flag of a table: `dormant` tables do nothing; `owner` binds it to the socket, `persist` lets it outlive that. */
export type NftTableFlag = "dormant" | "owner" | "persist" | number;

/** A table. */
export interface NftTable {
  /** The family of the packets that it sees. */
  family: NfFamily;
  /** The name. */
  name: string;
  /** The flags. */
  flags?: readonly NftTableFlag[];
  /** Number of its chains, sets, objects and flowtables. Read-only. */
  use?: number;
  /** The kernel's number of the table. Read-only. */
  handle?: bigint;
  /** The port of the socket that owns it. Read-only. */
  owner?: number;
  /** The user data in nft's form, which has the comment. */
  userdata?: Uint8Array;
  /** The comment. */
  comment?: string;
}

/** Wire form of {@linkcode NftTable}: nfgenmsg and NFTA_TABLE_*. */
export const NftTable: Attributes<NftTable> = attributes((): Shape<NftTable> => ({
  family: head(0, nfFamily, key),
  name: [1, string(255), key],
  flags: [2, mask(be32, { dormant: 1, owner: 2, persist: 4 })],
  use: [3, be32, readOnly],
  handle: [4, be64, key],
  owner: [7, be32, readOnly],
  userdata: [6, userdata(0)],
  comment: commentIn(0),
}), { header: NFGENMSG });

/** The key of a table: its name or its handle. */
export interface NftTableKey {
  /** The family. */
  family: NfFamily;
  /** The name. */
  name?: string;
  /** The handle. */
  handle?: bigint | number;
}

const declaration: NftDeclaration<NftTable> = {
  protocol: NETLINK_NETFILTER,
  object: "table",
  table: NftTable,
  messages: {
    new: NETFILTER_MSG.NFT_MSG_NEWTABLE,
    del: NETFILTER_MSG.NFT_MSG_DELTABLE,
    get: NETFILTER_MSG.NFT_MSG_GETTABLE,
  },
  also: [NETFILTER_MSG.NFT_MSG_DESTROYTABLE],
  destroy: NETFILTER_MSG.NFT_MSG_DESTROYTABLE,
  unchanged: "key",
  groups: [NFNLGRP.NFNLGRP_NFTABLES],
  filters: ["family"],
  describe(value) {
    const { family, name, handle } = value as NftTableKey;
    return [family, name ?? (handle === undefined ? "" : `handle ${handle}`)].filter(Boolean).join(" ");
  },
  identity: ({ family, name }) => `${family} ${name}`,
  keyOf(value) {
    const { family, name, handle } = value as NftTableKey;
    return { family, ...(name === undefined ? { handle } : { name }) };
  },
  prepare(value, verb) {
    if (verb !== "list") expectFamily(value, `${verb} table`);
    expectKey(value, "table", verb);
    return value;
  },
  setFlags: 0,
  makes: hasName,
  // The kernel acknowledges changes of these, and does nothing.
  lasting: () => ["userdata", "comment"],
  hint: nftHint,
};

/** The tables of one network namespace. */
export class NftTables extends NftCollection<NftTable, Input<NftTable>, NftTableKey> {
  /** Sends in a context. */
  constructor(context: NftContext) {
    super(declaration, context);
  }

  /** Makes an empty table, and deletes one of that name with all that it holds, in one transaction. */
  override replace(value: Input<NftTable>): void {
    const { messages } = declaration, { NLM_F_CREATE, NLM_F_EXCL } = NLM_F;
    const made = this.operation("replace", messages.new, value), { what } = made;
    const { family, name } = value;
    const bare = { ...made, value: { family, name } };
    this.context.requester().request({
      ...bare,
      flags: NLM_F_CREATE,
      then: [
        { ...bare, type: messages.del, flags: 0, what },
        { ...made, flags: NLM_F_CREATE | NLM_F_EXCL, what },
      ],
    });
  }
}

/** The tables of this namespace, on a socket that the first use opens. */
export const tables: NftTables = new NftTables(sharedContext);
