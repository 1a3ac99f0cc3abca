/**
 * Expressions of the kernel, decompiled to statements of nft's JSON as `nft -j list ruleset` prints them: without the
 * matches that a later field implies.
 *
 * Expressions without a statement stay as `{ raw: [expressions] }`, which `compile` accepts again.
 *
 * @module
 */
import { ipText, toHex } from "../../../core/codec/mod.ts";
import type { NewElement } from "./compile.ts";
import type {
  NftBitwise,
  NftCounter,
  NftData,
  NftExpression,
  NftLimit,
  NftMatch,
  NftQuota,
  NftVerdict,
} from "./expressions.ts";
import { idsOf, type NftByteOrder, type NftDatatype, TYPE_OF_ID, TYPES } from "./datatypes.ts";
import {
  type Base,
  BASES,
  CT,
  ETHER_NAMES,
  ETHER_TYPE,
  type Extension,
  EXTHDR,
  FIB,
  HEADERS,
  INTEGER,
  IP_OPTION,
  type KeyField,
  META,
  RT,
  SCTP_CHUNK,
  SOCKET,
  TCP_OPTION,
  TUNNEL,
  XFRM,
} from "./fields.ts";
import { classidText, dateText, hourText, literal } from "./scalars.ts";
import type { NftObjectType } from "./set.ts";
import { padded, registerAt, type TableFamily } from "./operands.ts";
import type { Field, Statement } from "./statements.ts";
import { xtOptions } from "./xtables.ts";
import { fromBytes, isText, quantityJson, toBytes } from "./values.ts";

/** A set as `decompile` needs it. */
export interface ListedSet {
  /** Number of the key's type: NFTA_SET_KEY_TYPE. */
  keyType?: number;
  /** Number of the data's type, if it is a map. */
  dataType?: number;
  /** Length of the data. */
  dataLen?: number;
  /** Byte order of the data, if they are of one type. */
  dataOrder?: NftByteOrder;
  /** Type of the objects that elements name: NFTA_SET_OBJ_TYPE or its name. */
  objType?: number | string;
  /** Flags. */
  flags?: readonly (string | number)[];
  /** The elements, of anonymous sets. */
  elements?: readonly NewElement[];
  /** Size, and the lengths of a concatenation's fields. */
  desc?: { size?: number; concat?: readonly { len?: number }[] };
}

/** Place of the rule: its table's family, and the sets that it uses. */
export interface DecompileContext {
  /** The table's family. */
  readonly family: TableFamily;
  /** Returns a set of the table by name. */
  readonly setOf?: (name: string) => ListedSet | undefined;
  /** Returns an interface's name. */
  readonly nameOf?: (index: number) => string | undefined;
}

/** Decompiles the expressions of a rule; never throws. */
export function decompile(expressions: readonly NftExpression[], context: DecompileContext): Statement[] {
  return new Decompiler(expressions, context).run();
}

/**
 * Returns the JSON of an expression that sets and elements have, as a counter.
 *
 * @param isNew true for what new elements begin with: nft shows no state of a counter then
 */
export function stateJson(one: NftExpression, isNew = false): Statement {
  if (isNew && isFresh(one)) return { counter: null };
  try {
    return new Decompiler([], { family: "inet" }).state(one) as Statement;
  } catch {
    return { raw: [one] } as unknown as Statement;
  }
}

type Json = unknown;

/** Content of a register. */
interface Cell {
  /** The expressions that led to it. */
  readonly from: readonly NftExpression[];
  readonly bytes: number;
  readonly order: NftByteOrder;
  /** Bytes of the packet. */
  readonly place?: { readonly base: Base; readonly offset: number };
  /** Another field. */
  readonly field?: Field;
  readonly type?: NftDatatype;
  readonly constant?: Uint8Array;
  /** A value that is looked up in a map. */
  readonly map?: Json;
  readonly mask?: bigint;
  readonly xor?: bigint;
  readonly shift?: { readonly op: "<<" | ">>"; readonly count: number };
  readonly learn?: (value: bigint) => void;
  readonly exists?: boolean;
  /** True if the field is a shifted one: then, values are as long as the register. */
  readonly shifted?: true;
}

/** A field that a register was loaded from. */
interface Resolved {
  readonly field: Field;
  readonly type: NftDatatype;
  readonly bits: number;
  /** Number of bits by which the value is shifted. */
  readonly shift: number;
  readonly order: NftByteOrder;
  readonly learn?: ((value: bigint) => void) | undefined;
  /** True if the mask belongs to the field. */
  readonly masked: boolean;
}

/** Types of ICMP messages whose last four bytes have a field. */
const ICMP_FIELDS: Readonly<Record<string, readonly number[]>> = {
  "icmp id": [0, 8, 13, 14, 15, 16],
  "icmp sequence": [0, 8, 13, 14, 15, 16],
  "icmp mtu": [3],
  "icmp gateway": [5],
  "icmpv6 id": [128, 129],
  "icmpv6 sequence": [128, 129],
  "icmpv6 mtu": [2],
  "icmpv6 parameter-problem": [4],
  "icmpv6 max-delay": [130],
};

class Unknown extends Error {}

/** Size of all registers. */
const LARGEST = 64;

const BASE_OF: Readonly<Record<string, Base>> = Object.fromEntries(
  Object.entries(BASES).map(([name, kernel]) => [kernel, name as Base]),
);
const OPS: Readonly<Record<string, string>> = { eq: "==", neq: "!=", lt: "<", lte: "<=", gt: ">", gte: ">=" };
const TH: ReadonlyMap<number, string> = new Map(
  Object.values(HEADERS).flatMap(({ proto, name }) => proto === undefined ? [] : [[proto, name]]),
);
const IP_ADDRESSES = new Set(["ipv4_addr", "ipv6_addr"]), ADDRESSES = new Set([...IP_ADDRESSES, "ether_addr"]);

const byKernelName = (table: Readonly<Record<string, KeyField>>): ReadonlyMap<string, readonly [string, KeyField]> =>
  new Map(Object.entries(table).map(([name, field]) => [field.key, [name, field]]));
const META_NAMES = byKernelName(META),
  CT_NAMES = byKernelName(CT),
  RT_NAMES = byKernelName(RT),
  SOCKET_NAMES = byKernelName(SOCKET),
  TUNNEL_NAMES = byKernelName(TUNNEL),
  XFRM_NAMES = byKernelName(XFRM),
  FIB_NAMES = byKernelName(FIB);
const EXTENSIONS: Readonly<Record<string, readonly [string, Readonly<Record<string, Extension>>]>> = {
  ipv6: ["exthdr", EXTHDR],
  tcpopt: ["tcp option", TCP_OPTION],
  ipv4: ["ip option", IP_OPTION],
  sctp: ["sctp chunk", SCTP_CHUNK],
};
/** nft's words for the types of objects, in the order of the kernel's numbers, of which 1 is the first. */
export const OBJECT_WORDS: Readonly<Record<NftObjectType, string>> = {
  counter: "counter",
  quota: "quota",
  ct_helper: "ct helper",
  limit: "limit",
  connlimit: "ct count",
  tunnel: "tunnel",
  ct_timeout: "ct timeout",
  secmark: "secmark",
  ct_expect: "ct expectation",
  synproxy: "synproxy",
};

/** Returns nft's word for the type of an object, given as its name or number. */
function objectWord(type: unknown): string {
  const word = typeof type === "number" ? Object.values(OBJECT_WORDS)[type - 1] : OBJECT_WORDS[type as NftObjectType];
  if (word === undefined) throw new Unknown();
  return word;
}

