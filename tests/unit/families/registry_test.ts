/** The registry against the kernel's headers (tests/facts/facts.json), its words, and messages of every family. */
import { assert, assertEquals, assertMatch, assertObjectMatch, assertThrows } from "@std/assert";
import { encodeMessages } from "../../../core/datagram.ts";
import { DecodeError } from "../../../core/errors.ts";
import { decode, explain, FAMILIES, family, openHint, protocol, show } from "../../../families/registry.ts";
import { messageSetsOf } from "../../../families/registry/messages.ts";
import { NETFILTER_MSG } from "../../../families/netfilter/protocol.ts";
import { CONSTANTS } from "../../facts/compare.ts";
import { hex, mutate, random, ROUNDS, vectors } from "./golden.ts";
import { test } from "../../test.ts";

type Numbers = Record<string, number>;

/** Returns the constants whose names match a pattern. */
function constants(names: RegExp): Numbers {
  return Object.fromEntries(CONSTANTS.filter(([name]) => names.test(name)));
}

/** The protocol numbers; socket options, states and flags have similar names in the header. */
const PROTOCOLS = constants(
  /^NETLINK_(?!UNCONNECTED|CONNECTED|\w+_MEMBERSHIPS?$|PKTINFO|BROADCAST|NO_ENOBUFS|[RT]X_|LISTEN|CAP_|EXT_|GET_|DIAG_)/,
);

/** Patterns of multicast groups, by protocol. */
const GROUPS: Readonly<Record<number, RegExp>> = {
  0: /^RTNLGRP_(?!NONE|MAX)/,
  4: /^SKNLGRP_(?!NONE|MAX)/,
  6: /^XFRMNLGRP_(?!NONE|MAX)/,
  7: /^SELNLGRP_(?!NONE|MAX)/,
  9: /^AUDIT_NLGRP_(?!NONE|MAX)/,
  11: /^CN_\w*IDX/,
  12: /^NFNLGRP_(?!NONE|MAX)/,
};

/** Patterns of message types, by protocol. */
const TYPES: Readonly<Record<number, RegExp>> = {
  0: /^RTM_(NEW|DEL|GET|SET)/,
  4: /^(SOCK_DIAG_BY_FAMILY|SOCK_DESTROY|\w+DIAG_GETSOCK)$/,
  6: /^XFRM_MSG_(?!BASE|MAX)/,
  7: /^SELNL_MSG_(?!BASE|MAX)/,
  9: /^AUDIT_(?!FIRST|LAST)/,
  16: /^GENL_ID_/,
  21: /^CRYPTO_MSG_(?!BASE|MAX)/,
};

/** Matches types of audit messages among its many other constants. */
const AUDIT_TYPES = { least: 1000, most: 2999 };

test("registry: numbers 0..22 are in order, with the names of linux/netlink.h", () => {
  assertEquals(FAMILIES.map(({ number }) => number), Array.from({ length: 23 }, (_, i) => i));
  const { NETLINK_INET_DIAG, ...header } = PROTOCOLS;
  // 17 has no name in the header: it is a gap.
  const named = FAMILIES.filter(({ number }) => number !== 17).map(({ name, number }) => [name, number]);
  assertEquals(Object.fromEntries(named), header);
  assertEquals(family("NETLINK_INET_DIAG")?.number, NETLINK_INET_DIAG);
});

for (const [number, names] of Object.entries(GROUPS)) {
  test(`registry: groups of ${FAMILIES[Number(number)]!.name} are those of the header`, () => {
    assertEquals(family(Number(number))!.groups, constants(names));
  });
}

for (const [number, names] of Object.entries(TYPES)) {
  test(`registry: message types of ${FAMILIES[Number(number)]!.name} are those of the header`, () => {
    const { types } = family(Number(number))!, all = Object.entries(constants(names));
    const numbers = Object.fromEntries(
      number === "9" ? all.filter(([, type]) => type >= AUDIT_TYPES.least && type <= AUDIT_TYPES.most) : all,
    );
    assertEquals(Object.fromEntries(Object.entries(types).filter(([name]) => name in numbers)), numbers);
  });
}

test("registry: message types of NETLINK_NETFILTER belong to existing subsystems", () => {
  const known = new Set(Object.values(constants(/^NFNL_SUBSYS_(?!NONE|COUNT)/)));
  for (const [name, type] of Object.entries(NETFILTER_MSG)) assert(type < 0x100 || known.has(type >> 8), name);
});

test("registry: no number appears twice among a protocol's groups or types", () => {
  for (const { name, groups, types } of FAMILIES) {
    for (const numbers of [groups, types]) {
      const values = Object.values(numbers);
      assertEquals(values.filter((value, i) => values.indexOf(value) !== i), [], name);
    }
  }
});

