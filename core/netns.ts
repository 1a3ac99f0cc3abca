/**
 * Named network namespaces: the ones of `ip netns`, by the same files.
 *
 * ```ts
 * import * as netns from "@linux/netlink/core/netns.ts";
 * import { open } from "@linux/netlink/families/route/mod.ts";
 *
 * netns.add("blue");
 * using route = open({ netns: "blue" });
 * console.log(netns.list(), route.links.list().length);
 * netns.delete("blue");
 * ```
 *
 * A name stands for a file in /run/netns, on which the namespace is mounted: that keeps it there without a process.
 * Changing them needs root (CAP_SYS_ADMIN); in Deno, `--allow-ffi` and nothing else.
 *
 * Source: ip-netns(8), namespaces(7), and what iproute2's ipnetns.c does.
 * @module
 */
import { ERRNO, SystemError } from "../ffi/errors.ts";
import { checkNetnsName, CLONE_NEWNET, inNetns, NETNS_DIRECTORIES, O, restoring, THREAD_NETNS } from "../ffi/netns.ts";
import { architecture, errno, libc } from "../ffi/runtime.ts";
import { decodeText, encodeCString } from "../ffi/text.ts";

const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_SHARED = 0x100000;
const MNT_DETACH = 2;
const LOCK_EX = 2;
const SYS_getdents64 = { x64: 217, arm64: 61 } as const;

/**
 * Adds a network namespace with nothing in it but a `lo` that is down.
 *
 * Like `ip netns add blue`. This thread stays where it is.
 *
 * @param name one file name, free so far
 * @throws {SystemError} EEXIST: the name is taken; EPERM or EACCES: not root
 * @throws {TypeError} if the name is empty, "." or "..", or holds a "/"
 */
export function add(name: string): void {
  checkNetnsName(name);
  const what = `add network namespace ${quote(name)}`;
  const path = encodeCString(`${prepareDirectory(what)}/${name}`);
  const file = libc().open(path, O.O_RDONLY | O.O_CREAT | O.O_EXCL | O.O_CLOEXEC, 0);
  libc().close(succeed(file, "open", what));
  try {
    restoring(() => {
      succeed(libc().unshare(CLONE_NEWNET), "unshare", what);
      succeed(mount(encodeCString(THREAD_NETNS), path, MS_BIND), "mount", what);
    });
  } catch (error) {
    libc().umount2(path, MNT_DETACH);
    libc().unlink(path);
    throw error;
  }
}

/**
 * Deletes a network namespace's name; the namespace itself ends once no process and no socket is in it.
 *
 * Like `ip netns delete blue`.
 *
 * @param name what {@linkcode list} says
 * @throws {SystemError} ENOENT: there is none; EPERM: not root
 * @throws {TypeError} if the name is empty, "." or "..", or holds a "/"
 */
function deleteNetns(name: string): void {
  checkNetnsName(name);
  const what = `delete network namespace ${quote(name)}`;
  let error: number = ERRNO.ENOENT;
  for (const directory of NETNS_DIRECTORIES) {
    const path = encodeCString(`${directory}/${name}`);
    if (libc().umount2(path, MNT_DETACH) < 0) {
      error = errno();
      if (error === ERRNO.ENOENT) continue;
      // EINVAL: nothing is mounted on it, so a left-over of a machine that went down: the file alone goes.
      if (error !== ERRNO.EINVAL) break;
    }
    succeed(libc().unlink(path), "unlink", what);
    return;
  }
  throw failure("umount2", error, what);
}
export { deleteNetns as delete };

/**
 * Lists the names of the network namespaces, sorted.
 *
 * Like `ip netns list`.
 */
export function list(): string[] {
  for (const directory of NETNS_DIRECTORIES) {
    const path = encodeCString(directory);
    const fd = libc().open(path, O.O_RDONLY | O.O_CLOEXEC, 0);
    if (fd < 0) {
      const error = errno();
      if (error === ERRNO.ENOENT) continue;
      throw failure("open", error, "list network namespaces");
    }
    try {
      return readNames(fd).sort();
    } finally {
      libc().close(fd);
    }
  }
  return [];
}

/**
 * Runs a function in a network namespace, and returns to this one, also when it throws.
 *
 * What the function opens (sockets, of any library) belongs to that namespace for good. Like `ip netns exec blue`, for this thread
 * only: a process that the function starts may come from another thread.
 *
 * @param netns a name; a path, if it holds a "/"; or the number of a process
 * @param fn what to do there; not async
 * @returns what the function returns
 * @throws {SystemError} ENOENT: there is none; EPERM: not root
 * @throws {TypeError} if the function returns a promise
 */
export function run<T>(netns: string | number, fn: () => T): T {
  return inNetns(netns, fn);
}

/** Quoted for messages. */
function quote(name: string): string {
  return JSON.stringify(name);
}

function failure(call: string, error: number, what: string): SystemError {
  const hint = error === ERRNO.EPERM || error === ERRNO.EACCES ? "needs root" : undefined;
  return new SystemError(call, error, what, { hint });
}

/** As `check` of ffi/, with the hint of {@linkcode failure}. */
function succeed(result: number, call: string, what: string): number {
  if (result < 0) throw failure(call, errno(), what);
  return result;
}

function mount(source: Uint8Array, target: Uint8Array, flags: number): number {
  return libc().mount(source, target, encodeCString("none"), flags, encodeCString(""));
}

/**
 * Makes the directory if it is not there, and makes it a shared mount, as `ip netns` does: so a namespace added in one mount
 * namespace (a container, a service) is there in the others, and one deleted here ends although others have seen it.
 */
function prepareDirectory(what: string): string {
  const directory = makeDirectory(what);
  const path = encodeCString(directory);
  const fd = succeed(libc().open(path, O.O_RDONLY | O.O_CLOEXEC, 0), "open", what);
  try {
    succeed(libc().flock(fd, LOCK_EX), "flock", what); // two at a time would mount it twice
    const nothing = encodeCString("");
    if (mount(nothing, path, MS_SHARED | MS_REC) < 0) {
      const error = errno();
      if (error !== ERRNO.EINVAL) throw failure("mount", error, what); // EINVAL: no mount point yet
      succeed(mount(path, path, MS_BIND | MS_REC), "mount", what);
      succeed(mount(nothing, path, MS_SHARED | MS_REC), "mount", what);
    }
  } finally {
    libc().close(fd);
  }
  return directory;
}

function makeDirectory(what: string): string {
  let error = 0;
  for (const directory of NETNS_DIRECTORIES) {
    if (libc().mkdir(encodeCString(directory), 0o755) >= 0) return directory;
    error = errno();
    if (error === ERRNO.EEXIST) return directory;
    if (error !== ERRNO.ENOENT) break;
  }
  throw failure("mkdir", error, what);
}

/** struct linux_dirent64: reclen 16, name 19, NUL-terminated. */
function readNames(fd: number): string[] {
  const names: string[] = [];
  const memory = new ArrayBuffer(4096);
  const bytes = new Uint8Array(memory);
  const view = new DataView(memory);
  while (true) {
    const result = libc().syscall(SYS_getdents64[architecture()], fd, bytes, bytes.length);
    const length = succeed(result, "getdents64", "list network namespaces");
    if (length === 0) return names;
    for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
      const name = decodeText(bytes, at + 19, at + view.getUint16(at + 16, true));
      if (name !== "." && name !== "..") names.push(name);
    }
  }
}
