/**
 * Measures this library and its peers side by side. See USAGE below.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import process from "node:process";
import { chart } from "./chart.ts";
import { makePrograms, type Program } from "./contestants.ts";
import { type Amounts, type Entry, FULL, type Job, jobs } from "./jobs.ts";
import { priority, type Sample, Session } from "./measure.ts";
import { remove, removeAll } from "./prepare.ts";
import { type Result, summarize, table } from "./report.ts";

const JOBS = jobs(FULL).map(({ name }) => name);

const USAGE = `usage: deno run -A tests/bench/run.ts [OPTION]... [JOB]...

Jobs: ${JOBS.join(", ")}; all when none is named.

  --quick          a tenth of everything, and everything is started once
  --routes N       routes in the table (100,000; the job memory10 has ten times as many)
  --links N        links (1,000)
  --neighbours N   neighbours (10,000)
  --requests N     requests of one run, rules of a chain (10,000)
  --inserts N      routes, entries of sets, flows, packets and events (100,000)
  --starts N       how often each program is started anew (3)
  --only PART      only entries whose label has it, and what they are compared with; may be given several times
  --json FILE      writes all numbers
  --svg FILE       writes a chart

Peers are taken from Debian's packages and from npm where they can be had. It takes root, and a quarter of an hour.`;

interface Options extends Amounts {
  readonly starts: number;
}

/** Processor time of one run, in ns, above which an entry gets no warm-up and only one run. */
const SLOW = 10e9;
/** Most time for the warm-up, and for all turns together, in ns: slow entries have fewer runs. */
const WARM = 4e9, PLAY = 15e9;

