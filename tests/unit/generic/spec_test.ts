/** The language of specifications: each of its features, encoded and decoded. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type AnyCodec, rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { stringify } from "../../../core/show.ts";
import { CompiledSpec } from "../../../families/generic/compile_spec.ts";
import { family, type Spec } from "../../../families/generic/mod.ts";
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

/** One field per row: its value, and its attributes in hexadecimal. */
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

test("spec: a payload's format may depend on a later attribute, or on one of an enclosing object", () => {
  const swapped = "09000000 1800 1b80 0800 0180 05000000 0900 0200 6c656e7300 000000".replaceAll(" ", "");
  const bytes = Uint8Array.from(swapped.match(/../g)!, (two) => parseInt(two, 16));
  assertEquals(decode(bytes).info, { kind: "lens", data: { focus: 5 } });
});

test("spec: unknown attributes are kept aside", () => {
  const value = decode(Uint8Array.of(9, 0, 0, 0, 6, 0, 99, 0, 1, 2, 0, 0, 5, 0, 1, 0, 7, 0, 0, 0));
  assertEquals(Object.entries(value), [["house", 9]]);
  assertEquals(rawOf(value), [{ id: 99, bytes: Uint8Array.of(1, 2) }, { id: 1, bytes: Uint8Array.of(7) }]);
});

