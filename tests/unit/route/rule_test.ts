import { assertEquals, assertThrows } from "@std/assert";
import { prepareRule, Rule, ruleKey } from "../../../families/route/rule.ts";
import { bothWays, decode, encode, parts, wire } from "./wire.ts";
import { test } from "../../test.ts";

// Bytes of messages were compared with those that iproute2 6.1 sends and Linux 6.18 dumps.

const add = (value: object) => encode(Rule, prepareRule(value, "add"));
const remove = (value: object) => encode(Rule, prepareRule(value, "delete"));

test("Rule: every field both ways", () => {
  bothWays(
    Rule,
    wire(`
      02 10 18 00 00 0000 01 02000000   // family inet, lengths of dst 16 and src 24, tos 0, to_tbl, flags invert
      0800 0600 5a000000                // FRA_PRIORITY 90
      0800 0200 0a090000                // FRA_SRC
      0800 0100 0a080000                // FRA_DST
      0700 0300 643000 00               // FRA_IIFNAME d0
      0700 1100 643100 00               // FRA_OIFNAME d1
      0800 0a00 10000000                // FRA_FWMARK
      0800 1000 ff000000                // FRA_FWMASK
      0800 0f00 88130000                // FRA_TABLE 5000
      0800 0400 fe7f0000                // FRA_GOTO 32766
      0800 0e00 00000000                // FRA_SUPPRESS_PREFIXLEN 0
      0800 0d00 03000000                // FRA_SUPPRESS_IFGROUP 3
      0500 1300 01 000000               // FRA_L3MDEV
      0800 0b00 04000300                // FRA_FLOW
      0c00 0c00 000000000000004d        // FRA_TUN_ID 77, network order
      0c00 1400 05000000 0a000000       // FRA_UID_RANGE
      0500 1500 04 000000               // FRA_PROTOCOL static
      0500 1600 06 000000               // FRA_IP_PROTO
      0800 1700 0a00 1400               // FRA_SPORT_RANGE
      0800 1800 bb01 bb01               // FRA_DPORT_RANGE
      0500 1900 0a 000000               // FRA_DSCP
      0800 1a00 00000007                // FRA_FLOWLABEL, network order
      0800 1b00 000fffff                // FRA_FLOWLABEL_MASK
      0600 1c00 ff00 0000               // FRA_SPORT_MASK
      0600 1d00 00ff 0000               // FRA_DPORT_MASK
      0500 1e00 3f 000000               // FRA_DSCP_MASK
    `),
    {
      family: "inet",
      priority: 90,
      src: "10.9.0.0/24",
      dst: "10.8.0.0/16",
      tos: 0,
      iifname: "d0",
      oifname: "d1",
      fwmark: 16,
      fwmask: 255,
      action: "to_tbl",
      table: 5000,
      goto: 32766,
      flags: ["invert"],
      suppressPrefixlen: 0,
      suppressIfgroup: 3,
      l3mdev: true,
      flow: 0x30004,
      tunId: 77n,
      uidRange: { start: 5, end: 10 },
      protocol: "static",
      ipProto: 6,
      sportRange: { start: 10, end: 20 },
      dportRange: { start: 443, end: 443 },
      dscp: 10,
      flowlabel: 7,
      flowlabelMask: 0xfffff,
      sportMask: 0xff,
      dportMask: 0xff00,
      dscpMask: 0x3f,
    },
  );
});

test("Rule: the kernel's first rule, as dumped, can be deleted and made again", () => {
  const first = decode(
    Rule,
    wire(`
      02 00 00 00 ff 0000 01 00000000   // family inet, table local, to_tbl
      0800 0f00 ff000000                // FRA_TABLE
      0800 0e00 ffffffff                // FRA_SUPPRESS_PREFIXLEN: none
      0500 1500 02 000000               // FRA_PROTOCOL kernel
    `),
  );
  assertEquals<unknown>(first, {
    family: "inet",
    priority: 0,
    tos: 0,
    action: "to_tbl",
    table: "local",
    flags: [],
    protocol: "kernel",
  });
  // Priority 0 is sent, since the kernel would choose another one.
  const sent = ["02000000ff00000100000000", "06: 00000000", "21: 02"];
  assertEquals(parts(Rule, remove(first)), sent);
  assertEquals(parts(Rule, add(first)), sent);
});

