/**
 * Every example: `--help`, a wrong argument, and the command of its comment as a user without privileges. In the lab,
 * which runs tests of the kernel only, these would take minutes.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { skip, test } from "../test.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NOBODY = 65534;
/** Time limit in ms: there are some fifty examples, each started once or twice. */
const timeout = 400_000;
/** Examples that watch without privileges, so that they do not end. */
const ENDLESS = ["monitor", "process_tree", "selinux", "uevents"];

const deno = "Deno" in globalThis;

interface Example {
  readonly name: string;
  /** True if it lists or watches, so that it has `--json`. */
  readonly json: boolean;
  /** The flags and the arguments of the first `deno run` in its comment. */
  readonly flags: readonly string[];
  readonly args: readonly string[];
}

const EXAMPLES: readonly Example[] = readdirSync(join(ROOT, "examples")).filter((file) => file !== "run.ts").map(
  (file) => {
    const source = readFileSync(join(ROOT, "examples", file), "utf8");
    const command = / deno run ((?:--\S+ )*)examples\/\S+\.ts(.*)$/m.exec(source);
    assert(command, `${file} has no deno run in its comment`);
    const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
    // Two spaces separate a remark.
    return {
      name: file.replace(".ts", ""),
      json: /await list\(|\bjson:/.test(source),
      flags: words(command[1]!),
      args: words(command[2]!.split("  ")[0]!),
    };
  },
);

interface Ending {
  readonly status: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Runs an example without privileges; `to` is the shell's redirection of its output. */
function run(
  cache: string,
  name: string,
  args: readonly string[],
  flags: readonly string[] = [],
  to = "",
): Promise<Ending> {
  const runtime = deno
    ? ["run", "--no-prompt", "--no-lock", "--no-check", ...flags]
    : process.versions["bun"] === undefined
    ? ["--disable-warning=ExperimentalWarning"]
    : [];
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  // Deno gives its own permissions to a Deno that it starts itself, so a shell starts it.
  const command = ["-c", `exec "$RUNTIME" "$@" ${to}`, "sh", ...runtime, join(ROOT, "examples", `${name}.ts`), ...args];
  const child = spawn("sh", command, {
    ...user,
    cwd: cache,
    env: { RUNTIME: process.execPath, PATH: process.env["PATH"], HOME: cache, DENO_DIR: cache, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "", errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => out += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, out, errors }));
  });
}

/** Runs a function for each example, two at a time, in a folder that everybody may write. */
async function each(body: (example: Example, cache: string) => Promise<void>): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), "netlink-examples-")), left = [...EXAMPLES];
  chmodSync(cache, 0o777);
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await body(one, cache);
  };
  const ends = await Promise.allSettled([worker(), worker()]);
  rmSync(cache, { recursive: true });
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

test(
  "examples: --help tells what an example does, takes and needs, without privileges or permissions",
  { timeout },
  async () => {
    await each(async ({ name, json }, cache) => {
      const { status, out, errors } = await run(cache, name, ["--help"]);
      assertEquals([status, errors], [0, ""], name);
      const [about, usage] = out.split("\n\n");
      assert(about!.length > 30, `${name}: ${about}`);
      assertMatch(usage!, new RegExp(`^usage: ${name} \\[OPTION\\]...`));
      assertMatch(out, /^ {2}--help +prints this$/m);
      // All that list or watch have --json.
      assertEquals(out.includes("\n  --json "), json, name);
      for (const line of out.split("\n")) assert(line.length <= 120, `${name}: ${line}`);
    });
  },
);

test("examples: a wrong argument is refused in one line with status 2", { timeout }, async () => {
  await each(async ({ name }, cache) => {
    const { status, out, errors } = await run(cache, name, ["--nonsense"]);
    assertEquals([status, out, errors], [2, "", `${name}: there is no option --nonsense (see ${name} --help)\n`]);
  });
});

test("examples: output that cannot be written is told in one line with status 1", { timeout: 60_000 }, async () => {
  if (!existsSync("/dev/full")) skip("needs /dev/full");
  const cache = mkdtempSync(join(tmpdir(), "netlink-examples-"));
  chmodSync(cache, 0o777);
  try {
    for (const args of [[], ["--json"], ["--help"]]) {
      const { status, errors } = await run(cache, "links", args, ["--allow-ffi"], "> /dev/full");
      assertEquals(status, 1, errors);
      assertMatch(errors, /^links: [^\n]*no space left on device[^\n]*\n$/i);
    }
  } finally {
    rmSync(cache, { recursive: true });
  }
});

test(
  "examples: as a user without privileges, each lists as JSON or fails in one line, with its comment's permissions",
  { timeout },
  async () => {
    let listed = 0;
    await each(async ({ name, json, args, flags }, cache) => {
      if (ENDLESS.includes(name)) return;
      const words = [...args, ...(json ? ["--json"] : []), ...(name.startsWith("wait_") ? ["--timeout=1"] : [])];
      const { status, out, errors } = await run(cache, name, words, flags);
      assert(!/--allow-|permission/i.test(errors.replace("Operation not permitted", "")), `${name}: ${errors}`);
      if (status === 0) {
        assertEquals(errors, "", name);
        if (name === "nldump") { for (const line of out.trim().split("\n")) JSON.parse(line); }
        else if (json) assert(Array.isArray(JSON.parse(out)), name);
        listed++;
      } else {
        assertEquals(status, 1, `${name}: ${errors}`);
        assertMatch(errors, new RegExp(`^${name}: [^\\n]+\\n$`));
        assert(!/ at .*:\d+:\d+/.test(errors), errors);
      }
      if (!deno || flags.length === 0) return;
      // Without the permissions, Deno's error is told in one line too.
      const without = await run(cache, name, words);
      assertEquals(without.status, 1, name);
      assertMatch(without.errors, new RegExp(`^${name}: [^\\n]*--allow-[^\\n]+\\n$`));
    });
    assert(listed >= 8, `only ${listed} examples list without privileges`);
  },
);
