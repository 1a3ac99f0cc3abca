/** Reading of capture files: all formats, and malformed files. */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { DecodeError, NetlinkError } from "../../../core/errors.ts";
import { type Packet, packets } from "../../../core/pcap.ts";
import { hex, join, random } from "./help.ts";
import { test } from "../../test.ts";

const MESSAGE = hex("14000000 1600 0103 01000000 00000000 02000000");
/** The form of libpcap on an nlmon interface: outgoing, without an address. */
const COOKED = join(hex("0004 0338 0000 0000000000000000 0000"), MESSAGE);
const TIME = 1_700_000_000_123.456;

/** Returns 32-bit integers in one byte order or the other. */
function words(little: boolean, ...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length), view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value, little));
  return bytes;
}

/** Returns a pair of 16-bit integers as one word in that byte order. */
function pair(little: boolean, first: number, second: number): number {
  return little ? second << 16 | first : first * 65536 + second;
}

function pcap(little: boolean, nano = false, link = 253, packet: Uint8Array = COOKED): Uint8Array {
  return join(
    words(little, nano ? 0xa1b23c4d : 0xa1b2c3d4, pair(little, 2, 4), 0, 0, 65535, link),
    words(little, 1_700_000_000, nano ? 123_456_789 : 123_456, packet.length, packet.length),
    packet,
  );
}

function block(little: boolean, type: number, ...body: Uint8Array[]): Uint8Array {
  const inner = join(...body), padding = new Uint8Array(-inner.length & 3);
  const total = inner.length + padding.length + 12;
  return join(words(little, type, total), inner, padding, words(little, total));
}

const section = (little: boolean): Uint8Array =>
  block(little, 0x0a0d0d0a, words(little, 0x1a2b3c4d, pair(little, 1, 0), 0xffffffff, 0xffffffff));

const description = (little: boolean, link = 253, ...options: Uint8Array[]): Uint8Array =>
  block(little, 1, words(little, pair(little, link, 0), 65535), ...options);

function enhanced(little: boolean, units: number, number = 0, packet: Uint8Array = COOKED, flags?: number): Uint8Array {
  const high = Math.floor(units / 2 ** 32), padding = new Uint8Array(-packet.length & 3);
  const options = flags === undefined ? [] : [words(little, pair(little, 2, 4), flags, 0)];
  return block(
    little,
    6,
    words(little, number, high, units % 2 ** 32, packet.length, packet.length),
    packet,
    padding,
    ...options,
  );
}

function only(bytes: Uint8Array): Packet {
  const all = [...packets(bytes)];
  assertEquals(all.length, 1);
  return all[0]!;
}

function near(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) < 0.002, `${actual} is not ${expected}`);
}

for (const little of [true, false]) {
  const order = little ? "little-endian" : "big-endian";

  test(`pcap of a ${order} machine, in µs and ns`, () => {
    for (const nano of [false, true]) {
      const { time, ...rest } = only(pcap(little, nano));
      near(time, nano ? 1_700_000_000_123.4568 : TIME);
      assertEquals(rest, { protocol: 0, bytes: MESSAGE, missing: 0, bigEndian: !little, offset: 24 });
    }
  });

  test(`pcapng of a ${order} machine: the three kinds of packets`, () => {
    const units = 1_700_000_000_123_456, begin = join(section(little), description(little));
    const { time, ...rest } = only(join(begin, enhanced(little, units)));
    near(time, TIME);
    assertEquals(rest, { protocol: 0, bytes: MESSAGE, missing: 0, bigEndian: !little, offset: 48 });
    const [high, low] = [Math.floor(units / 2 ** 32), units % 2 ** 32];
    const old = only(
      join(begin, block(little, 2, words(little, pair(little, 0, 0), high, low, COOKED.length, COOKED.length), COOKED)),
    );
    near(old.time, TIME);
    assertEquals(old.bytes, MESSAGE);
    const simple = only(join(begin, block(little, 3, words(little, COOKED.length), COOKED)));
    assertEquals([simple.time, simple.bytes], [0, MESSAGE]);
  });

  test(`pcapng of a ${order} machine: an interface gives the unit and offset of its time stamps`, () => {
    const resolution = (value: number): Uint8Array =>
      join(words(little, pair(little, 9, 1)), new Uint8Array([value, 0, 0, 0]));
    const at = (units: number, ...options: Uint8Array[]): number =>
      only(join(section(little), description(little, 253, ...options), enhanced(little, units))).time;
    near(at(1_700_000_000_123, resolution(3)), 1_700_000_000_123);
    near(at(1_700_000_000 * 8, resolution(0x83)), 1_700_000_000_000);
    const offset = join(
      words(little, pair(little, 14, 8)),
      little ? words(true, 1_700_000_000, 0) : words(false, 0, 1_700_000_000),
    );
    near(at(123_456, offset, words(little, 0)), TIME);
  });

  test(`pcapng of a ${order} machine: flags give the direction of a packet`, () => {
    const way = (flags?: number): unknown =>
      only(join(section(little), description(little), enhanced(little, 0, 0, COOKED, flags))).direction;
    assertEquals([way(), way(0), way(1), way(2), way(0x1f1)], [undefined, undefined, "received", "sent", "received"]);
  });
}

