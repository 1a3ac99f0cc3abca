/**
 * Left sides of matches: fields of packets, connections and routes, with the expressions that load them.
 *
 * @module
 */
import type { NftExpression } from "./expressions.ts";
import { INET_PROTO, type NftByteOrder, type NftDatatype, TYPES } from "./datatypes.ts";
import {
  type Base,
  BASES,
  CT,
  CT_NUMBERS,
  ETHER_NAMES,
  ETHER_TYPE,
  type Extension,
  EXTHDR,
  FIB,
  type Header,
  HEADERS,
  INTEGER,
  IP_OPTION,
  IP_OPTION_NUMBERS,
  type KeyField,
  META,
  META_NUMBERS,
  type PacketField,
  RT,
  SCTP_CHUNK,
  SOCKET,
  TCP_OPTION,
  TUNNEL,
  XFRM,
} from "./fields.ts";
import { isFields } from "../../../core/arguments.ts";
import { shown } from "../../../core/codec/mod.ts";
import { integer, parseScalar, type Place, record, string, toBytes, type ValueContext } from "./values.ts";

/** The family of a table. */
export type TableFamily = "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev";

/** User data that describes a field: its kind, and numbers by number. */
export interface TypeOf {
  /** Kind of expression. */
  readonly kind: number;
  /** Numbers that describe it. */
  readonly data: readonly (readonly [id: number, value: number])[];
}

/** An operand: how it is loaded into a register, and what is in the register then. */
export interface Operand {
  readonly type: NftDatatype;
  readonly bits: number;
  readonly order: NftByteOrder;
  /** Bytes in the register. */
  readonly bytes: number;
  /** Number of bits by which the value in the register is shifted to the left. */
  readonly shift: number;
  /** Returns the expressions that load it. */
  readonly load: (register: number) => NftExpression[];
  /** Place in the packet, if it consists of whole bytes of it. */
  readonly payload?: { readonly base: Base; readonly offset: number; readonly bits: number };
  /** Loads only the first bytes. */
  readonly loadPart?: (register: number, bytes: number) => NftExpression[];
  /** Called when it is equal to a constant. */
  readonly learn?: (value: bigint) => void;
  /** Called when it is equal to one of several constants. */
  readonly learnOneOf?: (...values: readonly bigint[]) => void;
  readonly typeOf?: TypeOf;
  /** The operands of a concatenation. */
  readonly parts?: readonly Operand[];
  /** The operand that is 1 if there is a result, otherwise 0. */
  readonly presence?: Operand;
}

/** Returns the register for byte `offset` behind register `first`, of which each holds 16 bytes. */
export function registerAt(first: number, offset: number): number {
  const at = (first - 1) * 16 + offset;
  return at % 16 === 0 ? 1 + at / 16 : 8 + at / 4;
}

/** Rounds up to whole registers of 4 bytes. */
export const padded = (bytes: number): number => (bytes + 3) & ~3;

const NH: Readonly<Record<string, number>> = { ip: 2, ip6: 10 };
const TH_NAMES: ReadonlyMap<number, string> = new Map(
  Object.values(HEADERS).flatMap((header) => header.proto === undefined ? [] : [[header.proto, header.name]]),
);

/** Message types of ICMP that have a field. */
const ICMP_TYPES: Readonly<Record<string, readonly number[]>> = {
  "icmp id": [8, 0],
  "icmp sequence": [8, 0],
  "icmp gateway": [5],
  "icmp mtu": [3],
  "icmpv6 id": [128, 129],
  "icmpv6 sequence": [128, 129],
  "icmpv6 mtu": [2],
  "icmpv6 parameter-problem": [4],
  "icmpv6 max-delay": [130],
};

/** Headers of the packet that earlier matches tell, and the expressions of these matches. */
export class Knowledge {
  readonly family: TableFamily;
  readonly place: Place;
  readonly values: ValueContext;
  /** Receives a match that the operand depends on. */
  readonly require: (operand: Operand, ...values: readonly bigint[]) => void;
  /** Link-layer header. */
  ll: string | undefined;
  /** Network header. */
  nh: string | undefined;
  /** Transport header. */
  th: string | undefined;
  #icmpTypes: readonly number[] = [];
  #hasTransports = false;

