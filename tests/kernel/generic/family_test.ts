/** Families by name: with a specification, with the kernel's policy alone, and compared with the library's modules. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { stringify } from "../../../core/show.ts";
import { families } from "../../../families/generic/controller.ts";
import { type Family, family, type FamilyEvent, type Spec } from "../../../families/generic/mod.ts";
import { open as openMptcp } from "../../../families/generic/mptcp_pm.ts";
import type { Fields } from "../../../families/generic/dynamic_table.ts";
import { readCapture } from "../../../families/registry.ts";
import { skip } from "../../test.ts";
import { detectDuplicates, inNamespace, kernelTest, run } from "../namespace.ts";
import { moduleTest } from "./lab.ts";
import { genericTest, hasFamily } from "./needs.ts";
import { NETDEV, NLCTRL, RT_ADDR, RT_LINK, RT_ROUTE, TC } from "./specs.ts";

kernelTest("family(): nlctrl with a specification equals the module", [], () => {
  using nlctrl = family("nlctrl", { spec: NLCTRL });
  const byName = (value: object): [string, unknown][] => Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  assertEquals(nlctrl.dump("getfamily").map(byName), families.list().map(byName));
  for (const { familyName } of families.list()) {
    assertEquals(byName(nlctrl.request("getfamily", { familyName })!), byName(families.get(familyName!)));
  }
  const policies = nlctrl.dump("get-policy", { familyName: "ethtool" });
  const wanted = families.policy("ethtool");
  assertEquals(policies.flatMap(({ policy }) => policy ?? []).length, wanted.policies.flat().length);
  assertEquals(
    policies.flatMap(({ opPolicy }) => opPolicy ?? []),
    wanted.operations.map(({ cmd, ...rest }) => ({ opId: cmd, ...rest })),
  );
});

kernelTest("family(): without a specification the kernel's policy gives the types of attributes", [], () => {
  using nlctrl = family("nlctrl");
  const [one] = [nlctrl.request(3, { 2: "ethtool" })!];
  assertEquals([one[1], one[2]], [families.get("ethtool").familyId, "ethtool"]);
  assertEquals(nlctrl.dump(3).map((one) => one[2]), families.list().map(({ familyName }) => familyName));
  assertThrows(
    () => nlctrl.request(3, { 1: 70000 }),
    RangeError,
    "Cannot request nlctrl 3: 1: expected 0..65535, got 70000",
  );
  assertThrows(() => nlctrl.request(3, { name: "x" }), TypeError, "attributes have numbers here");
  assertThrows(() => nlctrl.request("getfamily"), TypeError, "without a specification operations have numbers");
  assertStringIncludes(nlctrl.describe(), "nlctrl: generic netlink family 16, version 2");
  assertStringIncludes(nlctrl.describe(), "    request takes\n      1 u16 0..65535\n      2 nul_string ..15 bytes");
});

genericTest(
  "mptcp_pm",
  "family(): by the kernel's policy alone the values are those of the module",
  ["ip"],
  () =>
    inNamespace(({ name }) => {
      using typed = openMptcp({ netns: name });
      using bare = family("mptcp_pm", { netns: name });
      typed.setLimits({ rcvAddAddrs: 3, subflows: 2 });
      assertEquals(bare.request(6), { 2: 3, 3: 2 });
      bare.request(5, { 2: 1, 3: 4 });
      assertEquals(typed.limits(), { rcvAddAddrs: 1, subflows: 4 });
      // Newer kernels leave attributes in network order out of their policy, so they are bytes. Older ones call them
      // u32.
      const add = (addr4: unknown): unknown => bare.request(1, { 1: { 1: 2, 2: 9, 3: addr4, 6: 4 } });
      try {
        add("c0000202");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        add(0x020200c0);
      }
      assertEquals(typed.endpoints.get(9), { family: "inet", id: 9, addr4: "192.0.2.2", flags: ["backup"] });
      const [endpoint] = bare.dump(3).map((one) => one[1] as Record<number, unknown>);
      assertEquals([endpoint![1], endpoint![2], endpoint![6]], [2, 9, 4]);
    }),
);

kernelTest("family(): the error for a missing family names the module that may provide it", [], () => {
  if (hasFamily("nbd")) skip("this kernel has nbd");
  using nbd = family("nbd");
  assertStringIncludes(nbd.describe(), "connect (1)");
  const error = assertThrows(() => nbd.request("connect", { index: 1 }), KernelError);
  assertEquals(error.code, "ENOENT");
  assertStringIncludes(error.message, "modprobe nbd, CONFIG_BLK_DEV_NBD");
});

kernelTest(
  "family(): a protocol of its own works by its specification",
  ["ip"],
  () =>
    inNamespace(async ({ name, ipJson }) => {
      using link = family("rt-link", { spec: RT_LINK, netns: name });
      await using events = link.watch(["rtnlgrp-link"]);
      link.request("newlink", {
        ifname: "br0",
        mtu: 1400,
        flags: ["up"],
        change: 1,
        linkinfo: { kind: "bridge", data: { ageingTime: 12300 } },
      }, { flags: ["create", "excl"] });
      const [bridge] = ipJson("link show br0") as [
        { mtu: number; flags: string[]; linkinfo: { info_data: { ageing_time: number } } },
      ];
      assertEquals([bridge.mtu, bridge.linkinfo.info_data.ageing_time, bridge.flags.includes("UP")], [
        1400,
        12300,
        true,
      ]);
      const found = link.request("getlink", { ifname: "br0" })!;
      assertEquals([found.mtu, stringify(found.linkinfo)], [
        1400,
        stringify({ kind: "bridge", data: { ageingTime: 12300 } }),
      ]);
      // Modules of tunnels add a link to every namespace.
      const names = link.dump("getlink").map(({ ifname }) => ifname).sort();
      assertEquals(names.filter((name) => name === "br0" || name === "lo"), ["br0", "lo"]);
      const { value: told } = await events.next();
      assertEquals([told?.event, (told as { value: { ifname: string } }).value.ifname], ["newlink-ntf", "br0"]);
      const again = assertThrows(
        () => link.request("newlink", { ifname: "br0", linkinfo: { kind: "bridge" } }, { flags: ["create", "excl"] }),
        KernelError,
      );
      assertEquals(again.code, "EEXIST");
      link.request("dellink", { ifname: "br0" });
      const odd = assertThrows(
        () => link.request("newlink", { ifname: "x", mtu: 1, linkinfo: { kind: "bridge" } }, { flags: ["create"] }),
        KernelError,
      );
      assertStringIncludes(odd.message, "mtu less than device minimum");
    }),
);

genericTest(
  "netdev",
  "family(): events have the names of the specification",
  ["ip"],
  () =>
    inNamespace(async ({ name, ip }) => {
      using netdev = family("netdev", { spec: NETDEV, netns: name });
      await using events = netdev.watch();
      ip("link add v0 type veth peer name v1");
      const { value: told } = await events.next();
      assertEquals(told?.event, "dev-add-ntf");
      const { value } = told as { value: Readonly<Record<string, unknown>> };
      const now = netdev.request("dev-get", { ifindex: value.ifindex })!;
      // Its features are set after the event that reports the device.
      assertEquals(Object.keys(now).filter((key) => key in value), Object.keys(value));
      assert((now.xdpFeatures as string[]).includes("basic"), String(now.xdpFeatures));
    }),
);

/**
 * Returns the events of a watch for the changes of `change` that `wanted` selects, and the kernel's object for each.
 */
