/** The commands of nft's JSON, which `ruleset.apply` takes, compared with what nft makes of them. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KernelError, TransactionError } from "../../../core/errors.ts";
import type { NftJson, NftValue } from "../../../families/netfilter/nftables/mod.ts";
import { nftTest } from "./nft.ts";

const T = { family: "inet", table: "t" } as const;
const accept = { accept: null }, drop = { drop: null };
type Command = Record<string, unknown>;
const one = (command: string, object: Command): Command => ({ [command]: object });
const rule = (comment: string, more: Command = {}): Command => ({
  rule: { ...T, chain: "c", comment, expr: [{ counter: null }, accept], ...more },
});

/** Transactions, each of which begins where the one before ended. */
const STEPS: readonly (readonly Command[])[] = [
  [
    { table: { family: "inet", name: "t" } },
    one("add", { chain: { ...T, name: "c", type: "filter", hook: "input", prio: 0, policy: "accept" } }),
    one("create", { chain: { ...T, name: "other" } }),
    one("add", { set: { ...T, name: "s", type: "ipv4_addr", elem: ["192.0.2.1", "192.0.2.2"] } }),
    one("add", { map: { ...T, name: "m", type: "inet_service", map: "verdict" } }),
    one("add", { counter: { ...T, name: "n" } }),
    one("add", rule("1")),
    one("add", rule("2")),
  ],
  [
    one("insert", rule("top")),
    one("add", { element: { ...T, name: "m", elem: [[22, { jump: { target: "other" } }], [80, accept]] } }),
    one("create", { element: { ...T, name: "s", elem: ["192.0.2.3"] } }),
  ],
  [one("insert", rule("before 2", { index: 2 })), one("add", rule("behind top", { index: 0 }))],
  [one("delete", { element: { ...T, name: "s", elem: ["192.0.2.1"] } })],
  [one("rename", { chain: { ...T, name: "other", newname: "renamed" } })],
  [one("delete", { counter: { ...T, name: "n" } })],
  [one("flush", { map: { ...T, name: "m" } })],
  [one("delete", { chain: { ...T, name: "renamed" } })],
  [one("flush", { set: { ...T, name: "s" } }), one("delete", { set: { ...T, name: "s" } })],
  [one("flush", { chain: { ...T, name: "c" } }), one("add", rule("again"))],
  [one("delete", { map: { ...T, name: "m" } })],
  [one("flush", { table: { family: "inet", name: "t" } })],
  [one("delete", { table: { family: "inet", name: "t" } }), { table: { family: "ip", name: "u" } }],
  [one("flush", { ruleset: null })],
];

nftTest("nf_tables: commands of JSON change what they change by nft", ({ ours: { ruleset }, nft }) => {
  const states = (apply: (json: NftJson) => void): string[] =>
    STEPS.map((nftables) => {
      apply({ nftables });
      return nft("list ruleset");
    });
  const theirs = states((json) => void nft(JSON.stringify(json), "-j"));
  assertEquals(states((json) => ruleset.apply(json)), theirs);
  assertEquals(new Set(theirs).size, STEPS.length);
});

