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
import type { Attributes } from "../../../core/codec/mod.ts";
import type { Client, Requester } from "../../../core/client.ts";
import { Collection, type Declaration, type Input, type Merge, onShared, type Verb } from "../../../core/collection.ts";
import { argumentError } from "../../../core/errors.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "../protocol.ts";
import { Qdisc, type QdiscFields, type QdiscGiven, type QdiscKind } from "./qdisc.ts";
import { childrenFirst, linkChanges, placeOf } from "./objects.ts";

/** A qdisc as input: {@linkcode Qdisc} with names or numbers. */
export type QdiscInput = Input<QdiscFields & QdiscGiven> & Input<QdiscKind>;

type Fields = Readonly<Record<string, unknown>>;

/** True for a qdisc that the kernel made by itself. */
const isAutomatic = ({ handle }: Fields): boolean => handle === "0:" || handle === 0;

/** Completes and checks the input of a verb. */
function prepareQdisc(value: Fields, verb: Verb): object {
  if (verb === "list") return value;
  const { parent, handle, kind } = value, what = `Cannot ${verb} qdisc`;
  if (value["ifindex"] === undefined && value["dev"] === undefined) {
    throw argumentError(TypeError, `${what}: dev is missing: the name of the interface`);
  }
  if (parent === undefined && handle === undefined || verb !== "delete" && verb !== "get" && parent === undefined) {
    throw argumentError(
      TypeError,
      `${what}: parent is missing: "root", "ingress", or the class whose packets it takes, like "1:10"`,
    );
  }
  if (verb === "append") throw argumentError(TypeError, `${what}: a place has one qdisc: replace it`);
  if ((verb === "add" || verb === "replace") && kind === undefined) {
    throw argumentError(TypeError, `${what}: kind is missing: htb, fq_codel, clsact …`);
  }
  if (verb === "delete" && isAutomatic(value)) {
    throw argumentError(TypeError, `${what}: handle: the kernel made 0: by itself; it can only be replaced`);
  }
  return value;
}

/** Returns the request that changes a qdisc. */
function mergeQdisc({ found, changes, whole, what }: Merge<Qdisc>): object {
  if (isAutomatic(found as unknown as Fields)) {
    throw argumentError(TypeError, `Cannot ${what}: the kernel made it by itself: it can only be replaced`);
  }
  const { ifindex, parent, handle, kind } = found;
  return { ...changes, ifindex, parent, handle, kind, options: whole["options"] };
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
  fixed: ["ifindex", "dev", "parent", "handle", "kind"],
  setFlags: 0,
  merge: mergeQdisc,
  deletable: (all) => childrenFirst(all.filter((one) => !isAutomatic(one as unknown as Fields))),
  hint(code, { kernelMessage = "" }, value) {
    const { kind } = value as QdiscInput;
    if (code === "ENOENT" && /kind is unknown/.test(kernelMessage)) {
      return `this kernel has no qdisc kind "${kind}": misspelt, or its module is missing (modprobe sch_${kind})`;
    }
    if (code === "EEXIST") return "replace puts another one in its place";
    return undefined;
  },
  silentRemoval: linkChanges(RTM.RTM_DELQDISC),
};

/** The qdiscs of one network namespace. */
export class Qdiscs extends Collection<Qdisc, QdiscInput> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}

/** The qdiscs of this namespace, on a socket that the first use opens. */
export const qdiscs: Qdiscs = new Qdiscs(onShared(NETLINK_ROUTE));
