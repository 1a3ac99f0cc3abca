/**
 * The generic families whose messages are known: importing a module declares its family.
 *
 * @module
 */
import type { GenericFamily } from "../../core/generic.ts";
import { declareFamilies } from "../../core/generic_messages.ts";
import { open } from "../generic/controller.ts";
import "../generic/ethtool.ts";
import { knownNames, knownProtocol } from "../generic/family.ts";
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
 * The numbers that the running kernel has given its generic families, by their names: for bytes of this machine that do
 * not tell them.
 *
 * @param netns the network namespace, as `open` takes it
 * @throws {SystemError} the kernel has no NETLINK_GENERIC, or there is no such namespace
 */
export function genericNumbers(netns?: string | number): Record<string, number> {
  return Object.fromEntries(genericFamilies(netns).map(({ familyName, familyId }) => [familyName, familyId]));
}

/** What the running kernel says of its generic families. */
export function genericFamilies(netns?: string | number): GenericFamily[] {
  using controller = open(netns === undefined ? {} : { netns });
  return controller.families.list();
}
