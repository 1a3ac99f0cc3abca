/**
 * Addresses of networks and links, interfaces by number and name, and addresses with a port.
 *
 * IPv4 text is joined from two cached halves, IPv6 text from cached words: making an address takes only a few look-ups.
 *
 * @module
 */
import { NetlinkError } from "../errors.ts";
import { type Codec, inlined, MISFIT, pathText, shown, type Writer } from "./codec.ts";
import { DIGITS, octets, toHex } from "./text.ts";

/** The two hexadecimal digits of each byte with a colon: `00:`, `01:` … */
const OCTETS: readonly string[] = DIGITS.map((digits) => `${digits}:`);

/** Returns the text of the six bytes at `at`. */
function macText(bytes: Uint8Array, at: number): string {
  return OCTETS[bytes[at]!]! + OCTETS[bytes[at + 1]!]! + OCTETS[bytes[at + 2]!]! + OCTETS[bytes[at + 3]!]! +
    OCTETS[bytes[at + 4]!]! + DIGITS[bytes[at + 5]!]!;
}

/** Returns the text of a link-layer address of any length. */
function hardwareText(bytes: Uint8Array, at: number, end: number): string {
  return end - at === 6 ? macText(bytes, at) : toHex(bytes, at, end, ":");
}

/** A link-layer address of any length: `02:00:00:00:00:01`. */
export const hardwareAddress: Codec<string, string | Uint8Array> = {
  name: "a link-layer address",
  decode: inlined(
    (from, at, end) => hardwareText(from.bytes, at, end),
    ({ at, end, constant }) => `${constant(hardwareText)}(bytes, ${at}, ${end})`,
  ),
  encode: (value, to) => to.append(octets(value, to)),
};

/** A MAC address: `02:00:00:00:00:01`. */
export const mac: Codec<string, string | Uint8Array> = {
  name: "a MAC address",
  size: 6,
  decode: inlined((from, at) => macText(from.bytes, at), ({ at, constant }) => `${constant(macText)}(bytes, ${at})`),
  encode(value, to) {
    const given = octets(value, to);
    if (given.length !== 6) to.fail(TypeError, `expected a MAC address like "02:00:00:00:00:01", got ${shown(value)}`);
    to.append(given);
  },
};

// HIGH has the texts "a.b." by the first and then the second octet, LOW those of "c.d". Rows of 256 are made at first
// use.
const HIGH: (string[] | undefined)[] = [], LOW: (string[] | undefined)[] = [];
for (let i = 0; i < 256; i++) (HIGH.push(undefined), LOW.push(undefined));

function high(a: number): string[] {
  return HIGH[a] = Array.from({ length: 256 }, (_, b) => `${a}.${b}.`);
}
function low(c: number): string[] {
  return LOW[c] = Array.from({ length: 256 }, (_, d) => `${c}.${d}`);
}

/** Returns the IPv4 text of the four bytes at `at`. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return (HIGH[bytes[at]!] ?? high(bytes[at]!))[bytes[at + 1]!]! +
    (LOW[bytes[at + 2]!] ?? low(bytes[at + 2]!))[bytes[at + 3]!]!;
}

const WORDS: (string[] | undefined)[] = [];
for (let i = 0; i < 256; i++) WORDS.push(undefined);

function words(top: number): string[] {
  return WORDS[top] = Array.from({ length: 256 }, (_, i) => (top * 256 + i).toString(16));
}

/** Returns the IPv6 text of the sixteen bytes at `at`, in the form of RFC 5952. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  // The longest run of two or more zero words becomes "::"; the first of runs of equal length.
  let best = -1, bestLength = 1, run = -1;
  for (let i = 0; i < 8; i++) {
    if (bytes[at + 2 * i] !== 0 || bytes[at + 2 * i + 1] !== 0) run = -1;
    else {
      if (run < 0) run = i;
      if (i - run + 1 > bestLength) (best = run, bestLength = i - run + 1);
    }
  }
  if (best === 0) {
    if (bestLength === 5 && bytes[at + 10] === 0xff && bytes[at + 11] === 0xff) {
      return `::ffff:${ipv4Text(bytes, at + 12)}`;
    }
    if (bestLength === 6) return `::${ipv4Text(bytes, at + 12)}`;
  }
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      text += "::";
      i += bestLength - 1;
    } else {
      if (i > 0 && i !== best + bestLength) text += ":";
      text += (WORDS[bytes[at + 2 * i]!] ?? words(bytes[at + 2 * i]!))[bytes[at + 2 * i + 1]!]!;
    }
  }
  return text;
}

/** Returns the text of the address in `at`..`end`, `undefined` unless it has 4 or 16 bytes. */
export function ipText(bytes: Uint8Array, at: number, end: number): string | undefined {
  return end - at === 4 ? ipv4Text(bytes, at) : end - at === 16 ? ipv6Text(bytes, at) : undefined;
}

