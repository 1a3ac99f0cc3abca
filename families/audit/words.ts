/**
 * Rules in the words of auditctl: the lines of its rule files, and those that `auditctl -l` prints.
 *
 * @module
 */
import { isFolder } from "../../core/machine.ts";
import { shown } from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  AUDIT_ACTION,
  AUDIT_FILTER,
  type AuditAction,
  type AuditField,
  type AuditFieldName,
  type AuditList,
  type AuditOperator,
  type AuditRule,
  hasCalls,
  valueText,
  withNames,
} from "./rule.ts";

/** Other names of lists, fields and accesses. */
const OTHER_NAMES: Readonly<Record<string, AuditFieldName>> = { loginuid: "auid", ses: "sessionid" };

/** A condition: a name, an operator, and the rest. */
const CONDITION = /^(\w+)(!=|>=|<=|&=|=|>|<|&)(.*)$/s;

/** A value in quotes, up to the end of a word; other quotes are characters like all others. */
const QUOTED = String.raw`(?:"[^"]*"|'[^']*')(?![^ \t\r\n])`;

/** A word: blanks with a backslash in front belong to it, as in rule files. */
const WORD = new RegExp(String.raw`${QUOTED}|(?:=${QUOTED}|\\[ \t\r\n\\]|[^ \t\r\n])+`, "g");

/** Marks of a word that are no characters of it: quotes around a value, a backslash in front of them or of blanks. */
const MARKS = /(^|=)(?:"([^"]*)"|'([^']*)')$|\\([ \t\r\n\\])|(^|=)\\(?=["'])/g;

/** Accesses of a watch without `-p`. */
const EVERY_ACCESS = "rwxa";

/** Throws the error of a line that is no rule. */
type Refuse = (why: string) => never;

function wordsOf(line: string): string[] {
  return (line.match(WORD) ?? []).map((word) => word.replace(MARKS, "$1$2$3$4$5"));
}

function conditionOf(text: string, refuse: Refuse): readonly [name: AuditFieldName, op: AuditOperator, value: string] {
  const [, name, op, value] = CONDITION.exec(text) ?? refuse(`expected a condition such as uid=0, got ${shown(text)}`);
  return [OTHER_NAMES[name!] ?? name as AuditFieldName, op as AuditOperator, value!];
}

/** Reads `always,exit`, in either order. */
function placeOf(text: string, refuse: Refuse): Pick<AuditRule, "list" | "action"> {
  const parts = text.split(","), has = (names: object) => parts.find((part) => Object.hasOwn(names, part));
  const list = has(AUDIT_FILTER), action = has(AUDIT_ACTION);
  if (parts.length !== 2 || list === undefined || action === undefined) {
    refuse(`expected an action and a list such as always,exit, got ${shown(text)}`);
  }
  return { list: list as AuditList, action: action as AuditAction };
}

/** The rule that a line is being read into. */
interface Draft {
  place?: Pick<AuditRule, "list" | "action">;
  prepend?: true;
  watch?: string;
  perm?: string;
  arch?: string;
  readonly syscalls: string[];
  readonly fields: AuditField[];
  readonly keys: string[];
}

const OPTIONS: Readonly<Record<string, (draft: Draft, value: string, refuse: Refuse) => void>> = {
  "-a": (draft, value, refuse) => draft.place = placeOf(value, refuse),
  "-A": (draft, value, refuse) => {
    draft.place = placeOf(value, refuse);
    draft.prepend = true;
  },
  "-w": (draft, value, refuse) => {
    if (!value.startsWith("/")) refuse(`-w: expected an absolute path, got ${shown(value)}`);
    draft.watch = value.replace(/(?<=.)\/+$/, "");
  },
  "-p": (draft, value) => draft.perm = value,
  "-S": (draft, value) => draft.syscalls.push(...value.split(",")),
  "-F": (draft, value, refuse) => {
    const [field, op, rest] = conditionOf(value, refuse);
    if (field === "arch" && op === "=" && draft.arch === undefined) draft.arch = rest;
    else if (field === "key" && op === "=") draft.keys.push(rest);
    else draft.fields.push({ field, op, value: rest });
  },
  "-C": (draft, value, refuse) => {
    const [field, op, rest] = conditionOf(value, refuse);
    draft.fields.push({ field, op, compare: OTHER_NAMES[rest] ?? rest as AuditFieldName });
  },
  "-k": (draft, value) => draft.keys.push(value),
};

/**
 * Reads a rule in auditctl's words: `-w PATH -p wa -k KEY`, or `-a always,exit -F arch=b64 -S openat -F …`. Blanks
 * and backslashes in a path or a key have a backslash in front, as in rule files, or the value is in quotes. `-w` looks
 * whether the path is a folder.
 *
 * @throws {TypeError} the line is not a rule to add
 */
