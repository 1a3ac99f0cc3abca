/**
 * The ruleset as text, as `nft list ruleset` prints it. Made of nft's JSON of it.
 *
 * @module
 */
import { isFields } from "../../../core/arguments.ts";
import { duration, elementsText, fieldText, stateText, text } from "./text.ts";
import { type ListedSet, sized } from "./decompile.ts";
import { NFPROTO } from "../protocol.ts";
import type { TableFamily } from "./operands.ts";
import { priorityText } from "./priorities.ts";
import type { Statement } from "./statements.ts";
import { quantityFrom } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const quoted = (value: unknown): string => `"${value}"`;
const line = (word: string, value: unknown): string[] => value === undefined ? [] : [`${word} ${value}`];
const comment = (value: unknown): string[] => value === undefined ? [] : [`comment ${quoted(value)}`];

/** Returns lines in a block, one level deeper. */
function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((one) => one === "" ? "" : `\t${one}`), "}"];
}

function priority(family: string, number: number): string {
  return priorityText(NFPROTO[family as keyof typeof NFPROTO], number);
}

function hookLine({ family, type, hook, prio, dev, policy }: Fields): string {
  const devices = listOf(dev).map(quoted);
  const on = devices.length === 0
    ? ""
    : devices.length === 1
    ? ` device ${devices[0]}`
    : ` devices = { ${devices.join(", ")} }`;
  return `type ${type} hook ${hook}${on} priority ${priority(String(family), Number(prio))};` +
    (policy === undefined ? "" : ` policy ${policy};`);
}

/** Returns the lines of a stateful object. */
function objectLines(word: string, value: Fields): string[] {
  switch (word) {
    case "counter":
      return [`packets ${quantityFrom(value["packets"])} bytes ${quantityFrom(value["bytes"])}`];
    case "quota":
    case "limit": {
      const { family: _, table: _1, name: _2, handle: _3, comment: _4, bytes, used, ...rest } = value;
      const state = word === "limit"
        ? rest
        : { ...rest, ...sizedField("val", bytes), ...(used ? sizedField("used", used) : {}) };
      return [stateText({ [word]: state }).slice(word.length + 1)];
    }
    case "ct helper":
      return [`type ${quoted(value["type"])} protocol ${value["protocol"]}`, ...line("l3proto", value["l3proto"])];
    case "ct timeout": {
      const policy = Object.entries(isFields(value["policy"]) ? value["policy"] : {});
      const states = policy.map(([state, seconds]) => `${state} : ${seconds}`).join(", ");
      return [
        `protocol ${value["protocol"]}`,
        ...line("l3proto", value["l3proto"]),
        ...(policy.length === 0 ? [] : [`policy = { ${states} }`]),
      ];
    }
    case "ct expectation":
      return [
        `protocol ${value["protocol"]}`,
        `dport ${value["dport"]}`,
        `timeout ${duration(Number(value["timeout"]) / 1000)}`,
        `size ${value["size"]}`,
        ...line("l3proto", value["l3proto"]),
      ];
    case "synproxy": {
      const flags = listOf(value["flags"]);
      return [
        ...line("mss", value["mss"]),
        ...line("wscale", value["wscale"]),
        ...(flags.length === 0 ? [] : [flags.join(" ")]),
      ];
    }
    case "ct count":
      return [`${value["inv"] === true ? "over " : ""}${value["val"]}`];
    case "tunnel":
      return tunnelLines(value);
  }
  return word === "secmark" ? [quoted(value["context"])] : [];
}

function tunnelLines(value: Fields): string[] {
  const given = (word: string, name = word): string[] => value[name] ? [`${word} ${value[name]}`] : [];
  const { type, tunnel } = value, fields = isFields(tunnel) ? tunnel : {};
  const options = type === "geneve"
    ? (listOf(tunnel) as Fields[]).map((one) =>
      `class ${hex(one["class"])} opt-type ${hex(one["opt-type"])} data ${quoted(one["data"])}`
    )
    : Object.entries(fields).map(([name, one]) => `${TUNNEL_WORDS[name] ?? name} ${one}`);
  return [
    `id ${value["id"]}`,
    ...["ip", "ip6"].flatMap((word) =>
      ["src", "dst"].flatMap((end) => given(`${word} ${end[0]}addr`, `${end}-ipv${word === "ip" ? 4 : 6}`))
    ),
    ...["sport", "dport", "tos", "ttl"].flatMap((word) => given(word)),
    ...(type === undefined ? [] : block(String(type), options)),
  ];
}

/** Words of the text for fields of a tunnel in JSON. */
const TUNNEL_WORDS: Readonly<Record<string, string>> = { dir: "direction", hwid: "id" };
const hex = (value: unknown): string => `0x${Number(value).toString(16)}`;

/** Returns the fields of a number of bytes in the largest unit that divides it. */
function sizedField(field: string, bytes: unknown): Fields {
  const [number, unit] = sized(quantityFrom(bytes) as number);
  return { [field]: number, [`${field}_unit`]: unit };
}

