/**
 * Information elements of 802.11: the properties that networks and stations announce in their frames.
 *
 *     0    1        2                  2 + length
 *     +----+--------+------------------+
 *     | id | length | content          |     id 255: the first byte is the extension's number
 *     +----+--------+------------------+
 *
 * Source: linux/ieee80211.h, v7.2: WLAN_EID_*.
 * @module
 */
import { bytes, type Codec, countedText, Reader } from "../../../core/codec/mod.ts";

/** An information element of 802.11. */
export interface InformationElement {
  /**
   * The element's number: 0 is the SSID, 3 the channel, 48 RSN, 221 vendor specific, 255 an extension (see
   * `extension`).
   */
  readonly id: number;
  /** The extension's number, if `id` is 255. */
  readonly extension?: number;
  /** The name: WLAN_EID_* in lower case, `ext_…` for extensions; absent for an unknown number. */
  readonly name?: string;
  /** The content, without the `extension` byte. */
  readonly bytes: Uint8Array;
}

const EXTENSION = 255;

const NAMES: Readonly<Record<number, string>> = {
  0: "ssid",
  1: "supp_rates",
  2: "fh_params",
  3: "ds_params",
  4: "cf_params",
  5: "tim",
  6: "ibss_params",
  7: "country",
  10: "request",
  11: "qbss_load",
  12: "edca_param_set",
  13: "tspec",
  14: "tclas",
  15: "schedule",
  16: "challenge",
  32: "pwr_constraint",
  33: "pwr_capability",
  34: "tpc_request",
  35: "tpc_report",
  36: "supported_channels",
  37: "channel_switch",
  38: "measure_request",
  39: "measure_report",
  40: "quiet",
  41: "ibss_dfs",
  42: "erp_info",
  43: "ts_delay",
  44: "tclas_processing",
  45: "ht_capability",
  46: "qos_capa",
  48: "rsn",
  49: "802_15_coex",
  50: "ext_supp_rates",
  51: "ap_chan_report",
  52: "neighbor_report",
  53: "rcpi",
  54: "mobility_domain",
  55: "fast_bss_transition",
  56: "timeout_interval",
  57: "ric_data",
  58: "dse_registered_location",
  59: "supported_regulatory_classes",
  60: "ext_chanswitch_ann",
  61: "ht_operation",
  62: "secondary_channel_offset",
  63: "bss_avg_access_delay",
  64: "antenna_info",
  65: "rsni",
  66: "measurement_pilot_tx_info",
  67: "bss_available_capacity",
  68: "bss_ac_access_delay",
  69: "time_advertisement",
  70: "rrm_enabled_capabilities",
  71: "multiple_bssid",
  72: "bss_coex_2040",
  73: "bss_intolerant_chl_report",
  74: "overlap_bss_scan_param",
  75: "ric_descriptor",
  76: "mmie",
  77: "assoc_comeback_time",
  78: "event_request",
  79: "event_report",
  80: "diagnostic_request",
  81: "diagnostic_report",
  82: "location_params",
  83: "non_tx_bssid_cap",
  84: "ssid_list",
  85: "multi_bssid_idx",
  86: "fms_descriptor",
  87: "fms_request",
  88: "fms_response",
  89: "qos_traffic_capa",
  90: "bss_max_idle_period",
  91: "tsf_request",
  92: "tsf_response",
  93: "wnm_sleep_mode",
  94: "tim_bcast_req",
  95: "tim_bcast_resp",
  96: "coll_if_report",
  97: "channel_usage",
  98: "time_zone",
  99: "dms_request",
  100: "dms_response",
  101: "link_id",
  102: "wakeup_schedule",
  104: "chan_switch_timing",
  105: "pti_control",
  106: "pu_buffer_status",
  107: "interworking",
  108: "advertisement_protocol",
  109: "expedited_bw_req",
  110: "qos_map_set",
  111: "roaming_consortium",
  112: "emergency_alert",
  113: "mesh_config",
  114: "mesh_id",
  115: "link_metric_report",
  116: "congestion_notification",
  117: "peer_mgmt",
  118: "chan_switch_param",
  119: "mesh_awake_window",
  120: "beacon_timing",
  121: "mccaop_setup_req",
  122: "mccaop_setup_resp",
  123: "mccaop_advert",
  124: "mccaop_teardown",
  125: "gann",
  126: "rann",
  127: "ext_capability",
  130: "preq",
  131: "prep",
  132: "perr",
  137: "pxu",
  138: "pxuc",
  139: "auth_mesh_peer_exch",
  140: "mic",
  141: "destination_uri",
  142: "uapsd_coex",
  143: "wakeup_schedule_143",
  144: "ext_schedule",
  145: "sta_availability",
  146: "dmg_tspec",
  147: "dmg_at",
  148: "dmg_cap",
  150: "cisco_vendor_specific",
  151: "dmg_operation",
  152: "dmg_bss_param_change",
  153: "dmg_beam_refinement",
  154: "channel_measure_feedback",
  157: "awake_window",
  158: "multi_band",
  159: "addba_ext",
  160: "next_pcp_list",
  161: "pcp_handover",
  162: "dmg_link_margin",
  163: "switching_stream",
  164: "session_transition",
  165: "dyn_tone_pairing_report",
  166: "cluster_report",
  167: "relay_cap",
  168: "relay_xfer_param_set",
  169: "beam_link_maint",
  170: "multiple_mac_addr",
  171: "u_pid",
  172: "dmg_link_adapt_ack",
  174: "mccaop_adv_overview",
  175: "quiet_period_req",
  177: "quiet_period_resp",
  182: "epac_policy",
  183: "cluster_time_off",
  184: "inter_ac_prio",
  185: "scs_descriptor",
  186: "qload_report",
  187: "hcca_txop_update_count",
  188: "hl_stream_id",
  189: "gcr_group_addr",
  190: "antenna_sector_id_pattern",
  191: "vht_capability",
  192: "vht_operation",
  193: "extended_bss_load",
  194: "wide_bw_channel_switch",
  195: "tx_power_envelope",
  196: "channel_switch_wrapper",
  197: "aid",
  198: "quiet_channel",
  199: "opmode_notif",
  201: "reduced_neighbor_report",
  210: "aid_request",
  211: "aid_response",
  213: "s1g_bcn_compat",
  214: "s1g_short_bcn_interval",
  216: "s1g_twt",
  217: "s1g_capabilities",
  221: "vendor_specific",
  222: "qos_parameter",
  232: "s1g_operation",
  237: "cag_number",
  239: "ap_csn",
  240: "fils_indication",
  241: "dils",
  242: "fragment",
  244: "rsnx",
  255: "extension",
};

