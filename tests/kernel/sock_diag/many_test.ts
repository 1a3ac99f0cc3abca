/** Many sockets: listed, filtered by the kernel and by the library, destroyed, and each end reported. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Client } from "../../../core/client.ts";
import type { Codec } from "../../../core/codec/mod.ts";
import { KernelError, NetlinkError } from "../../../core/errors.ts";
import {
  compileFilter,
  InetRequest,
  NETLINK_SOCK_DIAG,
  open,
  SOCK_DIAG,
  type SocketCondition,
  TcpSocket,
} from "../../../families/sock_diag/mod.ts";
import { inNamespace, kernelTest, run } from "../namespace.ts";
import { withSockets } from "./sockets.ts";

const NEEDS = ["ip", "ss", "python3"];

/** Makes 5,000 connections, which are 10,000 sockets, from 20 addresses to 20 ports; some marked, some bound to lo. */
const MANY = `
listeners = []
for p in range(20):
    l = keep(socket(AF_INET, SOCK_STREAM)); l.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    l.bind(('127.0.0.1', 8000 + p)); l.listen(1024); listeners.append(l)
for i in range(5000):
    c = keep(socket(AF_INET, SOCK_STREAM))
    if i % 3 == 0: c.setsockopt(SOL_SOCKET, 36, i % 7)
    if i % 5 == 0: c.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo')
    c.bind(('127.0.%d.%d' % (i % 4, i % 5 + 1), 0))
    c.connect(('127.0.0.1', 8000 + i % 20))
    keep(listeners[i % 20].accept()[0])
`;

/** Returns the sockets that the kernel alone selects by a condition. */
function fromKernel(client: Client, condition: SocketCondition): TcpSocket[] {
  const bytecode = compileFilter(condition, "list", (name) => client.names.index(name)).ops;
  return client.dump({
    type: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
    flags: 0,
    codec: InetRequest as Codec<unknown, never>,
    value: { family: "inet", protocol: "tcp", states: 0xffffffff, bytecode },
    what: "list",
    reply: SOCK_DIAG.SOCK_DIAG_BY_FAMILY,
    replyCodec: TcpSocket as Codec<unknown, never>,
  }) as TcpSocket[];
}

const inside = (address: string, from: string): boolean => address.startsWith(from);

/** Conditions, and simple functions with the same meaning. */
const CONDITIONS: readonly (readonly [SocketCondition, (s: TcpSocket) => boolean])[] = [
  [{ dstPort: 8007 }, (s) => s.dstPort === 8007],
  [{ localPort: { start: 8003, end: 8005 } }, (s) => s.localPort >= 8003 && s.localPort <= 8005],
  [{ dstPort: { end: 8009 }, local: "127.0.2.0/24" }, (s) => s.dstPort <= 8009 && inside(s.local, "127.0.2.")],
  [{ dst: "127.0.1.2" }, (s) => s.dst === "127.0.1.2"],
  [{ dev: "lo" }, (s) => s.if === 1],
  [{ if: 0 }, (s) => s.if === 0],
  [{ mark: 3 }, (s) => s.mark === 3],
  [{ mark: { value: 4, mask: 6 } }, (s) => (s.mark! & 6) === 4],
  [{ not: { local: "127.0.0.0/16" } }, (s) => !inside(s.local, "127.0.")],
  [
    { not: { or: [{ dstPort: 8001 }, { localPort: { start: 8000 } }] } },
    (s) => s.dstPort !== 8001 && s.localPort < 8000,
  ],
  [{
    or: [
      { dstPort: 8001, local: "127.0.1.0/24" },
      { and: [{ dstPort: 8002 }, { not: { dev: "lo" } }] },
      { mark: 5, dst: "127.0.0.1/32" },
    ],
  }, (s) =>
    s.dstPort === 8001 && inside(s.local, "127.0.1.") || s.dstPort === 8002 && s.if !== 1 ||
    s.mark === 5 && s.dst === "127.0.0.1"],
  [
    { or: Array.from({ length: 300 }, (_, i) => ({ dstPort: 7900 + i })) },
    (s) => s.dstPort >= 7900 && s.dstPort < 8200,
  ],
  [{ local: "::/0" }, () => false],
  [{ local: "0.0.0.0/0", dst: "127.0.3.0/24" }, (s) => inside(s.dst, "127.0.3.")],
  // For accepted sockets, the kernel says that it chose the port.
  [{ auto: false }, (s) => s.dstPort === 0],
  [{ auto: true, dst: "127.0.0.1" }, (s) => s.dst === "127.0.0.1"],
];

