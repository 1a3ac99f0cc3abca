/** Captures decoded: messages of any family, of machines of either byte order, whole or broken. */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertStringIncludes } from "@std/assert";
import { inspect as nodeInspect } from "node:util";
import { NetlinkError } from "../../../core/errors.ts";
import { stringify } from "../../../core/show.ts";
import { type CapturedMessage, decode, readCapture, show } from "../../../families/registry.ts";
import { cstring, hex, join, random } from "../core/help.ts";
import { test } from "../../test.ts";

/** Encodes the integers of a machine with one byte order or the other. */
class Machine {
  readonly little: boolean;

  constructor(little: boolean) {
    this.little = little;
  }

  bytes(size: 2 | 4 | 8, ...values: number[]): Uint8Array {
    const bytes = new Uint8Array(size * values.length), view = new DataView(bytes.buffer);
    values.forEach((value, i) => {
      if (size === 2) view.setUint16(2 * i, value, this.little);
      else if (size === 4) view.setUint32(4 * i, value, this.little);
      else view.setBigUint64(8 * i, BigInt(value), this.little);
    });
    return bytes;
  }

  attribute(id: number, ...payload: Uint8Array[]): Uint8Array {
    const body = join(...payload);
    return join(this.bytes(2, 4 + body.length, id), body, new Uint8Array(-body.length & 3));
  }

  message(type: number, flags: number, seq: number, port: number, ...payload: Uint8Array[]): Uint8Array {
    const body = join(...payload);
    return join(this.bytes(4, 16 + body.length), this.bytes(2, type, flags), this.bytes(4, seq, port), body);
  }

  /** Returns a capture file of packets, each with its protocol. */
  pcap(...all: readonly (readonly [protocol: number, datagram: Uint8Array])[]): Uint8Array {
    const head = join(this.bytes(4, 0xa1b2c3d4), this.bytes(2, 2, 4), this.bytes(4, 0, 0, 65535, 253));
    return join(
      head,
      ...all.map(([protocol, datagram], i) => {
        const length = 16 + datagram.length;
        const cooked = join(hex("0004 0338 0000 0000000000000000 00"), Uint8Array.of(protocol), datagram);
        return join(this.bytes(4, 1_700_000_000 + i, 250_000, length, length), cooked);
      }),
    );
  }
}

const LITTLE = new Machine(true), BIG = new Machine(false);

/** A VLAN with statistics, as RTM_NEWLINK. */
function link(m: Machine): Uint8Array {
  const stats = m.bytes(8, ...Array.from({ length: 25 }, (_, i) => i === 2 ? 2 ** 40 + 5 : i));
  return m.message(
    16,
    2,
    7,
    900,
    hex("0000"),
    m.bytes(2, 1),
    m.bytes(4, 5, 0x1043, 0),
    m.attribute(3, cstring("v.5")),
    m.attribute(1, hex("020000000001")),
    m.attribute(4, m.bytes(4, 1496)),
    m.attribute(23, stats),
    m.attribute(
      18 | 0x8000,
      m.attribute(1, cstring("vlan")),
      m.attribute(2 | 0x8000, m.attribute(1, m.bytes(2, 5)), m.attribute(5, hex("8100"))),
    ),
    m.attribute(999, m.bytes(4, 1)),
  );
}

/** A route with two next hops, as RTM_NEWROUTE. */
function route(m: Machine): Uint8Array {
  const hop = (flags: string, index: number, ...rest: Uint8Array[]): Uint8Array => {
    const attributes = join(...rest);
    return join(m.bytes(2, 8 + attributes.length), hex(flags), m.bytes(4, index), attributes);
  };
  return m.message(
    24,
    0x602,
    8,
    900,
    hex("02 18 00 00 fe 04 00 01"),
    m.bytes(4, 0),
    m.attribute(1, hex("c6336400")),
    m.attribute(15, m.bytes(4, 1000)),
    m.attribute(8 | 0x8000, m.attribute(2, m.bytes(4, 1400))),
    m.attribute(
      9,
      hop("0000", 3, m.attribute(5, hex("0a090002"))),
      hop("0001", 4, m.attribute(5, hex("0a090003"))),
    ),
  );
}

/** A refusal with a message, the field and its policy. */
function refusal(m: Machine): Uint8Array {
  return m.message(
    2,
    0x300,
    9,
    900,
    m.bytes(4, 2 ** 32 - 34),
    m.bytes(4, 60),
    m.bytes(2, 16, 0x605),
    m.bytes(4, 9, 0),
    m.attribute(1, cstring("out of range")),
    m.attribute(2, m.bytes(4, 52)),
  );
}

