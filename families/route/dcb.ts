/**
 * Data Center Bridging: how an interface divides bandwidth among traffic classes and pauses priorities, as with `dcb`.
 *
 * ```ts ignore
 * import { dcb } from "@linux/netlink/families/route/dcb.ts";
 * console.log(dcb.get("eth0").ets?.tcTxBw);
 * ```
 *
 * The driver of the interface must have it; most have not.
 *
 * Source: linux/dcbnl.h, v7.2
 *
 * @module
 */
import { expectFields } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bytes,
  type Codec,
  count64,
  enumeration,
  flag,
  head,
  mask,
  repeated,
  selectAt,
  type Shape,
  shown,
  string,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { argumentError, ERRNO, KernelError } from "../../core/errors.ts";
import { Notices } from "./notices.ts";
import { type Family, family, NETLINK_ROUTE, RTM, RTNLGRP } from "./protocol.ts";

/** DCB_CMD_*: commands. */
export const DCB_CMD = {
  gstate: 1,
  sstate: 2,
  pgtx_gcfg: 3,
  pgtx_scfg: 4,
  pgrx_gcfg: 5,
  pgrx_scfg: 6,
  pfc_gcfg: 7,
  pfc_scfg: 8,
  set_all: 9,
  gperm_hwaddr: 10,
  gcap: 11,
  gnumtcs: 12,
  snumtcs: 13,
  pfc_gstate: 14,
  pfc_sstate: 15,
  bcn_gcfg: 16,
  bcn_scfg: 17,
  gapp: 18,
  sapp: 19,
  ieee_set: 20,
  ieee_get: 21,
  gdcbx: 22,
  sdcbx: 23,
  gfeatcfg: 24,
  sfeatcfg: 25,
  cee_get: 26,
  ieee_del: 27,
} as const;

/** A command; those with `g` and `get` read. */
export type DcbCommand = keyof typeof DCB_CMD;

/** DCB_CAP_DCBX_*: who negotiates, and by which version of DCBX. */
export const DCB_CAP_DCBX = { host: 1, lld_managed: 2, ver_cee: 4, ver_ieee: 8, static: 16 } as const;

/** Bits of the DCBX mode. */
export type DcbxMode = readonly (keyof typeof DCB_CAP_DCBX | number)[];

/** IEEE_8021QAZ_TSA_*: selection among the packets of traffic classes. */
export const IEEE_8021QAZ_TSA = { strict: 0, cb_shaper: 1, ets: 2, vendor: 255 } as const;

/** IEEE_8021QAZ_APP_SEL_*: meanings of `protocol` in an application entry. */
export const IEEE_8021QAZ_APP_SEL = { ethertype: 1, stream: 2, dgram: 3, any: 4, dscp: 5, pcp: 255 } as const;

/** Codec of eight numbers: one for each priority or traffic class. */
function eight<D>(codec: Codec<D>): Codec<readonly D[]> {
  const size = codec.size!;
  return {
    name: `8 × ${codec.name}`,
    size: 8 * size,
    decode: (from, at, _, owner) =>
      Array.from({ length: 8 }, (_, index) => codec.decode(from, at + index * size, at + (index + 1) * size, owner)),
    encode(value, to, owner) {
      if (!Array.isArray(value) || value.length !== 8) to.fail(TypeError, `expected 8 numbers, got ${shown(value)}`);
      for (const one of value) codec.encode(one, to, owner);
    },
  };
}

const bytes8 = eight(u8), words8 = eight(u32), wide8 = eight(count64 as Codec<number>);

/** Selection of each traffic class: `strict`, `ets` … */
export type Tsa = keyof typeof IEEE_8021QAZ_TSA | number;

/** Enhanced transmission selection. Lists have eight numbers, by traffic class or priority. */
export interface IeeeEts {
  /** 1 takes over the peer's settings. */
  willing?: number;
  /** Number of traffic classes that can be selected by bandwidth. Read-only. */
  etsCap?: number;
  /** 1 if there are shapers by credits. */
  cbs?: number;
  /** Bandwidth of each class to send, in percent. */
  tcTxBw?: readonly number[];
  /** Bandwidth of each class to receive, in percent. */
  tcRxBw?: readonly number[];
  /** Selection of each class. */
  tcTsa?: readonly Tsa[];
  /** Class of each priority. */
  prioTc?: readonly number[];
  /** Recommended bandwidth of each class. */
  tcRecoBw?: readonly number[];
  /** Recommended selection of each class. */
  tcRecoTsa?: readonly Tsa[];
  /** Recommended class of each priority. */
  recoPrioTc?: readonly number[];
}

