/**
 * Converts our values to those of `ip -j -d`: one table per object, one line per key of its JSON.
 *
 * A word converts our value to ip's form. If a key is not compared, its line has the reason, so that no key is silently
 * ignored: one without a line fails the comparison.
 */
import { equal } from "@std/assert";
import type { Link } from "../../../families/route/mod.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

/** The surroundings of an object. */
export interface Around {
  /** All links, by number. */
  readonly links: ReadonlyMap<number, Link>;
}

/** Compares one key; returns the differences in words. */
export type Word = (theirs: Any, ours: Any, around: Around, all: Any) => string[];

/** One line per key; a string is the reason why the key is not compared. */
export type Words = Readonly<Record<string, Word | string>>;

const show = (value: unknown): string => JSON.stringify(value, (_, one) => typeof one === "bigint" ? String(one) : one);

function same(theirs: unknown, ours: unknown): string[] {
  return equal(theirs, ours) ? [] : [`ip ${show(theirs)}, ours ${show(ours)}`];
}

const at = (ours: Any, path: string): Any => path.split(".").reduce((one, key) => one?.[key], ours);

/** A field of ours, converted to ip's form. */
const is = (path: string, toTheirs: (ours: Any, all: Any) => unknown = (ours) => ours): Word => (theirs, ours) =>
  same(theirs, toTheirs(at(ours, path), ours));

/** A boolean: ip has `true` or `null` if it is true, and no key if it is false. */
const holds = (path: string, test: (ours: Any) => boolean = Boolean): Word => (theirs, ours) =>
  same(theirs !== false, test(at(ours, path)));

/** A name in a list of ours. */
const among = (path: string, name: string): Word => holds(path, (list) => list?.includes(name) === true);

/** A nested object. */
const nested = (words: Words, path = ""): Word => (theirs, ours, around) =>
  differences(words, theirs, path === "" ? ours : at(ours, path) ?? {}, around);

/** A list of objects, which ip has in the same order. */
const each = (words: Words, path: string): Word => (theirs, ours, around) => {
  const list: Any[] = at(ours, path) ?? [];
  if (list.length !== theirs.length) return [`ip has ${theirs.length}, ours ${list.length}`];
  return list.flatMap((one, i) => differences(words, theirs[i], one, around).map((text) => `[${i}]: ${text}`));
};

/** Returns the differences between an object of ip's and ours. */
export function differences(words: Words, theirs: Any, ours: Any, around: Around): string[] {
  const found: string[] = [];
  for (const [key, value] of Object.entries(theirs)) {
    const word = Object.hasOwn(words, key) ? words[key] : undefined;
    if (word === undefined) found.push(`${key}: no word for it (${show(value)})`);
    else if (typeof word === "function") {
      found.push(...word(value, ours, around, theirs).map((text) => `${key}: ${text}`));
    }
  }
  return found;
}

const upper = (text: Any): unknown => typeof text === "string" ? text.toUpperCase() : text;
const hex = (number: Any): string => `0x${Number(number).toString(16)}`;
const bare = (prefix: Any): unknown => typeof prefix === "string" ? prefix.replace(/\/.*/, "") : prefix;
const length = (prefix: Any): number => Number(String(prefix).split("/")[1]);
const hostless = (prefix: Any): unknown =>
  typeof prefix === "string" ? prefix.replace(/^([\d.]+)\/32$|^([\da-f:.]+)\/128$/, "$1$2") : prefix;
const tableName = (table: Any): string | undefined => table === undefined ? undefined : String(table);
const scopeName = (scope: Any): unknown =>
  scope === "universe" ? "global" : typeof scope === "number" ? String(scope) : scope;
const protocolName = (protocol: Any): unknown => typeof protocol === "number" ? String(protocol) : protocol;
const seconds = (hundredths: Any): number => Number(hundredths) / 100;

// ---- links

const LINK_TYPE: Record<string, string> = { tunnel: "ipip", ipgre: "gre", ip6gre: "gre6", tunnel6: "tunnel6" };

/**
 * IFF_RUNNING is left out, and shown as NO-CARRIER if a link is up without it; M-DOWN means that the link below is
 * down.
 */
const linkFlags: Word = (theirs: string[], ours: Link, { links }) => {
  const flags = (ours.flags ?? []).map(String), below = links.get(ours.link ?? 0), told = new Set<string>();
  for (const flag of flags) if (flag !== "running") told.add(flag.toUpperCase());
  if (flags.includes("up") && !flags.includes("running")) told.add("NO-CARRIER");
  if (below !== undefined && ours.linkNetnsid === undefined && !below.flags?.includes("up")) told.add("M-DOWN");
  return same([...theirs].sort(), [...told].sort());
};

