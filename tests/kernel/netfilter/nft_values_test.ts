/** Values that are rare in rules: large numbers, raw bytes and unusual names, both ways, compared with nft. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { stringify } from "../../../core/printable.ts";
import type { NftJson, Statement } from "../../../families/netfilter/nftables/mod.ts";
import { meta } from "../../../families/netfilter/nftables/statements.ts";
import { nftTest } from "./nft.ts";

const LARGE = `table inet t {
  counter n { packets 9007199254740993 bytes 9223372036854775807 }
  quota q { over 9007199254740995 bytes used 9007199254740993 bytes }
  quota k { 9007199254740991 kbytes }
  limit b { rate 5 kbytes/second }
  limit m { rate over 2 mbytes/second burst 3 kbytes }
  chain c {
    counter packets 9007199254740993 bytes 9007199254740995
    quota over 9007199254740997 bytes used 9007199254740993 bytes
    quota until 8796093022207 mbytes
  }
}`;

nftTest("nf_tables: counters, quotas and limits of 64 bits have all their digits", ({ ours, nft }) => {
  const { ruleset, rules, objects } = ours, listed = (): string => nft("list ruleset");
  nft(LARGE);
  const before = listed();
  const text = ruleset.text(), json = ruleset.json(), digits = JSON.stringify(json);
  for (const number of ["9007199254740993", "9223372036854775807", "9007199254740995", "9007199254740997"]) {
    assertStringIncludes(digits, number);
    assertStringIncludes(stringify(json), number);
    assertStringIncludes(text, number);
  }
  for (const one of ["9007199254740991 kbytes", "rate 5 kbytes/second", "rate over 2 mbytes/second burst 3 kbytes"]) {
    assertStringIncludes(text, one);
  }
  nft(`flush ruleset; ${text}`);
  assertEquals(listed(), before);
  ruleset.apply(json, { replace: true });
  assertEquals(listed(), before);
  const [counter] = rules.list({ family: "inet", table: "t" });
  assertEquals(counter?.expressions?.[0]?.data, { bytes: 9007199254740995n, packets: 9007199254740993n });
  rules.add({ family: "inet", table: "t", chain: "c", expr: [{ quota: { val: 2n ** 63n - 1n } }] });
  assertStringIncludes(ruleset.text(), `quota ${2n ** 63n - 1n} bytes`);
  const quota = objects.get({ family: "inet", table: "t", name: "q", type: "quota" });
  assert(quota.type === "quota");
  assertEquals([quota.data.bytes, quota.data.consumed], [9007199254740995n, 9007199254740993n]);
});

nftTest("nf_tables: expressions without a statement are JSON, and are made again from its text", ({ ours, json }) => {
  const { ruleset, rules, tables, chains } = ours, T = { family: "inet", table: "t" } as const;
  tables.add({ family: "inet", name: "t" });
  chains.add({ ...T, name: "c" });
  const value = Uint8Array.of(1, 0, 0xfe, 255);
  const expressions = [
    { name: "immediate", data: { dreg: 1, data: { value } } },
    { name: "cmp", data: { sreg: 1, op: "eq", data: { value } } },
    { name: "counter", data: { bytes: 0, packets: 0 } },
  ] as const;
  rules.add({ ...T, chain: "c", expressions });
  const printed = JSON.stringify(ruleset.json());
  assertStringIncludes(printed, '{"value":"0100feff"}');
  ruleset.apply(JSON.parse(printed) as NftJson, { replace: true });
  assertEquals(rules.list(T).map((one) => one.expressions), [[...expressions]]);
  assertEquals(json().length, 3);
});

/** Rules that nft prints as JSON with shifts, with options by number, or with a protocol that only a map's key tells. */
const UNUSUAL = [
  "ip dscp . ip saddr { cs1 . 192.0.2.1, cs2 . 192.0.2.2 } accept",
  "ip6 dscp vmap @verdicts",
  "ip dscp vmap @verdicts",
  "meta mark set ct mark >> 2",
  "tcp option 255 exists counter",
  "tcp option 254 missing",
  "tcp option @6,0,8 1",
  "tcp option @6,8,16 { 0x1234, 5 }",
];
const MAPPED = "dnat ip to ip saddr . tcp dport map { 192.0.2.1 . 80 : 192.0.2.2 . 8080 }";

