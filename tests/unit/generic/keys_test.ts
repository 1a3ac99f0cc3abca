/**
 * Keys of generic families: a key that names an interface twice must mean one, and fields that are not compared are not
 * ignored.
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Attributes, type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import "../../../core/dry_run.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import * as ethtool from "../../../families/generic/ethtool.ts";
import * as macsec from "../../../families/generic/macsec.ts";
import * as netdev from "../../../families/generic/netdev.ts";
import * as nl80211 from "../../../families/generic/nl80211.ts";
import * as smc from "../../../families/generic/smc_pnetid.ts";
import * as wireguard from "../../../families/generic/wireguard.ts";
import { test } from "../../test.ts";

const ID = 40;

function encoded(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

/**
 * A kernel with a family and the interfaces eth0 and eth1 as 3 and 4, which returns all of `told`, and records its
 * requests. The command of a reply is that of the request plus `more`.
 */
function kernelWith<T extends object>(
  familyName: string,
  table: Attributes<T>,
  told: readonly object[],
  sent: object[],
  more = 0,
): () => ScriptedKernel {
  return () => {
    const kernel = new ScriptedKernel(({ type, seq, flags, payload }) => {
      const done = new Uint8Array(20);
      if (type === 16) {
        const family = { familyId: ID, familyName };
        return [
          message(16, 0, seq, encoded(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
          message(2, 0, seq, done),
        ];
      }
      const dump = (flags & 0x300) === 0x300;
      if (!dump) sent.push(table.decode(new Reader(payload), 4, payload.length, {}));
      const codec = framed(payload[0]! + more, 1, table as Codec<unknown, never>);
      const all = told.map((one) => message(type, 2, seq, encoded(codec, one)));
      return [...all, dump ? message(3, 2, seq, new Uint8Array(4)) : message(2, 0, seq, done)];
    });
    kernel.interfaces.set(3, "eth0").set(4, "eth1");
    return kernel;
  };
}

/** Names and numbers of different interfaces: they match none. */
const TWO = [{ dev: "eth0", ifindex: 4 }, { dev: "eth1", ifindex: 3 }, { dev: "eth9", ifindex: 3 }] as const;

test("netdev: a key with the name and number of different devices matches none", () => {
  const sent: netdev.NetDevice[] = [];
  using client = netdev.open({ transport: kernelWith("netdev", netdev.NetDevice, [{ ifindex: 3 }], sent) });
  for (const key of TWO) {
    assertEquals(client.devices.find(key), undefined);
    const error = assertThrows(() => client.devices.get(key), KernelError, "are not of one interface");
    assertEquals(error.code, "ENODEV");
    assertThrows(() => client.queues.get({ ...key, type: "rx", id: 0 }), KernelError, "are not of one interface");
  }
  assertEquals(sent, []);
  assertEquals(client.devices.get({ dev: "eth0", ifindex: 3 }).dev, "eth0");
  assertEquals(sent, [{ ifindex: 3 }]);
});

test("netdev: a key with a number and a device matches an object that has both", () => {
  const napi = { ifindex: 3, id: 8 }, sentNapis: netdev.Napi[] = [];
  using client = netdev.open({ transport: kernelWith("netdev", netdev.Napi, [napi], sentNapis) });
  const { napis } = client, belongs = "it belongs to device eth0", changes = { deferHardIrqs: 7 };
  for (const key of [{ id: 8, ifindex: 4 }, { id: 8, dev: "eth1" }, { id: 8, ifindex: "eth1" as never }]) {
    assertEquals(napis.find(key), undefined);
    assertThrows(() => napis.get(key), KernelError, belongs);
    assertThrows(() => napis.set(key, changes), KernelError, `Cannot set NAPI instance 8 of ${key.dev ?? key.ifindex}`);
    assertThrows(() => client.batch(({ napis }) => napis.set(key, changes)), Error, belongs);
  }
  assertThrows(() => napis.get({ id: 8, dev: "eth0", ifindex: 4 }), KernelError, "are not of one interface");
  assertEquals(new Set(sentNapis.splice(0).map((one) => Object.keys(one).join())), new Set(["id"]));
  for (const key of [8, { id: 8 }, { id: 8, ifindex: 3 }, { id: 8, dev: "eth0" }, napis.list()[0]!]) {
    assertEquals(napis.get(key).dev, "eth0");
    napis.set(key, changes);
    assertEquals(sentNapis.splice(0).at(-1), { id: 8, ...changes });
  }

  const sentPools: netdev.PagePool[] = [];
  using pools = netdev.open({ transport: kernelWith("netdev", netdev.PagePool, [{ id: 5 }], sentPools) });
  assertThrows(() => pools.pagePools.get({ id: 5, dev: "eth0" }), KernelError, "it belongs to no device");
  assertEquals(pools.pagePools.get({ id: 5 }), pools.pagePools.get(5));
  assertEquals(sentPools.at(-1), { id: 5 });

  const stats = { info: { id: 5, ifindex: 3 } }, sentStats: netdev.PagePoolStats[] = [];
  using counted = netdev.open({ transport: kernelWith("netdev", netdev.PagePoolStats, [stats], sentStats) });
  assertThrows(() => counted.pagePoolStats.get({ info: { id: 5, ifindex: 4 } }), KernelError, "belongs to device 3");
  // The kernel refuses a device beside the number.
  assertEquals(counted.pagePoolStats.get(counted.pagePoolStats.list()[0]!), stats);
  assertEquals(sentStats.at(-1), { info: { id: 5 } });
});

test("macsec: a key names the interface by name or number", () => {
  const told = [{ ifindex: 3 }, { ifindex: 4 }], sent: macsec.MacsecDevice[] = [];
  using client = macsec.open({ transport: kernelWith("macsec", macsec.MacsecDevice, told, sent) });
  for (const key of TWO) {
    assertEquals(client.macsec.find(key), undefined);
    assertThrows(() => client.macsec.deleteTxSa(key, 1), KernelError, "are not of one interface");
  }
  assertEquals(sent, []);
  for (const key of [{ dev: "eth1" }, { ifindex: 4 }, { dev: "eth1", ifindex: 4 }]) {
    assertEquals(client.macsec.get(key).ifindex, 4);
    client.macsec.deleteTxSa(key, 1);
    assertEquals(sent.pop()?.ifindex, 4);
  }
});

test("nl80211: a key's name and number must belong to the same interface or radio", () => {
  {
    const sent: nl80211.WifiInterface[] = [];
    const transport = kernelWith("nl80211", nl80211.WifiInterface, [{ ifindex: 3, ifname: "eth0" }], sent, 2);
    using client = nl80211.open({ transport });
    for (const { dev: ifname, ifindex } of TWO) {
      assertEquals(client.interfaces.find({ ifname, ifindex }), undefined);
      assertThrows(() => client.interfaces.delete({ ifname, ifindex }), KernelError, "are not of one interface");
    }
    assertEquals(sent, []);
  }
  const sent: nl80211.Wiphy[] = [], told = [{ wiphy: 0, wiphyName: "a" }, { wiphy: 1, wiphyName: "b" }];
  using client = nl80211.open({ transport: kernelWith("nl80211", nl80211.Wiphy, told, sent, 2) });
  const key = { wiphy: 0, wiphyName: "b" };
  assertEquals(client.wiphys.find(key), undefined);
  assertThrows(() => client.wiphys.set(key, { wiphyRtsThreshold: 500 }), KernelError, "there is no such wiphy");
  assertEquals(sent, []);
  for (const key of [1, "b", { wiphy: 1 }, { wiphyName: "b" }, { wiphy: 1, wiphyName: "b" }]) {
    assertEquals(client.wiphys.get(key).wiphy, 1);
    client.wiphys.set(key, { wiphyRtsThreshold: 500 });
    assertEquals(sent.pop(), { wiphy: 1, wiphyRtsThreshold: 500 });
  }
});

test("wireguard: the name of an interface that is too long for the attribute is sent as its number", () => {
  const sent: wireguard.WgDevice[] = [], told = { ifindex: 4, ifname: "wg0" }, long = "a name that is an altname";
  const make = kernelWith("wireguard", wireguard.WgDevice, [told], sent);
  using client = wireguard.open({
    transport() {
      const kernel = make(), index = kernel.interfaceIndex.bind(kernel);
      kernel.interfaceIndex = (name) => name === long ? 4 : index(name);
      return kernel;
    },
  });
  assertEquals(client.wireguard.get(long).ifname, "wg0");
  client.wireguard.set(long, { listenPort: 7 });
  client.wireguard.set("eth0", { listenPort: 8 });
  assertEquals(sent, [{ ifindex: 4, listenPort: 7 }, { ifname: "eth0", listenPort: 8 }]);
  assertThrows(() => client.wireguard.get(`${long} not`), Error, `no interface is called "${long} not"`);
});

test("ethtool: calls of their own ignore no field of a key", () => {
  const sent: object[] = [], told = { devIndex: 3, devName: "eth0" };
  using client = ethtool.open({
    transport: kernelWith("ethtool", ethtool.CableTest as Attributes<object>, [told], sent),
  });
  const misspelt = { devname: "eth0" } as never, text = 'there is no field "devname", did you mean "devName"?';
  const verbs = [
    () => client.strings("features", misspelt),
    () => client.moduleEeprom(misspelt, { offset: 0, length: 1 }),
    () => client.flashModule(misspelt, "x"),
    () => client.testCable(misspelt),
    () => client.measureCable(misspelt),
    () => client.rings.get(misspelt),
    () => client.rings.getWith(misspelt, ["stats"]),
    () => client.features.switch(misspelt, {}),
  ];
  for (const verb of verbs) assertThrows(verb, TypeError, text);
  assertEquals(sent, []);
  // A listed object has its device, and the header's flags are sent.
  client.testCable({ devIndex: 3, devName: "eth0", rx: 5, headerFlags: ["omit_reply"] } as never);
  assertEquals(sent, [{ devIndex: 3, devName: "eth0", headerFlags: ["omit_reply"] }]);
});

test("smc_pnetid: a key with a device deletes no other device of its network", () => {
  const sent: object[] = [], none = { ibname: "n/a", ibport: 255 };
  const told = [
    { name: "NET1", ethname: "eth0", ...none },
    { name: "NET1", ethname: "eth1", ...none },
    { name: "NET2", ethname: "eth2", ...none },
  ];
  using client = smc.open({ transport: kernelWith("SMC_PNETID", smc.Pnetid, told, sent) });
  const { pnetids } = client, [first, , alone] = told as [smc.Pnetid, smc.Pnetid, smc.Pnetid];
  assertEquals(pnetids.get({ name: "NET1", ethname: "eth1" }), told[1]);
  assertEquals(pnetids.find({ name: "NET1", ethname: "eth2" }), undefined);
  assertEquals(pnetids.find({ name: "NET1", ethname: "eth0", ibname: "mlx5_0" }), undefined);
  for (const key of [first, { name: "NET1", ethname: "eth0" }, { ethname: "eth0" }]) {
    assertThrows(() => pnetids.delete(key), TypeError, 'the kernel would delete all of "NET1"');
    assertThrows(() => client.batch(({ pnetids }) => pnetids.delete(key)), TypeError, "the kernel would delete all of");
    assertThrows(() => pnetids.flush(key), TypeError, "the kernel would delete all of");
  }
  assertThrows(
    () => pnetids.delete({ name: "NET2", ethname: "eth0" }),
    KernelError,
    "there is no such physical network",
  );
  assertEquals(sent, []);
  for (const key of ["NET1", { name: "NET1" }, alone, { ethname: "eth2" }]) pnetids.delete(key);
  assertEquals(sent.splice(0), [{ name: "NET1" }, { name: "NET1" }, { name: "NET2" }, { name: "NET2" }]);
  assertEquals(pnetids.flush({ name: "NET1" }), 2);
  assertEquals(pnetids.flush({ all: true }), 3);
});

test("a generic family has no verb without a command: set, replace and append do not send that of add", () => {
  using client = smc.open({ dryRun: () => {} });
  const one = { name: "NET1", ethname: "eth0" };
  for (const verb of ["replace", "append"] as const) {
    const { message } = assertThrows(() => client.pnetids[verb](one as never), TypeError);
    assertStringIncludes(message, `Cannot ${verb} physical networks: SMC_PNETID has no such request`);
  }
  assertThrows(() => client.pnetids.set("NET1" as never, one as never), TypeError, "SMC_PNETID has no such request");
});
