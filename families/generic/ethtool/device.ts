/**
 * ethtool's messages about a device: features, queues, interrupts, flow control, wake-up, string sets.
 *
 * Source: linux/ethtool_netlink_generated.h, linux/ethtool.h, v7.2.
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  be16,
  bool,
  bytes,
  type Codec,
  count64,
  enumeration,
  flag,
  hex,
  key,
  mask,
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

/** The identifier of a string set. */
export type StringSetId =
  | "test"
  | "stats"
  | "priv_flags"
  | "ntuple_filters"
  | "features"
  | "rss_hash_funcs"
  | "tunables"
  | "phy_stats"
  | "phy_tunables"
  | "link_modes"
  | "msg_classes"
  | "wol_modes"
  | "sof_timestamping"
  | "ts_tx_types"
  | "ts_rx_filters"
  | "udp_tunnel_types"
  | "stats_std"
  | "stats_eth_phy"
  | "stats_eth_mac"
  | "stats_eth_ctrl"
  | "stats_rmon"
  | "stats_phy"
  | "ts_flags"
  | number;

const stringSetId: Codec<StringSetId> = enumeration(u32, {
  test: 0,
  stats: 1,
  priv_flags: 2,
  ntuple_filters: 3,
  features: 4,
  rss_hash_funcs: 5,
  tunables: 6,
  phy_stats: 7,
  phy_tunables: 8,
  link_modes: 9,
  msg_classes: 10,
  wol_modes: 11,
  sof_timestamping: 12,
  ts_tx_types: 13,
  ts_rx_filters: 14,
  udp_tunnel_types: 15,
  stats_std: 16,
  stats_eth_phy: 17,
  stats_eth_mac: 18,
  stats_eth_ctrl: 19,
  stats_rmon: 20,
  stats_phy: 21,
  ts_flags: 22,
});

/** The setting that splits received packets into headers and data. */
export type TcpDataSplit = "unknown" | "disabled" | "enabled" | number;

const tcpDataSplit: Codec<TcpDataSplit> = enumeration(u8, { unknown: 0, disabled: 1, enabled: 2 });

/** The part of a MAC that statistics count: the whole, the express MAC, the preemptible MAC. */
export type PauseStatsSrc = "aggregate" | "emac" | "pmac" | number;

/** Codec of {@linkcode PauseStatsSrc}. */
export const statsSrc: Codec<PauseStatsSrc> = enumeration(u32, { aggregate: 0, emac: 1, pmac: 2 });

/** A type of tunnel. */
export type UdpTunnelType = "vxlan" | "geneve" | "vxlan_gpe" | number;

const udpTunnelType: Codec<UdpTunnelType> = enumeration(u32, { vxlan: 0, geneve: 1, vxlan_gpe: 2 });

/** A field of packets that the hash for their queue is computed from. */
export type HashField =
  | "l2da"
  | "vlan"
  | "l3_proto"
  | "ip_src"
  | "ip_dst"
  | "l4_b_0_1"
  | "l4_b_2_3"
  | "gtp_teid"
  | "ip6_fl"
  | "discard"
  | number;

const hashFields: Codec<readonly HashField[]> = mask(uint, {
  l2da: 2,
  vlan: 4,
  l3_proto: 8,
  ip_src: 16,
  ip_dst: 32,
  l4_b_0_1: 64,
  l4_b_2_3: 128,
  gtp_teid: 256,
  ip6_fl: 512,
  discard: 2147483648,
});

/** The transformation that gives both directions of a connection the same queue. */
export type InputXfrm = "sym_xor" | "sym_or_xor" | number;

const inputXfrm: Codec<readonly InputXfrm[]> = mask(u32, { sym_xor: 1, sym_or_xor: 2 });

/** A string of a set. */
export interface EthtoolString {
  /** The index in the set. */
  index?: number;
  /** The string. */
  value?: string;
}

/** Wire form of {@linkcode EthtoolString}: ETHTOOL_A_STRING_*. */
export const EthtoolString: Attributes<EthtoolString> = attributes((): Shape<EthtoolString> => ({
  index: [1, u32],
  value: [2, text],
}));

/** The strings of a set. */
export interface EthtoolStrings {
  /** The strings. */
  string?: readonly EthtoolString[];
}

/** Wire form of {@linkcode EthtoolStrings}: ETHTOOL_A_STRINGS_*. */
export const EthtoolStrings: Attributes<EthtoolStrings> = attributes((): Shape<EthtoolStrings> => ({
  string: [1, repeated(1, EthtoolString)],
}));

