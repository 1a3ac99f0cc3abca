/** Network namespaces: those of the library and of `ip netns` are the same. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";
import * as netns from "../../../core/netns.ts";
import { SystemError } from "../../../ffi/errors.ts";
import { inNetns, openNetns } from "../../../ffi/netns.ts";
import { libc } from "../../../ffi/runtime.ts";
import { Socket } from "../../../ffi/socket.ts";
import { test } from "../../test.ts";

const root = process.getuid?.() === 0;
const blue = `nl-netns-${process.pid}`;

function rootTest(name: string, fn: () => void | Promise<void>): void {
  test(name, { skip: !root && "needs root" }, fn);
}

function ip(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Returns the names that `ip netns` lists, without the numbers that it may show. */
function ipNames(): string[] {
  return ip("netns", "list").split("\n").map((line) => line.split(" ")[0]!).filter((name) => name !== "");
}

/** Returns the network namespace that this thread is in. */
function here(): string {
  return readlinkSync("/proc/thread-self/ns/net");
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

rootTest("netns.add() makes a namespace that ip netns can use and delete", () => {
  const before = here();
  netns.add(blue);
  try {
    assertEquals(here(), before);
    assert(netns.list().includes(blue));
    assert(ipNames().includes(blue));
    ip("-n", blue, "link", "add", "v0", "type", "veth", "peer", "name", "v1");
    assertEquals(netns.run(blue, here), ip("netns", "exec", blue, "readlink", "/proc/self/ns/net").trim());
  } finally {
    ip("netns", "delete", blue);
  }
  assert(!netns.list().includes(blue));
  assert(!existsSync(`/run/netns/${blue}`));
});

rootTest("netns.delete() deletes a namespace that ip netns made", () => {
  ip("netns", "add", blue);
  try {
    assert(netns.list().includes(blue));
    assert(netns.run(blue, here) !== here());
  } finally {
    netns.delete(blue);
  }
  assert(!ipNames().includes(blue));
  assert(!existsSync(`/run/netns/${blue}`));
});

rootTest("netns.add() makes the directory a shared mount, once, as ip netns does", () => {
  const mounts = (): string[] =>
    readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter((line) => line.split(" ")[4] === "/run/netns");
  netns.add(blue);
  netns.delete(blue);
  assertEquals(mounts().length, 1);
  assert(mounts()[0]!.includes(" shared:"), mounts()[0]);
  ip("netns", "add", blue);
  netns.delete(blue);
  assertEquals(mounts().length, 1);
});

rootTest("netns.list() is sorted, and supports names that are not UTF-8", () => {
  const names = ["b", "a", "\udcff"].map((end) => `${blue}-${end}`);
  for (const name of names) netns.add(name);
  try {
    assertEquals(netns.list().filter((name) => name.startsWith(blue)), names.toSorted());
    for (const name of names) assert(netns.run(name, here) !== here());
  } finally {
    for (const name of names) netns.delete(name);
  }
});

rootTest("netns.list() lists more than fit into one call", () => {
  const names = Array.from({ length: 150 }, (_, i) => `${blue}-${"x".repeat(30)}-${i}`);
  // Left-over files without a mount: making them is faster than making 150 namespaces.
  mkdirSync("/run/netns", { recursive: true });
  for (const name of names) writeFileSync(`/run/netns/${name}`, "");
  try {
    assertEquals(netns.list().filter((name) => name.startsWith(blue)), names.toSorted());
  } finally {
    for (const name of names) rmSync(`/run/netns/${name}`);
  }
});

rootTest("netns.add() refuses a name that is taken, and does not change the namespace", () => {
  netns.add(blue);
  try {
    const before = netns.run(blue, here);
    const error = assertThrows(() => netns.add(blue), SystemError);
    assertEquals(
      error.message,
      `Cannot add network namespace "${blue}": open() failed with EEXIST "File exists" ` +
        '({ exists: "ok" } leaves an existing one as it is)',
    );
    assertEquals(netns.run(blue, here), before);
  } finally {
    netns.delete(blue);
  }
});

rootTest("netns.delete() and netns.run() report a missing namespace", () => {
  const error = assertThrows(() => netns.delete("nl-none"), SystemError);
  assertEquals(
    error.message,
    'Cannot delete network namespace "nl-none": umount2() failed with ENOENT "No such file or directory"',
  );
  const missing = assertThrows(() => netns.run("nl-none", () => 1), SystemError);
  assertEquals([missing.code, missing.call], ["ENOENT", "open"]);
  assert(missing.message.includes('no network namespace "nl-none"'), missing.message);
});

rootTest("netns.run() and netns.delete() handle a file that is left from before a reboot", () => {
  mkdirSync("/run/netns", { recursive: true });
  writeFileSync(`/run/netns/${blue}`, "");
  const before = here();
  const error = assertThrows(() => netns.run(blue, () => 1), SystemError);
  assertEquals([error.code, error.call, error.hint], [
    "EINVAL",
    "setns",
    "the file is there, but no namespace is mounted on it",
  ]);
  assertEquals(here(), before);
  netns.delete(blue);
  assert(!existsSync(`/run/netns/${blue}`));
});

test("names of network namespaces are single file names", () => {
  for (const name of ["", ".", "..", "a/b", "/run/netns/x", "a\0b"]) {
    assertThrows(() => netns.add(name), TypeError, "name of a network namespace");
    assertThrows(() => netns.delete(name), TypeError, "name of a network namespace");
  }
  for (const name of ["", ".", "..", "a\0b"]) assertThrows(() => netns.run(name, () => 1), TypeError);
  for (const pid of [0, -1, 1.5, NaN]) assertThrows(() => netns.run(pid, () => 1), RangeError);
});

rootTest("trap 24: netns.run() returns to this namespace, also when the function throws", () => {
  netns.add(blue);
  try {
    const before = here();
    const descriptors = openDescriptors();
    assertEquals(netns.run(blue, () => here() === before ? "same" : "other"), "other");
    assertEquals(here(), before);
    const error = new Error("mine");
    assertEquals(
      assertThrows(() =>
        netns.run(blue, () => {
          throw error;
        }), Error),
      error,
    );
    assertEquals(here(), before);
    assertEquals(openDescriptors(), descriptors);
  } finally {
    netns.delete(blue);
  }
});

rootTest("netns.run() can be nested", () => {
  const red = `${blue}-red`;
  netns.add(blue);
  netns.add(red);
  try {
    const before = here();
    const seen = netns.run(blue, () => [here(), netns.run(red, here), here()]);
    assertEquals(seen[0], seen[2]);
    assertEquals(new Set([before, ...seen]).size, 3);
    assertEquals(here(), before);
  } finally {
    netns.delete(blue);
    netns.delete(red);
  }
});

rootTest("netns.run() refuses an async function, after it returned", async () => {
  netns.add(blue);
  try {
    const before = here();
    assertThrows(
      () => netns.run(blue, (async () => await Promise.reject(new Error("unseen"))) as never),
      TypeError,
      "async",
    );
    assertEquals(here(), before);
    await new Promise((resolve) => setTimeout(resolve, 5)); // an unhandled rejection would fail the test
  } finally {
    netns.delete(blue);
  }
});

rootTest("inNetns() and openNetns() take names, paths and processes", () => {
  netns.add(blue);
  try {
    const other = inNetns(blue, here);
    assertEquals(inNetns(`/run/netns/${blue}`, here), other);
    assertEquals(inNetns(process.pid, here), here());
    libc().close(openNetns(blue));
    const error = assertThrows(() => openNetns(0x7ffffffe), SystemError);
    assertEquals([error.code, error.hint], ["ENOENT", `no process ${0x7ffffffe}`]);
    assertEquals(assertThrows(() => openNetns("/no/such"), SystemError).hint, "no such file");
  } finally {
    netns.delete(blue);
  }
});

rootTest("Socket belongs to the namespace that it was opened in", () => {
  netns.add(blue);
  try {
    ip("-n", blue, "link", "add", "v0", "index", "321", "type", "veth", "peer", "name", "v1");
    const before = here();
    using inside = new Socket({ protocol: 0, netns: blue });
    using byPath = new Socket({ protocol: 0, netns: `/run/netns/${blue}` });
    using outside = new Socket({ protocol: 0 });
    assertEquals(here(), before);
    assertEquals([inside.interfaceIndex("v0"), byPath.interfaceName(321)], [321, "v0"]);
    assertEquals(outside.interfaceName(321), undefined);
  } finally {
    netns.delete(blue);
  }
});

rootTest("netns.run() in a Worker concerns the Worker's thread, and returns to its namespace", async () => {
  netns.add(blue);
  const before = here();
  const module = new URL("../../../core/netns.ts", import.meta.url).href;
  // Within blue, the Worker's own namespace is blue, and /proc/self would show another.
  const worker = new Worker(
    `
    const { parentPort } = process.getBuiltinModule("node:worker_threads");
    const { readlinkSync } = process.getBuiltinModule("node:fs");
    const here = () => readlinkSync("/proc/thread-self/ns/net");
    import(${JSON.stringify(module)}).then((netns) => {
      const first = here();
      const seen = netns.run("${blue}", () => [here(), netns.run(${process.pid}, here), here()]);
      parentPort.postMessage([first, ...seen, here()]);
    });`,
    { eval: true },
  );
  try {
    const seen = await new Promise<string[]>((resolve, reject) => worker.on("message", resolve).on("error", reject));
    const inside = netns.run(blue, here);
    assertEquals(seen, [before, inside, before, inside, before]);
    assertEquals(here(), before);
  } finally {
    await worker.terminate();
    netns.delete(blue);
  }
});
