/** The language of specifications: each of its words, as bytes and back. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type AnyCodec, rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { CompiledSpec } from "../../../families/generic/compile.ts";
import { family } from "../../../families/generic/mod.ts";
import { LAMP } from "./lamp_spec.ts";
import { test } from "../../test.ts";

const lamp = new CompiledSpec(LAMP), table = lamp.operations.get("lamp-get")!.table as AnyCodec;

function encode(value: object): Uint8Array {
  const to = new Writer();
  table.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}
const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const decode = (bytes: Uint8Array): Record<string, unknown> =>
  table.decode(new Reader(bytes), 0, bytes.length, {}) as Record<string, unknown>;

/** One field a row: its value, and its attributes in hexadecimal. */
const ROWS: readonly (readonly [field: string, value: unknown, bytes: string])[] = [
  ["index", 7, "0800 0100 07000000"],
  ["name", "hall", "0900 0200 68616c6c00 000000"],
  ["key", "01020304", "0800 0300 01020304"],
  ["colour", "green", "0500 0400 06 000000"],
  ["colour", 77, "0500 0400 4d 000000"],
  ["caps", ["dim", "timer"], "0800 0500 11000000"],
  ["wideCaps", ["blink", 1n << 40n], "0c00 0600 0200000000010000"],
  ["on", true, "0400 0800"],
  ["port", 51820, "0600 0900 ca6c 0000"],
  ["drift", -2, "0600 0a00 fffe 0000"],
  ["address", "192.0.2.1", "0800 0b00 c0000201"],
  ["address", "2001:db8::1", "1400 0b00 20010db8000000000000000000000001"],
  ["gateway", "192.0.2.1", "0800 0c00 c0000201"],
  ["id", "01234567-89ab-cdef-0123-456789abcdef", "1400 0d00 0123456789abcdef0123456789abcdef"],
  ["peer", "192.0.2.7:51820", "1400 0e00 0200ca6cc00002070000000000000000"],
  ["peer", "[fe80::1%2]:1", "2000 0e00 0a00000100000000fe80000000000000000000000000000102000000"],
  ["lifetime", 5, "0800 0f00 05000000"],
  ["lifetime", 2 ** 40, "0c00 0f00 0000000000010000"],
  ["warmth", -5, "0800 1000 fbffffff"],
  ["warmth", -(2 ** 40), "0c00 1000 0000000000ffffff"],
  ["serial", 5n, "0c00 1100 0500000000000000"],
  ["altName", ["a", "b"], "0600 1200 6100 0000 0600 1200 6200 0000"],
  ["bulb", [{ watts: 5, inner: { watts: 6 } }], "1800 1380 0500 0100 05 000000 0c00 0280 0500 0100 06 000000"],
  ["levels", [1, 2], "1400 1480 0800 0100 01000000 0800 0200 02000000"],
  ["bulbs", [{ watts: 1 }, { watts: 2 }], "1c00 1580 0c00 0180 0500 0100 01 000000 0c00 0280 0500 0100 02 000000"],
  ["steps", [1, 2], "0800 1600 0100 0200"],
  [
    "curve",
    {
      level: 258,
      colour: "red",
      mac: "02:00:00:00:00:01",
      label: "four",
      start: { house: 9 },
      offset: -2,
    },
    "1a00 1700 0102 05 00 020000000001 666f7572 09000000 fffffffe 0000",
  ],
  ["features", { value: 1, selector: 3 }, "0c00 1800 01000000 03000000"],
  ["namedFeatures", { value: ["dim"], selector: ["dim", "blink"] }, "0c00 1900 01000000 03000000"],
  [
    "byHouse",
    [{ house: 1, room: 2, watts: 3 }, { house: 1, room: 4, watts: 5 }],
    "2400 1a80 1000 0180 0c00 0280 0500 0100 03 000000 1000 0180 0c00 0480 0500 0100 05 000000",
  ],
  [
    "info",
    { kind: "laser_beam", data: { power: 3 } },
    "2000 1b80 0f00 0200 6c617365725f6265616d00 00 0c00 0180 0500 0100 03 000000",
  ],
  ["info", { kind: "lens", data: { focus: 5 } }, "1800 1b80 0900 0200 6c656e7300 000000 0800 0180 05000000"],
  [
    "info",
    { kind: "both", data: { focus: 5, power: 3 }, outer: { deep: { focus: 6 } } },
    "2c00 1b80 0900 0200 626f746800 000000 1000 0180 05000000 0500 0100 03 000000 0c00 0380 0800 0180 06000000",
  ],
  ["raw", new Uint8Array([1, 2]), "0600 1c00 0102 0000"],
  ["capsByNumber", ["warm_white"], "0800 2800 02000000"],
  ["last", -1, "0500 2900 ff 000000"],
  ["beCaps", ["dim", "timer"], "0600 2a00 0011 0000"],
  ["beWideCaps", ["blink", 1n << 40n], "0c00 2b00 0000010000000002"],
  ["beByNumber", ["warm_white", "green"], "0800 2c00 00000042"],
  ["beColour", "green", "0800 2d00 00000006"],
  ["beLevels", [1, 2], "1400 2e80 0800 0100 00000001 0800 0200 00000002"],
  ["beSteps", [1, 258], "0800 2f00 0001 0102"],
  ["beSerial", 5n, "0c00 3000 0000000000000005"],
  ["beDebt", -5n, "0c00 3100 fffffffffffffffb"],
  ["beState", { caps: ["blink"], colour: "red", wide: ["timer", 1n << 33n] }, "1000 3200 0002 0005 0000000200000010"],
];

