/** Batches: many operations in few datagrams, all of them tried, and each failure listed by its position. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BatchRequester, type Client, collectBatch, type Operation, type Requester } from "../../../core/client.ts";
import { Collection } from "../../../core/collection.ts";
import { BatchError, KernelError, type NetlinkError, SystemError } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { datagram, type Reply, type SentMessage } from "../../../core/scripted.ts";
import { attribute, cstring, decode, join, word } from "./help.ts";
import { answer, client, declaration, DEL, GET, Lamp, lamp, request } from "./lamps.ts";
import { test } from "../../test.ts";

const OVERFLOW = new SystemError("recvmsg", 105, "receive");
const { NLM_F_ACK: ACK, NLM_F_ACK_TLVS: TLVS, NLM_F_CAPPED: CAPPED } = NLM_F;

function nameOf({ payload }: SentMessage): string {
  return decode(Lamp, payload).name ?? "";
}

/** A kernel that refuses lamps called bad…, and acknowledges on request. */
function refuseBad(asked: SentMessage): Uint8Array[] {
  const words = [new Uint8Array(16), attribute(1, cstring("bad lamp")), attribute(2, word(24))];
  if (nameOf(asked).startsWith("bad")) return [answer(asked.seq, 22, CAPPED | TLVS, ...words)];
  return (asked.flags & ACK) !== 0 ? [answer(asked.seq)] : [];
}

function run(c: Client, operations: readonly Operation[]): BatchError | undefined {
  try {
    c.runBatch((add) => operations.forEach(add));
  } catch (error) {
    if (error instanceof BatchError) return error;
    throw error;
  }
  return undefined;
}
function named(...names: string[]): Operation[] {
  return names.map((name) => request({ name }));
}
function numbered(count: number, name: (index: number) => string): Operation[] {
  return named(...Array.from({ length: count }, (_, i) => name(i)));
}

test("trap 18: a batch is one send, in order, and only its last item requests an ACK", () => {
  const seen: SentMessage[] = [];
  const { client: c, kernels } = client((asked) => {
    seen.push(asked);
    return refuseBad(asked);
  });
  assertEquals(run(c, named("a", "b", "c")), undefined);
  assertEquals(kernels[0]!.sent.length, 1);
  assertEquals(seen.map(nameOf), ["a", "b", "c"]);
  assertEquals(seen.map(({ flags }) => flags & ACK), [0, 0, ACK]);
});

test("trap 18: every refusal has the position of its item, the kernel's message and the field", () => {
  const { client: c } = client(refuseBad);
  const error = run(c, named("bad0", "b", "bad2", "d", "bad4"))!;
  assertEquals(error.failures.map(({ index }) => index), [0, 2, 4]);
  assertEquals(error.code, "EINVAL");
  assertEquals(
    error.message,
    "Cannot do 3 of 5 items of a batch, the other 2 are done:" +
      [0, 2, 4].map((i) => `\n  item ${i}: Cannot add lamp bad${i}: EINVAL at name "bad lamp"`).join(""),
  );
  assertEquals(error.failures.every(({ error }) => error instanceof KernelError && error.path === "name"), true);
});

test("trap 18: answers may come in any order and in any datagrams", () => {
  const held: Uint8Array[] = [];
  const { client: c } = client((asked) => {
    held.unshift(...refuseBad(asked));
    if ((asked.flags & ACK) === 0) return [];
    // The answer to the last item ends the batch.
    const [last, ...others] = held.splice(0);
    return [datagram(...others), last!];
  });
  assertEquals(run(c, named("bad0", "bad1", "c"))!.failures.map(({ index }) => index), [0, 1]);
});

test("trap 18: the last item may be refused, and so may all", () => {
  const { client: c } = client(refuseBad);
  assertEquals(run(c, named("a", "bad1"))!.failures.map(({ index }) => index), [1]);
  assertEquals(run(c, named("bad0", "bad1"))!.failures.map(({ index }) => index), [0, 1]);
});

