/** Tests that need a real kernel: every byte about its sockets is decoded; storage of BPF; control groups. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../../core/client.ts";
import { type Codec, type RawAttribute, rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import * as diag from "../../../families/sock_diag/mod.ts";
import { inNamespace, kernelTest } from "../namespace.ts";
import { MPTCP, withSockets } from "./sockets.ts";

const NEEDS = ["ip", "python3"];

/** Returns the attributes in an object, at any depth, that a table could not decode. */
function unread(value: unknown): RawAttribute[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return [...rawOf(value), ...Object.values(value).flatMap(unread)];
}

const KINDS = `
l, c, s = tcp_pair()
l6, c6, s6 = tcp_pair(AF_INET6, '::1')
${MPTCP ? "lm, cm, sm = tcp_pair(protocol=262)" : ""}
c.send(b'x'); s6.shutdown(SHUT_WR)
u = keep(socket(AF_INET, SOCK_DGRAM)); u.bind(('127.0.0.1', 0))
a, b = keep(*socketpair(AF_UNIX, SOCK_STREAM)); a.send(b'abc')
n = keep(socket(AF_UNIX, SOCK_DGRAM)); n.bind('/tmp/nl-whole-%d' % os.getpid()); os.unlink(n.getsockname())
m = keep(socket(AF_UNIX, SOCK_STREAM)); m.bind('\\0whole'); m.listen(1)
p = keep(socket(AF_PACKET, SOCK_RAW, htons(3))); p.bind(('lo', 3))
r = keep(socket(AF_NETLINK, SOCK_RAW, 0)); r.bind((0, 1))
`;

/** Requests and tables of socket kinds that every kernel has. */
const ASKED: readonly (readonly [name: string, codec: unknown, request: object, table: unknown])[] = [
  ["tcp", diag.InetRequest, { family: "inet", protocol: "tcp", states: 0xffffffff, ext: 0xff }, diag.TcpSocket],
  ["tcp6", diag.InetRequest, { family: "inet6", protocol: "tcp", states: 0xffffffff, ext: 0xff }, diag.TcpSocket],
  ["udp", diag.InetRequest, { family: "inet", protocol: "udp", states: 0xffffffff, ext: 0xff }, diag.UdpSocket],
  ["unix", diag.UnixRequest, { family: "unix", states: 0xffffffff, show: 0x7f }, diag.UnixSocket],
  ["packet", diag.PacketRequest, { family: "packet", show: 0x3f }, diag.PacketSocket],
  ["netlink", diag.NetlinkRequest, { family: "netlink", protocol: 255, show: 0xf }, diag.NetlinkSocket],
];
/** Those of kinds that some kernels have. */
const MPTCP_ASKED: typeof ASKED = [
  ["mptcp", diag.InetRequest, { family: "inet", protocol: "mptcp", states: 0xffffffff, ext: 0xff }, diag.MptcpSocket],
];

/** Returns a codec that keeps the bytes beside the value. */
function keeping(table: Codec<unknown, never>): Codec<{ value: object; bytes: Uint8Array }, never> {
  return {
    name: table.name,
    decode: (from, at, end, owner) => ({
      value: table.decode(from, at, end, owner) as object,
      bytes: from.bytes.slice(at, end),
    }),
    encode: () => {},
  };
}

/** Returns the attributes of a message, each with its number and payload, in order. */
function attributesOf(bytes: Uint8Array, header: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset), all: string[] = [`head ${bytes.slice(0, header).join()}`];
  for (let at = header, length = 0; at + 4 <= bytes.length; at += (length + 3) & ~3) {
    length = view.getUint16(at, true);
    all.push(`${view.getUint16(at + 2, true) & 0x3fff}: ${bytes.slice(at + 4, at + length).join()}`);
  }
  return all.sort();
}

