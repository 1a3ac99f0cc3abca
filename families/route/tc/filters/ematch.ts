/**
 * Extended matches of the filters basic, cgroup and flow: conditions tied by "and" and "or". TCA_EMATCH_TREE_*.
 *
 * The kernel keeps them in one list, in which a container refers to others behind it; here a container has them.
 *
 * Source: linux/pkt_cls.h, linux/tc_ematch/*.h, linux/netfilter/xt_set.h, net/sched/ematch.c, v7.1
 *
 * @module
 */
import {
  type AnyCodec,
  array,
  type Attributes,
  attributes,
  be32,
  bytes,
  chars,
  type Codec,
  eachAttribute,
  enumeration,
  i32,
  mask,
  MISFIT,
  octets,
  payloadOf,
  type Reader,
  type Shape,
  shown,
  type Struct,
  struct,
  text,
  u16,
  u32,
  u8,
  type Writer,
} from "../../../../core/codec/mod.ts";
import { needing } from "./view.ts";

/** TCF_EM_*: kinds of conditions. */
export const TCF_EM = {
  container: 0,
  cmp: 1,
  nbyte: 2,
  u32: 3,
  meta: 4,
  text: 5,
  vlan: 6,
  canid: 7,
  ipset: 8,
  ipt: 9,
} as const;

/** TCF_LAYER_*: where an offset begins. */
export const TCF_LAYER = { link: 0, network: 1, transport: 2 } as const;

/** Start of an offset: the link's header, the network header or the transport header. */
export type Layer = keyof typeof TCF_LAYER | number;

/** TCF_EM_OPND_*: comparisons. */
export const TCF_EM_OPND = { eq: 0, gt: 1, lt: 2 } as const;

/** A comparison: equal, greater, less. */
export type Operand = keyof typeof TCF_EM_OPND | number;

/** Makes the codec of a number with names in some bits of a byte. */
function bitsOf<const M extends Readonly<Record<string, number>>>(
  names: M,
): { textOf(value: number): (keyof M & string) | number; numberOf(value: unknown, field: string, to: Writer): number } {
  return {
    textOf: (value) => Object.keys(names).find((name) => names[name] === value) ?? value,
    numberOf(value, field, to) {
      if (value === undefined) return 0;
      if (typeof value === "number" && value >= 0 && value <= 15) return value;
      if (typeof value === "string" && Object.hasOwn(names, value)) return names[value]!;
      to.path.push(field);
      return to.fail(TypeError, `expected ${Object.keys(names).join(", ")} or 0..15, got ${shown(value)}`);
    },
  };
}

const layers = bitsOf(TCF_LAYER), operands = bitsOf(TCF_EM_OPND);
/** TCF_EM_ALIGN_*: sizes of numbers. */
export const ALIGN = { u8: 1, u16: 2, u32: 4 } as const;

const aligns = bitsOf(ALIGN);

/** Compares a number in the packet. */
export interface CmpMatch {
  /** Its size. */
  align: keyof typeof ALIGN | number;
  /** True if it is in network order. */
  trans?: boolean;
  /** Start of the offset. */
  layer: Layer;
  /** The comparison. */
  opnd: Operand;
  /** The number to compare with. */
  val: number;
  /** The bits to compare; all when 0. */
  mask: number;
  /** Offset in bytes. */
  off: number;
}

/** {@linkcode CmpMatch} as the kernel has it. */
export interface CmpStruct {
  /** The number to compare with. */
  val: number;
  /** The bits to compare. */
  mask: number;
  /** Offset in bytes. */
  off: number;
  /** The size, and in the upper bits whether it is in network order. */
  align: number;
  /** The layer, and in the upper bits the comparison. */
  layer: number;
}

/** Wire form of {@linkcode CmpMatch}: struct tcf_em_cmp, with two fields in each of the last bytes. */
export const EmCmp: Struct<CmpStruct> = struct<CmpStruct>(12, (): Shape<CmpStruct> => ({
  val: [0, u32],
  mask: [4, u32],
  off: [8, u16],
  align: [10, u8],
  layer: [11, u8],
}));

