/** Values that are rare in rules: large numbers, raw bytes and unusual names, both ways, compared with nft. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stringify } from "../../../core/printable.ts";
import type { NftJson, Statement } from "../../../families/netfilter/nftables/mod.ts";
import { nftTest } from "./nft.ts";

const LARGE = `table inet t {
  counter n { packets 9007199254740993 bytes 9223372036854775807 }
  quota q { over 9007199254740995 bytes used 9007199254740993 bytes }
  quota k { 18014398509481985 kbytes }
  chain c {
    counter packets 9007199254740993 bytes 9007199254740995
    quota over 9007199254740997 bytes used 9007199254740993 bytes
    quota until 9007199254740992 mbytes
    limit rate 9007199254740993/day
  }
}`;

nftTest("nf_tables: counters, quotas and limits of 64 bits have all their digits", ({ ours, nft }) => {
  const { ruleset, rules, objects } = ours, listed = (): string => nft("list ruleset");
  nft(LARGE);
  const before = listed();
  assertEquals(ruleset.text(), before);
  const json = ruleset.json(), digits = JSON.stringify(json);
  for (const number of ["9007199254740993", "9223372036854775807", "9007199254740995", "9007199254740997"]) {
    assertStringIncludes(digits, number);
    assertStringIncludes(stringify(json), number);
  }
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
