/**
 * Addresses of interfaces: ifaddrmsg and IFA_*.
 *
 *                    IFA_LOCAL   IFA_ADDRESS   here
 *     IPv4, a wire   own         own           address "10.0.0.1/24"
 *     IPv6, a wire   -           own           address "fe80::1/64"
 *     peer to peer   own         peer          address "10.0.0.1", peer "10.0.0.2/32"
 *
 * Source: linux/if_addr.h, v7.2
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import { argumentError } from "../../core/errors.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  HEADER_ONLY,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  mask,
  noneIs,
  parseIp,
  readOnly,
  type RepeatedCodec,
  type Shape,
  shown,
  string,
  struct,
  u32,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import type { Input, Merge, Verb } from "../../core/collection.ts";
import { AF, type Family, family, RT_SCOPE, type Scope, scope, scopeNumber } from "./protocol.ts";
import { address as anyAddress, ipOfFamily, prefix, toPrefix } from "./prefix.ts";

const IFA_ADDRESS = 1, IFA_LOCAL = 2, PREFIX_LENGTH = 1, HEADER_FLAGS = 2;

/** IFA_F_*: properties of an address. */
export const IFA_F = {
  secondary: 0x1,
  nodad: 0x2,
  optimistic: 0x4,
  dadfailed: 0x8,
  homeaddress: 0x10,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  managetempaddr: 0x100,
  noprefixroute: 0x200,
  mcautojoin: 0x400,
  stable_privacy: 0x800,
} as const;
/** IFA_F_* by name, with `temporary`: the name of bit 0x1 for an IPv6 address. */
const IFA_F_INET6: Readonly<Record<AddressFlag, number>> = { temporary: 0x1, ...IFA_F };

/** A property of an address. `secondary` (IPv4) and `temporary` (IPv6) are the same bit. */
export type AddressFlag = keyof typeof IFA_F | "temporary";

type Flags = Codec<readonly (AddressFlag | number)[], readonly (AddressFlag | number)[] | number>;
const masks = (base: Codec<number>): { readonly inet: Flags; readonly inet6: Flags } => ({
  inet: mask(base, { ...IFA_F, temporary: 0x1 }),
  inet6: mask(base, IFA_F_INET6),
});
const wide = masks(u32), low = masks(u8);

/** Reads IFA_FLAGS, or the low byte of the flags in ifaddrmsg: kernels before 3.14 send no IFA_FLAGS. */
const addressFlags: Flags = {
  name: "u32 mask",
  size: 4,
  decode: (from, at, end, owner) =>
    wide[from.bytes[from.base] === AF.inet6 ? "inet6" : "inet"].decode(from, at, end, owner),
  absent(from, owner) {
    const at = from.base + HEADER_FLAGS;
    return low[from.bytes[from.base] === AF.inet6 ? "inet6" : "inet"].decode(from, at, at + 1, owner);
  },
  encode(value, to, owner) {
    const at = to.length;
    wide.inet6.encode(value, to, owner);
    to.bytes[to.base + HEADER_FLAGS] = to.bytes[at]!;
  },
};

/** The lifetimes of an address, in seconds; 4294967295 is forever. */
export interface AddressCacheinfo {
  /** Seconds until it is deprecated: no longer chosen for new connections. Default: {@linkcode valid}. */
  prefered?: number;
  /** Seconds until it is removed. Default: forever. */
  valid?: number;
  /** Time of creation, in hundredths of a second since boot. Read-only. */
  cstamp?: number;
  /** Time of the last change, in hundredths of a second since boot. Read-only. */
  tstamp?: number;
}

const FOREVER = 0xffffffff;

const lifetimes: Codec<AddressCacheinfo> = struct(16, (): Shape<AddressCacheinfo> => ({
  prefered: [0, u32],
  valid: [4, u32],
  cstamp: [8, u32, readOnly],
  tstamp: [12, u32, readOnly],
}));
const cacheinfo: Codec<AddressCacheinfo> = {
  ...lifetimes,
  encode(value, to, owner) {
    if (!isFields(value as unknown)) return lifetimes.encode(value, to, owner);
    const valid = value.valid ?? FOREVER;
    return lifetimes.encode({ ...value, valid, prefered: value.prefered ?? valid }, to, owner);
  },
};

