/**
 * Transactions: many operations in one datagram, done together or not at all, and each refusal listed by its position.
 */
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { messagesOf } from "../../../core/captured_message.ts";
import { BatchRequester, Client, type Frame, type OpenOptions, type Operation } from "../../../core/client.ts";
import { type Attributes, attributes, be32, type Codec } from "../../../core/codec/mod.ts";
import { Collection } from "../../../core/collection.ts";
import { BatchError, KernelError, NetlinkError, SystemError, TransactionError } from "../../../core/errors.ts";
import { runTransaction } from "../../../core/transaction.ts";
import { NLM_F } from "../../../core/message.ts";
import { declareMessages, messageSets } from "../../../core/messages.ts";
import { packets } from "../../../core/pcap.ts";
import { replay } from "../../../core/replay.ts";
import { datagram, message, type Reply, type SentMessage } from "../../../core/scripted.ts";
import type { ShownMessage } from "../../../core/show.ts";
import { attribute, cstring, decode, encode, hex, join, word } from "./help.ts";
import { answer, client, declaration, GET, Lamp, lamp, NEW, PROTOCOL, request } from "./lamps.ts";
import { test } from "../../test.ts";

const OVERFLOW = new SystemError("recvmsg", 105, "receive");
const { NLM_F_ACK: ACK, NLM_F_ACK_TLVS: TLVS, NLM_F_CAPPED: CAPPED, NLM_F_ECHO: ECHO } = NLM_F;
const EPERM = 1, EAGAIN = 11, ENOMEM = 12, EINVAL = 22, ERESTART = 85;
const BEGIN = 20, END = 21, GENERATION = 22;

interface Begin {
  generation?: number;
}
const Begin: Attributes<Begin> = attributes<Begin>({ generation: [1, be32] }, { header: 4 });
const LAMPS = { ...PROTOCOL, types: { ...PROTOCOL.types, LAMP_BEGIN: BEGIN, LAMP_END: END } };
declareMessages(LAMPS, { types: [BEGIN, END], codec: Begin as Codec<unknown, never> });
declareMessages(LAMPS, { types: [NEW, GET], codec: Lamp as Codec<unknown, never> });

/** Returns the messages around a transaction, for a generation. */
function frame(generation?: number, again?: Frame["again"]): Frame {
  const around = { flags: 0, codec: Begin as Codec<unknown, never> };
  return {
    begin: { ...around, type: BEGIN, value: { generation }, what: "begin the transaction" },
    end: { ...around, type: END, value: {}, what: "end the transaction" },
    ...(again === undefined ? {} : { again }),
  };
}

function nameOf({ payload }: SentMessage): string {
  return decode(Lamp, payload).name ?? "";
}

/** A kernel that does a transaction as a whole, refuses lamps called bad…, and answers in nf_tables' order. */
class LampBoard {
  /** The names of its lamps. */
  lamps: string[] = [];
  generation = 7;
  /** Errors of the next commits. */
  failing: number[] = [];
  seen: SentMessage[] = [];
  #begin: SentMessage | undefined;
  #stale = false;
  #names: string[] = [];
  #echoes: Uint8Array[] = [];
  #verdicts: Uint8Array[] = [];
  #refused = false;

