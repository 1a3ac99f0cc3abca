/**
 * Codecs that several tables of links share.
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import {
  type Codec,
  count64,
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

/**
 * Returns the codec of an array of numbers of one width, each with a name. Elements after the last name, from a newer
 * kernel, are ignored.
 */
export function row<T extends object>(codec: Codec<number>, names: readonly (keyof T & string)[]): Codec<T> {
  const size = codec.size!;
  return struct<T>(names.length * size, () => {
    return Object.fromEntries(names.map((name, index) => [name, [index * size, codec]])) as unknown as Shape<T>;
  });
}

/** Some of several flags: the flags in `mask` are set as in `flags`, the others do not change. */
export interface SomeFlags<F> {
  /** Flags that are on. */
  flags: readonly (F | number)[];
  /** Flags that are valid or to change. */
  mask: readonly (F | number)[];
}

/**
 * Returns the codec of flags that have a mask. An array of flags means all: known flags that are not in it are off. The
 * kernel always sends all. A request for some flags only is {@linkcode SomeFlags}, encoded and decoded.
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
      // The kernel sends a mask of 0 for CAN controllers, although all flags are valid.
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

/** Codec of a flag that the kernel sends as a byte and accepts as an attribute without payload. */
export const byteOrFlag: Codec<boolean> = {
  name: "flag",
  decode: (from, at, end) => at === end || from.bytes[at] !== 0,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    return value ? undefined : HEADER_ONLY;
  },
};

/** Lengths in bytes of a link-layer address in a field without a length: Ethernet, InfiniBand, the whole field. */
const PADDED = [6, 20, 32];

/** Codec of a link-layer address in a field of 32 bytes. The address has 6 bytes (Ethernet), 20 (InfiniBand) or 32. */
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

/** Protocols (EtherTypes) of VLAN tags: 802.1q for a single tag, 802.1ad for the outer of two. */
export const VLAN_PROTOCOL = { "802.1q": 0x8100, "802.1ad": 0x88a8 } as const;

/** Protocol of a VLAN's tag, by name or EtherType. */
export type VlanProtocol = keyof typeof VLAN_PROTOCOL | number;

/** Numbers of {@linkcode TunnelEncap} by name. */
export const TUNNEL_ENCAP = { none: 0, fou: 1, gue: 2, mpls: 3 } as const;

/** Additional encapsulation of a tunnel: none, in UDP by FOU or GUE, or MPLS. */
export type TunnelEncap = keyof typeof TUNNEL_ENCAP | number;

/** TUNNEL_ENCAP_FLAG_*: numbers of {@linkcode TunnelEncapFlag} by name. */
export const TUNNEL_ENCAP_FLAG = { csum: 1, csum6: 2, remcsum: 4 } as const;

/** Flags of a tunnel's UDP encapsulation: checksum over IPv4, checksum over IPv6, remote checksum offload. */
export type TunnelEncapFlag = keyof typeof TUNNEL_ENCAP_FLAG;

/** Counters of a link: struct rtnl_link_stats and rtnl_link_stats64. */
export interface LinkStats {
  /** Packets received. */
  rxPackets?: number;
  /** Packets sent. */
  txPackets?: number;
  /** Bytes received. */
  rxBytes?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Bad packets received. */
  rxErrors?: number;
  /** Packets that could not be sent. */
  txErrors?: number;
  /** Received packets dropped for lack of space. */
  rxDropped?: number;
  /** Packets dropped before transmission. */
  txDropped?: number;
  /** Multicast packets received. */
  multicast?: number;
  /** Number of collisions. */
  collisions?: number;
  /** Received packets with a wrong length. */
  rxLengthErrors?: number;
  /** Received packets dropped because the receiver's ring was full. */
  rxOverErrors?: number;
  /** Received packets with a wrong checksum. */
  rxCrcErrors?: number;
  /** Received packets with a wrong alignment. */
  rxFrameErrors?: number;
  /** Overruns of the receiver's FIFO. */
  rxFifoErrors?: number;
  /** Packets that the receiver missed. */
  rxMissedErrors?: number;
  /** Aborted transmissions. */
  txAbortedErrors?: number;
  /** Losses of carrier during transmission. */
  txCarrierErrors?: number;
  /** Underruns of the transmitter's FIFO. */
  txFifoErrors?: number;
  /** Lost heartbeats. */
  txHeartbeatErrors?: number;
  /** Late collisions. */
  txWindowErrors?: number;
  /** Compressed packets received. */
  rxCompressed?: number;
  /** Compressed packets sent. */
  txCompressed?: number;
  /** Received packets that no protocol handled. */
  rxNohandler?: number;
  /** Received packets addressed to other hosts. Not in `stats`. */
  rxOtherhostDropped?: number;
}

const COUNTERS: readonly (keyof LinkStats)[] = [
  "rxPackets",
  "txPackets",
  "rxBytes",
  "txBytes",
  "rxErrors",
  "txErrors",
  "rxDropped",
  "txDropped",
  "multicast",
  "collisions",
  "rxLengthErrors",
  "rxOverErrors",
  "rxCrcErrors",
  "rxFrameErrors",
  "rxFifoErrors",
  "rxMissedErrors",
  "txAbortedErrors",
  "txCarrierErrors",
  "txFifoErrors",
  "txHeartbeatErrors",
  "txWindowErrors",
  "rxCompressed",
  "txCompressed",
  "rxNohandler",
  "rxOtherhostDropped",
];

/** Codec of struct rtnl_link_stats. */
export const linkStats: Codec<LinkStats> = row<LinkStats>(u32, COUNTERS.slice(0, -1));

/** Codec of struct rtnl_link_stats64. */
export const linkStats64: Codec<LinkStats> = row<LinkStats>(count64, COUNTERS);
