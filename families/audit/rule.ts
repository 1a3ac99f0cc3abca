/**
 * Rules of the kernel's audit: the conditions on system calls, and on records, that decide which events are recorded.
 *
 * Source: linux/audit.h, v7.2; kernel/auditfilter.c; the words are those of auditctl
 *
 * @module
 */
import {
  bytes,
  type Codec,
  didYouMean,
  enumeration,
  MISFIT,
  type Reader,
  shown,
  string,
  text,
  u32,
  Writer,
} from "../../core/codec/mod.ts";
import { errnoName } from "../../core/errors.ts";
import { AUDIT, NETLINK_AUDIT } from "./protocol.ts";
import { declareMessages } from "../../core/messages.ts";
import { accounts } from "./accounts.ts";
import { recordTypeName, recordTypeNumber } from "./record_types.ts";
import {
  archNumber,
  archWord,
  type AuditArch,
  machineName,
  operationName,
  operationNumber,
  syscallName,
  syscallNumber,
} from "./syscalls.ts";

/** Numbers of {@linkcode AuditList} by name: AUDIT_FILTER_*. */
export const AUDIT_FILTER = {
  user: 0,
  task: 1,
  entry: 2,
  watch: 3,
  exit: 4,
  exclude: 5,
  filesystem: 6,
  io_uring: 7,
} as const;

/**
 * A list of rules: `exit` is asked when a system call ends, `task` when a process begins, `user` for records of
 * programs, `exclude` for every record, `filesystem` for files of a kind of file system, `io_uring` for operations of
 * io_uring. No kernel since 2.6.34 has rules in `entry` or `watch`.
 */
export type AuditList = keyof typeof AUDIT_FILTER | number;

/** Numbers of {@linkcode AuditAction} by name. */
export const AUDIT_ACTION = { never: 0, possible: 1, always: 2 } as const;

/** Decision of a rule about an event; kernels since 2.6.18 do not take `possible`. */
export type AuditAction = keyof typeof AUDIT_ACTION | number;

/** Numbers of {@linkcode AuditOperator}. */
export const AUDIT_OPERATOR = {
  "=": 0x40000000,
  "!=": 0x30000000,
  "<": 0x10000000,
  ">": 0x20000000,
  "<=": 0x50000000,
  ">=": 0x60000000,
  "&": 0x08000000,
  "&=": 0x48000000,
} as const;

/** A comparison: `&` is true if any bit of the value is set, `&=` if all are. */
export type AuditOperator = keyof typeof AUDIT_OPERATOR;

/** Numbers of {@linkcode AuditFieldName} by name. */
export const AUDIT_FIELD = {
  pid: 0,
  uid: 1,
  euid: 2,
  suid: 3,
  fsuid: 4,
  gid: 5,
  egid: 6,
  sgid: 7,
  fsgid: 8,
  auid: 9,
  pers: 10,
  arch: 11,
  msgtype: 12,
  subj_user: 13,
  subj_role: 14,
  subj_type: 15,
  subj_sen: 16,
  subj_clr: 17,
  ppid: 18,
  obj_user: 19,
  obj_role: 20,
  obj_type: 21,
  obj_lev_low: 22,
  obj_lev_high: 23,
  loginuid_set: 24,
  sessionid: 25,
  fstype: 26,
  devmajor: 100,
  devminor: 101,
  inode: 102,
  exit: 103,
  success: 104,
  path: 105,
  perm: 106,
  dir: 107,
  filetype: 108,
  obj_uid: 109,
  obj_gid: 110,
  exe: 112,
  saddr_fam: 113,
  a0: 200,
  a1: 201,
  a2: 202,
  a3: 203,
  key: 210,
} as const;

/** A field that a rule compares, by auditctl's name for it. */
export type AuditFieldName = keyof typeof AUDIT_FIELD;

/** The number of the field whose value says which two fields are compared. */
const FIELD_COMPARE = 111;

/** The pairs of fields that can be compared, in the order of AUDIT_COMPARE_*, which begins at 1. */
export const AUDIT_COMPARE: readonly (readonly [AuditFieldName, AuditFieldName])[] = [
  ["uid", "obj_uid"],
  ["gid", "obj_gid"],
  ["euid", "obj_uid"],
  ["egid", "obj_gid"],
  ["auid", "obj_uid"],
  ["suid", "obj_uid"],
  ["sgid", "obj_gid"],
  ["fsuid", "obj_uid"],
  ["fsgid", "obj_gid"],
  ["uid", "auid"],
  ["uid", "euid"],
  ["uid", "fsuid"],
  ["uid", "suid"],
  ["auid", "fsuid"],
  ["auid", "suid"],
  ["auid", "euid"],
  ["euid", "suid"],
  ["euid", "fsuid"],
  ["suid", "fsuid"],
  ["gid", "egid"],
  ["gid", "fsgid"],
  ["gid", "sgid"],
  ["egid", "fsgid"],
  ["egid", "sgid"],
  ["sgid", "fsgid"],
];

