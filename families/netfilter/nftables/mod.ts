/**
 * nf_tables: the packet filter of Linux, as with `nft`.
 *
 * ```ts ignore
 * import { batch, elements } from "@linux/netlink/families/netfilter/nftables/mod.ts";
 * const bad = { family: "inet", table: "guard", set: "bad" } as const;
 * batch((b) => {
 *   b.elements.flush(bad);
 *   b.elements.add(bad, ["192.0.2.1", "10.0.0.0/8"]);
 * });
 * ```
 *
 * Each change is done as a whole or not at all, and so is each `batch`. Needs CAP_NET_ADMIN in the network namespace,
 * also for reading.
 *
 * @module
 */
import "../../../core/capture.ts";
import "../../../core/dry_run.ts";
import { bindMethods, expectCallback } from "../../../core/arguments.ts";
import { Client, type Collecting, type OpenOptions, sharedClient } from "../../../core/client.ts";
import { NETLINK_NETFILTER } from "../protocol.ts";
import { NftChains } from "./chains.ts";
import { NftElements } from "./elements.ts";
import { NftFlowtables } from "./flowtables.ts";
import { NftObjects } from "./objects.ts";
import { type NftRule, NftRules } from "./rules.ts";
import { NftRulesets, ruleset } from "./ruleset.ts";
import { NftSets } from "./sets.ts";
import { NftTables } from "./tables.ts";
import {
  contextIn,
  contextOf,
  generationOf,
  type NftBatchOptions,
  type NftContext,
  type NftGeneration,
  transact,
} from "./transaction.ts";

/** The verbs of a collection that change something, in a batch: they return nothing. */
export type NftChanges<C> = {
  readonly [
    V in keyof C & ("add" | "insert" | "replace" | "set" | "rename" | "delete" | "deleteDevices" | "destroy" | "flush")
  ]: C[V] extends (...args: infer A) => unknown ? (...args: A) => void : never;
};

/**
 * The collections in a batch: their methods collect changes.
 *
 * `set` in a batch does not look for its object, which an earlier change may make. If nothing has made it, the kernel
 * makes a table, chain, object or flowtable of the key and the changes, or refuses the batch if these do not suffice.
 */
export interface NftBatch {
  /** Changes of tables. */
  readonly tables: Omit<NftChanges<NftTables>, "flush">;
  /** Changes of chains. */
  readonly chains: Omit<NftChanges<NftChains>, "flush">;
  /** Changes of rules. */
  readonly rules: NftChanges<NftRules>;
  /** Changes of sets and maps. */
  readonly sets: Omit<NftChanges<NftSets>, "flush">;
  /** Changes of elements. */
  readonly elements: NftChanges<NftElements>;
  /** Changes of stateful objects. */
  readonly objects: Omit<NftChanges<NftObjects>, "flush">;
  /** Changes of flowtables. */
  readonly flowtables: Omit<NftChanges<NftFlowtables>, "flush">;
  /** Deletes tables. */
  readonly ruleset: NftChanges<NftRulesets>;
}

/** The collections of nf_tables, for one network namespace. */
export class NftCollections {
  /** Tables. */
  readonly tables: NftTables;
  /** Chains. */
  readonly chains: NftChains;
  /** Rules. */
  readonly rules: NftRules;
  /** Sets and maps. */
  readonly sets: NftSets;
  /** Elements of sets and maps. */
  readonly elements: NftElements;
  /** Stateful objects. */
  readonly objects: NftObjects;
  /** Flowtables. */
  readonly flowtables: NftFlowtables;
  /** All of them together. */
  readonly ruleset: NftRulesets;

  /** Creates the collections, which send in a context. */
  constructor(context: NftContext) {
    this.tables = new NftTables(context);
    this.chains = new NftChains(context);
    this.rules = new NftRules(context);
    this.sets = new NftSets(context);
    this.elements = new NftElements(context);
    this.objects = new NftObjects(context);
    this.flowtables = new NftFlowtables(context);
    this.ruleset = new NftRulesets(context);
  }
}

/** A client with its own socket, in a network namespace, and with all collections. */
export class NftClient extends NftCollections implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_NETFILTER, options);
    super(contextOf(() => client));
    this.#client = client;
    bindMethods(this);
  }

  /** Collects changes and does all of them or none; see {@linkcode batch}. */
  batch<R>(collect: Collecting<NftBatch, R>, options: NftBatchOptions = {}): void {
    runBatch(this.#client, collect, options);
  }

  /** Returns the generation of the ruleset. */
  generation(): NftGeneration {
    return generationOf(this.#client);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function runBatch(client: Client, collect: (batch: NftBatch) => void, options: NftBatchOptions): void {
  expectCallback(collect, "run a batch");
  transact(client, (add) => collect(new NftCollections(contextIn(client, add)) as unknown as NftBatch), options);
}

/**
 * Opens a client with its own socket, in a network namespace or with other options.
 *
 * @throws {SystemError} the namespace does not exist, or the process may not enter it
 */
export function open(options: OpenOptions = {}): NftClient {
  return new NftClient(options);
}

/**
 * Collects the changes that `collect` requests, and does all of them or none, in one transaction.
 *
 * @param options `generation` refuses the changes if the ruleset has changed since that generation
 * @throws {TransactionError} nothing was done: lists each refused change by its position; or it is not known whether
 * all or nothing was done
 * @throws {RangeError} the changes are more than the socket can send at once
 */
export function batch<R>(collect: Collecting<NftBatch, R>, options: NftBatchOptions = {}): void {
  runBatch(sharedClient(NETLINK_NETFILTER), collect, options);
}

/**
 * Returns a listed rule of this namespace as `nft list ruleset` prints it; `ruleset.text` of a client for those of
 * another.
 */
export function text(rule: NftRule): string {
  return ruleset.text(rule);
}

/** Returns the generation of the ruleset: each transaction that changes something increments it. */
export function generation(): NftGeneration {
  return generationOf(sharedClient(NETLINK_NETFILTER));
}

export * from "../protocol.ts";
export * from "./chains.ts";
export { NFT_TYPES, type NftDatatypeName } from "./datatypes.ts";
export * from "./elements.ts";
export * from "./expressions.ts";
export * from "./flowtables.ts";
export * from "./objects.ts";
export * from "./rules.ts";
export * from "./ruleset.ts";
export type { NftBounds, NftScalar, Refuse } from "./scalars.ts";
export * from "./sets.ts";
export type { Statement } from "./statements.ts";
export * from "./tables.ts";
export * from "./trace.ts";
export * from "./transaction.ts";
export type * from "../../../core/client.ts";
export type * from "../../../core/codec/mod.ts";
export type * from "../../../core/collection.ts";
export type * from "../../../core/errors.ts";
export type { CallNames } from "../../../core/exchange.ts";
export type * from "../../../core/show.ts";
export type * from "../../../core/transport.ts";
export type { WaitOptions } from "../../../core/watch.ts";
export type * from "../../../core/watchable.ts";
