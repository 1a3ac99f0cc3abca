/** `set` changes only the given fields, also in nested objects, as `ip -j` and `bridge -j` show. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BatchError } from "../../../core/errors.ts";
import type { AddressInput, NeighbourInput, RouteInput } from "../../../families/route/mod.ts";
import { bridgeWithoutVlans, inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";

type Fields = Record<string, unknown>;

/** One change: the given fields, and the tool's fields that change by it; `undefined` for a field that disappears. */
type Change<I> = readonly [changes: I, other: Fields];

/** Makes each change of an object, and compares the tool's object with that before. */
function changes<I>(
  made: () => void,
  look: () => Fields,
  set: (changes: I) => void,
  tried: readonly Change<I>[],
): void {
  made();
  const before = look();
  for (const [at, [change, other]] of tried.entries()) {
    if (at > 0) made();
    set(change);
    const expected: Fields = { ...before, ...other };
    for (const [name, value] of Object.entries(other)) if (value === undefined) delete expected[name];
    assertEquals(look(), expected, JSON.stringify(change));
    assert(JSON.stringify(before) !== JSON.stringify(expected), `nothing changes by ${JSON.stringify(change)}`);
  }
}

/** Returns the only object that a tool lists. */
function one(list: readonly Fields[]): Fields {
  assertEquals(list.length, 1, JSON.stringify(list));
  return list[0]!;
}

/** Returns an address with lifetimes in minutes, as they decrease while the test runs. */
function steady(address: Fields): Fields {
  const minutes = (name: string): Fields => ({ [name]: Math.ceil(Number(address[name]) / 600) });
  return { ...address, ...minutes("valid_life_time"), ...minutes("preferred_life_time") };
}

function addressOf(ns: Namespace, local: string): Fields {
  const all = ns.ipJson("address show dev v0").flatMap((link) => link["addr_info"] as Fields[]);
  return steady(one(all.filter((address) => address["local"] === local)));
}

/** Returns the prefix for arguments of `ip` with this address. */
const six = (address: string): string => address.includes(":") ? "-6 " : "";

for (
  const [address, words] of [
    ["10.0.0.1/24", "broadcast 10.0.0.255 label v0:1 noprefixroute metric 50 valid_lft 36000 preferred_lft 18000"],
    ["10.0.0.1/24", "label v0:1"],
    ["fd00::1/64", "nodad home mngtmpaddr noprefixroute metric 50 valid_lft 36000 preferred_lft 18000"],
    ["fd00::1/64", "nodad"],
  ] as const
) {
  kernelTest(`set changes one field of an address and no other: ${address} ${words}`, ["ip"], async () => {
    await inNamespace((ns) => {
      wire(ns);
      const [local] = address.split("/") as [string], { addresses } = ns.route, timed = words.includes("valid_lft");
      const FOREVER = Math.ceil(4294967295 / 600);
      changes<AddressInput>(
        () => {
          if (addresses.find({ dev: "v0", address }) !== undefined) addresses.delete({ dev: "v0", address });
          ns.ip(`${six(address)}address add ${address} dev v0 ${words}`);
        },
        () => addressOf(ns, local),
        (change) => addresses.set({ dev: "v0", address }, change),
        [
          [{ rtPriority: 77 }, { metric: 77 }],
          [{ cacheinfo: { valid: 72_000 } }, {
            valid_life_time: 120,
            preferred_life_time: timed ? 30 : 120,
            dynamic: true,
          }],
          [{ cacheinfo: { valid: 12_000 } }, { valid_life_time: 20, preferred_life_time: 20, dynamic: true }],
          ...(timed || address.includes(":")
            ? [[{ cacheinfo: { prefered: 6_000 } }, { preferred_life_time: 10 }]] as Change<AddressInput>[]
            : []),
          // If an IPv4 address is valid for ever, Linux shows its preferred lifetime as for ever too.
          [{ cacheinfo: { valid: 4294967295, prefered: 0 } }, {
            valid_life_time: FOREVER,
            preferred_life_time: address.includes(":") ? 0 : FOREVER,
            deprecated: true,
            dynamic: undefined,
          }],
          ...(address.includes(":")
            ? [[{ flags: ["homeaddress"] }, {
              home: true,
              nodad: undefined,
              mngtmpaddr: undefined,
              noprefixroute: undefined,
            }]] as Change<AddressInput>[]
            : []),
        ],
      );
      addresses.set({ dev: "v0", address }, { cacheinfo: { valid: 4294967295, prefered: 0 } });
      addresses.set({ dev: "v0", address }, { rtPriority: 7 });
      assertEquals(addressOf(ns, local)["deprecated"], true);
      // A change that the kernel would ignore changes nothing.
      const before = addressOf(ns, local);
      for (
        const [field, change] of [
          ["scope", { scope: "host" }],
          ["broadcast", { broadcast: "10.0.0.7" }],
          ["label", { label: "v0:7" }],
          ["address", { address: "10.9.9.9/24" }],
          ["address", { address: "fd00:7::7/64" }],
          ["peer", { peer: "10.9.9.9/32" }],
          ["dev", { dev: "v1" }],
          ["index", { index: ns.route.links.get("v1").index }],
          ["family", { family: address.includes(":") ? "inet" : "inet6" }],
          ["flags", { flags: address.includes(":") ? ["mcautojoin"] : ["homeaddress"] }],
          ...(address.includes(":") ? [] : [["cacheinfo.prefered", { cacheinfo: { prefered: 100 } }] as const]),
        ] as const
      ) {
        const error = assertThrows(() => addresses.set({ dev: "v0", address }, change as never), TypeError);
        assertStringIncludes(error.message, `Cannot set address ${address} on v0: ${field}`);
      }
      // Setting the same value changes nothing.
      addresses.set(addresses.get({ dev: "v0", address }), addresses.get({ dev: "v0", address }));
      addresses.set({ dev: "v0", address }, { address, dev: "v0", index: ns.route.links.get("v0").index });
      assertEquals(addressOf(ns, local), before);
      assertThrows(() => addresses.set({ dev: "v0" }, { rtPriority: 7 }), TypeError, 'without "address"');
      const missing = { dev: "v0", address: address.replace("1/", "77/") };
      assertThrows(() => addresses.set(missing, { rtPriority: 7 }), Error, "Cannot set address");
      assertEquals(addresses.find(missing), undefined);
    });
  });
}

