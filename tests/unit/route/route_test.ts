import { assertEquals, assertThrows } from "@std/assert";
import { rawOf } from "../../../core/codec/mod.ts";
import { prepareRoute, Route, routeFamily, routeKey } from "../../../families/route/route.ts";
import { bothWays, decode, encode, parts, wire } from "./wire.ts";
import { test } from "../../test.ts";

// Bytes of messages were compared with those that iproute2 6.1 sends and Linux 6.18 dumps.

/** Returns the message that `routes.add` sends for `value`. */
const add = (value: object) => encode(Route, prepareRoute(value, "add"));
const remove = (value: object) => encode(Route, prepareRoute(value, "delete"));

test("Route: the default route with metrics", () => {
  const rows = wire(`
    02 00 00 00 fe 03 00 01 00000000  // family inet, no prefix, tos 0, table main, protocol boot, scope universe, unicast
    0800 0500 0a000009                // RTA_GATEWAY 10.0.0.9
    0800 0600 32000000                // RTA_PRIORITY 50
    4000 0880                         // RTA_METRICS
      0800 0100 04000000              //   RTAX_LOCK: bit 2, mtu
      0800 0200 78050000              //   RTAX_MTU 1400
      0800 0300 03000000              //   RTAX_WINDOW 3
      0800 0a00 3c000000              //   RTAX_HOPLIMIT 60
      0800 0c00 01000000              //   RTAX_FEATURES ecn
      0800 0d00 c8000000              //   RTAX_RTO_MIN 200
      0a00 1000 637562696300 0000     //   RTAX_CC_ALGO cubic
  `);
  bothWays(Route, rows, {
    family: "inet",
    dst: "default",
    tos: 0,
    table: "main",
    protocol: "boot",
    scope: "universe",
    type: "unicast",
    flags: [],
    gateway: "10.0.0.9",
    priority: 50,
    metrics: { lock: ["mtu"], mtu: 1400, window: 3, hoplimit: 60, features: ["ecn"], rtoMin: 200, ccAlgo: "cubic" },
  });
});

test("Route: all fields of an IPv6 route as the kernel dumps it", () => {
  const rows = wire(`
    0a 30 40 00 fe 03 00 01 00000000            // family inet6, prefixes 48 and 64, table main, protocol boot, unicast
    1400 0100 20010db8000100000000000000000000  // RTA_DST
    1400 0200 fd000001000000000000000000000000  // RTA_SRC
    0800 0f00 fe000000                          // RTA_TABLE 254
    1400 0500 fd000000000000000000000000000009  // RTA_GATEWAY
    0800 0400 03000000                          // RTA_OIF 3
    0800 0600 21000000                          // RTA_PRIORITY 33
    2400 0c00 01000000 02000000 2d010000 8fffffff 05000000 00000000 00000000 00000000 // RTA_CACHEINFO, 3.01 s
    0500 1400 01 000000                         // RTA_PREF high
  `);
  const value = {
    family: "inet6",
    dst: "2001:db8:1::/48",
    src: "fd00:1::/64",
    tos: 0,
    table: "main",
    protocol: "boot",
    scope: "universe",
    type: "unicast",
    flags: [],
    oif: 3,
    dev: "d0",
    gateway: "fd00::9",
    priority: 33,
    cacheinfo: { clntref: 1, lastuse: 2, expires: 301, error: -113, used: 5, id: 0, ts: 0, tsage: 0 },
    pref: "high",
    expires: 4,
  };
  assertEquals<unknown>(decode(Route, rows, true), value);
  // The header has the table, read-only fields are not sent, and the remaining lifetime is RTA_EXPIRES.
  const sent = [...parts(Route, rows).filter((part) => !/^1[25]:/.test(part)), "23: 04000000"].sort();
  assertEquals([...parts(Route, add(value))].sort(), sent);
  assertEquals([...parts(Route, remove(value))].sort(), sent);
});

