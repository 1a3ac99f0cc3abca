/** Requests that the kernel acknowledges, but does otherwise than asked or not at all, are refused, so nothing is lost. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BatchError, KernelError } from "../../../../core/errors.ts";
import { open, type TcClient, type TcEvent } from "../../../../families/route/tc.ts";
import { rate } from "../../../../families/route/tc/units.ts";
import { inNamespace, kernelTest, type Namespace, run } from "../../namespace.ts";

/** Runs `tc` in a namespace. */
const tool = (ns: Namespace, command: string): string => run("tc", ["-n", ns.name, ...command.split(" ")]);

/** A pair of links that are up, and a client for its traffic control. */
async function withTc(body: (tc: TcClient, ns: Namespace) => void): Promise<void> {
  await inNamespace((ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"]);
    using tc = open({ netns: ns.name });
    body(tc, ns);
  });
}

const all = { sel: { keys: [] } } as const;
const exclusive = "ingress and clsact exclude each other: delete the one that is there first";

kernelTest("qdiscs: add removes nothing, whatever kind is in the place", ["ip", "tc"], async () => {
  await withTc(({ qdiscs, filters }) => {
    for (const [kind, other] of [["ingress", "clsact"], ["clsact", "ingress"]] as const) {
      const place = { dev: "v0", parent: "ingress" } as const;
      qdiscs.add({ ...place, kind });
      filters.add({ ...place, kind: "u32", options: all });
      const error = assertThrows(() => qdiscs.add({ ...place, kind: other }), KernelError);
      assertEquals([error.code, error.hint], ["EEXIST", exclusive]);
      assertThrows(() => qdiscs.add({ ...place, kind: other }, { exists: "ok" }), KernelError, "EEXIST");
      assertEquals(qdiscs.add({ ...place, kind }, { exists: "ok" }), false);
      assertEquals([qdiscs.get(place).kind, filters.list({ dev: "v0" }).length], [kind, 1]);
      assertEquals(qdiscs.delete(place), true);
    }
    const root = { dev: "v0", parent: "root" } as const;
    qdiscs.add({ ...root, handle: "1:", kind: "htb" });
    assertThrows(() => qdiscs.add({ ...root, kind: "pfifo" }), KernelError, 'EEXIST "htb 1: is there"');
    assertThrows(() => qdiscs.add({ ...root, kind: "pfifo" }, { exists: "ok" }), KernelError, "EEXIST");
    assertThrows(() => qdiscs.add({ ...root, handle: "2:", kind: "pfifo" }, { exists: "ok" }), KernelError, "EEXIST");
    assertEquals(qdiscs.add({ ...root, kind: "htb" }, { exists: "ok" }), false);
    const other = assertThrows(() => qdiscs.replace({ ...root, handle: "1:", kind: "pfifo" }), KernelError, "EINVAL");
    assertStringIncludes(other.hint!, "a qdisc of another kind has this handle");
    assertEquals(qdiscs.get(root).handle, "1:");
  });
});

kernelTest(
  "qdiscs: settings are refused that the kernel would take as 0 and drop all packets",
  ["ip", "tc"],
  async () => {
    await withTc(({ qdiscs }) => {
      const root = { dev: "v0", parent: "root", handle: "5:" } as const, options = { rate: 125_000, burst: 10_000 };
      const missing = "options.limit is missing: most bytes that wait; tbf has no default for it";
      assertThrows(() => qdiscs.add({ ...root, kind: "tbf", options }), TypeError, missing);
      qdiscs.add({ ...root, kind: "tbf", options: { ...options, limit: 20_000 } });
      assertThrows(() => qdiscs.replace({ ...root, kind: "tbf", options }), TypeError, missing);
      qdiscs.set(root, { options: { rate: 250_000 } });
      assertEquals((qdiscs.get(root).options as { limit: number }).limit, 20_000);
      for (const kind of ["bfifo", "pfifo", "pfifo_head_drop", "red", "choke", "skbprio", "plug"] as const) {
        assertThrows(() => qdiscs.replace({ ...root, kind, options: {} }), TypeError, "options.limit is missing", kind);
      }
    });
  },
);

