/**
 * Subscriptions: an open socket and what arrives on it, as an async iterator that whatever ends it closes.
 *
 * @module
 */
import { NetlinkError } from "./errors.ts";
import type { Received, Transport } from "./transport.ts";

/** Messages were lost, as they came faster than they were read. */
export interface OverrunEvent {
  /** The word. */
  readonly event: "overrun";
}

/** Datagrams taken before the event loop has its turn again. */
const BUDGET = 256;

/** What became of {@linkcode drain}. */
export interface Drained {
  /** Whether datagrams were lost. */
  readonly lost: boolean;
  /** Whether nothing is left to be taken. */
  readonly empty: boolean;
}

/** Takes what has arrived, within the budget of one turn of the event loop. */
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
 * An async iterator over what a socket receives. Whatever ends it, its consumer or a signal, closes the socket, and that
 * ends a `next()` that waits. Nothing is received, and the process is not kept alive, while nobody waits for a `next()`.
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
   * @param close closes it
   * @param events what is given, at once or when its code is loaded; an error with code CLOSED ends it quietly once the socket was closed from here
   * @param signals end it: one that its consumer has, that of the client which it belongs to
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

  /** Whether it is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The next event; done when it is over. */
  next(): Promise<IteratorResult<E, void>> {
    return this.#run.next();
  }

  /** Ends it, as leaving the loop does. */
  async return(): Promise<IteratorResult<E, void>> {
    this.end();
    return await this.#run.return();
  }

  /** The same as {@linkcode Subscription.return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The events. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends it: closes the socket. */
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