const PER: Readonly<Record<number, string>> = { 1: "second", 60: "minute", 3600: "hour", 86400: "day", 604800: "week" };
const FAMILY: Readonly<Record<string, "ip" | "ip6">> = { ipv4: "ip", ipv6: "ip6" };
const REJECT: Readonly<Record<string, NftDatatype>> = {
  icmp: TYPES["icmp_code"]!,
  icmpv6: TYPES["icmpv6_code"]!,
  icmpx: TYPES["icmpx_code"]!,
};
const FLAG_ORDER = {
  random: "proto_random",
  "fully-random": "proto_random_fully",
  persistent: "persistent",
  netmap: "netmap",
} as const;

class Decompiler {
  readonly expressions: readonly NftExpression[];
  readonly context: DecompileContext;
  readonly cells = new Map<number, Cell>();
  readonly out: (Statement | undefined)[] = [];
  ll: string | undefined;
  nh: string | undefined;
  th: string | undefined;
  /** Places in `out` of the matches that told a header. */
  readonly told: { ll?: number; nh?: number; th?: number; vlan?: number; icmp?: number } = {};
  at = 0;

  constructor(expressions: readonly NftExpression[], context: DecompileContext) {
    this.expressions = expressions;
    this.context = context;
    const { family } = context;
    if (family === "ip" || family === "ip6" || family === "arp") this.nh = family;
    if (family === "bridge") this.ll = "ether";
  }

  run(): Statement[] {
    for (; this.at < this.expressions.length; this.at++) {
      const one = this.expressions[this.at]!, handler = HANDLERS[one.name];
      try {
        if (handler === undefined) throw new Unknown();
        handler(this, (one as { data?: object }).data ?? {}, one);
      } catch {
        // Unknown, or with fields missing that an expression of the kernel has.
        this.raw(one);
      }
    }
    return this.out.filter((one) => one !== undefined);
  }

  /** Keeps an expression, and those that led to the registers it reads. */
  raw(one: NftExpression): void {
    const data = ((one as unknown as { data?: Record<string, unknown> }).data ?? {}) as Record<string, unknown>;
    const before: NftExpression[] = [];
    for (const [key, register] of Object.entries(data)) {
      if (!/^(?:sreg|reg)/.test(key) && key !== "setSreg" || typeof register !== "number") continue;
      for (const expression of this.cells.get(register)?.from ?? []) {
        if (!before.includes(expression)) before.push(expression);
      }
    }
    if (typeof data["dreg"] === "number" && data["dreg"] !== 0) {
      this.cells.set(data["dreg"], { from: [...before, one], bytes: 0, order: "host" });
    } else this.emit({ raw: [...before, one] });
  }

  emit(statement: object): number {
    return this.out.push(statement as Statement) - 1;
  }

  cell(register: number | undefined): Cell {
    const cell = this.cells.get(register ?? -1);
    if (cell === undefined || cell.bytes === 0) throw new Unknown();
    return cell;
  }

  // Fields

  /** Drops the matches that a field implies. */
  uses(base: Base, name: string): void {
    if (base === "th") {
      this.forget("th");
      if (name === "icmp" && this.nh === "ip" || name === "icmpv6" && this.nh === "ip6") this.forget("nh");
    } else if (base === "nh") this.forget("nh");
    else if (name === "vlan") {
      this.forget("vlan");
      this.forget("ll");
    } else this.forget("ll");
  }

  forget(what: "ll" | "nh" | "th" | "vlan" | "icmp"): void {
    const place = this.told[what];
    if (place === undefined) return;
    this.out[place] = undefined;
    delete this.told[what];
  }

  headerOf(base: Base, bit: number): string | undefined {
    if (base === "ll") return bit >= 112 && this.ll === "vlan" ? "vlan" : this.ll === undefined ? undefined : "ether";
    return base === "nh" ? this.nh : base === "th" ? this.th : undefined;
  }

  /** Returns the field at a place of the packet. */
  fieldAt(base: Base, bit: number, bits: number | undefined): Resolved | undefined {
    const name = this.headerOf(base, bit), header = name === undefined ? undefined : HEADERS[name];
    const found = header === undefined
      ? undefined
      : Object.entries(header.fields).find(([name, field]) =>
        field.offset === bit && (bits === undefined || field.bits === bits) && this.fits(header.name, name)
      );
    if (header !== undefined && found !== undefined) {
      const [field, { type, bits }] = found;
      return {
        field: { payload: { protocol: header.name, field } },
        type,
        bits,
        shift: 0,
        order: "network",
        masked: false,
        learn: this.learner(header.name, field),
      };
    }
    if (base === "th" && this.th === undefined && (bit === 0 || bit === 16) && (bits === 16 || bits === undefined)) {
      return {
        field: { payload: { protocol: "th", field: bit === 0 ? "sport" : "dport" } },
        type: TYPES["inet_service"]!,
        bits: 16,
        shift: 0,
        order: "network",
        masked: false,
      };
    }
    return undefined;
  }

  /** The type of an ICMP message, which tells what the last four bytes are. */
  icmpType: number | undefined;

  /** True if a message of ICMP can have the field. */
  fits(header: string, field: string): boolean {
    const types = ICMP_FIELDS[`${header} ${field}`];
    return types === undefined || this.icmpType === undefined && types.length > 1 ||
      types.includes(this.icmpType ?? -1);
  }

  learner(header: string, field: string): ((value: bigint) => void) | undefined {
    const place = (): number => this.out.length - 1;
    if (header === "ip" && field === "protocol" || header === "ip6" && field === "nexthdr") {
      return (value) =>
        this.learnTransport(value, this.context.family === "ip" || this.context.family === "ip6" ? place() : undefined);
    }
    if ((header === "ether" || header === "vlan") && field === "type") {
      return (value) => this.learnEther(value, place());
    }
    if (header.startsWith("icmp") && field === "type") {
      return (value) => {
        this.icmpType = Number(value);
        this.told.icmp = place();
      };
    }
    return undefined;
  }

  learnTransport(value: bigint, place: number | undefined): void {
    this.th = TH.get(Number(value));
    if (place === undefined) delete this.told.th;
    else this.told.th = place;
  }

  learnEther(value: bigint, place: number): void {
    const name = ETHER_NAMES.get(Number(value));
    if (name === "vlan") {
      this.ll = "vlan";
      // The fields of a tag imply that of 802.1Q.
      if (Number(value) === ETHER_TYPE["vlan"]) this.told.vlan = place;
    } else if (name !== undefined) {
      this.nh = name;
      this.told.nh = place;
    }
  }

