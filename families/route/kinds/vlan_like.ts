/**
 * Links on top of another link that divide or protect it: vlan, macvlan, macvtap, ipvlan, ipvtap, macsec, hsr, vrf.
 *
 * Source: linux/if_link.h, linux/if_vlan.h, linux/if_macsec.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  type Codec,
  enumeration,
  hex,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  listOf,
  mac,
  mask,
  readOnly,
  repeated,
  type Shape,
  shown,
  struct,
  u16,
  u32,
  u64,
  u8,
} from "../../../core/codec/mod.ts";
import { selectedFlags, type SomeFlags, VLAN_PROTOCOL, type VlanProtocol } from "./shared.ts";

/** Numbers of {@linkcode VlanFlag} by name. */
export const VLAN_FLAG = { reorder_hdr: 1, gvrp: 2, loose_binding: 4, mvrp: 8, bridge_binding: 16 } as const;
/** A flag of a VLAN. */
export type VlanFlag = keyof typeof VLAN_FLAG;

/** A mapping between a packet's priority and a tag's priority. */
export interface VlanQosMapping {
  /** Priority of the outgoing packet, or of the incoming tag. */
  from?: number;
  /** Priority of the outgoing tag, or of the incoming packet. */
  to?: number;
}

/** Priority mappings of one direction. */
export interface VlanQos {
  /** One entry per mapping. */
  mapping?: readonly VlanQosMapping[];
}

/** Wire form of {@linkcode VlanQos}: IFLA_VLAN_QOS_*. */
export const VlanQos: Attributes<VlanQos> = attributes((): Shape<VlanQos> => ({
  mapping: [1, repeated(1, struct<VlanQosMapping>(8, { from: [0, u32], to: [4, u32] }))],
}));

/** A VLAN on top of `link`: kind `vlan`. */
export interface Vlan {
  /** VLAN id, 0..4094. */
  id?: number;
  /**
   * All flags: flags that are not given are off. A new VLAN has `reorder_hdr`. To change some flags only, give
   * {@linkcode SomeFlags}.
   */
  flags?: readonly (VlanFlag | number)[] | SomeFlags<VlanFlag>;
  /** Mapping from priorities of outgoing packets to priorities of tags. */
  egressQos?: VlanQos;
  /** Mapping from priorities of incoming tags to priorities of packets. */
  ingressQos?: VlanQos;
  /** Protocol of the tag; default 802.1q. */
  protocol?: VlanProtocol;
}

/** Wire form of {@linkcode Vlan}: IFLA_VLAN_*. */
export const Vlan: Attributes<Vlan> = attributes((): Shape<Vlan> => ({
  id: [1, u16],
  flags: [2, selectedFlags(VLAN_FLAG, { flags: 0, mask: 4 })],
  egressQos: [3, VlanQos],
  ingressQos: [4, VlanQos],
  protocol: [5, enumeration(be16, VLAN_PROTOCOL)],
}));

/** Numbers of {@linkcode MacvlanMode} by name. */
export const MACVLAN_MODE = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const;
/** Traffic that macvlans on the same link may exchange. */
export type MacvlanMode = keyof typeof MACVLAN_MODE | number;
/** Numbers of {@linkcode MacvlanFlag} by name. */
export const MACVLAN_FLAG = { nopromisc: 1, nodst: 2 } as const;
/** A flag of a macvlan. */
export type MacvlanFlag = keyof typeof MACVLAN_FLAG;
/** Numbers of {@linkcode MacvlanMacaddrMode} by name. */
export const MACVLAN_MACADDR = { add: 0, del: 1, flush: 2, set: 3 } as const;
/** Operation on the list of source addresses of a macvlan in mode source. */
export type MacvlanMacaddrMode = keyof typeof MACVLAN_MACADDR | number;

/** A macvlan or macvtap: an additional MAC address on `link`. */
export interface Macvlan {
  /** Traffic that macvlans on the same link may exchange; default vepa. */
  mode?: MacvlanMode;
  /** Flags of the macvlan. */
  flags?: readonly (MacvlanFlag | number)[];
  /** Operation on `macaddr` or `macaddrData` (mode source). Input only. */
  macaddrMode?: MacvlanMacaddrMode;
  /** The source MAC address to add or delete. Input only. */
  macaddr?: string;
  /**
   * All accepted source MAC addresses (mode source). To change them give `macaddrMode: "set"` too; `add` gives it by
   * itself.
   */
  macaddrData?: readonly string[];
  /** Number of source MAC addresses. Read-only. */
  macaddrCount?: number;
  /** Requested length of the broadcast queue, in packets. */
  bcQueueLen?: number;
  /** Length of the broadcast queue in use: the largest one requested on this `link`. Read-only. */
  bcQueueLenUsed?: number;
  /** Broadcasts with more recipients than this are queued; -1 queues none, 0 all. */
  bcCutoff?: number;
}

