/**
 * ethtool's messages on a link: modes, state, energy, error correction, power, PHYs.
 *
 * Source: linux/ethtool_netlink_generated.h, linux/ethtool.h, v7.2.
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  bool,
  type Codec,
  count64,
  enumeration,
  mask,
  readOnly,
  repeated,
  type Shape,
  text,
  u16,
  u32,
  u8,
  uint,
} from "../../../core/codec/mod.ts";
import { type Bitset, bitset } from "./bitset.ts";
import { type EthtoolHeader, message } from "./protocol.ts";

/** What the cable is plugged into. */
export type EthtoolPort = "tp" | "aui" | "mii" | "fibre" | "bnc" | "da" | "none" | "other" | number;

const port: Codec<EthtoolPort> = enumeration(u8, {
  tp: 0,
  aui: 1,
  mii: 2,
  fibre: 3,
  bnc: 4,
  da: 5,
  none: 239,
  other: 255,
});

/** Whether the pairs of a cable are crossed. */
export type TpMdix = "mdi_invalid" | "mdi" | "mdi_x" | "mdi_auto" | number;

const tpMdix: Codec<TpMdix> = enumeration(u8, { mdi_invalid: 0, mdi: 1, mdi_x: 2, mdi_auto: 3 });

/** Where the transceiver is. */
export type Transceiver = "internal" | "external" | number;

const transceiver: Codec<Transceiver> = enumeration(u8, { internal: 0, external: 1 });

/** Whether both ends may speak at once. */
export type Duplex = "half" | "full" | "unknown" | number;

const duplex: Codec<Duplex> = enumeration(u8, { half: 0, full: 1, unknown: 255 });

/** In Mbit/s. */
export type Speed = number | "unknown";

const speed: Codec<Speed> = enumeration(u32, { unknown: 0xffffffff });

/** Which end is to give the clock. */
export type MasterSlaveCfg =
  | "unsupported"
  | "unknown"
  | "master_preferred"
  | "slave_preferred"
  | "master_force"
  | "slave_force"
  | number;

const masterSlaveCfg: Codec<MasterSlaveCfg> = enumeration(u8, {
  unsupported: 0,
  unknown: 1,
  master_preferred: 2,
  slave_preferred: 3,
  master_force: 4,
  slave_force: 5,
});

/** Which end gives the clock. */
export type MasterSlaveState = "unsupported" | "unknown" | "master" | "slave" | "err" | number;

const masterSlaveState: Codec<MasterSlaveState> = enumeration(u8, {
  unsupported: 0,
  unknown: 1,
  master: 2,
  slave: 3,
  err: 4,
});

/** How a PHY fits the speeds of both its sides. */
export type RateMatching = "none" | "pause" | "crs" | "open_loop" | number;

const rateMatching: Codec<RateMatching> = enumeration(u8, { none: 0, pause: 1, crs: 2, open_loop: 3 });

/** Why there is no link. */
export type LinkExtState =
  | "autoneg"
  | "link_training_failure"
  | "link_logical_mismatch"
  | "bad_signal_integrity"
  | "no_cable"
  | "cable_issue"
  | "eeprom_issue"
  | "calibration_failure"
  | "power_budget_exceeded"
  | "overheat"
  | "module"
  | "otp_speed_violation"
  | "bmc_request_down"
  | number;

const extState: Codec<LinkExtState> = enumeration(u8, {
  autoneg: 0,
  link_training_failure: 1,
  link_logical_mismatch: 2,
  bad_signal_integrity: 3,
  no_cable: 4,
  cable_issue: 5,
  eeprom_issue: 6,
  calibration_failure: 7,
  power_budget_exceeded: 8,
  overheat: 9,
  module: 10,
  otp_speed_violation: 11,
  bmc_request_down: 12,
});

/** How the check for MAC merge has gone. */
export type MmVerifyStatus = "unknown" | "initial" | "verifying" | "succeeded" | "failed" | "disabled" | number;

const verifyStatus: Codec<MmVerifyStatus> = enumeration(u8, {
  unknown: 0,
  initial: 1,
  verifying: 2,
  succeeded: 3,
  failed: 4,
  disabled: 5,
});

