/**
 * Masters and their ports: bonds and bridges, and settings of bridges in messages of AF_BRIDGE: VLANs, MRP, CFM, MST.
 *
 * A bridge's times are in hundredths of a second, as in the kernel's attributes.
 *
 * Source: linux/if_link.h IFLA_BOND_*, IFLA_BR_*, IFLA_BRPORT_*, linux/if_bonding.h,
 * Documentation/networking/bonding.rst, linux/if_bridge.h, linux/mrp_bridge.h, linux/cfm_bridge.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  type Codec,
  count64,
  enumeration,
  flag,
  hardwareAddress,
  HEADER_ONLY,
  hex,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4,
  ipv6,
  list,
  mac,
  mask,
  readOnly,
  repeated,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { VLAN_PROTOCOL, type VlanProtocol } from "./shared.ts";

/** Numbers of {@linkcode BondMode} by name. */
export const BOND_MODE = {
  roundrobin: 0,
  activebackup: 1,
  xor: 2,
  broadcast: 3,
  "8023ad": 4,
  tlb: 5,
  alb: 6,
} as const;
/** Mode of a bond: the method by which it uses its ports. */
export type BondMode = keyof typeof BOND_MODE | number;
/** Numbers of {@linkcode BondXmitHashPolicy} by name. */
export const XMIT_POLICY = { layer2: 0, layer34: 1, layer23: 2, encap23: 3, encap34: 4, vlan_srcmac: 5 } as const;
/** Packet fields that the bond hashes to choose a port. */
export type BondXmitHashPolicy = keyof typeof XMIT_POLICY | number;
/** Numbers of {@linkcode BondArpValidate} by name. */
export const ARP_VALIDATE = {
  none: 0,
  active: 1,
  backup: 2,
  all: 3,
  filter: 4,
  filter_active: 5,
  filter_backup: 6,
} as const;
/** ARP validation: the ports on which a bond checks ARP packets; `filter` modes ignore all other packets. */
export type BondArpValidate = keyof typeof ARP_VALIDATE | number;
/** Numbers of {@linkcode BondArpAllTargets} by name. */
export const ARP_ALL_TARGETS = { any: 0, all: 1 } as const;
/** Number of ARP targets that must answer: any or all. */
export type BondArpAllTargets = keyof typeof ARP_ALL_TARGETS | number;
/** Numbers of {@linkcode BondPrimaryReselect} by name. */
export const PRIMARY_RESELECT = { always: 0, better: 1, failure: 2 } as const;
/** Condition on which the primary port takes over again. */
export type BondPrimaryReselect = keyof typeof PRIMARY_RESELECT | number;
/** Numbers of {@linkcode BondFailOverMac} by name. */
export const FAIL_OVER_MAC = { none: 0, active: 1, follow: 2 } as const;
/** Policy for the MAC addresses of the ports, in mode activebackup. */
export type BondFailOverMac = keyof typeof FAIL_OVER_MAC | number;
/** Numbers of {@linkcode BondLacpRate} by name. */
export const LACP_RATE = { slow: 0, fast: 1 } as const;
/** Rate at which partners send LACP packets: every 30 seconds (slow) or every second (fast). */
export type BondLacpRate = keyof typeof LACP_RATE | number;
/** Numbers of {@linkcode BondAdSelect} by name. */
export const AD_SELECT = { stable: 0, bandwidth: 1, count: 2, actor_port_prio: 3 } as const;
/** Rule by which a bond selects its aggregator. */
export type BondAdSelect = keyof typeof AD_SELECT | number;

/** The active aggregator of a bond. Read-only. */
export interface BondAdInfo {
  /** Id of the aggregator, 0..65535. */
  aggregator?: number;
  /** Number of ports in it. */
  numPorts?: number;
  /** Key of the own side. */
  actorKey?: number;
  /** Key of the partner. */
  partnerKey?: number;
  /** MAC address of the partner. */
  partnerMac?: string;
}

/** Wire form of {@linkcode BondAdInfo}: IFLA_BOND_AD_INFO_*. */
export const BondAdInfo: Attributes<BondAdInfo> = attributes((): Shape<BondAdInfo> => ({
  aggregator: [1, u16],
  numPorts: [2, u16],
  actorKey: [3, u16],
  partnerKey: [4, u16],
  partnerMac: [5, mac],
}));

/**
 * Settings of a bond. Times are in milliseconds, switches are 0 or 1.
 *
 * The kernel shows settings that have no effect in the bond's mode, but refuses to set them there. If `mode` is given
 * too, such settings are not sent while they have the kernel's initial value.
 */
export interface Bond {
  /** Method by which it uses its ports. */
  mode?: BondMode;
  /** Index of the active port. It can be set only once it is a port, so it is not sent together with `mode`. */
  activeSlave?: Ifindex;
  /** Name of the active port. Read-only. */
  activeSlaveDev?: string;
  /** Time between checks of the ports' carriers; 0 disables them. */
  miimon?: number;
  /** Time from carrier up until a port is used; a multiple of `miimon`. */
  updelay?: number;
  /** Time from carrier loss until a port is disabled; a multiple of `miimon`. */
  downdelay?: number;
  /** Obsolete; always 1. */
  useCarrier?: number;
  /** Time between ARP requests; 0 disables them. */
  arpInterval?: number;
  /** IPv4 addresses that ARP requests ask for, at most 16. */
  arpIpTarget?: readonly string[];
  /** ARP validation. */
  arpValidate?: BondArpValidate;
  /** Number of ARP targets that must answer. */
  arpAllTargets?: BondArpAllTargets;
  /** Index of the primary port, which is used whenever it is available; 0 for none. */
  primary?: Ifindex;
  /** Name of the primary port. Read-only. */
  primaryDev?: string;
  /** Condition on which the primary port takes over again. */
  primaryReselect?: BondPrimaryReselect;
  /** Policy for the MAC addresses of the ports. */
  failOverMac?: BondFailOverMac;
  /** Packet fields that the bond hashes to choose a port. */
  xmitHashPolicy?: BondXmitHashPolicy;
  /** Number of IGMP reports after another port takes over, 0..255. */
  resendIgmp?: number;
  /** Number of gratuitous ARPs and unsolicited neighbour advertisements after another port takes over, 0..255. */
  numPeerNotif?: number;
  /** 1 accepts packets on inactive ports. */
  allSlavesActive?: number;
  /** Number of ports that must have carrier before the bond has carrier. */
  minLinks?: number;
  /** Seconds between learning packets to the ports' switches, 1 or more. */
  lpInterval?: number;
  /** Number of packets sent through a port before the next one; 0 chooses ports at random. Mode roundrobin. */
  packetsPerSlave?: number;
  /** Rate at which partners send LACP packets. Mode 8023ad. */
  adLacpRate?: BondLacpRate;
  /** Rule by which the bond selects its aggregator. */
  adSelect?: BondAdSelect;
  /** The active aggregator. Read-only. */
  adInfo?: BondAdInfo;
  /** System priority, 1..65535. Mode 8023ad. */
  adActorSysPrio?: number;
  /** Upper 10 bits of the ports' keys, 0..1023. Mode 8023ad. */
  adUserPortKey?: number;
  /** MAC address that the bond shows its partners. Mode 8023ad. */
  adActorSystem?: string;
  /** 1 moves flows between ports by load. Modes tlb and alb. */
  tlbDynamicLb?: number;
  /** Time between gratuitous ARPs after another port takes over; a multiple of `miimon`. */
  peerNotifDelay?: number;
  /** 1 sends LACP packets without waiting for a partner's. Mode 8023ad. */
  adLacpActive?: number;
  /** Number of missed answers before a port counts as down, 1..255. */
  missedMax?: number;
  /** IPv6 addresses that neighbour solicitations ask for, at most 16. */
  nsIp6Target?: readonly string[];
  /** 1 enables collecting and distributing together. Mode 8023ad. */
  coupledControl?: number;
  /** 1 sends ARP and neighbour discovery through all ports. Mode 8023ad. */
  broadcastNeigh?: number;
  /** 1 blocks ports without a partner. Mode 8023ad. */
  lacpStrict?: number;
}

