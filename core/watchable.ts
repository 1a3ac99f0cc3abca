/**
 * The types that watches and collections share. Types only: importing them costs nothing and closes no circle.
 *
 * @module
 */
import type { Client } from "./client.ts";
import type { Codec, Reader } from "./codec/mod.ts";
import type { OverrunEvent } from "./subscription.ts";

export type { OverrunEvent } from "./subscription.ts";

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

/** An event of any kind of objects. */
export type AnyEvent = WatchEvent<ChangeEvent<string, object>>;

/** A watch that has begun. */
export interface Begun {
  /** The client that the objects are looked at through. */
  readonly client: Client;
  /** What the events arrive on. */
  readonly events: Client;
  /** What is watched. */
  readonly watched: readonly { readonly collection: Watchable; readonly listening: Listening<object> }[];
  /** How objects go without an event of their own. */
  readonly silent: readonly SilentRemoval[];
  /** Whether it keeps what there is. */
  readonly keep: boolean;
  /** How to watch. */
  readonly options: WatchOptions;
}
