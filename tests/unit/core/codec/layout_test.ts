/** Messages of the same length as one with a known layout, but different: each is decoded as without layouts. */
import { assertEquals } from "@std/assert";
import {
  type Attributes,
  attributes,
  bytes,
  head,
  interfaceNameOf,
  rawOf,
  repeated,
  type Shape,
  string,
  u16,
  u32,
  u8,
} from "../../../../core/codec/mod.ts";
import { attribute, cstring, decode, hex, join, word } from "../help.ts";
import { test } from "../../../test.ts";

interface Nest {
  a?: number;
  b?: number;
}

interface Lamp {
  kind?: number;
  index?: number;
  dev?: string;
  name?: string;
  level?: number;
  other?: number;
  colours?: readonly number[];
  nest?: Nest;
  blob?: Uint8Array;
}

const Nest: Attributes<Nest> = attributes((): Shape<Nest> => ({ a: [1, u32], b: [2, u32] }));

/** Returns a new table, so that no test uses layouts of another test. */
function table(): Attributes<Lamp> {
  return attributes((): Shape<Lamp> => ({
    kind: head(0, u8),
    index: [1, u32],
    dev: interfaceNameOf("index"),
    name: [2, string(15)],
    level: [3, u32],
    other: [4, u32],
    colours: [5, repeated(5, u16)],
    nest: [6, Nest],
    blob: [7, bytes],
  }), { header: 4, pad: 9 });
}

const SAMPLE = {
  kind: 1,
  index: 7,
  name: "abc",
  level: 3,
  colours: [1, 2],
  nest: { a: 1, b: 2 },
  blob: hex("0102030405"),
};

interface Parts {
  header?: Uint8Array;
  name?: Uint8Array;
  level?: Uint8Array;
  colours?: Uint8Array;
  nest?: Uint8Array;
  blob?: Uint8Array;
}

const PARTS: Required<Parts> = {
  header: hex("01000000"),
  name: attribute(2, cstring("abc")),
  level: attribute(3, word(3)),
  colours: join(attribute(5, hex("0100")), attribute(5, hex("0200"))),
  nest: attribute(6, attribute(1, word(1)), attribute(2, word(2))),
  blob: attribute(7, SAMPLE.blob),
};

function lamp(parts: Parts = {}): Uint8Array {
  const { header, name, level, colours, nest, blob } = { ...PARTS, ...parts };
  return join(header, attribute(1, word(7)), name, level, colours, nest, blob);
}

/** Messages after one whose layout is known. */
const OTHERS: readonly (readonly [what: string, bytes: Uint8Array, value: Lamp])[] = [
  ["has other values", lamp({ header: hex("09000000"), level: attribute(3, word(0xffffffff)) }), {
    ...SAMPLE,
    kind: 9,
    level: 0xffffffff,
  }],
  ["has a shorter string in as many words", lamp({ name: attribute(2, cstring("a")) }), { ...SAMPLE, name: "a" }],
  [
    "has fewer bytes in as many words",
    lamp({ blob: join(hex("0b000700"), hex("ff").slice(1), hex("0908070605040300")) }),
    {
      ...SAMPLE,
      blob: hex("09080706050403"),
    },
  ],
  ["has another attribute in its place", lamp({ level: attribute(4, word(5)) }), {
    kind: 1,
    index: 7,
    name: "abc",
    other: 5,
    colours: [1, 2],
    nest: { a: 1, b: 2 },
    blob: SAMPLE.blob,
  }],
  ["has the flags of an attribute set", lamp({ level: attribute(0x4003, word(5)) }), { ...SAMPLE, level: 5 }],
  ["has a nest in another order", lamp({ nest: attribute(6, attribute(2, word(4)), attribute(1, word(3))) }), {
    ...SAMPLE,
    nest: { a: 3, b: 4 },
  }],
  ["has padding in its place", lamp({ level: attribute(9, word(5)) }), {
    kind: 1,
    index: 7,
    name: "abc",
    colours: [1, 2],
    nest: { a: 1, b: 2 },
    blob: SAMPLE.blob,
  }],
];

for (const [what, bytes, value] of OTHERS) {
  test(`a message that ${what}`, () => {
    const codec = table();
    assertEquals(decode(codec, lamp()), SAMPLE);
    assertEquals(bytes.length, lamp().length);
    assertEquals(decode(codec, bytes), value);
    assertEquals(Object.keys(decode(codec, bytes)), Object.keys(value));
    assertEquals(decode(codec, lamp()), SAMPLE);
  });
}

test("a message with an unknown attribute, after one of its length without", () => {
  const codec = table();
  assertEquals(decode(codec, lamp()), SAMPLE);
  const value = decode(codec, lamp({ level: attribute(77, word(5)) }));
  assertEquals(rawOf(value).map(({ id, bytes }) => [id, ...bytes]), [[77, 5, 0, 0, 0]]);
  assertEquals(value.level, undefined);
});

test("an attribute that occurs twice, in the first message already", () => {
  const codec = table(), twice = lamp({ level: join(attribute(3, word(1)), attribute(3, word(2))) });
  for (let i = 0; i < 3; i++) assertEquals(decode(codec, twice).level, 2);
});

test("an empty string, in the first message already", () => {
  const codec = table(), empty = lamp({ name: attribute(2) });
  for (let i = 0; i < 3; i++) assertEquals(decode(codec, empty).name, "");
  assertEquals(decode(codec, join(empty.slice(0, 12), attribute(2), empty.slice(16))).name, "");
});