const bridgeId = (id: Any): unknown =>
  id === undefined
    ? undefined
    : `${id.prio.toString(16).padStart(4, "0")}.${
      id.addr.split(":").map((octet: string) => parseInt(octet, 16).toString(16)).join(":")
    }`;

const boolopt = (name: string): Word => is("multiBoolopt.optval", (list) => list?.includes(name) ? 1 : 0);

export const BRIDGE: Words = {
  forward_delay: is("forwardDelay"),
  hello_time: is("helloTime"),
  max_age: is("maxAge"),
  ageing_time: is("ageingTime"),
  stp_state: is("stpState"),
  stp_mode: is("stpMode"),
  priority: is("priority"),
  vlan_filtering: is("vlanFiltering"),
  vlan_protocol: is("vlanProtocol", (name) => name?.replace("q", "Q")),
  bridge_id: is("bridgeId", bridgeId),
  root_id: is("rootId", bridgeId),
  root_port: is("rootPort"),
  root_path_cost: is("rootPathCost"),
  topology_change: is("topologyChange"),
  topology_change_detected: is("topologyChangeDetected"),
  hello_timer: "runs while one looks",
  tcn_timer: "runs while one looks",
  topology_change_timer: "runs while one looks",
  gc_timer: "runs while one looks",
  fdb_n_learned: is("fdbNLearned"),
  fdb_max_learned: is("fdbMaxLearned"),
  vlan_default_pvid: is("vlanDefaultPvid"),
  vlan_stats_enabled: is("vlanStatsEnabled"),
  vlan_stats_per_port: is("vlanStatsPerPort"),
  group_fwd_mask: is("groupFwdMask", (mask) => mask === 0 ? "0" : hex(mask)),
  group_fwd_mask_str: "says group_fwd_mask again",
  group_address: is("groupAddr"),
  group_addr: is("groupAddr"),
  mcast_snooping: is("mcastSnooping"),
  no_linklocal_learn: boolopt("no_ll_learn"),
  mcast_vlan_snooping: boolopt("mcast_vlan_snooping"),
  mst_enabled: boolopt("mst_enable"),
  mdb_offload_fail_notification: boolopt("mdb_offload_fail_notification"),
  fdb_local_vlan_0: boolopt("fdb_local_vlan_0"),
  mcast_router: is("mcastRouter"),
  mcast_query_use_ifaddr: is("mcastQueryUseIfaddr"),
  mcast_querier: is("mcastQuerier"),
  mcast_hash_elasticity: is("mcastHashElasticity"),
  mcast_hash_max: is("mcastHashMax"),
  mcast_last_member_cnt: is("mcastLastMemberCnt"),
  mcast_startup_query_cnt: is("mcastStartupQueryCnt"),
  mcast_last_member_intvl: is("mcastLastMemberIntvl"),
  mcast_membership_intvl: is("mcastMembershipIntvl"),
  mcast_querier_intvl: is("mcastQuerierIntvl"),
  mcast_query_intvl: is("mcastQueryIntvl"),
  mcast_query_response_intvl: is("mcastQueryResponseIntvl"),
  mcast_startup_query_intvl: is("mcastStartupQueryIntvl"),
  mcast_querier_state_ipv4: nested({ mcast_querier_ipv4_addr: is("ipAddress") }, "mcastQuerierState"),
  mcast_querier_state_ipv6: nested({ mcast_querier_ipv6_addr: is("ipv6Address") }, "mcastQuerierState"),
  mcast_stats_enabled: is("mcastStatsEnabled"),
  mcast_igmp_version: is("mcastIgmpVersion"),
  mcast_mld_version: is("mcastMldVersion"),
  nf_call_iptables: is("nfCallIptables"),
  nf_call_ip6tables: is("nfCallIp6tables"),
  nf_call_arptables: is("nfCallArptables"),
};

const switched = (path: string): Word => is(path, (value) => Boolean(value));

export const BRIDGE_PORT: Words = {
  state: is("state"),
  priority: is("priority"),
  cost: is("cost"),
  hairpin: switched("mode"),
  guard: switched("guard"),
  root_block: switched("protect"),
  fastleave: switched("fastLeave"),
  learning: switched("learning"),
  flood: switched("unicastFlood"),
  proxy_arp: switched("proxyarp"),
  proxy_arp_wifi: switched("proxyarpWifi"),
  id: is("id", hex),
  no: is("no", hex),
  designated_port: is("designatedPort"),
  designated_cost: is("designatedCost"),
  bridge_id: is("bridgeId", bridgeId),
  root_id: is("rootId", bridgeId),
  hold_timer: "runs while one looks",
  message_age_timer: "runs while one looks",
  forward_delay_timer: "runs while one looks",
  topology_change_ack: is("topologyChangeAck"),
  config_pending: is("configPending"),
  multicast_router: is("multicastRouter"),
  mcast_flood: switched("mcastFlood"),
  bcast_flood: switched("bcastFlood"),
  mcast_to_unicast: switched("mcastToUcast"),
  neigh_suppress: switched("neighSuppress"),
  neigh_vlan_suppress: switched("neighVlanSuppress"),
  neigh_forward_grat: switched("neighForwardGrat"),
  group_fwd_mask: is("groupFwdMask", (mask) => mask === 0 ? "0" : hex(mask)),
  group_fwd_mask_str: "says group_fwd_mask again",
  vlan_tunnel: switched("vlanTunnel"),
  isolated: switched("isolated"),
  locked: switched("locked"),
  mab: switched("mab"),
  backup_port: is("backupPortDev"),
  backup_nhid: is("backupNhid"),
  mcast_n_groups: is("mcastNGroups"),
  mcast_max_groups: is("mcastMaxGroups"),
};

