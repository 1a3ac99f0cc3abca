/** Options and values that are accepted or refused by what the kernel makes of them. */
import { assertEquals, assertThrows } from "@std/assert";
import * as netns from "../../../core/netns.ts";
import { KernelError } from "../../../core/errors.ts";
import { open } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, wire } from "../namespace.ts";

kernelTest(
  "links: a state that the kernel does not take is an error, and extMask is no condition",
  ["ip"],
  async () => {
    await inNamespace((ns) => {
      wire(ns);
      const { links } = ns.route;
      links.set("v0", { up: false });
      const error = assertThrows(() => links.set("v0", { operstate: "up" }), KernelError);
      assertEquals(
        error.message,
        'Cannot set link v0: EINVAL "operstate stays down" (the kernel takes only up, dormant and testing, of links that ' +
          "wait for them: { up: true } brings a link up)",
      );
      links.set("v0", { up: true });
      const all = links.list().length;
      assertEquals(links.list({ extMask: ["vf", "skip_stats"] }).length, all);
      assertEquals(links.list({ ifname: "v0", extMask: ["skip_stats"] }).map(({ ifname }) => ifname), ["v0"]);
      assertThrows(() => links.flush({ extMask: ["vf"] }), TypeError, "Cannot flush links without a filter");
      assertEquals(links.list().length, all);
    });
  },
);

kernelTest("methods of a client work apart from it", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { batch, close, links } = open({ netns: ns.name });
    batch((b) => b.links.set("v0", { mtu: 1400 }));
    assertEquals(links.get("v0").mtu, 1400);
    close();
  });
});

kernelTest("netns: add tolerates a name that is taken, delete one that is missing", ["ip"], async () => {
  await inNamespace((ns) => {
    assertEquals(netns.add(ns.name, { exists: "ok" }), false);
    const name = `${ns.name}x`;
    assertEquals(netns.delete(name, { missing: "ok" }), false);
    assertEquals(netns.add(name, { exists: "ok" }), true);
    assertEquals(netns.delete(name, { missing: "ok" }), true);
    assertEquals(netns.list().includes(name), false);
  });
});