const cmp: Codec<CmpMatch> = {
  name: "a comparison",
  size: 12,
  decode(from, at, end, owner) {
    const { val, mask, off, align, layer } = EmCmp.decode(from, at, end, owner);
    return {
      align: aligns.textOf(align & 15),
      ...((align & 0x10) !== 0 ? { trans: true } : {}),
      layer: layers.textOf(layer & 15),
      opnd: operands.textOf(layer >> 4),
      val,
      mask,
      off,
    };
  },
  encode({ align, trans, layer, opnd, ...rest }, to, owner) {
    EmCmp.encode(
      {
        ...rest,
        align: aligns.numberOf(align, "align", to) | (trans === true ? 0x10 : 0),
        layer: layers.numberOf(layer, "layer", to) | operands.numberOf(opnd, "opnd", to) << 4,
      },
      to,
      owner,
    );
  },
};

/** Compares bytes. */
export interface NbyteMatch {
  /** Start of the offset. */
  layer: Layer;
  /** Offset in bytes. */
  off: number;
  /** The bytes. */
  needle: Uint8Array;
}

const nbyte: Codec<NbyteMatch> = {
  name: "bytes to compare",
  decode(from, at, end) {
    if (end - at < 4) return MISFIT;
    const word = from.view.getUint16(at + 2, true), length = word & 0xfff;
    if (end - at < 4 + length) return MISFIT;
    return {
      layer: layers.textOf(word >> 12),
      off: from.view.getUint16(at, true),
      needle: from.own(at + 4, at + 4 + length),
    };
  },
  encode({ layer, off, needle }, to, owner) {
    const data = octets(needle, to);
    if (data.length > 0xfff) to.fail(RangeError, `expected at most 4095 bytes, got ${data.length}`);
    u16.encode(off ?? 0, to, owner);
    u16.encode(data.length | layers.numberOf(layer, "layer", to) << 12, to, owner);
    to.append(data);
  },
};

/** Bits of a packet to compare: 4 bytes at an offset. */
export interface U32Key {
  /** The bits to compare. */
  mask: number;
  /** Their value. */
  val: number;
  /** Offset from the network header, a multiple of 4; it may be negative. */
  off: number;
  /** -1 if the offset begins at the next header. */
  offmask: number;
}

/** Wire form of {@linkcode U32Key}: struct tc_u32_key. */
export const U32Key: Struct<U32Key> = needing(
  struct<U32Key>(16, (): Shape<U32Key> => ({
    mask: [0, be32],
    val: [4, be32],
    off: [8, i32],
    offmask: [12, i32],
  })),
  "mask",
  "the bits to compare; 0xffffffff for all",
);

/** TCF_META_ID_*: what the kernel knows about a packet and its socket. */
export const TCF_META_ID = {
  value: 0,
  random: 1,
  loadavg_0: 2,
  loadavg_1: 3,
  loadavg_2: 4,
  dev: 5,
  priority: 6,
  protocol: 7,
  pkttype: 8,
  pktlen: 9,
  datalen: 10,
  maclen: 11,
  nfmark: 12,
  tcindex: 13,
  rtclassid: 14,
  rtiif: 15,
  sk_family: 16,
  sk_state: 17,
  sk_reuse: 18,
  sk_bound_if: 19,
  sk_refcnt: 20,
  sk_shutdown: 21,
  sk_proto: 22,
  sk_type: 23,
  sk_rcvbuf: 24,
  sk_rmem_alloc: 25,
  sk_wmem_alloc: 26,
  sk_omem_alloc: 27,
  sk_wmem_queued: 28,
  sk_rcv_qlen: 29,
  sk_snd_qlen: 30,
  sk_err_qlen: 31,
  sk_forward_allocs: 32,
  sk_sndbuf: 33,
  sk_allocs: 34,
  sk_hash: 36,
  sk_lingertime: 37,
  sk_ack_backlog: 38,
  sk_max_ack_backlog: 39,
  sk_prio: 40,
  sk_rcvlowat: 41,
  sk_rcvtimeo: 42,
  sk_sndtimeo: 43,
  sk_sendmsg_off: 44,
  sk_write_pending: 45,
  vlan_tag: 46,
  rxhash: 47,
} as const;

/** TCF_META_TYPE_*: forms of values. */
export const TCF_META_TYPE = { var: 0, int: 1 } as const;