export const VXLAN: Words = {
  id: is("id"),
  external: holds("collectMetadata"),
  vnifilter: holds("vnifilter"),
  group: is("group"),
  remote: is("group"),
  group6: is("group6"),
  remote6: is("group6"),
  local: is("local"),
  local6: is("local6"),
  link: is("linkDev"),
  port_range: is("portRange"),
  port: is("port"),
  learning: switched("learning"),
  proxy: holds("proxy"),
  rsc: holds("rsc"),
  l2miss: holds("l2miss"),
  l3miss: holds("l3miss"),
  tos: is("tos", hex),
  ttl: is("ttl", (ttl, all) => all.ttlInherit === true ? "inherit" : ttl),
  df: is("df"),
  label: is("label", hex),
  ageing: is("ageing"),
  limit: is("limit"),
  gbp: holds("gbp"),
  gpe: holds("gpe"),
  udp_csum: switched("udpCsum"),
  udp_zero_csum6_tx: switched("udpZeroCsum6Tx"),
  udp_zero_csum6_rx: switched("udpZeroCsum6Rx"),
  remcsum_tx: switched("remcsumTx"),
  remcsum_rx: switched("remcsumRx"),
  remcsum_nopartial: holds("remcsumNopartial"),
  localbypass: switched("localbypass"),
  reserved_bits: is("reservedBits", (bits) => `0x${bits}`),
};

export const MACVLAN: Words = {
  mode: is("mode"),
  nopromisc: among("flags", "nopromisc"),
  nodst: among("flags", "nodst"),
  bcqueuelen: is("bcQueueLen"),
  usedbcqueuelen: is("bcQueueLenUsed"),
  macaddr_count: is("macaddrCount"),
  macaddr_data: is("macaddrData"),
};

const mapped = (names: Readonly<Record<string, string>>) => (name: Any): unknown => names[name] ?? name;

const VLAN: Words = {
  protocol: is("protocol", (name) => name?.replace("q", "Q")),
  id: is("id"),
  flags: is("flags", (flags) => flags.map(upper)),
  ingress_qos: is("ingressQos.mapping"),
  egress_qos: is("egressQos.mapping"),
};

const IPVLAN: Words = {
  mode: is("mode"),
  private: among("flags", "private"),
  vepa: among("flags", "vepa"),
  bridge: holds("flags", (flags) => flags.length === 0),
};

const BOND_MODE = mapped({
  roundrobin: "balance-rr",
  activebackup: "active-backup",
  xor: "balance-xor",
  "8023ad": "802.3ad",
  tlb: "balance-tlb",
  alb: "balance-alb",
});
const XMIT_POLICY = mapped({
  layer34: "layer3+4",
  layer23: "layer2+3",
  encap23: "encap2+3",
  encap34: "encap3+4",
  vlan_srcmac: "vlan+srcmac",
});
/** ip has null for none; fields that a bond of another mode lacks are left out of ours. */
const onOff = (value: Any): string => value === 0 ? "off" : "on";

const BOND: Words = {
  mode: is("mode", BOND_MODE),
  active_slave: is("activeSlaveDev"),
  miimon: is("miimon"),
  updelay: is("updelay"),
  downdelay: is("downdelay"),
  peer_notify_delay: is("peerNotifDelay"),
  use_carrier: is("useCarrier"),
  arp_interval: is("arpInterval"),
  arp_missed_max: is("missedMax"),
  arp_ip_target: is("arpIpTarget"),
  ns_ip6_target: is("nsIp6Target"),
  arp_validate: is("arpValidate", (name) => name === "none" ? null : name),
  arp_all_targets: is("arpAllTargets"),
  primary: is("primaryDev"),
  primary_reselect: is("primaryReselect"),
  fail_over_mac: is("failOverMac"),
  xmit_hash_policy: is("xmitHashPolicy", XMIT_POLICY),
  resend_igmp: is("resendIgmp"),
  num_peer_notif: is("numPeerNotif"),
  all_slaves_active: is("allSlavesActive"),
  min_links: is("minLinks"),
  lp_interval: is("lpInterval"),
  packets_per_slave: is("packetsPerSlave"),
  ad_lacp_active: is("adLacpActive", onOff),
  ad_lacp_rate: is("adLacpRate"),
  coupled_control: is("coupledControl", Boolean),
  broadcast_neighbor: switched("broadcastNeigh"),
  lacp_strict: switched("lacpStrict"),
  ad_select: is("adSelect"),
  ad_actor_sys_prio: is("adActorSysPrio"),
  ad_user_port_key: is("adUserPortKey"),
  ad_actor_system: is("adActorSystem"),
  tlb_dynamic_lb: is("tlbDynamicLb"),
};

