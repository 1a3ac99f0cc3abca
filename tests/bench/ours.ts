/**
 * The jobs of this library.
 *
 * @module
 */
import { entries, sets } from "../../families/netfilter/ipset.ts";
import { restore } from "../../families/netfilter/ipset_save.ts";
import { batch, links, neighbours, routes, type RouteToAdd, watch } from "../../families/route/mod.ts";
import { readFileSync } from "node:fs";
import process from "node:process";
import { type Job, measure } from "./peers/measure.ts";
import { hardware, LINK } from "./prepare.ts";

/** Counts the items of a loop without reading them. */
function count(items: Iterable<object>): number {
  let seen = 0;
  for (const _ of items) seen++;
  return seen;
}

/** Returns route number `i` of a table, the same as in prepare.ts. */
function route(i: number, before: number): RouteToAdd {
  return {
    dst: `10.${i >> 16}.${i >> 8 & 255}.${i & 255}/32`,
    gateway: "192.0.2.2",
    dev: "v0",
    table: 1000 + before,
  };
}

const jobs: Record<string, Job> = {
  "routes-list": () => () => routes.list({ family: "inet" }).length,
  "routes-iterate": () => () => count(routes.iterate({ family: "inet" })),
  "links-list": () => () => links.list().length,
  "links-iterate": () => () => count(links.iterate()),
  "neighbours-list": () => () => neighbours.list({ family: "inet" }).length,
  "neighbours-iterate": () => () => count(neighbours.iterate({ family: "inet" })),
  lookup: (count) => () => {
    for (let i = 0; i < count; i++) routes.lookup(`192.0.2.${3 + i % 200}`);
    return count;
  },
  insert: (count) => (before) => {
    for (let i = 0; i < count; i++) routes.add(route(i, before));
    return count;
  },
  "insert-batched": (count) => (before) => {
    batch((batch) => {
      for (let i = 0; i < count; i++) batch.routes.add(route(i, before));
    });
    return count;
  },
  "fdb-batched": (count) => (before) => {
    batch((batch) => {
      for (let i = 0; i < count; i++) {
        batch.fdb.add({ dev: LINK, lladdr: hardware(i, before), flags: ["master"], state: ["noarp"] });
      }
    });
    return count;
  },
  "ipset-add": (count) => (before) => {
    const name = `bench${before}`;
    sets.add({ name, type: "hash:ip", maxelem: 2 * count });
    entries.add(name, Array.from({ length: count }, (_, i) => ({ ip: `11.${i >> 16}.${i >> 8 & 255}.${i & 255}` })));
    return count;
  },
  "ipset-restore": (count) => {
    const text = readFileSync(process.env["IPSET"]!, "utf8");
    return (before) => {
      restore(text.replaceAll("bench", `bench${before}`));
      return count;
    };
  },
  events(count) {
    const events = watch("route", { buffer: 1 << 29 });
    return async () => {
      for (let seen = 0; seen < count; seen++) {
        const { value } = await events.next();
        if (value.event === "overrun") throw new Error("events were lost");
      }
      return count;
    };
  },
};

await measure(jobs);