/** One condition of a rule. */
export interface AuditField {
  /** The field that is compared. */
  field: AuditFieldName | number;
  /** The comparison; `=` when absent. */
  op?: AuditOperator | number;
  /**
   * The value: a path of `path`, `dir` and `exe`, letters of `rwxa` for `perm`, a word such as `dir` for `filetype`, a
   * type such as `CWD` for `msgtype`, `b64` for `arch`, an errno such as `-EACCES` for `exit`, `unset` for an `auid` or
   * `sessionid` that was not set, a number for the others. Input of users and groups may be a name.
   */
  value?: string | number;
  /** The field that it is compared with, in place of a value. */
  compare?: AuditFieldName;
}

/** A rule. The kernel knows two rules as equal only if their conditions have the same order. */
export interface AuditRule {
  /** The list that it belongs to. */
  list: AuditList;
  /** True to add it at the front of its list. Only for adding. */
  prepend?: boolean;
  /** Decision about the event: `always` records it, `never` does not. */
  action: AuditAction;
  /** The machine whose system calls are meant: the first condition. */
  arch?: AuditArch;
  /**
   * The system calls, by name or number; for `io_uring` its operations. All when absent; only the lists `exit` and
   * `io_uring` ask for them.
   */
  syscalls?: readonly (string | number)[] | "all";
  /** The other conditions, all of which must be true. */
  fields?: readonly AuditField[];
  /** The key that events of the rule have: the last condition. */
  key?: string | readonly string[];
}

/** Numbers of file types: S_IF*. */
const FILETYPES = {
  file: 0o100000,
  dir: 0o040000,
  socket: 0o140000,
  link: 0o120000,
  character: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const;

/** Bits of accesses in auditctl's order. */
const PERMS = { r: 4, w: 2, x: 1, a: 8 } as const;

/** Numbers of file systems that rules can name. */
const FSTYPES = { debugfs: 0x64626720, tracefs: 0x74726163 } as const;

/** Numbers of families of addresses. */
const FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, vsock: 40 } as const;

const UNSET = 0xffffffff, LARGEST_ERRNO = 133;

const ERRNOS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: LARGEST_ERRNO }, (_, i): [string, number] => [errnoName(i + 1), i + 1]),
);

function nameIn(names: Readonly<Record<string, number>>, number: number): string | number {
  return Object.keys(names).find((name) => names[name] === number) ?? number;
}

/** The value of a condition as a number of 32 bits, and back. */
interface Kind {
  /** Returns the value for a number. */
  decode(value: number): string | number;
  /** Returns the number for a text, `undefined` if it has none. */
  encode(value: string): number | undefined;
  /** The expected values in messages. */
  readonly expected: string;
}

const NUMBER = /^-?(0|[1-9]\d*|0[0-7]+|0x[\da-f]+)$/i;

/** Returns the number of 32 bits, with or without a sign, that a text has in digits as in C: 010 is 8. */
function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const digits = text.replace("-", "").replace(/^0(?=\d)/, "0o");
  const value = text.startsWith("-") ? -Number(digits) : Number(digits);
  return value >= -0x80000000 && value <= 0xffffffff ? value >>> 0 : undefined;
}

const number: Kind = { decode: (value) => value, encode: () => undefined, expected: "a number" };
const unsettable = (kind: Kind): Kind => ({
  decode: (value) => value === UNSET ? "unset" : kind.decode(value),
  encode: (value) => value === "unset" ? UNSET : kind.encode(value),
  expected: `${kind.expected}, or "unset"`,
});
const words = (names: Readonly<Record<string, number>>): Kind => ({
  decode: (value) => nameIn(names, value),
  encode: (value) => Object.hasOwn(names, value) ? names[value] : undefined,
  expected: `${Object.keys(names).join(", ")} or a number`,
});
const named = (kind: "users" | "groups"): Kind => ({
  ...number,
  encode: (value) => NUMBER.test(value) ? undefined : [...accounts()[kind]].find(([, name]) => name === value)?.[0],
  expected: `the number or name of one of the ${kind}`,
});
const user: Kind = named("users"), group: Kind = named("groups");
const perm: Kind = {
  decode: (value) =>
    value > 15 ? value : Object.entries(PERMS).flatMap(([letter, bit]) => (value & bit) === 0 ? [] : letter).join(""),
  encode: (value) =>
    /^[rwxa]+$/.test(value)
      ? [...value].reduce((bits, letter) => bits | PERMS[letter as keyof typeof PERMS], 0)
      : undefined,
  expected: "letters of rwxa",
};
const exit: Kind = {
  decode(value) {
    const signed = value | 0;
    return signed < 0 && signed >= -LARGEST_ERRNO && ERRNOS.has(errnoName(-signed)) ? `-${errnoName(-signed)}` : signed;
  },
  encode(value) {
    const errno = ERRNOS.get(value.replace(/^-/, ""));
    return errno === undefined ? undefined : value.startsWith("-") ? -errno >>> 0 : errno;
  },
  expected: 'a number, or an errno such as "-EACCES"',
};
const arch: Kind = {
  decode: (value) => archWord(value),
  encode: machineNumber,
  expected: 'a machine such as "b64" or "x86_64"',
};

