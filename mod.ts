/**
 * Netlink for Deno, Bun and Node: scripts talk to the Linux kernel, typed, without a build step or a native addon.
 *
 * ```ts
 * import { route } from "@linux/netlink";
 * for (const link of route.links.list()) console.log(link.ifname, link.mtu, link.operstate);
 * ```
 *
 * Each family has an entry point of its own, which loads faster: `@linux/netlink/families/route/mod.ts`.
 *
 * @module
 */
export * as route from "./families/route/mod.ts";
export * as netns from "./core/netns.ts";
export * from "./core/errors.ts";
export { type RawAttribute, rawOf } from "./core/codec/codec.ts";
export { ShownMessage, stringify } from "./core/show.ts";
