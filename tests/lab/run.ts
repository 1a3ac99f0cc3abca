/**
 * Runs a command, or the tests, on Debian's kernels under qemu. See USAGE below.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { installTools, TEST_TOOLS } from "../tools.ts";
import { extra } from "./extra.ts";
import { DENO_DIR, type Image, oracles, specifications } from "./image.ts";
import { LAB_TEST_TOOLS, MACHINES } from "./machines.ts";
import { LabError, type Output, runVm } from "./vm.ts";

const USAGE = `usage: deno run -A tests/lab/run.ts [OPTION]... [KERNEL]... [-- COMMAND [ARGUMENT]...]

Runs COMMAND as root in a fresh virtual machine for each KERNEL, and gives its output and exit status. Without a
COMMAND, runs all tests of tests/kernel/ on Bun and on Deno, each in a machine of its own, and adds up the results.
Kernels (all, when none is named): ${Object.keys(MACHINES).join(", ")}.
arm64 is the kernel 6.12 for that processor, with Debian's tools, Bun and Deno for it; musl is 6.12 with Bun for musl.

The machine's files are this machine's files, read only, under a layer in memory; COMMAND starts in this checkout; the
rest of /tmp and /run is empty; /lib/modules is the kernel's; there is no network but lo; LAB is the kernel's name.
Packages come from the mirror that this machine's apt uses; what is made of them is kept in ~/.cache/netlink-lab.

  --timeout SECONDS  for each machine (3600); then the status is 124, and of tests the one that ran has failed.
                     125: the machine failed, or cannot be had for want of a tool or package
  --memory MIB       of each machine (2048)
  --append=TEXT      more kernel parameters
  --qemu=TEXT        more of qemu's arguments, divided by spaces
  --only RUNTIME     tests on this one only
  --half N           a half of the tests only, the first or the second
  --repo FOLDER      another checkout to start in
  --oracles          with the newest suite's tools (ip, strace, nft, ethtool, iw, rdma, …) over this machine's
                     (here.ts does that without a machine)
  --extra            with modules that Debian leaves out (netdevsim, bareudp, amt, …), built here first: four minutes,
                     kept in the cache
  --update           look for newer packages of the kernels first`;

/** The programs that a machine needs for the lab, with their packages. */
const TOOLS = {
  "qemu-system-x86_64": "qemu-system-x86",
  busybox: "busybox-static",
  depmod: "kmod",
  xz: "xz-utils",
  zstd: "zstd",
};

const ARM64_TOOLS = { "qemu-system-aarch64": "qemu-system-arm" };

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Makes a kernel's files or takes them from the cache; returns the reason if that is not possible. */
type Prepare = (kernel: string) => Image | string;

/** Runs a command on each kernel, one after the other; returns the first status other than 0. */
type Run = (image: Image, command: readonly string[], output: Output) => Promise<number>;

async function runCommand(kernels: string[], command: string[], prepare: Prepare, run: Run): Promise<number> {
  let status = 0;
  for (const kernel of kernels) {
    const made = prepare(kernel);
    if (typeof made === "string") console.error(made);
    const ended = typeof made === "string" ? 125 : await run(made, command, process);
    status ||= ended;
  }
  return status;
}

/**
 * Lets Deno compile the modules of the tests on the host: under emulation, that takes ten times as long as the rest of
 * its start. The guest finds the result under the same paths.
 */
