/** Keys of sockets by their two ends, and filters without a condition: only named sockets are found and destroyed. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BatchError, KernelError } from "../../../core/errors.ts";
import { type InetKey, type InetSocket, open, type SockDiagClient } from "../../../families/sock_diag/mod.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, run } from "../namespace.ts";
import { type Holder, MPTCP, withSockets } from "./sockets.ts";

const NEEDS = ["ip", "ss", "python3"];

function inSockets(
  code: string,
  body: (diag: SockDiagClient, holder: Holder, netns: string, said: string[]) => void | Promise<void>,
  ...ip: readonly string[]
): Promise<void> {
  return inNamespace(async (ns) => {
    for (const command of ["link set lo up", ...ip]) ns.ip(command);
    await withSockets(ns.name, code, async (said, holder) => {
      using diag = open({ netns: ns.name });
      await body(diag, holder, ns.name, said);
    });
  });
}

/** Returns the inodes of the sockets that `ss` lists, to compare with. */
function inodes(netns: string, ...options: readonly string[]): string[] {
  const lines = run("ip", ["netns", "exec", netns, "ss", "-Hane", ...options]).trim().split("\n");
  return lines.map((line) => /\bino:(\d+)/.exec(line)?.[1]).filter((inode) => inode !== undefined).sort();
}

/** Returns SO_ERROR of sockets of a process: 103 for a destroyed one. */
async function errors(holder: Holder, names: string): Promise<string> {
  return (await holder.run(`say(*[s.getsockopt(SOL_SOCKET, SO_ERROR) for s in (${names},)])`)).join();
}

function absent(body: () => unknown): void {
  assertEquals(assertThrows(body, KernelError).code, "ENOENT");
}

const SERVERS = `
l, c, s = tcp_pair(port=8000)
any4 = keep(socket(AF_INET, SOCK_STREAM)); any4.bind(('0.0.0.0', 8001)); any4.listen(1)
any6 = keep(socket(AF_INET6, SOCK_STREAM)); any6.bind(('::', 8002)); any6.listen(1)
l6, c6, s6 = tcp_pair(AF_INET6, '::1', port=8003)
mapped = keep(socket(AF_INET, SOCK_STREAM)); mapped.connect(('127.0.0.1', 8002)); accepted = keep(any6.accept()[0])
own = keep(socket(AF_INET6, SOCK_STREAM)); own.bind(('::ffff:127.0.0.9', 8004)); own.listen(1)
bound = keep(socket(AF_INET, SOCK_STREAM)); bound.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'); bound.bind(('127.0.0.1', 8005)); bound.listen(1)
u4 = keep(socket(AF_INET, SOCK_DGRAM)); u4.bind(('127.0.0.1', 9000))
uany = keep(socket(AF_INET, SOCK_DGRAM)); uany.bind(('0.0.0.0', 9001))
uc = keep(socket(AF_INET, SOCK_DGRAM)); uc.bind(('127.0.0.1', 9002)); uc.connect(('127.0.0.1', 9003))
u6 = keep(socket(AF_INET6, SOCK_DGRAM)); u6.bind(('::', 9004))
umapped = keep(socket(AF_INET6, SOCK_DGRAM)); umapped.bind(('::ffff:127.0.0.1', 9005)); umapped.connect(('::ffff:127.0.0.1', 9006))
ubound = keep(socket(AF_INET, SOCK_DGRAM)); ubound.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'); ubound.bind(('127.0.0.1', 9007))
say(mapped.getsockname()[1])
`;
const ALL = "l, c, s, any4, any6, l6, c6, s6, mapped, accepted, own, bound, u4, uany, uc, u6, umapped, ubound";

