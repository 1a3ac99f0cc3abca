import { assertEquals, assertThrows } from "@std/assert";
import { rawOf } from "../../../core/codec/mod.ts";
import { Address, addressKey, prepareAddress } from "../../../families/route/address.ts";
import { bothWays, decode, encode, parts, wire } from "./wire.ts";
import { test } from "../../test.ts";

// Bytes of messages were compared with what iproute2 6.1 sends and Linux 6.18 dumps.

test("Address: an IPv4 address as the kernel dumps it", () => {
  const rows = wire(`
    02 18 80 00 03000000            // family inet, prefix length 24, flags permanent, scope universe, index 3
    0800 0100 0a000001              // IFA_ADDRESS 10.0.0.1
    0800 0200 0a000001              // IFA_LOCAL 10.0.0.1
    0800 0400 0a0000ff              // IFA_BROADCAST 10.0.0.255
    0700 0300 643000 00             // IFA_LABEL d0
    0800 0800 80000000              // IFA_FLAGS permanent
    1400 0600 ffffffff ffffffff 0a000000 0b000000 // IFA_CACHEINFO prefered, valid, cstamp, tstamp
  `);
  const value = {
    family: "inet",
    index: 3,
    dev: "d0",
    scope: "universe",
    local: "10.0.0.1",
    address: "10.0.0.1/24",
    broadcast: "10.0.0.255",
    label: "d0",
    flags: ["permanent"],
    cacheinfo: { prefered: 0xffffffff, valid: 0xffffffff, cstamp: 10, tstamp: 11 },
  };
  assertEquals<unknown>(decode(Address, rows, true), value);
  // Encoded again, it is the same except for read-only fields: the times of creation and change.
  const again = encode(Address, value);
  assertEquals(parts(Address, again), parts(Address, rows.replace("0a0000000b000000", "00".repeat(8))));
});

test("Address: an IPv6 address is received with IFA_ADDRESS only, and sent with both as ip does", () => {
  const value = {
    family: "inet6",
    index: 3,
    scope: "universe",
    local: "fd02::1",
    address: "fd02::1/64",
    flags: ["nodad", "homeaddress", "noprefixroute"],
    rtPriority: 77,
  };
  const address = "fd020000000000000000000000000001";
  assertEquals<unknown>(
    decode(
      Address,
      wire(`
        0a 40 12 00 03000000  // family inet6, prefix length 64, low flags, scope universe, index 3
        1400 0100 ${address}  // IFA_ADDRESS
        0800 0800 12020000    // IFA_FLAGS nodad | homeaddress | noprefixroute
        0800 0900 4d000000    // IFA_RT_PRIORITY 77
      `),
    ),
    value,
  );
  assertEquals(parts(Address, encode(Address, value)), [
    "0a40120003000000",
    `01: ${address}`,
    `02: ${address}`,
    "08: 12020000",
    "09: 4d000000",
  ]);
});

test("Address: with a peer, address is the local end, and the prefix belongs to the peer", () => {
  bothWays(
    Address,
    wire(`
      0a 7f 02 00 05000000                           // family inet6, prefix length 127, flags nodad, index 5
      1400 0200 fd010000000000000000000000000001     // IFA_LOCAL fd01::1
      1400 0100 fd010000000000000000000000000002     // IFA_ADDRESS fd01::2
      0800 0800 02000000                             // IFA_FLAGS nodad
    `),
    {
      family: "inet6",
      index: 5,
      scope: "universe",
      local: "fd01::1",
      peer: "fd01::2/127",
      address: "fd01::1",
      flags: ["nodad"],
    },
  );
  assertEquals(
    encode(Address, { dev: "d1", address: "10.1.0.1", peer: "10.1.0.2/31" }),
    wire(`
      02 1f 00 00 05000000
      0800 0200 0a010001  // IFA_LOCAL: own
      0800 0100 0a010002  // IFA_ADDRESS: peer
    `),
  );
  assertEquals(encode(Address, { dev: "d1", address: "10.1.0.1", peer: "10.1.0.2" }).slice(0, 4), "0220");
});

