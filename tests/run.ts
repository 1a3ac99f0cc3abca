/**
 * Runs every check, and every test on each runtime. See USAGE below, and CONTRIBUTING.md.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { specifications } from "./lab/image.ts";
import type { Step } from "./test.ts";
import { installTools, isThere, TEST_TOOLS } from "./tools.ts";

const USAGE = `usage: deno run -A tests/run.ts [OPTION]... [PART OF A TEST FILE'S PATH]...

Without arguments: every check, then every test on Deno, Bun and Node. With a part of a path, only the tests that have
it, and no checks.

  --only STAGE     check, deno, bun or node; may be given several times
  --repeat N       the tests N times, with every processor kept busy beside them: a test that fails by chance shows it
  --again          runs the files of failed tests once more: what passes then is named as unsteady, and is no failure
  --half N         only a half of the tests, the first or the second
  --limit SECONDS  for all tests of a runtime (1500)`;

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAGES = ["check", "deno", "bun", "node"];
/**
 * Time limit of the probe in ms. On a kernel whose RTNL lock was lost with its holder (this has happened), a question
 * about links hangs for ever.
 */
const PROBE_MS = 15_000;
/** Time limit of a check. */
const CHECK_MS = 10 * 60_000;
/** Time by which a test may exceed its limit before it is ended from outside: then its runtime did not end it. */
const GRACE_MS = 5_000;
/** Time to wait for the end of a killed runtime. */
const LOST_MS = 30_000;
/** Longest time between two steps of tests, while the runtime loads a file or ends. */
const IDLE_MS = process.env.LAB === undefined ? 120_000 : 600_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const DENO = "node_modules/.bin/deno";
const BUN = "node_modules/.bin/bun";
const NODE = "node_modules/.bin/node";

/** A failed check or test. */
interface Failure {
  readonly name: string;
  /** The test files to run again. */
  readonly files: readonly string[];
}

let passed = 0;
const failures: Failure[] = [];
/** The names of tests that failed, and passed when they ran again. */
const unsteady: string[] = [];
/** The runtimes on which a test was skipped, by the test's name and the reason. */
const skips = new Map<string, Set<string>>();

function heading(text: string): void {
  console.log(`\n=== ${text} ===`);
}

/** Runs a command in the root folder and shows its output; returns false if it fails. */
function run(command: string, args: string[], env: Record<string, string> = {}): boolean {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: CHECK_MS,
  });
  if (result.error) console.log(`${command}: ${result.error.message}`);
  else if (result.signal) console.log(`${command}: ended by ${result.signal}`);
  return result.status === 0;
}

/**
 * Returns true if this machine's kernel answers about links. A process that waits for a lost lock cannot be killed, so
 * it is left behind.
 */
function kernelAnswers(): Promise<boolean> {
  const probe = spawn("ip", ["link", "show", "lo"], { stdio: "ignore", detached: true });
  probe.unref();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PROBE_MS);
    const answered = (): void => (clearTimeout(timer), resolve(true));
    probe.once("exit", answered).once("error", answered);
  });
}

/**
 * Tells tests where the kernels' specifications are, and makes them from Debian's packages the first time; in the lab,
 * the host tells.
 */
function haveSpecifications(): void {
  if (process.env.NETLINK_SPECS !== undefined) return;
  if (!isThere("apt-get")) {
    return console.log("\n!!! not a Debian-like system: the tests of specifications are skipped !!!");
  }
  process.env.NETLINK_SPECS = specifications().join(":");
}

/** Removes the files whose tests would hang, and prints their names as a failure. */
function withoutKernel(files: string[]): string[] {
  const left = files.filter((file) => file.startsWith("tests/kernel/"));
  heading("THIS MACHINE'S KERNEL DOES NOT ANSWER: its RTNL lock is held for good, only a reboot helps");
  for (const file of left) skipped("every runtime", `${file}: the kernel does not answer`);
  return files.filter((file) => !left.includes(file));
}

function check(name: string, command: string, args: string[]): void {
  heading(name);
  if (run(command, args)) passed++;
  else fail(name, []);
}

function skipped(runtime: string, what: string): void {
  if (!skips.has(what)) skips.set(what, new Set());
  skips.get(what)!.add(runtime);
}

function fail(name: string, files: readonly string[]): void {
  failures.push({ name, files });
  console.log(`FAILED: ${name}`);
}

/** Returns the modules whose doc comments may contain code. */
function documented(): string[] {
  return ["core", "families"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`)
  ).concat("mod.ts");
}

function checks(): void {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  check("deno fmt", DENO, ["fmt", "--check"]);
  check("deno lint", DENO, ["lint"]);
  check("deno check", DENO, ["check", "."]);
  check("tsc", "node_modules/.bin/tsc", ["--project", "tests/tsconfig.json"]);
  check("deno check --doc: the code in docs and README", DENO, ["check", "--doc", "README.md", ...documented()]);
  check("deno doc --lint", DENO, ["doc", "--lint", ...Object.values<string>(exports)]);
  check("deno publish --dry-run", DENO, ["publish", "--dry-run", "--allow-dirty"]);
}

/** Returns the test files with a part of a path; those of tests/seeded/, which must fail, only on request. */
function testFiles(filters: string[]): string[] {
  return [
    "tests/unit",
    "tests/kernel",
    ...(filters.some((part) => part.startsWith("tests/seeded/")) ? ["tests/seeded"] : []),
  ]
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`)
    )
    .filter((file) =>
      file.endsWith("_test.ts") && (filters.length === 0 || filters.some((part) => file.includes(part)))
    )
    .sort();
}

