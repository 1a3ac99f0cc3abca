/**
 * Makes facts.json: what the kernel's headers say of the numbers in families/generic's tables.
 *
 *     deno run --allow-read --allow-write tests/unit/generic/make_facts.ts UAPI-FOLDER
 *
 * The folder holds constants.json and structs.json, made from the headers of Linux 7.2 (and of iproute2 where that is older).
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";

const HEADERS: Readonly<Record<string, RegExp>> = {
  "linux/genetlink.h": /^(CTRL_|GENL_)/,
  "linux/taskstats.h": /^TASKSTATS_/,
  "linux/cgroupstats.h": /^CGROUPSTATS_/,
  "linux/tcp_metrics.h": /^TCP_METRICS_/,
  "linux/netdev.h": /^NETDEV_/,
  "linux/mptcp_pm.h": /^MPTCP_/,
  "linux/ethtool_netlink_generated.h": /^(ETHTOOL_(A|MSG)_|HWTSTAMP_SOURCE_)/,
  "linux/ethtool_netlink.h": /^ETHTOOL_A_(CABLE|STATS)_/,
  "linux/ethtool.h": /^(ETH_SS|ETHTOOL_(LINK_EXT_STATE|MM_VERIFY|MODULE_|PODL|C33))_/,
  "linux/wireguard.h": /^WG/,
  "linux/if_macsec.h": /^MACSEC_/,
  "linux/thermal.h": /^THERMAL_GENL_/,
  "linux/nl80211.h": /^(__)?NL80211_/,
  "linux/smc.h": /^SMC_PNETID_/,
};

const folder = argv[2];
if (folder === undefined) throw new TypeError("Usage: make_facts.ts UAPI-FOLDER");
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const headers = read("constants.json") as Readonly<
  Record<string, { readonly values: Readonly<Record<string, number>> }>
>;
const structs = read("structs.json") as Readonly<
  Record<string, { size: number; fields: readonly { name: string; offset: number; size: number }[] }>
>;
const constants: Record<string, number> = {};
for (const [name, pattern] of Object.entries(HEADERS)) {
  for (const [constant, value] of Object.entries(headers[name]!.values)) {
    if (pattern.test(constant) && typeof value === "number") constants[constant] = value;
  }
}
const layout = (name: string): string => {
  const { size, fields } = structs[name]!;
  return [String(size), ...fields.map(({ name, offset, size }) => `${name} ${offset} ${size}`)].join(", ");
};
const rows = (object: object): string =>
  Object.entries(object).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(",\n");
const layouts = { taskstats: layout("taskstats"), cgroupstats: layout("cgroupstats") };
writeFileSync(
  new URL("facts.json", import.meta.url),
  `{\n  "constants": {\n${rows(constants)}\n  },\n  "structs": {\n${rows(layouts)}\n  }\n}\n`,
);
