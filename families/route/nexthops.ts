/**
 * Nexthop objects, which routes and tunnels share by their ids, as with `ip nexthop`.
 *
 * ```ts ignore
 * import { nexthops } from "@linux/netlink/families/route/nexthops.ts";
 * import { routes } from "@linux/netlink/families/route/routes.ts";
 * nexthops.add({ id: 1, gateway: "10.9.0.2", dev: "v0" });
 * nexthops.add({ id: 2, gateway: "10.9.0.3", dev: "v0" });
 * nexthops.add({ id: 10, group: [{ id: 1 }, { id: 2, weight: 3 }] });
 * routes.add({ dst: "203.0.113.0/24", nhId: 10 });
 * ```
 *
 * If a link goes down, the kernel removes its nexthops, and routes that use them, without events. A watch with `resync`
 * reports them.
 *
 * Source: linux/nexthop.h, v7.2
 *
 * @module
 */
import type { Client, Requester } from "../../core/client.ts";
import {
  array,
  type Attributes,
  attributes,
  bool,
  type Codec,
  count64,
  enumeration,
  flag,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  listOf,
  mask,
  noneIs,
  parseIp,
  part,
  readOnly,
  type Shape,
  shown,
  u16,
  u32,
  uint,
} from "../../core/codec/mod.ts";
import {
  type AddOptions,
  type ChangingVerb,
  Collection,
  type Declaration,
  type Existing,
  type Input,
  onShared,
  type Verb,
} from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { type Encap, encap } from "./encap.ts";
import { ipOfFamily } from "./prefix.ts";
import {
  AF,
  type Family,
  family,
  familyNumber,
  NETLINK_ROUTE,
  protocol,
  type RouteProtocol,
  RTM,
  RTNLGRP,
  type Scope,
  scope,
} from "./protocol.ts";
import { settle } from "./settle.ts";

/** RTNH_F_*: flags of a nexthop. */
export const NEXTHOP_F = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const;

/** A flag of a nexthop. Only `onlink` can be set: the gateway is on this link, even if no address there shows it. */
export type NexthopFlag = keyof typeof NEXTHOP_F;

const nexthopFlags: Codec<readonly (NexthopFlag | number)[], readonly (NexthopFlag | number)[] | number> = mask(
  u32,
  NEXTHOP_F,
);

/** NEXTHOP_GRP_TYPE_*: types of groups. */
export const NEXTHOP_GRP_TYPE = { mpath: 0, res: 1 } as const;

/** NHA_OP_FLAG_*: what a request asks for, and what a reply has. */
export const NHA_OP_FLAG = { dump_stats: 0x1, dump_hw_stats: 0x2, resp_grp_resvd_0: 0x80000000 } as const;

/** A member of a group. */
export interface NexthopMember {
  /** Id of the nexthop. */
  id: number;
  /** Share of the flows relative to the other members, 1..65535; 1 when absent. Kernels before 6.12 have at most 256. */
  weight?: number;
}

/** struct nexthop_grp: the weight minus one is in two bytes that are not side by side in older headers. */
const member: Codec<NexthopMember> = {
  name: "a member of a group",
  size: 8,
  decode: (from, at) => ({
    id: from.view.getUint32(at, true),
    weight: from.view.getUint16(at + 4, true) + 1,
  }),
  encode(value, to, owner) {
    if (typeof value !== "object" || value === null) to.fail(TypeError, `expected { id, weight }, got ${shown(value)}`);
    const { id, weight = 1, ...rest } = value;
    const [other] = Object.keys(rest);
    if (other !== undefined) to.fail(TypeError, `${JSON.stringify(other)} is not a field of a member: id, weight`);
    to.path.push("id");
    u32.encode(id, to, owner);
    to.path[to.path.length - 1] = "weight";
    if (!Number.isInteger(weight) || weight < 1 || weight > 0xffff) {
      to.fail(RangeError, `expected 1..65535, got ${shown(weight)}`);
    }
    u16.encode(weight - 1, to, owner);
    to.path.pop();
    to.grow(2);
  },
};