/** Wire form of {@linkcode Macvlan}: IFLA_MACVLAN_*. */
export const Macvlan: Attributes<Macvlan> = attributes((): Shape<Macvlan> => ({
  mode: [1, enumeration(u32, MACVLAN_MODE)],
  flags: [2, mask(u16, MACVLAN_FLAG)],
  macaddrMode: [3, enumeration(u32, MACVLAN_MACADDR), "input"],
  macaddr: [4, mac, "input"],
  macaddrData: [5, listOf(4, mac)],
  macaddrCount: [6, u32, readOnly],
  bcQueueLen: [7, u32],
  bcQueueLenUsed: [8, u32, readOnly],
  bcCutoff: [9, i32],
}));

/** Numbers of {@linkcode IpvlanMode} by name. */
export const IPVLAN_MODE = { l2: 0, l3: 1, l3s: 2 } as const;
/** Layer at which an ipvlan forwards: by address on the link (l2), by routing (l3), by routing with netfilter (l3s). */
export type IpvlanMode = keyof typeof IPVLAN_MODE | number;
/** Numbers of {@linkcode IpvlanFlag} by name. */
export const IPVLAN_F = { private: 1, vepa: 2 } as const;
/** A flag of an ipvlan. */
export type IpvlanFlag = keyof typeof IPVLAN_F;

/** An ipvlan or ipvtap: additional IP addresses on `link`, with its MAC address. */
export interface Ipvlan {
  /** Layer at which it forwards; default l3. */
  mode?: IpvlanMode;
  /** Flags of the ipvlan; without any it is in bridge mode. */
  flags?: readonly (IpvlanFlag | number)[];
}

/** Wire form of {@linkcode Ipvlan}: IFLA_IPVLAN_*. */
export const Ipvlan: Attributes<Ipvlan> = attributes((): Shape<Ipvlan> => ({
  mode: [1, enumeration(u16, IPVLAN_MODE)],
  flags: [2, mask(u16, IPVLAN_F)],
}));

/** Numbers of {@linkcode MacsecCipher} by name. */
export const MACSEC_CIPHER = {
  gcm_aes_128: 0x0080c20001000001n,
  gcm_aes_256: 0x0080c20001000002n,
  gcm_aes_xpn_128: 0x0080c20001000003n,
  gcm_aes_xpn_256: 0x0080c20001000004n,
} as const;
/** The number that the kernel shows for gcm_aes_128. */
const MACSEC_DEFAULT_CIPHER = 0x0080020001000001n;
/** Cipher suite of MACsec, by name or number. */
export type MacsecCipher = keyof typeof MACSEC_CIPHER | bigint;

const macsecCipher: Codec<MacsecCipher, MacsecCipher | number> = {
  name: "a cipher",
  size: 8,
  decode(from, at) {
    const value = from.view.getBigUint64(at, true);
    if (value === MACSEC_DEFAULT_CIPHER) return "gcm_aes_128";
    const known = Object.entries(MACSEC_CIPHER).find(([, id]) => id === value);
    return known === undefined ? value : known[0] as MacsecCipher;
  },
  encode(value, to, owner) {
    if (typeof value !== "string") return u64.encode(value, to, owner);
    if (!Object.hasOwn(MACSEC_CIPHER, value)) {
      to.fail(TypeError, `expected ${Object.keys(MACSEC_CIPHER).join(", ")} or the number, got ${shown(value)}`);
    }
    return u64.encode(MACSEC_CIPHER[value], to, owner);
  },
};

/** Numbers of {@linkcode MacsecValidation} by name. */
export const MACSEC_VALIDATE = { disabled: 0, check: 1, strict: 2 } as const;
/** Handling of frames without a valid MACsec tag. */
export type MacsecValidation = keyof typeof MACSEC_VALIDATE | number;
/** Numbers of {@linkcode MacsecOffload} by name. */
export const MACSEC_OFFLOAD = { off: 0, phy: 1, mac: 2 } as const;
/** The place where MACsec is done: in software (off), in the PHY or in the MAC. */
export type MacsecOffload = keyof typeof MACSEC_OFFLOAD | number;