test("pcapng: each section has its own interfaces and byte order; other blocks and interfaces are ignored", () => {
  const file = join(
    section(true),
    description(true, 1),
    description(true),
    block(true, 5, hex("0000000000000000")),
    enhanced(true, 0, 0, hex("ffffffff")),
    enhanced(true, 1_000_000, 1),
    section(false),
    block(false, 0x0bad, hex("01")),
    description(false),
    enhanced(false, 2_000_000),
  );
  assertEquals([...packets(file)].map(({ time, bigEndian }) => [time, bigEndian]), [[1000, false], [2000, true]]);
});

test("the cooked header of our captures and nlmon's: direction, port and group", () => {
  const at = (head: string): Partial<Packet> => {
    const { bytes: _bytes, time: _time, missing: _missing, bigEndian: _order, offset: _offset, ...rest } = only(
      pcap(true, false, 253, join(hex(head), MESSAGE)),
    );
    return rest;
  };
  assertEquals(at("0004 0338 0000 0000000000000000 0010"), { protocol: 16 });
  assertEquals(at("0000 0338 1111 1111222222223333 0010"), { protocol: 16 });
  assertEquals(at("0007 0338 0000107b 00000000 0000 0010"), {
    protocol: 16,
    direction: "sent",
    port: 4219,
    peer: 0,
    group: 0,
  });
  assertEquals(at("0006 0338 0000107b 00000005 0007 000f"), {
    protocol: 15,
    direction: "received",
    port: 4219,
    peer: 5,
    group: 7,
  });
});

test("cooked headers of all interfaces, the older and the newer: packets that are not netlink are ignored", () => {
  const sll = (type: string): Uint8Array => join(hex(`0004 ${type} 0000 0000000000000000 0010`), MESSAGE);
  const sll2 = (type: string): Uint8Array => join(hex(`0010 0000 00000005 ${type} 04 00 0000000000000000`), MESSAGE);
  for (const [link, make] of [[113, sll], [276, sll2]] as const) {
    const { protocol, bytes, direction } = only(pcap(true, false, link, make("0338")));
    assertEquals([protocol, bytes, direction], [16, MESSAGE, undefined]);
    assertEquals([...packets(pcap(true, false, link, make("0001")))], []);
  }
});

test("a capture may come in pieces of any size", () => {
  const file = join(section(false), description(false), enhanced(false, 7), enhanced(false, 8));
  for (let size = 1; size < 60; size++) {
    const pieces = Array.from(
      { length: Math.ceil(file.length / size) },
      (_, i) => file.subarray(i * size, (i + 1) * size),
    );
    assertEquals([...packets(pieces)], [...packets(file)]);
  }
});

test("packets() closes its source when the loop is left", () => {
  let open = true;
  function* pieces(): Generator<Uint8Array> {
    try {
      yield pcap(true);
      yield pcap(true).subarray(24);
    } finally {
      open = false;
    }
  }
  for (const _packet of packets(pieces())) break;
  assertEquals(open, false);
});

test("a truncated file is an error at the byte where it ends, after all complete packets", () => {
  const files = [
    { file: join(pcap(true), pcap(true).subarray(24)), whole: [24, 24 + 52, 24 + 104] },
    {
      file: join(section(true), description(true), enhanced(true, 1), enhanced(true, 2)),
      whole: [28, 48, 48 + 68, 48 + 136],
    },
  ];
  for (const { file, whole } of files) {
    for (let length = 0; length < file.length; length++) {
      const got: Packet[] = [];
      const read = (): void => {
        for (const packet of packets(file.subarray(0, length))) got.push(packet);
      };
      const before = whole.filter((end) => end <= length);
      if (whole.includes(length)) read();
      else {
        const error = assertThrows(read, DecodeError);
        assertEquals(error.offset, before.at(-1) ?? 0, `${length}: ${error.message}`);
        assertMatch(error.message, /^Cannot read a capture: .*, at byte \d+$/);
      }
      assertEquals(got.length, before.filter((end) => end > whole[0]! && (whole.length < 4 || end > whole[1]!)).length);
      assertEquals(got.every(({ bytes }) => bytes.length === 20), true);
    }
  }
});

