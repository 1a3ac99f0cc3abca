/**
 * Records of the kernel's audit, decoded from their text: one line of a log, or one message of the kernel.
 *
 * ```ts
 * import { parseLine } from "@linux/netlink/families/audit/record.ts";
 * const record = parseLine('type=CWD msg=audit(1700000000.123:42): cwd=2F746D702F612062');
 * console.log(record?.type, record?.serial, record?.fields.cwd); // CWD 42 /tmp/a b
 * ```
 *
 * Programs may write what they like into their records (types 1100..1199 and 2100..2999): the kernel puts it in quotes
 * behind `msg=`, after the facts that it knows itself. So it is apart here, in `message`.
 *
 * Source: kernel/audit.c and kernel/auditsc.c, v7.2.
 *
 * @module
 */
import { countedText, Reader } from "../../core/codec/mod.ts";
import { expectType } from "../../core/arguments.ts";
import { AUDIT } from "./protocol.ts";
import { type AuditRecordType, recordTypeName, recordTypeNumber } from "./record_types.ts";

/** Fields of a record by name. Quotes are removed, and text that the kernel wrote as hexadecimal digits is decoded. */
export type AuditFields = Readonly<Record<string, string>>;

/** A record: a part of an event. */
export interface AuditRecord {
  /** The kind of record: `SYSCALL`, `PATH`; a number if it has no name, or the name in the log if that is new. */
  readonly type: AuditRecordType | (string & Record<never, never>);
  /** Time of the event in ms since 1970. */
  readonly time: number;
  /** Number of the event since the machine started; 0 for a text that is not a record. */
  readonly serial: number;
  /** Name of the machine, in logs that have it. */
  readonly node?: string;
  /** The text as the kernel wrote it, from `audit(` on. */
  readonly text: string;
  /** The fields that the kernel wrote. Fields without a value (`(null)`) are left out. */
  readonly fields: AuditFields;
  /** The fields that a program wrote, in a record of a program. */
  readonly message?: AuditFields;
  /** The names that a daemon added to its log (`log_format = ENRICHED`): `{ UID: "root", SYSCALL: "openat" }`. */
  readonly enriched?: AuditFields;
}

/** The start of each record: seconds, milliseconds, number of the event. */
const HEAD = /^audit\((\d{1,12})\.(\d{3}):(\d{1,15})\): ?/;

/** Separates the fields of the kernel from the names that a daemon adds. */
const ENRICHED = "\x1d";

/** Fields whose text is written as hexadecimal digits if it has spaces, quotes or other odd characters. */
const ENCODED: ReadonlySet<string> = new Set([
  "acct",
  "cgroup",
  "cmd",
  "comm",
  "cwd",
  "data",
  "device",
  "dir",
  "exe",
  "file",
  "grp",
  "invalid_context",
  "key",
  "name",
  "new-disk",
  "new-fs",
  "new-rng",
  "ocomm",
  "old-disk",
  "old-fs",
  "old-rng",
  "path",
  "peer",
  "proctitle",
  "profile",
  "vm",
  "watch",
]);

/** Fields with a security context. That of AppArmor has the mode of its profile behind it: `docker-default (enforce)`. */
const LABELS: ReadonlySet<string> = new Set(["subj", "obj"]);
const MODE = /^ \([a-z]+\)(?= |$)/;

/** An argument of a program: `a0`, or a part of one, `a0[1]`. */
const ARGUMENT = /^a\d+(\[\d+\])?$/;

/** Decodes one message of the kernel: a record without the type, which the message's header has. */
export function parseRecord(type: number, text: string, node?: string): AuditRecord {
  return recordOf(recordTypeName(type), type, text, node);
}

/** Decodes a record; 0 stands for the number of a type that is not known. */
function recordOf(name: AuditRecord["type"], type: number, text: string, node: string | undefined): AuditRecord {
  const head = HEAD.exec(text);
  const base = {
    type: name,
    time: head === null ? 0 : Number(head[1]) * 1000 + Number(head[2]),
    serial: head === null ? 0 : Number(head[3]),
    ...(node === undefined ? {} : { node }),
    text,
  };
  if (head === null) return { ...base, fields: {} };
  // A separator in the text of a program is its own.
  const split = text.indexOf(ENRICHED, text.includes("msg='") ? text.lastIndexOf("'") : 0),
    end = split < 0 ? text.length : split;
  const { fields, message } = readFields(type, text.slice(head[0].length, end));
  return {
    ...base,
    fields,
    ...(message === undefined ? {} : { message }),
    ...(split < 0 ? {} : { enriched: readFields(0, text.slice(end + 1)).fields }),
  };
}

/**
 * Decodes a line of a log: `type=CWD msg=audit(…): cwd="/"`, maybe with `node=NAME` in front. Returns `undefined` for
 * lines that are not records.
 */
