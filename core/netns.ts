/**
 * Named network namespaces: those of `ip netns`, in the same files.
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
 * A name is a file in /run/netns on which the namespace is mounted: the mount keeps the namespace without a process.
 * Adding and deleting needs root (CAP_SYS_ADMIN); Deno needs only `--allow-ffi`.
 *
 * Source: ip-netns(8), namespaces(7), and the behaviour of iproute2's ipnetns.c.
 * @module
 */
import { ERRNO, SystemError } from "../ffi/errors.ts";
import { namesIn } from "../ffi/folder.ts";
import {
  checkNetnsName,
  CLONE_NEWNET,
  inNetns,
  NETNS_DIRECTORIES,
  O,
  restoring,
  shownName,
  THREAD_NETNS,
} from "../ffi/netns.ts";
import { errno, libc } from "../ffi/runtime.ts";
import { EXISTS_HINT, isOk } from "./arguments.ts";
import type { AddOptions, DeleteOptions } from "./collection.ts";
import { encodeCString } from "../ffi/text.ts";

const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_SHARED = 0x100000;
const MNT_DETACH = 2;
const LOCK_EX = 2;

/**
 * Adds a network namespace that has only a `lo`, which is down.
 *
 * Like `ip netns add blue`. This thread stays in its namespace.
 *
 * @param name a file name that is not in use
 * @param options `{ exists: "ok" }` if the name may be taken
 * @returns false if the name is taken, so that nothing was changed
 * @throws {SystemError} EEXIST: the name is taken; EPERM or EACCES: not root
 * @throws {TypeError} if the name is empty, "." or "..", or has a "/"
 */
export function add(name: string, options: AddOptions = {}): boolean {
  checkNetnsName(name);
  const tolerant = isOk(options, "exists", "add network namespace"), what = `add network namespace ${shownName(name)}`;
  const path = encodeCString(`${prepareDirectory(what)}/${name}`);
  const file = libc().open(path, O.O_RDONLY | O.O_CREAT | O.O_EXCL | O.O_CLOEXEC, 0);
  if (file < 0 && tolerant && errno() === ERRNO.EEXIST) return false;
  if (file < 0 && errno() === ERRNO.EEXIST) {
    throw new SystemError("open", ERRNO.EEXIST, what, { hint: EXISTS_HINT });
  }
  libc().close(succeed(file, "open", what));
  try {
    restoring(
      () => succeed(libc().unshare(CLONE_NEWNET), "unshare", what),
      () => succeed(mount(encodeCString(THREAD_NETNS), path, MS_BIND), "mount", what),
    );
  } catch (error) {
    libc().umount2(path, MNT_DETACH);
    libc().unlink(path);
    throw error;
  }
  return true;
}

/**
 * Deletes the name of a network namespace; the namespace itself ends when no process and no socket is in it.
 *
 * Like `ip netns delete blue`.
 *
 * @param name a name that {@linkcode list} returns
 * @param options `{ missing: "ok" }` if there may be none
 * @returns false if there was none, so that nothing was changed
 * @throws {SystemError} ENOENT: there is none; EPERM: not root
 * @throws {TypeError} if the name is empty, "." or "..", or has a "/"
 */
function deleteNetns(name: string, options: DeleteOptions = {}): boolean {
  checkNetnsName(name);
  const tolerant = isOk(options, "missing", "delete network namespace"),
    what = `delete network namespace ${shownName(name)}`;
  let error: number = ERRNO.ENOENT;
  for (const directory of NETNS_DIRECTORIES) {
    const path = encodeCString(`${directory}/${name}`);
    if (libc().umount2(path, MNT_DETACH) < 0) {
      error = errno();
      if (error === ERRNO.ENOENT) continue;
      // EINVAL: nothing is mounted on the file, which is left from before a reboot; so only the file is deleted.
      if (error !== ERRNO.EINVAL) break;
    }
    succeed(libc().unlink(path), "unlink", what);
    return true;
  }
  if (tolerant && error === ERRNO.ENOENT) return false;
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
    let error: readonly [call: string, errno: number] = ["open", 0];
    const names = namesIn(directory, (call) => error = [call, errno()]);
    if (names !== undefined) return names.sort();
    if (error[1] !== ERRNO.ENOENT) throw failure(...error, "list network namespaces");
  }
  return [];
}

/**
 * Runs a function in a network namespace, and returns to this one, also when it throws.
 *
 * Collections without a client of their own (`links.list()`) mean that namespace while the function runs. Clients that
 * were opened before stay in theirs. Sockets that the function opens, with any library, stay in that namespace. Like
 * `ip netns exec blue`, but for this thread only: a process that the function starts may come from another thread.
 *
 * @param netns a name; a path, if it has a "/"; or the number of a process
 * @param fn the function to run; not async
 * @returns the function's result
 * @throws {SystemError} ENOENT: there is none; EPERM: not root
 * @throws {TypeError} if the function returns a promise
 */
export function run<T>(netns: string | number, fn: () => T & (T extends PromiseLike<unknown> ? never : unknown)): T {
  return inNetns(netns, fn);
}

function failure(call: string, error: number, what: string): SystemError {
  const hint = error === ERRNO.EPERM || error === ERRNO.EACCES ? "needs root" : undefined;
  return new SystemError(call, error, what, { hint });
}

/** Throws for a negative result, like `check` of ffi/, with the hint of {@linkcode failure}. */
function succeed(result: number, call: string, what: string): number {
  if (result < 0) throw failure(call, errno(), what);
  return result;
}

function mount(source: Uint8Array, target: Uint8Array, flags: number): number {
  return libc().mount(source, target, encodeCString("none"), flags, encodeCString(""));
}

/**
 * Makes the directory if it does not exist, and makes it a shared mount, as `ip netns` does. So a namespace added in
 * one mount namespace (a container, a service) is visible in the others, and one deleted here ends although others have
 * seen it.
 */
function prepareDirectory(what: string): string {
  const directory = makeDirectory(what);
  const path = encodeCString(directory);
  const fd = succeed(libc().open(path, O.O_RDONLY | O.O_CLOEXEC, 0), "open", what);
  try {
    succeed(libc().flock(fd, LOCK_EX), "flock", what); // two processes at the same time would mount it twice
    const nothing = encodeCString("");
    if (mount(nothing, path, MS_SHARED | MS_REC) < 0) {
      const error = errno();
      if (error !== ERRNO.EINVAL) throw failure("mount", error, what); // EINVAL: it is not a mount point yet
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
