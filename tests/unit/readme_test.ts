/** The README's statements about families agree with the registry and the package's exports, its commands with their tests. */
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

/** The modules of the names that a file imports from the library. */
function importsOf(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (
    const [, all, names, path] of source.matchAll(/^import (?:\* as (\w+)|\{([^}]*)\}) from "\.\.\/\.\.\/([^"]+)";$/gm)
  ) {
    for (const name of (all ?? names!).split(",")) found.set(name.trim(), path!.replace("families/", ""));
  }
  return found;
}

/** Returns the code in one line. */
function oneLine(code: string): string {
  return code.trim().replace(/\s*\n\s*/g, " ").replace(/,? ([)\]])/g, "$1").replace(/\( /g, "(");
}

test("README: the table of commands is that of tests/kernel/commands.ts, which compiles it and runs it", () => {
  const source = read("tests/kernel/commands.ts"), imports = importsOf(source);
  const list = /COMMANDS: readonly Command\[\] = \[\n([^]*?)\n\];/.exec(source)![1]!;
  const rows = list.split(/^ {2}(?=\[)/m).filter((row) => row !== "").map((row) => {
    const [, command, code] = /^\[\s*"(.*?)",\s*\(\) =>([^]*?),?\s*\],\s*$/.exec(row)!;
    const text = oneLine(code!);
    const modules = new Set(
      [...text.replace(/"[^"]*"/g, "").matchAll(/(?<![.\w])\w+(?!\w*:)/g)].flatMap(([name]) => imports.get(name) ?? []),
    );
    return `| \`${command}\` | \`${text}\` | ${[...modules].map((path) => `\`${path}\``).join(", ")} |`;
  });
  const readme = read("README.md").split("\n").map((line) => line.replace(/ +\|/g, " |"));
  const first = readme.findIndex((line) => line.startsWith("| You type"));
  const theirs = readme.slice(first + 2, readme.findIndex((line, i) => i > first && !line.startsWith("|")));
  assertEquals(theirs, rows, `the README's lines must be\n${rows.join("\n")}`);
  assert(rows.length >= 40, `${rows.length} lines`);
});

test("README: every entry's first comment is its page: it has code, which the checks compile", () => {
  const { exports } = JSON.parse(read("deno.json"));
  const without = Object.values<string>(exports).filter((path) => {
    const comment = /^\/\*\*[^]*?\*\//.exec(read(path.slice(2)))?.[0] ?? "";
    return !comment.includes(" * ```ts") || !comment.includes("@module");
  });
  assertEquals(without, []);
});