kernelTest("sock_diag: ends that no socket has exactly match none, and destroy none", NEEDS, async () => {
  await inSockets(SERVERS, async ({ tcp, udp }, holder, netns) => {
    const local = "127.0.0.1", dst = "127.0.0.1", before = [inodes(netns, "-t"), inodes(netns, "-u")];
    const none: readonly (readonly ["tcp" | "udp", InetKey])[] = [
      // A listener does not match a connection that does not exist.
      ["tcp", { local, localPort: 8000, dst, dstPort: 1 }],
      ["tcp", { local: "::1", localPort: 8003, dst: "::1", dstPort: 1 }],
      ["tcp", { local, localPort: 8001, dst, dstPort: 1 }],
      ["tcp", { local, localPort: 8000, dst: "192.0.2.1" }],
      ["tcp", { local, localPort: 8000, dstPort: 1 }],
      // A socket that listens on all addresses does not match one of them.
      ["tcp", { local, localPort: 8001 }],
      ["tcp", { local: "::1", localPort: 8002 }],
      ["tcp", { localPort: 8000 }],
      // A socket that listens for IPv6 does not match 0.0.0.0, though it accepts IPv4 as well.
      ["tcp", { local: "0.0.0.0", localPort: 8002 }],
      ["tcp", { local, localPort: 8002 }],
      ["tcp", { local: "::ffff:127.0.0.1", localPort: 8001 }],
      ["tcp", { local: "::ffff:127.0.0.1", localPort: 8000 }],
      // Another interface than the one it is bound to, or an interface if it is bound to none.
      ["tcp", { local, localPort: 8000, dev: "lo" }],
      ["tcp", { local, localPort: 8005, if: 0 }],
      ["tcp", { local, localPort: 8005, dev: "v0" }],
      ["udp", { local, localPort: 9000, dst, dstPort: 1 }],
      ["udp", { local, localPort: 9001 }],
      ["udp", { local, localPort: 9001, dst, dstPort: 1 }],
      ["udp", { local, localPort: 9002 }],
      ["udp", { local, localPort: 9002, dst, dstPort: 1 }],
      ["udp", { local: "::1", localPort: 9004 }],
      ["udp", { local: "::1", localPort: 9004, dst: "::1", dstPort: 1 }],
      ["udp", { local: "0.0.0.0", localPort: 9004 }],
      ["udp", { local, localPort: 9007, dev: "v0" }],
      ["udp", { local, localPort: 9000, dev: "lo" }],
    ];
    for (const [kind, key] of none) {
      const sockets = kind === "tcp" ? tcp : udp, what = `${kind} ${JSON.stringify(key)}`;
      assertEquals(sockets.find(key), undefined, what);
      absent(() => sockets.get(key));
      absent(() => sockets.destroy(key));
      for (const one of sockets.list()) {
        absent(() => sockets.destroy({ ...one, cookie: one.cookie + 1_000_000n }));
      }
    }
    assertEquals(await errors(holder, ALL), "0 ".repeat(18).trim());
    assertEquals([inodes(netns, "-t"), inodes(netns, "-u")], before);
  }, "link add v0 type veth peer name v1");
});