/** An IPv4 or IPv6 address of an interface. */
export interface Address {
  /** Address family: `inet` or `inet6`. */
  family: Family;
  /** Index of the interface. */
  index: Ifindex;
  /** Name of the interface. */
  dev?: string;
  /** Scope in which it is valid; default `host` for 127.0.0.0/8, else `universe`. For IPv6 the kernel decides. */
  scope: Scope;
  /** The interface's own address without a prefix length. Read-only. */
  local?: string;
  /**
   * Address of the other end of a point-to-point link, with its prefix length: `10.0.0.2/32`. Present only if it
   * differs from the own address.
   */
  peer?: string;
  /** The interface's own address with its prefix length: `10.0.0.1/24`; without it if {@linkcode peer} is given. */
  address: string;
  /** IPv4 broadcast address. */
  broadcast?: string;
  /** IPv6 anycast address, only in RTM_GETANYCAST. Read-only. */
  anycast?: string;
  /** IPv6 multicast address, only in RTM_GETMULTICAST. Read-only. */
  multicast?: string;
  /**
   * IPv4 label, at most 15 bytes. It starts with the interface's name: `eth0:1`. If a listed address is added to another
   * interface, a label that is only the old one's name is left out.
   */
  label?: string;
  /**
   * Properties of the address. `deprecated` is sent as {@linkcode AddressCacheinfo.prefered} 0. Flags that only the
   * kernel sets (`permanent`, `tentative`, `secondary` …) are ignored when sent.
   */
  flags: readonly (AddressFlag | number)[];
  /** Lifetimes in seconds, and times of creation and change. */
  cacheinfo?: AddressCacheinfo;
  /** Metric of the route to the address's prefix, u32. */
  rtPriority?: number;
  /** Origin of the address: IFAPROT_*. */
  proto?: "unspec" | "kernel_lo" | "kernel_ra" | "kernel_ll" | number;
  /** Id of the network namespace that the dump asked about. Read-only. */
  targetNetnsid?: number;
}

const withLength: Codec<string, string | Uint8Array> = prefix(PREFIX_LENGTH);

/**
 * IFA_ADDRESS: the peer's address, or for IPv6 the own address if there is no IFA_LOCAL.
 *
 * It encodes its attributes itself, as a repeated field does: a filter by peer alone also needs an IFA_LOCAL of zeros.
 */
const peer: Codec<string> & RepeatedCodec = {
  name: "an address",
  repeated: true,
  decode(from, at, _end, owner) {
    const found = owner as Address, start = at + 4, stop = at + from.view.getUint16(at, true);
    const text = anyAddress.decode(from, start, stop, owner);
    // decode() may return MISFIT, which is no string.
    if (typeof text !== "string") return text;
    if (found.local === undefined) found.local = text;
    return found.local === text ? undefined as never : withLength.decode(from, start, stop, owner);
  },
  encode(value, to, owner) {
    if ((owner as Address).address !== undefined) return;
    if (!to.everything) to.fail(TypeError, `"address" is missing beside it`);
    const { bytes, length } = toPrefix(value, to);
    to.bytes[to.base + PREFIX_LENGTH] = length;
    write(IFA_LOCAL, new Uint8Array(bytes.length), to);
    write(IFA_ADDRESS, bytes, to);
  },
  walk(_from, at, end, owner, visit) {
    visit({ name: undefined, id: IFA_ADDRESS, start: at, at: at + 4, end, codec: anyAddress, owner });
  },
};

/** Writes IFA_LOCAL and IFA_ADDRESS, as `ip` does for IPv4 and IPv6. */
function writeAddress(value: string, to: Writer, owner: object): void {
  const other = (owner as Address).peer,
    own = toPrefix(value, to),
    far = other === undefined ? own : toPrefix(other, to);
  if (own.length !== far.length && own.length !== 8 * own.bytes.length) {
    to.fail(TypeError, `the prefix length belongs to the peer's address, ${shown(value)} must have none`);
  }
  to.bytes[to.base + PREFIX_LENGTH] = far.length;
  write(IFA_LOCAL, own.bytes, to);
  // Phonet and MCTP addresses, of one byte, have no IFA_ADDRESS.
  if (own.bytes.length > 1) write(IFA_ADDRESS, far.bytes, to);
}

function write(id: number, bytes: Uint8Array, to: Writer): void {
  const start = to.open(id);
  to.append(bytes);
  to.close(start);
}

