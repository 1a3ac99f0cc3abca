/**
 * VNIs that a VXLAN interface in external mode accepts, as with `bridge vni`.
 *
 * ```ts
 * import { vnis } from "@linux/netlink/families/route/vnis.ts";
 * console.log(vnis.list());
 * ```
 *
 * The interface must have been made with `external` and `vnifilter`. The kernel accepts a VNI that exists and makes it
 * anew, so `add` does the same as `replace`, and never throws EEXIST.
 *
 * Source: linux/if_link.h VXLAN_VNIFILTER_*, v7.2
 *
 * @module
 */
import { expectFields, expectNames } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  count64,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4,
  ipv6,
  key,
  mask,
  noneIs,
  parseIp,
  part,
  readOnly,
  repeated,
  type Shape,
  shown,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Found, type Input, onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { expectTarget } from "./bulk.ts";
import { AF, type Family, family, NETLINK_ROUTE, type OnInterface, RTM, RTNLGRP } from "./protocol.ts";

/** Counters of a VNI. */
export interface VniStats {
  /** Bytes received. */
  rxBytes?: number;
  /** Packets received. */
  rxPkts?: number;
  /** Received packets that were dropped. */
  rxDrops?: number;
  /** Received packets with errors. */
  rxErrors?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Packets sent. */
  txPkts?: number;
  /** Packets to send that were dropped. */
  txDrops?: number;
  /** Packets to send with errors. */
  txErrors?: number;
}

/** Wire form of {@linkcode VniStats}: VNIFILTER_ENTRY_STATS_*. */
export const VniStats: Attributes<VniStats> = attributes((): Shape<VniStats> => ({
  rxBytes: [1, count64],
  rxPkts: [2, count64],
  rxDrops: [3, count64],
  rxErrors: [4, count64],
  txBytes: [5, count64],
  txPkts: [6, count64],
  txDrops: [7, count64],
  txErrors: [8, count64],
}), { pad: 9 });

/** A range of VNIs, without its interface. */
export interface VniRange {
  /** First VNI, 0..16777215. */
  start?: number;
  /** Last VNI; absent for a single one. */
  end?: number;
  /** Multicast group or remote end, IPv4; a multicast group needs an interface with a local address. */
  group?: string;
  /** Multicast group or remote end, IPv6. */
  group6?: string;
  /** Counters, from `listStats`. Read-only. */
  stats?: VniStats;
}

const range: Shape<VniRange> = {
  start: [1, u32, key],
  end: [2, u32, key],
  group: [3, noneIs(ipv4, "0.0.0.0")],
  group6: [4, noneIs(ipv6, "::")],
  stats: [5, VniStats, readOnly],
};

/** Wire form of {@linkcode VniRange}: VXLAN_VNIFILTER_ENTRY_*. */
export const VniRange: Attributes<VniRange> = attributes(range);

/** The interface of VNIs. */
export interface VniDevice {
  /** Always `bridge`. */
  family: Family;
  /** `stats` in messages with counters. Read-only. */
  flags: readonly ("stats" | number)[];
  /** Index of the VXLAN interface. */
  ifindex: Ifindex;
  /** Name of the VXLAN interface. */
  dev?: string;
}

const device: Shape<VniDevice> = {
  family: head(0, family),
  flags: head(1, mask(u8, { stats: 1 }), readOnly),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
};

/** A VNI, or a range of them, of a VXLAN interface. */
export interface Vni extends VniDevice, VniRange {}

/** Wire form of {@linkcode Vni}: tunnel_msg and one VXLAN_VNIFILTER_ENTRY. */
export const Vni: Attributes<Vni> = attributes(device, { header: 8 }).with(part<VniRange>(range), 1);

/** A message from the kernel: an interface and its VNIs. */
export interface VniMessage extends VniDevice {
  /** The VNIs. */
  entries: readonly VniRange[];
}

/** Wire form of {@linkcode VniMessage}. */
export const VniMessage: Attributes<VniMessage> = attributes((): Shape<VniMessage> => ({
  ...device,
  entries: [1, repeated(1, VniRange)],
}), { header: 8 });

/** A VNI as input: {@linkcode Vni} with a name or number for the interface. */
export type VniInput = Input<Vni>;

/** A VNI to add: its interface must be given. */
export type VniToAdd = VniInput & OnInterface;

/** The greatest VNI: it has 24 bits. */
const MOST_VNI = 0xffffff;

