/** Requests and dumps, with a kernel that does what a real one does not do on demand. */
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { Client, type OpenOptions, type Protocol } from "../../../core/client.ts";
import type { Codec } from "../../../core/codec/mod.ts";
import { DecodeError, KernelError, NetlinkError, SystemError } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import type { ShownMessage } from "../../../core/show.ts";
import { datagram, message, type Reply, ScriptedKernel } from "../../../core/scripted.ts";
import { attribute, cstring, hex, join, word } from "./help.ts";
import { answer, client, DEL, done, DUMP, event, GET, Lamp, lamp, NEW, PROTOCOL, request } from "./lamps.ts";
import { test } from "../../test.ts";

const { NLM_F_DUMP_INTR: INTR, NLM_F_MULTI: MULTI, NLM_F_ACK_TLVS: TLVS, NLM_F_CAPPED: CAPPED } = NLM_F;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
function indices(items: readonly unknown[]): (number | undefined)[] {
  return items.map((item) => (item as Lamp).index);
}

test("request() sends one message with REQUEST and ACK, and returns when the kernel answers", () => {
  const { client: c, kernels } = client(({ seq }) => [answer(seq)]);
  assertEquals(c.request(request({ index: 3, name: "l0" }, { flags: NLM_F.NLM_F_CREATE })), undefined);
  const [sent] = kernels[0]!.sent;
  assertEquals(sent, message(NEW, 0x405, 1, join(hex("00000000 03000000"), attribute(1, cstring("l0"))), 0));
});

test("request() returns the object of the reply, before the ACK or in one datagram with it", () => {
  const split = client(({ seq }) => [lamp(seq, { index: 3 }, 0), answer(seq)]);
  const joined = client(({ seq }) => [datagram(lamp(seq, { index: 3 }, 0), answer(seq))]);
  for (const { client: c } of [split, joined]) {
    assertEquals((c.request(request({}, { reply: NEW })) as Lamp).index, 3);
  }
});

test("a refusal names the operation, the field, the errno and the kernel's message", () => {
  const { client: c } = client(({ seq }) => [
    answer(seq, 34, CAPPED | TLVS, new Uint8Array(16), attribute(1, cstring("too bright")), attribute(2, word(24))),
  ]);
  const error = assertThrows(() => c.request(request({ name: "l0" })), KernelError);
  assertEquals(error.message, 'Cannot add lamp l0: ERANGE at name "too bright"');
  assertEquals([error.code, error.errno, error.path, error.kernelMessage], ["ERANGE", 34, "name", "too bright"]);
  assertEquals(error.operation, "add lamp l0");
});

test("trap 1: an ACK with error 0 and a warning is a success", () => {
  const { client: c } = client(({ seq }) => [
    answer(seq, 0, CAPPED | TLVS, new Uint8Array(16), attribute(1, cstring("deprecated"))),
  ]);
  assertEquals(c.request(request({})), undefined);
});

test("trap 23: a refusal for lack of a capability names it", () => {
  const { client: c } = client(({ seq }) => [answer(seq, 1)]);
  const error = assertThrows(() => c.request(request({})), KernelError);
  assertStringIncludes(error.hint!, "CAP_NET_ADMIN");
  assertStringIncludes(error.message, "CAP_NET_ADMIN");
});

test("a refusal with another reason, or other than EPERM, does not mention a capability", () => {
  const words = attribute(1, cstring("IPv6 is disabled on this device"));
  const { client: c } = client(({ seq, payload }) => [
    payload.length > 0 && seq % 2 === 0 ? answer(seq, 13) : answer(seq, 1, CAPPED | TLVS, new Uint8Array(16), words),
  ]);
  for (let i = 0; i < 2; i++) assertEquals(assertThrows(() => c.request(request({})), KernelError).hint, undefined);
});

test("an operation's own hint comes first, and depends on the error", () => {
  const { client: c } = client(({ seq }) => [answer(seq, 1)]);
  const error = assertThrows(() => c.request(request({}, { hint: (code) => `${code}: try the switch` })), KernelError);
  assertEquals(error.hint, "EPERM: try the switch");
});

