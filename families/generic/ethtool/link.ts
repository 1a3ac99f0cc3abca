/**
 * ethtool's messages about a link: modes, state, energy, error correction, power, PHYs.
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

/** The type of the port. */
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

/** The crossing of a cable's pairs. */
export type TpMdix = "mdi_invalid" | "mdi" | "mdi_x" | "mdi_auto" | number;

const tpMdix: Codec<TpMdix> = enumeration(u8, { mdi_invalid: 0, mdi: 1, mdi_x: 2, mdi_auto: 3 });

/** The place of the transceiver. */
export type Transceiver = "internal" | "external" | number;

const transceiver: Codec<Transceiver> = enumeration(u8, { internal: 0, external: 1 });

/** The duplex mode: one direction at a time, or both. */
export type Duplex = "half" | "full" | "unknown" | number;

const duplex: Codec<Duplex> = enumeration(u8, { half: 0, full: 1, unknown: 255 });

/** The speed in Mbit/s. */
export type Speed = number | "unknown";

const speed: Codec<Speed> = enumeration(u32, { unknown: 0xffffffff });

/** The setting for which end provides the clock. */
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

/** The end that provides the clock. */
export type MasterSlaveState = "unsupported" | "unknown" | "master" | "slave" | "err" | number;

const masterSlaveState: Codec<MasterSlaveState> = enumeration(u8, {
  unsupported: 0,
  unknown: 1,
  master: 2,
  slave: 3,
  err: 4,
});

/** The way that a PHY adapts the speeds of its two sides. */
export type RateMatching = "none" | "pause" | "crs" | "open_loop" | number;

const rateMatching: Codec<RateMatching> = enumeration(u8, { none: 0, pause: 1, crs: 2, open_loop: 3 });

/** The reason why there is no link. */
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

/** The state of the verification of MAC merge. */
export type MmVerifyStatus = "unknown" | "initial" | "verifying" | "succeeded" | "failed" | "disabled" | number;

const verifyStatus: Codec<MmVerifyStatus> = enumeration(u8, {
  unknown: 0,
  initial: 1,
  verifying: 2,
  succeeded: 3,
  failed: 4,
  disabled: 5,
});

/** The administrative state of a port's power. */
export type PseAdminState = "unknown" | "disabled" | "enabled" | number;

const adminState: Codec<PseAdminState> = enumeration(u32, { unknown: 1, disabled: 2, enabled: 3 });

/** The power state of a single-pair port (PoDL). */
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

/** The power state of a port (clause 33). */
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

/** The reason why a port provides no power. */
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

/** The device that a PHY is attached to. */
export type PhyUpstream = "mac" | "phy" | number;

const upstream: Codec<PhyUpstream> = enumeration(u32, { mac: 0, phy: 1 });

/** A power event of a port. */
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

