/** Sockets of kinds that few kernels have, in the lab, which loads modules. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import { open, type SockDiagClient, type VsockSocket } from "../../../families/sock_diag/mod.ts";
import { inNamespace, kernelTest, lab, load } from "../namespace.ts";
import { withSockets } from "./sockets.ts";
import { assertSame, inetWords, ssLines } from "./ss.ts";

/** Returns the programs that a test needs, and the names of missing modules; `a|b` is a module with two names. */
function needs(...modules: readonly string[]): string[] {
  if (!lab) return [`the lab, with a kernel that has ${modules.join(", ")}`];
  const missing = modules.filter((module) => !module.split("|").some((name) => load(name)));
  return missing.length > 0 ? missing.map((module) => `module ${module}`) : ["ip", "ss", "python3"];
}

function inLab(
  code: string,
  body: (client: SockDiagClient, netns: string, said: string[]) => void | Promise<void>,
  ...ip: readonly string[]
): Promise<void> {
  return inNamespace(async (ns) => {
    for (const command of ["link set lo up", ...ip]) ns.ip(command);
    await withSockets(ns.name, code, async (said) => {
      using client = open({ netns: ns.name });
      await body(client, ns.name, said);
    });
  });
}

kernelTest("sock_diag: raw sockets equal those of ss -wem, can be got and destroyed", needs("raw_diag"), async () => {
  const code = `
a = keep(socket(AF_INET, SOCK_RAW, 1)); a.bind(('127.0.0.1', 0))
b = keep(socket(AF_INET6, SOCK_RAW, 58)); b.connect(('::1', 0))
c = keep(socket(AF_INET, SOCK_RAW, 255)); c.setsockopt(IPPROTO_IP, IP_TOS, 8)
`;
  await inLab(code, ({ raw }, netns) => {
    const sockets = raw.list();
    assertSame(sockets.map(inetWords), ssLines(netns, ["-w", "-o", "--tos", "--inet-sockopt"]));
    assertEquals(sockets.map(({ protocol }) => protocol).sort(), ["icmp", "icmpv6", "raw"]);
    for (const one of sockets) assertEquals(raw.get(one).inode, one.inode);
    assertEquals(raw.list({ local: "127.0.0.1" }).length, 1);
    try {
      const bound = sockets.find(({ local }) => local === "127.0.0.1")!;
      raw.destroy(bound);
      assertEquals(raw.list({ cookie: bound.cookie, local: "127.0.0.1" }), []);
    } catch (error) {
      // Kernels may lack the destroying of sockets.
      assert(error instanceof KernelError && error.code === "EOPNOTSUPP", `${error}`);
    }
  });
});

kernelTest(
  "sock_diag: a raw socket that the kernel finds instead of another is not destroyed",
  needs("raw_diag"),
  async () => {
    const code = `
whole = [keep(socket(AF_INET, SOCK_RAW, 1)) for i in range(2)]
there = keep(socket(AF_INET, SOCK_RAW, 1)); there.bind(('127.0.0.1', 0)); there.connect(('127.0.0.2', 0))
other = keep(socket(AF_INET, SOCK_RAW, 17))
later = [keep(socket(AF_INET, SOCK_RAW, 1)) for i in range(2)]
say(os.fstat(there.fileno()).st_ino)
say(*[os.fstat(s.fileno()).st_ino for s in whole + later])
`;
    await inLab(code, ({ raw }, _netns, said) => {
      const [inode] = said[0]!.split(" ").map(Number), whole = said[1]!.split(" ").map(Number);
      const local = "127.0.0.1", dst = "127.0.0.2", left = (): number[] => raw.list().map(({ inode }) => inode).sort();
      assertEquals(raw.get({ protocol: "icmp", local, dst }).inode, inode);
      assertEquals(raw.find({ protocol: "icmp", local }), undefined);
      assertEquals(raw.find({ protocol: "icmp", local, dst: "127.0.0.3" }), undefined);
      assertEquals(raw.find({ protocol: "igmp" }), undefined);
      assert(whole.includes(raw.get({ localPort: 1 }).inode));
      for (const one of raw.list()) assertEquals(raw.get(one).inode, one.inode);
      const before = left();
      const code = (body: () => void): string => {
        try {
          body();
          return "";
        } catch (error) {
          if (error instanceof KernelError) return error.code;
          throw error;
        }
      };
      assertEquals(code(() => raw.destroy({ protocol: "icmp", local, dst: "127.0.0.3" })), "ENOENT");
      assertEquals(left(), before);
      const destroyed = code(() => raw.destroy({ protocol: "icmp", local, dst }));
      // Kernels may lack the destroying of sockets, and may find another one first.
      if (destroyed === "EOPNOTSUPP") return;
      assertEquals(left(), destroyed === "ENOENT" ? before : before.filter((one) => one !== inode));
      assertEquals(raw.flush({ localPort: 1, dst: "0.0.0.0" }), 4);
      assertEquals(left().filter((one) => whole.includes(one)), []);
      assertEquals(raw.find({ protocol: "udp" })?.localPort, 17);
      assertEquals(raw.flush({ localPort: 1 }), destroyed === "ENOENT" ? 1 : 0);
    });
  },
);