async function told(
  it: Family,
  change: () => void,
  wanted: (value: Fields) => boolean,
  count: number,
): Promise<string[]> {
  await using events = it.watch();
  change();
  const words: string[] = [];
  while (words.length < count) {
    const { value: one } = await events.next();
    const { event, value } = one as { event: string; value: Fields };
    if (event === "overrun" || wanted(value)) words.push(event);
  }
  return words;
}

kernelTest(
  "family(): events of protocols of their own have the kernel's names",
  ["ip", "tc"],
  () =>
    inNamespace(async ({ name, ip }) => {
      const by = (spec: Spec): Family => family(spec.name, { spec, netns: name });
      // Otherwise, an address is reported again when it may be used.
      detectDuplicates(name, true);
      ip("link add v0 type veth peer name v1");
      ip("link set v0 up");
      using link = by(RT_LINK), addr = by(RT_ADDR), tc = by(TC);
      const addresses = await told(
        addr,
        () => {
          for (const verb of ["add", "del"]) {
            for (const address of ["192.0.2.1/24", "2001:db8::1/64"]) ip(`address ${verb} ${address} dev v0`);
          }
        },
        ({ address }) => address === "192.0.2.1" || address === "2001:db8::1",
        4,
      );
      assertEquals(addresses, ["newaddr", "newaddr", "deladdr", "deladdr"]);
      const qdisc = (words: string): unknown => run("tc", ["-n", name, "qdisc", ...words.split(" ")]);
      const qdiscs = await told(
        tc,
        () => {
          qdisc("add dev v0 root handle 7: pfifo limit 5");
          qdisc("del dev v0 root");
        },
        ({ kind }) => kind === "pfifo",
        2,
      );
      assertEquals(qdiscs, ["newqdisc", "delqdisc"]);
      const links = await told(
        link,
        () => {
          ip("link add d0 type bridge");
          ip("link del d0");
        },
        ({ ifname, change }) => ifname === "d0" && change === 0xffffffff,
        2,
      );
      assertEquals(links.map((word) => word.replace("-ntf", "")), ["newlink", "dellink"]);
    }),
);

