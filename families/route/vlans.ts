/**
 * VLANs of bridges and their ports, as with `bridge vlan`.
 *
 * ```ts ignore
 * import { vlans } from "@linux/netlink/families/route/vlans.ts";
 * vlans.add({ dev: "v0", vid: 10, flags: ["pvid", "untagged"] });
 * vlans.add({ dev: "v2", vid: { start: 20, end: 29 } });
 * console.log(vlans.list({ dev: "v2" }).map(({ vid }) => vid));
 * ```
 *
 * The bridge must have `vlanFiltering`. `dev` may also be the bridge itself. The kernel accepts a VLAN that exists and sets
 * its flags, so `add` also changes those, with `{ exists: "ok" }` too, and never throws EEXIST. Needs Linux 5.9.
 *
 * Source: linux/if_bridge.h BRIDGE_VLANDB_*, v7.2
 *
 * @module
 */
import { expectFields, isFields } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bytes,
  checkValues,
  type Codec,
  count64,
  enumeration,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  mask,
  readOnly,
  repeated,
  type Shape,
  shown,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError, KernelError } from "../../core/errors.ts";
import { expectDevice, expectTarget } from "./bulk.ts";
import { type Family, family, NETLINK_ROUTE, type OnInterface, RTM, RTNLGRP } from "./protocol.ts";

/** BRIDGE_VLAN_INFO_*: flags of a VLAN. */
export const BRIDGE_VLAN_INFO = {
  master: 1,
  pvid: 2,
  untagged: 4,
  range_begin: 8,
  range_end: 16,
  brentry: 32,
  only_opts: 64,
} as const;

/** A flag of a VLAN: `pvid` takes untagged packets, `untagged` sends packets without the tag. */
export type BridgeVlanBit = keyof typeof BRIDGE_VLAN_INFO;

/** BR_STATE_*: states of a port in a VLAN. */
export const VLAN_STATE = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const;

/** The tunnel of a VLAN. */
export interface VlanTunnel {
  /** Tunnel id, 0..16777215; in a range the first one. A VLAN keeps the tunnel that it has until that is deleted. */
  id?: number;
  /** Only in requests: `delete` removes the tunnel; `set`, which is the default, makes it. */
  cmd?: "set" | "delete" | number;
}

/** Wire form of {@linkcode VlanTunnel}: BRIDGE_VLANDB_TINFO_*. */
export const VlanTunnel: Attributes<VlanTunnel> = attributes((): Shape<VlanTunnel> => ({
  id: [1, u32],
  cmd: [2, enumeration(u32, { delete: RTM.RTM_DELLINK, set: RTM.RTM_SETLINK }), "input"],
}));

/** Counters of a VLAN. */
export interface VlanStats {
  /** Bytes received. */
  rxBytes?: number;
  /** Packets received. */
  rxPackets?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Packets sent. */
  txPackets?: number;
}

/** Wire form of {@linkcode VlanStats}: BRIDGE_VLANDB_STATS_*. */
export const VlanStats: Attributes<VlanStats> = attributes((): Shape<VlanStats> => ({
  rxBytes: [1, count64],
  rxPackets: [2, count64],
  txBytes: [3, count64],
  txPackets: [4, count64],
}), { pad: 5 });

/** Options and counters of a VLAN. */
export interface VlanOptions {
  /** Last VLAN id of a range. Objects from `list` are single VLANs, those from `ranges` may have it. */
  range?: number;
  /** State of the port in the VLAN. */
  state?: keyof typeof VLAN_STATE | number;
  /** The tunnel that carries the VLAN. */
  tunnelInfo?: VlanTunnel;
  /** Counters, from `listStats`. Read-only. */
  stats?: VlanStats;
  /** Multicast router at the port: 0 never, 1 if one is seen, 2 always. */
  mcastRouter?: number;
  /** Number of multicast groups. Read-only. */
  mcastNGroups?: number;
  /** Most multicast groups; 0 is no limit. */
  mcastMaxGroups?: number;
  /** 1 answers for neighbours instead of flooding their requests; only `set` changes a 1 to 0. Not for a bridge itself. */
  neighSuppress?: number;
  /** 1 forwards gratuitous neighbour announcements although `neighSuppress` is 1; only `set` changes a 1 to 0. */
  neighForwardGrat?: number;
}