const text: Codec<string> = string(15);

/**
 * IFA_LABEL. A listed address has the name of its interface as label if it was given none; so the label of one that is
 * added to another interface is left to the kernel.
 */
const label: Codec<string> = {
  ...noneIs(text, ""),
  encode(value, to, owner) {
    const { dev, index } = owner as Address;
    const isGiven = typeof dev === "string" && typeof index === "number" && typeof value === "string";
    if (isGiven && !value.startsWith(dev) && to.names !== undefined && to.names.index(dev) !== index) {
      const name = to.names.name(index);
      if (value === name) return HEADER_ONLY;
      if (name !== undefined && value.startsWith(`${name}:`)) {
        to.fail(TypeError, `expected the label of an address of ${dev}, got one of ${name}: ${shown(value)}`);
      }
    }
    return text.encode(value, to, owner);
  },
};

/** Wire form of {@linkcode Address}. */
export const Address: Attributes<Address> = attributes((): Shape<Address> => ({
  family: head(0, family, key),
  index: head(4, ifindex, key),
  dev: interfaceNameOf("index"),
  scope: head(3, scope),
  local: [IFA_LOCAL, anyAddress, readOnly],
  peer: [IFA_ADDRESS, peer, key],
  address: {
    derive(owner, from) {
      const { local, peer } = owner as Address;
      const one = local === undefined || peer !== undefined || from.bytes[from.base] === AF.mctp ||
        from.bytes[from.base] === AF.phonet;
      return one ? local : `${local}/${from.bytes[from.base + PREFIX_LENGTH]}`;
    },
    apply: writeAddress,
    use: key,
  },
  broadcast: [4, noneIs(ipOfFamily, "0.0.0.0")],
  anycast: [5, ipOfFamily, readOnly],
  multicast: [7, ipOfFamily, readOnly],
  label: [3, label, key],
  flags: [8, addressFlags],
  cacheinfo: [6, cacheinfo],
  rtPriority: [9, noneIs(u32, 0)],
  proto: [11, noneIs(enumeration(u8, { unspec: 0, kernel_lo: 1, kernel_ra: 2, kernel_ll: 3 }), "unspec")],
  targetNetnsid: [10, i32, readOnly],
}), { header: 8 });

/**
 * Completes an address as `ip address` does.
 *
 * @throws {TypeError} `address` is missing for "delete" or "set": the kernel would take the interface's first address
 */
export function prepareAddress(value: Input<Address>, verb: Verb): Input<Address> {
  if (value.address === undefined && (verb === "delete" || verb === "set")) {
    throw argumentError(
      TypeError,
      `Cannot ${verb} an address without "address": give for example { dev: "eth0", address: "192.0.2.1/24" }`,
    );
  }
  if (verb === "delete" || verb === "get" || verb === "list") return value;
  const { scope, address, flags, cacheinfo } = value;
  return {
    ...value,
    ...(scope === undefined && address?.startsWith?.("127.") ? { scope: "host" as const } : {}),
    // An IPv4 address that is valid forever has no other sign of being deprecated than this flag.
    ...(Array.isArray(flags) && flags.includes("deprecated") ? { cacheinfo: { ...cacheinfo, prefered: 0 } } : {}),
  };
}

/**
 * Refuses a key whose `local` and `address` contradict each other. Listed addresses have the same in both.
 *
 * @param what the action, for the error
 * @throws {TypeError} they are different addresses
 */
export function expectOneAddress(key: Input<Address>, what: string): void {
  const { local, address } = key;
  if (typeof local !== "string" || typeof address !== "string") return;
  const own = address.replace(/\/.*/, ""), bytes = (text: string): string => parseIp(text)?.join() ?? text;
  if (bytes(local) === bytes(own)) return;
  throw argumentError(
    TypeError,
    `Cannot ${what}: local ${shown(local)} is not the address ${shown(address)} beside it`,
  );
}

/** The fields that only addresses of one family have. */
const ONLY = {
  inet: ["broadcast", "label"],
  inet6: ["anycast", "multicast"],
} as const;

