/** Streams: their ends, their overruns, and their fairness to other tasks. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Socket } from "../../../ffi/socket.ts";
import { NetlinkError, SystemError } from "../../../core/errors.ts";
import { openTransport, stream, type Streaming } from "../../../core/stream.ts";
import { drain } from "../../../core/wait.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import type { Received } from "../../../core/transport.ts";
import { test } from "../../test.ts";

const PROTOCOL = { number: 2, name: "NETLINK_USERSOCK", types: {} };
const ENOBUFS = new SystemError("recvmsg", 105, "receive");

/** Returns a stream of the first byte of each datagram. */
function bytesOf(kernel: ScriptedKernel, signal?: AbortSignal): Streaming<{ byte: number }> {
  return stream(kernel, ({ bytes }: Received) => [{ byte: bytes[0]! }], { signal });
}

const done = { value: undefined, done: true };

test("stream: yields arriving messages, and an event for losses", async () => {
  const kernel = new ScriptedKernel(), events = bytesOf(kernel);
  kernel.push(new Uint8Array([1]), ENOBUFS, new Uint8Array([2]));
  assertEquals((await events.next()).value, { byte: 1 });
  assertEquals((await events.next()).value, { byte: 2 });
  assertEquals((await events.next()).value, { event: "overrun" });
  const waiting = events.next();
  kernel.push(new Uint8Array([3]));
  assertEquals((await waiting).value, { byte: 3 });
});

test("stream: a signal ends it without an error, also a pending next() and values not yet yielded", async () => {
  for (const before of [0, 2]) {
    const kernel = new ScriptedKernel(), ending = new AbortController(), events = bytesOf(kernel, ending.signal);
    for (let i = 0; i <= before; i++) kernel.push(new Uint8Array([i]));
    await events.next();
    const waiting = before === 0 ? events.next() : undefined;
    ending.abort();
    assertEquals(await (waiting ?? events.next()), done as never);
    assertEquals(await events.next(), done as never);
    assertThrows(() => kernel.receive(0), NetlinkError, "closed");
  }
});

test("stream: a signal aborted earlier ends it before it begins", async () => {
  const kernel = new ScriptedKernel();
  assertEquals(await bytesOf(kernel, AbortSignal.abort()).next(), done as never);
  assertThrows(() => kernel.send(new Uint8Array(16), 16), NetlinkError, "closed");
});

test("stream: return() ends a pending next(), leaving the loop ends the stream", async () => {
  const kernel = new ScriptedKernel(), events = bytesOf(kernel), waiting = events.next();
  assertEquals(await events.return!(), done as never);
  assertEquals(await waiting, done as never);
  const other = new ScriptedKernel();
  other.push(new Uint8Array([1]));
  for await (const _ of bytesOf(other)) break;
  assertThrows(() => other.receive(0), NetlinkError, "closed");
  const third = new ScriptedKernel();
  {
    await using _events = bytesOf(third);
  }
  assertThrows(() => third.receive(0), NetlinkError, "closed");
});

test("stream: any other error reaches the consumer and closes the socket", async () => {
  const kernel = new ScriptedKernel();
  kernel.push(new SystemError("recvmsg", 12, "receive"));
  await assertRejects(() => bytesOf(kernel).next(), SystemError, "ENOMEM");
  assertThrows(() => kernel.receive(0), NetlinkError, "closed");
});

test("drain: receives at most 256 datagrams", () => {
  const kernel = new ScriptedKernel();
  for (let i = 0; i < 300; i++) kernel.push(new Uint8Array(1));
  let taken = 0;
  assertEquals(drain(kernel, () => taken++), { lost: false, empty: false });
  assertEquals(taken, 256);
  assertEquals(drain(kernel, () => taken++), { lost: false, empty: true });
  assertEquals(taken, 300);
});

test("openTransport: closes the socket if its preparation fails", () => {
  const kernel = new ScriptedKernel();
  const fail = () => {
    throw new RangeError("no");
  };
  assertThrows(() => openTransport(PROTOCOL, { transport: () => kernel }, fail), RangeError);
  assertThrows(() => kernel.receive(0), NetlinkError, "closed");
});

test("stream: many messages do not block the event loop", async () => {
  using sender = new Socket({ protocol: 2 });
  const receiver = openTransport(PROTOCOL, { buffer: 1 << 20 });
  const events = stream(receiver, () => [{}]);
  let turns = 0, count = 0;
  const others = setInterval(() => turns++, 0);
  // There are always more than are received at once.
  for (let i = 0; i < 400; i++) sender.send(new Uint8Array(1), 1, receiver.port);
  for await (const _ of events) {
    if (++count === 20_000) break;
    sender.send(new Uint8Array(1), 1, receiver.port);
  }
  clearInterval(others);
  assert(turns > 0);
});
