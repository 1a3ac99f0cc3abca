/**
 * Options of the filters other than `flower`: basic, bpf, cgroup, flow, fw, matchall, route, u32; and rsvp and tcindex,
 * which were removed in 6.3.
 *
 * Source: linux/pkt_cls.h, v7.1; rsvp and tcindex: linux/pkt_cls.h, v6.1
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  attributes,
  be16,
  be32,
  bytes,
  type Codec,
  count64,
  enumeration,
  expectObject,
  i16,
  i32,
  mask,
  MISFIT,
  readOnly,
  type Shape,
  shown,
  string,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../../../core/codec/mod.ts";
import { type Action, Actions, bare } from "../action.ts";
import type { Generic } from "../actions/parms.ts";
import type { PoliceOptions } from "../actions/verdicts.ts";
import { type BpfProgram, bpfProgram, bpfSeen, bpfSent } from "../bpf.ts";
import { handle, handleUnless0 } from "../handle.ts";
import { type ClsFlag, clsFlags } from "./flower.ts";
import { type Ematch, Ematches, U32Key } from "./ematch.ts";
import { type Fields, needing, view } from "./view.ts";

/** The limit of a rate in the form before actions: the options and the control of the action `police`. */
export type Police = PoliceOptions & Generic;

/** Codec of {@linkcode Police}: the options of an action without its envelope. */
export const police: Codec<Police> = bare("police") as Codec<Police>;

/** The fields that filters of most kinds have. */
export interface FilterBase {
  /** The class for the packets: `1:10`. */
  classid?: string;
  /** A limit of the rate, in the form before actions. */
  police?: Police;
  /** Actions on the packets that match, in their order. */
  act?: readonly Action[];
}

const classid = handleUnless0();

/** Numbers of packets that a filter has seen. */
export interface BasicPcnt {
  /** Packets that came. */
  rcnt: number;
  /** Packets that matched. */
  rhit: number;
}

/** Wire form of {@linkcode BasicPcnt}: struct tc_basic_pcnt. */
export const BasicPcnt: Struct<BasicPcnt> = struct<BasicPcnt>(16, (): Shape<BasicPcnt> => ({
  rcnt: [0, count64],
  rhit: [8, count64],
}));

/** Options of the filter `basic`: packets for which the conditions are true. */
export interface BasicOptions extends FilterBase {
  /** The conditions. */
  ematches?: readonly Ematch[];
  /** Numbers of packets. Read-only. */
  pcnt?: BasicPcnt;
}

/** Wire form of {@linkcode BasicOptions}. */
export const BasicOptions: Attributes<BasicOptions> = attributes((): Shape<BasicOptions> => ({
  classid: [1, classid],
  ematches: [2, Ematches],
  police: [4, police],
  act: [3, Actions],
  pcnt: [5, BasicPcnt, readOnly],
}), { pad: 6 });

/** Numbers of the flags of the filter `bpf`. */
export const BPF_FLAG = { act_direct: 1 } as const;

/** Options of the filter `bpf`: packets for which a program says so. */
export interface BpfOptions extends BpfProgram, FilterBase {
  /** Flags: with `act_direct`, the program's result is the packet's fate. */
  flags?: readonly (keyof typeof BPF_FLAG | number)[];
  /** Flags: whether the filter is in hardware. */
  flagsGen?: readonly (ClsFlag | number)[];
}

/** Wire form of {@linkcode BpfOptions}. */
export const BpfOptions: Attributes<BpfOptions> = attributes((): Shape<BpfOptions> => ({
  classid: [3, classid],
  ...bpfProgram({ opsLen: 4, ops: 5, fd: 6, name: 7, tag: 10, id: 11 }),
  flags: [8, mask(u32, BPF_FLAG)],
  flagsGen: [9, clsFlags],
  police: [2, police],
  act: [1, Actions],
}));

/** Options of the filter `cgroup`: packets of processes of groups with a class. */
export interface CgroupOptions extends Omit<FilterBase, "classid"> {
  /** The conditions. */
  ematches?: readonly Ematch[];
}

