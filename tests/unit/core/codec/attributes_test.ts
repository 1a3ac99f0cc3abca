/** Tables: header, attributes, unknown and unusual attributes, names beside numbers, and errors. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  ifindex,
  interfaceNameOf,
  ip,
  key,
  lazy,
  type Names,
  rawOf,
  Reader,
  readOnly,
  type Shape,
  string,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
  Writer,
} from "../../../../core/codec/mod.ts";
import { DecodeError, NetlinkError } from "../../../../core/errors.ts";
import { attribute, cstring, decode, encode, hex, join, word } from "../help.ts";
import { test } from "../../../test.ts";

interface Lamp {
  family?: number;
  index?: number;
  name?: string;
  mtu?: number;
  inner?: Inner;
  master?: number;
  dev?: string;
  masterDev?: string;
  peerNsid?: number;
  state?: number;
}
interface Inner {
  a?: number;
  b?: string;
  inner?: Inner;
}
const Inner: Attributes<Inner> = attributes<Inner>({
  a: [1, u16],
  b: [2, text],
  inner: [3, lazy((): Attributes<Inner> => Inner)],
});
const Lamp: Attributes<Lamp> = attributes<Lamp>({
  family: head(0, u8),
  index: head(4, ifindex as Codec<number>, key),
  name: [3, string(15)],
  mtu: [4, u32],
  inner: [5, Inner],
  master: [10, ifindex as Codec<number>],
  peerNsid: [11, u32, readOnly],
  masterDev: interfaceNameOf("master", readOnly, "peerNsid"),
  dev: interfaceNameOf("index"),
  state: [12, u8, readOnly],
}, { header: 8, pad: 9 });

const names: Names = {
  name: (index) => index === 7 ? "br0" : undefined,
  index: (name) => name === "br0" ? 7 : undefined,
};

function named(bytes: Uint8Array): Lamp {
  const from = new Reader(bytes);
  from.names = names;
  return Lamp.decode(from, 0, bytes.length, {});
}
function naming(): Writer {
  const to = new Writer();
  to.names = names;
  to.what = "add lamp v0";
  return to;
}

test("a table has its header, then its attributes", () => {
  const bytes = join(
    hex("02 000000  07000000"), // family, index
    hex("0700 0300 76 30 00 00"), // name "v0"
    hex("0800 0400 dc050000"), // mtu 1500
    hex("1000 0580  0600 0100 0900 0000  0400 0280"), // inner: a 9, b without payload
  );
  const value = { family: 2, index: 7, name: "v0", mtu: 1500, inner: { a: 9, b: "" } };
  assertEquals(decode(Lamp, bytes), value);
  assertEquals(
    encode(Lamp, value),
    join(bytes.subarray(0, 24), hex("1400 0580  0600 0100 0900 0000  0500 0200 00 000000")),
  );
});

test("objects of a table have the same property order whatever the order of the attributes", () => {
  const parts = [attribute(3, cstring("x")), attribute(4, word(1)), attribute(10, word(7)), attribute(12, hex("01"))];
  const expected = ["family", "index", "name", "mtu", "master", "masterDev", "dev", "state"];
  for (let shift = 0; shift < parts.length; shift++) {
    const value = named(join(hex("02 000000 07000000"), ...parts.slice(shift), ...parts.slice(0, shift)));
    assertEquals(Object.keys(value), expected);
  }
});

test("a table keeps unknown attributes raw and hidden, and does not send them back", () => {
  const bytes = join(
    hex("00 000000 00000000"),
    attribute(999, hex("010203")),
    attribute(3, cstring("v0")),
    attribute(0, hex("")),
  );
  const value = decode(Lamp, bytes);
  assertEquals(rawOf(value), [{ id: 999, bytes: hex("010203") }, { id: 0, bytes: hex("") }]);
  assertEquals(Object.keys(value), ["family", "index", "name"]);
  assertEquals(JSON.stringify(value), '{"family":0,"index":0,"name":"v0"}');
  assertEquals(encode(Lamp, value), join(hex("00 000000 00000000"), attribute(3, cstring("v0"))));
  assertEquals(rawOf({}), []);
});

test("a table keeps attributes raw that do not fit their codec", () => {
  for (const payload of ["", "01", "010203", "0102030405"]) {
    const value = decode(Lamp, join(hex("00 000000 00000000"), attribute(4, hex(payload))));
    assertEquals(rawOf(value), [{ id: 4, bytes: hex(payload) }]);
    assertEquals(Object.keys(value), ["family", "index"]);
  }
  const table = attributes<{ address?: string }>({ address: [1, ip] });
  assertEquals(rawOf(decode(table, attribute(1, hex("010203")))), [{ id: 1, bytes: hex("010203") }]);
});

test("raw bytes do not change with the receive buffer", () => {
  const memory = attribute(99, hex("01020304"));
  const value = attributes<Inner>({ a: [1, u16], b: [2, text], inner: [3, Inner] }).decode(
    new Reader(memory),
    0,
    memory.length,
    {},
  );
  memory.fill(0xff);
  assertEquals(rawOf(value), [{ id: 99, bytes: hex("01020304") }]);
});

test("of a doubled attribute, a table uses the last, as the kernel does", () => {
  assertEquals(decode(Inner, join(attribute(1, hex("0100")), attribute(1, hex("0200")))), { a: 2 });
});

test("trap 3: the last attribute may lack its padding", () => {
  assertEquals(decode(Inner, hex("0600 0100 0900")), { a: 9 });
  assertEquals(decode(Inner, hex("0600 0200 76 00")), { b: "v" });
  // One to three trailing bytes are not an attribute.
  for (const rest of ["00", "0000", "ffffff"]) {
    assertEquals(decode(Inner, hex(`0600 0100 0900 0000 ${rest}`)), { a: 9 });
  }
});

test("trap 3: an attribute of length zero has no payload", () => {
  assertEquals(decode(Inner, hex("0400 0200")), { b: "" });
  assertEquals(decode(Inner, hex("0400 0380")), { inner: {} });
  assertEquals(rawOf(decode(Inner, hex("0400 0100"))), [{ id: 1, bytes: hex("") }]);
});

test("trap 3: an nla_len below 4 or beyond the end is a DecodeError with the offset", () => {
  for (
    const [bytes, why] of [
      ["0300 0100", "an attribute has a length of 3 bytes, expected 4..4, at byte 8"],
      ["0000 0100 00000000", "an attribute has a length of 0 bytes, expected 4..8, at byte 8"],
      ["0600 0100 0900 0000 0900 0200 76", "an attribute has a length of 9 bytes, expected 4..5, at byte 16"],
      ["0800 0380 0500 0100", "an attribute has a length of 5 bytes, expected 4..4, at byte 12"],
    ] as const
  ) {
    assertThrows(() => decode(Inner, hex(bytes)), DecodeError, `Cannot decode a message: ${why}`);
  }
});

test("trap 3: a nest needs no NLA_F_NESTED, and NLA_F_NET_BYTEORDER is ignored", () => {
  assertEquals(decode(Inner, hex("0c00 0300  0600 0100 0900 0000")), { inner: { a: 9 } });
  assertEquals(decode(Inner, hex("0c00 0380  0600 0140 0900 0000")), { inner: { a: 9 } });
});

test("trap 21: padding attributes are ignored", () => {
  const table = attributes<{ bytes?: bigint }>({ bytes: [1, u64 as Codec<bigint>] }, { pad: 2 });
  const value = decode(table, hex("0400 0200  0c00 0100 0100000000000000"));
  assertEquals([value, rawOf(value)], [{ bytes: 1n }, []]);
});

test("a header that is cut short is decoded as far as it goes", () => {
  assertEquals(decode(Lamp, hex("02")), { family: 2 });
  assertEquals(decode(Lamp, hex("")), {});
  assertEquals(decode(Lamp, hex("02000000 07")), { family: 2 });
});

test("tables nested too deeply are a DecodeError, not a stack overflow", () => {
  for (const depth of [65, 1000, 16_000]) {
    const bytes = new Uint8Array(4 * depth), view = new DataView(bytes.buffer);
    for (let i = 0; i < depth; i++) {
      view.setUint16(4 * i, bytes.length - 4 * i, true);
      view.setUint16(4 * i + 2, 0x8003, true);
    }
    assertThrows(() => decode(Inner, bytes), DecodeError, "nested more than 64 times");
  }
  let value: Inner = { a: 1 };
  for (let i = 0; i < 60; i++) value = { inner: value };
  assertEquals(decode(Inner, encode(Inner, value)), value);
});

test("a table decodes correctly after one that threw", () => {
  for (let round = 0; round < 1000; round++) {
    assertThrows(() => decode(Inner, hex("1000 0380  0600 0100 0900 0000  0300 0000")), DecodeError);
  }
  assertEquals(decode(Inner, hex("0c00 0380  0600 0100 0900 0000")), { inner: { a: 9 } });
});

test("interfaceNameOf() gives the name beside the number, if there is one", () => {
  const header = hex("00 000000 00000000");
  assertEquals(named(join(header, attribute(10, word(7)))).masterDev, "br0");
  assertEquals(named(join(header, attribute(10, word(8)))).masterDev, undefined);
  assertEquals(named(join(header, attribute(10, word(0)))).masterDev, undefined);
  assertEquals(decode(Lamp, join(header, attribute(10, word(7)))).masterDev, undefined);
});

test("trap 27: interfaceNameOf() gives no name for a number of another namespace", () => {
  const value = named(join(hex("00 000000 00000000"), attribute(10, word(7)), attribute(11, word(0))));
  assertEquals([value.master, value.peerNsid, value.masterDev], [7, 0, undefined]);
});

test("interfaceNameOf() as input wins over the number beside it; a read-only one is not sent", () => {
  assertEquals(encode(Lamp, { index: 3, dev: "br0" }, naming()), hex("00 000000 07000000"));
  assertEquals(encode(Lamp, { dev: "br0" }, naming()), hex("00 000000 07000000"));
  assertEquals(
    encode(Lamp, { index: 3, masterDev: "nope", state: 1, peerNsid: 1 }, naming()),
    hex("00 000000 03000000"),
  );
});

test("an interface is a number, a name, or null for none", () => {
  const bytes = (master: unknown) => encode(Lamp, { master: master as number }, naming()).subarray(12);
  assertEquals([bytes(5), bytes("br0"), bytes(null)], [word(5), word(7), word(0)]);
  assertThrows(() => bytes(-1), RangeError, "master: expected an interface number 0..2147483647, got -1");
  assertThrows(() => bytes(""), TypeError, "master: expected an interface's name or number");
  assertThrows(() => bytes(1.5), TypeError, "master: expected an interface's name or number, got 1.5");
  const error = assertThrows(() => bytes("nope"), NetlinkError);
  assertEquals(error.message, 'Cannot add lamp v0: no interface is called "nope" (master)');
  assertEquals(error.code, "ENODEV");
  assertThrows(() => encode(Lamp, { dev: "br0" }), TypeError, 'the name "br0" can only be looked up on an open socket');
});

test("read-only fields are sent if everything is requested", () => {
  const to = naming();
  to.everything = true;
  assertEquals(encode(Lamp, { state: 1 }, to), hex("00000000 00000000  0500 0c00 01 000000"));
});

test("undefined is absent, in the header too", () => {
  assertEquals(encode(Lamp, { family: undefined, mtu: undefined, dev: undefined }), hex("00000000 00000000"));
});

test("a field that does not exist is an error, with a similar name", () => {
  const says = (value: unknown, why: string) => {
    assertEquals(
      assertThrows(() => encode(Lamp, value as Lamp, naming()), TypeError).message,
      `Cannot add lamp v0: ${why}`,
    );
  };
  says({ mtuu: 3 }, 'there is no field "mtuu", did you mean "mtu"?');
  says({ NAME: "x" }, 'there is no field "NAME", did you mean "name"?');
  says({ colour: 3 }, 'there is no field "colour"');
  says({ inner: { inner: { c: 1 } } }, 'inner.inner: there is no field "c", did you mean "a"?');
  says({ inner: [] }, "inner: expected an object, got an array of 0");
  says({ inner: null }, "inner: expected an object, got null");
});

test("placed fields may overlap: only given ones are written", () => {
  interface Over {
    whole?: number;
    low?: number;
    high?: number;
  }
  const table = attributes<Over>({ whole: head(0, u32), low: head(0, u16), high: head(2, u16, readOnly) }, {
    header: 4,
  });
  assertEquals(encode(table, { whole: 0x01020304 }), word(0x01020304));
  assertEquals(encode(table, { low: 5 }), word(5));
  assertEquals(decode(table, word(0x01020304)), { whole: 0x01020304, low: 0x0304, high: 0x0102 });
});

test("absent() gives the value of an absent attribute only", () => {
  const dst: Codec<string> = {
    ...text,
    absent: (from) => from.bytes[from.base] === 0 ? "default" : undefined,
  };
  const table = attributes<{ length?: number; dst?: string; more?: Inner }>(
    { length: head(0, u8), dst: [1, dst], more: [2, Inner] },
    { header: 4 },
  );
  assertEquals(decode(table, hex("00 000000")), { length: 0, dst: "default" });
  assertEquals(decode(table, hex("08 000000")), { length: 8 });
  assertEquals(decode(table, join(hex("00 000000"), attribute(1, cstring("x")))), { length: 0, dst: "x" });
  assertEquals(decode(table, join(hex("00 000000"), attribute(2))), { length: 0, dst: "default", more: {} });
});

for (const count of [33, 65, 97, 128, 129, 160, 161, 366]) {
  test(`a table has any number of fields: ${count}, both ways, in any order`, () => {
    type Many = Record<string, number>;
    const shape: Record<string, [number, Codec<number>]> = {};
    for (let i = 0; i < count; i++) shape[`f${i}`] = [2 * i + 1, u32];
    const table = attributes<Many>(shape as Shape<Many>), value: Many = {};
    for (let i = 0; i < count; i++) value[`f${i}`] = i * 1000;
    const bytes = encode(table, value);
    assertEquals(decode(table, bytes), value);
    const reversed: Uint8Array[] = [];
    for (let i = 0; i < count; i++) reversed.unshift(bytes.subarray(8 * i, 8 * i + 8));
    assertEquals(Object.entries(decode(table, join(...reversed))), Object.entries(value));
    for (let i = 0; i < count; i++) assertEquals(decode(table, encode(table, { [`f${i}`]: 7 })), { [`f${i}`]: 7 });
  });
}

test("a table refuses an attribute number that occurs twice, and a 129th field that is made without its attribute", () => {
  const shape: Record<string, unknown> = {};
  for (let i = 0; i < 128; i++) shape[`f${i}`] = [i, u32];
  shape["last"] = { derive: () => 1 };
  assertThrows(
    () => decode(attributes<Record<string, number>>(shape as Shape<Record<string, number>>), hex("")),
    RangeError,
    "Field last must be among the first 128",
  );
  const doubled = attributes<{ a?: number; b?: number }>({ a: [1, u32], b: [1, u32] });
  assertThrows(() => decode(doubled, hex("")), Error, "A table has attribute 1 twice");
});

test("a nest of more than 65,535 bytes is a RangeError with its path", () => {
  const table = attributes<{ outer?: { x?: string; y?: string } }>({
    outer: [1, attributes<{ x?: string; y?: string }>({ x: [1, text], y: [2, text] })],
  });
  const half = "x".repeat(40_000), to = naming();
  const error = assertThrows(() => encode(table, { outer: { x: half, y: half } }, to), RangeError);
  assertEquals(
    error.message,
    "Cannot add lamp v0: outer: an attribute holds at most 65535 bytes, got 80020",
  );
  // 4 + 65,531 bytes fit exactly.
  const one = attributes<{ x?: string }>({ x: [1, string(70_000)] });
  assertEquals(encode(one, { x: "x".repeat(65_530) }).length, 65_536);
  assertThrows(
    () => encode(one, { x: "x".repeat(65_531) }),
    RangeError,
    "x: an attribute holds at most 65535 bytes, got 65536",
  );
});

test("a reused writer has no traces of earlier content", () => {
  const to = new Writer();
  encode(Inner, { b: "x".repeat(5000) }, to);
  assertEquals(encode(Inner, { a: 1, b: "y" }, to), hex("0600 0100 0100 0000  0600 0200 79 00 0000"));
});

test("names and numbers of a foreign specification never become code", () => {
  const name = 'b"]; globalThis.broken = true; //';
  const named = attributes<Record<string, number>>({ [name]: [3, u16] });
  assertEquals(decode(named, hex("0600 0300 0900 0000")), { [name]: 9 });
  const id = "1: globalThis.broken = true; case 2" as unknown as number;
  assertEquals(decode(attributes<{ a?: number }>({ a: [id, u16] }), hex("")), {});
  const pair = struct<{ a?: number }>(4, { a: ["0; globalThis.broken = true" as unknown as number, u16] });
  assertEquals(decode(attributes<{ p?: { a?: number } }>({ p: [1, pair] }), hex("0800 0100 01000000")), { p: {} });
  assertEquals("broken" in globalThis, false);
});
