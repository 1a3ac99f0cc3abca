/**
 * Accounting objects (nfacct): counters with names, which rules of iptables increase, and quotas with an event when they
 * are reached. As with `nfacct`.
 *
 * ```ts ignore
 * import { acct } from "@linux/netlink/families/netfilter/acct.ts";
 * acct.add({ name: "guests", flags: ["quota_bytes"], quota: 1_000_000 });
 * await acct.waitFor("guests", ({ flags }) => flags?.includes("overquota") === true);
 * ```
 *
 * Source: linux/netfilter/nfnetlink_acct.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  be32,
  beCount64,
  type Codec,
  head,
  key,
  mask,
  readOnly,
  type Shape,
  string,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, onShared, type Verb } from "../../core/collection.ts";
import type { Operation } from "../../core/protocol.ts";
import type { Listening } from "../../core/watch.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import {
  NETFILTER_MSG,
  NETLINK_NETFILTER,
  type NfFamily,
  nfFamily,
  NFGENMSG,
  NFNL_SUBSYS,
  NFNLGRP,
  subsystemHint,
} from "./protocol.ts";

/** NFACCT_F_*: what a quota counts, and that it is reached. */
export const NFACCT_F = { quota_pkts: 0x1, quota_bytes: 0x2, overquota: 0x4 } as const;

/** A flag of an accounting object: `quota_pkts` and `quota_bytes` count for the quota; the kernel sets `overquota`. */
export type AcctFlag = keyof typeof NFACCT_F;

const flags: Codec<readonly (AcctFlag | number)[], readonly (AcctFlag | number)[] | number> = mask(be32, NFACCT_F);

/** Accounting objects to list: those whose flags, after the mask, equal the value. */
export interface AcctFlagFilter {
  /** The flags that are compared. */
  mask: readonly (AcctFlag | number)[];
  /** Those of them that an object must have. */
  value?: readonly (AcctFlag | number)[];
}

/** Wire form of {@linkcode AcctFlagFilter}: NFACCT_FILTER_*. */
export const AcctFlagFilter: Attributes<AcctFlagFilter> = attributes((): Shape<AcctFlagFilter> => ({
  mask: [1, flags],
  value: [2, flags],
}));

/** An accounting object. */
export interface Acct {
  /** Family in the header, which the kernel ignores. */
  nfgenFamily?: NfFamily;
  /** Its name, at most 31 bytes. */
  name: string;
  /** Number of packets; as input, the number to begin with. */
  pkts?: number;
  /** Number of bytes; as input, the number to begin with. */
  bytes?: number;
  /** Number of users: rules, and the object itself. */
  use?: number;
  /** Unit that the quota counts, and `overquota` when it is reached. */
  flags?: readonly (AcctFlag | number)[];
  /** The quota in packets or bytes. */
  quota?: number;
  /** Only in requests for lists: the flags that objects must have. */
  filter?: AcctFlagFilter;
}

/** Wire form of {@linkcode Acct}: nfgenmsg and NFACCT_*. */
export const Acct: Attributes<Acct> = attributes((): Shape<Acct> => ({
  nfgenFamily: head(0, nfFamily),
  name: [1, string(31), key],
  pkts: [2, beCount64],
  bytes: [3, beCount64],
  use: [4, be32, readOnly],
  flags: [5, flags],
  quota: [6, beCount64],
  filter: [7, AcctFlagFilter, "input"],
}), { header: NFGENMSG, pad: 8 });

const { NFNL_MSG_ACCT_NEW: NEW, NFNL_MSG_ACCT_GET: GET, NFNL_MSG_ACCT_DEL: DEL } = NETFILTER_MSG;
const { NFNL_MSG_ACCT_GET_CTRZERO: GET_CTRZERO, NFNL_MSG_ACCT_OVERQUOTA: OVERQUOTA } = NETFILTER_MSG;

