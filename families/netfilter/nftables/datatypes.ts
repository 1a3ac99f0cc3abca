/**
 * Types of the keys and data of sets, which are nft's: the kernel keeps their numbers, but knows only lengths. Values
 * are converted between the words of nft and bytes in network order, in which they can be compared.
 *
 * Source: nft's include/datatype.h, whose numbers are part of what sets keep in the kernel.
 *
 * @module
 */
import { ipv4Text, ipv6Text, parseIp, shown, toHex } from "../../../core/codec/mod.ts";
import { TYPE_OF_ID, TYPES } from "./fields.ts";

/** A type of values. */
export interface NftDatatype {
  /** nft's number of the type. */
  readonly id: number;
  /** Length in bytes; 0 if it differs. */
  readonly size: number;
  /** True for integers that registers have in host order. */
  readonly host?: true;
  /** The form of values that are no integers. */
  readonly form?: "ipv4" | "ipv6" | "mac" | "name" | "bytes" | "verdict";
}

/** The types, with their names as the compiler knows them. */
export const NFT_TYPES = {
  verdict: { id: 1, size: 0, form: "verdict" },
  nf_proto: { id: 2, size: 1 },
  bitmask: { id: 3, size: 0 },
  integer: { id: 4, size: 0 },
  string: { id: 5, size: 0, form: "name" },
  ll_addr: { id: 6, size: 0, form: "bytes" },
  ipv4_addr: { id: 7, size: 4, form: "ipv4" },
  ipv6_addr: { id: 8, size: 16, form: "ipv6" },
  ether_addr: { id: 9, size: 6, form: "mac" },
  ether_type: { id: 10, size: 2 },
  arp_op: {
    id: 11,
    size: 2,
  },
  inet_proto: {
    id: 12,
    size: 1,
  },
  inet_service: { id: 13, size: 2 },
  icmp_type: {
    id: 14,
    size: 1,
  },
  tcp_flag: { id: 15, size: 1 },
  dccp_pkttype: { id: 16, size: 1 },
  mh_type: { id: 17, size: 1 },
  time: { id: 18, size: 4, host: true },
  mark: { id: 19, size: 4, host: true },
  iface_index: { id: 20, size: 4, host: true },
  iface_type: { id: 21, size: 2, host: true },
  realm: { id: 22, size: 4, host: true },
  classid: { id: 23, size: 4, host: true },
  uid: { id: 24, size: 4, host: true },
  gid: { id: 25, size: 4, host: true },
  ct_state: { id: 26, size: 4, host: true },
  ct_dir: { id: 27, size: 1 },
  ct_status: { id: 28, size: 4, host: true },
  icmpv6_type: {
    id: 29,
    size: 1,
  },
  ct_label: { id: 30, size: 16, host: true, form: "bytes" },
  pkt_type: { id: 31, size: 1 },
  icmp_code: { id: 32, size: 1 },
  icmpv6_code: { id: 33, size: 1 },
  icmpx_code: { id: 34, size: 1 },
  devgroup: { id: 35, size: 4, host: true },
  dscp: { id: 36, size: 1 },
  ecn: { id: 37, size: 1 },
  fib_addrtype: {
    id: 38,
    size: 4,
    host: true,
  },
  boolean: { id: 39, size: 1 },
  ct_event: { id: 40, size: 4, host: true },
  ifname: { id: 41, size: 16, form: "name" },
  igmp_type: { id: 42, size: 1 },
  date: { id: 43, size: 8, host: true },
  hour: { id: 44, size: 4, host: true },
  day: { id: 45, size: 1 },
  cgroupsv2: { id: 46, size: 8, host: true },
} as const;

/** The types by nft's names. */
export const NFT_DATATYPES: Readonly<Record<keyof typeof NFT_TYPES, NftDatatype>> = NFT_TYPES;

/** A type by nft's name, or by its number. */
export type NftDatatypeName = keyof typeof NFT_TYPES | number;

const NAMES = new Map<number, keyof typeof NFT_TYPES>(
  Object.entries(NFT_DATATYPES).map(([name, { id }]) => [id, name as keyof typeof NFT_TYPES]),
);

/** Returns the name of a type; its number if nft has no such type. */
export function datatypeName(id: number): NftDatatypeName {
  return NAMES.get(id) ?? id;
}

/** Returns the type with a name or number; one of plain integers for an unknown number. */
export function datatypeOf(name: NftDatatypeName): NftDatatype {
  const known = typeof name === "number" ? NAMES.get(name) : name;
  return known === undefined || !Object.hasOwn(NFT_DATATYPES, known)
    ? { id: Number(name), size: 0 }
    : NFT_DATATYPES[known];
}

/** A value of one type, as nft writes it: an address, a name or a number. */
export type NftScalar = string | number;

/** Receives the reason why a value does not fit. */
export type Refuse = (kind: typeof TypeError | typeof RangeError, why: string) => never;

/** Longest integer that a number has exactly, in bytes. */
const EXACT = 6;

