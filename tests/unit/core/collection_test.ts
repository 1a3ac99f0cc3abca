/** The verbs of a collection: requests, results, and arguments that are refused before anything is sent. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type AddOptions, Collection, type Declaration, type Existing, type Input } from "../../../core/collection.ts";
import { attributes, head, list, struct, u32 } from "../../../core/codec/mod.ts";
import { BatchError, KernelError, NetlinkError } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { datagram, message, type SentMessage } from "../../../core/scripted.ts";
import { decode, encode } from "./help.ts";
import { answer, client, declaration, DEL, done, GET, Lamp, lamp, NEW } from "./lamps.ts";
import { test } from "../../test.ts";

const LAMPS: Lamp[] = [
  { index: 1, name: "a", level: 5, flags: ["lit"], holder: 7 },
  {
    index: 2,
    name: "b",
    level: 5,
    flags: ["lit", "warm"],
    cookie: 5n,
    kind: "bulb",
    data: { watts: 60, colours: [1, 2] },
  },
  { index: 3, name: "c", level: 0, holder: 0 },
  { index: 4 },
];

/** A kernel that has LAMPS, and records its requests. */
function shop() {
  const asked: (SentMessage & { value: Lamp })[] = [];
  const made = client((one) => {
    const value = decode(Lamp, one.payload), { seq, type, flags } = one;
    asked.push({ ...one, value });
    if (type === GET && (flags & NLM_F.NLM_F_DUMP) === NLM_F.NLM_F_DUMP) {
      return [datagram(...LAMPS.map((each) => lamp(seq, each)), done(seq))];
    }
    if (type !== GET) return [answer(seq)];
    const found = LAMPS.find(({ index, name }) =>
      value.name === undefined ? index === value.index : name === value.name
    );
    return found === undefined ? [answer(seq, 19)] : [lamp(seq, found, 0), answer(seq)];
  });
  return { ...made, asked };
}
function names(lamps: Iterable<Lamp>): (string | undefined)[] {
  return [...lamps].map(({ name }) => name);
}

test("list() returns all objects, and iterate() the same", () => {
  const { lamps } = shop();
  assertEquals(names(lamps.list()), ["a", "b", "c", undefined]);
  assertEquals([...lamps.iterate()], lamps.list());
});

for (
  const [what, filter, found] of [
    ["a number", { level: 5 }, ["a", "b"]],
    ["zero, which is not absent", { level: 0 }, ["c"]],
    ["a name of an interface", { holderDev: "br0" }, ["a"]],
    ["no interface", { holder: null }, ["b", "c", undefined]],
    ["one name of a mask", { flags: ["warm"] }, ["b"]],
    ["two names of a mask", { flags: ["warm", "lit"] }, ["b"]],
    ["a number for a bigint", { cookie: 5 }, ["b"]],
    ["a part of a nest", { kind: "bulb", data: { watts: 60 } }, ["b"]],
    ["an item of a list", { kind: "bulb", data: { colours: [2] } }, ["b"]],
    ["undefined, which is no filter", { level: undefined }, ["a", "b", "c", undefined]],
    ["nothing", {}, ["a", "b", "c", undefined]],
    ["what nobody has", { name: "zzz" }, []],
  ] as const
) {
  test(`list() filters by ${what}`, () => {
    const { lamps } = shop();
    assertEquals(names(lamps.list(filter as object)), [...found]);
    assertEquals(names(lamps.iterate(filter as object)), [...found]);
  });
}

test("list() filters by a derived name that is read-only", () => {
  const { lamps } = client((
    { seq },
  ) => [lamp(seq, { index: 7, name: "x" }), lamp(seq, { index: 8, name: "y" }), done(seq)]);
  assertEquals(names(lamps.list({ dev: "br0" })), ["x"]);
});

test("list() passes to the kernel only the fields that it can filter by", () => {
  const { lamps, asked } = shop();
  lamps.list({ level: 5, name: "a" });
  assertEquals(asked[0]!.value, { family: 0, index: 0, level: 5 });
});

test("list() refuses an impossible filter", () => {
  const { lamps } = shop();
  assertThrows(
    () => lamps.list({ levle: 1 } as object),
    TypeError,
    'Cannot list lamps: there is no field "levle", did you mean "level"?',
  );
  assertThrows(() => lamps.list({ level: -1 }), RangeError, "Cannot list lamps: level: expected");
});

