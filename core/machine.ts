/**
 * Facts about this machine that families need: its processor, and which paths are folders.
 *
 * @module
 */
import { O } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";
import { encodeCString } from "../ffi/text.ts";

export { architecture } from "../ffi/runtime.ts";

/** True if the path is that of a folder, or of a symbolic link to one. */
export function isFolder(path: string): boolean {
  const { open, close } = libc(), fd = open(encodeCString(`${path}/.`), O.O_RDONLY | O.O_CLOEXEC, 0);
  if (fd >= 0) close(fd);
  return fd >= 0;
}
