/** The netlink socket, against the running kernel. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import * as netns from "../../../core/netns.ts";
import { NetlinkError, SystemError } from "../../../ffi/errors.ts";
import { libc } from "../../../ffi/runtime.ts";
import { NETLINK_OPTIONS, Socket } from "../../../ffi/socket.ts";
import { before } from "../namespace.ts";
import { skip, test } from "../../test.ts";

const NETLINK_ROUTE = 0;
const NETLINK_USERSOCK = 2; // between programs: the kernel only delivers
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const RTNLGRP_LINK = 1;

const root = process.getuid?.() === 0;

/** Declares a test that makes network namespaces. */
function rootTest(name: string, fn: (netns: string) => void): void {
  test(name, { skip: !root && "needs root" }, () => {
    const blue = `nl-socket-${process.pid}`;
    netns.add(blue);
    try {
      fn(blue);
    } finally {
      netns.delete(blue);
    }
  });
}

/**
 * Declares a test that needs CAP_NET_ADMIN: it joins groups of NETLINK_USERSOCK, or makes a buffer larger than the
 * limit for others.
 */
function adminTest(name: string, fn: () => void): void {
  test(name, { skip: !root && "needs root" }, fn);
}

function usersock(): Socket {
  return new Socket({ protocol: NETLINK_USERSOCK, protocolName: "NETLINK_USERSOCK" });
}

