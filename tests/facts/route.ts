/**
 * The parts of tables.ts for the objects of NETLINK_ROUTE that have entries of their own: nexthops, bridges and others.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "VlanGlobalOptions": "BRIDGE_VLANDB_GOPTS_",

  "AdvertisedPrefix": "PREFIX_",
  "CacheReport": "IPMRA_CREPORT_",
  "NdUserOptionTail": "NDUSEROPT_",

  "CeeApp": "DCB_APP_ATTR_",
  "CeeAppTable": "DCB_ATTR_",
  "CeeBcn": "DCB_BCN_ATTR_",
  "CeeCap": "DCB_CAP_ATTR_",
  "CeeFeatcfg": "DCB_FEATCFG_ATTR_",
  "CeeNumtcs": "DCB_NUMTCS_ATTR_",
  "CeePeerAppTable": "DCB_ATTR_",
  "CeePfcUp": "DCB_PFC_UP_ATTR_",
  "CeePg": "DCB_PG_ATTR_",
  "CeeTc": "DCB_TC_ATTR_",
  "DcbAppTable": "DCB_ATTR_",
  "DcbCee": "DCB_ATTR_CEE_",
  "DcbIeee": "DCB_ATTR_",
  "DcbMessage": "DCB_ATTR_",
  "DcbTrustTable": "DCB_ATTR_",

  "BondAdXstats": "BOND_3AD_STAT_",
  "BondXstats": "BOND_XSTATS_",
  "BridgeXstats": "BRIDGE_XSTATS_",
  "HwInfo": "IFLA_OFFLOAD_XSTATS_HW_S_INFO_",
  "HwInfos": "IFLA_OFFLOAD_XSTATS_",
  "LinkStatistics": "IFLA_STATS_",
  "LinkXstats": "LINK_XSTATS_TYPE_",
  "MplsLinkStats": "MPLS_STATS_",
  "OffloadXstats": "IFLA_OFFLOAD_XSTATS_",
  "StatsFilters": "IFLA_STATS_",
  "StatsRequest": "IFLA_STATS_",

  "BridgeVlan": "BRIDGE_VLANDB_ENTRY_",
  "VlanDump": "BRIDGE_VLANDB_DUMP_",
  "VlanEntry": "BRIDGE_VLANDB_ENTRY_",
  "VlanMessage": "BRIDGE_VLANDB_",
  "VlanStats": "BRIDGE_VLANDB_STATS_",
  "VlanTunnel": "BRIDGE_VLANDB_TINFO_",

  "CanGateway": "CGW_",
  "MctpAddress": "IFA_",
  "MctpMetrics": "RTAX_",
  "MctpNeighbour": "NDA_",
  "MctpRoute": "RTA_",
  "PhonetAddress": "IFA_",
  "PhonetRoute": "RTA_",

  "AddressLabel": "IFAL_",
  "AnycastAddress": "IFA_",
  "MulticastAddress": "IFA_",
  "FdbKey": "NDA_",
  "Mdb": "MDBA_MDB_EATTR_",
  "MdbEntry": "MDBA_MDB_EATTR_",
  "MdbGroup": "MDBA_MDB_ENTRY_",
  "MdbMessage": "MDBA_",
  "PortMst": "IFLA_BRIDGE_MST_ENTRY_",
  "PortMstMessage": "IFLA_",
  "MdbRequest": "MDBA_SET_",
  "MdbRequestAttrs": "MDBE_ATTR_",
  "MdbRouterPort": "MDBA_ROUTER_PATTR_",
  "MdbSource": "MDBA_MDB_SRCATTR_",
  "NeighbourTable": "NDTA_",
  "NeighbourTable.…": "NDTPA_",
  "Netconf": "NETCONFA_",
  "Nsid": "NETNSA_",
  "Vni.…": "VXLAN_VNIFILTER_ENTRY_",
  "VniMessage": "VXLAN_VNIFILTER_",
  "VniRange": "VXLAN_VNIFILTER_ENTRY_",
  "VniStats": "VNIFILTER_ENTRY_STATS_",

  "Nexthop": "NHA_",
  "NexthopBucket": "NHA_",
  "NexthopBucket.…": "NHA_RES_BUCKET_",
  "NexthopGroupStats": "NHA_GROUP_STATS_ENTRY_",
  "NexthopResGroup": "NHA_RES_GROUP_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "VlanEntry.info": "bridge_vlan_info",

  "AdvertisedPrefix": "prefixmsg",
  "AdvertisedPrefix.cacheinfo": "prefix_cacheinfo",
  "NdUserOptionHead": "nduseroptmsg",
  "CeePeerAppTable.info": "dcb_peer_app_info",
  "CeeAppTable.app": "dcb_app",
  "DcbCee.peerPfc": "cee_pfc",
  "DcbCee.peerPg": "cee_pg",
  "DcbIeee.dcbBuffer": "dcbnl_buffer",
  "DcbIeee.ets": "ieee_ets",
  "DcbIeee.maxrate": "ieee_maxrate",
  "DcbIeee.pfc": "ieee_pfc",
  "DcbIeee.qcn": "ieee_qcn",
  "DcbIeee.qcnStats": "ieee_qcn_stats",
  "DcbMessage": "dcbmsg",
  "BridgeXstats.mcast": "br_mcast_stats",
  "BridgeXstats.stp": "bridge_stp_xstats",
  "BridgeXstats.vlan": "bridge_vlan_xstats",
  "LinkStatistics": "if_stats_msg",
  "MplsLinkStats.link": "mpls_link_stats",
  "OffloadXstats.l3Stats": "rtnl_hw_stats64",
  "StatsRequest": "if_stats_msg",

  "CanGateway": "rtcanmsg",
  "CanGateway.csCrc8": "cgw_csum_crc8",
  "CanGateway.csXor": "cgw_csum_xor",
  "CanGateway.filter": "can_filter",
  "MctpRoute.gateway": "mctp_fq_addr",

  "AddressLabel": "ifaddrlblmsg",
  "AnycastAddress.cacheinfo": "ifa_cacheinfo",
  "NeighbourTable": "ndtmsg",
  "NeighbourTable.config": "ndt_config",
  "NeighbourTable.stats": "ndt_stats",
  "Vni": "tunnel_msg",
  "VniMessage": "tunnel_msg",

  "Nexthop": "nhmsg",
};

/** Layouts of headers without a struct in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "CanChange": "canId 0 u32, len 4 u8, data 8 8 bytes, modtype 16 u8 = 17",
  "CanFdChange": "canId 0 u32, len 4 u8, flags 5 u8, data 8 64 bytes, modtype 72 u8 = 73",
  "MctpAddress": "family 0 u8, scope 3 u8, index 4 s32 = 8",
  "MctpNeighbour": "family 0 u8, ifindex 4 s32 = 12",
  "MctpRoute": "family 0 u8, dstLen 1 u8, table 4 u8, protocol 5 u8, type 7 u8 = 12",
  "PhonetAddress": "family 0 u8, scope 3 u8, index 4 s32 = 8",
  "PhonetRoute": "family 0 u8, table 4 u8, protocol 5 u8, type 7 u8 = 12",

  "BridgeVlan": "family 0 u8, ifindex 4 s32, flags 8 u16, vid 10 u16 = 12",
  "VlanDump": "family 0 u8, ifindex 4 s32 = 8",
  "VlanMessage": "family 0 u8, ifindex 4 s32 = 8",

  "AnycastAddress": "family 0 u8, prefixlen 1 u8, scope 3 u8, index 4 s32 = 8",
  "MulticastAddress": "family 0 u8, prefixlen 1 u8, scope 3 u8, index 4 s32 = 8",
  "CacheReport": "family 0 u8 = 4",
  "BridgeXstats.mcast.igmpV1queries": "rx 0 u64, tx 8 u64 = 16",
  "FdbKey": "family 0 u8, ifindex 4 s32, flags 10 u8 = 12",
  "Mdb": "family 0 u8, ifindex 4 s32, port 8 s32, state 12 u8, flags 13 u8, vid 14 u16, group 16 20 bytes = 36",
  "MdbEntry": "port 0 s32, state 4 u8, flags 5 u8, vid 6 u16, group 8 20 bytes = 28",
  "MdbKey": "port 0 s32, state 4 u8, vid 6 u16, group 8 20 bytes = 28",
  "MdbMessage": "family 0 u8, ifindex 4 s32 = 8",
  "MdbRequest": "family 0 u8, ifindex 4 s32 = 8",
  "MdbRouterPort": "port 0 s32 = 4",
  "PortMst": "family 0 u8, ifindex 4 s32 = 16",
  "PortMstMessage": "family 0 u8, index 4 s32 = 16",
  "Netconf": "family 0 u8 = 4",
  "Nsid": "family 0 u8 = 4",

  "NexthopBucket": "family 0 u8, flags 4 u32 = 8",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  "ifaddrlblmsg.ifal_flags",
  "nhmsg.resvd",
];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  "VlanMessage.entries": "ENTRY",

  "BondXstats.ad": "3AD",

  "CeeAppTable.app": "CEE_APP",
  "CeePeerAppTable.app": "CEE_PEER_APP",
  "CeePeerAppTable.info": "CEE_PEER_APP_INFO",
  "DcbIeee.ets": "IEEE_ETS",
  "DcbIeee.pfc": "IEEE_PFC",
  "DcbIeee.appTable": "IEEE_APP_TABLE",
  "DcbIeee.peerEts": "IEEE_PEER_ETS",
  "DcbIeee.peerPfc": "IEEE_PEER_PFC",
  "DcbIeee.peerApp": "IEEE_PEER_APP",
  "DcbIeee.maxrate": "IEEE_MAXRATE",
  "DcbIeee.qcn": "IEEE_QCN",
  "DcbIeee.qcnStats": "IEEE_QCN_STATS",
  "CeePfcUp.up0": "0",
  "CeePfcUp.up1": "1",
  "CeePfcUp.up2": "2",
  "CeePfcUp.up3": "3",
  "CeePfcUp.up4": "4",
  "CeePfcUp.up5": "5",
  "CeePfcUp.up6": "6",
  "CeePfcUp.up7": "7",

  "Mdb.viaIfindex": "IFINDEX",
  "MdbEntry.viaIfindex": "IFINDEX",
  "MdbRequestAttrs.viaIfindex": "IFINDEX",
  "VniMessage.entries": "ENTRY",
};

/** Fields of structs with other names than in C. */
export const PLACE_NAMES: Readonly<Record<string, string>> = {};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "BridgeVlan.flags": "BRIDGE_VLAN_INFO_",
  "PortMst.state": "BR_STATE_",
  "PortMstMessage.extMask": "RTEXT_FILTER_",
  "CanGateway.flags": "CGW_FLAGS_",
  "CanGateway.csCrc8.profile": "CGW_CRC8PRF_",
  "MctpRoute.protocol": "RTPROT_",
  "MctpRoute.type": "RTN_",

  "CacheReport.msgtype": "IGMPMSG_",
  "DcbMessage.dcbx": "DCB_CAP_DCBX_",
  "FdbKey.flags": "NTF_",
  "Mdb.flags": "MDB_FLAGS_",
  "MdbRouterPort.type": "MDB_RTR_TYPE_",

  "Nexthop.encapType": "LWTUNNEL_ENCAP_",
  "Nexthop.flags": "RTNH_F_",
  "Nexthop.groupType": "NEXTHOP_GRP_TYPE_",
  "Route.encapType": "LWTUNNEL_ENCAP_",
};

