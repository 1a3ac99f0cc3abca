/** Kernel errors and extended ACKs: finding the kernel's message, and the field it is about. */
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type Codec, Reader } from "../../../core/codec/mod.ts";
import { DecodeError, KernelError } from "../../../core/errors.ts";
import { explainExtAck, locate, messageEnd, nextSeq, NLM_F, readDone, readError } from "../../../core/message.ts";
import { message } from "../../../core/scripted.ts";
import { attribute, cstring, encode, hex, join, random, word } from "./help.ts";
import { answer, done, Lamp } from "./lamps.ts";
import { test } from "../../test.ts";

const CAPPED = NLM_F.NLM_F_CAPPED, TLVS = NLM_F.NLM_F_ACK_TLVS;
const codec = Lamp as Codec<unknown, never>;

/** Returns the details for a request with this lamp if the kernel answers with these attributes. */
function explained(value: Lamp, ...attributes: Uint8Array[]) {
  const sent = message(16, 5, 1, encode(Lamp, value)), details = join(...attributes);
  return explainExtAck(new Reader(details), 0, details.length, new Reader(sent), 0, codec);
}

/** Returns the offset of the attribute `bytes` in the request for `value`. */
function offsetOf(value: Lamp, bytes: Uint8Array): number {
  const all = message(16, 5, 1, encode(Lamp, value));
  for (let at = 16; at < all.length; at += 4) {
    if (bytes.every((byte, i) => all[at + i] === byte)) return at;
  }
  throw new Error("not there");
}

const words = attribute(1, cstring("no such bulb"));

for (
  const [what, bytes, details] of [
    ["an ACK", answer(1), 36],
    ["a refusal with its echo and no words", answer(1, 22, 0, new Uint8Array(32)), 52],
    ["a refusal that is capped and has no words", answer(1, 22, CAPPED), 36],
    ["a refusal with words behind 16 bytes of echo", answer(1, 22, CAPPED | TLVS, new Uint8Array(16), words), 36],
    ["a refusal with words behind the whole request", answer(1, 22, TLVS, word(30), new Uint8Array(28), words), 52],
    ["a warning: an ACK with error 0 and words", answer(1, 0, CAPPED | TLVS, new Uint8Array(16), words), 36],
    ["an ERROR without echo", answer(1, 22, TLVS, new Uint8Array(0)), 20],
    ["an echo that says it is longer than the message", answer(1, 22, TLVS, word(0x90000000), new Uint8Array(12)), 36],
    ["an echo that says it is endless", answer(1, 22, TLVS, word(0xffffffff), new Uint8Array(12)), 20],
  ] as const
) {
  test(`trap 1: readError() finds the extended ACK of ${what}`, () => {
    const verdict = readError(new Reader(bytes), 0, bytes.length);
    assertEquals(verdict.details, details);
    assertEquals(Object.is(verdict.errno, bytes[16] === 0 ? 0 : 22), true);
  });
}

test("trap 1: readDone() finds the extended ACK directly behind the error", () => {
  const bytes = done(1, 95, NLM_F.NLM_F_MULTI | TLVS, words);
  assertEquals(readDone(new Reader(bytes), 0, bytes.length), { errno: 95, details: 20 });
  const plain = done(1);
  assertEquals(readDone(new Reader(plain), 0, plain.length), { errno: 0, details: 20 });
});

test("trap 40: a DONE of 16 bytes is a success, and so are a positive ERROR and a count in a DONE", () => {
  assertEquals(readDone(new Reader(message(3, 2, 1, hex(""))), 0, 16), { errno: 0, details: 16 });
  assertEquals(readError(new Reader(answer(1, -5)), 0, 36).errno, 0);
  assertEquals(readDone(new Reader(done(1, -5)), 0, 20).errno, 0);
});

test("trap 40: errno 524 has a name", () => {
  assertEquals(new KernelError("list sets", readError(new Reader(answer(1, 524)), 0, 36).errno).code, "ENOTSUPP");
});

test("readError() of a message without an error is a DecodeError", () => {
  assertThrows(() => readError(new Reader(message(2, 0, 1, hex("0000"))), 0, 18), DecodeError, "too short");
});

test("trap 11: sequence numbers skip 0, which events have", () => {
  assertEquals([nextSeq(0), nextSeq(1), nextSeq(0x7fffffff), nextSeq(0xfffffffe), nextSeq(0xffffffff)], [
    1,
    2,
    0x80000000,
    0xffffffff,
    1,
  ]);
});

test("trap 3: messageEnd() accepts a message that ends unaligned, but no length that exceeds the datagram", () => {
  const bytes = message(16, 0, 1, hex("01")).slice(0, 17);
  assertEquals(messageEnd(new Reader(bytes), 0), 17);
  for (const length of [0, 15, 18, 0xffffffff]) {
    new DataView(bytes.buffer).setUint32(0, length, true);
    assertThrows(
      () => messageEnd(new Reader(bytes), 0),
      DecodeError,
      `a message has a length of ${length} bytes, expected 16..17`,
    );
  }
});

const value: Lamp = {
  index: 3,
  name: "l0",
  level: 9,
  names: ["a", "b"],
  kind: "bulb",
  data: { watts: 60, colours: [1, 2] },
};

