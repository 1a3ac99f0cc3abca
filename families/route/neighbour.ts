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
  noneIs,
  parseIp,
  readOnly,
  type Shape,
  shown,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import type { Input, Merge, Verb } from "../../core/collection.ts";
import {
  AF,
  type Family,
  family,
  familyNumber,
  protocol,
  type RouteProtocol,
  type RouteType,
  RTN,
} from "./protocol.ts";
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

/** State of a neighbour's reachability. A neighbour has one state, or none when it is new. */
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

/**
 * A flag of a neighbour: `self` is for the device's own forwarding table, `master` for its bridge's; `proxy` is an
 * address for which this machine answers.
 */
export type NeighbourFlag = keyof typeof NTF;

/** Numbers of {@linkcode NeighbourExtFlag} by name. */
export const NTF_EXT = { managed: 0x1, locked: 0x2, ext_validated: 0x4 } as const;

/** An additional flag of a neighbour, in NDA_FLAGS_EXT. */
export type NeighbourExtFlag = keyof typeof NTF_EXT;

/**
 * Codec of a link-layer address. That of an IP tunnel is an IP address. Its length tells, because a neighbour has no
 * link type.
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

/** Ages and reference count of a neighbour. */
export interface NeighbourCacheinfo {
  /** Hundredths of a second since it was last confirmed. */
  confirmed?: number;
  /** Hundredths of a second since it was last used. */
  used?: number;
  /** Hundredths of a second since it was last changed. */
  updated?: number;
  /** Number of references. */
  refcnt?: number;
}

/** Activity notifications of a bridge's forwarding entry. */
export interface FdbExtAttrs {
  /** `notify` enables notifications of activity and inactivity; `inactive` is set while the entry is inactive. */
  activityNotify?: readonly ("notify" | "inactive" | number)[];
  /** True keeps the time of the last activity when the entry is replaced. */
  dontRefresh?: boolean;
}

/** A neighbour: an entry of the ARP, NDP or proxy table; with `family: "bridge"` an entry of a forwarding table. */
export interface Neighbour {
  /** `inet`, `inet6`, or `bridge` for forwarding tables; default the family of `dst`. */
  family: Family;
  /** Index of the interface. */
  ifindex: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** IP address; in forwarding tables of tunnels the remote end. */
  dst?: string;
  /** Link-layer address; in forwarding tables it is the key. */
  lladdr?: string;
  /**
   * State; default `permanent` in `add` and `replace`. The kernel keeps no permanent neighbour that has the flag `use` or
   * `managed`: with these the default is `stale`.
   */
  state: readonly (NeighbourState | number)[];
  /** Flags of the neighbour. */
  flags: readonly (NeighbourFlag | number)[];
  /** Additional flags; the kernel keeps a `managed` neighbour resolved. */
  flagsExt?: readonly (NeighbourExtFlag | number)[];
  /** Type of the address: `unicast`, `multicast` and so on. Read-only. */
  type: RouteType;
  /** Ages and reference count. Read-only. */
  cacheinfo?: NeighbourCacheinfo;
  /** Number of probes sent. Read-only. */
  probes?: number;
  /** VLAN id, 1..4094 (forwarding tables). */
  vlan?: number;
  /** UDP port of the remote end (VXLAN). */
  port?: number;
  /** VNI of the remote end (VXLAN). */
  vni?: number;
  /** Id of the network namespace of {@linkcode viaIfindex}, if it is another one. Read-only. */
  linkNetnsid?: number;
  /** Index of the interface to the remote end (VXLAN): NDA_IFINDEX. */
  viaIfindex?: Ifindex;
  /** Name of the interface to the remote end (VXLAN). */
  viaDev?: string;
  /** Index of the interface's master, such as its bridge. In a request it selects the bridge's table. */
  master?: Ifindex;
  /** Name of the interface's master; see {@linkcode master}. */
  masterDev?: string;
  /** VNI of incoming packets (VXLAN in external mode). */
  srcVni?: number;
  /** Origin of the entry. */
  protocol?: RouteProtocol;
  /**
   * Id of a nexthop object that holds the remote ends (VXLAN). The kernel acknowledges a `replace` of such an entry by one
   * with a remote end of its own (`dst`), and changes nothing: delete it first.
   */
  nhId?: number;
  /** Activity notifications (bridges). */
  fdbExtAttrs?: FdbExtAttrs;
  /** States to compare in a flush request, as a mask. Input only. */
  ndmStateMask?: readonly (NeighbourState | number)[];
  /** Flags to compare in a flush request, as a mask. Input only. */
  ndmFlagsMask?: readonly (NeighbourFlag | number)[];
}