/** Whether a port may give power. */
export type PseAdminState = "unknown" | "disabled" | "enabled" | number;

const adminState: Codec<PseAdminState> = enumeration(u32, { unknown: 1, disabled: 2, enabled: 3 });

/** What a single-pair port does about power. */
export type PodlPseStatus = "unknown" | "disabled" | "searching" | "delivering" | "sleep" | "idle" | "error" | number;

const podlStatus: Codec<PodlPseStatus> = enumeration(u32, {
  unknown: 1,
  disabled: 2,
  searching: 3,
  delivering: 4,
  sleep: 5,
  idle: 6,
  error: 7,
});

/** What a port does about power. */
export type C33PseStatus =
  | "unknown"
  | "disabled"
  | "searching"
  | "delivering"
  | "test"
  | "fault"
  | "otherfault"
  | number;

const c33Status: Codec<C33PseStatus> = enumeration(u32, {
  unknown: 1,
  disabled: 2,
  searching: 3,
  delivering: 4,
  test: 5,
  fault: 6,
  otherfault: 7,
});

/** Why a port gives no power. */
export type C33PseExtState =
  | "error_condition"
  | "mr_mps_valid"
  | "mr_pse_enable"
  | "option_detect_ted"
  | "option_vport_lim"
  | "ovld_detected"
  | "pd_dll_power_type"
  | "power_not_available"
  | "short_detected"
  | number;

const c33ExtState: Codec<C33PseExtState> = enumeration(u32, {
  error_condition: 1,
  mr_mps_valid: 2,
  mr_pse_enable: 3,
  option_detect_ted: 4,
  option_vport_lim: 5,
  ovld_detected: 6,
  pd_dll_power_type: 7,
  power_not_available: 8,
  short_detected: 9,
});

/** What a PHY hangs on. */
export type PhyUpstream = "mac" | "phy" | number;

const upstream: Codec<PhyUpstream> = enumeration(u32, { mac: 0, phy: 1 });

/** Something that happened to power on a port. */
export type PseEvent =
  | "over_current"
  | "over_temp"
  | "over_budget"
  | "sw_pw_control_error"
  | "c33_detection"
  | "c33_classification"
  | "c33_disconnection"
  | number;

const pseEvents: Codec<readonly PseEvent[]> = mask(uint, {
  over_current: 1,
  over_temp: 2,
  over_budget: 32,
  sw_pw_control_error: 64,
  c33_detection: 4,
  c33_classification: 8,
  c33_disconnection: 16,
});

/** How a link is wired. */
export interface LinkInfo extends EthtoolHeader {
  /** What the cable is plugged into. */
  port?: EthtoolPort;
  /** Address of the PHY. */
  phyaddr?: number;
  /** Whether pairs are crossed. Read-only. */
  tpMdix?: TpMdix;
  /** Whether pairs are to be crossed. */
  tpMdixCtrl?: TpMdix;
  /** Where the transceiver is. Read-only. */
  transceiver?: Transceiver;
}

/** Wire form of {@linkcode LinkInfo}: ETHTOOL_A_LINKINFO_*. */
export const LinkInfo: Attributes<LinkInfo> = message<LinkInfo>((): Shape<Omit<LinkInfo, keyof EthtoolHeader>> => ({
  port: [2, port],
  phyaddr: [3, u8],
  tpMdix: [4, tpMdix, readOnly],
  tpMdixCtrl: [5, tpMdix],
  transceiver: [6, transceiver, readOnly],
}));

/** Speeds and how they are found. */
export interface LinkModes extends EthtoolHeader {
  /** Whether both ends agree on the mode. */
  autoneg?: boolean;
  /** What we can do; of it, what we offer. */
  ours?: Bitset;
  /** What the peer offers. Read-only. */
  peer?: Bitset;
  /** In Mbit/s. */
  speed?: Speed;
  /** Whether both ends may speak at once. */
  duplex?: Duplex;
  /** Which end is to give the clock. */
  masterSlaveCfg?: MasterSlaveCfg;
  /** Which end gives the clock. Read-only. */
  masterSlaveState?: MasterSlaveState;
  /** Lanes, 1 to 8. */
  lanes?: number;
  /** How the PHY fits the speeds of both its sides. Read-only. */
  rateMatching?: RateMatching;
}

