/** Flows, compared with those of `conntrack`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import { type Flow, type FlowInput, open } from "../../../families/netfilter/conntrack.ts";
import { before, inNamespace, kernelTest, many } from "../namespace.ts";
import { fromOurs, fromXml, inside, lasting } from "./flows.ts";

const XML = ["conntrack", "-L", "-o", "xml,extended,id,timestamp"];
const tuple = (proto: "tcp" | "udp" | "sctp" | "udplite" | "gre", srcPort: number, dstPort = 80) => ({
  src: "10.0.0.1",
  dst: "10.0.0.2",
  proto,
  srcPort,
  dstPort,
});

/** One flow of each kind. */
const KINDS: readonly FlowInput[] = [
  {
    orig: tuple("tcp", 1000),
    timeout: 1000,
    mark: 0x01020304,
    status: ["seen_reply", "assured"],
    tcp: {
      state: "established",
      wscaleOriginal: 7,
      wscaleReply: 8,
      flagsOriginal: ["window_scale", "sack_perm"],
      flagsReply: ["window_scale", "be_liberal"],
    },
  },
  { orig: tuple("udp", 1001, 53), timeout: 1000, zone: 5 },
  { orig: { src: "10.0.0.1", dst: "10.0.0.2", proto: "icmp", icmpType: 8, icmpCode: 0, icmpId: 77 }, timeout: 1000 },
  {
    orig: { src: "2001:db8::1", dst: "2001:db8::2", proto: "icmpv6", icmpv6Type: 128, icmpv6Code: 0, icmpv6Id: 78 },
    timeout: 1000,
  },
  {
    orig: { ...tuple("tcp", 1002), src: "2001:db8::1", dst: "2001:db8::2" },
    timeout: 1000,
    tcp: { state: "syn_sent" },
  },
  { orig: { src: "10.0.0.1", dst: "10.0.0.2", proto: 50 }, timeout: 1000 },
  { orig: tuple("sctp", 1003), timeout: 1000, sctp: { state: "established", vtagOriginal: 0xfedcba98, vtagReply: 7 } },
  { orig: tuple("udplite", 1004), timeout: 1000 },
  { orig: tuple("gre", 1005, 1006), timeout: 1000 },
  { orig: tuple("udp", 1007, 53), timeout: 1000, natSrc: { minip: "192.0.2.7", portMin: 6000 } },
  { orig: tuple("udp", 1008, 53), timeout: 1000, natDst: { minip: "192.0.2.8" }, status: ["seen_reply"] },
  {
    orig: { ...tuple("udp", 1009, 53), src: "2001:db8::1", dst: "2001:db8::2" },
    timeout: 1000,
    natSrc: { minip: "2001:db8::7", portMin: 6000, portMax: 6009 },
  },
];

/** Linux lost UDP-Lite in 7.x: conntrack then does not list the ports of its flows. */
const LISTED = /^UDP-Lite/m.test(readFileSync("/proc/net/protocols", "utf8"))
  ? KINDS
  : KINDS.filter(({ orig }) => orig?.proto !== "udplite");

/** The fields of a flow that a listing and a later one must have in common. */
const without = ({ timeout: _, use: _1, id: _2, ...flow }: Flow) => flow;

kernelTest("conntrack: flows of each kind are listed as by `conntrack -L`, and list, delete, add restores them", [
  "ip",
  "conntrack",
], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client, theirs = () => fromXml(inside(name, ...XML));
    for (const flow of LISTED) conntrack.add(flow);
    const first = fromOurs(conntrack.list()), printed = theirs(), last = fromOurs(conntrack.list());
    assertEquals(lasting(first), lasting(printed));
    assertEquals(first.length, LISTED.length);
    printed.forEach((flow, i) => {
      const times = [last[i]!, flow, first[i]!].map((one) => Number(one["independent.timeout"]));
      assertEquals(times, [...times].sort((a, b) => a - b));
    });
    const text = inside(name, "conntrack", "-L", "-o", "extended");
    assertEquals(text.match(/sctp .* ESTABLISHED .*dport=80 /)?.length, 1);
    assertEquals(text.match(/ (type=8 code=0 id=77) .* (type=0 code=0 id=77) /)?.length, 3);
    const listed = conntrack.list(), [one] = conntrack.list({ mark: 0x01020304 });
    const { tcp } = LISTED[0]!;
    assertEquals([one!.tcp, one!.family, one!.status], [tcp as Flow["tcp"], "ip", [
      "seen_reply",
      "assured",
      "confirmed",
    ]]);
    for (const flow of listed) conntrack.delete(flow);
    assertEquals(theirs(), []);
    for (const flow of listed) conntrack.add(flow);
    const key = ({ orig, zone }: Flow) => JSON.stringify([orig, zone]);
    const sorted = (flows: Flow[]) => flows.sort((a, b) => key(a) < key(b) ? -1 : 1).map(without);
    assertEquals(sorted(conntrack.list()), sorted(listed));
  });
});

