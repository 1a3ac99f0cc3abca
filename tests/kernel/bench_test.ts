/** Checks that the benchmark still runs: a small job, whose numbers are ignored. */
import { assert, assertEquals } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kernelTest, lab, run } from "./namespace.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// Under qemu it would take longer than all the other tests together.
const NEEDS = lab ? ["a machine that is not emulated"] : ["ip", "gcc"];

kernelTest("bench: C and this library dump a small table", NEEDS, () => {
  const folder = mkdtempSync(join(tmpdir(), "netlink-bench-"));
  try {
    const json = join(folder, "numbers.json"), svg = join(folder, "chart.svg");
    const sizes = ["--routes", "100", "--links", "4", "--neighbours", "10", "--starts", "1"];
    const args = ["run", "-A", join(ROOT, "tests/bench/run.ts"), "routes", ...sizes, "--only", "ours, Bun, list"];
    run(join(ROOT, "node_modules/.bin/deno"), [...args, "--json", json, "--svg", svg]);
    const { failed, missing, results: [{ rows }] } = JSON.parse(readFileSync(json, "utf8"));
    assertEquals([failed, missing], [[], []]);
    assertEquals(rows.map(({ label }: { label: string }) => label), ["C, drain only", "ours, Bun, list"]);
    for (const { cpu, ratio, runs } of rows) assert(cpu > 0 && ratio > 0 && runs === 4, JSON.stringify(rows));
    assert(readFileSync(svg, "utf8").includes(">ours, Bun, list</text>"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
