/** Sets and maps of fields (`typeof`), whose integers have the length and byte order of the field, compared with nft. */
import { assertEquals, assertThrows } from "@std/assert";
import type { NftElement, NftJson } from "../../../families/netfilter/nftables/mod.ts";
import { nftTest } from "./nft.ts";

const T = { family: "inet", table: "t" } as const;

/** Fields, an element as nft writes it, and as ours. */
const SETS: readonly (readonly [type: string, text: string, element: NftElement])[] = [
  ["vlan id", "5", { elem: 5 }],
  ["vlan id . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["ip saddr . ip id", "192.0.2.1 . 5", { elem: ["192.0.2.1", 5] }],
  ["ip hdrlength . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["vlan pcp . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["ip6 flowlabel . tcp dport", "5 . 80", { elem: [5, 80] }],
  ["icmp id . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["ip version . ct zone", "4 . 5", { elem: [4, 5] }],
  ["ip dscp . ip saddr", "cs1 . 192.0.2.1", { elem: ["cs1", "192.0.2.1"] }],
  ["ip option lsrr ptr . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["tcp option maxseg size . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["ct zone", "5", { elem: 5 }],
  ["ct bytes . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["meta length", "5", { elem: 5 }],
  ["meta cpu . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["meta cgroup", "5", { elem: 5 }],
  ["rt mtu . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["numgen inc mod 5", "3", { elem: 3 }],
  ["@nh,0,4 . ip saddr", "5 . 192.0.2.1", { elem: [5, "192.0.2.1"] }],
  ["ip saddr : ct zone", "192.0.2.1 : 5", { elem: "192.0.2.1", data: 5 }],
  ["ip saddr : meta length", "192.0.2.1 : 5", { elem: "192.0.2.1", data: 5 }],
  ["ip saddr : vlan id", "192.0.2.1 : 5", { elem: "192.0.2.1", data: 5 }],
];

nftTest("nf_tables: elements of sets of fields are those of nft", ({ ours: { elements, sets }, nft }) => {
  const sizes = SETS.map(([type], i) => `${type.includes(" : ") ? "map" : "set"} s${i} {\ntypeof ${type}\n`);
  const ruleset = (text: (one: string) => string): string =>
    `flush ruleset\ntable inet t {\n${sizes.map((head, i) => `${head}${text(SETS[i]![1])}}\n`).join("")}}\n`;
  nft(ruleset((one) => `elements = { ${one} }\n`));
  const listed = nft("list ruleset");
  assertEquals(SETS.map((_, i) => elements.list({ ...T, set: `s${i}` })[0]), SETS.map(([, , element]) => element));
  const known = sets.list(T);
  // The user data of a set keep what it is of, when it is made again.
  nft("flush ruleset\nadd table inet t");
  for (const set of known) sets.add(set);
  SETS.forEach(([, , element], i) => elements.add({ ...T, set: `s${i}` }, [element]));
  assertEquals(nft("list ruleset"), listed);
});

/** Rules with sets and maps of integers. nft lists those of some bits with the shift that it adds: `ip dscp >> 2`. */
const RULES: readonly string[] = [
  'ct zone set iif map { "lo" : 5 }',
  "ct zone set ip saddr . tcp dport map { 192.0.2.1 . 80 : 5 }",
  "vlan id . ip saddr { 5 . 192.0.2.1 }",
  "vlan id . ip saddr { 5 . 192.0.2.0/24 }",
  "ip hdrlength . ip saddr { 5 . 192.0.2.1 }",
  "ip6 flowlabel . tcp dport { 5 . 80 }",
  "ip dscp . tcp dport { cs1 . 80 }",
  "ip dscp . ip saddr { cs1 . 192.0.2.0/24 }",
  "ip6 dscp . tcp dport vmap { cs1 . 80 : drop }",
  "tcp doff . ip saddr { 5 . 192.0.2.1 }",
  "meta mark set ip dscp . tcp dport map { cs1 . 80 : 0x00000005 }",
  "ip dscp . tcp dport @s",
  "add @s { ip dscp . tcp dport }",
  "tcp flags { fin, syn | ack }",
  "tcp flags vmap { fin : drop, syn | ack : accept }",
  "vlan id { 5-9, 4000 }",
  "ip dscp { 0x05, 0x0a-0x14 }",
  "ip dscp { 0x05, cs1 }",
  "ip dscp != 0x0a-0x14",
  "icmp type 5-8",
];

nftTest("nf_tables: sets and maps of rules have the bytes and the user data of nft", ({ ours, nft }) => {
  const { elements, rules, ruleset, sets } = ours;
  const set = "add set inet t s { typeof ip dscp . tcp dport; flags dynamic; size 8; }";
  nft(`add table inet t\nadd chain inet t c\n${set}\n${RULES.map((one) => `add rule inet t c ${one}`).join("\n")}`);
  const state = () => {
    const known = sets.list(T).filter(({ flags }) => flags?.includes("anonymous"));
    return {
      text: nft("list chain inet t c"),
      sets: known.map((one) => [one.userdata, elements.wireOf(one).map((element) => JSON.stringify(element)).sort()]),
    };
  };
  const theirs = state();
  assertEquals(rules.list({ ...T, chain: "c" }).map((one) => ruleset.text(one)), RULES);
  const statements = ruleset.json().nftables.flatMap(({ rule }) => rule === undefined ? [] : [rule as { expr: [] }]);
  nft("flush chain inet t c");
  for (const { expr } of statements) rules.add({ ...T, chain: "c", expr });
  assertEquals(state(), theirs);
});

nftTest("nf_tables: sets of fields are printed as nft does, and applied again", ({ ours: { ruleset }, nft }) => {
  const types = [
    // nft prints the values of places of the packet as hexadecimal digits.
    ...SETS.filter(([type]) => !type.startsWith("@")).map(([type, text]) => [type, `elements = { ${text} }\n`]),
    ["ip saddr : verdict", "elements = { 192.0.2.1 : drop }\n"],
    ["ct original zone . numgen inc mod 5 . iif . fib saddr type", ""],
    ["ct original ip saddr . rt ip nexthop", ""],
    ["osf name", ""],
    ["ipsec in reqid . frag frag-off", "flags interval\nelements = { 5 . 6-7 }\n"],
    ["ip saddr : ip daddr", "flags interval\nelements = { 192.0.2.0/24 : 192.0.2.1 }\n"],
    ["ether saddr . arp saddr ip", ""],
  ] as const;
  nft(
    `table inet t {\n${
      types.map(([type, more], i) => `${type.includes(" : ") ? "map" : "set"} s${i} {\ntypeof ${type}\n${more}}\n`)
        .join("")
    }}`,
  );
  const listed = nft("list ruleset");
  assertEquals(ruleset.text(), listed);
  const json = ruleset.json();
  const bare = ({ nftables }: NftJson): unknown[] =>
    nftables.flatMap((one) => Object.values(one)).map((one) => ({ ...one as object, handle: undefined }));
  nft("flush ruleset");
  ruleset.apply(json);
  assertEquals(bare(ruleset.json()), bare(json));
});

nftTest(
  "nf_tables: bits, times and unknown protocols in sets are those of nft, and applied again",
  ({ ours, nft, json }) => {
    const { ruleset, elements } = ours, T = { family: "inet", table: "t" } as const;
    nft(`table inet t {
    set bits { typeof tcp flags; elements = { syn | ack, syn } ; }
    set states { type ct_state; elements = { established | related, new } ; }
    set types { type ether_type; elements = { 0x1234, ip } ; }
    set dates { typeof meta time; flags interval; elements = { "2026-01-01 00:00:00"-"2027-01-01 00:00:00" } ; }
    set hours { typeof meta hour; elements = { "08:00", "18:30:05" } ; }
    map times { typeof ip saddr : meta time; elements = { 10.0.0.1 : "2026-01-01 00:00:00" } ; }
    set fixed { type inet_service; flags constant; elements = { 1, 2, 3 } ; }
    set three { typeof ip saddr . tcp dport . ct zone; elements = { 1.1.1.1 . 6 . 7 } ; }
  }`);
    // The elements in alphabetical order, since nft orders bits in its own way.
    const plain = (text: string): string =>
      text.replace(
        /elements = \{ ([^}]*?) \}/g,
        (_, all: string) => `elements = { ${all.split(/,\s+/).sort().join()} }`,
      );
    const listed = nft("list ruleset"), all = ruleset.json();
    assertEquals(plain(ruleset.text()), plain(listed));
    nft(`flush ruleset\n${ruleset.text().replace(/\tset three \{[^}]*\}\s*\}/, "")}`);
    assertEquals(
      elements.list({ ...T, set: "bits" }).map(({ elem }) => elem),
      ["syn", "syn | ack"],
    );
    assertEquals(elements.list({ ...T, set: "dates" }), [{ elem: ["2026-01-01 00:00:00", "2027-01-01 00:00:00"] }]);
    const printed = json().flatMap(({ set }) => ["bits", "states"].includes(set?.["name"] as string) ? [{ set }] : []);
    ruleset.apply(all, { replace: true });
    assertEquals(ruleset.json().nftables.map(bareOf), all.nftables.map(bareOf));
    ruleset.apply({ nftables: [{ table: { family: "inet", name: "t" } }, ...printed] as never }, { replace: true });
    assertEquals(elements.list({ ...T, set: "bits" }).map(({ elem }) => elem), ["syn", "syn | ack"]);
    assertThrows(() => elements.add({ ...T, set: "bits" }, ["syn | nothing"]), TypeError, "a number, got");
    // The user data have no more than some of the fields: the JSON has the types, of which one has no length.
    nft("add set inet t n { typeof ip saddr . ip daddr . tcp dport . meta mark . ct zone ; }");
    const [{ set: five } = {}] = ruleset.json().nftables.filter(({ set }) => (set as { name?: string })?.name === "n");
    const { type } = five as { type: unknown };
    if (Array.isArray(type)) {
      assertEquals(type, ["ipv4_addr", "ipv4_addr", "inet_service", "mark", "integer"]);
      const table = { table: { family: "inet", name: "t" } };
      assertThrows(
        () => ruleset.apply({ nftables: [table, { set: { ...five as object, name: "m" } }] }),
        TypeError,
        'type "integer"',
      );
    }
  },
);

/** Returns a listed object without its handle. */
function bareOf(one: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(one).map(([word, value]) => [word, { ...value as object, handle: undefined }]);
}
