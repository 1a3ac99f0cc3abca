/** netdev, compared with other interfaces of the kernel. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { families } from "../../../families/generic/controller.ts";
import { family } from "../../../families/generic/mod.ts";
import { type Napi, open } from "../../../families/generic/netdev.ts";
import { inNamespace, run } from "../namespace.ts";
import { skip } from "../../test.ts";
import { genericTest, hasFamily } from "./needs.ts";
import { NETDEV } from "./specs.ts";

/** Returns true if the kernel's netdev has a command. */
function has(cmd: number): boolean {
  return hasFamily("netdev") && families.get("netdev").ops!.some(({ id }) => id === cmd);
}

genericTest(
  "netdev",
  "netdev: devices have names and features, also by specification and by policy",
  ["ip"],
  () =>
    inNamespace(({ name, ip, ipJson }) => {
      using client = open({ netns: name });
      ip("link add v0 type veth peer name v1");
      const devices = client.devices.list(), links = ipJson("link") as { ifindex: number; ifname: string }[];
      assertEquals(
        devices.map(({ ifindex, dev }) => [ifindex, dev]),
        links.map(({ ifindex, ifname }) => [ifindex, ifname]),
      );
      const v0 = client.devices.get("v0");
      assert(v0.xdpFeatures!.includes("basic") && v0.xdpFeatures!.includes("redirect"));
      assertEquals(client.devices.get(v0), v0);
      assertEquals(client.devices.find(4711), undefined);
      using described = family("netdev", { spec: NETDEV, netns: name });
      const named = ({ dev: _dev, ...rest }: object & { dev?: string }): object => rest;
      assertEquals(described.dump("dev-get"), devices.map((one) => ({ ...named(one) })));
      using bare = family("netdev", { netns: name });
      const byNumber = bare.request(1, { 1: v0.ifindex })!;
      assertEquals(byNumber[1], v0.ifindex);
      assertEquals(new DataView((byNumber[3] as Uint8Array).slice().buffer).getBigUint64(0, true) & 3n, 3n);
    }),
);

genericTest(
  "netdev",
  "netdev: devices that come, change and go are told, with their names while they have one",
  ["ip"],
  () =>
    inNamespace(async ({ name, ip }) => {
      using client = open({ netns: name });
      await using events = client.devices.watch({ initial: true });
      const told: string[] = [], names = new Map<number, string>();
      for await (const event of events) {
        if (event.event === "synced") ip("link add v0 type veth peer name v1");
        if (event.event === "new") names.set(event.value.ifindex!, event.value.dev!);
        if (event.event === "new" || event.event === "del") {
          told.push(`${event.event} ${names.get(event.value.ifindex!)}`);
        }
        if (told.includes("new v0") && told.includes("new v1") && !told.includes("asked")) {
          told.push("asked");
          ip("link del v0");
        }
        if (told.includes("del v0") && told.includes("del v1")) break;
      }
      assertEquals(told[0], "new lo");
    }),
);

genericTest(
  "netdev",
  "netdev: queues of a device that is up",
  has(10) ? ["ip"] : ["a kernel whose netdev has queues"],
  () =>
    inNamespace(({ name, ip, ipJson }) => {
      using client = open({ netns: name });
      ip("link add v0 numrxqueues 2 numtxqueues 3 type veth peer name v1");
      ip("link set v0 up");
      ip("link set v1 up");
      const queues = client.queues.list({ ifindex: "v0" });
      const [link] = ipJson("link show v0") as [{ num_tx_queues: number; num_rx_queues: number }];
      assertEquals(
        ["rx", "tx"].map((type) => queues.filter((queue) => queue.type === type).length),
        [link.num_rx_queues, link.num_tx_queues],
      );
      for (const queue of queues) assertEquals(client.queues.get(queue), queue);
      assert(queues.every(({ dev }) => dev === "v0"));
      assertEquals(client.queues.list().length >= queues.length, true);
    }),
);

/** The NAPI instance of a veth v0 that this makes: a veth has one while it merges packets (GRO). */
function napiOf(client: ReturnType<typeof open>, name: string, ip: (line: string) => unknown): Napi {
  ip("link add v0 type veth peer name v1");
  run("ip", ["netns", "exec", name, "ethtool", "-K", "v0", "gro", "on"]);
  ip("link set v0 up");
  ip("link set v1 up");
  return client.napis.list({ ifindex: "v0" })[0] ?? skip("a kernel whose veths have NAPI instances");
}

genericTest(
  "netdev",
  "netdev: NAPI instances are changed",
  has(14) ? ["ip", "ethtool"] : ["a kernel whose netdev sets NAPI"],
  () =>
    inNamespace(({ name, ip }) => {
      using client = open({ netns: name });
      const napi = napiOf(client, name, ip);
      client.napis.set(napi, { deferHardIrqs: 7, groFlushTimeout: 20_000 });
      assertEquals(client.napis.get(napi.id!), { ...napi, deferHardIrqs: 7, groFlushTimeout: 20_000 });
    }),
);

genericTest(
  "netdev",
  "netdev: a NAPI instance is found by its number, and by its device beside it",
  has(14) ? ["ip", "ethtool"] : ["a kernel whose netdev sets NAPI"],
  () =>
    inNamespace(({ name, ip }) => {
      using client = open({ netns: name });
      const napi = napiOf(client, name, ip), { id, dev, ifindex } = napi;
      assertEquals(dev, "v0");
      const other = client.devices.get("v1").ifindex!;
      assertEquals(client.napis.get({ id, dev, ifindex }), napi);
      assertEquals(client.napis.find({ id, dev: "v1" }), undefined);
      assertThrows(() => client.napis.set({ id, ifindex: other }, { deferHardIrqs: 3 }), KernelError, "device v0");
      assertEquals(client.napis.get(id!), napi);
      client.napis.set(napi, { deferHardIrqs: 3 });
      assertEquals(client.napis.get(id!), { ...napi, deferHardIrqs: 3 });
    }),
);

genericTest(
  "netdev",
  "netdev: statistics of queues add up to those of the device",
  has(12) ? [] : ["a kernel with qstats"],
  () => {
    using client = open();
    const devices = client.qstats.list();
    if (devices.length === 0) skip("a device whose driver counts by queue");
    for (const device of devices) {
      const queues = client.qstats.list({ ifindex: device.ifindex!, scope: ["queue"] });
      const sum = queues.reduce((all, { rxPackets = 0 }) => all + rxPackets, 0);
      assert(queues.length > 0 && sum >= device.rxPackets!, `${sum} ${device.rxPackets}`);
      assertEquals(new Set(queues.map(({ dev }) => dev)), new Set([device.dev]));
    }
  },
);
