/**
 * Makes facts.json: what the kernel's headers say of the numbers in the tables of families/route and families/sock_diag.
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
  "linux/rtnetlink.h": /^(RTEXT_FILTER|RTA|RTAX)_/,
  "linux/dpll.h": /^DPLL_A_PIN_ID$/,
  "linux/devlink.h": /^DEVLINK_ATTR_(BUS_NAME|DEV_NAME|PORT_INDEX)$/,
  "linux/if_addr.h": /^IFA_/,
  "linux/neighbour.h": /^NDA_/,
  "linux/fib_rules.h": /^FRA_/,
  "linux/lwtunnel.h": /^(LWTUNNEL_IP6?_|LWT_)/,
  "linux/mpls_iptunnel.h": /^MPLS_IPTUNNEL_/,
  "linux/ila.h": /^ILA_ATTR_/,
  "linux/seg6_local.h": /^SEG6_LOCAL_/,
  "linux/ioam6_iptunnel.h": /^IOAM6_IPTUNNEL_/,
  "linux/smc.h": /^SMC_(NLA|NETLINK|PNETID|GEN)_/,
  "linux/smc_diag.h": /./,
  "linux/cryptouser.h": /^CRYPTO(CFGA|_MSG)_/,
  "linux/sock_diag.h": /./,
  "linux/inet_diag.h": /./,
  "linux/unix_diag.h": /./,
  "linux/packet_diag.h": /./,
  "linux/netlink_diag.h": /./,
  "linux/xdp_diag.h": /./,
  "linux/tcp.h": /^(TCPI_OPT|TCP_CA)_/,
  "linux/mptcp.h": /^MPTCP_(SUBFLOW|INFO)_FLAG_/,
  "linux/tls.h": /^TLS_(INFO_|CONF_|CIPHER_(AES_[GC]CM_\d+|CHACHA20_POLY1305|SM4_[GC]CM|ARIA_GCM_\d+)$)/,
  "linux/if_packet.h": /^PACKET_(MR|FANOUT)_/,
  "linux/tipc_netlink.h": /^TIPC_NLA_(SOCK|CON)/,
};
const STRUCTS = new Set([
  "linux/inet_diag.h",
  "linux/unix_diag.h",
  "linux/packet_diag.h",
  "linux/netlink_diag.h",
  "linux/vm_sockets_diag.h",
  "linux/xdp_diag.h",
  "linux/smc_diag.h",
  "linux/tipc_sockets_diag.h",
  "tcp_info",
  "mptcp_info",
  "tcp_diag_md5sig",
  "sock_filter",
  "linux/if_link.h",
  "linux/can/netlink.h",
  "ifinfomsg",
  "ifaddrmsg",
  "rtmsg",
  "ndmsg",
  "fib_rule_hdr",
  "br_boolopt_multi",
  "bridge_vlan_info",
  "linux/smc_diag.h",
  "linux/cryptouser.h",
]);

const folder = argv[2];
if (folder === undefined) throw new TypeError("Usage: make_facts.ts UAPI-FOLDER");
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const headers = read("constants.json") as Readonly<Record<string, Header>>;
const structs = read("structs.json") as Readonly<Record<string, Struct>>;

const constants: Record<string, number> = {};
for (const [name, pattern] of Object.entries(HEADERS)) {
  for (const [constant, value] of Object.entries(headers[name]!.values)) {
    if (pattern.test(constant) && !/^_/.test(constant) && typeof value === "number") constants[constant] = value;
  }
}
const layouts: Record<string, string> = {};
for (const [name, { header, size, fields }] of Object.entries(structs)) {
  if (!STRUCTS.has(header) && !STRUCTS.has(name)) continue;
  layouts[name] = [String(size), ...fields.map(({ name, offset, size }) => `${name} ${offset} ${size}`)].join(", ");
}
const rows = (object: object): string =>
  Object.entries(object).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(",\n");
writeFileSync(
  new URL("facts.json", import.meta.url),
  `{\n  "constants": {\n${rows(constants)}\n  },\n  "structs": {\n${rows(layouts)}\n  }\n}\n`,
);
