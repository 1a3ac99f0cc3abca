/**
 * Links that only their drivers make equal ours, key by key of `ip -j -d`, and the library changes what netlink can
 * set.
 */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { family, type Spec } from "../../../families/generic/mod.ts";
import { inNamespace, kernelTest, lab, load, type Namespace, run } from "../namespace.ts";
import { skip } from "../../test.ts";
import { differences, LINK } from "./words.ts";

/** Loads a driver unless its folder exists; without it the test is skipped. */
function needDriver(path: string, module: string): void {
  if (!existsSync(path)) load(module);
  if (!existsSync(path)) skip(`the kernel has no module ${module}`);
}

/** Checks that ip and the library show the same of link `x`; returns ip's object. */
function equalInBoth(ns: Namespace, what: string): Record<string, unknown> {
  const [theirs] = ns.ipJson("link show dev x");
  const links = new Map(ns.route.links.list().map((link) => [link.index!, link]));
  assertEquals(differences(LINK, theirs, ns.route.links.get("x"), { links }), [], what);
  return theirs!;
}

kernelTest("kind can: a controller at a serial line is changed while down, and set up", ["ip", "gcc"], async () => {
  // The driver makes it in the first namespace, whatever the namespace of the request.
  if (!lab) skip("only in the lab");
  needDriver("/sys/module/slcan", "slcan");
  const folder = mkdtempSync(join(tmpdir(), "netlink-slcan-"));
  try {
    const program = join(folder, "slcan");
    run("gcc", ["-o", program, fileURLToPath(new URL("slcan.c", import.meta.url))]);
    await inNamespace(async (ns) => {
      const { links } = ns.route, driver = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
      const ended = once(driver, "close");
      try {
        // It prints that it is ready, or it ends.
        await Promise.race([once(driver.stdout, "data"), ended]);
        const { kind, ifname } = links.list().find(({ type }) => type === "can")!;
        if (kind === undefined) skip(`${ifname} is of no kind, before 6.0`);
        links.set(ifname!, { ifname: "x" });
        equalInBoth(ns, "made");
        links.set("x", { kind: "can", data: { bittiming: { bitrate: 500_000 } } });
        equalInBoth(ns, "with a bit rate");
        links.set("x", { up: true });
        const { linkinfo } = equalInBoth(ns, "up") as { linkinfo: { info_data: { state: string } } };
        assertEquals(linkinfo.info_data.state, "ERROR-ACTIVE");
        assert(JSON.stringify(linkinfo).includes("500000"), JSON.stringify(linkinfo));
        links.set("x", { up: false, ifalias: "changed" });
        assertEquals(equalInBoth(ns, "down")["ifalias"], "changed");
      } finally {
        driver.stdin.end();
        await ended;
      }
      assertEquals(links.find("x"), undefined);
    }, (name) => run("ip", ["netns", "attach", name, "1"]));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

kernelTest("kind netdevsim: made and deleted by its driver, changed by us", ["ip"], async () => {
  const bus = "/sys/bus/netdevsim";
  needDriver(bus, "netdevsim");
  await inNamespace((ns) => {
    const { links } = ns.route;
    const write = (file: string, text: string): string =>
      run("ip", ["netns", "exec", ns.name, "sh", "-c", `echo '${text}' > ${bus}/${file}`]);
    write("new_device", "77 1");
    try {
      const made = links.list().find(({ parentDevName }) => parentDevName === "netdevsim77");
      assert(made !== undefined, JSON.stringify(ns.ipJson("link show")));
      links.set(made.ifname!, { ifname: "x" });
      equalInBoth(ns, "made");
      links.set("x", { mtu: 1400, ifalias: "changed", up: true });
      const { mtu, ifalias } = equalInBoth(ns, "changed");
      assertEquals({ mtu, ifalias }, { mtu: 1400, ifalias: "changed" });
    } finally {
      write("del_device", "77");
    }
    assertEquals(links.find("x"), undefined);
  });
});

/** The family of Open vSwitch's data paths: linux/openvswitch.h. */
const DATAPATH: Spec = {
  name: "ovs_datapath",
  protocol: "genetlink-legacy",
  version: 2,
  definitions: [{ name: "ovs-header", type: "struct", members: [{ name: "dp-ifindex", type: "u32" }] }],
  "attribute-sets": [{
    name: "datapath",
    attributes: [{ name: "name", type: "string" }, { name: "upcall-pid", type: "u32" }],
  }],
  operations: {
    "fixed-header": "ovs-header",
    list: [
      { name: "new", "attribute-set": "datapath", do: { request: { value: 1 } } },
      { name: "del", "attribute-set": "datapath", do: { request: { value: 2 } } },
    ],
  },
};

kernelTest("kind openvswitch: made and deleted by a data path, changed by us", ["ip"], async () => {
  needDriver("/sys/module/openvswitch", "openvswitch");
  await inNamespace((ns) => {
    const { links } = ns.route;
    using datapath = family("ovs_datapath", { netns: ns.name, spec: DATAPATH });
    datapath.request("new", { dpIfindex: 0, name: "x", upcallPid: 0 });
    const { index } = links.get("x");
    assertEquals((equalInBoth(ns, "made")["linkinfo"] as { info_kind: string }).info_kind, "openvswitch");
    links.set("x", { mtu: 1400, ifalias: "changed", up: true });
    const { mtu, ifalias } = equalInBoth(ns, "changed");
    assertEquals({ mtu, ifalias }, { mtu: 1400, ifalias: "changed" });
    datapath.request("del", { dpIfindex: index });
    assertEquals(links.find("x"), undefined);
  });
});
