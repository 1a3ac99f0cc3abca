/**
 * Links made in other namespaces, in pairs and in batches: every given field is set on the right link, or refused by
 * name.
 */
import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { BatchError, KernelError } from "../../../core/errors.ts";
import * as netns from "../../../core/netns.ts";
import { open } from "../../../families/route/mod.ts";
import { before, inNamespace, kernelTest, namesOf, type Namespace } from "../namespace.ts";

const NEEDS = ["ip"];

/** Runs `body` with two namespaces. */
async function inTwo(body: (here: Namespace, there: Namespace) => void): Promise<void> {
  await inNamespace((here) => inNamespace((there) => body(here, there)));
}

/** Returns one link as `ip` shows it. */
function shown(ns: Namespace, dev: string): Record<string, unknown> {
  return ns.ipJson(`link show dev ${dev}`)[0]!;
}

/** Returns the fields of a link that are set after it is made, as `ip` shows them. */
function later(ns: Namespace, dev: string): unknown[] {
  const { ifalias, altnames, inet6_addr_gen_mode: mode, master } = shown(ns, dev);
  return [ifalias, altnames, mode, master];
}

const LATER = {
  ifalias: "to the other side",
  propList: { altIfname: ["uplink", "a-name-longer-than-fifteen"] },
  afSpec: { inet6: { addrGenMode: "none" } },
} as const;
const DONE = [LATER.ifalias, LATER.propList.altIfname, "none"];

kernelTest(
  "a link with a name that is taken here is made in another namespace, completed there, and not returned",
  NEEDS,
  async () => {
    await inTwo((here, there) => {
      here.ip("link add eth0 type veth peer name eth1");
      const is = shown(here, "eth0");
      // Linux before 6.15 refuses a name that is taken here.
      const ifname = before(6, 15) ? "eth2" : "eth0";
      const made = here.route.links.add({
        ifname,
        kind: "macvlan",
        link: "eth0",
        netns: there.name,
        address: "02:00:00:00:00:07",
        up: true,
        ...LATER,
      });
      assertEquals(made, undefined);
      assertEquals(shown(here, "eth0"), is);
      assertEquals(later(there, ifname), [...DONE, undefined]);
      assertEquals(shown(there, ifname)["address"], "02:00:00:00:00:07");
      assert((shown(there, ifname)["flags"] as string[]).includes("UP"));
      assertThrows(() => here.route.links.delete(made!), TypeError, "Cannot delete link");
    });
  },
);

kernelTest(
  "a namespace may be given by name or path, and its link by number if the name is not known",
  NEEDS,
  async () => {
    await inTwo((here, there) => {
      here.route.links.add({ ifname: "b0", kind: "bridge", netns: `/run/netns/${there.name}`, ...LATER });
      assertEquals(later(there, "b0"), [...DONE, undefined]);
      assertEquals(here.route.links.find("b0"), undefined);
      // A link with a given index needs no name.
      there.ip("link delete b0");
      here.route.links.add({ ifname: "b%d", index: 77, kind: "bridge", netns: there.name, ...LATER });
      assertEquals(later(there, "b0"), [...DONE, undefined]);
      assertEquals(shown(there, "b0")["ifindex"], 77);
    });
  },
);

kernelTest("the peer of a pair gets all of its fields, wherever it is made", NEEDS, async () => {
  await inTwo((here, there) => {
    for (const ns of [here, there]) ns.ip("link add name br0 type bridge");
    const made = here.route.links.add({
      ifname: "v0",
      kind: "veth",
      ...LATER,
      up: true,
      data: { peer: { ifname: "v0", netns: there.name, master: "br0", up: true, ...LATER } },
    });
    assertEquals(made.ifname, "v0");
    // The kernel refuses an end that is up before the other exists.
    assertEquals(there.ipJson("link show dev v0").map(({ flags }) => (flags as string[]).includes("UP")), [true]);
    assertEquals(made.ifalias, LATER.ifalias);
    assertEquals(later(here, "v0"), [...DONE, undefined]);
    assertEquals(later(there, "v0"), [...DONE, "br0"]);
    here.ip("link delete v0");
    // The kernel chooses the peer's name.
    const { index, link } = here.route.links.add({
      ifname: "v0",
      kind: "veth",
      data: { peer: { netns: there.name, ifalias: "far", master: "br0" } },
    });
    assertEquals(there.ipJson("link show").filter(({ ifindex }) => ifindex === link).map(({ ifalias }) => ifalias), [
      "far",
    ]);
    here.route.links.delete(index!);
    here.route.links.add({
      ifname: "w%d",
      kind: "veth",
      ifalias: "one",
      data: { peer: { ifalias: "two", master: "br0", up: true } },
    });
    const ends = here.ipJson("link show").filter(({ linkinfo }) =>
      (linkinfo as { info_kind?: string })?.info_kind === "veth"
    );
    assertEquals(
      ends.map(({ ifname, ifalias, master, flags }) => [ifname, ifalias, master, (flags as string[]).includes("UP")]),
      [["veth0", "two", "br0", true], ["w0", "one", undefined, false]],
    );
  });
});

