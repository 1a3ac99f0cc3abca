/**
 * nl80211's tables: wiphys with their bands, interfaces, stations, networks in reach, rules of countries.
 *
 * Source: linux/nl80211.h, v7.2.
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
  eachAttribute,
  enumeration,
  flag,
  i32,
  i64,
  i8,
  ifindex,
  key,
  list,
  mac,
  mask,
  Reader,
  readOnly,
  type Shape,
  string,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../../core/codec/mod.ts";

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

/** What an interface is for. */
export type Iftype =
  | "unspecified"
  | "adhoc"
  | "station"
  | "ap"
  | "ap_vlan"
  | "wds"
  | "monitor"
  | "mesh_point"
  | "p2p_client"
  | "p2p_go"
  | "p2p_device"
  | "ocb"
  | "nan"
  | "nan_data"
  | "pd"
  | number;

const iftype: Codec<Iftype> = enumeration(u32, {
  unspecified: 0,
  adhoc: 1,
  station: 2,
  ap: 3,
  ap_vlan: 4,
  wds: 5,
  monitor: 6,
  mesh_point: 7,
  p2p_client: 8,
  p2p_go: 9,
  p2p_device: 10,
  ocb: 11,
  nan: 12,
  nan_data: 13,
  pd: 14,
});

/** Width of a channel in MHz. */
export type ChannelWidth =
  | "20_noht"
  | "20"
  | "40"
  | "80"
  | "80p80"
  | "160"
  | "5"
  | "10"
  | "1"
  | "2"
  | "4"
  | "8"
  | "16"
  | "320"
  | number;

const channelWidth: Codec<ChannelWidth> = enumeration(u32, {
  "20_noht": 0,
  "20": 1,
  "40": 2,
  "80": 3,
  "80p80": 4,
  "160": 5,
  "5": 6,
  "10": 7,
  "1": 8,
  "2": 9,
  "4": 10,
  "8": 11,
  "16": 12,
  "320": 13,
});

/** Width of a channel as 802.11n has it. */
export type ChannelType = "no_ht" | "ht20" | "ht40minus" | "ht40plus" | number;

const channelType: Codec<ChannelType> = enumeration(u32, { no_ht: 0, ht20: 1, ht40minus: 2, ht40plus: 3 });

/** Whether a channel is free of radar. */
export type DfsState = "usable" | "unavailable" | "available" | number;

const dfsState: Codec<DfsState> = enumeration(u32, { usable: 0, unavailable: 1, available: 2 });

/** Whose rules on radar hold. */
export type DfsRegion = "unset" | "fcc" | "etsi" | "jp" | number;

const dfsRegion: Codec<DfsRegion> = enumeration(u8, { unset: 0, fcc: 1, etsi: 2, jp: 3 });

/** Who has set rules. */
export type RegInitiator = "core" | "user" | "driver" | "country_ie" | number;

const regInitiator: Codec<RegInitiator> = enumeration(u8, { core: 0, user: 1, driver: 2, country_ie: 3 });

/** What rules are of. */
export type RegType = "country" | "world" | "custom_world" | "intersection" | number;

const regType: Codec<RegType> = enumeration(u8, { country: 0, world: 1, custom_world: 2, intersection: 3 });

/** How we stand to a network. */
export type BssStatus = "authenticated" | "associated" | "ibss_joined" | number;

const bssStatus: Codec<BssStatus> = enumeration(u32, { authenticated: 0, associated: 1, ibss_joined: 2 });

/** Who decides how strong is sent. */
export type TxPowerSetting = "automatic" | "limited" | "fixed" | number;

const txPowerSetting: Codec<TxPowerSetting> = enumeration(u32, { automatic: 0, limited: 1, fixed: 2 });

/** What is not allowed on frequencies. */
export type RegRuleFlag =
  | "no_ofdm"
  | "no_cck"
  | "no_indoor"
  | "no_outdoor"
  | "dfs"
  | "ptp_only"
  | "ptmp_only"
  | "no_ir"
  | "auto_bw"
  | "ir_concurrent"
  | "no_ht40minus"
  | "no_ht40plus"
  | "no_80mhz"
  | "no_160mhz"
  | "no_he"
  | "no_320mhz"
  | "no_eht"
  | "psd"
  | "dfs_concurrent"
  | "no_6ghz_vlp_client"
  | "no_6ghz_afc_client"
  | "allow_6ghz_vlp_ap"
  | "allow_20mhz_activity"
  | "no_uhr"
  | number;

