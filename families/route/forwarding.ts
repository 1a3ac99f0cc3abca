/**
 * Forwarding tables of bridges and tunnels, which the collections of neighbours and of forwarding entries share.
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import { Collection, type Declaration, type DeleteOptions, type Input, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import {
  hasFlag,
  ignoresOfNeighbour,
  isBoth,
  meansEntry,
  meansTable,
  mergeForwarding,
  Neighbour,
  neighbourKey,
  withoutRemote,
  withoutTable,
  withTable,
} from "./neighbour.ts";
import { AF, NETLINK_ROUTE, type OnInterface, RTM, RTNLGRP } from "./protocol.ts";
import { settle } from "./settle.ts";

/** An entry to add: its interface must be given. */
export type ForwardingToAdd = Input<Neighbour> & OnInterface;

type Fields = Readonly<Record<string, unknown>>;

/** Returns a text for an entry or neighbour: its address and interface. */
export function describeNeighbour(value: object): string {
  const { dst, lladdr, dev, ifindex } = value as Fields, on = dev ?? ifindex;
  return `${dst ?? lladdr ?? ""}${on === undefined ? "" : ` on ${on}`}`.trim();
}

/**
 * Returns the value of a dump request: it gives the interface as an attribute, and its header is 0 except for the flag
 * of the proxy table.
 */
export function dumpOf({ ifindex, flags, ...rest }: Fields): object {
  return {
    ...rest,
    ...(ifindex === undefined ? {} : { viaIfindex: ifindex }),
    ...(Array.isArray(flags) && flags.includes("proxy") ? { flags: ["proxy"] } : {}),
  };
}

/**
 * Throws unless an entry has an address, and an interface or at least its master: the kernel, or a search, would take
 * the first one instead.
 */
function expectKey({ lladdr, dev, ifindex, master, masterDev }: Input<Neighbour>, what: string): void {
  if ((lladdr ?? undefined) === undefined) {
    const other = 'the remote ends of unknown addresses (VXLAN) have "00:00:00:00:00:00"';
    throw argumentError(TypeError, `Cannot ${what}: lladdr is missing: ${other}`);
  }
  if ([dev, ifindex, master, masterDev].every((one) => (one ?? 0) === 0)) {
    throw argumentError(TypeError, `Cannot ${what}: dev is missing`);
  }
}

/**
 * Declares forwarding entries.
 *
 * @param object the name of an entry in messages
 * @param prepare completes an entry to send
 */
export function forwardingOf(
  object: string,
  prepare: (value: Input<Neighbour>, verb: Verb) => Input<Neighbour>,
): Declaration<Neighbour> {
  return {
    protocol: NETLINK_ROUTE,
    object,
    table: Neighbour,
    messages: { new: RTM.RTM_NEWNEIGH, del: RTM.RTM_DELNEIGH, get: RTM.RTM_GETNEIGH },
    groups: [RTNLGRP.RTNLGRP_NEIGH],
    filters: ["family", "ifindex", "master", "flags"],
    describe: describeNeighbour,
    identity: neighbourKey,
    prepare(value, verb) {
      const entry = { ...value, family: "bridge" as const };
      if (verb === "list") return dumpOf(entry);
      expectKey(entry as Input<Neighbour>, `${verb} ${object}`);
      return prepare(entry, verb);
    },
    // The kernel finds an entry only if the driver supports it, and only the first of several remote ends.
    listOnly: true,
    means: (key, entry, fitting) => meansEntry(key as Input<Neighbour>, entry, fitting),
    // It compares the address and the VLAN, in one table only.
    compares: () => false,
    deleted: (key, found) => withoutRemote(key as Input<Neighbour>, found),
    fixed: ["family", "ifindex", "dev", "lladdr", "vlan"],
    merge: mergeForwarding,
    ignores: ignoresOfNeighbour,
    concerns: (from, at) => from.bytes[at] === AF.bridge,
    none: ["ENODEV"],
    // Entries of a device's own table go with the device, and those of a VXLAN interface with their nexthop.
    silentRemoval: {
      groups: [RTNLGRP.RTNLGRP_LINK, RTNLGRP.RTNLGRP_NEXTHOP],
      types: [RTM.RTM_DELLINK, RTM.RTM_DELNEXTHOP],
      settle,
      single: true,
    },
    hint: (code, { kernelMessage }, value) =>
      code === "EINVAL" && kernelMessage === undefined && !Object.hasOwn(value, "dst") &&
        !hasFlag((value as Fields)["flags"], "master")
        ? "a VXLAN interface needs dst, the address of the remote end"
        : undefined,
  };
}

/** Returns a filter of forwarding entries: the family is not that of the remote end's address. */
function ofBridges(filter: Input<Neighbour>): Input<Neighbour> {
  return { ...filter, family: filter.family ?? "bridge" };
}

function* only<T>(all: Generator<T, void, undefined>, fits: (one: T) => boolean): Generator<T, void, undefined> {
  for (const one of all) if (fits(one)) yield one;
}

/** The entries of forwarding tables; a filter's flags `self` and `master` select the table. */
export class Forwarding
  extends Collection<Neighbour, Input<Neighbour>, Input<Neighbour>, true, never, ForwardingToAdd> {
  /** Returns all entries that match the filter; see {@linkcode Collection.list}. */
  override list(filter?: Input<Neighbour>): Neighbour[] {
    if (!isFields(filter)) return super.list(filter);
    const rest = withoutTable(filter), all = super.list(ofBridges(rest ?? filter));
    return rest === undefined ? all : all.filter((entry) => meansTable(filter, entry));
  }

  /**
   * Deletes an entry. One that is in both tables is deleted from both if the key has the flags `self` and `master`; a
   * key without flags and master means the device's own table (`self`), as with `bridge fdb del`. If an entry has several
   * remote ends, a key without one (`dst`, `port`, `vni`, `viaIfindex`) means all of them.
   *
   * @throws {KernelError} ENOENT: there is none in that table
   */
  override delete(key: Input<Neighbour>, options?: DeleteOptions): boolean {
    this.keyValue(key, "delete");
    if (!isFields(key) || !isBoth(key)) return super.delete(isFields(key) ? withTable(key) : key, options);
    const rest = withoutTable(key)!, flags = Array.isArray(rest.flags) ? rest.flags : [];
    const deleted = (["master", "self"] as const).map((table) =>
      super.delete({ ...rest, flags: [...flags, table] }, options)
    );
    return deleted.includes(true);
  }

  /** Yields all entries that match the filter; see {@linkcode Collection.iterate}. */
  override iterate(filter?: Input<Neighbour>): Generator<Neighbour, void, undefined> {
    if (!isFields(filter)) return super.iterate(filter);
    const rest = withoutTable(filter), all = super.iterate(ofBridges(rest ?? filter));
    return rest === undefined ? all : only(all, (entry) => meansTable(filter, entry));
  }
}