const BOND_PORT: Words = {
  state: is("state", upper),
  mii_status: is("miiStatus", upper),
  link_failure_count: is("linkFailureCount"),
  perm_hwaddr: is("permHwaddr"),
  queue_id: is("queueId"),
  prio: is("prio"),
};

/** Formats a key as ip does, like an address. */
const dotted = (key: Any): string => [24, 16, 8, 0].map((shift) => key >>> shift & 255).join(".");
const hexOf = (digits: number) => (number: Any): string => `0x${Number(number).toString(16).padStart(digits, "0")}`;
const orAny = (address: Any): unknown => address === undefined || /^(0\.0\.0\.0|::)$/.test(address) ? "any" : address;

/** The words that tunnels share. */
const TUNNEL: Words = {
  external: holds("collectMetadata"),
  remote: is("remote", orAny),
  local: is("local", orAny),
  link: is("linkDev"),
  ttl: is("ttl"),
  tos: is("tos", (tos) => tos === 1 ? "inherit" : hex(tos)),
  pmtudisc: is("pmtudisc", Boolean),
  fwmark: is("fwmark", hex),
  ikey: is("ikey", dotted),
  okey: is("okey", dotted),
  iseq: among("iflags", "seq"),
  oseq: among("oflags", "seq"),
  icsum: among("iflags", "csum"),
  ocsum: among("oflags", "csum"),
  ignore_df: is("ignoreDf", Boolean),
  erspan_ver: is("erspanVer"),
  erspan_index: is("erspanIndex"),
  erspan_dir: is("erspanDir", (dir) => dir === 0 ? "ingress" : "egress"),
  erspan_hwid: is("erspanHwid", hex),
  encap_limit: is("encapLimit"),
  // The same number has the traffic class above the flow label.
  tclass: is("flowinfo", (flowinfo) => hexOf(2)(flowinfo >>> 20 & 0xff)),
  flowlabel: is("flowinfo", (flowinfo) => hexOf(5)(flowinfo & 0xfffff)),
  ...Object.fromEntries(
    ["ign_encap_limit", "rcv_dscp_copy", "allow_local_remote", "mip6_dev", "use_orig_fwmark"].map((flag) => [
      `ip6_tnl_f_${flag}`,
      among("flags", flag),
    ]),
  ),
  prefix: is("6rdPrefix"),
  prefixlen: is("6rdPrefixlen"),
};

/** The inner protocol, by its number. */
const proto = (names: Readonly<Record<number, string>>): Words => ({
  ...TUNNEL,
  proto: is("proto", (number) => names[number] ?? number),
});

const GENEVE: Words = {
  ...TUNNEL,
  id: is("id"),
  remote: is("remote"),
  remote6: is("remote6"),
  ttl: is("ttl", (ttl, all) => all.ttlInherit === true ? "inherit" : ttl),
  df: is("df"),
  label: is("label", hex),
  port: is("port"),
  udp_csum: switched("udpCsum"),
  udp_zero_csum6_tx: switched("udpZeroCsum6Tx"),
  udp_zero_csum6_rx: switched("udpZeroCsum6Rx"),
  inner_proto_inherit: holds("innerProtoInherit"),
  port_range: is("portRange"),
};

const MACSEC: Words = {
  sci: is("sci"),
  protect: switched("protect"),
  cipher_suite: is("cipherSuite", (name) => upper(name?.replaceAll("_", "-"))),
  icv_len: is("icvLen"),
  encoding_sa: is("encodingSa"),
  validation: is("validation"),
  offload: is("offload"),
  encrypt: switched("encrypt"),
  inc_sci: switched("incSci"),
  es: switched("es"),
  scb: switched("scb"),
  replay_protect: switched("replayProtect"),
  window: is("window"),
};

