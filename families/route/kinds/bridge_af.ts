/**
 * What bridges say of themselves and their ports in messages of AF_BRIDGE: VLANs, MRP, CFM, MST.
 *
 * Source: linux/if_bridge.h IFLA_BRIDGE_*, linux/mrp_bridge.h, linux/cfm_bridge.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  enumeration,
  hex,
  type Ifindex,
  ifindex,
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
import { BR_STATE } from "./bridge.ts";

/** Numbers of {@linkcode MrpRingRoleName} by name. */
export const RING_ROLE = { disabled: 0, mrc: 1, mrm: 2, mra: 3 } as const;
/** Part in an MRP ring: none, client, manager, or either. */
export type MrpRingRoleName = keyof typeof RING_ROLE | number;
/** Numbers of {@linkcode MrpInRoleName} by name. */
export const IN_ROLE = { disabled: 0, mic: 1, mim: 2 } as const;
/** Part in an MRP interconnection: none, client, manager. */
export type MrpInRoleName = keyof typeof IN_ROLE | number;
/** Numbers of {@linkcode MrpStateName} by name. */
export const RING_STATE = { open: 0, closed: 1 } as const;
/** Whether a ring is open somewhere. */
export type MrpStateName = keyof typeof RING_STATE | number;
/** Numbers of {@linkcode MrpPortStateName} by name. */
export const PORT_STATE = { disabled: 0, blocked: 1, forwarding: 2, not_connected: 3 } as const;
/** What a port in a ring does. */
export type MrpPortStateName = keyof typeof PORT_STATE | number;
/** Numbers of {@linkcode MrpPortRoleName} by name. */
export const PORT_ROLE = { primary: 0, secondary: 1, inter: 2 } as const;
/** Which port of a ring. */
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
/** Time between continuity checks. */
export type CfmCcmInterval = keyof typeof CCM_INTERVAL | number;
/** Numbers of {@linkcode CfmDomain} by name. */
export const CFM_DOMAIN = { port: 0, vlan: 1 } as const;
/** What is watched. */
export type CfmDomain = keyof typeof CFM_DOMAIN | number;
/** Numbers of {@linkcode CfmDirection} by name. */
export const CFM_DIRECTION = { down: 0, up: 1 } as const;
/** To the wire (down) or to the bridge (up). */
export type CfmDirection = keyof typeof CFM_DIRECTION | number;

/** An MRP ring of a bridge. */
export interface MrpInstance {
  /** Number of the ring. */
  ringId?: number;
  /** Index of the primary port. */
  pIfindex?: Ifindex;
  /** Index of the secondary port. */
  sIfindex?: Ifindex;
  /** Priority to become manager, 0..65535. */
  prio?: number;
}

/** Wire form of {@linkcode MrpInstance}: IFLA_BRIDGE_MRP_INSTANCE_*. */
export const MrpInstance: Attributes<MrpInstance> = attributes((): Shape<MrpInstance> => ({
  ringId: [1, u32],
  pIfindex: [2, ifindex],
  sIfindex: [3, ifindex],
  prio: [4, u16],
}));

/** State of a port. */
export interface MrpPortState {
  /** What it does. */
  state?: MrpPortStateName;
}

/** Wire form of {@linkcode MrpPortState}: IFLA_BRIDGE_MRP_PORT_STATE_*. */
export const MrpPortState: Attributes<MrpPortState> = attributes((): Shape<MrpPortState> => ({
  state: [1, enumeration(u32, PORT_STATE)],
}));

/** Part of a port. */
export interface MrpPortRole {
  /** Which port it is. */
  role?: MrpPortRoleName;
}

/** Wire form of {@linkcode MrpPortRole}: IFLA_BRIDGE_MRP_PORT_ROLE_*. */
export const MrpPortRole: Attributes<MrpPortRole> = attributes((): Shape<MrpPortRole> => ({
  role: [1, enumeration(u32, PORT_ROLE)],
}));

/** State of a ring. */
export interface MrpRingState {
  /** Number of the ring. */
  ringId?: number;
  /** Whether it is open. */
  state?: MrpStateName;
}

/** Wire form of {@linkcode MrpRingState}: IFLA_BRIDGE_MRP_RING_STATE_*. */
export const MrpRingState: Attributes<MrpRingState> = attributes((): Shape<MrpRingState> => ({
  ringId: [1, u32],
  state: [2, enumeration(u32, RING_STATE)],
}));

/** Part in a ring. */
export interface MrpRingRole {
  /** Number of the ring. */
  ringId?: number;
  /** The part. */
  role?: MrpRingRoleName;
}

