/**
 * The user namespace that this process is in.
 *
 * @module
 */
import { encodeCString } from "../ffi/text.ts";
import { O } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";

/** What no map is longer than: 340 lines of three numbers. */
const MOST = 16_384;

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
