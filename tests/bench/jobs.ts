/**
 * The jobs that are measured, and the programs that do them.
 *
 * @module
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD } from "./contestants.ts";
import { bridgeJobs } from "./bridge_jobs.ts";
import { GATEWAY, hardware, LINK, octets, prepare, type Sizes } from "./prepare.ts";
import { netfilterJobs } from "./netfilter_jobs.ts";
import { run } from "../kernel/namespace.ts";

/** One line of a table. */
export interface Entry {
  /** The label of the line. */
  readonly label: string;
  /** The key of its program. */
  readonly program: string;
  /** True if the program does not measure itself, so that `tool` starts it anew each time. */
  readonly whole?: boolean;
  /** The arguments of the program. */
  readonly args: readonly string[];
  /** The environment variables that it needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before each measured run; not measured itself. */
  readonly before?: (namespace: string, run: number) => void;
}

/** A job that several programs do. */
export interface Job {
  /** The name of the job on the command line. */
  readonly name: string;
  /** The title of the job. */
  readonly title: string;
  /** The name of one of the counted things. */
  readonly item: string;
  /** The compared quantity: processor time, or peak memory. */
  readonly compare: "cpu" | "rss";
  /** The label of the entry that the others are compared with. */
  readonly base: string;
  /** Number of runs before those that count. */
  readonly warmup: number;
  /** Number of runs that count, each in a turn of its own. */
  readonly turns: number;
  /** Number of counted things. */
  readonly count: number;
  /** Makes a network namespace and returns its name. */
  readonly prepare: () => string;
  /** True if each program needs a network namespace of its own, because it changes the content. */
  readonly apart?: boolean;
  /** Key of a program that runs beside all the others. */
  readonly beside?: string;
  /** The programs that do it. */
  readonly entries: readonly Entry[];
}

/** The amounts to measure. */
export interface Amounts extends Sizes {
  /** Requests of one run. */
  readonly requests: number;
  /** Routes that are inserted, and reported by events; entries of a set. */
  readonly inserts: number;
}

/** The default amounts. */
export const FULL: Amounts = { routes: 100_000, links: 1_000, neighbours: 10_000, requests: 10_000, inserts: 100_000 };

const RUNTIMES = { deno: "Deno", bun: "Bun", node: "Node" };

/** Returns the entries for each runtime. */
function ours(entry: (runtime: string, name: string) => readonly Entry[]): Entry[] {
  return Object.entries(RUNTIMES).flatMap(([runtime, name]) => entry(runtime, name));
}

function dump(object: keyof Sizes, amounts: Amounts, turns: number, show: readonly string[]): Job {
  const count = amounts[object], args = [object, String(count)];
  return {
    name: object,
    title: `dump ${object}, every field decoded`,
    item: object.slice(0, -1),
    compare: "cpu",
    base: "C, drain only",
    warmup: turns,
    turns,
    count,
    prepare: () => prepare(amounts),
    entries: [
      { label: "C, drain only", program: "drain", args },
      { label: "C, libmnl, structs", program: "mnl", args },
      { label: "C, libmnl, strings", program: "mnl-strings", args },
      { label: "Rust, netlink-packet-route", program: "rust", args },
      ...ours((runtime, name) => [
        { label: `ours, ${name}, iterate`, program: `ours-${runtime}`, args: [`${object}-iterate`, String(count)] },
        { label: `ours, ${name}, list`, program: `ours-${runtime}`, args: [`${object}-list`, String(count)] },
      ]),
      { label: "Go, rtnetlink on mdlayher/netlink", program: "rtnetlink", args },
      { label: "Go, vishvananda/netlink", program: "vishvananda", args },
      { label: "Node, npm netlink", program: "npm", args },
      { label: "Python, pyroute2", program: "pyroute2", args },
      { label: `ip ${show.join(" ")}`, program: "tool", args: [String(count), "ip", ...show] },
      { label: "ip -j and JSON.parse, Bun", program: "ip-json", args },
    ],
  };
}

