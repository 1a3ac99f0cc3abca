/** `{ exists: "ok" }` and `{ missing: "ok" }`: scripts that may run twice, compared with what `ip` lists. */
import { assertEquals, assertThrows } from "@std/assert";
import { BatchError, NetlinkError } from "../../../core/errors.ts";
import type { AddressToAdd, LinkToAdd, NeighbourToAdd, RouteClient, RouteToAdd } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest } from "../namespace.ts";

const ADDRESS: AddressToAdd = { dev: "t0", address: "10.9.0.1/24" };
const ADDRESS6: AddressToAdd = { dev: "t0", address: "2001:db8::1/64", flags: ["nodad"] };
const ROUTE: RouteToAdd = { dst: "10.8.0.0/16", gateway: "10.9.0.2" };
const NEIGHBOUR: NeighbourToAdd = { dev: "t0", dst: "10.9.0.2", lladdr: "02:00:00:00:00:02", state: ["permanent"] };
const RULE = { priority: 90, src: "10.9.0.0/24", table: 100 } as const;

kernelTest(
  "add and delete of every kind of object may be repeated, and tell if they changed anything",
  ["ip"],
  () =>
    inNamespace(({ route, ipJson }) => {
      const { addresses, links, neighbours, routes, rules } = route;
      const exists = { exists: "ok" } as const, missing = { missing: "ok" } as const;
      const link = { ifname: "t0", kind: "bridge", up: true } as const;
      const made = links.add(link, exists);
      assertEquals([made && made.ifname, links.add(link, exists)], ["t0", false]);
      assertEquals(
        [addresses.add(ADDRESS), addresses.add(ADDRESS, exists), addresses.add(ADDRESS6, exists)],
        [true, false, true],
      );
      assertEquals(addresses.add(ADDRESS6, exists), false);
      assertEquals([routes.add(ROUTE, exists), routes.add(ROUTE, exists)], [true, false]);
      assertEquals([neighbours.add(NEIGHBOUR, exists), neighbours.add(NEIGHBOUR, exists)], [true, false]);
      const rule = rules.add(RULE, exists);
      assertEquals([rule && rule.priority, rules.add(RULE, exists)], [90, false]);
      assertThrows(() => routes.add(ROUTE), NetlinkError, "EEXIST");
      // An existing object is left as it is.
      assertEquals(links.add({ ...link, mtu: 1400 }, exists), false);
      assertEquals(ipJson("link show t0").map(({ mtu }) => mtu), [1500]);
      const deletions = (): boolean[] => [
        rules.delete(RULE, missing),
        neighbours.delete(NEIGHBOUR, missing),
        routes.delete(ROUTE, missing),
        addresses.delete(ADDRESS6, missing),
        addresses.delete(ADDRESS, missing),
        links.delete("t0", missing),
      ];
      assertEquals(deletions(), Array(6).fill(true));
      assertEquals(deletions(), Array(6).fill(false));
      assertEquals(ipJson("link").filter(({ ifname }) => ifname === "t0"), []);
      assertThrows(() => links.delete("t0"), NetlinkError, "no interface is called");
    }),
);

/** Makes a link; returns false if the kernel does not have its kind. */
function kindExists({ links }: RouteClient, link: LinkToAdd): boolean {
  try {
    links.add(link);
    return true;
  } catch (error) {
    if (error instanceof NetlinkError && error.code === "EOPNOTSUPP") return false;
    throw error;
  }
}

kernelTest(
  "another conflict than that of the name is an error: { exists } tolerates only the object itself",
  ["ip"],
  () =>
    inNamespace(({ route, name }) => {
      const { links } = route;
      links.add({ ifname: "t0", kind: "bridge" });
      const one = { ifname: "vx5", kind: "vxlan", data: { id: 5, port: 4789 } } as const,
        other = { ...one, ifname: "five" };
      if (!kindExists(route, one)) skip("needs a kernel with vxlan");
      assertThrows(() => links.add(other, { exists: "ok" }), NetlinkError, "EEXIST");
      const error = assertThrows(() => route.batch((b) => b.links.add(other, { exists: "ok" })), BatchError);
      assertEquals(error.failures.map(({ index }) => index), [0]);
      // In another namespace, no number is known here.
      const there = { ifname: "t1", kind: "bridge", netns: name } as const;
      assertEquals([links.add(there, { exists: "ok" }), links.add(there, { exists: "ok" })], [true, false]);
    }),
);

kernelTest(
  "a batch goes on, and leaves out the further requests of a link that exists",
  ["ip"],
  () =>
    inNamespace(({ route, ipJson }) => {
      const twice = (): void =>
        route.batch((b) => {
          b.links.add({ ifname: "t0", kind: "bridge", ifalias: "first", up: true }, { exists: "ok" });
          b.links.add({ ifname: "t0", kind: "bridge", ifalias: "second" }, { exists: "ok" });
          b.addresses.add(ADDRESS, { exists: "ok" });
          b.routes.add(ROUTE, { exists: "ok" });
          b.links.delete("nope", { missing: "ok" });
          b.routes.delete({ dst: "192.0.2.0/24" }, { missing: "ok" });
          b.addresses.delete({ dev: "nope", address: "10.0.0.1/8" }, { missing: "ok" });
          b.rules.delete({ priority: 7 }, { missing: "ok" });
          b.rules.add(RULE, { exists: "ok" });
        });
      twice();
      twice();
      assertEquals(ipJson("link show t0").map(({ ifalias }) => ifalias), ["first"]);
      assertEquals([ipJson("rule").length, ipJson("route show 10.8.0.0/16").length], [4, 1]);
      const error = assertThrows(() =>
        route.batch((b) => {
          b.links.delete("nope", { missing: "ok" });
          b.links.delete("nope");
          b.routes.add(ROUTE);
        }), BatchError);
      assertEquals(error.failures.map(({ index }) => index), [1, 2]);
    }),
);
