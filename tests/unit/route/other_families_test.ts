/** Phonet, MCTP and gateways of CAN: bytes of their messages; what is refused before the kernel sees it. */
import { assertEquals, assertThrows } from "@std/assert";
import { type Codec, Reader, toHex, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { open } from "../../../families/route/mod.ts";
import { CanGateway, MctpNeighbour, MctpRoute, PhonetRoute } from "../../../families/route/tables.ts";
import { test } from "../../test.ts";
import { hex } from "../families/golden.ts";

/** Encodes a message, decodes it again, and compares both with what is expected. */
function bothWays<T>(codec: Codec<T, never>, value: object, bytes: string): void {
  const to = new Writer();
  codec.encode(value as never, to, {});
  assertEquals(toHex(to.bytes, 0, to.length), bytes.replace(/ /g, ""));
  const back = codec.decode(new Reader(hex(bytes.replace(/ /g, ""))), 0, to.length, {});
  assertEquals({ ...back as object, ...value }, back as object);
}

test("messages of Phonet, MCTP and CAN gateways have the bytes of the kernel's structs, both ways", () => {
  bothWays(
    PhonetRoute,
    { family: "phonet", table: "main", type: "unicast", dst: 0x20, oif: 3 },
    "23000000 fe000001 00000000 0500 0100 20000000 0800 0400 03000000",
  );
  bothWays(
    MctpRoute,
    { family: "mctp", dstLen: 3, type: "unicast", dst: 16, gateway: { net: 1, eid: 9 }, metrics: { mtu: 80 } },
    "2d030000 00000001 00000000 0500 0100 10000000 0c00 0500 01000000 09000000 0c00 0880 0800 0200 50000000",
  );
  bothWays(
    MctpNeighbour,
    { family: "mctp", ifindex: 4, dst: 8, lladdr: "1d" },
    "2d000000 04000000 00000000 0500 0100 08000000 0500 0200 1d000000",
  );
  const change = { canId: 0x123, len: 2, data: "1122000000000000", modtype: ["id", "data"] };
  bothWays(
    CanGateway,
    {
      family: "can",
      gwtype: "can_can",
      flags: ["can_echo"],
      srcIf: 3,
      dstIf: 4,
      limHops: 2,
      modUid: 7,
      modAnd: change,
    },
    "1d010100 0800 0900 03000000 0800 0a00 04000000 0500 0d00 02000000 0800 0e00 07000000 " +
      "1500 0100 23010000 02000000 1122000000000000 05000000",
  );
});

test("requests that the kernel would take for others are refused, and one by modUid adds nothing to another", () => {
  const gateway = new Writer();
  CanGateway.encode({ family: "can", gwtype: "can_can", flags: [], srcIf: 3, dstIf: 4, modUid: 7 }, gateway, {});
  const MULTI = 2, NEWROUTE = 24, GETROUTE = 26, DONE = 3;
  const kernel = new ScriptedKernel(({ type, seq }) =>
    type !== GETROUTE ? [] : [
      message(NEWROUTE, MULTI, seq, gateway.bytes.slice(0, gateway.length)),
      message(DONE, MULTI, seq, new Uint8Array(4)),
    ]
  );
  kernel.interfaces.set(3, "can0").set(4, "can1");
  using client = open({ transport: () => kernel });
  const { canGateways, phonetAddresses, mctpNeighbours } = client, place = { srcDev: "can0", dstDev: "can1" };
  const change = { canId: 1, len: 0, data: "00".repeat(8), modtype: ["id"] } as const;
  const xor = { fromIdx: 0, toIdx: 1, resultIdx: 2, initXorVal: 0 };
  assertThrows(() => canGateways.delete({ srcDev: "can0" }), TypeError, "dstDev is missing: the name of the interface");
  assertThrows(
    () => canGateways.add({ ...place, modUid: 7, modSet: change }),
    KernelError,
    'EEXIST "a gateway has modUid 7"',
  );
  for (
    const [more, why] of [
      [{ modUid: 8 }, "modUid: the kernel ignores it without a change of frames"],
      [{ csXor: xor }, "csXor: the kernel ignores it without a change of frames"],
      [{ flags: ["can_fd"], modOr: change }, "modOr: a gateway with the flag can_fd has fdmodOr instead"],
      [
        { fdmodOr: { ...change, data: "00".repeat(64), flags: 0 } },
        "fdmodOr: a gateway without the flag can_fd has modOr instead",
      ],
    ] as const
  ) {
    assertThrows(() => canGateways.add({ ...place, ...more }), TypeError, why);
  }
  assertThrows(
    () => phonetAddresses.add({ dev: "can0", local: 6 }),
    RangeError,
    "expected a multiple of 4, 0..252, got 6",
  );
  assertThrows(() => mctpNeighbours.add({ dst: 8 }), TypeError, "dev is missing");
});
