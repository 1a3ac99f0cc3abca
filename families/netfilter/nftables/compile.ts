/**
 * Statements of nft's JSON, compiled to expressions of the kernel as nft does it: with the matches that a field depends
 * on, byte orders, masks, registers, and anonymous sets.
 *
 * @module
 */
import { didYouMean, parseIp, shown } from "../../../core/codec/mod.ts";
import type { NftData, NftExpression, NftVerdict } from "./expressions.ts";
import { idsOf, type NftByteOrder, type NftDatatype, TYPE_OF_ID, TYPES } from "./datatypes.ts";
import { type Base, BASES, HEADERS, INTEGER, VERDICT_TYPE } from "./fields.ts";
import {
  covering,
  isOperand,
  Knowledge,
  maskBits,
  type Operand,
  padded,
  registerAt,
  shifted,
  type TableFamily,
} from "./operands.ts";
import type { Statement } from "./statements.ts";
import {
  integer,
  isText,
  milliseconds,
  parseScalar,
  parseValue,
  Place,
  quantity,
  rangeOfText,
  record,
  string,
  toBytes,
  type Value,
  type ValueContext,
} from "./values.ts";

/** Properties of a set that statements use by name, as the compiler needs them. */
export interface KnownSet {
  /** Number of the key's type: NFTA_SET_KEY_TYPE. */
  keyType?: number;
  /** Number of the data's type, if it is a map. */
  dataType?: number;
  /** Length of the data. */
  dataLen?: number;
  /** Flags. */
  flags?: readonly (string | number)[];
}

/** An element of an anonymous set: fields as NFTA_SET_ELEM_*. */
export interface NewElement {
  /** Key, or the first of a range. */
  key?: NftData;
  /** Last key of a range, in sets of concatenations. */
  keyEnd?: NftData;
  /** Data of a map. */
  data?: NftData;
  /** Flags: the end of an interval, or all other keys. */
  flags?: readonly ("interval_end" | "catchall")[];
  /** Name of an object, in maps of objects. */
  objref?: string;
  /** User data: the comment. */
  userdata?: Uint8Array;
  /** Timeout in ms. */
  timeout?: number;
}

/** An anonymous set of a rule, to be added in front of it in the same transaction: fields as NFTA_SET_*. */
export interface NewSet {
  name: string;
  flags: readonly ("anonymous" | "constant" | "interval" | "map" | "timeout" | "eval" | "object" | "concat" | "expr")[];
  keyType: number;
  keyLen: number;
  dataType?: number;
  dataLen?: number;
  /** Number of an object's type, if it is a map of objects. */
  objType?: number;
  id: number;
  desc?: { size?: number; concat?: readonly { len: number }[] };
  timeout?: number;
  userdata?: Uint8Array;
  elements: readonly NewElement[];
}

/** Place of a rule: its table's family, and the sets that it can use. */
export interface CompileContext {
  /** The table's family. */
  readonly family: TableFamily;
  /** The chain's type, if it is a base chain. */
  readonly chainType?: string;
  /** The chain's hook. */
  readonly hook?: string;
  /** Returns a set of the table by name. */
  readonly setOf?: (name: string) => KnownSet | undefined;
  /** Returns a number for an anonymous set, unique in the transaction; counts from 1 by default. */
  readonly nextSetId?: () => number;
  /** Returns an interface's number. */
  readonly indexOf?: (name: string) => number | undefined;
  /** The operation in error messages; `compile a rule` by default. */
  readonly what?: string;
}

/** A compiled rule. */
export interface Compiled {
  /** The expressions. */
  readonly expressions: readonly NftExpression[];
  /** For each expression, the place of its statement. */
  readonly origins: readonly number[];
  /** Anonymous sets that the expressions use. */
  readonly sets: readonly NewSet[];
}

/** Compiles statements; throws TypeError or RangeError, naming the statement and field. */
export function compile(statements: readonly Statement[], context: CompileContext): Compiled {
  return new Compiler(context).rule(statements);
}

/** Compiles a statement that sets and elements have, as a counter; `what` is the operation in error messages. */
export function compileState(statement: unknown, what: string): NftExpression {
  const compiler = new Compiler({ family: "inet", what });
  compiler.place.path[0] = "stmt";
  return compiler.stateful(statement);
}

/** A part of a rule. */
interface Item {
  /** The place of its statement. */
  origin?: number;
  expressions: NftExpression[];
  /** A comparison of whole bytes of the packet with a constant, which may be joined with another. */
  join?: { readonly base: Base; offset: number; bits: number; readonly op: "eq" | "neq"; value: Uint8Array };
  /** True if comparisons are not joined across it. */
  readonly barrier?: true;
}

interface ElementValue {
  readonly parts: readonly Value[];
  readonly timeout?: number;
  readonly comment?: string;
}

const OPS: Readonly<Record<string, "eq" | "neq" | "lt" | "lte" | "gt" | "gte">> = {
  "==": "eq",
  "!=": "neq",
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte",
};
const VERDICTS = ["accept", "drop", "continue", "return", "jump", "goto"] as const;
const AF: Readonly<Record<string, "ipv4" | "ipv6">> = { ip: "ipv4", ip6: "ipv6" };
const UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86400, week: 604800 };
const BYTE_UNITS: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1024, mbytes: 1048576 };
const LEVELS: Readonly<
  Record<string, "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "audit">
> = {
  emerg: "emerg",
  alert: "alert",
  crit: "crit",
  err: "err",
  warn: "warning",
  notice: "notice",
  info: "info",
  debug: "debug",
  audit: "audit",
};
const LOG_FLAGS = {
  "tcp sequence": ["tcpseq"],
  "tcp options": ["tcpopt"],
  "ip options": ["ipopt"],
  skuid: ["uid"],
  ether: ["macdecode"],
  all: ["tcpseq", "tcpopt", "ipopt", "uid", "macdecode"],
} as const;
const NAT_FLAGS = {
  random: "proto_random",
  "fully-random": "proto_random_fully",
  persistent: "persistent",
  netmap: "netmap",
} as const;
const QUEUE_FLAGS = { bypass: "bypass", fanout: "cpu_fanout" } as const;
const SYNPROXY_FLAGS = { timestamp: "timestamp", "sack-perm": "sack_perm" } as const;
type NatFlag = typeof NAT_FLAGS[keyof typeof NAT_FLAGS] | "proto_specified";
const REJECT_CODES: Readonly<Record<string, NftDatatype>> = {
  icmp: TYPES["icmp_code"]!,
  icmpv6: TYPES["icmpv6_code"]!,
  icmpx: TYPES["icmpx_code"]!,
};
const CHECKSUMS: Readonly<Record<string, readonly [offset: number]>> = {
  ip: [10],
  tcp: [16],
  udp: [6],
  udplite: [6],
  icmp: [2],
  icmpv6: [2],
  igmp: [2],
  dccp: [6],
  th: [16],
};
const PSEUDO: Readonly<Record<string, readonly string[]>> = {
  ip: ["saddr", "daddr", "protocol", "length"],
  ip6: ["saddr", "daddr", "nexthdr", "length"],
};

class Compiler {
  readonly context: CompileContext;
  readonly place: Place;
  readonly know: Knowledge;
  readonly values: ValueContext;
  readonly items: Item[] = [];
  readonly sets: NewSet[] = [];
  #setIds = 0;

  constructor(context: CompileContext) {
    this.context = context;
    this.place = new Place(context.what ?? "compile a rule", "expr");
    this.values = context.indexOf === undefined ? {} : { indexOf: context.indexOf };
    this.know = new Knowledge(
      context.family,
      this.place,
      this.values,
      (operand, ...values) => this.require(operand, values),
    );
  }

  rule(statements: readonly Statement[]): Compiled {
    if (!Array.isArray(statements)) this.place.fail(`expected an array of statements, got ${shown(statements)}`);
    let ended = false;
    statements.forEach((one, i) =>
      this.place.in(i, () => {
        if (ended) this.place.fail("no statement can follow a verdict");
        const { length } = this.items;
        ended = this.statement(one);
        for (let k = length; k < this.items.length; k++) this.items[k]!.origin = i;
      })
    );
    const items = this.joined();
    return {
      expressions: items.flatMap(({ expressions }) => expressions),
      origins: items.flatMap((item) => item.expressions.map(() => item.origin!)),
      sets: this.sets,
    };
  }

