/**
 * Codecs of addresses whose prefix length is in the message's fixed header, and of MPLS labels.
 *
 * ifaddrmsg, rtmsg, fib_rule_hdr and ndmsg begin with the address family. If a request does not give it, encoding takes
 * it from the address.
 *
 * @module
 */
import {
  type Codec,
  HEADER_ONLY,
  ip,
  ipv4Text,
  ipv6Text,
  MISFIT,
  parseIp,
  parsePrefix,
  type Reader,
  shown,
  type Writer,
} from "../../core/codec/mod.ts";
import { AF } from "./protocol.ts";

/** Returns the text of an address of 4, 16 or 1 bytes (Phonet and MCTP); `undefined` for other lengths. */
function addressText(from: Reader, at: number, end: number): string | undefined {
  const size = end - at;
  return size === 4
    ? ipv4Text(from.bytes, at)
    : size === 16
    ? ipv6Text(from.bytes, at)
    : size === 1
    ? String(from.bytes[at])
    : undefined;
}

/** True if addresses of the family have one byte, written in decimal. */
function isOneByte(family: number): boolean {
  return family === AF.phonet || family === AF.mctp;
}

/**
 * Returns the bytes and prefix length of an address. It sets the message's family, or checks the address against it.
 */
export function toPrefix(
  value: string | Uint8Array,
  to: Writer,
): { readonly bytes: Uint8Array; readonly length: number } {
  const family = to.bytes[to.base]!;
  if (isOneByte(family)) return { bytes: Uint8Array.of(oneByte(value, to)), length: 0 };
  const prefix = parsePrefix(value, to);
  settleFamily(value, prefix.bytes.length, to);
  return prefix;
}

/** Sets the message's family to that of an IP address of `size` bytes, or checks the address against it. */
function settleFamily(value: string | Uint8Array, size: number, to: Writer): void {
  const family = to.bytes[to.base]!, four = size === 4;
  if (family === 0) to.bytes[to.base] = four ? AF.inet : AF.inet6;
  // Messages of other families, such as those of forwarding tables, have addresses of IPv4 and IPv6.
  else if (four ? family === AF.inet6 || family === AF.ip6mr : family === AF.inet || family === AF.ipmr) {
    to.fail(TypeError, `${shown(value)} is not of the family ${four ? "inet6" : "inet"} that the message has`);
  }
}

function oneByte(value: string | Uint8Array, to: Writer): number {
  const number = value instanceof Uint8Array
    ? (value.length === 1 ? value[0]! : NaN)
    : /^\d{1,3}$/.test(value)
    ? Number(value)
    : NaN;
  if (!(number <= 255)) to.fail(TypeError, `expected an address "0".."255", got ${shown(value)}`);
  return number;
}

/** True for a prefix of length 0, which all addresses have. */
export function isWhole(prefix: unknown): boolean {
  return prefix === "0.0.0.0/0" || typeof prefix === "string" && /^[:0]+\/0+$/.test(prefix);
}