/** Wire form of {@linkcode CgroupOptions}. */
export const CgroupOptions: Attributes<CgroupOptions> = attributes((): Shape<CgroupOptions> => ({
  ematches: [3, Ematches],
  police: [2, police],
  act: [1, Actions],
}));

/** Numbers of the bits of the keys of `flow`: 1 << FLOW_KEY_*. */
export const FLOW_KEY = {
  src: 1,
  dst: 0x2,
  proto: 0x4,
  proto_src: 0x8,
  proto_dst: 0x10,
  iif: 0x20,
  priority: 0x40,
  mark: 0x80,
  nfct: 0x100,
  nfct_src: 0x200,
  nfct_dst: 0x400,
  nfct_proto_src: 0x800,
  nfct_proto_dst: 0x1000,
  rtclassid: 0x2000,
  skuid: 0x4000,
  skgid: 0x8000,
  vlan_tag: 0x10000,
  rxhash: 0x20000,
} as const;

/** Numbers of the modes of `flow`. */
export const FLOW_MODE = { map: 0, hash: 1 } as const;

/** Options of the filter `flow`: the class is computed from fields of packets. */
export interface FlowOptions extends Omit<FilterBase, "classid"> {
  /** The fields; one if the mode is `map`. */
  keys?: readonly (keyof typeof FLOW_KEY | number)[];
  /** The mode: `map` takes the field, `hash` a hash of the fields. */
  mode?: keyof typeof FLOW_MODE | number;
  /** The first class. */
  baseclass?: string;
  /** Bits by which the field is shifted to the right. */
  rshift?: number;
  /** Added at last. */
  addend?: number;
  /** The bits of the field that count. */
  mask?: number;
  /** Bits that are inverted. */
  xor?: number;
  /** The result is divided, and the rest taken. */
  divisor?: number;
  /** The conditions. */
  ematches?: readonly Ematch[];
  /** Seconds after which the hash changes. */
  perturb?: number;
}

/** Wire form of {@linkcode FlowOptions}. */
export const FlowOptions: Attributes<FlowOptions> = attributes((): Shape<FlowOptions> => ({
  keys: [1, mask(u32, FLOW_KEY)],
  mode: [2, enumeration(u32, FLOW_MODE)],
  baseclass: [3, handle()],
  rshift: [4, u32],
  addend: [5, u32],
  mask: [6, u32],
  xor: [7, u32],
  divisor: [8, u32],
  ematches: [11, Ematches],
  perturb: [12, u32],
  police: [10, police],
  act: [9, Actions],
}));

/** Options of the filter `fw`: packets with the mark that is the filter's handle. */
export interface FwOptions extends FilterBase {
  /** The bits of the mark that count; all filters of one priority have the same. */
  mask?: number;
  /** The interface that packets came in by. */
  indev?: string;
}

/** Wire form of {@linkcode FwOptions}. */
export const FwOptions: Attributes<FwOptions> = attributes((): Shape<FwOptions> => ({
  classid: [1, classid],
  mask: [5, u32],
  indev: [3, string(15)],
  police: [2, police],
  act: [4, Actions],
}));

/** Number of packets that `matchall` has seen. */
export interface MatchallPcnt {
  /** Packets. */
  rhit: number;
}

/** Wire form of {@linkcode MatchallPcnt}: struct tc_matchall_pcnt. */
export const MatchallPcnt: Struct<MatchallPcnt> = struct<MatchallPcnt>(8, (): Shape<MatchallPcnt> => ({
  rhit: [0, count64],
}));

/** Options of the filter `matchall`: all packets. */
export interface MatchallOptions extends Omit<FilterBase, "police"> {
  /** Flags: whether the filter is in hardware. */
  flags?: readonly (ClsFlag | number)[];
  /** Number of packets. Read-only. */
  pcnt?: MatchallPcnt;
}

