/**
 * Machines and their system calls by name, and the operations of io_uring, as rules and records have them.
 *
 * ```ts
 * import { syscallName, syscallNumber } from "@linux/netlink/families/audit/syscalls.ts";
 * console.log(syscallNumber("aarch64", "openat"), syscallName("x86_64", 257));
 * ```
 *
 * Source: linux/audit.h, v7.2
 *
 * @module
 */
import { architecture } from "../../core/machine.ts";
import { numbered } from "./numbered.ts";
import { IO_URING_OPERATIONS, SYSCALL_NAMES } from "./syscall_names.ts";

/** Numbers of {@linkcode AuditArch} by name: AUDIT_ARCH_*. */
export const AUDIT_ARCH = {
  x86_64: 0xc000003e,
  i386: 0x40000003,
  aarch64: 0xc00000b7,
  arm: 0x40000028,
  riscv64: 0xc00000f3,
  ppc64le: 0xc0000015,
  s390x: 0x80000016,
  loongarch64: 0xc0000102,
  mips: 0x8,
  mipsel: 0x40000008,
  mips64: 0x80000008,
  mipsel64: 0xc0000008,
  ppc: 0x14,
  ppc64: 0x80000015,
  riscv32: 0x400000f3,
  s390: 0x16,
} as const;

/** The name of a machine. */
export type AuditMachine = keyof typeof AUDIT_ARCH;

/** A machine: `b64` is this one, `b32` the one whose 32-bit programs it runs. */
export type AuditArch = AuditMachine | "b64" | "b32" | number;

/** The machine and its older sibling, by the name that the runtimes have for it. */
const OWN = { x64: { b64: "x86_64", b32: "i386" }, arm64: { b64: "aarch64", b32: "arm" } } as const;

/** Returns the number of a machine, `undefined` for a name that is none. */
export function archNumber(arch: AuditArch): number | undefined {
  if (typeof arch === "number") return arch;
  const name = arch === "b64" || arch === "b32" ? OWN[architecture()][arch] : arch;
  return Object.hasOwn(AUDIT_ARCH, name) ? AUDIT_ARCH[name] : undefined;
}

/** Returns the name of a machine by its number: `x86_64`; the number itself if it has no name. */
export function machineName(arch: number): AuditMachine | number {
  for (const [name, number] of Object.entries(AUDIT_ARCH)) if (number === arch) return name as AuditMachine;
  return arch;
}

/** Returns the machine of a number as rules have it: `b64` and `b32` for this one, else its name. */
export function archWord(arch: number): AuditArch {
  const name = machineName(arch), { b64, b32 } = OWN[architecture()];
  return name === b64 ? "b64" : name === b32 ? "b32" : name;
}

/** The system calls of one machine. */
interface Syscalls {
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

const made = new Map<string, Syscalls>();

/** Returns the names in a list and their numbers, which are kept. */
function callsIn(words: string): Syscalls {
  let found = made.get(words);
  if (found === undefined) {
    const names = numbered(words);
    made.set(words, found = { names, numbers: new Map(Array.from(names, ([number, name]) => [name, number])) });
  }
  return found;
}

/** Returns the system calls of a machine, `undefined` if no table has them. */
function syscallsOf(arch: AuditArch): Syscalls | undefined {
  const machine = machineName(archNumber(arch) ?? -1);
  if (typeof machine === "number" || !Object.hasOwn(SYSCALL_NAMES, machine)) return undefined;
  return callsIn(SYSCALL_NAMES[machine as keyof typeof SYSCALL_NAMES]);
}

/** Returns the name of a system call; its number if it has none, or if the machine's are not known. */
export function syscallName(arch: AuditArch, number: number): string | number {
  return syscallsOf(arch)?.names.get(number) ?? number;
}

/** Returns the number of a system call, `undefined` if the machine has none of that name, or if its are not known. */
export function syscallNumber(arch: AuditArch, name: string): number | undefined {
  return syscallsOf(arch)?.numbers.get(name);
}

/** Returns the name of an operation of io_uring: `openat`; its number if it has none. */
export function operationName(number: number): string | number {
  return callsIn(IO_URING_OPERATIONS).names.get(number) ?? number;
}

/** Returns the number of an operation of io_uring, `undefined` if there is none of that name. */
export function operationNumber(name: string): number | undefined {
  return callsIn(IO_URING_OPERATIONS).numbers.get(name);
}
