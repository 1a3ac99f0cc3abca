/** Nexthop objects, compared with those of `ip nexthop`. */
import process from "node:process";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Nexthop, NexthopBucket, RouteClient } from "../../../families/route/mod.ts";
import { before, inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";
import { law } from "./law.ts";
import { stringify } from "../../../core/printable.ts";
import { skip } from "../../test.ts";

const NEEDS = ["ip"];

type Fields = Record<string, unknown>;

/** Returns a nexthop as `ip -j -d nexthop` shows it. */
function asIp(one: Nexthop): Fields {
  const { id, family, scope, protocol, flags, group, groupType, blackhole, gateway, dev, fdb, resGroup } = one;
  const scopes: Fields = { universe: "global" };
  return {
    id,
    ...(group === undefined
      ? {}
      : { group: group.map(({ id, weight = 1 }) => weight === 1 ? { id } : { id, weight }) }),
    ...(groupType !== "res" ? {} : {
      type: "resilient",
      resilient_args: {
        buckets: resGroup!.buckets,
        idle_timer: resGroup!.idleTimer! / 100,
        unbalanced_timer: resGroup!.unbalancedTimer! / 100,
        unbalanced_time: resGroup!.unbalancedTime! / 100,
      },
    }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(dev === undefined ? {} : { dev }),
    scope: scopes[scope] ?? scope,
    ...(blackhole === true ? { blackhole: null } : {}),
    protocol,
    flags: [...flags],
    ...(fdb === true ? { fdb: null } : {}),
    family,
  };
}

/** Makes nexthops and groups of each kind. */
function fill({ ip, route: { nexthops } }: Namespace): void {
  ip("-6 address add fd00::1/64 dev v0 nodad");
  nexthops.add({ id: 1, gateway: "192.0.2.2", dev: "v0", protocol: "static" });
  nexthops.add({ id: 2, gateway: "fd00::2", dev: "v0" });
  nexthops.add({ id: 3, blackhole: true });
  nexthops.add({ id: 4, gateway: "198.51.100.7", dev: "v0", flags: ["onlink"] });
  nexthops.add({ id: 5, dev: "v0" });
  nexthops.add({ id: 6, gateway: "192.0.2.77", fdb: true });
  nexthops.add({ id: 7, gateway: "192.0.2.78", fdb: true });
  nexthops.add({ id: 8, family: "inet6", blackhole: true });
  nexthops.add({ id: 10, group: [{ id: 1 }, { id: 4, weight: 200 }] });
  nexthops.add({ id: 11, group: [{ id: 1, weight: 2 }, { id: 5 }], groupType: "res", resGroup: { buckets: 8 } });
  nexthops.add({
    id: 12,
    group: [{ id: 5 }],
    groupType: "res",
    resGroup: { buckets: 4, idleTimer: 500, unbalancedTimer: 900 },
  });
  nexthops.add({ id: 13, group: [{ id: 6 }, { id: 7 }], fdb: true });
}

kernelTest(
  "nexthops of each kind equal those of ip, and are deleted and added again as they were listed",
  NEEDS,
  async () => {
    await inNamespace(async (ns) => {
      wire(ns);
      fill(ns);
      const { nexthops } = ns.route;
      const theirs = ns.ipJson("nexthop"), ours = nexthops.list();
      assertEquals(ours.map(({ id }) => id), [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13]);
      assertEquals(ours.map(asIp).map(({ family: _, ...one }) => one), theirs);
      assertEquals(ours.map(({ family }) => family === "unspec"), ours.map(({ group }) => group !== undefined));
      assertEquals(nexthops.get(8).family, "inet6");
      await law<Nexthop>(nexthops, { least: 12, rank: ({ group }) => group === undefined ? 0 : 1 });
      assertEquals(ns.ipJson("nexthop"), theirs);

      assertEquals(nexthops.list({ groups: true }).map(({ id }) => id), [10, 11, 12, 13]);
      assertEquals(nexthops.list({ fdb: true }).map(({ id }) => id), [6, 7, 13]);
      assertEquals(nexthops.list({ dev: "v0" }).map(({ id }) => id), [1, 2, 4, 5]);
      assertEquals(nexthops.list({ family: "inet6" }).map(({ id }) => id), [2, 8]);
      assertEquals([...nexthops.iterate({ blackhole: true })].map(({ id }) => id), [3, 8]);
      assertEquals(nexthops.find(99), undefined);
      assertEquals(nexthops.flush({ all: true }), 12);
      assertEquals(ns.ipJson("nexthop"), []);
    });
  },
);

kernelTest(
  "nexthops: the kernel chooses ids; set changes only the given fields; mistakes are named",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      wire(ns);
      fill(ns);
      const { nexthops } = ns.route;
      const { id } = nexthops.add({ gateway: "192.0.2.9", dev: "v0" });
      assert(id !== undefined && id > 0 && nexthops.get(id).gateway === "192.0.2.9");
      nexthops.set(1, { gateway: "192.0.2.3" });
      assertEquals([nexthops.get(1).gateway, nexthops.get(1).protocol], ["192.0.2.3", "static"]);
      nexthops.set(2, { blackhole: true });
      assertEquals([nexthops.get(2).blackhole, nexthops.get(2).dev], [true, undefined]);
      nexthops.set(2, { gateway: "192.0.2.8", dev: "v0" });
      assertEquals([nexthops.get(2).blackhole, nexthops.get(2).family], [undefined, "inet"]);
      nexthops.replace({ id: 5, gateway: "192.0.2.5", dev: "v0" });
      nexthops.set(11, { group: [{ id: 1 }, { id: 5, weight: 7 }] });
      assertEquals(nexthops.get(11).resGroup?.buckets, 8);
      assertEquals(nexthops.get(11).group, [{ id: 1, weight: 1 }, { id: 5, weight: 7 }]);
      assertEquals(nexthops.add({ id: 1, blackhole: true }, { exists: "ok" }), false);
      assertEquals(nexthops.delete(99, { missing: "ok" }), false);

      assertThrows(() => nexthops.add({ id: 1, blackhole: true }), Error, "EEXIST");
      assertThrows(() => nexthops.add({ id: 20, group: [{ id: 1, weight: 0x10000 }] }), RangeError, "group[0].weight");
      assertThrows(() => nexthops.add({ id: 20, group: [{ id: 1, wieght: 2 }] as never }), TypeError, "wieght");
      assertThrows(() => nexthops.replace({ blackhole: true }), TypeError, "id is missing");
      assertThrows(() => nexthops.append({ id: 1, blackhole: true } as never), TypeError, "Cannot append a nexthop");
      assertThrows(() => nexthops.delete({} as never), TypeError, "id is missing");
      // The kernel itself refuses to change these fields.
      assertThrows(() => nexthops.set(10, { groupType: "res", resGroup: { buckets: 4 } }), Error, "different type");
      assertThrows(() => nexthops.set(11, { resGroup: { buckets: 16 } }), Error, "bucket");
      ns.ip("link set v0 down");
      assertThrows(() => nexthops.add({ id: 20, gateway: "192.0.2.3", dev: "v0" }), Error, "links.set");
    });
  },
);