test("dump() returns all parts up to DONE", () => {
  const { client: c, kernels } = client(({ seq }) => [
    datagram(lamp(seq, { index: 1 }), lamp(seq, { index: 2 })),
    lamp(seq, { index: 3 }),
    datagram(lamp(seq, { index: 4 }), done(seq)),
  ]);
  assertEquals(indices(c.dump(DUMP)), [1, 2, 3, 4]);
  assertEquals(view(kernels[0]!.sent[0]!).getUint16(6, true), NLM_F.NLM_F_REQUEST | NLM_F.NLM_F_DUMP);
});

test("dump() ignores messages of other types, and NOOPs", () => {
  const { client: c } = client(({ seq }) => [
    datagram(message(1, MULTI, seq, hex("")), lamp(seq, { index: 1 }, MULTI, 99), lamp(seq, { index: 2 }), done(seq)),
  ]);
  assertEquals(indices(c.dump(DUMP)), [2]);
});

test("trap 1: a DONE with an errno is a refusal, with the kernel's message and the objects so far", () => {
  const { client: c } = client(({ seq }) => [
    lamp(seq, { index: 1 }),
    done(seq, 95, MULTI | TLVS, attribute(1, cstring("no dump of these"))),
  ]);
  const error = assertThrows(() => c.dump(DUMP), KernelError, 'Cannot list lamps: EOPNOTSUPP "no dump of these"');
  assertEquals(indices(error.partial!), [1]);
  assertEquals(Object.keys(error).includes("partial"), false);
});

test("a dump that is refused at once is a refusal", () => {
  const { client: c } = client(({ seq }) => [answer(seq, 22)]);
  assertThrows(() => c.dump(DUMP), KernelError, "Cannot list lamps: EINVAL");
});

for (const where of ["on a later part", "on DONE"]) {
  test(`trap 8: a dump marked as interrupted ${where} is repeated`, () => {
    let tries = 0;
    const { client: c } = client(({ seq }) => {
      const intr = ++tries < 4 ? INTR : 0, part = where === "on DONE" ? 0 : intr;
      return [
        lamp(seq, { index: tries }),
        datagram(lamp(seq, { index: 10 + tries }, MULTI | part), done(seq, 0, MULTI | (intr ^ part))),
      ];
    });
    assertEquals(indices(c.dump(DUMP)), [4, 14]);
  });
}

test("trap 8: a dump that is always interrupted fails, with the last result", () => {
  let tries = 0;
  const { client: c } = client(({ seq }) => {
    tries++;
    return [lamp(seq, { index: tries }), done(seq, 0, MULTI | INTR)];
  });
  const error = assertThrows(() => c.dump(DUMP), KernelError, "Cannot list lamps: DUMP_INTERRUPTED");
  assertEquals([error.code, error.errno, tries], ["DUMP_INTERRUPTED", 0, 10]);
  assertEquals(indices(error.partial!), [10]);
});

const OVERFLOW = new SystemError("recvmsg", 105, "receive");

test("trap 9: a lost answer is an error that tells what was done, and the next call works", () => {
  let first = true;
  const { client: c } = client(({ seq }) => {
    if (!first) return [answer(seq)];
    first = false;
    return [OVERFLOW, lamp(seq, { index: 1 }), answer(seq - 1, 22)];
  });
  const error = assertThrows(() => c.request(request({ name: "l0" })), SystemError);
  assertEquals(error.code, "ENOBUFS");
  assertStringIncludes(error.message, "Cannot add lamp l0: recvmsg() failed with ENOBUFS");
  assertStringIncludes(error.hint!, "the request may be done or refused");
  assertEquals(c.request(request({}, { reply: NEW })), undefined);
});

test("trap 9: an acknowledgement or error that did arrive counts, whatever else was lost", () => {
  const { client: c } = client(({ seq, type }) => [OVERFLOW, OVERFLOW, answer(seq, type === DEL ? 22 : 0)]);
  assertEquals(c.request(request({})), undefined);
  assertThrows(() => c.request(request({}, { type: DEL })), KernelError, "EINVAL");
  const { hint } = assertThrows(() => c.request(request({}, { reply: NEW })), SystemError, "ENOBUFS");
  assertStringIncludes(hint!, "it is done");
});

test("trap 9: after a lost answer, a request that changes nothing is repeated, others are not", () => {
  let asked = 0;
  const { client: c } = client(({ seq }) => ++asked % 3 === 0 ? [lamp(seq, { index: 7 }, 0), answer(seq)] : [OVERFLOW]);
  assertEquals((c.request(request({}, { reply: NEW, looks: true })) as Lamp).index, 7);
  assertEquals(asked, 3);
  assertThrows(() => c.request(request({})), SystemError, "ENOBUFS");
  assertEquals(asked, 4);
});

