/**
 * nl80211's objects: radios (wiphys) with their bands, interfaces, stations, networks and regulatory domains.
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
  count64,
  flag,
  i32,
  i64,
  i8,
  type Ifindex,
  ifindex,
  key,
  list,
  mac,
  readOnly,
  type Shape,
  string,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../../core/codec/mod.ts";
import {
  type BandRates,
  bandRates,
  BSS_SELECTIONS,
  type BssSelection,
  type BssStatus,
  bssStatus,
  type ChannelType,
  channelType,
  type ChannelWidth,
  channelWidth,
  type DfsRegion,
  dfsRegion,
  type DfsState,
  dfsState,
  type Iftype,
  iftype,
  IFTYPES,
  keyed,
  MONITOR_FLAGS,
  type MonitorFlag,
  numbers,
  type RegInitiator,
  regInitiator,
  type RegRuleFlag,
  regRuleFlags,
  type RegType,
  regType,
  type ScanFlag,
  scanFlags,
  ssid,
  type StaFlags,
  staFlags,
  type TxPowerSetting,
  txPowerSetting,
} from "./codecs.ts";
import { elements, ssidOf } from "./elements.ts";
import { Nl80211Message } from "./message.ts";
import {
  BssParam,
  CoalesceSupport,
  FrameTypes,
  IftypeAkmSuites,
  InterfaceCombination,
  MbssidConfig,
  NanCapabilities,
  PeerMeasurements,
  SarSpec,
  TidConfig,
  VendorCommand,
  WiphyRadio,
  WowlanSupport,
} from "./nests.ts";

/** The commands: NL80211_CMD_*. */
export const NL80211_CMD = {
  NL80211_CMD_GET_WIPHY: 1,
  NL80211_CMD_SET_WIPHY: 2,
  NL80211_CMD_NEW_WIPHY: 3,
  NL80211_CMD_DEL_WIPHY: 4,
  NL80211_CMD_GET_INTERFACE: 5,
  NL80211_CMD_SET_INTERFACE: 6,
  NL80211_CMD_NEW_INTERFACE: 7,
  NL80211_CMD_DEL_INTERFACE: 8,
  NL80211_CMD_GET_KEY: 9,
  NL80211_CMD_SET_KEY: 10,
  NL80211_CMD_NEW_KEY: 11,
  NL80211_CMD_DEL_KEY: 12,
  NL80211_CMD_GET_BEACON: 13,
  NL80211_CMD_SET_BEACON: 14,
  NL80211_CMD_START_AP: 15,
  NL80211_CMD_STOP_AP: 16,
  NL80211_CMD_GET_STATION: 17,
  NL80211_CMD_SET_STATION: 18,
  NL80211_CMD_NEW_STATION: 19,
  NL80211_CMD_DEL_STATION: 20,
  NL80211_CMD_GET_MPATH: 21,
  NL80211_CMD_SET_MPATH: 22,
  NL80211_CMD_NEW_MPATH: 23,
  NL80211_CMD_DEL_MPATH: 24,
  NL80211_CMD_SET_BSS: 25,
  NL80211_CMD_SET_REG: 26,
  NL80211_CMD_REQ_SET_REG: 27,
  NL80211_CMD_GET_MESH_CONFIG: 28,
  NL80211_CMD_SET_MESH_CONFIG: 29,
  NL80211_CMD_SET_MGMT_EXTRA_IE: 30,
  NL80211_CMD_GET_REG: 31,
  NL80211_CMD_GET_SCAN: 32,
  NL80211_CMD_TRIGGER_SCAN: 33,
  NL80211_CMD_NEW_SCAN_RESULTS: 34,
  NL80211_CMD_SCAN_ABORTED: 35,
  NL80211_CMD_REG_CHANGE: 36,
  NL80211_CMD_AUTHENTICATE: 37,
  NL80211_CMD_ASSOCIATE: 38,
  NL80211_CMD_DEAUTHENTICATE: 39,
  NL80211_CMD_DISASSOCIATE: 40,
  NL80211_CMD_MICHAEL_MIC_FAILURE: 41,
  NL80211_CMD_REG_BEACON_HINT: 42,
  NL80211_CMD_JOIN_IBSS: 43,
  NL80211_CMD_LEAVE_IBSS: 44,
  NL80211_CMD_TESTMODE: 45,
  NL80211_CMD_CONNECT: 46,
  NL80211_CMD_ROAM: 47,
  NL80211_CMD_DISCONNECT: 48,
  NL80211_CMD_SET_WIPHY_NETNS: 49,
  NL80211_CMD_GET_SURVEY: 50,
  NL80211_CMD_NEW_SURVEY_RESULTS: 51,
  NL80211_CMD_SET_PMKSA: 52,
  NL80211_CMD_DEL_PMKSA: 53,
  NL80211_CMD_FLUSH_PMKSA: 54,
  NL80211_CMD_REMAIN_ON_CHANNEL: 55,
  NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL: 56,
  NL80211_CMD_SET_TX_BITRATE_MASK: 57,
  NL80211_CMD_REGISTER_FRAME: 58,
  NL80211_CMD_FRAME: 59,
  NL80211_CMD_FRAME_TX_STATUS: 60,
  NL80211_CMD_SET_POWER_SAVE: 61,
  NL80211_CMD_GET_POWER_SAVE: 62,
  NL80211_CMD_SET_CQM: 63,
  NL80211_CMD_NOTIFY_CQM: 64,
  NL80211_CMD_SET_CHANNEL: 65,
  NL80211_CMD_SET_WDS_PEER: 66,
  NL80211_CMD_FRAME_WAIT_CANCEL: 67,
  NL80211_CMD_JOIN_MESH: 68,
  NL80211_CMD_LEAVE_MESH: 69,
  NL80211_CMD_UNPROT_DEAUTHENTICATE: 70,
  NL80211_CMD_UNPROT_DISASSOCIATE: 71,
  NL80211_CMD_NEW_PEER_CANDIDATE: 72,
  NL80211_CMD_GET_WOWLAN: 73,
  NL80211_CMD_SET_WOWLAN: 74,
  NL80211_CMD_START_SCHED_SCAN: 75,
  NL80211_CMD_STOP_SCHED_SCAN: 76,
  NL80211_CMD_SCHED_SCAN_RESULTS: 77,
  NL80211_CMD_SCHED_SCAN_STOPPED: 78,
  NL80211_CMD_SET_REKEY_OFFLOAD: 79,
  NL80211_CMD_PMKSA_CANDIDATE: 80,
  NL80211_CMD_TDLS_OPER: 81,
  NL80211_CMD_TDLS_MGMT: 82,
  NL80211_CMD_UNEXPECTED_FRAME: 83,
  NL80211_CMD_PROBE_CLIENT: 84,
  NL80211_CMD_REGISTER_BEACONS: 85,
  NL80211_CMD_UNEXPECTED_4ADDR_FRAME: 86,
  NL80211_CMD_SET_NOACK_MAP: 87,
  NL80211_CMD_CH_SWITCH_NOTIFY: 88,
  NL80211_CMD_START_P2P_DEVICE: 89,
  NL80211_CMD_STOP_P2P_DEVICE: 90,
  NL80211_CMD_CONN_FAILED: 91,
  NL80211_CMD_SET_MCAST_RATE: 92,
  NL80211_CMD_SET_MAC_ACL: 93,
  NL80211_CMD_RADAR_DETECT: 94,
  NL80211_CMD_GET_PROTOCOL_FEATURES: 95,
  NL80211_CMD_UPDATE_FT_IES: 96,
  NL80211_CMD_FT_EVENT: 97,
  NL80211_CMD_CRIT_PROTOCOL_START: 98,
  NL80211_CMD_CRIT_PROTOCOL_STOP: 99,
  NL80211_CMD_GET_COALESCE: 100,
  NL80211_CMD_SET_COALESCE: 101,
  NL80211_CMD_CHANNEL_SWITCH: 102,
  NL80211_CMD_VENDOR: 103,
  NL80211_CMD_SET_QOS_MAP: 104,
  NL80211_CMD_ADD_TX_TS: 105,
  NL80211_CMD_DEL_TX_TS: 106,
  NL80211_CMD_GET_MPP: 107,
  NL80211_CMD_JOIN_OCB: 108,
  NL80211_CMD_LEAVE_OCB: 109,
  NL80211_CMD_CH_SWITCH_STARTED_NOTIFY: 110,
  NL80211_CMD_TDLS_CHANNEL_SWITCH: 111,
  NL80211_CMD_TDLS_CANCEL_CHANNEL_SWITCH: 112,
  NL80211_CMD_WIPHY_REG_CHANGE: 113,
  NL80211_CMD_ABORT_SCAN: 114,
  NL80211_CMD_START_NAN: 115,
  NL80211_CMD_STOP_NAN: 116,
  NL80211_CMD_ADD_NAN_FUNCTION: 117,
  NL80211_CMD_DEL_NAN_FUNCTION: 118,
  NL80211_CMD_CHANGE_NAN_CONFIG: 119,
  NL80211_CMD_NAN_MATCH: 120,
  NL80211_CMD_SET_MULTICAST_TO_UNICAST: 121,
  NL80211_CMD_UPDATE_CONNECT_PARAMS: 122,
  NL80211_CMD_SET_PMK: 123,
  NL80211_CMD_DEL_PMK: 124,
  NL80211_CMD_PORT_AUTHORIZED: 125,
  NL80211_CMD_RELOAD_REGDB: 126,
  NL80211_CMD_EXTERNAL_AUTH: 127,
  NL80211_CMD_STA_OPMODE_CHANGED: 128,
  NL80211_CMD_CONTROL_PORT_FRAME: 129,
  NL80211_CMD_GET_FTM_RESPONDER_STATS: 130,
  NL80211_CMD_PEER_MEASUREMENT_START: 131,
  NL80211_CMD_PEER_MEASUREMENT_RESULT: 132,
  NL80211_CMD_PEER_MEASUREMENT_COMPLETE: 133,
  NL80211_CMD_NOTIFY_RADAR: 134,
  NL80211_CMD_UPDATE_OWE_INFO: 135,
  NL80211_CMD_PROBE_MESH_LINK: 136,
  NL80211_CMD_SET_TID_CONFIG: 137,
  NL80211_CMD_UNPROT_BEACON: 138,
  NL80211_CMD_CONTROL_PORT_FRAME_TX_STATUS: 139,
  NL80211_CMD_SET_SAR_SPECS: 140,
  NL80211_CMD_OBSS_COLOR_COLLISION: 141,
  NL80211_CMD_COLOR_CHANGE_REQUEST: 142,
  NL80211_CMD_COLOR_CHANGE_STARTED: 143,
  NL80211_CMD_COLOR_CHANGE_ABORTED: 144,
  NL80211_CMD_COLOR_CHANGE_COMPLETED: 145,
  NL80211_CMD_SET_FILS_AAD: 146,
  NL80211_CMD_ASSOC_COMEBACK: 147,
  NL80211_CMD_ADD_LINK: 148,
  NL80211_CMD_REMOVE_LINK: 149,
  NL80211_CMD_ADD_LINK_STA: 150,
  NL80211_CMD_MODIFY_LINK_STA: 151,
  NL80211_CMD_REMOVE_LINK_STA: 152,
  NL80211_CMD_SET_HW_TIMESTAMP: 153,
  NL80211_CMD_LINKS_REMOVED: 154,
  NL80211_CMD_SET_TID_TO_LINK_MAPPING: 155,
  NL80211_CMD_ASSOC_MLO_RECONF: 156,
  NL80211_CMD_EPCS_CFG: 157,
  NL80211_CMD_NAN_NEXT_DW_NOTIFICATION: 158,
  NL80211_CMD_NAN_CLUSTER_JOINED: 159,
  NL80211_CMD_INCUMBENT_SIGNAL_DETECT: 160,
  NL80211_CMD_NAN_SET_LOCAL_SCHED: 161,
  NL80211_CMD_NAN_SCHED_UPDATE_DONE: 162,
  NL80211_CMD_NAN_SET_PEER_SCHED: 163,
  NL80211_CMD_NAN_ULW_UPDATE: 164,
  NL80211_CMD_NAN_CHANNEL_EVAC: 165,
  NL80211_CMD_START_PD: 166,
  NL80211_CMD_STOP_PD: 167,
} as const;
/** A channel of a band. */
export interface Channel {
  /** The frequency, in MHz. Read-only. */
  freq?: number;
  /** True if it must not be used. Read-only. */
  disabled?: boolean;
  /** True if this device must not be the first to transmit. Read-only. */
  noIr?: boolean;
  /** The same as `noIr`, for kernels before 3.15; newer ones send both. Read-only. */
  noIbss?: boolean;
  /** True if radar must be looked for. Read-only. */
  radar?: boolean;
  /** The greatest transmit power, in mBm (hundredths of dBm). Read-only. */
  maxTxPower?: number;
  /** The state of the radar check. Read-only. */
  dfsState?: DfsState;
  /** The time in that state, in ms. Read-only. */
  dfsTime?: number;
  /** True if it must not be joined with the channel below to 40 MHz. Read-only. */
  noHt40Minus?: boolean;
  /** True if it must not be joined with the channel above to 40 MHz. Read-only. */
  noHt40Plus?: boolean;
  /** True if 80 MHz are not allowed. Read-only. */
  no80mhz?: boolean;
  /** True if 160 MHz are not allowed. Read-only. */
  no160mhz?: boolean;
  /** The duration of the radar check before use, in ms. Read-only. */
  dfsCacTime?: number;
  /** True if it is allowed indoors only. Read-only. */
  indoorOnly?: boolean;
  /** True if this device may transmit first on a channel where it is connected as a station. Read-only. */
  irConcurrent?: boolean;
  /** True if 20 MHz are not allowed. Read-only. */
  no20mhz?: boolean;
  /** True if 10 MHz are not allowed. Read-only. */
  no10mhz?: boolean;
  /** True if 802.11ax (HE) is not allowed. Read-only. */
  noHe?: boolean;
  /** The offset to add to `freq`, in kHz. Read-only. */
  offset?: number;
  /** True if 320 MHz are not allowed. Read-only. */
  no320mhz?: boolean;
  /** True if 802.11be (EHT) is not allowed. Read-only. */
  noEht?: boolean;
  /** The greatest power density, in dBm/MHz. Read-only. */
  psd?: number;
  /** The limits of the transmit queues. Read-only. */
  wmm?: readonly WmmRule[];
  /** True if a width of 1 MHz is allowed. Read-only. */
  "1mhz"?: boolean;
  /** True if a width of 2 MHz is allowed. Read-only. */
  "2mhz"?: boolean;
  /** True if a width of 4 MHz is allowed. Read-only. */
  "4mhz"?: boolean;
  /** True if a width of 8 MHz is allowed. Read-only. */
  "8mhz"?: boolean;
  /** True if a width of 16 MHz is allowed. Read-only. */
  "16mhz"?: boolean;
  /** True if ad hoc and P2P may use it beside an access point that checks for radar on the same channel. Read-only. */
  dfsConcurrent?: boolean;
  /** True if connecting to a very low power access point at 6 GHz is not allowed. Read-only. */
  no6ghzVlpClient?: boolean;
  /** True if connecting to a standard power access point at 6 GHz is not allowed. Read-only. */
  no6ghzAfcClient?: boolean;
  /** True if it may be monitored even if it must not be used. Read-only. */
  canMonitor?: boolean;
  /** True if a very low power access point at 6 GHz is allowed. Read-only. */
  allow6ghzVlpAp?: boolean;
  /** True if 20 MHz are allowed even if wider channels are not. Read-only. */
  allow20mhzActivity?: boolean;
  /** True if 4 MHz are not allowed. Read-only. */
  no4mhz?: boolean;
  /** True if 8 MHz are not allowed. Read-only. */
  no8mhz?: boolean;
  /** True if 16 MHz are not allowed. Read-only. */
  no16mhz?: boolean;
  /** True if it cannot be the primary channel. Read-only. */
  s1gNoPrimary?: boolean;
  /** True if 802.11bn (UHR) is not allowed. Read-only. */
  noUhr?: boolean;
  /** The start of the running radar check, in ns since boot. Read-only. */
  cacStartTime?: bigint;
}

