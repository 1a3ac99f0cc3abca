/**
 * ethtool's messages on modules, clocks and cables.
 *
 * Source: linux/ethtool_netlink_generated.h, linux/ethtool_netlink.h, v7.2.
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  bytes,
  type Codec,
  enumeration,
  i16,
  i32,
  readOnly,
  repeated,
  type Shape,
  text,
  u32,
  u8,
  uint,
} from "../../../core/codec/mod.ts";
import { type Bitset, bitset } from "./bitset.ts";
import { type EthtoolHeader, message } from "./protocol.ts";

/** When a module has full power: always, or while its port is up. */
export type ModulePowerPolicy = "high" | "auto" | number;

const powerPolicy: Codec<ModulePowerPolicy> = enumeration(u8, { high: 1, auto: 2 });

/** How much power a module takes. */
export type ModulePowerMode = "low" | "high" | number;

const powerMode: Codec<ModulePowerMode> = enumeration(u8, { low: 1, high: 2 });

/** How writing of firmware goes. */
export type FlashStatus = "started" | "in_progress" | "completed" | "error" | number;

const flashStatus: Codec<FlashStatus> = enumeration(u32, { started: 1, in_progress: 2, completed: 3, error: 4 });

/** What takes the time of packets. */
export type HwtstampSource = "netdev" | "phylib" | number;

const tsSource: Codec<HwtstampSource> = enumeration(u32, { netdev: 1, phylib: 2 });

/** A pair of a cable. */
export type CablePair = "a" | "b" | "c" | "d" | number;

const pair: Codec<CablePair> = enumeration(u8, { a: 0, b: 1, c: 2, d: 3 });

/** What is wrong with a pair. */
export type CableCode =
  | "unspec"
  | "ok"
  | "open"
  | "same_short"
  | "cross_short"
  | "impedance_mismatch"
  | "noise"
  | "resolution_not_possible"
  | number;

const code: Codec<CableCode> = enumeration(u8, {
  unspec: 0,
  ok: 1,
  open: 2,
  same_short: 3,
  cross_short: 4,
  impedance_mismatch: 5,
  noise: 6,
  resolution_not_possible: 7,
});

/** How that was found. */
export type CableSource = "unspec" | "tdr" | "alcd" | number;

const cableSource: Codec<CableSource> = enumeration(u32, { unspec: 0, tdr: 1, alcd: 2 });

/** How far a test is. */
export type CableStatus = "unspec" | "started" | "completed" | number;

const cableStatus: Codec<CableStatus> = enumeration(u8, { unspec: 0, started: 1, completed: 2 });

/** A part of the memory of a plugged-in module. */
export interface ModuleEeprom extends EthtoolHeader {
  /** Where it begins in the page. */
  offset?: number;
  /** Bytes, 1 to 128. */
  length?: number;
  /** The page. */
  page?: number;
  /** The bank. */
  bank?: number;
  /** Address on the bus: 0x50 or 0x51. */
  i2cAddress?: number;
  /** The bytes. Read-only. */
  data?: Uint8Array;
}

/** Wire form of {@linkcode ModuleEeprom}: ETHTOOL_A_MODULE_EEPROM_*. */
export const ModuleEeprom: Attributes<ModuleEeprom> = message<ModuleEeprom>((): Shape<
  Omit<ModuleEeprom, keyof EthtoolHeader>
> => ({
  offset: [2, u32],
  length: [3, u32],
  page: [4, u8],
  bank: [5, u8],
  i2cAddress: [6, u8],
  data: [7, bytes, readOnly],
}));

/** A plugged-in module. */
export interface Module extends EthtoolHeader {
  /** When it has full power. */
  powerModePolicy?: ModulePowerPolicy;
  /** How much it takes. Read-only. */
  powerMode?: ModulePowerMode;
}

