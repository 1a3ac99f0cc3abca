/**
 * Statements of nft's JSON (libnftables-json(5)): their types, and small functions that make them.
 *
 * ```ts ignore
 * import { counter, ct, drop, ip, limit, tcp } from "@linux/netlink/families/netfilter/nftables/statements.ts";
 * const expr = [ip.saddr("10.0.0.0/8", "192.0.2.1"), tcp.dport(22), ct.state("new"), limit("10/second"), counter(), drop()];
 * ```
 *
 * Every function returns plain JSON, as `nft -j list ruleset` prints it. A field called with one value is equal to it,
 * with several to one of them; `"@name"` is a named set. Texts with a length (`10.0.0.0/8`) are prefixes, two values
 * with a dash (`80-90`) are a range.
 *
 * @module
 */
import { shown } from "../../../core/codec/mod.ts";
import { argumentError } from "../../../core/errors.ts";
import type { XtStatement } from "./xtables.ts";

export type { XtOption, XtStatement, XtValue } from "./xtables.ts";

/** A value: a number, a name, an address, or several. */
export type Value =
  | string
  | number
  | boolean
  | readonly Value[]
  | { readonly prefix: { readonly addr: string; readonly len: number } }
  | { readonly range: readonly [Value, Value] }
  | { readonly set: Value | readonly Value[] }
  | { readonly concat: readonly Value[] }
  | { readonly elem: { readonly val: Value; readonly timeout?: number; readonly comment?: string } }
  | { readonly "|": readonly Value[] }
  | { readonly "&": readonly Value[] };

/** A field of a packet, connection, route or socket, or a number that is computed. */
export type Field =
  | { readonly payload: { readonly protocol: string; readonly field: string } }
  | { readonly payload: { readonly base: "ll" | "nh" | "th" | "ih"; readonly offset: number; readonly len: number } }
  | { readonly meta: { readonly key: string } }
  | {
    readonly ct: {
      readonly key: string;
      readonly dir?: "original" | "reply" | undefined;
      readonly family?: "ip" | "ip6" | undefined;
    };
  }
  | { readonly exthdr: { readonly name: string; readonly field?: string; readonly offset?: number } }
  | { readonly "tcp option": { readonly name: string; readonly field?: string } }
  | { readonly "tcp option": { readonly base: number; readonly offset: number; readonly len: number } }
  | { readonly "ip option": { readonly name: string; readonly field?: string } }
  | { readonly "sctp chunk": { readonly name: string; readonly field?: string } }
  | { readonly "dccp option": { readonly type: number } }
  | { readonly rt: { readonly key: string; readonly family?: "ip" | "ip6" } }
  | { readonly socket: { readonly key: string; readonly level?: number } }
  | { readonly tunnel: { readonly key: "path" | "id" } }
  | { readonly fib: { readonly result: "oif" | "oifname" | "type"; readonly flags: string | readonly string[] } }
  | { readonly osf: { readonly key: "name" | "version"; readonly ttl?: "loose" | "skip" } }
  | {
    readonly ipsec: {
      readonly key: string;
      readonly dir: "in" | "out";
      readonly spnum?: number;
      readonly family?: "ip" | "ip6";
    };
  }
  | { readonly numgen: { readonly mode: "inc" | "random"; readonly mod: number; readonly offset?: number } }
  | { readonly jhash: { readonly expr: Field; readonly mod: number; readonly offset?: number; readonly seed?: number } }
  | { readonly symhash: { readonly mod: number; readonly offset?: number } }
  | { readonly concat: readonly Field[] }
  | { readonly "&": readonly [Field, ...Value[]] }
  | { readonly "|": readonly [Field, ...Value[]] }
  | { readonly "^": readonly [Field, ...Value[]] }
  | { readonly "<<": readonly [Field, number] }
  | { readonly ">>": readonly [Field, number] };

/** A map and the key that is looked up in it: a named map, or pairs of keys and data. */
export interface Mapping<D> {
  /** The field that is looked up. */
  readonly key: Field;
  /** A map's name with @, or its pairs. */
  readonly data: string | { readonly set: readonly (readonly [Value, D])[] };
}

/** A value of a statement: constant, a field, or looked up in a map. */
export type Source = Value | Field | { readonly map: Mapping<Value> };

/** Use of an object: its name, or a map of names. */
export type ObjectUse = string | { readonly map: Mapping<string> };

