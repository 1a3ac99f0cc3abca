/** Messages that the kernel sends unasked, from bytes. */
import { assertEquals } from "@std/assert";
import { Reader } from "../../../core/codec/mod.ts";
import { AdvertisedPrefix, NdUserOption } from "../../../families/route/advertisements.ts";
import { decode } from "../../../families/registry.ts";
import { showMessages } from "../../../core/datagram.ts";
import { messageSetsOf } from "../../../families/registry/messages.ts";
import { test } from "../../test.ts";
import { hex } from "../families/golden.ts";

/** Returns a message of a type. */
function message(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + payload.length), view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  bytes.set(payload, 16);
  return bytes;
}

const NDUSEROPT = 68, SOURCE = "14000100fe800000000000000000000000000001";

const option = (options: string, size = options.length / 2): Uint8Array =>
  hex(`0a00${size.toString(16).padStart(2, "0")}00030000008600000000000000${options}${SOURCE}`);

test("advertised options: raw options come before the attributes; those of other types and malformed ones are bytes", () => {
  const of = (payload: Uint8Array): unknown => {
    const { options, srcaddr } = NdUserOption.decode(new Reader(payload), 0, payload.length, {});
    return { options, srcaddr };
  };
  const srcaddr = "fe80::1";
  assertEquals(of(option("190300000000000520010db8000000000000000000000053")), {
    options: [{ type: "rdnss", lifetime: 5, servers: ["2001:db8::53"] }],
    srcaddr,
  });
  assertEquals(of(option("1f020000000000070161016200000000")), {
    options: [{ type: "dnssl", lifetime: 7, domains: ["a.b"] }],
    srcaddr,
  });
  // A label that is too long for its option, and an option of another type.
  assertEquals(of(option("1f0200000000000709616200000000002501414243444546")), {
    options: [
      { type: "dnssl", data: hex("0000000000070961620000000000") },
      { type: "captive_portal", data: hex("414243444546") },
    ],
    srcaddr,
  });
  assertEquals(of(option("1900000000000000")), { options: [{ type: "rdnss", data: hex("000000000000") }], srcaddr });
});

test("advertised options: lengths beyond the message do not matter; cut messages have no options", () => {
  const payload = option("190300000000000520010db8000000000000000000000053", 255);
  assertEquals(NdUserOption.decode(new Reader(payload), 0, payload.length, {}).options.length, 2);
  for (let length = 0; length < payload.length; length++) {
    const { options } = NdUserOption.decode(new Reader(payload.slice(0, length)), 0, length, {});
    if (length < 18) assertEquals(options, []);
  }
});

test("advertised options are shown field by field", () => {
  const bytes = message(NDUSEROPT, option("1f020000000000070161016200000000"));
  assertEquals((decode(0, bytes)[0]!.value as { icmpType: number }).icmpType, 134);
  const [shown] = showMessages(bytes, messageSetsOf(0, {})());
  assertEquals(shown!.fields.filter(({ path }) => path === "options" || path === "srcaddr").map(({ value }) => value), [
    [{ type: "dnssl", lifetime: 7, domains: ["a.b"] }],
    "fe80::1",
  ]);
});

test("advertised prefixes: flags of kernels before 6.8 have the same names", () => {
  const flagsOf = (flags: string): unknown =>
    AdvertisedPrefix.decode(new Reader(hex(`0a000000030000000340${flags}00`)), 0, 12, {}).flags;
  assertEquals([flagsOf("03"), flagsOf("c0")].map((flags) => [...flags as string[]].sort()), [
    ["autoconf", "onlink"],
    ["autoconf", "onlink"],
  ]);
});
