/**
 * The generic families whose messages are known: each as its own module speaks it.
 *
 * @module
 */
import type { GenericFamily, GenericProtocol } from "../../core/generic.ts";
import { NLCTRL, open } from "../generic/controller.ts";
import { ETHTOOL } from "../generic/ethtool.ts";
import { knownProtocols } from "../generic/family.ts";
import { MACSEC } from "../generic/macsec.ts";
import { MPTCP_PM } from "../generic/mptcp_pm.ts";
import { NETDEV } from "../generic/netdev.ts";
import { NL80211 } from "../generic/nl80211.ts";
import { SMC_PNETID } from "../generic/smc_pnetid.ts";
import { TASKSTATS } from "../generic/taskstats.ts";
import { TCP_METRICS } from "../generic/tcp_metrics.ts";
import { THERMAL } from "../generic/thermal.ts";
import { WIREGUARD } from "../generic/wireguard.ts";
import { SMC_GEN_NETLINK } from "../smc.ts";

/** Those with a module. */
export const GENERIC: readonly GenericProtocol[] = [
  NLCTRL,
  ETHTOOL,
  MACSEC,
  MPTCP_PM,
  NETDEV,
  NL80211,
  SMC_GEN_NETLINK,
  SMC_PNETID,
  TASKSTATS,
  TCP_METRICS,
  THERMAL,
  WIREGUARD,
];

let byName: ReadonlyMap<string, GenericProtocol> | undefined;

/** The family of that name, `undefined` where nothing is known of it but what its messages look like. */
export function genericFamily(name: string): GenericProtocol | undefined {
  byName ??= new Map([...GENERIC, ...knownProtocols()].map((protocol) => [protocol.name, protocol]));
  return byName.get(name);
}

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
