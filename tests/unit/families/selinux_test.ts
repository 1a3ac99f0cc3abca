/** SELINUX: recorded events, and messages of unknown types. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../core/errors.ts";
import { datagram, message, ScriptedKernel } from "../../../core/scripted.ts";
import { decodeEvents, Policyload, selinux, Setenforce } from "../../../families/selinux.ts";
import { encode, hex, random } from "../core/help.ts";
import { ROUNDS } from "./golden.ts";
import { test } from "../../test.ts";

// Linux 6.1's events.
const ON = hex("14000000 1000 0000 00000000 00000000 01000000");
const OFF = hex("14000000 1000 0000 00000000 00000000 00000000");
const LOADED = hex("14000000 1100 0000 00000000 00000000 05000000");

test("selinux: setenforce and policyload are decoded and encoded", () => {
  assertEquals(decodeEvents(ON), [{ event: "setenforce", val: "enforcing" }]);
  assertEquals(decodeEvents(OFF), [{ event: "setenforce", val: "permissive" }]);
  assertEquals(decodeEvents(LOADED), [{ event: "policyload", seqno: 5 }]);
  assertEquals(encode(Setenforce, { val: "enforcing" }), ON.slice(16));
  assertEquals(encode(Policyload, { seqno: 5 }), LOADED.slice(16));
});

test("selinux: unknown and short messages are returned as bytes, longer ones are decoded as far as known", () => {
  const events = decodeEvents(datagram(
    message(18, 0, 0, hex("0102")),
    message(16, 0, 0, hex("01")),
    message(17, 0, 0, hex("05000000 ffffffff")),
  ));
  assertEquals(events, [
    { event: 18, bytes: hex("0102") },
    { event: 16, bytes: hex("01") },
    { event: "policyload", seqno: 5 },
  ]);
});

test("selinux.watch(): joins its group, and accepts events of the kernel only", async () => {
  const kernel = new ScriptedKernel(), events = selinux.watch({ transport: () => kernel });
  assertEquals(kernel.groups, [1]);
  kernel.push({ bytes: ON, port: 7 }, hex("ffffffff 1000 0000 00000000 00000000"), LOADED);
  // A datagram that is not made of messages is returned as bytes.
  const { value: broken } = await events.next();
  assertEquals(broken, { event: 0, bytes: hex("ffffffff 1000 0000 00000000 00000000") });
  const { value: e } = await events.next();
  assertEquals(e, { event: "policyload", seqno: 5 });
  await events.return!();
});

test(`selinux: ${ROUNDS} mutated messages give events or a DecodeError`, () => {
  const next = random(7), seed = datagram(ON, LOADED);
  let refused = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = seed.slice(0, next(seed.length + 1));
    for (let n = next(4); n > 0 && bytes.length > 0; n--) bytes[next(bytes.length)] = next(256);
    try {
      decodeEvents(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      refused++;
    }
  }
  assert(refused > 100);
  assertThrows(() => decodeEvents(hex("ffffffff 1000 0000 00000000 00000000")), DecodeError);
});
