/** Watches: every change is reported, and a map that follows one is always correct. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import * as netns from "../../../core/netns.ts";
import { NetlinkError } from "../../../core/errors.ts";
import type { ChangeEvent, WatchEvent } from "../../../core/watch.ts";
import { stringify } from "../../../core/show.ts";
import type { Link, Route, RouteEvent } from "../../../families/route/mod.ts";
import { detectDuplicates, inNamespace, kernelTest, many, type Namespace } from "../namespace.ts";
import { ROUTE, runIn, startIn } from "./child.ts";

const NEEDS = ["ip"], COUNT = many(100_000);

type Change = RouteEvent;
type AnyEvent = WatchEvent<ChangeEvent<string, object>>;

/** Reads up to the first event that passes the test, and returns all events. */
async function until<E>(events: AsyncIterator<E>, fits: (event: E) => boolean): Promise<E[]> {
  const seen: E[] = [];
  while (true) {
    const { done, value } = await events.next();
    if (done) throw new Error(`The watch ended before it came to that: ${stringify(seen.slice(-5))}`);
    seen.push(value);
    if (fits(value)) return seen;
  }
}

/** Returns lines `key: json`, to compare a map with a list. */
function table<T>(key: (one: T) => string, all: Iterable<T>): string[] {
  return [...all].map((one) => `${key(one)}: ${stringify(one)}`).sort();
}

/** Applies an event of a watch to a map. */
function apply<T>(map: Map<string, T>, key: (one: T) => string, event: WatchEvent<ChangeEvent<string, T>>): void {
  if (event.event === "new") map.set(key(event.value), event.value);
  else if (event.event === "del") map.delete(key(event.value));
}

kernelTest(
  "watch: links, addresses, routes, neighbours and rules, in one order, each with its names",
  NEEDS,
  async () => {
    await inNamespace(async ({ route }) => {
      const { links, addresses, routes, neighbours, rules } = route;
      await using events = route.watch("link", "address", "route", "neighbour", "rule");
      links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1" } } });
      links.set("v1", { up: true });
      links.set("v0", { up: true, mtu: 1400 });
      addresses.add({ dev: "v0", address: "192.0.2.1/24" });
      routes.add({ dst: "198.51.100.0/24", gateway: "192.0.2.2" });
      routes.replace({ dst: "198.51.100.0/24", gateway: "192.0.2.3" });
      routes.delete({ dst: "198.51.100.0/24" });
      neighbours.add({ dev: "v0", dst: "192.0.2.9", lladdr: "02:00:00:00:00:09" });
      neighbours.delete({ dev: "v0", dst: "192.0.2.9" });
      rules.add({ priority: 77, src: "192.0.2.0/24", table: 100 });
      rules.delete({ priority: 77 });
      addresses.delete({ dev: "v0", address: "192.0.2.1/24" });
      links.delete("v0");
      links.add({ ifname: "last", kind: "bridge" });
      const seen = await until(events, (e) => e.event === "new" && e.object === "link" && e.value.ifname === "last");

      const has = (what: string, fits: (event: Change) => boolean): number => {
        const at = seen.findIndex((e) => (e.event === "new" || e.event === "del") && fits(e));
        assert(at >= 0, `no event: ${what}\n${seen.map((e) => stringify(e).slice(0, 200)).join("\n")}`);
        return at;
      };
      const order = [
        has("new link", (e) => e.event === "new" && e.object === "link" && e.value.ifname === "v0"),
        has(
          "its mtu",
          (e) => e.event === "new" && e.object === "link" && e.value.ifname === "v0" && e.value.mtu === 1400,
        ),
        has(
          "new address",
          (e) =>
            e.event === "new" && e.object === "address" && e.value.address === "192.0.2.1/24" && e.value.dev === "v0",
        ),
        has(
          "new route",
          (e) => e.event === "new" && e.object === "route" && e.value.gateway === "192.0.2.2" && e.value.dev === "v0",
        ),
        has("its successor", (e) => e.event === "new" && e.object === "route" && e.value.gateway === "192.0.2.3"),
        has("its end", (e) => e.event === "del" && e.object === "route" && e.value.gateway === "192.0.2.3"),
        has(
          "new neighbour",
          (e) => e.event === "new" && e.object === "neighbour" && e.value.dst === "192.0.2.9" && e.value.dev === "v0",
        ),
        has(
          "its end",
          (e) =>
            e.object === "neighbour" && e.value.dst === "192.0.2.9" && e.value.state.includes("failed") ||
            e.event === "del" && e.object === "neighbour",
        ),
        has("new rule", (e) => e.event === "new" && e.object === "rule" && e.value.priority === 77),
        has("its end", (e) => e.event === "del" && e.object === "rule" && e.value.priority === 77),
        has(
          "the address's end",
          (e) => e.event === "del" && e.object === "address" && e.value.address === "192.0.2.1/24",
        ),
        has("the link's end", (e) => e.event === "del" && e.object === "link" && e.value.ifname === "v0"),
      ];
      assertEquals(order, order.toSorted((a, b) => a - b));
    });
  },
);

