/**
 * Kinds that have little to say: tun, ipoib, rmnet, ovpn, dsa, batadv, wwan, ppp.
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
/** What comes out of a tun device: packets or frames. */
export type TunType = keyof typeof TUN_TYPE | number;

/** A tun or tap device. Read-only: programs make them by /dev/net/tun. */
export interface Tun {
  /** User that may open it. */
  owner?: number;
  /** Group that may open it. */
  group?: number;
  /** What comes out. */
  type?: TunType;
  /** Whether packets have a header with their protocol. */
  pi?: number;
  /** Whether packets have a virtio-net header. */
  vnetHdr?: number;
  /** Whether it stays without a program. */
  persist?: number;
  /** Whether it may have several queues. */
  multiQueue?: number;
  /** Queues. */
  numQueues?: number;
  /** Queues that are detached. */
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
/** How IP goes over InfiniBand. */
export type IpoibMode = keyof typeof IPOIB_MODE | number;

/** IP over InfiniBand. */
export interface Ipoib {
  /** Partition key, 0x8000..0xffff. */
  pkey?: number;
  /** How IP goes over InfiniBand. */
  mode?: IpoibMode;
  /** Whether programs manage multicast. */
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
/** A property of the data format. */
export type RmnetFlag = keyof typeof RMNET_FLAGS;

/** One of several connections of a Qualcomm modem on `link`. */
export interface Rmnet {
  /** Number of the connection, 0..254. */
  muxId?: number;
  /** All properties of the data format; those not given are off. A request may mean some. */
  flags?: readonly (RmnetFlag | number)[] | SomeFlags<RmnetFlag>;
}

/** Wire form of {@linkcode Rmnet}: IFLA_RMNET_*. */
export const Rmnet: Attributes<Rmnet> = attributes((): Shape<Rmnet> => ({
  muxId: [1, u16],
  flags: [2, selectedFlags(RMNET_FLAGS, { flags: 0, mask: 4 })],
}));

/** Numbers of {@linkcode OvpnMode} by name. */
export const OVPN_MODE = { p2p: 0, mp: 1 } as const;
/** One other end, or many. */
export type OvpnMode = keyof typeof OVPN_MODE | number;

/** OpenVPN's data channel. */
export interface Ovpn {
  /** One other end, or many. */
  mode?: OvpnMode;
}

/** Wire form of {@linkcode Ovpn}: IFLA_OVPN_*. */
export const Ovpn: Attributes<Ovpn> = attributes((): Shape<Ovpn> => ({ mode: [1, enumeration(u8, OVPN_MODE)] }));

/** A port of a switch. Drivers make it. */
export interface Dsa {
  /** Index of the link to the switch. */
  conduit?: Ifindex;
  /** Its name. Read-only. */
  conduitDev?: string;
}

/** Wire form of {@linkcode Dsa}: IFLA_DSA_*. */
export const Dsa: Attributes<Dsa> = attributes((): Shape<Dsa> => ({
  conduit: [1, ifindex],
  conduitDev: interfaceNameOf("conduit", readOnly),
}));

/** A B.A.T.M.A.N. mesh. */
export interface Batadv {
  /** Algorithm: BATMAN_IV or BATMAN_V. */
  algoName?: string;
}

/** Wire form of {@linkcode Batadv}: IFLA_BATADV_*. */
export const Batadv: Attributes<Batadv> = attributes((): Shape<Batadv> => ({ algoName: [1, string(19)] }));

/** A connection of a modem; `parentDevName` says of which. */
export interface Wwan {
  /** Number of the connection. */
  linkId?: number;
}

/** Wire form of {@linkcode Wwan}: IFLA_WWAN_*. */
export const Wwan: Attributes<Wwan> = attributes((): Shape<Wwan> => ({ linkId: [1, u32] }));

/** A PPP interface. */
export interface Ppp {
  /** Open file descriptor of /dev/ppp. Input only. */
  devFd?: number;
}

/** Wire form of {@linkcode Ppp}: IFLA_PPP_*. */
export const Ppp: Attributes<Ppp> = attributes((): Shape<Ppp> => ({ devFd: [1, i32, "input"] }));
