/**
 * What the samples say: medians, and ratios to the base of the same round.
 *
 * @module
 */
import type { Sample } from "./measure.ts";
import type { Job } from "./jobs.ts";

/** What is known of one entry. */
export interface Row {
  /** The entry's label. */
  readonly label: string;
  /** Processor time for one thing, in ns. */
  readonly cpu: number;
  /** Time for one thing, in ns. */
  readonly wall: number;
  /** `cpu` divided by that of the base, the median over all rounds. */
  readonly ratio?: number;
  /** The lowest and highest such ratio of a round. */
  readonly range?: readonly [number, number];
}

/** What is known of a job. */
export interface Result {
  /** The job's name. */
  readonly job: string;
  /** What it is. */
  readonly title: string;
  /** What one thing is called. */
  readonly item: string;
  /** How many there are. */
  readonly count: number;
  /** The label of what the others are compared with. */
  readonly base: string;
  /** The entries, in their order. */
  readonly rows: readonly Row[];
}

/** Samples of one entry, a list for each round. */
export type Rounds = readonly (readonly Sample[])[];

/** The middle one. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const perItem = (samples: readonly Sample[]): number => median(samples.map(({ cpu, count }) => cpu / count));

/** Sums up a job. */
export function summarize(job: Job, count: number, samples: ReadonlyMap<string, Rounds>): Result {
  const base = samples.get(job.base);
  const rows = [...samples].filter(([, rounds]) => rounds.length > 0).map(([label, rounds]): Row => {
    const all = rounds.flat();
    const row = {
      label,
      cpu: perItem(all),
      wall: median(all.map(({ wall, count }) => wall / count)),
    };
    if (base === undefined || base.length === 0) return row;
    const ratios = rounds.map((round, i) => perItem(round) / perItem(base[i] ?? base[0]!));
    return { ...row, ratio: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] };
  });
  return { job: job.name, title: job.title, item: job.item, count, base: job.base, rows };
}

/** A table for people. */
export function table({ title, item, count, rows }: Result): string {
  const lines = [["", `us CPU a ${item}`, "ratio", "lowest…highest", `us a ${item}`]];
  for (const { label, cpu, wall, ratio, range } of rows) {
    lines.push([
      label,
      (cpu / 1000).toFixed(2),
      ratio?.toFixed(2) ?? "",
      range?.map((number) => number.toFixed(2)).join("…") ?? "",
      (wall / 1000).toFixed(2),
    ]);
  }
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const text = lines.map((line) =>
    line.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()
  );
  return `${title} (${count.toLocaleString("en")})\n${text.join("\n")}\n`;
}
