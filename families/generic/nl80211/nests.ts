/**
 * The nests in nl80211's attributes: keys, mesh parameters, measurements, wake-up triggers and others.
 *
 * Source: linux/nl80211.h, net/wireless/nl80211.c, v7.2.
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  bool,
  bytes,
  type Codec,
  count64,
  flag,
  i32,
  i64,
  i8,
  type Ifindex,
  ifindex,
  ipv4,
  list,
  mac,
  repeated,
  secretBytes,
  type Shape,
  struct,
  u16,
  u32,
  u64,
  u8,
} from "../../../core/codec/mod.ts";
import {
  type AccessCategory,
  accessCategory,
  type BandRssi,
  bandRssi,
  type ChannelWidth,
  channelWidth,
  type CoalesceCondition,
  coalesceCondition,
  type CqmRssiEvent,
  cqmRssiEvent,
  eitherSize,
  type Iftype,
  IFTYPES,
  KEY_DEFAULT_TYPES,
  type KeyDefaultType,
  keyed,
  type KeyMode,
  keyMode,
  type KeyType,
  keyType,
  type MeasurementStatus,
  measurementStatus,
  type MeshPowerMode,
  meshPowerMode,
  type MpathFlag,
  mpathFlags,
  type NanFuncType,
  nanFuncType,
  numberOr,
  numbers,
  type Preamble,
  preamble,
  ssid,
  type TxRateGi,
  txRateGi,
  type TxRateSetting,
  txRateSetting,
} from "./codecs.ts";
import { elements } from "./elements.ts";
import { Nl80211Message } from "./message.ts";
import { RateInfo } from "./tables.ts";

// Radios.

/** Management frames for a type of interface. */
export interface FrameTypes {
  /** The interface type: NL80211_IFTYPE_*. */
  iftype?: number;
  /** The types and subtypes, as in the frame control field. */
  frameType?: readonly number[];
}

/** Wire form of {@linkcode FrameTypes}: nests of NL80211_ATTR_FRAME_TYPE. */
export const FrameTypes: Attributes<FrameTypes> = attributes((): Shape<FrameTypes> => ({
  iftype: {},
  frameType: [101, repeated(101, u16)],
}));

/** The limit on the number of interfaces of some types. */
export interface InterfaceLimit {
  /** The most interfaces of these types together. */
  max?: number;
  /** The interface types. */
  types?: readonly Iftype[];
}

/** Wire form of {@linkcode InterfaceLimit}: NL80211_IFACE_LIMIT_*. */
export const InterfaceLimit: Attributes<InterfaceLimit> = attributes((): Shape<InterfaceLimit> => ({
  max: [1, u32],
  types: [2, numbers(IFTYPES)],
}));

/** A combination of interfaces that a radio can have at the same time. */
export interface InterfaceCombination {
  /** The limits by interface type. */
  limits?: readonly InterfaceLimit[];
  /** The most interfaces in all. */
  maxnum?: number;
  /** True if access points must have the beacon interval of the network that stations are in. */
  staApBiMatch?: boolean;
  /** The most different channels. */
  numChannels?: number;
  /** Mask of the channel widths on which radar is detected. */
  radarDetectWidths?: number;
  /** Mask of the regions whose radar is detected. */
  radarDetectRegions?: number;
  /** The least greatest common divisor of the interfaces' beacon intervals. */
  biMinGcd?: number;
}

/** Wire form of {@linkcode InterfaceCombination}: NL80211_IFACE_COMB_*. */
export const InterfaceCombination: Attributes<InterfaceCombination> = attributes((): Shape<InterfaceCombination> => ({
  limits: [1, list(InterfaceLimit)],
  maxnum: [2, u32],
  staApBiMatch: [3, flag],
  numChannels: [4, u32],
  radarDetectWidths: [5, u32],
  radarDetectRegions: [6, u32],
  biMinGcd: [7, u32],
}));

/** A frequency range of one of a device's radios. */
export interface RadioFrequencies {
  /** The start, in kHz. */
  start?: number;
  /** The end, in kHz. */
  end?: number;
}

/** Wire form of {@linkcode RadioFrequencies}: NL80211_WIPHY_RADIO_FREQ_ATTR_*. */
export const RadioFrequencies: Attributes<RadioFrequencies> = attributes((): Shape<RadioFrequencies> => ({
  start: [1, u32],
  end: [2, u32],
}));

/** One of the radios of a device that has several. */
export interface WiphyRadio {
  /** The index of the radio. */
  index?: number;
  /** The frequency ranges. */
  freqRange?: readonly RadioFrequencies[];
  /** The combinations of interfaces that it can have at the same time. */
  interfaceCombination?: readonly InterfaceCombination[];
  /** Mask of the antennas. */
  antennaMask?: number;
  /** The size in bytes above which frames use RTS/CTS. */
  rtsThreshold?: number;
}

/** Wire form of {@linkcode WiphyRadio}: NL80211_WIPHY_RADIO_ATTR_*. */
export const WiphyRadio: Attributes<WiphyRadio> = attributes((): Shape<WiphyRadio> => ({
  index: [1, u32],
  freqRange: [2, repeated(2, RadioFrequencies)],
  interfaceCombination: [3, repeated(3, InterfaceCombination)],
  antennaMask: [4, u32],
  rtsThreshold: [5, u32],
}));

/** The AKM suites of some interface types. */
export interface IftypeAkmSuites {
  /** The interface types. */
  iftypes?: readonly Iftype[];
  /** The AKM suites (key management): 0x000fac02 is a pre-shared key. */
  suites?: readonly number[];
}

/** Wire form of {@linkcode IftypeAkmSuites}: NL80211_IFTYPE_AKM_ATTR_*. */
export const IftypeAkmSuites: Attributes<IftypeAkmSuites> = attributes((): Shape<IftypeAkmSuites> => ({
  iftypes: [1, numbers(IFTYPES)],
  suites: [2, array(u32)],
}));

/** The parameters of a transmit queue. */
export interface TxqParams {
  /** The access category. */
  ac?: AccessCategory;
  /** The longest transmission, in units of 32 µs. */
  txop?: number;
  /** The least contention window, 2^n - 1. */
  cwmin?: number;
  /** The greatest contention window, 2^n - 1. */
  cwmax?: number;
  /** The arbitration interframe space, in slots. */
  aifs?: number;
}

/** Wire form of {@linkcode TxqParams}: NL80211_TXQ_ATTR_*. */
export const TxqParams: Attributes<TxqParams> = attributes((): Shape<TxqParams> => ({
  ac: [1, accessCategory],
  txop: [2, u16],
  cwmin: [3, u16],
  cwmax: [4, u16],
  aifs: [5, u8],
}));

/** The allowed transmit rates in a band. */
export interface TxRates {
  /** The band's number, as in {@linkcode Band}. */
  band?: number;
  /** The rates of 802.11a/b/g, in units of 500 kbit/s. */
  legacy?: Uint8Array;
  /** The MCS indices of 802.11n. */
  ht?: Uint8Array;
  /** The MCS masks of 802.11ac, one for each number of streams. */
  vht?: readonly number[];
  /** The guard interval of 802.11n and 802.11ac. */
  gi?: TxRateGi;
  /** The MCS masks of 802.11ax, one for each number of streams. */
  he?: readonly number[];
  /** The guard interval of 802.11ax: 0 is 0.8 µs, 1 is 1.6, 2 is 3.2. */
  heGi?: number;
  /** The long training fields of 802.11ax: 0 is 1x, 1 is 2x, 2 is 4x. */
  heLtf?: number;
  /** The MCS masks of 802.11be, one for each number of streams. */
  eht?: readonly number[];
  /** The guard interval of 802.11be. */
  ehtGi?: number;
  /** The long training fields of 802.11be. */
  ehtLtf?: number;
}

/** Wire form of {@linkcode TxRates}: NL80211_TXRATE_*. */
export const TxRates: Attributes<TxRates> = attributes((): Shape<TxRates> => ({
  band: {},
  legacy: [1, bytes],
  ht: [2, bytes],
  vht: [3, array(u16)],
  gi: [4, txRateGi],
  he: [5, array(u16)],
  heGi: [6, u8],
  heLtf: [7, u8],
  eht: [8, array(u16)],
  ehtGi: [9, u8],
  ehtLtf: [10, u8],
}));

