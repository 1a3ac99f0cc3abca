/**
 * Bonds and their ports.
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
/** How a bond uses its ports. */
export type BondMode = keyof typeof BOND_MODE | number;
/** Numbers of {@linkcode BondXmitHashPolicy} by name. */
export const XMIT_POLICY = { layer2: 0, layer34: 1, layer23: 2, encap23: 3, encap34: 4, vlan_srcmac: 5 } as const;
/** What a port is chosen by. */
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
/** On which ports ARP answers are looked at, and whether other packets count. */
export type BondArpValidate = keyof typeof ARP_VALIDATE | number;
/** Numbers of {@linkcode BondArpAllTargets} by name. */
export const ARP_ALL_TARGETS = { any: 0, all: 1 } as const;
/** How many targets must answer. */
export type BondArpAllTargets = keyof typeof ARP_ALL_TARGETS | number;
/** Numbers of {@linkcode BondPrimaryReselect} by name. */
export const PRIMARY_RESELECT = { always: 0, better: 1, failure: 2 } as const;
/** When the primary port takes over again. */
export type BondPrimaryReselect = keyof typeof PRIMARY_RESELECT | number;
/** Numbers of {@linkcode BondFailOverMac} by name. */
export const FAIL_OVER_MAC = { none: 0, active: 1, follow: 2 } as const;
/** Whose MAC address the ports have. */
export type BondFailOverMac = keyof typeof FAIL_OVER_MAC | number;
/** Numbers of {@linkcode BondLacpRate} by name. */
export const LACP_RATE = { slow: 0, fast: 1 } as const;
/** How often partners send: every 30 seconds or every second. */
export type BondLacpRate = keyof typeof LACP_RATE | number;
/** Numbers of {@linkcode BondAdSelect} by name. */
export const AD_SELECT = { stable: 0, bandwidth: 1, count: 2, actor_port_prio: 3 } as const;
/** Which aggregator is used. */
export type BondAdSelect = keyof typeof AD_SELECT | number;

/** The aggregator that a bond uses. */
export interface BondAdInfo {
  /** Its number. */
  aggregator?: number;
  /** Ports in it. */
  numPorts?: number;
  /** Own key. */
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
 * A bond. Times are in milliseconds, switches 0 or 1.
 *
 * Kernels show settings that do not count in the bond's mode and refuse them there; with `mode` beside them they are not
 * sent while they have the value that the kernel begins with.
 */
export interface Bond {
  /** How it uses its ports. */
  mode?: BondMode;
  /** Index of the port in use; to be set once it is one, so not sent beside `mode`. */
  activeSlave?: Ifindex;
  /** Its name. Read-only. */
  activeSlaveDev?: string;
  /** Time between looks at the ports' carriers; 0 is none. */
  miimon?: number;
  /** Time until a port with carrier is used; a multiple of `miimon`. */
  updelay?: number;
  /** Time until a port without carrier is given up; a multiple of `miimon`. */
  downdelay?: number;
  /** Kept for old programs; always 1. */
  useCarrier?: number;
  /** Time between ARP requests; 0 is none. */
  arpInterval?: number;
  /** IPv4 addresses that are asked for, at most 16. */
  arpIpTarget?: readonly string[];
  /** On which ports answers are looked at. */
  arpValidate?: BondArpValidate;
  /** How many targets must answer. */
  arpAllTargets?: BondArpAllTargets;
  /** Index of the port that is used whenever it can be; 0 is none. */
  primary?: Ifindex;
  /** Its name. Read-only. */
  primaryDev?: string;
  /** When it takes over again. */
  primaryReselect?: BondPrimaryReselect;
  /** Whose MAC address the ports have. */
  failOverMac?: BondFailOverMac;
  /** What a port is chosen by. */
  xmitHashPolicy?: BondXmitHashPolicy;
  /** IGMP reports after another port takes over, 0..255. */
  resendIgmp?: number;
  /** Gratuitous ARPs and advertisements after another port takes over, 0..255. */
  numPeerNotif?: number;
  /** Whether packets on inactive ports are let in. */
  allSlavesActive?: number;
  /** Least ports with carrier for the bond to have it. */
  minLinks?: number;
  /** Seconds between learning packets, 1 or more. */
  lpInterval?: number;
  /** Packets before the next port, 0 is random. Mode roundrobin. */
  packetsPerSlave?: number;
  /** How often partners send. Mode 8023ad. */
  adLacpRate?: BondLacpRate;
  /** Which aggregator is used. */
  adSelect?: BondAdSelect;
  /** The aggregator in use. Read-only. */
  adInfo?: BondAdInfo;
  /** Own priority, 1..65535. Mode 8023ad. */
  adActorSysPrio?: number;
  /** Upper bits of the ports' keys, 0..1023. Mode 8023ad. */
  adUserPortKey?: number;
  /** Own MAC address for partners. Mode 8023ad. */
  adActorSystem?: string;
  /** Whether flows move with load. Modes tlb and alb. */
  tlbDynamicLb?: number;
  /** Time between gratuitous ARPs; a multiple of `miimon`. */
  peerNotifDelay?: number;
  /** Whether it begins to talk to partners. Mode 8023ad. */
  adLacpActive?: number;
  /** Answers missed until a port is given up, 1..255. */
  missedMax?: number;
  /** IPv6 addresses that are asked for, at most 16. */
  nsIp6Target?: readonly string[];
  /** Whether ports collect and distribute at once. Mode 8023ad. */
  coupledControl?: number;
  /** Whether ARP and neighbour discovery go out on all ports. Mode 8023ad. */
  broadcastNeigh?: number;
  /** Whether ports without a partner carry nothing. Mode 8023ad. */
  lacpStrict?: number;
}

/** A setting that kernels refuse outside of `modes`: with another mode beside it, what it begins with is not sent. */
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

/** A delay, which kernels refuse without `miimon`, even 0. */
const delay: Codec<number> = {
  ...u32,
  encode: (value, to, owner) =>
    value === 0 && (owner as Bond).miimon === 0 ? HEADER_ONLY : u32.encode(value, to, owner),
};

/** Modes that watch ports by ARP. */
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
/** Whether a port of a bond is in use. */
export type BondPortState = keyof typeof BOND_STATE | number;
/** Numbers of {@linkcode BondPortLink} by name. */
export const BOND_LINK = { up: 0, fail: 1, down: 2, back: 3 } as const;
/** Whether a port has carrier; `fail` and `back` while a delay runs. */
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
/** A state of LACP. */
export type BondLacpState = keyof typeof LACP_STATE;

/** A port of a bond. */
export interface BondPort {
  /** Whether it is in use. Read-only. */
  state?: BondPortState;
  /** Whether it has carrier. Read-only. */
  miiStatus?: BondPortLink;
  /** How often it failed. Read-only. */
  linkFailureCount?: number;
  /** Its own MAC address. Read-only. */
  permHwaddr?: string;
  /** Queue of the bond that it has for itself; 0 is none. */
  queueId?: number;
  /** Its aggregator. Read-only. */
  adAggregatorId?: number;
  /** Own state of LACP. Read-only. */
  adActorOperPortState?: readonly (BondLacpState | number)[];
  /** The partner's state of LACP. Read-only. */
  adPartnerOperPortState?: readonly (BondLacpState | number)[];
  /** Priority to be used, larger first. */
  prio?: number;
  /** Priority of the port for partners, 0..65535. */
  actorPortPrio?: number;
  /** State of the watch on churn, own side. Read-only. */
  adChurnActorState?: number;
  /** State of the watch on churn, partner's side. Read-only. */
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
