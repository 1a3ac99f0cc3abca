/** Tables are walked, or compiled to code: whatever is decoded in a test is decoded both ways, with one outcome. */
import { assertEquals } from "@std/assert";
import { compiling } from "../../core/codec/compile.ts";
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

/** What `work`, which decodes and changes nothing, comes to: walking tables and compiled ones must agree, to the order of fields. */
export function bothWays<T>(work: () => T): T {
  const walked = outcome(Infinity, work), compiled = outcome(1, work);
  if ("error" in walked || "error" in compiled) {
    assertEquals(String((compiled as { error?: unknown }).error), String((walked as { error?: unknown }).error));
    throw (walked as { error: unknown }).error;
  }
  assertEquals(compiled.value, walked.value);
  assertEquals(stringify(compiled.value), stringify(walked.value));
  return walked.value;
}
