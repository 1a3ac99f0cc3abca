/** The faults in the tests of tests/seeded/ make tests/run.ts fail and are named, on the runtime of this test. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../test.ts";

const { deno, bun } = process.versions, runtime = deno !== undefined ? "deno" : bun !== undefined ? "bun" : "node";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs tests/run.ts on this runtime; returns its status and the lines of its summary. */
function runner(args: readonly string[], variables: Record<string, string> = {}): [number | null, string[]] {
  // With this variable, Node's runner would behave as a child of another runner.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(
    "node_modules/.bin/deno",
    ["run", "-A", "tests/run.ts", "--only", runtime, ...args],
    { cwd: ROOT, encoding: "utf8", env: { ...env, ...variables } },
  );
  const [, summary] = stdout.split("=== summary ===\n");
  assert(summary !== undefined, stdout);
  return [status, summary.trim().split("\n")];
}

test("the test runner names tests that failed, hung, had no assertion or were skipped, and runs the others", () => {
  assertEquals(runner(["tests/seeded/"]), [1, [
    `skipped on ${runtime}: tests/seeded/ends_test.ts: lacks a tool: this is nowhere`,
    `failed: ${runtime}: tests/seeded/ends_test.ts: has no assertion`,
    `failed: ${runtime}: tests/seeded/ends_test.ts: is wrong`,
    `failed: ${runtime}: tests/seeded/ends_test.ts: never resolves: it did not end in time`,
    `failed: ${runtime}: tests/seeded/hangs_test.ts: blocks: it did not end in time`,
    `failed: ${runtime}: tests/seeded/stranger_test.ts: no result: it did not load, or has no test of tests/test.ts`,
    "3 passed, 5 failed, 1 skipped",
  ]]);
});

test("the test runner names an unsteady test with --again, and fails only if it fails again", () => {
  const folder = mkdtempSync(join(tmpdir(), "netlink-seeded-")), SEEDED_MARK = join(folder, "mark");
  const name = `${runtime}: tests/seeded/unsteady_test.ts: fails the first time`;
  const files = ["tests/seeded/unsteady", "tests/seeded/stranger"];
  try {
    assertEquals(runner(["--again", files[0]!], { SEEDED_MARK }), [0, [
      `unsteady, failed once and passed once: ${name}`,
      "1 passed, 0 failed, 0 skipped",
    ]]);
    rmSync(SEEDED_MARK);
    assertEquals(runner(["--again", ...files], { SEEDED_MARK }), [1, [
      `unsteady, failed once and passed once: ${name}`,
      `failed: ${runtime}: tests/seeded/stranger_test.ts: no result: it did not load, or has no test of tests/test.ts`,
      "1 passed, 1 failed, 0 skipped",
    ]]);
    rmSync(SEEDED_MARK);
    assertEquals(runner([files[0]!], { SEEDED_MARK }), [1, [`failed: ${name}`, "0 passed, 1 failed, 0 skipped"]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