const INFO_DATA: Readonly<Record<string, Words>> = {
  bridge: BRIDGE,
  vxlan: VXLAN,
  macvlan: MACVLAN,
  macvtap: MACVLAN,
  vlan: VLAN,
  ipvlan: IPVLAN,
  ipvtap: IPVLAN,
  vrf: { table: is("table") },
  bond: BOND,
  gre: TUNNEL,
  gretap: TUNNEL,
  erspan: TUNNEL,
  ip6gre: TUNNEL,
  ip6gretap: TUNNEL,
  ip6erspan: TUNNEL,
  ipip: proto({ 0: "any", 4: "ipip", 137: "mplsip" }),
  sit: proto({ 0: "any", 4: "ipip", 41: "ip6ip", 137: "mplsip" }),
  ip6tnl: proto({ 0: "any", 4: "ipip6", 41: "ip6ip6" }),
  vti: TUNNEL,
  vti6: TUNNEL,
  geneve: GENEVE,
  bareudp: {
    dstport: is("port"),
    ethertype: is("ethertype", mapped({ [0x8847]: "mpls_uc", [0x0800]: "ip", [0x86dd]: "ipv6" })),
    srcportmin: is("srcportMin"),
    multiproto: holds("multiprotoMode"),
  },
  xfrm: { if_id: is("ifId", hex), external: holds("collectMetadata") },
  macsec: MACSEC,
  hsr: {
    slave1: is("slave1Dev"),
    slave2: is("slave2Dev"),
    interlink: is("interlinkDev"),
    seq_nr: "counts frames",
    supervision_addr: is("supervisionAddr"),
    proto: is("protocol", (name) => name === "prp" ? 1 : 0),
    version: is("version"),
  },
  netkit: {
    mode: is("mode"),
    type: is("primary", (primary) => primary ? "primary" : "peer"),
    policy: is("policy", mapped({ pass: "forward", drop: "blackhole" })),
    peer_policy: is("peerPolicy", mapped({ pass: "forward", drop: "blackhole" })),
    scrub: is("scrub"),
    peer_scrub: is("peerScrub"),
  },
  amt: {
    mode: is("mode"),
    relay_port: is("relayPort"),
    gateway_port: is("gatewayPort"),
    local: is("localIp"),
    remote: is("remoteIp"),
    discovery: is("discoveryIp"),
    link: is("linkDev"),
    max_tunnels: is("maxTunnels"),
  },
  tun: {
    type: is("type"),
    pi: switched("pi"),
    vnet_hdr: switched("vnetHdr"),
    multi_queue: switched("multiQueue"),
    numqueues: is("numQueues"),
    numdisabled: is("numDisabledQueues"),
    persist: switched("persist"),
    user: is("owner"),
    group: is("group"),
  },
  can: {
    ctrlmode: is("ctrlmode", (modes) => modes.map((mode: string) => mode.toUpperCase().replaceAll("_", "-"))),
    ctrlmode_supported: "has words of its own for the modes",
    ctrlmode_static: "has words of its own for the modes",
    state: is("state", (state) => state.toUpperCase().replaceAll("_", "-")),
    berr_counter: nested({ tx: is("txerr"), rx: is("rxerr") }, "berrCounter"),
    restart_ms: is("restartMs"),
    bittiming: nested({ bitrate: is("bitrate") }, "bittiming"),
    // The kernel leaves none out, and ip shows 0.
    bittiming_bitrate: is("bittiming.bitrate", (rate = 0) => rate),
    bitrate_const: is("bitrateConst"),
    clock: is("clock.freq"),
  },
  rmnet: { mux_id: is("muxId"), flags: is("flags", (flags) => flags.map(upper)) },
  wwan: { linkid: is("linkId") },
  ovpn: { mode: is("mode") },
};

const INFO_SLAVE_DATA: Readonly<Record<string, Words>> = {
  bridge: BRIDGE_PORT,
  bond: BOND_PORT,
  vrf: { table: is("table") },
};

const chosen =
  (tables: Readonly<Record<string, Words>>, kind: string, path: string): Word => (theirs, ours, around) => {
    const words = tables[ours[kind]];
    if (words === undefined) return Object.keys(theirs).length === 0 ? [] : [`no words for kind ${ours[kind]}`];
    return differences(words, theirs, ours[path] ?? {}, around);
  };

export const LINKINFO: Words = {
  info_kind: is("kind"),
  info_data: chosen(INFO_DATA, "kind", "data"),
  info_slave_kind: is("slaveKind"),
  info_slave_data: chosen(INFO_SLAVE_DATA, "slaveKind", "slaveData"),
};

const RX: Words = {
  bytes: is("rxBytes"),
  packets: is("rxPackets"),
  errors: is("rxErrors"),
  dropped: is("rxDropped"),
  over_errors: is("rxOverErrors"),
  multicast: is("multicast"),
  compressed: is("rxCompressed"),
  length_errors: is("rxLengthErrors"),
  crc_errors: is("rxCrcErrors"),
  frame_errors: is("rxFrameErrors"),
  fifo_errors: is("rxFifoErrors"),
  missed_errors: is("rxMissedErrors"),
  nohandler: is("rxNohandler"),
  otherhost_dropped: is("rxOtherhostDropped"),
};