kernelTest(
  "family(): addresses that a specification calls IPv4 may be IPv6, in both directions",
  ["ip"],
  () =>
    inNamespace(({ name, ip, ipJson }) => {
      ip("link add v0 type veth peer name v1");
      for (const dev of ["v0", "v1"]) ip(`link set ${dev} up`);
      ip("address add 192.0.2.1/24 dev v0");
      ip("address add 2001:db8::1/64 dev v0 nodad");
      using routes = family("rt-route", { spec: RT_ROUTE, netns: name });
      const { ifindex } = ipJson("link show v0")[0] as { ifindex: number };
      const head = { rtmTable: 254, rtmProtocol: 4, rtmType: 1, oif: ifindex };
      for (
        const [rtmFamily, rtmDstLen, dst, gateway] of [
          [2, 24, "198.51.100.0", "192.0.2.7"],
          [10, 48, "2001:db8:7::", "2001:db8::7"],
        ]
      ) {
        const shown = (): unknown[] =>
          ipJson(`${rtmFamily === 2 ? "-4" : "-6"} route show ${dst}/${rtmDstLen}`).map((
            { dst, gateway },
          ) => [dst, gateway]);
        routes.request("newroute", { ...head, rtmFamily, rtmDstLen, dst, gateway }, { flags: ["create", "excl"] });
        assertEquals(shown(), [[`${dst}/${rtmDstLen}`, gateway]]);
        const found = routes.dump("getroute").filter((one) => one.dst === dst && one.rtmFamily === rtmFamily);
        assertEquals(found.map((one) => one.gateway), [gateway]);
        const whole = { rtmFamily, rtmDstLen: rtmFamily === 2 ? 32 : 128, dst: gateway };
        assertEquals(routes.request("getroute", whole)!.dst, gateway);
        routes.request("delroute", found[0]);
        assertEquals(shown(), []);
      }
    }),
);

kernelTest("family(): watching a family without groups fails at once", [], () => {
  for (const { familyName, mcastGroups } of families.list()) {
    using it = family(familyName!);
    if (mcastGroups === undefined) {
      assertThrows(() => it.watch(), TypeError, `Cannot watch ${familyName}: it has no groups`);
    } else void it.watch().return!();
  }
});

moduleTest(
  "ovs_datapath",
  ["openvswitch"],
  "family(): the header that messages of Open vSwitch have is sent, read, and told, without a specification",
  ["ip"],
  () =>
    inNamespace(async ({ name, ipJson }) => {
      const pieces: Uint8Array[] = [], capture = (bytes: Uint8Array): void => void pieces.push(bytes);
      const datapaths = family("ovs_datapath", { netns: name, capture });
      const events = datapaths.watch();
      // OVS_DP_CMD_NEW: OVS_DP_ATTR_NAME, OVS_DP_ATTR_UPCALL_PID.
      datapaths.request(1, { 1: "dp0", 2: 0 });
      const { ifindex } = ipJson("link show dp0")[0] as { ifindex: number };
      const header = new Uint8Array(Uint32Array.of(ifindex).buffer),
        text = (bytes: unknown): string => stringify(bytes);
      const [found] = datapaths.dump(3);
      assertEquals([text(found!.header), found![1]], [text(header), "dp0"]);
      assertEquals(datapaths.request(3, { header })![1], "dp0");
      assertEquals(datapaths.request(3, { 1: "dp0" })!.header, found!.header);
      const { value: told } = await events.next() as { value: FamilyEvent };
      assertEquals([told.event, text(told.value.header)], ["1", text(header)]);
      datapaths.request(2, { header });
      assertEquals(datapaths.dump(3), []);
      await events.return!();
      datapaths.close();
      const seen = [...readCapture(new Uint8Array(pieces.flatMap((piece) => [...piece])))];
      const ours = seen.filter(({ type }) => type === "ovs_datapath").map(({ value }) => value as Fields);
      assert(ours.length >= 8 && ours.every((one) => one.header instanceof Uint8Array), text(ours));
      assertEquals([...new Set(ours.map((one) => text(one.header)))].sort(), ['"00000000"', text(header)].sort());
      assertStringIncludes(family("ovs_datapath", { netns: name }).describe(), "messages begin with header, 4 bytes");
    }),
);