const done = (m: Machine): Uint8Array => m.message(3, 2, 7, 900, m.bytes(4, 0));

/**
 * The messages of a capture: nlctrl's description of a family, a message of that family, one of another, and a broken
 * one.
 */
const family = (m: Machine): Uint8Array =>
  m.message(16, 0, 1, 900, hex("01020000"), m.attribute(1, m.bytes(2, 29)), m.attribute(2, cstring("TASKSTATS")));
const told = (m: Machine): Uint8Array =>
  m.message(29, 0, 2, 900, hex("02010000"), m.attribute(4, m.attribute(1, m.bytes(4, 4711))));
const unknown = (m: Machine): Uint8Array => m.message(31, 0, 2, 900, hex("02010000"), m.attribute(4, hex("aabbccdd")));
const bad = (m: Machine): Uint8Array => m.message(29, 0, 2, 900, hex("02010000"), m.attribute(4, hex("aabbccdd")));

const values = (bytes: Uint8Array): unknown[] =>
  [...readCapture(bytes)].map(({ protocol, type, flags, seq, port, value, time }) =>
    JSON.parse(stringify({ protocol, type, flags, seq, port, value, time }))
  );

test("readCapture() decodes any family's messages: answers, errors in words, the end", () => {
  const file = LITTLE.pcap(
    [0, join(link(LITTLE), done(LITTLE))],
    [0, route(LITTLE)],
    [0, refusal(LITTLE)],
    [16, family(LITTLE)],
    [16, told(LITTLE)],
    [16, join(unknown(LITTLE), bad(LITTLE))],
    [
      15,
      new TextEncoder().encode("add@/devices/virtual/net/v\0ACTION=add\0DEVPATH=/devices/virtual/net/v\0SEQNUM=5\0"),
    ],
    [2, hex("0102")],
    [30, LITTLE.message(77, 1, 3, 4, hex("0506"))],
  );
  const all = [...readCapture(file)];
  assertEquals(all.map(({ protocol, type, packet }) => [protocol, type, packet]), [
    ["NETLINK_ROUTE", "RTM_NEWLINK", 1],
    ["NETLINK_ROUTE", "NLMSG_DONE", 1],
    ["NETLINK_ROUTE", "RTM_NEWROUTE", 2],
    ["NETLINK_ROUTE", "NLMSG_ERROR", 3],
    ["NETLINK_GENERIC", "GENL_ID_CTRL", 4],
    ["NETLINK_GENERIC", "TASKSTATS", 5],
    ["NETLINK_GENERIC", 31, 6],
    ["NETLINK_GENERIC", "TASKSTATS", 6],
    ["NETLINK_KOBJECT_UEVENT", 0, 7],
    ["NETLINK_USERSOCK", 0, 8],
    ["netlink protocol 30", 77, 9],
  ]);
  assertEquals(
    all.map(({ time }) => Math.round(time)),
    [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8].map((s) => 1_700_000_000_250 + s * 1000),
  );
  const [vlan, end, many, error, ctrl, task, other, broken, uevent, user, raw] = all.map(({ value }) =>
    value as Record<string, unknown>
  );
  assertEquals([vlan!.ifname, vlan!.kind, vlan!.data, vlan!.address], [
    "v.5",
    "vlan",
    { id: 5, protocol: "802.1q" },
    "02:00:00:00:00:01",
  ]);
  assertEquals((vlan!.stats64 as Record<string, number>).rxBytes, 2 ** 40 + 5);
  assertEquals(end as unknown, { errno: 0 });
  assertEquals([many!.dst, many!.table, many!.metrics], ["198.51.100.0/24", 1000, { mtu: 1400 }]);
  assertEquals((many!.multipath as { gateway: string; weight: number }[]).map(({ gateway }) => gateway), [
    "10.9.0.2",
    "10.9.0.3",
  ]);
  assertEquals([error!.code, error!.kernelMessage, (error!.request as { type: string }).type], [
    "ERANGE",
    "out of range",
    "RTM_NEWLINK",
  ]);
  assertEquals(ctrl!.familyName, "TASKSTATS");
  assertEquals(stringify(task), '{"cmd":"TASKSTATS_CMD_NEW","version":1,"aggrPid":{"pid":4711}}');
  assertEquals(stringify(other), '{"cmd":2,"version":1}');
  assertStringIncludes(String(all[6]), "#4");
  assertEquals(broken as unknown, hex("0201000008000400aabbccdd"));
  assertEquals([uevent!.action, uevent!.seqnum], ["add", 5]);
  assertEquals([user, raw] as unknown[], [hex("0102"), hex("0506")]);
});