const options: Shape<VlanOptions> = {
  range: [2, u16, key],
  state: [3, enumeration(u8, VLAN_STATE)],
  tunnelInfo: [4, VlanTunnel],
  stats: [5, VlanStats, readOnly],
  mcastRouter: [6, u8],
  mcastNGroups: [7, u32, readOnly],
  mcastMaxGroups: [8, u32],
  neighSuppress: [9, u8],
  neighForwardGrat: [10, u8],
};

/** The flags and number of a VLAN. */
export interface VlanInfo {
  /** Flags. */
  flags?: readonly (BridgeVlanBit | number)[];
  /** VLAN id, 1..4094. */
  vid?: number;
}

const vlanFlags: Codec<readonly (BridgeVlanBit | number)[], readonly (BridgeVlanBit | number)[] | number> = mask(
  u16,
  BRIDGE_VLAN_INFO,
);

/** A VLAN or range in a message. */
export interface VlanEntry extends VlanOptions {
  /** Flags and number. */
  info?: VlanInfo;
}

/** Wire form of {@linkcode VlanEntry}: BRIDGE_VLANDB_ENTRY_*. */
export const VlanEntry: Attributes<VlanEntry> = attributes((): Shape<VlanEntry> => ({
  info: [1, struct<VlanInfo>(4, { flags: [0, vlanFlags], vid: [2, u16] })],
  ...options,
}));

/** Options of a VLAN on the whole bridge. Times are in hundredths of a second. */
export interface VlanGlobalOptions {
  /** VLAN id. */
  id?: number;
  /** Last VLAN id of a range. */
  range?: number;
  /** 1 forwards multicast packets to ports with members only. */
  mcastSnooping?: number;
  /** Version of IGMP, 2 or 3. */
  mcastIgmpVersion?: number;
  /** Version of MLD, 1 or 2. */
  mcastMldVersion?: number;
  /** Number of queries before the last member counts as gone. */
  mcastLastMemberCnt?: number;
  /** Number of queries at the start. */
  mcastStartupQueryCnt?: number;
  /** Time between queries for the last member. */
  mcastLastMemberIntvl?: number;
  /** Time after which a member counts as gone. */
  mcastMembershipIntvl?: number;
  /** Time after which another querier counts as gone. */
  mcastQuerierIntvl?: number;
  /** Time between queries, 100 or more. */
  mcastQueryIntvl?: number;
  /** Longest time for responses to queries. */
  mcastQueryResponseIntvl?: number;
  /** Time between queries at the start, 100 or more. */
  mcastStartupQueryIntvl?: number;
  /** 1 makes the bridge a querier. */
  mcastQuerier?: number;
  /** Ports that lead to multicast routers, as the kernel sends them. Read-only. */
  mcastRouterPorts?: Uint8Array;
  /** The present querier, as the kernel sends it. Read-only. */
  mcastQuerierState?: Uint8Array;
  /** Spanning tree instance of the VLAN, 0..4095. */
  msti?: number;
}

/** Wire form of {@linkcode VlanGlobalOptions}: BRIDGE_VLANDB_GOPTS_*. */
export const VlanGlobalOptions: Attributes<VlanGlobalOptions> = attributes((): Shape<VlanGlobalOptions> => ({
  id: [1, u16, key],
  range: [2, u16, key],
  mcastSnooping: [3, u8],
  mcastIgmpVersion: [4, u8],
  mcastMldVersion: [5, u8],
  mcastLastMemberCnt: [6, u32],
  mcastStartupQueryCnt: [7, u32],
  mcastLastMemberIntvl: [8, count64],
  mcastMembershipIntvl: [10, count64],
  mcastQuerierIntvl: [11, count64],
  mcastQueryIntvl: [12, count64],
  mcastQueryResponseIntvl: [13, count64],
  mcastStartupQueryIntvl: [14, count64],
  mcastQuerier: [15, u8],
  mcastRouterPorts: [16, bytes, readOnly],
  mcastQuerierState: [17, bytes, readOnly],
  msti: [18, u16],
}), { pad: 9 });

/** Options of a VLAN on a bridge. */
export interface BridgeVlanOptions extends VlanDevice, VlanGlobalOptions {}

/** The port or bridge of VLANs. */
export interface VlanDevice {
  /** Always `bridge`. Read-only. */
  family: Family;
  /** Index of the port or bridge. */
  ifindex: Ifindex;
  /** Name of the port or bridge. */
  dev?: string;
}

