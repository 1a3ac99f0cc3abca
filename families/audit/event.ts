/**
 * Events of the kernel's audit: the records with the same number, put together and summed up.
 *
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { parseLog } from "@linux/netlink/families/audit/event.ts";
 * for (const event of parseLog(readFileSync("/var/log/audit/audit.log", "utf8"))) {
 *   console.log(new Date(event.time), event.process?.exe, event.syscall?.name, event.paths.map(({ path }) => path));
 * }
 * ```
 *
 * Source: kernel/audit.c and kernel/auditsc.c, v7.2.
 *
 * @module
 */
import { expectFields, expectNames, expectType } from "../../core/arguments.ts";
import { countedText, didYouMean, shown, Writer } from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import { errorName } from "./names.ts";
import { AUDIT } from "./protocol.ts";
import { type AuditRecord, isInWords, parseLine, textOfBytes } from "./record.ts";
import { type AuditRecordType, RECORD_NAMES, recordTypeName, recordTypeNumber } from "./record_types.ts";
import { type AuditAddress, parseAddress } from "./sockaddr.ts";
import { type AuditMachine, machineName, syscallName } from "./syscalls.ts";

/** The process that caused an event. Fields that the records do not have are absent, as is a login that is unset. */
export interface AuditProcess {
  /** Number of the process. */
  readonly pid?: number;
  /** Number of its parent. */
  readonly ppid?: number;
  /** Number of the user who logged in, which `su` and `sudo` do not change. */
  readonly auid?: number;
  /** Number of the user. */
  readonly uid?: number;
  /** Number of the group. */
  readonly gid?: number;
  /** Number of the effective user. */
  readonly euid?: number;
  /** Number of the saved user. */
  readonly suid?: number;
  /** Number of the user for files. */
  readonly fsuid?: number;
  /** Number of the effective group. */
  readonly egid?: number;
  /** Number of the saved group. */
  readonly sgid?: number;
  /** Number of the group for files. */
  readonly fsgid?: number;
  /** Terminal: `pts0`. */
  readonly tty?: string;
  /** Number of the login session. */
  readonly ses?: number;
  /** Name of the process, at most 15 bytes, which it may have chosen itself. */
  readonly comm?: string;
  /** Path of its program. */
  readonly exe?: string;
  /** Its security context. */
  readonly subj?: string;
}

/** A system call. */
export interface AuditSyscall {
  /** Its name; its number if that has no name here. */
  readonly name: string | number;
  /** The architecture whose numbers are meant: `x86_64`, `i386`; a number if it has no name here. */
  readonly arch: AuditMachine | number;
  /** True if it succeeded; absent if that is not known, as of a call that ended the process. */
  readonly success?: boolean;
  /** Its result; below 0 for an error. */
  readonly exit?: number;
  /** Name of the error: `EACCES`. */
  readonly error?: string;
  /** Its first four arguments as hexadecimal digits. */
  readonly args: readonly string[];
}

/** A file that a system call was about. */
export interface AuditPath {
  /**
   * Absolute path, if it is known; else as the program gave it, below a folder that it has opened. It may contain `..`
   * and symbolic links, and is empty for a file without a name.
   */
  readonly path: string;
  /** The role of the file: `NORMAL`, `PARENT`, `CREATE`, `DELETE`, `UNKNOWN`. */
  readonly nametype: string;
  /** Number of the inode. */
  readonly inode?: number;
  /** Numbers of the device of its file system, `major:minor` in hexadecimal digits. */
  readonly dev?: string;
  /** Type and permissions, as of stat(2). */
  readonly mode?: number;
  /** Number of the owner. */
  readonly ouid?: number;
  /** Number of the owning group. */
  readonly ogid?: number;
  /** Security context. */
  readonly obj?: string;
}

/** An event: something that happened at one moment, told by one or more records. */
export interface AuditEvent {
  /** Always absent: only the item for lost records is an event of the stream itself. */
  readonly event?: undefined;
  /** Time in ms since 1970. */
  readonly time: number;
  /** Number of the event since the machine started. */
  readonly serial: number;
  /** Name of the machine, in logs that have it. */
  readonly node?: string;
  /** The records in the order of their arrival, without the one that marks the end. */
  readonly records: readonly AuditRecord[];
  /** The process that caused it. */
  readonly process?: AuditProcess;
  /** The system call. */
  readonly syscall?: AuditSyscall;
  /** The keys of the rules that asked for the event. */
  readonly keys: readonly string[];
  /** The working folder. */
  readonly cwd?: string;
  /** The files. */
  readonly paths: readonly AuditPath[];
  /** The arguments of a program that was started. */
  readonly args?: readonly string[];
  /** The command line of the process, cut off after 128 bytes. It may have written anything there. */
  readonly proctitle?: readonly string[];
  /** The socket address. */
  readonly address?: AuditAddress;
  /** True if what was tried has been done; absent if no record tells. */
  readonly success?: boolean;
}

