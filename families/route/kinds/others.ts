/**
 * Link kinds of devices and of networks over others: can (controller area network), tun, ipoib, rmnet, ovpn, dsa, batadv,
 * wwan, ppp.
 *
 * Source: linux/if_link.h, linux/can/netlink.h, linux/if_tun.h, linux/batman_adv.h, linux/wwan.h, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  chars,
  type Codec,
  enumeration,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  mask,
  readOnly,
  type Shape,
  string,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { row, selectedFlags, type SomeFlags } from "./shared.ts";

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

/** Numbers of {@linkcode CanCtrlmode} by name. */
export const CTRLMODE = {
  loopback: 0x1,
  listenonly: 0x2,
  "3_samples": 0x4,
  one_shot: 0x8,
  berr_reporting: 0x10,
  fd: 0x20,
  presume_ack: 0x40,
  fd_non_iso: 0x80,
  cc_len8_dlc: 0x100,
  tdc_auto: 0x200,
  tdc_manual: 0x400,
  restricted: 0x800,
  xl: 0x1000,
  xl_tdc_auto: 0x2000,
  xl_tdc_manual: 0x4000,
  xl_tms: 0x8000,
} as const;
/** A mode of a CAN controller. */
export type CanCtrlmode = keyof typeof CTRLMODE;
/** Numbers of {@linkcode CanState} by name. */
export const CAN_STATE = {
  error_active: 0,
  error_warning: 1,
  error_passive: 2,
  bus_off: 3,
  stopped: 4,
  sleeping: 5,
} as const;
/** Error state of a CAN controller. */
export type CanState = keyof typeof CAN_STATE | number;

/** Bit timing: either `bitrate` (and `samplePoint`), or the segments in time quanta. */
export interface CanBittiming {
  /** Bits per second. */
  bitrate?: number;
  /** Sample point, in tenths of a per cent of the bit's time. */
  samplePoint?: number;
  /** Length of a time quantum in nanoseconds. */
  tq?: number;
  /** Propagation segment in time quanta. */
  propSeg?: number;
  /** Phase segment before the sample point in time quanta. */
  phaseSeg1?: number;
  /** Phase segment after the sample point in time quanta. */
  phaseSeg2?: number;
  /** Synchronisation jump width in time quanta. */
  sjw?: number;
  /** Bit rate prescaler: the divisor of the controller's clock. */
  brp?: number;
}

const bittiming: Codec<CanBittiming> = row<CanBittiming>(u32, [
  "bitrate",
  "samplePoint",
  "tq",
  "propSeg",
  "phaseSeg1",
  "phaseSeg2",
  "sjw",
  "brp",
]);

/** Limits of the hardware for bit timing. */
export interface CanBittimingConst {
  /** Name of the hardware. */
  name?: string;
  /** Smallest number of time quanta before the sample point. */
  tseg1Min?: number;
  /** Largest number of time quanta before the sample point. */
  tseg1Max?: number;
  /** Smallest number of time quanta after the sample point. */
  tseg2Min?: number;
  /** Largest number of time quanta after the sample point. */
  tseg2Max?: number;
  /** Largest synchronisation jump width in time quanta. */
  sjwMax?: number;
  /** Smallest bit rate prescaler. */
  brpMin?: number;
  /** Largest bit rate prescaler. */
  brpMax?: number;
  /** Step between bit rate prescalers. */
  brpInc?: number;
}

const bittimingConst: Codec<CanBittimingConst> = struct(48, (): Shape<CanBittimingConst> => ({
  name: [0, chars(16)],
  tseg1Min: [16, u32],
  tseg1Max: [20, u32],
  tseg2Min: [24, u32],
  tseg2Max: [28, u32],
  sjwMax: [32, u32],
  brpMin: [36, u32],
  brpMax: [40, u32],
  brpInc: [44, u32],
}));

/** The clock of a CAN controller. */
export interface CanClock {
  /** Frequency in hertz. */
  freq?: number;
}

