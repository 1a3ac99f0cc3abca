/** The examples of nf_tables, run in a namespace, compared with what nft lists. */
import { assertEquals, assertMatch } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { nftTest } from "./nft.ts";

const RUN: readonly string[] = "Deno" in globalThis
  ? ["run", "-A", "--no-lock", "--no-check"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/** Runs an example; returns what it prints. */
function example(name: string, args: readonly string[], input = ""): string {
  const path = fileURLToPath(new URL(`../../../examples/${name}.ts`, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [...RUN, path, ...args], { encoding: "utf8", input });
  assertEquals([status, stderr], [0, ""], name);
  return stdout;
}

nftTest("nf_tables: the examples swap a block list and open a port", ({ name, nft }) => {
  nft(`table inet guard {
    set bad { type ipv4_addr; flags interval; elements = { 8.8.8.8 }; }
    set open { type inet_service; flags timeout; }
  }`);
  const list = "192.0.2.1\n10.0.0.0/8 # private\n\n172.16.0.1-172.16.0.9\n";
  assertEquals(example("nft_block_list", ["--netns", name, "inet", "guard", "bad", "-"], list), "3 elements\n");
  assertMatch(nft("list ruleset"), /elements = { 10.0.0.0\/8, 172.16.0.1-172.16.0.9,\s*192.0.2.1 }/);
  assertMatch(
    example("open_port", ["--netns", name, "inet", "guard", "open", "8080"]),
    /^8080 is open for (600|599) s$/m,
  );
  assertMatch(nft("list ruleset"), /8080 timeout 10m expires/);
});
