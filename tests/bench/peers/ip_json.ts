/**
 * The usual way of scripts today: run `ip -j` and parse its output. `tool -o` measures the cost of `ip` itself.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { type Job, measure } from "./measure.ts";

let children = 0;

function list(...args: readonly string[]): () => number {
  return () => {
    const { stdout, stderr } = spawnSync(process.env.TOOL!, ["-o", "ip", "-j", ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 30,
    });
    children += JSON.parse(stderr).cpu;
    return JSON.parse(stdout).length;
  };
}

const jobs: Record<string, Job> = {
  routes: () => list("-d", "-4", "route", "show", "table", "all"),
  links: () => list("-d", "-s", "link", "show"),
  neighbours: () => list("-d", "-s", "-4", "neighbour", "show"),
};

await measure(jobs, () => children);
