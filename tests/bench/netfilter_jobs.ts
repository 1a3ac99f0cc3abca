/**
 * The measured jobs about netfilter: sets and rules of nf_tables, flows, and packets of a queue.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "../../families/netfilter/conntrack.ts";
import { run } from "../kernel/namespace.ts";
import { BUILD } from "./contestants.ts";
import type { Entry, Job } from "./jobs.ts";
import { octets, prepare } from "./prepare.ts";

/** Kinds of sets: of addresses, of ranges of them, of an address and a port, and a map of addresses to ports. */
const KINDS = ["addresses", "intervals", "concatenations", "maps"] as const;
type Kind = typeof KINDS[number];

/** nft's definition of each kind, and the text of an element. */
const NFT: Readonly<Record<Kind, readonly [definition: string, element: (i: number) => string]>> = {
  addresses: ["set s { type ipv4_addr; }", (i) => `10.${octets(i)}`],
  intervals: ["set s { type ipv4_addr; flags interval; }", (i) => `10.${octets(8 * i)}-10.${octets(8 * i + 4)}`],
  concatenations: ["set s { type ipv4_addr . inet_service; }", (i) => `10.${octets(i)} . ${1 + i % 60_000}`],
  maps: ["map s { type ipv4_addr : inet_service; }", (i) => `10.${octets(i)} : ${1 + i % 60_000}`],
};

const inside = (namespace: string, ...command: readonly string[]): void =>
  void run("ip", ["netns", "exec", namespace, ...command]);

/** Writes a file for `nft -f`; returns its name. */
function nftFile(name: string, text: string): string {
  const file = join(BUILD, `${name}.nft`);
  writeFileSync(file, text);
  return file;
}

const set = (kind: Kind): string => `flush ruleset\ntable ip bench { ${NFT[kind][0]}; }\n`;
const change = (kind: Kind, verb: string, count: number): string =>
  `${verb} element ip bench s { ${Array.from({ length: count }, (_, i) => NFT[kind][1](i)).join(", ")} }\n`;

/** Returns the entries of this library on each runtime. */
function ours(job: string, count: number, more: Partial<Entry> = {}): Entry[] {
  return Object.entries({ deno: "Deno", bun: "Bun", node: "Node" }).map(([runtime, name]) => (
    { label: `ours, ${name}`, program: `netfilter-${runtime}`, args: [job, String(count)], ...more }
  ));
}

const SHAPE = { compare: "cpu", warmup: 1, turns: 3 } as const;

function nftChange(kind: Kind, verb: "add" | "delete", count: number): Job {
  const file = join(BUILD, `${verb}-${kind}.nft`), start = join(BUILD, `start-${verb}-${kind}.nft`);
  const before = (namespace: string): void => inside(namespace, "nft", "-f", start);
  const args = [`nft-${verb}-${kind}`, String(count)];
  return {
    ...SHAPE,
    name: `nft-${verb}-${kind}`,
    title: `${verb} elements of a set of nf_tables: ${kind}`,
    item: "element",
    base: "nft -f",
    count,
    prepare() {
      nftFile(`start-${verb}-${kind}`, set(kind) + (verb === "add" ? "" : change(kind, "add", count)));
      nftFile(`${verb}-${kind}`, change(kind, verb, count));
      return prepare();
    },
    apart: true,
    entries: [
      { label: "nft -f", program: "tool", args: [String(count), "nft", "-f", file], before },
      ...ours(args[0]!, count, { before }),
      ...(verb === "add" ? [{ label: "Go, google/nftables", program: "nftables", args, before }] : []),
    ],
  };
}

/** Returns a namespace with what nft makes of a text. */
function withRuleset(name: string, text: string): string {
  const namespace = prepare();
  inside(namespace, "nft", "-f", nftFile(name, text));
  return namespace;
}

function nftList(count: number): Job {
  const args = ["nft-list", String(count)];
  return {
    ...SHAPE,
    name: "nft-list",
    title: "list the addresses in a set of nf_tables",
    item: "element",
    base: "C, libnftnl",
    count,
    prepare: () => withRuleset("list", set("addresses") + change("addresses", "add", count)),
    entries: [
      { label: "C, libnftnl", program: "nftnl", args },
      ...ours("nft-list", count),
      { label: "Go, google/nftables", program: "nftables", args },
      { label: "nft -j list set", program: "tool", args: [args[1]!, ..."nft -j list set ip bench s".split(" ")] },
    ],
  };
}

function nftFind(count: number): Job {
  return {
    ...SHAPE,
    name: "nft-find",
    title: "look up addresses in a set of nf_tables, one by one",
    item: "element",
    base: "nft get element",
    count,
    prepare() {
      const gets = Array.from({ length: count }, (_, i) => `get element ip bench s { 10.${octets(i)} }\n`);
      nftFile("find", gets.join(""));
      return withRuleset("start-find", set("addresses") + change("addresses", "add", count));
    },
    entries: [
      {
        label: "nft get element",
        program: "tool",
        args: [String(count), "nft", "-f", join(BUILD, "find.nft")],
      },
      ...ours("nft-find", count),
    ],
  };
}

