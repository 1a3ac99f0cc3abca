/** Socket addresses as text, with the number or name of the interface of a link-local address. */
import { assertEquals, assertThrows } from "@std/assert";
import { Reader, sockaddr, Writer } from "../../../../core/codec/mod.ts";
import { NetlinkError } from "../../../../core/errors.ts";
import { test } from "../../../test.ts";

const NAMES: Readonly<Record<string, number>> = {
  lo: 1,
  eth0: 7,
  "br-x.100": 9,
  "a]:1": 11,
  "7": 12,
  "%": 13,
  "0x2": 14,
};

function written(text: string): Writer {
  const to = new Writer();
  to.names = { index: (name) => Object.hasOwn(NAMES, name) ? NAMES[name] : undefined, name: () => undefined };
  sockaddr.encode(text, to, {});
  return to;
}

/** Returns the text after encoding and decoding: the interface by its number. */
function back(text: string): unknown {
  const { bytes, length } = written(text);
  return sockaddr.decode(new Reader(bytes, length), 0, length, {});
}

test("socket addresses: an interface may be given by its name instead of its number", () => {
  assertEquals(back("[fe80::1%lo]:51820"), "[fe80::1%1]:51820");
  assertEquals(back("[fe80::1%eth0]:51820"), "[fe80::1%7]:51820");
  assertEquals(back("[fe80::1%br-x.100]:1"), "[fe80::1%9]:1");
  assertEquals(back("[fe80::1%a]:1]:2"), "[fe80::1%11]:2");
  assertEquals(back("[fe80::1%%]:2"), "[fe80::1%13]:2");
  assertEquals(back("[fe80::1%0x2]:2"), "[fe80::1%14]:2");
  // Digits alone are a number, even if an interface has such a name.
  assertEquals(back("[fe80::1%7]:2"), "[fe80::1%7]:2");
  assertEquals(back("[fe80::1%3]:2"), "[fe80::1%3]:2");
  assertEquals(back("[fe80::1%0]:2"), "[fe80::1]:2");
  assertEquals(back("[::1]:65535"), "[::1]:65535");
  assertEquals(back("192.0.2.7:0"), "192.0.2.7:0");
});

test("socket addresses: malformed text and unknown interfaces are refused", () => {
  const error = assertThrows(() => written("[fe80::1%eth9]:1"), NetlinkError, 'no interface is called "eth9"');
  assertEquals(error.code, "ENODEV");
  assertThrows(() => written("[fe80::1%4294967297]:1"), RangeError, "expected an interface number 0..2147483647");
  for (
    const text of ["[fe80::1%]:1", "192.0.2.7%lo:1", "[192.0.2.7%lo]:1", "fe80::1%lo:1", "[fe80::1%lo]", "[::1]:70000"]
  ) {
    assertThrows(() => written(text), TypeError, "expected an address and port");
  }
});
