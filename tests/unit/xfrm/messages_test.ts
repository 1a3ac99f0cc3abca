/**
 * Messages of NETLINK_XFRM, compared with those that `ip xfrm` 6.1 sent for the same states and policies, which
 * `strace -xx` recorded; and mutated ones. NETLINK_FUZZ sets the number of mutations.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import process from "node:process";
import { type Attributes, rawOf, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { ShownMessage } from "../../../core/show.ts";
import { MigrateState, open, XfrmPolicy, XfrmState } from "../../../families/xfrm/mod.ts";
import { decode, show } from "../../../families/registry.ts";
import { test } from "../../test.ts";
import { bothWays } from "../both_ways.ts";
import { hex, random } from "../core/help.ts";
import { KEY16, KEY20, KEY32, POLICIES, RARE_POLICIES, RARE_STATES, STATES } from "./pairs.ts";

const GOLDEN: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("golden-ip.json", import.meta.url), "utf8"),
);

/** Returns the header of a message in hexadecimal text, and its attributes in the order of their numbers. */
function partsOf(bytes: Uint8Array, headerSize: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset), parts: [id: number, text: string][] = [];
  const text = (from: number, to: number): string =>
    [...bytes.subarray(from, to)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (let at = headerSize; at < bytes.length;) {
    const length = view.getUint16(at, true);
    parts.push([view.getUint16(at + 2, true), text(at, at + length)]);
    at += (length + 3) & ~3;
  }
  return [text(0, headerSize), ...parts.sort(([a], [b]) => a - b).map(([, text]) => text)];
}

/** Returns the payloads of the requests that `collect` makes. */
function sent(collect: (client: ReturnType<typeof open>) => void): Uint8Array[] {
  const payloads: Uint8Array[] = [], kernel = new ScriptedKernel(() => []);
  kernel.interfaces.set(1, "lo");
  using client = open({
    transport: () => kernel,
    dryRun: ({ bytes }) => payloads.push(bytes.subarray(16)),
  });
  collect(client);
  return payloads;
}

/** The attribute that ip adds to each policy, with the type `main`. */
const TYPE = "0a001000000000000000";

test("xfrm: the value of an event about a limit is a key", () => {
  const [[, policy], [, state]] = [POLICIES[0]!, STATES[0]!];
  const goneState = { ...state, hard: true }, oldPolicy = { ...policy, hard: false };
  assertEquals(sent(({ states }) => states.delete(goneState)), sent(({ states }) => states.delete(state)));
  assertEquals(sent(({ policies }) => policies.delete(oldPolicy)), sent(({ policies }) => policies.delete(policy)));
});

const ALL_POLICIES = [...POLICIES, ...RARE_POLICIES], ALL_STATES = [...STATES, ...RARE_STATES];

test("xfrm: policies and states are sent as ip sends them, byte by byte", () => {
  const wrong: unknown[] = [];
  for (const [words, policy] of ALL_POLICIES) {
    const ours = partsOf(sent(({ policies }) => policies.add(policy))[0]!, 168);
    const theirs = partsOf(hex(GOLDEN[words]!), 168).filter((one) => one !== TYPE);
    if (ours.join() !== theirs.join()) wrong.push([words, ours, theirs]);
  }
  for (const [words, state] of ALL_STATES) {
    const ours = partsOf(sent(({ states }) => states.add(state))[0]!, 224);
    const theirs = partsOf(hex(GOLDEN[words]!), 224);
    if (ours.join() !== theirs.join()) wrong.push([words, ours, theirs]);
  }
  assertEquals(wrong, []);
  assertEquals(Object.keys(GOLDEN).length, ALL_POLICIES.length + ALL_STATES.length);
});

test("xfrm: what ip sends is decoded to the same object, and encoded to the same bytes again", () => {
  const all = [
    ...ALL_POLICIES.map(([words]) => [words, XfrmPolicy as Attributes<object>] as const),
    ...ALL_STATES.map(([words]) => [words, XfrmState as Attributes<object>] as const),
  ];
  for (const [words, table] of all) {
    const bytes = hex(GOLDEN[words]!);
    const value = bothWays(() => table.decode(new Reader(bytes), 0, bytes.length, {}));
    assertEquals(rawOf(value), []);
    const to = new Writer();
    table.encode(value, to, {});
    assertEquals(partsOf(to.bytes.slice(0, to.length), table.headerSize), partsOf(bytes, table.headerSize), words);
  }
});