/** Error counters of a CAN controller. */
export interface CanBerrCounter {
  /** Transmit errors. */
  txerr?: number;
  /** Receive errors. */
  rxerr?: number;
}

/** Transmitter delay compensation (TDC), in minimum time quanta (clock periods). */
export interface CanTdc {
  /** Smallest compensation value. Read-only. */
  tdcvMin?: number;
  /** Largest compensation value. Read-only. */
  tdcvMax?: number;
  /** Smallest offset. Read-only. */
  tdcoMin?: number;
  /** Largest offset. Read-only. */
  tdcoMax?: number;
  /** Smallest filter window. Read-only. */
  tdcfMin?: number;
  /** Largest filter window. Read-only. */
  tdcfMax?: number;
  /** Compensation value: the measured delay of the transmitter. */
  tdcv?: number;
  /** Offset that is added to the compensation value; the sum is the secondary sample point. */
  tdco?: number;
  /** Filter window: the earliest secondary sample point at which compensation is used. */
  tdcf?: number;
}

/** Wire form of {@linkcode CanTdc}: IFLA_CAN_TDC_*. */
export const CanTdc: Attributes<CanTdc> = attributes((): Shape<CanTdc> => ({
  tdcvMin: [1, u32, readOnly],
  tdcvMax: [2, u32, readOnly],
  tdcoMin: [3, u32, readOnly],
  tdcoMax: [4, u32, readOnly],
  tdcfMin: [5, u32, readOnly],
  tdcfMax: [6, u32, readOnly],
  tdcv: [7, u32],
  tdco: [8, u32],
  tdcf: [9, u32],
}));

/** Pulse width modulation (PWM) in the data phase of CAN XL, in clock periods. */
export interface CanPwm {
  /** Shortest short phase. Read-only. */
  pwmsMin?: number;
  /** Longest short phase. Read-only. */
  pwmsMax?: number;
  /** Shortest long phase. Read-only. */
  pwmlMin?: number;
  /** Longest long phase. Read-only. */
  pwmlMax?: number;
  /** Smallest offset. Read-only. */
  pwmoMin?: number;
  /** Largest offset. Read-only. */
  pwmoMax?: number;
  /** Length of the short phase. */
  pwms?: number;
  /** Length of the long phase. */
  pwml?: number;
  /** Offset of the pulse. */
  pwmo?: number;
}

/** Wire form of {@linkcode CanPwm}: IFLA_CAN_PWM_*. */
export const CanPwm: Attributes<CanPwm> = attributes((): Shape<CanPwm> => ({
  pwmsMin: [1, u32, readOnly],
  pwmsMax: [2, u32, readOnly],
  pwmlMin: [3, u32, readOnly],
  pwmlMax: [4, u32, readOnly],
  pwmoMin: [5, u32, readOnly],
  pwmoMax: [6, u32, readOnly],
  pwms: [7, u32],
  pwml: [8, u32],
  pwmo: [9, u32],
}));

/** Capabilities of a CAN controller. */
export interface CanCtrlmodeExt {
  /** Modes that it supports. */
  supported?: readonly (CanCtrlmode | number)[];
}

/** Wire form of {@linkcode CanCtrlmodeExt}: IFLA_CAN_CTRLMODE_*. */
export const CanCtrlmodeExt: Attributes<CanCtrlmodeExt> = attributes((): Shape<CanCtrlmodeExt> => ({
  supported: [1, mask(u32, CTRLMODE)],
}));

/**
 * Settings and state of a CAN controller. It can be configured only while it is down. Drivers create it, so it cannot
 * be added.
 */
