/** Arguments of verbs: wrong ones are refused, and correct ones take effect. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BatchError } from "../../../core/errors.ts";
import type { ShownMessage } from "../../../core/show.ts";
import { type Link, open } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, namesOf, type Namespace } from "../namespace.ts";

const NEEDS = ["ip"];

/** Returns the names of all links, as `ip` shows them. */
function links(ns: Namespace): unknown[] {
  return namesOf(ns.ipJson("link show"));
}

kernelTest("flush of links removes both ends of each pair, and counts both", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch([
      "link add v0 type veth peer name v1",
      "link add v2 type veth peer name v3",
      "link add name d0 type bridge",
      "link add link d0 name m0 type macvlan",
    ]);
    assertEquals(ns.route.links.flush({ kind: "veth" }), 4);
    assertEquals(links(ns), ["lo", "d0", "m0"]);
    assertEquals(ns.route.links.flush({ kind: "veth" }), 0);
    // Deleting one removes the other.
    ns.ipBatch(["link set d0 group 7", "link set m0 group 7"]);
    assertEquals(ns.route.links.flush({ group: 7 }), 2);
    assertEquals(links(ns), ["lo"]);
  });
});

kernelTest("flush of addresses removes secondary ones with the first, and counts them", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch(["link add name d0 type bridge", "link set d0 up"]);
    for (const promote of [0, 1]) {
      ns.ipBatch([
        "address add 192.0.2.1/24 dev d0",
        "address add 192.0.2.2/24 dev d0",
        "address add 192.0.2.3/24 dev d0",
        "address add 198.51.100.1/24 dev d0",
      ]);
      ns.route.links.set("d0", { afSpec: { inet: { conf: { promoteSecondaries: promote } } } });
      assertEquals(ns.route.addresses.flush({ dev: "d0", family: "inet" }), 4);
      assertEquals(ns.ipJson("-4 address show dev d0").flatMap(({ addr_info }) => addr_info ?? []), []);
    }
  });
});

kernelTest("a filter without a condition flushes nothing, in any collection", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link set v0 up", "address add 192.0.2.1/24 dev v0"]);
    const before = links(ns), { links: all, addresses, routes, neighbours, rules } = ns.route;
    const nothing = [
      () => all.flush({ data: {}, kind: undefined } as never),
      () => all.flush({ flags: [] }),
      () => all.flush({ afSpec: { inet: { conf: {} } } }),
      () => all.flush({ stats64: {} }),
      () => addresses.flush({ flags: 0 } as never),
      () => addresses.flush({ cacheinfo: { valid: undefined } }),
      () => routes.flush({ multipath: [] }),
      () => routes.flush({ flags: [], table: undefined }),
      () => neighbours.flush({ state: [] }),
      () => rules.flush({ uidRange: undefined }),
    ];
    for (const act of nothing) assertThrows(act, TypeError);
    assertThrows(() => addresses.flush({ flags: [] }), TypeError, "Cannot flush addresses without a filter");
    assertEquals(links(ns), before);
    assertEquals(ns.ipJson("rule show").length, 3);
  });
});

kernelTest("verbs refuse values that are not objects, and do nothing", NEEDS, async () => {
  await inNamespace((ns) => {
    const { route } = ns, wrong = [undefined, null, [], [{}], 5n, () => {}, new Uint8Array(3)] as never[];
    for (const shape of wrong) {
      for (const name of ["links", "addresses", "routes", "neighbours", "rules"] as const) {
        const { add, append, replace, set, delete: remove, flush, get, find } = route[name] as unknown as Record<
          string,
          (...args: unknown[]) => unknown
        >;
        for (const verb of [add, append, replace, set, remove, flush, get, find]) {
          assertThrows(() => verb!.call(route[name], shape), TypeError, "Cannot ");
          route.batch((b) => {
            const batched = b[name] as unknown as Record<string, (...args: unknown[]) => unknown>;
            assertThrows(
              () => batched["add"]!(shape),
              TypeError,
              `Cannot add ${name === "addresses" ? "address" : ""}`,
            );
          });
        }
        assertThrows(() => set!.call(route[name], { ifname: "lo", dev: "lo" }, shape), TypeError, "Cannot set ");
      }
    }
    assertThrows(() => (route.links.set as (key: string) => void).call(route.links, "lo"), TypeError, "the changes");
    assertEquals(links(ns), ["lo"]);
    assertEquals(ns.ipJson("rule show").length, 3);
  });
});