test("trap 9: a dump with possible losses is repeated, and fails after ten times", () => {
  let asked = 0;
  const { client: c } = client(({ seq }) =>
    ++asked === 1
      ? [lamp(seq, { index: 1 }), OVERFLOW, lamp(seq, { index: 2 })]
      : asked === 2
      ? [lamp(seq, { index: 1 }), OVERFLOW, done(seq)]
      : [lamp(seq, { index: 3 }), done(seq)]
  );
  assertEquals(indices(c.dump(DUMP)), [3]);
  const stuck = client(({ seq }) => [OVERFLOW, done(seq)]);
  assertStringIncludes(
    assertThrows(() => stuck.client.dump(DUMP), SystemError).message,
    "Cannot list lamps: recvmsg() ",
  );
  assertEquals(stuck.kernels[0]!.sent.length, 10);
  assertThrows(() => [...stuck.client.iterate(DUMP)], SystemError, "Cannot list lamps: recvmsg() failed with ENOBUFS");
});

test("trap 9: a socket with endless losses or stale messages is replaced", () => {
  for (
    const endless of [() => {
      throw OVERFLOW;
    }, () => event({ index: 66 })]
  ) {
    const { client: c, kernels } = client(({ seq }) => [lamp(seq, { index: 1 }), done(seq)], { timeout: 20 });
    const kernel = kernels[0]!;
    kernel.receive = () => {
      const { bytes, groups } = endless();
      return { bytes, view: view(bytes), length: bytes.length, port: 0, groups, nsid: undefined };
    };
    const { code } = assertThrows(() => c.request(request({})), NetlinkError);
    assertEquals(["ENOBUFS", "TIMEOUT"].includes(code), true);
    assertEquals(indices(c.dump(DUMP)), [1]);
    assertEquals(kernels.length, 2);
    assertThrows(() => kernel.send(new Uint8Array(16), 16), NetlinkError, "closed");
  }
});

test("the time limit is for all that a call receives, however many datagrams come", () => {
  // Each datagram takes 3 ms, and there is no end of them.
  const slow = new Int32Array(new SharedArrayBuffer(4));
  const make = () => {
    const made = client(() => [], { timeout: 30 });
    const drip = (kernel: ScriptedKernel): void => {
      kernel.receive = (timeout) => {
        if (timeout <= 0) return undefined;
        Atomics.wait(slow, 0, 0, Math.min(3, timeout));
        const bytes = lamp(kernel.sent.length === 0 ? 0 : view(kernel.sent.at(-1)!).getUint32(8, true), { index: 1 });
        return { bytes, view: view(bytes), length: bytes.length, port: 0, groups: 0, nsid: undefined };
      };
    };
    drip(made.kernels[0]!);
    const push = made.kernels.push.bind(made.kernels);
    made.kernels.push = (...more) => {
      more.forEach(drip);
      return push(...more);
    };
    return made.client;
  };
  const calls: Record<string, (c: Client) => unknown> = {
    request: (c) => c.request(request({}, { reply: NEW })),
    dump: (c) => c.dump(DUMP),
    iterate: (c) => [...c.iterate(DUMP)],
    batch: (c) => c.runBatch((add) => add(request({}))),
  };
  for (const [name, call] of Object.entries(calls)) {
    assertEquals(assertThrows(() => call(make()), NetlinkError).code, "TIMEOUT", name);
  }
});

test("the time of a loop's body over iterate() does not count", () => {
  const { client: c } = client(({ seq }) => [
    ...Array.from({ length: 3 }, (_, index) => lamp(seq, { index })),
    done(seq),
  ], { timeout: 100 });
  const slow = new Int32Array(new SharedArrayBuffer(4)), seen: unknown[] = [];
  for (const item of c.iterate(DUMP)) {
    seen.push(item);
    Atomics.wait(slow, 0, 0, 60);
  }
  assertEquals(indices(seen), [0, 1, 2]);
});

test("a time limit is a number of milliseconds, 0 or more", () => {
  for (const timeout of [0, 1, 2 ** 40, Infinity]) client(() => [], { timeout }).client.close();
  for (const timeout of ["5", NaN]) {
    assertThrows(() => client(() => [], { timeout: timeout as number }), TypeError, "timeout: expected milliseconds");
  }
  assertThrows(
    () => client(() => [], { timeout: -1 }),
    RangeError,
    "timeout: expected milliseconds, 0 or more, got -1",
  );
});