kernelTest(
  "watch: an event has the name of its own interface, even if its number has been given to another",
  NEEDS,
  async () => {
    await inNamespace(async (ns) => {
      ns.ip("link add a0 index 50 type bridge");
      await using events = ns.route.watch("address");
      ns.ip("address add 10.1.1.1/24 dev a0");
      ns.ip("link delete a0");
      ns.ip("link add b0 index 50 type bridge");
      ns.ip("address add 10.1.1.2/24 dev b0");
      const told = (await until(events, (e) => e.event === "new" && e.value.local === "10.1.1.2"))
        .map((e) => e.value !== undefined ? `${e.event} ${e.value.address} ${e.value.dev}` : e.event);
      assertEquals(told, ["new 10.1.1.1/24 a0", "del 10.1.1.1/24 a0", "new 10.1.1.2/24 b0"]);
    });
  },
);

kernelTest("watch: an event has its interface's name, even if the interface has changed since", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link add a0 index 60 type bridge");
    ns.ip("link add p0 index 61 type veth peer name p1");
    await using events = ns.route.watch("address");
    ns.ip("address add 10.1.1.1/24 dev a0");
    ns.ip("link set p0 master a0");
    // A port that leaves its bridge is still an interface.
    ns.ip("link set p0 nomaster");
    ns.ip("address add 10.1.1.2/24 dev p0");
    ns.ip("link set a0 name c0");
    ns.ip("address add 10.1.1.3/24 dev c0");
    ns.ip("link delete c0");
    ns.ip("link set p0 name a0");
    ns.ip("address add 10.1.1.4/24 dev a0");
    const told = (await until(events, (e) => e.event === "new" && e.value.local === "10.1.1.4"))
      .map((e) => e.value !== undefined ? `${e.event} ${e.value.address} ${e.value.dev}` : e.event);
    assertEquals(told, [
      "new 10.1.1.1/24 a0",
      "new 10.1.1.2/24 p0",
      // The kernel reports an interface's addresses again when the interface is renamed.
      "new 10.1.1.1/24 c0",
      "new 10.1.1.3/24 c0",
      "del 10.1.1.1/24 c0",
      "del 10.1.1.3/24 c0",
      "new 10.1.1.2/24 a0",
      "new 10.1.1.4/24 a0",
    ]);
  });
});

kernelTest("watch: initial yields everything, then synced, then changes", NEEDS, async () => {
  await inNamespace(async ({ route }) => {
    const { links } = route;
    links.add({ ifname: "br0", kind: "bridge" });
    await using events = links.watch({ initial: true });
    links.add({ ifname: "br1", kind: "bridge" });
    const names = (all: AnyEvent[]): unknown[] =>
      all.map((e) => e.value !== undefined ? (e.value as Link).ifname : e.event);
    const before = await until(events, ({ event }) => event === "synced");
    // Some kernels make tunnels in every namespace.
    assertEquals(names(before).filter((name) => /^(lo|br0)$/.test(String(name))), ["lo", "br0"]);
    assertEquals(names(before).indexOf("synced"), before.length - 1);
    links.add({ ifname: "br2", kind: "bridge" });
    const after = await until(events, (e) => e.event === "new" && e.value.ifname === "br2");
    assert([...names(before), ...names(after)].includes("br1"));
    assertEquals(names(after).at(-1), "br2");
  });
});

