/**
 * Chains of filters, as with `tc chain`: a chain may have a template, which tells the keys that its filters may have.
 *
 * ```ts
 * import { chains } from "@linux/netlink/families/route/tc/chains.ts";
 * for (const { dev, parent, chain, kind } of chains.list()) console.log(dev, parent, chain, kind);
 * ```
 *
 * A filter makes its chain, and the last filter of a chain that was not added removes it.
 *
 * @module
 */
import type { Client, Requester } from "../../../core/client.ts";
import {
  Collection,
  type Declaration,
  type DeleteOptions,
  type Input,
  onShared,
  type Verb,
} from "../../../core/collection.ts";
import { argumentError } from "../../../core/errors.ts";
import { NETLINK_ROUTE, RTM, RTNLGRP } from "../protocol.ts";
import { Chain, type FilterPlace } from "./filter.ts";
import type { FilterInput } from "./filters.ts";
import { linkChanges } from "./objects.ts";
import { EGRESS, INGRESS, isWithoutChain, onBlock, placesOf, placeText } from "./places.ts";

/** A chain as input: {@linkcode Chain} with names or numbers. */
export type ChainInput = Input<FilterPlace> & Pick<FilterInput, "kind" | "options">;

type Fields = Readonly<Record<string, unknown>>;

/** Completes and checks the input of a verb. */
function prepareChain(value: Fields, verb: Verb): object {
  const { dev, ifindex, block, chain } = value;
  if (verb === "list") return onBlock(value);
  const fail = (why: string): never => {
    throw argumentError(TypeError, `Cannot ${verb} chain: ${why}`);
  };
  if (dev === undefined && ifindex === undefined && block === undefined) {
    fail("dev is missing: the name of the interface, or block for a shared block");
  }
  if (chain === undefined) fail("chain is missing: the number of the chain");
  if (verb === "append" || verb === "replace" || verb === "set") {
    fail("the kernel does not change chains: delete it, and add it again");
  }
  return onBlock(value);
}

/** Returns the hook that a parent is; `undefined` if it is none. */
function hookOf(parent: unknown): string | undefined {
  return parent === "ingress" || parent === INGRESS
    ? "ingress"
    : parent === "egress" || parent === EGRESS
    ? "egress"
    : undefined;
}

function withoutUndefined(value: Fields): Fields {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

const PLACE = ["ifindex", "dev", "block", "parent", "chain"] as const;

const declaration: Declaration<Chain> = {
  protocol: NETLINK_ROUTE,
  object: "chain",
  table: Chain,
  messages: { new: RTM.RTM_NEWCHAIN, del: RTM.RTM_DELCHAIN, get: RTM.RTM_GETCHAIN },
  groups: [RTNLGRP.RTNLGRP_TC],
  filters: ["ifindex", "block", "parent", "chain"],
  describe(value) {
    const { chain, ...place } = value as Fields;
    return `${String(chain ?? "")} ${placeText(place)}`.trim();
  },
  identity: ({ ifindex, block, parent, chain }) =>
    `${block === undefined ? `${ifindex} ${parent}` : `block ${block}`} ${chain ?? 0}`,
  keyOf: (value) => Object.fromEntries(PLACE.map((name) => [name, (value as Fields)[name]])),
  prepare: (value, verb) => prepareChain(value as Fields, verb),
  // The kernel answers with the type of the request, and a list has the same.
  listOnly: true,
  compares: (key) => (key as Fields)["parent"] !== undefined || (key as Fields)["block"] !== undefined,
  fixed: [...PLACE],
  none: ["EINVAL"],
  absent: isWithoutChain,
  // Events do not tell the hook.
  silentRemoval: linkChanges(RTM.RTM_DELQDISC, RTM.RTM_DELTCLASS, RTM.RTM_NEWCHAIN, RTM.RTM_DELCHAIN),
};

/** The chains of one network namespace. */
export class Chains extends Collection<Chain, ChainInput> {
  readonly #open: () => Client;
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
    this.#requester = requester;
  }

  /**
   * Returns all chains that match; see {@linkcode Collection.list}. Without `parent` or `block`, of all places.
   *
   * The kernel names the qdisc instead of its hook, so the hook is the one that it was asked for.
   */
  override list(filter?: ChainInput): Chain[] {
    const places = placesOf(this.#open(), filter, "chains") ?? [{}],
      { dev, ifindex, parent, chain, kind } = filter ?? {};
    return places.flatMap((place) => {
      const value = { ...withoutUndefined({ dev, ifindex, parent, chain }), ...place } as Fields;
      const asked = hookOf(value["parent"]);
      const found = this.#requester().dump(
        this.operation("list", RTM.RTM_GETCHAIN, value, RTM.RTM_NEWCHAIN),
      ) as Chain[];
      for (const one of found) if (asked !== undefined && one.block === undefined) one.parent = asked;
      return found.filter((one) =>
        (chain === undefined || one.chain === Number(chain)) && (kind === undefined || one.kind === kind)
      );
    });
  }

  /** Yields all chains that match. */
  override *iterate(filter?: ChainInput): Generator<Chain, void, undefined> {
    yield* this.list(filter);
  }

  /** Deletes a chain with all its filters; see {@linkcode Collection.delete}. */
  override delete(key: ChainInput | Chain, options?: DeleteOptions): boolean {
    return super.delete(key, options);
  }
}

/** The chains of this namespace, on a socket that the first use opens. */
export const chains: Chains = new Chains(onShared(NETLINK_ROUTE));

export type { Chain } from "./filter.ts";
