/** Families by name with a scripted kernel: headers of their own, groups, events, and refused values. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { test } from "../../test.ts";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { CTRL_CMD, framed, GenericFamily } from "../../../core/generic.ts";
import { message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { type Family, family, type FamilyOptions, type Spec } from "../../../families/generic/mod.ts";
import { decode, readCapture } from "../../../families/registry.ts";
import { LAMP } from "./lamp_spec.ts";

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(" ", "").match(/../g) ?? [], (two) => parseInt(two, 16));

function verdict(seq: number, errno: number): Uint8Array {
  const body = new Uint8Array(20);
  new DataView(body.buffer).setInt32(0, -errno, true);
  return message(2, 0, seq, body);
}

const ID = 40;

/** A kernel with one family, which answers a request with `answer`, and has no policy. */
function kernel(told: GenericFamily, answer: string): ScriptedKernel {
  return new ScriptedKernel(({ type, seq, flags, payload }: SentMessage) => {
    if (type === 16 && payload[0] === CTRL_CMD.CTRL_CMD_GETFAMILY) {
      const to = new Writer(), codec = framed(CTRL_CMD.CTRL_CMD_NEWFAMILY, 2, GenericFamily as Codec<unknown, never>);
      const asked = new TextDecoder().decode(payload.subarray(8, -1)).startsWith("nlctrl") ? { familyId: 16 } : told;
      codec.encode({ familyId: ID, version: 1, ...asked } as never, to, {});
      return [message(16, 0, seq, to.bytes.slice(0, to.length)), verdict(seq, 0)];
    }
    if (type === 16) return [verdict(seq, 61)];
    const reply = answer === "" ? [] : [message(type, 2, seq, bytesOf(answer))];
    return [...reply, (flags & 0x300) !== 0 ? message(3, 2, seq, new Uint8Array(4)) : verdict(seq, 0)];
  });
}

/** Returns a family on such a kernel, and a function for the last message sent to it. */
function opened(
  told: GenericFamily,
  answer: string,
  options: FamilyOptions = {},
): { it: Family; last: () => string; kernels: ScriptedKernel[] } {
  const kernels: ScriptedKernel[] = [];
  const transport = (): ScriptedKernel => (kernels.push(kernel(told, answer)), kernels.at(-1)!);
  const it = family(told.familyName!, { transport, ...options });
  return { it, kernels, last: () => hexOf(kernels[0]!.sent.at(-1)!.subarray(16)) };
}

/** Six bytes: the attributes begin at the next multiple of four. */
const LANTERN: GenericFamily = {
  familyName: "lantern",
  hdrsize: 6,
  mcastGroups: [{ name: "wicks", id: 70 }, { name: "oil", id: 71 }],
};
const REPLY = "01010000 0a0b0c0d0e0f0000 0800020007000000";
const READ = { header: bytesOf("0a0b0c0d0e0f"), 2: bytesOf("07000000") };

test("family: a family's own header is encoded and decoded without a specification", () => {
  const pieces: Uint8Array[] = [];
  const { it, last } = opened(LANTERN, REPLY, { capture: (bytes) => pieces.push(bytes) });
  assertEquals({ ...it.request(1, { header: "010203040506", 5: "aabbccdd" }) as typeof READ }, READ);
  assertEquals(last(), "01010000" + "0102030405060000" + "08000500aabbccdd");
  it.request(1, { 5: "aabbccdd" });
  assertEquals(last(), "01010000" + "0000000000000000" + "08000500aabbccdd");
  it.request(1);
  assertEquals(last(), "01010000" + "0000000000000000");
  assertEquals(it.dump(1, { header: new Uint8Array(6).fill(9) }).map((one) => ({ ...one })), [READ]);
  assertEquals(last(), "01010000" + "0909090909090000");
  assertThrows(
    () => it.request(1, { header: "0102" }),
    RangeError,
    "request lantern 1: header: expected 6 bytes, got 2",
  );
  assertThrows(() => it.request(1, { head: "00" }), TypeError, 'there is no attribute "head"');
  assertStringIncludes(it.describe(), "messages begin with header, 6 bytes");
  it.close();
  // nlctrl's description is in the capture, so that its reader knows the header too.
  const seen = [...readCapture(new Uint8Array(pieces.flatMap((piece) => [...piece])))];
  const [sent, received] = [
    seen.findIndex(({ type }) => type === "lantern"),
    seen.findLastIndex(({ type }) => type === "lantern"),
  ];
  assertEquals((seen[sent]!.value as { header: Uint8Array }).header, bytesOf("010203040506"));
  assertEquals((seen[received]!.value as { header: Uint8Array }).header, READ.header);
  assertEquals(seen[received]!.fields.map(({ path }) => path), ["cmd", "version", "header", "#2"]);
  assertStringIncludes(seen[received]!.summary(), '"header":"0a0b0c0d0e0f"');
});