test("xfrm: keys are in no error, tree or summary, but in the value of a message", () => {
  const [, gcm] = STATES[0]!, texts: string[] = [], shown: ShownMessage[] = [];
  using client = open({ transport: () => new ScriptedKernel(() => []), dryRun: (message) => shown.push(message) });
  for (const [, state] of STATES) client.states.add(state);
  for (const message of shown) texts.push(String(message), message.summary(), JSON.stringify(message.fields));
  for (const [words] of STATES) {
    const bytes = new Uint8Array(16 + hex(GOLDEN[words]!).length), view = new DataView(bytes.buffer);
    view.setUint32(0, bytes.length, true);
    view.setUint16(4, 16, true);
    bytes.set(hex(GOLDEN[words]!), 16);
    texts.push(show(6, bytes));
    // A length of the key that exceeds its attribute.
    view.setUint8(16 + 224 + 4 + 66, 1);
    texts.push(show(6, bytes));
  }
  for (const key of ["0x123", `${KEY16}0`, `x${KEY20}`, 7, [KEY20]]) {
    const error = assertThrows(() => client.states.add({ ...gcm, aead: { name: "a", key: key as string } }), TypeError);
    assert(error.message.startsWith("Cannot add state 10.9.0.2 esp 0x100: aead.key: expected a key"), error.message);
    texts.push(error.message.replace("0x100", ""));
  }
  // An algorithm in the order of ip's words, whole or as its name.
  for (const field of ["aead", "crypt", "auth", "authTrunc"]) {
    for (const wrong of [`rfc4106(gcm(aes)) 0x${KEY32} 128`, { name: `cbc(aes) 0x${KEY32}` }]) {
      const error = assertThrows(() => client.states.add({ ...gcm, [field]: wrong as never }), Error);
      assert(error.message.includes(`${field}${typeof wrong === "string" ? "" : ".name"}: expected`), error.message);
      texts.push(error.message.replace("0x100", ""));
    }
  }
  const secrets = [KEY16, KEY20, KEY32, "00112233", "44556677", "0x123"];
  assertEquals(texts.filter((text) => secrets.some((secret) => text.includes(secret))), []);
  assert(texts.some((text) => text.includes('"20 bytes"')));
  assertEquals((shown[0]!.value as XfrmState).aead!.key, KEY20);
});

test("xfrm: new addresses of a state are in the struct of Linux 7.2, what else changes in attributes", () => {
  const [bytes] = sent(({ states }) =>
    states.migrate({
      dst: "10.9.0.2",
      proto: "esp",
      spi: 0x1234,
      oldMark: { value: 5 } as never,
      newSaddr: "2001:db8::1",
      newDaddr: "2001:db8::2",
      newReqid: 7,
      newSel: { src: "10.9.0.0/24", dport: 53 },
      flags: ["update-h2h-sel"],
      mark: { value: 0, mask: 0 },
      natKeepaliveInterval: 20,
    })
  );
  const at = (offset: number, length: number): string => Buffer.from(bytes!).toString("hex", offset, offset + length);
  assertEquals(bytes!.length, 132 + 12 + 8);
  // id: daddr, spi, family, proto.
  assertEquals([at(0, 4), at(16, 4), at(20, 2), at(22, 1)], ["0a090002", "00001234", "0200", "32"]);
  const six = "20010db80000000000000000000000";
  assertEquals([at(24, 16), at(40, 16), at(128, 4)], [`${six}02`, `${six}01`, "0a000000"]);
  assertEquals([at(56, 8), at(120, 4), at(124, 4)], ["05000000ffffffff", "07000000", "02000000"]);
  // The selector: saddr, dport with its mask, family, prefixlen_s.
  assertEquals([at(64 + 16, 4), at(64 + 32, 4), at(64 + 40, 2), at(64 + 43, 1)], [
    "0a090000",
    "0035ffff",
    "0200",
    "18",
  ]);
  assertEquals(at(132, 20), "0c001500000000000000000008002200" + "14000000");
  const value = MigrateState.decode(new Reader(bytes!), 0, bytes!.length, {});
  const to = new Writer();
  MigrateState.encode(value, to, {});
  assertEquals(to.bytes.slice(0, to.length), bytes);
  assert(show(6, message(41, 0, 0, bytes!)).includes('"2001:db8::2"'));
});

