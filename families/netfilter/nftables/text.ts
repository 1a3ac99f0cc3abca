/**
 * Rules as text, as `nft list ruleset` prints them.
 *
 * ```ts
 * import { ct, drop, tcp } from "@linux/netlink/families/netfilter/nftables/statements.ts";
 * import { text } from "@linux/netlink/families/netfilter/nftables/text.ts";
 * console.log(text({ family: "inet", expr: [tcp.dport(22), ct.state("new"), drop()] })); // tcp dport 22 ct state new drop
 * ```
 *
 * For listed rules, `text` of `mod.ts` and `ruleset.text` read the sets that they use.
 *
 * @module
 */
import type { Statement } from "./statements.ts";
import { type NftDatatype, TYPE_OF_ID, TYPES } from "./datatypes.ts";
import { Knowledge, type Operand, type TableFamily } from "./operands.ts";
import { Place, quantityFrom } from "./values.ts";
import { decompile, type DecompileContext } from "./decompile.ts";
import type { NftExpression } from "./expressions.ts";
import { type XtStatement, xtText } from "./xtables.ts";

export type { NewElement } from "./compile.ts";
export type { NftByteOrder } from "./datatypes.ts";
export type { DecompileContext, ListedSet } from "./decompile.ts";
export type { TableFamily } from "./operands.ts";

/** A rule to print. */
export interface TextRule {
  /** The table's family. */
  readonly family: TableFamily;
  /** The statements. */
  readonly expr?: readonly Statement[] | undefined;
  /** The kernel's expressions, in place of the statements. */
  readonly expressions?: readonly NftExpression[] | undefined;
  /** Comment. */
  readonly comment?: string | undefined;
}

type Json = unknown;
type Record_ = Readonly<Record<string, Json>>;

/**
 * Prints a rule: `tcp dport 22 ct state new counter packets 0 bytes 0 drop`. Expressions that have no statement are
 * named in a remark, since the text is incomplete without them.
 *
 * @param context the sets that the rule's expressions use, and the names of interfaces
 */
export function text(rule: TextRule, context: Omit<DecompileContext, "family"> = {}): string {
  const { family, comment } = rule, printer = new Printer(family, context.setOf);
  const statements = rule.expr ?? decompile(rule.expressions ?? [], { ...context, family });
  const parts = statements.map((one) => printer.statement(one as unknown as Record_));
  if (comment !== undefined) parts.push(`comment "${comment}"`);
  return parts.join(" ");
}

/** Prints a statement that sets and elements have, as a counter. */
export function stateText(statement: unknown): string {
  return new Printer("inet").statement(statement as Record_);
}

/** Prints a field. */
export function fieldText(field: unknown): string {
  return new Printer("inet").field(field);
}

/** Prints the elements of a set, whose keys and data have types with these names. */
export function elementsText(
  elements: readonly unknown[],
  keys: readonly string[],
  data: readonly string[],
): string[] {
  const printer = new Printer("inet");
  const of = (json: Json, types: readonly string[]): string =>
    has(json, "concat")
      ? (json["concat"] as readonly Json[]).map((one, i) => printer.value(one, TYPES[types[i] ?? ""])).join(" . ")
      : printer.value(json, TYPES[types[0] ?? ""]);
  const value = (json: Json): string =>
    data[0] === "verdict"
      ? printer.verdict(json)
      : typeof json === "string" && TYPES[data[0] ?? ""] === undefined
      ? quoted(json)
      : of(json, data);
  return elements.map((json) => {
    const [given, mapped] = data.length > 0 && Array.isArray(json) ? json as readonly Json[] : [json];
    const { val, timeout, expires, comment, ...states } = has(given, "elem")
      ? given["elem"] as Record_
      : { val: given };
    const parts = [
      of(val, keys),
      ...Object.entries(states as Record_).map(([name, state]) => printer.statement({ [name]: state })),
      ...(timeout === undefined ? [] : [`timeout ${duration(Number(timeout))}`]),
      ...(expires === undefined ? [] : [`expires ${duration(Number(expires))}`]),
      ...(comment === undefined ? [] : [`comment ${quoted(comment)}`]),
      ...(mapped === undefined ? [] : [`: ${value(mapped)}`]),
    ];
    return parts.join(" ");
  });
}

