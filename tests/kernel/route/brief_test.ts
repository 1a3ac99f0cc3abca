/** Brief forms, owners of addresses and longest matches, compared with what `ip` shows. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { longestMatch, network } from "../../../core/prefix.ts";
import { brief } from "../../../families/route/brief.ts";
import { owner } from "../../../families/route/owner.ts";
import { bridgeWithoutVlans, inNamespace, kernelTest, lab, run, wire } from "../namespace.ts";

const NEEDS = ["ip"];

kernelTest("brief: links and addresses have the columns of ip -br", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ip("link add v2 type veth peer name v3");
    ns.ip("address add 10.9.0.1 peer 10.9.0.2/32 dev v1");
    // ip makes NO-CARRIER and M-DOWN (of the other end) of other fields, and leaves out RUNNING.
    const links = run("ip", ["-n", ns.name, "-br", "link"]).trim().split("\n").map((line) => {
      const [name, state, address, flags] = line.trim().split(/\s+/);
      return {
        name: name!.replace(/@.*/, ""),
        state,
        address,
        flags: flags!.slice(1, -1).split(",").filter((flag) => !/^(NO-CARRIER|M-DOWN)$/.test(flag)).sort(),
      };
    });
    const ours = ns.route.links.list().map(brief).map((one) => ({
      ...one,
      state: one.state.toUpperCase(),
      flags: one.flags.toUpperCase().split(",").filter((flag) => flag !== "RUNNING").sort(),
    }));
    assertEquals(ours, links);
    assertEquals(links.length >= 4, true);
    const theirs = ns.ipJson("address").flatMap(({ ifname, addr_info }) =>
      (addr_info as Record<string, unknown>[]).map((one) => ({
        dev: ifname,
        address: one["address"] === undefined ? `${one["local"]}/${one["prefixlen"]}` : `${one["local"]}`,
        peer: one["address"] === undefined ? "" : `${one["address"]}/${one["prefixlen"]}`,
        scope: one["scope"],
      }))
    );
    const addresses = ns.route.addresses.list().map(brief).map(({ flags: _flags, ...one }) => one);
    const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    assertEquals(sorted(addresses), sorted(theirs));
  });
});

kernelTest("brief: routes, neighbours, forwarding entries and rules have the columns of ip and bridge", [
  "ip",
  "bridge",
], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch([
      "route add 10.1.0.0/16 via 192.0.2.2 dev v0 metric 7 src 192.0.2.1",
      "route add blackhole 10.2.0.0/16 table 77",
      "route add 10.3.0.0/16 nexthop via 192.0.2.2 dev v0 nexthop via 192.0.2.3 dev v0 weight 3",
      "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent",
      "rule add priority 10 from 10.0.0.0/8 to 192.0.2.0/24 iif v0 fwmark 0x1/0xff lookup 77",
      "rule add priority 11 not from 10.1.0.0/16 ipproto tcp dport 80-90 blackhole",
      "rule add priority 12 goto 32766",
    ]);
    const { routes, rules, neighbours } = ns.route;
    assertEquals(brief(routes.get({ dst: "10.1.0.0/16" })), {
      dst: "10.1.0.0/16",
      via: "192.0.2.2",
      dev: "v0",
      src: "192.0.2.1",
      protocol: "boot",
      metric: 7,
      table: "main",
    });
    // The order and the words are those of ip, except that a field that is absent there is an empty text here.
    for (const route of routes.list({ family: "inet" })) {
      const one = brief(route), table = String(one.table);
      const line = run("ip", ["-n", ns.name, "route", "list", "table", table, "exact", route.dst]).replaceAll(
        "\t",
        " ",
      );
      const words = [one.dst, ...one.via.split(", ").flatMap((hop) => hop.split(" ")), one.dev, one.src];
      for (const word of words) {
        assert(` ${line.replaceAll("\n", " ")} `.includes(` ${word} `) || word === "", `${word}: ${line}`);
      }
      if (one.metric > 0) assert(line.includes(`metric ${one.metric} `), line);
    }
    assertEquals(routes.list({ table: 77 }).map(brief).map(({ dst }) => dst), ["blackhole 10.2.0.0/16"]);
    assertEquals(brief(routes.get({ dst: "10.3.0.0/16" })).via, "192.0.2.2 v0, 192.0.2.3 v0 weight 3");
    const theirs = ns.ipJson("neighbour").map(({ dst, dev, lladdr = "", state }) => ({ dst, dev, lladdr, state }));
    const ours = neighbours.list().filter(({ family, state }) => family !== "bridge" && !state.includes("noarp"));
    assertEquals(
      ours.map(brief).map(({ dst, dev, lladdr, state }) => ({
        dst,
        dev,
        lladdr,
        state: [state.toUpperCase()],
      })) as object[],
      theirs,
    );
    const lines = run("ip", ["-n", ns.name, "rule"]).trim().split("\n").map((line) => line.trim().split(/:\s+/));
    const text = rules.list({ family: "inet" }).map(brief).map(({ priority, from, to, where, action }) => {
      const negated = where.startsWith("not"), rest = negated ? where.slice(4) : where;
      return [
        String(priority),
        [negated && "not", `from ${from}`, to !== "all" && `to ${to}`, rest.replace("ipproto 6", "ipproto tcp"), action]
          .filter(Boolean).join(" "),
      ];
    });
    // ip writes fwmark before iif.
    const words = (rows: string[][]) => rows.map(([priority, line]) => [priority, ...line!.split(" ").sort()]);
    assertEquals(words(text), words(lines));
    bridgeWithoutVlans(ns);
    ns.ip("link set v1 master br0");
    run("bridge", ["-n", ns.name, "fdb", "add", "02:00:00:00:00:0a", "dev", "v1", "master", "static"]);
    const entry = neighbours.list({ family: "bridge" }).find(({ lladdr }) => lladdr === "02:00:00:00:00:0a");
    assertEquals(brief(entry!), {
      dst: "",
      dev: "v1",
      lladdr: "02:00:00:00:00:0a",
      state: "noarp",
      flags: "",
      vlan: "",
      master: "br0",
    });
  });
});

