/**
 * Netlink for Deno, Bun and Node: scripts talk to the Linux kernel, typed, without a build step or a native addon.
 *
 * ```ts
 * import { route } from "@linux/netlink";
 * for (const link of route.links.list()) console.log(link.ifname, link.mtu, link.operstate);
 * ```
 *
 * Each family has an entry point of its own, which loads faster: `@linux/netlink/families/route/mod.ts`.
 *
 * @module
 */
import "./core/capture.ts";
import "./core/dry_run.ts";
export * as route from "./families/route/mod.ts";
export * as audit from "./families/audit/mod.ts";
export * as connector from "./families/connector/mod.ts";
export * as crypto from "./families/crypto.ts";
export * as dnrtmsg from "./families/dnrtmsg.ts";
export * as ecryptfs from "./families/ecryptfs.ts";
export * as fibLookup from "./families/fib_lookup.ts";
export * as firewall from "./families/firewall.ts";
export * as generic from "./families/generic/mod.ts";
export * as nlctrl from "./families/generic/controller.ts";
export * as ethtool from "./families/generic/ethtool.ts";
export * as macsec from "./families/generic/macsec.ts";
export * as mptcpPm from "./families/generic/mptcp_pm.ts";
export * as netdev from "./families/generic/netdev.ts";
export * as nl80211 from "./families/generic/nl80211.ts";
export * as smcPnetid from "./families/generic/smc_pnetid.ts";
export * as taskstats from "./families/generic/taskstats.ts";
export * as tcpMetrics from "./families/generic/tcp_metrics.ts";
export * as thermal from "./families/generic/thermal.ts";
export * as wireguard from "./families/generic/wireguard.ts";
export * as acct from "./families/netfilter/acct.ts";
export * as compat from "./families/netfilter/compat.ts";
export * as hooks from "./families/netfilter/hooks.ts";
export * as osf from "./families/netfilter/osf.ts";
export * as ipset from "./families/netfilter/ipset.ts";
export * as conntrack from "./families/netfilter/conntrack.ts";
export * as ipsetSave from "./families/netfilter/ipset_save.ts";
export * as nftables from "./families/netfilter/nftables/mod.ts";
export * as expectations from "./families/netfilter/expectations.ts";
export * as helpers from "./families/netfilter/helpers.ts";
export * as log from "./families/netfilter/log.ts";
export * as packet from "./families/netfilter/packet.ts";
export * as queue from "./families/netfilter/queue.ts";
export * as timeouts from "./families/netfilter/timeouts.ts";
export * as nflog from "./families/nflog.ts";
export * as iscsi from "./families/iscsi/mod.ts";
export * as rdma from "./families/rdma/mod.ts";
export * as registry from "./families/registry.ts";
export * as scsiTransport from "./families/scsi_transport.ts";
export * as selinux from "./families/selinux.ts";
export * as smc from "./families/smc.ts";
export * as sockDiag from "./families/sock_diag/mod.ts";
export * as uevent from "./families/uevent.ts";
export * as usersock from "./families/usersock.ts";
export * as xfrm from "./families/xfrm/mod.ts";
export * as netns from "./core/netns.ts";
export * from "./core/errors.ts";
export { type RawAttribute, rawOf } from "./core/codec/codec.ts";
export { printable, ShownMessage, stringify } from "./core/show.ts";
export { packets } from "./core/pcap.ts";
export { replay } from "./core/replay.ts";
