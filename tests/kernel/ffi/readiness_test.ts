/** Waiting for sockets without blocking the event loop. */
import { assertEquals, assertRejects } from "@std/assert";
import { spawnSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { NetlinkError } from "../../../ffi/errors.ts";
import { Socket } from "../../../ffi/socket.ts";
import { patience } from "../namespace.ts";
import { test } from "../../test.ts";

const SOCKET = new URL("../../../ffi/socket.ts", import.meta.url).href;
const ROUTE = new URL("../../../families/route/mod.ts", import.meta.url).href;
const CONTROLLER = new URL("../../../families/generic/controller.ts", import.meta.url).href;

const root = process.getuid?.() === 0;

function usersock(): Socket {
  return new Socket({ protocol: 2, protocolName: "NETLINK_USERSOCK" });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Receives all pending datagrams, and returns their number. */
function drain(socket: Socket): number {
  let count = 0;
  while (socket.receive()) count++;
  return count;
}

/** Runs a module's text on the runtime of this test, and returns its output. */
function runScript(code: string): { stdout: string; stderr: string; status: number | null; signal: string | null } {
  const args = process.versions.deno
    ? ["eval", "--no-check", code]
    : process.versions.bun
    ? ["-e", code]
    : ["--no-warnings", "--input-type=module", "-e", code];
  const options = { encoding: "utf8", timeout: patience(100_000) } as const;
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, args, options);
  return { stdout, stderr, status, signal };
}

/** Checks that a script prints a line and then ends. */
function assertEnds(code: string): void {
  const script = `const { Socket } = await import(${JSON.stringify(SOCKET)});\n${code}`;
  const { stdout, stderr, status, signal } = runScript(script);
  assertEquals({ stdout, status, signal }, { stdout: "done\n", status: 0, signal: null }, stderr);
}

test("readable() wakes up when a message comes", async () => {
  using a = usersock();
  using b = usersock();
  for (let i = 0; i < 5; i++) {
    setTimeout(() => a.send(Uint8Array.of(i), 1, b.port), 10);
    await b.readable();
    assertEquals(b.receive()?.bytes[0], i);
  }
});

test("readable() resolves at once if a message is there, each time", async () => {
  using a = usersock();
  using b = usersock();
  a.send(Uint8Array.of(1), 1, b.port);
  a.send(Uint8Array.of(2), 1, b.port);
  await b.readable();
  await b.readable();
  assertEquals(b.receive()?.bytes[0], 1);
  await b.readable();
  assertEquals(drain(b), 1);
});

test("readable() lets other code run, even if there is always a message", async () => {
  using a = usersock();
  using b = usersock();
  a.send(Uint8Array.of(1), 1, b.port);
  let late = false;
  setTimeout(() => late = true, 5);
  while (!late) await b.readable();
  assertEquals(drain(b), 1);
});

const lost = "readable() comes when messages were lost, and receive() says so";
test(lost, { skip: !root && "needs root" }, async () => {
  using a = usersock();
  using b = usersock();
  b.join(7);
  b.setBuffer(4096);
  setTimeout(() => {
    for (let i = 0; i < 100; i++) a.send(new Uint8Array(1000), 1000, 0, 1 << 6);
  }, 10);
  await b.readable();
  await assertRejects(async () => await Promise.resolve(drain(b)), NetlinkError, "ENOBUFS");
});

test("readable() ends with the signal's reason, and works again", async () => {
  using a = usersock();
  using b = usersock();
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 10);
  await assertRejects(() => b.readable({ signal: controller.signal }), Error, "enough");
  await assertRejects(() => b.readable({ signal: controller.signal }), Error, "enough"); // aborted before
  setTimeout(() => a.send(Uint8Array.of(3), 1, b.port), 10);
  await b.readable({ signal: new AbortController().signal });
  assertEquals(drain(b), 1);
});

test("readable() ends with the signal's reason when a message comes right after it", async () => {
  using a = usersock();
  using b = usersock();
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController();
    const wait = assertRejects(() => b.readable({ signal: controller.signal }), Error, "enough");
    if (i % 2) await sleep(1);
    controller.abort(new Error("enough"));
    a.send(Uint8Array.of(i), 1, b.port);
    await wait;
    await b.readable();
    assertEquals(drain(b), 1);
  }
});

test("readable() ends when the socket is closed", async () => {
  const socket = usersock();
  setTimeout(() => socket.close(), 10);
  const error = await assertRejects(() => socket.readable(), NetlinkError);
  assertEquals(error.code, "CLOSED");
  assertEquals((await assertRejects(() => socket.readable(), NetlinkError)).code, "CLOSED");
});

