/**
 * Names of interfaces for watches: the names that the interfaces had when the events were sent, remembered as long as
 * the interfaces exist.
 *
 * @module
 */
import { type Names, Reader } from "./codec/mod.ts";
import { DecodeError } from "./errors.ts";
import { eachMessage, NLMSG_HDRLEN } from "./message.ts";
import type { CallNames } from "./exchange.ts";
import type { LinkName, LinkNameReader } from "./protocol.ts";
import type { Received, Transport } from "./transport.ts";

/** Most names that are remembered if no event reports the end of an interface. */
const MOST_NAMES = 1000;

/** Looks up names for streams without link events: the current name, or the last one of an interface that is gone. */
export class LastNames implements Names {
  readonly #inner: CallNames;
  readonly #last = new Map<number, string>();
  readonly #told = new Map<number, string | undefined>();

  /** Uses `inner` to look up names. */
  constructor(inner: CallNames) {
    this.#inner = inner;
  }

  /** Begins the next datagram: interfaces may have changed since the last one. */
  next(): void {
    this.#inner.forget();
    this.#told.clear();
  }

  /**
   * Returns the name of interface `index`; `undefined` if it differs from the last one, since the number may belong to
   * another interface now.
   */
  name(index: number): string | undefined {
    if (!this.#told.has(index)) this.#told.set(index, this.#look(index));
    return this.#told.get(index);
  }

  #look(index: number): string | undefined {
    const now = this.#inner.name(index), last = this.#last.get(index);
    if (now === undefined) return last;
    this.#last.delete(index);
    this.#last.set(index, now);
    if (this.#last.size > MOST_NAMES) this.#last.delete(this.#last.keys().next().value!);
    return last === undefined || last === now ? now : undefined;
  }

  /** Returns the number of the interface called `name`. */
  index(name: string): number | undefined {
    return this.#inner.index(name);
  }
}

/** Most datagrams that are received ahead of their turn; a large receive buffer holds as many. */
const LONGEST_LINE = 10_000;

/**
 * Receives the datagrams of a watch, and tells the names that interfaces had when each was sent.
 *
 * An event is read later than it was sent. In between, its interface may have gone, and its number may have been given
 * to another. So if no link event has told an interface's name, the kernel is asked for it, and then all datagrams that
 * have arrived so far are received ahead of their turn: if one of them is about that interface, it has the name. A name
 * is forgotten with its interface.
 */
export class EventNames implements Names {
  readonly #transport: Transport;
  readonly #inner: CallNames;
  readonly #linkName: LinkNameReader | undefined;
  readonly #last: LastNames;
  readonly #known = new Map<number, string>();
  /** Datagrams received ahead of their turn, with an error in the place of lost ones. */
  #line: (Received | Error)[] = [];
  #next = 0;
  /** The names in the link events of the line, by interface and in order. */
  readonly #coming = new Map<number, string[]>();
  /** True if link events may be missing from the line. */
  #gap = false;
  /**
   * True if link events may be missing from the datagrams that were returned; until all that has arrived is received.
   */
  #lost = false;

  /** Asks `inner` for names that no event has told; without a `linkName`, no event tells any. */
  constructor(transport: Transport, inner: CallNames, linkName: LinkNameReader | undefined) {
    this.#transport = transport;
    this.#inner = inner;
    this.#last = new LastNames(inner);
    this.#linkName = linkName;
  }

  /** Returns the next datagram, if one has arrived. */
  receive(): Received | undefined {
    this.#last.next();
    if (this.#next < this.#line.length) {
      const next = this.#line[this.#next++]!;
      if (this.#next === this.#line.length) {
        this.#line = [];
        this.#next = 0;
      }
      if (next instanceof Error) this.#lose();
      else return next;
      throw next;
    }
    try {
      const received = this.#transport.receive(0);
      if (received === undefined) this.#lost = this.#gap = false;
      // Others may be received while this one is decoded.
      return received && this.#linkName !== undefined ? keep(received) : received;
    } catch (error) {
      this.#lose();
      throw error;
    }
  }

  /** Stores the name in a link event whose turn has come. */
  learn({ index, name }: LinkName): void {
    const coming = this.#coming.get(index);
    coming?.shift();
    if (coming?.length === 0) this.#coming.delete(index);
    if (!this.#lost) this.#known.set(index, name);
  }

  /** Forgets the name of an interface that is gone: its number may be given to another. */
  forget(index: number): void {
    this.#known.delete(index);
  }

  /**
   * Returns the name that interface `index` had when the current datagram was sent; `undefined` if it may be another
   * interface's.
   */
  name(index: number): string | undefined {
    if (this.#linkName === undefined) return this.#last.name(index);
    const known = this.#known.get(index);
    if (known !== undefined || this.#lost) return known;
    const now = this.#inner.name(index),
      all = this.#lookAhead(),
      name = this.#coming.get(index)?.[0] ?? (all ? now : undefined);
    if (name !== undefined) this.#known.set(index, name);
    return name;
  }

  /** Returns the number of the interface called `name`. */
  index(name: string): number | undefined {
    return this.#inner.index(name);
  }

  /** Receives all datagrams that have arrived; returns `false` if some that were sent may be missing. */
  #lookAhead(): boolean {
    while (!this.#gap) {
      if (this.#line.length - this.#next >= LONGEST_LINE) return false;
      try {
        const received = this.#transport.receive(0);
        if (received === undefined) return true;
        const kept = keep(received);
        this.#line.push(kept);
        if (kept.port === 0 && kept.nsid === undefined) this.#note(kept);
      } catch (error) {
        this.#gap = true;
        this.#line.push(error as Error);
      }
    }
    return false;
  }

  #note({ bytes, view, length }: Received): void {
    const from = new Reader(bytes, length, view);
    try {
      eachMessage(from, (at, end) => {
        const link = this.#linkName!(view.getUint16(at + 4, true), from, at + NLMSG_HDRLEN, end);
        if (link === undefined) return;
        const coming = this.#coming.get(link.index);
        if (coming === undefined) this.#coming.set(link.index, [link.name]);
        else coming.push(link.name);
      });
    } catch (error) {
      // Broken framing is reported when the datagram's turn comes.
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  #lose(): void {
    this.#lost = true;
    this.#known.clear();
  }
}

/** Copies a datagram, because the next receive reuses the object and its memory. */
function keep({ bytes: memory, length, port, groups, nsid, credentials }: Received): Received {
  const bytes = memory.slice(0, length);
  return { bytes, view: new DataView(bytes.buffer), length, port, groups, nsid, credentials };
}
