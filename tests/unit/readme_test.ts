/** The README's statements about families agree with the registry and the package's exports. */
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { FAMILIES, families } from "../../families/registry.ts";
import { test } from "../test.ts";

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

/** The rows of the table, except the one for all of them: numbers, names, module, status. */
const ROWS = [...read("README.md").matchAll(/^\| ([\d, ]+?) +\| (NETLINK_[\w, ]+?) +\| `([\w/.]+)` +\| (.*?) +\|$/gm)]
  .map(([, numbers, names, module, status]) => ({
    numbers: numbers!.split(", ").map(Number),
    names: names!.split(", "),
    module: module!,
    status: status!,
  }));

test("README: the families' numbers and names are the registry's, in its order", () => {
  assert(ROWS.length >= 13, `${ROWS.length} rows`);
  for (const { numbers, names } of ROWS) assertEquals(numbers.map((number) => FAMILIES[number]!.name), names);
  const first = ROWS.map(({ numbers }) => numbers[0]!);
  assertEquals(first, first.toSorted((a, b) => a - b));
});

test("README: the status of each family (removed and in which version, never served, active) agrees with the registry", () => {
  for (const { numbers, names, status } of ROWS) {
    for (const number of numbers) {
      const { status: known, removedIn } = FAMILIES[number]!;
      const says = /^removed in ([\d.]+)/.exec(status);
      assertEquals(says?.[1], known === "removed" ? removedIn : undefined, String(names));
      assertEquals(status.startsWith("never served"), known === "reserved", String(names));
    }
  }
});

test("README: every exported family has a row, and every row's module is exported", () => {
  const exported = Object.values<string>(JSON.parse(read("deno.json")).exports)
    .filter((path) => path.startsWith("./families/")).map((path) => path.slice(2));
  const listed = new Set(ROWS.map(({ module }) => module));
  for (const { module } of ROWS) assert(exported.includes(module), `${module} is not exported`);
  const top = exported.filter((path) => /^families\/(\w+\.ts|\w+\/mod\.ts)$/.test(path) && !path.includes("registry"));
  assertEquals(top.filter((path) => !listed.has(path)), []);
});

test("README: protocols that this kernel has are active in the table", () => {
  const served = families().filter((row) => row.served).map(({ number }) => number);
  for (const { numbers, names, status } of ROWS) {
    if (/^(removed|never)/.test(status)) assert(!numbers.some((number) => served.includes(number)), String(names));
  }
});
