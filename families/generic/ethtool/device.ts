/**
 * ethtool's messages on a device: features, queues, interrupts, pauses, wake-up, names.
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
  type Shape,
  text,
  u32,
  u8,
  uint,
} from "../../../core/codec/mod.ts";
import { type Bitset, bitset } from "./bitset.ts";
import { type EthtoolHeader, message } from "./protocol.ts";

/** A set of names. */
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

/** Whether headers and data go to buffers of their own. */
export type TcpDataSplit = "unknown" | "disabled" | "enabled" | number;

const tcpDataSplit: Codec<TcpDataSplit> = enumeration(u8, { unknown: 0, disabled: 1, enabled: 2 });

/** Which part of a MAC statistics are of: of both, of the urgent one, of that which can be interrupted. */
export type PauseStatsSrc = "aggregate" | "emac" | "pmac" | number;

/** The number of a {@linkcode PauseStatsSrc}. */
export const statsSrc: Codec<PauseStatsSrc> = enumeration(u32, { aggregate: 0, emac: 1, pmac: 2 });

/** A kind of tunnel. */
export type UdpTunnelType = "vxlan" | "geneve" | "vxlan_gpe" | number;

const udpTunnelType: Codec<UdpTunnelType> = enumeration(u32, { vxlan: 0, geneve: 1, vxlan_gpe: 2 });

/** A field of packets that decides on their queue. */
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

/** How both directions of a connection come to one queue. */
export type InputXfrm = "sym_xor" | "sym_or_xor" | number;

const inputXfrm: Codec<readonly InputXfrm[]> = mask(u32, { sym_xor: 1, sym_or_xor: 2 });

/** A name of a set. */
export interface EthtoolString {
  /** Its number. */
  index?: number;
  /** The name. */
  value?: string;
}

/** Wire form of {@linkcode EthtoolString}: ETHTOOL_A_STRING_*. */
export const EthtoolString: Attributes<EthtoolString> = attributes((): Shape<EthtoolString> => ({
  index: [1, u32],
  value: [2, text],
}));

/** Names of a set. */
export interface EthtoolStrings {
  /** The names. */
  string?: readonly EthtoolString[];
}

/** Wire form of {@linkcode EthtoolStrings}: ETHTOOL_A_STRINGS_*. */
export const EthtoolStrings: Attributes<EthtoolStrings> = attributes((): Shape<EthtoolStrings> => ({
  string: [1, repeated(1, EthtoolString)],
}));

/** A set of names. */
export interface StringSet {
  /** Which. */
  id?: StringSetId;
  /** Names that it has. */
  count?: number;
  /** The names. */
  strings?: EthtoolStrings;
}

/** Wire form of {@linkcode StringSet}: ETHTOOL_A_STRINGSET_*. */
export const StringSet: Attributes<StringSet> = attributes((): Shape<StringSet> => ({
  id: [1, stringSetId],
  count: [2, u32],
  strings: [3, EthtoolStrings],
}));

/** Sets of names. */
export interface StringSets {
  /** The sets. */
  stringset?: readonly StringSet[];
}

/** Wire form of {@linkcode StringSets}: ETHTOOL_A_STRINGSETS_*. */
export const StringSets: Attributes<StringSets> = attributes((): Shape<StringSets> => ({
  stringset: [1, repeated(1, StringSet)],
}));

/** Sets of names, of a device or of all. */
export interface StrSet extends EthtoolHeader {
  /** The sets. */
  stringsets?: StringSets;
  /** Whether only their sizes are asked for. */
  countsOnly?: boolean;
}

/** Wire form of {@linkcode StrSet}: ETHTOOL_A_STRSET_*. */
export const StrSet: Attributes<StrSet> = message<StrSet>((): Shape<Omit<StrSet, keyof EthtoolHeader>> => ({
  stringsets: [2, StringSets],
  countsOnly: [3, flag],
}));

/** What a driver reports to the kernel's log. */
export interface Debug extends EthtoolHeader {
  /** Classes of messages. */
  msgmask?: Bitset;
}

