import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Codec, rawOf, Reader } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { framed, GenericFamily, GENL_ID } from "../../../core/generic.ts";
import { datagram, message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { decode, show } from "../../../families/registry.ts";
import { open, SMC_NETLINK, SmcMessage } from "../../../families/smc.ts";
import { SmcDiagRequest, SmcSocket } from "../../../families/sock_diag/mod.ts";
import { hex, ROUNDS, survive } from "./golden.ts";
import { payload, printed } from "./golden_c.ts";
import { test } from "../../test.ts";

/** A socket that fell back to TCP, as Linux 6.1 sent it. */
const FALLBACK = hex(
  "640000001400020001000000b3000000" + "2b010101" + "15b3c1b2" + "7f000001000000000000000000000000" +
    "7f000001000000000000000000000000" + "00000000" + "0100000000000000" + "00000000" + "fd2a000000000000" +
    "0500030000000000" + "0c0005000000000500000303",
);

test("smc: a socket as Linux 6.1 described it", () => {
  const [{ type, flags, value }] = decode("SOCK_DIAG", FALLBACK) as [ReturnType<typeof decode>[0]];
  assertEquals([type, flags], ["SOCK_DIAG_BY_FAMILY", ["multi"]]);
  assertEquals(value, {
    family: "smc",
    state: "active",
    mode: "fallback_tcp",
    localPort: 5555,
    dstPort: 49586,
    local: "127.0.0.1",
    dst: "127.0.0.1",
    if: 0,
    cookie: 1n,
    uid: 0,
    inode: 11005,
    shutdown: [],
    fallback: { reason: 0x05000000, peerDiagnosis: 0x03030000 },
  });
});

const SOCKET: SmcSocket = {
  family: "smc",
  state: "active",
  mode: "smcd",
  localPort: 443,
  dstPort: 50000,
  local: "2001:db8::1",
  dst: "2001:db8::2",
  if: 2,
  cookie: 0x1_0000_0006n,
  uid: 1000,
  inode: 5,
  conninfo: {
    token: 1,
    sndbufSize: 2,
    rmbeSize: 3,
    peerRmbeSize: 4,
    rxProd: { wrap: 5, count: 6 },
    rxCons: { wrap: 7, count: 8 },
    txProd: { wrap: 9, count: 10 },
    txCons: { wrap: 11, count: 12 },
    rxProdFlags: 13,
    rxConnStateFlags: 14,
    txProdFlags: 15,
    txConnStateFlags: 16,
    txPrep: { wrap: 17, count: 18 },
    txSent: { wrap: 19, count: 20 },
    txFin: { wrap: 21, count: 22 },
  },
  lgrinfo: { linkId: 1, ibname: "mlx5_0", ibport: 2, gid: "fe80::1", peerGid: "fe80::2", role: "server" },
  shutdown: ["rcv", "send"],
  dmbinfo: { linkid: 1, peerGid: 2n, myGid: 3n, token: 4n, peerToken: 5n },
  fallback: { reason: 0x03030000, peerDiagnosis: 1 },
};

test("smc: messages that a C program made decode to its fields, and encode to its bytes", () => {
  const bytes = printed("smc_diag_msg");
  assertEquals(decode("SOCK_DIAG", bytes)[0]!.value, SOCKET);
  assertEquals(payload(SmcSocket as Codec<unknown, never>, SOCKET), bytes.slice(16));
  const request = printed("smc_diag_req"), value = decode("SOCK_DIAG", request)[0]!.value;
  assertEquals(value, { family: "smc", ext: ["conninfo", "lgrinfo", "shutdown", "dmbinfo", "fallback"] });
  assertEquals(payload(SmcDiagRequest as Codec<unknown, never>, value), request.slice(16));
  assertStringIncludes(show("SOCK_DIAG", bytes), "conninfo");
});

test("smc: the longer shared memory info of newer kernels is decoded and encoded too", () => {
  const dmbinfo = { linkid: 1, peerGid: 2n, myGid: 3n, token: 4n, peerToken: 5n, peerGidExt: 6n, myGidExt: 7n };
  const bytes = payload(SmcSocket as Codec<unknown, never>, { family: "smc", dmbinfo });
  assertEquals(bytes.length, 64 + 4 + 56);
  assertEquals((decode("SOCK_DIAG", message(20, 0, 1, bytes))[0]!.value as SmcSocket).dmbinfo, dmbinfo);
});

test("smc: an error names the wrong field", () => {
  const of = (value: unknown): () => void => () => void payload(SmcSocket as Codec<unknown, never>, value);
  assertThrows(of({ local: "nowhere" }), TypeError, "local: expected an IPv4 or IPv6 address");
  assertThrows(of({ fallback: { reasons: 1 } }), TypeError, 'did you mean "reason"');
});

test("smc: other socket families stay as they are", () => {
  const value = new Uint8Array([1, 1, 0, 0, 5, 6, 7, 8]);
  assertEquals(decode("SOCK_DIAG", message(20, 0, 1, value))[0]!.value, value);
});

/** The messages of the commands, with their values. */
const ANSWERS: Readonly<Record<number, readonly SmcMessage[]>> = {
  1: [{ sysInfo: { ver: 2, rel: 1, isIsmV2: true, localHost: "h", seid: "S", isSmcrV2: false } }],
  2: [{
    lgrSmcr: { id: 5, role: "client", type: "symmetric", pnetid: "P", v2Common: { ver: 2, negEid: "E" } },
  }],
  3: [
    { lgrSmcr: { id: 5 } },
    { linkSmcr: { id: 1, ibDev: "mlx5_0", state: "active", gid: "fe80::1" } },
    { lgrSmcr: { id: 6 } },
    { linkSmcr: { id: 1, state: "inactive" } },
  ],
  4: [{ lgrSmcd: { id: 7, gid: 8n, chid: 9 } }],
  5: [{ devSmcd: { pciId: "0000:00:00.0", port: { pnetUsr: false, pnetid: "P" } } }],
  6: [{ devSmcr: { ibName: "mlx5_0", isCrit: false, port: { netdev: 2 }, port2: { state: 1 } } }],
  7: [{ stats: { smcdTech: { txRmbSize: { "8k": 3, g1024k: 2 ** 40 }, txCnt: 4 }, clntHsErrCnt: 1 } }],
  8: [{ fbackStats: { type: "client", srvCnt: 2, rsnCode: 0x03030000, rsnCnt: 2 } }],
};

const ID = 41;

/** Returns the payload of a message of the family. */
const generic = (one: SmcMessage): Uint8Array => payload(framed(0, 1, SmcMessage as Codec<unknown, never>), one);

/** A kernel with sockets and the generic family, or without either. */
function kernel(there = true): ScriptedKernel {
  const text = (
    entry: string,
  ): readonly number[] => [5 + entry.length, 0, 1, 0, ...new TextEncoder().encode(`${entry}\0`)];
  return new ScriptedKernel(({ type, seq, payload: asked }: SentMessage) => {
    const answer = (errno: number): Uint8Array => {
      const body = new Uint8Array(20);
      new DataView(body.buffer).setInt32(0, -errno, true);
      return message(2, 0, seq, body);
    };
    const all = (type: number, parts: readonly Uint8Array[]): Uint8Array[] => [
      datagram(...parts.map((part) => message(type, 2, seq, part))),
      message(3, 2, seq, new Uint8Array(4)),
    ];
    if (!there) return [answer(2)];
    if (type === 20) return all(20, [FALLBACK.slice(16), printed("smc_diag_msg").slice(16)]);
    if (type === GENL_ID.GENL_ID_CTRL) {
      const family = { version: 2, familyId: ID, familyName: "SMC_GEN_NETLINK" };
      return [message(type, 0, seq, payload(framed(1, 2, GenericFamily as Codec<unknown, never>), family)), answer(0)];
    }
    const answers = ANSWERS[asked[0]!];
    if (answers !== undefined) {
      return all(ID, answers.map((one) => payload(framed(asked[0]!, 1, SmcMessage as Codec<unknown, never>), one)));
    }
    switch (asked[0]) {
      case SMC_NETLINK.SMC_NETLINK_DUMP_UEID:
        return all(ID, [Uint8Array.of(9, 1, 0, 0, ...text("ABC")), Uint8Array.of(9, 1, 0, 0, ...text("XYZ"))]);
      case SMC_NETLINK.SMC_NETLINK_DUMP_SEID:
        return all(ID, [Uint8Array.of(13, 1, 0, 0, ...text("IBM"), 5, 0, 2, 0, 1)]);
      case SMC_NETLINK.SMC_NETLINK_DUMP_HS_LIMITATION:
        return all(ID, [Uint8Array.of(16, 1, 0, 0, 5, 0, 1, 0, 1)]);
      default:
        return [answer(0)];
    }
  });
}

test("smc: sockets() returns the sockets of the dump", () => {
  using smc = open({ transport: kernel });
  const [tcp, memory] = smc.sockets();
  assertEquals([tcp!.mode, tcp!.localPort, memory], ["fallback_tcp", 5555, SOCKET]);
});

test("smc: each request gets its answer from SMC_GEN_NETLINK", () => {
  using smc = open({ transport: kernel });
  assertEquals(smc.systemInfo(), ANSWERS[1]![0]!.sysInfo);
  assertEquals(smc.linkGroups(), [ANSWERS[2]![0]!.lgrSmcr!]);
  assertEquals(smc.links(), [
    { lgrId: 5, id: 1, ibDev: "mlx5_0", state: "active", gid: "fe80::1" },
    { lgrId: 6, id: 1, state: "inactive" },
  ]);
  assertEquals(smc.memoryLinkGroups(), [ANSWERS[4]![0]!.lgrSmcd!]);
  assertEquals(smc.memoryDevices(), [ANSWERS[5]![0]!.devSmcd!]);
  assertEquals(smc.devices(), [ANSWERS[6]![0]!.devSmcr!]);
  assertEquals(smc.statistics(), ANSWERS[7]![0]!.stats);
  assertEquals(smc.fallbackStatistics(), [ANSWERS[8]![0]!.fbackStats!]);
  assertEquals([smc.userEids(), smc.systemEid(), smc.hsLimitation()], [
    ["ABC", "XYZ"],
    { entry: "IBM", enabled: true },
    true,
  ]);
});

test("smc: changes are sent as commands with the family's number", () => {
  const kernels: ScriptedKernel[] = [];
  using smc = open({ transport: () => (kernels.push(kernel()), kernels[0]!) });
  smc.addUserEid("AB");
  smc.removeUserEid("AB");
  smc.flushUserEids();
  smc.setSystemEid(false);
  smc.setHsLimitation(true);
  const sent = kernels[0]!.sent.filter((bytes) => bytes[4] === ID);
  // The kernel accepts an identifier only if it is padded with blanks to 32 bytes.
  const eid = [37, 0, 1, 0, 65, 66, ...Array<number>(30).fill(32), 0, 0, 0, 0].join(" ");
  assertEquals(
    sent.map((bytes) => bytes.slice(16).join(" ")),
    [
      `10 1 0 0 ${eid}`,
      `11 1 0 0 ${eid}`,
      "12 1 0 0",
      "15 1 0 0",
      "17 1 0 0",
    ],
  );
});

test("smc: without its modules, the error names them", () => {
  using smc = open({ transport: () => kernel(false) });
  assertStringIncludes(assertThrows(() => smc.sockets(), KernelError).message, "modprobe smc_diag");
  const error = assertThrows(() => smc.systemInfo(), KernelError);
  assertEquals(error.code, "ENOENT");
  assertStringIncludes(error.message, "Cannot find the generic netlink family SMC_GEN_NETLINK");
  assertStringIncludes(error.message, "CONFIG_SMC");
});

test("smc: nlctrl's description of a family is decoded, and unknown messages are kept as bytes", () => {
  // GETFAMILY of nlctrl: FAMILY_NAME, FAMILY_ID, OPS (6), MCAST_GROUPS { NAME, ID }
  const bytes = message(
    16,
    0,
    1,
    hex(
      "01020000" + "0b0002006e6c6374726c0000" + "0600010010000000" + "08006300aabbccdd" + "1c000780" + "18000180" +
        "0800020010000000" + "0b0001006e6f7469667900 00".replace(" ", ""),
    ),
  );
  const value = decode("GENERIC", bytes)[0]!.value as GenericFamily;
  assertEquals(Object.fromEntries(Object.entries(value)), {
    cmd: "CTRL_CMD_NEWFAMILY",
    version: 2,
    familyId: 16,
    familyName: "nlctrl",
    mcastGroups: [{ name: "notify", id: 16 }],
  });
  assertEquals(rawOf(value), [{ id: 99, bytes: new Uint8Array([0xaa, 0xbb, 0xcc, 0xdd]) }]);
});

test(`smc: ${ROUNDS} mutated messages give values or a DecodeError`, () => {
  const packed = Object.values(ANSWERS).flat().map((one) => message(ID, 0, 1, generic(one)));
  const given = [FALLBACK, printed("smc_diag_msg"), printed("smc_diag_req"), ...packed];
  const returned = survive(given, (bytes, round) => {
    decode("SOCK_DIAG", bytes);
    if (round % 8 === 0) show("SOCK_DIAG", bytes);
    if (bytes.length >= 20) decodeGeneric(bytes);
  });
  assert(returned > 5000, `${returned}`);
});

function decodeGeneric(bytes: Uint8Array): void {
  SmcMessage.decode(new Reader(bytes), 20, bytes.length, {});
}
