import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { type Attributes, type Codec, Reader } from "../../core/codec/mod.ts";
import { Address } from "../../families/route/address.ts";
import { FamiliesAf, Inet6Af, InetAf, MctpAf } from "../../families/route/af_spec.ts";
import * as encap from "../../families/route/encap.ts";
import { Bond, BondAdInfo, BondPort } from "../../families/route/kinds/bond.ts";
import { Bridge, BridgePort, BridgeQuerier } from "../../families/route/kinds/bridge.ts";
import * as af from "../../families/route/kinds/bridge_af.ts";
import { Can, CanCtrlmodeExt, CanPwm, CanTdc, CanXstats } from "../../families/route/kinds/can.ts";
import * as others from "../../families/route/kinds/others.ts";
import * as tunnels from "../../families/route/kinds/tunnels.ts";
import * as vlans from "../../families/route/kinds/vlan_like.ts";
import * as link from "../../families/route/link.ts";
import { Neighbour } from "../../families/route/neighbour.ts";
import { Route, RouteMetrics } from "../../families/route/route.ts";
import { Rule } from "../../families/route/rule.ts";
import { VfInfo, VfPort, VfStats } from "../../families/route/vf.ts";
import { Pnetid } from "../../families/generic/smc_pnetid.ts";
import { SmcSocket } from "../../families/sock_diag/smc.ts";
import * as smc from "../../families/smc.ts";
import { CRYPTO_MSG } from "../../families/crypto.ts";
import { test } from "../test.ts";

/** Made by make_facts.ts. */
const facts = JSON.parse(readFileSync(new URL("facts.json", import.meta.url), "utf8")) as {
  readonly constants: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, string>>;
};
const constants = Object.entries(facts.constants);

// deno-lint-ignore no-explicit-any
type Table = Attributes<any>;
// deno-lint-ignore no-explicit-any
type Any = Codec<any, any>;

/** How a table departs from the constants that begin with its prefix. */
interface Exceptions {
  /** Fields with another name than their constant's: constant's tail to field. */
  readonly names?: Readonly<Record<string, string>>;
  /** Constants without a field, by tail. */
  readonly without?: readonly string[];
}

