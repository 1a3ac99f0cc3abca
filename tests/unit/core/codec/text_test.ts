/** Strings and bytes. */
import { assertEquals, assertThrows } from "@std/assert";
import { bytes, chars, type Codec, hex as hexText, octetString, string, text } from "../../../../core/codec/mod.ts";
import { decode, encode, hex } from "../help.ts";
import { test } from "../../../test.ts";

test("string() ends with a NUL, and is decoded with or without one", () => {
  assertEquals(encode(string(15), "lo"), hex("6c 6f 00"));
  assertEquals(encode(string(15), ""), hex("00"));
  for (
    const [payload, value] of [["6c6f00", "lo"], ["6c6f", "lo"], ["6c6f000000", "lo"], ["6c006f00", "l"], [
      "",
      "",
    ]] as const
  ) {
    assertEquals(decode(string(15), hex(payload)), value);
  }
});

test("string() counts bytes, not letters", () => {
  assertEquals(encode(string(15), "x".repeat(15)).length, 16);
  assertThrows(
    () => encode(string(15), "x".repeat(16)),
    RangeError,
    `expected at most 15 bytes, got 16 in "${"x".repeat(16)}"`,
  );
  assertThrows(() => encode(string(15), "ä".repeat(8)), RangeError, "expected at most 15 bytes, got 16");
});

test("string() refuses a NUL inside, and values that are not strings", () => {
  assertThrows(() => encode(text, "a\0b"), TypeError, 'expected a string without NUL, got "a\\u0000b"');
  for (const wrong of [1, null, true, hex("00"), {}]) {
    assertThrows(() => encode(text, wrong as string), TypeError, "expected a string, got ");
  }
});

test("text that is not UTF-8 survives a round trip", () => {
  for (const name of ["76 ff 30", "80 bf", "c3 61", "ed b3 bf", "f0 9f 90 a7 ff"]) {
    assertEquals(encode(text, decode(text, hex(name))), hex(`${name} 00`));
    assertEquals(encode(chars(8), decode(chars(8), hex(name))).subarray(0, hex(name).length), hex(name));
  }
});

test("chars() fills its field with NULs, and keeps one", () => {
  assertEquals(encode(chars(4), "ab"), hex("61 62 00 00"));
  assertEquals(encode(chars(4), "abc"), hex("61 62 63 00"));
  assertThrows(() => encode(chars(4), "abcd"), RangeError, 'expected at most 3 bytes, got 4 in "abcd"');
  assertEquals(decode(chars(4), hex("61 62 63 64")), "abcd");
  assertEquals(decode(chars(4), hex("61 00 63 64")), "a");
});

test("bytes are given as they are or as hexadecimal text, with separators between whole octets", () => {
  for (const given of [hex("01ff"), "01ff", "01FF", "01:ff", "01-ff", "01.ff"]) {
    assertEquals(encode(bytes, given), hex("01ff"));
  }
  assertEquals(encode(bytes, "0200.0000.0001"), hex("020000000001"));
  assertEquals(encode(bytes, ""), hex(""));
  for (
    const wrong of ["1", "0:1", "0:1:2:3", "01:", ":01", "01::02", "zz", "10.0.0.10", "01 02", "0x01", 7, null, [1]]
  ) {
    assertThrows(() => encode(bytes, wrong as string), TypeError, "expected bytes or hexadecimal text, got ");
  }
});

test("returned bytes do not change with the receive buffer", () => {
  const memory = hex("0102 0304"), got = decode(bytes, memory);
  memory.fill(0);
  assertEquals(got, hex("01020304"));
});

test("octetString() and hex() have exactly their size", () => {
  assertEquals(decode(octetString(2), hex("0102")), hex("0102"));
  assertEquals(decode(hexText(), hex("0102ff")), "0102ff");
  assertEquals(encode(hexText(), "0102ff"), hex("0102ff"));
  const sized: Codec<unknown, string | Uint8Array>[] = [octetString(2), hexText(2)];
  for (const codec of sized) {
    assertEquals(encode(codec, "0102"), hex("0102"));
    assertThrows(() => encode(codec, "010203"), RangeError, "expected 2 bytes, got 3");
  }
});

test("an error shows no text that may be a secret key", () => {
  const key = "00112233445566778899aabbccddeefg";
  assertThrows(() => encode(bytes, key), TypeError, "expected bytes or hexadecimal text, got a text of 32 characters");
});
