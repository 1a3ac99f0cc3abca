/**
 * Names of interfaces for who follows events: those that the interfaces had when the events were sent, remembered as long as
 * the interface is there.
 *
 * @module
 */
import { type Names, Reader } from "./codec/mod.ts";
import { DecodeError } from "./errors.ts";
import { eachMessage, NLMSG_HDRLEN } from "./message.ts";
import type { CallNames, LinkName, LinkNameReader } from "./interface_names.ts";
import type { Received, Transport } from "./transport.ts";

/** As many names as are remembered of interfaces of which no event says that they are gone. */
const MOST_NAMES = 1000;

/** Names for events where no link event is heard: those of the moment, and the last one of an interface that is gone. */
export class LastNames implements Names {
  readonly #inner: CallNames;
  readonly #last = new Map<number, string>();
  readonly #told = new Map<number, string | undefined>();

  /** Asks `inner`. */
  constructor(inner: CallNames) {
    this.#inner = inner;
  }

  /** Says that another datagram is at hand: interfaces may have changed since. */
  next(): void {
    this.#inner.forget();
    this.#told.clear();
  }

  /** The name of interface `index`; `undefined` where it has another than before, as the number may be another's. */
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

  /** The number of the interface called `name`. */
  index(name: string): number | undefined {
    return this.#inner.index(name);
  }
}

/** The longest line of datagrams that is received before its turn: what a large receive buffer holds. */
const LONGEST_LINE = 10_000;

/**
 * What arrives on a socket that follows events, and the names that interfaces had when each was sent.
 *
 * An event is read later than it was sent, and in between its interface may be gone and its number another's. So a name
 * that no link event has told is asked of the kernel, and then what has arrived until then is received ahead of its
 * turn: if it tells of that interface, it knows the name. Each name is forgotten with its interface.
 */
export class EventNames implements Names {
  readonly #transport: Transport;
  readonly #inner: CallNames;
  readonly #linkName: LinkNameReader | undefined;
  readonly #last: LastNames;
  readonly #known = new Map<number, string>();
  /** Received ahead of their turn: datagrams, and the error in the place of what was lost. */
  #line: (Received | Error)[] = [];
  #next = 0;
  /** What the link events in the line say, by interface and in order. */
  readonly #coming = new Map<number, string[]>();
  /** Whether link events may be missing from the line. */
  #gap = false;
  /** Whether link events may be missing from what had its turn, or will be until all that is there has arrived. */
  #lost = false;

  /** Asks `inner` what no event has told; without a `linkName` none tells of names. */
  constructor(transport: Transport, inner: CallNames, linkName: LinkNameReader | undefined) {
    this.#transport = transport;
    this.#inner = inner;
    this.#last = new LastNames(inner);
    this.#linkName = linkName;
  }

  /** The next datagram, if one is there. */
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
      // Others may be received while it is read.
      return received && this.#linkName !== undefined ? keep(received) : received;
    } catch (error) {
      this.#lose();
      throw error;
    }
  }

  /** Says what a link event tells, when it has its turn. */
  learn({ index, name }: LinkName): void {
    const coming = this.#coming.get(index);
    coming?.shift();
    if (coming?.length === 0) this.#coming.delete(index);
    if (!this.#lost) this.#known.set(index, name);
  }

  /** Says that an interface is gone: its number may become another's. */
  forget(index: number): void {
    this.#known.delete(index);
  }

  /** The name that interface `index` had when the datagram at hand was sent; `undefined` where it may be another's. */
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

  /** The number of the interface called `name`. */
  index(name: string): number | undefined {
    return this.#inner.index(name);
  }

  /** Receives all that is there; `false` where it may not be all that was sent. */
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
      // Broken framing is an error when the datagram has its turn.
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  #lose(): void {
    this.#lost = true;
    this.#known.clear();
  }
}

/** A datagram that stays as it is when the next one is received: object and memory are used again for that. */
function keep({ bytes: memory, length, port, groups, nsid, credentials }: Received): Received {
  const bytes = memory.slice(0, length);
  return { bytes, view: new DataView(bytes.buffer), length, port, groups, nsid, credentials };
}