test("trap 30: a large batch is several sends of 128, and one failure does not stop the others", () => {
  const seen: string[] = [];
  const { client: c, kernels } = client((asked) => {
    seen.push(nameOf(asked));
    return refuseBad(asked);
  });
  const error = run(c, numbered(1000, (i) => i % 100 === 0 ? `bad${i}` : `l${i}`))!;
  assertEquals(error.failures.map(({ index }) => index), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  assertEquals(seen.length, 1000);
  assertEquals(kernels[0]!.sent.length, 8);
  const many = run(c, numbered(30, (i) => `bad${i}`))!;
  assertStringIncludes(many.message, "… and 20 more, see failures");
});

test("trap 30: large items are split before a send buffer is full", () => {
  const { client: c, kernels } = client(refuseBad);
  const large = request({ names: Array.from({ length: 15 }, () => "x".repeat(4000)) });
  assertEquals(run(c, Array.from({ length: 20 }, () => large)), undefined);
  assertEquals(kernels[0]!.sent.length > 4, true);
  for (const sent of kernels[0]!.sent) assertEquals(sent.length <= 212_000, true);
});

test("trap 30: a TypeError in an item is that item's failure; the items around it are done", () => {
  const seen: string[] = [];
  const { client: c } = client((asked) => {
    seen.push(nameOf(asked));
    return refuseBad(asked);
  });
  const error = run(c, [
    ...named("a"),
    request({ name: "b", level: "x" as unknown as number }),
    ...named("bad2", "d"),
    request({ name: "e", levle: 1 } as Lamp),
    ...named("f", "bad6"),
  ])!;
  assertEquals(error.failures.map(({ index }) => index), [1, 2, 4, 6]);
  assertEquals(error.failures.map(({ error }) => error.constructor.name), [
    "TypeError",
    "KernelError",
    "TypeError",
    "KernelError",
  ]);
  assertEquals(
    error.failures[0]!.error.message,
    'Cannot add lamp b: level: expected an integer 0..4294967295, got "x"',
  );
  assertEquals(seen, ["a", "bad2", "d", "f", "bad6"]);
  // This also holds for a lone item and for the last one.
  assertEquals(run(c, [request({ level: -1 })])!.failures.map(({ index }) => index), [0]);
  assertEquals(run(c, [...named("a"), request({ level: -1 })])!.failures.map(({ index }) => index), [1]);
});

test("trap 18: an item may name an interface that an earlier item makes", () => {
  const { client: c, kernels } = client((asked, kernel) => {
    const name = nameOf(asked);
    if (name !== "") kernel.interfaces.set(40, name);
    return refuseBad(asked);
  });
  assertEquals(run(c, [...named("new0"), request({ holderDev: "new0" })]), undefined);
  assertEquals(kernels[0]!.sent.length, 2);
  const error = run(c, [...named("new1"), request({ holderDev: "nope" }), request({ holderDev: "new1" })])!;
  assertEquals(error.failures.map(({ index, error }) => [index, (error as NetlinkError).code]), [[1, "ENODEV"]]);
});

test("trap 30: if the callback throws, earlier requests are done, and its own error is thrown", () => {
  const seen: string[] = [];
  const { client: c } = client((asked) => {
    seen.push(nameOf(asked));
    return refuseBad(asked);
  });
  const error = assertThrows(() =>
    c.runBatch((add) => {
      add(request({ name: "a" }));
      add(request({ name: "b" }));
      throw new Error("mine");
    })
  );
  assertEquals((error as Error).message, "mine");
  assertEquals(seen, ["a", "b"]);
  assertEquals(c.request(request({})), undefined);
  // Refusals before that are not lost.
  const both = assertThrows(() =>
    c.runBatch((add) => {
      add(request({ name: "bad0" }));
      throw new Error("mine");
    }), BatchError);
  assertEquals(both.failures.map(({ index }) => index), [0]);
  assertEquals((both.cause as Error).message, "mine");
});

/** Returns the positions in each list of an error. */
function states({ done, failures, unknown, unsent }: BatchError): Record<string, number[]> {
  const of = (list: readonly { index: number }[]): number[] => list.map(({ index }) => index);
  return { done, refused: of(failures), unknown: of(unknown), unsent: of(unsent) };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

test("trap 14: without answers, sent items are unknown, the others are not sent, and nothing is sent twice", () => {
  const { client: c, kernels } = client(() => []);
  const error = run(c, numbered(200, (i) => `l${i}`))!;
  assertEquals(error.code, "TIMEOUT");
  assertEquals(
    error.message,
    "Cannot do 200 of 200 items of a batch (128 sent without an answer, 72 not sent):\n" +
      "  items 0..127, which may be done: Cannot do items 0..127 of a batch: no reply within 10000 ms\n" +
      "  items 128..199, not sent: Cannot do items 0..127 of a batch: no reply within 10000 ms",
  );
  assertEquals(states(error), { done: [], refused: [], unknown: range(0, 127), unsent: range(128, 199) });
  assertEquals(kernels[0]!.sent.length, 1);
});

for (const code of ["TIMEOUT", "CLOSED", "EIO"]) {
  test(`if a socket fails in the middle (${code}), known refusals are kept, and the rest is not sent`, () => {
    let last = 0;
    const { client: c } = client((asked, kernel) => {
      const name = nameOf(asked), replies: Reply[] = refuseBad(asked);
      if ((asked.flags & ACK) === 0 || ++last !== 2) return replies;
      if (code === "CLOSED") kernel.close();
      return name === "" || code !== "EIO" ? [] : [new SystemError("recvmsg", 5, "receive")];
    });
    const error = run(c, numbered(400, (i) => i % 100 === 30 ? `bad${i}` : `l${i}`))!;
    assertEquals(error.code, code);
    // Answers to the second send that came before the failure are known, unless the socket is closed.
    const heard = code === "CLOSED" ? [] : [130, 230];
    assertEquals(states(error), {
      done: range(0, 127).filter((i) => i !== 30),
      refused: [30, ...heard],
      unknown: range(128, 255).filter((i) => !heard.includes(i)),
      unsent: range(256, 399),
    });
    assertStringIncludes(error.message, "items 256..399, not sent: Cannot ");
    assertEquals((error.cause as NetlinkError).code, code);
  });
}

test("if a socket fails at the last send, known refusals are kept", () => {
  let chunks = 0;
  const { client: c } = client((asked) => (asked.flags & ACK) !== 0 && ++chunks === 2 ? [] : refuseBad(asked));
  const error = run(c, numbered(130, (i) => i < 3 ? `bad${i}` : `l${i}`))!;
  assertEquals(states(error), { done: range(3, 127), refused: [0, 1, 2], unknown: [128, 129], unsent: [] });
});

test("trap 9: items with lost answers are unknown, other answers count, and the batch continues", () => {
  let chunks = 0;
  const { client: c } = client((asked) => {
    const replies = refuseBad(asked);
    // The second send overflows: its first refusal is in the queue, the others and the ACK are lost.
    if (chunks !== 1) return (asked.flags & ACK) !== 0 && ++chunks === 1 ? [...replies, OVERFLOW] : replies;
    if ((asked.flags & ACK) !== 0) chunks++;
    return nameOf(asked) === "bad130" ? replies : [];
  });
  const error = run(c, numbered(400, (i) => i % 10 === 0 ? `bad${i}` : `l${i}`))!;
  assertEquals(error.code, "ENOBUFS");
  assertEquals(states(error), {
    done: [...range(0, 127), ...range(256, 399)].filter((i) => i % 10 !== 0),
    refused: [...range(0, 127), 130, ...range(256, 399)].filter((i) => i % 10 === 0),
    unknown: range(128, 255).filter((i) => i !== 130),
    unsent: [],
  });
  assertStringIncludes(
    error.message,
    "items 131..255, which may be done: Cannot do items 128..255 of a batch: recvmsg() ",
  );
  assertEquals(run(c, named("a", "b")), undefined);
});

test("an item that is refused twice counts once", () => {
  const { client: c } = client((asked) => [...refuseBad(asked).slice(0, 1), ...refuseBad(asked)]);
  const error = run(c, named("bad0", "b", "bad2", "d"))!;
  assertEquals(states(error), { done: [1, 3], refused: [0, 2], unknown: [], unsent: [] });
});

test("the receive buffer limits the items per send, the send buffer its bytes", () => {
  for (
    const [receive, send, count] of [[212_992, 212_992, 4], [2_304, 212_992, 400], [106_496, 212_992, 7], [
      4 << 20,
      4_608,
      4,
    ]]
  ) {
    const { client: c, kernels } = client(refuseBad);
    kernels[0]!.buffers = () => ({ receive: receive!, send: send! });
    assertEquals(run(c, numbered(400, (i) => `l${i}`)), undefined);
    assertEquals(kernels[0]!.sent.length, count, `${receive} ${send}`);
    for (const { length } of kernels[0]!.sent) assertEquals(length <= send! - 32, true);
  }
});

test("an item that is too long for any send is refused, the items around it are done", () => {
  const { client: c, kernels } = client(refuseBad);
  const kernel = kernels[0]!, send = kernel.send.bind(kernel);
  kernel.buffers = () => ({ receive: 212_992, send: 4096 });
  kernel.send = (bytes, length) => {
    if (length > 4064) throw new SystemError("sendmsg", 90, `send ${length} bytes`);
    send(bytes, length);
  };
  const error = run(c, [
    ...named("a", "b"),
    request({ name: "long", names: ["x".repeat(4100)] }),
    ...named("d", "bad4"),
  ])!;
  assertEquals(states(error), { done: [0, 1, 3], refused: [2, 4], unknown: [], unsent: [] });
  assertStringIncludes(error.message, "item 2: Cannot add lamp long: sendmsg() failed with EMSGSIZE");
});

test("after a failed send, its items and all later ones are not sent", () => {
  const { client: c, kernels } = client(refuseBad);
  const kernel = kernels[0]!, send = kernel.send.bind(kernel);
  let sends = 0;
  kernel.send = (bytes, length) => {
    if (++sends === 2) throw new SystemError("sendmsg", 105, `send ${length} bytes`);
    send(bytes, length);
  };
  const error = run(c, numbered(300, (i) => i === 5 ? "bad" : `l${i}`))!;
  assertEquals(states(error), {
    done: range(0, 127).filter((i) => i !== 5),
    refused: [5],
    unknown: [],
    unsent: range(128, 299),
  });
});

test("an operation added after a batch has ended is an error", () => {
  const { client: c } = client(refuseBad);
  let kept: ((operation: Operation) => void) | undefined;
  c.runBatch((add) => kept = add);
  assertThrows(() => kept!(request({ name: "late" })), TypeError, "Cannot add lamp late in a batch that has ended");
});

test("without() removes the given refusals and keeps the rest", () => {
  const { client: c } = client(refuseBad);
  const error = run(c, named("bad0", "b", "bad2"))!;
  assertEquals(states(error.without(({ index }) => index === 0)!), {
    done: [0, 1],
    refused: [2],
    unknown: [],
    unsent: [],
  });
  assertEquals(error.without(() => true), undefined);
  const dead = run(client(() => []).client, named("a", "b"))!;
  assertEquals(states(dead.without(() => true)!).unknown, [0, 1]);
});

test("trap 11: a batch ignores messages that are not its own", () => {
  const { client: c } = client((asked) => [
    answer(asked.seq - 1000, 22),
    answer(0, 22),
    { bytes: answer(asked.seq, 22), port: 77 },
    lamp(asked.seq, { index: 1 }),
    ...refuseBad(asked),
  ]);
  assertEquals(run(c, named("a", "b")), undefined);
});

test("an empty batch sends nothing", () => {
  const { client: c, kernels } = client(() => []);
  c.runBatch(() => {});
  assertEquals(kernels[0]!.sent, []);
});

test("requests may be made while a batch is collected", () => {
  const { client: c, kernels } = client(refuseBad);
  c.runBatch((add) => {
    add(request({ name: "a" }));
    c.request(request({ name: "now" }));
    add(request({ name: "b" }));
  });
  assertEquals(kernels[0]!.sent.length, 2);
  assertEquals(nameOf({ type: 0, flags: 0, seq: 0, payload: kernels[0]!.sent[0]!.subarray(16) }), "now");
  assertEquals(kernels[0]!.sent[1]!.length, 2 * join(kernels[0]!.sent[1]!).length / 2);
});

test("requests that change nothing are answered at once in a batch, and the changes are sent together", () => {
  const { client: c, kernels } = client((sent) => [lamp(sent.seq, { name: "found" }, 0), answer(sent.seq)]);
  let found: unknown;
  c.runBatch((add) => {
    const lamps = new Collection(declaration, () => c, () => new BatchRequester(c, add));
    lamps.delete({ name: "a" });
    found = lamps.get({ name: "found" }).name;
    lamps.delete({ name: "b" });
  });
  assertEquals(found, "found");
  assertEquals(kernels[0]!.sent.map((sent) => new DataView(sent.buffer, sent.byteOffset).getUint16(4, true)), [
    GET,
    DEL,
  ]);
});

test("a callback that is async, returns a promise, or is no function is refused, and nothing is sent", async () => {
  const { client: c, kernels } = client(refuseBad);
  const collect = (given: unknown): void =>
    collectBatch(c, (requester) => requester, given as (requester: Requester) => void);
  const [one] = named("a");
  const late: unknown[] = [];
  const body = async (requester: Requester): Promise<void> => {
    requester.request(one!);
    await Promise.resolve();
    try {
      requester.request(one!);
    } catch (error) {
      late.push(error);
      throw error;
    }
  };
  for (const wrong of [body, (requester: Requester) => body(requester)]) {
    assertThrows(() => collect(wrong), TypeError, "Cannot run a batch with an async function");
  }
  for (const wrong of [undefined, null, 5, "x", [], {}]) {
    assertThrows(() => collect(wrong), TypeError, "Cannot run a batch: expected a function, got ");
  }
  // The promise of the second callback has failed, which nobody else could handle.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(late.length, 1);
  assertEquals(kernels[0]!.sent.length, 0);
  collect((requester: Requester) => requester.request(one!));
  assertEquals(kernels[0]!.sent.length, 1);
});

test("tolerated refusals are no failures, and their further requests are left out", () => {
  const seen: string[] = [];
  const { client: c } = client((asked) => {
    seen.push(nameOf(asked));
    return refuseBad(asked);
  });
  const tolerant = (name: string): Operation => ({
    ...request({ name }),
    tolerates: (error) => (error as KernelError).code === "EINVAL",
    then: [request({ name: `rest of ${name}` })],
  });
  const error = run(c, [tolerant("bad1"), tolerant("good"), request({ name: "bad0" }), tolerant("bad2")])!;
  assertEquals([error.count, error.failures.map(({ index }) => index)], [4, [2]]);
  assertEquals(seen, ["bad1", "good", "rest of good", "bad0", "bad2"]);
});
