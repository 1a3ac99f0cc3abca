/** Routes that join others, replace them, or leave them: a watch's map ends correct, whatever the events are. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { random } from "../../unit/core/help.ts";
import { inNamespace, kernelTest, type Namespace, wire } from "../namespace.ts";

const VERBS = ["add", "append", "prepend", "replace", "change", "del"] as const;
const WAYS = [
  "via fd00::2 dev v0",
  "via fd00::3 dev v0",
  "via fd00:1::2 dev v1",
  "dev v0",
  "dev v1",
  "nexthop via fd00::2 dev v0 nexthop via fd00::4 dev v0",
] as const;

/** Returns the lines of `ip -6 route` for the test's own prefixes, without duplicates. */
function theirs(ns: Namespace): string[] {
  const lines = ns.ipJson("-6 route show").filter(({ dst }) => String(dst).startsWith("fd1")).flatMap((route) => {
    const ways = (route["nexthops"] ?? [route]) as { gateway?: string; dev: string }[];
    return [`${route["dst"]} ${route["metric"]} ${ways.map(({ gateway, dev }) => `${gateway} ${dev}`).sort()}`];
  });
  return [...new Set(lines)].sort();
}

kernelTest(
  "IPv6 routes that join others in any order, by any verb: a watch's map equals ip -6 route",
  ["ip"],
  async () => {
    await inNamespace(async (ns) => {
      wire(ns);
      ns.ipBatch(["-6 address add fd00::1/64 dev v0 nodad", "-6 address add fd00:1::1/64 dev v1 nodad"]);
      const { routes } = ns.route, below = random(12);
      await using events = routes.watch({ initial: true, resync: true });
      const map = new Map<string, string>();
      let marks = 0;
      const follow = (async (): Promise<void> => {
        for await (const event of events) {
          if (event.event !== "new" && event.event !== "del") continue;
          const { dst, priority, multipath, gateway, dev } = event.value;
          if (event.event === "new" && dst === "fd77::/64") marks++;
          if (!dst.startsWith("fd1")) continue;
          const ways = (multipath ?? [{ gateway, dev }]).map((way) => `${way.gateway} ${way.dev}`).sort();
          if (event.event === "del") map.delete(routes.key(event.value));
          else map.set(routes.key(event.value), `${dst} ${priority} ${ways}`);
        }
      })();
      let joined = 0, done = 0;
      for (let round = 0; round < 12; round++) {
        const changes = Array.from({ length: 25 }, () => {
          const [verb, way] = [VERBS[below(VERBS.length)]!, WAYS[below(WAYS.length)]!];
          return `route ${verb} fd1${below(2)}::/64 ${way} ${below(2) === 0 ? "" : "metric 5"}\n`;
        });
        // The kernel refuses changes that do not fit the present routes; ip reports them and continues.
        const input = changes.join(""), options = { input, encoding: "utf8" } as const;
        const { stderr } = spawnSync("ip", ["-n", ns.name, "-6", "-force", "-batch", "-"], options);
        done += changes.length - stderr.split("Command failed").length + 1;
        const expected = theirs(ns);
        if (expected.some((line) => line.includes(","))) joined++;
        // Events of the last change come after all others, and routes that others left are read again before the next
        // wait.
        const before = marks;
        ns.ip("-6 route add fd77::/64 dev v0");
        while (marks === before || JSON.stringify([...map.values()].sort()) !== JSON.stringify(expected)) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        ns.ip("-6 route del fd77::/64");
        assertEquals([...map.values()].sort(), expected);
      }
      assert(joined > 2 && done > 60, `${joined} rounds ended with joined routes, ${done} changes were done`);
      await events.return?.();
      await follow;
    });
  },
);

kernelTest("a next hop of an IPv6 route is found, changed and deleted by its gateway", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ip("-6 address add fd00::1/64 dev v0 nodad");
    const { routes } = ns.route, dst = "fd07::/64", key = (gateway: string) => ({ dst, gateway });
    const theirs = (): unknown =>
      ns.ipJson(`-6 route show ${dst}`).map(({ nexthops, gateway, metrics, metric }) => [
        metric,
        metrics,
        (nexthops as { gateway: string; weight: number }[] | undefined)?.map((
          { gateway, weight },
        ) => [gateway, weight]) ??
          gateway,
      ]);
    const multipath = [{ gateway: "fd00::2" }, { gateway: "fd00::3", weight: 4 }, { gateway: "fd00::4" }];
    routes.add({ dst, multipath, metrics: { mtu: 1300 } });
    routes.add({ dst, gateway: "fd00::3", priority: 2000 });
    const mtu = [{ mtu: 1300 }], other = [2000, undefined, "fd00::3"];
    assertEquals(routes.find(key("fd00::9")), undefined);
    const { gateway, dev, multipath: none, metrics } = routes.get(key("fd00::3"));
    assertEquals([gateway, dev, none, metrics], ["fd00::3", "v0", undefined, { mtu: 1300 }]);
    routes.set(key("fd00::3"), { gateway: "fd00::7" });
    assertEquals(theirs(), [[1024, mtu, [["fd00::2", 1], ["fd00::7", 4], ["fd00::4", 1]]], other]);
    // A property that all next hops share does not name one of them.
    assertThrows(() => routes.set(key("fd00::7"), { metrics: { mtu: 1400 } }), TypeError, ": metrics: ");
    routes.delete(key("fd00::7"));
    assertEquals(theirs(), [[1024, mtu, [["fd00::2", 1], ["fd00::4", 1]]], other]);
    // The one that is found denotes itself, and is not the route with this gateway and another metric.
    routes.delete(routes.get({ ...key("fd00::4"), dev: "v0" }));
    assertEquals(theirs(), [[1024, mtu, "fd00::2"], other]);
    assertEquals(routes.find(key("fd00::3"))?.priority, 2000);
    // The kernel has the next hops of an IPv4 route only together.
    routes.add({ dst: "198.51.100.0/24", multipath: [{ gateway: "192.0.2.8" }, { gateway: "192.0.2.9" }] });
    assertEquals(routes.find({ dst: "198.51.100.0/24", gateway: "192.0.2.8" }), undefined);
    assertThrows(() => routes.delete({ dst: "198.51.100.0/24", gateway: "192.0.2.8" }), Error, "no such route");
  });
});