/** A relation. */
export type Relation = "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "!";

/** A verdict. */
export type Verdict =
  | { readonly accept: null }
  | { readonly drop: null }
  | { readonly continue: null }
  | { readonly return: null }
  | { readonly jump: { readonly target: string } }
  | { readonly goto: { readonly target: string } };

/** Options of {@linkcode limit}. */
export interface Limit {
  /** Number of packets or bytes in each unit of time. */
  readonly rate: number | bigint;
  /** Counted unit; packets by default. */
  readonly rate_unit?: "packets" | "bytes" | "kbytes" | "mbytes";
  /** Unit of time. */
  readonly per?: "second" | "minute" | "hour" | "day" | "week";
  /** Number that may exceed the rate at once. */
  readonly burst?: number;
  /** Unit of `burst`. */
  readonly burst_unit?: "packets" | "bytes" | "kbytes" | "mbytes";
  /** True if packets over the rate match. */
  readonly inv?: boolean;
}

/** Options of a quota. */
export interface Quota {
  /** Number of bytes. */
  readonly val: number | bigint;
  /** Unit of `val`. */
  readonly val_unit?: "bytes" | "kbytes" | "mbytes";
  /** Amount that has passed already. */
  readonly used?: number | bigint;
  /** Unit of `used`. */
  readonly used_unit?: "bytes" | "kbytes" | "mbytes";
  /** True if what is over the quota matches. */
  readonly inv?: boolean;
}

/** Options of {@linkcode log}. */
export interface Log {
  /** Text in front of the message. */
  readonly prefix?: string;
  /** Group of NFLOG, in place of the kernel log. */
  readonly group?: number;
  /** Number of bytes of each packet, with `group`. */
  readonly snaplen?: number;
  /** Number of packets that are sent together, with `group`. */
  readonly "queue-threshold"?: number;
  /** Level in the kernel log. */
  readonly level?: "emerg" | "alert" | "crit" | "err" | "warn" | "notice" | "info" | "debug" | "audit";
  /** Additional parts of the message. */
  readonly flags?: string | readonly string[];
}

/** Options of {@linkcode snat} and {@linkcode dnat}. */
export interface Nat {
  /** Address, range or prefix. */
  readonly addr?: Source;
  /** Port or range. */
  readonly port?: Source;
  /** Family of the address, in tables of family inet. */
  readonly family?: "ip" | "ip6";
  /** `random`, `fully-random`, `persistent`. */
  readonly flags?: string | readonly string[];
  /** Kind of `addr`: `interval`, `prefix`, `concat`. */
  readonly type_flags?: string | readonly string[];
}

/** A statement that keeps a state in an element of a set. */
export type Stateful =
  | { readonly counter: null | { readonly packets?: number | bigint; readonly bytes?: number | bigint } }
  | { readonly limit: Limit }
  | { readonly quota: Quota }
  | { readonly "ct count": { readonly val: number; readonly inv?: boolean } }
  | { readonly last: null | object };

/** A key that a packet adds to a set, with a timeout in s. */
export type Element = Field | { readonly elem: { readonly val: Field; readonly timeout?: number } };