const regRuleFlags: Codec<readonly RegRuleFlag[]> = mask(u32, {
  no_ofdm: 1,
  no_cck: 2,
  no_indoor: 4,
  no_outdoor: 8,
  dfs: 16,
  ptp_only: 32,
  ptmp_only: 64,
  no_ir: 128,
  auto_bw: 2048,
  ir_concurrent: 4096,
  no_ht40minus: 8192,
  no_ht40plus: 16384,
  no_80mhz: 32768,
  no_160mhz: 65536,
  no_he: 131072,
  no_320mhz: 262144,
  no_eht: 524288,
  psd: 1048576,
  dfs_concurrent: 2097152,
  no_6ghz_vlp_client: 4194304,
  no_6ghz_afc_client: 8388608,
  allow_6ghz_vlp_ap: 16777216,
  allow_20mhz_activity: 33554432,
  no_uhr: 67108864,
});

/** How is scanned. */
export type ScanFlag =
  | "low_priority"
  | "flush"
  | "ap"
  | "random_addr"
  | "fils_max_channel_time"
  | "accept_bcast_probe_resp"
  | "oce_probe_req_high_tx_rate"
  | "oce_probe_req_deferral_suppression"
  | "low_span"
  | "low_power"
  | "high_accuracy"
  | "random_sn"
  | "min_preq_content"
  | "freq_khz"
  | "colocated_6ghz"
  | number;

const scanFlags: Codec<readonly ScanFlag[]> = mask(u32, {
  low_priority: 1,
  flush: 2,
  ap: 4,
  random_addr: 8,
  fils_max_channel_time: 16,
  accept_bcast_probe_resp: 32,
  oce_probe_req_high_tx_rate: 64,
  oce_probe_req_deferral_suppression: 128,
  low_span: 256,
  low_power: 512,
  high_accuracy: 1024,
  random_sn: 2048,
  min_preq_content: 4096,
  freq_khz: 8192,
  colocated_6ghz: 16384,
});

const IFTYPES = {
  unspecified: 0,
  adhoc: 1,
  station: 2,
  ap: 3,
  ap_vlan: 4,
  wds: 5,
  monitor: 6,
  mesh_point: 7,
  p2p_client: 8,
  p2p_go: 9,
  p2p_device: 10,
  ocb: 11,
  nan: 12,
  nan_data: 13,
  pd: 14,
} as const;

/** What a station may do: which of these are known, and which are so. */
export interface StaFlags {
  /** Those that are known. */
  mask?: readonly StaFlag[];
  /** Those that are so. */
  set?: readonly StaFlag[];
}

/** What a station may do, or has done. */
export type StaFlag =
  | "authorized"
  | "short_preamble"
  | "wme"
  | "mfp"
  | "authenticated"
  | "tdls_peer"
  | "associated"
  | "spp_amsdu"
  | number;

const staFlag: Codec<readonly StaFlag[]> = mask(u32, {
  authorized: 2,
  short_preamble: 4,
  wme: 8,
  mfp: 16,
  authenticated: 32,
  tdls_peer: 64,
  associated: 128,
  spp_amsdu: 256,
});
const staFlags: Codec<StaFlags> = struct(8, (): Shape<StaFlags> => ({ mask: [0, staFlag], set: [4, staFlag] }));

/** A nest whose attribute numbers are the values: names for those that have one. */
function numbers<N extends string>(names: Readonly<Record<N, number>>): Codec<readonly (N | number)[]> {
  const byNumber = new Map(Object.entries<number>(names).map(([name, number]) => [number, name as N]));
  return {
    name: "a set",
    nested: true,
    decode(from, at, end) {
      const found: (N | number)[] = [];
      eachAttribute(from, at, end, (id) => found.push(byNumber.get(id) ?? id));
      return found;
    },
    encode(value, to) {
      for (const one of value) to.close(to.open(typeof one === "number" ? one : names[one]));
    },
    walk(from, at, end, owner, visit) {
      eachAttribute(
        from,
        at,
        end,
        (id, start, stop) =>
          visit({ name: byNumber.get(id) ?? id, id, start, at: start + 4, end: stop, codec: flag, owner }),
      );
    },
  };
}

/** A nest whose attribute numbers say what each nest in it is of: that becomes field `key`. */
function keyed<T extends object>(key: keyof T & string, table: Attributes<T>): Codec<readonly T[]> {
  return {
    name: `a list by ${key}`,
    nested: true,
    decode(from, at, end, owner) {
      const found: T[] = [];
      eachAttribute(from, at, end, (id, start, stop) => {
        found.push({ [key]: id, ...table.decode(from, start + 4, stop, owner) } as T);
      });
      return found;
    },
    encode(_value, to) {
      to.fail(TypeError, "is only received");
    },
    walk(from, at, end, owner, visit) {
      eachAttribute(
        from,
        at,
        end,
        (id, start, stop) =>
          visit({ name: id, id, start, at: start + 4, end: stop, codec: table as Codec<unknown, never>, owner }),
      );
    },
  };
}

