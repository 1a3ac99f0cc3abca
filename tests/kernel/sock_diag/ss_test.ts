/** The library's sockets equal those of `ss`, word by word. */
import { assert, assertEquals } from "@std/assert";
import { open, type TcpSocket } from "../../../families/sock_diag/mod.ts";
import { inNamespace, kernelTest, type Namespace } from "../namespace.ts";
import { MPTCP, withSockets } from "./sockets.ts";
import { assertSame, inetWords, netlinkWords, packetWords, ssLines, unixWords } from "./ss.ts";

const NEEDS = ["ip", "ss", "python3"];

function inLoopback(code: string, body: (ns: Namespace) => void | Promise<void>): Promise<void> {
  return inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, code, () => body(ns));
  });
}

const TCP = `
def marked(s):
    s.setsockopt(IPPROTO_IP, IP_TOS, 0x10)
    s.setsockopt(SOL_SOCKET, SO_MARK, 77)
    s.setsockopt(IPPROTO_TCP, TCP_CONGESTION, b'cubic')
SO_MARK = 36
l, c, s = tcp_pair(before=marked)
c.send(b'x' * 1000); s.recv(500)
def classed(s):
    s.setsockopt(IPPROTO_IPV6, IPV6_TCLASS, 0x20)
    s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    s.setsockopt(SOL_SOCKET, SO_PRIORITY, 5)
l6, c6, s6 = tcp_pair(AF_INET6, '::1', before=classed)
c6.send(b'y' * 100000); s6.recv(50000); s6.shutdown(SHUT_WR)
lb, cb, sb = tcp_pair(before=lambda s: s.setsockopt(IPPROTO_TCP, TCP_CONGESTION, b'bbr'))
for i in range(50): cb.send(b'z' * 5000); sb.recv(5000)
${MPTCP ? "lm, cm, sm = tcp_pair(protocol=262); cm.send(b'hello'); sm.recv(5)" : ""}
dev = keep(socket(AF_INET, SOCK_STREAM)); dev.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'); dev.bind(('127.0.0.1', 0)); dev.listen(3)
key = keep(socket(AF_INET, SOCK_STREAM))
key.setsockopt(IPPROTO_TCP, 14, struct.pack('<HH4s120sBBHI80s', 2, 0, bytes([127, 0, 0, 9]), b'', 0, 0, 5, 0, b'hello'))
key.bind(('127.0.0.9', 0)); key.listen(3)
brief = socket(AF_INET, SOCK_STREAM); brief.connect(l.getsockname()); other = l.accept()[0]; brief.close(); other.close()
dual = keep(socket(AF_INET6, SOCK_STREAM)); dual.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0); dual.bind(('::', 0)); dual.listen(7)
mapped = keep(socket(AF_INET6, SOCK_STREAM)); mapped.connect(('::ffff:127.0.0.1', dual.getsockname()[1]))
unbuffered = keep(socket(AF_INET, SOCK_STREAM)); unbuffered.setsockopt(IPPROTO_IP, 15, 1); unbuffered.setsockopt(IPPROTO_IP, 24, 1)
unbuffered.bind(('127.0.0.1', 0)); unbuffered.listen(1)
tight = tcp_pair(before=lambda s: s.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096))
tight[1].setblocking(False)
for i in range(100):
    try: tight[1].send(b'w' * 10000)
    except BlockingIOError: break
time.sleep(0.3)
`;

/** The output of ss before and after a list, and the cookies of the sockets that did not change. */
interface Look {
  readonly first: string[][];
  readonly sockets: TcpSocket[];
  readonly last: string[][];
  readonly still: ReadonlySet<string>;
}

function unchanged(first: string[][], last: string[][]): Set<string> {
  const plain = (words: string[]): string => words.filter((word) => !/^last/.test(word)).join(" ");
  const after = new Set(last.map(plain));
  return new Set(first.map(plain).filter((line) => after.has(line)).map((line) => /\bsk:(\w+)/.exec(line)![1]!));
}

kernelTest("sock_diag: TCP equals ss -tiemO", NEEDS, async () => {
  await inLoopback(TCP, ({ name }) => {
    using diag = open({ netns: name });
    const options = ["-t", "-i", "-o", "--tos", "--inet-sockopt"];
    const look = (): Look => {
      const first = ssLines(name, options), sockets = diag.tcp.list({ info: true }), last = ssLines(name, options);
      return { first, sockets, last, still: unchanged(first, last) };
    };
    // Sockets with data on the way change meanwhile; those that did not are compared.
    let seen = look();
    for (let tries = 1; tries < 10 && seen.still.size < seen.sockets.length - 2; tries++) seen = look();
    const { first, sockets, last, still } = seen;
    assert(sockets.length >= (MPTCP ? 18 : 15), `${sockets.length} sockets`);
    assert(still.size >= sockets.length - 2, `${still.size} of ${sockets.length} stayed as they were`);
    assertSame(
      sockets.filter(({ cookie }) => still.has(cookie.toString(16))).map(inetWords),
      first.filter((words) => still.has(words.find((word) => word.startsWith("sk:"))!.slice(3))),
    );
    // Timers must lie between their values before and after.
    const clock = (lines: string[][], cookie: bigint, word: string): number => {
      const words = lines.find((words) => words.includes(`sk:${cookie.toString(16)}`))!;
      return Number(words.find((one) => one.startsWith(`${word}:`))?.slice(word.length + 1) ?? 0);
    };
    for (const { cookie, info } of sockets) {
      // The timers of a socket that sent or received meanwhile have started again.
      if (info === undefined || !still.has(cookie.toString(16))) continue;
      for (
        const [word, value] of [["lastsnd", info.lastDataSent], ["lastrcv", info.lastDataRecv], [
          "lastack",
          info.lastAckRecv,
        ]] as const
      ) {
        const before = clock(first, cookie, word), after = clock(last, cookie, word);
        assert(value >= before && value <= after, `${word}: ${before} <= ${value} <= ${after}`);
      }
    }
    const secret = sockets.find(({ md5sig }) => md5sig !== undefined)!.md5sig!;
    assertEquals(secret.map(({ addr, key }) => [addr, new TextDecoder().decode(key)]), [["127.0.0.9/32", "hello"]]);
  });
});