  /** Joins comparisons of adjacent bytes. */
  joined(): Item[] {
    const gone = new Set<Item>();
    let run: Item[] = [];
    const join = (): void => {
      run.sort((a, b) => a.join!.offset - b.join!.offset);
      let last: Item | undefined;
      for (const item of run) {
        const a = last?.join, b = item.join!;
        if (a === undefined || a.base !== b.base || a.op !== b.op || a.offset + a.bits !== b.offset || !mayJoin(a, b)) {
          last = item;
          continue;
        }
        a.value = Uint8Array.of(...a.value, ...b.value);
        a.bits += b.bits;
        last!.expressions = comparison(a);
        gone.add(item);
      }
      run = [];
    };
    for (const item of this.items) {
      if (item.barrier) {
        // nft joins a single comparison with those behind the barrier.
        if (run.length > 1) join();
      } else if (item.join !== undefined) run.push(item);
    }
    join();
    return this.items.filter((item) => !gone.has(item));
  }

  /** Adds a match that a field depends on. */
  require(operand: Operand, values: readonly bigint[]): void {
    if (values.length === 1) this.equal(operand, "eq", values[0]!);
    else {
      const set = this.anonymous(operand, values.map((value) => ({ parts: [{ kind: "value", value }] })));
      this.items.push({
        expressions: [...operand.load(1), { name: "lookup", data: { set: set.name, sreg: 1, setId: set.id } }],
      });
    }
  }

  emit(...expressions: NftExpression[]): void {
    this.items.push({ expressions, barrier: true });
  }

  /** Compiles a statement; true if it ends the rule. */
  statement(json: unknown): boolean {
    const object = record(json, this.place), names = Object.keys(object), [name] = names;
    const make = name !== undefined && Object.hasOwn(STATEMENTS, name) ? STATEMENTS[name] : undefined;
    if (names.length !== 1 || make === undefined) {
      this.place.fail(
        `expected a statement with one of ${Object.keys(STATEMENTS).join(", ")}, got ${
          names.map((one) => JSON.stringify(one)).join(", ") || "{}"
        }`,
      );
    }
    return this.place.in(name!, () => {
      this.#expectFields(name!, object[name!]);
      return make(this, object[name!]);
    }) === true;
  }

