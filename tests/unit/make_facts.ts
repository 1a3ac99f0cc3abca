/**
 * Makes facts.json: what the kernel's headers say of the numbers in families/route's link tables.
 *
 *     deno run --allow-read --allow-write tests/unit/make_facts.ts UAPI-FOLDER
 *
 * The folder holds constants.json and structs.json, made from the headers of Linux 7.2 (and of iproute2 where that is older).
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";

interface Header {
  readonly kernel: string;
  readonly values: Readonly<Record<string, number>>;
}
interface Struct {
  readonly header: string;
  readonly size: number;
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
}

/** Constants that tables, enumerations and masks of links come from. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  "linux/if_link.h": /./,
  "linux/if_bridge.h": /^(IFLA_BRIDGE|BRIDGE_(VLAN_INFO|FLAGS|MODE|QUERIER)|BR_(STATE|BOOLOPT))_/,
  "linux/if_tunnel.h": /^(IFLA_|TUNNEL_ENCAP)/,
  "linux/if_bonding.h": /./,
  "linux/can/netlink.h": /./,
  "linux/if.h": /^IF/,
  "linux/if_arp.h": /^ARPHRD/,
  "linux/veth.h": /./,
  "linux/amt.h": /./,
  "linux/batman_adv.h": /^IFLA_/,
  "linux/wwan.h": /./,
  "linux/rtnetlink.h": /^RTEXT_FILTER_/,
  "linux/dpll.h": /^DPLL_A_PIN_ID$/,
  "linux/devlink.h": /^DEVLINK_ATTR_(BUS_NAME|DEV_NAME|PORT_INDEX)$/,
};
const STRUCTS = new Set(["linux/if_link.h", "linux/if_bridge.h", "linux/can/netlink.h"]);

const folder = argv[2];
if (folder === undefined) throw new TypeError("Usage: make_facts.ts UAPI-FOLDER");
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const headers = read("constants.json") as Readonly<Record<string, Header>>;
const structs = read("structs.json") as Readonly<Record<string, Struct>>;

const constants: Record<string, number> = {};
for (const [name, pattern] of Object.entries(HEADERS)) {
  for (const [constant, value] of Object.entries(headers[name]!.values)) {
    if (pattern.test(constant) && !/^_|_H$/.test(constant) && typeof value === "number") constants[constant] = value;
  }
}
const layouts: Record<string, { size: number; fields: Record<string, [offset: number, size: number]> }> = {};
for (const [name, { header, size, fields }] of Object.entries(structs)) {
  if (!STRUCTS.has(header) && name !== "ifinfomsg") continue;
  layouts[name] = { size, fields: Object.fromEntries(fields.map(({ name, offset, size }) => [name, [offset, size]])) };
}
const rows = (object: object): string =>
  Object.entries(object).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(",\n");
writeFileSync(
  new URL("facts.json", import.meta.url),
  `{\n  "constants": {\n${rows(constants)}\n  },\n  "structs": {\n${rows(layouts)}\n  }\n}\n`,
);
