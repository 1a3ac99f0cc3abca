/**
 * The facts about every protocol number of AF_NETLINK.
 *
 * Source: linux/netlink.h, v7.2 and v2.6.12; the kernel's history; and tests on kernels 6.1 and 6.18.
 * @module
 */
import { GENL_ID } from "../../core/generic.ts";
import { AUDIT, AUDIT_NLGRP } from "../audit/protocol.ts";
import { CN_IDX, NETLINK_CONNECTOR } from "../connector/header.ts";
import { CRYPTO_MSG } from "../crypto.ts";
import { DNRNG_NLGRP } from "../dnrtmsg.ts";
import { ECRYPTFS_MSG } from "../ecryptfs.ts";
import { IPQM } from "../firewall.ts";
import { NETFILTER_MSG, NFNLGRP } from "../netfilter/protocol.ts";
import { ULOG } from "../nflog.ts";
import { ISCSI_NL_GRP, ISCSI_UEVENT } from "../iscsi/protocol.ts";
import { RDMA_NL, RDMA_NL_GROUP } from "../rdma/protocol.ts";
import { RTM, RTNLGRP } from "../route/protocol.ts";
import { SCSI_NL_GRP, SCSI_TRANSPORT } from "../scsi_transport.ts";
import { SELNL_MSG, SELNLGRP } from "../selinux.ts";
import { SKNLGRP, SOCK_DIAG } from "../sock_diag/protocol.ts";
import { UEVENT_GROUPS } from "../uevent.ts";
import { XFRM_MSG, XFRMNLGRP } from "../xfrm/protocol.ts";

/**
 * The state of a number: kernels serve it (`active`) or once did (`removed`), the header names it though no kernel ever
 * served it (`reserved`), or nothing uses it (`unused`).
 */
export type Status = "active" | "reserved" | "removed" | "unused";

/** Numbers of message types or groups, by the kernel's names. */
export type Numbers = Readonly<Record<string, number>>;

/** The facts about one protocol number. */
export interface Family {
  /** The number, 0..22. */
  readonly number: number;
  /** The name in linux/netlink.h. */
  readonly name: string;
  /** Other names of the same protocol. */
  readonly aliases: readonly string[];
  /** Other protocols that had the number, each with the kernels that had it. */
  readonly formerly: Readonly<Record<string, string>>;
  /** The state of the number. */
  readonly status: Status;
  /** The purpose of the protocol. */
  readonly summary: string;
  /** The first kernel with the protocol; for a reserved number, the first with the number. */
  readonly since?: string;
  /** The last kernel with the protocol. */
  readonly until?: string;
  /** The first kernel without the protocol. */
  readonly removedIn?: string;
  /** The interface that replaces it. */
  readonly successor?: string;
  /** The kernel modules that provide it; empty if it is built in or nothing provides it. */
  readonly modules: readonly string[];
  /** The kernel configuration options that it needs. */
  readonly options: readonly string[];
  /** True if opening a socket makes the kernel load the module. */
  readonly autoload: boolean;
  /** A further condition for a kernel to serve it. */
  readonly condition?: string;
  /** The privileges that it needs. */
  readonly capability: Capability;
  /** The multicast groups. */
  readonly groups: Numbers;
  /** The message types. */
  readonly types: Numbers;
}

/** The privileges that a protocol needs, each a capability or a short text. */
export interface Capability {
  /** The privilege to join a multicast group. */
  readonly join: string;
  /** The privilege to send a request. */
  readonly send: string;
}

const ADMIN = "CAP_NET_ADMIN", NONE = "none", CHANGES = "CAP_NET_ADMIN for changes";

/** A fact sheet without the fields that have a default. */
type Row =
  & Pick<Family, "name" | "status" | "summary" | "capability">
  & Partial<Omit<Family, "number" | "autoload">>
  & { readonly autoload?: true };