/** A string set. */
export interface StringSet {
  /** The identifier. */
  id?: StringSetId;
  /** The number of strings. */
  count?: number;
  /** The strings. */
  strings?: EthtoolStrings;
}

/** Wire form of {@linkcode StringSet}: ETHTOOL_A_STRINGSET_*. */
export const StringSet: Attributes<StringSet> = attributes((): Shape<StringSet> => ({
  id: [1, stringSetId],
  count: [2, u32],
  strings: [3, EthtoolStrings],
}));

/** A list of string sets. */
export interface StringSets {
  /** The string sets. */
  stringset?: readonly StringSet[];
}

/** Wire form of {@linkcode StringSets}: ETHTOOL_A_STRINGSETS_*. */
export const StringSets: Attributes<StringSets> = attributes((): Shape<StringSets> => ({
  stringset: [1, repeated(1, StringSet)],
}));

/** String sets of a device, or those of all devices. */
export interface StrSet extends EthtoolHeader {
  /** The string sets. */
  stringsets?: StringSets;
  /** True to return only the number of strings. */
  countsOnly?: boolean;
}

/** Wire form of {@linkcode StrSet}: ETHTOOL_A_STRSET_*. */
export const StrSet: Attributes<StrSet> = message<StrSet>((): Shape<Omit<StrSet, keyof EthtoolHeader>> => ({
  stringsets: [2, StringSets],
  countsOnly: [3, flag],
}));

/** The messages that a driver writes to the kernel's log. */
export interface Debug extends EthtoolHeader {
  /** The classes of messages. */
  msgmask?: Bitset;
}

/** Wire form of {@linkcode Debug}: ETHTOOL_A_DEBUG_*. */
export const Debug: Attributes<Debug> = message<Debug>((): Shape<Omit<Debug, keyof EthtoolHeader>> => ({
  msgmask: [2, bitset],
}));

/** Wake-on-LAN: the events that wake a sleeping machine. */
export interface Wol extends EthtoolHeader {
  /** The supported events as mask; those that are on as value. */
  modes?: Bitset;
  /** The password of `magicsecure`, 6 bytes. */
  sopass?: string;
}

/** Wire form of {@linkcode Wol}: ETHTOOL_A_WOL_*. */
export const Wol: Attributes<Wol> = message<Wol>((): Shape<Omit<Wol, keyof EthtoolHeader>> => ({
  modes: [2, bitset],
  sopass: [3, secret(hex(6))],
}));

/** The features of a device: offloads and others. */
export interface Features extends EthtoolHeader {
  /** The features that can be changed. Read-only. */
  hw?: Bitset;
  /** The features that were asked for. */
  wanted?: Bitset;
  /** The features that are on. Read-only. */
  active?: Bitset;
  /** The features that can never be changed. Read-only. */
  nochange?: Bitset;
}

/** Wire form of {@linkcode Features}: ETHTOOL_A_FEATURES_*. */
export const Features: Attributes<Features> = message<Features>((): Shape<Omit<Features, keyof EthtoolHeader>> => ({
  hw: [2, bitset, readOnly],
  wanted: [3, bitset],
  active: [4, bitset, readOnly],
  nochange: [5, bitset, readOnly],
}));

/** The private flags of a device's driver. */
export interface PrivFlags extends EthtoolHeader {
  /** The driver's flags as mask; those that are on as value. */
  flags?: Bitset;
}

/** Wire form of {@linkcode PrivFlags}: ETHTOOL_A_PRIVFLAGS_*. */
export const PrivFlags: Attributes<PrivFlags> = message<PrivFlags>((): Shape<Omit<PrivFlags, keyof EthtoolHeader>> => ({
  flags: [2, bitset],
}));

