/**
 * NETLINK_ROUTE: links, addresses, routes, neighbours and rules, what `ip` does.
 *
 * ```ts
 * import { links, routes } from "@linux/netlink/families/route/mod.ts";
 * for (const link of links.list()) console.log(link.ifname, link.operstate, link.address);
 * console.log(routes.list({ family: "inet", table: "main" }));
 * ```
 *
 * Each kind of objects has an entry of its own, `families/route/links.ts`, which loads nothing of the others.
 *
 * Looking needs no privilege; changing needs CAP_NET_ADMIN.
 *
 * @module
 */
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import { argumentError } from "../../core/errors.ts";
import { BatchRequester, Client, type OpenOptions, type Requester, sharedClient } from "../../core/client.ts";
import type { Changes, Collection } from "../../core/collection.ts";
import { type ChangeEvent, watch as watchAll, type WatchEvent, type WatchOptions } from "../../core/watch.ts";
import type { Address } from "./address.ts";
import { Addresses, addresses } from "./addresses.ts";
import type { Link } from "./link.ts";
import { Links, links } from "./links.ts";
import type { Neighbour } from "./neighbour.ts";
import { Neighbours, neighbours } from "./neighbours.ts";
import { NETLINK_ROUTE } from "./protocol.ts";
import type { Route } from "./route.ts";
import { Routes, routes } from "./routes.ts";
import type { Rule } from "./rule.ts";
import { Rules, rules } from "./rules.ts";

/** The objects of the protocol by the word that `watch` takes. */
export interface RouteObjects {
  /** A link. */
  link: Link;
  /** An address of an interface. */
  address: Address;
  /** A route. */
  route: Route;
  /** A neighbour. */
  neighbour: Neighbour;
  /** A rule. */
  rule: Rule;
}

/** A change of one of the objects `O`. */
export type RouteEvent<O extends keyof RouteObjects = keyof RouteObjects> = {
  [P in O]: ChangeEvent<P, RouteObjects[P]>;
}[O];

/** A stream of events; leaving the loop ends it. */
export type Watching<E> = AsyncIterableIterator<E> & AsyncDisposable;

/** The collections as a batch has them. */
export interface RouteBatch {
  /** Links. */
  readonly links: Changes<Links>;
  /** Addresses. */
  readonly addresses: Changes<Addresses>;
  /** Routes. */
  readonly routes: Changes<Routes>;
  /** Neighbours. */
  readonly neighbours: Changes<Neighbours>;
  /** Rules. */
  readonly rules: Changes<Rules>;
}

/** The collections of the protocol. */
export class RouteCollections {
  /** Links. */
  readonly links: Links;
  /** Addresses of interfaces. */
  readonly addresses: Addresses;
  /** Routes. */
  readonly routes: Routes;
  /** Neighbours, and forwarding tables of bridges. */
  readonly neighbours: Neighbours;
  /** Rules. */
  readonly rules: Rules;

  /** Sends requests to whom `requester` gives, and watches through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.links = new Links(open, requester);
    this.addresses = new Addresses(open, requester);
    this.routes = new Routes(open, requester);
    this.neighbours = new Neighbours(open, requester);
    this.rules = new Rules(open, requester);
  }
}

const COLLECTION = {
  link: "links",
  address: "addresses",
  route: "routes",
  neighbour: "neighbours",
  rule: "rules",
} as const satisfies Record<keyof RouteObjects, keyof RouteCollections>;

/** A client of its own: a socket, in a namespace, with all collections on it. */
export class RouteClient extends RouteCollections implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_ROUTE, options);
    super(() => client);
    this.#client = client;
  }

  /** Collects changes and makes them in few sends; see {@linkcode batch}. */
  batch(collect: (batch: RouteBatch) => void): void {
    runBatch(this.#client, collect);
  }

  /** Follows changes of several kinds of objects; see {@linkcode watch}. */
  watch<O extends keyof RouteObjects>(...args: [...O[]] | [...O[], WatchOptions]): Watching<WatchEvent<RouteEvent<O>>> {
    return startWatch(this.#client, this, args);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** The same as {@linkcode RouteClient.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function runBatch(client: Client, collect: (batch: RouteBatch) => void): void {
  client.runBatch((add) => {
    const requester = new BatchRequester(client, add);
    collect(new RouteCollections(() => client, () => requester));
  });
}

function startWatch<E>(client: Client, collections: RouteCollections, args: readonly unknown[]): Watching<E> {
  const last = args[args.length - 1];
  const options = typeof last === "object" && last !== null ? last as WatchOptions : undefined;
  const objects = (options === undefined ? args : args.slice(0, -1)) as (keyof RouteObjects)[];
  if (objects.length === 0) {
    throw argumentError(TypeError, `Cannot watch nothing: name ${Object.keys(COLLECTION).join(", ")}`);
  }
  const watched = objects.map((object) => {
    if (Object.hasOwn(COLLECTION, object)) return collections[COLLECTION[object]] as unknown as Collection<object>;
    throw argumentError(
      TypeError,
      `Cannot watch ${JSON.stringify(object)}: expected ${Object.keys(COLLECTION).join(", ")}`,
    );
  });
  return watchAll(client, watched, options ?? {}) as unknown as Watching<E>;
}

/**
 * Opens a client of its own, in a network namespace or with options.
 *
 * @throws {SystemError} no such namespace, or not allowed to enter it
 */
export function open(options: OpenOptions = {}): RouteClient {
  return new RouteClient(options);
}

const shared: RouteCollections = { links, addresses, routes, neighbours, rules };

/**
 * Collects the changes that its callback asks for and makes them in as few sends as fit. All are tried.
 *
 * ```ts ignore
 * batch((b) => { for (const dst of prefixes) b.routes.add({ dst, type: "blackhole" }); });
 * ```
 *
 * @throws {BatchError} with every change that is not known to be done: refused, unknown or not sent, by its position
 */
export function batch(collect: (batch: RouteBatch) => void): void {
  runBatch(sharedClient(NETLINK_ROUTE), collect);
}

/**
 * Follows changes of several kinds of objects, in one order. The subscription begins before this returns.
 *
 * ```ts ignore
 * for await (const e of watch("link", "address", { initial: true, resync: true })) console.log(e);
 * ```
 *
 * It ends when the loop is left or its `signal` is aborted.
 */
export function watch<O extends keyof RouteObjects>(
  ...args: [...O[]] | [...O[], WatchOptions]
): Watching<WatchEvent<RouteEvent<O>>> {
  return startWatch(sharedClient(NETLINK_ROUTE), shared, args);
}

export * from "./address.ts";
export * from "./addresses.ts";
export * from "./encap.ts";
export * from "./numbers.ts";
export * from "./af_spec.ts";
export * from "./kinds/bond.ts";
export * from "./kinds/bridge.ts";
export * from "./kinds/bridge_af.ts";
export * from "./kinds/can.ts";
export * from "./kinds/others.ts";
export * from "./kinds/shared.ts";
export * from "./kinds/tunnels.ts";
export * from "./kinds/vlan_like.ts";
export * from "./link.ts";
export * from "./links.ts";
export * from "./neighbour.ts";
export * from "./neighbours.ts";
export * from "./protocol.ts";
export * from "./route.ts";
export * from "./routes.ts";
export * from "./rule.ts";
export * from "./rules.ts";
export * from "./vf.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type * from "../../core/interface_names.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type * from "../../core/watch.ts";