/** Returns why the kernel would ignore a field of an address to make or change, if it would. */
export function ignoresOfAddress(name: string, value: Readonly<Record<string, unknown>>): string | undefined {
  const { address, scope } = value;
  const bytes = typeof address === "string" ? parseIp(address.replace(/\/.*/, "")) : address as Uint8Array | undefined;
  const other = bytes?.length === 4 ? "inet6" : bytes?.length === 16 ? "inet" : undefined;
  if (other !== undefined && (ONLY[other] as readonly string[]).includes(name)) {
    return `only ${other === "inet" ? "IPv4" : "IPv6"} addresses have it`;
  }
  if (name !== "scope" || other !== "inet") return undefined;
  const own = scopeOfInet6(bytes!);
  return scopeNumber(scope) === RT_SCOPE[own] ? undefined : `this IPv6 address has the scope ${own}`;
}

/** Returns the scope that the kernel gives an IPv6 address. */
function scopeOfInet6(bytes: Uint8Array): keyof typeof RT_SCOPE {
  if (bytes.every((byte, i) => byte === (i === 15 ? 1 : 0))) return "host";
  const high = bytes[0]! << 8 | bytes[1]! & 0xc0;
  return high === 0xfe80 ? "link" : high === 0xfec0 ? "site" : "universe";
}

/** The fields that the kernel compares to find the address to delete, by family. */
const COMPARED = {
  inet: new Set(["family", "index", "dev", "address", "peer", "label"]),
  inet6: new Set(["family", "index", "dev", "address"]),
} as const;

/** True if the kernel compares all fields of `key` when it deletes an address. */
export function comparesAddress(key: object): boolean {
  const { address } = key as Input<Address>, six = typeof address === "string" && address.includes(":");
  const compared = COMPARED[six ? "inet6" : "inet"];
  return Object.entries(key).every(([name, value]) => value === undefined || compared.has(name));
}

/** The flags, by family, that the kernel can change on an existing address. */
const CHANGING: Readonly<Record<string, number>> = {
  inet: 0,
  inet6: IFA_F.nodad | IFA_F.homeaddress | IFA_F.managetempaddr | IFA_F.noprefixroute,
};

/** The flags that a user chooses when an address is added; the kernel sets the others itself. */
const CHOSEN = IFA_F.nodad | IFA_F.homeaddress | IFA_F.managetempaddr | IFA_F.noprefixroute | IFA_F.mcautojoin;

const flagNames = (flags: number): string[] =>
  Object.entries(IFA_F).flatMap(([name, bit]) => (flags & bit) === 0 ? [] : [name]);

function flagBits(flags: unknown): number {
  if (!Array.isArray(flags)) return Number(flags);
  return flags.reduce((all, one) => all | (typeof one === "number" ? one : IFA_F_INET6[one as AddressFlag]), 0);
}

/**
 * Merges changes into an existing address for a request that replaces it. The kernel replaces lifetimes, metric, origin
 * and, for IPv6, some flags.
 *
 * @throws {TypeError} the kernel cannot change one of the flags, or the preferred lifetime of an IPv4 address that is
 * valid forever
 */
export function mergeAddress({ found, changes, whole, what }: Merge<Address>): Input<Address> {
  const { flags = found.flags, cacheinfo } = changes as Input<Address>;
  const stays = (flagBits(flags) ^ flagBits(found.flags)) & CHOSEN & ~(CHANGING[found.family] ?? 0);
  if (stays !== 0) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: flags: the kernel cannot change ${
        flagNames(stays).join(", ")
      } of an ${found.family} address: delete it and add it with the flags wanted`,
    );
  }
  const { cacheinfo: times } = whole as unknown as Address, { valid = FOREVER, prefered = FOREVER } = times ?? {};
  if (cacheinfo?.prefered === undefined) {
    // A deprecated address stays deprecated, and the preferred lifetime is at most the valid one.
    const left = found.flags.includes("deprecated") ? 0 : Math.min(prefered, valid);
    return { ...whole, cacheinfo: { ...times, valid, prefered: left } } as Input<Address>;
  }
  if (found.family === "inet" && valid === FOREVER && prefered > 0 && prefered < FOREVER) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: cacheinfo.prefered: the kernel ignores it if the address is valid forever`,
    );
  }
  const kept = changes["flags"] === undefined ? { flags: found.flags.filter((flag) => flag !== "deprecated") } : {};
  return { ...whole, ...kept } as Input<Address>;
}

/** Returns a text that identifies an address: family, interface, address and peer. */
export function addressKey(value: Address): string {
  return JSON.stringify([value.family, value.index ?? value.dev, value.address, value.peer]);
}