/** The sizes of a device's rings, in descriptors. */
export interface Rings extends EthtoolHeader {
  /** The greatest size of receive rings. Read-only. */
  rxMax?: number;
  /** The greatest size of receive rings for small packets. Read-only. */
  rxMiniMax?: number;
  /** The greatest size of receive rings for large packets. Read-only. */
  rxJumboMax?: number;
  /** The greatest size of transmit rings. Read-only. */
  txMax?: number;
  /** The size of receive rings. */
  rx?: number;
  /** The size of receive rings for small packets. */
  rxMini?: number;
  /** The size of receive rings for large packets. */
  rxJumbo?: number;
  /** The size of transmit rings. */
  tx?: number;
  /** The size of a receive buffer, in bytes. */
  rxBufLen?: number;
  /** The setting that splits received packets into headers and data. */
  tcpDataSplit?: TcpDataSplit;
  /** The size of a completion queue entry, in bytes. */
  cqeSize?: number;
  /** True if transmit descriptors are written directly to the device. */
  txPush?: boolean;
  /** True if receive descriptors are written directly to the device. */
  rxPush?: boolean;
  /** The number of bytes of a packet that are written with its descriptor. */
  txPushBufLen?: number;
  /** The most such bytes. Read-only. */
  txPushBufLenMax?: number;
  /** The size in bytes above which packets are split into header and data. */
  hdsThresh?: number;
  /** The greatest value of `hdsThresh`. Read-only. */
  hdsThreshMax?: number;
}

/** Wire form of {@linkcode Rings}: ETHTOOL_A_RINGS_*. */
export const Rings: Attributes<Rings> = message<Rings>((): Shape<Omit<Rings, keyof EthtoolHeader>> => ({
  rxMax: [2, u32, readOnly],
  rxMiniMax: [3, u32, readOnly],
  rxJumboMax: [4, u32, readOnly],
  txMax: [5, u32, readOnly],
  rx: [6, u32],
  rxMini: [7, u32],
  rxJumbo: [8, u32],
  tx: [9, u32],
  rxBufLen: [10, u32],
  tcpDataSplit: [11, tcpDataSplit],
  cqeSize: [12, u32],
  txPush: [13, bool(u8)],
  rxPush: [14, bool(u8)],
  txPushBufLen: [15, u32],
  txPushBufLenMax: [16, u32, readOnly],
  hdsThresh: [17, u32],
  hdsThreshMax: [18, u32, readOnly],
}));

/** The numbers of a device's queues. */
export interface Channels extends EthtoolHeader {
  /** The most receive queues. Read-only. */
  rxMax?: number;
  /** The most transmit queues. Read-only. */
  txMax?: number;
  /** The most other queues. Read-only. */
  otherMax?: number;
  /** The most combined queues. Read-only. */
  combinedMax?: number;
  /** The number of receive queues. */
  rxCount?: number;
  /** The number of transmit queues. */
  txCount?: number;
  /** The number of other queues, for example for link interrupts. */
  otherCount?: number;
  /** The number of combined queues, which receive and transmit. */
  combinedCount?: number;
}

/** Wire form of {@linkcode Channels}: ETHTOOL_A_CHANNELS_*. */
export const Channels: Attributes<Channels> = message<Channels>((): Shape<Omit<Channels, keyof EthtoolHeader>> => ({
  rxMax: [2, u32, readOnly],
  txMax: [3, u32, readOnly],
  otherMax: [4, u32, readOnly],
  combinedMax: [5, u32, readOnly],
  rxCount: [6, u32],
  txCount: [7, u32],
  otherCount: [8, u32],
  combinedCount: [9, u32],
}));

/** The limits of interrupt moderation in one step of a profile. */
export interface IrqModeration {
  /** The delay of an interrupt, in µs. */
  usec?: number;
  /** The number of packets that cause an interrupt. */
  pkts?: number;
  /** The number of completions that cause an interrupt. */
  comps?: number;
}

/** Wire form of {@linkcode IrqModeration}: ETHTOOL_A_IRQ_MODERATION_*. */
export const IrqModeration: Attributes<IrqModeration> = attributes((): Shape<IrqModeration> => ({
  usec: [1, u32],
  pkts: [2, u32],
  comps: [3, u32],
}));

/** A profile of adaptive moderation: steps from few to many interrupts. */
export interface CoalesceProfile {
  /** The steps. */
  irqModeration?: readonly IrqModeration[];
}

/** Wire form of {@linkcode CoalesceProfile}: ETHTOOL_A_PROFILE_*. */
export const CoalesceProfile: Attributes<CoalesceProfile> = attributes((): Shape<CoalesceProfile> => ({
  irqModeration: [1, repeated(1, IrqModeration)],
}));