kernelTest(
  "sock_diag: sockets of a VRF are found by their ends and the VRF",
  needs("vrf", "tcp_diag", "udp_diag"),
  async () => {
    const code = `
for name in ('vrf0', 'vrf1'):
    def bound(kind):
        s = keep(socket(AF_INET, kind)); s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, name.encode()); return s
    l = bound(SOCK_STREAM); l.bind(('192.0.2.1', 8000)); l.listen(4)
    c = bound(SOCK_STREAM); c.bind(('192.0.2.1', 7777)); c.connect(('192.0.2.1', 8000)); s = keep(l.accept()[0])
    u = bound(SOCK_DGRAM); u.bind(('192.0.2.1', 9000))
    say(*[os.fstat(x.fileno()).st_ino for x in (l, c, s, u)])
`;
    const vrfs = ["vrf0", "vrf1"].flatMap((name, i) => [
      `link add ${name} type vrf table ${10 + i}`,
      `link set ${name} up`,
      `address add 192.0.2.1/32 dev ${name}`,
    ]);
    await inLab(code, ({ tcp, udp }, _netns, said) => {
      const local = "192.0.2.1", dst = local;
      said.forEach((line, i) => {
        const [l, c, s, u] = line.split(" ").map(Number), dev = `vrf${i}`;
        assertEquals(tcp.get({ local, localPort: 8000, dev }).inode, l);
        assertEquals(tcp.get({ local, localPort: 7777, dst, dstPort: 8000, dev }).inode, c);
        assertEquals(tcp.get({ local, localPort: 8000, dst, dstPort: 7777, dev }).inode, s);
        assertEquals(udp.get({ local, localPort: 9000, dev }).inode, u);
        assertEquals(tcp.find({ local, localPort: 8000, dst, dstPort: 7778, dev }), undefined);
      });
      assertEquals(tcp.find({ local, localPort: 8000, if: 0 }), undefined);
      assertEquals(tcp.find({ local, localPort: 8000, dev: "lo" }), undefined);
      try {
        tcp.destroy({ local, localPort: 8000, dst, dstPort: 7777, dev: "vrf1" });
      } catch (error) {
        assert(error instanceof KernelError && error.code === "EOPNOTSUPP", `${error}`);
        return;
      }
      assertEquals(tcp.find({ local, localPort: 8000, dst, dstPort: 7777, dev: "vrf1" }), undefined);
      assertEquals(tcp.find({ local, localPort: 8000, dst, dstPort: 7777, dev: "vrf0" })?.dev, "vrf0");
      assertEquals(udp.flush({ dev: "vrf0" }), 1);
    }, ...vrfs);
  },
);

