/**
 * Runs every check, and every test on each runtime. See USAGE below, and CONTRIBUTING.md.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { installTools, TEST_TOOLS } from "./tools.ts";

const USAGE = `usage: deno run -A tests/run.ts [--only check|deno|bun|node]... [PART OF A TEST FILE'S PATH]...

Without arguments: every check, then every test on Deno, Bun and Node. With a part of a path, only the tests that have
it, and no checks. --only may be given several times.`;

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAGES = ["check", "deno", "bun", "node"];
/** Under qemu everything takes long, and there the machine has a time limit. */
const LAB = process.env.LAB !== undefined;
const TEST_TIMEOUT_MS = LAB ? 1_200_000 : 120_000;
/** A kernel whose RTNL lock was lost with its holder (seen) hangs whoever asks it about links, and for good. */
const PROBE_MS = 15_000;
/** For a whole command: Deno has no time limit for a test, and Bun cannot end one that blocks. */
const RUN_TIMEOUT_MS = LAB ? 0 : 25 * 60_000;
const DENO = "node_modules/.bin/deno";
const BUN = "node_modules/.bin/bun";
const NODE = "node_modules/.bin/node";

const total = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

function heading(text: string): void {
  console.log(`\n=== ${text} ===`);
}

/** Runs a command in the root folder with its output shown; false when it fails. */
function run(command: string, args: string[], env: Record<string, string> = {}): boolean {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: RUN_TIMEOUT_MS,
  });
  if (result.error) console.log(`${command}: ${result.error.message}`);
  else if (result.signal) console.log(`${command}: ended by ${result.signal}`);
  return result.status === 0;
}

/** Whether this machine's kernel answers about links. Whoever waits for a lost lock cannot be killed, so it is left behind. */
function kernelAnswers(): Promise<boolean> {
  const probe = spawn("ip", ["link", "show", "lo"], { stdio: "ignore", detached: true });
  probe.unref();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PROBE_MS);
    const answered = (): void => (clearTimeout(timer), resolve(true));
    probe.once("exit", answered).once("error", answered);
  });
}

/** Leaves out what would hang, loudly and by name. */
function withoutKernel(files: string[]): string[] {
  const left = files.filter((file) => file.startsWith("./tests/kernel/"));
  heading("THIS MACHINE'S KERNEL DOES NOT ANSWER: its RTNL lock is held for good, only a reboot helps");
  for (const file of left) console.log(`skipped: ${file} (the kernel does not answer)`);
  total.skipped += left.length;
  return files.filter((file) => !left.includes(file));
}

function check(name: string, command: string, args: string[]): void {
  heading(name);
  if (run(command, args)) total.passed++;
  else fail(name);
}

function fail(name: string): void {
  total.failed++;
  failures.push(name);
  console.log(`FAILED: ${name}`);
}

/** Modules whose doc comments may hold code. */
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

function testFiles(filters: string[]): string[] {
  return ["tests/unit", "tests/kernel"]
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => `./${folder}/${file}`)
    )
    .filter((file) =>
      file.endsWith("_test.ts") && (filters.length === 0 || filters.some((part) => file.includes(part)))
    )
    .sort();
}

/** Runs the files on one runtime and adds up what its report, in JUnit's form, says. */
function test(runtime: string, files: string[]): void {
  heading(`tests on ${runtime}`);
  const folder = mkdtempSync(join(tmpdir(), "netlink-test-"));
  try {
    const report = join(folder, "report.xml");
    const ok = runtime === "deno"
      ? run(DENO, ["test", "--allow-all", "--no-check", `--junit-path=${report}`, ...files])
      : runtime === "bun"
      ? run(BUN, ["test", `--timeout=${TEST_TIMEOUT_MS}`, "--reporter=junit", `--reporter-outfile=${report}`, ...files])
      : run(NODE, [
        "--disable-warning=ExperimentalWarning",
        "--test",
        `--test-timeout=${TEST_TIMEOUT_MS}`,
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
        ...files,
      ]);
    const failed = total.failed;
    if (existsSync(report)) addUp(runtime, files, readFileSync(report, "utf8"));
    if (!ok && total.failed === failed) fail(`${runtime}: ended with an error outside of a test, or without a report`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function addUp(runtime: string, files: string[], report: string): void {
  const testcases = /<testcase\b((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>(.*?)<\/testcase>)/gs;
  for (const [, attributes, body = ""] of report.matchAll(testcases)) {
    if (/<(failure|error)\b/.test(body)) fail(`${runtime}: ${unescape(/\bname="(.*?)"/.exec(attributes)?.[1] ?? "")}`);
    else if (/<skipped\b/.test(body)) total.skipped++;
    else total.passed++;
  }
  for (const file of files) {
    // Deno and Node report a test where `test` was called, which for those of the kernel is a helper; Bun tells of the file.
    if (runtime !== "bun" && file.startsWith("./tests/kernel/")) continue;
    if (!report.includes(`${file.slice(2)}"`)) fail(`${runtime}: ${file}: no result, it did not load or has no test`);
  }
}

function unescape(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => characters[name]);
}

async function main(): Promise<number> {
  const args = parseArgs(process.argv.slice(2), {
    boolean: ["help"],
    string: ["only", "_"],
    collect: ["only"],
    alias: { help: "h" },
    unknown: (arg, key) => {
      if (key !== undefined) throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  const filters = args._.map(String);
  const wrong = args.only.filter((stage) => !STAGES.includes(stage));
  if (args.help || wrong.length > 0) {
    console.log(USAGE);
    return args.help ? 0 : 2;
  }
  if (!existsSync(join(ROOT, "node_modules"))) {
    console.log("node_modules is not there: run npm ci first");
    return 2;
  }
  const stages = args.only.length > 0 ? args.only : filters.length > 0 ? STAGES.slice(1) : STAGES;
  let files = testFiles(filters);

  if (stages.some((stage) => stage !== "check")) {
    if (files.length === 0) {
      console.log(`no test file's path has ${filters.join(" or ")}`);
      return 2;
    }
    const missing = installTools(TEST_TOOLS);
    if (missing.length > 0) console.log(`\n!!! the tests that need ${missing.join(", ")} are skipped !!!`);
    if (!(await kernelAnswers())) files = withoutKernel(files);
    if (process.getuid?.() !== 0) console.log("\nnot root: the tests that need root are skipped, see their names");
  }
  for (const stage of STAGES.filter((stage) => stages.includes(stage))) {
    if (stage === "check") checks();
    else if (files.length > 0) test(stage, files);
  }

  heading("summary");
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? 0 : 1;
}

process.exit(await main());
