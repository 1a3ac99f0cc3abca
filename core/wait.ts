/**
 * Waits: for answers, with one time limit for all that a call receives, however many datagrams come; for objects, with
 * timers of any length; and for events, by subscriptions, which are async iterators over an open socket.
 *
 * @module
 */
import { shown } from "../ffi/text.ts";
import { argumentError, NetlinkError, refuseLoop, SystemError } from "./errors.ts";
import type { Received, Transport } from "./transport.ts";

/** Default time that a call waits for the kernel, in ms. */
export const DEFAULT_TIMEOUT = 10_000;
/** Most tries of a request that changes nothing, if its answers are lost or the table changes. */
export const TRIES = 10;
/** Longest pause between two tries, in ms. */
const LONGEST_PAUSE = 128;
/** Most stale datagrams that are removed before a socket is replaced. */
const MOST_LEFT = 1024;

/**
 * Checks a time limit, and returns it.
 *
 * @throws {TypeError} it is not a number
 * @throws {RangeError} it is below 0
 */
export function checkTimeout(timeout: unknown, what: string): number {
  const text = `Cannot ${what}: timeout: expected milliseconds, 0 or more`;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw argumentError(TypeError, `${text}, got ${shown(timeout)}`);
  }
  if (timeout < 0) throw argumentError(RangeError, `${text}, got ${timeout}`);
  return timeout;
}

/** Longest delay that the runtimes' timers accept, in ms; with a longer one they fire at once. */
export const LONGEST_TIMER = 0x7fffffff;

/**
 * Calls `then` after `ms` milliseconds, of any number; never for Infinity. Returns a function that cancels the call.
 */
export function after(ms: number, then: () => void): () => void {
  const end = performance.now() + ms;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    const left = Math.max(0, end - performance.now());
    timer = left > LONGEST_TIMER ? setTimeout(wait, LONGEST_TIMER) : setTimeout(then, left);
  };
  if (ms !== Infinity) wait();
  return () => clearTimeout(timer);
}

/** Options of waiting. */
export interface WaitOptions {
  /** Time limit in ms, of any length; none when absent or Infinity. */
  timeout?: number;
  /** Ends the wait with the signal's reason. */
  signal?: AbortSignal;
}

/** A wait for events that a time limit, a signal or the closing of its client ends. */
export class Waiting implements Disposable {
  readonly #what: string;
  readonly #timeout: number;
  readonly #signals: readonly AbortSignal[];
  readonly #closing: AbortSignal | undefined;
  readonly #over: AbortController = new AbortController();
  readonly #stop = (): void => this.#over.abort();
  readonly #cancel: () => void;