/** Returns the number of a machine, which auditctl takes as a number too, and in hexadecimal digits alone. */
function machineNumber(text: string): number | undefined {
  const found = archNumber(/^i[456]86$/.test(text) ? "i386" : text as AuditArch) ?? numberOf(text);
  const bare = found === undefined ? numberOf(`0x${text}`) : undefined;
  return bare === undefined || typeof machineName(bare) === "number" ? found : bare;
}

/** Texts: paths, the key, and parts of security contexts. */
const TEXTS: ReadonlySet<string> = new Set<AuditFieldName>([
  "subj_user",
  "subj_role",
  "subj_type",
  "subj_sen",
  "subj_clr",
  "obj_user",
  "obj_role",
  "obj_type",
  "obj_lev_low",
  "obj_lev_high",
  "path",
  "dir",
  "exe",
  "key",
]);

const PATHS: ReadonlySet<string> = new Set<AuditFieldName>(["path", "dir", "exe"]);

const KINDS: Readonly<Partial<Record<AuditFieldName, Kind>>> = {
  uid: user,
  euid: user,
  suid: user,
  fsuid: user,
  obj_uid: user,
  gid: group,
  egid: group,
  sgid: group,
  fsgid: group,
  obj_gid: group,
  auid: unsettable(user),
  sessionid: unsettable(number),
  arch,
  msgtype: { decode: recordTypeName, encode: recordTypeNumber, expected: "the name or number of a record's type" },
  fstype: words(FSTYPES),
  exit,
  success: {
    ...number,
    encode: (value) => value === "yes" ? 1 : value === "no" ? 0 : undefined,
    expected: '"yes", "no" or a number',
  },
  perm,
  filetype: words(FILETYPES),
  saddr_fam: { ...number, encode: words(FAMILIES).encode, expected: words(FAMILIES).expected },
};

/** Offsets in struct audit_rule_data. */
const MASK = 12, FIELDS = 268, VALUES = 524, OPERATORS = 780, BUFLEN = 1036, BUF = 1040;
const MOST_FIELDS = 64, MASK_WORDS = 64;
const PREPEND = 0x10;
/** The bits in the last word for system calls; the others are for classes of them, which the kernel never returns. */
const LAST_CALLS = 0xffff;
/** Number of system calls that the mask has room for. */
const MOST_SYSCALLS = 32 * MASK_WORDS;
/** Longest key, and the character between two of them. */
const MOST_KEY = 256, BETWEEN_KEYS = "\x01";
const MOST_PATH = 4095;

const listCodec: Codec<AuditList> = enumeration(u32, AUDIT_FILTER);
const actionCodec: Codec<AuditAction> = enumeration(u32, AUDIT_ACTION);
const operatorCodec: Codec<AuditOperator | number> = enumeration(u32, AUDIT_OPERATOR);
const fieldCodec: Codec<AuditFieldName | number> = enumeration(u32, AUDIT_FIELD);

/** Returns the conditions of the rule at `at`, also machine and key; `undefined` if their lengths exceed the message. */
function decodeFields(from: Reader, at: number, end: number): AuditField[] | undefined {
  const { view } = from, count = view.getUint32(at + 8, true), buflen = view.getUint32(at + BUFLEN, true);
  if (count > MOST_FIELDS || buflen > end - at - BUF) return undefined;
  const fields: AuditField[] = [], stop = at + BUF + buflen;
  let rest = at + BUF;
  for (let i = 0; i < count; i++) {
    const place = at + FIELDS + 4 * i, value = view.getUint32(at + VALUES + 4 * i, true);
    const field = fieldCodec.decode(from, place, place + 4, {});
    const operator = at + OPERATORS + 4 * i, op = operatorCodec.decode(from, operator, operator + 4, {});
    if (typeof field === "string" && TEXTS.has(field)) {
      if (value > stop - rest) return undefined;
      fields.push({ field, op, value: text.decode(from, rest, rest + value, {}) });
      rest += value;
    } else if (field === FIELD_COMPARE && AUDIT_COMPARE[value - 1] !== undefined) {
      const [one, other] = AUDIT_COMPARE[value - 1]!;
      fields.push({ field: one, op, compare: other });
    } else fields.push({ field, op, value: kindOf(field).decode(value) });
  }
  return fields;
}