/** Wire form of {@linkcode MatchallOptions}. */
export const MatchallOptions: Attributes<MatchallOptions> = attributes((): Shape<MatchallOptions> => ({
  classid: [1, classid],
  flags: [3, clsFlags],
  act: [2, Actions],
  pcnt: [4, MatchallPcnt, readOnly],
}), { pad: 5 });

/** Options of the filter `route`: packets of routes with a realm. */
export interface RouteFilterOptions extends FilterBase {
  /** Realm of the destination, 0..255. */
  to?: number;
  /** Realm of the source, 0..255; excludes `iif`. */
  from?: number;
  /** Number of the interface that packets came in by. */
  iif?: number;
}

/** Wire form of {@linkcode RouteFilterOptions}. */
export const RouteFilterOptions: Attributes<RouteFilterOptions> = attributes((): Shape<RouteFilterOptions> => ({
  classid: [1, classid],
  to: [2, u32],
  from: [3, u32],
  iif: [4, u32],
  police: [5, police],
  act: [6, Actions],
}));

/** Numbers of the flags of a selector. */
export const U32_FLAG = { terminal: 1, offset: 2, varoffset: 4, eat: 8 } as const;

/** The selector of the filter `u32`. */
export interface U32Sel {
  /**
   * Flags: `terminal` ends the search if all keys match, and takes the class and the actions. By default it is set if
   * there are a class or actions.
   */
  flags: readonly (keyof typeof U32_FLAG | number)[];
  /** Bits by which the offset in the packet is shifted. */
  offshift: number;
  /** The bits of the offset in the packet. */
  offmask: number;
  /** Fixed offset of the next header. */
  off: number;
  /** Place of an offset in the packet. */
  offoff: number;
  /** Place of the bits that choose a bucket of the next table. */
  hoff: number;
  /** Those bits. */
  hmask: number;
  /** Values that are compared. */
  keys: readonly U32Key[];
}

/** {@linkcode U32Sel} as the kernel has it, without its keys. */
export interface U32SelStruct extends Omit<U32Sel, "keys"> {
  /** Number of keys. */
  nkeys: number;
}

/** Wire form of {@linkcode U32Sel} without its keys: struct tc_u32_sel. */
export const U32SelStruct: Struct<U32SelStruct> = struct<U32SelStruct>(16, (): Shape<U32SelStruct> => ({
  flags: [0, mask(u8, U32_FLAG)],
  offshift: [1, u8],
  nkeys: [2, u8],
  offmask: [4, be16],
  off: [6, u16],
  offoff: [8, i16],
  hoff: [10, i16],
  hmask: [12, be32],
}));

const SEL = 16, MOST_U32_KEYS = 128;

const sel: Codec<U32Sel> = {
  name: "a selector",
  decode(from, at, end, owner) {
    if (end - at < SEL) return MISFIT;
    const { nkeys, ...rest } = U32SelStruct.decode(from, at, at + SEL, owner), keys: U32Key[] = [];
    if (end - at < SEL + 16 * nkeys) return MISFIT;
    for (let i = 0, place = at + SEL; i < nkeys; i++, place += 16) {
      keys.push(U32Key.decode(from, place, place + 16, owner));
    }
    return { ...rest, keys };
  },
  encode(value, to, owner) {
    expectObject(value, to);
    const { keys = [], ...rest } = value;
    // As tc does: without the flag, the kernel ignores the class and the actions.
    const { classid, act, police } = owner as U32Options, ends = (classid ?? act ?? police) !== undefined;
    if (rest.flags === undefined && ends) rest.flags = ["terminal"];
    if (!Array.isArray(keys) || keys.length > MOST_U32_KEYS) {
      to.path.push("keys");
      to.fail(TypeError, `expected an array of at most ${MOST_U32_KEYS} keys, got ${shown(keys)}`);
    }
    U32SelStruct.encode({ ...rest, nkeys: keys.length }, to, owner);
    to.path.push("keys", 0);
    (keys as readonly U32Key[]).forEach((key, i) => {
      to.path[to.path.length - 1] = i;
      U32Key.encode(key, to, owner);
    });
    to.path.length -= 2;
  },
  walk(from, at, end, owner, visit) {
    U32SelStruct.walk!(from, at, Math.min(end, at + SEL), owner, visit);
  },
};