/** Every table, with what its attributes' constants begin with. */
const TABLES: readonly (readonly [name: string, table: Table, prefix: string, exceptions?: Exceptions])[] = [
  ["Link", link.Link, "IFLA_", { without: ["LINKINFO"] }],
  ["Xdp", link.Xdp, "IFLA_XDP_"],
  ["PropList", link.PropList, "IFLA_", { without: ["*"] }],
  ["ProtoDownReason", link.ProtoDownReason, "IFLA_PROTO_DOWN_REASON_"],
  ["LinkDevlinkPort", link.LinkDevlinkPort, "DEVLINK_ATTR_"],
  ["LinkDpllPin", link.LinkDpllPin, "DPLL_A_PIN_"],
  ["Veth", link.Veth, "VETH_INFO_"],
  ["Netkit", link.Netkit, "IFLA_NETKIT_"],
  ["InetAf", InetAf, "IFLA_INET_"],
  ["Inet6Af", Inet6Af, "IFLA_INET6_"],
  ["MctpAf", MctpAf, "IFLA_MCTP_"],
  ["VfInfo", VfInfo, "IFLA_VF_"],
  ["VfStats", VfStats, "IFLA_VF_STATS_"],
  ["VfPort", VfPort, "IFLA_PORT_"],
  ["Bond", Bond, "IFLA_BOND_"],
  ["BondAdInfo", BondAdInfo, "IFLA_BOND_AD_INFO_"],
  ["BondPort", BondPort, "IFLA_BOND_SLAVE_"],
  ["Bridge", Bridge, "IFLA_BR_"],
  ["BridgePort", BridgePort, "IFLA_BRPORT_"],
  ["BridgeQuerier", BridgeQuerier, "BRIDGE_QUERIER_"],
  ["BridgeAf", af.BridgeAf, "IFLA_BRIDGE_"],
  ["BridgeVlanTunnelInfo", af.BridgeVlanTunnelInfo, "IFLA_BRIDGE_VLAN_TUNNEL_"],
  ["Mrp", af.Mrp, "IFLA_BRIDGE_MRP_"],
  ["MrpInstance", af.MrpInstance, "IFLA_BRIDGE_MRP_INSTANCE_"],
  ["MrpPortState", af.MrpPortState, "IFLA_BRIDGE_MRP_PORT_STATE_"],
  ["MrpPortRole", af.MrpPortRole, "IFLA_BRIDGE_MRP_PORT_ROLE_"],
  ["MrpRingState", af.MrpRingState, "IFLA_BRIDGE_MRP_RING_STATE_"],
  ["MrpRingRole", af.MrpRingRole, "IFLA_BRIDGE_MRP_RING_ROLE_"],
  ["MrpStartTest", af.MrpStartTest, "IFLA_BRIDGE_MRP_START_TEST_"],
  ["MrpInfo", af.MrpInfo, "IFLA_BRIDGE_MRP_INFO_"],
  ["MrpInRole", af.MrpInRole, "IFLA_BRIDGE_MRP_IN_ROLE_"],
  ["MrpInState", af.MrpInState, "IFLA_BRIDGE_MRP_IN_STATE_"],
  ["MrpStartInTest", af.MrpStartInTest, "IFLA_BRIDGE_MRP_START_IN_TEST_"],
  ["Cfm", af.Cfm, "IFLA_BRIDGE_CFM_"],
  ["CfmMepCreate", af.CfmMepCreate, "IFLA_BRIDGE_CFM_MEP_CREATE_"],
  ["CfmMepDelete", af.CfmMepDelete, "IFLA_BRIDGE_CFM_MEP_DELETE_"],
  ["CfmMepConfig", af.CfmMepConfig, "IFLA_BRIDGE_CFM_MEP_CONFIG_"],
  ["CfmCcConfig", af.CfmCcConfig, "IFLA_BRIDGE_CFM_CC_CONFIG_"],
  ["CfmCcPeerMep", af.CfmCcPeerMep, "IFLA_BRIDGE_CFM_CC_PEER_"],
  ["CfmCcRdi", af.CfmCcRdi, "IFLA_BRIDGE_CFM_CC_RDI_"],
  ["CfmCcCcmTx", af.CfmCcCcmTx, "IFLA_BRIDGE_CFM_CC_CCM_TX_"],
  ["CfmMepStatus", af.CfmMepStatus, "IFLA_BRIDGE_CFM_MEP_STATUS_"],
  ["CfmCcPeerStatus", af.CfmCcPeerStatus, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_"],
  ["Mst", af.Mst, "IFLA_BRIDGE_MST_"],
  ["MstEntry", af.MstEntry, "IFLA_BRIDGE_MST_ENTRY_"],
  ["Can", Can, "IFLA_CAN_"],
  ["CanTdc", CanTdc, "IFLA_CAN_TDC_"],
  ["CanPwm", CanPwm, "IFLA_CAN_PWM_"],
  ["CanCtrlmodeExt", CanCtrlmodeExt, "IFLA_CAN_CTRLMODE_"],
  ["Tun", others.Tun, "IFLA_TUN_"],
  ["Ipoib", others.Ipoib, "IFLA_IPOIB_"],
  ["Rmnet", others.Rmnet, "IFLA_RMNET_"],
  ["Ovpn", others.Ovpn, "IFLA_OVPN_"],
  ["Dsa", others.Dsa, "IFLA_DSA_"],
  ["Batadv", others.Batadv, "IFLA_BATADV_"],
  ["Wwan", others.Wwan, "IFLA_WWAN_"],
  ["Ppp", others.Ppp, "IFLA_PPP_"],
  ["Gre", tunnels.Gre, "IFLA_GRE_"],
  ["Ip6Gre", tunnels.Ip6Gre, "IFLA_GRE_"],
  ["Iptun", tunnels.Iptun, "IFLA_IPTUN_"],
  ["Ip6Tunnel", tunnels.Ip6Tunnel, "IFLA_IPTUN_", {
    without: ["6RD_PREFIX", "6RD_RELAY_PREFIX", "6RD_PREFIXLEN", "6RD_RELAY_PREFIXLEN"],
  }],
  ["Vti", tunnels.Vti, "IFLA_VTI_"],
  ["Vti6", tunnels.Vti6, "IFLA_VTI_"],
  ["Vxlan", tunnels.Vxlan, "IFLA_VXLAN_"],
  ["Geneve", tunnels.Geneve, "IFLA_GENEVE_"],
  ["Bareudp", tunnels.Bareudp, "IFLA_BAREUDP_"],
  ["Gtp", tunnels.Gtp, "IFLA_GTP_"],
  ["Amt", tunnels.Amt, "IFLA_AMT_"],
  ["XfrmInterface", tunnels.XfrmInterface, "IFLA_XFRM_"],
  ["Vlan", vlans.Vlan, "IFLA_VLAN_"],
  ["VlanQos", vlans.VlanQos, "IFLA_VLAN_QOS_"],
  ["Macvlan", vlans.Macvlan, "IFLA_MACVLAN_"],
  ["Ipvlan", vlans.Ipvlan, "IFLA_IPVLAN_"],
  ["Macsec", vlans.Macsec, "IFLA_MACSEC_"],
  ["Hsr", vlans.Hsr, "IFLA_HSR_"],
  ["Vrf", vlans.Vrf, "IFLA_VRF_"],
  ["VrfPort", vlans.VrfPort, "IFLA_VRF_PORT_"],
  ["Address", Address, "IFA_", { names: { ADDRESS: "peer" } }],
  ["Neighbour", Neighbour, "NDA_", { names: { IFINDEX: "viaIfindex" } }],
  ["Rule", Rule, "FRA_", { without: ["UNUSED2", "UNUSED3", "UNUSED4", "UNUSED5"] }],
  ["Route", Route, "RTA_", { without: ["PROTOINFO", "SESSION", "MP_ALGO"] }],
  ["RouteMetrics", RouteMetrics, "RTAX_"],
  ["MplsEncap", encap.MplsEncap, "MPLS_IPTUNNEL_"],
  ["IpEncap", encap.IpEncap, "LWTUNNEL_IP_"],
  ["Ip6Encap", encap.Ip6Encap, "LWTUNNEL_IP6_"],
  ["IlaEncap", encap.IlaEncap, "ILA_ATTR_", { without: ["IDENTIFIER", "LOCATOR_MATCH", "IFINDEX", "DIR"] }],
  ["BpfEncap", encap.BpfEncap, "LWT_BPF_", { without: ["MAX_HEADROOM"] }],
  ["Seg6LocalEncap", encap.Seg6LocalEncap, "SEG6_LOCAL_"],
  ["Ioam6Encap", encap.Ioam6Encap, "IOAM6_IPTUNNEL_", { without: ["FREQ_MIN", "FREQ_MAX"] }],
  ["XfrmEncap", encap.XfrmEncap, "LWT_XFRM_"],
  ["SmcSocket", SmcSocket, "SMC_DIAG_", { without: ["NONE"] }],
  ["SmcMessage", smc.SmcMessage, "SMC_GEN_"],
  ["SmcSystemInfo", smc.SmcSystemInfo, "SMC_NLA_SYS_"],
  ["SmcLgrV2Common", smc.SmcLgrV2Common, "SMC_NLA_LGR_V2_"],
  ["SmcLgrRV2", smc.SmcLgrRV2, "SMC_NLA_LGR_R_V2_"],
  ["SmcLgrR", smc.SmcLgrR, "SMC_NLA_LGR_R_"],
  ["SmcLink", smc.SmcLink, "SMC_NLA_LINK_"],
  ["SmcLgrD", smc.SmcLgrD, "SMC_NLA_LGR_D_"],
  ["SmcDevicePort", smc.SmcDevicePort, "SMC_NLA_DEV_PORT_"],
  ["SmcDevice", smc.SmcDevice, "SMC_NLA_DEV_"],
  ["SmcSizes", smc.SmcSizes, "SMC_NLA_STATS_PLOAD_"],
  ["SmcRmbStats", smc.SmcRmbStats, "SMC_NLA_STATS_RMB_"],
  ["SmcTechStats", smc.SmcTechStats, "SMC_NLA_STATS_T_"],
  ["SmcStats", smc.SmcStats, "SMC_NLA_STATS_"],
  ["SmcFallbackStats", smc.SmcFallbackStats, "SMC_NLA_FBACK_STATS_"],
  ["SmcEid", smc.SmcEid, "SMC_NLA_SEID_"],
  ["SmcHsLimitation", smc.SmcHsLimitation, "SMC_NLA_HS_LIMITATION_"],
  ["Pnetid", Pnetid, "SMC_PNETID_", { without: ["GET", "ADD", "DEL", "FLUSH"] }],
];

/** Prefixes of constants that no table here is made of: values, and messages of other objects. */
const OTHER_PREFIXES: readonly string[] = [
  "IFLA_INFO_",
  "IFLA_EVENT_",
  "IFLA_STATS_",
  "IFLA_STATS_GETSET_",
  "IFLA_OFFLOAD_XSTATS_",
  "IFLA_VF_INFO_",
  "IFLA_VF_LINK_STATE_",
  "IFLA_VF_VLAN_INFO_",
  "IFLA_VF_PORT_",
  "LWTUNNEL_IP_OPTS_",
  "LWTUNNEL_IP_OPT_",
  "LWT_BPF_PROG_",
  "SEG6_LOCAL_ACTION_",
  "SEG6_LOCAL_BPF_",
  "SEG6_LOCAL_CNT_",
  "SEG6_LOCAL_FLV_",
  "RTAX_FEATURE_",
  "IOAM6_IPTUNNEL_MODE_",
  "IFA_F_",
  "IFA_PROTO_",
  "SMC_DIAG_MODE_",
  "SMC_NLA_EID_TABLE_",
  "SMC_NLA_SEID_TABLE_",
];

/** Constants whose longest prefix is another table's. */
const STRAYS: Readonly<Record<string, string>> = {
  IFLA_VF_PORTS: "IFLA_",
  IFLA_PORT_SELF: "IFLA_",
  IFLA_CAN_CTRLMODE_EXT: "IFLA_CAN_",
  IFLA_BRIDGE_VLAN_TUNNEL_INFO: "IFLA_BRIDGE_",
  // What lies in IFLA_VFINFO_LIST, IFLA_VF_PORTS and IFLA_VF_VLAN_LIST.
  IFLA_VF_INFO: "IFLA_VF_INFO_",
  IFLA_VF_PORT: "IFLA_VF_PORT_",
  IFLA_VF_VLAN_INFO: "IFLA_VF_VLAN_INFO_",
  // Of SmcLgrR and SmcDevice: what its port is, and what it adds with version 2.
  SMC_NLA_LGR_R_V2_COMMON: "SMC_NLA_LGR_R_",
};

const PREFIXES = [...TABLES.map(([, , prefix]) => prefix), ...OTHER_PREFIXES];

function prefixOf(constant: string): string {
  if (/^IFLA_BRIDGE_CFM_\w+_(INFO|ADD|REMOVE)$/.test(constant)) return "IFLA_BRIDGE_CFM_";
  return STRAYS[constant] ??
    PREFIXES.reduce((best, prefix) => constant.startsWith(prefix) && prefix.length > best.length ? prefix : best, "");
}

function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

for (const [name, table, prefix, { names = {}, without = [] } = {}] of TABLES) {
  test(`${name}: attributes are numbered and named as ${prefix}* are`, () => {
    const own = constants.filter(([constant]) =>
      prefixOf(constant) === prefix && !/_(UNSPEC|PAD\d*)$/.test(constant) && constant !== `${prefix}MAX`
    ).map(([constant, value]) => [constant.slice(prefix.length), value] as const);
    assert(own.length > 0, "no constants");
    const plain = table.fields.filter(({ id, lift }) => id >= 0 && lift === undefined);
    for (const { key, id } of plain) {
      const named = own.filter(([, value]) => value === id).map(([tail]) => names[tail] ?? camelCase(tail));
      assert(named.includes(key!), `${key} is ${id}, which is ${named.join(" or ") || "not there"}`);
    }
    if (without.includes("*")) return;
    const ids = new Set(plain.map(({ id }) => id));
    assertEquals(own.filter(([tail, value]) => !ids.has(value) && !without.includes(tail)).map(([tail]) => tail), []);
  });
}

test("Every attribute of every table of links is checked", () => {
  const checked = new Set<unknown>(TABLES.map(([, table]) => table));
  // AF_* are not in these headers.
  for (const unchecked of [FamiliesAf, link.Vxcan]) checked.add(unchecked);
  for (const module of [link, af, others, tunnels, vlans]) {
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === "object" && "fields" in value) assert(checked.has(value), `${name} is not checked`);
    }
  }
  assertEquals(FamiliesAf.fields.map(({ id }) => id), [2, 10, 45]);
  assertEquals(link.Vxcan.field("peer")?.id, 1);
});

