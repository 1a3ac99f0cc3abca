/**
 * Numbers by which this network namespace knows others, as with `ip netns list-id`.
 *
 * ```ts
 * import { nsids } from "@linux/netlink/families/route/nsids.ts";
 * for (const { nsid, name } of nsids.list()) console.log(nsid, name);
 * ```
 *
 * Source: linux/net_namespace.h, v7.2
 *
 * @module
 */
import { expectFields } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Derived,
  head,
  i32,
  key,
  readOnly,
  type Shape,
  shown,
  u32,
} from "../../core/codec/mod.ts";
import {
  type AddOptions,
  type ChangingVerb,
  Collection,
  type Declaration,
  type Existing,
  type Input,
  onShared,
} from "../../core/collection.ts";
import { argumentError, ERRNO, KernelError, NetlinkError } from "../../core/errors.ts";
import * as netns from "../../core/netns.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

const NETNSA_FD = 3;

/** The name or path of a namespace, which is opened and sent as a file descriptor. */
const name: Derived<string> = {
  apply(value, to, owner) {
    if (typeof value !== "string") to.fail(TypeError, `expected a name or path, got ${shown(value)}`);
    const start = to.open(NETNSA_FD);
    u32.encode(to.namespaceFd(value), to, owner);
    to.close(start);
  },
  use: key,
};

/** A network namespace and its number in this one. */
export interface Nsid {
  /** Always `unspec`. Read-only. */
  family: Family;
  /** The number; if it is absent or -1 in `add`, the kernel chooses one. */
  nsid?: number;
  /** Name of the namespace among those of `ip netns`, or its path. */
  name?: string;
  /** Id of a process in the namespace. Input only. */
  pid?: number;
  /** File descriptor of the namespace. Input only. */
  fd?: number;
  /** Only in requests to read: number of a namespace in this one; the answer is about the numbers in that one. */
  targetNsid?: number;
  /** Number of the namespace in this one, in answers about the numbers in another one. Read-only. */
  currentNsid?: number;
}

/** Wire form of {@linkcode Nsid}: rtgenmsg and NETNSA_*. */
export const Nsid: Attributes<Nsid> = attributes((): Shape<Nsid> => ({
  family: head(0, family, readOnly),
  nsid: [1, i32, key],
  name,
  pid: [2, u32, "input"],
  fd: [NETNSA_FD, u32, "input"],
  targetNsid: [4, i32, "input"],
  currentNsid: [5, i32, readOnly],
}), { header: 4 });

/** A namespace as input. */
export type NsidInput = Input<Nsid>;

/** The number that the kernel gives to a namespace without one. */
const NOT_ASSIGNED = -1;

const declaration: Declaration<Nsid> = {
  protocol: NETLINK_ROUTE,
  object: "namespace id",
  table: Nsid,
  messages: { new: RTM.RTM_NEWNSID, del: RTM.RTM_DELNSID, get: RTM.RTM_GETNSID },
  groups: [RTNLGRP.RTNLGRP_NSID],
  filters: ["targetNsid"],
  describe(value) {
    const { nsid, name, pid, fd } = value as NsidInput;
    return String(name ?? (pid === undefined ? fd === undefined ? nsid ?? "" : `of ${fd}` : `of process ${pid}`));
  },
  identity: ({ nsid }) => String(nsid),
  fromKey: (key) => typeof key === "number" ? { nsid: key } : { name: key },
  prepare(value, verb) {
    if (verb === "list") return value;
    const { name, pid, fd, nsid, ...rest } = value as NsidInput;
    if (verb !== "get" && verb !== "add") {
      throw argumentError(TypeError, `Cannot ${verb} a namespace id: it does not change, and goes with the namespace`);
    }
    // The kernel takes the first of these that it finds.
    const named = name !== undefined ? { name } : pid !== undefined ? { pid } : fd !== undefined ? { fd } : {};
    if (verb === "get") return { ...rest, ...(Object.keys(named).length === 0 ? { nsid } : named) };
    if (Object.keys(named).length === 0) {
      throw argumentError(TypeError, "Cannot add a namespace id: name, pid or fd is missing");
    }
    // The kernel would choose one instead of any negative number.
    if (typeof nsid === "number" && nsid < NOT_ASSIGNED) {
      throw argumentError(RangeError, `Cannot add a namespace id: nsid: expected -1 or more, got ${nsid}`);
    }
    return { ...rest, ...named, nsid: nsid ?? NOT_ASSIGNED };
  },
};

/** The namespaces that this one has numbers for. A key is a number, a name, or an object. */
export class Nsids
  extends Collection<Nsid, NsidInput, number | string | NsidInput, Nsid, Exclude<ChangingVerb, "add">> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }

  /** Returns the namespaces that have numbers here, with their names if `ip netns` knows them. */
  override list(filter?: NsidInput): Nsid[] {
    if (filter !== undefined) expectFields(filter, "list namespace ids", "a filter as an object");
    const { name, ...rest } = filter ?? {}, all = super.list(filter === undefined ? undefined : rest);
    if (all.length === 0) return all;
    const names = new Map<number, string>();
    for (const one of netns.list()) {
      // A namespace may be removed meanwhile, or be out of reach.
      const nsid = this.#idOf(one, rest.targetNsid);
      if (nsid !== undefined) names.set(nsid, one);
    }
    const named = all.map((one) => {
      const found = names.get(one.nsid!);
      return found === undefined ? one : { ...one, name: found };
    });
    return name === undefined ? named : named.filter((one) => one.name === name);
  }

  #idOf(name: string, targetNsid: number | undefined): number | undefined {
    try {
      return this.get({ name, ...(targetNsid === undefined ? {} : { targetNsid }) }).nsid;
    } catch (error) {
      if (error instanceof NetlinkError) return undefined;
      throw error;
    }
  }

  /**
   * Returns the number of a namespace.
   *
   * @throws {KernelError} ENOENT: it has none here
   */
  override get(key: number | string | NsidInput): Nsid {
    const found = super.get(key),
      named = typeof key === "string" ? key : typeof key === "object" ? key.name : undefined;
    if (found.nsid !== NOT_ASSIGNED) return named === undefined ? found : { ...found, name: named };
    throw new KernelError(`get namespace id ${declaration.describe(this.keyValue(key))}`, ERRNO.ENOENT, {
      kernelMessage: "the namespace has no number here",
    });
  }

  /**
   * Gives a namespace a number.
   *
   * @returns the namespace with its number; false if it has one and `{ exists: "ok" }` tolerates that
   * @throws {KernelError} EEXIST: it has one, or the number is another namespace's
   */
  override add<E extends "ok" | undefined = undefined>(value: NsidInput, options?: AddOptions<E>): Nsid | Existing<E> {
    return this.addEchoed(value, options);
  }

  /** The answer about another namespace does not say which one was asked for. */
  protected override fits(one: Nsid, wanted: readonly (readonly [string, unknown])[]): boolean {
    return super.fits(one, wanted.filter(([name]) => name !== "targetNsid"));
  }
}

/** The namespaces that this one has numbers for, on a socket that the first use opens. */
export const nsids: Nsids = new Nsids(onShared(NETLINK_ROUTE));