const ways = (dev: string, ...gateways: readonly string[]): Fields[] =>
  gateways.map((gateway) => ({ gateway, dev, weight: 1, flags: [] }));

for (
  const { dst, words, gateways: [first, second, third], src, more } of [
    {
      dst: "198.51.100.0/24",
      words:
        "via 192.0.2.9 dev v0 src 192.0.2.1 metric 7 mtu 1400 advmss 1300 hoplimit 9 realm 5 proto static table 100",
      gateways: ["192.0.2.11", "192.0.2.12", "192.0.2.13"] as const,
      src: "192.0.2.2",
      more: [[{ flow: 6 }, { flow: { to: "6" } }], [{ scope: "site" }, { scope: "site" }]],
    },
    {
      dst: "fd01::/64",
      words:
        "via fd00::9 dev v0 src fd00::1 metric 7 mtu 1400 advmss 1300 hoplimit 9 proto static pref high expires 60000 table 100",
      gateways: ["fd00::11", "fd00::12", "fd00::13"] as const,
      src: "fd00::2",
      more: [[{ pref: "low" }, { pref: "low" }], [{ expires: 30_000 }, { expires: 3 }]],
    },
  ]
) {
  kernelTest(`set changes one field of a route and no other: ${dst}`, ["ip"], async () => {
    await inNamespace((ns) => {
      wire(ns);
      ns.ipBatch([
        "address add 192.0.2.2/24 dev v0",
        "-6 address add fd00::1/64 dev v0 nodad",
        "-6 address add fd00::2/64 dev v0 nodad",
      ]);
      const { routes } = ns.route, key = { dst, table: 100 };
      const look = (): Fields => {
        const { expires, ...route } = one(ns.ipJson(`${six(dst)}route show table 100`)), locked = ` lock `;
        const lock = ns.ip(`${six(dst)}route show table 100`).includes(locked);
        return { ...route, lock, ...(expires === undefined ? {} : { expires: Math.ceil(Number(expires) / 10_000) }) };
      };
      const metrics = { mtu: 1400, advmss: 1300, hoplimit: 9 };
      changes<RouteInput>(
        () => ns.ip(`${six(dst)}route replace ${dst} ${words}`),
        look,
        (one) => routes.set(key, one),
        [
          [{ metrics: { mtu: 1200 } }, { metrics: [{ ...metrics, mtu: 1200 }] }],
          [{ metrics: { lock: ["mtu"], window: 9_000 } }, { metrics: [{ ...metrics, window: 9_000 }], lock: true }],
          [{ gateway: first }, { gateway: first }],
          [{ prefsrc: src }, { prefsrc: src }],
          [{ protocol: "boot" }, { protocol: "boot" }],
          [{ multipath: [{ gateway: first, dev: "v0" }, { gateway: second, dev: "v0" }] }, {
            gateway: undefined,
            dev: undefined,
            nexthops: ways("v0", first, second),
            ...(six(dst) === "" ? { flow: undefined } : {}),
          }],
          [{ type: "blackhole" }, {
            type: "blackhole",
            gateway: undefined,
            // An IPv6 route that refuses packets has no lifetime or preference, and uses lo.
            ...(six(dst) === ""
              ? { dev: undefined, flow: undefined }
              : { dev: "lo", expires: undefined, pref: "medium" }),
          }],
          ...more as unknown as Change<RouteInput>[],
        ],
      );
      // This also holds with several next hops.
      ns.ip(`${six(dst)}route del ${dst} table 100`);
      const several = `nexthop via ${first} dev v0 nexthop via ${second} dev v0`;
      const made = (): void => {
        ns.ip(`${six(dst)}route replace ${dst} metric 7 mtu 1400 proto static table 100 ${several}`);
      };
      changes<RouteInput>(made, look, (one) => routes.set(key, one), [
        [{ metrics: { advmss: 1300 } }, { metrics: [{ mtu: 1400, advmss: 1300 }] }],
        [{ protocol: "bird" }, { protocol: "bird" }],
        [{ multipath: [{ gateway: third, dev: "v0" }, { gateway: second, dev: "v0" }] }, {
          nexthops: ways("v0", third, second),
        }],
      ]);
      made();
      routes.set(routes.get(key), { metrics: { mtu: 1280 } });
      assertEquals(look()["metrics"], [{ mtu: 1280 }]);
      routes.set(key, { gateway: third });
      assertEquals([look()["gateway"], look()["nexthops"]], [third, undefined]);
      const before = look();
      for (
        const [field, change] of [
          ["dst", { dst: "203.0.113.0/24" }],
          ["dst", { dst: "fd07::/64" }],
          ["table", { table: "main" }],
          ["priority", { priority: 8 }],
          ["family", { family: six(dst) === "" ? "inet6" : "inet" }],
          ...(six(dst) === "" ? [["tos", { tos: 4 }] as const] : []),
        ] as const
      ) {
        const error = assertThrows(() => routes.set(key, change as never), TypeError);
        assertStringIncludes(error.message, `Cannot set route ${dst}: ${field}`);
      }
      routes.set(key, { dst, table: 100, priority: 7, family: six(dst) === "" ? "inet" : "inet6" });
      assertEquals(look(), before);
      // A route with another metric comes later, and is another route.
      ns.ip(`${six(dst)}route add ${dst} via ${first} metric 9 table 100`);
      routes.set({ ...key, priority: 9 }, { metrics: { mtu: 1290 } });
      assertEquals(
        ns.ipJson(`${six(dst)}route show table 100`).map(({ metric, metrics, gateway }) => [metric, metrics, gateway]),
        [[7, [{ mtu: 1280 }], third], [9, [{ mtu: 1290 }], first]],
      );
    });
  });
}