export function parseLine(line: string): AuditRecord | undefined {
  expectType(line, "read a line of the audit's log", "string");
  const parts = /^\s*(?:node=(\S+) )?type=(\S+) msg=(audit\([^]*)$/.exec(line.replace(/\r?\n$/, ""));
  if (parts === null || !HEAD.test(parts[3]!)) return undefined;
  // The kernel's own log has the number.
  const type = /^\d{4}$/.test(parts[2]!) ? Number(parts[2]) : recordTypeNumber(parts[2]!);
  if (type !== undefined) return parseRecord(type, parts[3]!, parts[1]);
  return /^\w+$/.test(parts[2]!) ? recordOf(parts[2]!, 0, parts[3]!, parts[1]) : undefined;
}

/** The start of a line that `ausearch -i` has put in words: with a date, and a space in front of the colon. */
const IN_WORDS = /^(?:node=\S+ )?type=\S+ msg=audit\([^)]*\) : /;

/** True for a line that `ausearch -i` has put in words, so that its values can no longer be read. */
export function isInWords(line: string): boolean {
  return IN_WORDS.test(line);
}

/** Returns the line of a log for a record, as auditd writes it. */
export function lineOf({ type, text, node }: AuditRecord): string {
  const name = typeof type === "number" ? `UNKNOWN[${type}]` : type;
  return `${node === undefined ? "" : `node=${node} `}type=${name} msg=${text}`;
}

interface Found {
  readonly fields: AuditFields;
  readonly message?: AuditFields;
}

/** Reads `name=value` pairs; the first of a name counts. `inside` is true for the text of a program, which has no other. */
function readFields(type: number, text: string, inside = false): Found {
  const fields: Record<string, string> = Object.create(null);
  let message: AuditFields | undefined;
  const put = (name: string, value: string): void => {
    if (!(name in fields)) fields[name] = value;
  };
  if (type === AUDIT.AUDIT_AVC || type === AUDIT.AUDIT_USER_AVC) {
    const verdict = /\bavc:\s+(denied|granted)\s+\{/.exec(text);
    const start = verdict === null ? 0 : verdict.index + verdict[0].length, end = text.indexOf("}", start);
    if (verdict !== null && end >= 0) {
      put("seresult", verdict[1]!);
      put("seperms", text.slice(start, end).trim().replace(/\s+/g, ","));
    }
  }
  for (let at = 0; at < text.length;) {
    // The name of the next field: the characters in front of "=", after the last space.
    const equals = text.indexOf("=", at);
    if (equals < 0) break;
    const before = text.slice(at, equals), word = before.slice(before.lastIndexOf(" ") + 1);
    // Older programs put some fields in parentheses, with commas.
    const name = word.startsWith("(") ? word.slice(1) : word;
    const start = equals + 1, quote = text[start];
    if (quote === "'" && name === "msg" && !inside) {
      // A program's text may have quotes of its own: the last one ends it.
      const end = text.lastIndexOf("'"), stop = end > start ? end : text.length, written = text.slice(start + 1, stop);
      put(name, written);
      message ??= readFields(type, written, true).fields;
      at = stop + 1;
    } else if (quote === '"' || quote === "'") {
      const close = text.indexOf(quote, start + 1), stop = close < 0 ? text.length : close;
      put(name, text.slice(start + 1, stop));
      at = stop + 1;
    } else {
      const space = text.indexOf(" ", start), end = space < 0 ? text.length : space;
      const mode = LABELS.has(name) ? MODE.exec(text.slice(end)) : null, stop = end + (mode?.[0].length ?? 0);
      const behind = mode === null && text[start] !== "(" && /[,)]$/.test(text.slice(start, stop));
      const value = text.slice(start, behind ? stop - 1 : stop);
      if (value !== "(null)") put(name, isEncoded(type, name) ? decodeHex(value) : value);
      at = stop + 1;
    }
  }
  // Plain objects are easier to print and to compare.
  return { fields: { ...fields }, ...(message === undefined ? {} : { message: { ...message } }) };
}

function isEncoded(type: number, name: string): boolean {
  return ENCODED.has(name) || type === AUDIT.AUDIT_EXECVE && ARGUMENT.test(name);
}

const TEXT = countedText(Infinity);

/** Returns the bytes of hexadecimal digits as the kernel writes them, in capital letters; `undefined` for other text. */
export function bytesOfHex(digits: string): Uint8Array | undefined {
  if (digits.length % 2 !== 0 || !/^[0-9A-F]+$/.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Returns the text of bytes, also with a NUL among them. */
export function textOfBytes(bytes: Uint8Array): string {
  return TEXT.decode(new Reader(bytes), 0, bytes.length, {});
}

/** Returns the text that hexadecimal digits stand for; other text as it is. */
function decodeHex(value: string): string {
  const bytes = bytesOfHex(value);
  return bytes === undefined ? value : textOfBytes(bytes);
}