function kindOf(field: AuditFieldName | number): Kind {
  return KINDS[field as AuditFieldName] ?? number;
}

function nameOfCall(arch: AuditArch | undefined, number: number): string | number {
  return arch === undefined ? operationName(number) : syscallName(arch, number);
}

/** Returns the system calls in the mask at `at`. */
function decodeSyscalls(from: Reader, at: number, arch: AuditArch | undefined): readonly (string | number)[] | "all" {
  const words = Array.from({ length: MASK_WORDS }, (_, i) => from.view.getUint32(at + 4 * i, true));
  if (words.every((word, i) => word === 0xffffffff || (i === MASK_WORDS - 1 && word === LAST_CALLS))) return "all";
  const calls: (string | number)[] = [];
  words.forEach((word, i) => {
    for (let bit = 0; bit < 32 && word >>> bit !== 0; bit++) {
      if ((word >>> bit & 1) === 1) calls.push(nameOfCall(arch, 32 * i + bit));
    }
  });
  return calls;
}

/** Returns the name of a list, given by name or number; the number if it has none. */
export function listName(list: AuditList): AuditList {
  return typeof list === "number" ? nameIn(AUDIT_FILTER, list) as AuditList : list;
}

/** True for the lists that ask for system calls. */
export function hasCalls(list: AuditList): boolean {
  return isOf(list, "exit") || isOf(list, "io_uring");
}

/** True if a list, given by name or number, is the one of this name. */
function isOf(list: AuditList, name: keyof typeof AUDIT_FILTER): boolean {
  return list === name || list === AUDIT_FILTER[name];
}

/** Returns the system calls of a rule without them. */
function usualCalls(list: AuditList): readonly (string | number)[] | "all" {
  return isOf(list, "task") ? [] : "all";
}

/** Returns the machine whose system calls a rule has; `undefined` if they are the operations of io_uring. */
function callsOf({ list, arch }: AuditRule, fields: readonly AuditField[] = []): AuditArch | undefined {
  if (isOf(list, "io_uring")) return undefined;
  const isArch = ({ field }: AuditField): boolean => field === "arch" || field === AUDIT_FIELD.arch;
  const machine = arch ?? fields.find(isArch)?.value as AuditArch | undefined ?? "b64";
  return typeof machine === "string" ? machineNumber(machine) ?? machine : machine;
}

/** Moves the machine and the key from the conditions, where auditctl adds them, to fields of their own. */
function decodeRule(from: Reader, at: number, end: number): AuditRule | undefined {
  if (end - at < BUF) return undefined;
  const fields = decodeFields(from, at, end);
  if (fields === undefined) return undefined;
  const flags = from.view.getUint32(at, true), list = (flags & ~PREPEND) >>> 0;
  const rule: AuditRule = { list: nameIn(AUDIT_FILTER, list) as AuditList, action: "never" };
  if ((flags & PREPEND) !== 0) rule.prepend = true;
  rule.action = actionCodec.decode(from, at + 4, at + 8, {});
  const first = fields[0], last = fields.at(-1);
  if (first?.field === "arch" && first.op === "=") {
    rule.arch = first.value as AuditArch;
    fields.shift();
  }
  const syscalls = decodeSyscalls(from, at + MASK, callsOf(rule, fields));
  if (hasCalls(rule.list) || String(syscalls) !== String(usualCalls(rule.list))) rule.syscalls = syscalls;
  const keyed = last?.field === "key" && last.op === "=";
  if (keyed) fields.pop();
  if (fields.length > 0) rule.fields = fields;
  if (keyed) {
    const keys = String(last.value).split(BETWEEN_KEYS);
    rule.key = keys.length === 1 ? keys[0]! : keys;
  }
  return rule;
}