kernelTest("a link is found by each of its names, whose length is in bytes", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ip("link add v0 type veth peer name v1");
    const { links: all, addresses } = ns.route, index = ns.ipJson("link show dev v0")[0]!["ifindex"];
    const names = [
      "uplink",
      "вход-интернет",
      "a-name-longer-than-fifteen",
      "門".repeat(42),
      "é".repeat(8),
      "x".repeat(127),
    ];
    all.addAltnames("v0", ...names);
    assertEquals(ns.ipJson("link show dev v0")[0]!["altnames"], names);
    names.forEach((name, i) => {
      assertEquals(all.get(name).index, index);
      assertEquals(all.get({ ifname: "v0" }).index, index);
      all.set(name, { mtu: 1400 + i });
      assertEquals(ns.ipJson("link show dev v0")[0]!["mtu"], 1400 + i);
      addresses.add({ dev: name, address: `192.0.2.${i + 1}/24` });
    });
    assertEquals(addresses.list({ dev: "вход-интернет", family: "inet" }).length, names.length);
    // A name has at most 15 bytes, an alternative name 127.
    assertThrows(() => all.set("v0", { ifname: "é".repeat(8) }), RangeError, "at most 15 bytes, got 16");
    assertThrows(() => all.addAltnames("v0", "é".repeat(64)), RangeError, "at most 127 bytes, got 128");
    all.deleteAltnames("вход-интернет", "вход-интернет");
    assertEquals(all.find("вход-интернет"), undefined);
    all.set("v1", { ifname: "вход-юг" });
    assertEquals(all.get("вход-юг").ifname, "вход-юг");
  });
});

kernelTest("an address of another length than the link's is refused, as ip refuses it", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link set v0 address 02:00:00:00:00:01"]);
    const { links: all, neighbours } = ns.route, before = ns.ipJson("link show");
    const eight = "02:00:00:00:00:01:02:03",
      says = (act: () => unknown, ...words: string[]): void => {
        const error = assertThrows(act, RangeError);
        for (const word of words) assertStringIncludes(error.message, word);
      };
    assertThrows(() => ns.ip(`link set v0 address ${eight}`), Error, "Invalid address length 8 - must be 6 bytes");
    const ip = "the link's addresses have 6: addresses.add adds an IP address";
    for (const value of ["10.0.0.1", "10.0.0.1/24", "fe80::1"]) says(() => all.set("v0", { address: value }), ip);
    for (const name of ["address", "broadcast"] as const) {
      for (const value of [eight, "02:00", new Uint8Array(7), "fe80::1", "10.0.0.1", "0200000000010203"]) {
        says(() => all.set("v0", { [name]: value }), "Cannot set link v0", name, "the link's addresses have 6");
        says(() => ns.route.batch((b) => b.links.set("v0", { [name]: value })), "Cannot set link v0", name);
        says(() => all.add({ ifname: "b0", kind: "bridge", [name]: value } as never), "Cannot add link b0", name);
        const peer = { ifname: "w1", [name]: value };
        says(() => all.add({ ifname: "w0", kind: "veth", data: { peer } } as never), `data.peer.${name}`);
      }
    }
    assertEquals(ns.ipJson("link show"), before);
    ns.ipBatch(["link set v0 up", "link set v1 up"]);
    for (const verb of ["add", "replace", "append"] as const) {
      says(
        () => neighbours[verb]({ dev: "v0", dst: "192.0.2.9", lladdr: eight }),
        `Cannot ${verb} neighbour`,
        "lladdr",
        "8 bytes",
      );
    }
    says(() => neighbours.add({ dev: "v0", dst: "192.0.2.9", lladdr: "fe80::1" }), "16 bytes");
    assertEquals(neighbours.list({ dst: "192.0.2.9" }), []);
    all.set("v0", { address: "02-00-00-00-00-07", broadcast: "010203040506" });
    const { address, broadcast } = ns.ipJson("link show dev v0")[0]!;
    assertEquals([address, broadcast], ["02:00:00:00:00:07", "01:02:03:04:05:06"]);
    neighbours.add({ dev: "v0", dst: "192.0.2.9", lladdr: "02:00:00:00:00:08" });
    assertEquals(ns.ipJson("neigh show dev v0").map(({ lladdr }) => lladdr), ["02:00:00:00:00:08"]);
  });
});