/** The port and wiring of a link. */
export interface LinkInfo extends EthtoolHeader {
  /** The type of the port. */
  port?: EthtoolPort;
  /** The address of the PHY. */
  phyaddr?: number;
  /** The crossing of the pairs. Read-only. */
  tpMdix?: TpMdix;
  /** The setting for the crossing of the pairs. */
  tpMdixCtrl?: TpMdix;
  /** The place of the transceiver. Read-only. */
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

/** The mode of a link: speed, duplex, autonegotiation. */
export interface LinkModes extends EthtoolHeader {
  /** True if both ends negotiate the mode. */
  autoneg?: boolean;
  /** The supported modes as mask; those that are advertised as value. */
  ours?: Bitset;
  /** The modes that the peer advertises. Read-only. */
  peer?: Bitset;
  /** The speed in Mbit/s. */
  speed?: Speed;
  /** The duplex mode. */
  duplex?: Duplex;
  /** The setting for which end provides the clock. */
  masterSlaveCfg?: MasterSlaveCfg;
  /** The end that provides the clock. Read-only. */
  masterSlaveState?: MasterSlaveState;
  /** The number of lanes, 1 to 8. */
  lanes?: number;
  /** The way that the PHY adapts the speeds of its two sides. Read-only. */
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

/** The state of a link. */
export interface LinkState extends EthtoolHeader {
  /** True if there is a link. Read-only. */
  link?: boolean;
  /** The signal quality index. Read-only. */
  sqi?: number;
  /** The greatest signal quality index. Read-only. */
  sqiMax?: number;
  /** The reason why there is no link. Read-only. */
  extState?: LinkExtState;
  /** The detailed reason: ETHTOOL_LINK_EXT_SUBSTATE_* of the state. Read-only. */
  extSubstate?: number;
  /** The number of times that the link went down. Read-only. */
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

/** The settings of Energy Efficient Ethernet (EEE). */
export interface Eee extends EthtoolHeader {
  /** The modes that support EEE as mask; those that are advertised as value. */
  modesOurs?: Bitset;
  /** The modes that the peer advertises. Read-only. */
  modesPeer?: Bitset;
  /** True if EEE is in use. Read-only. */
  active?: boolean;
  /** True if EEE is enabled. */
  enabled?: boolean;
  /** True if the transmitter may sleep (low power idle). */
  txLpiEnabled?: boolean;
  /** The idle time before it sleeps, in µs. */
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

/** The number of blocks in a bin of a histogram, by errors per block. */
export interface FecHist {
  /** The fewest errors of the bin. Read-only. */
  binLow?: number;
  /** The most errors of the bin. Read-only. */
  binHigh?: number;
  /** The number of blocks. Read-only. */
  binVal?: number;
  /** The number of blocks of each lane. Read-only. */
  binValPerLane?: readonly number[];
}

/** Wire form of {@linkcode FecHist}: ETHTOOL_A_FEC_HIST_*. */
export const FecHist: Attributes<FecHist> = attributes((): Shape<FecHist> => ({
  binLow: [2, u32, readOnly],
  binHigh: [3, u32, readOnly],
  binVal: [4, uint, readOnly],
  binValPerLane: [5, array(count64), readOnly],
}), { pad: 1 });

/** The statistics of error correction. Each list holds the total, then the value of each lane. */
export interface FecStat {
  /** Number of blocks corrected. Read-only. */
  corrected?: readonly number[];
  /** Number of blocks that could not be corrected. Read-only. */
  uncorr?: readonly number[];
  /** Number of bits corrected. Read-only. */
  corrBits?: readonly number[];
  /** The histogram of blocks by errors. Read-only. */
  hist?: readonly FecHist[];
}

/** Wire form of {@linkcode FecStat}: ETHTOOL_A_FEC_STAT_*. */
export const FecStat: Attributes<FecStat> = attributes((): Shape<FecStat> => ({
  corrected: [2, array(count64), readOnly],
  uncorr: [3, array(count64), readOnly],
  corrBits: [4, array(count64), readOnly],
  hist: [5, repeated(5, FecHist), readOnly],
}), { pad: 1 });

/** The settings of forward error correction (FEC). */
export interface Fec extends EthtoolHeader {
  /** The modes that may be used. */
  modes?: Bitset;
  /** True if the device chooses the mode. */
  auto?: boolean;
  /** The mode in use, as a bit of the link modes. Read-only. */
  active?: number;
  /** The statistics; with `headerFlags: ["stats"]`. Read-only. */
  stats?: FecStat;
}

/** Wire form of {@linkcode Fec}: ETHTOOL_A_FEC_*. */
export const Fec: Attributes<Fec> = message<Fec>((): Shape<Omit<Fec, keyof EthtoolHeader>> => ({
  modes: [2, bitset],
  auto: [3, bool(u8)],
  active: [4, u32, readOnly],
  stats: [5, FecStat, readOnly],
}));

/** The statistics of MAC merge. */
export interface MmStat {
  /** Number of frames that could not be reassembled. Read-only. */
  reassemblyErrors?: number;
  /** Number of fragments with a wrong start delimiter. Read-only. */
  smdErrors?: number;
  /** Number of frames reassembled. Read-only. */
  reassemblyOk?: number;
  /** Number of fragments received. Read-only. */
  rxFragCount?: number;
  /** Number of fragments sent. Read-only. */
  txFragCount?: number;
  /** Number of times that the transmitter held preemptible frames. Read-only. */
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

/** The settings of MAC merge: urgent frames may interrupt (preempt) others. */
export interface Mm extends EthtoolHeader {
  /** True if the preemptible MAC receives. */
  pmacEnabled?: boolean;
  /** True if the transmitter may preempt frames. */
  txEnabled?: boolean;
  /** True if it does preempt frames. Read-only. */
  txActive?: boolean;
  /** The least size of a fragment that it sends, in bytes. */
  txMinFragSize?: number;
  /** The least size of a fragment that it can receive, in bytes. Read-only. */
  rxMinFragSize?: number;
  /** True if it verifies first that the peer supports MAC merge. */
  verifyEnabled?: boolean;
  /** The state of the verification. Read-only. */
  verifyStatus?: MmVerifyStatus;
  /** The time to wait for the verification, in ms. */
  verifyTime?: number;
  /** The greatest value of `verifyTime`, in ms. Read-only. */
  maxVerifyTime?: number;
  /** The statistics; with `headerFlags: ["stats"]`. Read-only. */
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

/** The settings of PLCA: stations on a shared pair take turns. */
export interface Plca extends EthtoolHeader {
  /** The version of PLCA that the PHY supports. Read-only. */
  version?: number;
  /** True if PLCA is enabled. */
  enabled?: boolean;
  /** True if the beacon of PLCA is received. Read-only. */
  status?: boolean;
  /** The number of stations. */
  nodeCnt?: number;
  /** The number of this station; 0 sends the beacon. */
  nodeId?: number;
  /** The time that a station may stay silent in its turn, in bit times. */
  toTmr?: number;
  /** The number of additional frames that a station may send in its turn. */
  burstCnt?: number;
  /** The longest pause between those frames, in bit times. */
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

/** A range of power limits. */
export interface PsePwLimit {
  /** The least limit, in mW. Read-only. */
  min?: number;
  /** The greatest limit, in mW. Read-only. */
  max?: number;
}

/** Wire form of {@linkcode PsePwLimit}: ETHTOOL_A_C33_PSE_PW_LIMIT_*. */
export const PsePwLimit: Attributes<PsePwLimit> = attributes((): Shape<PsePwLimit> => ({
  min: [1, u32, readOnly],
  max: [2, u32, readOnly],
}));

/** The settings of Power over Ethernet. */
export interface Pse extends EthtoolHeader {
  /** The administrative state of a single-pair port. Read-only. */
  podlPseAdminState?: PseAdminState;
  /** The setting for the power of a single-pair port. */
  podlPseAdminControl?: PseAdminState;
  /** The power state of a single-pair port. Read-only. */
  podlPsePwDStatus?: PodlPseStatus;
  /** The administrative state of a port. Read-only. */
  c33PseAdminState?: PseAdminState;
  /** The setting for the power of a port. */
  c33PseAdminControl?: PseAdminState;
  /** The power state of a port. Read-only. */
  c33PsePwDStatus?: C33PseStatus;
  /** The power class of the powered device. Read-only. */
  c33PsePwClass?: number;
  /** The power that the device takes, in mW. Read-only. */
  c33PseActualPw?: number;
  /** The reason why the port provides no power. Read-only. */
  c33PseExtState?: C33PseExtState;
  /** The detailed reason: ETHTOOL_C33_PSE_EXT_SUBSTATE_* of the state. Read-only. */
  c33PseExtSubstate?: number;
  /** The limit of the power that may be taken, in mW. */
  c33PseAvailPwLimit?: number;
  /** The ranges of that limit. Read-only. */
  c33PsePwLimitRanges?: readonly PsePwLimit[];
  /** The power domain (supply) of the port. Read-only. */
  psePwDId?: number;
  /** The lowest priority that a port of the domain can have. Read-only. */
  psePrioMax?: number;
  /** The priority of the port; 0 is the highest. */
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

/** A power event of a port. */
export interface PseEventMessage extends EthtoolHeader {
  /** The kinds of the event. */
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
  /** The index of the PHY. Read-only. */
  index?: number;
  /** The name of the driver. Read-only. */
  drvname?: string;
  /** The name of the PHY. Read-only. */
  name?: string;
  /** The kind of device that it is attached to. Read-only. */
  upstreamType?: PhyUpstream;
  /** The index of the PHY that it is attached to. Read-only. */
  upstreamIndex?: number;
  /** The SFP cage that it is in. Read-only. */
  upstreamSfpName?: string;
  /** The SFP cage that is attached to it. Read-only. */
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

/** The scale and timing of the mean square error. */
export interface MseCapabilities {
  /** The greatest value of averages. Read-only. */
  maxAverageMse?: number;
  /** The greatest value of peaks. Read-only. */
  maxPeakMse?: number;
  /** The interval of measurements, in ps. Read-only. */
  refreshRatePs?: number;
  /** The number of symbols in a measurement. Read-only. */
  numSymbols?: number;
}

/** Wire form of {@linkcode MseCapabilities}: ETHTOOL_A_MSE_CAPABILITIES_*. */
export const MseCapabilities: Attributes<MseCapabilities> = attributes((): Shape<MseCapabilities> => ({
  maxAverageMse: [1, uint, readOnly],
  maxPeakMse: [2, uint, readOnly],
  refreshRatePs: [3, uint, readOnly],
  numSymbols: [4, uint, readOnly],
}));

/** The mean square error of a signal, in units of the PHY. */
export interface MseSnapshot {
  /** The average. Read-only. */
  averageMse?: number;
  /** The recent peak. Read-only. */
  peakMse?: number;
  /** The greatest peak so far. Read-only. */
  worstPeakMse?: number;
}

/** Wire form of {@linkcode MseSnapshot}: ETHTOOL_A_MSE_SNAPSHOT_*. */
export const MseSnapshot: Attributes<MseSnapshot> = attributes((): Shape<MseSnapshot> => ({
  averageMse: [1, uint, readOnly],
  peakMse: [2, uint, readOnly],
  worstPeakMse: [3, uint, readOnly],
}));

/** The signal quality of a cable, as mean square errors; since Linux 7.0. */
export interface Mse extends EthtoolHeader {
  /** The scale and timing. Read-only. */
  capabilities?: MseCapabilities;
  /** The error on pair A. Read-only. */
  channelA?: MseSnapshot;
  /** The error on pair B. Read-only. */
  channelB?: MseSnapshot;
  /** The error on pair C. Read-only. */
  channelC?: MseSnapshot;
  /** The error on pair D. Read-only. */
  channelD?: MseSnapshot;
  /** The error on the worst pair. Read-only. */
  worstChannel?: MseSnapshot;
  /** The error of the whole link. Read-only. */
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
