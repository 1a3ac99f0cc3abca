/**
 * Bridges and their ports; `bridge_af.ts` has their settings in messages of AF_BRIDGE.
 *
 * Times are in hundredths of a second, as in the kernel's attributes.
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