/** Wire form of {@linkcode Channel}: NL80211_FREQUENCY_ATTR_*. */
export const Channel: Attributes<Channel> = attributes((): Shape<Channel> => ({
  freq: [1, u32, readOnly],
  disabled: [2, flag, readOnly],
  noIr: [3, flag, readOnly],
  noIbss: [4, flag, readOnly],
  radar: [5, flag, readOnly],
  maxTxPower: [6, u32, readOnly],
  dfsState: [7, dfsState, readOnly],
  dfsTime: [8, u32, readOnly],
  noHt40Minus: [9, flag, readOnly],
  noHt40Plus: [10, flag, readOnly],
  no80mhz: [11, flag, readOnly],
  no160mhz: [12, flag, readOnly],
  dfsCacTime: [13, u32, readOnly],
  indoorOnly: [14, flag, readOnly],
  irConcurrent: [15, flag, readOnly],
  no20mhz: [16, flag, readOnly],
  no10mhz: [17, flag, readOnly],
  noHe: [19, flag, readOnly],
  offset: [20, u32, readOnly],
  no320mhz: [26, flag, readOnly],
  noEht: [27, flag, readOnly],
  psd: [28, i8, readOnly],
  wmm: [18, keyed("ac", WmmRule), readOnly],
  "1mhz": [21, flag, readOnly],
  "2mhz": [22, flag, readOnly],
  "4mhz": [23, flag, readOnly],
  "8mhz": [24, flag, readOnly],
  "16mhz": [25, flag, readOnly],
  dfsConcurrent: [29, flag, readOnly],
  no6ghzVlpClient: [30, flag, readOnly],
  no6ghzAfcClient: [31, flag, readOnly],
  canMonitor: [32, flag, readOnly],
  allow6ghzVlpAp: [33, flag, readOnly],
  allow20mhzActivity: [34, flag, readOnly],
  no4mhz: [35, flag, readOnly],
  no8mhz: [36, flag, readOnly],
  no16mhz: [37, flag, readOnly],
  s1gNoPrimary: [38, flag, readOnly],
  noUhr: [39, flag, readOnly],
  cacStartTime: [40, u64, readOnly],
}), { pad: 41 });