test("SMC and CRYPTO: commands have the headers' numbers", () => {
  const of = (prefix: string): unknown => Object.fromEntries(constants.filter(([name]) => name.startsWith(prefix)));
  assertEquals(of("SMC_NETLINK_"), smc.SMC_NETLINK);
  for (const [name, value] of Object.entries(CRYPTO_MSG)) {
    assertEquals(facts.constants[name], value, name);
  }
});

/** A struct's layout: field to offset and size. */
function layoutOf(name: string, prefix = ""): { size: number; fields: Map<string, readonly [number, number]> } {
  const [size, ...fields] = facts.structs[name]!.split(", ");
  return {
    size: Number(size),
    fields: new Map(fields.map((field) => {
      const [name, offset, size] = field.split(" ");
      return [camelCase(name!.slice(prefix.length)), [Number(offset), Number(size)]];
    })),
  };
}

/** Headers of messages: struct, and what its fields begin with. */
const HEADS: readonly (readonly [table: Table, struct: string, prefix: string])[] = [
  [link.Link, "ifinfomsg", "ifi_"],
  [Address, "ifaddrmsg", "ifa_"],
  [Neighbour, "ndmsg", "ndm_"],
  [Route, "rtmsg", "rtm_"],
  [Rule, "fib_rule_hdr", ""],
];
for (const [table, struct, prefix] of HEADS) {
  test(`${struct}: the header's fields lie where they should`, () => {
    const { size, fields } = layoutOf(struct, prefix);
    assertEquals(table.headerSize, size);
    for (const { key, offset, codec } of table.fields) {
      if (offset < 0) continue;
      const [at, bytes] = fields.get(key!) ?? [];
      // A link's flags are sent with the mask behind them.
      assertEquals([key, offset, codec!.size], [key, at, struct === "ifinfomsg" && key === "flags" ? 8 : bytes]);
    }
  });
}

