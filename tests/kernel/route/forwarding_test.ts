/** Forwarding tables: a listed entry denotes itself, and can be awaited and watched like other objects. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BatchError, KernelError } from "../../../core/errors.ts";
import type { Neighbour } from "../../../families/route/mod.ts";
import { bridgeWithoutVlans, inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";

const NEEDS = ["ip", "bridge"], MAC = "02:00:00:00:00:aa";

/** Returns our addresses in `bridge fdb`, in a fixed order: interfaces join multicast groups at any time. */
const shown = (ns: Namespace): string[] =>
  run("bridge", ["-n", ns.name, "fdb", "show"]).split("\n").filter((line) => line.startsWith("02:00:00:00:00:")).sort();
const bridge = (ns: Namespace, words: string): string => run("bridge", ["-n", ns.name, ...words.split(" ")]);

/** Makes a bridge with a port. */
function bridged(ns: Namespace): void {
  wire(ns);
  bridgeWithoutVlans(ns);
  ns.ip("link set v1 master br0");
}

kernelTest(
  "forwarding entries of ports, devices and the bridge itself: deleted and made again as they were listed",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      bridged(ns);
      ns.ip("link add vx0 type vxlan id 7 dstport 4789 dev v0");
      for (
        const words of [
          "02:00:00:00:00:07 dev v1 master static",
          "02:00:00:00:00:08 dev br0 self permanent",
          "02:00:00:00:00:07 dev v1 self permanent",
          "02:00:00:00:00:0a dev vx0 dst 192.0.2.7",
        ]
      ) bridge(ns, `fdb append ${words}`);
      const { neighbours } = ns.route, before = shown(ns);
      // Lists of multicast addresses are not tried, since the interfaces themselves change them.
      const tried = neighbours.list({ family: "bridge" }).filter(({ lladdr }) => lladdr?.startsWith("02:00:"));
      assertEquals(tried.length, 4);
      assert(tried.some(({ dev, masterDev }) => dev === "br0" && masterDev === "br0"));
      for (const entry of [...tried, ...tried.map((one) => JSON.parse(JSON.stringify(one)) as Neighbour)]) {
        const text = JSON.stringify(entry);
        assertEquals(neighbours.key(neighbours.get(entry)), neighbours.key(entry), text);
        neighbours.delete(entry);
        assertEquals(neighbours.find(entry), undefined, text);
        assertEquals(shown(ns).length, before.length - 1, text);
        neighbours.add(entry);
        assertEquals(shown(ns), before, text);
      }
      // With one address in two tables, a key means the device's own entry if it exists, as in `bridge fdb del`.
      const key = { family: "bridge", dev: "v1", lladdr: "02:00:00:00:00:07" } as const;
      assertEquals(neighbours.get(key).flags, ["self"]);
      assertEquals(neighbours.get({ ...key, flags: ["master"] }).masterDev, "br0");
      neighbours.delete(key);
      assertEquals(neighbours.find({ ...key, flags: ["self"] }), undefined);
      assertEquals(
        neighbours.key(neighbours.get(key)),
        neighbours.key(neighbours.get({ ...key, flags: ["master"] })),
      );
      assertEquals(neighbours.get(key).masterDev, "br0");
    });
  },
);