/** A rate of a band. */
export interface Bitrate {
  /** The rate, in 100 kbit/s. Read-only. */
  rate?: number;
  /** True if it supports a short preamble at 2.4 GHz. Read-only. */
  "2ghzShortpreamble"?: boolean;
}

/** Wire form of {@linkcode Bitrate}: NL80211_BITRATE_ATTR_*. */
export const Bitrate: Attributes<Bitrate> = attributes((): Shape<Bitrate> => ({
  rate: [1, u32, readOnly],
  "2ghzShortpreamble": [2, flag, readOnly],
}));

/** The limits of a transmit queue on a channel. */
export interface WmmRule {
  /** The access category: 0 voice, 1 video, 2 best effort, 3 background. */
  ac?: number;
  /** The least contention window, 2^n - 1. Read-only. */
  cwMin?: number;
  /** The greatest contention window, 2^n - 1. Read-only. */
  cwMax?: number;
  /** The arbitration interframe space, in slots. Read-only. */
  aifsn?: number;
  /** The longest transmission, in µs. Read-only. */
  txop?: number;
}

/** Wire form of {@linkcode WmmRule}: NL80211_WMMR_*. */
export const WmmRule: Attributes<WmmRule> = attributes((): Shape<WmmRule> => ({
  ac: {},
  cwMin: [1, u16, readOnly],
  cwMax: [2, u16, readOnly],
  aifsn: [3, u8, readOnly],
  txop: [4, u16, readOnly],
}));

/** The capabilities of a radio in a band, for some interface types. */
export interface BandIftype {
  /** The interface types. Read-only. */
  iftypes?: readonly Iftype[];
  /** The MAC capabilities of 802.11ax (HE). Read-only. */
  heCapMac?: Uint8Array;
  /** The PHY capabilities of 802.11ax. Read-only. */
  heCapPhy?: Uint8Array;
  /** The MCS set of 802.11ax. Read-only. */
  heCapMcsSet?: Uint8Array;
  /** The PPE thresholds of 802.11ax. Read-only. */
  heCapPpe?: Uint8Array;
  /** The capabilities of 802.11ax at 6 GHz. Read-only. */
  he6ghzCapa?: Uint8Array;
  /** The vendor specific elements. Read-only. */
  vendorElems?: Uint8Array;
  /** The MAC capabilities of 802.11be (EHT). Read-only. */
  ehtCapMac?: Uint8Array;
  /** The PHY capabilities of 802.11be. Read-only. */
  ehtCapPhy?: Uint8Array;
  /** The MCS set of 802.11be. Read-only. */
  ehtCapMcsSet?: Uint8Array;
  /** The PPE thresholds of 802.11be. Read-only. */
  ehtCapPpe?: Uint8Array;
  /** The MAC capabilities of 802.11bn (UHR). Read-only. */
  uhrCapMac?: Uint8Array;
  /** The PHY capabilities of 802.11bn. Read-only. */
  uhrCapPhy?: Uint8Array;
}

/** Wire form of {@linkcode BandIftype}: NL80211_BAND_IFTYPE_ATTR_*. */
export const BandIftype: Attributes<BandIftype> = attributes((): Shape<BandIftype> => ({
  iftypes: [1, numbers(IFTYPES), readOnly],
  heCapMac: [2, bytes, readOnly],
  heCapPhy: [3, bytes, readOnly],
  heCapMcsSet: [4, bytes, readOnly],
  heCapPpe: [5, bytes, readOnly],
  he6ghzCapa: [6, bytes, readOnly],
  vendorElems: [7, elements, readOnly],
  ehtCapMac: [8, bytes, readOnly],
  ehtCapPhy: [9, bytes, readOnly],
  ehtCapMcsSet: [10, bytes, readOnly],
  ehtCapPpe: [11, bytes, readOnly],
  uhrCapMac: [12, bytes, readOnly],
  uhrCapPhy: [13, bytes, readOnly],
}));

/** The capabilities of a radio in a band. */
export interface Band {
  /** The band: 0 is 2.4 GHz, 1 is 5 GHz, 2 is 60 GHz, 3 is 6 GHz, 4 is below 1 GHz. */
  band?: number;
  /** The channels. Read-only. */
  freqs?: readonly Channel[];
  /** The rates. Read-only. */
  rates?: readonly Bitrate[];
  /** The MCS set of 802.11n (HT). Read-only. */
  htMcsSet?: Uint8Array;
  /** The capabilities of 802.11n, as bits. Read-only. */
  htCapa?: number;
  /** The greatest A-MPDU length of 802.11n, as an exponent. Read-only. */
  htAmpduFactor?: number;
  /** The least spacing of frames in an A-MPDU of 802.11n, as 802.11 numbers it. Read-only. */
  htAmpduDensity?: number;
  /** The MCS set of 802.11ac (VHT). Read-only. */
  vhtMcsSet?: Uint8Array;
  /** The capabilities of 802.11ac, as bits. Read-only. */
  vhtCapa?: number;
  /** The capabilities by interface type. Read-only. */
  iftypeData?: readonly BandIftype[];
  /** Mask of the 60 GHz channels that can be bonded (EDMG). Read-only. */
  edmgChannels?: number;
  /** The supported bandwidth configuration of EDMG. Read-only. */
  edmgBwConfig?: number;
  /** The MCS set below 1 GHz (S1G). Read-only. */
  s1gMcsNssSet?: Uint8Array;
  /** The capabilities below 1 GHz (S1G). Read-only. */
  s1gCapa?: Uint8Array;
}

/** Wire form of {@linkcode Band}: NL80211_BAND_ATTR_*. */
export const Band: Attributes<Band> = attributes((): Shape<Band> => ({
  band: {},
  freqs: [1, list(Channel), readOnly],
  rates: [2, list(Bitrate), readOnly],
  htMcsSet: [3, bytes, readOnly],
  htCapa: [4, u16, readOnly],
  htAmpduFactor: [5, u8, readOnly],
  htAmpduDensity: [6, u8, readOnly],
  vhtMcsSet: [7, bytes, readOnly],
  vhtCapa: [8, u32, readOnly],
  iftypeData: [9, list(BandIftype), readOnly],
  edmgChannels: [10, u8, readOnly],
  edmgBwConfig: [11, u8, readOnly],
  s1gMcsNssSet: [12, bytes, readOnly],
  s1gCapa: [13, bytes, readOnly],
}));