const codecOf = (table: Table, key: string): Any => table.field(key)!.codec as Any;
/** Structs in attributes. */
const STRUCTS: readonly (readonly [codec: Any, struct: string])[] = [
  [codecOf(link.Link, "stats"), "rtnl_link_stats"],
  [codecOf(link.Link, "stats64"), "rtnl_link_stats64"],
  [codecOf(link.Link, "map"), "rtnl_link_ifmap"],
  [codecOf(Inet6Af, "cacheinfo"), "ifla_cacheinfo"],
  [codecOf(Bridge, "rootId"), "ifla_bridge_id"],
  [codecOf(Bridge, "multiBoolopt"), "br_boolopt_multi"],
  [codecOf(tunnels.Vxlan, "portRange"), "ifla_vxlan_port_range"],
  [codecOf(tunnels.Geneve, "portRange"), "ifla_geneve_port_range"],
  [codecOf(VfInfo, "mac"), "ifla_vf_mac"],
  [codecOf(VfInfo, "vlan"), "ifla_vf_vlan"],
  [codecOf(VfInfo, "txRate"), "ifla_vf_tx_rate"],
  [codecOf(VfInfo, "spoofchk"), "ifla_vf_spoofchk"],
  [codecOf(VfInfo, "linkState"), "ifla_vf_link_state"],
  [codecOf(VfInfo, "rate"), "ifla_vf_rate"],
  [codecOf(VfInfo, "rssQueryEn"), "ifla_vf_rss_query_en"],
  [codecOf(VfInfo, "trust"), "ifla_vf_trust"],
  [codecOf(VfInfo, "ibNodeGuid"), "ifla_vf_guid"],
  [codecOf(VfInfo, "broadcast"), "ifla_vf_broadcast"],
  [codecOf(Can, "bittiming"), "can_bittiming"],
  [codecOf(Can, "bittimingConst"), "can_bittiming_const"],
  [codecOf(Can, "clock"), "can_clock"],
  [codecOf(Can, "berrCounter"), "can_berr_counter"],
  [CanXstats, "can_device_stats"],
];
for (const [codec, struct] of STRUCTS) {
  test(`${struct}: fields lie where they should`, () => {
    const { size, fields } = layoutOf(struct), found = new Map<string, readonly [number, number]>();
    codec.walk!(
      new Reader(new Uint8Array(256)),
      0,
      256,
      {},
      ({ name, start, end }) => found.set(String(name), [start, end - start]),
    );
    assertEquals(codec.size, size);
    assertEquals([...found], [...fields]);
  });
}

