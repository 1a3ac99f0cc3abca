/**
 * Neighbours: what `ip neighbour` and `bridge fdb` do.
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import type { Client, Operation, Requester } from "../../core/client.ts";
import { shown } from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import type { ChangeEvent, WaitOptions, WatchEvent, WatchOptions } from "../../core/watch.ts";
import {
  isForwarding,
  meansTable,
  mergeForwarding,
  mergeNeighbour,
  Neighbour,
  neighbourKey,
  prepareNeighbour,
} from "./neighbour.ts";
import { AF } from "./family.ts";
import { addressSize, addressSizeOf, checkAddress, RTM, RTNLGRP } from "./protocol.ts";

/** A neighbour as it is given: like {@linkcode Neighbour}, with names or numbers for interfaces. */
export type NeighbourInput = Input<Neighbour>;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Neighbour> = {
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
  merge: mergeNeighbour,
  // Forwarding tables of bridges come in messages of the same type.
  concerns: (from, at, event) => !event || from.bytes[at] !== AF.bridge,
};

/** Forwarding tables: another set of objects in the same messages. */
const forwarding: Declaration<Neighbour> = {
  ...declaration,
  prepare(value, verb) {
    const entry = { ...value, family: "bridge" as const };
    return verb === "list" ? dumpOf(entry) : prepareNeighbour(entry, verb);
  },
  // The kernel finds an entry only where a driver knows how, and of several remote ends the first.
  listOnly: true,
  means: (key, entry) => meansTable(key as NeighbourInput, entry),
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

  /** The one that `key` names; see {@linkcode Collection.get}. */
  override get(key: NeighbourInput): Neighbour {
    return isForwarding(this.keyValue(key, "get")) ? this.#forwarding.get(key) : super.get(key);
  }

  /** Changes the fields given, and no others, of the one that `key` names; see {@linkcode Collection.set}. */
  override set(key: NeighbourInput, changes: NeighbourInput): void {
    if (isForwarding(this.keyValue(key, "set"))) this.#forwarding.set(key, changes);
    else super.set(key, changes);
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

  /** Waits until one fits; see {@linkcode Collection.waitFor}. */
  override async waitFor(
    key: NeighbourInput,
    test?: (value: Neighbour) => boolean,
    options?: WaitOptions,
  ): Promise<Neighbour> {
    const forwarding = isForwarding(this.keyValue(key, "wait for"));
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