const UNQUALIFIED = new Set(["iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup"]);
const QUOTED = new Set(["ifname", "string", "day", "hour", "date", "iface_index"]);
const hex = (value: Json, digits = 0): string =>
  `0x${BigInt(value as number | string).toString(16).padStart(digits, "0")}`;
const quoted = (value: Json): string => `"${value}"`;
const listOf = (json: Json): readonly Json[] =>
  Array.isArray(json) ? json : json === undefined || json === null ? [] : [json];
const has = (json: Json, key: string): json is Record_ =>
  typeof json === "object" && json !== null && Object.hasOwn(json, key);
const flagsOf = (json: Json): string => listOf(json).map((one) => ` ${one}`).join("").replaceAll(/(?<=\S) /g, ",");

/** Returns a duration as nft prints it: `1d2h3m4s500ms`. */
export function duration(seconds: number): string {
  const all = Math.round(seconds * 1000), whole = Math.floor(all / 1000);
  const parts = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
    [all % 1000, "ms"],
  ] as const;
  return parts.filter(([number]) => number !== 0).map(([number, unit]) => `${number}${unit}`).join("") || "0s";
}

class Printer {
  readonly family: TableFamily;
  readonly know: Knowledge;
  readonly setOf: DecompileContext["setOf"];

  constructor(family: TableFamily, setOf?: DecompileContext["setOf"]) {
    this.family = family;
    this.setOf = setOf;
    this.know = new Knowledge(family, new Place("print a rule", "expr"), {}, () => {});
  }

  /** Returns what is known of a field: its type. */
  operand(json: Json): Operand | undefined {
    try {
      return this.know.operand(json);
    } catch {
      return undefined;
    }
  }

  // Fields

  field(json: Json): string {
    const [name = "", value] = Object.entries(json as Record_)[0] ?? [], of = value as Record_;
    switch (name) {
      case "payload":
        return "base" in of ? `@${of["base"]},${of["offset"]},${of["len"]}` : `${of["protocol"]} ${of["field"]}`;
      case "meta":
        return UNQUALIFIED.has(String(of["key"])) ? String(of["key"]) : `meta ${of["key"]}`;
      case "ct":
        return `ct ${of["dir"] === undefined ? "" : `${of["dir"]} `}${
          of["family"] === undefined ? "" : `${of["family"]} `
        }${of["key"]}`;
      case "exthdr":
        return of["field"] === undefined ? `exthdr ${of["name"]}` : `${of["name"]} ${of["field"]}`;
      case "tcp option":
        if ("base" in of) return `tcp option @${of["base"]},${of["offset"]},${of["len"]}`;
        return `tcp option ${of["name"]}${of["field"] === undefined ? "" : ` ${of["field"]}`}`;
      case "ip option":
      case "sctp chunk":
        return `${name} ${of["name"]}${of["field"] === undefined ? "" : ` ${of["field"]}`}`;
      case "dccp option":
        return `dccp option ${of["type"]}`;
      case "rt":
        return `rt ${of["family"] === undefined ? "" : `${of["family"]} `}${of["key"]}`;
      case "socket":
        return `socket ${of["key"]}${of["key"] === "cgroupv2" ? ` level ${of["level"]}` : ""}`;
      case "tunnel":
        return `tunnel ${of["key"]}`;
      case "fib":
        return `fib ${listOf(of["flags"]).join(" . ")} ${of["result"]}`;
      case "osf":
        return `osf ${of["ttl"] === undefined ? "" : `ttl ${of["ttl"]} `}${of["key"]}`;
      case "ipsec": {
        const address = of["family"] === undefined ? "" : `${of["family"]} `;
        return `ipsec ${of["dir"]} ${of["spnum"] ? `spnum ${of["spnum"]} ` : ""}${address}${of["key"]}`;
      }
      case "numgen":
        return `numgen ${of["mode"]} mod ${of["mod"]}${offset(of)}`;
      case "symhash":
        return `symhash mod ${of["mod"]}${offset(of)}`;
      case "jhash":
        return `jhash ${this.field(of["expr"])} mod ${of["mod"]}${
          of["seed"] === undefined ? "" : ` seed ${hex(of["seed"])}`
        }${offset(of)}`;
      case "concat":
        return (value as readonly Json[]).map((one) => this.field(one)).join(" . ");
      case "&":
      case "|":
      case "^":
      case "<<":
      case ">>": {
        const [left, ...rest] = value as readonly Json[], known = this.operand(left)?.type;
        const inner = innermost(left),
          raw = has(inner, "payload") && has(inner["payload"], "base"),
          type = raw ? TYPES["bitmask"] : known;
        const bits = rest.map((one) => name === "<<" || name === ">>" ? String(one) : this.bits(one, type));
        const [below] = Object.keys(left as object), shown = this.field(left);
        const isLower = OPERATORS.indexOf(below!) > OPERATORS.indexOf(name.replace(">>", "<<"));
        return [isLower ? `(${shown})` : shown, ...bits].join(` ${name} `);
      }
      case "map":
        return this.mapping("map", of);
    }
    return JSON.stringify(json);
  }