kernelTest("sock_diag: 10,000 sockets are listed, and filters agree with simple functions", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, MANY, () => {
      using diag = open({ netns: ns.name });
      using client = new Client(NETLINK_SOCK_DIAG, { netns: ns.name });
      const all = diag.tcp.list(),
        cookies = (sockets: Iterable<TcpSocket>): bigint[] => [...sockets].map(({ cookie }) => cookie).sort();
      assertEquals(all.length, 10_020);
      assertEquals(new Set(cookies(all)).size, 10_020);
      assertEquals(cookies(diag.tcp.iterate()), cookies(all));
      assertEquals(diag.tcp.list({ state: "listen" }).length, 20);
      assertEquals(diag.tcp.list({ state: ["listen", "established"], family: "inet" }).length, 10_020);
      assertEquals(diag.tcp.list({ family: "inet6" }), []);
      for (const [condition, test] of CONDITIONS) {
        const wanted = all.filter(test);
        assertEquals(cookies(diag.tcp.list(condition)), cookies(wanted), JSON.stringify(condition));
        assertEquals(cookies(diag.tcp.iterate(condition)), cookies(wanted), JSON.stringify(condition));
        // The kernel alone filtered: no other socket was sent.
        assertEquals(cookies(fromKernel(client, condition)), cookies(wanted), JSON.stringify(condition));
      }
      assertEquals(cookies(diag.tcp.list({ cgroupId: all[0]!.cgroupId! })), cookies(all));
      assertEquals(diag.tcp.list({ cgroupId: 123_456_789n }), []);
      assertEquals(diag.tcp.list({ uid: 0, dstPort: 8007, state: "established" }).length, 250);
      const theirs = run("ip", [
        "netns",
        "exec",
        ns.name,
        "ss",
        "-Htn",
        "dport",
        "=",
        ":8007",
        "and",
        "src",
        "127.0.3.0/24",
      ]);
      assertEquals(diag.tcp.list({ dstPort: 8007, local: "127.0.3.0/24" }).length, theirs.trim().split("\n").length);
      const error = assertThrows(() => diag.tcp.list({ dev: "nope0" }), NetlinkError, 'no interface is called "nope0"');
      assertEquals(error.code, "ENODEV");
    });
  });
});

kernelTest("sock_diag: 1,000 sockets are destroyed, and each end is reported", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    const code = `
l = keep(socket(AF_INET, SOCK_STREAM)); l.bind(('127.0.0.1', 8000)); l.listen(1024)
for i in range(1000):
    c = keep(socket(AF_INET, SOCK_STREAM)); c.connect(('127.0.0.1', 8000)); keep(l.accept()[0])
`;
    await withSockets(ns.name, code, async (_said, holder) => {
      using diag = open({ netns: ns.name });
      const wanted = new Map(diag.tcp.list({ dstPort: 8000 }).map((one) => [one.cookie, one]));
      assertEquals(wanted.size, 1000);
      await using events = diag.tcp.watch({ buffer: 8 << 20 });
      assertEquals(diag.tcp.flush({ dstPort: 8000 }), 1000);
      assertEquals(diag.tcp.list({ dstPort: 8000 }), []);
      // Their process sees an error when it next uses them; they are gone only after it closes them.
      assertEquals(
        await holder.run("say([s.getsockopt(SOL_SOCKET, SO_ERROR) for s in kept if s is not l][::2] == [103] * 1000)"),
        ["True"],
      );
      await holder.run("del c; kept.clear(); l.close()");
      const seen = new Map<bigint, TcpSocket>();
      for await (const event of events) {
        assert(event.event === "del", event.event);
        assertEquals(event.object, "TCP socket");
        seen.set(event.value.cookie, event.value);
        if ([...wanted.keys()].every((cookie) => seen.has(cookie))) break;
      }
      for (const { cookie, localPort, dstPort, family } of wanted.values()) {
        const gone = seen.get(cookie)!;
        assertEquals([gone.localPort, gone.dstPort, gone.family], [localPort, dstPort, family]);
        assertEquals(gone.protocol, "tcp");
        assert(gone.info!.bytesAcked! >= 0);
      }
    });
  });
});

