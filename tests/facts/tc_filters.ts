/**
 * The parts of tables.ts for filters, chains and actions of traffic control.
 *
 * @module
 */

/** The keys of flower, whose fields do not begin with "key". */
const FLOWER_KEYS =
  "ETH_DST ETH_DST_MASK ETH_SRC ETH_SRC_MASK ETH_TYPE IP_PROTO IPV4_SRC IPV4_SRC_MASK IPV4_DST IPV4_DST_MASK " +
  "IPV6_SRC IPV6_SRC_MASK IPV6_DST IPV6_DST_MASK TCP_SRC TCP_DST UDP_SRC UDP_DST VLAN_ID VLAN_PRIO " +
  "VLAN_ETH_TYPE ENC_KEY_ID ENC_IPV4_SRC ENC_IPV4_SRC_MASK ENC_IPV4_DST ENC_IPV4_DST_MASK ENC_IPV6_SRC " +
  "ENC_IPV6_SRC_MASK ENC_IPV6_DST ENC_IPV6_DST_MASK TCP_SRC_MASK TCP_DST_MASK UDP_SRC_MASK UDP_DST_MASK " +
  "SCTP_SRC_MASK SCTP_DST_MASK SCTP_SRC SCTP_DST ENC_UDP_SRC_PORT ENC_UDP_SRC_PORT_MASK ENC_UDP_DST_PORT " +
  "ENC_UDP_DST_PORT_MASK ICMPV4_CODE ICMPV4_CODE_MASK ICMPV4_TYPE ICMPV4_TYPE_MASK ICMPV6_CODE ICMPV6_CODE_MASK " +
  "ICMPV6_TYPE ICMPV6_TYPE_MASK ARP_SIP ARP_SIP_MASK ARP_TIP ARP_TIP_MASK ARP_OP ARP_OP_MASK ARP_SHA " +
  "ARP_SHA_MASK ARP_THA ARP_THA_MASK MPLS_TTL MPLS_BOS MPLS_TC MPLS_LABEL TCP_FLAGS TCP_FLAGS_MASK IP_TOS " +
  "IP_TOS_MASK IP_TTL IP_TTL_MASK CVLAN_ID CVLAN_PRIO CVLAN_ETH_TYPE ENC_IP_TOS ENC_IP_TOS_MASK ENC_IP_TTL " +
  "ENC_IP_TTL_MASK ENC_OPTS ENC_OPTS_MASK PORT_SRC_MIN PORT_SRC_MAX PORT_DST_MIN PORT_DST_MAX CT_STATE " +
  "CT_STATE_MASK CT_ZONE CT_ZONE_MASK CT_MARK CT_MARK_MASK CT_LABELS CT_LABELS_MASK MPLS_OPTS HASH HASH_MASK " +
  "NUM_OF_VLANS PPPOE_SID PPP_PROTO L2TPV3_SID CFM SPI SPI_MASK ENC_FLAGS ENC_FLAGS_MASK";

/** Converts a constant's name to a field's. */
const camelCase = (name: string): string =>
  name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** Names of IP protocols. */
const IP_PROTOCOLS = /^(ICMP|IGMP|IPIP|TCP|UDP|DCCP|IPV6|RSVP|GRE|ESP|AH|ICMPV6|L2TP|SCTP|UDPLITE|MPLS)$/;