test("Address: input is checked", () => {
  const refused = (value: object, message: string) => assertThrows(() => encode(Address, value), Error, message);
  refused({ address: "10.1.0.1/24", peer: "10.1.0.2/31" }, "the prefix length belongs to the peer's address");
  refused({ peer: "10.1.0.2/31" }, `peer: "address" is missing beside it`);
  refused({ family: "inet6", address: "10.0.0.1/24" }, "not of the family inet6");
  refused({ family: "inet", address: "fd00::1/24" }, "not of the family inet ");
  refused({ address: "10.0.0.1/33" }, "at most 32");
  refused({ address: "10.0.0" }, "expected an address or prefix");
  refused({ address: "10.0.0.1/24", label: "a label that is too long" }, "at most 15 bytes");
  refused({ adress: "10.0.0.1/24" }, `did you mean "address"`);
});

test("Address: an address without a prefix length is a host's", () => {
  assertEquals(encode(Address, { index: 3, address: "10.0.0.1" }).slice(0, 4), "0220");
  assertEquals(encode(Address, { index: 3, address: "fd00::1" }).slice(0, 4), "0a80");
});

test("Address: lifetimes that are absent", () => {
  const lifetimes = (cacheinfo: object) =>
    parts(Address, encode(Address, { cacheinfo })).find((part) => part.startsWith("06"));
  assertEquals(lifetimes({ valid: 1000 }), "06: e8030000e80300000000000000000000");
  assertEquals(lifetimes({ prefered: 500 }), "06: f4010000ffffffff0000000000000000");
  assertEquals(lifetimes({ prefered: 0, valid: 1000 }), "06: 00000000e80300000000000000000000");
});

test("Address: flags", () => {
  // Without IFA_FLAGS, the header's flags count; one bit has a different name in each family.
  assertEquals(decode(Address, "0218010003000000").flags, ["secondary"]);
  assertEquals(decode(Address, "0a18010003000000").flags, ["temporary"]);
  assertEquals(decode(Address, "0a18010003000000" + "0800080001010000").flags, ["temporary", "managetempaddr"]);
  const sent = (flags: unknown) => parts(Address, encode(Address, { flags })).join(" ");
  assertEquals(sent(["temporary", "noprefixroute"]), "0000010000000000 08: 01020000");
  assertEquals(sent(["secondary", "noprefixroute"]), "0000010000000000 08: 01020000");
  assertEquals(sent(0x202), "0000020000000000 08: 02020000");
});

test("Address: a filter is decoded as it was encoded", () => {
  const normal = (filter: object) =>
    decode(Address, encode(Address, filter, true)) as unknown as Record<string, unknown>;
  assertEquals(normal({ peer: "10.1.0.2" })["peer"], "10.1.0.2/32");
  assertEquals(normal({ local: "10.1.0.2" })["local"], "10.1.0.2");
  assertEquals(normal({ address: "10.1.0.2/24" })["address"], "10.1.0.2/24");
});

test("Address: malformed payloads are kept raw", () => {
  assertEquals(rawOf(decode(Address, "0218000003000000" + "060001000a000000")).map(({ id }) => id), [1]);
  assertEquals(decode(Address, "2d00000003000000" + "0500020009000000").address, "9");
  assertEquals(encode(Address, { family: "mctp", index: 3, address: "9" }), "2d00000003000000" + "0500020009000000");
});

test("prepareAddress() gives loopback addresses the same scope as ip", () => {
  assertEquals(prepareAddress({ address: "127.0.0.5/8" }, "add"), { address: "127.0.0.5/8", scope: "host" });
  assertEquals(prepareAddress({ address: "127.0.0.5/8" }, "delete"), { address: "127.0.0.5/8" });
  assertEquals(prepareAddress({ address: "10.0.0.5/8" }, "add"), { address: "10.0.0.5/8" });
});

test("addressKey() distinguishes addresses", () => {
  const one = decode(Address, "0218000003000000" + "080002000a000001");
  assertEquals(addressKey(one), addressKey({ ...one, flags: ["deprecated"] }));
  for (
    const other of [{ index: 4 }, { address: "10.0.0.1/25" }, { peer: "10.0.0.2/24" }, { family: "inet6" as const }]
  ) {
    assertEquals(addressKey(one) === addressKey({ ...one, ...other }), false);
  }
});
