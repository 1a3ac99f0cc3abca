/** The verbs of a collection: what goes out, what comes back, what is refused before. */
import { assertEquals, assertThrows } from "@std/assert";
import { test } from "node:test";
import { Collection } from "../../../core/collection.ts";
import { KernelError, NetlinkError } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { datagram, type SentMessage } from "../../../core/transport.ts";
import { decode } from "./help.ts";
import { answer, client, declaration, DEL, done, GET, Lamp, lamp, NEW } from "./lamps.ts";

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

/** A kernel that has LAMPS, and notes what it is asked. */
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

test("list() gives everything, and iterate() the same", () => {
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

test("list() hands the kernel what it can filter by, and nothing else", () => {
  const { lamps, asked } = shop();
  lamps.list({ level: 5, name: "a" });
  assertEquals(asked[0]!.value, { family: 0, index: 0, level: 5 });
});

test("list() refuses a filter that cannot be", () => {
  const { lamps } = shop();
  assertThrows(
    () => lamps.list({ levle: 1 } as object),
    TypeError,
    'Cannot list lamps: there is no field "levle", did you mean "level"?',
  );
  assertThrows(() => lamps.list({ level: -1 }), RangeError, "Cannot list lamps: level: expected");
});

test("get() gives one by its key, and throws what the kernel says", () => {
  const { lamps, asked } = shop();
  assertEquals(lamps.get("b" as never).index, 2);
  assertEquals(lamps.get(1 as never).name, "a");
  assertEquals(lamps.get({ index: 3 }).name, "c");
  assertEquals(asked.map(({ flags }) => flags & NLM_F.NLM_F_DUMP), [0, 0, 0]);
  const error = assertThrows(() => lamps.get("nope" as never), KernelError);
  assertEquals(error.message, 'Cannot get lamp nope: ENODEV "No such device"');
  for (const key of [undefined, null, true, Symbol("x")]) {
    assertThrows(() => lamps.get(key as never), TypeError, `Cannot find a lamp by ${String(key)}: expected`);
  }
});

test("find() is undefined for what does not exist, and throws what else is wrong", () => {
  const { lamps } = shop();
  assertEquals(lamps.find("nope" as never), undefined);
  assertEquals(lamps.find({ holderDev: "nope" }), undefined);
  assertEquals(lamps.find(1 as never)?.name, "a");
  const { lamps: others } = client(({ seq }) => [answer(seq, 1)]);
  assertThrows(() => others.find(1 as never), KernelError, "EPERM");
});

test("get() looks through a list where the kernel has no request for one", () => {
  const { client: c } = shop();
  const lamps = new Collection<Lamp>({ ...declaration, listOnly: true }, () => c);
  assertEquals(lamps.get("b" as never).index, 2);
  assertEquals(lamps.find("nope" as never), undefined);
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
  assertThrows(() => lamps.add(undefined as never), TypeError, "Cannot add a lamp: expected an object, got undefined");
});

test("add() gives the object back where the kernel echoes it", () => {
  const made = client(({ seq, flags }) => [
    ...(flags & NLM_F.NLM_F_ECHO ? [lamp(seq, { index: 9, name: "a" }, 0)] : []),
    answer(seq),
  ]);
  const echoing = new Collection<Lamp>({ ...declaration, echoes: true }, () => made.client);
  assertEquals(echoing.add({ name: "a" }).index, 9);
  assertEquals(made.lamps.add({ name: "a" }), undefined as never);
});

test("trap 5: what list() gives, add() and delete() accept", () => {
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

test("trap 32: flush() without a filter, or with one that says nothing, is refused", () => {
  const { lamps, asked } = shop();
  for (const filter of [{}, { level: undefined }, { level: undefined, name: undefined }]) {
    assertThrows(() => lamps.flush(filter), TypeError, "Cannot flush lamps without a filter: { all: true } says so");
  }
  assertEquals(asked, []);
});

test("flush() deletes what fits, and says how many", () => {
  const { lamps, asked } = shop();
  assertEquals(lamps.flush({ level: 5 }), 2);
  assertEquals(asked.slice(1).map(({ type, value }) => [type, value.index]), [[DEL, 1], [DEL, 2]]);
  assertEquals(lamps.flush({ all: true }), 4);
  assertEquals(lamps.flush({ name: "zzz" }), 0);
});

test("a verb with a hint and preparations of its own has them", () => {
  const { client: c } = client(({ seq }) => [answer(seq, 17)]);
  const lamps = new Collection<Lamp>({
    ...declaration,
    prepare: (value, verb) => ({ ...value, level: verb === "add" ? 1 : 2 }),
    hint: (code, _details, value) => `${code} of level ${(value as Lamp).level}`,
  }, () => c);
  assertEquals(assertThrows(() => lamps.add({ name: "a" }), NetlinkError).hint, "EEXIST of level 1");
  assertEquals(assertThrows(() => lamps.replace({ name: "a" }), NetlinkError).hint, "EEXIST of level 2");
});