/**
 * Wraps the codec of a setting that the kernel refuses outside `modes`: in another mode the initial value is not sent.
 */
function onlyIn<D extends string | number, E>(
  modes: readonly (keyof typeof BOND_MODE)[],
  codec: Codec<D, E>,
  initial: D,
): Codec<D, E> {
  const counts = new Set<unknown>(modes.flatMap((mode) => [mode, BOND_MODE[mode]]));
  return {
    ...codec,
    encode(value, to, owner) {
      const { mode } = owner as Bond;
      if (mode !== undefined && !counts.has(mode) && value as unknown === initial) return HEADER_ONLY;
      return codec.encode(value, to, owner);
    },
  };
}

/** Codec of a delay. The kernel refuses it if `miimon` is 0, even the delay 0. */
const delay: Codec<number> = {
  ...u32,
  encode: (value, to, owner) =>
    value === 0 && (owner as Bond).miimon === 0 ? HEADER_ONLY : u32.encode(value, to, owner),
};

/** Modes that can monitor ports by ARP. */
const ARP = ["roundrobin", "activebackup", "xor", "broadcast"] as const;

/** Wire form of {@linkcode Bond}: IFLA_BOND_*. */
export const Bond: Attributes<Bond> = attributes((): Shape<Bond> => ({
  mode: [1, enumeration(u8, BOND_MODE)],
  activeSlave: [2, ifindex],
  activeSlaveDev: interfaceNameOf("activeSlave", readOnly),
  miimon: [3, u32],
  updelay: [4, delay],
  downdelay: [5, delay],
  useCarrier: [6, u8],
  arpInterval: [7, onlyIn(ARP, u32, 0)],
  arpIpTarget: [8, list(ipv4)],
  arpValidate: [9, onlyIn(ARP, enumeration(u32, ARP_VALIDATE), "none")],
  arpAllTargets: [10, enumeration(u32, ARP_ALL_TARGETS)],
  primary: [11, ifindex],
  primaryDev: interfaceNameOf("primary", readOnly),
  primaryReselect: [12, enumeration(u8, PRIMARY_RESELECT)],
  failOverMac: [13, enumeration(u8, FAIL_OVER_MAC)],
  xmitHashPolicy: [14, enumeration(u8, XMIT_POLICY)],
  resendIgmp: [15, u32],
  numPeerNotif: [16, u8],
  allSlavesActive: [17, u8],
  minLinks: [18, u32],
  lpInterval: [19, u32],
  packetsPerSlave: [20, onlyIn(["roundrobin"], u32, 1)],
  adLacpRate: [21, onlyIn(["8023ad"], enumeration(u8, LACP_RATE), "slow")],
  adSelect: [22, enumeration(u8, AD_SELECT)],
  adInfo: [23, BondAdInfo, readOnly],
  adActorSysPrio: [24, u16],
  adUserPortKey: [25, u16],
  adActorSystem: [26, mac],
  tlbDynamicLb: [27, onlyIn(["tlb", "alb"], u8, 1)],
  peerNotifDelay: [28, delay],
  adLacpActive: [29, onlyIn(["8023ad"], u8, 1)],
  missedMax: [30, onlyIn(ARP, u8, 2)],
  nsIp6Target: [31, list(ipv6)],
  coupledControl: [32, onlyIn(["8023ad"], u8, 1)],
  broadcastNeigh: [33, onlyIn(["8023ad"], u8, 0)],
  lacpStrict: [34, onlyIn(["8023ad"], u8, 0)],
}));

/** Numbers of {@linkcode BondPortState} by name. */
export const BOND_STATE = { active: 0, backup: 1 } as const;
/** State of a bond's port: in use or not. */
export type BondPortState = keyof typeof BOND_STATE | number;
/** Numbers of {@linkcode BondPortLink} by name. */
export const BOND_LINK = { up: 0, fail: 1, down: 2, back: 3 } as const;
/** Link state of a bond's port; `fail` and `back` while `downdelay` or `updelay` runs. */
export type BondPortLink = keyof typeof BOND_LINK | number;
/** Numbers of {@linkcode BondLacpState} by name. */
export const LACP_STATE = {
  lacp_activity: 1,
  lacp_timeout: 2,
  aggregation: 4,
  synchronization: 8,
  collecting: 16,
  distributing: 32,
  defaulted: 64,
  expired: 128,
} as const;
/** A flag of LACP's port state (IEEE 802.1AX). */
export type BondLacpState = keyof typeof LACP_STATE;

/** Settings and state of a bond's port. */
export interface BondPort {
  /** State: in use or not. Read-only. */
  state?: BondPortState;
  /** Link state. Read-only. */
  miiStatus?: BondPortLink;
  /** Number of link failures. Read-only. */
  linkFailureCount?: number;
  /** Permanent MAC address of the port. Read-only. */
  permHwaddr?: string;
  /** Transmit queue of the bond that is reserved for this port; 0 for none. */
  queueId?: number;
  /** Id of its aggregator. Read-only. */
  adAggregatorId?: number;
  /** LACP state of the own side. Read-only. */
  adActorOperPortState?: readonly (BondLacpState | number)[];
  /** LACP state of the partner's side. Read-only. */
  adPartnerOperPortState?: readonly (BondLacpState | number)[];
  /** Priority for selection as active port, i32; the highest wins. */
  prio?: number;
  /** Port priority in LACP, 0..65535. */
  actorPortPrio?: number;
  /** State of the churn detection machine, own side (IEEE 802.1AX). Read-only. */
  adChurnActorState?: number;
  /** State of the churn detection machine, partner's side (IEEE 802.1AX). Read-only. */
  adChurnPartnerState?: number;
}

/** Wire form of {@linkcode BondPort}: IFLA_BOND_SLAVE_*. */
export const BondPort: Attributes<BondPort> = attributes((): Shape<BondPort> => ({
  state: [1, enumeration(u8, BOND_STATE), readOnly],
  miiStatus: [2, enumeration(u8, BOND_LINK), readOnly],
  linkFailureCount: [3, u32, readOnly],
  permHwaddr: [4, hardwareAddress, readOnly],
  queueId: [5, u16],
  adAggregatorId: [6, u16, readOnly],
  adActorOperPortState: [7, mask(u8, LACP_STATE), readOnly],
  adPartnerOperPortState: [8, mask(u16, LACP_STATE), readOnly],
  prio: [9, i32],
  actorPortPrio: [10, u16],
  adChurnActorState: [11, u8, readOnly],
  adChurnPartnerState: [12, u8, readOnly],
}));