/** A MACsec interface on top of `link`. Switches are 0 or 1. */
export interface Macsec {
  /** Secure channel identifier (SCI), MAC address and port: 16 hexadecimal digits. */
  sci?: string;
  /** Port of the secure channel, 1..65535, instead of `sci`. */
  port?: number;
  /** Length of the integrity check value in bytes, 8..16. */
  icvLen?: number;
  /** Cipher suite; default gcm_aes_128. */
  cipherSuite?: MacsecCipher;
  /** Replay window: the number of packets by which a packet may be late; requires `replayProtect`. */
  window?: number;
  /** Number of the secure association that transmits, 0..3. */
  encodingSa?: number;
  /** 1 encrypts frames. */
  encrypt?: number;
  /** 1 protects the integrity of frames. */
  protect?: number;
  /** 1 includes the secure channel identifier in frames. */
  incSci?: number;
  /** 1 marks frames as from an end station (ES bit). */
  es?: number;
  /** 1 marks frames as single copy broadcast (SCB bit). */
  scb?: number;
  /** 1 rejects frames with old packet numbers. */
  replayProtect?: number;
  /** Handling of frames without a valid tag. */
  validation?: MacsecValidation;
  /** The place where MACsec is done. */
  offload?: MacsecOffload;
}

/** Wire form of {@linkcode Macsec}: IFLA_MACSEC_*. */
export const Macsec: Attributes<Macsec> = attributes((): Shape<Macsec> => ({
  sci: [1, hex(8)],
  port: [2, be16],
  icvLen: [3, u8],
  cipherSuite: [4, macsecCipher],
  window: [5, u32],
  encodingSa: [6, u8],
  encrypt: [7, u8],
  protect: [8, u8],
  incSci: [9, u8],
  es: [10, u8],
  scb: [11, u8],
  replayProtect: [12, u8],
  validation: [13, enumeration(u8, MACSEC_VALIDATE)],
  offload: [15, enumeration(u8, MACSEC_OFFLOAD)],
}), { pad: 14 });

/** Numbers of {@linkcode HsrProtocol} by name. */
export const HSR_PROTOCOL = { hsr: 0, prp: 1 } as const;
/** Redundancy protocol: HSR (ring) or PRP (two parallel networks). */
export type HsrProtocol = keyof typeof HSR_PROTOCOL | number;

/** An HSR or PRP interface: it sends every frame through two links. */
export interface Hsr {
  /** Index of the first link. */
  slave1?: Ifindex;
  /** Name of the first link. Read-only. */
  slave1Dev?: string;
  /** Index of the second link. */
  slave2?: Ifindex;
  /** Name of the second link. Read-only. */
  slave2Dev?: string;
  /** Last byte of the multicast address of supervision frames, 0..255. */
  multicastSpec?: number;
  /** Multicast address of supervision frames. Read-only. */
  supervisionAddr?: string;
  /** Sequence number of the last frame. Read-only. */
  seqNr?: number;
  /** Version of HSR, 0 or 1. */
  version?: number;
  /** Redundancy protocol: HSR or PRP. */
  protocol?: HsrProtocol;
  /** Index of the interlink port, which connects to another ring. */
  interlink?: Ifindex;
  /** Name of the interlink port. Read-only. */
  interlinkDev?: string;
}

/** Wire form of {@linkcode Hsr}: IFLA_HSR_*. */
export const Hsr: Attributes<Hsr> = attributes((): Shape<Hsr> => ({
  slave1: [1, ifindex],
  slave1Dev: interfaceNameOf("slave1", readOnly),
  slave2: [2, ifindex],
  slave2Dev: interfaceNameOf("slave2", readOnly),
  multicastSpec: [3, u8],
  supervisionAddr: [4, mac, readOnly],
  seqNr: [5, u16, readOnly],
  version: [6, u8],
  protocol: [7, enumeration(u8, HSR_PROTOCOL)],
  interlink: [8, ifindex],
  interlinkDev: interfaceNameOf("interlink", readOnly),
}));

/** A VRF (virtual routing and forwarding): its ports use its routing table. */
export interface Vrf {
  /** Number of the routing table, 1 or more. */
  table?: number;
}

/** Wire form of {@linkcode Vrf}: IFLA_VRF_*. */
export const Vrf: Attributes<Vrf> = attributes((): Shape<Vrf> => ({ table: [1, u32] }));

/** A port of a VRF. */
export interface VrfPort {
  /** Number of the VRF's routing table. Read-only. */
  table?: number;
}

/** Wire form of {@linkcode VrfPort}: IFLA_VRF_PORT_*. */
export const VrfPort: Attributes<VrfPort> = attributes((): Shape<VrfPort> => ({ table: [1, u32, readOnly] }));
