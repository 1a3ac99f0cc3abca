/**
 * Link kinds with few attributes: tun, ipoib, rmnet, ovpn, dsa, batadv, wwan, ppp.
 *
 * Source: linux/if_link.h, linux/if_tun.h, linux/batman_adv.h, linux/wwan.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  enumeration,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  readOnly,
  type Shape,
  string,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { selectedFlags, type SomeFlags } from "./shared.ts";

/** Numbers of {@linkcode TunType} by name. */
export const TUN_TYPE = { tun: 1, tap: 2 } as const;
/** Type of a tun device: it carries IP packets (tun) or Ethernet frames (tap). */
export type TunType = keyof typeof TUN_TYPE | number;

/** A tun or tap device. Read-only: programs create it through /dev/net/tun. */
export interface Tun {
  /** Number of the user that may open it. */
  owner?: number;
  /** Number of the group that may open it. */
  group?: number;
  /** Type: tun or tap. */
  type?: TunType;
  /** 1 if packets have a header with their protocol. */
  pi?: number;
  /** 1 if packets have a virtio-net header. */
  vnetHdr?: number;
  /** 1 if it remains when no program has it open. */
  persist?: number;
  /** 1 if it may have several queues. */
  multiQueue?: number;
  /** Number of queues. */
  numQueues?: number;
  /** Number of detached queues. */
  numDisabledQueues?: number;
}

/** Wire form of {@linkcode Tun}: IFLA_TUN_*. */
export const Tun: Attributes<Tun> = attributes((): Shape<Tun> => ({
  owner: [1, u32, readOnly],
  group: [2, u32, readOnly],
  type: [3, enumeration(u8, TUN_TYPE), readOnly],
  pi: [4, u8, readOnly],
  vnetHdr: [5, u8, readOnly],
  persist: [6, u8, readOnly],
  multiQueue: [7, u8, readOnly],
  numQueues: [8, u32, readOnly],
  numDisabledQueues: [9, u32, readOnly],
}));

/** Numbers of {@linkcode IpoibMode} by name. */
export const IPOIB_MODE = { datagram: 0, connected: 1 } as const;
/** Transport of IP over InfiniBand: unreliable datagrams or connections. */
export type IpoibMode = keyof typeof IPOIB_MODE | number;

/** An IP over InfiniBand interface. */
export interface Ipoib {
  /** Partition key, 0x8000..0xffff. */
  pkey?: number;
  /** Transport: unreliable datagrams or connections. */
  mode?: IpoibMode;
  /** 1 lets programs manage multicast groups. */
  umcast?: number;
}

/** Wire form of {@linkcode Ipoib}: IFLA_IPOIB_*. */
export const Ipoib: Attributes<Ipoib> = attributes((): Shape<Ipoib> => ({
  pkey: [1, u16],
  mode: [2, enumeration(u16, IPOIB_MODE)],
  umcast: [3, u16],
}));

/** Numbers of {@linkcode RmnetFlag} by name. */
export const RMNET_FLAGS = {
  ingress_deaggregation: 1,
  ingress_map_commands: 2,
  ingress_map_cksumv4: 4,
  egress_map_cksumv4: 8,
  ingress_map_cksumv5: 16,
  egress_map_cksumv5: 32,
} as const;
/** A flag of the data format between a Qualcomm modem and the host. */
export type RmnetFlag = keyof typeof RMNET_FLAGS;

/** A connection of a Qualcomm modem, multiplexed with others on `link`. */
export interface Rmnet {
  /** Id of the multiplexed connection, 0..254. */
  muxId?: number;
  /**
   * All flags of the data format: flags that are not given are off. To change some flags only, give
   * {@linkcode SomeFlags}.
   */
  flags?: readonly (RmnetFlag | number)[] | SomeFlags<RmnetFlag>;
}

/** Wire form of {@linkcode Rmnet}: IFLA_RMNET_*. */
export const Rmnet: Attributes<Rmnet> = attributes((): Shape<Rmnet> => ({
  muxId: [1, u16],
  flags: [2, selectedFlags(RMNET_FLAGS, { flags: 0, mask: 4 })],
}));

/** Numbers of {@linkcode OvpnMode} by name. */
export const OVPN_MODE = { p2p: 0, mp: 1 } as const;
/** Mode of an OpenVPN link: one peer (p2p) or many (mp). */
export type OvpnMode = keyof typeof OVPN_MODE | number;

/** A data channel of OpenVPN. */
export interface Ovpn {
  /** Mode: one peer or many. */
  mode?: OvpnMode;
}

/** Wire form of {@linkcode Ovpn}: IFLA_OVPN_*. */
export const Ovpn: Attributes<Ovpn> = attributes((): Shape<Ovpn> => ({ mode: [1, enumeration(u8, OVPN_MODE)] }));

/** A port of a switch under Distributed Switch Architecture. Drivers create it. */
export interface Dsa {
  /** Index of the link that connects the host to the switch. */
  conduit?: Ifindex;
  /** Name of the link that connects the host to the switch. Read-only. */
  conduitDev?: string;
}

/** Wire form of {@linkcode Dsa}: IFLA_DSA_*. */
export const Dsa: Attributes<Dsa> = attributes((): Shape<Dsa> => ({
  conduit: [1, ifindex],
  conduitDev: interfaceNameOf("conduit", readOnly),
}));

/** A B.A.T.M.A.N. mesh interface. */
export interface Batadv {
  /** Name of the routing algorithm: BATMAN_IV or BATMAN_V. */
  algoName?: string;
}

/** Wire form of {@linkcode Batadv}: IFLA_BATADV_*. */
export const Batadv: Attributes<Batadv> = attributes((): Shape<Batadv> => ({ algoName: [1, string(19)] }));

/** A connection of a WWAN modem; `parentDevName` names the modem. */
export interface Wwan {
  /** Number of the connection, u32. */
  linkId?: number;
}

/** Wire form of {@linkcode Wwan}: IFLA_WWAN_*. */
export const Wwan: Attributes<Wwan> = attributes((): Shape<Wwan> => ({ linkId: [1, u32] }));

/** A PPP interface. */
export interface Ppp {
  /** File descriptor of an open /dev/ppp. Input only. */
  devFd?: number;
}

/** Wire form of {@linkcode Ppp}: IFLA_PPP_*. */
export const Ppp: Attributes<Ppp> = attributes((): Shape<Ppp> => ({ devFd: [1, i32, "input"] }));
