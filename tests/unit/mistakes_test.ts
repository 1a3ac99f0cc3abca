/** Typical mistakes of a script's author must not compile, and correct scripts must; `tsc` and `deno check` decide. */
import { assertEquals } from "@std/assert";
import * as netns from "../../core/netns.ts";
import { algorithms } from "../../families/crypto.ts";
import { type NetDevice, open as openNetdev } from "../../families/generic/netdev.ts";
import { open as openNl80211 } from "../../families/generic/nl80211.ts";
import { pnetids } from "../../families/generic/smc_pnetid.ts";
import { metrics } from "../../families/generic/tcp_metrics.ts";
import { wireguard } from "../../families/generic/wireguard.ts";
import { open as openNft } from "../../families/netfilter/nftables/mod.ts";
import {
  addresses,
  batch,
  type Ifindex,
  type Link,
  links,
  neighbours,
  open,
  routes,
  rules,
  watch,
} from "../../families/route/mod.ts";
import { tcp } from "../../families/sock_diag/mod.ts";
import { uevents } from "../../families/uevent.ts";
import { test } from "../test.ts";

/** Never called, only compiled. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error a misspelt field
  links.add({ ifnam: "v0", kind: "dummy" });
  // @ts-expect-error a misspelt field of the kind
  links.add({ ifname: "v0", kind: "vlan", link: "eth0", data: { idd: 5 } });
  // @ts-expect-error a field of the other end of a pair
  links.add({ ifname: "v0", kind: "veth", data: { peer: { ifnam: "v1" } } });
  // @ts-expect-error data of another kind
  links.add({ ifname: "v0", kind: "vlan", link: "eth0", data: { vlanFiltering: 1 } });
  // @ts-expect-error data of a kind that has none
  links.add({ ifname: "v0", kind: "dummy", data: { id: 5 } });
  // @ts-expect-error a misspelt kind
  links.add({ ifname: "v0", kind: "brigde" });
  // @ts-expect-error text for a number
  links.set("v0", { mtu: "1400" });
  // @ts-expect-error a name for a number that is no interface's
  links.set("v0", { group: "eth0" });
  // @ts-expect-error null for what cannot be cleared
  links.set("v0", { mtu: null });
  // @ts-expect-error a wrong flag
  links.set("v0", { flags: { flags: ["upp"], mask: ["upp"] } });
  // @ts-expect-error the kernel gives no address back
  addresses.add({ dev: "eth0", address: "10.9.0.1/24" }).address;
  // @ts-expect-error nor a route
  routes.replace({ dst: "10.0.0.0/8", dev: "eth0" }).dst;
  // @ts-expect-error nor an algorithm
  algorithms.add({ driverName: "cbc(aes-generic)" }).name;
  // @ts-expect-error a batch has done nothing yet
  batch((b) => b.links.add({ ifname: "v0", kind: "dummy" }).index);
  // @ts-expect-error nor has it for a rule
  batch((b) => b.rules.add({ table: 100 }).priority);
  // @ts-expect-error an object made in another namespace has its number there
  links.add({ ifname: "v0", kind: "dummy", netns: "blue" }).index;
  // @ts-expect-error a field for input only
  links.list().filter((l) => l.up);
  // @ts-expect-error a wrong word of a mask
  neighbours.list({ state: ["reachabel"] });
  // @ts-expect-error a wrong word
  routes.list({ type: "blackhol" });
  // @ts-expect-error a field that routes do not have
  routes.add({ to: "10.0.0.0/8", via: "10.9.0.2" });
  // @ts-expect-error a field of one path among several
  routes.add({ dst: "10.0.0.0/8", multipath: [{ gatewy: "10.9.0.2" }] });
  // @ts-expect-error a misspelt option
  open({ namespace: "blue" });
  // @ts-expect-error a misspelt option of a verb
  routes.lookup("192.0.2.1", { from: "10.9.0.1" });
  // @ts-expect-error a misspelt option of a wait
  await links.waitFor("eth0", (l) => l.operstate === "up", { timeot: 10 });
  // @ts-expect-error a kind of object that does not exist
  watch("links");
  // @ts-expect-error a misspelt option of a watch
  watch("link", { inital: true });
  // @ts-expect-error a test that is no function
  await links.waitFor("eth0", "up");
  // @ts-expect-error an async condition of events
  await uevents.waitFor({}, async (e) => await Promise.resolve(e.ifindex === 3));
  // @ts-expect-error an async condition
  await links.waitFor("eth0", async (l) => await Promise.resolve(l.operstate === "up"));
  // @ts-expect-error a wrong word for an option of adding
  links.add({ ifname: "v0", kind: "dummy" }, { exists: true });
  // @ts-expect-error a misspelt option of deleting
  links.delete("v0", { mising: "ok" });
  // @ts-expect-error without `initial` and `resync` there is no such event
  for await (const e of links.watch()) if (e.event === "synced") break;
  // @ts-expect-error a filter is needed
  rules.flush();
  // @ts-expect-error a wrong state
  tcp.list({ state: "listening" });
  // @ts-expect-error a key that tells no socket
  tcp.destroy({});
  // @ts-expect-error an address alone, which many sockets have
  tcp.get({ dst: "192.0.2.7" });
  // @ts-expect-error the kernel cannot change a rule
  rules.set({ priority: 5 }, { table: 100 });
  // @ts-expect-error nor replace one in a batch
  batch((b) => b.rules.replace({ priority: 5, table: 100 }));
  // @ts-expect-error TCP itself adds metrics
  metrics.add({ addrIpv4: "192.0.2.1" });
  // @ts-expect-error the kernel cannot change a physical network
  pnetids.set("net1", { ethName: "eth0" });
  // @ts-expect-error nor what a device can do
  openNetdev().devices.set("eth0", {});
  // @ts-expect-error links do not have this field of a request
  links.list({ up: true });
  // @ts-expect-error a batch that asks after it has ended
  batch(async (b) => {
    await Promise.resolve();
    b.links.delete("v0");
  });
  using client = open(), nft = openNft();
  // @ts-expect-error nor in another namespace
  client.batch(async (b) => await Promise.resolve(b.links.delete("v0")));
  // @ts-expect-error nor in a transaction
  nft.batch((b) => Promise.resolve(b.tables.delete({ family: "inet", name: "guard" })));
  // @ts-expect-error nor for a generic family
  openNetdev().batch(async () => {});
  // @ts-expect-error a function that leaves the namespace before it ends
  await netns.run("blue", async () => await Promise.resolve(links.list()));
  // @ts-expect-error a misspelt field of a peer
  wireguard.set("wg0", { peers: [{ publickey: "" }] });
}

/** Never called, only compiled. */
export async function scripts(): Promise<void> {
  for (const link of links.list()) console.log(link.ifname, link.operstate, link.address, link.stats64?.rxBytes);
  const { dev, gateway, prefsrc } = routes.lookup("192.0.2.1");
  console.log(dev, gateway, prefsrc, addresses.list({ dev: "eth0", family: "inet" }).map((a) => a.local));
  console.log(neighbours.list({ dev: "br0" }).filter((n) => n.state.includes("reachable")));
  for (const s of tcp.list({ dstPort: 443, info: true }).filter((s) => s.info!.rtt! > 200_000)) tcp.destroy(s);
  // A number for a bigint, and a received bigint.
  tcp.list({ cookie: 5 });
  links.add({ ifname: "v0", kind: "veth", up: true, data: { peer: { ifname: "v1", netns: "blue" } } });
  addresses.add({ dev: "v0", address: "10.9.0.1/24" });
  using blue = open({ netns: "blue" });
  blue.links.set("v1", { up: true });
  links.add({ ifname: "br0", kind: "bridge", up: true, data: { vlanFiltering: 1 } });
  links.set("v2", { master: "br0" });
  links.set("v2", { master: null });
  links.set("v2", { master: 7 });
  links.add({ ifname: "vx7", kind: "vxlan", data: { id: 7, group: "239.1.1.7", link: "eth0", port: 4789 } });
  routes.add({
    dst: "203.0.113.0/24",
    multipath: [{ gateway: "10.9.0.2", oif: "v0" }, { gateway: "10.9.0.3", oif: 3 }],
  });
  routes.replace({ dst: "default", gateway: "10.9.0.2", metrics: { mtu: 1400 } });
  for (const route of routes.list({ table: 100 })) routes.delete(route);
  // Every link has these fields.
  const { index: own, ifname, flags, mtu, operstate }: Link = links.get("eth0");
  console.log(own + mtu, ifname.length, operstate, flags.includes("up"));
  await links.waitFor("eth0", (l) => l.flags.includes("up"));
  const away: undefined = await links.waitFor("eth0", "gone", { timeout: 5 });
  await neighbours.waitFor({ dev: "eth0", dst: "10.9.0.2" }, "gone");
  await uevents.waitFor({ subsystem: "net" }, ({ ifindex }) => ifindex === 3, { timeout: 5 });
  console.log(away);
  // A condition may return anything.
  await links.waitFor("eth0", (l) => l.propList?.altIfname?.find((name) => name === "uplink"));
  // Events narrow by their object.
  for await (const e of watch("link", "address")) {
    if (e.object === "link") console.log(e.value.mtu, e.value.ifname);
    else if (e.object === "address") console.log(e.value.local, e.nsid);
  }
  for await (const e of links.watch()) console.log(e.value?.mtu);
  for await (const e of links.watch({ initial: true })) console.log(e.event === "synced" ? e.event : e.value?.mtu);
  links.list({ extMask: ["vf"] });
  addresses.add({ dev: "v0", address: "10.9.0.1/24", scope: "global" });
  const { batch: sent, close } = open();
  sent((b) => b.links.set("v0", { up: true }));
  close();
  const fresh: boolean = netns.add("blue", { exists: "ok" }), left: boolean = netns.delete("blue", { missing: "ok" });
  console.log(fresh, left);
  const news: boolean = addresses.add({ dev: "v0", address: "10.9.0.1/24" }, { exists: "ok" });
  const gone: boolean = routes.delete({ dst: "default" }, { missing: "ok" });
  const v0: Link = links.add({ ifname: "v0", kind: "dummy" }, { exists: "ok" }) || links.get("v0");
  console.log(news, gone, v0.index);
  // Received objects are accepted as input.
  for (const link of links.list()) links.add(link);
  const { index }: Link = links.add({ kind: "dummy" }), made = links.add({ kind: "dummy", netns: "blue" })?.index;
  const priority: number | undefined = rules.add({ src: "10.9.0.0/24", table: 100 }).priority;
  const number: number | undefined = index, back: Ifindex | undefined = made;
  console.log(number, back, priority);
  batch((b) => b.routes.add({ dst: "10.0.0.0/8", type: "blackhole" }));
  // A callback may return anything else.
  batch((b) => ["10.0.0.0/8", "10.1.0.0/16"].map((dst) => b.routes.add({ dst, type: "blackhole" })));
  const there: Link[] = netns.run("blue", () => links.list());
  console.log(there.length);
  using devices = openNetdev(), radios = openNl80211();
  const device: NetDevice = devices.devices.get("eth0"), queues = devices.queues.list({ ifindex: "eth0" });
  console.log(device.ifindex, queues, radios.interfaces.add({ wiphy: 0, ifname: "mon0", iftype: "monitor" }).ifindex);
  await links.waitFor("eth0", (l) => l.operstate === "up", { timeout: 10_000 });
}

test("types: typical mistakes do not compile, correct scripts do", () => {
  assertEquals([typeof mistakes, typeof scripts], ["function", "function"]);
});
