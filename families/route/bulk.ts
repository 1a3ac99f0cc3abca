/** Arguments of calls that name an interface, and of the requests by which the kernel removes every entry that matches. */
import { expectFields, expectNoUndefined } from "../../core/arguments.ts";
import { shown } from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";

/** NLM_F_BULK: the request deletes all objects that match. */
export const NLM_F_BULK = 0x200;

/** Throws unless the value can name an interface. */
export function expectDevice(dev: unknown, what: string): asserts dev is string | number {
  if (typeof dev === "string" || typeof dev === "number") return;
  throw argumentError(TypeError, `Cannot ${what}: dev: expected an interface's name or number, got ${shown(dev)}`);
}

/**
 * Throws unless an object to change names its interface.
 *
 * @param what the operation: `add a vni`
 */
export function expectTarget(
  { dev, ifindex }: { readonly dev?: unknown; readonly ifindex?: unknown },
  what: string,
): void {
  if ((dev ?? ifindex ?? 0) === 0) throw argumentError(TypeError, `Cannot ${what}: dev is missing`);
}

/**
 * Throws unless an interface and a filter with a condition are given; returns the operation's name for errors.
 *
 * @param objects what is removed: `forwarding entries`
 */
export function expectBulk(dev: unknown, filter: unknown, objects: string): string {
  expectDevice(dev, `flush ${objects}`);
  const what = `flush ${objects} of ${dev}`;
  expectFields(filter, what, "a filter as an object");
  if (Object.values(filter).every((one) => one === undefined)) {
    throw argumentError(TypeError, `Cannot ${what} without a filter: use { all: true } to remove all`);
  }
  const { all } = filter as { all?: unknown };
  if (all !== undefined && all !== true) {
    throw argumentError(TypeError, `Cannot ${what}: all: expected true or undefined, got ${shown(all)}`);
  }
  expectNoUndefined(filter, what);
  return what;
}
