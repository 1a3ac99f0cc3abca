/**
 * Routing policy rules: they select the routing table for a packet. fib_rule_hdr and FRA_*.
 *
 * Source: linux/fib_rules.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import { stringify } from "../../core/printable.ts";
import {
  type Attributes,
  attributes,
  be32,
  be64,
  type Codec,
  enumeration,
  head,
  HEADER_ONLY,
  key,
  mask,
  noneIs,
  type Shape,
  shown,
  string,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import type { Input, Verb } from "../../core/collection.ts";
import {
  AF,
  type Family,
  family,
  familyNumber,
  headerTable,
  protocol,
  type RouteProtocol,
  type RouteTable,
} from "./protocol.ts";
import { prefix } from "./prefix.ts";

/** Numbers of {@linkcode RuleAction} by name. */
export const FR_ACT = { unspec: 0, to_tbl: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;

/** Action of a rule: look up a table, go to another rule, do nothing, or refuse the packet. */
export type RuleAction = keyof typeof FR_ACT;

/** Numbers of {@linkcode RuleFlag} by name. */
export const FIB_RULE = {
  permanent: 0x1,
  invert: 0x2,
  unresolved: 0x4,
  iif_detached: 0x8,
  oif_detached: 0x10,
  find_saddr: 0x10000,
} as const;

/** A flag of a rule: `invert` selects packets that do not match. */
export type RuleFlag = keyof typeof FIB_RULE;

/** Flags that only the kernel sets; it would take them as given in a request. */
const VOLATILE = FIB_RULE.unresolved | FIB_RULE.iif_detached | FIB_RULE.oif_detached;

type Flags = Codec<readonly (RuleFlag | number)[], readonly (RuleFlag | number)[] | number>;
const flagMask: Flags = mask(u32, FIB_RULE);
const ruleFlags: Flags = {
  ...flagMask,
  encode(value, to, owner) {
    const at = to.length;
    flagMask.encode(value, to, owner);
    if (!to.everything) to.view.setUint32(at, to.view.getUint32(at, true) & ~VOLATILE, true);
  },
};

/** Codec of a number whose largest value, 4294967295, means none. */
const unlessAll: Codec<number> = {
  ...u32,
  decode(from, at) {
    const value = from.view.getUint32(at, true);
    return value === 0xffffffff ? undefined as never : value;
  },
};

/** Codec of the priority. The kernel does not send priority 0, and chooses one if a request has none. */
const priority: Codec<number> = { ...u32, absent: () => 0 };

/** Codec of FRA_L3MDEV. The kernel accepts only 1. */
const l3mdev: Codec<true, boolean> = {
  name: "true or false",
  size: 1,
  decode: (from, at) => from.bytes[at] !== 0 ? true : undefined as never,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(value)}`);
    if (!value) return HEADER_ONLY;
    to.append(Uint8Array.of(1));
    return undefined;
  },
};

/** Returns a codec of a number that the kernel does not send if it is 0. */
const none = (codec: Codec<number>): Codec<number> => noneIs(codec, 0);
const name: Codec<string> = noneIs(string(15), "");
const wholePrefix = (lengthOffset: number): Codec<string, string | Uint8Array> =>
  noneIs(prefix(lengthOffset), "0.0.0.0/0", "::/0");

/** A range of numbers, both ends included. */
export interface Range {
  /** First number. */
  start: number;
  /** Last number. */
  end: number;
}

const ports: Codec<Range> = struct(4, (): Shape<Range> => ({ start: [0, u16], end: [2, u16] }));
const uids: Codec<Range> = struct(8, (): Shape<Range> => ({ start: [0, u32], end: [4, u32] }));

/** A routing policy rule. A packet must match all fields that are given. */
export interface Rule {
  /** `inet` or `inet6`; default the family of `src` or `dst`, or `inet`. */
  family: Family;
  /**
   * Priority, u32: rules are tried from 0 up. By default the kernel takes the number before that of the second rule.
   */
  priority: number;
  /** Source prefix. */
  src?: string;
  /** Destination prefix. */
  dst?: string;
  /** Type of service, 0..255. Linux 6.10 and later also have `dscp`. */
  tos: number;
  /** Name of the incoming interface; `lo` for packets from this machine. */
  iifname?: string;
  /** Name of the interface that the sending socket is bound to. */
  oifname?: string;
  /** Firewall mark, u32. */
  fwmark?: number;
  /** Mask of the mark's bits to compare; default all. */
  fwmask?: number;
  /** Action; default `to_tbl`. */
  action: RuleAction | number;
  /** Routing table to look up; default `main`. With 0, the kernel chooses an empty one (IPv4). */
  table?: RouteTable;
  /** Priority of the rule to continue with, for action `goto`. */
  goto?: number;
  /** Flags. Those that only the kernel sets (`unresolved`, `iif_detached` …) are not sent. */
  flags: readonly (RuleFlag | number)[];
  /** Ignores routes with this prefix length or a shorter one. */
  suppressPrefixlen?: number;
  /** Ignores routes through an interface of this group. */
  suppressIfgroup?: number;
  /** True looks up the table of the VRF that the interface belongs to. */
  l3mdev?: boolean;
  /** Realms as a number: source << 16 | destination (IPv4). */
  flow?: number;
  /** Tunnel key, u64. */
  tunId?: bigint;
  /** Range of user numbers. */
  uidRange?: Range;
  /** Origin of the rule. */
  protocol?: RouteProtocol;
  /** IP protocol: 6 is TCP, 17 UDP. */
  ipProto?: number;
  /** Range of source ports. */
  sportRange?: Range;
  /** Range of destination ports. */
  dportRange?: Range;
  /** Differentiated services code point (DSCP), 0..63. */
  dscp?: number;
  /** IPv6 flow label, 20 bits. */
  flowlabel?: number;
  /** Mask of the flow label's bits to compare. */
  flowlabelMask?: number;
  /** Mask of the source port's bits to compare. */
  sportMask?: number;
  /** Mask of the destination port's bits to compare. */
  dportMask?: number;
  /** Mask of the DSCP's bits to compare. */
  dscpMask?: number;
}

/** Wire form of {@linkcode Rule}: fib_rule_hdr and FRA_*. */
export const Rule: Attributes<Rule> = attributes((): Shape<Rule> => ({
  family: head(0, family, key),
  priority: [6, priority, key],
  src: [2, wholePrefix(2), key],
  dst: [1, wholePrefix(1), key],
  tos: head(3, u8, key),
  iifname: [3, name, key],
  oifname: [17, name, key],
  fwmark: [10, none(u32), key],
  fwmask: [16, none(u32), key],
  action: head(7, enumeration(u8, FR_ACT), key),
  table: [15, headerTable, key],
  goto: [4, u32],
  flags: head(8, ruleFlags),
  suppressPrefixlen: [14, unlessAll, key],
  suppressIfgroup: [13, unlessAll, key],
  l3mdev: [19, l3mdev, key],
  flow: [11, none(u32), key],
  tunId: [12, noneIs(be64, 0n), key],
  uidRange: [20, uids, key],
  protocol: [21, protocol, key],
  ipProto: [22, none(u8), key],
  sportRange: [23, ports, key],
  dportRange: [24, ports, key],
  dscp: [25, u8, key],
  flowlabel: [26, be32, key],
  flowlabelMask: [27, be32, key],
  sportMask: [28, u16, key],
  dportMask: [29, u16, key],
  dscpMask: [30, u8, key],
}), { header: 12, pad: 18 });

/** Fields that do not help to identify a rule. */
const NOT_SELECTING: ReadonlySet<string> = new Set(["family", "action", "flags"]);

/** True if a field helps to identify a rule: not if it is absent, or has a value that means none, as most rules do. */
function isSelector([name, given]: readonly [string, unknown]): boolean {
  if (given === undefined || given === null || given === false || NOT_SELECTING.has(name)) return false;
  if (name === "priority") return true;
  const none = given === 0 || given === 0n || given === "" || given === "unspec" || given === 0xffffffff;
  return !none && !((name === "src" || name === "dst") && /\/0$/.test(String(given)));
}

/**
 * Completes a rule as `ip rule` does: family, action `to_tbl`, and table `main` if the action is a look-up.
 *
 * @throws {TypeError} a rule to delete has no field that identifies it
 */
export function prepareRule(value: Input<Rule>, verb: Verb): Input<Rule> {
  if (verb === "list") return value;
  const rule = { ...value };
  if (rule.family === undefined) {
    const told = rule.src ?? rule.dst ?? "";
    rule.family = (told as unknown) instanceof Uint8Array
      ? (told.length === 16 ? "inet6" : "inet")
      : String(told).includes(":")
      ? "inet6"
      : "inet";
  }
  if (verb === "get") return rule;
  if (verb === "delete") {
    if (!Object.entries(rule).some(isSelector)) {
      throw argumentError(
        TypeError,
        "Cannot delete a rule without a field that identifies it: the kernel would take the first one",
      );
    }
    return rule;
  }
  rule.action ??= rule.goto === undefined ? "to_tbl" : "goto";
  const lookUp = rule.action === "to_tbl" || rule.action === FR_ACT.to_tbl;
  if (lookUp && rule.l3mdev !== true) rule.table ??= "main";
  return rule;
}

/** The fields that rules of a family do not have. */
const LACKING: Readonly<Record<number, ReadonlySet<string>>> = {
  [AF.inet6]: new Set(["flow"]),
  [AF.ipmr]: new Set(["src", "dst", "tos", "dscp", "flow", "flowlabel"]),
  [AF.ip6mr]: new Set(["src", "dst", "tos", "dscp", "flow", "flowlabel"]),
};

/** Returns why the kernel would ignore a field of a rule, if it would. */
export function ignoresOfRule(name: string, { family, tos }: Readonly<Record<string, unknown>>): string | undefined {
  if (name === "tos" && tos === 0 || LACKING[familyNumber(family as Family)]?.has(name) !== true) return undefined;
  return `rules of the family ${family} have no such field`;
}

/** Fields that the kernel does not compare when it deletes a rule. */
const NOT_COMPARED: ReadonlySet<string> = new Set(["flags", "goto"]);

/** True if the kernel would delete `other` instead of `one` if it comes first: it has all fields of `one`. */
export function hidesRule(other: Rule, one: Rule): boolean {
  return (Object.keys(one) as (keyof Rule)[]).every((name) => {
    const value = one[name], none = value === undefined || value === 0 || value === "unspec" || NOT_COMPARED.has(name);
    return none || stringify(value) === stringify(other[name]);
  });
}

/** Returns a text that identifies a rule. */
export function ruleKey(rule: Rule): string {
  return Rule.fields.map(({ key }) => {
    const value = rule[key as keyof Rule];
    if (key === "flags") return Array.isArray(value) && value.includes("invert") ? "invert" : "";
    return value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  }).join(" ");
}
