/** Tables are walked, or compiled to code, also for one layout: what is decoded in a test is decoded all these ways, with one outcome. */
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

/** What `work`, which decodes and changes nothing, comes to: all ways must agree, to the order of fields. */
export function bothWays<T>(work: () => T): T {
  // What is compiled knows the layout of what it has decoded once.
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
