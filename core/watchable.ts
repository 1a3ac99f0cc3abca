/**
 * The types that watches and collections share. Types only: importing them costs nothing and makes no import cycles.
 *
 * @module
 */
import type { Client } from "./client.ts";
import type { Codec, Reader } from "./codec/mod.ts";
import type { OverrunEvent } from "./wait.ts";

export type { OverrunEvent } from "./wait.ts";

/** Options of a watch; `S` is the type of those that make it yield `synced`. */
export interface WatchOptions<S extends boolean | undefined = boolean | undefined> {
  /** Begins with an event for every existing object, then `synced`. */
  initial?: S;
  /** After lost messages: reads everything again, yields the differences, then `synced`. */
  resync?: S;
  /** Also receives events of other network namespaces that have a number in this one; such events have an `nsid`. */
  allNamespaces?: boolean;
  /** Size of the receive buffer in bytes. */
  buffer?: number;
  /** Ends the watch, as leaving the loop and closing the client do. */
  signal?: AbortSignal;
}

/** An object is new or changed, or is gone. */
export interface ChangeEvent<O extends string, T> {
  /** `new`: the object is new or changed; `del`: it is gone. */
  readonly event: "new" | "del";
  /** The kind of object. */
  readonly object: O;
  /** The object. */
  readonly value: T;
  /** The number, in this namespace, of the network namespace of the object; absent for this namespace. */
  readonly nsid?: number;
}

/** An async iterator over events; leaving the loop closes it. */
export type Watching<E> = AsyncIterableIterator<E> & AsyncDisposable;

/** Options of a watch that neither begins with the existing objects nor reads them again. */
export interface PlainWatchOptions extends WatchOptions {
  /** Not given. */
  initial?: false;
  /** Not given. */
  resync?: false;
}

/**
 * An event of a watch without `initial` and `resync`: a change, or the event that messages were lost. Both have the
 * same fields, so that `if (event.object === "link")` is the only check that a script needs.
 */
export type PlainWatchEvent<C> = C | (OverrunEvent & NoObject);

/** An event of a watch. */
export type WatchEvent<C> = PlainWatchEvent<C> | SyncedEvent;

/** An event of a watch with {@linkcode WatchOptions} of the type `S`. */
export type WatchEventWith<S, C> = PlainWatchEvent<C> | (S extends true ? SyncedEvent : never);

/** The fields that events without an object lack. */
export interface NoObject {
  /** Absent. */
  readonly object?: undefined;
  /** Absent. */
  readonly value?: undefined;
  /** Absent. */
  readonly nsid?: undefined;
}

/** All existing objects were yielded: the consumer's state equals the kernel's. */
export interface SyncedEvent extends NoObject {
  /** The kind of event. */
  readonly event: "synced";
}

/**
 * Defines when a watch that keeps state must read its objects again: the kernel removes them without an event when
 * other objects (links, nexthops) change.
 */
export interface SilentRemoval {
  /** Multicast groups that report changes of the other objects. */
  readonly groups: readonly number[];
  /** Message types that mean such a change. */
  readonly types: readonly number[];
  /** Returns when the kernel has finished the change that it last reported. */
  readonly settle: (client: Client) => void;
  /**
   * True if an event of an object never stands for a change of others. If absent, an event of an object that may have
   * replaced or joined others makes the watch read all again.
   */
  readonly single?: true;
}

/** The part of a watch for the objects of one collection. */
export interface Listening<T extends object> {
  /** Numbers of the multicast groups. */
  readonly groups: readonly number[];
  /** Types of the groups' messages. */
  readonly types: readonly number[];
  /** The codec of an event's payload. */
  readonly codec: Codec<T, never>;
  /** Returns the objects in a decoded message, if it may have several. */
  readonly spread?: (message: object) => readonly T[];
  /** Returns the kind of change in a message; `undefined` if it is about something else. */
  readonly event: (type: number, from: Reader, at: number) => "new" | "del" | undefined;
}

/** A collection as a watch uses it. */
export interface Watchable {
  /** The name of its objects, and their removal without an event. */
  readonly declaration: {
    readonly object: string;
    readonly describe: (value: object) => string;
    readonly silentRemoval?: SilentRemoval;
    /** True for messages about what happens: there are no objects whose state a watch could keep. */
    readonly notices?: true;
  };
  /** Returns the groups, message types and codec that a watch needs. */
  listening(client: Client): Listening<object>;
  /** Returns all objects. */
  list(): object[];
  /** Returns the object that `key` denotes, `undefined` when there is none. */
  find(key: never): object | undefined;
  /** Returns the object that a key denotes. */
  keyValue(key: never, verb?: string): object;
  /** Returns a text that distinguishes an object from all others. */
  key(value: object): string;
}

/** An event of any kind of objects. */
export type AnyEvent = WatchEvent<ChangeEvent<string, object>>;

/** A watch that has begun. */
export interface Begun {
  /** The client with which objects are read. */
  readonly client: Client;
  /** The client that receives the events. */
  readonly events: Client;
  /** The collections and their events. */
  readonly watched: readonly { readonly collection: Watchable; readonly listening: Listening<object> }[];
  /** The removals of objects without an event. */
  readonly silent: readonly SilentRemoval[];
  /** True if the watch keeps the state of the objects. */
  readonly keep: boolean;
  /** The options of the watch. */
  readonly options: WatchOptions;
}