kernelTest("a pair made in another namespace with its peer here is completed on both sides", NEEDS, async () => {
  await inTwo((here, there) => {
    here.route.links.add({
      ifname: "p0",
      kind: "veth",
      netns: there.name,
      ifalias: "there",
      data: { peer: { ifname: "p1", ifalias: "here" } },
    });
    assertEquals(shown(there, "p0")["ifalias"], "there");
    assertEquals(shown(here, "p1")["ifalias"], "here");
  });
});

kernelTest("fields that cannot be set later are refused before anything is made", NEEDS, async () => {
  await inTwo((here, there) => {
    const { links } = here.route, before = here.ipJson("link show").length;
    const refused = (act: () => unknown, ...words: string[]): void => {
      const error = assertThrows(act) as Error;
      for (const word of ["Cannot add link", ...words]) assertStringIncludes(error.message, word);
    };
    refused(
      () => links.add({ ifname: "b%d", kind: "bridge", netns: there.name, ifalias: "x" }),
      "ifalias",
      "ifname or index",
    );
    refused(
      () => links.add({ kind: "bridge", netns: there.name, propList: { altIfname: ["x"] } }),
      "propList",
      "index",
    );
    refused(() => links.add({ ifname: "b0", kind: "bridge", targetNetnsid: 3, ifalias: "x" }), "ifalias", "netns");
    refused(() => links.add({ ifname: "b0", kind: "bridge", ifalias: 5 as never }), "ifalias: expected a string");
    refused(
      () => links.add({ ifname: "b0", kind: "bridge", afSpec: { inet: { conf: { rpfilter: 1 } as never } } }),
      "afSpec.inet.conf",
      "rpFilter",
    );
    refused(
      () => links.add({ ifname: "b0", kind: "bridge", propList: { altIfname: ["x".repeat(128)] } }),
      "propList.altIfname[0]",
    );
    refused(
      () => links.add({ ifname: "v0", kind: "veth", data: { peer: { ifalias: "x".repeat(256) } } }),
      "data.peer.ifalias",
      "255",
    );
    refused(
      () => links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1", master: "nope" } } }),
      "data.peer.master",
      '"nope"',
    );
    const nowhere = "no-such-namespace";
    assertThrows(() => links.add({ ifname: "b0", kind: "bridge", netns: nowhere, ifalias: "x" }), Error, nowhere);
    refused(() => links.add({ ifname: "b0", altIfname: "x", kind: "bridge" }), "altIfname", "propList");
    refused(
      () => here.route.batch((b) => b.links.add({ ifname: "b%d", kind: "bridge", ifalias: "x" })),
      "ifalias",
      "ifname or index",
    );
    refused(
      () => here.route.batch((b) => b.links.add({ ifname: "b0", kind: "bridge", netns: there.name, ifalias: "x" })),
      "ifalias",
      "batch",
    );
    assertEquals(here.ipJson("link show").length, before);
    assertEquals(there.ipJson("link show").length, 1);
  });
});

