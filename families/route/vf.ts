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

/** A setting of a virtual function. */
export interface VfSetting {
  /** Number of the virtual function. */
  vf?: number;
  /** Value 0 or 1; 4294967295 if the card does not know. */
  setting?: number;
}

/** MAC address of a virtual function. */
export interface VfMac {
  /** Number of the virtual function. */
  vf?: number;
  /** MAC address. */
  mac?: string;
}

/** VLAN of a virtual function. */
export interface VfVlan {
  /** Number of the virtual function. */
  vf?: number;
  /** VLAN id, 0..4095; 0 for none. */
  vlan?: number;
  /** Priority, 0..7. */
  qos?: number;
}

/** VLAN of a virtual function, with the tag's protocol. */
export interface VfVlanInfo extends VfVlan {
  /** Protocol of the VLAN tag, by name or EtherType. */
  vlanProto?: VlanProtocol;
}

/** Largest transmit rate of a virtual function. */
export interface VfTxRate {
  /** Number of the virtual function. */
  vf?: number;
  /** Rate in Mbit/s; 0 for no limit. */
  rate?: number;
}

/** Limits of a virtual function's transmit rate. */
export interface VfRate {
  /** Number of the virtual function. */
  vf?: number;
  /** Guaranteed rate in Mbit/s. */
  minTxRate?: number;
  /** Largest rate in Mbit/s; 0 for no limit. */
  maxTxRate?: number;
}

/** Numbers of {@linkcode VfLinkStateName} by name. */
export const VF_LINK_STATE = { auto: 0, enable: 1, disable: 2 } as const;
/** Link state of a virtual function: like the card's own (auto), always up (enable), always down (disable). */
export type VfLinkStateName = keyof typeof VF_LINK_STATE | number;

/** Link state of a virtual function. */
export interface VfLinkState {
  /** Number of the virtual function. */
  vf?: number;
  /** The state: auto, enable or disable. */
  linkState?: VfLinkStateName;
}

/** GUID of a virtual function (InfiniBand). */
export interface VfGuid {
  /** Number of the virtual function. */
  vf?: number;
  /** GUID, u64. */
  guid?: bigint;
}

/** Broadcast address of a virtual function. */
export interface VfBroadcast {
  /** Link-layer broadcast address. */
  broadcast?: string;
}

/** Counters of a virtual function, 64 bits each. */
export interface VfStats {
  /** Packets received. */
  rxPackets?: number;
  /** Packets sent. */
  txPackets?: number;
  /** Bytes received. */
  rxBytes?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Broadcast packets received. */
  broadcast?: number;
  /** Multicast packets received. */
  multicast?: number;
  /** Received packets that were dropped. */
  rxDropped?: number;
  /** Packets to send that were dropped. */
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

/** Settings and state of a virtual function (SR-IOV). */
export interface VfInfo {
  /** MAC address. */
  mac?: VfMac;
  /** VLAN. */
  vlan?: VfVlan;
  /** Largest transmit rate; obsolete, see `rate`. */
  txRate?: VfTxRate;
  /** 1 blocks packets with a source address other than its own. */
  spoofchk?: VfSetting;
  /** Link state. */
  linkState?: VfLinkState;
  /** Limits of its transmit rate. */
  rate?: VfRate;
  /** 1 allows queries of the RSS configuration. */
  rssQueryEn?: VfSetting;
  /** Counters. Read-only. */
  stats?: VfStats;
  /** 1 trusts it: it may enable promiscuous mode and change its MAC address. */
  trust?: VfSetting;
  /** GUID of the node (InfiniBand). */
  ibNodeGuid?: VfGuid;
  /** GUID of the port (InfiniBand). */
  ibPortGuid?: VfGuid;
  /** VLANs with their protocols; cards accept one. */
  vlanList?: readonly VfVlanInfo[];
  /** Link-layer broadcast address. Read-only. */
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

/** Codec of the list of virtual functions. With more than a few hundred the 16-bit length of the list overflows. */
export const vfinfoList: Codec<readonly VfInfo[]> = {
  ...listOf(IFLA_VF_INFO, VfInfo),
  // Finds the end of the list from its entries, which may be a multiple of 65536 bytes after the stated end. The
  // attribute that follows the list in the link has another number than IFLA_VF_INFO.
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
/** A request to the port, in the protocol VDP. */
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
/** The response to the request, of VDP or of a port profile. */
export type VfPortResponse = keyof typeof PORT_RESPONSE | number;

/** A port of a virtual function on a switch: IEEE 802.1Qbg or a port profile. */
export interface VfPort {
  /** Number of the virtual function; 4294967295 for the card itself. */
  vf?: number;
  /** Name of the port profile, at most 40 bytes. */
  profile?: string;
  /** VSI type, 8 bytes. Unused by the kernel. */
  vsiType?: Uint8Array;
  /** UUID of the VSI instance: 32 hexadecimal digits. */
  instanceUuid?: string;
  /** UUID of the host: 32 hexadecimal digits. */
  hostUuid?: string;
  /** The request. */
  request?: VfPortRequest;
  /** The response. Read-only. */
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

/** Codec of the ports of all virtual functions. */
export const vfPorts: Codec<readonly VfPort[]> = listOf(1, VfPort);