const tsa: Codec<readonly Tsa[]> = eight(enumeration(u8, IEEE_8021QAZ_TSA) as Codec<Tsa>);

const ets = struct<IeeeEts>(59, {
  willing: [0, u8],
  etsCap: [1, u8],
  cbs: [2, u8],
  tcTxBw: [3, bytes8],
  tcRxBw: [11, bytes8],
  tcTsa: [19, tsa],
  prioTc: [27, bytes8],
  tcRecoBw: [35, bytes8],
  tcRecoTsa: [43, tsa],
  recoPrioTc: [51, bytes8],
});

/** Priority flow control. */
export interface IeeePfc {
  /** Number of priorities that can be paused. Read-only. */
  pfcCap?: number;
  /** Priorities that are paused: bit n is priority n. */
  pfcEn?: number;
  /** 1 if the sender may bypass MACsec. */
  mbc?: number;
  /** Delay of the link in bits. */
  delay?: number;
  /** Pauses sent, by priority. Read-only. */
  requests?: readonly number[];
  /** Pauses received, by priority. Read-only. */
  indications?: readonly number[];
}

const pfc = struct<IeeePfc>(136, {
  pfcCap: [0, u8],
  pfcEn: [1, u8],
  mbc: [2, u8],
  delay: [4, u16],
  requests: [8, wide8],
  indications: [72, wide8],
});

/** An entry of the application table: the priority of a protocol. */
export interface DcbApp {
  /** The meaning of `protocol`: an EtherType, a port, a DSCP … */
  selector: keyof typeof IEEE_8021QAZ_APP_SEL | number;
  /** The priority. */
  priority: number;
  /** The EtherType, port, DSCP … */
  protocol: number;
}

const selector = enumeration(u8, IEEE_8021QAZ_APP_SEL);

const app = struct<DcbApp>(4, { selector: [0, selector], priority: [1, u8], protocol: [2, u16] });

/** A table of priorities by protocol, or of protocols by priority. */
export interface DcbAppTable {
  /** Entries of IEEE 802.1Q. */
  ieeeApp?: readonly DcbApp[];
  /** Entries with the selector `pcp`. */
  dcbApp?: readonly DcbApp[];
}

/** Wire form of {@linkcode DcbAppTable}: DCB_ATTR_IEEE_APP, DCB_ATTR_DCB_APP. */
export const DcbAppTable: Attributes<DcbAppTable> = attributes((): Shape<DcbAppTable> => ({
  ieeeApp: [1, repeated(1, app)],
  dcbApp: [2, repeated(2, app)],
}));

/** The selectors that are trusted, in their order. */
export interface DcbTrustTable {
  /** Selectors of IEEE 802.1Q. */
  ieeeApp?: readonly DcbApp["selector"][];
  /** The selector `pcp`. */
  dcbApp?: readonly DcbApp["selector"][];
}

/** Wire form of {@linkcode DcbTrustTable}: DCB_ATTR_IEEE_APP, DCB_ATTR_DCB_APP. */
export const DcbTrustTable: Attributes<DcbTrustTable> = attributes((): Shape<DcbTrustTable> => ({
  ieeeApp: [1, repeated(1, selector)],
  dcbApp: [2, repeated(2, selector)],
}));

/** Highest rates. */
export interface IeeeMaxrate {
  /** Highest rate of each traffic class, in kbit/s. */
  tcMaxrate?: readonly number[];
}