kernelTest("an error while completing a link says that it is made, and what is missing", NEEDS, async () => {
  await inNamespace((ns) => {
    const { links } = ns.route;
    links.add({ ifname: "v8", kind: "veth", propList: { altIfname: ["taken"] }, data: { peer: { ifname: "v9" } } });
    const error = assertThrows(
      () => links.add({ ifname: "b0", kind: "bridge", ifalias: "done", propList: { altIfname: ["taken"] } }),
      KernelError,
    );
    assertEquals(error.code, "EEXIST");
    assertStringIncludes(error.message, "Cannot complete link b0, which was created without propList: EEXIST");
    assertEquals(shown(ns, "b0")["ifalias"], "done");
    const other = assertThrows(
      () => links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1", master: "v8", ifalias: "x" } } }),
      KernelError,
    );
    assertStringIncludes(other.message, "Cannot complete link v1, which was created without master, ifalias:");
    assertEquals(shown(ns, "v1")["ifalias"], undefined);
  });
});

kernelTest(
  "in a batch, completing a link is a part of its item, and does not change an earlier link",
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      ns.ip("link add name b0 type bridge");
      const error = assertThrows(() =>
        ns.route.batch((b) => {
          b.links.add({ ifname: "b0", kind: "bridge", ...LATER });
          b.links.add({ ifname: "b1", kind: "bridge", ...LATER });
          b.links.add({ ifname: "b2", kind: "bridge", propList: { altIfname: ["uplink", "fresh"] }, ifalias: "two" });
          b.links.set("b1", { up: true });
          b.links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1", master: "b1", ifalias: "x" } } });
          b.links.add({ ifname: "e%d", index: 70, kind: "bridge", ifalias: "by number" });
        })
      );
      assertInstanceOf(error, BatchError);
      assertEquals(error.failures.map(({ index }) => index), [0, 2]);
      assertStringIncludes(error.message, "Cannot do 2 of 6 items of a batch, the other 4 are done");
      assertStringIncludes(error.message, "item 0: Cannot add link b0: EEXIST");
      assertStringIncludes(
        error.message,
        "item 2: Cannot complete link b2, which was created without propList: EEXIST",
      );
      assertEquals(shown(ns, "b0")["ifalias"], undefined);
      assertEquals(later(ns, "b1"), [...DONE, undefined]);
      assertEquals(shown(ns, "b2")["ifalias"], "two");
      assertEquals([shown(ns, "v1")["master"], shown(ns, "v1")["ifalias"]], ["b1", "x"]);
      assertEquals(shown(ns, "e0")["ifalias"], "by number");
    });
  },
);

kernelTest("a dry run shows the completing requests, if their link can be named", NEEDS, async () => {
  await inTwo((here, there) => {
    const lines: string[] = [];
    using dry = open({ netns: here.name, dryRun: (message) => lines.push(message.summary()) });
    dry.links.add({ ifname: "b0", kind: "bridge", ...LATER });
    assertEquals(lines.map((line) => line.split(" ")[0]), ["RTM_NEWLINK", "RTM_NEWLINK", "RTM_NEWLINKPROP"]);
    for (const word of ["b0", "to the other side", "addrGenMode"]) assertStringIncludes(lines[1]!, word);
    lines.length = 0;
    dry.links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1", netns: there.name, ifalias: "x" } } });
    dry.batch((b) => b.links.add({ ifname: "v2", kind: "veth", data: { peer: { ifname: "v3", ifalias: "y" } } }));
    assertEquals(lines.length, 4);
    assertThrows(() => dry.links.add({ ifname: "b%d", kind: "bridge", ifalias: "x" }), TypeError, "ifname or index");
    assertEquals(here.ipJson("link show").length, 1);
    assertEquals(netns.list().includes(there.name), true);
  });
});