test("family: decode() accepts nlctrl's descriptions of families", () => {
  const bytes = message(ID, 2, 7, bytesOf(REPLY)), generic = [{ ...LANTERN, familyId: ID }];
  const [told] = decode("GENERIC", bytes, { generic }),
    [untold] = decode("GENERIC", bytes, { generic: { lantern: ID } });
  assertEquals([told!.type, (told!.value as { header: Uint8Array }).header], ["lantern", READ.header]);
  assertEquals(untold!.type, "lantern");
  // No stated size leads to an endless loop, or to reading outside of the message.
  for (const hdrsize of [0xffff, 0x7fffffff, 0xffffffff]) {
    const [odd] = decode("GENERIC", bytes, { generic: [{ ...LANTERN, familyId: ID, hdrsize }] });
    assertEquals(odd!.type, "lantern");
  }
});

test("family: events of a family with its own header are decoded, also those of unknown commands", async () => {
  for (const spec of [undefined, { ...LAMP, name: "lantern" }]) {
    const { it, kernels } = opened({ ...LANTERN, ...(spec === undefined ? {} : { hdrsize: 4 }) }, "", { spec });
    await using events = it.watch();
    const listening = kernels.at(-1)!;
    assertEquals(listening.groups, [70, 71]);
    listening.push(message(ID, 0, 0, bytesOf(spec === undefined ? REPLY : "c8010000 09000000 0800020007000000")));
    const { value: told } = await events.next();
    const { event, value } = told as { event: string; value: Record<string, unknown> };
    if (spec === undefined) assertEquals([event, { ...value }], ["1", READ]);
    else assertEquals([event, { ...value }], ["200", { house: 9, 2: bytesOf("07000000") }]);
    it.close();
  }
});

test("family: a watch without any group is refused at once", () => {
  const none = { familyName: "lantern" };
  for (const spec of [undefined, LAMP]) {
    const { it } = opened(none, "", { spec });
    assertThrows(() => it.watch(), TypeError, "Cannot watch lantern: it has no groups");
    assertThrows(() => it.watch([]), TypeError, "Cannot watch lantern: it has no groups");
    assertThrows(() => it.watch(["wicks"]), TypeError, 'Cannot join group "wicks" of lantern');
  }
  const { it } = opened(LANTERN, "");
  assertThrows(() => it.watch([]), TypeError, "Cannot watch lantern: no group is given, expected wicks, oil");
  for (const group of [0, -1, 1.5, 2 ** 40]) {
    assertThrows(() => it.watch([group]), RangeError, `Cannot join group ${group}`);
  }
  assertThrows(() => it.watch(["constructor"]), TypeError, 'Cannot join group "constructor" of lantern');
});

test("family: a family is found again after its module was loaded again with another number", () => {
  let id = 40;
  const transport = (): ScriptedKernel =>
    new ScriptedKernel(({ type, seq, flags }: SentMessage) => {
      if (type === 16) {
        const to = new Writer(), codec = framed(CTRL_CMD.CTRL_CMD_NEWFAMILY, 2, GenericFamily as Codec<unknown, never>);
        codec.encode({ familyId: id, familyName: "lamp", version: 1 } as never, to, {});
        return [message(16, 0, seq, to.bytes.slice(0, to.length)), verdict(seq, 0)];
      }
      if (type !== id) return [verdict(seq, 2)];
      return [(flags & 0x300) !== 0 ? message(3, 2, seq, new Uint8Array(4)) : verdict(seq, 0)];
    });
  using it = family("lamp", { spec: LAMP, transport });
  for (const next of [41, 42, 43]) {
    it.request("lamp-set", { index: 1 });
    assertEquals(it.dump("lamp-get"), []);
    id = next;
    it.batch((batch) => batch.request("lamp-set", { index: 1 }));
    id = next + 10;
  }
});

/** A protocol of its own, with some groups that have no number. */
function raw(groups: object): Spec {
  return { name: "tube", protocol: "netlink-raw", protonum: 5, operations: { list: [] }, ...groups } as Spec;
}

