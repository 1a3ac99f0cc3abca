/** The faults in the tests of tests/seeded/ make tests/run.ts fail and are named, on the runtime of this test. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../test.ts";

const { deno, bun } = process.versions, runtime = deno !== undefined ? "deno" : bun !== undefined ? "bun" : "node";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test("the test runner names tests that failed, hung, had no assertion or were skipped, and runs the others", () => {
  // With this variable, Node's runner would behave as a child of another runner.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(
    "node_modules/.bin/deno",
    ["run", "-A", "tests/run.ts", "--only", runtime, "tests/seeded/"],
    { cwd: ROOT, encoding: "utf8", env },
  );
  assertEquals(status, 1);
  const [, summary] = stdout.split("=== summary ===\n");
  assert(summary !== undefined, stdout);
  assertEquals(summary.trim().split("\n"), [
    `skipped on ${runtime}: tests/seeded/ends_test.ts: lacks a tool: this is nowhere`,
    `failed: ${runtime}: tests/seeded/ends_test.ts: has no assertion`,
    `failed: ${runtime}: tests/seeded/ends_test.ts: is wrong`,
    `failed: ${runtime}: tests/seeded/ends_test.ts: never resolves: it did not end in time`,
    `failed: ${runtime}: tests/seeded/hangs_test.ts: blocks: it did not end in time`,
    `failed: ${runtime}: tests/seeded/stranger_test.ts: no result: it did not load, or has no test of tests/test.ts`,
    "2 passed, 5 failed, 1 skipped",
  ]);
});
