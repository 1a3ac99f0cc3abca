/** The processes that hold sockets, found through /proc. */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { commandLine, processesOf } from "../../../core/processes.ts";
import { unix } from "../../../families/sock_diag/unix.ts";
import { skip, test } from "../../test.ts";

/** Starts a process that holds two sockets, one of them twice, and whose name has a space; returns it and their inodes. */
async function holder(): Promise<{ pid: number; inodes: number[]; end: () => Promise<void> }> {
  const child = spawn("python3", ["-c", HOLDER], { stdio: ["pipe", "pipe", "inherit"] });
  const failed = once(child, "error").then(() => skip("needs python3"));
  const [line] = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), failed]);
  const end = async (): Promise<void> => {
    child.stdin.end();
    await once(child, "exit");
  };
  return { pid: child.pid!, inodes: JSON.parse(line), end };
}

const HOLDER = `
import json, os, socket, sys
with open("/proc/self/comm", "w") as comm: comm.write("two words")
a, b = socket.socketpair()
c = os.dup(a.fileno())
print(json.dumps([os.fstat(s.fileno()).st_ino for s in (a, b)]), flush=True)
sys.stdin.read()
`;

test("processes: the holder of a socket is found by its inode, with name and descriptors, in one walk for all", async () => {
  const { pid, inodes, end } = await holder();
  try {
    const found = processesOf(inodes);
    assertEquals([...found.keys()].sort(), inodes.toSorted());
    const fds = readdirSync(`/proc/${pid}/fd`).map(Number).sort((a, b) => a - b);
    for (const inode of inodes) {
      const own = fds.filter((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
      assertEquals(found.get(inode), [{ pid, name: "two words", fds: own }]);
    }
    assertEquals(found.get(inodes[0]!)![0]!.fds.length, 2);
    assert(processesOf().has(inodes[1]!), "without inodes, all sockets");
    assertEquals(processesOf([]).size + processesOf([0xffffffff]).size, 0);
    // The kernel's own list of sockets has the same inodes.
    assertEquals(unix.list().filter(({ inode }) => inodes.includes(inode)).length, 2);
  } finally {
    await end();
  }
  assertEquals(processesOf(inodes).size, 0);
});

test("processes: all that this process may see are those that node:fs sees", () => {
  const found = processesOf(), own = found.values().toArray().flat().filter(({ pid }) => pid === process.pid);
  const theirs = readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:");
    } catch {
      return false;
    }
  });
  assertEquals(own.flatMap(({ fds }) => fds).map(String).sort(), theirs.sort());
  for (const { name } of own) assertEquals(name, readFileSync("/proc/self/comm", "utf8").trim());
});

test("processes: command lines are those of /proc, empty ones too, and none for what does not run", async () => {
  const { pid, end } = await holder();
  try {
    // The program may be a script that starts the real one.
    assertEquals(commandLine(pid)!.slice(1), ["-c", HOLDER]);
    assertEquals(commandLine(process.pid), readFileSync("/proc/self/cmdline", "utf8").replace(/\0$/, "").split("\0"));
  } finally {
    await end();
  }
  assertEquals(commandLine(pid), undefined);
  // A zombie: it has ended, and nobody has asked for its status.
  const child = spawn("python3", ["-c", ZOMBIE], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  assertEquals(commandLine(Number(line)), []);
  child.stdin.end();
  await once(child, "exit");
});

const ZOMBIE = `
import os, sys
pid = os.fork()
if pid == 0: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
sys.stdin.read()
`;
