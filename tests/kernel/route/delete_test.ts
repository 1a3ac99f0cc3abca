/** A key deletes the object that find returns, and none if find returns none: kernels compare few of a key's fields. */
import { spawnSync } from "node:child_process";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BatchError, NetlinkError } from "../../../core/errors.ts";
import type { Route, RouteInput, RuleInput } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, namesOf, type Namespace, wire } from "../namespace.ts";

const NEEDS = ["ip"];

/**
 * Makes routes of both families. Link-local addresses appear by themselves, once no other machine is found to have
 * them.
 */
function prepared(ns: Namespace): void {
  wire(ns);
  ns.ipBatch([
    "-6 address add fd00::1/64 dev v0 nodad",
    "-6 route add fd01::/64 via fd00::9",
    "-6 route add fd02::/64 nexthop via fd00::8 nexthop via fd00::9",
    "-6 route add fd03::/64 via fd00::9 metric 5 mtu 1400 proto static",
    "route add 198.51.100.0/24 via 192.0.2.9",
    "route add 198.51.101.0/24 nexthop via 192.0.2.8 nexthop via 192.0.2.9",
    "route add 198.51.102.0/24 dev v0 src 192.0.2.1 metric 7 mtu 1300 proto static",
  ]);
}

/** Checks that an object that does not exist, or a key that cannot name one, is refused. */
function isRefused(act: () => void, text: string): void {
  const error = assertThrows(act, Error, undefined, text);
  assert(error instanceof TypeError || error instanceof RangeError || isAbsent(error), `${text}: ${error}`);
}

function isAbsent(error: unknown): boolean {
  if (error instanceof BatchError) return error.failures.every(({ error }) => isAbsent(error));
  return error instanceof NetlinkError && (error.code === "ENOENT" || error.code === "ESRCH");
}

kernelTest("a rule is deleted only by a key that names it", NEEDS, async () => {
  await inNamespace((ns) => {
    const { rules } = ns.route, all = (): unknown[] => [...ns.ipJson("rule show"), ...ns.ipJson("-6 rule show")];
    ns.ipBatch(["link set lo up", "rule add fwmark 1 table 7 priority 50"]);
    const before = all();
    const keys: readonly RuleInput[] = [
      { table: 7, fwmark: 0 },
      { table: 7, fwmask: 0 },
      { table: 7, src: "::/0" },
      { priority: 50, dst: "10.0.0.0/8" },
      { priority: 50, table: 0 },
      { priority: 50, fwmark: 0 },
      { priority: 50, flags: ["invert"] },
      { priority: 50, goto: 60 },
      { priority: 50, uidRange: { start: 0, end: 0 } },
    ];
    for (const key of keys) {
      const text = Object.entries(key).map(([name, value]) => `${name} ${value}`).join();
      assertEquals(rules.find(key), undefined, text);
      assert(isAbsent(assertThrows(() => rules.delete(key), NetlinkError)), text);
      assert(isAbsent(assertThrows(() => ns.route.batch((add) => add.rules.delete(key)), BatchError)), text);
      assertEquals(all(), before, text);
    }
    const common = [{ tos: 0, family: "inet" }, { l3mdev: false }, { iifname: null }, { tos: 0, l3mdev: false }];
    for (const key of [...common, { src: "0.0.0.0/0" }, { dst: "::/0" }, { fwmark: 0 }, { table: 0 }, { tunId: 0n }]) {
      assertThrows(() => rules.delete(key as never), TypeError, "without a field that identifies it");
      assertEquals(all(), before);
    }
    // A listed object is deleted without a search, also a copy of it, and in a batch after what it needs.
    const [one] = rules.list({ priority: 50 });
    rules.delete(one!);
    assertEquals(rules.find({ priority: 50 }), undefined);
    ns.route.batch((add) => {
      add.rules.add({ priority: 51, fwmark: 3, table: 9 });
      add.rules.delete({ priority: 51, fwmark: 3 });
      add.rules.add(one!);
      add.rules.delete({ ...one! });
    });
    assertEquals(all().length, before.length - 1);
  });
});

