/**
 * The processes that hold a socket, as `ss -p` shows them, and their command lines.
 *
 * ```ts
 * import { processesOf } from "@linux/netlink/core/processes.ts";
 * import { tcp } from "@linux/netlink/families/sock_diag/tcp.ts";
 *
 * const listening = tcp.list({ state: "listen" });
 * const holders = processesOf(listening.map(({ inode }) => inode));
 * for (const { local, localPort, inode } of listening) {
 *   console.log(local, localPort, holders.get(inode)?.map(({ name, pid }) => `${name}(${pid})`).join(" ") ?? "?");
 * }
 * ```
 *
 * Only root (CAP_SYS_PTRACE) sees the sockets of other users' processes: the others are left out. Deno needs no more
 * than `--allow-ffi`. Processes of other PID namespaces are not seen, and processes of other network namespaces are.
 *
 * @module
 */
import { linkTarget, namesIn } from "../ffi/folder.ts";
import { shown } from "../ffi/text.ts";
import { readProc } from "./capabilities.ts";
import { argumentError } from "./errors.ts";

/** A process that holds a socket. */
export interface SocketHolder {
  /** Number of the process. */
  readonly pid: number;
  /** Name of its program, at most 15 bytes, as it says itself: it may contain anything. */
  readonly name: string;
  /** Numbers of its file descriptors for the socket, ascending. */
  readonly fds: readonly number[];
}

/**
 * Returns the processes that hold each of some sockets, by the sockets' inodes; one walk through /proc for all of them.
 * Sockets that no visible process holds are not in the map.
 *
 * @param inodes the field `inode` of sockets of any kind; without it, of all sockets
 */
export function processesOf(inodes?: Iterable<number>): Map<number, SocketHolder[]> {
  const wanted = inodes === undefined ? undefined : inodesOf(inodes), found = new Map<number, SocketHolder[]>();
  if (wanted?.size === 0) return found;
  const pids = (namesIn("/proc") ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.sort((a, b) => a - b)) {
    const own = new Map<number, number[]>();
    for (const fd of namesIn(`/proc/${pid}/fd`) ?? []) {
      const inode = Number(/^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${fd}`) ?? "")?.[1] ?? NaN);
      if (Number.isNaN(inode) || wanted?.has(inode) === false) continue;
      const fds = own.get(inode);
      if (fds === undefined) own.set(inode, [Number(fd)]);
      else fds.push(Number(fd));
    }
    if (own.size === 0) continue;
    const name = (readProc(`/proc/${pid}/comm`) ?? "").replace(/\n$/, "");
    for (const [inode, fds] of own) {
      const holder: SocketHolder = { pid, name, fds: fds.sort((a, b) => a - b) }, others = found.get(inode);
      if (others === undefined) found.set(inode, [holder]);
      else others.push(holder);
    }
  }
  return found;
}

/** Returns inodes as a set. Throws unless they are numbers. */
function inodesOf(inodes: Iterable<number>): Set<number> {
  const what = "list the processes of sockets";
  if (typeof inodes !== "object" || inodes === null || !(Symbol.iterator in inodes)) {
    throw argumentError(TypeError, `Cannot ${what}: expected an array of inodes, got ${shown(inodes)}`);
  }
  const wanted = new Set(inodes);
  for (const inode of wanted) {
    if (Number.isSafeInteger(inode) && inode >= 0) continue;
    throw argumentError(TypeError, `Cannot ${what}: expected an array of inodes, got ${shown(inode)} in it`);
  }
  return wanted;
}

/**
 * Returns a process's command line, the program first; `undefined` if there is no such process. It is what the process
 * says of itself, at most 16 kB; it is empty for the kernel's own threads, and for a process that is ending.
 */
export function commandLine(pid: number): string[] | undefined {
  const text = readProc(`/proc/${pid}/cmdline`);
  return text === "" ? [] : text?.replace(/\0$/, "").split("\0");
}