test("family: groups of a protocol of its own have the numbers of its specification, or the given ones", async () => {
  const kernels: ScriptedKernel[] = [];
  const open = (groups: object): Family =>
    family("tube", {
      spec: raw(groups),
      transport: () => (kernels.push(new ScriptedKernel()), kernels.at(-1)!),
    });
  assertThrows(() => open({}).watch(), TypeError, "Cannot watch tube: it has no groups");
  const some = open({ "mcast-groups": { list: [{ name: "a", value: 7 }, { name: "b" }] } });
  assertThrows(() => some.watch(), TypeError, 'Cannot join group "b" of tube: its specification has no number for it');
  assertThrows(() => some.watch(["c"]), TypeError, 'Cannot join group "c" of tube');
  for (const [groups, joined] of [[["a"], [7]], [["a", 9], [7, 9]], [[31], [31]]] as const) {
    await using events = some.watch(groups);
    assertEquals(kernels.at(-1)!.groups, [...joined]);
    // A message without an operation in the specification has its type as name.
    kernels.at(-1)!.push(message(99, 0, 0, bytesOf("01020304")));
    const { value: told } = await events.next();
    assertEquals(told, { event: "99", value: { payload: bytesOf("01020304") } });
  }
});

test("family: an event has the kernel's name, even if another operation has the same number", async () => {
  const struct = { name: "h", type: "struct", members: [{ name: "family", type: "u32" }] };
  const op = (name: string, parts: object): object => ({ name, "attribute-set": "s", "fixed-header": "h", ...parts });
  const spec = raw({
    definitions: [struct],
    "attribute-sets": [{ name: "s", attributes: [{ name: "x", type: "u8" }] }],
    operations: {
      "enum-model": "directional",
      list: [
        op("newthing", { do: { request: { value: 16 } } }),
        op("delthing", { do: { request: { value: 17 } } }),
        op("getthing", { do: { request: { value: 18 }, reply: { value: 16 } } }),
        op("setthing", { do: { request: { value: 19 } } }),
        op("getlist", { dump: { request: { value: 22 }, reply: { value: 20 } } }),
        op("lost-ntf", { value: 21, notify: "getthing" }),
      ],
    },
    "mcast-groups": { list: [{ name: "things", value: 1 }] },
  });
  let listening: ScriptedKernel | undefined;
  const it = family("tube", { spec, transport: () => listening = new ScriptedKernel() });
  await using events = it.watch();
  const told: unknown[] = [];
  for (const type of [16, 17, 18, 19, 20, 21]) {
    listening!.push(message(type, 0, 0, bytesOf("02000000 0500010009000000")));
    const { value } = await events.next();
    told.push([value!.event, { ...(value as { value: object }).value }]);
  }
  const value = { family: 2, x: 9 };
  assertEquals(told, [
    ["newthing", value],
    ["delthing", value],
    ["getthing", value],
    ["setthing", value],
    ["getlist", value],
    ["lost-ntf", value],
  ]);
});

