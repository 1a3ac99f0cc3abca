/**
 * Facts about this machine that families need: its processor, the users in its files, and which paths are folders.
 *
 * @module
 */
import { O } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";
import { encodeCString } from "../ffi/text.ts";
import { readProc } from "./capabilities.ts";

export { architecture } from "../ffi/runtime.ts";

/** True if the path is that of a folder, or of a symbolic link to one. */
export function isFolder(path: string): boolean {
  const { open, close } = libc(), fd = open(encodeCString(`${path}/.`), O.O_RDONLY | O.O_CLOEXEC, 0);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

/** Returns the number of a user or group by name, as /etc/passwd or /etc/group has it; `undefined` if it has none. */
export function idOf(name: string, of: "passwd" | "group"): number | undefined {
  for (const line of (readProc(`/etc/${of}`) ?? "").split("\n")) {
    const [known, , id] = line.split(":");
    if (known === name && id !== undefined && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}
