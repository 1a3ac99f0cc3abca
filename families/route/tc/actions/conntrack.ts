/**
 * Actions that use connection tracking: ct, connmark, ctinfo; and ipt, which used targets of xtables until 6.7.
 *
 * Source: linux/tc_act/tc_ct.h, tc_connmark.h, tc_ctinfo.h, v7.1; tc_ipt.h, v6.1
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  bytes,
  count64,
  enumeration,
  hex,
  i32,
  ipv4,
  ipv6,
  mask,
  readOnly,
  type Shape,
  string,
  type Struct,
  struct,
  u16,
  u32,
} from "../../../../core/codec/mod.ts";
import { type Family, family } from "../../protocol.ts";
import { type IpProto, ipProto, Tm } from "../names.ts";
import { type Generic, type Kind, kind, type OptionsOf, parms } from "./parms.ts";

/** Numbers of the parts of `ct`. */
export const CT_ACT = { commit: 1, force: 2, clear: 4, nat: 8, nat_src: 16, nat_dst: 32 } as const;

/** Wire form of {@linkcode Generic}: struct tc_ct. */
export const CtParms: Struct<Generic> = parms();

/** Attributes of the action `ct`, which sends packets through connection tracking. */
export interface CtAttributes {
  /** The parts: `commit` keeps the connection, `clear` forgets it, `nat` changes addresses. */
  action?: readonly (keyof typeof CT_ACT | number)[];
  /** The zone. */
  zone?: number;
  /** Mark of the connection. */
  mark?: number;
  /** The bits of the mark that are set. */
  markMask?: number;
  /** Labels of the connection, 32 hexadecimal digits. */
  labels?: string;
  /** The bits of the labels that are set. */
  labelsMask?: string;
  /** First new IPv4 address. */
  natIpv4Min?: string;
  /** Last new IPv4 address; the first when absent. */
  natIpv4Max?: string;
  /** First new IPv6 address. */
  natIpv6Min?: string;
  /** Last new IPv6 address; the first when absent. */
  natIpv6Max?: string;
  /** First new port. */
  natPortMin?: number;
  /** Last new port; the first when absent. */
  natPortMax?: number;
  /** Name of the helper. */
  helperName?: string;
  /** Address family of the helper. */
  helperFamily?: Family;
  /** Protocol of the helper. */
  helperProto?: IpProto;
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  parms?: Generic;
}

/** Wire form of {@linkcode CtAttributes}. */
export const CtAttributes: Attributes<CtAttributes> = attributes((): Shape<CtAttributes> => ({
  action: [3, mask(u16, CT_ACT)],
  zone: [4, u16],
  mark: [5, u32],
  markMask: [6, u32],
  labels: [7, hex(16)],
  labelsMask: [8, hex(16)],
  natIpv4Min: [9, ipv4],
  natIpv4Max: [10, ipv4],
  natIpv6Min: [11, ipv6],
  natIpv6Max: [12, ipv6],
  natPortMin: [13, be16],
  natPortMax: [14, be16],
  helperName: [16, string(15)],
  helperFamily: [17, family],
  helperProto: [18, ipProto],
  tm: [2, Tm, readOnly],
  parms: [1, CtParms],
}), { pad: 15 });

/** Options of the action `ct`. */
export type CtOptions = OptionsOf<CtAttributes>;

/** The struct of the action `connmark`. */
export interface ConnmarkParms extends Generic {
  /** The zone. */
  zone: number;
}

/** Wire form of {@linkcode ConnmarkParms}: struct tc_connmark. */
export const ConnmarkParms: Struct<ConnmarkParms> = parms<Pick<ConnmarkParms, "zone">>(24, () => ({
  zone: [20, u16],
})) as Struct<ConnmarkParms>;

/** Attributes of the action `connmark`, which gives packets the mark of their connection. */
export interface ConnmarkAttributes {
  /** The struct. */
  parms?: ConnmarkParms;
  /** Times. Read-only. */
  tm?: Tm;
}