kernelTest("sock_diag: each socket is found by its ends, and only that one is destroyed", NEEDS, async () => {
  await inSockets(SERVERS, async ({ tcp, udp }, holder, _netns, [said]) => {
    const one = async (name: string): Promise<number> =>
      Number((await holder.run(`say(os.fstat(${name}.fileno()).st_ino)`))[0]);
    const local = "127.0.0.1", dst = "127.0.0.1", port = Number(said);
    const there: readonly (readonly [string, "tcp" | "udp", InetKey])[] = [
      ["l", "tcp", { local, localPort: 8000 }],
      ["any4", "tcp", { local: "0.0.0.0", localPort: 8001 }],
      ["any4", "tcp", { localPort: 8001 }],
      ["any6", "tcp", { local: "::", localPort: 8002 }],
      ["any6", "tcp", { localPort: 8002 }],
      ["any6", "tcp", { localPort: 8002, family: "inet6" }],
      // An IPv4 connection of an IPv6 socket has the same ends.
      ["accepted", "tcp", { local, localPort: 8002, dst, dstPort: port }],
      ["accepted", "tcp", { local: "::ffff:127.0.0.1", localPort: 8002, dst: "::ffff:127.0.0.1", dstPort: port }],
      ["mapped", "tcp", { local, localPort: port, dst, dstPort: 8002 }],
      ["own", "tcp", { local: "::ffff:7f00:9", localPort: 8004 }],
      ["own", "tcp", { local: "127.0.0.9", localPort: 8004 }],
      ["bound", "tcp", { local, localPort: 8005 }],
      ["bound", "tcp", { local, localPort: 8005, dev: "lo" }],
      ["u4", "udp", { local, localPort: 9000 }],
      ["uany", "udp", { localPort: 9001 }],
      ["uc", "udp", { local, localPort: 9002, dst, dstPort: 9003 }],
      ["u6", "udp", { localPort: 9004 }],
      ["u6", "udp", { local: "::", localPort: 9004 }],
      ["umapped", "udp", { local, localPort: 9005, dst, dstPort: 9006 }],
      ["umapped", "udp", { local: "::ffff:127.0.0.1", localPort: 9005, dst: "::ffff:127.0.0.1", dstPort: 9006 }],
      ["ubound", "udp", { local, localPort: 9007 }],
      ["ubound", "udp", { local, localPort: 9007, dev: "lo" }],
    ];
    for (const [name, kind, key] of there) {
      const what = `${name} ${JSON.stringify(key)}`, inode = await one(name), sockets = kind === "tcp" ? tcp : udp;
      const found = sockets.find(key);
      assertEquals(found?.inode, inode, what);
      for (const again of [found!, { cookie: found!.cookie }, { ...key, cookie: found!.cookie }]) {
        assertEquals(sockets.get(again).inode, inode, what);
      }
    }
    for (const one of [...tcp.list()]) assertEquals(tcp.get(one).inode, one.inode);
    for (const one of [...udp.list()]) assertEquals(udp.get(one).inode, one.inode);
    assertEquals(tcp.find({ local, localPort: 8002, dst, dstPort: port, family: "inet" }), undefined);
    // This destroys the connections, not the listener.
    tcp.destroy({ local, localPort: 8002, dst, dstPort: port });
    udp.destroy({ local, localPort: 9005, dst, dstPort: 9006 });
    udp.destroy({ cookie: udp.get({ localPort: 9001 }).cookie });
    assertEquals(await errors(holder, "accepted, any6, umapped, uany, uc, u4"), "103 0 103 103 0 0");
    tcp.destroy({ local, localPort: 8005 });
    assertEquals(tcp.find({ local, localPort: 8005 }), undefined);
    assertEquals(tcp.find({ local, localPort: 8000 })?.inode, await one("l"));
  });
});

kernelTest(
  "sock_diag: a key that matches no socket is refused, and so are fields that a socket does not have",
  NEEDS,
  async () => {
    await inSockets("\nl, c, s = tcp_pair(port=8000)\n", ({ tcp, unix, packet }) => {
      const keys: readonly (readonly [unknown, string])[] = [
        [undefined, "expected an object"],
        [8000, "expected an object"],
        [{}, "localPort or its cookie"],
        [{ local: "127.0.0.1" }, "localPort or its cookie"],
        [{ local: "127.0.0.1", localport: 8000 }, `no field "localport"`],
        [{ local: "127.0.0.0/8", localPort: 8000 }, "expected an IPv4 or IPv6 address"],
        [{ localPort: 8000, family: "unix" }, "inet or inet6"],
        [{ localPort: 8000, family: "inet", local: "::1" }, "is not of the family"],
        [{ localPort: 8000, local: "::1", dst: "127.0.0.1" }, "is not of the family"],
        [{ localPort: 8000, protocol: "udp" }, "its protocol is tcp"],
        [{ localPort: "8000" }, "localPort"],
        [{ localPort: 65536 }, "localPort"],
      ];
      for (const [key, why] of keys) {
        for (const verb of ["get", "find", "destroy"] as const) {
          const error = assertThrows(() => tcp[verb](key as InetKey), Error, why);
          assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
        }
      }
      for (const sockets of [unix, packet]) {
        for (const key of [{}, { name: "@x" }, { inode: undefined }, undefined]) {
          assertThrows(() => sockets.find(key as never), TypeError, "inode");
        }
      }
      assertEquals(tcp.list({ state: "listen" }).length, 1);
    });
  },
);

kernelTest(
  "sock_diag: a unix socket is found by its cookie only, and not another one with its inode",
  NEEDS,
  async () => {
    await inSockets("\nn = keep(socket(AF_UNIX, SOCK_STREAM)); n.bind('\\0named'); n.listen(1)\n", ({ unix }) => {
      const [one] = unix.list({ name: "\0named" });
      assertEquals(unix.get({ cookie: one!.cookie }).inode, one!.inode);
      assertEquals(unix.find({ ...one!, cookie: one!.cookie + 1_000_000n }), undefined);
      assertEquals(unix.find({ cookie: one!.cookie + 1_000_000n }), undefined);
      assertEquals(unix.find(one!.inode)?.cookie, one!.cookie);
    });
  },
);

