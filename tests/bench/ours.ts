/**
 * The jobs of this library.
 *
 * @module
 */
import { entries, sets } from "../../families/netfilter/ipset.ts";
import { restore } from "../../families/netfilter/ipset_save.ts";
import { batch, fdb, links, neighbours, routes, type RouteToAdd, vlans, watch } from "../../families/route/mod.ts";
import { batch as tcBatch, type FilterInput, filters } from "../../families/route/tc.ts";
import { readFileSync } from "node:fs";
import process from "node:process";
import { type Job, measure } from "./peers/measure.ts";
import { FILTERS_PER_PRIORITY, hardware, LAST_VLAN, LINK, PORTS } from "./prepare.ts";

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

/** Makes the options of a filter for an address, the same as in bridge_jobs.ts. */
const OPTIONS: Readonly<Record<string, (i: number) => Pick<FilterInput, "kind" | "options">>> = {
  flower: (i) => ({ kind: "flower", options: { ipv4Dst: `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`, classid: "1:1" } }),
  u32: (i) => ({
    kind: "u32",
    options: { sel: { keys: [{ off: 16, val: 0x0a000000 + i, mask: 0xffffffff }] }, classid: "1:1" },
  }),
};

/** Adds filters of a kind. */
function addFilters(kind: string): Job {
  return (count) => () => {
    tcBatch((batch) => {
      for (let i = 0; i < count; i++) {
        const priority = 1 + Math.floor(i / FILTERS_PER_PRIORITY);
        batch.filters.add(
          { dev: LINK, parent: "ingress", protocol: "ip", priority, ...OPTIONS[kind]!(i) } as FilterInput,
        );
      }
    });
    return count;
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
  "fdb-list": () => () => fdb.list().length,
  "flower-add": addFilters("flower"),
  "u32-add": addFilters("u32"),
  "filters-list": () => () => filters.list({ dev: LINK, parent: "ingress" }).length,
  "vlans-add": (count) => () => {
    batch((batch) => {
      for (let i = 0; i < PORTS; i++) batch.vlans.add({ dev: `p${i}`, vid: { start: 1, end: LAST_VLAN } });
    });
    return count;
  },
  "vlans-list": () => () => vlans.list().length,
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