  readonly script = (asked: SentMessage): Reply[] => {
    this.seen.push(asked);
    if (asked.type === GET) return [lamp(asked.seq, { name: "found" }, 0), answer(asked.seq)];
    if (asked.type === BEGIN) return this.#start(asked);
    if (this.#stale || this.#begin === undefined) return [];
    if (asked.type === END) return this.#finish();
    const name = nameOf(asked), words = [new Uint8Array(16), attribute(1, cstring("bad lamp")), attribute(2, word(24))];
    if (name.startsWith("bad")) {
      this.#refused = true;
      this.#verdicts.push(answer(asked.seq, EINVAL, CAPPED | TLVS, ...words));
      return [];
    }
    this.#names.push(name);
    if ((asked.flags & ECHO) !== 0) this.#echoes.push(lamp(asked.seq, { index: this.#names.length, name }, 0));
    if ((asked.flags & ACK) !== 0) this.#verdicts.push(answer(asked.seq));
    return [];
  };

  #start(asked: SentMessage): Reply[] {
    const { generation = 0 } = decode(Begin, asked.payload);
    this.#begin = asked;
    [this.#names, this.#echoes, this.#verdicts, this.#refused] = [[], [], [], false];
    this.#stale = generation !== 0 && generation !== this.generation;
    return this.#stale ? [answer(asked.seq, ERESTART)] : [];
  }

  #finish(): Reply[] {
    const { seq } = this.#begin!;
    if (this.#refused) return this.#verdicts;
    const failure = this.failing.shift();
    if (failure !== undefined) return [answer(seq, failure), ...this.#verdicts];
    this.lamps.push(...this.#names);
    this.generation++;
    const told = this.#echoes.length === 0 ? [] : [
      datagram(...this.#echoes),
      // Like NEWGEN: another message with the sequence number of the first echo.
      datagram(new Uint8Array(this.#echoes[0]!).map((byte, at) => at === 4 ? GENERATION : byte)),
    ];
    return [...told, ...this.#verdicts];
  }
}

function board(options: OpenOptions = {}) {
  const kernel = new LampBoard();
  return { board: kernel, ...client(kernel.script, options, LAMPS) };
}

/** Returns the replies of each item, or the error. */
function run(c: Client, operations: readonly Operation[], around: () => Frame = () => frame()): unknown {
  try {
    return runTransaction(c, around, (add) => operations.forEach(add));
  } catch (error) {
    if (error instanceof TransactionError) return error;
    throw error;
  }
}
function refused(c: Client, operations: readonly Operation[], around?: () => Frame): TransactionError {
  const error = run(c, operations, around);
  assertInstanceOf(error, TransactionError);
  return error;
}
function named(...names: string[]): Operation[] {
  return names.map((name) => request({ name }));
}
function numbered(count: number, name: (index: number) => string): Operation[] {
  return named(...Array.from({ length: count }, (_, i) => name(i)));
}
function positions({ failures }: TransactionError): number[] {
  return failures.map(({ index }) => index);
}

test("a transaction is one send between two messages, and only its last item requests an ACK", () => {
  const { client: c, kernels, board: b } = board(), kernel = kernels[0]!, receive = kernel.receive.bind(kernel);
  let received = 0;
  kernel.receive = (timeout) => {
    received++;
    return receive(timeout);
  };
  assertEquals(run(c, named("a", "b", "c")), [[], [], []]);
  assertEquals(kernels[0]!.sent.length, 1);
  assertEquals(b.seen.map(({ type }) => type), [BEGIN, NEW, NEW, NEW, END]);
  assertEquals(b.seen.map(({ flags }) => flags & ACK), [0, 0, 0, ACK, 0]);
  assertEquals(new Set(b.seen.map(({ seq }) => seq)).size, 5);
  assertEquals(b.lamps, ["a", "b", "c"]);
  assertEquals(run(c, named("d")), [[]]);
  assertEquals([kernel.sent.length, received], [2, 2]);
});

test("every refusal has the position of its item, the kernel's message and the field, and nothing is done", () => {
  const { client: c, board: b } = board();
  const error = refused(c, named("a", "bad1", "c", "bad3"));
  assertEquals(
    error.message,
    "Cannot do a transaction of 4 items (2 refused), nothing was done:" +
      [1, 3].map((i) => `\n  item ${i}: Cannot add lamp bad${i}: EINVAL at name "bad lamp"`).join(""),
  );
  assertEquals([error.count, error.code, error.mayBeDone, error.cause], [4, "EINVAL", false, undefined]);
  assertEquals(positions(error), [1, 3]);
  assertEquals(error.failures.every(({ error }) => error instanceof KernelError && error.path === "name"), true);
  assertEquals(b.lamps, []);
  assertEquals(error instanceof BatchError, false);
  assertEquals(run(c, named("a")), [[]]);
});

test("any number of items are done or refused together, in one datagram", () => {
  const { client: c, kernels, board: b } = board(), sizes: number[] = [];
  kernels[0]!.setBuffer = (bytes) => sizes[sizes.push(bytes) - 1]!;
  assertEquals((run(c, numbered(300, (i) => `l${i}`)) as unknown[]).length, 300);
  assertEquals([kernels[0]!.sent.length, b.lamps.length], [1, 300]);
  const error = refused(c, numbered(300, (i) => `bad${i}`));
  assertEquals([kernels[0]!.sent.length, error.failures.length, b.lamps.length], [2, 300, 300]);
  assertEquals(positions(error), Array.from({ length: 300 }, (_, i) => i));
  assertStringIncludes(
    error.message,
    "Cannot do a transaction of 300 items (300 refused), nothing was done:\n  item 0: ",
  );
  assertStringIncludes(error.message, "… and 290 more, see failures");
  // A refusal with its message takes this much of the receive buffer.
  for (const size of sizes) assertEquals(size >= 302 * 1_600, true);
  assertEquals(sizes.length, 2);
});

test("the last item may be refused, and so may a single one", () => {
  const { client: c } = board();
  assertEquals(positions(refused(c, named("a", "bad1"))), [1]);
  assertEquals(
    refused(c, named("bad0")).message,
    'Cannot do a transaction of 1 item (1 refused), nothing was done:\n  item 0: Cannot add lamp bad0: EINVAL at name "bad lamp"',
  );
});

test("a refusal of the whole is the cause, and later answers are ignored", () => {
  const { client: c, board: b, kernels } = board();
  b.failing = [ENOMEM, EPERM];
  const error = refused(c, named("a", "b"));
  assertEquals(
    error.message,
    "Cannot do a transaction of 2 items, nothing was done: " +
      'Cannot begin the transaction: ENOMEM "Cannot allocate memory"',
  );
  assertEquals([error.code, error.mayBeDone, error.failures], ["ENOMEM", false, []]);
  assertInstanceOf(error.cause, KernelError);
  assertEquals(refused(c, named("a")).code, "EPERM");
  assertEquals(b.lamps, []);
  assertEquals(run(c, named("a")), [[]]);
  assertEquals(kernels[0]!.receive(0), undefined);
});

test("answers may come in any order, in any datagrams, and twice; answers to others are ignored", () => {
  const held: Uint8Array[] = [];
  const { client: c } = client((asked) => {
    if (asked.type === END) return [datagram(...held.splice(0))];
    const error = nameOf(asked).startsWith("bad") ? [answer(asked.seq, EINVAL), answer(asked.seq, EINVAL)] : [];
    held.unshift(...error, ...((asked.flags & ACK) !== 0 ? [answer(asked.seq)] : []));
    return [
      answer(asked.seq - 1000, EINVAL),
      answer(0, EINVAL),
      { bytes: answer(asked.seq, EINVAL), port: 77 },
      message(2, 0, asked.seq, join(word(-EINVAL), new Uint8Array(16)), 77),
      lamp(asked.seq, { index: 1 }),
    ];
  });
  assertEquals(positions(refused(c, named("a", "bad1", "c", "bad3", "e"))), [1, 3]);
  assertEquals(run(c, named("a", "b")), [[], []]);
});

test("the replies to an item are returned by its position", () => {
  const { client: c } = board();
  const asked = ["a", "b", "c"].map((name, i) => request({ name }, i === 1 ? {} : { flags: ECHO, reply: NEW }));
  const [first, second, third] = run(c, asked) as Lamp[][];
  assertEquals(first!.map(({ index, name }) => [index, name]), [[1, "a"]]);
  assertEquals(second, []);
  assertEquals(third!.map(({ index, name }) => [index, name]), [[3, "c"]]);
  // If nothing is done, there are no replies.
  assertEquals(positions(refused(c, [...asked, ...named("bad")])), [3]);
});

test("a malformed reply is an error, but all other answers are received first", () => {
  const strange: Codec<unknown, never> = {
    ...Lamp as Codec<unknown, never>,
    decode: () => {
      throw new TypeError("strange");
    },
  };
  const { client: c, board: b } = board();
  const asked = [request({ name: "a" }, { flags: ECHO, reply: NEW, replyCodec: strange }), ...named("b")];
  assertThrows(() => run(c, asked), TypeError, "strange");
  assertEquals(b.lamps, ["a", "b"]);
  assertEquals(run(c, named("c")), [[]]);
});

test("further operations of an item are a part of it", () => {
  const { client: c, board: b } = board();
  const [then] = named("bad after"), [second] = named("b");
  assertEquals(positions(refused(c, [request({ name: "a" }, { then: [then!] }), second!])), [0]);
  const both = request({ name: "a" }, {
    flags: ECHO,
    reply: NEW,
    then: [request({ name: "c" }, { flags: ECHO, reply: NEW })],
  });
  assertEquals((run(c, [both, second!]) as Lamp[][]).map((replies) => replies.map(({ name }) => name)), [
    ["a", "c"],
    [],
  ]);
  assertEquals(b.lamps, ["a", "c", "b"]);
});

test("a send buffer that is too small is enlarged to fit the datagram", () => {
  const { client: c, kernels, board: b } = board(), sizes: number[] = [], kernel = kernels[0]!;
  kernel.setSendBuffer = (bytes) => sizes[sizes.push(bytes) - 1]!;
  assertEquals((run(c, numbered(20, (i) => `l${i}`)) as unknown[]).length, 20);
  assertEquals(sizes, []);
  assertEquals((run(c, numbered(6_000, (i) => `l${i}`)) as unknown[]).length, 6_000);
  assertEquals(sizes, [kernel.sent[1]!.length + 32]);
  assertEquals([kernel.sent.length, b.lamps.length], [2, 6_020]);
});

test("a datagram that no send buffer can hold is a RangeError with its length and the limit", () => {
  const { client: c, kernels, board: b } = board(), kernel = kernels[0]!;
  kernel.buffers = () => ({ receive: 212_992, send: 212_992 });
  kernel.setSendBuffer = () => 425_984;
  const items = numbered(20_000, (i) => `lamp${String(i).padStart(8, "0")}`), length = 20_000 * 44 + 2 * 20;
  assertEquals(
    assertThrows(() => run(c, items), RangeError).message,
    `Cannot do a transaction of 20000 items: it has ${length} bytes, and the socket sends at most 425952 at once ` +
      "(net.core.wmem_max is the limit without CAP_NET_ADMIN in the initial user namespace)",
  );
  assertEquals([kernel.sent.length, b.lamps], [0, []]);
  assertEquals(run(c, named("a")), [[]]);
});

test("without an answer, the outcome of a transaction is unknown, and it is not sent again", () => {
  let ends = 0;
  const { client: c, kernels } = client((asked) => {
    if (asked.type === END) ends++;
    return ends === 2 && asked.type === NEW && (asked.flags & ACK) !== 0 ? [answer(asked.seq)] : [];
  });
  const error = refused(c, named("a", "b"), () => frame(0, () => true));
  assertEquals(
    error.message,
    "Cannot tell whether a transaction of 2 items was done: " +
      "Cannot do a transaction of 2 items: no reply within 10000 ms",
  );
  assertEquals([error.code, error.mayBeDone, error.failures], ["TIMEOUT", true, []]);
  assertEquals(kernels[0]!.sent.length, 1);
});

test("after lost answers, the outcome of a transaction is unknown, unless a received one is a refusal", () => {
  let lose = true;
  const { client: c } = client((asked) => {
    if (lose) return asked.type === END ? [OVERFLOW] : nameOf(asked) === "bad1" ? [answer(asked.seq, EINVAL)] : [];
    return (asked.flags & ACK) !== 0 ? [answer(asked.seq)] : [];
  });
  const error = refused(c, named("a", "b"));
  assertEquals([error.code, error.mayBeDone, error.failures], ["ENOBUFS", true, []]);
  assertStringIncludes(
    error.message,
    "Cannot tell whether a transaction of 2 items was done: Cannot do a transaction of 2",
  );
  assertStringIncludes(error.message, "the request may be done or refused");
  const known = refused(c, named("a", "bad1", "bad2"));
  assertEquals([known.code, known.mayBeDone, positions(known)], ["EINVAL", false, [1]]);
  assertStringIncludes(known.message, "Cannot do a transaction of 3 items (1 refused), nothing was done:\n  item 1: ");
  assertStringIncludes(
    known.message,
    "\n  maybe others: Cannot do a transaction of 3 items: recvmsg() failed with ENOBUFS",
  );
  lose = false;
  assertEquals(run(c, named("a")), [[]]);
});

test("an acknowledgement after lost answers does not mean that a transaction is done", () => {
  const { client: c } = client((asked) => {
    return (asked.flags & ACK) !== 0 ? [OVERFLOW, answer(asked.seq)] : [];
  });
  assertEquals(refused(c, named("a", "b")).mayBeDone, true);
});

for (const code of ["CLOSED", "EIO"]) {
  test(`if a socket fails before the answer (${code}), the outcome of a transaction is unknown`, () => {
    const { client: c } = client((asked, kernel) => {
      if (asked.type !== END) return [];
      if (code === "CLOSED") kernel.close();
      return [new SystemError("recvmsg", 5, "receive")];
    });
    const error = refused(c, named("a", "b"));
    assertEquals([error.code, error.mayBeDone, (error.cause as NetlinkError).code], [code, true, code]);
  });
}

test("after a failed send, nothing is done", () => {
  const { client: c, kernels } = board();
  kernels[0]!.send = (_bytes, length) => {
    throw new SystemError("sendmsg", 105, `send ${length} bytes`);
  };
  const error = refused(c, named("a", "b"));
  assertEquals([error.code, error.mayBeDone], ["ENOBUFS", false]);
  assertEquals(
    error.message,
    "Cannot do a transaction of 2 items, nothing was done: Cannot do a transaction of 2 items: " +
      'sendmsg() failed with ENOBUFS "No buffer space available"',
  );
});

test("if a capture fails after the send, the outcome of a transaction is unknown", () => {
  let full = false;
  const { client: c } = board({
    capture: () => {
      if (full) throw new SystemError("write", 28, "write the capture");
    },
  });
  full = true;
  const error = refused(c, named("a"));
  assertEquals([error.code, error.mayBeDone], ["ENOSPC", true]);
});

test("a transaction for an old generation is made again, framing and items, for the present one", () => {
  const { client: c, board: b, kernels } = board();
  const collected: number[] = [];
  let framed = 0;
  // Another program is faster twice.
  const around = () => frame(framed++ < 2 ? b.generation++ : b.generation, ({ code }) => code === "ERESTART");
  const done = runTransaction(c, around, (add) => {
    collected.push(b.generation);
    named("a", `of${b.generation}`).forEach(add);
  });
  assertEquals(done, [[], []]);
  assertEquals([framed, collected, kernels[0]!.sent.length], [3, [8, 9, 9], 3]);
  assertEquals(b.lamps, ["a", "of9"]);
});

test("a transaction is made again only if its framing requests it, and at most ten times", () => {
  const { client: c, kernels, board: b } = board();
  const stale = refused(c, named("a"), () => frame(1));
  assertEquals([stale.code, stale.mayBeDone, kernels[0]!.sent.length], ["ERESTART", false, 1]);
  assertEquals(
    stale.message,
    "Cannot do a transaction of 1 item, nothing was done: Cannot begin the transaction: " +
      'ERESTART "Interrupted system call should be restarted"',
  );
  assertEquals(refused(c, named("a"), () => frame(1, ({ code }) => code === "ERESTART")).code, "ERESTART");
  assertEquals(kernels[0]!.sent.length, 11);
  assertEquals(refused(c, named("bad"), () => frame(0, ({ code }) => code === "ERESTART")).code, "EINVAL");
  assertEquals(kernels[0]!.sent.length, 12);
  b.failing = [EAGAIN, EAGAIN];
  assertEquals(run(c, named("a"), () => frame(0, ({ code }) => code === "EAGAIN")), [[]]);
  assertEquals([kernels[0]!.sent.length, b.lamps], [15, ["a"]]);
});

test("answers lost before another try do not count for that try", () => {
  let tries = 0;
  const { client: c } = client((asked) => {
    if (asked.type === BEGIN && ++tries === 1) return [OVERFLOW, answer(asked.seq, EAGAIN)];
    return tries === 2 && (asked.flags & ACK) !== 0 ? [answer(asked.seq)] : [];
  });
  assertEquals(run(c, named("a"), () => frame(0, ({ code }) => code === "EAGAIN")), [[]]);
});

test("a transaction is not made again after its time limit", () => {
  const { client: c, kernels } = board({ timeout: 1 }), kernel = kernels[0]!, receive = kernel.receive.bind(kernel);
  kernel.receive = (timeout) => {
    for (const begin = performance.now(); performance.now() - begin < 2;);
    return receive(timeout);
  };
  const error = refused(c, named("a"), () => frame(1, () => true));
  assertEquals([error.code, error.mayBeDone, kernel.sent.length], ["ERESTART", false, 1]);
});

test("the enlarged buffers are those of the socket that sends", () => {
  const { client: c, kernels, board: b } = board();
  assertThrows(() => c.request(request({ name: "nobody answers" })), NetlinkError, "no reply within");
  kernels[0]!.push(...Array.from({ length: 2000 }, () => answer(0)));
  kernels[0]!.setSendBuffer = () => 0;
  // Too many unread datagrams remain, so another socket is opened.
  assertEquals((run(c, numbered(6_000, (i) => `l${i}`)) as unknown[]).length, 6_000);
  assertEquals([kernels.length, kernels[0]!.sent.length, kernels[1]!.sent.length], [2, 1, 1]);
  assertEquals(b.lamps.length, 6_000);
});

test("an error of another transaction in the callback is thrown unchanged", () => {
  const { client: c, kernels } = board(), other = board().client;
  const error = assertThrows(() =>
    runTransaction(c, () => frame(0, () => true), (add) => {
      add(named("a")[0]!);
      runTransaction(other, () => frame(), (add) => add(named("bad")[0]!));
    }), TransactionError);
  assertEquals([positions(error), kernels[0]!.sent.length], [[0], 0]);
});

test("nothing is sent if the callback throws", () => {
  const { client: c, kernels } = board();
  const error = assertThrows(() =>
    runTransaction(c, () => frame(), (add) => {
      named("a", "b").forEach(add);
      throw new Error("mine");
    })
  );
  assertEquals([(error as Error).message, kernels[0]!.sent], ["mine", []]);
  assertEquals(run(c, named("a")), [[]]);
});

test("an item that cannot be encoded is an error where it is added, and nothing is sent", () => {
  const { client: c, kernels, board: b } = board(), bad = request({ name: "b", level: -1 });
  assertThrows(
    () => run(c, [...named("a"), bad]),
    RangeError,
    "Cannot add lamp b: level: expected 0..4294967295, got -1",
  );
  assertThrows(
    () => run(c, [...named("a"), request({ name: "b" }, { then: [request({ levle: 1 } as Lamp)] })]),
    TypeError,
    'there is no field "levle"',
  );
  assertEquals(kernels[0]!.sent, []);
  // A callback that catches the error leaves the item out, with its further operations.
  const done = runTransaction(c, () => frame(), (add) => {
    add(named("a")[0]!);
    assertThrows(() => add(request({ name: "b" }, { then: [bad] })), RangeError);
    add(named("c")[0]!);
  });
  assertEquals([done, b.lamps], [[[], []], ["a", "c"]]);
});

test("an item that depends on the result of earlier ones is refused in a transaction", () => {
  const { client: c, kernels } = board();
  assertThrows(
    () => run(c, [...named("a"), request({ name: "b" }, { read: () => ({}) })]),
    TypeError,
    "Cannot add lamp b in a transaction: it must read the result of earlier changes, but all are done at once",
  );
  assertEquals(kernels[0]!.sent, []);
});

test("an operation added after a transaction has ended is an error", () => {
  const { client: c } = board();
  let kept: ((operation: Operation) => void) | undefined;
  runTransaction(c, () => frame(), (add) => kept = add);
  assertThrows(() => kept!(named("late")[0]!), TypeError, "Cannot add lamp late in a transaction that has ended");
});

test("an empty transaction sends nothing", () => {
  const { client: c, kernels } = board();
  assertEquals([run(c, []), kernels[0]!.sent], [[], []]);
});

test("collections add their changes to a transaction, and read at once", () => {
  const { client: c, kernels, board: b } = board();
  let found: unknown;
  runTransaction(c, () => frame(), (add) => {
    const lamps = new Collection(declaration, () => c, () => new BatchRequester(c, add));
    lamps.add({ name: "a" });
    found = lamps.get({ name: "found" }).name;
    lamps.add({ name: "b" });
  });
  assertEquals([found, b.lamps, kernels[0]!.sent.length], ["found", ["a", "b"], 2]);
});

test("a dry run shows each message as it would be sent, framing included", () => {
  const shown: ShownMessage[] = [];
  const { client: c, kernels } = board({ dryRun: (message) => void shown.push(message) });
  assertEquals(run(c, named("a", "b"), () => frame(7)), [[], []]);
  assertEquals(shown.map(({ type, flags }) => [type, flags]), [
    ["LAMP_BEGIN", ["request"]],
    ["LAMP_NEW", ["request"]],
    ["LAMP_NEW", ["request", "ack"]],
    ["LAMP_END", ["request"]],
  ]);
  assertEquals(shown.map(({ value }) => value), [{ generation: 7 }, { family: 0, index: 0, name: "a" }, {
    family: 0,
    index: 0,
    name: "b",
  }, {}]);
  assertEquals(
    shown[0]!.bytes,
    join(hex("1c000000 1400 0100"), shown[0]!.bytes.slice(8, 16), encode(Begin, { generation: 7 })),
  );
  assertEquals(kernels[0]!.sent, []);
  runTransaction(c, () => frame(), (add) => {
    assertThrows(() => add(request({ name: "a" }, { then: [request({ level: -1 })] })), RangeError);
    add(named("c")[0]!);
  });
  assertEquals(shown.splice(4).map(({ type }) => type), ["LAMP_BEGIN", "LAMP_NEW", "LAMP_END"]);
  // A message that would not be sent is not shown.
  assertThrows(() => run(c, [...named("a"), request({ level: -1 })]), RangeError);
  assertEquals(shown.length, 4);
});

test("a capture has the whole transaction, and can be replayed", () => {
  const pieces: Uint8Array[] = [],
    talk = (c: Client): unknown[] => {
      const asked = named("a", "b").map((one) => ({ ...one, flags: ECHO, reply: NEW }));
      return [run(c, asked), positions(refused(c, named("c", "bad1", "bad2")))];
    };
  const { client: c } = board({ capture: (bytes) => void pieces.push(bytes) });
  const told = talk(c), set = messageSets(LAMPS)();
  const said = [...packets(pieces)].map((packet, i) => [...messagesOf(packet, i + 1, LAMPS.name, set)]);
  assertEquals(said.filter(([first]) => first!.direction === "sent").map((all) => all.map(({ type }) => type)), [
    ["LAMP_BEGIN", "LAMP_NEW", "LAMP_NEW", "LAMP_END"],
    ["LAMP_BEGIN", "LAMP_NEW", "LAMP_NEW", "LAMP_NEW", "LAMP_END"],
  ]);
  assertEquals(told[1], [1, 2]);
  assertEquals(talk(new Client(LAMPS, { transport: replay(pieces, LAMPS) })), told);
});
