/**
 * The traps of ROUTE that only a kernel shows: it refuses or spoils its own values if they are sent back carelessly.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { inNamespace, kernelTest, patience } from "../namespace.ts";

const NEEDS = ["ip"];

kernelTest("trap 22: the kernel accepts every filter that is sent to it", NEEDS, async () => {
  await inNamespace(({ ipBatch, route: { addresses, links, neighbours, routes, rules } }) => {
    ipBatch([
      "link set lo up",
      "link add v0 type veth peer name v1",
      "link set v0 up",
      "address add 192.0.2.1/24 dev v0",
    ]);
    const v0 = links.get("v0").index!;
    assertEquals(links.list({ kind: "veth" }).length, 2);
    assertEquals(links.list({ family: "bridge" }), []);
    assertEquals(links.list({ master: v0 }), []);
    assertEquals(addresses.list({ family: "inet", index: v0 }).map(({ address }) => address), ["192.0.2.1/24"]);
    assertEquals(neighbours.list({ family: "inet6", ifindex: v0, master: v0, flags: ["proxy"] }), []);
    for (const filter of [{ table: 254 }, { protocol: "kernel" }, { type: "unicast" }, { oif: "v0" }] as const) {
      const found = routes.list({ family: "inet", ...filter });
      assertEquals(found.some(({ dst }) => dst === "192.0.2.0/24"), true, JSON.stringify(filter));
    }
    assert(rules.list({ family: "inet6" }).length >= 2);
    // The library applies filters that the kernel does not have, and refuses those that match no field.
    assertEquals(links.list({ ifname: "v0", mtu: 1500 }).map(({ index }) => index), [v0]);
    assertThrows(() => links.list({ nam: "v0" } as never), TypeError, 'there is no field "nam"');
  });
});

kernelTest(
  "trap 25: a link, a route by nexthop id, and one prefix on two links, made again as they were listed",
  NEEDS,
  async () => {
    await inNamespace(async ({ ipBatch, route: { addresses, links, routes } }) => {
      ipBatch([
        "link add v0 type veth peer name v1",
        "link set v1 up",
        "link set v0 up",
        "address add 192.0.2.1/24 dev v0",
        "nexthop add id 7 via 192.0.2.7 dev v0",
        "route add 198.51.100.0/24 nhid 7",
      ]);
      const [byId] = routes.list({ dst: "198.51.100.0/24" });
      assertEquals([byId!.nhId, byId!.gateway], [7, "192.0.2.7"]);
      routes.delete(byId!);
      routes.add(byId!);
      assertEquals(routes.list({ dst: "198.51.100.0/24" }), [byId]);

      // The kernel makes these routes when a link has its carrier, before the address.
      for (const dev of ["v0", "v1"]) await addresses.waitFor({ dev, family: "inet6", scope: "link" });
      const multicast = routes.list({ family: "inet6", dst: "ff00::/8", table: "local" });
      assertEquals(multicast.map(({ dev }) => dev).sort(), ["v0", "v1"]);
      for (const one of multicast) routes.delete(one);
      routes.add(multicast[0]!);
      assertEquals(assertThrows(() => routes.add(multicast[1]!), KernelError).code, "EEXIST");
      routes.append(multicast[1]!);
      assertEquals(routes.list({ family: "inet6", dst: "ff00::/8", table: "local" }).length, 2);

      links.delete(links.get("v0"));
      assertEquals(links.find("v1"), undefined);
    });
  },
);

kernelTest("trap 26: setting a link up keeps its other flags", NEEDS, async () => {
  await inNamespace(async ({ ipBatch, route: { links } }) => {
    ipBatch(["link add v0 type veth peer name v1", "link set v0 arp off", "link set v0 multicast on allmulticast on"]);
    // The kernel clears the flag `running` a moment after the link was made.
    const still = ({ flags }: { flags?: readonly unknown[] }): boolean => !flags!.includes("running");
    const before = (await links.waitFor("v0", still, { timeout: patience(10_000) })).flags!;
    assert(before.includes("noarp") && before.includes("multicast"));
    links.set("v0", { up: true });
    assertEquals(links.get("v0").flags!.filter((flag) => flag !== "up"), before);
    links.set("v0", { arp: true });
    const after = links.get("v0").flags!;
    assert(!after.includes("noarp") && after.includes("multicast") && after.includes("up"), String(after));
  });
});