kernelTest("conntrack: flows made by `conntrack -I` are read in full", ["ip", "conntrack"], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client, of = "-s 10.0.0.1 -d 10.0.0.2 -t 1000";
    inside(name, "sysctl", "-q", "-w", "net.netfilter.nf_conntrack_acct=1", "net.netfilter.nf_conntrack_timestamp=1");
    const make = (options: string): string => inside(name, "conntrack", "-I", ...`${of} ${options}`.split(" "));
    make("-p tcp --sport 1 --dport 2 --state ESTABLISHED -u ASSURED,SEEN_REPLY -m 7");
    make("-p udp --sport 1 --dport 2 -w 9 --dst-nat 192.0.2.1:99");
    make("-p icmp --icmp-type 8 --icmp-code 0 --icmp-id 5");
    assertEquals(lasting(fromOurs(conntrack.list())), lasting(fromXml(inside(name, ...XML))));
    const [flow] = conntrack.list({ mark: 7 });
    assertEquals(flow!.countersOrig, { packets: 0, bytes: 0 });
    assert(flow!.timestamp!.start! > 1_600_000_000_000_000_000n);
    assertEquals(flow!.timestamp!.stop, undefined);
    assertEquals(conntrack.stats().entries, Number(inside(name, "conntrack", "-C")));
    const theirs = inside(name, "conntrack", "-S").trim().split("\n").map((line) => {
      const { cpu, ...rest } = Object.fromEntries(
        [...line.matchAll(/(\w+)=(\d+)/g)].map(([, key, n]) => [key, Number(n)]),
      );
      return [cpu, Object.values(rest)];
    });
    const ours = conntrack.statsCpu().map(({ cpu, ...rest }) => [cpu, Object.values(rest)]);
    assertEquals(ours, theirs);
  });
});

kernelTest("conntrack: filters are those of the kernel where it has them, and hold in any case", ["ip"], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client;
    for (const flow of KINDS) conntrack.add(flow);
    const count = (filter: FlowInput): number => {
      const found = conntrack.list(filter).length;
      assertEquals([...conntrack.iterate(filter)].length, found);
      return found;
    };
    const by = [
      { family: "ip6" },
      { orig: { src: "10.0.0.1" } },
      { orig: { dst: "2001:db8::2" } },
      { orig: { proto: "tcp" } },
      { family: "ip", orig: { proto: "udp" } },
      { orig: { src: "10.0.0.1", proto: "udp", dstPort: 53 } },
      { orig: { src: "10.0.0.1", proto: "icmp", icmpId: 77 } },
      { reply: { dst: "192.0.2.7" } },
      { mark: 0x04, markMask: 0xff },
      { mark: 0 },
      { status: ["assured"] },
      { status: ["src_nat"] },
      { status: [], statusMask: ["seen_reply"] },
      { zone: 5 },
      { zone: 0 },
      { tcp: { state: "syn_sent" } },
    ] satisfies FlowInput[];
    assertEquals(by.map(count), [3, 9, 3, 2, 3, 3, 1, 1, 1, 11, 1, 2, 10, 1, 11, 1]);
    assertThrows(() => conntrack.list({ markMask: 1 }), TypeError, "mark is missing");
    for (const none of [{ status: [] }, { status: 0 }, { status: ["assured"], statusMask: [] }] as FlowInput[]) {
      assertEquals(count(none), 12);
    }
    assertThrows(
      () => conntrack.list({ family: "ip6", orig: { src: "10.0.0.1" } }),
      TypeError,
      'Cannot list flows: orig.src: expected an address of family ip6, got "10.0.0.1"',
    );
    assertThrows(() => conntrack.list({ orig: { sport: 1 } } as never), TypeError, 'no field "sport"');
  });
});