test("Rule: no table", () => {
  const refuse = decode(Rule, "020000000000000600000000" + "08000f0000000000");
  assertEquals(refuse.action, "blackhole");
  assertEquals(refuse.table, undefined);
  assertEquals(add(refuse).slice(0, 24), "020000000000000600000000");
});

test("Rule: states are received and not sent", () => {
  const dumped = decode(Rule, "02000000fe0000011f000100");
  assertEquals(dumped.flags, ["permanent", "invert", "unresolved", "iif_detached", "oif_detached", "find_saddr"]);
  assertEquals(encode(Rule, dumped).slice(16, 24), "03000100");
  assertEquals(encode(Rule, dumped, true).slice(16, 24), "1f000100");
});

test("prepareRule() adds the same defaults as ip", () => {
  const head = (value: object) => add(value).slice(0, 24);
  assertEquals(head({ priority: 90, src: "10.9.0.0/24", table: 100 }), "020018006400000100000000");
  assertEquals(head({ priority: 90, src: "10.9.0.0/24" }), "02001800fe00000100000000");
  assertEquals(head({ priority: 90, dst: "fd00::/64" }), "0a400000fe00000100000000");
  assertEquals(head({ priority: 90 }), "02000000fe00000100000000");
  assertEquals(head({ priority: 90, family: "inet6" }), "0a000000fe00000100000000");
  assertEquals(head({ priority: 90, table: 5000 }), "020000000000000100000000");
  assertEquals(head({ priority: 90, goto: 100 }), "020000000000000200000000");
  assertEquals(head({ priority: 90, action: "prohibit" }), "020000000000000800000000");
  assertEquals(head({ priority: 90, l3mdev: true }), "020000000000000100000000");
  assertEquals(head({ priority: 90, l3mdev: false }), "02000000fe00000100000000");
  assertEquals(parts(Rule, add({ l3mdev: false })).length, 1);
});

test("prepareRule() refuses to delete without a named field", () => {
  for (
    const value of [{}, { family: "inet6" as const }, { action: "to_tbl" as const, flags: [] }, { priority: undefined }]
  ) {
    assertThrows(
      () => prepareRule(value as object, "delete"),
      TypeError,
      "Cannot delete a rule without a field that identifies it",
    );
  }
  assertEquals(remove({ priority: 90 }), "020000000000000000000000" + "080006005a000000");
  assertEquals(remove({ src: "fd00::/64" }).slice(0, 24), "0a0040000000000000000000");
  assertEquals(remove({ table: "main" }), "02000000fe00000000000000");
});

test("Rule: input is checked", () => {
  const refused = (value: object, message: string) => assertThrows(() => add(value), Error, message);
  refused({ src: "default" }, "src: expected an address or prefix");
  refused({ src: "10.0.0.0/8", dst: "fd00::/8" }, "dst: ");
  refused({ action: "drop" }, `action: expected "unspec", "to_tbl"`);
  refused({ sportRange: { start: 1, ende: 2 } }, `sportRange: there is no field "ende", did you mean "end"?`);
  refused({ iifname: "a name of sixteen" }, "iifname: ");
});

test("ruleKey() distinguishes rules, whatever their state", () => {
  const one = decode(Rule, "02001800640000010000000008000200" + "0a090000");
  assertEquals(ruleKey(one), ruleKey({ ...one, flags: ["iif_detached"] }));
  for (
    const change of [
      { priority: 5 },
      { src: "10.9.0.0/25" },
      { table: 101 },
      { flags: ["invert"] as const },
      { sportRange: { start: 1, end: 2 } },
      { tunId: 5n },
      { suppressPrefixlen: 0 },
      { goto: 7 },
    ]
  ) assertEquals(ruleKey(one) === ruleKey({ ...one, ...change }), false);
});