/** Wire form of {@linkcode Module}: ETHTOOL_A_MODULE_*. */
export const Module: Attributes<Module> = message<Module>((): Shape<Omit<Module, keyof EthtoolHeader>> => ({
  powerModePolicy: [2, powerPolicy],
  powerMode: [3, powerMode, readOnly],
}));

/** Writing of a module's firmware. */
export interface ModuleFwFlash extends EthtoolHeader {
  /** The file, below /lib/firmware. */
  fileName?: string;
  /** Password of the module. */
  password?: number;
  /** How it goes. Read-only. */
  status?: FlashStatus;
  /** In words. Read-only. */
  statusMsg?: string;
  /** Bytes written. Read-only. */
  done?: number;
  /** Bytes to write. Read-only. */
  total?: number;
}

/** Wire form of {@linkcode ModuleFwFlash}: ETHTOOL_A_MODULE_FW_FLASH_*. */
export const ModuleFwFlash: Attributes<ModuleFwFlash> = message<ModuleFwFlash>((): Shape<
  Omit<ModuleFwFlash, keyof EthtoolHeader>
> => ({
  fileName: [2, text],
  password: [3, u32],
  status: [4, flashStatus, readOnly],
  statusMsg: [5, text, readOnly],
  done: [6, uint, readOnly],
  total: [7, uint, readOnly],
}));

/** A clock that takes the time of packets. */
export interface HwtstampProvider {
  /** Number of the clock. */
  index?: number;
  /** 0 precise, 1 approximate. */
  qualifier?: number;
}

/** Wire form of {@linkcode HwtstampProvider}: ETHTOOL_A_TS_HWTSTAMP_PROVIDER_*. */
export const HwtstampProvider: Attributes<HwtstampProvider> = attributes((): Shape<HwtstampProvider> => ({
  index: [1, u32],
  qualifier: [2, u32],
}));

/** Times that were taken. */
export interface TsStat {
  /** Packets sent with a time. Read-only. */
  txPkts?: number;
  /** Times that did not come. Read-only. */
  txLost?: number;
  /** Times that went wrong. Read-only. */
  txErr?: number;
  /** Packets into which the time was written, without being told. Read-only. */
  txOnestepPktsUnconfirmed?: number;
}

/** Wire form of {@linkcode TsStat}: ETHTOOL_A_TS_STAT_*. */
export const TsStat: Attributes<TsStat> = attributes((): Shape<TsStat> => ({
  txPkts: [1, uint, readOnly],
  txLost: [2, uint, readOnly],
  txErr: [3, uint, readOnly],
  txOnestepPktsUnconfirmed: [4, uint, readOnly],
}));

/** What a device can do to take the time of packets. */
export interface TsInfo extends EthtoolHeader {
  /** How times are taken: SOF_TIMESTAMPING_*. Read-only. */
  timestamping?: Bitset;
  /** For which packets sent. Read-only. */
  txTypes?: Bitset;
  /** For which packets received. Read-only. */
  rxFilters?: Bitset;
  /** Number of its clock, /dev/ptpN. Read-only. */
  phcIndex?: number;
  /** Times that were taken; with `headerFlags: ["stats"]`. Read-only. */
  stats?: TsStat;
  /** The clock. */
  hwtstampProvider?: HwtstampProvider;
  /** What takes the times. Read-only. */
  hwtstampSource?: HwtstampSource;
  /** The PHY that does. Read-only. */
  hwtstampPhyindex?: number;
}

/** Wire form of {@linkcode TsInfo}: ETHTOOL_A_TSINFO_*. */
export const TsInfo: Attributes<TsInfo> = message<TsInfo>((): Shape<Omit<TsInfo, keyof EthtoolHeader>> => ({
  timestamping: [2, bitset, readOnly],
  txTypes: [3, bitset, readOnly],
  rxFilters: [4, bitset, readOnly],
  phcIndex: [5, u32, readOnly],
  stats: [6, TsStat, readOnly],
  hwtstampProvider: [7, HwtstampProvider],
  hwtstampSource: [8, tsSource, readOnly],
  hwtstampPhyindex: [9, u32, readOnly],
}));