kernelTest("classes: one whose parent does not exist is refused, not made at the root", ["ip", "tc"], async () => {
  await withTc((tc) => {
    const { classes, qdiscs } = tc, options = { rate: rate("1mbit") };
    qdiscs.add({ dev: "v0", parent: "root", handle: "1:", kind: "htb" });
    const child = { dev: "v0", parent: "1:99", handle: "1:60", kind: "htb", options } as const;
    assertThrows(() => classes.add(child), KernelError, 'ENOENT "parent: there is no class 1:99"');
    assertThrows(() => classes.replace(child), KernelError, "there is no class 1:99");
    const failed = assertThrows(() => tc.batch((b) => b.classes.add(child)), BatchError);
    assertEquals(failed.failures.map(({ error }) => (error as KernelError).code), ["ENOENT"]);
    assertEquals(classes.list({ dev: "v0" }), []);
    tc.batch((b) => {
      b.classes.add({ dev: "v0", parent: "1:", handle: "1:99", kind: "htb", options });
      b.classes.add(child);
    });
    classes.add({ ...child, parent: "1:60", handle: "1:61" });
    classes.replace({ ...child, parent: "1:60", handle: "1:61" });
    const parents = classes.list({ dev: "v0" }).map(({ handle, parent }) => `${handle} ${parent}`);
    assertEquals(parents.sort(), ["1:60 1:99", "1:61 1:60", "1:99 root"]);
    assertThrows(
      () => classes.add({ dev: "v0", parent: "1:1", handle: "1:2", kind: "drr" }),
      TypeError,
      "classes of drr are directly below the qdisc",
    );
  });
});

kernelTest("filters: u32 with a class or actions ends the search, as that of tc does", ["ip", "tc"], async () => {
  await withTc(({ filters, qdiscs }, ns) => {
    qdiscs.add({ dev: "v0", parent: "root", handle: "1:", kind: "htb" });
    qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
    const made = (hook: string): unknown => filters.list({ dev: "v0", parent: hook }).map(({ options }) => options);
    tool(ns, "filter add dev v0 parent 1: u32 match u32 0 0 flowid 1:20");
    tool(ns, "filter add dev v0 ingress u32 match u32 0 0 action mirred egress mirror dev v1");
    const flagsOf = (hook: string): unknown =>
      (made(hook) as { sel: { flags: unknown } }[]).map(({ sel }) => sel.flags);
    const theirs = ["1:", "ingress"].map(flagsOf);
    assertEquals(theirs, [[["terminal"]], [["terminal"]]]);
    filters.flush({ dev: "v0" });
    const act = [{ kind: "mirred", options: { eaction: "egress_mirror", dev: "v1" } }] as const;
    filters.add({ dev: "v0", parent: "1:", kind: "u32", options: { ...all, classid: "1:20" } });
    filters.add({ dev: "v0", parent: "ingress", kind: "u32", options: { ...all, act } });
    assertEquals(["1:", "ingress"].map(flagsOf), theirs);
    // Given settings stay.
    filters.add({
      dev: "v0",
      parent: "egress",
      priority: 3,
      kind: "u32",
      options: { sel: { flags: [], keys: [] }, act },
    });
    assertEquals(flagsOf("egress"), [[]]);
  });
});

kernelTest(
  "filters: replace refuses what the kernel would ignore, add what it would not add",
  ["ip", "tc"],
  async () => {
    await withTc(({ filters, qdiscs }) => {
      qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
      const key = { dev: "v0", parent: "ingress", protocol: "ip", priority: 6, handle: "800::1", kind: "u32" } as const;
      const sel = { keys: [{ val: 1, mask: 255, off: 0 }] }, other = { keys: [{ val: 2, mask: 255, off: 4 }] };
      filters.add({ ...key, options: { sel, classid: "1:1" } });
      assertThrows(
        () => filters.replace({ ...key, options: { sel: other, classid: "1:1" } }),
        TypeError,
        "options.sel: the kernel does not change sel, hash, divisor, mark of u32: delete it, and add it again",
      );
      const marked = { sel, classid: "1:1", mark: { val: 3, mask: 3 } };
      assertThrows(() => filters.replace({ ...key, options: marked }), TypeError, "options.mark: the kernel");
      assertThrows(() => filters.set(key, { kind: "u32", options: { mark: marked.mark } }), TypeError, "options.mark");
      filters.replace({ ...key, options: { sel, classid: "1:2" } });
      assertEquals((filters.get(key).options as { classid: string }).classid, "1:2");
      assertThrows(
        () => filters.add({ dev: "v0", parent: "ingress", kind: "u32" }),
        TypeError,
        "options.sel is missing: the kernel would add nothing",
      );
      assertThrows(() => filters.add({ dev: "v0", parent: "ingress", kind: "route" }), TypeError, "options is missing");
      assertEquals(filters.list({ dev: "v0" }).length, 1);
    });
  },
);