/** Something that the kernel knows, or a constant. */
export interface MetaValue {
  /** Type of the operand; `value` is a constant. */
  id: keyof typeof TCF_META_ID | number;
  /** Its form: a number, or a text such as the name of an interface. */
  type?: keyof typeof TCF_META_TYPE | number;
  /** Bits by which it is shifted to the right. */
  shift?: number;
  /** The mask, of the left side; or the constant, of the right side. */
  value?: number | string;
}

/** Compares what the kernel knows about a packet. */
export interface MetaMatch {
  /** Values that are compared. */
  left: MetaValue;
  /** The comparison. */
  op: Operand;
  /** Values to compare with. */
  right: MetaValue;
}

/** A side of {@linkcode MetaMatch} as the kernel has it. */
export interface MetaVal {
  /** Form and what it is. */
  kind: number;
  /** Bits by which it is shifted. */
  shift: number;
  /** The comparison. */
  op: number;
}

/** Wire form of {@linkcode MetaVal}: struct tcf_meta_val. */
export const MetaVal: Struct<MetaVal> = struct<MetaVal>(
  4,
  (): Shape<MetaVal> => ({ kind: [0, u16], shift: [2, u8], op: [3, u8] }),
);

/** The header of {@linkcode MetaMatch}. */
export interface MetaHdr {
  /** The left side. */
  left: MetaVal;
  /** The right side. */
  right: MetaVal;
}

/** Wire form of the header of {@linkcode MetaMatch}: struct tcf_meta_hdr. */
export const MetaHdr: Struct<MetaHdr> = struct<MetaHdr>(
  8,
  (): Shape<MetaHdr> => ({ left: [0, MetaVal], right: [4, MetaVal] }),
);

/** The attributes of {@linkcode MetaMatch}. */
export interface MetaAttributes {
  /** The header. */
  hdr?: MetaHdr;
  /** The value of the left side. */
  lvalue?: Uint8Array;
  /** The value of the right side. */
  rvalue?: Uint8Array;
}

/** Wire form of {@linkcode MetaAttributes}. */
export const MetaAttributes: Attributes<MetaAttributes> = attributes((): Shape<MetaAttributes> => ({
  hdr: [1, MetaHdr],
  lvalue: [2, bytes],
  rvalue: [3, bytes],
}));

const ids = enumeration(u16, TCF_META_ID), types = enumeration(u8, TCF_META_TYPE);

/** Returns one side of a comparison. */
function sideOf({ kind, shift }: MetaVal, given: Uint8Array | undefined): MetaValue {
  const [type, id] = [kind >> 12, kind & 0x7ff], names = Object.entries(TCF_META_ID);
  const side: MetaValue = {
    id: (names.find(([, number]) => number === id)?.[0] ?? id) as MetaValue["id"],
    type: type === 0 ? "var" : type === 1 ? "int" : type,
    shift,
  };
  if (given === undefined || given.length === 0) return side;
  const view = new DataView(given.buffer, given.byteOffset, given.length);
  if (type === 1 && given.length === 4) side.value = view.getUint32(0, true);
  else if (type === 1 && given.length === 8) side.value = Number(view.getBigUint64(0, true));
  else side.value = String.fromCharCode(...given).replace(/\0+$/, "");
  return side;
}