/** Quantized congestion notification; see IEEE 802.1Qau. Lists have eight numbers, by priority. */
export interface IeeeQcn {
  /** 1 limits rates. */
  rpgEnable?: readonly number[];
  /** Most limiters. */
  rpppMaxRps?: readonly number[];
  /** Time between steps of the rate, in µs. */
  rpgTimeReset?: readonly number[];
  /** Bytes between steps of the rate. */
  rpgByteReset?: readonly number[];
  /** Steps before the rate is increased actively. */
  rpgThreshold?: readonly number[];
  /** Highest rate, in Mbit/s. */
  rpgMaxRate?: readonly number[];
  /** Increase of the rate, in kbit/s. */
  rpgAiRate?: readonly number[];
  /** Fast increase of the rate, in kbit/s. */
  rpgHaiRate?: readonly number[];
  /** Weight of feedback. */
  rpgGd?: readonly number[];
  /** Least part of the rate that remains. */
  rpgMinDecFac?: readonly number[];
  /** Lowest rate, in kbit/s. */
  rpgMinRate?: readonly number[];
  /** State of the defence of the domain. */
  cnddStateMachine?: readonly number[];
}

/** Counters of congestion notification, by priority. */
export interface IeeeQcnStats {
  /** Hundredths of a second with a limiter. */
  rpppRpCentiseconds?: readonly number[];
  /** Limiters made. */
  rpppCreatedRps?: readonly number[];
}

/** Buffers of the port. */
export interface DcbBuffer {
  /** Buffer of each priority. */
  prio2buffer?: readonly number[];
  /** Size of each buffer in bytes. */
  bufferSize?: readonly number[];
  /** Size of all buffers in bytes. */
  totalSize?: number;
}

/** The settings of IEEE 802.1Q. */
export interface DcbIeee {
  /** Enhanced transmission selection. */
  ets?: IeeeEts;
  /** Priority flow control. */
  pfc?: IeeePfc;
  /** Priorities by protocol. */
  appTable?: DcbAppTable;
  /** The peer's transmission selection. Read-only. */
  peerEts?: IeeeEts;
  /** The peer's flow control. Read-only. */
  peerPfc?: IeeePfc;
  /** The peer's priorities by protocol. Read-only. */
  peerApp?: DcbAppTable;
  /** Highest rates. */
  maxrate?: IeeeMaxrate;
  /** Congestion notification. */
  qcn?: IeeeQcn;
  /** Counters of congestion notification. Read-only. */
  qcnStats?: IeeeQcnStats;
  /** Buffers. */
  dcbBuffer?: DcbBuffer;
  /** Trusted selectors. */
  dcbAppTrustTable?: DcbTrustTable;
  /** Protocols by priority, for packets to send. */
  dcbRewrTable?: DcbAppTable;
}

/** Wire form of {@linkcode DcbIeee}: DCB_ATTR_IEEE_*. */
export const DcbIeee: Attributes<DcbIeee> = attributes((): Shape<DcbIeee> => ({
  ets: [1, ets],
  pfc: [2, pfc],
  appTable: [3, DcbAppTable],
  peerEts: [4, ets],
  peerPfc: [5, pfc],
  peerApp: [6, DcbAppTable],
  maxrate: [7, struct<IeeeMaxrate>(64, { tcMaxrate: [0, wide8] })],
  qcn: [
    8,
    struct<IeeeQcn>(360, {
      rpgEnable: [0, bytes8],
      rpppMaxRps: [8, words8],
      rpgTimeReset: [40, words8],
      rpgByteReset: [72, words8],
      rpgThreshold: [104, words8],
      rpgMaxRate: [136, words8],
      rpgAiRate: [168, words8],
      rpgHaiRate: [200, words8],
      rpgGd: [232, words8],
      rpgMinDecFac: [264, words8],
      rpgMinRate: [296, words8],
      cnddStateMachine: [328, words8],
    }),
  ],
  qcnStats: [9, struct<IeeeQcnStats>(96, { rpppRpCentiseconds: [0, wide8], rpppCreatedRps: [64, words8] })],
  dcbBuffer: [
    10,
    struct<DcbBuffer>(44, { prio2buffer: [0, bytes8], bufferSize: [8, words8], totalSize: [40, u32] }),
  ],
  dcbAppTrustTable: [11, DcbTrustTable],
  dcbRewrTable: [12, DcbAppTable],
}));

/** Pauses by priority (CEE). */
export interface CeePfcUp {
  /** 1 pauses priority 0. */
  up0?: number;
  /** 1 pauses priority 1. */
  up1?: number;
  /** 1 pauses priority 2. */
  up2?: number;
  /** 1 pauses priority 3. */
  up3?: number;
  /** 1 pauses priority 4. */
  up4?: number;
  /** 1 pauses priority 5. */
  up5?: number;
  /** 1 pauses priority 6. */
  up6?: number;
  /** 1 pauses priority 7. */
  up7?: number;
  /** Asks for all. */
  all?: true;
}