kernelTest(
  "filters: a flush of a chain leaves filters of other chains with the same priority",
  ["ip", "tc"],
  async () => {
    await withTc(({ filters, qdiscs }, ns) => {
      qdiscs.add({ dev: "v0", parent: "root", handle: "1:", kind: "htb" });
      const place = { dev: "v0", parent: "1:", protocol: "ip", kind: "u32" } as const;
      const bpf = { ops: [{ code: 6, jt: 0, jf: 0, k: 0 }] };
      for (const chain of [0, 7]) {
        for (let i = 0; i <= chain % 2; i++) filters.add({ ...place, priority: 6, chain, options: all });
        filters.add({ dev: "v0", parent: "1:", protocol: "ip", kind: "bpf", priority: 8, chain, options: bpf });
      }
      filters.add({ ...place, priority: 9, chain: 7, options: all });
      assertThrows(
        () => filters.flush({ dev: "v0", chain: 7, kind: "u32", handle: "800::800" }),
        TypeError,
        "does not tell apart",
      );
      assertEquals(filters.flush({ dev: "v0", chain: 7 }), 4);
      const left = filters.list({ dev: "v0" }).map(({ chain, priority, kind }) => `${chain ?? 0} ${priority} ${kind}`);
      assertEquals(left, ["0 6 u32", "0 8 bpf"]);
      const text = tool(ns, "filter show dev v0 parent 1:");
      assert(text.includes("fh 800::800") && !/fh 80[12]::80/.test(text), text);
      assertEquals(filters.flush({ dev: "v0", chain: 0 }), 2);
      // Both hooks of clsact are one qdisc.
      qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
      for (const parent of ["ingress", "egress"]) filters.add({ ...place, parent, priority: 6, options: all });
      assertEquals(filters.flush({ dev: "v0", parent: "egress" }), 1);
      assertEquals(filters.list({ dev: "v0" }).map(({ parent, handle }) => `${parent} ${handle}`), [
        "ingress 800::800",
      ]);
    });
  },
);

kernelTest(
  "filters, actions: one that exists is tolerated, a place that would be ignored is refused",
  ["ip"],
  async () => {
    await withTc((tc) => {
      const { qdiscs, filters, actions } = tc, place = { dev: "v0", parent: "ingress", priority: 6 } as const;
      qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
      const one = { ...place, kind: "u32", handle: "800::5", options: all } as const;
      filters.add(one);
      assertThrows(() => filters.add(one), KernelError);
      assertEquals(filters.add(one, { exists: "ok" }), false);
      tc.batch((b) => b.filters.add(one, { exists: "ok" }));
      assertEquals(filters.list({ dev: "v0" }).length, 1);
      assertThrows(
        () => filters.add({ block: 5, dev: "v0", kind: "u32", options: all }),
        TypeError,
        "block excludes dev",
      );
      const mirror = { kind: "mirred", index: 77, options: { eaction: "egress_mirror", dev: "v1" } } as const;
      actions.add(mirror);
      assertThrows(() => actions.add(mirror), KernelError, "EEXIST");
      assertEquals(actions.add(mirror, { exists: "ok" }), false);
      assertThrows(() => actions.add(mirror, { foo: 1 } as never), TypeError, 'no option "foo"');
      assertEquals(actions.delete(actions.list("mirred")[0]!), true);
      const none = assertThrows(() => qdiscs.delete({ dev: "v1", parent: "root" }), KernelError);
      assertEquals(none.hint, "only the kernel's own qdisc is there: it can only be replaced");
    });
  },
);

