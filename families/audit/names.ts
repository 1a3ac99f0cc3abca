/**
 * Names of the errors and signals in audit records.
 *
 * Source: linux/errno.h and asm-generic/signal.h, v7.2.
 *
 * @module
 */
import { errnoName } from "../../core/errors.ts";

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

const SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU " +
  "XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");

/** Returns the name of a signal, the same on all machines that the library runs on; `undefined` if it has none. */
export function signalName(signal: number): string | undefined {
  const name = SIGNALS[signal - 1];
  return name === undefined ? undefined : `SIG${name}`;
}