/** The settings of some traffic identifiers. */
export interface TidConfig {
  /** Mask of the settings that an interface supports. */
  vifSupp?: bigint;
  /** Mask of the settings that a peer supports. */
  peerSupp?: bigint;
  /** True to reset the stations' own settings. */
  override?: boolean;
  /** Mask of the traffic identifiers. */
  tids?: number;
  /** Sending without acknowledgement: 0 on, 1 off. */
  noack?: number;
  /** The number of attempts to send a short frame. */
  retryShort?: number;
  /** The number of attempts to send a long frame. */
  retryLong?: number;
  /** Aggregation of frames (A-MPDU): 0 on, 1 off. */
  ampduCtrl?: number;
  /** RTS/CTS: 0 on, 1 off. */
  rtsctsCtrl?: number;
  /** Aggregation within frames (A-MSDU): 0 on, 1 off. */
  amsduCtrl?: number;
  /** The way that transmit rates are chosen. */
  txRateType?: TxRateSetting;
  /** The rates, by band. */
  txRate?: readonly TxRates[];
}

/** Wire form of {@linkcode TidConfig}: NL80211_TID_CONFIG_ATTR_*. */
export const TidConfig: Attributes<TidConfig> = attributes((): Shape<TidConfig> => ({
  vifSupp: [2, u64],
  peerSupp: [3, u64],
  override: [4, flag],
  tids: [5, u16],
  noack: [6, u8],
  retryShort: [7, u8],
  retryLong: [8, u8],
  ampduCtrl: [9, u8],
  rtsctsCtrl: [10, u8],
  amsduCtrl: [11, u8],
  txRateType: [12, txRateSetting],
  txRate: [13, keyed("band", TxRates)],
}), { pad: 1 });

/** A power limit for a frequency range. */
export interface SarRange {
  /** The greatest power, in units of 0.25 dBm. */
  power?: number;
  /** The index of the frequency range. */
  rangeIndex?: number;
  /** The start of the range, in kHz. */
  startFreq?: number;
  /** The end of the range, in kHz. */
  endFreq?: number;
}

/** Wire form of {@linkcode SarRange}: NL80211_SAR_ATTR_SPECS_*. */
export const SarRange: Attributes<SarRange> = attributes((): Shape<SarRange> => ({
  power: [1, i32],
  rangeIndex: [2, u32],
  startFreq: [3, u32],
  endFreq: [4, u32],
}));

/** Transmit power limits for exposure near bodies (SAR). */
export interface SarSpec {
  /** The kind of limits: 0 is power. */
  type?: number;
  /** The limits. */
  specs?: readonly SarRange[];
}

/** Wire form of {@linkcode SarSpec}: NL80211_SAR_ATTR_*. */
export const SarSpec: Attributes<SarSpec> = attributes((): Shape<SarSpec> => ({
  type: [1, u32],
  specs: [2, list(SarRange)],
}));

/** The settings of connection quality monitoring, or its event. */
export interface Cqm {
  /** The thresholds of signal strength, in dBm. */
  rssiThold?: readonly number[];
  /** The hysteresis: the least change for the next event, in dB. */
  rssiHyst?: number;
  /** The direction in which the signal strength crossed a threshold. */
  rssiThresholdEvent?: CqmRssiEvent;
  /** The number of lost packets. */
  pktLossEvent?: number;
  /** The threshold of transmit errors, in per cent. */
  txeRate?: number;
  /** The number of packets that the error rate is computed from. */
  txePkts?: number;
  /** The interval in which the error rate is computed, in s. */
  txeIntvl?: number;
  /** True if beacons were lost. */
  beaconLossEvent?: boolean;
  /** The signal strength, in dBm. */
  rssiLevel?: number;
}

/** Wire form of {@linkcode Cqm}: NL80211_ATTR_CQM_*. */
export const Cqm: Attributes<Cqm> = attributes((): Shape<Cqm> => ({
  rssiThold: [1, array(i32)],
  rssiHyst: [2, u32],
  rssiThresholdEvent: [3, cqmRssiEvent],
  pktLossEvent: [4, u32],
  txeRate: [5, u32],
  txePkts: [6, u32],
  txeIntvl: [7, u32],
  beaconLossEvent: [8, flag],
  rssiLevel: [9, i32],
}));

/** An adjustment of the signal strength in one band, for comparisons. */
export interface RssiAdjust {
  /** The band's number, as in {@linkcode Band}. */
  band?: number;
  /** The adjustment to add, in dB. */
  delta?: number;
}

/** Wire form of {@linkcode RssiAdjust}. */
export const RssiAdjust: Codec<RssiAdjust> = struct(2, (): Shape<RssiAdjust> => ({
  band: [0, u8],
  delta: [1, i8],
}));

/** A vendor's command or event. */
export interface VendorCommand {
  /** The vendor's OUI. */
  vendorId?: number;
  /** The number of the command or event. */
  subcmd?: number;
}

/** Wire form of {@linkcode VendorCommand}. */
export const VendorCommand: Codec<VendorCommand> = struct(8, (): Shape<VendorCommand> => ({
  vendorId: [0, u32],
  subcmd: [4, u32],
}));

// Wake-up triggers.

/** A pattern that packets are compared with. */
export interface PacketPattern {
  /** Mask of the bytes to compare, one bit each. */
  mask?: Uint8Array;
  /** The bytes. */
  pattern?: Uint8Array;
  /** The offset of the bytes in the packet. */
  offset?: number;
}

/** Wire form of {@linkcode PacketPattern}: NL80211_PKTPAT_*. */
export const PacketPattern: Attributes<PacketPattern> = attributes((): Shape<PacketPattern> => ({
  mask: [1, bytes],
  pattern: [2, bytes],
  offset: [3, u32],
}));

/** The limits of packet patterns. */
export interface PatternSupport {
  /** The most patterns. */
  maxPatterns?: number;
  /** The shortest pattern, in bytes. */
  minPatternLen?: number;
  /** The longest pattern, in bytes. */
  maxPatternLen?: number;
  /** The greatest offset, in bytes. */
  maxPktOffset?: number;
}

/** Wire form of {@linkcode PatternSupport}. */
export const PatternSupport: Codec<PatternSupport> = struct(16, (): Shape<PatternSupport> => ({
  maxPatterns: [0, u32],
  minPatternLen: [4, u32],
  maxPatternLen: [8, u32],
  maxPktOffset: [12, u32],
}));

/** A rule by which received packets are coalesced: held back for a while. */
export interface CoalesceRule {
  /** The longest delay, in ms. */
  delay?: number;
  /** The condition: packets that match, or those that do not. */
  condition?: CoalesceCondition;
  /** The patterns. */
  pktPattern?: readonly PacketPattern[];
}

/** Wire form of {@linkcode CoalesceRule}: NL80211_ATTR_COALESCE_RULE_*. */
export const CoalesceRule: Attributes<CoalesceRule> = attributes((): Shape<CoalesceRule> => ({
  delay: [1, u32],
  condition: [2, coalesceCondition],
  pktPattern: [3, list(PacketPattern)],
}));

/** The limits of coalescing rules. */
export interface CoalesceSupport {
  /** The most rules. */
  maxRules?: number;
  /** The most patterns in a rule. */
  maxPatterns?: number;
  /** The shortest pattern, in bytes. */
  minPatternLen?: number;
  /** The longest pattern, in bytes. */
  maxPatternLen?: number;
  /** The greatest offset, in bytes. */
  maxPktOffset?: number;
  /** The longest delay, in ms. */
  maxDelay?: number;
}

/** Wire form of {@linkcode CoalesceSupport}. */
export const CoalesceSupport: Codec<CoalesceSupport> = struct(24, (): Shape<CoalesceSupport> => ({
  maxRules: [0, u32],
  maxPatterns: [4, u32],
  minPatternLen: [8, u32],
  maxPatternLen: [12, u32],
  maxPktOffset: [16, u32],
  maxDelay: [20, u32],
}));

/** A sequence number in the payload of a wake-up connection. */
export interface WowlanTcpSeq {
  /** The first number. */
  start?: number;
  /** The offset in the payload, in bytes. */
  offset?: number;
  /** The length, in bytes. */
  len?: number;
}

/** Wire form of {@linkcode WowlanTcpSeq}. */
export const WowlanTcpSeq: Codec<WowlanTcpSeq> = struct(12, (): Shape<WowlanTcpSeq> => ({
  start: [0, u32],
  offset: [4, u32],
  len: [8, u32],
}));

/** A TCP connection that the device keeps alive while the machine sleeps. */
export interface WowlanTcp {
  /** The source IPv4 address. */
  srcIpv4?: string;
  /** The destination IPv4 address. */
  dstIpv4?: string;
  /** The destination MAC address. */
  dstMac?: string;
  /** The source port. */
  srcPort?: number;
  /** The destination port. */
  dstPort?: number;
  /** The payload that is sent at each interval. */
  dataPayload?: Uint8Array;
  /** The sequence number in the payload. */
  dataPayloadSeq?: WowlanTcpSeq;
  /** The tokens in the payload: their offset and length, 32 bits each, then the tokens. */
  dataPayloadToken?: Uint8Array;
  /** The interval of sending, in s. */
  dataInterval?: number;
  /** The payload that wakes the machine. */
  wakePayload?: Uint8Array;
  /** Mask of its bytes to compare, one bit each. */
  wakeMask?: Uint8Array;
}