/** Returns the four or sixteen bytes of an address in text form; `undefined` if the text is not an address. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const out = new Uint8Array(4);
  let octet = -1, dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return undefined; // some programs read 010 as 8
      octet = octet < 0 ? digit : 10 * octet + digit;
      if (octet > 255) return undefined;
    } else if (digit === -2 && octet >= 0 && dots < 3) { // a dot
      out[dots++] = octet;
      octet = -1;
    } else return undefined;
  }
  if (octet < 0 || dots < 3) return undefined;
  out[3] = octet;
  return out;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = wordsOf(halves[0]!, halves.length === 1), tail = halves.length === 2 ? wordsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  const out = new Uint8Array(16);
  head.forEach((word, i) => (out[2 * i] = word >> 8, out[2 * i + 1] = word & 0xff));
  tail.forEach((word, i) => {
    const at = 2 * (8 - tail.length + i);
    out[at] = word >> 8;
    out[at + 1] = word & 0xff;
  });
  return out;
}

function wordsOf(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const out: number[] = [], parts = text.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (last && i === parts.length - 1 && part.includes(".")) {
      const four = parseIpv4(part);
      if (four === undefined) return undefined;
      out.push(four[0]! * 256 + four[1]!, four[2]! * 256 + four[3]!);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      out.push(parseInt(part, 16));
    }
  }
  return out;
}

function ipBytes(value: string | Uint8Array, to: Writer, size: 4 | 16 | undefined): Uint8Array {
  const given = typeof value === "string" ? parseIp(value) : value;
  const sizes = size === undefined ? "IP" : size === 4 ? "IPv4" : "IPv6";
  if (
    !(given instanceof Uint8Array) ||
    (size === undefined ? given.length !== 4 && given.length !== 16 : given.length !== size)
  ) {
    to.fail(TypeError, `expected an ${sizes} address, got ${shown(value)}`);
  }
  return given;
}

/** An IPv4 address: `10.0.0.1`. */
export const ipv4: Codec<string, string | Uint8Array> = {
  name: "an IPv4 address",
  size: 4,
  decode: inlined(
    (from, at) => ipv4Text(from.bytes, at),
    ({ at, constant }) => `${constant(ipv4Text)}(bytes, ${at})`,
  ),
  encode: (value, to) => to.append(ipBytes(value, to, 4)),
};

/** An IPv6 address: `fe80::1`. */
export const ipv6: Codec<string, string | Uint8Array> = {
  name: "an IPv6 address",
  size: 16,
  decode: inlined(
    (from, at) => ipv6Text(from.bytes, at),
    ({ at, constant }) => `${constant(ipv6Text)}(bytes, ${at})`,
  ),
  encode: (value, to) => to.append(ipBytes(value, to, 16)),
};

/** An IPv4 or IPv6 address; the size tells which. */
export const ip: Codec<string, string | Uint8Array> = {
  name: "an IP address",
  decode: inlined(
    (from, at, end) => ipText(from.bytes, at, end) ?? MISFIT,
    ({ at, end, constant }) => `${constant(ipText)}(bytes, ${at}, ${end}) ?? ${constant(MISFIT)}`,
  ),
  encode: (value, to) => to.append(ipBytes(value, to, undefined)),
};

/** An address and its prefix length, as {@linkcode parsePrefix} returns them. */
export interface Prefix {
  /** The address: 4 or 16 bytes. */
  readonly bytes: Uint8Array;
  /** The prefix length in bits. */
  readonly length: number;
}

/** Parses `10.0.0.0/8`; an address without a length has a prefix of all its bits. */
export function parsePrefix(value: string | Uint8Array, to: Writer): Prefix {
  const [address, length, ...rest] = typeof value === "string" ? value.split("/") : [];
  const bytes = address === undefined ? value : parseIp(address);
  const bits = length === undefined ? undefined : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  if (
    !(bytes instanceof Uint8Array) || rest.length > 0 || Number.isNaN(bits) ||
    (bytes.length !== 4 && bytes.length !== 16)
  ) {
    to.fail(TypeError, `expected an address or prefix like "10.0.0.0/8", got ${shown(value)}`);
  }
  if (bits !== undefined && bits > 8 * bytes.length) {
    to.fail(RangeError, `expected a prefix length of at most ${8 * bytes.length}, got ${shown(value)}`);
  }
  return { bytes, length: bits ?? 8 * bytes.length };
}

/**
 * The number of an interface, 1..2147483647; 0 for none. TypeScript accepts any number.
 *
 * As input, such a field has the type `number | string | null`: the number, the interface's name, or `null` for none.
 */
export type Ifindex = number & { readonly "number of"?: "interface" };

/** `true` if `T` is an {@linkcode Ifindex}. */
export type IsIfindex<T> = [T] extends [number] ? "number of" extends keyof T ? true : false : false;