/** Numbers of a process, and the number that says that one is unset. */
const NUMBERS = [
  "pid",
  "ppid",
  "auid",
  "uid",
  "gid",
  "euid",
  "suid",
  "fsuid",
  "egid",
  "sgid",
  "fsgid",
  "ses",
] as const;
const TEXTS = ["tty", "comm", "exe", "subj"] as const;
const UNSET: ReadonlySet<string> = new Set(["4294967295", "-1", "unset"]);

/** Sums up the records of an event. */
export function eventOf(records: readonly AuditRecord[]): AuditEvent {
  const kept = records.filter(({ type }) => type !== "EOE"), [first = records[0]!] = kept;
  const of = (type: string): AuditRecord | undefined => kept.find((one) => one.type === type);
  const process = processOf((of("SYSCALL") ?? kept.find(({ fields }) => "pid" in fields) ?? first).fields);
  const syscall = syscallOf((of("SYSCALL") ?? of("SECCOMP"))?.fields), cwd = of("CWD")?.fields["cwd"];
  const args = argumentsOf(kept.filter(({ type }) => type === "EXECVE").map(({ fields }) => fields));
  const title = of("PROCTITLE")?.fields["proctitle"], address = parseAddress(of("SOCKADDR")?.fields["saddr"] ?? "");
  const success = successOf(kept, syscall);
  return {
    time: first.time,
    serial: first.serial,
    ...(first.node === undefined ? {} : { node: first.node }),
    records: kept,
    ...(process === undefined ? {} : { process }),
    ...(syscall === undefined ? {} : { syscall }),
    keys: [...new Set(kept.flatMap(({ fields }) => fields["key"]?.split("\x01") ?? []))],
    ...(cwd === undefined ? {} : { cwd }),
    paths: kept.filter(({ type }) => type === "PATH").map(({ fields }) => pathOf(fields, cwd, syscall)),
    ...(args === undefined ? {} : { args }),
    ...(title === undefined ? {} : { proctitle: title.replace(/\0$/, "").split("\0") }),
    ...(address === undefined ? {} : { address }),
    ...(success === undefined ? {} : { success }),
  };
}

type Fields = AuditRecord["fields"];

function processOf(fields: Fields): AuditProcess | undefined {
  const process: Record<string, number | string> = {};
  for (const name of NUMBERS) {
    const value = fields[name];
    if (value !== undefined && !UNSET.has(value) && /^\d+$/.test(value)) process[name] = Number(value);
  }
  for (const name of TEXTS) {
    const value = fields[name];
    if (value !== undefined && value !== "(none)" && value !== "?") process[name] = value;
  }
  return Object.keys(process).length === 0 ? undefined : process;
}

function syscallOf(fields: Fields | undefined): AuditSyscall | undefined {
  const { arch: digits, syscall, success, exit: result } = fields ?? {}, number = Number(syscall);
  if (fields === undefined || !/^[0-9a-f]{1,8}$/.test(digits ?? "") || !Number.isInteger(number)) return undefined;
  const arch = parseInt(digits!, 16), exit = result === undefined ? NaN : Number(result);
  const error = success === "no" && exit < 0 ? errorName(-exit) : undefined;
  return {
    name: syscallName(arch, number),
    arch: machineName(arch),
    ...(success === "yes" || success === "no" ? { success: success === "yes" } : {}),
    ...(Number.isInteger(exit) ? { exit } : {}),
    ...(error === undefined ? {} : { error }),
    args: ["a0", "a1", "a2", "a3"].flatMap((name) => fields[name] ?? []),
  };
}

function successOf(records: readonly AuditRecord[], syscall: AuditSyscall | undefined): boolean | undefined {
  if (syscall?.success !== undefined) return syscall.success;
  for (const { fields, message } of records) {
    const result = fields["res"] ?? message?.["res"] ?? message?.["result"];
    if (result === "1" || result === "success") return true;
    if (result === "0" || result === "failed") return false;
  }
  return undefined;
}

/** Stands for the working folder where a folder's descriptor is expected. */
const AT_FDCWD = /^(?:f{8})?ffffff9c$/;
/** System calls that take the descriptor of a folder, and names below it: `openat`, `renameat2`, but not `lstat`. */
const BELOW_FOLDER = /^(?!l?stat|fstat|shmat).*(?:at2?|at_time64|statx)$/;