const TX: Words = {
  bytes: is("txBytes"),
  packets: is("txPackets"),
  errors: is("txErrors"),
  dropped: is("txDropped"),
  carrier_errors: is("txCarrierErrors"),
  collisions: is("collisions"),
  compressed: is("txCompressed"),
  aborted_errors: is("txAbortedErrors"),
  fifo_errors: is("txFifoErrors"),
  window_errors: is("txWindowErrors"),
  heartbeat_errors: is("txHeartbeatErrors"),
  carrier_changes: "is no counter of the link: see carrierChanges",
};

export const LINK: Words = {
  ifindex: is("index"),
  ifname: is("ifname"),
  link: is("linkDev", (dev) => dev ?? null),
  link_index: is("link"),
  link_netnsid: is("linkNetnsid"),
  flags: linkFlags,
  mtu: is("mtu"),
  qdisc: is("qdisc"),
  master: is("masterDev"),
  operstate: is("operstate", upper),
  linkmode: is("linkmode", upper),
  group: is("group", (group) => group === 0 ? "default" : String(group)),
  txqlen: is("txqlen"),
  // A type that ip does not know is shown as its number in brackets.
  link_type: (theirs, { type }) => /^\[\d+\]$/.test(theirs) ? [] : same(theirs, LINK_TYPE[type] ?? type),
  address: is("address"),
  broadcast: is("broadcast"),
  link_pointtopoint: among("flags", "pointopoint"),
  permaddr: is("permAddress"),
  promiscuity: is("promiscuity"),
  allmulti: is("allmulti"),
  min_mtu: is("minMtu"),
  max_mtu: is("maxMtu"),
  linkinfo: nested(LINKINFO),
  inet6_addr_gen_mode: is("afSpec.inet6.addrGenMode", (mode) => mode === "stable_privacy" ? "stable_secret" : mode),
  num_tx_queues: is("numTxQueues"),
  num_rx_queues: is("numRxQueues"),
  gso_max_size: is("gsoMaxSize"),
  gso_max_segs: is("gsoMaxSegs"),
  tso_max_size: is("tsoMaxSize"),
  tso_max_segs: is("tsoMaxSegs"),
  gro_max_size: is("groMaxSize"),
  gso_ipv4_max_size: is("gsoIpv4MaxSize"),
  gro_ipv4_max_size: is("groIpv4MaxSize"),
  ifalias: is("ifalias"),
  altnames: is("propList.altIfname"),
  proto_down: is("protoDown", Boolean),
  phys_port_name: is("physPortName"),
  phys_port_id: is("physPortId"),
  // ip's buffer has room for 31 bytes, the kernel's for 32.
  phys_switch_id: is("physSwitchId", (id) => id?.slice(0, 62)),
  vfinfo_list: is("vfinfoList", (list = []) => list),
  parentbus: is("parentDevBusName"),
  parentdev: is("parentDevName"),
  stats64: nested({ rx: nested(RX), tx: nested(TX) }, "stats64"),
  "netns-immutable": is("netnsImmutable", Boolean),
  addr_info: "is compared with the addresses",
};

// ---- addresses

export const ADDRESS: Words = {
  family: is("family"),
  local: is("local"),
  address: is("peer", bare),
  prefixlen: (theirs, ours) => same(theirs, length(ours.peer ?? ours.address)),
  broadcast: is("broadcast"),
  anycast: is("anycast"),
  scope: is("scope", scopeName),
  label: is("label"),
  metric: is("rtPriority"),
  protocol: is(
    "proto",
    (proto) => proto === "kernel_lo" || proto === "kernel_ra" || proto === "kernel_ll" ? proto : String(proto),
  ),
  dynamic: holds("flags", (flags) => !flags.includes("permanent")),
  secondary: among("flags", "secondary"),
  temporary: among("flags", "temporary"),
  tentative: among("flags", "tentative"),
  deprecated: among("flags", "deprecated"),
  nodad: among("flags", "nodad"),
  optimistic: among("flags", "optimistic"),
  dadfailed: among("flags", "dadfailed"),
  home: among("flags", "homeaddress"),
  mngtmpaddr: among("flags", "managetempaddr"),
  noprefixroute: among("flags", "noprefixroute"),
  autojoin: among("flags", "mcautojoin"),
  "stable-privacy": among("flags", "stable_privacy"),
  // It decreases between the two looks: a second of difference is allowed.
  valid_life_time: (theirs, ours) => nearly(theirs, ours.cacheinfo?.valid),
  preferred_life_time: (theirs, ours) => nearly(theirs, ours.cacheinfo?.prefered),
};

function nearly(theirs: number, ours: number): string[] {
  return Math.abs(theirs - ours) <= 30 ? [] : same(theirs, ours);
}

// ---- routes

