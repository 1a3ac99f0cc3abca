/**
 * Watches: the kernel's events as an async iterable that a map can follow without ever being wrong.
 *
 * @module
 */
import { NETLINK_OPTIONS } from "../ffi/socket.ts";
import type { Client } from "./client.ts";
import { type Codec, Reader } from "./codec/mod.ts";
import { EventNames } from "./event_names.ts";
import { eachMessage, NLM_F, NLMSG_HDRLEN } from "./message.ts";
import { stringify } from "./show.ts";
import { drain, type OverrunEvent, Subscription } from "./stream.ts";
import type { Received } from "./transport.ts";
import { Waiting, type WaitOptions } from "./wait.ts";

export type { OverrunEvent } from "./stream.ts";
export type { WaitOptions } from "./wait.ts";

/** How to watch. */
export interface WatchOptions {
  /** Begins with every object that there is, then `synced`. */
  initial?: boolean;
  /** After lost messages: reads everything again, gives the difference, then `synced`. */
  resync?: boolean;
  /** Hears of other namespaces too that this one has numbers for: such events have an `nsid`. */
  allNamespaces?: boolean;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the watch, as leaving the loop does, and as the end of its client does. */
  signal?: AbortSignal;
}

/** An object is this now, or is gone. */
export interface ChangeEvent<O extends string, T> {
  /** `new`: the object is this now; `del`: it is gone. */
  readonly event: "new" | "del";
  /** What kind of object. */
  readonly object: O;
  /** The object. */
  readonly value: T;
  /** The namespace that it lives in, by this one's number for it; absent for this one. */
  readonly nsid?: number;
}

/** What a watch gives. */
export type WatchEvent<C> =
  | C
  /** All that there was has been given: the consumer's state is the kernel's. */
  | SyncedEvent
  /** Messages were lost. */
  | OverrunEvent;

/** All that there was has been given: the consumer's state is the kernel's. */
export interface SyncedEvent {
  /** The word. */
  readonly event: "synced";
}

/** When a watch that keeps state has to look for itself: the kernel removes objects as others go, and says nothing. */
export interface SilentRemoval {
  /** Groups that tell of those others. */
  readonly groups: readonly number[];
  /** The types of their messages. */
  readonly types: readonly number[];
  /** Returns when the kernel is done with what it last told of. */
  readonly settle: (client: Client) => void;
}

/** What a watch hears of the objects of a collection. */
export interface Listening<T extends object> {
  /** Numbers of the multicast groups. */
  readonly groups: readonly number[];
  /** Types of their messages. */
  readonly types: readonly number[];
  /** How an event's payload is read. */
  readonly codec: Codec<T, never>;
  /** What a message says of an object; `undefined` where it is about something else. */
  readonly event: (type: number, from: Reader, at: number) => "new" | "del" | undefined;
}

/** A collection as a watch needs it. */
export interface Watchable {
  /** What its objects are called, and how they go without an event of their own. */
  readonly declaration: {
    readonly object: string;
    readonly describe: (value: object) => string;
    readonly silentRemoval?: SilentRemoval;
  };
  /** What a watch through `client` listens to. */
  listening(client: Client): Listening<object>;
  /** All objects. */
  list(): object[];
  /** The one that `key` names, `undefined` when there is none. */
  find(key: never): object | undefined;
  /** The object that a key stands for. */
  keyValue(key: never): object;
  /** What tells an object from all others, as text. */
  key(value: object): string;
}

type AnyEvent = WatchEvent<ChangeEvent<string, object>>;

/** One kind of object that is watched. */
interface Watched {
  readonly collection: Watchable;
  readonly listening: Listening<object>;
  /** What there is, by key; `undefined` in a watch that keeps no state. */
  readonly state: Map<string, object> | undefined;
  /** Keys of those that are there more than once: kernels let a route be replaced by the like of another. */
  readonly doubled: Set<string>;
}

/** Watches collections of one client. The subscription begins before this returns. */
export function watch(
  client: Client,
  collections: readonly Watchable[],
  options: WatchOptions,
): AsyncIterableIterator<AnyEvent> & AsyncDisposable {
  return new Watch(client, collections, options).subscription;
}

class Watch {
  /** What the consumer has. */
  readonly subscription: Subscription<AnyEvent>;
  readonly #client: Client;
  readonly #options: WatchOptions;
  readonly #watched: readonly Watched[];
  readonly #events: Client;
  readonly #names: EventNames;
  readonly #silent: ReadonlySet<number>;
  #dirty = false;