/** Wire form of {@linkcode WowlanTcp}: NL80211_WOWLAN_TCP_*. */
export const WowlanTcp: Attributes<WowlanTcp> = attributes((): Shape<WowlanTcp> => ({
  srcIpv4: [1, ipv4],
  dstIpv4: [2, ipv4],
  dstMac: [3, mac],
  srcPort: [4, u16],
  dstPort: [5, u16],
  dataPayload: [6, bytes],
  dataPayloadSeq: [7, WowlanTcpSeq],
  dataPayloadToken: [8, bytes],
  dataInterval: [9, u32],
  wakePayload: [10, bytes],
  wakeMask: [11, bytes],
}));

/** The limits of wake-up connections. */
export interface WowlanTcpSupport {
  /** The longest payload, in bytes. */
  dataPayload?: number;
  /** True if the payload may have a sequence number. */
  dataPayloadSeq?: boolean;
  /** The limits of tokens: least and greatest length, and bytes in all, 32 bits each. */
  dataPayloadToken?: Uint8Array;
  /** The longest interval, in s. */
  dataInterval?: number;
  /** The longest wake-up payload, in bytes. */
  wakePayload?: number;
}

/** Wire form of {@linkcode WowlanTcpSupport}: NL80211_WOWLAN_TCP_*. */
export const WowlanTcpSupport: Attributes<WowlanTcpSupport> = attributes((): Shape<WowlanTcpSupport> => ({
  dataPayload: [6, u32],
  dataPayloadSeq: [7, flag],
  dataPayloadToken: [8, bytes],
  dataInterval: [9, u32],
  wakePayload: [10, u32],
}));

/** The wake-up triggers, or the one that woke the machine. */
export interface Wowlan {
  /** Wake up on any activity. */
  any?: boolean;
  /** Wake up when the connection ends. */
  disconnect?: boolean;
  /** Wake up on a magic packet. */
  magicPkt?: boolean;
  /** Wake up on packets with these patterns; in an event, the index of the pattern. */
  pktPattern?: number | readonly PacketPattern[];
  /** Wake up if group keys cannot be renewed. */
  gtkRekeyFailure?: boolean;
  /** Wake up on an EAP identity request. */
  eapIdentRequest?: boolean;
  /** Wake up on a 4-way handshake. */
  "4wayHandshake"?: boolean;
  /** Wake up when the radio's switch (rfkill) is released. */
  rfkillRelease?: boolean;
  /** The 802.11 frame that woke the machine; may be truncated. */
  wakeupPkt80211?: Uint8Array;
  /** Its full length in bytes, if it is truncated. */
  wakeupPkt80211Len?: number;
  /** The Ethernet packet that woke the machine; may be truncated. */
  wakeupPkt8023?: Uint8Array;
  /** Its full length in bytes, if it is truncated. */
  wakeupPkt8023Len?: number;
  /** The TCP connection to keep alive. */
  tcpConnection?: WowlanTcp;
  /** The wake-up payload arrived on the connection. */
  wakeupTcpMatch?: boolean;
  /** The connection was lost. */
  wakeupTcpConnlost?: boolean;
  /** The connection has used all its tokens. */
  wakeupTcpNomoretokens?: boolean;
  /** Wake up when a network is found: the settings of a scheduled scan. */
  netDetect?: Nl80211Message;
  /** The networks that were found. */
  netDetectResults?: readonly Nl80211Message[];
  /** An unprotected deauthentication or disassociation frame arrived. */
  unprotectedDeauthDisassoc?: boolean;
}

/** Wire form of {@linkcode Wowlan}: NL80211_WOWLAN_TRIG_*. */
export const Wowlan: Attributes<Wowlan> = attributes((): Shape<Wowlan> => ({
  any: [1, flag],
  disconnect: [2, flag],
  magicPkt: [3, flag],
  pktPattern: [4, numberOr(list(PacketPattern))],
  gtkRekeyFailure: [6, flag],
  eapIdentRequest: [7, flag],
  "4wayHandshake": [8, flag],
  rfkillRelease: [9, flag],
  wakeupPkt80211: [10, bytes],
  wakeupPkt80211Len: [11, u32],
  wakeupPkt8023: [12, bytes],
  wakeupPkt8023Len: [13, u32],
  tcpConnection: [14, WowlanTcp],
  wakeupTcpMatch: [15, flag],
  wakeupTcpConnlost: [16, flag],
  wakeupTcpNomoretokens: [17, flag],
  netDetect: [18, Nl80211Message],
  netDetectResults: [19, list(Nl80211Message)],
  unprotectedDeauthDisassoc: [20, flag],
}));

/** The wake-up triggers that a radio supports. */
export interface WowlanSupport {
  /** Any activity. */
  any?: boolean;
  /** The end of the connection. */
  disconnect?: boolean;
  /** A magic packet. */
  magicPkt?: boolean;
  /** Packet patterns, within these limits. */
  pktPattern?: PatternSupport;
  /** The device renews group keys while the machine sleeps. */
  gtkRekeySupported?: boolean;
  /** A failure to renew group keys. */
  gtkRekeyFailure?: boolean;
  /** An EAP identity request. */
  eapIdentRequest?: boolean;
  /** A 4-way handshake. */
  "4wayHandshake"?: boolean;
  /** The release of the radio's switch (rfkill). */
  rfkillRelease?: boolean;
  /** A TCP connection that is kept alive, within these limits. */
  tcpConnection?: WowlanTcpSupport;
  /** Found networks: the most match sets. */
  netDetect?: number;
}

/** Wire form of {@linkcode WowlanSupport}: NL80211_WOWLAN_TRIG_*. */
export const WowlanSupport: Attributes<WowlanSupport> = attributes((): Shape<WowlanSupport> => ({
  any: [1, flag],
  disconnect: [2, flag],
  magicPkt: [3, flag],
  pktPattern: [4, PatternSupport],
  gtkRekeySupported: [5, flag],
  gtkRekeyFailure: [6, flag],
  eapIdentRequest: [7, flag],
  "4wayHandshake": [8, flag],
  rfkillRelease: [9, flag],
  tcpConnection: [14, WowlanTcpSupport],
  netDetect: [18, u32],
}));

/** The keys with which the device renews group keys. */
export interface RekeyData {
  /** The key encryption key. */
  kek?: Uint8Array;
  /** The key confirmation key. */
  kck?: Uint8Array;
  /** The last replay counter. */
  replayCtr?: Uint8Array;
  /** The AKM suite (key management). */
  akm?: number;
}

/** Wire form of {@linkcode RekeyData}: NL80211_REKEY_DATA_*. */
export const RekeyData: Attributes<RekeyData> = attributes((): Shape<RekeyData> => ({
  kek: [1, secretBytes],
  kck: [2, secretBytes],
  replayCtr: [3, bytes],
  akm: [4, u32],
}));

// Scans.

/** A plan of a scheduled scan. */
export interface SchedScanPlan {
  /** The interval between scans, in s. */
  interval?: number;
  /** The number of scans; endless when absent. */
  iterations?: number;
}

/** Wire form of {@linkcode SchedScanPlan}: NL80211_SCHED_SCAN_PLAN_*. */
export const SchedScanPlan: Attributes<SchedScanPlan> = attributes((): Shape<SchedScanPlan> => ({
  interval: [1, u32],
  iterations: [2, u32],
}));

/** A match set of a scheduled scan: the conditions on a network. */
export interface SchedScanMatch {
  /** The SSID. */
  ssid?: string;
  /** The least signal strength, in dBm. */
  rssi?: number;
  /** The least improvement on the current network, in dB. */
  relativeRssi?: number;
  /** An adjustment of that comparison for one band. */
  rssiAdjust?: RssiAdjust;
  /** The MAC address of the access point. */
  bssid?: string;
  /** The least signal strength by band. */
  perBandRssi?: readonly BandRssi[];
}

/** Wire form of {@linkcode SchedScanMatch}: NL80211_SCHED_SCAN_MATCH_ATTR_*. */
export const SchedScanMatch: Attributes<SchedScanMatch> = attributes((): Shape<SchedScanMatch> => ({
  ssid: [1, ssid],
  rssi: [2, i32],
  relativeRssi: [3, i8],
  rssiAdjust: [4, RssiAdjust],
  bssid: [5, mac],
  perBandRssi: [6, bandRssi],
}));

