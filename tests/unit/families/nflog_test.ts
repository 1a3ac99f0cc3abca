import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode, type NflogMessage } from "../../../families/nflog.ts";
import { data, type Fields, header, name, present, ROUNDS, survive, type Vector, vectors } from "./golden.ts";
import { test } from "../../test.ts";

const HOOKS = ["pre_routing", "local_in", "forward", "local_out"] as const;

function expected(fields: Fields): NflogMessage {
  const type = fields.nlmsg_type === 111 ? "ULOG_NL_EVENT" : fields.nlmsg_type === 3 ? "NLMSG_DONE" : 0;
  const hook = HOOKS[Number(fields.hook)]!, mark = Number(fields.mark), prefix = name(fields.prefix);
  const value = fields.version === undefined
    ? {
      mark,
      timestampSec: Number(fields.timestamp_sec),
      timestampUsec: Number(fields.timestamp_usec),
      hook,
      indevName: name(fields.indev_name),
      outdevName: name(fields.outdev_name),
      prefix,
      mac: data(fields.mac),
      payload: data(fields.payload),
    }
    : {
      version: Number(fields.version),
      indev: name(fields.indev),
      outdev: name(fields.outdev),
      physindev: name(fields.physindev),
      physoutdev: name(fields.physoutdev),
      prefix,
      stampSec: Number(fields.stamp_sec),
      stampUsec: Number(fields.stamp_usec),
      mark,
      hook,
      data: data(fields.data),
    };
  return { ...header(fields), type, value: present(value) };
}

const FLAGS: Readonly<Record<number, readonly string[]>> = { 0: [], 2: ["multi"] };
const golden: readonly Vector[] = vectors(5);

test("nflog: there are test vectors of both modules in both layouts", () => {
  assertEquals(golden.length, 6);
});

for (const { name, layout, fields, bytes } of golden) {
  test(`nflog: ${name} decodes to its fields and encodes to its bytes`, () => {
    const several = (fields as { messages?: readonly Fields[] }).messages ?? [fields];
    const messages = several.map(expected),
      named = messages.map((one) => ({ ...one, flags: FLAGS[one.flags as number]! }));
    assertEquals(decode(bytes, layout), named);
    assertEquals(encode(messages, layout), bytes);
    assertEquals(encode(decode(bytes, layout), layout), bytes);
  });
}

for (const layout of ["lp64", "ilp32"] as const) {
  test(`nflog: a DONE is decoded in the form that its module sent, ${layout}`, () => {
    const ebt = { version: 1, outdev: "br0", stampSec: 1, stampUsec: 2, mark: 3, hook: "brouting" } as const;
    const ulog = {
      mark: 1,
      timestampSec: 1_000_000_000,
      timestampUsec: 5,
      hook: "local_in",
      indevName: "eth0",
    } as const;
    for (const value of [ebt, ulog]) {
      assertEquals(decode(encode([{ type: "NLMSG_DONE", value }], layout), layout)[0]!.value, value);
    }
  });
}

test("nflog: the value of a message of another type is its bytes", () => {
  const value = new Uint8Array([1, 2, 3]);
  for (const type of [99, 2, 0]) {
    assertEquals(decode(encode([{ type, value }])), [{ type, flags: [], seq: 0, port: 0, value }]);
  }
  assertEquals(decode(encode([{ type: "ULOG_NL_EVENT", value }]))[0], {
    type: "ULOG_NL_EVENT",
    flags: [],
    seq: 0,
    port: 0,
    value,
  });
});

test("nflog: an error names the wrong field", () => {
  const long = new Uint8Array(81);
  assertThrows(
    () => encode([{ type: "ULOG_NL_EVENT", value: { mac: long } }]),
    RangeError,
    "mac: expected at most 80 bytes, got 81",
  );
  assertThrows(() => encode([{ type: "ULOG_NL_EVENT", value: { prefix: "x".repeat(32) } }]), RangeError, "prefix");
});

test(`nflog: ${ROUNDS} mutated messages give values or a DecodeError, and values encode again`, () => {
  let again = 0;
  const returned = survive(golden.map(({ bytes }) => bytes), (bytes, round) => {
    const layout = round % 2 === 0 ? "lp64" : "ilp32";
    for (const message of decode(bytes, layout)) {
      if (message.value instanceof Uint8Array) continue;
      encode([message], layout);
      again++;
    }
  });
  assert(returned > 5000 && again > 2000, `${returned} returned, ${again} encoded again`);
});
