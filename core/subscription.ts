/**
 * Subscriptions: an open socket and its events, as an async iterator. Whatever ends the iterator closes the socket.
 *
 * @module
 */
import { NetlinkError } from "./errors.ts";
import type { Received, Transport } from "./transport.ts";

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

/** Receives the datagrams that have arrived, within the budget of one turn of the event loop. */
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