/** A message about the VLANs of a port or bridge. */
export interface VlanMessage extends VlanDevice {
  /** The VLANs. */
  entries?: readonly VlanEntry[];
  /** Options of VLANs on the whole bridge. */
  globalOptions?: readonly VlanGlobalOptions[];
}

/** Wire form of {@linkcode VlanMessage}: br_vlan_msg and BRIDGE_VLANDB_ENTRY. */
export const VlanMessage: Attributes<VlanMessage> = attributes((): Shape<VlanMessage> => ({
  family: head(0, family),
  ifindex: head(4, ifindex),
  dev: interfaceNameOf("ifindex"),
  entries: [1, repeated(1, VlanEntry)],
  globalOptions: [2, repeated(2, VlanGlobalOptions)],
}), { header: 8 });

/** A VLAN of a port or bridge. */
export interface BridgeVlan extends VlanDevice, VlanOptions {
  /** Flags: `pvid`, `untagged`. The kernel adds `brentry` to a VLAN of a bridge itself, and does not list it. */
  flags: readonly (BridgeVlanBit | number)[];
  /** VLAN id, 1..4094. */
  vid: number;
}

/** Fields of {@linkcode BridgeVlan}: br_vlan_msg, bridge_vlan_info and BRIDGE_VLANDB_ENTRY_*, side by side. */
export const BridgeVlan: Attributes<BridgeVlan> = attributes((): Shape<BridgeVlan> => ({
  family: head(0, family, readOnly),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  flags: head(8, vlanFlags),
  vid: head(10, u16, key),
  ...options,
}), { header: 12 });

/** A VLAN as input: {@linkcode BridgeVlan} with a name or number for the interface; `vid` may be a range. */
export type VlanInput = Omit<Input<BridgeVlan>, "vid"> & {
  vid?: number | { readonly start: number; readonly end: number };
};

/** A VLAN to add: its number and interface must be given. */
export type VlanToAdd =
  & VlanInput
  & { vid: NonNullable<VlanInput["vid"]> }
  & OnInterface;

/** Flags that the library sets itself. */
const RANGE_FLAGS = BRIDGE_VLAN_INFO.range_begin | BRIDGE_VLAN_INFO.range_end;

/** Returns a VLAN with a range of numbers as `vid` and `range`. */
function withRange(value: VlanInput, verb: Verb): Input<BridgeVlan> {
  const { vid, ...rest } = value, what = `Cannot ${verb} a vlan`;
  if (vid === undefined) throw argumentError(TypeError, `${what}: vid is missing`);
  if (!isFields(vid)) return { ...rest, vid } as Input<BridgeVlan>;
  const { start, end } = vid as { start: number; end: number };
  if (!(start <= end)) {
    throw argumentError(
      RangeError,
      `${what}: vid: expected a start before its end, got ${shown(start)}, ${shown(end)}`,
    );
  }
  return { ...rest, vid: start, ...(end === start ? {} : { range: end }) } as Input<BridgeVlan>;
}

function requestOf(value: Input<BridgeVlan>, verb: Verb): object {
  const { dev, ifindex: index, family: _, flags, vid, range, ...rest } = value;
  const target = { family: "bridge", ...(dev === undefined ? { ifindex: index } : { dev }) };
  if (verb === "list") return target;
  const ranged = range === undefined ? {} : { range };
  if (verb === "delete") return { ...target, entries: [{ info: { vid }, ...ranged }] };
  const tunnelInfo = rest.tunnelInfo && { cmd: "set", ...rest.tunnelInfo };
  // A new VLAN has these values. Listed VLANs of a bridge itself have them too, in whose requests the kernel refuses them.
  if (verb === "add" && rest.neighSuppress === 0) delete rest.neighSuppress;
  if (verb === "add" && rest.neighForwardGrat === 0) delete rest.neighForwardGrat;
  // Without this flag, a change of options would set the flags too.
  const sent = flags ?? (verb === "set" ? ["only_opts"] : []);
  return {
    ...target,
    entries: [{ info: { flags: sent, vid }, ...ranged, ...rest, ...(tunnelInfo === undefined ? {} : { tunnelInfo }) }],
  };
}

/** Returns the VLANs or ranges in a message. */
function rangesOf({ entries = [], family, ifindex, dev }: VlanMessage): BridgeVlan[] {
  return entries.map(({ info, ...rest }) => ({
    family,
    ifindex,
    ...(dev === undefined ? {} : { dev }),
    flags: info?.flags ?? [],
    vid: info?.vid ?? 0,
    ...rest,
  }));
}