function pathOf(fields: Fields, cwd: string | undefined, syscall: AuditSyscall | undefined): AuditPath {
  const { name = "", nametype = "UNKNOWN", dev, obj } = fields;
  const folder = typeof syscall?.name === "string" && BELOW_FOLDER.test(syscall.name) &&
    !syscall.args.some((arg) => AT_FDCWD.test(arg));
  return {
    path: cwd === undefined || folder ? name : absolute(name, cwd),
    nametype,
    ...number("inode", fields["inode"], 10),
    ...(dev === undefined ? {} : { dev }),
    ...number("mode", fields["mode"], 8),
    ...number("ouid", fields["ouid"], 10),
    ...number("ogid", fields["ogid"], 10),
    ...(obj === undefined ? {} : { obj }),
  };
}

function number<K extends string>(name: K, digits: string | undefined, base: number): { readonly [P in K]?: number } {
  const value = digits === undefined ? NaN : parseInt(digits, base);
  return (Number.isNaN(value) ? {} : { [name]: value }) as { readonly [P in K]?: number };
}

/** Returns the absolute path of a name below a folder. `..` stays: what it means depends on symbolic links. */
function absolute(name: string, folder: string): string {
  if (name.startsWith("/") || name === "") return name;
  const rest = name.split("/").filter((part) => part !== "." && part !== "").join("/");
  return rest === "" ? folder : `${folder.replace(/\/$/, "")}/${rest}${name.endsWith("/") ? "/" : ""}`;
}

/** Most arguments that a program is started with here; more than Linux allows at the usual size of a stack. */
const MOST_ARGUMENTS = 1 << 20;
const TEXT = countedText(Infinity);

/**
 * Puts together the arguments of a program from the records EXECVE: `a0`, `a1`, and the parts of a long one, `a2[0]`,
 * `a2[1]`. An argument that no record has is empty.
 */
function argumentsOf(records: readonly Fields[]): string[] | undefined {
  if (records.length === 0) return undefined;
  const args: string[] = [];
  for (const fields of records) {
    for (const [name, value] of Object.entries(fields)) {
      const [, index, part] = /^a(\d{1,7})(\[\d+\])?$/.exec(name) ?? [], at = Number(index);
      if (index === undefined || at >= MOST_ARGUMENTS) continue;
      args[at] = part === undefined ? value : (args[at] ?? "") + value;
    }
  }
  const count = Number(records[0]!["argc"]);
  if (count > args.length && count <= MOST_ARGUMENTS) args.length = count;
  return Array.from(args, (arg) => arg === undefined ? "" : whole(arg));
}

/** Joins characters that were divided between two parts: their bytes were decoded apart. */
function whole(text: string): string {
  if (!/[\udc80-\udcff]/.test(text)) return text;
  const writer = new Writer();
  TEXT.encode(text, writer, {});
  return textOfBytes(writer.bytes.slice(0, writer.length));
}

/** Longest time in ms between two records of one event, if no record marks its end. */
export const PAUSE = 2000;
/** Most events whose end is awaited; beyond, the oldest is taken for complete. */
const MOST_PENDING = 4096;

/** An event whose end has not come, and its neighbours in the order of arrival of the last records. */
interface Pending {
  readonly key: string;
  readonly records: AuditRecord[];
  /** The time of the last record's arrival, or of the event itself in a log. */
  seen: number;
  before: Pending | undefined;
  after: Pending | undefined;
}

/**
 * Puts records together to events by their time and number, also if the records of several events are mixed. An event
 * is complete with its record PROCTITLE or EOE, after a pause, or when all records have been read; records of programs
 * are events of their own.
 */
export class Assembler {
  readonly #pending: Map<string, Pending> = new Map();
  // A map alone would be walked past all that has been deleted from it to find its first.
  #oldest: Pending | undefined;
  #newest: Pending | undefined;

