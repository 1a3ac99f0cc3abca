/**
 * The loop of a watch: yields events, and looks again at objects that the kernel removes without an event.
 *
 * @module
 */
import type { Client } from "./client.ts";
import { Reader } from "./codec/mod.ts";
import { EventNames } from "./event_names.ts";
import { eachMessage, NLM_F, NLMSG_HDRLEN } from "./message.ts";
import { stringify } from "./printable.ts";
import { drain } from "./wait.ts";
import type { Received } from "./transport.ts";
import type { AnyEvent, Begun, Listening, Watchable, WatchOptions } from "./watchable.ts";

/** One kind of object that is watched. */
interface Watched {
  readonly collection: Watchable;
  readonly listening: Listening<object>;
  /** The known objects by key; `undefined` in a watch that keeps no state. */
  readonly state: Map<string, object> | undefined;
  /** Keys of objects that exist more than once: a kernel may replace a route so that it equals another. */
  readonly doubled: Set<string>;
}

/** Yields the events of a watch. */
export function follow(begun: Begun): AsyncGenerator<AnyEvent, void, undefined> {
  return new Watch(begun).run();
}

class Watch {
  readonly #client: Client;
  readonly #options: WatchOptions;
  readonly #watched: readonly Watched[];
  readonly #events: Client;
  readonly #names: EventNames;
  readonly #silent: ReadonlySet<number>;
  #dirty = false;

  constructor({ client, events, watched, silent, keep, options }: Begun) {
    this.#client = client;
    this.#options = options;
    this.#watched = watched.map((one) => {
      const keeps = keep && one.collection.declaration.notices !== true;
      return { ...one, state: keeps ? new Map() : undefined, doubled: new Set() };
    });
    this.#events = events;
    this.#silent = new Set(silent.flatMap(({ types }) => types));
    this.#names = new EventNames(events.transport, events.names, client.protocol.linkName);
  }

  /** Yields the events without end. */
  async *run(): AsyncGenerator<AnyEvent, void, undefined> {
    for (const watched of this.#watched) {
      if (watched.state === undefined) continue;
      for (const event of this.#difference(watched)) if (this.#options.initial === true) yield event;
    }
    if (this.#options.initial === true) yield { event: "synced" };
    let overrun = false;
    while (true) {
      const events: AnyEvent[] = [];
      const { lost, empty } = drain(this.#names, (received) => {
        // Events about the kernel's objects come only from the kernel.
        if (received.port === 0) this.#take(received, events);
      });
      for (const event of events) yield event;
      if (lost) {
        yield { event: "overrun" };
        overrun = this.#options.resync === true;
        this.#dirty ||= overrun;
      }
      // Objects are read again only after all pending events, because the current state is their result.
      if (!empty) await turn();
      else if (this.#dirty) {
        yield* this.#lookAgain(overrun);
        overrun = false;
      } else await this.#events.transport.readable();
    }
  }

  *#lookAgain(synced: boolean): Generator<AnyEvent, void, undefined> {
    this.#dirty = false;
    for (const watched of this.#watched) {
      watched.collection.declaration.silentRemoval?.settle(this.#client);
      yield* this.#difference(watched);
    }
    if (synced) yield { event: "synced" };
  }

  /** Reads everything again and yields the differences from the known state. */
  *#difference({ collection, state, doubled }: Watched): Generator<AnyEvent, void, undefined> {
    if (state === undefined) return;
    const object = collection.declaration.object, present = new Map<string, object>();
    doubled.clear();
    for (const value of collection.list()) {
      const key = collection.key(value);
      if (present.has(key)) doubled.add(key);
      present.set(key, value);
    }
    for (const [key, value] of state) {
      if (present.has(key)) continue;
      state.delete(key);
      yield { event: "del", object, value };
    }
    for (const [key, value] of present) {
      const before = state.get(key);
      if (before !== undefined && stringify(before) === stringify(value)) continue;
      state.set(key, value);
      yield { event: "new", object, value };
    }
  }

  #take(received: Received, events: AnyEvent[]): void {
    const from = new Reader(received.bytes, received.length, received.view), { nsid } = received;
    const { linkName } = this.#events.protocol;
    // Interface numbers of another namespace have no meaning in this one.
    if (this.#client.options.names !== false && nsid === undefined) from.names = this.#names;
    eachMessage(from, (at, end) => {
      const type = from.view.getUint16(at + 4, true), flags = from.view.getUint16(at + 6, true);
      const link = nsid === undefined ? linkName?.(type, from, at + NLMSG_HDRLEN, end) : undefined;
      if (link !== undefined) this.#names.learn(link);
      if (this.#silent.has(type)) this.#dirty = true;
      for (const watched of this.#watched) {
        const { object } = watched.collection.declaration, { codec, spread } = watched.listening;
        const event = watched.listening.event(type, from, at + NLMSG_HDRLEN);
        if (event === undefined) continue;
        const message = codec.decode(from, at + NLMSG_HDRLEN, end, {});
        for (const value of spread?.(message) ?? [message]) {
          if (nsid === undefined) this.#apply(watched, event, value, flags);
          events.push(nsid === undefined ? { event, object, value } : { event, object, value, nsid });
        }
      }
      if (link?.gone === true) this.#names.forget(link.index);
    });
  }

  #apply({ collection, state, doubled }: Watched, event: "new" | "del", value: object, flags: number): void {
    if (state === undefined) return;
    const key = collection.key(value), known = state.has(key);
    if (event === "new") state.set(key, value);
    else state.delete(key);
    // The object may have replaced another, joined others, or been part of one that is known; then the kernel does not
    // report what remains, so all is read again. NLM_F_EXCL marks an object that is new beside all others, however it
    // was made.
    const alone = (flags & NLM_F.NLM_F_EXCL) !== 0;
    const { silentRemoval } = collection.declaration;
    if (silentRemoval === undefined || silentRemoval.single === true) return;
    if (event === "new" ? !alone : !known || doubled.has(key)) this.#dirty = true;
  }
}

/** Waits for one turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