/** The settings of interrupt coalescing. */
export interface Coalesce extends EthtoolHeader {
  /** The delay of an interrupt after a packet was received, in µs. */
  rxUsecs?: number;
  /** The most packets received before an interrupt. */
  rxMaxFrames?: number;
  /** The same delay while an interrupt is served, in µs. */
  rxUsecsIrq?: number;
  /** The same number of packets while an interrupt is served. */
  rxMaxFramesIrq?: number;
  /** The delay of an interrupt after a packet was sent, in µs. */
  txUsecs?: number;
  /** The most packets sent before an interrupt. */
  txMaxFrames?: number;
  /** The same delay while an interrupt is served, in µs. */
  txUsecsIrq?: number;
  /** The same number of packets while an interrupt is served. */
  txMaxFramesIrq?: number;
  /** The interval at which the device updates its statistics, in µs. */
  statsBlockUsecs?: number;
  /** True if the settings for receiving adapt to the traffic. */
  useAdaptiveRx?: boolean;
  /** True if the settings for sending adapt to the traffic. */
  useAdaptiveTx?: boolean;
  /** The packet rate, per second, below which the low values apply. */
  pktRateLow?: number;
  /** The receive delay at a low packet rate, in µs. */
  rxUsecsLow?: number;
  /** The most packets received before an interrupt at a low packet rate. */
  rxMaxFramesLow?: number;
  /** The transmit delay at a low packet rate, in µs. */
  txUsecsLow?: number;
  /** The most packets sent before an interrupt at a low packet rate. */
  txMaxFramesLow?: number;
  /** The packet rate, per second, above which the high values apply. */
  pktRateHigh?: number;
  /** The receive delay at a high packet rate, in µs. */
  rxUsecsHigh?: number;
  /** The most packets received before an interrupt at a high packet rate. */
  rxMaxFramesHigh?: number;
  /** The transmit delay at a high packet rate, in µs. */
  txUsecsHigh?: number;
  /** The most packets sent before an interrupt at a high packet rate. */
  txMaxFramesHigh?: number;
  /** The interval at which the packet rate is measured, in s. */
  rateSampleInterval?: number;
  /** True if each completion restarts the transmit timer. */
  useCqeModeTx?: boolean;
  /** True if each completion restarts the receive timer. */
  useCqeModeRx?: boolean;
  /** The most bytes of packets that are aggregated for sending. */
  txAggrMaxBytes?: number;
  /** The most packets that are aggregated for sending. */
  txAggrMaxFrames?: number;
  /** The longest delay of aggregation, in µs. */
  txAggrTimeUsecs?: number;
  /** The profile of adaptive receiving. */
  rxProfile?: CoalesceProfile;
  /** The profile of adaptive sending. */
  txProfile?: CoalesceProfile;
  /** The most packets received before their completions are written. */
  rxCqeFrames?: number;
  /** The longest delay of writing them, in ns. */
  rxCqeNsecs?: number;
}

/** Wire form of {@linkcode Coalesce}: ETHTOOL_A_COALESCE_*. */
export const Coalesce: Attributes<Coalesce> = message<Coalesce>((): Shape<Omit<Coalesce, keyof EthtoolHeader>> => ({
  rxUsecs: [2, u32],
  rxMaxFrames: [3, u32],
  rxUsecsIrq: [4, u32],
  rxMaxFramesIrq: [5, u32],
  txUsecs: [6, u32],
  txMaxFrames: [7, u32],
  txUsecsIrq: [8, u32],
  txMaxFramesIrq: [9, u32],
  statsBlockUsecs: [10, u32],
  useAdaptiveRx: [11, bool(u8)],
  useAdaptiveTx: [12, bool(u8)],
  pktRateLow: [13, u32],
  rxUsecsLow: [14, u32],
  rxMaxFramesLow: [15, u32],
  txUsecsLow: [16, u32],
  txMaxFramesLow: [17, u32],
  pktRateHigh: [18, u32],
  rxUsecsHigh: [19, u32],
  rxMaxFramesHigh: [20, u32],
  txUsecsHigh: [21, u32],
  txMaxFramesHigh: [22, u32],
  rateSampleInterval: [23, u32],
  useCqeModeTx: [24, bool(u8)],
  useCqeModeRx: [25, bool(u8)],
  txAggrMaxBytes: [26, u32],
  txAggrMaxFrames: [27, u32],
  txAggrTimeUsecs: [28, u32],
  rxProfile: [29, CoalesceProfile],
  txProfile: [30, CoalesceProfile],
  rxCqeFrames: [31, u32],
  rxCqeNsecs: [32, u32],
}));

/** The statistics of pause frames. */
export interface PauseStat {
  /** Number of pause frames sent. Read-only. */
  txFrames?: number;
  /** Number of pause frames received. Read-only. */
  rxFrames?: number;
  /** Number of pause storms: too many pause frames were sent. Read-only. */
  txPauseStormEvents?: number;
}