/** Binds names of bytes that are not text. */
const NAMED = `
names = [b'\\0', b'\\0a\\0b', b'\\0a\\0', b'\\0\\0\\0', b'\\0\\xff\\xfe\\0\\x80', b'\\0' + b'x' * 107, b'\\0' + b'\\0' * 107, b'\\0\\x1b[31m\\n', '\\0ж'.encode()]
for name in names:
    n = keep(socket(AF_UNIX, SOCK_DGRAM)); n.bind(name)
    say(os.fstat(n.fileno()).st_ino, n.getsockname().hex())
path = keep(socket(AF_UNIX, SOCK_DGRAM)); os.chdir(os.path.realpath('/tmp')); path.bind(b'\\xffnl-%d' % os.getpid())
say(os.fstat(path.fileno()).st_ino, os.fsencode(path.getsockname()).hex()); os.unlink(path.getsockname())
`;

kernelTest("sock_diag: names of unix sockets are complete, with all NULs", NEEDS, async () => {
  await inSockets(NAMED, ({ unix }, _holder, _netns, said) => {
    assertEquals(said.length, 10);
    for (const line of said) {
      const [inode, name] = line.split(" ");
      const told = unix.get(Number(inode)).name!;
      // Bytes that are not UTF-8 are U+DC80 and following.
      const bytes = [...told].flatMap((character) => {
        const code = character.codePointAt(0)!;
        return code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : [...new TextEncoder().encode(character)];
      });
      assertEquals(bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(""), name);
      assertEquals(unix.list({ name: told }).map(({ inode }) => String(inode)), [inode]);
    }
  });
});

const SHARED = `
def shared(kind, family, address, port, count, before=lambda s: None):
    made = []
    for i in range(count):
        s = keep(socket(family, kind)); s.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1); before(s); s.bind((address, port))
        if kind == SOCK_STREAM: s.listen(4)
        made.append(s)
    return made
u = shared(SOCK_DGRAM, AF_INET, '127.0.0.1', 9000, 4)
uany = shared(SOCK_DGRAM, AF_INET6, '::', 9001, 12)
umapped = shared(SOCK_DGRAM, AF_INET6, '::ffff:127.0.0.1', 9002, 3)
ubound = shared(SOCK_DGRAM, AF_INET, '0.0.0.0', 9003, 4, lambda s: s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'))
mixed = shared(SOCK_DGRAM, AF_INET, '127.0.0.1', 9004, 4)
for s in mixed[2:]: s.connect(('127.0.0.1', 9005))
again = shared(SOCK_DGRAM, AF_INET, '127.0.0.1', 9008, 2) + shared(SOCK_DGRAM, AF_INET, '127.0.0.1', 9008, 2, lambda s: s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'))
again[0].connect(('127.0.0.1', 9005)); again[2].connect(('127.0.0.1', 9005))
mapped = shared(SOCK_DGRAM, AF_INET6, '::ffff:127.0.0.1', 9010, 4)
for s in mapped: s.connect(('::ffff:127.0.0.1', 9005))
t = shared(SOCK_STREAM, AF_INET, '127.0.0.1', 8000, 8)
t6 = shared(SOCK_STREAM, AF_INET6, '::', 8001, 40)
few = shared(SOCK_DGRAM, AF_INET, '127.0.0.1', 9006, 6)
one = shared(SOCK_DGRAM, AF_INET, '127.0.0.1', 9007, 5)
inode = lambda s: os.fstat(s.fileno()).st_ino
say(*[inode(s) for s in few[::2]])
say(*[inode(s) for s in one])
say(*[inode(s) for s in t])
`;

