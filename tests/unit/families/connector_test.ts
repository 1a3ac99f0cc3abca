/** CONNECTOR: cn_msg, process events and 1-wire in both directions, and the start of a watch on each kernel. */
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type Codec, Reader } from "../../../core/codec/mod.ts";
import { DecodeError, KernelError, NetlinkError } from "../../../core/errors.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import {
  ConnectorMessage,
  connectorMessages,
  open,
  processes,
  ProcessEvent,
  ProcessInput,
  slaveId,
  slaveName,
  type W1Message,
  W1Messages,
} from "../../../families/connector/mod.ts";
import { decode, encode, hex, join, random } from "../core/help.ts";
import { ROUNDS } from "./golden.ts";
import { test } from "../../test.ts";

// Messages that Linux 6.18 received and sent, without nlmsghdr.
const LISTEN = hex("01000000 01000000 05000000 09000000 0400 0000 01000000");
const LISTEN_EXEC = hex("01000000 01000000 05000000 09000000 0800 0000 01000000 02000000");
const ACK_DATA = hex("00000000 00000000 9909dbf3bc0b0000 000000000000000000000000000000000000000000000000");
const FORK_DATA = hex("01000000 01000000 55e89605bd0b0000 be560000 be560000 e8560000 e8560000 0000000000000000");

test("ConnectorMessage: recorded LISTEN requests are decoded and encoded", () => {
  const listen = decode(ConnectorMessage, LISTEN);
  assertEquals(listen, { idx: 1, val: 1, seq: 5, ack: 9, flags: 0, data: hex("01000000") });
  assertEquals(encode(ConnectorMessage, listen), LISTEN);
  assertEquals(decode(ProcessInput, listen.data), { mcastOp: 1 });
  const filtered = decode(ConnectorMessage, LISTEN_EXEC);
  assertEquals(decode(ProcessInput, filtered.data), { mcastOp: 1, eventType: ["exec"] });
  assertEquals(encode(ProcessInput, { mcastOp: 1, eventType: ["exec"] }), filtered.data);
});

test("ProcessEvent: every event is decoded and encoded", () => {
  const base = { cpu: 1, timestampNs: 0xbbdf3db0999n };
  assertEquals(decode(ProcessEvent, ACK_DATA), { event: "none", cpu: 0, timestampNs: 0xbbcf3db0999n, err: 0 });
  assertEquals(decode(ProcessEvent, FORK_DATA), {
    event: "fork",
    cpu: 1,
    timestampNs: 0xbbd0596e855n,
    parentPid: 22206,
    parentTgid: 22206,
    pid: 22248,
    tgid: 22248,
  });
  const who = { ...base, pid: 5, tgid: 4 };
  const events: [ProcessEvent, what: string, data: string][] = [
    [{ ...who, event: "exec" }, "02000000", "05000000 04000000"],
    [{ ...who, event: "uid", ruid: 6, euid: 0xffffffff }, "04000000", "05000000 04000000 06000000 ffffffff"],
    [{ ...who, event: "gid", rgid: 6, egid: 7 }, "40000000", "05000000 04000000 06000000 07000000"],
    [{ ...who, event: "sid" }, "80000000", "05000000 04000000"],
    [{ ...who, event: "ptrace", tracerPid: 6, tracerTgid: 7 }, "00010000", "05000000 04000000 06000000 07000000"],
    [{ ...who, event: "comm", comm: "abc" }, "00020000", "05000000 04000000 61626300"],
    [{ ...who, event: "coredump", parentPid: 6, parentTgid: 7 }, "00000040", "05000000 04000000 06000000 07000000"],
    [
      { ...who, event: "exit", exitCode: 256, exitSignal: 17, parentPid: 6, parentTgid: 7 },
      "00000080",
      "05000000 04000000 00010000 11000000 06000000 07000000",
    ],
    [{ ...base, event: "none", err: 22 }, "00000000", "16000000"],
    [{ ...base, event: 1024, data: hex("0102") }, "00040000", "0102"],
  ];
  for (const [event, what, data] of events) {
    const payload = typeof event.event === "number" ? hex(data) : join(hex(data), new Uint8Array(24)).slice(0, 24);
    const bytes = join(hex(what), hex("01000000 9909dbf3bd0b0000"), payload);
    assertEquals(decode(ProcessEvent, bytes), event);
    assertEquals(encode(ProcessEvent, event), bytes);
    ProcessEvent.walk!(new Reader(bytes), 0, bytes.length, {}, ({ codec }) => assert(codec !== undefined));
  }
});

test("ProcessEvent: an older kernel's shorter events are decoded as far as they go", () => {
  const event = decode(ProcessEvent, hex("00000080 01000000 9909dbf3bd0b0000 05000000 04000000 00010000 11000000"));
  assertEquals({ ...event }, {
    event: "exit",
    cpu: 1,
    timestampNs: 0xbbdf3db0999n,
    pid: 5,
    tgid: 4,
    exitCode: 256,
    exitSignal: 17,
  });
});