kernelTest("waitFor and watch see the same forwarding entries as list", NEEDS, async () => {
  await inNamespace(async (ns) => {
    bridged(ns);
    const { neighbours } = ns.route, key = { family: "bridge", dev: "v1", lladdr: MAC, flags: ["master"] } as const;
    const coming = neighbours.waitFor(key, ({ state }) => state.includes("noarp"), { timeout: 20_000 });
    await using entries = neighbours.watch({ family: "bridge", initial: true, resync: true });
    await using others = neighbours.watch({ initial: true });
    const map = new Map<string, Neighbour>(), seen: Neighbour[] = [];
    let synced = false;
    const until = async (fits: () => boolean): Promise<void> => {
      for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => entries.next() }) }) {
        if (event.event === "new") map.set(neighbours.key(event.value), event.value);
        else if (event.event === "del") map.delete(neighbours.key(event.value));
        else synced = true;
        if (fits()) return;
      }
    };
    await until(() => synced);
    // Interfaces join multicast groups at any time, also between two looks.
    const own = (all: Iterable<Neighbour>): string[] =>
      [...all].filter(({ lladdr }) => !/^(33:33|01:00:5e):/.test(lladdr!)).map((one) => neighbours.key(one)).sort();
    // A bridge learns addresses at its ports at any time; for an entry listed before its event, the event is still to
    // come.
    const assertSame = async (): Promise<void> => {
      const listed = own(neighbours.list({ family: "bridge" })),
        same = (): boolean => `${own(map.values())}` === `${listed}`;
      if (!same()) await until(same);
      assertEquals(own(map.values()), listed);
    };
    await assertSame();
    bridge(ns, `fdb add ${MAC} dev v1 master static`);
    assertEquals((await coming).lladdr, MAC);
    await until(() => [...map.values()].some(({ lladdr }) => lladdr === MAC));
    await assertSame();
    bridge(ns, `fdb del ${MAC} dev v1 master`);
    await until(() => ![...map.values()].some(({ lladdr }) => lladdr === MAC));
    await assertSame();
    // A watch of neighbours yields neighbours.
    ns.ip("neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 dev v0");
    for await (const event of others) {
      if (event.event !== "new") continue;
      seen.push(event.value);
      if (event.value.dst === "192.0.2.50") break;
    }
    assertEquals(seen.filter(({ family }) => family === "bridge"), []);
    assertThrows(() => neighbours.watch({ family: "inet" } as never), TypeError, "family");
  });
});

kernelTest("every verb finds the same table of a forwarding entry, in whatever way it is given", NEEDS, async () => {
  await inNamespace(async (ns) => {
    bridged(ns);
    const { neighbours } = ns.route, key = { family: "bridge", dev: "v1", lladdr: MAC } as const;
    const tables = (): string[] =>
      shown(ns).filter((line) => line.startsWith(MAC)).map((line) => line.includes("self") ? "self" : "master").sort();
    const { ifindex } = neighbours.list({ family: "bridge", dev: "v1" })[0]!;
    const { index } = ns.route.links.get("br0");
    // Ages change between two looks.
    const keys = (all: readonly Neighbour[]): string[] => all.map((one) => neighbours.key(one));
    const ofBridge = [{ master: "br0" }, { masterDev: "br0" }, { master: index }, { flags: ["master"] as const }];
    for (const table of ofBridge) {
      const named = { ...key, ...table }, text = JSON.stringify(table);
      neighbours.add(named);
      assertEquals(tables(), ["master"], text);
      neighbours.replace({ ...named, ifindex });
      assertEquals(tables(), ["master"], text);
      // Beside the device's own entry.
      neighbours.add(key);
      assertEquals(tables(), ["master", "self"], text);
      assertEquals(neighbours.list(named).map(({ masterDev }) => masterDev), ["br0"], text);
      assertEquals(keys([...neighbours.iterate(named)]), keys(neighbours.list(named)), text);
      assertEquals(keys([neighbours.get(named)]), keys(neighbours.list(named)), text);
      assertEquals((await neighbours.waitFor(named, undefined, { timeout: 5_000 })).masterDev, "br0", text);
      neighbours.set(named, { state: ["permanent"] });
      assertEquals(neighbours.find(named)?.state, ["permanent"], text);
      // A key with more fields than the entry deletes none.
      for (const more of [{ vlan: 7 }, { dst: "192.0.2.9" }, { vni: 5 }, { state: ["noarp"] as const }]) {
        assertEquals(neighbours.find({ ...named, ...more }), undefined);
        assertEquals(assertThrows(() => neighbours.delete({ ...named, ...more }), KernelError).code, "ENOENT");
        assertThrows(() => ns.route.batch((add) => add.neighbours.delete({ ...named, ...more })), BatchError);
      }
      neighbours.delete(named);
      assertEquals(tables(), ["self"], text);
      assertEquals(neighbours.find(named), undefined, text);
      assertEquals(neighbours.list(named), [], text);
      assertEquals(assertThrows(() => neighbours.delete(named), KernelError).code, "ENOENT", text);
      assertEquals(tables(), ["self"], text);
      assertEquals(neighbours.list({ ...key, flags: ["self"] }).length, 1, text);
      neighbours.delete({ ...key, flags: ["self"] });
      assertEquals(tables(), []);
    }
    // A key without a table means the entry that list returns.
    neighbours.add({ ...key, master: "br0" });
    assertEquals(keys(neighbours.list(key)), keys([neighbours.get(key)]));
    assertEquals((await neighbours.waitFor(key, undefined, { timeout: 5_000 })).masterDev, "br0");
    neighbours.add(key);
    assertEquals(neighbours.flush({ ...key, flags: ["master"] }), 1);
    assertEquals(tables(), ["self"]);
    neighbours.delete(key);
    const coming = neighbours.waitFor(key, undefined, { timeout: 20_000 });
    bridge(ns, `fdb add ${MAC} dev v1 master static`);
    assertEquals((await coming).masterDev, "br0");
    neighbours.delete({ ...key, flags: ["master"] });
    assertEquals(tables(), []);
  });
});