kernelTest(
  `watch: ${COUNT} changes with a sleeping reader: overrun, and resync ends with the kernel's state`,
  NEEDS,
  async () => {
    await inNamespace(async (ns) => {
      const { links } = ns.route;
      ns.ipBatch(["link add br0 type bridge", "link add br1 type bridge", "link add br2 type bridge"]);
      await using events = links.watch({ initial: true, resync: true });
      const map = new Map<string, Link>(), key = (link: Link): string => links.key(link);
      for (const event of await until(events, ({ event }) => event === "synced")) apply(map, key, event);
      assertEquals(map.size, links.list().length);

      // Nothing is read while this runs: a batch is synchronous.
      const indexes = ["br0", "br1"].map((name) => links.get(name).index!);
      for (let done = 0; done < COUNT; done += COUNT / 10) {
        ns.route.batch((batch) => {
          for (let i = 0; i < COUNT / 10; i++) {
            batch.links.set(indexes[i & 1]!, { txqlen: 1000 + (i >> 1 & 1) + done / COUNT * 10 });
          }
        });
      }
      links.delete("br2");
      links.add({ ifname: "last", kind: "bridge" });

      let overruns = 0, synced = false;
      for await (const event of events) {
        apply(map, key, event);
        if (event.event === "overrun") overruns++;
        if (event.event === "synced") synced = true;
        if (synced && [...map.values()].some(({ ifname }) => ifname === "last")) break;
      }
      assert(overruns > 0);
      assertEquals(table(key, map.values()), table(key, links.list()));
      assert(![...map.values()].some(({ ifname }) => ifname === "br2"));
    });
  },
);

kernelTest("watch: without resync an overrun is reported, and the watch continues", NEEDS, async () => {
  await inNamespace(async (ns) => {
    const { links } = ns.route;
    links.add({ ifname: "br0", kind: "bridge" });
    await using events = links.watch({ buffer: 8192 });
    ns.route.batch((batch) => {
      for (let i = 0; i < 2_000; i++) batch.links.set("br0", { txqlen: 1000 + (i & 1) });
    });
    await until(events, ({ event }) => event === "overrun");
    links.set("br0", { txqlen: 7 });
    await until(events, (e) => e.event === "new" && e.value.txqlen === 7);
    assertEquals(links.get("br0").txqlen, 7);
  });
});

/** Makes the links for the routes in the tests of silent removal. */
function wires(ns: Namespace): void {
  ns.ipBatch([
    "link set lo up",
    ...Array.from({ length: 6 }, (_, i) => [
      `link add a${i} type veth peer name b${i}`,
      `link set b${i} up`,
      `link set a${i} up`,
      `address add 10.${i}.0.1/24 dev a${i}`,
      `address add 10.${i}.9.1/24 dev a${i}`,
      `-6 address add 2001:db8:${i}::1/64 dev a${i} nodad`,
      `route add 10.${i}.1.0/24 via 10.${i}.0.2`,
      `route add 10.${i}.2.0/24 dev a${i}`,
      `-6 route add 2001:db8:${i}:1::/64 via 2001:db8:${i}::2`,
    ]).flat(),
    "nexthop add id 7 via 10.5.0.2 dev a5",
    "nexthop add id 8 via 10.5.0.3 dev a5",
    "nexthop add id 9 group 7/8",
    "route add 10.100.0.0/16 nhid 7",
    "route add 10.101.0.0/16 nhid 9",
    "route add 10.102.0.0/16 nexthop via 10.2.0.2 nexthop via 10.3.0.2",
    "-6 route add 2001:db8:f::/48 nexthop via 2001:db8:2::2 nexthop via 2001:db8:3::2",
    "route add default via 10.5.0.2",
  ]);
}

