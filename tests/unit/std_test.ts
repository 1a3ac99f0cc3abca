/** The project's replacements of `@std/assert` and `@std/cli` give the same results. */
import {
  assert,
  assertArrayIncludes,
  assertEquals,
  AssertionError,
  assertIsError,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { test } from "../test.ts";

const symbol = Symbol("raw");

test("std: assertEquals accepts what @std/assert accepts", () => {
  const pairs: [unknown, unknown][] = [
    [{ a: 1, b: [2n, "x"] }, { b: [2n, "x"], a: 1 }],
    [0, -0],
    [NaN, NaN],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new Set([{ a: 1 }]), new Set([{ a: 1 }])],
    [new Map([["a", [1]], ["b", [2]]]), new Map([["b", [2]], ["a", [1]]])],
    [new Date(0), new Date(0)],
    [/a/g, /a/g],
    [{ [symbol]: 1 }, { [symbol]: 1 }],
  ];
  for (const [a, b] of pairs) assertEquals(a, b);
});

test("std: assertEquals rejects what @std/assert rejects", () => {
  const pairs: [unknown, unknown][] = [
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [{ [symbol]: 1 }, {}],
    [1, 1n],
    [[1, 2], [1, 2, 3]],
    [[1], { 0: 1 }],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [new Uint8Array([1]), [1]],
    [new Map([["a", undefined]]), new Map([["b", undefined]])],
    [new Error("a"), new TypeError("a")],
    [null, undefined],
    [/a/g, /a/],
  ];
  for (const [a, b] of pairs) {
    assertNotEquals(a, b);
    assertThrows(() => assertEquals(a, b), AssertionError, "Values are not equal");
  }
});

test("std: assertEquals follows circular references", () => {
  const circle = () => {
    const object: Record<string, unknown> = { a: 1 };
    object.self = object;
    return object;
  };
  assertEquals(circle(), circle());
});

test("std: a failed assertEquals shows both values", () => {
  const { message } = assertThrows(() => assertEquals({ mtu: 1500 }, { mtu: 9000 }, "link"), AssertionError, ": link");
  assert(message.includes("1500") && message.includes("9000"), message);
});

test("std: assertObjectMatch ignores properties that are not expected", () => {
  const actual = { a: 1, nest: { b: [1, { c: 2, d: 3 }], e: 4 }, map: new Map([["x", { y: 1, z: 2 }]]) };
  assertObjectMatch(actual, { nest: { b: [1, { c: 2 }] }, map: new Map([["x", { y: 1 }]]) });
  assertThrows(() => assertObjectMatch(actual, { nest: { b: [1, { c: 3 }] } }), AssertionError);
  assertThrows(() => assertObjectMatch({}, { a: undefined }), AssertionError);
});

test("std: assertThrows and assertRejects check class and message, and return the error", async () => {
  const error = new RangeError("id out of range");
  const raise = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(raise, RangeError, "out of"), error);
  assertStrictEquals(await assertRejects(() => Promise.reject(error), RangeError), error);
  assertThrows(() => assertThrows(raise, TypeError), AssertionError, "RangeError");
  assertThrows(() => assertThrows(raise, RangeError, "missing"), AssertionError, "out of range");
  assertThrows(() => assertThrows(() => {}), AssertionError, "to throw");
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError, "to reject");
  assertThrows(() => assertIsError("text"), AssertionError);
});

test("std: assertArrayIncludes compares deeply and names what is missing", () => {
  assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]);
  assertThrows(() => assertArrayIncludes([1, 2], [3]), AssertionError, "missing: [ 3 ]");
});

test("std: parseArgs reads booleans, strings, lists, defaults and aliases", () => {
  const args = parseArgs(["-v", "--only", "bun", "--only=node", "file", "--count", "3", "--name=7", "--", "-x"], {
    boolean: ["verbose", "quiet"],
    string: ["only", "name"],
    collect: ["only"],
    alias: { verbose: "v" },
    default: { size: 10 },
  });
  assertEquals({ ...args }, {
    _: ["file", "-x"],
    count: 3,
    name: "7",
    only: ["bun", "node"],
    quiet: false,
    size: 10,
    v: true,
    verbose: true,
  });
});

test("std: parseArgs leaves out arguments that unknown refuses", () => {
  const refused: string[] = [];
  const args = parseArgs(["--mtu=9", "--known", "up"], {
    boolean: ["known"],
    unknown: (arg) => {
      refused.push(arg);
      return false;
    },
  });
  assertEquals({ ...args }, { _: [], known: true });
  assertEquals(refused, ["--mtu=9", "up"]);
});

test("std: ProgressBar writes a line at each end and leaves the stream open", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 10,
  });
  const bar = new ProgressBar({ writable, max: 4, barLength: 4 });
  bar.value = 3;
  await bar.stop();
  await writable.close();
  assertEquals(
    await new Response(readable).text(),
    "\r\x1b[K[00:00] [----] [0/4]\r\x1b[K[00:00] [###-] [3/4]\n",
  );
});