nftTest("nf_tables: commands of JSON find rules by their handles, and undo each other", ({ ours, nft }) => {
  const { ruleset, rules } = ours;
  ruleset.apply({ nftables: [...STEPS[0]!] });
  const listed = (): string[] => rules.list({ family: "inet", table: "t" }).map(({ comment }) => comment!);
  const [first, second] = rules.list({ family: "inet", table: "t" }).map(({ handle }) => Number(handle));
  const has = (handle: number | undefined): Command => ({ rule: { ...T, chain: "c", handle } });
  const nftables = [
    one("replace", { rule: { ...T, chain: "c", handle: first, comment: "new", expr: [drop] } }),
    one("add", rule("behind", { handle: first })),
    one("insert", rule("in front", { handle: first })),
    one("delete", has(second)),
    one("destroy", has(4711)),
    one("destroy", { table: { family: "ip", name: "absent" } }),
    one("destroy", { set: { ...T, name: "absent" } }),
  ];
  ruleset.apply({ nftables });
  assertEquals(listed(), ["in front", "new", "behind"]);
  // A listed rule is added, whatever its handle.
  ruleset.apply({ nftables: [rule("last", { handle: 4711 })] });
  assertEquals(listed().at(-1), "last");
  const { handle } = ours.objects.list()[0]!, before = nft("list ruleset");
  ruleset.apply({
    nftables: [
      one("delete", { counter: { ...T, handle: Number(handle) } }),
      one("create", { counter: { ...T, name: "n" } }),
    ],
  });
  assertEquals(nft("list ruleset"), before);
  for (const object of [{ set: { ...T, name: "s", type: "ipv4_addr" } }, { chain: { ...T, name: "c" } }]) {
    assertThrows(() => ruleset.apply({ nftables: [one("create", object)] }), TransactionError, "EEXIST");
  }
  const refused: [Command, string][] = [
    [one("list", { ruleset: null }), "nftables[0].list: it changes nothing"],
    [one("reset", { counters: null }), "nftables[0].reset: it changes nothing"],
    [one("rename", { set: { ...T, name: "s", newname: "t" } }), "nftables[0].rename.set: there is no rename"],
    [
      one("rename", { chain: { ...T, name: "c" } }),
      "nftables[0].rename.chain: newname: expected a name, got undefined",
    ],
    [one("insert", { chain: { ...T, name: "c" } }), "nftables[0].insert.chain: there is no insert"],
    [one("delete", { rule: { ...T, chain: "c" } }), "handle is missing"],
    [one("delete", { rule: { ...T, handle: 3 } }), "chain is missing"],
    [one("delete", { chain: { ...T } }), "name is missing"],
    [one("delete", { set: { ...T } }), "name is missing"],
    [one("delete", { counter: { ...T } }), "name is missing"],
    [one("flush", { chain: { ...T } }), "name is missing"],
    [one("flush", { table: { family: "inet" } }), "name is missing"],
    [one("flush", { counter: { ...T, name: "n" } }), "nftables[0].flush.counter: there is no flush"],
    [one("delete", { ruleset: null }), "the ruleset can only be flushed"],
    [one("flush", { ruleset: { table: "t" } }), "nftables[0].flush.ruleset: table: there is no such field"],
    [
      { delete: { counter: { ...T, name: "n" } }, add: { table: { family: "ip", name: "x" } } },
      'nftables[0]: expected one command or object, got "delete" and "add"',
    ],
    [
      one("delete", { counter: { ...T, name: "n" }, chain: { ...T, name: "c" } }),
      'nftables[0].delete: expected one command or object, got "counter" and "chain"',
    ],
    [
      one("add", { chain: { ...T, name: "x", type: "filter", hook: "input", priority: 0 } }),
      "nftables[0].add.chain: priority: there is no such field",
    ],
    [one("replace", rule("x", { handle: 3, index: 1 })), "nftables[0].replace.rule: index: replace finds a rule by"],
    [one("destroy", { chain: { ...T, name: "c", dev: "d0" } }), "nftables[0].destroy.chain: dev: the kernel destroys"],
    [
      one("adds", { chain: { ...T } }),
      'nftables[0].adds: there is no such object of nft, or no such command, did you mean "add"',
    ],
  ];
  for (const [command, message] of refused) {
    assertThrows(() => ruleset.apply({ nftables: [command] }), TypeError, message);
  }
  assertEquals(nft("list ruleset"), before);
});

nftTest(
  "nf_tables: keys that tell no object or several, and filters with undefined fields, are refused",
  ({ ours, nft }) => {
    const { chains, flowtables, objects, rules, sets, elements } = ours;
    nft(`table inet t {
    chain c { comment "x"; }
    set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.1-192.0.2.9 }; }
    counter n { }
  }`);
    nft('add rule inet t c counter comment "twice"; add rule inet t c accept comment "twice"');
    const before = nft("list ruleset");
    for (
      const [remove, message] of [
        [() => chains.delete(T), "Cannot delete chain: name is missing"],
        [() => sets.delete(T), "Cannot delete set: name is missing"],
        [() => sets.destroy(T), "name is missing"],
        [() => objects.delete({ ...T, type: "counter" }), "Cannot delete object: name is missing"],
        [() => flowtables.delete(T), "Cannot delete flowtable: name is missing"],
        [() => rules.delete({ ...T, comment: "twice" }), "several rules have this comment, with the handles"],
        [() => sets.flush({ family: "inet", table: undefined }), "Cannot flush sets: table is undefined"],
        [() => rules.flush({ family: "inet", table: "t", chain: undefined }), "Cannot flush rules: chain is undefined"],
      ] as const
    ) assertThrows(remove, TypeError, message);
    assertEquals(nft("list ruleset"), before);
    const set = { ...T, set: "s" }, find = (value: NftValue): unknown => elements.find(set, value)?.elem;
    assertEquals(find("10.1.2.3"), "10.0.0.0/8");
    assertEquals(find(["10.0.0.5", "10.0.0.9"]), "10.0.0.0/8");
    assertEquals(find(["192.0.2.5", "192.0.2.20"]), undefined);
    ours.sets.add({ ...T, name: "names", keyType: "ifname" });
    elements.add({ ...T, set: "names" }, ["eth0"]);
    assertStringIncludes(nft("list set inet t names"), 'elements = { "eth0" }');
  },
);