async function main(): Promise<number> {
  const numbers = ["routes", "links", "neighbours", "requests", "inserts", "starts"] as const;
  const args = parseArgs(process.argv.slice(2), {
    boolean: ["help", "quick"],
    string: ["only", "json", "svg", ...numbers, "_"],
    collect: ["only"],
    unknown: (arg, key) => {
      if (key !== undefined) throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  const names = args._.map(String), wrong = names.filter((name) => !JOBS.includes(name));
  if (args.help || wrong.length > 0) {
    console.log(wrong.length > 0 ? `no such job: ${wrong.join(", ")}\n\n${USAGE}` : USAGE);
    return args.help ? 0 : 2;
  }
  if (process.getuid?.() !== 0) {
    console.log("not root: the benchmark fills network namespaces of its own, which needs root");
    return 2;
  }
  const amount = (name: keyof Amounts): number => Number(args[name] ?? (args.quick ? FULL[name] / 10 : FULL[name]));
  const options: Options = {
    routes: amount("routes"),
    links: amount("links"),
    neighbours: amount("neighbours"),
    requests: amount("requests"),
    inserts: amount("inserts"),
    starts: Number(args.starts ?? (args.quick ? 1 : 3)),
  };

  const chosen = jobs(options).filter(({ name }) => names.length === 0 || names.includes(name)).map((job) => ({
    ...job,
    entries: job.entries.filter(({ label }) =>
      args.only.length === 0 || label === job.base || args.only.some((part) => label.includes(part))
    ),
  }));
  const keys = chosen.flatMap(({ entries, beside = "tool" }) => [...entries.map(({ program }) => program), beside]);
  const { programs, missing } = makePrograms(new Set(["tool", ...keys]), (key) => console.error(`making ${key}`));
  const prefix = priority();
  const setting = {
    date: new Date().toISOString().slice(0, 10),
    kernel: release(),
    processor: `${cpus().length} × ${cpus()[0]?.model}`,
    priority: prefix.join(" ") || "ordinary",
  };
  for (const [key, value] of Object.entries(setting)) console.log(`${key}: ${value}`);
  for (const line of missing) console.log(`missing: ${line}`);

  const results: Result[] = [], failed: string[] = [];
  for (const job of chosen) {
    const result = await measureJob(job, options.starts, programs, prefix, failed);
    console.log(`\n${table(result)}`);
    results.push(result);
    // Written after each job, so that an interrupted run keeps its results.
    const all = { ...setting, options, missing, failed, results };
    if (args.json !== undefined) writeFileSync(args.json, `${JSON.stringify(all, null, 2)}\n`);
    if (args.svg !== undefined) writeFileSync(args.svg, chart(results));
  }
  for (const line of failed) console.log(`failed: ${line}`);
  return failed.length === 0 ? 0 : 1;
}

/** An entry that takes turns. */
interface Player {
  readonly entry: Entry;
  readonly namespace: string;
  readonly session: Session;
  /** Number of runs. */
  runs: number;
  /** Part of {@linkcode PLAY} that it has used. */
  used: number;
}

/** Runs all entries in turns, one run each; then all programs are started anew. */
async function measureJob(
  job: Job,
  starts: number,
  programs: ReadonlyMap<string, Program>,
  prefix: readonly string[],
  failed: string[],
): Promise<Result> {
  const entries = job.entries.filter(({ program }) => programs.has(program));
  const samples = new Map(entries.map(({ label }) => [label, new Map<number, Sample>()]));
  const done = new Set<Entry>();
  const bar = progress(job.name, entries.length * starts * (1 + job.turns));

  async function run(player: Player): Promise<Sample> {
    player.entry.before?.(player.namespace, player.runs++);
    const sample = await player.session.run();
    if (sample.count < job.count && player.entry.program !== "tool") {
      throw new Error(`saw ${sample.count} of ${job.count}`);
    }
    return sample;
  }

  /** Does a step that may fail for one entry, which is then excluded. */
  async function attempt(entry: Entry, what: () => Promise<void>): Promise<void> {
    if (!done.has(entry)) {
      try {
        await what();
      } catch (error) {
        failed.push(`${job.name}: ${entry.label}: ${(error as Error).message}`);
        done.add(entry);
      }
    }
    bar.advance();
  }

  for (let start = 0; start < starts; start++) {
    const namespaces: string[] = [], players: Player[] = [], first = start * job.turns;
    const newNamespace = (): string => {
      const name = job.prepare();
      namespaces.push(name);
      return name;
    };
    const shared = job.apart ? undefined : newNamespace();
    const open = ({ program: key, args, env = {}, whole }: Omit<Entry, "label">, namespace: string): Session => {
      const program = programs.get(key)!;
      const measurer = whole ? [...programs.get("tool")!.command, "1"] : [];
      const command = [...prefix, ...measurer, ...program.command, ...args];
      return new Session(namespace, command, { ...program.env, ...env });
    };
    const beside = job.beside === undefined ? undefined : open({ program: job.beside, args: [] }, shared!);
    try {
      await beside?.ready();
      for (const entry of entries) {
        await attempt(entry, async () => {
          const namespace = shared ?? newNamespace();
          const player = { entry, namespace, session: open(entry, namespace), runs: 0, used: 0 };
          players.push(player);
          await player.session.ready();
          for (let i = 0, used = 0; i < job.warmup && used < WARM; i++) {
            const sample = await run(player);
            used += sample.wall;
            if (sample.process < SLOW) continue;
            samples.get(entry.label)!.set(first, sample);
            done.add(entry);
            break;
          }
        });
      }
      for (let turn = first; turn < first + job.turns; turn++) {
        for (const player of players) {
          await attempt(player.entry, async () => {
            if (player.used > PLAY) return;
            const sample = await run(player);
            player.used += sample.wall;
            samples.get(player.entry.label)!.set(turn, sample);
          });
        }
      }
    } finally {
      for (const { session } of players) await session.close();
      beside?.kill();
      for (const name of namespaces) remove(name);
    }
  }
  await bar.stop();
  return summarize(job, samples);
}

/** Shows a progress bar on a terminal. */
function progress(name: string, max: number): { advance(): void; stop(): Promise<void> } {
  if (!process.stderr.isTTY) return { advance() {}, stop: () => Promise.resolve() };
  const bar = new ProgressBar({
    max,
    clear: true,
    fmt: ({ styledTime, progressBar, value, max }) => `${name} [${styledTime}] [${progressBar}] [${value}/${max}]`,
  });
  return { advance: () => void bar.value++, stop: () => bar.stop() };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    removeAll();
    process.exit(130);
  });
}
process.exit(await main());
