/**
 * Shows every program that starts on this machine, below the program that started it, like `forkstat`.
 *
 *     sudo deno run -A examples/process_tree.ts      Deno requires -A to read /proc of other processes
 *     sudo bun examples/process_tree.ts
 *
 * Prints a line for each program until Ctrl-C: `4711     make -j4`, and for each failure: `4711     exit 2`.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { printable } from "../core/printable.ts";
import { processes } from "../families/connector/processes.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

/** The depth of each process in the tree; processes that ran before this program have depth 0. */
const depths = new Map<number, number>();

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0$/, "").replaceAll("\0", " ");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(String((error as { code?: unknown }).code))) return "(over already)";
    throw error;
  }
}

for await (const e of processes.watch("fork", "exec", "exit")) {
  if (e.event === "overrun") {
    print("--- too fast, some are lost");
    continue;
  }
  // Skip threads.
  if (e.pid !== e.tgid) continue;
  const depth = depths.get(e.tgid) ?? 0, line = `${String(e.tgid).padEnd(8)} ${"  ".repeat(depth)}`;
  if (e.event === "fork") depths.set(e.tgid, (depths.get(e.parentTgid) ?? 0) + 1);
  else if (e.event === "exec") print(line + commandLine(e.tgid));
  else {
    depths.delete(e.tgid);
    if (e.exitCode !== 0) {
      print(line + (e.exitCode & 0x7f ? `signal ${e.exitCode & 0x7f}` : `exit ${e.exitCode >> 8}`));
    }
  }
}
