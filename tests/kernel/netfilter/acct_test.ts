/** Accounting objects, compared with those of `nfacct`, and counted by rules of iptables-nft. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { open } from "../../../families/netfilter/acct.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, load, type Namespace, run } from "../namespace.ts";

/** Runs a program in the namespace. */
const inside = (ns: Namespace, ...command: string[]): string => run("ip", ["netns", "exec", ns.name, ...command]);

/** Opens a client; skips the test if the kernel has no accounting objects. */
function opened(ns: Namespace): ReturnType<typeof open> {
  load("nfnetlink_acct");
  load("xt_nfacct");
  const client = open({ netns: ns.name });
  try {
    client.acct.list();
    return client;
  } catch (error) {
    client.close();
    if (error instanceof KernelError && error.code === "EINVAL") skip("needs a kernel with nfnetlink_acct");
    throw error;
  }
}

/** The objects that `nfacct` lists. */
function theirs(ns: Namespace): { name: string; pkts: number; bytes: number }[] {
  const lines = inside(ns, "nfacct", "list").matchAll(/pkts = (\d+), bytes = (\d+).*\} = (.*);/g);
  return [...lines].map(([, pkts, bytes, name]) => ({ pkts: Number(pkts), bytes: Number(bytes), name: name! }));
}

kernelTest("acct: add, list, get, reset, delete and flush change what nfacct lists", ["ip", "nfacct"], async () => {
  await inNamespace((ns) => {
    using client = opened(ns);
    const { acct } = client;
    acct.add({ name: "web", pkts: 3, bytes: 400 });
    acct.add({ name: "guests", flags: ["quota_bytes"], quota: 1000 });
    inside(ns, "nfacct", "add", "theirs");
    const counters = acct.list().map(({ name, pkts, bytes }) => ({ pkts, bytes, name }));
    assertEquals(counters, theirs(ns) as never);
    assertEquals(counters.length, 3);
    assertEquals(acct.get("guests"), {
      nfgenFamily: "unspec",
      name: "guests",
      pkts: 0,
      bytes: 0,
      use: 1,
      flags: ["quota_bytes"],
      quota: 1000,
    });
    assertEquals(acct.getAndZero("web").pkts, 3);
    assertEquals(acct.find("web")?.pkts, 0);
    assertEquals(acct.add({ name: "web" }, { exists: "ok" }), false);
    assertThrows(() => acct.add({ name: "web" }), KernelError, "Cannot add accounting object web: EEXIST");
    for (const flags of [undefined, [], ["overquota"]] as const) {
      const value = { name: "dropped", quota: 5, ...(flags === undefined ? {} : { flags }) };
      assertThrows(() => acct.add(value), TypeError, 'flags: a quota needs "quota_pkts" or "quota_bytes"');
    }
    assertThrows(() => acct.add({ name: "dropped", flags: ["quota_pkts"] }), TypeError, "quota is missing");
    assertEquals(acct.find("dropped"), undefined);
    assertThrows(() => acct.delete({} as never), TypeError, "name is missing");
    assertThrows(() => acct.set("web" as never, { pkts: 5 }), TypeError, "Cannot set an accounting object");
    assertEquals(acct.listAndZero().length, 3);
    // A listed object can be deleted and added again.
    const all = acct.list();
    for (const one of all) acct.delete(one);
    assertEquals(theirs(ns), []);
    for (const one of all) acct.add(one);
    assertEquals(acct.list(), all);
    assertEquals(acct.flush({ name: "theirs" }), 1);
    assertEquals(acct.flush({ all: true }), 2);
    assertEquals(theirs(ns), []);
    assertEquals(acct.find("web"), undefined);
  });
});

kernelTest("acct: a rule counts packets, and an event tells that the quota is reached", [
  "ip",
  "nfacct",
  "iptables-nft",
], async () => {
  await inNamespace(async (ns) => {
    using client = opened(ns);
    const { acct } = client;
    ns.ip("link set lo up");
    acct.add({ name: "sent", flags: ["quota_pkts"], quota: 3 });
    try {
      inside(ns, ..."iptables-nft -A OUTPUT -p udp -m nfacct --nfacct-name sent".split(" "));
    } catch {
      skip("needs a kernel with xt_nfacct");
    }
    assertEquals(acct.get("sent").use, 2);
    assertThrows(() => acct.delete("sent"), KernelError, "EBUSY");
    await using events = acct.watch();
    const reached = acct.waitFor("sent", ({ flags }) => flags!.includes("overquota"), { timeout: 20_000 });
    inside(ns, "bash", "-c", "for i in 1 2 3 4 5; do echo x > /dev/udp/127.0.0.1/9; done");
    const over = await reached, { value } = await events.next();
    assertEquals([over.name, over.flags], ["sent", ["quota_pkts", "overquota"]]);
    assert(value !== undefined && value.event === "new");
    assertEquals([value.value.name, value.value.quota], ["sent", 3]);
    assertEquals(acct.get("sent").pkts, theirs(ns)[0]!.pkts);
    acct.replace({ name: "sent" });
    assertEquals(acct.get("sent").pkts, 0);
  });
});
