/** Forwarding, multicast and VNI entries of bridges and VXLAN interfaces, compared with those of `bridge`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Mdb, Neighbour, Vni } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { before, bridgeWithoutVlans, inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";
import { law } from "./law.ts";

const NEEDS = ["ip", "bridge"], MAC = "02:00:00:00:00:0";

type Fields = Record<string, unknown>;

const bridgeJson = (ns: Namespace, words: string): Fields[] =>
  JSON.parse(run("bridge", ["-n", ns.name, "-j", "-d", ...words.split(" ")]) || "[]");

/** Makes a bridge with the port v1, and the VXLAN interface vx0. */
function bridged(ns: Namespace): void {
  wire(ns);
  bridgeWithoutVlans(ns);
  ns.ipBatch(["link set v1 master br0", "link add vx0 type vxlan id 7 dstport 4789 dev v0"]);
}

/** Our addresses in `bridge fdb`, in a fixed order: interfaces join multicast groups at any time. */
const macs = (ns: Namespace): string[] =>
  run("bridge", ["-n", ns.name, "fdb", "show"]).split("\n").filter((line) => /^0[02]:00:00:00:00:0/.test(line)).sort();

kernelTest(
  "forwarding entries: those of bridges are static by default, remote ends are appended, flags are kept",
  NEEDS,
  async () => {
    await inNamespace(async (ns) => {
      bridged(ns);
      const { fdb } = ns.route;
      fdb.add({ dev: "v1", lladdr: `${MAC}1`, flags: ["master"] });
      fdb.add({ dev: "v1", lladdr: `${MAC}2`, flags: ["master", "sticky"], state: ["reachable"] });
      fdb.add({ dev: "v1", lladdr: `${MAC}3`, flags: ["master"], state: ["permanent"] });
      fdb.add({ dev: "br0", lladdr: `${MAC}4`, flags: ["self"] });
      fdb.add({ dev: "vx0", lladdr: `${MAC}5`, dst: "192.0.2.9" });
      fdb.append({ dev: "vx0", lladdr: "00:00:00:00:00:00", dst: "192.0.2.9" });
      fdb.append({ dev: "vx0", lladdr: "00:00:00:00:00:00", dst: "192.0.2.10", vni: 9, port: 99, viaDev: "v0" });
      assertEquals(macs(ns).map((line) => line.trim()), [
        "00:00:00:00:00:00 dev vx0 dst 192.0.2.10 port 99 vni 9 via v0 self permanent",
        "00:00:00:00:00:00 dev vx0 dst 192.0.2.9 self permanent",
        `${MAC}1 dev v1 master br0 static`,
        `${MAC}2 dev v1 sticky master br0`,
        `${MAC}3 dev v1 master br0 permanent`,
        `${MAC}4 dev br0 master br0 permanent`,
        `${MAC}5 dev vx0 dst 192.0.2.9 self permanent`,
      ]);
      assertThrows(() => fdb.add({ dev: "v1", lladdr: `${MAC}1`, flags: ["master"] }), Error, "EEXIST");
      assertThrows(
        () => fdb.add({ dev: "v1", lladdr: `${MAC}6`, flags: ["master"], dst: "192.0.2.9" }),
        TypeError,
        "dst",
      );
      await law<Neighbour>(fdb, {
        least: 7,
        of: ({ lladdr }) => /^0[02]:00:00:00:00:0/.test(lladdr!),
        make: (one) => one.dev === "vx0" ? fdb.append(one) : void fdb.add(one),
      });
      // One destination of several is deleted by its address.
      fdb.delete({ dev: "vx0", lladdr: "00:00:00:00:00:00", dst: "192.0.2.10", vni: 9, port: 99, viaDev: "v0" });
      assertEquals(fdb.list({ dev: "vx0", lladdr: "00:00:00:00:00:00" }).map(({ dst }) => dst), ["192.0.2.9"]);
      // Flags without a table mean the device's own.
      fdb.add({ dev: "vx0", lladdr: `${MAC}7`, dst: "192.0.2.9", flags: ["router"] });
      assertEquals(fdb.get({ dev: "vx0", lladdr: `${MAC}7`, flags: ["self"] }).flags, ["self", "router"]);
      const none = { dev: "vx0", lladdr: `${MAC}8`, dst: "192.0.2.9", port: 0 } as const;
      assertThrows(() => fdb.add(none), RangeError, "port: expected 1..65535, got 0");
      assertThrows(
        () => fdb.add({ ...none, port: 9, vni: 2 ** 24 }),
        RangeError,
        "vni: expected 0..16777215, got 1677",
      );
      assertThrows(() => fdb.flushTable("vx0", { all: false } as never), TypeError, "all: expected true or undefined");
      assertEquals(fdb.list({ dev: "vx0" }).length, 3);
    });
  },
);