test("get() returns an object by its key, and throws the kernel's error", () => {
  const { lamps, asked } = shop();
  assertEquals(lamps.get("b" as never).index, 2);
  assertEquals(lamps.get(1 as never).name, "a");
  assertEquals(lamps.get({ index: 3 }).name, "c");
  assertEquals(asked.map(({ flags }) => flags & NLM_F.NLM_F_DUMP), [0, 0, 0]);
  const error = assertThrows(() => lamps.get("nope" as never), KernelError);
  assertEquals(error.message, 'Cannot get lamp nope: ENODEV "No such device"');
});

test("find() returns undefined for an object that does not exist, and throws other errors", () => {
  const { lamps } = shop();
  assertEquals(lamps.find("nope" as never), undefined);
  assertEquals(lamps.find({ holderDev: "nope" }), undefined);
  assertEquals(lamps.find(1 as never)?.name, "a");
  const { lamps: others } = client(({ seq }) => [answer(seq, 1)]);
  assertThrows(() => others.find(1 as never), KernelError, "EPERM");
});

test("get() searches a list if the kernel has no request for a single object", () => {
  const { client: c } = shop();
  const lamps = new Collection<Lamp>({ ...declaration, listOnly: true }, () => c);
  const normalize = c.normalize.bind(c);
  let normalized = 0;
  c.normalize = (...given) => {
    normalized++;
    return normalize(...given);
  };
  assertEquals(lamps.get("b" as never).index, 2);
  assertEquals(lamps.find("nope" as never), undefined);
  normalized = 0;
  assertEquals(lamps.get("b" as never).index, 2);
  // The filter of the list, and the key.
  assertEquals(normalized, 2);
  assertThrows(() => lamps.get("nope" as never), KernelError, 'Cannot get lamp nope: ENOENT "there is no such lamp"');
});

test("the verbs have their types and flags", () => {
  const { lamps, asked } = shop(), { NLM_F_CREATE, NLM_F_EXCL, NLM_F_APPEND, NLM_F_REPLACE } = NLM_F;
  lamps.add({ name: "a" });
  lamps.append({ name: "a" });
  lamps.replace({ name: "a" });
  lamps.set("a" as never, { level: 1 });
  lamps.delete("a" as never);
  assertEquals(asked.map(({ type, flags }) => [type, flags & ~5]), [
    [NEW, NLM_F_CREATE | NLM_F_EXCL],
    [NEW, NLM_F_CREATE | NLM_F_APPEND],
    [NEW, NLM_F_CREATE | NLM_F_REPLACE],
    [NEW, NLM_F_REPLACE],
    [DEL, 0],
  ]);
  assertEquals(asked[3]!.value, { family: 0, index: 0, name: "a", level: 1 });
});

class EchoedLamps extends Collection<Lamp, Input<Lamp>, Input<Lamp>, Lamp> {
  override add<E extends "ok" | undefined = undefined>(
    value: Input<Lamp>,
    options?: AddOptions<E>,
  ): Lamp | Existing<E> {
    return this.addEchoed(value, options);
  }
}

test("add() returns the object if the kernel echoes it", () => {
  const made = client(({ seq, flags }) => [
    ...(flags & NLM_F.NLM_F_ECHO ? [lamp(seq, { index: 9, name: "a" }, 0)] : []),
    answer(seq),
  ]);
  assertEquals(new EchoedLamps(declaration, () => made.client).add({ name: "a" }).index, 9);
  assertEquals(made.lamps.add({ name: "a" }), true);
  const silent = client(({ seq }) => [answer(seq)]).client;
  const error = assertThrows(() => new EchoedLamps(declaration, () => silent).add({ name: "a" }));
  assertStringIncludes((error as Error).message, "Cannot get lamp a: it was made, but this kernel does not return it");
});

test("add() and delete() with options return false if nothing was to do, and refuse wrong options", () => {
  const told: number[] = [17, 0, 17, 2, 0, 19, 1, 1];
  const { client: c, lamps } = client(({ seq }) => [answer(seq, told.shift()!)]);
  assertEquals([lamps.add({ name: "a" }, { exists: "ok" }), lamps.add({ name: "a" }, { exists: "ok" })], [false, true]);
  assertEquals(new EchoedLamps(declaration, () => c).add({ name: "a" }, { exists: "ok" }), false);
  const gone = (): boolean => lamps.delete({ index: 1 }, { missing: "ok" });
  assertEquals([gone(), gone(), gone()], [false, true, false]);
  assertThrows(() => lamps.add({ name: "a" }, { exists: "ok" }), KernelError, "EPERM");
  assertThrows(gone, KernelError, "EPERM");
  assertEquals(told, []);
  for (
    const [wrong, says] of [
      [{ exist: "ok" }, 'there is no option "exist", did you mean "exists"?'],
      [{ exists: true }, 'exists: expected "ok", got true'],
      [null, "expected options as an object, got null"],
    ] as const
  ) assertThrows(() => lamps.add({ name: "a" }, wrong as never), TypeError, `Cannot add lamp: ${says}`);
  assertThrows(
    () => lamps.delete({ index: 1 }, { exists: "ok" } as never),
    TypeError,
    'Cannot delete lamp: there is no option "exists"',
  );
});