kernelTest("set refuses a route that the kernel would not replace, because one comes before it", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch([
      "route add 198.51.100.0/24 via 192.0.2.9",
      "route append 198.51.100.0/24 via 192.0.2.10",
      "-6 route add fd01::/64 dev v0",
      "-6 route append fd01::/64 dev v1",
    ]);
    const { routes } = ns.route, look = (): unknown => [ns.ipJson("route show"), ns.ipJson("-6 route show")];
    const before = look();
    for (const key of [{ dst: "198.51.100.0/24", gateway: "192.0.2.10" }, { dst: "fd01::/64", dev: "v1" }]) {
      const error = assertThrows(() => routes.set(key, { metrics: { mtu: 1300 } }), TypeError);
      assertStringIncludes(error.message, "the kernel would change another route");
    }
    assertEquals(look(), before);
    routes.set({ dst: "198.51.100.0/24", gateway: "192.0.2.9" }, { metrics: { mtu: 1300 } });
    routes.set({ dst: "fd01::/64", dev: "v0" }, { metrics: { mtu: 1300 } });
    assertEquals(
      ns.ipJson("route show").flatMap(({ gateway, metrics }) => gateway === undefined ? [] : [[gateway, metrics]]),
      [["192.0.2.9", [{ mtu: 1300 }]], ["192.0.2.10", undefined]],
    );
    assertEquals(
      ns.ipJson("-6 route show").flatMap(({ dst, dev, metrics }) => dst === "fd01::/64" ? [[dev, metrics]] : []),
      [["v0", [{ mtu: 1300 }]], ["v1", undefined]],
    );
  });
});