/** Wire form of {@linkcode CeePfcUp}: DCB_PFC_UP_ATTR_*. */
export const CeePfcUp: Attributes<CeePfcUp> = attributes((): Shape<CeePfcUp> => ({
  up0: [1, u8],
  up1: [2, u8],
  up2: [3, u8],
  up3: [4, u8],
  up4: [5, u8],
  up5: [6, u8],
  up6: [7, u8],
  up7: [8, u8],
  all: [9, flag],
}));

/** Parameters of a traffic class (CEE). */
export interface CeeTc {
  /** Group of priorities. */
  paramPgid?: number;
  /** Priorities: bit n is priority n. */
  paramUpMapping?: number;
  /** Strict priority: 0 none, 1 in the group, 2 of the link. */
  paramStrictPrio?: number;
  /** Part of the group's bandwidth, in percent. */
  paramBwPct?: number;
  /** Asks for all. */
  paramAll?: true;
}

/** Wire form of {@linkcode CeeTc}: DCB_TC_ATTR_*. */
export const CeeTc: Attributes<CeeTc> = attributes((): Shape<CeeTc> => ({
  paramPgid: [1, u8],
  paramUpMapping: [2, u8],
  paramStrictPrio: [3, u8],
  paramBwPct: [4, u8],
  paramAll: [5, flag],
}));

/** Groups of priorities (CEE). */
export interface CeePg {
  /** Traffic class 0. */
  tc0?: CeeTc;
  /** Traffic class 1. */
  tc1?: CeeTc;
  /** Traffic class 2. */
  tc2?: CeeTc;
  /** Traffic class 3. */
  tc3?: CeeTc;
  /** Traffic class 4. */
  tc4?: CeeTc;
  /** Traffic class 5. */
  tc5?: CeeTc;
  /** Traffic class 6. */
  tc6?: CeeTc;
  /** Traffic class 7. */
  tc7?: CeeTc;
  /** Asks for all traffic classes. */
  tcAll?: CeeTc;
  /** Bandwidth of group 0, in percent. */
  bwId0?: number;
  /** Bandwidth of group 1, in percent. */
  bwId1?: number;
  /** Bandwidth of group 2, in percent. */
  bwId2?: number;
  /** Bandwidth of group 3, in percent. */
  bwId3?: number;
  /** Bandwidth of group 4, in percent. */
  bwId4?: number;
  /** Bandwidth of group 5, in percent. */
  bwId5?: number;
  /** Bandwidth of group 6, in percent. */
  bwId6?: number;
  /** Bandwidth of group 7, in percent. */
  bwId7?: number;
  /** Asks for the bandwidth of all groups. */
  bwIdAll?: true;
}

/** Wire form of {@linkcode CeePg}: DCB_PG_ATTR_*. */
export const CeePg: Attributes<CeePg> = attributes((): Shape<CeePg> => ({
  tc0: [1, CeeTc],
  tc1: [2, CeeTc],
  tc2: [3, CeeTc],
  tc3: [4, CeeTc],
  tc4: [5, CeeTc],
  tc5: [6, CeeTc],
  tc6: [7, CeeTc],
  tc7: [8, CeeTc],
  tcAll: [10, CeeTc],
  bwId0: [11, u8],
  bwId1: [12, u8],
  bwId2: [13, u8],
  bwId3: [14, u8],
  bwId4: [15, u8],
  bwId5: [16, u8],
  bwId6: [17, u8],
  bwId7: [18, u8],
  bwIdAll: [20, flag],
}));

/** Abilities of an interface (CEE). */
export interface CeeCap {
  /** Asks for all. */
  all?: true;
  /** 1 if there are groups of priorities. */
  pg?: number;
  /** 1 if priorities can be paused. */
  pfc?: number;
  /** 1 if priorities can be mapped to traffic classes. */
  up2tc?: number;
  /** Numbers of traffic classes for groups: bit n is n + 1. */
  pgTcs?: number;
  /** Numbers of traffic classes for pauses: bit n is n + 1. */
  pfcTcs?: number;
  /** 1 if groups can have strict priority. */
  gsp?: number;
  /** 1 if there is backward congestion notification. */
  bcn?: number;
  /** DCBX modes, as `dcbx`. */
  dcbx?: number;
}