/** Returns every second test file. */
function halfOf(files: readonly string[], half: number): string[] {
  return files.filter((_, i) => i % 2 === half - 1);
}

/**
 * Returns the command that runs test files on a runtime, one after the other; its time limit for tests is not shorter
 * than their own.
 */
function command(runtime: string, files: readonly string[]): [string, ...string[]] {
  if (runtime === "deno") return [DENO, "test", "--allow-all", "--no-check", ...files];
  if (runtime === "bun") return [BUN, "test", ...files.map((file) => `./${file}`)];
  return [NODE, "--disable-warning=ExperimentalWarning", "--test", "--test-concurrency=1", ...files];
}

/** The outcome of a run of test files. */
interface Run {
  /** The files in which a test began or was skipped, in order. */
  readonly seen: Set<string>;
  /** The failure of the run itself, apart from failed tests. */
  readonly wrong: string | undefined;
  /** True if the run ended during a test. */
  readonly within: boolean;
}

/**
 * Runs every file on a runtime. If a run ends too early, the remaining files are run again, in the worst case each file
 * alone. Returns the files for which there was no time.
 */
async function test(runtime: string, files: readonly string[], deadline: number): Promise<readonly string[]> {
  const groups = [files];
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    if (Date.now() >= deadline) {
      const left = [group, ...groups].flat();
      fail(`${runtime}: not run, as the time is over: ${left.join(", ")}`, left);
      return left;
    }
    const { seen, wrong, within } = await runOnce(runtime, group, deadline);
    const missing = group.filter((file) => !seen.has(file));
    if (group.length === 1 && missing.length === 1) {
      fail(`${runtime}: ${group[0]}: ${wrong ?? "no result: it did not load, or has no test of tests/test.ts"}`, group);
      continue;
    }
    if (wrong !== undefined) fail(`${runtime}: ${wrong}`, within ? [...seen].slice(-1) : group);
    if (missing.length > 0) groups.push(...(within ? [missing] : missing.map((file) => [file])));
  }
  return [];
}

/** Runs the files of the failed tests of a runtime once more; the second result holds, where there was time for it. */
async function testAgain(runtime: string, first: readonly Failure[], deadline: number): Promise<void> {
  const before = passed, kept = failures.length;
  heading(`tests on ${runtime}, again: those of the files with a failure`);
  const untried = await test(runtime, [...new Set(first.flatMap(({ files }) => files))].sort(), deadline);
  const still = failures.slice(kept).map(({ name }) => name);
  const others = first.filter(({ name }) => !still.includes(name));
  const left = others.filter(({ files }) => files.some((file) => untried.includes(file)));
  failures.push(...left);
  const mended = others.filter((failure) => !left.includes(failure)).map(({ name }) => name);
  unsteady.push(...mended);
  // The other tests of these files have been counted.
  passed = before + mended.length;
}

/**
 * Runs files on one runtime, counts the steps that their tests write to a journal, and ends a test or run that exceeds
 * its time.
 */