kernelTest("sock_diag: the kernel's messages are decoded whole, and encoded to the same bytes", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, KINDS, () => {
      using client = new Client(diag.NETLINK_SOCK_DIAG, { netns: ns.name, names: false });
      if (!MPTCP) console.log("not in this kernel: sockets of MPTCP");
      for (const [name, codec, value, table] of [...ASKED, ...(MPTCP ? MPTCP_ASKED : [])]) {
        const { headerSize } = table as typeof diag.TcpSocket;
        const found = client.dump({
          type: 20,
          flags: 0,
          codec: codec as Codec<unknown, never>,
          value,
          what: "list",
          reply: 20,
          replyCodec: keeping(table as Codec<unknown, never>),
        }) as { value: object; bytes: Uint8Array }[];
        assert(found.length > 0, name);
        for (const { value, bytes } of found) {
          assertEquals(unread(value), [], name);
          const to = new Writer();
          (table as Codec<unknown, never>).encode(value as never, to, {});
          const written = to.bytes.slice(0, to.length);
          // Nests, empty lists of groups and the padding at a list's end may differ in length.
          const strict = (all: string[]): string[] =>
            all.filter((one) =>
              !(name === "netlink" && one.startsWith("1: ")) && !(name.includes("tcp") && one.startsWith("19: "))
            );
          assertEquals(strict(attributesOf(written, headerSize)), strict(attributesOf(bytes, headerSize)), name);
          const again = (table as Codec<unknown, never>).decode(new Reader(written), 0, written.length, {});
          assertEquals(again, value);
        }
      }
    });
  });
});

/**
 * Makes a map for values of sockets, with its type in the form that the kernel requires, and a value for one socket.
 */
const STORAGE = `
def bpf(command, attributes):
    made = libc.syscall(321 if os.uname().machine == 'x86_64' else 280, command, attributes, len(attributes))
    if made < 0: raise OSError(ctypes.get_errno(), 'bpf %d' % command)
    return made
def btf():
    names = b'\\0int\\0value\\0'
    types = struct.pack('<IIII', 1, 1 << 24, 4, 1 << 24 | 32)
    data = struct.pack('<HBBIIIII', 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(names)) + types + names
    held = ctypes.create_string_buffer(data, len(data))
    return keep(held) and bpf(18, struct.pack('<QQIII', ctypes.addressof(held), 0, len(data), 0, 0) + bytes(100))
types = btf()
map = bpf(0, struct.pack('<IIIIIIi16sIIII', 24, 4, 4, 0, 1, 0, 0, b'kept', 0, types, 1, 1) + bytes(64))
l, c, s = tcp_pair(port=8000)
key = ctypes.c_int(c.fileno()); value = ctypes.c_int(0x01020304)
bpf(2, struct.pack('<IxxxxQQQ', map, ctypes.addressof(key), ctypes.addressof(value), 0) + bytes(96))
say(map, c.getsockname()[1])
`;

kernelTest("sock_diag: values that BPF keeps with a socket are returned on request", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    await withSockets(ns.name, STORAGE, ([said]) => {
      const localPort = Number(said!.split(" ")[1]);
      using client = diag.open({ netns: ns.name });
      const all = client.tcp.list({ skBpfStorages: true }), kept = all.filter((one) => one.localPort === localPort);
      assertEquals(kept.map(({ skBpfStorages }) => skBpfStorages!.map(({ mapValue }) => [...mapValue!])), [[[
        4,
        3,
        2,
        1,
      ]]]);
      assert(kept[0]!.skBpfStorages![0]!.mapId! > 0);
      assertEquals(client.tcp.list({ localPort })[0]!.skBpfStorages, undefined);
    });
  });
});

kernelTest("sock_diag: sockets are filtered by control group, the inode of its folder", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    const code = `
before = keep(socket(AF_INET, SOCK_STREAM)); before.bind(('127.0.0.1', 8001)); before.listen(1)
libc.unshare(0x20000); libc.mount(b'none', b'/', None, 0x44000, None)
if libc.mount(b'none', b'/mnt', b'cgroup2', 0, None) != 0: raise OSError(ctypes.get_errno(), 'mount')
home = '/mnt' + [line for line in open('/proc/self/cgroup') if line.startswith('0::')][0].strip()[3:]
group = '/mnt/nl-test-%d' % os.getpid()
os.mkdir(group)
def move(folder): open(folder + '/cgroup.procs', 'w').write(str(os.getpid()))
move(group)
l, c, s = tcp_pair(port=8000)
move(home)
say(os.stat(group).st_ino)
os.rmdir(group)
`;
    await withSockets(ns.name, code, ([inode]) => {
      using client = diag.open({ netns: ns.name });
      const cgroupId = BigInt(inode!), inside = client.tcp.list({ cgroupId });
      assertEquals(inside.map((one) => one.cgroupId), [cgroupId, cgroupId, cgroupId]);
      assertEquals(inside.every(({ localPort, dstPort }) => localPort === 8000 || dstPort === 8000), true);
      assertEquals(client.tcp.list({ not: { cgroupId } }).map(({ localPort }) => localPort), [8001]);
    });
  });
});
