/** Every table of SOCK_DIAG decodes what it encodes, and a scripted kernel receives the intended requests. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Codec, rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { datagram, message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { decode, show } from "../../../families/registry.ts";
import * as diag from "../../../families/sock_diag/mod.ts";
import { survive } from "../families/golden.ts";
import { test } from "../../test.ts";

type Any = Codec<unknown, never>;

function payload(codec: unknown, value: unknown): Uint8Array {
  const to = new Writer();
  to.everything = true;
  (codec as Any).encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

const MEMORY: diag.SocketMemory = {
  rmemAlloc: 1,
  rcvbuf: 2,
  wmemAlloc: 3,
  sndbuf: 4,
  fwdAlloc: 5,
  wmemQueued: 6,
  optmem: 7,
  backlog: 8,
  drops: 9,
};

/** Sets every field of a struct to a different number, or to a name's text. */
function filled<T extends object>(
  codec: { readonly fields: readonly { key: string | undefined; codec: Any | undefined }[] },
): T {
  const value: Record<string, unknown> = {};
  codec.fields.forEach(({ key, codec }, index) => {
    const from = new Reader(new Uint8Array(codec!.size!).fill(0));
    from.bytes[0] = 1 + index % 3;
    value[key!] = codec!.decode(from, 0, codec!.size!, value);
  });
  return value as T;
}

const INET: diag.InetSocket = {
  family: "inet6",
  state: "established",
  timer: "keepalive",
  retrans: 2,
  localPort: 443,
  dstPort: 50000,
  local: "2001:db8::1",
  dst: "2001:db8::2",
  if: 3,
  cookie: 0x1_0000_0002n,
  expires: 7000,
  rqueue: 1,
  wqueue: 2,
  uid: 1000,
  inode: 4711,
  meminfo: { rmem: 1, wmem: 2, fmem: 3, tmem: 4 },
  tos: 16,
  tclass: 32,
  skmeminfo: MEMORY,
  shutdown: ["rcv"],
  protocol: "tcp",
  skv6only: true,
  mark: 77,
  classId: 5,
  skBpfStorages: [{ mapId: 9, mapValue: Uint8Array.of(1, 2, 3, 4) }, { mapId: 10, mapValue: Uint8Array.of(5) }],
  cgroupId: 12345n,
  sockopt: ["is_icsk", "mc_loop", "bind_address_no_port"],
};

const TCP: diag.TcpSocket = {
  ...INET,
  info: {
    ...filled<diag.TcpInfo>(diag.TcpInfo as never),
    sndWscale: 7,
    rcvWscale: 9,
    deliveryRateAppLimited: 1,
    fastopenClientFail: 2,
    ecnMode: 2,
    accecnOptSeen: 1,
    accecnFailMode: 5,
    options2: 0x10203,
  },
  vegasinfo: { enabled: 1, rttcnt: 2, rtt: 3, minrtt: 4 },
  cong: "bbr",
  dctcpinfo: { enabled: 1, ceState: 1, alpha: 512, abEcn: 3, abTot: 4 },
  bbrinfo: { bw: 2 ** 40, minRtt: 5, pacingGain: 739, cwndGain: 512 },
  md5sig: [
    { family: "inet", addr: "192.0.2.0/24", key: Uint8Array.of(1, 2, 3) },
    { family: "inet6", addr: "2001:db8::1/128", key: new Uint8Array(80).fill(7) },
  ],
  ulpInfo: {
    name: "tls",
    tls: {
      version: "1.3",
      cipher: "aes_gcm_256",
      txconf: "sw",
      rxconf: "hw",
      zcRoTx: true,
      rxNoPad: true,
      txMaxPayloadLen: 4096,
    },
    mptcp: {
      tokenRem: 1,
      tokenLoc: 2,
      relwriteSeq: 3,
      mapSeq: 4n,
      mapSfseq: 5,
      ssnOffset: 6,
      mapDatalen: 7,
      flags: ["mcap_rem", "fully_established"],
      idRem: 8,
      idLoc: 9,
    },
  },
};

const ADDRESS: diag.SocketAddress = { family: "inet", port: 80, addr: "192.0.2.1" };
const { state: _state, ...STATELESS } = INET;