/** Settings of a resilient group, whose flows keep their buckets when members change. Times in hundredths of a second. */
export interface NexthopResGroup {
  /** Number of buckets; it is required, and does not change. */
  buckets?: number;
  /** Time after which a bucket without traffic may move to another member; 12000 when absent. */
  idleTimer?: number;
  /** Time after which buckets in use move too; 0 when absent: never. */
  unbalancedTimer?: number;
  /** Time since which members have had too many or too few buckets. Read-only. */
  unbalancedTime?: number;
}

/** Wire form of {@linkcode NexthopResGroup}. */
export const NexthopResGroup: Attributes<NexthopResGroup> = attributes((): Shape<NexthopResGroup> => ({
  buckets: [1, u16],
  idleTimer: [2, u32],
  unbalancedTimer: [3, u32],
  unbalancedTime: [4, count64, readOnly],
}));

/** Packets that a member of a group has forwarded. */
export interface NexthopGroupStats {
  /** Id of the member. */
  id?: number;
  /** Packets, by software and hardware. */
  packets?: number;
  /** Packets forwarded by hardware. */
  packetsHw?: number;
}

/** Wire form of {@linkcode NexthopGroupStats}. */
export const NexthopGroupStats: Attributes<NexthopGroupStats> = attributes((): Shape<NexthopGroupStats> => ({
  id: [1, u32],
  packets: [2, uint],
  packetsHw: [3, uint],
}));

/** A nexthop or a group of nexthops, without its encapsulation. */
export interface NexthopFields {
  /** `inet`, `inet6`; `unspec` for groups. Default: the family of the gateway, else `inet`. */
  family: Family;
  /** Distance of the gateway. Read-only. */
  scope: Scope;
  /** Origin. */
  protocol: RouteProtocol;
  /** Flags; only `onlink` can be set. */
  flags: readonly (NexthopFlag | number)[];
  /** Id, u32; if it is absent in `add`, the kernel chooses one. */
  id?: number;
  /** The members of a group. A group has no other fields than these and those of its type. */
  group?: readonly NexthopMember[];
  /** Type of the group: `mpath` divides flows by their hash, `res` is resilient. It does not change. */
  groupType?: keyof typeof NEXTHOP_GRP_TYPE | number;
  /** True drops the packets. It has no interface and no gateway. */
  blackhole?: boolean;
  /** Index of the outgoing interface. */
  oif?: Ifindex;
  /** Name of the outgoing interface. */
  dev?: string;
  /** IP address of the gateway. */
  gateway?: string;
  /** Only in filters: true selects groups. */
  groups?: boolean;
  /** Only in filters: index of the bridge or VRF of the interface. */
  master?: Ifindex;
  /** Only in filters: name of the bridge or VRF of the interface. */
  masterDev?: string;
  /** True for remote ends of VXLAN, used by forwarding entries (`nhId`). They have no interface. */
  fdb?: boolean;
  /** Settings of a resilient group. */
  resGroup?: NexthopResGroup;
  /** Contents of the reply. Read-only. */
  opFlags?: readonly (keyof typeof NHA_OP_FLAG | number)[];
  /** Packets by member, from `getStats` and `listStats`. Read-only. */
  groupStats?: readonly NexthopGroupStats[];
  /** True makes hardware count the packets of a group; kernels before 6.10 refuse it. */
  hwStatsEnable?: boolean;
  /** True if hardware counts packets, from `getStats` and `listStats`. Read-only. */
  hwStatsUsed?: boolean;
}

/** A nexthop object. */
export type Nexthop = NexthopFields & Encap;

