/**
 * Computes medians of the samples, and ratios to the base in the same turn.
 *
 * @module
 */
import type { Job } from "./jobs.ts";
import type { Sample } from "./measure.ts";

/** The result of one entry. Times are in ns for one counted thing. */
export interface Row {
  /** The entry's label. */
  readonly label: string;
  /** Processor time of the main thread. */
  readonly cpu: number;
  /** Processor time of all threads. */
  readonly process: number;
  /** Elapsed time. */
  readonly wall: number;
  /** Peak memory in bytes. */
  readonly rss?: number;
  /** The compared quantity divided by that of the base. */
  readonly ratio?: number;
  /** The first and third quartile of the ratios. */
  readonly quartiles?: readonly [number, number];
  /** Number of runs. */
  readonly runs: number;
}

/** The result of a job. */
export interface Result extends Pick<Job, "name" | "title" | "item" | "compare" | "base" | "count"> {
  /** The entries, in their order. */
  readonly rows: readonly Row[];
}

/** The samples of one entry, by the number of the turn. */
export type Turns = ReadonlyMap<number, Sample>;

/** Returns the value below which the share `part` of the numbers lies. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b), at = (sorted.length - 1) * part, below = Math.floor(at);
  return sorted[below]! + (sorted[Math.ceil(at)]! - sorted[below]!) * (at - below);
}

/** Summarizes a job. */
export function summarize(job: Job, samples: ReadonlyMap<string, Turns>): Result {
  const value = ({ cpu, rss = 0, count }: Sample): number => job.compare === "cpu" ? cpu / count : rss;
  const median = (turns: Turns, of: (sample: Sample) => number): number => quantile([...turns.values()].map(of), 0.5);
  const base = samples.get(job.base) ?? new Map<number, Sample>();
  const rows = [...samples].filter(([, turns]) => turns.size > 0).map(([label, turns]): Row => {
    const of = (key: "cpu" | "process" | "wall"): number => median(turns, (sample) => sample[key] / sample.count);
    const row = { label, cpu: of("cpu"), process: of("process"), wall: of("wall"), runs: turns.size };
    const ratios = base.size === 0 ? [] : [...turns].map(([turn, sample]) => {
      const other = base.get(turn);
      return value(sample) / (other === undefined ? median(base, value) : value(other));
    });
    return {
      ...row,
      ...(job.compare === "rss" ? { rss: median(turns, value) } : {}),
      ...(ratios.length === 0
        ? {}
        : { ratio: quantile(ratios, 0.5), quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)] }),
    };
  });
  const { name, title, item, compare, base: against, count } = job;
  return { name, title, item, compare, base: against, count, rows };
}

const COMPARED = { cpu: "CPU time", rss: "memory" };

/** Returns a table for people to read. */
export function table({ title, item, count, compare, base, rows }: Result): string {
  const us = (ns: number): string => (ns / 1000).toFixed(2);
  const lines = [[
    "",
    "ratio",
    "middle half",
    ...(compare === "rss" ? ["MB"] : ["CPU", "all threads", "time"]),
    "runs",
  ]];
  for (const { label, cpu, process, wall, rss = 0, ratio, quartiles, runs } of rows) {
    lines.push([
      label,
      ratio?.toFixed(2) ?? "",
      quartiles?.map((number) => number.toFixed(2)).join("…") ?? "",
      ...(compare === "rss" ? [(rss / 1e6).toFixed(1)] : [us(cpu), us(process), us(wall)]),
      String(runs),
    ]);
  }
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const text = lines.map((line) =>
    line.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()
  );
  const unit = compare === "rss" ? "" : `, µs per ${item}`;
  return `${title} (${count.toLocaleString("en")}): ${COMPARED[compare]} against "${base}"${unit}\n${
    text.join("\n")
  }\n`;
}
