/**
 * NETLINK_GENERIC: a client of any family by its name, also of families that this library has no module for.
 *
 * ```ts
 * import { family } from "@linux/netlink/families/generic/mod.ts";
 * using metrics = family("tcp_metrics");
 * console.log(metrics.describe());
 * console.log(metrics.dump(1)); // operation 1, attributes by number, types by the kernel's own policy
 * ```
 *
 * With the kernel's specification (Documentation/netlink/specs, parsed by the caller) operations and attributes have
 * names, and values are checked and named. Families that are protocols of their own then work too:
 *
 * ```ts ignore
 * const netdev = family("netdev", { spec: JSON.parse(text) });
 * for (const device of netdev.dump("dev-get")) console.log(device.ifindex, device.xdpFeatures);
 * ```
 *
 * @module
 */
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import { Family, type FamilyOptions } from "./any_family.ts";

/**
 * Returns a client of a family by its name. It asks the kernel nothing before the first use.
 *
 * @param options `spec` is its specification; the others are those of a socket
 * @throws {TypeError} the specification is not one
 */
export function family(name: string, options: FamilyOptions = {}): Family {
  return new Family(name, options);
}

export * from "./any_family.ts";
export * from "./spec.ts";
export * from "./dynamic_table.ts";
export type * from "./compile_spec.ts";
export type * from "./controller.ts";
export type * from "./types.ts";