/** NftByteOrder in which nft prints flags. */
const FLAGS = ["constant", "dynamic", "interval", "timeout"];

/** A set as its text needs it besides its JSON. */
export interface TextSet extends ListedSet {
  /** True if the data of a map are ranges. */
  dataInterval?: boolean;
  /** Names of the types of keys. */
  keys: readonly string[];
  /** Names of the types of data. */
  data: readonly string[];
  /** JSON of the fields that keys are of. */
  keyFields?: unknown;
  /** JSON of the fields that data are of. */
  dataFields?: unknown;
}

function setLines(value: Fields, set: TextSet | undefined): string[] {
  const { map, size, policy, flags, timeout, elem, stmt } = value;
  const { keys = [], data = [], dataInterval, keyFields, dataFields } = set ?? {};
  const isTypeof = keyFields !== undefined;
  const key = isTypeof ? `typeof ${fieldText(keyFields)}` : `type ${keys.join(" . ")}`;
  const to = isTypeof && dataFields !== undefined ? fieldText(dataFields) : data.length > 0 ? data.join(" . ") : map;
  const words = FLAGS.filter((one) => listOf(flags).includes(one));
  return [
    `${key}${map === undefined ? "" : ` : ${dataInterval === true ? "interval " : ""}${to}`}`,
    ...line("policy", policy),
    ...line("size", size),
    // A timeout implies its flag, which nft prints beside others only.
    ...(words.length === 0 || timeout !== undefined && words.join() === "timeout" ? [] : [`flags ${words.join(",")}`]),
    ...(timeout === undefined ? [] : [`timeout ${duration(Number(timeout))}`]),
    ...(value["gc-interval"] === undefined ? [] : [`gc-interval ${duration(Number(value["gc-interval"]))}`]),
    ...(stmt === undefined ? [] : [listOf(stmt).map(stateText).join(" ")]),
    ...(value["auto-merge"] === true ? ["auto-merge"] : []),
    ...comment(value["comment"]),
    ...(elem === undefined ? [] : [
      `elements = { ${
        elementsText(listOf(elem), keys, map === undefined ? [] : data.length > 0 ? data : [String(map)]).join(
          ",\n\t\t\t     ",
        )
      } }`,
    ]),
  ];
}

/** Returns the text of what `json` of the ruleset returned; `setOf` returns the sets by family, table and name. */
export function rulesetText(
  nftables: readonly Fields[],
  setOf: (family: string, table: string, name: string) => TextSet | undefined,
): string {
  const all = nftables.flatMap((one) => Object.entries(one)) as [string, Fields][];
  const tables = all.filter(([word]) => word === "table").map(([, { family, name, flags, comment: said }]) => {
    const own = all.filter(([word, value]) =>
      word !== "table" && value["family"] === family && value["table"] === name
    );
    const of = (...words: readonly string[]): Fields[] =>
      own.filter(([word]) => words.includes(word)).map(([, value]) => value);
    const sets = own.filter(([word]) => word === "set" || word === "map").map(([word, value]) => {
      return block(
        `${word} ${value["name"]}`,
        setLines(value, setOf(String(family), String(name), String(value["name"]))),
      );
    });
    const flowtables = of("flowtable").map((value) =>
      block(`flowtable ${value["name"]}`, [
        `hook ${value["hook"]} priority ${priority(String(family), Number(value["prio"]))}`,
        `devices = { ${listOf(value["dev"]).join(", ")} }`,
        ...(listOf(value["flags"]).includes("offload") ? ["flags offload"] : []),
        ...(listOf(value["flags"]).includes("counter") ? ["counter"] : []),
      ])
    );
    const chains = of("chain").map((value) => {
      const rules = of("rule").filter(({ chain }) => chain === value["name"]).map(({ expr, comment }) =>
        text({
          family: family as TableFamily,
          expr: expr as Statement[],
          comment: comment as string | undefined,
        }, { setOf: (set) => setOf(String(family), String(name), set) })
      );
      const head = [...comment(value["comment"]), ...(value["hook"] === undefined ? [] : [hookLine(value)])];
      return block(`chain ${value["name"]}`, [...head, ...rules]);
    });
    const others = own.filter(([word]) => !["set", "map", "flowtable", "chain", "rule"].includes(word));
    const objects = others.map(([word, value]) =>
      block(`${word} ${value["name"]}`, [...comment(value["comment"]), ...objectLines(word, value)])
    );
    const head = [...comment(said), ...(flags === undefined ? [] : [`flags ${listOf(flags).join(",")}`])];
    const blocks = [...(head.length === 0 ? [] : [head]), ...objects, ...sets, ...flowtables, ...chains];
    const lines = blocks.flatMap((one, i) => i === 0 ? one : ["", ...one]);
    return block(`table ${family} ${name}`, lines).join("\n");
  });
  return tables.length === 0 ? "" : `${tables.join("\n")}\n`;
}