const meta: Codec<MetaMatch> = {
  name: "a comparison of metadata",
  decode(from, at, end, owner) {
    const { hdr, lvalue, rvalue } = MetaAttributes.decode(from, at, end, owner);
    if (hdr?.left === undefined || hdr.right === undefined) return MISFIT;
    const { left, right } = hdr;
    return { left: sideOf(left, lvalue), op: operands.textOf(left.op), right: sideOf(right, rvalue) };
  },
  encode(match, to, owner) {
    const op = operands.numberOf(match.op, "op", to),
      code = (codec: AnyCodec, value: unknown): number => {
        const at = to.length;
        codec.encode(value as never, to, owner);
        const number = codec.size === 2 ? to.view.getUint16(at, true) : to.bytes[at]!;
        to.length = at;
        return number;
      };
    const side = (name: "left" | "right"): [MetaVal, Uint8Array | undefined] => {
      const { id, type, shift = 0, value } = match[name] ?? to.fail(TypeError, `${name} is missing`);
      to.path.push(name);
      const form = code(types, type ?? (typeof value === "string" ? "var" : "int"));
      const kind = code(ids, id) | form << 12;
      let data: Uint8Array | undefined;
      if (typeof value === "number") {
        data = new Uint8Array(value > 0xffff_ffff ? 8 : 4);
        const view = new DataView(data.buffer);
        if (data.length === 8) view.setBigUint64(0, BigInt(value), true);
        else view.setUint32(0, value, true);
      } else if (typeof value === "string") data = Uint8Array.from(value, (one) => one.charCodeAt(0));
      to.path.pop();
      return [{ kind, shift, op }, data];
    };
    const [left, lvalue] = side("left"), [right, rvalue] = side("right");
    MetaAttributes.encode(
      {
        hdr: { left, right },
        ...(lvalue === undefined ? {} : { lvalue }),
        ...(rvalue === undefined ? {} : { rvalue }),
      },
      to,
      owner,
    );
  },
};

/** Searches a text. */
export interface TextMatch {
  /** The algorithm: `kmp`, `bm`, `fsm`. */
  algo: string;
  /** Start of the search: offset in bytes. */
  fromOffset: number;
  /** End of the search: offset in bytes. */
  toOffset: number;
  /** Start of the first offset. */
  fromLayer: Layer;
  /** Start of the second offset. */
  toLayer: Layer;
  /** The text. */
  pattern: Uint8Array;
}

/** {@linkcode TextMatch} as the kernel has it, without the text. */
export interface TextStruct {
  /** The algorithm. */
  algo: string;
  /** Start of the search. */
  fromOffset: number;
  /** End of the search. */
  toOffset: number;
  /** Length of the text. */
  patternLen: number;
  /** The layers of both offsets. */
  fromLayer: number;
}

/** Wire form of {@linkcode TextMatch}: struct tcf_em_text. */
export const EmText: Struct<TextStruct> = struct<TextStruct>(24, (): Shape<TextStruct> => ({
  algo: [0, chars(16)],
  fromOffset: [16, u16],
  toOffset: [18, u16],
  patternLen: [20, u16],
  fromLayer: [22, u8],
}));

const search: Codec<TextMatch> = {
  name: "a search",
  decode(from, at, end, owner) {
    if (end - at < 24) return MISFIT;
    const { patternLen, fromLayer, ...rest } = EmText.decode(from, at, at + 24, owner);
    if (end - at < 24 + patternLen) return MISFIT;
    return {
      ...rest,
      fromLayer: layers.textOf(fromLayer & 15),
      toLayer: layers.textOf(fromLayer >> 4),
      pattern: from.own(at + 24, at + 24 + patternLen),
    };
  },
  encode({ pattern, fromLayer, toLayer, ...rest }, to, owner) {
    const data = octets(pattern, to);
    EmText.encode(
      {
        ...rest,
        patternLen: data.length,
        fromLayer: layers.numberOf(fromLayer, "fromLayer", to) | layers.numberOf(toLayer, "toLayer", to) << 4,
      },
      to,
      owner,
    );
    to.append(data);
  },
};

/** A filter of CAN identifiers. */
export interface CanFilter {
  /** The identifier, with flags in the highest bits. */
  canId: number;
  /** The bits that count. */
  canMask: number;
}

/** Wire form of {@linkcode CanFilter}: struct can_filter. */
export const CanFilter: Struct<CanFilter> = struct<CanFilter>(8, (): Shape<CanFilter> => ({
  canId: [0, u32],
  canMask: [4, u32],
}));

/** IPSET_*: flags of look-ups. */
export const SET_FLAGS = { dim_one_src: 2, dim_two_src: 4, dim_three_src: 8, inv_match: 0x20 } as const;

/** Looks the packet up in a set. */
export interface IpsetMatch {
  /** Number of the set. */
  index: number;
  /** Number of parts of its entries. */
  dim: number;
  /** For each part, true for the packet's source. */
  flags: readonly (keyof typeof SET_FLAGS | number)[];
}

/** Wire form of {@linkcode IpsetMatch}: struct xt_set_info. */
export const EmIpset: Struct<IpsetMatch> = struct<IpsetMatch>(4, (): Shape<IpsetMatch> => ({
  index: [0, u16],
  dim: [2, u8],
  flags: [3, mask(u8, SET_FLAGS)],
}));

