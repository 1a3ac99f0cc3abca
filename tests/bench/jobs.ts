/**
 * What is measured, and who does it.
 *
 * @module
 */
import type { Contestant } from "./contestants.ts";
import { prepare, type Sizes } from "./prepare.ts";

/** One line of a table. */
export interface Entry {
  /** What it is called. */
  readonly label: string;
  /** The key of who does it. */
  readonly contestant: string;
  /** What it calls the job. */
  readonly job: string;
}

/** A job that several do. */
export interface Job {
  /** The word for it on the command line. */
  readonly name: string;
  /** What it is. */
  readonly title: string;
  /** What one of what is counted is called. */
  readonly item: string;
  /** The label that the others are compared with. */
  readonly base: string;
  /** Runs before those that count. */
  readonly warmup: number;
  /** Runs that count, each round. */
  readonly reps: number;
  /** How many things there are to be seen, at least. */
  readonly count: (sizes: Sizes) => number;
  /** Makes the namespace. */
  readonly prepare: (sizes: Sizes) => string;
  /** Who does it. */
  readonly entries: readonly Entry[];
}

type Object = keyof Sizes;

const OURS = ["deno", "bun", "node"] as const;
const OUR_NAMES = { deno: "ours on Deno", bun: "ours on Bun", node: "ours on Node" } as const;

function dump(object: Object, title: string, warmup: number, reps: number): Job {
  const peer = (contestant: string, label: string): Entry => ({ label, contestant, job: object });
  return {
    name: object,
    title,
    item: object.slice(0, -1),
    base: "C, drain only",
    warmup,
    reps,
    count: (sizes) => sizes[object],
    prepare,
    entries: [
      peer("drain", "C, drain only"),
      peer("mnl", "C, libmnl, structs"),
      peer("mnlStrings", "C, libmnl, strings"),
      ...OURS.flatMap((runtime) => [
        { label: `${OUR_NAMES[runtime]}, list`, contestant: runtime, job: `${object}-list` },
        { label: `${OUR_NAMES[runtime]}, iterate`, contestant: runtime, job: `${object}-iterate` },
      ]),
    ],
  };
}

/** All jobs. */
export const JOBS: readonly Job[] = [
  dump("routes", "dump IPv4 routes, every field decoded", 3, 5),
  dump("links", "dump links, every field decoded", 15, 15),
  dump("neighbours", "dump IPv4 neighbours, every field decoded", 15, 15),
];

/** The command of an entry. */
export function commandOf(entry: Entry, contestant: Contestant, job: Job, count: number): string[] {
  return [...contestant.command, entry.job, String(job.warmup), String(job.reps), String(count)];
}
