/**
 * Neighbours and forwarding tables, as with `ip neighbour` and `bridge fdb`.
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
import {
  Collection,
  type Condition,
  type Declaration,
  type DeleteOptions,
  type Input,
  onShared,
  type Verb,
} from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { NLM_F } from "../../core/message.ts";
import type { ChangeEvent, WaitOptions, WatchEventWith, Watching, WatchOptions } from "../../core/watch.ts";
import {
  apart,
  comparesNeighbour,
  hasFlag,
  ignoresOfNeighbour,
  isForwarding,
  mergeNeighbour,
  Neighbour,
  neighbourKey,
  prepareNeighbour,
} from "./neighbour.ts";
import { describeNeighbour, dumpOf, Forwarding, forwardingOf } from "./forwarding.ts";
import {
  addressSize,
  addressSizeOf,
  AF,
  checkAddress,
  NETLINK_ROUTE,
  type OnInterface,
  RTM,
  RTNLGRP,
} from "./protocol.ts";

/** A neighbour as input: {@linkcode Neighbour} with names or numbers for interfaces. */
export type NeighbourInput = Input<Neighbour>;

/** A neighbour to add: its interface must be given. */
export type NeighbourToAdd = NeighbourInput & OnInterface;

type Fields = Readonly<Record<string, unknown>>;

const declaration: Declaration<Neighbour> = {
  protocol: NETLINK_ROUTE,
  object: "neighbour",
  table: Neighbour,
  messages: { new: RTM.RTM_NEWNEIGH, del: RTM.RTM_DELNEIGH, get: RTM.RTM_GETNEIGH },
  groups: [RTNLGRP.RTNLGRP_NEIGH],
  filters: ["family", "ifindex", "master", "flags"],
  describe: describeNeighbour,
  identity: neighbourKey,
  prepare: (value, verb) => verb === "list" ? dumpOf(value as Fields) : prepareNeighbour(value as NeighbourInput, verb),
  fixed: ["family", "ifindex", "dev", "dst", "vlan"],
  compares: comparesNeighbour,
  merge: mergeNeighbour,
  ignores: ignoresOfNeighbour,
  // The kernel sends entries of bridges' forwarding tables, and neighbours of MCTP, in messages of the same type.
  concerns: (from, at, event) => from.bytes[at] !== AF.mctp && (!event || from.bytes[at] !== AF.bridge),
  none: ["ENODEV"],
  hint: (_code, { kernelMessage = "" }) => MISSING[kernelMessage],
};

/** The field that is missing, by the kernel's message. */
const MISSING: Readonly<Record<string, string>> = {
  "Device not specified": "dev is missing: the name of the interface",
  "Network address not specified": "dst is missing: the address of the neighbour",
};

/** Forwarding tables: other objects in the same messages. */
const forwarding = forwardingOf("neighbour", prepareNeighbour);

/** Options for watching neighbours. */
export interface NeighbourWatchOptions<S extends boolean | undefined = boolean | undefined> extends WatchOptions<S> {
  /** `bridge` for forwarding tables; by default neighbours. */
  family?: "bridge";
}

/**
 * The neighbours of one network namespace. `list({ family: "bridge" })` returns the entries of forwarding tables,
 * `list({ flags: ["proxy"] })` the addresses for which this machine answers.
 */
