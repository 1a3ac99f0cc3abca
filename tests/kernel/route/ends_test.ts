/** The end of watches and waits with their client, and the names of links, compared with `ip`. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { family } from "../../../families/generic/mod.ts";
import { open } from "../../../families/route/mod.ts";
import { open as openSockets } from "../../../families/sock_diag/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, namesOf } from "../namespace.ts";

kernelTest("a watch ends when its client is closed, and a wait fails with CLOSED", ["ip"], async () => {
  await inNamespace(async ({ name: netns }) => {
    const route = open({ netns }), sockets = openSockets({ netns }), nlctrl = family("nlctrl", { netns });
    const watches = [
      route.watch("link", "address"),
      route.links.watch(),
      route.links.watch({ initial: true }),
      sockets.tcp.watch(),
      nlctrl.watch(["notify"]),
    ] as AsyncIterator<{ event: string }, void>[];
    // The third one yields its first events before that.
    while ((await watches[2]!.next() as { value: { event: string } }).value.event !== "synced");
    const ends = watches.map((watch) => watch.next()), wait = route.links.waitFor("nope0");
    for (const client of [route, sockets, nlctrl]) client.close();
    assertEquals((await Promise.all(ends)).map(({ done }) => done), [true, true, true, true, true]);
    assertEquals(await wait.catch((error) => error.code), "CLOSED");
  });
});

kernelTest("a link is found by each of its names as { ifname }", ["ip"], async () => {
  await inNamespace(async ({ ip, ipJson, route: { links } }) => {
    ip("link add aa type bridge");
    const names = ["日本語のリンク", "a-long-ascii-alternative-name", "short"];
    for (const name of names) ip(`link property add dev aa altname ${name}`);
    const index = links.get("aa").index!;
    for (const ifname of ["aa", ...names]) {
      assertEquals(links.get({ ifname }).index, index);
      assertEquals(links.find({ ifname })?.index, index);
      assertEquals(links.list({ ifname }).map((link) => link.index), [index]);
      assertEquals([...links.iterate({ ifname, kind: "bridge" })].map((link) => link.index), [index]);
      assertEquals(links.list({ ifname, kind: "veth" }), []);
      links.set({ ifname }, { mtu: 1000 + ifname.length });
      assertEquals(ipJson("link show aa").map(({ mtu }) => mtu), [1000 + ifname.length]);
      assertEquals((await links.waitFor({ ifname })).index, index);
    }
    links.set({ ifname: names[0]! }, { ifname: "bb" });
    assertEquals(namesOf(ipJson("link show")), ["lo", "bb"]);
    assertEquals(links.list({ ifname: "x".repeat(200) }), []);
    assertEquals(links.find({ ifname: "a-long-name-of-none" }), undefined);
    const error = assertThrows(() => links.add({ ifname: names[1]!, kind: "dummy" }));
    assertStringIncludes((error as Error).message, "at most 15 bytes");
    assertThrows(() => links.find({ ifname: "bb", nonsense: 5 } as never), TypeError, 'no field "nonsense"');
    links.delete({ ifname: names[1]! });
    assertEquals(namesOf(ipJson("link show")), ["lo"]);
    links.add({ ifname: "cc", kind: "bridge", propList: { altIfname: [names[0]!] } });
    assertEquals(links.flush({ ifname: names[0]! }), 1);
    assertEquals(namesOf(ipJson("link show")), ["lo"]);
  });
});

kernelTest("kinds that the kernel would ignore are refused, and true ones are accepted", ["ip"], async () => {
  await inNamespace(({ ip, ipJson, route: { links } }) => {
    ip("link add v0 type veth peer name v1");
    ip("link add br0 type bridge");
    for (
      const [set, word] of [
        [{ slaveKind: "bridge" }, "slaveKind"],
        [{ kind: "bridge" }, "kind"],
        [{ master: "br0", slaveKind: "bond" }, "slaveKind"],
        [{ master: null, slaveKind: "bond" }, "slaveKind"],
      ] as const
    ) assertThrows(() => links.set("v0", set as never), TypeError, word);
    assertEquals(ipJson("link show v0").map(({ master }) => master), [undefined]);
    links.set("v0", { kind: "veth", link: "v1", mtu: 1400 } as never);
    links.set("v0", { master: "br0", slaveKind: "bridge" });
    links.set("v0", { slaveKind: "bridge", mtu: 1401 } as never);
    assertEquals(ipJson("link show v0").map(({ master, mtu }) => [master, mtu]), [["br0", 1401]]);
    const add = (peer: object): unknown => links.add({ ifname: "w0", kind: "veth", data: { peer } } as never);
    for (const [name, value] of [["kind", "bridge"], ["link", "lo"], ["data", {}], ["slaveKind", "bond"]] as const) {
      assertThrows(() => add({ ifname: "w1", [name]: value }), TypeError, `data.peer.${name}`);
    }
    assertThrows(() => links.add({ ifname: "w0", kind: "dummy", slaveKind: "bond" }), TypeError, "slaveKind");
    add({ ifname: "w1", kind: "veth" });
    assertEquals(ipJson("link show type veth").map(({ ifname }) => ifname).sort(), ["v0", "v1", "w0", "w1"]);
  });
});

kernelTest("a netkit's data are those of the link, for both ends", ["ip"], async () => {
  await inNamespace(({ ipJson, route: { links } }) => {
    const make = (more: object): unknown => links.add({ ifname: "n0", kind: "netkit", data: more } as never);
    try {
      make({ mode: "l2", peerInfo: { ifname: "n1" } });
    } catch (error) {
      if (!(error instanceof KernelError && error.kernelMessage === "Unknown device type")) throw error;
      skip("the kernel has no links of kind netkit");
    }
    const both = ipJson("link show").filter(({ linkinfo }) =>
      (linkinfo as { info_kind?: string })?.info_kind === "netkit"
    );
    assertEquals(both.map(({ ifname }) => ifname).sort(), ["n0", "n1"]);
    assertEquals([links.get("n0").kind, links.get("n1").kind], ["netkit", "netkit"]);
    links.delete("n0");
    const error = assertThrows(
      () => make({ peerInfo: { ifname: "n1", kind: "netkit", data: { mode: "l2" } } }),
      TypeError,
    );
    assertStringIncludes(error.message, "peerInfo.data: is given for the link and applies to both ends");
    assertEquals(links.list().map(({ ifname }) => ifname), ["lo"]);
  });
});