/** A mark that packets must have. */
export interface U32Mark {
  /** The mark. */
  val: number;
  /** The bits that count. */
  mask: number;
  /** Number of packets that had it. Read-only. */
  success: number;
}

/** Wire form of {@linkcode U32Mark}: struct tc_u32_mark. */
export const U32Mark: Struct<U32Mark> = needing(
  struct<U32Mark>(12, (): Shape<U32Mark> => ({
    val: [0, u32],
    mask: [4, u32],
    success: [8, u32, readOnly],
  })),
  "mask",
  "the bits of the mark that count; 0xffffffff for all",
);

/** Numbers of packets that the filter `u32` has seen. */
export interface U32Pcnt extends BasicPcnt {
  /** Packets that matched each key. */
  kcnts: readonly number[];
}

const pcnt: Codec<U32Pcnt> = {
  name: "numbers of packets",
  decode(from, at, end, owner) {
    if (end - at < 16 || (end - at) % 8 !== 0) return MISFIT;
    const kcnts: number[] = [];
    for (let place = at + 16; place < end; place += 8) kcnts.push(count64.decode(from, place, place + 8, owner));
    return { ...BasicPcnt.decode(from, at, at + 16, owner), kcnts };
  },
  encode({ kcnts, ...rest }, to, owner) {
    BasicPcnt.encode(rest, to, owner);
    for (const one of kcnts) count64.encode(one, to, owner);
  },
};

/** A handle of the filter `u32`: table, bucket and node in hexadecimal, `800::800`, `1:3:`. */
const u32Handle: Codec<string, string | number> = {
  name: "a handle of u32",
  size: 4,
  decode: (from, at) => u32HandleText(from.view.getUint32(at, true)),
  encode(value, to) {
    const number = typeof value === "number" ? value : u32HandleNumber(value);
    if (number === undefined || number >>> 0 !== number) {
      to.fail(TypeError, `expected a handle of u32 like "800::800" or "1:3:", got ${shown(value)}`);
    }
    const at = to.grow(4);
    to.view.setUint32(at, number!, true);
  },
};

/** Returns a handle of u32 as `tc` writes it. */
export function u32HandleText(handle: number): string {
  const table = handle >>> 20, bucket = handle >>> 12 & 0xff, node = handle & 0xfff;
  const digits = (value: number): string => value === 0 ? "" : value.toString(16);
  return `${digits(table)}:${digits(bucket)}:${digits(node)}`;
}

/** Returns the number of a handle of u32; `undefined` if the text is none. */
export function u32HandleNumber(text: unknown): number | undefined {
  const match = typeof text === "string" ? /^([\da-f]{0,3}):([\da-f]{0,2}):?([\da-f]{0,3})$/i.exec(text) : null;
  if (match === null) return undefined;
  const [table, bucket, node] = match.slice(1).map((digits) => parseInt(digits || "0", 16));
  return ((table! << 20) | (bucket! << 12) | node!) >>> 0;
}

/** Codec of the handle of filters of the kind u32. */
export const u32FilterHandle: Codec<string, string | number> = u32Handle;

/** Options of the filter `u32`: packets whose bits match keys; nodes are in the buckets of tables. */
export interface U32Options extends FilterBase {
  /** The table and bucket to insert in: `800:`. */
  hash?: string;
  /** The table where the search goes on. */
  link?: string;
  /** Number of buckets, a power of two up to 256: makes a table. */
  divisor?: number;
  /** Values that are compared. */
  sel?: U32Sel;
  /** The interface that packets came in by. */
  indev?: string;
  /** Numbers of packets. Read-only. */
  pcnt?: U32Pcnt;
  /** A mark that packets must have. */
  mark?: U32Mark;
  /** Flags: whether the filter is in hardware. */
  flags?: readonly (ClsFlag | number)[];
}

