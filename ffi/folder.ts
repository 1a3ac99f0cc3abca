/**
 * Reads folders and symbolic links by libc alone, so that Deno asks for no permission to read files.
 * @module
 */
import { O } from "./netns.ts";
import { architecture, libc } from "./runtime.ts";
import { decodeText, encodeCString } from "./text.ts";

const SYS_getdents64 = { x64: 217, arm64: 61 } as const;

/**
 * Returns the names in a folder, in the kernel's order, without `.` and `..`; `undefined` if a call fails, which leaves
 * its name and errno.
 */
export function namesIn(path: string, failed: (call: string) => void = () => {}): string[] | undefined {
  const fd = libc().open(encodeCString(path), O.O_RDONLY | O.O_CLOEXEC, 0);
  if (fd < 0) return void failed("open");
  try {
    const names: string[] = [], memory = new ArrayBuffer(8192), bytes = new Uint8Array(memory);
    const view = new DataView(memory);
    while (true) {
      const length = libc().syscall(SYS_getdents64[architecture()], fd, bytes, bytes.length);
      if (length < 0) return void failed("getdents64");
      if (length === 0) return names;
      // struct linux_dirent64: reclen 16, name 19, NUL-terminated.
      for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
        const name = decodeText(bytes, at + 19, at + view.getUint16(at + 16, true));
        if (name !== "." && name !== "..") names.push(name);
      }
    }
  } finally {
    libc().close(fd);
  }
}

const target = new Uint8Array(64);

/** Returns the first 64 bytes of a symbolic link's target, or `undefined` if it cannot be read. */
export function linkTarget(path: string): string | undefined {
  const length = libc().readlink(encodeCString(path), target, target.length);
  return length < 0 ? undefined : decodeText(target, 0, length);
}