/** Wire form of {@linkcode Debug}: ETHTOOL_A_DEBUG_*. */
export const Debug: Attributes<Debug> = message<Debug>((): Shape<Omit<Debug, keyof EthtoolHeader>> => ({
  msgmask: [2, bitset],
}));

/** What wakes a sleeping machine. */
export interface Wol extends EthtoolHeader {
  /** What can wake it; of those, what does. */
  modes?: Bitset;
  /** Password of `magicsecure`, 6 bytes. */
  sopass?: string;
}

/** Wire form of {@linkcode Wol}: ETHTOOL_A_WOL_*. */
export const Wol: Attributes<Wol> = message<Wol>((): Shape<Omit<Wol, keyof EthtoolHeader>> => ({
  modes: [2, bitset],
  sopass: [3, hex(6)],
}));

/** What a device does in the kernel's stead. */
export interface Features extends EthtoolHeader {
  /** What can be switched. Read-only. */
  hw?: Bitset;
  /** What is wished for. */
  wanted?: Bitset;
  /** What is on. Read-only. */
  active?: Bitset;
  /** What can never be switched. Read-only. */
  nochange?: Bitset;
}

/** Wire form of {@linkcode Features}: ETHTOOL_A_FEATURES_*. */
export const Features: Attributes<Features> = message<Features>((): Shape<Omit<Features, keyof EthtoolHeader>> => ({
  hw: [2, bitset, readOnly],
  wanted: [3, bitset],
  active: [4, bitset, readOnly],
  nochange: [5, bitset, readOnly],
}));

/** Switches that only this driver has. */
export interface PrivFlags extends EthtoolHeader {
  /** The switches that are on, among those that there are. */
  flags?: Bitset;
}

/** Wire form of {@linkcode PrivFlags}: ETHTOOL_A_PRIVFLAGS_*. */
export const PrivFlags: Attributes<PrivFlags> = message<PrivFlags>((): Shape<Omit<PrivFlags, keyof EthtoolHeader>> => ({
  flags: [2, bitset],
}));