/** The survey of a channel: its noise and use. */
export interface SurveyInfo {
  /** The channel's frequency, in MHz. */
  frequency?: number;
  /** The noise, in dBm. */
  noise?: number;
  /** True if it is the channel in use. */
  inUse?: boolean;
  /** The time that the radio was on the channel, in ms. */
  time?: number;
  /** The time that the channel was busy, in ms. */
  timeBusy?: number;
  /** The time that the extension channel was busy, in ms. */
  timeExtBusy?: number;
  /** The time spent receiving, in ms. */
  timeRx?: number;
  /** The time spent transmitting, in ms. */
  timeTx?: number;
  /** The time spent scanning, in ms. */
  timeScan?: number;
  /** The time spent receiving from the own network, in ms. */
  timeBssRx?: number;
  /** The offset to add to `frequency`, in kHz. */
  frequencyOffset?: number;
}

/** Wire form of {@linkcode SurveyInfo}: NL80211_SURVEY_INFO_*. */
export const SurveyInfo: Attributes<SurveyInfo> = attributes((): Shape<SurveyInfo> => ({
  frequency: [1, u32],
  noise: [2, i8],
  inUse: [3, flag],
  time: [4, count64],
  timeBusy: [5, count64],
  timeExtBusy: [6, count64],
  timeRx: [7, count64],
  timeTx: [8, count64],
  timeScan: [9, count64],
  timeBssRx: [11, count64],
  frequencyOffset: [12, u32],
}), { pad: 10 });

// Connections.

/** The criterion by which the driver chooses the best network. */
export interface BssSelect {
  /** By signal strength. */
  rssi?: boolean;
  /** By band first: the number of the preferred band. */
  bandPref?: number;
  /** By signal strength, adjusted for one band. */
  rssiAdjust?: RssiAdjust;
}

/** Wire form of {@linkcode BssSelect}: NL80211_BSS_SELECT_ATTR_*. */
export const BssSelect: Attributes<BssSelect> = attributes((): Shape<BssSelect> => ({
  rssi: [1, flag],
  bandPref: [2, u32],
  rssiAdjust: [3, RssiAdjust],
}));

/** A key. */
export interface Key {
  /** The bytes of the key. */
  data?: Uint8Array;
  /** The index of the key. */
  idx?: number;
  /** The cipher: 0x000fac04 is CCMP. */
  cipher?: number;
  /** The sequence number: that of the last packet. */
  seq?: Uint8Array;
  /** True if it is the default key. */
  default?: boolean;
  /** True if it is the default key for management frames. */
  defaultMgmt?: boolean;
  /** The kind of receivers that the key is for. */
  type?: KeyType;
  /** The kinds of frames for which it is the default key. */
  defaultTypes?: readonly (KeyDefaultType | number)[];
  /** The directions that the key is used in. */
  mode?: KeyMode;
  /** True if it is the default key for beacons. */
  defaultBeacon?: boolean;
  /** The seed of the secure training fields (LTF) in measurements. */
  ltfSeed?: Uint8Array;
}

/** Wire form of {@linkcode Key}: NL80211_KEY_*. */
export const Key: Attributes<Key> = attributes((): Shape<Key> => ({
  data: [1, secretBytes],
  idx: [2, u8],
  cipher: [3, u32],
  seq: [4, bytes],
  default: [5, flag],
  defaultMgmt: [6, flag],
  type: [7, keyType],
  defaultTypes: [8, numbers(KEY_DEFAULT_TYPES)],
  mode: [9, keyMode],
  defaultBeacon: [10, flag],
  ltfSeed: [11, secretBytes],
}));

/** An access point that is a candidate for preauthentication. */
export interface PmksaCandidate {
  /** Its rank; 0 is the best. */
  index?: number;
  /** The MAC address. */
  bssid?: string;
  /** True if the access point supports preauthentication. */
  preauth?: boolean;
}

/** Wire form of {@linkcode PmksaCandidate}: NL80211_PMKSA_CANDIDATE_*. */
export const PmksaCandidate: Attributes<PmksaCandidate> = attributes((): Shape<PmksaCandidate> => ({
  index: [1, u32],
  bssid: [2, mac],
  preauth: [3, flag],
}));

// Access points and stations.

/** The settings of a network that a radio can apply. */
export interface BssParam {
  /** True if it can protect frames with CTS. */
  bssCtsProt?: boolean;
  /** True if it can use short preambles. */
  bssShortPreamble?: boolean;
  /** True if it can use short slots. */
  bssShortSlotTime?: boolean;
  /** True if it can set the rates that stations must support. */
  bssBasicRates?: boolean;
  /** True if it can isolate stations from each other. */
  apIsolate?: boolean;
  /** True if it can set the operation mode of 802.11n. */
  bssHtOpmode?: boolean;
  /** True if it can set the client traffic window of a P2P group owner. */
  p2pCtwindow?: boolean;
  /** True if it can use opportunistic power saving. */
  p2pOppps?: boolean;
}

/** Wire form of {@linkcode BssParam}: NL80211_ATTR_*. */
export const BssParam: Attributes<BssParam> = attributes((): Shape<BssParam> => ({
  bssCtsProt: [28, flag],
  bssShortPreamble: [29, flag],
  bssShortSlotTime: [30, flag],
  bssBasicRates: [36, flag],
  apIsolate: [96, flag],
  bssHtOpmode: [109, flag],
  p2pCtwindow: [162, flag],
  p2pOppps: [163, flag],
}));

/** The U-APSD settings of a station. */
export interface StaWme {
  /** Mask of the access categories with U-APSD. */
  uapsdQueues?: number;
  /** The most frames in a service period. */
  maxSp?: number;
}

/** Wire form of {@linkcode StaWme}: NL80211_STA_WME_*. */
export const StaWme: Attributes<StaWme> = attributes((): Shape<StaWme> => ({
  uapsdQueues: [1, u8],
  maxSp: [2, u8],
}));

/** The settings of a responder to distance measurements (FTM). */
export interface FtmResponder {
  /** True if the responder is on. */
  enabled?: boolean;
  /** The location as coordinates (LCI). */
  lci?: Uint8Array;
  /** The location as a civic address. */
  civicloc?: Uint8Array;
}

/** Wire form of {@linkcode FtmResponder}: NL80211_FTM_RESP_ATTR_*. */
export const FtmResponder: Attributes<FtmResponder> = attributes((): Shape<FtmResponder> => ({
  enabled: [1, flag],
  lci: [2, bytes],
  civicloc: [3, bytes],
}));

/** The statistics of a responder to distance measurements. */
export interface FtmResponderStats {
  /** Number of successful sessions. */
  successNum?: number;
  /** Number of partly successful sessions. */
  partialNum?: number;
  /** Number of failed sessions. */
  failedNum?: number;
  /** Number of sessions that started at once (ASAP). */
  asapNum?: number;
  /** Number of sessions that started later. */
  nonAsapNum?: number;
  /** Total duration of the sessions, in ms. */
  totalDurationMsec?: number;
  /** Number of triggers from unknown stations. */
  unknownTriggersNum?: number;
  /** Number of requests to reschedule. */
  rescheduleRequestsNum?: number;
  /** Number of triggers outside of the agreed window. */
  outOfWindowTriggersNum?: number;
}

/** Wire form of {@linkcode FtmResponderStats}: NL80211_FTM_STATS_*. */
export const FtmResponderStats: Attributes<FtmResponderStats> = attributes((): Shape<FtmResponderStats> => ({
  successNum: [1, u32],
  partialNum: [2, u32],
  failedNum: [3, u32],
  asapNum: [4, u32],
  nonAsapNum: [5, u32],
  totalDurationMsec: [6, count64],
  unknownTriggersNum: [7, u32],
  rescheduleRequestsNum: [8, u32],
  outOfWindowTriggersNum: [9, u32],
}), { pad: 10 });

/** The settings of spatial reuse (OBSS PD) beside neighbouring networks. */
export interface HeObssPd {
  /** The least offset, in dB. */
  minOffset?: number;
  /** The greatest offset, in dB. */
  maxOffset?: number;
  /** The greatest offset for networks outside of the group (SRG), in dB. */
  nonSrgMaxOffset?: number;
  /** Mask of the BSS colors in the group. */
  bssColorBitmap?: Uint8Array;
  /** Mask of the partial BSSIDs in the group. */
  partialBssidBitmap?: Uint8Array;
  /** The spatial reuse control bits to announce. */
  srCtrl?: number;
}

/** Wire form of {@linkcode HeObssPd}: NL80211_HE_OBSS_PD_ATTR_*. */
export const HeObssPd: Attributes<HeObssPd> = attributes((): Shape<HeObssPd> => ({
  minOffset: [1, u8],
  maxOffset: [2, u8],
  nonSrgMaxOffset: [3, u8],
  bssColorBitmap: [4, bytes],
  partialBssidBitmap: [5, bytes],
  srCtrl: [6, u8],
}));

/** The BSS color of a network. */
export interface HeBssColor {
  /** The color, 1..63. */
  color?: number;
  /** True if the color is disabled. */
  disabled?: boolean;
  /** True if association identifiers are derived from the color (partial BSS color). */
  partial?: boolean;
}