  /** Returns the field that a register was loaded from. */
  resolve(cell: Cell, lookup = false): Resolved {
    const { place, field, type, bytes, mask, order } = cell;
    if (place !== undefined) {
      const bit = 8 * place.offset;
      if (mask !== undefined) {
        const part = bitsOf(mask, 8 * bytes);
        const found = part === undefined ? undefined : this.fieldAt(place.base, bit + part.first, part.bits);
        if (found !== undefined && (part!.first % 8 !== 0 || part!.bits % 8 !== 0)) {
          this.used(place.base, found, lookup);
          return { ...found, shift: part!.shift, masked: true };
        }
      }
      const found = this.fieldAt(place.base, bit, 8 * bytes);
      if (found !== undefined) {
        this.used(place.base, found, lookup);
        return found;
      }
      return {
        field: { payload: { base: place.base, offset: bit, len: 8 * bytes } },
        type: INTEGER,
        bits: 8 * bytes,
        shift: 0,
        order: "network",
        masked: false,
      };
    }
    if (field === undefined || type === undefined) throw new Unknown();
    const extension =
      (cell as { extension?: { fields: Extension["fields"]; make: (name: string) => Field; offset: number } })
        .extension;
    if (extension !== undefined) {
      const part = mask === undefined ? { first: 0, bits: 8 * bytes, shift: 0 } : bitsOf(mask, 8 * bytes);
      const found = part &&
        Object.entries(extension.fields).find(([, one]) =>
          one.offset === 8 * extension.offset + part.first && one.bits === part.bits
        );
      if (found === undefined) throw new Unknown();
      return {
        field: extension.make(found![0]),
        type: found![1].type,
        bits: found![1].bits,
        shift: part!.shift,
        order: "network",
        masked: mask !== undefined,
      };
    }
    return {
      field,
      type,
      bits: Math.min(type.bits || 8 * bytes, 8 * bytes),
      shift: 0,
      order,
      learn: cell.learn,
      masked: false,
    };
  }

  used(base: Base, { field }: Resolved, lookup = false): void {
    const { payload } = field as { payload: { protocol?: string; field?: string } };
    if (payload.protocol === undefined || payload.protocol === "th") return;
    if (ICMP_FIELDS[`${payload.protocol} ${payload.field}`]?.length === 1) this.forget("icmp");
    // nft keeps the match of the tag in front of a comparison of its type.
    if (lookup || payload.protocol !== "vlan" || payload.field !== "type") this.uses(base, payload.protocol);
  }

  /** Returns a field's JSON with its changes of bits. */
  changed(cell: Cell, resolved: Resolved): Json {
    let json: Json = resolved.field;
    if (!resolved.masked && cell.mask !== undefined) {
      const all = (1n << BigInt(8 * cell.bytes)) - 1n, { mask, xor = 0n } = cell;
      const or = xor & ~mask & all, flip = xor & mask;
      const shown = (bits: bigint): Json => bitsJson(bits, resolved.type, resolved.bits);
      const kept = mask | or;
      if (kept !== all) json = { "&": [json, shown(kept)] };
      if (or !== 0n) json = { "|": [json, shown(kept === all ? or : or)] };
      if (flip !== 0n) json = { "^": [json, shown(flip)] };
    }
    if (cell.shift !== undefined) json = { [cell.shift.op]: [json, cell.shift.count] };
    return json;
  }

  /** Returns a register whose field is a shifted one, of which nft shows the packet's bits: further changes follow. */
  shifted(cell: Cell): Cell {
    const { place, field, bytes, order, from } = cell, bits = 8 * bytes;
    if (field === undefined && place === undefined || "extension" in cell) throw new Unknown();
    const whole = place === undefined ? field! : { payload: { base: place.base, offset: 8 * place.offset, len: bits } };
    const type = place === undefined ? cell.type! : INTEGER, learn = undefined;
    const left = this.changed(cell, { field: whole as Field, type, bits, shift: 0, order, learn, masked: false });
    return { from, bytes, order, field: left as Field, type: { ...INTEGER, bits }, shifted: true };
  }

  // Matches

  compare(data: { sreg?: number; op?: string | number; data?: NftData }): void {
    const cell = this.cell(data.sreg), value = data.data?.value, op = OPS[String(data.op ?? "eq")];
    const isPart = cell.shifted === true && value?.length !== cell.bytes;
    if (value === undefined || op === undefined || cell.constant !== undefined || cell.map !== undefined || isPart) {
      throw new Unknown();
    }
    const next = this.expressions[this.at + 1];
    if (
      data.op === "gte" && next?.name === "cmp" && next.data?.sreg === data.sreg && next.data?.op === "lte" &&
      next.data?.data?.value !== undefined
    ) {
      this.at++;
      return this.match(cell, "==", [value, next.data.data.value]);
    }
    this.match(cell, op, [value]);
  }

  match(cell: Cell, op: string, values: readonly Uint8Array[]): void {
    const [value] = values as [Uint8Array], { place, mask } = cell;
    // A shorter value is a prefix, or the start of a name.
    if (values.length === 1 && mask === undefined) {
      const prefix = this.prefixOf(cell, value);
      if (prefix !== undefined) return void this.emit({ match: { op, left: prefix.field, right: prefix.json } });
      if (
        place !== undefined && this.fieldAt(place.base, 8 * place.offset, 8 * cell.bytes) === undefined &&
        this.split(cell, op, value)
      ) return;
    }
    const resolved = this.resolve(cell), { type, bits, shift } = resolved;
    const numbers = values.map((one) => fromBytes(one, cell.order));
    if (mask !== undefined && !resolved.masked && values.length === 1 && (cell.xor ?? 0n) === 0n) {
      const number = numbers[0]!;
      if (type.form === "mask" && number === 0n && (op === "==" || op === "!=")) {
        return void this.emit({
          match: { op: op === "!=" ? "in" : "!", left: resolved.field, right: bitsJson(mask, type, bits) },
        });
      }
      const part = bitsOf(mask, 8 * cell.bytes);
      if (IP_ADDRESSES.has(type.name) && (mask === 0n || part?.first === 0)) {
        const len = part?.bits ?? 0;
        return void this.emit({
          match: { op, left: resolved.field, right: { prefix: { addr: this.json(number, type, bits), len } } },
        });
      }
    }
    const left = this.changed(cell, resolved), json = numbers.map((one) => this.json(one >> BigInt(shift), type, bits));
    // Several bits side by side are a list only behind a mask.
    if (Array.isArray(json[0]) && mask === undefined) {
      json[0] = type.name === "tcp_flag" ? Number(numbers[0]) : { "|": json[0] };
    }
    this.emit({ match: { op, left, right: json.length === 2 ? { range: json } : json[0] } });
    if (op === "==" && json.length === 1 && (mask === undefined || resolved.masked)) {
      resolved.learn?.(numbers[0]! >> BigInt(shift));
    }
  }

  prefixOf(cell: Cell, value: Uint8Array): { field: Field; json: Json } | undefined {
    const { place, type } = cell;
    if (place === undefined) {
      if (type === undefined || value.length >= cell.bytes) return undefined;
      if (isText(type)) return { field: cell.field!, json: `${textOf(value)}*` };
      if (!ADDRESSES.has(type.name)) return undefined;
      return {
        field: cell.field!,
        json: { prefix: { addr: this.json(widened(value, cell.bytes), type, 8 * cell.bytes), len: 8 * value.length } },
      };
    }
    const bit = 8 * place.offset, found = this.fieldAt(place.base, bit, undefined);
    if (found === undefined || found.bits <= 8 * value.length || !ADDRESSES.has(found.type.name)) return undefined;
    this.used(place.base, found);
    return {
      field: found.field,
      json: {
        prefix: { addr: this.json(widened(value, found.bits / 8), found.type, found.bits), len: 8 * value.length },
      },
    };
  }

  /** Splits a comparison of several fields side by side. */
  split(cell: Cell, op: string, value: Uint8Array): boolean {
    const { base, offset } = cell.place!, parts: [Resolved, Uint8Array][] = [];
    for (let at = 0; at < value.length;) {
      const found = this.fieldAt(base, 8 * (offset + at), undefined);
      if (found === undefined || found.bits % 8 !== 0 || at + found.bits / 8 > value.length) return false;
      parts.push([found, value.subarray(at, at + found.bits / 8)]);
      at += found.bits / 8;
    }
    if (parts.length < 2) return false;
    for (const [resolved, bytes] of parts) {
      this.used(base, resolved);
      const number = fromBytes(bytes, "network");
      this.emit({ match: { op, left: resolved.field, right: this.json(number, resolved.type, resolved.bits) } });
      if (op === "==") this.learner2(resolved)?.(number);
    }
    return true;
  }