kernelTest("sock_diag: all sockets that share a port are destroyed and counted, and no others", NEEDS, async () => {
  await inSockets(SHARED, async ({ tcp, udp }, holder, _netns, said) => {
    const [few, one, listening] = said.map((line) => line.split(" ").map(Number)) as [number[], number[], number[]];
    const all = async (name: string, count: number): Promise<void> =>
      assertEquals(await errors(holder, `*${name}`), "103 ".repeat(count).trim(), name);
    assertEquals(udp.flush({ localPort: 9000 }), 4);
    await all("u", 4);
    assertEquals(udp.flush({ localPort: 9001 }), 12);
    await all("uany", 12);
    assertEquals(udp.flush({ localPort: 9002 }), 3);
    await all("umapped", 3);
    assertEquals(udp.flush({ localPort: 9003, dev: "lo" }), 4);
    await all("ubound", 4);
    assertEquals(udp.flush({ localPort: 9004 }), 4);
    await all("mixed", 4);
    assertEquals(udp.flush({ localPort: 9008 }), 4);
    await all("again", 4);
    assertEquals(udp.flush({ localPort: 9010 }), 4);
    await all("mapped", 4);
    // Every second one of those that share the port: the filter excludes the others.
    assertEquals(few.map((inode) => udp.flush({ localPort: 9006, inode })), [1, 1, 1]);
    assertEquals(await errors(holder, "*few"), "103 0 103 0 103 0");
    for (const inode of one.slice(1)) udp.destroy(udp.list({ inode })[0]!);
    assertEquals(await errors(holder, "*one"), "0 103 103 103 103");
    for (const inode of listening.slice(0, 6)) tcp.destroy(tcp.list({ inode })[0]!);
    assertEquals(
      tcp.list({ localPort: 8000, state: "listen" }).map(({ inode }) => inode).sort(),
      listening.slice(6).sort(),
    );
    assertEquals(tcp.flush({ localPort: 8000 }), 2);
    assertEquals(tcp.flush({ localPort: 8001 }), 40);
    assertEquals(tcp.list({ state: "listen" }), []);
    assertEquals(tcp.flush({ state: "listen" }), 0);
    absent(() => udp.destroy({ local: "127.0.0.1", localPort: 9999 }));
  });
});

kernelTest("sock_diag: flush refuses a filter without a condition, in every form", NEEDS, async () => {
  await inSockets(SERVERS, async ({ tcp, udp, raw }, holder) => {
    const nothing: readonly object[] = [
      {},
      { info: true, dst: undefined },
      { skBpfStorages: [] },
      { and: [] },
      { and: [{}] },
      { and: [{ and: [] }, { dst: undefined }] },
      { or: [{}] },
      { or: [{ dstPort: 443 }, {}] },
      { or: [{ dstPort: 443 }, { and: [] }] },
      { not: { not: {} } },
      { not: { and: [{ not: {} }, { dstPort: 1 }] } },
      { dstPort: {} },
      { dstPort: { start: undefined } },
      { dstPort: { start: 0 } },
      { localPort: { start: 0, end: 65535 } },
      { mark: { value: 0, mask: 0 } },
      { state: undefined, family: undefined },
      { sockopt: [] },
      { meminfo: {} },
      { meminfo: { rmem: undefined } },
      { all: undefined },
    ];
    for (const filter of nothing) {
      for (const sockets of [tcp, udp, raw]) {
        const given = sockets === tcp
          ? filter
          : Object.fromEntries(Object.entries(filter).filter(([key]) => key !== "info"));
        assertThrows(() => sockets.flush(given as never), TypeError, "{ all: true }");
      }
    }
    assertThrows(() => tcp.flush(undefined as never), TypeError, "{ all: true }");
    for (const filter of [null, [], 443]) {
      assertThrows(() => tcp.flush(filter as never), TypeError, "expected a filter as an object");
    }
    assertThrows(() => tcp.flush({ all: false } as never), TypeError, "all: expected true");
    assertThrows(
      () => tcp.flush({ all: true, dstPort: 443 } as never),
      TypeError,
      "{ all: true } excludes other fields",
    );
    // A condition that no socket meets destroys none.
    assertEquals(tcp.flush({ state: [] }), 0);
    assertEquals(tcp.flush({ not: {} }), 0);
    assertEquals(tcp.flush({ not: { dstPort: {} } }), 0);
    assertEquals(tcp.flush({ mark: { value: 1, mask: 0 } }), 0);
    for (
      const [filter, why] of [
        [{ or: [] }, "expected at least one condition"],
        [{ dstPort: { from: 443 } }, `dstPort: "from" is not one of start, end`],
        [{ mark: { value: 1, mask: 1, bits: 2 } }, `mark: "bits" is not one of value, mask`],
        [{ dport: 443 }, "dport"],
        [{ not: { dport: 443 } }, `"dport" is no condition`],
        [{ family: "unix" }, "family: expected inet or inet6"],
        [{ info: 1, dstPort: 443 }, "info: expected true or false"],
        [{ skBpfStorages: "all" }, "skBpfStorages: expected"],
      ] as const
    ) {
      assertThrows(() => tcp.flush(filter as never), TypeError, why);
      assertThrows(() => tcp.list(filter as never), TypeError, why);
    }
    assertThrows(() => udp.list({ info: true }), TypeError, "Cannot list UDP sockets: info");
    assertThrows(() => udp.flush({ info: true }), TypeError, "Cannot flush UDP sockets: info");
    assertThrows(() => udp.list({ skBpfStorages: true }), TypeError, "Cannot list UDP sockets: skBpfStorages");
    assertEquals(await errors(holder, ALL), "0 ".repeat(18).trim());
    // The family is a condition.
    assertEquals(udp.flush({ local: "::/0" }), 2);
    assertEquals(await errors(holder, "u4, uany, uc, u6, umapped, ubound"), "0 0 0 103 103 0");
  });
});