/** A radio (wiphy). */
export interface Wiphy {
  /** The radio's number. */
  wiphy?: number;
  /** The radio's name. */
  wiphyName?: string;
  /** The radio's MAC address. Read-only. */
  mac?: string;
  /** The bands. Read-only. */
  wiphyBands?: readonly Band[];
  /** The supported interface types. Read-only. */
  supportedIftypes?: readonly Iftype[];
  /** The most SSIDs in one scan. Read-only. */
  maxNumScanSsids?: number;
  /** The generation of the list. It changes with the list. Read-only. */
  generation?: number;
  /** The supported commands, by number: NL80211_CMD_*. Read-only. */
  supportedCommands?: readonly number[];
  /** The most bytes of information elements in one scan. Read-only. */
  maxScanIeLen?: number;
  /** The supported ciphers: 0x000fac04 is CCMP. Read-only. */
  cipherSuites?: readonly number[];
  /** The number of attempts to send a short frame. */
  wiphyRetryShort?: number;
  /** The number of attempts to send a long frame. */
  wiphyRetryLong?: number;
  /** The size in bytes above which frames are fragmented; 4294967295 is never. */
  wiphyFragThreshold?: number;
  /** The size in bytes above which frames use RTS/CTS; 4294967295 is never. */
  wiphyRtsThreshold?: number;
  /** The most PMKIDs that the radio stores. Read-only. */
  maxNumPmkids?: number;
  /** The coverage class: the distance in steps of 450 m. */
  wiphyCoverageClass?: number;
  /** True if the EtherType of key frames can be chosen. Read-only. */
  controlPortEthertype?: boolean;
  /** True if WPA is supported in ad hoc networks. Read-only. */
  supportIbssRsn?: boolean;
  /** Mask of the antennas that transmit. */
  wiphyAntennaTx?: number;
  /** Mask of the antennas that receive. */
  wiphyAntennaRx?: number;
  /** True if frames can be sent on another channel. Read-only. */
  offchannelTxOk?: boolean;
  /** The longest time on another channel, in ms. Read-only. */
  maxRemainOnChannelDuration?: number;
  /** Mask of the available transmit antennas. Read-only. */
  wiphyAntennaAvailTx?: number;
  /** Mask of the available receive antennas. Read-only. */
  wiphyAntennaAvailRx?: number;
  /** True if authenticated meshes are supported. Read-only. */
  supportMeshAuth?: boolean;
  /** The interface types that can always be added, being done in software. Read-only. */
  softwareIftypes?: readonly Iftype[];
  /** The most SSIDs in one scheduled scan. Read-only. */
  maxNumSchedScanSsids?: number;
  /** The most bytes of elements in one scheduled scan. Read-only. */
  maxSchedScanIeLen?: number;
  /** True if an access point supports U-APSD power saving. Read-only. */
  supportApUapsd?: boolean;
  /** True if the firmware roams by itself. Read-only. */
  roamSupport?: boolean;
  /** The most match sets in one scheduled scan. Read-only. */
  maxMatchSets?: number;
  /** True if TDLS (direct links between stations) is supported. Read-only. */
  tdlsSupport?: boolean;
  /** True if a program must set TDLS links up. Read-only. */
  tdlsExternalSetup?: boolean;
  /** Flags of a device that manages stations as an access point by itself. Read-only. */
  deviceApSme?: number;
  /** Feature flags, as a mask: NL80211_FEATURE_*. Read-only. */
  featureFlags?: number;
  /** Mask of the kinds of probe requests that the device answers by itself. Read-only. */
  probeRespOffload?: number;
  /** The mask of the capabilities of 802.11n that can be switched off. Read-only. */
  htCapabilityMask?: Uint8Array;
  /** The most addresses in an access control list. Read-only. */
  macAclMax?: number;
  /** The extended capabilities of 802.11. Read-only. */
  extCapa?: Uint8Array;
  /** The mask of the valid bits in `extCapa`. Read-only. */
  extCapaMask?: Uint8Array;
  /** The mask of the capabilities of 802.11ac that can be switched off. Read-only. */
  vhtCapabilityMask?: Uint8Array;
  /** The most stations of an access point. Read-only. */
  maxApAssocSta?: number;
  /** The number of countdown counters that the radio can update. Read-only. */
  maxCsaCounters?: number;
  /** The mask of the address bits that differ between its interfaces. Read-only. */
  macMask?: string;
  /** True if the radio manages its own regulatory domain. Read-only. */
  wiphySelfManagedReg?: boolean;
  /** Extended features: bit n is number n of NL80211_EXT_FEATURE_*. Read-only. */
  extFeatures?: Uint8Array;
  /** The most plans in one scheduled scan. Read-only. */
  maxNumSchedScanPlans?: number;
  /** The longest interval in a plan, in s. Read-only. */
  maxScanPlanInterval?: number;
  /** The most iterations of a plan. Read-only. */
  maxScanPlanIterations?: number;
  /** The most scheduled scans at the same time. Read-only. */
  schedScanMaxReqs?: number;
  /** The most packets in the queues. */
  txqLimit?: number;
  /** The most bytes in the queues. */
  txqMemoryLimit?: number;
  /** The bytes that a flow may send in its turn. */
  txqQuantum?: number;
  /** True if multi-link operation is supported. Read-only. */
  mloSupport?: boolean;
  /** The most AKM suites in one request. Read-only. */
  maxNumAkmSuites?: number;
  /** The most peers whose frames get hardware timestamps. Read-only. */
  maxHwTimestampPeers?: number;
  /** True if a radio's description may be split into several messages. */
  splitWiphyDump?: boolean;
  /** Mask of bands. Read-only. */
  bands?: number;
  /** The combinations of interfaces that can exist at the same time. Read-only. */
  interfaceCombinations?: readonly InterfaceCombination[];
  /** The radios of a device that has several. Read-only. */
  wiphyRadios?: readonly WiphyRadio[];
  /** The combinations of interfaces across all radios of the device. Read-only. */
  wiphyInterfaceCombinations?: readonly InterfaceCombination[];
  /** MAC addresses: those of a radio, or a list of stations. Read-only. */
  macAddrs?: readonly string[];
  /** The management frames that programs may send, by interface type. Read-only. */
  txFrameTypes?: readonly FrameTypes[];
  /** The management frames that programs may receive, by interface type. Read-only. */
  rxFrameTypes?: readonly FrameTypes[];
  /** Both by interface type. Read-only. */
  iftypeExtCapa?: readonly Nl80211Message[];
  /** The AKM suites by interface type. Read-only. */
  iftypeAkmSuites?: readonly IftypeAkmSuites[];
  /** The AKM suites (key management): 0x000fac02 is a pre-shared key. Read-only. */
  akmSuites?: readonly number[];
  /** The enhanced multi-link capabilities, as bits of 802.11. Read-only. */
  emlCapability?: number;
  /** The multi-link capabilities and operations, as bits of 802.11. Read-only. */
  mldCapaAndOps?: number;
  /** The extended multi-link capabilities and operations, as bits of 802.11. Read-only. */
  extMldCapaAndOps?: number;
  /** The supported wake-up triggers. Read-only. */
  wowlanTriggersSupported?: WowlanSupport;
  /** The vendor's events. Read-only. */
  vendorEvents?: readonly VendorCommand[];
  /** Transmit power limits for exposure near bodies (SAR). Read-only. */
  sarSpec?: SarSpec;
  /** The settings of several networks that share a beacon (MBSSID). Read-only. */
  mbssidConfig?: MbssidConfig;
  /** The measurements of distances to peers. Read-only. */
  peerMeasurements?: PeerMeasurements;
  /** Statistics of the queues. Read-only. */
  txqStats?: TxqStats;
  /** True if the radio supports channels of 5 MHz. Read-only. */
  support5Mhz?: boolean;
  /** True if the radio supports channels of 10 MHz. Read-only. */
  support10Mhz?: boolean;
  /** The NAN capabilities of the radio. Read-only. */
  nanCapabilities?: NanCapabilities;
  /** The settings by traffic identifier that it supports. Read-only. */
  tidConfig?: TidConfig;
  /** The limits of coalescing rules. Read-only. */
  coalesceRule?: CoalesceSupport;
  /** The criteria by which it can choose the best network. Read-only. */
  bssSelect?: readonly (BssSelection | number)[];
  /** The vendor's commands. Read-only. */
  vendorData?: readonly VendorCommand[];
  /** The settings of a network that it can apply. Read-only. */
  bssParam?: BssParam;
  /** True if the distance is measured dynamically (dynack). */
  wiphyDynAck?: boolean;
  /** The way that transmit power is chosen. */
  wiphyTxPowerSetting?: TxPowerSetting;
  /** The transmit power, in mBm (hundredths of dBm). */
  wiphyTxPowerLevel?: number;
  /** The index of one of the device's radios. */
  wiphyRadioIndex?: number;
}