  /** Prints bits behind an operator. */
  bits(json: Json, type: NftDatatype | undefined): string {
    const names = listOf(has(json, "|") ? json["|"] : json);
    return names.length > 1 ? `(${names.map((one) => this.value(one, type)).join(" | ")})` : this.value(names[0], type);
  }

  // Values

  value(json: Json, type: NftDatatype | undefined, raw = false): string {
    if (typeof json === "boolean") return json ? "exists" : "missing";
    if (has(json, "range")) {
      // nft prints durations in ranges as seconds, without their fractions, and numbers instead of names.
      const shown = (one: Json): string =>
        type?.name === "time" && Number.isInteger(one)
          ? `${one}s`
          : this.value(type?.symbols?.[String(one)] ?? one, type, raw);
      return (json["range"] as readonly Json[]).map(shown).join("-");
    }
    if (has(json, "prefix")) {
      const { addr, len } = json["prefix"] as Record_;
      return `${this.value(addr, type, raw)}/${len}`;
    }
    if (has(json, "|")) return (json["|"] as readonly Json[]).map((one) => this.value(one, type)).join(" | ");
    if (has(json, "elem")) {
      const { val, timeout, comment } = json["elem"] as Record_;
      return `${this.value(val, type, raw)}${timeout === undefined ? "" : ` timeout ${duration(Number(timeout))}`}${
        comment === undefined ? "" : ` comment "${comment}"`
      }`;
    }
    if (Array.isArray(json)) return json.map((one) => this.value(one, type)).join(",");
    if (typeof json === "object" && json !== null) return this.field(json);
    if (json === "*") return "*";
    if (type === undefined) return String(json);
    // nft prints the number of an interface that is gone like this.
    if (type.name === "iface_index" && /^\d+$/.test(String(json))) return String(json);
    if (QUOTED.has(type.name)) return typeof json === "string" && json.startsWith("@") ? json : quoted(json);
    if (typeof json === "string") return json;
    if (type.name === "mark") return hex(json, 8);
    if (type.name === "dscp") return hex(json, 2);
    if (type.name === "ether_type") return hex(json, 4);
    if (type.name === "time") return duration(Number(json));
    if (raw || type.form === "mask" && type.name !== "ct_label") return hex(json);
    return String(json);
  }

  /** Prints elements of a set, whose keys are fields of `operand`. */
  set(json: Json, operand: Operand | undefined, data: (one: Json) => string, raw = false): string {
    if (typeof json === "string") return json;
    const elements = listOf((json as Record_)["set"]);
    const key = (one: Json): string => {
      if (has(one, "elem")) {
        const { val, ...rest } = one["elem"] as Record_;
        return has(val, "concat")
          ? `${key(val)}${this.value({ elem: { val: "", ...rest } }, undefined)}`
          : this.value(one, operand?.type, raw);
      }
      if (has(one, "concat")) {
        return (one["concat"] as readonly Json[]).map((part, i) => this.value(part, operand?.parts?.[i]?.type)).join(
          " . ",
        );
      }
      return this.value(one, operand?.type, raw);
    };
    return `{ ${
      elements.map((one) => Array.isArray(one) ? `${key(one[0])} : ${data(one[1])}` : key(one)).join(", ")
    } }`;
  }

  verdict(json: Json): string {
    const [name = "", value] = Object.entries(json as Record_)[0] ?? [];
    return has(value, "target") ? `${name} ${value["target"]}` : name;
  }

