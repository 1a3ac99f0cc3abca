/**
 * Classes of qdiscs, as with `tc class`.
 *
 * ```ts
 * import { classes } from "@linux/netlink/families/route/tc/classes.ts";
 * for (const { dev, kind, handle, stats2 } of classes.list()) console.log(dev, kind, handle, stats2?.basic?.bytes);
 * ```
 *
 * @module
 */
import { type Attributes, shown } from "../../../core/codec/mod.ts";
import { defined, expectFields, isFields, plural } from "../../../core/arguments.ts";
import type { Client, Operation, Requester } from "../../../core/client.ts";
import { Collection, type Declaration, type Input, type Merge, onShared, type Verb } from "../../../core/collection.ts";
import { argumentError, ERRNO, KernelError } from "../../../core/errors.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "../protocol.ts";
import { Class, type ClassFields, type ClassKind } from "./class.ts";
import { numberOf, TC_H } from "./handle.ts";
import type { HtbClass } from "./kinds/shaping.ts";
import { childrenFirst, expectKind, linkChanges, placeOf } from "./objects.ts";
import { Qdiscs } from "./qdiscs.ts";

/** A class as input: {@linkcode Class} with names or numbers. */
export type ClassInput = Input<ClassFields> & Input<ClassKind>;

type Fields = Readonly<Record<string, unknown>>;

/** Kinds of qdisc whose classes have no classes below them. */
const FLAT: ReadonlySet<unknown> = new Set(["drr", "qfq"]);

/** Returns the minor number of a class's parent; 0 for the qdisc and the root. */
function minorOf(parent: unknown): number {
  const number = numberOf(parent, { root: TC_H.root });
  return number === undefined || number === TC_H.root ? 0 : number & 0xffff;
}

/** Completes and checks the input of a verb. */
function prepareClass(value: Fields, verb: Verb): object {
  const { parent, handle, ...rest } = value;
  if (verb === "list") {
    // The kernel compares the qdisc's number only.
    const told = numberOf(handle) ?? numberOf(parent, { root: 0 }), qdisc = told && (told & 0xffff_0000) >>> 0;
    return qdisc ? { ...rest, parent: qdisc } : rest;
  }
  const what = `Cannot ${verb} class`;
  if (value["ifindex"] === undefined && value["dev"] === undefined) {
    throw argumentError(TypeError, `${what}: dev is missing: the name of the interface`);
  }
  if (handle === undefined) {
    throw argumentError(TypeError, `${what}: handle is missing: the qdisc's number and its own, like "1:10"`);
  }
  if (verb === "append") throw argumentError(TypeError, `${what}: a handle has one class: replace it`);
  if ((verb === "add" || verb === "replace") && FLAT.has(value["kind"]) && minorOf(parent) !== 0) {
    throw argumentError(
      TypeError,
      `${what}: parent: classes of ${value["kind"]} are directly below the qdisc, got ${shown(parent)}`,
    );
  }
  // The kernel wants settings of drr, although all of them have defaults; those of htb and hfsc need a rate.
  const { kind, options } = value, made = verb === "add" || verb === "replace";
  if (made && kind === "hfsc") expectCurves(what, options);
  if (made && kind === "hfsc" && isFields(options) && options["rsc"] === undefined && options["fsc"] === undefined) {
    throw argumentError(TypeError, `${what}: options: expected rsc or fsc, a curve of rates`);
  }
  return made && (kind === "drr" || kind === "htb") && options === undefined ? { ...value, options: {} } : value;
}

/** Throws for a curve without a rate, which the kernel takes as one that is not given. */
function expectCurves(what: string, options: unknown): void {
  if (!isFields(options)) return;
  for (const name of ["rsc", "fsc", "usc"]) {
    const curve = options[name];
    if (!isFields(curve) || curve["m1"] || curve["m2"]) continue;
    throw argumentError(
      RangeError,
      `${what}: options.${name}: expected a rate, m1 or m2: the kernel ignores a curve without one, ` +
        "and removes a curve only with its class",
    );
  }
}

