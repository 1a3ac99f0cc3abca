/** Network settings, neighbour tables, joined addresses, address labels and namespace ids, compared with those of `ip`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { AddressLabel, Netconf } from "../../../families/route/mod.ts";
import { before, inNamespace, kernelTest, root, run, wire } from "../namespace.ts";
import { law } from "./law.ts";

const NEEDS = ["ip"];

type Fields = Record<string, unknown>;

/** Sets a sysctl in a namespace. */
const sysctl = (name: string, setting: string): void =>
  void run("ip", [
    "netns",
    "exec",
    name,
    "sh",
    "-c",
    `echo ${setting.replace(/.*=/, "")} > /proc/sys/${setting.replace(/=.*/, "")}`,
  ]);

kernelTest(
  "network settings equal those of ip netconf, and a watch tells the whole of a changed one",
  NEEDS,
  async () => {
    await inNamespace(async (ns) => {
      wire(ns);
      const { netconf } = ns.route;
      await using events = netconf.watch({ initial: true, resync: true });
      const map = new Map<string, Netconf>();
      const until = async (done: () => boolean): Promise<void> => {
        while (!done()) {
          const { value } = await events.next();
          if (value!.event === "new") map.set(netconf.key(value!.value), value!.value);
        }
      };
      sysctl(ns.name, "net/ipv4/conf/v0/forwarding=1");
      sysctl(ns.name, "net/ipv4/conf/v0/rp_filter=2");
      const theirs = JSON.parse(run("ip", ["-n", ns.name, "-j", "netconf"])) as Fields[];
      const words: Fields = { 0: "off", 1: "strict", 2: "loose" };
      const names: Fields = { "-1": "all", "-2": "default" };
      const mine = netconf.list().filter(({ family }) => family === "inet" || family === "inet6").map((one) => ({
        family: one.family,
        interface: one.dev ?? names[String(one.ifindex)],
        forwarding: one.forwarding === 1,
        ...(one.rpFilter === undefined ? {} : { rp_filter: words[one.rpFilter] }),
        mc_forwarding: one.mcForwarding === 1,
        proxy_neigh: one.proxyNeigh === 1,
        ignore_routes_with_linkdown: one.ignoreRoutesWithLinkdown === 1,
      }));
      assertEquals(mine, theirs.filter(({ family }) => family === "inet" || family === "inet6") as never);
      assert(mine.length >= 10);
      const key = { family: "inet", dev: "v0" } as const;
      assertEquals([netconf.get(key).forwarding, netconf.get(key).rpFilter], [1, 2]);
      assertEquals([netconf.get({ family: "inet" }).ifindex, netconf.get({ family: "inet", ifindex: -2 }).ifindex], [
        -1,
        -2,
      ]);
      assertEquals(netconf.list({ family: "inet6", dev: "v0" }).length, 1);
      await until(() =>
        [...map.values()].some(({ dev, rpFilter, forwarding }) => dev === "v0" && rpFilter === 2 && forwarding === 1)
      );
      assertThrows(() => netconf.set(key as never, { forwarding: 0 }), TypeError, "sysctl");
    });
  },
);

kernelTest(
  "neighbour tables and their parameters equal those of ip ntable, and are changed one by one",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      wire(ns);
      const { neighbourTables } = ns.route;
      const theirs = ns.ipJson("ntable");
      const mine = neighbourTables.list();
      assertEquals(
        mine.map(({ family, name, dev }) => [family, name, dev]),
        theirs.map(({ family, name, dev }) => [family, name, dev]),
      );
      for (const [index, one] of theirs.entries()) {
        const own = mine[index]!;
        assertEquals(
          [
            own.baseReachableTime,
            own.retransTime,
            own.gcStaletime,
            own.delayProbeTime,
            own.ucastProbes,
            own.anycastDelay,
            own.proxyQlen,
            own.locktime,
          ],
          [
            one["base_reachable"],
            one["retrans"],
            one["gc_stale"],
            one["delay_probe"],
            one["ucast_probes"],
            one["anycast_delay"],
            one["proxy_queue"],
            one["locktime"],
          ] as never,
        );
      }
      const key = { family: "inet", name: "arp_cache", dev: "v0" } as const;
      neighbourTables.set(key, { baseReachableTime: 60_000, ucastProbes: 7 });
      const [changed] = ns.ipJson("ntable show dev v0 name arp_cache");
      assertEquals([changed!["base_reachable"], changed!["ucast_probes"], changed!["retrans"]], [60_000, 7, 1000]);
      assertEquals([neighbourTables.get("arp_cache").ifindex, neighbourTables.get("arp_cache").config?.keyLen], [
        undefined,
        4,
      ]);
      assertThrows(() => neighbourTables.set("arp_cache", { thresh1: 3 }), Error, "initial network namespace");
      assertThrows(() => neighbourTables.delete("arp_cache" as never), TypeError, "one for each protocol");
    });
  },
);

