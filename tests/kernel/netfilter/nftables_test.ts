/** Tables, chains, rules, sets, elements and objects of nf_tables, compared with `nft -j`. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { KernelError, TransactionError } from "../../../core/errors.ts";
import {
  type NftChange,
  type NftElementInput,
  type NftExpression,
  trace,
} from "../../../families/netfilter/nftables/mod.ts";
import { skip } from "../../test.ts";
import { before, run } from "../namespace.ts";
import { nftTest } from "./nft.ts";

const TABLE = { family: "inet", table: "guard" } as const;
const drop: NftExpression = { name: "immediate", data: { dreg: 0, data: { verdict: { code: "drop" } } } };
const jump = (chain: string): NftExpression => ({
  name: "immediate",
  data: { dreg: 0, data: { verdict: { code: "jump", chain } } },
});

nftTest("nf_tables: tables and chains are those that nft lists", ({ ours: { tables, chains }, nft, json }) => {
  tables.add({ family: "inet", name: "guard", comment: "größe" });
  assertThrows(() => tables.add({ family: "inet", name: "guard" }), KernelError, "Cannot add table inet guard: EEXIST");
  assertEquals(tables.add({ family: "inet", name: "guard" }, { exists: "ok" }), false);
  const place = { hook: "input", priority: -5 } as const;
  chains.add({
    ...TABLE,
    name: "in",
    type: "filter",
    hook: "input",
    priority: "filter - 5",
    policy: "drop",
    comment: "first",
  });
  chains.add({ ...TABLE, name: "web" });
  chains.set({ ...TABLE, name: "in" }, { policy: "accept" });
  chains.rename({ ...TABLE, name: "web" }, "www");
  const [table, base, other] = json();
  assertEquals([table!["table"]!["name"], table!["table"]!["handle"]], ["guard", Number(tables.list()[0]!.handle)]);
  assertEquals(tables.list()[0]!.comment, "größe");
  assertMatch(nft("list ruleset"), /comment "größe"[^]*type filter hook input priority filter - 5; policy accept;/);
  assertEquals([base!["chain"]!["hook"], base!["chain"]!["prio"], base!["chain"]!["policy"]], ["input", -5, "accept"]);
  assertEquals(other!["chain"]!["name"], "www");
  const { hook, priority } = chains.get({ ...TABLE, name: "in" });
  assertEquals({ hook, priority }, place);
  nft("add table arp a; add chain arp a o { type filter hook output priority 7; policy drop; }");
  nft("add table netdev n; add chain netdev n i { type filter hook ingress device lo priority 3; }");
  const out = chains.get({ family: "arp", table: "a", name: "o" });
  assertEquals([out.hook, out.priority], ["output", 7]);
  const ingress = chains.get({ family: "netdev", table: "n", name: "i" });
  assertEquals([ingress.hook, ingress.dev], ["ingress", "lo"]);
  assertThrows(
    () => chains.add({ ...TABLE, name: "half", policy: "drop" }),
    KernelError,
    "a new chain with a policy, counters or devices has a hook and a priority",
  );
  tables.add({ family: "bridge", name: "b" });
  chains.add({ family: "bridge", table: "b", name: "i", hook: "input", priority: "filter" });
  assertEquals(chains.list({ family: "bridge", priority: "filter" }).map(({ priority }) => priority), [-200]);
  assertMatch(nft("list table bridge b"), /hook input priority filter;/);
  tables.delete({ family: "bridge", name: "b" });
  tables.set({ family: "inet", name: "guard" }, { flags: ["dormant"] });
  assertEquals(tables.get({ family: "inet", name: "guard" }).flags, ["dormant"]);
  tables.replace({ family: "inet", name: "guard" });
  assertEquals(chains.list({ family: "inet" }), []);
  assertEquals(tables.find({ family: "ip", name: "guard" }), undefined);
  assertEquals(tables.delete({ family: "ip", name: "guard" }, { missing: "ok" }), false);
  tables.destroy({ family: "ip", name: "guard" });
  assertEquals(tables.flush({ all: true }), 3);
  assertEquals(json(), []);
  assertThrows(() => tables.add({ name: "x" } as never), TypeError, "family is missing");
});

nftTest("nf_tables: set keeps what it is not given, and refuses what the kernel ignores", ({ ours, nft }) => {
  const { tables, chains, sets, objects } = ours, quota = { ...TABLE, name: "q", type: "quota" } as const;
  nft(
    `table inet guard { quota q { over 10 mbytes used 5 bytes; }; synproxy y { mss 1460; wscale 7; timestamp sack-perm; };
    limit l { rate over 10/minute burst 7 packets; }; counter c { }; set s { type mark; timeout 5m; }
    chain in { type filter hook input priority 0; }; }`,
  );
  const shown = (object: string): string => nft(`list ${object}`).replace(/\s+/g, " ");
  objects.set(quota, { data: { bytes: 5000 } } as never);
  assertMatch(shown("quota inet guard q"), /over 5000 bytes used 5 bytes/);
  ours.batch((batch) => batch.objects.set(quota, { data: { bytes: 6000 } } as never));
  assertMatch(shown("quota inet guard q"), /over 6000 bytes used 5 bytes/);
  objects.set(quota, { data: { flags: [] } } as never);
  assertMatch(shown("quota inet guard q"), /\{ 6000 bytes used 5 bytes/);
  objects.set({ ...TABLE, name: "y", type: "synproxy" }, { data: { mss: 1000 } } as never);
  assertMatch(shown("synproxy inet guard y"), /mss 1000 wscale 7 timestamp sack-perm/);
  const counter = { ...TABLE, name: "c", type: "counter" } as const, before = nft("list ruleset");
  objects.set(counter, { data: { packets: 0 } } as never);
  for (
    const [change, field] of [
      [() => objects.set(quota, { data: { consumed: 9 } } as never), "data.consumed"],
      [() => objects.set(quota, { comment: "new" } as never), "comment"],
      [() => objects.set({ ...TABLE, name: "l", type: "limit" }, { data: { rate: 20 } } as never), "data.rate"],
      [() => objects.set(counter, { data: { packets: 20 } } as never), "data.packets"],
      [() => sets.set({ ...TABLE, name: "s" }, { comment: "new" }), "comment"],
      [() => chains.set({ ...TABLE, name: "in" }, { comment: "new" }), "comment"],
      [() => chains.set({ ...TABLE, name: "in" }, { type: "nat" }), "type"],
      [() => tables.set({ family: "inet", name: "guard" }, { comment: "new" }), "comment"],
    ] as const
  ) assertThrows(change, TypeError, `: ${field} does not change, got `);
  assertThrows(
    () => sets.add({ ...TABLE, name: "m", keyType: "mark", autoMerge: true }),
    TypeError,
    'autoMerge: only a set with the flag "interval"',
  );
  assertEquals(nft("list ruleset"), before);
});

nftTest("nf_tables: rules have places, handles and comments", ({ ours: { batch: _, ...ours }, nft, json }) => {
  const { rules } = ours;
  nft("table inet guard { chain in { }; chain web { }; }");
  const counter: NftExpression = { name: "counter", data: { packets: 3, bytes: 500 } };
  const first = rules.add({ ...TABLE, chain: "in", expressions: [counter, jump("web")], comment: "to web" });
  rules.add({ ...TABLE, chain: "in", expressions: [drop] });
  rules.insert({ ...TABLE, chain: "in", expressions: [], comment: "top" });
  rules.add({ ...TABLE, chain: "in", expressions: [], comment: "behind top" }, { index: 0 });
  rules.insert({ ...TABLE, chain: "in", expressions: [], comment: "before web" }, { handle: first.handle! });
  const theirs = () => json().flatMap(({ rule }) => rule === undefined ? [] : [[rule["handle"], rule["comment"]]]);
  const mine = () => rules.list(TABLE).map(({ handle, comment }) => [Number(handle), comment]);
  assertEquals(mine(), theirs());
  assertEquals(mine().map(([, comment]) => comment), ["top", "behind top", "before web", "to web", undefined]);
  assertMatch(nft("list ruleset"), /counter packets 3 bytes 500 jump web comment "to web"/);
  assertEquals(rules.get({ ...TABLE, chain: "in", handle: first.handle! }).expressions, [counter, jump("web")]);
  assertEquals(rules.get({ ...TABLE, comment: "to web" }).handle, first.handle);
  assertEquals(rules.find({ ...TABLE, comment: "nothing" }), undefined);
  assertEquals(
    rules.add({ ...TABLE, chain: "in", expressions: [drop], comment: "top" }, { exists: "ok" }),
    false,
  );
  rules.set({ ...TABLE, comment: "to web" }, { comment: "changed" });
  rules.replace({ ...rules.get({ ...TABLE, comment: "changed" }), expressions: [drop] });
  assertEquals(theirs()[3], [Number(first.handle), "changed"]);
  rules.delete({ ...TABLE, comment: "behind top" });
  assertThrows(() => rules.delete({ ...TABLE, comment: "behind top" }), KernelError, "there is no such rule");
  assertEquals(rules.delete({ ...TABLE, comment: "behind top" }, { missing: "ok" }), false);
  assertThrows(() => rules.delete({ ...TABLE, chain: "in" }), TypeError, "handle is missing");
  // A handle alone denotes one rule, never the whole table.
  rules.delete({ ...TABLE, handle: first.handle! });
  assertEquals(mine(), theirs());
  assertEquals(mine().length, 3);
  assertEquals(rules.flush({ ...TABLE, chain: "in" }), 3);
  assertEquals(theirs(), []);
});

nftTest("nf_tables: sets and their elements are those that nft lists", ({ ours: { sets, elements }, nft, json }) => {
  nft("add table inet guard");
  const cases: [
    name: string,
    set: object,
    elements: NftElementInput[],
    listed: NftElementInput[],
    text: string,
  ][] = [
    [
      "ranges",
      { keyType: "ipv4_addr", flags: ["interval"] },
      ["192.0.2.1", "10.0.0.0/8", ["172.16.0.3", "172.16.0.9"], "255.255.255.0/24", { elem: "*", comment: "all" }],
      ["10.0.0.0/8", ["172.16.0.3", "172.16.0.9"], "192.0.2.1", "255.255.255.0/24", { elem: "*", comment: "all" }],
      '10.0.0.0/8, 172.16.0.3-172.16.0.9, 192.0.2.1, 255.255.255.0/24, * comment "all"',
    ],
    ["whole", { keyType: "ipv4_addr", flags: ["interval"] }, ["0.0.0.0/0"], ["0.0.0.0/0"], "0.0.0.0/0"],
    [
      "touching",
      { keyType: "inet_service", flags: ["interval"] },
      [[1, 79], 80, [81, 65535]],
      [[1, 79], 80, [81, 65535]],
      "1-79, 80, 81-65535",
    ],
    [
      "six",
      { keyType: "ipv6_addr", flags: ["interval"] },
      ["fe80::/10", "::1"],
      ["::1", "fe80::/10"],
      "::1, fe80::/10",
    ],
    [
      "both",
      { keyType: ["ipv4_addr", "inet_service"], flags: ["interval"] },
      [["10.0.0.1", 80], ["10.0.0.0/24", [1, 1024]]],
      [["10.0.0.1", 80], ["10.0.0.0/24", [1, 1024]]],
      "10.0.0.1 . 80, 10.0.0.0/24 . 1-1024",
    ],
    [
      "three",
      { keyType: ["mark", "inet_proto", "ifname"] },
      [[7, "tcp", "eth0"]],
      [[7, "tcp", "eth0"]],
      '0x00000007 . tcp . "eth0"',
    ],
    [
      "marks",
      { keyType: "mark", flags: ["interval"] },
      [[16, 32], 7],
      [7, [16, 32]],
      "0x00000007, 0x00000010-0x00000020",
    ],
    ["one", { keyType: "mark" }, [7], [7], "0x00000007"],
    ["names", { keyType: "ifname", flags: ["interval"] }, ["wg*", "eth0"], ["eth0", "wg*"], '"eth0", "wg*"'],
    ["macs", { keyType: "ether_addr" }, ["02:00:00:00:00:01"], ["02:00:00:00:00:01"], "02:00:00:00:00:01"],
    [
      "verdicts",
      { keyType: "inet_service", dataType: "verdict", flags: ["interval"] },
      [{ elem: 22, data: { accept: null } }, { elem: [80, 90], data: { drop: null } }],
      [{ elem: 22, data: { accept: null } }, { elem: [80, 90], data: { drop: null } }],
      "22 : accept, 80-90 : drop",
    ],
    [
      "data",
      { keyType: "ipv4_addr", dataType: ["ipv4_addr", "inet_service"] },
      [{ elem: "192.0.2.1", data: ["10.0.0.1", 80] }],
      [{ elem: "192.0.2.1", data: ["10.0.0.1", 80] }],
      "192.0.2.1 : 10.0.0.1 . 80",
    ],
  ];
  for (const [name, set, given] of cases) {
    sets.add({ ...TABLE, name, ...set });
    elements.add({ ...TABLE, set: name }, given);
  }
  const text = nft("list ruleset").replace(/\s+/g, " ");
  for (const [name, , , listed, elementsText] of cases) {
    assert(text.includes(`elements = { ${elementsText} }`), `${name}: ${elementsText}: ${text}`);
    const whole = listed.map((one) => typeof one === "object" && "elem" in one ? one : { elem: one });
    assertEquals(elements.list({ ...TABLE, set: name }), whole as never, name);
  }
  // Sets that nft makes have the same flags, types and lengths as ours.
  const kinds = () =>
    // nft begins ranges with an end at 0, which counts.
    sets.list(TABLE).map(({ handle: _, userdata: __, count: ___, ...rest }) => rest)
      .sort((a, b) => a.name! < b.name! ? -1 : 1);
  const ours = kinds();
  const saved = nft("list ruleset");
  nft(`flush ruleset\n${saved}`);
  assertEquals(kinds(), ours);
  for (const [name, , , listed] of cases) {
    const whole = listed.map((one) => typeof one === "object" && "elem" in one ? one : { elem: one });
    assertEquals(elements.list({ ...TABLE, set: name }), whole as never, `${name}, made by nft`);
    elements.delete({ ...TABLE, set: name }, elements.list({ ...TABLE, set: name }));
  }
  assert(json().every(({ set, map }) => (set ?? map)?.["elem"] === undefined));
});

nftTest("nf_tables: elements have timeouts, overlaps are refused or merged", ({ ours: { elements }, nft }) => {
  nft(`table inet guard {
    set ports { type inet_service; timeout 1h; size 5; }
    set merged { type ipv4_addr; flags interval; auto-merge; }
    set strict { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
  }`);
  const ports = { ...TABLE, set: "ports" }, merged = { ...TABLE, set: "merged" }, strict = { ...TABLE, set: "strict" };
  elements.add(ports, [22, { elem: 8080, timeout: 600, comment: "proxy" }]);
  assertMatch(nft("list ruleset"), /8080 timeout 10m expires \S+ comment "proxy"/);
  const one = elements.get(ports, 8080);
  assert(one.timeout === 600 && one.expires! <= 600 && one.expires! > 500);
  const error = assertThrows(() => elements.add(ports, [23, 22]), KernelError);
  assertMatch(error.message, /add elements to inet guard ports: EEXIST at elements\[1\].*the element is 22/);
  elements.add(ports, [{ elem: 22, timeout: 3000 }], { exists: "ok" });
  assert(elements.get(ports, 22).expires! <= 3000);
  assertThrows(() => elements.add(ports, [1, 2, 3, 4]), KernelError, "the set is full");
  elements.destroy(ports, [22, 5]);
  assertThrows(() => elements.delete(ports, [22]), KernelError, "the element is 22");
  assertThrows(() => elements.add(ports, [1, 70_000]), RangeError, "[1]: expected an integer of 16 bits, got 70000");
  assertThrows(() => elements.add(strict, [{ elem: "1.1.1.1", timeout: 5 }]), KernelError, "lacks the flag");
  assertThrows(() => elements.add(strict, ["9.9.9.9", "10.1.2.3"]), KernelError, 'the element is "10.1.2.3"');
  assertEquals(elements.get(strict, "10.1.2.3"), { elem: "10.0.0.0/8" });
  assertEquals(elements.find(strict, "9.9.9.9"), undefined);
  elements.add(merged, ["10.0.0.0/8", "10.0.0.7", ["11.0.0.0", "11.0.0.7"]]);
  elements.add(merged, ["11.0.0.8", "20.0.0.1"]);
  assertEquals(elements.list(merged), [{ elem: ["10.0.0.0", "11.0.0.8"] }, { elem: "20.0.0.1" }]);
  assertMatch(nft("list ruleset"), /elements = { 10.0.0.0-11.0.0.8, 20.0.0.1 }/);
  elements.flush(merged);
  assertEquals(elements.list(merged), []);
});

nftTest(
  "nf_tables: ranges up to the last value overlap no others, neither in the kernel nor in a batch",
  ({ ours, nft }) => {
    nft(`table inet guard {
    set nets { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 128.0.0.0/1 }; }
    set six { type ipv6_addr; flags interval,timeout; elements = { 2001:db8::/32 }; }
    map ports { type inet_service : verdict; flags interval; elements = { 80 : drop }; }
  }`);
    const { elements, batch } = ours, nets = { ...TABLE, set: "nets" }, before = nft("list ruleset");
    const refused = (add: () => void, message: string): void => void assertThrows(add, KernelError, message);
    const whole =
      'add elements to inet guard nets: EEXIST "File exists" (the element is "0.0.0.0/0": it overlaps "10.0.0.0/8")';
    refused(() => elements.add(nets, ["0.0.0.0/0"]), whole);
    refused(() => elements.add(nets, ["192.0.0.0/2"], { exists: "ok" }), 'it overlaps "128.0.0.0/1"');
    refused(() => elements.add(nets, ["20.0.0.0/8", ["100.0.0.0", "200.0.0.0"]]), 'it overlaps "128.0.0.0/1"');
    refused(() => elements.add({ ...TABLE, set: "six" }, ["::/0"], { exists: "ok" }), 'it overlaps "2001:db8::/32"');
    const data = { drop: null };
    refused(() => elements.add({ ...TABLE, set: "ports" }, [{ elem: [70, 65535], data }]), "it overlaps 80");
    assertEquals(nft("list ruleset"), before);
    elements.add(nets, ["128.0.0.0/1", "20.0.0.0/8"], { exists: "ok" });
    batch((b) => {
      b.elements.delete(nets, ["128.0.0.0/1", "20.0.0.0/8"]);
      b.elements.add(nets, ["20.0.0.0/8", "192.0.0.0/2"]);
      assertThrows(() => b.elements.add(nets, ["200.0.0.0/8"]), KernelError, 'it overlaps "192.0.0.0/2"');
      b.elements.flush({ ...TABLE, set: "ports" });
      b.elements.add({ ...TABLE, set: "ports" }, [{ elem: 90, data }]);
      b.elements.add({ ...TABLE, set: "ports" }, [{ elem: [0, 89], data }, { elem: [91, 65535], data }]);
      b.sets.add({ ...TABLE, name: "fresh", keyType: "inet_service", flags: ["interval"] });
      const fresh = { ...TABLE, set: "fresh" };
      assertThrows(() => b.elements.add(fresh, [80, [70, 65535]]), KernelError, "it overlaps 80");
    });
    const listed = (set: string): unknown[] => elements.list({ ...TABLE, set }).map(({ elem }) => elem);
    assertEquals(["nets", "ports", "fresh"].map(listed), [
      ["10.0.0.0/8", "20.0.0.0/8", "192.0.0.0/2"],
      [[0, 89], 90, [91, 65535]],
      [],
    ]);
  },
);

nftTest(
  "nf_tables: listed sets are made again with their elements, in a batch that deletes their table",
  ({ ours, nft }) => {
    nft(`table inet guard {
    set merged { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8 }; }
    set strict { type inet_service; flags interval; elements = { 22, 1024-65535 }; }
  }`);
    const before = nft("list ruleset"), { tables, sets } = ours.ruleset.list();
    const again = (b: Pick<typeof ours, "tables" | "sets" | "elements">): void => {
      for (const one of tables) b.tables.add(one);
      for (const { elements, ...set } of sets) {
        b.sets.add(set);
        b.elements.add({ ...TABLE, set: set.name! }, elements);
      }
    };
    ours.batch((b) => {
      b.tables.delete({ family: "inet", name: "guard" });
      again(b as never);
    });
    assertEquals(nft("list ruleset"), before);
    ours.ruleset.flush({ all: true });
    ours.batch((b) => again(b as never));
    assertEquals(nft("list ruleset"), before);
  },
);

nftTest("nf_tables: autoMerge knows the changes before in a batch, and keeps what lasts", ({ ours, nft }) => {
  const { elements, sets, tables } = ours, bad = { ...TABLE, set: "bad" };
  tables.add({ family: "inet", name: "guard" });
  sets.add({ ...TABLE, name: "bad", keyType: "ipv4_addr", flags: ["interval", "timeout"], autoMerge: true });
  const values = () => elements.list(bad).map(({ elem, timeout }) => timeout === undefined ? elem : [elem, timeout]);
  elements.add(bad, ["10.0.0.0/8"]);
  ours.batch((b) => {
    b.elements.flush(bad);
    b.elements.add(bad, ["10.1.1.1", "192.0.2.1"]);
  });
  assertEquals(values(), ["10.1.1.1", "192.0.2.1"]);
  assertMatch(nft("list ruleset"), /elements = { 10.1.1.1, 192.0.2.1 }/);
  ours.batch((b) => {
    b.elements.flush(bad);
    b.elements.add(bad, ["10.0.0.0/24"]);
    b.elements.add(bad, ["10.0.0.5", "10.0.1.0/24"]);
  });
  assertEquals(values(), ["10.0.0.0/23"]);
  ours.batch((b) => {
    b.elements.delete(bad, ["10.0.0.0/23"]);
    b.elements.add(bad, ["10.0.0.7"]);
  });
  assertEquals(values(), ["10.0.0.7"]);
  elements.flush(bad);
  elements.add(bad, [{ elem: "10.0.0.1", timeout: 60 }]);
  elements.add(bad, [{ elem: "10.0.0.1", timeout: 600 }], { exists: "ok" });
  assertEquals(values(), [["10.0.0.1", 600]]);
  elements.add(bad, ["10.0.0.1"]);
  assertEquals(values(), ["10.0.0.1"]);
  elements.add(bad, ["10.2.0.0/24"]);
  elements.add(bad, [{ elem: "10.2.1.0", timeout: 500 }]);
  elements.add(bad, [{ elem: "10.2.0.7", timeout: 500 }]);
  assertEquals(values(), ["10.0.0.1", "10.2.0.0/24", ["10.2.1.0", 500]]);
  const map = { ...TABLE, set: "mm" };
  const flags = ["map", "interval"] as const;
  sets.add({ ...TABLE, name: "mm", keyType: "ipv4_addr", dataType: "mark", flags, autoMerge: true });
  elements.add(map, [{ elem: "10.0.0.0/24", data: 1 }, { elem: "10.0.1.0/24", data: 2 }]);
  assertEquals(elements.list(map).map(({ elem, data }) => [elem, data]), [["10.0.0.0/24", 1], ["10.0.1.0/24", 2]]);
});

nftTest(
  "nf_tables: a table without a name is not deleted, which would be all of the family",
  ({ ours }) => {
    const { tables } = ours;
    tables.add({ family: "inet", name: "one" });
    const key = { family: "inet" } as never;
    for (
      const ask of [() => tables.delete(key), () => tables.destroy(key), () => ours.batch((b) => b.tables.delete(key))]
    ) {
      assertThrows(ask, TypeError, "Cannot delete table: name is missing");
    }
    assertEquals(tables.list().length, 1);
  },
);

nftTest("nf_tables: a batch is done as a whole, or not at all", ({ ours, nft, json }) => {
  ours.batch((b) => {
    b.tables.add({ family: "inet", name: "guard" });
    b.chains.add({ ...TABLE, name: "in", hook: "input", priority: 0 });
    b.sets.add({ ...TABLE, name: "bad", keyType: "ipv4_addr", flags: ["interval"] });
    b.elements.add({ ...TABLE, set: "bad" }, ["10.0.0.0/8", "192.0.2.1"]);
    b.objects.add({ ...TABLE, name: "seen", type: "counter" });
    b.rules.add({ ...TABLE, chain: "in", expressions: [drop] });
  });
  const before = json();
  assertEquals(before.map((one) => Object.keys(one)[0]), ["table", "counter", "set", "chain", "rule"]);
  const { id } = ours.generation();
  const error = assertThrows(() =>
    ours.batch((b) => {
      b.rules.flush(TABLE);
      b.chains.delete({ ...TABLE, name: "nothing" });
      b.chains.add({ ...TABLE, name: "new" });
      b.elements.add({ ...TABLE, set: "bad" }, ["8.8.8.8", "10.1.1.1"]);
    }), TransactionError);
  assertEquals(error.failures.map(({ index }) => index), [1, 3]);
  assertMatch(error.failures[1]!.error.message, /at elements\[2\].*the element is "10.1.1.1"/);
  assertEquals([json(), ours.generation().id], [before, id]);
  nft("add chain inet guard other");
  assertThrows(
    () => ours.batch((b) => b.chains.add({ ...TABLE, name: "new" }), { generation: id! }),
    TransactionError,
    "ERESTART",
  );
  ours.batch((b) => b.chains.add({ ...TABLE, name: "new" }), { generation: ours.generation().id! });
  ours.batch((b) => {
    b.elements.flush({ ...TABLE, set: "bad" });
    b.elements.add({ ...TABLE, set: "bad" }, ["10.1.1.1"]);
    b.tables.add({ family: "inet", name: "guard" }, { exists: "ok" });
    b.chains.delete({ ...TABLE, name: "nothing" }, { missing: "ok" });
  });
  assertEquals(ours.elements.list({ ...TABLE, set: "bad" }), [{ elem: "10.1.1.1" }]);
});

nftTest("nf_tables: stateful objects are those that nft lists", ({ ours: { objects }, nft, json }) => {
  nft(`table inet guard {
    counter c { packets 5 bytes 600; }
    quota q { over 1000 bytes; }
    limit l { rate 10/minute burst 3 packets; }
    ct helper h { type "ftp" protocol tcp; }
    ct timeout t { protocol tcp; l3proto ip; policy = { established : 100, close : 4 }; }
    ct expectation e { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }
    synproxy s { mss 1460; wscale 7; timestamp sack-perm }
  }`);
  const found = objects.list(TABLE), before = nft("list ruleset");
  assertEquals(found.map(({ type }) => type).sort(), [
    "counter",
    "ct_expect",
    "ct_helper",
    "ct_timeout",
    "limit",
    "quota",
    "synproxy",
  ]);
  assertEquals(found.find(({ name }) => name === "l")!.data, {
    rate: 10,
    unit: 60,
    burst: 3,
    type: "pkts",
    flags: [],
  });
  nft("flush ruleset\nadd table inet guard");
  for (const one of found) objects.add(one);
  assertEquals(nft("list ruleset"), before);
  assertEquals(objects.reset({ ...TABLE, type: "counter" })[0]!.data, { bytes: 600, packets: 5 });
  assertEquals(objects.get({ ...TABLE, name: "c", type: "counter" }).data, { bytes: 0, packets: 0 });
  objects.flush({ ...TABLE });
  assertEquals(json().length, 1);
});

nftTest("nf_tables: counters of rules and elements are returned, and set to zero", ({ ours, nft }) => {
  if (before(6, 5)) skip("needs Linux 6.5");
  nft(`table inet guard {
    set s { type ipv4_addr; counter; elements = { 192.0.2.1 counter packets 3 bytes 180 }; }
    chain c { counter packets 5 bytes 600 accept; }
    chain d { counter packets 7 bytes 800; }
  }`);
  const counts = (all: readonly { expressions?: readonly NftExpression[] }[]): unknown[] =>
    all.map(({ expressions }) => expressions![0]!.data);
  assertEquals(counts(ours.rules.reset({ ...TABLE, chain: "c" })), [{ packets: 5, bytes: 600 }]);
  assertEquals(counts(ours.elements.reset({ ...TABLE, set: "s" })), [{ packets: 3, bytes: 180 }]);
  assertEquals(nft("list ruleset").match(/packets \d+/g), ["packets 0", "packets 0", "packets 7"]);
});

nftTest("nf_tables: rules are made of nft's statements, with sets of the same batch", ({ ours, nft }) => {
  const saddr = { payload: { protocol: "ip", field: "saddr" } },
    dport = { payload: { protocol: "tcp", field: "dport" } };
  ours.batch((b) => {
    b.tables.add({ family: "inet", name: "guard" });
    b.chains.add({ ...TABLE, name: "in", hook: "input", priority: 0 });
    b.sets.add({ ...TABLE, name: "bad", keyType: "ipv4_addr", flags: ["interval"] });
    b.elements.add({ ...TABLE, set: "bad" }, ["10.0.0.0/8"]);
    b.rules.add({
      ...TABLE,
      chain: "in",
      comment: "bad ones",
      expr: [{ match: { left: saddr, op: "==", right: "@bad" } }, { counter: null }, { drop: null }],
    });
  });
  const right = { set: [22, 80, { range: [8000, 8100] as [number, number] }] };
  const { handle } = ours.rules.add({
    ...TABLE,
    chain: "in",
    expr: [{ match: { left: dport, op: "==", right } }, { accept: null }],
  });
  const text = nft("list ruleset", "-a");
  assertMatch(text, /ip saddr @bad counter packets 0 bytes 0 drop comment "bad ones" # handle/);
  assert(text.includes(`tcp dport { 22, 80, 8000-8100 } accept # handle ${handle}`), text);
  ours.rules.set({ ...TABLE, comment: "bad ones" }, {
    expr: [{ match: { left: saddr, op: "!=", right: "@bad" } }, { accept: null }],
  });
  assertMatch(nft("list ruleset"), /ip saddr != @bad accept comment "bad ones"\n\s*tcp dport/);
  assertThrows(
    () => ours.rules.add({ ...TABLE, chain: "in", expr: [{ drop: null }], expressions: [] }),
    TypeError,
    "exclude each other",
  );
});

nftTest("nf_tables: a traced packet is followed rule by rule", async ({ name, ours, ip, nft }) => {
  ip("link set lo up");
  nft(`table inet guard {
    chain in { type filter hook input priority 0; meta nftrace set 1; jump more; }
    chain more { udp dport 9 counter drop; }
  }`);
  const steps = trace({ netns: name }), found: unknown[] = [];
  run("ip", ["netns", "exec", name, "bash", "-c", "echo packet > /dev/udp/127.0.0.1/9"]);
  for await (const step of steps) {
    found.push([step.table, step.chain, step.type, step.verdict?.code]);
    if (found.length === 1) {
      assertEquals([step.packet?.src, step.packet?.dst, step.packet?.dport, step.iifDev], [
        "127.0.0.1",
        "127.0.0.1",
        9,
        "lo",
      ]);
    }
    if (step.verdict?.code === "drop") {
      assertEquals(step.rule, ours.rules.list({ ...TABLE, chain: "more" })[0]!.handle);
      break;
    }
  }
  assertEquals(found, [
    ["guard", "in", "rule", "continue"],
    ["guard", "in", "rule", "jump"],
    ["guard", "more", "rule", "drop"],
  ]);
}, ["ip", "nft", "bash"]);

nftTest("nf_tables: the ruleset is listed in one generation, and its changes are grouped by generation", async (ns) => {
  const { ours, nft } = ns, { ruleset } = ours;
  nft(`table inet guard {
    set a { type inet_service; elements = { ssh, 80 }; }
    chain c { tcp dport { 22, 23 } accept; }
  }`);
  const watch = ruleset.watch(), whole = ruleset.list();
  assertEquals(whole.generation.id, ours.generation().id);
  assertEquals([whole.tables.length, whole.chains.length, whole.rules.length], [1, 1, 1]);
  assertEquals(whole.sets.map(({ elements }) => elements.map(({ elem }) => elem).sort()), [[22, 80], [22, 23]]);
  ours.batch((b) => {
    b.sets.add({ ...TABLE, name: "r", keyType: "ipv4_addr", flags: ["interval"] });
    b.elements.add({ ...TABLE, set: "r" }, ["10.0.0.0/8", ["192.0.2.1", "192.0.2.2"]]);
    b.elements.delete({ ...TABLE, set: "a" }, ["ssh"]);
  });
  nft("delete element inet guard r { 10.0.0.0/8 }");
  ruleset.flush({ all: true });
  const found: unknown[] = [], makers: unknown[] = [];
  for await (const event of watch) {
    assert(event.event === "generation");
    makers.push(event.procName);
    found.push(event.changes.map(({ event, object, value }) => {
      return [event, object, "elements" in value ? value.elements.map(({ elem }) => elem) : undefined];
    }));
    if (found.length === 3) break;
  }
  assertEquals(found.slice(0, 2), [
    [
      ["new", "set", undefined],
      ["new", "elements", ["10.0.0.0/8", ["192.0.2.1", "192.0.2.2"]]],
      ["del", "elements", [22]],
    ],
    [["del", "elements", ["10.0.0.0/8"]]],
  ]);
  assertEquals((found[2] as unknown[]).at(-1), ["del", "table", undefined]);
  assertEquals(makers[1], "nft");
});

nftTest(
  "nf_tables: a watch begins with the ruleset, knows what expires, and corrects itself after losses",
  async (ns) => {
    const { ours, nft } = ns, { ruleset, elements } = ours;
    nft(`table inet guard {
    set s { type inet_service; flags timeout; elements = { 22 }; }
    chain c { tcp dport 80 counter accept; }
  }`);
    await using watch = ruleset.watch({ initial: true, resync: true, buffer: 4096 });
    const next = async (): Promise<{ event: string; changes?: readonly NftChange[] | undefined }> => {
      return (await watch.next()).value!;
    };
    const words = (changes: readonly NftChange[] = []): string[] =>
      changes.map(({ event, object, value }) => {
        const more = "elements" in value ? value.elements.map(({ elem }) => elem) : [(value as { name?: string }).name];
        return [event, object, ...more].filter((one) => one !== undefined).join(" ");
      });
    // A change before the list is in the list, and has no event of its own.
    nft("add chain inet guard d");
    const first = await next();
    assertEquals(first.event, "generation");
    assertEquals(words(first.changes), [
      "new table guard",
      "new chain c",
      "new chain d",
      "new set s",
      "new rule",
      "new elements 22",
    ]);
    assertEquals((await next()).event, "synced");
    elements.add({ ...TABLE, set: "s" }, [{ elem: 23, timeout: 0.2 }, { elem: 24, timeout: 3600 }]);
    assertEquals(words((await next()).changes), ["new elements 23 24"]);
    const expiry = await next();
    assertEquals([expiry.event, ...words(expiry.changes)], ["expiry", "del elements 23"]);
    // More events than the buffer holds.
    const many = Array.from({ length: 300 }, (_, i) => 1000 + i);
    elements.add({ ...TABLE, set: "s" }, many);
    nft("delete element inet guard s { 22 }; delete chain inet guard d; add chain inet guard e");
    const present = new Set(["22", "24"]);
    let overrun = false, chains = ["c", "d"];
    for (let event = await next(); event.event !== "synced"; event = await next()) {
      overrun ||= event.event === "overrun";
      for (const { event: word, object, value } of event.changes ?? []) {
        if (object === "elements") {
          for (const { elem } of value.elements) {
            word === "new" ? present.add(String(elem)) : present.delete(String(elem));
          }
        } else if (object === "chain") {
          chains = word === "new" ? [...chains, value.name!] : chains.filter((one) => one !== value.name);
        } else assert(false, `${word} ${object}`);
      }
    }
    assert(overrun);
    assertEquals([...present].sort(), ["24", ...many.map(String)].sort());
    assertEquals(chains, ["c", "e"]);
    nft("delete element inet guard s { 24 }");
    assertEquals(words((await next()).changes), ["del elements 24"]);
  },
);

nftTest(
  "nf_tables: bits that are masked, shifted and masked again are listed as nft does, and made again",
  ({ ours, nft }) => {
    const { rules, ruleset } = ours, place = { family: "inet", table: "t", chain: "c" } as const;
    nft(`table inet t {
    chain c {
      ip version & 4 == 4
      ip dscp & 3 == 1
      tcp doff & 3 == 2
      ip version | 4 == 4
    }
  }`);
    const theirs = nft("list chain inet t c").split("\n").slice(2, 6).map((line) => line.trim());
    const made = rules.list(place), json = ruleset.json();
    assertEquals(made.map((one) => ruleset.text(one)), theirs);
    ruleset.apply(json, { replace: true });
    assertEquals(rules.list(place).map(({ expressions }) => expressions), made.map(({ expressions }) => expressions));
  },
);

const FIREWALL = `table inet guard {
  counter c { packets 5 bytes 600; }
  quota q { over 1000 bytes; }
  limit l { rate 10/minute burst 3 packets; }
  ct helper h { type "ftp" protocol tcp; }
  ct timeout t { protocol tcp; l3proto ip; policy = { established : 100, close : 4 }; }
  ct expectation e { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }
  synproxy s { mss 1460; wscale 7; timestamp sack-perm; }
  set bad { type ipv4_addr; flags interval; comment "bad"; elements = { 10.0.0.0/8, 192.0.2.1-192.0.2.9 }; }
  set both { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/24 . 80-90 }; }
  map v { type inet_service : verdict; elements = { 22 : accept, 80 : jump web }; }
  map d { type ipv4_addr : ipv4_addr . inet_service; elements = { 192.0.2.1 : 10.0.0.1 . 80 }; }
  map o { type ipv4_addr : counter; elements = { 192.0.2.1 : "c" }; }
  map nets { type ipv4_addr : interval ipv4_addr; flags interval; elements = { 192.0.2.0/28 : 10.0.0.0/28 }; }
  set seen { type ipv4_addr; counter; elements = { 192.0.2.1 counter packets 3 bytes 180, 192.0.2.2 }; }
  set quotas { type ipv4_addr; size 100; flags timeout; quota 5 mbytes; elements = { 192.0.2.3 timeout 1h }; }
  chain in { type filter hook input priority -5; policy accept;
    ct state established,related accept
    ip saddr @bad counter drop comment "bad ones"
    tcp dport { 22, 80, 8000-8100 } accept
    tcp dport vmap @v
    meta mark set ip saddr map { 192.0.2.1 : 5, 10.0.0.0/8 : 7 }
    limit rate 10/second log prefix "hello " group 3
  }
  chain web { udp dport 53 meta mark 0x10 return; }
}
table ip nat {
  chain post { type nat hook postrouting priority srcnat; oifname "eth*" masquerade; }
  chain pre { type nat hook prerouting priority dstnat;
    tcp dport 80 dnat ip to ip saddr map { 192.0.2.1 : 10.0.0.1 . 80, 192.0.2.2 : 10.0.0.2 . 81 }
    dnat ip prefix to ip daddr map { 192.0.2.0/28 : 10.0.0.0/28 }
    meta l4proto { tcp, udp } redirect to :8080
  }
}`;

nftTest(
  "nf_tables: the ruleset's JSON is that of nft, and makes the same ruleset again",
  ({ ours: { ruleset }, nft, json }) => {
    nft(FIREWALL);
    const list = (): string => nft("list ruleset").replace(/ expires \S+/g, "");
    const before = list(), theirs = json(), mine = ruleset.json();
    // The time until an element ends runs.
    const plain = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (key, one: unknown) => key === "expires" ? undefined : one);
    assertEquals(mine.nftables.map(plain), theirs.map(plain));
    // Line breaks between elements, and ms of times, are left out.
    const spaced = (all: string): string => all.replace(/ expires \S+/g, "").replace(/\s+/g, " ");
    assertEquals(spaced(ruleset.text()), spaced(before));
    assertEquals(spaced(ruleset.text({ family: "ip" })), spaced(before.slice(before.indexOf("table ip "))));
    nft("flush ruleset");
    ruleset.apply(mine);
    assertEquals(list(), before);
    ruleset.apply({ nftables: theirs }, { replace: true });
    assertEquals(list(), before);
    const bad = { rule: { family: "inet", table: "guard", chain: "in", expr: [{ match: { left: 1 } }] } };
    assertThrows(() => ruleset.apply({ nftables: [{ flush: { ruleset: null } }, bad] }), TypeError, "expr[0]");
    assertThrows(
      () => ruleset.apply({ nftables: [{ chian: {} }] }),
      TypeError,
      "nftables[0].chian: there is no such object",
    );
    assertEquals(list(), before);
  },
);
