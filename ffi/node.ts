/**
 * The FFI and the event loop of Node, from version 26 on.
 * @module
 */
import type { Kind, Libc, Pointer, Runtime, Signature, Waker } from "./libc.ts";

type Call = (...parameters: unknown[]) => unknown;

/** What is used of `node:ffi`. */
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

/** What is used of the global `process`. */
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

/** Node's FFI, given its module. */
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

/** Makes bigints of the size_t among the parameters: node:ffi takes no numbers there. */
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

/** The event loop's own uv_poll_*, out of the node binary: no thread. */
interface Loop {
  readonly uv: Readonly<Record<string, Call>>;
  readonly loop: bigint;
  /** libc's, for handles that are closed. */
  readonly free: bigint;
  /** What libuv calls when a handle's descriptor is readable. */
  readonly callback: bigint;
  /** What to do then, by handle. */
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
  // libuv keeps the handle as long as it is open, so no JavaScript memory will do.
  const handle = uv["calloc"]!(1n, uv["uv_handle_size"]!(UV_POLL)) as bigint;
  const failed = uv["uv_poll_init"]!(loop, handle, epoll);
  if (failed !== 0) throw new Error(`uv_poll_init() failed with ${failed}`);
  let ended = false;
  let wanted = false;
  function close(): void {
    ended = true;
    wanted = false;
    process.off("exit", close);
    readable.delete(handle);
    uv["uv_close"]!(handle, free);
  }
  // The loop runs once more to close what is open, too late for JavaScript: a callback then, or in a Worker a handle that is open,
  // aborts the process. (Worker.terminate() gives no chance to close it.)
  process.once("exit", close);

  function fire(): void {
    if (!wanted) return;
    wanted = false;
    ready();
  }
  readable.set(handle, () => {
    uv["uv_poll_stop"]!(handle);
    setImmediate(fire); // promises settled right here would wait for the next turn of the loop: no microtasks run after it
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
    close(): void {
      if (!ended) close();
    },
  };
}