/** Wire form of {@linkcode HeBssColor}: NL80211_HE_BSS_COLOR_ATTR_*. */
export const HeBssColor: Attributes<HeBssColor> = attributes((): Shape<HeBssColor> => ({
  color: [1, u8],
  disabled: [2, flag],
  partial: [3, flag],
}));

/** The settings of FILS discovery frames between beacons. */
export interface FilsDiscovery {
  /** The least interval, in units of 1.024 ms. */
  intMin?: number;
  /** The greatest interval, in units of 1.024 ms. */
  intMax?: number;
  /** The frame's template. */
  tmpl?: Uint8Array;
}

/** Wire form of {@linkcode FilsDiscovery}: NL80211_FILS_DISCOVERY_ATTR_*. */
export const FilsDiscovery: Attributes<FilsDiscovery> = attributes((): Shape<FilsDiscovery> => ({
  intMin: [1, u32],
  intMax: [2, u32],
  tmpl: [3, bytes],
}));

/** The settings of unsolicited broadcast probe responses. */
export interface UnsolBcastProbeResp {
  /** The interval, in units of 1.024 ms. */
  int?: number;
  /** The frame's template. */
  tmpl?: Uint8Array;
}

/** Wire form of {@linkcode UnsolBcastProbeResp}: NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_*. */
export const UnsolBcastProbeResp: Attributes<UnsolBcastProbeResp> = attributes((): Shape<UnsolBcastProbeResp> => ({
  int: [1, u32],
  tmpl: [2, bytes],
}));

/** The settings of several networks that share a beacon (MBSSID). */
export interface MbssidConfig {
  /** The most networks. */
  maxInterfaces?: number;
  /** The most beacons in a period of EMA. */
  maxEmaProfilePeriodicity?: number;
  /** The index of the network. */
  index?: number;
  /** The number of the interface that sends the beacons. */
  txIfindex?: Ifindex;
  /** True if the networks are spread over several beacons (EMA). */
  ema?: boolean;
  /** The number of the link that sends the beacons. */
  txLinkId?: number;
}

/** Wire form of {@linkcode MbssidConfig}: NL80211_MBSSID_CONFIG_ATTR_*. */
export const MbssidConfig: Attributes<MbssidConfig> = attributes((): Shape<MbssidConfig> => ({
  maxInterfaces: [1, u8],
  maxEmaProfilePeriodicity: [2, u8],
  index: [3, u8],
  txIfindex: [4, ifindex],
  ema: [5, flag],
  txLinkId: [6, u8],
}));

/** A short beacon, below 1 GHz (S1G). */
export interface S1gShortBeacon {
  /** The part before the elements. */
  head?: Uint8Array;
  /** The elements. */
  tail?: Uint8Array;
}

/** Wire form of {@linkcode S1gShortBeacon}: NL80211_S1G_SHORT_BEACON_ATTR_*. */
export const S1gShortBeacon: Attributes<S1gShortBeacon> = attributes((): Shape<S1gShortBeacon> => ({
  head: [1, bytes],
  tail: [2, elements],
}));

// Meshes.

/** The parameters of a mesh. */
export interface MeshConfig {
  /** The time to wait for an answer to a request for a peer link, in ms. */
  retryTimeout?: number;
  /** The time to wait for a confirmation, in ms. */
  confirmTimeout?: number;
  /** The time that a link being closed is kept, in ms. */
  holdingTimeout?: number;
  /** The most peer links. */
  maxPeerLinks?: number;
  /** The most attempts to open a peer link. */
  maxRetries?: number;
  /** The time to live of frames, in hops. */
  ttl?: number;
  /** The time to live of elements, in hops. */
  elementTtl?: number;
  /** True if peer links are opened automatically. */
  autoOpenPlinks?: boolean;
  /** The most attempts to find a path. */
  hwmpMaxPreqRetries?: number;
  /** The time after which a path is refreshed, in ms. */
  pathRefreshTime?: number;
  /** The time to wait for a path, in ms. */
  minDiscoveryTimeout?: number;
  /** The lifetime of a path, in units of 1.024 ms. */
  hwmpActivePathTimeout?: number;
  /** The least interval between path requests, in units of 1.024 ms. */
  hwmpPreqMinInterval?: number;
  /** The time that a frame takes across the whole mesh, in units of 1.024 ms. */
  hwmpNetDiamTrvsTime?: number;
  /** The root mode, as 802.11 numbers it. */
  hwmpRootmode?: number;
  /** The interval between root announcements, in units of 1.024 ms. */
  hwmpRannInterval?: number;
  /** True if it announces itself as a gate. */
  gateAnnouncements?: boolean;
  /** The least interval between path errors, in units of 1.024 ms. */
  hwmpPerrMinInterval?: number;
  /** True if it forwards frames. */
  forwarding?: boolean;
  /** The least signal strength of a peer, in dBm. */
  rssiThreshold?: number;
  /** The most neighbours whose clocks are followed. */
  syncOffsetMaxNeighbor?: number;
  /** The operation mode of 802.11n: the protection of older stations. */
  htOpmode?: number;
  /** The lifetime of the path to a root, in units of 1.024 ms. */
  hwmpPathToRootTimeout?: number;
  /** The interval between a root's path requests, in units of 1.024 ms. */
  hwmpRootInterval?: number;
  /** The least interval between confirmations to a root, in units of 1.024 ms. */
  hwmpConfirmationInterval?: number;
  /** The power mode. */
  powerMode?: MeshPowerMode;
  /** The time it stays awake after its beacon, in units of 1.024 ms. */
  awakeWindow?: number;
  /** The time after which a silent peer is removed, in s. */
  plinkTimeout?: number;
  /** True if it is connected to a gate. */
  connectedToGate?: boolean;
  /** True if it learns no paths from frames that it forwards. */
  nolearn?: boolean;
  /** True if it is connected to an authentication server. */
  connectedToAs?: boolean;
}

/** Wire form of {@linkcode MeshConfig}: NL80211_MESHCONF_*. */
export const MeshConfig: Attributes<MeshConfig> = attributes((): Shape<MeshConfig> => ({
  retryTimeout: [1, u16],
  confirmTimeout: [2, u16],
  holdingTimeout: [3, u16],
  maxPeerLinks: [4, u16],
  maxRetries: [5, u8],
  ttl: [6, u8],
  elementTtl: [15, u8],
  autoOpenPlinks: [7, bool(u8)],
  hwmpMaxPreqRetries: [8, u8],
  pathRefreshTime: [9, u32],
  minDiscoveryTimeout: [10, u16],
  hwmpActivePathTimeout: [11, u32],
  hwmpPreqMinInterval: [12, u16],
  hwmpNetDiamTrvsTime: [13, u16],
  hwmpRootmode: [14, u8],
  hwmpRannInterval: [16, u16],
  gateAnnouncements: [17, bool(u8)],
  hwmpPerrMinInterval: [18, u16],
  forwarding: [19, bool(u8)],
  rssiThreshold: [20, i32],
  syncOffsetMaxNeighbor: [21, u32],
  htOpmode: [22, eitherSize(u16, u32)],
  hwmpPathToRootTimeout: [23, u32],
  hwmpRootInterval: [24, u16],
  hwmpConfirmationInterval: [25, u16],
  powerMode: [26, meshPowerMode],
  awakeWindow: [27, u16],
  plinkTimeout: [28, u32],
  connectedToGate: [29, bool(u8)],
  nolearn: [30, bool(u8)],
  connectedToAs: [31, bool(u8)],
}));

/** The parameters for joining a mesh. */
export interface MeshSetup {
  /** True if a vendor's path selection is used. */
  enableVendorPathSel?: boolean;
  /** True if a vendor's path metric is used. */
  enableVendorMetric?: boolean;
  /** The information elements of the vendor's protocols. */
  ie?: Uint8Array;
  /** True if a program does the authentication. */
  userspaceAuth?: boolean;
  /** True if a program does the peering exchange that sets keys (AMPE). */
  userspaceAmpe?: boolean;
  /** True if a vendor's synchronization is used. */
  enableVendorSync?: boolean;
  /** True if a program manages peer links. */
  userspaceMpm?: boolean;
  /** The authentication protocol: 0 none, 1 SAE. */
  authProtocol?: number;
}

/** Wire form of {@linkcode MeshSetup}: NL80211_MESH_SETUP_*. */
export const MeshSetup: Attributes<MeshSetup> = attributes((): Shape<MeshSetup> => ({
  enableVendorPathSel: [1, bool(u8)],
  enableVendorMetric: [2, bool(u8)],
  ie: [3, elements],
  userspaceAuth: [4, flag],
  userspaceAmpe: [5, flag],
  enableVendorSync: [6, bool(u8)],
  userspaceMpm: [7, flag],
  authProtocol: [8, u8],
}));

