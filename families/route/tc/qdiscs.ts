/**
 * Queueing disciplines, as with `tc qdisc`.
 *
 * ```ts
 * import { qdiscs } from "@linux/netlink/families/route/tc/qdiscs.ts";
 * for (const { dev, kind, handle, stats2 } of qdiscs.list()) console.log(dev, kind, handle, stats2?.queue?.drops);
 * ```
 *
 * @module
 */
import { isFields, isOk, operationOf } from "../../../core/arguments.ts";
import { type Attributes, shown } from "../../../core/codec/mod.ts";
import type { Client, Operation, Requester } from "../../../core/client.ts";
import {
  Collection,
  type Declaration,
  type DeleteOptions,
  type Input,
  type Merge,
  onShared,
  type Verb,
} from "../../../core/collection.ts";
import { argumentError, ERRNO, KernelError } from "../../../core/errors.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "../protocol.ts";
import { Qdisc, type QdiscFields, type QdiscGiven, type QdiscKind } from "./qdisc.ts";
import { numberOf, TC_H } from "./handle.ts";
import type { Gred } from "./kinds/aqm.ts";
import { dampingTable } from "./red.ts";
import { childrenFirst, expectKind, linkChanges, placeOf } from "./objects.ts";

/** A qdisc as input: {@linkcode Qdisc} with names or numbers. */
export type QdiscInput = Input<QdiscFields & QdiscGiven> & Input<QdiscKind>;

type Fields = Readonly<Record<string, unknown>>;

/** True for a qdisc that the kernel made by itself. */
const isAutomatic = ({ handle }: Fields): boolean => handle === "0:" || handle === 0;

/** Kinds that the kernel makes only with settings, although all of these have defaults. */
const WITH_SETTINGS: ReadonlySet<unknown> = new Set(["cbs", "etf", "hfsc", "htb", "multiq", "netem", "prio"]);

/** Kinds of the hooks for filters: their handle is always `ffff:`. */
const HOOKS: ReadonlySet<unknown> = new Set(["ingress", "clsact"]);

/** The hint for a qdisc with the handle of another kind. */
const OTHER_KIND = "a qdisc of another kind has this handle: delete it first, or give another handle or none";

/** The hint for a qdisc of hooks whose place the other one has. */
const EXCLUSIVE = "ingress and clsact exclude each other: delete the one that is there first";

/** The handle of the hooks for filters. */
const HOOK = (TC_H.ingress & 0xffff_0000) >>> 0;

/** Kinds that keep the settings that a change does not name. The others take the whole. */
const PARTLY: ReadonlySet<unknown> = new Set(
  "cake codel dualpi2 fq fq_codel fq_pie gred hhf pie plug taprio".split(" "),
);

/** Kinds without settings. */
const BARE: ReadonlySet<unknown> = new Set("atm blackhole clsact drr ingress mq noqueue qfq".split(" "));

/** Settings that the kernel refuses to be without, mostly without a reason, or takes as 0: all packets would be dropped. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bfifo: { limit: "most bytes that wait" },
  choke: { limit: "most packets that wait", qthMin: "an average length", qthMax: "an average length" },
  ets: { nbands: "the number of bands" },
  gred: { dps: "the number of virtual queues" },
  pfifo: { limit: "most packets that wait" },
  pfifo_head_drop: { limit: "most packets that wait" },
  plug: { limit: "most bytes that wait" },
  red: { limit: "most bytes that wait", qthMin: "an average length", qthMax: "an average length" },
  skbprio: { limit: "most packets that wait" },
  tbf: { limit: "most bytes that wait" },
};

/** Kinds that the kernel does not make without any settings. The others of {@linkcode NEEDED} then have defaults. */
const WITHOUT_DEFAULTS: ReadonlySet<string> = new Set(["choke", "ets", "gred", "red", "tbf"]);

/** Throws for a new qdisc that lacks a setting which it needs. */
function expectNeeded(what: string, kind: unknown, options: unknown): void {
  if (typeof kind !== "string" || !Object.hasOwn(NEEDED, kind)) return;
  const given = options === undefined && WITHOUT_DEFAULTS.has(kind) ? {} : options;
  if (!isFields(given)) return;
  for (const [name, meaning] of Object.entries(NEEDED[kind]!)) {
    if (given[name] !== undefined) continue;
    throw argumentError(TypeError, `${what}: options.${name} is missing: ${meaning}; ${kind} has no default for it`);
  }
}

