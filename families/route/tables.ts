/**
 * NETLINK_ROUTE: the tables that decode and encode its objects, and the kernel's numbers by name. Scripts need them only
 * for bytes of their own; `families/route/mod.ts` has the collections.
 *
 * ```ts
 * import { RT_TABLE, RTAX } from "@linux/netlink/families/route/tables.ts";
 * console.log(RT_TABLE.main, Object.keys(RTAX));
 * ```
 *
 * @module
 */
export * from "./address.ts";
export * from "./encap.ts";
export * from "./protocol.ts";
export * from "./af_spec.ts";
export * from "./kinds/masters.ts";
export * from "./kinds/others.ts";
export * from "./kinds/shared.ts";
export * from "./kinds/tunnels.ts";
export * from "./kinds/vlan_like.ts";
export * from "./link.ts";
export * from "./neighbour.ts";
export * from "./nexthops.ts";
export * from "./address_labels.ts";
export * from "./fdb.ts";
export * from "./mdb.ts";
export * from "./mst.ts";
export * from "./multicast_addresses.ts";
export * from "./neighbour_tables.ts";
export * from "./netconf.ts";
export * from "./nsids.ts";
export * from "./advertisements.ts";
export * from "./cache_reports.ts";
export * from "./dcb.ts";
export * from "./can_gateway.ts";
export * from "./mctp.ts";
export * from "./phonet.ts";
export * from "./notices.ts";
export * from "./stats.ts";
export * from "./vlans.ts";
export * from "./vnis.ts";
export * from "./route.ts";
export * from "./rule.ts";
export * from "./vf.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type * from "../../core/watch.ts";