function lookup(count: number): Job {
  const args = ["lookup", String(count)];
  return {
    name: "request",
    title: "one request and its reply: the way to an address",
    item: "request",
    compare: "cpu",
    base: "C, libmnl, structs",
    warmup: 5,
    turns: 7,
    count,
    prepare: () => prepare(),
    entries: [
      { label: "C, libmnl, structs", program: "mnl", args },
      ...ours((runtime, name) => [{ label: `ours, ${name}`, program: `ours-${runtime}`, args }]),
      { label: "Go, rtnetlink on mdlayher/netlink", program: "rtnetlink", args },
      { label: "Go, vishvananda/netlink", program: "vishvananda", args },
      { label: "Node, npm netlink", program: "npm", args },
      { label: "Python, pyroute2", program: "pyroute2", args },
      { label: "ip route get", program: "tool", args: ["1", "ip", "route", "get", "192.0.2.3"] },
    ],
  };
}

/** Writes a file for `ip -batch`. */
function batchFile(name: string, verb: string, count: number, table: number): string {
  const file = join(BUILD, name);
  let text = "";
  for (let i = 0; i < count; i++) text += `route ${verb} 10.${octets(i)} via ${GATEWAY} dev ${LINK} table ${table}\n`;
  writeFileSync(file, text);
  return file;
}

function insert(count: number): Job {
  const args = ["insert", String(count)], batched = ["insert-batched", String(count)], file = join(BUILD, "insert");
  return {
    name: "insert",
    title: "insert routes, one by one and batched",
    item: "route",
    compare: "cpu",
    base: "ip -batch",
    warmup: 1,
    turns: 2,
    count,
    prepare: () => prepare(),
    apart: true,
    entries: [
      {
        label: "ip -batch",
        program: "tool",
        args: [String(count), "ip", "-batch", file],
        before: (_, run) => void batchFile("insert", "add", count, 1000 + run),
      },
      { label: "C, libmnl, one by one", program: "mnl", args },
      { label: "C, libmnl, batched", program: "mnl", args: batched },
      ...ours((runtime, name) => [
        { label: `ours, ${name}, one by one`, program: `ours-${runtime}`, args },
        { label: `ours, ${name}, batched`, program: `ours-${runtime}`, args: batched },
      ]),
      { label: "Go, rtnetlink on mdlayher/netlink", program: "rtnetlink", args },
      { label: "Go, vishvananda/netlink", program: "vishvananda", args },
      { label: "Node, npm netlink", program: "npm", args },
      { label: "Python, pyroute2", program: "pyroute2", args },
    ],
  };
}

function forwarding(count: number): Job {
  const file = join(BUILD, "fdb"), args = ["fdb-batched", String(count)];
  return {
    name: "fdb",
    title: "add entries to a bridge's forwarding table, batched",
    item: "entry",
    compare: "cpu",
    base: "bridge -batch",
    warmup: 1,
    turns: 2,
    count,
    prepare() {
      const namespace = prepare();
      run("ip", ["-n", namespace, "link", "add", "br0", "type", "bridge"]);
      run("ip", ["-n", namespace, "link", "set", LINK, "master", "br0"]);
      return namespace;
    },
    apart: true,
    entries: [
      {
        label: "bridge -batch",
        program: "tool",
        args: [String(count), "bridge", "-batch", file],
        before(_, turn) {
          let text = "";
          for (let i = 0; i < count; i++) text += `fdb add ${hardware(i, turn)} dev ${LINK} master static\n`;
          writeFileSync(file, text);
        },
      },
      ...ours((runtime, name) => [{ label: `ours, ${name}, batched`, program: `ours-${runtime}`, args }]),
    ],
  };
}

function ipset(count: number): Job {
  const file = join(BUILD, "ipset"), args = [String(count)], env = { IPSET: file };
  const before = (namespace: string): void => void run("ip", ["netns", "exec", namespace, "ipset", "destroy"]);
  return {
    name: "ipset",
    title: "add entries to a new set of ipset",
    item: "entry",
    compare: "cpu",
    base: "ipset restore",
    warmup: 1,
    turns: 3,
    count,
    prepare() {
      let text = `create bench hash:ip maxelem ${2 * count}\n`;
      for (let i = 0; i < count; i++) text += `add bench 11.${octets(i)}\n`;
      writeFileSync(file, text);
      return prepare();
    },
    apart: true,
    entries: [
      { label: "ipset restore", program: "tool", args: [...args, "ipset", "-file", file, "restore"], before },
      ...ours((runtime, name) => [
        { label: `ours, ${name}, array`, program: `ours-${runtime}`, args: ["ipset-add", ...args], before },
        { label: `ours, ${name}, restore`, program: `ours-${runtime}`, args: ["ipset-restore", ...args], env, before },
      ]),
    ],
  };
}