  /** True if the transport protocol is known, or is one of several. */
  get hasPorts(): boolean {
    return this.th !== undefined || this.#hasTransports;
  }

  /** Begins a rule. */
  constructor(
    family: TableFamily,
    place: Place,
    values: ValueContext,
    require: (operand: Operand, ...values: readonly bigint[]) => void,
  ) {
    this.family = family;
    this.place = place;
    this.values = values;
    this.require = require;
    if (family === "ip" || family === "ip6" || family === "arp") this.nh = family;
    if (family === "bridge") this.ll = "ether";
  }

  /** Makes sure that the packet has a network header. */
  needNetwork(name: string, byEtherType = false): void {
    if (this.nh === name) return;
    if (this.nh !== undefined) return this.#conflict(this.nh, name);
    const number = BigInt(ETHER_TYPE[name]!);
    if (this.ll === "vlan") return this.#required(this.field(HEADERS["vlan"]!, "type"), number);
    const byType = this.#etherMatched || this.family === "bridge" && (byEtherType || name === "arp");
    if (byType) return this.#required(this.field(HEADERS["ether"]!, "type"), number);
    if (this.family === "inet") {
      if (name === "arp") return this.place.fail("tables of family inet have no arp packets");
      return this.#required(this.meta("nfproto"), BigInt(NH[name]!));
    }
    this.#required(this.meta("protocol"), number);
  }

  #etherMatched = false;

  /** Makes sure that the packet has an Ethernet header. */
  needEther(): void {
    if (this.ll === "ether" || this.ll === "vlan") return;
    this.ll = "ether";
    this.require(this.meta("iiftype"), 1n);
  }

  /** Makes sure that the packet has a transport header. */
  needTransport(name: string): void {
    const header = HEADERS[name]!;
    if (this.th === name || header.proto === undefined) return;
    if (this.th !== undefined) return this.#conflict(this.th, name);
    if (name === "icmp" || name === "igmp") { if (this.nh === undefined) this.needNetwork("ip", true); }
    else if (name === "icmpv6" && this.nh === undefined) this.needNetwork("ip6", true);
    this.#required(this.meta("l4proto"), BigInt(header.proto));
  }