/** How a device takes the time of packets. */
export interface TsConfig extends EthtoolHeader {
  /** The clock. */
  hwtstampProvider?: HwtstampProvider;
  /** For which packets sent. */
  txTypes?: Bitset;
  /** For which packets received. */
  rxFilters?: Bitset;
  /** Switches. */
  hwtstampFlags?: Bitset;
}

/** Wire form of {@linkcode TsConfig}: ETHTOOL_A_TSCONFIG_*. */
export const TsConfig: Attributes<TsConfig> = message<TsConfig>((): Shape<Omit<TsConfig, keyof EthtoolHeader>> => ({
  hwtstampProvider: [2, HwtstampProvider],
  txTypes: [3, bitset],
  rxFilters: [4, bitset],
  hwtstampFlags: [5, bitset],
}));

/** Virtual clocks on a device's clock. */
export interface PhcVclocks extends EthtoolHeader {
  /** How many. Read-only. */
  num?: number;
  /** Their numbers, /dev/ptpN. Read-only. */
  index?: readonly number[];
}

/** Wire form of {@linkcode PhcVclocks}: ETHTOOL_A_PHC_VCLOCKS_*. */
export const PhcVclocks: Attributes<PhcVclocks> = message<PhcVclocks>((): Shape<
  Omit<PhcVclocks, keyof EthtoolHeader>
> => ({
  num: [2, u32, readOnly],
  index: [3, array(i32), readOnly],
}));

/** Asks for a test of the cable. */
export interface CableTest extends EthtoolHeader {
}

/** Wire form of {@linkcode CableTest}: ETHTOOL_A_CABLE_TEST_*. */
export const CableTest: Attributes<CableTest> = message<CableTest>(() => ({}));

/** Where to measure. */
export interface TdrConfig {
  /** From, in cm. */
  first?: number;
  /** To, in cm. */
  last?: number;
  /** In steps of, in cm. */
  step?: number;
  /** This pair alone. */
  pair?: CablePair;
}

/** Wire form of {@linkcode TdrConfig}: ETHTOOL_A_CABLE_TEST_TDR_CFG_*. */
export const TdrConfig: Attributes<TdrConfig> = attributes((): Shape<TdrConfig> => ({
  first: [1, u32],
  last: [2, u32],
  step: [3, u32],
  pair: [4, pair],
}));

/** Asks for a measurement along the cable. */
export interface CableTestTdr extends EthtoolHeader {
  /** Where. */
  cfg?: TdrConfig;
}

/** Wire form of {@linkcode CableTestTdr}: ETHTOOL_A_CABLE_TEST_TDR_*. */
export const CableTestTdr: Attributes<CableTestTdr> = message<CableTestTdr>((): Shape<
  Omit<CableTestTdr, keyof EthtoolHeader>
> => ({
  cfg: [2, TdrConfig],
}));

/** What is wrong with a pair. */
export interface CableResult {
  /** The pair. */
  pair?: CablePair;
  /** What. */
  code?: CableCode;
  /** How it was found. */
  src?: CableSource;
}

/** Wire form of {@linkcode CableResult}: ETHTOOL_A_CABLE_RESULT_*. */
export const CableResult: Attributes<CableResult> = attributes((): Shape<CableResult> => ({
  pair: [1, pair],
  code: [2, code],
  src: [3, cableSource],
}));

/** Where a pair is broken. */
export interface CableFaultLength {
  /** The pair. */
  pair?: CablePair;
  /** How far away, in cm. */
  cm?: number;
  /** How it was found. */
  src?: CableSource;
}