for (const [field, value, bytes] of ROWS) {
  test(`spec: ${field} ${JSON.stringify(value, (_, one) => typeof one === "bigint" ? `${one}n` : one)}`, () => {
    const wanted = `09000000${bytes.replaceAll(" ", "")}`;
    assertEquals(hexOf(encode({ house: 9, [field]: value })), wanted);
    assertEquals(decode(encode({ house: 9, [field]: value })), { house: 9, [field]: value });
  });
}

test("spec: a payload is told by an attribute that comes behind it, or lies further out", () => {
  const swapped = "09000000 1800 1b80 0800 0180 05000000 0900 0200 6c656e7300 000000".replaceAll(" ", "");
  const bytes = Uint8Array.from(swapped.match(/../g)!, (two) => parseInt(two, 16));
  assertEquals(decode(bytes).info, { kind: "lens", data: { focus: 5 } });
});

test("spec: what is not known is kept aside", () => {
  const value = decode(Uint8Array.of(9, 0, 0, 0, 6, 0, 99, 0, 1, 2, 0, 0, 5, 0, 1, 0, 7, 0, 0, 0));
  assertEquals(Object.entries(value), [["house", 9]]);
  assertEquals(rawOf(value), [{ id: 99, bytes: Uint8Array.of(1, 2) }, { id: 1, bytes: Uint8Array.of(7) }]);
});

test("spec: operations are numbered in both directions, apart", () => {
  assertEquals(
    [...lamp.operations.values()].map(({ name, request, reply, unasked }) => [name, request, reply, unasked]),
    [
      ["lamp-get", 3, 1, false],
      ["lamp-set", 4, 2, false],
      ["lamp-ntf", undefined, 2, true],
      ["lamp-burnt", undefined, 3, true],
    ],
  );
  const unified = new CompiledSpec({
    ...LAMP,
    operations: { list: [{ name: "a", do: {} }, { name: "b", value: 5, do: {} }, { name: "c", event: {} }] },
  });
  assertEquals([...unified.operations.values()].map(({ request, reply }) => [request, reply]), [[1, 1], [5, 5], [
    undefined,
    6,
  ]]);
});

test("spec: what it does not allow is refused by name", () => {
  const refused: readonly (readonly [object, string])[] = [
    [{ index: 0 }, "index: expected 1..2147483647, got 0"],
    [{ name: "a lamp" }, "name: expected at most 4 bytes, got 6"],
    [{ key: "0102" }, "key: expected 4 bytes, got 2"],
    [{ caps: 0x20 }, "caps: bits 0x20 may not be set"],
    [{ beCaps: 0x20 }, "beCaps: bits 0x20 may not be set"],
    [{ caps: ["fly"] }, 'caps: expected "dim", "blink", "timer" or the number, got "fly"'],
    [{ indx: 1 }, 'there is no attribute "indx", did you mean "index"?'],
    [{ bulb: [{ wats: 1 }] }, 'bulb[0]: there is no attribute "wats", did you mean "watts"?'],
    [{ info: { kind: "candle", data: { power: 1 } } }, 'info.data: kind "candle" has no attributes that are known'],
    [{ drift: 40000 }, "drift: expected -32768..32767"],
    [{ peer: "here" }, "peer: expected an address and port like"],
    [{ steps: 5 }, "steps: expected an array"],
    [{ bulb: 5 }, "bulb[0]: expected an object, got 5"],
  ];
  for (const [value, why] of refused) {
    const error = assertThrows(() => encode(value), Error);
    assert(error instanceof TypeError || error instanceof RangeError);
    assertStringIncludes(error.message, why);
  }
});

test("spec: one that is wrong says where", () => {
  const wrong = (attribute: object): () => unknown => () =>
    new CompiledSpec({ ...LAMP, "attribute-sets": [{ name: "lamp", attributes: [attribute as never] }] })
      .operations.get("lamp-get")!.table.fields;
  assertThrows(wrong({ name: "x", type: "u9" }), TypeError, 'attribute x is of type "u9"');
  assertThrows(wrong({ name: "x", type: "u8", enum: "no" }), TypeError, 'there is no definition "no"');
  assertThrows(wrong({ name: "x", type: "u8", checks: { max: "no" } }), TypeError, '"no" is no number');
  assertThrows(wrong({ name: "x", type: "sub-message", "sub-message": "no" }), TypeError, 'no sub-message "no"');
});

test("spec: describe() tells operations, attributes and groups", () => {
  assertEquals(family("lamp", { spec: LAMP }).describe().split("\n"), [
    "lamp: Lamps.",
    "More on lamps.",
    "  lamp-get (3): Asks.",
    "    request takes index (u32)",
    "    dump takes nothing",
    "  lamp-set (4)",
    "    request takes index (u32), name (string), bulb (attributes, several)",
    "  lamp-ntf (comes as 2)",
    "  lamp-burnt (comes as 3)",
    "  groups events",
  ]);
});

test("spec: 20,000 mutated messages give values or a DecodeError", () => {
  let seed = 1, returned = 0;
  const random = (below: number): number => (seed = Math.imul(seed, 48271) >>> 0 & 0x7fffffff) % below;
  const whole = ROWS.map(([field, value]) => encode({ house: 9, [field]: value }));
  for (let i = 0; i < 20_000; i++) {
    const bytes = whole[i % whole.length]!.slice();
    for (let n = 0; n < 3; n++) bytes[random(bytes.length)] = random(256);
    try {
      decode(bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length));
      returned++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  assert(returned > 1000, `${returned}`);
});
