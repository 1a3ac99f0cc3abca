/**
 * Traffic control, as with `tc`: qdiscs, classes, filters, chains and actions.
 *
 * ```ts ignore
 * import { classes, qdiscs, rate } from "@linux/netlink/families/route/tc.ts";
 * qdiscs.replace({ dev: "eth0", parent: "root", handle: "1:", kind: "htb", options: { defcls: 0x20 } });
 * classes.add({ dev: "eth0", parent: "1:", handle: "1:20", kind: "htb", options: { rate: rate("10mbit") } });
 * for (const q of qdiscs.list({ dev: "eth0" })) console.log(q.kind, q.handle, q.stats2?.queue?.drops);
 * ```
 *
 * Each type of object has an entry of its own, such as `families/route/tc/qdiscs.ts`. Reading needs no privilege; changes
 * need CAP_NET_ADMIN.
 *
 * @module
 */
import { bindMethods } from "../../core/arguments.ts";
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import {
  Client,
  collectBatch,
  type Collecting,
  type OpenOptions,
  type Requester,
  sharedClient,
} from "../../core/client.ts";
import type { Changes } from "../../core/collection.ts";
import type {
  ChangeEvent,
  PlainWatchEvent,
  PlainWatchOptions,
  WatchEvent,
  Watching,
  WatchOptions,
} from "../../core/watch.ts";
import { watchNamed } from "../../core/watch_named.ts";
import { NETLINK_ROUTE } from "./protocol.ts";
import type { Chain } from "./tc/chains.ts";
import type { Class } from "./tc/class.ts";
import type { Filter } from "./tc/filter.ts";
import type { Qdisc } from "./tc/qdisc.ts";
import { Actions, actions } from "./tc/actions.ts";
import { Chains, chains } from "./tc/chains.ts";
import { Classes, classes } from "./tc/classes.ts";
import { Filters, filters } from "./tc/filters.ts";
import { Qdiscs, qdiscs } from "./tc/qdiscs.ts";

/** The collections of traffic control in a batch: their methods collect changes. */
export interface TcBatch {
  /** Changes of qdiscs. */
  readonly qdiscs: Changes<Qdiscs>;
  /** Changes of classes. */
  readonly classes: Changes<Classes>;
  /** Changes of filters. */
  readonly filters: Changes<Filters>;
  /** Changes of chains. */
  readonly chains: Changes<Chains>;
}

/** The collections of traffic control, for one network namespace. */
export class TcCollections {
  /** Queueing disciplines. */
  readonly qdiscs: Qdiscs;
  /** Classes of qdiscs. */
  readonly classes: Classes;
  /** Filters. */
  readonly filters: Filters;
  /** Chains of filters. */
  readonly chains: Chains;
  /** Actions that stand by themselves. */
  readonly actions: Actions;

