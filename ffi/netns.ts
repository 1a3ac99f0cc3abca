/**
 * Opens network namespaces, and enters them while a function runs.
 * @module
 */
import { argumentError, ERRNO, SystemError } from "./errors.ts";
import { check, errno, libc } from "./runtime.ts";
import { encodeCString, shortened } from "./text.ts";

/** The directories of the files of `ip netns`. The second is for systems whose /var/run is no link to /run. */
export const NETNS_DIRECTORIES: readonly string[] = ["/run/netns", "/var/run/netns"];

/** The file of the calling thread's own namespace. /proc/self would be the main thread's, also in a Worker. */
export const THREAD_NETNS = "/proc/thread-self/ns/net";

/** The flag of setns() and unshare() for network namespaces. */
export const CLONE_NEWNET = 0x40000000;
/** The flags of open() that this library uses. */
export const O = { O_RDONLY: 0, O_CREAT: 0o100, O_EXCL: 0o200, O_CLOEXEC: 0o2000000 } as const;

/**
 * Throws if a text cannot be the name of a network namespace.
 *
 * @param name one file name
 * @throws {TypeError} if it is empty, "." or "..", or holds "/" or NUL
 */
export function checkNetnsName(name: string): void {
  if (typeof name === "string" && name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name)) return;
  throw argumentError(
    TypeError,
    `Cannot use ${shownName(name)} as the name of a network namespace: it must be one file name`,
  );
}

/** Quotes the name of a network namespace for messages; shows what is no text as JSON. */
export function shownName(name: unknown): string | undefined {
  return JSON.stringify(typeof name === "string" ? shortened(name) : name);
}

/** Returns the words that messages use for a namespace. */
function title(netns: string | number | Netns): string {
  if (netns instanceof Netns) return "the network namespace of a client";
  return typeof netns === "number"
    ? `the network namespace of process ${netns}`
    : `network namespace ${shownName(netns)}`;
}

/** Returns the paths of the files that may stand for a namespace, best first. */
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
  return netns.includes("/")
    ? "no such file"
    : `no network namespace ${shownName(netns)} in /run/netns; ip netns add makes one`;
}

/**
 * Opens a network namespace.
 *
 * @param netns a name that `ip netns` knows, a path (any text that holds a "/"), or the number of a process
 * @returns a file descriptor, to be closed by the caller
 * @throws {SystemError} ENOENT: there is no such namespace
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

/** A network namespace that stays open, even if the name, file or process that it was found by goes away. */
export class Netns {
  /** The file descriptor of the namespace. */
  readonly fd: number;
  #users = 1;

  /** Opens a namespace; see {@linkcode openNetns}. */
  constructor(netns: string | number) {
    this.fd = openNetns(netns);
  }

  /** Returns the same object for one more user, who must close it too. */
  share(): this {
    this.#users++;
    return this;
  }

  /** Closes the namespace when its last user does. */
  close(): void {
    if (--this.#users === 0) libc().close(this.fd);
  }
}

/** The time that a function spends in another network namespace. */
export interface Stay {
  /** The file descriptor of the thread's own namespace. */
  readonly home: number;
  /** Called when it ends, still in that namespace. */
  end?: () => void;
}

let stay: Stay | undefined;

/** Returns the stay of the function that runs now; `undefined` in the thread's own namespace. */
export function currentStay(): Stay | undefined {
  return stay;
}

/** Returns the namespace that this thread is in, if that is not its own: a function runs there. */
export function entered(): Netns | undefined {
  return stay === undefined ? undefined : new Netns(THREAD_NETNS);
}

/** Returns this thread's own namespace, while a function runs in another. */
export function outside(): Netns | undefined {
  return stay === undefined ? undefined : new Netns(`/proc/thread-self/fd/${stay.home}`);
}

/**
 * Runs a function in another network namespace. Only this thread is there, and only until the function returns or
 * throws.
 *
 * @param netns as in {@linkcode openNetns}, or an open namespace
 * @param fn the function to run; not async, as everything else that the thread runs meanwhile would be there too
 * @returns the function's result
 * @throws {SystemError} EPERM: entering needs CAP_SYS_ADMIN
 * @throws {TypeError} if the function returns a promise
 */
export function inNetns<T>(netns: string | number | Netns, fn: () => T): T {
  const target = netns instanceof Netns ? netns.share() : new Netns(netns);
  try {
    return restoring(() => {
      if (libc().setns(target.fd, CLONE_NEWNET) >= 0) return;
      const error = errno();
      const hint = error === ERRNO.EPERM
        ? "needs CAP_SYS_ADMIN"
        : error === ERRNO.EINVAL
        ? "the file is there, but no namespace is mounted on it"
        : undefined;
      throw new SystemError("setns", error, `enter ${title(netns)}`, { hint });
    }, fn);
  } finally {
    target.close();
  }
}

/**
 * Enters another network namespace and runs a function there, then returns to the thread's own one.
 *
 * @param enter changes the thread's namespace; if it throws, the thread is still in its own one
 * @param fn the function to run; not async
 * @returns the function's result
 * @throws {TypeError} if the function returns a promise
 */
export function restoring<T>(enter: () => void, fn: () => T): T {
  const path = encodeCString(THREAD_NETNS);
  const own = check(libc().open(path, O.O_RDONLY | O.O_CLOEXEC, 0), "open", "open this thread's network namespace");
  try {
    enter();
  } catch (error) {
    libc().close(own);
    throw error;
  }
  const outer = stay, inner: Stay = { home: outer?.home ?? own };
  stay = inner;
  let result: T;
  try {
    result = fn();
  } finally {
    try {
      inner.end?.();
    } finally {
      stay = outer;
      goBack(own);
    }
  }
  if (isThenable(result)) {
    result.then(undefined, () => {}); // nobody needs its own failure any more
    throw new TypeError(
      "Cannot run an async function in another network namespace: it must do its work before it returns",
    );
  }
  return result;
}

/**
 * Returns the thread to its own namespace. A failure hides the function's error: a thread in the wrong namespace is
 * worse.
 */
function goBack(own: number): void {
  const result = libc().setns(own, CLONE_NEWNET);
  const error = errno();
  libc().close(own);
  if (result < 0) throw new SystemError("setns", error, "return to this thread's network namespace");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === "function";
}