function encodeSyscalls(rule: AuditRule, to: Writer, at: number): void {
  const { list, syscalls = usualCalls(list), fields } = rule, arch = callsOf(rule, fields);
  if (syscalls === "all") {
    to.bytes.fill(0xff, at, at + 4 * MASK_WORDS);
    return;
  }
  syscalls.forEach((call: string | number, i) => {
    to.path.push(i);
    const known = (name: string) => arch === undefined ? operationNumber(name) : syscallNumber(arch, name);
    const number = typeof call === "string" ? known(call) ?? numberOf(call) : call;
    if (number === undefined) {
      if (arch === undefined) to.fail(TypeError, `io_uring has no operation ${shown(call)}`);
      const name = machineName(archNumber(arch)!);
      to.fail(TypeError, `${typeof name === "number" ? `machine ${name}` : name} has no system call ${shown(call)}`);
    }
    if (!Number.isInteger(number) || number < 0 || number >= MOST_SYSCALLS) {
      to.fail(RangeError, `expected a name or 0..${MOST_SYSCALLS - 1}, got ${shown(call)}`);
    }
    to.bytes[at + (number >>> 3)]! |= 1 << (number & 7);
    to.path.pop();
  });
}

/** Returns the number of a condition's value; a text is appended, and its length returned. */
function encodeValue(name: AuditFieldName | number, value: unknown, to: Writer): number {
  if (typeof name === "string" && TEXTS.has(name)) {
    const start = to.length;
    if (PATHS.has(name) && typeof value === "string" && !value.startsWith("/")) {
      to.fail(TypeError, `expected an absolute path, got ${shown(value)}`);
    }
    string(name === "key" ? MOST_KEY : MOST_PATH).encode(value as string, to, {});
    // The NUL is not sent.
    return --to.length - start;
  }
  const kind = kindOf(name);
  const found = typeof value === "string" ? kind.encode(value) ?? numberOf(value) : value;
  if (typeof found !== "number") to.fail(TypeError, `expected ${kind.expected}, got ${shown(value)}`);
  if (!isNumber(found)) {
    to.fail(RangeError, `expected a number of 32 bits, got ${shown(value)}`);
  }
  return found >>> 0;
}

function encodeField(given: AuditField, to: Writer): { field: number; op: number; value: number } {
  const { field, op = "=", value, compare } = given;
  const number = numberFor("field", field, AUDIT_FIELD, to), operator = numberFor("op", op, AUDIT_OPERATOR, to);
  if (compare === undefined) {
    to.path.push("value");
    const encoded = encodeValue(nameIn(AUDIT_FIELD, number) as AuditFieldName, value, to);
    to.path.pop();
    return { field: number, op: operator, value: encoded };
  }
  if (value !== undefined) to.fail(TypeError, "value and compare: expected one of them");
  const at = AUDIT_COMPARE.findIndex(([one, other]) =>
    (one === field && other === compare) || (one === compare && other === field)
  );
  if (at < 0) to.fail(TypeError, `the kernel does not compare ${shown(field)} with ${shown(compare)}`);
  return { field: FIELD_COMPARE, op: operator, value: at + 1 };
}

/** Returns the number of a name, or the number itself. */
function numberFor(key: string, value: unknown, names: Readonly<Record<string, number>>, to: Writer): number {
  if (typeof value === "string" && Object.hasOwn(names, value)) return names[value]!;
  if (typeof value === "number" && value >>> 0 === value) return value;
  to.path.push(key);
  const guess = typeof value === "string" ? didYouMean(value, Object.keys(names)) : "";
  to.fail(
    TypeError,
    `expected ${guess === "" ? Object.keys(names).join(", ") : "a name"}, got ${shown(value)}${guess}`,
  );
}

/** Returns the name of a list or an action in a filter, as rules have it. */
export function nameFor<T extends string | number>(
  key: string,
  value: T | undefined,
  names: Readonly<Record<string, number>>,
  what: string,
): T | undefined {
  if (value === undefined) return undefined;
  const to = new Writer();
  to.what = what;
  return nameIn(names, numberFor(key, value, names, to)) as T;
}

/** Throws unless a value is an object with fields that exist; `advice` says more about one that does not. */
function expectNames(
  value: unknown,
  names: readonly string[],
  to: Writer,
  advice: (name: string) => string,
): asserts value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    to.fail(TypeError, `expected an object, got ${shown(value)}`);
  }
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined || names.includes(name)) continue;
    to.fail(TypeError, `there is no field ${shown(name)}${advice(name) || didYouMean(name, names)}`);
  }
}

const NAMES: readonly string[] = ["list", "prepend", "action", "arch", "syscalls", "fields", "key"];
const FIELD_NAMES: readonly string[] = ["field", "op", "value", "compare"];

function ruleAdvice(name: string): string {
  if (!Object.hasOwn(AUDIT_FIELD, name)) return "";
  return `: conditions are written as fields: [{ field: "${name}", value: … }], or in auditctl's words as a text`;
}

