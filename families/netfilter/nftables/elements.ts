/**
 * Elements of sets and maps of nf_tables: single values, ranges and prefixes, concatenations, with their timeouts,
 * comments and data.
 *
 * ```ts ignore
 * import { elements } from "@linux/netlink/families/netfilter/nftables/elements.ts";
 * const bad = { family: "inet", table: "guard", set: "bad" } as const;
 * elements.add(bad, ["192.0.2.1", "10.0.0.0/8", ["10.0.0.1", "10.0.0.9"], { elem: "192.0.2.7", timeout: 600 }]);
 * for (const { elem, expires } of elements.list(bad)) console.log(elem, expires);
 * ```
 *
 * A range is one element here. For the kernel it is two, its start and what follows its end, unless it is in a
 * concatenation.
 *
 * Source: linux/netfilter/nf_tables.h, v7.2
 *
 * @module
 */
import {
  expectArray,
  expectFields,
  expectNames,
  guardMethods,
  isFields,
  isOk,
  withName,
} from "../../../core/arguments.ts";
import {
  type Attributes,
  attributes,
  be32,
  type Codec,
  didYouMean,
  head,
  key,
  list,
  mask,
  type Shape,
  shown,
  string,
  text,
  zeroBytes,
} from "../../../core/codec/mod.ts";
import type { DeleteOptions } from "../../../core/collection.ts";
import { argumentError, ERRNO, KernelError, type KernelErrorDetails, unasked } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { declareMessages } from "../../../core/messages.ts";
import type { Operation } from "../../../core/protocol.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG } from "../protocol.ts";
import { datatypeOf, type NftDatatypeName } from "./datatypes.ts";
import {
  compareBytes,
  copyOf,
  isWildcard,
  nextOf,
  type NftBounds,
  type NftScalar,
  padded,
  prefixLength,
  prefixRange,
  previousOf,
  type Refuse,
  scalarBytes,
  scalarOf,
} from "./scalars.ts";
import { NftData, NftExpression, NftExpressions, type NftVerdict } from "./expressions.ts";
import { dataLayout, hasFlag, keyLayout, lengthOf, type NftPart, type NftSet, seconds } from "./set.ts";
import {
  expectFamily,
  generationOf,
  inOneGeneration,
  type NftContext,
  nftHint,
  placeOf,
  refusedIn,
  sharedContext,
} from "./transaction.ts";
import { setIn } from "./known_sets.ts";
import { prefixOfText, rangeOfText } from "./values.ts";
import { commentIn, hostInteger, userdata, userdataOf } from "./userdata.ts";

const ELEMENT_FLAGS = { interval_end: 1, catchall: 2 } as const;
/** Types of the values in the user data of an element. */
const COMMENT = 0, FLAGS = 1;
/** The flag in user data of a range without an end. */
const OPEN = 1;

/** An element as the kernel has it. */
export interface NftSetElem {
  /** The key, or the first of a range. */
  key?: NftData;
  /** The last key of a range, in a concatenation. */
  keyEnd?: NftData;
  /** The data, in a map. */
  data?: NftData;
  /** The flags: `interval_end` is behind a range, `catchall` has no key. */
  flags?: readonly ("interval_end" | "catchall" | number)[];
  /** Its own timeout in s; 0 is never. */
  timeout?: number;
  /** Time until it ends, in s. */
  expiration?: number;
  /** The user data in nft's form. */
  userdata?: Uint8Array;
  /** The comment. */
  comment?: string;
  /** Its expression, if it is one. */
  expr?: NftExpression;
  /** Its expressions, if they are several. */
  expressions?: readonly NftExpression[];
  /** The name of its object, in an object map. */
  objref?: string;
}

/** Wire form of {@linkcode NftSetElem}: NFTA_SET_ELEM_*. */
export const NftSetElem: Attributes<NftSetElem> = attributes((): Shape<NftSetElem> => ({
  key: [1, NftData],
  keyEnd: [10, NftData],
  data: [2, NftData],
  flags: [3, mask(be32, ELEMENT_FLAGS)],
  timeout: [4, seconds(8)],
  expiration: [5, seconds(8)],
  userdata: [6, userdata(COMMENT)],
  comment: commentIn(COMMENT),
  expr: [7, NftExpression],
  expressions: [11, NftExpressions],
  objref: [9, text],
}));

/** Elements of one set, as a message has them. */
export interface NftSetElemList {
  /** The family of the table. */
  family: NfFamily;
  /** The name of the table. */
  table?: string;
  /** The name of the set. */
  set?: string;
  /** The number of a set that is made in the same transaction. */
  setId?: number;
  /** The elements. */
  elements?: readonly NftSetElem[];
}

/** Wire form of {@linkcode NftSetElemList}: nfgenmsg and NFTA_SET_ELEM_LIST_*. */
export const NftSetElemList: Attributes<NftSetElemList> = attributes((): Shape<NftSetElemList> => ({
  family: head(0, nfFamily, key),
  table: [1, string(255), key],
  set: [2, string(255), key],
  setId: [4, be32],
  elements: [3, list(NftSetElem)],
}), { header: NFGENMSG });

const MSG = NETFILTER_MSG;
declareMessages(NETLINK_NETFILTER, {
  types: [
    MSG.NFT_MSG_NEWSETELEM,
    MSG.NFT_MSG_GETSETELEM,
    MSG.NFT_MSG_DELSETELEM,
    MSG.NFT_MSG_DESTROYSETELEM,
    MSG.NFT_MSG_GETSETELEM_RESET,
  ],
  codec: NftSetElemList as Codec<unknown, never>,
});

