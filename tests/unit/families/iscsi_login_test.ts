/** Logins with a target of this file, which does what a real one does not do on demand. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { toHex } from "../../../core/codec/mod.ts";
import { NetlinkError } from "../../../core/errors.ts";
import {
  agreed,
  binaryValue,
  chapResponse,
  discover,
  IscsiLoginError,
  keysOf,
  keysText,
} from "../../../families/iscsi/login.ts";
import { test } from "../../test.ts";

const bytesTo = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

test("iscsi: answers to challenges are those of Python's hashlib", () => {
  for (
    const [hash, expected] of [
      ["md5", "21148f95b655e74253189d4d73b4b4e4"],
      ["sha1", "6a220e789d85c267f5ba925c04f1530acb4a79da"],
      ["sha256", "9fc42cd32df799e5cb2b4e295ec9531413067b80752f761e5c2e76687fd422fb"],
      ["sha3-256", "54eb255c9f7eff2fbb5a37150794ab55adf4e155755753e3efef95d2c2344ef1"],
    ] as const
  ) assertEquals(toHex(chapResponse(hash, 7, "secret of mine", bytesTo(16))), expected);
});

test("iscsi: binary values are read in hexadecimal and base64, and keys in order", () => {
  assertEquals(binaryValue("0x0Aff"), new Uint8Array([10, 255]));
  assertEquals(binaryValue("0xAff"), new Uint8Array([10, 255]));
  assertEquals(binaryValue("0bCv8="), new Uint8Array([10, 255]));
  for (const wrong of [undefined, "", "0x", "12", "0b!", `0x${"a".repeat(5000)}`]) {
    assertEquals(binaryValue(wrong), undefined);
  }
  const keys: [string, string][] = [["TargetName", "a"], ["TargetAddress", "b=c"], ["TargetName", ""]];
  assertEquals(keysOf(keysText(keys)), keys);
});

test("iscsi: parameters are what both sides accept", () => {
  const few = agreed(new Map());
  assertEquals([few.initialR2t, few.immediateData, few.headerDigest, few.maxXmit, few.maxBurst], [
    true,
    true,
    false,
    8192,
    262_144,
  ]);
  const all = agreed(
    new Map(Object.entries({
      HeaderDigest: "CRC32C",
      InitialR2T: "No",
      ImmediateData: "No",
      MaxRecvDataSegmentLength: "65536",
      FirstBurstLength: "4294967296",
      MaxBurstLength: "131072",
      DefaultTime2Wait: "-5",
    })),
  );
  assertEquals([all.headerDigest, all.dataDigest, all.initialR2t, all.immediateData], [true, false, false, false]);
  assertEquals([all.maxXmit, all.firstBurst, all.maxBurst, all.time2Wait], [65_536, 131_072, 131_072, 2]);
});

/** An answer of the target: a PDU with opcode, flags, text, and fields of the header. */
interface Answer {
  readonly opcode: number;
  readonly flags?: number;
  readonly keys?: readonly (readonly [string, string])[];
  readonly at?: Readonly<Record<number, number>>;
}