/** The properties of a path through a mesh. */
export interface MpathInfo {
  /** The number of frames queued for it. */
  frameQlen?: number;
  /** The sequence number of the target. */
  sn?: number;
  /** The metric. */
  metric?: number;
  /** The time until it expires, in ms. */
  exptime?: number;
  /** The flags. */
  flags?: readonly MpathFlag[];
  /** The time to wait for an answer to a path request, in ms. */
  discoveryTimeout?: number;
  /** The number of attempts to find it. */
  discoveryRetries?: number;
  /** The number of hops. */
  hopCount?: number;
  /** The number of changes. */
  pathChange?: number;
}

/** Wire form of {@linkcode MpathInfo}: NL80211_MPATH_INFO_*. */
export const MpathInfo: Attributes<MpathInfo> = attributes((): Shape<MpathInfo> => ({
  frameQlen: [1, u32],
  sn: [2, u32],
  metric: [3, u32],
  exptime: [4, u32],
  flags: [5, mpathFlags],
  discoveryTimeout: [6, u32],
  discoveryRetries: [7, u8],
  hopCount: [8, u8],
  pathChange: [9, u32],
}));

// Peer measurements.

/** The capabilities of distance measurements (FTM). */
export interface FtmCapabilities {
  /** Sessions that start at once (ASAP) are supported. */
  asap?: boolean;
  /** Sessions that start later are supported. */
  nonAsap?: boolean;
  /** The location as coordinates (LCI) can be requested. */
  reqLci?: boolean;
  /** The location as a civic address can be requested. */
  reqCivicloc?: boolean;
  /** Mask of the supported preambles. */
  preambles?: number;
  /** Mask of the supported channel widths. */
  bandwidths?: number;
  /** The most bursts, as an exponent of two. */
  maxBurstsExponent?: number;
  /** The most frames in a burst. */
  maxFtmsPerBurst?: number;
  /** Trigger-based measurements are supported. */
  triggerBased?: boolean;
  /** Non-trigger-based measurements are supported. */
  nonTriggerBased?: boolean;
  /** Measurements at 6 GHz are supported. */
  "6ghzSupport"?: boolean;
  /** The most repetitions of training fields (LTF) that it sends. */
  maxTxLtfRep?: number;
  /** The most repetitions of training fields (LTF) that it receives. */
  maxRxLtfRep?: number;
  /** The most streams that it sends. */
  maxTxSts?: number;
  /** The most streams that it receives. */
  maxRxSts?: number;
  /** The most training fields (LTF) that it sends in all. */
  maxTotalLtfTx?: number;
  /** The most training fields (LTF) that it receives in all. */
  maxTotalLtfRx?: number;
  /** The responder's role is supported. */
  rstaSupport?: boolean;
  /** The capabilities as initiator. */
  istaCaps?: FtmCapabilities;
  /** The capabilities as responder. */
  rstaCaps?: FtmCapabilities;
  /** Non-trigger-based measurements are supported in this role. */
  supportNtb?: boolean;
  /** Trigger-based measurements are supported in this role. */
  supportTb?: boolean;
  /** Measurements in turn with other traffic (EDCA) are supported in this role. */
  supportEdca?: boolean;
  /** The uses that are supported. */
  typeCaps?: FtmTypeCapabilities;
  /** Both roles are supported at the same time. */
  concurrentIstaRstaSupport?: boolean;
  /** The number of transmit antennas. */
  maxNumTxAntennas?: number;
  /** The number of receive antennas. */
  maxNumRxAntennas?: number;
  /** The least interval of EDCA measurements, in ms. */
  minIntervalEdca?: number;
  /** The least interval of non-trigger-based measurements, in ms. */
  minIntervalNtb?: number;
  /** Mask of the preambles for proximity detection. */
  pdPreambles?: number;
  /** Mask of the channel widths for proximity detection. */
  pdBandwidths?: number;
}

/** Wire form of {@linkcode FtmCapabilities}: NL80211_PMSR_FTM_CAPA_ATTR_*. */
export const FtmCapabilities: Attributes<FtmCapabilities> = attributes((): Shape<FtmCapabilities> => ({
  asap: [1, flag],
  nonAsap: [2, flag],
  reqLci: [3, flag],
  reqCivicloc: [4, flag],
  preambles: [5, u32],
  bandwidths: [6, u32],
  maxBurstsExponent: [7, u32],
  maxFtmsPerBurst: [8, u32],
  triggerBased: [9, flag],
  nonTriggerBased: [10, flag],
  "6ghzSupport": [11, flag],
  maxTxLtfRep: [12, u32],
  maxRxLtfRep: [13, u32],
  maxTxSts: [14, u32],
  maxRxSts: [15, u32],
  maxTotalLtfTx: [16, u32],
  maxTotalLtfRx: [17, u32],
  rstaSupport: [18, flag],
  istaCaps: [19, FtmCapabilities],
  rstaCaps: [20, FtmCapabilities],
  supportNtb: [21, flag],
  supportTb: [22, flag],
  supportEdca: [23, flag],
  typeCaps: [24, FtmTypeCapabilities],
  concurrentIstaRstaSupport: [25, flag],
  maxNumTxAntennas: [26, u8],
  maxNumRxAntennas: [27, u8],
  minIntervalEdca: [28, u32],
  minIntervalNtb: [29, u32],
  pdPreambles: [30, u32],
  pdBandwidths: [31, u32],
}));

/** The uses of distance measurements that are supported. */
export interface FtmTypeCapabilities {
  /** Measurements between stations and access points. */
  infraSupport?: boolean;
  /** Proximity detection. */
  pdSupport?: boolean;
}

/** Wire form of {@linkcode FtmTypeCapabilities}: NL80211_PMSR_FTM_TYPE_CAPA_ATTR_*. */
export const FtmTypeCapabilities: Attributes<FtmTypeCapabilities> = attributes((): Shape<FtmTypeCapabilities> => ({
  infraSupport: [1, flag],
  pdSupport: [2, flag],
}));

/** A request for a distance measurement (FTM). */
export interface FtmRequest {
  /** Start at once (ASAP). */
  asap?: boolean;
  /** The preamble to use. */
  preamble?: Preamble;
  /** The number of bursts, as an exponent of two. */
  numBurstsExp?: number;
  /** The interval between bursts, in units of 100 ms. */
  burstPeriod?: number;
  /** The duration of a burst, as 802.11 numbers it; 15 is no preference. */
  burstDuration?: number;
  /** The number of frames in a burst. */
  ftmsPerBurst?: number;
  /** The most attempts to start a session. */
  numFtmrRetries?: number;
  /** Request the peer's location as coordinates (LCI). */
  requestLci?: boolean;
  /** Request the peer's location as a civic address. */
  requestCivicloc?: boolean;
  /** Measure with triggers. */
  triggerBased?: boolean;
  /** Measure without triggers. */
  nonTriggerBased?: boolean;
  /** Send the result to the peer. */
  lmrFeedback?: boolean;
  /** The BSS color of the peer's network. */
  bssColor?: number;
  /** Act as the responder. */
  rsta?: boolean;
  /** The least interval between measurements, in units of 100 µs. */
  minTimeBetweenMeasurements?: number;
  /** The greatest interval between measurements, in units of 10 ms. */
  maxTimeBetweenMeasurements?: number;
  /** The nominal interval between measurements, in ms. */
  nominalTime?: number;
  /** The duration of the availability window, in ms. */
  awDuration?: number;
  /** The number of measurements. */
  numMeasurements?: number;
  /** Report when the peer comes nearer than this, in mm. */
  ingress?: bigint;
  /** Report when the peer goes farther away than this, in mm. */
  egress?: bigint;
  /** Report nothing else. */
  pdSuppressResults?: boolean;
}

/** Wire form of {@linkcode FtmRequest}: NL80211_PMSR_FTM_REQ_ATTR_*. */
export const FtmRequest: Attributes<FtmRequest> = attributes((): Shape<FtmRequest> => ({
  asap: [1, flag],
  preamble: [2, preamble],
  numBurstsExp: [3, u8],
  burstPeriod: [4, u16],
  burstDuration: [5, u8],
  ftmsPerBurst: [6, u8],
  numFtmrRetries: [7, u8],
  requestLci: [8, flag],
  requestCivicloc: [9, flag],
  triggerBased: [10, flag],
  nonTriggerBased: [11, flag],
  lmrFeedback: [12, flag],
  bssColor: [13, u8],
  rsta: [14, flag],
  minTimeBetweenMeasurements: [15, u32],
  maxTimeBetweenMeasurements: [16, u32],
  nominalTime: [17, u32],
  awDuration: [18, u32],
  numMeasurements: [19, u32],
  ingress: [21, u64],
  egress: [22, u64],
  pdSuppressResults: [23, flag],
}), { pad: 20 });

