/**
 * What the kernel's headers say, read by a compiler: constants, and the layouts of structs.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "../lab/packages.ts";
import { Btf } from "./btf.ts";

/** A constant's value; the digits, where it is too large for a number. */
export type Value = number | string;

/** What headers say. */
export interface Headers {
  readonly constants: Map<string, Value>;
  /** By name: the size, and each field as `name offset size type`. */
  readonly structs: Map<string, readonly string[]>;
}

/** Comes before every header: some take it for granted. */
const BEFORE = ["stddef.h", "stdint.h", "sys/socket.h", "sys/types.h", "linux/types.h", "linux/netlink.h"];

/** What headers that are not for programs take for granted as well. */
const DEFINITIONS = [
  "-D_GNU_SOURCE",
  "-D__packed=__attribute__((packed))",
  "-D__aligned(n)=__attribute__((aligned(n)))",
];

/** A name that is no fact: a guard against a second inclusion, the end of a list, a word of the compiler's. */
const NOT_A_FACT = /^_(?!_NL80211_)/;

/**
 * Reads headers below `roots`, each by itself, as not all can stand beside each other; those that are not there are left
 * out. Where two define a name, the first one has it.
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
  // A struct that nothing uses is to be described too.
  const all = ["-gbtf", "-fno-eliminate-unused-debug-types", "-c", "layout.c", "-o", "layout.o"];
  capture("gcc", [...flags, ...all], { cwd: work });
  capture("objcopy", ["--dump-section", ".BTF=layout.btf", "layout.o"], { cwd: work });
  return new Btf(readFileSync(join(work, "layout.btf"))).structs();
}

/** Names that may be constants: macros without parameters, and what stands in the braces of an `enum`. */
function namesIn(text: string): string[] {
  const macros = [...text.matchAll(/^[ \t]*#[ \t]*define[ \t]+([A-Za-z]\w*|__NL80211_\w+)[ \t]+\S/gm)].map(([, name]) =>
    name!
  );
  const enums = [...text.matchAll(/\benum\b[^;{]*\{([^}]*)\}/g)].flatMap(([, body]) =>
    body!.replace(/^[ \t]*#.*$/gm, "").split(",").map((one) => /^\s*(\w+)/.exec(one)?.[1] ?? "")
  );
  return [...new Set([...enums, ...macros])].filter((name) => name !== "" && !NOT_A_FACT.test(name));
}

/** The values of those of the names that are integer constants; what is none, as a text, is what gcc complains of. */
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

/** The folder of a processor's own headers below `root`. */
export function ownFolder(root: string): string[] {
  const processor = new TextDecoder().decode(capture("gcc", ["-print-multiarch"])).trim();
  return readdirSync(root).filter((name) => name === processor).map((name) => join(root, name));
}
