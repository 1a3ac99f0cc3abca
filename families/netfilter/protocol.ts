/**
 * NETLINK_NETFILTER itself (nfnetlink): the subsystems, message types and multicast groups, and the header that all
 * messages have.
 *
 *     nfgenmsg  0        1         2        4
 *               +--------+---------+--------+------------+
 *               | family | version | res_id | attributes |
 *               +--------+---------+--------+------------+
 *
 * The upper byte of a message's type is the subsystem. res_id is in network order: the number of a queue or log group;
 * in answers about nf_tables, the low half of the generation.
 *
 * Source: linux/netfilter/nfnetlink.h and the headers of the subsystems; linux/netfilter.h NFPROTO_*, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  head,
  type Shape,
  shown,
  u8,
} from "../../core/codec/mod.ts";
import { argumentError, type KernelErrorDetails } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import type { Protocol } from "../../core/protocol.ts";

/** NFNL_SUBSYS_*: the subsystems, which are the upper bytes of the message types. */
export const NFNL_SUBSYS = {
  NFNL_SUBSYS_CTNETLINK: 1,
  NFNL_SUBSYS_CTNETLINK_EXP: 2,
  NFNL_SUBSYS_QUEUE: 3,
  NFNL_SUBSYS_ULOG: 4,
  NFNL_SUBSYS_OSF: 5,
  NFNL_SUBSYS_IPSET: 6,
  NFNL_SUBSYS_ACCT: 7,
  NFNL_SUBSYS_CTNETLINK_TIMEOUT: 8,
  NFNL_SUBSYS_CTHELPER: 9,
  NFNL_SUBSYS_NFTABLES: 10,
  NFNL_SUBSYS_NFT_COMPAT: 11,
  NFNL_SUBSYS_HOOK: 12,
} as const;