kernelTest("set changes one field of a neighbour and no other", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { neighbours } = ns.route, LLADDR = "02:00:00:00:00:99";
    for (const dst of ["192.0.2.50", "fd00::50"]) {
      for (const nud of ["stale", "noarp", "permanent", "reachable"]) {
        const key = { dev: "v0", dst };
        changes<NeighbourInput>(
          () =>
            ns.ip(
              `neigh replace ${dst} lladdr 02:00:00:00:00:50 dev v0 nud ${nud} router extern_learn protocol static`,
            ),
          () => one(ns.ipJson(`neigh show to ${dst} nud all`)),
          (change) => neighbours.set(key, change),
          [
            [{ lladdr: LLADDR }, { lladdr: LLADDR }],
            [{ protocol: "boot" }, { protocol: "boot" }],
            nud === "stale"
              ? [{ state: ["noarp"] }, { state: ["NOARP"] }]
              : [{ state: ["stale"] }, { state: ["STALE"] }],
            [{ flags: ["router"] }, { extern_learn: undefined }],
            [{ flags: [] }, { extern_learn: undefined, router: undefined }],
            [{ lladdr: LLADDR, state: ["permanent"], protocol: "bird" }, {
              lladdr: LLADDR,
              state: ["PERMANENT"],
              protocol: "bird",
            }],
          ],
        );
        const before = ns.ipJson(`neigh show to ${dst} nud all`);
        for (const [field, change] of [["dst", { dst: "192.0.2.51" }], ["dev", { dev: "v1" }]] as const) {
          const error = assertThrows(() => neighbours.set(key, change), TypeError);
          assertStringIncludes(error.message, `Cannot set neighbour ${dst} on v0: ${field}`);
        }
        assertThrows(() => neighbours.set(key, { flags: ["proxy"] }), TypeError, "flags");
        neighbours.set(neighbours.get(key), { state: neighbours.get(key).state, dst });
        assertEquals(ns.ipJson(`neigh show to ${dst} nud all`), before);
      }
    }
    ns.ip("neigh add 192.0.2.60 dev v0 nud failed");
    const error = assertThrows(() => neighbours.set({ dev: "v0", dst: "192.0.2.60" }, { lladdr: LLADDR }), TypeError);
    assertStringIncludes(error.message, "failed");
    neighbours.set({ dev: "v0", dst: "192.0.2.60" }, { lladdr: LLADDR, state: ["stale"] });
    assertEquals(one(ns.ipJson("neigh show 192.0.2.60"))["state"], ["STALE"]);
    // Proxies have a table of their own.
    ns.ip("neigh add proxy 192.0.2.70 dev v0");
    neighbours.set({ dev: "v0", dst: "192.0.2.70", flags: ["proxy"] }, { protocol: "static" });
    assertEquals(one(ns.ipJson("neigh show proxy"))["protocol"], "static");
    assertEquals(neighbours.find({ dev: "v0", dst: "192.0.2.70" }), undefined);
    assertThrows(
      () => neighbours.set({ dev: "v0", dst: "192.0.2.77" }, { lladdr: LLADDR }),
      Error,
      "Cannot set neighbour",
    );
  });
});

