/** Script 5 and the examples about sockets, run as written. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inNamespace, kernelTest, patience } from "../namespace.ts";
import { withSockets } from "./sockets.ts";

const NEEDS = ["ip", "python3"];

/** Runs a script of the project in a namespace. */
function runScript(netns: string, path: string, args: readonly string[]): string {
  const options = "Deno" in globalThis
    ? ["run", "--no-lock", "--no-prompt", "--allow-ffi"]
    : process.versions["bun"] === undefined
    ? ["--disable-warning=ExperimentalWarning"]
    : [];
  const script = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const command = ["netns", "exec", netns, process.execPath, ...options, script, ...args];
  const { status, stdout, stderr } = spawnSync("ip", command, { encoding: "utf8", timeout: patience(60_000) });
  assertEquals(status, 0, stderr);
  return stdout;
}

const SOCKETS = `
l, c, s = tcp_pair(port=443)
l2, c2, s2 = tcp_pair(address='127.0.0.2', port=8080)
u = keep(socket(AF_INET, SOCK_DGRAM)); u.bind(('127.0.0.1', 53))
n = keep(socket(AF_UNIX, SOCK_STREAM)); n.bind('\\0named'); n.listen(1)
`;

kernelTest("script 5: ss -tln, and who uses port 443", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, SOCKETS, async (_said, holder) => {
      const lines = runScript(ns.name, "tests/scripts/05.ts", []).trim().split("\n").sort();
      assertEquals(lines.length, 2);
      assert(/^127\.0\.0\.1 443 0 \d+$/.test(lines[0]!), lines[0]);
      assert(/^127\.0\.0\.2 8080 0 \d+$/.test(lines[1]!), lines[1]);
      // A fast connection is not destroyed.
      assertEquals(await holder.run("say(c.getsockopt(SOL_SOCKET, SO_ERROR))"), ["0"]);
    });
  });
});

kernelTest("examples: ss.ts shows sockets and their processes", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, SOCKETS, async (_said, holder) => {
      const [pid] = await holder.run("say(os.getpid())");
      const lines = runScript(ns.name, "examples/ss.ts", []).trim().split("\n");
      const by = `python3(${pid})`;
      const line = (...words: string[]): string =>
        lines.find((line) => words.every((word) => line.split(/\s+/).includes(word))) ?? `none of ${lines.join("\n")}`;
      assertStringIncludes(line("tcp", "listen", "127.0.0.1:443"), by);
      assertStringIncludes(line("tcp", "established", "127.0.0.2:8080"), by);
      assertStringIncludes(line("udp", "close", "127.0.0.1:53"), by);
      assertStringIncludes(line("unix", "listen", "@named"), by);
    });
  });
});

kernelTest("examples: kill_connections.ts closes the connections to an address, and no others", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, SOCKETS, async (_said, holder) => {
      const out = runScript(ns.name, "examples/kill_connections.ts", ["127.0.0.2"]).trim().split("\n");
      assert(/^KILLED +PEER$/.test(out[0]!), out.join("\n"));
      assert(out.some((line) => /^127\.0\.0\.1:\d+ +127\.0\.0\.2:8080$/.test(line)), out.join("\n"));
      const errors = await holder.run("say(c2.getsockopt(SOL_SOCKET, SO_ERROR), c.getsockopt(SOL_SOCKET, SO_ERROR))");
      assertEquals(errors, ["103 0"]);
      assertEquals(runScript(ns.name, "examples/kill_connections.ts", ["127.0.0.0/8", "9"]), "");
    });
  });
});
