/** Imports go one way: examples/ → mod.ts → families/ → core/ → ffi/, and out of the project only where listed here. */
import { assertEquals } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "../test.ts";

const root = new URL("../../", import.meta.url);
const FOLDERS = ["ffi", "core", "families", "examples"];
const publicEntries = Object.values<string>(JSON.parse(readFileSync(new URL("deno.json", root), "utf8")).exports)
  .map((path) => path.replace("./", ""));

/** Returns the specifiers of static, dynamic and re-exporting imports in a module's text, except in comments. */
function specifiers(source: string): string[] {
  const imports =
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["'](.+?)["']|^\s*import\s*["'](.+?)["']|\bimport\(\s*(.+?)\s*\)/gm;
  const code = source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(imports)].map(([, from, bare, dynamic]) =>
    from ?? bare ?? dynamic.replace(/^["'](.+)["']$/, "$1")
  );
}

/**
 * Returns the layer of a file: `families/route/link.ts` → `families/route`, `families/crypto.ts` → `families/crypto`,
 * `core/x/y.ts` → `core`.
 */
function layer(path: string): string {
  const [folder, name] = path.replace(/\.ts$/, "").split("/");
  return folder === "families" ? `families/${name}` : folder;
}

/** The one file that examples share. */
const SHARED = "examples/run.ts";

/** Families that no kernel serves under their own number: their subject uses these other families. */
const SPOKEN_OVER: Readonly<Record<string, readonly string[]>> = { "families/smc": ["families/sock_diag"] };

/** Returns the fault of an import, or `undefined`. Paths are relative to the root. */
function fault(file: string, specifier: string): string | undefined {
  const from = layer(file);
  if (!/^\.\.?\//.test(specifier)) {
    if (from === "examples" && specifier.startsWith("node:")) return;
    return from === "examples" ? "an import by URL has no import map" : "the library imports only its own files";
  }
  const target = new URL(specifier, `file:///${file}`).pathname.slice(1);
  const to = layer(target);
  if (from === "examples") {
    return publicEntries.includes(target) || target === SHARED ? undefined : "not a public entry";
  }
  const allowed = from === "mod"
    ? to === "core" || to.startsWith("families/")
    : from === "families/registry"
    ? to === "core" || to.startsWith("families/")
    : from.startsWith("families/")
    ? to === "core" || to === from || SPOKEN_OVER[from]?.includes(to) === true
    : from === "core"
    ? to === "core" || to === "ffi"
    : to === "ffi";
  return allowed ? undefined : `${from} must not know ${to}`;
}

function sources(): string[] {
  const inFolders = FOLDERS.filter((folder) => existsSync(new URL(folder, root))).flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`)
  );
  return ["mod.ts", ...inFolders].filter((file) => file.endsWith(".ts") && existsSync(new URL(file, root)));
}

test("arrows: every import of the library and the examples points down", () => {
  const faults = sources().flatMap((file) =>
    specifiers(readFileSync(new URL(file, root), "utf8")).flatMap((specifier) => {
      const reason = fault(file, specifier);
      return reason ? [`${file}: "${specifier}": ${reason}`] : [];
    })
  );
  assertEquals(faults, []);
});

/**
 * Import cycles that are allowed: tables that contain each other, as the kernel's nests do. One file with a table and
 * everything that it may contain would have 4,600 lines.
 */
const CIRCLES = [
  "families/generic/nl80211/message.ts families/generic/nl80211/nests.ts families/generic/nl80211/tables.ts",
];

/** Returns the groups of files that import each other, directly or not (Tarjan's strongly connected components). */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>(), low = new Map<string, number>(), open: string[] = [], found: string[][] = [];
  const visit = (file: string): number => {
    const known = order.get(file);
    if (known !== undefined) return open.includes(file) ? low.get(file)! : Infinity;
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    open.push(file);
    for (const next of imports.get(file) ?? []) low.set(file, Math.min(low.get(file)!, visit(next)));
    if (low.get(file) === order.get(file)) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return low.get(file)!;
  };
  for (const file of imports.keys()) visit(file);
  return found;
}

test("arrows: the library has no other import cycles", () => {
  const files = sources(), known = new Set(files);
  const imports = new Map(files.map((file) => [
    file,
    specifiers(readFileSync(new URL(file, root), "utf8")).filter((specifier) => /^\.\.?\//.test(specifier))
      .map((specifier) => new URL(specifier, `file:///${file}`).pathname.slice(1)).filter((target) =>
        known.has(target)
      ),
  ]));
  assertEquals(circles(imports).map((circle) => circle.join(" ")), CIRCLES);
});

test("arrows: import cycles of any length are found, each once", () => {
  const graph = { a: "b", b: "c", c: "ad", d: "e", e: "", f: "g", g: "fd", h: "h" };
  const imports = new Map(Object.entries(graph).map(([file, next]) => [file, [...next]]));
  assertEquals(circles(imports), [["a", "b", "c"], ["f", "g"]]);
});

test("arrows: imports are found in all their forms", () => {
  const source = `
import { a } from "./a.ts";
import type { B } from './b.ts';
import {
  c,
} from "./c.ts";
import "./d.ts";
export * from "./e.ts";
export * as f from "./f.ts";
// import { x } from "./x.ts";
/**
 * import { y } from "./y.ts";
 */
export const g: typeof import("./g.ts") = await import("./h.ts");
const text = "import from";
`;
  assertEquals(specifiers(source), ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `./${name}.ts`));
});

test("arrows: the rule allows imports that point down", () => {
  const allowed = [
    ["mod.ts", "./families/route/mod.ts"],
    ["mod.ts", "./core/errors.ts"],
    ["families/registry.ts", "./route/mod.ts"],
    ["families/route/link/vlan.ts", "../mod.ts"],
    ["families/route/mod.ts", "../../core/codec/mod.ts"],
    ["families/crypto.ts", "../core/codec/mod.ts"],
    ["families/smc.ts", "./sock_diag/sockets.ts"],
    ["core/codec/mod.ts", "./values.ts"],
    ["core/socket.ts", "../ffi/socket.ts"],
    ["ffi/deno.ts", "./libc.ts"],
    ["examples/links.ts", "../families/route/mod.ts"],
    ["examples/links.ts", "node:util"],
    ["examples/links.ts", "./run.ts"],
  ];
  assertEquals(allowed.filter(([file, specifier]) => fault(file, specifier)), []);
});

test("arrows: the rule refuses imports that point up, aside or out", () => {
  const refused = [
    ["mod.ts", "./ffi/libc.ts"],
    ["families/route/mod.ts", "../../ffi/libc.ts"],
    ["families/route/mod.ts", "../generic/mod.ts"],
    ["families/route/mod.ts", "../registry.ts"],
    ["families/crypto.ts", "./sock_diag/sockets.ts"],
    ["families/sock_diag/smc.ts", "../smc.ts"],
    ["families/route/mod.ts", "../../mod.ts"],
    ["families/route/mod.ts", "@std/assert"],
    ["core/socket.ts", "../families/route/mod.ts"],
    ["core/socket.ts", "node:fs"],
    ["ffi/libc.ts", "../core/errors.ts"],
    ["ffi/node.ts", "node:ffi"],
    ["ffi/node.ts", "name"],
    ["examples/links.ts", "../core/socket.ts"],
    ["examples/links.ts", "./other.ts"],
    ["examples/links.ts", "@linux/netlink"],
    ["examples/links.ts", "jsr:@std/cli"],
  ];
  assertEquals(refused.filter(([file, specifier]) => !fault(file, specifier)), []);
});