/** Wire form of {@linkcode Wiphy}: NL80211_ATTR_*. */
export const Wiphy: Attributes<Wiphy> = attributes((): Shape<Wiphy> => ({
  wiphy: [1, u32, key],
  wiphyName: [2, text],
  mac: [6, mac, readOnly],
  wiphyBands: [22, keyed("band", Band), readOnly],
  supportedIftypes: [32, numbers(IFTYPES), readOnly],
  maxNumScanSsids: [43, u8, readOnly],
  generation: [46, u32, readOnly],
  supportedCommands: [50, list(u32), readOnly],
  maxScanIeLen: [56, u16, readOnly],
  cipherSuites: [57, array(u32), readOnly],
  wiphyRetryShort: [61, u8],
  wiphyRetryLong: [62, u8],
  wiphyFragThreshold: [63, u32],
  wiphyRtsThreshold: [64, u32],
  maxNumPmkids: [86, u8, readOnly],
  wiphyCoverageClass: [89, u8],
  controlPortEthertype: [102, flag, readOnly],
  supportIbssRsn: [104, flag, readOnly],
  wiphyAntennaTx: [105, u32],
  wiphyAntennaRx: [106, u32],
  offchannelTxOk: [108, flag, readOnly],
  maxRemainOnChannelDuration: [111, u32, readOnly],
  wiphyAntennaAvailTx: [113, u32, readOnly],
  wiphyAntennaAvailRx: [114, u32, readOnly],
  supportMeshAuth: [115, flag, readOnly],
  softwareIftypes: [121, numbers(IFTYPES), readOnly],
  maxNumSchedScanSsids: [123, u8, readOnly],
  maxSchedScanIeLen: [124, u16, readOnly],
  supportApUapsd: [130, flag, readOnly],
  roamSupport: [131, flag, readOnly],
  maxMatchSets: [133, u8, readOnly],
  tdlsSupport: [139, flag, readOnly],
  tdlsExternalSetup: [140, flag, readOnly],
  deviceApSme: [141, u32, readOnly],
  featureFlags: [143, u32, readOnly],
  probeRespOffload: [144, u32, readOnly],
  htCapabilityMask: [148, bytes, readOnly],
  macAclMax: [167, u32, readOnly],
  extCapa: [169, bytes, readOnly],
  extCapaMask: [170, bytes, readOnly],
  vhtCapabilityMask: [176, bytes, readOnly],
  maxApAssocSta: [202, u32, readOnly],
  maxCsaCounters: [206, u8, readOnly],
  macMask: [215, mac, readOnly],
  wiphySelfManagedReg: [216, flag, readOnly],
  extFeatures: [217, bytes, readOnly],
  maxNumSchedScanPlans: [222, u32, readOnly],
  maxScanPlanInterval: [223, u32, readOnly],
  maxScanPlanIterations: [224, u32, readOnly],
  schedScanMaxReqs: [256, u32, readOnly],
  txqLimit: [266, u32],
  txqMemoryLimit: [267, u32],
  txqQuantum: [268, u32],
  mloSupport: [315, flag, readOnly],
  maxNumAkmSuites: [316, u16, readOnly],
  maxHwTimestampPeers: [323, u16, readOnly],
  splitWiphyDump: [174, flag, "input"],
  bands: [239, u32, readOnly],
  interfaceCombinations: [120, list(InterfaceCombination), readOnly],
  wiphyRadios: [331, list(WiphyRadio), readOnly],
  wiphyInterfaceCombinations: [332, list(InterfaceCombination), readOnly],
  macAddrs: [166, list(mac), readOnly],
  txFrameTypes: [99, keyed("iftype", FrameTypes), readOnly],
  rxFrameTypes: [100, keyed("iftype", FrameTypes), readOnly],
  iftypeExtCapa: [230, list(Nl80211Message), readOnly],
  iftypeAkmSuites: [284, list(IftypeAkmSuites), readOnly],
  akmSuites: [76, array(u32), readOnly],
  emlCapability: [317, u16, readOnly],
  mldCapaAndOps: [318, u16, readOnly],
  extMldCapaAndOps: [337, u16, readOnly],
  wowlanTriggersSupported: [118, WowlanSupport, readOnly],
  vendorEvents: [198, list(VendorCommand), readOnly],
  sarSpec: [300, SarSpec, readOnly],
  mbssidConfig: [306, MbssidConfig, readOnly],
  peerMeasurements: [273, PeerMeasurements, readOnly],
  txqStats: [265, TxqStats, readOnly],
  support5Mhz: [192, flag, readOnly],
  support10Mhz: [193, flag, readOnly],
  nanCapabilities: [344, NanCapabilities, readOnly],
  tidConfig: [285, TidConfig, readOnly],
  coalesceRule: [182, CoalesceSupport, readOnly],
  bssSelect: [227, numbers(BSS_SELECTIONS), readOnly],
  vendorData: [197, list(VendorCommand), readOnly],
  bssParam: [341, BssParam, readOnly],
  wiphyDynAck: [209, flag, "input"],
  wiphyTxPowerSetting: [97, txPowerSetting, "input"],
  wiphyTxPowerLevel: [98, i32, "input"],
  wiphyRadioIndex: [338, u8, "input"],
}), { pad: 229 });

/** Statistics of transmit queues. */
export interface TxqStats {
  /** Number of bytes queued. Read-only. */
  backlogBytes?: number;
  /** Number of packets queued. Read-only. */
  backlogPackets?: number;
  /** Number of flows so far. Read-only. */
  flows?: number;
  /** Number of packets dropped. Read-only. */
  drops?: number;
  /** Number of packets marked for congestion (ECN). Read-only. */
  ecnMarks?: number;
  /** Number of packets dropped as too many were queued. Read-only. */
  overlimit?: number;
  /** Number of packets dropped as too many bytes were queued. Read-only. */
  overmemory?: number;
  /** Number of flows that shared a queue by a hash collision. Read-only. */
  collisions?: number;
  /** Number of bytes sent. Read-only. */
  txBytes?: number;
  /** Number of packets sent. Read-only. */
  txPackets?: number;
  /** Number of queues for flows. Read-only. */
  maxFlows?: number;
}

/** Wire form of {@linkcode TxqStats}: NL80211_TXQ_STATS_*. */
export const TxqStats: Attributes<TxqStats> = attributes((): Shape<TxqStats> => ({
  backlogBytes: [1, u32, readOnly],
  backlogPackets: [2, u32, readOnly],
  flows: [3, u32, readOnly],
  drops: [4, u32, readOnly],
  ecnMarks: [5, u32, readOnly],
  overlimit: [6, u32, readOnly],
  overmemory: [7, u32, readOnly],
  collisions: [8, u32, readOnly],
  txBytes: [9, u32, readOnly],
  txPackets: [10, u32, readOnly],
  maxFlows: [11, u32, readOnly],
}));

/** A wireless interface of a radio. */
export interface WifiInterface {
  /** The radio's number. */
  wiphy?: number;
  /** The interface's number. */
  ifindex?: Ifindex;
  /** The interface's name. */
  ifname?: string;
  /** The interface's type. */
  iftype?: Iftype;
  /** The MAC address. */
  mac?: string;
  /** The generation of the list. It changes with the list. Read-only. */
  generation?: number;
  /** The channel's frequency, in MHz. */
  wiphyFreq?: number;
  /** The channel's width in the terms of 802.11n. */
  wiphyChannelType?: ChannelType;
  /** The SSID of its network. Read-only. */
  ssid?: string;
  /** True if frames have four addresses, which a bridge needs. */
  "4addr"?: boolean;
  /** The way that transmit power is chosen. */
  wiphyTxPowerSetting?: TxPowerSetting;
  /** The transmit power, in mBm (hundredths of dBm). */
  wiphyTxPowerLevel?: number;
  /** The wireless device's number, which also exists if it has no network interface. Read-only. */
  wdev?: bigint;
  /** The channel's width. */
  channelWidth?: ChannelWidth;
  /** The channel's centre frequency, in MHz. */
  centerFreq1?: number;
  /** The centre frequency of the second segment, for 80+80 MHz, in MHz. */
  centerFreq2?: number;
  /** Statistics of the queues. Read-only. */
  txqStats?: TxqStats;
  /** The offset to add to `wiphyFreq`, in kHz. */
  wiphyFreqOffset?: number;
  /** Mask of the device's radios that it may use. */
  vifRadioMask?: number;
  /** The offset to add to the centre frequency, in kHz. */
  centerFreq1Offset?: number;
  /** Mask of the 20 MHz subchannels that are not used (punctured). Read-only. */
  punctBitmap?: number;
  /** The primary channel to use while the usual one is busy (NPCA), in MHz. Read-only. */
  npcaPrimaryFreq?: number;
  /** Mask of the 20 MHz subchannels that are not used during NPCA. Read-only. */
  npcaPunctBitmap?: number;
  /** True if the primary channel below 1 GHz is 2 MHz wide. Read-only. */
  s1gPrimary2mhz?: boolean;
  /** The attributes of each link of a multi-link device. Read-only. */
  mloLinks?: readonly Nl80211Message[];
  /** The link's number, for multi-link devices. Read-only. */
  mloLinkId?: number;
  /** The mesh ID: the name of a mesh. */
  meshId?: string;
  /** The flags of a monitor interface. */
  mntrFlags?: readonly (MonitorFlag | number)[];
  /** The MU-MIMO groups that a monitor follows. */
  muMimoGroupData?: Uint8Array;
  /** The station that a monitor follows in MU-MIMO. */
  muMimoFollowMacAddr?: string;
  /** True if the operation ends when its socket is closed. */
  socketOwner?: boolean;
}

