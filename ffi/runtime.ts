/**
 * Picks the runtime's FFI and opens libc, both at the first use: importing this costs nothing, asks for nothing, never throws.
 * @module
 */
import { bunRuntime } from "./bun.ts";
import { denoRuntime } from "./deno.ts";
import { NetlinkError, SystemError } from "./errors.ts";
import { FIRST, type Libc, type Pointer, type Runtime, symbols, type Waker } from "./libc.ts";
import { nodeRuntime } from "./node.ts";

/** What is used of the global `process`, which all three runtimes have. */
interface Process {
  platform: string;
  arch: string;
  versions: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
  once(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
}

/** The globals that tell the runtimes apart. Touching `process` costs Deno tens of milliseconds, so it is not touched there. */
const globals = globalThis as unknown as {
  readonly process?: Process;
  readonly Deno?: Parameters<typeof denoRuntime>[0] & {
    build: { os: string; arch: string };
    permissions: { querySync(of: { name: "env"; variable: string }): { state: string } };
    env: { get(name: string): string | undefined };
  };
};

/** What is in use once it is in use. */
interface Loaded {
  runtime: Runtime;
  libc: Libc;
  /** errno of this thread: reading it is no call, so nothing comes between it and the call that set it. */
  errno: Int32Array;
}

let loaded: Loaded | undefined;

/**
 * Gives libc, opened by the first call.
 *
 * @throws {NetlinkError} UNSUPPORTED_PLATFORM: not Linux on x86-64 or arm64, or a runtime without FFI; PERMISSION: the runtime
 * was not given the right to use its FFI
 */
export function libc(): Libc {
  return (loaded ??= load()).libc;
}

/** Reads errno as the last failed call of this thread left it: at once after the call, before anything else. */
export function errno(): number {
  return (loaded ??= load()).errno[0]!;
}

/**
 * Turns the -1 of a failed call into an error, and passes on what a successful one gave.
 *
 * @param result what the call returned, just now: errno is read here
 * @param call the name of the C function
 * @param what what was to be done, to follow "Cannot"
 * @throws {SystemError} if the result is negative
 */
export function check(result: number, call: string, what: string): number {
  if (result >= 0) return result;
  throw new SystemError(call, errno(), what);
}

/** Takes the address of memory, to hand it to a call. Views of it exist already; its owner keeps it referenced. */
export function pointerOf(memory: ArrayBuffer): Pointer {
  return (loaded ??= load()).runtime.pointerOf(memory);
}

/** The address of memory as a number, to be stored in a struct. */
export function addressOf(memory: ArrayBuffer): bigint {
  return (loaded ??= load()).runtime.addressOf(memory);
}

/** Makes what calls `ready` from the event loop when the epoll descriptor has something. */
export function createWaker(epoll: number, ready: () => number): Waker {
  const { runtime, libc } = loaded ??= load();
  return runtime.createWaker(libc, epoll, ready);
}

/** Which system call numbers hold here: "x64" or "arm64". */
export function architecture(): "x64" | "arm64" {
  loaded ??= load();
  return machine().arch as "x64" | "arm64";
}

/** The system, in the words of Node. */
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

/** Looks up what every socket needs, and the rest when any of it is called. */
function loadLazily(runtime: Runtime, library: string): Libc {
  const names = Object.keys(symbols) as (keyof typeof symbols)[];
  const load = (names: readonly (keyof typeof symbols)[]): Partial<Libc> =>
    runtime.load(library, Object.fromEntries(names.map((name) => [name, symbols[name]])));
  const rest = names.filter((name) => !FIRST.includes(name));
  const calls: Record<string, (...parameters: never[]) => unknown> = { ...load(FIRST) };
  for (const name of rest) {
    calls[name] = (...parameters) => {
      Object.assign(calls, load(rest)); // in place of these
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
  if (globals.Deno !== undefined) return denoRuntime(globals.Deno);
  const process = globals.process!, { versions } = process;
  const bun = process.getBuiltinModule?.("bun:ffi") as Parameters<typeof bunRuntime>[0] | undefined;
  if (bun !== undefined) return bunRuntime(bun, process as Process & { getBuiltinModule(name: string): unknown });
  const node = process.getBuiltinModule?.("node:ffi") as Parameters<typeof nodeRuntime>[0] | undefined;
  if (node !== undefined) return nodeRuntime(node, process as Process & { getBuiltinModule(name: string): unknown });
  if (versions.bun !== undefined) throw unsupported(`Bun ${versions.bun}, which is too old`, "1.2 has what is needed");
  throw unsupported(
    `Node ${versions.node}, which has no node:ffi`,
    "Node 26 has it, some versions only when run with --experimental-ffi",
  );
}

/** glibc's name, which musl's loader takes for itself too; then musl's own file. */
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

/** What is used of node:fs, which all three runtimes have. */
export interface Files {
  /** Numbers of open(). */
  readonly constants: Readonly<Record<"O_WRONLY" | "O_CREAT" | "O_APPEND" | "O_NOFOLLOW" | "O_NOCTTY", number>>;
  /** Opens a file: `r` to read it, or numbers of open(); `mode` is that of a file that is made. */
  openSync(path: string, flags: string | number, mode?: number): number;
  /** What an open file is. */
  fstatSync(fd: number): { isFile(): boolean };
  /** Cuts an open file. */
  ftruncateSync(fd: number, length: number): void;
  /** Writes, and says how much of it. */
  writeSync(fd: number, bytes: Uint8Array, offset: number): number;
  /** Reads what comes next, 0 at the end. */
  readSync(fd: number, into: Uint8Array, offset: number, length: number, position: null): number;
  /** Closes it. */
  closeSync(fd: number): void;
}

/**
 * Gives node:fs, which is loaded by the first call: Deno then asks for the right to read or write, file by file.
 *
 * @throws {NetlinkError} UNSUPPORTED_PLATFORM: a runtime without it
 */
export function files(): Files {
  const fs = globals.process?.getBuiltinModule?.("node:fs") as Files | undefined;
  if (fs === undefined) {
    throw new NetlinkError("Cannot use files: this runtime does not give them", "UNSUPPORTED_PLATFORM");
  }
  return fs;
}

/** A variable of the environment, where reading it is allowed; asking for the right to do so is not worth it. */
export function environment(name: string): string | undefined {
  const { Deno } = globals;
  if (Deno === undefined) return globals.process?.env[name];
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** What went wrong with a file, as one of our errors; `right` is Deno's option that allows it. */
export function fileError(error: unknown, call: string, what: string, right: string): unknown {
  const { name, code, errno, message } = error as { name?: string; code?: string; errno?: unknown; message?: string };
  if (name === "NotCapable" || code === "ERR_ACCESS_DENIED") {
    return new NetlinkError(`Cannot ${what}: the runtime was not given the right to do so`, "PERMISSION", {
      hint: `run with ${right}`,
      cause: error,
    });
  }
  // Deno has the number in the message alone where what fails is a descriptor.
  const number = typeof errno === "number" ? Math.abs(errno) : Number(/\(os error (\d+)\)$/.exec(message ?? "")?.[1]);
  return number > 0 ? new SystemError(call, number, what, { cause: error }) : error;
}