/** A value with all fields for every table. */
const VALUES: readonly (readonly [name: string, codec: unknown, value: object])[] = [
  ["tcp", diag.TcpSocket, TCP],
  ["udp", diag.UdpSocket, INET],
  ["raw", diag.RawSocket, { ...INET, protocol: "icmpv6", localPort: 58 }],
  ["dccp", diag.DccpSocket, { ...INET, info: TCP.info }],
  ["mptcp", diag.MptcpSocket, { ...INET, info: filled(diag.MptcpInfo as never) }],
  ["sctp", diag.SctpSocket, {
    ...STATELESS,
    state: "cookie_echoed",
    info: { ...filled<diag.SctpInfo>(diag.SctpInfo as never), pAddress: ADDRESS },
    locals: [ADDRESS, { family: "inet6", port: 81, addr: "fe80::1", scopeId: 4 }],
    peers: [ADDRESS],
  }],
  ["request", diag.InetRequest, {
    family: "inet",
    ext: ["info", "skmeminfo"],
    rawProtocol: "icmp",
    states: ["established", "listen"],
    localPort: 1,
    dstPort: 2,
    local: "10.0.0.1",
    dst: "10.0.0.2",
    if: 5,
    cookie: diag.INET_DIAG_NOCOOKIE,
    bytecode: [{ code: "auto", yes: 4, no: 8 }],
    skBpfStorages: { mapFd: [3, 4] },
    protocol: "mptcp",
  }],
  ["old request", diag.InetRequestV1, {
    family: "inet6",
    srcLen: 16,
    dstLen: 16,
    ext: ["info"],
    localPort: 1,
    dstPort: 2,
    local: "::1",
    dst: "::2",
    if: 5,
    cookie: 6n,
    states: ["close"],
    dbs: 1,
    bytecode: [{ code: "nop", yes: 4, no: 4 }],
  }],
  ["unix", diag.UnixSocket, {
    family: "unix",
    type: "seqpacket",
    state: "listen",
    inode: 1,
    cookie: 2n,
    name: "\0abstract\0and more",
    vfs: { inode: 3, dev: 4 },
    peer: 5,
    icons: [6, 7],
    rqlen: { rqueue: 8, wqueue: 9 },
    meminfo: MEMORY,
    shutdown: ["rcv", "send"],
    uid: 10,
  }],
  ["packet", diag.PacketSocket, {
    family: "packet",
    type: "raw",
    num: 3,
    inode: 1,
    cookie: 2n,
    info: { index: 1, version: "v3", reserve: 2, copyThresh: 3, tstamp: 4, flags: ["running", "auxdata"] },
    mclist: [{ index: 1, count: 2, type: "multicast", addr: "01:00:5e:00:00:01" }, {
      index: 1,
      count: 1,
      type: "promisc",
      addr: "",
    }],
    rxRing: filled(diag.PacketRing as never),
    txRing: filled(diag.PacketRing as never),
    fanout: { id: 7, type: "cpu" },
    uid: 9,
    meminfo: MEMORY,
    filter: [{ code: 6, jt: 1, jf: 2, k: 0xffffffff }],
  }],
  ["netlink", diag.NetlinkSocket, {
    family: "netlink",
    type: "raw",
    protocol: "generic",
    state: "connected",
    portid: 1,
    dstPortid: 2,
    dstGroup: 3,
    inode: 4,
    cookie: 5n,
    meminfo: MEMORY,
    groups: [1, 32, 33, 100],
    rxRing: filled(diag.NetlinkRing as never),
    txRing: filled(diag.NetlinkRing as never),
    flags: ["cb_running", "cap_ack"],
  }],
  ["vsock", diag.VsockSocket, {
    family: "vsock",
    type: "stream",
    state: "established",
    shutdown: ["send"],
    srcCid: 2,
    srcPort: 3,
    dstCid: 0xffffffff,
    dstPort: 5,
    inode: 6,
    cookie: 7n,
  }],
  ["xdp", diag.XdpSocket, {
    family: "xdp",
    type: "raw",
    inode: 1,
    cookie: 2n,
    info: { ifindex: 3, queueId: 4 },
    uid: 5,
    rxRing: { entries: 2048 },
    txRing: { entries: 1024 },
    umem: { ...filled<diag.XdpUmem>(diag.XdpUmem as never), flags: ["zerocopy"] },
    umemFillRing: { entries: 512 },
    umemCompletionRing: { entries: 256 },
    meminfo: MEMORY,
    stats: filled(diag.XdpStats as never),
  }],
  ["tipc", diag.TipcSocket, {
    addr: 0x1001001,
    ref: 2,
    con: { flag: true, node: 3, sock: 4, type: 5, inst: 6 },
    hasPubl: true,
    stat: { rcvq: 7, sendq: 8, linkCong: true, connCong: true, drop: 9 },
    type: "seqpacket",
    inode: 10,
    uid: 11,
    state: "connecting",
    cookie: 12n,
    group: { id: 13, open: true, nodeScope: true, clusterScope: true, instance: 14, bcSendNext: 15 },
  }],
];
for (const [name, codec, value] of VALUES) {
  test(`sock_diag: a ${name} with every field is decoded as it was encoded`, () => {
    const bytes = payload(codec, value), from = new Reader(bytes);
    const read = (codec as Any).decode(from, 0, bytes.length, {}) as object;
    assertEquals(read, value);
    assertEquals(rawOf(read), []);
    assertEquals(payload(codec, read), bytes);
  });
}

