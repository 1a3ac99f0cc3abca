/**
 * The parts of tables.ts for NETLINK_NETFILTER.
 *
 * @module
 */
import * as conntrack from "./conntrack.ts";

import * as ipset from "./ipset.ts";

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  ...ipset.TABLES,
  ...conntrack.TABLES,
  "NfBatch": "NFNL_BATCH_",
  "NftChain": "NFTA_CHAIN_",
  "NftCtExpect": "NFTA_CT_EXPECT_",
  "NftCtHelper": "NFTA_CT_HELPER_",
  "NftCtTimeout": "NFTA_CT_TIMEOUT_",
  "NftFlowtable": "NFTA_FLOWTABLE_",
  "NftFlowtable.…": "NFTA_FLOWTABLE_HOOK_",
  "NftGeneration": "NFTA_GEN_",
  "NftChain.…": "NFTA_HOOK_",
  "NftObject": "NFTA_OBJ_",
  "NftRule": "NFTA_RULE_",
  "NftRuleCompat": "NFTA_RULE_COMPAT_",
  "NftSecmark": "NFTA_SECMARK_",
  "NftSet": "NFTA_SET_",
  "NftSetDesc": "NFTA_SET_DESC_",
  "NftSetElem": "NFTA_SET_ELEM_",
  "NftSetElemList": "NFTA_SET_ELEM_LIST_",
  "NftSetField": "NFTA_SET_FIELD_",
  "NftTable": "NFTA_TABLE_",
  "NftTrace": "NFTA_TRACE_",
  "NftTunnelErspan": "NFTA_TUNNEL_KEY_ERSPAN_",
  "NftTunnelGeneve": "NFTA_TUNNEL_KEY_GENEVE_",
  "NftTunnelIp": "NFTA_TUNNEL_KEY_IP_",
  "NftTunnelIp6": "NFTA_TUNNEL_KEY_IP6_",
  "NftTunnelKey": "NFTA_TUNNEL_KEY_",
  "NftTunnelOpts": "NFTA_TUNNEL_KEY_OPTS_",
  "NftTunnelVxlan": "NFTA_TUNNEL_KEY_VXLAN_",
};

/** Headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  ...ipset.STRUCTS,
  ...conntrack.STRUCTS,
  "NfBatch": "nfgenmsg",
  "NftChain": "nfgenmsg",
  "NftFlowtable": "nfgenmsg",
  "NftGeneration": "nfgenmsg",
  "NftObject": "nfgenmsg",
  "NftRule": "nfgenmsg",
  "NftSet": "nfgenmsg",
  "NftSetElemList": "nfgenmsg",
  "NftTable": "nfgenmsg",
  "NftTrace": "nfgenmsg",
};

/** Layouts of headers whose fields have other meanings than the struct's in C. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  ...conntrack.LAYOUTS,
};

/** Fields in C that the library leaves out. */
export const LEFT_OUT_OF_STRUCTS: readonly string[] = [
  ...conntrack.LEFT_OUT_OF_STRUCTS,
  "nfgenmsg.nfgen_family",
  "nfgenmsg.version",
  "nfgenmsg.res_id",
];

/** Fields with other names than their constants, by the name after the prefix. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  ...conntrack.FIELD_NAMES,
  "NftChain.….hook": "HOOKNUM",
  "NftFlowtable.….hook": "NUM",
  "NftTrace.rule": "RULE_HANDLE",
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  ...ipset.ENUMERATIONS,
  ...conntrack.ENUMERATIONS,
  "NftChain.policy": ["NF_", /^(DROP|ACCEPT)$/],
  "NftChain.flags": ["NFT_CHAIN_", /^(BASE|HW_OFFLOAD|BINDING)$/],
  "NftFlowtable.flags": ["NFT_FLOWTABLE_", /^(HW_OFFLOAD|COUNTER)$/],
  "NftFlowtable.….hook": ["NF_NETDEV_", /^INGRESS$/],
  "NftObject.type": "NFT_OBJECT_",
  "NftRuleCompat.flags": ["NFT_RULE_COMPAT_F_", /^INV$/],
  "NftSet.flags": ["NFT_SET_", /^(ANONYMOUS|CONSTANT|INTERVAL|MAP|TIMEOUT|EVAL|OBJECT|CONCAT|EXPR)$/],
  "NftSet.policy": "NFT_SET_POL_",
  "NftSetElem.flags": ["NFT_SET_ELEM_", /^(INTERVAL_END|CATCHALL)$/],
  "NftTrace.policy": ["NF_", /^(DROP|ACCEPT)$/],
  "NftTrace.type": "NFT_TRACETYPE_",
  "NftTable.flags": ["NFT_TABLE_F_", /^(DORMANT|OWNER|PERSIST)$/],
  "NftTunnelKey.flags": ["NFT_TUNNEL_F_", /^(ZERO_CSUM_TX|DONT_FRAGMENT|SEQ_NUMBER)$/],
};

/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ...ipset.NAMES,
  ...conntrack.NAMES,
  // The words of nft.
  "NftChain.….hook": { "prerouting": 0, "input": 1, "forward": 2, "output": 3, "postrouting": 4, "ingress": 5 },
  "NftSet.keyType": { "verdict": 1, "integer": 4, "ipv4_addr": 7, "inet_service": 13, "mark": 19, "ifname": 41 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have, and of elements of lists. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  ...ipset.UNKNOWN,
  ...conntrack.UNKNOWN,
  "NftChain": "userdata bytes",
  "NftChain.…": "devs nest [string]",
  "NftTunnelGeneve": "data bytes",
  "NftObject": "userdata bytes, data nest",
  "NftRule": "userdata bytes, expressions nest",
  "NftSet": "userdata bytes, expr nest, expressions nest",
  "NftSetDesc": "concat nest",
  "NftSetElem": "userdata bytes",
  "NftSetElemList": "elements nest",
  "NftTable": "userdata bytes",
  "NftTrace": "verdict nest, llHeader bytes, networkHeader bytes, transportHeader bytes",
};

/** Forms that differ from the kernel's source and specifications, each for a reason. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  ...ipset.OTHERWISE,
  ...conntrack.OTHERWISE,
  // Durations, in s here.
  "NftSet.timeout": "8 bytes",
  "NftSet.gcInterval": "4 bytes",
  "NftSetElem.timeout": "8 bytes",
  "NftSetElem.expiration": "8 bytes",
  // Numbers in network order, whose order the kernel's policy does not tell.
  "NftSetElemList.setId": "be32",
  "NftRule.positionId": "be32",
  "NftRule.chainId": "be32",
  "NftFlowtable.….devs": "nest [string]",
};

/** Constants without a table or enumeration, and the reasons. */
export const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  ...conntrack.LEFT_OUT,
];

/** Prefixes of the constants of exported objects of numbers that have other names than the headers' constants. */
export const NUMBERS: Readonly<Record<string, string>> = {
  ...conntrack.NUMBERS,
};