const packed = (codec: Codec<ConnectorMessage>, message: ConnectorMessage): Uint8Array => {
  const body = encode(codec, message), header = new Uint8Array(16);
  new DataView(header.buffer).setUint32(0, 16 + body.length, true);
  header[4] = 3;
  return join(header, body);
};
const told = (event: ProcessEvent, seq = 0, ack = 0) => ({
  bytes: packed(ConnectorMessage, { idx: 1, val: 1, seq, ack, data: encode(ProcessEvent, event) }),
  groups: 1,
});
const AT = { cpu: 0, timestampNs: 0n };
const exec = (pid: number): ProcessEvent => ({ ...AT, event: "exec", pid, tgid: pid });
const exit = (pid: number, exitCode: number): ProcessEvent => ({
  ...AT,
  event: "exit",
  pid,
  tgid: pid,
  exitCode,
  exitSignal: 17,
  parentPid: 1,
  parentTgid: 1,
});

/** A kernel that acknowledges LISTEN. */
function listening(err = 0): ScriptedKernel {
  return new ScriptedKernel(({ payload }) => {
    const { ack, data } = ConnectorMessage.decode(new Reader(payload), 0, payload.length, {});
    return data.length === 4 ? [told({ ...AT, event: "none", err }, 3, ack! + 1)] : [];
  });
}

test("processes.watch(): listens without a filter, then with one, and stops listening at the end", async () => {
  const kernel = listening(), ending = new AbortController();
  const events = processes.watch("exec", "nonzero_exit", { transport: () => kernel, signal: ending.signal });
  assertEquals(kernel.groups, [1]);
  assertEquals(kernel.sent.map((bytes) => bytes.slice(36)), [hex("01000000"), hex("01000000 02000020")]);
  kernel.push(
    told({ ...AT, event: "none", err: 1 }),
    told(exit(5, 0)),
    { ...told(exec(6)), port: 9 },
    { ...told(exec(6)), groups: 0 },
    { bytes: new Uint8Array(20), groups: 1 },
    told(exec(7), 41),
    told(exit(7, 256), 42),
  );
  assertEquals((await events.next()).value, { ...exec(7), seq: 41 } as never);
  assertEquals((await events.next()).value, { ...exit(7, 256), seq: 42 } as never);
  ending.abort();
  assertEquals((await events.next()).done, true);
  assertEquals(kernel.sent.at(-1)!.slice(36), hex("02000000"));
});

test("processes.watch(): without names it yields every event, also unknown ones", async () => {
  const kernel = listening(), events = processes.watch({ transport: () => kernel });
  assertEquals(kernel.sent.length, 1);
  kernel.push(told({ ...AT, event: 1024, data: hex("01") }));
  assertEquals((await events.next()).value, { ...AT, event: 1024, data: hex("01"), seq: 0 });
  await events.return!();
});

test("processes.watch(): errors for a kernel that refuses, for one that does not answer, and for an unknown name", () => {
  const refused = assertThrows(() => processes.watch({ transport: () => listening(1) }), KernelError);
  assertEquals(refused.code, "EPERM");
  const silent = assertThrows(() => processes.watch({ transport: () => new ScriptedKernel() }), NetlinkError);
  assertEquals(silent.code, "NOT_SERVED");
  assertThrows(() => processes.watch("exce" as "exec"), TypeError, "exce");
});

// Linux 6.1's answer to LIST_MASTERS without a master, and messages laid out by hand.
const NO_MASTERS = hex("06 00 0000 0000000000000000");
const W1: [bytes: Uint8Array, messages: readonly W1Message[]][] = [
  [NO_MASTERS, [{ type: "list_masters", status: 0, masters: [] }]],
  [hex("06 00 0800 0000000000000000 01000000 02000000"), [{ type: "list_masters", status: 0, masters: [1, 2] }]],
  [hex("02 00 0000 0100000000000000"), [{ type: "master_add", status: 0, master: 1 }]],
  [hex("00 00 0000 01ab0000000000ae"), [{ type: "slave_add", status: 0, slave: 0xae0000000000ab01n }]],
  [
    // search on master 1 found two; reset
    join(
      hex("04 00 1800 0100000000000000"),
      hex("02 00 1000 01ab0000000000ae 28cd000000000001"),
      hex("05 00 0000"),
    ),
    [{
      type: "master_cmd",
      status: 0,
      master: 1,
      commands: [
        { cmd: "search", res: 0, slaves: [0xae0000000000ab01n, 0x010000000000cd28n] },
        { cmd: "reset", res: 0 },
      ],
    }],
  ],
  [
    // write then read, and another message behind
    join(hex("05 00 0b00 28cd000000000001 01 00 0100 be 00 00 0200 0000"), hex("09 05 0100 0000000000000000 ff")),
    [
      {
        type: "slave_cmd",
        status: 0,
        slave: 0x010000000000cd28n,
        commands: [{ cmd: "write", res: 0, data: hex("be") }, { cmd: "read", res: 0, data: hex("0000") }],
      },
      { type: 9, status: 5, data: hex("ff") },
    ],
  ],
];