/** Wire form of {@linkcode WifiInterface}: NL80211_ATTR_*. */
export const WifiInterface: Attributes<WifiInterface> = attributes((): Shape<WifiInterface> => ({
  wiphy: [1, u32],
  ifindex: [3, ifindex, key],
  ifname: [4, text],
  iftype: [5, iftype],
  mac: [6, mac],
  generation: [46, u32, readOnly],
  wiphyFreq: [38, u32],
  wiphyChannelType: [39, channelType],
  ssid: [52, ssid, readOnly],
  "4addr": [83, bool(u8)],
  wiphyTxPowerSetting: [97, txPowerSetting],
  wiphyTxPowerLevel: [98, i32],
  wdev: [153, u64, readOnly],
  channelWidth: [159, channelWidth],
  centerFreq1: [160, u32],
  centerFreq2: [161, u32],
  txqStats: [265, TxqStats, readOnly],
  wiphyFreqOffset: [290, u32],
  vifRadioMask: [333, u32],
  centerFreq1Offset: [291, u32],
  punctBitmap: [322, u32, readOnly],
  npcaPrimaryFreq: [365, u32, readOnly],
  npcaPunctBitmap: [366, u32, readOnly],
  s1gPrimary2mhz: [345, flag, readOnly],
  mloLinks: [312, list(Nl80211Message), readOnly],
  mloLinkId: [313, u8, readOnly],
  meshId: [24, ssid, "input"],
  mntrFlags: [23, numbers(MONITOR_FLAGS), "input"],
  muMimoGroupData: [231, bytes, "input"],
  muMimoFollowMacAddr: [232, mac, "input"],
  socketOwner: [204, flag, "input"],
}), { pad: 229 });

/** A rate. */
export interface RateInfo {
  /** The rate in 100 kbit/s, if it fits 16 bits. Read-only. */
  bitrate?: number;
  /** The MCS index of 802.11n. Read-only. */
  mcs?: number;
  /** True if the width is 40 MHz. Read-only. */
  "40MhzWidth"?: boolean;
  /** True for a short guard interval. Read-only. */
  shortGi?: boolean;
  /** The rate in 100 kbit/s. Read-only. */
  bitrate32?: number;
  /** The MCS index of 802.11ac. Read-only. */
  vhtMcs?: number;
  /** The number of streams of 802.11ac. Read-only. */
  vhtNss?: number;
  /** True if the width is 80 MHz. Read-only. */
  "80MhzWidth"?: boolean;
  /** True if the width is 160 MHz. Read-only. */
  "160MhzWidth"?: boolean;
  /** The MCS index of 802.11ax. Read-only. */
  heMcs?: number;
  /** The number of streams of 802.11ax. Read-only. */
  heNss?: number;
  /** The guard interval of 802.11ax: 0 is 0.8 µs, 1 is 1.6, 2 is 3.2. Read-only. */
  heGi?: number;
  /** 1 if dual carrier modulation sends each bit twice. Read-only. */
  heDcm?: number;
  /** The resource unit of 802.11ax: its part of the channel. Read-only. */
  heRuAlloc?: number;
  /** True if the width is 320 MHz. Read-only. */
  "320MhzWidth"?: boolean;
  /** The MCS index of 802.11be. Read-only. */
  ehtMcs?: number;
  /** The number of streams of 802.11be. Read-only. */
  ehtNss?: number;
  /** The guard interval of 802.11be: 0 is 0.8 µs, 1 is 1.6, 2 is 3.2. Read-only. */
  ehtGi?: number;
  /** The resource unit of 802.11be: its part of the channel. Read-only. */
  ehtRuAlloc?: number;
  /** True if the width is 80+80 MHz. Read-only. */
  "80p80MhzWidth"?: boolean;
  /** True if the width is 10 MHz. Read-only. */
  "10MhzWidth"?: boolean;
  /** True if the width is 5 MHz. Read-only. */
  "5MhzWidth"?: boolean;
  /** The MCS index below 1 GHz (S1G). Read-only. */
  s1gMcs?: number;
  /** The number of streams below 1 GHz. Read-only. */
  s1gNss?: number;
  /** True if the width is 1 MHz. Read-only. */
  "1MhzWidth"?: boolean;
  /** True if the width is 2 MHz. Read-only. */
  "2MhzWidth"?: boolean;
  /** True if the width is 4 MHz. Read-only. */
  "4MhzWidth"?: boolean;
  /** True if the width is 8 MHz. Read-only. */
  "8MhzWidth"?: boolean;
  /** True if the width is 16 MHz. Read-only. */
  "16MhzWidth"?: boolean;
  /** The MCS index of 802.11bn. Read-only. */
  uhrMcs?: number;
  /** True if enhanced long range of 802.11bn is used. Read-only. */
  uhrElr?: boolean;
  /** True if interference mitigation of 802.11bn is used. Read-only. */
  uhrIm?: boolean;
}

/** Wire form of {@linkcode RateInfo}: NL80211_RATE_INFO_*. */
export const RateInfo: Attributes<RateInfo> = attributes((): Shape<RateInfo> => ({
  bitrate: [1, u16, readOnly],
  mcs: [2, u8, readOnly],
  "40MhzWidth": [3, flag, readOnly],
  shortGi: [4, flag, readOnly],
  bitrate32: [5, u32, readOnly],
  vhtMcs: [6, u8, readOnly],
  vhtNss: [7, u8, readOnly],
  "80MhzWidth": [8, flag, readOnly],
  "160MhzWidth": [10, flag, readOnly],
  heMcs: [13, u8, readOnly],
  heNss: [14, u8, readOnly],
  heGi: [15, u8, readOnly],
  heDcm: [16, u8, readOnly],
  heRuAlloc: [17, u8, readOnly],
  "320MhzWidth": [18, flag, readOnly],
  ehtMcs: [19, u8, readOnly],
  ehtNss: [20, u8, readOnly],
  ehtGi: [21, u8, readOnly],
  ehtRuAlloc: [22, u8, readOnly],
  "80p80MhzWidth": [9, flag, readOnly],
  "10MhzWidth": [11, flag, readOnly],
  "5MhzWidth": [12, flag, readOnly],
  s1gMcs: [23, u8, readOnly],
  s1gNss: [24, u8, readOnly],
  "1MhzWidth": [25, flag, readOnly],
  "2MhzWidth": [26, flag, readOnly],
  "4MhzWidth": [27, flag, readOnly],
  "8MhzWidth": [28, flag, readOnly],
  "16MhzWidth": [29, flag, readOnly],
  uhrMcs: [30, u8, readOnly],
  uhrElr: [31, flag, readOnly],
  uhrIm: [32, flag, readOnly],
}));

/** The settings of a station's network. */
export interface StaBssParam {
  /** True if frames are protected with CTS. Read-only. */
  ctsProt?: boolean;
  /** True if short preambles are used. Read-only. */
  shortPreamble?: boolean;
  /** True if short slots are used. Read-only. */
  shortSlotTime?: boolean;
  /** The number of beacon intervals between DTIM beacons, which wake sleeping stations. Read-only. */
  dtimPeriod?: number;
  /** The interval between beacons, in units of 1.024 ms. Read-only. */
  beaconInterval?: number;
}

/** Wire form of {@linkcode StaBssParam}: NL80211_STA_BSS_PARAM_*. */
export const StaBssParam: Attributes<StaBssParam> = attributes((): Shape<StaBssParam> => ({
  ctsProt: [1, flag, readOnly],
  shortPreamble: [2, flag, readOnly],
  shortSlotTime: [3, flag, readOnly],
  dtimPeriod: [4, u8, readOnly],
  beaconInterval: [5, u16, readOnly],
}));

/** Statistics of a traffic identifier. */
export interface TidStats {
  /** The traffic identifier plus 1; 17 stands for frames without one. */
  tid?: number;
  /** Number of frames received. Read-only. */
  rxMsdu?: number;
  /** Number of frames sent or attempted. Read-only. */
  txMsdu?: number;
  /** Number of retransmissions. Read-only. */
  txMsduRetries?: number;
  /** Number of frames that could not be sent. Read-only. */
  txMsduFailed?: number;
  /** Statistics of the queue. Read-only. */
  txqStats?: TxqStats;
}

/** Wire form of {@linkcode TidStats}: NL80211_TID_STATS_*. */
export const TidStats: Attributes<TidStats> = attributes((): Shape<TidStats> => ({
  tid: {},
  rxMsdu: [1, count64, readOnly],
  txMsdu: [2, count64, readOnly],
  txMsduRetries: [3, count64, readOnly],
  txMsduFailed: [4, count64, readOnly],
  txqStats: [6, TxqStats, readOnly],
}), { pad: 5 });