kernelTest("sock_diag: MPTCP equals ss -Miem", MPTCP ? NEEDS : ["a kernel with MPTCP"], async () => {
  await inLoopback(TCP, ({ name }) => {
    using diag = open({ netns: name });
    const theirs = ssLines(name, ["-M", "-i", "-o", "--tos", "--inet-sockopt"])
      .flatMap(([protocol, ...words]) =>
        protocol === "mptcp" ? [words] : protocol === "tcp" ? [] : [[protocol!, ...words]]
      );
    assertSame(diag.mptcp.list({ info: true }).map(inetWords), theirs);
  });
});

kernelTest("sock_diag: UDP equals ss -uem", NEEDS, async () => {
  const code = `
u = keep(socket(AF_INET, SOCK_DGRAM)); u.bind(('127.0.0.1', 0))
u6 = keep(socket(AF_INET6, SOCK_DGRAM)); u6.connect(('::1', 9999))
any = keep(socket(AF_INET6, SOCK_DGRAM)); any.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0); any.bind(('::', 0))
os.seteuid(65534); other = keep(socket(AF_INET, SOCK_DGRAM)); other.bind(('127.0.0.2', 0)); os.seteuid(0)
u.sendto(b'to be read', other.getsockname())
bound = keep(socket(AF_INET, SOCK_DGRAM)); bound.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'); bound.setsockopt(IPPROTO_IP, 49, 1); bound.bind(('0.0.0.0', 0))
`;
  await inLoopback(code, ({ name }) => {
    using diag = open({ netns: name });
    const sockets = diag.udp.list();
    assertSame(sockets.map(inetWords), ssLines(name, ["-u", "-o", "--tos", "--inet-sockopt"]));
    assertEquals(sockets.filter(({ uid }) => uid === 65534).map(({ local, rqueue }) => [local, rqueue > 0]), [
      ["127.0.0.2", true],
    ]);
  });
});

kernelTest("sock_diag: unix sockets equal those of ss -xem", NEEDS, async () => {
  const code = `
a, b = keep(*socketpair(AF_UNIX, SOCK_STREAM)); a.send(b'abc'); b.shutdown(SHUT_WR)
l = keep(socket(AF_UNIX, SOCK_STREAM)); l.bind('\\0abs\\0tract' + str(os.getpid())); l.listen(5)
c = keep(socket(AF_UNIX, SOCK_STREAM)); c.connect(l.getsockname())
d = keep(socket(AF_UNIX, SOCK_DGRAM)); path = '/tmp/nl-test-é-%d' % os.getpid(); d.bind(path)
e = keep(socket(AF_UNIX, SOCK_DGRAM)); e.connect(path); e.send(b'waits'); os.unlink(path)
q = keep(*socketpair(AF_UNIX, SOCK_SEQPACKET))
os.seteuid(65534); other = keep(socket(AF_UNIX, SOCK_STREAM)); os.seteuid(0)
`;
  await inLoopback(code, ({ name }) => {
    using diag = open({ netns: name });
    const sockets = diag.unix.list();
    assertSame(sockets.map(unixWords), ssLines(name, ["-x"]));
    // ss does not show their users.
    assertEquals(sockets.filter(({ uid }) => uid === 65534).length, 1);
    assert(sockets.some(({ name }) => name?.startsWith("\0abs\0tract")));
    assert(sockets.some(({ name }) => name?.startsWith("/tmp/nl-test-é-")));
    for (const one of sockets) {
      assertEquals(diag.unix.get(one).cookie, one.cookie);
      assertEquals(diag.unix.get(one.inode).cookie, one.cookie);
    }
    assertEquals(diag.unix.find(4_294_967_295), undefined);
    assertEquals(diag.unix.list({ state: "listen" }).map(({ icons }) => icons?.length), [1]);
    assertEquals(diag.unix.list({ type: "seqpacket" }).length, 2);
    assertEquals(
      diag.unix.list({ state: ["listen", "established"] }).length,
      sockets.filter(({ state }) => state !== "close").length,
    );
  });
});

