/** Every number of the generic families' tables against the kernel's headers; and what hostile bytes do to them. */
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { type Attributes, type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { CTRL_CMD, GenericFamily, GenericGroup, GenericOp } from "../../../core/generic.ts";
import { DecodeError } from "../../../core/errors.ts";
import * as ethtool from "../../../families/generic/ethtool.ts";
import * as macsec from "../../../families/generic/macsec.ts";
import * as mptcp from "../../../families/generic/mptcp_pm.ts";
import * as netdev from "../../../families/generic/netdev.ts";
import * as nl80211 from "../../../families/generic/nl80211.ts";
import * as pnetid from "../../../families/generic/smc_pnetid.ts";
import * as taskstats from "../../../families/generic/taskstats.ts";
import * as tcpMetrics from "../../../families/generic/tcp_metrics.ts";
import * as thermal from "../../../families/generic/thermal.ts";
import * as wireguard from "../../../families/generic/wireguard.ts";
import { test } from "../../test.ts";

/** Made by make_facts.ts. */
const facts = JSON.parse(readFileSync(new URL("facts.json", import.meta.url), "utf8")) as {
  readonly constants: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, string>>;
};

// deno-lint-ignore no-explicit-any
type Table = Attributes<any>;

/** Tables, what their constants begin with, and fields that are called otherwise: by constant's tail. */
const TABLES: readonly (readonly [table: Table, prefix: string, names?: Readonly<Record<string, string>>])[] = [
  [GenericFamily, "CTRL_ATTR_"],
  [GenericOp, "CTRL_ATTR_OP_"],
  [GenericGroup, "CTRL_ATTR_MCAST_GRP_"],
  [taskstats.TaskAggregate, "TASKSTATS_TYPE_"],
  [taskstats.TaskMessage, "TASKSTATS_TYPE_"],
  [taskstats.TaskRequest, "TASKSTATS_CMD_ATTR_"],
  [tcpMetrics.TcpMetrics, "TCP_METRICS_ATTR_"],
  [tcpMetrics.TcpMetricValues, "TCP_METRICS_A_METRICS_"],
  [netdev.NetDevice, "NETDEV_A_DEV_"],
  [netdev.PagePool, "NETDEV_A_PAGE_POOL_"],
  [netdev.PagePoolStats, "NETDEV_A_PAGE_POOL_STATS_"],
  [netdev.PagePoolInfo, "NETDEV_A_PAGE_POOL_"],
  [netdev.IoUringProviderInfo, "NETDEV_A_IO_URING_PROVIDER_INFO_"],
  [netdev.Napi, "NETDEV_A_NAPI_"],
  [netdev.Queue, "NETDEV_A_QUEUE_"],
  [netdev.QueueId, "NETDEV_A_QUEUE_"],
  [netdev.QueueLease, "NETDEV_A_LEASE_"],
  [netdev.Qstats, "NETDEV_A_QSTATS_"],
  [netdev.DmabufBinding, "NETDEV_A_DMABUF_"],
  [mptcp.MptcpAddress, "MPTCP_PM_ADDR_ATTR_"],
  [mptcp.MptcpDetails, "MPTCP_ATTR_"],
  [wireguard.WgDevice, "WGDEVICE_A_"],
  [wireguard.WgPeer, "WGPEER_A_", { ALLOWEDIPS: "allowedIps" }],
  [macsec.MacsecDevice, "MACSEC_ATTR_"],
  [macsec.MacsecSecy, "MACSEC_SECY_ATTR_"],
  [macsec.MacsecSa, "MACSEC_SA_ATTR_"],
  [macsec.MacsecRxsc, "MACSEC_RXSC_ATTR_"],
  [macsec.MacsecSaStats, "MACSEC_SA_STATS_ATTR_"],
  [macsec.MacsecRxscStats, "MACSEC_RXSC_STATS_ATTR_"],
  [macsec.MacsecTxscStats, "MACSEC_TXSC_STATS_ATTR_"],
  [macsec.MacsecSecyStats, "MACSEC_SECY_STATS_ATTR_"],
  [macsec.MacsecOffloadSetting, "MACSEC_OFFLOAD_ATTR_"],
  [thermal.ThermalMessage, "THERMAL_GENL_ATTR_"],
  [thermal.ThermalZone, "THERMAL_GENL_ATTR_"],
  [thermal.TripPoint, "THERMAL_GENL_ATTR_"],
  [thermal.CoolingDevice, "THERMAL_GENL_ATTR_"],
  [thermal.Threshold, "THERMAL_GENL_ATTR_"],
  [thermal.CpuCapability, "THERMAL_GENL_ATTR_"],
  [nl80211.Wiphy, "NL80211_ATTR_"],
  [nl80211.WifiInterface, "NL80211_ATTR_"],
  [nl80211.Station, "NL80211_ATTR_"],
  [nl80211.RegDomain, "NL80211_ATTR_"],
  [nl80211.ScanMessage, "NL80211_ATTR_"],
  [nl80211.Nl80211Message, "NL80211_ATTR_"],
  [nl80211.FrameTypes, "NL80211_ATTR_"],
  [nl80211.InterfaceLimit, "NL80211_IFACE_LIMIT_"],
  [nl80211.InterfaceCombination, "NL80211_IFACE_COMB_"],
  [nl80211.RadioFrequencies, "NL80211_WIPHY_RADIO_FREQ_ATTR_"],
  [nl80211.WiphyRadio, "NL80211_WIPHY_RADIO_ATTR_"],
  [nl80211.IftypeAkmSuites, "NL80211_IFTYPE_AKM_ATTR_"],
  [nl80211.TxqParams, "NL80211_TXQ_ATTR_"],
  [nl80211.TxRates, "NL80211_TXRATE_"],
  [nl80211.TidConfig, "NL80211_TID_CONFIG_ATTR_"],
  [nl80211.SarRange, "NL80211_SAR_ATTR_SPECS_"],
  [nl80211.SarSpec, "NL80211_SAR_ATTR_"],
  [nl80211.Cqm, "NL80211_ATTR_CQM_"],
  [nl80211.PacketPattern, "NL80211_PKTPAT_"],
  [nl80211.CoalesceRule, "NL80211_ATTR_COALESCE_RULE_"],
  [nl80211.WowlanTcp, "NL80211_WOWLAN_TCP_"],
  [nl80211.WowlanTcpSupport, "NL80211_WOWLAN_TCP_"],
  [nl80211.Wowlan, "NL80211_WOWLAN_TRIG_"],
  [nl80211.WowlanSupport, "NL80211_WOWLAN_TRIG_"],
  [nl80211.RekeyData, "NL80211_REKEY_DATA_"],
  [nl80211.SchedScanPlan, "NL80211_SCHED_SCAN_PLAN_"],
  // Five of its six constants have ATTR_ in their names.
  [nl80211.SchedScanMatch, "NL80211_SCHED_SCAN_MATCH_", {
    ATTR_SSID: "ssid",
    ATTR_RSSI: "rssi",
    ATTR_RELATIVE_RSSI: "relativeRssi",
    ATTR_RSSI_ADJUST: "rssiAdjust",
    ATTR_BSSID: "bssid",
  }],
  [nl80211.SurveyInfo, "NL80211_SURVEY_INFO_"],
  [nl80211.BssSelect, "NL80211_BSS_SELECT_ATTR_"],
  [nl80211.Key, "NL80211_KEY_"],
  [nl80211.PmksaCandidate, "NL80211_PMKSA_CANDIDATE_"],
  [nl80211.BssParam, "NL80211_ATTR_"],
  [nl80211.StaWme, "NL80211_STA_WME_"],
  [nl80211.FtmResponder, "NL80211_FTM_RESP_ATTR_"],
  [nl80211.FtmResponderStats, "NL80211_FTM_STATS_"],
  [nl80211.HeObssPd, "NL80211_HE_OBSS_PD_ATTR_"],
  [nl80211.HeBssColor, "NL80211_HE_BSS_COLOR_ATTR_"],
  [nl80211.FilsDiscovery, "NL80211_FILS_DISCOVERY_ATTR_"],
  [nl80211.UnsolBcastProbeResp, "NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_"],
  [nl80211.MbssidConfig, "NL80211_MBSSID_CONFIG_ATTR_"],
  [nl80211.S1gShortBeacon, "NL80211_S1G_SHORT_BEACON_ATTR_"],
  [nl80211.MeshConfig, "NL80211_MESHCONF_"],
  [nl80211.MeshSetup, "NL80211_MESH_SETUP_"],
  [nl80211.MpathInfo, "NL80211_MPATH_INFO_"],
  [nl80211.FtmCapabilities, "NL80211_PMSR_FTM_CAPA_ATTR_"],
  [nl80211.FtmTypeCapabilities, "NL80211_PMSR_FTM_TYPE_CAPA_ATTR_"],
  [nl80211.FtmRequest, "NL80211_PMSR_FTM_REQ_ATTR_"],
  [nl80211.FtmResult, "NL80211_PMSR_FTM_RESP_ATTR_"],
  [nl80211.MeasurementData, "NL80211_PMSR_TYPE_"],
  [nl80211.MeasurementRequest, "NL80211_PMSR_REQ_ATTR_"],
  [nl80211.MeasurementResult, "NL80211_PMSR_TYPE_"],
  [nl80211.MeasurementResponse, "NL80211_PMSR_RESP_ATTR_"],
  [nl80211.MeasurementPeer, "NL80211_PMSR_PEER_ATTR_"],
  [nl80211.MeasurementTypes, "NL80211_PMSR_TYPE_"],
  [nl80211.PeerMeasurements, "NL80211_PMSR_ATTR_"],
  [nl80211.NanSrf, "NL80211_NAN_SRF_"],
  [nl80211.NanFunc, "NL80211_NAN_FUNC_"],
  [nl80211.NanMatch, "NL80211_NAN_MATCH_"],
  [nl80211.NanBandConfig, "NL80211_NAN_BAND_CONF_"],
  [nl80211.NanConfig, "NL80211_NAN_CONF_"],
  [nl80211.NanPhy, "NL80211_NAN_PHY_CAP_ATTR_"],
  [nl80211.NanCapabilities, "NL80211_NAN_CAPA_"],
  [nl80211.NanPeerMap, "NL80211_NAN_PEER_MAP_ATTR_"],
  [nl80211.WmmRule, "NL80211_WMMR_"],
  [nl80211.BandIftype, "NL80211_BAND_IFTYPE_ATTR_"],
  [nl80211.StaInfo, "NL80211_STA_INFO_"],
  [nl80211.StaBssParam, "NL80211_STA_BSS_PARAM_"],
  [nl80211.RateInfo, "NL80211_RATE_INFO_"],
  [nl80211.Band, "NL80211_BAND_ATTR_"],
  [nl80211.Channel, "NL80211_FREQUENCY_ATTR_"],
  [nl80211.Bitrate, "NL80211_BITRATE_ATTR_"],
  [nl80211.Bss, "NL80211_BSS_"],
  [nl80211.TxqStats, "NL80211_TXQ_STATS_"],
  [nl80211.TidStats, "NL80211_TID_STATS_"],
  [pnetid.Pnetid, "SMC_PNETID_"],
  [ethtool.LinkInfo, "ETHTOOL_A_LINKINFO_"],
  [ethtool.LinkModes, "ETHTOOL_A_LINKMODES_"],
  [ethtool.LinkState, "ETHTOOL_A_LINKSTATE_"],
  [ethtool.Eee, "ETHTOOL_A_EEE_"],
  [ethtool.Fec, "ETHTOOL_A_FEC_"],
  [ethtool.FecStat, "ETHTOOL_A_FEC_STAT_"],
  [ethtool.FecHist, "ETHTOOL_A_FEC_HIST_"],
  [ethtool.Mm, "ETHTOOL_A_MM_"],
  [ethtool.MmStat, "ETHTOOL_A_MM_STAT_"],
  [ethtool.Plca, "ETHTOOL_A_PLCA_"],
  [ethtool.Pse, "ETHTOOL_A_"],
  [ethtool.PsePwLimit, "ETHTOOL_A_C33_PSE_PW_LIMIT_"],
  [ethtool.PseEventMessage, "ETHTOOL_A_PSE_NTF_"],
  [ethtool.Phy, "ETHTOOL_A_PHY_"],
  [ethtool.Mse, "ETHTOOL_A_MSE_"],
  [ethtool.MseCapabilities, "ETHTOOL_A_MSE_CAPABILITIES_"],
  [ethtool.MseSnapshot, "ETHTOOL_A_MSE_SNAPSHOT_"],
  [ethtool.StrSet, "ETHTOOL_A_STRSET_"],
  [ethtool.StringSet, "ETHTOOL_A_STRINGSET_"],
  [ethtool.StringSets, "ETHTOOL_A_STRINGSETS_"],
  [ethtool.EthtoolStrings, "ETHTOOL_A_STRINGS_"],
  [ethtool.EthtoolString, "ETHTOOL_A_STRING_"],
  [ethtool.Debug, "ETHTOOL_A_DEBUG_"],
  [ethtool.Wol, "ETHTOOL_A_WOL_"],
  [ethtool.Features, "ETHTOOL_A_FEATURES_"],
  [ethtool.PrivFlags, "ETHTOOL_A_PRIVFLAGS_"],
  [ethtool.Rings, "ETHTOOL_A_RINGS_"],
  [ethtool.Channels, "ETHTOOL_A_CHANNELS_"],
  [ethtool.Coalesce, "ETHTOOL_A_COALESCE_"],
  [ethtool.CoalesceProfile, "ETHTOOL_A_PROFILE_"],
  [ethtool.IrqModeration, "ETHTOOL_A_IRQ_MODERATION_"],
  [ethtool.Pause, "ETHTOOL_A_PAUSE_"],
  [ethtool.PauseStat, "ETHTOOL_A_PAUSE_STAT_"],
  [ethtool.Rss, "ETHTOOL_A_RSS_"],
  [ethtool.FlowHash, "ETHTOOL_A_FLOW_"],
  [ethtool.TunnelInfo, "ETHTOOL_A_TUNNEL_INFO_"],
  [ethtool.TunnelUdp, "ETHTOOL_A_TUNNEL_UDP_"],
  [ethtool.TunnelUdpTable, "ETHTOOL_A_TUNNEL_UDP_TABLE_"],
  [ethtool.TunnelUdpEntry, "ETHTOOL_A_TUNNEL_UDP_ENTRY_"],
  [ethtool.ModuleEeprom, "ETHTOOL_A_MODULE_EEPROM_"],
  [ethtool.Module, "ETHTOOL_A_MODULE_"],
  [ethtool.ModuleFwFlash, "ETHTOOL_A_MODULE_FW_FLASH_"],
  [ethtool.HwtstampProvider, "ETHTOOL_A_TS_HWTSTAMP_PROVIDER_"],
  [ethtool.TsStat, "ETHTOOL_A_TS_STAT_"],
  [ethtool.TsInfo, "ETHTOOL_A_TSINFO_"],
  [ethtool.TsConfig, "ETHTOOL_A_TSCONFIG_"],
  [ethtool.PhcVclocks, "ETHTOOL_A_PHC_VCLOCKS_"],
  [ethtool.CableTestEvent, "ETHTOOL_A_CABLE_TEST_NTF_"],
  [ethtool.CableNest, "ETHTOOL_A_CABLE_NEST_"],
  [ethtool.CableResult, "ETHTOOL_A_CABLE_RESULT_"],
  [ethtool.CableFaultLength, "ETHTOOL_A_CABLE_FAULT_LENGTH_"],
  [ethtool.CableTestTdr, "ETHTOOL_A_CABLE_TEST_TDR_"],
  [ethtool.TdrConfig, "ETHTOOL_A_CABLE_TEST_TDR_CFG_"],
  [ethtool.CableTdrEvent, "ETHTOOL_A_CABLE_TEST_TDR_NTF_"],
  [ethtool.CableTdrNest, "ETHTOOL_A_CABLE_TDR_NEST_"],
  [ethtool.CableAmplitude, "ETHTOOL_A_CABLE_AMPLITUDE_", { mV: "mV" }],
  [ethtool.CablePulse, "ETHTOOL_A_CABLE_PULSE_", { mV: "mV" }],
  [ethtool.CableStep, "ETHTOOL_A_CABLE_STEP_"],
  [ethtool.Stats, "ETHTOOL_A_STATS_"],
  [ethtool.StatsGrp, "ETHTOOL_A_STATS_GRP_"],
  [ethtool.StatsHist, "ETHTOOL_A_STATS_GRP_"],
];

function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

for (const [table, prefix, names = {}] of TABLES) {
  test(`generic: ${prefix}* are numbered and named as in the headers, ${table.fields.length} fields`, () => {
    const own = new Map<number, string[]>();
    for (const [constant, value] of Object.entries(facts.constants)) {
      // Two underscores are in front of what is kept for old programs.
      const plain = constant.replace(/^__/, "");
      if (!plain.startsWith(prefix)) continue;
      const tail = plain.slice(prefix.length), name = names[tail] ?? camelCase(tail);
      own.set(value, [...own.get(value) ?? [], name]);
    }
    const wrong = table.fields.filter(({ id, key, lift }) =>
      id >= 0 && lift === undefined && !own.get(id)?.includes(key!)
    ).map(({ key, id }) => `${key} ${id}: ${own.get(id)?.join(" or ") ?? "nothing"}`);
    assertEquals(wrong, []);
    assert(own.size > 0, "no constants");
  });
}

test("generic: every attribute of nl80211.h is in the table of its messages, 365 of them", () => {
  const known = new Set(nl80211.Nl80211Message.fields.map(({ id }) => id));
  // The attributes are numbered up to MAX; the same prefix is that of attributes in nests, which have lower numbers.
  const { NL80211_ATTR_MAX, NL80211_ATTR_PAD } = facts.constants, missing: number[] = [];
  for (let id = 1; id <= NL80211_ATTR_MAX!; id++) if (id !== NL80211_ATTR_PAD && !known.has(id)) missing.push(id);
  assertEquals([missing, known.size], [[], NL80211_ATTR_MAX! - 1]);
});

test("generic: rules of countries are numbered as in the header", () => {
  assertEquals(nl80211.RegRule.fields.map(({ key, id }) => [key, id]), [
    ["regRuleFlags", facts.constants.NL80211_ATTR_REG_RULE_FLAGS],
    ["freqRangeStart", facts.constants.NL80211_ATTR_FREQ_RANGE_START],
    ["freqRangeEnd", facts.constants.NL80211_ATTR_FREQ_RANGE_END],
    ["freqRangeMaxBw", facts.constants.NL80211_ATTR_FREQ_RANGE_MAX_BW],
    ["powerRuleMaxAntGain", facts.constants.NL80211_ATTR_POWER_RULE_MAX_ANT_GAIN],
    ["powerRuleMaxEirp", facts.constants.NL80211_ATTR_POWER_RULE_MAX_EIRP],
    ["dfsCacTime", facts.constants.NL80211_ATTR_DFS_CAC_TIME],
    ["powerRulePsd", facts.constants.NL80211_ATTR_POWER_RULE_PSD],
  ]);
});

test("generic: commands are numbered as in the headers", () => {
  const all = {
    ...CTRL_CMD,
    ...taskstats.TASKSTATS_CMD,
    ...tcpMetrics.TCP_METRICS_CMD,
    ...netdev.NETDEV_CMD,
    ...mptcp.MPTCP_PM_CMD,
    ...ethtool.ETHTOOL_MSG_USER,
    ...ethtool.ETHTOOL_MSG_KERNEL,
    ...wireguard.WG_CMD,
    ...macsec.MACSEC_CMD,
    ...thermal.THERMAL_GENL_CMD,
    ...nl80211.NL80211_CMD,
  };
  const wrong = Object.entries(all).filter(([name, number]) => facts.constants[name] !== number);
  assertEquals(wrong, []);
  for (const [event, number] of Object.entries(mptcp.MPTCP_EVENT)) {
    assertEquals(facts.constants[`MPTCP_EVENT_${event.toUpperCase()}`], number, event);
  }
  for (const [event, number] of Object.entries(thermal.THERMAL_GENL_EVENT)) {
    assertEquals(facts.constants[`THERMAL_GENL_EVENT_${event.toUpperCase()}`], number, event);
  }
});

for (const [name, codec] of [["taskstats", taskstats.Taskstats], ["cgroupstats", taskstats.Cgroupstats]] as const) {
  test(`generic: struct ${name} has its fields where they should be`, () => {
    const [size, ...fields] = facts.structs[name]!.split(", "), found = new Map<string, string>();
    codec.walk!(new Reader(new Uint8Array(1024)), 0, 1024, {}, ({ name, start, end }) => {
      found.set(String(name), `${start} ${end - start}`);
    });
    assertEquals(codec.size, Number(size));
    const wanted = fields.map((field) => field.split(" ")).filter(([name]) => name !== "ac_pad");
    assertEquals([...found], wanted.map(([name, at, bytes]) => [camelCase(name!), `${at} ${bytes}`]));
  });
}

test("generic: 60,000 hostile messages give values or a DecodeError", () => {
  let seed = 7, returned = 0;
  const random = (below: number): number => (seed = Math.imul(seed, 48271) >>> 0 & 0x7fffffff) % below;
  for (let i = 0; i < 60_000; i++) {
    const [table] = TABLES[i % TABLES.length]!, codec = table as Codec<unknown, never>;
    // Attributes of this very table, with payloads of any length, and nests of anything.
    const to = new Writer(), ids = table.fields.map(({ id }) => id).filter((id) => id >= 0);
    for (let n = random(4); n >= 0; n--) {
      const start = to.open((ids[random(ids.length)] ?? 1) | (random(2) === 0 ? 0x8000 : 0));
      for (let m = random(5); m > 0; m--) {
        if (random(2) === 0) to.append(new Uint8Array(random(12)).fill(random(256)));
        else {
          const inner = to.open(random(12) | (random(2) << 15));
          to.append(new Uint8Array(random(20)).fill(random(256)));
          to.close(inner);
        }
      }
      to.close(start);
    }
    const bytes = to.bytes.slice(0, random(5) === 0 ? random(to.length + 1) : to.length);
    if (bytes.length > 0 && random(3) === 0) bytes[random(bytes.length)] = random(256);
    try {
      codec.decode(new Reader(bytes), 0, bytes.length, {});
      codec.walk!(new Reader(bytes), 0, bytes.length, {}, () => {});
      returned++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  assert(returned > 10_000, `${returned}`);
});
