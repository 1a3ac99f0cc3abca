/**
 * USERSOCK: processes exchange messages, the kernel gives the sender's credentials, and a slow reader learns of losses.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { SystemError } from "../../../core/errors.ts";
import { open } from "../../../families/usersock.ts";
import { kernelTest, lab } from "../namespace.ts";

/** Under qemu everything is slow. */
const MESSAGES = lab ? 2000 : 100_000;
/** Messages on the way; fewer than fit into a default receive buffer. */
const UNDER_WAY = 64;

kernelTest(
  `usersock: two processes exchange ${MESSAGES} messages, each its own, none lost, none twice`,
  [],
  async () => {
    await using socket = open();
    const script = fileURLToPath(new URL("usersock_child.ts", import.meta.url));
    const deno = "Deno" in globalThis;
    const child = spawn(process.execPath, [...(deno ? ["run", "-A", "--no-check"] : []), script, String(socket.port)], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const hello = await socket.next(), port = hello.value!.port!;
    assertEquals(hello.value!.credentials, { pid: child.pid!, uid: process.getuid!(), gid: process.getgid!() });
    const bytes = new Uint8Array(8), view = new DataView(bytes.buffer);
    let sent = 0, got = 0;
    while (got < MESSAGES) {
      for (; sent < MESSAGES && sent - got < UNDER_WAY; sent++) {
        view.setUint32(0, sent);
        view.setUint32(4, ~sent >>> 0);
        socket.send(port, bytes);
      }
      const { value } = await socket.next(), answer = new DataView(value!.bytes!.buffer, value!.bytes!.byteOffset);
      // The child swaps the two words.
      if (value!.port !== port || answer.getUint32(4) !== got || answer.getUint32(0) !== ~got >>> 0) {
        throw new Error(`message ${got} is not the answer to it`);
      }
      got++;
    }
    socket.send(port, new Uint8Array(1));
    assertEquals(await new Promise((resolve) => child.on("exit", resolve)), 0);
    assertThrows(() => socket.send(port, bytes), SystemError, "ECONNREFUSED");
  },
);

kernelTest(
  "usersock: a message to a group reaches its members, but neither the sender nor other groups",
  [],
  async () => {
    await using first = open({ groups: [1, 32] });
    await using second = open({ groups: [31] });
    await using sender = open({ groups: [32] });
    sender.send({ group: 32 }, "01");
    sender.send({ group: 31 }, "02");
    sender.send({ group: 1, port: second.port }, "03");
    const heard = async (socket: typeof first) => {
      const { bytes, group, port } = (await socket.next()).value!;
      assertEquals(port, sender.port);
      return [[...bytes!], group];
    };
    assertEquals([await heard(first), await heard(first)], [[[1], 32], [[3], 1]]);
    assertEquals([await heard(second), await heard(second)], [[[2], 31], [[3], 1]]);
    first.leave(1);
    sender.send({ group: 1 }, "04");
    sender.send({ group: 32 }, "05");
    assertEquals(await heard(first), [[5], 32]);
  },
);

kernelTest("usersock: a group's member that reads too slowly learns that messages were lost", [], async () => {
  await using slow = open({ groups: [3], buffer: 4096 });
  await using sender = open();
  for (let i = 0; i < 1000; i++) sender.send({ group: 3 }, new Uint8Array(100));
  let count = 0;
  for await (const message of slow) {
    if (message.event === "overrun") break;
    count++;
  }
  assert(count < 1000);
});

kernelTest("usersock: a port that reads too slowly refuses messages", [], async () => {
  await using slow = open();
  await using sender = open();
  const error = assertThrows(() => {
    while (true) sender.send(slow.port, new Uint8Array(1000));
  }, SystemError);
  assertEquals(error.code, "EAGAIN");
});
