/**
 * The interface that has an address.
 *
 * ```ts
 * import { owner } from "@linux/netlink/families/route/owner.ts";
 * console.log(owner("127.0.0.1")?.dev); // lo
 * ```
 *
 * @module
 */
import { parse, print } from "../../core/prefix.ts";
import type { Address } from "./address.ts";
import { type Addresses, addresses } from "./addresses.ts";

/**
 * Returns the address object of one of this machine's own addresses, with the interface's name in `dev`; `undefined` if
 * no interface has it. If several interfaces have it, as they may have the same link-local address, it is one of them.
 *
 * @param address an address of IPv4 or IPv6, in any spelling; a prefix length after it is ignored
 * @param of the addresses of another network namespace: `open({ netns }).addresses`
 * @throws {TypeError} it is no address
 */
export function owner(address: string, of: Addresses = addresses): Address | undefined {
  const { family, bytes } = parse(address), wanted = print({ bytes, length: 8 * bytes.length });
  return of.list({ family }).find(({ local }) => local === wanted);
}
