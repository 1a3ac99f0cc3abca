/**
 * Sets and maps of nf_tables as messages: the table, and the types of their keys and data.
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be32,
  be64,
  type Codec,
  type Derived,
  didYouMean,
  enumeration,
  head,
  key,
  listOf,
  mask,
  readOnly,
  type Shape,
  shown,
  string,
  text,
} from "../../../core/codec/mod.ts";
import { type NfFamily, nfFamily, NFGENMSG } from "../protocol.ts";

import { datatypeName, datatypeOf, NFT_TYPES, type NftByteOrder, type NftDatatypeName } from "./datatypes.ts";
import { type NftExpression, NftExpression as Expression, NftExpressions } from "./expressions.ts";
import { type TypeofField, typeofFields } from "./typeof.ts";
import { commentIn, integerOf, userdata, userdataValues } from "./userdata.ts";

export type { NftByteOrder } from "./datatypes.ts";
export type { TypeofField } from "./typeof.ts";

/** The type of keys or data: one, or those of the parts of a concatenation. */
export type NftType = NftDatatypeName | readonly NftDatatypeName[];

/** The number of the data type of verdict maps. */
const DATA_VERDICT = 0xffffff00;
/** Bits of the type of each part in the number of a concatenation. */
const TYPE_BITS = 6;

/** Returns the names of the parts of a type. */
export function partsOf(type: NftType | undefined): readonly NftDatatypeName[] {
  return type === undefined ? [] : Array.isArray(type) ? type : [type as NftDatatypeName];
}

/** Returns nft's number of a type: of a concatenation, that of its parts side by side. */
export function typeNumber(type: NftType): number {
  return partsOf(type).reduce<number>((number, part) => number * 64 + datatypeOf(part).id, 0);
}

/** Codec of nft's number of a type. */
const datatype: Codec<NftType> = {
  name: "a type of values",
  size: 4,
  decode(from, at) {
    let number = from.view.getUint32(at);
    if (number === DATA_VERDICT) return "verdict";
    const parts: NftDatatypeName[] = [];
    do parts.unshift(datatypeName(number & 63)); while ((number >>>= TYPE_BITS) !== 0);
    return parts.length === 1 ? parts[0]! : parts;
  },
  encode(value, to, owner) {
    for (const part of partsOf(value)) {
      if (typeof part !== "number" && !Object.hasOwn(NFT_TYPES, part)) {
        to.fail(
          TypeError,
          `there is no type ${shown(part)}${didYouMean(String(part), Object.keys(NFT_TYPES))}`,
        );
      }
    }
    const number = typeNumber(value);
    if (number > 0xffffffff) to.fail(RangeError, "expected at most 5 parts of a concatenation");
    be32.encode(to.path.at(-1) === "dataType" && value === "verdict" ? DATA_VERDICT : number, to, owner);
  },
};

/** Codec of a duration: ms in messages, s in objects. */
export function seconds(size: 4 | 8): Codec<number> {
  const whole = size === 4 ? be32 : be64 as Codec<number | bigint, number>;
  return {
    name: "a duration in s",
    size,
    decode: (from, at, end, owner) => Number(whole.decode(from, at, end, owner)) / 1000,
    encode(value, to, owner) {
      if (typeof value !== "number" || !(value >= 0)) {
        to.fail(TypeError, `expected a duration in s, got ${shown(value)}`);
      }
      whole.encode(Math.round(value * 1000), to, owner);
    },
  };
}

/** The length of a part of a concatenation. */
export interface NftSetField {
  /** Length in bytes, without padding. */
  len?: number;
}

/** Wire form of {@linkcode NftSetField}: NFTA_SET_FIELD_*. */
export const NftSetField: Attributes<NftSetField> = attributes((): Shape<NftSetField> => ({ len: [1, be32] }));

/** The description of a set, by which the kernel chooses its implementation. */
export interface NftSetDesc {
  /** Most elements; an interval counts as two. */
  size?: number;
  /** The parts of a concatenation. */
  concat?: readonly NftSetField[];
}

/** Wire form of {@linkcode NftSetDesc}: NFTA_SET_DESC_*. */
export const NftSetDesc: Attributes<NftSetDesc> = attributes((): Shape<NftSetDesc> => ({
  size: [1, be32],
  concat: [2, listOf(1, NftSetField)],
}));