function sh(command: string): void {
  const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

/** Returns a message of a header and struct ifinfomsg. */
function request(type: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 32, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  return bytes;
}

test("trap 13: Socket gets a port of its own from the kernel", () => {
  using a = usersock();
  using b = usersock();
  assert(a.port > 0);
  assert(b.port > 0);
  assert(a.port !== b.port);
});

test("Socket requests a dump from the kernel and receives all of it", () => {
  using socket = new Socket({ protocol: NETLINK_ROUTE });
  socket.send(request(RTM_GETLINK, 0x301 /* NLM_F_REQUEST | NLM_F_DUMP */));
  const types: number[] = [];
  while (types.at(-1) !== NLMSG_DONE) {
    const received = socket.receive(5000)!;
    assertEquals([received.port, received.groups], [0, 0]);
    for (let at = 0; at < received.length; at += received.view.getUint32(at, true) + 3 & ~3) {
      types.push(received.view.getUint16(at + 4, true));
    }
  }
  assert(types.length > 1);
  assert(types.slice(0, -1).every((type) => type === RTM_NEWLINK));
  assertEquals(socket.receive(), undefined);
});

test("receive() returns the sender, in the same object each time", () => {
  using a = usersock();
  using b = usersock();
  a.send(Uint8Array.of(1, 2, 3), 2, b.port);
  a.send(Uint8Array.of(4), undefined, b.port);
  const first = b.receive()!;
  assertEquals([first.port, first.length, [...first.bytes.subarray(0, first.length)]], [a.port, 2, [1, 2]]);
  assertEquals([first.nsid, first.credentials], [undefined, undefined]);
  const second = b.receive();
  assertEquals(second === first, true);
  assertEquals([first.length, first.bytes[0]], [1, 4]);
});

test("receive() never cuts a datagram, however large", () => {
  using a = usersock();
  using b = usersock();
  for (const length of [32 * 1024, 32 * 1024 + 1, 150_000, 5]) {
    const sent = new Uint8Array(length).map((_, i) => i * 7 + length);
    a.send(sent, length, b.port);
    const received = b.receive()!;
    assertEquals(received.length, length);
    assertEquals(received.bytes.subarray(0, length), sent);
    assertEquals(received.view.getUint8(length - 1), sent[length - 1]);
  }
});

test("receive() fails if another process sends a longer datagram than the kernel ever does", () => {
  using a = usersock();
  using b = usersock();
  const [SOL_SOCKET, SO_SNDBUFFORCE] = [1, 32], size = new Uint8Array(Int32Array.of(1 << 24).buffer);
  if (libc().setsockopt(a.fd, SOL_SOCKET, SO_SNDBUFFORCE, size, 4) < 0) skip("needs root");
  const sent = new Uint8Array(4_200_000).fill(7);
  a.send(sent, 4_200_000, b.port);
  const received = b.receive()!;
  assertEquals(received.length, sent.length);
  assert(received.bytes.subarray(0, sent.length).every((byte) => byte === 7));
  const next = new Uint8Array(13_000_000);
  a.send(next, next.length, b.port);
  const error = assertThrows(() => b.receive(), NetlinkError, "13000000 bytes is too long, and is lost");
  assertEquals(error.code, "EMSGSIZE");
  a.send(sent, 1, b.port);
  assertEquals(b.receive()!.length, 1);
});

test("receive() returns the kernel's echo of a large request in full", () => {
  using socket = new Socket({ protocol: NETLINK_ROUTE });
  const large = new Uint8Array(100_000);
  large.set(request(RTM_GETLINK, 0x5));
  new DataView(large.buffer).setUint32(0, large.length, true);
  new DataView(large.buffer).setInt32(20, 0x7ffffff0, true); // no such interface: the error holds the request
  socket.send(large);
  const received = socket.receive(5000)!;
  assertEquals(received.view.getUint16(4, true), NLMSG_ERROR);
  assertEquals(received.length, 100_000 + 20);
});

test("receive() waits no longer than its timeout", () => {
  using socket = usersock();
  assertEquals(socket.receive(), undefined);
  assertEquals(socket.receive(0), undefined);
  assertEquals(socket.receive(20), undefined);
});

rootTest("receive() waits for a later datagram", (blue) => {
  using socket = new Socket({ protocol: NETLINK_ROUTE, netns: blue });
  socket.join(RTNLGRP_LINK);
  for (const [timeout, state] of [[10_000, "up"], [Infinity, "down"]] as const) {
    spawn("sh", ["-c", `sleep 0.1; ip -n ${blue} link set lo ${state}`], { stdio: "ignore" });
    assertEquals(socket.receive(timeout)?.view.getUint16(4, true), RTM_NEWLINK);
    while (socket.receive(50));
  }
});

adminTest("receive() reports lost datagrams by ENOBUFS, and continues", () => {
  using a = usersock();
  using b = usersock();
  b.join(5);
  b.setBuffer(4096);
  for (let i = 0; i < 100; i++) a.send(new Uint8Array(1000), 1000, 0, 1 << 4);
  const error = assertThrows(() => {
    while (b.receive());
  }, SystemError);
  assertEquals([error.code, error.call], ["ENOBUFS", "recvmsg"]);
  while (b.receive());
  a.send(new Uint8Array(10), 10, 0, 1 << 4);
  assertEquals(b.receive()?.length, 10);
});

test("send() does not wait for a program that does not read", () => {
  using a = usersock();
  using b = usersock();
  b.setBuffer(4096);
  const error = assertThrows(() => {
    for (let i = 0; i < 1000; i++) a.send(new Uint8Array(1000), 1000, b.port);
  }, SystemError);
  assertEquals(error.code, "EAGAIN");
});

test("send() names the fault", () => {
  using a = usersock();
  const refused = assertThrows(() => a.send(new Uint8Array(8), 8, 0x7fffffff), SystemError);
  assertEquals(
    refused.message,
    'Cannot send 8 bytes to NETLINK_USERSOCK: sendmsg() failed with ECONNREFUSED "Connection refused"',
  );
  const large = assertThrows(() => a.send(new Uint8Array(20_000_000), undefined, a.port), SystemError);
  assertEquals(large.code, "EMSGSIZE");
});

adminTest("join() and leave() choose multicast groups, beyond the 32nd too", () => {
  using a = usersock();
  using b = usersock();
  a.send(Uint8Array.of(1), 1, 0, 1 << 31);
  assertEquals(b.receive(), undefined);
  b.join(32);
  a.send(Uint8Array.of(2), 1, 0, 1 << 31);
  assertEquals(b.receive()?.groups, 32);
  assertEquals(b.receive(), undefined);
  a.send(Uint8Array.of(3), 1, b.port);
  assertEquals(b.receive()?.groups, 0);
  b.leave(32);
  a.send(Uint8Array.of(4), 1, 0, 1 << 31);
  assertEquals(b.receive(), undefined);
});

rootTest("receive() returns the numbers of groups beyond the 32nd", (blue) => {
  // RTNLGRP_TUNNEL came with Linux 5.18; not every kernel has the VLANs of RTNLGRP_BRVLAN.
  const [group, link, change] = before(5, 18)
    ? [33, "b0 type bridge vlan_filtering 1", "vlan add dev b0 vid 100 self"]
    : [35, "vx0 type vxlan external vnifilter dstport 4789", "vni add dev vx0 vni 100"];
  sh(`ip -n ${blue} link add ${link}`);
  using socket = new Socket({ protocol: NETLINK_ROUTE, netns: blue });
  socket.join(group);
  sh(`bridge -n ${blue} ${change}`);
  assertEquals(socket.receive(5000)?.groups, group);
});

adminTest("join() names the group that it cannot join", () => {
  using socket = usersock();
  const error = assertThrows(() => socket.join(1000), SystemError);
  assertEquals(
    error.message,
    'Cannot join group 1000 of NETLINK_USERSOCK: setsockopt() failed with EINVAL "Invalid argument"',
  );
});

test("passCredentials() adds the sender to every datagram", () => {
  using a = usersock();
  using b = usersock();
  b.passCredentials();
  a.send(Uint8Array.of(1), 1, b.port);
  assertEquals(b.receive()?.credentials, {
    pid: process.pid,
    uid: process.getuid!(),
    gid: process.getgid!(),
  });
});

rootTest("receive() returns the namespace of an event", (blue) => {
  sh(`ip netns set ${blue} 4711`);
  using socket = new Socket({ protocol: NETLINK_ROUTE });
  assert(socket.setOption(NETLINK_OPTIONS.NETLINK_LISTEN_ALL_NSID, 1));
  socket.join(RTNLGRP_LINK);
  sh(`ip -n ${blue} link set lo up`);
  // Other tests may change links meanwhile, so look for ours.
  let received = socket.receive(5000);
  while (received && received.nsid !== 4711) received = socket.receive(5000);
  assertEquals([received?.nsid, received?.groups], [4711, RTNLGRP_LINK]);
});

test("setOption() and getOption() agree, and report options that the kernel does not know", () => {
  using socket = usersock();
  assertEquals(socket.getOption(NETLINK_OPTIONS.NETLINK_EXT_ACK), 0);
  assertEquals(socket.setOption(NETLINK_OPTIONS.NETLINK_EXT_ACK, 1), true);
  assertEquals(socket.getOption(NETLINK_OPTIONS.NETLINK_EXT_ACK), 1);
  assertEquals(socket.setOption(12345, 1), false);
  assertEquals(socket.getOption(12345), undefined);
});

test("setBuffer() and setSendBuffer() return the size in force", () => {
  using socket = usersock();
  assertEquals([socket.setBuffer(10_000), socket.setBuffer(100_000)], [20_000, 200_000]);
  assertEquals([socket.setSendBuffer(10_000), socket.setSendBuffer(100_000)], [20_000, 200_000]);
  assertEquals(socket.buffers(), { receive: 200_000, send: 200_000 });
});

test("setSendBuffer() allows longer datagrams, up to 32 bytes less than the buffer", () => {
  using socket = usersock();
  const { send } = socket.buffers(), bytes = new Uint8Array(4 * send);
  assertEquals(assertThrows(() => socket.send(bytes, send - 31, socket.port), SystemError).code, "EMSGSIZE");
  socket.setSendBuffer(send);
  socket.send(bytes, 2 * send - 32, socket.port);
  assertEquals(socket.receive()?.length, 2 * send - 32);
  assertEquals(assertThrows(() => socket.send(bytes, 2 * send - 31, socket.port), SystemError).code, "EMSGSIZE");
});

adminTest("setSendBuffer() with CAP_NET_ADMIN exceeds net.core.wmem_max, and accepts any number", () => {
  using socket = usersock();
  const most = Number(readFileSync("/proc/sys/net/core/wmem_max", "utf8"));
  assertEquals(socket.setSendBuffer(4 * most), 8 * most);
  assertEquals(socket.setSendBuffer(2 ** 40), 0x7ffffffe);
});

test("attachFilter() makes the kernel drop the datagrams that the program rejects", () => {
  using a = usersock();
  using b = usersock();
  // Keep what starts with 1: BPF_LD|BPF_B|BPF_ABS 0; BPF_JMP|BPF_JEQ 1, else skip one; BPF_RET all; BPF_RET nothing.
  const program = new Uint8Array(new Uint32Array([0x30, 0, 0x15 | 1 << 24, 1, 0x06, 0xffffffff, 0x06, 0]).buffer);
  b.attachFilter(program);
  for (const first of [0, 1, 2, 1]) a.send(Uint8Array.of(first, 9), 2, b.port);
  assertEquals([b.receive()?.bytes[0], b.receive()?.bytes[0], b.receive()], [1, 1, undefined]);
  const error = assertThrows(() => b.attachFilter(program.subarray(0, 8)), SystemError); // it does not end in a BPF_RET
  assertEquals(error.code, "EINVAL");
});

test("interfaceName() and interfaceIndex() find the loopback, and no interface that does not exist", () => {
  using socket = new Socket({ protocol: NETLINK_ROUTE });
  assertEquals(socket.interfaceName(1), "lo");
  assertEquals(socket.interfaceIndex("lo"), 1);
  assertEquals(socket.interfaceName(0x7ffffff0), undefined);
  assertEquals(socket.interfaceName(0), undefined);
  assertEquals(socket.interfaceName(-1), undefined);
  for (const name of ["nl-no-such", "", "lo:1", "lo\0x", "a-name-of-16-byt", "lo".padEnd(40, "o")]) {
    assertEquals(socket.interfaceIndex(name), undefined, name);
  }
});

rootTest("interfaceName() and interfaceIndex() know alternative names and names that are not UTF-8", (blue) => {
  sh(`ip -n ${blue} link add "$(printf 'v\\377\\303\\244')" index 77 type veth peer name p0`);
  sh(`ip -n ${blue} link property add dev p0 altname other`);
  using socket = new Socket({ protocol: NETLINK_ROUTE, netns: blue });
  assertEquals(socket.interfaceName(77), "v\udcffä");
  assertEquals(socket.interfaceIndex("v\udcffä"), 77);
  assertEquals(socket.interfaceIndex("other"), socket.interfaceIndex("p0"));
  assert(socket.interfaceIndex("p0")! > 0);
});

test("a closed Socket throws at every use, and closing it again does nothing", () => {
  const socket = usersock();
  assertEquals(socket.closed, false);
  socket.close();
  socket.close();
  socket[Symbol.dispose]();
  assertEquals(socket.closed, true);
  const uses: Record<string, () => unknown> = {
    send: () => socket.send(new Uint8Array(4)),
    receive: () => socket.receive(),
    setOption: () => socket.setOption(11, 1),
    getOption: () => socket.getOption(11),
    setBuffer: () => socket.setBuffer(1000),
    setSendBuffer: () => socket.setSendBuffer(1000),
    attachFilter: () => socket.attachFilter(new Uint8Array(8)),
    join: () => socket.join(1),
    leave: () => socket.leave(1),
    passCredentials: () => socket.passCredentials(),
    interfaceName: () => socket.interfaceName(1),
    interfaceIndex: () => socket.interfaceIndex("lo"),
  };
  for (const [name, use] of Object.entries(uses)) {
    assertEquals(assertThrows(use, NetlinkError).code, "CLOSED", name);
  }
});

test("Socket names a protocol that the kernel does not have", () => {
  const error = assertThrows(() => new Socket({ protocol: 19, protocolName: "NETLINK_ECRYPTFS" }), SystemError);
  assertEquals(
    error.message,
    'Cannot open a NETLINK_ECRYPTFS socket: socket() failed with EPROTONOSUPPORT "Protocol not supported"',
  );
});
