/**
 * Codecs of what both the queue and the log tell of a packet.
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  MISFIT,
  type Shape,
  toHex,
  u8,
} from "../../core/codec/mod.ts";

/** Numbers of {@linkcode NfHook} by name. */
export const NF_INET = { pre_routing: 0, local_in: 1, forward: 2, local_out: 3, post_routing: 4, ingress: 5 } as const;

/** The place in the kernel where a packet was queued or logged. */
export type NfHook = keyof typeof NF_INET;

/** Codec of a hook, u8. */
export const nfHook: Codec<NfHook | number> = enumeration(u8, NF_INET);

/** Numbers of {@linkcode CtInfo} by name. */
export const IP_CT = { established: 0, related: 1, new: 2, established_reply: 3, related_reply: 4 } as const;

/** The relation of a packet to its flow. */
export type CtInfo = keyof typeof IP_CT;

/** Codec of that relation, be32. */
export const ctInfo: Codec<CtInfo | number> = enumeration(be32, IP_CT);

/** Codec of a time: two be64 with seconds and microseconds; a bigint in ns since 1970. */
export const packetTime: Codec<bigint, bigint | number> = {
  name: "a time",
  size: 16,
  decode: (from, at) => from.view.getBigUint64(at) * 1_000_000_000n + from.view.getBigUint64(at + 8) * 1000n,
  encode(value, to) {
    const ns = BigInt(value), at = to.grow(16);
    to.view.setBigUint64(at, ns / 1_000_000_000n);
    to.view.setBigUint64(at + 8, ns % 1_000_000_000n / 1000n);
  },
};

/** Codec of the sender's link-layer address: be16 length, 2 bytes of padding, 8 bytes of which `length` are used. */
export const packetHardware: Codec<string> = {
  name: "a link-layer address",
  size: 12,
  decode(from, at) {
    const length = from.view.getUint16(at);
    return length > 8 ? MISFIT : toHex(from.bytes, at + 4, at + 4 + length, ":");
  },
  encode(value, to) {
    const octets = value === "" ? [] : value.split(":").map((one) => parseInt(one, 16));
    if (octets.length > 8 || octets.some(Number.isNaN)) to.fail(TypeError, "expected an address of at most 8 octets");
    const at = to.grow(12);
    to.view.setUint16(at, octets.length);
    to.bytes.set(octets, at + 4);
  },
};

/** The VLAN tag of a packet. */
export interface PacketVlan {
  /** Number of the protocol: 0x8100 is 802.1Q, 0x88a8 802.1ad. */
  proto?: number;
  /** Priority, DEI and VLAN number of the tag. */
  tci?: number;
}

/** Wire form of {@linkcode PacketVlan}: NFQA_VLAN_*, and NFULA_VLAN_* with the same numbers. */
export const PacketVlan: Attributes<PacketVlan> = attributes((): Shape<PacketVlan> => ({
  proto: [1, be16],
  tci: [2, be16],
}));