  #required(operand: Operand, value: bigint): void {
    this.require(operand, value);
    operand.learn?.(value);
  }

  #conflict(known: string, wanted: string): never {
    this.place.fail(`the packet has ${known}, which is not ${wanted}`);
  }

  #learnEther(number: bigint): void {
    const name = ETHER_NAMES.get(Number(number));
    if (name === "vlan") this.ll = "vlan";
    else if (name !== undefined) this.nh = name;
  }

  #learnTransport(number: bigint): void {
    this.th = TH_NAMES.get(Number(number)) ?? `protocol ${number}`;
  }

  /** Returns the operand for JSON. */
  operand(json: unknown): Operand {
    const object = record(json, this.place), names = Object.keys(object), [name] = names;
    const make = name !== undefined && Object.hasOwn(OPERANDS, name) ? OPERANDS[name] : undefined;
    if (names.length !== 1 || make === undefined) {
      return this.place.fail(
        `expected one of ${Object.keys(OPERANDS).join(", ")}, got ${
          names.length === 0 ? "{}" : names.map((one) => JSON.stringify(one)).join(", ")
        }`,
      );
    }
    return this.place.in(name!, () => make(this, object[name!]));
  }

  /** Returns a key of meta. */
  meta(name: string): Operand {
    const field = this.pick(META, name);
    const learn = name === "nfproto" && this.family === "inet"
      ? (value: bigint) => this.nh = value === 2n ? "ip" : value === 10n ? "ip6" : this.nh
      : name === "l4proto"
      ? (value: bigint) => this.#learnTransport(value)
      : name === "protocol" && this.family !== "inet"
      ? (value: bigint) => this.#learnEther(value)
      : undefined;
    const operand = keyed(field, (dreg) => ({ name: "meta", data: { key: field.key as "len", dreg } }), {
      kind: 9,
      data: [[0, META_NUMBERS[name]!]],
    }, learn as (value: bigint) => void);
    return name === "l4proto" ? { ...operand, learnOneOf: this.#learnTransports } : operand;
  }

  readonly #learnTransports = (): void => {
    this.#hasTransports = true;
  };

  /** Returns the entry of a table by name. */
  pick<T>(table: Readonly<Record<string, T>>, name: unknown): T {
    if (typeof name !== "string" || !Object.hasOwn(table, name)) {
      return this.place.fail(`expected one of ${Object.keys(table).join(", ")}, got ${shown(name)}`);
    }
    return table[name]!;
  }

  /** Returns a field of the packet, of whose header the packet is known to have it. */
  field(header: Header, name: string): Operand {
    const field = this.pick(header.fields, name), { base } = header;
    const learn = header.name === "ip" && name === "protocol" || header.name === "ip6" && name === "nexthdr"
      ? (value: bigint) => this.#learnTransport(value)
      : base === "ll" && name === "type"
      ? (value: bigint) => this.#learnEther(value)
      : name === "type" && header.name.startsWith("icmp")
      ? (...values: readonly bigint[]) => void (this.#icmpTypes = values.map(Number))
      : undefined;
    const data: [number, number][] = [[0, header.id], [1, field.id]];
    if (field.type === INTEGER) data.push([4, field.bits]);
    const operand = placed(base, field.offset, field.bits, field.type, { kind: 7, data }, learn);
    if (learn === undefined) return operand;
    if (field.type === TYPES["inet_proto"]) return { ...operand, learnOneOf: this.#learnTransports };
    return name === "type" && header.name.startsWith("icmp") ? { ...operand, learnOneOf: learn } : operand;
  }

  /** Returns a field of a header, and makes sure that the packet has the header. */
  payload(header: Header, name: string): Operand {
    if (header.name === "ether") this.needEther();
    else if (header.name === "vlan") {
      this.needEther();
      if (this.ll !== "vlan") this.#required(this.field(HEADERS["ether"]!, "type"), 0x8100n);
    } else if (header.base === "nh") this.needNetwork(header.name);
    else this.needTransport(header.name);
    if (header.name === "ether" && this.family !== "bridge") this.#etherMatched = true;
    const types = ICMP_TYPES[`${header.name} ${name}`];
    const known = this.#icmpTypes;
    if (types !== undefined && (known.length === 0 || !known.every((one) => types.includes(one)))) {
      this.require(this.field(header, "type"), ...types.map(BigInt));
      this.#icmpTypes = types;
    }
    return this.field(header, name);
  }
}

function keyed(
  field: KeyField,
  expression: (dreg: number) => NftExpression,
  typeOf?: TypeOf,
  learn?: (value: bigint) => void,
): Operand {
  const { type, bits, order } = field;
  return {
    type,
    bits,
    order,
    bytes: Math.ceil(bits / 8),
    shift: 0,
    load: (register) => [expression(register)],
    ...(typeOf === undefined ? {} : { typeOf }),
    ...(learn === undefined ? {} : { learn }),
  };
}

/** Returns the bytes that cover some bits, and how the bits lie in them. */
export function covering(
  offset: number,
  bits: number,
): { first: number; bytes: number; shift: number; mask: bigint | undefined } {
  const first = Math.floor(offset / 8), end = Math.ceil((offset + bits) / 8), bytes = end - first;
  const shift = 8 * end - offset - bits, whole = bits === 8 * bytes;
  return { first, bytes, shift, mask: whole ? undefined : ((1n << BigInt(bits)) - 1n) << BigInt(shift) };
}

/** Returns the expression that keeps the bits of a mask. */
export function maskBits(
  register: number,
  bytes: number,
  mask: bigint,
  order: NftByteOrder = "network",
  xor = 0n,
): NftExpression {
  return {
    name: "bitwise",
    data: {
      sreg: register,
      dreg: register,
      len: bytes,
      op: "mask_xor",
      mask: { value: toBytes(mask, bytes, order) },
      xor: { value: toBytes(xor, bytes, order) },
    },
  };
}

function placed(
  base: Base,
  offset: number,
  bits: number,
  type: NftDatatype,
  typeOf: TypeOf,
  learn?: (value: bigint) => void,
): Operand {
  const { first, bytes, shift, mask } = covering(offset, bits);
  const load = (dreg: number, len: number): NftExpression => ({
    name: "payload",
    data: { dreg, base: BASES[base], offset: first, len },
  });
  return {
    type,
    bits,
    order: "network",
    bytes,
    shift,
    load: (register) =>
      mask === undefined ? [load(register, bytes)] : [load(register, bytes), maskBits(register, bytes, mask)],
    ...(mask === undefined
      ? { payload: { base, offset, bits }, loadPart: (register: number, part: number) => [load(register, part)] }
      : {}),
    typeOf,
    ...(learn === undefined ? {} : { learn }),
  };
}

type Op = "ipv6" | "tcpopt" | "ipv4" | "sctp" | "dccp";

function extension(of: Knowledge, json: unknown, table: Readonly<Record<string, Extension>>, op: Op): Operand {
  const object = record(json, of.place);
  if (op === "tcpopt" && "base" in object) {
    const type = of.place.in("base", () => integer(object["base"], 0, 255, of.place));
    const offset = of.place.in("offset", () => integer(object["offset"], 0, 2040, of.place));
    const bits = of.place.in("len", () => integer(object["len"], 1, 128, of.place));
    const field = part(type, { type: INTEGER, offset, bits, id: -1 }, op);
    // nft writes so that packets have an option, too: then, the value is true or false.
    return offset === 0 && bits === 8 ? { ...field, presence: present(type, 0, op) } : field;
  }
  const found = of.place.in("name", () => of.pick(table, object["name"]));
  if (op === "ipv6") of.needNetwork("ip6", true);
  if (op === "ipv4") of.needNetwork("ip", true);
  const { field: name } = object;
  const number = Object.keys(table).indexOf(object["name"] as string);
  if (name === undefined) return present(found.type, 0, op);
  const field = of.place.in("field", () => of.pick(found.fields, name));
  // The routing header and options of IP may have an offset.
  const id = op === "ipv4" ? IP_OPTION_NUMBERS[String(name)]! : op === "ipv6" ? field.id : field.id - 1;
  return part(found.type, { ...field, id }, op, number);
}

/** A register that is 1 if something exists, otherwise 0. */
const EXISTS = { type: TYPES["boolean"]!, bits: 1, order: "host", bytes: 1, shift: 0 } as const;

function present(type: number, offset: number, op: Op): Operand {
  return {
    ...EXISTS,
    load: (dreg) => [{ name: "exthdr", data: { dreg, type, offset, len: 1, flags: ["present"], op } }],
  };
}

function part(type: number, field: PacketField, op: Op, number = 0): Operand {
  const { first, bytes, shift, mask } = covering(field.offset, field.bits);
  const one = (dreg: number): NftExpression => ({
    name: "exthdr",
    data: { dreg, type, offset: first, len: bytes, op },
  });
  const data: [number, number][] = op === "ipv6"
    ? [[1, field.id], [0, number + 1]]
    : [[1, field.id], [2, ["ipv6", "tcpopt", "ipv4", "sctp"].indexOf(op)], [0, type]];
  return {
    type: field.type,
    bits: field.bits,
    order: "network",
    bytes,
    shift,
    typeOf: { kind: 8, data },
    load: (register) => mask === undefined ? [one(register)] : [one(register), maskBits(register, bytes, mask)],
  };
}

/** Converts a number, text or list of texts to a list. */
function listOf(json: unknown, place: Place): string[] {
  return (Array.isArray(json) ? json : [json]).map((one) => string(one, place));
}

function familyOf(object: Record<string, unknown>, of: Knowledge): string {
  const { family } = object;
  const known = family ?? (of.family === "ip" || of.family === "ip6" ? of.family : of.nh);
  if (known !== "ip" && known !== "ip6") {
    return of.place.in("family", () => of.place.fail(`expected "ip" or "ip6", got ${shown(family)}`));
  }
  return known;
}

/** Fields that every transport header with ports has. */
const PORTS_BY_OFFSET: Readonly<Record<number, string>> = { 0: "sport", 16: "dport" };

/** Registers of generators hold 32 bits in host order. */
const GENERATED = { type: INTEGER, bits: 32, order: "host", bytes: 4, shift: 0 } as const;

const OPERANDS: Readonly<Record<string, (of: Knowledge, json: unknown) => Operand>> = {
  payload(of, json) {
    const object = record(json, of.place);
    if ("base" in object) {
      const base = of.place.in(
        "base",
        () => of.pick({ ll: "ll", nh: "nh", th: "th", ih: "ih" } as Record<string, Base>, object["base"]),
      );
      const offset = of.place.in("offset", () => integer(object["offset"], 0, 2040, of.place));
      const bits = of.place.in("len", () => integer(object["len"], 1, 128, of.place));
      const port = base === "th" && bits === 16 ? PORTS_BY_OFFSET[offset] : undefined;
      if (port !== undefined) return of.field(HEADERS["th"]!, port);
      const data = [[0, 0], [1, 0], [2, ["ll", "nh", "th", "ih"].indexOf(base) + 1], [3, offset], [4, bits]] as const;
      return placed(base, offset, bits, INTEGER, { kind: 7, data });
    }
    const header = of.place.in("protocol", () => of.pick(HEADERS, object["protocol"]));
    return of.place.in("field", () => of.payload(header, string(object["field"], of.place)));
  },
  meta(of, json) {
    return of.place.in("key", () => of.meta(string(record(json, of.place)["key"], of.place)));
  },
  ct(of, json) {
    const object = record(json, of.place), { dir, family } = object;
    let name = object["key"];
    if (family !== undefined && (name === "saddr" || name === "daddr")) name = `${family} ${name}`;
    let key = name;
    const direction = dir === undefined
      ? undefined
      : of.place.in("dir", () => of.pick({ original: "original", reply: "reply" } as const, dir));
    let field: KeyField;
    if (name === "saddr" || name === "daddr") {
      const v6 = of.nh === "ip6", known = of.nh === "ip" || v6;
      if (!known) return of.place.fail(`${name} needs "family", or a match of ip or ip6 before it`);
      field = {
        key: name === "saddr" ? "src" : "dst",
        type: TYPES[v6 ? "ipv6_addr" : "ipv4_addr"]!,
        bits: v6 ? 128 : 32,
        order: "network",
      };
      key = name;
    } else field = of.place.in("key", () => of.pick(CT, name));
    const learn = name === "l3proto"
      ? (value: bigint) => {
        if (of.family === "inet") of.nh = value === 2n ? "ip" : "ip6";
      }
      : undefined;
    const number = key === "saddr" ? 8 : key === "daddr" ? 9 : CT_NUMBERS[String(key)] ?? 0;
    return keyed(
      field,
      (dreg) => ({
        name: "ct",
        data: { key: field.key as "state", dreg, ...(direction === undefined ? {} : { direction }) },
      }),
      { kind: 12, data: [[0, number], [1, direction === undefined ? 0xffffffff : direction === "original" ? 0 : 1]] },
      learn,
    );
  },
  exthdr: (of, json) => {
    const operand = extension(of, json, EXTHDR, "ipv6");
    const { offset } = json as { offset?: number };
    if (offset === undefined || offset === 0) return operand;
    return {
      ...operand,
      load: (register) =>
        operand.load(register).map((one) =>
          one.name === "exthdr" ? { name: "exthdr", data: { ...one.data, offset: one.data.offset! + offset } } : one
        ),
    };
  },
  "tcp option": (of, json) => extension(of, json, TCP_OPTION, "tcpopt"),
  "ip option": (of, json) => extension(of, json, IP_OPTION, "ipv4"),
  "sctp chunk": (of, json) => extension(of, json, SCTP_CHUNK, "sctp"),
  "dccp option": (of, json) =>
    present(of.place.in("type", () => integer(record(json, of.place)["type"], 0, 255, of.place)), 0, "dccp"),
  rt(of, json) {
    const object = record(json, of.place), { key } = object;
    const name = key === "nexthop" ? `${familyOf(object, of)} nexthop` : key;
    const field = of.place.in("key", () => of.pick(RT, name));
    return keyed(field, (dreg) => ({ name: "rt", data: { key: field.key as "classid", dreg } }), {
      kind: 25,
      data: [[0, Object.keys(RT).indexOf(String(name))]],
    });
  },
  socket(of, json) {
    const { key, level = 0 } = record(json, of.place), field = of.place.in("key", () => of.pick(SOCKET, key));
    const number = of.place.in("level", () => integer(level, 0, 255, of.place));
    return keyed(field, (dreg) => ({ name: "socket", data: { key: field.key as "mark", dreg, level: number } }), {
      kind: 10,
      data: [[0, Object.keys(SOCKET).indexOf(String(key))]],
    });
  },
  tunnel(of, json) {
    const field = of.place.in("key", () => of.pick(TUNNEL, record(json, of.place)["key"]));
    return keyed(field, (dreg) => ({ name: "tunnel", data: { key: field.key as "path", dreg, mode: "none" } }));
  },
  fib(of, json) {
    const { result, flags } = record(json, of.place);
    const names = flags === undefined ? [] : of.place.in("flags", () => listOf(flags, of.place));
    const known = ["saddr", "daddr", "mark", "iif", "oif"] as const;
    const flag = names.map((one) =>
      of.place.in("flags", () => of.pick(Object.fromEntries(known.map((name) => [name, name])), one))
    );
    const field = of.place.in("result", () => of.pick(FIB, result));
    const number = flag.reduce((all, one) => all | 1 << known.indexOf(one), 0);
    const inputs = known.filter((one) => flag.includes(one));
    const operand = keyed(
      field,
      (dreg) => ({ name: "fib", data: { dreg, result: field.key as "oif", flags: inputs } }),
      { kind: 26, data: [[0, Object.keys(FIB).indexOf(String(result)) + 1], [1, number]] },
    );
    if (result === "type") return operand;
    const presence: Operand = {
      ...EXISTS,
      bytes: 4,
      load: (dreg) => [{ name: "fib", data: { dreg, result: "oif", flags: [...inputs, "present"] } }],
    };
    return { ...operand, presence };
  },
  osf(of, json) {
    const { key, ttl } = record(json, of.place);
    const field = of.place.in("key", () => of.pick({ name: 0, version: 1 } as Record<string, number>, key));
    const check = ttl === undefined
      ? 0
      : of.place.in("ttl", () => of.pick({ loose: 1, skip: 2 } as Record<string, number>, ttl));
    return keyed({ key: "osf", type: TYPES["string"]!, bits: 128, order: "network" }, (dreg) => ({
      name: "osf",
      // The kernel refuses flags without a bit.
      data: { dreg, ttl: check, ...(field === 1 ? { flags: ["version"] as const } : {}) },
    }), { kind: 11, data: [] });
  },
  ipsec(of, json) {
    const object = record(json, of.place), { key, dir, spnum = 0 } = object;
    const name = key === "saddr" || key === "daddr" ? `${familyOf(object, of)} ${key}` : key;
    const field = of.place.in("key", () => of.pick(XFRM, name));
    const direction = of.place.in("dir", () => of.pick({ in: "in", out: "out" } as const, dir));
    const number = of.place.in("spnum", () => integer(spnum, 0, 255, of.place));
    return keyed(
      field,
      (dreg) => ({ name: "xfrm", data: { dreg, key: field.key as "spi", dir: direction as "in", spnum: number } }),
      {
        kind: 27,
        data: [[0, Object.keys(XFRM).indexOf(String(name)) + 1], [1, number], [2, direction === "in" ? 0 : 1]],
      },
    );
  },
  numgen(of, json) {
    const { mode, mod, offset = 0 } = record(json, of.place);
    const type = of.place.in("mode", () => of.pick({ inc: "incremental", random: "random" } as const, mode));
    const modulus = of.place.in("mod", () => integer(mod, 1, 0xffffffff, of.place)),
      start = of.place.in("offset", () => integer(offset, 0, 0xffffffff, of.place));
    return {
      ...GENERATED,
      typeOf: { kind: 23, data: [[0, type === "random" ? 1 : 0], [1, modulus], [2, start]] },
      load: (dreg) => [{ name: "numgen", data: { dreg, modulus, type: type as "random", offset: start } }],
    };
  },
  jhash(of, json) {
    const { expr, mod, offset = 0, seed } = record(json, of.place);
    const key = of.place.in("expr", () => of.operand(expr));
    const modulus = of.place.in("mod", () => integer(mod, 1, 0xffffffff, of.place)),
      start = of.place.in("offset", () => integer(offset, 0, 0xffffffff, of.place));
    const number = seed === undefined ? undefined : of.place.in("seed", () => integer(seed, 0, 0xffffffff, of.place));
    const len = key.parts === undefined ? key.bytes : key.parts.reduce((sum, one) => sum + padded(one.bytes), 0);
    return {
      ...GENERATED,
      typeOf: {
        kind: 24,
        data: [[0, 0], [1, start], [2, modulus], [3, number ?? 0], [4, number === undefined ? 0 : 1]],
      },
      load: (dreg) => [
        ...shifted(key, dreg + 1),
        {
          name: "hash",
          data: {
            sreg: dreg + 1,
            dreg,
            len,
            modulus,
            ...(number === undefined ? {} : { seed: number }),
            offset: start,
            type: "jenkins",
          },
        },
      ],
    };
  },
  symhash(of, json) {
    const { mod, offset = 0 } = record(json, of.place);
    const modulus = of.place.in("mod", () => integer(mod, 1, 0xffffffff, of.place)),
      start = of.place.in("offset", () => integer(offset, 0, 0xffffffff, of.place));
    return {
      ...GENERATED,
      typeOf: { kind: 24, data: [[0, 1], [1, start], [2, modulus], [3, 0], [4, 0]] },
      load: (dreg) => [{ name: "hash", data: { dreg, modulus, offset: start, type: "sym" } }],
    };
  },
  concat(of, json) {
    if (!Array.isArray(json) || json.length < 2) {
      return of.place.fail(`expected at least two expressions, got ${shown(json)}`);
    }
    return concatenation(json.map((one, i) => of.place.in(i, () => partOf(of, one))));
  },
  "&": (of, json) => binary(of, json, "&"),
  "|": (of, json) => binary(of, json, "|"),
  "^": (of, json) => binary(of, json, "^"),
  "<<": (of, json) => shiftBy(of, json, "lshift"),
  ">>": (of, json) => shiftBy(of, json, "rshift"),
};

/** Names of the operands. */
export const isOperand = (json: unknown): boolean =>
  typeof json === "object" && json !== null && !Array.isArray(json) && Object.keys(json).length === 1 &&
  Object.hasOwn(OPERANDS, Object.keys(json)[0]!) &&
  (!/^(?:[&|^]|<<|>>)$/.test(Object.keys(json)[0]!) || hasOperand(Object.values(json)[0]));

function hasOperand(json: unknown): boolean {
  return Array.isArray(json) && json.some(isOperand);
}

/** Loads an operand, and shifts its value to the end of the register. */
export function shifted(operand: Operand, register: number): NftExpression[] {
  const { shift, bytes } = operand;
  if (shift === 0) return operand.load(register);
  return [...operand.load(register), {
    name: "bitwise",
    data: {
      sreg: register,
      dreg: register,
      len: bytes,
      op: "rshift",
      data: { value: toBytes(BigInt(shift), 4, "host") },
    },
  }];
}

/** Returns several operands side by side in registers, each at the end of its own. */
export function concatenation(parts: readonly Operand[]): Operand {
  const bytes = parts.reduce((sum, one) => sum + padded(one.bytes), 0);
  let id = 0;
  for (const { type } of parts) id = id * 64 + type.id;
  return {
    type: { name: parts.map(({ type }) => type.name).join(" . "), id, bits: 8 * bytes, order: "network" },
    bits: 8 * bytes,
    order: "network",
    bytes,
    shift: 0,
    parts,
    load(register) {
      const expressions: NftExpression[] = [];
      let offset = 0;
      for (const one of parts) {
        expressions.push(...shifted(one, registerAt(register, offset)));
        offset += padded(one.bytes);
      }
      return expressions;
    },
  };
}

/** An operand with bits changed: each is `& mask ^ xor`. */
interface Changed extends Operand {
  readonly inner: Operand;
  readonly mask: bigint;
  readonly xor: bigint;
}

function binary(of: Knowledge, json: unknown, operator: "&" | "|" | "^"): Operand {
  if (!Array.isArray(json) || json.length < 2) {
    return of.place.fail(`expected at least two operands, got ${shown(json)}`);
  }
  let left: Operand = of.place.in(0, () => of.operand(json[0]));
  if (left.parts !== undefined) return of.place.fail("a concatenation has no bits to change");
  for (let i = 1; i < json.length; i++) {
    const value = of.place.in(i, () => parseScalar(json[i], left.type, left.bits, of.place, of.values));
    left = changed(left, operator, value);
  }
  return left;
}

function changed(operand: Operand, operator: "&" | "|" | "^", given: bigint): Operand {
  const all = (1n << BigInt(8 * operand.bytes)) - 1n, before = "inner" in operand ? operand as Changed : undefined;
  const inner = before?.inner ?? operand, value = given << BigInt(inner.shift);
  let mask = before?.mask ?? all, xor = before?.xor ?? 0n;
  if (operator === "&") {
    mask &= value;
    xor &= value;
  } else if (operator === "|") {
    mask &= all & ~value;
    xor = xor & ~value | value;
  } else xor ^= value;
  const { payload: _payload, loadPart: _loadPart, learn: _learn, typeOf: _typeOf, ...rest } = inner;
  return {
    ...rest,
    inner,
    mask,
    xor,
    load: (register: number) => [...inner.load(register), maskBits(register, inner.bytes, mask, inner.order, xor)],
  } as Changed;
}

function shiftBy(of: Knowledge, json: unknown, op: "lshift" | "rshift"): Operand {
  if (!Array.isArray(json) || json.length !== 2) return of.place.fail(`expected two operands, got ${shown(json)}`);
  const left = of.place.in(0, () => of.operand(json[0]));
  const count = of.place.in(1, () => integer(json[1], 0, Math.min(31, 8 * left.bytes - 1), of.place));
  // Later masks are of the shifted bits: they do not join those before.
  const { payload: _, loadPart: _1, learn: _2, typeOf: _3, inner: _4, mask: _5, xor: _6, ...rest } = left as Changed;
  return {
    ...rest,
    bits: 8 * left.bytes,
    shift: 0,
    load: (register) => [...shifted(left, register), {
      name: "bitwise",
      data: { sreg: register, dreg: register, len: left.bytes, op, data: { value: toBytes(BigInt(count), 4, "host") } },
    }],
  };
}

/**
 * Returns a part of a concatenation. Where a field is some bits of its bytes, nft lists it shifted to the end of its
 * register, which is the field itself.
 */
function partOf(of: Knowledge, json: unknown): Operand {
  const [field, count] = isFields(json) && Array.isArray(json[">>"]) ? json[">>"] as unknown[] : [];
  if (!isFields(field) || !("payload" in field)) return of.operand(json);
  const operand = of.place.in(">>", () => of.place.in(0, () => of.operand(field)));
  return operand.shift > 0 && operand.shift === count ? operand : of.operand(json);
}

/** Returns the protocol number of a name or number. */
export function protocolNumber(json: unknown, place: Place): number {
  if (typeof json === "string" && Object.hasOwn(INET_PROTO, json)) return INET_PROTO[json]!;
  return integer(json, 0, 255, place);
}