kernelTest("what the kernel keeps, and what it deletes only after others, is told in a hint", ["ip"], async () => {
  await withTc(({ qdiscs, classes, filters }) => {
    const root = { dev: "v0", parent: "root" } as const,
      hintOf = (call: () => unknown): string | undefined => assertThrows(call, KernelError).hint;
    const [own] = qdiscs.list({ dev: "v0" });
    assertEquals([own!.handle, qdiscs.delete(own!, { missing: "ok" })], ["0:", false]);
    assertThrows(() => qdiscs.delete(own!), TypeError, "the kernel made 0: by itself");
    qdiscs.add({ ...root, handle: "1:", kind: "tbf", options: { rate: 125_000, burst: 10_000, limit: 20_000 } });
    const [only] = classes.list({ dev: "v0" });
    for (const call of [() => classes.delete(only!), () => classes.add(only!)]) {
      assertEquals(hintOf(call), "classes of tbf exist as long as their qdisc");
    }
    qdiscs.delete(root);
    assertEquals(hintOf(() => qdiscs.add({ ...root, kind: "fq-codel" } as never)), 'did you mean "fq_codel"?');
    const htb = { ...root, handle: "1:", kind: "htb" } as const;
    qdiscs.add(htb);
    assertEquals(
      hintOf(() => qdiscs.replace(htb)),
      "htb keeps its settings: delete it and add it again, or replace it with another handle",
    );
    const options = { rate: rate("1mbit") };
    classes.add({ dev: "v0", handle: "1:1", parent: "1:", kind: "htb", options });
    classes.add({ dev: "v0", handle: "1:2", parent: "1:1", kind: "htb", options });
    // The upper limit follows the rate, until it is another one.
    const of = { dev: "v0", handle: "1:2" },
      set = (rates: { rate?: number; ceil?: number }): unknown => {
        classes.set(of, { kind: "htb", options: rates });
        const { rate, ceil } = classes.get(of).options as { rate: number; ceil: number };
        return [rate, ceil];
      };
    assertEquals([set({ rate: 500_000 }), set({ ceil: 600_000 })], [[500_000, 500_000], [500_000, 600_000]]);
    assertThrows(() => set({ rate: 700_000 }), RangeError, "options.rate: expected at most ceil, 600000, got 700000");
    assertEquals(
      hintOf(() => classes.delete({ dev: "v0", handle: "1:1" })),
      "delete its filters and the classes below it first, as flush does",
    );
    const at = { dev: "v0", parent: "1:", protocol: "ip", priority: 3, kind: "u32" } as const;
    filters.add({ ...at, handle: "2:", options: { divisor: 4 } });
    const link = filters.add({ ...at, options: { ...all, link: "2:" } });
    // All tables of a priority go with its last filter.
    filters.add({ ...at, options: all });
    const [table] = filters.list({ ...at, handle: "2:" });
    assertEquals(
      hintOf(() => filters.delete(table!)),
      "delete the filters that link to the table first, as flush does",
    );
    // The kernel lets go of the table a moment later.
    assertEquals([filters.delete(link), filters.delete(table!)], [true, true]);
  });
});