function compile(repo: string, runtimes: readonly string[]): void {
  const scripts = ["examples", "tests/scripts"].flatMap((folder) =>
    readdirSync(join(repo, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts")).map((file) => `${folder}/${file}`)
  );
  for (
    const args of [["cache", "--no-check", "tests/run.ts", ...scripts], [
      "test",
      "--allow-all",
      "--no-check",
      "--filter=no test has this name",
      "tests/kernel/",
    ]].slice(0, runtimes.includes("deno") ? 2 : 1)
  ) {
    spawnSync(join(repo, "node_modules/.bin/deno"), args, { cwd: repo, env: { ...process.env, DENO_DIR } });
  }
}

/** The tests to run, by kernel and runtime. */
interface Tests {
  readonly kernels: readonly string[];
  readonly runtimes: readonly string[];
  readonly timeout: number;
  /** Options of tests/run.ts. */
  readonly options: readonly string[];
  readonly prepare: Prepare;
}

/** Seconds by which the tests end before their machine does, so that they can report the test that ran last. */
const LAST_WORDS = 60;

/**
 * Runs the tests on each kernel, with all runtimes at the same time in machines of their own. A kernel that is not
 * available counts as a failure.
 */
async function runTests({ kernels, runtimes, timeout, options, prepare }: Tests, run: Run): Promise<number> {
  const results: string[] = [];
  const say = (text: string): void => {
    results.push(text);
    console.log(text);
  };
  let status = 0;
  for (const kernel of kernels) {
    const made = prepare(kernel);
    if (typeof made === "string") {
      say(made);
      status ||= 125;
      continue;
    }
    console.log(`\n=== kernel ${kernel}: Linux ${made.release} ===`);
    const own = Object.keys(made.runtimes);
    // Makes the snapshot, once for all runtimes.
    const failed = await run(made, ["true"], process);
    if (failed !== 0) {
      say(`${kernel} (${made.release}): FAILED (${failed}): the machine does not start`);
      status ||= failed;
      continue;
    }
    const on = runtimes.filter((name) => own.length === 0 || own.includes(name));
    await Promise.all(on.map(async (runtime) => {
      const name = `${kernel} (${made.release}) ${runtime}`;
      const started = Date.now(), lines = new Lines(`${kernel} ${runtime}| `);
      const limit = `${Math.max(timeout - LAST_WORDS, 1)}`;
      const all = ["--only", runtime, "--limit", limit, ...options];
      const command = ["node_modules/.bin/deno", "run", "-A", "tests/run.ts", ...all, "kernel/"];
      const result = await run(made, command, { stdout: lines, stderr: lines });
      const minutes = ((Date.now() - started) / 60_000).toFixed(1);
      for (const failure of lines.failures) say(`${name}: ${failure}`);
      say(`${name}: ${result === 0 ? "" : `FAILED (${result}): `}${lines.last}, ${minutes} min`);
      status ||= result;
    }));
  }
  console.log(`\n=== lab ===\n${results.join("\n")}`);
  return status;
}

/** Prints text line by line, each line with its source. */
class Lines {
  /** The last line that is not empty. */
  last = "";
  /** The failed and the unsteady tests, from the summary of the tests. */
  readonly failures: string[] = [];
  readonly #from: string;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(from: string) {
    this.#from = from;
  }

  write(data: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(data, { stream: true })).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      console.log(this.#from + line);
      if (line.trim() !== "") this.last = line;
      if (/^(failed( \d+ times)?: |unsteady, )/.test(line)) this.failures.push(line);
    }
  }
}

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const dashes = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const command = argv.slice(dashes + 1);
  const wrong: string[] = [];
  const args = parseArgs(argv.slice(0, dashes), {
    boolean: ["help", "update", "oracles", "extra"],
    string: ["timeout", "memory", "append", "qemu", "repo", "only", "half", "_"],
    collect: ["only"],
    default: { timeout: "3600", memory: "2048", append: "", qemu: "", repo: ROOT },
    unknown: (arg, key) => {
      if (key !== undefined) wrong.push(`${arg}: no such option`);
    },
  });
  const kernels = args._.length > 0 ? args._.map(String) : Object.keys(MACHINES);
  wrong.push(...kernels.filter((kernel) => !(kernel in MACHINES)).map((kernel) => `${kernel}: no such kernel`));
  if (kernels.includes("arm64") && (args.oracles || args.extra)) {
    wrong.push("arm64: --oracles and --extra have nothing for this processor: name the other kernels");
  }
  if (args.half !== undefined && !["1", "2"].includes(args.half)) wrong.push("--half: expected 1 or 2");
  if (args.help || wrong.length > 0) {
    console.log([...wrong, USAGE].join("\n"));
    return args.help ? 0 : 2;
  }
  if (process.arch !== "x64") {
    for (const kernel of kernels) console.log(`!!! SKIPPED: kernel ${kernel}: needs an x86-64 machine !!!`);
    return command.length > 0 ? 125 : 0;
  }
  const missing = installTools({
    ...TOOLS,
    ...(kernels.includes("arm64") ? ARM64_TOOLS : {}),
    ...(command.length > 0 ? {} : { ...TEST_TOOLS, ...LAB_TEST_TOOLS }),
  });
  if (missing.length > 0) {
    for (const kernel of kernels) console.log(`${kernel}: FAILED: needs ${missing.join(", ")}`);
    return 125;
  }
  const over = args.oracles ? oracles(args.update) : undefined;
  const prepare: Prepare = (kernel) => {
    try {
      const made = MACHINES[kernel](args.update);
      return args.extra ? extra(made) : made;
    } catch (error) {
      return `${kernel}: FAILED: it cannot be had: ${error}`;
    }
  };
  const run: Run = async (image, command, output) => {
    try {
      return await runVm(image, command, output, {
        repo: resolve(args.repo),
        timeout: Number(args.timeout),
        memory: Number(args.memory),
        append: args.append,
        over,
        qemu: args.qemu.split(" ").filter((word) => word !== ""),
      });
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      output.stderr.write(new TextEncoder().encode(`lab ${image.kernel}: ${error.message}\n`));
      return error.status;
    }
  };
  if (command.length > 0) return await runCommand(kernels, command, prepare, run);
  const runtimes = ["bun", "deno"].filter((runtime) => args.only.length === 0 || args.only.includes(runtime));
  process.env.NETLINK_SPECS ??= specifications(args.update).join(":");
  compile(resolve(args.repo), runtimes);
  const options = ["--again", ...(args.half === undefined ? [] : ["--half", args.half])];
  return await runTests({ kernels, runtimes, timeout: Number(args.timeout), options, prepare }, run);
}

process.exitCode = await main();