test("Route: prefixes", () => {
  const read = (length: string, attribute: string) =>
    decode(Route, `02${length}000000000000` + "00000000" + attribute).dst;
  assertEquals(read("08", "080001000a000000"), "10.0.0.0/8");
  assertEquals(read("20", "080001000a000001"), "10.0.0.1/32");
  assertEquals(read("00", "0800010000000000"), "default");
  assertEquals(read("00", ""), "default");
  assertEquals<string | undefined>(read("08", ""), undefined);
  // A length that is impossible for an address of this size, and a size that no address has.
  assertEquals(rawOf(decode(Route, "022100000000000000000000" + "080001000a000001")).length, 1);
  assertEquals(rawOf(decode(Route, "020800000000000000000000" + "070001000a000000")).length, 1);

  const sent = (value: object) => parts(Route, encode(Route, value));
  assertEquals(sent({ dst: "10.0.0.0/8" }), ["020800000000000000000000", "01: 0a000000"]);
  assertEquals(sent({ dst: "10.0.0.1" }), ["022000000000000000000000", "01: 0a000001"]);
  assertEquals(sent({ dst: new Uint8Array([10, 0, 0, 1]) }), ["022000000000000000000000", "01: 0a000001"]);
  assertEquals(sent({ dst: "fe80::/10" })[0], "0a0a00000000000000000000");
  assertEquals(sent({ dst: "default", family: "inet6" }), ["0a0000000000000000000000"]);
  // Bits after the prefix are sent; the kernel refuses them.
  assertEquals(sent({ dst: "10.0.0.1/8" }), ["020800000000000000000000", "01: 0a000001"]);
});

test("Route: tables", () => {
  const read = (byte: string, attribute = "") => decode(Route, `02000000${byte}00000000000000` + attribute).table;
  assertEquals(read("ff"), "local");
  assertEquals(read("fd"), "default");
  assertEquals(read("64"), 100);
  assertEquals(read("fc", "08000f0088130000"), 5000);
  assertEquals(read("00"), undefined);
  const sent = (table: unknown) => encode(Route, { table });
  assertEquals(sent(5000), "000000000000000000000000" + "08000f0088130000");
  assertEquals(sent(255), "00000000ff00000000000000");
  assertEquals(sent("main"), "00000000fe00000000000000");
  assertThrows(() => sent("mian"), TypeError, `table: expected "default", "main", "local" or the number, got "mian"`);
});

test("Route: several next hops", () => {
  bothWays(
    Route,
    wire(`
      02 18 00 00 fe 03 00 01 00000000
      0800 0100 c6336400        // RTA_DST
      1c00 0900                 // RTA_MULTIPATH
        1000 00 04 03000000     //   rtnexthop: length 16, no flags, hops 4, interface 3
        0800 0500 0a000009      //   RTA_GATEWAY
        0800 04 ff 05000000     //   length 8, flags onlink, hops 255, interface 5
    `),
    {
      family: "inet",
      dst: "198.51.100.0/24",
      tos: 0,
      table: "main",
      protocol: "boot",
      scope: "universe",
      type: "unicast",
      flags: [],
      multipath: [
        { oif: 3, gateway: "10.0.0.9", weight: 5, flags: [] },
        { oif: 5, weight: 256, flags: ["onlink"] },
      ],
    },
  );
  const hops = (multipath: object[]) => encode(Route, { multipath }).slice(24);
  assertEquals(hops([{ dev: "d1" }]), "0c000900" + "0800000005000000");
  // A hop's encapsulation, and a gateway of another family.
  assertEquals(
    hops([{ dev: "d1", via: { address: "fe80::99" }, encapType: "mpls", encap: { dst: "100" } }]),
    wire(`
      3800 0900
        3400 00 00 05000000
        1600 1200 0a00 fe800000000000000000000000000099 0000  // RTA_VIA
        0600 1500 0100 0000                                   // RTA_ENCAP_TYPE mpls
        0c00 1680 0800 0100 00064100                          // RTA_ENCAP: label 100, bottom of stack
    `),
  );
  const refused = (hop: object, message: string) => assertThrows(() => hops([{}, hop]), Error, message);
  refused({ weight: 257 }, "multipath[1].weight: expected 1..256, got 257");
  refused({ weight: 0 }, "multipath[1].weight: expected 1..256, got 0");
  refused({ gatway: "10.0.0.1" }, `multipath[1]: there is no field "gatway", did you mean "gateway"?`);
  refused({ gateway: "10.0.0" }, "multipath[1].gateway: expected an IP address");
  assertThrows(() => encode(Route, { multipath: { dev: "d0" } }), TypeError, "multipath: expected an array");
});

