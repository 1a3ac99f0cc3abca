/**
 * Opens network namespaces and enters them for the time of a function.
 * @module
 */
import { argumentError, ERRNO, SystemError } from "./errors.ts";
import { check, errno, libc } from "./runtime.ts";
import { encodeCString } from "./text.ts";

/** Where `ip netns` keeps its files; the second for systems whose /var/run is no link to /run. */
export const NETNS_DIRECTORIES: readonly string[] = ["/run/netns", "/var/run/netns"];

/** The calling thread's own namespace: /proc/self would be the main thread's, also in a Worker. */
export const THREAD_NETNS = "/proc/thread-self/ns/net";

/** Flag of setns() and unshare(). */
export const CLONE_NEWNET = 0x40000000;
/** Flags of open(). */
export const O = { O_RDONLY: 0, O_CREAT: 0o100, O_EXCL: 0o200, O_CLOEXEC: 0o2000000 } as const;

/**
 * Refuses what cannot be the name of a network namespace.
 *
 * @param name one file name
 * @throws {TypeError} if it is empty, "." or "..", or holds "/" or NUL
 */
export function checkNetnsName(name: string): void {
  if (typeof name === "string" && name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name)) return;
  throw argumentError(
    TypeError,
    `Cannot use ${JSON.stringify(name)} as the name of a network namespace: it must be one file name`,
  );
}

/** The namespace as messages call it. */
function title(netns: string | number | Netns): string {
  if (netns instanceof Netns) return "the network namespace of a client";
  return typeof netns === "number" ? `the network namespace of process ${netns}` : `network namespace "${netns}"`;
}

/** The files that may stand for it, best first. */
function candidates(netns: string | number): readonly string[] {
  if (typeof netns === "number") {
    if (Number.isSafeInteger(netns) && netns > 0) return [`/proc/${netns}/ns/net`];
    throw argumentError(
      RangeError,
      `Cannot use ${netns} as the process of a network namespace: it must be an integer above 0`,
    );
  }
  if (typeof netns === "string" && netns.includes("/") && !netns.includes("\0")) return [netns];
  checkNetnsName(netns);
  return NETNS_DIRECTORIES.map((directory) => `${directory}/${netns}`);
}

function hintFor(netns: string | number, error: number): string | undefined {
  if (error === ERRNO.EACCES || error === ERRNO.EPERM) {
    return typeof netns === "number" ? "needs CAP_SYS_PTRACE for a foreign process" : "needs root";
  }
  if (error !== ERRNO.ENOENT) return undefined;
  if (typeof netns === "number") return `no process ${netns}`;
  return netns.includes("/") ? "no such file" : `no network namespace "${netns}" in /run/netns; ip netns add makes one`;
}

/**
 * Opens a network namespace.
 *
 * @param netns the name of one that `ip netns` knows, a path (whatever holds a "/"), or the number of a process
 * @returns a file descriptor, to be closed by the caller
 * @throws {SystemError} ENOENT: there is none
 */
export function openNetns(netns: string | number): number {
  let error = 0;
  for (const path of candidates(netns)) {
    const fd = libc().open(encodeCString(path), O.O_RDONLY | O.O_CLOEXEC, 0);
    if (fd >= 0) return fd;
    error = errno();
    if (error !== ERRNO.ENOENT) break;
  }
  throw new SystemError("open", error, `open ${title(netns)}`, { hint: hintFor(netns, error) });
}

/** A network namespace that stays at hand, whatever becomes of the name, file or process that it was found by. */
export class Netns {
  /** Its file descriptor. */
  readonly fd: number;
  #users = 1;

  /** Opens it; see {@linkcode openNetns}. */
  constructor(netns: string | number) {
    this.fd = openNetns(netns);
  }

  /** The same for one more user, who closes it too. */
  share(): this {
    this.#users++;
    return this;
  }

  /** Closes it, when its last user does. */
  close(): void {
    if (--this.#users === 0) libc().close(this.fd);
  }
}

/** The thread's own namespace, while a function runs in another. */
let left: number | undefined;

/** The namespace that this thread is in, where that is another than its own: a function runs there. */
export function entered(): Netns | undefined {
  return left === undefined ? undefined : new Netns(THREAD_NETNS);
}

/** This thread's own namespace, while a function runs in another. */
export function outside(): Netns | undefined {
  return left === undefined ? undefined : new Netns(`/proc/thread-self/fd/${left}`);
}

/**
 * Runs a function in another network namespace; only this thread is there, and only until the function ends or throws.
 *
 * @param netns as in {@linkcode openNetns}, or one that is open
 * @param fn what to do there; not async: whatever else the thread runs meanwhile would be there too
 * @returns what the function returns
 * @throws {SystemError} EPERM: entering needs CAP_SYS_ADMIN
 * @throws {TypeError} if the function returns a promise
 */
export function inNetns<T>(netns: string | number | Netns, fn: () => T): T {
  const target = netns instanceof Netns ? netns.share() : new Netns(netns);
  try {
    return restoring(() => {
      if (libc().setns(target.fd, CLONE_NEWNET) < 0) {
        const error = errno();
        const hint = error === ERRNO.EPERM
          ? "needs CAP_SYS_ADMIN"
          : error === ERRNO.EINVAL
          ? "the file is there, but no namespace is mounted on it"
          : undefined;
        throw new SystemError("setns", error, `enter ${title(netns)}`, { hint });
      }
      return fn();
    });
  } finally {
    target.close();
  }
}

/**
 * Runs a function that changes the thread's network namespace, and changes it back.
 *
 * @param fn not async
 * @returns what the function returns
 * @throws {TypeError} if the function returns a promise
 */
export function restoring<T>(fn: () => T): T {
  const path = encodeCString(THREAD_NETNS);
  const own = check(libc().open(path, O.O_RDONLY | O.O_CLOEXEC, 0), "open", "open this thread's network namespace");
  const outer = left;
  left ??= own;
  let result: T;
  try {
    result = fn();
  } finally {
    left = outer;
    goBack(own);
  }
  if (isThenable(result)) {
    result.then(undefined, () => {}); // its own failure is of no interest any more
    throw new TypeError(
      "Cannot run an async function in another network namespace: it must do its work before it returns",
    );
  }
  return result;
}

/** A thread left in the wrong namespace is worse than whatever the function threw. */
function goBack(own: number): void {
  const result = libc().setns(own, CLONE_NEWNET);
  const error = errno();
  libc().close(own);
  if (result < 0) throw new SystemError("setns", error, "return to this thread's network namespace");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === "function";
}
