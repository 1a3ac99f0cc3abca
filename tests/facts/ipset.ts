/**
 * The parts of tables.ts for ipset, acct, osf, compat and hooks.
 *
 * @module
 */

/** Prefixes of the constants of each table's attributes. */
export const TABLES: Readonly<Record<string, string>> = {
  "Acct": "NFACCT_",
  "AcctFlagFilter": "NFACCT_FILTER_",
  "CompatExtension": "NFTA_COMPAT_",
  "Hook": "NFNLA_HOOK_",
  "HookBpf": "NFNLA_HOOK_BPF_",
  "HookChain": "NFNLA_CHAIN_",
  "HookInfo": "NFNLA_HOOK_INFO_",
  "OsfMessage": "OSF_ATTR_",
  "IpsetEntry": "IPSET_ATTR_",
  "IpsetEntryMessage": "IPSET_ATTR_",
  "IpsetMessage": "IPSET_ATTR_",
  "IpsetOptions": "IPSET_ATTR_",
  "IpsetProtocol": "IPSET_ATTR_",
  "IpsetRename": "IPSET_ATTR_",
};

/** Headers of tables. */
export const STRUCTS: Readonly<Record<string, string>> = {
  "Acct": "nfgenmsg",
  "CompatExtension": "nfgenmsg",
  "Fingerprint": "nf_osf_user_finger",
  "Hook": "nfgenmsg",
  "IpsetEntryMessage": "nfgenmsg",
  "OsfMessage": "nfgenmsg",
  "OsfOpt": "nf_osf_opt",
  "OsfWc": "nf_osf_wc",
  "IpsetMessage": "nfgenmsg",
  "IpsetProtocol": "nfgenmsg",
  "IpsetRename": "nfgenmsg",
};

/** Layouts of structs that no header has. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  "IpsetEntry.skbmark": "mark 0 be32, mask 4 be32 = 8",
};

/** Enumerations and masks, by one field that uses each. */
export const ENUMERATIONS: Readonly<Record<string, string | readonly [prefix: string, tails: RegExp]>> = {
  "Acct.flags": "NFACCT_F_",
  "OsfWc.wc": "OSF_WSS_",
  "HookInfo.type": "NFNL_HOOK_TYPE_",
  "OsfOpt.kind": "OSFOPT_",
  "IpsetEntry.proto": ["IPPROTO_", /^(ICMP|ICMPV6|IGMP|TCP|UDP|DCCP|GRE|ESP|AH|SCTP|UDPLITE)$/],
  "IpsetEntry.cadtFlags": ["IPSET_FLAG_", /^(BEFORE|PHYSDEV|NOMATCH|WITH_|IFACE_)/],
  "IpsetMessage.flags": ["IPSET_FLAG_", /^(EXIST|LIST_)/],
};

/** Enumerations whose names and numbers no header has under one prefix. */
export const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "CompatExtension.type": { match: 0, target: 1 },
  "*.nfgenFamily": { unspec: 0, inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 },
  "IpsetMessage.family": { unspec: 0, inet: 2, inet6: 10 },
};

/** Forms of attributes whose type neither the kernel's source nor its specifications have. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  "HookInfo": "desc nest",
  "IpsetEntry": "ether 6 bytes",
};

/** Forms that differ from the kernel's source, which has one number for two, and checks only the size of the others. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  "IpsetEntry.skbmark": "8 bytes",
  "IpsetEntry.lineno": "be32",
  "IpsetEntryMessage.lineno": "be32",
  "IpsetMessage.flags": "be32",
};