/** Returns the VLANs in a message, each by itself: those of a range have consecutive tunnels. */
function vlansOf(message: VlanMessage): BridgeVlan[] {
  return rangesOf(message).flatMap(({ range, ...first }) => {
    const { vid, tunnelInfo } = first;
    return Array.from({ length: (range ?? vid) - vid + 1 }, (_, index) => ({
      ...first,
      vid: vid + index,
      ...(tunnelInfo?.id === undefined ? {} : { tunnelInfo: { ...tunnelInfo, id: tunnelInfo.id + index } }),
    }));
  });
}

const declaration: Declaration<BridgeVlan> = {
  protocol: NETLINK_ROUTE,
  object: "vlan",
  table: BridgeVlan,
  messages: { new: RTM.RTM_NEWVLAN, del: RTM.RTM_DELVLAN, get: RTM.RTM_GETVLAN },
  groups: [RTNLGRP.RTNLGRP_BRVLAN],
  filters: ["ifindex"],
  describe(value) {
    const { vid, range, dev, ifindex } = value as VlanInput & { range?: number };
    const last = isFields(vid) ? (vid as { end: number }).end : range;
    const first = isFields(vid) ? (vid as { start: number }).start : vid;
    return `${first ?? ""}${last === undefined ? "" : `-${last}`} on ${dev ?? ifindex ?? ""}`;
  },
  identity: ({ ifindex, vid }) => `${ifindex} ${vid}`,
  keyOf: ({ dev, ifindex, vid, range }: VlanInput & { range?: number }) => ({ dev, ifindex, vid, range }),
  prepare(value, verb) {
    if (verb === "list") return value;
    if (verb === "get") {
      if ((value as VlanInput).vid === undefined) throw argumentError(TypeError, "Cannot get a vlan: vid is missing");
      return value;
    }
    if (verb === "append" || verb === "replace") {
      throw argumentError(TypeError, `Cannot ${verb} a vlan: add also changes the flags of one that exists`);
    }
    const whole = withRange(value as VlanInput, verb), { flags } = whole;
    expectTarget(whole, `${verb} a vlan`);
    const ranged = Array.isArray(flags)
      ? flags.some((flag) => flag === "range_begin" || flag === "range_end")
      : typeof flags === "number" && (flags & RANGE_FLAGS) !== 0;
    if (ranged) throw argumentError(TypeError, `Cannot ${verb} a vlan: flags: give a range as vid: { start, end }`);
    return whole;
  },
  listOnly: true,
  // The kernel says EINVAL about an interface that is no bridge and no port of one.
  none: ["ENODEV", "EOPNOTSUPP", "EINVAL"],
  hint: (code, { kernelMessage = "" }, value) =>
    code === "EEXIST" && (value as VlanInput).tunnelInfo !== undefined
      ? 'the VLAN has a tunnel, or another VLAN has this one: remove that first, with tunnelInfo: { cmd: "delete" }'
      : code === "EOPNOTSUPP" || code === "EINVAL" && (kernelMessage === "" || /not a valid bridge/.test(kernelMessage))
      ? "the interface must be a bridge, or a port of one; the kernel needs CONFIG_BRIDGE_VLAN_FILTERING"
      : undefined,
  request: { codec: VlanMessage, of: (value, verb) => requestOf(value as Input<BridgeVlan>, verb) },
  spread: { codec: VlanMessage, each: vlansOf },
};