/** Numbers of NFT_SET_*, by name. */
export const NFT_SET_FLAGS = {
  anonymous: 1,
  constant: 2,
  interval: 4,
  map: 8,
  timeout: 16,
  eval: 32,
  object: 64,
  concat: 128,
  expr: 256,
} as const;

/**
 * A flag of a set: `interval` for ranges and prefixes, `timeout` for elements that end, `eval` for rules that add
 * elements (nft's word is `dynamic`).
 */
export type NftSetFlag = keyof typeof NFT_SET_FLAGS | number;

/** Numbers of NFT_OBJECT_*, by name. */
export const NFT_OBJECTS = {
  counter: 1,
  quota: 2,
  ct_helper: 3,
  limit: 4,
  connlimit: 5,
  tunnel: 6,
  ct_timeout: 7,
  secmark: 8,
  ct_expect: 9,
  synproxy: 10,
} as const;

/** The type of a stateful object. */
export type NftObjectType = keyof typeof NFT_OBJECTS;

/** Codec of the type of a stateful object. */
export const objectType: Codec<NftObjectType | number> = enumeration(be32, NFT_OBJECTS);

/** A set or map. */
export interface NftSet {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table?: string;
  /** The name. */
  name?: string;
  /** The kernel's number of the set. Read-only. */
  handle?: bigint;
  /** The type of keys. */
  keyType?: NftType;
  /** Length of keys in bytes; needed for types without a length of their own. */
  keyLen?: number;
  /** The type of data, of a map; `verdict` for a verdict map. */
  dataType?: NftType;
  /** Length of data in bytes. */
  dataLen?: number;
  /** The type of the objects that the elements of an object map name. */
  objType?: NftObjectType | number;
  /** The flags; some follow from other fields. */
  flags?: readonly NftSetFlag[];
  /** `memory` for a set that is slower and smaller. */
  policy?: "performance" | "memory" | number;
  /** The size and the parts of a concatenation. */
  desc?: NftSetDesc;
  /** The time after which elements end that have no timeout of their own, in s. */
  timeout?: number;
  /** The time between searches for ended elements, in s. */
  gcInterval?: number;
  /** The expression that each element has, as a counter, if it is one. */
  expr?: NftExpression;
  /** The expressions that each element has, if they are several. */
  expressions?: readonly NftExpression[];
  /** The implementation that the kernel has chosen. Read-only; in Linux since 6.17. */
  type?: string;
  /** Number of elements, of which a range counts as two. Read-only. */
  count?: number;
  /** A number by which other messages of the same transaction name it. Only given. */
  id?: number;
  /** The user data in nft's form: the byte order of the types, the comment and others. */
  userdata?: Uint8Array;
  /** True if overlapping elements are merged when they are added. */
  autoMerge?: boolean;
  /** True if the data of a map are ranges. */
  dataInterval?: boolean;
  /** The comment. */
  comment?: string;
}

/** Types of the values in the user data of a set. */
export const SET_USERDATA = {
  keyByteorder: 0,
  dataByteorder: 1,
  merge: 2,
  keyTypeof: 3,
  dataTypeof: 4,
  dataInterval: 6,
  comment: 7,
} as const;

/** Entry of a field that is true if a value in the user data is 1. */
function told(type: number): Derived<boolean> {
  return {
    derive(owner) {
      const { userdata } = owner as NftSet;
      return userdata !== undefined && integerOf(userdataValues(userdata).get(type)) === 1 || undefined;
    },
  };
}

/** Wire form of {@linkcode NftSet}: nfgenmsg and NFTA_SET_*. */
export const NftSet: Attributes<NftSet> = attributes((): Shape<NftSet> => ({
  family: head(0, nfFamily, key),
  table: [1, string(255), key],
  name: [2, string(255), key],
  handle: [16, be64, key],
  keyType: [4, datatype],
  keyLen: [5, be32],
  dataType: [6, datatype],
  dataLen: [7, be32],
  objType: [15, objectType],
  flags: [3, mask(be32, NFT_SET_FLAGS)],
  policy: [8, enumeration(be32, { performance: 0, memory: 1 })],
  desc: [9, NftSetDesc],
  timeout: [11, seconds(8)],
  gcInterval: [12, seconds(4)],
  expr: [17, Expression],
  expressions: [18, NftExpressions],
  type: [19, text, readOnly],
  count: [20, be32, readOnly],
  id: [10, be32, "input"],
  userdata: [13, userdata(SET_USERDATA.comment)],
  autoMerge: told(SET_USERDATA.merge),
  dataInterval: told(SET_USERDATA.dataInterval),
  comment: commentIn(SET_USERDATA.comment),
}), { header: NFGENMSG });