kernelTest("set changes one field of a forwarding entry and no other", ["ip", "bridge"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    bridgeWithoutVlans(ns);
    ns.ipBatch(["link set v1 master br0", "link add vx0 type vxlan id 7 dstport 4789 dev v0"]);
    const bridge = (words: string): string => run("bridge", ["-n", ns.name, ...words.split(" ")]);
    const entries = (dev: string): Fields[] =>
      (JSON.parse(run("bridge", ["-n", ns.name, "-j", "-d", "fdb", "show", "dev", dev])) as Fields[])
        .filter(({ mac }) => mac === "02:00:00:00:00:50");
    const { neighbours } = ns.route, mac = "02:00:00:00:00:50";
    const port = { family: "bridge", dev: "v1", lladdr: mac, flags: ["master"] } as const;
    // The same address in the device's own table is another entry.
    bridge(`fdb add ${mac} dev v1 self permanent`);
    changes<NeighbourInput>(
      () => bridge(`fdb replace ${mac} dev v1 master static`),
      () => one(entries("v1").filter(({ flags }) => !(flags as string[]).includes("self"))),
      (change) => neighbours.set(port, change),
      [
        [{ flags: ["sticky"] }, { flags: ["sticky"] }],
        [{ state: ["permanent"] }, { state: "permanent" }],
        [{ state: ["reachable"] }, { state: "" }],
      ],
    );
    assertEquals(entries("v1").filter(({ flags }) => (flags as string[]).includes("self")).length, 1);
    assertThrows(() => neighbours.set(port, { flags: ["self"] }), TypeError, "flags");
    assertThrows(() => neighbours.set(port, { lladdr: "02:00:00:00:00:51" }), TypeError, "lladdr");
    const remote = { family: "bridge", dev: "vx0", lladdr: mac } as const;
    changes<NeighbourInput>(
      () => bridge(`fdb replace ${mac} dev vx0 dst 192.0.2.7 vni 8 port 4790`),
      () => one(entries("vx0")),
      (change) => neighbours.set(remote, change),
      [
        [{ dst: "192.0.2.99" }, { dst: "192.0.2.99" }],
        [{ vni: 9 }, { vni: 9 }],
        [{ port: 4791 }, { port: 4791 }],
      ],
    );
  });
});

kernelTest("set of a link changes the given fields of the link that the key denotes", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { links } = ns.route,
      up = (): Fields => {
        const flags = (one: Fields): string => (one["flags"] as string[]).includes("UP") ? "up" : "down";
        return Object.fromEntries(ns.ipJson("link show").map((one) => [one["ifname"], flags(one)]));
      };
    ns.ipBatch(
      ["link add aa type dummy", "link add bb type dummy", "link set bb up"].map((line) =>
        line.replace("type dummy", "type veth")
      ),
    );
    links.set({ ifname: "aa" }, { ifname: "cc" });
    assertEquals([up()["aa"], up()["bb"], up()["cc"]], [undefined, "up", "down"]);
    links.set("cc", { ifname: "aa" });
    // The name belongs to another link: neither is changed.
    assertThrows(() => links.set({ ifname: "aa" }, { ifname: "bb", up: false }), Error, "EEXIST");
    assertEquals([up()["aa"], up()["bb"]], ["down", "up"]);
    links.set({ ifname: "aa" }, { ifname: "aa", up: true });
    assertEquals(up()["aa"], "up");
    const { index } = links.get("aa");
    links.set("aa", { index, up: false });
    assertEquals(up()["aa"], "down");
    assertThrows(
      () => links.set("aa", { index: links.get("bb").index, up: true }),
      TypeError,
      "Cannot set link aa: index",
    );
    assertThrows(() => links.set({ index }, { index: "bb" as never, up: true }), TypeError, "index");
    assertEquals([up()["aa"], up()["bb"]], ["down", "up"]);
  });
});

