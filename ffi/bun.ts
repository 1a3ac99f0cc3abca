/**
 * The FFI and the event loop of Bun.
 * @module
 */
import type { Kind, Libc, Pointer, Runtime, Signature, Waker } from "./libc.ts";

/** The part of `bun:ffi` that this file uses. */
interface BunFfi {
  dlopen(library: string, symbols: Record<string, { args: string[]; returns: string }>): { symbols: unknown };
  ptr(memory: ArrayBuffer): number;
  toArrayBuffer(pointer: Pointer, offset: number, length: number): ArrayBuffer;
}

/** The part of a socket of `Bun.connect` that this file uses. */
interface BunSocket {
  ref(): void;
  unref(): void;
  terminate(): void;
}

/** The part of the global `Bun` that this file uses. */
interface BunGlobal {
  connect(options: { fd: number; socket: Record<string, (socket: BunSocket) => void> }): Promise<BunSocket>;
}

/** The part of `node:worker_threads` that this file uses. */
interface WorkerThreads {
  Worker: new (source: string, options: { eval: true; workerData: unknown }) => {
    ref(): void;
    unref(): void;
    on(event: "message" | "exit", listener: () => void): void;
  };
}

/** The part of the global `process` that this file uses. */
interface BunProcess {
  getBuiltinModule(name: string): unknown;
}

const KINDS: Readonly<Record<Kind, string>> = { i32: "i32", u32: "u32", usize: "u64", buffer: "ptr", pointer: "ptr" };

/** Returns Bun's FFI and event loop, given the module `bun:ffi`. */
export function bunRuntime(ffi: BunFfi, process: BunProcess): Runtime {
  let library = "";
  return {
    name: "Bun",
    load(path: string, symbols: Readonly<Record<string, Signature>>): Partial<Libc> {
      const table: Record<string, { args: string[]; returns: string }> = {};
      for (const [name, [parameters, result]] of Object.entries(symbols)) {
        table[name] = { args: parameters.map((kind) => KINDS[kind]), returns: KINDS[result] };
      }
      const loaded = ffi.dlopen(path, table).symbols as Partial<Libc>;
      library = path;
      return loaded;
    },
    pointerOf: (memory: ArrayBuffer): Pointer => ffi.ptr(memory) as unknown as Pointer,
    addressOf: (memory: ArrayBuffer): bigint => BigInt(ffi.ptr(memory)),
    memoryAt: (pointer: Pointer, length: number): ArrayBuffer => ffi.toArrayBuffer(pointer, 0, length),
    createWaker: (libc: Libc, epoll: number, ready: () => number): Waker =>
      createWaker(process, library, libc, epoll, ready),
  };
}

/** Uses the event loop itself; falls back to a thread should Bun not behave as {@linkcode createSocketWaker} needs. */
function createWaker(process: BunProcess, library: string, libc: Libc, epoll: number, ready: () => number): Waker {
  let wanted = false;
  let ref = true;
  let broken = false;
  function fire(): number {
    wanted = false;
    return ready();
  }
  function fallBack(): void {
    if (broken) return;
    broken = true;
    waker.disarm();
    waker = createWorkerWaker(process, library, libc, epoll, fire);
    waker.setRef(ref);
    if (wanted) waker.arm();
  }
  let waker = createSocketWaker(libc, epoll, fire, fallBack);
  return {
    arm(): void {
      wanted = true;
      waker.arm();
    },
    disarm(): void {
      wanted = false;
      waker.disarm();
    },
    setRef(on: boolean): void {
      ref = on;
      waker.setRef(on);
    },
    close(): void {
      broken = true;
      waker.close();
    },
  };
}

/** The number of wake-ups in a row that find nothing, after which Bun's socket is no longer trusted. */
const SPURIOUS = 50;

/**
 * Wakes up through `Bun.connect`, without a thread. Bun takes a duplicate of the epoll descriptor for a socket and
 * polls it. When the duplicate is readable, Bun's recv() on it fails (ENOTSOCK), and Bun closes it and calls `close`.
 * That call is the wake-up, and each connection gives one.
 */