/** Wire form of {@linkcode CableFaultLength}: ETHTOOL_A_CABLE_FAULT_LENGTH_*. */
export const CableFaultLength: Attributes<CableFaultLength> = attributes((): Shape<CableFaultLength> => ({
  pair: [1, pair],
  cm: [2, u32],
  src: [3, cableSource],
}));

/** What a test found. */
export interface CableNest {
  /** What is wrong with pairs. */
  result?: readonly CableResult[];
  /** Where they are broken. */
  faultLength?: readonly CableFaultLength[];
}

/** Wire form of {@linkcode CableNest}: ETHTOOL_A_CABLE_NEST_*. */
export const CableNest: Attributes<CableNest> = attributes((): Shape<CableNest> => ({
  result: [1, repeated(1, CableResult)],
  faultLength: [2, repeated(2, CableFaultLength)],
}));

/** A test goes on, or is done. */
export interface CableTestEvent extends EthtoolHeader {
  /** How far it is. */
  status?: CableStatus;
  /** What it found. */
  nest?: CableNest;
}

/** Wire form of {@linkcode CableTestEvent}: ETHTOOL_A_CABLE_TEST_NTF_*. */
export const CableTestEvent: Attributes<CableTestEvent> = message<CableTestEvent>((): Shape<
  Omit<CableTestEvent, keyof EthtoolHeader>
> => ({
  status: [2, cableStatus],
  nest: [3, CableNest],
}));

/** How strong an echo is. */
export interface CableAmplitude {
  /** The pair. */
  pair?: CablePair;
  /** In mV. */
  mV?: number;
}

/** Wire form of {@linkcode CableAmplitude}: ETHTOOL_A_CABLE_AMPLITUDE_*. */
export const CableAmplitude: Attributes<CableAmplitude> = attributes((): Shape<CableAmplitude> => ({
  pair: [1, pair],
  mV: [2, i16],
}));

/** How strong the pulse is. */
export interface CablePulse {
  /** In mV. */
  mV?: number;
}

/** Wire form of {@linkcode CablePulse}: ETHTOOL_A_CABLE_PULSE_*. */
export const CablePulse: Attributes<CablePulse> = attributes((): Shape<CablePulse> => ({
  mV: [1, i16],
}));

/** Where is measured. */
export interface CableStep {
  /** From, in cm. */
  firstDistance?: number;
  /** To, in cm. */
  lastDistance?: number;
  /** In steps of, in cm. */
  stepDistance?: number;
}

/** Wire form of {@linkcode CableStep}: ETHTOOL_A_CABLE_STEP_*. */
export const CableStep: Attributes<CableStep> = attributes((): Shape<CableStep> => ({
  firstDistance: [1, u32],
  lastDistance: [2, u32],
  stepDistance: [3, u32],
}));

/** A measurement along the cable. */
export interface CableTdrNest {
  /** Where. */
  step?: CableStep;
  /** Echoes, step by step. */
  amplitude?: readonly CableAmplitude[];
  /** The pulse. */
  pulse?: CablePulse;
}

/** Wire form of {@linkcode CableTdrNest}: ETHTOOL_A_CABLE_TDR_NEST_*. */
export const CableTdrNest: Attributes<CableTdrNest> = attributes((): Shape<CableTdrNest> => ({
  step: [1, CableStep],
  amplitude: [2, repeated(2, CableAmplitude)],
  pulse: [3, CablePulse],
}));

/** A measurement goes on, or is done. */
export interface CableTdrEvent extends EthtoolHeader {
  /** How far it is. */
  status?: CableStatus;
  /** What was measured. */
  nest?: CableTdrNest;
}

/** Wire form of {@linkcode CableTdrEvent}: ETHTOOL_A_CABLE_TEST_TDR_NTF_*. */
export const CableTdrEvent: Attributes<CableTdrEvent> = message<CableTdrEvent>((): Shape<
  Omit<CableTdrEvent, keyof EthtoolHeader>
> => ({
  status: [2, cableStatus],
  nest: [3, CableTdrNest],
}));