  learner2(resolved: Resolved): ((value: bigint) => void) | undefined {
    return resolved.learn;
  }

  // Sets

  /** Returns the operands of a lookup in a set. */
  key(register: number, set: ListedSet | undefined): { left: Json; parts: readonly (Resolved & { cell: Cell })[] } {
    const types = idsOf(set?.keyType);
    if (types.length < 2) {
      const cell = this.cell(register), resolved = this.resolve(cell, true);
      return { left: this.changed(dropShift(cell, resolved), resolved), parts: [{ ...resolved, cell }] };
    }
    const cells: Cell[] = [];
    let offset = 0;
    for (let i = 0; i < types.length; i++) {
      const at = registerAt(register, offset), cell = this.cell(at);
      cells.push(cell);
      offset += padded(cell.bytes);
    }
    const found = cells.map((cell) => ({ ...this.resolve(cell), cell }));
    const left = { concat: found.map((part) => this.changed(dropShift(part.cell, part), part)) };
    // Values are not shifted where the register is shifted back.
    return {
      left,
      parts: found.map((part) => dropShift(part.cell, part) === part.cell ? part : { ...part, shift: 0 }),
    };
  }

  setOf(name: string | undefined): ListedSet | undefined {
    return name === undefined ? undefined : this.context.setOf?.(name);
  }

  lookup(
    data: { set?: string; sreg?: number; dreg?: number; flags?: readonly (string | number)[] },
    one: NftExpression,
  ): void {
    const set = this.setOf(data.set), anonymous = set?.flags?.includes("anonymous") === true;
    const name = `@${data.set}`, { left, parts } = this.key(data.sreg!, set);
    const from = parts.flatMap(({ cell }) => cell.from);
    if (data.dreg === undefined) {
      const right = anonymous ? { set: this.elements(set!, parts) } : name;
      return void this.emit({ match: { op: data.flags?.includes("inv") ? "!=" : "==", left, right } });
    }
    if (data.dreg === 0) {
      return void this.emit({ vmap: { key: left, data: anonymous ? { set: this.elements(set!, parts) } : name } });
    }
    const ids = idsOf(set?.dataType), type = ids.length === 1 ? TYPE_OF_ID.get(ids[0]!) : undefined;
    const bytes = set?.dataLen ?? ((type?.bits ?? 32) / 8);
    // Data that is longer than a register is in the next ones too.
    for (let at = 4; at < bytes; at += 4) this.cells.delete(registerAt(data.dreg, at));
    this.cells.set(data.dreg, {
      from: [...from, one],
      bytes,
      order: set?.dataOrder ?? type?.order ?? "network",
      map: { key: left, data: anonymous ? { set: this.elements(set!, parts) } : name },
      ...(type === undefined ? {} : { type }),
    });
  }

  /** Returns the elements of an anonymous set, in the order of their keys. */
  elements(set: ListedSet, parts: readonly (Resolved & { cell: Cell })[]): Json[] {
    const flags = set.flags ?? [], interval = flags.includes("interval"), concat = parts.length > 1;
    const out: Json[] = [], all: Json[] = [];
    const sorted = [...set.elements ?? []].filter(({ key }) => key?.value !== undefined).sort((a, b) => {
      // Values of host order are compared as numbers.
      const host = parts[0]!.order === "host" || isText(parts[0]!.type);
      const order = !interval && !concat && host ? "host" : "network";
      const x = fromBytes(a.key!.value!, order), y = fromBytes(b.key!.value!, order);
      return x < y ? -1 : x > y ? 1 : 0;
    });
    const add = (key: Json, element: NewElement, into = out): void => void into.push(this.pair(key, element, set));
    for (const one of set.elements ?? []) if (one.flags?.includes("catchall")) add("*", one, all);
    if (concat) {
      for (const one of sorted) {
        let offset = 0;
        const keys = parts.map((part): Json => {
          const { bytes } = part.cell,
            low = one.key!.value!.subarray(offset, offset + bytes),
            high = (one.keyEnd?.value ?? one.key!.value!).subarray(offset, offset + bytes);
          offset += padded(bytes);
          return this.interval(
            fromBytes(low, interval ? "network" : part.order),
            fromBytes(high, interval ? "network" : part.order),
            part,
          );
        });
        add({ concat: keys }, one);
      }
      return [...out, ...all];
    }
    const [part] = parts as [Resolved & { cell: Cell }];
    if (!interval) {
      for (const one of sorted) {
        const value = fromBytes(one.key!.value!, part.order);
        add(this.interval(value, value, part), one);
      }
      return [...new Map(out.map((one) => [JSON.stringify(one), one])).values(), ...all];
    }
    const most = (1n << BigInt(8 * part.cell.bytes)) - 1n;
    sorted.forEach((one, i) => {
      if (one.flags?.includes("interval_end")) return;
      const low = fromBytes(one.key!.value!, "network"),
        next = sorted.slice(i + 1).find(({ key }) => fromBytes(key!.value!, "network") > low);
      add(this.interval(low, next === undefined ? most : fromBytes(next.key!.value!, "network") - 1n, part), one);
    });
    return [...out, ...all];
  }

  interval(low: bigint, high: bigint, { type, bits, shift }: Pick<Resolved, "type" | "bits" | "shift">): Json {
    const [a, b] = [low >> BigInt(shift), high >> BigInt(shift)];
    if (a === b) {
      const json = this.json(a, type, bits);
      // A list would be a key with its data.
      return Array.isArray(json) ? { "|": json } : json;
    }
    const size = b - a + 1n, len = bits - (size.toString(2).length - 1);
    if (type.name === "ifname" && (size & (size - 1n)) === 0n && len % 8 === 0) {
      return `${textOf(toBytes(a, 16, "network").subarray(0, len / 8))}*`;
    }
    if (/^(?:ipv[46]_addr|mark)$/.test(type.name) && (size & (size - 1n)) === 0n && a % size === 0n) {
      return { prefix: { addr: this.json(a, type, bits), len } };
    }
    return { range: [this.json(a, type, bits), this.json(b, type, bits)] };
  }

  pair(key: Json, element: NewElement, set: ListedSet): Json {
    const { timeout, data, objref } = element;
    const named = timeout === undefined ? key : { elem: { val: key, timeout: timeout / 1000 } };
    if (objref !== undefined) return [named, objref];
    if (data?.verdict !== undefined) return [named, verdictJson(data.verdict)];
    if (data?.value === undefined) return named;
    return [named, this.dataJson(data.value, set)];
  }

  /** Returns the data of a map: of several types side by side, and of ranges, if they are twice as long. */
  dataJson(value: Uint8Array, set: ListedSet): Json {
    const types = idsOf(set.dataType).map((id) => TYPE_OF_ID.get(id)), size = value.length;
    if (types.length === 0 || types.includes(undefined)) throw new Unknown();
    const sizes = types.map((type) =>
      types.length === 1 ? Math.ceil(type!.bits / 8) || size : padded(Math.ceil(type!.bits / 8))
    );
    const half = sizes.reduce((all, one) => all + one, 0), ranges = size === 2 * half;
    let at = 0;
    const parts = types.map((type, i) => {
      const bits = type!.bits || 8 * size, length = Math.ceil(bits / 8);
      const part = (from: number): bigint =>
        fromBytes(value.subarray(from, from + length), set.dataOrder ?? type!.order);
      const low = part(at), high = ranges ? part(half + at) : low;
      at += sizes[i]!;
      return ranges
        ? this.interval(low, high, { type: type!, bits, shift: 0 })
        : this.json(low, type!, types.length === 1 ? 8 * size : bits);
    });
    return parts.length === 1 ? parts[0] : { concat: parts };
  }