nftTest(
  "nf_tables: a set with autoMerge is listed once for many changes, and again after those of others",
  ({ ours, nft }) => {
    const { elements, sets } = ours, set = { ...T, set: "s" };
    nft("add table inet t");
    sets.add({ ...T, name: "s", keyType: "ipv4_addr", flags: ["interval"], autoMerge: true });
    const listed = (): string[] => elements.list(set).map(({ elem }) => String(elem));
    elements.add(set, ["10.0.0.0-10.0.0.9", "10.0.0.20"]);
    elements.add(set, ["10.0.0.10-10.0.0.19"]);
    elements.add(set, ["10.0.0.30"]);
    assertEquals(listed(), ["10.0.0.0,10.0.0.20", "10.0.0.30"]);
    nft("add element inet t s { 10.0.0.22-10.0.0.28 }");
    elements.add(set, ["10.0.0.21", "10.0.0.29"]);
    assertEquals(listed(), ["10.0.0.0,10.0.0.30"]);
    elements.delete(set, [["10.0.0.0", "10.0.0.30"]]);
    elements.add(set, ["10.0.0.1"]);
    assertEquals(listed(), ["10.0.0.1"]);
    assertThrows(() => elements.add({ ...set, set: "absent" }, ["10.0.0.1"]), KernelError, "ENOENT");
  },
);

nftTest("nf_tables: to delete a chain or flowtable with devices takes these devices from it", ({ ours, nft, ip }) => {
  const { chains, flowtables, ruleset } = ours, N = { family: "netdev", table: "n" } as const;
  for (const [name, peer] of [["d0", "d1"], ["d2", "d3"]]) ip(`link add ${name} type veth peer name ${peer}`);
  nft("add table netdev n; add table inet t");
  const place = { type: "filter", hook: "ingress", priority: 0 } as const, key = { ...N, name: "c" };
  chains.add({ ...key, ...place, devs: ["d0", "d1", "d2"] });
  const devs = (): readonly string[] => {
    const { dev, devs = [dev!] } = chains.get(key);
    return [...devs].sort();
  };
  ruleset.apply({ nftables: [one("delete", { chain: { ...key, dev: "d1" } })] });
  assertEquals(devs(), ["d0", "d2"]);
  ruleset.apply({ nftables: [{ chain: { ...key, type: "filter", hook: "ingress", prio: 0, dev: ["d1", "d3"] } }] });
  assertEquals(devs(), ["d0", "d1", "d2", "d3"]);
  ruleset.apply({ nftables: [one("delete", { chain: { ...key, dev: ["d0", "d2"] } })] });
  assertEquals(devs(), ["d1", "d3"]);
  chains.deleteDevices(key, ["d1"]);
  assertEquals(devs(), ["d3"]);
  assertThrows(
    () => chains.deleteDevices(key, ["d0"]),
    KernelError,
    'Cannot delete devices of chain netdev n c: ENOENT "No such file or directory" (the chain lacks a device',
  );
  // A kernel that knows no devices deletes the chain, which the change behind it undoes: this chain has no devices.
  chains.add({ ...T, name: "plain" });
  assertThrows(() => chains.deleteDevices({ ...T, name: "plain" }, ["d0"]), KernelError, "ENOENT");
  assertEquals(chains.find({ ...T, name: "plain" })?.name, "plain");
  assertThrows(() => chains.deleteDevices(key, []), TypeError, "devs is empty");
  assertEquals(devs(), ["d3"]);
  // A policy without a hook changes that of a chain that exists.
  ruleset.apply({ nftables: [{ chain: { ...key, policy: "drop" } }] });
  assertEquals(chains.get(key).policy, "drop");
  const flow = { ...T, name: "f" };
  try {
    flowtables.add({ ...flow, hook: "ingress", priority: 0, devs: ["d0", "d1"], flags: ["counter"] });
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return;
    throw error;
  }
  ruleset.apply({ nftables: [one("delete", { flowtable: { ...flow, dev: "d1" } })] });
  const { devs: left, flags } = flowtables.get(flow);
  assertEquals([left, flags], [["d0"], ["counter"]]);
  const listed = ruleset.json({ table: "t" });
  ruleset.apply(listed, { replace: true });
  assertEquals(flowtables.get(flow).flags, ["counter"]);
});