/** Enumerations whose names are the words of iproute2. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "CanChange.modtype": { id: 1, len: 2, data: 4, flags: 8 },
  "CanGateway.gwtype": { can_can: 1 },
  "MctpRoute.table": { default: 253, main: 254, local: 255 },
  "BridgeVlan.state": { "disabled": 0, "listening": 1, "learning": 2, "forwarding": 3, "blocking": 4 },
  "CeeAppTable.app.selector": { ethertype: 1, stream: 2, dgram: 3, any: 4, dscp: 5, pcp: 255 },
  "DcbMessage.cmd": {
    gstate: 1,
    sstate: 2,
    pgtx_gcfg: 3,
    pgtx_scfg: 4,
    pgrx_gcfg: 5,
    pgrx_scfg: 6,
    pfc_gcfg: 7,
    pfc_scfg: 8,
    set_all: 9,
    gperm_hwaddr: 10,
    gcap: 11,
    gnumtcs: 12,
    snumtcs: 13,
    pfc_gstate: 14,
    pfc_sstate: 15,
    bcn_gcfg: 16,
    bcn_scfg: 17,
    gapp: 18,
    sapp: 19,
    ieee_set: 20,
    ieee_get: 21,
    gdcbx: 22,
    sdcbx: 23,
    gfeatcfg: 24,
    sfeatcfg: 25,
    cee_get: 26,
    ieee_del: 27,
  },
  "AdvertisedPrefix.flags": { onlink: 0x80, autoconf: 0x40, router: 0x20, delegated: 0x10 },
  "AdvertisedPrefix.type": {
    source_ll_addr: 1,
    target_ll_addr: 2,
    prefix_info: 3,
    redirect_hdr: 4,
    mtu: 5,
    nonce: 14,
    route_info: 24,
    rdnss: 25,
    dnssl: 31,
    "6co": 34,
    captive_portal: 37,
    pref64: 38,
  },
  "LinkStatistics.filterMask": {
    link_64: 1,
    link_xstats: 2,
    link_xstats_slave: 4,
    link_offload_xstats: 8,
    af_spec: 16,
  },
  "StatsFilters.linkOffloadXstats": { cpu_hit: 1, hw_s_info: 2, l3_stats: 4 },
  "VlanTunnel.cmd": { "delete": 17, "set": 19 },

  "Mdb.state": { "temporary": 0, "permanent": 1 },
  "Mdb.groupMode": { "exclude": 0, "include": 1 },
  "Vni.flags": { "stats": 1 },

  "Nexthop.opFlags": { dump_stats: 1, dump_hw_stats: 2, resp_grp_resvd_0: 0x80000000 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "CanGateway":
    "filter 8 bytes, modAnd 17 bytes, modOr 17 bytes, modXor 17 bytes, modSet 17 bytes, fdmodAnd 73 bytes, " +
    "fdmodOr 73 bytes, fdmodXor 73 bytes, fdmodSet 73 bytes",
  "MctpNeighbour": "dst u8, lladdr bytes",
  "MctpRoute": "dst u8, gateway 8 bytes",
  "PhonetAddress": "local 1 bytes",
  "PhonetRoute": "dst 1 bytes",
  "AdvertisedPrefix": "address 16 bytes, cacheinfo 8 bytes",
  "CacheReport": "pkt bytes",
  "BondXstats": "ad nest",
  "CeeAppTable": "app several",
  "CeePeerAppTable": "info 2 bytes, app several",
  "DcbAppTable": "ieeeApp several, dcbApp several",
  "DcbCee":
    "peerPg 20 bytes, peerPfc 4 bytes, peerAppTable nest, txPg nest, rxPg nest, pfc nest, appTable nest, feat nest",
  "DcbIeee": "peerEts 59 bytes, peerPfc 136 bytes, peerApp nest, dcbRewrTable nest",
  "DcbMessage": "permHwaddr bytes, numTc u8, cee nest",
  "DcbTrustTable": "ieeeApp several [u8], dcbApp several [u8]",
  "BridgeVlan": "stats nest",
  "BridgeXstats": "vlan several, mcast 240 bytes, stp 48 bytes",
  "FdbKey": "lladdr 6 bytes",
  "HwInfos": "l3Stats nest",
  "LinkStatistics": "link64 200 bytes, linkXstats nest, linkXstatsSlave nest, linkOffloadXstats nest, afSpec nest",
  "LinkXstats": "bridge nest, bond nest",
  "Mdb": "timer u32, srcList nest, dst address",
  "MdbEntry": "timer u32, srcList nest, dst address",
  "MdbGroup": "info several",
  "MdbMessage": "mdb nest, router nest",
  "MdbRequest": "entry 28 bytes",
  "MdbRequestAttrs": "dst address",
  "MdbRouterPort": "timer u32",
  "MplsLinkStats": "link 72 bytes",
  "OffloadXstats": "cpuHit 200 bytes, hwSInfo nest, l3Stats 72 bytes",
  "NeighbourTable": "config 32 bytes, stats 88 bytes",
  "Netconf": "forceForwarding s32",
  "Nexthop": "group bytes [8 bytes], groupStats nest",
  "VlanEntry": "stats nest",
  "VlanGlobalOptions": "mcastRouterPorts bytes, mcastQuerierState bytes",
  "VlanMessage": "entries several, globalOptions several",
  "Vni.…": "stats nest",
  "VniRange": "stats nest",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // The bits of kernels before 6.8 are read too.
  "AdvertisedPrefix.flags": "u8, not read so",
  // Replies have the outcome of a change instead of a nest.
  "DcbMessage.pfcCfg": "nest [u8]",
  "DcbMessage.numtcs": "nest [flag]",
  "DcbMessage.bcn": "nest [u8]",
  "DcbMessage.app": "nest [u8]",
  "DcbMessage.featcfg": "nest [flag]",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [/^DCB_(\w+_)?UNDEFINED$/, "it means none"],
  [/^CGW_(CS_CRC8|FDMODATTR)_LEN$/, "they are lengths of structs"],
  [/^BRIDGE_VLANDB_DUMPF_/, "the module sets these flags of a list itself"],
  [/^NETCONFA_IFINDEX_/, "they are values of NETCONFA_IFINDEX"],
];
