/**
 * Checks of arguments before anything is sent, and their names in error messages.
 *
 * @module
 */
import { shortened } from "../ffi/text.ts";
import { argumentError, atCaller, KernelError } from "./errors.ts";
import { didYouMean, type Field, shown } from "./codec/mod.ts";

/** Returns the plural of an object's name: links, addresses, TCP metrics. */
export function plural(object: string): string {
  if (/[^aeiou]y$/.test(object)) return `${object.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(object) ? `${object}es` : `${object}s`;
}

/** Most characters of an object's name in a message: names of several fields are longer than a single value. */
const LONGEST_NAME = 200;

/** Texts of values that are no name. */
const NAMELESS = /\[object |=>|\b(?:undefined|null|NaN)\b|Symbol\(/;

/**
 * Returns an operation in words: `add link v0`. A value of the wrong shape has no name: then `add link`.
 *
 * @param declaration the name of its objects, and the function that describes one
 */
export function operationOf(
  verb: string,
  { object, describe }: { readonly object: string; readonly describe: (value: object) => string },
  value: object,
): string {
  let name = "";
  try {
    name = describe(value);
  } catch (error) {
    // The check of the value tells what is wrong with it.
    if (!(error instanceof TypeError)) throw error;
  }
  return withName(`${verb} ${object}`, name);
}

/** Returns `what` with a name behind it, unless that is the text of a value of the wrong shape. */
export function withName(what: string, name: string): string {
  return `${what} ${NAMELESS.test(name) ? "" : shortened(name, LONGEST_NAME)}`.trimEnd();
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
export function expectNames(value: object, what: string, names: readonly string[], word = "field"): void {
  for (const name of Object.keys(value)) {
    if ((value as Record<string, unknown>)[name] === undefined || names.includes(name)) continue;
    throw argumentError(
      TypeError,
      `Cannot ${what}: there is no ${word} ${shown(name)}${didYouMean(name, names)}`,
    );
  }
}

/** A form of an option. */
export type OptionKind = "any" | "boolean" | "bytes" | "function" | "number" | "ok" | "signal";

/** The forms of options: what is expected, and the check of a value. */
const OPTION_KINDS: Readonly<Record<OptionKind, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  any: ["", () => true],
  boolean: ["true or false", (value) => typeof value === "boolean"],
  function: ["a function", (value) => typeof value === "function"],
  bytes: ["a number of bytes, 1 or more", (value) => Number.isInteger(value) && (value as number) > 0],
  number: ["a number", (value) => typeof value === "number" && !Number.isNaN(value)],
  ok: ['"ok"', (value) => value === "ok"],
  signal: ["an AbortSignal", (value) => value instanceof AbortSignal],
};

/** The forms of options by name. */
export type OptionKinds = Readonly<Record<string, OptionKind>>;

/** The forms of the options of a watch. */
export const WATCH_OPTIONS: OptionKinds = {
  initial: "boolean",
  resync: "boolean",
  allNamespaces: "boolean",
  buffer: "bytes",
  signal: "signal",
};

/** The forms of the options of a wait. */
export const WAIT_OPTIONS: OptionKinds = { timeout: "any", signal: "signal" };

/** The forms of the options of a stream of events. */
export const EVENT_OPTIONS: OptionKinds = { buffer: "bytes", signal: "signal" };

/** The forms of the options that tell the origin of bytes. */
export const ORIGIN_OPTIONS: OptionKinds = { layout: "any", generic: "any", here: "boolean" };

/** Throws unless the value is an object with options that exist and have the right form. */
export function expectOptions(options: unknown, what: string, kinds: OptionKinds): asserts options is object {
  expectFields(options, what, "options as an object");
  expectNames(options, what, Object.keys(kinds), "option");
  for (const [name, value] of Object.entries(options)) {
    const [expected, fits] = OPTION_KINDS[kinds[name] ?? "any"];
    if (value === undefined || fits(value)) continue;
    throw argumentError(TypeError, `Cannot ${what}: ${name}: expected ${expected}, got ${shown(value)}`);
  }
}

/** The hint of a verb that makes an object and has the option, if the object exists already. */
export const EXISTS_HINT = '{ exists: "ok" } leaves an existing one as it is';

/** True if an option that has only the value `"ok"` is given. */
export function isOk(options: unknown, name: string, what: string): boolean {
  expectOptions(options, what, { [name]: "ok" });
  return (options as Readonly<Record<string, unknown>>)[name] === "ok";
}

/** Returns the names of a table's fields, also of those in a nest of their own. */
export function namesOf({ fields }: { readonly fields: readonly Field[] }): readonly string[] {
  let names = namesOfFields.get(fields);
  if (names === undefined) {
    names = fields.flatMap(({ key, lift }) => lift === undefined ? [key!] : namesOf(lift));
    namesOfFields.set(fields, names);
  }
  return names;
}

/** The names of each table's fields, as the keys of most requests are compared with them. */
const namesOfFields = new WeakMap<readonly Field[], readonly string[]>();

/** Throws unless the value has one of the types: above all for a missing argument. */
export function expectType(value: unknown, what: string, ...types: readonly ("boolean" | "number" | "string")[]): void {
  const type: string = typeof value;
  if (types.some((one) => one === type)) return;
  const expected = types.map((type) => `a ${type}`).join(" or ");
  throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
}

/**
 * Throws unless the value is a function that is not async.
 *
 * @param what the operation that calls it: `run a batch`
 */
export function expectCallback(value: unknown, what: string, expected = "a function"): void {
  if (typeof value !== "function") {
    throw argumentError(TypeError, `Cannot ${what}: expected ${expected}, got ${shown(value)}`);
  }
  if (value.constructor.name === "AsyncFunction") throw asyncError(what);
}

/** True for a promise; its failure is not reported, since nobody waits for it. */
export function isPromise(value: unknown): boolean {
  if (!isFields(value) || typeof value["then"] !== "function") return false;
  (value as unknown as Promise<unknown>).then(undefined, () => {});
  return true;
}

/** Returns the error of a callback that returns a promise. */
export function asyncError(what: string): TypeError {
  return argumentError(
    TypeError,
    `Cannot ${what} with an async function: it must do its work before it returns`,
  );
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

type Method = (...given: unknown[]) => unknown;

/** Returns the methods that a prototype has itself. */
function methodsOf(prototype: object): (readonly [name: string, method: Method])[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
    typeof value === "function" && name !== "constructor" ? [[name, value as Method] as const] : []
  );
}

/** Returns the prototypes of an object, from its class to the first of its base classes. */
function prototypesOf(self: object): object[] {
  const all: object[] = [];
  for (let of = Object.getPrototypeOf(self); of !== Object.prototype; of = Object.getPrototypeOf(of)) all.push(of);
  return all;
}

/** Gives an object its methods as its own, so that `const { batch } = open()` works. */
export function bindMethods(self: object): void {
  for (const [name, method] of prototypesOf(self).reverse().flatMap(methodsOf)) {
    Object.defineProperty(self, name, { value: method.bind(self), writable: true, configurable: true });
  }
}

const guarded = new WeakSet<object>();

/** The number of guarded methods that run: above 1, one of them calls another. */
let depth = 0;

/**
 * Makes the methods of an object's class say what is wrong when they are called without it, `const { list } = links`,
 * and the stacks of their errors begin where they were called.
 */
export function guardMethods(self: object): void {
  if (guarded.has(Object.getPrototypeOf(self))) return;
  for (const prototype of prototypesOf(self).filter((one) => !guarded.has(one))) {
    guarded.add(prototype);
    for (const [name, method] of methodsOf(prototype)) {
      const checked = function (this: unknown, ...given: unknown[]): unknown {
        depth++;
        try {
          if (this !== undefined) return method.apply(this, given);
          throw argumentError(TypeError, `Cannot call ${name}() apart from its object: write object.${name}(…)`);
        } catch (error) {
          const told = name === "flush" ? asFlush(error) : error;
          throw depth > 1 ? told : atCaller(told, checked);
        } finally {
          depth--;
        }
      };
      Object.defineProperty(checked, "name", { value: name });
      Object.defineProperty(prototype, name, { value: checked, writable: true, configurable: true });
    }
  }
}

/** Returns the error of a flush: a flush lists first, and an error about the list names the flush instead. */
function asFlush(error: unknown): unknown {
  const LIST = "Cannot list ";
  if (!(error instanceof Error && error.message.startsWith(LIST))) return error;
  if (error instanceof KernelError) {
    return new KernelError(error.operation.replace("list", "flush"), error.errno, error, error.code);
  }
  const kind = error instanceof TypeError ? TypeError : RangeError;
  return error instanceof kind ? argumentError(kind, error.message.replace(LIST, "Cannot flush ")) : error;
}

/**
 * Throws if a filter to delete by has an undefined field, also in a nested object: without the condition that was meant,
 * more objects would be deleted.
 */
export function expectNoUndefined(filter: object, what: string, path = ""): void {
  for (const [name, value] of Object.entries(filter)) {
    const field = `${path}${name}`;
    if (value === undefined && field !== "all") {
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${field} is undefined: without it, the filter selects more; { all: true } selects all`,
      );
    }
    if (isFields(value)) expectNoUndefined(value, what, `${field}.`);
  }
}

