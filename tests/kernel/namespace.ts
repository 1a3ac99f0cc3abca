/** What the tests that talk to the kernel share: a network namespace each, the tools that check us, and named skips. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { release } from "node:os";
import process from "node:process";
import * as netns from "../../core/netns.ts";
import { open, type RouteClient } from "../../families/route/mod.ts";
import { test } from "../test.ts";

export const root: boolean = process.getuid?.() === 0;

/** Whether this is a machine of the lab, where all is ours. */
export const lab: boolean = process.env["LAB"] !== undefined;

/** Why Workers are not tried: Bun for arm64 crashes at times when one ends (1.4.5, SIGSEGV), one that did nothing as well. */
export const noWorkers: string | false = process.versions["bun"] !== undefined && process.arch === "arm64" &&
  "Bun for arm64 crashes when Workers end";

/** How many of something a test makes: a twentieth in the lab, where everything takes that much longer. */
export const many = (count: number): number => lab ? count / 20 : count;

/** Loads a module, with parameters behind its name; only in the lab, as other machines' modules are not ours to load. */
export function load(module: string, ...parameters: readonly string[]): boolean {
  return lab && spawnSync("modprobe", ["-q", module, ...parameters]).status === 0;
}

/** Whether this Linux is older than a version, such as `before(5, 14)`. */
export function before(version: number, patchlevel: number): boolean {
  const [running = 0, patches = 0] = release().split(".").map(Number);
  return running < version || running === version && patches < patchlevel;
}

/** A time limit in ms for what a machine takes its time for: ten times that in the lab. */
export const patience = (ms: number): number => lab ? 10 * ms : ms;

/** Where the system keeps its tools. */
const PATHS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Whether a program is installed, or a file is where its whole path says. */
export function has(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return PATHS.some((path) => existsSync(`${path}/${program}`));
}

/** Declares a test that needs root and programs, with a time limit in ms; without them it is skipped, and told why. */
export function kernelTest(
  name: string,
  needs: readonly string[],
  body: () => void | Promise<void>,
  timeout?: number,
): void {
  const missing = [...(root ? [] : ["root"]), ...needs.filter((program) => !has(program))];
  const skip = missing.length > 0 && `needs ${missing.join(", ")}`;
  test(name, timeout === undefined ? { skip } : { skip, timeout }, body);
}

/** Runs a program and gives what it prints; anything but success is an error. */
export function run(program: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? stderr}`);
  return stdout;
}

/** A namespace of a test's own. */
export interface Namespace {
  readonly name: string;
  /** Our client in it. */
  readonly route: RouteClient;
  /** Runs iproute2's `ip` in it: `ip("link add v0 type veth")`. */
  ip(command: string): string;
  /** Runs `ip -batch` in it; lines that begin with `-6` with that option. */
  ipBatch(lines: readonly string[]): void;
  /** What `ip -j -d …` prints of it. */
  ipJson(command: string): Record<string, unknown>[];
}

/** Makes a bridge br0 that is up, without VLANs, so that an entry is in its table once. */
export function bridgeWithoutVlans(ns: Namespace): void {
  ns.ip("link add br0 type bridge");
  const [link] = ns.ipJson("link show br0"), { info_data: data } = link!["linkinfo"] as { info_data: object };
  if ("vlan_default_pvid" in data) ns.ip("link set br0 type bridge vlan_default_pvid 0");
  ns.ip("link set br0 up");
}

/** The names of links, without what modules of tunnels, once loaded, put into each namespace. */
export const namesOf = (links: Iterable<{ readonly ifname?: unknown }>): unknown[] =>
  [...links].map(({ ifname }) => ifname).filter((name) =>
    !/^(erspan|gre|gretap|ip6gre|ip6tnl|ip6_vti|ip_vti|sit|tunl)0$/.test(String(name))
  );

let count = 0;

/** Makes a namespace, or gives one a name by `make`, hands it to `body`, and removes it whatever happens. */
export async function inNamespace(
  body: (ns: Namespace) => void | Promise<void>,
  make: (name: string) => void = netns.add,
): Promise<void> {
  const name = `nl-test-${process.pid}-${count++}`;
  make(name);
  try {
    using route = open({ netns: name });
    const split = (command: string): string[] => command.split(" ").filter((word) => word !== "");
    await body({
      name,
      route,
      ip: (command) => run("ip", ["-n", name, ...split(command)]),
      ipBatch(lines) {
        // A batch's lines take no options, so each run of lines of one family is a batch.
        const six = (line: string): boolean => line.startsWith("-6 ");
        for (let at = 0, end = 0; at < lines.length; at = end) {
          while (end < lines.length && six(lines[end]!) === six(lines[at]!)) end++;
          const text = lines.slice(at, end).map((line) => `${line.replace(/^-6 /, "")}\n`).join("");
          run("ip", ["-n", name, ...(six(lines[at]!) ? ["-6"] : []), "-batch", "-"], text);
        }
      },
      ipJson: (command) => JSON.parse(run("ip", ["-n", name, "-j", "-d", ...split(command)]) || "[]"),
    });
  } finally {
    netns.delete(name);
  }
}

/** Two wires that are up, and an address on one. */
export function wire(ns: Namespace): void {
  ns.ipBatch([
    "link set lo up",
    "link add v0 type veth peer name v1",
    "link set v0 up",
    "link set v1 up",
    "address add 192.0.2.1/24 dev v0",
  ]);
}
