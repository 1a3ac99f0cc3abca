/**
 * Codecs that several tables of links share.
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import {
  type Codec,
  hardwareAddress,
  HEADER_ONLY,
  mask,
  maskNames,
  maskValue,
  type Shape,
  shown,
  struct,
  toHex,
  u32,
} from "../../../core/codec/mod.ts";

/** Numbers of one width side by side, each with a name: what a kernel sends of a longer row than known is passed over. */
export function row<T extends object>(codec: Codec<number>, names: readonly (keyof T & string)[]): Codec<T> {
  const size = codec.size!;
  return struct<T>(names.length * size, () => {
    return Object.fromEntries(names.map((name, index) => [name, [index * size, codec]])) as unknown as Shape<T>;
  });
}

/** Some of several flags: those in `mask` are on or off as `flags` says, the others stay as they are. */
export interface SomeFlags<F> {
  /** Those that are on. */
  flags: readonly (F | number)[];
  /** Those that are meant. */
  mask: readonly (F | number)[];
}

/**
 * Flags with the mask of those that are meant beside them. An array is all of them: those that are known and not given are
 * off. Kernels tell of all; a request that means some is {@linkcode SomeFlags}, both ways.
 */
export function selectedFlags<const M extends Readonly<Record<string, number>>>(
  map: M,
  layout: { readonly flags: number; readonly mask: number },
): Codec<
  readonly ((keyof M & string) | number)[] | SomeFlags<keyof M & string>,
  readonly ((keyof M & string) | number)[] | number | SomeFlags<keyof M & string>
> {
  type Names = readonly ((keyof M & string) | number)[];
  const known = Object.values(map).reduce((all, bit) => all | bit, 0);
  const part = mask(u32, map) as Codec<Names, Names | number>;
  const both = struct<SomeFlags<keyof M & string>>(8, { flags: [layout.flags, part], mask: [layout.mask, part] });
  return {
    name: "flags",
    size: 8,
    decode(from, at, end, owner) {
      const meant = from.view.getUint32(at + layout.mask, true), some = both.decode(from, at, end, owner);
      // CAN controllers tell of all by a mask of 0.
      return meant === 0 || (meant & known) === known ? some.flags : some;
    },
    encode(value, to) {
      const one = isFields(value) ? value as SomeFlags<keyof M & string> : undefined;
      const flags = maskValue(map, one === undefined ? value as Names | number : one.flags, to);
      const meant = one === undefined ? known | flags : maskValue(map, one.mask, to);
      if ((flags & ~meant) !== 0) {
        to.fail(
          TypeError,
          `${maskNames(map, (flags & ~meant) >>> 0).map(shown).join(", ")} must be in the mask as well`,
        );
      }
      const at = to.grow(8);
      to.view.setUint32(at + layout.flags, flags, true);
      to.view.setUint32(at + layout.mask, meant >>> 0, true);
    },
  };
}

/** What kernels send as a byte and take as an attribute that is there or not. */
export const byteOrFlag: Codec<boolean> = {
  name: "flag",
  decode: (from, at, end) => at === end || from.bytes[at] !== 0,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    return value ? undefined : HEADER_ONLY;
  },
};

/** Bytes of a link-layer address in a field that does not say its length: Ethernet's, InfiniBand's, and all of the field. */
const PADDED = [6, 20, 32];

/** A link-layer address in a field of 32 bytes: 6 of Ethernet, 20 of InfiniBand, else all. */
export const paddedAddress: Codec<string, string | Uint8Array> = {
  name: "a link-layer address",
  size: 32,
  decode(from, at) {
    const used = from.bytes.subarray(at, at + 32).findLastIndex((byte) => byte !== 0) + 1;
    return toHex(from.bytes, at, at + (used <= 6 ? 6 : used <= 20 ? 20 : 32), ":");
  },
  encode(value, to, owner) {
    const at = to.length;
    hardwareAddress.encode(value, to, owner);
    const size = to.length - at;
    if (!PADDED.includes(size)) to.fail(RangeError, `expected an address of 6 or 20 bytes, got ${size}`);
    to.grow(32 - size);
  },
};

/** Protocols of VLAN tags: 802.1q for one tag, 802.1ad for the outer of two. */
export const VLAN_PROTOCOL = { "802.1q": 0x8100, "802.1ad": 0x88a8 } as const;

/** Protocol of a VLAN's tag, by name or EtherType. */
export type VlanProtocol = keyof typeof VLAN_PROTOCOL | number;

/** How a tunnel is wrapped once more: not at all, or in UDP by FOU or GUE. */
export const TUNNEL_ENCAP = { none: 0, fou: 1, gue: 2, mpls: 3 } as const;

/** How a tunnel is wrapped once more. */
export type TunnelEncap = keyof typeof TUNNEL_ENCAP | number;

/** TUNNEL_ENCAP_FLAG_*. */
export const TUNNEL_ENCAP_FLAG = { csum: 1, csum6: 2, remcsum: 4 } as const;

/** Checksums of the wrapping UDP: over IPv4, over IPv6, remote checksum offload. */
export type TunnelEncapFlag = keyof typeof TUNNEL_ENCAP_FLAG;
