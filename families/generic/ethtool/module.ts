/**
 * ethtool's messages about modules, timestamping clocks and cables.
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
  secret,
  type Shape,
  text,
  u32,
  u8,
  uint,
} from "../../../core/codec/mod.ts";
import { type Bitset, bitset } from "./bitset.ts";
import { type EthtoolHeader, message } from "./protocol.ts";

/** The policy for a module's power: always high, or only while its port is up. */
export type ModulePowerPolicy = "high" | "auto" | number;

const powerPolicy: Codec<ModulePowerPolicy> = enumeration(u8, { high: 1, auto: 2 });

/** The power mode of a module. */
export type ModulePowerMode = "low" | "high" | number;

const powerMode: Codec<ModulePowerMode> = enumeration(u8, { low: 1, high: 2 });

/** The progress of writing firmware. */
export type FlashStatus = "started" | "in_progress" | "completed" | "error" | number;

const flashStatus: Codec<FlashStatus> = enumeration(u32, { started: 1, in_progress: 2, completed: 3, error: 4 });

/** The device that takes timestamps. */
export type HwtstampSource = "netdev" | "phylib" | number;

const tsSource: Codec<HwtstampSource> = enumeration(u32, { netdev: 1, phylib: 2 });

/** A pair of a cable. */
export type CablePair = "a" | "b" | "c" | "d" | number;

const pair: Codec<CablePair> = enumeration(u8, { a: 0, b: 1, c: 2, d: 3 });

/** The state of a pair: good, or its fault. */
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

/** The method of a test. */
export type CableSource = "unspec" | "tdr" | "alcd" | number;

const cableSource: Codec<CableSource> = enumeration(u32, { unspec: 0, tdr: 1, alcd: 2 });

/** The progress of a test. */
export type CableStatus = "unspec" | "started" | "completed" | number;

const cableStatus: Codec<CableStatus> = enumeration(u8, { unspec: 0, started: 1, completed: 2 });

/** A part of the memory of a plugged-in module. */
export interface ModuleEeprom extends EthtoolHeader {
  /** The offset in the page, in bytes. */
  offset?: number;
  /** The number of bytes, 1 to 128. */
  length?: number;
  /** The page. */
  page?: number;
  /** The bank. */
  bank?: number;
  /** The I2C address: 0x50 or 0x51. */
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
  /** The policy for its power. */
  powerModePolicy?: ModulePowerPolicy;
  /** Its power mode. Read-only. */
  powerMode?: ModulePowerMode;
}

/** Wire form of {@linkcode Module}: ETHTOOL_A_MODULE_*. */
export const Module: Attributes<Module> = message<Module>((): Shape<Omit<Module, keyof EthtoolHeader>> => ({
  powerModePolicy: [2, powerPolicy],
  powerMode: [3, powerMode, readOnly],
}));

/** The writing of a module's firmware. */
export interface ModuleFwFlash extends EthtoolHeader {
  /** The name of the file below /lib/firmware. */
  fileName?: string;
  /** The password of the module, u32. */
  password?: number;
  /** The progress. Read-only. */
  status?: FlashStatus;
  /** The kernel's text about the progress. Read-only. */
  statusMsg?: string;
  /** The number of bytes written. Read-only. */
  done?: number;
  /** The number of bytes to write. Read-only. */
  total?: number;
}

/** Wire form of {@linkcode ModuleFwFlash}: ETHTOOL_A_MODULE_FW_FLASH_*. */
export const ModuleFwFlash: Attributes<ModuleFwFlash> = message<ModuleFwFlash>((): Shape<
  Omit<ModuleFwFlash, keyof EthtoolHeader>
> => ({
  fileName: [2, text],
  password: [3, secret(u32)],
  status: [4, flashStatus, readOnly],
  statusMsg: [5, text, readOnly],
  done: [6, uint, readOnly],
  total: [7, uint, readOnly],
}));

/** A clock that takes timestamps. */
export interface HwtstampProvider {
  /** The number of the clock, /dev/ptpN. */
  index?: number;
  /** The precision: 0 precise, 1 approximate. */
  qualifier?: number;
}

/** Wire form of {@linkcode HwtstampProvider}: ETHTOOL_A_TS_HWTSTAMP_PROVIDER_*. */
export const HwtstampProvider: Attributes<HwtstampProvider> = attributes((): Shape<HwtstampProvider> => ({
  index: [1, u32],
  qualifier: [2, u32],
}));

