/** The example of a key daemon, between two namespaces; without ESP it answers up to what the kernel refuses. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { KernelError } from "../../../core/errors.ts";
import { open, type XfrmClient } from "../../../families/xfrm/mod.ts";
import { KEY20 } from "../../unit/xfrm/pairs.ts";
import { inNamespace, kernelTest, load, type Namespace, patience } from "../namespace.ts";

const RUN: readonly string[] = "Deno" in globalThis
  ? ["run", "--no-lock", "--no-check", "--allow-ffi"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/** A daemon that runs. */
interface Daemon {
  /** Returns its output so far. */
  said(): string;
  /** Ends it. */
  end(): Promise<void>;
}

/** Starts the daemon between two namespaces. */
function start(left: Namespace, right: Namespace, ...args: readonly string[]): Daemon {
  const script = fileURLToPath(new URL("../../../examples/key_daemon.ts", import.meta.url));
  const daemon = spawn(process.execPath, [...RUN, script, left.name, right.name, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => said += text);
  }
  const ended = new Promise((resolve) => daemon.on("close", resolve));
  return {
    said: () => said,
    async end() {
      daemon.kill();
      await ended;
    },
  };
}

/** Runs ping in a namespace, to the other one; returns its output, also if packets are lost. */
async function ping({ name }: Namespace, ...args: readonly string[]): Promise<string> {
  const child = spawn("ip", ["netns", "exec", name, "ping", ...args, "192.0.2.2"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => said += text);
  await new Promise((resolve) => child.on("close", resolve));
  return said;
}

/** Makes two namespaces with a link between them, where packets of ping need a state. */
async function withPolicies(
  body: (left: Namespace, right: Namespace, clients: readonly XfrmClient[]) => Promise<void>,
): Promise<void> {
  await inNamespace(async (left) => {
    await inNamespace(async (right) => {
      left.ip(`link add v0 type veth peer name v0 netns ${right.name}`);
      left.ip("address add 192.0.2.1/24 dev v0");
      right.ip("address add 192.0.2.2/24 dev v0");
      right.ip("link set v0 up");
      left.ip("link set v0 up");
      using one = open({ netns: left.name }), other = open({ netns: right.name });
      const there = { src: "192.0.2.1", dst: "192.0.2.2", proto: "icmp" } as const;
      const back = { ...there, src: there.dst, dst: there.src };
      for (const [client, out, into] of [[one, there, back], [other, back, there]] as const) {
        client.policies.add({ dir: "out", sel: out, tmpl: [{ proto: "esp", mode: "transport" }] });
        client.policies.add({ dir: "in", sel: into, tmpl: [{ proto: "esp", mode: "transport" }] });
      }
      await body(left, right, [one, other]);
    });
  });
}

/** True if the kernel has what the daemon's states need, whose modules this loads. */
function hasEsp(states: XfrmClient["states"]): boolean {
  const state = { src: "192.0.2.1", dst: "192.0.2.2", proto: "esp", spi: 0x100, mode: "transport" } as const;
  try {
    states.add({ ...state, aead: { name: "rfc4106(gcm(aes))", key: KEY20, icvLength: 128 } });
  } catch (error) {
    if (error instanceof KernelError) return false;
    throw error;
  }
  return states.delete(state);
}

/** The number of pairs with new keys; in the lab, `env REKEYS=1000` makes that many, and prints the numbers. */
const REKEYS = Number(process.env["REKEYS"] ?? 4);
/** The number of packets after which a pair is followed by the next. */
const PACKETS = 20;

kernelTest("examples: key_daemon answers packets that need a state, and changes keys without losing any", [
  "ip",
  "ping",
], async () => {
  load("esp4");
  await withPolicies(async (left, right, clients) => {
    const passes = hasEsp(clients[0]!.states);
    const daemon = start(left, right, "--packets", `${PACKETS}`);
    const pairs = (): number => daemon.said().split("\n").length - 1;
    // The kernel drops packets while there is no state, and tells once of a packet that needs one.
    for (let passed = false; passes ? !passed : !daemon.said().includes("\n");) {
      passed = (await ping(left, "-c", "1", "-W", "1")).includes(" 0% packet loss");
      if (!passed && daemon.said() === "") clients[0]!.states.flush({ all: true });
      if (passes) assert(!daemon.said().includes("Cannot"), daemon.said());
    }
    const pair = "192\\.0\\.2\\.1 → 192\\.0\\.2\\.2 esp 0x[0-9a-f]+ transport\\n";
    const refusal = "key_daemon: Cannot complete state 192\\.0\\.2\\.2 esp 0x[0-9a-f]+: E[A-Z]+ [^\\n]*\\n$";
    assertMatch(daemon.said(), new RegExp(`^${passes ? pair : refusal}`));
    const answered = pairs(), count = Math.min(1000, PACKETS * REKEYS);
    let sent = 0;
    while (passes && pairs() - answered < REKEYS) {
      assertMatch(
        await ping(left, "-f", "-q", "-c", `${count}`, "-W", "10"),
        / 0% packet loss/,
        `after ${sent} packets`,
      );
      assert(!daemon.said().includes("Cannot"), daemon.said());
      sent += count;
    }
    await daemon.end();
    const [ours, theirs] = clients.map(({ states }) =>
      new Map(states.list().map(({ spi, curlft }) => [spi, curlft!.packets]))
    );
    if (process.env["REKEYS"] !== undefined) console.log({ sent, pairs: pairs(), states: ours!.size });
    // Of each direction the present pair, and the one before it.
    const present = [...ours!].filter(([spi]) => theirs!.has(spi));
    assertEquals(present, present.map(([spi]) => [spi, theirs!.get(spi)!]));
    assert(!passes || present.length >= 2 && ours!.size <= 6, `${present.length} pairs, ${ours!.size} states`);
  });
}, patience(60_000) * Math.ceil(REKEYS / 500));