kernelTest("conntrack: a flush ends exactly what its filter selects, and tells how many", ["ip"], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client, left = () => conntrack.list().length;
    for (const flow of KINDS) conntrack.add(flow);
    for (const nothing of [{}, { orig: {} }, { orig: { src: undefined } }, { mark: undefined }, { status: [] }]) {
      assertThrows(() => conntrack.flush(nothing as FlowInput), TypeError, "without a filter");
    }
    assertThrows(() => conntrack.flush({ all: true, mark: 1 } as never), TypeError, "excludes other fields");
    assertThrows(() => conntrack.flush({ marc: 1 } as never), TypeError, 'did you mean "mark"');
    // The kernel itself would end all flows for each of these.
    for (const key of [{}, { mark: 1 }, { zone: 5 }, { family: "ip" as const }]) {
      assertThrows(() => conntrack.delete(key), TypeError, "the kernel would delete all flows");
    }
    assertEquals([left(), conntrack.flush({ family: "ip6" }), left()], [12, 3, 9]);
    assertEquals([conntrack.flush({ orig: { src: "192.0.2.99" } }), left()], [0, 9]);
    assertEquals([conntrack.flush({ orig: { proto: "udp" } }), left()], [3, 6]);
    assertEquals([conntrack.flush({ mark: 0x01020304 }), left()], [1, 5]);
    assertEquals([conntrack.flush({ all: true }), left()], [5, 0]);
    const total = many(5000);
    client.batch(({ conntrack }) => {
      for (let i = 0; i < total; i++) conntrack.add({ orig: tuple("udp", i + 1, i % 2), timeout: 1000 });
    });
    assertEquals([conntrack.flush({ orig: { dstPort: 1, proto: "udp" } }), left()], [total / 2, total / 2]);
    assertEquals([conntrack.flush({ all: true }), left()], [total / 2, 0]);
  });
});

kernelTest("conntrack: families by the words of nft and of routes; a timeout that the kernel would cut is refused", [
  "ip",
  "conntrack",
], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client, four = tuple("udp", 1001), six = { ...four, src: "2001:db8::1", dst: "2001:db8::2" };
    for (const orig of [four, six]) conntrack.add({ orig, timeout: 2_147_483 });
    const theirs = (family: string) => inside(name, "conntrack", "-L", "-f", family).trim().split("\n").length;
    for (const [word, other, number, theirWord] of [["ip", "inet", 2, "ipv4"], ["ip6", "inet6", 10, "ipv6"]] as const) {
      for (const family of [word, other, number]) {
        assertEquals(conntrack.list({ family }).map(({ family }) => family), [word]);
        assertEquals([...conntrack.iterate({ family })].length, theirs(theirWord));
      }
    }
    assertEquals(conntrack.list({ family: "unspec" }).length, 2);
    assertEquals(conntrack.list({ family: "unspec", orig: { src: "10.0.0.1" } }).length, 1);
    assertThrows(() => conntrack.flush({ family: "unspec" }), TypeError, "use { all: true }");
    for (const family of ["arp", "bridge", 1] as const) {
      assertThrows(() => conntrack.list({ family }), TypeError, 'family: expected "ip" or "ip6"');
      assertThrows(() => conntrack.flush({ family }), TypeError, 'family: expected "ip" or "ip6"');
    }
    assertEquals(conntrack.get({ family: "inet", orig: four }).family, "ip");
    assertEquals(conntrack.flush({ family: "inet6" }), 1);
    assertEquals(conntrack.flush({ family: "inet" }), 1);
    const long = { orig: four, timeout: 2_147_484 };
    assertThrows(() => conntrack.add(long), RangeError, "timeout: expected 0..2147483 seconds, got 2147484");
    conntrack.add({ ...long, timeout: 60 });
    assertThrows(() => conntrack.set({ orig: four }, { timeout: 1e9 }), RangeError, "timeout: expected 0..2147483");
  });
});