test("traps 9, 11, 12: late answers after a time-out do not answer the next call, even without number and port", () => {
  const { client: c, kernels } = client(({ seq, type }) =>
    seq === 1 ? [] : type === GET ? [lamp(seq, { index: 2 }), done(seq)] : [lamp(seq, { index: 3 }, 0), answer(seq)]
  );
  const late = (): void =>
    kernels[0]!.push(
      lamp(0, { index: 66 }, 0, NEW, 0), // as in the parts of thermal's dumps
      lamp(1, { index: 66 }),
      { bytes: lamp(1, { index: 66 }, 0), groups: 1 },
      answer(1, 22),
      done(1),
    );
  assertThrows(() => c.dump(DUMP), NetlinkError, "no reply");
  late();
  assertEquals(indices(c.dump(DUMP)), [2]);
  assertEquals((c.request(request({}, { reply: NEW })) as Lamp).index, 3);
});

test("trap 10: a dump's part may be larger than those before it", () => {
  const many = (seq: number) =>
    datagram(...Array.from({ length: 3000 }, (_, i) => lamp(seq, { index: i, name: "l0" })));
  const { client: c } = client(({ seq }) => [lamp(seq, { index: -1 }), many(seq), done(seq)]);
  assertEquals(indices(c.dump(DUMP)), Array.from({ length: 3001 }, (_, i) => i - 1));
});

test("trap 11: answers to an abandoned request do not answer the next", () => {
  const late: Uint8Array[] = [];
  const { client: c, kernels } = client(({ seq, type }) => {
    if (seq === 1) {
      late.push(lamp(seq, { index: 66 }), done(seq), answer(seq, 22));
      return [];
    }
    return type === GET ? [lamp(seq, { index: 2 }), done(seq)] : [answer(seq)];
  });
  assertThrows(() => c.dump(DUMP), NetlinkError, "no reply");
  kernels[0]!.push(...late);
  assertEquals(indices(c.dump(DUMP)), [2]);
  kernels[0]!.push(...late);
  assertEquals(c.request(request({}, { reply: NEW })), undefined);
});

test("trap 11: events with sequence number 0, and answers to others, are not replies", () => {
  const { client: c } = client(({ seq, type }) => [
    event({ index: 66 }),
    lamp(0, { index: 66 }, 0, NEW, type === NEW ? 0 : 5),
    answer(0, 22),
    lamp(seq, { index: 66 }, 0, NEW, 9999),
    ...(type === NEW ? [lamp(seq, { index: 1 }, 0), answer(seq)] : [lamp(seq, { index: 1 }), done(seq)]),
  ]);
  assertEquals((c.request(request({}, { reply: NEW })) as Lamp).index, 1);
  assertEquals(indices(c.dump(DUMP)), [1]);
});

test("trap 12: an echo of our own change is the reply, though it has our port and a group", () => {
  const { client: c } = client(({ seq }) => [{ bytes: lamp(seq, { index: 5 }, 0), groups: 1 }, answer(seq)]);
  assertEquals((c.request(request({}, { reply: NEW })) as Lamp).index, 5);
});

test("trap 14: a request without an answer ends with TIMEOUT, and the client stays usable", () => {
  const { client: c } = client(({ seq }) => seq === 1 ? [] : [answer(seq)], { timeout: 5 });
  const error = assertThrows(() => c.request(request({ name: "l0" })), NetlinkError);
  assertEquals([error.code, error.message], ["TIMEOUT", "Cannot add lamp l0: no reply within 5 ms"]);
  assertEquals(c.request(request({})), undefined);
});

test("trap 14: a dump without DONE ends with TIMEOUT", () => {
  const { client: c } = client(({ seq }) => [lamp(seq, { index: 1 })]);
  assertEquals(assertThrows(() => c.dump(DUMP), NetlinkError).code, "TIMEOUT");
  assertEquals(assertThrows(() => [...c.iterate(DUMP)], NetlinkError).code, "TIMEOUT");
});

