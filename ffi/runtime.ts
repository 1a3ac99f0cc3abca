/**
 * Finds the runtime's FFI and opens libc, both at first use: importing this module costs nothing, asks no permission
 * and never throws.
 * @module
 */
import type { bunRuntime } from "./bun.ts";
import type { denoRuntime } from "./deno.ts";
import { NetlinkError, SystemError } from "./errors.ts";
import { FIRST, type Libc, type Pointer, type Runtime, symbols, type Waker } from "./libc.ts";
import type { nodeRuntime } from "./node.ts";

/** The part of the global `process` that this file uses; all three runtimes have it. */
interface Process {
  platform: string;
  arch: string;
  versions: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
  once(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
}

/**
 * The globals by which the runtimes are told apart. Reading `process` costs Deno tens of milliseconds, so Deno never
 * does.
 */
const globals = globalThis as unknown as {
  readonly process?: Process;
  readonly Deno?: Parameters<typeof denoRuntime>[0] & {
    build: { os: string; arch: string };
    permissions: { querySync(of: { name: "env"; variable: string }): { state: string } };
    env: { get(name: string): string | undefined };
  };
};

/** The module of the running runtime; the other two are not read. */
const adapter = globals.Deno !== undefined
  ? await import("./deno.ts")
  : globals.process?.versions["bun"] !== undefined
  ? await import("./bun.ts")
  : await import("./node.ts");

/** The libraries and memory that exist after the first use. */
interface Loaded {
  runtime: Runtime;
  libc: Libc;
  /** The errno of this thread. Reading it is no call, so nothing can change it after the call that set it. */
  errno: Int32Array;
}

let loaded: Loaded | undefined;

/**
 * Returns libc. The first call opens it.
 *
 * @throws {NetlinkError} UNSUPPORTED_PLATFORM: not Linux on x86-64 or arm64, or a runtime without FFI; PERMISSION: the
 * runtime has no permission to use its FFI
 */
export function libc(): Libc {
  return (loaded ??= load()).libc;
}

/** Reads errno as this thread's last failed call left it. Read it right after the call. */
export function errno(): number {
  return (loaded ??= load()).errno[0]!;
}

/**
 * Throws if a call returned -1, and returns its result otherwise.
 *
 * @param result the value that the call just returned: errno is read here
 * @param call the name of the C function
 * @param what the task, in words that follow "Cannot"
 * @throws {SystemError} if the result is negative
 */
export function check(result: number, call: string, what: string): number {
  if (result >= 0) return result;
  throw new SystemError(call, errno(), what);
}

/** Returns the address of memory, to pass to a call. Make its views first, and keep it referenced. */
export function pointerOf(memory: ArrayBuffer): Pointer {
  return (loaded ??= load()).runtime.pointerOf(memory);
}

/** Returns the address of memory as a number, to be stored in a struct. */
export function addressOf(memory: ArrayBuffer): bigint {
  return (loaded ??= load()).runtime.addressOf(memory);
}

/** Makes a waker: the event loop calls `ready` when the epoll descriptor is ready. */
export function createWaker(epoll: number, ready: () => number): Waker {
  const { runtime, libc } = loaded ??= load();
  return runtime.createWaker(libc, epoll, ready);
}

/**
 * Calls `close` when this thread ends. Descriptors of a Worker would otherwise stay open until the process ends. The
 * call is missing if the Worker is terminated, and, on Deno, if a Web Worker ends by `close()`.
 */
export function atEnd(close: () => void): void {
  // The end of the process closes everything anyway, and reading `process` would cost Deno tens of milliseconds.
  if (globals.Deno !== undefined && globalThis.constructor.name === "Window") return;
  globals.process?.once("exit", close);
}

/** Returns the architecture, which decides the numbers of system calls. */
export function architecture(): "x64" | "arm64" {
  loaded ??= load();
  return machine().arch as "x64" | "arm64";
}

/** Returns the system and the architecture, in Node's words. */
function machine(): { platform: string; arch: string } {
  const { Deno } = globals;
  if (Deno === undefined) {
    return globals.process ?? { platform: "a runtime without a process", arch: "an unknown machine" };
  }
  const { os, arch } = Deno.build;
  return { platform: os, arch: arch === "x86_64" ? "x64" : arch === "aarch64" ? "arm64" : arch };
}

function load(): Loaded {
  const runtime = pick();
  const libc = open(runtime);
  return { runtime, libc, errno: new Int32Array(runtime.memoryAt(libc.__errno_location(), 4)) };
}

/** Looks up the functions that every socket needs, and all others when one of them is first called. */
function loadLazily(runtime: Runtime, library: string): Libc {
  const names = Object.keys(symbols) as (keyof typeof symbols)[];
  const load = (names: readonly (keyof typeof symbols)[]): Partial<Libc> =>
    runtime.load(library, Object.fromEntries(names.map((name) => [name, symbols[name]])));
  const rest = names.filter((name) => !FIRST.includes(name));
  const calls: Record<string, (...parameters: never[]) => unknown> = { ...load(FIRST) };
  for (const name of rest) {
    calls[name] = (...parameters) => {
      Object.assign(calls, load(rest)); // replaces these stand-ins
      return calls[name]!(...parameters);
    };
  }
  return calls as Libc;
}

function unsupported(found: string, hint?: string, cause?: unknown): NetlinkError {
  const message = `Cannot use netlink: it needs Linux on x86-64 or arm64 and Deno, Bun or Node 26, this is ${found}`;
  return new NetlinkError(message, "UNSUPPORTED_PLATFORM", { hint, cause });
}

function pick(): Runtime {
  const { platform, arch } = machine();
  if (platform !== "linux") throw unsupported(`${platform} on ${arch}`);
  if (arch !== "x64" && arch !== "arm64") throw unsupported(`Linux on ${arch}`);
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) throw unsupported(`Linux on big-endian ${arch}`);
  if ("denoRuntime" in adapter) return adapter.denoRuntime(globals.Deno!);
  const process = globals.process!, { versions } = process;
  const builtin = <F>(name: string): F | undefined => process.getBuiltinModule?.(name) as F | undefined;
  const withBuiltins = process as Process & { getBuiltinModule(name: string): unknown };
  if ("bunRuntime" in adapter) {
    const ffi = builtin<Parameters<typeof bunRuntime>[0]>("bun:ffi");
    if (ffi !== undefined) return adapter.bunRuntime(ffi, withBuiltins);
  } else {
    const ffi = builtin<Parameters<typeof nodeRuntime>[0]>("node:ffi");
    if (ffi !== undefined) return adapter.nodeRuntime(ffi, withBuiltins);
  }
  if (versions["bun"] !== undefined) {
    throw unsupported(`Bun ${versions["bun"]}, which is too old`, "1.2 has what is needed");
  }
  throw unsupported(
    `Node ${versions["node"]}, which has no node:ffi`,
    "Node 26 has it, some versions only when run with --experimental-ffi",
  );
}