/** A statement. */
export type Statement =
  | Verdict
  | Stateful
  | { readonly match: { readonly op?: Relation; readonly left: Field; readonly right: Value } }
  | { readonly vmap: Mapping<Verdict> }
  | { readonly counter: ObjectUse | null }
  | { readonly quota: ObjectUse }
  | { readonly limit: ObjectUse }
  | { readonly "ct helper": ObjectUse }
  | { readonly "ct timeout": ObjectUse }
  | { readonly "ct expectation": ObjectUse }
  | { readonly secmark: ObjectUse }
  | { readonly tunnel: ObjectUse }
  | { readonly "ct count": ObjectUse }
  | { readonly mangle: { readonly key: Field; readonly value: Source } }
  | { readonly log: null | Log }
  | { readonly reject: null | { readonly type?: string; readonly expr?: string | number } }
  | { readonly snat: Nat }
  | { readonly dnat: Nat }
  | { readonly masquerade: null | { readonly port?: Source; readonly flags?: string | readonly string[] } }
  | { readonly redirect: null | { readonly port?: Source; readonly flags?: string | readonly string[] } }
  | { readonly notrack: null }
  | { readonly dup: { readonly addr: Source; readonly dev?: Source } }
  | { readonly fwd: { readonly dev: Source; readonly family?: "ip" | "ip6"; readonly addr?: Source } }
  | { readonly queue: null | { readonly num?: Source; readonly flags?: string | readonly string[] } }
  | { readonly tproxy: { readonly family?: "ip" | "ip6"; readonly addr?: Source; readonly port?: Source } }
  | {
    readonly synproxy: null | ObjectUse | {
      readonly mss?: number;
      readonly wscale?: number;
      readonly flags?: string | readonly string[];
    };
  }
  | {
    readonly set: {
      readonly op: "add" | "update" | "delete";
      readonly elem: Element;
      readonly set: string;
      readonly stmt?: Stateful | readonly Stateful[];
    };
  }
  | {
    readonly map: {
      readonly op: "add" | "update" | "delete";
      readonly elem: Element;
      readonly data: Source;
      readonly map: string;
    };
  }
  | {
    readonly meter: {
      readonly name: string;
      readonly key: Element;
      readonly stmt: Stateful;
      readonly size?: number;
    };
  }
  | { readonly flow: { readonly op?: "add"; readonly flowtable: string } }
  | { readonly reset: Field }
  /** A match or target of xtables, in rules that iptables-nft made. */
  | { readonly xt: XtStatement }
  /** The kernel's expressions that have no statement. */
  | { readonly raw: readonly object[] };

/** A match. */
export type Match = Extract<Statement, { readonly match: unknown }>;

/** A field that matches when it is called: with one value it is equal to it, with several to one of them. */
export interface Matcher {
  /** Returns the match with these values. */
  (...values: readonly [Value, ...Value[]]): Match;
  /** The field. */
  readonly field: Field;
  /** Returns the match with all but these values. */
  not(...values: readonly [Value, ...Value[]]): Match;
  /** Returns the match with lesser values. */
  below(value: Value): Match;
  /** Returns the match with greater values. */
  above(value: Value): Match;
}

const ADDRESS = /^(?:[\d.]+|[\da-f:]*:[\da-f:.]*)$/i;

/** Converts prefixes and ranges in texts. */
function valueOf(value: Value): Value {
  if (typeof value !== "string") return value;
  const prefix = /^([\da-f:.]+)\/(\d+)$/i.exec(value);
  if (prefix !== null) return { prefix: { addr: prefix[1]!, len: Number(prefix[2]) } };
  const range = /^([\da-f:.]+)-([\da-f:.]+)$/i.exec(value);
  if (range === null || !ADDRESS.test(range[1]!) || !ADDRESS.test(range[2]!)) return value;
  const [low, high] = [range[1]!, range[2]!].map((one) => /^\d+$/.test(one) ? Number(one) : one) as [Value, Value];
  return { range: [low, high] };
}

/** Makes a matcher of a field whose values are bits if `bits` is true, and texts as they are if `plain` is true. */
function matcher(field: Field, bits = false, plain = false): Matcher {
  const values = (given: readonly Value[]): Value => {
    const all = plain ? given : given.map(valueOf);
    return all.length === 1 ? all[0]! : bits ? all : { set: all };
  };
  const match = (op: Relation, right: Value): Match => ({ match: { op, left: field, right } });
  return Object.assign((...given: readonly [Value, ...Value[]]) => match(bits ? "in" : "==", values(given)), {
    field,
    not: (...given: readonly [Value, ...Value[]]) => match(bits ? "!" : "!=", values(given)),
    below: (value: Value) => match("<", value),
    above: (value: Value) => match(">", value),
  });
}

/** Makes the matchers of a header's fields. */
function header<const N extends string>(
  protocol: string,
  names: readonly N[],
  bits = "",
): Readonly<Record<N, Matcher>> {
  return Object.fromEntries(
    names.map((name) => [name, matcher({ payload: { protocol, field: name } }, name === bits)]),
  ) as unknown as Readonly<Record<N, Matcher>>;
}

/** Matchers by the names of the fields. */
export type Fields<N extends string> = Readonly<Record<N, Matcher>>;