/** Completes and checks the input of a verb. */
function prepareQdisc(value: Fields, verb: Verb): object {
  if (verb === "list") return value;
  if (value["ifindex"] === undefined && value["dev"] === undefined) {
    throw argumentError(TypeError, `Cannot ${verb} qdisc: dev is missing: the name of the interface`);
  }
  const { parent, handle, kind } = value, what = `Cannot ${operationOf(verb, declaration, value)}`;
  if (parent === undefined && (handle === undefined || verb === "add" || verb === "replace")) {
    throw argumentError(
      TypeError,
      `${what}: parent is missing: "root", "ingress", or the class whose packets it takes, like "1:10"`,
    );
  }
  if (verb === "append") throw argumentError(TypeError, `${what}: a place has one qdisc: replace it`);
  if (verb === "delete" && isAutomatic(value)) {
    throw argumentError(TypeError, `${what}: handle: the kernel made 0: by itself; it can only be replaced`);
  }
  if (verb !== "add" && verb !== "replace") return value;
  if (kind === undefined) throw argumentError(TypeError, `${what}: kind is missing: htb, fq_codel, clsact …`);
  if (HOOKS.has(kind) && handle !== undefined && numberOf(handle) !== HOOK) {
    throw argumentError(TypeError, `${what}: handle: ${kind} always has "ffff:", got ${shown(handle)}`);
  }
  expectNeeded(what, kind, value["options"]);
  // Without the handle, the kernel would put one of these kinds in the place of the other.
  if (HOOKS.has(kind)) return { ...value, handle: HOOK };
  return WITH_SETTINGS.has(kind) && value["options"] === undefined ? { ...value, options: {} } : value;
}

/** Returns the request that changes a qdisc. */
function mergeQdisc({ found, changes, whole, what }: Merge<Qdisc>): object {
  if (isAutomatic(found as unknown as Fields)) {
    throw argumentError(TypeError, `Cannot ${what}: the kernel made it by itself: it can only be replaced`);
  }
  const { ifindex, parent, handle, kind, stab } = found, { options: given } = changes;
  if (kind === "multiq" && isFields(given) && given["bands"] !== undefined && given["bands"] !== found.options?.bands) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: options.bands does not change: it is the number of the device's queues`,
    );
  }
  const options = PARTLY.has(kind) ? changes["options"] : whole["options"];
  // The kernel removes a size table that is not given.
  return { ...(stab === undefined ? {} : { stab }), ...changes, ifindex, parent, handle, kind, options };
}

const declaration: Declaration<Qdisc> = {
  protocol: NETLINK_ROUTE,
  object: "qdisc",
  table: Qdisc as Attributes<unknown> as Attributes<Qdisc>,
  messages: { new: RTM.RTM_NEWQDISC, del: RTM.RTM_DELQDISC, get: RTM.RTM_GETQDISC },
  groups: [RTNLGRP.RTNLGRP_TC],
  filters: ["dumpInvisible" as never],
  describe: placeOf,
  identity: ({ ifindex, parent, handle }) => `${ifindex} ${parent} ${handle}`,
  keyOf: ({ ifindex, dev, parent, handle, kind }: QdiscInput) => ({ ifindex, dev, parent, handle, kind }),
  prepare: (value, verb) => prepareQdisc(value as Fields, verb),
  // A request for a single one would be answered to everyone who watches.
  listOnly: true,
  // The kernel deletes by the place.
  compares: (key) => (key as QdiscInput).parent !== undefined,
  // Another one is in its place.
  absent: ({ code, kernelMessage = "" }) => code === "EINVAL" && /^Invalid (handle|qdisc name)/.test(kernelMessage),
  fixed: ["ifindex", "dev", "parent", "handle", "kind"],
  setFlags: 0,
  merge: mergeQdisc,
  lasting: () => ["ingressBlock", "egressBlock"],
  deletable: (all) => childrenFirst(all.filter((one) => !isAutomatic(one as unknown as Fields))),
  hint(code, { kernelMessage = "" }, value) {
    const { kind, parent } = value as QdiscInput;
    if (code === "ENOENT" && /kind is unknown/.test(kernelMessage)) {
      const known = String(kind).replaceAll("-", "_");
      return known === kind
        ? `this kernel has no qdisc kind "${kind}": misspelt, or its module is missing (modprobe sch_${kind})`
        : `did you mean "${known}"?`;
    }
    if (code === "ENOENT" && /handle of zero/.test(kernelMessage)) {
      if (numberOf(parent, TC_H) === TC_H.ingress) return "there is no qdisc for incoming packets";
      return "only the kernel's own qdisc is there: it can only be replaced";
    }
    // Linux 6.12 says "Invalid qdisc name", 6.18 that the kind "must match existing".
    if (/must match existing|Invalid qdisc name/.test(kernelMessage)) return HOOKS.has(kind) ? EXCLUSIVE : OTHER_KIND;
    if (code === "EEXIST" && HOOKS.has(kind)) return EXCLUSIVE;
    if (code === "EEXIST") return "replace puts another one in its place";
    if (/Change operation not supported/.test(kernelMessage) && BARE.has(kind)) return `${kind} has no settings`;
    if (/Change operation not supported/.test(kernelMessage)) {
      return `${kind} keeps its settings: delete it and add it again, or replace it with another handle`;
    }
    return undefined;
  },
  silentRemoval: linkChanges(RTM.RTM_DELQDISC),
};