kernelTest(
  "forwarding entries are looked up without a dump, and flushed by kind, remote end and device",
  NEEDS,
  async () => {
    if (before(6, 6)) skip("needs Linux 6.6");
    await inNamespace((ns) => {
      bridged(ns);
      const { fdb } = ns.route;
      fdb.add({ dev: "v1", lladdr: `${MAC}1`, flags: ["master"] });
      fdb.add({ dev: "v1", lladdr: `${MAC}2`, flags: ["master"], state: ["reachable"] });
      fdb.add({ dev: "v1", lladdr: `${MAC}3`, flags: ["master"], state: ["permanent"] });
      for (const last of [9, 10]) fdb.append({ dev: "vx0", lladdr: "00:00:00:00:00:00", dst: `192.0.2.${last}` });
      assertEquals(fdb.lookup({ lladdr: `${MAC}1`, dev: "v1" }).state, ["noarp"]);
      assertEquals(fdb.lookup({ lladdr: `${MAC}2`, masterDev: "br0" }).dev, "v1");
      assertEquals(fdb.lookup({ lladdr: "00:00:00:00:00:00", dev: "vx0", flags: ["self"] }).dst, "192.0.2.9");
      assertThrows(() => fdb.lookup({ lladdr: `${MAC}9`, dev: "v1" }), Error, "ENOENT");
      const left = (): string[] => macs(ns).map((line) => line.split(" ")[0]!.slice(-1));
      assertEquals(left(), ["0", "0", "1", "2", "3"]);
      assertThrows(() => fdb.flushTable("br0", {}), TypeError, "without a filter");
      assertThrows(() => fdb.flushTable("br0", { kind: "learned" as never }), TypeError, "dynamic, static, local");
      fdb.flushTable("br0", { kind: "dynamic" });
      assertEquals(left(), ["0", "0", "1", "3"]);
      fdb.flushTable("br0", { kind: "static", brport: "v1" });
      assertEquals(left(), ["0", "0", "3"]);
      fdb.flushTable("br0", { kind: "local" });
      assertEquals(left(), ["0", "0"]);
      fdb.flushTable("vx0", { dst: "192.0.2.10" });
      assertEquals(left(), ["0"]);
      fdb.flushTable("vx0", { all: true });
      assertEquals(left(), []);
    });
  },
);

/** Returns an entry as `bridge -j -d mdb` shows it. */
function asBridge(
  { ifindex, dev, portDev, group, source, state, vid, groupMode, srcList, rtprot, flags }: Mdb,
): Fields {
  return {
    index: ifindex,
    dev,
    port: portDev,
    grp: group,
    ...(source === undefined ? {} : { src: source }),
    state: state === "temporary" ? "temp" : state,
    ...(groupMode === undefined ? {} : { filter_mode: groupMode }),
    ...(srcList === undefined ? {} : { source_list: srcList.map(({ address }) => address) }),
    ...(rtprot === undefined ? {} : { protocol: rtprot }),
    flags: [...flags],
    ...(vid === 0 ? {} : { vid }),
  };
}

/** Groups that the test joins; hosts join others at any time. */
const ours = (group: unknown): boolean => /^(239\.1\.|ff0e::|01:00:5e:01)/.test(String(group));