test("trap 5: add() and delete() accept objects from list()", () => {
  const { lamps, asked } = shop();
  const all = lamps.list();
  for (const one of all) {
    lamps.add(one);
    lamps.delete(one);
  }
  const sent = asked.slice(1).map(({ value }) => value);
  assertEquals(
    sent,
    all.flatMap((one) => {
      const { holderDev: _, dev: __, ...rest } = one;
      return [rest, rest];
    }) as Lamp[],
  );
});

test("trap 32: flush() without a filter, or with one without a condition, is refused", () => {
  const { lamps, asked } = shop();
  for (
    const filter of [
      undefined,
      {},
      { level: undefined },
      { level: undefined, name: undefined },
      { flags: [] },
      { flags: 0 },
      { names: [] },
      { all: undefined },
    ]
  ) {
    assertThrows(
      () => lamps.flush(filter as never),
      TypeError,
      "Cannot flush lamps without a filter: use { all: true } to delete all",
    );
  }
  const both = { all: true, level: 5 } as never;
  assertThrows(() => lamps.flush(both), TypeError, "Cannot flush lamps: { all: true } excludes other fields");
  assertThrows(
    () => lamps.flush({ all: 1 } as never),
    TypeError,
    "Cannot flush lamps: all: expected true or undefined",
  );
  assertEquals(asked, []);
});