/** The result of a distance measurement. */
export interface FtmResult {
  /** The reason for a failure: NL80211_PMSR_FTM_FAILURE_*. */
  failReason?: number;
  /** The index of the burst. */
  burstIndex?: number;
  /** The number of frames sent. */
  numFtmrAttempts?: number;
  /** The number of frames acknowledged. */
  numFtmrSuccesses?: number;
  /** The time after which a busy peer may be asked again, in s. */
  busyRetryTime?: number;
  /** The number of bursts, as an exponent of two. */
  numBurstsExp?: number;
  /** The duration of a burst, as 802.11 numbers it. */
  burstDuration?: number;
  /** The number of frames in a burst. */
  ftmsPerBurst?: number;
  /** The average signal strength, in units of 0.5 dBm. */
  rssiAvg?: number;
  /** The spread of the signal strength, in units of 0.5 dB. */
  rssiSpread?: number;
  /** The rate of the frames sent. */
  txRate?: RateInfo;
  /** The rate of the frames received. */
  rxRate?: RateInfo;
  /** The average round trip time, in ps. */
  rttAvg?: bigint;
  /** The variance of the round trip time, in ps². */
  rttVariance?: bigint;
  /** The spread of the round trip time, in ps. */
  rttSpread?: bigint;
  /** The average distance, in mm. */
  distAvg?: bigint;
  /** The variance of the distance, in mm². */
  distVariance?: bigint;
  /** The spread of the distance, in mm. */
  distSpread?: bigint;
  /** The peer's location as coordinates (LCI). */
  lci?: Uint8Array;
  /** The peer's location as a civic address. */
  civicloc?: Uint8Array;
  /** The interval between bursts, in units of 100 ms. */
  burstPeriod?: number;
  /** The number of repetitions of training fields (LTF) sent. */
  txLtfRepetitionCount?: number;
  /** The number of repetitions of training fields (LTF) received. */
  rxLtfRepetitionCount?: number;
  /** The greatest interval between measurements, in units of 10 ms. */
  maxTimeBetweenMeasurements?: number;
  /** The least interval between measurements, in units of 100 µs. */
  minTimeBetweenMeasurements?: number;
  /** The number of spatial streams sent. */
  numTxSpatialStreams?: number;
  /** The number of spatial streams received. */
  numRxSpatialStreams?: number;
  /** The nominal interval between measurements, in ms. */
  nominalTime?: number;
  /** The duration of the peer's availability window, in ms. */
  availabilityWindow?: number;
  /** The channel's width. */
  channelWidth?: ChannelWidth;
  /** The preamble. */
  preamble?: Preamble;
  /** True if the result is that of the previous measurement (delayed report). */
  isDelayedLmr?: boolean;
}

/** Wire form of {@linkcode FtmResult}: NL80211_PMSR_FTM_RESP_ATTR_*. */
export const FtmResult: Attributes<FtmResult> = attributes((): Shape<FtmResult> => ({
  failReason: [1, u32],
  burstIndex: [2, u32],
  numFtmrAttempts: [3, u32],
  numFtmrSuccesses: [4, u32],
  busyRetryTime: [5, u32],
  numBurstsExp: [6, u8],
  burstDuration: [7, u8],
  ftmsPerBurst: [8, u8],
  rssiAvg: [9, i32],
  rssiSpread: [10, i32],
  txRate: [11, RateInfo],
  rxRate: [12, RateInfo],
  rttAvg: [13, i64],
  rttVariance: [14, u64],
  rttSpread: [15, u64],
  distAvg: [16, i64],
  distVariance: [17, u64],
  distSpread: [18, u64],
  lci: [19, bytes],
  civicloc: [20, bytes],
  burstPeriod: [22, u16],
  txLtfRepetitionCount: [23, u32],
  rxLtfRepetitionCount: [24, u32],
  maxTimeBetweenMeasurements: [25, u32],
  minTimeBetweenMeasurements: [26, u32],
  numTxSpatialStreams: [27, u8],
  numRxSpatialStreams: [28, u8],
  nominalTime: [29, u32],
  availabilityWindow: [30, eitherSize(u8, u32)],
  channelWidth: [31, channelWidth],
  preamble: [32, preamble],
  isDelayedLmr: [33, flag],
}), { pad: 21 });

/** The parameters of a measurement. */
export interface MeasurementData {
  /** By round trip time (FTM). */
  ftm?: FtmRequest;
}

/** Wire form of {@linkcode MeasurementData}: NL80211_PMSR_TYPE_*. */
export const MeasurementData: Attributes<MeasurementData> = attributes((): Shape<MeasurementData> => ({
  ftm: [1, FtmRequest],
}));

/** A request for a measurement. */
export interface MeasurementRequest {
  /** The parameters. */
  data?: MeasurementData;
  /** True to return the access point's clock too. */
  getApTsf?: boolean;
}

/** Wire form of {@linkcode MeasurementRequest}: NL80211_PMSR_REQ_ATTR_*. */
export const MeasurementRequest: Attributes<MeasurementRequest> = attributes((): Shape<MeasurementRequest> => ({
  data: [1, MeasurementData],
  getApTsf: [2, flag],
}));

/** The result of a measurement. */
export interface MeasurementResult {
  /** By round trip time (FTM). */
  ftm?: FtmResult;
}

/** Wire form of {@linkcode MeasurementResult}: NL80211_PMSR_TYPE_*. */
export const MeasurementResult: Attributes<MeasurementResult> = attributes((): Shape<MeasurementResult> => ({
  ftm: [1, FtmResult],
}));

/** A response to a request for a measurement. */
export interface MeasurementResponse {
  /** The result. */
  data?: MeasurementResult;
  /** The outcome. */
  status?: MeasurementStatus;
  /** The time, in ns since boot. */
  hostTime?: bigint;
  /** The time by the access point's clock, in µs. */
  apTsf?: bigint;
  /** True if it is the last response. */
  final?: boolean;
}

/** Wire form of {@linkcode MeasurementResponse}: NL80211_PMSR_RESP_ATTR_*. */
export const MeasurementResponse: Attributes<MeasurementResponse> = attributes((): Shape<MeasurementResponse> => ({
  data: [1, MeasurementResult],
  status: [2, measurementStatus],
  hostTime: [3, u64],
  apTsf: [4, u64],
  final: [5, flag],
}), { pad: 6 });

/** A peer whose distance is measured. */
export interface MeasurementPeer {
  /** The MAC address. */
  addr?: string;
  /** The channel. */
  chan?: Nl80211Message;
  /** The request. */
  req?: MeasurementRequest;
  /** The response. */
  resp?: MeasurementResponse;
  /** The use of the measurement: 0 an access point or station, 1 proximity detection. */
  reqType?: number;
}

/** Wire form of {@linkcode MeasurementPeer}: NL80211_PMSR_PEER_ATTR_*. */
export const MeasurementPeer: Attributes<MeasurementPeer> = attributes((): Shape<MeasurementPeer> => ({
  addr: [1, mac],
  chan: [2, Nl80211Message],
  req: [3, MeasurementRequest],
  resp: [4, MeasurementResponse],
  reqType: [5, u32],
}));

/** The measurements that a radio supports. */
export interface MeasurementTypes {
  /** By round trip time (FTM). */
  ftm?: FtmCapabilities;
}

/** Wire form of {@linkcode MeasurementTypes}: NL80211_PMSR_TYPE_*. */
export const MeasurementTypes: Attributes<MeasurementTypes> = attributes((): Shape<MeasurementTypes> => ({
  ftm: [1, FtmCapabilities],
}));

/** Measurements of peers, or a radio's limits of them. */
export interface PeerMeasurements {
  /** The most peers at the same time. */
  maxPeers?: number;
  /** True if the access point's clock can be returned. */
  reportApTsf?: boolean;
  /** True if the MAC address can be randomized. */
  randomizeMacAddr?: boolean;
  /** The supported measurements. */
  typeCapa?: MeasurementTypes;
  /** The peers. */
  peers?: readonly MeasurementPeer[];
  /** The most peers at the same time as initiator. */
  maxPeerIstaRole?: number;
  /** The most peers at the same time as responder. */
  maxPeerRstaRole?: number;
}

/** Wire form of {@linkcode PeerMeasurements}: NL80211_PMSR_ATTR_*. */
export const PeerMeasurements: Attributes<PeerMeasurements> = attributes((): Shape<PeerMeasurements> => ({
  maxPeers: [1, u32],
  reportApTsf: [2, flag],
  randomizeMacAddr: [3, flag],
  typeCapa: [4, MeasurementTypes],
  peers: [5, list(MeasurementPeer)],
  maxPeerIstaRole: [6, u32],
  maxPeerRstaRole: [7, u32],
}));

