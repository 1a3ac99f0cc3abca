/**
 * Rules that qdiscs and classes share.
 *
 * @module
 */
import type { Operation } from "../../../core/client.ts";
import type { Codec } from "../../../core/codec/mod.ts";
import { argumentError } from "../../../core/errors.ts";
import type { SilentRemoval } from "../../../core/watch.ts";
import { RTM, RTNLGRP } from "../protocol.ts";

/** Returns an object's place for messages: `htb 1: at root on eth0`. */
export function placeOf(value: object): string {
  const { kind, handle, parent, dev, ifindex } = value as Readonly<Record<string, unknown>>, on = dev ?? ifindex;
  return [kind, handle, parent === undefined ? undefined : `at ${parent}`, on === undefined ? undefined : `on ${on}`]
    .filter((one) => one !== undefined).join(" ");
}

/** Throws for a change of options without a kind, which tells their form, in a dry run: it does not read the object. */
export function expectKind({ value, what }: Operation): void {
  const { kind, options } = value as { readonly kind?: unknown; readonly options?: unknown };
  if (kind !== undefined || options === undefined) return;
  throw argumentError(TypeError, `Cannot ${what}: kind is missing in the key: a dry run does not read it`);
}

/** An object in a tree of qdiscs and classes. */
interface Placed {
  readonly ifindex: number;
  readonly parent?: string | undefined;
  readonly handle: string;
}

/** Returns objects in the order in which they can be deleted: each after those below it. */
export function childrenFirst<T extends Placed>(all: readonly T[]): T[] {
  const byHandle = new Map(all.map((one) => [`${one.ifindex} ${one.handle}`, one]));
  const depthOf = (one: T): number => {
    let depth = 0;
    for (let above: T | undefined = one; above !== undefined && depth < all.length; depth++) {
      const { ifindex, parent = "" }: T = above;
      above = byHandle.get(`${ifindex} ${parent}`) ?? byHandle.get(`${ifindex} ${parent.replace(/:.*/, ":")}`);
    }
    return depth;
  };
  return all.map((one) => ({ one, depth: depthOf(one) })).sort((a, b) => b.depth - a.depth).map(({ one }) => one);
}

/** Codec that names the loopback interface: it has index 1 in each namespace. */
const LOOPBACK: Codec<object> = {
  name: "ifinfomsg",
  decode: () => ({}),
  encode(_value, to) {
    const at = to.grow(16);
    to.view.setInt32(at + 4, 1, true);
  },
};

/**
 * Returns when a watch reads objects again: the kernel reports nothing when they go with their interface, when it puts a
 * qdisc of its own in the place of one that is deleted or on an interface that comes up, and for those below a deleted
 * one.
 *
 * @param types further message types after which it does
 */
export function linkChanges(...types: readonly number[]): SilentRemoval {
  return {
    groups: [RTNLGRP.RTNLGRP_LINK],
    types: [RTM.RTM_NEWLINK, RTM.RTM_DELLINK, ...types],
    // This request takes the lock under which the kernel sends the events, so it returns after them.
    settle(client) {
      client.request({
        type: RTM.RTM_GETLINK,
        flags: 0,
        codec: LOOPBACK,
        value: {},
        what: "wait for the kernel",
      });
    },
  };
}
