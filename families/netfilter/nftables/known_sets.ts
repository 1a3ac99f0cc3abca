/**
 * Sets as their elements and rules need them: those of the kernel, and those that a transaction makes.
 *
 * @module
 */
import type { Codec } from "../../../core/codec/mod.ts";
import { NETFILTER_MSG, type NfFamily } from "../protocol.ts";
import { NftSet } from "./set.ts";
import { type NftContext, nftHint, placeOf, Single } from "./transaction.ts";

/**
 * Returns a set of the context: one that its transaction makes, or the kernel's; `undefined` in a dry run for others.
 *
 * @throws {KernelError} ENOENT: there is no such set
 */
export function setIn(
  { open, made }: NftContext,
  { family, table, name }: { family: NfFamily; table: string; name: string },
  what: string,
): NftSet | undefined {
  const place = placeOf("set", { family, table, name }), known = made?.get(place);
  if (known !== undefined) return known;
  const found = new Single(open()).request({
    type: NETFILTER_MSG.NFT_MSG_GETSET,
    flags: 0,
    codec: NftSet as Codec<unknown, never>,
    value: { family, table, name },
    what,
    reply: NETFILTER_MSG.NFT_MSG_NEWSET,
    looks: true,
    hint: nftHint,
  }) as NftSet | undefined;
  // Within a transaction, the kernel's sets do not change but by this one.
  if (found !== undefined) made?.set(place, found);
  return found;
}