kernelTest("nexthops: weights of 16 bits", NEEDS, async () => {
  if (before(6, 12)) skip("needs Linux 6.12");
  await inNamespace((ns) => {
    wire(ns);
    fill(ns);
    ns.route.nexthops.add({ id: 20, group: [{ id: 1, weight: 65_535 }, { id: 4, weight: 257 }] });
    assertEquals(ns.route.nexthops.get(20).group, [{ id: 1, weight: 65_535 }, { id: 4, weight: 257 }]);
  });
});

kernelTest("buckets of resilient groups equal those of ip; groups count packets by member", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    fill(ns);
    const { nexthops, nexthopBuckets, routes } = ns.route;
    const ours = nexthopBuckets.list();
    assertEquals(
      ours.map(({ id, index, nhId }) => ({ id, index, nhid: nhId })),
      ns.ipJson("nexthop bucket").map(({ id, bucket }) => {
        const { index, nhid } = bucket as Fields;
        return { id, index, nhid };
      }),
    );
    assertEquals(ours.length, 12);
    assertEquals(nexthopBuckets.list({ id: 12, nhId: 5 }).map(({ index }) => index), [0, 1, 2, 3]);
    const { idleTime, nhId } = nexthopBuckets.get({ id: 12, index: 3 });
    assertEquals([nhId, typeof idleTime], [5, "number"]);
    assertThrows(() => nexthopBuckets.delete({ id: 12, index: 3 } as never), TypeError, "divides buckets");

    if (before(6, 10)) return;
    routes.add({ dst: "203.0.113.0/24", nhId: 10 });
    ns.ipBatch(["neighbour add 192.0.2.2 dev v0 lladdr 02:00:00:00:00:02"]);
    const counted = nexthops.getStats(10).groupStats!;
    assertEquals(counted.map(({ id, packets }) => [id, packets]), [[1, 0], [4, 0]]);
    assertEquals(nexthops.listStats().filter(({ groupStats }) => groupStats !== undefined).length, 4);
    assertEquals(nexthops.getStats(10).hwStatsEnable, false);
  });
});