/** Id of a bridge in the spanning tree. The bridge with the lowest id becomes the root. */
export interface BridgeId {
  /** Priority 0..65535; the kernel sets it in steps of 4096. */
  prio?: number;
  /** MAC address of the bridge. */
  addr?: string;
}

const bridgeId: Codec<BridgeId> = struct(8, (): Shape<BridgeId> => ({ prio: [0, be16], addr: [2, mac] }));

/** Numbers of {@linkcode BridgeOption} by name. */
export const BR_BOOLOPT = {
  no_ll_learn: 1,
  mcast_vlan_snooping: 2,
  mst_enable: 4,
  mdb_offload_fail_notification: 8,
  fdb_local_vlan_0: 16,
} as const;
/** A boolean option of a bridge in {@linkcode BridgeBoolopt}. */
export type BridgeOption = keyof typeof BR_BOOLOPT;

/** Boolean options of a bridge, with a mask. */
export interface BridgeBoolopt {
  /** Options that are on. */
  optval?: readonly (BridgeOption | number)[];
  /** Options that are valid in a reply, or that a request changes. */
  optmask?: readonly (BridgeOption | number)[];
}

/** The multicast querier that the bridge selected, per IP version. */
export interface BridgeQuerier {
  /** IPv4 address of the querier. */
  ipAddress?: string;
  /** Index of the bridge's port towards the IPv4 querier. */
  ipPort?: number;
  /** Hundredths of a second until the IPv4 querier counts as gone. */
  ipOtherTimer?: number;
  /** IPv6 address of the querier. */
  ipv6Address?: string;
  /** Index of the bridge's port towards the IPv6 querier. */
  ipv6Port?: number;
  /** Hundredths of a second until the IPv6 querier counts as gone. */
  ipv6OtherTimer?: number;
}

/** Wire form of {@linkcode BridgeQuerier}: BRIDGE_QUERIER_*. */
export const BridgeQuerier: Attributes<BridgeQuerier> = attributes((): Shape<BridgeQuerier> => ({
  ipAddress: [1, ipv4],
  ipPort: [2, u32],
  ipOtherTimer: [3, count64],
  ipv6Address: [5, ipv6],
  ipv6Port: [6, u32],
  ipv6OtherTimer: [7, count64],
}), { pad: 4 });

/** Numbers of {@linkcode BridgeStpMode} by name. */
export const BR_STP_MODE = { auto: 0, user: 1, kernel: 2 } as const;
/** The program that runs the spanning tree: the kernel or a daemon in user space. */
export type BridgeStpMode = keyof typeof BR_STP_MODE | number;

/** Settings and state of a bridge. Switches are 0 or 1, times are in hundredths of a second. */
export interface Bridge {
  /** Time that a port stays in each of the states listening and learning, 200..3000. */
  forwardDelay?: number;
  /** Time between hello packets of the root bridge, 100..1000. */
  helloTime?: number;
  /** Time for which another bridge's information is valid, 600..4000. */
  maxAge?: number;
  /** Time after which a learned MAC address is forgotten; 0 learns none. */
  ageingTime?: number;
  /** Spanning tree protocol: 0 off, 1 run by the kernel, 2 run by a daemon. */
  stpState?: number;
  /** Priority 0..65535; the bridge with the lowest id becomes the root. */
  priority?: number;
  /** 1 filters frames by VLAN. */
  vlanFiltering?: number;
  /** Protocol of the VLAN tags, by name or EtherType. */
  vlanProtocol?: VlanProtocol;
  /** Mask: bit n forwards link-local frames to 01:80:c2:00:00:0n. */
  groupFwdMask?: number;
  /** Id of the root bridge. Read-only. */
  rootId?: BridgeId;
  /** Id of this bridge. Read-only. */
  bridgeId?: BridgeId;
  /** Number of the port towards the root bridge. Read-only. */
  rootPort?: number;
  /** Cost of the path to the root bridge. Read-only. */
  rootPathCost?: number;
  /** 1 during a topology change. Read-only. */
  topologyChange?: number;
  /** 1 if this bridge detected the topology change. Read-only. */
  topologyChangeDetected?: number;
  /** Time until the next hello packet. Read-only. */
  helloTimer?: number;
  /** Time until the next topology change notification. Read-only. */
  tcnTimer?: number;
  /** Time until the topology change ends. Read-only. */
  topologyChangeTimer?: number;
  /** Time until the next removal of old addresses. Read-only. */
  gcTimer?: number;
  /** Destination address of STP packets, 01:80:c2:00:00:0X. */
  groupAddr?: string;
  /** Removes all learned addresses from the forwarding table. Input only. */
  fdbFlush?: true;
  /** Multicast router on the bridge itself: 0 never, 1 as detected, 2 always. */
  mcastRouter?: number;
  /** 1 enables multicast snooping: multicast goes only to ports with members. */
  mcastSnooping?: number;
  /** 1 sends queries from the bridge's own IP address. */
  mcastQueryUseIfaddr?: number;
  /** 1 makes the bridge send multicast queries. */
  mcastQuerier?: number;
  /** Obsolete; without effect. */
  mcastHashElasticity?: number;
  /** Largest number of multicast groups, a power of two. */
  mcastHashMax?: number;
  /** Number of queries before the last member counts as gone. */
  mcastLastMemberCnt?: number;
  /** Number of queries at the start. */
  mcastStartupQueryCnt?: number;
  /** Time between queries after a leave message. */
  mcastLastMemberIntvl?: number;
  /** Time for which a member counts without a report. */
  mcastMembershipIntvl?: number;
  /** Time for which another querier counts without a query. */
  mcastQuerierIntvl?: number;
  /** Time between queries. */
  mcastQueryIntvl?: number;
  /** Time limit for reports in reply to a query. */
  mcastQueryResponseIntvl?: number;
  /** Time between queries at the start. */
  mcastStartupQueryIntvl?: number;
  /** 1 passes bridged IPv4 packets to iptables. */
  nfCallIptables?: number;
  /** 1 passes bridged IPv6 packets to ip6tables. */
  nfCallIp6tables?: number;
  /** 1 passes bridged ARP packets to arptables. */
  nfCallArptables?: number;
  /** VLAN of untagged frames on new ports, 0..4094; 0 for none. */
  vlanDefaultPvid?: number;
  /** 1 counts packets and bytes per VLAN. */
  vlanStatsEnabled?: number;
  /** 1 counts IGMP and MLD messages. */
  mcastStatsEnabled?: number;
  /** Version of IGMP, 2 or 3. */
  mcastIgmpVersion?: number;
  /** Version of MLD, 1 or 2. */
  mcastMldVersion?: number;
  /** 1 counts packets and bytes per VLAN and port. It can be changed only while no port has a VLAN. */
  vlanStatsPerPort?: number;
  /** Further boolean options. */
  multiBoolopt?: BridgeBoolopt;
  /** The selected multicast querier. Read-only. */
  mcastQuerierState?: BridgeQuerier;
  /** Number of learned addresses. Read-only. */
  fdbNLearned?: number;
  /** Largest number of learned addresses; 0 for no limit. */
  fdbMaxLearned?: number;
  /** The program that runs the spanning tree. It can be changed only while STP is off. */
  stpMode?: BridgeStpMode;
}

