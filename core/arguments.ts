/**
 * Arguments of verbs: what they are called in messages, and what is refused before anything is sent.
 *
 * @module
 */
import { argumentError } from "./errors.ts";
import { didYouMean, type Field, shown } from "./codec/mod.ts";

/** Several of an object: links, addresses, TCP metrics. */
export function plural(object: string): string {
  if (/[^aeiou]y$/.test(object)) return `${object.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(object) ? `${object}es` : `${object}s`;
}

/** Whether a value is an object with fields: no array, no bytes, nothing but that. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/**
 * Refuses what is no object with fields: a missing argument, null, an array, a number, a function.
 *
 * @param what what it is an argument of: `add route`
 */
export function expectFields(value: unknown, what: string, expected = "an object"): asserts value is object {
  if (!isFields(value)) throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/** Refuses fields that are given and that there are none of: misspelt ones above all, which nobody would look at. */
export function expectNames(value: object, what: string, names: Iterable<string>): void {
  const known = new Set(names);
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined || known.has(name)) continue;
    throw argumentError(
      TypeError,
      `Cannot ${what}: there is no field ${shown(name)}${didYouMean(name, known)}`,
    );
  }
}

/** The names of a table's fields, also of those in a nest of their own. */
export function namesOf({ fields }: { readonly fields: readonly Field[] }): string[] {
  return fields.flatMap(({ key, lift }) => lift === undefined ? [key!] : namesOf(lift));
}

/** Refuses a value of another type than those named: a missing argument above all. */
export function expectType(value: unknown, what: string, ...types: readonly ("boolean" | "number" | "string")[]): void {
  const type: string = typeof value;
  if (types.some((one) => one === type)) return;
  const expected = types.map((type) => `a ${type}`).join(" or ");
  throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/** Refuses what is no bytes. */
export function expectBytes(value: unknown, what: string): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  throw argumentError(TypeError, `Cannot ${what}: expected bytes as a Uint8Array, got ${shown(value)}`);
}

/** Refuses what is no array. */
export function expectArray(value: unknown, what: string, expected: string): asserts value is readonly unknown[] {
  if (Array.isArray(value)) return;
  throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/**
 * Whether a filter's value tells any object from another: what is empty, or undefined all the way down, does not, and
 * whoever deletes by it would delete everything.
 */
export function isCondition(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isCondition);
  return isFields(value) ? Object.values(value).some(isCondition) : value !== undefined;
}