async function runOnce(runtime: string, files: readonly string[], deadline: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "netlink-test-")), journal = join(folder, "journal");
  writeFileSync(journal, "");
  const file = openSync(journal, "r"), buffer = new Uint8Array(1 << 16), decoder = new TextDecoder();
  const seen = new Set<string>(), failed = failures.length;
  let running: Step | undefined, until = Date.now() + IDLE_MS, rest = "";
  const nameOf = ({ file, name }: Step): string => `${runtime}: ${file}: ${name}`;
  const take = (step: Step): void => {
    if (step.step === "skipped") skipped(runtime, `${step.file}: ${step.name}: ${step.reason}`);
    else if (step.step === "begin") {
      if (running !== undefined) fail(`${nameOf(running)}: it did not end in time`, [running.file]);
    } else if (step.name !== running?.name || step.file !== running.file) return; // A test that exceeded its time limit.
    else if (step.step === "failed") fail(nameOf(step), [step.file]);
    else passed++;
    seen.add(step.file);
    running = step.step === "begin" ? step : step.name === running?.name ? undefined : running;
    until = Date.now() + (running?.timeout !== undefined ? running.timeout + GRACE_MS : IDLE_MS);
  };
  const read = (): void => {
    for (let size; (size = readSync(file, buffer, 0, buffer.length, null)) > 0;) {
      const lines = (rest + decoder.decode(buffer.subarray(0, size), { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) take(JSON.parse(line));
    }
  };

  const [program, ...args] = command(runtime, files);
  // The run is in a process group of its own, so that processes started by its tests end with it.
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, TEST_JOURNAL: journal },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const kill = (): void => void process.kill(-child.pid!, "SIGKILL");
  const killed = (): void => (kill(), process.exit(130));
  for (const signal of SIGNALS) process.on(signal, killed);
  let over: string | undefined;
  // A process that waits in the kernel for ever is not ended by a signal either.
  const lost = Promise.withResolvers<[status: null, signal: string]>();
  const timer = setInterval(() => {
    read();
    if (over !== undefined || Date.now() < Math.min(until, deadline)) return;
    over = Date.now() >= deadline ? "not ended when the time for all tests was over" : "it did not end in time";
    kill();
    setTimeout(() => lost.resolve([null, "SIGKILL"]), LOST_MS).unref();
  }, 500);
  try {
    const [status, signal] = await Promise.race([once(child, "exit"), lost.promise]);
    read();
    const end = over ?? `its process ended ${signal === null ? `with status ${status}` : `by ${signal}`}`;
    if (running !== undefined) return { seen, wrong: `${running.file}: ${running.name}: ${end}`, within: true };
    // A status other than 0 is explained by a failed test, or by a missing file, which is run again.
    const explained = status === 0 || failures.length > failed || files.some((file) => !seen.has(file));
    const last = [...seen].at(-1) ?? "nothing";
    const wrong = over !== undefined || !explained ? `${end}, outside of a test, after ${last}` : undefined;
    return { seen, wrong, within: false };
  } finally {
    clearInterval(timer);
    for (const signal of SIGNALS) process.off(signal, killed);
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<number> {
  const args = parseArgs(process.argv.slice(2), {
    boolean: ["again", "help"],
    string: ["only", "repeat", "half", "limit", "_"],
    collect: ["only"],
    default: { repeat: "1", limit: "1500" },
    alias: { help: "h" },
    unknown: (arg, key) => {
      if (key !== undefined) throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  const filters = args._.map(String);
  const wrong = args.only.filter((stage) => !STAGES.includes(stage)).map((stage) => `--only ${stage}: no such stage`);
  const [repeat, limit] = ["repeat", "limit"].map((name) => {
    const number = Number(args[name as "repeat" | "limit"]);
    if (!(Number.isInteger(number) && number > 0)) wrong.push(`--${name}: expected a number above 0`);
    return number;
  });
  if (args.half !== undefined && !["1", "2"].includes(args.half)) wrong.push("--half: expected 1 or 2");
  if (args.help || wrong.length > 0) {
    console.log([...wrong, USAGE].join("\n"));
    return args.help ? 0 : 2;
  }
  if (!existsSync(join(ROOT, "node_modules"))) {
    console.log("node_modules is not there: run npm ci first");
    return 2;
  }
  const stages = args.only.length > 0 ? args.only : filters.length > 0 ? STAGES.slice(1) : STAGES;
  let files = testFiles(filters);
  if (args.half !== undefined) files = halfOf(files, Number(args.half));

  if (stages.some((stage) => stage !== "check")) {
    if (files.length === 0) {
      console.log(`no test file's path has ${filters.join(" or ")}`);
      return 2;
    }
    const missing = installTools(TEST_TOOLS);
    if (missing.length > 0) console.log(`\n!!! the tests that need ${missing.join(", ")} are skipped !!!`);
    if (files.some((file) => file.includes("ynl"))) haveSpecifications();
    if (!(await kernelAnswers())) files = withoutKernel(files);
    if (process.getuid?.() !== 0) console.log("\nnot root: the tests that need root are skipped, see their names");
  }
  if (stages.includes("check")) checks();
  const runtimes = STAGES.slice(1).filter((stage) => stages.includes(stage) && files.length > 0);
  const load = repeat > 1 ? cpus().map(() => spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" })) : [];
  for (const runtime of runtimes) {
    for (let turn = 1; turn <= repeat; turn++) {
      heading(`tests on ${runtime}${repeat > 1 ? `, ${turn} of ${repeat}` : ""}`);
      const kept = failures.length, deadline = Date.now() + limit * 1000;
      await test(runtime, files, deadline);
      if (args.again && failures.length > kept) await testAgain(runtime, failures.splice(kept), deadline);
    }
  }
  for (const busy of load) busy.kill();

  heading("summary");
  for (const [what, on] of skips) console.log(`skipped on ${[...on].join(", ")}: ${what}`);
  for (const name of unsteady) console.log(`unsteady, failed once and passed once: ${name}`);
  const names = failures.map(({ name }) => name);
  for (const name of new Set(names)) {
    const times = names.filter((other) => other === name).length;
    console.log(`failed${times > 1 ? ` ${times} times` : ""}: ${name}`);
  }
  const skippedTests = [...skips.values()].reduce((sum, { size }) => sum + size, 0);
  console.log(`${passed} passed, ${names.length} failed, ${skippedTests} skipped`);
  return names.length === 0 ? 0 : 1;
}

process.exit(await main());
