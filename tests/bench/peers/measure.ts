/**
 * What every TypeScript program here shares: `PROGRAM JOB WARMUP REPS COUNT`, a line of JSON a repetition.
 *
 * @module
 */
import { bunRuntime } from "../../../ffi/bun.ts";
import { denoRuntime } from "../../../ffi/deno.ts";
import { nodeRuntime } from "../../../ffi/node.ts";
import process from "node:process";

/** Does the job once, the repetition's number in hand, and gives how many things it saw. */
export type Job = (count: number, repetition: number) => number | Promise<number>;

const CLOCK_THREAD_CPUTIME_ID = 3;

/** This thread's processor time, in ns: what `process` offers rounds it to a scheduler's tick on some runtimes. */
const cpu = threadClock();

function threadClock(): () => number {
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
  return () => {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, bytes);
    return Number(time[0]! * 1_000_000_000n + time[1]!);
  };
}

/** Runs the job that the arguments name. `others` is what to add to the thread's own time, in ns: of children. */
export async function measure(jobs: Readonly<Record<string, Job>>, others: () => number = () => 0): Promise<void> {
  const [name = "", ...numbers] = process.argv.slice(2), job = jobs[name];
  if (job === undefined) throw new TypeError(`no job ${JSON.stringify(name)}`);
  const [warmup = 0, reps = 1, count = 0] = numbers.map(Number);
  for (let repetition = 0; repetition < warmup + reps; repetition++) {
    const wallBefore = process.hrtime.bigint(), before = cpu() + others();
    const running = job(count, repetition), seen = typeof running === "number" ? running : await running;
    const used = cpu() + others() - before, wall = Number(process.hrtime.bigint() - wallBefore);
    if (repetition >= warmup) console.log(JSON.stringify({ cpu: used, wall, count: seen }));
  }
}
