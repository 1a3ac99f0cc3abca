/** Chains, and actions that stand by themselves: made by us and read by `tc`, made by `tc` and read by us. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../../core/errors.ts";
import { open, type TcClient } from "../../../../families/route/tc.ts";
import { inNamespace, kernelTest, type Namespace, run } from "../../namespace.ts";

/** Runs `tc` in a namespace. */
const tool = (ns: Namespace, command: string): string => run("tc", ["-n", ns.name, ...command.split(" ")]);

/** A pair of links that are up, with clsact on v0. */
async function withTc(body: (tc: TcClient, ns: Namespace) => void | Promise<void>): Promise<void> {
  await inNamespace(async (ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"]);
    tool(ns, "qdisc add dev v0 clsact");
    using tc = open({ netns: ns.name });
    await body(tc, ns);
  });
}

kernelTest("actions: added, listed, changed, used by a filter, deleted and flushed", ["ip", "tc"], async () => {
  await withTc(({ actions, filters }, ns) => {
    const options = { eaction: "egress_redir", dev: "v1" } as const;
    assertEquals(actions.add({ kind: "mirred", index: 5, options }).action, "stolen");
    tool(ns, "actions add action mirred ingress mirror dev v1 index 9");
    for (let i = 0; i < 40; i++) actions.add({ kind: "mirred", options });
    const all = actions.list("mirred"), text = tool(ns, "-j actions list action mirred");
    assertEquals(all.length, 42);
    const theirs = (JSON.parse(text) as { actions?: { index: number }[] }[]).flatMap(({ actions = [] }) => actions);
    assertEquals(all.map(({ index }) => index), theirs.map(({ index }) => index));
    const nine = actions.get({ kind: "mirred", index: 9 });
    assertEquals([nine.action, (nine.options as { eaction?: string }).eaction], ["pipe", "ingress_mirror"]);
    actions.set({ kind: "mirred", index: 5 }, { action: "pipe" });
    assert(tool(ns, "actions get action mirred index 5").includes("Egress Redirect to device v1) pipe"));
    filters.add({
      dev: "v0",
      parent: "ingress",
      kind: "bpf",
      options: { ops: [{ code: 6, jt: 0, jf: 0, k: 1 }], act: [{ kind: "mirred", index: 5 }] },
    });
    assertEquals(actions.get({ kind: "mirred", index: 5 }).bindcnt, 1);
    assertThrows(() => actions.delete({ kind: "mirred", index: 5 }), KernelError, "filters use it");
    assertThrows(() => actions.add({ kind: "mirred", index: 9, options }), KernelError, "EEXIST");
    assertThrows(() => actions.get({ kind: "mirred", index: 900 }), KernelError, "ENOENT");
    assertThrows(() => actions.add({ kind: "gact" }), TypeError, "action: is missing: the fate of packets");
    assertEquals(actions.find({ kind: "mirred", index: 900 }), undefined);
    assertEquals(actions.delete({ kind: "mirred", index: 900 }, { missing: "ok" }), false);
    assertEquals(actions.delete({ kind: "mirred", index: 9 }), true);
    actions.add(nine);
    assertEquals(actions.get({ kind: "mirred", index: 9 }).action, "pipe");
    // The kernel's own flush would end at the action that the filter uses.
    assertEquals(actions.flush("mirred"), 41);
    assertEquals(actions.list("mirred").map(({ index }) => index), [5]);
  });
});

kernelTest("chains: added, listed by hook, found and deleted", ["ip", "tc"], async () => {
  await withTc(({ chains }, ns) => {
    chains.add({ dev: "v0", parent: "ingress", chain: 7 });
    tool(ns, "chain add dev v0 egress chain 8");
    const listed = (): string[] => chains.list().map(({ dev, parent, chain }) => `${dev} ${parent} ${chain}`).sort();
    assertEquals(listed().filter((one) => !one.endsWith(" 0")), ["v0 egress 8", "v0 ingress 7"]);
    assert(tool(ns, "chain show dev v0 ingress").includes("chain 7"));
    const key = { dev: "v0", parent: "ingress", chain: 7 };
    assertEquals(chains.get(key).chain, 7);
    assertEquals(chains.find({ ...key, chain: 9 }), undefined);
    assertEquals(chains.add(key, { exists: "ok" }), false);
    assertThrows(() => chains.replace(key), TypeError, "the kernel does not change chains");
    const one = chains.get(key);
    assertEquals(chains.delete(one), true);
    assertEquals(chains.delete(key, { missing: "ok" }), false);
    chains.add(one);
    assertEquals(chains.get(key).parent, "ingress");
  });
});
