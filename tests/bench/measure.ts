/**
 * Runs a contestant in a namespace, ahead of everything else on the machine where that is allowed.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";

/** One repetition of a job. */
export interface Sample {
  /** Processor time of the main thread, in ns; of the whole process where the contestant has no main thread. */
  readonly cpu: number;
  /** Time that passed, in ns. */
  readonly wall: number;
  /** How many things were seen. */
  readonly count: number;
  /** The most memory that the process had, in bytes, where that is measured. */
  readonly rss?: number;
}

const REAL_TIME = ["chrt", "-f", "20"];

/** The prefix that gives a command real-time priority; empty where that is not allowed. */
export function priority(): readonly string[] {
  return spawnSync(REAL_TIME[0], [...REAL_TIME.slice(1), "true"]).status === 0 ? REAL_TIME : [];
}

/** Runs a command in a namespace and reads the samples that it prints. */
export function measure(namespace: string, prefix: readonly string[], command: readonly string[]): Promise<Sample[]> {
  const [program, ...args] = ["ip", "netns", "exec", namespace, ...prefix, ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "", err = "";
    child.stdout.setEncoding("utf8").on("data", (text) => out += text);
    child.stderr.setEncoding("utf8").on("data", (text) => err += text);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code !== 0) reject(new Error(err.trim().split("\n").slice(-3).join(" ") || `ended with ${signal ?? code}`));
      else resolve(out.trim().split("\n").map((line) => JSON.parse(line)));
    });
  });
}
