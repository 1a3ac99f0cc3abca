/**
 * Decompiles and prints expressions that are wrong, unknown or mutated: never throws, and says what is incomplete.
 *
 * NETLINK_FUZZ sets the number of mutated rules.
 */
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { compile } from "../../../families/netfilter/nftables/compile.ts";
import { decompile } from "../../../families/netfilter/nftables/decompile.ts";
import { type NftExpression, NftExpressions } from "../../../families/netfilter/nftables/expressions.ts";
import { text } from "../../../families/netfilter/nftables/text.ts";
import { corpus } from "../../kernel/netfilter/corpus.ts";
import { asListed } from "../../kernel/netfilter/same.ts";
import { test } from "../../test.ts";
import { random } from "../core/help.ts";

const COUNT = Number(process.env["NETLINK_FUZZ"] ?? 4_000);

test("An unknown expression keeps its place, and the text says that it is incomplete", () => {
  const { expressions } = compile(
    [{ match: { op: "==", left: { meta: { key: "mark" } }, right: 5 } }, { drop: null }],
    {
      family: "ip",
    },
  );
  const later = { name: "later", data: Uint8Array.of(1, 2, 3, 4) } as unknown as NftExpression;
  const found = decompile([expressions[0]!, expressions[1]!, later, expressions[2]!], { family: "ip" });
  assertEquals(found.map((one) => Object.keys(one)[0]), ["match", "raw", "drop"]);
  assertEquals(text({ family: "ip", expr: found }), "meta mark 0x00000005 # incomplete: later drop");
  assertEquals(compile(found, { family: "ip" }).expressions, [
    expressions[0]!,
    expressions[1]!,
    later,
    expressions[2]!,
  ]);
});

test("Mutated expressions decompile and print", () => {
  const rand = random(20261201);
  const seeds = corpus().filter((_, i) => i % 5 === 0).map(({ family, expr }) => {
    const { expressions, setOf } = asListed(family, compile(expr, { family, indexOf: () => 1 })), to = new Writer();
    NftExpressions.encode(expressions, to, {});
    return { family, setOf, whole: to.bytes.slice(0, to.length) };
  });
  let shown = 0;
  for (let i = 0; i < COUNT; i++) {
    const { family, setOf, whole } = seeds[rand(seeds.length)]!, bytes = whole.slice();
    for (let n = 1 + rand(3); n > 0; n--) bytes[rand(bytes.length)] = rand(4) === 0 ? rand(256) : rand(20);
    try {
      const decoded = NftExpressions.decode(new Reader(bytes), 0, bytes.length, {});
      if (!Array.isArray(decoded)) continue;
      shown += text({ family, expressions: decoded }, { setOf }).length > 0 ? 1 : 0;
    } catch (error) {
      assert(error instanceof DecodeError, String((error as Error).stack));
    }
  }
  assert(shown > COUNT / 2, `${shown} of ${COUNT} shown`);
});