/** Wire form of {@linkcode Nexthop}: nhmsg and NHA_*. */
export const Nexthop: Attributes<Nexthop> = attributes((): Shape<NexthopFields> => ({
  family: head(0, family),
  scope: head(1, scope, readOnly),
  protocol: head(2, protocol),
  flags: head(4, nexthopFlags),
  id: [1, noneIs(u32, 0), key],
  group: [2, array(member)],
  groupType: [3, enumeration(u16, NEXTHOP_GRP_TYPE)],
  blackhole: [4, flag],
  oif: [5, ifindex],
  dev: interfaceNameOf("oif"),
  gateway: [6, ipOfFamily],
  groups: [9, flag, "input"],
  master: [10, ifindex, "input"],
  masterDev: interfaceNameOf("master", "input"),
  fdb: [11, flag],
  resGroup: [12, NexthopResGroup],
  opFlags: [14, mask(u32, NHA_OP_FLAG), readOnly],
  groupStats: [15, listOf(1, NexthopGroupStats), readOnly],
  hwStatsEnable: [16, bool(u32)],
  hwStatsUsed: [17, bool(u32), readOnly],
}), { header: 8 }).with(encap(7, 8));

/** A nexthop as input: {@linkcode Nexthop} with names or numbers for interfaces. */
export type NexthopInput = Input<Nexthop>;

/** Flags that show a nexthop's state, which the kernel refuses in requests. */
const STATE = NEXTHOP_F.dead | NEXTHOP_F.offload | NEXTHOP_F.linkdown | NEXTHOP_F.unresolved | NEXTHOP_F.trap;

function settable(flags: NexthopInput["flags"]): NexthopInput["flags"] {
  if (typeof flags === "number") return flags & ~STATE;
  return Array.isArray(flags)
    ? flags.filter((one) => ((typeof one === "number" ? one : NEXTHOP_F[one as NexthopFlag] ?? 0) & STATE) === 0)
    : flags;
}

function familyOf({ family, group, gateway }: NexthopInput): NexthopInput["family"] {
  if (group !== undefined) return "unspec";
  if (familyNumber(family as Family | undefined) !== AF.unspec) return family;
  const address = (gateway as unknown) instanceof Uint8Array ? gateway : parseIp(String(gateway ?? ""));
  return address?.length === 16 ? "inet6" : "inet";
}

function prepare(value: NexthopInput, verb: Verb): NexthopInput {
  if (verb === "list") return value;
  if (verb === "append") {
    throw argumentError(TypeError, "Cannot append a nexthop: an id denotes one nexthop: use add or replace");
  }
  if (verb !== "add" && (value.id === undefined || value.id === 0)) {
    throw argumentError(TypeError, `Cannot ${verb} a nexthop: id is missing`);
  }
  // The kernel refuses other fields in these requests.
  if (verb === "get" || verb === "delete") return { id: value.id } as NexthopInput;
  const flags = settable(value.flags);
  return { ...value, family: familyOf(value), ...(flags === undefined ? {} : { flags }) } as NexthopInput;
}

/** The fields of a nexthop that a blackhole does not have. */
const HOP = ["oif", "dev", "gateway", "encapType", "encap", "flags"] as const;

const declaration: Declaration<Nexthop> = {
  protocol: NETLINK_ROUTE,
  object: "nexthop",
  table: Nexthop,
  messages: { new: RTM.RTM_NEWNEXTHOP, del: RTM.RTM_DELNEXTHOP, get: RTM.RTM_GETNEXTHOP },
  groups: [RTNLGRP.RTNLGRP_NEXTHOP],
  filters: ["family", "oif", "groups", "master", "fdb"],
  describe(value) {
    const { id, gateway, dev, oif } = value as NexthopInput, out = dev ?? oif;
    return [
      ...(id === undefined ? [] : [id]),
      ...(gateway === undefined ? [] : [`via ${gateway}`]),
      ...(out === undefined ? [] : [`on ${out}`]),
    ].join(" ");
  },
  identity: ({ id }) => String(id),
  fromKey: (id) => ({ id: Number(id) }),
  keyOf: (value) => ({ id: (value as NexthopInput).id }),
  prepare: (value, verb) => prepare(value as NexthopInput, verb),
  merge({ changes, whole }) {
    const merged: Record<string, unknown> = { ...whole }, { blackhole, gateway } = changes;
    // A gateway of the other family changes the family of the nexthop.
    if (gateway !== undefined && changes["family"] === undefined) delete merged["family"];
    if (blackhole === true) { for (const name of HOP) if (changes[name] === undefined) delete merged[name]; }
    else if (HOP.some((name) => changes[name] !== undefined)) delete merged["blackhole"];
    return merged;
  },
  hint(code, { kernelMessage = "" }) {
    if (code === "ENETDOWN") return "bring the interface up first: links.set(dev, { up: true })";
    return /Invalid gateway|gateway has invalid/i.test(kernelMessage)
      ? 'the gateway must be on a network that the interface has; { flags: ["onlink"] } says that it is'
      : undefined;
  },
  silentRemoval: {
    groups: [RTNLGRP.RTNLGRP_LINK],
    types: [RTM.RTM_NEWLINK, RTM.RTM_DELLINK, RTM.RTM_DELNEXTHOP],
    settle,
  },
};

