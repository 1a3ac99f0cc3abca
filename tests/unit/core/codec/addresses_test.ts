/** Addresses, compared with the results of URL and node:net. */
import { assertEquals, assertThrows } from "@std/assert";
import { isIPv4, isIPv6 } from "node:net";
import {
  hardwareAddress,
  ip,
  ipv4,
  ipv6,
  mac,
  MISFIT,
  parseIp,
  parsePrefix,
  toHex,
  Writer,
} from "../../../../core/codec/mod.ts";
import { decode, encode, hex, random } from "../help.ts";
import { test } from "../../../test.ts";

/** Returns the text of sixteen bytes by WHATWG's rules, which are RFC 5952's except that IPv4 is never used. */
function urlText(bytes: Uint8Array): string {
  const words = toHex(bytes).match(/..../g)!.join(":");
  return new URL(`http://[${words}]`).hostname.slice(1, -1);
}

// The rules of RFC 5952, section by section, and the behaviour of inet_ntop() where the RFC allows a choice.
const cases: [bytes: string, text: string, why: string][] = [
  ["20010db8000000000000000000000001", "2001:db8::1", "4.1: no leading zeros"],
  ["20010db8000000000001000000000001", "2001:db8::1:0:0:1", "4.2.3: the first of two runs as long"],
  ["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1", "4.2.2: one word of zeros stays"],
  ["20010000000000010000000000000001", "2001:0:0:1::1", "4.2.3: the longest run"],
  ["00000000000000000000000000000000", "::", "all zeros"],
  ["00000000000000000000000000000001", "::1", "loopback"],
  ["00010000000000000000000000000000", "1::", "a run at the end"],
  ["00010002000300040005000600000000", "1:2:3:4:5:6::", "a short run at the end"],
  ["00000000000300040005000600070008", "::3:4:5:6:7:8", "a short run at the beginning"],
  ["2001db800000abcd0000000012340000", "2001:db80:0:abcd::1234:0", "4.3: lower case"],
  ["00000000000000000000ffffc0000201", "::ffff:192.0.2.1", "5: an IPv4-mapped one"],
  ["000000000000000000000000c0000201", "::192.0.2.1", "an IPv4-compatible one, as inet_ntop() has it"],
  ["00000000000000000000fffe00010002", "::fffe:1:2", "nearly mapped"],
  ["0000000000000000ffff0000c0000201", "::ffff:0:c000:201", "translated, not mapped"],
];

for (const [bytes, text, why] of cases) {
  test(`ipv6 makes ${text} of ${bytes}: ${why}`, () => {
    assertEquals(decode(ipv6, hex(bytes)), text);
    assertEquals(encode(ipv6, text), hex(bytes));
    assertEquals(encode(ip, text.toUpperCase()), hex(bytes));
  });
}

test("ipv6 agrees with URL on addresses with many zeros, both ways", () => {
  const next = random(1);
  for (let round = 0; round < 3000; round++) {
    const bytes = new Uint8Array(16);
    // The first word is never zero, so that none contains IPv4.
    for (let i = 0; i < 16; i++) bytes[i] = i === 0 || (i > 1 && next(3) === 0) ? 1 + next(255) : 0;
    const text = decode(ipv6, bytes);
    assertEquals(text, urlText(bytes));
    assertEquals(encode(ipv6, text), bytes);
    assertEquals(encode(ipv6, toHex(bytes).match(/..../g)!.join(":")), bytes);
  }
});

test("ipv4 agrees with a simple join, both ways", () => {
  const next = random(2);
  for (let round = 0; round < 3000; round++) {
    const bytes = Uint8Array.from({ length: 4 }, () => next(256));
    assertEquals(decode(ipv4, bytes), bytes.join("."));
    assertEquals(encode(ipv4, bytes.join(".")), bytes);
  }
});