  /** Fails for a field that the statement does not have. */
  #expectFields(name: string, json: unknown): void {
    const fields = STATEMENT_FIELDS[name]?.split(" ");
    if (fields === undefined || typeof json !== "object" || json === null || Array.isArray(json)) return;
    // A named object that a map selects.
    const known = Object.hasOwn(json, "map") && !fields.includes("map") ? ["map"] : fields;
    for (const field of Object.keys(json)) {
      if (known.includes(field) || (json as Record<string, unknown>)[field] === undefined) continue;
      this.place.fail(`there is no field ${shown(field)}${didYouMean(field, known)}`);
    }
  }

  // Matches

  match(json: unknown): void {
    const given = record(json, this.place), left = alone(given["left"]), right = alone(given["right"]), { op } = given;
    if (left === undefined) this.place.fail(`"left" is missing`);
    if (right === undefined) this.place.fail(`"right" is missing`);
    const operand = this.place.in("left", () => this.know.operand(left));
    if (this.redundant(left, op, right)) return;
    const relation = op === undefined ? "in" : string(op, this.place);
    if (!Object.hasOwn(OPS, relation) && relation !== "in" && relation !== "!") {
      this.place.in("op", () => this.place.fail(`expected ==, !=, <, >, <=, >=, in or !, got ${shown(op)}`));
    }
    const asked = typeof right === "boolean" ? operand.presence ?? operand : operand;
    this.place.in("right", () => this.relation(asked, relation, right));
  }

  /** True if all packets of the family match. */
  redundant(left: unknown, op: unknown, right: unknown): boolean {
    const { family } = this.context;
    return (family === "ip" || family === "ip6") && right === family &&
      (op === "==" || op === "in" || op === undefined) &&
      has(left, "meta") && has(left.meta, "key") && left.meta.key === "protocol";
  }

  relation(operand: Operand, relation: string, right: unknown): void {
    const { place } = this;
    if (typeof right === "string" && right.startsWith("@") && !isText(operand.type)) {
      return this.named(operand, relation, right.slice(1));
    }
    if (typeof right === "string" && right.startsWith("@") && this.context.setOf?.(right.slice(1)) !== undefined) {
      return this.named(operand, relation, right.slice(1));
    }
    if (typeof right === "object" && right !== null && "set" in right) {
      return place.in("set", () => this.inSet(operand, relation, (right as { set: unknown }).set));
    }
    if (operand.parts !== undefined) place.fail("a concatenation is compared with a set");
    if (relation === "in" || relation === "!") {
      if (operand.type.form === "mask") {
        const value = this.scalar(right, operand);
        const mask = value << BigInt(operand.shift);
        this.items.push({
          expressions: [
            ...operand.load(1),
            maskBits(1, operand.bytes, mask, operand.order),
            {
              name: "cmp",
              data: { sreg: 1, op: relation === "!" ? "eq" : "neq", data: { value: new Uint8Array(operand.bytes) } },
            },
          ],
        });
        return;
      }
      if (relation === "!") return place.fail(`a field of type ${operand.type.name} has no single bits`);
    }
    const op = OPS[relation === "in" ? "==" : relation]!;
    if (Array.isArray(right) && operand.type.form !== "mask") {
      const some = right.slice(0, 4).map(shown).join(", ");
      place.fail(`expected a value, got an array: several are { set: [${some}${right.length > 4 ? ", …" : ""}] }`);
    }
    const value = Array.isArray(right) && operand.type.form === "mask"
      ? { kind: "value" as const, value: this.scalar(right, operand) }
      : parseValue(right, operand.type, operand.bits, place, this.values);
    if (value.kind === "value") {
      return op === "eq" || op === "neq"
        ? this.equal(operand, op, value.value, op === "eq")
        : this.compare(operand, op, value.value);
    }
    if (op !== "eq" && op !== "neq") place.fail(`expected a single value after ${relation}`);
    if (value.kind === "range") return this.range(operand, op as "eq" | "neq", value.low, value.high);
    if (value.kind === "prefix") return this.prefix(operand, op as "eq" | "neq", value.value, value.length);
  }

  scalar(json: unknown, operand: Operand): bigint {
    return parseScalar(json, operand.type, operand.bits, this.place, this.values);
  }

  bytes(operand: Operand, value: bigint, order: NftByteOrder = operand.order): Uint8Array {
    return toBytes(value << BigInt(operand.shift), operand.bytes, order);
  }

  equal(operand: Operand, op: "eq" | "neq", value: bigint, learn = false): void {
    const bytes = this.bytes(operand, "xor" in operand ? value : value);
    const { payload } = operand;
    const item: Item = payload === undefined
      ? { expressions: [...operand.load(1), { name: "cmp", data: { sreg: 1, op, data: { value: bytes } } }] }
      : { expressions: [], join: { ...payload, op, value: bytes } };
    if (item.join !== undefined) item.expressions = comparison(item.join);
    this.items.push(item);
    if (learn) operand.learn?.(value);
  }

  /** Loads an operand so that larger values have larger bytes. */
  ordered(operand: Operand, register = 1): NftExpression[] {
    return [...operand.load(register), ...swapped(operand, register)];
  }

  compare(operand: Operand, op: "lt" | "lte" | "gt" | "gte" | "eq" | "neq", value: bigint): void {
    const bytes = this.bytes(operand, value, "network");
    this.items.push({
      expressions: [...this.ordered(operand), { name: "cmp", data: { sreg: 1, op, data: { value: bytes } } }],
    });
  }

  range(operand: Operand, op: "eq" | "neq", low: bigint, high: bigint): void {
    // A range of hours over midnight is all but the hours between.
    if (low > high) return this.range(operand, op === "eq" ? "neq" : "eq", high, low);
    const [from, to] = [this.bytes(operand, low, "network"), this.bytes(operand, high, "network")];
    this.items.push({
      expressions: op === "neq"
        ? [...this.ordered(operand), {
          name: "range",
          data: { sreg: 1, op: "neq", fromData: { value: from }, toData: { value: to } },
        }]
        : [
          ...this.ordered(operand),
          { name: "cmp", data: { sreg: 1, op: "gte", data: { value: from } } },
          { name: "cmp", data: { sreg: 1, op: "lte", data: { value: to } } },
        ],
    });
  }

  prefix(operand: Operand, op: "eq" | "neq", value: bigint, length: number): void {
    const bytes = this.bytes(operand, value);
    if (operand.order === "network" && length > 0 && length % 8 === 0 && operand.shift === 0) {
      const size = length / 8;
      this.items.push({
        expressions: [
          ...operand.loadPart?.(1, size) ?? operand.load(1),
          { name: "cmp", data: { sreg: 1, op, data: { value: bytes.slice(0, size) } } },
        ],
      });
      return;
    }
    const mask = ((1n << BigInt(length)) - 1n) << BigInt(operand.bits - length + operand.shift);
    this.items.push({
      expressions: [
        ...operand.load(1),
        maskBits(1, operand.bytes, mask, operand.order),
        { name: "cmp", data: { sreg: 1, op, data: { value: bytes } } },
      ],
    });
  }

  named(operand: Operand, relation: string, name: string): void {
    if (relation !== "==" && relation !== "!=" && relation !== "in") {
      this.place.fail(`a set is compared with ==, != or in, not ${relation}`);
    }
    this.items.push({
      expressions: [...this.key(operand, 1, name), {
        name: "lookup",
        data: { set: name, sreg: 1, ...(relation === "!=" ? { flags: ["inv"] as const } : {}) },
      }],
    });
  }

  /** Fails if a set's keys have other types than the fields that are looked up in it. */
  expectKeys({ parts, ...operand }: Operand, set: KnownSet, name: string): void {
    const ids = idsOf(set.keyType), fields = (parts ?? [operand]).map(({ type }) => type.id);
    const isOf = (id: number, other: number | undefined): boolean => id === other || id === INTEGER.id;
    if (ids.length === fields.length && ids.every((id, i) => isOf(id, fields[i]) || isOf(fields[i]!, id))) return;
    const words = (numbers: readonly number[]): string =>
      numbers.map((id) => TYPE_OF_ID.get(id)?.name ?? `number ${id}`).join(" . ");
    this.place.fail(`the keys of ${name} are of type ${words(ids)}, not ${words(fields)}`);
  }

  /** Loads the key for a lookup in a named set. */
  key(operand: Operand, register: number, name: string): NftExpression[] {
    const set = this.context.setOf?.(name);
    if (set?.keyType !== undefined) this.expectKeys(operand, set, name);
    const interval = set?.flags?.includes("interval") === true;
    const one = (part: Operand, at: number): NftExpression[] => [
      ...shifted(part, at),
      ...(interval ? swapped(part, at) : []),
    ];
    if (operand.parts === undefined) return one(operand, register);
    let offset = 0;
    return operand.parts.flatMap((part) => {
      const at = registerAt(register, offset);
      offset += padded(part.bytes);
      return one(part, at);
    });
  }

  inSet(operand: Operand, relation: string, json: unknown): void {
    if (relation !== "==" && relation !== "!=" && relation !== "in") {
      this.place.fail(`a set is compared with ==, != or in, not ${relation}`);
    }
    const members = this.members(json);
    if (
      members.length === 1 && operand.parts === undefined &&
      !(typeof members[0] === "object" && members[0] !== null && ("elem" in members[0] || "concat" in members[0]))
    ) {
      return this.place.in(
        0,
        () =>
          this.relation(
            operand,
            relation === "!=" ? "!=" : "==",
            members[0],
          ),
      );
    }
    const elements = members.map((one, i) => this.place.in(i, () => this.element(one, operand)));
    const values = elements.flatMap(({ parts: [first] }) => first!.kind === "value" ? [first!.value] : []);
    if (relation !== "!=" && values.length === elements.length) operand.learnOneOf?.(...values);
    const set = this.anonymous(operand, elements);
    this.items.push({
      expressions: [...this.lookedUp(operand, set), {
        name: "lookup",
        data: { set: set.name, sreg: 1, setId: set.id, ...(relation === "!=" ? { flags: ["inv"] as const } : {}) },
      }],
    });
  }

  members(json: unknown): readonly unknown[] {
    const members = Array.isArray(json) ? json : [json];
    if (members.length === 0) this.place.fail("a set needs at least one element");
    return members;
  }

  lookedUp(operand: Operand, set: NewSet, register = 1): NftExpression[] {
    if (!set.flags.includes("interval")) return operand.load(register);
    if (operand.parts === undefined) return this.ordered(operand, register);
    let offset = 0;
    return operand.parts.flatMap((part) => {
      const at = registerAt(register, offset);
      offset += padded(part.bytes);
      return [...shifted(part, at), ...swapped(part, at)];
    });
  }

  element(json: unknown, operand: Operand): ElementValue {
    const { place } = this, context = { ...this.values, element: true };
    if (typeof json === "object" && json !== null && "elem" in json) {
      return place.in("elem", () => {
        const { val, timeout, comment } = record(json.elem, place);
        return {
          ...place.in("val", () => this.element(val, operand)),
          ...(timeout === undefined ? {} : { timeout: place.in("timeout", () => milliseconds(timeout, place)) }),
          ...(comment === undefined ? {} : { comment: place.in("comment", () => string(comment, place)) }),
        };
      });
    }
    if (operand.parts === undefined) return { parts: [parseValue(json, operand.type, operand.bits, place, context)] };
    if (json === "*") return { parts: [{ kind: "all" }] };
    const { concat } = record(json, place);
    if (!Array.isArray(concat) || concat.length !== operand.parts.length) {
      return place.fail(`expected "concat" with ${operand.parts.length} values, got ${shown(concat)}`);
    }
    return {
      parts: place.in(
        "concat",
        () =>
          operand.parts!.map((part, i) =>
            place.in(i, () => parseValue(concat[i], part.type, part.bits, place, context))
          ),
      ),
    };
  }

  /** Makes an anonymous set, or a map if elements have data. */
  anonymous(operand: Operand, elements: readonly ElementValue[], map?: MapData): NewSet {
    const parts = operand.parts ?? [operand];
    const interval = elements.some(({ parts }) => parts.some(({ kind }) => kind === "range" || kind === "prefix"));
    const concat = operand.parts !== undefined,
      order = (part: Operand): NftByteOrder => interval ? "network" : part.order;
    const flags: NewSet["flags"][number][] = ["anonymous", "constant"];
    if (interval) flags.push("interval");
    if (map?.objType !== undefined) flags.push("object");
    else if (map !== undefined) flags.push("map");
    if (interval && concat) flags.push("concat");
    const extra = (i: number): NewElement => ({
      ...(map?.data[i] ?? {}),
      ...(elements[i]!.timeout === undefined ? {} : { timeout: elements[i]!.timeout! }),
      ...(elements[i]!.comment === undefined
        ? {}
        : { userdata: tlv(0, new TextEncoder().encode(`${elements[i]!.comment}\0`)) }),
    });
    const all = elements.flatMap(({ parts: [first] }, i): NewElement[] =>
      first!.kind === "all" ? [{ ...extra(i), flags: ["catchall"] }] : []
    );
    const key = (values: readonly Value[], end: boolean): Uint8Array => {
      const bytes = values.flatMap((given, i) => {
        const part = parts[i]!,
          [low, high] = bounds(given, part.bits),
          value = end ? high : low,
          one = concat ? toBytes(value, part.bytes, order(part)) : this.bytes(part, value, order(part));
        return concat ? [...one, ...new Uint8Array(padded(one.length) - one.length)] : [...one];
      });
      return Uint8Array.from(bytes);
    };
    let made: NewElement[];
    if (interval && !concat) made = intervals(elements, parts[0]!, extra, map === undefined, this.place);
    else {
      made = elements.flatMap(({ parts: values }, i): NewElement[] => {
        if (values[0]!.kind === "all") return [];
        return [{
          key: { value: key(values, false) },
          ...(interval ? { keyEnd: { value: key(values, true) } } : {}),
          ...extra(i),
        }];
      });
    }
    made.push(...all);
    // nft counts the end of an interval up to the largest value too, which is not sent.
    const open = interval && !concat &&
        elements.some(({ parts: [value] }) => bounds(value!, parts[0]!.bits)[1] === (1n << BigInt(parts[0]!.bits)) - 1n)
      ? 1
      : 0;
    const set: NewSet = {
      name: map === undefined ? "__set%d" : map.objType === undefined ? "__map%d" : "__objmap%d",
      flags,
      keyType: operand.type.id,
      keyLen: operand.bytes,
      ...(map === undefined || map.objType !== undefined
        ? {}
        : isVerdict(map)
        ? { dataType: 0xffffff00, dataLen: 0 }
        : { dataType: concatId(map.parts), dataLen: map.bytes }),
      ...(map?.objType === undefined ? {} : { objType: map.objType }),
      id: this.context.nextSetId?.() ?? ++this.#setIds,
      desc: {
        size: made.length + open,
        ...(concat && interval ? { concat: parts.map(({ bytes }) => ({ len: bytes })) } : {}),
      },
      userdata: setUserdata(operand, interval, map),
      elements: made,
    };
    this.sets.push(set);
    return set;
  }

  // Maps and values of statements

  /** Compiles a map; returns the expressions that leave its data in a register, or its verdict in register 0. */
  map(
    json: unknown,
    type: NftDatatype,
    bits: number,
    register: number,
    verdict = false,
    shape: DataShape = { parts: [type], interval: false },
  ): { expressions: NftExpression[]; set: NewSet | undefined; name: string } {
    const { key, data } = record(json, this.place);
    const operand = this.place.in("key", () => this.know.operand(key));
    const dreg = verdict ? 0 : register;
    if (typeof data === "string" && data.startsWith("@")) {
      const name = data.slice(1);
      return {
        expressions: [...this.key(operand, register, name), {
          name: "lookup",
          data: { set: name, sreg: register, dreg },
        }],
        set: undefined,
        name,
      };
    }
    return this.place.in("data", () => {
      const { set } = record(data, this.place);
      const pairs = this.place.in(
        "set",
        () => this.members(set).map((one, i) => this.place.in(i, () => this.pair(one))),
      );
      const keys = this.place.in(
        "set",
        () => pairs.map(([one], i) => this.place.in(i, () => this.element(one, operand))),
      );
      const values = this.place.in(
        "set",
        () =>
          pairs.map(([, one], i): NewElement =>
            this.place.in(
              i,
              () =>
                verdict ? { data: { verdict: this.verdict(one) } } : { data: { value: this.shaped(one, shape, bits) } },
            )
          ),
      );
      const made = this.anonymous(operand, keys, {
        ...shape,
        bytes: verdict ? 4 : lengthOf(shape, bits) * (shape.interval ? 2 : 1),
        data: values,
      });
      return {
        expressions: [...this.lookedUp(operand, made, register), {
          name: "lookup",
          data: { set: made.name, sreg: register, dreg, setId: made.id },
        }],
        set: made,
        name: made.name,
      };
    });
  }

  pair(json: unknown): readonly [unknown, unknown] {
    if (!Array.isArray(json) || json.length !== 2) {
      return this.place.fail(`expected a key and its data, got ${shown(json)}`);
    }
    return [json[0], json[1]];
  }

  /** Returns data of a map: its first and last value, if it is of intervals. */
  shaped(json: unknown, { parts, interval, order }: DataShape, bits: number): Uint8Array {
    const { place } = this, size = lengthOf({ parts, interval }, bits);
    const given = parts.length === 1 ? [json] : has(json, "concat") ? json["concat"] : undefined;
    if (!Array.isArray(given) || given.length !== parts.length) {
      return place.fail(`expected "concat" with ${parts.length} values, got ${shown(json)}`);
    }
    const bytes = new Uint8Array(interval ? 2 * size : size);
    let at = 0;
    given.forEach((one: unknown, i) => {
      const type = parts[i]!, width = parts.length === 1 ? bits : type.bits, length = Math.ceil(width / 8);
      const value = parseValue(one, type, width, place, this.values), [low, high] = bounds(value, width);
      if (!interval && value.kind !== "value") place.fail("expected a single value");
      bytes.set(toBytes(low, length, order ?? type.order), at);
      if (interval) bytes.set(toBytes(high, length, order ?? type.order), size + at);
      at += padded(length);
    });
    return bytes;
  }

  /** Fails for the value of a statement that has none: `false` would read as the contrary. */
  nothing(json: unknown): void {
    if (json !== null && json !== undefined) this.place.fail(`expected null, got ${shown(json)}`);
  }

  verdict(json: unknown): NftVerdict {
    const object = record(json, this.place), names = Object.keys(object), code = names[0] as typeof VERDICTS[number];
    if (names.length !== 1 || !VERDICTS.includes(code)) {
      return this.place.fail(`expected one of ${VERDICTS.join(", ")}, got ${names.join(", ") || "{}"}`);
    }
    if (code !== "jump" && code !== "goto") {
      this.place.in(code, () => this.nothing(object[code]));
      return { code };
    }
    return this.place.in(code, () => {
      const { target } = record(object[code], this.place);
      return { code, chain: this.place.in("target", () => string(target, this.place)) };
    });
  }

  /** Returns the expressions that put a value into a register. */
  value(
    json: unknown,
    type: NftDatatype,
    bits: number,
    register: number,
    order: NftByteOrder = type.order,
  ): NftExpression[] {
    if (has(json, "map")) {
      return this.place.in(
        "map",
        () => this.map(json["map"], type, bits, register, false, { parts: [type], interval: false, order }).expressions,
      );
    }
    if (isOperand(json)) {
      const operand = this.know.operand(json);
      if (operand.parts !== undefined) this.place.fail("expected a single value, got a concatenation");
      const size = Math.ceil(bits / 8),
        swap = operand.order !== order && operand.bytes > 1 && operand.type !== TYPES["string"];
      return [
        ...shifted(operand, register),
        ...(swap ? [byteorder(operand.order === "host" ? "hton" : "ntoh", register, operand.bytes)] : []),
        ...(size < 0 ? [] : []),
      ];
    }
    const bytes = toBytes(parseScalar(json, type, bits, this.place, this.values), Math.ceil(bits / 8), order);
    return [constant(register, bytes)];
  }

  /** Compiles the use of an object, by name or by a map. */
  object(json: unknown, immType: ObjectName, objType: number): void {
    if (typeof json === "string") return this.emit({ name: "objref", data: { immType, immName: json } });
    const { key, data } = this.place.in("map", () => record(record(json, this.place)["map"], this.place));
    const operand = this.place.in("map", () => this.place.in("key", () => this.know.operand(key)));
    if (typeof data === "string" && data.startsWith("@")) {
      return this.emit(...this.key(operand, 1, data.slice(1)), {
        name: "objref",
        data: { setSreg: 1, setName: data.slice(1) },
      });
    }
    this.place.in("map", () =>
      this.place.in("data", () => {
        const pairs = this.place.in("set", () =>
          this.members(record(data, this.place)["set"]).map((one, i) => this.place.in(i, () => this.pair(one))));
        const keys = pairs.map(([one], i) =>
          this.place.in("set", () =>
            this.place.in(i, () => this.element(one, operand)))
        );
        const values = pairs.map(([, name], i): NewElement => ({
          objref: this.place.in("set", () => this.place.in(i, () => string(name, this.place))),
        }));
        const set = this.anonymous(operand, keys, { objType, data: values, bytes: 0, parts: [], interval: false });
        this.emit(...this.lookedUp(operand, set), {
          name: "objref",
          data: { setSreg: 1, setName: set.name, setId: set.id },
        });
      }));
  }

  // Statements

  limit(json: unknown): NftExpression {
    const { place } = this, { rate, rate_unit, per, burst, burst_unit, inv } = record(json, place);
    const unit = per === undefined ? 1 : place.in("per", () => this.know.pick(UNITS, per));
    const isPackets = rate_unit === undefined || rate_unit === "packets";
    const factor = isPackets ? 1 : place.in("rate_unit", () => this.know.pick(BYTE_UNITS, rate_unit));
    const more = burst_unit === undefined || burst_unit === "packets"
      ? 1
      : place.in("burst_unit", () => this.know.pick(BYTE_UNITS, burst_unit));
    const given = burst === undefined ? 0 : place.in("burst", () => integer(burst, 0, 0xffffffff, place));
    return {
      name: "limit",
      data: {
        rate: place.in("rate", () => quantity(rate, factor, place) || place.range("expected at least 1, got 0")),
        unit,
        ...(given === 0 && !isPackets ? {} : { burst: given === 0 ? 5 : given * more }),
        type: isPackets ? "pkts" : "pkt_bytes",
        flags: inv === true ? ["inv"] : [],
      },
    };
  }

  counter(json: unknown): NftExpression {
    if (json === null || json === undefined) return { name: "counter", data: {} };
    const { packets = 0, bytes = 0 } = record(json, this.place);
    return {
      name: "counter",
      data: {
        bytes: this.place.in("bytes", () => quantity(bytes, 1, this.place)),
        packets: this.place.in("packets", () => quantity(packets, 1, this.place)),
      },
    };
  }

  quota(json: unknown): NftExpression {
    const { place } = this,
      { val, val_unit = "bytes", used = 0, used_unit = "bytes", inv } = record(json, place);
    const unit = place.in("val_unit", () => this.know.pick(BYTE_UNITS, val_unit)),
      usedUnit = place.in("used_unit", () => this.know.pick(BYTE_UNITS, used_unit));
    return {
      name: "quota",
      data: {
        bytes: place.in("val", () => quantity(val, unit, place)),
        flags: inv === true ? ["inv"] : [],
        consumed: place.in("used", () => quantity(used, usedUnit, place)),
      },
    };
  }

  log(json: unknown): void {
    const { place } = this,
      { prefix, group, snaplen, "queue-threshold": threshold, level, flags } = json === null
        ? {} as Record<string, unknown>
        : record(json, place);
    if (group === undefined && (snaplen !== undefined || threshold !== undefined)) {
      place.fail(`"snaplen" and "queue-threshold" need "group"`);
    }
    if (group !== undefined && level !== undefined) place.fail(`"group" and "level" exclude each other`);
    const kernel = [...new Set(this.names(flags, LOG_FLAGS).flat())];
    this.emit({
      name: "log",
      data: {
        ...(group === undefined ? {} : { group: place.in("group", () => integer(group, 0, 0xffff, place)) }),
        ...(prefix === undefined ? {} : { prefix: place.in("prefix", () => string(prefix, place)) }),
        ...(snaplen === undefined
          ? {}
          : { snaplen: place.in("snaplen", () => integer(snaplen, 0, 0xffffffff, place)) }),
        ...(threshold === undefined
          ? {}
          : { qthreshold: place.in("queue-threshold", () => integer(threshold, 0, 0xffff, place)) }),
        ...(level === undefined ? {} : { level: place.in("level", () => this.know.pick(LEVELS, level)) }),
        ...(kernel.length === 0 ? {} : { flags: kernel }),
      },
    });
  }

  reject(json: unknown): void {
    const { place, know } = this, { type, expr } = json === null ? {} as Record<string, unknown> : record(json, place);
    if (type === undefined) {
      const { nh } = know;
      return nh === "ip" || nh === "ip6"
        ? this.emit({ name: "reject", data: { type: "icmp_unreach", icmpCode: nh === "ip" ? 3 : 4 } })
        : this.emit({ name: "reject", data: { type: "icmpx_unreach", icmpCode: 1 } });
    }
    if (type === "tcp reset") {
      know.needTransport("tcp");
      return this.emit({ name: "reject", data: { type: "tcp_rst", icmpCode: 0 } });
    }
    const codes = place.in("type", () => know.pick(REJECT_CODES, type));
    const code = expr === undefined
      ? (type === "icmp" ? 3 : type === "icmpv6" ? 4 : 1)
      : Number(place.in("expr", () => parseScalar(expr, codes, 8, place, {})));
    if (type === "icmp") know.needNetwork("ip");
    if (type === "icmpv6") know.needNetwork("ip6");
    this.emit({ name: "reject", data: { type: type === "icmpx" ? "icmpx_unreach" : "icmp_unreach", icmpCode: code } });
  }

  /** Returns what flags mean: a name, several, or none. */
  names<T>(json: unknown, table: Readonly<Record<string, T>>): T[] {
    const names: readonly unknown[] = json === undefined || json === null ? [] : Array.isArray(json) ? json : [json];
    return [...new Set(names.map((one) => this.place.in("flags", () => this.know.pick(table, one))))];
  }

  /** Loads an address or port that may be a range or prefix, into one or two registers. */
  extent(
    json: unknown,
    type: NftDatatype,
    bits: number,
    next: () => number,
  ): { min: number; max: number | undefined; expressions: NftExpression[]; prefix: boolean } {
    const isExtent = json !== null && typeof json === "object" && ("range" in json || "prefix" in json) ||
      rangeOfText(json, type) !== undefined;
    if (!isExtent) {
      const min = next();
      return { min, max: undefined, expressions: this.value(json, type, bits, min), prefix: false };
    }
    const [low, high] = bounds(parseValue(json, type, bits, this.place, this.values), bits), min = next(), max = next();
    return {
      min,
      max,
      expressions: [
        constant(min, toBytes(low, bits / 8, "network")),
        constant(max, toBytes(high, bits / 8, "network")),
      ],
      prefix: has(json, "prefix"),
    };
  }

  nat(kind: "snat" | "dnat", json: unknown): void {
    const { place, know } = this, object = record(json, place), { addr, port, family, flags, type_flags } = object;
    const name = family === undefined
      ? this.context.family === "inet" ? know.nh ?? familyOfAddress(addr) : this.context.family
      : place.in("family", () => know.pick({ ip: "ip", ip6: "ip6" } as Record<string, string>, family));
    if (name !== "ip" && name !== "ip6" && addr !== undefined) place.fail(`"family" is missing: "ip" or "ip6"`);
    if (addr === undefined && port === undefined) place.fail(`"addr" and "port" are missing`);
    if (port !== undefined) this.needPorts("port");
    let register = 1;
    const next = (): number => register++,
      type = TYPES[name === "ip" ? "ipv4_addr" : "ipv6_addr"]!,
      expressions: NftExpression[] = [];
    const bits: NatFlag[] = this.names(flags, NAT_FLAGS);
    const kinds = type_flags === undefined ? [] : Array.isArray(type_flags) ? type_flags : [type_flags];
    const own = addr === undefined && this.context.family === "inet";
    const data: { -readonly [K in keyof NatData]: NatData[K] } = {
      type: kind,
      family: own ? "inet" : AF[name!] ?? "inet",
    };
    if (addr !== undefined && has(addr, "map")) {
      // The data of the map may be an address and a port side by side, and the first and last of both.
      const shape = this.shapeOf(addr["map"], type, kinds), { length } = shape.parts, size = lengthOf(shape, type.bits);
      if (length > 1 && port !== undefined) place.fail(`"port" and the ports of the map exclude each other`);
      const { expressions: loads } = place.in(
        "addr",
        () => place.in("map", () => this.map(addr["map"], type, type.bits, next(), false, shape)),
      );
      // Fields of the map's key may tell the protocol.
      if (length > 1) this.needPorts("addr");
      expressions.push(...loads);
      data.regAddrMin = 1;
      if (shape.interval) data.regAddrMax = registerAt(1, size);
      if (length > 1) data.regProtoMin = registerAt(1, type.bits / 8);
      if (length > 1 && shape.interval) data.regProtoMax = registerAt(1, size + type.bits / 8);
    } else if (addr !== undefined) {
      const one = place.in("addr", () => this.extent(addr, type, type.bits, next));
      expressions.push(...one.expressions);
      data.regAddrMin = one.min;
      if (one.max !== undefined) data.regAddrMax = one.max;
    }
    if (port !== undefined) {
      const one = place.in("port", () => this.extent(port, TYPES["inet_service"]!, 16, next));
      expressions.push(...one.expressions);
      data.regProtoMin = one.min;
      if (one.max !== undefined) data.regProtoMax = one.max;
      bits.push("proto_specified");
    }
    if (kinds.includes("prefix") && !bits.includes("netmap")) bits.push("netmap");
    if (bits.length > 0) data.flags = bits;
    this.emit(...expressions, { name: "nat", data });
  }

  /** Fails unless the transport protocol is known: the kernel changes the ports of no other packets. */
  needPorts(field: string): void {
    if (!this.know.hasPorts) this.place.fail(`"${field}" needs a match of the transport protocol before it`);
  }

  /** Returns the form of the data in the map of an address, `type`, which may have a port beside it. */
  shapeOf(map: unknown, type: NftDatatype, kinds: readonly unknown[]): DataShape {
    const data = typeof map === "object" && map !== null ? (map as { data?: unknown }).data : undefined;
    const both = [type, TYPES["inet_service"]!], isRange = kinds.includes("prefix") || kinds.includes("interval");
    if (typeof data === "string") {
      const set = this.context.setOf?.(data.replace(/^@/, ""));
      const parts = kinds.includes("concat") || set?.dataType === concatId(both) ? both : [type];
      return { parts, interval: isRange || (set?.dataLen ?? 0) > lengthOf({ parts, interval: false }, type.bits) };
    }
    const pairs = has(data, "set") && Array.isArray(data["set"]) ? data["set"] as unknown[] : [];
    const values = pairs.map((one) => Array.isArray(one) ? one[1] as unknown : undefined);
    const parts = kinds.includes("concat") || values.some((one) => has(one, "concat")) ? both : [type];
    const isExtent = (one: unknown): boolean =>
      has(one, "range") || has(one, "prefix") || has(one, "concat") && [one["concat"]].flat().some(isExtent);
    return { parts, interval: isRange || values.some(isExtent) };
  }

  ports(name: "masq" | "redir", json: unknown): void {
    const { port, flags } = json === null ? {} as Record<string, unknown> : record(json, this.place);
    let register = 1;
    const bits: NatFlag[] = this.names(flags, NAT_FLAGS);
    if (port === undefined) return this.emit({ name, data: bits.length === 0 ? {} : { flags: bits } });
    this.needPorts("port");
    const one = this.place.in("port", () => this.extent(port, TYPES["inet_service"]!, 16, () => register++));
    this.emit(...one.expressions, {
      name,
      data: {
        regProtoMin: one.min,
        ...(one.max === undefined ? {} : { regProtoMax: one.max }),
        flags: [...bits, "proto_specified"],
      },
    });
  }

  dynset(json: unknown, isMap: boolean): void {
    const { place } = this, object = record(json, place), { op, elem, stmt, data } = object;
    const name = place.in(isMap ? "map" : "set", () => string(object[isMap ? "map" : "set"], place)).replace(/^@/, "");
    const change = place.in(
      "op",
      () => this.know.pick({ add: "add", update: "update", delete: "delete" } as const, op),
    );
    const wrapped = typeof elem === "object" && elem !== null && "elem" in elem
      ? record(elem.elem, place)
      : { val: elem };
    const key = place.in("elem", () => this.know.operand(wrapped["val"]));
    const known = this.context.setOf?.(name), span = key.parts === undefined ? 1 : Math.ceil(key.bytes / 16);
    const expressions = place.in("elem", () => this.key(key, 1, name));
    const { timeout, expires: _expires, comment: _comment, val: _val, ...others } = wrapped as Record<string, unknown>;
    const timed = timeout === undefined
      ? undefined
      : place.in("elem", () => place.in("timeout", () => milliseconds(timeout, place)));
    const inner = [
      ...Object.entries(others).map(([key, value]) => ({ [key]: value })),
      ...(stmt === undefined ? [] : Array.isArray(stmt) ? stmt : [stmt]),
    ];
    const states = inner.map((one, i) => place.in("stmt", () => place.in(i, () => this.stateful(one))));
    if (isMap) {
      const type = TYPE_OF_ID.get(known?.dataType ?? 0);
      const register = 1 + span;
      expressions.push(...place.in("data", () => this.mapData(data, type, register)));
      expressions.push({
        name: "dynset",
        data: {
          setName: name,
          op: change,
          sregKey: 1,
          sregData: register,
          ...(timed === undefined ? {} : { timeout: timed }),
          ...dynsetStates(states),
        },
      });
    } else {
      expressions.push({
        name: "dynset",
        data: {
          setName: name,
          op: change,
          sregKey: 1,
          ...(timed === undefined ? {} : { timeout: timed }),
          ...dynsetStates(states),
        },
      });
    }
    this.emit(...expressions);
  }

  mapData(data: unknown, type: NftDatatype | undefined, register: number): NftExpression[] {
    if (type !== undefined) return this.value(data, type, type.bits, register);
    if (isOperand(data)) return this.know.operand(data).load(register);
    return this.place.fail("the type of the map's data is not known: expected a field");
  }

  stateful(json: unknown): NftExpression {
    const object = record(json, this.place), [name = ""] = Object.keys(object), value = object[name];
    return this.place.in(name, () => {
      switch (name) {
        case "counter":
          return this.counter(value);
        case "limit":
          return this.limit(value);
        case "quota":
          return this.quota(value);
        case "ct count":
          return this.connlimit(value);
        case "last":
          return { name: "last", data: {} };
        case "raw":
          if (Array.isArray(value) && value.length === 1) return value[0] as NftExpression;
      }
      return this.place.fail("expected counter, limit, quota, ct count or last");
    });
  }

  connlimit(json: unknown): NftExpression {
    const { val, inv } = record(json, this.place);
    return {
      name: "connlimit",
      data: {
        count: this.place.in("val", () => integer(val, 0, 0xffffffff, this.place)),
        flags: inv === true ? ["inv"] : [],
      },
    };
  }

  meter(json: unknown): void {
    const { place } = this, { name, key, stmt, size = 65535 } = record(json, place);
    const wrapped = typeof key === "object" && key !== null && "elem" in key ? record(key.elem, place) : { val: key };
    const operand = place.in("key", () => this.know.operand(wrapped["val"]));
    const { timeout } = wrapped as { timeout?: unknown };
    const ms = timeout === undefined ? undefined : place.in("key", () => milliseconds(timeout, place));
    const state = place.in("stmt", () => this.stateful(stmt));
    const set: NewSet = {
      name: place.in("name", () => string(name, place)),
      flags: ms === undefined ? ["anonymous", "eval"] : ["anonymous", "timeout", "eval"],
      keyType: operand.type.id,
      keyLen: operand.bytes,
      id: this.context.nextSetId?.() ?? ++this.#setIds,
      desc: { size: integer(size, 1, 0xffffffff, place) },
      userdata: setUserdata(operand, false, undefined, operand.parts !== undefined),
      elements: [],
    };
    this.sets.push(set);
    this.emit(...operand.load(1), {
      name: "dynset",
      data: {
        setName: set.name,
        setId: set.id,
        op: ms === undefined ? "add" : "update",
        sregKey: 1,
        ...(ms === undefined ? {} : { timeout: ms }),
        expr: state,
      },
    });
  }

  mangle(json: unknown): void {
    const { place } = this, { key, value } = record(json, place);
    const object = place.in("key", () => record(key, place)), [name = ""] = Object.keys(object);
    if (name === "meta") {
      const target = place.in(
        "key",
        () => place.in("meta", () => this.know.meta(string(record(object["meta"], place)["key"], place))),
      );
      const { key: kernel } = (target.load(1)[0] as { data: { key: "mark" } }).data;
      const expressions = place.in("value", () => this.value(value, target.type, target.bits, 1, target.order));
      return this.emit(...expressions, { name: "meta", data: { key: kernel, sreg: 1 } });
    }
    const target = place.in("key", () => this.know.operand(key));
    if (name === "ct") {
      const [{ data }] = target.load(1) as unknown as [{ data: { key: "mark"; direction?: "original" } }];
      const expressions = place.in("value", () => this.value(value, target.type, target.bits, 1, target.order));
      return this.emit(...expressions, {
        name: "ct",
        data: { key: data.key, sreg: 1, ...(data.direction === undefined ? {} : { direction: data.direction }) },
      });
    }
    if (name === "tcp option" || name === "exthdr" || name === "ip option") {
      const [{ data }] = target.load(1) as unknown as [
        { data: { type: number; offset: number; len: number; op: "tcpopt" } },
      ];
      const expressions = place.in("value", () => this.value(value, target.type, target.bits, 1, target.order));
      return this.emit(...expressions, {
        name: "exthdr",
        data: { sreg: 1, type: data.type, offset: data.offset, len: data.len, op: data.op },
      });
    }
    if (name !== "payload") {
      place.in("key", () => place.fail(`expected meta, ct, payload or "tcp option", got ${shown(name)}`));
    }
    this.writePayload(object["payload"] as Record<string, unknown>, target, value);
  }

  writePayload(json: Record<string, unknown>, target: Operand, value: unknown): void {
    const { place } = this, header = typeof json["protocol"] === "string" ? HEADERS[json["protocol"]] : undefined;
    const checksum = header === undefined ? undefined : CHECKSUMS[header.name]?.[0];
    const field = header?.fields[String(json["field"])];
    const base = header?.base ?? json["base"] as Base,
      offset = field?.offset ?? Number(json["offset"]),
      bits = field?.bits ?? Number(json["len"]);
    let { first, bytes } = covering(offset, bits);
    const pseudo = PSEUDO[header?.name ?? ""]?.includes(String(json["field"])) === true;
    const partial = bits % 8 !== 0 || offset % 8 !== 0 || checksum !== undefined && (bits < 16 || offset % 16 !== 0);
    if (partial && checksum !== undefined) {
      // The checksum is of units of two bytes.
      const end = first + bytes;
      first &= ~1;
      bytes = end - first + (end - first) % 2;
    }
    const expressions: NftExpression[] = [];
    if (partial) {
      const shift = 8 * (first + bytes) - offset - bits,
        all = (1n << BigInt(8 * bytes)) - 1n,
        mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift);
      const number = place.in("value", () => parseScalar(value, target.type, target.bits, place, this.values)) <<
        BigInt(shift);
      expressions.push(
        { name: "payload", data: { dreg: 1, base: BASES[base], offset: first, len: bytes } },
        maskBits(1, bytes, all & ~mask, "network", number),
      );
    } else expressions.push(...place.in("value", () => this.value(value, target.type, target.bits, 1, "network")));
    this.emit(...expressions, {
      name: "payload",
      data: {
        sreg: 1,
        base: BASES[base],
        offset: first,
        len: bytes,
        ...(checksum === undefined ? {} : { csumType: "inet" as const, csumOffset: checksum }),
        ...(pseudo ? { csumFlags: ["pseudohdr"] as const } : {}),
      },
    });
  }

  queue(json: unknown): void {
    const { place } = this, { num, flags } = json === null ? {} as Record<string, unknown> : record(json, place);
    const bits = this.names(flags, QUEUE_FLAGS);
    if (num !== undefined && (isOperand(num) || has(num, "map"))) {
      const expressions = place.in(
        "num",
        () => this.value(num, { ...INTEGER, name: "integer", order: "host" }, 16, 1, "host"),
      );
      return this.emit(...expressions, { name: "queue", data: { flags: bits, sregQnum: 1 } });
    }
    const [low, high] = num === undefined
      ? [0n, 0n]
      : bounds(place.in("num", () => parseValue(num, INTEGER, 16, place, {})), 16);
    this.emit({ name: "queue", data: { num: Number(low), total: Number(high - low) + 1, flags: bits } });
  }

  tproxy(json: unknown): void {
    const { place, know } = this, { family, addr, port } = record(json, place);
    const name = family === undefined
      ? undefined
      : place.in("family", () => know.pick({ ip: "ip", ip6: "ip6" } as Record<string, "ip" | "ip6">, family));
    const own = this.context.family === "ip" || this.context.family === "ip6"
      ? this.context.family
      : addr === undefined
      ? undefined
      : familyOfAddress(addr);
    const chosen = name ?? own;
    let register = 1;
    const expressions: NftExpression[] = [],
      data: { family: "ipv4" | "ipv6" | "unspec"; regAddr?: number; regPort?: number } = {
        family: chosen === undefined ? "unspec" : AF[chosen]!,
      };
    if (addr !== undefined) {
      const type = TYPES[chosen === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
      expressions.push(...place.in("addr", () => this.value(addr, type, type.bits, register)));
      data.regAddr = register++;
    }
    if (port !== undefined) {
      expressions.push(...place.in("port", () => this.value(port, TYPES["inet_service"]!, 16, register)));
      data.regPort = register;
    }
    this.emit(...expressions, { name: "tproxy", data });
  }

  dup(json: unknown): void {
    const { place } = this, { addr, dev } = record(json, place);
    const index = TYPES["iface_index"]!;
    if (this.context.family === "netdev") {
      return this.emit(...place.in("addr", () => this.value(addr, index, 32, 1)), {
        name: "dup",
        data: { sregDev: 1 },
      });
    }
    const type = TYPES[this.context.family === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
    const expressions = place.in("addr", () => this.value(addr, type, type.bits, 1));
    if (dev === undefined) return this.emit(...expressions, { name: "dup", data: { sregAddr: 1 } });
    this.emit(...expressions, ...place.in("dev", () => this.value(dev, index, 32, 2)), {
      name: "dup",
      data: { sregAddr: 1, sregDev: 2 },
    });
  }

  fwd(json: unknown): void {
    const { place } = this, { dev, family, addr } = record(json, place);
    const expressions = place.in("dev", () => this.value(dev, TYPES["iface_index"]!, 32, 1));
    if (addr === undefined) return this.emit(...expressions, { name: "fwd", data: { sregDev: 1 } });
    const name = place.in(
      "family",
      () => this.know.pick({ ip: "ip", ip6: "ip6" } as Record<string, "ip" | "ip6">, family),
    );
    const type = TYPES[name === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
    this.emit(...expressions, ...place.in("addr", () => this.value(addr, type, type.bits, 2)), {
      name: "fwd",
      data: { sregDev: 1, sregAddr: 2, nfproto: AF[name]! },
    });
  }
}

type NatData = NonNullable<Extract<NftExpression, { name: "nat" }>["data"]>;
type ObjectName =
  | "counter"
  | "quota"
  | "ct_helper"
  | "limit"
  | "connlimit"
  | "ct_timeout"
  | "secmark"
  | "ct_expect"
  | "synproxy"
  | "tunnel";

/** The form of a map's data: their types, of several side by side, and whether they are ranges. */
interface DataShape {
  readonly parts: readonly NftDatatype[];
  readonly interval: boolean;
  /** Byte order of data of a single type, if it is not that of the type. */
  readonly order?: NftByteOrder;
}

/** The data of a map; objects have no parts. */
interface MapData extends DataShape {
  readonly objType?: number;
  readonly bytes: number;
  readonly data: readonly NewElement[];
}

/** Returns nft's number of several types side by side. */
function concatId(parts: readonly NftDatatype[]): number {
  return parts.reduce((all, { id }) => all * 64 + id, 0);
}

/** Returns the length of data, of `bits` if it is of one type; of ranges, that of the first value. */
function lengthOf({ parts }: DataShape, bits: number): number {
  return parts.length === 1 ? Math.ceil(bits / 8) : parts.reduce((all, { bits }) => all + padded(bits / 8), 0);
}

/** The fields of statements. */
const STATEMENT_FIELDS: Readonly<Record<string, string>> = {
  match: "op left right",
  jump: "target",
  goto: "target",
  vmap: "key data",
  counter: "packets bytes",
  quota: "val val_unit used used_unit inv",
  limit: "rate rate_unit per burst burst_unit inv",
  "ct count": "val inv",
  mangle: "key value",
  log: "prefix group snaplen queue-threshold level flags",
  reject: "type expr",
  snat: "addr family port flags type_flags",
  dnat: "addr family port flags type_flags",
  masquerade: "port flags type_flags",
  redirect: "port flags type_flags",
  dup: "addr dev",
  fwd: "dev family addr",
  queue: "num flags",
  tproxy: "family addr port",
  synproxy: "mss wscale flags",
  set: "op elem set stmt",
  map: "op elem data map stmt",
  meter: "name key stmt size",
  flow: "op flowtable",
  xt: "type name rev info options",
};

const STATEMENTS: Readonly<Record<string, (of: Compiler, json: unknown) => boolean | void>> = {
  match: (of, json) => of.match(json),
  ...Object.fromEntries(VERDICTS.map((name) => [name, (of: Compiler, json: unknown): boolean => {
    of.place.path.pop();
    const verdict = of.verdict({ [name]: json });
    of.place.path.push(name);
    of.emit({ name: "immediate", data: { dreg: 0, data: { verdict } } });
    return true;
  }])),
  vmap(of, json) {
    of.emit(...of.map(json, VERDICT_TYPE, 0, 1, true).expressions);
  },
  counter: (of, json) =>
    typeof json === "string" || has(json, "map") ? of.object(json, "counter", 1) : of.emit(of.counter(json)),
  quota: (of, json) =>
    typeof json === "string" || has(json, "map") ? of.object(json, "quota", 2) : of.emit(of.quota(json)),
  limit: (of, json) =>
    typeof json === "string" || has(json, "map") ? of.object(json, "limit", 4) : of.emit(of.limit(json)),
  "ct helper": (of, json) => of.object(json, "ct_helper", 3),
  "ct timeout": (of, json) => of.object(json, "ct_timeout", 7),
  "ct expectation": (of, json) => of.object(json, "ct_expect", 9),
  secmark: (of, json) => of.object(json, "secmark", 8),
  tunnel: (of, json) => of.object(json, "tunnel", 6),
  "ct count": (of, json) =>
    typeof json === "string" || has(json, "map") ? of.object(json, "connlimit", 5) : of.emit(of.connlimit(json)),
  last: (of) => of.emit({ name: "last", data: {} }),
  mangle: (of, json) => of.mangle(json),
  log: (of, json) => of.log(json),
  reject: (of, json) => {
    of.reject(json);
    return true;
  },
  snat: (of, json) => of.nat("snat", json),
  dnat: (of, json) => of.nat("dnat", json),
  masquerade: (of, json) => of.ports("masq", json),
  redirect: (of, json) => of.ports("redir", json),
  notrack(of, json) {
    of.nothing(json);
    of.emit({ name: "notrack" });
  },
  dup: (of, json) => of.dup(json),
  fwd: (of, json) => of.fwd(json),
  queue: (of, json) => of.queue(json),
  tproxy: (of, json) => of.tproxy(json),
  synproxy(of, json) {
    if (typeof json === "string" || has(json, "map")) {
      return of.object(json, "synproxy", 10);
    }
    const { mss, wscale, flags } = json === null ? {} as Record<string, unknown> : record(json, of.place);
    const bits: ("mss" | "wscale" | "timestamp" | "sack_perm")[] = of.names(flags, SYNPROXY_FLAGS);
    if (mss !== undefined) bits.push("mss");
    if (wscale !== undefined) bits.push("wscale");
    of.emit({
      name: "synproxy",
      data: {
        mss: mss === undefined ? 0 : of.place.in("mss", () => integer(mss, 0, 0xffff, of.place)),
        wscale: wscale === undefined ? 0 : of.place.in("wscale", () => integer(wscale, 0, 14, of.place)),
        flags: bits,
      },
    });
  },
  set: (of, json) => of.dynset(json, false),
  map: (of, json) => of.dynset(json, true),
  meter: (of, json) => of.meter(json),
  flow(of, json) {
    const { op = "add", flowtable } = record(json, of.place);
    of.place.in("op", () => of.know.pick({ add: 1 }, op));
    of.emit({
      name: "flow_offload",
      data: { tableName: of.place.in("flowtable", () => string(flowtable, of.place)).replace(/^@/, "") },
    });
  },
  reset(of, json) {
    const target = of.know.operand(json), [first] = target.load(1);
    if (first?.name !== "exthdr") return of.place.fail(`expected "tcp option"`);
    of.emit({ name: "exthdr", data: { type: first.data.type!, op: first.data.op! } });
  },
  xt(of, json) {
    const { type, name, rev, info } = record(json, of.place);
    if (type !== "match" && type !== "target") {
      return of.place.in("type", () => of.place.fail(`expected "match" or "target", got ${shown(type)}`));
    }
    const bytes = of.place.in("info", () => {
      if (typeof info === "string" && /^(?:[0-9a-f]{2})*$/i.test(info)) return info.match(/../g) ?? [];
      return of.place.fail(
        `expected the struct as hexadecimal text, got ${shown(info)}: it is not made of the options`,
      );
    });
    const data = {
      name: of.place.in("name", () => string(name, of.place)),
      ...(rev === undefined ? {} : { rev: rev as number }),
      info: Uint8Array.from(bytes, (byte) => parseInt(byte, 16)),
    };
    of.emit({ name: type, data });
  },
  raw(of, json) {
    if (!Array.isArray(json)) return of.place.fail(`expected expressions, got ${shown(json)}`);
    of.emit(...json as NftExpression[]);
  },
};

/** Returns what is alone in a concatenation, as nft 1.1.7 prints a match of fib; other JSON as it is. */
function alone(json: unknown): unknown {
  return has(json, "concat") && Array.isArray(json["concat"]) && json["concat"].length === 1 ? json["concat"][0] : json;
}

function constant(dreg: number, value: Uint8Array): NftExpression {
  return { name: "immediate", data: { dreg, data: { value } } };
}

function comparison({ base, offset, bits, op, value }: NonNullable<Item["join"]>): NftExpression[] {
  return [
    { name: "payload", data: { dreg: 1, base: BASES[base], offset: offset / 8, len: bits / 8 } },
    { name: "cmp", data: { sreg: 1, op, data: { value } } },
  ];
}

type Join = NonNullable<Item["join"]>;

function mayJoin(a: Join, b: Join): boolean {
  const bits = a.bits + b.bits;
  return bits <= 128 && (bits <= 32 || a.base === "ll" || a.bits > 32 || b.bits > 32);
}

function byteorder(op: "hton" | "ntoh", register: number, bytes: number): NftExpression {
  return {
    name: "byteorder",
    data: { sreg: register, dreg: register, op, len: bytes, size: bytes % 8 === 0 ? 8 : bytes % 4 === 0 ? 4 : 2 },
  };
}

/** Returns the expression that makes larger values have larger bytes, if it needs one. */
function swapped(operand: Operand, register: number): NftExpression[] {
  return operand.order === "host" && operand.bytes > 1 ? [byteorder("hton", register, operand.bytes)] : [];
}

function familyOfAddress(json: unknown): string | undefined {
  if (typeof json === "string") {
    const length = parseIp(json)?.length;
    return length === 4 ? "ip" : length === 16 ? "ip6" : undefined;
  }
  if (typeof json !== "object" || json === null) return undefined;
  const { range, prefix } = json as { range?: unknown[]; prefix?: { addr?: unknown } };
  return familyOfAddress(Array.isArray(range) ? range[0] : prefix?.addr);
}

/** Returns the first and last value. */
function bounds(value: Value, bits: number): [bigint, bigint] {
  if (value.kind === "range") return [value.low, value.high];
  if (value.kind === "prefix") return [value.value, value.value | (1n << BigInt(bits - value.length)) - 1n];
  return value.kind === "value" ? [value.value, value.value] : [0n, 0n];
}

/** Returns the elements of a set of intervals: a start, and an end that is one more than the last value. */
function intervals(
  elements: readonly ElementValue[],
  operand: Operand,
  extra: (i: number) => NewElement,
  merge: boolean,
  place: Place,
): NewElement[] {
  const most = (1n << BigInt(operand.bits)) - 1n;
  const sorted = elements.flatMap(({ parts: [value] }, i) => {
    if (value!.kind === "all") return [];
    const [low, high] = bounds(value!, operand.bits);
    return [{ low, high, i }];
  }).sort((a, b) => a.low < b.low ? -1 : a.low > b.low ? 1 : 0);
  const ranges: typeof sorted = [];
  for (const one of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && merge && one.low <= last.high + 1n) {
      last.high = one.high > last.high ? one.high : last.high;
    } else if (last !== undefined && one.low <= last.high) place.fail("two keys of the map overlap");
    else ranges.push({ ...one });
  }
  // The end of a range of some bits is behind their last value, as nft makes it.
  const made: NewElement[] = [], shift = BigInt(operand.shift);
  const bytes = (value: bigint, after = 0n): NftData => ({
    value: toBytes((value << shift) + after, operand.bytes, "network"),
  });
  if (ranges[0] !== undefined && ranges[0].low !== 0n) made.push({ key: bytes(0n), flags: ["interval_end"] });
  ranges.forEach(({ low, high, i }, at) => {
    const { userdata, ...own } = extra(i), open = high === most;
    made.push({
      key: bytes(low),
      ...own,
      ...(userdata === undefined && !open
        ? {}
        : { userdata: Uint8Array.of(...userdata ?? [], ...(open ? tlv(1, u32(1)) : [])) }),
    });
    if (!open && ranges[at + 1]?.low !== high + 1n) made.push({ key: bytes(high, 1n), flags: ["interval_end"] });
  });
  return made;
}

function dynsetStates(
  states: readonly NftExpression[],
): { expr?: NftExpression; expressions?: NftExpression[]; flags?: readonly ["expr"] } {
  if (states.length === 0) return {};
  return states.length === 1 ? { expr: states[0]! } : { expressions: [...states], flags: ["expr"] };
}

// User data: how nft prints a set

function tlv(type: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of(type, value.length, ...value);
}

function u32(value: number): Uint8Array {
  return toBytes(BigInt(value), 4, "host");
}

function orderOf(operand: Operand): number {
  return operand.parts !== undefined ? 0 : operand.order === "host" || isText(operand.type) ? 1 : 2;
}

function setUserdata(
  operand: Operand,
  interval: boolean,
  map: MapData | undefined,
  described = map === undefined || operand.parts !== undefined,
): Uint8Array {
  const out = [...tlv(0, u32(orderOf(operand)))];
  if (map !== undefined && map.objType === undefined) {
    out.push(
      ...tlv(
        1,
        u32(map.parts.length > 1 || isVerdict(map) ? 0 : (map.order ?? map.parts[0]!.order) === "host" ? 1 : 2),
      ),
    );
  }
  if (interval && map === undefined) out.push(...tlv(2, u32(1)));
  // nft forgets the fields of a concatenation when it shifts one or changes its byte order.
  const swaps = interval && operand.parts?.some((part) => part.order === "host" && part.bytes > 1) === true;
  const fields = !described || operand.parts === undefined && isMasked(operand)
    ? undefined
    : swaps || operand.parts?.some(({ shift }) => shift > 0)
    ? nest(13, [])
    : typeOf(operand);
  if (fields !== undefined) out.push(...tlv(3, fields));
  if (map !== undefined) {
    if (isVerdict(map)) out.push(...tlv(4, Uint8Array.of(...tlv(0, u32(1)), ...tlv(1, new Uint8Array()))));
    out.push(...tlv(6, u32(map.interval ? 1 : 0)));
  }
  return Uint8Array.from(out);
}

function isVerdict({ parts: [type] }: DataShape): boolean {
  return type === VERDICT_TYPE;
}

function nest(kind: number, data: readonly number[]): Uint8Array {
  return Uint8Array.of(...tlv(0, u32(kind)), ...tlv(1, Uint8Array.from(data)));
}

/** True if an operand has only some bits of its bytes. */
function isMasked({ typeOf, bits, bytes }: Operand): boolean {
  return (typeOf?.kind === 7 || typeOf?.kind === 8) && bits !== 8 * bytes;
}

/** Returns the user data that tell what a set's keys or data are of; `undefined` for expressions that have none. */
export function typeOf(operand: Operand): Uint8Array | undefined {
  if (operand.parts !== undefined) {
    const parts = operand.parts.map(typeOf);
    if (parts.includes(undefined)) return undefined;
    return nest(13, parts.flatMap((part, i) => [...tlv(i, part!)]));
  }
  if (operand.typeOf === undefined) return undefined;
  return nest(operand.typeOf.kind, operand.typeOf.data.flatMap(([id, value]) => [...tlv(id, u32(value))]));
}

function has<K extends string>(json: unknown, key: K): json is Record<K, unknown> {
  return typeof json === "object" && json !== null && Object.hasOwn(json, key);
}
