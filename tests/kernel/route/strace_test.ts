/** strace decodes our requests to the intended values. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inNamespace, kernelTest } from "../namespace.ts";
import { ROUTE, runIn } from "./child.ts";

const NEEDS = ["ip", "strace"];

/** Returns the netlink messages that `code` sends, as strace shows them. */
function traced(netns: string, code: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "netlink-strace-")), file = join(folder, "trace");
  try {
    const strace = ["strace", "-f", "-e", "trace=sendto,sendmsg", "-v", "-X", "verbose", "-s", "4096", "-o", file];
    const script = `
      const { addresses, batch, links, neighbours, routes, rules } = await import(${JSON.stringify(ROUTE)});
      ${code}
      console.log("done");`;
    const { stdout, stderr } = runIn(netns, script, strace);
    assertEquals(stdout, "done\n", stderr);
    return readFileSync(file, "utf8").split("\n").filter((line) => line.includes("nlmsg_type"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Checks that a message of type `type` has all these words. */
function assertSent(lines: readonly string[], type: string, ...words: string[]): void {
  const some = lines.filter((line) => line.includes(type));
  assert(
    some.some((line) => words.every((word) => line.includes(word))),
    `no ${type} with ${
      words.filter((word) => !some.some((line) => line.includes(word))).join(", ") || words.join(", ")
    }\n${some.join("\n")}`,
  );
}

kernelTest("strace: links decode to the intended values", NEEDS, async () => {
  await inNamespace(({ name }) => {
    const lines = traced(
      name,
      `
      links.add({ ifname: "v0", mtu: 1400, address: "02:00:00:00:00:01", kind: "veth", data: { peer: { ifname: "v1" } } });
      links.add({ ifname: "br0", kind: "bridge", data: { stpState: 1, groupFwdMask: 8 } });
      links.add({ ifname: "vx0", kind: "vxlan", data: { id: 42, port: 4789, link: "v0", group: "239.1.1.1" } });
      links.set("v0", { up: true, master: "br0" });
      links.list({ master: "br0" });
      links.delete("vx0");`,
    );
    assertSent(
      lines,
      "RTM_NEWLINK",
      "NLM_F_REQUEST|NLM_F_ACK|NLM_F_ECHO|NLM_F_EXCL|NLM_F_CREATE",
      "IFLA_IFNAME",
      '"v0"',
      "IFLA_MTU",
      "1400",
      "IFLA_ADDRESS",
      "IFLA_LINKINFO",
      "IFLA_INFO_KIND",
      '"veth"',
      "IFLA_INFO_DATA",
    );
    assertSent(lines, "RTM_NEWLINK", '"bridge"', "IFLA_BR_STP_STATE", "IFLA_BR_GROUP_FWD_MASK");
    assertSent(lines, "RTM_NEWLINK", "IFF_UP", "IFLA_MASTER");
    assertSent(lines, "RTM_GETLINK", "NLM_F_DUMP", "IFLA_MASTER", "IFLA_EXT_MASK", "RTEXT_FILTER_VF");
    assertSent(lines, "RTM_DELLINK", 'if_nametoindex("vx0")');
  });
});

kernelTest("strace: addresses, routes, neighbours and rules decode to the intended values", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ipBatch([
      "link set lo up",
      "link add v0 type veth peer name v1",
      "link set v1 up",
      "link set v0 up",
    ]);
    const lines = traced(
      ns.name,
      `
      addresses.add({ dev: "v0", address: "192.0.2.1/24", label: "v0:one", broadcast: "192.0.2.255" });
      routes.add({ dst: "198.51.100.0/24", gateway: "192.0.2.2", metrics: { mtu: 1400 }, protocol: "static" });
      routes.add({ dst: "10.0.0.0/8", table: 1000, multipath: [{ gateway: "192.0.2.2", dev: "v0", weight: 3 }] });
      routes.delete({ dst: "198.51.100.0/24" });
      neighbours.add({ dev: "v0", dst: "192.0.2.9", lladdr: "02:00:00:00:00:09" });
      rules.add({ priority: 77, src: "192.0.2.0/24", iifname: "v0", fwmark: 7, table: 1000 });`,
    );
    assertSent(
      lines,
      "RTM_NEWADDR",
      "AF_INET",
      "ifa_prefixlen=24",
      "IFA_LOCAL",
      "IFA_ADDRESS",
      "192.0.2.1",
      '"v0:one"',
    );
    assertSent(lines, "RTM_NEWADDR", "IFA_BROADCAST", "192.0.2.255", "IFA_LABEL");
    assertSent(
      lines,
      "RTM_NEWROUTE",
      "RTA_DST",
      "198.51.100.0",
      "RTA_GATEWAY",
      "192.0.2.2",
      "RTPROT_STATIC",
      "RTN_UNICAST",
    );
    assertSent(lines, "RTM_NEWROUTE", "RTA_METRICS", "RTAX_MTU", "RT_TABLE_MAIN", "RT_SCOPE_UNIVERSE");
    assertSent(lines, "RTM_NEWROUTE", "RTA_MULTIPATH", "rtnh_hops", "RTA_TABLE");
    assertSent(lines, "RTM_DELROUTE", "198.51.100.0", "RT_SCOPE_NOWHERE");
    assertSent(lines, "RTM_NEWNEIGH", "NDA_DST", "192.0.2.9", "NDA_LLADDR", "NUD_PERMANENT");
    assertSent(
      lines,
      "RTM_NEWRULE",
      "FRA_SRC",
      "192.0.2.0",
      "FRA_PRIORITY",
      "FRA_FWMARK",
      "FRA_TABLE",
      "FR_ACT_TO_TBL",
    );
    assertStringIncludes(lines.join("\n"), "FRA_IIFNAME");
  });
});
