/**
 * Values with a mask in one text: `10.0.0.0/8`, `443`, `80/0xfff0`, `+trk-new`.
 *
 * @module
 */
import {
  be16,
  be32,
  type Codec,
  hex,
  ipv4,
  ipv6,
  mac,
  octets,
  parseIp,
  shown,
  u16,
  u32,
  u8,
  Writer,
} from "../../../../core/codec/mod.ts";

/** A type of values with a mask. */
export interface Masked {
  /** The codec of the value, and of the mask. */
  readonly codec: Codec<unknown, never>;
  /** Returns the text of a value and its mask. */
  readonly text: (value: never, mask: never) => string;
  /** Returns value and mask of a text; without a mask, the kernel compares all bits. */
  readonly parse: (given: unknown, fail: (why: string) => never) => readonly [value: unknown, mask: unknown];
}

/** Returns the parts of a text before and after its slash. */
function halves(text: string): readonly [string, string | undefined] {
  const slash = text.indexOf("/");
  return slash < 0 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
}

/** Returns bytes of which the first `length` bits are 1. */
function prefixBytes(size: number, length: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => 0xff00 >> Math.min(8, Math.max(0, length - 8 * i)) & 0xff);
}

/** Returns the length of the prefix that a mask is; `undefined` if it is none. */
function prefixLength(mask: Uint8Array): number | undefined {
  let length = 0;
  while (length < 8 * mask.length && (mask[length >> 3]! & 0x80 >> (length & 7)) !== 0) length++;
  return prefixBytes(mask.length, length).every((byte, i) => byte === mask[i]) ? length : undefined;
}

const LENGTHS = new Map<string, string>();

/** Returns what is written behind an address for its mask: nothing for all bits, `/8`, or the mask itself. */
function suffix(mask: string, bytesOf: (mask: string) => Uint8Array): string {
  let text = LENGTHS.get(mask);
  if (text === undefined) {
    const bytes = bytesOf(mask), length = prefixLength(bytes);
    text = length === 8 * bytes.length ? "" : `/${length ?? mask}`;
    if (LENGTHS.size < 256) LENGTHS.set(mask, text);
  }
  return text;
}

/** Addresses of a size in bytes, with a mask as a length or as an address. */
function addresses(
  codec: Codec<string, string | Uint8Array>,
  size: number,
  example: string,
  bytesOf: (text: string) => Uint8Array | undefined,
): Masked {
  return {
    codec: codec as Codec<unknown, never>,
    text: (value: string, mask: string | undefined) =>
      mask === undefined ? value : value + suffix(mask, (mask) => bytesOf(mask)!),
    parse(given, fail) {
      if (given instanceof Uint8Array) return [given, undefined];
      const wrong = (): never => fail(`expected an address like ${example}, got ${shown(given)}`);
      if (typeof given !== "string") return wrong();
      const [address, mask] = halves(given), bytes = bytesOf(address);
      if (bytes?.length !== size) return wrong();
      // Addresses have a mask in all requests, as those of `tc`.
      if (mask === undefined) return [bytes, prefixBytes(size, 8 * size)];
      const length = /^\d+$/.test(mask) ? Number(mask) : undefined;
      const bits = length === undefined ? bytesOf(mask) : length <= 8 * size ? prefixBytes(size, length) : undefined;
      return bits?.length === size ? [bytes, bits] : wrong();
    },
  };
}

function macBytes(text: string): Uint8Array | undefined {
  try {
    return octets(text, new Writer(16));
  } catch {
    return undefined;
  }
}

/** Link-layer addresses: `02:00:00:00:00:01`, `02:00:00:00:00:00/24`. */
export const macMasked: Masked = addresses(mac, 6, '"02:00:00:00:00:00/24"', macBytes);
/** IPv4 addresses: `10.0.0.1`, `10.0.0.0/8`. */
export const ipv4Masked: Masked = addresses(ipv4, 4, '"10.0.0.0/8"', parseIp);
/** IPv6 addresses: `2001:db8::/32`. */
export const ipv6Masked: Masked = addresses(ipv6, 16, '"2001:db8::/32"', parseIp);

