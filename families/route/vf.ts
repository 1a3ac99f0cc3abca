/**
 * Virtual functions of a network card: IFLA_VFINFO_LIST and IFLA_VF_PORTS.
 *
 * Source: linux/if_link.h IFLA_VF_*, IFLA_PORT_*, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  type Codec,
  count64,
  enumeration,
  hex,
  listOf,
  octetString,
  type Reader,
  readOnly,
  type Shape,
  string,
  struct,
  u16,
  u32,
  u64,
  u8,
} from "../../core/codec/mod.ts";
import { paddedAddress, VLAN_PROTOCOL, type VlanProtocol } from "./kinds/shared.ts";

/** A value of one virtual function. */
export interface VfSetting {
  /** Number of the virtual function. */
  vf?: number;
  /** 0 or 1; 4294967295 when the card does not know. */
  setting?: number;
}

/** MAC address of a virtual function. */
export interface VfMac {
  /** Number of the virtual function. */
  vf?: number;
  /** The address. */
  mac?: string;
}

/** VLAN of a virtual function. */
export interface VfVlan {
  /** Number of the virtual function. */
  vf?: number;
  /** VLAN, 0..4095; 0 is none. */
  vlan?: number;
  /** Priority, 0..7. */
  qos?: number;
}

/** VLAN of a virtual function, with its protocol. */
export interface VfVlanInfo extends VfVlan {
  /** Protocol of the tag. */
  vlanProto?: VlanProtocol;
}

/** Most that a virtual function sends. */
export interface VfTxRate {
  /** Number of the virtual function. */
  vf?: number;
  /** Mbit/s; 0 is no limit. */
  rate?: number;
}

/** How much a virtual function sends. */
export interface VfRate {
  /** Number of the virtual function. */
  vf?: number;
  /** Mbit/s that it has for certain. */
  minTxRate?: number;
  /** Mbit/s at most; 0 is no limit. */
  maxTxRate?: number;
}

/** Numbers of {@linkcode VfLinkStateName} by name. */
export const VF_LINK_STATE = { auto: 0, enable: 1, disable: 2 } as const;
/** Whether the link of a virtual function is up: like the card's own, always, never. */
export type VfLinkStateName = keyof typeof VF_LINK_STATE | number;

/** Whether the link of a virtual function is up. */
export interface VfLinkState {
  /** Number of the virtual function. */
  vf?: number;
  /** How it follows the card's own. */
  linkState?: VfLinkStateName;
}

/** GUID of a virtual function, InfiniBand. */
export interface VfGuid {
  /** Number of the virtual function. */
  vf?: number;
  /** The GUID. */
  guid?: bigint;
}

/** Broadcast address of a virtual function. */
export interface VfBroadcast {
  /** The address. */
  broadcast?: string;
}

/** Counters of a virtual function. */
export interface VfStats {
  /** Packets received. */
  rxPackets?: number;
  /** Packets sent. */
  txPackets?: number;
  /** Bytes received. */
  rxBytes?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Broadcasts received. */
  broadcast?: number;
  /** Multicasts received. */
  multicast?: number;
  /** Packets dropped coming in. */
  rxDropped?: number;
  /** Packets dropped going out. */
  txDropped?: number;
}

/** Wire form of {@linkcode VfStats}: IFLA_VF_STATS_*. */
export const VfStats: Attributes<VfStats> = attributes((): Shape<VfStats> => ({
  rxPackets: [0, count64],
  txPackets: [1, count64],
  rxBytes: [2, count64],
  txBytes: [3, count64],
  broadcast: [4, count64],
  multicast: [5, count64],
  rxDropped: [7, count64],
  txDropped: [8, count64],
}), { pad: 6 });

/** A virtual function. */
export interface VfInfo {
  /** MAC address. */
  mac?: VfMac;
  /** VLAN. */
  vlan?: VfVlan;
  /** Most that it sends; see `rate`. */
  txRate?: VfTxRate;
  /** Whether sending with another address is stopped. */
  spoofchk?: VfSetting;
  /** Whether its link is up. */
  linkState?: VfLinkState;
  /** How much it sends. */
  rate?: VfRate;
  /** Whether it may ask for RSS keys. */
  rssQueryEn?: VfSetting;
  /** Counters. Read-only. */
  stats?: VfStats;
  /** Whether it is trusted: may be promiscuous, change its address. */
  trust?: VfSetting;
  /** GUID of the node, InfiniBand. */
  ibNodeGuid?: VfGuid;
  /** GUID of the port, InfiniBand. */
  ibPortGuid?: VfGuid;
  /** VLANs with their protocols; cards take one. */
  vlanList?: readonly VfVlanInfo[];
  /** Broadcast address. Read-only. */
  broadcast?: VfBroadcast;
}

const setting = struct<VfSetting>(8, { vf: [0, u32], setting: [4, u32] });
const guid = struct<VfGuid>(16, { vf: [0, u32], guid: [8, u64] });

