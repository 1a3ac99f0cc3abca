/** Counters of interfaces, compared with those of `ip stats`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { LinkStats, McastXstats, StpXstats } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { before, inNamespace, kernelTest, run, wire } from "../namespace.ts";

type Fields = Record<string, unknown>;

/** Returns the counters of multicast as `ip stats` writes them. */
function mcastOf(one: McastXstats): Fields {
  const versions = (...all: (McastXstats["igmpLeaves"])[]): Fields => ({
    ...Object.fromEntries(all.map((counter, index) => [`rx_v${index + 1}`, counter?.rx])),
    ...Object.fromEntries(all.map((counter, index) => [`tx_v${index + 1}`, counter?.tx])),
  });
  return {
    igmp_queries: versions(one.igmpV1queries, one.igmpV2queries, one.igmpV3queries),
    igmp_reports: versions(one.igmpV1reports, one.igmpV2reports, one.igmpV3reports),
    igmp_leaves: one.igmpLeaves,
    igmp_parse_errors: one.igmpParseErrors,
    mld_queries: versions(one.mldV1queries, one.mldV2queries),
    mld_reports: versions(one.mldV1reports, one.mldV2reports),
    mld_leaves: one.mldLeaves,
    mld_parse_errors: one.mldParseErrors,
  };
}

const stpOf = ({ rxBpdu, txBpdu, rxTcn, txTcn, transitionBlk, transitionFwd }: StpXstats): Fields => ({
  rx_bpdu: rxBpdu,
  tx_bpdu: txBpdu,
  rx_tcn: rxTcn,
  tx_tcn: txTcn,
  transition_blk: transitionBlk,
  transition_fwd: transitionFwd,
});

kernelTest("counters of links, bridges and ports equal those of ip stats", ["ip"], async () => {
  if (before(5, 19)) skip("needs Linux 5.19, of which ip stats knows all groups");
  await inNamespace((ns) => {
    wire(ns);
    // No IPv6, so that nothing is sent while both read the counters.
    ns.ip("link set v0 down");
    ns.ip("link add br0 type bridge mcast_stats_enabled 1");
    ns.ip("link set v0 master br0");
    const { stats } = ns.route;
    for (const dev of ["lo", "v0", "br0"]) {
      const theirs = ns.ipJson(`stats show dev ${dev}`);
      const find = (group: string, subgroup: string, suite?: string): Fields | undefined =>
        theirs.find((one) => one["group"] === group && one["subgroup"] === subgroup && one["suite"] === suite);
      const mine = stats.get(dev);
      assertEquals([mine.dev, mine.filterMask.length], [dev, 5]);
      const link = theirs.find(({ group }) => group === "link")!["stats64"] as Record<"rx" | "tx", Fields>;
      for (const side of ["rx", "tx"] as const) {
        for (const [name, count] of Object.entries(link[side])) {
          const own = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
          const key = own === "multicast" || own === "collisions"
            ? own
            : `${side}${own[0]!.toUpperCase()}${own.slice(1)}` as keyof LinkStats;
          assertEquals(mine.link64![key], count as number, `${dev} ${side} ${name}`);
        }
      }
      for (const [group, xstats] of [["xstats", mine.linkXstats], ["xstats_slave", mine.linkXstatsSlave]] as const) {
        const { mcast, stp } = xstats?.bridge ?? {};
        assertEquals(mcast && mcastOf(mcast), find(group, "bridge", "mcast")!["multicast"] as never, `${dev} ${group}`);
        assertEquals(stp && stpOf(stp), find(group, "bridge", "stp")!["stp"] as never, `${dev} ${group}`);
      }
      assertEquals(
        mine.linkOffloadXstats?.hwSInfo?.l3Stats as unknown,
        (find("offload", "hw_stats_info")!["info"] as Fields)["l3_stats"],
      );
    }
    assert(stats.get("br0").linkXstats?.bridge?.mcast !== undefined);
    assert(stats.get("v0").linkXstatsSlave?.bridge?.stp !== undefined);
    assertEquals(stats.list().map(({ dev }) => dev).sort(), ["br0", "lo", "v0", "v1"]);
    assertEquals([...stats.iterate({ dev: "v0" })], stats.list({ dev: "v0" }));
    assertEquals(stats.find("nothing"), undefined);
  });
});

kernelTest("counters: filters select parts; counting in hardware is asked for, with an event", ["ip"], async () => {
  if (before(5, 19)) skip("needs Linux 5.19");
  await inNamespace(async (ns) => {
    wire(ns);
    const { stats } = ns.route;
    const [one] = stats.list({ dev: "v0", filterMask: ["link_64"] });
    assertEquals(Object.keys(one!).sort(), ["dev", "family", "filterMask", "ifindex", "link64"]);
    assertEquals(Object.keys(stats.getOffload("v0", ["hw_s_info"]).linkOffloadXstats!), ["hwSInfo"]);
    assertEquals(stats.listOffload(["hw_s_info"]).length, 3);
    await using events = stats.watch();
    stats.setL3Stats("v0", true);
    const { value } = await events.next();
    assertEquals([value!.event, value!.value?.dev, value!.value?.linkOffloadXstats?.hwSInfo?.l3Stats?.request], [
      "new",
      "v0",
      true,
    ]);
    const [theirs] = JSON.parse(
      run("ip", ["-n", ns.name, "-j", "stats", "show", "dev", "v0", "group", "offload", "subgroup", "l3_stats"]),
    ) as Fields[];
    assertEquals((theirs!["info"] as Fields)["request"], true);
    assertEquals(stats.get("v0").linkOffloadXstats!.l3Stats!.rxPackets, 0);
    stats.setL3Stats("v0", false);
    assertEquals(stats.get("v0").linkOffloadXstats!.hwSInfo!.l3Stats, { request: false, used: false });
    assertThrows(() => stats.setL3Stats("v0", 1 as never), TypeError, "expected true or false");
    assertThrows(() => stats.listOffload(["hw" as never]), TypeError, "hw");
    // @ts-expect-error: the kernel has no such verb
    assertThrows(() => stats.add({ dev: "v0" }), TypeError, "can only be read");
  });
});