/** A part of a key or of data: its type and its place. */
export interface NftPart {
  /** The type. */
  readonly type: NftDatatypeName;
  /** Offset in bytes. */
  readonly at: number;
  /** Length in bytes. */
  readonly size: number;
  /** Byte order, unless the set has ranges of keys: those are in network order. */
  readonly order: NftByteOrder;
}

/** Length of a type in bytes; 0 if it differs. */
function sizeOf(type: NftDatatypeName): number {
  return Math.ceil(datatypeOf(type).bits / 8);
}

/** A description of keys or data besides their type. */
interface Described {
  /** Length in bytes. */
  readonly length?: number | undefined;
  /** Lengths of the parts, as the kernel has them. */
  readonly lengths?: readonly NftSetField[] | undefined;
  /** The fields that the user data tell. */
  readonly fields?: readonly TypeofField[] | undefined;
  /** Byte order of integers that the user data tell. */
  readonly order?: NftByteOrder | undefined;
}

/** Returns the parts of keys or data. */
function layoutOf(type: NftType | undefined, { length, lengths, fields, order }: Described): readonly NftPart[] {
  const types = type === undefined ? ["integer"] as const : partsOf(type);
  const told = fields?.length === types.length ? fields : undefined;
  const orderAt = (index: number): NftByteOrder => {
    const { name, order: usual } = datatypeOf(types[index]!);
    return name !== "integer" ? usual : told?.[index]?.order ?? (types.length === 1 ? order : undefined) ?? usual;
  };
  const bytesAt = (index: number): number => sizeOf(types[index]!) || Math.ceil((told?.[index]?.bits ?? 0) / 8);
  if (types.length <= 1) return [{ type: types[0]!, at: 0, size: length ?? bytesAt(0), order: orderAt(0) }];
  const parts: NftPart[] = [];
  let at = 0;
  const fixed = types.reduce<number>((sum, _, index) => sum + (bytesAt(index) + 3 & ~3), 0);
  types.forEach((one, index) => {
    // The remaining bytes are of a part whose type has no length.
    const size = lengths?.[index]?.len ?? (bytesAt(index) || (length ?? fixed) - fixed);
    parts.push({ type: one, at, size, order: orderAt(index) });
    at += size + 3 & ~3;
  });
  return parts;
}

/** Numbers of byte orders in user data; 0 is that of a concatenation. */
const ORDERS: readonly (NftByteOrder | undefined)[] = [undefined, "host", "network"];

/** Returns the length in bytes of keys or data with these parts. */
export function lengthOf(parts: readonly NftPart[]): number {
  const { at, size } = parts.at(-1)!;
  return parts.length === 1 ? size : at + (size + 3 & ~3);
}

/** Returns the fields that a set's keys or data are of, if its user data tell them. */
export function fieldsIn({ userdata }: NftSet, of: "key" | "data"): readonly TypeofField[] | undefined {
  return userdata === undefined ? undefined : typeofFields(userdataValues(userdata).get(SET_USERDATA[`${of}Typeof`]));
}

/** Returns the byte order of integers that a set's user data tell. */
function orderIn({ userdata }: NftSet, of: "key" | "data"): NftByteOrder | undefined {
  return userdata === undefined
    ? undefined
    : ORDERS[integerOf(userdataValues(userdata).get(SET_USERDATA[`${of}Byteorder`]))];
}

/** Returns the parts of a set's keys. */
export function keyLayout(set: NftSet): readonly NftPart[] {
  const { keyType, keyLen: length, desc } = set;
  return layoutOf(keyType, {
    length,
    lengths: desc?.concat,
    fields: fieldsIn(set, "key"),
    order: orderIn(set, "key"),
  });
}

/** Returns the parts of a map's data, of the first value if they are ranges. */
export function dataLayout(set: NftSet): readonly NftPart[] {
  const { dataType, dataLen, dataInterval } = set;
  const length = dataInterval === true && dataLen !== undefined ? dataLen / 2 : dataLen;
  return layoutOf(dataType, { length, fields: fieldsIn(set, "data"), order: orderIn(set, "data") });
}

/** True if a set has the flag. */
export function hasFlag({ flags = [] }: NftSet, flag: keyof typeof NFT_SET_FLAGS): boolean {
  return flags.includes(flag);
}