/** Wire form of {@linkcode Bridge}: IFLA_BR_*. */
export const Bridge: Attributes<Bridge> = attributes((): Shape<Bridge> => ({
  forwardDelay: [1, u32],
  helloTime: [2, u32],
  maxAge: [3, u32],
  ageingTime: [4, u32],
  stpState: [5, u32],
  priority: [6, u16],
  vlanFiltering: [7, u8],
  vlanProtocol: [8, enumeration(be16, VLAN_PROTOCOL)],
  groupFwdMask: [9, u16],
  rootId: [10, bridgeId, readOnly],
  bridgeId: [11, bridgeId, readOnly],
  rootPort: [12, u16, readOnly],
  rootPathCost: [13, u32, readOnly],
  topologyChange: [14, u8, readOnly],
  topologyChangeDetected: [15, u8, readOnly],
  helloTimer: [16, count64, readOnly],
  tcnTimer: [17, count64, readOnly],
  topologyChangeTimer: [18, count64, readOnly],
  gcTimer: [19, count64, readOnly],
  groupAddr: [20, mac],
  fdbFlush: [21, flag, "input"],
  mcastRouter: [22, u8],
  mcastSnooping: [23, u8],
  mcastQueryUseIfaddr: [24, u8],
  mcastQuerier: [25, u8],
  mcastHashElasticity: [26, u32],
  mcastHashMax: [27, u32],
  mcastLastMemberCnt: [28, u32],
  mcastStartupQueryCnt: [29, u32],
  mcastLastMemberIntvl: [30, count64],
  mcastMembershipIntvl: [31, count64],
  mcastQuerierIntvl: [32, count64],
  mcastQueryIntvl: [33, count64],
  mcastQueryResponseIntvl: [34, count64],
  mcastStartupQueryIntvl: [35, count64],
  nfCallIptables: [36, u8],
  nfCallIp6tables: [37, u8],
  nfCallArptables: [38, u8],
  vlanDefaultPvid: [39, u16],
  vlanStatsEnabled: [41, u8],
  mcastStatsEnabled: [42, u8],
  mcastIgmpVersion: [43, u8],
  mcastMldVersion: [44, u8],
  vlanStatsPerPort: [45, u8],
  multiBoolopt: [
    46,
    struct<BridgeBoolopt>(8, { optval: [0, mask(u32, BR_BOOLOPT)], optmask: [4, mask(u32, BR_BOOLOPT)] }),
  ],
  mcastQuerierState: [47, BridgeQuerier, readOnly],
  fdbNLearned: [48, u32, readOnly],
  fdbMaxLearned: [49, u32],
  stpMode: [50, enumeration(u32, BR_STP_MODE)],
}), { pad: 40 });

/** Numbers of {@linkcode BridgePortState} by name. */
export const BR_STATE = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const;
/** STP state of a port: it decides if the port forwards frames and learns addresses. */
export type BridgePortState = keyof typeof BR_STATE | number;

/** Settings and state of a bridge's port. Switches are 0 or 1, times are in hundredths of a second. */
export interface BridgePort {
  /** STP state. It can be set only while the kernel's STP is off. */
  state?: BridgePortState;
  /** Priority 0..63. */
  priority?: number;
  /** Cost of a path through this port, 1..65535. */
  cost?: number;
  /** Hairpin mode: 1 lets frames leave through the port that received them. */
  mode?: number;
  /** BPDU guard: 1 disables the port when it receives an STP packet. */
  guard?: number;
  /** Root block: 1 keeps the port from becoming the root port. */
  protect?: number;
  /** 1 removes a multicast group from the port at the first leave message. */
  fastLeave?: number;
  /** 1 learns source addresses of received frames. */
  learning?: number;
  /** 1 floods unicast frames for unknown addresses to this port. */
  unicastFlood?: number;
  /** 1 answers ARP requests for known hosts. */
  proxyarp?: number;
  /** 1 copies learned addresses between the kernel and the hardware. */
  learningSync?: number;
  /** Proxy ARP for wireless networks: 1 answers ARP requests as IEEE 802.11 demands. */
  proxyarpWifi?: number;
  /** Id of the root bridge, as received on this port. Read-only. */
  rootId?: BridgeId;
  /** Id of the designated bridge of the segment. Read-only. */
  bridgeId?: BridgeId;
  /** Id of the designated port of the segment. Read-only. */
  designatedPort?: number;
  /** Cost of the designated port's path to the root bridge. Read-only. */
  designatedCost?: number;
  /** Port id in the spanning tree: priority and number. Read-only. */
  id?: number;
  /** Port number. Read-only. */
  no?: number;
  /** 1 if a topology change must be acknowledged. Read-only. */
  topologyChangeAck?: number;
  /** 1 if a configuration message waits to be sent. Read-only. */
  configPending?: number;
  /** Time until the received information expires. Read-only. */
  messageAgeTimer?: number;
  /** Time until the next state. Read-only. */
  forwardDelayTimer?: number;
  /** Time until the next STP packet may be sent. Read-only. */
  holdTimer?: number;
  /** Removes the addresses learned on this port. Input only. */
  flush?: true;
  /** Multicast router behind the port: 0 never, 1 as detected, 2 always, 3 for a limited time. */
  multicastRouter?: number;
  /** 1 floods multicast frames without known members to this port. */
  mcastFlood?: number;
  /** 1 sends multicast to each member as unicast. */
  mcastToUcast?: number;
  /** 1 maps VLANs to tunnel ids on this port. */
  vlanTunnel?: number;
  /** 1 floods broadcast frames to this port. */
  bcastFlood?: number;
  /** Mask: bit n forwards link-local frames to 01:80:c2:00:00:0n. */
  groupFwdMask?: number;
  /** 1 suppresses ARP and neighbour discovery: the bridge answers for known neighbours and does not flood. */
  neighSuppress?: number;
  /** 1 isolates the port from other isolated ports. */
  isolated?: number;
  /** Index of the port that takes over if this one loses carrier; 0 for none. */
  backupPort?: Ifindex;
  /** Name of the backup port. Read-only. */
  backupPortDev?: string;
  /** 1 if the MRP ring is open at this port. Read-only. */
  mrpRingOpen?: number;
  /** 1 if the MRP interconnection is open at this port. Read-only. */
  mrpInOpen?: number;
  /** Largest number of tracked multicast hosts; 0 for no limit. */
  mcastEhtHostsLimit?: number;
  /** Number of tracked multicast hosts. Read-only. */
  mcastEhtHostsCnt?: number;
  /** 1 accepts frames only from addresses in the forwarding table. */
  locked?: number;
  /** MAC authentication bypass: 1 adds unknown sources on a locked port to the forwarding table as locked entries. */
  mab?: number;
  /** Number of multicast groups. Read-only. */
  mcastNGroups?: number;
  /** Largest number of multicast groups; 0 for no limit. */
  mcastMaxGroups?: number;
  /** 1 lets each VLAN decide about `neighSuppress`. */
  neighVlanSuppress?: number;
  /** Id of the nexthop that takes over if the port loses carrier; 0 for none. */
  backupNhid?: number;
  /** 1 forwards gratuitous ARP and unsolicited neighbour advertisements despite `neighSuppress`. */
  neighForwardGrat?: number;
}

