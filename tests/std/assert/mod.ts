/**
 * The part of `@std/assert` that the tests use, for machines that cannot reach JSR: the same names, signatures and
 * verdicts; `node:assert` shows the differences of a failure. Where the two could disagree, this one is stricter.
 *
 * @module
 */
import { AssertionError as NodeAssertionError } from "node:assert";
import { inspect } from "node:util";

/** The values that `assertFalse` accepts. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** A class, abstract ones too. */
// deno-lint-ignore no-explicit-any
export type Class<T> = abstract new (...args: any[]) => T;

/** Thrown by every failed assertion. */
export class AssertionError extends Error {
  /** Makes the error with a message and, optionally, a cause. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Counts an assertion, so that tests/test.ts detects tests without any. */
function count(): void {
  const global = globalThis as { assertions?: number };
  global.assertions = (global.assertions ?? 0) + 1;
}

function failure(message: string, msg?: string, details = ""): AssertionError {
  return new AssertionError(`${message}${msg ? `: ${msg}` : "."}${details}`);
}

function show(value: unknown): string {
  return inspect(value, { depth: 8, maxArrayLength: 200, maxStringLength: 10_000 });
}

function difference(actual: unknown, expected: unknown, operator: string): string {
  return `\n${new NodeAssertionError({ actual, expected, operator }).message}`;
}

function sameClass(a: object, b: object): boolean {
  // An object without a prototype counts as a plain object.
  return (a.constructor ?? Object) === (b.constructor ?? Object);
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return undefined;
}

function enumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

/**
 * Compares deeply, as `assertEquals` does. `{ a: undefined }` and `{}` differ; 0 and -0 are equal, and so are two NaN;
 * enumerable symbol keys count, the order of keys does not; classes must be the same.
 */
export function equal(actual: unknown, expected: unknown): boolean {
  const seen = new Map<object, object>();

  function compare(a: unknown, b: unknown): boolean {
    if (a === b || Object.is(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (!sameClass(a, b)) return false;
    if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
    if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
    if (a instanceof WeakMap || a instanceof WeakSet) throw new TypeError("weak collections cannot be compared");
    if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<object>).deref());
    const bytes = bytesOf(a);
    if (bytes) return compare(bytes, bytesOf(b));
    if (seen.get(a) === b) return true;
    seen.set(a, b);
    if (a instanceof Error) {
      const other = b as Error;
      if (a.name !== other.name || a.message !== other.message || !compare(a.cause, other.cause)) return false;
    }
    if (a instanceof Set) {
      const other = b as Set<unknown>;
      return a.size === other.size &&
        [...a].every((item) => other.has(item) || [...other].some((each) => compare(item, each)));
    }
    if (a instanceof Map) {
      const other = b as Map<unknown, unknown>;
      return a.size === other.size && [...a].every(([key, value]) => {
        const partner = other.has(key) ? key : [...other.keys()].find((each) => compare(key, each));
        return other.has(partner) && compare(value, other.get(partner));
      });
    }
    if (ArrayBuffer.isView(a)) return sameElements(a as Uint8Array, b as Uint8Array);
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
    const keys = enumerableKeys(a);
    return keys.length === enumerableKeys(b).length && keys.every((key) =>
      Object.hasOwn(b, key) &&
      compare((a as Record<PropertyKey, unknown>)[key], (b as Record<PropertyKey, unknown>)[key])
    );
  }

  function sameElements(a: Uint8Array, b: Uint8Array): boolean {
    return a.length === b.length && a.every((value, index) => value === b[index] || Object.is(value, b[index]));
  }

  return compare(actual, expected);
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  count();
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  count();
  if (expr) throw new AssertionError(msg);
}

/** Fails. */
export function fail(msg?: string): never {
  count();
  throw failure("Failed assertion", msg);
}

/** Fails unless both are deeply equal, see {@linkcode equal}. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (equal(actual, expected)) return;
  throw failure("Values are not equal", msg, difference(actual, expected, "deepStrictEqual"));
}

/** Fails when both are deeply equal, see {@linkcode equal}. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (!equal(actual, expected)) return;
  throw failure(`Expected actual: ${show(actual)} not to be: ${show(expected)}`, msg);
}

/** Fails unless both are the same value by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  count();
  if (Object.is(actual, expected)) return;
  throw failure("Values are not strictly equal", msg, difference(actual, expected, "strictEqual"));
}

/** Fails when both are the same value by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (Object.is(actual, expected)) throw failure(`Expected "actual" not to be strictly equal to: ${show(actual)}`, msg);
}

/** Fails for `null` and `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  count();
  if (actual === undefined || actual === null) {
    throw failure(`Expected actual: "${actual}" to not be null or undefined`, msg);
  }
}

/** Fails unless `actual` is an instance of the class. */
export function assertInstanceOf<T>(actual: unknown, expectedType: Class<T>, msg?: string): asserts actual is T {
  count();
  if (actual instanceof expectedType) return;
  throw failure(`Expected object to be an instance of "${expectedType.name}" but was ${show(actual)}`, msg);
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (!(actual > expected)) throw failure(`Expect ${show(actual)} > ${show(expected)}`, msg);
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (!(actual >= expected)) throw failure(`Expect ${show(actual)} >= ${show(expected)}`, msg);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (!(actual < expected)) throw failure(`Expect ${show(actual)} < ${show(expected)}`, msg);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  count();
  if (!(actual <= expected)) throw failure(`Expect ${show(actual)} <= ${show(expected)}`, msg);
}

/** Fails unless both are within `tolerance`, by default a ten millionth of what is expected. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  count();
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  throw failure(`Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" > "${allowed}"`, msg);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  count();
  if (!actual.includes(expected)) throw failure(`Expected actual: "${actual}" to contain: "${expected}"`, msg);
}

/** Fails unless `actual` matches the pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  count();
  if (!expected.test(actual)) throw failure(`Expected actual: "${actual}" to match: "${expected}"`, msg);
}

/** Fails when `actual` matches the pattern. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  count();
  if (expected.test(actual)) throw failure(`Expected actual: "${actual}" to not match: "${expected}"`, msg);
}

/** Fails unless `actual` contains a deeply equal value for every value of `expected`. */
export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void {
  count();
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !present.some((candidate) => equal(candidate, item)));
  if (missing.length === 0) return;
  throw failure(`Expected actual: ${show(actual)} to include: ${show(expected)}`, msg, `\nmissing: ${show(missing)}`);
}

