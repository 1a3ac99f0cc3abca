import { assertEquals, assertThrows } from "@std/assert";
import { Neighbour, neighbourKey, prepareNeighbour } from "../../../families/route/neighbour.ts";
import { bothWays, decode, encode, parts, wire } from "./wire.ts";
import { test } from "../../test.ts";

// Bytes of messages were compared with those that iproute2 6.1 sends.

test("Neighbour: as the kernel dumps it", () => {
  const rows = wire(`
    02 000000 03000000 0400 80 01         // family inet, interface 3, state stale, flags router, type unicast
    0800 0100 0a000032                    // NDA_DST
    0a00 0200 020000000005 0000           // NDA_LLADDR
    0800 0400 02000000                    // NDA_PROBES
    1400 0300 01000000 02000000 03000000 04000000 // NDA_CACHEINFO confirmed, used, updated, refcnt
    0500 0c00 04 000000                   // NDA_PROTOCOL static
    0800 0f00 01000000                    // NDA_FLAGS_EXT managed
  `);
  const value = {
    family: "inet",
    ifindex: 3,
    dev: "d0",
    dst: "10.0.0.50",
    lladdr: "02:00:00:00:00:05",
    state: ["stale"],
    flags: ["router"],
    flagsExt: ["managed"],
    type: "unicast",
    cacheinfo: { confirmed: 1, used: 2, updated: 3, refcnt: 4 },
    probes: 2,
    protocol: "static",
  };
  assertEquals<unknown>(decode(Neighbour, rows, true), value);
  // Read-only fields, also the type, are not sent.
  assertEquals(
    parts(Neighbour, encode(Neighbour, value)),
    parts(Neighbour, rows.replace("800108000100", "800008000100")).filter((part) => !/^0[34]/.test(part)),
  );
});

test("Neighbour: an entry of a VXLAN's forwarding table", () => {
  bothWays(
    Neighbour,
    wire(`
      07 000000 07000000 c000 02 00  // family bridge, interface 7, noarp and permanent, self
      0800 0100 0a00004d             // NDA_DST: the remote end
      0a00 0200 0200000000bb 0000    // NDA_LLADDR
      0600 0500 0500 0000            // NDA_VLAN 5
      0600 0600 12b6 0000            // NDA_PORT 4790, network order
      0800 0700 09000000             // NDA_VNI 9
      0800 0800 05000000             // NDA_IFINDEX 5
      0800 0b00 03000000             // NDA_SRC_VNI 3
      0800 0d00 08000000             // NDA_NH_ID 8
      1000 0e80                      // NDA_FDB_EXT_ATTRS
        0500 0100 03 000000          //   NFEA_ACTIVITY_NOTIFY: notify and inactive
        0400 0200                    //   NFEA_DONT_REFRESH
    `),
    {
      family: "bridge",
      ifindex: 7,
      dst: "10.0.0.77",
      lladdr: "02:00:00:00:00:bb",
      state: ["noarp", "permanent"],
      flags: ["self"],
      type: "unspec",
      vlan: 5,
      port: 4790,
      vni: 9,
      viaIfindex: 5,
      srcVni: 3,
      nhId: 8,
      fdbExtAttrs: { activityNotify: ["notify", "inactive"], dontRefresh: true },
    },
  );
  assertEquals(parts(Neighbour, encode(Neighbour, { viaDev: "d1" }))[1], "08: 05000000");
});

test("Neighbour: the interface to the remote end has no name if it is in another namespace", () => {
  const head = "070000000700000040000200", via = "0800080005000000";
  assertEquals(decode(Neighbour, head + via, true).viaDev, "d1");
  const elsewhere = decode(Neighbour, head + via + "08000a0002000000", true);
  assertEquals([elsewhere.viaIfindex, elsewhere.viaDev, elsewhere.linkNetnsid], [5, undefined, 2]);
});

test("Neighbour: link-layer addresses of any size", () => {
  const both = (text: string, hex: string) => {
    assertEquals(parts(Neighbour, encode(Neighbour, { lladdr: text }))[1], `02: ${hex}`);
    const length = (4 + hex.length / 2).toString(16).padStart(2, "0");
    assertEquals(decode(Neighbour, `${"00".repeat(12)}${length}000200${hex}`).lladdr, text);
  };
  both("02:00:00:00:00:05", "020000000005");
  both("10.0.0.1", "0a000001");
  both("fe80::1", "fe800000000000000000000000000001");
  both("00:11:22:33:44:55:66:77", "0011223344556677");
  assertThrows(() => encode(Neighbour, { lladdr: "xyz" }), TypeError, "lladdr: expected bytes");
});

test("Neighbour: the address implies the family", () => {
  assertEquals(encode(Neighbour, { dst: "10.0.0.1" }).slice(0, 2), "02");
  assertEquals(encode(Neighbour, { dst: "fe80::1" }).slice(0, 2), "0a");
  assertEquals(encode(Neighbour, { family: "bridge", dst: "fe80::1" }).slice(0, 2), "07");
});

test("prepareNeighbour() adds the same defaults as ip and bridge", () => {
  const head = (value: object, verb: "add" | "replace" | "delete") =>
    encode(Neighbour, prepareNeighbour(value, verb)).slice(0, 24);
  assertEquals(head({ dst: "10.0.0.50", dev: "d0" }, "add"), "020000000300000080000000");
  assertEquals(head({ dst: "10.0.0.50", dev: "d0", state: ["reachable"] }, "replace"), "020000000300000002000000");
  assertEquals(head({ dst: "10.0.0.52", dev: "d0", flags: ["proxy"] }, "add"), "020000000300000000000800");
  assertEquals(head({ dst: "10.0.0.50", dev: "d0" }, "delete"), "020000000300000000000000");
  const entry = { family: "bridge", dev: "v0", lladdr: "02:00:00:00:00:aa" };
  assertEquals(head(entry, "add"), "0700000007000000c0000200");
  assertEquals(head({ ...entry, flags: ["master"], state: ["reachable", "noarp"] }, "add"), "070000000700000042000400");
  assertEquals(head(entry, "delete"), "0700000007000000c0000200");
});

test("neighbourKey() distinguishes neighbours, whatever their state", () => {
  const one = decode(Neighbour, "020000000300000004000001" + "080001000a000032");
  assertEquals(
    neighbourKey(one),
    neighbourKey({ ...one, state: ["reachable"], lladdr: "02:00:00:00:00:09", dev: "d0" }),
  );
  for (
    const change of [{ ifindex: 4 }, { dst: "10.0.0.51" }, { flags: ["proxy"] as const }, { family: "bridge" as const }]
  ) {
    assertEquals(neighbourKey(one) === neighbourKey({ ...one, ...change }), false);
  }
  const entry = decode(Neighbour, "070000000700000040000200" + "0a0002000200000000bb0000");
  for (
    const change of [
      { lladdr: "02:00:00:00:00:bc" },
      { vlan: 5 },
      { flags: ["master"] as const },
      { dst: "10.0.0.1" },
      { vni: 9 },
    ]
  ) {
    assertEquals(neighbourKey(entry) === neighbourKey({ ...entry, ...change }), false);
  }
});