/** Wire form of {@linkcode Neighbour}: ndmsg and NDA_*. */
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
  protocol: [12, noneIs(protocol, "unspec")],
  nhId: [13, u32],
  fdbExtAttrs: [
    14,
    attributes<FdbExtAttrs>({ activityNotify: [1, mask(u8, { notify: 0x1, inactive: 0x2 })], dontRefresh: [2, flag] }),
  ],
  ndmStateMask: [16, mask(u16, NUD), "input"],
  ndmFlagsMask: [17, mask(u8, NTF), "input"],
}), { header: 12 });

/**
 * Completes a neighbour as `ip neighbour` and `bridge fdb` do: the state is `permanent` if none is given, and the table
 * is the device's own forwarding table if neither `self` nor `master` is given.
 */
export function prepareNeighbour(value: Input<Neighbour>, verb: Verb): Input<Neighbour> {
  if (verb === "list") return value;
  const { family, ifindex, dev, dst, flags } = value, forwarding = isForwarding(value);
  if (verb === "get") {
    // The kernel finds a neighbour by these fields alone; entries of a bridge's table do not show their table.
    if (!forwarding) {
      return { family, ifindex, dev, dst, flags: hasFlag(flags, "proxy") ? ["proxy"] : undefined } as Input<Neighbour>;
    }
    const others = typeof flags === "number" ? [] : flags ?? [];
    return { ...value, flags: Array.isArray(others) ? others.filter((flag) => !isTable(flag)) : others };
  }
  const neighbour = { ...value };
  if (forwarding && value.port === 0 && verb !== "delete") {
    throw argumentError(
      RangeError,
      `Cannot ${verb} a forwarding entry: port: expected 1..65535, got 0: the kernel would not find the entry again`,
    );
  }
  for (const name of ["vni", "srcVni"] as const) {
    if ((value[name] ?? 0) <= MOST_VNI) continue;
    const why = `${name}: expected 0..${MOST_VNI}, got ${shown(value[name])}: a VNI has 24 bits`;
    throw argumentError(RangeError, `Cannot ${verb} a forwarding entry: ${why}`);
  }
  // Drivers without a forwarding table of their own delete an entry only if the request says `permanent`; others ignore
  // it.
  if (forwarding) neighbour.state ??= ["noarp", "permanent"];
  else if (verb !== "delete" && !hasFlag(flags, "proxy")) {
    neighbour.state ??= !isAsking(value) ? ["permanent"] : value.lladdr === undefined ? [] : ["stale"];
  }
  if (forwarding) neighbour.flags = tableOf(neighbour)!;
  return neighbour;
}

/** The greatest VNI. */
const MOST_VNI = 0xffffff;

const MANAGED = NTF_EXT.managed;

const isManaged = (flags: unknown): boolean =>
  typeof flags === "number"
    ? (flags & MANAGED) !== 0
    : Array.isArray(flags) && (flags.includes("managed") || flags.includes(MANAGED));

/** True if a request asks the kernel to resolve the neighbour's address, by the flag `use` or `managed`. */
function isAsking({ flags, flagsExt }: Input<Neighbour>): boolean {
  return hasFlag(flags, "use") || isManaged(flagsExt);
}

/** Returns flags by name or number without one of them. */
function without(flags: unknown, name: string, bit: number): unknown {
  if (typeof flags === "number") return flags & ~bit;
  return Array.isArray(flags) ? flags.filter((flag) => flag !== name && flag !== bit) : flags;
}

/**
 * Takes a request to make or change a neighbour apart: `stored` has what the kernel stores, `asking` the flags `use` and
 * `managed`, if there are any. In a request with these flags the kernel ignores address and state.
 *
 * @param what the action, for the error
 * @throws {TypeError} the neighbour is permanent
 */
