/**
 * Changes tables at random, one number or name at a time, and reports the changes that no unit test detects. See USAGE.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const USAGE = `usage: deno run -A tests/facts/mutate.ts [OPTION]... [PART OF A FILE'S PATH]...

Makes random edits of tables, each in a copy of this tree, and runs the tests that compare tables on Bun. Prints what
each edit was, and the test that failed: one of tables, or else one of the family's others. Then how many were noticed,
of all and of each kind.

  --edits N    how many edits (60)
  --seed N     other edits than those of seed 1
  --kind KIND  only one kind: ${["id", "width", "order", "offset", "name", "value"].join(", ")}`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUN = join(ROOT, "node_modules/.bin/bun");

/** One possible edit. */
interface Edit {
  readonly kind: string;
  readonly file: string;
  readonly at: number;
  readonly before: string;
  readonly after: string;
}

/** For the codec of an integer, those of other widths. */
const WIDTHS: Readonly<Record<string, readonly string[]>> = {
  u8: ["u16", "u32"],
  u16: ["u8", "u32"],
  u32: ["u16", "u64"],
  u64: ["u32"],
  i8: ["i16"],
  i16: ["i32"],
  i32: ["i16", "i64"],
  i64: ["i32"],
  be16: ["be32"],
  be32: ["be16"],
  be64: ["be32"],
  count64: ["u32"],
};
/** For the codec of an integer, those of another byte order. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  u16: ["be16"],
  u32: ["be32"],
  u64: ["be64"],
  be16: ["u16"],
  be32: ["u32"],
  be64: ["u64"],
};

/** Options of tables and requests, which are not names of values. */
const OPTIONS = new Set(["header", "pad", "timeout", "version", "size", "family", "number"]);