const ROWS: readonly Row[] = [
  {
    name: "NETLINK_ROUTE",
    aliases: ["RTNETLINK"],
    status: "active",
    summary: "links, addresses, routes, neighbours, rules, traffic control",
    since: "2.2",
    options: ["CONFIG_NET"],
    capability: { join: NONE, send: CHANGES },
    groups: RTNLGRP,
    types: RTM,
  },
  {
    name: "NETLINK_UNUSED",
    formerly: { NETLINK_SKIP: "up to 2.6.13", NETLINK_W1: "2.6.14 to 2.6.17" },
    status: "unused",
    summary: "nothing",
    until: "2.6.17",
    removedIn: "2.6.18",
    successor: "NETLINK_CONNECTOR (11), idx 3, for the 1-wire bus",
    capability: { join: NONE, send: NONE },
  },
  {
    name: "NETLINK_USERSOCK",
    status: "active",
    summary: "messages between processes, by port or in 32 groups of their own choice",
    since: "2.2",
    options: ["CONFIG_NET"],
    capability: { join: ADMIN, send: NONE },
  },
  {
    name: "NETLINK_FIREWALL",
    aliases: ["ip_queue", "IPQ"],
    status: "removed",
    summary: "IPv4 packets that wait for the verdict of one process",
    since: "2.4",
    until: "3.4",
    removedIn: "3.5",
    successor: "NETLINK_NETFILTER (12), subsystem QUEUE (nfnetlink_queue)",
    modules: ["ip_queue"],
    options: ["CONFIG_IP_NF_QUEUE"],
    autoload: true,
    capability: { join: "no groups", send: ADMIN },
    types: IPQM,
  },
  {
    name: "NETLINK_SOCK_DIAG",
    aliases: ["NETLINK_INET_DIAG", "NETLINK_TCPDIAG"],
    status: "active",
    summary: "the system's sockets, as ss lists them",
    since: "2.6.0",
    modules: ["sock_diag"],
    options: ["CONFIG_NET"],
    autoload: true,
    condition: "each socket family has a module of its own: inet_diag, unix_diag …",
    capability: { join: NONE, send: "CAP_NET_ADMIN to destroy sockets" },
    groups: SKNLGRP,
    types: SOCK_DIAG,
  },
  {
    name: "NETLINK_NFLOG",
    aliases: ["ULOG", "ipt_ULOG", "ebt_ulog"],
    status: "removed",
    summary: "copies of the packets that rules of iptables and ebtables logged",
    since: "2.4",
    until: "3.16",
    removedIn: "3.17",
    successor: "NETLINK_NETFILTER (12), subsystem ULOG (nfnetlink_log)",
    modules: ["ipt_ULOG", "ebt_ulog"],
    options: ["CONFIG_IP_NF_TARGET_ULOG", "CONFIG_BRIDGE_EBT_ULOG"],
    autoload: true,
    capability: { join: ADMIN, send: "takes no requests" },
    types: ULOG,
  },
  {
    name: "NETLINK_XFRM",
    status: "active",
    summary: "IPsec: security associations, policies, notifications",
    since: "2.6.0",
    modules: ["xfrm_user"],
    options: ["CONFIG_XFRM_USER"],
    autoload: true,
    capability: { join: ADMIN, send: ADMIN },
    groups: XFRMNLGRP,
    types: XFRM_MSG,
  },
  {
    name: "NETLINK_SELINUX",
    status: "active",
    summary: "events: SELinux enforces or not, a policy was loaded",
    since: "2.6.8",
    options: ["CONFIG_SECURITY_SELINUX"],
    condition: "SELinux must be on from boot: security=selinux on the kernel's command line",
    capability: { join: NONE, send: "takes no requests" },
    groups: SELNLGRP,
    types: SELNL_MSG,
  },
  {
    name: "NETLINK_ISCSI",
    aliases: ["Open-iSCSI"],
    formerly: { NETLINK_ARPD: "up to 2.6.13" },
    status: "active",
    summary: "control and events of iSCSI initiators",
    since: "2.6.15",
    modules: ["scsi_transport_iscsi"],
    options: ["CONFIG_SCSI_ISCSI_ATTRS"],
    autoload: true,
    capability: { join: ADMIN, send: "CAP_SYS_ADMIN" },
    groups: ISCSI_NL_GRP,
    types: ISCSI_UEVENT,
  },
  {
    name: "NETLINK_AUDIT",
    status: "active",
    summary: "control, rules and records of the kernel's audit",
    since: "2.6.6",
    options: ["CONFIG_AUDIT"],
    condition: "audit=0 on the kernel's command line takes it away",
    capability: { join: "CAP_AUDIT_READ", send: "CAP_AUDIT_CONTROL, CAP_AUDIT_WRITE for records" },
    groups: AUDIT_NLGRP,
    types: AUDIT,
  },
  {
    name: "NETLINK_FIB_LOOKUP",
    status: "active",
    summary: "one IPv4 route lookup at a time",
    since: "2.6.13",
    options: ["CONFIG_INET"],
    capability: { join: "no groups", send: NONE },
  },
  {
    name: "NETLINK_CONNECTOR",
    formerly: { NETLINK_ROUTE6: "up to 2.6.13" },
    status: "active",
    summary: "process events, 1-wire and others, by a pair of numbers",
    since: "2.6.14",
    modules: ["cn"],
    options: ["CONFIG_CONNECTOR"],
    autoload: true,
    condition: "process events take CONFIG_PROC_EVENTS",
    capability: { join: "CAP_NET_ADMIN; since 6.6 none for group 1", send: "CAP_NET_ADMIN up to 6.5" },
    groups: CN_IDX,
    types: NETLINK_CONNECTOR.types,
  },
  {
    name: "NETLINK_NETFILTER",
    aliases: ["nfnetlink"],
    status: "active",
    summary: "conntrack, packet queues and logs, nftables, ipset",
    since: "2.6.14",
    modules: ["nfnetlink"],
    options: ["CONFIG_NETFILTER_NETLINK"],
    autoload: true,
    capability: { join: ADMIN, send: ADMIN },
    groups: NFNLGRP,
    types: NETFILTER_MSG,
  },
  {
    name: "NETLINK_IP6_FW",
    aliases: ["ip6_queue"],
    status: "removed",
    summary: "IPv6 packets that wait for the verdict of one process",
    since: "2.4",
    until: "3.4",
    removedIn: "3.5",
    successor: "NETLINK_NETFILTER (12), subsystem QUEUE (nfnetlink_queue)",
    modules: ["ip6_queue"],
    options: ["CONFIG_IP6_NF_QUEUE"],
    autoload: true,
    capability: { join: "no groups", send: ADMIN },
    types: IPQM,
  },
  {
    name: "NETLINK_DNRTMSG",
    aliases: ["dn_rtmsg"],
    status: "removed",
    summary: "DECnet routing messages, copied from the wire",
    since: "2.4",
    until: "6.0",
    removedIn: "6.1",
    modules: ["dn_rtmsg"],
    options: ["CONFIG_DECNET_NF_GRABULATOR"],
    autoload: true,
    capability: { join: ADMIN, send: "refuses every request" },
    groups: DNRNG_NLGRP,
  },
  {
    name: "NETLINK_KOBJECT_UEVENT",
    aliases: ["uevent"],
    status: "active",
    summary: "devices come, go and change; group 2 is udev's",
    since: "2.6.10",
    options: ["CONFIG_NET"],
    capability: { join: NONE, send: "CAP_NET_ADMIN to group 2" },
    groups: UEVENT_GROUPS,
  },
  {
    name: "NETLINK_GENERIC",
    aliases: ["genetlink"],
    status: "active",
    summary: "families by name: ethtool, nl80211, wireguard, taskstats …",
    since: "2.6.15",
    options: ["CONFIG_NET"],
    capability: { join: "as each group says", send: "as each operation says" },
    groups: { "nlctrl notify": 16, "VFS_DQUOT events": 17 },
    types: GENL_ID,
  },
  {
    name: "NETLINK_DM",
    status: "reserved",
    summary: "a gap that the header leaves for device-mapper events",
    successor: "NETLINK_KOBJECT_UEVENT (15) for events, NETLINK_CONNECTOR (11), idx 7, for the mirror log",
    capability: { join: NONE, send: NONE },
  },
  {
    name: "NETLINK_SCSITRANSPORT",
    status: "active",
    summary: "events of Fibre Channel, messages of SCSI drivers",
    since: "2.6.19",
    modules: ["scsi_mod"],
    options: ["CONFIG_SCSI_NETLINK"],
    capability: { join: ADMIN, send: "CAP_SYS_ADMIN" },
    groups: SCSI_NL_GRP,
    types: SCSI_TRANSPORT,
  },
  {
    name: "NETLINK_ECRYPTFS",
    status: "removed",
    summary: "eCryptfs asks its daemon for keys",
    since: "2.6.21",
    until: "2.6.27",
    removedIn: "2.6.28",
    successor: "the device /dev/ecryptfs",
    modules: ["ecryptfs"],
    options: ["CONFIG_ECRYPT_FS"],
    capability: { join: "no groups", send: NONE },
    types: ECRYPTFS_MSG,
  },
  {
    name: "NETLINK_RDMA",
    status: "active",
    summary: "RDMA devices and what they have in use, address resolution",
    since: "3.0",
    modules: ["ib_core"],
    options: ["CONFIG_INFINIBAND"],
    autoload: true,
    capability: { join: ADMIN, send: CHANGES },
    groups: RDMA_NL_GROUP,
    types: RDMA_NL,
  },
  {
    name: "NETLINK_CRYPTO",
    aliases: ["crypto_user"],
    status: "active",
    summary: "the kernel's cryptographic algorithms",
    since: "3.2",
    modules: ["crypto_user"],
    options: ["CONFIG_CRYPTO_USER"],
    autoload: true,
    capability: { join: "no groups", send: CHANGES },
    types: CRYPTO_MSG,
  },
  {
    name: "NETLINK_SMC",
    status: "reserved",
    summary: "a number without a kernel side; SMC monitoring goes other ways",
    since: "4.11",
    successor: "NETLINK_SOCK_DIAG (4) with AF_SMC, and the generic family SMC_GEN_NETLINK",
    capability: { join: NONE, send: NONE },
  },
];

/** The facts about all numbers, in order. */
export const FAMILIES: readonly Family[] = ROWS.map((row, number) => ({
  number,
  aliases: [],
  formerly: {},
  modules: [],
  options: [],
  autoload: false,
  groups: {},
  types: {},
  ...row,
}));

/** The number of protocols that AF_NETLINK has room for. */
export const MAX_LINKS = 32;