kernelTest("sock_diag: SCTP sockets and associations equal those of ss -Siem", needs("sctp", "sctp_diag"), async () => {
  const code = `
l, c, s = tcp_pair(protocol=132)
c.send(b'hello'); s.recv(2)
`;
  await inLab(code, ({ sctp }, netns) => {
    const sockets = sctp.list({ info: true }), options = ["-S", "-i", "-o", "--tos", "--inet-sockopt"];
    // An association's line begins with a branch; the other words are like a socket's.
    const theirs = ssLines(netns, options).map((words) => words.filter((word) => word !== "`-"));
    const shown = (words: readonly string[]): string[] =>
      words.filter((word) =>
        /^(LISTEN|ESTAB|ino:|sk:|skmem:|locals:|peers:|tag:|rwnd:|instrms:|outstrms:|maxburst:|maxseg:|prwnd:|ptag:)/
          .test(word)
      );
    assertSame(sockets.map((one) => shown(inetWords(one))), theirs.map(shown));
    assertEquals(sockets.map(({ state, peers }) => [state, peers?.length]).sort(), [
      ["established", undefined],
      ["established", undefined],
      ["established", 1],
      ["established", 1],
      ["listen", undefined],
    ]);
    const [association] = sctp.list({ dst: "127.0.0.1", info: true }).filter(({ peers }) => peers !== undefined);
    assertEquals(association!.info!.state, "established");
    assertEquals(association!.info!.pAddress!.addr, "127.0.0.1");
    assertEquals(association!.info!.pState, "active");
    assertEquals(association!.peers![0]!.port, association!.dstPort);
    assertEquals(new Set(sockets.map((one) => sctp.key(one))).size, 5);
    assertEquals(sctp.get(association!).cookie, association!.cookie);
    assertEquals(sctp.list({ state: "listen" }).length, 1);
    // A socket and its association have one cookie and the same ends.
    for (const one of sctp.list()) assertEquals(sctp.key(sctp.get(one)), sctp.key(one));
    const { local, localPort, dst, dstPort } = association!;
    assertEquals(sctp.get({ local, localPort, dst, dstPort }).peers?.length, 1);
    assertEquals(sctp.find({ local, localPort, dst, dstPort: 1 }), undefined);
    assertEquals(
      sctp.get({ local: "127.0.0.1", localPort: sctp.list({ state: "listen" })[0]!.localPort }).state,
      "listen",
    );
    assertThrows(() => sctp.list({ auto: true }), TypeError, "auto");
    assertThrows(() => sctp.list({ skBpfStorages: true }), TypeError, "skBpfStorages");
  });
});

kernelTest("sock_diag: DCCP sockets equal those of ss -diem", needs("dccp_ipv4", "dccp_diag"), async () => {
  const code = `
def dccp():
    s = keep(socket(AF_INET, 6, 33)); s.setsockopt(269, 2, struct.pack('>I', 42)); return s
l = dccp(); l.bind(('127.0.0.1', 0)); l.listen(3)
c = dccp(); c.connect(l.getsockname()); keep(l.accept()[0])
`;
  await inLab(code, ({ dccp }, netns) => {
    const sockets = dccp.list({ info: true });
    const theirs = ssLines(netns, ["-d", "-i", "-o", "--tos", "--inet-sockopt"]);
    // ss prints a reordering of 0 too.
    const but = (words: readonly string[]): string[] => words.filter((word) => !word.startsWith("reordering:"));
    // ss also lacks states that only DCCP has: the client has one until data arrives.
    const known = sockets.filter(({ state }) => typeof state === "string");
    assertSame(known.map((one) => but(inetWords(one))), theirs.map(but));
    assertEquals(known.map(({ state }) => state).sort(), ["established", "listen"]);
    assertEquals(sockets.length, 3);
    assertEquals(dccp.get(sockets[0]!).inode, sockets[0]!.inode);
  });
});

