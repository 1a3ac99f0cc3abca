/**
 * Neighbours: what `ip neighbour` and `bridge fdb` do.
 *
 * @module
 */
import type { Client, Operation, Requester } from "../../core/client.ts";
import { Collection, type Declaration, type Input, type Verb } from "../../core/collection.ts";
import { Neighbour, neighbourKey, prepareNeighbour } from "./neighbour.ts";
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
  readonly #open: () => Client;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
    this.#open = open;
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
