/**
 * Decodes and encodes the expressions of rules that nft 1.0.6 sent: `nft --debug=mnl -f rules`.
 */
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { raw, Reader, Writer } from "../../../core/codec/mod.ts";
import { type NftExpression, NftExpressions } from "../../../families/netfilter/nftables/expressions.ts";
import { test } from "../../test.ts";
import { bothWays } from "../both_ways.ts";

const GOLDEN: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("golden-rules.json", import.meta.url), "utf8"),
);

/** Expressions without data, or that nft 1.0.6 cannot send here. */
const ELSEWHERE: readonly NftExpression[] = [
  { name: "dup", data: { sregAddr: 1, sregDev: 2 } },
  { name: "flow_offload", data: { tableName: "f" } },
  {
    name: "inner",
    data: { num: 0, type: "vxlan", flags: ["hdrsize", "th"], hdrsize: 8, expr: { name: "payload", data: { dreg: 1 } } },
  },
  { name: "last", data: { set: 1, msecs: 3000 } },
  { name: "match", data: { name: "comment", rev: 0, info: Uint8Array.of(1, 2) } },
  { name: "target", data: { name: "MARK", rev: 2, info: Uint8Array.of(1, 2) } },
  { name: "notrack" },
  { name: "socket", data: { key: "cgroupv2", dreg: 1, level: 2 } },
  { name: "osf", data: { dreg: 1, ttl: 1, flags: ["version"] } },
  { name: "queue", data: { num: 1, total: 3, flags: ["bypass", "cpu_fanout"] } },
  { name: "queue", data: { sregQnum: 1 } },
  { name: "tunnel", data: { key: "id", dreg: 1, mode: "rx" } },
  { name: "immediate", data: { dreg: 0, data: { verdict: { code: "goto", chainId: 7 } } } },
  { name: "bitwise", data: { sreg: 1, sreg2: 2, dreg: 1, len: 4, op: "xor" } },
];

function decode(bytes: Uint8Array): readonly NftExpression[] {
  return bothWays(() => NftExpressions.decode(new Reader(bytes), 0, bytes.length, {}));
}

function encode(expressions: readonly NftExpression[]): Uint8Array {
  const to = new Writer();
  NftExpressions.encode(expressions, to, {});
  return to.bytes.slice(0, to.length);
}

/** Returns the paths of attributes that the tables do not know. */
function unknownOf(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  const own = raw in value ? [path] : [];
  return [...own, ...Object.entries(value).flatMap(([key, one]) => unknownOf(one, `${path}.${key}`))];
}

test("Expressions that nft sends are decoded completely, and encoded again as the same attributes", () => {
  const names = new Set<string>();
  for (const [rule, hex] of Object.entries(GOLDEN)) {
    const bytes = Uint8Array.fromHex(hex), expressions = decode(bytes), again = encode(expressions);
    assertEquals(unknownOf(expressions, rule), []);
    // nft writes some attributes in another order.
    assertEquals(again.length, bytes.length, rule);
    assertEquals(decode(again), expressions);
    for (const { name } of expressions) names.add(name);
  }
  assertEquals(
    [...names].sort().join(" "),
    "bitwise byteorder cmp connlimit counter ct dup dynset exthdr fib fwd hash immediate limit log lookup masq meta nat " +
      "notrack numgen objref payload quota range redir reject rt synproxy tproxy xfrm",
  );
});

test("Expressions that nft 1.0.6 does not send are encoded and decoded", () => {
  assertEquals(decode(encode(ELSEWHERE)), ELSEWHERE);
});

test("An unknown expression keeps its name, and its data as bytes", () => {
  const one = { name: "later", data: Uint8Array.of(8, 0, 1, 0, 0, 0, 0, 1) } as unknown as NftExpression;
  const [found] = decode(encode([one]));
  assertEquals(found, one);
  assert(found!.data instanceof Uint8Array);
});