kernelTest("set refuses changes that the kernel ignores in a forwarding table", NEEDS, async () => {
  await inNamespace((ns) => {
    bridged(ns);
    const { neighbours } = ns.route, key = { family: "bridge", dev: "v1", lladdr: MAC } as const;
    bridge(ns, `fdb add ${MAC} dev v1 master static`);
    const before = shown(ns);
    for (const changes of [{ protocol: 3 }, { dst: "192.0.2.9" }, { vni: 5 }, { port: 4789 }, { viaDev: "v0" }]) {
      assertThrows(() => neighbours.set(key, changes), TypeError, `: ${Object.keys(changes)[0]}: `);
      assertEquals(shown(ns), before);
    }
    neighbours.delete({ ...key, flags: ["master"] });
    bridge(ns, `fdb add ${MAC} dev v1 master extern_learn`);
    assertThrows(() => neighbours.set(key, { state: ["noarp"] }), TypeError, ": state: ");
  });
});

kernelTest("remote ends: a filter selects by address, and a key without one means all of them", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ip("link add vx0 type vxlan id 7 dstport 4789");
    const all = "00:00:00:00:00:00", { fdb } = ns.route;
    const remotes = (lladdr: string): unknown[] =>
      (JSON.parse(run("bridge", ["-j", "-n", ns.name, "fdb", "show", "dev", "vx0"])) as Record<string, string>[])
        .filter(({ mac }) => mac === lladdr).map(({ dst }) => dst).sort();
    const append = (words: string): string => bridge(ns, `fdb append ${words}`);
    for (const dst of ["192.0.2.1", "192.0.2.2", "192.0.2.2 port 77"]) append(`${all} dev vx0 dst ${dst}`);
    append(`${MAC} dev vx0 dst 192.0.2.2`);
    const found = (dst: string): unknown[] => fdb.list({ dst }).map(({ lladdr, dst }) => [lladdr, dst]).sort();
    assertEquals(found("192.0.2.1"), [[all, "192.0.2.1"]]);
    assertEquals(found("192.0.2.2"), [[all, "192.0.2.2"], [all, "192.0.2.2"], [MAC, "192.0.2.2"]]);
    assertEquals([...fdb.iterate({ dev: "vx0", dst: "192.0.2.1" })].length, 1);
    assertEquals(fdb.list({ family: "inet", dst: "192.0.2.1" }), []);
    assertEquals(fdb.flush({ dev: "vx0", lladdr: MAC, dst: "192.0.2.2" }), 1);
    assertEquals(remotes(MAC), []);
    assertEquals(fdb.delete({ dev: "vx0", lladdr: all, dst: "192.0.2.1" }), true);
    assertEquals(remotes(all), ["192.0.2.2", "192.0.2.2"]);
    append(`${all} dev vx0 dst 192.0.2.1`);
    fdb.delete({ dev: "vx0", lladdr: all, port: 77 });
    assertEquals(remotes(all), ["192.0.2.1", "192.0.2.2"]);
    assertEquals(fdb.delete({ dev: "vx0", lladdr: all }), true);
    assertEquals(remotes(all), []);
    for (const dst of ["192.0.2.1", "192.0.2.2"]) append(`${all} dev vx0 dst ${dst}`);
    ns.route.batch((batch) => batch.fdb.delete({ dev: "vx0", lladdr: all }));
    assertEquals(remotes(all), []);
    assertEquals(fdb.delete({ dev: "vx0", lladdr: all }, { missing: "ok" }), false);
  });
});

kernelTest("waitFor refuses proxies, for which the kernel sends no events", NEEDS, async () => {
  await inNamespace(async (ns) => {
    wire(ns);
    const { neighbours } = ns.route, key = { dev: "v0", dst: "192.0.2.77", flags: ["proxy"] } as const;
    await assertRejects(() => neighbours.waitFor(key, undefined, { timeout: 5_000 }), TypeError, "proxy");
    neighbours.add(key);
    assertEquals(neighbours.find(key)?.flags, ["proxy"]);
  });
});
