/** Byte counts and durations as people write them. */
import { assertEquals, assertThrows } from "@std/assert";
import { byteCount, duration } from "../../../core/units.ts";
import { test } from "../../test.ts";

test("units: bytes are in powers of 1024 with three digits", () => {
  const texts = {
    "0 B": 0,
    "1 B": 1,
    "1023 B": 1023,
    "1 KiB": 1024,
    "1.5 KiB": 1536,
    "1000 KiB": 1000 * 1024,
    "1023 KiB": 1023 * 1024,
    "1 MiB": 1024 * 1024 - 1,
    "12.3 GiB": 12.3 * 2 ** 30,
    "2 EiB": 2n ** 61n,
    "16 EiB": 2n ** 64n - 1n,
    "-1.5 KiB": -1536,
  };
  assertEquals(Object.values(texts).map(byteCount), Object.keys(texts));
});

test("units: durations are in their two largest units, and below a minute with three digits", () => {
  const texts = {
    "0 s": 0,
    "1 ns": 1e-9,
    "999 ns": 999.4e-9,
    "1 µs": 999.9e-9,
    "21.5 ms": 0.0215,
    "1 s": 0.9999,
    "2.5 s": 2.5,
    "59.9 s": 59.94,
    "1 min": 59.96,
    "5 min 3 s": 303.2,
    "1 h": 3600,
    "1 h 1 min": 3661,
    "1 d": 86_399,
    "1 d 2 h": 93_784,
    "365 d": 365n * 86_400n,
    "-5 min 3 s": -303,
    "forever": Infinity,
  };
  assertEquals(Object.values(texts).map(duration), Object.keys(texts));
  // No duration has a unit that is full, such as 60 s.
  for (let s = 0; s < 200_000; s += 7) {
    const [, count, unit] = /(\d+) (h|min|s)$/.exec(duration(s)) ?? [];
    if (unit !== undefined) assertEquals(Number(count) < { h: 24, min: 60, s: 60 }[unit]!, true, duration(s));
  }
});

test("units: what is no number is refused", () => {
  for (const bad of [undefined, null, NaN, "7", {}]) {
    assertThrows(() => byteCount(bad as never), TypeError, "as a number of bytes: expected a number");
    assertThrows(() => duration(bad as never), TypeError, "as a duration: expected a number");
  }
});