/** An SSID, which is bytes: as text. */
const ssidText: Codec<string, string | Uint8Array> = {
  name: "an SSID",
  decode: (from, at, end, owner) => text.decode(from, at, end, owner),
  encode(value, to, owner) {
    const start = to.length;
    if (value instanceof Uint8Array) to.append(value);
    else {
      text.encode(value, to, owner);
      // It has no end of its own.
      to.length--;
    }
    if (to.length - start > 32) to.fail(RangeError, `expected at most 32 bytes, got ${to.length - start}`);
  },
};

/** Decibels with a sign in one byte. */
const dbm: Codec<number> = i8;

/** A channel of a band. */
export interface Channel {
  /** In MHz. Read-only. */
  freq?: number;
  /** Whether it may not be used. Read-only. */
  disabled?: boolean;
  /** Whether we may not speak first. Read-only. */
  noIr?: boolean;
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
}

/** Wire form of {@linkcode Channel}: NL80211_FREQUENCY_ATTR_*. */
export const Channel: Attributes<Channel> = attributes((): Shape<Channel> => ({
  freq: [1, u32, readOnly],
  disabled: [2, flag, readOnly],
  noIr: [3, flag, readOnly],
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
}));

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
  maxApAssocSta: [202, u16, readOnly],
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
}));

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
  /** Parts of the radio that it may use. Read-only. */
  vifRadioMask?: number;
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
  ssid: [52, ssidText, readOnly],
  "4addr": [83, bool(u8)],
  wiphyTxPowerSetting: [97, txPowerSetting],
  wiphyTxPowerLevel: [98, u32],
  wdev: [153, u64, readOnly],
  channelWidth: [159, channelWidth],
  centerFreq1: [160, u32],
  centerFreq2: [161, u32],
  txqStats: [265, TxqStats, readOnly],
  wiphyFreqOffset: [290, u32],
  vifRadioMask: [333, u32, readOnly],
}));

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
}));

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
  signal: [7, dbm, readOnly],
  txBitrate: [8, RateInfo, readOnly],
  rxPackets: [9, u32, readOnly],
  txPackets: [10, u32, readOnly],
  txRetries: [11, u32, readOnly],
  txFailed: [12, u32, readOnly],
  signalAvg: [13, dbm, readOnly],
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
  chainSignal: [25, list(dbm), readOnly],
  chainSignalAvg: [26, list(dbm), readOnly],
  expectedThroughput: [27, u32, readOnly],
  rxDropMisc: [28, u32, readOnly],
  beaconRx: [29, count64, readOnly],
  beaconSignalAvg: [30, dbm, readOnly],
  tidStats: [31, keyed("tid", TidStats), readOnly],
  rxDuration: [32, count64, readOnly],
  ackSignal: [34, dbm, readOnly],
  ackSignalAvg: [35, dbm, readOnly],
  rxMpdus: [36, u32, readOnly],
  fcsErrorCount: [37, u32, readOnly],
  connectedToGate: [38, bool(u8), readOnly],
  txDuration: [39, count64, readOnly],
  airtimeWeight: [40, u16],
  airtimeLinkMetric: [41, u32, readOnly],
  assocAtBoottime: [42, u64, readOnly],
  connectedToAs: [43, bool(u8), readOnly],
}));

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
}));

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
  informationElements: [6, bytes, readOnly],
  signalMbm: [7, i32, readOnly],
  signalUnspec: [8, u8, readOnly],
  status: [9, bssStatus, readOnly],
  seenMsAgo: [10, u32, readOnly],
  beaconIes: [11, bytes, readOnly],
  chanWidth: [12, u32, readOnly],
  beaconTsf: [13, u64, readOnly],
  prespData: [14, flag, readOnly],
  lastSeenBoottime: [15, u64, readOnly],
  parentTsf: [17, u64, readOnly],
  parentBssid: [18, mac, readOnly],
  chainSignal: [19, list(dbm), readOnly],
  frequencyOffset: [20, u32, readOnly],
  mloLinkId: [21, u8, readOnly],
  mldAddr: [22, mac, readOnly],
  useFor: [23, u32, readOnly],
  cannotUseReasons: [24, u64, readOnly],
  ssid: { derive: (owner) => ssidOf(owner as Bss), use: readOnly },
  signal: { derive: ({ signalMbm }: Bss) => signalMbm === undefined ? undefined : signalMbm / 100, use: readOnly },
}));

