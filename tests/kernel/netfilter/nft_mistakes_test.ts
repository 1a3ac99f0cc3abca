/** Filters without a family, copies, and mistakes in the use of nf_tables: nothing is lost or made silently. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { KernelError, TransactionError } from "../../../core/errors.ts";
import { open, type Statement } from "../../../families/netfilter/nftables/mod.ts";
import { before, many } from "../namespace.ts";
import { nftTest } from "./nft.ts";

const Z = { family: "inet", table: "z" } as const;

const RULESET = `
table inet z {
  set s { type ipv4_addr; flags timeout; timeout 1d2h500ms; gc-interval 1s500ms; }
  set t { type ipv4_addr; flags timeout; timeout 500ms; }
  map m { type inet_service : verdict; elements = { 22 : accept }
  }
  counter c { }
  chain a { tcp dport { 22, 443 } counter packets 0 bytes 0 comment "ports"; }
  chain i { type filter hook input priority 0; policy accept; comment "base"; }
}
table ip z {
  set s { type inet_service; }
  counter c { }
  chain a { tcp dport { 1, 2 } accept; }
}
table ip y { set s { type mark; }
}
`;

nftTest("nf_tables: a filter by table finds it in every family", ({ ours, nft }) => {
  nft(RULESET);
  const { sets, objects, flowtables, rules, chains, ruleset } = ours;
  const named = (all: readonly { family: unknown; name?: unknown }[]) =>
    all.map(({ family, name }) => `${family} ${name}`);
  assertEquals(named(sets.list({ table: "z" })), ["inet s", "inet t", "inet m", "inet __set0", "ip s", "ip __set0"]);
  assertEquals(named([...sets.iterate({ table: "z", name: "s" })]), ["inet s", "ip s"]);
  assertEquals(named(objects.list({ table: "z" })), ["inet c", "ip c"]);
  assertEquals(named(chains.list({ table: "z" })), ["inet a", "inet i", "ip a"]);
  assertEquals(flowtables.list({ table: "z" }), []);
  assertEquals(rules.list({ table: "z", chain: "a" }).map(({ family }) => family), ["inet", "ip"]);
  assertEquals(sets.list({ table: "none" }), []);
  // nft lists tables in this order, too.
  const text = ruleset.text({ table: "z" });
  assertEquals(text + ruleset.text({ family: "ip", table: "y" }), nft("list ruleset"));
  ours.tables.flush({ name: "z" });
  nft(text);
  assertEquals(ruleset.text({ table: "z" }), text);
  for (const filter of [{ table: "zz" }, { family: "ip6", table: "z" }] as const) {
    assertThrows(() => ruleset.text(filter), KernelError, "z: ENOENT");
    assertThrows(() => ruleset.json(filter), KernelError, "z: ENOENT");
  }
});

nftTest("nf_tables: fractions of seconds are kept in statements", ({ ours, nft }) => {
  nft(`table inet z {
    set d { type ipv4_addr; flags dynamic,timeout; }
    chain a {
      ct expiration 500ms
      ct expiration { 1s500ms, 2m }
      update @d { ip saddr timeout 1m30s500ms }
    }
  }`);
  const linesOf = (text: string) =>
    text.split("\n").map((one) => one.trim()).filter((one) => /^(?:ct|update) /.test(one));
  const theirs = linesOf(nft("list ruleset"));
  assertEquals(theirs[2], "update @d { ip saddr timeout 1m30s500ms }");
  assertEquals(linesOf(ours.ruleset.text()), theirs);
  ours.ruleset.apply(ours.ruleset.json(), { replace: true });
  assertEquals(linesOf(nft("list ruleset")), theirs);
  const right: Statement = { match: { op: "==", left: { ct: { key: "expiration" } }, right: { range: [0.5, 1.5] } } };
  ours.rules.flush({ ...Z, chain: "a" });
  const rule = ours.rules.add({ ...Z, chain: "a", expr: [right] }), text = ours.ruleset.text(rule);
  assertEquals(text, "ct expiration 500ms-1s500ms");
  nft(`table inet z { chain a { ${text}; }\n}`, "-c");
});

nftTest("nf_tables: set changes only what exists", ({ ours, nft }) => {
  nft(RULESET);
  const { tables, chains, objects, flowtables } = ours, before = nft("list ruleset");
  const cases: [set: () => void, message: string][] = [
    [() => tables.set({ family: "inet", name: "no" }, { flags: ["dormant"] }), "set table inet no: ENOENT at name"],
    [() => chains.set({ ...Z, name: "no" }, { policy: "drop" }), "set chain inet z no: ENOENT at name"],
    [() => chains.set({ ...Z, name: "no" }, { comment: "x" }), "set chain inet z no: ENOENT at name"],
    [() => chains.set({ ...Z, handle: 999 }, { policy: "drop" }), "set chain inet z handle 999: ENOENT at handle"],
    [
      () => objects.set({ ...Z, type: "counter", name: "no" }, { ...Z, type: "counter", data: { packets: 3 } }),
      "set object inet z counter no: ENOENT at name",
    ],
    [
      () => flowtables.set({ ...Z, name: "no" }, { hook: 0, priority: 0, devs: ["lo"] }),
      "set flowtable inet z no: ENOENT",
    ],
  ];
  for (const [set, message] of cases) assertThrows(set, KernelError, message);
  const { sets } = ours;
  assertThrows(() => sets.set({ ...Z, name: "no" }, { timeout: 3 }), KernelError, "set set inet z no: ENOENT at name");
  assertThrows(() => sets.set({ ...Z, name: "s" }, { comment: "x" }), TypeError, "comment does not change");
  assertEquals(nft("list ruleset"), before);
  chains.set({ ...Z, handle: chains.get({ ...Z, name: "i" }).handle! }, { policy: "drop" });
  assertEquals(chains.get({ ...Z, name: "i" }).policy, "drop");
  sets.set({ ...Z, name: "s" }, { timeout: 3, gcInterval: 2 });
  const listed = sets.get({ ...Z, name: "t" });
  sets.set({ ...listed, ...Z }, { ...listed, timeout: 7.5 });
  assertMatch(nft("list ruleset"), /timeout 3s\s+gc-interval 2s[^]*timeout 7s500ms/);
  // In a batch, an earlier change may make the object.
  ours.batch((b) => {
    b.tables.add({ family: "ip6", name: "new" });
    b.tables.set({ family: "ip6", name: "new" }, { flags: ["dormant"] });
  });
  assertEquals(tables.get({ family: "ip6", name: "new" }).flags, ["dormant"]);
});

nftTest("nf_tables: elements that may be missing are deleted", ({ ours: { elements, batch }, nft }) => {
  nft(RULESET);
  const set = { ...Z, set: "m" } as const, gone = [22, 23];
  assertThrows(() => elements.delete(set, gone), KernelError, "the element is 23");
  assertThrows(() => elements.delete(set, gone, { mising: "ok" } as never), TypeError, 'no option "mising"');
  elements.delete(set, gone, { missing: "ok" });
  assertEquals(elements.list(set), []);
  nft("add element inet z m { 22 : drop }");
  batch((b) => b.elements.delete(set, gone, { missing: "ok" }));
  assertEquals(elements.list(set), []);
});

nftTest(
  "nf_tables: copies of listed objects are new objects",
  ({ ours: { chains, rules, sets, objects, ruleset }, nft }) => {
    nft(RULESET);
    chains.add({ ...chains.get({ ...Z, name: "i" }), name: "j" });
    sets.add({ ...sets.get({ ...Z, name: "s" }), name: "s2" });
    objects.add({ ...objects.get({ ...Z, type: "counter", name: "c" }), name: "c2" });
    const { policy, comment, hook } = chains.get({ ...Z, name: "j" });
    assertEquals([policy, comment, hook], ["accept", "base", "input"]);
    const [rule] = rules.list({ ...Z, chain: "a" });
    const advice =
      'anonymous set "__set0" belongs to its rule alone: give the statements as expr, which ruleset.json has';
    assertThrows(() => rules.add({ ...rule!, chain: "i" }), KernelError, advice);
    assertThrows(
      () => rules.set({ ...Z, comment: "ports" }, { comment: "x" }),
      KernelError,
      "give the statements as expr",
    );
    const { expressions: _, ...rest } = rule!;
    const listed = ruleset.json(Z).nftables.find((one) => "rule" in one)!["rule"] as { expr: Statement[] };
    rules.add({ ...rest, chain: "i", expr: listed.expr });
    assertEquals(ruleset.text(rules.list({ ...Z, chain: "i" })[0]!), ruleset.text(rule!));
  },
);

nftTest("nf_tables: a misspelt table is named, by everything that does not select", ({ ours, nft }) => {
  nft(RULESET + "table ip guard { set s { type mark; }; }");
  const { chains, sets, rules, objects, elements, flowtables } = ours;
  const other = { family: "inet", table: "guard" } as const, wrong = { family: "ip", table: "gaurd" } as const;
  const asks: readonly ((table: typeof other | typeof wrong) => unknown)[] = [
    (T) => chains.get({ ...T, name: "c" }),
    (T) => chains.add({ ...T, name: "c" }),
    (T) => chains.delete({ ...T, name: "c" }),
    (T) => sets.get({ ...T, name: "s" }),
    (T) => sets.delete({ ...T, name: "s" }),
    (T) => objects.get({ ...T, name: "c", type: "counter" }),
    (T) => objects.reset({ ...T, type: "counter" }),
    (T) => rules.add({ ...T, chain: "c", expr: [{ drop: null }] }),
    (T) => rules.get({ ...T, chain: "c", handle: 3 }),
    (T) => rules.get({ ...T, comment: "x" }),
    (T) => rules.delete({ ...T, comment: "x" }),
    (T) => elements.list({ ...T, set: "s" }),
    (T) => elements.add({ ...T, set: "s" }, [1]),
    (T) => elements.reset({ ...T, set: "s" }),
    ...(before(6, 1) ? [] : [(T: typeof other | typeof wrong) => rules.reset(T)]),
  ];
  for (const ask of asks) {
    assertThrows(
      () => ask(wrong),
      KernelError,
      'ENOENT at table "No such file or directory" (there is no such table, did you mean "guard"?)',
    );
    assertThrows(() => ask(other), KernelError, "(the table is of family ip)");
  }
  assertThrows(
    () => chains.get({ family: "inet", table: "nothing", name: "c" }),
    KernelError,
    'at table "No such file or directory"',
  );
  if (!before(6, 1)) {
    assertThrows(() => rules.reset({ ...Z, chain: "none" }), KernelError, "reset rules inet z none: ENOENT at chain");
  }
  assertThrows(() => rules.get({ ...Z, comment: "none" }), KernelError, "there is no such rule");
  assertEquals([chains.find({ ...wrong, name: "c" }), elements.find({ ...wrong, set: "s" }, 1)], [
    undefined,
    undefined,
  ]);
  // These select.
  assertEquals([chains.list(wrong), rules.list(wrong), flowtables.list(wrong), sets.flush(wrong)], [[], [], [], 0]);
});

nftTest("nf_tables: errors that mislead have a hint at what is wrong", ({ name, ours, nft }) => {
  nft(`${RULESET} table inet w { chain b { type filter hook input priority 0; } ; chain t { } ;
    map m { type mark : verdict; elements = { 1 : jump t } ; } ; }`);
  const W = { family: "inet", table: "w" } as const, { chains, objects } = ours;
  assertThrows(() => chains.delete({ ...W, name: "t" }), KernelError, "a rule or an element of a map jumps to it");
  nft("add rule inet z i counter name c");
  assertThrows(() => objects.delete({ ...Z, name: "c", type: "counter" }), KernelError, "another object refers to it");
  // Older kernels refuse these in other ways.
  if (before(6, 5)) return;
  const base = { type: "filter", hook: "input", priority: 5 } as const;
  assertThrows(
    () => ours.batch((b) => b.chains.set({ ...W, name: "b" }, base)),
    TransactionError,
    "an existing chain keeps its type, hook and priority",
  );
  using other = open({ netns: name });
  other.tables.add({ family: "inet", name: "own", flags: ["owner"] });
  assertThrows(
    () => chains.add({ family: "inet", table: "own", name: "c" }),
    KernelError,
    "another socket owns the table",
  );
});

nftTest("nf_tables: one transaction takes 70,000 elements, and an error names one of them", ({ ours }) => {
  const { batch, elements } = ours, set = { ...Z, set: "big" }, total = many(70_000);
  const all = Array.from({ length: total }, (_, i) => `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`);
  batch((b) => {
    b.tables.add({ family: "inet", name: "z" });
    b.sets.add({ ...Z, name: "big", keyType: "ipv4_addr" });
    b.elements.add(set, all);
  });
  assertEquals(elements.list(set).length, total);
  const fresh = all.slice(0, 5000).map((one) => one.replace("10.", "11."));
  assertThrows(() => elements.add(set, [...fresh, all.at(-1)!]), KernelError, `the element is "${all.at(-1)}"`);
  assertEquals(elements.find(set, fresh[0]!), undefined);
});

nftTest("nf_tables: errors name the statement and what is missing", ({ ours, nft }) => {
  nft(RULESET);
  const { rules, elements, tables, chains, sets } = ours;
  const dport = { payload: { protocol: "tcp", field: "dport" } } as const;
  const port: Statement = { match: { op: "==", left: dport, right: 3 } };
  const cases: [Statement, string][] = [
    [{ match: { op: "==", left: dport, right: "@nope" } }, 'the statement is expr[1]: there is no set "nope"'],
    [{ jump: { target: "nope" } }, 'the statement is expr[1]: there is no chain "nope"'],
    [{ counter: "nope" }, 'the statement is expr[1]: there is no counter "nope"'],
    [{ flow: { op: "add", flowtable: "@nope" } }, 'the statement is expr[1]: there is no flowtable "nope"'],
    [{ vmap: { key: dport, data: { set: [[22, { jump: { target: "nope" } }]] } } }, 'there is no chain "nope"'],
  ];
  for (const [statement, message] of cases) {
    const rule = { ...Z, chain: "a", expr: [port, statement] };
    assertThrows(() => rules.add(rule), KernelError, message);
    assertThrows(() => ours.batch((b) => b.rules.add(rule)), TransactionError, message);
  }
  assertThrows(
    () => elements.add({ ...Z, set: "m" }, [{ elem: 5, data: { jump: { target: "nope" } } }]),
    KernelError,
    'the element is 5: there is no chain "nope"',
  );
  assertThrows(
    () => elements.add({ ...Z, set: "m" }, [{ elem: 5, data: { drop: true } as never }]),
    TypeError,
    "expected a verdict",
  );
  assertThrows(() => tables.add({ family: "inet", name: "" }), TypeError, "name is empty");
  assertThrows(() => tables.add({ family: "inet" }), TypeError, "Cannot add table: name is missing");
  assertThrows(() => sets.add({ ...Z, keyType: "mark" }), TypeError, "Cannot add set: name is missing");
  assertThrows(() => rules.add({ ...Z, expr: [] }), TypeError, "Cannot add rule: chain is missing");
  assertThrows(() => chains.add({ ...Z, name: "" }), TypeError, "name is empty");
  assertThrows(() => sets.add({ ...Z, name: "", keyType: "mark" }), TypeError, "name is empty");
  assertThrows(() => rules.flush({ ...Z, chain: "" }), TypeError, "chain is empty");
});

nftTest(
  "nf_tables: a transaction leaves what exists as it is, and changes what it made before",
  ({ ours, nft, ip }) => {
    const { batch, tables, chains, objects, sets, flowtables } = ours, table = { family: "inet", name: "t" } as const;
    const T = { family: "inet", table: "t" } as const, quota = { ...T, name: "q", type: "quota" } as const;
    const base = { ...T, name: "c", type: "filter", hook: "input", priority: 0, policy: "accept" } as const;
    tables.add(table);
    chains.add(base);
    objects.add({ ...quota, data: { bytes: 100 } });
    // The name of a set is not that of a kind of objects.
    for (const name of ["s", "chain"]) sets.add({ ...T, name, keyType: "ipv4_addr", timeout: 300 });
    batch((b) => {
      b.sets.delete({ ...T, name: "chain" });
      b.sets.add({ ...T, name: "s", keyType: "ipv4_addr", timeout: 60 }, { exists: "ok" });
      b.sets.add({ ...T, name: "s", keyType: "mark" }, { exists: "ok" });
      b.tables.add({ ...table, flags: ["dormant"] }, { exists: "ok" });
      b.chains.add({ ...base, policy: "drop" }, { exists: "ok" });
      b.objects.add({ ...quota, data: { bytes: 200 } }, { exists: "ok" });
      b.chains.add({ ...base, name: "new", policy: "drop" }, { exists: "ok" });
      b.objects.add({ ...quota, name: "new", data: { bytes: 300 } });
      b.objects.set({ ...quota, name: "new" }, { data: { bytes: 400 } });
      b.rules.add({ ...T, chain: "new", expr: [{ quota: "new" }] });
    });
    const found = (): unknown[] => [
      tables.get(table).flags,
      chains.list(T).map(({ name, policy }) => [name, policy]),
      objects.list(T).map(({ name, data }) => [name, (data as { bytes?: number }).bytes]),
    ];
    const chainsAre = [["c", "accept"], ["new", "drop"]];
    assertEquals(found(), [[], chainsAre, [["q", 100], ["new", 400]]]);
    assertEquals(sets.list(T).map(({ name, keyType, timeout }) => [name, keyType, timeout]), [["s", "ipv4_addr", 300]]);
    // An object that the transaction deletes before does not exist. nft's JSON changes an existing one, as nft does.
    batch((b) => {
      b.chains.delete(base);
      b.chains.add({ ...base, policy: "drop" }, { exists: "ok" });
    });
    assertEquals(chains.get(base).policy, "drop");
    const { priority: prio, ...rest } = base;
    ours.ruleset.apply({ nftables: [{ add: { chain: { ...rest, prio } } }] });
    assertEquals(chains.get(base).policy, "accept");
    assertEquals(nft("list chain inet t c").includes("policy accept"), true);
    assertThrows(
      () =>
        batch((b) => {
          b.chains.add({ ...T, name: "made" });
          b.chains.rename({ ...T, name: "made" }, "other");
        }),
      TypeError,
      "its handle is not known: the chain must exist before",
    );
    const flow = { ...T, name: "f", hook: "ingress", priority: 5, devs: ["d0"] } as const;
    ip("link add d0 type veth peer name d1");
    try {
      flowtables.add(flow);
    } catch (error) {
      if (error instanceof KernelError && error.code === "ENOENT") return;
      throw error;
    }
    batch((b) => b.flowtables.add({ ...flow, priority: 7, devs: ["d1"] }, { exists: "ok" }));
    const { priority, devs } = flowtables.get(flow);
    assertEquals([priority, devs], [5, ["d0"]]);
  },
);

nftTest("nf_tables: rules are replaced by their comments, and classes of traffic are elements", ({ ours, nft }) => {
  const { rules, sets, elements } = ours,
    T = { family: "inet", table: "t" } as const,
    C = { ...T, chain: "c" } as const;
  nft(`table inet t {
    set classes { type classid; elements = { none, 1:2, ffff:10 }; }
    chain c { accept comment "web"; drop comment "last"; }
  }`);
  const [before] = rules.list(C);
  rules.replace({ ...C, comment: "web", expr: [{ counter: null }] });
  assertEquals(rules.list(C).map(({ handle, comment, expressions }) => [handle, comment, expressions?.[0]?.name]), [
    [before?.handle, "web", "counter"],
    [rules.get({ ...C, comment: "last" }).handle, "last", "immediate"],
  ]);
  assertThrows(() => rules.replace({ ...C, comment: "absent", expr: [] }), KernelError, "there is no such rule");
  assertThrows(() => rules.replace({ ...C, expr: [] }), TypeError, "handle and comment are missing");
  const set = { ...T, set: "classes" }, listed = elements.list(set);
  assertEquals(listed.map(({ elem }) => elem), ["none", "1:2", "ffff:10"]);
  sets.add({ ...T, name: "copy", keyType: "classid" });
  elements.add({ ...T, set: "copy" }, [...listed, "2:", 0x30004]);
  assertEquals(elements.list({ ...T, set: "copy" }).map(({ elem }) => elem), ["none", "1:2", "2:0", "3:4", "ffff:10"]);
});

nftTest("nf_tables: a watch knows a renamed chain, and its rules, by the new name alone", async ({ ours, nft }) => {
  nft("table inet t { chain c { accept; }; chain d { jump c; }; }");
  const known = new Set<string>(), changes = ours.ruleset.watch({ initial: true });
  for await (const event of changes) {
    if (event.changes === undefined) {
      ours.chains.rename({ family: "inet", table: "t", name: "c" }, "renamed");
      continue;
    }
    for (const { event: word, object, value } of event.changes) {
      if (object !== "chain" && object !== "rule") continue;
      const name = object === "chain" ? `chain ${value.name}` : `rule ${value.handle}`;
      if (word === "del") known.delete(name);
      else known.add(name);
      if (object === "rule" && value.chain === "renamed") known.add("rule of renamed");
    }
    if (known.has("rule of renamed") && !known.has("chain c")) break;
  }
  assertEquals([...known].filter((name) => name.startsWith("chain")).sort(), ["chain d", "chain renamed"]);
});