export class Neighbours extends Collection<Neighbour, NeighbourInput, NeighbourInput, true, never, NeighbourToAdd> {
  readonly #open: () => Client;
  /** The forwarding tables, which `list` returns only if asked for. */
  readonly #forwarding: Forwarding;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
    this.#open = open;
    this.#forwarding = new Forwarding(forwarding, open, requester);
  }

  /** Returns all neighbours that match the filter; see {@linkcode Collection.list}. */
  override list(filter?: NeighbourInput): Neighbour[] {
    if (!isFields(filter) || !isForwarding(filter)) return super.list(filter);
    return this.#forwarding.list(filter);
  }

  /** Yields all neighbours that match the filter; see {@linkcode Collection.iterate}. */
  override iterate(filter?: NeighbourInput): Generator<Neighbour, void, undefined> {
    if (!isFields(filter) || !isForwarding(filter)) return super.iterate(filter);
    return this.#forwarding.iterate(filter);
  }

  /** Returns the neighbour that `key` names; see {@linkcode Collection.get}. */
  override get(key: NeighbourInput): Neighbour {
    return isForwarding(this.keyValue(key, "get")) ? this.#forwarding.get(key) : super.get(key);
  }

  /** Changes the given fields, and no others, of the neighbour that `key` names; see {@linkcode Collection.set}. */
  override set(key: NeighbourInput, changes: NeighbourInput): void {
    if (isForwarding(this.keyValue(key, "set"))) this.#forwarding.set(key, changes);
    else super.set(key, changes);
  }

  /** Deletes the neighbour that `key` names; see {@linkcode Collection.delete}. */
  override delete(key: NeighbourInput, options?: DeleteOptions): boolean {
    return isForwarding(this.keyValue(key, "delete"))
      ? this.#forwarding.delete(key, options)
      : super.delete(key, options);
  }

  /**
   * Follows changes of neighbours from now on; with `family: "bridge"`, of forwarding tables. See
   * {@linkcode Collection.watch}.
   */
  override watch<S extends boolean | undefined = undefined>(
    options: NeighbourWatchOptions<S> = {},
  ): Watching<WatchEventWith<S, ChangeEvent<string, Neighbour>>> {
    if (!isFields(options)) return super.watch(options);
    const { family, ...rest } = options;
    if (family === undefined) return super.watch(rest);
    if (family === "bridge") return this.#forwarding.watch(rest);
    throw argumentError(
      TypeError,
      `Cannot watch neighbours: family: expected "bridge" or nothing, got ${shown(family)}`,
    );
  }

  /**
   * Waits until a neighbour matches; see {@linkcode Collection.waitFor}.
   *
   * @throws {TypeError} the key has the flag `proxy`: the kernel sends no notification of such an entry
   */
  override waitFor<R>(
    key: NeighbourInput,
    test?: Condition<Neighbour, R>,
    options?: WaitOptions,
  ): Promise<Neighbour>;
  /** Waits until there is no such neighbour, with `"gone"` instead of a test. */
  override waitFor(key: NeighbourInput, gone: "gone", options?: WaitOptions): Promise<undefined>;
  override async waitFor(
    key: NeighbourInput,
    test?: Condition<Neighbour, unknown> | "gone",
    options?: WaitOptions,
  ): Promise<Neighbour | undefined> {
    const named = this.keyValue(key, "wait for") as NeighbourInput, forwarding = isForwarding(named);
    if (!forwarding && hasFlag(named.flags, "proxy")) {
      throw argumentError(
        TypeError,
        "Cannot wait for neighbour: flags: the kernel sends no notification of entries with the flag proxy: use find",
      );
    }
    return await (forwarding
      ? this.#forwarding.waitFor(key, test as never, options)
      : super.waitFor(key, test as never, options));
  }

  /**
   * Returns the request of a verb, after checking that a link-layer address has the length of the link's.
   *
   * The kernel ignores address and state in a request with `use` or `managed`, so these flags get a request of their own.
   */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply);
    if (verb !== "list" && verb !== "get" && verb !== "delete") {
      const { lladdr, dev, ifindex, family } = given as NeighbourInput, link = dev ?? ifindex;
      // The kernel itself refuses shorter addresses, and in forwarding tables all that are not Ethernet addresses.
      if (lladdr !== undefined && link !== undefined && family !== "bridge" && addressSize(lladdr) !== 6) {
        checkAddress(operation.what, "lladdr", lladdr, addressSizeOf(this.#open(), { index: link }));
      }
      const { stored, asking } = apart(operation.value as NeighbourInput, operation.what);
      if (asking !== undefined) ASKING.set(stored, asking);
      const then = (value: object): Operation[] => {
        const asked = ASKING.get(value);
        return asked === undefined ? [] : [{ ...operation, flags: NLM_F.NLM_F_REPLACE, value: asked }];
      };
      return { ...operation, value: stored, then };
    }
    return operation;
  }
}

/** The second request of a neighbour that the kernel shall use or manage, by the value of the first. */
const ASKING = new WeakMap<object, object>();

/** The neighbours of this namespace, on a socket that the first use opens. */
export const neighbours: Neighbours = new Neighbours(onShared(NETLINK_ROUTE));