  mapping(word: string, json: Record_, data?: (one: Json) => string): string {
    const operand = this.operand(json["key"]);
    return `${this.field(json["key"])} ${word} ${
      this.set(json["data"], operand, data ?? ((one) => this.value(one, undefined)))
    }`;
  }

  /** Prints what a statement gets: a value, a field or a map. */
  source(json: Json, type: NftDatatype | undefined): string {
    if (has(json, "map")) {
      return this.mapping(
        "map",
        json["map"] as Record_,
        (one) =>
          has(one, "concat")
            ? (one["concat"] as Json[]).map((part, i) => this.value(part, i === 0 ? type : undefined)).join(" . ")
            : this.value(one, type),
      );
    }
    return this.value(json, type);
  }

  // Statements

  statement(json: Record_): string {
    const [name = "", value] = Object.entries(json)[0] ?? [], handler = STATEMENTS[name];
    return handler === undefined ? JSON.stringify(json) : handler(this, value as Record_, name);
  }

  match({ op = "in", left, right }: Record_): string {
    const operand = this.operand(left), type = operand?.type, field = this.field(left);
    const [first] = Object.keys(left as object),
      binary = /^(?:[&|^]|<<|>>)$/.test(first!),
      named = type?.form === "mask" && Object.keys(type.symbols ?? {}).length > 0;
    if (op === "==" && !(has(right, "set") || typeof right === "string" && right.startsWith("@"))) {
      this.learn(operand, right);
    }
    const bare = innermost(left);
    if (typeof right === "boolean" && has(left, "tcp option") && has(left["tcp option"], "base")) {
      return `tcp option ${left["tcp option"]["base"]} ${this.value(right, type)}`;
    }
    const raw = has(bare, "payload") && has(bare["payload"], "base");
    if (has(right, "set")) {
      const set = this.set(right, operand, String, raw && !binary);
      return op === "!=" ? `${field} != ${set}` : binary ? `${field} == ${set}` : `${field} ${set}`;
    }
    if (first === "&" && type?.name === "tcp_flag" && (op === "==" || op === "!=") && right !== 0) {
      const [flags, mask] = (left as { "&": readonly Json[] })["&"];
      const list = (bits: Json): string =>
        listOf(has(bits, "|") ? bits["|"] : bits).map((one) => this.value(one, type)).join(",");
      return `${this.field(flags)} ${op === "!=" ? "!= " : ""}${list(right)} / ${list(mask)}`;
    }
    const shown = this.value(right, type, raw);
    if (op === "in") return `${field} ${shown}`;
    if (op !== "==") return `${field} ${op} ${shown}`;
    return (binary || named && !has(right, "|")) && !has(right, "range") &&
        !(typeof right === "string" && right.startsWith("@"))
      ? `${field} == ${shown}`
      : `${field} ${shown}`;
  }

  /** Tells the types of later fields what the packet is. */
  learn(operand: Operand | undefined, right: Json): void {
    if (operand?.learn === undefined) return;
    const number = typeof right === "number" ? right : operand.type.symbols?.[String(right)];
    if (number !== undefined) operand.learn(BigInt(number));
  }

  limit(json: Record_): string {
    const { rate, rate_unit, per = "second", burst = 0, burst_unit, inv } = json,
      packets = rate_unit === undefined || rate_unit === "packets";
    const more = burst === 0 || packets && burst === 5
      ? ""
      : ` burst ${burst} ${packets ? "packets" : burst_unit ?? "bytes"}`;
    return `limit rate ${inv ? "over " : ""}${quantityFrom(rate)}${packets ? "" : ` ${rate_unit}`}/${per}${more}`;
  }

  quota({ val, val_unit = "bytes", used, used_unit, inv }: Record_): string {
    const consumed = used ? ` used ${quantityFrom(used)} ${used_unit}` : "";
    return `quota ${inv ? "over " : ""}${quantityFrom(val)} ${val_unit}${consumed}`;
  }