/** The statistics and state of a station. */
export interface StaInfo {
  /** The time since its last activity, in ms. Read-only. */
  inactiveTime?: number;
  /** Number of bytes received, modulo 2^32. Read-only. */
  rxBytes?: number;
  /** Number of bytes sent, modulo 2^32. Read-only. */
  txBytes?: number;
  /** This station's identifier of the mesh peer link. Read-only. */
  llid?: number;
  /** The peer's identifier of the mesh peer link. Read-only. */
  plid?: number;
  /** The state of the mesh peer link. Read-only. */
  plinkState?: number;
  /** The signal strength of its last frame, in dBm. Read-only. */
  signal?: number;
  /** The rate of the last frame sent to it. Read-only. */
  txBitrate?: RateInfo;
  /** Number of packets received. Read-only. */
  rxPackets?: number;
  /** Number of packets sent. Read-only. */
  txPackets?: number;
  /** Number of retransmissions. Read-only. */
  txRetries?: number;
  /** Number of packets that could not be sent. Read-only. */
  txFailed?: number;
  /** The average signal strength, in dBm. Read-only. */
  signalAvg?: number;
  /** The rate of the last frame received from it. Read-only. */
  rxBitrate?: RateInfo;
  /** The settings of its network. Read-only. */
  bssParam?: StaBssParam;
  /** The time since it connected, in s. Read-only. */
  connectedTime?: number;
  /** The station's flags. Read-only. */
  staFlags?: StaFlags;
  /** Number of times that beacons were lost. Read-only. */
  beaconLoss?: number;
  /** The offset of its clock to the own one, in µs. Read-only. */
  tOffset?: bigint;
  /** This station's power mode for the mesh peer link. Read-only. */
  localPm?: number;
  /** The peer's power mode for the mesh peer link. Read-only. */
  peerPm?: number;
  /** The peer's power mode for stations that are no peers. Read-only. */
  nonpeerPm?: number;
  /** Number of bytes received. Read-only. */
  rxBytes64?: number;
  /** Number of bytes sent. Read-only. */
  txBytes64?: number;
  /** The signal strength at each antenna, in dBm. Read-only. */
  chainSignal?: readonly number[];
  /** The average signal strength at each antenna, in dBm. Read-only. */
  chainSignalAvg?: readonly number[];
  /** The expected throughput, in kbit/s. Read-only. */
  expectedThroughput?: number;
  /** Number of received frames that were dropped. Read-only. */
  rxDropMisc?: number;
  /** Number of beacons received. Read-only. */
  beaconRx?: number;
  /** The average signal strength of beacons, in dBm. Read-only. */
  beaconSignalAvg?: number;
  /** Statistics by traffic identifier. Read-only. */
  tidStats?: readonly TidStats[];
  /** The total duration of frames received, in µs. Read-only. */
  rxDuration?: number;
  /** The signal strength of its last acknowledgement, in dBm. Read-only. */
  ackSignal?: number;
  /** The average signal strength of its acknowledgements, in dBm. Read-only. */
  ackSignalAvg?: number;
  /** Number of frames (MPDUs) received. Read-only. */
  rxMpdus?: number;
  /** Number of frames received with a wrong checksum. Read-only. */
  fcsErrorCount?: number;
  /** True if it is connected to a mesh gate. Read-only. */
  connectedToGate?: boolean;
  /** The total duration of frames sent to it, in µs. Read-only. */
  txDuration?: number;
  /** The station's weight in sharing airtime. */
  airtimeWeight?: number;
  /** The airtime link metric of the mesh peer link. Read-only. */
  airtimeLinkMetric?: number;
  /** The time of association, in ns since boot. Read-only. */
  assocAtBoottime?: bigint;
  /** True if it is connected to an authentication server of the mesh. Read-only. */
  connectedToAs?: boolean;
}

/** Wire form of {@linkcode StaInfo}: NL80211_STA_INFO_*. */
export const StaInfo: Attributes<StaInfo> = attributes((): Shape<StaInfo> => ({
  inactiveTime: [1, u32, readOnly],
  rxBytes: [2, u32, readOnly],
  txBytes: [3, u32, readOnly],
  llid: [4, u16, readOnly],
  plid: [5, u16, readOnly],
  plinkState: [6, u8, readOnly],
  signal: [7, i8, readOnly],
  txBitrate: [8, RateInfo, readOnly],
  rxPackets: [9, u32, readOnly],
  txPackets: [10, u32, readOnly],
  txRetries: [11, u32, readOnly],
  txFailed: [12, u32, readOnly],
  signalAvg: [13, i8, readOnly],
  rxBitrate: [14, RateInfo, readOnly],
  bssParam: [15, StaBssParam, readOnly],
  connectedTime: [16, u32, readOnly],
  staFlags: [17, staFlags, readOnly],
  beaconLoss: [18, u32, readOnly],
  tOffset: [19, i64, readOnly],
  localPm: [20, u32, readOnly],
  peerPm: [21, u32, readOnly],
  nonpeerPm: [22, u32, readOnly],
  rxBytes64: [23, count64, readOnly],
  txBytes64: [24, count64, readOnly],
  chainSignal: [25, list(i8), readOnly],
  chainSignalAvg: [26, list(i8), readOnly],
  expectedThroughput: [27, u32, readOnly],
  rxDropMisc: [28, count64, readOnly],
  beaconRx: [29, count64, readOnly],
  beaconSignalAvg: [30, i8, readOnly],
  tidStats: [31, keyed("tid", TidStats), readOnly],
  rxDuration: [32, count64, readOnly],
  ackSignal: [34, i8, readOnly],
  ackSignalAvg: [35, i8, readOnly],
  rxMpdus: [36, u32, readOnly],
  fcsErrorCount: [37, u32, readOnly],
  connectedToGate: [38, bool(u8), readOnly],
  txDuration: [39, count64, readOnly],
  airtimeWeight: [40, u16],
  airtimeLinkMetric: [41, u32, readOnly],
  assocAtBoottime: [42, u64, readOnly],
  connectedToAs: [43, bool(u8), readOnly],
}), { pad: 33 });

/** A station that an interface communicates with. */
export interface Station {
  /** The interface's number. */
  ifindex?: Ifindex;
  /** The station's MAC address. */
  mac?: string;
  /** The generation of the list. It changes with the list. Read-only. */
  generation?: number;
  /** The reason for deleting it: a reason code of 802.11. */
  reasonCode?: number;
  /** The frame that tells the station: 10 disassociation, 12 deauthentication. */
  mgmtSubtype?: number;
  /** The wireless device's number, which also exists if it has no network interface. Read-only. */
  wdev?: bigint;
  /** The station's statistics and state. Read-only. */
  staInfo?: StaInfo;
  /** The attributes of each link of a multi-link device. Read-only. */
  mloLinks?: readonly Nl80211Message[];
  /** The link's number, for multi-link devices. Read-only. */
  mloLinkId?: number;
  /** The MAC address of a multi-link device. Read-only. */
  mldAddr?: string;
  /** Information elements to send, or received. Read-only. */
  ie?: Uint8Array;
  /** The information elements of the association response. Read-only. */
  respIe?: Uint8Array;
}

/** Wire form of {@linkcode Station}: NL80211_ATTR_*. */
export const Station: Attributes<Station> = attributes((): Shape<Station> => ({
  ifindex: [3, ifindex, key],
  mac: [6, mac, key],
  generation: [46, u32, readOnly],
  reasonCode: [54, u16],
  mgmtSubtype: [41, u8],
  wdev: [153, u64, readOnly],
  staInfo: [21, StaInfo, readOnly],
  mloLinks: [312, list(Nl80211Message), readOnly],
  mloLinkId: [313, u8, readOnly],
  mldAddr: [314, mac, readOnly],
  ie: [42, elements, readOnly],
  respIe: [78, elements, readOnly],
}), { pad: 229 });

/** A rule of a regulatory domain for a frequency range. */
export interface RegRule {
  /** The restrictions and permissions. Read-only. */
  regRuleFlags?: readonly RegRuleFlag[];
  /** The start of the range, in kHz. Read-only. */
  freqRangeStart?: number;
  /** The end of the range, in kHz. Read-only. */
  freqRangeEnd?: number;
  /** The greatest channel width, in kHz. Read-only. */
  freqRangeMaxBw?: number;
  /** The greatest antenna gain, in hundredths of dBi. Read-only. */
  powerRuleMaxAntGain?: number;
  /** The greatest power (EIRP), in mBm (hundredths of dBm). Read-only. */
  powerRuleMaxEirp?: number;
  /** The duration of the radar check before use, in ms. Read-only. */
  dfsCacTime?: number;
  /** The greatest power density, in dBm/MHz. Read-only. */
  powerRulePsd?: number;
}

/**
 * Wire form of {@linkcode RegRule}: NL80211_ATTR_REG_RULE_FLAGS, NL80211_ATTR_FREQ_RANGE_*, NL80211_ATTR_POWER_RULE_*.
 */
export const RegRule: Attributes<RegRule> = attributes((): Shape<RegRule> => ({
  regRuleFlags: [1, regRuleFlags, readOnly],
  freqRangeStart: [2, u32, readOnly],
  freqRangeEnd: [3, u32, readOnly],
  freqRangeMaxBw: [4, u32, readOnly],
  powerRuleMaxAntGain: [5, u32, readOnly],
  powerRuleMaxEirp: [6, u32, readOnly],
  dfsCacTime: [7, u32, readOnly],
  powerRulePsd: [8, i8, readOnly],
}));

