/** VLANs of bridges and their ports, compared with those of `bridge vlan`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { KernelError } from "../../../core/errors.ts";
import type { Bridge, BridgeVlan } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { before, inNamespace, kernelTest, type Namespace, run } from "../namespace.ts";
import { law } from "./law.ts";

const NEEDS = ["ip", "bridge"];

/** Makes a bridge with VLANs and two ports; skips if the kernel has none. */
function vlanAware({ route: { links } }: Namespace, data: Bridge = {}): void {
  try {
    links.add({ ifname: "br0", kind: "bridge", up: true, data: { vlanFiltering: 1, vlanDefaultPvid: 0, ...data } });
  } catch (error) {
    if (error instanceof KernelError && error.code === "EOPNOTSUPP") skip("needs a kernel with VLANs of bridges");
    throw error;
  }
  for (const [ifname, peer] of [["v0", "w0"], ["v1", "w1"]] as const) {
    links.add({ ifname, kind: "veth", data: { peer: { ifname: peer } } });
    links.set(ifname, { master: "br0", up: true });
  }
}

kernelTest(
  "VLANs of ports and of the bridge: single and ranges, flags and options, equal those of bridge vlan",
  NEEDS,
  async () => {
    if (before(5, 9)) skip("needs Linux 5.9");
    await inNamespace(async (ns) => {
      vlanAware(ns);
      const { vlans } = ns.route;
      await using events = vlans.watch();
      vlans.add({ dev: "v0", vid: 10, flags: ["pvid", "untagged"] });
      vlans.add({ dev: "v1", vid: { start: 20, end: 29 } });
      vlans.add({ dev: "br0", vid: 20 });
      const theirs = (JSON.parse(run("bridge", ["-n", ns.name, "-j", "vlan", "show"])) as Record<string, unknown>[])
        .flatMap(({ ifname, vlans }) =>
          (vlans as Record<string, unknown>[]).map(({ vlan, flags = [] }) => ({ ifname, vlan, flags }))
        );
      const words: Readonly<Record<string, string>> = { pvid: "PVID", untagged: "Egress Untagged" };
      const mine = vlans.list().map(({ dev, vid, flags }) => ({
        ifname: dev,
        vlan: vid,
        flags: flags.flatMap((flag) => words[flag] ?? []),
      }));
      const sorted = (all: readonly object[]): string[] => all.map((one) => JSON.stringify(one)).sort();
      assertEquals(sorted(mine), sorted(theirs));
      assertEquals(mine.filter(({ ifname }) => ifname === "v1").length, 10);
      assertEquals(vlans.ranges("v1").map(({ vid, range }) => [vid, range]), [[20, 29]]);
      assertEquals(vlans.listStats("v0").map(({ vid, stats }) => [vid, typeof stats?.rxBytes]), [[10, "number"]]);
      const { value: first } = await events.next();
      assertEquals([first!.event, first!.value?.dev, first!.value?.vid], ["new", "v0", 10]);

      vlans.set({ dev: "v1", vid: 22 }, { state: "blocking" });
      assertEquals([vlans.get({ dev: "v1", vid: 22 }).state, vlans.get({ dev: "v1", vid: 23 }).state], [
        "blocking",
        "forwarding",
      ]);
      vlans.set({ dev: "v0", vid: 10 }, { flags: ["untagged"] });
      assertEquals(vlans.get({ dev: "v0", vid: 10 }).flags, ["untagged"]);
      await law<BridgeVlan>(vlans as never, { least: 12 });
      assertEquals(vlans.get({ dev: "v1", vid: 22 }).state, "blocking");
      assertEquals(vlans.find({ dev: "v1", vid: 99 }), undefined);
      if (!before(5, 15)) {
        vlans.setGlobal("br0", 20, { mcastQueryIntvl: 9900 });
        assertEquals(vlans.listGlobal("br0").find(({ id }) => id === 20)?.mcastQueryIntvl, 9900);
      }
      vlans.delete({ dev: "v1", vid: { start: 21, end: 29 } });
      assertEquals(vlans.list({ dev: "v1" }).map(({ vid }) => vid), [20]);
      assert(vlans.flush({ dev: "v0" }) > 0);
      assertEquals(vlans.list({ dev: "v0" }), []);
    });
  },
);

kernelTest("spanning trees: states of ports in instances equal those of bridge mst", NEEDS, async () => {
  if (before(5, 18)) skip("needs Linux 5.18");
  await inNamespace((ns) => {
    vlanAware(ns, { multiBoolopt: { optval: ["mst_enable"], optmask: ["mst_enable"] } });
    const { mst, vlans } = ns.route, both = ["v0", "v1"];
    assertEquals(mst.list(), []);
    for (const dev of both) vlans.add({ dev, vid: { start: 10, end: 13 } });
    vlans.setGlobal("br0", { start: 11, end: 12 }, { msti: 7 });
    vlans.setGlobal("br0", 13, { msti: 4094 });
    assertEquals(vlans.listGlobal("br0").find(({ id }) => id === 13)?.msti, 4094);
    mst.set({ dev: "v0", msti: 7 }, { state: "blocking" });
    mst.set(mst.get({ dev: "v1", msti: 4094 }), { state: "learning" });
    /** The states in words, without those in instance 0, which are the ports' and follow their carriers. */
    const shown = (states: readonly { dev?: string | undefined; msti: number; state: unknown }[]): string[] =>
      states.filter(({ msti }) => msti !== 0).map(({ dev, msti, state }) => `${dev} ${msti} ${state}`).sort();
    assertEquals(shown(mst.list()), ["v0 4094 disabled", "v0 7 blocking", "v1 4094 learning", "v1 7 disabled"]);
    assertEquals(mst.list({ msti: 0 }).map(({ dev }) => dev).sort(), both);
    // Versions of bridge before 6.10 have no such command.
    const { status, stdout } = spawnSync("bridge", ["-n", ns.name, "-j", "mst", "show"], { encoding: "utf8" });
    if (status === 0) {
      const theirs = JSON.parse(stdout) as { ifname: string; mst: { msti: number; state: string }[] }[];
      const each = theirs.flatMap(({ ifname, mst }) => mst.map((one) => ({ dev: ifname, ...one })));
      assertEquals(shown(each), shown(mst.list()));
    }
    const states = vlans.list({ dev: "v0" }).filter(({ vid }) => vid > 10).map(({ state }) => String(state));
    assertEquals(states, ["blocking", "blocking", "disabled"]);
    assertEquals(mst.find({ dev: "v0", msti: 9 }), undefined);
    assertThrows(() => mst.set({ dev: "v0", msti: 9 }, { state: "blocking" }), KernelError, "ENOENT");
    assertThrows(() => mst.set({ dev: "v0", msti: 7 }, {}), TypeError, "state is missing");
    assertThrows(() => mst.add({ dev: "v0", msti: 8, state: "blocking" } as never), TypeError, "VLANs of its instance");
  });
});

kernelTest("VLANs: mistakes are named before the kernel is asked", [], async () => {
  await inNamespace(({ route: { vlans } }) => {
    // @ts-expect-error: the VLAN is required
    assertThrows(() => vlans.add({ dev: "lo" }), TypeError, "vid is missing");
    assertThrows(() => vlans.add({ dev: "lo", vid: { start: 9, end: 8 } }), RangeError, "a start before its end");
    assertThrows(() => vlans.add({ dev: "lo", vid: 5, flags: ["range_begin"] }), TypeError, "vid: { start, end }");
    assertThrows(() => vlans.replace({ dev: "lo", vid: 5 } as never), TypeError, "add also changes");
    assertEquals(vlans.list(), []);
  });
});