/** Wire form of {@linkcode BridgePort}: IFLA_BRPORT_*. */
export const BridgePort: Attributes<BridgePort> = attributes((): Shape<BridgePort> => ({
  state: [1, enumeration(u8, BR_STATE)],
  priority: [2, u16],
  cost: [3, u32],
  mode: [4, u8],
  guard: [5, u8],
  protect: [6, u8],
  fastLeave: [7, u8],
  learning: [8, u8],
  unicastFlood: [9, u8],
  proxyarp: [10, u8],
  learningSync: [11, u8],
  proxyarpWifi: [12, u8],
  rootId: [13, bridgeId, readOnly],
  bridgeId: [14, bridgeId, readOnly],
  designatedPort: [15, u16, readOnly],
  designatedCost: [16, u16, readOnly],
  id: [17, u16, readOnly],
  no: [18, u16, readOnly],
  topologyChangeAck: [19, u8, readOnly],
  configPending: [20, u8, readOnly],
  messageAgeTimer: [21, count64, readOnly],
  forwardDelayTimer: [22, count64, readOnly],
  holdTimer: [23, count64, readOnly],
  flush: [24, flag, "input"],
  multicastRouter: [25, u8],
  mcastFlood: [27, u8],
  mcastToUcast: [28, u8],
  vlanTunnel: [29, u8],
  bcastFlood: [30, u8],
  groupFwdMask: [31, u16],
  neighSuppress: [32, u8],
  isolated: [33, u8],
  backupPort: [34, ifindex],
  backupPortDev: interfaceNameOf("backupPort", readOnly),
  mrpRingOpen: [35, u8, readOnly],
  mrpInOpen: [36, u8, readOnly],
  mcastEhtHostsLimit: [37, u32],
  mcastEhtHostsCnt: [38, u32, readOnly],
  locked: [39, u8],
  mab: [40, u8],
  mcastNGroups: [41, u32, readOnly],
  mcastMaxGroups: [42, u32],
  neighVlanSuppress: [43, u8],
  backupNhid: [44, u32],
  neighForwardGrat: [45, u8],
}), { pad: 26 });

/** Numbers of {@linkcode MrpRingRoleName} by name. */
export const RING_ROLE = { disabled: 0, mrc: 1, mrm: 2, mra: 3 } as const;
/** Role of a bridge in an MRP ring: none, client (mrc), manager (mrm), or automanager (mra). */
export type MrpRingRoleName = keyof typeof RING_ROLE | number;
/** Numbers of {@linkcode MrpInRoleName} by name. */
export const IN_ROLE = { disabled: 0, mic: 1, mim: 2 } as const;
/** Role of a bridge in an MRP interconnection: none, client (mic), manager (mim). */
export type MrpInRoleName = keyof typeof IN_ROLE | number;
/** Numbers of {@linkcode MrpStateName} by name. */
export const RING_STATE = { open: 0, closed: 1 } as const;
/** State of an MRP ring or interconnection: open or closed. */
export type MrpStateName = keyof typeof RING_STATE | number;
/** Numbers of {@linkcode MrpPortStateName} by name. */
export const PORT_STATE = { disabled: 0, blocked: 1, forwarding: 2, not_connected: 3 } as const;
/** State of a port in an MRP ring. */
export type MrpPortStateName = keyof typeof PORT_STATE | number;
/** Numbers of {@linkcode MrpPortRoleName} by name. */
export const PORT_ROLE = { primary: 0, secondary: 1, inter: 2 } as const;
/** Role of a port in an MRP ring. */
export type MrpPortRoleName = keyof typeof PORT_ROLE | number;
/** Numbers of {@linkcode CfmCcmInterval} by name. */
export const CCM_INTERVAL = {
  none: 0,
  "3_3_ms": 1,
  "10_ms": 2,
  "100_ms": 3,
  "1_sec": 4,
  "10_sec": 5,
  "1_min": 6,
  "10_min": 7,
} as const;
/** Interval between continuity check messages. */
export type CfmCcmInterval = keyof typeof CCM_INTERVAL | number;
/** Numbers of {@linkcode CfmDomain} by name. */
export const CFM_DOMAIN = { port: 0, vlan: 1 } as const;
/** The object that a maintenance end point monitors: a port or a VLAN. */
export type CfmDomain = keyof typeof CFM_DOMAIN | number;
/** Numbers of {@linkcode CfmDirection} by name. */
export const CFM_DIRECTION = { down: 0, up: 1 } as const;
/** Direction of a maintenance end point: to the wire (down) or to the bridge (up). */
export type CfmDirection = keyof typeof CFM_DIRECTION | number;

/** An MRP ring to add to or remove from a bridge. */
export interface MrpInstance {
  /** Id of the ring. */
  ringId?: number;
  /** Index of the primary port. */
  pIfindex?: Ifindex;
  /** Index of the secondary port. */
  sIfindex?: Ifindex;
  /** Priority in the election of the manager, 0..65535; the lowest wins. */
  prio?: number;
}

/** Wire form of {@linkcode MrpInstance}: IFLA_BRIDGE_MRP_INSTANCE_*. */
export const MrpInstance: Attributes<MrpInstance> = attributes((): Shape<MrpInstance> => ({
  ringId: [1, u32],
  pIfindex: [2, ifindex],
  sIfindex: [3, ifindex],
  prio: [4, u16],
}));

/** MRP state of a port. */
export interface MrpPortState {
  /** The state. */
  state?: MrpPortStateName;
}

/** Wire form of {@linkcode MrpPortState}: IFLA_BRIDGE_MRP_PORT_STATE_*. */
export const MrpPortState: Attributes<MrpPortState> = attributes((): Shape<MrpPortState> => ({
  state: [1, enumeration(u32, PORT_STATE)],
}));

/** MRP role of a port. */
export interface MrpPortRole {
  /** The role. */
  role?: MrpPortRoleName;
}

/** Wire form of {@linkcode MrpPortRole}: IFLA_BRIDGE_MRP_PORT_ROLE_*. */
export const MrpPortRole: Attributes<MrpPortRole> = attributes((): Shape<MrpPortRole> => ({
  role: [1, enumeration(u32, PORT_ROLE)],
}));

/** State of an MRP ring. */
export interface MrpRingState {
  /** Id of the ring. */
  ringId?: number;
  /** The state: open or closed. */
  state?: MrpStateName;
}

/** Wire form of {@linkcode MrpRingState}: IFLA_BRIDGE_MRP_RING_STATE_*. */
export const MrpRingState: Attributes<MrpRingState> = attributes((): Shape<MrpRingState> => ({
  ringId: [1, u32],
  state: [2, enumeration(u32, RING_STATE)],
}));

/** Role of a bridge in an MRP ring. */
export interface MrpRingRole {
  /** Id of the ring. */
  ringId?: number;
  /** The role. */
  role?: MrpRingRoleName;
}

/** Wire form of {@linkcode MrpRingRole}: IFLA_BRIDGE_MRP_RING_ROLE_*. */
export const MrpRingRole: Attributes<MrpRingRole> = attributes((): Shape<MrpRingRole> => ({
  ringId: [1, u32],
  role: [2, enumeration(u32, RING_ROLE)],
}));