/** Returns the request that changes a class: the kernel replaces all settings. */
function mergeClass({ found, changes, whole, what }: Merge<Class>): object {
  if (found.kind === "hfsc") expectCurves(`Cannot ${what}`, whole["options"]);
  const { ifindex, parent, handle, kind } = found;
  const options = kind === "htb" ? withCeil(found.options, changes, whole, what) : whole["options"];
  return { ...changes, ifindex, parent, handle, kind, options };
}

/**
 * Returns the settings of a class of htb: its upper limit follows its rate, if the two were one. Throws for a change of
 * one of them by which the limit falls below the rate, so that the rate would have no effect.
 */
function withCeil(found: HtbClass = {}, { options: given }: Fields, { options }: Fields, what: string): HtbClass {
  const changed = options as HtbClass;
  if (!isFields(given)) return changed;
  const { rate, ceil } = changed, { rate: newRate, ceil: newCeil } = given;
  // Both together are taken as they are.
  if ((newRate === undefined) === (newCeil === undefined)) return changed;
  if (newCeil === undefined && found.ceil === found.rate) return { ...changed, ceil: rate! };
  if (typeof rate !== "number" || typeof ceil !== "number" || rate <= ceil) return changed;
  const wrong = newCeil === undefined
    ? `rate: expected at most ceil, ${ceil}, got ${rate}: give ceil too`
    : `ceil: expected at least rate, ${rate}, got ${ceil}: give rate too`;
  throw argumentError(RangeError, `Cannot ${what}: options.${wrong}`);
}

/** Kinds of qdisc whose classes are made and deleted; those of others exist as long as the qdisc. */
const MADE: ReadonlySet<unknown> = new Set(["htb", "hfsc", "drr", "qfq", "cbq", "atm"]);

/** Kinds of qdisc that have a class for themselves, with their own handle. Others have it only if someone made it. */
const WITH_OWN: ReadonlySet<unknown> = new Set(["hfsc", "cbq", "atm"]);

/** True for the class that a qdisc has for itself, and for a key without a kind that may mean it. */
const isOwn = ({ handle, kind }: { readonly handle?: unknown; readonly kind?: unknown }): boolean =>
  ((numberOf(handle) ?? 1) & 0xffff) === 0 && (kind === undefined || WITH_OWN.has(kind));

const declaration: Declaration<Class> = {
  protocol: NETLINK_ROUTE,
  object: "class",
  table: Class as Attributes<unknown> as Attributes<Class>,
  messages: { new: RTM.RTM_NEWTCLASS, del: RTM.RTM_DELTCLASS, get: RTM.RTM_GETTCLASS },
  groups: [RTNLGRP.RTNLGRP_TC],
  filters: ["ifindex", "parent", "handle"],
  describe: placeOf,
  identity: ({ ifindex, handle }) => `${ifindex} ${handle}`,
  keyOf: ({ ifindex, dev, handle, kind }: ClassInput) => ({ ifindex, dev, handle, kind }),
  prepare: (value, verb) => prepareClass(value as Fields, verb),
  // A request for a single one would be answered to everyone who watches.
  listOnly: true,
  compares: () => true,
  fixed: ["ifindex", "dev", "parent", "handle", "kind"],
  setFlags: 0,
  merge: mergeClass,
  deletable: (all) => childrenFirst(all.filter((one) => MADE.has(one.kind) && !isOwn(one))),
  hint(code, _details, value) {
    const { kind } = value as ClassInput;
    if (isOwn(value)) return `it is the own class of the ${kind ?? "qdisc"}, and goes with it`;
    if (kind !== undefined && !MADE.has(kind)) return `classes of ${kind} exist as long as their qdisc`;
    return code === "EBUSY" ? "delete its filters and the classes below it first, as flush does" : undefined;
  },
  silentRemoval: linkChanges(RTM.RTM_DELQDISC, RTM.RTM_NEWQDISC),
};

/**
 * The classes of one network namespace. They are listed as the kernel does; it deletes a class only after those below it:
 * `flush` has that order. Classes of kinds that have a fixed number of them, such as `prio` and `tbf`, go with their qdisc.
 */
