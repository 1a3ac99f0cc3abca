/** Fields that the kernel would ignore in silence: each is refused by its name, and nothing is made. */
import { assertEquals, assertThrows } from "@std/assert";
import type { AddressInput, NeighbourInput, RouteInput, RuleInput } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, wire } from "../namespace.ts";

/** Tries to make each object with each of the fields that it does not have. */
function refuses<I extends object>(collection: { add(value: I): unknown }, object: I, fields: readonly I[]): void {
  for (const field of fields) {
    const input = { ...object, ...field }, name = Object.keys(field)[0]!;
    assertThrows(() => collection.add(input), TypeError, `: ${name}: `, JSON.stringify(input));
  }
}

kernelTest("a field that the kernel would ignore is refused by its name", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ip("-6 address add fd00::1/64 dev v0 nodad");
    const { addresses, neighbours, routes, rules } = ns.route;
    const theirs = (): unknown =>
      ["-4 rule", "-6 rule", "-4 route show table all", "neigh show nud permanent", "address show dev v1"]
        .map((command) => ns.ipJson(command));
    const before = JSON.stringify(theirs());
    const packet: readonly RouteInput[] = [{ mark: 7 }, { uid: 1 }, { iif: "v0" }, { ipProto: 6 }, { sport: 5 }];
    const hop = { gateway: "192.0.2.9" }, six = { gateway: "fd00::9" };
    refuses<RouteInput>(routes, { dst: "198.51.100.0/24", ...hop }, [
      ...packet,
      { expires: 50 },
      { src: "192.0.2.1" },
      { pref: "high" },
      { newdst: "100" },
      { ttlPropagate: true },
      { flags: ["notify"] },
      { flags: ["onlink", "prefix"] },
      { multipath: [hop, { ...hop, newdst: "100" }] },
      { multipath: [{ ...hop, flags: ["pervasive"] }] },
    ]);
    refuses<RouteInput>(routes, { dst: "fd07::/64", ...six }, [
      ...packet,
      { flow: 5 },
      { scope: "link" },
      { newdst: "100" },
      { flags: 0x100 },
    ]);
    assertThrows(() => routes.add({ dst: "fd07::/64", multipath: [{ ...six, flow: 5 }] }), TypeError, ": multipath: ");
    // Next hops of its own, and one beside them.
    assertThrows(() => routes.add({ dst: "fd07::/64", ...six, multipath: [six] }), TypeError, ": gateway: ");
    refuses<RouteInput>(routes, { dst: "fd07::/64", type: "blackhole" }, [
      { dev: "v0" },
      six,
      { pref: "high" },
      { expires: 50 },
    ]);
    assertThrows(() => routes.replace({ dst: "198.51.100.0/24", ...hop, expires: 5 }), TypeError, ": expires: ");
    refuses<RuleInput>(rules, { family: "inet6", table: 7 }, [{ flow: 5 }]);
    for (const family of ["ipmr", "ip6mr"] as const) {
      refuses<RuleInput>(rules, { family, table: 7 }, [
        { src: family === "ipmr" ? "10.0.0.0/8" : "fd07::/64" },
        { tos: 4 },
        { dscp: 4 },
        { flow: 5 },
      ]);
    }
    refuses<AddressInput>(addresses, { dev: "v1", address: "fd07::1/64" }, [
      { scope: "link" },
      { broadcast: "192.0.2.255" },
      { label: "v1:1" },
    ]);
    refuses<NeighbourInput>(neighbours, { dev: "v0", dst: "192.0.2.9", lladdr: "02:00:00:00:00:09" }, [
      { vlan: 5 },
      { port: 7 },
      { vni: 7 },
      { viaIfindex: "v1" },
      { srcVni: 5 },
      { nhId: 5 },
      { fdbExtAttrs: { dontRefresh: true } },
      { flags: ["self"] },
      { flags: ["router", "sticky"] },
    ]);
    const proxy: NeighbourInput = { dev: "v0", dst: "192.0.2.9", flags: ["proxy"] };
    refuses<NeighbourInput>(neighbours, proxy, [{ lladdr: "02:00:00:00:00:09" }, { state: ["permanent"] }]);
    refuses<NeighbourInput>(
      neighbours,
      { family: "bridge", dev: "v0", lladdr: "02:00:00:00:00:09", flags: ["master"] },
      [{ dst: "192.0.2.9" }, { protocol: "static" }, { vni: 7 }],
    );
    assertEquals(JSON.stringify(theirs()), before);

    const address = { dev: "v1", address: "10.7.0.1/24" };
    addresses.add({ ...address, broadcast: "10.7.0.255", label: "v1:1" });
    const kept = addresses.get(address);
    for (const change of [{ scope: "link" }, { broadcast: "10.7.0.9" }, { label: "v1:2" }] as const) {
      const name = Object.keys(change)[0]!;
      assertThrows(() => addresses.replace({ ...address, ...change }), TypeError, `: ${name} does not change`);
    }
    addresses.replace({ ...kept, rtPriority: 7 });
    addresses.replace({ ...address, rtPriority: 8 });
    addresses.replace({ dev: "v1", address: "10.7.1.1/24", scope: "link" });
    const { scope, broadcast, label } = addresses.get(address);
    assertEquals([scope, broadcast, label], [kept.scope, kept.broadcast, kept.label]);
  });
});

kernelTest("what the kernel shows of an object is accepted, also where it cannot be chosen", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch([
      "-6 address add fd00::1/64 dev v0 nodad",
      "-6 address add fec0::1/64 dev v0 nodad",
      "-6 route add fd07::/64 via fd00::9 expires 1000",
      "-6 route add blackhole fd08::/64",
      "-6 rule add from fd09::/64 table 7",
      "neigh add proxy 192.0.2.70 dev v0 protocol static",
    ]);
    const { addresses, neighbours, routes, rules } = ns.route, scopes = [];
    for (const one of addresses.list({ dev: "v0", family: "inet6" })) {
      scopes.push(one.scope);
      addresses.delete(one);
      addresses.add(one);
    }
    assertEquals(scopes.sort(), ["link", "site", "universe"]);
    for (const dst of ["fd07::/64", "fd08::/64"]) {
      const one = routes.get({ dst });
      routes.delete(one);
      routes.add(one);
      assertEquals(routes.key(routes.get({ dst })), routes.key(one));
    }
    const rule = rules.get({ src: "fd09::/64" });
    rules.delete(rule);
    assertEquals(rules.add(rule), rule);
    const [proxy] = neighbours.list({ flags: ["proxy"] });
    neighbours.delete(proxy!);
    neighbours.add(proxy!);
    assertEquals(neighbours.list({ flags: ["proxy"] }), [proxy]);
    // The result of a look-up has properties of the packet.
    const way = routes.lookup("192.0.2.9", { mark: 7, uid: 1 });
    assertEquals([way.mark, way.uid], [7, 1]);
    routes.add({ ...way, dst: "198.51.100.1" });
    assertEquals(routes.get({ dst: "198.51.100.1" }).dev, "v0");
    // A change to a type without next hops keeps no lifetime.
    routes.set({ dst: "fd07::/64" }, { type: "blackhole" });
    assertEquals(routes.get({ dst: "fd07::/64" }).type, "blackhole");
  });
});
