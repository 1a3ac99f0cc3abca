/**
 * Clients of NETLINK_NETFILTER for the collections of one subsystem.
 *
 * @module
 */
import { type MakeCollections, type OpenClient, openClient, type OpenOptions } from "../../core/client.ts";
import type { Batched } from "../../core/collection.ts";
import { NETLINK_NETFILTER } from "./protocol.ts";

/** A client with the collections `C`. */
export type NetfilterClient<C> = OpenClient<C, Batched<C>>;

/** Opens a socket and makes collections on it. */
export function openNetfilter<C extends object>(options: OpenOptions, make: MakeCollections<C>): NetfilterClient<C> {
  return openClient(NETLINK_NETFILTER, options, make);
}