/** Wire form of {@linkcode PauseStat}: ETHTOOL_A_PAUSE_STAT_*. */
export const PauseStat: Attributes<PauseStat> = attributes((): Shape<PauseStat> => ({
  txFrames: [2, count64, readOnly],
  rxFrames: [3, count64, readOnly],
  txPauseStormEvents: [4, count64, readOnly],
}), { pad: 1 });

/** The settings of flow control by pause frames. */
export interface Pause extends EthtoolHeader {
  /** True if both ends negotiate it. */
  autoneg?: boolean;
  /** True if the device obeys pause frames. */
  rx?: boolean;
  /** True if the device sends pause frames. */
  tx?: boolean;
  /** The statistics; with `headerFlags: ["stats"]`. Read-only. */
  stats?: PauseStat;
  /** The part of the MAC that the statistics count. */
  statsSrc?: PauseStatsSrc;
}

/** Wire form of {@linkcode Pause}: ETHTOOL_A_PAUSE_*. */
export const Pause: Attributes<Pause> = message<Pause>((): Shape<Omit<Pause, keyof EthtoolHeader>> => ({
  autoneg: [2, bool(u8)],
  rx: [3, bool(u8)],
  tx: [4, bool(u8)],
  stats: [5, PauseStat, readOnly],
  statsSrc: [6, statsSrc],
}));

/** The fields that the hash of each kind of packet is computed from. */
export interface FlowHash {
  /** The fields of other Ethernet packets. */
  ether?: readonly HashField[];
  /** The fields of IPv4 packets. */
  ip4?: readonly HashField[];
  /** The fields of IPv6 packets. */
  ip6?: readonly HashField[];
  /** The fields of TCP over IPv4. */
  tcp4?: readonly HashField[];
  /** The fields of TCP over IPv6. */
  tcp6?: readonly HashField[];
  /** The fields of UDP over IPv4. */
  udp4?: readonly HashField[];
  /** The fields of UDP over IPv6. */
  udp6?: readonly HashField[];
  /** The fields of SCTP over IPv4. */
  sctp4?: readonly HashField[];
  /** The fields of SCTP over IPv6. */
  sctp6?: readonly HashField[];
  /** The fields of AH over IPv4. */
  ah4?: readonly HashField[];
  /** The fields of AH over IPv6. */
  ah6?: readonly HashField[];
  /** The fields of ESP over IPv4. */
  esp4?: readonly HashField[];
  /** The fields of ESP over IPv6. */
  esp6?: readonly HashField[];
  /** The fields of AH or ESP over IPv4. */
  ahEsp4?: readonly HashField[];
  /** The fields of AH or ESP over IPv6. */
  ahEsp6?: readonly HashField[];
  /** The fields of GTP-U over IPv4. */
  gtpu4?: readonly HashField[];
  /** The fields of GTP-U over IPv6. */
  gtpu6?: readonly HashField[];
  /** The fields of GTP-C over IPv4. */
  gtpc4?: readonly HashField[];
  /** The fields of GTP-C over IPv6. */
  gtpc6?: readonly HashField[];
  /** The fields of GTP-C with a tunnel endpoint identifier over IPv4. */
  gtpcTeid4?: readonly HashField[];
  /** The fields of GTP-C with a tunnel endpoint identifier over IPv6. */
  gtpcTeid6?: readonly HashField[];
  /** The fields of GTP-U with extension header over IPv4. */
  gtpuEh4?: readonly HashField[];
  /** The fields of GTP-U with extension header over IPv6. */
  gtpuEh6?: readonly HashField[];
  /** The fields of GTP-U uplink over IPv4. */
  gtpuUl4?: readonly HashField[];
  /** The fields of GTP-U uplink over IPv6. */
  gtpuUl6?: readonly HashField[];
  /** The fields of GTP-U downlink over IPv4. */
  gtpuDl4?: readonly HashField[];
  /** The fields of GTP-U downlink over IPv6. */
  gtpuDl6?: readonly HashField[];
}