/** Returns a prefix without the bits behind its length; what is no prefix, as it is. */
export function networkOf<P>(prefix: P): P | string {
  const [text = "", length] = typeof prefix === "string" ? prefix.split("/") : [], bytes = parseIp(text);
  if (bytes === undefined || length === undefined || !/^\d+$/.test(length)) return prefix;
  for (let bit = Number(length); bit < 8 * bytes.length; bit++) bytes[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return `${bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0)}/${length}`;
}

/** Codec of an IP address of the message's family. */
export const ipOfFamily: Codec<string, string | Uint8Array> = {
  ...ip,
  encode(value, to, owner) {
    const at = to.length;
    ip.encode(value, to, owner);
    settleFamily(value, to.length - at, to);
  },
};

/** Codec of an address of the message's family, without a prefix length. */
export const address: Codec<string, string | Uint8Array> = {
  name: "an address",
  decode: (from, at, end) => addressText(from, at, end) ?? MISFIT,
  encode(value, to, owner) {
    if (isOneByte(to.bytes[to.base]!)) to.append(toPrefix(value, to).bytes);
    else ipOfFamily.encode(value, to, owner);
  },
};

/** Texts of prefix lengths by length: `/24`. */
const LENGTHS: readonly string[] = Array.from({ length: 129 }, (_, length) => `/${length}`);

/** Options of {@linkcode prefix}. */
export interface PrefixOptions {
  /** True if a missing address means the prefix of length 0, `"default"`. */
  readonly whole?: boolean;
}

/**
 * Returns the codec of an address with its prefix length at `lengthOffset` of the header: `10.0.0.0/8`, `fe80::1/128`,
 * with `whole` also `default`. For MPLS the address is a label.
 */
export function prefix(lengthOffset: number, options: PrefixOptions = {}): Codec<string, string | Uint8Array> {
  const whole = options.whole === true;
  return {
    name: "a prefix",
    decode(from, at, end, owner) {
      if (from.bytes[from.base] === AF.mpls) return labels.decode(from, at, end, owner);
      const length = from.bytes[from.base + lengthOffset]!, text = addressText(from, at, end);
      if (text === undefined) return MISFIT;
      if (end - at === 1) {
        return from.bytes[from.base] === AF.mctp && length > 0 ? `${text}-${Number(text) + length}` : text;
      }
      if (length > 8 * (end - at)) return MISFIT;
      return whole && length === 0 ? "default" : text + LENGTHS[length]!;
    },
    ...(whole ? { absent: (from: Reader) => from.bytes[from.base + lengthOffset] === 0 ? "default" : undefined } : {}),
    encode(value, to, owner) {
      const place = to.base + lengthOffset, family = to.bytes[to.base];
      if (whole && value === "default") {
        to.bytes[place] = 0;
        return HEADER_ONLY;
      }
      if (family === AF.mpls) {
        labels.encode(value, to, owner);
        to.bytes[place] = 20;
      } else if (family === AF.mctp && typeof value === "string" && value.includes("-")) {
        const [first, last] = value.split("-") as [string, string];
        const begin = oneByte(first, to), end = oneByte(last, to);
        if (end < begin) to.fail(RangeError, `expected a range like "8-15", got ${shown(value)}`);
        to.append(Uint8Array.of(begin));
        to.bytes[place] = end - begin;
      } else {
        const { bytes, length } = toPrefix(value, to);
        to.bytes[place] = family === AF.phonet ? 6 : length;
        to.append(bytes);
      }
      return undefined;
    },
  };
}

/**
 * An MPLS label stack, outermost first: `100/200`.
 *
 *      0                   1                   2                   3
 *     |               label (20)              | TC  |S|      TTL      |   S marks the last
 */
export const labels: Codec<string, string | Uint8Array> = {
  name: "MPLS labels",
  decode(from, at, end) {
    if (end - at < 4 || (end - at) % 4 !== 0) return MISFIT;
    let text = "";
    for (let place = at; place < end; place += 4) {
      text += (place > at ? "/" : "") + (from.view.getUint32(place) >>> 12);
      if ((from.bytes[place + 2]! & 1) !== 0) break;
    }
    return text;
  },
  encode(value, to) {
    if (value instanceof Uint8Array) return to.append(value);
    if (typeof value !== "string" || !/^\d+(\/\d+)*$/.test(value)) {
      to.fail(TypeError, `expected labels like "100/200", got ${shown(value)}`);
    }
    const stack = value.split("/").map(Number);
    stack.forEach((label, i) => {
      if (label > 0xfffff) to.fail(RangeError, `expected labels 0..1048575, got ${label}`);
      const at = to.grow(4);
      to.view.setUint32(at, (label << 12 | (i === stack.length - 1 ? 0x100 : 0)) >>> 0);
    });
  },
};