/** Fields of Ethernet. */
export const ether: Fields<"daddr" | "saddr" | "type"> = header("ether", ["daddr", "saddr", "type"]);
/** Fields of a VLAN tag. */
export const vlan: Fields<"id" | "pcp" | "dei" | "type"> = header("vlan", ["id", "pcp", "dei", "type"]);
/** Fields of ARP. */
export const arp: Fields<"operation" | "htype" | "ptype" | "saddr ip" | "daddr ip" | "saddr ether" | "daddr ether"> =
  header("arp", ["operation", "htype", "ptype", "saddr ip", "daddr ip", "saddr ether", "daddr ether"]);
/** Fields of IPv4. */
export const ip: Fields<
  | "version"
  | "hdrlength"
  | "dscp"
  | "ecn"
  | "length"
  | "id"
  | "frag-off"
  | "ttl"
  | "protocol"
  | "checksum"
  | "saddr"
  | "daddr"
> = header("ip", [
  "version",
  "hdrlength",
  "dscp",
  "ecn",
  "length",
  "id",
  "frag-off",
  "ttl",
  "protocol",
  "checksum",
  "saddr",
  "daddr",
]);
/** Fields of IPv6. */
export const ip6: Fields<
  "version" | "dscp" | "ecn" | "flowlabel" | "length" | "nexthdr" | "hoplimit" | "saddr" | "daddr"
> = header("ip6", ["version", "dscp", "ecn", "flowlabel", "length", "nexthdr", "hoplimit", "saddr", "daddr"]);
/** Fields of ICMP. */
export const icmp: Fields<"type" | "code" | "id" | "sequence" | "mtu" | "gateway"> = header("icmp", [
  "type",
  "code",
  "id",
  "sequence",
  "mtu",
  "gateway",
]);
/** Fields of ICMPv6. */
export const icmpv6: Fields<"type" | "code" | "id" | "sequence" | "mtu" | "max-delay"> = header("icmpv6", [
  "type",
  "code",
  "id",
  "sequence",
  "mtu",
  "max-delay",
]);
/** Fields of TCP; `flags` matches if one of the flags is set. */
export const tcp: Fields<"sport" | "dport" | "sequence" | "ackseq" | "doff" | "flags" | "window" | "urgptr"> = header(
  "tcp",
  ["sport", "dport", "sequence", "ackseq", "doff", "flags", "window", "urgptr"],
  "flags",
);
/** Fields of UDP. */
export const udp: Fields<"sport" | "dport" | "length" | "checksum"> = header("udp", [
  "sport",
  "dport",
  "length",
  "checksum",
]);
/** Fields of SCTP. */
export const sctp: Fields<"sport" | "dport" | "vtag"> = header("sctp", ["sport", "dport", "vtag"]);
/** Ports of any transport protocol. */
export const th: Fields<"sport" | "dport"> = header("th", ["sport", "dport"]);

/** Fields beside the packet. */
const METAS: readonly MetaName[] = [
  "length",
  "protocol",
  "priority",
  "mark",
  "iif",
  "oif",
  "iifname",
  "oifname",
  "iiftype",
  "oiftype",
  "skuid",
  "skgid",
  "nfproto",
  "l4proto",
  "pkttype",
  "cpu",
  "iifgroup",
  "oifgroup",
  "cgroup",
  "random",
  "ipsec",
  "iifkind",
  "oifkind",
  "time",
  "day",
  "hour",
  "nftrace",
];

/** The names of fields beside the packet. */
export type MetaName =
  | "length"
  | "protocol"
  | "priority"
  | "mark"
  | "iif"
  | "oif"
  | "iifname"
  | "oifname"
  | "iiftype"
  | "oiftype"
  | "skuid"
  | "skgid"
  | "nfproto"
  | "l4proto"
  | "pkttype"
  | "cpu"
  | "iifgroup"
  | "oifgroup"
  | "cgroup"
  | "random"
  | "ipsec"
  | "iifkind"
  | "oifkind"
  | "time"
  | "day"
  | "hour"
  | "nftrace";

/** Fields beside the packet: interfaces, marks, owners, time. */
export const meta: Fields<MetaName> = Object.fromEntries(
  METAS.map((key) => [key, matcher({ meta: { key } }, false, /name$|kind$|^time$|^hour$/.test(key))]),
) as unknown as Fields<MetaName>;

const CTS: readonly CtName[] = [
  "state",
  "direction",
  "status",
  "mark",
  "expiration",
  "helper",
  "l3proto",
  "label",
  "packets",
  "bytes",
  "zone",
  "id",
];

