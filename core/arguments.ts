/**
 * Checks of arguments before anything is sent, and their names in error messages.
 *
 * @module
 */
import { argumentError } from "./errors.ts";
import { didYouMean, type Field, shown } from "./codec/mod.ts";

/** Returns the plural of an object's name: links, addresses, TCP metrics. */
export function plural(object: string): string {
  if (/[^aeiou]y$/.test(object)) return `${object.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(object) ? `${object}es` : `${object}s`;
}

/** True if a value is an object with fields, not an array or bytes. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/**
 * Throws unless the value is an object with fields: for a missing argument, null, an array, a number, a function.
 *
 * @param what the operation that the value is an argument of: `add route`
 */
export function expectFields(value: unknown, what: string, expected = "an object"): asserts value is object {
  if (!isFields(value)) throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/** Throws for fields that do not exist: above all for misspelt names, which would otherwise be silently ignored. */
export function expectNames(value: object, what: string, names: Iterable<string>, word = "field"): void {
  const known = new Set(names);
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined || known.has(name)) continue;
    throw argumentError(
      TypeError,
      `Cannot ${what}: there is no ${word} ${shown(name)}${didYouMean(name, known)}`,
    );
  }
}

/** Throws unless the value is an object with options that exist. */
export function expectOptions(options: unknown, what: string, names: readonly string[]): void {
  expectFields(options, what, "options as an object");
  expectNames(options, what, names, "option");
}

/** True if an option that has only the value `"ok"` is given. */
export function isOk(options: unknown, name: string, what: string): boolean {
  expectOptions(options, what, [name]);
  const value = (options as Readonly<Record<string, unknown>>)[name];
  if (value === undefined || value === "ok") return value === "ok";
  throw argumentError(TypeError, `Cannot ${what}: ${name}: expected "ok" or undefined, got ${shown(value)}`);
}

/** Returns the names of a table's fields, also of those in a nest of their own. */
export function namesOf({ fields }: { readonly fields: readonly Field[] }): string[] {
  return fields.flatMap(({ key, lift }) => lift === undefined ? [key!] : namesOf(lift));
}

/** Throws unless the value has one of the types: above all for a missing argument. */
export function expectType(value: unknown, what: string, ...types: readonly ("boolean" | "number" | "string")[]): void {
  const type: string = typeof value;
  if (types.some((one) => one === type)) return;
  const expected = types.map((type) => `a ${type}`).join(" or ");
  throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/** Throws unless the value is bytes. */
export function expectBytes(value: unknown, what: string): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  throw argumentError(TypeError, `Cannot ${what}: expected bytes as a Uint8Array, got ${shown(value)}`);
}

/** Throws unless the value is an array. */
export function expectArray(value: unknown, what: string, expected: string): asserts value is readonly unknown[] {
  if (Array.isArray(value)) return;
  throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/**
 * True if a filter's value distinguishes any object from another. An empty value, or one with only undefined fields,
 * does not, and deleting by it would delete everything.
 */
export function isCondition(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isCondition);
  return isFields(value) ? Object.values(value).some(isCondition) : value !== undefined;
}
