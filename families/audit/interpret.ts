/**
 * Records of the kernel's audit in words, as `ausearch -i` prints them: names of users, system calls and errors instead
 * of numbers.
 *
 * ```ts
 * import { interpret } from "@linux/netlink/families/audit/interpret.ts";
 * import { parseLine } from "@linux/netlink/families/audit/record.ts";
 * const record = parseLine("type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e syscall=2 success=no exit=-13");
 * console.log(interpret(record!)); // { arch: "x86_64", syscall: "open", success: "no", exit: "EACCES(Permission denied)" }
 * ```
 *
 * @module
 */
import { expectFields } from "../../core/arguments.ts";
import { errnoText } from "../../core/errors.ts";
import { type Accounts, NO_ACCOUNTS } from "./accounts.ts";
import { argumentText, fileMode, flagsText, innerCall } from "./call_arguments.ts";
import { CAPABILITIES, capabilityName, errorName, protocolName, signalName } from "./names.ts";
import type { AuditFields, AuditRecord } from "./record.ts";
import { type AuditAddress, parseAddress } from "./sockaddr.ts";
import { machineName, operationName, syscallName } from "./syscalls.ts";

/** Makes words of a value; `undefined` leaves it as it is. */
type Words = (value: string, fields: AuditFields, accounts: Accounts) => string | undefined;

const UNSET = 4294967295;

const user: Words = (value, _fields, { users }) => {
  const uid = numberOf(value);
  return uid === UNSET || value === "-1" ? "unset" : uid === undefined ? undefined : users.get(uid);
};
const group: Words = (value, _fields, { groups }) => {
  const gid = numberOf(value);
  return gid === UNSET || value === "-1" ? "unset" : gid === undefined ? undefined : groups.get(gid);
};
const session: Words = (value) => numberOf(value) === UNSET || value === "-1" ? "unset" : undefined;
const result: Words = (value) => value === "1" ? "yes" : value === "0" ? "no" : undefined;
const yes: Words = (value) => value === "0" ? "no" : "yes";
const keys: Words = (value) => value.replaceAll("\x01", ",");

const capabilities: Words = (value) => {
  if (!/^[0-9a-f]{1,16}$/.test(value)) return undefined;
  const bits = BigInt(`0x${value}`);
  if (bits === 0n) return "none";
  return CAPABILITIES.filter((_, bit) => (bits >> BigInt(bit) & 1n) === 1n).join(",");
};

const mode: Words = (value) => /^[0-7]{1,7}$/.test(value) ? fileMode(parseInt(value, 8)) : undefined;

const exit: Words = (value) => {
  const number = Number(value);
  if (number >= 0 || number <= -4096 || !Number.isInteger(number)) return undefined;
  const name = errorName(-number);
  return name === undefined ? undefined : `${name}(${errnoText(-number)})`;
};

/** Returns the number of a field with an architecture; NaN for other text. */
function archOf(value = ""): number {
  return /^[0-9a-f]{1,8}$/.test(value) ? parseInt(value, 16) : NaN;
}

const arch: Words = (value) => Number.isNaN(archOf(value)) ? undefined : String(machineName(archOf(value)));
const syscall: Words = (value, { arch, a0 }) => {
  const number = numberOf(value), machine = archOf(arch);
  if (number === undefined || Number.isNaN(machine)) return undefined;
  const name = syscallName(machine, number), inner = innerCall(name, a0);
  return inner === undefined ? String(name) : `${name}(${inner})`;
};

const operation: Words = (value) => {
  const number = numberOf(value);
  return number === undefined ? undefined : String(operationName(number));
};
const oflag: Words = (value, { arch }, accounts) => flagsText("open", value, machineName(archOf(arch)), accounts);
/** The record MMAP has a descriptor in front of the flags. */
const flags: Words = (value, { fd, arch }, accounts) =>
  fd === undefined ? undefined : flagsText("mmap", value, machineName(archOf(arch)), accounts);