/** The names of fields of a connection. */
export type CtName =
  | "state"
  | "direction"
  | "status"
  | "mark"
  | "expiration"
  | "helper"
  | "l3proto"
  | "label"
  | "packets"
  | "bytes"
  | "zone"
  | "id";

/** Fields of the packet's connection; `state` and `status` match if one of the values is set. */
export const ct: Fields<CtName> = Object.fromEntries(
  CTS.map((
    key,
  ) => [key, matcher({ ct: { key } }, key === "state" || key === "status" || key === "label", key === "helper")]),
) as unknown as Fields<CtName>;

/** Returns the field of a matcher. */
const fieldOf = (field: Field | Matcher): Field => typeof field === "function" ? field.field : field;

/** Makes a matcher of any field. */
export const field = (field: Field): Matcher => matcher(field);

/** Makes a matcher of several fields side by side; each value is `{ concat: […] }`, or `"@name"`. */
export const concat = (...fields: readonly (Field | Matcher)[]): Matcher => matcher({ concat: fields.map(fieldOf) });

/** Makes a match. */
export const match = (left: Field | Matcher, op: Relation, right: Value): Match => ({
  match: { op, left: fieldOf(left), right },
});

/** Accepts the packet. */
export const accept = (): { readonly accept: null } => ({ accept: null });
/** Drops the packet. */
export const drop = (): { readonly drop: null } => ({ drop: null });
/** Returns to the chain that jumped here. */
export const returns = (): { readonly return: null } => ({ return: null });
/** Goes on with the next rule. */
export const continues = (): { readonly continue: null } => ({ continue: null });
/** Continues in another chain, and comes back. */
export const jump = (target: string): { readonly jump: { readonly target: string } } => ({ jump: { target } });
/** Continues in another chain. */
export const goto = (target: string): { readonly goto: { readonly target: string } } => ({ goto: { target } });

/** Pairs of keys and data: an array, or an object whose keys are the keys. */
export type Pairs<D> = readonly (readonly [Value, D])[] | Readonly<Record<string, D>>;

function mapping<D>(key: Field | Matcher, data: string | Pairs<D>): Mapping<D> {
  if (typeof data === "string") return { key: fieldOf(key), data };
  if (typeof data !== "object" || data === null) {
    throw argumentError(TypeError, `Cannot make a map: expected "@name", pairs or an object, got ${shown(data)}`);
  }
  const pairs: readonly (readonly [Value, D])[] = Array.isArray(data)
    ? data
    : Object.entries(data as Record<string, D>);
  const set = pairs.map(([key, one]) =>
    [typeof key === "string" && /^\d+$/.test(key) ? Number(key) : valueOf(key), one] as const
  );
  return { key: fieldOf(key), data: { set } };
}

/** Looks up a verdict: `vmap(tcp.dport, { 22: accept(), 23: drop() })`, or in a map `"@name"`. */
export const vmap = (key: Field | Matcher, data: string | Pairs<Verdict>): { readonly vmap: Mapping<Verdict> } => ({
  vmap: mapping(key, data),
});

/** Looks up a value, for {@linkcode set} and addresses. */
export const map = (key: Field | Matcher, data: string | Pairs<Value>): { readonly map: Mapping<Value> } => ({
  map: mapping(key, data),
});

/** Counts packets and bytes: in the rule, or in a counter with a name. */
export const counter = (name?: string): { readonly counter: string | null } => ({ counter: name ?? null });

/** Matches up to a rate: `10/second`, `1 mbytes/minute`; with `over`, what is over it. */
export function limit(
  rate: string | Limit,
  options: { readonly burst?: number; readonly over?: boolean } = {},
): { readonly limit: Limit } {
  const more = {
    ...(options.burst === undefined ? {} : { burst: options.burst }),
    ...(options.over === true ? { inv: true } : {}),
  };
  if (typeof rate !== "string") return { limit: { ...rate, ...more } };
  const parts = /^(\d+)(?: ?(packets|bytes|kbytes|mbytes))?\/(second|minute|hour|day|week)$/.exec(rate);
  if (parts === null) {
    throw argumentError(
      TypeError,
      `Cannot make a limit: expected a rate such as "10/second" or "1 mbytes/minute", got ${JSON.stringify(rate)}`,
    );
  }
  const [, number, unit, per] = parts as unknown as [string, string, Limit["rate_unit"], NonNullable<Limit["per"]>];
  return {
    limit: {
      rate: Number(number),
      ...(unit === undefined || unit === "packets" ? {} : { rate_unit: unit }),
      per,
      ...more,
    },
  };
}

