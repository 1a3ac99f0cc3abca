/** NETLINK_CRYPTO, compared with /proc/crypto. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { serves } from "../../../core/open.ts";
import { KernelError } from "../../../core/errors.ts";
import { type Algorithm, algorithms } from "../../../families/crypto.ts";
import { kernelTest } from "../namespace.ts";
import { skip } from "../../test.ts";

/** Declares a test that needs the kernel's NETLINK_CRYPTO. */
function cryptoTest(name: string, body: () => void): void {
  if (serves(21)) kernelTest(name, [], body);
  else kernelTest(name, ["a kernel with CONFIG_CRYPTO_USER"], body);
}

type Entry = Readonly<Record<string, string>>;

function proc(): Entry[] {
  return readFileSync("/proc/crypto", "utf8").trim().split(/\n\n+/).map((block) =>
    Object.fromEntries(block.split("\n").map((line) => line.split(/\s*:\s(.*)/).slice(0, 2)))
  );
}

/** The names of our fields in /proc/crypto. */
const NAMES: Readonly<Record<string, string>> = {
  name: "name",
  driverName: "driver",
  moduleName: "module",
  priorityVal: "priority",
  type: "type",
  blocksize: "blocksize",
  digestsize: "digestsize",
  minKeysize: "min keysize",
  maxKeysize: "max keysize",
  ivsize: "ivsize",
  maxauthsize: "maxauthsize",
  seedsize: "seedsize",
};

/** Returns an algorithm with the names and values of /proc/crypto, for the fields that it has. */
function inItsWords(algorithm: Algorithm, entry: Entry): Record<string, string> {
  const words: Record<string, string> = {}, flags = algorithm.flags!;
  for (const [field, name] of Object.entries(NAMES)) {
    const value = (algorithm as Readonly<Record<string, unknown>>)[field];
    if (value !== undefined) words[name] = String(value);
  }
  words.selftest = flags.includes("tested") ? "passed" : "unknown";
  words.internal = flags.includes("internal") ? "yes" : "no";
  if ("async" in entry) words.async = flags.includes("async") ? "yes" : "no";
  if ("fips" in entry) words.fips = flags.includes("fips_internal") ? "no" : "yes";
  return words;
}

/** The fields that only /proc/crypto has, and those that change all the time. */
const APART = new Set(["refcnt", "geniv", "chunksize", "walksize", "statesize", "reqsize", "maxsize", "flags"]);

cryptoTest("crypto: list() equals /proc/crypto field by field", () => {
  const entries = proc(), listed = algorithms.list();
  // Several algorithms with the same name and driver differ by type.
  const key = (name?: string, driver?: string, type?: string): string => `${name} ${driver} ${type}`;
  const ours = new Map(listed.map((one) => [key(one.name, one.driverName, one.type), one]));
  const named = entries.map(({ name, driver, type }) => key(name, driver, type));
  assertEquals([...ours.keys()].sort(), [...new Set(named)].sort());
  assertEquals(listed.length, entries.length);
  for (const entry of entries) {
    const wanted = Object.fromEntries(Object.entries(entry).filter(([name]) => !APART.has(name)));
    assertEquals(inItsWords(ours.get(key(entry.name, entry.driver, entry.type))!, entry), wanted);
  }
});

cryptoTest("crypto: get() finds all of list(), and find() returns undefined for a missing one", () => {
  for (const { name, driverName, type } of algorithms.list()) {
    const found = algorithms.get({ driverName: driverName! });
    assertEquals([found.driverName, found.type], [driverName, type], name);
  }
  assertEquals(algorithms.find("nl-test-nothing"), undefined);
  assertEquals(assertThrows(() => algorithms.get("nl-test-nothing"), KernelError).code, "ENOENT");
});

cryptoTest("crypto: a listed algorithm is found by all its fields, and a driver with another's name is not", () => {
  const listed = algorithms.list(), [one] = listed, other = listed.find(({ name }) => name !== one!.name);
  for (const { refcnt: _used, ...algorithm } of listed) {
    const { refcnt: _now, ...found } = algorithms.get(algorithm);
    assertEquals(found, algorithm);
  }
  if (other === undefined) skip("there are no two algorithms");
  const key = { name: other.name!, driverName: one!.driverName! };
  assertEquals(algorithms.find(key), undefined);
  assertEquals(assertThrows(() => algorithms.get(key), KernelError).code, "ENOENT");
  assertEquals(assertThrows(() => algorithms.set(key, { priorityVal: 1 }), KernelError).code, "ENOENT");
  assertEquals(assertThrows(() => algorithms.delete(key), KernelError).code, "ENOENT");
  assertEquals(algorithms.get({ driverName: one!.driverName! }).priorityVal, one!.priorityVal);
});

/** Makes an instance; returns `false` if the kernel has no such template. */
function makes(driverName: string): boolean {
  try {
    algorithms.add({ driverName, priorityVal: 1 });
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return false;
    throw error;
  }
}

cryptoTest("crypto: an instance is made, its priority changed, and it is deleted", () => {
  // A template of any cipher that exists.
  const cipher = algorithms.list().find(({ type, driverName }) => type === "cipher" && !driverName!.includes("("));
  if (cipher === undefined) skip("the kernel has no cipher to make an instance of");
  const names = ["pcbc", "cmac", "xcbc", "cbc", "ecb"].map((template) => `${template}(${cipher.driverName})`);
  const driverName = names.find((name) => algorithms.find({ driverName: name }) === undefined && makes(name));
  if (driverName === undefined) skip(`${names} are all there already, or no template is`);
  assertEquals(algorithms.get({ driverName }).priorityVal, 1);
  assertEquals(assertThrows(() => algorithms.add({ driverName }), KernelError).code, "EEXIST");
  algorithms.set(driverName, { priorityVal: 2 });
  const made = algorithms.get({ driverName });
  assertEquals(made.priorityVal, 2);
  assert(made.flags!.includes("instance"));
  algorithms.delete(made);
  assertEquals(algorithms.find({ driverName }), undefined);
  assertEquals(assertThrows(() => algorithms.delete(cipher), KernelError).code, "EINVAL");
});