// NAN (neighbour awareness networking).

/** The service response filter: the devices that may answer. */
export interface NanSrf {
  /** True if the matching devices may answer, false if all others. */
  include?: boolean;
  /** The Bloom filter of their MAC addresses. */
  bf?: Uint8Array;
  /** The index of the Bloom filter's hash functions. */
  bfIdx?: number;
  /** Their MAC addresses. */
  macAddrs?: readonly string[];
}

/** Wire form of {@linkcode NanSrf}: NL80211_NAN_SRF_*. */
export const NanSrf: Attributes<NanSrf> = attributes((): Shape<NanSrf> => ({
  include: [1, flag],
  bf: [2, bytes],
  bfIdx: [3, u8],
  macAddrs: [4, list(mac)],
}));

/** A NAN function: a service that is published or subscribed, or a message about one. */
export interface NanFunc {
  /** The kind of function. */
  type?: NanFuncType;
  /** The hash of the service's name. */
  serviceId?: Uint8Array;
  /** The kind of publishing, as a mask: 1 solicited, 2 unsolicited. */
  publishType?: number;
  /** True if solicited announcements go to all. */
  publishBcast?: boolean;
  /** True if a subscription actively searches. */
  subscribeActive?: boolean;
  /** The identifier of the function that a message belongs to. */
  followUpId?: number;
  /** The peer's identifier of that function. */
  followUpReqId?: number;
  /** The MAC address that the message goes to. */
  followUpDest?: string;
  /** True if only devices close by count. */
  closeRange?: boolean;
  /** The lifetime in discovery windows. */
  ttl?: number;
  /** The service specific information. */
  serviceInfo?: Uint8Array;
  /** The devices that may answer. */
  srf?: NanSrf;
  /** The filters that a peer's announcement must match. */
  rxMatchFilter?: readonly Uint8Array[];
  /** The filters that are sent to peers. */
  txMatchFilter?: readonly Uint8Array[];
  /** The identifier of the function. */
  instanceId?: number;
  /** The reason for its end: 0 a request, 1 its lifetime, 2 an error. */
  termReason?: number;
}

/** Wire form of {@linkcode NanFunc}: NL80211_NAN_FUNC_*. */
export const NanFunc: Attributes<NanFunc> = attributes((): Shape<NanFunc> => ({
  type: [1, nanFuncType],
  serviceId: [2, bytes],
  publishType: [3, u8],
  publishBcast: [4, flag],
  subscribeActive: [5, flag],
  followUpId: [6, u8],
  followUpReqId: [7, u8],
  followUpDest: [8, mac],
  closeRange: [9, flag],
  ttl: [10, u32],
  serviceInfo: [11, bytes],
  srf: [12, NanSrf],
  rxMatchFilter: [13, list(bytes)],
  txMatchFilter: [14, list(bytes)],
  instanceId: [15, u8],
  termReason: [16, u8],
}));

/** A match of NAN functions. */
export interface NanMatch {
  /** The own function. */
  funcLocal?: NanFunc;
  /** The peer's function. */
  funcPeer?: NanFunc;
}

/** Wire form of {@linkcode NanMatch}: NL80211_NAN_MATCH_*. */
export const NanMatch: Attributes<NanMatch> = attributes((): Shape<NanMatch> => ({
  funcLocal: [1, NanFunc],
  funcPeer: [2, NanFunc],
}));

/** The configuration of NAN in a band. */
export interface NanBandConfig {
  /** The band's number, as in {@linkcode Band}. */
  band?: number;
  /** The discovery channel, in MHz. */
  freq?: number;
  /** The signal strength of close devices, in dBm. */
  rssiClose?: number;
  /** The signal strength of devices at a middle distance, in dBm. */
  rssiMiddle?: number;
  /** The wake-up interval: every 2^(n - 1)th discovery window; 0 is never. */
  wakeDw?: number;
  /** True if the band is not scanned. */
  disableScan?: boolean;
}

/** Wire form of {@linkcode NanBandConfig}: NL80211_NAN_BAND_CONF_*. */
export const NanBandConfig: Attributes<NanBandConfig> = attributes((): Shape<NanBandConfig> => ({
  band: [1, u8],
  freq: [2, u16],
  rssiClose: [3, i8],
  rssiMiddle: [4, i8],
  wakeDw: [5, u8],
  disableScan: [6, flag],
}));

/** The configuration of NAN. */
export interface NanConfig {
  /** The cluster's identifier. */
  clusterId?: Uint8Array;
  /** The additional attributes of beacons. */
  extraAttrs?: Uint8Array;
  /** The vendor specific elements of beacons. */
  vendorElems?: Uint8Array;
  /** The configurations by band. */
  bandConfigs?: readonly NanBandConfig[];
  /** The interval between scans, in s. */
  scanPeriod?: number;
  /** The time that a scan stays on a channel, in units of 1.024 ms. */
  scanDwellTime?: number;
  /** The interval between discovery beacons, in units of 1.024 ms. */
  discoveryBeaconInterval?: number;
  /** True if events report discovery windows. */
  notifyDw?: boolean;
}

/** Wire form of {@linkcode NanConfig}: NL80211_NAN_CONF_*. */
export const NanConfig: Attributes<NanConfig> = attributes((): Shape<NanConfig> => ({
  clusterId: [1, bytes],
  extraAttrs: [2, bytes],
  vendorElems: [3, elements],
  bandConfigs: [4, list(NanBandConfig)],
  scanPeriod: [5, u16],
  scanDwellTime: [6, u16],
  discoveryBeaconInterval: [7, u8],
  notifyDw: [8, flag],
}));

/** The radio capabilities for NAN data. */
export interface NanPhy {
  /** The MCS set of 802.11n. */
  htMcsSet?: Uint8Array;
  /** The capabilities of 802.11n, as bits. */
  htCapa?: number;
  /** The greatest A-MPDU length of 802.11n, as an exponent. */
  htAmpduFactor?: number;
  /** The least spacing of frames in an A-MPDU of 802.11n, as 802.11 numbers it. */
  htAmpduDensity?: number;
  /** The MCS set of 802.11ac. */
  vhtMcsSet?: Uint8Array;
  /** The capabilities of 802.11ac, as bits. */
  vhtCapa?: number;
  /** The MAC capabilities of 802.11ax. */
  heMac?: Uint8Array;
  /** The PHY capabilities of 802.11ax. */
  hePhy?: Uint8Array;
  /** The MCS set of 802.11ax. */
  heMcsSet?: Uint8Array;
  /** The PPE thresholds of 802.11ax. */
  hePpe?: Uint8Array;
}

/** Wire form of {@linkcode NanPhy}: NL80211_NAN_PHY_CAP_ATTR_*. */
export const NanPhy: Attributes<NanPhy> = attributes((): Shape<NanPhy> => ({
  htMcsSet: [1, bytes],
  htCapa: [2, u16],
  htAmpduFactor: [3, u8],
  htAmpduDensity: [4, u8],
  vhtMcsSet: [5, bytes],
  vhtCapa: [6, u32],
  heMac: [7, bytes],
  hePhy: [8, bytes],
  heMcsSet: [9, bytes],
  hePpe: [10, bytes],
}));

/** The NAN capabilities of a radio. */
export interface NanCapabilities {
  /** True if programs can configure the synchronization. */
  configurableSync?: boolean;
  /** True if the discovery engine runs in a program. */
  userspaceDe?: boolean;
  /** The operation modes, as a mask. */
  opMode?: number;
  /** The number of antennas: transmit in the low half of the byte, receive in the high half. */
  numAntennas?: number;
  /** The longest time of a channel switch, in µs. */
  maxChannelSwitchTime?: number;
  /** Further capabilities, as a mask. */
  capabilities?: number;
  /** The radio capabilities for NAN data. */
  phy?: NanPhy;
}

/** Wire form of {@linkcode NanCapabilities}: NL80211_NAN_CAPA_*. */
export const NanCapabilities: Attributes<NanCapabilities> = attributes((): Shape<NanCapabilities> => ({
  configurableSync: [1, flag],
  userspaceDe: [2, flag],
  opMode: [3, u8],
  numAntennas: [4, u8],
  maxChannelSwitchTime: [5, u16],
  capabilities: [6, u8],
  phy: [7, NanPhy],
}));

/** A map of a peer's schedule. */
export interface NanPeerMap {
  /** The identifier of the map. */
  mapId?: number;
  /** The channel of each time slot, as an index; 255 is none. */
  timeSlots?: Uint8Array;
}

/** Wire form of {@linkcode NanPeerMap}: NL80211_NAN_PEER_MAP_ATTR_*. */
export const NanPeerMap: Attributes<NanPeerMap> = attributes((): Shape<NanPeerMap> => ({
  mapId: [1, u8],
  timeSlots: [2, bytes],
}));
