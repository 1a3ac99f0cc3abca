/** Keys and filters: every verb finds the same object, addresses imply their family, and missing tables are empty. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import type { Route, RouteInput } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";

const NEEDS = ["ip"];

/**
 * Makes default routes of both families, in two tables and with several metrics; these tables have only the routes of
 * the veth pair besides.
 */
function defaults(ns: Namespace): void {
  // Link-local addresses, and the routes of an interface with a carrier, appear when the kernel is ready for them.
  ns.ipBatch([
    "link add v0 type veth peer name v1",
    ...["v0", "v1"].map((dev) => `link set ${dev} addrgenmode none`),
    ...["lo", "v0", "v1"].map((dev) => `link set ${dev} up`),
    "address add 192.0.2.1/24 dev v0",
  ]);
  while (ns.ipJson("-6 route show table all").filter(({ dst }) => dst === "ff00::/8").length < 2);
  ns.ipBatch([
    "-6 address add fd00::1/64 dev v0 nodad",
    "route add default via 192.0.2.9 table 5",
    "-6 route add default via fd00::9 table 5",
    "-6 route add default via fd00::9 metric 9",
    "-6 route add default via fd00::8 metric 5",
    "route add default via 192.0.2.9 metric 9",
    "route add default via 192.0.2.8 metric 5",
    "route add default via 192.0.2.7 tos 4",
    "route add 198.51.100.0/24 via 192.0.2.9",
    "-6 route add fd01::/64 via fd00::9",
  ]);
}

/** Returns a route without the fields that are changed or change by themselves. */
const still = ({ metrics: _metrics, cacheinfo: _cacheinfo, ...route }: Partial<Route>): object => route;

kernelTest("find, get, set and delete mean the same route by one key", NEEDS, async () => {
  const keys: readonly RouteInput[] = [
    { dst: "default" },
    { dst: "0.0.0.0/0" },
    { dst: "::/0" },
    { dst: "default", family: "inet6" },
    { dst: "default", gateway: "fd00::9" },
    { dst: "default", gateway: "192.0.2.9" },
    { dst: "default", table: 5 },
    { dst: "::/0", table: 5 },
    { dst: "default", priority: 9 },
    { dst: "::/0", priority: 9 },
    { dst: "default", tos: 4 },
    { dst: "198.51.100.0/24" },
    { dst: "198.51.100.0/24", dev: "v0", protocol: "boot" },
    { dst: "fd01::/64" },
    { dst: "fd00::/64", protocol: "kernel" },
    { dst: "192.0.2.1", table: "local", type: "local" },
    { dst: "192.0.2.1", type: "local" },
  ];
  for (const key of keys) {
    await inNamespace((ns) => {
      defaults(ns);
      const { routes } = ns.route,
        list = (): Map<string, Route> => new Map(routes.list().map((one) => [routes.key(one), one]));
      const before = list(), found = routes.find(key)!, text = JSON.stringify(key);
      assert(found !== undefined, text);
      assertEquals(routes.get(key), found, text);
      // A listed route denotes itself.
      for (const one of before.values()) assertEquals(routes.key(routes.get(one)), routes.key(one));
      routes.set(key, { metrics: { mtu: 1300 } });
      const changed = list(), [other] = [...changed.values()].filter((one) => !before.has(routes.key(one)));
      assertEquals(changed.size, before.size, text);
      assertEquals(still(other!), still(found), text);
      routes.delete(key);
      assertEquals([...changed.keys()].filter((one) => !list().has(one)), [routes.key(other!)], text);
    });
  }
});