test("registry: a removed protocol has the kernel of its removal, an active one its module or options", () => {
  for (const { name, status, since, until, removedIn, successor, options } of FAMILIES) {
    const facts = [since, until, removedIn, options.length > 0].map(Boolean);
    if (status === "removed") assertEquals(facts, [true, true, true, true], name);
    if (status === "active") assertEquals(facts, [true, false, false, true], name);
    if (status === "reserved") assert(successor !== undefined && until === undefined, name);
  }
});

test("registry: family() finds a protocol by its number and by each of its names", () => {
  const numbers = ["NETLINK_ROUTE", "route", "inet_diag", "ULOG", "NETLINK_W1", "arpd", "nfnetlink", "smc"].map((
    name,
  ) => family(name)?.number);
  assertEquals(numbers, [0, 0, 4, 5, 1, 8, 12, 22]);
  assertEquals([family(17)?.name, family(23), family("nonsense")], ["NETLINK_DM", undefined, undefined]);
});

test("registry: explain() returns a sentence about each protocol", () => {
  assertEquals(
    explain("FIREWALL"),
    "NETLINK_FIREWALL 3: removed in Linux 3.5, the last to have it is 3.4; instead there is " +
      "NETLINK_NETFILTER (12), subsystem QUEUE (nfnetlink_queue)",
  );
  const words: [number, RegExp][] = [
    [1, /no kernel since 2\.6\.18 serves it.*NETLINK_SKIP up to 2\.6\.13, NETLINK_W1.*CONNECTOR/],
    [5, /removed in Linux 3\.17.*nfnetlink_log/],
    [13, /removed in Linux 3\.5.*nfnetlink_queue/],
    [14, /removed in Linux 6\.1, the last to have it is 6\.0; nothing replaces it/],
    [17, /no kernel ever served it.*KOBJECT_UEVENT/],
    [18, /module scsi_mod, which only modprobe scsi_mod or a driver loads.*CONFIG_SCSI_NETLINK/],
    [19, /removed in Linux 2\.6\.28.*\/dev\/ecryptfs/],
    [21, /module crypto_user, if the kernel is configured with CONFIG_CRYPTO_USER/],
    [22, /no kernel ever served it.*AF_SMC.*SMC_GEN_NETLINK/],
    [31, /^netlink protocol 31: no kernel since 2\.6\.14 has a protocol of this number/],
  ];
  for (const [number, expression] of words) assertMatch(explain(number), expression);
  for (let number = 0; number < 32; number++) assert(explain(number).endsWith(openHint(number)));
  assertThrows(() => explain("nonsense"), TypeError, 'netlink protocol called "nonsense"');
  assertThrows(() => explain(32), RangeError, "0..31");
});

test("registry: protocol() returns the facts that a client needs", () => {
  const { number, name, types, hint } = protocol("crypto");
  assertEquals([number, name, types.CRYPTO_MSG_GETALG, hint], [21, "NETLINK_CRYPTO", 19, openHint(21)]);
  assertEquals(protocol(0).types.RTM_NEWLINK, 16);
});

test("registry: decode() decodes the messages that a protocol's tables describe", () => {
  // RTM_GETADDR, REQUEST|DUMP, ifaddrmsg { family 2 }
  assertEquals(
    decode("ROUTE", hex("1800000016000103010000000000000002000000" + "00000000")).map((
      { type, flags },
    ) => [type, flags]),
    [
      ["RTM_GETADDR", ["request", "dump"]],
    ],
  );
  // ifinfomsg { type 1, index 7 }, IFLA_IFNAME "d0"
  const link = hex("28000000100002000900000004030201" + "00000100070000000000000000000000" + "0700030064300000");
  const [message] = decode(0, link), { value, ...header } = message!;
  assertEquals(header, { type: "RTM_NEWLINK", flags: ["multi"], seq: 9, port: 0x01020304 });
  assertObjectMatch(value as object, { index: 7, ifname: "d0" });
});

test("registry: decode() names types without a table, and returns their bytes", () => {
  const body = "0102030405060708", of = (type: string) => hex(`18000000${type}0500010000000000000${"0"}${body}`);
  const types: [number | string, string, string | number][] = [
    ["XFRM", "1000", "XFRM_MSG_NEWSA"],
    ["SOCK_DIAG", "1400", "SOCK_DIAG_BY_FAMILY"],
    ["NETFILTER", "060a", "NFT_MSG_NEWRULE"],
    ["RDMA", "0114", "RDMA_NLDEV_CMD_GET"],
    ["ISCSI", "0b00", "ISCSI_UEVENT_CREATE_SESSION"],
    ["CONNECTOR", "0300", "NLMSG_DONE"],
    ["SELINUX", "1200", 18],
    ["ROUTE", "ff00", 255],
    [25, "1000", 16],
  ];
  for (const [name, type, expected] of types) {
    assertEquals(decode(name, of(type)), [
      { type: expected, flags: ["request", "ack"], seq: 1, port: 0, value: hex(body) },
    ], String(name));
  }
});