kernelTest(
  "set changes the object that is there, and refuses by name what it cannot change",
  ["ip", "tc"],
  async () => {
    await withTc(({ qdiscs, classes, filters, actions }, ns) => {
      const place = { dev: "v0", parent: "root", handle: "1:" } as const, one = { dev: "v0", handle: "1:10" } as const;
      const refused = (act: () => unknown, why: string): unknown => assertThrows(act, Error, why);
      qdiscs.add({ ...place, kind: "htb", options: { defcls: 1 } });
      refused(() => qdiscs.set(place, { options: { defcls: 7 } } as never), "(htb keeps its settings");
      refused(() => qdiscs.set({ handle: "1:" }, { options: {} } as never), "Cannot set qdisc: dev is missing");
      const htb = { ...one, parent: "1:", kind: "htb" } as const;
      for (const [name, wrong] of [["mpu", 65536], ["overhead", -4], ["linklayer", "foo"]] as const) {
        refused(
          () => classes.add({ ...htb, options: { rate: 125_000, [name]: wrong } }),
          `: options.${name}: expected`,
        );
      }
      classes.add({ ...htb, options: { rate: 125_000 } });
      refused(() => classes.set(one, { options: null } as never), "options: expected an object, got null");
      const filter = filters.add({ dev: "v0", parent: "1:", kind: "u32", options: { ...all, classid: "1:10" } });
      refused(() => filters.set(filter, { options: null } as never), "options: expected an object, got null");
      qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
      refused(() => qdiscs.set({ dev: "v0", parent: "ingress" }, { ingressBlock: 5 }), "ingressBlock does not change");
      refused(() => qdiscs.replace({ dev: "v0", parent: "ingress", kind: "ingress" }), exclusive);
      const key = { kind: "mirred", index: 8 } as const, to = { eaction: "egress_redir", dev: "v0" } as const;
      if (!actionIs(() => actions.add({ ...key, options: to }))) return;
      refused(() => actions.set(key, { kind: "gact" } as never), "Cannot set action mirred 8: kind does not change");
      refused(() => actions.set(key, { options: { parms: {} } } as never), 'options: there is no field "parms"');
      refused(() => actions.set(key, { options: { action: "drop" } } as never), 'options: there is no field "action"');
      actions.set(key, { options: { ifindex: ns.route.links.get("v1").index } });
      assertStringIncludes(tool(ns, "actions ls action mirred"), "Redirect to device v1");
    });
  },
);

kernelTest("settings that would match or drop everything, or be lost, are refused by name", ["ip", "tc"], async () => {
  await withTc(({ qdiscs, filters }) => {
    const root = { dev: "v0", parent: "root", handle: "1:" } as const, limited = { limit: 5000, rate: 1e6, burst: 1e4 };
    const refused = (act: () => unknown, why: string): unknown => assertThrows(act, Error, why);
    refused(() => qdiscs.add({ ...root, kind: "tbf" }), "options.limit is missing");
    refused(() => qdiscs.add({ ...root, kind: "tbf", options: { ...limited, pburst: 2000 } }), "options.peakrate");
    refused(
      () => qdiscs.add({ ...root, kind: "prio", options: { priomap: [1] } }),
      "options.priomap: expected 16 items",
    );
    qdiscs.add({ ...root, kind: "htb" });
    const filter = { dev: "v0", parent: "1:", kind: "u32" } as const;
    for (
      const [options, why] of [
        [{ sel: null }, "options.sel: expected an object, got null"],
        [{ sel: { keys: [{ val: 1, off: 12 }] } }, "options.sel.keys[0]"],
      ] as const
    ) refused(() => filters.add({ ...filter, options: options as never }), why);
    assertEquals(filters.list({ dev: "v0" }), []);
  });
});

/** Calls a function; false if the kernel does not have a kind of actions. */
function actionIs(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return false;
    throw error;
  }
}

kernelTest("one watch tells of qdiscs, classes and filters, in the kernel's order", ["ip"], async () => {
  await inNamespace(async (ns) => {
    ns.ip("link add v0 type veth peer name v1");
    using tc = open({ netns: ns.name });
    assertThrows(() => tc.watch("filters" as "filter"), TypeError, 'got "filters", did you mean "filter"?');
    const htb = { dev: "v0", kind: "htb" } as const, seen: string[] = [];
    tc.qdiscs.add({ ...htb, parent: "root", handle: "1:" });
    await using events = tc.watch("qdisc", "class", "filter", { initial: true });
    for await (const event of events) {
      if (event.event === "synced") {
        tc.classes.add({ ...htb, parent: "1:", handle: "1:1", options: { rate: rate("1mbit") } });
        tc.filters.add({ dev: "v0", parent: "1:", kind: "u32", options: { ...all, classid: "1:1" } });
        tc.filters.flush({ dev: "v0" });
        tc.qdiscs.delete({ dev: "v0", parent: "root" });
      }
      const { object, value } = event as Partial<TcEvent>;
      if (value?.dev === "v0") seen.push(`${event.event} ${object} ${value.kind}`);
      if (seen.at(-1) === "del qdisc htb") break;
    }
    assertEquals(seen.filter((one) => !one.startsWith("del class")), [
      "new qdisc htb",
      "new class htb",
      "new filter u32",
      "del filter u32",
      "del qdisc htb",
    ]);
  });
});
