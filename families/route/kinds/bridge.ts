/**
 * Bridges and their ports; see `bridge_af.ts` for what they say in messages of AF_BRIDGE.
 *
 * Times are in hundredths of a second, as the kernel has them here.
 *
 * Source: linux/if_link.h IFLA_BR_*, IFLA_BRPORT_*, linux/if_bridge.h BR_*, v7.2
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
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4,
  ipv6,
  mac,
  mask,
  readOnly,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { VLAN_PROTOCOL, type VlanProtocol } from "./shared.ts";

/** What tells bridges apart in the spanning tree: the lower, the more likely the root. */
export interface BridgeId {
  /** Priority 0..65535; the kernel sets it in steps of 4096. */
  prio?: number;
  /** MAC address. */
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
/** A switch of a bridge among {@linkcode BridgeBoolopt}. */
export type BridgeOption = keyof typeof BR_BOOLOPT;

/** Switches of a bridge, with those that are meant. */
export interface BridgeBoolopt {
  /** Those that are on. */
  optval?: readonly (BridgeOption | number)[];
  /** Those that are shown, or to be changed. */
  optmask?: readonly (BridgeOption | number)[];
}

/** Who asks for multicast members, as the bridge sees it. */
export interface BridgeQuerier {
  /** IPv4 address of the querier. */
  ipAddress?: string;
  /** Index of the port it is behind. */
  ipPort?: number;
  /** Hundredths of a second until it counts as gone. */
  ipOtherTimer?: number;
  /** IPv6 address of the querier. */
  ipv6Address?: string;
  /** Index of the port it is behind. */
  ipv6Port?: number;
  /** Hundredths of a second until it counts as gone. */
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
/** Who runs the spanning tree. */
export type BridgeStpMode = keyof typeof BR_STP_MODE | number;

/** A bridge. Switches are 0 or 1, times hundredths of a second. */
export interface Bridge {
  /** Time in each of listening and learning, 200..3000. */
  forwardDelay?: number;
  /** Time between hello packets of the root, 100..1000. */
  helloTime?: number;
  /** How long the word of another bridge counts, 600..4000. */
  maxAge?: number;
  /** How long an address is remembered; 0 remembers none. */
  ageingTime?: number;
  /** Spanning tree: 0 off, 1 the kernel's, 2 a daemon's. */
  stpState?: number;
  /** Priority of this bridge to become root, 0..65535. */
  priority?: number;
  /** Whether VLANs are kept apart. */
  vlanFiltering?: number;
  /** Protocol of the VLAN tags. */
  vlanProtocol?: VlanProtocol;
  /** Bit n forwards frames to 01:80:c2:00:00:0n. */
  groupFwdMask?: number;
  /** The root of the tree. Read-only. */
  rootId?: BridgeId;
  /** This bridge in the tree. Read-only. */
  bridgeId?: BridgeId;
  /** Number of the port towards the root. Read-only. */
  rootPort?: number;
  /** Cost of the way to the root. Read-only. */
  rootPathCost?: number;
  /** Whether the tree is changing. Read-only. */
  topologyChange?: number;
  /** Whether this bridge saw the change. Read-only. */
  topologyChangeDetected?: number;
  /** Until the next hello. Read-only. */
  helloTimer?: number;
  /** Until the next topology change notification. Read-only. */
  tcnTimer?: number;
  /** Until the topology counts as stable. Read-only. */
  topologyChangeTimer?: number;
  /** Until addresses are looked through again. Read-only. */
  gcTimer?: number;
  /** Where STP packets go, 01:80:c2:00:00:0X. */
  groupAddr?: string;
  /** Forgets all addresses when given. */
  fdbFlush?: true;
  /** Multicast router on the bridge itself: 0 never, 1 as seen, 2 always. */
  mcastRouter?: number;
  /** Whether multicast goes only where it is wanted. */
  mcastSnooping?: number;
  /** Whether queries carry the bridge's own address. */
  mcastQueryUseIfaddr?: number;
  /** Whether the bridge asks for members itself. */
  mcastQuerier?: number;
  /** Kept for old programs; without effect. */
  mcastHashElasticity?: number;
  /** Most multicast groups, a power of two. */
  mcastHashMax?: number;
  /** Queries before the last member counts as gone. */
  mcastLastMemberCnt?: number;
  /** Queries at the start. */
  mcastStartupQueryCnt?: number;
  /** Time between queries after a leave. */
  mcastLastMemberIntvl?: number;
  /** How long a member counts without a report. */
  mcastMembershipIntvl?: number;
  /** How long another querier counts. */
  mcastQuerierIntvl?: number;
  /** Time between queries. */
  mcastQueryIntvl?: number;
  /** Most time for a report. */
  mcastQueryResponseIntvl?: number;
  /** Time between queries at the start. */
  mcastStartupQueryIntvl?: number;
  /** Whether iptables sees bridged IPv4. */
  nfCallIptables?: number;
  /** Whether ip6tables sees bridged IPv6. */
  nfCallIp6tables?: number;
  /** Whether arptables sees bridged ARP. */
  nfCallArptables?: number;
  /** VLAN of untagged frames on new ports, 0..4094; 0 is none. */
  vlanDefaultPvid?: number;
  /** Whether VLANs are counted. */
  vlanStatsEnabled?: number;
  /** Whether multicast is counted. */
  mcastStatsEnabled?: number;
  /** IGMP version 2 or 3. */
  mcastIgmpVersion?: number;
  /** MLD version 1 or 2. */
  mcastMldVersion?: number;
  /** Whether VLANs are counted on each port; only while the bridge has none. */
  vlanStatsPerPort?: number;
  /** Further switches. */
  multiBoolopt?: BridgeBoolopt;
  /** Who asks for members. Read-only. */
  mcastQuerierState?: BridgeQuerier;
  /** Addresses learned. Read-only. */
  fdbNLearned?: number;
  /** Most addresses learned; 0 is no limit. */
  fdbMaxLearned?: number;
  /** Who runs the spanning tree; only while it is off. */
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
/** What a port does with frames, as the spanning tree decides. */
export type BridgePortState = keyof typeof BR_STATE | number;

/** A port of a bridge. Switches are 0 or 1, times hundredths of a second. */
export interface BridgePort {
  /** What it does with frames; settable while the kernel's spanning tree is off. */
  state?: BridgePortState;
  /** Priority 0..63. */
  priority?: number;
  /** Cost of the way through this port, 1..65535. */
  cost?: number;
  /** Hairpin: frames may leave where they came in. */
  mode?: number;
  /** Shuts the port for STP packets. */
  guard?: number;
  /** Never the way to the root. */
  protect?: number;
  /** Forgets a group with the first leave. */
  fastLeave?: number;
  /** Learns addresses. */
  learning?: number;
  /** Floods frames for unknown addresses. */
  unicastFlood?: number;
  /** Answers ARP for hosts that are known. */
  proxyarp?: number;
  /** Tells hardware of what was learned. */
  learningSync?: number;
  /** Answers ARP as IEEE 802.11 asks. */
  proxyarpWifi?: number;
  /** The root, as the port heard. Read-only. */
  rootId?: BridgeId;
  /** The bridge in charge of the wire. Read-only. */
  bridgeId?: BridgeId;
  /** The port in charge of the wire. Read-only. */
  designatedPort?: number;
  /** Cost of its way to the root. Read-only. */
  designatedCost?: number;
  /** Priority and number as the tree has them. Read-only. */
  id?: number;
  /** Number. Read-only. */
  no?: number;
  /** Whether a topology change is to be acknowledged. Read-only. */
  topologyChangeAck?: number;
  /** Whether a configuration waits to be sent. Read-only. */
  configPending?: number;
  /** Until what was heard is too old. Read-only. */
  messageAgeTimer?: number;
  /** Until the next state. Read-only. */
  forwardDelayTimer?: number;
  /** Until the next packet may go. Read-only. */
  holdTimer?: number;
  /** Forgets the addresses of this port when given. */
  flush?: true;
  /** Multicast router: 0 never, 1 as seen, 2 always, 3 for a while. */
  multicastRouter?: number;
  /** Floods multicast without members. */
  mcastFlood?: number;
  /** Sends multicast to each member by itself. */
  mcastToUcast?: number;
  /** Maps VLANs to tunnels. */
  vlanTunnel?: number;
  /** Floods broadcast. */
  bcastFlood?: number;
  /** Bit n forwards frames to 01:80:c2:00:00:0n. */
  groupFwdMask?: number;
  /** Answers for neighbours that are known instead of flooding. */
  neighSuppress?: number;
  /** Cannot talk to other isolated ports. */
  isolated?: number;
  /** Index of the port that takes over without carrier; 0 is none. */
  backupPort?: Ifindex;
  /** Its name. Read-only. */
  backupPortDev?: string;
  /** Whether the MRP ring is open here. Read-only. */
  mrpRingOpen?: number;
  /** Whether the MRP interconnection is open here. Read-only. */
  mrpInOpen?: number;
  /** Most tracked hosts; 0 is no limit. */
  mcastEhtHostsLimit?: number;
  /** Tracked hosts. Read-only. */
  mcastEhtHostsCnt?: number;
  /** Lets in only who is in the forwarding table. */
  locked?: number;
  /** Adds who tried a locked port to the table, locked. */
  mab?: number;
  /** Multicast groups. Read-only. */
  mcastNGroups?: number;
  /** Most multicast groups; 0 is no limit. */
  mcastMaxGroups?: number;
  /** Decides `neighSuppress` for each VLAN. */
  neighVlanSuppress?: number;
  /** Nexthop that takes over without carrier; 0 is none. */
  backupNhid?: number;
  /** Forwards gratuitous ARP and unsolicited advertisements though suppressed. */
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