test("sock_diag: tcp_info and mptcp_info of every length in past kernels are decoded and encoded", () => {
  for (
    const [codec, lengths] of [[diag.TcpInfo, [
      104,
      120,
      136,
      144,
      152,
      160,
      168,
      192,
      200,
      216,
      224,
      232,
      240,
      248,
      280,
    ]], [diag.MptcpInfo, [40, 48, 80, 88, 96]]] as const
  ) {
    const whole = payload(codec, filled(codec as never));
    for (const length of lengths) {
      const bytes = whole.slice(0, length), read = (codec as unknown as Any).decode(new Reader(bytes), 0, length, {});
      assertEquals(payload(codec, read), bytes, `${length}`);
    }
    // Fields that a newer kernel adds are ignored.
    const longer = new Uint8Array(whole.length + 64);
    longer.set(whole);
    assertEquals((codec as unknown as Any).decode(new Reader(longer), 0, longer.length, {}), filled(codec as never));
  }
});

test("sock_diag: a captured message alone tells the kind of socket", () => {
  const FLAGS: Readonly<Record<string, number>> = { request: 1, "old request": 1 };
  for (const [name, codec, value] of VALUES) {
    if (name === "old request" || name === "mptcp" || name === "sctp") continue;
    const bytes = message(20, FLAGS[name] ?? 2, 1, payload(codec, value));
    const [{ type, value: read }] = decode("SOCK_DIAG", bytes) as [ReturnType<typeof decode>[0]];
    assertEquals(type, "SOCK_DIAG_BY_FAMILY");
    assertEquals(read, value, name);
    assertStringIncludes(show("SOCK_DIAG", bytes), "SOCK_DIAG_BY_FAMILY");
  }
  const old = VALUES.find(([name]) => name === "old request")!;
  assertEquals(decode("SOCK_DIAG", message(18, 0x301, 1, payload(old[1], old[2])))[0]!.value, old[2]);
  const request = VALUES.find(([name]) => name === "request")!;
  assertEquals(decode("SOCK_DIAG", message(21, 5, 1, payload(request[1], request[2])))[0]!.value, request[2]);
});

test("sock_diag: mutated messages give values or a DecodeError, shown or not", { timeout: 300_000 }, () => {
  const given = VALUES.map(([name, codec, value]) =>
    message(20, name.endsWith("request") ? 1 : 2, 1, payload(codec, value))
  );
  assert(survive(given, (bytes) => void decode("SOCK_DIAG", bytes)) > 2000);
  assert(survive(given, (bytes) => void show("SOCK_DIAG", bytes)) > 2000);
  // Tables that a message alone does not select.
  for (
    const [name, codec] of VALUES.filter(([name]) => name === "sctp" || name === "mptcp" || name === "old request")
  ) {
    const bytes = given[VALUES.findIndex(([other]) => other === name)]!;
    const read = (mutated: Uint8Array): void =>
      void (codec as Any).decode(new Reader(mutated), Math.min(16, mutated.length), mutated.length, {});
    assert(survive([bytes], read) > 1000, name);
  }
});

