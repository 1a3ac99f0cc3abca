/**
 * IP prefixes and addresses as text, of IPv4 and IPv6: which contains which, which matches best, in which order.
 *
 * ```ts
 * import { compare, contains, first, last, longestMatch } from "@linux/netlink/core/prefix.ts";
 * import { routes } from "@linux/netlink/families/route/routes.ts";
 *
 * console.log(contains("10.0.0.0/8", "10.1.2.3"), first("10.1.2.3/16"), last("10.1.2.3/16"));
 * console.log(routes.list({ family: "inet" }).map(({ dst }) => dst).sort(compare));
 * console.log(longestMatch("10.1.2.3", routes.list({ table: "main" }))?.gateway);
 * ```
 *
 * An address alone is a prefix of all its bits. The bits after a prefix (`.2.3` in `10.1.2.3/16`) are kept by
 * {@linkcode parse} and {@linkcode print}, and ignored by everything else. IPv4 addresses in IPv6 (`::ffff:10.0.0.1`)
 * are IPv6.
 *
 * @module
 */
import { ipv4Text, ipv6Text, parseIp, shown } from "./codec/mod.ts";
import { argumentError } from "./errors.ts";

/** A parsed prefix. */
export interface Prefix {
  /** `inet` is IPv4, `inet6` is IPv6. */
  readonly family: "inet" | "inet6";
  /** The address: 4 or 16 bytes, also those after the prefix. */
  readonly bytes: Uint8Array;
  /** Length of the prefix in bits. */
  readonly length: number;
}

/**
 * Parses `10.0.0.0/8`, `2001:db8::1` or `default`.
 *
 * @param family the family of `default`; IPv4 if it is not given
 * @throws {TypeError} it is no prefix
 */
export function parse(text: string, family?: "inet" | "inet6"): Prefix {
  const whole = text === "default" ? (family === "inet6" ? "::/0" : "0.0.0.0/0") : text;
  const [, address, digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(typeof whole === "string" ? whole : "") ?? [];
  const bytes = parseIp(address ?? ""), bits = 8 * (bytes?.length ?? 0), length = Number(digits ?? bits);
  if (bytes === undefined || length > bits) {
    throw argumentError(
      TypeError,
      `Cannot parse ${shown(text)}: expected a prefix like "10.0.0.0/8" or "2001:db8::/32"`,
    );
  }
  return { family: bytes.length === 4 ? "inet" : "inet6", bytes, length };
}

/** Returns the text of a prefix: `10.0.0.0/8`; of a single address without the length. */
export function print({ bytes, length }: Pick<Prefix, "bytes" | "length">): string {
  const address = textOf(bytes);
  return length === 8 * bytes.length ? address : `${address}/${length}`;
}

function textOf(bytes: Uint8Array): string {
  return bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0);
}

/** Returns the bits of a prefix's byte number `i` that are after the prefix. */
function after(i: number, length: number): number {
  return 0xff >> Math.min(8, Math.max(0, length - 8 * i));
}

/** Returns the bytes of an address with all bits after the first `length` set to 0, or to 1. */
function filled(bytes: Uint8Array, length: number, ones = false): Uint8Array {
  return bytes.map((byte, i) => ones ? byte | after(i, length) : byte & ~after(i, length));
}

/** Returns the prefix without the bits after it: `10.1.0.0/16` of `10.1.2.3/16`. */
export function network(prefix: string): string {
  const { bytes, length } = parse(prefix);
  return print({ bytes: filled(bytes, length), length });
}

/** Returns the first address of a prefix: `10.1.0.0` of `10.1.2.3/16`. In IPv4 it names the network itself. */
export function first(prefix: string): string {
  const { bytes, length } = parse(prefix);
  return textOf(filled(bytes, length));
}

/** Returns the last address of a prefix: `10.1.255.255` of `10.1.2.3/16`. In IPv4 it is the broadcast address. */
export function last(prefix: string): string {
  const { bytes, length } = parse(prefix);
  return textOf(filled(bytes, length, true));
}

/**
 * True if all addresses of `inner` are in `outer`. Prefixes of different families contain nothing of each other.
 *
 * @param inner a prefix or an address
 */
export function contains(outer: string, inner: string): boolean {
  const own = parse(outer), other = parse(inner);
  return own.family === other.family && own.length <= other.length && order(own, other, own.length) === 0;
}

/** True if two prefixes have an address in common: then one of them contains the other. */
export function overlaps(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/**
 * Compares two prefixes for Array.sort: IPv4 before IPv6, then by address, then the shorter prefix first. So each prefix
 * is followed by those that it contains.
 */
export function compare(a: string, b: string): number {
  const one = parse(a), other = parse(b);
  return one.bytes.length - other.bytes.length || order(one, other) || one.length - other.length;
}

/** Compares the networks of two prefixes of one family, or their first `bits` bits. */
function order(one: Prefix, other: Prefix, bits?: number): number {
  for (let i = 0; i < one.bytes.length; i++) {
    const a = one.bytes[i]! & ~after(i, bits ?? one.length), b = other.bytes[i]! & ~after(i, bits ?? other.length);
    if (a !== b) return a - b;
  }
  return 0;
}

/** A value with a prefix: the prefix itself, or an object with `dst`, such as a route. */
export type Prefixed = string | { readonly dst?: string; readonly family?: unknown };

/**
 * Returns the value whose prefix is the longest that contains an address, or `undefined` if none does. Among equal
 * prefixes it is the first. The kernel's own choice, with rules, metrics and tables, is `routes.lookup(address)`.
 *
 * @param values prefixes, routes, or other objects
 * @param prefixOf returns the prefix of a value, `undefined` for none; by default the value itself, or its `dst`
 */
export function longestMatch<T>(
  address: string,
  values: Iterable<T>,
  ...prefixOf: T extends Prefixed ? [prefixOf?: (value: T) => string | undefined]
    : [prefixOf: (value: T) => string | undefined]
): T | undefined {
  return matcher(values, ...prefixOf)(address);
}

/**
 * Returns a function that does {@linkcode longestMatch} for many addresses: it looks up an address in a time that does
 * not depend on the number of prefixes.
 */
export function matcher<T>(
  values: Iterable<T>,
  ...prefixOf: T extends Prefixed ? [prefixOf?: (value: T) => string | undefined]
    : [prefixOf: (value: T) => string | undefined]
): (address: string) => T | undefined {
  const [
    of = ((value: Prefixed) => typeof value === "string" ? value : value.dst) as (value: T) => string | undefined,
  ] = prefixOf;
  /** The values of each family by the length of their prefix, then by its network. */
  const tables = { inet: new Map<number, Map<string, T>>(), inet6: new Map<number, Map<string, T>>() };
  for (const value of values) {
    const text = of(value);
    if (text === undefined) continue;
    const { family } = Object(value) as { family?: unknown };
    const prefix = parse(text, family === "inet6" ? family : "inet"), table = tables[prefix.family];
    let same = table.get(prefix.length);
    if (same === undefined) table.set(prefix.length, same = new Map());
    const network = String(filled(prefix.bytes, prefix.length));
    if (!same.has(network)) same.set(network, value);
  }
  const sorted = {
    inet: [...tables.inet].sort(([a], [b]) => b - a),
    inet6: [...tables.inet6].sort(([a], [b]) => b - a),
  };
  return (address) => {
    const { family, bytes } = parse(address);
    for (const [length, same] of sorted[family]) {
      const found = same.get(String(filled(bytes, length)));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
