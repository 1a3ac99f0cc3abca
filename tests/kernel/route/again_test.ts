/** A request that was shown or captured has the same effect when it is sent again. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decode } from "../../../families/registry.ts";
import { type LinkToAdd, open } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, run } from "../namespace.ts";

type Route = ReturnType<typeof open>;

/** Returns the bytes of the only message that `act` would send, except its sequence number and port. */
function sentBy(netns: string, act: (route: Route) => void): Uint8Array {
  const all: Uint8Array[] = [];
  using route = open({ netns, dryRun: ({ bytes }) => all.push(bytes) });
  act(route);
  assertEquals(all.length, 1);
  all[0]!.fill(0, 8, 16);
  return all[0]!;
}

/** Decodes a message. */
const decoded = (bytes: Uint8Array): LinkToAdd => decode("ROUTE", bytes)[0]!.value as LinkToAdd;

kernelTest(
  "link: a decoded request that is sent again has the same flags and the same peer",
  ["ip"],
  async () => {
    await inNamespace(({ route, name }) => {
      const asked = sentBy(name, ({ links }) =>
        links.add({
          ifname: "k3",
          kind: "veth",
          data: { peer: { ifname: "k4", promisc: true } },
          promisc: true,
          up: false,
        }));
      route.links.add({
        ifname: "k1",
        kind: "veth",
        data: { peer: { ifname: "k2", promisc: true } },
        promisc: true,
        up: false,
      });
      route.links.add(decoded(asked));
      const flags = (dev: string): unknown =>
        JSON.parse(run("ip", ["-n", name, "-j", "link", "show", "dev", dev]))[0].flags.toSorted();
      assertEquals([flags("k3"), flags("k4")], [flags("k1"), flags("k2")]);
      assertEquals(
        sentBy(name, ({ links }) => links.add(decoded(asked))),
        asked,
      );
    });
  },
);

const ADDED: readonly LinkToAdd[] = [
  { ifname: "k3", kind: "veth", data: { peer: { ifname: "k4" } } },
  { ifname: "k3", kind: "bridge", up: true, promisc: false },
  { ifname: "k3", kind: "bridge", arp: false, multicast: false, allmulti: true },
  { ifname: "k3", kind: "bridge", flags: ["up"] },
  { ifname: "k3", kind: "bridge", flags: [] },
  { ifname: "k3", kind: "veth", data: { peer: { ifname: "k4", flags: ["up", "multicast"] } }, up: false },
];

kernelTest("link: a decoded request sends the same flags again", [], async () => {
  await inNamespace(({ name }) => {
    for (const value of ADDED) {
      const asked = sentBy(name, ({ links }) => links.add(value));
      assertEquals(sentBy(name, ({ links }) => links.add(decoded(asked))), asked);
    }
    for (const changes of [{ up: true, promisc: false }, { arp: true }, { mtu: 9000 }]) {
      const asked = sentBy(name, ({ links }) => links.set("lo", changes));
      assertEquals(sentBy(name, ({ links }) => links.set(decoded(asked), decoded(asked))), asked);
    }
  });
});

kernelTest(
  "link: flags with a mask change only those of the mask; the kernel's messages have all flags",
  [],
  async () => {
    await inNamespace(async ({ route }) => {
      route.links.add({ ifname: "k1", kind: "bridge", promisc: true });
      await using watch = route.links.watch();
      route.links.set("k1", { flags: { flags: ["up"], mask: ["up", "multicast"] } });
      assertEquals(route.links.get("k1").flags!.includes("up"), true);
      for await (const event of watch) {
        if (event.value === undefined) continue;
        const { value } = event;
        if (value.ifname !== "k1" || !value.flags!.includes("up")) continue;
        assertEquals(value.flags!.includes("promisc"), true);
        assertEquals(value.flags!.includes("multicast"), false);
        break;
      }
      assertThrows(() => route.links.set("k1", { flags: { flags: ["up"], mask: ["promisc"] } }), TypeError, "mask");
    });
  },
);

