/**
 * Every table of every generic family gets mutated messages: it returns a value or throws the library's own error, and
 * it always ends.
 *
 * The seeds are messages of each command, with every attribute of its table. The sequence is the same in each run.
 * NETLINK_FUZZ sets the number of messages per family.
 */
import { assert } from "@std/assert";
import process from "node:process";
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import type { Field } from "../../../core/codec/entry.ts";
import { decodeMessages, showMessages } from "../../../core/datagram.ts";
import { DecodeError } from "../../../core/errors.ts";
import { type GenericProtocol, NETLINK_GENERIC } from "../../../core/genl.ts";
import { messageSets } from "../../../core/messages.ts";
import { declaredFamily } from "../../../core/generic_messages.ts";
import { locate } from "../../../core/message.ts";
import "../../../families/registry/generic_families.ts";
import { bothWays } from "../both_ways.ts";
import { random } from "../core/help.ts";
import { test } from "../../test.ts";

const COUNT = Number(process.env["NETLINK_FUZZ"] ?? 3_000);
/** The number of a family in the tests, and the offset of a generic message's attributes. */
const ID = 29, BODY = 20;

type Rand = (below: number) => number;
type Table = Codec<unknown, never> & { readonly fields?: readonly Field[]; readonly headerSize?: number };

/** Returns the tables of a family's messages, by the message's flags, port and command. */
function tables(protocol: GenericProtocol): { flags: number; port: number; cmd: number; table: Table }[] {
  const { collections = [], calls = [], events = {} } = protocol.messages!(), request = { flags: 1, port: 0 };
  const answer = { flags: 2, port: 900 }, event = { flags: 0, port: 0 };
  return [
    ...collections.flatMap(({ table, commands: { get, reply = get, ...others }, events: told }) => [
      ...[get, ...Object.values<number>(others)].map((cmd) => ({ ...request, cmd, table })),
      { ...answer, cmd: reply, table },
      ...[...told?.new ?? [], ...told?.del ?? []].map((cmd) => ({ ...event, cmd, table })),
    ]),
    ...calls.flatMap(({ cmd, reply = cmd, codec, replyCodec = codec }) => [
      { ...request, cmd, table: codec },
      { ...answer, cmd: reply, table: replyCodec },
    ]),
    ...Object.entries(events).map(([cmd, { codec }]) => ({ ...event, cmd: Number(cmd), table: codec })),
  ];
}

/** Appends a payload that the codec probably accepts. */
function fill(to: Writer, codec: Table | undefined, rand: Rand, depth: number): void {
  const bytes = (count: number): void => {
    for (; count > 0; count--) to.bytes[to.grow(1)] = rand(3) === 0 ? rand(256) : rand(4);
  };
  if (codec?.fields !== undefined && codec.size === undefined) attributesOf(to, codec, rand, depth);
  else if (codec?.size !== undefined) bytes(codec.size);
  else if (codec?.nested === true && rand(2) === 0) return; // an empty list is a list too
  else if (depth < 3 && rand(3) > 0) {
    // A list, or a nest whose table is not known here: nests by number.
    for (let id = 1; id <= 1 + rand(4); id++) {
      const start = to.open(id);
      if (rand(2) === 0) bytes([1, 2, 4, 8, 16][rand(5)]!);
      else fill(to, undefined, rand, depth + 1);
      to.close(start);
    }
  } else bytes([0, 1, 2, 4, 4, 6, 8, 16, 20, 32][rand(10)]!);
}

function attributesOf(to: Writer, { fields = [], headerSize = 0 }: Table, rand: Rand, depth: number): void {
  to.grow((headerSize + 3) & ~3);
  for (const { id, codec, lift } of fields) {
    // Large tables get a part of their attributes at a time.
    if (id < 0 || rand(fields.length) > (fields.length > 128 ? 10 : 40) || depth > 4) continue;
    const start = to.open(id);
    fill(to, (lift ?? codec) as Table | undefined, rand, depth + 1);
    to.close(start);
  }
}

function seed({ flags, port, cmd, table }: ReturnType<typeof tables>[number], rand: Rand): Uint8Array {
  const to = new Writer();
  to.grow(BODY);
  attributesOf(to, table, rand, 0);
  to.view.setUint32(0, to.length, true);
  to.view.setUint16(4, ID, true);
  to.view.setUint16(6, flags, true);
  to.view.setUint32(12, port, true);
  to.bytes[16] = cmd;
  return to.bytes.slice(0, to.length);
}

function mutate(bytes: Uint8Array, rand: Rand): void {
  for (let changes = 1 + rand(4); changes > 0; changes--) {
    const at = 16 + rand(bytes.length - 16);
    // Lengths and types are changed most often, as decoders depend on them most.
    if (rand(2) === 0) bytes[at & ~3] = [0, 1, 3, 4, 5, 8, 255, rand(256)][rand(8)]!;
    else bytes[at] = rand(256);
  }
}

function harmless(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    assert(error instanceof DecodeError, `${error instanceof Error ? error.stack : error}`);
    return false;
  }
}

// Not all declared families: other tests of the process may have declared some.
const MODULES = [
  ..."nlctrl ethtool macsec mptcp_pm netdev nl80211 SMC_GEN_NETLINK SMC_PNETID TASKSTATS tcp_metrics thermal".split(
    " ",
  ),
  "wireguard",
].map((name) => declaredFamily(name)!);

for (const protocol of MODULES) {
  test(
    `fuzz: ${COUNT} mutated messages of ${protocol.name} give values or a DecodeError`,
    { timeout: 3_600_000 },
    () => {
      const rand = random(protocol.name.length * 7919), all = tables(protocol);
      const set = messageSets(NETLINK_GENERIC, { generic: { [protocol.name]: ID } })();
      let read = 0, round = 0;
      for (let done = 0; done < COUNT; round++) {
        const kind = all[round % all.length]!, original = seed(kind, rand);
        for (let i = 0; i < 100 && done < COUNT; i++, done++) {
          const bytes = original.slice();
          mutate(bytes, rand);
          if (rand(8) === 0) new DataView(bytes.buffer).setUint32(0, 16 + rand(bytes.length - 15), true);
          const length = new DataView(bytes.buffer).getUint32(0, true), whole = bytes.subarray(0, length);
          const { table } = kind;
          if (length >= BODY) {
            // A client must get the library's own error; a capture must show broken parts as bytes.
            if (harmless(() => void bothWays(() => table.decode(new Reader(whole), BODY, length, {})))) read++;
          }
          if (i % 16 !== 0) continue;
          decodeMessages(whole, set);
          String(showMessages(whole, set)[0]);
          harmless(() => void locate(new Reader(whole), 0, rand(length), table));
        }
      }
      assert(read > COUNT / 20, `only ${read} of ${COUNT} could be decoded at all`);
    },
  );
}