function createSocketWaker(libc: Libc, epoll: number, ready: () => number, broken: () => void): Waker {
  const { connect } = (globalThis as unknown as { Bun: BunGlobal }).Bun;
  let wanted = false;
  let ref = true;
  let spurious = 0;
  /** The connection in use. Earlier ones are abandoned. */
  let current: { socket?: BunSocket } | undefined;

  function start(): void {
    const mine: { socket?: BunSocket } = {};
    const copy = libc.fcntl(epoll, 1030, 3); // F_DUPFD_CLOEXEC
    if (copy < 0) return broken();
    current = mine;
    const fail = (): void => {
      if (current !== mine) return;
      current = undefined;
      broken();
    };
    const socket = {
      open(socket: BunSocket): void {
        if (current === mine) mine.socket = socket;
        else socket.terminate();
      },
      close(): void {
        if (current !== mine) return;
        current = undefined;
        if (!wanted) return;
        wanted = false;
        if (ready() > 0) spurious = 0;
        else if (++spurious > SPURIOUS) broken();
      },
      connectError: fail,
      data(): void {},
      end(): void {},
      error(): void {},
    };
    // Before Bun 1.4.5, unref() within open() is ignored. The async function also turns a throw into a rejection.
    (async () => await connect({ fd: copy, socket }))().then((socket) => {
      if (current === mine && !ref) socket.unref();
    }, fail);
  }
  return {
    arm(): void {
      if (wanted) return;
      wanted = true;
      if (current === undefined) start();
    },
    disarm(): void {
      wanted = false;
      const old = current;
      current = undefined;
      old?.socket?.terminate();
    },
    setRef(on: boolean): void {
      ref = on;
      if (on) current?.socket?.ref();
      else current?.socket?.unref();
    },
    close(): void {
      this.disarm();
    },
  };
}

/** The Worker's program: sleeps in poll() on an eventfd and, while armed, on the epoll descriptor. */
const SLEEPER = `
const { dlopen } = process.getBuiltinModule("bun:ffi");
const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
const { poll, read } = dlopen(workerData.library, {
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
  read: { args: ["i32", "ptr", "u64"], returns: "i32" },
}).symbols;
const armed = new Int32Array(workerData.armed);
const memory = new ArrayBuffer(16), fds = new Int32Array(memory), bytes = new Uint8Array(memory);
const counter = new Uint8Array(8);
fds[1] = fds[3] = 1; // POLLIN
fds[2] = workerData.bell;
while (Atomics.load(armed, 0) !== 2) {
  const listening = Atomics.load(armed, 0) === 1;
  fds[0] = listening ? workerData.epoll : -1;
  poll(bytes, 2, -1);
  if (fds[3] >>> 16) read(workerData.bell, counter, 8);
  if (listening && fds[1] >>> 16 && Atomics.compareExchange(armed, 0, 1, 0) === 1) parentPort.postMessage(0);
}`;

/** Wakes up through a thread. While disarmed, the thread keeps nothing alive; closing the waker ends it. */
function createWorkerWaker(
  process: BunProcess,
  library: string,
  libc: Libc,
  epoll: number,
  ready: () => number,
): Waker {
  const { Worker } = process.getBuiltinModule("node:worker_threads") as WorkerThreads;
  const bell = libc.eventfd(0, 0x80800); // EFD_CLOEXEC | EFD_NONBLOCK
  const one = new Uint8Array(8);
  one[0] = 1;
  const memory = new SharedArrayBuffer(4);
  const armed = new Int32Array(memory);
  const worker = new Worker(SLEEPER, { eval: true, workerData: { library, epoll, bell, armed: memory } });
  let wanted = false;
  let ref = true;
  function applyRef(): void {
    if (wanted && ref) worker.ref();
    else worker.unref();
  }
  worker.unref();
  worker.on("message", () => {
    if (!wanted) return;
    wanted = false;
    applyRef();
    ready();
  });
  return {
    arm(): void {
      if (wanted) return;
      wanted = true;
      applyRef();
      if (Atomics.exchange(armed, 0, 1) === 0) libc.write(bell, one, 8);
    },
    disarm(): void {
      wanted = false;
      applyRef();
      Atomics.store(armed, 0, 0);
      libc.write(bell, one, 8);
    },
    setRef(on: boolean): void {
      ref = on;
      applyRef();
    },
    close(): void {
      worker.on("exit", () => libc.close(bell));
      worker.ref();
      Atomics.store(armed, 0, 2);
      libc.write(bell, one, 8);
    },
  };
}