export class Classes extends Collection<Class, ClassInput> {
  readonly #open: () => Client;
  readonly #qdiscs: Qdiscs;
  readonly #requester: () => Requester;
  /** Parents that this batch made or looked up. */
  readonly #known = new Set<string>();

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
    this.#qdiscs = new Qdiscs(open, requester);
  }

  /** Returns all classes that match the filter, of all interfaces unless it names one; see {@linkcode Collection.list}. */
  override list(filter?: ClassInput): Class[] {
    if (isOfInterface(filter)) return super.list(filter);
    return this.#interfaces(filter).flatMap((ifindex) => super.list({ ...filter, ifindex }));
  }

  /** Yields all classes that match the filter; see {@linkcode Collection.iterate}. */
  override *iterate(filter?: ClassInput): Generator<Class, void, undefined> {
    if (isOfInterface(filter)) yield* super.iterate(filter);
    else for (const ifindex of this.#interfaces(filter)) yield* super.iterate({ ...filter, ifindex });
  }

  /** Returns the interfaces with qdiscs: the kernel lists the classes of one interface at a time. */
  #interfaces(filter: ClassInput | undefined): readonly number[] {
    if (filter !== undefined) expectFields(filter, `list ${plural("class")}`, "a filter as an object");
    return [...new Set(this.#qdiscs.list().map(({ ifindex }) => ifindex))];
  }

  /**
   * Returns the request of a verb. The kernel puts a class whose parent does not exist at the root, and does not move a
   * class, so `add` and `replace` look for them first.
   */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply);
    if (verb === "set" && this.#open().deferred) expectKind(operation);
    if (verb !== "add" && verb !== "replace" || this.#open().deferred) return operation;
    const value = operation.value as ClassInput, known = this.#isKnown(value);
    if (this.#requester().deferred) this.#known.add(placeKey(value, value.handle));
    if (verb === "add") return known ? operation : { ...operation, read: () => this.#expectParent(value, operation) };
    const read = (): object => {
      const found = this.find(defined(value));
      const placed = (parent: unknown): number | undefined => {
        const number = numberOf(parent, { root: TC_H.root });
        return number === undefined || (number & 0xffff) === 0 ? TC_H.root : number;
      };
      if (found !== undefined && value.parent !== undefined && placed(value.parent) !== placed(found.parent)) {
        throw argumentError(
          TypeError,
          `Cannot ${operation.what}: parent does not change, it is ${found.parent}: delete it, and add it with the new one`,
        );
      }
      return found === undefined && !known ? this.#expectParent(value, operation) : value;
    };
    return { ...operation, read };
  }

  /** True if the parent of a class is a qdisc, or a class that this batch made or looked up. */
  #isKnown(value: ClassInput): boolean {
    return minorOf(value.parent) === 0 || this.#known.has(placeKey(value, value.parent));
  }

  /** Returns a class to make, and throws if there is no class that is its parent. */
  #expectParent(value: ClassInput, { what }: Operation): ClassInput {
    const { dev, ifindex, parent } = value;
    if (this.find(defined({ dev, ifindex, handle: parent }) as ClassInput) === undefined) {
      throw new KernelError(what, ERRNO.ENOENT, { kernelMessage: `parent: there is no class ${String(parent)}` });
    }
    if (this.#requester().deferred) this.#known.add(placeKey(value, parent));
    return value;
  }
}

/** Returns a text for a class of an interface. */
function placeKey({ dev, ifindex }: ClassInput, handle: unknown): string {
  return `${String(dev ?? ifindex)} ${numberOf(handle)}`;
}

/** True if a filter names an interface. */
function isOfInterface(filter: ClassInput | undefined): boolean {
  return isFields(filter) && (filter["ifindex"] !== undefined || filter["dev"] !== undefined);
}

/** The classes of this namespace, on a socket that the first use opens. */
export const classes: Classes = new Classes(onShared(NETLINK_ROUTE));