kernelTest("a request's settings of IPv4 are shown as they are sent, and as they are received", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ip("link add v0 type veth peer name v1");
    const shown: ShownMessage[] = [], conf = { rpFilter: 2, arpIgnore: 1 };
    using dry = open({ netns: ns.name, dryRun: (message) => shown.push(message) });
    dry.links.set("v0", { afSpec: { inet: { conf } } });
    assertEquals((shown[0]!.value as Link).afSpec?.inet, { conf });
    const rows = shown[0]!.fields.map(({ path, value }) => [path, value]).filter(([path]) =>
      String(path).includes("conf")
    );
    assertEquals(rows, [["afSpec.inet.conf.rpFilter", 2], ["afSpec.inet.conf.arpIgnore", 1]]);
    ns.route.links.set("v0", { afSpec: { inet: { conf } } });
    assertEquals(ns.route.links.list({ afSpec: { inet: { conf } } }).map(({ ifname }) => ifname), ["v0"]);
    const all = ns.route.links.get("v0").afSpec?.inet?.conf;
    assertEquals([all?.rpFilter, all?.arpIgnore, all?.forwarding], [2, 1, 0]);
    const wrong = { rpfilter: 1 } as never;
    assertThrows(
      () => ns.route.links.set("v0", { afSpec: { inet: { conf: wrong } } }),
      TypeError,
      'did you mean "rpFilter"',
    );
  });
});

/** Throws unless every call is refused before it is sent, with the words that belong to it. */
function refused(calls: readonly (readonly [() => unknown, ...string[]])[]): void {
  for (const [act, ...words] of calls) {
    const { message } = assertThrows(act, TypeError);
    for (const word of words) assertStringIncludes(message, word);
  }
}

kernelTest("an address that is not of the object's family is refused, and nothing is made", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch([
      "link add d0 type veth peer name d1",
      "link set d0 up",
      "address add 192.0.2.1/24 dev d0",
      "address add fd00::1/64 dev d0 nodad",
    ]);
    const { neighbours, addresses, routes } = ns.route, dev = "d0", lladdr = "02:00:00:00:00:05";
    const commands = ["-4 neighbour show", "-6 neighbour show", "-4 neighbour show proxy", "address show dev d0"];
    const shown = (): unknown => [...commands, "-4 route show", "-6 route show"].map((command) => ns.ipJson(command));
    const is = shown(), six = { family: "inet", dev, dst: "fd00::9", lladdr } as const;
    const four = { family: "inet6", dev, dst: "192.0.2.9", lladdr } as const;
    const not = (field: string, family: string): string[] => [field, `is not of the family ${family}`];
    refused([
      [() => neighbours.add(six), "add neighbour", ...not("dst", "inet that")],
      [() => neighbours.add(four), "add neighbour", ...not("dst", "inet6 that")],
      [() => neighbours.replace(six), "replace neighbour", ...not("dst", "inet that")],
      [() => neighbours.delete({ family: "inet", dev, dst: "fd00::9" }), ...not("dst", "inet that")],
      [() => neighbours.find({ family: "inet", dev, dst: "fd00::9" }), ...not("dst", "inet that")],
      [() => neighbours.add({ family: "inet", dev, dst: "fd00::9", flags: ["proxy"] }), ...not("dst", "inet that")],
      [() => addresses.add({ dev, address: "10.88.0.1/24", broadcast: "fd00::ff" }), ...not("broadcast", "inet that")],
      [() => routes.add({ dst: "10.1.0.0/16", gateway: "fd00::9", dev }), ...not("gateway", "inet that")],
      [() => routes.add({ dst: "fd01::/64", gateway: "192.0.2.9", dev }), ...not("gateway", "inet6 that")],
      [() => routes.add({ dst: "10.1.0.0/16", prefsrc: "fd00::1", dev }), ...not("prefsrc", "inet that")],
      [
        () => routes.add({ dst: "10.1.0.0/16", multipath: [{ gateway: "192.0.2.9" }, { gateway: "fd00::9" }] }),
        ...not("multipath[1].gateway", "inet that"),
      ],
    ]);
    assertThrows(() => ns.route.batch((b) => b.neighbours.add(six)), BatchError, "dst: ");
    assertEquals(shown(), is);
  });
});