/** Names of types of frames. */
const ETHER_TYPES =
  /^(ALL|IP|ARP|IPV6|8021Q|8021AD|MPLS_UC|MPLS_MC|PPP_DISC|PPP_SES|TEB|RARP|LOOP|ATALK|AARP|IPX|PAUSE|SLOW|PAE|AOE|TIPC|LLDP|MACSEC|MVRP|1588|PRP|CFM|FCOE|FIP|HSR|NSH|ERSPAN|ERSPAN2|IFE|LOOPBACK|802_2|CAN|CANFD)$/;

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "ActionAttributes": "TCA_ACT_",
  "ActionAttributes.stats": "TCA_STATS_",
  "ActionMessage": "TCA_ROOT_",
  "BasicOptions": "TCA_BASIC_",
  "BpfActionAttributes": "TCA_ACT_BPF_",
  "BpfOptions": "TCA_BPF_",
  "CfmKey": "TCA_FLOWER_KEY_CFM_",
  "CgroupOptions": "TCA_CGROUP_",
  "Chain": "TCA_",
  "ConnmarkAttributes": "TCA_CONNMARK_",
  "CsumAttributes": "TCA_CSUM_",
  "CtAttributes": "TCA_CT_",
  "CtinfoAttributes": "TCA_CTINFO_",
  "EmIpt": "TCA_EM_IPT_",
  "Filter": "TCA_",
  "FlowOptions": "TCA_FLOW_",
  "FlowerAttributes": "TCA_FLOWER_",
  "FwOptions": "TCA_FW_",
  "GactAttributes": "TCA_GACT_",
  "GateAttributes": "TCA_GATE_",
  "GateEntry": "TCA_GATE_ENTRY_",
  "IfeAttributes": "TCA_IFE_",
  "MatchallOptions": "TCA_MATCHALL_",
  "MetaAttributes": "TCA_EM_META_",
  "MirredAttributes": "TCA_MIRRED_",
  "MplsAttributes": "TCA_MPLS_",
  "MplsLse": "TCA_FLOWER_KEY_MPLS_OPT_LSE_",
  "NatAttributes": "TCA_NAT_",
  "PeditAttributes": "TCA_PEDIT_",
  "PeditKeyEx": "TCA_PEDIT_KEY_EX_",
  "PoliceAttributes": "TCA_POLICE_",
  "RouteFilterOptions": "TCA_ROUTE4_",
  "RsvpOptions": "TCA_RSVP_",
  "SampleAttributes": "TCA_SAMPLE_",
  "SimpleAttributes": "TCA_DEF_",
  "SkbeditAttributes": "TCA_SKBEDIT_",
  "SkbmodAttributes": "TCA_SKBMOD_",
  "TcErspanOption": "TCA_FLOWER_KEY_ENC_OPT_ERSPAN_",
  "TcGeneveOption": "TCA_FLOWER_KEY_ENC_OPT_GENEVE_",
  "TcGtpOption": "TCA_FLOWER_KEY_ENC_OPT_GTP_",
  "TcPfcpOption": "TCA_FLOWER_KEY_ENC_OPT_PFCP_",
  "TcTunnelOptions": "TCA_FLOWER_KEY_ENC_OPTS_",
  "TcVxlanOption": "TCA_FLOWER_KEY_ENC_OPT_VXLAN_",
  "TcindexOptions": "TCA_TCINDEX_",
  "TunnelKeyAttributes": "TCA_TUNNEL_KEY_",
  "U32Options": "TCA_U32_",
  "VlanAttributes": "TCA_VLAN_",
};