test("spec: requests and replies may be numbered separately", () => {
  assertEquals(
    [...lamp.operations.values()].map(({ name, request, reply, unasked }) => [name, request, reply, unasked]),
    [
      ["lamp-get", 3, 1, false],
      ["lamp-set", 4, undefined, false],
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

test("spec: the error for a forbidden value names the field", () => {
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

/** A small specification, with parts that a test replaces. */
function small(parts: object = {}, attributes: readonly object[] = [{ name: "x", type: "u8" }]): Spec {
  return {
    name: "small",
    "attribute-sets": [{ name: "s", attributes }],
    operations: { list: [{ name: "get", "attribute-set": "s", do: {} }] },
    ...parts,
  } as Spec;
}
/** The table of `get` in {@linkcode small}. */
function tableOf(spec: Spec): AnyCodec {
  return new CompiledSpec(spec).operations.get("get")!.table as AnyCodec;
}
function there(table: AnyCodec, value: object): string {
  const to = new Writer();
  table.encode(value as never, to, {});
  return hexOf(to.bytes.subarray(0, to.length));
}
function back(table: AnyCodec, value: object): object {
  const to = new Writer();
  table.encode(value as never, to, {});
  return table.decode(new Reader(to.bytes, to.length), 0, to.length, {}) as object;
}

const struct = (name: string, ...members: readonly object[]): object => ({ name, type: "struct", members });
const chain = (count: number, part: (name: string, next: string) => object): object[] =>
  Array.from({ length: count }, (_, i) => part(`p${i}`, `p${i + 1}`));

/** The messages, after "Cannot use the specification of small: ", and the faulty specifications. */
const WRONG: readonly (readonly [why: string, spec: unknown])[] = [
  ["expected an object, got null", null],
  ["expected an object, got 5", 5],
  ["expected an object, got an array of 0", []],
  ["name: it is missing", { operations: { list: [] } }],
  ["name: expected a name of at most 256 letters, got an object", { name: {}, operations: { list: [] } }],
  [
    "attributes[0].name: expected a name of at most 256 letters",
    small({}, [{ name: "-".repeat(1_000_000), type: "u8" }]),
  ],
  [
    "max: expected an integer or a name",
    small({}, [{ name: "x", type: "u8", checks: { max: "-".repeat(1_000_000) } }]),
  ],
  ['there is no definition "no"', small({ operations: { "fixed-header": "no", list: [] } })],
  ["operations: it is missing", { name: "small" }],
  ["operations.list: it is missing", { name: "small", operations: {} }],
  ["operations.list: expected a list, got an object", { name: "small", operations: { list: {} } }],
  ["operations.list[0]: expected an object, got 5", { name: "small", operations: { list: [5] } }],
  ["operations.list[0].name: it is missing", { name: "small", operations: { list: [{}] } }],
  [
    'operations.list: "a" appears twice',
    { name: "small", operations: { list: [{ name: "a" }, { name: "a" }] } },
  ],
  ["protocol: expected genetlink or genetlink-c or", small({ protocol: "constructor" })],
  ["protonum: expected an integer 0..31, got 1.5", small({ protonum: 1.5 })],
  ["version: expected an integer 0..255, got 256", small({ version: 256 })],
  ["definitions: expected a list, got", small({ definitions: "toString" })],
  ["mcast-groups.list: it is missing", small({ "mcast-groups": {} })],
  [
    "mcast-groups.list[m].value: expected an integer 1..",
    small({ "mcast-groups": { list: [{ name: "m", value: 0 }] } }),
  ],
  ["attribute-sets[s].attributes: it is missing", small({ "attribute-sets": [{ name: "s" }] })],
  [
    "attribute-sets[s].attributes[x].value: expected an integer 0..16383, got 0.5",
    small({}, [{ name: "x", value: 0.5 }]),
  ],
  [
    "attribute-sets[s].attributes[x].value: expected an integer 0..16383, got 1e+300",
    small({}, [{ name: "x", value: 1e300 }]),
  ],
  ['attribute "y" has a number above 16383', small({}, [{ name: "x", value: 16383 }, { name: "y" }])],
  ['attributes "x" and "y" are both 5', small({}, [{ name: "x", value: 5 }, { name: "y", value: 5 }])],
  ['attributes "a-b" and "a_b" are both aB', small({}, [{ name: "a-b" }, { name: "a_b" }])],
  ['operation "get": its number is above 255', small({ operations: { list: [{ name: "get", value: 256, do: {} }] } })],
  ['operation "n": there is no operation "no"', small({ operations: { list: [{ name: "n", notify: "no" }] } })],
  ['there is no attribute set "no"', small({ operations: { list: [{ name: "get", "attribute-set": "no", do: {} }] } })],
  ['attribute set "s": attribute "x": type "u9" is not known', small({}, [{ name: "x", type: "u9" }])],
  ['type "constructor" is not known', small({}, [{ name: "x", type: "constructor" }])],
  ['type "__proto__" is not known', small({}, [{ name: "x", type: "__proto__" }])],
  ['display-hint "toString" is not known', small({}, [{ name: "x", type: "binary", "display-hint": "toString" }])],
  ['display-hint "valueOf" is not known', small({}, [{ name: "x", type: "u32", "display-hint": "valueOf" }])],
  ['there is no definition "no"', small({}, [{ name: "x", type: "u8", enum: "no" }])],
  ['there is no definition "constructor"', small({}, [{ name: "x", type: "u8", enum: "constructor" }])],
  ['"no" is not a known number', small({}, [{ name: "x", type: "u8", checks: { max: "no" } }])],
  ['"toString" is not a known number', small({}, [{ name: "x", type: "u8", checks: { max: "toString" } }])],
  ["checks.min: expected an integer or a name, got 0.5", small({}, [{ name: "x", type: "u8", checks: { min: 0.5 } }])],
  ["checks.min: expected an integer or a name, got NaN", small({}, [{ name: "x", type: "u8", checks: { min: NaN } }])],
  [
    "expected a number of bytes 0..65531, got -1",
    small({}, [{ name: "x", type: "binary", checks: { "max-len": -1 } }]),
  ],
  ["expected a number of bytes 0..65531, got 1e+300", small({}, [{ name: "x", type: "binary", len: 1e300 }])],
  ["len: expected an integer or a name, got 4.5", small({}, [{ name: "x", type: "binary", len: 4.5 }])],
  ['no sub-message "no"', small({}, [{ name: "x", type: "sub-message", "sub-message": "no" }])],
  [
    "it has no selector",
    small({ "sub-messages": [{ name: "m", formats: [] }] }, [{ name: "x", type: "sub-message", "sub-message": "m" }]),
  ],
  ["an array of arrays", small({}, [{ name: "x", type: "indexed-array", "sub-type": "indexed-array" }])],
  ["an array of arrays", small({}, [{ name: "x", type: "array-nest", "sub-type": "array-nest" }])],
  [
    "type-value has more than 64 names",
    small({}, [{ name: "x", type: "nest-type-value", "type-value": Array(65).fill("n") }]),
  ],
  [
    'subset "s" contains itself',
    small({ "attribute-sets": [{ name: "s", "subset-of": "s", attributes: [] }] }),
  ],
  [
    'subset "s" contains itself',
    small({
      "attribute-sets": [{ name: "s", "subset-of": "t", attributes: [] }, {
        name: "t",
        "subset-of": "s",
        attributes: [],
      }],
    }),
  ],
  [
    "parts are nested more than 64 deep",
    small({
      "attribute-sets": [
        { name: "s", "subset-of": "p0", attributes: [] },
        ...chain(20_000, (name, next) => ({ name, "subset-of": next, attributes: [] })),
      ],
    }),
  ],
  [
    'constant "c" contains itself',
    small({ definitions: [{ name: "c", type: "const", value: "c" }] }, [{ name: "x", type: "binary", len: "c" }]),
  ],
  [
    'constant "d" contains itself',
    small({ definitions: [{ name: "c", type: "const", value: "d" }, { name: "d", type: "const", value: "c - 1" }] }, [
      { name: "x", type: "u8", checks: { max: "d" } },
    ]),
  ],
  [
    "parts are nested more than 64 deep",
    small({ definitions: chain(20_000, (name, value) => ({ name, type: "const", value })) }, [
      { name: "x", type: "binary", len: "p0" },
    ]),
  ],
  ["is not a known number", small({}, [{ name: "x", type: "binary", len: `y${" - 1".repeat(40)}` }])],
  [
    'struct "t" contains itself',
    small({ definitions: [struct("t", { name: "a", type: "binary", struct: "t" })] }, [
      { name: "x", type: "binary", struct: "t" },
    ]),
  ],
  [
    "parts are nested more than 64 deep",
    small({
      definitions: chain(20_000, (name, next) => struct(name, { name: "a", type: "binary", struct: next })),
    }, [{ name: "x", type: "binary", struct: "p0" }]),
  ],
  [
    'items of type "t" have no size',
    small({ definitions: [struct("t")] }, [{ name: "x", type: "binary", "sub-type": "t" }]),
  ],
  [
    'member "t.a": expected a number of bytes 0..65531, got -8',
    small({ definitions: [struct("t", { name: "a", type: "pad", len: -8 })] }, [
      { name: "x", type: "binary", "sub-type": "t" },
    ]),
  ],
  [
    'member "t.a": it has no size',
    small({ definitions: [struct("t", { name: "a", type: "string" })] }, [{ name: "x", type: "binary", struct: "t" }]),
  ],
  [
    'member "t.a": type "hasOwnProperty" is not known',
    small({ definitions: [struct("t", { name: "a", type: "hasOwnProperty" })] }, [
      { name: "x", type: "binary", struct: "t" },
    ]),
  ],
  [
    "it has more than 65531 bytes",
    small({
      definitions: [struct("t", ...chain(3, (name) => ({ name, type: "binary", len: 40_000 })))],
    }, [{ name: "x", type: "binary", struct: "t" }]),
  ],
  [
    "it has no members",
    small({ definitions: [{ name: "t", type: "enum", entries: [] }] }, [{ name: "x", type: "binary", struct: "t" }]),
  ],
  [
    'definition "t" has no entries',
    small({ definitions: [struct("t")] }, [{ name: "x", type: "u8", enum: "t" }]),
  ],
  [
    "definitions[f].entries[b].value: expected an integer",
    small({ definitions: [{ name: "f", type: "flags", entries: [{ name: "b", value: 1.5 }] }] }),
  ],
  [
    '"b" of "f" is bit 1000000000, expected 0..63',
    small({ definitions: [{ name: "f", type: "flags", entries: [{ name: "b", value: 1e9 }] }] }, [
      { name: "x", type: "u64", enum: "f" },
    ]),
  ],
  [
    '"b" of "f" is bit -1, expected 0..63',
    small({ definitions: [{ name: "f", type: "flags", "value-start": -1, entries: ["b"] }] }, [
      { name: "x", type: "bitfield32", enum: "f" },
    ]),
  ],
];

for (const [why, spec] of WRONG) {
  test(`spec: refused: ${why}`, () => {
    const error = assertThrows(() => family("small", { spec: spec as Spec }), TypeError);
    assertStringIncludes(error.message, "Cannot use the specification of small: ");
    assertStringIncludes(error.message, why);
  });
}

test("spec: attributes, values, members and operations may have the names of Object's own properties", () => {
  const names = ["constructor", "to-string", "has-own-property", "value-of", "__proto__", "__defineGetter__"];
  const keys = ["constructor", "toString", "hasOwnProperty", "valueOf", "Proto__", "DefineGetter__"];
  const spec = small(
    {
      definitions: [
        { name: "constructor", type: "enum", entries: names },
        { name: "__proto__", type: "flags", entries: names },
        struct("toString", ...names.map((name) => ({ name, type: "u8" }))),
      ],
      "sub-messages": [{
        name: "constructor",
        formats: [{ value: "__proto__", "fixed-header": "toString" }, { value: "toString", "attribute-set": "inner" }],
      }],
      "attribute-sets": [
        {
          name: "s",
          attributes: [
            ...names.map((name) => ({ name, type: "u8", "multi-attr": true })),
            { name: "value", type: "u8", enum: "constructor" },
            { name: "bits", type: "u32", enum: "__proto__" },
            { name: "wide", type: "u64", enum: "__proto__" },
            { name: "struct", type: "binary", struct: "toString" },
            { name: "inner", type: "nest", "nested-attributes": "inner" },
          ],
        },
        {
          name: "inner",
          attributes: [
            { name: "constructor", type: "string" },
            { name: "data", type: "sub-message", "sub-message": "constructor", selector: "constructor" },
          ],
        },
      ],
      operations: { list: [{ name: "get", "attribute-set": "s", do: {} }, ...names.map((name) => ({ name, do: {} }))] },
      "mcast-groups": { list: names.map((name) => ({ name })) },
    },
  );
  const table = tableOf(spec), numbers = Object.fromEntries(keys.map((key, i) => [key, i]));
  for (
    const value of [
      Object.fromEntries(keys.map((key, i) => [key, [i, i + 1]])),
      ...names.map((name) => ({ value: name.replaceAll("-", "_") })),
      { bits: names.map((name) => name.replaceAll("-", "_")), wide: [names[4]] },
      { struct: numbers },
      { inner: { constructor: "__proto__", data: numbers } },
      { inner: { constructor: "toString", data: { constructor: "x" } } },
    ]
  ) {
    // Compared as text, since the runtimes' own comparisons fail with such names.
    assertEquals(stringify(back(table, value)), stringify(value));
  }
  // A missing field is not replaced by an inherited one.
  assertEquals(there(table, {}), "");
  const zeros = { struct: Object.fromEntries(keys.map((key) => [key, 0])) };
  assertEquals(stringify(back(table, { struct: {} })), stringify(zeros));
  assertEquals(back(table, { inner: { data: new Uint8Array([1]) } }), { inner: { data: new Uint8Array([1]) } });
  const text = family("small", { spec }).describe();
  for (const name of names) assertStringIncludes(text, `  ${name} (`);
  assertThrows(() => there(table, { value: "hasOwnProperty" }), TypeError, "value: expected");
});

test("spec: the IPv4 hint also means IPv6 addresses, unless a size is stated", () => {
  const table = tableOf(small({}, [
    { name: "any", type: "binary", "display-hint": "ipv4" },
    { name: "four", type: "binary", "display-hint": "ipv4", len: 4 },
    { name: "checked", type: "binary", "display-hint": "ipv4", checks: { "exact-len": 4 } },
    { name: "all", type: "binary", "display-hint": "ipv4", "multi-attr": true },
    { name: "list", type: "indexed-array", "sub-type": "binary", "display-hint": "ipv4" },
  ]));
  for (const any of ["192.0.2.1", "2001:db8::1"]) assertEquals(back(table, { any }), { any });
  const both = ["192.0.2.1", "2001:db8::1"];
  assertEquals(back(table, { all: both, list: both }), { all: both, list: both });
  assertEquals(back(table, { four: "192.0.2.1" }), { four: "192.0.2.1" });
  assertThrows(() => there(table, { four: "::1" }), TypeError, "four: expected an IPv4 address");
  assertThrows(() => there(table, { checked: "::1" }), RangeError, "checked: expected 4 bytes, got 16");
  assertThrows(() => there(table, { any: "192.0.2" }), TypeError, "any: expected an IP address");
});

test("spec: names that YAML reads as numbers, and empty parts, are accepted", () => {
  const spec = {
    ...small({ doc: null, definitions: [{ name: "e", type: "enum", entries: [1, { name: 2 }] }] }, [
      { name: "x", type: "u8", enum: "e", doc: null, checks: null },
    ]),
    "mcast-groups": null,
  } as unknown as Spec;
  assertEquals(back(tableOf(spec), { x: "2" }), { x: "2" });
});

test("spec: an attribute takes precedence over a header field of the same name", () => {
  const spec = small({
    definitions: [struct("h", { name: "table", type: "u8" }, { name: "kind", type: "u8" })],
    operations: { "fixed-header": "h", list: [{ name: "get", "attribute-set": "s", do: {} }] },
  }, [{ name: "table", type: "u32" }]);
  assertEquals(there(tableOf(spec), { table: 1000, kind: 3 }), "00030000" + "08000100e8030000");
  assertEquals(back(tableOf(spec), { table: 1000, kind: 3 }), { table: 1000, kind: 3 });
});

test("spec: objects that contain themselves, and endlessly nested messages, are refused", () => {
  const table = tableOf(small({}, [{ name: "x", type: "nest", "nested-attributes": "s" }]));
  const self: Record<string, unknown> = {};
  self.x = self;
  assertThrows(() => there(table, self), RangeError, "x: objects are nested without end");
  const nested = (depth: number): Uint8Array => {
    const bytes = new Uint8Array(4 * depth), view = new DataView(bytes.buffer);
    for (let i = 0; i < depth; i++) view.setUint32(4 * i, 0x80010000 | 4 * (depth - i), true);
    return bytes;
  };
  const decoded = (depth: number): unknown => table.decode(new Reader(nested(depth)), 0, 4 * depth, {});
  assertStringIncludes(stringify(decoded(60)), '{"x":{"x":');
  assertThrows(() => decoded(16_000), DecodeError, "nested more than 64 times");
});

test("spec: describe() lists operations, attributes and groups", () => {
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

test("spec: 20,000 mutated messages decode to values or throw a DecodeError", () => {
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