/** Wire form of {@linkcode U32Options}. */
export const U32Options: Attributes<U32Options> = attributes((): Shape<U32Options> => ({
  classid: [1, classid],
  hash: [2, u32Handle],
  link: [3, u32Handle],
  divisor: [4, u32],
  sel: [5, sel],
  indev: [8, string(15)],
  mark: [10, U32Mark],
  flags: [11, clsFlags],
  police: [6, police],
  act: [7, Actions],
  pcnt: [9, pcnt, readOnly],
}), { pad: 12 });

/** A field of a packet that `rsvp` compares. */
export interface RsvpGpi {
  /** Its value. */
  key: number;
  /** The bits that count. */
  mask: number;
  /** Its offset. */
  offset: number;
}

/** Wire form of {@linkcode RsvpGpi}: struct tc_rsvp_gpi. */
export const RsvpGpi: Struct<RsvpGpi> = struct<RsvpGpi>(12, (): Shape<RsvpGpi> => ({
  key: [0, u32],
  mask: [4, u32],
  offset: [8, i32],
}));

/** Further values that `rsvp` compares besides addresses. */
export interface RsvpPinfo {
  /** At the destination. */
  dpi: RsvpGpi;
  /** At the source. */
  spi: RsvpGpi;
  /** IP protocol. */
  protocol: number;
  /** Number of the tunnel. */
  tunnelid: number;
  /** Length of the tunnel's header. */
  tunnelhdr: number;
}

/** Wire form of {@linkcode RsvpPinfo}: struct tc_rsvp_pinfo. */
export const RsvpPinfo: Struct<RsvpPinfo> = struct<RsvpPinfo>(28, (): Shape<RsvpPinfo> => ({
  dpi: [0, RsvpGpi],
  spi: [12, RsvpGpi],
  protocol: [24, u8],
  tunnelid: [25, u8],
  tunnelhdr: [26, u8],
}));

/** Options of the filter `rsvp`: packets of reserved flows; removed in 6.3. */
export interface RsvpOptions extends FilterBase {
  /** Destination: 4 or 16 bytes. */
  dst?: Uint8Array;
  /** Source: 4 or 16 bytes. */
  src?: Uint8Array;
  /** Further values that are compared. */
  pinfo?: RsvpPinfo;
}

/** Wire form of {@linkcode RsvpOptions}. */
export const RsvpOptions: Attributes<RsvpOptions> = attributes((): Shape<RsvpOptions> => ({
  classid: [1, classid],
  dst: [2, bytes],
  src: [3, bytes],
  pinfo: [4, RsvpPinfo],
  police: [5, police],
  act: [6, Actions],
}));

/** Options of the filter `tcindex`: packets with an index; removed in 6.3. */
export interface TcindexOptions extends FilterBase {
  /** Size of the table. */
  hash?: number;
  /** The bits of the index that count. */
  mask?: number;
  /** Bits by which it is shifted to the right. */
  shift?: number;
  /** 1 if packets without a class go on. */
  fallThrough?: number;
}

/** Wire form of {@linkcode TcindexOptions}. */
export const TcindexOptions: Attributes<TcindexOptions> = attributes((): Shape<TcindexOptions> => ({
  classid: [5, classid],
  hash: [1, u32],
  mask: [2, u16],
  shift: [3, i32],
  fallThrough: [4, u32],
  police: [6, police],
  act: [7, Actions],
}));

/** Options of the filter `bpf`, as users see them. */
export type BpfFilterOptions = Omit<BpfOptions, "opsLen">;

/** Codec of {@linkcode BpfFilterOptions}. */
export const Bpf: Codec<BpfFilterOptions> = view<BpfFilterOptions>(BpfOptions as AnyCodec, {
  seen(fields: Fields) {
    bpfSeen(fields);
    return fields;
  },
  sent(given, fail) {
    bpfSent(given, fail);
    return given;
  },
});