test("family: a request accepts the attributes of its operation, and refuses all others", () => {
  const spec: Spec = {
    name: "lantern",
    definitions: [{ name: "f", type: "flags", entries: ["a", "b"] }],
    "attribute-sets": [{
      name: "s",
      attributes: [
        { name: "index", type: "u32" },
        { name: "name", type: "string", checks: { "max-len": 4 } },
        { name: "other", type: "u8" },
        { name: "free", type: "u8" },
        { name: "wide", type: "u64", enum: "f" },
        { name: "many", type: "u8", "multi-attr": true },
        { name: "signed", type: "s16" },
        { name: "short", type: "uint" },
        { name: "list", type: "nest-type-value", "type-value": ["a", "b"], "nested-attributes": "s" },
      ],
    }],
    operations: {
      list: [
        {
          name: "get",
          "attribute-set": "s",
          do: {
            request: { attributes: ["index", "name", "wide", "many", "signed", "short", "list"] },
            reply: { attributes: ["index", "other"] },
          },
          dump: { reply: { attributes: ["index"] } },
        },
        { name: "set", "attribute-set": "s", do: { request: { attributes: ["index", "other"] } } },
        { name: "gone-ntf", notify: "get" },
      ],
    },
  };
  const { it, last } = opened(LANTERN, "", { spec });
  it.request("get", { index: 5, other: undefined });
  assertEquals(last(), "01010000" + "0800010005000000");
  // An attribute that the specification lists for no operation is left to the kernel.
  it.request("get", { free: 1 });
  assertEquals(last(), "01010000" + "0500040001000000");
  const wrong: readonly (readonly [() => unknown, typeof TypeError | typeof RangeError, string])[] = [
    [
      () => it.request("get", { other: 1 }),
      TypeError,
      "request lantern get: other: the specification gives this request index,",
    ],
    [
      () => it.dump("get", { index: 1 }),
      TypeError,
      "dump lantern get: index: the specification gives this request no attributes",
    ],
    [
      () => it.request("get", { indx: 1 }),
      TypeError,
      'request lantern get: there is no attribute "indx", did you mean "index"?',
    ],
    [() => it.request("get", { toString: 1 }), TypeError, 'there is no attribute "toString"'],
    [() => it.request("get", { index: -1 }), RangeError, "request lantern get: index: expected 0..4294967295, got -1"],
    [() => it.request("get", { index: 2 ** 32 }), RangeError, "index: expected 0..4294967295, got 4294967296"],
    [() => it.request("get", { index: 1.5 }), TypeError, "index: expected an integer"],
    [() => it.request("get", { index: "5" }), TypeError, 'index: expected an integer 0..4294967295, got "5"'],
    [() => it.request("get", { index: null }), TypeError, "index: expected an integer"],
    [() => it.request("get", { name: "äöü" }), RangeError, "name: expected at most 4 bytes, got 6"],
    [() => it.request("get", { name: "a\0" }), TypeError, "name: expected a string without NUL"],
    [() => it.request("get", { signed: -32_769 }), RangeError, "signed: expected -32768..32767, got -32769"],
    [() => it.request("get", { short: 2n ** 64n }), RangeError, "short: expected 0..18446744073709551615"],
    [() => it.request("get", { short: -1 }), RangeError, "short: expected 0..18446744073709551615, got -1"],
    [() => it.request("get", { wide: 1.5 }), TypeError, "wide: expected an integer"],
    [() => it.request("get", { wide: [1.5] }), TypeError, "wide: expected a, b or a number, got 1.5"],
    [() => it.request("get", { wide: ["c"] }), TypeError, 'wide: expected a, b or a number, got "c"'],
    [() => it.request("get", { wide: 2n ** 64n }), RangeError, "wide: expected 0..18446744073709551615"],
    [() => it.request("get", { many: [1, 256] }), RangeError, "many[1]: expected 0..255, got 256"],
    [() => it.request("get", { list: {} }), TypeError, "list: expected an array, got an object"],
    [() => it.request("get", { list: [5] }), TypeError, "list[0]: expected an object, got 5"],
    [
      () => it.request("get", { list: [{ a: 1 }] }),
      TypeError,
      "list[0].b: expected an integer 0..16383, got undefined",
    ],
    [
      () => it.request("get", { list: [{ a: 1, b: 70_000 }] }),
      RangeError,
      "list[0].b: expected an integer 0..16383, got 70000",
    ],
    [() => it.request("get", null as never), TypeError, "request lantern get: expected an object, got null"],
    [() => it.request("get", [1] as never), TypeError, "expected an object, got an array of 1"],
    [() => it.request("get", new Map([["index", 1]]) as never), TypeError, "expected an object"],
    [() => it.request("get", new Uint8Array(2) as never), TypeError, "expected an object, got 2 bytes"],
    [
      () => it.request("get", {}, { flags: ["creat"] as never }),
      TypeError,
      'flags: expected an array of create, excl, replace, append, echo, got "creat"',
    ],
    [() => it.request("get", {}, { flags: ["toString"] as never }), TypeError, "flags: expected an array of create"],
    [() => it.request("get", {}, { flags: 70_000 }), RangeError, "flags: expected 0..65535, got 70000"],
    [() => it.request("get", {}, { flags: 0.5 }), RangeError, "flags: expected 0..65535, got 0.5"],
    [() => it.request("gone-ntf"), TypeError, "request lantern gone-ntf: the kernel only sends it as an event"],
    [() => it.request("gett"), TypeError, 'request lantern "gett": there is no such operation, did you mean "get"?'],
    [() => it.dump("constructor"), TypeError, 'dump lantern "constructor": there is no such operation'],
    [() => it.request(256), RangeError, "request lantern 256: operations have numbers 0..255"],
    [() => it.request(-1), RangeError, "request lantern -1: operations have numbers 0..255"],
    [() => it.request(NaN), RangeError, "operations have numbers 0..255"],
    [() => it.request({} as never), TypeError, "expected an operation's name or number, got an object"],
    [() => family("", {}), TypeError, "Cannot open a family: expected a name"],
    [() => family(undefined as never), TypeError, "Cannot open a family: expected a name"],
  ];
  for (const [request, kind, why] of wrong) assertStringIncludes(assertThrows(request, kind).message, why);
  const bare = opened(LANTERN, "").it;
  assertThrows(() => bare.request(1, { 16384: "00" }), TypeError, "attributes have numbers here, up to 16383");
  assertThrows(() => bare.request(1, { 5: 5 }), TypeError, "5: expected bytes or hexadecimal text, got 5");
  assertThrows(() => bare.request("1.5"), TypeError, "without a specification operations have numbers");
});