  /** True if there are events whose end has not come. */
  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  /**
   * Takes a record; returns the events that are complete with it.
   *
   * @param now the time of its arrival in ms; the record's own time in a log
   */
  add(record: AuditRecord, now: number = record.time): AuditEvent[] {
    const done = this.expire(now), key = `${record.time} ${record.serial} ${record.node ?? ""}`;
    const pending = this.#pending.get(key);
    if (record.type === "EOE") {
      if (pending !== undefined) done.push(this.#complete(pending));
    } else if (pending !== undefined) {
      pending.records.push(record);
      // Nothing but EOE follows it.
      if (record.type === "PROCTITLE") done.push(this.#complete(pending));
      else {
        pending.seen = now;
        this.#unlink(pending);
        this.#link(pending);
      }
    } else if (isAlone(record)) done.push(eventOf([record]));
    else {
      if (this.#pending.size >= MOST_PENDING) done.push(this.#complete(this.#oldest!));
      const started: Pending = { key, records: [record], seen: now, before: undefined, after: undefined };
      this.#pending.set(key, started);
      this.#link(started);
    }
    return done;
  }

  /** Returns the events of which no record has come for {@linkcode PAUSE} ms. */
  expire(now: number): AuditEvent[] {
    const done: AuditEvent[] = [];
    while (this.#oldest !== undefined && now - this.#oldest.seen > PAUSE) done.push(this.#complete(this.#oldest));
    return done;
  }

  /** Returns all other events: no more records come. */
  end(): AuditEvent[] {
    const done: AuditEvent[] = [];
    while (this.#oldest !== undefined) done.push(this.#complete(this.#oldest));
    return done.sort((a, b) => a.time - b.time || a.serial - b.serial);
  }

  #complete(pending: Pending): AuditEvent {
    this.#pending.delete(pending.key);
    this.#unlink(pending);
    return eventOf(pending.records);
  }

  #link(pending: Pending): void {
    pending.before = this.#newest;
    pending.after = undefined;
    if (this.#newest === undefined) this.#oldest = pending;
    else this.#newest.after = pending;
    this.#newest = pending;
  }

  #unlink({ before, after }: Pending): void {
    if (before === undefined) this.#oldest = after;
    else before.after = after;
    if (after === undefined) this.#newest = before;
    else after.before = before;
  }
}

/**
 * True for records that are events of their own: those of programs, of the daemon, and text that is no record. LOGIN is
 * a part of the event of a system call.
 */
function isAlone({ type, serial }: AuditRecord): boolean {
  if (serial === 0) return true;
  const number = recordTypeNumber(type);
  return number !== undefined && type !== "LOGIN" && (number < AUDIT.AUDIT_SYSCALL || number >= AUDIT.AUDIT_KERNEL);
}

/** The events that a reader wants; all when nothing is given. */
export interface AuditFilter {
  /** Only events of rules with this key. */
  key?: string;
  /** Only events with a record of one of these types: `SYSCALL`, `USER_LOGIN`. */
  type?: AuditRecordType | readonly AuditRecordType[];
  /** Only events of processes of this user, given by number. */
  uid?: number;
}

/** Checks a filter, and returns the function that applies it. */
export function filterOf(filter: AuditFilter, what: string): (event: AuditEvent) => boolean {
  expectFields(filter, what, "options as an object");
  const { key, type, uid } = filter;
  if (key !== undefined) expectType(key, `${what}: key`, "string");
  if (uid !== undefined && (!Number.isInteger(uid) || uid < 0)) {
    throw argumentError(TypeError, `Cannot ${what}: uid: expected the number of a user, got ${shown(uid)}`);
  }
  const wanted: readonly unknown[] | undefined = type === undefined || Array.isArray(type) ? type : [type];
  const types = wanted && new Set<AuditRecord["type"]>(wanted.map((one) => {
    const number = typeof one === "string" || typeof one === "number" ? recordTypeNumber(one) : undefined;
    if (number !== undefined && number >>> 0 === number) return recordTypeName(number);
    const guess = typeof one === "string" ? didYouMean(one, RECORD_NAMES) : "";
    throw argumentError(TypeError, `Cannot ${what}: type: there is no type of records ${shown(one)}${guess}`);
  }));
  if (types?.size === 0) throw argumentError(TypeError, `Cannot ${what}: type: expected at least one type of records`);
  return ({ keys, records, process }) =>
    (key === undefined || keys.includes(key)) &&
    (types === undefined || records.some((record) => types.has(record.type))) &&
    (uid === undefined || process?.uid === uid);
}

/**
 * Decodes a log of auditd: yields its events. Lines that are not records are left out.
 *
 * @param text the log, or its lines
 * @throws {TypeError} it is the output of `ausearch -i`, which has words in place of values; `ausearch --raw` has a log
 */
export function parseLog(
  text: string | Iterable<string>,
  filter: AuditFilter = {},
): Generator<AuditEvent, void, undefined> {
  const what = "read a log of the audit";
  if (typeof text !== "string" && (ArrayBuffer.isView(text) || typeof Object(text)[Symbol.iterator] !== "function")) {
    throw argumentError(TypeError, `Cannot ${what}: expected its text or its lines, got ${shown(text)}`);
  }
  expectFields(filter, what, "a filter as an object");
  expectNames(filter, what, ["key", "type", "uid"]);
  return eventsOf(typeof text === "string" ? text.split("\n") : text, filterOf(filter, what), what);
}

function* eventsOf(
  lines: Iterable<string>,
  fits: (event: AuditEvent) => boolean,
  what: string,
): Generator<AuditEvent, void, undefined> {
  const assembler = new Assembler();
  let found = false;
  for (const line of lines) {
    const record = parseLine(line);
    if (record !== undefined) yield* assembler.add(record).filter(fits);
    else if (!found && isInWords(line)) {
      throw argumentError(TypeError, `Cannot ${what}: this is the output of ausearch -i; use ausearch --raw`);
    }
    found ||= record !== undefined;
  }
  yield* assembler.end().filter(fits);
}
