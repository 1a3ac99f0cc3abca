/**
 * Multicast and anycast addresses that interfaces have joined, as with `ip maddress`.
 *
 * ```ts
 * import { multicastAddresses } from "@linux/netlink/families/route/multicast_addresses.ts";
 * for (const { dev, multicast } of multicastAddresses.list()) console.log(dev, multicast);
 * ```
 *
 * Programs join by socket options; netlink only tells the addresses. Kernels before 6.14 list those of IPv6 alone.
 *
 * Source: linux/if_addr.h, v7.2
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
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
import {
  type ChangingVerb,
  Collection,
  type Declaration,
  type Input,
  onShared,
  type Verb,
} from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { ipOfFamily } from "./prefix.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP, type Scope, scope } from "./protocol.ts";

/** Lifetimes of an address, in seconds and hundredths of a second since boot. */
export interface JoinedCacheinfo {
  /** Seconds for which it is preferred; 4294967295 is for ever. */
  prefered?: number;
  /** Seconds for which it is valid; 4294967295 is for ever. */
  valid?: number;
  /** Hundredths of a second from boot to its creation. */
  cstamp?: number;
  /** Hundredths of a second from boot to its last change. */
  tstamp?: number;
}

const cacheinfo = struct<JoinedCacheinfo>(16, {
  prefered: [0, u32],
  valid: [4, u32],
  cstamp: [8, u32],
  tstamp: [12, u32],
});

/** Fields that multicast and anycast addresses have in common. */
export interface JoinedAddress {
  /** `inet` or `inet6`. */
  family: Family;
  /** Length of the address in bits. */
  prefixlen: number;
  /** Distance in which the address is valid. */
  scope: Scope;
  /** Index of the interface. */
  index: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Lifetimes. */
  cacheinfo?: JoinedCacheinfo;
}

const joined: Shape<JoinedAddress> = {
  family: head(0, family, key),
  prefixlen: head(1, u8, readOnly),
  scope: head(3, scope, readOnly),
  index: head(4, ifindex, key),
  dev: interfaceNameOf("index", key),
  cacheinfo: [6, cacheinfo, readOnly],
};

/** A multicast address of an interface. */
export interface MulticastAddress extends JoinedAddress {
  /** The address. */
  multicast?: string;
}

/** Wire form of {@linkcode MulticastAddress}: ifaddrmsg and IFA_*. */
export const MulticastAddress: Attributes<MulticastAddress> = attributes((): Shape<MulticastAddress> => ({
  ...joined,
  multicast: [7, ipOfFamily, key],
}), { header: 8 });

/** An anycast address of an interface. */
export interface AnycastAddress extends JoinedAddress {
  /** The address. */
  anycast?: string;
}

/** Wire form of {@linkcode AnycastAddress}: ifaddrmsg and IFA_*. */
export const AnycastAddress: Attributes<AnycastAddress> = attributes((): Shape<AnycastAddress> => ({
  ...joined,
  anycast: [5, ipOfFamily, key],
}), { header: 8 });

/** Returns the fields that the declarations of both have in common. */
function declarationOf<T extends JoinedAddress>(object: string, addressOf: (one: Partial<T>) => string | undefined) {
  return {
    protocol: NETLINK_ROUTE,
    object,
    filters: ["family", "index"] as const,
    describe: (value: object) => `${addressOf(value as T) ?? ""} on ${(value as T).dev ?? (value as T).index}`,
    identity: (one: T) => `${one.family} ${one.index} ${addressOf(one)}`,
    prepare(value: object, verb: Verb): object {
      if (verb === "list" || verb === "get") return value;
      throw argumentError(TypeError, `Cannot ${verb} a ${object}: programs join it by an option of their socket`);
    },
    listOnly: true as const,
    none: ["ENODEV", "EOPNOTSUPP"],
  };
}

const multicast: Declaration<MulticastAddress> = {
  ...declarationOf<MulticastAddress>("multicast address", ({ multicast }) => multicast),
  table: MulticastAddress,
  // Replies have the type of the request.
  messages: {
    new: RTM.RTM_NEWMULTICAST,
    del: RTM.RTM_DELMULTICAST,
    get: RTM.RTM_GETMULTICAST,
    reply: RTM.RTM_GETMULTICAST,
  },
  groups: [RTNLGRP.RTNLGRP_IPV4_MCADDR, RTNLGRP.RTNLGRP_IPV6_MCADDR],
};

const anycastOf = declarationOf<AnycastAddress>("anycast address", ({ anycast }) => anycast);

const anycast: Declaration<AnycastAddress> = {
  ...anycastOf,
  // Only this family has anycast addresses.
  prepare: (value, verb) => anycastOf.prepare({ family: "inet6", ...value }, verb),
  table: AnycastAddress,
  messages: { new: RTM.RTM_NEWANYCAST, del: RTM.RTM_DELANYCAST, get: RTM.RTM_GETANYCAST, reply: RTM.RTM_GETANYCAST },
  groups: [RTNLGRP.RTNLGRP_IPV6_ACADDR],
};

/** The multicast addresses of one network namespace. They can only be read and, since Linux 6.14, watched. */
export class MulticastAddresses
  extends Collection<MulticastAddress, Input<MulticastAddress>, Input<MulticastAddress>, true, ChangingVerb> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(multicast, open, requester);
  }

  /** Returns the addresses that match the filter: the kernel lists one family at a time. */
  override list(filter: Input<MulticastAddress> = {}): MulticastAddress[] {
    if (!isFields(filter) || filter.family !== undefined || filter.multicast !== undefined) return super.list(filter);
    return FAMILIES.flatMap((family) => super.list({ ...filter, family }));
  }

  /** Yields the addresses that match the filter; see {@linkcode Collection.iterate}. */
  override *iterate(filter: Input<MulticastAddress> = {}): Generator<MulticastAddress, void, undefined> {
    if (!isFields(filter) || filter.family !== undefined || filter.multicast !== undefined) {
      return yield* super.iterate(filter);
    }
    for (const family of FAMILIES) yield* super.iterate({ ...filter, family });
  }
}

const FAMILIES = ["inet", "inet6"] as const;

/** The anycast addresses of one network namespace. They can only be read and, since Linux 6.14, watched. */
export class AnycastAddresses
  extends Collection<AnycastAddress, Input<AnycastAddress>, Input<AnycastAddress>, true, ChangingVerb> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(anycast, open, requester);
  }
}

/** The multicast addresses of this namespace, on a socket that the first use opens. */
export const multicastAddresses: MulticastAddresses = new MulticastAddresses(onShared(NETLINK_ROUTE));

/** The anycast addresses of this namespace, on a socket that the first use opens. */
export const anycastAddresses: AnycastAddresses = new AnycastAddresses(onShared(NETLINK_ROUTE));