/** Parameters of a ring test: the manager sends test frames around the ring. */
export interface MrpStartTest {
  /** Id of the ring. */
  ringId?: number;
  /** Time between test frames in microseconds; 0 stops the test. */
  interval?: number;
  /** Number of missed test frames before the ring counts as open. */
  maxMiss?: number;
  /** Duration of the test in microseconds. */
  period?: number;
  /** 1 only monitors: it sends no test frames. */
  monitor?: number;
}

/** Wire form of {@linkcode MrpStartTest}: IFLA_BRIDGE_MRP_START_TEST_*. */
export const MrpStartTest: Attributes<MrpStartTest> = attributes((): Shape<MrpStartTest> => ({
  ringId: [1, u32],
  interval: [2, u32],
  maxMiss: [3, u32],
  period: [4, u32],
  monitor: [5, u32],
}));

/** Settings and state of an MRP ring. */
export interface MrpInfo {
  /** Id of the ring. */
  ringId?: number;
  /** Index of the primary port. */
  pIfindex?: Ifindex;
  /** Index of the secondary port. */
  sIfindex?: Ifindex;
  /** Priority in the election of the manager, 0..65535; the lowest wins. */
  prio?: number;
  /** State of the ring: open or closed. */
  ringState?: MrpStateName;
  /** Role in the ring. */
  ringRole?: MrpRingRoleName;
  /** Time between test frames in microseconds. */
  testInterval?: number;
  /** Number of missed test frames before the ring counts as open. */
  testMaxMiss?: number;
  /** 1 only monitors: it sends no test frames. */
  testMonitor?: number;
  /** Index of the interconnection port. */
  iIfindex?: Ifindex;
  /** State of the interconnection: open or closed. */
  inState?: MrpStateName;
  /** Role in the interconnection. */
  inRole?: MrpInRoleName;
  /** Time between test frames of the interconnection in microseconds. */
  inTestInterval?: number;
  /** Number of missed test frames before the interconnection counts as open. */
  inTestMaxMiss?: number;
}

/** Wire form of {@linkcode MrpInfo}: IFLA_BRIDGE_MRP_INFO_*. */
export const MrpInfo: Attributes<MrpInfo> = attributes((): Shape<MrpInfo> => ({
  ringId: [1, u32],
  pIfindex: [2, ifindex],
  sIfindex: [3, ifindex],
  prio: [4, u16],
  ringState: [5, enumeration(u32, RING_STATE)],
  ringRole: [6, enumeration(u32, RING_ROLE)],
  testInterval: [7, u32],
  testMaxMiss: [8, u32],
  testMonitor: [9, u32],
  iIfindex: [10, ifindex],
  inState: [11, enumeration(u32, RING_STATE)],
  inRole: [12, enumeration(u32, IN_ROLE)],
  inTestInterval: [13, u32],
  inTestMaxMiss: [14, u32],
}));

/** Role of a bridge in an MRP interconnection. */
export interface MrpInRole {
  /** Id of the ring. */
  ringId?: number;
  /** Id of the interconnection. */
  inId?: number;
  /** The role. */
  role?: MrpInRoleName;
  /** Index of the interconnection port. */
  iIfindex?: Ifindex;
}

/** Wire form of {@linkcode MrpInRole}: IFLA_BRIDGE_MRP_IN_ROLE_*. */
export const MrpInRole: Attributes<MrpInRole> = attributes((): Shape<MrpInRole> => ({
  ringId: [1, u32],
  inId: [2, u16],
  role: [3, enumeration(u32, IN_ROLE)],
  iIfindex: [4, ifindex],
}));

/** State of an MRP interconnection. */
export interface MrpInState {
  /** Id of the interconnection. */
  inId?: number;
  /** The state: open or closed. */
  state?: MrpStateName;
}

/** Wire form of {@linkcode MrpInState}: IFLA_BRIDGE_MRP_IN_STATE_*. */
export const MrpInState: Attributes<MrpInState> = attributes((): Shape<MrpInState> => ({
  inId: [1, u32],
  state: [2, enumeration(u32, RING_STATE)],
}));

/** Parameters of an interconnection test. */
export interface MrpStartInTest {
  /** Id of the interconnection. */
  inId?: number;
  /** Time between test frames in microseconds; 0 stops the test. */
  interval?: number;
  /** Number of missed test frames before the interconnection counts as open. */
  maxMiss?: number;
  /** Duration of the test in microseconds. */
  period?: number;
}

/** Wire form of {@linkcode MrpStartInTest}: IFLA_BRIDGE_MRP_START_IN_TEST_*. */
export const MrpStartInTest: Attributes<MrpStartInTest> = attributes((): Shape<MrpStartInTest> => ({
  inId: [1, u32],
  interval: [2, u32],
  maxMiss: [3, u32],
  period: [4, u32],
}));

/** MRP rings of a bridge: Media Redundancy Protocol (IEC 62439-2). */
export interface Mrp {
  /** Adds a ring, or removes it in a delete request. Input only. */
  instance?: MrpInstance;
  /** Sets the state of this port. Input only. */
  portState?: MrpPortState;
  /** Sets the role of this port. Input only. */
  portRole?: MrpPortRole;
  /** Sets the state of a ring. Input only. */
  ringState?: MrpRingState;
  /** Sets the role in a ring. Input only. */
  ringRole?: MrpRingRole;
  /** Starts or stops a test of a ring. Input only. */
  startTest?: MrpStartTest;
  /** All rings of the bridge. Read-only. */
  info?: readonly MrpInfo[];
  /** Sets the role in an interconnection. Input only. */
  inRole?: MrpInRole;
  /** Sets the state of an interconnection. Input only. */
  inState?: MrpInState;
  /** Starts or stops a test of an interconnection. Input only. */
  startInTest?: MrpStartInTest;
}

/** Wire form of {@linkcode Mrp}: IFLA_BRIDGE_MRP_*. */
export const Mrp: Attributes<Mrp> = attributes((): Shape<Mrp> => ({
  instance: [1, MrpInstance, "input"],
  portState: [2, MrpPortState, "input"],
  portRole: [3, MrpPortRole, "input"],
  ringState: [4, MrpRingState, "input"],
  ringRole: [5, MrpRingRole, "input"],
  startTest: [6, MrpStartTest, "input"],
  info: [7, repeated(7, MrpInfo), readOnly],
  inRole: [8, MrpInRole, "input"],
  inState: [9, MrpInState, "input"],
  startInTest: [10, MrpStartInTest, "input"],
}));

/** A maintenance end point (MEP, IEEE 802.1ag) to create. */
export interface CfmMepCreate {
  /** Number of the maintenance end point. */
  instance?: number;
  /** The monitored object: a port or a VLAN. */
  domain?: CfmDomain;
  /** Direction: to the wire (down) or to the bridge (up). */
  direction?: CfmDirection;
  /** Index of the port that it is on. */
  ifindex?: Ifindex;
}

