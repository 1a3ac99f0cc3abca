/**
 * Shows every thread that exits, and the time that it used and waited, until it is interrupted.
 *
 *     deno run --allow-ffi examples/task_exits.ts [CPUS]
 *     bun examples/task_exits.ts 0-3
 *
 * Needs CAP_NET_ADMIN. Prints a line for each exit: number, command, exit code, ms on a CPU, ms of waiting for a CPU
 * and for disks.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { tasks } from "../families/generic/taskstats.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

const [cpus] = process.argv.slice(2);
const ms = (ns = 0): number => Math.round(ns / 1e6);
for await (const { event, pid, stats } of tasks.exits(cpus === undefined ? {} : { cpus })) {
  if (event === "overrun") print("some were lost");
  else {
    const { acComm, acExitcode = 0, cpuRunRealTotal, cpuDelayTotal, blkioDelayTotal } = stats ?? {};
    print(pid, acComm, acExitcode >> 8, ms(cpuRunRealTotal), ms(cpuDelayTotal), ms(blkioDelayTotal));
  }
}
