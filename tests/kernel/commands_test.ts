/** The commands of the README's table, run here one after another in a network namespace. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "./commands.ts";
import { kernelTest, patience } from "./namespace.ts";

const RUN: readonly string[] = "Deno" in globalThis
  ? ["run", "--no-prompt", "--no-lock", "--no-check", "--allow-ffi"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/** Errors of what this kernel or this namespace lacks: protocols, kinds of links, devices, the first namespace. */
const NOT_HERE =
  /EPROTONOSUPPORT|EOPNOTSUPP|ECONNREFUSED|generic netlink family \S+: ENOENT|"?(eth0|wg0|wlan0)"?|task 1: |CAP_AUDIT_CONTROL|no transport/;

kernelTest("every command of the README's table does what its line says, or names what is not here", [
  "ip",
  "unshare",
], () => {
  // Names of namespaces are files: those of this test are on a mount of its own.
  const script = 'ip link set lo up; mkdir -p /run/netns; mount -t tmpfs none /run/netns; exec "$@"';
  const args = ["-n", "-m", "sh", "-e", "-c", script, "sh", process.execPath, ...RUN];
  const { stdout, stderr } = spawnSync("unshare", [...args, fileURLToPath(new URL("commands.ts", import.meta.url))], {
    encoding: "utf8",
    timeout: patience(60_000),
  });
  const lines: { command: string; error?: string }[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([lines.map(({ command }) => command), stderr], [COMMANDS.map(([command]) => command), ""]);
  assertEquals(lines.filter(({ error }) => error !== undefined && !NOT_HERE.test(error)), []);
  const ran = lines.filter(({ error }) => error === undefined).length;
  assert(ran >= 35, `only ${ran} of ${lines.length} ran`);
});