/** Wire form of {@linkcode CeeCap}: DCB_CAP_ATTR_*. */
export const CeeCap: Attributes<CeeCap> = attributes((): Shape<CeeCap> => ({
  all: [1, flag],
  pg: [2, u8],
  pfc: [3, u8],
  up2tc: [4, u8],
  pgTcs: [5, u8],
  pfcTcs: [6, u8],
  gsp: [7, u8],
  bcn: [8, u8],
  dcbx: [9, u8],
}));

/** Numbers of traffic classes (CEE). */
export interface CeeNumtcs {
  /** Asks for all. */
  all?: true;
  /** Number for groups of priorities. */
  pg?: number;
  /** Number for pauses. */
  pfc?: number;
}

/** Wire form of {@linkcode CeeNumtcs}: DCB_NUMTCS_ATTR_*. */
export const CeeNumtcs: Attributes<CeeNumtcs> = attributes((): Shape<CeeNumtcs> => ({
  all: [1, flag],
  pg: [2, u8],
  pfc: [3, u8],
}));

/** Backward congestion notification (CEE). */
export interface CeeBcn {
  /** 1 reacts to notifications for priority 0. */
  rp0?: number;
  /** 1 reacts to notifications for priority 1. */
  rp1?: number;
  /** 1 reacts to notifications for priority 2. */
  rp2?: number;
  /** 1 reacts to notifications for priority 3. */
  rp3?: number;
  /** 1 reacts to notifications for priority 4. */
  rp4?: number;
  /** 1 reacts to notifications for priority 5. */
  rp5?: number;
  /** 1 reacts to notifications for priority 6. */
  rp6?: number;
  /** 1 reacts to notifications for priority 7. */
  rp7?: number;
  /** Asks for all priorities. */
  rpAll?: true;
  /** First word of the address of the congestion point. */
  bcna0?: number;
  /** Second word of the address of the congestion point. */
  bcna1?: number;
  /** Weight alpha. */
  alpha?: number;
  /** Weight beta. */
  beta?: number;
  /** Decrease of the rate. */
  gd?: number;
  /** Increase of the rate. */
  gi?: number;
  /** Longest time without a packet. */
  tmax?: number;
  /** Time of drift. */
  td?: number;
  /** Lowest rate. */
  rmin?: number;
  /** Weight of the derivative. */
  w?: number;
  /** Unit of the decrease. */
  rd?: number;
  /** Unit of the rate. */
  ru?: number;
  /** Weight of the round trip. */
  wrtt?: number;
  /** Initial rate. */
  ri?: number;
  /** Capacity. */
  c?: number;
  /** Asks for all. */
  all?: true;
}

/** Wire form of {@linkcode CeeBcn}: DCB_BCN_ATTR_*. */
export const CeeBcn: Attributes<CeeBcn> = attributes((): Shape<CeeBcn> => ({
  rp0: [1, u8],
  rp1: [2, u8],
  rp2: [3, u8],
  rp3: [4, u8],
  rp4: [5, u8],
  rp5: [6, u8],
  rp6: [7, u8],
  rp7: [8, u8],
  rpAll: [9, flag],
  bcna0: [10, u32],
  bcna1: [11, u32],
  alpha: [12, u32],
  beta: [13, u32],
  gd: [14, u32],
  gi: [15, u32],
  tmax: [16, u32],
  td: [17, u32],
  rmin: [18, u32],
  w: [19, u32],
  rd: [20, u32],
  ru: [21, u32],
  wrtt: [22, u32],
  ri: [23, u32],
  c: [24, u32],
  all: [25, flag],
}));

/** Priority of a protocol (CEE). */
export interface CeeApp {
  /** 0 EtherType, 1 port. */
  idtype?: number;
  /** The EtherType or port. */
  id?: number;
  /** Priorities: bit n is priority n. */
  priority?: number;
}

/** Wire form of {@linkcode CeeApp}: DCB_APP_ATTR_*. */
export const CeeApp: Attributes<CeeApp> = attributes((): Shape<CeeApp> => ({
  idtype: [1, u8],
  id: [2, u16],
  priority: [3, u8],
}));