test("Route: malformed hops are kept raw", () => {
  const head = "020000000000000000000000";
  for (
    const bad of ["0c000900" + "0700000005000000", "0c000900" + "0000000005000000", "0c000900" + "0c00000005000000"]
  ) {
    const route = decode(Route, head + bad);
    assertEquals(route.multipath, undefined);
    assertEquals(rawOf(route).length, 1);
  }
  assertEquals(decode(Route, head + "04000900").multipath, []);
});

test("Route: a gateway of another family", () => {
  bothWays(
    Route,
    wire(`
      02 18 00 00 fe 03 00 01 04000000                        // flags onlink
      0800 0100 c6336500
      0800 0400 03000000
      1600 1200 0a00 fe800000000000000000000000000099 0000    // RTA_VIA: family inet6, address
    `),
    {
      family: "inet",
      dst: "198.51.101.0/24",
      tos: 0,
      table: "main",
      protocol: "boot",
      scope: "universe",
      type: "unicast",
      flags: ["onlink"],
      oif: 3,
      via: { family: "inet6", address: "fe80::99" },
    },
  );
  const sent = (via: unknown) => parts(Route, encode(Route, { via }))[1];
  assertEquals(sent({ address: "10.0.0.9" }), "18: 02000a000009");
  assertEquals(sent({ family: "packet", address: "02:00:00:00:00:01" }), "18: 1100020000000001");
  assertThrows(() => sent("10.0.0.9"), TypeError, "via: expected { family, address }");
  assertThrows(() => sent({ family: "inet6", address: "10.0.0.9" }), TypeError, "expected an IPv6 address");
});

test("Route: MPLS", () => {
  const rows = wire(`
    1c 14 00 00 fe 03 00 01 00000000  // family mpls, 20 bits
    0800 0100 00064100                // RTA_DST: label 100, bottom of stack
    0800 0400 03000000                // RTA_OIF
    0a00 1200 0200 0a000009 0000      // RTA_VIA: family inet, address
    0c00 1300 000c8000 0012c100       // RTA_NEWDST: 200/300
    0500 1a00 01 000000               // RTA_TTL_PROPAGATE
  `);
  const value = {
    family: "mpls",
    dst: "100",
    tos: 0,
    table: "main",
    protocol: "boot",
    scope: "universe",
    type: "unicast",
    flags: [],
    oif: 3,
    via: { family: "inet", address: "10.0.0.9" },
    newdst: "200/300",
    ttlPropagate: true,
  };
  bothWays(Route, rows, value);
  const given = {
    family: "mpls",
    dst: "100",
    dev: "d0",
    via: { address: "10.0.0.9" },
    newdst: "200/300",
    ttlPropagate: true,
  };
  assertEquals(add(given), rows);
  // The kernel requires unicast and the main table here too.
  assertEquals(remove({ family: "mpls", dst: "100" }), "1c140000fe00000100000000" + "0800010000064100");
  assertThrows(() => add({ ...given, dst: "1048576" }), RangeError, "dst: expected labels 0..1048575");
  assertThrows(() => add({ ...given, newdst: "200/x" }), TypeError, `newdst: expected labels like "100/200"`);
});

test("Route: addresses of one byte", () => {
  assertEquals(decode(Route, "2d0000000000000000000000" + "0500010008000000").dst, "8");
  assertEquals(decode(Route, "2d0700000000000000000000" + "0500010008000000").dst, "8-15");
  assertEquals(encode(Route, { family: "mctp", dst: "8-15" }), "2d0700000000000000000000" + "0500010008000000");
  assertEquals(encode(Route, { family: "phonet", dst: "100" }), "230600000000000000000000" + "0500010064000000");
  assertThrows(() => encode(Route, { family: "phonet", dst: "256" }), TypeError, `expected an address "0".."255"`);
});

test("Route: fields of a multicast route", () => {
  const route = decode(
    Route,
    wire(`
      80 20 20 00 fe 11 00 05 00000000                            // family ipmr, protocol mrouted, multicast
      0800 0200 0a000001                                          // RTA_SRC
      0800 0300 03000000                                          // RTA_IIF
      0800 0100 ef010101                                          // RTA_DST
      1c00 1100 0100000000000000 0200000000000000 0300000000000000 // RTA_MFC_STATS packets, bytes, wrong interface
      0c00 1700 0a00000000000000                                  // RTA_EXPIRES, 64 bits in this family
      0400 1800                                                   // RTA_PAD
    `),
    true,
  );
  assertEquals(route.dst, "239.1.1.1/32");
  assertEquals(route.src, "10.0.0.1/32");
  assertEquals(route.iifDev, "d0");
  assertEquals(route.mfcStats, { packets: 1, bytes: 2, wrongIf: 3 });
  assertEquals(route.expires, 10);
  assertEquals(rawOf(route), []);
});

