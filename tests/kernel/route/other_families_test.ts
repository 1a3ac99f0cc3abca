/** Addresses and routes of Phonet and MCTP, and gateways of CAN: on kernels that have them, else their refusal. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import type { CanGateway, MctpAddress, MctpRoute, PhonetAddress, PhonetRoute } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { has, inNamespace, kernelTest, load, type Namespace, run, wire } from "../namespace.ts";
import { law } from "./law.ts";

/** True for the error of a kernel that does not have a family; it names the module. */
function refused(call: () => unknown, module: string): boolean {
  try {
    call();
    return false;
  } catch (error) {
    const { code = "", hint = "" } = error as KernelError;
    // A kernel that has gateways of CAN refuses an interface of another type.
    if (code === "ENODEV") return false;
    if (!/^(EOPNOTSUPP|EAFNOSUPPORT)$/.test(code)) throw error;
    assert(hint.includes(`modprobe ${module}`), hint);
    return true;
  }
}

/** Asserts that objects of IP are not among those of the other families, nor these among them. */
function expectApart({ route }: Namespace): void {
  const { addresses, routes, neighbours } = route;
  const families = [...addresses.list(), ...routes.list(), ...neighbours.list()].map(({ family }) => family);
  assert(families.length > 0 && families.every((family) => /^inet6?$/.test(String(family))), families.join());
}

kernelTest(
  "phonet: addresses and routes are added, listed, watched, deleted, and apart from those of IP",
  ["ip"],
  async () => {
    load("phonet");
    await inNamespace(async (ns) => {
      wire(ns);
      const { phonetAddresses, phonetRoutes } = ns.route;
      assertEquals([phonetAddresses.list(), phonetRoutes.list()], [[], []]);
      assertThrows(() => phonetAddresses.add({ dev: "v0", local: 6 }), RangeError, "local: expected a multiple of 4");
      assertThrows(() => phonetAddresses.add({ dev: "v0" }), TypeError, "local is missing");
      assertThrows(() => phonetRoutes.delete({ dst: 8 }), TypeError, "dev is missing");
      if (refused(() => phonetAddresses.add({ dev: "v0", local: 0x6c }), "phonet")) {
        expectApart(ns);
        return skip("this kernel has no Phonet");
      }
      await using events = ns.route.watch("phonet address", "phonet route");
      phonetAddresses.add({ dev: "v0", local: 0x10 });
      assertThrows(() => phonetAddresses.add({ dev: "v0", local: 0x10 }), KernelError, "EEXIST");
      phonetRoutes.add({ dst: 0x20, dev: "v0" });
      phonetRoutes.add({ dst: 0x24, dev: "v1" });
      expectApart(ns);
      await law<PhonetAddress>(phonetAddresses, { least: 2 });
      await law<PhonetRoute>(phonetRoutes, { least: 2 });
      assertEquals(phonetRoutes.list().map(({ dst, dev, type, table }) => [dst, dev, type, table]), [
        [0x20, "v0", "unicast", "main"],
        [0x24, "v1", "unicast", "main"],
      ]);
      assertEquals(phonetAddresses.delete({ dev: "v1", local: 0x10 }, { missing: "ok" }), false);
      assertEquals([phonetRoutes.flush({ dev: "v1" }), phonetAddresses.flush({ all: true })], [1, 2]);
      const seen: string[] = [];
      for await (const event of events) {
        if (event.event !== "new" && event.event !== "del") continue;
        const value = event.value as { local?: number; dst?: number };
        seen.push(`${event.event} ${event.object} ${value.local ?? value.dst}`);
        if (event.event === "del" && event.object === "phonet address" && value.local === 0x10) break;
      }
      assertEquals(seen.slice(0, 3), ["new phonet address 16", "new phonet route 32", "new phonet route 36"]);
    });
  },
);