/**
 * The value of an element or of data: an address, a name, a number; a prefix `10.0.0.0/8`; a range of two, the first and
 * the last: `["10.0.0.1", "10.0.0.9"]`. Of a concatenation, an array of such values; `*` is what no other element has.
 */
export type NftValue = NftScalar | readonly (NftScalar | readonly NftScalar[])[];

/** The data of a verdict map, as in nft's JSON: `{ drop: null }`, `{ jump: { target: "web" } }`. */
export type NftVerdictData = { readonly [V in "accept" | "drop" | "continue" | "return" | "break"]?: null } & {
  /** Continues in another chain, and returns. */
  readonly jump?: { readonly target: string };
  /** Continues in another chain. */
  readonly goto?: { readonly target: string };
};

/** An element of a set or map. */
export interface NftElement {
  /** The value of the key. */
  elem: NftValue;
  /** The data, of a map. */
  data?: NftValue | NftVerdictData;
  /** The name of the object, of an object map. */
  objref?: string;
  /** The time after which it ends, in s, if it is not that of the set; 0 is never. */
  timeout?: number;
  /** Time until it ends, in s. */
  expires?: number;
  /** The comment. */
  comment?: string;
  /** The expressions that it has, as counters. */
  expressions?: readonly NftExpression[];
}

/** An element to add or delete: its value alone, or with more. */
export type NftElementInput = NftValue | NftElement;

/** The set of elements. */
export interface NftElementsKey {
  /** The family of its table. */
  family: NfFamily;
  /** The name of its table. */
  table: string;
  /** The name of the set. */
  set: string;
}

/** Options of adding elements. */
export interface NftElementsOptions {
  /** `ok` takes elements that exist already: their timeout begins anew. They are refused when absent. */
  exists?: "ok";
}

/** Most bytes of elements in one message: a nest holds at most 65,535. */
const MOST_BYTES = 60_000;
/** Bytes of the attributes of an element besides its values. */
const ELEMENT_BYTES = 32;

/** Conversions of the elements of one set. */
export class NftElementForm {
  readonly #set: NftSet;
  readonly #key: readonly NftPart[];
  /** The parts of the data, of the first value if they are ranges. */
  readonly #data: readonly NftPart[];
  readonly #isInterval: boolean;
  /** True if ranges are two elements. */
  readonly #hasEnds: boolean;
  readonly #indexOf: IndexOf | undefined;

  /** Converts elements of `set`; `indexOf` returns the number of an interface by name. */
  constructor(set: NftSet, indexOf?: IndexOf) {
    this.#set = set;
    this.#indexOf = indexOf;
    this.#key = keyLayout(set);
    const { dataType } = set;
    this.#data = dataType === undefined || dataType === "verdict" ? [] : dataLayout(set);
    this.#isInterval = hasFlag(set, "interval");
    this.#hasEnds = this.#isInterval && this.#key.length === 1;
  }

  /** True if ranges are two elements for the kernel. */
  get hasEnds(): boolean {
    return this.#hasEnds;
  }

