/**
 * Stored addresses stay valid if one ArrayBuffer is used, all views are made first, and the address is taken last.
 *
 * On Bun, a small typed array moves when its `.buffer`, `subarray()` or a DataView of it is used, and the kernel then
 * writes into freed memory.
 */
import { assert, assertEquals } from "@std/assert";
import { addressOf, check, libc, pointerOf } from "../../../ffi/runtime.ts";
import { Socket } from "../../../ffi/socket.ts";
import { test } from "../../test.ts";

/** Does everything that was ever seen to move memory, and makes garbage for some collections. */
function shake(views: ArrayBufferView[]): number {
  let sum = 0;
  for (const view of views) {
    sum += new Uint8Array(view.buffer).subarray(1, 3).length + new DataView(view.buffer, 1).byteLength;
    sum += view.buffer.slice(0, 4).byteLength;
  }
  const garbage: Uint8Array[] = [];
  for (let i = 0; i < 3000; i++) {
    const array = new Uint8Array(i % 900 + 1).fill(0xee);
    sum += array.subarray(0).buffer.byteLength;
    garbage[i % 300] = array;
  }
  (globalThis as { Bun?: { gc(force: boolean): void } }).Bun?.gc(true);
  (globalThis as { gc?: () => void }).gc?.();
  return sum + garbage.length;
}

test("trap 34: addressOf() and pointerOf() stay valid however the views are used", () => {
  using a = new Socket({ protocol: 2 });
  using b = new Socket({ protocol: 2 });
  for (const size of [8, 64, 100, 500, 900, 1100, 5000]) {
    // struct msghdr: iov 16, iovlen 24; struct iovec: base 0, len 8
    const target = new ArrayBuffer(size);
    const bytes = new Uint8Array(target);
    const iovec = new ArrayBuffer(16);
    const iovecView = new DataView(iovec);
    const msghdr = new ArrayBuffer(56);
    const msghdrView = new DataView(msghdr);
    iovecView.setBigUint64(0, addressOf(target), true);
    iovecView.setBigUint64(8, BigInt(size), true);
    msghdrView.setBigUint64(16, addressOf(iovec), true);
    msghdrView.setBigUint64(24, 1n, true);
    const pointer = pointerOf(msghdr);
    for (let round = 0; round < 5; round++) {
      assert(shake([bytes, iovecView, msghdrView]) > 0);
      const sent = new Uint8Array(size).fill(round + 1);
      a.send(sent, size, b.port);
      assertEquals(check(libc().recvmsg(b.fd, pointer, 0x40 /* MSG_DONTWAIT */), "recvmsg", "receive"), size);
      assertEquals(bytes, sent, `${size} bytes, round ${round}`);
    }
    assertEquals(addressOf(target), iovecView.getBigUint64(0, true));
    assertEquals(addressOf(iovec), msghdrView.getBigUint64(16, true));
  }
});

test("trap 34: Socket receives into its own memory, however a received datagram is used", () => {
  const sockets = Array.from({ length: 20 }, () => new Socket({ protocol: 2 }));
  using sender = new Socket({ protocol: 2 });
  for (let round = 0; round < 10; round++) {
    for (const [i, socket] of sockets.entries()) {
      const length = round === 5 ? 40_000 : 16; // memory grows once
      sender.send(new Uint8Array(length).fill(i + round), length, socket.port);
    }
    for (const [i, socket] of sockets.entries()) {
      const received = socket.receive()!;
      assertEquals([received.port, received.bytes[0], received.view.getUint8(received.length - 1)], [
        sender.port,
        i + round,
        i + round,
      ]);
      if (i % 5 === 0) assert(shake([received.bytes, received.view]) > 0);
    }
  }
  for (const socket of sockets) socket.close();
});