  /** Prints an address and port: brackets tell IPv6 from the port. */
  target(addr: Json, port: Json, type: NftDatatype): string {
    let text = "";
    if (addr !== undefined) {
      const shown = this.source(addr, type), six = typeof addr === "string" || has(addr, "range");
      text = port !== undefined && six && shown.includes(":")
        ? shown.split("-").map((one) => `[${one}]`).join("-")
        : shown;
    }
    return port === undefined ? text : `${text}:${this.source(port, TYPES["inet_service"])}`;
  }

  nat(name: string, json: Record_): string {
    const { addr, port, family, flags, type_flags } = json;
    const v6 = family === "ip6" || this.family === "ip6", type = TYPES[v6 ? "ipv6_addr" : "ipv4_addr"]!;
    const isPrefix = listOf(type_flags).includes("prefix");
    // nft tells the family if the map has ports or ranges, which decompiled statements have in `family`.
    const named = this.family === "inet" || has(addr, "map") ? family : undefined;
    return `${name}${named === undefined ? "" : ` ${named}`}${isPrefix ? " prefix" : ""} to ${
      this.target(addr, port, type)
    }${flagsOf(isPrefix ? listOf(flags).filter((one) => one !== "netmap") : flags)}`;
  }

  ports(name: string, json: Record_ | null): string {
    if (json === null) return name;
    return `${name}${
      json["port"] === undefined ? "" : ` to ${this.target(undefined, json["port"], TYPES["ipv4_addr"]!)}`
    }${flagsOf(json["flags"])}`;
  }

  element(json: Json): string {
    if (!has(json, "elem")) return this.field(json);
    const { val, timeout } = json["elem"] as Record_;
    return `${this.field(val)}${timeout === undefined ? "" : ` timeout ${duration(Number(timeout))}`}`;
  }

  object(word: string, json: Json): string {
    if (typeof json === "string") return `${word} ${quoted(json)}`;
    return `${word} ${this.mapping("map", (json as Record_)["map"] as Record_, quoted)}`;
  }
}

/** The operators of bits, of which those in front bind more. */
const OPERATORS = ["<<", "&", "^", "|"];

/** Returns what the operators of bits change. */
function innermost(json: Json): Json {
  if (typeof json !== "object" || json === null) return json;
  const [[name, value] = []] = Object.entries(json);
  return OPERATORS.includes(name === ">>" ? "<<" : name!) ? innermost((value as readonly Json[])[0]) : json;
}

function offset(json: Record_): string {
  return json["offset"] ? ` offset ${json["offset"]}` : "";
}

const isObject = (json: Json): boolean => typeof json === "string" || has(json, "map");
const verdict = (name: string) => (of: Printer, json: Record_): string => of.verdict({ [name]: json });

