/** Child processes of the runtime that runs the tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { patience } from "../namespace.ts";

/** Where the library is, for a child's imports. */
export const ROUTE: string = new URL("../../../families/route/mod.ts", import.meta.url).href;

/** The command that runs a module's text on this runtime. */
export function evaluate(code: string): string[] {
  const args = process.versions["deno"]
    ? ["eval", "--no-check", "--no-lock", "--no-config", code]
    : process.versions["bun"]
    ? ["-e", code]
    : ["--no-warnings", "--input-type=module", "-e", code];
  return [process.execPath, ...args];
}

/** What a child said, and how it ended. */
export interface Ended {
  /** What it printed. */
  readonly stdout: string;
  /** What it complained of. */
  readonly stderr: string;
  /** Its exit status; `null` when a signal ended it. */
  readonly status: number | null;
  /** The signal that ended it. */
  readonly signal: string | null;
}

// Whoever has no home has no place for a runtime's cache either.
const env = { ...process.env, HOME: "/tmp", DENO_DIR: "/tmp/netlink-test-deno", NO_COLOR: "1" };

/** Runs a module's text in a namespace, behind the commands of `wrap`, to its end. */
export function runIn(netns: string, code: string, wrap: readonly string[] = []): Ended {
  const command = ["netns", "exec", netns, ...wrap, ...evaluate(code)];
  const { stdout, stderr, status, signal } = spawnSync("ip", command, {
    encoding: "utf8",
    timeout: patience(60_000),
    env,
  });
  return { stdout, stderr, status, signal };
}

/** Starts a module's text in a namespace, behind the commands of `wrap`. */
export function startIn(netns: string, code: string, wrap: readonly string[] = []): ChildProcess {
  return spawn("ip", ["netns", "exec", netns, ...wrap, ...evaluate(code)], { stdio: ["ignore", "pipe", "pipe"], env });
}
