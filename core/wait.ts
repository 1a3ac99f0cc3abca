/**
 * Waiting with limits that hold: one for all that a call receives, however little comes at a time, and timers of any length.
 *
 * @module
 */
import { argumentError, NetlinkError, SystemError } from "./errors.ts";
import type { Received, Transport } from "./transport.ts";

/** How long a call waits where nobody says, in ms. */
export const DEFAULT_TIMEOUT = 10_000;
/** What only looks is asked again so often, when its answers were lost. */
export const TRIES = 10;
/** What changes all the time is asked for again after at most so many ms. */
const LONGEST_PAUSE = 128;
/** So many datagrams that nobody wants are taken away before a socket is given up. */
const MOST_LEFT = 1024;

/**
 * Refuses what is no time limit.
 *
 * @throws {TypeError} it is no number
 * @throws {RangeError} it is below 0
 */
export function checkTimeout(timeout: unknown, what: string): number {
  const text = `Cannot ${what}: timeout: expected milliseconds, 0 or more`;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw argumentError(TypeError, `${text}, got ${String(timeout)}`);
  }
  if (timeout < 0) throw argumentError(RangeError, `${text}, got ${timeout}`);
  return timeout;
}

/** The longest that timers of the runtimes take, in ms: beyond, they fire at once. */
const LONGEST_TIMER = 0x7fffffff;

/** Calls `then` after so many ms, of which there may be any number, also Infinity; what it returns takes that back. */
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

/** How long to wait. */
export interface WaitOptions {
  /** In ms, of any length; forever when absent or Infinity. */
  timeout?: number;
  /** Ends the wait with its reason. */
  signal?: AbortSignal;
}

/** A wait for events, which a time limit, a signal or the end of its client ends. */
export class Waiting implements Disposable {
  readonly #what: string;
  readonly #timeout: number;
  readonly #signals: readonly AbortSignal[];
  readonly #over: AbortController = new AbortController();
  readonly #stop = (): void => this.#over.abort();
  readonly #cancel: () => void;

  /**
   * Begins to wait.
   *
   * @param what what for: `link eth0`
   * @param closing the client's, which is aborted as it is closed
   */
  constructor(what: string, { timeout = Infinity, signal }: WaitOptions, closing: AbortSignal) {
    this.#what = what;
    this.#timeout = checkTimeout(timeout, `wait for ${what}`);
    this.#signals = signal === undefined ? [closing] : [signal, closing];
    for (const one of this.#signals) one.throwIfAborted();
    for (const one of this.#signals) one.addEventListener("abort", this.#stop, { once: true });
    this.#cancel = after(timeout, this.#stop);
  }

  /** Aborted as it ends. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Why it ended: the reason of what was aborted, or TIMEOUT, with what there is instead. */
  failure(instead: string): unknown {
    const aborted = this.#signals.find((one) => one.aborted);
    if (aborted !== undefined) return aborted.reason;
    return new NetlinkError(
      `Cannot wait any longer for ${this.#what}: after ${this.#timeout} ms ${instead}`,
      "TIMEOUT",
    );
  }

  /** Lets go of timer and signals. */
  [Symbol.dispose](): void {
    this.#cancel();
    for (const one of this.#signals) one.removeEventListener("abort", this.#stop);
  }
}

/** Whether it says that the kernel had more to send than the socket's receive buffer holds. */
export function isOverflow(error: unknown): error is NetlinkError {
  return error instanceof NetlinkError && error.code === "ENOBUFS";
}

/**
 * The datagrams from the kernel that one call receives.
 *
 * Its time limit is for what is waited for all of them. What the caller, or who decodes them, takes meanwhile does not
 * count.
 */
export class Answers {
  readonly #timeout: number;
  #left: number;
  #overflows = 0;
  #lost: NetlinkError | undefined;

  /** Waits so many ms altogether. */
  constructor(timeout: number) {
    this.#timeout = this.#left = timeout;
  }

  /** What the socket said as answers were lost; `undefined` where none were. */
  get lost(): NetlinkError | undefined {
    return this.#lost;
  }

  /** Forgets that answers were lost: what is received from now on is the answer to something else. */
  forget(): void {
    this.#lost = undefined;
    this.#overflows = 0;
  }

  /**
   * The next one. Once some were lost, only what was received before that, and is still there.
   *
   * @throws {NetlinkError} TIMEOUT: none came in time
   * @throws {SystemError} ENOBUFS: some were lost, and no more are there
   */
  next(transport: Transport, what: string): Received {
    while (true) {
      let received: Received | undefined;
      const begin = performance.now();
      // What comes without end must not take for ever, though nothing is waited for.
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
      // Whoever is not the kernel has no say here.
      if (received.port === 0) return received;
    }
  }

  /** True once no time is left to wait. */
  get over(): boolean {
    return this.#left === 0 && this.#timeout > 0;
  }

  /** Waits a moment before the same is tried again, from the third try on; whatever arrives in it is stale. */
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

/** The error of a call whose answer was lost; `hint` says what became of what it asked for. */
export function overflowed(
  what: string,
  cause: NetlinkError,
  hint = "the kernel's answer did not fit the socket's receive buffer and is lost: it may be done, or refused",
): SystemError {
  return new SystemError("recvmsg", 105, what, { hint, cause });
}

/**
 * Takes away what a call left unread: until it is all gone, the kernel sends nothing more to a socket that was too full, and
 * refuses a second dump.
 *
 * @returns whether it is all gone
 */
export function settle(transport: Transport): boolean {
  for (let taken = 0; taken < MOST_LEFT; taken++) {
    try {
      if (transport.receive(0) === undefined) return true;
    } catch (error) {
      // What closed it is said by the next call.
      if (error instanceof NetlinkError && error.code === "CLOSED") return true;
      if (!(error instanceof NetlinkError)) throw error;
    }
  }
  return false;
}