/** Values that are not objects, and their form in messages. */
const SHAPES: readonly (readonly [unknown, string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  [[], "an array of 0"],
  [[{ index: 1 }], "an array of 1"],
  [new Uint8Array(4), "4 bytes"],
  [true, "true"],
  [() => ({ index: 1 }), "a function"],
  [Symbol("x"), "Symbol(x)"],
  [5n, "5n"],
];

test("every verb refuses a value that is not an object, and names itself and the kind of object", async () => {
  const { lamps, asked } = shop(), one = { index: 1 };
  for (const [shape, shown] of [...SHAPES, [1, "1"], ["a", '"a"']] as const) {
    const wrong = shape as never;
    const says = (act: () => unknown, words: string): void => {
      assertThrows(act, TypeError, `Cannot ${words}, got ${shown}`);
    };
    for (const verb of ["add", "append", "replace"] as const) {
      says(() => lamps[verb](wrong), `${verb} lamp: expected an object`);
    }
    says(() => lamps.set(one, wrong), "set lamp 1: expected the changes as an object");
    if (shape !== undefined) {
      says(() => lamps.flush(wrong), "flush lamps: expected a filter as an object");
      says(() => lamps.list(wrong), "list lamps: expected a filter as an object");
      says(() => [...lamps.iterate(wrong)], "list lamps: expected a filter as an object");
      says(() => lamps.watch(wrong), "watch lamps: expected options as an object");
      const waits = (...rest: unknown[]): Promise<unknown> => lamps.waitFor(one, ...rest as [never]);
      if (typeof shape !== "function") {
        await assertRejects(() => waits(wrong), TypeError, "wait for lamp 1: expected a test");
      }
      await assertRejects(() => waits(() => true, wrong), TypeError, "wait for lamp 1: expected options");
    }
    if (typeof shape === "string" || typeof shape === "number") continue;
    for (const verb of ["get", "find", "delete"] as const) {
      says(() => lamps[verb](wrong), `${verb === "find" ? "get" : verb} lamp: expected a name, a number or an object`);
    }
    says(() => lamps.set(wrong, {}), "set lamp: expected a name, a number or an object");
  }
  assertEquals(asked, []);
});

test("for a struct in a filter, only given fields count, not those that are zero beside them", () => {
  interface Box {
    index?: number;
    size?: { high?: number; wide?: number };
    sizes?: readonly { high?: number; wide?: number }[];
  }
  const size = struct<{ high?: number; wide?: number }>(8, { high: [0, u32], wide: [4, u32] });
  const table = attributes<Box>({ index: head(0, u32), size: [1, size], sizes: [2, list(size)] }, { header: 4 });
  const ALL: Box[] = [
    { index: 1, size: { high: 5, wide: 6 }, sizes: [{ high: 1, wide: 2 }] },
    { index: 2, size: { high: 0, wide: 7 } },
  ];
  const { client: c } = client(({ seq }) => [
    datagram(...ALL.map((box) => message(NEW, 2, seq, encode(table, box), 4242)), done(seq)),
  ]);
  const boxes = new Collection<Box>(
    { ...declaration as object as Declaration<Box>, object: "box", table, filters: [] },
    () => c,
  );
  const found = (filter: object): unknown[] => boxes.list(filter as Box).map(({ index }) => index);
  assertEquals(found({ size: { wide: 6 } }), [1]);
  assertEquals(found({ size: { high: 5, wide: undefined } }), [1]);
  assertEquals(found({ size: { high: 0 } }), [2]);
  assertEquals(found({ sizes: [{ wide: 2 }] }), [1]);
  assertEquals(found({ size: {} }), [1, 2]);
  assertThrows(() => boxes.flush({ size: {} }), TypeError, "Cannot flush boxes without a filter");
  assertThrows(() => boxes.list({ nope: 1 } as Box), TypeError, "Cannot list boxes: there is no field");
});

test("flush() counts objects that went along with others as gone, and lists those that still exist", () => {
  const here = new Set([1, 2, 3, 4]);
  const made = (goes: (index: number) => void) =>
    client(({ seq, type, flags, payload }) => {
      if (type === GET) {
        assertEquals(flags & NLM_F.NLM_F_DUMP, NLM_F.NLM_F_DUMP);
        return [datagram(...[...here].map((index) => lamp(seq, { index, level: 5 })), done(seq))];
      }
      const { index } = decode(Lamp, payload);
      if (!here.has(index!)) return [answer(seq, 19)];
      goes(index!);
      // An object that the kernel cannot find although it lists it.
      return [answer(seq, here.has(index!) ? 19 : 0)];
    }).lamps;
  assertEquals(made((index) => [index, index + 1].forEach((one) => here.delete(one))).flush({ level: 5 }), 4);
  [1, 2, 3].forEach((index) => here.add(index));
  const error = assertThrows(() => made((index) => index !== 2 && here.delete(index)).flush({ level: 5 }), BatchError);
  assertEquals(error.message.startsWith("Cannot flush lamps: cannot do 1 of "), true, error.message);
  assertEquals(error.failures.map(({ index }) => index), [1]);
  assertEquals(here, new Set([2]));
});

test("an error of the list that flush() needs names the flush, with the kernel's message and the hint", () => {
  const { lamps } = client(({ seq }) => [answer(seq, 1)]);
  const listing = assertThrows(() => lamps.list(), KernelError), error = assertThrows(() => lamps.flush({ level: 5 }));
  assertEquals(listing.message.startsWith('Cannot list lamps: EPERM "Operation not permitted"'), true, listing.message);
  if (!(error instanceof KernelError)) throw error;
  assertEquals(error.message, listing.message.replace("list", "flush"));
  assertEquals([error.operation, error.code, error.errno], ["flush lamps", "EPERM", 1]);
});

test("flush() deletes the objects that match, and returns their number", () => {
  const { lamps, asked } = shop();
  assertEquals(lamps.flush({ level: 5 }), 2);
  assertEquals(asked.slice(1).map(({ type, value }) => [type, value.index]), [[DEL, 1], [DEL, 2]]);
  assertEquals(lamps.flush({ all: true }), 4);
  assertEquals(lamps.flush({ name: "zzz" }), 0);
});

test("a collection uses its own hint and preparation of values", () => {
  const { client: c } = client(({ seq }) => [answer(seq, 17)]);
  const lamps = new Collection<Lamp>({
    ...declaration,
    prepare: (value, verb) => ({ ...value, level: verb === "add" ? 1 : 2 }),
    hint: (code, _details, value) => `${code} of level ${(value as Lamp).level}`,
  }, () => c);
  assertEquals(assertThrows(() => lamps.add({ name: "a" }), NetlinkError).hint, "EEXIST of level 1");
  assertEquals(assertThrows(() => lamps.replace({ name: "a" }), NetlinkError).hint, "EEXIST of level 2");
});

test("set() refuses a field with the name of another object, accepts that of the same, and reads the object if the key does not tell", () => {
  const { client: c, asked } = shop();
  const lamps = new Collection<Lamp>({ ...declaration, fixed: ["index", "holder", "holderDev"] }, () => c);
  assertThrows(
    () => lamps.set({ index: 1 }, { index: 2, level: 1 }),
    TypeError,
    "Cannot set lamp 1: index does not change",
  );
  assertThrows(() => lamps.set({ name: "a" }, { name: "b" }), TypeError, "Cannot set lamp a: name does not change");
  assertEquals(asked.length, 0);
  lamps.set({ index: 1 }, { index: 1, level: 1 });
  lamps.set({ name: "a" }, { index: undefined, level: 2 });
  assertEquals(asked.map(({ value }) => value.level), [1, 2]);
  assertThrows(
    () => lamps.set({ name: "a" }, { index: 2 }),
    TypeError,
    "Cannot set lamp a: index does not change, got 2",
  );
  lamps.set({ name: "a" }, { holderDev: "br0", level: 3 });
  assertEquals(asked.map(({ type }) => type), [NEW, NEW, GET, GET, NEW]);
});

test("set() sends the whole object if the kernel replaces it, merged in nested objects, with names beside their numbers", () => {
  const { client: c, asked } = shop();
  const merging = { ...declaration, fixed: ["index"], merge: ({ whole }: { whole: object }) => whole };
  const lamps = new Collection<Lamp>(merging, () => c);
  lamps.set({ index: 2 }, { kind: "bulb", data: { watts: 75 } });
  assertEquals(asked[1]!.value, { family: 0, ...LAMPS[1]!, data: { watts: 75, colours: [1, 2] } } as Lamp);
  lamps.set({ index: 1 }, { holder: 9 });
  assertEquals(asked[3]!.value.holder, 9);
  const shown: unknown[] = [];
  const { client: dry } = client(() => [], { dryRun: (message) => shown.push(message.value) });
  new Collection<Lamp>(merging, () => dry).set({ index: 2 }, { level: 7 });
  assertEquals(shown, [{ family: 0, index: 2, level: 7 }]);
});

test("a dry run returns the object that would be made, and refuses to answer questions", () => {
  const types: unknown[] = [];
  const { client: c, lamps } = client(() => [], { dryRun: ({ type }) => types.push(type) });
  const made = new EchoedLamps(declaration, () => c).add({ name: "a", holderDev: "br0" });
  assertEquals(made, { family: 0, index: 0, name: "a", holder: 7 } as Lamp);
  const error = assertThrows(() => lamps.get({ index: 1 }), NetlinkError);
  assertEquals([error.code, error.message], ["DRY_RUN", "Cannot get lamp 1: a dry run does not ask the kernel"]);
  assertEquals([lamps.find({ index: 1 }), lamps.list()], [undefined, []]);
  assertEquals(types, ["LAMP_NEW", "LAMP_GET", "LAMP_GET", "LAMP_GET"]);
});

test("a list of a table that does not exist is empty, if the kernel has an error code for that", () => {
  const { client: c } = client(({ seq }) => [done(seq, 2)]);
  const lamps = new Collection<Lamp>({ ...declaration, none: ["ENOENT"] }, () => c);
  assertEquals([lamps.list(), [...lamps.iterate()], lamps.flush({ all: true })], [[], [], 0]);
  assertThrows(() => new Collection<Lamp>(declaration, () => c).list(), KernelError, "ENOENT");
});

test("the stack of an error begins at the line that called the verb", async () => {
  const { lamps } = shop();
  const calls: Readonly<Record<string, () => unknown>> = {
    "a refusal of the kernel": () => lamps.get({ name: "missing" }),
    "a misspelt field": () => lamps.add({ nam: "d" } as never),
    "an option of a watch": () => lamps.watch({ initial: 5 } as never),
    "an interface that does not exist": () => lamps.add({ name: "d", holder: "nosuch0" }),
    "a filter of a lazy list": () => [...lamps.iterate({ nam: "d" } as never)],
    "a verb apart from its object": () => (0, lamps.get)({ name: "a" }),
    "a wait that ends": async () => await lamps.waitFor({ name: "missing" }, () => true, { timeout: 1 }),
  };
  for (const [what, call] of Object.entries(calls)) {
    let error: unknown;
    try {
      await call();
    } catch (caught) {
      error = caught;
    }
    if (!(error instanceof Error)) throw new Error(`${what}: nothing was thrown`);
    const frames = error.stack!.split("\n").filter((line) => /^\s*at /.test(line));
    const own = frames.findIndex((line) => line.includes("collection_test.ts"));
    // An error that comes later has a few calls of the library before it.
    assertEquals(what === "a wait that ends" ? own > 0 : own === 0, true, `${what}\n${error.stack}`);
  }
  // An error of the script's own callback keeps its stack.
  const own = await assertRejects(
    () =>
      lamps.waitFor({ name: "a" }, function failing() {
        throw new TypeError("own");
      }),
    TypeError,
    "own",
  );
  assertStringIncludes(own.stack!, "failing");
});