test("sock_diag: errors name the wrong field", () => {
  const of = (codec: unknown, value: unknown) => () => void payload(codec, value);
  assertThrows(
    of(diag.InetRequest, { family: "inet", local: "::1" }),
    TypeError,
    'local: "::1" is not of the family inet of the message',
  );
  assertThrows(of(diag.InetRequest, { dst: "nowhere" }), TypeError, "dst: expected an IPv4 or IPv6 address");
  assertThrows(of(diag.TcpSocket, { info: { sndWscale: 16 } }), RangeError, "expected 0..15 for sndWscale");
  assertThrows(of(diag.TcpSocket, { info: { rcvWscale: "1" } }), TypeError, "expected integers 0..15 for rcvWscale");
  assertThrows(
    of(diag.TcpSocket, { md5sig: [{ addr: "10.0.0.1", key: new Uint8Array(81) }] }),
    RangeError,
    "expected at most 80 bytes, got 81",
  );
  assertThrows(of(diag.NetlinkSocket, { groups: [0] }), TypeError, "numbers of groups from 1 on");
  assertThrows(of(diag.UnixSocket, { name: 5 }), TypeError, "name: expected a string");
  assertThrows(of(diag.InetRequest, { bytecode: [{ code: "hop" }] }), TypeError, "bytecode[0]: expected an op");
  assertThrows(
    of(diag.SctpSocket, { peers: [{ addr: "x" }] }),
    TypeError,
    "peers[0]: expected an IPv4 or IPv6 address",
  );
});

interface Asked extends SentMessage {
  readonly value: Record<string, unknown>;
}

/** Returns a kernel that answers with the result of `reply`, and records its requests. */
function scripted(reply: (asked: Asked) => readonly Uint8Array[] | number): { kernel: ScriptedKernel; asked: Asked[] } {
  const asked: Asked[] = [];
  const kernel = new ScriptedKernel((sent) => {
    const [{ value }] = decode("SOCK_DIAG", message(sent.type, sent.flags, sent.seq, sent.payload)) as [
      ReturnType<typeof decode>[0],
    ];
    const one = { ...sent, value: value as Record<string, unknown> };
    asked.push(one);
    const said = reply(one), error = new Uint8Array(20);
    if (typeof said === "number") {
      new DataView(error.buffer).setInt32(0, -said, true);
      return [message(2, 0, sent.seq, error)];
    }
    const dump = (sent.flags & 0x300) === 0x300;
    const parts = said.map((part) => message(20, dump ? 2 : 0, sent.seq, part));
    return [
      ...(parts.length > 0 ? [datagram(...parts)] : []),
      dump ? message(3, 2, sent.seq, new Uint8Array(4)) : message(2, 0, sent.seq, error),
    ];
  });
  kernel.interfaces.set(3, "eth3");
  return { kernel, asked };
}

test("sock_diag: both families are listed, filtered by the kernel and by the library, and named", () => {
  const { kernel, asked } = scripted(({ value }) =>
    value.family === "inet6" ? [payload(diag.TcpSocket, TCP), payload(diag.TcpSocket, { ...TCP, dstPort: 1 })] : []
  );
  using client = diag.open({ transport: () => kernel });
  const [one, ...rest] = client.tcp.list({ dstPort: 50000, state: "established", uid: 1000, dev: "eth3", info: true });
  assertEquals(rest, []);
  assertEquals(one, { ...TCP, dev: "eth3" });
  assertEquals(asked.map(({ value }) => value.family), ["inet", "inet6"]);
  assertEquals(asked[0]!.value.states, ["established"]);
  assertEquals((asked[0]!.value.bytecode as diag.BytecodeOp[]).map(({ code }) => code), ["d_eq", "dev_cond"]);
  assertEquals(client.tcp.list({ state: "listen" }), []);
  assertEquals(client.tcp.list({ uid: 1 }), []);
  assertThrows(() => client.tcp.list({ state: "open" as never }), TypeError, 'by state "open": expected established');
  assertThrows(() => client.tcp.list({ colour: 1 } as never), TypeError, 'no field "colour"');
  // Descriptors of maps, or all maps.
  client.tcp.list({ family: "inet", skBpfStorages: [5] });
  client.tcp.list({ family: "inet", skBpfStorages: true });
  assertEquals(asked.slice(-2).map(({ value }) => value.skBpfStorages), [{ mapFd: [5] }, {}]);
});