kernelTest(
  "traps 17 and 29: routes removed without an event (links down, deleted, moved, nexthops) leave a watch's map",
  NEEDS,
  async () => {
    await inNamespace(async (ns) => {
      wires(ns);
      const other = `${ns.name}-other`, { routes } = ns.route;
      netns.add(other);
      try {
        const settled = async (dev: string): Promise<void> => {
          const done = ({ flags }: { flags: readonly unknown[] }): boolean => !flags.includes("tentative");
          await ns.route.addresses.waitFor({ dev, family: "inet6", scope: "link" }, done, { timeout: 20_000 });
        };
        for (let i = 0; i < 6; i++) await settled(`a${i}`), await settled(`b${i}`);
        await using events = routes.watch({ initial: true });
        const map = new Map<string, Route>(), key = (one: Route): string => routes.key(one);
        for (const event of await until(events, ({ event }) => event === "synced")) apply(map, key, event);
        assertEquals(table(key, map.values()), table(key, routes.list()));

        // After the first sentinel the watch reads again; the second comes with the differences, the third after them.
        let count = 0;
        const catchUp = async (what: string): Promise<void> => {
          for (let i = 0; i < 3; i++) {
            const dst = `203.0.113.${++count}/32`;
            routes.add({ dst, type: "blackhole" });
            for (const event of await until(events, (e) => e.event === "new" && e.value.dst === dst)) {
              apply(map, key, event);
            }
          }
          assertEquals(names(map.values()), names(routes.list()), what);
        };
        const names = (all: Iterable<Route>): string[] =>
          table(key, all).map((line) => line.replace(/"cacheinfo":\{.*?\},?/, ""));
        await catchUp("nothing happened");
        // The peer's state follows a little later: true if it is expected to be up then.
        const down = false, up = true;
        const steps: [string, string[], Record<string, boolean>?][] = [
          ["a link set down", ["link set a0 down"], { b0: down }],
          ["its other end set down", ["link set b1 down"], { a1: down }],
          ["a link deleted", ["link delete a2"]],
          ["a link moved to another namespace", [`link set a3 netns ${other}`], { b3: down }],
          ["an address deleted", ["address delete 10.4.0.1/24 dev a4"]],
          ["nexthops deleted", ["nexthop delete id 7", "nexthop delete id 8"]],
          ["a link up again", ["link set a0 up", "link set b1 up"], { a0: up, b0: up, a1: up, b1: up }],
          ["a route replaced", ["route replace 10.5.1.0/24 via 10.5.0.3"]],
          ["all addresses of a link", ["address flush dev a5"]],
        ];
        for (const [what, lines, states = {}] of steps) {
          ns.ipBatch(lines);
          for (const [dev, state] of Object.entries(states)) {
            await ns.route.links.waitFor(dev, ({ operstate }) => (operstate === "up") === state, { timeout: 20_000 });
            if (state) await settled(dev);
          }
          await catchUp(what);
        }
      } finally {
        netns.delete(other);
      }
    });
  },
);

kernelTest("watch: 100 subscriptions at once receive the same events", NEEDS, async () => {
  await inNamespace(async ({ route: { links } }) => {
    const all = Array.from({ length: 100 }, () => links.watch());
    links.add({ ifname: "br0", kind: "bridge" });
    links.delete("br0");
    const heard = await Promise.all(
      all.map((events) => until(events, (e) => e.event === "del" && e.value.ifname === "br0")),
    );
    for (const events of heard) {
      assert(events.some((e) => e.event === "new" && e.value.ifname === "br0"));
      assert(!events.some(({ event }) => event === "overrun"));
    }
    await Promise.all(all.map((events) => events.return!()));
  });
});

kernelTest("watch: closing or aborting ends a pending wait", NEEDS, async () => {
  await inNamespace(async ({ route }) => {
    const closed = route.links.watch(), waiting = closed.next();
    await closed.return!();
    assertEquals((await waiting).done, true);
    assertEquals((await closed.next()).done, true);

    const controller = new AbortController();
    const aborted = (async () => {
      let seen = 0;
      for await (const _ of route.watch("link", "route", { signal: controller.signal })) seen++;
      return seen;
    })();
    controller.abort();
    assertEquals(await aborted, 0);
    const late = route.links.watch({ signal: controller.signal });
    assertEquals((await late.next()).done, true);

    const disposed = route.links.watch();
    const pending = disposed.next();
    await disposed[Symbol.asyncDispose]();
    assertEquals((await pending).done, true);
  });
});

kernelTest("watch: a del has the same name as its new, even if the kernel no longer knows it", NEEDS, async () => {
  await inNamespace(async (ns) => {
    const { addresses, links } = ns.route;
    await using events = ns.route.watch("address", "route");
    links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1" } } });
    links.set("v1", { up: true });
    links.set("v0", { up: true });
    addresses.add({ dev: "v0", address: "192.0.2.1/24" });
    addresses.add({ dev: "v0", address: "2001:db8::1/64", flags: ["nodad"] });
    links.delete("v0");
    // By now, the kernel no longer knows the name of this number.
    ns.route.rules.add({ priority: 77, table: 100 });
    ns.route.routes.add({ dst: "203.0.113.1", type: "blackhole" });
    const seen = await until(
      events,
      (e) => e.event === "new" && e.object === "route" && e.value.dst === "203.0.113.1/32",
    );
    const gone = seen.flatMap((e) =>
      e.event === "del" && e.object === "address" ? [`${e.value.address} on ${e.value.dev}`] : []
    );
    for (const one of ["192.0.2.1/24 on v0", "2001:db8::1/64 on v0"]) assert(gone.includes(one), stringify(gone));
    for (const e of seen) {
      if (e.event !== "del" || e.object !== "route" || (e.value.oif ?? 1) === 1) continue;
      assert(e.value.dev === "v0" || e.value.dev === "v1", stringify(e.value));
    }
  });
});

