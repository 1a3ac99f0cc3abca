import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  decode,
  decodeDevice,
  type DeviceMessage,
  ECRYPTFS_MSG,
  type EcryptfsMessage,
  encode,
  encodeDevice,
  type Exchange,
  type TagPacket,
} from "../../../families/ecryptfs.ts";
import { type Fields, header, hex, ROUNDS, survive, type Vector, vectors } from "./golden.ts";
import { test } from "../../test.ts";

/** Returns the key, if the vector has it as hexadecimal text. */
function keyOf({ encrypted_key: key, encrypted_key_len: length }: Fields): Uint8Array {
  if (length === undefined) return hex(String(key));
  return Uint8Array.from({ length: Number(length) }, (_, i) => key === "bytes 00..ff" ? i : 0xaa);
}

function packetOf(fields: Fields): TagPacket {
  const status = Number(fields.status);
  switch (fields.tag) {
    case 64:
      return { tag: 64, signature: String(fields.signature), encryptedKey: keyOf(fields) };
    case 65: {
      const sessionKey = { cipher: "aes128", key: hex(String(fields.key)), checksum: Number(fields.checksum) } as const;
      return { tag: 65, status, sessionKey };
    }
    default:
      return { tag: 67, status, encryptedKey: keyOf(fields) };
  }
}

const NAMES = Object.keys(ECRYPTFS_MSG) as (keyof typeof ECRYPTFS_MSG)[];

function body(type: number, fields: Fields): EcryptfsMessage {
  const value = fields.tag === undefined ? {} : { index: Number(fields.index), packet: packetOf(fields) };
  return { type: NAMES[type - 100]!, value } as EcryptfsMessage;
}

const golden: readonly Vector[] = vectors(19), device: readonly Vector[] = vectors(-1);

test("ecryptfs: there are test vectors of both framings", () => {
  assertEquals([golden.length, device.length], [5, 3]);
});

for (const { name, fields, bytes } of golden) {
  test(`ecryptfs: ${name} decodes to its fields and encodes to its bytes`, () => {
    const message = { ...header(fields), ...body(Number(fields.nlmsg_type), fields) };
    assertEquals(decode(bytes), [{ ...message, flags: [] }]);
    assertEquals(encode([message]), bytes);
  });
}

for (const { name, fields, bytes } of device) {
  test(`ecryptfs: ${name} decodes to its fields and encodes to its bytes`, () => {
    const message = { counter: Number(fields.counter), ...body(Number(fields.type), fields) } as DeviceMessage;
    assertEquals(decodeDevice(bytes), message);
    assertEquals(encodeDevice(message), bytes);
  });
}

/** Encodes and decodes a packet, over netlink and over the device. */
function roundTrip(packet: TagPacket): unknown[] {
  const message = { type: "ECRYPTFS_MSG_RESPONSE", value: { index: 1, packet } } as const;
  const [{ value }] = decode(encode([message])) as [EcryptfsMessage];
  return [(value as Exchange).packet, (decodeDevice(encodeDevice(message)).value as Exchange).packet];
}

test("ecryptfs: every tag survives a round trip, with keys of all lengths that the one- and two-byte forms hold", () => {
  const signature = "00112233aabbccdd", key = (length: number) => new Uint8Array(length).fill(1);
  for (const length of [0, 1, 188, 189, 190, 191, 192, 193, 447, 448, 512, 8000]) {
    const sessionKey = { cipher: "twofish", key: key(length), checksum: length } as const;
    const packets: TagPacket[] = [
      { tag: 64, signature, encryptedKey: key(length) },
      { tag: 65, status: 0, sessionKey },
      { tag: 66, signature, sessionKey },
      { tag: 67, status: 1, encryptedKey: key(length) },
    ];
    for (const packet of packets) assertEquals(roundTrip(packet), [packet, packet]);
  }
  const failed = { tag: 65, status: 1 } as const;
  assertEquals(roundTrip(failed), [failed, failed]);
});

test("ecryptfs: an absent checksum is computed", () => {
  const sessionKey = { cipher: 99, key: new Uint8Array(300).fill(255) };
  const [back] = roundTrip({ tag: 65, status: 0, sessionKey });
  assertEquals(back, { tag: 65, status: 0, sessionKey: { ...sessionKey, checksum: 300 * 255 & 0xffff } });
});

test("ecryptfs: packets of other types are bytes, also with the lengths that kernels refuse", () => {
  for (const text of ["44", "40ff00000000", "43000502", "4300e000", "401030", "4101020000", "430003010203ff", ""]) {
    const message = { type: "ECRYPTFS_MSG_REQUEST", value: { index: 2, packet: hex(text) } } as const;
    assertEquals(decode(encode([message]))[0]!.value, message.value);
    assertEquals(decodeDevice(encodeDevice(message)).value, message.value);
  }
});

test("ecryptfs: malformed messages keep their number and bytes", () => {
  const value = new Uint8Array([1, 2, 3]);
  for (const type of [99, 100, 102]) {
    assertEquals(decode(encode([{ type, value }])), [{ type, flags: [], seq: 0, port: 0, value }]);
  }
  assertEquals(decodeDevice(hex("6300000005010203")), { type: 99, counter: 5, value });
  // data_len is not exact: the kernel dropped such a message.
  const bytes = encode([{ type: "ECRYPTFS_MSG_RESPONSE", value: { index: 0, packet: value } }]);
  bytes[20] = 2;
  assertEquals(decode(bytes)[0]!.type, 103);
});

test("ecryptfs: a device packet whose length does not match its bytes throws", () => {
  for (const text of ["", "64000000", "660000000908010000000000", "66000000090900000000000000000000", "6600000009e0"]) {
    assertThrows(() => decodeDevice(hex(text)));
  }
});

test("ecryptfs: an error names the wrong field", () => {
  const of = (packet: unknown) => [{ type: "ECRYPTFS_MSG_RESPONSE", value: { index: 0, packet } }] as EcryptfsMessage[];
  const encryptedKey = new Uint8Array(1);
  assertThrows(() => encode(of({ tag: 64, signature: "xyz", encryptedKey })), TypeError, "packet.signature: expected");
  assertThrows(() => encode(of({ tag: 68, status: 0, encryptedKey })), RangeError, "no tag 68");
  assertThrows(
    () => encode(of({ tag: 67, status: 0, encryptedKey: new Uint8Array(9000) })),
    RangeError,
    "bytes, got 9000",
  );
});

test(`ecryptfs: ${ROUNDS} mutated messages give values or a DecodeError, and values encode again`, () => {
  let again = 0;
  const returned = survive(golden.map(({ bytes }) => bytes), (bytes) => {
    for (const message of decode(bytes)) {
      if (typeof message.type === "number") continue;
      assertEquals(decode(encode([message])), [message as never]);
      again++;
    }
  });
  assert(returned > 5000 && again > 1000, `${returned} returned, ${again} encoded again`);
});

test(`ecryptfs: ${ROUNDS} mutated device packets give values or a DecodeError, and values encode again`, () => {
  let again = 0;
  survive(device.map(({ bytes }) => bytes), (bytes) => {
    const message = decodeDevice(bytes);
    assertEquals(decodeDevice(encodeDevice(message)), message);
    again++;
  });
  assert(again > 1000, `${again}`);
});