test("Route: the request of a look-up", () => {
  const lookup = {
    dst: "192.0.2.1",
    src: "10.0.0.1",
    iif: "d0",
    mark: 5,
    uid: 6,
    ipProto: 17,
    sport: 53,
    dport: 443,
    flowlabel: 7,
  };
  assertEquals(
    parts(Route, encode(Route, { ...lookup, family: routeFamily(lookup) })),
    parts(
      Route,
      wire(`
        02 20 20 00 00 00 00 00 00000000  // nothing but the family and the lengths
        0800 0100 c0000201                // RTA_DST
        0800 0200 0a000001                // RTA_SRC
        0800 0300 03000000                // RTA_IIF
        0800 1000 05000000                // RTA_MARK
        0800 1900 06000000                // RTA_UID
        0500 1b00 11 000000               // RTA_IP_PROTO
        0600 1c00 0035 0000               // RTA_SPORT, network order
        0600 1d00 01bb 0000               // RTA_DPORT
        0800 1f00 00000007                // RTA_FLOWLABEL
      `),
    ),
  );
});

test("Route: states are received and not sent", () => {
  const dumped = decode(Route, "022000000000000019420020");
  assertEquals(dumped.flags, ["dead", "offload", "linkdown", "cloned", "rt_offload", "rt_offload_failed"]);
  assertEquals(encode(Route, dumped).slice(16), "00020000");
  assertEquals(encode(Route, dumped, true).slice(16), "19420020");
  assertEquals(encode(Route, { flags: ["onlink", "dead"] }).slice(16), "04000000");
  assertEquals(add({ dst: "10.0.0.0/8", flags: ["onlink", "cloned"] }).slice(16, 24), "04000000");
  // Flags of a look-up can be sent by number.
  assertEquals(encode(Route, { flags: 0x1000 }).slice(16), "00100000");
  assertEquals(encode(Route, { multipath: [{ flags: ["dead", "linkdown", "onlink"] }] }).slice(36, 38), "04");
});

test("prepareRoute() adds the same defaults as ip", () => {
  const head = (value: object) => add(value).slice(0, 16);
  assertEquals(head({ dst: "default", gateway: "10.0.0.9" }), "02000000fe030001");
  assertEquals(head({ dst: "default", gateway: "fd00::9" }), "0a000000fe030001");
  assertEquals(head({ dst: "default", prefsrc: "fd00::9", dev: "d0" }), "0a000000fe030001");
  assertEquals(head({ dst: "default", multipath: [{ gateway: "fd00::9" }] }), "0a000000fe030001");
  assertEquals(head({ dst: "default", family: "inet6", dev: "d0" }), "0a000000fe030001");
  // A destination on the link itself, without a gateway.
  assertEquals(head({ dst: "203.0.113.9", dev: "d0" }), "02200000fe03fd01");
  assertEquals(head({ dst: "203.0.113.9", via: { address: "fe80::1" } }), "02200000fe030001");
  assertEquals(head({ dst: "203.0.113.9", nhId: 7 }), "02200000fe030001");
  assertEquals(head({ dst: "203.0.113.9", multipath: [] }), "02200000fe030001");
  assertEquals(head({ dst: "2001:db8::/32", dev: "d0" }), "0a200000fe030001");
  assertEquals(head({ dst: "192.0.2.0/24", type: "blackhole" }), "02180000fe030006");
  assertEquals(head({ dst: "10.9.9.9", type: "local", dev: "lo" }), "02200000ff03fe02");
  assertEquals(head({ dst: "10.9.9.9", type: 2, dev: "lo" }), "02200000ff03fe02");
  assertEquals(head({ dst: "10.9.9.255", type: "broadcast", dev: "d0" }), "02200000ff03fd03");
  assertEquals(head({ dst: "10.9.9.9", table: 100, protocol: "static", scope: "site", tos: 16 }), "022000106404c801");
});

