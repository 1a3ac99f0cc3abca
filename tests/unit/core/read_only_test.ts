/** Fields that are received and never sent: what they are given is checked all the same, in every verb. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Field, Writer } from "../../../core/codec/mod.ts";
import { open } from "../../../families/route/mod.ts";
import { Address } from "../../../families/route/address.ts";
import { Link } from "../../../families/route/link.ts";
import { Neighbour } from "../../../families/route/neighbour.ts";
import { Route } from "../../../families/route/route.ts";
import { test } from "../../test.ts";

const each = (fields: readonly Field[]): Field[] =>
  fields.flatMap((one) => one.lift === undefined ? [one] : each(one.lift.fields));

/** The part of a table that these tests use. */
interface Table {
  readonly fields: readonly Field[];
  encode(value: never, to: Writer, owner: object): unknown;
}

/** Returns the bytes that a value is encoded to. */
function encode(table: Table, value: object): Uint8Array {
  const to = new Writer();
  table.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

test("a read-only field of a wrong type is an error that names it", () => {
  const tables = { Address, Link, Neighbour, Route }, tried: string[] = [];
  for (const [name, table] of Object.entries<Table>(tables)) {
    for (const { key, use, derived } of each(table.fields)) {
      if (use !== "readOnly" || derived !== undefined && derived.names === undefined) continue;
      const error = assertThrows(() => encode(table, { [key!]: () => 0 }), TypeError);
      assertStringIncludes(error.message, `${key}: `, `${name}.${key}`);
      tried.push(`${name}.${key}`);
    }
  }
  assertEquals(
    tried.filter((one) => /^(Address\.local|Neighbour\.type|Route\.iifDev|Link\.stats64)$/.test(one)).length,
    4,
  );
  assertEquals(tried.length > 40, true, `${tried.length}`);
});

test("a read-only field with a value that fits is not sent", () => {
  const sent = encode(Neighbour, { dst: "192.0.2.1" });
  const cacheinfo = { confirmed: 1, used: 2, updated: 3, refcnt: 4 };
  const given = { dst: "192.0.2.1", type: "unicast", probes: 4, cacheinfo, masterDev: "br0" };
  assertEquals(encode(Neighbour, given), sent);
});

test("verbs refuse a read-only value of a wrong type", () => {
  const shown: unknown[] = [];
  using dry = open({ dryRun: (message) => void shown.push(message) });
  const { addresses, neighbours, routes } = dry as unknown as Record<
    string,
    Record<string, (...args: object[]) => void>
  >;
  const dst = "192.0.2.1/32", dev = 1;
  for (const verb of ["add", "append", "replace"]) {
    assertThrows(() => routes![verb]!({ dst, oif: dev, cacheinfo: [] }), TypeError, "cacheinfo: expected an object");
    assertThrows(() => routes![verb]!({ dst, oif: dev, cacheinfo: { used: "x" } }), TypeError, "cacheinfo.used: ");
    assertThrows(() => routes![verb]!({ dst, oif: dev, iifDev: 5 }), TypeError, "iifDev: expected an interface's name");
  }
  assertThrows(() => neighbours!["set"]!({ dst: "192.0.2.1", ifindex: dev }, { probes: "x" }), TypeError, "probes");
  assertThrows(() => addresses!["delete"]!({ index: dev, address: dst, local: 5 }), TypeError, "local: ");
  assertEquals(shown, []);
});