/** Wire form of {@linkcode LinkModes}: ETHTOOL_A_LINKMODES_*. */
export const LinkModes: Attributes<LinkModes> = message<LinkModes>((): Shape<Omit<LinkModes, keyof EthtoolHeader>> => ({
  autoneg: [2, bool(u8)],
  ours: [3, bitset],
  peer: [4, bitset, readOnly],
  speed: [5, speed],
  duplex: [6, duplex],
  masterSlaveCfg: [7, masterSlaveCfg],
  masterSlaveState: [8, masterSlaveState, readOnly],
  lanes: [9, u32],
  rateMatching: [10, rateMatching, readOnly],
}));

/** Whether there is a link, and why not. */
export interface LinkState extends EthtoolHeader {
  /** Whether there is one. Read-only. */
  link?: boolean;
  /** Quality of the signal. Read-only. */
  sqi?: number;
  /** The best that it can be. Read-only. */
  sqiMax?: number;
  /** Why there is none. Read-only. */
  extState?: LinkExtState;
  /** Why, in more detail: ETHTOOL_LINK_EXT_SUBSTATE_* of the state. Read-only. */
  extSubstate?: number;
  /** How often it went down. Read-only. */
  extDownCnt?: number;
}

/** Wire form of {@linkcode LinkState}: ETHTOOL_A_LINKSTATE_*. */
export const LinkState: Attributes<LinkState> = message<LinkState>((): Shape<Omit<LinkState, keyof EthtoolHeader>> => ({
  link: [2, bool(u8), readOnly],
  sqi: [3, u32, readOnly],
  sqiMax: [4, u32, readOnly],
  extState: [5, extState, readOnly],
  extSubstate: [6, u8, readOnly],
  extDownCnt: [7, u32, readOnly],
}));

/** Energy efficient Ethernet. */
export interface Eee extends EthtoolHeader {
  /** Modes that it can be used in; of those, what we offer. */
  modesOurs?: Bitset;
  /** Modes that the peer offers. Read-only. */
  modesPeer?: Bitset;
  /** Whether it is in use. Read-only. */
  active?: boolean;
  /** Whether it may be. */
  enabled?: boolean;
  /** Whether the sender sleeps. */
  txLpiEnabled?: boolean;
  /** How long it waits before it does, in µs. */
  txLpiTimer?: number;
}

/** Wire form of {@linkcode Eee}: ETHTOOL_A_EEE_*. */
export const Eee: Attributes<Eee> = message<Eee>((): Shape<Omit<Eee, keyof EthtoolHeader>> => ({
  modesOurs: [2, bitset],
  modesPeer: [3, bitset, readOnly],
  active: [4, bool(u8), readOnly],
  enabled: [5, bool(u8)],
  txLpiEnabled: [6, bool(u8)],
  txLpiTimer: [7, u32],
}));

/** How many errors blocks had. */
export interface FecHist {
  /** Fewest errors of the bin. Read-only. */
  binLow?: number;
  /** Most errors of the bin. Read-only. */
  binHigh?: number;
  /** Blocks. Read-only. */
  binVal?: number;
  /** Blocks of each lane. Read-only. */
  binValPerLane?: readonly number[];
}

/** Wire form of {@linkcode FecHist}: ETHTOOL_A_FEC_HIST_*. */
export const FecHist: Attributes<FecHist> = attributes((): Shape<FecHist> => ({
  binLow: [2, u32, readOnly],
  binHigh: [3, u32, readOnly],
  binVal: [4, uint, readOnly],
  binValPerLane: [5, array(count64), readOnly],
}), { pad: 1 });

/** What error correction has done: the sum, then each lane. */
export interface FecStat {
  /** Blocks that were put right. Read-only. */
  corrected?: readonly number[];
  /** Blocks that could not be. Read-only. */
  uncorr?: readonly number[];
  /** Bits that were put right. Read-only. */
  corrBits?: readonly number[];
  /** How many errors blocks had. Read-only. */
  hist?: readonly FecHist[];
}