kernelTest("sock_diag: packet sockets equal those of ss -0em", NEEDS, async () => {
  const code = `
SOL_PACKET = 263
p = keep(socket(AF_PACKET, SOCK_RAW, htons(3))); p.bind(('lo', 3))
p.setsockopt(SOL_PACKET, 1, struct.pack('<iHH8s', 1, 1, 0, b''))
p.setsockopt(SOL_PACKET, 1, struct.pack('<iHH8s', 1, 0, 6, bytes([1, 0, 0x5e, 0, 0, 1])))
program = (ctypes.c_char * 16).from_buffer_copy(struct.pack('<HBBIHBBI', 0x28, 0, 0, 12, 6, 0, 0, 0xffff))
p.setsockopt(SOL_SOCKET, 26, struct.pack('@HxxxxxxP', 2, ctypes.addressof(program)))
f = keep(socket(AF_PACKET, SOCK_DGRAM, htons(0x800))); f.bind(('lo', 0x800))
f.setsockopt(SOL_PACKET, 18, struct.pack('<I', 7 | 0x8001 << 16)); f.setsockopt(SOL_PACKET, 10, struct.pack('<i', 1))
f.setsockopt(SOL_PACKET, 8, struct.pack('<i', 1))
r = keep(socket(AF_PACKET, SOCK_RAW, htons(3))); r.setsockopt(SOL_PACKET, 5, struct.pack('<IIII', 4096, 4, 2048, 8))
v = keep(socket(AF_PACKET, SOCK_RAW, htons(3))); v.setsockopt(SOL_PACKET, 10, struct.pack('<i', 2))
v.setsockopt(SOL_PACKET, 5, struct.pack('<IIIIIII', 8192, 2, 2048, 8, 60, 16, 1))
`;
  await inLoopback(code, ({ name }) => {
    using diag = open({ netns: name });
    const sockets = diag.packet.list();
    assertSame(sockets.map(packetWords), ssLines(name, ["-0"]));
    // Fields that ss shows only with -b, or not at all.
    const [p] = sockets.filter(({ filter }) => filter !== undefined);
    assertEquals(p!.filter, [{ code: 0x28, jt: 0, jf: 0, k: 12 }, { code: 6, jt: 0, jf: 0, k: 0xffff }]);
    assertEquals(p!.mclist!.map(({ type, addr, count }) => [type, addr, count]), [
      ["multicast", "01:00:5e:00:00:01", 1],
      ["promisc", "", 1],
    ]);
    const [f] = sockets.filter(({ fanout }) => fanout !== undefined);
    assertEquals(f!.fanout, { id: 7, type: "lb" });
    assertEquals(f!.info!.flags!.includes("auxdata"), true);
    assertEquals(sockets.find(({ info }) => info!.version === "v3")!.rxRing!.sizeofPriv, 16);
    assertEquals(diag.packet.list({ dev: "lo" as never }).length, 2);
    for (const one of sockets) assertEquals(diag.packet.get(one).cookie, one.cookie);
  });
});

kernelTest("sock_diag: netlink sockets equal those of ss -f netlink", NEEDS, async () => {
  const code = `
n = keep(socket(AF_NETLINK, SOCK_RAW, 0)); n.bind((0, 0x80000011)); n.setsockopt(270, 1, 33)
n.setsockopt(270, 3, 1); n.setsockopt(270, 10, 1)
c = keep(socket(AF_NETLINK, SOCK_DGRAM, 2)); c.bind((0, 0)); c.connect((n.getsockname()[0], 0))
`;
  await inLoopback(code, ({ name }) => {
    using diag = open({ netns: name });
    const sockets = diag.netlink.list();
    // The sockets of ss and of this test come and go, and ss lists those in groups twice.
    const numbers: Record<string, number> = { route: 0, usersock: 2 },
      ours = sockets.filter(({ protocol }) => protocol === "route" || protocol === "usersock");
    const theirs = ssLines(name, ["-f", "netlink"]).filter((words) => /^[02]:/.test(words[3]!));
    const state = (words: string[]): string[] => ["UNCONN", ...words.slice(1)];
    const once = [...new Map(theirs.map((words) => [words.join(" "), state(words)])).values()];
    // Some versions of ss print only this of netlink sockets.
    const terse = !theirs.flat().some((word) => word.startsWith("groups="));
    const peerless = (words: string[]): string[] =>
      (terse ? words.slice(0, 3) : words).filter((word) => word !== "*" && !/^\d+:\d+$/.test(word));
    assertSame(ours.map((one) => peerless(netlinkWords(one, numbers))), once.map(peerless));
    const [n] = sockets.filter(({ groups }) => groups?.includes(33));
    assertEquals(n!.groups, [1, 5, 32, 33]);
    assertEquals(n!.flags, ["pktinfo", "cap_ack"]);
    assertEquals(sockets.filter(({ cookie }) => cookie === n!.cookie).length, 1);
    const [c] = diag.netlink.list({ protocol: "usersock", state: "connected" });
    assertEquals(c!.dstPortid, n!.portid);
    assertEquals(diag.netlink.get(n!).portid, n!.portid);
  });
});
