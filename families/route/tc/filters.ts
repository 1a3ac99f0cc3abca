/**
 * Filters of traffic control, as with `tc filter`.
 *
 * ```ts
 * import { filters } from "@linux/netlink/families/route/tc/filters.ts";
 * for (const { dev, parent, kind, priority } of filters.list()) console.log(dev, parent, kind, priority);
 * ```
 *
 * A filter is at a qdisc or class of an interface, or in a shared block; there in a chain, with a priority and a handle.
 * An interface whose hook has a shared block lists none of that block's: `filters.list({ block })` does.
 *
 * The kernel reports the end of all filters of a priority, or of a qdisc, by messages that name no filter: a watch with
 * `initial` or `resync` reads the filters again and tells which are gone, one without does not. The event of a u32 filter
 * that was replaced has the old settings.
 *
 * @module
 */
import { defined, EXISTS_HINT, isCondition, isFields } from "../../../core/arguments.ts";
import { type Codec, shown } from "../../../core/codec/mod.ts";
import type { Client, Operation, Requester } from "../../../core/client.ts";
import {
  type AddOptions,
  Collection,
  type Declaration,
  type DeleteOptions,
  type Existing,
  type Found,
  type Input,
  type Merge,
  onShared,
  type Verb,
} from "../../../core/collection.ts";
import { argumentError, BatchError, ERRNO, KernelError } from "../../../core/errors.ts";
import { stringify } from "../../../core/printable.ts";
import type { Listening } from "../../../core/watch.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "../protocol.ts";
import { BLOCK, Filter, type FilterFields, type FilterKinds, isFilter } from "./filter.ts";
import { u32HandleNumber } from "./filters/kinds.ts";
import { expectKind, linkChanges } from "./objects.ts";
import { isWithoutFilter, onBlock, placesOf, placeText } from "./places.ts";

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
  if (
    block !== undefined && (dev ?? ifindex ?? value["parent"]) !== undefined && (verb === "add" || verb === "replace")
  ) {
    fail("block excludes dev and parent: a shared block has its filters for all its interfaces");
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
  if ((verb === "add" || verb === "replace") && options === undefined && SILENT.has(kind)) {
    fail(`options${kind === "u32" ? ".sel" : ""} is missing: the kernel would add nothing`);
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

/** Kinds for which the kernel acknowledges a filter without options, and adds none. */
const SILENT: ReadonlySet<unknown> = new Set(["u32", "route", "rsvp", "rsvp6", "tcindex"]);

/**
 * Returns a filter of kind u32 to add: the first table of a priority, with a number from 800: on, has another number
 * when it is made again, so it is not named.
 */
function inOwnTable(value: Fields): Fields {
  const { handle, options = {} } = value;
  if (!isFields(options)) return value;
  const { hash, ...others } = options;
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
  if (changes["options"] !== undefined && !isFields(changes["options"])) {
    throw argumentError(TypeError, `Cannot ${what}: options: expected an object, got ${shown(changes["options"])}`);
  }
  const options = { ...whole["options"] as Fields };
  if (found.kind === "u32") expectSameNode(found, (changes["options"] ?? {}) as Fields, what);
  // A list of actions is replaced, not merged.
  const given = changes["options"] as Fields | undefined;
  if (given?.["act"] !== undefined) options["act"] = given["act"];
  const { ifindex, block, parent, chain, protocol, priority, handle, kind } = found;
  return { ifindex, block, parent, chain, protocol, priority, handle, kind, options };
}

/** Options of u32 that the kernel does not change. */
const LASTING = ["sel", "hash", "divisor", "mark"] as const;

/** Returns an option without the packets that it counts. */
const chosen = (value: unknown): unknown => isFields(value) ? { ...value, success: undefined } : value;

/** Throws for options of u32 that differ from those of the filter, where the kernel would ignore the difference. */
function expectSameNode(found: Filter, options: Fields, what: string): void {
  const present = (found.options ?? {}) as Fields;
  for (const name of LASTING) {
    if (options[name] === undefined || stringify(chosen(options[name])) === stringify(chosen(present[name]))) continue;
    throw argumentError(
      TypeError,
      `Cannot ${what}: options.${name}: the kernel does not change ${LASTING.join(", ")} of u32: ` +
        "delete it, and add it again",
    );
  }
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
  absent: isWithoutFilter,
  fixed: [...PLACE],
  setFlags: 0,
  merge: mergeFilter,
  // Tables of u32 can only go when no filter refers to them.
  deletable: (all) => [...all].sort((a, b) => Number(isTable(a)) - Number(isTable(b))),
  hint(code, { kernelMessage = "" }, value) {
    const { kind, options } = value as Fields;
    if (code === "ENOENT" && /Failed to load TC action module/.test(kernelMessage)) {
      const { act = [], police } = (options ?? {}) as { act?: readonly { kind: string }[]; police?: unknown };
      const kinds = new Set([...act.map(({ kind }) => kind), ...(police === undefined ? [] : ["police"])]);
      return `this kernel has no action kind ${[...kinds].join(" or ")}: its module act_... is missing`;
    }
    if (code === "ENOENT" && /classifier not found/.test(kernelMessage)) {
      return `this kernel has no filter kind "${String(kind)}": misspelt, or its module is missing (modprobe cls_${
        String(kind)
      })`;
    }
    if (code === "EBUSY" && kind === "u32") return "delete the filters that link to the table first, as flush does";
    if (/Parent Qdisc doesn't exist/.test(kernelMessage)) {
      return "filters need a qdisc: add clsact for ingress and egress, or one with classes";
    }
    return undefined;
  },
  silentRemoval: linkChanges(RTM.RTM_DELQDISC, RTM.RTM_DELTCLASS, RTM.RTM_DELTFILTER, RTM.RTM_DELCHAIN),
};

/** Returns a text for what has one space of handles of u32 in the kernel: a priority of a qdisc or block. */
function spaceOf({ ifindex, block, parent = "", priority }: Filter): string {
  // Both hooks of clsact and all classes are places of one qdisc.
  const qdisc = /gress$/.test(parent) ? "ffff" : parent.replace(/:.*/, "");
  return `${block === undefined ? `${ifindex} ${qdisc}` : `block ${block}`} ${priority}`;
}

/** Returns a text for a priority of a chain at a hook, qdisc, class or block. */
function placeOf(one: Filter): string {
  return `${spaceOf(one)} ${one.parent} ${one.chain ?? 0}`;
}

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

  /**
   * Adds a filter, and returns it with the priority and handle that the kernel chose; false if there is one with its
   * handle and `{ exists: "ok" }` tolerates that.
   */
  override add<E extends "ok" | undefined = undefined>(
    value: FilterInput,
    options: AddOptions<E> = {},
  ): Filter | Existing<E> {
    try {
      return this.addEchoed(value, options);
    } catch (error) {
      if (!(error instanceof KernelError) || error.code === "EEXIST" || !this.isExisting(value, error)) throw error;
      throw new KernelError(error.operation, ERRNO.EEXIST, { hint: EXISTS_HINT });
    }
  }

  /**
   * Deletes a filter; see {@linkcode Collection.delete}.
   *
   * The kernel deletes a table of u32 only after the filters that link to it, and lets go of it some milliseconds after
   * them, so it is tried again if there are none.
   */
  override delete(key: FilterInput | Filter, options: DeleteOptions = {}): boolean {
    const before = Date.now();
    while (true) {
      try {
        return super.delete(key, options);
      } catch (error) {
        const waits = error instanceof KernelError && error.code === "EBUSY" && Date.now() - before <= PATIENCE;
        if (!waits || this.#isLinked(key)) throw error;
        Atomics.wait(PAUSE, 0, 0, 5);
      }
    }
  }

  /** True if a filter of the same place links to a table of u32. */
  #isLinked(table: FilterInput | Filter): boolean {
    const { handle, ...place } = Object.fromEntries(
      PLACE.map((name) => [name, (table as Fields)[name]]),
    ) as FilterInput;
    return this.list(place).some((one) => one.kind === "u32" && one.options?.link === handle);
  }

  /**
   * Deletes all filters that match; see {@linkcode Collection.flush}.
   *
   * The kernel lists a filter of kind u32 at each chain, hook and class of a qdisc that has one with the same priority,
   * and would delete it there. If only some of these are meant, their whole priorities are deleted, and the others stay.
   *
   * The kernel lets go of a table of u32 some milliseconds after the filters that refer to it, so tables are tried again.
   */
  override flush(filter: FilterInput | { all: true }): number {
    const priorities = this.#wholePriorities(filter), count = this.#flushEach(filter);
    try {
      this.#deletePriorities(priorities);
    } catch (error) {
      // The kernel has removed those whose last filter is gone.
      const left = error instanceof BatchError ? error.without(({ error }) => isGone(error)) : error;
      if (left !== undefined) throw left;
    }
    return count;
  }

  /** Returns a filter of each priority of kind u32 of which `flush` deletes all filters. The kernel may keep the priority. */
  #wholePriorities(filter: FilterInput | { all: true }): Filter[] {
    if (!isFields(filter) || !isCondition(filter) || this.#open().deferred) return [];
    const { all: _, ...rest } = filter as FilterInput & { all?: true }, { handle, options } = rest;
    if (handle !== undefined || options !== undefined) return [];
    try {
      const found = this.list(rest as FilterInput).filter(({ kind }) => kind === "u32");
      return [...new Map(found.map((one) => [placeOf(one), one])).values()];
    } catch {
      return []; // the flush tells what is wrong with the filter
    }
  }

  #flushEach(filter: FilterInput | { all: true }): number {
    const before = this.#open().deferred || !isFields(filter) ? 0 : Date.now();
    let count = this.#flushShared(filter);
    if (count > 0 && this.list(filter as FilterInput).length === 0) return count;
    const shared = count;
    while (true) {
      try {
        return Math.max(count, shared + super.flush(filter));
      } catch (error) {
        if (!(error instanceof BatchError) || error.unsent.length > 0 || Date.now() - before > PATIENCE) throw error;
        if (error.failures.some(({ error }) => (error as KernelError).code !== "EBUSY")) throw error;
        count = Math.max(count, shared + error.count);
        Atomics.wait(PAUSE, 0, 0, 5);
      }
    }
  }

  /**
   * Deletes the filters of kind u32 whose priorities other places of the same qdisc have too. Returns their number.
   *
   * The kernel lists these at each of the places, and deletes one at any; all of a priority are those of the place alone.
   */
  #flushShared(filter: FilterInput | { all: true }): number {
    if (!isFields(filter)) return 0;
    const { dev, ifindex, block, parent, chain, handle, options } = filter as FilterInput;
    if (chain === undefined && parent === undefined || this.#open().deferred) return 0;
    const ofU32 = (one: FilterInput): Filter[] => this.list(one).filter(({ kind }) => kind === "u32");
    const found = ofU32(filter as FilterInput);
    if (found.length === 0) return 0;
    const around = (): Filter[] => ofU32({ dev, ifindex, block } as FilterInput), own = new Set(found.map(placeOf));
    const elsewhere = new Set(around().filter((one) => !own.has(placeOf(one))).map(spaceOf));
    const shared = found.filter((one) => elsewhere.has(spaceOf(one)));
    if (shared.length === 0) return 0;
    if (handle !== undefined || options !== undefined) {
      throw argumentError(
        TypeError,
        `Cannot flush filters: the kernel does not tell apart filters of kind u32 with the same priority, ` +
          `${shared[0]!.priority}, in several chains, hooks or classes of a qdisc: delete the whole priority of one`,
      );
    }
    this.#deletePriorities(new Map(shared.map((one) => [placeOf(one), one])).values());
    const names = (list: readonly Filter[]): Set<string> => new Set(list.map((one) => `${spaceOf(one)} ${one.handle}`));
    const left = names(around());
    return [...names(shared)].filter((one) => !left.has(one)).length;
  }

  /** Deletes whole priorities of kind u32, each given by one of its filters. */
  #deletePriorities(each: Iterable<Filter>): void {
    this.#open().runBatch((add) => {
      for (const { ifindex, block, parent, chain, protocol, priority } of each) {
        const place = block === undefined ? { ifindex, parent } : { ifindex: BLOCK, block };
        add({
          type: RTM.RTM_DELTFILTER,
          flags: 0,
          codec: Filter as Codec<unknown, never>,
          value: { ...place, chain, protocol, priority },
          what: `delete filters u32 priority ${priority} ${placeText({ ...place, chain })}`,
        });
      }
    }, "flush filters");
  }

  /** True if an error of `add` means that the filter exists: the kernel tells of u32 that the handle is not free. */
  protected override isExisting(value: FilterInput, error: unknown): boolean {
    if (super.isExisting(value, error)) return true;
    const { kind, handle } = value;
    return kind === "u32" && ((typeof handle === "number" ? handle : u32HandleNumber(handle) ?? 0) & NODE) !== 0 &&
      error instanceof KernelError && error.code === "ENOSPC";
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
    const operation = { ...super.operation(verb, type, given, reply), concerns: isFilter };
    const value = operation.value as FilterInput, { what } = operation;
    if (verb === "set" && this.#open().deferred) expectKind(operation);
    if (verb !== "replace" || value.kind !== "u32" || this.#open().deferred) return operation;
    const read = (): object => {
      const place = Object.fromEntries(PLACE.map((name) => [name, (value as Fields)[name]]));
      const found = this.find(defined(place) as FilterInput);
      if (found === undefined) return value;
      const normal = this.#open().normalize(Filter as Codec<unknown, never>, value, what) as Filter;
      const given = Object.entries(normal.options ?? {}).filter(([name]) => Object.hasOwn(value.options ?? {}, name));
      expectSameNode(found, Object.fromEntries(given), what);
      return value;
    };
    return { ...operation, read };
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

/** True for an error of deleting what is not there. */
const isGone = (error: unknown): boolean =>
  error instanceof KernelError && (error.code === "ENOENT" || isWithoutFilter(error));

/** Milliseconds for which tables of u32 are tried again. */
const PATIENCE = 1000;

/** A place that nobody wakes up, to wait for a moment. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

const isOwn = (type: number): boolean => type === RTM.RTM_NEWTFILTER || type === RTM.RTM_DELTFILTER;

/** The filters of this namespace, on a socket that the first use opens. */
export const filters: Filters = new Filters(onShared(NETLINK_ROUTE));

export type * from "./filter.ts";