/** Wire form of {@linkcode FecStat}: ETHTOOL_A_FEC_STAT_*. */
export const FecStat: Attributes<FecStat> = attributes((): Shape<FecStat> => ({
  corrected: [2, array(count64), readOnly],
  uncorr: [3, array(count64), readOnly],
  corrBits: [4, array(count64), readOnly],
  hist: [5, repeated(5, FecHist), readOnly],
}), { pad: 1 });

/** Forward error correction. */
export interface Fec extends EthtoolHeader {
  /** Modes that may be used. */
  modes?: Bitset;
  /** Whether the device chooses. */
  auto?: boolean;
  /** The bit of the mode in use, of link modes. Read-only. */
  active?: number;
  /** What it has done; with `headerFlags: ["stats"]`. Read-only. */
  stats?: FecStat;
}

/** Wire form of {@linkcode Fec}: ETHTOOL_A_FEC_*. */
export const Fec: Attributes<Fec> = message<Fec>((): Shape<Omit<Fec, keyof EthtoolHeader>> => ({
  modes: [2, bitset],
  auto: [3, bool(u8)],
  active: [4, u32, readOnly],
  stats: [5, FecStat, readOnly],
}));

/** Frames that were taken apart and put together. */
export interface MmStat {
  /** Frames that could not be put together. Read-only. */
  reassemblyErrors?: number;
  /** Fragments with a wrong start. Read-only. */
  smdErrors?: number;
  /** Frames that were put together. Read-only. */
  reassemblyOk?: number;
  /** Fragments received. Read-only. */
  rxFragCount?: number;
  /** Fragments sent. Read-only. */
  txFragCount?: number;
  /** How often the sender held frames back. Read-only. */
  holdCount?: number;
}

/** Wire form of {@linkcode MmStat}: ETHTOOL_A_MM_STAT_*. */
export const MmStat: Attributes<MmStat> = attributes((): Shape<MmStat> => ({
  reassemblyErrors: [2, count64, readOnly],
  smdErrors: [3, count64, readOnly],
  reassemblyOk: [4, count64, readOnly],
  rxFragCount: [5, count64, readOnly],
  txFragCount: [6, count64, readOnly],
  holdCount: [7, count64, readOnly],
}), { pad: 1 });

/** MAC merge: urgent frames in the middle of others. */
export interface Mm extends EthtoolHeader {
  /** Whether what can be interrupted is received. */
  pmacEnabled?: boolean;
  /** Whether frames may be interrupted. */
  txEnabled?: boolean;
  /** Whether they are. Read-only. */
  txActive?: boolean;
  /** Least bytes of a fragment that is sent. */
  txMinFragSize?: number;
  /** Least bytes of one that can be received. Read-only. */
  rxMinFragSize?: number;
  /** Whether the peer is asked first. */
  verifyEnabled?: boolean;
  /** How that has gone. Read-only. */
  verifyStatus?: MmVerifyStatus;
  /** How long to wait for it, in ms. */
  verifyTime?: number;
  /** The longest wait, in ms. Read-only. */
  maxVerifyTime?: number;
  /** Frames that were interrupted; with `headerFlags: ["stats"]`. Read-only. */
  stats?: MmStat;
}

/** Wire form of {@linkcode Mm}: ETHTOOL_A_MM_*. */
export const Mm: Attributes<Mm> = message<Mm>((): Shape<Omit<Mm, keyof EthtoolHeader>> => ({
  pmacEnabled: [2, bool(u8)],
  txEnabled: [3, bool(u8)],
  txActive: [4, bool(u8), readOnly],
  txMinFragSize: [5, u32],
  rxMinFragSize: [6, u32, readOnly],
  verifyEnabled: [7, bool(u8)],
  verifyStatus: [8, verifyStatus, readOnly],
  verifyTime: [9, u32],
  maxVerifyTime: [10, u32, readOnly],
  stats: [11, MmStat, readOnly],
}));

/** Taking turns on a shared single pair. */
export interface Plca extends EthtoolHeader {
  /** Version of what the PHY knows. Read-only. */
  version?: number;
  /** Whether turns are taken. */
  enabled?: boolean;
  /** Whether the beacon is heard. Read-only. */
  status?: boolean;
  /** Stations. */
  nodeCnt?: number;
  /** Which of them this is; 0 gives the beacon. */
  nodeId?: number;
  /** How long a station may keep silent in its turn, in bit times. */
  toTmr?: number;
  /** Frames more that one may send in its turn. */
  burstCnt?: number;
  /** How long it may pause between those, in bit times. */
  burstTmr?: number;
}