const METRIC: Words = {
  lock: "lists the locks in their number's order: compared with lock below",
  mtu: is("mtu"),
  window: is("window"),
  rtt: is("rtt"),
  rttvar: is("rttvar"),
  ssthresh: is("ssthresh"),
  cwnd: is("cwnd"),
  advmss: is("advmss"),
  reordering: is("reordering"),
  hoplimit: is("hoplimit"),
  initcwnd: is("initcwnd"),
  rto_min: is("rtoMin"),
  initrwnd: is("initrwnd"),
  quickack: is("quickack"),
  congestion: is("ccAlgo"),
  congctl: is("ccAlgo"),
  features: is("features", (features) => features?.join(" ")),
  fastopen_no_cookie: is("fastopenNoCookie"),
};

const dashed = (name: Any): unknown => typeof name === "string" ? name.replaceAll("_", "-") : name;
const tunnelFlag = (name: string): Word => among("flags", name);

const IP_ENCAP: Words = {
  id: is("id", Number),
  src: is("src"),
  dst: is("dst"),
  ttl: is("ttl"),
  tos: is("tos"),
  hoplimit: is("hoplimit"),
  tc: is("tc"),
  key: tunnelFlag("key"),
  csum: tunnelFlag("csum"),
  seq: tunnelFlag("seq"),
};

/** ip shows a place for the packet's own destination among the segments. */
const segments = (srh: Any): unknown => srh?.mode === "inline" ? [...srh.segments, "::"] : srh?.segments;

const ACTION = mapped({
  end: "End",
  end_x: "End.X",
  end_t: "End.T",
  end_dx2: "End.DX2",
  end_dx4: "End.DX4",
  end_dx6: "End.DX6",
  end_dt4: "End.DT4",
  end_dt6: "End.DT6",
  end_dt46: "End.DT46",
  end_b6: "End.B6",
  end_b6_encap: "End.B6.Encaps",
  end_bpf: "End.BPF",
});

/** The encapsulations, by ip's names of the kinds. */
const ENCAPS: Readonly<Record<string, Words>> = {
  mpls: { dst: is("dst"), ttl: is("ttl") },
  ip: IP_ENCAP,
  ip6: IP_ENCAP,
  ila: {
    locator: is("locator"),
    csum_mode: is("csumMode", dashed),
    ident_type: is("identType", dashed),
    hook_type: is("hookType", mapped({ route_output: "output", route_input: "input" })),
  },
  seg6: {
    mode: is("srh.mode", (mode) => String(mode).replace("_", ".")),
    segs: is("srh", segments),
    hmac: is("srh.hmac", (key) => hex(key).slice(2).toUpperCase()),
    tunsrc: is("src"),
  },
  seg6local: {
    action: is("action", ACTION),
    srh: nested({ segs: is("segments") }, "srh"),
    segs: is("srh.segments"),
    table: is("table", tableName),
    vrftable: is("vrftable", tableName),
    nh4: is("nh4"),
    nh6: is("nh6"),
    iif: is("iifDev"),
    oif: is("oifDev"),
    flavors: is("flavors.operation", (list) => list?.map(dashed)),
    lblen: is("flavors.lcblockBits"),
    nflen: is("flavors.lcnodeFnBits"),
    endpoint: is("bpf.progName"),
  },
  bpf: {
    in: is("in.name"),
    out: is("out.name"),
    xmit: is("xmit.name"),
  },
  // The last of the path comes first.
  rpl: { segs: is("srh.segments", (list) => list?.toReversed()) },
  ioam6: {
    freqk: is("freqK"),
    freqn: is("freqN"),
    mode: is("mode"),
    tunsrc: is("src"),
    tundst: is("dst"),
    trace: "is a word",
    prealloc: "is a word",
    type: is("trace.type", (type) => type?.toString(16).padStart(6, "0")),
    ns: is("trace.namespaceId"),
    size: is("trace.remlen", (units) => 4 * units),
  },
  xfrm: { if_id: is("ifId"), link_dev: is("linkDev") },
};

const encapName = mapped({ seg6_local: "seg6local" });

/**
 * Newer versions of ip have an object for it; older ones put its fields among the route's, and some of them hide
 * others.
 */
const encap: Word = (theirs, ours, around) => {
  if (typeof theirs === "string") return same(theirs, encapName(ours.encapType));
  const { encap_type, ...rest } = theirs;
  const words = ENCAPS[encap_type];
  if (words === undefined) return [`no words for encap ${encap_type}`];
  return [...same(encap_type, encapName(ours.encapType)), ...differences(words, rest, ours.encap ?? {}, around)];
};

/** A key of ip that belongs to the encapsulation if its fields are among the route's, else to the route itself. */
const spread = (key: string, own?: Word): Word => (theirs, ours, around, all) => {
  const inside = typeof all.encap === "string" ? ENCAPS[all.encap]?.[key] : undefined;
  const said = [
    ...(typeof inside === "function" ? [inside(theirs, ours.encap ?? {}, around, all)] : []),
    ...(own === undefined ? [] : [own(theirs, ours, around, all)]),
  ];
  return said.find((one) => one.length === 0) ?? said[0] ?? [`no word for it (${show(theirs)})`];
};