/** Structs, and headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "ActionMessage": "tcamsg",
  // The first attribute of the nest.
  "ActionAttributes.stats.basic": "gnet_stats_basic",
  "ActionAttributes.stats.queue": "gnet_stats_queue",
  "ActionAttributes.stats.rateEst": "gnet_stats_rate_est",
  "ActionAttributes.stats.rateEst64": "gnet_stats_rate_est64",
  "BasicPcnt": "tc_basic_pcnt",
  "BpfActionParms": "tc_act_bpf",
  "ConnmarkParms": "tc_connmark",
  "CsumParms": "tc_csum",
  "CtParms": "tc_ct",
  "CtinfoAct": "tc_ctinfo",
  "EmCmp": "tcf_em_cmp",
  "EmText": "tcf_em_text",
  "EmatchHdr": "tcf_ematch_hdr",
  "EmatchTreeHdr": "tcf_ematch_tree_hdr",
  "GactParms": "tc_gact",
  "GactProb": "tc_gact_p",
  "GateParms": "tc_gate",
  "IfeParms": "tc_ife",
  "IptCnt": "tc_cnt",
  "MatchallPcnt": "tc_matchall_pcnt",
  "MetaHdr": "tcf_meta_hdr",
  "MetaVal": "tcf_meta_val",
  "MirredParms": "tc_mirred",
  "MplsParms": "tc_mpls",
  "NatParms": "tc_nat",
  "PeditKeyStruct": "tc_pedit_key",
  "PeditSel": "tc_pedit_sel",
  "PoliceTbf": "tc_police",
  "RsvpGpi": "tc_rsvp_gpi",
  "RsvpPinfo": "tc_rsvp_pinfo",
  "SampleParms": "tc_sample",
  "SimpleParms": "tc_defact",
  "SkbeditParms": "tc_skbedit",
  "SkbmodParms": "tc_skbmod",
  "SockFilter": "sock_filter",
  "Tm": "tcf_t",
  "TunnelKeyParms": "tc_tunnel_key",
  "U32Key": "tc_u32_key",
  "U32Mark": "tc_u32_mark",
  "U32SelStruct": "tc_u32_sel",
  "VlanParms": "tc_vlan",
};

/** Layouts of headers without a struct in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  // struct xt_set_info of linux/netfilter/xt_set.h.
  "EmIpset": "index 0 u16, dim 2 u8, flags 3 u8 = 4",
  // struct can_filter, whose fields have other names.
  "CanFilter": "canId 0 u32, canMask 4 u32 = 8",
  // tcmsg, with the parts of tcm_info, and with another meaning of tcm_parent for shared blocks.
  "Chain": "ifindex 4 u32, block 12 u32, parent 12 u32 = 20",
  "Filter": "ifindex 4 u32, block 12 u32, parent 12 u32, protocol 16 be16, priority 18 u16, handle 8 u32 = 20",
};
/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  // Always 0.
  ..."act_bpf connmark csum ct ctinfo defact gact gate ife mirred mpls nat pedit_sel police sample skbedit skbmod"
    .split(" ").map((name) => `tc_${name}.capab`),
  "tc_tunnel_key.capab",
  "tc_vlan.capab",
  "tc_pedit_sel.keys",
  "tc_u32_sel.keys",
];
/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(FLOWER_KEYS.split(" ").map((key) => [`FlowerAttributes.${camelCase(key)}`, `KEY_${key}`])),
  "FlowerAttributes.keyFlags": "KEY_FLAGS",
  "FlowerAttributes.keyFlagsMask": "KEY_FLAGS_MASK",
};
/** Fields of structs with other names than in C. */
export const PLACE_NAMES: Readonly<Record<string, string>> = {};
/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "BpfOptions.flags": "TCA_BPF_FLAG_",
  "BpfActionParms.action": ["TC_ACT_", /^(OK|RECLASSIFY|SHOT|PIPE|STOLEN|QUEUED|REPEAT|REDIRECT|TRAP)$/],
  "CsumParms.updateFlags": "TCA_CSUM_UPDATE_FLAG_",
  "CtAttributes.action": "TCA_CT_ACT_",
  "CtAttributes.helperProto": ["IPPROTO_", IP_PROTOCOLS],
  "FlowOptions.keys": "bits FLOW_KEY_",
  "FlowOptions.mode": "FLOW_MODE_",
  "BpfOptions.flagsGen": "TCA_CLS_FLAGS_",
  "GactProb.ptype": ["PGACT_", /^(NETRAND|DETERM)$/],
  "IfeAttributes.type": ["ETH_P_", ETHER_TYPES],
  "IfeParms.flags": ["IFE_", /^(ENCODE|DECODE)$/],
  "IptOptions.hook": ["NF_INET_", /^(PRE_ROUTING|LOCAL_IN|FORWARD|LOCAL_OUT|POST_ROUTING)$/],
  "MirredParms.eaction": ["TCA_", /^(EGRESS|INGRESS)_(REDIR|MIRROR)$/],
  "Filter.protocol": ["ETH_P_", ETHER_TYPES],
  "MplsParms.mAction": "TCA_MPLS_ACT_",
  "NatParms.flags": "TCA_NAT_FLAG_",
  "PeditKeyEx.cmd": "TCA_PEDIT_KEY_EX_CMD_",
  "PeditKeyEx.htype": "TCA_PEDIT_KEY_EX_HDR_TYPE_",
  "SkbeditAttributes.flags": ["SKBEDIT_F_", /^(INHERITDSFIELD|TXQ_SKBHASH)$/],
  "SkbeditAttributes.ptype": ["PACKET_", /^(HOST|BROADCAST|MULTICAST|OTHERHOST)$/],
  "SkbmodParms.flags": "SKBMOD_F_",
  "TunnelKeyParms.tAction": "TCA_TUNNEL_KEY_ACT_",
  "U32Options.sel": ["TC_U32_", /^(TERMINAL|OFFSET|VAROFFSET|EAT)$/],
  "VlanParms.vAction": "TCA_VLAN_ACT_",
};
/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // The words of `tc`.
  "BasicOptions.classid": { "1:10": 0x10010 },
  "FlowOptions.baseclass": { "1:": 0x10000, "1:10": 0x10010 },
  "FlowerAttributes.classid": { "1:10": 0x10010 },
  "SkbeditAttributes.priority": { "1:10": 0x10010 },
  "U32Options.hash": { "800::": 0x80000000, "800::800": 0x80000800, "1:3:": 0x103000 },
  // The names of linux/netfilter/xt_set.h IPSET_*, which no other header has.
  "EmIpset.flags": { dim_one_src: 2, dim_two_src: 4, dim_three_src: 8, inv_match: 0x20 },
};
/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "*": "act nest [nest [string]], tm 32 bytes",
  "ActionAttributes": "cookie bytes",
  "ActionMessage": "tab nest [nest [string]], count u32",
  "CtinfoAttributes": "act 20 bytes",
  "CtAttributes": "labels 16 bytes, labelsMask 16 bytes",
  "IfeAttributes": "metalst nest",
  "VlanAttributes": "pushEthDst 6 bytes, pushEthSrc 6 bytes",
  "BpfActionAttributes": "ops bytes, tag 8 bytes",
  "PoliceAttributes": "tbf 56 bytes, rate bytes, peakrate bytes",
  "Chain": "options nest",
  "Filter": "rate 2 bytes, options nest",
  "EmIpt": "matchData bytes",
  "MetaAttributes": "lvalue bytes, rvalue bytes",
  "FlowerAttributes": "ctLabels 16 bytes, ctLabelsMask 16 bytes",
  "BasicOptions": "pcnt 16 bytes",
  "BpfOptions": "ops bytes, tag 8 bytes",
  "MatchallOptions": "pcnt 8 bytes",
  "RsvpOptions": "classid u32, dst bytes, src bytes, pinfo 28 bytes, police nest",
  "TcindexOptions": "classid u32, hash u32, mask u16, shift s32, fallThrough u32, police nest",
  "U32Options": "pcnt bytes",
  "TcGeneveOption": "data bytes",
  "ActionAttributes.stats":
    "basic 16 bytes, basicHw 16 bytes, rateEst 8 bytes, rateEst64 16 bytes, queue 20 bytes, app bytes",
};
/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  // A control, whose commands with a number have the highest bits.
  "ConnmarkParms.action": "u32",
  "CtParms.action": "u32",
  "CtinfoAct.action": "u32",
  "CsumParms.action": "u32",
  "IfeParms.action": "u32",
  "MplsParms.action": "u32",
  "NatParms.action": "u32",
  "PeditSel.action": "u32",
  "SkbeditParms.action": "u32",
  "SkbmodParms.action": "u32",
  "TunnelKeyParms.action": "u32",
  "VlanParms.action": "u32",
  "BpfActionParms.action": "u32",
  "GactParms.action": "u32",
  "GactProb.paction": "u32",
  "GateParms.action": "u32",
  "MirredParms.action": "u32",
  "PoliceTbf.action": "u32",
  "SampleParms.action": "u32",
  "SimpleParms.action": "u32",
  // Hundredths of a second, in s here.
  "Tm.install": "8 bytes",
  "Tm.lastuse": "8 bytes",
  "Tm.expires": "8 bytes",
  "Tm.firstuse": "8 bytes",
  // Addresses.
  "NatParms.oldAddr": "4 bytes",
  "NatParms.newAddr": "4 bytes",
  "NatParms.mask": "4 bytes",
  // The struct has keys behind it.
  "PeditAttributes.parms": "bytes",
  "PeditAttributes.parmsEx": "bytes",
  // Bytes of a packet, in the order in which people write them.
  "PeditKeyStruct.mask": "be32",
  "PeditKeyStruct.val": "be32",
  "PeditKeyStruct.off": "s32",
  // A descriptor.
  "BpfActionAttributes.fd": "s32",
  // The kernel takes them as signed.
  "GateAttributes.baseTime": "s64",
  "GateAttributes.cycleTime": "s64",
  "GateAttributes.cycleTimeExt": "s64",
  // Two fields of 4 bits.
  "EmCmp.align": "u8",
  "EmCmp.layer": "u8",
  "EmText.fromLayer": "u8",
  "BpfOptions.fd": "s32",
  // The struct has keys behind it.
  "U32Options.sel":
    "bytes {flags 0 u8; offshift 1 u8; nkeys 2 u8; offmask 4 be16; off 6 u16; offoff 8 s16; hoff 10 s16; hmask 12 be32}",
};
/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /^TCA_(ACT|ID)_(BPF|CONNMARK|CSUM|CT|CTINFO|GACT|GATE|IFE|IPT|MPLS|NAT|SAMPLE|SIMP|SKBEDIT|SKBMOD|TUNNEL_KEY|VLAN)$/,
    "kinds have names",
  ],
  [/^TCA_ACT_(NOBIND|NOREPLACE|NOUNBIND|MAX_PRIO)$/, "it is no attribute"],
  [/^TCA_(CSUM_UPDATE_FLAG|CT_ACT|MPLS_ACT|PEDIT_KEY_EX_CMD|PEDIT_KEY_EX_HDR_TYPE|VLAN_ACT)_/, "an enumeration has it"],
  [/^TCA_PEDIT_KEY_EX$/, "it is the number of the elements of a list"],
];

/** Attributes whose constants no header has: those of linux/tc_act/tc_ipt.h, v6.1, by number and form. */
export const BY_HAND: Readonly<Record<string, string>> = {
  "IptOptions": "table 1 string, hook 2 u32, index 3 u32, cnt 4 8 bytes, tm 5 32 bytes, targ 6 bytes",
};
/** Prefixes of the constants of exported objects of numbers that have other names than the headers' constants. */
export const NUMBERS: Readonly<Record<string, string>> = {
  TCF_EM: "TCF_EM_",
  TCF_EM_OPND: "TCF_EM_OPND_",
  TCF_LAYER: "TCF_LAYER_",
  TCF_META_ID: "TCF_META_ID_",
  TCF_META_TYPE: "TCF_META_TYPE_",
  FLOWER_KEY_FLAGS: "TCA_FLOWER_KEY_FLAGS_",
};