/** Wire form of {@linkcode Plca}: ETHTOOL_A_PLCA_*. */
export const Plca: Attributes<Plca> = message<Plca>((): Shape<Omit<Plca, keyof EthtoolHeader>> => ({
  version: [2, u16, readOnly],
  enabled: [3, bool(u8)],
  status: [4, bool(u8), readOnly],
  nodeCnt: [5, u32],
  nodeId: [6, u32],
  toTmr: [7, u32],
  burstCnt: [8, u32],
  burstTmr: [9, u32],
}));

/** A range of power. */
export interface PsePwLimit {
  /** Least, in mW. Read-only. */
  min?: number;
  /** Most, in mW. Read-only. */
  max?: number;
}

/** Wire form of {@linkcode PsePwLimit}: ETHTOOL_A_C33_PSE_PW_LIMIT_*. */
export const PsePwLimit: Attributes<PsePwLimit> = attributes((): Shape<PsePwLimit> => ({
  min: [1, u32, readOnly],
  max: [2, u32, readOnly],
}));

/** Power over the cable. */
export interface Pse extends EthtoolHeader {
  /** Whether a single-pair port may give power. Read-only. */
  podlPseAdminState?: PseAdminState;
  /** Whether it is to. */
  podlPseAdminControl?: PseAdminState;
  /** What it does. Read-only. */
  podlPsePwDStatus?: PodlPseStatus;
  /** Whether a port may give power. Read-only. */
  c33PseAdminState?: PseAdminState;
  /** Whether it is to. */
  c33PseAdminControl?: PseAdminState;
  /** What it does. Read-only. */
  c33PsePwDStatus?: C33PseStatus;
  /** Class of the device that takes it. Read-only. */
  c33PsePwClass?: number;
  /** Power that is taken, in mW. Read-only. */
  c33PseActualPw?: number;
  /** Why none is given. Read-only. */
  c33PseExtState?: C33PseExtState;
  /** Why, in more detail: ETHTOOL_C33_PSE_EXT_SUBSTATE_* of the state. Read-only. */
  c33PseExtSubstate?: number;
  /** Most that may be taken, in mW. */
  c33PseAvailPwLimit?: number;
  /** What that may be. Read-only. */
  c33PsePwLimitRanges?: readonly PsePwLimit[];
  /** The supply that the port belongs to. Read-only. */
  psePwDId?: number;
  /** Lowest priority that a port of it can have. Read-only. */
  psePrioMax?: number;
  /** Priority of the port; 0 is the highest. */
  psePrio?: number;
}

/** Wire form of {@linkcode Pse}: ETHTOOL_A_PODL_PSE_*, ETHTOOL_A_C33_PSE_*, ETHTOOL_A_PSE_*. */
export const Pse: Attributes<Pse> = message<Pse>((): Shape<Omit<Pse, keyof EthtoolHeader>> => ({
  podlPseAdminState: [2, adminState, readOnly],
  podlPseAdminControl: [3, adminState],
  podlPsePwDStatus: [4, podlStatus, readOnly],
  c33PseAdminState: [5, adminState, readOnly],
  c33PseAdminControl: [6, adminState],
  c33PsePwDStatus: [7, c33Status, readOnly],
  c33PsePwClass: [8, u32, readOnly],
  c33PseActualPw: [9, u32, readOnly],
  c33PseExtState: [10, c33ExtState, readOnly],
  c33PseExtSubstate: [11, u32, readOnly],
  c33PseAvailPwLimit: [12, u32],
  c33PsePwLimitRanges: [13, repeated(13, PsePwLimit), readOnly],
  psePwDId: [14, u32, readOnly],
  psePrioMax: [15, u32, readOnly],
  psePrio: [16, u32],
}));

/** Something happened to power on a port. */
export interface PseEventMessage extends EthtoolHeader {
  /** What. */
  events?: readonly PseEvent[];
}

