/**
 * Multicast forwarding entries of bridges and VXLAN interfaces, as with `bridge mdb`.
 *
 * ```ts
 * import { mdb } from "@linux/netlink/families/route/mdb.ts";
 * console.log(mdb.list({ dev: "br0" }), mdb.routers());
 * ```
 *
 * The kernel makes an entry with `source` for each source of a group (`srcList`). `list` gives groups before their
 * sources, so listed entries are made again in that order with `{ exists: "ok" }`: those of the sources come with their
 * group. If a source comes first, its group is refused (EEXIST).
 *
 * Source: linux/if_bridge.h MDBA_*, MDBE_ATTR_*, v7.2
 *
 * @module
 */
import type { Client, Operation, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  checkValues,
  type Codec,
  enumeration,
  hardwareAddress,
  head,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ip,
  key,
  listOf,
  mask,
  parseIp,
  readOnly,
  repeated,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { expectNames } from "../../core/arguments.ts";
import { expectBulk, expectTarget, NLM_F_BULK } from "./bulk.ts";
import {
  type Family,
  family,
  NETLINK_ROUTE,
  type OnInterface,
  protocol,
  type RouteProtocol,
  RTM,
  RTNLGRP,
  RTPROT,
} from "./protocol.ts";

/** MDB_*: states of an entry. */
export const MDB_STATE = { temporary: 0, permanent: 1 } as const;

/** MDB_FLAGS_*: flags of an entry. */
export const MDB_FLAGS = { offload: 1, fast_leave: 2, star_excl: 4, blocked: 8, offload_failed: 16 } as const;

/** MDB_RTR_TYPE_*: reasons for which a port leads to a multicast router. */
export const MDB_RTR_TYPE = { disabled: 0, temp_query: 1, perm: 2, temp: 3 } as const;

/** Protocol of a multicast group in br_mdb_entry, in network order. */
const ETH_P = { ip: 0x0800, ipv6: 0x86dd };

/** The address of br_mdb_entry: 16 bytes, and its protocol, 0 for a MAC address. */
const groupAddress: Codec<string, string | Uint8Array> = {
  name: "a multicast group",
  size: 20,
  decode(from, at, _end, owner) {
    const type = from.view.getUint16(at + 16);
    if (type === ETH_P.ip) return ip.decode(from, at, at + 4, owner);
    if (type === ETH_P.ipv6) return ip.decode(from, at, at + 16, owner);
    return hardwareAddress.decode(from, at, at + 6, owner);
  },
  encode(value, to, owner) {
    const start = to.length, octets = typeof value === "string" ? parseIp(value) : value;
    if (octets?.length === 4 || octets?.length === 16) ip.encode(value, to, owner);
    else hardwareAddress.encode(value, to, owner);
    const size = to.length - start;
    if (size !== 4 && size !== 6 && size !== 16) {
      to.fail(TypeError, `expected an IP or MAC address, got ${shown(value)}`);
    }
    to.grow(20 - size);
    to.view.setUint16(start + 16, size === 4 ? ETH_P.ip : size === 16 ? ETH_P.ipv6 : 0);
  },
};

/** A source of a group. */
export interface MdbSource {
  /** Address of the source. */
  address?: string;
  /** Hundredths of a second until it is forgotten. Read-only. */
  timer?: number;
}

/** Wire form of {@linkcode MdbSource}: MDBA_MDB_SRCATTR_*. */
export const MdbSource: Attributes<MdbSource> = attributes((): Shape<MdbSource> => ({
  address: [1, ip],
  timer: [2, u32, readOnly],
}));

/** An entry without its bridge. */
export interface MdbEntry {
  /** Index of the port; that of the bridge itself for groups that this host has joined, or that of the VXLAN interface. */
  port: Ifindex;
  /** Name of the port. Read-only. */
  portDev?: string;
  /** `permanent`, which is the default of `add`, or `temporary`, which expires. MAC groups are permanent only. */
  state: keyof typeof MDB_STATE | number;
  /** Flags. Read-only. */
  flags: readonly (keyof typeof MDB_FLAGS | number)[];
  /** VLAN id; 0 for none. */
  vid: number;
  /** Multicast group: IPv4, IPv6 or MAC address. */
  group: string;
  /** Hundredths of a second until it expires. Read-only. */
  timer?: number;
  /** Sources of the group; the kernel makes an entry with `source` for each. */
  srcList?: readonly MdbSource[];
  /** Forwards packets only from the sources (`include`), or from all others (`exclude`). */
  groupMode?: "exclude" | "include" | number;
  /** Source address of the packets, for an entry of a single source. */
  source?: string;
  /** Origin; default `static`. An entry that the kernel learnt (`kernel`) is `static` when it is added again. */
  rtprot?: RouteProtocol;
  /** Address of the remote end (VXLAN). */
  dst?: string;
  /** UDP port of the remote end (VXLAN). */
  dstPort?: number;
  /** VNI of the remote end (VXLAN). */
  vni?: number;
  /** Index of the interface to the remote end (VXLAN). */
  viaIfindex?: Ifindex;
  /** Name of the interface to the remote end (VXLAN). */
  viaDev?: string;
  /** VNI of incoming packets (VXLAN in external mode). */
  srcVni?: number;
}

const mdbState: Codec<keyof typeof MDB_STATE | number> = enumeration(u8, MDB_STATE);

type Flags = readonly (keyof typeof MDB_FLAGS | number)[];

const mdbFlags: Codec<Flags, Flags | number> = mask(u8, MDB_FLAGS);

const GROUP_MODE: Codec<"exclude" | "include" | number> = enumeration(u8, { exclude: 0, include: 1 });

/** The fields of an entry whose struct begins at an offset. */
function entryAt(offset: number): Shape<MdbEntry> {
  return {
    port: head(offset, ifindex, key),
    portDev: interfaceNameOf("port", readOnly),
    state: head(offset + 4, mdbState),
    flags: head(offset + 5, mdbFlags, readOnly),
    vid: head(offset + 6, u16, key),
    group: head(offset + 8, groupAddress, key),
    timer: [1, u32, readOnly],
    srcList: [2, listOf(1, MdbSource)],
    groupMode: [3, GROUP_MODE],
    source: [4, ip, key],
    rtprot: [5, protocol],
    dst: [6, ip, key],
    dstPort: [7, u16, key],
    vni: [8, u32, key],
    viaIfindex: [9, ifindex, key],
    viaDev: interfaceNameOf("viaIfindex", key),
    srcVni: [10, u32, key],
  };
}

/** Wire form of {@linkcode MdbEntry} in messages from the kernel: br_mdb_entry and MDBA_MDB_EATTR_*. */
export const MdbEntry: Attributes<MdbEntry> = attributes(() => entryAt(0), { header: 28 });

/** The bridge or VXLAN interface of an entry. */
export interface MdbDevice {
  /** `bridge`, or `unspec` in dumps of bridges. Read-only. */
  family: Family;
  /** Index of the bridge or VXLAN interface. */
  ifindex: Ifindex;
  /** Name of the bridge or VXLAN interface. */
  dev?: string;
}

const device: Shape<MdbDevice> = {
  family: head(0, family, readOnly),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
};

/** A multicast forwarding entry. */
export interface Mdb extends MdbDevice, MdbEntry {}

/** Fields of {@linkcode Mdb}: br_port_msg, br_mdb_entry and MDBA_MDB_EATTR_*, side by side. */
export const Mdb: Attributes<Mdb> = attributes((): Shape<Mdb> => ({ ...device, ...entryAt(8) }), { header: 36 });

/** A port that leads to a multicast router, without its bridge. */
export interface MdbRouterPort {
  /** Index of the port. */
  port: Ifindex;
  /** Name of the port. */
  portDev?: string;
  /** Hundredths of a second until it expires. */
  timer?: number;
  /** The reason. */
  type?: keyof typeof MDB_RTR_TYPE | number;
  /** Hundredths of a second until it expires for IPv4. */
  inetTimer?: number;
  /** Hundredths of a second until it expires for IPv6. */
  inet6Timer?: number;
  /** VLAN id. */
  vid?: number;
}

/** Wire form of {@linkcode MdbRouterPort}: an index and MDBA_ROUTER_PATTR_*. */
export const MdbRouterPort: Attributes<MdbRouterPort> = attributes((): Shape<MdbRouterPort> => ({
  port: head(0, ifindex),
  portDev: interfaceNameOf("port"),
  timer: [1, u32],
  type: [2, enumeration(u8, MDB_RTR_TYPE)],
  inetTimer: [3, u32],
  inet6Timer: [4, u32],
  vid: [5, u16],
}), { header: 4 });

/** A port that leads to a multicast router. */
export interface MdbRouter extends MdbDevice, MdbRouterPort {}

/** The entries of one group. */
export interface MdbGroup {
  /** The entries. */
  info?: readonly MdbEntry[];
}

/** Wire form of {@linkcode MdbGroup}: MDBA_MDB_ENTRY_*. */
export const MdbGroup: Attributes<MdbGroup> = attributes((): Shape<MdbGroup> => ({ info: [1, repeated(1, MdbEntry)] }));

/** A message from the kernel: the entries and router ports of a bridge or VXLAN interface. */
export interface MdbMessage extends MdbDevice {
  /** The entries by group. */
  mdb?: readonly MdbGroup[];
  /** The router ports. */
  router?: readonly MdbRouterPort[];
}

/** Wire form of {@linkcode MdbMessage}: MDBA_*. */
export const MdbMessage: Attributes<MdbMessage> = attributes((): Shape<MdbMessage> => ({
  ...device,
  mdb: [1, listOf(1, MdbGroup)],
  router: [2, listOf(1, MdbRouterPort)],
}), { header: 8 });

/** The struct of an entry in a request. */
export interface MdbKey {
  /** Index of the port. */
  port?: Ifindex;
  /** State. */
  state?: keyof typeof MDB_STATE | number;
  /** VLAN id. */
  vid?: number;
  /** Multicast group. */
  group?: string;
}

/** Wire form of {@linkcode MdbKey}: br_mdb_entry. */
export const MdbKey: Struct<MdbKey> = struct<MdbKey>(28, {
  port: [0, ifindex],
  state: [4, mdbState],
  vid: [6, u16],
  group: [8, groupAddress],
});

/** The attributes of an entry in a request. */
export interface MdbRequestAttrs extends
  Pick<
    MdbEntry,
    "source" | "srcList" | "groupMode" | "rtprot" | "dst" | "dstPort" | "vni" | "viaIfindex" | "srcVni"
  > {
  /** Bits of the state to compare, when flushing. */
  stateMask?: number;
}

/** Wire form of {@linkcode MdbRequestAttrs}: MDBE_ATTR_*, whose numbers are not those of the kernel's messages. */
export const MdbRequestAttrs: Attributes<MdbRequestAttrs> = attributes((): Shape<MdbRequestAttrs> => ({
  source: [1, ip],
  srcList: [2, listOf(1, MdbSource)],
  groupMode: [3, GROUP_MODE],
  rtprot: [4, protocol],
  dst: [5, ip],
  dstPort: [6, u16],
  vni: [7, u32],
  viaIfindex: [8, ifindex],
  srcVni: [9, u32],
  stateMask: [10, u8],
}));

/** A request about an entry. */
export interface MdbRequest {
  /** `bridge`. */
  family: Family;
  /** Index of the bridge or VXLAN interface. */
  ifindex: Ifindex;
  /** Name of the bridge or VXLAN interface. */
  dev?: string;
  /** The entry. */
  entry?: MdbKey;
  /** Its attributes. */
  entryAttrs?: MdbRequestAttrs;
}

/** Wire form of {@linkcode MdbRequest}: br_port_msg and MDBA_SET_ENTRY*, or MDBA_GET_ENTRY* with the same numbers. */
export const MdbRequest: Attributes<MdbRequest> = attributes((): Shape<MdbRequest> => ({
  family: head(0, family),
  ifindex: head(4, ifindex),
  dev: interfaceNameOf("ifindex"),
  entry: [1, MdbKey],
  entryAttrs: [2, MdbRequestAttrs],
}), { header: 8 });

/** An entry as input: {@linkcode Mdb} with names or numbers for interfaces. */
export type MdbInput = Input<Mdb>;

/** An entry to add: its group, port, and bridge or VXLAN interface must be given. */
export type MdbToAdd =
  & MdbInput
  & { group: string; port: string | number }
  & OnInterface;

/** Conditions of {@linkcode Mdbs.flushTable}: entries that have all of these. */
export type MdbFlush = Pick<
  MdbInput,
  "port" | "vid" | "state" | "rtprot" | "dst" | "dstPort" | "vni" | "viaIfindex" | "srcVni"
>;

/** The fields of {@linkcode MdbFlush}. */
const FLUSHED: readonly string[] = ["port", "vid", "state", "rtprot", "dst", "dstPort", "vni", "viaIfindex", "srcVni"];

function requestOf(value: MdbInput, verb: Verb): object {
  const { dev, ifindex: index, port, state, vid, group, ...rest } = value;
  const target = { family: "bridge", ...(dev === undefined ? { ifindex: index } : { dev }) };
  if (verb === "list") return { family: "bridge" };
  const { source, srcList, groupMode, rtprot, dst, dstPort, vni, viaIfindex, viaDev, srcVni } = rest;
  const naming = { source, dst, dstPort, vni, viaIfindex: viaDev ?? viaIfindex, srcVni };
  const attrs = verb === "delete" ? naming : { ...naming, srcList, groupMode, rtprot };
  const given = Object.fromEntries(Object.entries(attrs).filter(([, one]) => one !== undefined));
  return {
    ...target,
    entry: { port, state, vid, group },
    ...(Object.keys(given).length === 0 ? {} : { entryAttrs: given }),
  };
}

/** True for the flags of a source that its group excludes. A request has no flags, so the kernel would forward it. */
function isBlocked(flags: unknown): boolean {
  return Array.isArray(flags) && flags.includes("blocked");
}

/** Throws unless an entry has a group, a port, and a bridge or VXLAN interface. */
function expectEntry(value: MdbInput, verb: string): void {
  for (const name of ["group", "port"] as const) {
    if (value[name] === undefined) {
      throw argumentError(TypeError, `Cannot ${verb} a multicast entry: ${name} is missing`);
    }
  }
  expectTarget(value, `${verb} a multicast entry`);
}

const declaration: Declaration<Mdb> = {
  protocol: NETLINK_ROUTE,
  object: "multicast entry",
  table: Mdb,
  messages: { new: RTM.RTM_NEWMDB, del: RTM.RTM_DELMDB, get: RTM.RTM_GETMDB },
  // Dumps of bridges have the type of the request.
  also: [RTM.RTM_GETMDB],
  groups: [RTNLGRP.RTNLGRP_MDB],
  filters: [],
  describe(value) {
    const { group, dev, ifindex, port } = value as MdbInput;
    return `${group ?? ""}${port === undefined ? "" : ` at ${port}`} on ${dev ?? ifindex ?? ""}`.trim();
  },
  identity: ({ ifindex, port, vid, group, source = "", dst = "", dstPort = "", vni = "", srcVni = "" }) =>
    `${ifindex} ${port} ${vid} ${group} ${source} ${dst} ${dstPort} ${vni} ${srcVni}`,
  prepare(given, verb) {
    if (verb === "list") return given;
    if (verb === "append") {
      throw argumentError(TypeError, "Cannot append a multicast entry: a port has it once: use add or replace");
    }
    const value = given as MdbInput, { portDev, ...rest } = value;
    // A request for the entries of a group at all ports names no port.
    if (verb !== "get") expectEntry(value, verb);
    // A listed entry moves to another machine by the names of its interfaces.
    const port = (portDev as string | undefined) ?? value.port;
    // Entries of a single source are listed with this mode, which the kernel refuses for them in requests.
    if (value.source !== undefined && value.groupMode === "include") delete rest.groupMode;
    // So is the entry of all groups (VXLAN), with the other mode.
    if ((value.group === "0.0.0.0" || value.group === "::") && value.groupMode === "exclude") delete rest.groupMode;
    if ((verb === "add" || verb === "replace") && isBlocked(value.flags)) {
      throw argumentError(
        TypeError,
        `Cannot ${verb} a multicast entry: flags: a blocked source is made with its group, by groupMode "exclude" and srcList`,
      );
    }
    // A request cannot say that the kernel learnt the entry.
    if (value.rtprot === "kernel" || value.rtprot === RTPROT.kernel) delete rest.rtprot;
    return { ...rest, port, ...(verb === "get" || verb === "delete" ? {} : { state: value.state ?? "permanent" }) };
  },
  listOnly: true,
  // Bridges say so of an entry to delete that they do not have.
  absent: ({ code, kernelMessage }) => code === "EINVAL" && kernelMessage === undefined,
  // Without a source or VLAN, the kernel deletes the entry that has none.
  means: (key, { source, vid }) =>
    ((key as MdbInput).source === undefined) === (source === undefined) && ((key as MdbInput).vid ?? 0) === vid,
  request: { codec: MdbRequest, of: (value, verb) => requestOf(value as MdbInput, verb) },
  fixed: [
    "ifindex",
    "dev",
    "port",
    "vid",
    "group",
    "source",
    "dst",
    "dstPort",
    "vni",
    "viaIfindex",
    "viaDev",
    "srcVni",
  ],
  merge: ({ whole }) => whole,
  spread: {
    codec: MdbMessage,
    each: ({ mdb = [], family, ifindex, dev }: MdbMessage) =>
      mdb.flatMap(({ info = [] }) =>
        info.map((entry) => ({ family, ifindex, ...(dev === undefined ? {} : { dev }), ...entry }))
      ),
  },
  // The kernel makes and removes the entries of a group's sources itself; entries of a bridge go with it.
  silentRemoval: {
    groups: [RTNLGRP.RTNLGRP_LINK],
    types: [RTM.RTM_DELLINK],
    settle: () => {},
  },
};

/** The multicast forwarding entries of one network namespace. */
export class Mdbs extends Collection<Mdb, MdbInput, MdbInput, true, never, MdbToAdd> {
  readonly #requester: () => Requester;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#requester = requester;
  }

  /** Returns the entries that have all given fields, groups before their sources; see {@linkcode Collection.list}. */
  override list(filter?: MdbInput): Mdb[] {
    const rank = ({ source }: Mdb): number => source === undefined ? 0 : 1;
    return super.list(filter).sort((a, b) => rank(a) - rank(b));
  }

  /** See {@linkcode Collection.keyValue}. A key without a port would denote whichever entry the kernel lists first. */
  override keyValue(key: MdbInput, verb = "find"): object {
    const named = super.keyValue(key, verb);
    checkValues(Mdb, named, `${verb} multicast entry`);
    expectEntry(named as MdbInput, verb);
    return named;
  }

  /** Returns the message of a verb: dumps of bridges and of VXLAN interfaces have different types. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = super.operation(verb, type, given, reply);
    return verb === "list" ? { ...operation, otherReply: RTM.RTM_GETMDB } : operation;
  }

  /**
   * Returns the entries of a group at all ports of a bridge, without a dump. Like `bridge mdb get`.
   *
   * @throws {KernelError} ENOENT: no port has the group; EOPNOTSUPP: a kernel before 6.8
   */
  getGroup(key: Pick<MdbInput, "dev" | "ifindex" | "group" | "vid" | "source" | "srcVni">): Mdb[] {
    const operation = this.operation("get", RTM.RTM_GETMDB, key, RTM.RTM_NEWMDB);
    const found = this.#requester().request(operation) as MdbMessage | undefined;
    return found === undefined ? [] : [...declaration.spread!.each(found as never)];
  }

  /** Returns the ports that lead to multicast routers. Like `bridge -d mdb show`. */
  routers(): MdbRouter[] {
    const operation = this.operation("list", RTM.RTM_GETMDB, {}, RTM.RTM_NEWMDB);
    const sent = this.#requester().dump({ ...operation, what: "list multicast routers" }) as MdbMessage[];
    return sent.flatMap(({ router = [], mdb: _, ...device }) => router.map((one) => ({ ...device, ...one })));
  }

  /**
   * Removes the entries of a bridge or VXLAN interface that have all given fields, in one request. Like `bridge mdb
   * flush dev br0 vid 10`. Unlike `flush`, it does not tell how many there were.
   *
   * @throws {TypeError} the filter has no condition: it is empty, or has only undefined fields
   * @throws {KernelError} EOPNOTSUPP: a kernel before 6.8
   */
  flushTable(dev: string | number, filter: MdbFlush | { all: true }): void {
    const what = expectBulk(dev, filter, "multicast entries");
    const { all: _, ...given } = filter as MdbFlush & { all?: true }, { port, vid, state, ...attrs } = given;
    expectNames(given, what, FLUSHED);
    checkValues(Mdb, given, what);
    this.#requester().request({
      type: RTM.RTM_DELMDB,
      flags: NLM_F_BULK,
      codec: MdbRequest as Codec<unknown, never>,
      value: {
        family: "bridge",
        dev,
        entry: { port, vid, state },
        entryAttrs: { ...attrs, ...(state === undefined ? {} : { stateMask: 1 }) },
      },
      what,
    });
  }
}

/** The multicast forwarding entries of this namespace, on a socket that the first use opens. */
export const mdb: Mdbs = new Mdbs(onShared(NETLINK_ROUTE));
