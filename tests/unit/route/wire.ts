/**
 * Helpers for bytes in the tests of this folder.
 *
 * @module
 */
import { bothWays as decodedBothWays } from "../both_ways.ts";
import { assertEquals } from "@std/assert";
import { type Attributes, type Names, octets, Reader, toHex, Writer } from "../../../core/codec/mod.ts";

const INTERFACES: readonly string[] = ["", "lo", "e0", "d0", "e1", "d1", "v1", "v0"];

/** The names on a machine with a few interfaces. */
export const names: Names = {
  name: (index) => INTERFACES[index] || undefined,
  index: (name) => INTERFACES.includes(name) ? INTERFACES.indexOf(name) : undefined,
};

/** Returns the hexadecimal digits of rows with comments after `//`. */
export function wire(rows: TemplateStringsArray | string): string {
  return (typeof rows === "string" ? rows : rows.join("")).replace(/\/\/.*/g, "").replace(/\s/g, "");
}

/** Encodes `value` with `table`, as hexadecimal digits. */
export function encode<T>(table: Attributes<T>, value: object, everything = false): string {
  const to = new Writer();
  to.names = names;
  to.what = "test";
  to.everything = everything;
  table.encode(value as T, to, {});
  return toHex(to.bytes.subarray(0, to.length));
}

/** Decodes hexadecimal digits with `table`; interface names are left out unless requested. */
export function decode<T>(table: Attributes<T>, hex: string, withNames = false): T {
  const bytes = octets(hex, new Writer());
  return decodedBothWays(() => {
    const from = new Reader(bytes);
    if (withNames) from.names = names;
    return table.decode(from, 0, bytes.length, {});
  });
}

/** Checks that the bytes decode to `value`, and that `value` encodes to the bytes. */
export function bothWays<T>(table: Attributes<T>, rows: string, value: object): void {
  assertEquals<unknown>(decode(table, rows), value);
  assertEquals(encode(table, value), rows);
}

/** Returns the header and attributes of a message, ordered by number and without the nesting flag. */
export function parts<T>(table: Attributes<T>, hex: string): readonly string[] {
  const at = 2 * table.headerSize, found: string[] = [];
  for (let place = at; place < hex.length;) {
    const [length, id] = [0, 4].map((i) =>
      parseInt(hex.slice(place + i + 2, place + i + 4) + hex.slice(place + i, place + i + 2), 16)
    );
    found.push(`${(id! & 0x3fff).toString().padStart(2, "0")}: ${hex.slice(place + 8, place + 2 * length!)}`);
    place += 2 * ((length! + 3) & ~3);
  }
  return [hex.slice(0, at), ...found.sort()];
}
