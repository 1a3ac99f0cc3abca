/**
 * Neighbours: what `ip neighbour` and `bridge fdb` do.
 *
 * ```ts
 * import { neighbours } from "@linux/netlink/families/route/neighbours.ts";
 * console.log(neighbours.list());
 * ```
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import type { Client, Operation, Requester } from "../../core/client.ts";
import { shown } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import type { ChangeEvent, WaitOptions, WatchEvent, WatchOptions } from "../../core/watch.ts";
import {
  comparesNeighbour,
  hasFlag,
  isForwarding,
  meansEntry,
  meansTable,
  mergeForwarding,
  mergeNeighbour,
  Neighbour,
  neighbourKey,
  prepareNeighbour,
  withoutTable,
} from "./neighbour.ts";
import { AF } from "./numbers.ts";
import { addressSize, addressSizeOf, checkAddress, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** A neighbour as it is given: like {@linkcode Neighbour}, with names or numbers for interfaces. */
export type NeighbourInput = Input<Neighbour>;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Neighbour> = {
  protocol: NETLINK_ROUTE,
  object: "neighbour",
  table: Neighbour,
  messages: { new: RTM.RTM_NEWNEIGH, del: RTM.RTM_DELNEIGH, get: RTM.RTM_GETNEIGH },
  groups: [RTNLGRP.RTNLGRP_NEIGH],
  filters: ["family", "ifindex", "master", "flags"],
  describe(value) {
    const { dst, lladdr, dev, ifindex } = value as Fields, on = dev ?? ifindex;
    return `${dst ?? lladdr ?? ""}${on === undefined ? "" : ` on ${on}`}`.trim();
  },
  identity: neighbourKey,
  prepare: (value, verb) => verb === "list" ? dumpOf(value as Fields) : prepareNeighbour(value as NeighbourInput, verb),
  fixed: ["family", "ifindex", "dev", "dst", "vlan"],
  compares: comparesNeighbour,
  merge: mergeNeighbour,
  // Forwarding tables of bridges come in messages of the same type.
  concerns: (from, at, event) => !event || from.bytes[at] !== AF.bridge,
  none: ["ENODEV"],
};

/** Forwarding tables: another set of objects in the same messages. */
const forwarding: Declaration<Neighbour> = {
  protocol: NETLINK_ROUTE,
  ...declaration,
  prepare(value, verb) {
    const entry = { ...value, family: "bridge" as const };
    return verb === "list" ? dumpOf(entry) : prepareNeighbour(entry, verb);
  },
  // The kernel finds an entry only where a driver knows how, and of several remote ends the first.
  listOnly: true,
  means: (key, entry, fitting) => meansEntry(key as NeighbourInput, entry, fitting),
  // It compares the address and the VLAN, and takes an entry of one table only.
  compares: () => false,
  fixed: ["family", "ifindex", "dev", "lladdr", "vlan"],
  merge: mergeForwarding,
  concerns: (from, at) => from.bytes[at] === AF.bridge,
};

/** A dump names the interface by an attribute. Its header says nothing, unless the table of proxies is meant. */
function dumpOf({ ifindex, flags, ...rest }: Fields): object {
  return {
    ...rest,
    ...(ifindex === undefined ? {} : { viaIfindex: ifindex }),
    ...(Array.isArray(flags) && flags.includes("proxy") ? { flags: ["proxy"] } : {}),
  };
}

function* only<T>(all: Generator<T, void, undefined>, fits: (one: T) => boolean): Generator<T, void, undefined> {
  for (const one of all) if (fits(one)) yield one;
}

/** How to watch neighbours. */
export interface NeighbourWatchOptions extends WatchOptions {
  /** `bridge` for forwarding tables. */
  family?: "bridge";
}

/**
 * All neighbours of one namespace. `list({ family: "bridge" })` gives the forwarding tables, `list({ flags: ["proxy"] })`
 * those that others are answered for.
 */