function fieldAdvice(name: string): string {
  if (name === "name") return ', did you mean "field"?';
  return Object.hasOwn(AUDIT_FIELD, name) ? `, did you mean { field: "${name}", value: … }?` : "";
}

/** Throws unless a value has the shape of a rule: all that can be told without knowing the values of conditions. */
export function expectRule(rule: unknown, to: Writer): asserts rule is AuditRule {
  expectNames(rule, NAMES, to, ruleAdvice);
  const { list, prepend, action, syscalls, fields = [], key } = rule as Partial<AuditRule>;
  numberFor("list", list, AUDIT_FILTER, to);
  numberFor("action", action, AUDIT_ACTION, to);
  if (prepend !== undefined && typeof prepend !== "boolean") {
    to.fail(TypeError, `prepend: expected true or false, got ${shown(prepend)}`);
  }
  if (syscalls !== undefined && syscalls !== "all" && !Array.isArray(syscalls)) {
    to.fail(TypeError, `syscalls: expected "all" or an array of names, got ${shown(syscalls)}`);
  }
  if (!Array.isArray(fields)) to.fail(TypeError, `fields: expected an array, got ${shown(fields)}`);
  const keys = key === undefined ? [] : [key].flat();
  if (keys.some((one) => typeof one !== "string" || one.includes(BETWEEN_KEYS))) {
    to.fail(TypeError, `key: expected a text or several, got ${shown(key)}`);
  }
  fields.forEach((one: unknown, i) => {
    to.path.push("fields", i);
    expectNames(one, FIELD_NAMES, to, fieldAdvice);
    const { field, op = "=", value, compare } = one as Partial<AuditField>;
    numberFor("field", field, AUDIT_FIELD, to);
    numberFor("op", op, AUDIT_OPERATOR, to);
    if (compare === undefined && typeof value !== "string" && !isNumber(value)) {
      to.path.push("value");
      const { expected } = TEXTS.has(String(field)) ? { expected: "a text" } : kindOf(field!);
      if (typeof value !== "number") to.fail(TypeError, `expected ${expected}, got ${shown(value)}`);
      to.fail(RangeError, `expected a number of 32 bits, got ${shown(value)}`);
    }
    to.path.length -= 2;
  });
}

/** True for a number of 32 bits, with or without a sign. */
function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= -0x80000000 && (value as number) <= 0xffffffff;
}

/** The fields that the kernel compares for records of programs, and for records that may be left out. */
const RECORD_FIELDS: readonly AuditFieldName[] = [
  "pid",
  "uid",
  "gid",
  "auid",
  "loginuid_set",
  "msgtype",
  "exe",
  "subj_user",
  "subj_role",
  "subj_type",
  "subj_sen",
  "subj_clr",
];

/** The fields that the kernel compares when a process begins. */
const TASK_FIELDS: readonly AuditFieldName[] = [
  ...RECORD_FIELDS.filter((field) => field !== "msgtype"),
  "euid",
  "suid",
  "fsuid",
  "egid",
  "sgid",
  "fsgid",
  "sessionid",
  "pers",
  "key",
];

/**
 * The fields that the kernel compares, of the lists that do not compare all. Any other field makes a rule match
 * nothing, and in the lists `user` and `exclude` it ends the search too, so that the rules behind it count no more.
 * Source: audit_filter in kernel/auditfilter.c, audit_filter_rules in kernel/auditsc.c, v7.2
 */
const COMPARED: Readonly<Partial<Record<keyof typeof AUDIT_FILTER, readonly AuditFieldName[]>>> = {
  user: RECORD_FIELDS,
  exclude: RECORD_FIELDS,
  task: TASK_FIELDS,
};

/** Returns why the list of a rule does not compare one of its conditions; `undefined` if it compares all. */
function notCompared({ list, arch, fields = [], key }: AuditRule): string | undefined {
  const name = listName(list), compared = COMPARED[name as keyof typeof COMPARED];
  if (compared === undefined) return undefined;
  const conditions: readonly (readonly [place: string, AuditField])[] = [
    ...arch === undefined ? [] : [["arch", { field: "arch" }] as const],
    ...fields.map((one, i) => [`fields[${i}]`, one] as const),
    ...key === undefined || key.length === 0 ? [] : [["key", { field: "key" }] as const],
  ];
  for (const [place, { field, compare }] of conditions) {
    const names = [
      typeof field === "number" ? nameIn(AUDIT_FIELD, field) : field,
      ...compare === undefined ? [] : [compare],
    ];
    const isPair = names.length > 1 && name !== "task";
    if (!isPair && names.every((one) => compared.includes(one as AuditFieldName))) continue;
    return `${place}: the kernel does not compare ${names.join(" with ")} in the list ${name}, only ` +
      `${compared.join(", ")}: the rule would match nothing${name === "task" ? "" : " and disable those behind it"}`;
  }
  return undefined;
}