test("a file that is not a capture, or not one of netlink, is an error that says so", () => {
  const message = (bytes: Uint8Array): string => assertThrows(() => [...packets(bytes)], DecodeError).message;
  const cases: [string, Uint8Array][] = [
    ["the file has no header, at byte 0", hex("")],
    ["the file has no header, at byte 0", hex("d4c3b2")],
    ["it is neither pcap nor pcapng: it begins with 1f8b0800, at byte 0", hex("1f8b080000000000")],
    ["the header of a file has 24 bytes, 4 are left, at byte 0", hex("d4c3b2a1")],
    ["its link type is 1, not netlink's 253, at byte 20", pcap(true, false, 1)],
    ["its link type is 1, not netlink's 253, at byte 48", join(section(true), description(true, 1), enhanced(true, 1))],
    [
      "a packet has a length of 4294967279 bytes, expected at most 262144, at byte 24",
      join(pcap(true).subarray(0, 32), words(true, 0xffffffef, 4)),
    ],
    [
      "a packet is of interface 1, but 1 are described, at byte 48",
      join(section(true), description(true), enhanced(true, 1, 1)),
    ],
    ["a packet is of interface 0, but 0 are described, at byte 28", join(section(true), enhanced(true, 1))],
    ["a section has no byte order, at byte 8", block(true, 0x0a0d0d0a, words(true, 0x1a2b3c4e, 0, 0, 0))],
    [
      "a block has a length of 13 bytes, expected a multiple of 4 from 12 up, at byte 28",
      join(section(true), words(true, 1, 13, 0, 0, 0)),
    ],
    [
      "a block has a length of 0 bytes, expected a multiple of 4 from 12 up, at byte 28",
      join(section(true), words(true, 1, 0, 0, 0, 0)),
    ],
    [
      "a block of 20 bytes ends with another length, 24, at byte 28",
      join(section(true), words(true, 1, 20, 253, 0, 24)),
    ],
    [
      "the description of an interface has 16 bytes in a block of 12, at byte 28",
      join(section(true), block(true, 1)),
    ],
    [
      "an option has 1020 bytes in a block of 28, at byte 28",
      join(section(true), description(true, 253, words(true, pair(true, 9, 1000), 0))),
    ],
    [
      "a packet has 64 bytes in a block of 36, at byte 48",
      join(section(true), description(true), block(true, 6, words(true, 0, 0, 0, 36, 36), hex("00000000"))),
    ],
  ];
  for (const [expected, bytes] of cases) assertEquals(message(bytes), `Cannot read a capture: ${expected}`);
});