  // Values

  json(value: bigint, type: NftDatatype, bits: number): Json {
    return valueJson(value, type, bits, this.context.nameOf);
  }

  /** Returns the JSON of a register's content as a statement's argument. */
  source(register: number | undefined, type: NftDatatype, order: NftByteOrder = type.order): Json {
    const cell = this.cell(register);
    if (cell.constant !== undefined) return this.json(fromBytes(cell.constant, order), type, 8 * cell.constant.length);
    if (cell.map !== undefined) return { map: cell.map };
    return this.changed(cell, this.resolve(cell));
  }

  /** Returns the JSON of one or two registers: a value, range or prefix. */
  extent(min: number | undefined, max: number | undefined, type: NftDatatype): Json {
    // Ranges of a map are in the registers behind its first.
    if (max === undefined || max === min || this.cells.get(min ?? -1)?.map !== undefined) return this.source(min, type);
    const [low, high] = [this.source(min, type), this.source(max, type)];
    return { range: [low, high] };
  }

  state(one: NftExpression): Json {
    const data = (one as { data?: object }).data ?? {};
    switch (one.name) {
      case "counter": {
        const { packets = 0, bytes = 0 } = data as NftCounter;
        return { counter: { packets: quantityJson(packets), bytes: quantityJson(bytes) } };
      }
      case "limit":
        return { limit: limitJson(data) };
      case "quota":
        return { quota: quotaJson(data) };
      case "connlimit": {
        const { count, flags } = data as { count: number; flags?: readonly string[] };
        return { "ct count": { val: count, ...(flags?.includes("inv") ? { inv: true } : {}) } };
      }
      case "last":
        return { last: null };
    }
    throw new Unknown();
  }

  natFlags(flags: readonly (string | number)[] | undefined): Json {
    const names = Object.entries(FLAG_ORDER).flatMap(([name, kernel]) => flags?.includes(kernel) ? [name] : []);
    return names.length === 0 ? {} : { flags: names.length === 1 ? names[0] : names };
  }

  writePayload(data: { sreg?: number; base?: string; offset?: number; len?: number }): void {
    const base = BASE_OF[String(data.base)], cell = this.cell(data.sreg);
    if (base === undefined || data.offset === undefined || data.len === undefined) throw new Unknown();
    const bit = 8 * data.offset, all = (1n << BigInt(8 * data.len)) - 1n;
    if (
      cell.place !== undefined && cell.mask !== undefined && cell.place.base === base &&
      cell.place.offset === data.offset
    ) {
      const part = bitsOf(all & ~cell.mask, 8 * data.len);
      const found = part === undefined ? undefined : this.fieldAt(base, bit + part.first, part.bits);
      if (found === undefined) throw new Unknown();
      this.used(base, found);
      return void this.emit({
        mangle: { key: found.field, value: this.json((cell.xor ?? 0n) >> BigInt(part!.shift), found.type, found.bits) },
      });
    }
    const found = this.fieldAt(base, bit, 8 * data.len);
    if (found !== undefined) this.used(base, found);
    const { field, type } = found ?? { field: { payload: { base, offset: bit, len: 8 * data.len } }, type: INTEGER };
    this.emit({ mangle: { key: field, value: this.source(data.sreg, type, "network") } });
  }
}

// deno-lint-ignore no-explicit-any -- each expression has its own fields
type Handler = (of: Decompiler, data: any, one: NftExpression) => void;

function load(of: Decompiler, dreg: number, cell: Cell): void {
  if (!(cell.bytes > 0 && cell.bytes <= LARGEST)) throw new Unknown();
  of.cells.set(dreg, cell);
}

const keyed = (
  table: ReadonlyMap<string, readonly [string, KeyField]>,
  make: (name: string, data: never) => Json,
  learn?: (of: Decompiler, name: string) => ((value: bigint) => void) | undefined,
): Handler =>
(of, data, one) => {
  const found = table.get(String(data.key ?? data.result));
  if (found === undefined || data.dreg === undefined) throw new Unknown();
  const [name, { type, bits, order }] = found, bytes = Math.ceil(bits / 8), known = learn?.(of, name);
  load(of, data.dreg, {
    from: [one],
    bytes,
    order,
    field: make(name, data as never) as Field,
    type: type === INTEGER ? { ...INTEGER, bits, order } : type,
    ...(known === undefined ? {} : { learn: known }),
  });
};

/** A match or target of xtables. */
function extension(of: Decompiler, type: "match" | "target", data: NftMatch): void {
  const { name, rev, info } = data, options = xtOptions(type, data, of.context.family);
  if (options === undefined) throw new Unknown();
  of.emit({ xt: { type, name, rev, info: toHex(info!), options } });
}

function learnMeta(of: Decompiler, name: string): ((value: bigint) => void) | undefined {
  const { family } = of.context, place = (): number => of.out.length - 1;
  if (name === "nfproto" && family === "inet") {
    return (value) => {
      of.nh = value === 2n ? "ip" : value === 10n ? "ip6" : undefined;
      of.told.nh = place();
    };
  }
  if (name === "l4proto") return (value) => of.learnTransport(value, place());
  if (name === "protocol" && family !== "inet") return (value) => of.learnEther(value, place());
  if (name === "iiftype") {
    return (value) => {
      if (value !== 1n || of.context.family === "bridge") return;
      of.ll = "ether";
      of.told.ll = place();
    };
  }
  return undefined;
}

const readCt = keyed(
  CT_NAMES,
  (key, data: { direction?: string }) => ({
    ct: { key, ...(data.direction === undefined || key === "protocol" ? {} : { dir: data.direction }) },
  }),
);
const readMeta = keyed(META_NAMES, (key) => ({ meta: { key } }), learnMeta);

