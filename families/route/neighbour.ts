/**
 * Neighbours, and entries of forwarding tables (family `bridge`): ndmsg and NDA_*.
 *
 * Source: linux/neighbour.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import {
  type Attributes,
  attributes,
  be16,
  type Codec,
  enumeration,
  flag,
  hardwareAddress,
  head,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ip,
  key,
  mask,
  parseIp,
  readOnly,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import type { Input, Merge, Verb } from "../../core/collection.ts";
import { AF, type Family, family, familyNumber, protocol, type RouteProtocol, type RouteType, RTN } from "./numbers.ts";
import { stringify } from "../../core/printable.ts";
import { address } from "./prefix.ts";

/** Numbers of {@linkcode NeighbourState} by name. */
export const NUD = {
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const;

/** What the kernel knows of a neighbour's reachability; one of them, none for a new entry. */
export type NeighbourState = keyof typeof NUD;

/** Numbers of {@linkcode NeighbourFlag} by name. */
export const NTF = {
  use: 0x01,
  self: 0x02,
  master: 0x04,
  proxy: 0x08,
  ext_learned: 0x10,
  offloaded: 0x20,
  sticky: 0x40,
  router: 0x80,
} as const;

/** A property of an entry: `self` is the device's own table, `master` its bridge's, `proxy` answers for others. */
export type NeighbourFlag = keyof typeof NTF;

/** Numbers of {@linkcode NeighbourExtFlag} by name. */
export const NTF_EXT = { managed: 0x1, locked: 0x2, ext_validated: 0x4 } as const;

/** A property of an entry that did not fit the others. */
export type NeighbourExtFlag = keyof typeof NTF_EXT;

/**
 * A link-layer address. Of IP tunnels it is an IP address: told by its size, as neighbours say nothing of their link.
 */
const lladdr: Codec<string, string | Uint8Array> = {
  name: "a link-layer address",
  decode(from, at, end, owner) {
    return (end - at === 4 || end - at === 16 ? ip : hardwareAddress).decode(from, at, end, owner);
  },
  encode(value, to, owner) {
    const octets = typeof value !== "string" || /^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(value);
    if (octets || parseIp(value) === undefined) return hardwareAddress.encode(value, to, owner);
    return ip.encode(value, to, owner);
  },
};

/** Ages and users of a neighbour. */
export interface NeighbourCacheinfo {
  /** Hundredths of a second since it was confirmed. */
  confirmed?: number;
  /** Hundredths of a second since it was used. */
  used?: number;
  /** Hundredths of a second since it changed. */
  updated?: number;
  /** References. */
  refcnt?: number;
}

/** What a bridge watches of an entry. */
export interface FdbExtAttrs {
  /** Whether it tells of activity (`notify`) and of its end (`inactive`). */
  activityNotify?: readonly ("notify" | "inactive" | number)[];
  /** A replaced entry does not count as active. */
  dontRefresh?: boolean;
}

/** A neighbour; with `family: "bridge"` an entry of a forwarding table. */
export interface Neighbour {
  /** `inet`, `inet6`, or `bridge` for forwarding tables; told by `dst` when absent. */
  family: Family;
  /** Number of the interface that it is on. */
  ifindex: Ifindex;
  /** The interface's name. */
  dev?: string;
  /** Its address; in forwarding tables of tunnels the remote end. */
  dst?: string;
  /** Its link-layer address; in forwarding tables the key. */
  lladdr?: string;
  /** Its state; `permanent` when absent in `add` and `replace`. */
  state: readonly (NeighbourState | number)[];
  /** Its properties. */
  flags: readonly (NeighbourFlag | number)[];
  /** More properties: `managed` is kept resolved by the kernel. */
  flagsExt?: readonly (NeighbourExtFlag | number)[];
  /** Kind of address: `unicast`, `multicast`. Read-only. */
  type: RouteType;
  /** Ages and users. Read-only. */
  cacheinfo?: NeighbourCacheinfo;
  /** Probes sent so far. Read-only. */
  probes?: number;
  /** VLAN, 1..4094 (forwarding tables). */
  vlan?: number;
  /** UDP port of the remote end (VXLAN). */
  port?: number;
  /** VNI of the remote end (VXLAN). */
  vni?: number;
  /** Namespace that {@linkcode viaIfindex} counts in, where it is another. Read-only. */
  linkNetnsid?: number;
  /** Number of the interface to the remote end (VXLAN): NDA_IFINDEX. */
  viaIfindex?: Ifindex;
  /** Its name. */
  viaDev?: string;
  /** Number of the bridge or other master of the interface; given, it says that the bridge's table is meant. */
  master?: Ifindex;
  /** Its name; see {@linkcode master}. */
  masterDev?: string;
  /** VNI that packets come in with (VXLAN in external mode). */
  srcVni?: number;
  /** Who made it. */
  protocol?: RouteProtocol;
  /** Nexthop object with the remote ends (VXLAN). */
  nhId?: number;
  /** What the bridge watches of it. */
  fdbExtAttrs?: FdbExtAttrs;
  /** In a request that flushes: which states count. Only given. */
  ndmStateMask?: readonly (NeighbourState | number)[];
  /** In a request that flushes: which flags count. Only given. */
  ndmFlagsMask?: readonly (NeighbourFlag | number)[];
}

/** Wire form of {@linkcode Neighbour}. */
export const Neighbour: Attributes<Neighbour> = attributes((): Shape<Neighbour> => ({
  family: head(0, family, key),
  ifindex: head(4, ifindex, key),
  dev: interfaceNameOf("ifindex", key),
  dst: [1, address, key],
  lladdr: [2, lladdr, key],
  state: head(8, mask(u16, NUD)),
  flags: head(10, mask(u8, NTF)),
  flagsExt: [15, mask(u32, NTF_EXT)],
  type: head(11, enumeration(u8, RTN), readOnly),
  cacheinfo: [
    3,
    struct<NeighbourCacheinfo>(16, { confirmed: [0, u32], used: [4, u32], updated: [8, u32], refcnt: [12, u32] }),
    readOnly,
  ],
  probes: [4, u32, readOnly],
  vlan: [5, u16, key],
  port: [6, be16],
  vni: [7, u32],
  linkNetnsid: [10, i32, readOnly],
  viaIfindex: [8, ifindex],
  viaDev: interfaceNameOf("viaIfindex", undefined, "linkNetnsid"),
  master: [9, ifindex, readOnly],
  masterDev: interfaceNameOf("master", readOnly),
  srcVni: [11, u32],
  protocol: [12, protocol],
  nhId: [13, u32],
  fdbExtAttrs: [
    14,
    attributes<FdbExtAttrs>({ activityNotify: [1, mask(u8, { notify: 0x1, inactive: 0x2 })], dontRefresh: [2, flag] }),
  ],
  ndmStateMask: [16, mask(u16, NUD), "input"],
  ndmFlagsMask: [17, mask(u8, NTF), "input"],
}), { header: 12 });

/**
 * Completes a neighbour as `ip neighbour` and `bridge fdb` do: `permanent` when no state is given, and the device's own
 * forwarding table when neither that nor the bridge's is named.
 */
export function prepareNeighbour(value: Input<Neighbour>, verb: Verb): Input<Neighbour> {
  if (verb === "list") return value;
  const { family, ifindex, dev, dst, flags } = value, forwarding = isForwarding(value);
  if (verb === "get") {
    // The kernel wants no more to find a neighbour; which table an entry is in, entries of a bridge do not say.
    if (!forwarding) {
      return { family, ifindex, dev, dst, flags: hasFlag(flags, "proxy") ? ["proxy"] : undefined } as Input<Neighbour>;
    }
    return { ...value, flags: Array.isArray(flags) ? flags.filter((flag) => !isTable(flag)) : [] };
  }
  const neighbour = { ...value };
  // Devices without a table of their own kind delete only what is called permanent, whatever it is in others.
  if (forwarding) neighbour.state ??= ["noarp", "permanent"];
  else if (verb !== "delete") neighbour.state ??= ["permanent"];
  if (forwarding) neighbour.flags = tableOf(neighbour);
  return neighbour;
}

/** What a kernel compares that looks for a neighbour, or deletes one. */
const COMPARED: ReadonlySet<string> = new Set(["family", "ifindex", "dev", "dst"]);

/** Whether a kernel compares all that a key says of a neighbour, to find it or to delete it. */
export function comparesNeighbour(key: object): boolean {
  return Object.entries(key).every(([name, value]) =>
    value === undefined || COMPARED.has(name) ||
    name === "flags" && Array.isArray(value) && value.every((flag) => hasFlag([flag], "proxy"))
  );
}

const isTable = (flag: unknown): boolean => hasFlag([flag], "self") || hasFlag([flag], "master");

/** Whether it is an entry of a forwarding table. */
export function isForwarding({ family }: Input<Neighbour>): boolean {
  return familyNumber(family as Family) === AF.bridge;
}

/** Whether `flag` is among flags, by name or number. */
export function hasFlag(flags: unknown, flag: NeighbourFlag): boolean {
  if (typeof flags === "number") return (flags & NTF[flag]) !== 0;
  return Array.isArray(flags) && (flags.includes(flag) || flags.includes(NTF[flag]));
}

/** Whether a key says which table an entry is in: by its flags, or by the bridge that it is of. */
function saysTable({ flags, master, masterDev }: Input<Neighbour>): boolean {
  return flags !== undefined || named(master) || named(masterDev);
}

const named = (master: unknown): boolean => master !== undefined && master !== null && master !== 0;

/**
 * The flags of a forwarding table's entry with the table that is meant, which kernels want beside any other flag and
 * leave out where they show the bridge's: of a port that of its bridge, of the bridge itself its own.
 */
function tableOf(entry: Input<Neighbour>): Input<Neighbour>["flags"] {
  const { flags = [], dev, ifindex, master, masterDev } = entry;
  if (!saysTable(entry)) return ["self"];
  if (!Array.isArray(flags) || hasFlag(flags, "self") || hasFlag(flags, "master")) return flags;
  const ofBridge = [master, masterDev].some((one) => named(one) && (one === dev || one === ifindex));
  if (ofBridge) return [...flags, "self"];
  return flags.length > 0 || named(master) || named(masterDev) ? [...flags, "master"] : flags;
}

/** Whether a key means an entry by the table that it is in. */
export function meansTable(key: Input<Neighbour>, entry: Neighbour): boolean {
  const wanted = tableOf(key), flags = tableOf(entry as Input<Neighbour>);
  const bridges = (flags: unknown): boolean => hasFlag(flags, "master") || !hasFlag(flags, "self");
  return hasFlag(wanted, "self") && hasFlag(flags, "self") || bridges(wanted) && bridges(flags);
}

/**
 * Whether a key means an entry among those that fit it: where it says no table, one of the bridge's if the device's has
 * none; where it says no VLAN, the one of all if there is one.
 */
export function meansEntry(key: Input<Neighbour>, entry: Neighbour, fitting: readonly Neighbour[]): boolean {
  const meant = fitting.filter((one) => meansTable(key, one)),
    among = meant.length > 0 || saysTable(key) ? meant : fitting;
  if (!among.includes(entry)) return false;
  return key.vlan !== undefined || entry.vlan === undefined || among.every(({ vlan }) => vlan !== undefined);
}

/** What a filter of forwarding tables says beside the table, where its flags say that; `undefined` where they do not. */
export function withoutTable(filter: Input<Neighbour>): Input<Neighbour> | undefined {
  const { flags } = filter;
  return Array.isArray(flags) && flags.some(isTable)
    ? { ...filter, flags: flags.filter((flag) => !isTable(flag)) }
    : undefined;
}

/** States in which a neighbour has a link-layer address. */
const VALID = NUD.reachable | NUD.stale | NUD.delay | NUD.probe | NUD.noarp | NUD.permanent;

/**
 * A neighbour as it is to be, for a kernel that takes the state and the flags as new ones.
 *
 * @throws {TypeError} the kernel would pass over the link-layer address, or change another entry
 */
export function mergeNeighbour({ found, changes, whole, what }: Merge<Neighbour>): Input<Neighbour> {
  const neighbour = whole as unknown as Neighbour;
  if (hasFlag(found.flags, "proxy") !== hasFlag(neighbour.flags, "proxy")) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: flags: an entry that answers for others is another one than a neighbour`,
    );
  }
  const { state } = neighbour;
  const valid = !Array.isArray(state) ||
    state.some((one) => VALID & (typeof one === "number" ? one : NUD[one as NeighbourState]));
  if (changes["lladdr"] !== undefined && !valid) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: lladdr: the kernel keeps none of a neighbour that is ${
        state.join(", ") || "new"
      }: give its state`,
    );
  }
  return neighbour as Input<Neighbour>;
}