/** The message types of NETLINK_NETFILTER: the subsystem in the upper byte, its message in the lower. */
export const NETFILTER_MSG = {
  NFNL_MSG_BATCH_BEGIN: 0x10,
  NFNL_MSG_BATCH_END: 0x11,
  IPCTNL_MSG_CT_NEW: 0x100,
  IPCTNL_MSG_CT_GET: 0x101,
  IPCTNL_MSG_CT_DELETE: 0x102,
  IPCTNL_MSG_CT_GET_CTRZERO: 0x103,
  IPCTNL_MSG_CT_GET_STATS_CPU: 0x104,
  IPCTNL_MSG_CT_GET_STATS: 0x105,
  IPCTNL_MSG_CT_GET_DYING: 0x106,
  IPCTNL_MSG_CT_GET_UNCONFIRMED: 0x107,
  IPCTNL_MSG_EXP_NEW: 0x200,
  IPCTNL_MSG_EXP_GET: 0x201,
  IPCTNL_MSG_EXP_DELETE: 0x202,
  IPCTNL_MSG_EXP_GET_STATS_CPU: 0x203,
  NFQNL_MSG_PACKET: 0x300,
  NFQNL_MSG_VERDICT: 0x301,
  NFQNL_MSG_CONFIG: 0x302,
  NFQNL_MSG_VERDICT_BATCH: 0x303,
  NFULNL_MSG_PACKET: 0x400,
  NFULNL_MSG_CONFIG: 0x401,
  OSF_MSG_ADD: 0x500,
  OSF_MSG_REMOVE: 0x501,
  IPSET_CMD_PROTOCOL: 0x601,
  IPSET_CMD_CREATE: 0x602,
  IPSET_CMD_DESTROY: 0x603,
  IPSET_CMD_FLUSH: 0x604,
  IPSET_CMD_RENAME: 0x605,
  IPSET_CMD_SWAP: 0x606,
  IPSET_CMD_LIST: 0x607,
  IPSET_CMD_SAVE: 0x608,
  IPSET_CMD_ADD: 0x609,
  IPSET_CMD_DEL: 0x60a,
  IPSET_CMD_TEST: 0x60b,
  IPSET_CMD_HEADER: 0x60c,
  IPSET_CMD_TYPE: 0x60d,
  IPSET_CMD_GET_BYNAME: 0x60e,
  IPSET_CMD_GET_BYINDEX: 0x60f,
  NFNL_MSG_ACCT_NEW: 0x700,
  NFNL_MSG_ACCT_GET: 0x701,
  NFNL_MSG_ACCT_GET_CTRZERO: 0x702,
  NFNL_MSG_ACCT_DEL: 0x703,
  NFNL_MSG_ACCT_OVERQUOTA: 0x704,
  IPCTNL_MSG_TIMEOUT_NEW: 0x800,
  IPCTNL_MSG_TIMEOUT_GET: 0x801,
  IPCTNL_MSG_TIMEOUT_DELETE: 0x802,
  IPCTNL_MSG_TIMEOUT_DEFAULT_SET: 0x803,
  IPCTNL_MSG_TIMEOUT_DEFAULT_GET: 0x804,
  NFNL_MSG_CTHELPER_NEW: 0x900,
  NFNL_MSG_CTHELPER_GET: 0x901,
  NFNL_MSG_CTHELPER_DEL: 0x902,
  NFT_MSG_NEWTABLE: 0xa00,
  NFT_MSG_GETTABLE: 0xa01,
  NFT_MSG_DELTABLE: 0xa02,
  NFT_MSG_NEWCHAIN: 0xa03,
  NFT_MSG_GETCHAIN: 0xa04,
  NFT_MSG_DELCHAIN: 0xa05,
  NFT_MSG_NEWRULE: 0xa06,
  NFT_MSG_GETRULE: 0xa07,
  NFT_MSG_DELRULE: 0xa08,
  NFT_MSG_NEWSET: 0xa09,
  NFT_MSG_GETSET: 0xa0a,
  NFT_MSG_DELSET: 0xa0b,
  NFT_MSG_NEWSETELEM: 0xa0c,
  NFT_MSG_GETSETELEM: 0xa0d,
  NFT_MSG_DELSETELEM: 0xa0e,
  NFT_MSG_NEWGEN: 0xa0f,
  NFT_MSG_GETGEN: 0xa10,
  NFT_MSG_TRACE: 0xa11,
  NFT_MSG_NEWOBJ: 0xa12,
  NFT_MSG_GETOBJ: 0xa13,
  NFT_MSG_DELOBJ: 0xa14,
  NFT_MSG_GETOBJ_RESET: 0xa15,
  NFT_MSG_NEWFLOWTABLE: 0xa16,
  NFT_MSG_GETFLOWTABLE: 0xa17,
  NFT_MSG_DELFLOWTABLE: 0xa18,
  NFT_MSG_GETRULE_RESET: 0xa19,
  NFT_MSG_DESTROYTABLE: 0xa1a,
  NFT_MSG_DESTROYCHAIN: 0xa1b,
  NFT_MSG_DESTROYRULE: 0xa1c,
  NFT_MSG_DESTROYSET: 0xa1d,
  NFT_MSG_DESTROYSETELEM: 0xa1e,
  NFT_MSG_DESTROYOBJ: 0xa1f,
  NFT_MSG_DESTROYFLOWTABLE: 0xa20,
  NFT_MSG_GETSETELEM_RESET: 0xa21,
  NFNL_MSG_COMPAT_GET: 0xb00,
  NFNL_MSG_HOOK_GET: 0xc00,
} as const;

/** The multicast groups of NETLINK_NETFILTER. */
export const NFNLGRP = {
  NFNLGRP_CONNTRACK_NEW: 1,
  NFNLGRP_CONNTRACK_UPDATE: 2,
  NFNLGRP_CONNTRACK_DESTROY: 3,
  NFNLGRP_CONNTRACK_EXP_NEW: 4,
  NFNLGRP_CONNTRACK_EXP_UPDATE: 5,
  NFNLGRP_CONNTRACK_EXP_DESTROY: 6,
  NFNLGRP_NFTABLES: 7,
  NFNLGRP_ACCT_QUOTA: 8,
  NFNLGRP_NFTRACE: 9,
} as const;

