/** Interfaces by number and by name, in either byte order. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  attributes,
  beIfindex,
  type Codec,
  ifindex,
  interfaceNameOf,
  type Names,
  NoSuchInterface,
  Reader,
  Writer,
} from "../../../../core/codec/mod.ts";
import { bothWays } from "../../both_ways.ts";
import { attribute, decode, encode, hex } from "../help.ts";
import { test } from "../../../test.ts";

const names: Names = {
  name: (index) => index === 0x102 ? "eth0" : undefined,
  index: (name) => name === "eth0" ? 0x102 : undefined,
};

const orders: [order: string, Codec<number, number | string | null>, bytes: string][] = [
  ["host", ifindex, "02 01 00 00"],
  ["network", beIfindex, "00 00 01 02"],
];

for (const [order, codec, bytes] of orders) {
  test(`an interface in ${order} order has the right bytes, by number, by name, and for none`, () => {
    const to = new Writer();
    to.names = names;
    assertEquals(encode(codec, 0x102), hex(bytes));
    assertEquals(encode(codec, "eth0", to), hex(bytes));
    assertEquals(encode(codec, null), hex("00 00 00 00"));
    assertEquals(decode(codec, hex(bytes)), 0x102);
  });

  test(`an interface in ${order} order may have a field for its name beside it`, () => {
    const table = attributes<{ oif?: number; oifDev?: string }>({
      oif: [1, codec as Codec<number>],
      oifDev: interfaceNameOf("oif"),
    });
    const message = attribute(1, hex(bytes)), from = new Reader(message), to = new Writer();
    from.names = to.names = names;
    assertEquals(bothWays(() => table.decode(from, 0, message.length, {})), { oif: 0x102, oifDev: "eth0" });
    assertEquals(encode(table, { oifDev: "eth0" }, to), message);
  });

  test(`an interface in ${order} order is a number within its range, or the name of an existing interface`, () => {
    const to = new Writer();
    to.names = names;
    for (const one of [-1, 0x80000000]) {
      assertThrows(() => encode(codec, one), RangeError, `expected an interface number 0..2147483647, got ${one}`);
    }
    for (const one of [1.5, "", true, undefined, 1n]) {
      assertThrows(() => encode(codec, one as number), TypeError, "expected an interface's name or number, got ");
    }
    assertThrows(() => encode(codec, "eth1", to), NoSuchInterface, 'no interface is called "eth1"');
    assertThrows(() => encode(codec, "eth0"), TypeError, "can only be looked up on an open socket");
  });
}