export class Neighbours extends Collection<Neighbour, NeighbourInput> {
  readonly #open: () => Client;
  /** The forwarding tables, which are not among what `list` gives unless they are asked for. */
  readonly #forwarding: Collection<Neighbour, NeighbourInput>;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
    this.#open = open;
    this.#forwarding = new Collection(forwarding, open, requester);
  }

  /** Everything that the kernel has and that fits the filter; see {@linkcode Collection.list}. */
  override list(filter?: NeighbourInput): Neighbour[] {
    if (!isFields(filter) || !isForwarding(filter)) return super.list(filter);
    const rest = withoutTable(filter);
    if (rest === undefined) return this.#forwarding.list(filter);
    return this.#forwarding.list(rest).filter((entry) => meansTable(filter, entry));
  }

  /** The same one by one; see {@linkcode Collection.iterate}. */
  override iterate(filter?: NeighbourInput): Generator<Neighbour, void, undefined> {
    if (!isFields(filter) || !isForwarding(filter)) return super.iterate(filter);
    const rest = withoutTable(filter), all = this.#forwarding.iterate(rest ?? filter);
    return rest === undefined ? all : only(all, (entry) => meansTable(filter, entry));
  }

  /** The one that `key` names; see {@linkcode Collection.get}. */
  override get(key: NeighbourInput): Neighbour {
    return isForwarding(this.keyValue(key, "get")) ? this.#forwarding.get(key) : super.get(key);
  }

  /** Changes the fields given, and no others, of the one that `key` names; see {@linkcode Collection.set}. */
  override set(key: NeighbourInput, changes: NeighbourInput): void {
    if (isForwarding(this.keyValue(key, "set"))) this.#forwarding.set(key, changes);
    else super.set(key, changes);
  }

  /** Deletes the one that `key` names; see {@linkcode Collection.delete}. */
  override delete(key: NeighbourInput): void {
    if (isForwarding(this.keyValue(key, "delete"))) this.#forwarding.delete(key);
    else super.delete(key);
  }

  /**
   * Follows changes from now on, of what `list` gives; with `family: "bridge"` of the forwarding tables. See
   * {@linkcode Collection.watch}.
   */
  override watch(
    options: NeighbourWatchOptions = {},
  ): AsyncIterableIterator<WatchEvent<ChangeEvent<string, Neighbour>>> & AsyncDisposable {
    const family: unknown = isFields(options) ? options.family : undefined;
    if (family === undefined) return super.watch(options);
    if (family === "bridge") return this.#forwarding.watch(options);
    throw argumentError(
      TypeError,
      `Cannot watch neighbours: family: expected "bridge" or nothing, got ${shown(family)}`,
    );
  }

  /**
   * Waits until one fits; see {@linkcode Collection.waitFor}.
   *
   * @throws {TypeError} the key has the flag `proxy`: the kernel tells of no such entry when it comes
   */
  override async waitFor(
    key: NeighbourInput,
    test?: (value: Neighbour) => boolean,
    options?: WaitOptions,
  ): Promise<Neighbour> {
    const named = this.keyValue(key, "wait for") as NeighbourInput, forwarding = isForwarding(named);
    if (!forwarding && hasFlag(named.flags, "proxy")) {
      throw argumentError(
        TypeError,
        "Cannot wait for neighbour: flags: the kernel does not tell when an entry that is proxy comes: ask find",
      );
    }
    return await (forwarding ? this.#forwarding.waitFor(key, test, options) : super.waitFor(key, test, options));
  }

  /** The message of one verb. A link-layer address has the length of the link's. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply);
    if (verb !== "list" && verb !== "get" && verb !== "delete") {
      const { lladdr, dev, ifindex, family } = given as NeighbourInput, link = dev ?? ifindex;
      // Kernels themselves refuse what is shorter, and in forwarding tables whatever is not Ethernet's.
      if (lladdr !== undefined && link !== undefined && family !== "bridge" && addressSize(lladdr) !== 6) {
        checkAddress(operation.what, "lladdr", lladdr, addressSizeOf(this.#open(), { index: link }));
      }
    }
    return operation;
  }
}

/** The neighbours of this namespace, on a socket that the first use opens. */
export const neighbours: Neighbours = new Neighbours(onShared(NETLINK_ROUTE));