/** The qdiscs of one network namespace. */
export class Qdiscs extends Collection<Qdisc, QdiscInput> {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
  }

  /**
   * Puts a qdisc in a place, and removes the one that is there. One of the same kind and handle is changed instead: it
   * keeps its classes, its statistics and the settings that are not given. The kernel does not put `ingress` in the
   * place of `clsact` or the reverse, nor a qdisc in the place of another kind with the same handle: delete the other one
   * first.
   */
  override replace(value: QdiscInput): void {
    super.replace(value);
  }

  /** Returns the request of a verb, with what the kernel wants in further requests. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply);
    if (verb === "set" && this.#open().deferred) expectKind(operation);
    if (verb !== "add" && verb !== "replace") return operation;
    const value = operation.value as QdiscInput;
    if (value.kind === "gred") return { ...operation, ...queuesOfGred(operation, value) };
    const { ingressBlock, egressBlock } = value;
    // Without a handle, the kernel would put one in the place of another kind's.
    if (verb === "add" && !this.#open().deferred && (value.handle === undefined || numberOf(value.handle) === 0)) {
      return { ...operation, read: () => this.#expectFree(value, operation.what) };
    }
    if (verb === "add" || this.#open().deferred || ingressBlock === undefined && egressBlock === undefined) {
      return operation;
    }
    const read = (): object => {
      const found = this.list({ dev: value.dev, ifindex: value.ifindex, kind: value.kind } as QdiscInput)[0];
      for (const [name, one] of Object.entries({ ingressBlock, egressBlock })) {
        if (found === undefined || one === undefined || (found as unknown as Fields)[name] === one) continue;
        throw argumentError(
          TypeError,
          `Cannot ${operation.what}: ${name} does not change: delete the qdisc, and add it with the new value`,
        );
      }
      return value;
    };
    return { ...operation, read };
  }

  /**
   * Deletes a qdisc; see {@linkcode Collection.delete}. Those that the kernel made by itself (`0:`) cannot be deleted:
   * they count as missing.
   */
  override delete(key: QdiscInput | Qdisc, options: DeleteOptions = {}): boolean {
    if (isFields(key) && isAutomatic(key) && isOk(options, "missing", "delete qdisc")) return false;
    return super.delete(key, options);
  }

  /** Returns the qdisc in a place, if it was made by someone. */
  #placed({ dev, ifindex, parent }: QdiscInput): Qdisc | undefined {
    return this.list({ dev, ifindex, parent } as QdiscInput).find((one) => !isAutomatic(one as unknown as Fields));
  }

  /** Returns a qdisc to add, and throws if another one is in its place. */
  #expectFree(value: QdiscInput, what: string): QdiscInput {
    const found = this.#placed(value);
    if (found === undefined) return value;
    throw new KernelError(what, ERRNO.EEXIST, {
      kernelMessage: `${found.kind} ${found.handle} is there`,
      hint: HOOKS.has(found.kind) && found.kind !== value.kind ? EXCLUSIVE : "replace puts another one in its place",
    });
  }

  /** True if an error of `add` means that a qdisc of the same kind is in the place. */
  protected override isExisting(value: QdiscInput, error: unknown): boolean {
    return super.isExisting(value, error) && (this.#requester().deferred || this.#placed(value)?.kind === value.kind);
  }

  /** Returns no hint: the qdisc in the place may have another kind, which is not tolerated. */
  protected override existsHint(): undefined {}
}

/** Returns the requests that make a `gred`: its setup, and one for each virtual queue. */
function queuesOfGred(operation: Operation, value: Fields): Pick<Operation, "value" | "then"> {
  const { options, ...place } = value as { options?: Input<Gred> };
  if (!isFields(options) || !Array.isArray(options["parms"])) return { value };
  const { parms, maxP, vqList, stab, ...setup } = options as Gred;
  const queues = (parms ?? []).filter(({ dp = 0, limit = 0 }) => dp < (setup.dps?.dps ?? 0) && limit > 0);
  return {
    value: { ...place, options: setup },
    then: queues.map((one) => {
      const { dp = 0 } = one, chance = maxP?.[dp];
      const flags = vqList?.find((vq) => vq.dp === dp && vq.flags?.length)?.flags;
      return {
        ...operation,
        flags: 0,
        value: {
          ...place,
          options: {
            parms: [one],
            stab: stab ?? dampingTable(),
            ...(chance === undefined ? {} : { maxP: [chance] }),
            ...(flags === undefined ? {} : { vqList: [{ dp, flags }] }),
          },
        },
      };
    }),
  };
}

/** The qdiscs of this namespace, on a socket that the first use opens. */
export const qdiscs: Qdiscs = new Qdiscs(onShared(NETLINK_ROUTE));
