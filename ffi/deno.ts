/**
 * The FFI and the event loop of Deno.
 * @module
 */
import type { Kind, Libc, Pointer, Runtime, Signature, Waker } from "./libc.ts";

/** The part of the global `Deno` that this file uses; tsc does not know it. */
interface DenoGlobal {
  dlopen(library: string, symbols: Record<string, DenoSymbol>): { symbols: unknown };
  UnsafePointer: { of(memory: ArrayBuffer): Pointer; value(pointer: Pointer): bigint | number };
  UnsafePointerView: { getArrayBuffer(pointer: Pointer, length: number): ArrayBuffer };
  /** The key of Deno's internals. They are no public API, so only what nothing public does is taken from them. */
  internal?: symbol;
  [internal: symbol]: { core?: { refOpPromise?(promise: unknown): void; unrefOpPromise?(promise: unknown): void } };
}

interface DenoSymbol {
  name?: string;
  parameters: string[];
  result: string;
  nonblocking?: boolean;
}

/** Returns Deno's FFI and event loop, given the global `Deno`. */
export function denoRuntime(Deno: DenoGlobal): Runtime {
  let library = "";
  let wait: Nonblocking | undefined;
  return {
    name: "Deno",
    load(path: string, symbols: Readonly<Record<string, Signature>>): Partial<Libc> {
      const table: Record<string, DenoSymbol> = {};
      for (const [name, [parameters, result]] of Object.entries(symbols)) {
        table[name] = { parameters: [...parameters], result }; // our kinds have Deno's names
      }
      const loaded = Deno.dlopen(path, table).symbols as Partial<Libc>;
      library = path;
      return loaded;
    },
    pointerOf: (memory: ArrayBuffer): Pointer => Deno.UnsafePointer.of(memory),
    addressOf: (memory: ArrayBuffer): bigint => BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory))),
    memoryAt: (pointer: Pointer, length: number): ArrayBuffer => Deno.UnsafePointerView.getArrayBuffer(pointer, length),
    createWaker: (libc: Libc, epoll: number, ready: () => number): Waker =>
      createWaker(Deno, wait ??= nonblocking(Deno, library), libc, epoll, ready),
  };
}

/** A nonblocking epoll_wait(), run on a thread of Deno's pool. */
type Nonblocking = (epfd: number, events: Uint8Array, maxevents: number, timeout: number) => Promise<number>;

function nonblocking(Deno: DenoGlobal, library: string): Nonblocking {
  const parameters: Kind[] = ["i32", "buffer", "i32", "i32"];
  const { symbols } = Deno.dlopen(library, { epoll_wait: { parameters, result: "i32", nonblocking: true } });
  return (symbols as { epoll_wait: Nonblocking }).epoll_wait;
}

/**
 * The longest time, in ms, for which waits that end at once may follow each other. Deno runs calls that have returned
 * before timers that are due, so a socket that always has data would otherwise let no timer run.
 */
const WITHOUT_TIMERS = 20;

/** The longest single wait, in ms. It limits how long the call of a terminated Worker holds its thread of the pool. */
const PATIENCE = 60_000;

/**
 * Wakes up through one nonblocking epoll_wait, which takes one of the 32 threads of Deno's pool while there is a wait.
 * It waits for an outer set, which holds the caller's epoll descriptor and an eventfd that ends the call early.
 */
function createWaker(Deno: DenoGlobal, wait: Nonblocking, libc: Libc, epoll: number, ready: () => number): Waker {
  const core = Deno.internal === undefined ? undefined : Deno[Deno.internal]?.core;
  const bell = libc.eventfd(0, 0x80800); // EFD_CLOEXEC | EFD_NONBLOCK
  const outer = libc.epoll_create1(0x80000); // EPOLL_CLOEXEC
  const event = new Uint8Array(16);
  event[0] = 1; // EPOLLIN
  libc.epoll_ctl(outer, 1, epoll, event); // EPOLL_CTL_ADD
  libc.epoll_ctl(outer, 1, bell, event);
  const one = new Uint8Array(8);
  one[0] = 1;
  const counter = new Uint8Array(8);
  const events = new Uint8Array(new ArrayBuffer(32)); // the pool's thread writes here, so this closure keeps it alive
  let wanted = false;
  let running = false;
  let closed = false;
  let ref = true;
  let pending: Promise<number> | undefined;
  let timers = performance.now(); // the time when timers last had their turn

  function applyRef(): void {
    if (pending === undefined) return;
    if (ref) core?.refOpPromise?.(pending);
    else core?.unrefOpPromise?.(pending);
  }
  async function run(): Promise<void> {
    running = true;
    while (wanted) {
      const begin = performance.now();
      pending = wait(outer, events, 2, PATIENCE);
      applyRef();
      // The result is a count, 0 for PATIENCE or -1 for a signal. errno is on another thread, so look in any case.
      await pending;
      pending = undefined;
      const now = performance.now();
      if (now - begin > WITHOUT_TIMERS) timers = now;
      else if (now - timers > WITHOUT_TIMERS) {
        await new Promise<void>((done) => setTimeout(done, 0));
        timers = performance.now();
      }
      libc.read(bell, counter, 8);
      if (!wanted) break;
      wanted = false;
      ready();
    }
    running = false;
    if (closed) free();
  }
  function free(): void {
    libc.close(outer);
    libc.close(bell);
  }
  return {
    arm(): void {
      wanted = true;
      if (!running) run();
    },
    disarm(): void {
      wanted = false;
      if (pending !== undefined) libc.write(bell, one, 8);
    },
    setRef(on: boolean): void {
      ref = on;
      applyRef();
    },
    close(): void {
      closed = true;
      if (!running) return free();
      // The call is about to end. Its descriptors are closed when it has ended, so stay alive until then.
      ref = true;
      applyRef();
      this.disarm();
    },
  };
}