/** A codec of an interface's number. */
export interface IfindexCodec extends Codec<Ifindex, number | string | null> {
  /** Marks the codec for TypeScript, which rejects it for a field that is not declared as an {@linkcode Ifindex}. */
  readonly takes: "names of interfaces";
}

function interfaceNumber(little: boolean): IfindexCodec {
  return {
    name: "an interface",
    takes: "names of interfaces",
    size: 4,
    decode: inlined(
      (from, at) => from.view.getInt32(at, little),
      ({ at }) => `view.getInt32(${at}, ${little})`,
    ),
    encode(value, to) {
      const index = toIndex(value, to), at = to.grow(4);
      to.view.setInt32(at, index, little);
    },
  };
}

/** The number of an interface, host order. Input is the number, a name, or `null` for none. */
export const ifindex: IfindexCodec = interfaceNumber(true);
/** The number of an interface, network order. Input is the number, a name, or `null` for none. */
export const beIfindex: IfindexCodec = interfaceNumber(false);

/** Returns the number of an interface given by number or name; 0 for `null`. */
export function toIndex(value: number | string | null, to: Writer): number {
  if (value === null) return 0;
  if (typeof value === "number" && Number.isInteger(value)) {
    if (value < 0 || value > 0x7fffffff) {
      to.fail(RangeError, `expected an interface number 0..2147483647, got ${value}`);
    }
    return value;
  }
  if (typeof value !== "string" || value === "") {
    to.fail(TypeError, `expected an interface's name or number, got ${shown(value)}`);
  }
  if (to.names === undefined) to.fail(TypeError, `the name ${shown(value)} can only be looked up on an open socket`);
  const index = to.names.index(value);
  if (index === undefined) throw new NoSuchInterface(to.what, to.path, value);
  return index;
}

/** The error of a request that names an interface that does not exist. */
export class NoSuchInterface extends NetlinkError {
  /** Makes the error for one name. */
  constructor(what: string, path: readonly (string | number)[], name: string) {
    super(
      `Cannot ${what}: no interface is called ${JSON.stringify(name)}${path.length > 0 ? ` (${pathText(path)})` : ""}`,
      "ENODEV",
    );
  }
}

const AF_INET = 2, AF_INET6 = 10;

/**
 * struct sockaddr_in or sockaddr_in6: `192.0.2.7:51820`, `[2001:db8::1]:51820`, or `[fe80::1%2]:51820` with the
 * interface number of a link-local address. Input may also have the interface's name: `[fe80::1%eth0]:51820`; digits
 * alone are the number.
 */
export const sockaddr: Codec<string> = {
  name: "an address with a port",
  decode(from, at, end) {
    const family = end - at < 16 ? 0 : from.view.getUint16(at, true);
    if (family === AF_INET) return `${ipv4Text(from.bytes, at + 4)}:${from.view.getUint16(at + 2)}`;
    if (family !== AF_INET6 || end - at < 28) return MISFIT;
    const scope = from.view.getUint32(at + 24, true);
    return `[${ipv6Text(from.bytes, at + 8)}${scope === 0 ? "" : `%${scope}`}]:${from.view.getUint16(at + 2)}`;
  },
  encode(value: string, to: Writer): void {
    const match = typeof value === "string" ? /^(?:\[([^\]%]+)(?:%(.+))?\]|([^:]+)):(\d+)$/s.exec(value) : null;
    const address = parseIp(match?.[1] ?? match?.[3] ?? ""), port = Number(match?.[4]), six = match?.[1] !== undefined;
    if (address === undefined || address.length !== (six ? 16 : 4) || port > 0xffff) {
      to.fail(
        TypeError,
        `expected an address and port like "192.0.2.7:51820" or "[2001:db8::1]:51820", got ${shown(value)}`,
      );
    }
    const zone = match?.[2] ?? "0", scope = toIndex(/^\d+$/.test(zone) ? Number(zone) : zone, to);
    const at = to.grow(six ? 28 : 16);
    to.view.setUint16(at, six ? AF_INET6 : AF_INET, true);
    to.view.setUint16(at + 2, port);
    to.bytes.set(address, at + (six ? 8 : 4));
    if (six) to.view.setUint32(at + 24, scope, true);
  },
};

/** 16 bytes as `01234567-89ab-cdef-0123-456789abcdef`. */
export const uuid: Codec<string, string | Uint8Array> = {
  name: "a UUID",
  size: 16,
  decode(from, at, end) {
    const digits = toHex(from.bytes, at, end);
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([a, b]) => digits.slice(a, b)).join("-");
  },
  encode(value, to) {
    const given = octets(value, to);
    if (given.length !== 16) to.fail(TypeError, `expected a UUID, got ${shown(value)}`);
    to.append(given);
  },
};
