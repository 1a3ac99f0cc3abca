/** USERSOCK: recipients of messages, and bytes from other programs. */
import { assertEquals, assertThrows } from "@std/assert";
import { type Attributes, attributes, text, u32 } from "../../../core/codec/mod.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { open } from "../../../families/usersock.ts";
import { encode, hex, random } from "../core/help.ts";
import { test } from "../../test.ts";

interface Line {
  id?: number;
  said?: string;
}
const Line: Attributes<Line> = attributes<Line>({ id: [1, u32], said: [2, text] });

/** A scripted kernel that records the recipient of each datagram. */
class Noting extends ScriptedKernel {
  readonly to: [port: number, groups: number][] = [];
  override send(bytes: Uint8Array, length: number, port = 0, groups = 0): void {
    this.to.push([port, groups]);
    super.send(bytes, length, port, groups);
  }
}

test("Usersock: sends to a port, a group, or both", () => {
  const kernel = new Noting();
  using socket = open({ transport: () => kernel, groups: [1, 32] });
  assertEquals(kernel.groups, [1, 32]);
  socket.send(7, hex("0102"));
  socket.send({ group: 1 }, "03:04");
  socket.send({ port: 8, group: 32 }, hex("05"));
  assertEquals(kernel.sent, [hex("0102"), hex("0304"), hex("05")]);
  assertEquals(kernel.to, [[7, 0], [0, 1], [8, 1 << 31]]);
  socket.leave(1);
  socket.join(2);
  assertEquals(kernel.groups, [32, 2]);
});

test("Usersock: refuses recipients that do not exist", () => {
  using socket = open({ transport: () => new ScriptedKernel() });
  assertThrows(() => socket.send(0, "01"), RangeError, "port");
  assertThrows(() => socket.send(-1, "01"), RangeError, "port");
  assertThrows(() => socket.send({ group: 33 }, "01"), RangeError, "1..32");
  assertThrows(() => socket.send({}, "01"), TypeError, "neither");
  assertThrows(() => socket.join(0), RangeError, "1..32");
  assertThrows(() => open({ transport: () => new ScriptedKernel(), groups: [0] }), RangeError, "1..32");
});

test("Usersock: decodes typed messages, and returns others as bytes", async () => {
  const kernel = new ScriptedKernel(), credentials = { pid: 5, uid: 6, gid: 7 };
  await using socket = open({ transport: () => kernel, codec: Line });
  const bytes = encode(Line, { id: 3, said: "hello" });
  kernel.push({ bytes, port: 9, groups: 4, credentials }, { bytes: hex("0100 0100 ff"), port: 9 });
  assertEquals((await socket.next()).value, { value: { id: 3, said: "hello" }, bytes, port: 9, group: 4, credentials });
  assertEquals((await socket.next()).value, { bytes: hex("0100 0100 ff"), port: 9, group: 0 });
  assertThrows(() => socket.send(1, { sayd: "x" } as Line), TypeError, "said");
});

test("usersock: 20,000 mutated messages are returned as values or bytes", async () => {
  const kernel = new ScriptedKernel(), next = random(2), seed = encode(Line, { id: 3, said: "hello" });
  await using socket = open({ transport: () => kernel, codec: Line });
  for (let i = 0; i < 20_000; i++) {
    const bytes = seed.slice(0, next(seed.length + 1));
    for (let n = next(4); n > 0 && bytes.length > 0; n--) bytes[next(bytes.length)] = next(256);
    kernel.push({ bytes, port: 9 });
  }
  for (let i = 0; i < 20_000; i++) assertEquals((await socket.next()).value?.port, 9);
});