/** Returns a register with its bits masked and inverted. */
function masked(cell: Cell, data: NftBitwise, from: readonly NftExpression[]): Cell {
  const { op = "mask_xor" } = data, all = (1n << BigInt(8 * cell.bytes)) - 1n;
  const value = (one: NftData | undefined): bigint => fromBytes(one?.value ?? new Uint8Array(cell.bytes), cell.order);
  const [mask, xor] = op === "mask_xor"
    ? [value(data.mask), value(data.xor)]
    : op === "and"
    ? [value(data.data), 0n]
    : op === "or"
    ? [all & ~value(data.data), value(data.data)]
    : op === "xor"
    ? [all, value(data.data)]
    : [undefined, 0n];
  if (mask === undefined) throw new Unknown();
  return { ...cell, from, mask: (cell.mask ?? all) & mask, xor: ((cell.xor ?? 0n) & mask) ^ xor };
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  payload(of, data, one) {
    if (data.sreg !== undefined) return of.writePayload(data);
    const base = BASE_OF[data.base];
    if (base === undefined) throw new Unknown();
    load(of, data.dreg, { from: [one], bytes: data.len, order: "network", place: { base, offset: data.offset } });
  },
  meta(of, data, one) {
    if (data.sreg === undefined) return readMeta(of, data, one);
    const found = META_NAMES.get(String(data.key));
    if (found === undefined) throw new Unknown();
    of.emit({
      mangle: {
        key: { meta: { key: found[0] } },
        value: of.source(
          data.sreg,
          found[1].type === INTEGER ? { ...INTEGER, bits: found[1].bits } : found[1].type,
          found[1].order,
        ),
      },
    });
  },
  ct(of, data, one) {
    if (data.sreg !== undefined) {
      const found = CT_NAMES.get(String(data.key));
      if (found === undefined) throw new Unknown();
      return void of.emit({
        mangle: {
          key: { ct: { key: found[0], ...(data.direction === undefined ? {} : { dir: data.direction }) } },
          value: of.source(data.sreg, found[1].type, found[1].order),
        },
      });
    }
    if (data.key === "src" || data.key === "dst") {
      const v6 = of.nh === "ip6", type = TYPES[v6 ? "ipv6_addr" : "ipv4_addr"]!;
      return load(of, data.dreg, {
        from: [one],
        bytes: type.bits / 8,
        order: "network",
        type,
        field: { ct: { key: data.key === "src" ? "saddr" : "daddr", dir: data.direction } },
      });
    }
    readCt(of, data, one);
  },
  rt: keyed(
    RT_NAMES,
    (name) => name.endsWith("nexthop") ? { rt: { key: "nexthop", family: name.split(" ")[0] } } : { rt: { key: name } },
  ),
  socket: keyed(
    SOCKET_NAMES,
    (key, data: { level?: number }) => ({ socket: { key, ...(key === "cgroupv2" ? { level: data.level } : {}) } }),
  ),
  tunnel: keyed(TUNNEL_NAMES, (key) => ({ tunnel: { key } })),
  xfrm: keyed(XFRM_NAMES, (name, data: { dir?: string; spnum?: number }) => {
    const [family, key] = name.includes(" ") ? name.split(" ") : [undefined, name];
    return { ipsec: { key, ...(family === undefined ? {} : { family }), dir: data.dir, spnum: data.spnum ?? 0 } };
  }),
  fib(of, data, one) {
    const flags = (data.flags ?? []) as readonly string[], inputs = flags.filter((flag) => flag !== "present");
    const found = FIB_NAMES.get(String(data.result));
    if (found === undefined) throw new Unknown();
    const [result, { type, bits }] = found, exists = flags.includes("present");
    load(of, data.dreg, {
      from: [one],
      bytes: exists ? 4 : bits / 8,
      order: type.order,
      type: exists ? TYPES["boolean"]! : type,
      field: { fib: { result: result as "oif", flags: inputs } },
    });
  },
  osf: (of, data, one) =>
    load(of, data.dreg, {
      from: [one],
      bytes: 16,
      order: "network",
      type: TYPES["string"]!,
      field: {
        osf: {
          key: data.flags?.includes("version") ? "version" : "name",
          ...(data.ttl === 1 ? { ttl: "loose" } : data.ttl === 2 ? { ttl: "skip" } : {}),
        },
      },
    }),
  numgen: (of, data, one) =>
    load(of, data.dreg, {
      from: [one],
      bytes: 4,
      order: "host",
      type: { ...INTEGER, bits: 32, order: "host" },
      field: {
        numgen: { mode: data.type === "random" ? "random" : "inc", mod: data.modulus, offset: data.offset ?? 0 },
      },
    }),
  hash(of, data, one) {
    const type = { ...INTEGER, bits: 32, order: "host" } as const, offset = data.offset ?? 0;
    if (data.type === "sym") {
      return load(of, data.dreg, {
        from: [one],
        bytes: 4,
        order: "host",
        type,
        field: { symhash: { mod: data.modulus, ...(offset === 0 ? {} : { offset }) } },
      });
    }
    const cells: Cell[] = [];
    for (let at = 0; at < data.len;) {
      const cell = of.cell(registerAt(data.sreg, at));
      cells.push(cell);
      at += padded(cell.bytes);
    }
    const fields = cells.map((cell) => of.changed(cell, of.resolve(cell)) as Field),
      expr = fields.length === 1 ? fields[0]! : { concat: fields };
    load(of, data.dreg, {
      from: [...cells.flatMap(({ from }) => from), one],
      bytes: 4,
      order: "host",
      type,
      field: {
        jhash: {
          mod: data.modulus,
          ...(offset === 0 ? {} : { offset }),
          expr,
          ...(data.seed === undefined ? {} : { seed: data.seed }),
        },
      },
    });
  },
  exthdr(of, data, one) {
    const [name, table] = EXTENSIONS[data.op ?? "ipv6"] ?? [], exists = data.flags?.includes("present") === true;
    if (name === undefined) throw new Unknown();
    const all = Object.entries(table!).filter(([, { type }]) => type === data.type);
    const make = (extension: string) => (field?: string): Field =>
      ({ [name]: { name: extension, ...(field === undefined ? {} : { field }) } }) as unknown as Field;
    // nft writes options of TCP by number that have no names.
    const numbered = { "tcp option": { base: data.type, offset: 8 * data.offset, len: 8 * data.len } } as Field;
    const byNumber = (): void => {
      if (data.op !== "tcpopt" || data.dreg === undefined) throw new Unknown();
      const type = exists ? TYPES["boolean"]! : { ...INTEGER, bits: 8 * data.len };
      load(of, data.dreg, { from: [one], bytes: data.len, order: "network", type, field: numbered });
    };
    if (all.length === 0) return byNumber();
    if (name === "exthdr" || name === "ip option") of.forget("nh");
    if (data.dreg === undefined && data.sreg === undefined) return void of.emit({ reset: make(all[0]![0])() });
    if (exists) {
      return load(of, data.dreg, {
        from: [one],
        bytes: 1,
        order: "host",
        type: TYPES["boolean"]!,
        field: make(all[0]![0])(),
      });
    }
    const bit = 8 * data.offset;
    const covers = all.flatMap(([extension, { fields }]) =>
      Object.values(fields).some((field) => field.offset >= bit && field.offset + field.bits <= bit + 8 * data.len)
        ? [[extension, fields] as const]
        : []
    );
    // sack is sack0; a part that is at its own place only in a numbered one belongs to that.
    const best = covers.find(([extension]) => extension !== "sack0" && extension !== "rt0" && extension !== "rt2");
    if (best === undefined) return byNumber();
    const [extension, fields] = best;
    const whole = Object.entries(fields).find(([, field]) => field.offset === bit && field.bits === 8 * data.len);
    if (data.sreg !== undefined) {
      if (whole === undefined) throw new Unknown();
      return void of.emit({
        mangle: { key: make(extension)(whole[0]), value: of.source(data.sreg, whole[1].type, "network") },
      });
    }
    load(of, data.dreg, {
      from: [one],
      bytes: data.len,
      order: "network",
      type: INTEGER,
      field: make(extension)(),
      extension: { fields, make: make(extension), offset: data.offset },
    } as Cell);
  },
  immediate(of, data, one) {
    if (data.data?.verdict !== undefined) return void of.emit(verdictJson(data.data.verdict) as object);
    const value = data.data?.value;
    if (value === undefined) throw new Unknown();
    load(of, data.dreg, { from: [one], bytes: value.length, order: "network", constant: value });
  },
  bitwise(of, data, one) {
    const cell = of.cell(data.sreg), { op = "mask_xor" } = data;
    if (cell.constant !== undefined || data.sreg2 !== undefined || data.len !== cell.bytes) throw new Unknown();
    const from = [...cell.from, one];
    if (op === "lshift" || op === "rshift") {
      const count = Number(fromBytes(data.data?.value ?? new Uint8Array(4), "host"));
      const before = cell.shift === undefined ? cell : of.shifted(cell);
      return load(of, data.dreg, { ...before, from, shift: { op: op === "lshift" ? "<<" : ">>", count } });
    }
    if (cell.shift !== undefined) return void load(of, data.dreg, masked(of.shifted(cell), data, from));
    load(of, data.dreg, masked(cell, data, from));
  },
  byteorder(of, data, one) {
    const cell = of.cell(data.sreg);
    if (cell.constant !== undefined) throw new Unknown();
    load(of, data.dreg, { ...cell, from: [...cell.from, one], order: data.op === "hton" ? "network" : "host" });
  },
  cmp: (of, data) => of.compare(data),
  range(of, data) {
    const [from, to] = [data.fromData?.value, data.toData?.value];
    if (from === undefined || to === undefined) throw new Unknown();
    of.match(of.cell(data.sreg), data.op === "neq" ? "!=" : "==", [from, to]);
  },
  lookup: (of, data, one) => of.lookup(data, one),
  counter: (of, _data, one) => void of.emit(of.state(one) as object),
  limit: (of, _data, one) => void of.emit(of.state(one) as object),
  quota: (of, _data, one) => void of.emit(of.state(one) as object),
  connlimit: (of, _data, one) => void of.emit(of.state(one) as object),
  last: (of, _data, one) => void of.emit(of.state(one) as object),
  log(of, data) {
    const flags: string[] = [], bits = new Set<string>(data.flags ?? []);
    const names = {
      tcpseq: "tcp sequence",
      tcpopt: "tcp options",
      ipopt: "ip options",
      uid: "skuid",
      macdecode: "ether",
    };
    for (const [kernel, name] of Object.entries(names)) if (bits.has(kernel)) flags.push(name);
    const shown = flags.length === 5 ? ["all"] : flags, level = data.level === "warning" ? undefined : data.level;
    const json = {
      ...(data.prefix === undefined ? {} : { prefix: data.prefix }),
      ...(data.group === undefined ? {} : { group: data.group }),
      ...(data.group === undefined || data.snaplen === undefined ? {} : { snaplen: data.snaplen }),
      ...(data.group === undefined || data.qthreshold === undefined ? {} : { "queue-threshold": data.qthreshold }),
      ...(level === undefined || data.group !== undefined ? {} : { level }),
      ...(shown.length === 0 ? {} : { flags: shown.length === 1 ? shown[0] : shown }),
    };
    of.emit({ log: Object.keys(json).length === 0 ? null : json });
  },
  reject(of, data) {
    const v4 = of.context.family === "ip" || of.nh === "ip", v6 = of.context.family === "ip6" || of.nh === "ip6";
    if (data.type === "tcp_rst") {
      if (of.context.family === "ip" || of.context.family === "ip6") of.forget("th");
      return void of.emit({ reject: { type: "tcp reset" } });
    }
    const type = data.type === "icmpx_unreach" ? "icmpx" : v4 ? "icmp" : v6 ? "icmpv6" : undefined;
    if (type === undefined) throw new Unknown();
    if (type !== "icmpx") of.forget("nh");
    const code = data.icmpCode ?? 0;
    of.emit({ reject: { type, expr: of.json(BigInt(code), REJECT[type]!, 8) } });
  },
  nat(of, data) {
    const family = FAMILY[data.family], type = TYPES[family === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
    const concat = data.regProtoMin !== undefined && !of.cells.has(data.regProtoMin);
    const port = data.regProtoMin === undefined || concat
      ? {}
      : { port: of.extent(data.regProtoMin, data.regProtoMax, TYPES["inet_service"]!) };
    // nft tells the family in every table if a map has ports or ranges.
    const isMap = of.cells.get(data.regAddrMin)?.map !== undefined &&
      (concat || (data.regAddrMax ?? data.regAddrMin) !== data.regAddrMin);
    const isTold = of.context.family === "inet" || isMap;
    const addr = data.regAddrMin === undefined ? {} : {
      addr: prefixed(of.extent(data.regAddrMin, data.regAddrMax, type), of, data.regAddrMin, data.regAddrMax, type),
    };
    of.emit({
      [data.type]: {
        ...(isTold && family !== undefined && data.regAddrMin !== undefined ? { family } : {}),
        ...addr,
        ...port,
        ...of.natFlags(data.flags) as object,
        ...(data.flags?.includes("netmap") ? { type_flags: "prefix" } : {}),
      },
    });
  },
  masq: (of, data) => ports(of, "masquerade", data),
  redir: (of, data) => ports(of, "redirect", data),
  notrack: (of) => void of.emit({ notrack: null }),
  match: (of, data) => extension(of, "match", data),
  target: (of, data) => extension(of, "target", data),
  dup(of, data) {
    const type = TYPES[of.context.family === "ip6" ? "ipv6_addr" : "ipv4_addr"]!, index = TYPES["iface_index"]!;
    if (data.sregAddr === undefined) return void of.emit({ dup: { addr: of.source(data.sregDev, index) } });
    of.emit({
      dup: {
        addr: of.source(data.sregAddr, type),
        ...(data.sregDev === undefined ? {} : { dev: of.source(data.sregDev, index) }),
      },
    });
  },
  fwd(of, data) {
    const family = FAMILY[data.nfproto], type = TYPES[family === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
    of.emit({
      fwd: {
        dev: of.source(data.sregDev, TYPES["iface_index"]!),
        ...(data.sregAddr === undefined ? {} : { family, addr: of.source(data.sregAddr, type) }),
      },
    });
  },
  queue(of, data) {
    const flags = [
      ...(data.flags?.includes("bypass") ? ["bypass"] : []),
      ...(data.flags?.includes("cpu_fanout") ? ["fanout"] : []),
    ];
    const num = data.sregQnum !== undefined
      ? of.source(data.sregQnum, INTEGER, "host")
      : (data.total ?? 1) > 1
      ? { range: [data.num, data.num + data.total - 1] }
      : data.num ?? 0;
    of.emit({ queue: { num, ...(flags.length === 0 ? {} : { flags: flags.length === 1 ? flags[0] : flags }) } });
  },
  tproxy(of, data) {
    const family = FAMILY[data.family], type = TYPES[family === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
    of.emit({
      tproxy: {
        ...(of.context.family === "inet" && family !== undefined ? { family } : {}),
        ...(data.regAddr === undefined ? {} : { addr: of.source(data.regAddr, type) }),
        ...(data.regPort === undefined ? {} : { port: of.source(data.regPort, TYPES["inet_service"]!) }),
      },
    });
  },
  synproxy(of, data) {
    const has = (name: string): boolean => data.flags?.includes(name) === true;
    const flags = [...(has("timestamp") ? ["timestamp"] : []), ...(has("sack_perm") ? ["sack-perm"] : [])];
    const json = {
      ...(has("mss") ? { mss: data.mss } : {}),
      ...(has("wscale") ? { wscale: data.wscale } : {}),
      ...(flags.length === 0 ? {} : { flags }),
    };
    of.emit({ synproxy: Object.keys(json).length === 0 ? null : json });
  },
  flow_offload: (of, data) => void of.emit({ flow: { op: "add", flowtable: `@${data.tableName}` } }),
  objref(of, data) {
    if (data.immName !== undefined) return void of.emit({ [objectWord(data.immType)]: data.immName });
    const set = of.setOf(data.setName), kind = objectWord(set?.objType);
    const { left, parts } = of.key(data.setSreg, set);
    const anonymous = set?.flags?.includes("anonymous") === true;
    of.emit({
      [kind]: { map: { key: left, data: anonymous ? { set: of.elements(set!, parts) } : `@${data.setName}` } },
    });
  },
  dynset(of, data) {
    const set = of.setOf(data.setName), { left } = of.key(data.sregKey, set);
    const states = (data.expressions ?? (data.expr === undefined ? [] : [data.expr])) as NftExpression[];
    const stmt = states.map((one) => isFresh(one) ? { counter: null } : of.state(one)), timed = data.timeout > 0;
    const elem = timed ? { elem: { val: left, timeout: data.timeout / 1000 } } : left;
    if (data.sregData !== undefined) {
      const type = TYPE_OF_ID.get(set?.dataType ?? 0) ?? INTEGER;
      return void of.emit({
        map: { op: data.op, elem, data: of.source(data.sregData, type), map: `@${data.setName}` },
      });
    }
    if (set?.flags?.includes("anonymous") && set.flags.includes("eval") && stmt.length > 0) {
      return void of.emit({ meter: { key: elem, stmt: stmt[0], size: set.desc?.size, name: data.setName } });
    }
    of.emit({ set: { op: data.op, elem, set: `@${data.setName}`, ...(stmt.length === 0 ? {} : { stmt }) } });
  },
};

/** True if a counter has counted nothing. */
function isFresh(one: NftExpression): boolean {
  return one.name === "counter" && !one.data.packets && !one.data.bytes;
}

function ports(
  of: Decompiler,
  name: string,
  data: { regProtoMin?: number; regProtoMax?: number; flags?: readonly (string | number)[] },
): void {
  const json = {
    ...(data.regProtoMin === undefined
      ? {}
      : { port: of.extent(data.regProtoMin, data.regProtoMax, TYPES["inet_service"]!) }),
    ...of.natFlags(data.flags) as object,
  };
  of.emit({ [name]: Object.keys(json).length === 0 ? null : json });
}

/** Returns a range of constant addresses as a prefix, if it is one. */
function prefixed(
  json: Json,
  of: Decompiler,
  min: number | undefined,
  max: number | undefined,
  type: NftDatatype,
): Json {
  if (max === undefined || max === min || of.cell(min).map !== undefined) return json;
  const [low, high] = [of.cell(min).constant, of.cell(max).constant];
  if (low === undefined || high === undefined) return json;
  const a = fromBytes(low, "network"), b = fromBytes(high, "network"), size = b - a + 1n;
  if (size <= 1n || (size & (size - 1n)) !== 0n || a % size !== 0n) return json;
  return { prefix: { addr: of.json(a, type, type.bits), len: type.bits - (size.toString(2).length - 1) } };
}

/** Without the shift back that a lookup in a named set needs. */
function dropShift(cell: Cell, { shift }: Resolved): Cell {
  if (cell.shift?.op !== ">>" || cell.shift.count !== shift) return cell;
  const { shift: _shift, ...rest } = cell;
  return rest;
}

/** Returns where the ones of a mask are, if they are side by side. */
function bitsOf(mask: bigint, size: number): { first: number; bits: number; shift: number } | undefined {
  if (mask === 0n) return undefined;
  const text = mask.toString(2).padStart(size, "0"), first = text.indexOf("1"), last = text.lastIndexOf("1");
  return text.slice(first, last + 1).includes("0")
    ? undefined
    : { first, bits: last - first + 1, shift: size - 1 - last };
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, "");

/** Returns the integer of bytes with zeros behind. */
function widened(bytes: Uint8Array, size: number): bigint {
  return fromBytes(bytes, "network") << BigInt(8 * (size - bytes.length));
}

function verdictJson(verdict: NftVerdict): Json {
  const { code, chain } = verdict;
  if (code === "jump" || code === "goto") return { [code]: { target: chain } };
  if (typeof code !== "string" || !/^(?:accept|drop|continue|return|break)$/.test(code)) throw new Unknown();
  return { [code]: null };
}

function limitJson(data: NftLimit): Json {
  const { rate = 0, unit = 1, burst = 0 } = data,
    inv = data.flags?.includes("inv") === true,
    bytes = data.type === "pkt_bytes";
  const [number, name] = bytes ? sized(rate) : [quantityJson(rate), "packets"],
    [more, moreName] = bytes ? sized(burst) : [burst, "packets"];
  return {
    rate: number,
    ...(bytes ? { rate_unit: name } : {}),
    burst: more,
    ...(bytes ? { burst_unit: moreName } : {}),
    per: PER[unit] ?? "error",
    ...(inv ? { inv: true } : {}),
  };
}

/** Returns a number of bytes in the largest unit that divides it. */
export function sized(bytes: number | bigint): [unknown, string] {
  const all = BigInt(bytes);
  for (const [unit, size] of [["mbytes", 1048576n], ["kbytes", 1024n]] as const) {
    if (all > 0n && all % size === 0n) return [quantityJson(all / size), unit];
  }
  return [quantityJson(bytes), "bytes"];
}

function quotaJson(data: NftQuota): Json {
  const [val, val_unit] = sized(data.bytes ?? 0), { consumed = 0 } = data, [used, used_unit] = sized(consumed);
  return {
    val,
    val_unit,
    ...(consumed === 0 ? {} : { used, used_unit }),
    ...(data.flags?.includes("inv") ? { inv: true } : {}),
  };
}

/** Returns the JSON of bits: names, or the number if a bit has no name. */
function bitsJson(value: bigint, type: NftDatatype, bits: number): Json {
  return valueJson(value, type, bits);
}

/** Returns the JSON of a value. */
export function valueJson(
  value: bigint,
  type: NftDatatype,
  bits: number,
  nameOf?: (index: number) => string | undefined,
): Json {
  const { name, symbols } = type,
    number = value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `0x${value.toString(16)}`;
  if (name === "ipv4_addr" || name === "ipv6_addr") {
    const size = name === "ipv4_addr" ? 4 : 16;
    return ipText(toBytes(value, size, "network"), 0, size);
  }
  if (name === "ether_addr" || name === "ll_addr") return toHex(toBytes(value, bits / 8, "network"), 0, bits / 8, ":");
  if (isText(type)) return literal(textOf(toBytes(value, bits / 8, "network")));
  if (name === "boolean") return value === 1n ? true : value === 0n ? false : number;
  if (name === "iface_index") return nameOf?.(Number(value)) ?? String(value);
  if (name === "time") return Number(value) / 1000;
  if (name === "realm") return value === 0n ? "cosmos" : String(value);
  if (name === "classid") {
    return value === 0n ? "none" : value === 0xffffffffn ? "root" : classidText(Number(value));
  }
  if (name === "hour") return hourText(Number(value));
  if (name === "date") return dateText(value);
  if (name === "ct_label") {
    const labels: number[] = [];
    for (let bit = 0; bit < 128; bit++) if ((value >> BigInt(bit) & 1n) === 1n) labels.push(bit);
    return labels.length === 1 ? labels[0]! : labels;
  }
  if (type.form === "mask" && symbols !== undefined && Object.keys(symbols).length > 0) {
    const exact = Object.entries(symbols).find(([, bit]) => BigInt(bit) === value);
    if (exact !== undefined) return exact[0];
    const names = Object.entries(symbols).filter(([, bit]) => (BigInt(bit) & value) !== 0n);
    const rest = names.reduce((all, [, bit]) => all & ~BigInt(bit), value);
    return rest === 0n && names.length > 0 ? names.map(([one]) => one) : number;
  }
  if (symbols !== undefined && name !== "inet_service") {
    const found = Object.entries(symbols).find(([, one]) => BigInt(one) === value);
    if (found !== undefined) return found[0];
  }
  return number;
}