test("prepareRoute() deletes by the given fields only", () => {
  const head = (value: object) => remove(value).slice(0, 16);
  assertEquals(head({ dst: "10.5.0.0/16" }), "02100000fe00ff00");
  assertEquals(head({ dst: "10.5.0.0/16", type: "blackhole" }), "02100000fe00ff06");
  assertEquals(head({ dst: "10.5.0.0/16", type: "local" }), "02100000ff00fe02");
  assertEquals(
    head({ dst: "10.5.0.0/16", scope: "universe", protocol: "static", type: "unicast" }),
    "02100000fe040001",
  );
  assertEquals(head({ dst: "2001:db8::/32" }), "0a200000fe000000");
});

test("prepareRoute() leaves out fields that a nexthop object defines", () => {
  const dumped = {
    dst: "100.64.0.0/10",
    nhId: 7,
    oif: 3,
    dev: "d0",
    gateway: "10.0.0.9",
    encapType: "mpls",
    encap: { dst: "1" },
  };
  const multi = { dst: "100.64.0.0/10", nhId: 7, multipath: [{ oif: 3 }], via: { address: "fe80::1" } };
  for (const value of [dumped, multi]) {
    assertEquals(parts(Route, add(value)), ["020a0000fe03000100000000", "01: 64400000", "30: 07000000"]);
    assertEquals(parts(Route, remove(value)).slice(1), ["01: 64400000", "30: 07000000"]);
  }
});

test("prepareRoute() refuses input that would mean the default route", () => {
  for (const verb of ["add", "delete", "replace", "append", "set"] as const) {
    for (const value of [{ gateway: "10.0.0.1" }, { dst: undefined }, { dst: null } as object]) {
      assertThrows(() => prepareRoute(value, verb), TypeError, `Cannot ${verb} a route without "dst"`);
    }
  }
  const value = { dst: "default", gateway: "10.0.0.1" };
  prepareRoute(value, "add");
  assertEquals(value, { dst: "default", gateway: "10.0.0.1" });
});

test("Route: filters are decoded as they were encoded", () => {
  const normal = (filter: object) => decode(Route, encode(Route, filter, true)) as unknown as Record<string, unknown>;
  assertEquals(normal({ dst: "default" })["dst"], "default");
  assertEquals(normal({ dst: "10.0.0.1" })["dst"], "10.0.0.1/32");
  assertEquals(normal({ flags: ["dead"] })["flags"], ["dead"]);
  assertEquals(normal({ table: 254 })["table"], "main");
  assertEquals(normal({ dev: "d0" })["oif"], 3);
});

test("routeKey() distinguishes routes, whatever their state", () => {
  const route = decode(
    Route,
    wire(`
      02 18 00 00 fe 03 00 01 00000000
      0800 0100 c6336400
      0800 0400 03000000
      0800 0500 0a000009
    `),
  );
  const same = (change: object) => routeKey(route) === routeKey({ ...route, ...change } as Route);
  assertEquals(same({ flags: ["dead", "linkdown"], dev: "d0", cacheinfo: { used: 5 } }), true);
  for (
    const change of [
      { table: 100 },
      { priority: 5 },
      { tos: 4 },
      { type: "blackhole" },
      { protocol: "static" },
      { scope: "link" },
      { oif: 5 },
      { gateway: "10.0.0.8" },
      { flags: ["onlink"] },
      { prefsrc: "10.0.0.1" },
      { metrics: { mtu: 1400 } },
      { via: { address: "fe80::1" } },
      { flow: 5 },
      { nhId: 5 },
      { encapType: "ip", encap: { id: 5n } },
      { multipath: [{ oif: 3, weight: 1, flags: [] }] },
    ]
  ) assertEquals(same(change), false, JSON.stringify(Object.keys(change)));
  // States and counters of hops do not count, nor do the fields that a nexthop object defines.
  const key = (change: object) => routeKey({ ...route, ...change } as Route);
  assertEquals(
    key({ multipath: [{ oif: 3, dev: "d0", weight: 1, flags: ["dead"] }] }),
    key({ multipath: [{ oif: 3, weight: 1, flags: [] }] }),
  );
  const counted = (packets: number) => ({ encapType: "seg6_local", encap: { action: "end", counters: { packets } } });
  assertEquals(key(counted(1)), key(counted(2)));
  assertEquals(key({ nhId: 7, gateway: "10.0.0.1" }), key({ nhId: 7, multipath: [] }));
});