kernelTest("sock_diag: packet sockets and the like have no state to filter by", NEEDS, async () => {
  await inSockets("", ({ packet, unix }) => {
    assertThrows(() => packet.list({ state: "listen" } as never), TypeError, `"state"`);
    assertEquals(unix.list({ state: [] }), []);
    assertThrows(() => unix.list({ state: "listening" } as never), TypeError, "listening");
  });
});

kernelTest("sock_diag: addresses in filters keep their family, as in ss", NEEDS, async () => {
  await inSockets(SERVERS, ({ tcp, udp }, _holder, netns) => {
    // The form for ss, if it differs.
    const texts: readonly (readonly [text: string, theirs?: string])[] = [
      ["0.0.0.0/0"],
      ["0.0.0.0"],
      ["127.0.0.1"],
      ["127.0.0.0/8"],
      ["::/0", "[::/0]"],
      ["::", "[::]"],
      ["::1", "[::1]"],
      ["::ffff:127.0.0.1", "[::ffff:127.0.0.1]"],
      ["::ffff:0:0/96", "[::ffff:0:0/96]"],
    ];
    for (const [side, word] of [["local", "src"], ["dst", "dst"]] as const) {
      for (const [text, name = text] of texts) {
        const own = (sockets: readonly InetSocket[]): string[] => sockets.map(({ inode }) => String(inode)).sort();
        const theirs = (option: string): string[] => inodes(netns, option, word, name);
        assertEquals(own(tcp.list({ [side]: text })), theirs("-t"), `${word} ${text}`);
        assertEquals(own(udp.list({ [side]: text })), theirs("-u"), `${word} ${text}`);
      }
    }
  });
});

/** A neighbour that never answers: a connection from it stays half open. */
const SILENT = [
  "link add v0 type veth peer name v1",
  "link set v0 up",
  "link set v1 up",
  "address add 192.0.2.1/24 dev v0",
  "route add 198.51.100.0/24 dev v0",
  "neigh add 198.51.100.77 lladdr 02:00:00:00:00:77 dev v0",
];

kernelTest("sock_diag: states that the kernel shows under another name can be filtered by", NEEDS, async () => {
  const code = `
l = keep(socket(AF_INET, SOCK_STREAM)); l.bind(('192.0.2.1', 8000)); l.listen(1)
b = keep(socket(AF_INET, SOCK_STREAM)); b.bind(('127.0.0.1', 8001))
def sum16(data):
  total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
  while total > 0xffff: total = (total >> 16) + (total & 0xffff)
  return ~total & 0xffff
ends = inet_aton('198.51.100.77') + inet_aton('192.0.2.1')
syn = struct.pack('>HHIIBBHHH', 7777, 8000, 1, 0, 5 << 4, 2, 1000, 0, 0)
syn = syn[:16] + struct.pack('>H', sum16(ends + struct.pack('>BBH', 0, 6, 20) + syn)) + syn[18:]
r = keep(socket(AF_INET, SOCK_RAW, IPPROTO_RAW))
r.sendto(struct.pack('>BBHHHBBH', 0x45, 0, 40, 1, 0, 64, 6, 0) + ends + syn, ('192.0.2.1', 0))
`;
  await inSockets(code, ({ tcp, udp }) => {
    const ends = (state: Parameters<typeof tcp.list>[0]): unknown[] =>
      tcp.list(state).map(({ state, localPort, dstPort }) => [state, localPort, dstPort]);
    assertEquals(ends({ state: "new_syn_recv" }), [["syn_recv", 8000, 7777]]);
    assertEquals(ends({ state: "syn_recv" }), [["syn_recv", 8000, 7777]]);
    assertEquals(ends({ state: "bound_inactive" }), [["close", 8001, 0]]);
    assertEquals(ends({ state: ["bound_inactive", "listen"] }), [["listen", 8000, 0], ["close", 8001, 0]]);
    assertEquals(ends({ state: 13 }), [["close", 8001, 0]]);
    assertEquals(ends({ state: "close" }), []);
    assertThrows(() => udp.list({ state: "bound_inactive" }), TypeError, "state: UDP sockets have only");
    const [bound] = tcp.list({ state: "bound_inactive" });
    assertEquals(tcp.find({ local: "127.0.0.1", localPort: 8001 }), undefined);
    assertEquals(tcp.get(bound!).inode, bound!.inode);
    absent(() => tcp.destroy({ local: "127.0.0.1", localPort: 8001 }));
  }, ...SILENT);
});