kernelTest("conntrack: a key means one flow, also among twins in zones and among successors", ["ip"], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client, flow = { orig: tuple("udp", 1), timeout: 1000 };
    conntrack.add(flow);
    conntrack.add({ ...flow, zone: 5 });
    const [plain] = conntrack.list({ zone: 0 }), [zoned] = conntrack.list({ zone: 5 });
    conntrack.set(zoned!, { mark: 7 });
    assertEquals([conntrack.get(plain!).mark, conntrack.get(zoned!).mark], [0, 7]);
    conntrack.set(zoned!, { mark: 0xff, markMask: 0xf0 });
    assertEquals(conntrack.get(zoned!).mark, 0xf7);
    conntrack.delete(zoned!);
    assertEquals(conntrack.list().map(({ id }) => id), [plain!.id]);
    conntrack.delete(plain!);
    conntrack.add(flow);
    // A zone may be that of one direction.
    const inZone = { ...flow, orig: { ...tuple("udp", 2), zone: 6 } };
    conntrack.add(inZone);
    const [half] = conntrack.list({ orig: { zone: 6 } });
    assertEquals([half!.orig, conntrack.get(half!).id], [inZone.orig, half!.id]);
    conntrack.delete(half!);
    const [later] = conntrack.list(), other = { ...later!, id: (later!.id! ^ 1) >>> 0 };
    const gone = assertThrows(() => conntrack.delete(other), KernelError);
    assertEquals([gone.code, conntrack.find(other), conntrack.list().length], ["ENOENT", undefined, 1]);
    assertEquals(
      conntrack.get({ reply: { ...tuple("udp", 80, 1), src: "10.0.0.2", dst: "10.0.0.1" } }).orig,
      flow.orig,
    );
    assertEquals(assertThrows(() => conntrack.add(flow), KernelError).code, "EEXIST");
    assertThrows(() => conntrack.add({ orig: flow.orig }), TypeError, "timeout is missing");
    const { orig } = flow, { icmpType: _, ...icmp } = KINDS[2]!.orig!;
    for (const name of ["src", "dst", "proto", "srcPort", "dstPort"] as const) {
      const { [name]: _, ...partial } = orig;
      assertThrows(() => conntrack.add({ orig: partial, timeout: 9 }), TypeError, `add flow: orig.${name} is missing`);
      assertThrows(() => conntrack.get({ reply: partial }), TypeError, `get flow: reply.${name} is missing`);
    }
    assertThrows(() => conntrack.add({ orig: icmp, timeout: 9 }), TypeError, "orig.icmpType is missing");
    assertThrows(() => conntrack.delete({ orig: {} }), TypeError, "orig.src is missing");
    assertThrows(() => conntrack.add({ orig: { ...orig, dst: "::1" }, timeout: 9 }), TypeError, "orig.dst: expected");
    assertThrows(() => conntrack.add({ ...flow, natSrc: { minip: "::1" } }), TypeError, "natSrc.minip: expected");
  });
});

kernelTest("conntrack: a flow that exists may be added, and one that is gone deleted, if the options say so", [
  "ip",
  "conntrack",
], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client, flow = { orig: tuple("udp", 1001, 53), timeout: 1000 };
    assertEquals(conntrack.add(flow, { exists: "ok" }), true);
    assertThrows(() => conntrack.add(flow), KernelError, "EEXIST");
    assertEquals(conntrack.add(flow, { exists: "ok" }), false);
    assertEquals(conntrack.delete({ orig: flow.orig }, { missing: "ok" }), true);
    assertThrows(() => conntrack.delete({ orig: flow.orig }), KernelError, "ENOENT");
    assertEquals(conntrack.delete({ orig: flow.orig }, { missing: "ok" }), false);
    assertEquals(inside(name, "conntrack", "-L").trim(), "");
  });
});

kernelTest("conntrack: set changes the fields given and no others", ["ip"], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { conntrack } = client;
    conntrack.add(KINDS[0]!);
    const [flow] = conntrack.list();
    conntrack.set(flow!, { mark: 9 });
    const { mark, ...others } = without(conntrack.get(flow!)), { mark: _, ...same } = without(flow!);
    assertEquals([mark, others], [9, same]);
    conntrack.set(flow!, { tcp: { state: "time_wait" }, timeout: 50 });
    assertEquals([conntrack.get(flow!).tcp!.state, conntrack.get(flow!).timeout! <= 50], ["time_wait", true]);
    const refused = assertThrows(() => conntrack.set(flow!, { status: [] }), KernelError, "give all bits");
    assertEquals(refused.code, "EBUSY");
    conntrack.set(flow!, { status: [...flow!.status!, "fixed_timeout"] });
    assertEquals(conntrack.get(flow!).status!.includes("fixed_timeout"), !before(4, 14));
    assertThrows(() => conntrack.set(flow!, { orig: tuple("tcp", 9) }), TypeError, "orig does not change");
    const sctp = { state: "established", vtagOriginal: 1, vtagReply: 1 } as const;
    assertThrows(() => conntrack.set(flow!, { sctp }), TypeError, "sctp: the protocol of the flow is tcp");
    assertThrows(() => conntrack.set(flow!, { markMask: 1 }), TypeError, "markMask: mark is missing");
    assertThrows(() => conntrack.set(flow!, { statusMask: ["dying"] }), TypeError, "statusMask is for filters");
    assertThrows(() => conntrack.set(flow!, { use: 9 }), TypeError, "use is read-only");
  });
});
