/**
 * The capabilities and the user namespace of this process, for hints of errors.
 *
 * @module
 */
import { decodeCounted, encodeCString } from "../ffi/text.ts";
import { O } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";

/** Default of the most bytes that are read; the longest uid_map has 340 lines of three numbers. */
const MOST = 16_384;

/** Number of the capability, from linux/capability.h. */
const CAP_NET_ADMIN = 12;

/**
 * Returns the text of a /proc file about a process, or of another small file of the system, read without the runtime's
 * permission checks; `undefined` when it cannot be read.
 *
 * @param most the most bytes that are read
 */
export function readProc(path: string, most: number = MOST): string | undefined {
  const { open, read, close } = libc(), fd = open(encodeCString(path), O.O_RDONLY | O.O_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const bytes = new Uint8Array(most);
  try {
    const length = read(fd, bytes, bytes.length);
    return length < 0 ? undefined : decodeCounted(bytes, 0, length);
  } finally {
    close(fd);
  }
}

/**
 * True if a user has a number in this process's user namespace. A message from a user outside it has an overflow number
 * instead (65534 unless /proc/sys/kernel/overflowuid says otherwise).
 */
export function isMapped(uid: number): boolean {
  const map = readProc("/proc/self/uid_map");
  // If the map cannot be read, no user is taken for one outside.
  if (map === undefined) return true;
  return map.split("\n").some((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return first !== undefined && count !== undefined && uid >= first && uid - first < count;
  });
}

/** True if this thread has the capability CAP_NET_ADMIN in its user namespace. */
function administersNetworks(): boolean {
  const status = readProc("/proc/thread-self/status") ?? "", effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) >> BigInt(CAP_NET_ADMIN) & 1n) === 1n;
}

/** True if this process is in the first user namespace: all users have the numbers that they have outside. */
function isInFirst(): boolean {
  return /^\s*0\s+0\s+4294967295\s*$/.test(readProc("/proc/self/uid_map") ?? "");
}

/**
 * Returns a hint for EPERM; `undefined` if this process has the capability, so that something else is missing.
 *
 * @param first true if the capability must be held in the first user namespace, not in that of the network namespace
 * @param here true if this process was refused, not one of a recorded conversation
 */
export function capabilityHint(first: boolean, here: boolean): string | undefined {
  if (!here || !administersNetworks()) {
    return first
      ? "needs the capability CAP_NET_ADMIN in the first user namespace: run as root, outside of containers"
      : "needs the capability CAP_NET_ADMIN: run as root, or in a user and network namespace of your own";
  }
  if (isInFirst()) return undefined;
  return first
    ? "needs the capability CAP_NET_ADMIN in the first user namespace; this process has it in one of its own only"
    : "needs the capability CAP_NET_ADMIN in the user namespace of the network namespace, or in the first; this process " +
      "has it in one of its own only";
}
