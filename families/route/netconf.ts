/**
 * Settings of IPv4, IPv6 and MPLS by interface, as with `ip netconf`.
 *
 * ```ts
 * import { netconf } from "@linux/netlink/families/route/netconf.ts";
 * for (const { family, dev, ifindex, forwarding } of netconf.list()) console.log(family, dev ?? ifindex, forwarding);
 * ```
 *
 * The settings are sysctls; netlink only tells them.
 *
 * Source: linux/netconf.h, v7.2
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  head,
  i32,
  type Ifindex,
  ifindex,
  type IfindexCodec,
  interfaceNameOf,
  key,
  type Shape,
} from "../../core/codec/mod.ts";
import { type ChangingVerb, Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** NETCONFA_IFINDEX_*: indexes that stand for all interfaces, and for new ones. */
export const NETCONFA_IFINDEX = { all: -1, default: -2 } as const;

/** Codec of an index that may also be one of {@linkcode NETCONFA_IFINDEX}. */
const anyIndex: IfindexCodec = {
  ...ifindex,
  encode(value, to, owner) {
    const named = value === "all" || value === "default" ? NETCONFA_IFINDEX[value] : value;
    if (named === NETCONFA_IFINDEX.all || named === NETCONFA_IFINDEX.default) i32.encode(named, to, owner);
    else return ifindex.encode(value, to, owner);
  },
};

/** The settings of an address family on an interface. */
export interface Netconf {
  /** `inet`, `inet6` or `mpls`; default `inet`. */
  family: Family;
  /** Index of the interface; -1 (`"all"`) for all interfaces, -2 (`"default"`) for new ones. */
  ifindex?: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** 1 forwards packets. */
  forwarding?: number;
  /** Check of source addresses: 0 none, 1 strict, 2 loose (IPv4). */
  rpFilter?: number;
  /** 1 forwards multicast packets. */
  mcForwarding?: number;
  /** 1 answers for neighbours on other interfaces. */
  proxyNeigh?: number;
  /** 1 ignores routes whose interface has no carrier. */
  ignoreRoutesWithLinkdown?: number;
  /** 1 accepts packets (MPLS). */
  input?: number;
  /** 1 forwards directed broadcasts (IPv4). */
  bcForwarding?: number;
  /** 1 forwards packets whatever the settings of other interfaces (IPv6). */
  forceForwarding?: number;
}

/** Wire form of {@linkcode Netconf}: netconfmsg and NETCONFA_*. */
export const Netconf: Attributes<Netconf> = attributes((): Shape<Netconf> => ({
  family: head(0, family, key),
  ifindex: [1, anyIndex, key],
  dev: interfaceNameOf("ifindex", key),
  forwarding: [2, i32],
  rpFilter: [3, i32],
  mcForwarding: [4, i32],
  proxyNeigh: [5, i32],
  ignoreRoutesWithLinkdown: [6, i32],
  input: [7, i32],
  bcForwarding: [8, i32],
  forceForwarding: [9, i32],
}), { header: 4 });

/** Settings as input: {@linkcode Netconf} with a name or number for the interface. */
export type NetconfInput = Input<Netconf>;

const declaration: Declaration<Netconf> = {
  protocol: NETLINK_ROUTE,
  object: "network setting",
  table: Netconf,
  messages: { new: RTM.RTM_NEWNETCONF, del: RTM.RTM_DELNETCONF, get: RTM.RTM_GETNETCONF },
  groups: [RTNLGRP.RTNLGRP_IPV4_NETCONF, RTNLGRP.RTNLGRP_IPV6_NETCONF, RTNLGRP.RTNLGRP_MPLS_NETCONF],
  filters: ["family"],
  describe(value) {
    const { family, dev, ifindex } = value as NetconfInput;
    return `of ${family ?? "inet"} on ${dev ?? ifindex ?? "all"}`;
  },
  identity: ({ family, ifindex }) => `${family} ${ifindex}`,
  keyOf: ({ family = "inet", ifindex, dev }: NetconfInput) => ({ family, ifindex, dev }),
  prepare(value, verb) {
    if (verb === "list") return value;
    const { ifindex, dev } = value as NetconfInput;
    if (verb === "get") return dev === undefined && ifindex === undefined ? { ...value, ifindex: -1 } : value;
    throw argumentError(TypeError, `Cannot ${verb} a network setting: the kernel takes it from sysctl alone`);
  },
  none: ["EOPNOTSUPP"],
  // An event has only the setting that changed, so all are read again.
  silentRemoval: { groups: [], types: [RTM.RTM_NEWNETCONF], settle: () => {} },
};

/** The settings of the interfaces of one network namespace. They can only be read and watched. */
export class Netconfs extends Collection<Netconf, NetconfInput, NetconfInput, true, ChangingVerb> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(declaration, open, requester);
  }
}

/** The settings in this namespace, on a socket that the first use opens. */
export const netconf: Netconfs = new Netconfs(onShared(NETLINK_ROUTE));