kernelTest(
  "multicast entries of every form equal those of bridge, and are deleted and added again as listed",
  NEEDS,
  async () => {
    if (before(6, 8)) skip("needs Linux 6.8");
    await inNamespace(async (ns) => {
      bridged(ns);
      const { mdb } = ns.route;
      ns.ip("link set br0 type bridge mcast_igmp_version 3 mcast_mld_version 2");
      ns.ip("link set v1 type bridge_slave mcast_router 2");
      await using events = mdb.watch();
      mdb.add({ dev: "br0", port: "v1", group: "239.1.1.1" });
      mdb.add({ dev: "br0", port: "br0", group: "239.1.1.2", state: "temporary" });
      mdb.add({ dev: "br0", port: "v1", group: "ff0e::1", source: "fd00::9" });
      const srcList = [{ address: "192.0.2.9" }, { address: "192.0.2.10" }];
      mdb.add({ dev: "br0", port: "v1", group: "239.1.1.3", groupMode: "include", srcList, rtprot: "zebra" });
      mdb.add({ dev: "br0", port: "v1", group: "01:00:5e:01:01:04" });
      mdb.add({ dev: "br0", port: "v1", group: "239.1.1.5", vid: 10 });
      mdb.add({ dev: "vx0", port: "vx0", group: "239.1.1.7", dst: "192.0.2.77", dstPort: 4790, vni: 9 });
      const list = (): Mdb[] => mdb.list().filter(({ group }) => ours(group));
      const theirs = (): Fields[] =>
        (bridgeJson(ns, "mdb show")[0]!["mdb"] as Fields[]).filter(({ grp }) => ours(grp)).map((whole) => {
          // Only newer versions of bridge show remote ends.
          const { dst: _dst, dst_port: _port, vni: _vni, ...one } = whole;
          const sources = one["source_list"] as { address: string }[] | undefined;
          return sources === undefined ? one : { ...one, source_list: sources.map(({ address }) => address) };
        });
      assertEquals(list().length, 9);
      const place = ({ grp, src, dev }: Fields): string => `${grp} ${src} ${dev}`;
      const sorted = (all: Fields[]): Fields[] => all.sort((a, b) => place(a) < place(b) ? -1 : 1);
      assertEquals(sorted(list().map(asBridge)), sorted(theirs()));
      const { dst, dstPort, vni } = mdb.get({ dev: "vx0", port: "vx0", group: "239.1.1.7" });
      assertEquals([dst, dstPort, vni], ["192.0.2.77", 4790, 9]);

      const { value: first } = await events.next();
      assertEquals([first!.event, ours(first!.value!.group) || first!.value!.portDev], ["new", true]);
      assertEquals(mdb.getGroup({ dev: "br0", group: "239.1.1.3" })[0]?.srcList?.length, 2);
      assertThrows(() => mdb.getGroup({ dev: "br0", group: "239.9.9.9" }), Error, "ENOENT");
      const [router] = mdb.routers();
      assertEquals([router!.dev, router!.portDev, router!.type], ["br0", "v1", "perm"]);

      mdb.set({ dev: "br0", port: "v1", group: "239.1.1.3" }, { srcList: [{ address: "192.0.2.11" }] });
      assertEquals(list().filter(({ group }) => group === "239.1.1.3").map(({ source }) => source), [
        undefined,
        "192.0.2.11",
      ]);
      assertThrows(() => mdb.add({ dev: "br0", port: "v1", group: "239.1.1.1" }), Error, "EEXIST");
      // @ts-expect-error: the group is required
      assertThrows(() => mdb.add({ dev: "br0", port: "v1" }), TypeError, "group is missing");
      assertThrows(() => mdb.add({ dev: "br0", port: "v1", group: "239.1.1" }), TypeError, "group");
      // The kernel makes the entries of a group's sources with the group, so these exist when their turn comes.
      await law<Mdb>(mdb, {
        least: 8,
        of: ({ group }) => ours(group),
        make: (one) => void mdb.add(one, { exists: "ok" }),
      });

      const groups = (): string[] => list().map(({ group }) => group);
      mdb.flushTable("br0", { vid: 10 });
      assert(!groups().includes("239.1.1.5"));
      mdb.flushTable("br0", { rtprot: "zebra" });
      assert(!groups().includes("239.1.1.3"));
      mdb.flushTable("br0", { all: true });
      assertEquals(groups(), ["239.1.1.7"]);
      mdb.flushTable("vx0", { all: true });
      assertEquals(groups(), []);
      assertThrows(() => mdb.flushTable("br0", {}), TypeError, "without a filter");
    });
  },
);