kernelTest(
  "sock_diag: TLS, Vegas and DCTCP equal those of ss -tiem",
  needs("tcp_diag", "tls", "tcp_vegas", "tcp_dctcp"),
  async () => {
    const code = `
l, c, s = tcp_pair()
for one in (c, s): one.setsockopt(IPPROTO_TCP, 31, b'tls')
secret = struct.pack('<HH8s16s4s8s', 0x303, 51, b'i' * 8, b'k' * 16, b's' * 4, bytes(8))
c.setsockopt(282, 1, secret); s.setsockopt(282, 2, secret); c.send(b'hello'); s.recv(5)
for name in (b'vegas', b'dctcp'):
    l, c, s = tcp_pair(before=lambda one: one.setsockopt(IPPROTO_TCP, TCP_CONGESTION, name))
    for i in range(20): c.send(b'x' * 3000); s.recv(3000)
time.sleep(1)
`;
    await inLab(code, ({ tcp }, netns) => {
      const sockets = tcp.list({ info: true }),
        plain = (words: readonly string[]): string[] =>
          // ss separates names from values, and prints absent values as none.
          words.join(" ").replace(/(version|cipher|rxconf|txconf): /g, "$1:").replace(/ [rt]xconf:none/g, "").split(
            " ",
          );
      const ours = sockets.map((one) => plain(inetWords(one))).map((words) =>
        words.filter((word) => !/^[rt]xconf:base$/.test(word))
      );
      assertSame(ours, ssLines(netns, ["-t", "-i", "-o", "--tos", "--inet-sockopt"]).map(plain));
      const ulps = sockets.flatMap(({ ulpInfo }) => ulpInfo?.tls ?? []);
      assertEquals(ulps.map(({ version, cipher }) => [version, cipher]), [["1.2", "aes_gcm_128"], [
        "1.2",
        "aes_gcm_128",
      ]]);
      assert(ulps.some(({ txconf }) => txconf === "sw") && ulps.some(({ rxconf }) => rxconf === "sw"));
      assert(sockets.some(({ vegasinfo }) => vegasinfo !== undefined && vegasinfo.rtt! > 0 && vegasinfo.enabled === 1));
      assert(sockets.some(({ dctcpinfo }) => dctcpinfo !== undefined && dctcpinfo.enabled === 1));
    });
  },
);

kernelTest("sock_diag: vsock sockets equal those of ss --vsock", needs("vsock_loopback", "vsock_diag"), async () => {
  const code = `
l = keep(socket(AF_VSOCK, SOCK_STREAM)); l.bind((0xffffffff, 5000)); l.listen(5)
c = keep(socket(AF_VSOCK, SOCK_STREAM)); c.connect((1, 5000)); s = keep(l.accept()[0]); s.shutdown(SHUT_WR)
`;
  await inLab(code, ({ vsock }, netns) => {
    const sockets = vsock.list(), ours = sockets.filter(({ srcPort, dstPort }) => srcPort === 5000 || dstPort === 5000);
    const any = 0xffffffff,
      end = (cid: number, port: number): string => `${cid === any ? "*" : cid}:${port === any ? "*" : port}`;
    const words = (s: VsockSocket): string[] => [
      "v_str",
      s.state === "listen" ? "LISTEN" : s.state === "established" ? "ESTAB" : "CLOSING",
      "0",
      "0",
      end(s.srcCid, s.srcPort),
      end(s.dstCid, s.dstPort),
    ];
    const theirs = ssLines(netns, ["--vsock"]).map((line) => line.slice(0, 6)).filter((line) =>
      line.some((word) => word.endsWith(":5000"))
    );
    assertSame(ours.map(words), theirs);
    assertEquals(ours.length, 3);
    assert(ours.some(({ shutdown }) => shutdown.includes("send")));
    assertEquals(vsock.list({ state: "listen" }).filter(({ srcPort }) => srcPort === 5000).length, 1);
    for (const one of ours) assertEquals(vsock.get(one).inode, one.inode);
  });
});

kernelTest("sock_diag: TIPC sockets equal those of ss --tipc", needs("tipc", "tipc_diag|diag"), async () => {
  const code = `
import threading
l = keep(socket(AF_TIPC, SOCK_SEQPACKET)); l.bind((TIPC_ADDR_NAMESEQ, 1000, 5, 5, TIPC_NODE_SCOPE)); l.listen(0)
accepted = threading.Thread(target=lambda: keep(l.accept()[0])); accepted.start()
c = keep(socket(AF_TIPC, SOCK_SEQPACKET)); c.connect((TIPC_ADDR_NAME, 1000, 5, 0)); c.send(b'hello'); accepted.join()
r = keep(socket(AF_TIPC, SOCK_RDM))
say(*[os.fstat(one.fileno()).st_ino for one in kept])
`;
  await inLab(code, ({ tipc }, netns, [said]) => {
    // The kernel has a socket of its own.
    const inodes = new Set(said!.split(" ")), sockets = tipc.list().filter(({ inode }) => inodes.has(String(inode)));
    assertEquals(sockets.map(({ state, type }) => `${state} ${type}`).sort(), [
      "established seqpacket",
      "established seqpacket",
      "listen seqpacket",
      "open rdm",
    ]);
    const theirs = ssLines(netns, ["--tipc"]).filter((words) =>
      words.some((word) => inodes.has(word.replace(/^ino:/, "")))
    );
    const refs = (words: readonly string[]): string =>
      `${words[3]} ${words.find((word) => word.startsWith("ino:"))} ${words.find((word) => word.startsWith("sk:"))}`;
    assertEquals(
      sockets.map((s) => `${s.addr}:${s.ref} ino:${s.inode} sk:${s.cookie!.toString(16)}`).sort(),
      theirs.map(refs).sort(),
    );
    const [one, other] = tipc.list({ state: "established" });
    assertEquals([one!.con!.sock, other!.con!.sock], [other!.ref, one!.ref]);
    assertEquals(tipc.list({ hasPubl: true }).filter(({ inode }) => inodes.has(String(inode))).length, 1);
    assertEquals(sockets.filter(({ stat }) => stat!.rcvq === 1).length, 1);
    assertEquals(tipc.get(one!).ref, one!.ref);
  });
});