test("trap 37: messages of other processes are never replies", () => {
  const forge = (bytes: Uint8Array): Reply => ({ bytes, port: 1234 });
  const { client: c } = client(({ seq, type }) => [
    forge(answer(seq, 1)),
    forge(lamp(seq, { index: 66 })),
    forge(done(seq)),
    forge(hex("ff")),
    ...(type === NEW ? [answer(seq)] : [lamp(seq, { index: 1 }), forge(done(seq, 1)), done(seq)]),
  ]);
  assertEquals(c.request(request({}, { reply: NEW })), undefined);
  assertEquals(indices(c.dump(DUMP)), [1]);
  assertEquals(indices([...c.iterate(DUMP)]), [1]);
});

test("trap 38: the client works with kernels that do not know an option", () => {
  const asked: number[] = [];
  const kernel = new ScriptedKernel(({ seq }) => [answer(seq, 22, 0, word(24), new Uint8Array(20))]);
  kernel.setOption = (name) => {
    asked.push(name);
    return false;
  };
  using c = new Client(PROTOCOL, { transport: () => kernel });
  assertEquals(asked.toSorted(), [10, 11, 12]);
  assertThrows(() => c.request(request({})), KernelError, 'Cannot add lamp : EINVAL "Invalid argument"');
});

test("trap 39: a dump's parts need no MULTI, and neither number nor port; only its DONE ends it", () => {
  const { client: c } = client(({ seq }) => [
    lamp(seq, { index: 1 }, 0),
    lamp(0, { index: 2 }, 0, NEW, 0),
    datagram(lamp(0, { index: 3 }, 0, NEW, 0), lamp(seq, { index: 4 }, 0)),
    done(seq),
  ]);
  assertEquals(indices(c.dump(DUMP)), [1, 2, 3, 4]);
  assertEquals(indices([...c.iterate(DUMP)]), [1, 2, 3, 4]);
});

test("trap 40: an ACK above 0 is a success, and so is a DONE of 16 bytes", () => {
  const { client: c } = client(({ seq, type }) => type === NEW ? [answer(seq, -7)] : [message(3, MULTI, seq, hex(""))]);
  assertEquals(c.request(request({})), undefined);
  assertEquals(c.dump(DUMP), []);
});

test("trap 31: parts of a dump in front of an ACK are ignored", () => {
  const { client: c } = client(({ seq }) => [lamp(seq - 1, { index: 1 }), done(seq - 1), answer(seq)]);
  assertEquals(c.request(request({}, { reply: NEW })), undefined);
});

const broken = join(hex("00000000 05000000"), hex("0300 0100"));

test("a part that cannot be decoded is a DecodeError, after the rest of the dump was received", () => {
  let dumps = 0;
  const { client: c, kernels } = client(({ seq }) =>
    ++dumps === 1
      ? [lamp(seq, { index: 1 }), datagram(message(NEW, MULTI, seq, broken), lamp(seq, { index: 2 })), done(seq)]
      : [lamp(seq, { index: 3 }), done(seq)]
  );
  assertThrows(() => c.dump(DUMP), DecodeError, "an attribute has a length of 3 bytes");
  assertEquals(kernels[0]!.receive(0), undefined);
  assertEquals(indices(c.dump(DUMP)), [3]);
});

test("a reply that cannot be decoded is a DecodeError, after its ACK was received", () => {
  const { client: c, kernels } = client(({ seq }) => [message(NEW, 0, seq, broken), answer(seq)]);
  assertThrows(() => c.request(request({}, { reply: NEW })), DecodeError);
  assertEquals(kernels[0]!.receive(0), undefined);
});

test("a message whose length exceeds its datagram is a DecodeError, and the client stays usable", () => {
  const { client: c } = client(({ seq }) => {
    const odd = lamp(seq, { index: 1 });
    view(odd).setUint32(0, 1000, true);
    return seq === 1 ? [odd, done(seq)] : [lamp(seq, { index: 2 }), done(seq)];
  });
  assertThrows(() => c.dump(DUMP), DecodeError, "a message has a length of 1000 bytes");
  assertEquals(indices(c.dump(DUMP)), [2]);
});

test("iterate() yields a dump part by part, on a socket of its own that it closes", () => {
  const { client: c, kernels } = client(({ seq, type }) =>
    type === NEW
      ? [answer(seq)]
      : [datagram(lamp(seq, { index: 1 }), lamp(seq, { index: 2 })), lamp(seq, { index: 3 }), done(seq)]
  );
  const seen: unknown[] = [];
  for (const item of c.iterate(DUMP)) {
    seen.push(item);
    c.request(request({}));
  }
  assertEquals(indices(seen), [1, 2, 3]);
  assertEquals(kernels.length, 2);
  assertThrows(() => kernels[1]!.receive(0), NetlinkError, "closed");
  assertEquals(kernels[0]!.sent.length, 3);
});