test("sock_diag: sockets that share a port are found by their cookie", () => {
  const UDP: diag.UdpSocket = { ...INET, protocol: "udp" };
  const { kernel, asked } = scripted(({ flags, value }) =>
    (flags & 0x300) === 0x300 ? value.family === "inet6" ? [payload(diag.UdpSocket, UDP)] : [] : 116
  );
  using client = diag.open({ transport: () => kernel });
  assertEquals(client.udp.get(UDP).cookie, UDP.cookie);
  // The two ends are swapped, as UDP's look-up in the kernel has them.
  assertEquals([asked[0]!.value.local, asked[0]!.value.dstPort], [INET.dst, INET.localPort]);
  assertEquals(client.udp.find({ ...UDP, cookie: 1n }), undefined);
  assertThrows(
    () => client.udp.get({ local: "::1", localPort: 5 }),
    KernelError,
    "Cannot get UDP socket [::1]:5: ENOENT",
  );
  assertThrows(() => client.udp.get("::1" as never), TypeError, "expected an object with its addresses and ports");
});

test("sock_diag: all sockets are destroyed, also those that are found only after others are gone", () => {
  let left = [1n, 2n, 3n];
  const { kernel, asked } = scripted(({ type, flags, value }) => {
    if (type === 20) {
      const found = (flags & 0x300) === 0x300 ? left : left.slice(0, 1);
      return value.family === "inet6" ? found.map((cookie) => payload(diag.TcpSocket, { ...INET, cookie })) : [];
    }
    if (value.cookie !== left[0]) return 2;
    left = left.slice(1);
    return [];
  });
  using client = diag.open({ transport: () => kernel });
  assertEquals(client.tcp.flush({ localPort: 443 }), 3);
  assertEquals(left, []);
  const [destroyed] = asked.filter(({ type }) => type === 21);
  assertEquals([destroyed!.value.local, destroyed!.value.protocol, destroyed!.value.if], [INET.local, "tcp", 3]);
  const { kernel: refusing } = scripted(({ type, value }) =>
    type === 21 ? 95 : value.family === "inet6" ? [payload(diag.TcpSocket, INET)] : []
  );
  using other = diag.open({ transport: () => refusing });
  assertThrows(() => other.tcp.flush({ all: true }), Error, "CONFIG_INET_DIAG_DESTROY");
  assertThrows(
    () => other.tcp.destroy(INET),
    KernelError,
    "Cannot destroy TCP socket [2001:db8::1]:443 to [2001:db8::2]:50000: EOPNOTSUPP",
  );
});

test("sock_diag: groups report destroyed sockets", async () => {
  const { kernel } = scripted(() => []);
  using client = diag.open({ transport: () => kernel });
  const events = client.tcp.watch();
  assertEquals(kernel.groups, [1, 3]);
  kernel.push({ bytes: message(20, 0, 0, payload(diag.TcpSocket, TCP), 0), groups: 3 });
  const { value } = await events.next();
  assert(value!.event === "del");
  assertEquals(value.value, { ...TCP, dev: "eth3" });
  await events.return!();
});

test("sock_diag: a netlink socket that the kernel lists twice is returned once", () => {
  const [, codec, value] = VALUES.find(([name]) => name === "netlink")!, bytes = payload(codec, value);
  using client = diag.open({ transport: () => scripted(() => [bytes, bytes]).kernel });
  assertEquals(client.netlink.list().length, 1);
  assertEquals([...client.netlink.iterate({ state: "connected" })].length, 1);
  assertEquals(client.netlink.list({ state: "unconnected" }), []);
  assertEquals(client.netlink.get({ cookie: 5n } as never).portid, 1);
  assertEquals(client.netlink.find(9), undefined);
});

test("sock_diag: an empty message is not a socket", () => {
  const [, codec, value] = VALUES.find(([name]) => name === "tipc")!, bytes = payload(codec, value);
  const { kernel, asked } = scripted(() => [new Uint8Array(0), bytes]);
  using client = diag.open({ transport: () => kernel });
  assertEquals(client.tipc.list({ state: "connecting" }), [value]);
  assertEquals(asked[0]!.value.states, 1 << 2);
  assertEquals(client.tipc.list(), [value]);
});

test("sock_diag: a kind that the kernel does not know is an error that names its module", () => {
  const { kernel } = scripted(() => 2);
  using client = diag.open({ transport: () => kernel });
  for (
    const [kind, module] of [["raw", "raw_diag"], ["xdp", "xsk_diag"], ["tipc", "tipc_diag"], ["vsock", "vsock_diag"], [
      "smc",
      "smc_diag",
    ]] as const
  ) {
    assertThrows(() => void client[kind].list(), KernelError, `modprobe ${module}`);
  }
  // A socket that does not exist is a different error.
  const error = assertThrows(() => void client.unix.get(7), KernelError);
  assertEquals(error.message.includes("modprobe"), false);
});
