/**
 * Cache reports: packets for which a multicast routing daemon must add a route, or that came in on a wrong interface.
 *
 * ```ts ignore
 * import { cacheReports } from "@linux/netlink/families/route/cache_reports.ts";
 * for await (const { value } of cacheReports.watch()) console.log(value?.msgtype, value?.srcAddr, value?.dstAddr);
 * ```
 *
 * The kernel sends them while a daemon has its socket open (MRT_INIT). Watching needs CAP_NET_ADMIN. The routes
 * themselves are in `families/route/routes.ts`, with the families `ipmr` and `ip6mr`.
 *
 * Source: linux/mroute.h IPMRA_CREPORT_*, linux/mroute6.h IP6MRA_CREPORT_*, v7.2
 *
 * @module
 */
import type { Client } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bytes,
  enumeration,
  head,
  ip,
  type Shape,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { Notices } from "./notices.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** IGMPMSG_* and MRT6MSG_*: reasons of a report. */
export const IGMPMSG = { nocache: 1, wrongvif: 2, wholepkt: 3, wrvifwhole: 4 } as const;

/** A report about a multicast packet. */
export interface CacheReport {
  /** `ipmr` or `ip6mr`. */
  family: Family;
  /**
   * The reason: no route has the packet's addresses (`nocache`); it came in on a wrong interface (`wrongvif`,
   * `wrvifwhole`); the daemon must send it to the rendezvous point (`wholepkt`).
   */
  msgtype?: keyof typeof IGMPMSG | number;
  /** Number of the virtual interface that it came in on. */
  vifId?: number;
  /** Source address. */
  srcAddr?: string;
  /** Destination address. */
  dstAddr?: string;
  /** The packet, for `wholepkt` and `wrvifwhole`; otherwise eight bytes of no use. */
  pkt?: Uint8Array;
  /** Table of multicast routes (IPv4). */
  table?: number;
}

/** Wire form of {@linkcode CacheReport}: rtgenmsg and IPMRA_CREPORT_*. */
export const CacheReport: Attributes<CacheReport> = attributes((): Shape<CacheReport> => ({
  family: head(0, family),
  msgtype: [1, enumeration(u8, IGMPMSG)],
  vifId: [2, u32],
  srcAddr: [3, ip],
  dstAddr: [4, ip],
  pkt: [5, bytes],
  table: [6, u32],
}), { header: 4 });

/** The cache reports of one network namespace. */
export class CacheReports extends Notices<CacheReport> {
  /** Watches through the client of `open`. */
  constructor(open: () => Client) {
    super({
      object: "cache report",
      types: [RTM.RTM_NEWCACHEREPORT],
      groups: [RTNLGRP.RTNLGRP_IPV4_MROUTE_R, RTNLGRP.RTNLGRP_IPV6_MROUTE_R],
      codec: CacheReport,
    }, open);
  }
}

/** The cache reports of this namespace, on a socket that the first use opens. */
export const cacheReports: CacheReports = new CacheReports(onShared(NETLINK_ROUTE));
