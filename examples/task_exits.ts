/**
 * Shows every thread that exits until Ctrl-C, and the time that it used and waited.
 *
 *     sudo deno run --allow-ffi examples/task_exits.ts
 *     sudo bun examples/task_exits.ts 0-3
 *
 * Needs CAP_NET_ADMIN in the first user namespace, and a kernel with CONFIG_TASKSTATS. The times of waiting need the
 * sysctl kernel.task_delayacct.
 */
import { tasks } from "../families/generic/taskstats.ts";
import { list } from "./run.ts";

const ms = (ns = 0): number => Math.round(ns / 1e6);

await list(
  {
    about:
      "Shows every thread that exits until Ctrl-C: exit code, time on a CPU, time of waiting for a CPU and for disks.",
    takes: "[CPUS]",
  },
  (_options, cpus) => tasks.exits(cpus === undefined ? {} : { cpus }),
  (e) => {
    if (e.event === "overrun") return { PID: "---", COMMAND: "some were lost" };
    const { acComm, acExitcode = 0, cpuRunRealTotal, cpuDelayTotal, blkioDelayTotal } = e.stats ?? {};
    return {
      PID: e.pid,
      COMMAND: acComm,
      EXIT: acExitcode >> 8,
      "CPU MS": ms(cpuRunRealTotal),
      "WAIT CPU MS": ms(cpuDelayTotal),
      "WAIT DISK MS": ms(blkioDelayTotal),
    };
  },
);
