/** The example of a key daemon, between two namespaces; without ESP it answers up to what the kernel refuses. */
import { assertMatch } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { open } from "../../../families/xfrm/mod.ts";
import { inNamespace, kernelTest } from "../namespace.ts";

const RUN: readonly string[] = "Deno" in globalThis
  ? ["run", "--no-lock", "--no-check", "--allow-ffi"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

kernelTest("examples: key_daemon answers a packet that needs a state", ["ip", "ping"], async () => {
  await inNamespace(async (left) => {
    await inNamespace(async (right) => {
      left.ip(`link add v0 type veth peer name v0 netns ${right.name}`);
      left.ip("address add 192.0.2.1/24 dev v0");
      right.ip("address add 192.0.2.2/24 dev v0");
      right.ip("link set v0 up");
      left.ip("link set v0 up");
      using client = open({ netns: left.name });
      client.policies.add({
        dir: "out",
        sel: { src: "192.0.2.1", dst: "192.0.2.2", proto: "icmp" },
        tmpl: [{ proto: "esp", mode: "transport" }],
      });
      const script = fileURLToPath(new URL("../../../examples/key_daemon.ts", import.meta.url));
      const daemon = spawn(process.execPath, [...RUN, script, left.name, right.name], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [daemon.stdout, daemon.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => said += text);
      }
      const ended = new Promise((resolve) => daemon.on("close", resolve));
      while (!said.includes("\n")) {
        const ping = spawn("ip", ["netns", "exec", left.name, "ping", "-c", "1", "-W", "1", "192.0.2.2"], {
          stdio: "ignore",
        });
        await new Promise((resolve) => ping.on("close", resolve));
        // A packet whose state is waited for is told once.
        if (said === "") client.states.flush({ all: true });
      }
      daemon.kill();
      await ended;
      assertMatch(
        said,
        /^(192\.0\.2\.1 → 192\.0\.2\.2 esp 0x[0-9a-f]+ transport\n|key_daemon: Cannot complete state 192\.0\.2\.2 esp 0x[0-9a-f]+: E[A-Z]+ [^\n]*\n$)/,
      );
    });
  });
});