/** A regulatory domain: that of all radios, or of a self-managed one. */
export interface RegDomain {
  /** The number of the self-managed radio. */
  wiphy?: number;
  /** The country, two letters; `00` is the world. */
  regAlpha2?: string;
  /** The rules by frequency range. Read-only. */
  regRules?: readonly RegRule[];
  /** The source of the domain. Read-only. */
  regInitiator?: RegInitiator;
  /** The scope of the domain. Read-only. */
  regType?: RegType;
  /** The region whose radar rules apply. Read-only. */
  dfsRegion?: DfsRegion;
  /** The source of a hint: 0 a user, 1 a cellular base station, 2 is indoors. */
  userRegHintType?: number;
  /** True if the radio manages it by itself. Read-only. */
  wiphySelfManagedReg?: boolean;
}

/** Wire form of {@linkcode RegDomain}: NL80211_ATTR_REG_*. */
export const RegDomain: Attributes<RegDomain> = attributes((): Shape<RegDomain> => ({
  wiphy: [1, u32, key],
  regAlpha2: [33, string(2)],
  regRules: [34, list(RegRule), readOnly],
  regInitiator: [48, regInitiator, readOnly],
  regType: [49, regType, readOnly],
  dfsRegion: [146, dfsRegion, readOnly],
  userRegHintType: [154, u32, "input"],
  wiphySelfManagedReg: [216, flag, readOnly],
}));

/** A network (BSS) that a scan found. */
export interface Bss {
  /** The SSID, from the information elements. Read-only. */
  ssid?: string;
  /** The signal strength, in dBm. Read-only. */
  signal?: number;
  /** The MAC address of the access point. Read-only. */
  bssid?: string;
  /** The channel's frequency, in MHz. Read-only. */
  frequency?: number;
  /** The access point's clock (TSF), in µs. Read-only. */
  tsf?: bigint;
  /** The interval between beacons, in units of 1.024 ms. Read-only. */
  beaconInterval?: number;
  /** The capabilities, as bits of 802.11. Read-only. */
  capability?: number;
  /** The information elements of the last beacon or probe response. Read-only. */
  informationElements?: Uint8Array;
  /** The signal strength, in mBm (hundredths of dBm). Read-only. */
  signalMbm?: number;
  /** The signal strength 0..100, from drivers that do not measure in dBm. Read-only. */
  signalUnspec?: number;
  /** The interface's relation to the network. Read-only. */
  status?: BssStatus;
  /** The time since the last frame, in ms. Read-only. */
  seenMsAgo?: number;
  /** The information elements of the last beacon. Read-only. */
  beaconIes?: Uint8Array;
  /** The channel's width, if it is unusual. Read-only. */
  chanWidth?: number;
  /** The access point's clock (TSF) in the last beacon, in µs. Read-only. */
  beaconTsf?: bigint;
  /** True if the information elements are from a probe response. Read-only. */
  prespData?: boolean;
  /** The time of the last frame, in ns since boot. Read-only. */
  lastSeenBoottime?: bigint;
  /** The clock of the access point that the interface is connected to, in µs. Read-only. */
  parentTsf?: bigint;
  /** The MAC address of that access point. Read-only. */
  parentBssid?: string;
  /** The signal strength at each antenna, in dBm. Read-only. */
  chainSignal?: readonly number[];
  /** The offset to add to `frequency`, in kHz. Read-only. */
  frequencyOffset?: number;
  /** The link's number in a multi-link device. Read-only. */
  mloLinkId?: number;
  /** The MAC address of the multi-link device. Read-only. */
  mldAddr?: string;
  /** Mask of the uses that are allowed. Read-only. */
  useFor?: number;
  /** Mask of the reasons why other uses are not. Read-only. */
  cannotUseReasons?: bigint;
}

/** Wire form of {@linkcode Bss}: NL80211_BSS_*. */
export const Bss: Attributes<Bss> = attributes((): Shape<Bss> => ({
  bssid: [1, mac, readOnly],
  frequency: [2, u32, readOnly],
  tsf: [3, u64, readOnly],
  beaconInterval: [4, u16, readOnly],
  capability: [5, u16, readOnly],
  informationElements: [6, elements, readOnly],
  signalMbm: [7, i32, readOnly],
  signalUnspec: [8, u8, readOnly],
  status: [9, bssStatus, readOnly],
  seenMsAgo: [10, u32, readOnly],
  beaconIes: [11, elements, readOnly],
  chanWidth: [12, u32, readOnly],
  beaconTsf: [13, u64, readOnly],
  prespData: [14, flag, readOnly],
  lastSeenBoottime: [15, u64, readOnly],
  parentTsf: [17, u64, readOnly],
  parentBssid: [18, mac, readOnly],
  chainSignal: [19, list(i8), readOnly],
  frequencyOffset: [20, u32, readOnly],
  mloLinkId: [21, u8, readOnly],
  mldAddr: [22, mac, readOnly],
  useFor: [23, u32, readOnly],
  cannotUseReasons: [24, u64, readOnly],
  ssid: {
    derive: ({ informationElements, beaconIes }: Bss) => ssidOf(informationElements, beaconIes),
    use: readOnly,
  },
  signal: { derive: ({ signalMbm }: Bss) => signalMbm === undefined ? undefined : signalMbm / 100, use: readOnly },
}), { pad: 16 });

/** A request for a scan or for its results, and the answer to it. */
export interface ScanMessage {
  /** The radio's number. Read-only. */
  wiphy?: number;
  /** The interface's number. */
  ifindex?: Ifindex;
  /** The information elements to send. */
  ie?: Uint8Array;
  /** The frequencies to scan, in MHz; all when absent. */
  scanFrequencies?: readonly number[];
  /** The SSIDs to probe for; `""` is any network. Without SSIDs a scan only listens. */
  scanSsids?: readonly string[];
  /** The generation of the list. It changes with the list. Read-only. */
  generation?: number;
  /** A network (BSS). Read-only. */
  bss?: Bss;
  /** The wireless device's number, which also exists if it has no network interface. Read-only. */
  wdev?: bigint;
  /** The flags of the scan. */
  scanFlags?: readonly ScanFlag[];
  /** The frequencies to scan, in kHz. */
  scanFreqKhz?: readonly number[];
  /** A MAC address: of a station, a peer or an interface. */
  mac?: string;
  /** The mask of the address bits that count, or that differ between a radio's interfaces. */
  macMask?: string;
  /** The MAC address of an access point. */
  bssid?: string;
  /** The time to stay on a channel, in units of 1.024 ms. */
  measurementDuration?: number;
  /** True if that time must be kept exactly. */
  measurementDurationMandatory?: boolean;
  /** True if probes do not use the CCK rates of 802.11b. */
  txNoCckRate?: boolean;
  /** The supported rates to announce, by band. */
  scanSuppRates?: readonly BandRates[];
  /** True to list networks also that may not be used. */
  bssDumpIncludeUseData?: boolean;
  /** The start of the scan, by the clock of `scanStartTimeTsfBssid`, in µs. Read-only. */
  scanStartTimeTsf?: bigint;
  /** The access point whose clock gives that time. Read-only. */
  scanStartTimeTsfBssid?: string;
  /** The interval between scheduled scans, in ms. Read-only. */
  schedScanInterval?: number;
  /** The delay before the first scheduled scan, in s. Read-only. */
  schedScanDelay?: number;
  /** The cookie of a request, repeated in its answer and events. Read-only. */
  cookie?: bigint;
}

/** Wire form of {@linkcode ScanMessage}: NL80211_ATTR_*. */
export const ScanMessage: Attributes<ScanMessage> = attributes((): Shape<ScanMessage> => ({
  wiphy: [1, u32, readOnly],
  ifindex: [3, ifindex, key],
  ie: [42, elements],
  scanFrequencies: [44, list(u32)],
  scanSsids: [45, list(ssid)],
  generation: [46, u32, readOnly],
  bss: [47, Bss, readOnly],
  wdev: [153, u64, readOnly],
  scanFlags: [158, scanFlags],
  scanFreqKhz: [292, list(u32)],
  mac: [6, mac],
  macMask: [215, mac],
  bssid: [245, mac],
  measurementDuration: [235, u16],
  measurementDurationMandatory: [236, flag],
  txNoCckRate: [135, flag],
  scanSuppRates: [125, bandRates],
  bssDumpIncludeUseData: [327, flag],
  scanStartTimeTsf: [233, u64, readOnly],
  scanStartTimeTsfBssid: [234, mac, readOnly],
  schedScanInterval: [119, u32, readOnly],
  schedScanDelay: [220, u32, readOnly],
  cookie: [88, u64, readOnly],
}), { pad: 229 });
