/**
 * Watches of several types of objects by their names, for clients with a collection of each.
 *
 * @module
 */
import { expectOptions, plural, WATCH_OPTIONS } from "./arguments.ts";
import type { Client } from "./client.ts";
import { didYouMean, shown } from "./codec/mod.ts";
import { argumentError } from "./errors.ts";
import { watch, type Watchable, type Watching, type WatchOptions } from "./watch.ts";

/**
 * Watches the collections of `collections` that `args` name; the last of these may be options.
 *
 * @param fields the field of `collections` by the name of its objects
 */
export function watchNamed<E>(
  client: Client,
  collections: object,
  fields: Readonly<Record<string, string>>,
  args: readonly unknown[],
): Watching<E> {
  const last = args[args.length - 1];
  const options = typeof last === "object" && last !== null ? last as WatchOptions : undefined;
  const objects = (options === undefined ? args : args.slice(0, -1)) as string[], known = Object.keys(fields);
  if (Array.isArray(last)) {
    throw argumentError(
      TypeError,
      `Cannot watch an array: write watch(${last.map((one) => shown(one)).join(", ")})`,
    );
  }
  if (objects.length === 0) throw argumentError(TypeError, `Cannot watch nothing: name ${known.join(", ")}`);
  const watched = objects.map((object) => {
    if (Object.hasOwn(fields, object)) {
      const one = (collections as Record<string, Watchable & { readonly watchable?: Watchable }>)[fields[object]!]!;
      return one.watchable ?? one;
    }
    const meant = typeof object === "string" ? didYouMean(object, known) : "";
    throw argumentError(TypeError, `Cannot watch: expected ${known.join(", ")}, got ${shown(object)}${meant}`);
  });
  if (options !== undefined) expectOptions(options, `watch ${objects.map(plural).join(", ")}`, WATCH_OPTIONS);
  return watch(client, watched, options ?? {}) as unknown as Watching<E>;
}