test("readable() refuses a second wait", async () => {
  using a = usersock();
  using b = usersock();
  const first = b.readable();
  assertEquals((await assertRejects(() => b.readable(), NetlinkError)).code, "BUSY");
  a.send(Uint8Array.of(1), 1, b.port);
  await first;
});

test("readable() waits for a socket that reuses another one's descriptor number", async () => {
  using a = usersock();
  for (let i = 0; i < 20; i++) {
    const b = usersock();
    setTimeout(() => a.send(Uint8Array.of(i), 1, b.port), 1);
    await b.readable();
    assertEquals(drain(b), 1);
    b.close();
  }
});

test("readable() serves 100 sockets", async () => {
  using sender = usersock();
  const sockets = Array.from({ length: 100 }, usersock);
  let received = 0;
  const loops = sockets.map(async (socket) => {
    while (true) {
      try {
        await socket.readable();
      } catch (error) {
        return (error as NetlinkError).code;
      }
      received += drain(socket);
    }
  });
  for (let round = 0; round < 10; round++) {
    for (const socket of sockets) sender.send(Uint8Array.of(round), 1, socket.port);
    await sleep(2);
  }
  while (received < 1000) await sleep(1);
  for (const socket of sockets) socket.close();
  assertEquals(new Set(await Promise.all(loops)), new Set(["CLOSED"]));
  assertEquals(received, 1000);
});

test("readable() leaves no descriptor behind", async () => {
  const count = (): number => readdirSync("/proc/self/fd").length;
  using first = usersock();
  await Promise.allSettled([first.readable({ signal: AbortSignal.timeout(5) })]); // now the reactor's own descriptors exist
  await sleep(20);
  const before = count();
  for (let i = 0; i < 50; i++) {
    const socket = usersock();
    const wait = assertRejects(() => socket.readable(), NetlinkError);
    if (i % 2) await sleep(1);
    socket.close();
    await wait;
  }
  await sleep(20);
  assertEquals(count() - before <= 1, true, `${count() - before} more`);
});

test("readable() with ref: false lets the process end", () => {
  assertEnds(`
    new Socket({ protocol: 2 }).readable({ ref: false });
    console.log("done");
  `);
});

test("readable() with ref: false lets the process end also after others waited with ref", () => {
  assertEnds(`
    const a = new Socket({ protocol: 2 }), b = new Socket({ protocol: 2 });
    b.readable({ ref: false });
    setTimeout(() => b.send(Uint8Array.of(1), 1, a.port), 20);
    await a.readable();
    a.readable({ ref: false });
    console.log("done");
  `);
});

test("readable() with ref: false lets the process end, even if a message arrives at that moment", () => {
  assertEnds(`
    const a = new Socket({ protocol: 2 });
    a.readable({ ref: false });
    process.on("exit", () => a.send(Uint8Array.of(1), 1, a.port));
    console.log("done");
  `);
});

test("readable() keeps the process alive until it resolves, and no longer", () => {
  assertEnds(`
    const a = new Socket({ protocol: 2 }), b = new Socket({ protocol: 2 });
    const timer = setTimeout(() => a.send(Uint8Array.of(1), 1, b.port), 100);
    if (globalThis.Deno) Deno.unrefTimer(timer);
    else timer.unref();
    await b.readable();
    console.log("done");
  `);
});

test("close() of a socket with a pending wait lets the process end", () => {
  assertEnds(`
    const socket = new Socket({ protocol: 2 });
    setTimeout(() => socket.close(), 20);
    await socket.readable().catch(() => {});
    console.log("done");
  `);
});

test("readable() works in a Worker, which ends while a wait is pending", () => {
  assertEnds(`
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(\`(async () => {
      const { Socket } = await import(${JSON.stringify(SOCKET)});
      const a = new Socket({ protocol: 2 }), b = new Socket({ protocol: 2 });
      setTimeout(() => a.send(Uint8Array.of(1), 1, b.port), 20);
      await b.readable();
      b.readable({ ref: false });
      process.getBuiltinModule("node:worker_threads").parentPort.postMessage(b.receive().length);
    })();\`, { eval: true });
    const own = new Socket({ protocol: 2 });
    setTimeout(() => own.send(Uint8Array.of(1), 1, own.port), 20);
    const [[length]] = await Promise.all([
      new Promise((resolve, reject) => worker.on("message", (length) => resolve([length])).on("error", reject)),
      own.readable(),
      new Promise((resolve) => worker.on("exit", resolve)),
    ]);
    if (length === 1) console.log("done");
  `);
});