/** Runs a target that answers each PDU, with the keys in it, by a list of PDUs. */
async function withTarget(
  answer: (opcode: number, keys: ReadonlyMap<string, string>, header: Uint8Array) => readonly Answer[],
  body: (portal: string) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let rest = new Uint8Array(0);
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array) => {
      const all = new Uint8Array(rest.length + chunk.length);
      all.set(rest);
      all.set(chunk, rest.length);
      let at = 0;
      while (all.length - at >= 48) {
        const size = new DataView(all.buffer).getUint32(at + 4) & 0xffffff, next = at + 48 + (size + 3 & ~3);
        if (next > all.length) break;
        const header = all.slice(at, at + 48), keys = new Map(keysOf(all.subarray(at + 48, at + 48 + size)));
        for (const one of answer(header[0]! & 0x3f, keys, header)) {
          const text = keysText(one.keys ?? []), pdu = new Uint8Array(48 + (text.length + 3 & ~3));
          pdu[0] = one.opcode;
          pdu[1] = one.flags ?? 0x80;
          new DataView(pdu.buffer).setUint32(4, text.length);
          pdu.fill(0xff, 20, 24);
          for (const [offset, value] of Object.entries(one.at ?? {})) pdu[Number(offset)] = value;
          pdu.set(text, 48);
          // In two pieces, as TCP may deliver it.
          socket.write(pdu.subarray(0, 20));
          socket.write(pdu.subarray(20));
        }
        at = next;
      }
      rest = all.slice(at);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await body(`127.0.0.1:${(server.address() as { port: number }).port}`);
  } finally {
    for (const one of sockets) one.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

const LOGIN = 3, TEXT = 4, LOGOUT = 6, NOP_OUT = 0, INITIATOR = "iqn.2026-01.example:me";

/** Answers the login as a target without CHAP does. */
function plain(opcode: number, header: Uint8Array): readonly Answer[] {
  if (opcode === LOGIN) return [{ opcode: 0x23, flags: header[1]! }];
  return opcode === LOGOUT ? [{ opcode: 0x26 }] : [];
}

test("iscsi: a list of targets in parts is read whole, and a ping in between is answered", async () => {
  const seen: number[] = [];
  await withTarget((opcode, keys, header) => {
    seen.push(opcode);
    if (opcode !== TEXT) return plain(opcode, header);
    if (keys.get("SendTargets") === "All") {
      return [
        { opcode: 0x20, at: { 20: 0, 21: 0, 22: 0, 23: 9 } },
        {
          opcode: 0x24,
          flags: 0,
          keys: [["TargetName", "iqn.a"], ["TargetAddress", "10.0.0.1:3260,1"]],
          at: { 20: 0, 21: 0, 22: 0, 23: 5 },
        },
      ];
    }
    assertEquals(header.slice(20, 24), new Uint8Array([0, 0, 0, 5]));
    return [{ opcode: 0x24, keys: [["TargetAddress", "[2001:db8::1]:3260,2"], ["TargetName", "iqn.b"]] }];
  }, async (portal) => {
    assertEquals(await discover(portal, { initiator: INITIATOR }), [
      { name: "iqn.a", portals: ["10.0.0.1:3260", "[2001:db8::1]:3260"] },
      { name: "iqn.b", portals: [] },
    ]);
  });
  assertEquals(seen, [LOGIN, LOGIN, TEXT, NOP_OUT, TEXT, LOGOUT]);
});

/** Answers as a target with CHAP and `hash`, which proves itself with `own`. */
function withChap(number: string, hash: string, secret: string, own: string): Parameters<typeof withTarget>[0] {
  const digest = (id: number, secret: string, challenge: Uint8Array): string =>
    `0x${createHash(hash).update(new Uint8Array([id])).update(secret).update(challenge).digest("hex")}`;
  return (opcode, keys, header) => {
    if (opcode === TEXT) return [{ opcode: 0x24 }];
    if (opcode !== LOGIN || (header[1]! >> 2 & 3) === 1) return plain(opcode, header);
    if (keys.has("AuthMethod")) return [{ opcode: 0x23, flags: 0, keys: [["AuthMethod", "CHAP"]] }];
    if (keys.has("CHAP_A")) {
      assert(keys.get("CHAP_A")!.split(",").includes(number), keys.get("CHAP_A"));
      return [{
        opcode: 0x23,
        flags: 0,
        keys: [["CHAP_A", number], ["CHAP_I", "7"], ["CHAP_C", `0x${toHex(bytesTo(16))}`]],
      }];
    }
    if (keys.get("CHAP_R") !== digest(7, secret, bytesTo(16))) {
      return [{ opcode: 0x23, flags: 0, at: { 36: 2, 37: 1 } }];
    }
    const challenge = binaryValue(keys.get("CHAP_C"));
    const proof: [string, string][] = challenge === undefined
      ? []
      : [["CHAP_N", "disk"], ["CHAP_R", digest(Number(keys.get("CHAP_I")), own, challenge)]];
    return [{ opcode: 0x23, flags: 0x81, keys: proof }];
  };
}

test("iscsi: CHAP with each hash, one way and both, and a wrong secret on either side", async () => {
  const auth = { name: "me", secret: "my long secret" }, target = { name: "disk", secret: "its long secret" };
  for (const [number, hash] of [["5", "md5"], ["6", "sha1"], ["7", "sha256"], ["8", "sha3-256"]] as const) {
    await withTarget(withChap(number, hash, auth.secret, target.secret), async (portal) => {
      assertEquals(await discover(portal, { auth, initiator: INITIATOR }), []);
      assertEquals(await discover(portal, { auth: { ...auth, target }, initiator: INITIATOR }), []);
      const wrong = await assertRejects(
        () => discover(portal, { auth: { name: "me", secret: "guess work" } }),
        IscsiLoginError,
      );
      assertEquals([wrong.code, wrong.statusClass, wrong.statusDetail], ["AUTHENTICATION", 2, 1]);
      assert(!wrong.message.includes("guess"), wrong.message);
      const fake = await assertRejects(
        () => discover(portal, { auth: { ...auth, target: { name: "disk", secret: "guess work" } } }),
        NetlinkError,
      );
      assertEquals(fake.code, "AUTHENTICATION");
      assert(fake.message.includes("did not prove itself") && !fake.message.includes("guess"), fake.message);
    });
  }
});

test("iscsi: a target that wants CHAP, and one that has none, are told in words", async () => {
  await withTarget(withChap("5", "md5", "x", "y"), async (portal) => {
    const error = await assertRejects(() => discover(portal), NetlinkError);
    assertEquals([error.code, error.hint], ["AUTHENTICATION", "give auth: { name, secret }"]);
  });
  await withTarget((opcode, _keys, header) => plain(opcode, header), async (portal) => {
    const error = await assertRejects(
      () => discover(portal, { auth: { name: "me", secret: "my long secret" } }),
      NetlinkError,
    );
    assert(error.message.includes("does not take CHAP"), error.message);
  });
});

test("iscsi: a target that has moved is followed, and one that refuses, breaks off or is silent is told in words", async () => {
  await withTarget(withChap("5", "md5", "x", "y"), async (away) => {
    await withTarget(
      () => [{ opcode: 0x23, at: { 36: 1, 37: 2 }, keys: [["TargetAddress", `${away},1`]] }],
      async (portal) => {
        assertEquals((await assertRejects(() => discover(portal), NetlinkError)).hint, "give auth: { name, secret }");
      },
    );
  });
  await withTarget(() => [{ opcode: 0x23, at: { 36: 3, 37: 1 } }], async (portal) => {
    const error = await assertRejects(() => discover(portal), NetlinkError);
    assertInstanceOf(error, IscsiLoginError);
    assert(
      error.message.includes("the target is not ready") && error.message.includes("status 3, detail 1"),
      error.message,
    );
  });
  await withTarget(() => [{ opcode: 0x3f }], async (portal) => {
    assertEquals((await assertRejects(() => discover(portal), NetlinkError)).code, "EPROTO");
  });
  await withTarget(() => [], async (portal) => {
    assertEquals((await assertRejects(() => discover(portal, { timeout: 50 }), NetlinkError)).code, "TIMEOUT");
  });
});

test("iscsi: nothing that listens, and wrong arguments, are refused by name", async () => {
  let portal = "";
  await withTarget(() => [], (at) => {
    portal = at;
    return Promise.resolve();
  });
  assertEquals((await assertRejects(() => discover(portal), NetlinkError)).code, "ECONNREFUSED");
  await assertRejects(() => discover("a:b:c:z"), TypeError, "iSCSI portal");
  await assertRejects(() => discover(portal, { auth: { name: "me" } as never }), TypeError, "auth.secret");
  const same = { name: "me", secret: "the same" };
  await assertRejects(() => discover(portal, { auth: { ...same, target: same } }), TypeError, "another secret");
});
