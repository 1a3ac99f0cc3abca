/**
 * Who takes part, and how its program is made. What a machine does not have is named and left out.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isThere } from "../tools.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PEERS = fileURLToPath(new URL("peers", import.meta.url));
/** Programs that are built: kept, so that the next run is quick. */
const BUILD = join(ROOT, "node_modules/.cache/bench");
const DENO_RUN = ["run", "--allow-all", "--no-check"];

/** A program that measures itself: `PROGRAM JOB WARMUP REPS COUNT`. */
export interface Contestant {
  /** What it is called in tables. */
  readonly name: string;
  /** The command; the job's name and numbers follow. */
  readonly command: readonly string[];
  /** Which main thread it measures is the whole process's, as it has no main thread or no clock of it. */
  readonly slow?: boolean;
}

/** Contestants by key, and what is missing, each with its reason. */
export interface Field {
  /** Those that are here. */
  readonly contestants: ReadonlyMap<string, Contestant>;
  /** Why the others are not. */
  readonly missing: readonly string[];
}

/** Why something is not to be had. */
class Missing extends Error {}

type Recipe = Omit<Contestant, "command"> & { readonly make: () => readonly string[] };

const RECIPES: Record<string, Recipe> = {
  tool: { name: "any command", make: () => c("tool") },
  drain: { name: "C, drain only", make: () => c("drain") },
  mnl: { name: "C, libmnl, structs", make: () => c("mnl", "-lmnl") },
  mnlStrings: { name: "C, libmnl, strings", make: () => c("mnl", "-lmnl", "-DSTRINGS") },
  deno: { name: "ours, Deno", make: () => [process.execPath, ...DENO_RUN, join(ROOT, "tests/bench/ours.ts")] },
  bun: { name: "ours, Bun", make: () => [runtime("bun"), join(ROOT, "tests/bench/ours.ts")] },
  node: { name: "ours, Node", make: () => [runtime("node"), "--no-warnings", join(ROOT, "tests/bench/ours.ts")] },
};

/** Makes every program. `log` hears what is done. */
export function gather(log: (text: string) => void): Field {
  mkdirSync(BUILD, { recursive: true });
  const contestants = new Map<string, Contestant>(), missing: string[] = [];
  for (const [key, { make, ...contestant }] of Object.entries(RECIPES)) {
    log(contestant.name);
    try {
      contestants.set(key, { ...contestant, command: make() });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing.push(`${contestant.name}: ${error.message}`);
    }
  }
  return { contestants, missing };
}

function runtime(name: string): string {
  const { status, stdout } = spawnSync("readlink", ["-f", join(ROOT, "node_modules/.bin", name)], { encoding: "utf8" });
  if (status !== 0) throw new Missing("npm ci did not install it");
  return stdout.trim();
}

/** Compiles a C program. */
function c(name: string, ...options: readonly string[]): readonly string[] {
  if (!isThere("gcc")) throw new Missing("no gcc");
  const program = join(BUILD, [name, ...options.filter((option) => option.startsWith("-D"))].join(""));
  const source = join(PEERS, `${name}.c`);
  const definitions = options.filter((option) => !option.startsWith("-l"));
  const libraries = options.filter((option) => option.startsWith("-l"));
  run("gcc", ["-O2", "-Wall", ...definitions, "-o", program, source, ...libraries]);
  return [program];
}

function run(command: string, args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const { status, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  if (status === 0) return;
  const reason = stderr.split("\n").find((line) => /error|cannot|not /i.test(line)) ?? stderr;
  throw new Missing(`${command} fails: ${reason.trim()}`);
}