kernelTest("VNIs of a VXLAN interface, ranges and counters equal those of bridge vni", NEEDS, async () => {
  if (before(5, 18)) skip("needs Linux 5.18");
  await inNamespace(async (ns) => {
    wire(ns);
    ns.ipBatch(["link add vx0 type vxlan dstport 4789 external vnifilter", "link set vx0 up"]);
    const { vnis } = ns.route;
    await using events = vnis.watch();
    vnis.add({ dev: "vx0", start: 100 });
    vnis.add({ dev: "vx0", start: 200, end: 210 });
    vnis.add({ dev: "vx0", start: 300, group: "192.0.2.9" });
    const [theirs] = bridgeJson(ns, "vni show");
    assertEquals(
      vnis.list().map(({ start, end, group }) => ({
        vni: start,
        ...(end === undefined ? {} : { vniEnd: end }),
        ...(group === undefined ? {} : { remote: group }),
      })),
      theirs!["vnis"],
    );
    assertEquals((await events.next()).value?.value?.start, 100);
    assertEquals(vnis.listStats({ dev: "vx0" }).map(({ start, stats }) => [start, stats?.rxBytes]).slice(0, 2), [[
      100,
      0,
    ], [200, 0]]);
    await law<Vni>(vnis, { least: 3 });
    assertEquals(vnis.find({ dev: "vx0", start: 300 })?.group, "192.0.2.9");
    assertEquals(vnis.find({ dev: "vx0", start: 301 }), undefined);
    assertEquals(vnis.find({ dev: "vx0", start: 205 }), { ...vnis.get({ dev: "vx0", start: 200 }), start: 205 });

    // set makes no VNI, and keeps what is not given.
    const remotes = (): unknown =>
      (bridgeJson(ns, "vni show")[0]!["vnis"] as Fields[]).map(({ vni, vniEnd = vni, remote = "" }) =>
        `${vni}-${vniEnd} ${remote}`
      );
    const before = remotes();
    for (const key of [{ start: 301 }, { start: 205, end: 211 }, { start: 200, end: 300 }]) {
      assertThrows(() => vnis.set({ dev: "vx0", ...key }, { group: "192.0.2.8" }), Error, "ENOENT");
    }
    vnis.set({ dev: "vx0", start: 300 }, {});
    vnis.set({ dev: "vx0", start: 200, end: 210 }, {});
    assertEquals(remotes(), before);
    vnis.set({ dev: "vx0", start: 205 }, { group: "192.0.2.8" });
    assertEquals(remotes(), ["100-100 ", "200-204 ", "205-205 192.0.2.8", "206-210 ", "300-300 192.0.2.9"]);
    const range = { dev: "vx0", start: 203, end: 207 };
    assertThrows(() => vnis.set(range, {}), TypeError, "group is missing");
    vnis.set(range, { group: "192.0.2.7" });
    assertEquals(vnis.get(range).group, "192.0.2.7");
    assertEquals(remotes(), ["100-100 ", "200-202 ", "203-207 192.0.2.7", "208-210 ", "300-300 192.0.2.9"]);
    assertThrows(() => vnis.add({ dev: "v0", start: 3 }), Error, "vxlan");
    assertThrows(() => vnis.add({ dev: "vx0" }), TypeError, "start is missing");
  });
});