const MPTCP_NEEDS = MPTCP ? NEEDS : [...NEEDS, "a kernel with CONFIG_MPTCP"];

kernelTest("sock_diag: MPTCP connections and listeners are found by their ends", MPTCP_NEEDS, async () => {
  const code = `
l, c, s = tcp_pair(protocol=262, port=8000)
l6, c6, s6 = tcp_pair(AF_INET6, '::1', protocol=262, port=8001)
c.send(b'hello'); s.recv(5); s.send(b'hello'); c.recv(5)
say(*[os.fstat(one.fileno()).st_ino for one in (l, c, s, l6, c6, s6)])
say(c.getsockname()[1], c6.getsockname()[1])
`;
  await inSockets(code, ({ mptcp }, _holder, _netns, [inodes, ports]) => {
    const [l, c, s, l6, c6, s6] = inodes!.split(" ").map(Number), [port, port6] = ports!.split(" ").map(Number);
    const local = "127.0.0.1", dst = local;
    assertEquals(mptcp.get({ local, localPort: 8000 }).inode, l);
    assertEquals(mptcp.get({ local, localPort: 8000, dst, dstPort: port! }).inode, s);
    assertEquals(mptcp.get({ local, localPort: port!, dst, dstPort: 8000 }).inode, c);
    assertEquals(mptcp.get({ local: "::1", localPort: 8001 }).inode, l6);
    assertEquals(mptcp.get({ local: "::1", localPort: 8001, dst: "::1", dstPort: port6! }).inode, s6);
    assertEquals(mptcp.get({ local: "::1", localPort: port6!, dst: "::1", dstPort: 8001 }).inode, c6);
    const all = mptcp.list({ info: true });
    assert(all.length >= 6);
    for (const one of all) assertEquals(mptcp.get(one).inode, one.inode);
    for (const one of all) assertEquals(mptcp.get({ cookie: one.cookie }).inode, one.inode);
    assertEquals(mptcp.find({ local, localPort: 8000, dst, dstPort: 1 }), undefined);
    // A token instead of the cookie matches nothing.
    const token = all.map(({ info }) => info?.token ?? 0).find((token) => token !== 0)!;
    assertEquals(mptcp.find({ cookie: BigInt(token) }), undefined);
    absent(() => mptcp.get({ local: "127.0.0.1", localPort: 9 }));
  });
});

kernelTest("sock_diag: flush tries all, and lists those that the kernel refuses", NEEDS, async () => {
  if (!MPTCP) skip("this kernel has no MPTCP");
  const code = `
m = socket(AF_INET, SOCK_STREAM, 262)
m.bind(("127.0.0.1", 5100)); m.listen()
l, c, s = tcp_pair(port=5000)
say("ready")
`;
  await inSockets(code, (diag) => {
    const filter = { local: "127.0.0.0/8" } as const, list = diag.tcp.list(filter);
    const error = assertThrows(() => diag.tcp.flush(filter), BatchError);
    assertEquals(error.count, list.length);
    assertEquals(error.failures.map(({ index }) => list[index]!.localPort), [5100]);
    assertEquals(diag.tcp.list({ ...filter, state: "established" }), []);
  });
});