function events(count: number): Job {
  const args = ["events", String(count)];
  /** Removes the added routes before every other run. */
  const before = (namespace: string, turn: number): void => {
    const file = batchFile("events", turn % 2 === 0 ? "add" : "delete", count, 1000);
    run("ip", ["-n", namespace, "-batch", file]);
  };
  return {
    name: "events",
    title: "read events of routes that are waiting",
    item: "event",
    compare: "cpu",
    base: "C, libmnl, structs",
    warmup: 1,
    turns: 2,
    count,
    prepare: () => prepare(),
    apart: true,
    entries: [
      { label: "C, libmnl, structs", program: "mnl", args, before },
      ...ours((runtime, name) => [{ label: `ours, ${name}`, program: `ours-${runtime}`, args, before }]),
      { label: "Go, rtnetlink on mdlayher/netlink", program: "rtnetlink", args, before },
      { label: "Python, pyroute2", program: "pyroute2", args, before },
    ],
  };
}

function start(): Job {
  const cache = join(BUILD, "deno"), kept = join(BUILD, "deno-kept");
  const script = (label: string, program: string, entry: Partial<Entry> = {}): Entry => (
    { label, program, whole: true, args: [], ...entry }
  );
  return {
    name: "start",
    title: "start a one-off script that lists links: the whole process",
    item: "start",
    compare: "cpu",
    base: "ip -j link",
    warmup: 2,
    turns: 7,
    count: 1,
    prepare: () => prepare(),
    beside: "serve",
    entries: [
      { label: "ip -j link", program: "tool", args: ["1", "ip", "-j", "link"] },
      script("Go, vishvananda/netlink", "start-vishvananda"),
      ...ours((runtime, name) => [
        script(`${name}, empty script`, `start-empty-${runtime}`),
        script(`${name}, opens libc`, `start-ffi-${runtime}`),
        script(`${name}, ours`, `start-list-${runtime}`),
        script(`${name}, spawns ip -j link`, `start-spawn-${runtime}`),
      ]),
      script("Deno, ours by URL, first time", "start-url", {
        env: { DENO_DIR: cache },
        before: () => rmSync(cache, { recursive: true, force: true }),
      }),
      script("Deno, ours by URL, again", "start-url", { env: { DENO_DIR: kept } }),
      script("Node, npm netlink", "start-npm"),
      script("Python, pyroute2", "start-pyroute2"),
    ],
  };
}

function memory(routes: number, name: string): Job {
  const args = ["routes", String(routes)];
  return {
    name,
    title: "the most memory that a process has which dumps routes",
    item: "process",
    compare: "rss",
    base: "C, drain only",
    warmup: 0,
    turns: 1,
    count: routes,
    prepare: () => prepare({ routes }),
    entries: [
      { label: "C, drain only", program: "drain", args },
      { label: "C, libmnl, structs", program: "mnl", args },
      ...ours((runtime, name) => [
        { label: `ours, ${name}, iterate`, program: `ours-${runtime}`, args: ["routes-iterate", String(routes)] },
        { label: `ours, ${name}, list`, program: `ours-${runtime}`, args: ["routes-list", String(routes)] },
      ]),
      { label: "Go, rtnetlink on mdlayher/netlink", program: "rtnetlink", args },
      { label: "Go, vishvananda/netlink", program: "vishvananda", args },
      { label: "Node, npm netlink", program: "npm", args },
    ],
  };
}

/** Returns all jobs, for these amounts. */
export function jobs(amounts: Amounts): Job[] {
  return [
    dump("routes", amounts, 4, ["-d", "-4", "route", "show", "table", "all"]),
    dump("links", amounts, 15, ["-d", "-s", "link", "show"]),
    dump("neighbours", amounts, 15, ["-d", "-s", "-4", "neighbour", "show"]),
    lookup(amounts.requests),
    insert(amounts.inserts),
    forwarding(amounts.inserts),
    ...bridgeJobs(amounts.inserts / 2, amounts.inserts),
    ipset(amounts.inserts),
    ...netfilterJobs(amounts.inserts, amounts.requests, amounts.requests / 10),
    events(amounts.inserts),
    start(),
    memory(amounts.routes, "memory"),
    memory(10 * amounts.routes, "memory10"),
  ];
}
