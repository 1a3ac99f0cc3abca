/** Requests that remove every entry of a table that matches, as the kernel's flush of bridges and VXLAN interfaces. */
import { expectFields } from "../../core/arguments.ts";
import { shown } from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";

/** NLM_F_BULK: the request deletes all objects that match. */
export const NLM_F_BULK = 0x200;

/**
 * Throws unless an interface and a filter with a condition are given; returns the operation's name for errors.
 *
 * @param objects what is removed: `forwarding entries`
 */
export function expectBulk(dev: unknown, filter: unknown, objects: string): string {
  const verb = `flush ${objects}`;
  if (typeof dev !== "string" && typeof dev !== "number") {
    const expected = "expected an interface's name or number";
    throw argumentError(TypeError, `Cannot ${verb}: dev: ${expected}, got ${shown(dev)}`);
  }
  const what = `${verb} of ${dev}`;
  expectFields(filter, what, "a filter as an object");
  if (Object.values(filter).every((one) => one === undefined)) {
    throw argumentError(TypeError, `Cannot ${what} without a filter: use { all: true } to remove all`);
  }
  return what;
}
