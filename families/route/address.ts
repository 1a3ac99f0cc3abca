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
import { argumentError } from "../../core/errors.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  head,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ip,
  key,
  mask,
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
import { AF, type Family, family, type Scope, scope } from "./numbers.ts";
import { address as anyAddress, prefix, toPrefix } from "./prefix.ts";

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
/** The same bit, as IPv6 means it. */
const IFA_F_INET6: Readonly<Record<AddressFlag, number>> = { temporary: 0x1, ...IFA_F };

/** A property of an address: `secondary` for IPv4 and `temporary` for IPv6 are one bit. */
export type AddressFlag = keyof typeof IFA_F | "temporary";

type Flags = Codec<readonly (AddressFlag | number)[], readonly (AddressFlag | number)[] | number>;
const masks = (base: Codec<number>): { readonly inet: Flags; readonly inet6: Flags } => ({
  inet: mask(base, { ...IFA_F, temporary: 0x1 }),
  inet6: mask(base, IFA_F_INET6),
});
const wide = masks(u32), low = masks(u8);

/** IFA_FLAGS, or the low byte of them in the header where a kernel before 3.14 sends no more. */
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

/** How long an address lives, in seconds; 4294967295 is forever. */
export interface AddressCacheinfo {
  /** Seconds until it is deprecated: no longer chosen for new connections. As {@linkcode valid} when absent. */
  prefered?: number;
  /** Seconds until it is removed. Forever when absent. */
  valid?: number;
  /** When it was made, in hundredths of a second since boot. Read-only. */
  cstamp?: number;
  /** When it was changed last, in hundredths of a second since boot. Read-only. */
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
    if (typeof value !== "object" || value === null) return lifetimes.encode(value, to, owner);
    const valid = value.valid ?? FOREVER;
    return lifetimes.encode({ ...value, valid, prefered: value.prefered ?? valid }, to, owner);
  },
};

/** An address of an interface. */
export interface Address {
  /** Address family: `inet` or `inet6`. */
  family: Family;
  /** The interface's number. */
  index: Ifindex;
  /** The interface's name. */
  dev?: string;
  /** How far it is valid; when absent, `host` for 127.0.0.0/8 and `universe` for others. IPv6 decides by itself. */
  scope: Scope;
  /** The own address, bare. Read-only. */
  local?: string;
  /** The other end of a point-to-point link, with its prefix: `10.0.0.2/32`. There only when it differs from the own address. */
  peer?: string;
  /** The own address with its prefix: `10.0.0.1/24`; bare where there is a {@linkcode peer}. */
  address?: string;
  /** IPv4 broadcast address. */
  broadcast?: string;
  /** IPv6 anycast address, in RTM_GETANYCAST. Read-only. */
  anycast?: string;
  /** IPv6 multicast address, in RTM_GETMULTICAST. Read-only. */
  multicast?: string;
  /** IPv4 label, at most 15 bytes, beginning with the interface's name: `eth0:1`. */
  label?: string;
  /**
   * Its properties; `deprecated` is sent as a {@linkcode AddressCacheinfo.prefered} of 0, what the kernel alone decides
   * (`permanent`, `tentative`, `secondary` …) is passed over when sent.
   */
  flags: readonly (AddressFlag | number)[];
  /** Lifetimes. */
  cacheinfo?: AddressCacheinfo;
  /** Metric of the route to its prefix. */
  rtPriority?: number;
  /** Who made it. */
  proto?: "unspec" | "kernel_lo" | "kernel_ra" | "kernel_ll" | number;
  /** Namespace id that a dump asked about. Read-only. */
  targetNetnsid?: number;
}

const withLength: Codec<string, string | Uint8Array> = prefix(PREFIX_LENGTH);

/**
 * IFA_ADDRESS: the other end, or (IPv6) the own address when there is no IFA_LOCAL.
 *
 * It writes its attributes itself, as a repeated one does: alone, in a filter, it has to stand beside an IFA_LOCAL.
 */
const peer: Codec<string> & RepeatedCodec = {
  name: "an address",
  repeated: true,
  decode(from, at, _end, owner) {
    const found = owner as Address, start = at + 4, stop = at + from.view.getUint16(at, true);
    const text = anyAddress.decode(from, start, stop, owner);
    // MISFIT passes through.
    if (typeof text !== "string") return text;
    if (found.local === undefined) found.local = text;
    return found.local === text ? undefined as never : withLength.decode(from, start, stop, owner);
  },
  encode(value, to, owner) {
    if ((owner as Address).address !== undefined) return;
    if (!to.everything) to.fail(TypeError, `says nothing without "address" beside it`);
    const { bytes, length } = toPrefix(value, to);
    to.bytes[to.base + PREFIX_LENGTH] = length;
    write(IFA_LOCAL, new Uint8Array(bytes.length), to);
    write(IFA_ADDRESS, bytes, to);
  },
  walk(_from, at, end, owner, visit) {
    visit({ name: undefined, id: IFA_ADDRESS, start: at, at: at + 4, end, codec: anyAddress, owner });
  },
};

