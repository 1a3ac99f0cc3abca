/** TASKSTATS, compared with /proc. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { KernelError } from "../../../core/errors.ts";
import { open, tasks } from "../../../families/generic/taskstats.ts";
import { before } from "../namespace.ts";
import { genericTest } from "./needs.ts";

/** Returns the fields of /proc/PID/stat after the command; the state is the first. */
function stat(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
}

genericTest("TASKSTATS", "taskstats: a task equals its data in /proc", [], () => {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  try {
    const pid = child.pid!, found = tasks.get(pid), fields = stat(pid);
    assertEquals([found.acPid, found.acTgid, found.acPpid, found.acUid, found.acGid], [
      pid,
      // This field exists since version 12, Linux 5.18.
      found.version! < 12 ? undefined : pid,
      process.pid,
      process.getuid!(),
      process.getgid!(),
    ]);
    assert(found.version! >= 10);
    const status = Object.fromEntries(
      readFileSync(`/proc/${process.pid}/status`, "utf8").split("\n").map((line) => line.split(/:\s*/, 2)),
    );
    const mine = tasks.get(process.pid), after = readFileSync(`/proc/${process.pid}/status`, "utf8");
    const later = (name: string): number => Number(new RegExp(`${name}:\\s*(\\d+)`).exec(after)![1]);
    assert(mine.nvcsw! >= Number(status.voluntary_ctxt_switches) && mine.nvcsw! <= later("voluntary_ctxt_switches"));
    assertEquals(mine.acComm, readFileSync(`/proc/${process.pid}/task/${process.pid}/comm`, "utf8").trim());
    // utime is in ticks of 10 ms, counted by the kernel at another moment.
    assert(fields.length > 40);
    const io = Object.fromEntries(
      readFileSync(`/proc/${process.pid}/task/${process.pid}/io`, "utf8").trim().split("\n").map((line) =>
        line.split(": ")
      ),
    );
    assert(
      mine.readChar! <= Number(io.rchar) && Number(io.rchar) - mine.readChar! < 1e6,
      `${mine.readChar} ${io.rchar}`,
    );
    assert(tasks.getProcess(process.pid).nvcsw! >= mine.nvcsw!);
  } finally {
    child.kill();
  }
  assertEquals(assertThrows(() => tasks.get(0x3fffff), KernelError).code, "ESRCH");
});

/** True if all CPUs must be given by their numbers. */
const OLD = before(5, 14), POSSIBLE = "/sys/devices/system/cpu/possible";

genericTest("TASKSTATS", "taskstats: exits are reported with resources", ["true"], async () => {
  using own = open();
  if (OLD) assertStringIncludes(assertThrows(() => own.tasks.exits(), KernelError).message, "give cpus as numbers");
  await using exits = own.tasks.exits(OLD ? { cpus: readFileSync(POSSIBLE, "utf8").trim() } : {});
  const child = spawn("true", [], { stdio: "ignore" });
  for await (const exit of exits) {
    if (exit.event !== undefined || exit.pid !== child.pid) continue;
    assertEquals([exit.stats?.acComm, exit.stats?.acExitcode, exit.stats?.acPpid], ["true", 0, process.pid]);
    assert(exit.stats!.acBtime! > 1.6e9);
    break;
  }
});

genericTest("TASKSTATS", "taskstats: exits of missing CPUs are refused", [], () => {
  const error = assertThrows(() => tasks.exits({ cpus: "5000" }), KernelError);
  assert(["EINVAL", "ERANGE"].includes(error.code), error.code);
});