for (
  const [path, offset] of [
    ["name", offsetOf(value, attribute(1, cstring("l0")))],
    ["name", offsetOf(value, attribute(1, cstring("l0"))) + 4],
    ["level", offsetOf(value, attribute(2, word(9)))],
    ["names", offsetOf(value, attribute(6, cstring("b")))],
    ["kind", offsetOf(value, attribute(1, cstring("bulb")))],
    ["data", offsetOf(value, attribute(1, cstring("bulb"))) + 12],
    ["data.watts", offsetOf(value, attribute(1, hex("3c00")))],
    ["data.colours", offsetOf(value, attribute(1, hex("3c00"))) + 8],
    ["data.colours[1]", offsetOf(value, attribute(2, word(2)))],
    ["data.colours[1]", offsetOf(value, attribute(2, word(2))) + 6],
    ["index", 16 + 4],
    ["family", 16],
    [undefined, 16 + 2],
    [undefined, 0],
    [undefined, 8],
    [undefined, 10_000],
    [undefined, 0xffffffff],
  ] as const
) {
  test(`trap 2: OFFS ${offset} is ${path ?? "no field"}`, () => {
    assertEquals(explained(value, attribute(2, word(offset))), path === undefined ? {} : { path });
  });
}

test("trap 2: OFFS counts from the request's own beginning if several were sent", () => {
  const one = message(16, 5, 1, encode(Lamp, value)), sent = new Reader(join(one, one));
  const offset = offsetOf(value, attribute(2, word(9))), details = attribute(2, word(offset));
  assertEquals(explainExtAck(new Reader(details), 0, 8, sent, one.length, codec), { path: "level" });
  assertEquals(locate(sent, one.length, 20, codec).path, "index");
});

test("trap 2: MISS_TYPE names the missing attribute, in the message or in the nest of MISS_NEST", () => {
  const missing = (...attributes: Uint8Array[]) => explained(value, ...attributes).missing;
  const data = offsetOf(value, attribute(1, cstring("bulb"))) + 12,
    info = offsetOf(value, attribute(1, cstring("bulb"))) - 4;
  assertEquals(missing(attribute(5, word(1))), "name");
  assertEquals(missing(attribute(5, word(18))), "kind");
  assertEquals(missing(attribute(5, word(77))), "attribute 77");
  assertEquals(missing(attribute(5, word(1)), attribute(6, word(data))), "data.watts");
  assertEquals(missing(attribute(5, word(9)), attribute(6, word(data))), "data.attribute 9");
  assertEquals(missing(attribute(5, word(2)), attribute(6, word(info))), "data");
});

test("trap 2: POLICY is a range, a length, a mask or a type, and is in the message", () => {
  const policy = (...attributes: Uint8Array[]) => explained(value, attribute(0x8004, ...attributes)).policy;
  const wide = (value: bigint) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, value, true);
    return bytes;
  };
  assertEquals(policy(attribute(1, word(4)), attribute(4, wide(0n)), attribute(5, wide(16777215n))), {
    type: "u32",
    min: 0n,
    max: 16777215n,
  });
  assertEquals(policy(attribute(1, word(8)), attribute(2, wide(-5n)), attribute(3, wide(5n))), {
    type: "s32",
    min: -5n,
    max: 5n,
  });
  assertEquals(policy(attribute(1, word(11)), attribute(7, word(15))), { type: "string", maxLength: 15 });
  assertEquals(policy(attribute(1, word(99)), attribute(12, wide(7n))), { type: "99", mask: 7n });
  assertEquals(policy(attribute(1, word(15)), attribute(10, word(3))), { type: "bitfield32", mask: 3n });
  const text = (details: object) => new KernelError("add lamp l0", 34, { path: "data.watts", ...details }).message;
  assertEquals(
    text({ policy: { type: "u32", min: 0n, max: 16777215n } }),
    'Cannot add lamp l0: ERANGE at data.watts "Numerical result out of range", expected u32 0..16777215',
  );
  assertEquals(
    text({ policy: { type: "binary", minLength: 4, maxLength: 4 } }).endsWith("expected binary of 4 bytes"),
    true,
  );
  assertEquals(text({ policy: { maxLength: 4 } }).endsWith("expected of at most 4 bytes"), true);
  assertEquals(text({ policy: { mask: 0x1fn } }).endsWith("expected bits 0x1f"), true);
  assertEquals(text({ policy: {} }).endsWith('out of range"'), true);
});

test("trap 2: a message, a cookie and an offset may come together, and unknown attributes are ignored", () => {
  assertEquals(
    explained(value, words, attribute(3, hex("0102")), attribute(2, word(20)), attribute(50, hex("01"))),
    { kernelMessage: "no such bulb", path: "index", cookie: hex("0102") },
  );
  assertEquals(explained(value), {});
});

test("trap 2: an extended ACK of garbage is a DecodeError or is explained, and never loops", () => {
  const next = random(5);
  let explanations = 0, errors = 0;
  for (let round = 0; round < 5000; round++) {
    const noise = Array.from({ length: next(10) }, () => word(next(3) === 0 ? next(64) : 8 + 65536 * next(8)));
    try {
      explained(value, ...noise);
      explanations++;
    } catch (error) {
      assertInstanceOf(error, DecodeError);
      errors++;
    }
  }
  assert(explanations > 0 && errors > 0, `${explanations} explanations, ${errors} errors`);
});