test("readable() leaves nothing behind when the last socket is closed, again and again", async () => {
  const own = (): number => {
    const links = readdirSync("/proc/self/fd").map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "";
      }
    });
    return links.filter((link) => /eventpoll|eventfd/.test(link)).length;
  };
  const round = async (i: number): Promise<void> => {
    using a = usersock();
    const b = usersock();
    if (i % 3 === 0) setTimeout(() => a.send(Uint8Array.of(i), 1, b.port), 1);
    else if (i % 3 === 1) setTimeout(() => b.close(), 1);
    else b.close();
    await Promise.allSettled([b.readable(), i % 2 ? a.readable({ signal: AbortSignal.timeout(2) }) : undefined]);
    b.close();
  };
  await round(0); // now the runtime's own descriptors exist
  await sleep(50);
  const before = own();
  for (let i = 0; i < 60; i++) await round(i);
  // Deno's pool releases its thread; only then are the descriptors counted.
  while (own() > before) await sleep(5);
  assertEquals(own(), before);
});

test("readable() in Workers that end leaves no descriptor behind", () => {
  assertEnds(`
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const { readdirSync, readlinkSync } = process.getBuiltinModule("node:fs");
    const own = () => readdirSync("/proc/self/fd").map((fd) => {
      try { return readlinkSync("/proc/self/fd/" + fd); } catch { return ""; }
    }).filter((link) => /eventpoll|eventfd|socket/.test(link)).length;
    const round = () => new Promise((resolve, reject) => new Worker(\`(async () => {
      const { Socket } = await import(${JSON.stringify(SOCKET)});
      const a = new Socket({ protocol: 2 }), b = new Socket({ protocol: 2 });
      setTimeout(() => a.send(Uint8Array.of(1), 1, b.port), 5);
      await b.readable();
      const wait = b.readable().catch(() => {});
      a.close();
      b.close();
      await wait;
    })();\`, { eval: true }).on("error", reject).on("exit", resolve));
    // Warm up: each runtime keeps a bounded number of descriptors for Workers that have ended.
    for (let i = 0; i < 12; i++) await round();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = own();
    for (let i = 0; i < 6; i++) await round();
    // A runtime may keep a descriptor more than before; what each Worker leaves behind would be six.
    while (own() >= before + 6) await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("done");
  `);
});

test("a Worker that ends closes its shared clients, however it used them", () => {
  assertEnds(`
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const { readdirSync, readlinkSync } = process.getBuiltinModule("node:fs");
    const own = () => readdirSync("/proc/self/fd").map((fd) => {
      try { return readlinkSync("/proc/self/fd/" + fd); } catch { return ""; }
    }).filter((link) => /eventpoll|eventfd|socket/.test(link)).length;
    const round = () => new Promise((resolve, reject) => new Worker(\`(async () => {
      const { links } = await import(${JSON.stringify(ROUTE)});
      const { families } = await import(${JSON.stringify(CONTROLLER)});
      links.get(1);
      families.get("nlctrl");
      const watch = links.watch({ initial: true });
      await watch.next();
      await watch.return();
    })();\`, { eval: true }).on("error", reject).on("exit", resolve));
    // Warm up: each runtime keeps a bounded number of descriptors for Workers that have ended.
    for (let i = 0; i < 12; i++) await round();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = own();
    for (let i = 0; i < 6; i++) await round();
    // A runtime may keep a descriptor more than before; what each Worker leaves behind would be six.
    while (own() >= before + 6) await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("done");
  `);
});

const bun = process.versions.bun !== undefined;
/** Ways in which the Bun.connect of another version may behave differently. */
const CHANGES: Record<string, string> = {
  "takes no descriptor": "() => Promise.reject(new Error('no fd'))",
  "throws": "() => { throw new Error('no fd'); }",
  "ends the connection at once": "({ socket }) => new Promise(() => setTimeout(() => socket.close({}), 0))",
};
for (const [name, connect] of Object.entries(CHANGES)) {
  const title = `readable() works by a thread if one day Bun.connect() ${name}`;
  test(title, { skip: bun ? false : "only for Bun" }, () => {
    assertEnds(`
      Bun.connect = ${connect};
      const a = new Socket({ protocol: 2 }), b = new Socket({ protocol: 2 });
      for (let i = 0; i < 3; i++) {
        setTimeout(() => a.send(Uint8Array.of(i), 1, b.port), 20);
        await b.readable();
        if (b.receive().bytes[0] !== i) throw new Error("not received");
      }
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      await b.readable({ signal: controller.signal }).catch(() => {});
      // Another thread waits after the first one ended.
      a.close();
      b.close();
      const c = new Socket({ protocol: 2 }), d = new Socket({ protocol: 2 });
      setTimeout(() => c.send(Uint8Array.of(7), 1, d.port), 20);
      await d.readable();
      d.readable({ ref: false });
      console.log("done");
    `);
  });
}