/** Names of values: what their constants begin with. */
const VALUES: readonly (readonly [codec: Any, prefix: string, kind: "one" | "mask", but?: RegExp])[] = [
  [codecOf(link.Link, "type"), "ARPHRD_", "one", /CISCO/],
  [codecOf(link.Link, "flags"), "IFF_", "mask", /VOLATILE/],
  [codecOf(link.Link, "operstate"), "IF_OPER_", "one"],
  [codecOf(link.Link, "linkmode"), "IF_LINK_MODE_", "one"],
  [codecOf(link.Link, "event"), "IFLA_EVENT_", "one"],
  [codecOf(link.Link, "extMask"), "RTEXT_FILTER_", "mask"],
  [codecOf(link.Xdp, "attached"), "XDP_ATTACHED_", "one"],
  [codecOf(link.Xdp, "flags"), "XDP_FLAGS_", "mask", /MODES|MASK/],
  [codecOf(link.Netkit, "scrub"), "NETKIT_SCRUB_", "one"],
  [codecOf(link.Netkit, "pairing"), "NETKIT_DEVICE_", "one"],
  [codecOf(vlans.Macvlan, "mode"), "MACVLAN_MODE_", "one"],
  [codecOf(vlans.Macvlan, "flags"), "MACVLAN_FLAG_", "mask"],
  [codecOf(vlans.Macvlan, "macaddrMode"), "MACVLAN_MACADDR_", "one"],
  [codecOf(vlans.Ipvlan, "mode"), "IPVLAN_MODE_", "one"],
  [codecOf(vlans.Ipvlan, "flags"), "IPVLAN_F_", "mask"],
  [codecOf(vlans.Macsec, "validation"), "MACSEC_VALIDATE_", "one"],
  [codecOf(vlans.Macsec, "offload"), "MACSEC_OFFLOAD_", "one"],
  [codecOf(vlans.Hsr, "protocol"), "HSR_PROTOCOL_", "one"],
  [codecOf(tunnels.Vxlan, "df"), "VXLAN_DF_", "one"],
  [codecOf(tunnels.Vxlan, "labelPolicy"), "VXLAN_LABEL_", "one"],
  [codecOf(tunnels.Geneve, "df"), "GENEVE_DF_", "one"],
  [codecOf(tunnels.Gtp, "role"), "GTP_ROLE_", "one"],
  [codecOf(tunnels.Amt, "mode"), "AMT_MODE_", "one"],
  [codecOf(tunnels.Gre, "encapType"), "TUNNEL_ENCAP_", "one", /FLAG/],
  [codecOf(tunnels.Gre, "encapFlags"), "TUNNEL_ENCAP_FLAG_", "mask"],
  [codecOf(Bond, "mode"), "BOND_MODE_", "one"],
  [codecOf(Bond, "xmitHashPolicy"), "BOND_XMIT_POLICY_", "one"],
  [codecOf(BondPort, "state"), "BOND_STATE_", "one"],
  [codecOf(BondPort, "miiStatus"), "BOND_LINK_", "one"],
  [codecOf(BondPort, "adActorOperPortState"), "LACP_STATE_", "mask"],
  [codecOf(Bridge, "stpMode"), "BR_STP_MODE_", "one"],
  [codecOf(BridgePort, "state"), "BR_STATE_", "one"],
  [codecOf(af.BridgeAf, "flags"), "BRIDGE_FLAGS_", "mask"],
  [codecOf(af.BridgeVlanTunnelInfo, "flags"), "BRIDGE_VLAN_INFO_", "mask"],
  [codecOf(CanCtrlmodeExt, "supported"), "CAN_CTRLMODE_", "mask"],
  [codecOf(Can, "state"), "CAN_STATE_", "one"],
  [codecOf(Inet6Af, "addrGenMode"), "IN6_ADDR_GEN_MODE_", "one"],
  [codecOf(others.Ipoib, "mode"), "IPOIB_MODE_", "one"],
  [codecOf(others.Ovpn, "mode"), "OVPN_MODE_", "one"],
  [codecOf(others.Rmnet, "flags"), "RMNET_FLAGS_", "mask"],
  [codecOf(VfPort, "request"), "PORT_REQUEST_", "one"],
  [codecOf(VfPort, "response"), "PORT_", "one", /REQUEST|PROFILE_MAX|UUID|SELF/],
];
for (const [codec, prefix, kind, but] of VALUES) {
  test(`${prefix}*: values have their constants' names`, () => {
    const own = constants.filter(([constant]) =>
      constant.startsWith(prefix) && !/_MAX$/.test(constant) && !but?.test(constant)
    );
    assert(own.length > 0, "no constants");
    for (const [constant, value] of own) {
      const bytes = new Uint8Array(8), from = new Reader(bytes);
      from.view.setUint32(0, value, true);
      const name = constant.slice(prefix.length).toLowerCase();
      assertEquals(codec.decode(from, 0, codec.size!, {}), kind === "one" ? name : [name]);
    }
  });
}

test("BR_BOOLOPT_*: switches are bits", () => {
  const names = constants.filter(([constant]) => constant.startsWith("BR_BOOLOPT_") && !constant.endsWith("_MAX"));
  const read = codecOf(Bridge, "multiBoolopt").decode(new Reader(Uint8Array.of(0x1f, 0, 0, 0, 0, 0, 0, 0)), 0, 8, {});
  assertEquals(read.optval, names.map(([constant]) => constant.slice(11).toLowerCase()));
});
