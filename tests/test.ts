/**
 * Declares tests on every runtime. Each step of a test is written at once to the file that TEST_JOURNAL names, as a
 * line of JSON: so tests/run.ts knows of tests that hang or crash, and of skips and their reasons.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { test as declare } from "node:test";

/** Time limit of a test in ms: five times as long in the lab, where everything is emulated. */
const LIMIT = process.env["LAB"] === undefined ? 120_000 : 600_000;

/** Options of a test. */
export interface TestOptions {
  /** The reason to skip the test, if there is one. */
  readonly skip?: string | false | undefined;
  /** The test's own time limit in ms. */
  readonly timeout?: number;
}

/** A step of a test in the journal. */
export interface Step {
  readonly step: "begin" | "passed" | "failed" | "skipped";
  /** Path relative to the project's root. */
  readonly file: string;
  readonly name: string;
  /** Time limit in ms, in the step that begins a test. */
  readonly timeout?: number;
  /** The reason, in the step that skips a test. */
  readonly reason?: string;
}

class Skipped extends Error {}

/** Skips the running test, because a tool or kernel feature is missing. */
export function skip(reason: string): never {
  throw new Skipped(reason);
}

/** Number of assertions made so far; the project's `@std/assert` counts them here. */
const assertions = (): number => (globalThis as { assertions?: number }).assertions ?? 0;

/** Declares a test. A test without an assertion fails, since it would always pass. */
export function test(name: string, body: () => unknown): void;
export function test(name: string, options: TestOptions, body: () => unknown): void;
export function test(name: string, ...rest: [() => unknown] | [TestOptions, () => unknown]): void {
  const [{ skip: reason, timeout = LIMIT }, body] = rest.length === 2 ? rest : [{} as TestOptions, rest[0]];
  const file = /\btests\/[\w/.-]+_test\.ts/.exec(new Error().stack!)?.[0] ?? "";
  const tell = (step: Step["step"], more: Partial<Step> = {}): void => {
    const { TEST_JOURNAL } = process.env;
    if (TEST_JOURNAL !== undefined) {
      appendFileSync(TEST_JOURNAL, `${JSON.stringify({ step, file, name, ...more } satisfies Step)}\n`);
    }
  };
  if (reason) {
    tell("skipped", { reason });
    declare(`${name} (skipped: ${reason})`, { skip: true }, () => {});
    return;
  }
  declare(name, { timeout }, async (context) => {
    tell("begin", { timeout });
    const before = assertions();
    try {
      await body();
      if (assertions() === before) throw new Error("the test has asserted nothing; what is not here is told by skip()");
    } catch (error) {
      if (error instanceof Skipped) {
        tell("skipped", { reason: error.message });
        return context.skip(error.message);
      }
      tell("failed");
      throw error;
    }
    tell("passed");
  });
}