  constructor(client: Client, collections: readonly Watchable[], options: WatchOptions) {
    this.#client = client;
    this.#options = options;
    const keep = options.initial === true || options.resync === true;
    this.#watched = collections.map((collection) => ({
      collection,
      listening: collection.listening(client),
      state: keep ? new Map() : undefined,
      doubled: new Set(),
    }));
    const silent = keep ? collections.flatMap(({ declaration }) => declaration.silentRemoval ?? []) : [];
    this.#silent = new Set(silent.flatMap(({ types }) => types));
    this.#events = client.sibling();
    this.#names = new EventNames(this.#events.transport, this.#events.names, client.protocol.linkName);
    try {
      this.#subscribe(silent);
    } catch (error) {
      this.#events.close();
      throw error;
    }
    this.subscription = new Subscription(
      () => this.#events.close(),
      () => this.#events$(),
      options.signal,
      client.closing,
    );
  }

  #subscribe(silent: readonly SilentRemoval[]): void {
    const { transport, protocol } = this.#events, { options } = this.#client;
    if (this.#options.buffer !== undefined) transport.setBuffer(this.#options.buffer);
    if (this.#options.allNamespaces === true) transport.setOption(NETLINK_OPTIONS.NETLINK_LISTEN_ALL_NSID, 1);
    const groups = new Set([
      ...this.#watched.flatMap(({ listening }) => listening.groups),
      ...silent.flatMap(({ groups }) => groups),
      // Names are learnt from it, so that what is gone still has its name.
      ...(options.names !== false && protocol.linkGroup !== undefined ? [protocol.linkGroup] : []),
    ]);
    for (const group of groups) transport.join(group);
  }

  async *#events$(): AsyncGenerator<AnyEvent, void, undefined> {
    for (const watched of this.#watched) {
      if (watched.state === undefined) continue;
      for (const event of this.#difference(watched)) if (this.#options.initial === true) yield event;
    }
    if (this.#options.initial === true) yield { event: "synced" };
    let overrun = false;
    while (true) {
      const events: AnyEvent[] = [];
      const { lost, empty } = drain(this.#names, (received) => {
        // Only the kernel tells of the kernel's objects.
        if (received.port === 0) this.#take(received, events);
      });
      yield* events;
      if (lost) {
        yield { event: "overrun" };
        overrun = this.#options.resync === true;
        this.#dirty ||= overrun;
      }
      // Only when all that was told has been heard: what there is now is the sum of it.
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

  /** Reads everything again and tells what is other than it was. */
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
    // Numbers of another namespace's interfaces mean nothing here.
    if (this.#client.options.names !== false && nsid === undefined) from.names = this.#names;
    eachMessage(from, (at, end) => {
      const type = from.view.getUint16(at + 4, true), flags = from.view.getUint16(at + 6, true);
      const link = nsid === undefined ? linkName?.(type, from, at + NLMSG_HDRLEN, end) : undefined;
      if (link !== undefined) this.#names.learn(link);
      if (this.#silent.has(type)) this.#dirty = true;
      for (const watched of this.#watched) {
        const { object } = watched.collection.declaration, { codec } = watched.listening;
        const event = watched.listening.event(type, from, at + NLMSG_HDRLEN);
        if (event === undefined) continue;
        const value = codec.decode(from, at + NLMSG_HDRLEN, end, {});
        if (nsid === undefined) this.#apply(watched, event, value, flags);
        events.push(nsid === undefined ? { event, object, value } : { event, object, value, nsid });
      }
      if (link?.gone === true) this.#names.forget(link.index);
    });
  }

  #apply({ collection, state, doubled }: Watched, event: "new" | "del", value: object, flags: number): void {
    if (state === undefined) return;
    const key = collection.key(value), known = state.has(key);
    if (event === "new") state.set(key, value);
    else state.delete(key);
    // One that took another's place, joined others, or was part of another that we knew: what is left of those? Of one that
    // is new beside all others the kernel says so, whichever way it was made.
    const alone = (flags & NLM_F.NLM_F_EXCL) !== 0;
    if (collection.declaration.silentRemoval !== undefined && (event === "new" ? !alone : !known || doubled.has(key))) {
      this.#dirty = true;
    }
  }
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Waits until the object that `key` names fits. */
export async function waitFor(
  client: Client,
  collection: Watchable,
  key: unknown,
  test: (value: object) => boolean,
  options: WaitOptions,
): Promise<object> {
  const { object, describe } = collection.declaration;
  using wait = new Waiting(
    `${object} ${describe(collection.keyValue(key as never))}`.trimEnd(),
    options,
    client.closing,
  );
  let last: object | undefined;
  // The watch begins before the first look, so nothing is missed between the two.
  await using events = watch(client, [collection], { signal: wait.signal });
  const look = (): boolean => (last = collection.find(key as never)) !== undefined && test(last);
  if (look()) return last!;
  for await (const _event of events) if (look()) return last!;
  throw wait.failure(last === undefined ? "there is none" : "it is not as wanted");
}
