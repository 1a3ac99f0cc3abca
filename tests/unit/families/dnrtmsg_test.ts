import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode, levelOf } from "../../../families/dnrtmsg.ts";
import { hex, ROUNDS, survive, type Vector, vectors } from "./golden.ts";
import { test } from "../../test.ts";

const golden: readonly Vector[] = vectors(14);

test("dnrtmsg: there are test vectors of both levels", () => {
  assertEquals(golden.map(({ fields }) => fields.group), [1, 2]);
});

for (const { name, fields, bytes } of golden) {
  test(`dnrtmsg: ${name} decodes to its fields and encodes to its bytes`, () => {
    const written = hex(String(fields.packet_with_padding)), packet = bytes.slice(20);
    assertEquals(packet.slice(0, written.length), written);
    const message = { type: 0, flags: [], seq: 0, port: 0, value: { ifindex: Number(fields.ifindex), packet } };
    assertEquals(decode(bytes), [message]);
    assertEquals(levelOf(packet), fields.group);
    assertEquals(encode([message]), bytes);
  });
}

test("dnrtmsg: a packet is padded", () => {
  const packet = new Uint8Array([7, 1, 4, 0, 2]);
  assertEquals(
    encode([{ type: 0, value: { ifindex: 3, packet } }]),
    hex("1c000000000000000000000000000000030000000701040002000000"),
  );
});

test("dnrtmsg: only routing messages have a level", () => {
  const packets = [[0x01], [0x0b], [], [0x17], [0x09]].map((bytes) => levelOf(new Uint8Array(bytes)));
  assertEquals(packets, [undefined, undefined, undefined, 1, 2]);
});

test("dnrtmsg: errors are decoded, and the value of a message of another type is its bytes", () => {
  const refusal = hex("240000000200000000000000d2040000eaffffff" + "100000001100010001000000d2040000");
  const request = { type: 17, flags: ["request"], seq: 1, port: 1234 };
  assertEquals(decode(refusal), [
    { type: "NLMSG_ERROR", flags: [], seq: 0, port: 1234, value: { errno: 22, code: "EINVAL", request } },
  ]);
  for (const type of [0, 5, 99]) {
    const value = new Uint8Array([1, 2, 3]);
    assertEquals(decode(encode([{ type, value }])), [{ type, flags: [], seq: 0, port: 0, value }]);
  }
});

test("dnrtmsg: an error names the wrong field", () => {
  assertThrows(() => encode([{ type: 0, value: { packet: 5 as never } }]), TypeError, "packet: expected bytes");
});

test(`dnrtmsg: ${ROUNDS} mutated messages give values or a DecodeError`, () => {
  const returned = survive(golden.map(({ bytes }) => bytes), (bytes) => void decode(bytes));
  assert(returned > 5000, `${returned}`);
});