/** The names of extensions (id 255), by their first byte. */
const EXTENSIONS: Readonly<Record<number, string>> = {
  1: "ext_assoc_delay_info",
  2: "ext_fils_req_params",
  3: "ext_fils_key_confirm",
  4: "ext_fils_session",
  5: "ext_fils_hlp_container",
  6: "ext_fils_ip_addr_assign",
  7: "ext_key_delivery",
  8: "ext_fils_wrapped_data",
  12: "ext_fils_public_key",
  13: "ext_fils_nonce",
  14: "ext_future_chan_guidance",
  32: "ext_dh_parameter",
  35: "ext_he_capability",
  36: "ext_he_operation",
  37: "ext_uora",
  38: "ext_he_mu_edca",
  39: "ext_he_spr",
  41: "ext_ndp_feedback_report_paramset",
  42: "ext_bss_color_chg_ann",
  43: "ext_quiet_time_period_setup",
  45: "ext_ess_report",
  46: "ext_ops",
  47: "ext_he_bss_load",
  52: "ext_max_channel_switch_time",
  55: "ext_multiple_bssid_configuration",
  56: "ext_non_inheritance",
  57: "ext_known_bssid",
  58: "ext_short_ssid_list",
  59: "ext_he_6ghz_capa",
  60: "ext_ul_mu_power_capa",
  106: "ext_eht_operation",
  107: "ext_eht_multi_link",
  108: "ext_eht_capability",
  109: "ext_tid_to_link_mapping",
  135: "ext_bandwidth_indication",
  136: "ext_known_sta_identifcation",
  137: "ext_non_ap_sta_reg_con",
  151: "ext_uhr_oper",
  152: "ext_uhr_capa",
  153: "ext_macp",
  154: "ext_smd",
  155: "ext_bss_smd_trans_params",
  156: "ext_chan_usage",
  157: "ext_uhr_mode_chg",
  158: "ext_uhr_param_upd",
  159: "ext_txpi",
};

/** Yields the position of each element. A truncated element at the end is left out. */
function* places(all: Uint8Array, at: number, end: number): Generator<readonly [at: number, end: number]> {
  for (let next = at; at + 2 <= end && (next = at + 2 + all[at + 1]!) <= end; at = next) yield [at, next];
}

function elementName(id: number, extension: number | undefined): string | undefined {
  return id === EXTENSION && extension !== undefined ? EXTENSIONS[extension] : NAMES[id];
}

/** Decodes elements and names them. A truncated element at the end is left out. */
export function elementsOf(all: Uint8Array): InformationElement[] {
  return [...places(all, 0, all.length)].map(([at, end]) => {
    const id = all[at]!, extended = id === EXTENSION && end > at + 2, extension = extended ? all[at + 2]! : undefined;
    const name = elementName(id, extension);
    return {
      id,
      ...(extension === undefined ? {} : { extension }),
      ...(name === undefined ? {} : { name }),
      bytes: all.subarray(extended ? at + 3 : at + 2, end),
    };
  });
}

/** Codec of elements: the value is bytes, but printing shows each element by name. */
export const elements: Codec<Uint8Array, Uint8Array | string> = {
  ...bytes,
  name: "elements of 802.11",
  walk(from, at, end, owner, visit) {
    for (const [start, stop] of places(from.bytes, at, end)) {
      const id = from.bytes[start]!, extended = id === EXTENSION && stop > start + 2;
      const name = elementName(id, extended ? from.bytes[start + 2] : undefined) ?? id;
      visit({ name, id: -1, start, at: start + (extended ? 3 : 2), end: stop, codec: bytes, owner });
    }
  },
};

const anyLength = countedText(255);

/** Returns the SSID among elements, as text. */
export function ssidOf(...all: readonly (Uint8Array | undefined)[]): string | undefined {
  for (const elements of all) {
    const found = elements && elementsOf(elements).find(({ id }) => id === 0)?.bytes;
    if (found !== undefined) return anyLength.decode(new Reader(found), 0, found.length, {});
  }
  return undefined;
}
