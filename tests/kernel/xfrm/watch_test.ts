/** Events of IPsec, which `ip xfrm` and packets cause. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { open, type XfrmPolicy } from "../../../families/xfrm/mod.ts";
import { inNamespace, kernelTest, wire } from "../namespace.ts";
import { POLICIES } from "../../unit/xfrm/pairs.ts";

/** An event of a watch. */
interface XfrmItem {
  readonly event: string;
  readonly value?: object;
}

kernelTest(
  "xfrm: a packet without a state is an acquire, with the policy and its templates",
  ["ip", "ping"],
  async () => {
    await inNamespace(async (ns) => {
      wire(ns);
      using client = open({ netns: ns.name });
      client.policies.add({
        dir: "out",
        sel: { dst: "192.0.2.0/24" },
        tmpl: [{ src: "192.0.2.1", dst: "192.0.2.7", proto: "esp", mode: "tunnel", reqid: 5 }],
      });
      await using events = client.watch("acquire", "expire");
      ns.ip("neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0");
      spawnSync("ip", ["netns", "exec", ns.name, "ping", "-c", "1", "-W", "1", "192.0.2.9"]);
      const { value: event } = await events.next();
      const { event: word, value } = event as { event: string; value: object };
      const { src, dst, proto, sel, policy, tmpl } = value as never as Record<string, never>;
      assertEquals([word, src, dst, proto], ["acquire", "192.0.2.1", "192.0.2.7", "esp"] as never[]);
      assertEquals((sel as { dst: string }).dst, "192.0.2.9/32");
      assertEquals((policy as { dir: string }).dir, "out");
      assertEquals((tmpl as { reqid: number }[]).map(({ reqid }) => reqid), [5]);
      // The kernel lists what it waits for as a state without an SPI.
      assertEquals(client.states.list().map(({ spi, dst }) => [spi, dst]), [[0, "192.0.2.7"]]);
      assertEquals(client.states.info().cnt, 1);
      const { spi } = client.states.allocSpi({
        src: "192.0.2.7",
        dst: "192.0.2.1",
        proto: "esp",
        min: 0x1000,
        max: 0x1fff,
      });
      assertEquals([spi >= 0x1000, spi <= 0x1fff], [true, true]);
      assertEquals([client.states.flush({ all: true }), client.states.list()], [2, []]);
    });
  },
);

kernelTest("xfrm: policies that are there, made, changed, gone, expired and flushed are events in order", [
  "ip",
], async () => {
  await inNamespace(async ({ name, ip }) => {
    using client = open({ netns: name });
    const { policies } = client, [[words], [second, policy]] = POLICIES as never as [string, never][];
    ip(`xfrm policy add ${words}`);
    await using events = client.watch("policy", "expire", { initial: true });
    const seen: string[] = [];
    const take = async (count: number): Promise<string[]> => {
      for (let i = 0; i < count; i++) {
        const { value: event } = await events.next();
        const { event: word, object = "", value = {} } = event as { event: string; object?: string; value?: object };
        const { priority = "" } = value as { priority?: number };
        seen.push(`${word} ${object} ${priority}`.trim());
      }
      return seen.splice(0);
    };
    assertEquals(await take(2), ["new policy 0", "synced"]);
    ip(`xfrm policy add ${second}`);
    assertEquals(await take(1), ["new policy 100"]);
    policies.set(policy, { priority: 7 });
    assertEquals(await take(1), ["new policy 7"]);
    policies.expire(policy);
    assertEquals(await take(1), ["expire policy 7"]);
    policies.expire(policy, true);
    assertEquals(await take(2), ["expire policy 7", "del policy 7"]);
    ip(`xfrm policy add ${second}`);
    policies.delete(policy);
    assertEquals(await take(2), ["new policy 100", "del policy 100"]);
    ip("xfrm policy flush");
    assertEquals(await take(2), ["flush policy", "del policy 0"]);
    await using one = policies.watch({ initial: true });
    assertEquals((await one.next()).value, { event: "synced" });
    policies.add(policy);
    const { value: made } = await one.next();
    assertEquals((made as { event: string }).event, "new");
    policies.flush({ type: "main" });
    const kinds: string[] = [];
    while (!kinds.includes("del")) kinds.push(((await one.next()).value as { event: string }).event);
    assertEquals(kinds.at(-1), "del");
    assertThrows(() => client.watch("polices" as never), TypeError, 'Cannot watch "polices": expected state, policy');
    assertThrows(() => client.watch("policy", { inital: true } as never), TypeError, 'did you mean "initial"');
  });
});

kernelTest("xfrm: a watch that lost events tells it, lists again, and has the kernel's policies", [], async () => {
  await inNamespace(async ({ name }) => {
    using client = open({ netns: name });
    const { policies } = client, first = { dir: "in", sel: { src: "10.1.0.1" } } as const;
    const options = { initial: true, resync: true, buffer: 4096 };
    for (const watch of [() => policies.watch(options), () => client.watch("policy", options)]) {
      const known = new Map<string, number>();
      policies.add(first);
      await using events = watch() as AsyncIterableIterator<XfrmItem> & AsyncDisposable;
      const untilSynced = async (): Promise<string[]> => {
        const words: string[] = [];
        while (words.at(-1) !== "synced") {
          const { value: { event, value } } = await events.next() as { value: XfrmItem };
          if (event === "new") known.set(policies.key(value as XfrmPolicy), (value as XfrmPolicy).priority);
          else if (event === "del") known.delete(policies.key(value as XfrmPolicy));
          words.push(event);
        }
        return words;
      };
      assertEquals(await untilSynced(), ["new", "synced"]);
      client.batch(({ policies }) => {
        for (let i = 0; i < 100; i++) policies.add({ dir: "in", sel: { src: `10.2.0.${i}` }, priority: i });
        policies.delete(first);
      });
      const words = await untilSynced();
      assert(words.includes("overrun"), words.join());
      const listed = policies.list().map((one): [string, number] => [policies.key(one), one.priority]);
      assertEquals([listed.length, [...known].sort()], [100, listed.sort()]);
      policies.flush({ dir: "in" });
    }
  });
});

kernelTest("xfrm: the default policy, counts and thresholds are those of ip", ["ip"], async () => {
  await inNamespace(({ name, ip }) => {
    using client = open({ netns: name });
    const { policies } = client;
    policies.setDefault({ in: "block", fwd: "block" });
    assertEquals(policies.getDefault(), { in: "block", fwd: "block", out: "accept" });
    const said = ip("xfrm policy getdefault");
    assertEquals(["in:", "fwd:", "out:"].map((dir) => new RegExp(`${dir}\\s+(\\w+)`, "i").exec(said)?.[1]), [
      "block",
      "block",
      "accept",
    ]);
    for (const [words] of POLICIES) ip(`xfrm policy add ${words}`);
    policies.setThresholds({ ipv4Hthresh: { lbits: 24, rbits: 25 } });
    const { info, ipv4Hthresh, ipv6Hthresh } = policies.info();
    assertEquals([info!.incnt, info!.outcnt, info!.fwdcnt], [1, 2, 2]);
    assertEquals([ipv4Hthresh, ipv6Hthresh], [{ lbits: 24, rbits: 25 }, { lbits: 128, rbits: 128 }]);
    const count = ip("-s -s xfrm policy count");
    assertEquals(/IN\s+(\d+)\s+OUT\s+(\d+)\s+FWD\s+(\d+)/.exec(count)?.slice(1), ["1", "2", "2"]);
    assertEquals(/IPv4 thresholds: local (\d+) remote (\d+)/i.exec(count)?.slice(1) ?? count, ["24", "25"]);
  });
});