/**
 * Fails unless `actual` has, deeply, every own property of `expected`. Properties that `expected` lacks are ignored,
 * including further elements of an array, and so are the classes of both.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  count();
  assertEquals(pick(actual, expected), pick(expected, expected), msg);
}

/** Returns the part of `value` that `shape` has, in plain objects. */
function pick(
  value: unknown,
  shape: unknown,
  seen: Map<unknown, [shape: unknown, picked: unknown]> = new Map(),
): unknown {
  if (!isContainer(value) || !isContainer(shape)) return value;
  const before = seen.get(value);
  if (before?.[0] === shape) return before[1];
  function remember<T>(picked: T): T {
    seen.set(value, [shape, picked]);
    return picked;
  }
  if (value instanceof Set) {
    return shape instanceof Set ? new Set([...value].filter((item) => shape.has(item))) : value;
  }
  if (value instanceof Map) {
    if (!(shape instanceof Map)) return value;
    const picked = remember(new Map());
    for (const [key, item] of value) if (shape.has(key)) picked.set(key, pick(item, shape.get(key), seen));
    return picked;
  }
  if (Array.isArray(value)) {
    if (!Array.isArray(shape)) return value;
    const picked = remember<unknown[]>([]);
    for (const [index, item] of value.slice(0, shape.length).entries()) picked.push(pick(item, shape[index], seen));
    return picked;
  }
  const picked = remember<Record<PropertyKey, unknown>>({});
  for (const key of Reflect.ownKeys(shape)) {
    if (Object.hasOwn(value, key)) {
      picked[key] = pick((value as typeof picked)[key], (shape as typeof picked)[key], seen);
    }
  }
  return picked;
}

/** True if it is an object made of parts, not a value such as a date. */
function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !bytesOf(value) &&
    !(value instanceof RegExp || value instanceof Date || value instanceof URL);
}

/** Fails unless `error` is an Error of the given class with the given message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  count();
  if (!(error instanceof Error)) throw failure(`Expected "error" to be an Error object, but was ${show(error)}`, msg);
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw failure(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}"`,
      msg,
      `\n${error.stack}`,
    );
  }
  if (msgMatches === undefined) return;
  if (typeof msgMatches === "string" ? error.message.includes(msgMatches) : msgMatches.test(error.message)) return;
  throw failure(`Expected error message to include ${show(msgMatches)}, but got ${show(error.message)}`, msg);
}

/** Fails unless `fn` throws; returns the thrown value. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an error of the class, with the text in its message; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: Class<Error> | string,
  includesOrMsg?: string,
  msg?: string,
): unknown {
  count();
  const expected = thrown(classOrMsg, includesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    return expected.check(error);
  }
  throw failure("Expected function to throw", expected.msg);
}

/** Fails unless the promise that `fn` returns is rejected; returns the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless it is rejected with an error of the class, with the text in its message; returns the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Class<Error> | string,
  includesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  count();
  const expected = thrown(classOrMsg, includesOrMsg, msg);
  let promise;
  try {
    promise = fn();
  } catch (cause) {
    throw new AssertionError("Function throws when expected to reject.", { cause });
  }
  if (typeof promise?.then !== "function") throw failure("Function returns no promise to be rejected", expected.msg);
  try {
    await promise;
  } catch (error) {
    return expected.check(error);
  }
  throw failure("Expected function to reject", expected.msg);
}

/** Distinguishes the two forms of `assertThrows` and `assertRejects`. */
function thrown(
  classOrMsg: Class<Error> | string | undefined,
  includesOrMsg: string | undefined,
  msg: string | undefined,
): { msg: string | undefined; check(error: unknown): unknown } {
  if (typeof classOrMsg === "string") return { msg: classOrMsg, check: (error) => error };
  return {
    msg,
    check(error) {
      if (classOrMsg) assertIsError(error, classOrMsg, includesOrMsg, msg);
      return error;
    },
  };
}
