/**
 * Tables are interpreted, or compiled to code, also for one layout. A test decodes in all these ways, which must give
 * the same result.
 */
import { assertEquals } from "@std/assert";
import { compiling } from "../../core/codec/compile_table.ts";
import { stringify } from "../../core/show.ts";

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcome<T>(after: number, work: () => T): Outcome<T> {
  const before = compiling.after;
  compiling.after = after;
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  } finally {
    compiling.after = before;
  }
}

/**
 * Returns the result of `work`, which decodes and changes nothing: all ways must agree, including the order of fields.
 */
export function bothWays<T>(work: () => T): T {
  // Compiled tables know the layouts of messages that they have decoded once.
  const walked = outcome(Infinity, work), others = [outcome(1, work), outcome(1, work)];
  const text = "error" in walked ? undefined : stringify(walked.value);
  for (const compiled of others) {
    if ("error" in walked || "error" in compiled) {
      assertEquals(String((compiled as { error?: unknown }).error), String((walked as { error?: unknown }).error));
    } else {
      assertEquals(compiled.value, walked.value);
      assertEquals(stringify(compiled.value), text);
    }
  }
  if ("error" in walked) throw walked.error;
  return walked.value;
}