/** The VLANs of the bridges of one network namespace, and of their ports. `add` also changes the flags of one that exists. */
export class Vlans extends Collection<BridgeVlan, VlanInput, VlanInput, true, "append" | "replace", VlanToAdd> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /** Returns the VLANs as the kernel lists them: neighbours with the same options are one, with a `range`. */
  ranges(dev?: string | number): BridgeVlan[] {
    return this.#dumped(dev, undefined).flatMap(rangesOf);
  }

  /** Returns each VLAN with its counters. Like `bridge -s vlan`. */
  listStats(dev?: string | number): BridgeVlan[] {
    return this.#dumped(dev, DUMP_STATS).flatMap(vlansOf);
  }

  /** Returns the options of VLANs on whole bridges. Like `bridge vlan global show`. */
  listGlobal(dev?: string | number): BridgeVlanOptions[] {
    return this.#dumped(dev, DUMP_GLOBAL).flatMap(({ globalOptions = [], entries: _, ...device }) =>
      globalOptions.map((one) => ({ ...device, ...one }))
    );
  }

  /** Sets options of a VLAN, or of a range of them, on a whole bridge. Like `bridge vlan global set vid 10 dev br0`. */
  setGlobal(
    dev: string | number,
    vid: number | { readonly start: number; readonly end: number },
    options: VlanGlobalOptions,
  ): void {
    expectDevice(dev, "set options of a vlan");
    const { vid: id, range } = withRange({ vid }, "set");
    if (!Number.isInteger(id)) {
      const expected = "expected a number, or { start, end }";
      throw argumentError(TypeError, `Cannot set options of a vlan on ${dev}: vid: ${expected}, got ${shown(id)}`);
    }
    const what = `set options of vlan ${id} on ${dev}`;
    expectFields(options, what, "options as an object");
    checkValues(VlanGlobalOptions, options, what);
    expectGlobal(options, id!, range, what);
    this.#requester().request({
      type: RTM.RTM_NEWVLAN,
      flags: 0,
      codec: VlanMessage as Codec<unknown, never>,
      value: {
        family: "bridge",
        ...(typeof dev === "number" ? { ifindex: dev } : { dev }),
        globalOptions: [{ ...options, id, ...(range === undefined ? {} : { range }) }],
      },
      what,
    });
  }

  #dumped(dev: string | number | undefined, flags: number | undefined): VlanMessage[] {
    const operation = this.operation("list", RTM.RTM_GETVLAN, {}, RTM.RTM_NEWVLAN);
    const value = {
      family: "bridge",
      ...(dev === undefined ? {} : { ifindex: dev }),
      ...(flags === undefined ? {} : { flags }),
    };
    try {
      const request = { ...operation, what: "list vlans", codec: VlanDump as Codec<unknown, never>, value };
      return this.#requester().dump(request) as VlanMessage[];
    } catch (error) {
      // As `list` does: a kernel without VLANs of bridges has none.
      if (error instanceof KernelError && declaration.none!.includes(error.code)) return [];
      throw error;
    }
  }
}

/** Least time between queries: the kernel would take it instead of a shorter one. */
const LEAST_INTERVAL = 100;

/** Throws for options of a VLAN on a bridge that the kernel would ignore or change. */
function expectGlobal(options: VlanGlobalOptions, id: number, range: number | undefined, what: string): void {
  const refuse = (name: keyof VlanGlobalOptions, why: string): never => {
    throw argumentError(TypeError, `Cannot ${what}: ${name}: ${why}, got ${shown(options[name])}`);
  };
  for (const name of ["mcastRouterPorts", "mcastQuerierState"] as const) {
    if (options[name] !== undefined) throw argumentError(TypeError, `Cannot ${what}: ${name} is read-only`);
  }
  if (options.id !== undefined && options.id !== id) refuse("id", `expected ${id}, the VLAN to change`);
  if (options.range !== undefined && options.range !== range) refuse("range", "give a range as { start, end }");
  for (const name of ["mcastSnooping", "mcastQuerier"] as const) {
    if ((options[name] ?? 0) > 1) refuse(name, "expected 0 or 1");
  }
  for (const name of ["mcastQueryIntvl", "mcastStartupQueryIntvl"] as const) {
    if ((options[name] ?? LEAST_INTERVAL) < LEAST_INTERVAL) refuse(name, `expected ${LEAST_INTERVAL} or more`);
  }
}

/** BRIDGE_VLANDB_DUMPF_*. */
const DUMP_STATS = 1, DUMP_GLOBAL = 2;

/** A request for a list of VLANs. */
export interface VlanDump {
  /** `bridge`. */
  family: Family;
  /** Index of the port or bridge; 0 for all. */
  ifindex: Ifindex;
  /** BRIDGE_VLANDB_DUMPF_*. */
  flags?: number;
}

/** Wire form of {@linkcode VlanDump}: br_vlan_msg and BRIDGE_VLANDB_DUMP_*. */
export const VlanDump: Attributes<VlanDump> = attributes((): Shape<VlanDump> => ({
  family: head(0, family),
  ifindex: head(4, ifindex),
  flags: [1, u32],
}), { header: 8 });

/** The VLANs of this namespace, on a socket that the first use opens. */
export const vlans: Vlans = new Vlans(onShared(NETLINK_ROUTE));
