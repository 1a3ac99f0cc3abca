/** Dry runs: later messages about interfaces that earlier ones would make. */
import { assertEquals, assertThrows } from "@std/assert";
import { BatchError, type NetlinkError } from "../../../core/errors.ts";
import type { ShownMessage } from "../../../core/show.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { open, type RouteClient } from "../../../families/route/mod.ts";
import { test } from "../../test.ts";

const FIRST = 2_147_483_647;

function dry(): { route: RouteClient; shown: () => unknown[]; kernel: ScriptedKernel } {
  const kernel = new ScriptedKernel(), shown: ShownMessage[] = [];
  kernel.interfaces.set(5, "eth0");
  const route = open({ transport: () => kernel, dryRun: (message) => shown.push(message) });
  const fields = ({ value }: ShownMessage): unknown => {
    const { ifname, master, index, oif, ifindex } = value as Record<string, unknown>;
    return ifname ?? oif ?? ifindex ?? master ?? index;
  };
  return { route, shown: () => shown.map(fields), kernel };
}

test("dry run: an item of a batch may name an interface that an earlier one would make, and its peer", () => {
  const { route, shown, kernel } = dry();
  route.batch(({ addresses, links, neighbours, routes }) => {
    links.add({ ifname: "br0", kind: "bridge" });
    links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1" } } });
    links.set("eth0", { master: "br0" });
    addresses.add({ dev: "v0", address: "10.9.0.1/24" });
    routes.add({ dst: "10.0.0.0/8", dev: "v1" });
    neighbours.add({ dev: "eth0", dst: "10.9.0.7", lladdr: "02:00:00:00:00:01" });
  });
  const [, , third, ...rest] = shown();
  assertEquals(shown().slice(0, 2), ["br0", "v0"]);
  assertEquals([third === "eth0" || third === FIRST, ...rest], [true, FIRST - 1, FIRST - 2, 5]);
  assertEquals(kernel.sent, []);
});

test("dry run: so may a later call, and a renamed interface keeps its number", () => {
  const { route, shown } = dry();
  route.links.add({ ifname: "br0", kind: "bridge" });
  route.addresses.add({ dev: "br0", address: "10.9.0.1/24" });
  route.links.set(5, { ifname: "lan0" });
  route.addresses.add({ dev: "lan0", address: "10.9.0.1/24" });
  assertEquals(shown(), ["br0", FIRST, "lan0", 5]);
});

test("dry run: an interface that nothing would make, or only in another namespace, does not exist", () => {
  const { route } = dry();
  const address = "10.9.0.1/24";
  const error = assertThrows(() =>
    route.batch(({ addresses, links }) => {
      addresses.add({ dev: "br0", address });
      links.add({ ifname: "br0", kind: "bridge" });
      links.delete("typo");
      addresses.add({ dev: "typo", address });
      links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1", netNsPid: 1 } } });
      addresses.add({ dev: "v1", address });
      addresses.add({ dev: "v0", address });
    }), BatchError) as BatchError;
  assertEquals(error.failures.map(({ index }) => index), [0, 2, 3, 5]);
  assertEquals(error.failures.map(({ error }) => (error as NetlinkError).code), Array(4).fill("ENODEV"));
});

test("dry run: a key's kind gives the kind of data, and a pair's data are those of the link", () => {
  const { route, shown } = dry();
  const set = (key: object, changes: object): void => route.links.set(key, changes);
  assertThrows(
    () => set({ index: 5, kind: "bridge" }, { kind: "vlan", data: { id: 5 } }),
    TypeError,
    'Cannot set link 5: kind does not change: it is a bridge, got "vlan"',
  );
  assertThrows(() => set({ index: 5, kind: "bridge" }, { kind: "vlan" }), TypeError, "kind does not change");
  for (const key of [{ index: 5 }, { index: 5, kind: "bridge" }]) set(key, { kind: "bridge", data: { ageingTime: 5 } });
  assertEquals(shown(), [5, 5]);
  const netkit = { ifname: "n0", kind: "netkit" as const }, peerInfo = { ifname: "n1" };
  route.links.add({ ...netkit, data: { mode: "l2", peerInfo } });
  assertThrows(
    () => route.links.add({ ...netkit, data: { peerInfo: { ...peerInfo, kind: "netkit", data: { mode: "l2" } } } }),
    TypeError,
    "data.peerInfo.data: is given for the link and applies to both ends",
  );
  assertEquals(shown(), [5, 5, "n0"]);
});

test("dry run: the tree of a request has no type of hardware, which no request gives", () => {
  const { route, kernel } = dry(), trees: string[] = [];
  using shown = open({ transport: () => kernel, dryRun: (message) => trees.push(message.toString()) });
  shown.links.set("eth0", { up: true });
  assertEquals(/\btype\b/.test(trees[0]!), false, trees[0]);
  assertEquals(/index +5\b/.test(trees[0]!), true, trees[0]);
  route.close();
});