kernelTest("address: one that is listed on an interface is added to another one without that interface's label", [
  "ip",
], async () => {
  await inNamespace(({ ip, ipJson, route: { addresses, links } }) => {
    ip("link add v0 type veth peer v1");
    links.addAltnames("v1", "uplink");
    ip("address add 192.0.2.1/24 dev v0");
    ip("address add 192.0.2.2/24 dev v0 label v0:web");
    ip("address add 192.0.2.3/24 dev v0 label v0");
    addresses.add({ dev: "v0", address: "192.0.2.4/24", label: "other" });
    const labels = (dev: string): unknown[] => {
      const { addr_info: all } = ipJson(`address show dev ${dev}`)[0] as { addr_info: Record<string, string>[] };
      return all.map(({ local, label }) => [local, label]);
    };
    const [first, web, same, other] = addresses.list({ dev: "v0" }).filter(({ family }) => family === "inet");
    addresses.add({ ...first!, dev: "v1" });
    assertThrows(
      () => addresses.add({ ...web!, dev: "v1" }),
      TypeError,
      'Cannot add address 192.0.2.2/24 on v1: label: expected the label of an address of v1, got one of v0: "v0:web"',
    );
    addresses.add({ ...same!, dev: "uplink" });
    addresses.add({ ...other!, dev: "v1" });
    const added = [["192.0.2.1", "v1"], ["192.0.2.3", "v1"], ["192.0.2.4", "other"]];
    assertEquals(labels("v1"), added);
    // The secondary ones go first: the kernel removes them with the primary one.
    const again = [other!, web!, same!, first!];
    for (const one of again) addresses.delete(one);
    for (const one of again) addresses.add(one);
    assertEquals(labels("v0").map((one) => (one as string[])[1]).sort(), ["other", "v0", "v0", "v0:web"]);
  });
});

kernelTest("link: one that was read is given to set, with changes", ["ip"], async () => {
  await inNamespace(({ ip, ipJson, route: { links } }) => {
    ip("link add v0 type veth peer v1");
    ip("link add br0 type bridge");
    ip("link set v1 up master br0 allmulticast on alias hello");
    const before = ipJson("link show");
    for (const ifname of ["lo", "v0", "v1", "br0"]) {
      links.set(ifname, links.get(ifname));
      links.set({ ifname }, links.get(ifname));
      links.set(links.get(ifname), links.get(ifname));
    }
    assertEquals(ipJson("link show"), before);
    const read = links.get("v1");
    links.set("v1", { ...read, mtu: 1450, slaveKind: "bridge", slaveData: { cost: 77 } });
    const { mtu, slaveData, flags } = links.get("v1") as unknown as Record<string, unknown>;
    assertEquals([mtu, (slaveData as { cost?: number }).cost, flags], [1450, 77, read.flags]);
    // Flags as they were read are set again; an own switch wins.
    ip("link set v1 down allmulticast off");
    links.set("v1", read);
    assertEquals(links.get("v1").flags!.filter((flag) => flag === "up" || flag === "allmulti"), ["up", "allmulti"]);
    links.set("v1", { ...links.get("v1"), up: false });
    assertEquals(links.get("v1").flags!.includes("up"), false);
    assertThrows(() => links.set("v0", links.get("v1")), TypeError, "Cannot set link v0: index does not change");
    assertThrows(() => links.set("v0", { ...links.get("v0"), numTxQueues: 99 }), TypeError, "numTxQueues");
  });
});

kernelTest("link: errors of a copy and of several changes say what to do", ["ip"], async () => {
  await inNamespace(({ ip, ipJson, route: { addresses, links, routes } }) => {
    ip("link add v0 type veth peer v1");
    const { index, ifname: _, ...rest } = links.get("v0");
    const said = (act: () => unknown): string => assertThrows(act, Error).message;
    assertEquals(
      said(() => links.add({ ...rest, index, ifname: "v2" })),
      `Cannot add link v2: EEXIST "File exists" (index ${index} is taken: leave index out)`,
    );
    const exists = '({ exists: "ok" } leaves an existing one as it is)';
    assertEquals(
      said(() => links.add({ ifname: "v0", kind: "bridge" })),
      `Cannot add link v0: EEXIST "File exists" ${exists}`,
    );
    const one = { dev: "v0", address: "192.0.2.1/24" };
    addresses.add(one);
    assertStringIncludes(said(() => addresses.add(one)), exists);
    const several = said(() => links.set("v0", { mtu: 1300, ifname: "v1" }));
    assertStringIncludes(several, "EEXIST");
    assertStringIncludes(several, "those before the refused one may be made");
    assertEquals(said(() => links.set("v0", { ifname: "v1" })), 'Cannot set link v0: EEXIST "File exists"');
    assertEquals(ipJson("link show v0")[0]!["ifname"], "v0");
    assertStringIncludes(said(() => routes.add({ dst: "198.51.100.1/24", dev: "v0" })), "(dst has bits behind");
  });
});