/** Returns why a rule would not do what it says, though the kernel takes it; `undefined` if it may. */
function deadRule(rule: AuditRule): string | undefined {
  const { list, syscalls, arch, fields = [] } = rule;
  if (hasCalls(list) && Array.isArray(syscalls) && syscalls.length === 0) {
    return 'syscalls: expected "all" or at least one name';
  }
  if (!hasCalls(list) && Array.isArray(syscalls) && syscalls.length > 0) {
    return `syscalls: rules of the list ${listName(list)} have no system calls: ` +
      "the rule would match whatever the call is";
  }
  for (const { field, op = "=", value } of [{ field: "arch", value: arch }, ...fields]) {
    const number = typeof value === "string" ? numberOf(value) : value;
    if (field !== "arch" || op !== "=" || number === undefined || typeof machineName(number) === "string") continue;
    return `arch: expected ${kindOf("arch").expected}, or a number of AUDIT_ARCH, got ${shown(value)}`;
  }
  return notCompared(rule);
}

/** Fields that only some lists take. */
const LISTS_OF: Readonly<Partial<Record<AuditFieldName, readonly (keyof typeof AUDIT_FILTER)[]>>> = {
  dir: ["exit", "io_uring"],
  path: ["exit", "io_uring"],
  inode: ["exit", "io_uring"],
  msgtype: ["exclude", "user"],
  fstype: ["filesystem"],
};

/** Fields of which a rule may have one at most, and that exclude each other. */
const FILES: ReadonlySet<unknown> = new Set<AuditFieldName>(["dir", "path", "inode"]);

/** Returns what the kernel has against a rule that it refuses with EINVAL, if that is known. Source: kernel/auditfilter.c */
export function refusedFor({ list, fields = [] }: AuditRule): string | undefined {
  const name = listName(list), files: unknown[] = [];
  for (const { field, op = "=", value, compare } of fields) {
    if (compare !== undefined) continue;
    const lists = LISTS_OF[field as AuditFieldName];
    if (lists !== undefined && !lists.some((one) => one === name)) {
      return `${field} is for the list ${lists.join(" or ")}, not for ${name}`;
    }
    if (name === "filesystem" && field !== "fstype" && field !== "key") {
      return `the list filesystem takes only fstype and key`;
    }
    if (FILES.has(field)) files.push(field);
    if (files.length > 1) return `a rule takes only one of path, dir and inode, this one has ${files.join(" and ")}`;
    if (PATHS.has(String(field)) && op !== "=" && field !== "exe") return `${field} is compared by = only`;
    if (field === "inode" && op !== "=" && op !== "!=") return "inode is compared by = and != only";
    if (field !== "dir" && PATHS.has(String(field)) && String(value).endsWith("/")) {
      return `${field} must not end with a slash: for a folder there is dir`;
    }
  }
  return undefined;
}

function encodeRule(rule: AuditRule, to: Writer): void {
  expectRule(rule, to);
  const { list, prepend, action, arch, fields = [], key } = rule, start = to.grow(BUF);
  const head = numberFor("list", list, AUDIT_FILTER, to) | (prepend === true ? PREPEND : 0);
  const does = numberFor("action", action, AUDIT_ACTION, to);
  const keys = key === undefined ? [] : typeof key === "string" ? [key] : key;
  const own = (name: AuditFieldName, value: string | number): [(string | number)[], AuditField] => [
    [name],
    { field: name, value },
  ];
  const all: [(string | number)[], AuditField][] = [
    ...arch === undefined ? [] : [own("arch", arch)],
    ...fields.map((one: AuditField, i: number): [(string | number)[], AuditField] => [["fields", i], one]),
    ...keys.length === 0 ? [] : [own("key", keys.join(BETWEEN_KEYS))],
  ];
  if (all.length > MOST_FIELDS) to.fail(RangeError, `expected at most ${MOST_FIELDS} conditions, got ${all.length}`);
  all.forEach(([path, one], i) => {
    to.path.push(...path);
    const { field, op, value } = encodeField(one, to);
    to.path.length -= path.length;
    to.view.setUint32(start + FIELDS + 4 * i, field, true);
    to.view.setUint32(start + VALUES + 4 * i, value, true);
    to.view.setUint32(start + OPERATORS + 4 * i, op, true);
  });
  // The machine is checked above, so a wrong one is not told as a wrong system call.
  to.path.push("syscalls");
  encodeSyscalls(rule, to, start + MASK);
  to.path.pop();
  to.view.setUint32(start, head, true);
  to.view.setUint32(start + 4, does, true);
  to.view.setUint32(start + 8, all.length, true);
  to.view.setUint32(start + BUFLEN, to.length - start - BUF, true);
}

