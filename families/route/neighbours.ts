/**
 * Neighbours: what `ip neighbour` and `bridge fdb` do.
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input } from "../../core/collection.ts";
import { Neighbour, neighbourKey, prepareNeighbour } from "./neighbour.ts";
import { AF } from "./family.ts";
import { RTM, RTNLGRP } from "./protocol.ts";

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
  // Forwarding tables of bridges come in messages of the same type.
  concerns: (from, at, event) => !event || from.bytes[at] !== AF.bridge,
};

/** A dump names the interface by an attribute. Its header says nothing, unless the table of proxies is meant. */
function dumpOf({ ifindex, flags, ...rest }: Fields): object {
  return {
    ...rest,
    ...(ifindex === undefined ? {} : { viaIfindex: ifindex }),
    ...(Array.isArray(flags) && flags.includes("proxy") ? { flags: ["proxy"] } : {}),
  };
}

/**
 * All neighbours of one namespace. `list({ family: "bridge" })` gives the forwarding tables, `list({ flags: ["proxy"] })`
 * those that others are answered for.
 */
export class Neighbours extends Collection<Neighbour, NeighbourInput> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}
