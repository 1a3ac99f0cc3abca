/**
 * Bonds and their ports: kind `bond`.
 *
 * Source: linux/if_link.h IFLA_BOND_*, linux/if_bonding.h, Documentation/networking/bonding.rst, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  hardwareAddress,
  HEADER_ONLY,
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
  type Shape,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";

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