export interface Can {
  /** Bit timing of classic CAN and of the arbitration phase. */
  bittiming?: CanBittiming;
  /** Limits of the hardware for `bittiming`. Read-only. */
  bittimingConst?: CanBittimingConst;
  /** Clock of the controller. Read-only. */
  clock?: CanClock;
  /** Error state. Read-only. */
  state?: CanState;
  /**
   * All modes of the controller: modes that are not given are off. To change some modes only, give
   * {@linkcode SomeFlags}.
   */
  ctrlmode?: readonly (CanCtrlmode | number)[] | SomeFlags<CanCtrlmode>;
  /** Milliseconds from bus-off to an automatic restart; 0 disables it. */
  restartMs?: number;
  /** Restarts the controller now after bus-off. Input only. */
  restart?: number;
  /** Error counters. Read-only. */
  berrCounter?: CanBerrCounter;
  /** Bit timing in the data phase of CAN FD. */
  dataBittiming?: CanBittiming;
  /** Limits of the hardware for `dataBittiming`. Read-only. */
  dataBittimingConst?: CanBittimingConst;
  /** Termination in ohms; 0 is off. */
  termination?: number;
  /** Termination values in ohms that it supports. Read-only. */
  terminationConst?: readonly number[];
  /** Bit rates that it supports, in bits per second. Read-only. */
  bitrateConst?: readonly number[];
  /** Bit rates of the data phase that it supports, in bits per second. Read-only. */
  dataBitrateConst?: readonly number[];
  /** Largest bit rate in bits per second; 0 if unknown. Read-only. */
  bitrateMax?: number;
  /** Transmitter delay compensation of CAN FD. */
  tdc?: CanTdc;
  /** Modes that it supports. Read-only. */
  ctrlmodeExt?: CanCtrlmodeExt;
  /** Bit timing in the data phase of CAN XL. */
  xlDataBittiming?: CanBittiming;
  /** Limits of the hardware for `xlDataBittiming`. Read-only. */
  xlDataBittimingConst?: CanBittimingConst;
  /** Bit rates of the data phase of CAN XL that it supports, in bits per second. Read-only. */
  xlDataBitrateConst?: readonly number[];
  /** Transmitter delay compensation of CAN XL. */
  xlTdc?: CanTdc;
  /** Pulse width modulation of CAN XL. */
  xlPwm?: CanPwm;
}

/** Wire form of {@linkcode Can}: IFLA_CAN_*. */
export const Can: Attributes<Can> = attributes((): Shape<Can> => ({
  bittiming: [1, bittiming],
  bittimingConst: [2, bittimingConst, readOnly],
  clock: [3, struct<CanClock>(4, { freq: [0, u32] }), readOnly],
  state: [4, enumeration(u32, CAN_STATE), readOnly],
  ctrlmode: [5, selectedFlags(CTRLMODE, { mask: 0, flags: 4 })],
  restartMs: [6, u32],
  restart: [7, u32, "input"],
  berrCounter: [8, struct<CanBerrCounter>(4, { txerr: [0, u16], rxerr: [2, u16] }), readOnly],
  dataBittiming: [9, bittiming],
  dataBittimingConst: [10, bittimingConst, readOnly],
  termination: [11, u16],
  terminationConst: [12, array(u16), readOnly],
  bitrateConst: [13, array(u32), readOnly],
  dataBitrateConst: [14, array(u32), readOnly],
  bitrateMax: [15, u32, readOnly],
  tdc: [16, CanTdc],
  ctrlmodeExt: [17, CanCtrlmodeExt, readOnly],
  xlDataBittiming: [18, bittiming],
  xlDataBittimingConst: [19, bittimingConst, readOnly],
  xlDataBitrateConst: [20, array(u32), readOnly],
  xlTdc: [21, CanTdc],
  xlPwm: [22, CanPwm],
}));

/** Event counters of a CAN controller, u32 each. */
export interface CanXstats {
  /** Number of bus errors. */
  busError?: number;
  /** Number of changes to error_warning. */
  errorWarning?: number;
  /** Number of changes to error_passive. */
  errorPassive?: number;
  /** Number of changes to bus_off. */
  busOff?: number;
  /** Number of lost arbitrations. */
  arbitrationLost?: number;
  /** Number of restarts. */
  restarts?: number;
}

/** Wire form of {@linkcode CanXstats}: struct can_device_stats. */
export const CanXstats: Codec<CanXstats> = row<CanXstats>(u32, [
  "busError",
  "errorWarning",
  "errorPassive",
  "busOff",
  "arbitrationLost",
  "restarts",
]);