/** Wire form of {@linkcode ConnmarkAttributes}. */
export const ConnmarkAttributes: Attributes<ConnmarkAttributes> = attributes((): Shape<ConnmarkAttributes> => ({
  parms: [1, ConnmarkParms],
  tm: [2, Tm, readOnly],
}), { pad: 3 });

/** Options of the action `connmark`. */
export type ConnmarkOptions = OptionsOf<ConnmarkAttributes>;

/** Wire form of {@linkcode Generic}: struct tc_ctinfo. */
export const CtinfoAct: Struct<Generic> = parms();

/** Attributes of the action `ctinfo`, which gives packets the DSCP or mark of their connection. */
export interface CtinfoAttributes {
  /** The zone. */
  zone?: number;
  /** The bits of the connection's mark that are the DSCP. */
  parmsDscpMask?: number;
  /** The bits of the mark that must be set. */
  parmsDscpStatemask?: number;
  /** The bits of the mark that are copied. */
  parmsCpmarkMask?: number;
  /** Number of DSCPs that were set. Read-only. */
  statsDscpSet?: number;
  /** Number of DSCPs that could not be set. Read-only. */
  statsDscpError?: number;
  /** Number of marks that were copied. Read-only. */
  statsCpmarkSet?: number;
  /** Times. Read-only. */
  tm?: Tm;
  /** The struct. */
  act?: Generic;
}

/** Wire form of {@linkcode CtinfoAttributes}. */
export const CtinfoAttributes: Attributes<CtinfoAttributes> = attributes((): Shape<CtinfoAttributes> => ({
  zone: [4, u16],
  parmsDscpMask: [5, u32],
  parmsDscpStatemask: [6, u32],
  parmsCpmarkMask: [7, u32],
  statsDscpSet: [8, count64, readOnly],
  statsDscpError: [9, count64, readOnly],
  statsCpmarkSet: [10, count64, readOnly],
  tm: [2, Tm, readOnly],
  act: [3, CtinfoAct],
}), { pad: 1 });

/** Options of the action `ctinfo`. */
export type CtinfoOptions = Omit<CtinfoAttributes, "act">;

/** Numbers of users of the action `ipt`. */
export interface IptCnt {
  /** Number of users. */
  refcnt: number;
  /** Number of filters. */
  bindcnt: number;
}

/** Wire form of {@linkcode IptCnt}: struct tc_cnt. */
export const IptCnt: Struct<IptCnt> = struct<IptCnt>(8, (): Shape<IptCnt> => ({ refcnt: [0, i32], bindcnt: [4, i32] }));

/** Numbers of hooks of IP packets. */
export const NF_INET = { pre_routing: 0, local_in: 1, forward: 2, local_out: 3, post_routing: 4 } as const;

/** Attributes and options of the action `ipt` or `xt`, which used a target of xtables; removed in 6.8. */
export interface IptOptions {
  /** The table: `mangle`. */
  table?: string;
  /** The hook. */
  hook?: keyof typeof NF_INET | number;
  /** The number that distinguishes the action from others of its kind. */
  index?: number;
  /** Numbers of users. Read-only. */
  cnt?: IptCnt;
  /** Times. Read-only. */
  tm?: Tm;
  /** The target: struct xt_entry_target and its data. */
  targ?: Uint8Array;
}

/** Wire form of {@linkcode IptOptions}. */
export const IptOptions: Attributes<IptOptions> = attributes((): Shape<IptOptions> => ({
  table: [1, string(31)],
  hook: [2, enumeration(u32, NF_INET)],
  index: [3, u32],
  cnt: [4, IptCnt, readOnly],
  tm: [5, Tm, readOnly],
  targ: [6, bytes],
}), { pad: 7 });

const ipt: Kind = { table: IptOptions, parms: "", own: new Set() };

/** These kinds. */
export const CONNTRACK: Readonly<Record<string, Kind>> = {
  ct: kind(CtAttributes, CtParms),
  connmark: kind(ConnmarkAttributes, ConnmarkParms),
  ctinfo: kind(CtinfoAttributes, CtinfoAct, { parms: "act" }),
  xt: ipt,
  ipt,
};