kernelTest("watch: without a pending next(), it does not keep the process alive", NEEDS, async () => {
  await inNamespace(({ name }) => {
    const code = `
      const { links, watch } = await import(${JSON.stringify(ROUTE)});
      const unread = links.watch(), read = watch("link", "route", { initial: true });
      console.log((await read.next()).value.event);
      globalThis.kept = [unread, read];`;
    const { stdout, stderr, status, signal } = runIn(name, code);
    assertEquals({ stdout, status, signal }, { stdout: "new\n", status: 0, signal: null }, stderr);
  });
});

kernelTest("watch: Ctrl-C ends a process that waits for events", NEEDS, async () => {
  await inNamespace(async ({ name }) => {
    const child = startIn(
      name,
      `
      const { links } = await import(${JSON.stringify(ROUTE)});
      for await (const e of links.watch({ initial: true })) if (e.event === "synced") console.log("waiting");`,
    );
    const ended = new Promise((resolve) => child.on("exit", (status, signal) => resolve(signal ?? status)));
    await new Promise<void>((resolve) => {
      child.stdout!.on("data", (text) => {
        if (String(text).includes("waiting")) resolve();
      });
      child.on("exit", () => resolve());
    });
    child.kill("SIGINT");
    // Runtimes report it in different ways: by the signal, or with its number above 128.
    assert([130, "SIGINT"].includes(await ended as string | number), String(await ended));
  });
});

kernelTest(
  "trap 20: waitFor: a link that will exist, one that will be up, an address that will be usable",
  NEEDS,
  async () => {
    await inNamespace(async ({ name, route: { addresses, links } }) => {
      detectDuplicates(name, true);
      const coming = links.waitFor("v0", undefined, { timeout: 10_000 });
      links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1" } } });
      assertEquals((await coming).ifname, "v0");

      const up = links.waitFor("v0", ({ operstate }) => operstate === "up", { timeout: 10_000 });
      links.set("v0", { up: true });
      links.set("v1", { up: true });
      assertEquals((await up).operstate, "up");

      addresses.add({ dev: "v0", address: "2001:db8::1/64" });
      const first = addresses.get({ dev: "v0", address: "2001:db8::1/64" });
      assert(first.flags.includes("tentative"), stringify(first));
      const usable = await addresses.waitFor(
        { dev: "v0", address: "2001:db8::1/64" },
        ({ flags }) => !flags.includes("tentative"),
        { timeout: 20_000 },
      );
      assertEquals(usable.flags, ["permanent"]);
    });
  },
);

kernelTest('waitFor with "gone": a link and its address, and a route that goes without an event', NEEDS, async () => {
  await inNamespace(async ({ ip, route: { addresses, links, routes } }) => {
    const limit = { timeout: 20_000 }, prefix = { dst: "198.51.100.0/24", gateway: "192.0.2.9" };
    links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1" } }, up: true });
    links.set("v1", { up: true });
    addresses.add({ dev: "v0", address: "192.0.2.1/24" });
    routes.add(prefix);
    const route = routes.waitFor(prefix, "gone", limit);
    ip("link set v0 down"); // the kernel removes the IPv4 routes, and reports the link only
    assertEquals([await route, routes.find(prefix)], [undefined, undefined]);
    const both = Promise.all([
      links.waitFor("v0", "gone", limit),
      addresses.waitFor({ dev: "v0", address: "192.0.2.1/24" }, "gone", limit),
    ]);
    ip("link del v0");
    assertEquals(await both, [undefined, undefined]);
    assertEquals(await links.waitFor("v0", "gone", limit), undefined);
  });
});

kernelTest("waitFor: TIMEOUT names the missing object, and a signal ends the wait with its reason", NEEDS, async () => {
  await inNamespace(async ({ route: { links } }) => {
    const error = await assertRejects(() => links.waitFor("nope0", undefined, { timeout: 50 }));
    assertInstanceOf(error, NetlinkError);
    assertEquals(error.code, "TIMEOUT");
    for (const word of ["link nope0", "50 ms", "it does not exist"]) assertStringIncludes(error.message, word);
    const other = await assertRejects(() => links.waitFor("lo", ({ mtu }) => mtu === 1, { timeout: 50 }));
    assertStringIncludes((other as Error).message, "it does not pass the test");
    const controller = new AbortController(), reason = new Error("enough");
    const waiting = links.waitFor("nope0", undefined, { signal: controller.signal });
    controller.abort(reason);
    assertEquals(await waiting.catch((error) => error), reason);
  });
});
