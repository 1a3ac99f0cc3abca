/** Prefixes: against Python's ipaddress, and by hand where it has no answer. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import {
  compare,
  contains,
  first,
  last,
  longestMatch,
  matcher,
  network,
  overlaps,
  parse,
  print,
} from "../../../core/prefix.ts";
import { skip, test } from "../../test.ts";

/** Returns a generator of the same numbers in every run, 0 ≤ n < limit. */
function numbers(seed: number): (limit: number) => number {
  return (limit) => {
    seed = Math.imul(seed, 1664525) + 1013904223 | 0;
    return (seed >>> 8) % limit;
  };
}

/** Returns prefixes of both families with bits after them, of few bytes, so that many contain others. */
function somePrefixes(count: number): string[] {
  const next = numbers(7);
  return Array.from({ length: count }, (_, i) => {
    const size = i % 2 === 0 ? 4 : 16, bytes = new Uint8Array(size).map(() => [0, 1, 10, 128, 255, 254][next(6)]!);
    return `${print({ bytes, length: 8 * size })}/${next(8 * size + 1)}`;
  });
}

/** Python's answers: networks, first and last addresses, the sorted order, and for each pair contains and overlaps. */
const PYTHON = `
import ipaddress, json, sys
nets = [ipaddress.ip_network(text, strict=False) for text in json.load(sys.stdin)]
key = lambda net: (net.version, int(net.network_address), net.prefixlen)
def pair(a, b):
  if a.version != b.version: return 0
  return (2 if b.subnet_of(a) else 0) + (1 if a.overlaps(b) else 0)
def best(net):
  fitting = [n for n in nets if n.version == net.version and net.network_address in n]
  return max(fitting, key=lambda n: n.prefixlen).with_prefixlen
json.dump({
  "networks": [net.with_prefixlen for net in nets],
  "first": [str(net.network_address) for net in nets],
  "last": [str(net.broadcast_address) for net in nets],
  "sorted": [net.with_prefixlen for net in sorted(nets, key=key)],
  "pairs": [[pair(a, b) for b in nets] for a in nets],
  "best": [best(net) for net in nets],
}, sys.stdout)
`;

test("prefixes: 150 of both families are as Python's ipaddress says, in pairs and sorted", () => {
  const prefixes = somePrefixes(150);
  const { status, stdout, stderr, error } = spawnSync("python3", ["-c", PYTHON], {
    input: JSON.stringify(prefixes),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (error !== undefined) skip("needs python3");
  assertEquals(status, 0, stderr);
  const theirs = JSON.parse(stdout);
  // Python writes the length of a single address too.
  const whole = (text: string): string => text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`;
  assertEquals(prefixes.map((one) => whole(network(one))), theirs.networks);
  assertEquals(prefixes.map(first), theirs.first);
  assertEquals(prefixes.map(last), theirs.last);
  assertEquals(prefixes.toSorted(compare).map((one) => whole(network(one))), theirs.sorted);
  let contained = 0;
  for (const [i, a] of prefixes.entries()) {
    const ours = prefixes.map((b) => (contains(a, b) ? 2 : 0) + (overlaps(a, b) ? 1 : 0));
    assertEquals(ours, theirs.pairs[i], a);
    contained += ours.filter((pair) => pair > 1).length;
  }
  assert(contained > 200, `only ${contained} pairs contain each other`);
  const best = matcher(prefixes);
  assertEquals(prefixes.map((one) => whole(network(best(first(one))!))), theirs.best);
});

test("prefixes: text is parsed and printed without loss, also the bits after the prefix", () => {
  for (const text of ["10.1.2.3/16", "0.0.0.0/0", "192.0.2.1", "2001:db8::1/32", "::/0", "::ffff:10.0.0.1", "::1"]) {
    assertEquals(print(parse(text)), text);
  }
  assertEquals(print(parse("10.0.0.1/32")), "10.0.0.1");
  assertEquals(print(parse("2001:DB8:0:0::1/128")), "2001:db8::1");
  assertEquals([print(parse("default")), print(parse("default", "inet6"))], ["0.0.0.0/0", "::/0"]);
  assertEquals(parse("10.1.2.3/16"), { family: "inet", bytes: Uint8Array.of(10, 1, 2, 3), length: 16 });
});

test("prefixes: what is no prefix is refused with what is expected", () => {
  for (
    const bad of ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/9", "a", " 10.0.0.1"]
  ) {
    assertThrows(() => parse(bad), TypeError, `expected a prefix like "10.0.0.0/8"`);
  }
  for (const bad of [null, undefined, 7, {}, Uint8Array.of(1)]) {
    assertThrows(() => contains("10.0.0.0/8", bad as never), TypeError, "Cannot parse");
  }
});

test("prefixes: the longest match of routes keeps the families of default routes apart", () => {
  const routes = [
    { dst: "default", family: "inet6", via: "six" },
    { dst: "default", family: "inet", via: "four" },
    { dst: "10.0.0.0/8", family: "inet", via: "ten" },
    { dst: "10.0.0.0/8", family: "inet", via: "second" },
    { dst: "2001:db8::/32", family: "inet6", via: "doc" },
    { family: "inet", via: "none" },
  ];
  const via = (address: string) => longestMatch(address, routes)?.via;
  assertEquals(["10.1.1.1", "11.1.1.1", "2001:db8::1", "::1"].map(via), ["ten", "four", "doc", "six"]);
  assertEquals(longestMatch("192.0.2.1", ["10.0.0.0/8", "::/0"]), undefined);
  assertEquals(
    longestMatch("10.9.9.9", [{ net: "10.0.0.0/8" }, { net: "10.9.0.0/16" }], ({ net }) => net)?.net,
    "10.9.0.0/16",
  );
});

test("prefixes: a matcher of 20,000 prefixes looks up without trying each", () => {
  const many = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`);
  const best = matcher([...many, "10.0.0.0/8"]);
  for (let i = 0; i < 20_000; i += 7) assertEquals(best(many[i]!) === many[i], true);
  assertEquals(best("10.200.0.1"), "10.0.0.0/8");
});