/** Throws for a quota without its unit, which the kernel would ignore, and for a unit without a quota. */
function expectQuota({ flags = [], quota }: AcctInput, what: string): void {
  const bits = typeof flags === "number" ? flags : Array.isArray(flags)
    ? flags.reduce<number>(
      (bits, flag) => bits | (typeof flag === "number" ? flag : NFACCT_F[flag as AcctFlag] ?? 0),
      0,
    )
    : 0;
  const counts = (bits & (NFACCT_F.quota_pkts | NFACCT_F.quota_bytes)) !== 0;
  if (quota !== undefined && !counts) {
    throw argumentError(TypeError, `Cannot ${what}: flags: a quota needs "quota_pkts" or "quota_bytes"`);
  }
  if (quota === undefined && counts) {
    throw argumentError(TypeError, `Cannot ${what}: quota is missing: flags say what it counts`);
  }
}

const declaration: Declaration<Acct> = {
  protocol: NETLINK_NETFILTER,
  object: "accounting object",
  table: Acct,
  messages: { new: NEW, del: DEL, get: GET },
  also: [GET_CTRZERO, OVERQUOTA],
  groups: [NFNLGRP.NFNLGRP_ACCT_QUOTA],
  filters: [],
  describe: (value) => String((value as Acct).name ?? ""),
  identity: ({ name }) => String(name),
  fromKey: (name) => ({ name: String(name) }),
  keyOf: ({ name }: AcctInput) => ({ name }),
  prepare(value: AcctInput, verb: Verb) {
    if (verb === "list") return value;
    // The kernel would delete every object.
    if (value.name === undefined) {
      throw argumentError(TypeError, `Cannot ${verb} an accounting object: name is missing`);
    }
    if (verb === "set" || verb === "append") {
      throw argumentError(
        TypeError,
        `Cannot ${verb} an accounting object: the kernel only makes, resets and deletes them`,
      );
    }
    if (verb === "add" || verb === "replace") expectQuota(value, `${verb} accounting object ${value.name}`);
    const { nfgenFamily: _, ...object } = value;
    // The kernel sets this flag itself, and refuses it in requests.
    return Array.isArray(object.flags)
      ? { ...object, flags: object.flags.filter((flag) => flag !== "overquota") }
      : object;
  },
  hint: (code, details) =>
    code === "EBUSY" ? "rules use it" : subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_ACCT, code, details),
};

/** An object as input. */
export type AcctInput = Partial<Acct>;

/** An object to add: its name must be given. */
export type AcctToAdd = AcctInput & { name: string };

/** The accounting objects of one network namespace. `watch` and `waitFor` tell when quotas are reached. */
export class Accts extends Collection<Acct, AcctInput, string | AcctInput, true, "append" | "set", AcctToAdd> {
  readonly #open: () => Client;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
    this.#open = open;
  }

  /** Returns an object as `get` does, and sets its counters to zero. */
  getAndZero(key: string | AcctInput): Acct {
    const operation = this.operation("get", GET_CTRZERO, this.keyValue(key, "get"), NEW);
    // It must not be repeated, as the counters are returned once.
    const { looks: _, ...once } = operation;
    return this.#open().request(once) as Acct;
  }

  /** Returns all objects, and sets their counters to zero. Like `nfacct list reset`. */
  listAndZero(): Acct[] {
    const operation: Operation = this.operation("list", GET_CTRZERO, {}, NEW);
    return this.#open().dump(operation) as Acct[];
  }

  /** Returns the group and message that tell that a quota is reached. */
  override listening(_client: Client): Listening<Acct> {
    return {
      groups: declaration.groups,
      // Kernels of today send the type of a new object.
      types: [NEW, OVERQUOTA],
      codec: Acct,
      event: (type) => type === NEW || type === OVERQUOTA ? "new" : undefined,
    };
  }
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly acct: Accts }> {
  return openNetfilter(options, (open, requester) => ({ acct: new Accts(open, requester) }));
}

/** The accounting objects of this namespace, on a socket that the first use opens. */
export const acct: Accts = new Accts(onShared(NETLINK_NETFILTER));

export type { NetfilterClient } from "./open.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type {
  ChangeEvent,
  Listening,
  OverrunEvent,
  SilentRemoval,
  SyncedEvent,
  WaitOptions,
  WatchEvent,
  WatchOptions,
} from "../../core/watch.ts";
