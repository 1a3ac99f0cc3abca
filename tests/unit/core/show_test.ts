/** JSON of decoded objects, and messages shown field by field. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { inspect as nodeInspect } from "node:util";
import type { Codec } from "../../../core/codec/mod.ts";
import { attributes, hardwareAddress, head, mac, select, struct, u16, u32, u8 } from "../../../core/codec/mod.ts";
import { FLAG_NAMES, ShownMessage, stringify } from "../../../core/show.ts";
import { message } from "../../../core/scripted.ts";
import { attribute, cstring, decode, encode, hex, join, word } from "./help.ts";
import { Lamp } from "./lamps.ts";
import { test } from "../../test.ts";

test("stringify() equals JSON.stringify for values that JSON has", () => {
  for (
    const value of [null, 1, "x", true, [1, [2]], { a: { b: "c" }, d: undefined }, new Date(0), "\u0000bigint:5", ""]
  ) {
    assertEquals(stringify(value), JSON.stringify(value));
    assertEquals(stringify(value, 2), JSON.stringify(value, null, 2));
  }
  assertEquals([stringify(undefined), stringify(Symbol.iterator)], ["undefined", "Symbol(Symbol.iterator)"]);
});

test("stringify() converts bigints to numbers and bytes to hexadecimal text, at any depth", () => {
  assertEquals(stringify(5n), "5");
  assertEquals(
    stringify({ cookie: 2n ** 64n - 1n, key: hex("01ff"), list: [-1n, { deep: [hex("")] }] }),
    '{"cookie":18446744073709551615,"key":"01ff","list":[-1,{"deep":[""]}]}',
  );
  assertEquals(stringify({ a: [1n] }, 1), '{\n "a": [\n  1\n ]\n}');
});

test("stringify() does not change strings, whatever they look like", () => {
  const texts = [
    "\u0000bigint:5",
    '"\u0000bigint:5',
    'x"\u0000bigint:5"y',
    "\\u0000bigint:5",
    '"5"',
    "5n",
    "\\",
    '\\"',
    "\u2028",
    "\udc80",
  ];
  for (const text of texts) {
    assertEquals(JSON.parse(stringify({ text, [text]: 1n })), { text, [text]: 1 });
  }
});

test("JSON.parse of stringify() is accepted as input", () => {
  const value: Lamp = {
    index: 3,
    name: "l0",
    cookie: 77n,
    flags: ["lit", 4],
    names: ["a"],
    kind: "bulb",
    data: { watts: 60, colours: [1] },
  };
  assertEquals(encode(Lamp, JSON.parse(stringify(value))), encode(Lamp, value));
  const unknown = { index: 3, kind: "other", data: hex("0102") } as unknown as Lamp;
  assertEquals(encode(Lamp, JSON.parse(stringify(unknown))), encode(Lamp, unknown));
});

test("stringify() omits raw attributes", () => {
  assertEquals(
    stringify(decode(Lamp, join(hex("00000000 03000000"), attribute(99, hex("01"))))),
    '{"family":0,"index":3}',
  );
});

/** Returns the text that console.log prints. */
function inspect(value: unknown): string {
  const { Deno } = globalThis as unknown as { Deno?: { inspect(value: unknown): string } };
  return Deno === undefined ? nodeInspect(value) : Deno.inspect(value);
}

function fieldsOf(codec: Codec<unknown, never>, payload: Uint8Array): [string, unknown, number][] {
  const { fields } = new ShownMessage(message(16, 5, 1, payload).slice(0, 16 + payload.length), "X", {}, codec);
  return fields.map(({ path, value, offset }) => [path, value, offset]);
}

test("ShownMessage has every nested field, with its path and offset", () => {
  const value: Lamp = { index: 3, name: "l0", names: ["a", "b"], kind: "bulb", data: { watts: 60, colours: [1, 2] } };
  assertEquals(fieldsOf(Lamp as Codec<unknown, never>, encode(Lamp, value)), [
    ["family", 0, 16],
    ["index", 3, 20],
    ["name", "l0", 24],
    ["names", "a", 32],
    ["names", "b", 40],
    ["kind", "bulb", 52],
    ["data.watts", 60, 68],
    ["data.colours[0]", 1, 80],
    ["data.colours[1]", 2, 88],
  ]);
});

test("ShownMessage shows unknown attributes, and those that do not fit, as bytes", () => {
  const header = hex("00000000 00000000");
  const fields = (...parts: Uint8Array[]) =>
    fieldsOf(Lamp as Codec<unknown, never>, join(header, ...parts)).slice(2).map(([path, value]) => [path, value]);
  assertEquals(fields(attribute(99, hex("0102"))), [["#99", hex("0102")]]);
  assertEquals(fields(attribute(2, hex("01")).subarray(0, 5)), [["level", hex("01")]]);
  assertEquals(fields(attribute(2)), [["level", hex("")]]);
  assertEquals(
    fields(attribute(18, attribute(1, cstring("other")), attribute(2, hex("0102")))),
    [["kind", "other"], ["data", hex("0102")]],
  );
  assertEquals(
    fields(attribute(18, attribute(1, cstring("bulb")), attribute(2, attribute(2, attribute(1, hex("01")))))),
    [["kind", "bulb"], ["data.colours[0]", hex("01")]],
  );
  assertEquals(fields(attribute(18, attribute(1, cstring("bulb")), attribute(2))), [["kind", "bulb"], ["data", {}]]);
});