/** Wire form of {@linkcode MrpRingRole}: IFLA_BRIDGE_MRP_RING_ROLE_*. */
export const MrpRingRole: Attributes<MrpRingRole> = attributes((): Shape<MrpRingRole> => ({
  ringId: [1, u32],
  role: [2, enumeration(u32, RING_ROLE)],
}));

/** How a ring is tested. */
export interface MrpStartTest {
  /** Number of the ring. */
  ringId?: number;
  /** Microseconds between tests; 0 stops. */
  interval?: number;
  /** Tests missed until the ring counts as open. */
  maxMiss?: number;
  /** Microseconds that tests are sent for. */
  period?: number;
  /** 1 watches only. */
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

/** A ring as it is. */
export interface MrpInfo {
  /** Number of the ring. */
  ringId?: number;
  /** Index of the primary port. */
  pIfindex?: Ifindex;
  /** Index of the secondary port. */
  sIfindex?: Ifindex;
  /** Priority to become manager. */
  prio?: number;
  /** Whether it is open. */
  ringState?: MrpStateName;
  /** The part in it. */
  ringRole?: MrpRingRoleName;
  /** Microseconds between tests. */
  testInterval?: number;
  /** Tests missed until it counts as open. */
  testMaxMiss?: number;
  /** 1 watches only. */
  testMonitor?: number;
  /** Index of the interconnection port. */
  iIfindex?: Ifindex;
  /** Whether the interconnection is open. */
  inState?: MrpStateName;
  /** The part in the interconnection. */
  inRole?: MrpInRoleName;
  /** Microseconds between tests of the interconnection. */
  inTestInterval?: number;
  /** Tests missed until it counts as open. */
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

/** Part in an interconnection. */
export interface MrpInRole {
  /** Number of the ring. */
  ringId?: number;
  /** Number of the interconnection. */
  inId?: number;
  /** The part. */
  role?: MrpInRoleName;
  /** Index of the port. */
  iIfindex?: Ifindex;
}

/** Wire form of {@linkcode MrpInRole}: IFLA_BRIDGE_MRP_IN_ROLE_*. */
export const MrpInRole: Attributes<MrpInRole> = attributes((): Shape<MrpInRole> => ({
  ringId: [1, u32],
  inId: [2, u16],
  role: [3, enumeration(u32, IN_ROLE)],
  iIfindex: [4, ifindex],
}));

/** State of an interconnection. */
export interface MrpInState {
  /** Number of the interconnection. */
  inId?: number;
  /** Whether it is open. */
  state?: MrpStateName;
}

/** Wire form of {@linkcode MrpInState}: IFLA_BRIDGE_MRP_IN_STATE_*. */
export const MrpInState: Attributes<MrpInState> = attributes((): Shape<MrpInState> => ({
  inId: [1, u32],
  state: [2, enumeration(u32, RING_STATE)],
}));

/** How an interconnection is tested. */
export interface MrpStartInTest {
  /** Number of the interconnection. */
  inId?: number;
  /** Microseconds between tests; 0 stops. */
  interval?: number;
  /** Tests missed until it counts as open. */
  maxMiss?: number;
  /** Microseconds that tests are sent for. */
  period?: number;
}

/** Wire form of {@linkcode MrpStartInTest}: IFLA_BRIDGE_MRP_START_IN_TEST_*. */
export const MrpStartInTest: Attributes<MrpStartInTest> = attributes((): Shape<MrpStartInTest> => ({
  inId: [1, u32],
  interval: [2, u32],
  maxMiss: [3, u32],
  period: [4, u32],
}));

/** Rings of a bridge (IEC 62439-2). */
export interface Mrp {
  /** Makes a ring, or removes it. Input only. */
  instance?: MrpInstance;
  /** State of this port. Input only. */
  portState?: MrpPortState;
  /** Part of this port. Input only. */
  portRole?: MrpPortRole;
  /** State of a ring. Input only. */
  ringState?: MrpRingState;
  /** Part in a ring. Input only. */
  ringRole?: MrpRingRole;
  /** Tests a ring. Input only. */
  startTest?: MrpStartTest;
  /** All rings. Read-only. */
  info?: readonly MrpInfo[];
  /** Part in an interconnection. Input only. */
  inRole?: MrpInRole;
  /** State of an interconnection. Input only. */
  inState?: MrpInState;
  /** Tests an interconnection. Input only. */
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

/** A maintenance end point (IEEE 802.1ag). */
export interface CfmMepCreate {
  /** Number of the maintenance end point. */
  instance?: number;
  /** What is watched. */
  domain?: CfmDomain;
  /** Which way it looks. */
  direction?: CfmDirection;
  /** Index of its port. */
  ifindex?: Ifindex;
}

/** Wire form of {@linkcode CfmMepCreate}: IFLA_BRIDGE_CFM_MEP_CREATE_*. */
export const CfmMepCreate: Attributes<CfmMepCreate> = attributes((): Shape<CfmMepCreate> => ({
  instance: [1, u32],
  domain: [2, enumeration(u32, CFM_DOMAIN)],
  direction: [3, enumeration(u32, CFM_DIRECTION)],
  ifindex: [4, ifindex],
}));

/** The end point to remove. */
export interface CfmMepDelete {
  /** Number of the maintenance end point. */
  instance?: number;
}

/** Wire form of {@linkcode CfmMepDelete}: IFLA_BRIDGE_CFM_MEP_DELETE_*. */
export const CfmMepDelete: Attributes<CfmMepDelete> = attributes((): Shape<CfmMepDelete> => ({
  instance: [1, u32],
}));

/** Who an end point is. */
export interface CfmMepConfig {
  /** Number of the maintenance end point. */
  instance?: number;
  /** Its MAC address. */
  unicastMac?: string;
  /** Level of its domain, 0..7. */
  mdlevel?: number;
  /** Its identifier, 0..8191. */
  mepid?: number;
}

/** Wire form of {@linkcode CfmMepConfig}: IFLA_BRIDGE_CFM_MEP_CONFIG_*. */
export const CfmMepConfig: Attributes<CfmMepConfig> = attributes((): Shape<CfmMepConfig> => ({
  instance: [1, u32],
  unicastMac: [2, mac],
  mdlevel: [3, u32],
  mepid: [4, u32],
}));

/** How continuity is checked. */
export interface CfmCcConfig {
  /** Number of the maintenance end point. */
  instance?: number;
  /** 1 checks. */
  enable?: number;
  /** Expected time between checks. */
  expInterval?: CfmCcmInterval;
  /** Expected association: 96 hexadecimal digits. */
  expMaid?: string;
}

/** Wire form of {@linkcode CfmCcConfig}: IFLA_BRIDGE_CFM_CC_CONFIG_*. */
export const CfmCcConfig: Attributes<CfmCcConfig> = attributes((): Shape<CfmCcConfig> => ({
  instance: [1, u32],
  enable: [2, u32],
  expInterval: [3, enumeration(u32, CCM_INTERVAL)],
  expMaid: [4, hex(48)],
}));

/** Another end point. */
export interface CfmCcPeerMep {
  /** Number of the own end point. */
  mepInstance?: number;
  /** Identifier of the other, 0..8191. */
  mepid?: number;
}

/** Wire form of {@linkcode CfmCcPeerMep}: IFLA_BRIDGE_CFM_CC_PEER_*. */
export const CfmCcPeerMep: Attributes<CfmCcPeerMep> = attributes((): Shape<CfmCcPeerMep> => ({
  mepInstance: [1, u32],
  mepid: [2, u32],
}));

/** Whether a defect is told of. */
export interface CfmCcRdi {
  /** Number of the maintenance end point. */
  instance?: number;
  /** 1 tells of a defect. */
  rdi?: number;
}

/** Wire form of {@linkcode CfmCcRdi}: IFLA_BRIDGE_CFM_CC_RDI_*. */
export const CfmCcRdi: Attributes<CfmCcRdi> = attributes((): Shape<CfmCcRdi> => ({
  instance: [1, u32],
  rdi: [2, u32],
}));

/** How checks are sent. */
export interface CfmCcCcmTx {
  /** Number of the maintenance end point. */
  instance?: number;
  /** Where they go. */
  dmac?: string;
  /** 1 counts them. */
  seqNoUpdate?: number;
  /** Seconds that they are sent for; 0 stops. */
  period?: number;
  /** 1 adds the state of the interface. */
  ifTlv?: number;
  /** State of the interface. */
  ifTlvValue?: number;
  /** 1 adds the state of the port. */
  portTlv?: number;
  /** State of the port. */
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

/** What an end point has seen. */
export interface CfmMepStatus {
  /** Number of the maintenance end point. */
  instance?: number;
  /** 1: an unexpected kind of message. */
  opcodeUnexpSeen?: number;
  /** 1: an unexpected version. */
  versionUnexpSeen?: number;
  /** 1: a level too low. */
  rxLevelLowSeen?: number;
}

/** Wire form of {@linkcode CfmMepStatus}: IFLA_BRIDGE_CFM_MEP_STATUS_*. */
export const CfmMepStatus: Attributes<CfmMepStatus> = attributes((): Shape<CfmMepStatus> => ({
  instance: [1, u32],
  opcodeUnexpSeen: [2, u32],
  versionUnexpSeen: [3, u32],
  rxLevelLowSeen: [4, u32],
}));

/** What is known of another end point. */
export interface CfmCcPeerStatus {
  /** Number of the maintenance end point. */
  instance?: number;
  /** Its identifier. */
  peerMepid?: number;
  /** 1: checks do not arrive. */
  ccmDefect?: number;
  /** 1: it tells of a defect. */
  rdi?: number;
  /** State of its port. */
  portTlvValue?: number;
  /** State of its interface. */
  ifTlvValue?: number;
  /** 1: a check was seen. */
  seen?: number;
  /** 1: a state was seen. */
  tlvSeen?: number;
  /** 1: an unexpected count. */
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

/** End points of a bridge that watch connections (IEEE 802.1Q clause 18). */
export interface Cfm {
  /** Makes an end point. Input only. */
  mepCreate?: CfmMepCreate;
  /** Removes one. Input only. */
  mepDelete?: CfmMepDelete;
  /** Says who it is. Input only. */
  mepConfig?: CfmMepConfig;
  /** Says how continuity is checked. Input only. */
  ccConfig?: CfmCcConfig;
  /** Adds another end point. Input only. */
  ccPeerMepAdd?: CfmCcPeerMep;
  /** Removes another end point. Input only. */
  ccPeerMepRemove?: CfmCcPeerMep;
  /** Tells of a defect. Input only. */
  ccRdi?: CfmCcRdi;
  /** Sends checks. Input only. */
  ccCcmTx?: CfmCcCcmTx;
  /** End points. Read-only. */
  mepCreateInfo?: readonly CfmMepCreate[];
  /** Who they are. Read-only. */
  mepConfigInfo?: readonly CfmMepConfig[];
  /** How they check. Read-only. */
  ccConfigInfo?: readonly CfmCcConfig[];
  /** What they tell of. Read-only. */
  ccRdiInfo?: readonly CfmCcRdi[];
  /** What they send. Read-only. */
  ccCcmTxInfo?: readonly CfmCcCcmTx[];
  /** Others they know. Read-only. */
  ccPeerMepInfo?: readonly CfmCcPeerMep[];
  /** What they have seen. Read-only. */
  mepStatusInfo?: readonly CfmMepStatus[];
  /** How the others are. Read-only. */
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

/** State of a port for a group of VLANs. */
export interface MstEntry {
  /** Number of the group, 1..4094. */
  msti?: number;
  /** What the port does with frames of the group. */
  state?: keyof typeof BR_STATE | number;
}

/** Wire form of {@linkcode MstEntry}: IFLA_BRIDGE_MST_ENTRY_*. */
export const MstEntry: Attributes<MstEntry> = attributes((): Shape<MstEntry> => ({
  msti: [1, u16],
  state: [2, enumeration(u8, BR_STATE)],
}));

/** States of a port for groups of VLANs. */
export interface Mst {
  /** One entry a group. */
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
/** A property of a VLAN on a port. */
export type BridgeVlanFlag = keyof typeof VLAN_INFO;

/** A VLAN on a port, or one end of a range. */
export interface BridgeVlanInfo {
  /** Its properties. */
  flags?: readonly (BridgeVlanFlag | number)[];
  /** Its number, 1..4094. */
  vid?: number;
}

/** A tunnel for a VLAN on a port, or one end of a range. */
export interface BridgeVlanTunnelInfo {
  /** Identifier of the tunnel, 0..16777215. */
  id?: number;
  /** The VLAN, 1..4094. */
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
/** Who is meant: the bridge above, the port's own hardware. */
export type BridgeFlag = keyof typeof BRIDGE_FLAGS;
/** Numbers of {@linkcode BridgeMode} by name. */
export const BRIDGE_MODE = { veb: 0, vepa: 1, undef: 65535 } as const;
/** Whether hardware switches between its functions (veb) or leaves it to the switch (vepa). */
export type BridgeMode = keyof typeof BRIDGE_MODE | number;

/** What a bridge knows of itself or of a port. */
export interface BridgeAf {
  /** Who is meant. */
  flags?: readonly (BridgeFlag | number)[];
  /** How hardware switches. */
  mode?: BridgeMode;
  /** VLANs. */
  vlanInfo?: readonly BridgeVlanInfo[];
  /** Tunnels of VLANs. */
  vlanTunnelInfo?: readonly BridgeVlanTunnelInfo[];
  /** MRP rings. */
  mrp?: Mrp;
  /** CFM end points. */
  cfm?: Cfm;
  /** States for groups of VLANs. */
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