kernelTest("a filter whose address implies a family keeps it, in list, iterate and flush", NEEDS, async () => {
  await inNamespace((ns) => {
    defaults(ns);
    const { addresses, neighbours, routes, rules } = ns.route,
      told = (all: readonly { family: unknown }[]): unknown[] => [...new Set(all.map(({ family }) => family))].sort();
    for (const [dst, family, count] of [["0.0.0.0/0", "inet", 4], ["::/0", "inet6", 3]] as const) {
      assertEquals(told(routes.list({ dst })), [family]);
      assertEquals(routes.list({ dst }).length, count);
      assertEquals(told([...routes.iterate({ dst })]), [family]);
    }
    // This text implies none.
    assertEquals(told(routes.list({ dst: "default" })), ["inet", "inet6"]);
    assertEquals(told(routes.list({ dst: "default", family: "inet6" })), ["inet6"]);
    ns.ipBatch(["rule add from 0.0.0.0/0 table 5 priority 50", "-6 rule add from ::/0 table 5 priority 50"]);
    assertEquals(told(rules.list({ priority: 50 })), ["inet", "inet6"]);
    assertEquals(rules.find({ priority: 50 })?.family, "inet");
    rules.delete({ priority: 50 });
    assertEquals([rules.find({ priority: 50 }), told(rules.list({ priority: 50 }))], [undefined, ["inet6"]]);
    assertEquals(told(addresses.list({ address: "fd00::1/64" })), ["inet6"]);
    ns.ip("neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 dev v0");
    assertEquals(told(neighbours.list({ dst: "192.0.2.50" })), ["inet"]);
    const six = (): number => ns.ipJson("-6 route show table all").filter(({ dst }) => dst === "default").length;
    assertEquals(six(), 3);
    assertEquals(routes.flush({ dst: "0.0.0.0/0" }), 4);
    assertEquals(six(), 3);
    assertEquals(routes.flush({ dst: "::/0" }), 3);
    assertEquals(six(), 0);
    assertEquals(routes.list({ dst: "default" }), []);
  });
});

kernelTest("a table that does not exist is empty", NEEDS, async () => {
  await inNamespace((ns) => {
    const { routes } = ns.route;
    // A new namespace has no IPv4 before its loopback interface is up.
    for (const family of ["inet", "inet6", "ipmr", "ip6mr", undefined] as const) {
      for (const table of ["main", 999, 70_000] as const) {
        const filter: RouteInput = { table, ...(family === undefined ? {} : { family }) };
        if (family === "inet6" && table === "main") continue;
        assertEquals(routes.list(filter), [], JSON.stringify(filter));
        assertEquals([...routes.iterate(filter)], []);
        assertEquals(routes.flush(filter), 0);
        assertEquals(routes.find({ ...filter, dst: "default" }), undefined);
        assertEquals(assertThrows(() => routes.get({ ...filter, dst: "default" }), KernelError).code, "ENOENT");
      }
    }
  });
});

kernelTest(
  "addresses: a key that matches none deletes and changes nothing, and a flush removes secondary addresses",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      wire(ns);
      ns.ipBatch(Array.from({ length: 5 }, (_, i) => `address add 192.0.2.${i + 2}/24 dev v0`));
      ns.ip("address add 198.51.100.1/24 dev v1");
      const { addresses } = ns.route,
        local = (dev: string): unknown[] =>
          ns.ipJson(`-4 address show dev ${dev}`).flatMap((link) =>
            (link["addr_info"] as { local: string }[]).map(({ local }) => local)
          );
      for (const key of [{ dev: "v0" }, { dev: "v0", local: "192.0.2.3" }, { dev: "v0", label: "v0" }]) {
        assertThrows(() => addresses.delete(key), TypeError, 'without "address"');
        assertThrows(() => addresses.set(key, { rtPriority: 5 }), TypeError, 'without "address"');
      }
      assertEquals(local("v0").length, 6);
      // An address that such a key finds denotes itself, and can be deleted.
      addresses.delete(addresses.get({ dev: "v0", local: "192.0.2.3" }));
      assertEquals(local("v0").includes("192.0.2.3"), false);
      assertEquals(addresses.flush({ dev: "v0", family: "inet" }), 5);
      assertEquals([local("v0"), local("v1")], [[], ["198.51.100.1"]]);
    });
  },
);

kernelTest(
  "addresses: a key whose local is another address than its address is refused by every verb",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      wire(ns);
      ns.ip("address add fd00::1/64 dev v0 nodad");
      const { addresses } = ns.route;
      for (
        const [address, same, other] of [
          ["192.0.2.1/24", "192.0.2.1", "192.0.2.9"],
          ["fd00::1/64", "fd00:0::0:1", "fd00::9"],
          ["fd00::1", "FD00::1", "192.0.2.1"],
        ] as const
      ) {
        const key = { dev: "v0", address, local: other }, before = ns.ipJson("address show dev v0 scope global");
        const verbs: Record<string, () => unknown> = {
          get: () => addresses.get(key),
          find: () => addresses.find(key),
          set: () => addresses.set(key, { rtPriority: 5 }),
          delete: () => addresses.delete(key),
        };
        for (const [verb, ask] of Object.entries(verbs)) {
          const { message } = assertThrows(ask, TypeError);
          assertStringIncludes(message, `address: local "${other}" is not the address "${address}" beside it`, verb);
        }
        assertEquals(ns.ipJson("address show dev v0 scope global"), before);
        if (address.includes("/")) assertEquals(addresses.get({ dev: "v0", address, local: same }).address, address);
      }
      // A listed address denotes itself.
      const listed = addresses.get({ dev: "v0", address: "192.0.2.1/24" });
      assertEquals(listed.local, "192.0.2.1");
      addresses.delete(listed);
      assertEquals(addresses.find(listed), undefined);
    });
  },
);