test("readCapture() reads a capture of a big-endian machine like its own", () => {
  const of = (m: Machine): Uint8Array =>
    m.pcap([0, join(link(m), done(m))], [0, route(m)], [0, refusal(m)], [16, family(m)], [16, told(m)]);
  assertEquals(values(of(BIG)), values(of(LITTLE)));
  const messages = [...readCapture(of(BIG))];
  assert(messages.every(({ bigEndian }) => bigEndian));
  const fields = (bytes: Uint8Array): unknown[] =>
    [...readCapture(bytes)].map(({ fields }) => fields.filter(({ path }) => !path.startsWith("#")));
  assertEquals(fields(of(BIG)), fields(of(LITTLE)));
  assertMatch(String(messages[0]), /^22:13:20\.250000 ROUTE RTM_NEWLINK multi seq 7 port 900, \d+ bytes, big-endian\n/);
  const [, broken] = readCapture(BIG.pcap([16, family(BIG)], [16, bad(BIG)]));
  assertEquals(broken!.value, bad(BIG).subarray(16));
  // The bytes are shown as they are in the capture.
  assertMatch(String(messages[0]), /\n +32 {2}00080003 762e3500 +ifname +"v\.5"\n/);
});

test("readCapture() takes the byte order from the messages, not from the file, which another machine may have written", () => {
  for (const [file, machine] of [[LITTLE, BIG], [BIG, LITTLE]] as const) {
    const [message] = readCapture(file.pcap([0, link(machine)]));
    assertEquals([message!.bigEndian, (message!.value as { ifname: string }).ifname], [machine === BIG, "v.5"]);
  }
});

test("readCapture() uses the given family numbers until the capture shows others", () => {
  const file = LITTLE.pcap([16, told(LITTLE)], [16, unknown(LITTLE)], [16, family(LITTLE)], [16, told(LITTLE)]);
  const types = (generic: Record<string, number>): unknown[] =>
    [...readCapture(file, { generic })].map(({ type }) => type);
  assertEquals(types({}), [29, 31, "GENL_ID_CTRL", "TASKSTATS"]);
  assertEquals(types({ TASKSTATS: 31, nbd: 29 }), ["nbd", "TASKSTATS", "GENL_ID_CTRL", "TASKSTATS"]);
  assertEquals(
    decode("GENERIC", told(LITTLE), { generic: { TASKSTATS: 29 } }).map(({ value }) => stringify(value)),
    ['{"cmd":"TASKSTATS_CMD_NEW","version":1,"aggrPid":{"pid":4711}}'],
  );
  assertStringIncludes(show("GENERIC", join(family(LITTLE), told(LITTLE))), 'cmd       "TASKSTATS_CMD_NEW"');
});

/** A request for sockets of IPv4, and a reply to it with INET_DIAG_INFO. */
const asked = (m: Machine, seq: number, port: number, protocol: number): Uint8Array =>
  m.message(
    20,
    0x301,
    seq,
    port,
    Uint8Array.of(2, protocol & 255, 2, 0),
    m.bytes(4, 0xfff),
    new Uint8Array(48),
    ...protocol > 255 ? [m.attribute(3, m.bytes(4, protocol))] : [],
  );
const answered = (m: Machine, seq: number, port: number): Uint8Array =>
  m.message(
    20,
    2,
    seq,
    port,
    Uint8Array.of(2, 1, 0, 0),
    new Uint8Array(68),
    m.attribute(2, m.bytes(4, 7, 8), new Uint8Array(232)),
  );

test("readCapture() decodes descriptions of sockets by the request that asked for them", () => {
  for (const m of [LITTLE, BIG]) {
    const file = m.pcap(
      [4, asked(m, 1, 0, 262)],
      [4, answered(m, 1, 900)],
      [4, asked(m, 1, 901, 132)],
      [4, answered(m, 1, 901)],
      [4, answered(m, 1, 900)],
      [4, asked(m, 2, 900, 6)],
      [4, answered(m, 2, 900)],
      [4, asked(m, 1, 0, 6)],
      [4, answered(m, 1, 900)],
    );
    const infos = [...readCapture(file)].flatMap(({ value }) => (value as { info?: object }).info ?? []);
    const kinds = infos.map((info) =>
      "addAddrSignal" in info ? "mptcp" : "rwnd" in info ? "sctp" : "rto" in info ? "tcp" : info
    );
    assertEquals(kinds, ["mptcp", "sctp", "mptcp", "tcp", "tcp"]);
  }
});

test("readCapture() gives one protocol's messages when asked to", () => {
  const file = LITTLE.pcap([0, done(LITTLE)], [16, family(LITTLE)]);
  assertEquals([...readCapture(file, { protocol: 16 })].map(({ type, packet }) => [type, packet]), [[
    "GENL_ID_CTRL",
    2,
  ]]);
});

