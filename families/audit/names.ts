/**
 * Names of the numbers in audit records: architectures and errors.
 *
 * Source: linux/audit.h AUDIT_ARCH_*, linux/errno.h, v7.2; names of architectures as `ausearch -i` has them.
 *
 * @module
 */
import { errnoName } from "../../core/errors.ts";

/** Names of architectures by their numbers AUDIT_ARCH_*. */
const ARCHS: ReadonlyMap<number, string> = new Map([
  [0xc000003e, "x86_64"],
  [0x40000003, "i386"],
  [0xc00000b7, "aarch64"],
  [0x40000028, "arm"],
  [0xc00000f3, "riscv64"],
  [0x400000f3, "riscv32"],
  [0x80000016, "s390x"],
  [0x16, "s390"],
  [0xc0000015, "ppc64le"],
  [0x80000015, "ppc64"],
  [0x14, "ppc"],
  [0xc0000102, "loongarch64"],
]);

/** Returns the name of an architecture, given the number AUDIT_ARCH_*. */
export function archName(arch: number): string | undefined {
  return ARCHS.get(arch);
}

/** Error numbers that the kernel keeps for itself: the call is repeated after a signal. */
const RESTART: Readonly<Record<number, string>> = {
  512: "ERESTARTSYS",
  513: "ERESTARTNOINTR",
  514: "ERESTARTNOHAND",
  515: "ENOIOCTLCMD",
  516: "ERESTART_RESTARTBLOCK",
};

/** Returns the name of an error of a system call, given its number above 0; `undefined` if it has none. */
export function errorName(errno: number): string | undefined {
  const name = RESTART[errno] ?? errnoName(errno);
  return name.startsWith("errno ") ? undefined : name;
}
