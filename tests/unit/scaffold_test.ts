import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "../test.ts";

const root = new URL("../../", import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), "utf8");
const json = (file: string) => JSON.parse(text(file));

test("scaffold: package.json and deno.json export the same", () => {
  assertEquals(json("package.json").exports, json("deno.json").exports);
});

test("scaffold: every export is a file, under its own path", () => {
  for (const [name, file] of Object.entries<string>(json("deno.json").exports)) {
    assert(existsSync(new URL(file, root)), file);
    assertEquals(name, file === "./mod.ts" ? "." : file);
  }
});

test("scaffold: name, version and licence are the same in package.json, deno.json and package-lock.json", () => {
  const lock = json("package-lock.json").packages[""];
  for (const field of ["name", "version", "license"]) {
    assertEquals(json("package.json")[field], json("deno.json")[field]);
    assertEquals(json("package.json")[field], lock[field]);
  }
});

test("scaffold: the package has no dependencies for its users", () => {
  for (const kind of ["dependencies", "optionalDependencies", "peerDependencies"]) {
    assertEquals(json("package.json")[kind], undefined, kind);
  }
});

test("scaffold: development dependencies are exact versions or folders of the project", () => {
  const pinned = { ...json("package.json").devDependencies, ...json("tests/node/package.json").optionalDependencies };
  for (const version of Object.values<string>(pinned)) assertMatch(version, /^(\d+\.\d+\.\d+|file:tests\/.*)$/);
});

test("scaffold: package-lock.json names no registry and no folder outside the project", () => {
  assertNotMatch(text("package-lock.json"), /https?:|"resolved": "(?!tests\/)/);
});

test("scaffold: package-lock.json has the runtimes for each platform, so that npm ci works on all", () => {
  const packages = Object.keys(json("package-lock.json").packages);
  assertEquals(packages.filter((name) => name.startsWith("node_modules/@deno/")).length, 6);
  for (const cpu of ["arm64", "x64"]) assert(packages.includes(`node_modules/node-linux-${cpu}`), cpu);
});

test("scaffold: every test is declared by tests/test.ts, which reports it to tests/run.ts", () => {
  const files = readdirSync(new URL("tests/", root), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((file) => file.endsWith("_test.ts") && file !== "seeded/stranger_test.ts")) {
    assertNotMatch(text(`tests/${file}`), /from "(node|bun):test"|\bDeno\.test\(/, file);
  }
});

test("trap 35: no test uses a setup hook, as Bun runs the tests even if the hook throws", () => {
  const files = readdirSync(new URL("tests/", root), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((file) => file.endsWith("_test.ts"))) {
    assertNotMatch(text(`tests/${file}`), /^\s*(before|after)(Each)?\(/m, file);
  }
});
