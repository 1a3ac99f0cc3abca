/**
 * Thousands of faulty specifications: each is used as it is, or refused by the library's own error. A specification
 * that is used decodes any bytes, and accepts or refuses any values with the library's own errors.
 *
 * The sequence is the same in each run. NETLINK_FUZZ sets the number of specifications.
 */
import { assert } from "@std/assert";
import process from "node:process";
import { test } from "../../test.ts";
import { type AnyCodec, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { CompiledSpec } from "../../../families/generic/compile_spec.ts";
import { family, type Spec } from "../../../families/generic/mod.ts";
import * as specs from "../../kernel/generic/specs.ts";
import { random } from "../core/help.ts";
import { LAMP } from "./lamp_spec.ts";

const COUNT = Number(process.env["NETLINK_FUZZ"] ?? 2_000);
const SEEDS: readonly Spec[] = [LAMP, LAMP, ...Object.values(specs)];

type Rand = (below: number) => number;
type Tree = Record<string | number, unknown>;

/** Yields every place in an object, as the container and its key; the object may contain itself. */
function places(tree: Tree, seen: Set<unknown> = new Set()): (readonly [holder: Tree, key: string | number])[] {
  if (seen.has(tree)) return [];
  seen.add(tree);
  return Object.keys(tree).flatMap((key) => {
    const one = tree[key];
    return [[tree, key] as const, ...(typeof one === "object" && one !== null ? places(one as Tree, seen) : [])];
  });
}

/** Names that every object has, and those of the language. */
const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "has-own-property",
  "valueOf",
  "nest",
  "indexed-array",
  "sub-message",
  "nest-type-value",
  "binary",
  "string",
  "flag",
  "u8",
  "s64",
  "uint",
  "bitfield32",
  "pad",
  "ipv4",
  "mac",
  "struct",
  "enum",
  "const",
  "netlink-raw",
  "directional",
  "u32-max - 1",
];
const NUMBERS = [0, -1, 1.5, 255, 256, 65_535, 70_000, 2 ** 31, 2 ** 53, -(2 ** 40), 1e21, 1e300, NaN, Infinity];
const OTHERS: readonly unknown[] = [null, undefined, true, false, "", [], {}, [null], [[]], 5n, () => {}];

function mutate(spec: Tree, rand: Rand): void {
  const all = places(spec), [holder, key] = all[rand(all.length)]!, other = all[rand(all.length)]!;
  switch (rand(7)) {
    case 0:
      delete holder[key];
      break;
    case 1:
      holder[key] = OTHERS[rand(OTHERS.length)];
      break;
    case 2:
      holder[key] = NUMBERS[rand(NUMBERS.length)];
      break;
    case 3:
      holder[key] = NAMES[rand(NAMES.length)];
      break;
    case 4:
      // Replaces a name by another, so that a reference means something else, or itself.
      holder[key] = other[0][other[1]];
      break;
    case 5: {
      const text = ["struct", "subset-of", "nested-attributes", "sub-type", "enum", "len", "type"];
      holder[text[rand(text.length)]!] = typeof other[0].name === "string" ? other[0].name : NAMES[rand(NAMES.length)];
      break;
    }
    default:
      if (Array.isArray(holder)) holder.push(holder[rand(holder.length)]);
      else holder[NAMES[rand(NAMES.length)]!] = holder[key];
  }
}

/** Returns a copy in which no two places share an object. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy(one)]));
}

/** Returns a value of any type for a field. */
function some(rand: Rand, depth: number): unknown {
  const values: readonly unknown[] = [
    ...NUMBERS,
    ...OTHERS,
    "a",
    "192.0.2.1",
    new Uint8Array(4),
    2n ** 64n,
    ["a", 1],
    Object.create(null),
    new Map(),
  ];
  if (depth < 3 && rand(3) === 0) {
    return { [NAMES[rand(NAMES.length)]!]: some(rand, depth + 1), index: 5, kind: "lens" };
  }
  if (depth < 3 && rand(3) === 0) return [some(rand, depth + 1), some(rand, depth + 1)];
  return values[rand(values.length)];
}

function use(codec: AnyCodec, rand: Rand): void {
  const fields = (codec as Partial<{ fields: readonly { key: string }[] }>).fields ?? [];
  const value: Tree = {};
  for (const { key } of fields) if (rand(3) === 0) value[key] = some(rand, 0);
  const to = new Writer();
  try {
    codec.encode(value as never, to, {});
  } catch (error) {
    const ours = (error instanceof TypeError || error instanceof RangeError) &&
      error.message.startsWith("Cannot encode: ");
    assert(ours, `${error instanceof Error ? error.stack : error}`);
  }
  const bytes = new Uint8Array(64).map(() => rand(4) === 0 ? rand(256) : rand(12));
  for (const [given, length] of [[to.bytes, to.length], [bytes, bytes.length]] as const) {
    try {
      codec.decode(new Reader(given, length), 0, length, {});
      codec.walk?.(new Reader(given, length), 0, length, {}, () => {});
    } catch (error) {
      assert(error instanceof DecodeError, `${error instanceof Error ? error.stack : error}`);
    }
  }
}

test(`fuzz: ${COUNT} mutated specifications are used, or refused by name`, { timeout: 600_000 }, () => {
  const rand = random(20_261_130);
  let refused = 0;
  for (let i = 0; i < COUNT; i++) {
    const spec = copy(SEEDS[i % SEEDS.length]) as Tree;
    for (let n = 1 + rand(3); n > 0; n--) mutate(spec, rand);
    try {
      family("lamp", { spec: spec as unknown as Spec }).describe();
    } catch (error) {
      const { message, stack } = error as Error;
      assert(error instanceof TypeError && message.startsWith("Cannot use the specification of "), stack);
      refused++;
      continue;
    }
    for (const { table } of new CompiledSpec(spec as unknown as Spec).operations.values()) use(table as AnyCodec, rand);
  }
  assert(refused > COUNT / 10 && refused < COUNT, `${refused} of ${COUNT} were refused`);
});
