/** Names in a batch: they mean the interfaces that have them after the items before. */
import { assertEquals } from "@std/assert";
import { inNamespace, kernelTest, type Namespace } from "../namespace.ts";

const pair = (ifname: string, peer: string) => ({ ifname, kind: "veth" as const, data: { peer: { ifname: peer } } });

/** Returns the IPv4 addresses of each interface. */
const theirs = (ns: Namespace): Record<string, unknown> =>
  Object.fromEntries(
    ns.ipJson("-4 address show").map(({ ifname, addr_info: list }) => [
      ifname,
      (list as { local: string }[]).map(({ local }) => local),
    ]),
  );

kernelTest(
  "a name in a batch means the interface that has it then: deleted and made again, or renamed",
  ["ip"],
  async () => {
    await inNamespace((ns) => {
      const { links } = ns.route, batch: typeof ns.route.batch = (make) => ns.route.batch(make);
      links.add(pair("v0", "v1"));
      const address = (dev: string, address: string) => ({ dev, address: `${address}/24` });
      batch((add) => {
        add.addresses.add(address("v0", "10.1.0.1"));
        add.links.delete("v0");
        add.links.add(pair("v0", "v1"));
        add.addresses.add(address("v0", "10.2.0.1"));
        // The other end is gone and made again with it.
        add.addresses.add(address("v1", "10.2.1.1"));
      });
      assertEquals(theirs(ns), { v0: ["10.2.0.1"], v1: ["10.2.1.1"] });
      const { index } = links.get("v1");
      batch((add) => {
        add.links.delete(index);
        add.links.add(pair("v1", "v0"));
        add.links.set("v0", { up: true });
        add.links.set("v1", { up: true });
        add.addresses.add(address("v0", "10.3.0.1"));
        add.routes.add({ dst: "10.9.0.0/24", dev: "v1" });
        add.neighbours.add({ dst: "10.3.0.9", lladdr: "02:00:00:00:00:09", dev: "v0" });
      });
      assertEquals(theirs(ns), { v0: ["10.3.0.1"] });
      assertEquals(ns.ipJson("-4 route show 10.9.0.0/24").map(({ dev }) => dev), ["v1"]);
      assertEquals(ns.ipJson("neigh show to 10.3.0.9").map(({ dev }) => dev), ["v0"]);
      batch((add) => {
        for (const dev of ["v0", "v1"]) add.links.set(dev, { up: false });
        add.links.set("v0", { ifname: "w0" });
        add.links.set("v1", { ifname: "v0" });
        add.addresses.add(address("v0", "10.4.0.1"));
        add.links.set("w0", { ifname: "v1" });
        add.addresses.add(address("v1", "10.4.1.1"));
      });
      assertEquals(theirs(ns), { v0: ["10.4.0.1"], v1: ["10.3.0.1", "10.4.1.1"] });
      batch((add) => {
        add.links.delete("v0");
        add.links.add(pair("v0", "v1"));
        add.links.add(pair("x0", "x1"));
        add.links.set("x0", { ifalias: "other" });
        add.addresses.add(address("x1", "10.5.0.1"));
        add.links.delete("x0");
        add.links.delete("v1");
      });
      assertEquals(ns.ipJson("link show").filter(({ ifname }) => /^[vwx][01]$/.test(String(ifname))), []);
    });
  },
);