/** Wire form of {@linkcode VfInfo}: IFLA_VF_*. */
export const VfInfo: Attributes<VfInfo> = attributes((): Shape<VfInfo> => ({
  mac: [1, struct<VfMac>(36, { vf: [0, u32], mac: [4, paddedAddress] })],
  vlan: [2, struct<VfVlan>(12, { vf: [0, u32], vlan: [4, u32], qos: [8, u32] })],
  txRate: [3, struct<VfTxRate>(8, { vf: [0, u32], rate: [4, u32] })],
  spoofchk: [4, setting],
  linkState: [5, struct<VfLinkState>(8, { vf: [0, u32], linkState: [4, enumeration(u32, VF_LINK_STATE)] })],
  rate: [6, struct<VfRate>(12, { vf: [0, u32], minTxRate: [4, u32], maxTxRate: [8, u32] })],
  rssQueryEn: [7, setting],
  stats: [8, VfStats, readOnly],
  trust: [9, setting],
  ibNodeGuid: [10, guid],
  ibPortGuid: [11, guid],
  vlanList: [
    12,
    listOf(
      1,
      struct<VfVlanInfo>(16, {
        vf: [0, u32],
        vlan: [4, u32],
        qos: [8, u32],
        vlanProto: [12, enumeration(be16, VLAN_PROTOCOL)],
      }),
    ),
  ],
  broadcast: [13, struct<VfBroadcast>(32, { broadcast: [0, paddedAddress] }), readOnly],
}));

const IFLA_VF_INFO = 1;

/** All virtual functions. With more than some hundred the kernel's 16-bit length of the list overflows. */
export const vfinfoList: Codec<readonly VfInfo[]> = {
  ...listOf(IFLA_VF_INFO, VfInfo),
  // Goes along the entries. The list ends where they do, a multiple of 65536 bytes behind where its length says: what
  // follows a list in truth is another attribute of the link, and kernels put none of IFLA_VF_INFO's number there.
  extent(from: Reader, at: number, stated: number, end: number): number {
    let place = at, last = stated;
    while (end - place >= 4) {
      const length = from.view.getUint16(place, true), id = from.view.getUint16(place + 2, true) & 0x3fff;
      if (id !== IFLA_VF_INFO || length < 4 || length > end - place) break;
      place += (length + 3) & ~3;
      if ((place - stated) % 0x10000 === 0) last = place;
    }
    return last;
  },
};

/** Numbers of {@linkcode VfPortRequest} by name. */
export const PORT_REQUEST = { preassociate: 0, preassociate_rr: 1, associate: 2, disassociate: 3 } as const;
/** What is asked of a port (VDP). */
export type VfPortRequest = keyof typeof PORT_REQUEST | number;
/** Numbers of {@linkcode VfPortResponse} by name. */
export const PORT_RESPONSE = {
  vdp_response_success: 0,
  vdp_response_invalid_format: 1,
  vdp_response_insufficient_resources: 2,
  vdp_response_unused_vtid: 3,
  vdp_response_vtid_violation: 4,
  vdp_response_vtid_version_vioaltion: 5,
  vdp_response_out_of_sync: 6,
  profile_response_success: 256,
  profile_response_inprogress: 257,
  profile_response_invalid: 258,
  profile_response_badstate: 259,
  profile_response_insufficient_resources: 260,
  profile_response_error: 261,
} as const;
/** What came of it (VDP or port profiles). */
export type VfPortResponse = keyof typeof PORT_RESPONSE | number;

/** A port of a virtual function in a switch: IEEE 802.1Qbg or a port profile. */
export interface VfPort {
  /** Number of the virtual function; 4294967295 is the card itself. */
  vf?: number;
  /** Port profile, at most 40 bytes. */
  profile?: string;
  /** VSI type: 8 bytes. Unused by kernels. */
  vsiType?: Uint8Array;
  /** UUID of the instance: 32 hexadecimal digits. */
  instanceUuid?: string;
  /** UUID of the host: 32 hexadecimal digits. */
  hostUuid?: string;
  /** What is asked. */
  request?: VfPortRequest;
  /** What came of it. Read-only. */
  response?: VfPortResponse;
}

/** Wire form of {@linkcode VfPort}: IFLA_PORT_*. */
export const VfPort: Attributes<VfPort> = attributes((): Shape<VfPort> => ({
  vf: [1, u32],
  profile: [2, string(40)],
  vsiType: [3, octetString(8)],
  instanceUuid: [4, hex(16)],
  hostUuid: [5, hex(16)],
  request: [6, enumeration(u8, PORT_REQUEST)],
  response: [7, enumeration(u16, PORT_RESPONSE), readOnly],
}));

/** Ports of all virtual functions. */
export const vfPorts: Codec<readonly VfPort[]> = listOf(1, VfPort);