/** Wire form of {@linkcode CfmMepCreate}: IFLA_BRIDGE_CFM_MEP_CREATE_*. */
export const CfmMepCreate: Attributes<CfmMepCreate> = attributes((): Shape<CfmMepCreate> => ({
  instance: [1, u32],
  domain: [2, enumeration(u32, CFM_DOMAIN)],
  direction: [3, enumeration(u32, CFM_DIRECTION)],
  ifindex: [4, ifindex],
}));

/** The maintenance end point to delete. */
export interface CfmMepDelete {
  /** Number of the maintenance end point. */
  instance?: number;
}

/** Wire form of {@linkcode CfmMepDelete}: IFLA_BRIDGE_CFM_MEP_DELETE_*. */
export const CfmMepDelete: Attributes<CfmMepDelete> = attributes((): Shape<CfmMepDelete> => ({
  instance: [1, u32],
}));

/** Identity of a maintenance end point. */
export interface CfmMepConfig {
  /** Number of the maintenance end point. */
  instance?: number;
  /** Unicast MAC address. */
  unicastMac?: string;
  /** Level of its maintenance domain, 0..7. */
  mdlevel?: number;
  /** MEP identifier, 0..8191. */
  mepid?: number;
}

/** Wire form of {@linkcode CfmMepConfig}: IFLA_BRIDGE_CFM_MEP_CONFIG_*. */
export const CfmMepConfig: Attributes<CfmMepConfig> = attributes((): Shape<CfmMepConfig> => ({
  instance: [1, u32],
  unicastMac: [2, mac],
  mdlevel: [3, u32],
  mepid: [4, u32],
}));

/** Parameters of a continuity check. */
export interface CfmCcConfig {
  /** Number of the maintenance end point. */
  instance?: number;
  /** 1 enables the check. */
  enable?: number;
  /** Expected interval between continuity check messages. */
  expInterval?: CfmCcmInterval;
  /** Expected maintenance association identifier: 96 hexadecimal digits. */
  expMaid?: string;
}

/** Wire form of {@linkcode CfmCcConfig}: IFLA_BRIDGE_CFM_CC_CONFIG_*. */
export const CfmCcConfig: Attributes<CfmCcConfig> = attributes((): Shape<CfmCcConfig> => ({
  instance: [1, u32],
  enable: [2, u32],
  expInterval: [3, enumeration(u32, CCM_INTERVAL)],
  expMaid: [4, hex(48)],
}));

/** A peer of a maintenance end point: the remote one that it monitors. */
export interface CfmCcPeerMep {
  /** Number of the own maintenance end point. */
  mepInstance?: number;
  /** MEP identifier of the peer, 0..8191. */
  mepid?: number;
}

/** Wire form of {@linkcode CfmCcPeerMep}: IFLA_BRIDGE_CFM_CC_PEER_*. */
export const CfmCcPeerMep: Attributes<CfmCcPeerMep> = attributes((): Shape<CfmCcPeerMep> => ({
  mepInstance: [1, u32],
  mepid: [2, u32],
}));

/** Remote defect indication (RDI) in the messages that an end point sends. */
export interface CfmCcRdi {
  /** Number of the maintenance end point. */
  instance?: number;
  /** 1 reports a defect to the peers. */
  rdi?: number;
}

/** Wire form of {@linkcode CfmCcRdi}: IFLA_BRIDGE_CFM_CC_RDI_*. */
export const CfmCcRdi: Attributes<CfmCcRdi> = attributes((): Shape<CfmCcRdi> => ({
  instance: [1, u32],
  rdi: [2, u32],
}));

/** Parameters of the continuity check messages (CCM) that an end point sends. */
export interface CfmCcCcmTx {
  /** Number of the maintenance end point. */
  instance?: number;
  /** Destination MAC address. */
  dmac?: string;
  /** 1 increments the sequence number with each message. */
  seqNoUpdate?: number;
  /** Seconds for which messages are sent; 0 stops. */
  period?: number;
  /** 1 adds the interface status TLV. */
  ifTlv?: number;
  /** Value of the interface status TLV. */
  ifTlvValue?: number;
  /** 1 adds the port status TLV. */
  portTlv?: number;
  /** Value of the port status TLV. */
  portTlvValue?: number;
}

/** Wire form of {@linkcode CfmCcCcmTx}: IFLA_BRIDGE_CFM_CC_CCM_TX_*. */
export const CfmCcCcmTx: Attributes<CfmCcCcmTx> = attributes((): Shape<CfmCcCcmTx> => ({
  instance: [1, u32],
  dmac: [2, mac],
  seqNoUpdate: [3, u32],
  period: [4, u32],
  ifTlv: [5, u32],
  ifTlvValue: [6, u8],
  portTlv: [7, u32],
  portTlvValue: [8, u8],
}));

/** Status of a maintenance end point. A field is 1 if the event occurred. */
export interface CfmMepStatus {
  /** Number of the maintenance end point. */
  instance?: number;
  /** A message with an unexpected opcode was received. */
  opcodeUnexpSeen?: number;
  /** A message with an unexpected version was received. */
  versionUnexpSeen?: number;
  /** A message of a level too low was received. */
  rxLevelLowSeen?: number;
}

/** Wire form of {@linkcode CfmMepStatus}: IFLA_BRIDGE_CFM_MEP_STATUS_*. */
export const CfmMepStatus: Attributes<CfmMepStatus> = attributes((): Shape<CfmMepStatus> => ({
  instance: [1, u32],
  opcodeUnexpSeen: [2, u32],
  versionUnexpSeen: [3, u32],
  rxLevelLowSeen: [4, u32],
}));

/** Status of a peer of a maintenance end point. */
export interface CfmCcPeerStatus {
  /** Number of the own maintenance end point. */
  instance?: number;
  /** MEP identifier of the peer. */
  peerMepid?: number;
  /** 1: no continuity check messages arrive. */
  ccmDefect?: number;
  /** 1: the peer reports a defect. */
  rdi?: number;
  /** Value of the port status TLV that was received last. */
  portTlvValue?: number;
  /** Value of the interface status TLV that was received last. */
  ifTlvValue?: number;
  /** 1: a continuity check message was received. */
  seen?: number;
  /** 1: a status TLV was received. */
  tlvSeen?: number;
  /** 1: a message had an unexpected sequence number. */
  seqUnexpSeen?: number;
}

/** Wire form of {@linkcode CfmCcPeerStatus}: IFLA_BRIDGE_CFM_CC_PEER_STATUS_*. */
export const CfmCcPeerStatus: Attributes<CfmCcPeerStatus> = attributes((): Shape<CfmCcPeerStatus> => ({
  instance: [1, u32],
  peerMepid: [2, u32],
  ccmDefect: [3, u32],
  rdi: [4, u32],
  portTlvValue: [5, u8],
  ifTlvValue: [6, u8],
  seen: [7, u32],
  tlvSeen: [8, u32],
  seqUnexpSeen: [9, u32],
}));

