/**
 * The measured jobs about traffic control and bridges: many filters, forwarding entries and VLANs.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../kernel/namespace.ts";
import { BUILD } from "./contestants.ts";
import type { Entry, Job } from "./jobs.ts";
import { FILTERS_PER_PRIORITY, hardware, LAST_VLAN, LINK, octets, PORTS, prepare } from "./prepare.ts";

/** Kinds of filters, and what tc writes for the address of each. */
const FILTERS = { flower: "dst_ip", u32: "match ip dst" } as const;

const SHAPE = { compare: "cpu", warmup: 1, turns: 3, apart: true } as const;

const inside = (namespace: string, ...command: readonly string[]): void =>
  void run("ip", ["netns", "exec", namespace, ...command]);

/** Writes a file for `-batch`; returns its name. */
function batchFile(name: string, count: number, line: (i: number) => string): string {
  const file = join(BUILD, name);
  writeFileSync(file, Array.from({ length: count }, (_, i) => `${line(i)}\n`).join(""));
  return file;
}

/** Returns the entries of this library on each runtime. */
function ours(job: string, count: number, more: Partial<Entry> = {}): Entry[] {
  return Object.entries({ deno: "Deno", bun: "Bun", node: "Node" }).map(([runtime, name]) => (
    { label: `ours, ${name}`, program: `ours-${runtime}`, args: [job, String(count)], ...more }
  ));
}

function filterFile(kind: keyof typeof FILTERS, count: number): string {
  return batchFile(kind, count, (i) => {
    const priority = 1 + Math.floor(i / FILTERS_PER_PRIORITY);
    return `filter add dev ${LINK} ingress protocol ip pref ${priority} ${kind} ${FILTERS[kind]} 10.${
      octets(i)
    }/32 classid 1:1`;
  });
}

/** Removes all filters of the link. */
function withoutFilters(namespace: string, turn: number): void {
  if (turn > 0) inside(namespace, "tc", "qdisc", "del", "dev", LINK, "clsact");
  inside(namespace, "tc", "qdisc", "add", "dev", LINK, "clsact");
}

function addFilters(kind: keyof typeof FILTERS, count: number): Job {
  const file = join(BUILD, kind);
  return {
    ...SHAPE,
    name: `${kind}-add`,
    title: `add filters of traffic control: ${kind}, batched`,
    item: "filter",
    base: "tc -batch",
    count,
    prepare() {
      filterFile(kind, count);
      return prepare();
    },
    entries: [
      { label: "tc -batch", program: "tool", args: [String(count), "tc", "-batch", file], before: withoutFilters },
      ...ours(`${kind}-add`, count, { before: withoutFilters }),
    ],
  };
}

function listFilters(kind: keyof typeof FILTERS, count: number): Job {
  const before = (namespace: string, turn: number): void => {
    if (turn > 0) return;
    withoutFilters(namespace, 0);
    inside(namespace, "tc", "-batch", filterFile(kind, count));
  };
  const show = ["tc", "filter", "show", "dev", LINK, "ingress"];
  return {
    ...SHAPE,
    name: `${kind}-list`,
    title: `list filters of traffic control: ${kind}`,
    item: "filter",
    base: "tc filter show",
    count,
    prepare: () => prepare(),
    entries: [
      { label: "tc filter show", program: "tool", args: [String(count), ...show], before },
      ...ours("filters-list", count, { before }),
    ],
  };
}

function listForwarding(count: number): Job {
  return {
    ...SHAPE,
    apart: false,
    name: "fdb-list",
    title: "list entries of a bridge's forwarding table",
    item: "entry",
    base: "bridge fdb",
    count,
    prepare() {
      const namespace = prepare();
      run("ip", ["-n", namespace, "link", "add", "br0", "type", "bridge"]);
      run("ip", ["-n", namespace, "link", "set", LINK, "master", "br0"]);
      const file = batchFile("fdb-list", count, (i) => `fdb add ${hardware(i)} dev ${LINK} master static`);
      inside(namespace, "bridge", "-batch", file);
      return namespace;
    },
    entries: [
      { label: "bridge fdb", program: "tool", args: [String(count), "bridge", "fdb", "show"] },
      { label: "bridge -j fdb", program: "tool", args: [String(count), "bridge", "-j", "fdb", "show"] },
      ...ours("fdb-list", count),
    ],
  };
}

const ALL_VLANS = PORTS * LAST_VLAN;

function vlanFile(verb: string, first: number): string {
  return batchFile(`vlans-${verb}`, PORTS, (i) => `vlan ${verb} dev p${i} vid ${first}-${LAST_VLAN}`);
}

/** Makes a bridge that filters VLANs, and its ports p0, p1 … */
function makePorts(namespace: string): void {
  run("ip", ["-n", namespace, "link", "add", "br0", "type", "bridge", "vlan_filtering", "1"]);
  const file = batchFile("ports", PORTS, (i) => `link add p${i} master br0 type dummy`);
  run("ip", ["-n", namespace, "-batch", file]);
}

/** Ranges of VLANs are added: one by one, they would take each program minutes. */
function addVlans(): Job {
  const before = (namespace: string, turn: number): void => {
    if (turn === 0) makePorts(namespace);
    else inside(namespace, "bridge", "-batch", vlanFile("del", 2));
  };
  const args = [String(ALL_VLANS), "bridge", "-batch", join(BUILD, "vlans-add")];
  return {
    ...SHAPE,
    name: "vlans-add",
    title: `add ${LAST_VLAN} VLANs to each of ${PORTS} ports of a bridge, as ranges`,
    item: "VLAN",
    base: "bridge -batch",
    count: ALL_VLANS,
    prepare() {
      vlanFile("add", 1);
      return prepare();
    },
    entries: [
      { label: "bridge -batch", program: "tool", args, before },
      ...ours("vlans-add", ALL_VLANS, { before }),
    ],
  };
}

function listVlans(): Job {
  const before = (namespace: string, turn: number): void => {
    if (turn > 0) return;
    makePorts(namespace);
    inside(namespace, "bridge", "-batch", vlanFile("add", 1));
  };
  const show = (...options: string[]): string[] => [String(ALL_VLANS), "bridge", ...options, "vlan", "show"];
  return {
    ...SHAPE,
    name: "vlans-list",
    title: `list ${LAST_VLAN} VLANs of each of ${PORTS} ports of a bridge, one by one`,
    item: "VLAN",
    base: "bridge vlan",
    count: ALL_VLANS,
    prepare: () => prepare(),
    entries: [
      { label: "bridge vlan", program: "tool", args: show(), before },
      { label: "bridge -j vlan", program: "tool", args: show("-j"), before },
      ...ours("vlans-list", ALL_VLANS, { before }),
    ],
  };
}

/** Returns the jobs about traffic control and bridges, for numbers of filters and of forwarding entries. */
export function bridgeJobs(filters: number, entries: number): Job[] {
  return [
    ...(["flower", "u32"] as const).flatMap((kind) => [addFilters(kind, filters), listFilters(kind, filters)]),
    listForwarding(entries),
    addVlans(),
    listVlans(),
  ];
}