kernelTest("sock_diag: one socket is got and destroyed by its ends", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    const code = `
l, c, s = tcp_pair(port=8000)
l6, c6, s6 = tcp_pair(AF_INET6, '::1', port=8001)
shared = []
for i in range(4):
    r = keep(socket(AF_INET, SOCK_STREAM)); r.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1); r.bind(('127.0.0.1', 8002)); r.listen(1); shared.append(r)
u = keep(socket(AF_INET, SOCK_DGRAM)); u.bind(('127.0.0.1', 9000)); u.connect(('127.0.0.1', 9001))
u6 = keep(socket(AF_INET6, SOCK_DGRAM)); u6.bind(('::1', 9002))
d = keep(socket(AF_INET, SOCK_STREAM)); d.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo'); d.bind(('127.0.0.3', 8003)); d.listen(1)
`;
    await withSockets(ns.name, code, async (_said, holder) => {
      using diag = open({ netns: ns.name });
      const { tcp, udp } = diag, code = (body: () => void): string => assertThrows(body, KernelError).code;
      for (const one of tcp.list()) assertEquals(tcp.get(one).inode, one.inode);
      for (const one of udp.list()) assertEquals(udp.get(one).inode, one.inode);
      assertEquals(tcp.list({ localPort: 8002 }).length, 4);
      const listening = tcp.get({ local: "127.0.0.1", localPort: 8000 });
      assertEquals([listening.state, listening.dstPort], ["listen", 0]);
      assertEquals(tcp.get({ local: "::1", localPort: 8001 }).family, "inet6");
      assertEquals(tcp.get({ local: "127.0.0.3", localPort: 8003, dev: "lo" }).dev, "lo");
      assertEquals(
        udp.get({ local: "127.0.0.1", localPort: 9000, dst: "127.0.0.1", dstPort: 9001 }).state,
        "established",
      );
      assertEquals(udp.find({ local: "127.0.0.1", localPort: 9009 }), undefined);
      assertEquals(code(() => void tcp.get({ local: "127.0.0.1", localPort: 1 })), "ENOENT");
      // A cookie selects one of them.
      const [client] = tcp.list({ dstPort: 8000 }), other = { ...client!, cookie: client!.cookie + 1_000_000n };
      assertEquals(tcp.find(other), undefined);
      assertEquals(code(() => tcp.destroy(other)), "ENOENT");
      tcp.destroy(client!);
      assertEquals(tcp.find(client!), undefined);
      assertEquals(code(() => tcp.destroy(client!)), "ENOENT");
      assertEquals(tcp.destroy(client!, { missing: "ok" }), false);
      assertEquals(tcp.destroy({ localPort: 1 }, { missing: "ok" }), false);
      assertEquals(await holder.run("say(c.getsockopt(SOL_SOCKET, SO_ERROR))"), ["103"]);
      tcp.destroy({ local: "::1", localPort: 8001 });
      assertEquals(await holder.run("say(c6.getsockopt(SOL_SOCKET, SO_ERROR))"), ["0"]);
      assertEquals(tcp.list({ state: "listen", family: "inet6" }), []);
      udp.destroy(udp.list({ localPort: 9000 })[0]!);
      assertEquals(await holder.run("say(u.getsockopt(SOL_SOCKET, SO_ERROR))"), ["103"]);
      // Both ends of a connection are here, so the second one may have gone with the first.
      for (const one of tcp.list({ state: "established" })) tcp.destroy(one, { missing: "ok" });
      assertEquals(tcp.list({ state: "established" }), []);
      assertThrows(() => tcp.flush({}), TypeError, "without a filter");
      assert(tcp.flush({ all: true }) >= 5);
      assertEquals(tcp.list().filter(({ state }) => state !== "time_wait" && state !== "close"), []);
    });
  });
});

kernelTest("sock_diag: the ends of UDP sockets are reported", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    const code =
      "u = socket(AF_INET, SOCK_DGRAM); u.bind(('127.0.0.1', 9000)); v = socket(AF_INET6, SOCK_DGRAM); v.bind(('::1', 9001))";
    await withSockets(ns.name, `\n${code}\n`, async (_said, holder) => {
      using diag = open({ netns: ns.name });
      await using events = diag.udp.watch();
      await holder.run("u.close(); v.close()");
      const seen: unknown[] = [];
      for await (const event of events) {
        if (event.event === "del") seen.push([event.value.local, event.value.localPort, event.value.protocol]);
        if (seen.length === 2) break;
      }
      assertEquals(seen.sort(), [["127.0.0.1", 9000, "udp"], ["::1", 9001, "udp"]]);
    });
  });
});

kernelTest("sock_diag: without permission, the error names the capability", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, "\nl, c, s = tcp_pair(port=8000)\n", () => {
      using diag = open({ netns: ns.name });
      const { tcp, sctp, vsock } = diag;
      assertThrows(
        () => tcp.destroy({ local: "127.0.0.1", localPort: 9 }),
        KernelError,
        "Cannot destroy TCP socket 127.0.0.1:9: ENOENT",
      );
      for (const kind of [sctp, vsock]) {
        // If the kernel supports them, there are none.
        try {
          assertEquals(kind.list(), []);
        } catch (error) {
          assert(
            error instanceof KernelError && error.code === "ENOENT" && /modprobe (sctp|vsock)_diag/.test(error.message),
            `${error}`,
          );
        }
      }
    });
  });
});
