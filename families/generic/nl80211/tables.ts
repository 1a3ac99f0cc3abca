/**
 * nl80211's tables: wiphys with their bands, interfaces, stations, networks in reach, rules of countries.
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

/** Commands. */
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
  /** In MHz. Read-only. */
  freq?: number;
  /** Whether it may not be used. Read-only. */
  disabled?: boolean;
  /** Whether we may not speak first. Read-only. */
  noIr?: boolean;
  /** The same, as kernels before 3.15 say it; newer ones say both. Read-only. */
  noIbss?: boolean;
  /** Whether there may be radar. Read-only. */
  radar?: boolean;
  /** Greatest power in hundredths of dBm. Read-only. */
  maxTxPower?: number;
  /** Whether it is free of radar. Read-only. */
  dfsState?: DfsState;
  /** How long it has been so, in ms. Read-only. */
  dfsTime?: number;
  /** Whether the channel below may not be added. Read-only. */
  noHt40Minus?: boolean;
  /** Whether the channel above may not be added. Read-only. */
  noHt40Plus?: boolean;
  /** Whether 80 MHz are not allowed. Read-only. */
  no80mhz?: boolean;
  /** Whether 160 MHz are not allowed. Read-only. */
  no160mhz?: boolean;
  /** How long to listen for radar before, in ms. Read-only. */
  dfsCacTime?: number;
  /** Whether only inside. Read-only. */
  indoorOnly?: boolean;
  /** Whether we may speak first where we are connected. Read-only. */
  irConcurrent?: boolean;
  /** Whether 20 MHz are not allowed. Read-only. */
  no20mhz?: boolean;
  /** Whether 10 MHz are not allowed. Read-only. */
  no10mhz?: boolean;
  /** Whether HE is not allowed. Read-only. */
  noHe?: boolean;
  /** kHz beside `freq`. Read-only. */
  offset?: number;
  /** Whether 320 MHz are not allowed. Read-only. */
  no320mhz?: boolean;
  /** Whether EHT is not allowed. Read-only. */
  noEht?: boolean;
  /** Greatest power density in dBm/MHz. Read-only. */
  psd?: number;
  /** How long queues have to wait. Read-only. */
  wmm?: readonly WmmRule[];
  /** Whether it has 1 MHz. Read-only. */
  "1mhz"?: boolean;
  /** Whether it has 2 MHz. Read-only. */
  "2mhz"?: boolean;
  /** Whether it has 4 MHz. Read-only. */
  "4mhz"?: boolean;
  /** Whether it has 8 MHz. Read-only. */
  "8mhz"?: boolean;
  /** Whether it has 16 MHz. Read-only. */
  "16mhz"?: boolean;
  /** Whether we may speak with radar where we are connected. Read-only. */
  dfsConcurrent?: boolean;
  /** Whether not as a station of very low power. Read-only. */
  no6ghzVlpClient?: boolean;
  /** Whether not as a station of standard power. Read-only. */
  no6ghzAfcClient?: boolean;
  /** Whether it can be listened to though it may not be used. Read-only. */
  canMonitor?: boolean;
  /** Whether as an access point of very low power. Read-only. */
  allow6ghzVlpAp?: boolean;
  /** Whether 20 MHz are allowed where more are not. Read-only. */
  allow20mhzActivity?: boolean;
  /** Whether 4 MHz are not allowed. Read-only. */
  no4mhz?: boolean;
  /** Whether 8 MHz are not allowed. Read-only. */
  no8mhz?: boolean;
  /** Whether 16 MHz are not allowed. Read-only. */
  no16mhz?: boolean;
  /** Whether it cannot be the primary one. Read-only. */
  s1gNoPrimary?: boolean;
  /** Whether UHR is not allowed. Read-only. */
  noUhr?: boolean;
  /** When listening for radar began, in ns since boot. Read-only. */
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
  /** In 100 kbit/s. Read-only. */
  rate?: number;
  /** Whether with a short preamble. Read-only. */
  "2ghzShortpreamble"?: boolean;
}