/** Wire form of {@linkcode PseEventMessage}: ETHTOOL_A_PSE_NTF_*. */
export const PseEventMessage: Attributes<PseEventMessage> = message<PseEventMessage>((): Shape<
  Omit<PseEventMessage, keyof EthtoolHeader>
> => ({
  events: [2, pseEvents],
}));

/** A PHY of a device. */
export interface Phy extends EthtoolHeader {
  /** Its number. Read-only. */
  index?: number;
  /** Its driver. Read-only. */
  drvname?: string;
  /** Its name. Read-only. */
  name?: string;
  /** What it hangs on. Read-only. */
  upstreamType?: PhyUpstream;
  /** The PHY that it hangs on. Read-only. */
  upstreamIndex?: number;
  /** The SFP cage that it is in. Read-only. */
  upstreamSfpName?: string;
  /** The SFP cage that hangs on it. Read-only. */
  downstreamSfpName?: string;
}

/** Wire form of {@linkcode Phy}: ETHTOOL_A_PHY_*. */
export const Phy: Attributes<Phy> = message<Phy>((): Shape<Omit<Phy, keyof EthtoolHeader>> => ({
  index: [2, u32, readOnly],
  drvname: [3, text, readOnly],
  name: [4, text, readOnly],
  upstreamType: [5, upstream, readOnly],
  upstreamIndex: [6, u32, readOnly],
  upstreamSfpName: [7, text, readOnly],
  downstreamSfpName: [8, text, readOnly],
}));

/** How the error of a signal is measured. */
export interface MseCapabilities {
  /** Greatest average. Read-only. */
  maxAverageMse?: number;
  /** Greatest peak. Read-only. */
  maxPeakMse?: number;
  /** How often it is measured, in ps. Read-only. */
  refreshRatePs?: number;
  /** Symbols that are measured each time. Read-only. */
  numSymbols?: number;
}

/** Wire form of {@linkcode MseCapabilities}: ETHTOOL_A_MSE_CAPABILITIES_*. */
export const MseCapabilities: Attributes<MseCapabilities> = attributes((): Shape<MseCapabilities> => ({
  maxAverageMse: [1, uint, readOnly],
  maxPeakMse: [2, uint, readOnly],
  refreshRatePs: [3, uint, readOnly],
  numSymbols: [4, uint, readOnly],
}));

/** How far a signal is from what it should be. */
export interface MseSnapshot {
  /** On average. Read-only. */
  averageMse?: number;
  /** At most, lately. Read-only. */
  peakMse?: number;
  /** At most, ever. Read-only. */
  worstPeakMse?: number;
}

/** Wire form of {@linkcode MseSnapshot}: ETHTOOL_A_MSE_SNAPSHOT_*. */
export const MseSnapshot: Attributes<MseSnapshot> = attributes((): Shape<MseSnapshot> => ({
  averageMse: [1, uint, readOnly],
  peakMse: [2, uint, readOnly],
  worstPeakMse: [3, uint, readOnly],
}));

/** How good the signals of a cable are; since Linux 7.0. */
export interface Mse extends EthtoolHeader {
  /** How it is measured. Read-only. */
  capabilities?: MseCapabilities;
  /** On pair A. Read-only. */
  channelA?: MseSnapshot;
  /** On pair B. Read-only. */
  channelB?: MseSnapshot;
  /** On pair C. Read-only. */
  channelC?: MseSnapshot;
  /** On pair D. Read-only. */
  channelD?: MseSnapshot;
  /** On the worst pair. Read-only. */
  worstChannel?: MseSnapshot;
  /** On the whole link. Read-only. */
  link?: MseSnapshot;
}

/** Wire form of {@linkcode Mse}: ETHTOOL_A_MSE_*. */
export const Mse: Attributes<Mse> = message<Mse>((): Shape<Omit<Mse, keyof EthtoolHeader>> => ({
  capabilities: [2, MseCapabilities, readOnly],
  channelA: [3, MseSnapshot, readOnly],
  channelB: [4, MseSnapshot, readOnly],
  channelC: [5, MseSnapshot, readOnly],
  channelD: [6, MseSnapshot, readOnly],
  worstChannel: [7, MseSnapshot, readOnly],
  link: [8, MseSnapshot, readOnly],
}));
