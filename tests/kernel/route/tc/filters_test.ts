/** Filters and their actions: made by `tc` and read by us, deleted and made again by us and read by `tc`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../../core/errors.ts";
import { type Filter, type FilterInput, open, type TcClient } from "../../../../families/route/tc.ts";
import { inNamespace, kernelTest, lab, type Namespace, run } from "../../namespace.ts";
import { FILTERS } from "./filter_cases.ts";

/** Runs `tc` in a namespace. */
const tool = (ns: Namespace, command: string): string =>
  run("tc", ["-n", ns.name, ...command.match(/'[^']*'|[^ ]+/g)!.map((word) => word.replaceAll("'", ""))]);

/** A pair of links that are up, with clsact on v0 and htb at the root of v1. */
async function withTc(body: (tc: TcClient, ns: Namespace) => void | Promise<void>): Promise<void> {
  await inNamespace(async (ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"]);
    tool(ns, "qdisc add dev v0 clsact");
    tool(ns, "qdisc add dev v1 root handle 1: htb default 10");
    using tc = open({ netns: ns.name });
    await body(tc, ns);
  });
}

/** The filters that `tc` shows, without the counters that change by themselves. */
const shown = (ns: Namespace): string =>
  ["ingress", "egress"].map((hook) => tool(ns, `-d filter show dev v0 ${hook}`)).join("")
    .replace(/[ \t](ref|bind|index|installed|used|firstused|expires) \d+( sec)?/g, "")
    .replace(/\bpolice 0x[0-9a-f]+/g, "police");

/** The fields of a filter that the kernel does not choose. */
function chosen(filter: Filter): unknown {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    return Object.fromEntries(
      Object.entries(value).filter(([name]) => !LEFT_OUT.has(name) && !(name === "index" && "kind" in value)).map((
        [name, one],
      ) => [name, strip(one)]),
    );
  };
  const { kind, options } = filter;
  return strip({ kind, ...(options === undefined ? {} : { options }) });
}

const LEFT_OUT: ReadonlySet<string> = new Set(
  "ifindex refcnt bindcnt tm stats inHwCount pcnt usedHwStats".split(" "),
);

kernelTest("filters: each kind and action, made by tc, is read, deleted and made again", ["ip", "tc"], async () => {
  await withTc((tc, ns) => {
    let compared = 0;
    const missing: string[] = [];
    for (const [words, expected] of FILTERS) {
      const command = `filter add dev v0 ingress ${words}`;
      try {
        tool(ns, command);
      } catch (error) {
        if (
          !/TC classifier not found|Failed to load TC action|Failed to load ematch|\(No such file/.test(String(error))
        ) {
          throw error;
        }
        missing.push(words);
        continue;
      }
      const all = tc.filters.list({ dev: "v0" });
      assertEquals(all.map(chosen), [expected], words);
      const before = shown(ns);
      for (const one of all) assertEquals(tc.filters.delete(one), true);
      assertEquals(shown(ns), "", words);
      for (const one of all) tc.filters.add(one as FilterInput);
      assertEquals(shown(ns), before, words);
      // The form that a user writes has the same result as the form that the kernel lists.
      assertEquals(tc.filters.flush({ dev: "v0" }), 1);
      const [{ protocol, priority, handle, kind }] = all as [Filter];
      tc.filters.add(
        { dev: "v0", parent: "ingress", protocol, priority, handle, ...expected as object, kind } as FilterInput,
      );
      assertEquals(shown(ns), before, words);
      assertEquals(tc.filters.flush({ dev: "v0" }), 1);
      compared++;
    }
    assert(compared >= 4, `only ${compared} kinds`);
    if (lab) assert(compared > 30, `not compared: ${missing.join("; ")}`);
  });
});

kernelTest("filters: places, handles, keys, changes and refusals", ["ip", "tc"], async () => {
  await withTc((tc, ns) => {
    const { filters } = tc;
    const act = [{ kind: "mirred", options: { eaction: "egress_redir", dev: "v1" } }] as const;
    const keys = [{ val: 0x0a00_0000, mask: 0xff00_0000, off: 16, offmask: 0 }];
    const sel = { flags: ["terminal"], keys } as const;
    const made = filters.add({ dev: "v0", parent: "ingress", protocol: "ip", kind: "u32", options: { sel, act } });
    assertEquals([made.priority, made.handle, made.dev], [49152, "800::800", "v0"]);
    filters.add({
      dev: "v1",
      parent: "root",
      protocol: "ip",
      priority: 3,
      kind: "u32",
      options: { sel, classid: "1:10" },
    });
    assertEquals(filters.list().map(({ dev, parent }) => `${dev} ${parent}`).sort(), ["v0 ingress", "v1 1:"]);
    assertEquals(filters.list({ dev: "v1", parent: "root" }).length, 1);
    assertEquals([...filters.iterate({ parent: "ingress" })].map(({ dev }) => dev), ["v0"]);
    assertThrows(() => filters.list({ dev: "nope" }), Error, 'list filters: no interface is called "nope" (dev)');
    assertEquals(filters.get(made).handle, made.handle);
    assertEquals(filters.get({ dev: "v0", parent: "ingress", priority: 49152 }).handle, made.handle);
    assertEquals(filters.find({ ...made, handle: "800::801" } as FilterInput), undefined);
    filters.set({ dev: "v0", parent: "ingress", priority: 49152 }, { kind: "u32", options: { classid: "1:7" } });
    const text = tool(ns, "filter show dev v0 ingress");
    assert(text.includes("flowid 1:7") && text.includes("mirred (Egress Redirect to device v1) stolen"), text);
    assertThrows(
      () => filters.set(made as FilterInput, { kind: "u32", options: { sel: { keys: [] } } }),
      TypeError,
      "options.sel: the kernel does not change",
    );
    assertThrows(() => filters.add({ dev: "v0", parent: "ingress" }), TypeError, "kind is missing");
    assertThrows(
      () => filters.replace({ dev: "v0", parent: "ingress", priority: 1, kind: "u32", options: { sel } }),
      TypeError,
      "the kernel would add another filter",
    );
    assertThrows(
      () => filters.add({ dev: "v0", parent: "ingress", protocol: "ip", kind: "flower", options: { tcpDst: "80" } }),
      TypeError,
      'options.tcpDst: needs ipProto "tcp": the kernel would ignore it',
    );
    assertThrows(
      () => filters.add({ dev: "v0", parent: "1:", kind: "u32", options: { sel } }),
      KernelError,
      "Cannot add filter u32 at 1: on v0",
    );
    assertThrows(
      () => filters.add({ dev: "v0", parent: "ingress", kind: "u32", options: { sel, act: Array(33).fill(act[0]) } }),
      RangeError,
      "options.act: expected at most 32 actions, got 33",
    );
    // Tables, and a node in a bucket of one.
    const place = { dev: "v0", parent: "ingress", protocol: "ip", priority: 7, kind: "u32" } as const;
    filters.add({ ...place, handle: "1:", options: { divisor: 4 } });
    filters.add({ ...place, options: { sel, hash: "1:2:", classid: "1:9" } });
    filters.add({ ...place, handle: "801::1", options: { sel, link: "1:" } });
    const listed = filters.list({ dev: "v0", priority: 7 });
    assertEquals(listed.map(({ handle }) => handle).sort(), ["1:2:800", "1::", "801::1"]);
    assertEquals(filters.flush({ dev: "v0", priority: 7 }), 3);
    for (const one of [...listed].sort((a, b) => String(a.handle).length - String(b.handle).length)) {
      filters.add(one as FilterInput);
    }
    assertEquals(filters.list({ dev: "v0", priority: 7 }).length, 3);
    const taken = { ...place, handle: "801::1", options: { sel, link: "1:" } } as const;
    assertEquals(assertThrows(() => filters.add(taken), KernelError).code, "EEXIST");
    assertEquals(filters.flush({ all: true }), 5);
    // Several priorities go with their last filters, so that others can have their numbers.
    const first = { dev: "v1", parent: "1:", kind: "u32", protocol: "ip", options: { sel, classid: "1:9" } } as const;
    for (const filter of [{ dev: "v1", parent: "1:" }, { dev: "v1" }, { all: true }] as const) {
      for (const priority of [5, 6]) filters.add({ ...first, priority });
      assertEquals([filters.flush(filter), tool(ns, "filter show dev v1 parent 1:")], [2, ""]);
    }
    filters.add({ ...first, protocol: "ipv6", priority: 5 });
    assertEquals(filters.flush({ dev: "v1", protocol: "ipv6" }), 1);
    assertEquals(filters.delete(made as FilterInput, { missing: "ok" }), false);
  });
});

kernelTest("filters: a shared block has its filters once, for all its interfaces", ["ip", "tc"], async () => {
  await withTc((tc, ns) => {
    tool(ns, "qdisc del dev v0 clsact");
    for (const dev of ["v0", "v1"]) tool(ns, `qdisc add dev ${dev} ingress_block 22 clsact`);
    const { filters } = tc, options = { ops: [{ code: 6, jt: 0, jf: 0, k: 0xffff_ffff }] };
    const made = filters.add({ block: 22, protocol: "ip", priority: 1, chain: 5, kind: "bpf", options });
    assertEquals([made.block, made.dev, made.parent, made.chain, made.handle], [22, undefined, undefined, 5, 1]);
    assertEquals(filters.list().map(({ block, chain, kind }) => [block, chain, kind]), [[22, 5, "bpf"]]);
    assertEquals(filters.list({ block: 22, chain: 4 }), []);
    assert(tool(ns, "filter show block 22").includes("filter protocol ip pref 1 bpf chain 5 handle 0x1"));
    assertEquals(filters.delete(filters.list()[0] as FilterInput), true);
    assertEquals(filters.list({ block: 22 }), []);
  });
});

kernelTest(
  "filters: a watch yields what is added and deleted, also what goes without an event",
  ["ip", "tc"],
  async () => {
    await withTc(async (tc, ns) => {
      const { filters } = tc, seen = new Map<string, Filter>();
      const add = (priority: number): Filter =>
        filters.add({
          dev: "v0",
          parent: "ingress",
          priority,
          kind: "bpf",
          options: { ops: [{ code: 6, jt: 0, jf: 0, k: 1 }] },
        });
      add(1);
      let steps = 0;
      for await (const event of filters.watch({ initial: true, resync: true })) {
        if (event.event === "new") seen.set(filters.key(event.value), event.value);
        else if (event.event === "del") seen.delete(filters.key(event.value));
        if (event.event === "synced") add(2);
        else if (steps === 0 && seen.size === 2) {
          steps++;
          // Deletes a whole priority, which the event does not name one by one.
          tool(ns, "filter del dev v0 ingress prio 1");
        } else if (steps === 1 && seen.size === 1) {
          steps++;
          tool(ns, "qdisc del dev v0 clsact");
        } else if (steps === 2 && seen.size === 0) break;
      }
      assertEquals(filters.list(), []);
    });
  },
);

kernelTest("filters: mirred redirects packets, and its statistics count them", ["ip", "tc", "ping"], async () => {
  await withTc((tc, ns) => {
    ns.ipBatch([
      "link add v2 type veth peer name v3",
      "link set v2 up",
      "link set v3 up",
      "addr add 192.0.2.1/24 dev v1",
    ]);
    ns.ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev v1");
    tc.filters.add({
      dev: "v0",
      parent: "ingress",
      protocol: "ip",
      priority: 1,
      kind: "u32",
      options: {
        sel: { flags: ["terminal"], keys: [{ val: 0xc000_0202, mask: 0xffff_ffff, off: 16, offmask: 0 }] },
        act: [{ kind: "mirred", options: { eaction: "egress_redir", dev: "v2" } }],
      },
    });
    const received = (): number => ns.route.links.get("v3").stats64?.rxPackets ?? 0, before = received();
    try {
      run("ip", ["netns", "exec", ns.name, "ping", "-c", "3", "-i", "0.01", "-W", "0.01", "192.0.2.2"]);
    } catch { /* Nobody answers. */ }
    const [filter] = tc.filters.list({ dev: "v0" });
    const packets = filter?.kind === "u32" ? filter.options?.act?.[0]?.stats?.basic?.packets : undefined;
    assertEquals(packets, 3);
    assert(received() - before >= 3);
  });
});

kernelTest("filters and chains: a place that does not exist means that nothing is there", ["ip", "tc"], async () => {
  await withTc(async (tc) => {
    const { filters, chains, qdiscs } = tc, place = { dev: "v1", parent: "1:" } as const;
    const make = (): Filter =>
      filters.add({ ...place, kind: "u32", protocol: "ip", priority: 4, options: { sel: { keys: [] } } });
    const made = make(), { dev: _dev, ifindex: _ifindex, parent: _parent, ...rest } = made;
    const others: Record<string, object> = {
      "another protocol": { ...made, protocol: "ipv6" },
      "another kind": { ...made, kind: "bpf" },
      "another qdisc": { ...made, parent: "9:" },
      "another class": { ...made, parent: "1:5" },
      "another chain": { ...made, chain: 7 },
      "another priority": { ...made, priority: 9 },
      "another handle": { ...made, handle: "800::999" },
      "a block": { ...rest, block: 777 },
    };
    for (const [name, key] of Object.entries(others)) {
      assertEquals(filters.find(key as FilterInput), undefined, name);
      assertEquals(filters.delete(key as FilterInput, { missing: "ok" }), false, name);
      assertThrows(() => filters.delete(key as FilterInput), KernelError, "Cannot delete filter", name);
    }
    assertEquals(filters.find(made)?.handle, made.handle);
    const flushed = filters.waitFor(made, "gone");
    filters.flush(place);
    assertEquals([await flushed, filters.find(made)], [undefined, undefined]);
    const again = make(), gone = filters.waitFor(again, "gone");
    qdiscs.delete({ dev: "v1", parent: "root", handle: "1:" });
    assertEquals([await gone, filters.find(again)], [undefined, undefined]);
    assertEquals(filters.delete(again, { missing: "ok" }), false);
    for (const key of [{ ...place, chain: 5 }, { block: 777, chain: 5 }]) {
      assertEquals([chains.find(key), chains.delete(key, { missing: "ok" })], [undefined, false]);
    }
  });
});