export function parseRule(line: string): AuditRule {
  if (typeof line !== "string") {
    throw argumentError(TypeError, `Cannot parse a rule: expected a text, got ${shown(line)}`);
  }
  const refuse: Refuse = (why) => {
    throw argumentError(TypeError, `Cannot parse rule ${shown(line)}: ${why}`);
  };
  const words = wordsOf(line), draft: Draft = { syscalls: [], fields: [], keys: [] };
  for (let i = 0; i < words.length; i += 2) {
    const option = words[i]!, value = words[i + 1];
    if (!Object.hasOwn(OPTIONS, option)) {
      refuse(`expected ${Object.keys(OPTIONS).join(", ")}, got ${shown(option)}`);
    }
    if (value === undefined) refuse(`${option} needs a value`);
    const once = /^-[aA]$/.test(option) ? "place" : option === "-w" ? "watch" : option === "-p" ? "perm" : undefined;
    if (once !== undefined && draft[once] !== undefined) refuse(`expected one of ${option}, got ${shown(value)} too`);
    OPTIONS[option]!(draft, value, refuse);
  }
  const { place, watch, perm, syscalls, fields, keys, prepend, arch } = draft;
  const key = keys.length === 0 ? {} : { key: keys.length === 1 ? keys[0]! : keys };
  if (watch !== undefined) {
    if (place !== undefined || syscalls.length > 0 || fields.length > 0 || arch !== undefined) {
      refuse("-w goes with -p and -k only; use -F path= or -F dir= with the others");
    }
    const access: AuditField = { field: "perm", op: "=", value: perm ?? EVERY_ACCESS };
    const field = isFolder(watch) ? "dir" : "path";
    return {
      list: "exit",
      action: "always",
      syscalls: "all",
      fields: [{ field, op: "=", value: watch }, access],
      ...key,
    };
  }
  if (place === undefined) refuse("expected -a, -A or -w");
  if (perm !== undefined) fields.push({ field: "perm", op: "=", value: perm });
  const calls = syscalls.length > 0 ? syscalls : hasCalls(place.list) ? ["all"] : [];
  return {
    list: place.list,
    ...(prepend === undefined ? {} : { prepend }),
    action: place.action,
    ...(arch === undefined ? {} : { arch: arch as NonNullable<AuditRule["arch"]> }),
    ...(calls.length === 0 ? {} : { syscalls: calls.includes("all") ? "all" as const : calls }),
    ...(fields.length === 0 ? {} : { fields }),
    ...key,
  };
}

/** Writes a word so that it is read as one, with the same characters. */
function escaped(word: string): string {
  if (word === "") return '""';
  return word.replace(/[ \t\r\n\\]/g, "\\$&").replace(/(^|=)(?=["'])/g, "$1\\");
}

/** True for a rule that auditctl lists as a watch: all system calls, a path, and accesses to it. */
function isWatch({ list, action, syscalls = "all", fields = [], arch }: AuditRule): boolean {
  const [file, perm] = fields;
  return list === "exit" && action === "always" && syscalls === "all" && arch === undefined && fields.length === 2 &&
    (file!.field === "path" || file!.field === "dir") && perm!.field === "perm" &&
    [file, perm].every((one) => one!.op === undefined || one!.op === "=");
}

/**
 * Returns the line of a rule as `auditctl -l` prints it, but with a backslash in front of blanks and backslashes, as in
 * rule files. `parseRule` reads it again.
 */
export function ruleText(given: AuditRule): string {
  const rule = withNames(given);
  const { list, action, arch, syscalls, fields = [], key, prepend } = rule;
  const keys = key === undefined ? [] : typeof key === "string" ? [key] : key;
  if (isWatch(rule)) {
    const [file, perm] = fields;
    return [
      "-w",
      escaped(String(file!.value)),
      "-p",
      valueText("perm", perm!.value),
      ...keys.flatMap((one) => ["-k", escaped(one)]),
    ]
      .join(" ");
  }
  const calls = syscalls ?? (hasCalls(list) ? "all" : []);
  const conditions = fields.map(({ field, op = "=", value, compare }) =>
    compare === undefined
      ? ["-F", escaped(`${field}${op}${valueText(field, value)}`)]
      : ["-C", `${field}${op}${compare}`]
  );
  // auditctl has the machine in front of its system calls.
  const before = fields[0]?.field === "arch" ? 1 : 0;
  return [
    prepend === true ? "-A" : "-a",
    `${action},${list}`,
    ...arch === undefined ? [] : ["-F", `arch=${arch}`],
    ...conditions.slice(0, before).flat(),
    ...calls.length === 0 ? [] : ["-S", calls === "all" ? calls : calls.join()],
    ...conditions.slice(before).flat(),
    ...keys.flatMap((one) => ["-F", escaped(`key=${one}`)]),
  ].join(" ");
}