test("ShownMessage shows a struct as a whole, and a payload that depends on a sibling", () => {
  interface Thing {
    type?: number;
    address?: string;
    stats?: { a?: number; b?: number };
  }
  const Thing = attributes<Thing>({
    type: head(0, u8),
    address: [
      1,
      select<string, string | Uint8Array>(
        "an address",
        (owner) => (owner as Thing).type === 1 ? mac : hardwareAddress,
      ) as Codec<string>,
    ],
    stats: [2, struct<{ a?: number; b?: number }>(6, { a: [0, u16], b: [2, u32] })],
  }, { header: 4 });
  const payload = join(hex("01000000"), attribute(1, hex("020000000001")), attribute(2, hex("0100 02000000")));
  assertEquals(fieldsOf(Thing as Codec<unknown, never>, payload), [
    ["type", 1, 16],
    ["address", "02:00:00:00:00:01", 20],
    ["stats", { a: 1, b: 2 }, 32],
  ]);
});

test("ShownMessage has a line for each field with its offset and bytes, after one for the header", () => {
  const bytes = message(16, 0x605, 9, encode(Lamp, { index: 3, name: "l0", cookie: 5n }));
  const shown = new ShownMessage(bytes, "LAMP_NEW", FLAG_NAMES.new, Lamp as Codec<unknown, never>);
  assertEquals([shown.type, shown.flags, shown.seq, shown.bytes], [
    "LAMP_NEW",
    ["request", "ack", "excl", "create"],
    9,
    bytes,
  ]);
  assertEquals(shown.value as Lamp, { family: 0, index: 3, name: "l0", cookie: 5n });
  assertEquals(String(shown).split("\n"), [
    "LAMP_NEW request|ack|excl|create seq 9 port 4242, 44 bytes",
    "    0  2c000000 10000506 09000000 92100000  nlmsghdr",
    "   16  00                                   family      0",
    "   17  000000                               (no field)",
    "   20  03000000                             index       3",
    '   24  07000100 6c3000                      name        "l0"',
    "   32  0c000300 05000000 00000000           cookie      5",
  ]);
});

test("ShownMessage is a tree: nests have a line, and bytes beyond the line are counted", () => {
  const value: Lamp = { index: 3, kind: "bulb", data: { watts: 60, colours: [1, 2] }, name: "abcdefghijklmno" };
  const shown = new ShownMessage(message(16, 5, 1, encode(Lamp, value), 0), 16, {}, Lamp as Codec<unknown, never>);
  assertEquals(String(shown).split("\n").slice(1), [
    "    0  5c000000 10000500 01000000 00000000     nlmsghdr",
    "   16  00                                      family       0",
    "   17  000000                                  (no field)",
    "   20  03000000                                index        3",
    '   24  14000100 61626364 65666768 696a6b6c +4  name         "abcdefghijklmno"',
    "   44  30001280                                #18",
    '   48  09000100 62756c62 00                      kind       "bulb"',
    "   60  20000280                                  data",
    "   64  06000100 3c00                               watts    60",
    "   72  14000280                                    colours",
    "   76  08000100 01000000                             [0]    1",
    "   84  08000200 02000000                             [1]    2",
  ]);
});

test("console.log prints the text of a ShownMessage, and JSON has the message's fields", () => {
  const bytes = message(16, 5, 1, encode(Lamp, { index: 3 }), 7);
  const shown = new ShownMessage(bytes, "LAMP_NEW", FLAG_NAMES.new, Lamp as Codec<unknown, never>);
  assertEquals(inspect(shown), String(shown));
  assertStringIncludes(inspect({ shown }), "LAMP_NEW request|ack seq 1 port 7, 24 bytes");
  assertEquals(
    stringify(shown),
    '{"type":"LAMP_NEW","flags":["request","ack"],"seq":1,"port":7,"value":{"family":0,"index":3}}',
  );
  assertEquals(
    shown.summary(),
    'LAMP_NEW request|ack seq 1 port 7, 24 bytes {"family":0,"index":3}',
  );
});

test("ShownMessage names a flag by the message's operation", () => {
  const flags = (verb: keyof typeof FLAG_NAMES, bits: number) =>
    new ShownMessage(message(16, bits, 1, hex("0000000000000000")), 16, FLAG_NAMES[verb], Lamp as Codec<unknown, never>)
      .flags;
  assertEquals(flags("dump", 0x301), ["request", "dump"]);
  assertEquals(flags("get", 0x101), ["request", "root"]);
  assertEquals(flags("new", 0x101), ["request", "replace"]);
  assertEquals(flags("del", 0x101), ["request", "nonrec"]);
  assertEquals(flags("get", 0x8001), ["request", 0x8000]);
  assertStringIncludes(String(flags("new", 0x100)), "replace");
  assertEquals(word(1).length, 4);
});