/** An information element of 802.11. */
export interface InformationElement {
  /** Its number: 0 is the SSID, 3 the channel, 48 RSN, 221 one of a vendor. */
  readonly id: number;
  /** What it holds. */
  readonly bytes: Uint8Array;
}

/** Takes information elements apart; what is cut off at the end is left out. */
export function elementsOf(bytes: Uint8Array): InformationElement[] {
  const found: InformationElement[] = [];
  for (let at = 0; at + 2 <= bytes.length && at + 2 + bytes[at + 1]! <= bytes.length; at += 2 + bytes[at + 1]!) {
    found.push({ id: bytes[at]!, bytes: bytes.subarray(at + 2, at + 2 + bytes[at + 1]!) });
  }
  return found;
}

function ssidOf({ informationElements, beaconIes }: Bss): string | undefined {
  for (const elements of [informationElements, beaconIes]) {
    const found = elements && elementsOf(elements).find(({ id }) => id === 0)?.bytes;
    if (found !== undefined) return text.decode(new Reader(found), 0, found.length, {});
  }
  return undefined;
}

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
}

/** Wire form of {@linkcode ScanMessage}: NL80211_ATTR_*. */
export const ScanMessage: Attributes<ScanMessage> = attributes((): Shape<ScanMessage> => ({
  wiphy: [1, u32, readOnly],
  ifindex: [3, ifindex, key],
  ie: [42, bytes],
  scanFrequencies: [44, list(u32)],
  scanSsids: [45, list(ssidText)],
  generation: [46, u32, readOnly],
  bss: [47, Bss, readOnly],
  wdev: [153, u64, readOnly],
  scanFlags: [158, scanFlags],
}));

/** What an event tells. */
export interface Nl80211Details {
  /** The radio. */
  wiphy?: number;
  /** Its name. */
  wiphyName?: string;
  /** The interface. */
  ifindex?: number;
  /** Its name. */
  ifname?: string;
  /** What it is for. */
  iftype?: Iftype;
  /** An address: of a station, of a peer. */
  mac?: string;
  /** What is known of a station. */
  staInfo?: StaInfo;
  /** The country. */
  regAlpha2?: string;
  /** A channel, in MHz. */
  wiphyFreq?: number;
  /** Information elements. */
  ie?: Uint8Array;
  /** Frequencies of a scan. */
  scanFrequencies?: readonly number[];
  /** Names that it asked for. */
  scanSsids?: readonly string[];
  /** Who has set rules. */
  regInitiator?: RegInitiator;
  /** What they are of. */
  regType?: RegType;
  /** A frame. */
  frame?: Uint8Array;
  /** Why a connection ended. */
  reasonCode?: number;
  /** Whether nothing was answered. */
  timedOut?: boolean;
  /** Whether the access point ended it. */
  disconnectedByAp?: boolean;
  /** How a request went: status codes of 802.11. */
  statusCode?: number;
  /** Elements of our request. */
  reqIe?: Uint8Array;
  /** Elements of the answer. */
  respIe?: Uint8Array;
  /** The request that this answers. */
  cookie?: bigint;
  /** Whether a frame was acknowledged. */
  ack?: boolean;
  /** The interface's number where it is no network interface. */
  wdev?: bigint;
  /** Width of a channel. */
  channelWidth?: ChannelWidth;
  /** Middle of that, in MHz. */
  centerFreq1?: number;
}

/** Wire form of {@linkcode Nl80211Details}: NL80211_ATTR_*. */
export const Nl80211Details: Attributes<Nl80211Details> = attributes((): Shape<Nl80211Details> => ({
  wiphy: [1, u32],
  wiphyName: [2, text],
  ifindex: [3, ifindex],
  ifname: [4, text],
  iftype: [5, iftype],
  mac: [6, mac],
  staInfo: [21, StaInfo],
  regAlpha2: [33, string(2)],
  wiphyFreq: [38, u32],
  ie: [42, bytes],
  scanFrequencies: [44, list(u32)],
  scanSsids: [45, list(ssidText)],
  regInitiator: [48, regInitiator],
  regType: [49, regType],
  frame: [51, bytes],
  reasonCode: [54, u16],
  timedOut: [65, flag],
  disconnectedByAp: [71, flag],
  statusCode: [72, u16],
  reqIe: [77, bytes],
  respIe: [78, bytes],
  cookie: [88, u64],
  ack: [92, flag],
  wdev: [153, u64],
  channelWidth: [159, channelWidth],
  centerFreq1: [160, u32],
}));
