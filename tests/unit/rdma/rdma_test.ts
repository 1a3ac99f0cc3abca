/**
 * Messages of NETLINK_RDMA: recorded ones, those of drivers and services that no machine of the tests has, and mutated
 * ones. NETLINK_FUZZ sets the number of mutations.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { type Attributes, rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import {
  Chardev,
  Device,
  FrmrPools,
  IwpmConnection,
  IwpmMapped,
  IwpmRegistered,
  open,
  PathAnswer,
  PathService,
  PortMapper,
  Qp,
  RDMA_NL,
  RdmaEvent,
  ResolveRequest,
  ResourceSummary,
  Srq,
  Statistics,
} from "../../../families/rdma/mod.ts";
import { decode } from "../../../families/registry.ts";
import { test } from "../../test.ts";
import { bothWays } from "../both_ways.ts";
import { hex, random } from "../core/help.ts";

const NETLINK_RDMA = 20;

/** The answer of Linux 6.1 to a request for rxe0. */
const DEVICE =
  "6c00000001140000010000007c000000080001000000000009000200727865300000000008000300010000000c000400763c2201" +
  "000000000c000600c3e913fefff8b20c0c000700c3e913fefff8b20c05000e0001000000050054000000000009004300726f636500000000";

/** The answer of Linux 6.1 to IWPM's hello. */
const HELLO = "180000000808010001000000000000000600010004000000";

function encoded<T>(table: Attributes<T>, value: T): Uint8Array {
  const to = new Writer();
  table.encode(value, to, {});
  return to.bytes.slice(0, to.length);
}

/** Checks that a value survives both ways, and returns its bytes. */
function same<T extends object>(table: Attributes<T>, value: T): Uint8Array {
  const bytes = encoded(table, value);
  const back = bothWays(() => table.decode(new Reader(bytes), 0, bytes.length, {}));
  assertEquals(back, value);
  assertEquals(rawOf(back), []);
  assertEquals(encoded(table, back), bytes);
  return bytes;
}

test("rdma: the recorded answers are decoded", () => {
  const [device] = decode(NETLINK_RDMA, hex(DEVICE));
  assertEquals(device!.type, "RDMA_NLDEV_CMD_GET");
  const { capFlags, ...rest } = device!.value as Device;
  assertEquals(rest, {
    index: 0,
    name: "rxe0",
    ports: 1,
    nodeGuid: "0cb2:f8ff:fe13:e9c3",
    sysImageGuid: "0cb2:f8ff:fe13:e9c3",
    nodeType: "ca",
    dim: false,
    protocol: "roce",
  });
  assert(capFlags!.includes("mem_window_type_2b") && capFlags!.includes("srq_resize"), String(capFlags));
  const [hello] = decode(NETLINK_RDMA, hex(HELLO));
  assertEquals([hello!.type, hello!.value], ["RDMA_NL_IWPM_HELLO", { abiVersion: 4 }]);
});

test("rdma: a request to make a device is that of rdma link add", () => {
  const sent: Uint8Array[] = [];
  using client = open({
    transport: () => new ScriptedKernel(() => []),
    dryRun: ({ bytes }) => void sent.push(bytes.slice()),
  });
  client.links.add({ name: "rxe0", kind: "rxe", dev: "v0" });
  const [bytes] = sent;
  // Any bit of NLM_F_DUMP would make the kernel take it for a list.
  assertEquals(new DataView(bytes!.buffer).getUint16(6, true) & 0x300, 0);
  const texts = [...new TextDecoder().decode(bytes!.subarray(16)).matchAll(/[\w]{2,}/g)].map(([text]) => text);
  assertEquals(texts.sort(), ["rxe", "rxe0", "v0"]);
});

test("rdma: properties of drivers are read by their order, and written so", () => {
  // DRIVER { STRING "sqid", U32 7, STRING "flags", PRINT_TYPE hex, U64 0x10, STRING "state", STRING "idle" }
  const bytes = hex(
    "4c003480" +
      "0900360073716964000000000800390007000000" +
      "0a003600666c6167730000000500370001000000" + "0c003b001000000000000000" +
      "0a003600737461746500000009003600" + "69646c6500000000",
  );
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length, true);
  const qp = Qp.decode(new Reader(bytes), 0, bytes.length, {});
  assertEquals(qp.driver, [
    { name: "sqid", value: 7, type: "u32" },
    { name: "flags", value: 16n, type: "u64", hex: true },
    { name: "state", value: "idle" },
  ]);
  assertEquals(encoded(Qp, qp), bytes);
});