/** Wire form of {@linkcode Bitrate}: NL80211_BITRATE_ATTR_*. */
export const Bitrate: Attributes<Bitrate> = attributes((): Shape<Bitrate> => ({
  rate: [1, u32, readOnly],
  "2ghzShortpreamble": [2, flag, readOnly],
}));

/** How long queues wait for their turn on a channel. */
export interface WmmRule {
  /** The queue: 0 voice, 1 video, 2 best effort, 3 background. */
  ac?: number;
  /** Least window, 2^n - 1. Read-only. */
  cwMin?: number;
  /** Greatest window, 2^n - 1. Read-only. */
  cwMax?: number;
  /** Slots to wait. Read-only. */
  aifsn?: number;
  /** How long a turn may be, in µs. Read-only. */
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

/** What a wiphy can do in a band, by what an interface is for. */
export interface BandIftype {
  /** What it is for. Read-only. */
  iftypes?: readonly Iftype[];
  /** Abilities of 802.11ax. Read-only. */
  heCapMac?: Uint8Array;
  /** Those of its radio. Read-only. */
  heCapPhy?: Uint8Array;
  /** MCS set of it. Read-only. */
  heCapMcsSet?: Uint8Array;
  /** Thresholds of it. Read-only. */
  heCapPpe?: Uint8Array;
  /** Abilities of it at 6 GHz. Read-only. */
  he6ghzCapa?: Uint8Array;
  /** Elements of vendors. Read-only. */
  vendorElems?: Uint8Array;
  /** Abilities of 802.11be. Read-only. */
  ehtCapMac?: Uint8Array;
  /** Those of its radio. Read-only. */
  ehtCapPhy?: Uint8Array;
  /** MCS set of it. Read-only. */
  ehtCapMcsSet?: Uint8Array;
  /** Thresholds of it. Read-only. */
  ehtCapPpe?: Uint8Array;
  /** Abilities of 802.11bn. Read-only. */
  uhrCapMac?: Uint8Array;
  /** Those of its radio. Read-only. */
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

/** What a wiphy can do in a band. */
export interface Band {
  /** The band: 0 of 2.4 GHz, 1 of 5 GHz, 2 of 60 GHz, 3 of 6 GHz, 4 below 1 GHz. */
  band?: number;
  /** Its channels. Read-only. */
  freqs?: readonly Channel[];
  /** Its rates. Read-only. */
  rates?: readonly Bitrate[];
  /** MCS set of 802.11n. Read-only. */
  htMcsSet?: Uint8Array;
  /** Abilities of 802.11n, as bits. Read-only. */
  htCapa?: number;
  /** Length of aggregates. Read-only. */
  htAmpduFactor?: number;
  /** Gaps in aggregates. Read-only. */
  htAmpduDensity?: number;
  /** MCS set of 802.11ac. Read-only. */
  vhtMcsSet?: Uint8Array;
  /** Abilities of 802.11ac, as bits. Read-only. */
  vhtCapa?: number;
  /** The rest by what an interface is for. Read-only. */
  iftypeData?: readonly BandIftype[];
  /** Channels of 60 GHz that can be used together, as bits. Read-only. */
  edmgChannels?: number;
  /** How they can. Read-only. */
  edmgBwConfig?: number;
  /** MCS set below 1 GHz. Read-only. */
  s1gMcsNssSet?: Uint8Array;
  /** Abilities below 1 GHz. Read-only. */
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

/** A radio. */
export interface Wiphy {
  /** Its number. */
  wiphy?: number;
  /** Its name. */
  wiphyName?: string;
  /** Its address. Read-only. */
  mac?: string;
  /** Its bands. Read-only. */
  wiphyBands?: readonly Band[];
  /** What interfaces on it may be for. Read-only. */
  supportedIftypes?: readonly Iftype[];
  /** Names that one scan can ask for. Read-only. */
  maxNumScanSsids?: number;
  /** Changes when the list does. Read-only. */
  generation?: number;
  /** Commands that it has: NL80211_CMD_*. Read-only. */
  supportedCommands?: readonly number[];
  /** Bytes of information elements that a scan can send. Read-only. */
  maxScanIeLen?: number;
  /** Ciphers: 0x000fac04 is CCMP. Read-only. */
  cipherSuites?: readonly number[];
  /** Tries to send a short frame. */
  wiphyRetryShort?: number;
  /** Tries to send a long one. */
  wiphyRetryLong?: number;
  /** Longer frames go in parts; 4294967295 is never. */
  wiphyFragThreshold?: number;
  /** Longer frames are asked for; 4294967295 is never. */
  wiphyRtsThreshold?: number;
  /** Keys that it remembers. Read-only. */
  maxNumPmkids?: number;
  /** Distance, in steps of 450 m. */
  wiphyCoverageClass?: number;
  /** Whether the type of key frames can be chosen. Read-only. */
  controlPortEthertype?: boolean;
  /** Whether WPA in an ad hoc network. Read-only. */
  supportIbssRsn?: boolean;
  /** Antennas that send, as bits. */
  wiphyAntennaTx?: number;
  /** Antennas that receive, as bits. */
  wiphyAntennaRx?: number;
  /** Whether it can send on another channel. Read-only. */
  offchannelTxOk?: boolean;
  /** How long it can listen there, in ms. Read-only. */
  maxRemainOnChannelDuration?: number;
  /** Antennas that can send. Read-only. */
  wiphyAntennaAvailTx?: number;
  /** Antennas that can receive. Read-only. */
  wiphyAntennaAvailRx?: number;
  /** Whether meshes with keys. Read-only. */
  supportMeshAuth?: boolean;
  /** What can always be added. Read-only. */
  softwareIftypes?: readonly Iftype[];
  /** Names that a scheduled scan can ask for. Read-only. */
  maxNumSchedScanSsids?: number;
  /** Bytes of elements that one can send. Read-only. */
  maxSchedScanIeLen?: number;
  /** Whether stations may sleep by U-APSD. Read-only. */
  supportApUapsd?: boolean;
  /** Whether it roams by itself. Read-only. */
  roamSupport?: boolean;
  /** What a scheduled scan can be told to look for. Read-only. */
  maxMatchSets?: number;
  /** Whether stations may speak to each other. Read-only. */
  tdlsSupport?: boolean;
  /** Whether others set that up. Read-only. */
  tdlsExternalSetup?: boolean;
  /** Whether it manages stations by itself, as bits. Read-only. */
  deviceApSme?: number;
  /** Abilities, as bits: NL80211_FEATURE_*. Read-only. */
  featureFlags?: number;
  /** Probes that it answers by itself, as bits. Read-only. */
  probeRespOffload?: number;
  /** Abilities of 802.11n that can be switched off. Read-only. */
  htCapabilityMask?: Uint8Array;
  /** Addresses that can be shut out. Read-only. */
  macAclMax?: number;
  /** Extended abilities. Read-only. */
  extCapa?: Uint8Array;
  /** Which of them are told. Read-only. */
  extCapaMask?: Uint8Array;
  /** Abilities of 802.11ac that can be switched off. Read-only. */
  vhtCapabilityMask?: Uint8Array;
  /** Stations that an access point can have. Read-only. */
  maxApAssocSta?: number;
  /** Counters of a channel switch. Read-only. */
  maxCsaCounters?: number;
  /** Bits of the address that differ between its interfaces. Read-only. */
  macMask?: string;
  /** Whether it has rules of its own. Read-only. */
  wiphySelfManagedReg?: boolean;
  /** Abilities: bit n is NL80211_EXT_FEATURE_* number n. Read-only. */
  extFeatures?: Uint8Array;
  /** Plans that a scheduled scan can have. Read-only. */
  maxNumSchedScanPlans?: number;
  /** Longest pause in one, in s. Read-only. */
  maxScanPlanInterval?: number;
  /** Most rounds of one. Read-only. */
  maxScanPlanIterations?: number;
  /** Scheduled scans at once. Read-only. */
  schedScanMaxReqs?: number;
  /** Packets that wait. */
  txqLimit?: number;
  /** Bytes that wait. */
  txqMemoryLimit?: number;
  /** Bytes of a flow in its turn. */
  txqQuantum?: number;
  /** Whether several links at once. Read-only. */
  mloSupport?: boolean;
  /** Kinds of keys in one request. Read-only. */
  maxNumAkmSuites?: number;
  /** Peers whose frames get a time. Read-only. */
  maxHwTimestampPeers?: number;
  /** Whether all may be told, in several messages. */
  splitWiphyDump?: boolean;
  /** Bands, as bits. Read-only. */
  bands?: number;
  /** Interfaces that it can have at once. Read-only. */
  interfaceCombinations?: readonly InterfaceCombination[];
  /** Its parts, where one wiphy stands for several radios. Read-only. */
  wiphyRadios?: readonly WiphyRadio[];
  /** Interfaces that all of them can have at once. Read-only. */
  wiphyInterfaceCombinations?: readonly InterfaceCombination[];
  /** Addresses: of a radio, of a list of stations. Read-only. */
  macAddrs?: readonly string[];
  /** Management frames that programs may send, by what an interface is for. Read-only. */
  txFrameTypes?: readonly FrameTypes[];
  /** Management frames that programs may receive. Read-only. */
  rxFrameTypes?: readonly FrameTypes[];
  /** Both by what an interface is for. Read-only. */
  iftypeExtCapa?: readonly Nl80211Message[];
  /** Kinds of keys by what an interface is for. Read-only. */
  iftypeAkmSuites?: readonly IftypeAkmSuites[];
  /** Kinds of keys: 0x000fac02 is a password. Read-only. */
  akmSuites?: readonly number[];
  /** Abilities of a device of several links, as bits. Read-only. */
  emlCapability?: number;
  /** More of them, as bits. Read-only. */
  mldCapaAndOps?: number;
  /** Still more of them, as bits. Read-only. */
  extMldCapaAndOps?: number;
  /** What can wake the machine. Read-only. */
  wowlanTriggersSupported?: WowlanSupport;
  /** Events of a vendor's own. Read-only. */
  vendorEvents?: readonly VendorCommand[];
  /** Limits of power for the sake of bodies near by. Read-only. */
  sarSpec?: SarSpec;
  /** How several networks share beacons. Read-only. */
  mbssidConfig?: MbssidConfig;
  /** Distances to peers. Read-only. */
  peerMeasurements?: PeerMeasurements;
  /** Packets that wait. Read-only. */
  txqStats?: TxqStats;
  /** Whether a radio has channels of 5 MHz. Read-only. */
  support5Mhz?: boolean;
  /** Whether it has channels of 10 MHz. Read-only. */
  support10Mhz?: boolean;
  /** What a radio can do of that. Read-only. */
  nanCapabilities?: NanCapabilities;
  /** Settings by priority that it has. Read-only. */
  tidConfig?: TidConfig;
  /** Packets that it can let wait. Read-only. */
  coalesceRule?: CoalesceSupport;
  /** How it can choose the best network. Read-only. */
  bssSelect?: readonly (BssSelection | number)[];
  /** Commands of a vendor's own. Read-only. */
  vendorData?: readonly VendorCommand[];
  /** What can be set of its networks. Read-only. */
  bssParam?: BssParam;
  /** Whether the distance is found out. */
  wiphyDynAck?: boolean;
  /** Who decides how strong is sent. */
  wiphyTxPowerSetting?: TxPowerSetting;
  /** How strong, in hundredths of dBm. */
  wiphyTxPowerLevel?: number;
  /** One of its parts. */
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

/** Packets that wait. */
export interface TxqStats {
  /** Bytes. Read-only. */
  backlogBytes?: number;
  /** Packets. Read-only. */
  backlogPackets?: number;
  /** Flows that there were. Read-only. */
  flows?: number;
  /** Packets dropped. Read-only. */
  drops?: number;
  /** Packets marked. Read-only. */
  ecnMarks?: number;
  /** Dropped as there were too many. Read-only. */
  overlimit?: number;
  /** Dropped as they were too large. Read-only. */
  overmemory?: number;
  /** Flows that shared a queue. Read-only. */
  collisions?: number;
  /** Bytes sent. Read-only. */
  txBytes?: number;
  /** Packets sent. Read-only. */
  txPackets?: number;
  /** Queues. Read-only. */
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

/** An interface on a wiphy. */
export interface WifiInterface {
  /** Its radio. */
  wiphy?: number;
  /** Its number. */
  ifindex?: number;
  /** Its name. */
  ifname?: string;
  /** What it is for. */
  iftype?: Iftype;
  /** Its address. */
  mac?: string;
  /** Changes when the list does. Read-only. */
  generation?: number;
  /** Its channel, in MHz. */
  wiphyFreq?: number;
  /** Width, as 802.11n has it. */
  wiphyChannelType?: ChannelType;
  /** The network that it is in. Read-only. */
  ssid?: string;
  /** Whether frames have four addresses, so that it can be in a bridge. */
  "4addr"?: boolean;
  /** Who decides how strong it sends. */
  wiphyTxPowerSetting?: TxPowerSetting;
  /** How strong, in hundredths of dBm. */
  wiphyTxPowerLevel?: number;
  /** Its number where it is no network interface. Read-only. */
  wdev?: bigint;
  /** Width of its channel. */
  channelWidth?: ChannelWidth;
  /** Middle of that, in MHz. */
  centerFreq1?: number;
  /** Middle of the other half, where there are two. */
  centerFreq2?: number;
  /** Packets that wait. Read-only. */
  txqStats?: TxqStats;
  /** kHz beside `wiphyFreq`. */
  wiphyFreqOffset?: number;
  /** Parts of the radio that it may use, as bits. */
  vifRadioMask?: number;
  /** kHz beside that. */
  centerFreq1Offset?: number;
  /** Parts of 20 MHz that are left out, as bits. Read-only. */
  punctBitmap?: number;
  /** The primary channel while the usual one is busy, in MHz. Read-only. */
  npcaPrimaryFreq?: number;
  /** Parts of 20 MHz that are left out meanwhile, as bits. Read-only. */
  npcaPunctBitmap?: number;
  /** Whether the primary channel below 1 GHz has 2 MHz. Read-only. */
  s1gPrimary2mhz?: boolean;
  /** What holds for each link of such a device. Read-only. */
  mloLinks?: readonly Nl80211Message[];
  /** The link, of a device of several links. Read-only. */
  mloLinkId?: number;
  /** Name of a mesh. */
  meshId?: string;
  /** What an interface that monitors hears beside the usual. */
  mntrFlags?: readonly (MonitorFlag | number)[];
  /** Groups of stations whose frames a monitor hears. */
  muMimoGroupData?: Uint8Array;
  /** The station whose frames it hears. */
  muMimoFollowMacAddr?: string;
  /** Whether what is begun ends when the socket is closed. */
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
  /** In 100 kbit/s, where that fits. Read-only. */
  bitrate?: number;
  /** MCS of 802.11n. Read-only. */
  mcs?: number;
  /** 40 MHz. Read-only. */
  "40MhzWidth"?: boolean;
  /** Short guard interval. Read-only. */
  shortGi?: boolean;
  /** In 100 kbit/s. Read-only. */
  bitrate32?: number;
  /** MCS of 802.11ac. Read-only. */
  vhtMcs?: number;
  /** Streams of 802.11ac. Read-only. */
  vhtNss?: number;
  /** 80 MHz. Read-only. */
  "80MhzWidth"?: boolean;
  /** 160 MHz. Read-only. */
  "160MhzWidth"?: boolean;
  /** MCS of 802.11ax. Read-only. */
  heMcs?: number;
  /** Streams of 802.11ax. Read-only. */
  heNss?: number;
  /** Its guard interval. Read-only. */
  heGi?: number;
  /** Whether each bit goes twice. Read-only. */
  heDcm?: number;
  /** Its part of the channel. Read-only. */
  heRuAlloc?: number;
  /** 320 MHz. Read-only. */
  "320MhzWidth"?: boolean;
  /** MCS of 802.11be. Read-only. */
  ehtMcs?: number;
  /** Streams of 802.11be. Read-only. */
  ehtNss?: number;
  /** Its guard interval. Read-only. */
  ehtGi?: number;
  /** Its part of the channel. Read-only. */
  ehtRuAlloc?: number;
  /** Twice 80 MHz. Read-only. */
  "80p80MhzWidth"?: boolean;
  /** 10 MHz. Read-only. */
  "10MhzWidth"?: boolean;
  /** 5 MHz. Read-only. */
  "5MhzWidth"?: boolean;
  /** MCS below 1 GHz. Read-only. */
  s1gMcs?: number;
  /** Streams below 1 GHz. Read-only. */
  s1gNss?: number;
  /** 1 MHz. Read-only. */
  "1MhzWidth"?: boolean;
  /** 2 MHz. Read-only. */
  "2MhzWidth"?: boolean;
  /** 4 MHz. Read-only. */
  "4MhzWidth"?: boolean;
  /** 8 MHz. Read-only. */
  "8MhzWidth"?: boolean;
  /** 16 MHz. Read-only. */
  "16MhzWidth"?: boolean;
  /** MCS of 802.11bn. Read-only. */
  uhrMcs?: number;
  /** Its long range. Read-only. */
  uhrElr?: boolean;
  /** Its interference mitigation. Read-only. */
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

/** What a station's network is set to. */
export interface StaBssParam {
  /** Protection by CTS. Read-only. */
  ctsProt?: boolean;
  /** Short preambles. Read-only. */
  shortPreamble?: boolean;
  /** Short slots. Read-only. */
  shortSlotTime?: boolean;
  /** Beacons between two that wake sleepers. Read-only. */
  dtimPeriod?: number;
  /** Time between beacons, in 1.024 ms. Read-only. */
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

/** Frames of one priority. */
export interface TidStats {
  /** The priority, 1 more than its number; 17 is all others. */
  tid?: number;
  /** Received. Read-only. */
  rxMsdu?: number;
  /** Sent, or tried. Read-only. */
  txMsdu?: number;
  /** Sent again. Read-only. */
  txMsduRetries?: number;
  /** Not sent. Read-only. */
  txMsduFailed?: number;
  /** Waiting. Read-only. */
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

/** What is known of a station. */
export interface StaInfo {
  /** ms since it was heard. Read-only. */
  inactiveTime?: number;
  /** Bytes received, as 32 bits hold them. Read-only. */
  rxBytes?: number;
  /** Bytes sent. Read-only. */
  txBytes?: number;
  /** Our number of a mesh link. Read-only. */
  llid?: number;
  /** Its number of that. Read-only. */
  plid?: number;
  /** State of that. Read-only. */
  plinkState?: number;
  /** Strength of its last frame, in dBm. Read-only. */
  signal?: number;
  /** Rate to it. Read-only. */
  txBitrate?: RateInfo;
  /** Packets received. Read-only. */
  rxPackets?: number;
  /** Packets sent. Read-only. */
  txPackets?: number;
  /** Sent again. Read-only. */
  txRetries?: number;
  /** Not sent. Read-only. */
  txFailed?: number;
  /** Strength on average, in dBm. Read-only. */
  signalAvg?: number;
  /** Rate from it. Read-only. */
  rxBitrate?: RateInfo;
  /** What its network is set to. Read-only. */
  bssParam?: StaBssParam;
  /** s since it is connected. Read-only. */
  connectedTime?: number;
  /** What it may do. Read-only. */
  staFlags?: StaFlags;
  /** Beacons that were missed. Read-only. */
  beaconLoss?: number;
  /** Its clock before ours, in µs. Read-only. */
  tOffset?: bigint;
  /** How we sleep, in a mesh. Read-only. */
  localPm?: number;
  /** How it sleeps, in a mesh. Read-only. */
  peerPm?: number;
  /** How we sleep for others, in a mesh. Read-only. */
  nonpeerPm?: number;
  /** Bytes received. Read-only. */
  rxBytes64?: number;
  /** Bytes sent. Read-only. */
  txBytes64?: number;
  /** Strength at each antenna. Read-only. */
  chainSignal?: readonly number[];
  /** That on average. Read-only. */
  chainSignalAvg?: readonly number[];
  /** What to expect, in kbit/s. Read-only. */
  expectedThroughput?: number;
  /** Frames dropped. Read-only. */
  rxDropMisc?: number;
  /** Beacons heard. Read-only. */
  beaconRx?: number;
  /** Their strength on average. Read-only. */
  beaconSignalAvg?: number;
  /** Frames by priority. Read-only. */
  tidStats?: readonly TidStats[];
  /** How long it spoke, in µs. Read-only. */
  rxDuration?: number;
  /** Strength of its last ACK. Read-only. */
  ackSignal?: number;
  /** That on average. Read-only. */
  ackSignalAvg?: number;
  /** Frames received. Read-only. */
  rxMpdus?: number;
  /** Frames with a wrong sum. Read-only. */
  fcsErrorCount?: number;
  /** Whether it reaches a gate, in a mesh. Read-only. */
  connectedToGate?: boolean;
  /** How long we spoke to it, in µs. Read-only. */
  txDuration?: number;
  /** Its share of time. */
  airtimeWeight?: number;
  /** How long a frame takes, in a mesh. Read-only. */
  airtimeLinkMetric?: number;
  /** When it was connected, in ns since boot. Read-only. */
  assocAtBoottime?: bigint;
  /** Whether it reaches a server for keys, in a mesh. Read-only. */
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

/** A station that an interface speaks to. */
export interface Station {
  /** The interface. */
  ifindex?: number;
  /** The station's address. */
  mac?: string;
  /** Changes when the list does. Read-only. */
  generation?: number;
  /** Why it is deleted: reason codes of 802.11. */
  reasonCode?: number;
  /** As which frame that is told: 10 disassociation, 12 deauthentication. */
  mgmtSubtype?: number;
  /** The interface's number where it is no network interface. Read-only. */
  wdev?: bigint;
  /** What is known of it. Read-only. */
  staInfo?: StaInfo;
  /** What holds for each link of such a device. Read-only. */
  mloLinks?: readonly Nl80211Message[];
  /** The link, of a device of several links. Read-only. */
  mloLinkId?: number;
  /** Address of such a device. Read-only. */
  mldAddr?: string;
  /** Elements of 802.11 to send, or that were received. Read-only. */
  ie?: Uint8Array;
  /** Elements of the answer. Read-only. */
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

/** What is allowed on some frequencies. */
export interface RegRule {
  /** What is not. Read-only. */
  regRuleFlags?: readonly RegRuleFlag[];
  /** From, in kHz. Read-only. */
  freqRangeStart?: number;
  /** To, in kHz. Read-only. */
  freqRangeEnd?: number;
  /** Greatest width, in kHz. Read-only. */
  freqRangeMaxBw?: number;
  /** Greatest gain of an antenna, in hundredths of dBi. Read-only. */
  powerRuleMaxAntGain?: number;
  /** Greatest power, in hundredths of dBm. Read-only. */
  powerRuleMaxEirp?: number;
  /** How long to listen for radar before, in ms. Read-only. */
  dfsCacTime?: number;
  /** Greatest power density, in dBm/MHz. Read-only. */
  powerRulePsd?: number;
}

/** Wire form of {@linkcode RegRule}: NL80211_ATTR_REG_RULE_FLAGS, NL80211_ATTR_FREQ_RANGE_*, NL80211_ATTR_POWER_RULE_*. */
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

/** The rules of a country, as they hold here or for one radio. */
export interface RegDomain {
  /** The radio that has them to itself. */
  wiphy?: number;
  /** The country, two letters; `00` is the world. */
  regAlpha2?: string;
  /** The rules. Read-only. */
  regRules?: readonly RegRule[];
  /** Who has set them. Read-only. */
  regInitiator?: RegInitiator;
  /** What they are of. Read-only. */
  regType?: RegType;
  /** Whose rules on radar hold. Read-only. */
  dfsRegion?: DfsRegion;
  /** Where a wish comes from: 0 a user, 1 a cellular base station, 2 is indoors. */
  userRegHintType?: number;
  /** Whether the radio has them to itself. Read-only. */
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

/** A network in reach. */
export interface Bss {
  /** Its name, from its elements. Read-only. */
  ssid?: string;
  /** Its strength, in dBm. Read-only. */
  signal?: number;
  /** Address of its access point. Read-only. */
  bssid?: string;
  /** Its channel, in MHz. Read-only. */
  frequency?: number;
  /** Its clock, in µs. Read-only. */
  tsf?: bigint;
  /** Time between beacons, in 1.024 ms. Read-only. */
  beaconInterval?: number;
  /** What it can do, as bits of 802.11. Read-only. */
  capability?: number;
  /** What it says of itself: elements of 802.11, of its last beacon or answer. Read-only. */
  informationElements?: Uint8Array;
  /** Its strength, in hundredths of dBm. Read-only. */
  signalMbm?: number;
  /** Its strength, 0..100, of drivers that know no dBm. Read-only. */
  signalUnspec?: number;
  /** How we stand to it. Read-only. */
  status?: BssStatus;
  /** ms since it was heard. Read-only. */
  seenMsAgo?: number;
  /** What its last beacon said. Read-only. */
  beaconIes?: Uint8Array;
  /** Width of its channel, where that is odd. Read-only. */
  chanWidth?: number;
  /** Its clock in the last beacon, in µs. Read-only. */
  beaconTsf?: bigint;
  /** Whether the elements are of an answer. Read-only. */
  prespData?: boolean;
  /** When it was heard, in ns since boot. Read-only. */
  lastSeenBoottime?: bigint;
  /** Clock of the access point that we are at, in µs. Read-only. */
  parentTsf?: bigint;
  /** That access point. Read-only. */
  parentBssid?: string;
  /** Strength at each antenna. Read-only. */
  chainSignal?: readonly number[];
  /** kHz beside `frequency`. Read-only. */
  frequencyOffset?: number;
  /** Its number of a device of several links. Read-only. */
  mloLinkId?: number;
  /** Address of that device. Read-only. */
  mldAddr?: string;
  /** What it may be used for, as bits. Read-only. */
  useFor?: number;
  /** Why not for more, as bits. Read-only. */
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

/** What is asked of a scan, and what it tells. */
export interface ScanMessage {
  /** The radio. Read-only. */
  wiphy?: number;
  /** The interface. */
  ifindex?: number;
  /** Information elements to send. */
  ie?: Uint8Array;
  /** Frequencies, in MHz; all when absent. */
  scanFrequencies?: readonly number[];
  /** Names that are asked for; `""` asks any. Without, only what is heard is told. */
  scanSsids?: readonly string[];
  /** Changes when the list does. Read-only. */
  generation?: number;
  /** A network. Read-only. */
  bss?: Bss;
  /** The interface's number where it is no network interface. Read-only. */
  wdev?: bigint;
  /** How. */
  scanFlags?: readonly ScanFlag[];
  /** The same in kHz. */
  scanFreqKhz?: readonly number[];
  /** An address: of a station, of a peer, of an interface. */
  mac?: string;
  /** Bits of an address that count, or that differ between a radio's interfaces. */
  macMask?: string;
  /** Address of an access point. */
  bssid?: string;
  /** How long to stay on a channel, in 1.024 ms. */
  measurementDuration?: number;
  /** Whether neither longer nor shorter. */
  measurementDurationMandatory?: boolean;
  /** Whether the slow rates of 802.11b are not used to ask. */
  txNoCckRate?: boolean;
  /** Rates to tell of, by band. */
  scanSuppRates?: readonly BandRates[];
  /** Whether networks are listed that may not be used. */
  bssDumpIncludeUseData?: boolean;
  /** When the scan began, by the clock of `scanStartTimeTsfBssid`, in µs. Read-only. */
  scanStartTimeTsf?: bigint;
  /** The access point whose clock that is. Read-only. */
  scanStartTimeTsfBssid?: string;
  /** Pause between scheduled scans, in ms. Read-only. */
  schedScanInterval?: number;
  /** How long before the first, in s. Read-only. */
  schedScanDelay?: number;
  /** Number of a request, which its answer and its events have too. Read-only. */
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
