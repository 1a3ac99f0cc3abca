/** Discriminated unions, codecs that depend on a sibling, tables that contain themselves. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Attributes,
  attributes,
  choice,
  type Codec,
  hardwareAddress,
  head,
  ip,
  lazy,
  mac,
  rawOf,
  select,
  string,
  struct,
  text,
  u16,
  u32,
  Writer,
} from "../../../../core/codec/mod.ts";
import { attribute, cstring, decode, encode, hex, join, known, word } from "../help.ts";
import { test } from "../../../test.ts";

interface Fields {
  type?: number;
  ifname?: string;
  address?: string;
}
interface Vlan {
  id?: number;
}
interface Peer {
  peer?: Link;
}
interface Map {
  start?: number;
  end?: number;
}
type Kind =
  | { kind: "veth"; data?: Peer }
  | { kind: "vlan"; data?: Vlan }
  | { kind: "map"; data?: Map }
  | { kind: "flat"; data?: number }
  | { kind: "dummy"; data?: undefined }
  | { kind?: undefined; data?: undefined };
type Slave = { slaveKind: "bridge"; slaveData?: Vlan } | { slaveKind?: undefined; slaveData?: undefined };
type Link = Fields & Kind & Slave;

const Vlan: Attributes<Vlan> = attributes<Vlan>({ id: [1, u16] });
const Peer: Attributes<Peer> = attributes<Peer>({ peer: [1, lazy((): Attributes<Link> => Link)] });
const Map: Codec<Map> = struct<Map>(8, { start: [0, u32], end: [4, u32] });
const address: Codec<string, string | Uint8Array> = select<string, string | Uint8Array>(
  "an address",
  (owner) => (owner as Fields).type === 1 ? mac : (owner as Fields).type === 778 ? ip : hardwareAddress,
);
const Link: Attributes<Link> = attributes<Fields>({
  type: head(2, u16),
  ifname: [3, string(15)],
  address: [1, address],
}, { header: 4 }).with(
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { veth: Peer, vlan: Vlan, map: Map, flat: u32 }, text)
    .and(choice<Slave, "slaveKind", "slaveData">("slaveKind", 4, "slaveData", 5, { bridge: Vlan }, text)),
  18,
);

function link(...parts: Uint8Array[]): Uint8Array {
  return join(hex("00000000"), ...parts);
}

test("choice() decodes data by its kind, in either order", () => {
  const kind = attribute(1, cstring("vlan")), data = attribute(0x8002, attribute(1, hex("0500")));
  for (const info of [join(kind, data), join(data, kind)]) {
    assertEquals(decode(Link, link(attribute(18, info))), { type: 0, kind: "vlan", data: { id: 5 } });
  }
});

test("choice() puts the fields of its nest into the object, both ways", () => {
  const value: Link = {
    type: 0,
    ifname: "v0",
    kind: "veth",
    data: { peer: { type: 0, ifname: "v1", kind: "vlan", data: { id: 5 } } },
    slaveKind: "bridge",
    slaveData: { id: 7 },
  };
  const bytes = encode(Link, value);
  const inner = link(
    attribute(3, cstring("v1")),
    attribute(0x8012, attribute(1, cstring("vlan")), attribute(0x8002, attribute(1, hex("0500")))),
  );
  assertEquals(
    bytes,
    link(
      attribute(3, cstring("v0")),
      attribute(
        0x8012,
        attribute(1, cstring("veth")),
        attribute(0x8002, attribute(0x8001, inner)),
        attribute(4, cstring("bridge")),
        attribute(0x8005, attribute(1, hex("0700"))),
      ),
    ),
  );
  assertEquals(decode(Link, bytes), value);
});

test("trap 3: data of an unknown kind is bytes, both ways, and does not affect other fields", () => {
  const bytes = link(
    attribute(3, cstring("e0")),
    attribute(0x8012, attribute(1, cstring("erspan")), attribute(0x8002, hex("ff ff ff ff ff"))),
  );
  const value = decode(Link, bytes) as Fields & { kind: string; data: Uint8Array };
  assertEquals(value, { type: 0, ifname: "e0", kind: "erspan", data: hex("ffffffffff") } as typeof value);
  assertEquals(encode(Link, value as unknown as Link), bytes);
});

test("choice() ignores names that every object inherits", () => {
  const bytes = link(attribute(18, attribute(1, cstring("constructor")), attribute(2, hex("01"))));
  assertEquals((decode(Link, bytes) as { data?: unknown }).data, hex("01"));
});

test("choice() accepts a kind alone, and data alone only as bytes", () => {
  assertEquals(encode(Link, { kind: "dummy" }), link(attribute(0x8012, attribute(1, cstring("dummy")))));
  assertEquals(decode(Link, link(attribute(18, attribute(2, hex("0102"))))) as object, { type: 0, data: hex("0102") });
  assertEquals(encode(Link, {}), link());
});

test("choice() keeps data raw that does not fit its case, and decodes a struct of another size", () => {
  const flat = decode(Link, link(attribute(18, attribute(1, cstring("flat")), attribute(2, hex("0102")))));
  assertEquals([known(flat), rawOf(flat)], [{ type: 0, kind: "flat" }, [{ id: 2, bytes: hex("0102") }]]);
  const map = decode(Link, link(attribute(18, attribute(1, cstring("map")), attribute(2, word(9)))));
  assertEquals(map, { type: 0, kind: "map", data: { start: 9 } });
});

test("choice() reports errors of its data", () => {
  const to = new Writer();
  to.what = "add link v0";
  const says = (value: object, why: string) => {
    assertEquals(assertThrows(() => encode(Link, value as Link, to), TypeError).message, `Cannot add link v0: ${why}`);
  };
  says({ data: { id: 1 } }, 'data: "kind" is missing beside it');
  says(
    { kind: "vlann", data: { id: 1 } },
    'data: kind "vlann" has no known fields, did you mean "vlan"?: expected bytes, got an object',
  );
  says({ kind: "vlan", data: { idd: 1 } }, 'data: there is no field "idd", did you mean "id"?');
  says(
    { kind: "veth", data: { peer: { kind: "vlan", data: { id: "5" } } } },
    'data.peer.data.id: expected an integer 0..65535, got "5"',
  );
  says({ kinde: "veth" }, 'there is no field "kinde", did you mean "kind"?');
});

test("trap 33: select() decodes an address by the type in the header", () => {
  const of = (type: string, bytes: string) => decode(Link, join(hex(`0000 ${type}`), attribute(1, hex(bytes)))).address;
  assertEquals(of("0100", "020000000001"), "02:00:00:00:00:01");
  assertEquals(of("0a03", "0a000001"), "10.0.0.1");
  assertEquals(of("2000", "01".repeat(20)), Array(20).fill("01").join(":"));
  assertEquals(of("0100", "0a000001"), undefined);
  const value: Link = { type: 778, address: "10.0.0.1" };
  assertEquals(decode(Link, encode(Link, value)), value);
  assertThrows(() => encode(Link, { type: 1, address: "10.0.0.1" }), TypeError, "address: ");
});