nftTest(
  "nf_tables: JSON adds elements to a set with autoMerge that exists, or that is deleted before",
  ({ ours, nft }) => {
    const { ruleset, elements, sets } = ours, key = { ...T, set: "s" };
    const whole = (...elem: unknown[]): Command[] => [
      { table: { family: "inet", name: "t" } },
      { set: { ...T, name: "s", type: "ipv4_addr", flags: ["interval"], "auto-merge": true, elem } },
    ];
    const listed = (): string[] => elements.list(key).map(({ elem }) => String(elem));
    const range = (low: string, high: string): Command => ({ range: [low, high] });
    ruleset.apply({ nftables: whole(range("10.0.0.0", "10.0.0.9"), "192.0.2.1") });
    ruleset.apply({ nftables: whole(range("10.0.0.5", "10.0.0.20"), "192.0.2.1") });
    assertEquals(listed(), ["10.0.0.0,10.0.0.20", "192.0.2.1"]);
    // The output of nft 1.0.6 lacks "auto-merge".
    const [table, set] = whole(range("10.0.0.21", "10.0.0.30"));
    const { "auto-merge": _, ...plain } = (set as { set: Command }).set;
    ruleset.apply({ nftables: [table!, { set: plain }] });
    assertEquals(listed(), ["10.0.0.0,10.0.0.30", "192.0.2.1"]);
    const over = [range("10.0.0.8", "10.0.0.40")];
    ruleset.apply({ nftables: whole(...over) }, { replace: true });
    assertEquals(listed(), ["10.0.0.8,10.0.0.40"]);
    for (
      const gone of [
        one("delete", { set: { ...T, name: "s" } }),
        one("destroy", { set: { ...T, name: "s" } }),
        one("delete", { table: { family: "inet", name: "t" } }),
        one("flush", { ruleset: { family: "inet" } }),
        one("flush", { set: { ...T, name: "s" } }),
      ]
    ) {
      ruleset.apply({ nftables: [gone, ...whole(range("10.0.0.0", "10.0.0.9"))] });
      assertEquals(listed(), ["10.0.0.0,10.0.0.9"], JSON.stringify(gone));
      ruleset.apply({ nftables: [...whole("10.0.0.10"), gone, ...whole(...over)] });
      assertEquals(listed(), ["10.0.0.8,10.0.0.40"], JSON.stringify(gone));
    }
    ours.batch((b) => {
      b.tables.replace({ family: "inet", name: "t" });
      b.sets.add({ ...T, name: "s", keyType: "ipv4_addr", flags: ["interval"], autoMerge: true }, { exists: "ok" });
      b.elements.add(key, [["10.0.0.1", "10.0.0.9"]]);
    });
    assertEquals(listed(), ["10.0.0.1,10.0.0.9"]);
    assertEquals(sets.get({ ...T, name: "s" }).autoMerge, true);
    assertStringIncludes(nft("list set inet t s"), "auto-merge");
  },
);

nftTest("nf_tables: JSON makes empty maps to ranges again, as the rules that use them tell", ({ ours, nft, json }) => {
  nft(`table ip t { map nets { type ipv4_addr : interval ipv4_addr; flags interval; } ;
    chain c { type nat hook prerouting priority -100; dnat ip prefix to ip saddr map @nets; dnat to ip saddr map @nets; } ; }`);
  const before = nft("list ruleset");
  ours.ruleset.apply({ nftables: json() }, { replace: true });
  assertEquals(nft("list ruleset"), before);
});