kernelTest("a field that the address's family does not have is refused by name", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch(["link add d0 type veth peer name d1", "link set d0 up"]);
    const { addresses } = ns.route, dev = "d0", four = "10.83.0.1/24", six = "fd83::1/64";
    refused([
      [() => addresses.add({ dev, address: six, broadcast: "10.83.0.255" }), "broadcast: only IPv4 addresses have it"],
      [() => addresses.add({ dev, address: six, broadcast: "fd83::ff" }), "broadcast: only IPv4 addresses have it"],
      [() => addresses.replace({ dev, address: six, label: "d0:1" }), "label: only IPv4 addresses have it"],
      [() => addresses.add({ dev, address: four, anycast: "fd83::5" }), "anycast: only IPv6 addresses have it"],
      [() => addresses.add({ dev, address: four, multicast: "ff02::5" }), "multicast: only IPv6 addresses have it"],
      [() => addresses.add({ dev, address: four, local: "fd83::1" }), 'local "fd83::1" is not the address'],
    ]);
    assertEquals(addresses.list({ dev }).filter(({ scope }) => scope === "universe"), []);
    // A listed address, which has all of its family's fields, can be made again.
    addresses.add({ dev, address: four, broadcast: "10.83.0.255", label: "d0:1" });
    addresses.add({ dev, address: six });
    const made = addresses.list({ dev, scope: "universe" });
    for (const one of made) {
      addresses.delete(one);
      addresses.add(one);
    }
    assertEquals(
      addresses.list({ dev, scope: "universe" }).map(({ address, label, broadcast }) => [address, label, broadcast]),
      [[four, "d0:1", "10.83.0.255"], [six, undefined, undefined]],
    );
  });
});

kernelTest(
  "a misspelt name in a nested object is refused in every verb, also if its field is not sent",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      ns.ipBatch(["link add d0 type veth peer name d1", "link set d0 up", "address add 10.83.0.1/24 dev d0"]);
      const { addresses, neighbours, links } = ns.route, dev = "d0", address = "10.83.0.1/24";
      const near = ["cacheinfo", '"preferred"', 'did you mean "prefered"'];
      refused([
        [() => addresses.set({ dev, address }, { cacheinfo: { valid: 100, preferred: 5 } } as never), ...near],
        [
          () => addresses.set({ dev, address }, { cacheinfo: { bogus: 5 } } as never),
          'cacheinfo: there is no field "bogus"',
        ],
        [() => addresses.replace({ dev, address, cacheinfo: { preferred: 5 } } as never), ...near],
        [
          () => neighbours.add({ dev, dst: "10.83.0.9", lladdr: "02:00:00:00:00:05", cacheinfo: { foo: 1 } } as never),
          'add neighbour 10.83.0.9 on d0: cacheinfo: there is no field "foo"',
        ],
        [
          () => links.add({ ifname: "d2", kind: "dummy", map: { foo: 1 } } as never),
          'add link d2: map: there is no field "foo"',
        ],
        [
          () => links.add({ ifname: "d2", kind: "dummy", stats64: { rxPacket: 1 } } as never),
          'did you mean "rxPackets"',
        ],
      ]);
      assertEquals(addresses.get({ dev, address }).cacheinfo?.valid, 4294967295);
      assertEquals(neighbours.list({ dev }), []);
      assertEquals(links.find("d2"), undefined);
    });
  },
);
