/** FIB_LOOKUP: recorded answers of the kernel, and the selection of the right answer. */
import { assertEquals, assertThrows } from "@std/assert";
import { KernelError, NetlinkError, SystemError } from "../../../core/errors.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { FibResult, open } from "../../../families/fib_lookup.ts";
import { decode, encode, hex, random } from "../core/help.ts";
import { ROUNDS } from "./golden.ts";
import { test } from "../../test.ts";

// Answers of Linux 6.18, without their nlmsghdr.
const LOCAL = hex("7f000001 00000000 00 00 ff ff 20 00 02 fe 00000000"); // 127.0.0.1 in table local: 127.0.0.1/32
const DEFAULT = hex("08080808 00000000 00 00 fe fe 00 00 01 00 00000000"); // 8.8.8.8 in table main: default
const ABSENT = hex("08080808 00000000 00 00 4d 00 00 00 00 00 feffffff"); // in table 77, which is not there: ENOENT

test("FibResult: the kernel's answers, both ways", () => {
  const local: FibResult = {
    flAddr: "127.0.0.1",
    flMark: 0,
    flTos: 0,
    flScope: "universe",
    tbIdIn: "local",
    tbId: "local",
    prefixlen: 32,
    nhSel: 0,
    type: "local",
    scope: "host",
    err: 0,
  };
  assertEquals(decode(FibResult, LOCAL), local);
  assertEquals(encode(FibResult, local), LOCAL);
  const route = decode(FibResult, DEFAULT);
  assertEquals([route.tbId, route.prefixlen, route.type, route.scope], ["main", 0, "unicast", "universe"]);
  assertEquals(encode(FibResult, route), DEFAULT);
  assertEquals(decode(FibResult, ABSENT).err, -2);
});

/** Answers with a result, in the datagram that was sent. */
function answering(result: Uint8Array, before: (answer: Uint8Array) => object[] = () => []): ScriptedKernel {
  return new ScriptedKernel((_, kernel) => {
    const answer = kernel.sent.at(-1)!.slice();
    answer.set(result, 16);
    return [...before(answer) as Uint8Array[], answer];
  });
}

test("lookup: sends one request, and accepts its own answer only", () => {
  const kernel = answering(LOCAL, (answer) => {
    const forged = answer.slice(), stale = answer.slice();
    forged[28] = 1;
    stale[8]! += 1;
    return [{ bytes: forged, port: 7 }, stale, answer.subarray(0, 20)];
  });
  using fib = open({ transport: () => kernel });
  const result = fib.lookup("127.0.0.1", { table: "local" });
  assertEquals([result.prefixlen, result.scope, result.err], [32, "host", undefined]);
  const request = "24000000 0000 0100 01000000 00000000 7f000001 00000000 0000ff00 00000000 00000000";
  assertEquals(kernel.sent, [hex(request)]);
});

test("lookup: a failed search is a KernelError, a missing answer a TIMEOUT", () => {
  using absent = open({ transport: () => answering(ABSENT) });
  const error = assertThrows(() => absent.lookup("8.8.8.8", { table: 77 }), KernelError, "look up 8.8.8.8 in table 77");
  assertEquals(error.code, "ENOENT");
  using silent = open({ transport: () => new ScriptedKernel(), timeout: 0 });
  assertEquals(assertThrows(() => silent.lookup("8.8.8.8"), NetlinkError).code, "TIMEOUT");
  assertThrows(() => silent.lookup("8.8.8.8", { table: 256 }), RangeError, "0..255");
  assertThrows(() => silent.lookup("::1"), TypeError);
});

test("lookup: after a lost answer the request is repeated, and the final ENOBUFS names the look-up", () => {
  const lost = new SystemError("recvmsg", 105, "receive"), answers = answering(LOCAL);
  let sent = 0;
  const kernel = new ScriptedKernel((_, kernel) => {
    if (++sent < 3) return [lost];
    answers.send(kernel.sent.at(-1)!, 36);
    return [answers.receive(0)!.bytes.slice(0, 36)];
  });
  using fib = open({ transport: () => kernel });
  assertEquals([fib.lookup("127.0.0.1").prefixlen, sent], [32, 3]);
  using full = open({ transport: () => new ScriptedKernel(() => [lost]) });
  assertThrows(
    () => full.lookup("127.0.0.1"),
    SystemError,
    "Cannot look up 127.0.0.1 in table main: recvmsg() failed with",
  );
});

test("lookup: the timeout covers the whole call, even if datagrams keep arriving", () => {
  const slow = new Int32Array(new SharedArrayBuffer(4)), bytes = LOCAL.slice();
  const kernel = new ScriptedKernel();
  kernel.receive = (timeout) => {
    Atomics.wait(slow, 0, 0, Math.min(3, timeout));
    return { bytes, view: new DataView(bytes.buffer), length: 20, port: 0, groups: 0, nsid: undefined };
  };
  using fib = open({ transport: () => kernel, timeout: 30 });
  assertEquals(assertThrows(() => fib.lookup("127.0.0.1"), NetlinkError).code, "TIMEOUT");
});

test(`FibResult: ${ROUNDS} mutated answers give a value`, () => {
  const next = random(10);
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = LOCAL.slice(0, next(21));
    for (let n = next(4); n > 0 && bytes.length > 0; n--) bytes[next(bytes.length)] = next(256);
    decode(FibResult, bytes);
  }
});