const declaration: Declaration<Vni> = {
  protocol: NETLINK_ROUTE,
  object: "vni",
  table: Vni,
  messages: { new: RTM.RTM_NEWTUNNEL, del: RTM.RTM_DELTUNNEL, get: RTM.RTM_GETTUNNEL },
  groups: [RTNLGRP.RTNLGRP_TUNNEL],
  filters: ["ifindex"],
  describe(value) {
    const { start, end, dev, ifindex } = value as VniInput;
    return `${start ?? ""}${end === undefined || end === start ? "" : `-${end}`} on ${dev ?? ifindex ?? ""}`;
  },
  identity: ({ ifindex, start, end = start }) => `${ifindex} ${start}-${end}`,
  keyOf: ({ dev, ifindex, start, end }: VniInput) => ({ dev, ifindex, start, end }),
  prepare(value, verb) {
    if (verb === "list") return { ...value, family: "bridge" };
    const { start, group, ...rest } = value as VniInput;
    if (start === undefined) throw argumentError(TypeError, `Cannot ${verb} a vni: start is missing`);
    expectTarget(rest, `${verb} a vni`);
    for (const [name, vni] of Object.entries({ start, end: rest.end ?? start })) {
      if (typeof vni === "number" && vni > MOST_VNI) {
        throw argumentError(RangeError, `Cannot ${verb} a vni: ${name}: expected 0..${MOST_VNI}, got ${shown(vni)}`);
      }
    }
    if (rest.end !== undefined && start > rest.end) {
      const order = `expected a start before its end, got ${shown(start)}, ${shown(rest.end)}`;
      throw argumentError(RangeError, `Cannot ${verb} a vni: end: ${order}`);
    }
    if (verb === "append") throw argumentError(TypeError, "Cannot append a vni: it exists once: use add or replace");
    const six = verb !== "delete" && parseIp(String(group ?? ""))?.length === 16;
    return {
      ...rest,
      family: "bridge",
      start,
      ...(group === undefined || verb === "delete" ? {} : six ? { group6: group } : { group }),
    };
  },
  // The kernel makes a VNI that exists anew, whatever the flags, so this is what distinguishes add.
  listOnly: true,
  // It also makes a missing VNI, and removes the remote end if the request has none.
  merge({ among, changes, whole, what }) {
    const { group, group6 } = changes;
    if ((group ?? group6) !== undefined) return { ...whole, group, group6 };
    if (new Set(among.map(remoteOf)).size > 1) {
      throw argumentError(TypeError, `Cannot ${what}: group is missing: the VNIs of this range have different ones`);
    }
    return whole;
  },
  none: ["ENODEV", "EINVAL"],
  hint: (code, { kernelMessage }) =>
    kernelMessage === undefined && (code === "EINVAL" || code === "EOPNOTSUPP")
      ? 'the interface must be made with { kind: "vxlan", data: { collectMetadata: 1, vnifilter: 1 } }'
      : undefined,
  spread: {
    codec: VniMessage,
    each: ({ entries, ...device }: VniMessage) => entries.map((entry) => ({ ...device, ...entry })),
  },
};

function remoteOf({ group, group6 }: VniRange): string | undefined {
  return group ?? group6;
}

/** The VNIs that the VXLAN interfaces of one network namespace accept. */
export class Vnis extends Collection<Vni, VniInput, VniInput, true, "append", VniToAdd> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * Looks for VNIs that the kernel lists as part of a range, or as several ranges. If these have different remote ends,
   * the result has none.
   */
  protected override look(key: object, what: string, requester: Requester): Found<Vni> {
    const { dev, ifindex, start: first, end: last = first } = declaration.prepare!(key, "get") as Vni;
    if (!Number.isInteger(first) || !Number.isInteger(last)) return super.look(key, what, requester);
    const within = ({ start = 0, end = start }: Vni): boolean => start <= last! && end >= first!;
    const among = super.list(dev === undefined ? { ifindex } : { dev }).filter(within);
    const sizes = among.map(({ start = 0, end = start }) => Math.min(end, last!) - Math.max(start, first!) + 1);
    if (sizes.reduce((sum, size) => sum + size, 0) <= last! - first!) return super.look(key, what, requester);
    const { end: _, group, group6, ...one } = among[0]!;
    const same = new Set(among.map(remoteOf)).size === 1;
    return {
      found: {
        ...one,
        start: first!,
        ...(last === first ? {} : { end: last! }),
        ...(same && group !== undefined ? { group } : {}),
        ...(same && group6 !== undefined ? { group6 } : {}),
      },
      among,
    };
  }

  /** Returns each VNI with its counters. Like `bridge -s vni`. */
  listStats(filter: { readonly dev?: string | number } = {}): Vni[] {
    expectFields(filter, "list VNIs", "a filter as an object");
    expectNames(filter, "list VNIs", ["dev"]);
    const operation = this.operation("list", RTM.RTM_GETTUNNEL, {}, RTM.RTM_NEWTUNNEL);
    const value = { family: AF.bridge, flags: 1, ...(filter.dev === undefined ? {} : { ifindex: filter.dev }) };
    const sent = this.#requester().dump({
      ...operation,
      what: "list vnis",
      codec: StatsRequest,
      value,
    }) as VniMessage[];
    return sent.flatMap((one) => declaration.spread!.each(one as never));
  }
}

/** A request for counters. */
interface StatsRequest {
  family: number;
  flags: number;
  ifindex: Ifindex;
}

const StatsRequest: Attributes<StatsRequest> = attributes((): Shape<StatsRequest> => ({
  family: head(0, u8),
  flags: head(1, u8),
  ifindex: head(4, ifindex),
}), { header: 8 });

/** The VNIs of this namespace, on a socket that the first use opens. */
export const vnis: Vnis = new Vnis(onShared(NETLINK_ROUTE));
