/**
 * Addresses and routes of Phonet, the protocol of modems of Nokia.
 *
 * ```ts
 * import { phonetAddresses, phonetRoutes } from "@linux/netlink/families/route/phonet.ts";
 * console.log(phonetAddresses.list(), phonetRoutes.list());
 * ```
 *
 * An address is a number 0..252 that is a multiple of 4. Changes need CAP_NET_ADMIN and CAP_SYS_ADMIN. A kernel without
 * Phonet lists nothing, and refuses changes.
 *
 * Source: net/phonet/pn_netlink.c, linux/rtnetlink.h, v7.1
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  readOnly,
  type Shape,
  shown,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { addressOf, routeOf, tableByte } from "./other_families.ts";
import {
  type Family,
  family,
  NETLINK_ROUTE,
  protocol,
  type RouteProtocol,
  type RouteTable,
  type RouteType,
  routeType,
  RTNLGRP,
  type Scope,
  scope,
} from "./protocol.ts";

/** Codec of an address of Phonet: the upper six bits of a byte. */
const phonetAddress: Codec<number> = {
  ...u8,
  name: "an address of Phonet",
  encode(value, to, owner) {
    if (typeof value === "number" && value % 4 !== 0) {
      to.fail(RangeError, `expected a multiple of 4, 0..252, got ${shown(value)}`);
    }
    return u8.encode(value, to, owner);
  },
};

/** An address of Phonet of an interface. */
export interface PhonetAddress {
  /** Always `phonet`. */
  family: Family;
  /** Distance in which it is valid. Read-only. */
  scope: Scope;
  /** Number of the interface. */
  index: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** The address. */
  local?: number;
}

/** Wire form of {@linkcode PhonetAddress}: ifaddrmsg and IFA_*. */
export const PhonetAddress: Attributes<PhonetAddress> = attributes((): Shape<PhonetAddress> => ({
  family: head(0, family, key),
  scope: head(3, scope, readOnly),
  index: head(4, ifindex, key),
  dev: interfaceNameOf("index", key),
  local: [2, phonetAddress, key],
}), { header: 8 });

/** A route of Phonet: the interface to an address. */
export interface PhonetRoute {
  /** Always `phonet`. */
  family: Family;
  /** Always `main`. */
  table: RouteTable;
  /** Origin. Read-only. */
  protocol: RouteProtocol;
  /** Always `unicast`. */
  type: RouteType;
  /** The address. */
  dst?: number;
  /** Number of the interface. */
  oif?: Ifindex;
  /** Name of the interface. */
  dev?: string;
}

/** Wire form of {@linkcode PhonetRoute}: rtmsg and RTA_*. */
export const PhonetRoute: Attributes<PhonetRoute> = attributes((): Shape<PhonetRoute> => ({
  family: head(0, family, key),
  table: head(4, tableByte),
  protocol: head(5, protocol, readOnly),
  type: head(7, routeType),
  dst: [1, phonetAddress, key],
  oif: [4, ifindex, key],
  dev: interfaceNameOf("oif", key),
}), { header: 12 });

const addresses: Declaration<PhonetAddress> = {
  ...addressOf<PhonetAddress>("phonet", "phonet address"),
  table: PhonetAddress,
  groups: [RTNLGRP.RTNLGRP_PHONET_IFADDR],
};

const routes: Declaration<PhonetRoute> = {
  ...routeOf<PhonetRoute>("phonet", "phonet route", ["dst", "dev"]),
  table: PhonetRoute,
  groups: [RTNLGRP.RTNLGRP_PHONET_ROUTE],
};

/** The addresses of Phonet of one network namespace. */
export class PhonetAddresses
  extends Collection<PhonetAddress, Input<PhonetAddress>, Input<PhonetAddress>, true, "append" | "replace" | "set"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(addresses, open, requester);
  }
}

/** The routes of Phonet of one network namespace. */
export class PhonetRoutes
  extends Collection<PhonetRoute, Input<PhonetRoute>, Input<PhonetRoute>, true, "append" | "replace" | "set"> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(routes, open, requester);
  }
}

/** The addresses of Phonet of this namespace, on a socket that the first use opens. */
export const phonetAddresses: PhonetAddresses = new PhonetAddresses(onShared(NETLINK_ROUTE));

/** The routes of Phonet of this namespace, on a socket that the first use opens. */
export const phonetRoutes: PhonetRoutes = new PhonetRoutes(onShared(NETLINK_ROUTE));
