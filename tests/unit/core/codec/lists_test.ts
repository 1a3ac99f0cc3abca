/** Lists and structs. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  array,
  attributes,
  chars,
  type Codec,
  count64,
  ip,
  list,
  listOf,
  rawOf,
  Reader,
  readOnly,
  repeated,
  struct,
  text,
  u16,
  u32,
  u8,
} from "../../../../core/codec/mod.ts";
import { DecodeError } from "../../../../core/errors.ts";
import { attribute, cstring, decode, encode, hex, join, known, word } from "../help.ts";
import { test } from "../../../test.ts";

interface Lists {
  indexed?: readonly number[];
  same?: readonly { a?: number }[];
  side?: readonly number[];
  names?: readonly string[];
  addresses?: readonly string[];
  pairs?: readonly { a?: number; b?: number }[];
}
const pair = struct<{ a?: number; b?: number }>(4, { a: [0, u16], b: [2, u16] });
const Lists = attributes<Lists>({
  indexed: [1, list(u32)],
  same: [2, listOf(7, attributes<{ a?: number }>({ a: [1, u16] }))],
  side: [3, array(u16)],
  names: [4, repeated(4, text)],
  addresses: [5, repeated(5, ip as Codec<string>)],
  pairs: [6, repeated(6, pair)],
});

test("lists of each kind have the right bytes, both ways", () => {
  const cases: [Lists, Uint8Array][] = [
    [{ indexed: [5, 6] }, attribute(0x8001, attribute(1, word(5)), attribute(2, word(6)))],
    [{ same: [{ a: 1 }, {}] }, attribute(0x8002, attribute(0x8007, attribute(1, hex("0100"))), attribute(0x8007))],
    [{ side: [1, 2, 3] }, attribute(3, hex("0100 0200 0300"))],
    [{ names: ["a", "b"] }, join(attribute(4, cstring("a")), attribute(4, cstring("b")))],
    [{ pairs: [{ a: 1, b: 2 }] }, attribute(6, hex("0100 0200"))],
    [{ indexed: [] }, attribute(0x8001)],
    [{ side: [] }, attribute(3)],
  ];
  for (const [value, bytes] of cases) {
    assertEquals(encode(Lists, value), bytes);
    assertEquals(decode(Lists, bytes), value);
  }
  assertEquals(encode(Lists, { names: [] }), hex(""));
});

test("repeated() collects its attributes from between others", () => {
  const bytes = join(
    attribute(4, cstring("a")),
    attribute(3, hex("0100")),
    attribute(4, cstring("b")),
    attribute(9, hex("01")),
  );
  const value = decode(Lists, bytes);
  assertEquals([known(value), rawOf(value)], [{ side: [1], names: ["a", "b"] }, [{ id: 9, bytes: hex("01") }]]);
});

test("trap 3: an empty list is a list", () => {
  assertEquals(decode(Lists, hex("0400 0180  0400 0200  0400 0300")), { indexed: [], same: [], side: [] });
});

test("a list with a misfit is kept raw as a whole; a misfit among repeated attributes alone", () => {
  const items = join(attribute(1, word(5)), attribute(2, hex("01")));
  const value = decode(
    Lists,
    join(
      attribute(0x8001, items),
      attribute(3, hex("010203")),
      attribute(5, hex("0a000001")),
      attribute(5, hex("01")),
    ),
  );
  assertEquals(known(value), { addresses: ["10.0.0.1"] });
  assertEquals(rawOf(value), [{ id: 1, bytes: items }, { id: 3, bytes: hex("010203") }, { id: 5, bytes: hex("01") }]);
});

test("a list with broken framing inside is a DecodeError, and leaves no state behind", () => {
  for (let round = 0; round < 1000; round++) {
    assertThrows(
      () => decode(Lists, attribute(0x8001, hex("0900 0100 01"))),
      DecodeError,
      "an attribute has a length of 9 bytes",
    );
  }
  assertEquals(decode(Lists, attribute(0x8001, attribute(1, word(5)))), { indexed: [5] });
});

test("trap 36: a nest whose length overflowed is decoded up to the end that its codec gives, and so are the attributes after it", () => {
  interface Big {
    items?: readonly (readonly number[])[];
    after?: number;
  }
  const items = {
    ...listOf(1, array(u32)),
    // The true end in this test: that of the last attribute number 1.
    extent(from: Reader, at: number, _stated: number, end: number): number {
      while (end - at >= 4 && from.view.getUint16(at + 2, true) === 1) at += from.view.getUint16(at, true);
      return at;
    },
  };
  const table = attributes<Big>({ after: [3, u32], items: [2, items] });
  const numbers = Array.from({ length: 20 }, (_, i) => Array.from({ length: 1000 }, (_, j) => i * 1000 + j));
  const inner = numbers.map((one) => encode(attributes<{ a?: readonly number[] }>({ a: [1, array(u32)] }), { a: one }));
  const nest = join(word((20 * 4004 + 4) % 65536 + (2 << 16)), ...inner);
  assertEquals(decode(table, join(nest, attribute(3, word(7)))), { after: 7, items: numbers });
  const paths: string[] = [];
  table.walk!(
    new Reader(join(nest, attribute(3, word(7)))),
    0,
    nest.length + 8,
    {},
    ({ name }) => paths.push(String(name)),
  );
  assertEquals(paths, ["items", "after"]);
});

test("lists name the wrong item", () => {
  assertThrows(() => encode(Lists, { indexed: [1, -1] }), RangeError, "indexed[1]: expected 0..4294967295");
  assertThrows(() => encode(Lists, { same: [{ a: 1 }, { a: -1 }] }), RangeError, "same[1].a: expected");
  assertThrows(() => encode(Lists, { side: [70_000] }), RangeError, "side[0]: expected");
  assertThrows(() => encode(Lists, { names: ["a", 1 as unknown as string] }), TypeError, "names[1]: expected a string");
  for (const field of ["indexed", "same", "side", "names"]) {
    assertThrows(() => encode(Lists, { [field]: "abc" }), TypeError, `${field}: expected an array, got "abc"`);
  }
});

interface Info {
  state?: number;
  options?: number;
  name?: string;
  total?: number;
  inner?: { a?: number; b?: number };
}
const Info = struct<Info>(28, {
  state: [0, u8],
  options: [4, u32],
  name: [8, chars(8)],
  inner: [16, pair],
  total: [20, count64 as Codec<number>, readOnly],
});

test("struct() has its fields at their offsets, both ways, with zeros for gaps and absent fields", () => {
  const bytes = hex("01 000000  02000000  6162000000000000  0300 0400  0500000000000000");
  assertEquals(decode(Info, bytes), { state: 1, options: 2, name: "ab", inner: { a: 3, b: 4 }, total: 5 });
  assertEquals(
    encode(Info, { state: 1, options: 2, name: "ab", inner: { a: 3, b: 4 }, total: 5 }),
    join(bytes.subarray(0, 20), new Uint8Array(8)),
  );
  assertEquals(encode(Info, {}), new Uint8Array(28));
  assertEquals(encode(Info, { inner: { b: 1 } }), join(new Uint8Array(18), hex("0100"), new Uint8Array(8)));
});

test("trap 4: a shorter or longer struct is decoded up to the fields that both sides know", () => {
  const whole = hex("01 000000  02000000  6162000000000000  0300 0400  0500000000000000");
  const table = attributes<{ info?: Info }>({ info: [1, Info] });
  const info = (bytes: Uint8Array) => decode(table, attribute(1, bytes));
  assertEquals(info(join(whole, hex("ffffffff"))), info(whole));
  assertEquals(info(whole.subarray(0, 8)), { info: { state: 1, options: 2 } });
  assertEquals(info(whole.subarray(0, 7)), { info: { state: 1 } });
  assertEquals(info(whole.subarray(0, 0)), { info: {} });
  for (let size = 0; size < 28; size++) {
    assertEquals(Object.keys(info(whole.subarray(0, size)).info!).length <= 5, true);
  }
});

test("struct() names the wrong field", () => {
  assertThrows(
    () => encode(Info, { optoins: 1 } as Info),
    TypeError,
    'there is no field "optoins", did you mean "options"?',
  );
  assertThrows(() => encode(Info, { inner: { a: 70_000 } }), RangeError, "inner.a: expected 0..65535");
  assertThrows(() => encode(Info, { name: "abcdefgh" }), RangeError, "name: ");
  assertThrows(() => encode(Info, 5 as Info), TypeError, "expected an object, got 5");
});