  /** Creates the collections. They send requests through `requester()` and watch through the client of `open()`. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.qdiscs = new Qdiscs(open, requester);
    this.classes = new Classes(open, requester);
    this.filters = new Filters(open, requester);
    this.chains = new Chains(open, requester);
    this.actions = new Actions(open, requester);
  }
}

/** The types of the objects by the name that `watch` takes. */
export interface TcObjects {
  /** A queueing discipline. */
  qdisc: Qdisc;
  /** A class of a qdisc. */
  class: Class;
  /** A filter. */
  filter: Filter;
  /** A chain of filters. */
  chain: Chain;
}

/** A change of an object of one of the types `O`. */
export type TcEvent<O extends keyof TcObjects = keyof TcObjects> = { [P in O]: ChangeEvent<P, TcObjects[P]> }[O];

const COLLECTION = {
  qdisc: "qdiscs",
  class: "classes",
  filter: "filters",
  chain: "chains",
} as const satisfies Record<keyof TcObjects, keyof TcCollections>;

/** A client with its own socket, in a network namespace, and with all collections of traffic control. */
export class TcClient extends TcCollections implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_ROUTE, options);
    super(() => client);
    this.#client = client;
    bindMethods(this);
  }

  /** Collects changes and sends them in few system calls; see {@linkcode batch}. */
  batch<R>(collect: Collecting<TcBatch, R>): void {
    runBatch(this.#client, collect);
  }

  /** Follows changes of several types of objects; see {@linkcode watch}. */
  watch<O extends keyof TcObjects>(
    ...args: [...O[]] | [...O[], PlainWatchOptions]
  ): Watching<PlainWatchEvent<TcEvent<O>>>;
  /** Follows changes, and yields `synced` when all existing objects were yielded. */
  watch<O extends keyof TcObjects>(...args: [...O[], WatchOptions]): Watching<WatchEvent<TcEvent<O>>>;
  watch(...args: unknown[]): Watching<WatchEvent<TcEvent>> {
    return watchNamed(this.#client, this, COLLECTION, args);
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

function runBatch(client: Client, collect: (batch: TcBatch) => void): void {
  collectBatch(client, (requester) => new TcCollections(() => client, () => requester), collect);
}

/**
 * Opens a client with its own socket, in a network namespace or with other options.
 *
 * @throws {SystemError} the namespace does not exist, or the process may not enter it
 */
export function open(options: OpenOptions = {}): TcClient {
  return new TcClient(options);
}

/**
 * Collects the changes that `collect` requests, and sends them in as few system calls as possible. All are tried,
 * also if `collect` throws later.
 *
 * @throws {BatchError} for all changes that are not known to be done (refused, unknown or not sent), by their position
 */
export function batch<R>(collect: Collecting<TcBatch, R>): void {
  runBatch(sharedClient(NETLINK_ROUTE), collect);
}

const shared = { qdiscs, classes, filters, chains };

/**
 * Follows changes of several types of objects, in the kernel's order. It has subscribed when it returns.
 *
 * ```ts ignore
 * for await (const e of watch("qdisc", "filter", { initial: true, resync: true })) console.log(e);
 * ```
 *
 * It ends when the loop is left or when `signal` is aborted.
 */
export function watch<O extends keyof TcObjects>(
  ...args: [...O[]] | [...O[], PlainWatchOptions]
): Watching<PlainWatchEvent<TcEvent<O>>>;
/** Follows changes, and yields `synced` when all existing objects were yielded. */
export function watch<O extends keyof TcObjects>(...args: [...O[], WatchOptions]): Watching<WatchEvent<TcEvent<O>>>;
export function watch(...args: unknown[]): Watching<WatchEvent<TcEvent>> {
  return watchNamed(sharedClient(NETLINK_ROUTE), shared, COLLECTION, args);
}

export { actions, chains, classes, filters, qdiscs };
export * from "./tc/class.ts";
export * from "./tc/chains.ts";
export * from "./tc/classes.ts";
export {
  ACT_FLAGS,
  ACT_HW_STATS,
  type Action,
  ActionAttributes,
  type ActionKinds,
  type AnyAction,
  type KnownAction,
} from "./tc/action.ts";
export * from "./tc/actions.ts";
export * from "./tc/actions/conntrack.ts";
export * from "./tc/actions/edits.ts";
export * from "./tc/actions/parms.ts";
export * from "./tc/actions/verdicts.ts";
export * from "./tc/bpf.ts";
export * from "./tc/filter.ts";
export * from "./tc/filters.ts";
export * from "./tc/filters/ematch.ts";
export * from "./tc/filters/flower.ts";
export * from "./tc/filters/kinds.ts";
export * from "./tc/handle.ts";
export * from "./tc/kinds/aqm.ts";
export * from "./tc/kinds/queues.ts";
export type * from "./tc/kinds/shared.ts";
export * from "./tc/kinds/shaping.ts";
export type * from "./tc/kinds/shared.ts";
export * from "./tc/names.ts";
export { AF, type Family } from "./protocol.ts";
export * from "./tc/qdisc.ts";
export * from "./tc/qdiscs.ts";
export * from "./tc/rates.ts";
export * from "./tc/red.ts";
export * from "./tc/size_table.ts";
export * from "./tc/stats.ts";
export * from "./tc/tunnel.ts";
export * from "./tc/units.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type * from "../../core/watch.ts";