test("W1Messages: messages are decoded and encoded", () => {
  for (const [bytes, messages] of W1) {
    assertEquals(decode(W1Messages, bytes), messages);
    assertEquals(encode(W1Messages, messages), bytes);
  }
});

test("W1Messages: malformed commands are kept as data, and a message longer than its datagram is refused", () => {
  const bytes = hex("04 00 0400 0100000000000000 02 00 1000");
  assertEquals(decode(W1Messages, bytes), [{ type: "master_cmd", status: 0, master: 1, data: hex("02001000") }]);
  assertThrows(() => decode(W1Messages, hex("04 00 0500 0100000000000000 02001000")), DecodeError);
  assertThrows(() => decode(W1Messages, hex("04 00 0500")), DecodeError);
});

test("slaveName: the name below /sys and the number with its checksum", () => {
  // An example of Maxim's application note 27: 02 1c b8 01 00 00 00 has checksum a2.
  assertEquals(slaveName(0xa2_00_00_00_01_b8_1c_02n), "02-00000001b81c");
  assertEquals(slaveId("02-00000001b81c"), 0xa2_00_00_00_01_b8_1c_02n);
  assertThrows(() => slaveId("02-1"), TypeError);
});

test("Connector: sends, yields bundled messages one by one, and keeps messages that it cannot decode", async () => {
  const kernel = new ScriptedKernel();
  await using w1 = open({ idx: 3, val: 1, codec: W1Messages, transport: () => kernel });
  assertEquals(kernel.groups, [3]);
  w1.send([{ type: "list_masters" }], { seq: 5, ack: 6 });
  // The request that Linux 6.1 answered.
  const request =
    "30000000 0300 0000 05000000 00000000 03000000 01000000 05000000 06000000 0c00 0000 060000000000000000000000";
  assertEquals(kernel.sent, [hex(request)]);
  const answer = { idx: 3, val: 1, seq: 5, ack: 6, flags: 1, data: NO_MASTERS };
  const bundle = join(packed(ConnectorMessage, answer), encode(ConnectorMessage, { ...answer, data: hex("04") }));
  kernel.push(
    { bytes: bundle, port: 9 },
    { bytes: packed(ConnectorMessage, { ...answer, val: 2 }), groups: 3 },
    bundle,
    packed(ConnectorMessage, { idx: 0, val: 0, data: new Uint8Array(0) }),
  );
  assertEquals((await w1.next()).value, { ...answer, value: W1[0]![1], group: 0 });
  assertEquals((await w1.next()).value, { ...answer, data: hex("04"), group: 0 });
  const none = { idx: 0, val: 0, seq: 0, ack: 0, flags: 0, data: hex(""), value: [], group: 0 };
  assertEquals((await w1.next()).value, none);
});

test(`Connector: ${ROUNDS} mutated messages of each kind give values or a DecodeError`, () => {
  const next = random(11);
  const seeds: [Uint8Array, (from: Reader) => unknown][] = [
    [join(LISTEN, LISTEN_EXEC), (from) => [...connectorMessages(from, 0, from.length)]],
    [FORK_DATA, (from) => ProcessEvent.decode(from, 0, from.length, {})],
    [LISTEN_EXEC.slice(20), (from) => ProcessInput.decode(from, 0, from.length, {})],
    ...W1.map(([bytes]): [Uint8Array, (from: Reader) => unknown] => [
      bytes,
      (from) => W1Messages.decode(from, 0, from.length, {}),
    ]),
  ];
  let values = 0, errors = 0;
  for (let i = 0; i < ROUNDS * seeds.length; i++) {
    const [seed, read] = seeds[i % seeds.length]!, bytes = seed.slice(0, next(4) === 0 ? next(seed.length) : undefined);
    for (let n = next(4); n > 0 && bytes.length > 0; n--) bytes[next(bytes.length)] = next(256);
    try {
      read(new Reader(bytes));
      values++;
    } catch (error) {
      assertInstanceOf(error, DecodeError);
      errors++;
    }
  }
  assert(values > 0 && errors > 0, `${values} values, ${errors} errors`);
});

test("open(): bytes too short for a message are the data of a message with idx 0", async () => {
  const kernel = new ScriptedKernel();
  await using any = open({ idx: 3, val: 1, transport: () => kernel });
  kernel.push({ bytes: hex("18000000 0300 0000 00000000 00000000 aabbccddeeff0011"), groups: 3 });
  const { value } = await any.next();
  const data = hex("aabbccddeeff0011");
  assertEquals(value, { idx: 0, val: 0, seq: 0, ack: 0, flags: 0, data, value: data, group: 3 });
});