test("registry: decode() decodes errors and acknowledgements, and names the field that an extended ACK is about", () => {
  // RTM_NEWLINK with IFLA_MTU (4), refused at that attribute: NLM_F_ACK_TLVS, EINVAL, the request, MSG "no", OFFS 32
  const request = "28000000100005000700000000000000" + "00000000010000000000000000000000" + "0800040001000000";
  const attributes = "070001006e6f0000" + "0800020020000000";
  const error = hex("4c000000020000020700000001000000" + "eaffffff" + request + attributes);
  assertEquals(
    decode("ROUTE", error),
    [{
      type: "NLMSG_ERROR",
      flags: ["ack_tlvs"],
      seq: 7,
      port: 1,
      value: {
        errno: 22,
        code: "EINVAL",
        request: { type: "RTM_NEWLINK", flags: ["request", "ack"], seq: 7, port: 0 },
        kernelMessage: "no",
        path: "mtu",
      },
    }],
  );
  assertEquals(decode(16, hex("1400000003000200010000000000000000000000"))[0]!.value, { errno: 0 });
});

test("registry: decode() decodes audit's records, whose length does not count the header", () => {
  const text = new TextEncoder().encode("audit(1.2:3): x");
  const record = new Uint8Array([...hex("0f000000190500000000000000000000"), ...text]);
  const [message, ...more] = decode("AUDIT", record);
  assertEquals([message!.type, message!.value, more], ["AUDIT_CONFIG_CHANGE", { text: "audit(1.2:3): x" }, []]);
});

test("registry: decode() returns a datagram without messages as one message", () => {
  const text = new TextEncoder().encode("add@/devices/x\0ACTION=add\0DEVPATH=/devices/x\0SEQNUM=1\0");
  const [uevent] = decode("KOBJECT_UEVENT", text);
  assertObjectMatch(uevent!, { type: 0, value: { action: "add", devpath: "/devices/x" } });
  assertMatch(show(15, text), /"devpath": "\/devices\/x"/);
  assertEquals(decode("USERSOCK", text)[0]!.value, text);
});

test("registry: decode() decodes messages of the small families", () => {
  const enforcing = "1400000010000000000000000000000001000000";
  assertEquals(decode("SELINUX", hex(enforcing))[0], {
    type: "SELNL_MSG_SETENFORCE",
    flags: [],
    seq: 0,
    port: 0,
    value: { val: "enforcing" },
  });
  const connector = "26000000030000000500000000000000" + "0300000001000000" + "05000000000000000200" + "0000" + "aabb";
  assertObjectMatch(decode("CONNECTOR", hex(connector))[0]!, {
    type: "NLMSG_DONE",
    value: { idx: 3, val: 1, seq: 5, data: hex("aabb") },
  });
  const lookup = "24000000ff0000000000000000000000" + "0a000001" + "0".repeat(32);
  assertObjectMatch(decode("FIB_LOOKUP", hex(lookup))[0]!, { type: 255, value: {} });
  assert(!(decode("FIB_LOOKUP", hex(lookup))[0]!.value instanceof Uint8Array));
});

test("registry: decode() decodes process events of the connector, and requests for them", () => {
  const of = (data: string, ack = "00000000"): string => {
    const length = (bytes: number): string => bytes.toString(16).padStart(2, "0");
    const size = data.length / 2;
    return `${length(36 + size)}000000` + "0300000000000000" + "00000000" +
      "0100000001000000" + "07000000" + ack + `${length(size)}00` + "0000" + data;
  };
  // PROC_EVENT_EXIT on CPU 2, pid 5 of process 5, status 1, SIGCHLD; PROC_CN_MCAST_LISTEN for PROC_EVENT_FORK.
  const exit = of(
    "00000080" + "02000000" + "0900000000000000" + "05000000" + "05000000" + "00010000" + "11000000" + "0".repeat(16),
  );
  assertEquals(decode("CONNECTOR", hex(exit))[0]!.value, {
    idx: 1,
    val: 1,
    seq: 7,
    ack: 0,
    flags: 0,
    data: {
      event: "exit",
      cpu: 2,
      timestampNs: 9n,
      pid: 5,
      tgid: 5,
      exitCode: 256,
      exitSignal: 17,
      parentPid: 0,
      parentTgid: 0,
    },
  });
  assertMatch(show("CONNECTOR", hex(exit)), /exitCode +256/);
  assertObjectMatch(decode("CONNECTOR", hex(of("0100000001000000")))[0]!.value as object, {
    data: { mcastOp: 1, eventType: ["fork"] },
  });
  for (const message of [exit, of("0100000001000000"), of("01000000")]) {
    assertEquals(encodeMessages(decode("CONNECTOR", hex(message)), messageSetsOf(11, {})()), hex(message));
  }
});

