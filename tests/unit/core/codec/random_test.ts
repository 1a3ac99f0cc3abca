/** Random input: an encoded value decodes to the same value; garbage gives a value or a DecodeError. */
import { assert, assertEquals } from "@std/assert";
import {
  array,
  type Attributes,
  attributes,
  be16,
  bytes,
  chars,
  choice,
  type Codec,
  count64,
  enumeration,
  flag,
  head,
  hex,
  i32,
  ip,
  ipv4,
  ipv6,
  lazy,
  list,
  listOf,
  mac,
  mask,
  Reader,
  repeated,
  string,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../../../core/codec/mod.ts";
import { DecodeError } from "../../../../core/errors.ts";
import { locate } from "../../../../core/message.ts";
import { ShownMessage } from "../../../../core/show.ts";
import { message } from "../../../../core/scripted.ts";
import { decode, encode, random } from "../help.ts";
import { test } from "../../../test.ts";

interface Fields {
  family?: number;
  index?: number;
  ifname?: string;
  cookie?: bigint;
  count?: number;
  port?: number;
  there?: true;
  raw?: Uint8Array;
  key?: string;
  mac?: string;
  v4?: string;
  v6?: string;
  either?: string;
  mode?: "off" | "on" | number;
  flags?: readonly ("up" | "down" | number)[];
  map?: { a?: number; name?: string };
  nested?: Whole;
  numbers?: readonly number[];
  side?: readonly number[];
  children?: readonly Whole[];
  names?: readonly string[];
}
type Kind =
  | { kind: "self"; data?: Whole }
  | { kind: "list"; data?: readonly number[] }
  | { kind?: undefined; data?: undefined };
type Whole = Fields & Kind;
const self = lazy((): Attributes<Whole> => Whole);
const Whole: Attributes<Whole> = attributes<Fields>({
  family: head(0, u8),
  index: head(4, i32),
  ifname: [1, string(15)],
  cookie: [2, u64 as Codec<bigint>],
  count: [3, count64 as Codec<number>],
  port: [4, be16],
  there: [5, flag as Codec<true>],
  raw: [6, bytes as Codec<Uint8Array>],
  key: [7, hex(8) as Codec<string>],
  mac: [8, mac as Codec<string>],
  v4: [9, ipv4 as Codec<string>],
  v6: [10, ipv6 as Codec<string>],
  either: [11, ip as Codec<string>],
  mode: [12, enumeration(u16, { off: 0, on: 1 })],
  flags: [13, mask(u32, { up: 1, down: 2 }) as Codec<readonly ("up" | "down" | number)[]>],
  map: [14, struct<{ a?: number; name?: string }>(12, { a: [0, u32], name: [4, chars(8)] })],
  nested: [15, self],
  numbers: [16, list(u32)],
  side: [17, array(u16)],
  children: [19, listOf(1, self)],
  names: [20, repeated(20, text)],
}, { header: 8, pad: 21 }).with(
  choice<Kind, "kind", "data">("kind", 1, "data", 2, { self: Whole0(), list: list(u8) }, text),
  18,
);
function Whole0(): Codec<Whole> {
  return self;
}

type Next = (below: number) => number;

/** Returns text of letters and of bytes that are not UTF-8, in any combination. */
function someText(next: Next, most: number): string {
  const length = next(most);
  let out = "";
  while (out.length < length) {
    out += next(8) === 0 ? String.fromCharCode(0xdc80 + next(64)) : String.fromCharCode(97 + next(26));
  }
  return out;
}

/** Returns a random object of the table, as its decoder would return it. */
function someWhole(next: Next, depth: number): Whole {
  const octets = (size: number) => Uint8Array.from({ length: size }, () => next(256));
  const of = <D>(codec: Codec<D, never>, size: number): D => decode(codec, octets(size));
  const makers: { [K in keyof Fields]-?: () => Exclude<Fields[K], undefined> } = {
    family: () => next(256),
    index: () => next(2 ** 31),
    ifname: () => someText(next, 15),
    cookie: () => of(u64, 8),
    count: () => next(2 ** 31) * next(2 ** 21),
    port: () => next(65536),
    there: () => true,
    raw: () => octets(next(9)),
    key: () => of(hex(8), 8),
    mac: () => of(mac, 6),
    v4: () => of(ipv4, 4),
    v6: () => of(ipv6, 16),
    either: () => of(ip, next(2) ? 4 : 16),
    mode: () => (["off", "on", 7] as const)[next(3)]!,
    flags: () => of(mask(u32, { up: 1, down: 2 }), 4),
    map: () => ({ a: next(2 ** 32), name: someText(next, 7) }),
    nested: () => someWhole(next, depth - 1),
    numbers: () => Array.from({ length: next(4) }, () => next(2 ** 32)),
    side: () => Array.from({ length: next(4) }, () => next(65536)),
    children: () => Array.from({ length: next(3) }, () => someWhole(next, depth - 1)),
    names: () => Array.from({ length: 1 + next(3) }, () => someText(next, 200)),
  };
  const value: Record<string, unknown> = { family: makers.family(), index: makers.index() };
  for (const [key, make] of Object.entries(makers)) {
    if (next(3) === 0 && (depth > 0 || (key !== "nested" && key !== "children"))) value[key] = make();
  }
  if (depth > 0 && next(3) === 0) Object.assign(value, { kind: "self", data: someWhole(next, depth - 1) });
  else if (next(3) === 0) Object.assign(value, { kind: "list", data: [next(256)] });
  return value as Whole;
}

test("decode(encode(x)) equals x, and encodes to the same bytes again", () => {
  const next = random(1);
  for (let round = 0; round < 1000; round++) {
    const value = someWhole(next, 2), encoded = encode(Whole, value), decoded = decode(Whole, encoded);
    assertEquals(decoded, value);
    assertEquals(encode(Whole, decoded), encoded);
  }
});

/** Returns true if `use` returns, and false for a DecodeError; any other error fails the test. */
function survives(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

test("mutated bytes decode or are a DecodeError, in decoders, printers and error paths alike", () => {
  const next = random(2), samples = Array.from({ length: 50 }, () => encode(Whole, someWhole(next, 2)));
  let decoded = 0, refused = 0;
  for (let round = 0; round < 20_000; round++) {
    const sample = samples[next(samples.length)]!,
      garbled = sample.slice(0, next(4) === 0 ? next(sample.length + 1) : sample.length);
    for (let edits = 1 + next(4); edits > 0 && garbled.length > 0; edits--) {
      garbled[next(garbled.length)] = next(3) === 0 ? 0 : next(256);
    }
    // The memory has exactly this size, so that a read out of bounds is detected.
    if (survives(() => Whole.decode(new Reader(garbled), 0, garbled.length, {}))) decoded++;
    else refused++;
    if (round % 10 !== 0) continue;
    const whole = message(16, 0, 1, garbled), exact = whole.slice(0, 16 + garbled.length);
    survives(() => String(new ShownMessage(exact, "X", {}, Whole as Codec<unknown, never>)));
    survives(() => locate(new Reader(exact), 0, next(exact.length + 20), Whole as Codec<unknown, never>));
  }
  assertEquals([decoded > 2000, refused > 2000], [true, true]);
});

test("random bytes decode or are a DecodeError", () => {
  const next = random(3);
  let decoded = 0;
  for (let round = 0; round < 20_000; round++) {
    const noise = Uint8Array.from({ length: next(80) }, () => next(4) === 0 ? next(256) : next(24));
    if (survives(() => Whole.decode(new Reader(noise), 0, noise.length, {}))) decoded++;
  }
  assert(decoded > 0 && decoded < 20_000, `${decoded} decoded`);
});
