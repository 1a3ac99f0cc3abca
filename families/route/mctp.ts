/**
 * Addresses, routes and neighbours of MCTP, the protocol of components in a machine such as its management controller,
 * as with `mctp address`, `mctp route` and `mctp neighbour`.
 *
 * ```ts
 * import { mctpAddresses, mctpNeighbours, mctpRoutes } from "@linux/netlink/families/route/mctp.ts";
 * console.log(mctpAddresses.list(), mctpRoutes.list(), mctpNeighbours.list());
 * ```
 *
 * An endpoint's address (EID) is a number 8..254. Changes need CAP_NET_ADMIN. A kernel without MCTP lists nothing, and
 * refuses changes.
 *
 * Source: net/mctp/device.c, net/mctp/route.c, net/mctp/neigh.c, linux/mctp.h, v7.2
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  hardwareAddress,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  readOnly,
  type Shape,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { addressOf, objectOf, routeOf, tableByte } from "./other_families.ts";
import {
  type Family,
  family,
  NETLINK_ROUTE,
  protocol,
  type RouteProtocol,
  type RouteTable,
  type RouteType,
  routeType,
  RTM,
  RTNLGRP,
  type Scope,
  scope,
} from "./protocol.ts";

/** An address of an interface. */
export interface MctpAddress {
  /** Always `mctp`. */
  family: Family;
  /** Distance in which it is valid. Read-only. */
  scope: Scope;
  /** Number of the interface. */
  index: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** The address. */
  local?: number;
  /** The same as `local`. Read-only. */
  address?: number;
}

/** Wire form of {@linkcode MctpAddress}: ifaddrmsg and IFA_*. */
export const MctpAddress: Attributes<MctpAddress> = attributes((): Shape<MctpAddress> => ({
  family: head(0, family, key),
  scope: head(3, scope, readOnly),
  index: head(4, ifindex, key),
  dev: interfaceNameOf("index", key),
  local: [2, u8, key],
  address: [1, u8, readOnly],
}), { header: 8 });

/** An endpoint in a network: struct mctp_fq_addr. */
export interface MctpGateway {
  /** Number of the network. */
  net: number;
  /** Address of the endpoint. */
  eid: number;
}

/** Metrics of a route. */
export interface MctpMetrics {
  /** Largest packet in bytes. */
  mtu?: number;
}

/** Wire form of {@linkcode MctpMetrics}: RTAX_*. */
export const MctpMetrics: Attributes<MctpMetrics> = attributes((): Shape<MctpMetrics> => ({ mtu: [2, u32] }));

/** A route: the interface or the gateway to a range of endpoints. */
export interface MctpRoute {
  /** Always `mctp`. */
  family: Family;
  /** Number of endpoints in the range after the first, 0..246. */
  dstLen: number;
  /** The kernel's table. */
  table: RouteTable;
  /** Origin. Read-only. */
  protocol: RouteProtocol;
  /** `unicast`; `local` for an own address, which comes and goes with it. */
  type: RouteType;
  /** First address of the range. */
  dst?: number;
  /** Number of the interface. */
  oif?: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Gateway, instead of an interface (Linux 6.17). */
  gateway?: MctpGateway;
  /** Metrics. */
  metrics?: MctpMetrics;
}

/** Wire form of {@linkcode MctpRoute}: rtmsg and RTA_*. */
export const MctpRoute: Attributes<MctpRoute> = attributes((): Shape<MctpRoute> => ({
  family: head(0, family, key),
  dstLen: head(1, u8, key),
  table: head(4, tableByte),
  protocol: head(5, protocol, readOnly),
  type: head(7, routeType, key),
  dst: [1, u8, key],
  oif: [4, ifindex, key],
  dev: interfaceNameOf("oif", key),
  gateway: [5, struct<MctpGateway>(8, { net: [0, u32], eid: [4, u8] }), key],
  metrics: [8, MctpMetrics],
}), { header: 12 });

/** A neighbour: the link-layer address of an endpoint. */
export interface MctpNeighbour {
  /** Always `mctp`. */
  family: Family;
  /** Number of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Address of the endpoint. */
  dst?: number;
  /** Its link-layer address: one byte on I2C, `1d`. */
  lladdr?: string;
}

/** Wire form of {@linkcode MctpNeighbour}: ndmsg and NDA_*. */
export const MctpNeighbour: Attributes<MctpNeighbour> = attributes((): Shape<MctpNeighbour> => ({
  family: head(0, family, key),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  dst: [1, u8, key],
  lladdr: [2, hardwareAddress],
}), { header: 12 });

const addresses: Declaration<MctpAddress> = {
  ...addressOf<MctpAddress>("mctp", "mctp address"),
  table: MctpAddress,
  groups: [RTNLGRP.RTNLGRP_MCTP_IFADDR],
};

const routes: Declaration<MctpRoute> = {
  ...routeOf<MctpRoute>("mctp", "mctp route", ["dst"]),
  table: MctpRoute,
  groups: [],
  identity: ({ dst, dstLen, type, oif, gateway }) =>
    `${dst}+${dstLen} ${type} ${oif ?? ""} ${gateway === undefined ? "" : `${gateway.net}/${gateway.eid}`}`,
  deletable: (all) => all.filter(({ type }) => type === "unicast"),
};

const neighbours: Declaration<MctpNeighbour> = {
  ...objectOf<MctpNeighbour>("mctp", "mctp neighbour", ["dst", "dev"]),
  messages: { new: RTM.RTM_NEWNEIGH, del: RTM.RTM_DELNEIGH, get: RTM.RTM_GETNEIGH },
  table: MctpNeighbour,
  groups: [],
};

/** The addresses of MCTP of one network namespace. */
export class MctpAddresses
  extends Collection<MctpAddress, Input<MctpAddress>, Input<MctpAddress>, true, "append" | "replace" | "set"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(addresses, open, requester);
  }
}

/** The routes of MCTP of one network namespace. */
export class MctpRoutes
  extends Collection<MctpRoute, Input<MctpRoute>, Input<MctpRoute>, true, "append" | "replace" | "set"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(routes, open, requester);
  }
}

/** The neighbours of MCTP of one network namespace. */
export class MctpNeighbours
  extends Collection<MctpNeighbour, Input<MctpNeighbour>, Input<MctpNeighbour>, true, "append" | "replace" | "set"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(neighbours, open, requester);
  }
}

/** The addresses of MCTP of this namespace, on a socket that the first use opens. */
export const mctpAddresses: MctpAddresses = new MctpAddresses(onShared(NETLINK_ROUTE));

/** The routes of MCTP of this namespace, on a socket that the first use opens. */
export const mctpRoutes: MctpRoutes = new MctpRoutes(onShared(NETLINK_ROUTE));

/** The neighbours of MCTP of this namespace, on a socket that the first use opens. */
export const mctpNeighbours: MctpNeighbours = new MctpNeighbours(onShared(NETLINK_ROUTE));