function nftRules(count: number): Job {
  const args = ["nft-rules", String(count)];
  return {
    ...SHAPE,
    // As many as of the dumps of links: expressions of many kinds take the runtimes longest to compile.
    warmup: 15,
    turns: 15,
    name: "nft-rules",
    title: "list the rules of a chain of nf_tables, as expressions and as nft's JSON",
    item: "rule",
    base: "C, libnftnl",
    count,
    prepare() {
      const rule = (i: number): string => `ip saddr 10.${octets(i)} tcp dport ${1 + i % 60_000} counter accept`;
      const rules = Array.from({ length: count }, (_, i) => rule(i)).join("\n");
      return withRuleset("rules", `flush ruleset\ntable ip bench { chain c {\n${rules}\n}\n}\n`);
    },
    entries: [
      { label: "C, libnftnl", program: "nftnl", args },
      ...ours("nft-rules", count),
      ...ours("nft-rules-json", count).map((one) => ({ ...one, label: `${one.label}, JSON` })),
      { label: "Go, google/nftables", program: "nftables", args },
      { label: "nft -j list ruleset", program: "tool", args: [args[1]!, ..."nft -j list ruleset".split(" ")] },
    ],
  };
}

/** Fills a namespace's table of flows; half of them have mark 1. */
function fill(namespace: string, count: number): void {
  using client = open({ netns: namespace });
  client.conntrack.flush({ all: true });
  client.batch(({ conntrack }) => {
    for (let i = 0; i < count; i++) {
      const orig = {
        src: `10.${octets(i)}`,
        dst: "192.0.2.9",
        proto: "udp",
        srcPort: 1 + i % 60_000,
        dstPort: 53,
      } as const;
      conntrack.add({ orig, timeout: 3600, mark: i % 2 });
    }
  });
}

function flows(count: number): Job {
  const args = ["conntrack-list", String(count)];
  return {
    ...SHAPE,
    name: "conntrack",
    title: "list all flows",
    item: "flow",
    base: "C, libnetfilter_conntrack",
    count,
    prepare() {
      const namespace = prepare();
      fill(namespace, count);
      return namespace;
    },
    entries: [
      { label: "C, libnetfilter_conntrack", program: "conntrack", args },
      ...ours("conntrack-list", count),
      { label: "conntrack -L", program: "tool", args: [args[1]!, "conntrack", "-L"] },
    ],
  };
}

function flush(count: number): Job {
  const before = (namespace: string): void => fill(namespace, count);
  return {
    ...SHAPE,
    name: "conntrack-flush",
    title: "end the half of the flows that has a mark",
    item: "flow",
    base: "conntrack -D",
    count,
    prepare: () => prepare(),
    apart: true,
    entries: [
      { label: "conntrack -D", program: "tool", args: [String(count), "conntrack", "-D", "--mark=1"], before },
      ...ours("conntrack-flush", count, { before }),
    ],
  };
}

/** Packets that wait in a queue; every other one is to be dropped. */
function queue(count: number): Job {
  const args = ["queue", String(count)];
  const before = (namespace: string): void => {
    const obeyed = ["iptables", "-t", "mangle", "-L", "POSTROUTING", "-v", "-x", "-n", "-Z"];
    const { stdout } = spawnSync("ip", ["netns", "exec", namespace, ...obeyed], { encoding: "utf8" });
    const accepted = Number(/^ *(\d+).*udp dpt:7/m.exec(stdout)?.[1]);
    if (accepted !== 0 && 2 * accepted !== count) throw new Error(`${accepted} of ${count / 2} packets were accepted`);
    inside(namespace, join(BUILD, "packets"), String(count));
  };
  return {
    ...SHAPE,
    name: "queue",
    title: "read packets that wait in a queue, accept one and drop the next",
    item: "packet",
    base: "C, libnetfilter_queue",
    count,
    prepare() {
      const namespace = prepare();
      run("gcc", ["-O2", "-o", join(BUILD, "packets"), join(import.meta.dirname!, "peers/packets.c")]);
      inside(namespace, "iptables", ..."-A OUTPUT -p udp --dport 7 -j NFQUEUE --queue-num 0".split(" "));
      inside(namespace, "iptables", ..."-t mangle -A POSTROUTING -p udp --dport 7 -j RETURN".split(" "));
      // Accepted packets are not answered.
      inside(namespace, "iptables", ..."-A INPUT -p udp --dport 7 -j DROP".split(" "));
      return namespace;
    },
    apart: true,
    entries: [
      { label: "C, libnetfilter_queue", program: "queue", args, before },
      ...ours("queue", count, { before }),
    ],
  };
}

/** Returns the jobs about netfilter, for numbers of elements, flows and packets, of rules, and of look-ups. */
export function netfilterJobs(count: number, rules: number, finds: number): Job[] {
  return [
    ...KINDS.map((kind) => nftChange(kind, "add", count)),
    nftChange("addresses", "delete", count),
    nftList(count),
    nftFind(finds),
    nftRules(rules),
    flows(count),
    flush(count),
    // The messages of more packets do not fit into the largest receive buffer: each takes 32 KiB of it.
    queue(Math.min(count, 50_000)),
  ];
}
