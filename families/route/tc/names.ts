/**
 * Values that filters and actions of traffic control share: EtherTypes, IP protocols, bits with a mask, times of use.
 *
 * Source: linux/if_ether.h, linux/in.h, linux/pkt_cls.h, v7.1
 *
 * @module
 */
import {
  be16,
  type Codec,
  count64,
  enumeration,
  maskNames,
  maskValue,
  readOnly,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u8,
} from "../../../core/codec/mod.ts";

/** ETH_P_*: types of frames. */
export const ETH_P = {
  all: 0x3,
  ip: 0x800,
  arp: 0x806,
  ipv6: 0x86dd,
  "8021q": 0x8100,
  "8021ad": 0x88a8,
  mpls_uc: 0x8847,
  mpls_mc: 0x8848,
  ppp_disc: 0x8863,
  ppp_ses: 0x8864,
  teb: 0x6558,
  rarp: 0x8035,
  loop: 0x60,
  atalk: 0x809b,
  aarp: 0x80f3,
  ipx: 0x8137,
  pause: 0x8808,
  slow: 0x8809,
  pae: 0x888e,
  aoe: 0x88a2,
  tipc: 0x88ca,
  lldp: 0x88cc,
  macsec: 0x88e5,
  mvrp: 0x88f5,
  "1588": 0x88f7,
  prp: 0x88fb,
  cfm: 0x8902,
  fcoe: 0x8906,
  fip: 0x8914,
  hsr: 0x892f,
  nsh: 0x894f,
  erspan: 0x88be,
  erspan2: 0x22eb,
  ife: 0xed3e,
  loopback: 0x9000,
  "802_2": 0x4,
  can: 0xc,
  canfd: 0xd,
} as const;

/**
 * The type of a frame by name or number: `ip`, `ipv6`, `arp`, `8021q`, `all`. The words `ipv4`, `802.1Q` and `802.1ad` of
 * `tc` are accepted too; objects from the kernel never have them.
 */
export type EtherType = keyof typeof ETH_P | "ipv4" | "802.1Q" | "802.1ad" | number;

const TYPES: Readonly<Record<EtherType & string, number>> = {
  ...ETH_P,
  ipv4: ETH_P.ip,
  "802.1Q": ETH_P["8021q"],
  "802.1ad": ETH_P["8021ad"],
};

/** Returns the number of a type of frames; other values as they are. */
export function etherTypeNumber(value: unknown): unknown {
  return typeof value === "string" && Object.hasOwn(TYPES, value) ? TYPES[value as EtherType & string] : value;
}

/** Codec of the type of a frame, network order. */
export const etherType: Codec<EtherType> = enumeration(be16, TYPES);

/** Codec of the type of a frame, host order: some actions have it so. */
export const hostEtherType: Codec<EtherType> = enumeration(u16, TYPES);

/** IPPROTO_*: protocols over IP. */
export const IP_PROTO = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
  mpls: 137,
} as const;

/** A protocol over IP, by name or number: `tcp`, `udp`, `icmp`, `icmpv6`. */
export type IpProto = keyof typeof IP_PROTO | number;

/** Codec of a protocol over IP. */
export const ipProto: Codec<IpProto> = enumeration(u8, IP_PROTO);

/**
 * Makes the codec of struct nla_bitfield32 as an array of the names of its set bits. Only these bits are sent as valid;
 * if there are none, all named bits are.
 */
export function bits<const M extends Readonly<Record<string, number>>>(
  map: M,
): Codec<readonly ((keyof M & string) | number)[], readonly ((keyof M & string) | number)[] | number> {
  type Names = readonly ((keyof M & string) | number)[];
  const all = Object.values(map).reduce((sum, bit) => sum | bit, 0);
  return {
    name: "bits",
    size: 8,
    decode: (from, at) => maskNames(map, from.view.getUint32(at, true) & from.view.getUint32(at + 4, true)) as Names,
    encode(value, to) {
      const set = maskValue(map, value, to), at = to.grow(8);
      to.view.setUint32(at, set, true);
      to.view.setUint32(at + 4, set === 0 ? all : set, true);
    },
  };
}

/** A duration in s, which the kernel counts in hundredths. */
const hundredths: Codec<number> = {
  name: "a duration",
  size: 8,
  decode: (from, at, end, owner) => count64.decode(from, at, end, owner) / 100,
  encode(value, to, owner) {
    if (typeof value !== "number" || !(value >= 0)) to.fail(TypeError, `expected a number, got ${shown(value)}`);
    count64.encode(Math.round(100 * value), to, owner);
  },
};

/** The times since an action was made and used, in s. */
export interface Tm {
  /** Since it was made. */
  install: number;
  /** Since its last use. */
  lastuse: number;
  /** Until it ends; 0 if it does not. */
  expires: number;
  /** Since its first use; 0 if it was not used. */
  firstuse: number;
}

/** Wire form of {@linkcode Tm}: struct tcf_t. */
export const Tm: Struct<Tm> = struct<Tm>(32, (): Shape<Tm> => ({
  install: [0, hundredths, readOnly],
  lastuse: [8, hundredths, readOnly],
  expires: [16, hundredths, readOnly],
  firstuse: [24, hundredths, readOnly],
}));