/** Returns a file in pieces of `size` bytes. */
function* pieces(file: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

/** Counts the bytes that are copied or allocated while `body` runs. */
function copied(body: () => void): number {
  let count = 0;
  const typed = Object.getPrototypeOf(Uint8Array.prototype), { set, slice } = typed;
  typed.set = function (this: Uint8Array, from: ArrayLike<number>, at?: number): void {
    count += from.length;
    set.call(this, from, at);
  };
  typed.slice = function (this: Uint8Array, from?: number, to?: number): Uint8Array {
    const made = slice.call(this, from, to);
    count += made.length;
    return made;
  };
  try {
    body();
  } finally {
    Object.assign(typed, { set, slice });
  }
  return count;
}

test("a capture is read in linear time: a byte is copied a few times at most, whatever the size of pieces", () => {
  const packet = join(COOKED.subarray(0, 16), new Uint8Array(200_000));
  const record = pcap(true, false, 253, packet).subarray(24), header = pcap(true).subarray(0, 24);
  const classic = join(header, ...Array.from({ length: 8 }, () => record));
  const blocks = join(
    section(true),
    description(true),
    ...Array.from({ length: 8 }, () => enhanced(true, 1, 0, packet)),
  );
  for (const file of [classic, blocks]) {
    for (const size of [100, 4096, 65_536, 1_000_000, file.length]) {
      let count = 0;
      const work = copied(() => {
        for (const { bytes } of packets(pieces(file, size))) count += bytes.length === 200_000 ? 1 : 0;
      });
      assertEquals(count, 8);
      assert(work < 3 * file.length, `${work} bytes were copied of ${file.length}, in pieces of ${size}`);
    }
  }
});

test("pieces may share memory that is reused", () => {
  const file = join(section(true), description(true), enhanced(true, 7), enhanced(true, 8)),
    memory = new Uint8Array(13);
  function* again(): Generator<Uint8Array> {
    for (const piece of pieces(file, memory.length)) {
      memory.fill(0xff);
      memory.set(piece);
      yield memory.subarray(0, piece.length);
    }
  }
  assertEquals([...packets(again())], [...packets(file)]);
});

test("empty pieces are ignored", () => {
  const file = pcap(true), none = new Uint8Array(0);
  assertEquals([...packets([none, file.subarray(0, 3), none, none, file.subarray(3), none])], [...packets(file)]);
});

test("the interfaces of a section are not searched for each packet", () => {
  const interfaces = 2000, other = description(true, 1);
  const file = join(
    section(true),
    ...Array.from({ length: interfaces }, () => other),
    description(true),
    ...Array.from({ length: 100 }, (_, i) => enhanced(true, i, i)),
    enhanced(true, 7, interfaces),
  );
  const { some } = Array.prototype;
  let looked = 0;
  Array.prototype.some = function (test: (one: unknown, i: number, all: unknown[]) => unknown): boolean {
    return some.call(this, (one, i, all) => (looked++, test(one, i, all)));
  };
  try {
    assertEquals([...packets(file)].length, 1);
  } finally {
    Array.prototype.some = some;
  }
  assertEquals(looked, 0);
});

/** Yields `head`, and fails the test if much more is requested. */
function* endless(head: Uint8Array, most: number): Generator<Uint8Array> {
  yield head;
  const piece = new Uint8Array(4096);
  for (let given = 0; given < most; given += piece.length) yield piece;
  throw new Error("more was asked for");
}

test("a record larger than any that is ever written is refused at once, without reading more of the file", () => {
  const begin = join(section(true), description(true));
  const heads: [string, Uint8Array][] = [
    [
      "a packet has a length of 262145 bytes, expected at most 262144",
      join(pcap(true).subarray(0, 24), words(true, 0, 0, 262_145, 262_145)),
    ],
    [
      "a packet has a length of 4294967295 bytes, expected at most 262144",
      join(pcap(true).subarray(0, 24), words(true, 0, 0, 0xffffffff, 1)),
    ],
    [
      "a block has a length of 4294967292 bytes, expected at most 524288",
      join(begin, words(true, 6, 0xfffffffc, 0, 0)),
    ],
    [
      "a block has a length of 4294967292 bytes, expected at most 524288",
      join(section(true), words(true, 1, 0xfffffffc, 0, 0)),
    ],
  ];
  for (const [expected, head] of heads) {
    const error = assertThrows(() => [...packets(endless(head, 8192))], DecodeError);
    assertMatch(error.message, new RegExp(`^Cannot read a capture: ${expected}, at byte (24|28|48)$`));
  }
  // The largest record that is ever written can be read.
  const largest = join(COOKED.subarray(0, 16), new Uint8Array(262_144 - 16));
  assertEquals(only(pcap(true, false, 253, largest)).bytes.length, 262_144 - 16);
  assertEquals(only(join(begin, enhanced(true, 1, 0, largest, 1))).direction, "received");
});

test("an unknown block may have any size: it is skipped without being held in memory", () => {
  const size = 1_000_000, begin = join(section(true), description(true));
  const file = join(begin, block(true, 0x0bad, new Uint8Array(size)), enhanced(true, 7));
  for (const piece of [1000, 65_536]) {
    let got = 0;
    const work = copied(() => got = [...packets(pieces(file, piece))].length);
    assertEquals(got, 1);
    assert(work < 1000, `${work} bytes were copied`);
  }
  const lying = join(begin, words(true, 0x0bad, 0xfffffffc, 0, 0));
  const error = assertThrows(() => [...packets(pieces(lying, 50))], DecodeError);
  assertEquals(error.message, "Cannot read a capture: a block has 4294967292 bytes, 16 are left, at byte 48");
  const end = assertThrows(() => [...packets(join(begin, words(true, 0x0bad, 16, 0, 20)))], DecodeError);
  assertEquals(end.message, "Cannot read a capture: a block of 16 bytes ends with another length, 20, at byte 48");
});

test("50,000 mutated captures give packets, or the library's own error", () => {
  const rand = random(7);
  const originals = [
    pcap(true),
    pcap(false, true),
    pcap(true, false, 276, join(hex("0010 0000 00000005 0338 04 00 0000000000000000"), MESSAGE)),
    join(section(true), description(true), enhanced(true, 1, 0, COOKED, 2)),
    join(section(false), description(false, 253, words(false, pair(false, 9, 1), 0x09000000)), enhanced(false, 1)),
  ];
  let read = 0, refused = 0;
  for (let i = 0; i < 50_000; i++) {
    const bytes = originals[rand(originals.length)]!.slice(0, rand(4) === 0 ? rand(120) : undefined);
    for (let times = 1 + rand(3); times > 0; times--) bytes[rand(bytes.length)] = rand(3) === 0 ? rand(256) : rand(8);
    try {
      for (const packet of packets(bytes)) read += packet.bytes.length > 0 ? 1 : 0;
    } catch (error) {
      assertInstanceOf(error, NetlinkError);
      refused++;
    }
  }
  assert(read > 1000 && refused > 1000, `${read} ${refused}`);
});