/** Places for packets in a device's queues. */
export interface Rings extends EthtoolHeader {
  /** Most to receive into. Read-only. */
  rxMax?: number;
  /** Most for small packets. Read-only. */
  rxMiniMax?: number;
  /** Most for large packets. Read-only. */
  rxJumboMax?: number;
  /** Most to send from. Read-only. */
  txMax?: number;
  /** To receive into. */
  rx?: number;
  /** For small packets. */
  rxMini?: number;
  /** For large packets. */
  rxJumbo?: number;
  /** To send from. */
  tx?: number;
  /** Bytes of one of those. */
  rxBufLen?: number;
  /** Whether headers and data are apart. */
  tcpDataSplit?: TcpDataSplit;
  /** Bytes of what tells that one is done. */
  cqeSize?: number;
  /** Whether descriptors are written into the device. */
  txPush?: boolean;
  /** Whether that is so for receiving. */
  rxPush?: boolean;
  /** Bytes of a packet that are written along. */
  txPushBufLen?: number;
  /** Most of those. Read-only. */
  txPushBufLenMax?: number;
  /** Packets of more bytes are split into header and data. */
  hdsThresh?: number;
  /** The most that can be. Read-only. */
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

/** Queues of a device. */
export interface Channels extends EthtoolHeader {
  /** Most for receiving. Read-only. */
  rxMax?: number;
  /** Most for sending. Read-only. */
  txMax?: number;
  /** Most for other things. Read-only. */
  otherMax?: number;
  /** Most for both. Read-only. */
  combinedMax?: number;
  /** For receiving. */
  rxCount?: number;
  /** For sending. */
  txCount?: number;
  /** For other things. */
  otherCount?: number;
  /** For both. */
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

/** When an interrupt is made. */
export interface IrqModeration {
  /** After so many µs. */
  usec?: number;
  /** After so many packets. */
  pkts?: number;
  /** After so many completions. */
  comps?: number;
}

/** Wire form of {@linkcode IrqModeration}: ETHTOOL_A_IRQ_MODERATION_*. */
export const IrqModeration: Attributes<IrqModeration> = attributes((): Shape<IrqModeration> => ({
  usec: [1, u32],
  pkts: [2, u32],
  comps: [3, u32],
}));

/** Steps from few to many interrupts. */
export interface CoalesceProfile {
  /** The steps. */
  irqModeration?: readonly IrqModeration[];
}

/** Wire form of {@linkcode CoalesceProfile}: ETHTOOL_A_PROFILE_*. */
export const CoalesceProfile: Attributes<CoalesceProfile> = attributes((): Shape<CoalesceProfile> => ({
  irqModeration: [1, repeated(1, IrqModeration)],
}));

/** How long interrupts are held back. */
export interface Coalesce extends EthtoolHeader {
  /** µs after a packet is received. */
  rxUsecs?: number;
  /** Packets received. */
  rxMaxFrames?: number;
  /** µs while an interrupt is served. */
  rxUsecsIrq?: number;
  /** Packets while one is. */
  rxMaxFramesIrq?: number;
  /** µs after a packet is sent. */
  txUsecs?: number;
  /** Packets sent. */
  txMaxFrames?: number;
  /** µs while an interrupt is served. */
  txUsecsIrq?: number;
  /** Packets while one is. */
  txMaxFramesIrq?: number;
  /** How often the device writes its statistics, in µs. */
  statsBlockUsecs?: number;
  /** Whether it adapts to what is received. */
  useAdaptiveRx?: boolean;
  /** Whether it adapts to what is sent. */
  useAdaptiveTx?: boolean;
  /** Packets a second below which the low values hold. */
  pktRateLow?: number;
  /** µs, when few packets come. */
  rxUsecsLow?: number;
  /** Packets, when few come. */
  rxMaxFramesLow?: number;
  /** µs, when few packets go. */
  txUsecsLow?: number;
  /** Packets, when few go. */
  txMaxFramesLow?: number;
  /** Packets a second above which the high values hold. */
  pktRateHigh?: number;
  /** µs, when many packets come. */
  rxUsecsHigh?: number;
  /** Packets, when many come. */
  rxMaxFramesHigh?: number;
  /** µs, when many packets go. */
  txUsecsHigh?: number;
  /** Packets, when many go. */
  txMaxFramesHigh?: number;
  /** How often the rate is measured, in s. */
  rateSampleInterval?: number;
  /** Whether the timer of sending starts anew with each completion. */
  useCqeModeTx?: boolean;
  /** Whether that of receiving does. */
  useCqeModeRx?: boolean;
  /** Most bytes of packets sent together. */
  txAggrMaxBytes?: number;
  /** Most packets sent together. */
  txAggrMaxFrames?: number;
  /** Longest wait for more of them, in µs. */
  txAggrTimeUsecs?: number;
  /** Steps of adapting, for receiving. */
  rxProfile?: CoalesceProfile;
  /** Steps of adapting, for sending. */
  txProfile?: CoalesceProfile;
  /** Packets that are completed together. */
  rxCqeFrames?: number;
  /** Longest wait for that, in ns. */
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

/** Pause frames. */
export interface PauseStat {
  /** Sent. Read-only. */
  txFrames?: number;
  /** Received. Read-only. */
  rxFrames?: number;
  /** How often too many were sent. Read-only. */
  txPauseStormEvents?: number;
}

/** Wire form of {@linkcode PauseStat}: ETHTOOL_A_PAUSE_STAT_*. */
export const PauseStat: Attributes<PauseStat> = attributes((): Shape<PauseStat> => ({
  txFrames: [2, count64, readOnly],
  rxFrames: [3, count64, readOnly],
  txPauseStormEvents: [4, count64, readOnly],
}), { pad: 1 });

/** Whether either end may ask the other to pause. */
export interface Pause extends EthtoolHeader {
  /** Whether both ends agree on it. */
  autoneg?: boolean;
  /** Whether we obey. */
  rx?: boolean;
  /** Whether we ask. */
  tx?: boolean;
  /** Pause frames; with `headerFlags: ["stats"]`. Read-only. */
  stats?: PauseStat;
  /** Which part of the MAC those are of. */
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

/** Which fields of packets decide on their queue, by kind of packet. */
export interface FlowHash {
  /** Of ether packets. */
  ether?: readonly HashField[];
  /** Of ip4 packets. */
  ip4?: readonly HashField[];
  /** Of ip6 packets. */
  ip6?: readonly HashField[];
  /** Of tcp4 packets. */
  tcp4?: readonly HashField[];
  /** Of tcp6 packets. */
  tcp6?: readonly HashField[];
  /** Of udp4 packets. */
  udp4?: readonly HashField[];
  /** Of udp6 packets. */
  udp6?: readonly HashField[];
  /** Of sctp4 packets. */
  sctp4?: readonly HashField[];
  /** Of sctp6 packets. */
  sctp6?: readonly HashField[];
  /** Of ah4 packets. */
  ah4?: readonly HashField[];
  /** Of ah6 packets. */
  ah6?: readonly HashField[];
  /** Of esp4 packets. */
  esp4?: readonly HashField[];
  /** Of esp6 packets. */
  esp6?: readonly HashField[];
  /** Of ahEsp4 packets. */
  ahEsp4?: readonly HashField[];
  /** Of ahEsp6 packets. */
  ahEsp6?: readonly HashField[];
  /** Of gtpu4 packets. */
  gtpu4?: readonly HashField[];
  /** Of gtpu6 packets. */
  gtpu6?: readonly HashField[];
  /** Of gtpc4 packets. */
  gtpc4?: readonly HashField[];
  /** Of gtpc6 packets. */
  gtpc6?: readonly HashField[];
  /** Of gtpcTeid4 packets. */
  gtpcTeid4?: readonly HashField[];
  /** Of gtpcTeid6 packets. */
  gtpcTeid6?: readonly HashField[];
  /** Of gtpuEh4 packets. */
  gtpuEh4?: readonly HashField[];
  /** Of gtpuEh6 packets. */
  gtpuEh6?: readonly HashField[];
  /** Of gtpuUl4 packets. */
  gtpuUl4?: readonly HashField[];
  /** Of gtpuUl6 packets. */
  gtpuUl6?: readonly HashField[];
  /** Of gtpuDl4 packets. */
  gtpuDl4?: readonly HashField[];
  /** Of gtpuDl6 packets. */
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

/** How received packets are spread over queues. */
export interface Rss extends EthtoolHeader {
  /** Which of the device's spreadings; 0 or absent is the first. */
  context?: number;
  /** Bit of the hash function, of the string set `rss_hash_funcs`. */
  hfunc?: number;
  /** The queue of each remainder. */
  indir?: readonly number[];
  /** Key of the hash. */
  hkey?: Uint8Array;
  /** How both directions come to one queue. */
  inputXfrm?: readonly InputXfrm[];
  /** Where a dump begins. */
  startContext?: number;
  /** Which fields of packets decide. */
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

/** A port of tunnels that a device knows. */
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
  /** Ports that it has room for. Read-only. */
  size?: number;
  /** Kinds of tunnels that may be in it. Read-only. */
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

/** Tables of such ports. */
export interface TunnelUdp {
  /** The tables. Read-only. */
  table?: readonly TunnelUdpTable[];
}

/** Wire form of {@linkcode TunnelUdp}: ETHTOOL_A_TUNNEL_UDP_*. */
export const TunnelUdp: Attributes<TunnelUdp> = attributes((): Shape<TunnelUdp> => ({
  table: [1, repeated(1, TunnelUdpTable), readOnly],
}));

/** Ports of tunnels into which a device looks. */
export interface TunnelInfo extends EthtoolHeader {
  /** Ports of UDP. Read-only. */
  udpPorts?: TunnelUdp;
}

/** Wire form of {@linkcode TunnelInfo}: ETHTOOL_A_TUNNEL_INFO_*. */
export const TunnelInfo: Attributes<TunnelInfo> = message<TunnelInfo>((): Shape<
  Omit<TunnelInfo, keyof EthtoolHeader>
> => ({
  udpPorts: [2, TunnelUdp, readOnly],
}));