test("readCapture() returns a broken or truncated message as bytes with a note, and decodes all others", () => {
  const cut = LITTLE.pcap([0, route(LITTLE)]), whole = new DataView(cut.buffer).getUint32(36, true);
  new DataView(cut.buffer).setUint32(36, whole + 100, true);
  const broken = join(done(LITTLE), link(LITTLE).subarray(0, 40));
  const file = join(LITTLE.pcap([0, broken], [0, hex("01")], [15, hex("0102")]), cut.subarray(24));
  const all = [...readCapture(file)];
  assertEquals(all.map(({ type, problem }) => [type, problem]), [
    ["NLMSG_DONE", undefined],
    [0, `Cannot decode a message: a message has a length of ${link(LITTLE).length} bytes, expected 16..40, at byte 20`],
    [0, "Cannot decode a message: 1 bytes are left, but the header of a message has 16, at byte 0"],
    [0, undefined],
    ["RTM_NEWROUTE", undefined],
    [0, "100 bytes more were not recorded"],
  ]);
  assertEquals(all.slice(1, 3).map(({ value }) => (value as Uint8Array).length), [40, 1]);
  assertMatch(all[1]!.summary(), /^22:13:20\.250000 ROUTE 40 bytes \(Cannot decode .*\) "[0-9a-f]{80}"$/);
});

function inspect(value: unknown): string {
  const { Deno } = globalThis as unknown as { Deno?: { inspect(value: unknown): string } };
  return Deno === undefined ? nodeInspect(value) : Deno.inspect(value);
}

test("a captured message is readable as a line, as a tree, in console.log and as JSON", () => {
  const file = LITTLE.pcap([0, refusal(LITTLE)]);
  const sent = file.slice();
  sent.set(hex("0006 0338 00000384 00000000 0001"), 40);
  const [message] = readCapture(file), [directed] = readCapture(sent);
  assertEquals(
    message!.summary(),
    '22:13:20.250000 ROUTE NLMSG_ERROR capped|ack_tlvs seq 9 port 900, 64 bytes {"errno":34,"code":"ERANGE",' +
      '"request":{"type":"RTM_NEWLINK","flags":["request","ack","excl","create"],"seq":9,"port":0},' +
      '"kernelMessage":"out of range"}',
  );
  assertEquals(String(directed).split("\n"), [
    "22:13:20.250000 < ROUTE group 1 NLMSG_ERROR capped|ack_tlvs seq 9 port 900, 64 bytes",
    "    0  40000000 02000003 09000000 84030000     nlmsghdr",
    "   16  deffffff                                errno     -34",
    '   20  3c000000 10000506 09000000 00000000     request   {"type":"RTM_NEWLINK",' +
    '"flags":["request","ack","excl","create"],"seq":9,"port":0}',
    '   36  11000100 6f757420 6f662072 616e6765 +1  msg       "out of range"',
    "   56  08000200 34000000                       offs      52",
  ]);
  assertEquals(inspect(directed), String(directed));
  assertEquals(JSON.parse(stringify(directed)), {
    time: 1_700_000_000_250,
    protocol: "NETLINK_ROUTE",
    direction: "received",
    group: 1,
    type: "NLMSG_ERROR",
    flags: ["capped", "ack_tlvs"],
    seq: 9,
    port: 900,
    value: JSON.parse(stringify(message!.value)),
  });
});

test("10,000 mutated captures of both machines give messages that can be shown, or the library's own error", () => {
  const rand = random(11), uevent = new TextEncoder().encode("add@/a\0ACTION=add\0");
  const originals = [LITTLE, BIG].flatMap((m) => [
    m.pcap([0, join(link(m), done(m))]),
    m.pcap([0, route(m)], [0, refusal(m)]),
    m.pcap([16, family(m)], [16, told(m)], [16, unknown(m)], [15, uevent]),
    m.pcap([11, link(m)], [9, refusal(m)], [3, route(m)], [4, link(m)], [21, route(m)], [18, link(m)], [10, done(m)]),
  ]);
  let shown = 0;
  const show = (message: CapturedMessage): void => {
    message.summary();
    String(message);
    stringify(message);
    shown++;
  };
  for (let i = 0; i < 10_000; i++) {
    const bytes = originals[rand(originals.length)]!.slice();
    for (let times = 1 + rand(4); times > 0; times--) {
      bytes[24 + rand(bytes.length - 24)] = rand(2) === 0 ? rand(256) : rand(8);
    }
    try {
      for (const message of readCapture(bytes)) show(message);
    } catch (error) {
      assertInstanceOf(error, NetlinkError);
    }
  }
  assert(shown > 5_000, String(shown));
});
