/** Hostile bytes for every table of the library. */
import { assert } from "@std/assert";
import { Reader, Writer } from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { discover } from "../facts/discover.ts";
import { isTable } from "../facts/wire.ts";
import { test } from "../test.ts";

const TABLES = [...(await discover()).subjects.keys()].filter(isTable);

test("60,000 hostile messages give values or a DecodeError", () => {
  let seed = 7, returned = 0;
  const random = (below: number): number => (seed = Math.imul(seed, 48271) >>> 0 & 0x7fffffff) % below;
  for (let i = 0; i < 60_000; i++) {
    const table = TABLES[i % TABLES.length]!;
    // Attributes of this table, with payloads of any length, and nests with any content.
    const to = new Writer(), ids = table.fields.map(({ id }) => id).filter((id) => id >= 0);
    to.append(new Uint8Array(table.headerSize).fill(random(256)));
    to.align();
    for (let n = random(4); n >= 0; n--) {
      const start = to.open((ids[random(Math.max(1, ids.length))] ?? 1) | (random(2) === 0 ? 0x8000 : 0));
      for (let m = random(5); m > 0; m--) {
        if (random(2) === 0) to.append(new Uint8Array(random(12)).fill(random(256)));
        else {
          const inner = to.open(random(12) | (random(2) << 15));
          to.append(new Uint8Array(random(20)).fill(random(256)));
          to.close(inner);
        }
      }
      to.close(start);
    }
    const bytes = to.bytes.slice(0, random(5) === 0 ? random(to.length + 1) : to.length);
    if (bytes.length > 0 && random(3) === 0) bytes[random(bytes.length)] = random(256);
    try {
      table.decode(new Reader(bytes), 0, bytes.length, {});
      table.walk!(new Reader(bytes), 0, bytes.length, {}, () => {});
      returned++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  assert(returned > 10_000, `${returned}`);
});