/** Asks a match of xtables. */
export interface IptMatch {
  /** The hook. */
  hook?: number;
  /** Name of the match. */
  matchName?: string;
  /** Its revision. */
  matchRevision?: number;
  /** The protocol family. */
  nfproto?: number;
  /** The match's own data. */
  matchData?: Uint8Array;
}

/** Wire form of {@linkcode IptMatch}. */
export const EmIpt: Attributes<IptMatch> = attributes((): Shape<IptMatch> => ({
  hook: [1, u32],
  matchName: [2, text],
  matchRevision: [3, u8],
  nfproto: [4, u8],
  matchData: [5, bytes],
}));

/** The conditions by kind. */
export interface EmatchKinds {
  /** Compares a number in the packet. */
  cmp: CmpMatch;
  /** Compares bytes. */
  nbyte: NbyteMatch;
  /** Compares 4 bytes. */
  u32: U32Key;
  /** Compares what the kernel knows. */
  meta: MetaMatch;
  /** Searches a text. */
  text: TextMatch;
  /** Compares identifiers of CAN. */
  canid: readonly CanFilter[];
  /** Looks up in a set. */
  ipset: IpsetMatch;
  /** Asks a match of xtables. */
  ipt: IptMatch;
  /** Conditions in parentheses. */
  container: readonly Ematch[];
}

/** The fields of a condition of any kind. */
export interface AnyEmatch {
  /** Ties this condition to the next one; absent for the last. The next is only looked at if it can change the result. */
  relation?: "and" | "or";
  /** True if the condition must be false. */
  invert?: true;
}

/** A condition. */
export type Ematch = {
  [K in keyof EmatchKinds]: AnyEmatch & {
    /** The kind. */
    kind: K;
    /** Values that are compared. */
    data: EmatchKinds[K];
  };
}[keyof EmatchKinds];

const CODECS: Readonly<Record<string, AnyCodec>> = {
  cmp,
  nbyte,
  u32: U32Key,
  meta,
  text: search,
  canid: array(CanFilter),
  ipset: EmIpset,
  ipt: EmIpt,
};

const AND = 1, OR = 2, RELATION = 3, INVERT = 4, SIMPLE = 8;

/** The header of a condition. */
export interface EmatchHdr {
  /** Not used. */
  matchid: number;
  /** The kind. */
  kind: number;
  /** Relation, and whether it is inverted. */
  flags: number;
}

/** Wire form of {@linkcode EmatchHdr}: struct tcf_ematch_hdr. */
export const EmatchHdr: Struct<EmatchHdr> = struct<EmatchHdr>(8, (): Shape<EmatchHdr> => ({
  matchid: [0, u16],
  kind: [2, u16],
  flags: [4, u16],
}));

/** The number of conditions. */
export interface EmatchTreeHdr {
  /** Number of conditions. */
  nmatches: number;
  /** The program that made them: 0 is `tc`. */
  progid: number;
}

/** Wire form of {@linkcode EmatchTreeHdr}: struct tcf_ematch_tree_hdr. */
export const EmatchTreeHdr: Struct<EmatchTreeHdr> = struct<EmatchTreeHdr>(4, (): Shape<EmatchTreeHdr> => ({
  nmatches: [0, u16],
  progid: [2, u16],
}));

const TREE_HDR = 1, TREE_LIST = 2, HDR = 8, NLA_F_NESTED = 0x8000;

/** Most conditions in all: more would not end. */
const MOST = 255;

interface Flat {
  readonly flags: number;
  readonly kind: number;
  readonly at: number;
  readonly end: number;
}