/** Writes IFA_LOCAL and IFA_ADDRESS, as `ip` does for both families. */
function writeAddress(value: string, to: Writer, owner: object): void {
  const other = (owner as Address).peer,
    own = toPrefix(value, to),
    far = other === undefined ? own : toPrefix(other, to);
  if (own.length !== far.length && own.length !== 8 * own.bytes.length) {
    to.fail(TypeError, `the prefix length stands beside the peer's address, ${shown(value)} must be bare`);
  }
  to.bytes[to.base + PREFIX_LENGTH] = far.length;
  write(IFA_LOCAL, own.bytes, to);
  // Phonet and MCTP have no ends.
  if (own.bytes.length > 1) write(IFA_ADDRESS, far.bytes, to);
}

function write(id: number, bytes: Uint8Array, to: Writer): void {
  const start = to.open(id);
  to.append(bytes);
  to.close(start);
}

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
  broadcast: [4, ip],
  anycast: [5, ip, readOnly],
  multicast: [7, ip, readOnly],
  label: [3, string(15), key],
  flags: [8, addressFlags],
  cacheinfo: [6, cacheinfo],
  rtPriority: [9, u32],
  proto: [11, enumeration(u8, { unspec: 0, kernel_lo: 1, kernel_ra: 2, kernel_ll: 3 })],
  targetNetnsid: [10, i32, readOnly],
}), { header: 8 });

/**
 * Completes an address as `ip address` does.
 *
 * @throws {TypeError} one to delete or to change is not named: the kernel would take the interface's first one
 */
export function prepareAddress(value: Input<Address>, verb: Verb): Input<Address> {
  if (value.address === undefined && (verb === "delete" || verb === "set")) {
    throw argumentError(
      TypeError,
      `Cannot ${verb} an address without "address": as { dev: "eth0", address: "192.0.2.1/24" }`,
    );
  }
  if (verb === "delete" || verb === "get" || verb === "list") return value;
  const { scope, address, flags, cacheinfo } = value;
  return {
    ...value,
    ...(scope === undefined && address?.startsWith?.("127.") ? { scope: "host" as const } : {}),
    // Of an IPv4 address that is valid for ever the kernel shows only by the flag that it is no longer preferred.
    ...(Array.isArray(flags) && flags.includes("deprecated") ? { cacheinfo: { ...cacheinfo, prefered: 0 } } : {}),
  };
}

/** What a kernel that deletes an address compares of it, by family. */
const COMPARED = {
  inet: new Set(["family", "index", "dev", "address", "peer", "label"]),
  inet6: new Set(["family", "index", "dev", "address"]),
} as const;

/** Whether a kernel that deletes compares all that a key says of an address. */
export function comparesAddress(key: object): boolean {
  const { address } = key as Input<Address>, six = typeof address === "string" && address.includes(":");
  const compared = COMPARED[six ? "inet6" : "inet"];
  return Object.entries(key).every(([name, value]) => value === undefined || compared.has(name));
}

/** The flags that the kernel changes of an address that is there; the others it decides alone, or for good. */
const CHANGING: Readonly<Record<string, number>> = {
  inet: 0,
  inet6: IFA_F.nodad | IFA_F.homeaddress | IFA_F.managetempaddr | IFA_F.noprefixroute,
};

/** The flags that are chosen when an address is made. */
const CHOSEN = IFA_F.nodad | IFA_F.homeaddress | IFA_F.managetempaddr | IFA_F.noprefixroute | IFA_F.mcautojoin;

const flagNames = (flags: number): string[] =>
  Object.entries(IFA_F).flatMap(([name, bit]) => (flags & bit) === 0 ? [] : [name]);

function flagBits(flags: unknown): number {
  if (!Array.isArray(flags)) return Number(flags);
  return flags.reduce((all, one) => all | (typeof one === "number" ? one : IFA_F_INET6[one as AddressFlag]), 0);
}

/**
 * An address as it is to be, for a kernel that replaces all of it that changes: lifetimes, metric and origin, and of IPv6
 * some flags.
 *
 * @throws {TypeError} flags are to change that do not
 */
export function mergeAddress({ found, changes, whole, what }: Merge<Address>): Input<Address> {
  const { flags = found.flags, cacheinfo } = changes as Input<Address>;
  const stays = (flagBits(flags) ^ flagBits(found.flags)) & CHOSEN & ~(CHANGING[found.family] ?? 0);
  if (stays !== 0) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: flags: the kernel does not change ${
        flagNames(stays).join(", ")
      } of an ${found.family} address: delete it, and add it as it is to be`,
    );
  }
  const { valid = FOREVER, prefered = FOREVER } = (whole as unknown as Address).cacheinfo ?? {};
  if (cacheinfo?.prefered === undefined) {
    // One that is deprecated stays so, whatever the kernel shows; and nothing is preferred for longer than it is valid.
    const left = found.flags.includes("deprecated") ? 0 : Math.min(prefered, valid);
    return { ...whole, cacheinfo: { valid, prefered: left } } as Input<Address>;
  }
  if (found.family === "inet" && valid === FOREVER && prefered > 0 && prefered < FOREVER) {
    throw argumentError(
      TypeError,
      `Cannot ${what}: cacheinfo.prefered: the kernel does not count it where valid is for ever`,
    );
  }
  const kept = changes["flags"] === undefined ? { flags: found.flags.filter((flag) => flag !== "deprecated") } : {};
  return { ...whole, ...kept } as Input<Address>;
}

/** What tells one address from another, as text. */
export function addressKey(value: Address): string {
  return JSON.stringify([value.family, value.index ?? value.dev, value.address, value.peer]);
}