/** States of features (CEE). */
export interface CeeFeatcfg {
  /** Asks for all. */
  all?: true;
  /** Of groups of priorities: 1 error, 2 enable, 4 willing, 8 advertise. */
  pg?: number;
  /** Of pauses, as `pg`. */
  pfc?: number;
  /** Of priorities by protocol, as `pg`. */
  app?: number;
}

/** Wire form of {@linkcode CeeFeatcfg}: DCB_FEATCFG_ATTR_*. */
export const CeeFeatcfg: Attributes<CeeFeatcfg> = attributes((): Shape<CeeFeatcfg> => ({
  all: [1, flag],
  pg: [2, u8],
  pfc: [3, u8],
  app: [4, u8],
}));

/** The peer's groups of priorities. */
export interface CeePeerPg {
  /** 1 if the peer takes over settings. */
  willing?: number;
  /** 1 if the peer reports an error. */
  error?: number;
  /** 1 if it is on. */
  pgEn?: number;
  /** Number of traffic classes. */
  tcsSupported?: number;
  /** Bandwidth of each group. */
  pgBw?: readonly number[];
  /** Group of each priority. */
  prioPg?: readonly number[];
}

/** The peer's pauses. */
export interface CeePeerPfc {
  /** 1 if the peer takes over settings. */
  willing?: number;
  /** 1 if the peer reports an error. */
  error?: number;
  /** Priorities that are paused: bit n is priority n. */
  pfcEn?: number;
  /** Number of traffic classes. */
  tcsSupported?: number;
}

/** The state of the peer's priorities by protocol. */
export interface CeePeerAppInfo {
  /** 1 if the peer takes over settings. */
  willing?: number;
  /** 1 if the peer reports an error. */
  error?: number;
}

/** The peer's priorities by protocol. */
export interface CeePeerAppTable {
  /** The state. */
  info?: CeePeerAppInfo;
  /** The entries. */
  app?: readonly DcbApp[];
}

/** Wire form of {@linkcode CeePeerAppTable}: DCB_ATTR_CEE_PEER_APP_*. */
export const CeePeerAppTable: Attributes<CeePeerAppTable> = attributes((): Shape<CeePeerAppTable> => ({
  info: [1, struct<CeePeerAppInfo>(2, { willing: [0, u8], error: [1, u8] })],
  app: [2, repeated(2, app)],
}));

/** Priorities by protocol (CEE). */
export interface CeeAppTable {
  /** The entries. */
  app?: readonly DcbApp[];
}

/** Wire form of {@linkcode CeeAppTable}: DCB_ATTR_CEE_APP. */
export const CeeAppTable: Attributes<CeeAppTable> = attributes((): Shape<CeeAppTable> => ({
  app: [1, repeated(1, app)],
}));

/** The settings of CEE. */
export interface DcbCee {
  /** The peer's groups of priorities. */
  peerPg?: CeePeerPg;
  /** The peer's pauses. */
  peerPfc?: CeePeerPfc;
  /** The peer's priorities by protocol. */
  peerAppTable?: CeePeerAppTable;
  /** Groups of priorities for sending. */
  txPg?: CeePg;
  /** Groups of priorities for receiving. */
  rxPg?: CeePg;
  /** Pauses. */
  pfc?: CeePfcUp;
  /** Priorities by protocol. */
  appTable?: CeeAppTable;
  /** States of features. */
  feat?: CeeFeatcfg;
}

/** Wire form of {@linkcode DcbCee}: DCB_ATTR_CEE_*. */
export const DcbCee: Attributes<DcbCee> = attributes((): Shape<DcbCee> => ({
  peerPg: [
    1,
    struct<CeePeerPg>(20, {
      willing: [0, u8],
      error: [1, u8],
      pgEn: [2, u8],
      tcsSupported: [3, u8],
      pgBw: [4, bytes8],
      prioPg: [12, bytes8],
    }),
  ],
  peerPfc: [2, struct<CeePeerPfc>(4, { willing: [0, u8], error: [1, u8], pfcEn: [2, u8], tcsSupported: [3, u8] })],
  peerAppTable: [3, CeePeerAppTable],
  txPg: [4, CeePg],
  rxPg: [5, CeePg],
  pfc: [6, CeePfcUp],
  appTable: [7, CeeAppTable],
  feat: [8, CeeFeatcfg],
}));

