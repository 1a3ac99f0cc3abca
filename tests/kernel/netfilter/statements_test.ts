/**
 * Compiles a corpus of rules, adds them, lists them again as JSON and as text, and compares all with nft: the
 * expressions and anonymous sets that it sends, and the rules that it lists.
 *
 * nft gets nearly the whole corpus in two runs. In the lab it is every twentieth rule.
 *
 * The rules are listed as nft 1.0.6 does. nft 1.1.7 spells 74 of 2,276 otherwise: codes of ICMP and ICMPv6 are numbers,
 * flags of NAT are lists, texts in sets are in alphabetical order, all marks are a range instead of a prefix, fib with
 * `missing` is a concatenation of one, and addresses in options of IP are addresses. compile takes all of these.
 */
import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { compile, type Compiled } from "../../../families/netfilter/nftables/compile.ts";
import { type NftJson, open } from "../../../families/netfilter/nftables/mod.ts";
import { inNamespace, kernelTest, lab } from "../namespace.ts";
import { skip } from "../../test.ts";
import { corpus, type CorpusRule, setup } from "./corpus.ts";
import { rareCorpus, setupText, textCorpus, type TextCorpusRule } from "./corpus_text.ts";
import { rulesOf, type SentRule } from "./nft_debug.ts";
import { inOrder, known, same } from "./same.ts";

const indexOf = (name: string): number | undefined => name === "lo" ? 1 : undefined;
const sampled = <T>(rules: readonly T[]): T[] => rules.filter((_, i) => !lab || i % 20 === 0);
const JSON_RULES = sampled(corpus()), TEXT_RULES = sampled(textCorpus()), RARE_RULES = sampled(rareCorpus());
/** The rules that all kernels can have; their comments are their numbers. */
const LISTED: readonly CorpusRule[] = [...JSON_RULES, ...TEXT_RULES];
const RULES: readonly CorpusRule[] = [...LISTED, ...RARE_RULES];
/** nft's text of the tables that the objects need. */
const TABLES = ["ip", "ip6", "inet"].map((family) => `add table ${family} t\n`).join("");

const textOf = ({ family, chain, input }: TextCorpusRule, comment: number): string =>
  `add rule ${family} t ${chain} ${input} comment "${comment}"\n`;

/** The request of nft for a rule, and the listings of the rule by nft and by this library. */
interface Answer {
  sent: SentRule;
  json?: unknown;
  text?: string;
  ours?: unknown;
  ourText?: string;
}

/** Returns the rules in the text of a ruleset, by the number in their comment. */
function linesOf(ruleset: string): [number: number, line: string][] {
  return ruleset.split("\n").flatMap((line) => {
    const [, rule, number] = /^\t\t(.*) comment "(\d+)"$/.exec(line) ?? [];
    return rule === undefined ? [] : [[Number(number), rule]];
  });
}

let answers: Promise<readonly Answer[]> | undefined;

/** Adds the corpus by nft and by us, in namespaces of their own, for all tests. */
async function ask(): Promise<readonly Answer[]> {
  let made: Answer[] = [];
  const trying = (
    ns: string,
    input: string,
    options: readonly string[],
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync("ip", ["netns", "exec", ns, "nft", ...options], { input, encoding: "utf8", maxBuffer: 1 << 30 });
  const nftIn = (ns: string) => (input: string, ...options: readonly string[]): string => {
    const { status, stdout, stderr } = trying(ns, input, options);
    if (status !== 0) skip(`this kernel or nft refuses a rule of the corpus: ${stderr.slice(0, 300)}`);
    return stdout;
  };
  await inNamespace(({ name }) => {
    const nft = nftIn(name);
    const rules = JSON_RULES.map(({ family, chain, expr }, i) => ({
      add: { rule: { family, table: "t", chain, expr, comment: String(i) } },
    }));
    const texts = TEXT_RULES.map((rule, i) => textOf(rule, JSON_RULES.length + i));
    const sent = [
      nft(JSON.stringify({ nftables: [...setup(), ...rules] }), "--json", "--debug=mnl", "--file", "-"),
      nft(setupText() + texts.join(""), "--debug=mnl", "--file", "-"),
      // The kernel may refuse these.
      ...RARE_RULES.map((rule, i) =>
        trying(name, textOf(rule, LISTED.length + i), ["--debug=mnl", "--file", "-"]).stdout
      ),
    ];
    made = sent.flatMap((stdout) => rulesOf(stdout)).map((sent): Answer => ({ sent }));
    assertEquals(made.length, RULES.length);
    const { nftables } = JSON.parse(nft("", "--json", "list", "ruleset")) as {
      nftables: { rule?: { comment: string; expr: unknown } }[];
    };
    for (const { rule } of nftables) {
      if (rule !== undefined && rule.comment !== undefined) made[Number(rule.comment)]!.json = rule.expr;
    }
    for (const [number, line] of linesOf(nft("", "list", "ruleset"))) made[number]!.text = line;
  });
  await inNamespace(({ name }) => {
    const nft = nftIn(name);
    nft(TABLES + setupText(), "--file", "-");
    using ours = open({ netns: name });
    ours.ruleset.apply({
      nftables: [
        ...setup(),
        ...LISTED.map(({ family, chain, expr }, i) => ({
          rule: { family, table: "t", chain, expr, comment: String(i) },
        })),
      ] as NftJson["nftables"],
    });
    for (const { rule } of ours.ruleset.json().nftables as { rule?: { comment: string; expr: unknown } }[]) {
      if (rule !== undefined) made[Number(rule.comment)]!.ours = rule.expr;
    }
    for (const [number, line] of linesOf(ours.ruleset.text())) made[number]!.ourText = line;
  });
  return made;
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

/** Compares rules with nft's answers, and prints the rate. */
async function compareAll(
  what: string,
  rules: readonly CorpusRule[],
  compare: (rule: CorpusRule, answer: Answer) => readonly [ours: string, theirs: string],
): Promise<void> {
  const all = await (answers ??= ask()), wrong: string[] = [];
  rules.forEach((rule, i) => {
    const [ours, theirs] = compared(() => compare(rule, all[i]!));
    if (theirs !== "" && ours !== theirs) {
      wrong.push(`${rule.family} ${JSON.stringify(rule.expr)}\n  ours ${ours}\n  nft  ${theirs}`);
    }
  });
  console.log(`${what}: ${rules.length - wrong.length} of ${rules.length} rules are equal`);
  assertEquals(wrong.slice(0, 5), []);
}

const TOOLS = ["nft", "ip"];

kernelTest("Compiled rules of the corpus have the expressions and sets that nft sends", TOOLS, async () => {
  await compareAll("expressions", RULES, (rule, { sent }) => same(compiled(rule), sent));
});

kernelTest("Our rules of the corpus are listed as the JSON that nft lists of its own", TOOLS, async () => {
  await compareAll("JSON", LISTED, (_rule, { ours, json }) => {
    // nft 1.0.6 has no JSON of a change of a map.
    const isText = Array.isArray(json) && json.some((one) => typeof one === "string");
    return [inOrder(ours), isText ? "" : inOrder(json)];
  });
});

kernelTest("Our rules of the corpus are listed as the text that nft lists of its own", TOOLS, async () => {
  await compareAll("text", LISTED, (_rule, { ourText, text }) => [String(ourText), String(text)]);
});