test("xfrm: null is no value of a field", () => {
  using client = open({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  const { states, policies } = client, [[, policy], [, state]] = [POLICIES[0]!, STATES[0]!];
  const sel = { src: "10.9.0.1", sport: 5 };
  const wrong: readonly (readonly [name: string, call: (value: never) => unknown])[] = [
    ["lft", (lft) => policies.add({ ...policy, lft })],
    ["lft.hardByteLimit", (hardByteLimit) => policies.add({ ...policy, lft: { hardByteLimit } })],
    ["sel.family", (family) => policies.add({ ...policy, sel: { ...sel, family } })],
    ["sel.sportMask", (sportMask) => policies.add({ ...policy, sel: { ...sel, sportMask } })],
    ["index", (index) => policies.delete({ ...policy, index })],
    ["policy", (none) => policies.acquire({ sel, src: "10.9.0.1", policy: none, tmpl: [{ proto: "esp" }] })],
    ["policy.lft", (lft) => policies.acquire({ sel, src: "10.9.0.1", policy: { dir: "out", sel, lft } })],
    ["family", (family) => states.add({ ...state, family })],
    ["family", (family) => states.delete({ ...state, family })],
    ["lft", (lft) => states.allocSpi({ src: state.src!, dst: state.dst!, proto: "esp", lft })],
    ["newFamily", (newFamily) => states.migrate({ dst: "10.9.0.2", proto: "esp", spi: 1, newFamily })],
  ];
  for (const [name, call] of wrong) assertThrows(() => call(null as never), TypeError, `: ${name}: expected`);
});

test("xfrm: a list of states is asked for without a body; the protocol tells what a number means", () => {
  const kernel = new ScriptedKernel(({ seq }) => [message(3, 2, seq, new Uint8Array(4))]);
  using client = open({ transport: () => kernel });
  assertEquals([client.states.list(), client.policies.list()], [[], []]);
  assertEquals(kernel.sent.map(({ length }) => length), [16, 16]);
  assertEquals(
    ["NETLINK_XFRM", "NETLINK_ROUTE"].map((protocol) =>
      decode(protocol, message(20, 0, 0, new Uint8Array(8)))[0]!.type
    ),
    [
      "XFRM_MSG_DELPOLICY",
      "RTM_NEWADDR",
    ],
  );
  // Acquire, expire, mapping.
  for (const short of [23, 24, 27, 38]) {
    assert(
      decode("NETLINK_XFRM", message(short, 0, 0, new Uint8Array(12)))[0]!.value instanceof Uint8Array,
      `${short}`,
    );
  }
});

test("xfrm: windows above 32 packets and 64-bit numbers are in the attribute, others in the header", () => {
  const [, state] = STATES[0]!;
  const read = (given: object): XfrmState => {
    const [bytes] = sent(({ states }) => states.add({ ...state, ...given }));
    return XfrmState.decode(new Reader(bytes!), 0, bytes!.length, {});
  };
  const small = read({ replayWindow: 32 }), large = read({ replayWindow: 33 });
  assertEquals([small.replayWindow, small.replayEsn], [32, undefined]);
  assertEquals([large.replayWindow, large.replayEsn?.replayWindow], [33, 33]);
  assertEquals(read({ replayWindow: 8, flags: ["esn"] }).replayEsn?.replayWindow, 8);
  assertEquals(read({ replayWindow: 8, flags: 128 }).replayEsn?.replayWindow, 8);
  assertEquals(read({ replayEsn: { replayWindow: 4096 } }).replayEsn?.replayWindow, 4096);
  assertEquals(read({ replayEsn: { replayWindow: 64, bmp: [1] } }).replayEsn?.bmp, [1, 0]);
  assertEquals(read(large).replayWindow, 33);
  assertThrows(() => read({ replayWindow: 4097 }), RangeError, "at most 4096");
  assertThrows(() => read({ replayWindow: 64, replayEsn: { replayWindow: 32 } }), TypeError, "replayWindow");
});

test("xfrm: mutated messages give values or a DecodeError", () => {
  const count = Number(process.env["NETLINK_FUZZ"] ?? 20_000), below = random(17);
  const seeds = Object.entries(GOLDEN).map(([words, text]) =>
    [hex(text), (ALL_POLICIES.some(([one]) => one === words) ? XfrmPolicy : XfrmState) as Attributes<object>] as const
  );
  let decoded = 0;
  for (let i = 0; i < count; i++) {
    const [seed, table] = seeds[i % seeds.length]!,
      bytes = seed.slice(0, below(8) === 0 ? below(seed.length) : undefined);
    for (let n = below(4); n >= 0; n--) if (bytes.length > 0) bytes[below(bytes.length)] = below(256);
    try {
      const value = table.decode(new Reader(bytes), 0, bytes.length, {});
      table.walk!(new Reader(bytes), 0, bytes.length, {}, () => {});
      decoded++;
      if (i % 16 === 0) assert(String(new ShownMessage(bytes, 0, undefined, table)).length > 0 && value !== null);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  assert(decoded > count / 4, `${decoded}`);
});
