/** Child processes of the runtime that runs the tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { patience } from "../namespace.ts";

/** URL of the library, for a child's imports. */
export const ROUTE: string = new URL("../../../families/route/mod.ts", import.meta.url).href;

/** Returns the command that runs a module's text on this runtime. */
export function evaluate(code: string): string[] {
  const args = process.versions["deno"]
    ? ["eval", "--no-check", "--no-lock", "--no-config", code]
    : process.versions["bun"]
    ? ["-e", code]
    : ["--no-warnings", "--input-type=module", "-e", code];
  return [process.execPath, ...args];
}

/** The output and the end of a child. */
export interface Ended {
  /** The output. */
  readonly stdout: string;
  /** The errors that it printed. */
  readonly stderr: string;
  /** The exit status; `null` when a signal ended it. */
  readonly status: number | null;
  /** The signal that ended it. */
  readonly signal: string | null;
}

// A user without a home folder has no folder for a runtime's cache either.
const env = { ...process.env, HOME: "/tmp", DENO_DIR: "/tmp/netlink-test-deno", NO_COLOR: "1" };

/** Runs a module's text in a namespace, after the command `wrap`, to its end. */
export function runIn(netns: string, code: string, wrap: readonly string[] = []): Ended {
  const command = ["netns", "exec", netns, ...wrap, ...evaluate(code)];
  const { stdout, stderr, status, signal } = spawnSync("ip", command, {
    encoding: "utf8",
    timeout: patience(60_000),
    env,
  });
  return { stdout, stderr, status, signal };
}

/** Starts a module's text in a namespace, after the command `wrap`. */
export function startIn(netns: string, code: string, wrap: readonly string[] = []): ChildProcess {
  return spawn("ip", ["netns", "exec", netns, ...wrap, ...evaluate(code)], { stdio: ["ignore", "pipe", "pipe"], env });
}