export function apart(
  value: Input<Neighbour>,
  what: string,
): { readonly stored: Input<Neighbour>; readonly asking?: Input<Neighbour> } {
  const { family, ifindex, dev, dst, flags, flagsExt, state, protocol } = value;
  if (isForwarding(value) || !isAsking(value)) return { stored: value };
  if (
    Array.isArray(state) ? state.some((one) => one === "permanent" || one === NUD.permanent) : state === NUD.permanent
  ) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: state: the kernel keeps no permanent neighbour with the flag use or managed: give another state`,
    );
  }
  return {
    stored: { ...value, flags: without(flags, "use", NTF.use), flagsExt: without(flagsExt, "managed", MANAGED) },
    asking: { family, ifindex, dev, dst, flags, flagsExt, protocol },
  } as { readonly stored: Input<Neighbour>; readonly asking: Input<Neighbour> };
}

/** The fields of a neighbour, and those of an address for which this machine answers. */
const OWN: ReadonlySet<string> = new Set([
  "family",
  "ifindex",
  "dev",
  "dst",
  "lladdr",
  "state",
  "flags",
  "flagsExt",
  "protocol",
]);

/** Returns why the kernel would ignore a field of a neighbour to make or change, if it would. */
export function ignoresOfNeighbour(name: string, value: Readonly<Record<string, unknown>>): string | undefined {
  const { flags } = value;
  if (isForwarding(value)) return ignoresOfForwarding(name, flags);
  if (!OWN.has(name) && Neighbour.field(name)?.use !== "readOnly") {
    return "only entries of forwarding tables (family bridge) have it";
  }
  if (hasFlag(flags, "proxy") && (name === "lladdr" || name === "state")) {
    return "a neighbour with the flag proxy has none";
  }
  if (name !== "flags") return undefined;
  const other = (["self", "master", "sticky"] as const).find((flag) => hasFlag(flags, flag));
  return other && `only entries of forwarding tables (family bridge) have the flag ${other}`;
}

function ignoresOfForwarding(name: string, flags: unknown): string | undefined {
  if (name === "protocol") return "entries of forwarding tables have none";
  return REMOTE.has(name) && hasFlag(flags, "master") && !hasFlag(flags, "self")
    ? "entries of a bridge's table have no remote end"
    : undefined;
}

/** The fields that the kernel compares when it finds or deletes a neighbour. */
const COMPARED: ReadonlySet<string> = new Set(["family", "ifindex", "dev", "dst"]);

/** True if the kernel compares all fields of `key` when it finds or deletes a neighbour. */
export function comparesNeighbour(key: object): boolean {
  return Object.entries(key).every(([name, value]) =>
    value === undefined || COMPARED.has(name) ||
    name === "flags" && Array.isArray(value) && value.every((flag) => hasFlag([flag], "proxy"))
  );
}

const isTable = (flag: unknown): boolean => hasFlag([flag], "self") || hasFlag([flag], "master");

/** True if the neighbour is an entry of a forwarding table. */
export function isForwarding({ family }: Input<Neighbour>): boolean {
  return familyNumber(family as Family) === AF.bridge;
}

/** True if `flags` has `flag`, by name or number. */
export function hasFlag(flags: unknown, flag: NeighbourFlag): boolean {
  if (typeof flags === "number") return (flags & NTF[flag]) !== 0;
  return Array.isArray(flags) && (flags.includes(flag) || flags.includes(NTF[flag]));
}

/** True if a key says which table an entry is in: by its flags or its master. */
function saysTable({ flags, master, masterDev }: Input<Neighbour>): boolean {
  return flags !== undefined || named(master) || named(masterDev);
}

const named = (master: unknown): boolean => master !== undefined && master !== null && master !== 0;

/**
 * Returns the flags of a forwarding entry with its table, `self` or `master`. The kernel requires the table if there
 * are other flags, but does not show it for entries of a bridge's table. An entry of a port is in its bridge's table
 * (`master`), an entry of the bridge itself in the bridge's own (`self`).
 */
function tableOf(entry: Input<Neighbour>): Input<Neighbour>["flags"] {
  const { flags = [], dev, ifindex, master, masterDev } = entry;
  if (!saysTable(entry)) return ["self"];
  if (!Array.isArray(flags) || hasFlag(flags, "self") || hasFlag(flags, "master")) return flags;
  const ofBridge = [master, masterDev].some((one) => named(one) && (one === dev || one === ifindex));
  if (ofBridge) return [...flags, "self"];
  return [...flags, named(master) || named(masterDev) ? "master" : "self"];
}

/** True if a key selects the table that an entry is in. */
export function meansTable(key: Input<Neighbour>, entry: Neighbour): boolean {
  const wanted = tableOf(key), flags = tableOf(entry as Input<Neighbour>);
  const bridges = (flags: unknown): boolean => hasFlag(flags, "master") || !hasFlag(flags, "self");
  return hasFlag(wanted, "self") && hasFlag(flags, "self") || bridges(wanted) && bridges(flags);
}

/** True if a key selects both tables. */
export function isBoth({ flags }: Input<Neighbour>): boolean {
  return hasFlag(flags, "self") && hasFlag(flags, "master");
}

/** Returns a key with its table, for requests that change one table only. */
export function withTable(key: Input<Neighbour>): Input<Neighbour> {
  return saysTable(key) ? key : { ...key, flags: ["self"] };
}

/**
 * True if a key selects an entry among `fitting`, the entries that match it. A key without a table selects the device's
 * table, or the bridge's if the device's has no match. A key without a VLAN selects the entry without a VLAN, if there
 * is one.
 */
export function meansEntry(key: Input<Neighbour>, entry: Neighbour, fitting: readonly Neighbour[]): boolean {
  const meant = fitting.filter((one) => meansTable(key, one)),
    among = meant.length > 0 || saysTable(key) ? meant : fitting;
  if (!among.includes(entry)) return false;
  return key.vlan !== undefined || entry.vlan === undefined || among.every(({ vlan }) => vlan !== undefined);
}

/** Returns a filter of forwarding entries without its table, if its flags have one; else `undefined`. */
export function withoutTable(filter: Input<Neighbour>): Input<Neighbour> | undefined {
  const { flags } = filter;
  if (typeof flags === "number" && isBoth(filter)) return { ...filter, flags: flags & ~(NTF.self | NTF.master) };
  return Array.isArray(flags) && flags.some(isTable)
    ? { ...filter, flags: flags.filter((flag) => !isTable(flag)) }
    : undefined;
}

/** Fields that select one of several remote ends of an entry. */
const ONE_REMOTE = ["dst", "port", "vni", "viaIfindex", "viaDev"] as const;

/**
 * Returns the entry to delete for a key: without a remote end if the key has none, so that the kernel deletes the entry
 * with all its remote ends, instead of the first one.
 */
export function withoutRemote(key: Input<Neighbour>, found: Neighbour): object {
  if (ONE_REMOTE.some((name) => (key[name] ?? undefined) !== undefined)) return found;
  return Object.fromEntries(
    Object.entries(found).filter(([name]) => !(ONE_REMOTE as readonly string[]).includes(name)),
  );
}

/** States in which a neighbour has a link-layer address. */
const VALID = NUD.reachable | NUD.stale | NUD.delay | NUD.probe | NUD.noarp | NUD.permanent;

/**
 * Merges changes into an existing neighbour for a request that replaces its state and flags.
 *
 * @throws {TypeError} the kernel would ignore the link-layer address, or change another entry
 */
export function mergeNeighbour({ found, changes, whole, what }: Merge<Neighbour>): Input<Neighbour> {
  const neighbour = whole as unknown as Neighbour;
  if (hasFlag(found.flags, "proxy") !== hasFlag(neighbour.flags, "proxy")) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: flags: an entry with the flag proxy is a different object from a neighbour`,
    );
  }
  const { state } = neighbour;
  const valid = !Array.isArray(state) ||
    state.some((one) => VALID & (typeof one === "number" ? one : NUD[one as NeighbourState]));
  if (changes["lladdr"] !== undefined && !valid) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: lladdr: the kernel stores no address of a neighbour in state ${
        state.join(", ") || "new"
      }: give its state`,
    );
  }
  return neighbour as Input<Neighbour>;
}

/** Fields of a tunnel's remote end, which bridges do not have. */
const REMOTE: ReadonlySet<string> = new Set(["dst", "vni", "port", "srcVni", "viaIfindex", "viaDev", "nhId"]);

/**
 * Merges changes into an existing entry of a forwarding table for a request that replaces it.
 *
 * @throws {TypeError} the kernel would change another entry, or ignore a field
 */
export function mergeForwarding({ found, among, changes, whole, what }: Merge<Neighbour>): Input<Neighbour> {
  const first = among.find((one) => meansTable(found as Input<Neighbour>, one));
  if (first !== found) {
    throw argumentError(TypeError, `Cannot ${what}: the kernel would change another remote end that comes first`);
  }
  const ofBridge = !hasFlag(tableOf(found as Input<Neighbour>), "self") || found.master === found.ifindex;
  for (const [name, value] of Object.entries(changes)) {
    const passed = name === "protocol" || ofBridge && REMOTE.has(name) || !ofBridge && name === "fdbExtAttrs" ||
      name === "state" && hasFlag(whole["flags"], "ext_learned");
    if (!passed || value === undefined || stringify(value) === stringify(found[name as keyof Neighbour])) continue;
    throw argumentError(TypeError, `Cannot ${what}: ${name}: the kernel cannot change it in this forwarding table`);
  }
  const entry = whole as Input<Neighbour>, { flags } = entry;
  if (!Array.isArray(flags)) return entry;
  const own = hasFlag(tableOf(found as Input<Neighbour>), "self");
  if (hasFlag(flags, own ? "master" : "self")) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: flags: the entry is in the table of the ${own ? "device (self)" : "bridge (master)"}`,
    );
  }
  return { ...entry, flags: [...flags.filter((flag) => !isTable(flag)), own ? "self" : "master"] };
}

/** Returns a text that identifies a neighbour. */
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
  if (family !== "bridge") return `${family} ${on} ${dst}${hasFlag(flags, "proxy") ? " proxy" : ""}`;
  const where = hasFlag(flags, "self") ? "self" : "master";
  return `bridge ${on} ${lladdr} ${vlan} ${where} ${dst} ${vni} ${port} ${srcVni} ${viaIfindex}`;
}
