/**
 * Declares tests on every runtime. What ran, what was skipped and why, tests/run.ts reads in the file that TEST_JOURNAL
 * names, a line of JSON for each step, written when it happens: whoever hangs or crashes has said that it began.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { test as declare } from "node:test";

/** How long a test may take, in ms: five times that in the lab, where everything is emulated. */
const LIMIT = process.env["LAB"] === undefined ? 120_000 : 600_000;

/** What a test may be given. */
export interface TestOptions {
  /** Why it cannot be done here. */
  readonly skip?: string | false | undefined;
  /** A limit of its own, in ms. */
  readonly timeout?: number;
}

/** A step of a test, as the journal has it. */
export interface Step {
  readonly step: "begin" | "passed" | "failed" | "skipped";
  /** Below the project's root. */
  readonly file: string;
  readonly name: string;
  /** Of a beginning: the limit in ms. */
  readonly timeout?: number;
  /** Of what is skipped: why. */
  readonly reason?: string;
}

class Skipped extends Error {}

/** Ends the running test, as what it compares is not here. */
export function skip(reason: string): never {
  throw new Skipped(reason);
}

/** How many assertions were made: our `@std/assert` counts them here. */
const assertions = (): number => (globalThis as { assertions?: number }).assertions ?? 0;

/** Declares a test. One that asserts nothing fails, as it would pass whatever happens. */
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
