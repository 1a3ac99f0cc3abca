/**
 * Measures this library and its peers side by side. See USAGE below.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { type Contestant, gather } from "./contestants.ts";
import { commandOf, type Job, JOBS } from "./jobs.ts";
import { measure, priority, type Sample } from "./measure.ts";
import { remove, type Sizes } from "./prepare.ts";
import { type Result, summarize, table } from "./report.ts";

const USAGE = `usage: deno run -A tests/bench/run.ts [OPTION]... [JOB]...

Jobs: ${JOBS.map(({ name }) => name).join(", ")}; all when none is named.

  --quick             a tenth of everything, and two rounds
  --routes N          routes in the table (100,000)
  --links N           links (1,000)
  --neighbours N      neighbours (10,000)
  --rounds N          how often all take their turn (5)
  --only PART         only entries whose label has it, and what they are compared with; may be given several times
  --json FILE         writes all numbers`;

interface Options extends Sizes {
  readonly rounds: number;
  readonly only: readonly string[];
}

async function main(): Promise<number> {
  const args = parseArgs(process.argv.slice(2), {
    boolean: ["help", "quick"],
    string: ["only", "json", "routes", "links", "neighbours", "rounds", "_"],
    collect: ["only"],
    unknown: (arg, key) => {
      if (key !== undefined) throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  const names = args._.map(String), wrong = names.filter((name) => !JOBS.some((job) => job.name === name));
  if (args.help || wrong.length > 0) {
    console.log(wrong.length > 0 ? `no such job: ${wrong.join(", ")}\n\n${USAGE}` : USAGE);
    return args.help ? 0 : 2;
  }
  if (process.getuid?.() !== 0) {
    console.log("the benchmark fills network namespaces of its own, which needs root");
    return 2;
  }
  const size = (given: string | undefined, full: number): number => Number(given ?? (args.quick ? full / 10 : full));
  const options: Options = {
    routes: size(args.routes, 100_000),
    links: size(args.links, 1_000),
    neighbours: size(args.neighbours, 10_000),
    rounds: Number(args.rounds ?? (args.quick ? 2 : 5)),
    only: args.only,
  };
  const prefix = priority();
  console.log(
    prefix.length > 0 ? `all run with real-time priority: ${prefix.join(" ")}` : "all run with ordinary priority",
  );
  const { contestants, missing } = gather((name) => console.error(`making ${name}`));
  for (const line of missing) console.log(`missing: ${line}`);
  const jobs = JOBS.filter(({ name }) => names.length === 0 || names.includes(name));
  const results: Result[] = [];
  for (const job of jobs) {
    const result = await runJob(job, options, contestants, prefix);
    console.log(`\n${table(result)}`);
    results.push(result);
  }
  if (args.json !== undefined) writeFileSync(args.json, `${JSON.stringify({ options, missing, results }, null, 2)}\n`);
  return 0;
}

/** All entries of a job in turn, round for round. */
async function runJob(
  job: Job,
  options: Options,
  contestants: ReadonlyMap<string, Contestant>,
  prefix: readonly string[],
): Promise<Result> {
  const entries = job.entries.filter(({ contestant, label }) =>
    contestants.has(contestant) &&
    (options.only.length === 0 || label === job.base || options.only.some((part) => label.includes(part)))
  );
  const samples = new Map<string, Sample[][]>(entries.map(({ label }) => [label, []]));
  const failed = new Set<string>(), count = job.count(options);
  const bar = process.stderr.isTTY
    ? new ProgressBar({
      max: entries.length * options.rounds,
      clear: true,
      fmt: ({ styledTime, progressBar, value, max }) =>
        `${job.name} [${styledTime}] [${progressBar}] [${value}/${max}]`,
    })
    : undefined;
  const namespace = job.prepare(options);
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const entry of entries) {
        if (!failed.has(entry.label)) {
          try {
            const command = commandOf(entry, contestants.get(entry.contestant)!, job, count);
            const measured = await measure(namespace, prefix, command),
              least = Math.min(...measured.map((s) => s.count));
            if (least < count) throw new Error(`saw ${least} of ${count}`);
            samples.get(entry.label)!.push(measured);
          } catch (error) {
            failed.add(entry.label);
            console.log(`failed: ${job.name}: ${entry.label}: ${(error as Error).message}`);
          }
        }
        if (bar !== undefined) bar.value++;
      }
    }
  } finally {
    remove(namespace);
    await bar?.stop();
  }
  return summarize(job, count, samples);
}

process.exit(await main());
