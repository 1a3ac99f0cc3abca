/**
 * What nl80211's attributes hold that are nests: keys, meshes, measurements, what wakes the machine.
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
  ifindex,
  ipv4,
  list,
  mac,
  repeated,
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

/** Management frames, by what an interface is for. */
export interface FrameTypes {
  /** What the interface is for: NL80211_IFTYPE_*. */
  iftype?: number;
  /** Types and subtypes, as 802.11 has them. */
  frameType?: readonly number[];
}

/** Wire form of {@linkcode FrameTypes}: nests of NL80211_ATTR_FRAME_TYPE. */
export const FrameTypes: Attributes<FrameTypes> = attributes((): Shape<FrameTypes> => ({
  iftype: {},
  frameType: [101, repeated(101, u16)],
}));

/** How many interfaces of some kinds. */
export interface InterfaceLimit {
  /** As many. */
  max?: number;
  /** Of these, together. */
  types?: readonly Iftype[];
}

/** Wire form of {@linkcode InterfaceLimit}: NL80211_IFACE_LIMIT_*. */
export const InterfaceLimit: Attributes<InterfaceLimit> = attributes((): Shape<InterfaceLimit> => ({
  max: [1, u32],
  types: [2, numbers(IFTYPES)],
}));

/** Interfaces that a radio can have at once. */
export interface InterfaceCombination {
  /** How many of which. */
  limits?: readonly InterfaceLimit[];
  /** How many in all. */
  maxnum?: number;
  /** Whether access points need the beacon interval of the network that stations are in. */
  staApBiMatch?: boolean;
  /** On as many channels. */
  numChannels?: number;
  /** Widths with which radar is heard, as bits. */
  radarDetectWidths?: number;
  /** Regions whose radar is heard, as bits. */
  radarDetectRegions?: number;
  /** Least common divisor of beacon intervals. */
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

/** Frequencies of a part of a radio. */
export interface RadioFrequencies {
  /** From, in kHz. */
  start?: number;
  /** To, in kHz. */
  end?: number;
}

/** Wire form of {@linkcode RadioFrequencies}: NL80211_WIPHY_RADIO_FREQ_ATTR_*. */
export const RadioFrequencies: Attributes<RadioFrequencies> = attributes((): Shape<RadioFrequencies> => ({
  start: [1, u32],
  end: [2, u32],
}));

/** A part of a wiphy that stands for several radios. */
export interface WiphyRadio {
  /** Its number. */
  index?: number;
  /** Its frequencies. */
  freqRange?: readonly RadioFrequencies[];
  /** Interfaces that it can have at once. */
  interfaceCombination?: readonly InterfaceCombination[];
  /** Its antennas, as bits. */
  antennaMask?: number;
  /** Longer frames are asked for. */
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

/** Kinds of keys by what an interface is for. */
export interface IftypeAkmSuites {
  /** What it is for. */
  iftypes?: readonly Iftype[];
  /** Kinds of keys: 0x000fac02 is a password. */
  suites?: readonly number[];
}

/** Wire form of {@linkcode IftypeAkmSuites}: NL80211_IFTYPE_AKM_ATTR_*. */
export const IftypeAkmSuites: Attributes<IftypeAkmSuites> = attributes((): Shape<IftypeAkmSuites> => ({
  iftypes: [1, numbers(IFTYPES)],
  suites: [2, array(u32)],
}));

/** How a queue waits for its turn. */
export interface TxqParams {
  /** The queue. */
  ac?: AccessCategory;
  /** How long a turn may be, in 32 µs. */
  txop?: number;
  /** Least window, 2^n - 1. */
  cwmin?: number;
  /** Greatest window, 2^n - 1. */
  cwmax?: number;
  /** Slots to wait. */
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

/** Rates that may be sent with in a band. */
export interface TxRates {
  /** The band, as in {@linkcode Band}. */
  band?: number;
  /** Rates of 802.11a/b/g, in 500 kbit/s. */
  legacy?: Uint8Array;
  /** Numbers of MCS of 802.11n. */
  ht?: Uint8Array;
  /** MCS of 802.11ac as bits, for each number of streams. */
  vht?: readonly number[];
  /** Guard interval of both. */
  gi?: TxRateGi;
  /** MCS of 802.11ax as bits, for each number of streams. */
  he?: readonly number[];
  /** Guard interval of it: 0 is 0.8 µs, 1 is 1.6, 2 is 3.2. */
  heGi?: number;
  /** Long training fields of it: 0 is 1x, 1 is 2x, 2 is 4x. */
  heLtf?: number;
  /** MCS of 802.11be as bits, for each number of streams. */
  eht?: readonly number[];
  /** Guard interval of it. */
  ehtGi?: number;
  /** Long training fields of it. */
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

/** Settings of some priorities. */
export interface TidConfig {
  /** What can be set for an interface, as bits. */
  vifSupp?: bigint;
  /** What can be set for a station, as bits. */
  peerSupp?: bigint;
  /** Whether stations' own settings end. */
  override?: boolean;
  /** The priorities, as bits. */
  tids?: number;
  /** Frames without acknowledgement: 0 on, 1 off. */
  noack?: number;
  /** Tries to send a short frame. */
  retryShort?: number;
  /** Tries to send a long one. */
  retryLong?: number;
  /** Aggregates of frames: 0 on, 1 off. */
  ampduCtrl?: number;
  /** Frames that are asked for: 0 on, 1 off. */
  rtsctsCtrl?: number;
  /** Aggregates within frames: 0 on, 1 off. */
  amsduCtrl?: number;
  /** Who decides on rates. */
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

/** A limit of power on some frequencies. */
export interface SarRange {
  /** Greatest power, in 0.25 dBm. */
  power?: number;
  /** Number of the frequencies. */
  rangeIndex?: number;
  /** From, in kHz. */
  startFreq?: number;
  /** To, in kHz. */
  endFreq?: number;
}

/** Wire form of {@linkcode SarRange}: NL80211_SAR_ATTR_SPECS_*. */
export const SarRange: Attributes<SarRange> = attributes((): Shape<SarRange> => ({
  power: [1, i32],
  rangeIndex: [2, u32],
  startFreq: [3, u32],
  endFreq: [4, u32],
}));

/** Limits of power for the sake of bodies near by. */
export interface SarSpec {
  /** What they limit: 0 is power. */
  type?: number;
  /** The limits. */
  specs?: readonly SarRange[];
}

/** Wire form of {@linkcode SarSpec}: NL80211_SAR_ATTR_*. */
export const SarSpec: Attributes<SarSpec> = attributes((): Shape<SarSpec> => ({
  type: [1, u32],
  specs: [2, list(SarRange)],
}));

/** When a weak connection is told of, or what it is told. */
export interface Cqm {
  /** Strengths, in dBm. */
  rssiThold?: readonly number[];
  /** By how much it has to change, in dB. */
  rssiHyst?: number;
  /** Whether it got weaker or stronger. */
  rssiThresholdEvent?: CqmRssiEvent;
  /** Packets that were lost. */
  pktLossEvent?: number;
  /** Packets that are lost, in per cent. */
  txeRate?: number;
  /** Of as many. */
  txePkts?: number;
  /** Within as many s. */
  txeIntvl?: number;
  /** Whether beacons are missed. */
  beaconLossEvent?: boolean;
  /** The strength, in dBm. */
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

/** How much more or less one band counts. */
export interface RssiAdjust {
  /** The band, as in {@linkcode Band}. */
  band?: number;
  /** dB. */
  delta?: number;
}

/** Wire form of {@linkcode RssiAdjust}. */
export const RssiAdjust: Codec<RssiAdjust> = struct(2, (): Shape<RssiAdjust> => ({
  band: [0, u8],
  delta: [1, i8],
}));

/** A command or event of a vendor. */
export interface VendorCommand {
  /** The vendor. */
  vendorId?: number;
  /** Its number. */
  subcmd?: number;
}

/** Wire form of {@linkcode VendorCommand}. */
export const VendorCommand: Codec<VendorCommand> = struct(8, (): Shape<VendorCommand> => ({
  vendorId: [0, u32],
  subcmd: [4, u32],
}));

// What wakes the machine.

/** How a packet has to look. */
export interface PacketPattern {
  /** Which of the bytes count, a bit each. */
  mask?: Uint8Array;
  /** The bytes. */
  pattern?: Uint8Array;
  /** Where they begin. */
  offset?: number;
}

/** Wire form of {@linkcode PacketPattern}: NL80211_PKTPAT_*. */
export const PacketPattern: Attributes<PacketPattern> = attributes((): Shape<PacketPattern> => ({
  mask: [1, bytes],
  pattern: [2, bytes],
  offset: [3, u32],
}));

/** Patterns that a radio can look for. */
export interface PatternSupport {
  /** As many. */
  maxPatterns?: number;
  /** Of at least as many bytes. */
  minPatternLen?: number;
  /** Of at most as many. */
  maxPatternLen?: number;
  /** That begin here at the latest. */
  maxPktOffset?: number;
}

/** Wire form of {@linkcode PatternSupport}. */
export const PatternSupport: Codec<PatternSupport> = struct(16, (): Shape<PatternSupport> => ({
  maxPatterns: [0, u32],
  minPatternLen: [4, u32],
  maxPatternLen: [8, u32],
  maxPktOffset: [12, u32],
}));

/** Packets that may wait. */
export interface CoalesceRule {
  /** How long, in ms. */
  delay?: number;
  /** Whether those that fit, or those that do not. */
  condition?: CoalesceCondition;
  /** How they look. */
  pktPattern?: readonly PacketPattern[];
}

/** Wire form of {@linkcode CoalesceRule}: NL80211_ATTR_COALESCE_RULE_*. */
export const CoalesceRule: Attributes<CoalesceRule> = attributes((): Shape<CoalesceRule> => ({
  delay: [1, u32],
  condition: [2, coalesceCondition],
  pktPattern: [3, list(PacketPattern)],
}));

/** What a radio can do of that. */
export interface CoalesceSupport {
  /** Rules. */
  maxRules?: number;
  /** Patterns in each. */
  maxPatterns?: number;
  /** Of at least as many bytes. */
  minPatternLen?: number;
  /** Of at most as many. */
  maxPatternLen?: number;
  /** That begin here at the latest. */
  maxPktOffset?: number;
  /** Longest wait, in ms. */
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

/** Where a number that counts stands in what is sent. */
export interface WowlanTcpSeq {
  /** The first. */
  start?: number;
  /** Where. */
  offset?: number;
  /** Its bytes. */
  len?: number;
}

/** Wire form of {@linkcode WowlanTcpSeq}. */
export const WowlanTcpSeq: Codec<WowlanTcpSeq> = struct(12, (): Shape<WowlanTcpSeq> => ({
  start: [0, u32],
  offset: [4, u32],
  len: [8, u32],
}));

/** A connection that a radio keeps alive. */
export interface WowlanTcp {
  /** Our address. */
  srcIpv4?: string;
  /** The other end's. */
  dstIpv4?: string;
  /** The other end's link-layer address. */
  dstMac?: string;
  /** Our port. */
  srcPort?: number;
  /** The other end's. */
  dstPort?: number;
  /** What is sent again and again. */
  dataPayload?: Uint8Array;
  /** A number in that. */
  dataPayloadSeq?: WowlanTcpSeq;
  /** Tokens in that: where they go and how long they are, 32 bits each, then the tokens. */
  dataPayloadToken?: Uint8Array;
  /** How often, in s. */
  dataInterval?: number;
  /** What wakes the machine. */
  wakePayload?: Uint8Array;
  /** Which of its bytes count, a bit each. */
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

/** What a radio can do of that. */
export interface WowlanTcpSupport {
  /** Bytes to send. */
  dataPayload?: number;
  /** Whether a number in them can count. */
  dataPayloadSeq?: boolean;
  /** Tokens: least and greatest length, and bytes in all, 32 bits each. */
  dataPayloadToken?: Uint8Array;
  /** Longest interval, in s. */
  dataInterval?: number;
  /** Bytes that can wake the machine. */
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

/** What wakes the machine, or has. */
export interface Wowlan {
  /** Anything. */
  any?: boolean;
  /** The end of a connection. */
  disconnect?: boolean;
  /** The packet that is made for it. */
  magicPkt?: boolean;
  /** Packets that look so; which of them it was. */
  pktPattern?: number | readonly PacketPattern[];
  /** Keys that cannot be renewed. */
  gtkRekeyFailure?: boolean;
  /** Someone who asks who we are. */
  eapIdentRequest?: boolean;
  /** New keys. */
  "4wayHandshake"?: boolean;
  /** The switch of the radio. */
  rfkillRelease?: boolean;
  /** The frame that has, or its beginning. */
  wakeupPkt80211?: Uint8Array;
  /** Its length where that is more. */
  wakeupPkt80211Len?: number;
  /** The packet that has, or its beginning. */
  wakeupPkt8023?: Uint8Array;
  /** Its length where that is more. */
  wakeupPkt8023Len?: number;
  /** A connection that is kept alive. */
  tcpConnection?: WowlanTcp;
  /** It has brought what wakes. */
  wakeupTcpMatch?: boolean;
  /** It was lost. */
  wakeupTcpConnlost?: boolean;
  /** It has used all tokens. */
  wakeupTcpNomoretokens?: boolean;
  /** A network, as a scheduled scan looks for it. */
  netDetect?: Nl80211Message;
  /** Networks that were found. */
  netDetectResults?: readonly Nl80211Message[];
  /** A frame that ends the connection without saying who sent it. */
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

/** What can wake the machine. */
export interface WowlanSupport {
  /** Anything. */
  any?: boolean;
  /** The end of a connection. */
  disconnect?: boolean;
  /** The packet that is made for it. */
  magicPkt?: boolean;
  /** Packets that look so. */
  pktPattern?: PatternSupport;
  /** Whether keys are renewed meanwhile. */
  gtkRekeySupported?: boolean;
  /** Keys that cannot be renewed. */
  gtkRekeyFailure?: boolean;
  /** Someone who asks who we are. */
  eapIdentRequest?: boolean;
  /** New keys. */
  "4wayHandshake"?: boolean;
  /** The switch of the radio. */
  rfkillRelease?: boolean;
  /** A connection that is kept alive. */
  tcpConnection?: WowlanTcpSupport;
  /** Networks, as many. */
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

/** What keys are renewed with. */
export interface RekeyData {
  /** Key that enciphers them. */
  kek?: Uint8Array;
  /** Key that confirms them. */
  kck?: Uint8Array;
  /** The last number. */
  replayCtr?: Uint8Array;
  /** Kind of keys. */
  akm?: number;
}

/** Wire form of {@linkcode RekeyData}: NL80211_REKEY_DATA_*. */
export const RekeyData: Attributes<RekeyData> = attributes((): Shape<RekeyData> => ({
  kek: [1, bytes],
  kck: [2, bytes],
  replayCtr: [3, bytes],
  akm: [4, u32],
}));

// Scans.

/** A plan of scheduled scans. */
export interface SchedScanPlan {
  /** Pause between them, in s. */
  interval?: number;
  /** How many; without end when absent. */
  iterations?: number;
}

/** Wire form of {@linkcode SchedScanPlan}: NL80211_SCHED_SCAN_PLAN_*. */
export const SchedScanPlan: Attributes<SchedScanPlan> = attributes((): Shape<SchedScanPlan> => ({
  interval: [1, u32],
  iterations: [2, u32],
}));

/** A network that scheduled scans look for. */
export interface SchedScanMatch {
  /** Its name. */
  ssid?: string;
  /** Least strength, in dBm. */
  rssi?: number;
  /** How much stronger than the present network, in dB. */
  relativeRssi?: number;
  /** How much more or less in one band. */
  rssiAdjust?: RssiAdjust;
  /** Its address. */
  bssid?: string;
  /** Least strength by band. */
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

/** How busy a channel is. */
export interface SurveyInfo {
  /** The channel, in MHz. */
  frequency?: number;
  /** Noise, in dBm. */
  noise?: number;
  /** Whether it is the one in use. */
  inUse?: boolean;
  /** How long the radio was on it, in ms. */
  time?: number;
  /** How long it was busy, in ms. */
  timeBusy?: number;
  /** How long its extension was busy, in ms. */
  timeExtBusy?: number;
  /** How long was received, in ms. */
  timeRx?: number;
  /** How long was sent, in ms. */
  timeTx?: number;
  /** How long was scanned, in ms. */
  timeScan?: number;
  /** How long was received from our network, in ms. */
  timeBssRx?: number;
  /** kHz beside `frequency`. */
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

/** How the best network is chosen. */
export interface BssSelect {
  /** By strength. */
  rssi?: boolean;
  /** By band first: the one that is liked. */
  bandPref?: number;
  /** By strength, one band counting more or less. */
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
  /** The key itself. */
  data?: Uint8Array;
  /** Its number. */
  idx?: number;
  /** Its cipher: 0x000fac04 is CCMP. */
  cipher?: number;
  /** Number of the last packet that it was used for. */
  seq?: Uint8Array;
  /** Whether it is the one to send with. */
  default?: boolean;
  /** Whether it is the one for management frames. */
  defaultMgmt?: boolean;
  /** For whom it is. */
  type?: KeyType;
  /** For which frames it is the one. */
  defaultTypes?: readonly (KeyDefaultType | number)[];
  /** Whether it is sent with already. */
  mode?: KeyMode;
  /** Whether it is the one for beacons. */
  defaultBeacon?: boolean;
  /** What training fields of measurements are made from. */
  ltfSeed?: Uint8Array;
}

/** Wire form of {@linkcode Key}: NL80211_KEY_*. */
export const Key: Attributes<Key> = attributes((): Shape<Key> => ({
  data: [1, bytes],
  idx: [2, u8],
  cipher: [3, u32],
  seq: [4, bytes],
  default: [5, flag],
  defaultMgmt: [6, flag],
  type: [7, keyType],
  defaultTypes: [8, numbers(KEY_DEFAULT_TYPES)],
  mode: [9, keyMode],
  defaultBeacon: [10, flag],
  ltfSeed: [11, bytes],
}));

/** An access point that one might prepare for. */
export interface PmksaCandidate {
  /** Its place; 0 is the best. */
  index?: number;
  /** Its address. */
  bssid?: string;
  /** Whether one can. */
  preauth?: boolean;
}

/** Wire form of {@linkcode PmksaCandidate}: NL80211_PMKSA_CANDIDATE_*. */
export const PmksaCandidate: Attributes<PmksaCandidate> = attributes((): Shape<PmksaCandidate> => ({
  index: [1, u32],
  bssid: [2, mac],
  preauth: [3, flag],
}));

// Access points and stations.

/** What a radio can set of its networks. */
export interface BssParam {
  /** Protection by CTS. */
  bssCtsProt?: boolean;
  /** Short preambles. */
  bssShortPreamble?: boolean;
  /** Short slots. */
  bssShortSlotTime?: boolean;
  /** Rates that stations must have. */
  bssBasicRates?: boolean;
  /** Whether stations reach each other. */
  apIsolate?: boolean;
  /** How stations of different age live together. */
  bssHtOpmode?: boolean;
  /** How long an owner of a group is awake after a beacon. */
  p2pCtwindow?: boolean;
  /** Whether it sleeps after that. */
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

/** How a station sleeps by U-APSD. */
export interface StaWme {
  /** Its queues, as bits. */
  uapsdQueues?: number;
  /** Frames that it takes when it wakes. */
  maxSp?: number;
}

/** Wire form of {@linkcode StaWme}: NL80211_STA_WME_*. */
export const StaWme: Attributes<StaWme> = attributes((): Shape<StaWme> => ({
  uapsdQueues: [1, u8],
  maxSp: [2, u8],
}));

/** What is told to those who measure the distance. */
export interface FtmResponder {
  /** Whether they may. */
  enabled?: boolean;
  /** Where it is, by coordinates. */
  lci?: Uint8Array;
  /** Where it is, by address. */
  civicloc?: Uint8Array;
}

/** Wire form of {@linkcode FtmResponder}: NL80211_FTM_RESP_ATTR_*. */
export const FtmResponder: Attributes<FtmResponder> = attributes((): Shape<FtmResponder> => ({
  enabled: [1, flag],
  lci: [2, bytes],
  civicloc: [3, bytes],
}));

/** How often the distance was measured. */
export interface FtmResponderStats {
  /** Sessions that were done. */
  successNum?: number;
  /** Sessions that were done in part. */
  partialNum?: number;
  /** Sessions that failed. */
  failedNum?: number;
  /** Sessions that began at once. */
  asapNum?: number;
  /** Sessions that began later. */
  nonAsapNum?: number;
  /** How long they took, in ms. */
  totalDurationMsec?: number;
  /** Requests by strangers. */
  unknownTriggersNum?: number;
  /** Requests for another time. */
  rescheduleRequestsNum?: number;
  /** Requests at the wrong time. */
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

/** When an access point speaks at the same time as others near by. */
export interface HeObssPd {
  /** Least offset, in dB. */
  minOffset?: number;
  /** Greatest offset, in dB. */
  maxOffset?: number;
  /** Greatest offset to others, in dB. */
  nonSrgMaxOffset?: number;
  /** Colors, as bits. */
  bssColorBitmap?: Uint8Array;
  /** Parts of addresses, as bits. */
  partialBssidBitmap?: Uint8Array;
  /** What is told of it, as bits. */
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

/** The color of a network. */
export interface HeBssColor {
  /** Color, 1..63. */
  color?: number;
  /** Whether it is not used. */
  disabled?: boolean;
  /** Whether numbers of stations are made from it. */
  partial?: boolean;
}

/** Wire form of {@linkcode HeBssColor}: NL80211_HE_BSS_COLOR_ATTR_*. */
export const HeBssColor: Attributes<HeBssColor> = attributes((): Shape<HeBssColor> => ({
  color: [1, u8],
  disabled: [2, flag],
  partial: [3, flag],
}));

/** Short frames between beacons. */
export interface FilsDiscovery {
  /** Least pause, in 1.024 ms. */
  intMin?: number;
  /** Greatest pause, in 1.024 ms. */
  intMax?: number;
  /** The frame. */
  tmpl?: Uint8Array;
}

/** Wire form of {@linkcode FilsDiscovery}: NL80211_FILS_DISCOVERY_ATTR_*. */
export const FilsDiscovery: Attributes<FilsDiscovery> = attributes((): Shape<FilsDiscovery> => ({
  intMin: [1, u32],
  intMax: [2, u32],
  tmpl: [3, bytes],
}));

/** Answers to probes that nobody asked for. */
export interface UnsolBcastProbeResp {
  /** Pause, in 1.024 ms. */
  int?: number;
  /** The frame. */
  tmpl?: Uint8Array;
}

/** Wire form of {@linkcode UnsolBcastProbeResp}: NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_*. */
export const UnsolBcastProbeResp: Attributes<UnsolBcastProbeResp> = attributes((): Shape<UnsolBcastProbeResp> => ({
  int: [1, u32],
  tmpl: [2, bytes],
}));

/** How several networks share beacons. */
export interface MbssidConfig {
  /** Networks that can. */
  maxInterfaces?: number;
  /** Beacons that it takes to tell of all. */
  maxEmaProfilePeriodicity?: number;
  /** The network's place. */
  index?: number;
  /** The interface that sends the beacons. */
  txIfindex?: number;
  /** Whether it takes several beacons to tell of all. */
  ema?: boolean;
  /** The link that sends them. */
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

/** A short beacon, below 1 GHz. */
export interface S1gShortBeacon {
  /** Up to its elements. */
  head?: Uint8Array;
  /** Its elements. */
  tail?: Uint8Array;
}

/** Wire form of {@linkcode S1gShortBeacon}: NL80211_S1G_SHORT_BEACON_ATTR_*. */
export const S1gShortBeacon: Attributes<S1gShortBeacon> = attributes((): Shape<S1gShortBeacon> => ({
  head: [1, bytes],
  tail: [2, elements],
}));

// Meshes.

/** How a mesh works. */
export interface MeshConfig {
  /** How long to wait for an answer to the request for a link, in ms. */
  retryTimeout?: number;
  /** How long to wait for a confirmation, in ms. */
  confirmTimeout?: number;
  /** How long a link is kept that is being closed, in ms. */
  holdingTimeout?: number;
  /** Most links. */
  maxPeerLinks?: number;
  /** Tries to make one. */
  maxRetries?: number;
  /** Stations that a frame can pass. */
  ttl?: number;
  /** Stations that an element can pass. */
  elementTtl?: number;
  /** Whether links are made unasked. */
  autoOpenPlinks?: boolean;
  /** Tries to find a path. */
  hwmpMaxPreqRetries?: number;
  /** How often a path is looked for anew, in ms. */
  pathRefreshTime?: number;
  /** How long to wait for a path, in ms. */
  minDiscoveryTimeout?: number;
  /** How long a path holds, in 1.024 ms. */
  hwmpActivePathTimeout?: number;
  /** Least pause between requests for paths, in 1.024 ms. */
  hwmpPreqMinInterval?: number;
  /** How long a frame takes through all of the mesh, in 1.024 ms. */
  hwmpNetDiamTrvsTime?: number;
  /** How it is a root. */
  hwmpRootmode?: number;
  /** Pause between its announcements, in 1.024 ms. */
  hwmpRannInterval?: number;
  /** Whether it tells that it is a gate. */
  gateAnnouncements?: boolean;
  /** Least pause between reports of broken paths, in 1.024 ms. */
  hwmpPerrMinInterval?: number;
  /** Whether it forwards. */
  forwarding?: boolean;
  /** Least strength of a peer, in dBm. */
  rssiThreshold?: number;
  /** Most clocks to go by. */
  syncOffsetMaxNeighbor?: number;
  /** How stations of different age live together. */
  htOpmode?: number;
  /** How long the path to a root holds, in 1.024 ms. */
  hwmpPathToRootTimeout?: number;
  /** Pause between a root's requests, in 1.024 ms. */
  hwmpRootInterval?: number;
  /** Least pause between confirmations to a root, in 1.024 ms. */
  hwmpConfirmationInterval?: number;
  /** How it sleeps. */
  powerMode?: MeshPowerMode;
  /** How long it is awake after its beacon, in 1.024 ms. */
  awakeWindow?: number;
  /** When a silent peer is gone, in s. */
  plinkTimeout?: number;
  /** Whether it reaches a gate. */
  connectedToGate?: boolean;
  /** Whether it learns no paths from frames that it forwards. */
  nolearn?: boolean;
  /** Whether it reaches a server for keys. */
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

/** How one joins a mesh. */
export interface MeshSetup {
  /** Whether paths are chosen a vendor's way. */
  enableVendorPathSel?: boolean;
  /** Whether they are measured a vendor's way. */
  enableVendorMetric?: boolean;
  /** Elements that tell of this. */
  ie?: Uint8Array;
  /** Whether a program shows who we are. */
  userspaceAuth?: boolean;
  /** Whether it makes keys. */
  userspaceAmpe?: boolean;
  /** Whether clocks go a vendor's way. */
  enableVendorSync?: boolean;
  /** Whether a program makes links. */
  userspaceMpm?: boolean;
  /** How we show who we are: 0 not at all, 1 SAE. */
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

/** What is known of a path through a mesh. */
export interface MpathInfo {
  /** Frames that wait for it. */
  frameQlen?: number;
  /** Its number. */
  sn?: number;
  /** What it costs. */
  metric?: number;
  /** How long it holds, in ms. */
  exptime?: number;
  /** Where it stands. */
  flags?: readonly MpathFlag[];
  /** How long an answer is waited for, in ms. */
  discoveryTimeout?: number;
  /** Tries to find it. */
  discoveryRetries?: number;
  /** Stations on it. */
  hopCount?: number;
  /** How often it changed. */
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

// Distances.

/** How a radio can measure distances. */
export interface FtmCapabilities {
  /** At once. */
  asap?: boolean;
  /** Later. */
  nonAsap?: boolean;
  /** Asking where the other is, by coordinates. */
  reqLci?: boolean;
  /** Asking where it is, by address. */
  reqCivicloc?: boolean;
  /** With these preambles, as bits. */
  preambles?: number;
  /** With these widths, as bits. */
  bandwidths?: number;
  /** Most bursts, as a power of two. */
  maxBurstsExponent?: number;
  /** Most frames in a burst. */
  maxFtmsPerBurst?: number;
  /** When triggered. */
  triggerBased?: boolean;
  /** When not triggered. */
  nonTriggerBased?: boolean;
  /** At 6 GHz. */
  "6ghzSupport"?: boolean;
  /** Training fields that it sends. */
  maxTxLtfRep?: number;
  /** Training fields that it receives. */
  maxRxLtfRep?: number;
  /** Streams that it sends. */
  maxTxSts?: number;
  /** Streams that it receives. */
  maxRxSts?: number;
  /** Training fields that it sends in all. */
  maxTotalLtfTx?: number;
  /** Training fields that it receives in all. */
  maxTotalLtfRx?: number;
  /** As the one who is asked. */
  rstaSupport?: boolean;
  /** What it can do as the one who asks. */
  istaCaps?: FtmCapabilities;
  /** What it can do as the one who is asked. */
  rstaCaps?: FtmCapabilities;
  /** Without triggers. */
  supportNtb?: boolean;
  /** With triggers. */
  supportTb?: boolean;
  /** In turn with others. */
  supportEdca?: boolean;
  /** For whom. */
  typeCaps?: FtmTypeCapabilities;
  /** As both at once. */
  concurrentIstaRstaSupport?: boolean;
  /** Antennas that send. */
  maxNumTxAntennas?: number;
  /** Antennas that receive. */
  maxNumRxAntennas?: number;
  /** Least pause in turn with others, in ms. */
  minIntervalEdca?: number;
  /** Least pause without triggers, in ms. */
  minIntervalNtb?: number;
  /** Preambles to find what is near, as bits. */
  pdPreambles?: number;
  /** Widths to find what is near, as bits. */
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

/** For whom distances can be measured. */
export interface FtmTypeCapabilities {
  /** For networks. */
  infraSupport?: boolean;
  /** To find what is near. */
  pdSupport?: boolean;
}

/** Wire form of {@linkcode FtmTypeCapabilities}: NL80211_PMSR_FTM_TYPE_CAPA_ATTR_*. */
export const FtmTypeCapabilities: Attributes<FtmTypeCapabilities> = attributes((): Shape<FtmTypeCapabilities> => ({
  infraSupport: [1, flag],
  pdSupport: [2, flag],
}));

/** How a distance is to be measured. */
export interface FtmRequest {
  /** At once. */
  asap?: boolean;
  /** With this preamble. */
  preamble?: Preamble;
  /** Bursts, as a power of two. */
  numBurstsExp?: number;
  /** Pause between bursts, in 100 ms. */
  burstPeriod?: number;
  /** How long one takes, as 802.11 numbers it; 15 is any. */
  burstDuration?: number;
  /** Frames in a burst. */
  ftmsPerBurst?: number;
  /** Tries to begin. */
  numFtmrRetries?: number;
  /** Asking where the other is, by coordinates. */
  requestLci?: boolean;
  /** Asking where it is, by address. */
  requestCivicloc?: boolean;
  /** With triggers. */
  triggerBased?: boolean;
  /** Without triggers. */
  nonTriggerBased?: boolean;
  /** Telling the other what came out. */
  lmrFeedback?: boolean;
  /** Color of the other's network. */
  bssColor?: number;
  /** As the one who is asked. */
  rsta?: boolean;
  /** Least pause, in 100 µs. */
  minTimeBetweenMeasurements?: number;
  /** Greatest pause, in 10 ms. */
  maxTimeBetweenMeasurements?: number;
  /** Usual pause, in ms. */
  nominalTime?: number;
  /** How long one listens, in ms. */
  awDuration?: number;
  /** How often. */
  numMeasurements?: number;
  /** Tell when it comes nearer than so many mm. */
  ingress?: bigint;
  /** Tell when it goes farther than so many mm. */
  egress?: bigint;
  /** Telling nothing else. */
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

/** A distance. */
export interface FtmResult {
  /** Why it could not be measured: NL80211_PMSR_FTM_FAILURE_*. */
  failReason?: number;
  /** The burst. */
  burstIndex?: number;
  /** Frames that were tried. */
  numFtmrAttempts?: number;
  /** Frames that were acknowledged. */
  numFtmrSuccesses?: number;
  /** When to try again, in s. */
  busyRetryTime?: number;
  /** Bursts, as a power of two. */
  numBurstsExp?: number;
  /** How long one took, as 802.11 numbers it. */
  burstDuration?: number;
  /** Frames in a burst. */
  ftmsPerBurst?: number;
  /** Strength on average, in 0.5 dBm. */
  rssiAvg?: number;
  /** Spread of it, in 0.5 dB. */
  rssiSpread?: number;
  /** Rate of what was sent. */
  txRate?: RateInfo;
  /** Rate of what was received. */
  rxRate?: RateInfo;
  /** Time there and back on average, in ps. */
  rttAvg?: bigint;
  /** Variance of it, in ps². */
  rttVariance?: bigint;
  /** Spread of it, in ps. */
  rttSpread?: bigint;
  /** Distance on average, in mm. */
  distAvg?: bigint;
  /** Variance of it, in mm². */
  distVariance?: bigint;
  /** Spread of it, in mm. */
  distSpread?: bigint;
  /** Where the other is, by coordinates. */
  lci?: Uint8Array;
  /** Where it is, by address. */
  civicloc?: Uint8Array;
  /** Pause between bursts, in 100 ms. */
  burstPeriod?: number;
  /** Training fields that were sent. */
  txLtfRepetitionCount?: number;
  /** Training fields that were received. */
  rxLtfRepetitionCount?: number;
  /** Greatest pause, in 10 ms. */
  maxTimeBetweenMeasurements?: number;
  /** Least pause, in 100 µs. */
  minTimeBetweenMeasurements?: number;
  /** Streams that were sent. */
  numTxSpatialStreams?: number;
  /** Streams that were received. */
  numRxSpatialStreams?: number;
  /** Usual pause, in ms. */
  nominalTime?: number;
  /** How long the other listens, in ms. */
  availabilityWindow?: number;
  /** Width of the channel. */
  channelWidth?: ChannelWidth;
  /** The preamble. */
  preamble?: Preamble;
  /** Whether what came out is of the time before. */
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

/** How is measured. */
export interface MeasurementData {
  /** By time there and back. */
  ftm?: FtmRequest;
}

/** Wire form of {@linkcode MeasurementData}: NL80211_PMSR_TYPE_*. */
export const MeasurementData: Attributes<MeasurementData> = attributes((): Shape<MeasurementData> => ({
  ftm: [1, FtmRequest],
}));

/** What is to be measured. */
export interface MeasurementRequest {
  /** How. */
  data?: MeasurementData;
  /** Whether with the access point's clock. */
  getApTsf?: boolean;
}

/** Wire form of {@linkcode MeasurementRequest}: NL80211_PMSR_REQ_ATTR_*. */
export const MeasurementRequest: Attributes<MeasurementRequest> = attributes((): Shape<MeasurementRequest> => ({
  data: [1, MeasurementData],
  getApTsf: [2, flag],
}));

/** What came out. */
export interface MeasurementResult {
  /** By time there and back. */
  ftm?: FtmResult;
}

/** Wire form of {@linkcode MeasurementResult}: NL80211_PMSR_TYPE_*. */
export const MeasurementResult: Attributes<MeasurementResult> = attributes((): Shape<MeasurementResult> => ({
  ftm: [1, FtmResult],
}));

/** What was measured. */
export interface MeasurementResponse {
  /** What came out. */
  data?: MeasurementResult;
  /** How it went. */
  status?: MeasurementStatus;
  /** When, in ns since boot. */
  hostTime?: bigint;
  /** When, by the access point's clock, in µs. */
  apTsf?: bigint;
  /** Whether nothing else comes. */
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

/** A peer to which the distance is measured. */
export interface MeasurementPeer {
  /** Its address. */
  addr?: string;
  /** Its channel. */
  chan?: Nl80211Message;
  /** What is to be measured. */
  req?: MeasurementRequest;
  /** What was. */
  resp?: MeasurementResponse;
  /** What for: 0 a network, 1 to find what is near. */
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

/** What a radio can measure. */
export interface MeasurementTypes {
  /** By time there and back. */
  ftm?: FtmCapabilities;
}

/** Wire form of {@linkcode MeasurementTypes}: NL80211_PMSR_TYPE_*. */
export const MeasurementTypes: Attributes<MeasurementTypes> = attributes((): Shape<MeasurementTypes> => ({
  ftm: [1, FtmCapabilities],
}));

/** Distances to peers. */
export interface PeerMeasurements {
  /** Peers at once. */
  maxPeers?: number;
  /** Whether the access point's clock can be told. */
  reportApTsf?: boolean;
  /** Whether the address can be a random one. */
  randomizeMacAddr?: boolean;
  /** What can be measured. */
  typeCapa?: MeasurementTypes;
  /** The peers. */
  peers?: readonly MeasurementPeer[];
  /** Peers at once as the one who asks. */
  maxPeerIstaRole?: number;
  /** Peers at once as the one who is asked. */
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

// Devices near by.

/** Who is to answer. */
export interface NanSrf {
  /** Whether those that are meant, or all others. */
  include?: boolean;
  /** Bloom filter of their addresses. */
  bf?: Uint8Array;
  /** Its number. */
  bfIdx?: number;
  /** Their addresses. */
  macAddrs?: readonly string[];
}

/** Wire form of {@linkcode NanSrf}: NL80211_NAN_SRF_*. */
export const NanSrf: Attributes<NanSrf> = attributes((): Shape<NanSrf> => ({
  include: [1, flag],
  bf: [2, bytes],
  bfIdx: [3, u8],
  macAddrs: [4, list(mac)],
}));

/** A service that is offered or looked for. */
export interface NanFunc {
  /** Which of them. */
  type?: NanFuncType;
  /** Hash of its name. */
  serviceId?: Uint8Array;
  /** How it is offered, as bits: 1 when asked, 2 unasked. */
  publishType?: number;
  /** Whether to all. */
  publishBcast?: boolean;
  /** Whether it is asked for. */
  subscribeActive?: boolean;
  /** Number of what a message belongs to. */
  followUpId?: number;
  /** Number of it at the other end. */
  followUpReqId?: number;
  /** Whom it goes to. */
  followUpDest?: string;
  /** Whether only near by. */
  closeRange?: boolean;
  /** Windows that it lasts. */
  ttl?: number;
  /** What it says. */
  serviceInfo?: Uint8Array;
  /** Who is to answer. */
  srf?: NanSrf;
  /** What others have to offer. */
  rxMatchFilter?: readonly Uint8Array[];
  /** What we offer. */
  txMatchFilter?: readonly Uint8Array[];
  /** Its number. */
  instanceId?: number;
  /** Why it ended: 0 as asked, 1 in time, 2 by an error. */
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

/** A service that fits. */
export interface NanMatch {
  /** Ours. */
  funcLocal?: NanFunc;
  /** The peer's. */
  funcPeer?: NanFunc;
}

/** Wire form of {@linkcode NanMatch}: NL80211_NAN_MATCH_*. */
export const NanMatch: Attributes<NanMatch> = attributes((): Shape<NanMatch> => ({
  funcLocal: [1, NanFunc],
  funcPeer: [2, NanFunc],
}));

/** How a cluster works in a band. */
export interface NanBandConfig {
  /** The band, as in {@linkcode Band}. */
  band?: number;
  /** Its channel, in MHz. */
  freq?: number;
  /** Strength of what is close, in dBm. */
  rssiClose?: number;
  /** Strength of what is not far, in dBm. */
  rssiMiddle?: number;
  /** How often one wakes: in each 2^(n - 1)th window; 0 is never. */
  wakeDw?: number;
  /** Whether it is not scanned. */
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

/** How a cluster works. */
export interface NanConfig {
  /** Its number. */
  clusterId?: Uint8Array;
  /** What beacons say beside. */
  extraAttrs?: Uint8Array;
  /** Elements of vendors in them. */
  vendorElems?: Uint8Array;
  /** Its bands. */
  bandConfigs?: readonly NanBandConfig[];
  /** Pause between scans, in s. */
  scanPeriod?: number;
  /** How long one stays on a channel, in 1.024 ms. */
  scanDwellTime?: number;
  /** Time between beacons, in 1.024 ms. */
  discoveryBeaconInterval?: number;
  /** Whether windows are told of. */
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

/** Abilities that a radio has for data. */
export interface NanPhy {
  /** MCS set of 802.11n. */
  htMcsSet?: Uint8Array;
  /** Abilities of it, as bits. */
  htCapa?: number;
  /** Length of its aggregates. */
  htAmpduFactor?: number;
  /** Gaps in them. */
  htAmpduDensity?: number;
  /** MCS set of 802.11ac. */
  vhtMcsSet?: Uint8Array;
  /** Abilities of it, as bits. */
  vhtCapa?: number;
  /** Abilities of 802.11ax. */
  heMac?: Uint8Array;
  /** Those of its radio. */
  hePhy?: Uint8Array;
  /** MCS set of it. */
  heMcsSet?: Uint8Array;
  /** Thresholds of it. */
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

/** What a radio can do. */
export interface NanCapabilities {
  /** Clocks that programs can set. */
  configurableSync?: boolean;
  /** Programs that discover. */
  userspaceDe?: boolean;
  /** Modes, as bits. */
  opMode?: number;
  /** Antennas: those that send in the low half, those that receive in the high one. */
  numAntennas?: number;
  /** How long it takes from channel to channel, in µs. */
  maxChannelSwitchTime?: number;
  /** More, as bits. */
  capabilities?: number;
  /** Abilities for data. */
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

/** A schedule of a peer. */
export interface NanPeerMap {
  /** Its number. */
  mapId?: number;
  /** The channel of each slot of time; 255 is none. */
  timeSlots?: Uint8Array;
}

/** Wire form of {@linkcode NanPeerMap}: NL80211_NAN_PEER_MAP_ATTR_*. */
export const NanPeerMap: Attributes<NanPeerMap> = attributes((): Shape<NanPeerMap> => ({
  mapId: [1, u8],
  timeSlots: [2, bytes],
}));