test("iterate() closes its socket when the loop is left early", () => {
  const { client: c, kernels } = client(({ seq }) => [lamp(seq, { index: 1 }), lamp(seq, { index: 2 }), done(seq)]);
  for (const item of c.iterate(DUMP)) {
    assertEquals((item as Lamp).index, 1);
    break;
  }
  assertThrows(() => kernels[1]!.receive(0), NetlinkError, "closed");
  assertEquals(indices(c.dump(DUMP)), [1, 2]);
});

test("iterate() opens nothing before its first step", () => {
  const { client: c, kernels } = client(() => []);
  c.iterate(DUMP);
  assertEquals(kernels.length, 1);
});

test("trap 8: iterate() throws after its last item if the dump was interrupted", () => {
  const { client: c, kernels } = client((
    { seq },
  ) => [lamp(seq, { index: 1 }, MULTI | INTR), lamp(seq, { index: 2 }), done(seq)]);
  const seen: unknown[] = [];
  const error = assertThrows(() => {
    for (const item of c.iterate(DUMP)) seen.push(item);
  }, KernelError);
  assertEquals([indices(seen), error.code], [[1, 2], "DUMP_INTERRUPTED"]);
  assertThrows(() => kernels[1]!.receive(0), NetlinkError, "closed");
});

test("iterate() throws the kernel's refusal", () => {
  const { client: c } = client(({ seq }) => [lamp(seq, { index: 1 }), done(seq, 95)]);
  assertThrows(() => [...c.iterate(DUMP)], KernelError, "Cannot list lamps: EOPNOTSUPP");
});

test("objects have interface names beside numbers, unless disabled", () => {
  const script = ({ seq }: { seq: number }) => [lamp(seq, { index: 7, holder: 7 }), lamp(seq, { index: 8 }), done(seq)];
  const named = client(script).client.dump(DUMP) as Lamp[],
    bare = client(script, { names: false }).client.dump(DUMP) as Lamp[];
  assertEquals(named.map(({ dev, holderDev }) => [dev, holderDev]), [["br0", "br0"], [undefined, undefined]]);
  assertEquals(bare.map(({ dev, holderDev }) => [dev, holderDev]), [[undefined, undefined], [undefined, undefined]]);
});

test("names are looked up once per call", () => {
  const asked: number[] = [];
  const { client: c, kernels } = client((
    { seq },
  ) => [lamp(seq, { index: 7 }), lamp(seq, { index: 7 }), lamp(seq, { index: 8 }), lamp(seq, { index: 8 }), done(seq)]);
  kernels[0]!.interfaceName = (index) => {
    asked.push(index);
    return index === 7 ? `name${asked.length}` : undefined;
  };
  assertEquals(c.dump(DUMP).map((item) => (item as Lamp).dev), ["name1", "name1", undefined, undefined]);
  assertEquals(c.dump(DUMP).map((item) => (item as Lamp).dev), ["name3", "name3", undefined, undefined]);
});

test("input accepts names, and refuses one that no interface has", () => {
  const { client: c, kernels } = client(({ seq }) => [answer(seq)]);
  c.request(request({ holderDev: "br0" }));
  assertEquals(kernels[0]!.sent[0]!.subarray(24), attribute(4, word(7)));
  const error = assertThrows(() => c.request(request({ name: "l0", holderDev: "nope" })), NetlinkError);
  assertEquals(error.message, 'Cannot add lamp l0: no interface is called "nope" (holderDev)');
  assertEquals(kernels[0]!.sent.length, 1);
});

test("trap 7: a long name is looked up by a request of its own while another is being encoded", () => {
  const protocol: Protocol = {
    ...PROTOCOL,
    longName: (c, name) => (c.request(request({}, { type: GET, reply: NEW, what: `find ${name}` })) as Lamp).index,
  };
  const { client: c, kernels } = client(
    ({ seq, type }) => type === GET ? [lamp(seq, { index: 9 }, 0), answer(seq)] : [answer(seq)],
    {},
    protocol,
  );
  c.request(request({ name: "l0", holderDev: "a-name-of-many-letters" }));
  assertEquals(kernels[0]!.sent.map((bytes) => view(bytes).getUint16(4, true)), [GET, NEW]);
  assertEquals(kernels[0]!.sent[1]!.subarray(24), join(attribute(1, cstring("l0")), attribute(4, word(9))));
  c.runBatch((add) => {
    add(request({ name: "l1" }));
    add(request({ name: "l2", holderDev: "a-name-of-many-letters" }));
    add(request({ name: "l3" }));
  });
  assertEquals(kernels[0]!.sent.length, 4);
});