kernelTest("set in a batch reads what the batch has done before it", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { route } = ns;
    const error = assertThrows(() =>
      route.batch(({ addresses, neighbours, routes }) => {
        routes.add({ dst: "198.51.100.0/24", gateway: "192.0.2.9", prefsrc: "192.0.2.1" });
        routes.set({ dst: "198.51.100.0/24" }, { metrics: { mtu: 1300 } });
        routes.set({ dst: "203.0.113.0/24" }, { metrics: { mtu: 1300 } });
        addresses.add({ dev: "v0", address: "192.0.2.7/24", rtPriority: 5, cacheinfo: { valid: 10_000 } });
        addresses.set({ dev: "v0", address: "192.0.2.7/24" }, { rtPriority: 6 });
        addresses.set({ dev: "v0", address: "192.0.2.7/24" }, { scope: "link" });
        neighbours.add({ dev: "v0", dst: "192.0.2.8", lladdr: "02:00:00:00:00:08", state: ["stale"] });
        neighbours.set({ dev: "v0", dst: "192.0.2.8" }, { lladdr: "02:00:00:00:00:09" });
      }), BatchError);
    assertEquals(error.failures.map(({ index }) => index), [2, 5]);
    assertStringIncludes(error.failures[0]!.error.message, "Cannot set route 203.0.113.0/24: ENOENT");
    assertStringIncludes(error.failures[1]!.error.message, "scope");
    const [made] = ns.ipJson("route show 198.51.100.0/24") as [Fields];
    assertEquals([made["gateway"], made["prefsrc"], made["metrics"]], ["192.0.2.9", "192.0.2.1", [{ mtu: 1300 }]]);
    const address = addressOf(ns, "192.0.2.7");
    assertEquals([address["metric"], address["valid_life_time"]], [6, 17]);
    const neighbour = one(ns.ipJson("neigh show 192.0.2.8"));
    assertEquals([neighbour["lladdr"], neighbour["state"]], ["02:00:00:00:00:09", ["STALE"]]);
  });
});

kernelTest("a neighbour that the kernel shall use or manage keeps its address", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { neighbours } = ns.route, lladdr = "02:00:00:00:00:50";
    for (const dst of ["192.0.2.50", "fd00::50"]) {
      const key = { dev: "v0", dst }, show = () => one(ns.ipJson(`neigh show to ${dst} nud all`));
      // The flags take effect at once: a stale neighbour is probed.
      const probed = (what: string): void => {
        const { lladdr: is, state } = show();
        assertEquals(is, lladdr, `${dst} ${what}`);
        assert(["DELAY", "PROBE"].includes((state as string[])[0]!), `${dst} ${what}: ${state}`);
      };
      const asked = [{ flags: ["use"] }, { flags: 1 }, { flagsExt: ["managed"] }] as const;
      for (const ask of asked) {
        ns.ip(`neigh replace ${dst} lladdr ${lladdr} dev v0 nud stale`);
        neighbours.set(key, ask);
        probed("set");
        ns.ip(`neigh replace ${dst} lladdr 02:00:00:00:00:51 dev v0 nud stale`);
        neighbours.set(key, { lladdr, state: ["stale"], ...ask });
        probed("set with an address");
        ns.ip(`neigh replace ${dst} lladdr ${lladdr} dev v0 nud permanent`);
        assertThrows(() => neighbours.set(key, ask), TypeError, "state: the kernel keeps no permanent neighbour");
        assertEquals(show()["state"], ["PERMANENT"]);
        neighbours.set(key, { state: ["stale"], ...ask });
        probed("set with a state");
        ns.ip(`neigh del ${dst} dev v0`);
        neighbours.add({ ...key, lladdr, ...ask });
        probed("add");
        ns.ip(`neigh del ${dst} dev v0`);
        ns.route.batch((add) => add.neighbours.replace({ ...key, lladdr, state: ["stale"], ...ask }));
        probed("batch");
        assertEquals(show()["managed"], "flagsExt" in ask ? null : undefined);
        ns.ip(`neigh del ${dst} dev v0`);
        // Without an address, the kernel begins to look for it.
        neighbours.add({ ...key, ...ask });
        assertEquals(show()["state"], ["INCOMPLETE"]);
        ns.ip(`neigh del ${dst} dev v0`);
      }
      // A change of another field of a managed neighbour keeps it managed.
      neighbours.add({ ...key, lladdr, flagsExt: ["managed"] });
      neighbours.set(key, { lladdr: "02:00:00:00:00:52" });
      assertEquals([show()["lladdr"], show()["managed"]], ["02:00:00:00:00:52", null]);
      ns.ip(`neigh del ${dst} dev v0`);
    }
  });
});
