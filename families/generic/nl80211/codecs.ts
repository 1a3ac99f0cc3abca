/**
 * Codecs of nl80211's enumerations, flags and special nests.
 *
 * Source: linux/nl80211.h, v7.2.
 * @module
 */
import {
  type Attributes,
  bytes,
  type Codec,
  countedText,
  eachAttribute,
  enumeration,
  flag,
  i32,
  mask,
  MISFIT,
  type Shape,
  shown,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";

/** The type of an interface. */
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

/** The numbers of the interface types: NL80211_IFTYPE_*. */
export const IFTYPES = {
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

/** Wire form of {@linkcode Iftype}. */
export const iftype: Codec<Iftype> = enumeration(u32, IFTYPES);

/** The width of a channel in MHz. */
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

/** Wire form of {@linkcode ChannelWidth}. */
export const channelWidth: Codec<ChannelWidth> = enumeration(u32, {
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

/** The width of a channel in the terms of 802.11n. */
export type ChannelType = "no_ht" | "ht20" | "ht40minus" | "ht40plus" | number;

/** Wire form of {@linkcode ChannelType}. */
export const channelType: Codec<ChannelType> = enumeration(u32, { no_ht: 0, ht20: 1, ht40minus: 2, ht40plus: 3 });

/** The state of a channel that must be checked for radar. */
export type DfsState = "usable" | "unavailable" | "available" | number;

/** Wire form of {@linkcode DfsState}. */
export const dfsState: Codec<DfsState> = enumeration(u32, { usable: 0, unavailable: 1, available: 2 });

/** The region whose radar rules apply. */
export type DfsRegion = "unset" | "fcc" | "etsi" | "jp" | number;

/** Wire form of {@linkcode DfsRegion}. */
export const dfsRegion: Codec<DfsRegion> = enumeration(u8, { unset: 0, fcc: 1, etsi: 2, jp: 3 });

/** The source of a regulatory domain. */
export type RegInitiator = "core" | "user" | "driver" | "country_ie" | number;

/** Wire form of {@linkcode RegInitiator}. */
export const regInitiator: Codec<RegInitiator> = enumeration(u8, { core: 0, user: 1, driver: 2, country_ie: 3 });

/** The scope of a regulatory domain. */
export type RegType = "country" | "world" | "custom_world" | "intersection" | number;

/** Wire form of {@linkcode RegType}. */
export const regType: Codec<RegType> = enumeration(u8, { country: 0, world: 1, custom_world: 2, intersection: 3 });

/** The interface's relation to a network. */
export type BssStatus = "authenticated" | "associated" | "ibss_joined" | number;

/** Wire form of {@linkcode BssStatus}. */
export const bssStatus: Codec<BssStatus> = enumeration(u32, { authenticated: 0, associated: 1, ibss_joined: 2 });

/** The way that transmit power is chosen. */
export type TxPowerSetting = "automatic" | "limited" | "fixed" | number;

/** Wire form of {@linkcode TxPowerSetting}. */
export const txPowerSetting: Codec<TxPowerSetting> = enumeration(u32, { automatic: 0, limited: 1, fixed: 2 });

/** A restriction or permission on a range of frequencies. */
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

/** Wire form of {@linkcode RegRuleFlag}. */
export const regRuleFlags: Codec<readonly RegRuleFlag[]> = mask(u32, {
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

/** A flag of a scan. */
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

/** Wire form of {@linkcode ScanFlag}. */
export const scanFlags: Codec<readonly ScanFlag[]> = mask(u32, {
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

/** Codec of {@linkcode TxPowerSetting} as one byte, for the power to a station. */
export const txPowerSetting8: Codec<TxPowerSetting> = enumeration(u8, { automatic: 0, limited: 1, fixed: 2 });

/** An event on a channel that must be checked for radar. */
export type RadarEvent =
  | "detected"
  | "cac_finished"
  | "cac_aborted"
  | "nop_finished"
  | "pre_cac_expired"
  | "cac_started"
  | number;

/** Wire form of {@linkcode RadarEvent}: NL80211_RADAR_*. */
export const radarEvent: Codec<RadarEvent> = enumeration(u32, {
  detected: 0,
  cac_finished: 1,
  cac_aborted: 2,
  nop_finished: 3,
  pre_cac_expired: 4,
  cac_started: 5,
});

/** The state of power saving between beacons. */
export type PsState = "disabled" | "enabled" | number;

/** Wire form of {@linkcode PsState}: NL80211_PS_*. */
export const psState: Codec<PsState> = enumeration(u32, { disabled: 0, enabled: 1 });

/** The mode of spatial multiplexing power save: it turns antennas off. */
export type SmpsMode = "off" | "static" | "dynamic" | number;

/** Wire form of {@linkcode SmpsMode}: NL80211_SMPS_*. */
export const smpsMode: Codec<SmpsMode> = enumeration(u8, { off: 0, static: 1, dynamic: 2 });

/** The method of 802.11 authentication. */
export type AuthType =
  | "open_system"
  | "shared_key"
  | "ft"
  | "network_eap"
  | "sae"
  | "fils_sk"
  | "fils_sk_pfs"
  | "fils_pk"
  | "eppke"
  | "ieee8021x"
  | "automatic"
  | number;

/** Wire form of {@linkcode AuthType}: NL80211_AUTHTYPE_*. */
export const authType: Codec<AuthType> = enumeration(u32, {
  open_system: 0,
  shared_key: 1,
  ft: 2,
  network_eap: 3,
  sae: 4,
  fils_sk: 5,
  fils_sk_pfs: 6,
  fils_pk: 7,
  eppke: 8,
  ieee8021x: 9,
  automatic: 10,
});

/** A version of WPA. */
export type WpaVersion = "1" | "2" | "3" | number;

/** Wire form of {@linkcode WpaVersion}: NL80211_WPA_VERSION_*. */
export const wpaVersions: Codec<readonly WpaVersion[]> = mask(u32, { "1": 1, "2": 2, "3": 4 });

/** The use of management frame protection. */
export type Mfp = "no" | "required" | "optional" | number;

/** Wire form of {@linkcode Mfp}: NL80211_MFP_*. */
export const mfp: Codec<Mfp> = enumeration(u32, { no: 0, required: 1, optional: 2 });

/** The request to which no answer came in time. */
export type TimeoutReason = "unspecified" | "scan" | "auth" | "assoc" | number;

/** Wire form of {@linkcode TimeoutReason}: NL80211_TIMEOUT_*. */
export const timeoutReason: Codec<TimeoutReason> = enumeration(u32, { unspecified: 0, scan: 1, auth: 2, assoc: 3 });

/** The action that a program takes for external authentication. */
export type ExternalAuthAction = "start" | "abort" | number;

/** Wire form of {@linkcode ExternalAuthAction}: NL80211_EXTERNAL_AUTH_*. */
export const externalAuthAction: Codec<ExternalAuthAction> = enumeration(u32, { start: 0, abort: 1 });

/** The method by which SAE derives the password element. */
export type SaePwe = "unspecified" | "hunt_and_peck" | "hash_to_element" | "both" | number;

/** Wire form of {@linkcode SaePwe}: NL80211_SAE_PWE_*. */
export const saePwe: Codec<SaePwe> = enumeration(u8, { unspecified: 0, hunt_and_peck: 1, hash_to_element: 2, both: 3 });

/** The kind of receivers that a key is for. */
export type KeyType = "group" | "pairwise" | "peerkey" | number;

/** Wire form of {@linkcode KeyType}: NL80211_KEYTYPE_*. */
export const keyType: Codec<KeyType> = enumeration(u32, { group: 0, pairwise: 1, peerkey: 2 });

/** The directions that a key may be used in. */
export type KeyMode = "rx_tx" | "no_tx" | "set_tx" | number;

/** Wire form of {@linkcode KeyMode}: NL80211_KEY_*. */
export const keyMode: Codec<KeyMode> = enumeration(u8, { rx_tx: 0, no_tx: 1, set_tx: 2 });

/** The way that an access point hides its SSID. */
export type HiddenSsid = "not_in_use" | "zero_len" | "zero_contents" | number;

/** Wire form of {@linkcode HiddenSsid}: NL80211_HIDDEN_SSID_*. */
export const hiddenSsid: Codec<HiddenSsid> = enumeration(u32, { not_in_use: 0, zero_len: 1, zero_contents: 2 });

/** The policy of an access control list: the stations that it admits. */
export type AclPolicy = "accept_unless_listed" | "deny_unless_listed" | number;

/** Wire form of {@linkcode AclPolicy}: NL80211_ACL_POLICY_*. */
export const aclPolicy: Codec<AclPolicy> = enumeration(u32, { accept_unless_listed: 0, deny_unless_listed: 1 });

/** The reason why a station could not connect. */
export type ConnFailedReason = "max_clients" | "blocked_client" | number;

/** Wire form of {@linkcode ConnFailedReason}: NL80211_CONN_FAIL_*. */
export const connFailedReason: Codec<ConnFailedReason> = enumeration(u32, { max_clients: 0, blocked_client: 1 });

/** An action on a mesh peer link. */
export type PlinkAction = "no_action" | "open" | "block" | number;

/** Wire form of {@linkcode PlinkAction}: NL80211_PLINK_ACTION_*. */
export const plinkAction: Codec<PlinkAction> = enumeration(u8, { no_action: 0, open: 1, block: 2 });

/** The state of a mesh peer link. */
export type PlinkState = "listen" | "opn_snt" | "opn_rcvd" | "cnf_rcvd" | "estab" | "holding" | "blocked" | number;

/** Wire form of {@linkcode PlinkState}: NL80211_PLINK_*. */
export const plinkState: Codec<PlinkState> = enumeration(u8, {
  listen: 0,
  opn_snt: 1,
  opn_rcvd: 2,
  cnf_rcvd: 3,
  estab: 4,
  holding: 5,
  blocked: 6,
});

/** An operation on a TDLS link. */
export type TdlsOperation = "discovery_req" | "setup" | "teardown" | "enable_link" | "disable_link" | number;

/** Wire form of {@linkcode TdlsOperation}: NL80211_TDLS_*. */
export const tdlsOperation: Codec<TdlsOperation> = enumeration(u8, {
  discovery_req: 0,
  setup: 1,
  teardown: 2,
  enable_link: 3,
  disable_link: 4,
});

/** A protocol whose exchange is critical. */
export type CritProto = "unspec" | "dhcp" | "eapol" | "apipa" | "max_duration" | number;

/** Wire form of {@linkcode CritProto}: NL80211_CRIT_PROTO_*. */
export const critProto: Codec<CritProto> = enumeration(u16, {
  unspec: 0,
  dhcp: 1,
  eapol: 2,
  apipa: 3,
  max_duration: 5000,
});

/** The power mode of a mesh peer. */
export type MeshPowerMode = "unknown" | "active" | "light_sleep" | "deep_sleep" | number;

/** Wire form of {@linkcode MeshPowerMode}: NL80211_MESH_POWER_*. */
export const meshPowerMode: Codec<MeshPowerMode> = enumeration(u32, {
  unknown: 0,
  active: 1,
  light_sleep: 2,
  deep_sleep: 3,
});

/** An access category: voice, video, best effort, background. */
export type AccessCategory = "vo" | "vi" | "be" | "bk" | number;

/** Wire form of {@linkcode AccessCategory}: NL80211_AC_*. */
export const accessCategory: Codec<AccessCategory> = enumeration(u8, { vo: 0, vi: 1, be: 2, bk: 3 });

/** The guard interval of a rate. */
export type TxRateGi = "default_gi" | number;

/** Wire form of {@linkcode TxRateGi}: NL80211_TXRATE_*. */
export const txRateGi: Codec<TxRateGi> = enumeration(u8, { default_gi: 0 });

/** The way that transmit rates are chosen. */
export type TxRateSetting = "automatic" | "limited" | "fixed" | number;

/** Wire form of {@linkcode TxRateSetting}: NL80211_TX_RATE_*. */
export const txRateSetting: Codec<TxRateSetting> = enumeration(u8, { automatic: 0, limited: 1, fixed: 2 });

/** The direction in which the signal strength crossed a threshold, or the loss of beacons. */
export type CqmRssiEvent = "low" | "high" | "beacon_loss" | number;

/** Wire form of {@linkcode CqmRssiEvent}: NL80211_CQM_RSSI_THRESHOLD_EVENT_*. */
export const cqmRssiEvent: Codec<CqmRssiEvent> = enumeration(u32, { low: 0, high: 1, beacon_loss: 2 });

/** The condition under which packets are coalesced. */
export type CoalesceCondition = "match" | "no_match" | number;

/** Wire form of {@linkcode CoalesceCondition}: NL80211_COALESCE_CONDITION_*. */
export const coalesceCondition: Codec<CoalesceCondition> = enumeration(u32, { match: 0, no_match: 1 });

/** A flag of a mesh path. */
export type MpathFlag = "active" | "resolving" | "sn_valid" | "fixed" | "resolved" | number;

/** Wire form of {@linkcode MpathFlag}: NL80211_MPATH_FLAG_*. */
export const mpathFlags: Codec<readonly MpathFlag[]> = mask(u8, {
  active: 1,
  resolving: 2,
  sn_valid: 4,
  fixed: 8,
  resolved: 16,
});

/** The preamble of a frame. */
export type Preamble = "legacy" | "ht" | "vht" | "dmg" | "he" | number;

/** Wire form of {@linkcode Preamble}: NL80211_PREAMBLE_*. */
export const preamble: Codec<Preamble> = enumeration(u32, { legacy: 0, ht: 1, vht: 2, dmg: 3, he: 4 });

/** The outcome of a measurement. */
export type MeasurementStatus = "success" | "refused" | "timeout" | "failure" | number;

/** Wire form of {@linkcode MeasurementStatus}: NL80211_PMSR_STATUS_*. */
export const measurementStatus: Codec<MeasurementStatus> = enumeration(u32, {
  success: 0,
  refused: 1,
  timeout: 2,
  failure: 3,
});

/** The kind of a NAN function. */
export type NanFuncType = "publish" | "subscribe" | "follow_up" | number;

/** Wire form of {@linkcode NanFuncType}: NL80211_NAN_FUNC_*. */
export const nanFuncType: Codec<NanFuncType> = enumeration(u8, { publish: 0, subscribe: 1, follow_up: 2 });

/** The flags of a station: a mask, and the values under it. */
export interface StaFlags {
  /** The flags that are given. */
  mask?: readonly StaFlag[];
  /** Those of them that are set; the others are cleared. */
  set?: readonly StaFlag[];
}

/** A flag of a station. */
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

/** Wire form of {@linkcode StaFlag}. */
export const staFlag: Codec<readonly StaFlag[]> = mask(u32, {
  authorized: 2,
  short_preamble: 4,
  wme: 8,
  mfp: 16,
  authenticated: 32,
  tdls_peer: 64,
  associated: 128,
  spp_amsdu: 256,
});
/** Wire form of {@linkcode StaFlags}. */
export const staFlags: Codec<StaFlags> = struct(8, (): Shape<StaFlags> => ({ mask: [0, staFlag], set: [4, staFlag] }));

/** The attribute numbers of the same flags in a nest: NL80211_STA_FLAG_*. */
export const STA_FLAGS = {
  authorized: 1,
  short_preamble: 2,
  wme: 3,
  mfp: 4,
  authenticated: 5,
  tdls_peer: 6,
  associated: 7,
  spp_amsdu: 8,
} as const;

/** The frames that a monitor interface captures or skips: NL80211_MNTR_FLAG_*. */
export const MONITOR_FLAGS = {
  fcsfail: 1,
  plcpfail: 2,
  control: 3,
  other_bss: 4,
  cook_frames: 5,
  active: 6,
  skip_tx: 7,
} as const;

/** A flag of a monitor interface. */
export type MonitorFlag = keyof typeof MONITOR_FLAGS;

/** The kinds of frames that a default key is for: NL80211_KEY_DEFAULT_TYPE_*. */
export const KEY_DEFAULT_TYPES = { unicast: 1, multicast: 2 } as const;

/** A kind of frames that a default key is for. */
export type KeyDefaultType = keyof typeof KEY_DEFAULT_TYPES;

/** The criteria by which a driver may choose the best network: NL80211_BSS_SELECT_ATTR_*. */
export const BSS_SELECTIONS = { rssi: 1, band_pref: 2, rssi_adjust: 3 } as const;

/** A criterion by which a driver may choose the best network. */
export type BssSelection = keyof typeof BSS_SELECTIONS;

/** Codec of an SSID or mesh ID. Its bytes become text, also a NUL among them. */
export const ssid: Codec<string, string | Uint8Array> = countedText(32);

/** Returns the codec of a nest whose attribute numbers are the values. Numbers with a name become that name. */
export function numbers<N extends string>(names: Readonly<Record<N, number>>): Codec<readonly (N | number)[]> {
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
      if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
      for (const one of value) {
        if (typeof one !== "number" && !Object.hasOwn(names, one)) {
          to.fail(TypeError, `expected ${Object.keys(names).join(", ")} or the number, got ${shown(one)}`);
        }
        to.close(to.open(typeof one === "number" ? one : names[one]));
      }
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

/** Returns the codec of a nest of nests, whose attribute numbers become field `key` of each. */
export function keyed<T extends object>(key: keyof T & string, table: Attributes<T>): Codec<readonly T[]> {
  return byKey(key, table, (id, value) => ({ [key]: id, ...value }) as T, (value) => value, true);
}

/** Returns the codec of a nest of values, whose attribute numbers become a field of each. */
function pairs<T extends object, V>(
  key: keyof T & string,
  field: keyof T & string,
  codec: Codec<V>,
): Codec<readonly T[]> {
  return byKey(key, codec, (id, value) => ({ [key]: id, [field]: value }) as T, (value) => value[field] as V, false);
}

function byKey<T extends object, V>(
  key: keyof T & string,
  codec: Codec<V>,
  make: (id: number, value: V) => T,
  part: (value: T) => V,
  nested: boolean,
): Codec<readonly T[]> {
  return {
    name: `a list by ${key}`,
    nested: true,
    decode(from, at, end, owner) {
      const found: T[] = [];
      let misfits = 0;
      eachAttribute(from, at, end, (id, start, stop) => {
        const fits = codec.size === undefined || stop - start - 4 === codec.size;
        const value = fits ? codec.decode(from, start + 4, stop, owner) : MISFIT;
        if (value === MISFIT) misfits++;
        else found.push(make(id, value));
      });
      return misfits > 0 ? MISFIT : found;
    },
    encode(value, to, owner) {
      if (!Array.isArray(value)) to.fail(TypeError, "expected an array");
      value.forEach((one: T, index) => {
        to.path.push(index);
        const id: unknown = one[key];
        if (typeof id !== "number") return to.fail(TypeError, `${key} is missing`);
        const start = to.open(nested ? id | NLA_F_NESTED : id);
        codec.encode(part(one), to, owner);
        to.close(start);
        to.path.pop();
      });
    },
    walk(from, at, end, owner, visit) {
      eachAttribute(
        from,
        at,
        end,
        (id, start, stop) =>
          visit({ name: id, id, start, at: start + 4, end: stop, codec: codec as Codec<unknown, never>, owner }),
      );
    },
  };
}

const NLA_F_NESTED = 0x8000;

/** The rates of a band. */
export interface BandRates {
  /** The band's number, as in `Band`. */
  band: number;
  /** The rates, each in units of 500 kbit/s. */
  rates: Uint8Array;
}

/** Wire form of {@linkcode BandRates}, one for each band. */
export const bandRates: Codec<readonly BandRates[]> = pairs<BandRates, Uint8Array>(
  "band",
  "rates",
  bytes as Codec<Uint8Array>,
);

/** The least signal strength that a scheduled scan reports in a band. */
export interface BandRssi {
  /** The band's number, as in `Band`. */
  band: number;
  /** The signal strength, in dBm. */
  rssi: number;
}

/** Wire form of {@linkcode BandRssi}, one for each band. */
export const bandRssi: Codec<readonly BandRssi[]> = pairs<BandRssi, number>("band", "rssi", i32);

/** Returns a codec that encodes a number as `sent`, and decodes it as the codec of matching size. */
export function eitherSize(sent: Codec<number>, other: Codec<number>): Codec<number> {
  return {
    name: sent.name,
    decode(from, at, end, owner) {
      const codec = [sent, other].find(({ size }) => size === end - at);
      return codec === undefined ? MISFIT : codec.decode(from, at, end, owner);
    },
    encode: sent.encode,
  };
}

/** Returns the codec of a nest that in some messages is a number instead. */
export function numberOr<D>(nest: Codec<D>): Codec<D | number> {
  return {
    name: nest.name,
    nested: true,
    decode: (from, at, end, owner) =>
      end - at === 4 ? u32.decode(from, at, end, owner) : nest.decode(from, at, end, owner),
    encode: (value, to, owner) =>
      typeof value === "number" ? u32.encode(value, to, owner) : nest.encode(value, to, owner),
    walk(from, at, end, owner, visit) {
      if (end - at !== 4) nest.walk?.(from, at, end, owner, visit);
    },
  };
}