/** Asks for the packets that the members of groups have forwarded. */
const STATS = { opFlags: NHA_OP_FLAG.dump_stats | NHA_OP_FLAG.dump_hw_stats };

/** The nexthop objects of one network namespace. A key is an id, or an object with an `id`. */
export class Nexthops extends Collection<Nexthop, NexthopInput, number | NexthopInput, Nexthop, "append"> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /**
   * Adds a nexthop or a group.
   *
   * @returns the nexthop as the kernel made it, with the id that it chose; in a dry run the nexthop as it would be sent;
   * false if it exists and `{ exists: "ok" }` tolerates that
   * @throws {KernelError} EEXIST: a nexthop has this id; ENETDOWN: the interface is down
   */
  override add<E extends "ok" | undefined = undefined>(
    value: NexthopInput,
    options?: AddOptions<E>,
  ): Nexthop | Existing<E> {
    return this.addEchoed(value, options);
  }

  /**
   * Returns a group with the packets that each member has forwarded (`groupStats`). Like `ip -s -s nexthop get id 10`.
   *
   * @throws {KernelError} EINVAL: a kernel before 6.10, which counts no packets
   */
  getStats(key: number | NexthopInput): Nexthop {
    const operation = this.operation("get", RTM.RTM_GETNEXTHOP, this.keyValue(key, "get"), RTM.RTM_NEWNEXTHOP);
    return this.#requester().request({ ...operation, ...withStats(operation.value as object) }) as Nexthop;
  }

  /** Returns all nexthops; groups have the packets that each member has forwarded. Like `ip -s -s nexthop`. */
  listStats(): Nexthop[] {
    const operation = this.operation("list", RTM.RTM_GETNEXTHOP, {}, RTM.RTM_NEWNEXTHOP);
    return this.#requester().dump({ ...operation, what: "list nexthops", ...withStats({}) }) as Nexthop[];
  }

  /** The kernel selects by fields that nexthops do not show. */
  protected override fits(one: Nexthop, wanted: readonly (readonly [string, unknown])[]): boolean {
    return wanted.every(([name, value]) =>
      name === "groups"
        ? (one.group !== undefined) === (value === true)
        : name === "master" || super.fits(one, [[name, value]])
    );
  }
}

/** A request for statistics: the only one with flags for the reply. */
interface StatsRequest {
  /** Id of the nexthop. */
  id?: number;
  /** Contents to ask for in the reply. */
  opFlags?: number;
}

const StatsRequest: Attributes<StatsRequest> = attributes((): Shape<StatsRequest> => ({
  id: [1, u32],
  opFlags: [14, u32],
}), { header: 8 });

function withStats({ id }: { id?: number }): object {
  return {
    codec: StatsRequest,
    replyCodec: Nexthop,
    value: { ...(id === undefined ? {} : { id }), ...STATS },
  };
}

/** The nexthops of this namespace, on a socket that the first use opens. */
export const nexthops: Nexthops = new Nexthops(onShared(NETLINK_ROUTE));