kernelTest("an error of disabled IPv6 does not ask for a capability", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    run("ip", ["netns", "exec", ns.name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/v0/disable_ipv6"]);
    for (
      const make of [
        () => ns.route.addresses.add({ dev: "v0", address: "fd00::1/64" }),
        () => ns.route.routes.add({ dst: "fd01::/64", dev: "v0" }),
      ]
    ) {
      const error = assertThrows(make, KernelError);
      assertEquals(error.code, "EACCES");
      assertStringIncludes(error.message, "IPv6 is disabled on");
      assertStringIncludes(error.hint ?? "", "disable_ipv6");
      assert(!error.message.includes("CAP_NET_ADMIN"), error.message);
    }
  });
});

kernelTest("the law for an IPv6 route that expires: its remaining lifetime is sent again", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch(["-6 address add fd00::1/64 dev v0 nodad", "-6 route add fd01::/64 via fd00::9 expires 5000"]);
    const { routes } = ns.route, listed = routes.get({ dst: "fd01::/64" });
    assert(listed.expires !== undefined && listed.expires > 4_000 && listed.expires <= 5_000, String(listed.expires));
    for (const form of [listed, JSON.parse(JSON.stringify(listed))]) {
      routes.delete(form);
      routes.add(form);
      const { expires } = ns.ipJson("-6 route show fd01::/64")[0] as { expires: number };
      assert(expires > 4_000 && expires <= 5_000, String(expires));
    }
    assertEquals(routes.get({ dst: "fd00::/64" }).expires, undefined);
  });
});

kernelTest("a key with names and an index that are not of one link means no link", NEEDS, async () => {
  await inNamespace(({ ip, ipJson, route }) => {
    for (const name of ["aa", "bb"]) {
      ip(`link add ${name} type bridge`);
      ip(`link property add dev ${name} altname ${name}-alternative`);
    }
    const { links } = route, listed = links.get("aa"), bb = links.get("bb").index!;
    const is = (): unknown => ipJson("link show").map(({ ifname, mtu, altnames }) => [ifname, mtu, altnames]);
    const before = is();
    const keys = [
      { ifname: "aa", index: bb },
      { altIfname: "aa-alternative", index: bb },
      { ifname: "aa", altIfname: "bb-alternative" },
      { ...listed, index: bb },
      { ifname: "bb", altIfname: "aa-alternative", index: bb },
    ];
    for (const key of keys as readonly { ifname: string }[]) {
      const text = JSON.stringify(key);
      assertEquals(links.find(key), undefined, text);
      for (
        const act of [
          () => links.get(key),
          () => links.set(key, { mtu: 1300 }),
          () => links.delete(key),
          () => links.addAltnames(key, "more"),
          () => links.deleteAltnames(key, "bb-alternative"),
          () => route.batch((add) => add.links.set(key, { mtu: 1300 })),
          () => route.batch((add) => add.links.delete(key)),
        ]
      ) {
        const error = assertThrows(act, KernelError, "are not of one link", text);
        assertEquals((error as KernelError).code, "ENODEV");
      }
      assertEquals(is(), before, text);
    }
    // The index of a listed link is used again by another one.
    ip("link delete aa");
    ip(`link add cc index ${listed.index} type bridge`);
    assertThrows(() => links.delete(listed), KernelError, "are not of one link");
    ip("link delete cc");
    assertThrows(() => links.delete(listed), KernelError, "ENODEV");

    for (const ifname of ["bb", "bb-alternative"]) {
      links.set({ ifname, altIfname: "bb-alternative", index: bb }, { mtu: 1300 + ifname.length });
      assertEquals(ipJson("link show bb").map(({ mtu }) => mtu), [1300 + ifname.length]);
    }
    for (const index of [0, 4_000_000_000]) assertEquals(links.find(index), undefined);
    links.delete(links.get("bb"));
    assertEquals(links.find("bb"), undefined);
  });
});
