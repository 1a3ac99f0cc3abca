/**
 * Waits for file descriptors without blocking the event loop.
 *
 * All descriptors of a thread are in one epoll set. Each wait arms its descriptor for one event, so a descriptor that
 * nobody waits for wakes nobody up (backpressure). The runtime's event loop watches the set only while there is a wait:
 * nothing else keeps the process alive. The set is closed with its last descriptor. A terminated Worker cannot do that:
 * its descriptors stay open until the process ends, those in the set and, per Worker, the set and the descriptors that
 * wake the event loop (three on Deno, one on Bun and Node).
 *
 * Source: sys/epoll.h; epoll(7).
 * @module
 */
import { ERRNO, NetlinkError, SystemError } from "./errors.ts";
import type { Waker } from "./libc.ts";
import { architecture, check, createWaker, errno, libc } from "./runtime.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLLONESHOT = 1 << 30;
/** The most descriptors that one call looks at. The others wake us up again. */
const MOST_EVENTS = 64;

/** A pending wait. */
interface Wait {
  ref: boolean;
  events: number;
  resolve(): void;
  reject(reason: unknown): void;
  /** Stops listening to the signal. */
  stop?(): void;
}

let reactor: Reactor | undefined;

/**
 * Waits until a descriptor has something to read, or an error to be fetched by reading.
 *
 * It resolves in a later turn of the event loop even if data is there already, so a busy reader that awaits it lets
 * others run.
 *
 * @param fd a descriptor that poll() supports, with at most one wait at a time
 * @param options `signal` ends the wait with its reason; `ref: false` lets the process end during the wait; `writable`
 * waits until there is room to write instead
 * @throws {NetlinkError} BUSY: there is a wait already; CLOSED: {@linkcode forget} was called
 */
export function waitReadable(
  fd: number,
  options: { signal?: AbortSignal; ref?: boolean; writable?: boolean } = {},
): Promise<void> {
  const { signal, ref = true, writable = false } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    reactor ??= new Reactor();
    const wait: Wait = { ref, events: writable ? EPOLLOUT : EPOLLIN, resolve, reject };
    reactor.add(fd, wait);
    if (signal === undefined) return;
    const abort = (): void => reactor?.cancel(fd, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    wait.stop = () => signal.removeEventListener("abort", abort);
  });
}

/**
 * Ends the wait for a descriptor, if there is one, with code CLOSED, and takes the descriptor out of the set. Call it
 * before closing.
 *
 * @param fd the descriptor
 */
export function forget(fd: number): void {
  reactor?.remove(fd);
}

class Reactor {
  readonly #epoll: number = check(libc().epoll_create1(EPOLL_CLOEXEC), "epoll_create1", "wait for a socket");
  readonly #waker: Waker = createWaker(this.#epoll, () => this.#dispatch());
  /** The descriptors in the set, each with its pending wait. */
  readonly #waits: Map<number, Wait | undefined> = new Map();
  #pending = 0;
  #refs = 0;

  // struct epoll_event: events 0, data 4 or 8: packed on x86-64 only
  readonly #data: number = architecture() === "x64" ? 4 : 8;
  readonly #event: Uint8Array = new Uint8Array(new ArrayBuffer(16));
  readonly #eventView: DataView = new DataView(this.#event.buffer);
  readonly #events: Uint8Array = new Uint8Array(new ArrayBuffer(16 * MOST_EVENTS));
  readonly #eventsView: DataView = new DataView(this.#events.buffer);

  add(fd: number, wait: Wait): void {
    if (this.#waits.get(fd) !== undefined) {
      throw new NetlinkError("Cannot wait for a socket: something waits for it already", "BUSY");
    }
    const known = this.#waits.has(fd);
    const result = this.#control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, wait.events | EPOLLONESHOT);
    check(result, "epoll_ctl", "wait for a socket");
    this.#waits.set(fd, wait);
    this.#count(wait, 1);
    this.#watch();
  }

  cancel(fd: number, reason: unknown): void {
    const wait = this.#take(fd);
    if (wait === undefined) return;
    this.#control(EPOLL_CTL_MOD, fd, EPOLLONESHOT); // no event is wanted any more
    this.#watch();
    wait.reject(reason);
  }

  remove(fd: number): void {
    if (!this.#waits.has(fd)) return;
    const wait = this.#take(fd);
    this.#waits.delete(fd);
    this.#control(EPOLL_CTL_DEL, fd, 0);
    this.#watch();
    if (this.#waits.size === 0) this.#close();
    wait?.reject(new NetlinkError("Cannot wait for a socket: it was closed", "CLOSED"));
  }

  /** Closes the set. The next wait makes another one. */
  #close(): void {
    reactor = undefined;
    this.#waker.close();
    libc().close(this.#epoll);
  }

  /** Ends the waits of all descriptors that are ready, and returns how many there were. */
  #dispatch(): number {
    const ready = libc().epoll_wait(this.#epoll, this.#events, MOST_EVENTS, 0);
    if (ready < 0 && errno() !== ERRNO.EINTR) throw new SystemError("epoll_wait", errno(), "wait for a socket");
    for (let i = 0; i < ready; i++) {
      const fd = this.#eventsView.getInt32(i * (this.#data + 8) + this.#data, true);
      this.#take(fd)?.resolve();
    }
    this.#watch();
    return Math.max(ready, 0);
  }

  /** Removes and returns the wait of a descriptor, which stays in the set. */
  #take(fd: number): Wait | undefined {
    const wait = this.#waits.get(fd);
    if (wait === undefined) return undefined;
    this.#waits.set(fd, undefined);
    wait.stop?.();
    this.#count(wait, -1);
    return wait;
  }

  #count(wait: Wait, by: 1 | -1): void {
    this.#pending += by;
    if (wait.ref) this.#refs += by;
  }

  /**
   * Makes the event loop watch the set while there is a wait, and keep the process alive while a wait with `ref` is
   * among them.
   */
  #watch(): void {
    if (this.#pending === 0) return this.#waker.disarm();
    this.#waker.setRef(this.#refs > 0);
    this.#waker.arm();
  }

  #control(operation: number, fd: number, events: number): number {
    this.#eventView.setUint32(0, events, true);
    this.#eventView.setInt32(this.#data, fd, true);
    return libc().epoll_ctl(this.#epoll, operation, fd, this.#event);
  }
}