kernelTest("owner: an address of an interface is found in any spelling, others are not", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ip("address add 2001:db8::1/64 dev v1 nodad");
    const { addresses } = ns.route;
    assertEquals(owner("192.0.2.1", addresses)?.dev, "v0");
    assertEquals(owner("192.0.2.1/24", addresses)?.address, "192.0.2.1/24");
    assertEquals(owner("2001:DB8:0::0001", addresses)?.dev, "v1");
    assertEquals(owner("192.0.2.2", addresses), undefined);
    assertEquals(owner("127.0.0.1", addresses)?.dev, "lo");
    for (const { local, dev, scope } of addresses.list()) {
      // Those of the link may not be ready yet.
      if (scope === "link") continue;
      const [theirs] = JSON.parse(run("ip", ["-n", ns.name, "-j", "route", "get", local!]));
      assertEquals([theirs.type, owner(local!, addresses)?.dev], ["local", dev]);
    }
  });
});

kernelTest("longest match: for random tables and addresses it is the route that the kernel takes", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    let seed = 5;
    const next = (limit: number): number => (seed = Math.imul(seed, 48271) & 0x7fffffff) % limit;
    const four = (): string => `10.${next(2)}.${next(3) * 64}.${next(4) * 64}`;
    const six = (): string => `2001:db8:${next(2)}:${next(3) * 4096}::${next(4) * 4096}`;
    ns.ip("address add 2001:db8:ffff::1/64 dev v0 nodad");
    for (let i = 0; i < 120; i++) {
      const inet = i % 2 === 0, length = inet ? 8 + next(25) : 32 + next(97);
      const dst = network(`${inet ? four() : six()}/${length}`);
      // The kernel refuses an IPv4 route that is there already.
      try {
        ns.route.routes.add({
          dst,
          type: "unicast",
          gateway: inet ? "192.0.2.2" : "2001:db8:ffff::2",
          dev: "v0",
          priority: i + 1,
        });
      } catch { /* as said */ }
    }
    const routes = ns.route.routes.list({ table: "main" });
    let matched = 0;
    assert(routes.length > 20, `${routes.length} routes`);
    for (let i = 0; i < (lab ? 16 : 80); i++) {
      const address = i % 2 === 0 ? four() : six();
      const found = longestMatch(address, routes);
      const { status, stdout } = spawnSync("ip", ["-n", ns.name, "-j", "route", "get", "fibmatch", address], {
        encoding: "utf8",
      });
      const [{ dst, metric }] = status === 0 ? JSON.parse(stdout) : [{}];
      assertEquals([found?.dst.replace(/\/(32|128)$/, ""), found?.priority], [dst, metric], address);
      if (status === 0) matched++;
    }
    assert(matched > (lab ? 5 : 40), `${matched} addresses have a route`);
  });
});