/** What says where a tunnel ends: bridges know none of it. */
const REMOTE: ReadonlySet<string> = new Set(["dst", "vni", "port", "srcVni", "viaIfindex", "viaDev", "nhId"]);

/**
 * An entry of a forwarding table as it is to be.
 *
 * @throws {TypeError} the kernel would change another one, or pass over a field
 */
export function mergeForwarding({ found, among, changes, whole, what }: Merge<Neighbour>): Input<Neighbour> {
  const first = among.find((one) => meansTable(found as Input<Neighbour>, one));
  if (first !== found) {
    throw argumentError(TypeError, `Cannot ${what}: the kernel would change another remote end, which comes before it`);
  }
  const ofBridge = !hasFlag(tableOf(found as Input<Neighbour>), "self") || found.master === found.ifindex;
  for (const [name, value] of Object.entries(changes)) {
    const passed = name === "protocol" || ofBridge && REMOTE.has(name) || !ofBridge && name === "fdbExtAttrs" ||
      name === "state" && hasFlag(whole["flags"], "ext_learned");
    if (!passed || value === undefined || stringify(value) === stringify(found[name as keyof Neighbour])) continue;
    throw argumentError(TypeError, `Cannot ${what}: ${name}: the kernel does not change it in this forwarding table`);
  }
  const entry = whole as Input<Neighbour>, { flags } = entry;
  if (!Array.isArray(flags)) return entry;
  const own = hasFlag(tableOf(found as Input<Neighbour>), "self");
  if (hasFlag(flags, own ? "master" : "self")) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: flags: it is in the table of the ${own ? "device (self)" : "bridge (master)"}`,
    );
  }
  return { ...entry, flags: [...flags.filter((flag) => !isTable(flag)), own ? "self" : "master"] };
}

/** What tells one neighbour from all others, as text. */
export function neighbourKey(value: Neighbour): string {
  const {
    family,
    ifindex,
    dev,
    dst = "",
    lladdr,
    flags,
    vlan = "",
    vni = "",
    port = "",
    srcVni = "",
    viaIfindex = "",
  } = value;
  const on = ifindex ?? dev;
  if (family !== "bridge") return `${family} ${on} ${dst}${flags?.includes("proxy") ? " proxy" : ""}`;
  const where = flags?.includes("self") ? "self" : "master";
  return `bridge ${on} ${lladdr} ${vlan} ${where} ${dst} ${vni} ${port} ${srcVni} ${viaIfindex}`;
}
