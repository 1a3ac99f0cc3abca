/**
 * Settings and state of bridges and their ports in messages of AF_BRIDGE: VLANs, MRP, CFM, MST.
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
