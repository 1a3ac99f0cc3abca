/**
 * What this process may do, and the user namespace that it is in.
 *
 * @module
 */
import { encodeCString } from "../ffi/text.ts";
import { O } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";

/** What no map is longer than: 340 lines of three numbers. */
const MOST = 16_384;

/** Of linux/capability.h. */
const CAP_NET_ADMIN = 12;

/** The text of a file of /proc about this process, without a permission of the runtime's; `undefined` when it cannot be read. */
function readProc(path: string): string | undefined {
  const { open, read, close } = libc(), fd = open(encodeCString(path), O.O_RDONLY | O.O_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const bytes = new Uint8Array(MOST);
  try {
    const length = read(fd, bytes, bytes.length);
    return length < 0 ? undefined : String.fromCharCode(...bytes.subarray(0, length));
  } finally {
    close(fd);
  }
}

/**
 * Whether a user has a number in our user namespace. What comes from a user without one comes from outside of it, and has
 * the number that stands for all of those (65534 unless /proc/sys/kernel/overflowuid says otherwise).
 */
export function isMapped(uid: number): boolean {
  const map = readProc("/proc/self/uid_map");
  // Who cannot tell takes nobody for one from outside.
  if (map === undefined) return true;
  return map.split("\n").some((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return first !== undefined && count !== undefined && uid >= first && uid - first < count;
  });
}

/** Whether this thread has the capability to administer networks, in the user namespace that it is in. */
function administersNetworks(): boolean {
  const status = readProc("/proc/thread-self/status") ?? "", effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) >> BigInt(CAP_NET_ADMIN) & 1n) === 1n;
}

/** Whether no user namespace is around this process: all users have the numbers that they have outside. */
function isInFirst(): boolean {
  return /^\s*0\s+0\s+4294967295\s*$/.test(readProc("/proc/self/uid_map") ?? "");
}

/**
 * What may help against EPERM; nothing where the capability is there, so that it cannot be what is missing.
 *
 * @param first whether only the first user namespace counts, and not that of the network namespace
 * @param here whether it is this process that was refused, and not one of a recorded conversation
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