/** Returns the codec of a nest that is a byte in replies: the outcome of a change. */
function orOutcome<T extends object>(table: Attributes<T>): Codec<T | number> {
  const either = selectAt<T | number>(
    `${table.name} or its outcome`,
    (_, at, end) => (end - at === 1 ? u8 : table) as Codec<T | number>,
    (value, to, owner) => typeof value === "number" ? u8.encode(value, to, owner) : table.encode(value, to, owner),
  );
  return { ...either, nested: true };
}

/** A message of DCB. Fields that may be a number have the outcome of a change in replies: 0, or 256 minus the error. */
export interface DcbMessage {
  /** Always `unspec`. */
  family: Family;
  /** The command. */
  cmd: DcbCommand | number;
  /** Name of the interface. */
  ifname?: string;
  /** 1 if DCB is on (CEE). */
  state?: number;
  /** 1 if pauses by priority are on (CEE). */
  pfcState?: number;
  /** Pauses by priority (CEE). */
  pfcCfg?: CeePfcUp | number;
  /** Number of traffic classes. No kernel uses it. */
  numTc?: number;
  /** Groups of priorities (CEE). */
  pgCfg?: CeePg | number;
  /** 1 makes all changes valid (CEE). */
  setAll?: number;
  /** Permanent hardware address. */
  permHwaddr?: Uint8Array;
  /** Abilities (CEE). */
  cap?: CeeCap;
  /** Numbers of traffic classes (CEE). */
  numtcs?: CeeNumtcs | number;
  /** Backward congestion notification (CEE). */
  bcn?: CeeBcn | number;
  /** Priority of a protocol (CEE). */
  app?: CeeApp | number;
  /** Settings of IEEE 802.1Q. */
  ieee?: DcbIeee | number;
  /** DCBX mode; in replies to `sdcbx` a number: 0, or 1 if the driver refused it. */
  dcbx?: DcbxMode;
  /** States of features (CEE). */
  featcfg?: CeeFeatcfg | number;
  /** Settings of CEE. */
  cee?: DcbCee;
}

/** Wire form of {@linkcode DcbMessage}: dcbmsg and DCB_ATTR_*. */
export const DcbMessage: Attributes<DcbMessage> = attributes((): Shape<DcbMessage> => ({
  family: head(0, family),
  cmd: head(1, enumeration(u8, DCB_CMD)),
  ifname: [1, string(15)],
  state: [2, u8],
  pfcState: [3, u8],
  pfcCfg: [4, orOutcome(CeePfcUp)],
  numTc: [5, u8],
  pgCfg: [6, orOutcome(CeePg)],
  setAll: [7, u8],
  permHwaddr: [8, bytes],
  cap: [9, CeeCap],
  numtcs: [10, orOutcome(CeeNumtcs)],
  bcn: [11, orOutcome(CeeBcn)],
  app: [12, orOutcome(CeeApp)],
  ieee: [13, orOutcome(DcbIeee)],
  dcbx: [14, mask(u8, DCB_CAP_DCBX)],
  featcfg: [15, orOutcome(CeeFeatcfg)],
  cee: [16, DcbCee],
}), { header: 4 });

/** The settings of IEEE 802.1Q that can be changed. */
export type DcbSettings = Omit<DcbIeee, "peerEts" | "peerPfc" | "peerApp" | "qcnStats">;

/** The attributes of a request. */
export type DcbAttributes = Partial<Omit<DcbMessage, "family" | "cmd" | "ifname">>;

/** Interfaces with DCB in one network namespace; changes can be watched. */
export class Dcb extends Notices<DcbMessage> {
  readonly #requester: () => Requester;

  /** Sends with the client of `requester`, and watches with that of `open`. */
  constructor(open: () => Client, requester: () => Requester = open) {
    const types = [RTM.RTM_GETDCB, RTM.RTM_SETDCB];
    super({ object: "DCB setting", types, groups: [RTNLGRP.RTNLGRP_DCB], codec: DcbMessage }, open);
    this.#requester = requester;
  }

  /**
   * Returns the settings of IEEE 802.1Q of an interface. Like `dcb ets show dev eth0`, `dcb pfc show dev eth0` …
   *
   * @throws {KernelError} EOPNOTSUPP: its driver has no DCB; ENODEV: there is no such interface
   */
  get(dev: string): DcbIeee {
    const { ieee } = this.#send("get DCB settings", "ieee_get", dev, {});
    return typeof ieee === "object" ? ieee : {};
  }

