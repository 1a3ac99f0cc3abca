/**
 * Compiles a corpus of rules, decompiles and prints them, and compares all with nft: the expressions and anonymous sets
 * that it sends, and the rules that it lists as JSON and as text.
 *
 * nft gets the whole corpus in one run. In the lab it is every twentieth rule.
 */
import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { compile, type Compiled } from "../../../families/netfilter/nftables/compile.ts";
import { decompile } from "../../../families/netfilter/nftables/decompile.ts";
import { text } from "../../../families/netfilter/nftables/text.ts";
import { kernelTest, lab } from "../namespace.ts";
import { skip } from "../../test.ts";
import { corpus, type CorpusRule, setup } from "./corpus.ts";
import { rulesOf, type SentRule } from "./nft_debug.ts";
import { asListed, inOrder, known, same } from "./same.ts";

const LO = 1;
const indexOf = (name: string): number | undefined => name === "lo" ? LO : undefined;
const nameOf = (index: number): string | undefined => index === LO ? "lo" : undefined;
const RULES = corpus().filter((_, i) => !lab || i % 20 === 0);

/** nft's input that adds the corpus; comments have the rules' numbers. */
const INPUT = JSON.stringify({
  nftables: [
    ...setup(),
    ...RULES.map(({ family, chain, expr }, i) => ({
      add: { rule: { family, table: "t", chain, expr, comment: String(i) } },
    })),
  ],
});

/** A rule in nft's output. */
interface Answer {
  sent: SentRule;
  json: unknown;
  text: string;
}

let answers: readonly Answer[] | undefined;

/** Runs nft in a network namespace of its own, for all tests. */
function nft(): readonly Answer[] {
  if (answers !== undefined) return answers;
  const script =
    "nft --json --debug=mnl --file - && echo && echo === && nft --json list ruleset && echo && echo === && " +
    "nft list ruleset";
  const { status, stdout, stderr } = spawnSync("unshare", ["--net", "sh", "-c", script], {
    input: INPUT,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) skip(`this kernel or nft refuses a rule of the corpus: ${stderr.slice(0, 300)}`);
  const [debug, json, text] = stdout.split("\n===\n") as [string, string, string];
  const made = rulesOf(debug).map((sent): Answer => ({ sent, json: undefined, text: "" }));
  for (const { rule } of JSON.parse(json).nftables as { rule?: { comment: string; expr: unknown } }[]) {
    if (rule !== undefined) made[Number(rule.comment)]!.json = rule.expr;
  }
  for (const line of text.split("\n")) {
    const [, rule, number] = /^\t\t(.*) comment "(\d+)"$/.exec(line) ?? [];
    if (rule !== undefined) made[Number(number)]!.text = rule;
  }
  assertEquals(made.length, RULES.length);
  return answers = made;
}

const compiled = ({ family, expr }: CorpusRule): Compiled =>
  compile(expr, { family, setOf: (name) => known(family, name), indexOf });

function compared(work: () => readonly [string, string]): readonly [string, string] {
  try {
    return work();
  } catch (error) {
    return [String(error), "no error"];
  }
}

/** Compares all rules with nft's answers, and prints the rate. */
function compareAll(
  what: string,
  compare: (rule: CorpusRule, answer: Answer) => readonly [ours: string, theirs: string],
): void {
  const all = nft(), wrong: string[] = [];
  RULES.forEach((rule, i) => {
    const [ours, theirs] = compared(() => compare(rule, all[i]!));
    if (theirs !== "" && ours !== theirs) {
      wrong.push(`${rule.family} ${JSON.stringify(rule.expr)}\n  ours ${ours}\n  nft  ${theirs}`);
    }
  });
  console.log(`${what}: ${RULES.length - wrong.length} of ${RULES.length} rules are equal`);
  assertEquals(wrong.slice(0, 5), []);
}

kernelTest("Compiled rules of the corpus have the expressions and sets that nft sends", ["nft", "unshare"], () => {
  compareAll("expressions", (rule, { sent }) => same(compiled(rule), sent));
});

kernelTest("Decompiled rules of the corpus are the JSON that nft lists", ["nft", "unshare"], () => {
  compareAll("JSON", (rule, { json }) => {
    const { expressions, setOf } = asListed(rule.family, compiled(rule));
    return [inOrder(decompile(expressions, { family: rule.family, setOf, nameOf })), inOrder(json)];
  });
});

kernelTest("Rules of the corpus are the text that nft lists", ["nft", "unshare"], () => {
  compareAll("text", (rule, { text: theirs }) => {
    const { expressions, setOf } = asListed(rule.family, compiled(rule));
    return [
      text({ family: rule.family, expr: decompile(expressions, { family: rule.family, setOf, nameOf }) }),
      theirs,
    ];
  });
});
