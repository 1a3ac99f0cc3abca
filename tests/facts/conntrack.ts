/**
 * The parts of tables.ts for conntrack, expectations, timeouts, helpers, queue and log.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "DccpTimeouts": "CTA_TIMEOUT_DCCP_",
  "Expectation": "CTA_EXPECT_",
  "ExpectationCpuStats": "CTA_STATS_EXP_",
  "ExpectationNat": "CTA_EXPECT_NAT_",
  "GenericTimeouts": "CTA_TIMEOUT_GENERIC_",
  "GreTimeouts": "CTA_TIMEOUT_GRE_",
  "Helper": "NFCTH_",
  "HelperPolicy": "NFCTH_POLICY_",
  "HelperPolicySet": "NFCTH_POLICY_SET",
  "HelperTuple": "NFCTH_TUPLE_",
  "IcmpTimeouts": "CTA_TIMEOUT_ICMP_",
  "Icmpv6Timeouts": "CTA_TIMEOUT_ICMPV6_",
  "LogConfig": "NFULA_CFG_",
  "LogPacket": "NFULA_",
  "PacketExpectation": "CTA_EXPECT_",
  "PacketFlow": "CTA_",
  "PacketFlow.…4": "CTA_PROTOINFO_",
  "PacketFlow.…19": "CTA_SECCTX_",
  "PacketVlan": "NFQA_VLAN_",
  "QueueConfig": "NFQA_CFG_",
  "QueuePacket": "NFQA_",
  "QueueVerdictMessage": "NFQA_",
  "SctpTimeouts": "CTA_TIMEOUT_SCTP_",
  "TcpTimeouts": "CTA_TIMEOUT_TCP_",
  "Timeout": "CTA_TIMEOUT_",
  "UdpTimeouts": "CTA_TIMEOUT_UDP_",
  "UdpliteTimeouts": "CTA_TIMEOUT_UDPLITE_",
  "ConntrackCpuStats": "CTA_STATS_",
  "ConntrackStats": "CTA_STATS_GLOBAL_",
  "DccpFlow": "CTA_PROTOINFO_DCCP_",
  "Flow": "CTA_",
  "Flow.…4": "CTA_PROTOINFO_",
  "Flow.…19": "CTA_SECCTX_",
  "FlowCounters": "CTA_COUNTERS_",
  "FlowFilterFlags": "CTA_FILTER_",
  "FlowHelper": "CTA_HELP_",
  "FlowNat": "CTA_NAT_",
  "FlowNat.…": "CTA_PROTONAT_",
  "FlowSeqAdj": "CTA_SEQADJ_",
  "FlowSynproxy": "CTA_SYNPROXY_",
  "FlowTimestamp": "CTA_TIMESTAMP_",
  "SctpFlow": "CTA_PROTOINFO_SCTP_",
  "TcpFlow": "CTA_PROTOINFO_TCP_",
  "Tuple": "CTA_TUPLE_",
  "Tuple.…1": "CTA_IP_",
  "Tuple.…2": "CTA_PROTO_",
};

/** Headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "Expectation": "nfgenmsg",
  "LogMode": "nfulnl_msg_config_mode",
  "LogPacketHdr": "nfulnl_msg_packet_hdr",
  "QueueCmd": "nfqnl_msg_config_cmd",
  "QueuePacketHdr": "nfqnl_msg_packet_hdr",
  "QueueParams": "nfqnl_msg_config_params",
  "ConntrackStats": "nfgenmsg",
  "Flow": "nfgenmsg",
};

/** Layouts of headers whose fields have other meanings than the struct's in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "ExpectationCpuStats": "cpu 2 be16 = 4",
  "LogConfig": "group 2 be16 = 4",
  "LogPacket": "family 0 u8, group 2 be16 = 4",
  "QueueConfig": "queue 2 be16 = 4",
  "QueuePacket": "family 0 u8, queue 2 be16 = 4",
  "QueueVerdictHdr": "queue 0 be16, verdict 2 be16, id 4 be32 = 8",
  "QueueVerdictMessage": "queue 2 be16 = 4",
  "ConntrackCpuStats": "cpu 2 be16 = 4",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  "HelperPolicySet.setNum": "_NUM",
  "HelperPolicySet.set1": "1",
  "HelperPolicySet.set2": "2",
  "HelperPolicySet.set3": "3",
  "HelperPolicySet.set4": "4",
  "PacketFlow.orig": "TUPLE_ORIG",
  "PacketFlow.reply": "TUPLE_REPLY",
  "PacketFlow.master": "TUPLE_MASTER",
  "PacketFlow.…19.secctx": "NAME",
  "LogPacket.indev": "IFINDEX_INDEV",
  "LogPacket.outdev": "IFINDEX_OUTDEV",
  "LogPacket.physindev": "IFINDEX_PHYSINDEV",
  "LogPacket.physoutdev": "IFINDEX_PHYSOUTDEV",
  "QueuePacket.indev": "IFINDEX_INDEV",
  "QueuePacket.outdev": "IFINDEX_OUTDEV",
  "QueuePacket.physindev": "IFINDEX_PHYSINDEV",
  "QueuePacket.physoutdev": "IFINDEX_PHYSOUTDEV",
  "Flow.orig": "TUPLE_ORIG",
  "Flow.reply": "TUPLE_REPLY",
  "Flow.master": "TUPLE_MASTER",
  "Flow.…19.secctx": "NAME",
  "FlowNat.minip": "V4_MINIP V6_MINIP",
  "FlowNat.maxip": "V4_MAXIP V6_MAXIP",
  "Tuple.…1.src": "V4_SRC V6_SRC",
  "Tuple.…1.dst": "V4_DST V6_DST",
  "Tuple.…2.proto": "NUM",
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "Expectation.flags": "NF_CT_EXPECT_",
  "Helper.status": "NFCT_HELPER_STATUS_",
  "LogConfig.cmd": ["NFULNL_CFG_CMD_", /^(?!NONE)/],
  "LogConfig.flags": "NFULNL_CFG_F_",
  "LogMode.copyMode": "NFULNL_COPY_",
  "QueueCmd.command": ["NFQNL_CFG_CMD_", /^(?!NONE)/],
  "QueueConfig.mask": ["NFQA_CFG_F_", /^(?!MAX)/],
  "QueuePacket.skbInfo": ["NFQA_SKB_", /^(?!INFO)/],
  "QueueParams.copyMode": "NFQNL_COPY_",
  "Flow.status": ["IPS_", /^(?!.*(_BIT|_MASK)$)/],
  "TcpFlow.state": ["TCP_CONNTRACK_", /^(?!IGNORE|RETRANS|UNACK|TIMEOUT_MAX)/],
  "SctpFlow.state": "SCTP_CONNTRACK_",
  "Tuple.…2.proto": ["IPPROTO_", /^(ICMP|IGMP|TCP|UDP|DCCP|GRE|ESP|AH|ICMPV6|SCTP|UDPLITE)$/],
};

/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "ExpectationNat.dir": { original: 0, reply: 1 },
  "HelperTuple.l3protonum": { unspec: 0, inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 },
  "Timeout.l3proto": { unspec: 0, inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 },
  // enum ip_conntrack_info, enum nf_inet_hooks, and verdicts of linux/netfilter.h
  "LogPacket.ctInfo": { established: 0, related: 1, new: 2, established_reply: 3, related_reply: 4 },
  "LogPacketHdr.hook": { pre_routing: 0, local_in: 1, forward: 2, local_out: 3, post_routing: 4, ingress: 5 },
  "QueueVerdictHdr.verdict": { drop: 0, accept: 1, queue: 3, repeat: 4, stop: 5, queue_bypass: 0x8003 },
  // enum ct_dccp_states and ct_dccp_roles of net/netfilter/nf_conntrack_dccp.h, v6.1
  "DccpFlow.state": {
    none: 0,
    request: 1,
    respond: 2,
    partopen: 3,
    open: 4,
    closereq: 5,
    closing: 6,
    timewait: 7,
    ignore: 8,
    invalid: 9,
  },
  // enum of linux/netfilter.h NFPROTO_*, in the words of nft
  "*.family": { unspec: 0, inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 },
  "DccpFlow.role": { client: 0, server: 1 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "PacketFlow": "countersOrig nest, countersReply nest, natSrc nest, natDst nest, help nest, timestamp nest, " +
    "seqAdjOrig nest, seqAdjReply nest, synproxy nest, secmark be32, labels bytes, labelsMask bytes",
  "PacketFlow.…4": "dccp nest",
  "Helper": "tuple nest, policy nest [be32]",
  "HelperPolicySet": "setNum be32, set1 nest, set2 nest, set3 nest, set4 nest",
  "LogPacket":
    "packetHdr 4 bytes, timestamp 16 bytes, hwaddr 12 bytes, payload bytes, prefix string, hwheader bytes, " +
    "ct nest, ctInfo be32, vlan nest, l2hdr bytes",
  "QueuePacket": "packetHdr 7 bytes, timestamp 16 bytes, hwaddr 12 bytes, payload bytes, ct nest, ctInfo be32, " +
    "secctx string, l2hdr bytes",
  "QueueVerdictMessage": "payload bytes, ct nest, exp nest, l2hdr bytes",
  "DccpTimeouts": "request be32, respond be32, partopen be32, open be32, closereq be32, closing be32, timewait be32",
  "UdpliteTimeouts": "unreplied be32, replied be32",
  // The kernel writes them by macros, or no more.
  "ConntrackCpuStats": "searched be32, new be32, ignore be32, delete be32, deleteList be32",
  "DccpFlow": "state u8, role u8, handshakeSeq be64",
  "Flow":
    "countersOrig nest, countersReply nest, natSrc nest, natDst nest, help nest, timestamp nest, seqAdjOrig nest, " +
    "seqAdjReply nest, synproxy nest, secmark be32, labels bytes, labelsMask bytes",
  "Flow.…4": "dccp nest",
  "FlowHelper": "info bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  "PacketFlow.zone": "be16",
  "Expectation.zone": "be16",
  "PacketExpectation.zone": "be16",
  "QueueConfig.queueMaxlen": "be32",
  "SctpTimeouts.closed": "be32",
  "SctpTimeouts.cookieWait": "be32",
  "SctpTimeouts.cookieEchoed": "be32",
  "SctpTimeouts.established": "be32",
  "SctpTimeouts.shutdownSent": "be32",
  "SctpTimeouts.shutdownRecd": "be32",
  "SctpTimeouts.shutdownAckSent": "be32",
  "SctpTimeouts.heartbeatSent": "be32",
  "SctpTimeouts.heartbeatAcked": "be32",
  // Only the families of IP are taken.
  "Flow.family": "1 bytes",
  "Expectation.family": "1 bytes",
  // The struct has one byte.
  "LogConfig.cmd": "u8",
  // The states depend on the protocol.
  "Timeout.data": "nest [be32]",
  // The kernel's source converts them apart from writing and reading.
  "Flow.zone": "be16",
  "Tuple.zone": "be16",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [/^NFQA_CFG_F_/, "values"],
  [/^CTA_COUNTERS32_/, "no kernel has used it since 2.6.25"],
  [/^CTA_NAT_SEQ_/, "another name of CTA_SEQADJ_*"],
  [
    /^CTA_(NAT_SRC|NAT_DST|COUNTERS_ORIG|COUNTERS_REPLY|TUPLE_MASTER|TIMESTAMP_EVENT)$/,
    "it is an attribute of a table whose prefix is shorter",
  ],
  [/^CTA_(EXPECT|TIMEOUT)_/, "it is an attribute of a table whose prefix is longer"],
];

/** Prefixes of the constants of exported objects of numbers that have other names than the headers' constants. */
export const NUMBERS: Readonly<Record<string, string>> = {};
