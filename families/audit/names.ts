/**
 * Names of the errors, signals, capabilities and protocols in audit records.
 *
 * Source: linux/errno.h, asm-generic/signal.h and linux/capability.h and linux/in.h, v7.2.
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

/** Names of the capabilities CAP_* by number. */
export const CAPABILITIES: readonly string[] = (
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service " +
  "net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin " +
  "sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override " +
  "mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
).split(" ");

/** Returns the name of a capability by its number; `undefined` if it has none. */
export function capabilityName(number: number): string | undefined {
  return CAPABILITIES[number];
}

/** Names of IP protocols. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  0: "ip",
  1: "icmp",
  2: "igmp",
  6: "tcp",
  17: "udp",
  33: "dccp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "ipv6-icmp",
  132: "sctp",
  136: "udplite",
  262: "mptcp",
};

/** Returns the name of an IP protocol by its number; `undefined` if it has none here. */
export function protocolName(number: number): string | undefined {
  return PROTOCOLS[number];
}