/** Connectivity fault management (CFM, IEEE 802.1Q clause 18): maintenance end points of a bridge. */
export interface Cfm {
  /** Creates an end point. Input only. */
  mepCreate?: CfmMepCreate;
  /** Deletes an end point. Input only. */
  mepDelete?: CfmMepDelete;
  /** Sets the identity of an end point. Input only. */
  mepConfig?: CfmMepConfig;
  /** Sets the parameters of the continuity check. Input only. */
  ccConfig?: CfmCcConfig;
  /** Adds a peer. Input only. */
  ccPeerMepAdd?: CfmCcPeerMep;
  /** Removes a peer. Input only. */
  ccPeerMepRemove?: CfmCcPeerMep;
  /** Sets the remote defect indication. Input only. */
  ccRdi?: CfmCcRdi;
  /** Starts or stops continuity check messages. Input only. */
  ccCcmTx?: CfmCcCcmTx;
  /** All end points. Read-only. */
  mepCreateInfo?: readonly CfmMepCreate[];
  /** Identity of each end point. Read-only. */
  mepConfigInfo?: readonly CfmMepConfig[];
  /** Continuity check of each end point. Read-only. */
  ccConfigInfo?: readonly CfmCcConfig[];
  /** Remote defect indication of each end point. Read-only. */
  ccRdiInfo?: readonly CfmCcRdi[];
  /** Continuity check messages that each end point sends. Read-only. */
  ccCcmTxInfo?: readonly CfmCcCcmTx[];
  /** All peers. Read-only. */
  ccPeerMepInfo?: readonly CfmCcPeerMep[];
  /** Status of each end point. Read-only. */
  mepStatusInfo?: readonly CfmMepStatus[];
  /** Status of each peer. Read-only. */
  ccPeerStatusInfo?: readonly CfmCcPeerStatus[];
}

/** Wire form of {@linkcode Cfm}: IFLA_BRIDGE_CFM_*. */
export const Cfm: Attributes<Cfm> = attributes((): Shape<Cfm> => ({
  mepCreate: [1, CfmMepCreate, "input"],
  mepDelete: [2, CfmMepDelete, "input"],
  mepConfig: [3, CfmMepConfig, "input"],
  ccConfig: [4, CfmCcConfig, "input"],
  ccPeerMepAdd: [5, CfmCcPeerMep, "input"],
  ccPeerMepRemove: [6, CfmCcPeerMep, "input"],
  ccRdi: [7, CfmCcRdi, "input"],
  ccCcmTx: [8, CfmCcCcmTx, "input"],
  mepCreateInfo: [9, repeated(9, CfmMepCreate), readOnly],
  mepConfigInfo: [10, repeated(10, CfmMepConfig), readOnly],
  ccConfigInfo: [11, repeated(11, CfmCcConfig), readOnly],
  ccRdiInfo: [12, repeated(12, CfmCcRdi), readOnly],
  ccCcmTxInfo: [13, repeated(13, CfmCcCcmTx), readOnly],
  ccPeerMepInfo: [14, repeated(14, CfmCcPeerMep), readOnly],
  mepStatusInfo: [15, repeated(15, CfmMepStatus), readOnly],
  ccPeerStatusInfo: [16, repeated(16, CfmCcPeerStatus), readOnly],
}));

/** State of a port in one spanning tree instance (MST), a group of VLANs. */
export interface MstEntry {
  /** Number of the spanning tree instance, 1..4094. */
  msti?: number;
  /** STP state of the port in this instance. */
  state?: keyof typeof BR_STATE | number;
}

/** Wire form of {@linkcode MstEntry}: IFLA_BRIDGE_MST_ENTRY_*. */
export const MstEntry: Attributes<MstEntry> = attributes((): Shape<MstEntry> => ({
  msti: [1, u16],
  state: [2, enumeration(u8, BR_STATE)],
}));

/** States of a port in all its spanning tree instances. */
export interface Mst {
  /** One entry per instance. */
  entry?: readonly MstEntry[];
}

/** Wire form of {@linkcode Mst}: IFLA_BRIDGE_MST_*. */
export const Mst: Attributes<Mst> = attributes((): Shape<Mst> => ({ entry: [1, repeated(1, MstEntry)] }));

/** Numbers of {@linkcode BridgeVlanFlag} by name. */
export const VLAN_INFO = {
  master: 1,
  pvid: 2,
  untagged: 4,
  range_begin: 8,
  range_end: 16,
  brentry: 32,
  only_opts: 64,
} as const;
/** A flag of a VLAN on a port. */
export type BridgeVlanFlag = keyof typeof VLAN_INFO;

/** A VLAN on a port, or the first or last VLAN of a range. */
export interface BridgeVlanInfo {
  /** Flags of the VLAN. */
  flags?: readonly (BridgeVlanFlag | number)[];
  /** VLAN id, 1..4094. */
  vid?: number;
}

/** A mapping from a VLAN to a tunnel id on a port, or the first or last one of a range. */
export interface BridgeVlanTunnelInfo {
  /** Tunnel id, 0..16777215. */
  id?: number;
  /** VLAN id, 1..4094. */
  vid?: number;
  /** `range_begin` or `range_end`. */
  flags?: readonly (BridgeVlanFlag | number)[];
}

/** Wire form of {@linkcode BridgeVlanTunnelInfo}: IFLA_BRIDGE_VLAN_TUNNEL_*. */
export const BridgeVlanTunnelInfo: Attributes<BridgeVlanTunnelInfo> = attributes((): Shape<BridgeVlanTunnelInfo> => ({
  id: [1, u32],
  vid: [2, u16],
  flags: [3, mask(u16, VLAN_INFO)],
}));

/** Numbers of {@linkcode BridgeFlag} by name. */
export const BRIDGE_FLAGS = { master: 1, self: 2 } as const;
/** Target of a request: the bridge above the port (master), or the port's own hardware (self). */
export type BridgeFlag = keyof typeof BRIDGE_FLAGS;
/** Numbers of {@linkcode BridgeMode} by name. */
export const BRIDGE_MODE = { veb: 0, vepa: 1, undef: 65535 } as const;
/** Switching of frames between the functions of a network card: in the card (veb) or by the external switch (vepa). */
export type BridgeMode = keyof typeof BRIDGE_MODE | number;

/** Settings and state of a bridge or of a port, in messages of AF_BRIDGE. */
export interface BridgeAf {
  /** Target of the request. */
  flags?: readonly (BridgeFlag | number)[];
  /** Switching mode of the hardware. */
  mode?: BridgeMode;
  /** VLANs on the port or bridge. */
  vlanInfo?: readonly BridgeVlanInfo[];
  /** Mappings from VLANs to tunnel ids. */
  vlanTunnelInfo?: readonly BridgeVlanTunnelInfo[];
  /** MRP rings of the bridge. */
  mrp?: Mrp;
  /** CFM maintenance end points of the bridge. */
  cfm?: Cfm;
  /** States of the port in spanning tree instances. */
  mst?: Mst;
}

/** Wire form of {@linkcode BridgeAf}: IFLA_BRIDGE_*. */
export const BridgeAf: Attributes<BridgeAf> = attributes((): Shape<BridgeAf> => ({
  flags: [0, mask(u16, BRIDGE_FLAGS)],
  mode: [1, enumeration(u16, BRIDGE_MODE)],
  vlanInfo: [2, repeated(2, struct<BridgeVlanInfo>(4, { flags: [0, mask(u16, VLAN_INFO)], vid: [2, u16] }))],
  vlanTunnelInfo: [3, repeated(3, BridgeVlanTunnelInfo)],
  mrp: [4, Mrp],
  cfm: [5, Cfm],
  mst: [6, Mst],
}));