/** The kernel module of each subsystem. */
const MODULES: Readonly<Record<number, string>> = {
  [NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK]: "nf_conntrack_netlink",
  [NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK_EXP]: "nf_conntrack_netlink",
  [NFNL_SUBSYS.NFNL_SUBSYS_QUEUE]: "nfnetlink_queue",
  [NFNL_SUBSYS.NFNL_SUBSYS_ULOG]: "nfnetlink_log",
  [NFNL_SUBSYS.NFNL_SUBSYS_OSF]: "nfnetlink_osf",
  [NFNL_SUBSYS.NFNL_SUBSYS_IPSET]: "ip_set",
  [NFNL_SUBSYS.NFNL_SUBSYS_ACCT]: "nfnetlink_acct",
  [NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK_TIMEOUT]: "nfnetlink_cttimeout",
  [NFNL_SUBSYS.NFNL_SUBSYS_CTHELPER]: "nfnetlink_cthelper",
  [NFNL_SUBSYS.NFNL_SUBSYS_NFTABLES]: "nf_tables",
  [NFNL_SUBSYS.NFNL_SUBSYS_NFT_COMPAT]: "nft_compat",
  [NFNL_SUBSYS.NFNL_SUBSYS_HOOK]: "nfnetlink_hook",
};

/**
 * Returns the hint of an error that a kernel without the subsystem gives: EINVAL without details. Only a dump tells, as
 * the kernel refuses other requests so for their values too.
 *
 * @param subsystem the number of the subsystem: {@linkcode NFNL_SUBSYS}
 */
export function subsystemHint(subsystem: number, code: string, details: KernelErrorDetails): string | undefined {
  const { kernelMessage, path, partial } = details;
  return code === "EINVAL" && partial !== undefined && kernelMessage === undefined && path === undefined
    ? moduleHint(subsystem)
    : undefined;
}

/** Returns the hint for an error that only kernels without the subsystem give. */
export function moduleHint(subsystem: number): string {
  return `the kernel may lack the subsystem: modprobe ${MODULES[subsystem]} loads it`;
}

/** Throws unless these are numbers of queues or log groups to read, each of them once; `word` is what they are. */
export function expectNumbers(numbers: readonly number[], word: string): void {
  if (numbers.length === 0) throw argumentError(TypeError, `Cannot read ${word}s: expected at least one number`);
  numbers.forEach((number, index) => {
    expectWithin(number, 0, 0xffff, `read ${word} ${shown(number)}`);
    if (numbers.indexOf(number) === index) return;
    throw argumentError(TypeError, `Cannot read ${word} ${number}: it is given twice`);
  });
}

/** Throws unless a number is whole, and from `low` to `high`; `what` is the operation, and the option if it is one. */
export function expectWithin(number: unknown, low: number, high: number, what: string): void {
  if (Number.isInteger(number) && number as number >= low && number as number <= high) return;
  throw argumentError(RangeError, `Cannot ${what}: expected a number ${low}..${high}, got ${shown(number)}`);
}

/** The protocol as clients use it. */
export const NETLINK_NETFILTER: Protocol = {
  number: 12,
  name: "NETLINK_NETFILTER",
  types: NETFILTER_MSG,
  hint: "in Linux since 2.6.14, in module nfnetlink, if the kernel is configured with CONFIG_NETFILTER_NETLINK",
};

/** NFPROTO_*: the families, by the words of nft. */
export const NFPROTO = { unspec: 0, inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;

/**
 * A family by name or number, with the words of nft: `ip` is IPv4, `ip6` IPv6, `inet` both. All subsystems use these
 * words; flows and expectations also take those of routes as input, where `inet` means `ip` (see `FlowFamily`).
 */
export type NfFamily = keyof typeof NFPROTO | number;

/** Codec of the family in a header, u8. */
export const nfFamily: Codec<NfFamily> = enumeration(u8, NFPROTO);

/** Length of struct nfgenmsg in bytes: the `header` of a table, whose family is `head(0, nfFamily, key)`. */
export const NFGENMSG = 4;

/** A message that begins or ends a transaction. */
export interface NfBatch {
  /** The subsystem that does the transaction: {@linkcode NFNL_SUBSYS}. */
  resId?: number;
  /** The generation that the transaction was made for: the kernel refuses it in any other. */
  genid?: number;
}

/** Wire form of {@linkcode NfBatch}: nfgenmsg and NFNL_BATCH_*. */
export const NfBatch: Attributes<NfBatch> = attributes((): Shape<NfBatch> => ({
  resId: head(2, be16),
  genid: [1, be32],
}), { header: NFGENMSG });

declareMessages(NETLINK_NETFILTER, {
  types: [NETFILTER_MSG.NFNL_MSG_BATCH_BEGIN, NETFILTER_MSG.NFNL_MSG_BATCH_END],
  codec: NfBatch as Codec<unknown, never>,
});
