/**
 * NETLINK_XFRM: states and policies of IPsec and their events, as with `ip xfrm`.
 *
 * ```ts ignore
 * import { policies, states, watch } from "@linux/netlink/families/xfrm/mod.ts";
 * for (const { dir, sel, tmpl } of policies.list()) console.log(dir, sel.src, sel.dst, tmpl);
 * for await (const e of watch("acquire", "expire")) console.log(e.event, e.value.sel);
 * ```
 *
 * Everything needs CAP_NET_ADMIN, also reading. States, policies and their events are those of a network namespace.
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
import type { Watching } from "../../core/watch.ts";
import { Policies, policies } from "./policies.ts";
import { NETLINK_XFRM } from "./protocol.ts";
import { States, states } from "./states.ts";
import { watchXfrm, type XfrmEvents, type XfrmNotice, type XfrmWatchOptions, type XfrmWord } from "./watch.ts";

/** The collections of the protocol in a batch: their methods collect changes. */
export interface XfrmBatch {
  /** Changes of states. */
  readonly states: Changes<States>;
  /** Changes of policies. */
  readonly policies: Changes<Policies>;
}

/** The collections of the protocol, for one network namespace. */
export class XfrmCollections {
  /** States. */
  readonly states: States;
  /** Policies. */
  readonly policies: Policies;

  /** Creates the collections. They send requests through `requester()` and watch through the client of `open()`. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.states = new States(open, requester);
    this.policies = new Policies(open, requester);
  }
}

/** A client with its own socket, in a network namespace, and with all collections. */
export class XfrmClient extends XfrmCollections implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_XFRM, options);
    super(() => client);
    this.#client = client;
    bindMethods(this);
  }

  /** Collects changes and sends them in few system calls; see {@linkcode batch}. */
  batch<R>(collect: Collecting<XfrmBatch, R>): void {
    runBatch(this.#client, collect);
  }

  /** Follows events; see {@linkcode watch}. */
  watch<W extends XfrmWord>(...args: [...W[]] | [...W[], XfrmWatchOptions]): Watching<XfrmEvents[W] | XfrmNotice> {
    return watchXfrm(this.#client, this, args) as never;
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

function runBatch(client: Client, collect: (batch: XfrmBatch) => void): void {
  collectBatch(client, (requester) => new XfrmCollections(() => client, () => requester), collect);
}

/**
 * Opens a client with its own socket, in a network namespace or with other options.
 *
 * @throws {SystemError} the namespace does not exist, or the process may not enter it
 */
export function open(options: OpenOptions = {}): XfrmClient {
  return new XfrmClient(options);
}

/**
 * Collects the changes that `collect` requests, and sends them in as few system calls as possible. All are tried,
 * also if `collect` throws later.
 *
 * @throws {BatchError} for all changes that are not known to be done (refused, unknown or not sent), by their position
 */
export function batch<R>(collect: Collecting<XfrmBatch, R>): void {
  runBatch(sharedClient(NETLINK_XFRM), collect);
}

/**
 * Follows events: `state` and `policy` for those that are made, changed and gone, `acquire` for packets that need a
 * state, `expire` for limits, `aevent`, `report`, `migrate`, `mapping`. It has subscribed when it returns.
 *
 * ```ts ignore
 * for await (const e of watch("acquire", "expire")) console.log(e.event, e.value.sel);
 * ```
 *
 * It ends when the loop is left or when `signal` is aborted.
 */
export function watch<W extends XfrmWord>(
  ...args: [...W[]] | [...W[], XfrmWatchOptions]
): Watching<XfrmEvents[W] | XfrmNotice> {
  return watchXfrm(sharedClient(NETLINK_XFRM), { states, policies }, args) as never;
}

export * from "./events.ts";
export * from "./parts.ts";
export * from "./policies.ts";
export * from "./policy.ts";
export * from "./protocol.ts";
export * from "./state.ts";
export * from "./states.ts";
export type { Watched, XfrmEvents, XfrmNotice, XfrmWatchOptions, XfrmWord } from "./watch.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type * from "../../core/watch.ts";