/** The statistics of timestamps. */
export interface TsStat {
  /** Number of packets sent with a timestamp. Read-only. */
  txPkts?: number;
  /** Number of timestamps that did not arrive. Read-only. */
  txLost?: number;
  /** Number of timestamps that failed. Read-only. */
  txErr?: number;
  /** Number of packets that the device put a timestamp into without confirming it. Read-only. */
  txOnestepPktsUnconfirmed?: number;
}

/** Wire form of {@linkcode TsStat}: ETHTOOL_A_TS_STAT_*. */
export const TsStat: Attributes<TsStat> = attributes((): Shape<TsStat> => ({
  txPkts: [1, uint, readOnly],
  txLost: [2, uint, readOnly],
  txErr: [3, uint, readOnly],
  txOnestepPktsUnconfirmed: [4, uint, readOnly],
}));

/** The timestamping capabilities of a device. */
export interface TsInfo extends EthtoolHeader {
  /** The supported kinds of timestamps: SOF_TIMESTAMPING_*. Read-only. */
  timestamping?: Bitset;
  /** The supported selections of sent packets. Read-only. */
  txTypes?: Bitset;
  /** The supported selections of received packets. Read-only. */
  rxFilters?: Bitset;
  /** The number of its clock, /dev/ptpN. Read-only. */
  phcIndex?: number;
  /** The statistics; with `headerFlags: ["stats"]`. Read-only. */
  stats?: TsStat;
  /** The clock that takes the timestamps. */
  hwtstampProvider?: HwtstampProvider;
  /** The kind of device that takes the timestamps. Read-only. */
  hwtstampSource?: HwtstampSource;
  /** The index of the PHY that takes the timestamps. Read-only. */
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

/** The timestamping settings of a device. */
export interface TsConfig extends EthtoolHeader {
  /** The clock that takes the timestamps. */
  hwtstampProvider?: HwtstampProvider;
  /** The selection of sent packets. */
  txTypes?: Bitset;
  /** The selection of received packets. */
  rxFilters?: Bitset;
  /** The flags. */
  hwtstampFlags?: Bitset;
}

/** Wire form of {@linkcode TsConfig}: ETHTOOL_A_TSCONFIG_*. */
export const TsConfig: Attributes<TsConfig> = message<TsConfig>((): Shape<Omit<TsConfig, keyof EthtoolHeader>> => ({
  hwtstampProvider: [2, HwtstampProvider],
  txTypes: [3, bitset],
  rxFilters: [4, bitset],
  hwtstampFlags: [5, bitset],
}));

/** The virtual clocks of a device's clock. */
export interface PhcVclocks extends EthtoolHeader {
  /** The number of virtual clocks. Read-only. */
  num?: number;
  /** The numbers of the virtual clocks, /dev/ptpN. Read-only. */
  index?: readonly number[];
}

/** Wire form of {@linkcode PhcVclocks}: ETHTOOL_A_PHC_VCLOCKS_*. */
export const PhcVclocks: Attributes<PhcVclocks> = message<PhcVclocks>((): Shape<
  Omit<PhcVclocks, keyof EthtoolHeader>
> => ({
  num: [2, u32, readOnly],
  index: [3, array(i32), readOnly],
}));

/** A request for a cable test. */
export interface CableTest extends EthtoolHeader {
}

/** Wire form of {@linkcode CableTest}: ETHTOOL_A_CABLE_TEST_*. */
export const CableTest: Attributes<CableTest> = message<CableTest>(() => ({}));

/** The range of a measurement along the cable. */
export interface TdrConfig {
  /** The first distance, in cm. */
  first?: number;
  /** The last distance, in cm. */
  last?: number;
  /** The step, in cm. */
  step?: number;
  /** The only pair to measure; all pairs when absent. */
  pair?: CablePair;
}

/** Wire form of {@linkcode TdrConfig}: ETHTOOL_A_CABLE_TEST_TDR_CFG_*. */
export const TdrConfig: Attributes<TdrConfig> = attributes((): Shape<TdrConfig> => ({
  first: [1, u32],
  last: [2, u32],
  step: [3, u32],
  pair: [4, pair],
}));

/** A request for a measurement along the cable. */
export interface CableTestTdr extends EthtoolHeader {
  /** The range. */
  cfg?: TdrConfig;
}

/** Wire form of {@linkcode CableTestTdr}: ETHTOOL_A_CABLE_TEST_TDR_*. */
export const CableTestTdr: Attributes<CableTestTdr> = message<CableTestTdr>((): Shape<
  Omit<CableTestTdr, keyof EthtoolHeader>
> => ({
  cfg: [2, TdrConfig],
}));

/** The state of a pair. */
export interface CableResult {
  /** The pair. */
  pair?: CablePair;
  /** The state. */
  code?: CableCode;
  /** The method of the test. */
  src?: CableSource;
}

/** Wire form of {@linkcode CableResult}: ETHTOOL_A_CABLE_RESULT_*. */
export const CableResult: Attributes<CableResult> = attributes((): Shape<CableResult> => ({
  pair: [1, pair],
  code: [2, code],
  src: [3, cableSource],
}));

/** The distance of a fault on a pair. */
export interface CableFaultLength {
  /** The pair. */
  pair?: CablePair;
  /** The distance, in cm. */
  cm?: number;
  /** The method of the test. */
  src?: CableSource;
}

/** Wire form of {@linkcode CableFaultLength}: ETHTOOL_A_CABLE_FAULT_LENGTH_*. */
export const CableFaultLength: Attributes<CableFaultLength> = attributes((): Shape<CableFaultLength> => ({
  pair: [1, pair],
  cm: [2, u32],
  src: [3, cableSource],
}));

/** The results of a cable test. */
export interface CableNest {
  /** The states of the pairs. */
  result?: readonly CableResult[];
  /** The distances of the faults. */
  faultLength?: readonly CableFaultLength[];
}

/** Wire form of {@linkcode CableNest}: ETHTOOL_A_CABLE_NEST_*. */
export const CableNest: Attributes<CableNest> = attributes((): Shape<CableNest> => ({
  result: [1, repeated(1, CableResult)],
  faultLength: [2, repeated(2, CableFaultLength)],
}));

/** An event of a cable test. */
export interface CableTestEvent extends EthtoolHeader {
  /** The progress. */
  status?: CableStatus;
  /** The results. */
  nest?: CableNest;
}

/** Wire form of {@linkcode CableTestEvent}: ETHTOOL_A_CABLE_TEST_NTF_*. */
export const CableTestEvent: Attributes<CableTestEvent> = message<CableTestEvent>((): Shape<
  Omit<CableTestEvent, keyof EthtoolHeader>
> => ({
  status: [2, cableStatus],
  nest: [3, CableNest],
}));

/** The amplitude of an echo. */
export interface CableAmplitude {
  /** The pair. */
  pair?: CablePair;
  /** The amplitude, in mV. */
  mV?: number;
}

/** Wire form of {@linkcode CableAmplitude}: ETHTOOL_A_CABLE_AMPLITUDE_*. */
export const CableAmplitude: Attributes<CableAmplitude> = attributes((): Shape<CableAmplitude> => ({
  pair: [1, pair],
  mV: [2, i16],
}));

/** The amplitude of the test pulse. */
export interface CablePulse {
  /** The amplitude, in mV. */
  mV?: number;
}

/** Wire form of {@linkcode CablePulse}: ETHTOOL_A_CABLE_PULSE_*. */
export const CablePulse: Attributes<CablePulse> = attributes((): Shape<CablePulse> => ({
  mV: [1, i16],
}));

/** The range of a measurement. */
export interface CableStep {
  /** The first distance, in cm. */
  firstDistance?: number;
  /** The last distance, in cm. */
  lastDistance?: number;
  /** The step, in cm. */
  stepDistance?: number;
}

/** Wire form of {@linkcode CableStep}: ETHTOOL_A_CABLE_STEP_*. */
export const CableStep: Attributes<CableStep> = attributes((): Shape<CableStep> => ({
  firstDistance: [1, u32],
  lastDistance: [2, u32],
  stepDistance: [3, u32],
}));

/** The results of a measurement along the cable. */
export interface CableTdrNest {
  /** The range. */
  step?: CableStep;
  /** The echoes, step by step. */
  amplitude?: readonly CableAmplitude[];
  /** The test pulse. */
  pulse?: CablePulse;
}

/** Wire form of {@linkcode CableTdrNest}: ETHTOOL_A_CABLE_TDR_NEST_*. */
export const CableTdrNest: Attributes<CableTdrNest> = attributes((): Shape<CableTdrNest> => ({
  step: [1, CableStep],
  amplitude: [2, repeated(2, CableAmplitude)],
  pulse: [3, CablePulse],
}));

/** An event of a measurement along the cable. */
export interface CableTdrEvent extends EthtoolHeader {
  /** The progress. */
  status?: CableStatus;
  /** The results. */
  nest?: CableTdrNest;
}

/** Wire form of {@linkcode CableTdrEvent}: ETHTOOL_A_CABLE_TEST_TDR_NTF_*. */
export const CableTdrEvent: Attributes<CableTdrEvent> = message<CableTdrEvent>((): Shape<
  Omit<CableTdrEvent, keyof EthtoolHeader>
> => ({
  status: [2, cableStatus],
  nest: [3, CableTdrNest],
}));