/** All keys that an encapsulation may have. */
const ENCAP: Words = {
  ...Object.fromEntries(Object.values(ENCAPS).flatMap(Object.keys).map((key) => [key, spread(key)])),
  encap,
};

const VIA: Words = { family: is("family"), host: is("address") };

const hopFlagNames = (flags: Any): unknown => flags ?? [];

export const HOP: Words = {
  ...ENCAP,
  gateway: is("gateway"),
  via: nested(VIA, "via"),
  dev: is("dev"),
  weight: is("weight"),
  flags: is("flags", hopFlagNames),
};

/** The names that ip has for RTNH_F_* and RTM_F_*. */
const ROUTE_FLAG: Record<string, string | undefined> = { rt_trap: "rt_trap", rt_offload: "rt_offload" };

export const ROUTE: Words = {
  ...ENCAP,
  type: spread("type", is("type")),
  dst: spread("dst", is("dst", hostless)),
  from: is("src", hostless),
  gateway: is("gateway"),
  via: nested(VIA, "via"),
  dev: is("dev"),
  iif: spread("iif", is("iifDev")),
  table: spread("table", is("table", tableName)),
  protocol: is("protocol", protocolName),
  scope: is("scope", scopeName),
  prefsrc: is("prefsrc"),
  metric: is("priority"),
  flags: is("flags", (flags) => flags.map((flag: string) => ROUTE_FLAG[flag] ?? flag)),
  metrics: (theirs, ours, around) => theirs.flatMap((one: Any) => differences(METRIC, one, ours.metrics ?? {}, around)),
  nexthops: each(HOP, "multipath"),
  nhid: is("nhId"),
  pref: is("pref"),
  tos: spread("tos", is("tos", hex)),
  nh_info: "is the nexthop object, of which iproute2 asks beside; the route has its number",
  expires: (theirs, ours) => nearly(theirs, seconds(ours.cacheinfo?.expires)),
  error: is("cacheinfo.error"),
  realms: is("flow"),
  flow: is("flow"),
};

// ---- neighbours

export const NEIGHBOUR: Words = {
  dst: is("dst"),
  dev: is("dev"),
  lladdr: is("lladdr"),
  state: is("state", (states) => states.map(upper)),
  router: among("flags", "router"),
  proxy: among("flags", "proxy"),
  extern_learn: among("flags", "ext_learned"),
  offload: among("flags", "offloaded"),
  managed: among("flagsExt", "managed"),
  protocol: is("protocol", protocolName),
  probes: is("probes"),
};

// ---- rules

const range = (one: Any): unknown => one === undefined ? undefined : one.start;

export const RULE: Words = {
  priority: is("priority"),
  not: among("flags", "invert"),
  src: is("src", (src) => bare(src) ?? "all"),
  srclen: is("src", length),
  dst: is("dst", bare),
  dstlen: is("dst", length),
  tos: is("tos", hex),
  fwmark: is("fwmark", hex),
  fwmask: is("fwmask", hex),
  iif: is("iifname"),
  iif_detached: among("flags", "iif_detached"),
  oif: is("oifname"),
  oif_detached: among("flags", "oif_detached"),
  l3mdev: holds("l3mdev"),
  uid_start: is("uidRange.start"),
  uid_end: is("uidRange.end"),
  ipproto: is("ipProto", (number) => IPPROTO[number] ?? String(number)),
  sport: is("sportRange", range),
  sport_start: is("sportRange.start"),
  sport_end: is("sportRange.end"),
  dport: is("dportRange", range),
  dport_start: is("dportRange.start"),
  dport_end: is("dportRange.end"),
  sport_mask: is("sportMask", hex),
  dport_mask: is("dportMask", hex),
  dscp: is("dscp"),
  flowlabel: is("flowlabel", hex),
  tun_id: is("tunId", Number),
  table: is("table", tableName),
  suppress_prefixlen: is("suppressPrefixlen"),
  sup_group: is("suppressIfgroup", (group) => group === 0 ? "default" : String(group)),
  suppress_ifgroup: is("suppressIfgroup", (group) => group === 0 ? "default" : String(group)),
  flow_from: is("flow", (flow) => flow >>> 16 === 0 ? undefined : String(flow >>> 16)),
  flow_to: is("flow", (flow) => String(flow & 0xffff)),
  goto: is("goto"),
  unresolved: among("flags", "unresolved"),
  action: is("action"),
  nop: holds("action", (action) => action === "nop"),
  protocol: is("protocol", protocolName),
};

const IPPROTO: Record<number, string> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp" };
