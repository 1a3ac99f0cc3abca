/** The law of objects: those from `list` are deleted by `delete` and restored by `add`. */
import { assert, assertEquals } from "@std/assert";
import type { Codec } from "../../../core/codec/mod.ts";
import type { Field } from "../../../core/codec/entry.ts";
import { stringify } from "../../../core/show.ts";

/** An object as plain fields. */
export type Fields = Record<string, unknown>;

/** The parts of a collection that the law needs. */
export interface Lawful<T> {
  readonly declaration: { readonly object: string; readonly table: { readonly fields: readonly Field[] } };
  list(): T[];
  add(one: never): unknown;
  delete(one: never): void;
  key(one: T): string;
}

/** Returns an object without the fields that its table, and nested tables, mark as read-only. */
export function writable(fields: readonly Field[], value: Fields): Fields {
  const kept: Fields = {};
  for (const [key, one] of Object.entries(value)) {
    const field = fields.flatMap((field) => field.lift?.fields ?? [field]).find((field) => field.key === key);
    if (field === undefined) throw new Error(`The table has no field ${key}`);
    if (field.use === "readOnly") continue;
    const codec = field.codec?.choose?.(value) ?? field.codec;
    const inner = (codec as Codec<unknown, never> & { fields?: readonly Field[] } | undefined)?.fields;
    const nested = inner !== undefined && typeof one === "object" && one !== null && !Array.isArray(one);
    kept[key] = nested ? writable(inner, one as Fields) : one;
  }
  return kept;
}

/** The options of the law for one kind of object. */
export interface Trial<T> {
  /** Selects the objects; all when absent. */
  readonly of?: (one: T) => boolean;
  /** Least number of objects, so that the test cannot be empty. */
  readonly least: number;
  /** Makes an object again; `add` when absent. */
  readonly make?: (one: T, all: readonly T[]) => void;
  /** Order in which they are made, the reverse of that of deleting; as listed when absent. */
  readonly rank?: (one: T) => number;
  /** Returns an object with fixed values for fields that change by themselves, for both sides. */
  readonly steady?: (one: T) => T;
  /** Waits until an object that was made again has its final state. */
  readonly settle?: (one: T) => Promise<unknown>;
}

/** Checks the law for a collection: with its objects, and with these converted to JSON and back. */
export async function law<T extends object>(collection: Lawful<T>, trial: Trial<T>): Promise<void> {
  const { of = () => true, least, make, rank = () => 0, steady = (one) => one, settle } = trial;
  const { object, table } = collection.declaration;
  const list = (): T[] => collection.list().filter(of).sort((a, b) => rank(a) - rank(b));
  const shown = (all: readonly T[]): Map<string, Fields> =>
    new Map(all.map((one) => [collection.key(one), writable(table.fields, steady(one) as Fields)]));
  const before = list();
  assert(before.length >= least, `${before.length} ${object}s, expected ${least} or more`);
  const keys = new Set(before.map((one) => collection.key(one)));
  assertEquals(keys.size, before.length, `two ${object}s have one key`);

  for (const form of [(one: T) => one, (one: T) => JSON.parse(stringify(one)) as T]) {
    const given = before.map(form);
    for (const one of given.toReversed()) {
      // Deleting some of them removes others.
      if (list().some((other) => collection.key(other) === collection.key(one))) collection.delete(one as never);
    }
    assertEquals(list().filter((one) => keys.has(collection.key(one))), [], `${object}s are left`);
    for (const one of given) make === undefined ? collection.add(one as never) : make(one, given);
    for (const one of before) await settle?.(one);
    const was = shown(before), is = shown(list());
    assertEquals([...is.keys()].sort(), [...was.keys()].sort());
    for (const [key, one] of was) assertEquals(is.get(key), one, `${object} ${key}`);
  }
}
