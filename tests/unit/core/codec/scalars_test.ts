/** Integers, flags, enumerations and masks: bytes, ranges, and errors. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  attributes,
  be16,
  be32,
  be64,
  beCount64,
  bool,
  type Codec,
  count64,
  enumeration,
  flag,
  i16,
  i32,
  i64,
  i8,
  mask,
  u16,
  u32,
  u64,
  u8,
  Writer,
} from "../../../../core/codec/mod.ts";
import { attribute, decode, encode, hex } from "../help.ts";
import { test } from "../../../test.ts";

const integers: [Codec<number>, min: number, max: number, value: number, bytes: string][] = [
  [u8, 0, 0xff, 0x12, "12"],
  [u16, 0, 0xffff, 0x1234, "34 12"],
  [u32, 0, 0xffffffff, 0x12345678, "78 56 34 12"],
  [i8, -0x80, 0x7f, -2, "fe"],
  [i16, -0x8000, 0x7fff, -2, "fe ff"],
  [i32, -0x80000000, 0x7fffffff, -2, "fe ff ff ff"],
  [be16, 0, 0xffff, 0x1234, "12 34"],
  [be32, 0, 0xffffffff, 0x12345678, "12 34 56 78"],
];

for (const [codec, min, max, value, bytes] of integers) {
  test(`${codec.name} has the right bytes and range`, () => {
    assertEquals(encode(codec, value), hex(bytes));
    for (const one of [value, min, max, 0]) assertEquals(decode(codec, encode(codec, one)), one);
    for (const one of [min - 1, max + 1]) {
      assertThrows(() => encode(codec, one), RangeError, `expected ${min}..${max}, got ${one}`);
    }
    for (const one of [1.5, NaN, Infinity, "1", null, undefined, true, 1n, [1]]) {
      assertThrows(() => encode(codec, one as number), TypeError, `expected an integer ${min}..${max}, got `);
    }
  });
}

const wide: [Codec<bigint, bigint | number>, min: bigint, max: bigint, bytes: string][] = [
  [u64, 0n, 2n ** 64n - 1n, "02 01 00 00 00 00 00 00"],
  [i64, -(2n ** 63n), 2n ** 63n - 1n, "02 01 00 00 00 00 00 00"],
  [be64, 0n, 2n ** 64n - 1n, "00 00 00 00 00 00 01 02"],
];

for (const [codec, min, max, bytes] of wide) {
  test(`${codec.name} has the right bytes and range, and accepts numbers too`, () => {
    assertEquals(encode(codec, 0x102n), hex(bytes));
    assertEquals(encode(codec, 0x102), hex(bytes));
    for (const one of [min, max, 0n, 1n]) assertEquals(decode(codec, encode(codec, one)), one);
    for (const one of [min - 1n, max + 1n]) assertThrows(() => encode(codec, one), RangeError, `got ${one}`);
    for (const one of [1.5, "1", null]) {
      assertThrows(() => encode(codec, one as number), TypeError, `expected an integer ${min}..${max}`);
    }
  });
}

const counts: [Codec<number, number | bigint>, same: Codec<bigint, bigint | number>][] = [[count64, u64], [
  beCount64,
  be64,
]];

for (const [codec, same] of counts) {
  test(`${codec.name} is a number, exact to 2^53`, () => {
    for (const one of [0, 1, 0x102, 0xffffffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER]) {
      assertEquals(decode(codec, encode(codec, one)), one);
      assertEquals(encode(codec, BigInt(one)), encode(same, BigInt(one)));
      assertEquals(
        decode(attributes<{ n?: number }>({ n: [1, codec as Codec<number>] }), attribute(1, encode(codec, one))),
        {
          n: one,
        },
      );
    }
    assertEquals(decode(codec, hex("ff ff ff ff ff ff ff ff")), 2 ** 64);
    assertThrows(() => encode(codec, -1), RangeError, "got -1");
  });
}

test("bool is an integer in the kernel, and accepts one", () => {
  const codec = bool(u8);
  assertEquals([decode(codec, hex("00")), decode(codec, hex("01")), decode(codec, hex("02"))], [false, true, true]);
  assertEquals([encode(codec, true), encode(codec, false), encode(codec, 1)], [hex("01"), hex("00"), hex("01")]);
  assertThrows(() => encode(codec, "yes" as unknown as boolean), TypeError, 'expected true or false, got "yes"');
  assertThrows(() => encode(codec, 256), RangeError, "expected 0..255, got 256");
});

test("trap 6: a false flag sends nothing, a false boolean sends 0, and absent is undefined", () => {
  const table = attributes<{ there?: true | boolean; on?: boolean; mtu?: number }>({
    there: [1, flag as Codec<boolean>],
    on: [2, bool(u8) as Codec<boolean>],
    mtu: [3, u32],
  });
  assertEquals(encode(table, { there: true, on: true }), hex("0400 0100  0500 0200 01 000000"));
  assertEquals(encode(table, { there: false, on: false, mtu: 0 }), hex("0500 0200 00 000000  0800 0300 00000000"));
  assertEquals(decode(table, hex("0500 0200 00 000000  0800 0300 00000000")), { on: false, mtu: 0 });
  assertEquals(decode(table, hex("0400 0100")), { there: true });
  assertEquals(decode(table, hex("")), {});
  assertThrows(
    () => encode(table, { there: 1 as unknown as boolean }),
    TypeError,
    "there: expected true or false, got 1",
  );
});

test("an error of a scalar names the operation and the field", () => {
  const table = attributes<{ data?: { list?: { mtu?: number } } }>({
    data: [1, attributes<{ list?: { mtu?: number } }>({ list: [1, attributes<{ mtu?: number }>({ mtu: [1, u32] })] })],
  });
  const to = new Writer();
  to.what = "add link v0";
  const error = assertThrows(() => encode(table, { data: { list: { mtu: -1 } } }, to), RangeError);
  assertEquals(error.message, "Cannot add link v0: data.list.mtu: expected 0..4294967295, got -1");
});

test("enumeration() gives names, or bare numbers for unknown values, and accepts both", () => {
  const codec = enumeration(u8, { off: 0, fuse: 1, moth: 200, butterfly: 200 });
  assertEquals([0, 1, 200, 7].map((value) => decode(codec, Uint8Array.of(value))), ["off", "fuse", "moth", 7]);
  assertEquals(encode(codec, "butterfly"), hex("c8"));
  assertEquals(encode(codec, 7), hex("07"));
  const why = 'expected "off", "fuse", "moth", "butterfly" or the number, got ';
  for (const wrong of ["toString", "Off", "", true, null, 1n]) {
    assertThrows(() => encode(codec, wrong as "off"), TypeError, why);
  }
  assertThrows(() => encode(codec, 300), RangeError, "expected 0..255, got 300");
});

test("enumeration() supports large and negative numbers", () => {
  const large = enumeration(u32, { low: 0, high: 0xffffffff }), negative = enumeration(i32, { none: -1, some: 0 });
  assertEquals([decode(large, hex("ffffffff")), decode(large, hex("feffffff"))], ["high", 0xfffffffe]);
  assertEquals([decode(negative, hex("ffffffff")), decode(negative, hex("feffffff"))], ["none", -2]);
  assertEquals(decode(enumeration(i8, { one: 1 }), hex("ff")), -1);
});

test("enumeration() shortens a long list of names in its error", () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`n${i}`, i]));
  assertThrows(() => encode(enumeration(u8, many), "x"), TypeError, '"n11" … (40 names) or the number, got "x"');
});

test("mask() gives names, then bits without a name, and accepts names, bits and the number", () => {
  const codec = mask(u32, { up: 1, broadcast: 2, top: 0x80000000 });
  assertEquals(decode(codec, hex("01000080")), ["up", "top"]);
  assertEquals(decode(codec, hex("06000040")), ["broadcast", 4, 0x40000000]);
  assertEquals(decode(codec, hex("00000000")), []);
  assertEquals(encode(codec, ["top", 4, "up"]), hex("05000080"));
  assertEquals(encode(codec, 0xffffffff), hex("ffffffff"));
  assertEquals(encode(codec, []), hex("00000000"));
  for (let bit = 0; bit < 32; bit++) {
    assertEquals(encode(codec, decode(codec, encode(u32, 2 ** bit))), encode(u32, 2 ** bit));
  }
});

test("mask() refuses values that are neither a name nor a bit", () => {
  const codec = mask(u8, { up: 1 });
  assertThrows(() => encode(codec, ["down" as "up"]), TypeError, 'expected "up" or the number, got "down"');
  assertThrows(() => encode(codec, "up" as unknown as number), TypeError, "expected an array of names or the number");
  for (const bit of [2 ** 40, -1, 0.5, NaN]) assertThrows(() => encode(codec, [bit]), RangeError, "expected bits");
  assertThrows(() => encode(codec, [256]), RangeError, "expected 0..255, got 256");
});

test("mask() makes one frozen array for each distinct mask", () => {
  const codec = mask(u16, { up: 1 }), first = decode(codec, hex("0300"));
  assertEquals(Object.isFrozen(first), true);
  assertEquals(first === decode(codec, hex("0300")), true);
  // This holds after more masks than it remembers.
  for (let value = 0; value < 5000; value++) encode(codec, decode(codec, encode(u16, value)));
  assertEquals(decode(codec, hex("8813")), [8, 0x80, 0x100, 0x200, 0x1000]);
});
