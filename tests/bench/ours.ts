/**
 * What is measured of this library.
 *
 * @module
 */
import { links, neighbours, routes } from "../../families/route/mod.ts";
import { type Job, measure } from "./peers/measure.ts";

/** Counts what a loop gives, and looks at none of it. */
function count(items: Iterable<object>): number {
  let seen = 0;
  for (const _ of items) seen++;
  return seen;
}

const jobs: Record<string, Job> = {
  "routes-list": () => routes.list({ family: "inet" }).length,
  "routes-iterate": () => count(routes.iterate({ family: "inet" })),
  "links-list": () => links.list().length,
  "links-iterate": () => count(links.iterate()),
  "neighbours-list": () => neighbours.list({ family: "inet" }).length,
  "neighbours-iterate": () => count(neighbours.iterate({ family: "inet" })),
};

await measure(jobs);
