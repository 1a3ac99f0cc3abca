/**
 * Filters of traffic control, as with `tc filter`.
 *
 * ```ts
 * import { filters } from "@linux/netlink/families/route/tc/filters.ts";
 * for (const { dev, parent, kind, priority } of filters.list()) console.log(dev, parent, kind, priority);
 * ```
 *
 * A filter is at a qdisc or class of an interface, or in a shared block; there in a chain, with a priority and a handle.
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import type { Client, Operation, Requester } from "../../../core/client.ts";
import {
  Collection,
  type Declaration,
  type Found,
  type Input,
  type Merge,
  onShared,
  type Verb,
} from "../../../core/collection.ts";
import { argumentError, BatchError, type KernelError } from "../../../core/errors.ts";
import type { Listening } from "../../../core/watch.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "../protocol.ts";
import { Filter, type FilterFields, type FilterKinds, isFilter } from "./filter.ts";
import { u32HandleNumber } from "./filters/kinds.ts";
import { linkChanges } from "./objects.ts";
import { onBlock, placesOf, placeText } from "./places.ts";

/** A filter as input: {@linkcode Filter} with names or numbers. */
export type FilterInput =
  & Input<FilterFields>
  & (
    | {
      [K in keyof FilterKinds]: {
        /** The kind. */
        kind: K;
        /** Options of the kind. */
        options?: Input<FilterKinds[K]>;
      };
    }[keyof FilterKinds]
    | { kind?: undefined; options?: undefined }
  );

type Fields = Readonly<Record<string, unknown>>;

/** Completes and checks the input of a verb. */
function prepareFilter(value: Fields, verb: Verb): object {
  const { dev, ifindex, block, kind, handle, priority, protocol, options } = value, what = `Cannot ${verb} filter`;
  if (verb === "list") return onBlock(value);
  const fail = (why: string): never => {
    throw argumentError(TypeError, `${what}: ${why}`);
  };
  if (dev === undefined && ifindex === undefined && block === undefined) {
    fail("dev is missing: the name of the interface, or block for a shared block");
  }
  if (verb === "append") fail("priorities order filters: use add");
  if (verb === "get") return onBlock(value);
  if (verb === "delete") {
    if (kind === undefined || handle === undefined || priority === undefined) {
      fail("kind, handle and priority are needed: without them, the kernel would delete all filters of a priority");
    }
    return onBlock({ protocol: 0, ...value });
  }
  if (kind === undefined && verb !== "set") fail("kind is missing: flower, matchall, u32 …");
  if (verb === "replace") {
    if (kind === "matchall") fail("the kernel does not change filters of kind matchall: delete it, and add it again");
    if (handle === undefined || priority === undefined) {
      fail("handle and priority are needed: without them, the kernel would add another filter");
    }
  }
  if (kind === "fw" && handle === undefined && verb === "add" && options !== undefined) {
    fail("handle is missing: the mark of the packets");
  }
  return onBlock({
    ...(verb === "add" && kind === "u32" ? inOwnTable(value) : value),
    protocol: protocol ?? "all",
    parent: value["parent"] ?? (block === undefined ? "root" : undefined),
  });
}

/**
 * Returns a filter of kind u32 to add: the first table of a priority, with a number from 800: on, has another number
 * when it is made again, so it is not named.
 */
function inOwnTable(value: Fields): Fields {
  const { handle, options = {} } = value, { hash, ...others } = options as Fields;
  const number = typeof handle === "number" ? handle : u32HandleNumber(handle) ?? 0;
  const table = typeof hash === "number" ? hash : u32HandleNumber(hash);
  if (number < FIRST_TABLE || (number & BUCKET) !== 0 || (number & NODE) === 0) return value;
  if (table !== undefined && table !== (number & ~NODE) >>> 0) return value;
  return { ...value, handle: number & NODE, options: others };
}

const FIRST_TABLE = 0x8000_0000, BUCKET = 0xf_f000, NODE = 0xfff;

/** Returns the request that changes a filter: the kernel replaces its options as a whole. */
function mergeFilter({ found, changes, whole, what }: Merge<Filter>): object {
  if (found.kind === "matchall") {
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel does not change filters of kind matchall: delete it, and add it again`,
    );
  }
  const options = { ...whole["options"] as Fields }, { sel, hash, divisor } = (changes["options"] ?? {}) as Fields;
  if (found.kind === "u32" && (sel ?? hash ?? divisor) !== undefined) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: the kernel does not change the selector, bucket or divisor of u32: delete it, and add it again`,
    );
  }
  // A list of actions is replaced, not merged.
  const given = changes["options"] as Fields | undefined;
  if (given?.["act"] !== undefined) options["act"] = given["act"];
  const { ifindex, block, parent, chain, protocol, priority, handle, kind } = found;
  return { ifindex, block, parent, chain, protocol, priority, handle, kind, options };
}

const PLACE = ["ifindex", "dev", "block", "parent", "chain", "protocol", "priority", "handle", "kind"] as const;