test("registry: decode() distinguishes an error about a uevent from a uevent", () => {
  // NLMSG_ERROR, EPERM, for a message that asked the kernel to send an event.
  const refused = "24000000020000000700000001000000" + "ffffffff" + "30000000100005000700000001000000";
  assertObjectMatch(decode("KOBJECT_UEVENT", hex(refused))[0]!, {
    type: "NLMSG_ERROR",
    value: { errno: 1, code: "EPERM" },
  });
  assertMatch(show("KOBJECT_UEVENT", hex(refused)), /NLMSG_ERROR.*\n.*\n.*errno +-1/);
  const text = "change@/nope\0ACTION=change\0DEVPATH=/nope\0", words = Uint8Array.from(text, (c) => c.charCodeAt(0));
  assertObjectMatch(decode("KOBJECT_UEVENT", words)[0]!, { type: 0, value: { action: "change", source: "kernel" } });
  // The request: a header, then the event.
  const asked = new Uint8Array(16 + words.length);
  asked.set(hex("00000000100005000700000001000000"));
  asked.set(words, 16);
  asked[0] = asked.length;
  assertObjectMatch(decode("KOBJECT_UEVENT", asked)[0]!, { type: 16, value: { action: "change", devpath: "/nope" } });
});

test("registry: decode() decodes messages of the removed protocols in both layouts", () => {
  for (const { family, layout, bytes, name } of vectors(3, 5, 13, 14, 19)) {
    for (const { value } of decode(family, bytes, { layout })) assert(!(value instanceof Uint8Array), name);
  }
});

test("registry: broken framing throws, foreign messages within correct framing do not", () => {
  for (const text of ["01", "0f000000100000000000000000000000", "20000000100000000000000000000000"]) {
    assertThrows(() => decode(0, hex(text)), DecodeError);
  }
  // An attribute that exceeds the message; a message too short for its header; a route of AF_CAN, which has another
  // header.
  const foreign = [
    "24000000100000000000000000000000" + "0".repeat(32) + "ffff0300",
    "1c000000180000000000000000000000" + "1d" + "0".repeat(22),
  ];
  for (const text of foreign) assert(decode(0, hex(text))[0]!.value instanceof Uint8Array, text);
  assertEquals(decode(0, hex("12000000100000000000000000000000" + "0001")).length, 1);
});

test("registry: show() prints a line for each field, with its offset and bytes", () => {
  const link = hex("28000000100002000900000004030201" + "00000100070000000000000000000000" + "0700030064300000");
  assertMatch(
    show("ROUTE", link),
    /^RTM_NEWLINK multi seq 9 port 16909060, 40 bytes\n[^]*32 {2}07000300 643000 +ifname +"d0"/,
  );
  const [packet] = vectors(3).filter(({ name }) => name.startsWith("ipq_packet_udp29"));
  const text = show(3, packet!.bytes);
  for (
    const line of [
      /packetId +305419896/,
      /hook +"local_in"/,
      /hwAddr +"02:00:00:00:00:02"/,
      /112 +4500[0-9a-f +]+payload +"4500/,
    ]
  ) {
    assertMatch(text, line);
  }
  assertMatch(show("XFRM", hex("14000000100005000100000000000000aabbccdd")), /16 {2}aabbccdd +payload +"aabbccdd"/);
});

test(`registry: ${ROUNDS} mutated messages of every family are values or a DecodeError, and can be shown`, () => {
  const link = hex(
    "30000000100005000700000000000000" + "00000100010000000000000000000000" + "08000400010000000700030064300000",
  );
  const route = hex("2400000018000506010000000000000002180000fe030001000000000800010000000a00");
  const error = hex(
    "4c000000020000020700000001000000eaffffff28000000100005000700000000000000" + "00000000010000000000000000000000" +
      "0800040001000000" + "070001006e6f00000800020020000000",
  );
  const given = [...vectors(3, 5, 14, 19).map(({ bytes }) => bytes), link, route, error];
  const next = random(6);
  let values = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const own = round % 3 > 0 ? 0 : next() % 32, bytes = mutate(given[round % given.length]!, next);
    try {
      values += decode(own, bytes).length;
      show(own, bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) {
        throw new Error(`round ${round}, protocol ${own}: ${bytes}`, { cause: error });
      }
    }
  }
  assert(values > 5000, `${values}`);
});