kernelTest("sock_diag: XDP sockets equal those of ss --xdp", needs("xsk_diag"), async () => {
  const code = `
import mmap
SOL_XDP = 283
area = keep(mmap.mmap(-1, 16 * 4096)); x = keep(socket(44, SOCK_RAW, 0))
at = ctypes.addressof(ctypes.c_char.from_buffer(area))
x.setsockopt(SOL_XDP, 4, struct.pack('<QQIIII', at, 16 * 4096, 4096, 256, 0, 0))
for option, entries in ((5, 64), (6, 32), (2, 128), (3, 16)): x.setsockopt(SOL_XDP, option, struct.pack('<i', entries))
if libc.bind(x.fileno(), struct.pack('<HHIII', 44, 0, 1, 0, 0), 16) != 0: raise OSError(ctypes.get_errno(), 'bind')
`;
  await inLab(code, ({ xdp }, netns) => {
    const [one, ...rest] = xdp.list();
    assertEquals(rest, []);
    assertEquals([one!.dev, one!.info!.queueId, one!.uid], ["lo", 0, 0]);
    assertEquals([one!.rxRing, one!.txRing], [{ entries: 128 }, { entries: 16 }]);
    assertEquals([one!.umemFillRing, one!.umemCompletionRing], [{ entries: 64 }, { entries: 32 }]);
    const { size, numPages, chunkSize, headroom, refs, flags } = one!.umem!;
    assertEquals([size, numPages, chunkSize, headroom, refs, flags], [16 * 4096, 16, 4096, 256, 1, []]);
    assertEquals(one!.stats!.nRxDropped, 0);
    assertEquals(xdp.get(one!).inode, one!.inode);
    const line = ssLines(netns, ["--xdp"]).flat().join(" ");
    for (
      const word of [
        `ino:${one!.inode}`,
        `sk:${one!.cookie.toString(16)}`,
        "entries:128",
        "entries:16",
        "size:65536",
        "chunk_size:4096",
      ]
    ) {
      assert(line.includes(word), `${word} is not in ${line}`);
    }
  });
});

/** A process's own sockets according to /proc: these need no other tool. */
kernelTest("sock_diag: TCP sockets equal those of /proc/net/tcp", ["ip", "python3"], async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, "\nl, c, s = tcp_pair()\nl6, c6, s6 = tcp_pair(AF_INET6, '::1')\n", (_said, holder) => {
      using client = open({ netns: ns.name });
      const rows = ["tcp", "tcp6"].flatMap((table) =>
        readFileSync(`/proc/${holder.pid}/net/${table}`, "utf8").trim().split("\n").slice(1).map((row) =>
          row.trim().split(/\s+/)
        )
      );
      const ours = client.tcp.list().map(({ localPort, dstPort, uid, inode }) =>
        [localPort, dstPort, uid, inode].join()
      );
      const port = (end: string): number => parseInt(end.split(":")[1]!, 16);
      const theirs = rows.map((row) => [port(row[1]!), port(row[2]!), Number(row[7]), Number(row[9])].join());
      assertEquals(ours.sort(), theirs.sort());
    });
  });
});