kernelTest("routes and neighbours use nexthops by nhId, as ip and bridge show", ["ip", "bridge"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    fill(ns);
    const { routes, neighbours, nexthops } = ns.route;
    routes.add({ dst: "203.0.113.0/24", nhId: 10 });
    const [route] = ns.ipJson("route show 203.0.113.0/24");
    assertEquals(route!["nhid"], 10);
    assertEquals(routes.get({ dst: "203.0.113.0/24" }).nhId, 10);
    const one = { dst: "198.51.100.0/24", nhId: 1 } as const;
    for (const beside of [{ gateway: "192.0.2.9" }, { dev: "v1" }, { multipath: [{ gateway: "192.0.2.9" }] }]) {
      for (const verb of ["add", "append", "replace"] as const) {
        assertThrows(() => routes[verb]({ ...one, ...beside }), TypeError, `${Object.keys(beside)[0]}: nexthop 1 has`);
      }
    }
    routes.add(one);
    // Listed routes show the next hops too, and are made again.
    for (const nhId of [1, 10]) {
      const [listed] = routes.list({ nhId });
      routes.delete(listed!);
      routes.add(JSON.parse(JSON.stringify(listed)));
      assertEquals(routes.list({ nhId }), [listed]);
    }
    // Next hops that were changed are not those of the nexthop.
    const { multipath = [], ...group } = routes.list({ nhId: 10 })[0]!, [single] = routes.list({ nhId: 1 });
    const hops = [{ ...multipath[0]!, gateway: "192.0.2.9" }, ...multipath.slice(1)];
    for (const change of [{ gateway: "192.0.2.9" }, { dev: "v1" }]) {
      const changed = { ...single!, ...change }, message = `${Object.keys(change)[0]}: nexthop 1 has other next hops`;
      assertThrows(() => routes.replace(changed), TypeError, message);
      assertThrows(() => routes.set({ dst: one.dst }, changed), TypeError, message);
    }
    assertThrows(() => routes.replace({ ...group, multipath: hops }), TypeError, "multipath: nexthop 10 has");
    assertThrows(() => routes.replace({ ...group, multipath: multipath.slice(1) }), TypeError, "multipath: nexthop 10");
    routes.set(single!, { gateway: "192.0.2.9" });
    assertEquals(routes.get({ dst: one.dst }).nhId, undefined);
    ns.ip("link add vx0 type vxlan id 7 dstport 4789 dev v0");
    neighbours.add({ family: "bridge", dev: "vx0", lladdr: "02:00:00:00:00:0b", nhId: 13 });
    assertEquals(neighbours.get({ family: "bridge", dev: "vx0", lladdr: "02:00:00:00:00:0b" }).nhId, 13);
    nexthops.delete(10);
    assertEquals(routes.find({ dst: "203.0.113.0/24" }), undefined);
  });
});

kernelTest("forwarding entries that go with their nexthop or their device are reported as gone", ["ip"], async () => {
  await inNamespace(async (ns) => {
    wire(ns);
    ns.ipBatch(["link add vx0 type vxlan id 7 dstport 4789 dev v0", "link add w0 type veth peer name w1"]);
    const { fdb, links, nexthops } = ns.route, lladdr = "02:00:00:00:00:0b", limit = { timeout: 20_000 };
    nexthops.add({ id: 1, gateway: "192.0.2.9", fdb: true });
    nexthops.add({ id: 2, group: [{ id: 1 }], fdb: true });
    const far = { dev: "vx0", lladdr, nhId: 2 }, own = { dev: "w0", lladdr, flags: ["self"] } as const;
    fdb.add(far);
    fdb.add(own);
    await using events = fdb.watch({ initial: true, resync: true });
    const deleted = async (): Promise<string> => {
      for (;;) {
        const { value: event } = await events.next();
        if (event!.event === "del" && event!.value!.lladdr === lladdr) return event!.value!.dev!;
      }
    };
    for (let synced = false; !synced;) synced = (await events.next()).value!.event === "synced";
    const gone = [far, own].map((key) => fdb.waitFor(key, "gone", limit));
    nexthops.delete(2);
    assertEquals(await deleted(), "vx0");
    links.delete("w0");
    assertEquals(await deleted(), "w0");
    assertEquals(await Promise.all(gone), [undefined, undefined]);
  });
});