/** The part of a bucket beside its group. */
export interface NexthopBucketFields {
  /** Always `unspec`. Read-only. */
  family: Family;
  /** Flags of the member. Read-only. */
  flags: readonly (NexthopFlag | number)[];
  /** Id of the group. */
  id?: number;
  /** Only in filters: index of the outgoing interface of the member. */
  oif?: Ifindex;
  /** Only in filters: name of the outgoing interface of the member. */
  dev?: string;
  /** Only in filters: index of the bridge or VRF of the member's interface. */
  master?: Ifindex;
  /** Only in filters: name of the bridge or VRF of the member's interface. */
  masterDev?: string;
}

/** A bucket's number and the member that it belongs to. */
export interface NexthopBucketState {
  /** Number of the bucket in the group, from 0. */
  index?: number;
  /** Hundredths of a second since its last packet. Read-only. */
  idleTime?: number;
  /** Id of the member that forwards its packets. */
  nhId?: number;
}

/** A bucket of a resilient group: the flows whose hash it stands for, and the member that forwards them. */
export interface NexthopBucket extends NexthopBucketFields, NexthopBucketState {}

/** Wire form of {@linkcode NexthopBucket}: nhmsg, NHA_* and NHA_RES_BUCKET_*. */
export const NexthopBucket: Attributes<NexthopBucket> = attributes((): Shape<NexthopBucketFields> => ({
  family: head(0, family, readOnly),
  flags: head(4, nexthopFlags, readOnly),
  id: [1, u32, key],
  oif: [5, ifindex, "input"],
  dev: interfaceNameOf("oif", "input"),
  master: [10, ifindex, "input"],
  masterDev: interfaceNameOf("master", "input"),
}), { header: 8 }).with(
  part<NexthopBucketState>({ index: [1, u16, key], idleTime: [2, count64, readOnly], nhId: [3, u32] }),
  13,
);

/** A bucket as input: {@linkcode NexthopBucket} with names or numbers for interfaces. */
export type NexthopBucketInput = Input<NexthopBucket>;

const FILTERED_ONLY: ReadonlySet<string> = new Set(["oif", "master"]);

const buckets: Declaration<NexthopBucket> = {
  protocol: NETLINK_ROUTE,
  object: "nexthop bucket",
  table: NexthopBucket,
  messages: { new: RTM.RTM_NEWNEXTHOPBUCKET, del: RTM.RTM_DELNEXTHOPBUCKET, get: RTM.RTM_GETNEXTHOPBUCKET },
  groups: [RTNLGRP.RTNLGRP_NEXTHOP],
  filters: ["id", "oif", "master", "nhId"],
  describe: (value) => `${(value as NexthopBucketInput).id ?? ""}/${(value as NexthopBucketInput).index ?? ""}`,
  identity: ({ id, index }) => `${id}/${index}`,
  keyOf: ({ id, index }: NexthopBucketInput) => ({ id, index }),
  prepare(value, verb) {
    if (verb !== "get" && verb !== "list") {
      throw argumentError(TypeError, `Cannot ${verb} a nexthop bucket: the kernel divides buckets among the members`);
    }
    return value;
  },
  // Buckets go with their group, without events of their own.
  silentRemoval: {
    groups: [RTNLGRP.RTNLGRP_LINK],
    types: [RTM.RTM_NEWLINK, RTM.RTM_DELLINK, RTM.RTM_NEWNEXTHOP, RTM.RTM_DELNEXTHOP],
    settle,
  },
};

/** The buckets of the resilient groups of one network namespace. They can only be read and watched. */
export class NexthopBuckets
  extends Collection<NexthopBucket, NexthopBucketInput, NexthopBucketInput, true, ChangingVerb> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester?: () => Requester) {
    super(buckets, open, requester);
  }

  /** The kernel selects by fields that buckets do not show. */
  protected override fits(one: NexthopBucket, wanted: readonly (readonly [string, unknown])[]): boolean {
    return super.fits(one, wanted.filter(([name]) => !FILTERED_ONLY.has(name)));
  }
}

/** The buckets of this namespace, on a socket that the first use opens. */
export const nexthopBuckets: NexthopBuckets = new NexthopBuckets(onShared(NETLINK_ROUTE));