/** The codec of the conditions from {@linkcode FIELDS} on, for messages that are shown. */
const shownFields: Codec<readonly AuditField[]> = {
  name: "conditions",
  decode: (from, at, end) => decodeFields(from, at - FIELDS, end) ?? MISFIT,
  encode: () => {},
};

/** The codec of the mask of system calls, for messages that are shown. */
const shownSyscalls: Codec<readonly (string | number)[] | "all"> = {
  name: "system calls",
  decode: (from, at) => decodeRule(from, at - MASK, from.length)?.syscalls ?? MISFIT,
  encode: () => {},
};

/** Wire form of {@linkcode AuditRule}: struct audit_rule_data, with the texts of the conditions behind it. */
export const AuditRule: Codec<AuditRule> = {
  name: "a rule",
  size: BUF,
  tolerant: true,
  decode: (from, at, end) => decodeRule(from, at, end) ?? MISFIT,
  encode: encodeRule,
  walk(from, at, end, owner, visit) {
    if (decodeRule(from, at, end) === undefined) {
      visit({ name: "rule", id: -1, start: at, at, end, codec: bytes, owner });
      return;
    }
    const parts: [string, number, number, Codec<unknown, never>][] = [
      ["list", 0, 4, listCodec],
      ["action", 4, 8, actionCodec],
      ["syscalls", MASK, FIELDS, shownSyscalls],
      ["fields", FIELDS, end - at, shownFields],
    ];
    for (const [name, start, stop, codec] of parts) {
      visit({ name, id: -1, start: at + start, at: at + start, end: at + stop, codec, owner });
    }
  },
};

/** Codec of a rule to add: it refuses one that would not do what it says. */
export const AddedRule: Codec<AuditRule> = {
  ...AuditRule,
  encode(rule, to) {
    expectRule(rule, to);
    const dead = deadRule(rule);
    if (dead !== undefined) to.fail(TypeError, dead);
    encodeRule(rule, to);
  },
};

declareMessages(NETLINK_AUDIT, {
  types: [AUDIT.AUDIT_ADD_RULE, AUDIT.AUDIT_DEL_RULE, AUDIT.AUDIT_LIST_RULES],
  codec: AuditRule,
});

/** Fields whose values auditctl lists in words. */
const IN_WORDS: ReadonlySet<unknown> = new Set<AuditFieldName>(["perm", "msgtype", "arch", "fstype", "exit"]);

/** Fields whose values auditctl lists in hexadecimal digits. */
const IN_HEX: ReadonlySet<unknown> = new Set<AuditFieldName>(["a0", "a1", "a2", "a3"]);

/** Returns the text of a condition's value as auditctl lists it. */
export function valueText(field: AuditFieldName | number, value: string | number | undefined): string {
  if (TEXTS.has(String(field))) return String(value);
  const kind = kindOf(field), encoded = typeof value === "string" ? kind.encode(value) ?? numberOf(value) : value;
  if (typeof encoded !== "number") return String(value);
  const number = encoded >>> 0;
  if (IN_WORDS.has(field)) return String(kind.decode(number));
  if (IN_HEX.has(field)) return `0x${number.toString(16).toUpperCase()}`;
  return String(field === "inode" ? number : encoded | 0);
}

/** Returns a rule with names in place of the numbers that have one. */
export function withNames(rule: AuditRule): AuditRule {
  const { list, action, arch, syscalls, fields } = rule, machine = callsOf(rule, fields);
  const nameCall = (call: string | number): string | number => {
    const number = typeof call === "string" ? numberOf(call) : call;
    return number === undefined ? call : nameOfCall(machine, number);
  };
  const nameField = (one: AuditField): AuditField => {
    const { field, op } = one;
    return {
      ...one,
      field: typeof field === "number" ? nameIn(AUDIT_FIELD, field) as AuditFieldName : field,
      ...typeof op === "number" ? { op: nameIn(AUDIT_OPERATOR, op) as AuditOperator } : {},
    };
  };
  return {
    ...rule,
    list: listName(list),
    action: typeof action === "number" ? nameIn(AUDIT_ACTION, action) as AuditAction : action,
    ...arch === undefined ? {} : { arch: valueText("arch", arch) as AuditArch },
    ...Array.isArray(syscalls) ? { syscalls: syscalls.map(nameCall) } : {},
    ...fields === undefined ? {} : { fields: fields.map(nameField) },
  };
}
