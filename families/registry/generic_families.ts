/**
 * The generic families that this library knows: importing their modules declares their tables.
 *
 * @module
 */
import type { GenericFamily } from "../../core/generic.ts";
import { declareFamilies } from "../../core/generic_messages.ts";
import { open } from "../generic/controller.ts";
import "../generic/ethtool.ts";
import { knownNames, knownProtocol } from "../generic/any_family.ts";
import "../generic/macsec.ts";
import "../generic/mptcp_pm.ts";
import "../generic/netdev.ts";
import "../generic/nl80211.ts";
import "../generic/smc_pnetid.ts";
import "../generic/taskstats.ts";
import "../generic/tcp_metrics.ts";
import "../generic/thermal.ts";
import "../generic/wireguard.ts";
import "../smc.ts";

declareFamilies(knownNames(), knownProtocol);

/**
 * Returns the numbers of the running kernel's generic families by name, to decode bytes of this machine that do not
 * contain them.
 *
 * @param netns the network namespace, as `open` takes it
 * @throws {SystemError} the kernel has no NETLINK_GENERIC, or there is no such namespace
 */
export function genericNumbers(netns?: string | number): Record<string, number> {
  return Object.fromEntries(genericFamilies(netns).map(({ familyName, familyId }) => [familyName, familyId]));
}

/** Returns the running kernel's descriptions of its generic families. */
export function genericFamilies(netns?: string | number): GenericFamily[] {
  using controller = open(netns === undefined ? {} : { netns });
  return controller.families.list();
}
