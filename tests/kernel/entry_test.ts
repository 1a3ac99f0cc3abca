/** The ways in which a script imports the library: by URL, by package name, from a clone. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { kernelTest, lab } from "./namespace.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BIN = join(ROOT, "node_modules/.bin");

/** Runs a program that must succeed, and returns its output. */
async function finish(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "", errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => out += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
  assertEquals(await new Promise((resolve) => child.on("close", resolve)), 0, errors);
  return out;
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "netlink-entry-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

kernelTest("Deno runs an example by URL from a plain server, with --allow-ffi only", [], async () => {
  const server = createServer(({ url = "/" }, response) => {
    try {
      response.setHeader("content-type", "text/plain").end(readFileSync(join(ROOT, url)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await inFolder(async (folder) => {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const args = ["run", "--no-prompt", "--allow-ffi", `--allow-import=${host}`, `http://${host}/examples/links.ts`];
      const out = await finish(join(BIN, "deno"), args, folder, {
        DENO_DIR: join(folder, "cache"),
        DENO_NO_UPDATE_CHECK: "1",
      });
      assertStringIncludes(out, "lo ");
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

kernelTest("Bun runs script 1 with the package added from a clone", ["git"], async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "package.json"), "{}");
    await finish("git", ["clone", "--quiet", "--bare", "--depth=1", `file://${ROOT}`, join(folder, "clone")], folder);
    await finish(join(BIN, "bun"), ["add", `git+file://${join(folder, "clone")}`], folder);
    const script = readFileSync(join(ROOT, "tests/scripts/01.ts"), "utf8").replace("../../", "@linux/netlink/");
    writeFileSync(join(folder, "script.ts"), script);
    assertStringIncludes(await finish(join(BIN, "bun"), ["script.ts"], folder), "lo ");
  });
});

/** In the lab, where a runtime starts slowly, only the runtime of this test. */
const ONLY = lab
  ? ["Deno" in globalThis ? "deno" : process.versions["bun"] === undefined ? "node" : "bun"]
  : ["deno", "bun", "node"];

for (
  const [runtime, args] of [["deno", ["run", "--no-prompt", "--allow-ffi"]], ["bun", []], ["node", [
    "--no-warnings",
  ]]] as const
) {
  if (!ONLY.includes(runtime)) continue;
  kernelTest(`examples that end by themselves run from disk on ${runtime}`, [], async () => {
    for (const example of ["links.ts", "generic_families.ts", "families.ts", "fib_lookup.ts", "decode.ts"]) {
      const out = await finish(join(BIN, runtime), [...args, join(ROOT, "examples", example)], ROOT);
      assertEquals(out.length > 0, true, example);
    }
  });
}