const VALUES: readonly (readonly [table: unknown, value: object])[] = [
  [Srq, { srqn: 3, type: "basic", pdn: 4, qps: [{ lqpn: 5 }, { minRange: 7, maxRange: 9 }], name: "mlx5_0" }],
  [ResourceSummary, { index: 1, name: "mlx5_0", summary: [{ kind: "qp", current: 7 }] }],
  [Statistics, {
    index: 1,
    name: "mlx5_0",
    port: 1,
    res: "qp",
    qpCounters: [{
      counterId: 4,
      mode: "auto",
      type: "rc",
      qps: [{ lqpn: 17 }],
      counters: { rx_write_requests: 2 ** 40 },
    }],
  }],
  [Chardev, { type: "uverbs", name: "uverbs0", abi: 1, chardev: "231:192", driverId: 14 }],
  [FrmrPools, { index: 1, frmrPools: [{ key: { ats: true, vendorKey: 1n }, inUse: 5 }], agingPeriod: 60 }],
  [RdmaEvent, { event: "netdev_attach", index: 0, name: "rxe0", port: 1, ifindex: 3, dev: "v0" }],
  [ResolveRequest, {
    deviceName: "mlx5_0",
    portNum: 1,
    pathUse: "gmp",
    dgid: "fe80::1",
    sgid: "fe80::2",
    pkey: 0xffff,
  }],
  [PathAnswer, { pathRecord: [{ flags: ["gmp", "primary"], pathRec: new Uint8Array(64).fill(7) }] }],
  [IwpmRegistered, { pidSeq: 1, ibdevName: "siw0", ulibName: "iWarpPortMapperUser", ulibVer: 4, pidErr: 0 }],
  [IwpmMapped, { mappingSeq: 2, addr: "192.0.2.1:80", mappedLocAddr: "192.0.2.1:4000", mappingErr: 0 }],
  [IwpmConnection, {
    mappingSeq: 2,
    localAddr: "[2001:db8::1]:80",
    remoteAddr: "[2001:db8::2]:90",
    mappedLocAddr: "[2001:db8::1]:4000",
    mappedRemAddr: "[2001:db8::2]:4001",
    mappingErr: 0,
  }],
];

test("rdma: messages of all clients survive both ways", () => {
  for (const [table, value] of VALUES) same(table as Attributes<object>, value);
  assertEquals(encoded(Chardev, { chardev: "4095:1048575" }), hex("0c004800ffffffff00000000"));
  assertThrows(() => encoded(Chardev, { chardev: "5000:0" }), TypeError);
});

test("rdma: mutated messages are decoded, or refused as broken framing", () => {
  const rounds = Number(process.env["NETLINK_FUZZ"] ?? 20_000), next = random(20);
  const all = [
    [Device, hex(DEVICE).subarray(16)] as const,
    ...VALUES.map(([table, value]) => [table, encoded(table as Attributes<object>, value)] as const),
  ];
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const [table, original] = all[next(all.length)]!, bytes = original.slice();
    for (let i = 0; i <= next(3); i++) bytes[next(bytes.length)] = next(256);
    try {
      (table as Attributes<object>).decode(new Reader(bytes), 0, bytes.length - next(4), {});
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      refused++;
    }
  }
  assert(refused > 0 && refused < rounds, `${refused} of ${rounds}`);
});

test("rdma: services receive the kernel's questions, and answer with the number of each", async () => {
  const ask = (type: number, seq: number, payload: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(16 + payload.length), view = new DataView(bytes.buffer);
    [bytes.length, type | 1 << 16, seq, 0].forEach((one, i) => view.setUint32(4 * i, one, true));
    bytes.set(payload, 16);
    return bytes;
  };
  const paths = new ScriptedKernel();
  await using service = new PathService({ transport: () => paths });
  const wanted = { deviceName: "mlx5_0", portNum: 1, pathUse: "all" as const, dgid: "fe80::1" };
  paths.push(ask(RDMA_NL.RDMA_NL_LS_OP_RESOLVE, 77, encoded(ResolveRequest, wanted)));
  const { value: asked } = await service.next();
  assert(asked !== undefined && "op" in asked && asked.op === "resolve");
  assertEquals([asked.seq, asked.value], [77, wanted]);
  service.answer(asked, { dgid: "fe80::2" });
  service.refuse(asked);
  const ports = new ScriptedKernel();
  await using mapper = new PortMapper({ transport: () => ports });
  mapper.tell("hello", { abiVersion: 4 }, 5);
  const sent = [...paths.sent, ...ports.sent],
    heads = sent.map((bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return [view.getUint16(4, true), view.getUint16(6, true), view.getUint32(8, true), view.getUint32(12, true)];
    });
  assertEquals(heads, [[0x1000, 0, 77, paths.port], [0x1000, 0x100, 77, paths.port], [0x808, 1, 5, ports.port]]);
  const [answer] = decode(NETLINK_RDMA, sent[0]!);
  assertEquals(answer!.value, { dgid: "fe80::2" });
});
