/** Recorded conversations that replace the kernel. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Client } from "../../../core/client.ts";
import { Collection } from "../../../core/collection.ts";
import { KernelError, NetlinkError } from "../../../core/errors.ts";
import { replay } from "../../../core/replay.ts";
import { openTransport } from "../../../core/stream.ts";
import { datagram, type Reply, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { open as usersock } from "../../../families/usersock.ts";
import { hex, searched } from "./help.ts";
import {
  answer,
  client,
  declaration,
  DEL,
  done,
  DUMP,
  event,
  GET,
  type Lamp,
  lamp,
  PROTOCOL,
  request,
} from "./lamps.ts";
import { test } from "../../test.ts";

type Script = (request: SentMessage) => readonly Reply[];

/** Returns the recording of a client whose kernel follows a script. */
async function record(
  script: Script,
  talk: (lamps: Collection<Lamp>, client: Client, push: (at: number, ...replies: Reply[]) => void) => unknown,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const { client: c, lamps, kernels } = client(script, { capture: (bytes) => void pieces.push(bytes) });
  await talk(lamps, c, (at, ...replies) => kernels[at]!.push(...replies));
  c.close();
  return pieces;
}

function played(pieces: Uint8Array[]): { client: Client; lamps: Collection<Lamp> } {
  const c = new Client(PROTOCOL, { transport: replay(pieces, PROTOCOL) });
  return { client: c, lamps: new Collection<Lamp>(declaration, () => c) };
}

const DUMPS: Script = ({ seq, type }) =>
  type !== GET
    ? [answer(seq, 17)]
    : [datagram(lamp(seq, { index: 1 }), lamp(seq, { index: 2 })), lamp(seq, { index: 3 }), done(seq)];

test("requests get their recorded answers, with the present sequence numbers and port", async () => {
  const pieces = await record(DUMPS, (lamps) => {
    assertEquals(lamps.list().length, 3);
    assertThrows(() => lamps.add({ index: 9 }), KernelError, "EEXIST");
    assertEquals([...lamps.iterate()].length, 3);
  });
  const { client: c, lamps } = played(pieces);
  // Another order gives other sequence numbers.
  assertThrows(() => lamps.add({ index: 9 }), KernelError, "EEXIST");
  assertEquals(lamps.list().map(({ index }) => index), [1, 2, 3]);
  assertEquals([...lamps.iterate()].map(({ index }) => index), [1, 2, 3]);
  c.close();
});

test("a request is answered as often as it was recorded", async () => {
  let count = 0;
  const script: Script = ({ seq }) => [lamp(seq, { index: ++count }, 0), answer(seq)];
  const pieces = await record(
    script,
    (lamps) => [lamps.get({ index: 5 }), lamps.get({ index: 5 }), lamps.get({ index: 6 })],
  );
  const { lamps } = played(pieces);
  assertEquals([lamps.get({ index: 6 }), lamps.get({ index: 5 }), lamps.get({ index: 5 })].map(({ index }) => index), [
    3,
    1,
    2,
  ]);
  const error = assertThrows(() => lamps.get({ index: 5 }), NetlinkError);
  assertEquals(error.code, "NOT_RECORDED");
  assertStringIncludes(error.message, "Cannot send LAMP_GET: no unanswered request in the recording matches");
  assertStringIncludes(
    assertThrows(() => lamps.get({ index: 7 }), NetlinkError).message,
    "the recording has 0 other unanswered requests of this type",
  );
});

test("events go to the socket that joined their group, in their order", async () => {
  const pieces = await record(DUMPS, async (lamps, _client, push) => {
    await using events = lamps.watch();
    push(1, event({ index: 7 }), event({ index: 8 }), event({ index: 7 }, DEL));
    for (let i = 0; i < 3; i++) await events.next();
    lamps.list();
  });
  const { lamps } = played(pieces);
  assertEquals(lamps.list().length, 3);
  await using events = lamps.watch();
  const heard: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const { value } = await events.next();
    heard.push(value?.event === "new" || value?.event === "del" ? [value.event, value.value.index] : value);
  }
  assertEquals(heard, [["new", 7], ["new", 8], ["del", 7]]);
});

test("a batch is answered item by item", async () => {
  const script: Script = ({ seq, flags }) => seq === 2 ? [answer(seq, 17)] : (flags & 4) !== 0 ? [answer(seq)] : [];
  const batch = (c: Client): NetlinkError =>
    assertThrows(() =>
      c.runBatch((add) => {
        for (let index = 1; index < 5; index++) add(request({ index }));
      }), NetlinkError);
  let message = "";
  const pieces = await record(script, (_lamps, c) => message = batch(c).message);
  assertEquals(batch(played(pieces).client).message, message);
});

