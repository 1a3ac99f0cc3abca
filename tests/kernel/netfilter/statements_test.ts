/**
 * Compiles a corpus of rules and compares the expressions and anonymous sets with those that nft sends.
 *
 * nft gets the whole corpus in one run. In the lab it is every eighth rule.
 */
import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { compile } from "../../../families/netfilter/nftables/compile.ts";
import { kernelTest, lab } from "../namespace.ts";
import { skip } from "../../test.ts";
import { corpus, type CorpusRule, setup } from "./corpus.ts";
import { rulesOf, type SentRule } from "./nft_debug.ts";
import { known, same } from "./same.ts";

const LO = 1;
const indexOf = (name: string): number | undefined => name === "lo" ? LO : undefined;
const RULES = corpus().filter((_, i) => !lab || i % 8 === 0);

/** nft's input that adds the corpus. */
const INPUT = JSON.stringify({
  nftables: [
    ...setup(),
    ...RULES.map(({ family, chain, expr }) => ({ add: { rule: { family, table: "t", chain, expr } } })),
  ],
});

/** Runs nft in a network namespace of its own, and returns what it sends. */
function sent(): SentRule[] {
  const { stdout, stderr } = spawnSync("unshare", ["--net", "nft", "--json", "--debug=mnl", "--file", "-"], {
    input: INPUT,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (stderr !== "") skip(`this kernel or nft refuses a rule of the corpus: ${stderr.slice(0, 300)}`);
  return rulesOf(stdout);
}

/** Returns what differs in a rule. */
function difference({ family, expr }: CorpusRule, theirs: SentRule): string {
  const [ours, other] = same(compile(expr, { family, setOf: (name) => known(family, name), indexOf }), theirs);
  return other === "" ? "" : `${family} ${JSON.stringify(expr)}\n  ours ${ours}\n  nft  ${other}`;
}

kernelTest("Compiled rules of the corpus have the expressions and sets that nft sends", ["nft", "unshare"], () => {
  const rules = sent();
  assertEquals(rules.length, RULES.length);
  const wrong = RULES.map((rule, i) => difference(rule, rules[i]!)).filter((one) => one !== "");
  console.log(`${RULES.length - wrong.length} of ${RULES.length} rules have the expressions and sets of nft`);
  assertEquals(wrong.slice(0, 5), []);
});
