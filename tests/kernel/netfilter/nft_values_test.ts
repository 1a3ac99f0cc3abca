/** Values that are rare in rules: large numbers, raw bytes and unusual names, both ways, compared with nft. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stringify } from "../../../core/printable.ts";
import type { NftJson } from "../../../families/netfilter/nftables/mod.ts";
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