kernelTest("multicast and anycast addresses equal those of ip maddr", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ip("-6 address add fd00::1/64 dev v0 nodad");
    sysctl(ns.name, "net/ipv6/conf/v0/forwarding=1");
    const { multicastAddresses, anycastAddresses } = ns.route;
    const [theirs] = ns.ipJson("maddr show dev v0");
    const of = (family: string): unknown[] =>
      (theirs!["maddr"] as Fields[]).filter((one) => one["family"] === family).map(({ address }) => address).sort();
    assertEquals(
      multicastAddresses.list({ dev: "v0", family: "inet6" }).map(({ multicast }) => multicast).sort(),
      of("inet6") as never,
    );
    assert(of("inet6").length > 1);
    if (!before(6, 15)) {
      assertEquals(
        multicastAddresses.list({ dev: "v0", family: "inet" }).map(({ multicast }) => multicast),
        of("inet") as never,
      );
    }
    const all = multicastAddresses.list({ dev: "v0" });
    assertEquals([...multicastAddresses.iterate({ dev: "v0" })], all);
    assertEquals(multicastAddresses.get({ dev: "v0", multicast: "ff02::1" }).index, all[0]!.index);
    assert(anycastAddresses.list({ dev: "v0" }).some(({ anycast }) => anycast === "fd00::"));
    assertThrows(
      () => multicastAddresses.add({ dev: "v0", multicast: "ff0e::1" } as never),
      TypeError,
      "option of their socket",
    );
  });
});

kernelTest("address labels: add, set, find, list and delete change what ip lists", NEEDS, async () => {
  await inNamespace(async ({ ip, ipJson, route: { addressLabels } }) => {
    const theirs = () =>
      ipJson("addrlabel list")
        .filter(({ address }) => String(address).startsWith("2001:db8:"))
        .map(({ address, prefixlen, ifname, label }) => [address, prefixlen, ifname, label]);
    const one = { address: "2001:db8:1::", prefixlen: 48 }, two = { address: "2001:db8:2::", prefixlen: 48, dev: "lo" };
    ip("addrlabel add prefix 2001:db8:1::/48 label 41");
    assertEquals(addressLabels.find(one)?.label, 41);
    addressLabels.set(one, { label: 42 });
    addressLabels.add({ ...two, label: 43 });
    assertEquals(theirs(), [["2001:db8:2::", 48, "lo", 43], ["2001:db8:1::", 48, undefined, 42]]);
    assertEquals(addressLabels.list().length, ipJson("addrlabel list").length);
    assertEquals(addressLabels.list({ dev: "lo" }).map(({ label }) => label), [43]);
    await law<AddressLabel>(addressLabels, {
      least: 2,
      of: ({ address }) => address?.startsWith("2001:db8:") === true,
    });
    addressLabels.delete(one);
    addressLabels.delete(two);
    assertEquals(theirs(), []);
  });
});

kernelTest(
  "namespace ids: given, chosen, found by name, number and target, and gone with their namespaces",
  NEEDS,
  async () => {
    assert(root);
    await inNamespace(async (ns) => {
      const { nsids } = ns.route;
      await using events = nsids.watch();
      await inNamespace(async (one) => {
        await inNamespace((two) => {
          assertEquals(nsids.list(), []);
          assertEquals(nsids.find(one.name), undefined);
          const { nsid } = nsids.add({ name: one.name });
          assertEquals(nsids.add({ name: two.name, nsid: 7 }).nsid, 7);
          assertEquals(
            nsids.list().map(({ nsid, name }) => ({ nsid, name })),
            JSON.parse(run("ip", ["-n", ns.name, "-j", "netns", "list-id"])),
          );
          assertEquals(nsids.get(one.name).nsid, nsid);
          assertEquals(nsids.list({ name: two.name }).map(({ nsid }) => nsid), [7]);
          assertEquals(nsids.find(9), undefined);
          assertThrows(() => nsids.add({ name: one.name }), Error, "EEXIST");
          assertEquals(nsids.add({ name: one.name }, { exists: "ok" }), false);
          assertThrows(() => nsids.add({}), TypeError, "name, pid or fd is missing");
          assertThrows(() => nsids.delete(7 as never), TypeError, "goes with the namespace");
          // Seen from the second namespace, none has a number.
          assertEquals(nsids.list({ targetNsid: 7 }), []);
        });
        const { value: made } = await events.next();
        assertEquals(made!.event, "new");
      });
      const gone: unknown[] = [];
      for await (const { event, value } of { [Symbol.asyncIterator]: () => events }) {
        if (event === "del") gone.push(value.nsid);
        if (gone.length === 2) break;
      }
      assertEquals(gone.includes(7), true);
    });
  },
);
