/** CONNECTOR: process events of the running kernel, compared with the processes that ran. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { SystemError } from "../../../core/errors.ts";
import { type KnownProcessEvent, processes } from "../../../families/connector/mod.ts";
import { inNamespace, kernelTest, lab, root } from "../namespace.ts";
import { untilPrinted } from "./script.ts";
import { test } from "../../test.ts";

/** Returns the reason why process events do not work here, if they do not. */
function missing(): string | undefined {
  try {
    void processes.watch("exec").return!();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
const reason = root ? missing() : "needs root";

function processTest(name: string, needs: readonly string[], body: () => Promise<void>, timeout?: number): void {
  if (root && reason !== undefined) test(name, { skip: reason }, body);
  else kernelTest(name, needs, body, timeout);
}

/** Returns the events of a shell and its descendants, up to the shell's exit. */
async function eventsOf(script: string): Promise<KnownProcessEvent[]> {
  const seen: KnownProcessEvent[] = [], ours = new Set<number>();
  const watching = processes.watch("fork", "exec", "uid", "gid", "sid", "ptrace", "comm", "coredump", "exit");
  const shell = spawn("/bin/sh", ["-c", script], { stdio: "ignore" }), pid = shell.pid!;
  const gone = new Promise((resolve) => shell.on("exit", resolve));
  ours.add(pid);
  for await (const e of watching) {
    if (e.event === "overrun") throw new Error("events were lost");
    if (e.event === "fork" && ours.has(e.parentTgid)) ours.add(e.tgid);
    if (!ours.has(e.tgid)) continue;
    seen.push(e);
    if (e.event === "exit" && e.pid === pid) break;
  }
  await gone;
  return seen;
}

processTest("processes: fork, exec, exit of a command, with parents and status", [], async () => {
  const events = await eventsOf("/bin/sh -c 'exit 3'; exit 0"), shell = events.find(({ event }) => event === "exec")!;
  const child = events.find((e) => e.event === "fork" && e.parentTgid === shell.tgid)!;
  const ends = events.filter((e) => e.event === "exit" && e.pid === e.tgid).map((e) =>
    e.event === "exit" ? [e.tgid, e.exitCode, e.exitSignal] : []
  );
  assertEquals(ends, [[child.tgid, 3 << 8, 17], [shell.tgid, 0, 17]]);
  // The parent is 0 if it has already ignored or reaped the process.
  for (const e of events) {
    if (e.event === "exit" && e.tgid === shell.tgid) assert([process.pid, 0].includes(e.parentTgid!));
  }
  assertEquals(events.filter((e) => e.event === "exec").map(({ tgid }) => tgid), [shell.tgid, child.tgid]);
});

processTest("processes: session, user, group, name, a death by signal", ["setsid", "setpriv", "perl"], async () => {
  const events = await eventsOf(
    "setsid /bin/true & wait; setpriv --reuid=12345 --regid=54321 --clear-groups /bin/true; " +
      // The name is set by prctl(): before 5.17, the kernel sends no event for a write to /proc/self/comm.
      "perl -e '$0 = \"name\"'; /bin/sh -c 'kill -9 $$'; exit 0",
  );
  const of = (event: string) => events.filter((e) => e.event === event);
  assertEquals(of("sid").length, 1);
  assert(events.some((e) => e.event === "uid" && e.ruid === 12345 && e.euid === 12345), "uid");
  assert(events.some((e) => e.event === "gid" && e.rgid === 54321 && e.egid === 54321), "gid");
  assert(events.some((e) => e.event === "comm" && e.comm === "name"), "comm");
  assert(events.some((e) => e.event === "exit" && (e.exitCode & 0x7f) === 9), "signal");
});

processTest("processes: nonzero_exit yields failures only", [], async () => {
  const watching = processes.watch("nonzero_exit");
  const pids = ["/bin/true", "/bin/false"].map((program) => spawnSync(program).pid);
  for await (const e of watching) {
    assert(e.event === "exit", e.event);
    assert(e.exitCode !== 0 && e.pid !== pids[0]);
    if (e.pid === pids[1]) break;
  }
});

/** 10,000 take about ten seconds, and minutes on a busy machine; under qemu everything is slow. */
const COUNT = lab ? 100 : 10_000;

processTest(`processes: of ${COUNT} short processes, each exec is reported, or a loss is`, [], async () => {
  const watching = processes.watch("exec", { buffer: 1 << 20 });
  // The shell forks for each, and prints its number.
  const script = `i=0; while [ $i -lt ${COUNT} ]; do /bin/true & echo $!; wait; i=$((i+1)); done; exec /bin/true`;
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  let told = "";
  shell.stdout.on("data", (data) => told += data);
  const end = new Promise((resolve) => shell.on("close", resolve));
  const seen = new Set<number>();
  let lost = 0, execs = 0;
  for await (const e of watching) {
    if (e.event === "overrun") lost++;
    else {
      seen.add(e.pid);
      // The first program of the shell and its last.
      if (e.pid === shell.pid && ++execs === 2) break;
    }
    // The shell's own exec may be among the lost events.
    if (lost > 0) break;
  }
  await end;
  const pids = told.trim().split("\n").map(Number);
  assertEquals(pids.length, COUNT);
  if (lost === 0) assertEquals(pids.filter((pid) => !seen.has(pid)), []);
  console.log(`${COUNT} processes, ${seen.size} execs seen, ${lost} overruns`);
}, 600_000);

processTest("processes: a small buffer overruns, and yields an event for that", [], async () => {
  const watching = processes.watch("fork", "exec", "exit", { buffer: 1 });
  for (let i = 0; i < 10; i++) spawnSync("/bin/true");
  let overrun = false;
  for await (const e of watching) {
    overrun = e.event === "overrun";
    if (overrun) break;
  }
  assert(overrun);
});

processTest("script 24: every exec on this machine", [], async () => {
  const pids: number[] = [];
  const out = await untilPrinted(
    "24",
    /^exec (\d+)\n(?:.*\n)*?exit \1$/m,
    () => void pids.push(spawnSync("/bin/true").pid),
  );
  assert(pids.some((pid) => out.includes(`exec ${pid}\n`)), out);
});

kernelTest("connector: not served in other namespaces", ["ip"], async () => {
  await inNamespace(({ name }) => {
    assertThrows(() => processes.watch("exec", { netns: name }), SystemError, "ECONNREFUSED");
  });
});