/** Returns all edits that are possible in a file's text. */
function editsOf(file: string, text: string): Edit[] {
  const edits: Edit[] = [];
  const add = (kind: string, at: number, before: string, ...after: string[]): void => {
    for (const one of after) edits.push({ kind, file, at, before, after: one });
  };
  // Comments and imports are not tables.
  const code = text.replace(/\/\*.*?\*\/|\/\/[^\n]*|^import .*?;$/gms, (comment) => comment.replace(/[^\n]/g, " "));
  const structs: [number, number][] = [...code.matchAll(/\bstruct(?:<\w+>)?\(/g)].map(({ index }) => {
    let depth = 0, end = index;
    while (end < code.length && !(code[end] === ")" && --depth === 0)) if (code[end++] === "(") depth++;
    return [index, end];
  });
  const inStruct = (at: number): boolean => structs.some(([from, to]) => at > from && at < to);
  const other = (number: number): string[] => [String(number + 1), String(number === 0 ? 2 : number - 1)];
  for (const { index, 0: all, 1: before, 2: number } of code.matchAll(/^(\s+\w+: \[)(\d+), /gm)) {
    add(inStruct(index + all.length) ? "offset" : "id", index + before!.length, number!, ...other(Number(number)));
  }
  for (const { index, 0: all, 1: number } of code.matchAll(/\bhead\((\d+),/g)) {
    add("offset", index + all.indexOf(number!), number!, ...other(Number(number)));
  }
  for (
    const { index, 0: all, 1: codec } of code.matchAll(
      /[([]\s*(?:\d+, )?\b([ui](?:8|16|32|64)|be(?:16|32|64)|count64)\b(?=[,)\]])/g,
    )
  ) {
    const at = index + all.length - codec!.length;
    add("width", at, codec!, ...WIDTHS[codec!] ?? []);
    add("order", at, codec!, ...ORDERS[codec!] ?? []);
  }
  for (
    const { index, 0: all, 1: name, 2: value } of code.matchAll(
      /(?<=[{,\n]\s*)"?([\w-]+)"?: (0x[\da-f]+|\d+|1 << \d+)(?=,| \}|\n)/g,
    )
  ) {
    if (OPTIONS.has(name!)) continue;
    add("name", index + all.indexOf(name!), name!, `${name}_`);
    add(
      "value",
      index + all.lastIndexOf(value!),
      value!,
      value!.includes("<<") ? "1 << 30" : String(Number(value) + 1),
    );
  }
  return edits.filter(({ at, before }) => text.startsWith(before, at));
}

/** Returns the tests that fail in a tree; throws if the tests could not be run. */
function failing(tree: string, parts: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(BUN, ["test", "--timeout=600000", ...parts], {
    cwd: tree,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const failed = [...(stdout + stderr).matchAll(/^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/gm)].map(([, name]) => name!);
  const error = /^(?:error|\w*Error): .*$/m.exec(stdout + stderr)?.[0] ?? "";
  if (status !== 0 && failed.length === 0) throw new Error(`the tests could not be run: ${error}`);
  return [...new Set(failed)];
}

/** Returns the folder of the other unit tests of a family. */
function testsOf(file: string): string {
  const folder = /^families\/(\w+)\//.exec(file)?.[1] ?? "families";
  return `./tests/unit/${["route", "generic", "sock_diag"].includes(folder) ? folder : "families"}/`;
}

function main(): number {
  const { edits: count, seed, kind, help, _ } = parseArgs(process.argv.slice(2), {
    boolean: ["help"],
    string: ["edits", "seed", "kind", "_"],
    default: { edits: "60", seed: "1" },
    unknown: (arg, key) => {
      if (key !== undefined) throw new TypeError(`${arg}: no such option\n\n${USAGE}`);
    },
  });
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const parts = _.map(String);
  const files = [
    "core/genl.ts",
    ...readdirSync(join(ROOT, "families"), { recursive: true, encoding: "utf8" }).sort().map((file) =>
      `families/${file}`
    ),
  ]
    .filter((file) => file.endsWith(".ts") && (parts.length === 0 || parts.some((part) => file.includes(part))));
  const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
  const possible = [...texts].flatMap(([file, text]) => editsOf(file, text))
    .filter((edit) => kind === undefined || edit.kind === kind);
  if (possible.length === 0) throw new TypeError("there is nothing to edit");
  const kinds = [...new Set(possible.map((edit) => edit.kind))];

  let state = Number(seed) * 7919 + 1;
  const random = (below: number): number => (state = Math.imul(state, 48271) >>> 0 & 0x7fffffff) % below;
  const tree = mkdtempSync(join(tmpdir(), "mutate-")), noticed = new Map<string, [number, number]>();
  try {
    for (const name of ["core", "families", "ffi", "tests", "mod.ts", "deno.json", "package.json"]) {
      cpSync(join(ROOT, name), join(tree, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
    const before = new Set(failing(tree, ["./tests/unit/facts_test.ts"]));
    for (let i = 0; i < Number(count); i++) {
      // Each kind of edit is chosen equally often, though there are more numbers than byte orders.
      const wanted = kinds[i % kinds.length]!, those = possible.filter((edit) => edit.kind === wanted);
      const edit = those[random(those.length)]!, text = texts.get(edit.file)!;
      const line = text.slice(0, edit.at).split("\n").length, source = text.split("\n")[line - 1]!.trim();
      writeFileSync(
        join(tree, edit.file),
        text.slice(0, edit.at) + edit.after + text.slice(edit.at + edit.before.length),
      );
      // A missing import would not be an edit of a table.
      if (edit.kind === "width" || edit.kind === "order") addImport(join(tree, edit.file), edit.after);
      let failed = failing(tree, ["./tests/unit/facts_test.ts"]).filter((name) => !before.has(name));
      if (failed.length === 0) failed = failing(tree, [testsOf(edit.file)]);
      writeFileSync(join(tree, edit.file), text);
      const [caught, tried] = noticed.get(edit.kind) ?? [0, 0];
      noticed.set(edit.kind, [caught + (failed.length > 0 ? 1 : 0), tried + 1]);
      const what = `${edit.kind} ${edit.file}:${line}: ${edit.before} → ${edit.after} in ${source.slice(0, 80)}`;
      console.log(failed.length > 0 ? `noticed  ${what}\n         by ${failed[0]}` : `ESCAPED  ${what}`);
    }
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  const sum = [...noticed.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  for (const [name, [caught, tried]] of [...noticed, ["all", sum] as const]) {
    console.log(`${name}: ${caught} of ${tried} noticed`);
  }
  return sum[0] >= 0.9 * sum[1] ? 0 : 1;
}

/** Adds the import of a codec that an edit uses. */
function addImport(path: string, codec: string): void {
  const text = readFileSync(path, "utf8");
  const found = /import \{([^}]*)\} from "([./]*(?:core\/)?codec\/mod\.ts)";/s.exec(text);
  if (found === null || new RegExp(`\\b${codec}\\b`).test(found[1]!)) return;
  writeFileSync(path, `import { ${codec} } from "${found[2]}";\n${text}`);
}

process.exit(main());