/** Writes to the kernel log, or to a group of NFLOG. */
export const log = (options?: Log): { readonly log: Log | null } => ({ log: options ?? null });

/** Refuses with an answer: port unreachable, `tcp reset`, or a type of ICMP and its code. */
export function reject(
  type?: "tcp reset" | "icmp" | "icmpv6" | "icmpx",
  expr?: string | number,
): Extract<Statement, { reject: unknown }> {
  return { reject: type === undefined ? null : { type, ...(expr === undefined ? {} : { expr }) } };
}

/** Splits `address:port`; either may be a range. */
function target(to: string | Nat, family?: "ip" | "ip6"): Nat {
  if (typeof to !== "string") return to;
  const parts = /^\[(.+)\](?::(.+))?$|^(\d+\.[\d./-]+)(?::(.+))?$|^:([\d-]+)$|^(.+)$/.exec(to);
  if (parts === null) {
    throw argumentError(
      TypeError,
      `Cannot make a translation: expected "10.0.0.2:80" or ":80", got ${JSON.stringify(to)}`,
    );
  }
  const addr = parts[1] ?? parts[3] ?? parts[6], port = parts[2] ?? parts[4] ?? parts[5];
  return {
    ...(addr === undefined ? {} : { addr: valueOf(addr) }),
    ...(port === undefined ? {} : { port: /^\d+$/.test(port) ? Number(port) : valueOf(port) }),
    ...(family === undefined ? {} : { family }),
  };
}

/** Changes the source: `192.0.2.1`, `192.0.2.1:1024-2048`, `[2001:db8::1]:80`. */
export const snat = (to: string | Nat, family?: "ip" | "ip6"): { readonly snat: Nat } => ({ snat: target(to, family) });
/** Changes the destination: `10.0.0.2:80`. */
export const dnat = (to: string | Nat, family?: "ip" | "ip6"): { readonly dnat: Nat } => ({ dnat: target(to, family) });

/** Options of ports. */
export interface Ports {
  /** Port or range. */
  readonly port?: Source;
  /** `random`, `fully-random`, `persistent`. */
  readonly flags?: string | readonly string[];
}

/** Changes the source to the address of the outgoing interface. */
export const masquerade = (options?: Ports): { readonly masquerade: Ports | null } => ({ masquerade: options ?? null });
/** Redirects to this machine, to a port if one is given. */
export const redirect = (
  port?: Source | undefined,
  flags?: readonly string[],
): { readonly redirect: Ports | null } => ({
  redirect: port === undefined && flags === undefined
    ? null
    : { ...(port === undefined ? {} : { port }), ...(flags === undefined ? {} : { flags }) },
});
/** Leaves the packet out of connection tracking. */
export const notrack = (): { readonly notrack: null } => ({ notrack: null });
/** Gives the packet to a program: queue number, or a range of them. */
export const queue = (
  num: Source,
  flags?: readonly ("bypass" | "fanout")[],
): Extract<Statement, { queue: unknown }> => ({
  queue: { num, ...(flags === undefined ? {} : { flags }) },
});
/** Sets a field: `set(meta.mark, 5)`. */
export const set = (key: Field | Matcher, value: Source | Matcher): Extract<Statement, { mangle: unknown }> => ({
  mangle: { key: fieldOf(key), value: typeof value === "function" ? value.field : value },
});

/** Adds the packet's key to a set: `add("@seen", ip.saddr, { timeout: 60 })`; the timeout is in s. */
export function add(
  name: string,
  key: Field | Matcher,
  options: {
    readonly op?: "add" | "update" | "delete";
    readonly timeout?: number;
    readonly stmt?: readonly Stateful[];
  } = {},
): Extract<Statement, { set: unknown }> {
  if (typeof name !== "string") {
    throw argumentError(TypeError, `Cannot add to a set: expected its name, got ${shown(name)}`);
  }
  const { op = "add", timeout, stmt } = options, val = fieldOf(key);
  return {
    set: {
      op,
      elem: timeout === undefined ? val : { elem: { val, timeout } },
      set: name.startsWith("@") ? name : `@${name}`,
      ...(stmt === undefined ? {} : { stmt }),
    },
  };
}