/** Names of the actions SECCOMP_RET_*, from linux/seccomp.h. */
const SECCOMP: Readonly<Record<string, string>> = {
  "0x80000000": "kill-process",
  "0x0": "kill",
  "0x30000": "trap",
  "0x50000": "errno",
  "0x7fc00000": "user-notify",
  "0x7ff00000": "trace",
  "0x7ffc0000": "log",
  "0x7fff0000": "allow",
};
const seccomp: Words = (value) => {
  const code = /^0x[0-9a-f]{1,8}$/.test(value) ? parseInt(value, 16) : NaN;
  return SECCOMP[`0x${((code & 0xffff0000) >>> 0).toString(16)}`];
};

/** Names of the lists of rules, AUDIT_FILTER_*. */
const LISTS = ["user", "task", "entry", "watch", "exit", "exclude", "filesystem", "io_uring"];
const list: Words = (value) => LISTS[numberOf(value) ?? NaN];

/** Names of the families of netfilter, NFPROTO_*. */
const NF_FAMILIES: Readonly<Record<string, string>> = {
  "0": "unspecified",
  "1": "inet",
  "2": "ipv4",
  "3": "arp",
  "5": "netdev",
  "7": "bridge",
  "10": "ipv6",
  "12": "decnet",
};

const address: Words = (value) => {
  const parsed = parseAddress(value);
  return parsed === undefined ? undefined : addressText(parsed);
};

function addressText({ family, ...fields }: AuditAddress): string {
  return [`{ family=${family}`, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`), "}"].join(" ");
}

const NAMES: Readonly<Record<string, Words>> = {
  ...Object.fromEntries(
    ["auid", "uid", "euid", "suid", "fsuid", "ouid", "oauid", "old-auid", "iuid", "sauid", "obj_uid", "inode_uid"]
      .map((name) => [name, user]),
  ),
  ...Object.fromEntries(
    ["gid", "egid", "sgid", "fsgid", "ogid", "igid", "obj_gid", "inode_gid", "new_gid"].map((name) => [name, group]),
  ),
  ...Object.fromEntries(
    [
      "cap_fp",
      "cap_fi",
      "cap_pi",
      "cap_pe",
      "cap_pp",
      "cap_pa",
      "fp",
      "fi",
      "old_pp",
      "old_pi",
      "old_pe",
      "old_pa",
      "pp",
      "pi",
      "pe",
      "pa",
    ].map((name) => [name, capabilities]),
  ),
  ses: session,
  "old-ses": session,
  res: result,
  key: keys,
  mode,
  exit,
  arch,
  syscall,
  oflag,
  flags,
  uring_op: operation,
  sig: (value) => signalName(numberOf(value) ?? 0),
  code: seccomp,
  list,
  saddr: address,
  prom: yes,
  old_prom: yes,
  proctitle: (value) => value.replace(/\0$/, "").replaceAll("\0", " "),
  proto: (value) => protocolName(numberOf(value) ?? NaN),
  family: (value) => NF_FAMILIES[value],
  capability: (value) => capabilityName(numberOf(value) ?? NaN),
};

function numberOf(value: string): number | undefined {
  return /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

/** Returns a record's fields in words. Those of a program are in front of the fields of the kernel with their names. */
export function interpret(record: AuditRecord, accounts: Accounts = NO_ACCOUNTS): AuditFields {
  const what = "put a record in words";
  expectFields(record, what, "a record");
  const { fields, message, type } = record;
  expectFields(fields, `${what}: fields`, "the fields of a record");
  const arch = archOf(fields["arch"]),
    call = type === "SYSCALL" ? syscallName(arch, Number(fields["syscall"])) : undefined;
  const words = (all: AuditFields) =>
    Object.entries(all).map(([name, value]) => [
      name,
      (call === undefined ? undefined : argumentText(name, all, call, machineName(arch), accounts)) ??
        (Object.hasOwn(NAMES, name) ? NAMES[name]!(value, all, accounts) : undefined) ?? value,
    ]);
  return Object.fromEntries([...words(message ?? {}), ...words(fields)]);
}