test("bad arguments are an error before anything is sent", () => {
  const { client: c, kernels } = client(() => []);
  assertThrows(() => c.request(request({ name: "l0", level: -1 })), RangeError, "Cannot add lamp l0: level: expected");
  assertThrows(
    () => c.dump({ ...DUMP, value: { levle: 1 } }),
    TypeError,
    'Cannot list lamps: there is no field "levle"',
  );
  assertEquals(kernels[0]!.sent, []);
});

test("dryRun gets each message instead of the kernel", () => {
  const shown: ShownMessage[] = [];
  const { client: c, kernels } = client(() => [], { dryRun: (one) => shown.push(one) });
  assertEquals(
    c.request(request({ index: 3, name: "l0" }, { flags: NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL })),
    undefined,
  );
  assertEquals(c.dump(DUMP), []);
  assertEquals([...c.iterate(DUMP)], []);
  c.request(request({ index: 3 }, { type: DEL, flags: NLM_F.NLM_F_NONREC }));
  c.runBatch((add) => {
    add(request({ name: "l1" }));
    add(request({ name: "l2" }));
  });
  assertEquals(shown.map(({ type }) => type), ["LAMP_NEW", "LAMP_GET", "LAMP_GET", "LAMP_DEL", "LAMP_NEW", "LAMP_NEW"]);
  assertEquals(shown.slice(0, 4).map(({ flags }) => flags), [
    ["request", "ack", "excl", "create"],
    ["request", "dump"],
    ["request", "dump"],
    ["request", "ack", "nonrec"],
  ]);
  assertEquals(shown[0]!.value as Lamp, { family: 0, index: 3, name: "l0" });
  assertEquals(shown.slice(4).map(({ value }) => (value as Lamp).name), ["l1", "l2"]);
  assertEquals([kernels.length, kernels[0]!.sent], [1, []]);
});

test("a closed client throws an error that names the cause", () => {
  const { client: c } = client(({ seq }) => [answer(seq)]);
  c.close();
  c.close();
  assertEquals(assertThrows(() => c.request(request({})), NetlinkError).code, "CLOSED");
});

test("normalize() returns the kernel's form, with read-only fields", () => {
  const { client: c } = client(() => []);
  assertEquals(
    c.normalize(
      Lamp as Codec<unknown, never>,
      { holderDev: "br0", flags: 3, cookie: 5, burns: 1 },
      "list lamps",
    ) as Lamp,
    { family: 0, index: 0, cookie: 5n, holder: 7, flags: ["lit", "warm"], burns: 1 },
  );
  assertThrows(
    () => c.normalize(Lamp as Codec<unknown, never>, { level: -1 }, "list lamps"),
    RangeError,
    "Cannot list lamps: level",
  );
  // Requests after it omit read-only fields again.
  const shown: ShownMessage[] = [];
  const dry = client(() => [], { dryRun: (one) => shown.push(one) }).client;
  assertThrows(() => dry.normalize(Lamp as Codec<unknown, never>, { burns: -1 }, "list lamps"), RangeError);
  dry.request(request({ burns: 1 }));
  assertInstanceOf(shown[0]!.value, Object);
  assertEquals((shown[0]!.value as Lamp).burns, undefined);
});

test("client: options that do not exist are refused by name, and functions that are none", () => {
  const open = (options: object): unknown => new Client(PROTOCOL, options as OpenOptions);
  const says = (options: object, text: string): void =>
    assertStringIncludes(assertThrows(() => open(options), TypeError).message, text);
  says({ netnss: "blue" }, 'Cannot open a NETLINK_LAMPS socket: there is no option "netnss", did you mean "netns"?');
  says({ dryrun: () => {} }, 'did you mean "dryRun"?');
  says({ dryRun: true }, "dryRun: expected a function, got true");
  says({ transport: {} }, "transport: expected a function");
});