  /** Changes settings of IEEE 802.1Q: those that are given, and entries of tables. Like `dcb app add`, `dcb ets set` … */
  set(dev: string, settings: DcbSettings): void {
    this.#change("set DCB settings", "ieee_set", dev, settings);
  }

  /** Deletes entries of the tables `appTable` and `dcbRewrTable`. Like `dcb app del`, `dcb rewr del`. */
  delete(dev: string, settings: Pick<DcbSettings, "appTable" | "dcbRewrTable">): void {
    this.#change("delete DCB settings", "ieee_del", dev, settings);
  }

  #change(what: string, command: DcbCommand, dev: string, ieee: DcbIeee): void {
    expectFields(ieee, what, "settings as an object");
    this.#send(what, command, dev, { ieee });
  }

  /** Returns the DCBX mode of an interface. Like `dcb dcbx show dev eth0`. */
  getDcbx(dev: string): DcbxMode {
    return this.#send("get the DCBX mode", "gdcbx", dev, {}).dcbx ?? [];
  }

  /** Sets the DCBX mode of an interface. Like `dcb dcbx set dev eth0 host ieee`. */
  setDcbx(dev: string, dcbx: DcbxMode): void {
    this.#send("set the DCBX mode", "sdcbx", dev, { dcbx });
  }

  /**
   * Sends any command, with the attributes that it wants, and returns the reply.
   *
   * @throws {KernelError} the kernel or the driver refused it
   */
  call(
    command: DcbCommand,
    dev: string,
    value: DcbAttributes = {},
  ): DcbMessage {
    expectFields(value, "call DCB", "attributes as an object");
    if (!Object.hasOwn(DCB_CMD, command)) {
      const names = Object.keys(DCB_CMD).join(", ");
      throw argumentError(TypeError, `Cannot call DCB: command: expected ${names}, got ${shown(command)}`);
    }
    return this.#send(`call ${command} of DCB`, command, dev, value);
  }

  #send(doing: string, command: DcbCommand, dev: string, value: DcbAttributes): DcbMessage {
    if (typeof dev !== "string" || dev === "") {
      throw argumentError(TypeError, `Cannot ${doing}: dev: expected an interface's name, got ${shown(dev)}`);
    }
    const what = `${doing} of ${dev}`;
    const changes = CHANGING.has(command), type = changes ? RTM.RTM_SETDCB : RTM.RTM_GETDCB;
    const sent = { family: "unspec", cmd: command, ifname: dev } as const;
    const reply = this.#requester().request({
      type,
      flags: 0,
      codec: DcbMessage as Codec<unknown, never>,
      value: { ...value, ...sent },
      what,
      reply: type,
      hint: (code) => code === "EOPNOTSUPP" ? "the driver of the interface has no DCB, or not this part" : undefined,
    }) as DcbMessage | undefined;
    // A dry run has no reply.
    if (reply === undefined) return sent;
    if (changes) expectDone(reply, value, what);
    return reply;
  }
}

/** The commands that change something. */
const CHANGING: ReadonlySet<DcbCommand> = new Set([
  "sstate",
  "pgtx_scfg",
  "pgrx_scfg",
  "pfc_scfg",
  "set_all",
  "snumtcs",
  "pfc_sstate",
  "bcn_scfg",
  "sapp",
  "ieee_set",
  "sdcbx",
  "sfeatcfg",
  "ieee_del",
]);

/** Throws if the outcome in a reply is an error. */
function expectDone(reply: DcbMessage, sent: object, what: string): void {
  for (const name of Object.keys(sent) as (keyof DcbMessage)[]) {
    const outcome = name === "dcbx" ? reply.dcbx?.length ?? 0 : reply[name];
    if (typeof outcome !== "number" || outcome === 0) continue;
    // The kernel sends the low byte of its error; old commands only say 1.
    throw new KernelError(what, outcome > 127 ? 256 - outcome : ERRNO.EINVAL, {
      kernelMessage: "the driver refused it",
    });
  }
}

/** DCB of the interfaces of this namespace, on a socket that the first use opens. */
export const dcb: Dcb = new Dcb(onShared(NETLINK_ROUTE));