  /**
   * Begins to wait.
   *
   * @param what the awaited object: `link eth0`
   * @param closing the client's signal, which closing the client aborts
   */
  constructor(what: string, { timeout = Infinity, signal }: WaitOptions, closing?: AbortSignal) {
    this.#what = what;
    this.#closing = closing;
    this.#timeout = checkTimeout(timeout, `wait for ${what}`);
    this.#signals = [signal, closing].filter((one) => one !== undefined);
    if (this.#signals.some((one) => one.aborted)) throw this.failure("");
    for (const one of this.#signals) one.addEventListener("abort", this.#stop, { once: true });
    this.#cancel = after(timeout, this.#stop);
  }

  /** A signal that is aborted when the wait ends. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Returns the error that ended the wait: the reason of the aborted signal, CLOSED, or TIMEOUT with the present state.
   */
  failure(instead: string): unknown {
    const aborted = this.#signals.find((one) => one.aborted), what = `Cannot wait any longer for ${this.#what}`;
    if (aborted === undefined) return new NetlinkError(`${what}: after ${this.#timeout} ms ${instead}`, "TIMEOUT");
    if (aborted !== this.#closing) return aborted.reason;
    return new NetlinkError(`${what}: the client was closed`, "CLOSED", { cause: aborted.reason });
  }

  /** Releases the timer and the signals. */
  [Symbol.dispose](): void {
    this.#cancel();
    for (const one of this.#signals) one.removeEventListener("abort", this.#stop);
  }
}

/** True if the error means that the kernel's answers did not fit into the socket's receive buffer. */
export function isOverflow(error: unknown): error is NetlinkError {
  return error instanceof NetlinkError && error.code === "ENOBUFS";
}

/**
 * Receives the datagrams from the kernel for one call.
 *
 * The time limit is for waiting, over all datagrams. The time in between, for decoding and the caller's own work, does
 * not count.
 */
export class Answers {
  readonly #timeout: number;
  #left: number;
  #overflows = 0;
  #lost: NetlinkError | undefined;

  /** Waits at most `timeout` ms in total. */
  constructor(timeout: number) {
    this.#timeout = this.#left = timeout;
  }

  /** The socket's error if answers were lost; `undefined` if none were. */
  get lost(): NetlinkError | undefined {
    return this.#lost;
  }

  /** Forgets that answers were lost: those from now on belong to another request. */
  forget(): void {
    this.#lost = undefined;
    this.#overflows = 0;
  }

  /**
   * Returns the next datagram. Once some were lost, it returns only those that have already arrived.
   *
   * @throws {NetlinkError} TIMEOUT: none came in time
   * @throws {SystemError} ENOBUFS: some were lost, and no more have arrived
   */
  next(transport: Transport, what: string): Received {
    while (true) {
      let received: Received | undefined;
      const begin = performance.now();
      // The limit also ends a call for which datagrams arrive without end.
      if (this.#left > 0 || this.#timeout === 0) {
        try {
          received = transport.receive(this.#lost === undefined ? this.#left : 0);
        } catch (error) {
          if (!isOverflow(error)) throw error;
          this.#lost = error;
          if (++this.#overflows < MOST_LEFT) continue;
        } finally {
          this.#left = Math.max(0, this.#left - (performance.now() - begin));
        }
      }
      if (received === undefined) throw this.#lost === undefined ? this.#late(what) : overflowed(what, this.#lost);
      // Datagrams from other processes are ignored.
      if (received.port === 0) return received;
    }
  }

  /** True when no time is left to wait. */
  get over(): boolean {
    return this.#left === 0 && this.#timeout > 0;
  }

  /** Waits before another try, from the third one on. A datagram that arrives meanwhile is stale. */
  backOff(transport: Transport, tries: number): void {
    if (tries < 2) return;
    const begin = performance.now();
    try {
      transport.receive(Math.min(LONGEST_PAUSE, 2 ** (tries - 2), this.#left));
    } catch (error) {
      if (!isOverflow(error)) throw error;
    }
    this.#left = Math.max(0, this.#left - (performance.now() - begin));
  }

  #late(what: string): NetlinkError {
    return new NetlinkError(`Cannot ${what}: no reply within ${this.#timeout} ms`, "TIMEOUT");
  }
}

/** Returns the error of a call whose answer was lost; `hint` tells the state of the request. */
export function overflowed(
  what: string,
  cause: NetlinkError,
  hint =
    "the kernel's answer did not fit into the socket's receive buffer and is lost: the request may be done or refused",
): SystemError {
  return new SystemError("recvmsg", 105, what, { hint, cause });
}

/**
 * Removes the datagrams that a call left unread. While any are left, the kernel sends nothing more to a socket that has
 * overflowed, and refuses a second dump.
 *
 * @returns true if all were removed
 */
export function settle(transport: Transport): boolean {
  for (let taken = 0; taken < MOST_LEFT; taken++) {
    try {
      if (transport.receive(0) === undefined) return true;
    } catch (error) {
      // The next call reports an error that closed the socket.
      if (error instanceof NetlinkError && error.code === "CLOSED") return true;
      if (!(error instanceof NetlinkError)) throw error;
    }
  }
  return false;
}

/** Messages were lost, because they arrived faster than they were read. */
export interface OverrunEvent {
  /** The kind of event. */
  readonly event: "overrun";
}

/** Most datagrams received per turn of the event loop. */
const BUDGET = 256;

/** The result of {@linkcode drain}. */
export interface Drained {
  /** True if datagrams were lost. */
  readonly lost: boolean;
  /** True if no datagram is left to receive. */
  readonly empty: boolean;
}

/**
 * Receives the datagrams that have arrived, within the budget of one turn of the event loop. Async generators yield what
 * is in them by a loop, as `yield*` makes several promises more for each item.
 */
export function drain(from: Pick<Transport, "receive">, take: (received: Received) => void): Drained {
  let lost = false;
  for (let taken = 0; taken < BUDGET; taken++) {
    let received: Received | undefined;
    try {
      received = from.receive(0);
    } catch (error) {
      if (!(error instanceof NetlinkError && error.code === "ENOBUFS")) throw error;
      lost = true;
      continue;
    }
    if (received === undefined) return { lost, empty: true };
    take(received);
  }
  return { lost, empty: false };
}

type Events<E> = AsyncGenerator<E, void, undefined>;

/**
 * An async iterator over the events of a socket. Whatever ends it, its consumer or a signal, closes the socket, which
 * ends a pending `next()`. While no `next()` is pending, nothing is received, and the process is not kept alive.
 */
export class Subscription<E> implements AsyncIterableIterator<E>, AsyncDisposable {
  readonly #close: () => void;
  readonly #run: AsyncGenerator<E, void, undefined>;
  readonly #signals: readonly AbortSignal[];
  readonly #abort = (): void => this.end();
  #ended = false;

  /**
   * Takes over an open socket.
   *
   * @param close closes the socket
   * @param events returns the events, at once or once its code is loaded; after the subscription has ended, an error
   * with code CLOSED is ignored
   * @param signals end the subscription: one of its consumer, one of its client
   */
  constructor(
    close: () => void,
    events: (subscription: Subscription<E>) => Events<E> | Promise<Events<E>>,
    ...signals: readonly (AbortSignal | undefined)[]
  ) {
    this.#close = close;
    this.#run = this.#guard(events);
    this.#signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.#signals) signal.addEventListener("abort", this.#abort, { once: true });
    if (this.#signals.some(({ aborted }) => aborted)) this.end();
  }

  /** True after the subscription has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Returns the next event; `done` after the end. */
  next(): Promise<IteratorResult<E, void>> {
    return this.#run.next();
  }

  /** Ends the subscription, as leaving the loop does. */
  async return(): Promise<IteratorResult<E, void>> {
    this.end();
    return await this.#run.return();
  }

  /** Does the same as {@linkcode Subscription.return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Returns itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the subscription: closes the socket. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#abort);
    this.#close();
  }

  async *#guard(
    events: (subscription: Subscription<E>) => Events<E> | Promise<Events<E>>,
  ): AsyncGenerator<E, void, undefined> {
    try {
      const given = events(this);
      for await (const event of given instanceof Promise ? await given : given) {
        if (this.#ended) return;
        yield event;
      }
    } catch (error) {
      if (!(this.#ended && error instanceof NetlinkError && error.code === "CLOSED")) throw error;
    } finally {
      this.end();
    }
  }
}

refuseLoop(Subscription, () => "events without await: write for await (const event of …)");