/** Follows changes until the map of them equals the list. */
async function untilSame<T extends object>(
  collection: { key(one: T): string; list(): T[] },
  events: AsyncIterable<{ event: string; value?: object | undefined }>,
  map: Map<string, T>,
): Promise<void> {
  // Times since a bucket was used, or since members are out of balance, change by themselves.
  const texts = (all: Iterable<T>): string =>
    [...all].map((one) => stringify(one).replace(/"(idleTime|unbalancedTime)": ?\d+/g, "")).sort().join();
  const same = (): boolean => texts(map.values()) === texts(collection.list());
  const iterator = events[Symbol.asyncIterator]();
  while (!same()) {
    const { value: event } = await iterator.next();
    if (event.event === "new") map.set(collection.key(event.value as T), event.value as T);
    else if (event.event === "del") map.delete(collection.key(event.value as T));
  }
}

kernelTest("a watch with initial reports nexthops that the kernel removes without events", NEEDS, async () => {
  await inNamespace(async (ns) => {
    wire(ns);
    fill(ns);
    const { nexthops, nexthopBuckets }: RouteClient = ns.route;
    await using events = nexthops.watch({ initial: true });
    await using bucketEvents = nexthopBuckets.watch({ initial: true });
    const map = new Map<string, Nexthop>(), buckets = new Map<string, NexthopBucket>();
    await untilSame(nexthops, events, map);
    await untilSame(nexthopBuckets, bucketEvents, buckets);
    assertEquals([map.size, buckets.size], [12, 12]);
    // The last member takes its groups along.
    nexthops.delete(5);
    await untilSame(nexthops, events, map);
    await untilSame(nexthopBuckets, bucketEvents, buckets);
    assertEquals([map.has("12"), map.get("11")?.group?.map(({ id }) => id), buckets.size], [false, [1], 8]);
    ns.ip("link set v0 down");
    await untilSame(nexthops, events, map);
    await untilSame(nexthopBuckets, bucketEvents, buckets);
    assertEquals([...map.keys()], ["3", "6", "7", "8", "13"]);
    assertEquals(buckets.size, 0);
    const waiting = nexthops.waitFor(30, ({ blackhole }) => blackhole === true, { timeout: 20_000 });
    nexthops.add({ id: 30, blackhole: true });
    assertEquals((await waiting).id, 30);
    await assertRejects(() => nexthops.waitFor(31, undefined, { timeout: 1 }), Error, "does not exist");
  });
});

kernelTest("the example multipath.ts makes a route through gateways with weights", NEEDS, async () => {
  const example = new URL("../../../examples/multipath.ts", import.meta.url).pathname;
  const flags = process.versions["deno"] ? ["run", "--no-lock", "--allow-ffi"] : [];
  await inNamespace((ns) => {
    wire(ns);
    const told = (...args: readonly string[]): string =>
      run("ip", ["netns", "exec", ns.name, process.execPath, ...flags, example, ...args]);
    const table = "GROUP  NEXTHOPS\n    3  1 weight 3,2 weight 1\n";
    assertEquals(told("--to", "203.0.113.0/24", "--via", "192.0.2.2=3,192.0.2.3=1", "--dev", "v0"), table);
    const [{ id, group }] = JSON.parse(told("--json"));
    assertEquals([id, group], [3, [{ id: 1, weight: 3 }, { id: 2, weight: 1 }]]);
    assertEquals(ns.ipJson("route show 203.0.113.0/24")[0]!["nhid"], 3);
    // Other weights change the group of the route, and the same gateways need no new nexthops.
    const changed = "GROUP  NEXTHOPS\n    3  1 weight 3,2 weight 2\n";
    assertEquals(told("--to", "203.0.113.0/24", "--via", "192.0.2.2=3,192.0.2.3=2", "--dev", "v0"), changed);
    // Objects that were made before a mistake are removed.
    assertThrows(() => told("--to", "203.0.113.0/24", "--via", "192.0.2.2,198.51.100.9", "--dev", "v0"));
    assertEquals(ns.ipJson("nexthop").length, 3);
  });
});
