/** Requests that leave out a part of a key, or have a field that does not exist, are refused and change nothing. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bridgeWithoutVlans, inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";

const NEEDS = ["ip", "bridge"], MAC = "02:00:00:00:00:0a", GROUP = "239.3.1.1";

/** Makes a bridge with the port v1, and the VXLAN interface vx0. */
function bridged(ns: Namespace): void {
  wire(ns);
  bridgeWithoutVlans(ns);
  ns.ipBatch(["link set v1 master br0", "link add vx0 type vxlan id 7 dstport 4789 dev v0"]);
}

kernelTest("multicast entries: fields that do not exist are named, and change nothing", NEEDS, async () => {
  await inNamespace((ns) => {
    bridged(ns);
    const { mdb, batch } = { mdb: ns.route.mdb, batch: ns.route.batch.bind(ns.route) };
    const key = { dev: "br0", port: "v1", group: GROUP };
    // Interfaces join groups of IPv6 at any time.
    const shown = (): string[] =>
      run("bridge", ["-n", ns.name, "mdb", "show"]).split("\n").filter((line) => line.includes("239."));
    mdb.add(key);
    const before = shown();
    for (const wrong of [{ sorce: "192.0.2.8" }, { vlan: 5 }, { permanent: true }]) {
      const [name] = Object.keys(wrong);
      for (const verb of ["add", "replace", "delete", "get", "find"] as const) {
        assertThrows(() => mdb[verb]({ ...key, ...wrong } as never), TypeError, `no field "${name}"`);
      }
      assertThrows(() => mdb.set(key, wrong as never), TypeError, `no field "${name}"`);
      assertThrows(() => batch((all) => all.mdb.delete({ ...key, ...wrong } as never)), TypeError, `"${name}"`);
    }
    assertThrows(() => mdb.add({ dev: "br0", port: "v1", grp: GROUP } as never), TypeError, 'did you mean "group"?');
    assertThrows(() => mdb.add({ ...key, flags: ["blokced"] } as never), TypeError, "flags: ");
    assertThrows(() => mdb.add({ ...key, srcList: [{ address: "one" }] }), Error, ": srcList[0].address: ");
    // @ts-expect-error: the bridge is required
    assertThrows(() => mdb.add({ port: "v1", group: GROUP }), TypeError, "dev is missing");
    assertThrows(
      () => mdb.get({ dev: "br0", group: GROUP }),
      TypeError,
      "Cannot get a multicast entry: port is missing",
    );
    assertThrows(() => mdb.find({ dev: "br0", port: "v1" }), TypeError, "group is missing");
    assertThrows(() => mdb.append(key), TypeError, "use add or replace");
    assertThrows(() => mdb.flushTable("br0", { group: GROUP } as never), TypeError, ': there is no field "group"');
    assertEquals(shown(), before);
    // The kernel's word for an entry that does not exist is EINVAL.
    const none = { ...key, group: "239.3.1.9" };
    assertEquals(mdb.delete(none, { missing: "ok" }), false);
    batch((all) => all.mdb.delete(none, { missing: "ok" }));
    assertThrows(() => mdb.delete(none), Error, "EINVAL");
    // An entry that the kernel learnt is made again as static.
    mdb.delete(key);
    mdb.add({ ...key, state: "temporary", rtprot: "kernel" });
    assertEquals(mdb.list({ group: GROUP }).map(({ rtprot, state }) => [rtprot, state]), [["static", "temporary"]]);
  });
});

kernelTest("VLANs: fields that do not exist are named", NEEDS, async () => {
  await inNamespace((ns) => {
    bridged(ns);
    const { vlans } = ns.route;
    for (const verb of ["add", "delete"] as const) {
      assertThrows(() => vlans[verb]({ dev: "v1", vid: 5, flag: ["pvid"], ragne: 9 } as never), TypeError, "no field");
      assertThrows(() => vlans[verb]({ vid: 5 } as never), TypeError, "dev is missing");
    }
    assertThrows(
      () => vlans.setGlobal("br0", 5, { mcastSnoping: 1 } as never),
      TypeError,
      ': there is no field "mcast',
    );
    for (
      const [options, why] of [
        [{ id: 7 }, "id: expected 5"],
        [{ range: 7 }, "range: give a range as { start, end }"],
        [{ mcastSnooping: 2 }, "mcastSnooping: expected 0 or 1"],
        [{ mcastQueryIntvl: 0 }, "mcastQueryIntvl: expected 100 or more"],
        [{ mcastRouterPorts: new Uint8Array(4) }, "mcastRouterPorts is read-only"],
      ] as const
    ) assertThrows(() => vlans.setGlobal("br0", 5, options), TypeError, why);
    const { hint } = vlans.operation("set", 0, { dev: "v1", vid: 5, tunnelInfo: { id: 9 } });
    assertStringIncludes(hint!("EEXIST", {})!, '{ cmd: "delete" }');
  });
});

