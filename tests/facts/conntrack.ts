/**
 * The parts of tables.ts for conntrack, expectations, timeouts, helpers, queue and log.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
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
  "ConntrackStats": "nfgenmsg",
  "Flow": "nfgenmsg",
};

/** Layouts of headers whose fields have other meanings than the struct's in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "ConntrackCpuStats": "cpu 2 be16 = 4",
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
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
  "Flow.status": ["IPS_", /^(?!.*(_BIT|_MASK)$)/],
  "TcpFlow.state": ["TCP_CONNTRACK_", /^(?!IGNORE|RETRANS|UNACK|TIMEOUT_MAX)/],
  "SctpFlow.state": "SCTP_CONNTRACK_",
  "Tuple.…2.proto": ["IPPROTO_", /^(ICMP|IGMP|TCP|UDP|DCCP|GRE|ESP|AH|ICMPV6|SCTP|UDPLITE)$/],
};

/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
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
  // The kernel's source converts them apart from writing and reading.
  "Flow.zone": "be16",
  "Tuple.zone": "be16",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
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
