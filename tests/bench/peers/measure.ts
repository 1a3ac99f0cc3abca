/**
 * The common part of all TypeScript programs here: `PROGRAM JOB COUNT`. It prints a line when it is ready. Then, for
 * each line that it reads, it does the job once and prints the cost as JSON.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { bunRuntime } from "../../../ffi/bun.ts";
import { denoRuntime } from "../../../ffi/deno.ts";
import { nodeRuntime } from "../../../ffi/node.ts";

/** Does a job once, and returns the number of things it counted; `before` is the number of earlier runs. */
export type Run = (before: number) => number | Promise<number>;

/** Prepares a job, and returns its runs. */
export type Job = (count: number) => Run;

/** Clocks of clock_gettime(2), which is exact; the values of `process` are rounded to a tick of the scheduler. */
const CLOCK_PROCESS_CPUTIME_ID = 2, CLOCK_THREAD_CPUTIME_ID = 3;

const nanoseconds = loadClock();

function loadClock(): (clock: number) => number {
  const signature = { clock_gettime: [["i32", "buffer"], "i32"] } as const;
  const builtin = (name: string): never => process.getBuiltinModule(name) as never;
  const runtime = "Deno" in globalThis
    ? denoRuntime((globalThis as unknown as { Deno: Parameters<typeof denoRuntime>[0] }).Deno)
    : process.versions.bun === undefined
    ? nodeRuntime(builtin("node:ffi"), process)
    : bunRuntime(builtin("bun:ffi"), process as never);
  const { clock_gettime } = runtime.load("libc.so.6", signature) as unknown as {
    clock_gettime(clock: number, time: Uint8Array): number;
  };
  const time = new BigInt64Array(new ArrayBuffer(16)), bytes = new Uint8Array(time.buffer);
  return (clock) => {
    clock_gettime(clock, bytes);
    return Number(time[0]! * 1_000_000_000n + time[1]!);
  };
}

/** Returns the peak memory of this process in bytes. */
function peak(): number {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
}

/**
 * Measures the job that the arguments name. `children` returns the processor time of child processes in ns, which is
 * added.
 */
export async function measure(jobs: Readonly<Record<string, Job>>, children: () => number = () => 0): Promise<void> {
  const [name = "", count] = process.argv.slice(2), job = jobs[name];
  if (job === undefined) throw new TypeError(`no job ${JSON.stringify(name)}`);
  const run = job(Number(count));
  console.log("ready");
  let before = 0;
  for await (const _line of process.stdin) {
    const wallThen = process.hrtime.bigint(), processThen = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + children();
    const then = nanoseconds(CLOCK_THREAD_CPUTIME_ID) + children();
    const running = run(before++), seen = typeof running === "number" ? running : await running;
    const cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID) + children() - then;
    const all = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + children() - processThen;
    const wall = Number(process.hrtime.bigint() - wallThen);
    console.log(JSON.stringify({ cpu, process: all, wall, count: seen, rss: peak() }));
  }
  process.exit(0);
}