kernelTest("a rule is not deleted instead of a later one with fewer fields", NEEDS, async () => {
  await inNamespace((ns) => {
    const { rules } = ns.route, all = (): unknown[] => [...ns.ipJson("rule show"), ...ns.ipJson("-6 rule show")];
    ns.ipBatch([
      "rule add from 10.0.0.0/8 fwmark 1 table 7 priority 50",
      "rule add from 10.0.0.0/8 table 7 priority 50",
      "rule add from 10.0.0.0/8 table 7 priority 50 iif lo",
      "-6 rule add from fd00::/8 table 7 priority 50 iif lo",
      "-6 rule add from fd00::/8 table 7 priority 50",
    ]);
    const before = all(), listed = rules.list({ priority: 50 });
    const [more, less, last, six, sixLess] = listed.map((one) => ({ one, copy: { ...one } }));
    for (const { one, copy } of [less!, sixLess!]) {
      for (const key of [one, copy]) {
        assertThrows(
          () => rules.delete(key),
          TypeError,
          "the kernel would delete another one, which comes before it and has all of its fields",
        );
        assertThrows(() => ns.route.batch((add) => add.rules.delete(key)), BatchError, "comes before it");
        assertEquals(all(), before);
      }
    }
    // A later rule does not matter, and an earlier one is gone now.
    rules.delete(last!.copy);
    assertEquals(rules.find(last!.one), undefined);
    ns.route.batch((add) => {
      add.rules.delete(more!.copy);
      add.rules.delete(less!.copy);
    });
    assertEquals(rules.list({ priority: 50 }), [six!.one, sixLess!.one]);
    assertEquals(rules.flush({ priority: 50 }), 2);
    assertEquals(rules.list({ priority: 50 }), []);
  });
});

kernelTest("an address and a neighbour are deleted only by a key that names them", NEEDS, async () => {
  await inNamespace((ns) => {
    const { addresses, neighbours } = ns.route;
    wire(ns);
    ns.ipBatch([
      "address add 192.0.2.7/24 dev v0 label v0:a",
      "-6 address add fd00::1/64 dev v0 nodad",
      "-6 address add fd00::2 peer fd00::3 dev v0 nodad",
      "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:01 dev v0",
    ]);
    const all = (): unknown[] => [...ns.ipJson("address show dev v0"), ...ns.ipJson("neighbour show dev v0")];
    const before = JSON.stringify(
      all(),
      (name, value) => name.endsWith("_time") || name === "flags" || name === "tentative" ? undefined : value,
    );
    const four = { dev: "v0", address: "192.0.2.7/24" }, six = { dev: "v0", address: "fd00::1/64" };
    const none = [
      { ...four, scope: "link" as const },
      { ...four, flags: ["noprefixroute" as const] },
      { ...four, label: "v0" },
      { ...four, broadcast: "192.0.2.8" },
      { ...four, rtPriority: 7 },
      { ...six, scope: "link" as const },
      { ...six, flags: ["mcautojoin" as const] },
      { dev: "v0", address: "fd00::2", peer: "fd00::4/128" },
    ];
    for (const key of none) {
      assertEquals(addresses.find(key), undefined);
      const code = Object.hasOwn(key, "label") ? "EADDRNOTAVAIL" : "ENOENT";
      assertEquals(assertThrows(() => addresses.delete(key), NetlinkError).code, code, JSON.stringify(key));
      assertThrows(() => ns.route.batch((add) => add.addresses.delete(key)), BatchError, code);
    }
    const neighbour = { dev: "v0", dst: "192.0.2.9" };
    const others = [
      { ...neighbour, lladdr: "02:00:00:00:00:02" },
      { ...neighbour, state: ["stale" as const] },
      { ...neighbour, flags: ["router" as const] },
      { ...neighbour, protocol: "static" as const },
    ];
    for (const key of others) {
      assertEquals(neighbours.find(key), undefined);
      for (const verb of ["get", "delete"] as const) {
        assertEquals(assertThrows(() => neighbours[verb](key), NetlinkError).code, "ENOENT", JSON.stringify(key));
      }
      assertThrows(() => neighbours.set(key, { state: ["stale"] }), NetlinkError, "ENOENT");
      assertThrows(() => ns.route.batch((add) => add.neighbours.delete(key)), BatchError, "ENOENT");
    }
    assertEquals(
      JSON.stringify(
        all(),
        (name, value) => name.endsWith("_time") || name === "flags" || name === "tentative" ? undefined : value,
      ),
      before,
    );
    // A matching object is found, and a listed object is the same in another state.
    const listed = neighbours.get({ ...neighbour, lladdr: "02:00:00:00:00:01", state: ["permanent"] });
    neighbours.set(neighbour, { lladdr: "02:00:00:00:00:03", state: ["stale"] });
    assertEquals(neighbours.find({ ...listed })?.lladdr, "02:00:00:00:00:03");
    neighbours.delete({ ...neighbour, lladdr: "02:00:00:00:00:03" });
    assertEquals(neighbours.find(neighbour), undefined);
    for (const key of [{ ...four, scope: "universe" as const }, { ...six, flags: ["permanent" as const] }]) {
      addresses.delete(key);
      assertEquals(addresses.find(key), undefined);
    }
    addresses.delete({ dev: "v0", address: "fd00::2", peer: "fd00::3/128" });
    assertEquals(ns.ipJson("address show dev v0").flatMap(({ addr_info }) => addr_info).length, 2);
  });
});

