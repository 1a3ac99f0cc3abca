/**
 * Controller area networks.
 *
 * Source: linux/can/netlink.h, v7.1
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
  mask,
  readOnly,
  type Shape,
  struct,
  u16,
  u32,
} from "../../../core/codec/mod.ts";
import { row, selectedFlags, type SomeFlags } from "./shared.ts";

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
/** A mode of a controller. */
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
/** How a controller is. */
export type CanState = keyof typeof CAN_STATE | number;

/** Times of a bit: either `bitrate` (and `samplePoint`), or the segments. */
export interface CanBittiming {
  /** Bits a second. */
  bitrate?: number;
  /** When a bit is looked at, in tenths of a per cent of it. */
  samplePoint?: number;
  /** Time quantum in nanoseconds. */
  tq?: number;
  /** Propagation segment in quanta. */
  propSeg?: number;
  /** Phase segment before the sample in quanta. */
  phaseSeg1?: number;
  /** Phase segment after the sample in quanta. */
  phaseSeg2?: number;
  /** Synchronisation jump in quanta. */
  sjw?: number;
  /** Divisor of the clock. */
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

/** What the hardware can do with times of a bit. */
export interface CanBittimingConst {
  /** Name of the hardware. */
  name?: string;
  /** Least quanta before the sample. */
  tseg1Min?: number;
  /** Most quanta before the sample. */
  tseg1Max?: number;
  /** Least quanta after the sample. */
  tseg2Min?: number;
  /** Most quanta after the sample. */
  tseg2Max?: number;
  /** Most synchronisation jump. */
  sjwMax?: number;
  /** Least divisor of the clock. */
  brpMin?: number;
  /** Largest divisor of the clock. */
  brpMax?: number;
  /** Step of the divisor. */
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

/** The clock of a controller. */
export interface CanClock {
  /** Hertz. */
  freq?: number;
}

/** Counters of bus errors. */
export interface CanBerrCounter {
  /** Sending. */
  txerr?: number;
  /** Receiving. */
  rxerr?: number;
}

/** Compensation of the transmitter's delay, in quanta. */
export interface CanTdc {
  /** Least value. Read-only. */
  tdcvMin?: number;
  /** Largest value. Read-only. */
  tdcvMax?: number;
  /** Least offset. Read-only. */
  tdcoMin?: number;
  /** Largest offset. Read-only. */
  tdcoMax?: number;
  /** Least filter. Read-only. */
  tdcfMin?: number;
  /** Largest filter. Read-only. */
  tdcfMax?: number;
  /** Value. */
  tdcv?: number;
  /** Offset. */
  tdco?: number;
  /** Filter. */
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

/** Pulse width of the data phase of CAN XL, in clock periods. */
export interface CanPwm {
  /** Least short phase. Read-only. */
  pwmsMin?: number;
  /** Longest short phase. Read-only. */
  pwmsMax?: number;
  /** Least long phase. Read-only. */
  pwmlMin?: number;
  /** Longest long phase. Read-only. */
  pwmlMax?: number;
  /** Least offset. Read-only. */
  pwmoMin?: number;
  /** Largest offset. Read-only. */
  pwmoMax?: number;
  /** Short phase. */
  pwms?: number;
  /** Long phase. */
  pwml?: number;
  /** Offset. */
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

/** What a controller can do. */
export interface CanCtrlmodeExt {
  /** Modes that it has. */
  supported?: readonly (CanCtrlmode | number)[];
}

/** Wire form of {@linkcode CanCtrlmodeExt}: IFLA_CAN_CTRLMODE_*. */
export const CanCtrlmodeExt: Attributes<CanCtrlmodeExt> = attributes((): Shape<CanCtrlmodeExt> => ({
  supported: [1, mask(u32, CTRLMODE)],
}));

/** A controller. It is configured while it is down; drivers make it, so it cannot be added. */
export interface Can {
  /** Times of a bit. */
  bittiming?: CanBittiming;
  /** What the hardware can do with them. Read-only. */
  bittimingConst?: CanBittimingConst;
  /** Its clock. Read-only. */
  clock?: CanClock;
  /** How it is. Read-only. */
  state?: CanState;
  /** All its modes; those not given are off. A request may mean some. */
  ctrlmode?: readonly (CanCtrlmode | number)[] | SomeFlags<CanCtrlmode>;
  /** Milliseconds until it restarts after bus-off; 0 never. */
  restartMs?: number;
  /** Restarts it now. Input only. */
  restart?: number;
  /** Counters of bus errors. Read-only. */
  berrCounter?: CanBerrCounter;
  /** Times of a bit in the data phase of CAN FD. */
  dataBittiming?: CanBittiming;
  /** What the hardware can do with them. Read-only. */
  dataBittimingConst?: CanBittimingConst;
  /** Termination in ohms; 0 is off. */
  termination?: number;
  /** Terminations that it has. Read-only. */
  terminationConst?: readonly number[];
  /** Bit rates that it has. Read-only. */
  bitrateConst?: readonly number[];
  /** Bit rates of the data phase that it has. Read-only. */
  dataBitrateConst?: readonly number[];
  /** Largest bit rate; 0 is unknown. Read-only. */
  bitrateMax?: number;
  /** Compensation of the transmitter's delay. */
  tdc?: CanTdc;
  /** What it can do. Read-only. */
  ctrlmodeExt?: CanCtrlmodeExt;
  /** Times of a bit in the data phase of CAN XL. */
  xlDataBittiming?: CanBittiming;
  /** What the hardware can do with them. Read-only. */
  xlDataBittimingConst?: CanBittimingConst;
  /** Bit rates of the data phase of CAN XL that it has. Read-only. */
  xlDataBitrateConst?: readonly number[];
  /** Compensation of the transmitter's delay, CAN XL. */
  xlTdc?: CanTdc;
  /** Pulse width, CAN XL. */
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

/** What a controller counts. */
export interface CanXstats {
  /** Bus errors. */
  busError?: number;
  /** Changes to error_warning. */
  errorWarning?: number;
  /** Changes to error_passive. */
  errorPassive?: number;
  /** Changes to bus_off. */
  busOff?: number;
  /** Arbitrations lost. */
  arbitrationLost?: number;
  /** Restarts. */
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