kernelTest(
  "mctp: addresses, routes and neighbours are added, listed, deleted, and apart from those of IP",
  ["ip"],
  async () => {
    load("mctp");
    await inNamespace(async (ns) => {
      wire(ns);
      const { mctpAddresses, mctpRoutes, mctpNeighbours } = ns.route;
      assertEquals([mctpAddresses.list(), mctpRoutes.list(), mctpNeighbours.list()], [[], [], []]);
      assertThrows(() => mctpNeighbours.add({ dev: "v0", lladdr: "1d" }), TypeError, "dst is missing");
      if (refused(() => mctpAddresses.add({ dev: "lo", local: 8 }), "mctp")) {
        expectApart(ns);
        return skip("this kernel has no MCTP");
      }
      mctpAddresses.add({ dev: "lo", local: 9 });
      await law<MctpAddress>(mctpAddresses, { least: 2 });
      ns.ip("tuntap add t0 mode tun");
      ns.ip("link set t0 up");
      mctpRoutes.add({ dst: 16, dstLen: 3, dev: "t0", metrics: { mtu: 80 } });
      mctpRoutes.add({ dst: 32, dev: "t0" });
      expectApart(ns);
      await law<MctpRoute>(mctpRoutes, { least: 2, of: ({ type }) => type === "unicast" });
      assertEquals(mctpRoutes.list({ dev: "t0" }).map(({ dst, dstLen }) => [dst, dstLen]), [[16, 3], [32, 0]]);
      assertEquals(mctpRoutes.flush({ dev: "t0" }), 2);
    });
  },
);

/** Sends a frame on a CAN interface of a namespace: number 0x123, data 11 22 33 44. */
const SEND = `
import socket, struct, sys
s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
s.bind(("vcan0",)); s.send(struct.pack("=IB3x8s", 0x123, 4, bytes.fromhex("11223344")))
`;

kernelTest("can gateways forward frames, and are added, listed, changed and deleted", ["ip", "python3"], async () => {
  ["can-raw", "vcan", "can-gw"].forEach((module) => load(module));
  await inNamespace(async (ns) => {
    wire(ns);
    const { canGateways } = ns.route;
    assertEquals(canGateways.list(), []);
    assertThrows(() => canGateways.delete({ srcDev: "v0" }), TypeError, "dstDev is missing");
    if (refused(() => canGateways.add({ srcDev: "v0", dstDev: "v1" }), "can-gw")) {
      expectApart(ns);
      return skip("this kernel has no gateways of CAN");
    }
    for (const name of ["vcan0", "vcan1"]) ns.ip(`link add ${name} type vcan`);
    for (const name of ["vcan0", "vcan1"]) ns.ip(`link set ${name} up`);
    const place = { srcDev: "vcan0", dstDev: "vcan1" } as const, data = "ffff000000000000";
    canGateways.add({ ...place, filter: { canId: 0x123, canMask: 0x7ff }, limHops: 1, flags: ["can_echo"] });
    canGateways.add({ ...place, filter: { canId: 0x124, canMask: 0x7ff } });
    const change = { canId: 0x7f, len: 2, data, modtype: ["id", "len", "data"] } as const;
    canGateways.add({
      ...place,
      modUid: 7,
      modAnd: change,
      csXor: { fromIdx: 0, toIdx: 1, resultIdx: 1, initXorVal: 5 },
    });
    canGateways.add({
      srcDev: "vcan1",
      dstDev: "vcan0",
      modSet: change,
      csCrc8: {
        fromIdx: 0,
        toIdx: -2,
        resultIdx: -1,
        initCrcVal: 0xff,
        finalXorVal: 0xff,
        crctab: "5a".repeat(256),
        profile: "1u8",
        profileData: `c9${"00".repeat(19)}`,
      },
    });
    assertThrows(() => canGateways.add({ ...place, modUid: 7, modAnd: change }), KernelError, "a gateway has modUid 7");
    expectApart(ns);
    await law<CanGateway>(canGateways, { least: 4 });
    const handled = (): unknown => canGateways.list(place).map(({ handled = 0 }) => handled);
    if (has("/usr/bin/python3")) run("ip", ["netns", "exec", ns.name, "/usr/bin/python3", "-c", SEND]);
    assertEquals((handled() as number[]).toSorted(), [0, 1, 1]);
    canGateways.set({ modUid: 7, ...place }, { modAnd: { ...change, len: 1 } });
    assertEquals(canGateways.get({ modUid: 7, ...place }).modAnd?.len, 1);
    assertThrows(
      () => canGateways.set({ ...place, limHops: 1 }, { modAnd: change }),
      TypeError,
      "the kernel changes only gateways with modUid",
    );
    assertEquals(canGateways.delete({ ...place, modUid: 7 }), true);
    assertEquals(canGateways.flush({ ...place }), 2);
    assertEquals(canGateways.list().map(({ srcDev }) => srcDev), ["vcan1"]);
  });
});