nftTest("nf_tables: what nft prints with shifts and by number is made again of its JSON", ({ ours, nft, json }) => {
  const { rules, chains, ruleset } = ours, T = { family: "inet", table: "t" } as const;
  nft(`table inet t {
    map verdicts { type dscp : verdict; elements = { cs1 : accept }; }
    chain c { ${UNUSUAL.join("; ")}; }
    chain n { type nat hook prerouting priority dstnat; ${MAPPED}; }
  }`);
  chains.add({ ...T, name: "again" });
  chains.add({ ...T, name: "nat", type: "nat", hook: "output", priority: 0 });
  const listed = (chain: string): [string, string][] =>
    rules.list({ ...T, chain }).map((rule) => [
      stringify(rule.expressions).replace(/__(set|map)\d+/, "$1"),
      // Has the elements of sets without a name.
      ruleset.text(rule),
    ]);
  const statements = (all: readonly Record<string, unknown>[]): [string, Statement[]][] =>
    all.filter((one) => "rule" in one).map(({ rule }) => {
      const { chain, expr } = rule as { chain: string; expr: Statement[] };
      return [chain, expr];
    });
  const theirs = [...listed("c"), ...listed("n")], all = [statements(json()), statements(ruleset.json().nftables)];
  assertEquals(theirs.length, UNUSUAL.length + 1);
  for (const made of all) {
    for (const [chain, expr] of made) rules.add({ ...T, chain: chain === "c" ? "again" : "nat", expr });
    assertEquals([...listed("again"), ...listed("nat")], theirs);
    for (const chain of ["again", "nat"]) rules.flush({ ...T, chain });
  }
  assert(!ruleset.text().includes("incomplete"));
});

/** A table with names of all lengths, and with asterisks that belong to a name or stand for any letters. */
const NAMES = `table inet t {
  set names { type ifname; elements = { "a\\*", "fifteen-letters" } }
  set starts { type ifname; flags interval; elements = { "a*", "c\\*", "fifteen-letters", "fourteen-begi*" } }
  set pairs { type ifname . mark; flags interval; elements = { "a*" . 1-5, "c\\*" . 2 } }
  map next { type mark : ifname; elements = { 1 : "a\\*", 2 : "b" } }
  set links { type iface_index; elements = { "lo", 4711 } }
  map turns { type iface_index : iface_index; elements = { "lo" : "lo" } }
  chain c {
    iifname "a*" accept
    iifname "a\\*" accept
    iifname "\\*" accept
    iifname { "b", "a\\*" } accept
    iifname . tcp dport { "a*" . 1-5, "c\\*" . 2 } accept
    iifname "fifteen-letters" accept
    iifname { "fifteen-letters", "fourteen-begi*" } accept
    iif { "lo", 4711 } accept
    iif vmap { "lo" : drop }
  }
}`;

nftTest("nf_tables: an asterisk of a name is another one than that for any letters, in matches and sets", (ns) => {
  const { ours: { ruleset, rules, elements, sets }, nft } = ns, T = { family: "inet", table: "t" } as const;
  nft(NAMES);
  const of = (set: string) => ({ ...T, set });
  const all = () =>
    ruleset.list().sets.map(({ name, elements }) => [name, elements.map(({ elem, data }) => [elem, data])]);
  const before = all(),
    json = JSON.parse(JSON.stringify(ruleset.json())) as NftJson,
    text = ruleset.text(),
    printed = nft("list ruleset");
  assertEquals(elements.list(of("names")).map(({ elem }) => elem), ["a\\*", "fifteen-letters"]);
  assertEquals(elements.list(of("starts")).map(({ elem }) => elem), [
    "a*",
    "c\\*",
    "fifteen-letters",
    "fourteen-begi*",
  ]);
  assertEquals(elements.list(of("next")).map(({ data }) => data), ["a\\*", "b"]);
  for (const rule of ['iifname "a*" accept', 'iifname "a\\*" accept', 'iifname "\\*" accept']) {
    assertStringIncludes(text, rule);
    assertStringIncludes(printed, rule);
  }
  const theirs = rules.list(T).map(({ expressions }) => expressions);
  ruleset.apply(json, { replace: true });
  assertEquals(all(), before);
  assertEquals(rules.list(T).map(({ expressions }) => expressions), theirs);
  nft(`flush ruleset; ${text}`);
  assertEquals(all(), before);
  // Elements are taken as they are listed, and interfaces by name too.
  for (const set of ["names", "starts"]) {
    const listed = elements.list(of(set));
    elements.delete(of(set), listed);
    elements.add(of(set), listed);
    assertEquals(elements.list(of(set)), listed);
  }
  elements.delete(of("links"), ["lo"]);
  elements.add(of("links"), ["lo"]);
  elements.add(of("turns"), [{ elem: 4711, data: "lo" }]);
  assertEquals(elements.find(of("links"), "lo")?.elem, 1);
  assertStringIncludes(nft("list ruleset"), 'elements = { "lo", 4711 }');
  assertStringIncludes(JSON.stringify(ruleset.json()), '["4711","lo"]');
  assertThrows(() => elements.add(of("links"), ["absent"]), TypeError, '[0]: no interface is called "absent"');
  assertThrows(() => elements.add(of("names"), ["b*"]), TypeError, 'the set lacks the flag "interval"');
  const long = { ...T, chain: "c", expr: [meta.iifname("0123456789abcdef")] };
  assertThrows(() => rules.add(long), RangeError, "at most 15 bytes");
  assertEquals(sets.list(T).filter(({ flags }) => !flags?.includes("anonymous")).length, 6);
});
