/**
 * Links on top of another link that split it or protect it: vlan, macvlan, macvtap, ipvlan, ipvtap, macsec, hsr, vrf.
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
/** A property of a VLAN. */
export type VlanFlag = keyof typeof VLAN_FLAG;

/** How one priority becomes another. */
export interface VlanQosMapping {
  /** Priority of the packet going out, or of the tag coming in. */
  from?: number;
  /** Priority of the tag going out, or of the packet coming in. */
  to?: number;
}

/** Mappings of priorities. */
export interface VlanQos {
  /** One entry a mapping. */
  mapping?: readonly VlanQosMapping[];
}

/** Wire form of {@linkcode VlanQos}: IFLA_VLAN_QOS_*. */
export const VlanQos: Attributes<VlanQos> = attributes((): Shape<VlanQos> => ({
  mapping: [1, repeated(1, struct<VlanQosMapping>(8, { from: [0, u32], to: [4, u32] }))],
}));

/** A VLAN on top of `link`. */
export interface Vlan {
  /** Number of the VLAN, 0..4094. */
  id?: number;
  /** All its properties; those not given are off. The kernel begins with `reorder_hdr`. A request may mean some. */
  flags?: readonly (VlanFlag | number)[] | SomeFlags<VlanFlag>;
  /** Priorities of packets to priorities of tags. */
  egressQos?: VlanQos;
  /** Priorities of tags to priorities of packets. */
  ingressQos?: VlanQos;
  /** Protocol of the tag; 802.1q when absent. */
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
/** Whom a macvlan talks to on its own wire. */
export type MacvlanMode = keyof typeof MACVLAN_MODE | number;
/** Numbers of {@linkcode MacvlanFlag} by name. */
export const MACVLAN_FLAG = { nopromisc: 1, nodst: 2 } as const;
/** A property of a macvlan. */
export type MacvlanFlag = keyof typeof MACVLAN_FLAG;
/** Numbers of {@linkcode MacvlanMacaddrMode} by name. */
export const MACVLAN_MACADDR = { add: 0, del: 1, flush: 2, set: 3 } as const;
/** What to do with the sources of a macvlan. */
export type MacvlanMacaddrMode = keyof typeof MACVLAN_MACADDR | number;

/** A macvlan or macvtap: one more MAC address on `link`. */
export interface Macvlan {
  /** Whom it talks to on its own wire; vepa when absent. */
  mode?: MacvlanMode;
  /** Its properties. */
  flags?: readonly (MacvlanFlag | number)[];
  /** What to do with `macaddr` or `macaddrData` (mode source). Input only. */
  macaddrMode?: MacvlanMacaddrMode;
  /** The source to add or delete. Input only. */
  macaddr?: string;
  /** All sources that may come in (mode source); a change takes them with `macaddrMode: "set"`, as `add` says by itself. */
  macaddrData?: readonly string[];
  /** Number of sources. Read-only. */
  macaddrCount?: number;
  /** Wanted length of the queue of broadcasts, in packets. */
  bcQueueLen?: number;
  /** Its length in use: the most that any on this `link` wants. Read-only. */
  bcQueueLenUsed?: number;
  /** Broadcasts to more recipients than this are queued; -1 never, 0 always. */
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
/** Where an ipvlan decides: by address on the wire (l2), by routes (l3), by routes with netfilter (l3s). */
export type IpvlanMode = keyof typeof IPVLAN_MODE | number;
/** Numbers of {@linkcode IpvlanFlag} by name. */
export const IPVLAN_F = { private: 1, vepa: 2 } as const;
/** A property of an ipvlan. */
export type IpvlanFlag = keyof typeof IPVLAN_F;

/** An ipvlan or ipvtap: more IP addresses on `link`, with its MAC address. */
export interface Ipvlan {
  /** Where it decides; l3 when absent. */
  mode?: IpvlanMode;
  /** Its properties; bridge when empty. */
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
/** What kernels show in the place of gcm_aes_128. */
const MACSEC_DEFAULT_CIPHER = 0x0080020001000001n;
/** A cipher of MACsec. */
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
/** What happens to frames without a valid tag. */
export type MacsecValidation = keyof typeof MACSEC_VALIDATE | number;
/** Numbers of {@linkcode MacsecOffload} by name. */
export const MACSEC_OFFLOAD = { off: 0, phy: 1, mac: 2 } as const;
/** Who does MACsec. */
export type MacsecOffload = keyof typeof MACSEC_OFFLOAD | number;

/** MACsec on top of `link`. Switches are 0 or 1. */
export interface Macsec {
  /** Secure channel: 16 hexadecimal digits, MAC address and port. */
  sci?: string;
  /** Port of the channel 1..65535, in the place of `sci`. */
  port?: number;
  /** Bytes of the check value, 8..16. */
  icvLen?: number;
  /** Cipher; gcm_aes_128 when absent. */
  cipherSuite?: MacsecCipher;
  /** Packets that may come late; only with `replayProtect`. */
  window?: number;
  /** Association that sends, 0..3. */
  encodingSa?: number;
  /** Whether frames are encrypted. */
  encrypt?: number;
  /** Whether frames are protected. */
  protect?: number;
  /** Whether frames carry the channel. */
  incSci?: number;
  /** End station. */
  es?: number;
  /** Single copy broadcast. */
  scb?: number;
  /** Whether old packet numbers are refused. */
  replayProtect?: number;
  /** What happens to frames without a valid tag. */
  validation?: MacsecValidation;
  /** Who does it. */
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
/** How the two ways are used. */
export type HsrProtocol = keyof typeof HSR_PROTOCOL | number;

/** HSR or PRP: two links that carry every frame twice. */
export interface Hsr {
  /** Index of the first link. */
  slave1?: Ifindex;
  /** Its name. Read-only. */
  slave1Dev?: string;
  /** Index of the second link. */
  slave2?: Ifindex;
  /** Its name. Read-only. */
  slave2Dev?: string;
  /** Last byte of the address of supervision frames. */
  multicastSpec?: number;
  /** Address of supervision frames. Read-only. */
  supervisionAddr?: string;
  /** Last sequence number. Read-only. */
  seqNr?: number;
  /** Version of HSR, 0 or 1. */
  version?: number;
  /** How the two ways are used. */
  protocol?: HsrProtocol;
  /** Index of the link to another ring. */
  interlink?: Ifindex;
  /** Its name. Read-only. */
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

/** A VRF: links that have it as master use its table. */
export interface Vrf {
  /** Routing table, 1 or more. */
  table?: number;
}

/** Wire form of {@linkcode Vrf}: IFLA_VRF_*. */
export const Vrf: Attributes<Vrf> = attributes((): Shape<Vrf> => ({ table: [1, u32] }));

/** A link in a VRF. */
export interface VrfPort {
  /** Routing table. Read-only. */
  table?: number;
}

/** Wire form of {@linkcode VrfPort}: IFLA_VRF_PORT_*. */
export const VrfPort: Attributes<VrfPort> = attributes((): Shape<VrfPort> => ({ table: [1, u32, readOnly] }));