  /** The kernel's element for the last value. */
  get last(): NftSetElem {
    return { key: { value: new Uint8Array(lengthOf(this.#key)).fill(255) } };
  }

  /** Returns the kernel's elements for one. */
  toWire(given: NftElementInput, refuse: Refuse): NftSetElem[] {
    const { elem, data, objref, timeout, expires, comment, expressions } = elementOf(given, refuse);
    // Assignments, as a set may have 100,000 elements, and spread objects cost more.
    const wire: NftSetElem = {};
    if (data !== undefined) wire.data = this.#dataToWire(data, refuse);
    if (objref !== undefined) wire.objref = objref;
    if (timeout !== undefined) wire.timeout = timeout;
    if (expires !== undefined) wire.expiration = expires;
    if (comment !== undefined) wire.comment = comment;
    if (expressions !== undefined) {
      if (expressions.length === 1) wire.expr = expressions[0]!;
      else if (expressions.length !== 0) wire.expressions = expressions;
    }
    if (elem === "*") {
      wire.flags = ["catchall"];
      return [wire];
    }
    const ranges = this.ranges(elem, refuse);
    if (!this.#isInterval) {
      if (!ranges.every(isSingle)) {
        refuse(TypeError, `expected a single value, got ${valueText(elem)}: the set lacks the flag "interval"`);
      }
      wire.key = { value: joined(this.#key, ranges, "low", true) };
      return [wire];
    }
    const high = joined(this.#key, ranges, "high", false);
    wire.key = { value: joined(this.#key, ranges, "low", false) };
    if (!this.#hasEnds) {
      wire.keyEnd = { value: high };
      return [wire];
    }
    const end = nextOf(high);
    if (end !== undefined) return [wire, { key: { value: end }, flags: INTERVAL_END }];
    wire.userdata = userdataOf([[FLAGS, hostInteger(OPEN)]]);
    return [wire];
  }

  /** Returns the ranges of the parts of a key, in network order. */
  ranges(elem: NftValue, refuse: Refuse): NftBounds[] {
    if (this.#key.length === 1) return [rangeOf(this.#key[0]!, elem, refuse, this.#indexOf)];
    if (!Array.isArray(elem) || elem.length !== this.#key.length) {
      return refuse(TypeError, `expected an array of ${this.#key.length} values, got ${valueText(elem)}`);
    }
    return this.#key.map((part, index) => rangeOf(part, elem[index] as NftValue, refuse, this.#indexOf));
  }

  /** Returns the elements for those of the kernel, of which those of ranges may be in any order. */
  fromWire(wire: readonly NftSetElem[]): NftElement[] {
    if (!this.#hasEnds) {
      const whole = wire.filter((one) => one.key?.value !== undefined);
      // The kernel has them in no order; those with ranges are in the order in which they were added.
      if (!this.#isInterval) this.#sort(whole);
      return [...whole, ...wire.filter(isCatchAll)].map((one) => this.#one(one));
    }
    const others = wire.filter(isCatchAll).map((one) => this.#one(one));
    const bounds = wire.filter((one) => one.key?.value !== undefined && !isCatchAll(one));
    // Of an end and a start with the same key, the end belongs to the range before.
    bounds.sort((a, b) => compareBytes(a.key!.value!, b.key!.value!) || Number(isEnd(b)) - Number(isEnd(a)));
    const found: NftElement[] = [];
    bounds.forEach((one, index) => {
      if (isEnd(one)) return;
      const next = bounds[index + 1]?.key?.value, low = one.key!.value!;
      const high = next === undefined ? new Uint8Array(low.length).fill(255) : previousOf(next) ?? low;
      found.push(this.#one(one, [{ low, high }]));
    });
    return [...found, ...others];
  }

  /** Sorts elements of single values by these. */
  #sort(wire: NftSetElem[]): void {
    if (this.#key.every(({ order }) => order === "network")) {
      return void wire.sort((a, b) => compareBytes(a.key!.value!, b.key!.value!));
    }
    const keys = new Map(wire.map((one) => {
      const parts = this.#split(one.key!.value, this.#key, true);
      return [one, joined(this.#key, parts.map((part) => ({ low: part, high: part })), "low", false)];
    }));
    wire.sort((a, b) => compareBytes(keys.get(a)!, keys.get(b)!));
  }

  #one(wire: NftSetElem, bounds?: readonly NftBounds[]): NftElement {
    const { data, objref, timeout, expiration, comment, expr, expressions } = wire;
    return {
      elem: isCatchAll(wire) ? "*" : this.elemOf(bounds ?? this.#bounds(wire)),
      ...(data === undefined ? {} : { data: this.#dataFromWire(data) }),
      ...(objref === undefined ? {} : { objref }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(expiration === undefined ? {} : { expires: expiration }),
      ...(comment === undefined ? {} : { comment }),
      ...(expr !== undefined ? { expressions: [expr] } : expressions === undefined ? {} : { expressions }),
    };
  }

  #bounds({ key, keyEnd }: NftSetElem): NftBounds[] {
    const host = !this.#isInterval, low = this.#split(key?.value, this.#key, host);
    const high = keyEnd === undefined ? low : this.#split(keyEnd.value, this.#key, host);
    return low.map((one, index) => ({ low: one, high: high[index]! }));
  }

  /** Returns the value for the ranges of its parts. */
  elemOf(ranges: readonly NftBounds[]): NftValue {
    const values = ranges.map((range, index) => rangeValue(this.#key[index]!.type, range));
    return values.length === 1 ? values[0]! : values as NftValue;
  }

  /** Returns the bytes of the parts, in network order. */
  #split(whole: Uint8Array | undefined, parts: readonly NftPart[], host: boolean): Uint8Array[] {
    const all = whole ?? new Uint8Array();
    return parts.map((part) => {
      const { at, size } = part, bytes = all.length === size && at === 0 ? all : all.subarray(at, at + size);
      return host ? turned(padded(bytes, size), part) : padded(bytes, size);
    });
  }

  #dataToWire(data: unknown, refuse: Refuse): NftData {
    if (this.#set.dataType === "verdict") return { verdict: verdictOf(data, refuse) };
    const parts = this.#data;
    if (parts.length === 0) return refuse(TypeError, "the set has no data: it is no map");
    const values = parts.length === 1 ? [data] : data;
    if (!Array.isArray(values) || values.length !== parts.length) {
      return refuse(TypeError, `data: expected an array of ${parts.length} values, got ${shown(data)}`);
    }
    const refuseData: Refuse = (kind, why) => refuse(kind, `data: ${why}`);
    const ranges = parts.map((part, index) => rangeOf(part, values[index] as NftValue, refuseData, this.#indexOf));
    const low = joined(parts, ranges, "low", true);
    if (this.#set.dataInterval !== true) {
      if (!ranges.every(isSingle)) {
        refuse(TypeError, `data: expected a single value, got ${shown(data)}: the map lacks dataInterval`);
      }
      return { value: low };
    }
    return { value: Uint8Array.of(...low, ...joined(parts, ranges, "high", true)) };
  }

  #dataFromWire({ value, verdict }: NftData): NftValue | NftVerdictData {
    if (verdict !== undefined) return verdictData(verdict);
    const isRange = this.#set.dataInterval === true, lows = this.#split(value, this.#data, true);
    const highs = isRange ? this.#split(value?.subarray(value.length / 2), this.#data, true) : lows;
    const values = lows.map((low, index) => rangeValue(this.#data[index]!.type, { low, high: highs[index]! }));
    return (values.length === 1 ? values[0]! : values) as NftValue;
  }
}

/** The flags of what follows the end of a range. */
const INTERVAL_END = ["interval_end"] as const;

/** True for a range of one value. */
function isSingle({ low, high }: NftBounds): boolean {
  return compareBytes(low, high) === 0;
}

/** Returns the bytes of a key or of data for the first or last values of its parts, each in network order. */
function joined(
  parts: readonly NftPart[],
  ranges: readonly NftBounds[],
  end: "low" | "high",
  host: boolean,
): Uint8Array {
  const bytesOf = (index: number): Uint8Array => {
    const bytes = ranges[index]![end];
    return host ? turned(bytes, parts[index]!) : bytes;
  };
  if (parts.length === 1) return bytesOf(0);
  const whole = zeroBytes(lengthOf(parts));
  parts.forEach(({ at }, index) => whole.set(bytesOf(index), at));
  return whole;
}

/** Returns the bytes of a part, turned between network order and the order that it has in sets of single values. */
function turned(bytes: Uint8Array, { order }: NftPart): Uint8Array {
  return order === "host" ? copyOf(bytes).reverse() : bytes;
}

function isEnd({ flags = [] }: NftSetElem): boolean {
  return flags.includes("interval_end");
}

function isCatchAll({ flags = [] }: NftSetElem): boolean {
  return flags.includes("catchall");
}

const FIELDS = ["elem", "data", "objref", "timeout", "expires", "comment", "expressions"];

/** Returns an element with its fields. */
function elementOf(given: NftElementInput, refuse: Refuse): NftElement {
  if (!isFields(given)) return { elem: given as NftValue };
  for (const name of Object.keys(given)) {
    if (!FIELDS.includes(name)) refuse(TypeError, `there is no field ${shown(name)}${didYouMean(name, FIELDS)}`);
  }
  return given as unknown as NftElement;
}

/** Returns the number of an interface by name. */
type IndexOf = (name: string) => number | undefined;

/** Returns the range that a value denotes. */
function rangeOf(
  { type, size }: Pick<NftPart, "type" | "size">,
  value: NftValue,
  refuse: Refuse,
  indexOf?: IndexOf,
): NftBounds {
  const datatype = datatypeOf(type);
  const parse = (one: unknown): Uint8Array => {
    if (type !== "iface_index" || typeof one !== "string") return scalarBytes(datatype, one, size, refuse);
    const index = indexOf?.(one) ??
      (/^\d+$/.test(one) ? one : refuse(TypeError, `no interface is called ${shown(one)}`));
    return scalarBytes(datatype, index, size, refuse);
  };
  if (Array.isArray(value)) {
    if (value.length !== 2) return refuse(TypeError, `expected a value or a range of two, got ${valueText(value)}`);
    const [low, high] = [parse(value[0]), parse(value[1])];
    if (compareBytes(low, high) > 0) return refuse(RangeError, `the range ${valueText(value)} ends before it begins`);
    return { low, high };
  }
  if (typeof value === "string") {
    const ends = rangeOfText(value, datatype);
    if (ends !== undefined) return rangeOf({ type, size }, ends, refuse, indexOf);
    const prefix = prefixOfText(value, datatype);
    if (prefix !== undefined) {
      if (prefix.len > 8 * size) {
        return refuse(RangeError, `expected a prefix of at most ${8 * size} bits, got ${value}`);
      }
      return prefixRange(parse(prefix.addr), prefix.len);
    }
    if (datatype.form === "name" && isWildcard(value)) {
      const low = parse(value.slice(0, -1)), high = low.slice();
      return { low, high: high.fill(255, new TextEncoder().encode(value).length - 1) };
    }
  }
  const bytes = parse(value);
  return { low: bytes, high: bytes };
}

/** Returns the shortest value that denotes a range. */
function rangeValue(type: NftDatatypeName, range: NftBounds): NftScalar | readonly NftScalar[] {
  const datatype = datatypeOf(type), { low, high } = range, { form } = datatype;
  if (compareBytes(low, high) === 0) return scalarOf(datatype, low);
  if (form === "ipv4" || form === "ipv6") {
    const length = prefixLength(range);
    if (length >= 0) return `${scalarOf(datatype, low)}/${length}`;
  }
  if (form === "name") {
    const end = low.indexOf(0);
    if (end >= 0 && low.subarray(end).every((byte) => byte === 0) && high.subarray(end).every((byte) => byte === 255)) {
      return `${scalarOf(datatype, low.subarray(0, end))}*`;
    }
  }
  return [scalarOf(datatype, low), scalarOf(datatype, high)];
}

const VERDICTS = ["accept", "drop", "continue", "return", "break"];

function verdictOf(given: unknown, refuse: Refuse): NftVerdict {
  const [word, value] = typeof given === "string"
    ? [given, null]
    : isFields(given)
    ? Object.entries(given)[0] ?? []
    : [];
  if (word !== undefined && VERDICTS.includes(word) && (value === null || value === undefined)) {
    return { code: word as "drop" };
  }
  if ((word === "jump" || word === "goto") && isFields(value) && typeof value["target"] === "string") {
    return { code: word, chain: value["target"] };
  }
  return refuse(
    TypeError,
    `data: expected a verdict like { drop: null } or { jump: { target: "web" } }, got ${shown(given)}`,
  );
}

function verdictData({ code, chain }: NftVerdict): NftVerdictData {
  return { [String(code)]: chain === undefined ? null : { target: chain } };
}

/** Returns the text of a value in an error. */
function valueText(value: NftValue): string {
  return Array.isArray(value) ? JSON.stringify(value) : shown(value);
}

/** True if the set's ranges are merged. Those of maps are not, as they have different data. */
function merges({ autoMerge, dataType }: NftSet, { hasEnds }: NftElementForm): boolean {
  return autoMerge === true && hasEnds && dataType === undefined;
}

/** An element of a set of ranges, with its range. */
interface Ranged {
  readonly range: NftBounds;
  readonly element: NftElement;
}

/** The elements of a set of ranges, in order. */
class Ranges {
  #all: Ranged[];

  /** Takes the elements of a set, in any order. */
  constructor(all: Ranged[]) {
    this.#all = all.sort((a, b) => compareBytes(a.range.low, b.range.low));
  }

  /** Returns the index of the first element that ends at `low` or later. */
  #first(low: Uint8Array): number {
    let from = 0, to = this.#all.length;
    while (from < to) {
      const middle = from + to >> 1;
      if (compareBytes(this.#all[middle]!.range.high, low) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Returns the elements that overlap or touch a range, and those that touch them. */
  near({ low, high }: NftBounds): Ranged[] {
    const all = this.#all, before = previousOf(low) ?? low;
    let from = this.#first(before), to = from, end = nextOf(high) ?? high;
    while (to < all.length && compareBytes(all[to]!.range.low, end) <= 0) {
      const { high } = all[to++]!.range, next = nextOf(high) ?? high;
      if (compareBytes(next, end) > 0) end = next;
    }
    while (from > 0 && from < all.length && touches(all[from - 1]!, all[from]!)) from--;
    return all.slice(from, to);
  }

  /** Returns the first element that overlaps a range; `undefined` if none does. */
  overlapping({ low, high }: NftBounds): Ranged | undefined {
    const found = this.#all[this.#first(low)];
    return found !== undefined && compareBytes(found.range.low, high) <= 0 ? found : undefined;
  }

  /** Removes the element with exactly this range, if there is one. */
  remove(range: NftBounds): void {
    const at = this.#first(range.low), found = this.#all[at]?.range;
    if (found !== undefined && isSame(found, range)) this.#all.splice(at, 1);
  }

  /** Adds an element that overlaps no other. */
  add(one: Ranged): void {
    this.#all.splice(this.#first(one.range.low), 0, one);
  }
}

function isSame(a: NftBounds, b: NftBounds): boolean {
  return compareBytes(a.low, b.low) === 0 && compareBytes(a.high, b.high) === 0;
}

/** The changes that a transaction has made to a set of ranges, before its ranges must be known. */
class UnlistedChanges {
  /** True if the set had no elements before. */
  readonly empty: boolean;
  /** The elements that are added or removed, in order. */
  readonly changes: { readonly added: boolean; readonly values: readonly NftElementInput[] }[] = [];

  /** Begins with a set that is empty, or as the kernel has it. */
  constructor(empty: boolean) {
    this.empty = empty;
  }
}

function touches(before: Ranged, { range }: Ranged): boolean {
  const next = nextOf(before.range.high);
  return next !== undefined && compareBytes(next, range.low) === 0;
}

/** The elements of sets of one network namespace. */
export class NftElements {
  readonly #context: NftContext;
  /** The elements of the set with `autoMerge` that was changed last, and the generation in which it has them. */
  #last: { readonly place: string; generation: number | undefined; readonly ranges: Ranges } | undefined;

  /** Sends in a context. */
  constructor(context: NftContext) {
    this.#context = context;
    guardMethods(this);
  }

  /** Returns the elements of a set, in ascending order; ranges of concatenations in the order of the kernel. */
  list(key: NftElementsKey): NftElement[] {
    const what = `list elements of ${nameOf(key)}`;
    return inOneGeneration(this.#context.open(), what, () => {
      const form = this.#formOf(this.#setOf(key, what));
      return form.fromWire(this.#dump(MSG.NFT_MSG_GETSETELEM, key, what));
    });
  }

  /** Returns the elements of a set that was listed. */
  listOf(set: NftSet): NftElement[] {
    expectFields(set, "list elements", "the set as an object");
    return new NftElementForm(set).fromWire(this.wireOf(set));
  }

  /** Returns the elements of a set that was listed, as the kernel has them. */
  wireOf(set: NftSet): NftSetElem[] {
    expectFields(set, "list elements", "the set as an object");
    const { family, table = "", name = "" } = set, key = { family, table, set: name };
    return this.#dump(MSG.NFT_MSG_GETSETELEM, key, `list elements of ${nameOf(key)}`);
  }

  /**
   * Returns the element that has a value: of an interval set, the range that contains it, or all of the range.
   *
   * @throws {KernelError} ENOENT: there is none
   */
  get(key: NftElementsKey, value: NftValue): NftElement {
    const what = `${withName("get element", valueText(value))} of ${nameOf(key)}`;
    const found = inOneGeneration(this.#context.open(), what, () => this.#look(key, value, what));
    if (found === undefined) throw new KernelError(what, ERRNO.ENOENT, { kernelMessage: "there is no such element" });
    return found;
  }

  /** Returns the element that has a value, `undefined` when there is none. */
  find(key: NftElementsKey, value: NftValue): NftElement | undefined {
    try {
      return this.get(key, value);
    } catch (error) {
      if (error instanceof KernelError && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /**
   * Adds elements, all or none. Overlapping ones are merged if the set has `autoMerge`, else refused.
   *
   * @throws {KernelError} EEXIST: one of them exists already, or overlaps another, which the hint names
   */
  add(key: NftElementsKey, values: readonly NftElementInput[], options: NftElementsOptions = {}): void {
    const what = `add elements to ${nameOf(key)}`, set = this.#setOf(key, what), form = this.#formOf(set);
    expectArray(values, what, "an array of elements");
    const exists = isOk(options, "exists", what);
    if (merges(set, form)) {
      return this.#merge(key, set, form, values, what);
    }
    const flags = NLM_F.NLM_F_CREATE | (exists ? 0 : NLM_F.NLM_F_EXCL);
    const messages = this.#messages(MSG.NFT_MSG_NEWSETELEM, flags, key, form, values, what);
    if (form.hasEnds) this.#expectApart(key, set, form, values, messages.some(hasOpen), exists, what);
    // The kernel does not begin the timeout of an existing element anew, before 6.12.
    const bare = exists && hasFlag(set, "timeout")
      ? values.map((one) => isFields(one) ? (one as NftElement).elem : one)
      : [];
    this.#send([...this.#messages(MSG.NFT_MSG_DESTROYSETELEM, 0, key, form, bare, what), ...messages]);
  }

  /**
   * Deletes elements, all or none.
   *
   * @param options `{ missing: "ok" }` deletes those that exist, in Linux since 6.3
   * @throws {KernelError} ENOENT: one of them does not exist, which the hint names; or the set does not exist
   */
  delete(key: NftElementsKey, values: readonly NftElementInput[], options: DeleteOptions = {}): void {
    const missing = isOk(options, "missing", `delete elements of ${nameOf(key)}`);
    this.#remove(key, values, missing ? MSG.NFT_MSG_DESTROYSETELEM : MSG.NFT_MSG_DELSETELEM, "delete");
  }

  /** Deletes those of the elements that exist. In Linux since 6.3. */
  destroy(key: NftElementsKey, values: readonly NftElementInput[]): void {
    this.#remove(key, values, MSG.NFT_MSG_DESTROYSETELEM, "destroy");
  }

  /** Deletes all elements of a set. */
  flush(key: NftElementsKey): void {
    const what = `flush elements of ${nameOf(key)}`;
    expectFields(key, what, "the set as an object");
    this.#context.held?.set(placeOfSet(key), new UnlistedChanges(true));
    this.#send([this.#operation(MSG.NFT_MSG_DELSETELEM, 0, key, {}, what)]);
  }

  /** Sets the counters and quotas of the elements to zero; returns the elements as they were. In Linux since 6.5. */
  reset(key: NftElementsKey): NftElement[] {
    const what = `reset elements of ${nameOf(key)}`;
    const form = this.#formOf(this.#setOf(key, what));
    return form.fromWire(this.#dump(MSG.NFT_MSG_GETSETELEM_RESET, key, what));
  }

  #remove(key: NftElementsKey, values: readonly NftElementInput[], type: number, verb: string): void {
    const what = `${verb} elements of ${nameOf(key)}`, set = this.#setOf(key, what), form = this.#formOf(set);
    expectArray(values, what, "an array of elements");
    const bare = values.map((one) => isFields(one) ? (one as NftElement).elem : one);
    const { held } = this.#context;
    if (held !== undefined && form.hasEnds) {
      const known = this.#knownOf(key, set);
      if (known instanceof UnlistedChanges) known.changes.push({ added: false, values: bare });
      else for (const { range } of ranged(bare, form, refuser(what))) known.remove(range);
    }
    this.#send(this.#messages(type, 0, key, form, bare, what));
  }

  /** Returns the changes that the transaction has made to a set of ranges before, or the ranges that it has after them. */
  #knownOf(key: NftElementsKey, set: NftSet): Ranges | UnlistedChanges {
    const { held } = this.#context, place = placeOfSet(key);
    const known = held?.get(place) as Ranges | UnlistedChanges | undefined;
    if (known !== undefined) return known;
    // A set that this transaction makes has no elements yet, and no handle.
    const unlisted = new UnlistedChanges(set.handle === undefined);
    held?.set(place, unlisted);
    return unlisted;
  }

  /** Returns the elements that a set has after the changes before in the same transaction. */
  #heldBy(key: NftElementsKey, set: NftSet, form: NftElementForm, what: string): Ranges {
    const { held } = this.#context, place = placeOfSet(key), known = this.#knownOf(key, set);
    if (known instanceof Ranges) return known;
    const client = this.#context.open(), isKept = held === undefined && !client.deferred && !hasFlag(set, "timeout");
    const generation = isKept ? generationOf(client).id : undefined, last = this.#last;
    this.#last = undefined;
    if (isKept && last?.place === place && last.generation === generation) return (this.#last = last).ranges;
    const refuse = refuser(what), ranges = new Ranges(ranged(known.empty ? [] : this.list(key), form, refuse));
    for (const { added, values } of known.changes) {
      for (const one of ranged(values, form, refuse)) added ? ranges.add(one) : ranges.remove(one.range);
    }
    held?.set(place, ranges);
    // The list is of this generation or of a later one, which the number then is not.
    if (isKept) this.#last = { place, generation, ranges };
    return ranges;
  }

  /**
   * Throws if an element to add overlaps another one, and the kernel would not tell: it compares ranges by their ends,
   * which those up to the last value do not have. They would cut others, or be cut.
   *
   * @param open true if an element reaches the last value
   */
  #expectApart(
    key: NftElementsKey,
    set: NftSet,
    form: NftElementForm,
    values: readonly NftElementInput[],
    open: boolean,
    exists: boolean,
    what: string,
  ): void {
    if (this.#context.open().deferred) return;
    const known = this.#knownOf(key, set), refuse = refuser(what);
    if (known instanceof UnlistedChanges && !open && (known.empty || !this.#hasOpen(key, form, what))) {
      return void known.changes.push({ added: true, values });
    }
    const present = this.#heldBy(key, set, form, what);
    this.#last = undefined;
    for (const one of ranged(values, form, refuse)) {
      const other = present.overlapping(one.range);
      if (other === undefined) present.add(one);
      else if (!exists || !isSame(other.range, one.range)) {
        const hint = `the element is ${valueText(one.element.elem)}: it overlaps ${valueText(other.element.elem)}`;
        throw new KernelError(what, ERRNO.EEXIST, { hint });
      }
    }
  }

  /** True if the kernel's set has an element that reaches the last value. */
  #hasOpen(key: NftElementsKey, form: NftElementForm, what: string): boolean {
    try {
      return this.#ask(key, form.last, what).length > 0;
    } catch (error) {
      if (error instanceof KernelError && error.code === "ENOENT") return false;
      throw error;
    }
  }

  /**
   * Adds ranges joined with those that they overlap, and with those that they touch and that have the same timeout. Of
   * overlapping ones, those without a timeout decide: nothing that was added for good expires.
   */
  #merge(
    key: NftElementsKey,
    set: NftSet,
    form: NftElementForm,
    values: readonly NftElementInput[],
    what: string,
  ): void {
    const refuse = refuser(what);
    const present = this.#heldBy(key, set, form, what);
    type Item = Ranged & { old: boolean };
    const fresh = values.map((given): Item => {
      const element = elementOf(given, refuse);
      return { range: form.ranges(element.elem, refuse)[0]!, element, old: false };
    });
    const near = new Set(fresh.flatMap(({ range }) => present.near(range)));
    const items: Item[] = [...[...near].map((one) => ({ ...one, old: true })), ...fresh];
    items.sort((a, b) => compareBytes(a.range.low, b.range.low) || Number(b.old) - Number(a.old));
    const removed: Ranged[] = [], added: Ranged[] = [];
    let group: Item[] = [], high: Uint8Array | undefined;
    const lasting = (one: Item): boolean => one.element.timeout === undefined;
    const timeoutOf = (items: readonly Item[]): number | undefined =>
      items.some(lasting) ? undefined : items.at(-1)!.element.timeout;
    const close = (): void => {
      const fresh = group.filter(({ old }) => !old);
      if (fresh.length > 0) {
        const range = { low: group[0]!.range.low, high: high! };
        const isWhole = (one: Item): boolean => isSame(one.range, range);
        const old = group.find((one) => one.old && isWhole(one));
        const whole = fresh.filter(isWhole), last = whole.at(-1) ?? group.find(lasting) ?? fresh[0]!;
        const { elem: _, expires: _1, ...rest } = last.element;
        // A range that is there already stays, unless its time begins anew or has no end now.
        const stays = old !== undefined && (lasting(old) || whole.length === 0 && !fresh.some(lasting));
        if (!stays) {
          removed.push(...group.filter(({ old }) => old));
          if (whole.length === 0 && group.some(lasting)) delete rest.timeout;
          added.push({ range, element: { ...rest, elem: form.elemOf([range]) } });
        }
      }
      group = [];
      high = undefined;
    };
    for (const item of items) {
      const next = high === undefined ? undefined : nextOf(high);
      if (high !== undefined && next !== undefined) {
        const distance = compareBytes(item.range.low, next), { timeout } = item.element;
        if (distance > 0 || distance === 0 && timeoutOf(group) !== timeout) close();
      }
      group.push(item);
      if (high === undefined || compareBytes(item.range.high, high) > 0) high = item.range.high;
    }
    close();
    if (added.length === 0) return;
    for (const { range } of removed) present.remove(range);
    for (const one of added) present.add(one);
    const gone = removed.map(({ element }) => element.elem), made = added.map(({ element }) => element);
    const last = this.#last;
    this.#last = undefined;
    this.#send([
      ...this.#messages(MSG.NFT_MSG_DELSETELEM, 0, key, form, gone, what),
      ...this.#messages(MSG.NFT_MSG_NEWSETELEM, NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL, key, form, made, what),
    ]);
    // If the generation is the next one, nothing else has changed the set meanwhile.
    if (last?.generation === undefined) return;
    const next = (last.generation + 1) >>> 0;
    if (generationOf(this.#context.open()).id === next) this.#last = { ...last, generation: next };
  }

  /** Returns the messages for elements; each holds as many as fit. */
  #messages(
    type: number,
    flags: number,
    key: NftElementsKey,
    form: NftElementForm,
    values: readonly NftElementInput[],
    what: string,
  ): Operation[] {
    const operations: Operation[] = [];
    let portion: NftSetElem[] = [], owners: NftElementInput[] = [], room = MOST_BYTES, index = 0;
    const refuse = refuser(what, () => index);
    const close = (): void => {
      if (portion.length === 0) return;
      operations.push(this.#operation(type, flags, key, { elements: portion }, what, owners));
      portion = [];
      owners = [];
      room = MOST_BYTES;
    };
    for (const value of values) {
      for (const wire of form.toWire(value, refuse)) {
        const size = sizeOf(wire);
        if (size > room) close();
        room -= size;
        portion.push(wire);
        owners.push(value);
      }
      index++;
    }
    close();
    return operations;
  }

  #operation(
    type: number,
    flags: number,
    { family, table, set }: NftElementsKey,
    more: Partial<NftSetElemList>,
    what: string,
    owners: readonly NftElementInput[] = [],
  ): Operation {
    return {
      type,
      flags,
      codec: NftSetElemList as Codec<unknown, never>,
      value: { family, table, set, ...more },
      what,
      hint: (code, details) => elementHint(code, details, more.elements, owners),
    };
  }

  /** Sends the messages as one item. */
  #send(operations: readonly Operation[]): void {
    const [first, ...then] = operations;
    if (first !== undefined) this.#context.requester().request(then.length === 0 ? first : { ...first, then });
  }

  #look(key: NftElementsKey, value: NftValue, what: string): NftElement | undefined {
    const form = this.#formOf(this.#setOf(key, what));
    const wire = form.toWire(value, refuser(what));
    // Inside of a range, the kernel returns the bound that is asked for: its start, and its end by the flag.
    const start = wire[0]!, end: NftSetElem = { ...start, flags: ["interval_end"] };
    const bounds = form.hasEnds && !isCatchAll(start) ? [start, end] : [start];
    const found = bounds.flatMap((one, index) => {
      try {
        return this.#ask(key, one, what);
      } catch (error) {
        // A range up to the last value has no end.
        if (index === 1 && error instanceof KernelError && error.code === "ENOENT") return [];
        throw error;
      }
    });
    const element = form.fromWire(found)[0];
    if (element === undefined || element.elem === "*") return element;
    // The kernel looks for the start of a range only.
    const asked = value === "*" ? [] : form.ranges(value, refuser(what)),
      has = form.ranges(element.elem, refuser(what));
    return asked.every(({ high }, index) => compareBytes(high, has[index]!.high) <= 0) ? element : undefined;
  }

  /** Returns the kernel's elements for one that is asked for. */
  #ask(key: NftElementsKey, one: NftSetElem, what: string): readonly NftSetElem[] {
    const reply = this.#context.open().request({
      ...this.#operation(MSG.NFT_MSG_GETSETELEM, 0, key, { elements: [one] }, what),
      reply: MSG.NFT_MSG_NEWSETELEM,
      looks: true,
    }) as NftSetElemList | undefined;
    return reply?.elements ?? [];
  }

  #dump(type: number, key: NftElementsKey, what: string): NftSetElem[] {
    const messages = this.#context.open().dump({
      ...this.#operation(type, 0, key, {}, what),
      reply: MSG.NFT_MSG_NEWSETELEM,
      looks: true,
    }) as NftSetElemList[];
    return messages.flatMap(({ elements = [] }) => elements);
  }

  #formOf(set: NftSet): NftElementForm {
    return new NftElementForm(set, (name) => this.#context.open().names.index(name));
  }

  /** Returns the set, which tells the form of its elements. */
  #setOf(key: NftElementsKey, what: string): NftSet {
    expectFields(key, what, "the set as an object");
    expectNames(key, what, ["family", "table", "set"]);
    expectFamily(key, what);
    const { family, table, set: name } = key, found = setIn(this.#context, { family, table, name }, what);
    if (found === undefined) throw unasked(`${what}: the set is not known`);
    return found;
  }
}

/** True if a message has an element that reaches the last value, which is marked for nft. */
function hasOpen({ value }: Operation): boolean {
  return (value as NftSetElemList).elements?.some(({ userdata }) => userdata !== undefined) === true;
}

/** Returns elements with their ranges, without the one of all other values. */
function ranged(values: readonly NftElementInput[], form: NftElementForm, refuse: Refuse): Ranged[] {
  return values.flatMap((given) => {
    const element = elementOf(given, refuse);
    return element.elem === "*" ? [] : [{ range: form.ranges(element.elem, refuse)[0]!, element }];
  });
}

function nameOf(key: NftElementsKey): string {
  const name = isFields(key) ? [key.family, key.table, key.set].filter(Boolean).join(" ") : "";
  return name === "" ? "a set" : name;
}

function placeOfSet({ family, table, set: name }: NftElementsKey): string {
  return placeOf("set", { family, table, name });
}

/** Returns the function that throws for a value; `index` tells its place. */
function refuser(what: string, index?: () => number): Refuse {
  return (kind, why) => {
    throw argumentError(kind, `Cannot ${what}: ${index === undefined ? "" : `[${index()}]: `}${why}`);
  };
}

function dataSize(one: NftData | undefined): number {
  return one === undefined ? 0 : 12 + (one.value?.length ?? 24 + (one.verdict?.chain?.length ?? 0) * 3);
}

/** Returns an estimate of the bytes that an element takes, which is not too small. */
function sizeOf({ key, keyEnd, data, comment, userdata, objref, expr, expressions }: NftSetElem): number {
  return ELEMENT_BYTES + dataSize(key) + dataSize(keyEnd) + dataSize(data) + (comment?.length ?? 0) * 3 +
    (userdata?.length ?? 0) + (objref?.length ?? 0) * 3 +
    512 * ((expr === undefined ? 0 : 1) + (expressions?.length ?? 0));
}

/**
 * Returns the hint of an error: the value of the element that the kernel points at, and the reason.
 *
 * @param sent the elements as they were sent
 * @param owners the elements that they were made of, if the caller gave such
 */
export function elementHint(
  code: string,
  details: KernelErrorDetails,
  sent: readonly NftSetElem[] = [],
  owners: readonly NftElementInput[] = [],
): string | undefined {
  const index = refusedIn("elements", details) ?? -1, owner = owners[index];
  const { data, objref } = sent[index] ?? {}, chain = data?.verdict?.chain;
  const value = owner === undefined ? undefined : isFields(owner) ? (owner as NftElement).elem : owner as NftValue;
  const reason = code === "ENFILE"
    ? "the set is full"
    : code === "EINVAL"
    ? 'perhaps the set lacks the flag "timeout"'
    : code === "EEXIST"
    ? "it exists, or overlaps one that does"
    : code === "ENOENT" && (chain ?? objref) !== undefined
    ? `there is no ${chain === undefined ? "object" : "chain"} ${shown(chain ?? objref)}`
    : nftHint(code, details);
  const parts = [...(value === undefined ? [] : [`the element is ${valueText(value)}`]), ...(reason ? [reason] : [])];
  return parts.length === 0 ? undefined : parts.join(": ");
}

/** The elements of sets of this namespace, on a socket that the first use opens. */
export const elements: NftElements = new NftElements(sharedContext);