/** Returns the conditions from number `first` to the last of its list. */
function listFrom(all: readonly Flat[], first: number, from: Reader, owner: object): readonly Ematch[] | undefined {
  const found: Ematch[] = [], names = Object.entries(TCF_EM);
  for (let i = first; i < all.length; i++) {
    const { flags, kind, at, end } = all[i]!, relation = flags & RELATION;
    const name = names.find(([, number]) => number === kind)?.[0] ?? String(kind);
    const codec = CODECS[name];
    let data: unknown;
    if (kind === TCF_EM.container) {
      const inner = end - at >= 4 ? from.view.getUint32(at, true) : 0;
      // Only forward, so that it ends.
      data = inner > i ? listFrom(all, inner, from, owner) : undefined;
      if (data === undefined) return undefined;
    } else if ((flags & SIMPLE) !== 0 || codec === undefined) data = from.own(at, end);
    else {
      data = payloadOf(codec, from, at, end, owner);
      if (data === MISFIT) return undefined;
    }
    found.push({
      kind: name,
      ...(relation === AND ? { relation: "and" } : relation === OR ? { relation: "or" } : {}),
      ...((flags & INVERT) !== 0 ? { invert: true } : {}),
      data,
    } as Ematch);
    if (relation === 0) return found;
  }
  return found.length > 0 ? found : undefined;
}

/** Codec of the conditions. They are tied by their relations; without one, the last but one are tied by "and". */
export const Ematches: Codec<readonly Ematch[]> = {
  name: "conditions",
  nested: true,
  decode(from, at, end, owner) {
    const all: Flat[] = [];
    eachAttribute(from, at, end, (id, start, stop) => {
      if (id !== TREE_LIST) return;
      eachAttribute(from, start + 4, stop, (_id, begin, last) => {
        if (last - begin < 4 + HDR || all.length >= MOST) return;
        const { kind, flags } = EmatchHdr.decode(from, begin + 4, begin + 4 + HDR, owner);
        all.push({ kind, flags, at: begin + 4 + HDR, end: last });
      });
    });
    if (all.length === 0) return [];
    return listFrom(all, 0, from, owner) ?? MISFIT;
  },
  encode(value, to, owner) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
    const tree = to.open(TREE_HDR), header = to.length;
    to.grow(4);
    to.close(tree);
    const start = to.open(TREE_LIST | NLA_F_NESTED);
    let count = 0;
    const waiting: {
      readonly list: readonly Ematch[];
      readonly at: number;
      readonly path: readonly (string | number)[];
    }[] = [];
    const write = (list: readonly Ematch[]): void => {
      if (!Array.isArray(list) || list.length === 0) to.fail(TypeError, "expected an array of at least one condition");
      list.forEach((one, i) => {
        to.path.push(i);
        const { kind, relation, invert, data } = one as Ematch & { readonly kind: string };
        const number = Object.hasOwn(TCF_EM, kind) ? TCF_EM[kind as keyof typeof TCF_EM] : Number(kind);
        if (!Number.isInteger(number)) {
          to.fail(TypeError, `kind: expected ${Object.keys(TCF_EM).join(", ")}, got ${shown(kind)}`);
        }
        if (relation !== undefined && relation !== "and" && relation !== "or") {
          to.fail(TypeError, `relation: expected "and" or "or", got ${shown(relation)}`);
        }
        if (++count > MOST) to.fail(RangeError, `expected at most ${MOST} conditions`);
        const last = i === list.length - 1, tie = last ? 0 : relation === "or" ? OR : AND;
        // The kernel compares the numbers of these attributes with their flags, so they have none.
        const item = to.open(count);
        EmatchHdr.encode({ matchid: 0, kind: number, flags: tie | (invert === true ? INVERT : 0) }, to, owner);
        to.path.push("data");
        if (number === TCF_EM.container) {
          waiting.push({ list: data as readonly Ematch[], at: to.grow(4), path: [...to.path] });
        } else if ((data as unknown) instanceof Uint8Array) to.append(data as unknown as Uint8Array);
        else {
          const codec = CODECS[kind];
          if (codec === undefined || typeof data !== "object" || data === null) {
            to.fail(TypeError, `expected ${codec === undefined ? "bytes" : "an object"}, got ${shown(data)}`);
          }
          codec.encode(data as never, to, owner);
        }
        to.path.pop();
        to.close(item);
        to.path.pop();
      });
    };
    const outer = [...to.path];
    write(value);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      to.view.setUint32(next.at, count, true);
      to.path.length = 0;
      to.path.push(...next.path);
      write(next.list);
    }
    to.path.length = 0;
    to.path.push(...outer);
    to.close(start);
    to.view.setUint16(header, count, true);
  },
};
