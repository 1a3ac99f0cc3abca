/**
 * Reads the constants and struct layouts in the kernel's headers with a compiler.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "../lab/packages.ts";
import { Btf } from "./btf.ts";

/** A constant's value; its digits, if it is too large for a number. */
export type Value = number | string;

/** The facts in headers. */
export interface Headers {
  readonly constants: Map<string, Value>;
  /** By name: the size, and each field as `name offset size type`. */
  readonly structs: Map<string, readonly string[]>;
}

/** Included before every header: some headers require these. */
const BEFORE = ["stddef.h", "stdint.h", "sys/socket.h", "sys/types.h", "linux/types.h", "linux/netlink.h"];

/** Definitions that headers that are not for programs require. */
const DEFINITIONS = [
  "-D_GNU_SOURCE",
  "-D__packed=__attribute__((packed))",
  "-D__aligned(n)=__attribute__((aligned(n)))",
];

/** Matches names that are not facts: include guards, ends of lists, names of the compiler. */
const NOT_A_FACT = /^_(?!_NL80211_)/;

/**
 * Reads headers below `roots`, each by itself, since not all can be included together; missing headers are left out. If
 * two define a name, the first definition counts.
 */
export function readHeaders(roots: readonly string[], headers: readonly string[]): Headers {
  const constants = new Map<string, Value>(), structs = new Map<string, readonly string[]>();
  const work = mkdtempSync(join(tmpdir(), "facts-"));
  const flags = ["-w", ...DEFINITIONS, ...roots.flatMap((root) => ["-isystem", root])];
  try {
    for (const header of headers) {
      const text = textOf(roots, header);
      if (text === undefined) continue;
      const has = (pattern: string): boolean => new RegExp(pattern).test(text);
      const top = [...BEFORE, header].map((name) => `#include <${name}>\n`).join("");
      for (const [name, fields] of layouts(top, flags, work)) {
        if (!structs.has(name) && has(`(struct|union)\\s+${name}\\s*\\{`)) structs.set(name, fields);
      }
      for (const [name, value] of values(top, namesIn(text), flags, work)) {
        if (!constants.has(name)) constants.set(name, value);
      }
    }
  } finally {
    rmSync(work, { recursive: true });
  }
  return { constants, structs };
}

function textOf(roots: readonly string[], header: string): string | undefined {
  for (const root of roots) {
    try {
      return readFileSync(join(root, header), "utf8").replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, " ");
    } catch { /* Another root may have it. */ }
  }
  return undefined;
}

function layouts(top: string, flags: readonly string[], work: string): Map<string, readonly string[]> {
  writeFileSync(join(work, "layout.c"), top);
  // Structs that nothing uses must be described too.
  const all = ["-gbtf", "-fno-eliminate-unused-debug-types", "-c", "layout.c", "-o", "layout.o"];
  capture("gcc", [...flags, ...all], { cwd: work });
  capture("objcopy", ["--dump-section", ".BTF=layout.btf", "layout.o"], { cwd: work });
  return new Btf(readFileSync(join(work, "layout.btf"))).structs();
}

/** Returns names that may be constants: macros without parameters, and names in the braces of an `enum`. */
function namesIn(text: string): string[] {
  const macros = [...text.matchAll(/^[ \t]*#[ \t]*define[ \t]+([A-Za-z]\w*|__NL80211_\w+)[ \t]+\S/gm)].map(([, name]) =>
    name!
  );
  const enums = [...text.matchAll(/\benum\b[^;{]*\{([^}]*)\}/g)].flatMap(([, body]) =>
    body!.replace(/^[ \t]*#.*$/gm, "").split(",").map((one) => /^\s*(\w+)/.exec(one)?.[1] ?? "")
  );
  return [...new Set([...enums, ...macros])].filter((name) => name !== "" && !NOT_A_FACT.test(name));
}

/** Returns the values of those names that are integer constants; gcc's error messages tell which are not. */
function values(top: string, names: readonly string[], flags: readonly string[], work: string): [string, Value][] {
  const first = top.split("\n").length + 2;
  for (let left = [...names]; left.length > 0;) {
    const rows = left.map((name) => `{ "${name}", (${name}) * 1LL },\n`).join("");
    const source = `${top}#include <stdio.h>\n` +
      `static const struct { const char *name; long long value; } all_[] = {\n${rows}};\n` +
      `int main(void) { for (unsigned i = 0; i < sizeof(all_) / sizeof(*all_); i++)` +
      ` printf("%s %lld\\n", all_[i].name, all_[i].value); }\n`;
    writeFileSync(join(work, "values.c"), source);
    const options = [
      "-ftrack-macro-expansion=0",
      "-fmax-errors=0",
      "-fno-diagnostics-show-caret",
      "values.c",
      "-o",
      "values",
    ];
    const { status, stderr } = spawnSync("gcc", [...flags, ...options], {
      cwd: work,
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    });
    if (status === 0) {
      const lines = new TextDecoder().decode(capture(join(work, "values"), [])).trim().split("\n");
      return lines.map((line) => line.split(" ")).map(([name, value]) => {
        const number = Number(value);
        return [name!, Number.isSafeInteger(number) ? number : value!];
      });
    }
    const wrong = new Set([...stderr.matchAll(/^values\.c:(\d+):/gm)].map(([, line]) => Number(line) - first));
    const rest = left.filter((_, i) => !wrong.has(i));
    if (rest.length === left.length) throw new Error(`gcc: ${stderr}`);
    left = rest;
  }
  return [];
}

/** Returns the folder of a processor's own headers below `root`. */
export function ownFolder(root: string): string[] {
  const processor = new TextDecoder().decode(capture("gcc", ["-print-multiarch"])).trim();
  return readdirSync(root).filter((name) => name === processor).map((name) => join(root, name));
}
