/**
 * More of the corpus: rules that nft 1.0.6 reads as text only, and rules that not every kernel can have. Each has nft's
 * text beside its JSON.
 *
 * @module
 */
import type * as nft from "../../../families/netfilter/nftables/statements.ts";
import type { TableFamily } from "../../../families/netfilter/nftables/operands.ts";
import type { CorpusRule } from "./corpus.ts";

/** A rule of the corpus, with nft's text. */
export interface TextCorpusRule extends CorpusRule {
  /** The text, without the comment. */
  readonly input: string;
}

type Json = unknown;

const payload = (protocol: string, field: string): Json => ({ payload: { protocol, field } });
const dport = payload("tcp", "dport"), tcpDport = { match: { op: "==", left: dport, right: 80 } };
const set = (...members: Json[]): Json => ({ set: members });
const FAMILIES = ["ip", "ip6", "inet"] as const;
const addressOf = (family: TableFamily): "ip" | "ip6" => family === "ip6" ? "ip6" : "ip";
const typeOf = (family: TableFamily): string => family === "ip6" ? "ipv6_addr" : "ipv4_addr";

/** nft's text that adds what the rules need. */
export function setupText(): string {
  return FAMILIES.map((family) => {
    const type = typeOf(family), l3 = addressOf(family);
    return `add ct timeout ${family} t ti { protocol tcp; l3proto ${l3}; policy = { established: 100 }; }
add ct expectation ${family} t ex { protocol tcp; dport 9876; timeout 120s; size 8; l3proto ${l3}; }
add synproxy ${family} t sy { mss 1460; wscale 7; }
add map ${family} t toboth { type ${type} : ${type} . inet_service; }
add map ${family} t tonets { type ${type} : interval ${type}; flags interval; }
add map ${family} t torange { type ${type} : interval ${type} . inet_service; }
add map ${family} t dynmap { type ${type} : mark; flags dynamic,timeout; size 100; timeout 1m; }
`;
  }).join("");
}

/** The maps of that text as the compiler knows them: name, type of data, length of data, and flags. */
export function mapsOfText(family: TableFamily): Record<string, { map: string[]; dataLen: number; flags: string[] }> {
  const type = typeOf(family), size = family === "ip6" ? 16 : 4;
  return {
    toboth: { map: [type, "inet_service"], dataLen: size + 4, flags: ["map"] },
    tonets: { map: [type], dataLen: 2 * size, flags: ["map", "interval"] },
    torange: { map: [type, "inet_service"], dataLen: 2 * (size + 4), flags: ["map"] },
    dynmap: { map: ["mark"], dataLen: 4, flags: ["map", "timeout", "eval"] },
  };
}

/** The rules that every kernel with nf_tables can have. */
export function textCorpus(): TextCorpusRule[] {
  const rules: TextCorpusRule[] = [];
  for (const family of FAMILIES) {
    const l3 = addressOf(family), source = payload(l3, "saddr"), told = { family: l3 };
    const add = (input: string, expr: readonly object[], chain = "c"): void =>
      void rules.push({ family, chain, input, expr: expr as nft.Statement[] });
    for (const [kind, chain] of [["dnat", "dn"], ["snat", "sn"]] as const) {
      const to = (map: string, more = {}): object => ({
        [kind]: { addr: { map: { key: source, data: map } }, ...told, ...more },
      });
      add(`tcp dport 80 ${kind} ${l3} to ${l3} saddr map @toboth`, [tcpDport, to("@toboth")], chain);
      // nft 1.0.6 names wrong registers for ranges of IPv6 with ports.
      if (l3 === "ip") add(`tcp dport 80 ${kind} ip to ip saddr map @torange`, [tcpDport, to("@torange")], chain);
      add(`${kind} ${l3} to ${l3} saddr map @tonets`, [to("@tonets")], chain);
      add(
        `${kind} ${l3} prefix to ${l3} saddr map @tonets`,
        [to("@tonets", { flags: "netmap", type_flags: "prefix" })],
        chain,
      );
    }
    add(`ct timeout set "ti"`, [{ "ct timeout": "ti" }]);
    add(`ct expectation set "ex"`, [{ "ct expectation": "ex" }]);
    add(`synproxy name "sy"`, [{ synproxy: "sy" }]);
    for (const name of ["maxseg", "window", "sack-perm", "timestamp"]) {
      add(`reset tcp option ${name}`, [{ reset: { "tcp option": { name } } }]);
    }
    const osf = (more: object, right: string): object => ({ match: { op: "==", left: { osf: more }, right } });
    if (family !== "ip6") {
      add(`osf name "Linux"`, [osf({ key: "name" }, "Linux")]);
      add(`osf ttl loose name "Linux"`, [osf({ key: "name", ttl: "loose" }, "Linux")]);
      add(`osf ttl skip name "MacOs"`, [osf({ key: "name", ttl: "skip" }, "MacOs")]);
      add(`osf version "Linux:4.20"`, [osf({ key: "version" }, "Linux:4.20")]);
    }
    const change = (op: string, data: Json, timeout?: number): object => ({
      map: { op, elem: timeout === undefined ? source : { elem: { val: source, timeout } }, data, map: "@dynmap" },
    });
    add(`add @dynmap { ${l3} saddr : meta mark }`, [change("add", { meta: { key: "mark" } })]);
    add(`add @dynmap { ${l3} saddr : 10 }`, [change("add", 10)]);
    add(`update @dynmap { ${l3} saddr timeout 30s : 5 }`, [change("update", 5, 30)]);
  }
  return rules;
}

/** Rules for which a kernel may lack a module; nft sends them before it knows. */
export function rareCorpus(): TextCorpusRule[] {
  const rules: TextCorpusRule[] = [];
  for (const family of FAMILIES) {
    const add = (input: string, statement: object): void =>
      void rules.push({ family, chain: "c", input, expr: [statement as nft.Statement] });
    add("queue to 3", { queue: { num: 3 } });
    add("queue flags bypass to 1-3", { queue: { num: { range: [1, 3] }, flags: "bypass" } });
    add("queue flags bypass,fanout to 1-3", { queue: { num: { range: [1, 3] }, flags: ["bypass", "fanout"] } });
    add("queue to numgen inc mod 3", { queue: { num: { numgen: { mode: "inc", mod: 3, offset: 0 } } } });
    add("queue to symhash mod 4 offset 2", { queue: { num: { symhash: { mod: 4, offset: 2 } } } });
    add("queue to tcp dport map { 80 : 1, 81 : 2 }", {
      queue: { num: { map: { key: dport, data: set([80, 1], [81, 2]) } } },
    });
    add("flow add @f", { flow: { op: "add", flowtable: "@f" } });
    add(`meta secmark set "s"`, { secmark: "s" });
    add(`meta secmark set tcp dport map { 22 : "s" }`, { secmark: { map: { key: dport, data: set([22, "s"]) } } });
  }
  return rules;
}
