/** Helpers for tests that talk to the kernel: a network namespace for each, tools to compare with, and named skips. */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import process from "node:process";
import * as netns from "../../core/netns.ts";
import { open, type RouteClient } from "../../families/route/mod.ts";
import { test } from "../test.ts";

export const root: boolean = process.getuid?.() === 0;

/** True in a machine of the lab, where tests may change everything. */
export const lab: boolean = process.env["LAB"] !== undefined;

/** Scales a number of objects to a twentieth in the lab, where everything takes that much longer. */
export const many = (count: number): number => lab ? count / 20 : count;

/**
 * Loads a module, with parameters after its name; only in the lab, since tests must not load modules of other machines.
 */
export function load(module: string, ...parameters: readonly string[]): boolean {
  return lab && spawnSync("modprobe", ["-q", module, ...parameters]).status === 0;
}

/** True if this kernel is older than a version: `before(5, 14)`. */
export function before(version: number, patchlevel: number): boolean {
  const [running = 0, patches = 0] = release().split(".").map(Number);
  return running < version || running === version && patches < patchlevel;
}

/** Scales a time limit in ms for slow operations: ten times as long in the lab. */
export const patience = (ms: number): number => lab ? 10 * ms : ms;

/** The folders of the system's tools. */
const PATHS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** True if a program is installed; for a whole path, if the file exists. */
export function has(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return PATHS.some((path) => existsSync(`${path}/${program}`));
}

/**
 * Declares a test that needs root and programs, with a time limit in ms; without them it is skipped with the reason.
 */
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

/** Runs a program and returns its output; throws if it fails. */
export function run(program: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? stderr}`);
  return stdout;
}

/** The network namespace of a test. */
export interface Namespace {
  readonly name: string;
  /** A client in this namespace. */
  readonly route: RouteClient;
  /** Runs iproute2's `ip` in the namespace: `ip("link add v0 type veth")`. */
  ip(command: string): string;
  /** Runs `ip -batch` in the namespace; lines that begin with `-6` are run with that option. */
  ipBatch(lines: readonly string[]): void;
  /** Returns the output of `ip -j -d …` in the namespace. */
  ipJson(command: string): Record<string, unknown>[];
}

/** Makes a bridge br0 that is up, without VLANs, so that an entry is in its table once. */
export function bridgeWithoutVlans(ns: Namespace): void {
  ns.ip("link add br0 type bridge");
  const [link] = ns.ipJson("link show br0"), { info_data: data } = link!["linkinfo"] as { info_data: object };
  if ("vlan_default_pvid" in data) ns.ip("link set br0 type bridge vlan_default_pvid 0");
  ns.ip("link set br0 up");
}

/** Returns the names of links, without those that modules of tunnels add to every namespace once loaded. */
export const namesOf = (links: Iterable<{ readonly ifname?: unknown }>): unknown[] =>
  [...links].map(({ ifname }) => ifname).filter((name) =>
    !/^(erspan|gre|gretap|ip6gre|ip6tnl|ip6_vti|ip_vti|sit|tunl)0$/.test(String(name))
  );

let count = 0;

/**
 * Sets whether the kernel first asks the neighbours for IPv6 addresses of interfaces that come (tentative addresses). It
 * does not in the namespaces of {@linkcode inNamespace}: there, listings would depend on the moment.
 */
export function detectDuplicates(name: string, on: boolean): void {
  const path = "/proc/sys/net/ipv6/conf/default/accept_dad";
  netns.run(name, () => existsSync(path) && writeFileSync(path, on ? "1" : "0"));
}

function addNamespace(name: string): void {
  netns.add(name);
  detectDuplicates(name, false);
}

/** Makes a namespace, or names one by `make`, passes it to `body`, and removes it in any case. */
export async function inNamespace(
  body: (ns: Namespace) => void | Promise<void>,
  make: (name: string) => void = addNamespace,
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
        // Lines of a batch cannot have options, so each run of lines of one family is a batch.
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

/** Makes two pairs of links that are up, and an address on one. */
export function wire(ns: Namespace): void {
  ns.ipBatch([
    "link set lo up",
    "link add v0 type veth peer name v1",
    "link set v0 up",
    "link set v1 up",
    "address add 192.0.2.1/24 dev v0",
  ]);
}