kernelTest("a family without rules has none", NEEDS, async () => {
  await inNamespace((ns) => {
    for (const family of ["mpls", "bridge", "ieee802154"] as const) {
      assertEquals(ns.route.rules.list({ family }), [], family);
      assertEquals([...ns.route.rules.iterate({ family })], [], family);
    }
  });
});

kernelTest("a route is deleted only by a key that names it", NEEDS, async () => {
  await inNamespace((ns) => {
    prepared(ns);
    const { routes } = ns.route,
      all = (): string[] => routes.list().map((one) => routes.key(one)).filter((one) => !one.includes("fe80:")).sort();
    const before = all(), six = "fd01::/64", four = "198.51.100.0/24";
    const nothing: readonly RouteInput[] = [
      { type: "blackhole" },
      { dev: null as never },
      { prefsrc: "fd00::77" },
      { metrics: { mtu: 1280 } },
      { pref: "high" },
      { scope: "link" },
      { src: "fd05::/64" },
      { expires: 50 },
      { flags: ["cloned"] },
      { multipath: [{ gateway: "fd00::9" }] },
      { mark: 1 },
      { iif: 1 },
      { uid: 1 },
      { tos: 4 },
      { encapType: "mpls", encap: { dst: "100" } },
    ];
    const keys = [
      ...nothing.map((key) => ({ ...key, dst: six })),
      { dst: "fd02::/64", gateway: "fd00::77" },
      { dst: "fd02::/64", dev: "v0" },
      { dst: "fd02::/64", multipath: [{ gateway: "fd00::7" }] },
      ...nothing.filter(({ src, scope }) => src === undefined && scope === undefined).map((key) => ({
        ...key,
        dst: four,
        ...(key.prefsrc === undefined ? {} : { prefsrc: "192.0.2.77" }),
        ...(key.multipath === undefined ? {} : { multipath: [{ gateway: "192.0.2.9" }] }),
      })),
      { dst: four, gateway: "0.0.0.0" },
      { dst: four, protocol: 0 },
      { dst: four, type: 0 },
      { dst: four, scope: "nowhere" },
      { dst: four, flow: 3 },
      { dst: four, ttlPropagate: true },
      { dst: "198.51.101.0/24", gateway: "192.0.2.8" },
      { dst: "198.51.101.0/24", dev: "v0" },
    ] as readonly RouteInput[];
    for (const key of keys) {
      const text = JSON.stringify(key);
      assertEquals(routes.find(key), undefined, text);
      isRefused(() => routes.delete(key), text);
      isRefused(() => ns.route.batch((add) => add.routes.delete(key)), text);
      assertEquals(all(), before, text);
    }
  });
});

kernelTest(
  "a listed route is deleted only by its own fields, and by each of them",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      prepared(ns);
      const { routes } = ns.route, fits = (key: RouteInput): Route | undefined => routes.find(key);
      const others: Readonly<Record<string, unknown>> = {
        prefsrc: "192.0.2.77",
        protocol: "bgp",
        type: "blackhole",
        priority: 77,
        table: 77,
        nhId: 77,
        metrics: { mtu: 1299 },
      };
      for (const dst of ["fd01::/64", "fd03::/64", "198.51.100.0/24", "198.51.102.0/24"]) {
        const listed = routes.list({ dst })[0]!;
        for (const [name, value] of Object.entries(others)) {
          const key = { ...listed, [name]: name === "prefsrc" && dst.includes(":") ? "fd00::77" : value } as RouteInput;
          isRefused(() => routes.delete(key), `${dst} ${name}`);
          assertEquals(routes.list({ dst }).length, 1, name);
        }
        for (const [name, value] of Object.entries(listed)) {
          if (["cacheinfo", "flagsExt"].includes(name)) continue;
          const key = { dst, [name]: value } as RouteInput;
          // A key names a metric as the list does; if find returns the route, delete accepts the key.
          if (fits(key) === undefined) continue;
          routes.delete(key);
          assertEquals(routes.list({ dst }), [], `${dst} ${name}`);
          routes.add(listed);
        }
        routes.delete(routes.list({ dst })[0]!);
        assertEquals(routes.list({ dst }), []);
      }
    });
  },
);