/** Returns an object without its undefined fields. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

/**
 * Throws if a key has an undefined field, also in a nested object: without the value that was meant, the key denotes
 * another object. An undefined field that is only received is allowed, since keys do not need it.
 *
 * @param fields the fields of the object's table, if it has one
 */
export function expectDefined(key: object, what: string, fields: readonly Field[] = [], path = ""): void {
  for (const [name, value] of Object.entries(key)) {
    const field = `${path}${name}`;
    if (value === undefined && fields.find(({ key }) => key === name)?.use !== "readOnly") {
      throw argumentError(
        TypeError,
        `Cannot ${what}: ${field} is undefined: leave it out if the key is meant without it`,
      );
    }
    if (isFields(value)) expectDefined(value, what, [], `${field}.`);
  }
}

/**
 * Returns a filter to delete by. Throws if it selects everything without saying so by `{ all: true }`.
 *
 * @param selects returns false for a filter that selects everything
 * @param verb the word for what is done with the objects
 */
export function selection<F extends object>(
  filter: F | { all: true },
  what: string,
  selects: (filter: F) => boolean = isCondition,
  verb = "delete",
): F {
  const given: unknown = filter === undefined ? {} : filter;
  expectFields(given, what, "a filter as an object");
  const { all, ...rest } = given as { all?: unknown };
  if (all !== undefined && all !== true) {
    throw argumentError(TypeError, `Cannot ${what}: all: expected true or undefined, got ${shown(all)}`);
  }
  if ((all === true) === selects(rest as F)) {
    throw argumentError(
      TypeError,
      all === true
        ? `Cannot ${what}: { all: true } excludes other fields`
        : `Cannot ${what} without a filter: use { all: true } to ${verb} all`,
    );
  }
  expectNoUndefined(rest, what);
  return rest as F;
}