/** Returns the value in `bytes`, which are in network order. */
export function scalarOf({ id, form }: NftDatatype, bytes: Uint8Array): NftScalar {
  switch (form) {
    case "ipv4":
      if (bytes.length === 4) return ipv4Text(bytes, 0);
      break;
    case "ipv6":
      if (bytes.length === 16) return ipv6Text(bytes, 0);
      break;
    case "mac":
      return toHex(bytes, 0, bytes.length, ":");
    case "name": {
      const end = bytes.indexOf(0);
      return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
    }
  }
  if (form !== undefined || bytes.length > EXACT) return `0x${toHex(bytes)}`;
  let number = 0;
  for (const byte of bytes) number = number * 256 + byte;
  const type = TYPE_OF_ID.get(id), names = type?.symbols;
  // As nft does, ports are shown as numbers.
  if (type !== TYPES["inet_service"]) { for (const name in names) if (names[name] === number) return name; }
  return number;
}

/** Returns the bytes of a value of `size` bytes in network order. */
export function scalarBytes({ id, form }: NftDatatype, value: unknown, size: number, refuse: Refuse): Uint8Array {
  switch (form) {
    case "ipv4":
    case "ipv6": {
      const bytes = typeof value === "string" ? parseIp(value) : undefined;
      if (bytes?.length === size) return bytes;
      return refuse(TypeError, `expected an ${form === "ipv4" ? "IPv4" : "IPv6"} address, got ${shown(value)}`);
    }
    case "mac": {
      const digits = typeof value === "string" && /^([0-9a-f]{2}(:|$))+$/i.test(value) ? value.replaceAll(":", "") : "";
      if (digits.length !== 2 * size) {
        return refuse(TypeError, `expected an address like "02:00:00:00:00:01", got ${shown(value)}`);
      }
      return fromHex(digits);
    }
    case "name": {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : undefined;
      if (bytes === undefined || bytes.includes(0)) {
        return refuse(TypeError, `expected a name, got ${shown(value)}`);
      }
      if (bytes.length >= size) {
        return refuse(RangeError, `expected a name of at most ${size - 1} bytes, got ${shown(value)}`);
      }
      return padded(bytes, size);
    }
    case "verdict":
      return refuse(TypeError, `expected a value, got ${shown(value)}`);
  }
  const names = TYPE_OF_ID.get(id)?.symbols;
  const number = typeof value === "string" && names !== undefined && Object.hasOwn(names, value) ? names[value] : value;
  const isDigits = typeof number === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(number);
  if (!isDigits && !Number.isInteger(number)) {
    const words = names === undefined
      ? ""
      : `${Object.keys(names).slice(0, 12).map((one) => `"${one}"`).join(", ")} or `;
    return refuse(TypeError, `expected ${words}a number, got ${shown(value)}`);
  }
  const big = BigInt(number as number | string);
  if (big < 0n || big >> BigInt(8 * size) !== 0n) {
    return refuse(RangeError, `expected an integer of ${8 * size} bits, got ${shown(value)}`);
  }
  return fromHex(big.toString(16).padStart(2 * size, "0"));
}

function fromHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Returns bytes with zeros behind, `size` in all. */
export function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes;
  const all = new Uint8Array(size);
  all.set(bytes);
  return all;
}

/** A range of values of one type, both ends included, in network order. */
export interface NftBounds {
  /** The first value. */
  readonly low: Uint8Array;
  /** The last value. */
  readonly high: Uint8Array;
}

/** Compares bytes of the same length as integers in network order. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/** Returns the next greater value; `undefined` if there is none. */
export function nextOf(bytes: Uint8Array): Uint8Array | undefined {
  const next = bytes.slice();
  for (let i = next.length - 1; i >= 0; i--) if ((next[i] = next[i]! + 1 & 255) !== 0) return next;
  return undefined;
}

/** Returns the next smaller value; `undefined` if there is none. */
export function previousOf(bytes: Uint8Array): Uint8Array | undefined {
  const previous = bytes.slice();
  for (let i = previous.length - 1; i >= 0; i--) {
    if ((previous[i] = previous[i]! - 1 & 255) !== 255) return previous;
  }
  return undefined;
}

/** Returns the range of a prefix: all values that have the first `length` bits of `bytes`. */
export function prefixRange(bytes: Uint8Array, length: number): NftBounds {
  const low = bytes.slice(), high = bytes.slice();
  for (let bit = length; bit < 8 * bytes.length; bit++) {
    const mask = 0x80 >> (bit & 7);
    low[bit >> 3]! &= ~mask;
    high[bit >> 3]! |= mask;
  }
  return { low, high };
}

/** Returns the length of the prefix that has exactly the values of a range; -1 if none has. */
export function prefixLength({ low, high }: NftBounds): number {
  const bits = 8 * low.length;
  let length = 0;
  const bit = (bytes: Uint8Array, at: number): number => bytes[at >> 3]! >> (7 - (at & 7)) & 1;
  while (length < bits && bit(low, length) === bit(high, length)) length++;
  for (let at = length; at < bits; at++) if (bit(low, at) !== 0 || bit(high, at) !== 1) return -1;
  return length;
}