kernelTest("forwarding entries: a delete means one table, and one address", NEEDS, async () => {
  await inNamespace((ns) => {
    bridged(ns);
    const { fdb } = ns.route, key = { dev: "v1", lladdr: MAC };
    const tables = (): string[] => fdb.list({ lladdr: MAC }).map(({ master }) => master ? "master" : "self").sort();
    const fill = (): void => void fdb.add({ ...key, flags: ["self", "master"] }, { exists: "ok" });
    fill();
    assertEquals(tables(), ["master", "self"]);
    for (const incomplete of [{ dev: "v1" }, { dev: "v1", flags: ["master"] as const }, { dev: "vx0" }]) {
      for (const verb of ["delete", "get", "find", "add", "replace"] as const) {
        assertThrows(() => fdb[verb](incomplete), TypeError, "lladdr is missing");
      }
    }
    assertThrows(() => fdb.delete({ lladdr: MAC }), TypeError, "dev is missing");
    // @ts-expect-error: the interface is required
    assertThrows(() => fdb.add({ lladdr: MAC }), TypeError, "dev is missing");
    assertThrows(() => fdb.flushTable("br0", { lladdr: MAC } as never), TypeError, 'no field "lladdr"');
    // A second run of a script does not delete the entry of the other table.
    assertEquals([1, 2, 3].map(() => fdb.delete(key, { missing: "ok" })), [true, false, false]);
    assertEquals(tables(), ["master"]);
    assertThrows(() => fdb.delete(key), Error, "ENOENT");
    assertEquals(fdb.get(key).masterDev, "br0");
    fdb.add(key);
    for (const flags of [["self", "master"] as const, 6] as const) {
      assertEquals(fdb.delete({ ...key, flags }), true);
      assertEquals(tables(), []);
      assertEquals(fdb.delete({ ...key, flags }, { missing: "ok" }), false);
      fill();
    }
    ns.route.batch((all) => all.fdb.delete({ ...key, flags: ["self", "master"] }));
    assertEquals(tables(), []);
  });
});

kernelTest("address labels: a label to change has a prefix with its length", ["ip"], async () => {
  await inNamespace(({ ipJson, route: { addressLabels } }) => {
    const theirs = ipJson("addrlabel list"), address = "2001:db8::";
    for (const verb of ["add", "replace", "delete"] as const) {
      assertThrows(() => addressLabels[verb]({ address, label: 7 }), TypeError, "prefixlen is missing");
      assertThrows(() => addressLabels[verb]({ prefixlen: 0, label: 7 }), TypeError, "address is missing");
    }
    assertThrows(() => addressLabels.set({ address }, { label: 7 }), TypeError, "prefixlen is missing");
    assertThrows(() => addressLabels.add({ address, prefixlen: 32 }), TypeError, "label is missing");
    assertThrows(() => addressLabels.set({ address, prefixlen: 33 }, { label: 7 }), Error, "ENOENT");
    assertThrows(() => addressLabels.append({ address, prefixlen: 32, label: 7 }), TypeError, "use add or replace");
    assertThrows(() => addressLabels.add({ prefix: address, label: 7 } as never), TypeError);
    assertEquals(ipJson("addrlabel list"), theirs);
  });
});

kernelTest("VNIs, nexthops and tables: values that the kernel would ignore or cut are refused", ["ip"], async () => {
  await inNamespace((ns) => {
    bridged(ns);
    const { vnis, nexthops, nexthopBuckets, neighbourTables, netconf } = ns.route;
    const { links } = ns.route, data = { collectMetadata: 1, vnifilter: 1, port: 4999 } as const;
    links.add({ ifname: "vx1", kind: "vxlan", up: true, data });
    assertThrows(() => vnis.add({ dev: "vx1", start: 45, end: 40 }), RangeError, "start before its end");
    assertThrows(() => vnis.add({ dev: "vx1", start: 2 ** 24 }), RangeError, "start: expected 0..16777215");
    assertThrows(() => vnis.add({ dev: "vx1", start: 1, end: 2 ** 24 }), RangeError, "end: expected 0..16777215");
    // @ts-expect-error: the interface is required
    assertThrows(() => vnis.add({ start: 1 }), TypeError, "dev is missing");
    assertThrows(() => vnis.add({ dev: "vx0", start: 1 }), Error, "{ collectMetadata: 1, vnifilter: 1 }");

    nexthops.add({ id: 1, dev: "v1" });
    assertEquals(nexthops.list({ masterDev: "br0" }), nexthops.list({ master: "br0" }));
    assertEquals(nexthops.flush({ masterDev: "br0" }), 1);
    assertEquals(nexthopBuckets.list({ dev: "v1", masterDev: "br0" }), []);

    const table = { name: "arp_cache", family: "inet", dev: "v0" } as const,
      { retransTime } = neighbourTables.get(table);
    for (const time of [2 ** 31, 2 ** 40]) {
      assertThrows(() => neighbourTables.set(table, { retransTime: time }), RangeError, "retransTime");
    }
    assertEquals(neighbourTables.get(table).retransTime, retransTime);
    const hint = "initial network namespace";
    assertThrows(() => neighbourTables.set({ name: "arp_cache", family: "inet" }, { thresh1: 9 }), Error, hint);
    const { message } = assertThrows(
      () => neighbourTables.set({ name: "apr_cache", family: "inet" }, { thresh1: 9 }),
      Error,
    );
    assertEquals(message.includes(hint), false);

    assertEquals(netconf.list({ ifindex: "all" }), netconf.list({ ifindex: -1 }));
    assertEquals(netconf.get({ ifindex: "default" }).ifindex, -2);
  });
});