/** Wire form of {@linkcode FlowHash}: ETHTOOL_A_FLOW_*. */
export const FlowHash: Attributes<FlowHash> = attributes((): Shape<FlowHash> => ({
  ether: [1, hashFields],
  ip4: [2, hashFields],
  ip6: [3, hashFields],
  tcp4: [4, hashFields],
  tcp6: [5, hashFields],
  udp4: [6, hashFields],
  udp6: [7, hashFields],
  sctp4: [8, hashFields],
  sctp6: [9, hashFields],
  ah4: [10, hashFields],
  ah6: [11, hashFields],
  esp4: [12, hashFields],
  esp6: [13, hashFields],
  ahEsp4: [14, hashFields],
  ahEsp6: [15, hashFields],
  gtpu4: [16, hashFields],
  gtpu6: [17, hashFields],
  gtpc4: [18, hashFields],
  gtpc6: [19, hashFields],
  gtpcTeid4: [20, hashFields],
  gtpcTeid6: [21, hashFields],
  gtpuEh4: [22, hashFields],
  gtpuEh6: [23, hashFields],
  gtpuUl4: [24, hashFields],
  gtpuUl6: [25, hashFields],
  gtpuDl4: [26, hashFields],
  gtpuDl6: [27, hashFields],
}));

/** Receive side scaling: how received packets are spread over queues. */
export interface Rss extends EthtoolHeader {
  /** The number of the RSS context; 0 or absent is the default one. */
  context?: number;
  /** The hash function, as a bit of the string set `rss_hash_funcs`. */
  hfunc?: number;
  /** The indirection table: the queue of each hash value. */
  indir?: readonly number[];
  /** The key of the hash. */
  hkey?: Uint8Array;
  /** The transformation that gives both directions of a connection the same queue. */
  inputXfrm?: readonly InputXfrm[];
  /** The first context of a dump. */
  startContext?: number;
  /** The fields that the hash is computed from. */
  flowHash?: FlowHash;
}

/** Wire form of {@linkcode Rss}: ETHTOOL_A_RSS_*. */
export const Rss: Attributes<Rss> = message<Rss>((): Shape<Omit<Rss, keyof EthtoolHeader>> => ({
  context: [2, u32, key],
  hfunc: [3, u32],
  indir: [4, array(u32)],
  hkey: [5, bytes],
  inputXfrm: [6, inputXfrm],
  startContext: [7, u32, "input"],
  flowHash: [8, FlowHash],
}));

/** A tunnel's UDP port that a device offloads. */
export interface TunnelUdpEntry {
  /** The port. Read-only. */
  port?: number;
  /** The kind of tunnel. Read-only. */
  type?: UdpTunnelType;
}

/** Wire form of {@linkcode TunnelUdpEntry}: ETHTOOL_A_TUNNEL_UDP_ENTRY_*. */
export const TunnelUdpEntry: Attributes<TunnelUdpEntry> = attributes((): Shape<TunnelUdpEntry> => ({
  port: [1, be16, readOnly],
  type: [2, udpTunnelType, readOnly],
}));

/** A table of such ports. */
export interface TunnelUdpTable {
  /** The number of ports that it has room for. Read-only. */
  size?: number;
  /** The types of tunnels that it accepts. Read-only. */
  types?: Bitset;
  /** The ports. Read-only. */
  entry?: readonly TunnelUdpEntry[];
}

/** Wire form of {@linkcode TunnelUdpTable}: ETHTOOL_A_TUNNEL_UDP_TABLE_*. */
export const TunnelUdpTable: Attributes<TunnelUdpTable> = attributes((): Shape<TunnelUdpTable> => ({
  size: [1, u32, readOnly],
  types: [2, bitset, readOnly],
  entry: [3, repeated(3, TunnelUdpEntry), readOnly],
}));

/** The tables of such ports. */
export interface TunnelUdp {
  /** The tables. Read-only. */
  table?: readonly TunnelUdpTable[];
}

/** Wire form of {@linkcode TunnelUdp}: ETHTOOL_A_TUNNEL_UDP_*. */
export const TunnelUdp: Attributes<TunnelUdp> = attributes((): Shape<TunnelUdp> => ({
  table: [1, repeated(1, TunnelUdpTable), readOnly],
}));

/** The tunnel ports that a device offloads. */
export interface TunnelInfo extends EthtoolHeader {
  /** The UDP ports. Read-only. */
  udpPorts?: TunnelUdp;
}

/** Wire form of {@linkcode TunnelInfo}: ETHTOOL_A_TUNNEL_INFO_*. */
export const TunnelInfo: Attributes<TunnelInfo> = message<TunnelInfo>((): Shape<
  Omit<TunnelInfo, keyof EthtoolHeader>
> => ({
  udpPorts: [2, TunnelUdp, readOnly],
}));