test("parseIp() accepts exactly the addresses that node:net accepts", () => {
  const next = random(3), letters = "0123456789abcf:::...g";
  const seeds = [
    "::",
    "1::2",
    "fe80::1:2",
    "1:2:3:4:5:6:7:8",
    "::ffff:1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "10.0.0.1",
    "255.255.255.255",
  ];
  let valid = 0;
  for (let round = 0; round < 20_000; round++) {
    let text = seeds[next(seeds.length)]!;
    for (let edits = next(4); edits > 0; edits--) {
      const at = next(text.length + 1);
      text = text.slice(0, at) + (next(3) === 0 ? "" : letters[next(letters.length)]) + text.slice(at + next(2));
    }
    const parsed = parseIp(text), size = isIPv4(text) ? 4 : isIPv6(text) ? 16 : undefined;
    assertEquals(parsed?.length, size, text);
    if (parsed === undefined) continue;
    valid++;
    // Bun's URL refuses some that end in IPv4.
    const words = text.replace(
      /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
      (_, ...four) => toHex(Uint8Array.from(four.slice(0, 4), Number)).replace(/..../, "$&:"),
    );
    if (size === 16) assertEquals(urlText(parsed), new URL(`http://[${words}]`).hostname.slice(1, -1), text);
  }
  assertEquals(valid > 2000, true);
});

test("address codecs refuse other values", () => {
  for (
    const wrong of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "256.0.0.1",
      "fe80::1%lo",
      "1::2::3",
      ":::",
      "10.0.0.1/8",
      " 1.2.3.4",
      1,
      null,
      hex("0102"),
    ]
  ) {
    assertThrows(() => encode(ip, wrong as string), TypeError, "expected an IP address, got ");
  }
  assertThrows(() => encode(ipv4, "::1"), TypeError, 'expected an IPv4 address, got "::1"');
  assertThrows(() => encode(ipv6, "1.2.3.4"), TypeError, 'expected an IPv6 address, got "1.2.3.4"');
  assertThrows(() => encode(ipv6, hex("01020304")), TypeError, "expected an IPv6 address, got 4 bytes");
  assertEquals(encode(ip, hex("01020304")), hex("01020304"));
});

test("ip distinguishes its two families by size, and any other size is a misfit", () => {
  assertEquals(decode(ip, hex("0a000001")), "10.0.0.1");
  assertEquals(decode(ip, hex("fe800000000000000000000000000001")), "fe80::1");
  assertEquals(decode(ip, hex("0a0000")), MISFIT);
});

test("parsePrefix() parses prefixes; an address without a length means all its bits", () => {
  const to = new Writer(),
    apart = (text: string) => {
      const { bytes, length } = parsePrefix(text, to);
      return `${toHex(bytes)}/${length}`;
    };
  assertEquals(apart("10.0.0.0/8"), "0a000000/8");
  assertEquals(apart("10.0.0.1"), "0a000001/32");
  assertEquals(apart("0.0.0.0/0"), "00000000/0");
  assertEquals(apart("::1"), "00000000000000000000000000000001/128");
  assertEquals(apart("fe80::/10"), "fe800000000000000000000000000000/10");
  for (
    const wrong of [
      "10.0.0.0/",
      "10.0.0.0/a",
      "10.0.0.0/8/8",
      "/8",
      "10.0.0.0/-1",
      "10.0.0.0/8.0",
      "10/8",
      1,
      undefined,
    ]
  ) {
    assertThrows(
      () => parsePrefix(wrong as string, to),
      TypeError,
      'expected an address or prefix like "10.0.0.0/8", got ',
    );
  }
  assertThrows(
    () => parsePrefix("10.0.0.0/33", to),
    RangeError,
    'expected a prefix length of at most 32, got "10.0.0.0/33"',
  );
  assertThrows(() => parsePrefix("::/129", to), RangeError, "at most 128");
});

test("mac and hardwareAddress are octets with colons; mac has six", () => {
  assertEquals(decode(mac, hex("02000000000f")), "02:00:00:00:00:0f");
  assertEquals(encode(mac, "02-00-00-00-00-0F"), hex("02000000000f"));
  assertEquals(decode(hardwareAddress, hex("01".repeat(20))), Array(20).fill("01").join(":"));
  assertEquals(decode(hardwareAddress, hex("")), "");
  assertEquals(encode(hardwareAddress, "01:02"), hex("0102"));
  assertThrows(
    () => encode(mac, "02:00:00:00:00"),
    TypeError,
    'expected a MAC address like "02:00:00:00:00:01", got "02:00:00:00:00"',
  );
  for (const wrong of ["2:0:0:0:0:f", "10.0.0.10", "0:1"]) {
    assertThrows(() => encode(hardwareAddress, wrong), TypeError, `got "${wrong}"`);
  }
});