test("datagrams without a header are events too", async () => {
  const pieces: Uint8Array[] = [], capture = (bytes: Uint8Array): void => void pieces.push(bytes);
  const kernel = new ScriptedKernel(), socket = usersock({ capture, groups: [3], transport: () => kernel });
  kernel.push({ bytes: hex("010203"), port: 77, groups: 3 });
  await socket.next();
  socket.close();
  const again = usersock({ groups: [3], transport: replay(pieces, { ...PROTOCOL, number: 2 }) });
  const { value } = await again.next();
  assertEquals([value?.bytes, value?.port, value?.group], [hex("010203"), 77, 3]);
  again.close();
});

test("another protocol's messages are ignored, a big-endian machine's cannot be replayed", () => {
  const big = hex("a1b2c3d4 0002 0004 00000000 00000000 0000ffff 000000fd 00000000 00000000 00000024 00000024");
  const packet = hex("0004 0338 0000 0000000000000000 001e 00000014 0010 0001 00000001 00000000 00000000");
  const file = Uint8Array.from([...big, ...packet]);
  assertEquals(assertThrows(() => replay(file, PROTOCOL), NetlinkError).code, "FOREIGN");
  replay(file, { ...PROTOCOL, number: 29 });
});

test("a capture of nlmon, which has no direction, port or group, can be replayed", () => {
  const header = hex("d4c3b2a1 0200 0400 00000000 00000000 ffff0000 fd000000");
  const packet = (bytes: Uint8Array): Uint8Array => {
    const length = new Uint8Array(16), view = new DataView(length.buffer);
    view.setUint32(8, 16 + bytes.length, true);
    view.setUint32(12, 16 + bytes.length, true);
    return Uint8Array.from([...length, ...hex("0004 0338 0000 0000000000000000 001e"), ...bytes]);
  };
  const pieces: Uint8Array[] = [];
  const { client: c, kernels } = client(DUMPS);
  c.dump(DUMP);
  const [asked] = kernels[0]!.sent;
  pieces.push(
    header,
    packet(asked!),
    packet(event({ index: 4 }).bytes),
    packet(lamp(1, { index: 1 })),
    packet(done(1)),
  );
  const { lamps, client: again } = played(pieces);
  assertEquals((again.dump(DUMP) as Lamp[]).map(({ index }) => index), [1]);
  lamps.watch();
});

test("a long recording is replayed in linear time", () => {
  const count = 3000;
  const pieces: Uint8Array[] = [];
  {
    const script: Script = ({ seq, type }) => type === GET ? [lamp(seq, { index: 1 }, 0), answer(seq)] : [answer(seq)];
    const { client: c, lamps } = client(script, { capture: (bytes) => void pieces.push(bytes) });
    for (let index = 0; index < count; index++) lamps.get({ index });
    c.close();
  }
  const work = (times: number, backwards: boolean): number =>
    searched(() => {
      // Each get is three packets: request, reply, ACK.
      const { client: c, lamps } = played(pieces.slice(0, 1 + 3 * times));
      for (let i = 0; i < times; i++) assertEquals(lamps.get({ index: backwards ? times - 1 - i : i }).index, 1);
      c.close();
    });
  for (const backwards of [false, true]) {
    const some = work(count / 10, backwards), all = work(count, backwards);
    assert(all <= 12 * some + 1000, `${all} steps of ${count} requests, ${some} of ${count / 10}`);
  }
});

test("hundreds of thousands of events wait until a socket joins their group", () => {
  const count = 150_000, pieces: Uint8Array[] = [], one = event({ index: 9 });
  {
    const capture = (bytes: Uint8Array): void => void pieces.push(bytes);
    const kernel = new ScriptedKernel();
    using transport = openTransport(PROTOCOL, { capture, transport: () => kernel });
    for (let index = 0; index < count; index++) kernel.push(one);
    for (let index = 0; index < count; index++) transport.receive(0);
  }
  const socket = replay(pieces, PROTOCOL)();
  let heard = 0;
  const steps = searched(() => {
    assertEquals(socket.receive(0), undefined);
    socket.join(1);
    while (socket.receive(0) !== undefined) heard++;
  });
  assertEquals([heard, socket.receive(0)], [count, undefined]);
  assert(steps < 10 * count, `${steps} steps`);
});