const STATEMENTS: Readonly<Record<string, (of: Printer, json: Record_, name: string) => string>> = {
  match: (of, json) => of.match(json),
  ...Object.fromEntries(
    ["accept", "drop", "continue", "return", "jump", "goto", "break"].map((name) => [name, verdict(name)]),
  ),
  vmap: (of, json) => of.mapping("vmap", json, (one) => of.verdict(one)),
  counter(of, json) {
    if (isObject(json)) return of.object("counter name", json);
    if (json === null) return "counter";
    return `counter packets ${quantityFrom(json["packets"] ?? 0)} bytes ${quantityFrom(json["bytes"] ?? 0)}`;
  },
  quota: (of, json) => isObject(json) ? of.object("quota name", json) : of.quota(json),
  limit: (of, json) => isObject(json) ? of.object("limit name", json) : of.limit(json),
  "ct helper": (of, json) => of.object("ct helper set", json),
  "ct timeout": (of, json) => of.object("ct timeout set", json),
  "ct expectation": (of, json) => of.object("ct expectation set", json),
  secmark: (of, json) => of.object("meta secmark set", json),
  tunnel: (of, json) => of.object("tunnel name", json),
  "ct count": (of, json) =>
    isObject(json) ? of.object("ct count name", json) : `ct count ${json["inv"] ? "over " : ""}${json["val"]}`,
  last: () => "last used never",
  mangle(of, { key, value }) {
    const type = of.operand(key)?.type;
    return `${of.field(key)} set ${of.source(value, type)}`;
  },
  log(_of, json) {
    if (json === null) return "log";
    const { prefix, group, snaplen, "queue-threshold": threshold, level, flags } = json;
    const names = listOf(flags),
      tcp = names.filter((one) => String(one).startsWith("tcp ")).map((one) => String(one).slice(4));
    const others = names.filter((one) => !String(one).startsWith("tcp "));
    return [
      level === "audit" ? "log level audit" : "log",
      ...(prefix === undefined ? [] : [`prefix ${quoted(prefix)}`]),
      ...(group === undefined ? [] : [`group ${group}`]),
      ...(snaplen ? [`snaplen ${snaplen}`] : []),
      ...(threshold ? [`queue-threshold ${threshold}`] : []),
      ...(level === undefined || level === "audit" ? [] : [`level ${level}`]),
      ...(tcp.length === 0 ? [] : [`flags tcp ${tcp.join(",")}`]),
      ...others.map((one) => `flags ${one}`),
    ].join(" ");
  },
  reject(of, json) {
    if (json === null) return "reject";
    const { type, expr } = json;
    if (type === "tcp reset") return "reject with tcp reset";
    const own = of.family === "ip" ? "icmp" : of.family === "ip6" ? "icmpv6" : "icmpx";
    return expr === undefined || type === own && expr === "port-unreachable" ? "reject" : `reject with ${type} ${expr}`;
  },
  snat: (of, json, name) => of.nat(name, json),
  dnat: (of, json, name) => of.nat(name, json),
  masquerade: (of, json, name) => of.ports(name, json),
  redirect: (of, json, name) => of.ports(name, json),
  notrack: () => "notrack",
  dup(of, { addr, dev }) {
    const index = TYPES["iface_index"]!, netdev = of.family === "netdev";
    const to = of.source(addr, netdev ? index : TYPES[of.family === "ip6" ? "ipv6_addr" : "ipv4_addr"]);
    return `dup to ${to}${dev === undefined ? "" : ` device ${of.source(dev, index)}`}`;
  },
  fwd(of, { dev, family, addr }) {
    const device = of.source(dev, TYPES["iface_index"]);
    return addr === undefined
      ? `fwd to ${device}`
      : `fwd ${family} to ${of.source(addr, TYPES[family === "ip6" ? "ipv6_addr" : "ipv4_addr"])} device ${device}`;
  },
  queue(of, json) {
    if (json === null) return "queue to 0";
    const flags = listOf(json["flags"]);
    return `queue ${flags.length === 0 ? "" : `flags ${flags.join(",")} `}to ${
      of.source(json["num"] ?? 0, TYPES["integer"])
    }`;
  },
  tproxy(of, { family, addr, port }) {
    const type = TYPES[family === "ip6" || of.family === "ip6" ? "ipv6_addr" : "ipv4_addr"]!;
    const to = port === undefined && typeof addr === "string" && addr.includes(":")
      ? `[${addr}]`
      : of.target(addr, port, type);
    return `tproxy ${family === undefined ? "" : `${family} `}to ${to}`;
  },
  synproxy(of, json) {
    if (json === null) return "synproxy";
    if (isObject(json)) return of.object("synproxy name", json);
    const { mss, wscale, flags } = json;
    return [
      "synproxy",
      ...(mss === undefined ? [] : [`mss ${mss}`]),
      ...(wscale === undefined ? [] : [`wscale ${wscale}`]),
      ...listOf(flags),
    ].join(" ");
  },
  set(of, { op, elem, set, stmt }) {
    return `${op} ${set} { ${
      [of.element(elem), ...listOf(stmt).map((one) => of.statement(one as Record_))].join(" ")
    } }`;
  },
  map(of, { op, elem, data, map }) {
    const { dataType = 0 } = of.setOf?.(String(map).replace(/^@/, "")) ?? {};
    return `${op} ${map} { ${of.element(elem)} : ${of.source(data, TYPE_OF_ID.get(dataType))} }`;
  },
  meter: (of, { name, key, stmt, size }) =>
    `meter ${name} size ${size} { ${of.element(key)} ${of.statement(stmt as Record_)} }`,
  flow: (_of, { op = "add", flowtable }) => `flow ${op} ${flowtable}`,
  reset: (of, json) => `reset ${of.field(json)}`,
  xt: (_of, json) => xtText(json as unknown as XtStatement),
  raw: (_of, json) =>
    `# incomplete: ${(json as unknown as readonly { name: string }[]).map(({ name }) => name).join(", ")}`,
};