const declaration: Declaration<Filter> = {
  protocol: NETLINK_ROUTE,
  object: "filter",
  table: Filter,
  messages: { new: RTM.RTM_NEWTFILTER, del: RTM.RTM_DELTFILTER, get: RTM.RTM_GETTFILTER },
  groups: [RTNLGRP.RTNLGRP_TC],
  filters: ["ifindex", "block", "parent", "chain"],
  describe(value) {
    const { kind, priority, handle } = value as Fields;
    return [kind, handle, priority === undefined ? "" : `priority ${String(priority)}`, placeText(value)]
      .filter((one) => one !== undefined && one !== "").join(" ");
  },
  identity: ({ ifindex, block, parent, chain, priority, handle }) =>
    `${block === undefined ? `${ifindex} ${parent}` : `block ${block}`} ${chain ?? 0} ${priority} ${handle}`,
  keyOf: (value) => Object.fromEntries(PLACE.map((name) => [name, (value as Fields)[name]])),
  prepare: (value, verb) => prepareFilter(value as Fields, verb),
  // The kernel finds one only by all parts of its place, and does not tell when it has none.
  listOnly: true,
  compares: (key) => isWhole(key as Fields),
  fixed: [...PLACE],
  setFlags: 0,
  merge: mergeFilter,
  // Tables of u32 can only go when no filter refers to them.
  deletable: (all) => [...all].sort((a, b) => Number(isTable(a)) - Number(isTable(b))),
  hint(code, { kernelMessage = "" }, value) {
    const { kind } = value as Fields;
    if (code === "ENOENT" && /classifier not found/.test(kernelMessage)) {
      return `this kernel has no filter kind "${String(kind)}": misspelt, or its module is missing (modprobe cls_${
        String(kind)
      })`;
    }
    if (/Parent Qdisc doesn't exists|Specified filter block|Filter with specified/.test(kernelMessage)) {
      return "filters need a qdisc: add clsact for ingress and egress, or one with classes";
    }
    return undefined;
  },
  silentRemoval: linkChanges(RTM.RTM_DELQDISC, RTM.RTM_DELTCLASS, RTM.RTM_DELTFILTER, RTM.RTM_DELCHAIN),
};

/** True for a table of u32. */
const isTable = ({ kind, options }: Filter): boolean => kind === "u32" && options?.divisor !== undefined;

/** True if a key has all parts by which the kernel finds a filter. */
function isWhole(key: Fields): boolean {
  return ["parent", "protocol", "priority", "handle", "kind", "chain"].every((name) =>
    key[name] !== undefined || name === "parent" && key["block"] !== undefined
  );
}

/** The filters of one network namespace. */
export class Filters extends Collection<Filter, FilterInput, FilterInput, Filter> {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
  }

  /**
   * Returns all filters that match; see {@linkcode Collection.list}. Without `parent` or `block`, those at all qdiscs and
   * classes of the interface, or of all interfaces.
   */
  override list(filter?: FilterInput): Filter[] {
    const places = placesOf(this.#open(), filter);
    if (places === undefined) return super.list(filter);
    return places.flatMap((place) => super.list({ ...filter, ...place } as FilterInput));
  }

  /** Yields all filters that match one by one; see {@linkcode Collection.iterate}. */
  override *iterate(filter?: FilterInput): Generator<Filter, void, undefined> {
    const places = placesOf(this.#open(), filter);
    if (places === undefined) return yield* super.iterate(filter);
    for (const place of places) yield* super.iterate({ ...filter, ...place } as FilterInput);
  }

  /** Adds a filter, and returns it with the priority and handle that the kernel chose. */
  override add(value: FilterInput): Filter;
  /** Adds a filter unless there is one with its handle. */
  override add(value: FilterInput, options?: { exists?: "ok" }): Filter | false;
  override add(value: FilterInput, options: { exists?: "ok" } = {}): Filter | false {
    return this.addEchoed(value, options);
  }

  /**
   * Deletes all filters that match; see {@linkcode Collection.flush}.
   *
   * The kernel lets go of a table of u32 some milliseconds after the filters that refer to it, so tables are tried again.
   */
  override flush(filter: FilterInput | { all: true }): number {
    const before = this.#open().deferred || !isFields(filter) ? 0 : Date.now();
    let count = 0;
    while (true) {
      try {
        return Math.max(count, super.flush(filter));
      } catch (error) {
        if (!(error instanceof BatchError) || error.unsent.length > 0 || Date.now() - before > PATIENCE) throw error;
        if (error.failures.some(({ error }) => (error as KernelError).code !== "EBUSY")) throw error;
        count = Math.max(count, error.count);
        Atomics.wait(PAUSE, 0, 0, 5);
      }
    }
  }

  /** Finds a filter that was just added, if the kernel did not return it: that with its handle, else the last one. */
  protected override findMade(value: FilterInput): Filter {
    const { handle, ...place } = Object.fromEntries(PLACE.map((name) => [name, (value as Fields)[name]]));
    const found = this.list({ ...place, ...(handle === undefined ? {} : { handle }) } as FilterInput).at(-1);
    return found ?? super.findMade(value);
  }

  /** Finds the filter that `key` denotes: the kernel finds one by its whole place. */
  protected override look(key: object, what: string, requester: Requester): Found<Filter> {
    if (!isWhole(key as Fields) || this.#open().deferred) return super.look(key, what, requester);
    const operation = this.operation("get", RTM.RTM_GETTFILTER, key, RTM.RTM_NEWTFILTER);
    const found = requester.request({ ...operation, what }) as Filter | undefined;
    return found === undefined ? super.look(key, what, requester) : { found, among: [found] };
  }

  /** Returns the request of a verb; messages about whole priorities are no filters. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    return { ...super.operation(verb, type, given, reply), concerns: isFilter };
  }

  /** Returns the groups, message types and codec that a watch needs. */
  override listening(client: Client): Listening<Filter> {
    const all = super.listening(client);
    return {
      ...all,
      event: (type, from, at) => isOwn(type) && !isFilter(from, at) ? undefined : all.event(type, from, at),
    };
  }
}

/** Milliseconds for which tables of u32 are tried again. */
const PATIENCE = 1000;

/** A place that nobody wakes up, to wait for a moment. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

const isOwn = (type: number): boolean => type === RTM.RTM_NEWTFILTER || type === RTM.RTM_DELTFILTER;

/** The filters of this namespace, on a socket that the first use opens. */
export const filters: Filters = new Filters(onShared(NETLINK_ROUTE));

export type * from "./filter.ts";
