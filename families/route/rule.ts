/**
 * Rules: which routing table is looked into for which packets. fib_rule_hdr and FRA_*.
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
  type Shape,
  string,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import type { Input, Verb } from "../../core/collection.ts";
import { type Family, family, headerTable, protocol, type RouteProtocol, type RouteTable } from "./numbers.ts";
import { prefix } from "./prefix.ts";

/** Numbers of {@linkcode RuleAction} by name. */
export const FR_ACT = { unspec: 0, to_tbl: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;

/** What a rule does: looks into a table, jumps to another rule, nothing, or refuses the packet. */
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

/** A property of a rule: `invert` is for packets that do not fit. */
export type RuleFlag = keyof typeof FIB_RULE;

/** What the kernel finds out by itself, and would take as it is given. */
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

/** A number whose largest value stands for none. */
const unlessAll: Codec<number> = {
  ...u32,
  decode(from, at) {
    const value = from.view.getUint32(at, true);
    return value === 0xffffffff ? undefined as never : value;
  },
};

/** The kernel leaves priority 0 out, and makes up one where none is given. */
const priority: Codec<number> = { ...u32, absent: () => 0 };

/** The kernel takes 1 and no other number. */
const l3mdev: Codec<true, boolean> = {
  name: "true or false",
  size: 1,
  decode: (from, at) => from.bytes[at] !== 0 ? true : undefined as never,
  encode(value, to) {
    if (typeof value !== "boolean") to.fail(TypeError, `expected true or false, got ${String(value)}`);
    if (!value) return HEADER_ONLY;
    to.append(Uint8Array.of(1));
  },
};

/** Both ends belong to it. */
export interface Range {
  /** The first. */
  start: number;
  /** The last. */
  end: number;
}

const ports: Codec<Range> = struct(4, (): Shape<Range> => ({ start: [0, u16], end: [2, u16] }));
const uids: Codec<Range> = struct(8, (): Shape<Range> => ({ start: [0, u32], end: [4, u32] }));

/** A rule. */
export interface Rule {
  /** `inet` or `inet6`; told by `src` and `dst` when absent, `inet` without them. */
  family: Family;
  /** Its place: rules are tried from 0 up. The kernel takes the last but one free place when absent. */
  priority: number;
  /** Source prefix. */
  src?: string;
  /** Destination prefix. */
  dst?: string;
  /** Type of service, 0..255; kernels since 6.10 have `dscp` beside it. */
  tos: number;
  /** Name of the interface that packets come in by; `lo` for those made here. */
  iifname?: string;
  /** Name of the interface that a socket is bound to. */
  oifname?: string;
  /** Firewall mark. */
  fwmark?: number;
  /** Which bits of the mark count; all when absent. */
  fwmask?: number;
  /** What is done; `to_tbl` when absent. */
  action: RuleAction | number;
  /** The table to look into; `main` when absent. */
  table?: RouteTable;
  /** Priority of the rule to go on with, for `goto`. */
  goto?: number;
  /** Its properties; what the kernel alone decides (`unresolved`, `iif_detached` …) is not sent. */
  flags: readonly (RuleFlag | number)[];
  /** Routes found with a prefix of this length or less do not count. */
  suppressPrefixlen?: number;
  /** Routes found on an interface of this group do not count. */
  suppressIfgroup?: number;
  /** The table is that of the interface's VRF. */
  l3mdev?: boolean;
  /** Realms: source << 16 | destination (IPv4). */
  flow?: number;
  /** Tunnel key. */
  tunId?: bigint;
  /** Users. */
  uidRange?: Range;
  /** Who made it. */
  protocol?: RouteProtocol;
  /** IP protocol: 6 is TCP, 17 UDP. */
  ipProto?: number;
  /** Source ports. */
  sportRange?: Range;
  /** Destination ports. */
  dportRange?: Range;
  /** DSCP, 0..63. */
  dscp?: number;
  /** IPv6 flow label. */
  flowlabel?: number;
  /** Which bits of the flow label count. */
  flowlabelMask?: number;
  /** Which bits of the source port count. */
  sportMask?: number;
  /** Which bits of the destination port count. */
  dportMask?: number;
  /** Which bits of the DSCP count. */
  dscpMask?: number;
}

/** Wire form of {@linkcode Rule}. */
export const Rule: Attributes<Rule> = attributes((): Shape<Rule> => ({
  family: head(0, family, key),
  priority: [6, priority, key],
  src: [2, prefix(2), key],
  dst: [1, prefix(1), key],
  tos: head(3, u8, key),
  iifname: [3, string(15), key],
  oifname: [17, string(15), key],
  fwmark: [10, u32, key],
  fwmask: [16, u32, key],
  action: head(7, enumeration(u8, FR_ACT), key),
  table: [15, headerTable, key],
  goto: [4, u32],
  flags: head(8, ruleFlags),
  suppressPrefixlen: [14, unlessAll, key],
  suppressIfgroup: [13, unlessAll, key],
  l3mdev: [19, l3mdev, key],
  flow: [11, u32, key],
  tunId: [12, be64, key],
  uidRange: [20, uids, key],
  protocol: [21, protocol, key],
  ipProto: [22, u8, key],
  sportRange: [23, ports, key],
  dportRange: [24, ports, key],
  dscp: [25, u8, key],
  flowlabel: [26, be32, key],
  flowlabelMask: [27, be32, key],
  sportMask: [28, u16, key],
  dportMask: [29, u16, key],
  dscpMask: [30, u8, key],
}), { header: 12, pad: 18 });

/** Fields that say nothing of which rule is meant. */
const NOT_SELECTING: ReadonlySet<string> = new Set(["family", "action", "flags"]);

/** Whether a rule can be told from others by a field: neither by one that it has not, nor by the type of service of most. */
function isSelector([name, given]: readonly [string, unknown]): boolean {
  const none = given === undefined || given === null || given === false || name === "tos" && given === 0;
  return !none && !NOT_SELECTING.has(name);
}

/**
 * Completes a rule as `ip rule` does: family, action `to_tbl` and table `main`, where no other thing to do is given.
 *
 * @throws {TypeError} a rule to delete is not named by anything
 */
export function prepareRule(value: Input<Rule>, verb: Verb): Input<Rule> {
  if (verb === "list") return value;
  const rule = { ...value };
  if (rule.family === undefined) {
    const told = rule.src ?? rule.dst ?? "";
    rule.family = (told as unknown) instanceof Uint8Array
      ? (told.length === 16 ? "inet6" : "inet")
      : told.includes(":")
      ? "inet6"
      : "inet";
  }
  if (verb === "get") return rule;
  if (verb === "delete") {
    if (!Object.entries(rule).some(isSelector)) {
      throw argumentError(
        TypeError,
        "Cannot delete a rule that nothing is said of: the kernel would take the first one",
      );
    }
    return rule;
  }
  rule.action ??= rule.goto === undefined ? "to_tbl" : "goto";
  const lookUp = rule.action === "to_tbl" || rule.action === FR_ACT.to_tbl;
  if (lookUp && rule.l3mdev !== true) rule.table ??= "main";
  return rule;
}

/** What a kernel that deletes a rule does not compare: it goes by the others. */
const NOT_COMPARED: ReadonlySet<string> = new Set(["flags", "goto"]);

/** Whether a kernel that is to delete a rule would take another, that has all of it and maybe more, where that comes first. */
export function hidesRule(other: Rule, one: Rule): boolean {
  return (Object.keys(one) as (keyof Rule)[]).every((name) => {
    const value = one[name], none = value === undefined || value === 0 || value === "unspec" || NOT_COMPARED.has(name);
    return none || stringify(value) === stringify(other[name]);
  });
}

/** What tells one rule from all others, as text. */
export function ruleKey(rule: Rule): string {
  return Rule.fields.map(({ key }) => {
    const value = rule[key as keyof Rule];
    if (key === "flags") return rule.flags?.includes("invert") ? "invert" : "";
    return value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  }).join(" ");
}