/** Numbers of so many bytes: `443`, `0x10/0xf0`. */
function numbers(codec: Codec<number>, names: Readonly<Record<string, number>> = {}): Masked {
  const size = codec.size!, all = size === 4 ? 0xffff_ffff : (1 << 8 * size) - 1;
  const numberOf = (text: string): number | undefined =>
    Object.hasOwn(names, text) ? names[text] : /^(\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : undefined;
  return {
    codec: codec as Codec<unknown, never>,
    text: (value: number, mask: number | undefined) =>
      mask === undefined || mask === all ? String(value) : `${value}/0x${mask.toString(16)}`,
    parse(given, fail) {
      if (typeof given === "number") return [given, undefined];
      const [first, second] = typeof given === "string" ? halves(given) : [""], value = numberOf(first);
      const mask = second === undefined ? undefined : numberOf(second);
      if (value === undefined || value > all || second !== undefined && (mask === undefined || mask > all)) {
        return fail(`expected a number 0..${all} or one with a mask like "0x10/0xf0", got ${shown(given)}`);
      }
      return [value, mask];
    },
  };
}

/** Numbers of 8 bits. */
export const u8Masked: Masked = numbers(u8);
/** Numbers of 16 bits, host order. */
export const u16Masked: Masked = numbers(u16);
/** Numbers of 32 bits, host order. */
export const u32Masked: Masked = numbers(u32);
/** Numbers of 16 bits, network order: ports. */
export const be16Masked: Masked = numbers(be16);
/** Numbers of 32 bits, network order. */
export const be32Masked: Masked = numbers(be32);

/** Bytes: `00ff/0fff` in hexadecimal. */
export function hexMasked(size: number): Masked {
  const all = "ff".repeat(size);
  return {
    codec: hex(size) as Codec<unknown, never>,
    text: (value: string, mask: string | undefined) => mask === undefined || mask === all ? value : `${value}/${mask}`,
    parse(given, fail) {
      const [value, mask] = typeof given === "string" ? halves(given) : ["", undefined];
      if ([value, mask ?? value].some((one) => one.length !== 2 * size || macBytes(one) === undefined)) {
        return fail(`expected ${2 * size} hexadecimal digits, and a mask as long behind a slash, got ${shown(given)}`);
      }
      return [value, mask];
    },
  };
}

/**
 * Bits by name, each of which must be set (`+`) or not (`-`): `+trk-new`.
 *
 * @param names the names and their bits
 */
export function bitsMasked(codec: Codec<number>, names: Readonly<Record<string, number>>): Masked {
  const all = Object.entries(names);
  return {
    codec: codec as Codec<unknown, never>,
    text(value: number, mask: number | undefined) {
      const bits = mask ?? value, known = all.filter(([, bit]) => (bits & bit) !== 0);
      const rest = (bits & ~known.reduce((sum, [, bit]) => sum | bit, 0)) >>> 0;
      const text = known.map(([name, bit]) => `${(value & bit) !== 0 ? "+" : "-"}${name}`).join("");
      const others: string[] = [];
      for (let left = rest; left !== 0;) {
        const bit = (left & -left) >>> 0;
        others.push(`${(value & bit) !== 0 ? "+" : "-"}0x${bit.toString(16)}`);
        left = (left & ~bit) >>> 0;
      }
      return text + others.join("");
    },
    parse(given, fail) {
      const wrong = (): never =>
        fail(`expected names with signs like "+${all[0]![0]}-${all[1]![0]}", got ${shown(given)}`);
      if (typeof given !== "string" || given === "" || !/^([+-][\w]+)+$/.test(given)) return wrong();
      let value = 0, mask = 0;
      for (const [, sign, name] of given.matchAll(/([+-])(\w+)/g)) {
        const bit = Object.hasOwn(names, name!) ? names[name!]! : /^0x[\da-f]+$/.test(name!) ? Number(name) : 0;
        if (bit === 0 || bit > 0xffff_ffff) return wrong();
        mask = (mask | bit) >>> 0;
        if (sign === "+") value = (value | bit) >>> 0;
      }
      return [value, mask];
    },
  };
}
