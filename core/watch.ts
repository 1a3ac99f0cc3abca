/**
 * Watches: the kernel's events as an async iterable, from which a map of the objects can be kept correct at all times.
 *
 * @module
 */
import { NETLINK_OPTIONS } from "../ffi/socket.ts";
import { asyncError, isPromise, operationOf } from "./arguments.ts";
import type { Client } from "./client.ts";
import { Subscription, Waiting, type WaitOptions } from "./wait.ts";
import type { AnyEvent, Begun, Watchable, WatchOptions } from "./watchable.ts";

export type { WaitOptions } from "./wait.ts";
export type {
  ChangeEvent,
  Listening,
  NoObject,
  OverrunEvent,
  PlainWatchEvent,
  PlainWatchOptions,
  SilentRemoval,
  SyncedEvent,
  Watchable,
  WatchEvent,
  WatchEventWith,
  Watching,
  WatchOptions,
} from "./watchable.ts";

/** Watches collections of one client. The subscription exists when this returns. */
export function watch(
  client: Client,
  collections: readonly Watchable[],
  options: WatchOptions,
): AsyncIterableIterator<AnyEvent> & AsyncDisposable {
  const keep = options.initial === true || options.resync === true;
  const watched = collections.map((collection) => ({ collection, listening: collection.listening(client) }));
  const silent = keep ? collections.flatMap(({ declaration }) => declaration.silentRemoval ?? []) : [];
  const events = client.sibling();
  const begun: Begun = { client, events, watched, silent, keep, options };
  try {
    join(begun);
  } catch (error) {
    events.close();
    throw error;
  }
  return new Subscription<AnyEvent>(
    () => events.close(),
    () => following === undefined ? load(begun) : following(begun),
    options.signal,
    client.closing,
  );
}

/** The loop of a watch, once it is loaded: scripts that only list do not load it. */
let following: typeof import("./follow.ts").follow | undefined;

async function load(begun: Begun): Promise<ReturnType<NonNullable<typeof following>>> {
  following = (await import("./follow.ts")).follow;
  return following(begun);
}

function join({ client, events: { transport, protocol }, watched, silent, options }: Begun): void {
  if (options.buffer !== undefined) transport.setBuffer(options.buffer);
  if (options.allNamespaces === true) transport.setOption(NETLINK_OPTIONS.NETLINK_LISTEN_ALL_NSID, 1);
  const groups = new Set([
    ...watched.flatMap(({ listening }) => listening.groups),
    ...silent.flatMap(({ groups }) => groups),
    // Names are learnt from this group, so that objects of an interface that is gone still have its name.
    ...(client.options.names !== false && protocol.linkGroup !== undefined ? [protocol.linkGroup] : []),
  ]);
  for (const group of groups) transport.join(group);
}

/** Waits until the object that `key` denotes passes `test`, or is gone. */
export async function waitFor(
  client: Client,
  collection: Watchable,
  key: unknown,
  test: ((value: object) => unknown) | "gone",
  options: WaitOptions,
): Promise<object | undefined> {
  const what = operationOf("wait for", collection.declaration, collection.keyValue(key as never, "wait for"));
  using wait = new Waiting(
    what.slice("wait for ".length),
    options,
    client.closing,
  );
  let last: object | undefined;
  // The watch begins before the first look, so no change between the two is missed.
  // If the kernel removes such objects without an event, only a watch that began with the existing ones notices it.
  const initial = test === "gone" && collection.declaration.silentRemoval !== undefined;
  await using events = watch(client, [collection], { initial, signal: wait.signal });
  const look = (): boolean => {
    last = collection.find(key as never);
    if (test === "gone") return last === undefined;
    const passes = last !== undefined && test(last);
    if (isPromise(passes)) throw asyncError(what);
    return Boolean(passes);
  };
  if (look()) return last;
  let synced = !initial;
  for await (const { event } of events) {
    synced ||= event === "synced";
    if (synced && look()) return last;
  }
  throw wait.failure(
    last === undefined ? "it does not exist" : test === "gone" ? "it still exists" : "it does not pass the test",
  );
}