/** The file names of libc: glibc's, which musl's loader accepts for itself too, then musl's own. */
const LIBRARIES = {
  x64: ["libc.so.6", "libc.musl-x86_64.so.1"],
  arm64: ["libc.so.6", "libc.musl-aarch64.so.1"],
} as const;

function open(runtime: Runtime): Libc {
  let last: unknown;
  for (const library of LIBRARIES[machine().arch as "x64" | "arm64"]) {
    try {
      return loadLazily(runtime, library);
    } catch (error) {
      last = error;
      const { name, code } = error as { name?: string; code?: string };
      if (name === "NotCapable" || name === "PermissionDenied" || code === "ERR_ACCESS_DENIED") {
        const message = `Cannot use netlink: ${runtime.name} was not given the right to call libc`;
        throw new NetlinkError(message, "PERMISSION", { hint: "run with --allow-ffi" });
      }
    }
  }
  throw unsupported(`${runtime.name} on a system whose libc does not load`, (last as Error)?.message, last);
}

/** The part of node:fs that this library uses; all three runtimes have it. */
export interface Files {
  /** The flags of open(). */
  readonly constants: Readonly<Record<"O_WRONLY" | "O_CREAT" | "O_APPEND" | "O_NOFOLLOW" | "O_NOCTTY", number>>;
  /** Opens a file: `r` to read it, or flags of open(). `mode` is the mode of a new file. */
  openSync(path: string, flags: string | number, mode?: number): number;
  /** Returns the kind of an open file. */
  fstatSync(fd: number): { isFile(): boolean };
  /** Cuts an open file to a length in bytes. */
  ftruncateSync(fd: number, length: number): void;
  /** Writes bytes, and returns how many were written. */
  writeSync(fd: number, bytes: Uint8Array, offset: number): number;
  /** Reads the next bytes, and returns how many, 0 at the end of the file. */
  readSync(fd: number, into: Uint8Array, offset: number, length: number, position: null): number;
  /** Closes a file descriptor. */
  closeSync(fd: number): void;
}

/**
 * Returns node:fs. The first call loads it; Deno asks for permission to read or write when a file is opened.
 *
 * @throws {NetlinkError} UNSUPPORTED_PLATFORM: a runtime without node:fs
 */
export function files(): Files {
  const fs = globals.process?.getBuiltinModule?.("node:fs") as Files | undefined;
  if (fs === undefined) {
    throw new NetlinkError("Cannot use files: this runtime has no node:fs", "UNSUPPORTED_PLATFORM");
  }
  return fs;
}

/** Returns an environment variable if the runtime may read it. It never asks for the permission. */
export function environment(name: string): string | undefined {
  const { Deno } = globals;
  if (Deno === undefined) return globals.process?.env[name];
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** Turns the error of a file operation into one of ours. `right` is the Deno option that allows the operation. */
export function fileError(error: unknown, call: string, what: string, right: string): unknown {
  const { name, code, errno, message } = error as { name?: string; code?: string; errno?: unknown; message?: string };
  if (name === "NotCapable" || code === "ERR_ACCESS_DENIED") {
    return new NetlinkError(`Cannot ${what}: the runtime was not given the right to do so`, "PERMISSION", {
      hint: `run with ${right}`,
      cause: error,
    });
  }
  // For a failed operation on a descriptor, Deno gives the number only in the message.
  const number = typeof errno === "number" ? Math.abs(errno) : Number(/\(os error (\d+)\)$/.exec(message ?? "")?.[1]);
  return number > 0 ? new SystemError(call, number, what, { cause: error }) : error;
}