kernelTest("set refuses by name the fields that the kernel would ignore", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ip("link add v0 type veth peer name v1");
    const { links } = ns.route, before = ns.ipJson("link show");
    for (
      const [changes, ...words] of [
        [{ altIfname: "x" }, "altIfname", "addAltnames"],
        [{ propList: { altIfname: ["x"] } }, "propList", "addAltnames"],
        [{ numTxQueues: 3 }, "numTxQueues does not change"],
        [{ kind: "bridge" }, "kind does not change"],
        [{ slaveKind: "bridge" }, "slaveKind does not change"],
        [{ link: "lo" }, "link does not change"],
        [{ newIfindex: 99 }, "newIfindex", "netns"],
        [{ allmulti: 1 }, "allmulti: expected true or false"],
        [{ qdisc: "fq" }, "qdisc is read-only"],
        [{ afSpec: { inet6: { raMtu: 1400 } } }, "afSpec.inet6.raMtu is read-only"],
        [{ mtu: 1400, stats64: { rxBytes: 5 } }, "stats64 is read-only"],
        [{ flags: ["up"] }, "up, promisc"],
      ] as const
    ) {
      const error = assertThrows(() => links.set("v0", changes as never), TypeError);
      for (const word of ["Cannot set link", ...words]) assertStringIncludes(error.message, word);
    }
    assertEquals(ns.ipJson("link show"), before);
    // Fields of a listed object may be given again unchanged.
    const one = links.get("v0");
    links.set(one as never, { stats64: one.stats64, qdisc: one.qdisc, txqlen: one.txqlen, mtu: 1400 } as never);
    assertEquals(shown(ns, "v0")["mtu"], 1400);
  });
});

kernelTest("a key with the number of another namespace means the link there", NEEDS, async () => {
  await inTwo((here, there) => {
    there.ip("link add name far type bridge");
    here.ip(`netns set ${there.name} 7`);
    const far = here.route.links.get({ ifname: "far", targetNetnsid: 7 });
    assertEquals(far.targetNetnsid, 7);
    assertEquals(namesOf(here.route.links.list({ targetNetnsid: 7 })), ["lo", "far"]);
    assertEquals(here.route.links.find({ ifname: "far" }), undefined);
    assertThrows(() => here.route.links.set(far, { mtu: 1400 }), TypeError, "targetNetnsid");
    here.route.links.delete(far);
    assertEquals(namesOf(there.ipJson("link show")), ["lo"]);
  });
});

kernelTest("the data of a kind may have an interface's name beside its number", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link add vx0 type vxlan id 7 dstport 4789 dev v0"]);
    const { links } = ns.route,
      { kind, data } = links.get("vx0") as object as { kind: "vxlan"; data: Record<string, unknown> };
    const { link, linkDev } = data;
    assertEquals(linkDev, "v0");
    links.set("vx0", { kind, data: { link, linkDev, ageing: 77 } } as never);
    const after = links.get("vx0") as unknown as { data: Record<string, unknown> };
    assertEquals(after.data, { ...data, ageing: 77 });
  });
});

kernelTest(
  "a master by name is that of the namespace that the link is made in, and moves only by number",
  NEEDS,
  async () => {
    await inTwo((here, there) => {
      // The bridge here has the index of another bridge there.
      here.ip("link add br0 index 70 type bridge");
      there.ip("link add wrong index 70 type bridge");
      there.ip("link add br0 index 71 type bridge");
      const { links } = here.route, master = (dev: string): unknown => shown(there, dev)["master"];
      const made = { kind: "veth", master: "br0", netns: there.name, data: { peer: { ifname: "p0" } } } as const;
      links.add({ ...made, ifname: "v0", up: true, slaveKind: "bridge", slaveData: { cost: 9 } } as never);
      assertEquals(master("v0"), "br0");
      const error = assertThrows(() => links.add({ ...made, ifname: "v1", master: "none0", data: {} }));
      assertStringIncludes((error as Error).message, "none0");
      assertEquals(namesOf(there.ipJson("link show")).includes("v1"), false);
      assertThrows(
        () => here.route.batch((add) => add.links.add({ ...made, ifname: "v2", data: {} })),
        TypeError,
        "master: is set after the link is created, which a batch cannot do in another namespace",
      );
      links.add({ ...made, ifname: "v3", master: 70, data: { peer: { ifname: "p3" } } });
      assertEquals(master("v3"), "wrong");

      here.ip("link add d0 type veth peer name d1");
      for (
        const act of [
          () => links.set("d0", { netns: there.name, master: "br0" }),
          () => here.route.batch((add) => add.links.set("d0", { netns: there.name, master: "br0" })),
        ]
      ) assertThrows(act, TypeError, 'master: "br0" is a name, and the link moves to another namespace');
      assertEquals(shown(here, "d0")["master"], undefined);
      links.set("d0", { netns: there.name, master: 71 });
      assertEquals(master("d0"), "br0");
      there.route.links.set("d0", { master: "wrong" });
      assertEquals(master("d0"), "wrong");
    });
  },
);
