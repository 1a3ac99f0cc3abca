/** Hostile captures: they are read in linear time and bounded depth, or refused by the library's own error. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { DecodeError } from "../../../core/errors.ts";
import { stringify } from "../../../core/show.ts";
import { message } from "../../../core/scripted.ts";
import { decode, families, readCapture, show } from "../../../families/registry.ts";
import { declaredFamily } from "../../../core/generic_messages.ts";
import { test } from "../../test.ts";
import { attribute, cstring, hex, join, random, searched, word } from "../core/help.ts";

/** Returns a classic pcap of a protocol's datagrams, as a little-endian or a big-endian machine records them. */
function capture(protocol: number, datagrams: Iterable<Uint8Array>, little = true): Uint8Array[] {
  const words = (...values: number[]): Uint8Array => {
    const bytes = new Uint8Array(4 * values.length), view = new DataView(bytes.buffer);
    values.forEach((value, i) => view.setUint32(4 * i, value, little));
    return bytes;
  };
  const head = Uint8Array.of(0, 6, 3, 0x38, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, protocol >> 8, protocol & 255);
  const packet = (one: Uint8Array): Uint8Array => {
    const record = words(0, 0, 16 + one.length, 16 + one.length), bytes = new Uint8Array(32 + one.length);
    bytes.set(record);
    bytes.set(head, 16);
    bytes.set(one, 32);
    return bytes;
  };
  const version = little ? 4 << 16 | 2 : 2 << 16 | 4;
  return [words(0xa1b2c3d4, version, 0, 0, 262_144, 253), ...Array.from(datagrams, packet)];
}

const GENERIC = [
  "nlctrl",
  "ethtool",
  "macsec",
  "mptcp_pm",
  "netdev",
  "nl80211",
  "SMC_GEN_NETLINK",
  "SMC_PNETID",
  "TASKSTATS",
  "tcp_metrics",
  "thermal",
  "wireguard",
];
const DEEP = 10_000;

/** Returns attributes of number `id`, one nested in the other, after `header` bytes. */
function nested(header: number, id: number): Uint8Array {
  const bytes = new Uint8Array(header + 4 * DEEP), view = new DataView(bytes.buffer);
  for (let i = 0; i < DEEP; i++) {
    view.setUint16(header + 4 * i, 4 * (DEEP - i), true);
    view.setUint16(header + 4 * i + 2, id, true);
  }
  return bytes;
}

test("attributes of every number, nested 10,000 deep, are decoded and printed in every message", () => {
  let tried = 0;
  const read = (protocol: number, type: number, payload: Uint8Array, names?: Record<string, number>): void => {
    const datagram = message(type, 0, 1, payload, 7), options = names === undefined ? {} : { generic: names };
    tried++;
    try {
      assertEquals(decode(protocol, datagram, options).length, 1);
      assert(show(protocol, datagram, options).length > 0);
      for (const one of readCapture(capture(protocol, [datagram]), options)) {
        assert(one.summary().length > 0 && String(one).length > 0 && stringify(one).length > 0);
        assert(one.fields.length > 0);
      }
    } catch (error) {
      assertInstanceOf(error, DecodeError);
    }
  };
  const headers = [8, 12, 16];
  for (const header of headers) {
    const payloads = Array.from({ length: 24 }, (_, i) => nested(header, i));
    for (const protocol of [0, 4, 21]) {
      const types = protocol === 0 ? [16, 20, 24, 28, 32, 3] : protocol === 4 ? [20, 2] : [0x10, 0x13, 2];
      for (const type of types) for (const payload of payloads) read(protocol, type, payload);
    }
  }
  const numbers = Object.fromEntries(GENERIC.map((name, i) => [name, 40 + i]));
  for (const name of GENERIC) {
    for (const cmd of [...new Set(Object.values(declaredFamily(name)!.commands))].slice(0, 12)) {
      for (let id = 1; id < 6; id++) {
        const payload = nested(4, id);
        payload[0] = cmd;
        read(16, name === "nlctrl" ? 16 : numbers[name]!, payload, numbers);
      }
    }
  }
  assert(tried > 800, String(tried));
});

test("ten thousand families in a capture are learned without searching through the earlier ones", () => {
  const told = (id: number): Uint8Array =>
    message(
      16,
      0,
      1,
      join(hex("01020000"), attribute(1, word(id).subarray(0, 2)), attribute(2, cstring(`family${id}`))),
      7,
    );
  const spoken = (id: number): Uint8Array => message(id, 0, 1, hex("01010000"), 7);
  const count = 4000;
  let listed = 0;
  const work = (families: number): number => {
    listed = 0;
    const { entries } = Object;
    Object.entries = ((of: object) => {
      const all = entries(of);
      listed += all.length;
      return all;
    }) as typeof Object.entries;
    try {
      const datagrams = Array.from({ length: families }, (_, i) => join(told(100 + i), spoken(100 + i)));
      let at = 0;
      for (const { type } of readCapture(capture(16, datagrams))) {
        if (at % 2 === 1) assertEquals(type, `family${100 + (at - 1) / 2}`);
        at++;
      }
      assertEquals(at, 2 * families);
    } finally {
      Object.entries = entries;
    }
    return listed;
  };
  const some = work(count / 10), all = work(count);
  assert(all <= 12 * some + 1000, `${all} entries were gone over for ${count} families, ${some} for ${count / 10}`);
});

test("10,000 mutated captures of every protocol, of both byte orders, give messages or the library's own error", () => {
  const rand = random(11), numbers = families().map(({ number }) => number);
  let given = 0, broken = 0;
  for (let round = 0; round < 10_000; round++) {
    const protocol = numbers[rand(numbers.length)]!, little = rand(2) === 0;
    const payload = Uint8Array.from({ length: rand(80) }, () => rand(3) === 0 ? rand(256) : rand(6));
    const type = rand(3) === 0 ? rand(200) : [2, 3, 16, 20, 24, 28, 0x12][rand(7)]!;
    const one = message(type, rand(4) === 0 ? rand(65_536) : 0, rand(4), payload, rand(2));
    if (rand(3) === 0) one[rand(one.length)] = rand(256);
    if (!little) one.subarray(0, 4).reverse();
    const bytes = join(...capture(protocol, [one, one], little));
    try {
      for (const message of readCapture(bytes)) {
        given++;
        if (message.problem !== undefined) broken++;
        assert(message.summary().length > 0 && String(message).length > 0 && stringify(message).length > 0);
      }
    } catch (error) {
      assertInstanceOf(error, DecodeError);
    }
  }
  assert(given > 10_000 && broken > 100, `${given} ${broken}`);
});

test("a packet full of the smallest messages, or of messages of length 0, is decoded", () => {
  const small = message(3, 0, 1, new Uint8Array(0)), count = 8000, full = new Uint8Array(small.length * count);
  for (let i = 0; i < count; i++) full.set(small, i * small.length);
  let given = 0;
  const steps = searched(() => {
    for (const _message of readCapture(capture(0, [full]))) given++;
  });
  assertEquals(given, count);
  assert(steps < 50 * count, `${steps} steps`);
  const empty = new Uint8Array(200_000);
  assertEquals([...readCapture(capture(0, [empty]))].map(({ bytes }) => bytes.length), [200_000]);
});
