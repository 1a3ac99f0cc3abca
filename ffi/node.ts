/**
 * The FFI and the event loop of Node, version 26 or newer.
 * @module
 */
import type { Kind, Libc, Pointer, Runtime, Signature, Waker } from "./libc.ts";

type Call = (...parameters: unknown[]) => unknown;

/** The part of `node:ffi` that this file uses. */
interface NodeFfi {
  dlopen(library: string | null, symbols: Record<string, { arguments: string[]; return: string }>): {
    lib: {
      getSymbol(name: string): bigint;
      registerCallback(signature: { arguments: string[]; return: string }, callback: (handle: bigint) => void): bigint;
    };
    functions: Record<string, Call>;
  };
  getRawPointer(memory: ArrayBuffer): bigint;
  toArrayBuffer(pointer: bigint, length: number, copy: boolean): ArrayBuffer;
  getCurrentEventLoop(): bigint;
}

/** The part of the global `process` that this file uses. */
interface NodeProcess {
  once(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
}

const KINDS: Readonly<Record<Kind, string>> = {
  i32: "int32",
  u32: "uint32",
  usize: "uint64",
  buffer: "buffer",
  pointer: "pointer",
};

/** Returns Node's FFI and event loop, given the module `node:ffi`. */
export function nodeRuntime(ffi: NodeFfi, process: NodeProcess): Runtime {
  let loop: Loop | undefined;
  return {
    name: "Node",
    load(library: string, symbols: Readonly<Record<string, Signature>>): Partial<Libc> {
      const table: Record<string, { arguments: string[]; return: string }> = {};
      for (const [name, [parameters, result]] of Object.entries(symbols)) {
        table[name] = { arguments: parameters.map((kind) => KINDS[kind]), return: KINDS[result] };
      }
      const { functions } = ffi.dlopen(library, table);
      const calls: Record<string, Call> = {};
      for (const [name, [parameters]] of Object.entries(symbols)) calls[name] = widen(functions[name]!, parameters);
      return calls as unknown as Partial<Libc>;
    },
    pointerOf: (memory: ArrayBuffer): Pointer => ffi.getRawPointer(memory) as unknown as Pointer,
    addressOf: (memory: ArrayBuffer): bigint => ffi.getRawPointer(memory),
    memoryAt: (pointer: Pointer, length: number): ArrayBuffer =>
      ffi.toArrayBuffer(pointer as unknown as bigint, length, false),
    createWaker: (_libc: Libc, epoll: number, ready: () => number): Waker =>
      createWaker(loop ??= openLoop(ffi), process, epoll, ready),
  };
}

/** Turns size_t parameters into bigints: node:ffi takes no numbers there. */
function widen(call: Call, parameters: readonly Kind[]): Call {
  const wide = parameters.flatMap((kind, i) => kind === "usize" ? [i] : []);
  if (wide.length === 0) return call;
  return (...values) => {
    for (const i of wide) values[i] = BigInt(values[i] as number);
    return call(...values);
  };
}

const UV_POLL = 8;
const UV_READABLE = 1;

/** The event loop's own uv_poll_*, taken from the node binary. They need no thread. */
interface Loop {
  readonly uv: Readonly<Record<string, Call>>;
  readonly loop: bigint;
  /** The address of libc's free(), for handles that are closed. */
  readonly free: bigint;
  /** The address of the function that libuv calls when a handle's descriptor is readable. */
  readonly callback: bigint;
  /** The functions to call when a handle is readable, by the handle's address. */
  readonly readable: Map<bigint, () => void>;
}

function openLoop(ffi: NodeFfi): Loop {
  const { lib, functions: uv } = ffi.dlopen(null, {
    uv_handle_size: { arguments: ["int32"], return: "uint64" },
    calloc: { arguments: ["uint64", "uint64"], return: "pointer" },
    uv_poll_init: { arguments: ["pointer", "pointer", "int32"], return: "int32" },
    uv_poll_start: { arguments: ["pointer", "int32", "function"], return: "int32" },
    uv_poll_stop: { arguments: ["pointer"], return: "int32" },
    uv_ref: { arguments: ["pointer"], return: "void" },
    uv_unref: { arguments: ["pointer"], return: "void" },
    uv_close: { arguments: ["pointer", "function"], return: "void" },
  });
  const readable = new Map<bigint, () => void>(),
    signature = { arguments: ["pointer", "int32", "int32"], return: "void" };
  const callback = lib.registerCallback(signature, (handle) => readable.get(handle)?.());
  return { uv, loop: ffi.getCurrentEventLoop(), free: lib.getSymbol("free"), callback, readable };
}

function createWaker(
  { uv, loop, free, callback, readable }: Loop,
  process: NodeProcess,
  epoll: number,
  ready: () => number,
): Waker {
  // libuv keeps the handle while it is open, so JavaScript's memory cannot hold it.
  const handle = uv["calloc"]!(1n, uv["uv_handle_size"]!(UV_POLL)) as bigint;
  const failed = uv["uv_poll_init"]!(loop, handle, epoll);
  if (failed !== 0) throw new Error(`uv_poll_init() failed with ${failed}`);
  let ended = false;
  let wanted = false;
  function close(): void {
    // Another listener for exit may have closed the handle. Node calls this one all the same, although it was removed.
    if (ended) return;
    ended = true;
    wanted = false;
    process.off("exit", close);
    readable.delete(handle);
    uv["uv_close"]!(handle, free);
  }
  // At exit the loop runs once more to close open handles, too late for JavaScript. A callback then, or an open handle
  // in a Worker, aborts the process. (Worker.terminate() gives no chance to close it.)
  process.once("exit", close);

  // Declared here, as a script's project need not have the types of Node.
  const { setImmediate: later } = globalThis as unknown as { setImmediate(callback: () => void): void };
  function fire(): void {
    if (!wanted) return;
    wanted = false;
    ready();
  }
  readable.set(handle, () => {
    uv["uv_poll_stop"]!(handle);
    later(fire); // promises settled here would wait for the loop's next turn: no microtasks run after it
  });
  return {
    arm(): void {
      if (wanted || ended) return;
      wanted = true;
      uv["uv_poll_start"]!(handle, UV_READABLE, callback);
    },
    disarm(): void {
      wanted = false;
      if (!ended) uv["uv_poll_stop"]!(handle);
    },
    setRef(on: boolean): void {
      if (ended) return;
      if (on) uv["uv_ref"]!(handle);
      else uv["uv_unref"]!(handle);
    },
    close,
  };
}
