/** Logins with a target of this file, which does what a real one does not do on demand. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { toHex } from "../../../core/codec/mod.ts";
import { NetlinkError } from "../../../core/errors.ts";
import { TcpSocket } from "../../../core/tcp.ts";
import {
  agreed,
  binaryValue,
  chapResponse,
  discover,
  IscsiLoginError,
  keysOf,
  keysText,
} from "../../../families/iscsi/login.ts";
import { login } from "../../../families/iscsi/initiator.ts";
import { test } from "../../test.ts";
import { type Answering, LOGIN, LOGOUT, NOP_OUT, plain, TEXT, withTarget } from "./iscsi_target.ts";

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
  assertEquals(binaryValue("0bCv8"), new Uint8Array([10, 255]));
  for (const wrong of [undefined, "", "0x", "12", "0b!", "0b", "0bA", "0bAAAA=", "0b====", `0x${"a".repeat(5000)}`]) {
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

const INITIATOR = "iqn.2026-01.example:me";

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
function withChap(number: string, hash: string, secret: string, own: string): Answering {
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
  await withTarget(() => [{ opcode: 0x08 }], async (portal) => {
    await assertRejects(() => discover(portal), NetlinkError, "does not speak iSCSI");
  });
  await withTarget(() => [], async (portal) => {
    assertEquals((await assertRejects(() => discover(portal, { timeout: 50 }), NetlinkError)).code, "TIMEOUT");
  });
});

test("iscsi: names beyond ASCII that are divided between PDUs are read, also if the logout has no answer", async () => {
  const name = "iqn.2026-01.example:straße-диск", text = keysText([["TargetName", name]]), cut = text.indexOf(0x9f);
  let parts = 0;
  await withTarget((opcode, _keys, header) => {
    if (opcode !== TEXT) return opcode === LOGIN ? plain(opcode, header) : [];
    if (parts++ > 0) return [{ opcode: 0x24, data: text.slice(cut) }, { opcode: 0x3f }];
    return [{ opcode: 0x24, flags: 0, data: text.slice(0, cut), at: { 20: 0, 21: 0, 22: 0, 23: 5 } }];
  }, async (portal) => {
    assertEquals(await discover(portal, { initiator: INITIATOR }), [{ name, portals: [] }]);
  });
});

test("iscsi: the time limit ends what is received, even if more has arrived", async () => {
  await withTarget((opcode, _keys, header) => plain(opcode, header), async (_portal, { port, say }) => {
    const over = new AbortController(),
      address = new Uint8Array([2, 0, port >> 8, port & 0xff, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    using socket = await TcpSocket.connect(address, "test");
    const login = new Uint8Array(48);
    login.set([0x43, 0x87]);
    await socket.send(login);
    assertEquals((await socket.receive(1, over.signal))[0], 0x23);
    say({ opcode: 0x20 });
    over.abort();
    await assertRejects(() => socket.receive(1, over.signal), Error, "abort");
  });
});

test("iscsi: a new address of a target that is none, and a challenge without a number, are its faults", async () => {
  for (const address of ["", "[::1", "127.0.0.1:99999", "1.2.3:3260"]) {
    await withTarget(
      () => [{ opcode: 0x23, at: { 36: 1, 37: 1 }, keys: [["TargetAddress", address]] }],
      async (portal) => {
        const error = await assertRejects(() => discover(portal), NetlinkError, `the target moved to "${address}"`);
        assertEquals(error.code, "EPROTO");
      },
    );
  }
  const auth = { name: "me", secret: "my long secret" };
  for (const keys of [[["CHAP_I", ""]], [["CHAP_I", "1e1"]], [["CHAP_C", "0bA"]]] as [string, string][][]) {
    const answering = withChap("5", "md5", auth.secret, "y");
    await withTarget(
      (...asked) => answering(...asked).map((one) => ({ ...one, keys: [...one.keys ?? [], ...keys] })),
      async (portal) => {
        await assertRejects(() => discover(portal, { auth }), NetlinkError, "the target sent no challenge");
      },
    );
  }
});

test("iscsi: nothing that listens, and wrong arguments, are refused by name", async () => {
  let portal = "";
  await withTarget(() => [], (at) => {
    portal = at;
    return Promise.resolve();
  });
  const nobody = await assertRejects(() => discover(portal), NetlinkError);
  assertEquals(nobody.code, "ECONNREFUSED");
  assert(nobody.message.includes(portal) && nobody.hint?.includes("nothing listens"), nobody.message);
  const nowhere = await assertRejects(() => discover("[fe80::1%nosuch0]:3260"), NetlinkError);
  assertEquals(nowhere.code, "ENODEV");
  assert(nowhere.message.includes('"nosuch0"'), nowhere.message);
  const two = { portal, target: "iqn.2026-01.example:disk", maxConnections: 2 };
  await assertRejects(() => login(two), TypeError, "maxConnections: the kernel sends commands on one connection");
  await assertRejects(() => discover("a:b:c:z"), TypeError, "iSCSI portal");
  await assertRejects(() => discover(portal, { auth: { name: "me" } as never }), TypeError, "auth.secret");
  const same = { name: "me", secret: "the same" };
  await assertRejects(() => discover(portal, { auth: { ...same, target: same } }), TypeError, "another secret");
});

test("iscsi: names with a NUL and times that are none are refused before anything is sent", async () => {
  const portal = "127.0.0.1:1", secret = "a secret of the initiator";
  for (
    const [options, why] of [
      [{ initiator: "iqn.2026-01.example:a\0AuthMethod=None" }, 'expected a name like "iqn.'],
      [{ initiator: "" }, 'expected a name like "iqn.'],
      [{ auth: { name: "me\0CHAP_A=5", secret } }, "auth.name: expected a string without NUL"],
      [{ timeout: -1 }, "timeout: expected milliseconds, 0 or more, got -1"],
      [{ timeout: NaN }, "timeout: expected a number, got NaN"],
    ] as const
  ) {
    for (const act of [() => discover(portal, options), () => login({ portal, target: "iqn.a:b", ...options })]) {
      const error = await assertRejects(act, Error);
      assert(error.message.includes(why) && !error.message.includes(secret), error.message);
    }
  }
});