kernelTest("look-ups refuse fields that they would ignore, and input without an address", NEEDS, async () => {
  await inNamespace((ns) => {
    prepared(ns);
    const { routes } = ns.route;
    for (const dst of [undefined, null, 5, {}]) assertThrows(() => routes.lookup(dst as never), TypeError);
    assertThrows(() => routes.lookup("192.0.2.9", { dev: "v0", oif: 1 }), TypeError, "dev and oif");
    const { oif } = routes.lookup("192.0.2.9", { dev: "v0" });
    assertEquals(routes.lookup("192.0.2.9", { dev: "v0", oif: oif! }).dev, "v0");
    assertEquals(routes.lookup("192.0.2.9", { oif: "v0" }).dev, "v0");
  });
});

kernelTest("the number of an interface that does not exist matches nothing", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { addresses, links, neighbours, routes } = ns.route;
    assertEquals(links.list({ index: 99 }), []);
    assertEquals(links.list({ master: 99 }), []);
    assertEquals([addresses.list({ index: 99 }), [...addresses.iterate({ index: 99 })]], [[], []]);
    assertEquals(addresses.flush({ index: 99 }), 0);
    assertEquals(addresses.find({ index: 99, address: "192.0.2.1/24" }), undefined);
    for (const family of ["inet", "inet6", undefined] as const) {
      const told = family === undefined ? {} : { family };
      assertEquals([routes.list({ ...told, oif: 99 }), routes.flush({ ...told, oif: 99 })], [[], 0]);
      assertEquals([neighbours.list({ ...told, ifindex: 99 }), neighbours.list({ ...told, master: 99 })], [[], []]);
    }
    assertEquals(neighbours.list({ family: "bridge", ifindex: 99 }), []);
    assertEquals(neighbours.list({ family: "bridge", master: 99 }), []);
    assertThrows(
      () => addresses.set({ dev: "v0", address: "192.0.2.1/24" }, { scope: "globe" as never }),
      TypeError,
      "Cannot set address 192.0.2.1/24",
    );
    // The links as IPv6 lists them.
    assertEquals(namesOf(links.list({ family: "inet6" })).sort(), ["lo", "v0", "v1"]);
    assertThrows(() => links.list({ family: "ipmr" }), TypeError, "Cannot list links: family");
  });
});

kernelTest("a key with a source prefix deletes no IPv6 route without one", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { routes } = ns.route, dst = "fd00:40::/64", src = "fd00:1::/64";
    const left = (): { from?: unknown }[] => ns.ipJson("-6 route show").filter((one) => one["dst"] === dst);
    ns.ip(`-6 route add ${dst} dev v0 metric 5`);
    for (const key of [{ dst, src }, { dst, src, priority: 5 }, { dst, src, dev: "v0" }]) {
      assertEquals(routes.find(key), undefined);
      isRefused(() => routes.delete(key), JSON.stringify(key));
      isRefused(() => ns.route.batch((add) => add.routes.delete(key)), JSON.stringify(key));
      assertEquals(left().length, 1);
    }
    // A kernel without CONFIG_IPV6_SUBTREES refuses or ignores the source.
    spawnSync("ip", ["-n", ns.name, "-6", "route", "add", dst, "from", src, "dev", "v0", "metric", "5"]);
    const listed = routes.list({ dst, src })[0];
    if (listed === undefined) return;
    routes.delete(listed);
    assertEquals(left().map(({ from }) => from), [undefined]);
    isRefused(() => routes.delete(listed), "a listed route that is gone");
    assertEquals(left().length, 1);
    // Another program deletes the route between the list and the deletions of a flush.
    ns.ip(`-6 route add ${dst} from ${src} dev v0 metric 5`);
    const list = routes.list.bind(routes);
    let first = true;
    routes.list = (filter) => {
      const found = list(filter);
      if (first) ns.ip(`-6 route del ${dst} from ${src}`);
      first = false;
      return found;
    };
    assertEquals(routes.flush({ dst, src }), 1);
    routes.list = list;
    assertEquals(left().map(({ from }) => from), [undefined]);
    ns.ip(`-6 route add ${dst} from ${src} dev v0 metric 5`);
    routes.delete({ dst, src });
    assertEquals(left().map(({ from }) => from), [undefined]);
  });
});
