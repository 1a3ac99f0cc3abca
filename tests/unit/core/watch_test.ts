/** Watches: the events that a consumer receives, and the release of resources when it stops. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Protocol } from "../../../core/client.ts";
import { Reader } from "../../../core/codec/mod.ts";
import { Collection, type Declaration } from "../../../core/collection.ts";
import { DecodeError, NetlinkError, SystemError } from "../../../core/errors.ts";
import { NLM_F } from "../../../core/message.ts";
import { type AddressedReply, datagram, type Reply, type ScriptedKernel } from "../../../core/scripted.ts";
import { watch } from "../../../core/watch.ts";
import { decode, hex } from "./help.ts";
import { answer, client, declaration, DEL, done, event, GET, Lamp, lamp, NEW, PROTOCOL } from "./lamps.ts";
import { test } from "../../test.ts";

const LOST = new SystemError("recvmsg", 105, "receive");

/** A kernel whose lamps can be changed; `extra` changes the collection's declaration. */
function shop(initial: readonly Lamp[] = [], extra: Partial<Declaration<Lamp>> = {}, protocol: Protocol = PROTOCOL) {
  const state = new Map(initial.map((one) => [one.index!, one]));
  const made = client(
    ({ seq, type, flags, payload }) => {
      if (type !== GET) return [answer(seq)];
      if ((flags & NLM_F.NLM_F_DUMP) !== 0) {
        return [
          datagram(...[...state.values()].map((one) => lamp(seq, one)), done(seq)),
        ];
      }
      const found = state.get(decode(Lamp, payload).index!);
      return found === undefined ? [answer(seq, 19)] : [lamp(seq, found, 0), answer(seq)];
    },
    {},
    protocol,
  );
  const lamps = new Collection<Lamp>({ ...declaration, ...extra }, () => made.client);
  return { ...made, lamps, state };
}

type Watching = ReturnType<Collection<Lamp>["watch"]>;

/** Returns the next events in short form: `new 1`, `del 1`, `synced`. */
async function hear(watching: Watching, count: number): Promise<string[]> {
  const heard: string[] = [];
  while (heard.length < count) {
    const { value, done } = await watching.next();
    if (done || value === undefined) return [...heard, "end"];
    heard.push(value.value !== undefined ? `${value.event} ${value.value.index}` : value.event);
  }
  return heard;
}
function closed(kernel: ScriptedKernel): boolean {
  try {
    kernel.receive(0);
    return false;
  } catch (error) {
    return (error as NetlinkError).code === "CLOSED";
  }
}

test("watch() subscribes before it returns, and yields arriving events", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  assertEquals(kernels[1]!.groups, [1]);
  kernels[1]!.push(event({ index: 1, name: "a" }), event({ index: 1 }, DEL));
  const { value } = await watching.next();
  assertEquals(value, { event: "new", object: "lamp", value: { family: 0, index: 1, name: "a" } });
  assertEquals(await hear(watching, 1), ["del 1"]);
});

test("watch() wakes when an event arrives", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  for (let round = 1; round < 4; round++) {
    const next = hear(watching, 1);
    kernels[1]!.push(event({ index: round }));
    assertEquals(await next, [`new ${round}`]);
  }
});

test("watch() yields all events of a datagram, and ignores messages of other types", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  kernels[1]!.push({
    bytes: datagram(event({ index: 1 }).bytes, event({ index: 9 }, 99).bytes, event({ index: 2 }).bytes),
    groups: 1,
  });
  assertEquals(await hear(watching, 2), ["new 1", "new 2"]);
});

test("initial: all existing objects come first, then synced, then changes", async () => {
  const { lamps, kernels } = shop([{ index: 1 }, { index: 2 }]);
  await using watching = lamps.watch({ initial: true });
  kernels[1]!.push(event({ index: 3 }));
  assertEquals(await hear(watching, 4), ["new 1", "new 2", "synced", "new 3"]);
});

test("initial: without objects, synced comes first", async () => {
  await using watching = shop().lamps.watch({ initial: true });
  assertEquals(await hear(watching, 1), ["synced"]);
});

test("trap 9: lost messages are an overrun, and the watch continues", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  await using watching = lamps.watch();
  kernels[1]!.push(event({ index: 1 }), LOST, event({ index: 2 }), LOST);
  assertEquals(await hear(watching, 3), ["new 1", "new 2", "overrun"]);
  kernels[1]!.push(event({ index: 3 }));
  assertEquals(await hear(watching, 1), ["new 3"]);
});

test("trap 9: resync yields the differences after an overrun, then synced", async () => {
  const { lamps, kernels, state } = shop([{ index: 1 }, { index: 2, level: 5 }, { index: 3 }]);
  await using watching = lamps.watch({ initial: true, resync: true });
  await hear(watching, 4);
  state.delete(1);
  state.set(2, { index: 2, level: 6 });
  state.set(4, { index: 4 });
  kernels[1]!.push(LOST);
  assertEquals(await hear(watching, 5), ["overrun", "del 1", "new 2", "new 4", "synced"]);
  kernels[1]!.push(event({ index: 4 }, DEL));
  assertEquals(await hear(watching, 1), ["del 4"]);
});

test("trap 9: resync without initial yields nothing at first, and the differences later", async () => {
  const { lamps, kernels, state } = shop([{ index: 1 }, { index: 2 }]);
  // The first watch loads follow.ts; after that, next() begins to read before it returns.
  await import("../../../core/follow.ts");
  await using watching = lamps.watch({ resync: true });
  const next = hear(watching, 3);
  await new Promise((resolve) => setTimeout(resolve, 0));
  state.delete(1);
  kernels[1]!.push(LOST);
  assertEquals(await next, ["overrun", "del 1", "synced"]);
});

test("trap 9: resync also yields synced if more messages than one turn handles arrived after the loss", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  await using watching = lamps.watch({ initial: true, resync: true });
  await hear(watching, 2);
  kernels[1]!.push(LOST, ...Array.from({ length: 600 }, () => event({ index: 1 })));
  const heard = await hear(watching, 602);
  assertEquals(heard.filter((one) => one !== "new 1"), ["overrun", "synced"]);
  assertEquals(heard.at(-1), "synced");
});

test("trap 19: many messages do not block the event loop", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  kernels[1]!.push(...Array.from({ length: 2000 }, (_, i) => event({ index: i })));
  let turned = false;
  setTimeout(() => turned = true, 0);
  for (let i = 0; i < 2000 && !turned; i++) await watching.next();
  assertEquals(turned, true);
});

test("trap 15: closing ends a pending next()", async () => {
  for (const end of ["return", "dispose", "abort"]) {
    const { lamps, kernels } = shop(), controller = new AbortController();
    const watching = lamps.watch({ signal: controller.signal }), pending = watching.next();
    if (end === "return") await watching.return!();
    else if (end === "dispose") await watching[Symbol.asyncDispose]();
    else controller.abort();
    assertEquals(await pending, { done: true, value: undefined });
    assertEquals(await watching.next(), { done: true, value: undefined });
    assertEquals([closed(kernels[1]!), closed(kernels[0]!)], [true, false]);
  }
});

test("trap 15: leaving the loop closes the socket", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  for await (const one of lamps.watch({ initial: true })) {
    assertEquals(one.event, "new");
    break;
  }
  assertEquals(closed(kernels[1]!), true);
});

test("trap 15: return() before the first next() closes the socket", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]), watching = lamps.watch({ initial: true });
  await watching.return!();
  assertEquals([closed(kernels[1]!), await hear(watching, 1)], [true, ["end"]]);
});

test("trap 15: with a signal aborted earlier, nothing is yielded", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  assertEquals(await hear(lamps.watch({ initial: true, signal: AbortSignal.abort() }), 1), ["end"]);
  assertEquals(closed(kernels[1]!), true);
});

test("trap 15: a signal that is aborted in the loop's body ends the loop, even if events are left", async () => {
  const { lamps } = shop(Array.from({ length: 10 }, (_, i) => ({ index: i }))), controller = new AbortController();
  let seen = 0;
  for await (const _ of lamps.watch({ initial: true, signal: controller.signal })) {
    if (++seen === 3) controller.abort();
  }
  assertEquals(seen, 3);
});

test("trap 15: a socket that is closed by others is an error, not an end", async () => {
  const { lamps, kernels } = shop(), watching = lamps.watch(), pending = watching.next();
  kernels[1]!.close();
  assertEquals((await assertRejects(() => pending, NetlinkError)).code, "CLOSED");
});

test("a group that cannot be joined is an error at once, and no socket is left", () => {
  const { client: c } = shop(), sockets: ScriptedKernel[] = [];
  const transport = c.options.transport!;
  c.options.transport = () => {
    const kernel = transport() as ScriptedKernel;
    kernel.join = () => {
      throw new SystemError("setsockopt", 1, "join group 1");
    };
    sockets.push(kernel);
    return kernel;
  };
  assertThrows(() => new Collection<Lamp>(declaration, () => c).watch(), SystemError, "EPERM");
  assertEquals(sockets.map(closed), [true]);
});

test("an error of the first list is thrown by next(), and closes the socket", async () => {
  const { client: c, kernels } = client(({ seq }) => [answer(seq, 1)]);
  const watching = new Collection<Lamp>(declaration, () => c).watch({ initial: true });
  await assertRejects(() => watching.next(), NetlinkError, "EPERM");
  assertEquals([closed(kernels[1]!), await hear(watching, 1)], [true, ["end"]]);
});

test("an event with broken framing is a DecodeError", async () => {
  const { lamps, kernels } = shop(), watching = lamps.watch();
  kernels[1]!.push(hex("ff000000 10000000 00000000 00000000"));
  await assertRejects(() => watching.next(), DecodeError, "a message has a length of 255 bytes");
  assertEquals(closed(kernels[1]!), true);
});

test("trap 37: events sent by other processes are ignored", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  const forged: Reply = { ...event({ index: 66 }), port: 99 };
  kernels[1]!.push(forged, event({ index: 1 }), forged, { bytes: hex("ff"), port: 99 });
  assertEquals(await hear(watching, 1), ["new 1"]);
});

test("trap 12: events that anybody caused are received, also our own with an echo", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  kernels[1]!.push({ bytes: lamp(77, { index: 1 }, 0, NEW, 4321), groups: 1 }, {
    bytes: lamp(1, { index: 2 }, 0, NEW, 4242),
    groups: 1,
  });
  assertEquals(await hear(watching, 2), ["new 1", "new 2"]);
});

test("trap 27: events of another namespace have its number, and no names of this one", async () => {
  const { lamps, kernels } = shop([{ index: 7 }]), asked: number[] = [];
  await using watching = lamps.watch({ initial: true, allNamespaces: true });
  kernels[1]!.interfaceName = (index) => {
    asked.push(index);
    return "here";
  };
  const other = (type: number): AddressedReply => ({ ...event({ index: 7, holder: 7 }, type), nsid: 0 });
  kernels[1]!.push(other(NEW), other(DEL), event({ index: 7 }));
  await hear(watching, 2);
  const events = [await watching.next(), await watching.next(), await watching.next()].map(({ value }) => value);
  assertEquals(events, [
    { event: "new", object: "lamp", value: { family: 0, index: 7, holder: 7 }, nsid: 0 },
    { event: "del", object: "lamp", value: { family: 0, index: 7, holder: 7 }, nsid: 0 },
    { event: "new", object: "lamp", value: { family: 0, index: 7, dev: "here" } },
  ] as never);
  assertEquals(asked, [7]);
});

/** Link events of the protocol: lamps of type 20 are links, and those of type 21 are links that are gone. */
const LINK = 20, UNLINK = 21;
const LINKED: Protocol = {
  ...PROTOCOL,
  linkGroup: 5,
  linkName(type, from, at, end) {
    if (type !== LINK && type !== UNLINK) return undefined;
    const { index, name } = Lamp.decode(new Reader(from.bytes.slice(at, end)), 0, end - at, {});
    return index === undefined || name === undefined ? undefined : { index, name, gone: type === UNLINK };
  },
};

/** Returns the names in the next `count` events of a watch. */
async function devs(watching: Watching, count: number): Promise<(string | undefined)[]> {
  const heard: (string | undefined)[] = [];
  while (heard.length < count) {
    const { value } = await watching.next();
    heard.push((value as { event: string }).event === "overrun" ? "overrun" : (value as { value: Lamp }).value.dev);
  }
  return heard;
}

test("trap 28: an object of an interface that is gone has the interface's last name", async () => {
  const { lamps, kernels } = shop([], {}, LINKED);
  await using watching = lamps.watch();
  assertEquals(kernels[1]!.groups, [1, 5]);
  kernels[1]!.push(
    event({ index: 40, name: "v0" }, 20),
    event({ index: 40 }),
    event({ index: 40, name: "v1" }, 20),
    event({ index: 40 }, DEL),
    event({ index: 41 }, DEL),
    event({ index: 7 }, DEL),
  );
  assertEquals(await devs(watching, 4), ["v0", "v1", undefined, "br0"]);
});

test("an event has the name of its own interface, even if the number is another's when it is read", async () => {
  const { lamps, kernels } = shop([], {}, LINKED);
  await using watching = lamps.watch();
  const kernel = kernels[1]!;
  kernel.interfaces.set(50, "b0");
  kernel.push(
    event({ index: 50 }),
    event({ index: 50, name: "a0" }, UNLINK),
    event({ index: 50, name: "b0" }, LINK),
    event({ index: 50 }),
    event({ index: 50, name: "b0" }, UNLINK),
    event({ index: 50, name: "c0" }, LINK),
    event({ index: 50 }),
  );
  assertEquals(await devs(watching, 3), ["a0", "b0", "c0"]);
});

test("an event has no name if the link event with the name may be lost", async () => {
  const { lamps, kernels } = shop([], {}, LINKED);
  await using watching = lamps.watch();
  const kernel = kernels[1]!;
  kernel.interfaces.set(51, "b1");
  // The number was another's before the loss, and may still be; when everything is read, it is this one's.
  kernel.push(event({ index: 51 }), LOST, event({ index: 51 }));
  assertEquals(await devs(watching, 3), [undefined, undefined, "overrun"]);
  kernel.push(event({ index: 51 }));
  assertEquals(await devs(watching, 1), ["b1"]);
  // A name known before the loss may be wrong after it.
  kernel.interfaces.set(51, "c1");
  kernel.push(event({ index: 51 }), LOST, event({ index: 51 }));
  assertEquals(await devs(watching, 3), ["b1", undefined, "overrun"]);
  kernel.push(event({ index: 51 }));
  assertEquals(await devs(watching, 1), ["c1"]);
});

test("a name is forgotten with its interface: the number is looked up again", async () => {
  const { lamps, kernels } = shop([], {}, LINKED);
  await using watching = lamps.watch();
  const kernel = kernels[1]!, asked: number[] = [];
  kernel.interfaceName = (index) => (asked.push(index), undefined);
  for (let index = 100; index < 1100; index++) {
    kernel.push(
      event({ index, name: `a${index}` }, LINK),
      event({ index }),
      event({ index, name: `a${index}` }, UNLINK),
    );
  }
  assertEquals((await devs(watching, 1000)).every((dev, i) => dev === `a${100 + i}`), true);
  assertEquals(asked, []);
  for (let index = 100; index < 1100; index++) kernel.push(event({ index }));
  assertEquals((await devs(watching, 1000)).every((dev) => dev === undefined), true);
  assertEquals(asked.length, 1000);
});

test("datagrams that are read ahead for names keep their order, namespaces and errors", async () => {
  const { lamps, kernels } = shop([], {}, LINKED);
  await using watching = lamps.watch();
  const kernel = kernels[1]!;
  kernel.interfaces.set(52, "here");
  kernel.push(
    event({ index: 52 }),
    { ...event({ index: 52, name: "elsewhere" }, LINK), nsid: 3 },
    { ...event({ index: 52, name: "forged" }, LINK), port: 77 },
    event({ index: 53 }, DEL),
  );
  assertEquals(await devs(watching, 2), ["here", undefined]);
  kernel.push(event({ index: 54 }), { bytes: new Uint8Array(17).fill(9), groups: 1 });
  await assertRejects(() => watching.next(), DecodeError);
});

test("without link events, an object of an interface that is gone has its last name, and an ambiguous number has none", async () => {
  const { lamps, kernels } = shop();
  await using watching = lamps.watch();
  const kernel = kernels[1]!, { interfaces } = kernel;
  interfaces.set(50, "a0");
  kernel.push(event({ index: 50 }));
  assertEquals(await devs(watching, 1), ["a0"]);
  interfaces.delete(50);
  kernel.push(event({ index: 50 }, DEL), event({ index: 51 }, DEL));
  assertEquals(await devs(watching, 2), ["a0", undefined]);
  interfaces.set(50, "b0");
  kernel.push(event({ index: 50 }, DEL), event({ index: 50 }));
  assertEquals(await devs(watching, 2), [undefined, "b0"]);
});

test("without names, the group of links is not joined", async () => {
  const { client: c, kernels } = client(() => [], { names: false }, LINKED);
  await using watching = new Collection<Lamp>(declaration, () => c).watch();
  kernels[1]!.push(event({ index: 7 }));
  assertEquals([kernels[1]!.groups, (await watching.next()).value], [
    [1],
    { event: "new", object: "lamp", value: { family: 0, index: 7 } } as never,
  ]);
});

test("trap 17: a watch that keeps state reads again when others are removed, after all pending events", async () => {
  let settled = 0;
  const silentRemoval = { groups: [9], types: [21], settle: () => void settled++ };
  const { lamps, kernels, state } = shop([{ index: 1 }, { index: 2 }, { index: 3 }], { silentRemoval });
  await using watching = lamps.watch({ initial: true });
  assertEquals(kernels[1]!.groups, [1, 9]);
  await hear(watching, 4);
  state.delete(1);
  state.delete(2);
  kernels[1]!.push(event({ index: 50 }, 21), event({ index: 2 }, DEL), event({ index: 51 }, 21));
  assertEquals([await hear(watching, 2), settled], [["del 2", "del 1"], 1]);
  // An object that replaces others means that those must be looked for.
  state.delete(3);
  state.set(4, { index: 4 });
  kernels[1]!.push({ bytes: lamp(0, { index: 4 }, NLM_F.NLM_F_REPLACE, NEW, 0), groups: 1 });
  assertEquals(await hear(watching, 2), ["new 4", "del 3"]);
  // An object that was not known may have been part of one that was.
  state.clear();
  kernels[1]!.push(event({ index: 77 }, DEL));
  assertEquals([await hear(watching, 2), settled], [["del 77", "del 4"], 3]);
});

test("trap 17: a watch without state reads nothing", async () => {
  const silentRemoval = { groups: [9], types: [21], settle: () => {} };
  const { lamps, kernels } = shop([{ index: 1 }], { silentRemoval });
  await using watching = lamps.watch();
  kernels[1]!.push(event({ index: 50 }, 21), event({ index: 1 }));
  assertEquals([await hear(watching, 1), kernels[0]!.sent, kernels[1]!.groups], [["new 1"], [], [1]]);
});

/** Returns the level in the message whose payload begins at `at`. */
function levelAt(from: Reader, at: number): number {
  return Lamp.decode(from, at, from.length, {}).level ?? 0;
}

test("several collections share a watch, and a message may concern one, some or none", async () => {
  const { client: c, kernels } = shop();
  const low = new Collection<Lamp>(
    { ...declaration, object: "low", concerns: (from, at) => levelAt(from, at) < 5 },
    () => c,
  );
  const high = new Collection<Lamp>({
    ...declaration,
    object: "high",
    groups: [1, 2],
    concerns: (from, at) => levelAt(from, at) > 5,
  }, () => c);
  await using watching = watch(c, [low, high] as unknown as Collection<object>[], {});
  assertEquals(kernels[1]!.groups, [1, 2]);
  kernels[1]!.push(event({ index: 1, level: 5 }), event({ index: 2, level: 9 }), event({ index: 3, level: 1 }));
  const objects = [await watching.next(), await watching.next()].map(({ value }) =>
    (value as { object: string }).object
  );
  assertEquals(objects, ["high", "low"]);
});

test("a map that follows a watch is always correct", async () => {
  const { lamps, kernels, state } = shop([{ index: 1 }]), map = new Map<string, Lamp>();
  const change = (index: number, level: number | undefined, tell: boolean) => {
    if (level === undefined) state.delete(index);
    else state.set(index, { index, level });
    if (tell) kernels[1]!.push(level === undefined ? event({ index }, DEL) : event({ index, level }));
  };
  await using watching = lamps.watch({ initial: true, resync: true });
  const follow = async (word: string) => {
    for await (const one of { [Symbol.asyncIterator]: () => ({ next: () => watching.next() }) }) {
      if (one.value !== undefined) {
        one.event === "new" ? map.set(lamps.key(one.value), one.value) : map.delete(lamps.key(one.value));
      } else if (one.event === word) break;
    }
  };
  await follow("synced");
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 5; i++) change((round * 7 + i * 3) % 11, (round + i) % 3 === 0 ? undefined : round, i !== 2);
    kernels[1]!.push(LOST);
    await follow("synced");
    assertEquals([...map.keys()].sort(), [...state.keys()].map(String).sort());
    for (const [key, { level }] of map) assertEquals(level, state.get(Number(key))!.level);
  }
});

test("a hundred watches of one client each receive everything, and end", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  const watches = Array.from({ length: 100 }, () => lamps.watch({ initial: true }));
  const heard = watches.map((one) => hear(one, 3));
  for (const kernel of kernels.slice(1)) kernel.push(event({ index: 2 }));
  assertEquals(await Promise.all(heard), watches.map(() => ["new 1", "synced", "new 2"]));
  const pending = watches.map((one) => one.next());
  await Promise.all(watches.map((one) => one.return!()));
  assertEquals((await Promise.all(pending)).every(({ done }) => done), true);
  assertEquals(kernels.slice(1).every(closed), true);
});

test("buffer sets the size of the receive buffer", async () => {
  const { client: c } = shop(), sizes: number[] = [];
  const transport = c.options.transport!;
  c.options.transport = () => {
    const kernel = transport();
    kernel.setBuffer = (bytes) => sizes[sizes.push(bytes) - 1]!;
    return kernel;
  };
  await using _watching = new Collection<Lamp>(declaration, () => c).watch({ buffer: 1 << 20 });
  assertEquals(sizes, [1 << 20]);
});

test("waitFor() returns an object that already exists", async () => {
  const { lamps, kernels } = shop([{ index: 1, level: 5 }]);
  assertEquals((await lamps.waitFor({ index: 1 })).level, 5);
  assertEquals(closed(kernels[1]!), true);
});

test("waitFor() waits for an object that passes the test", async () => {
  const { lamps, kernels, state } = shop([{ index: 1, level: 5 }]);
  const waiting = lamps.waitFor({ index: 1 }, ({ level }) => level === 7);
  for (const level of [6, 7]) {
    state.set(1, { index: 1, level });
    kernels[1]!.push(event({ index: 1, level }));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals((await waiting).level, 7);
  assertEquals(closed(kernels[1]!), true);
});

test('waitFor() with "gone" waits until there is no such object', async () => {
  const { lamps, kernels, state } = shop([{ index: 1, level: 5 }]);
  assertEquals(await lamps.waitFor({ index: 2 }, "gone"), undefined);
  const waiting = lamps.waitFor({ index: 1 }, "gone");
  state.set(1, { index: 1, level: 6 });
  kernels[2]!.push(event({ index: 1, level: 6 }));
  await new Promise((resolve) => setTimeout(resolve, 0));
  state.delete(1);
  kernels[2]!.push(event({ index: 1, level: 6 }, DEL));
  assertEquals(await waiting, undefined);
  assertEquals([closed(kernels[1]!), closed(kernels[2]!)], [true, true]);
  state.set(1, { index: 1, level: 5 });
  const late = await assertRejects(() => lamps.waitFor({ index: 1 }, "gone", { timeout: 1 }), NetlinkError);
  assertEquals(late.message, "Cannot wait any longer for lamp 1: after 1 ms it still exists");
  await assertRejects(() => lamps.waitFor({ index: 1 }, "away" as never), TypeError, 'a test as a function, or "gone"');
});

test("waitFor() accepts a condition that returns anything, and refuses an async one", async () => {
  const { lamps } = shop([{ index: 1, level: 5 }]);
  assertEquals((await lamps.waitFor({ index: 1 }, ({ level }) => [level].find((one) => one === 5))).index, 1);
  const says = "Cannot wait for lamp 1 with an async function: it must do its work before it returns";
  const promised = (() => Promise.reject(new Error("never told"))) as never;
  await assertRejects(() => lamps.waitFor({ index: 1 }, promised), TypeError, says);
  const asynchronous = (async () => await Promise.resolve(true)) as never;
  await assertRejects(
    () => lamps.waitFor({ index: 1 }, asynchronous),
    TypeError,
    "Cannot wait for lamp 1 with an async",
  );
});

test("watch() and waitFor() refuse options that do not exist, and wrong values, by name", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]), before = kernels.length;
  for (
    const [wrong, says] of [
      [{ inital: true }, 'there is no option "inital", did you mean "initial"?'],
      [{ initial: "yes" }, 'initial: expected true or false, got "yes"'],
      [{ resync: 1 }, "resync: expected true or false, got 1"],
      [{ buffer: NaN }, "buffer: expected a number of bytes, 1 or more, got NaN"],
      [{ buffer: -1 }, "buffer: expected a number of bytes, 1 or more, got -1"],
      [{ signal: {} }, "signal: expected an AbortSignal, got an object"],
    ] as const
  ) assertThrows(() => lamps.watch(wrong as never), TypeError, `Cannot watch lamps: ${says}`);
  for (
    const [wrong, says] of [
      [{ timeot: 5 }, 'there is no option "timeot", did you mean "timeout"?'],
      [{ timeout: NaN }, "timeout: expected milliseconds, 0 or more, got NaN"],
      [{ timeout: -1 }, "timeout: expected milliseconds, 0 or more, got -1"],
      [{ timeout: "5" }, 'timeout: expected milliseconds, 0 or more, got "5"'],
    ] as const
  ) await assertRejects(() => lamps.waitFor({ index: 1 }, undefined, wrong as never), Error, says);
  assertEquals(kernels.length, before);
});

test("waitFor() looks again after an overrun", async () => {
  const { lamps, kernels, state } = shop();
  const waiting = lamps.waitFor({ index: 1 });
  state.set(1, { index: 1 });
  kernels[1]!.push(LOST);
  assertEquals((await waiting).index, 1);
});

test("waitFor() names the object when the time limit passes", async () => {
  const { lamps, kernels } = shop([{ index: 1, name: "a" }]);
  const none = await assertRejects(
    () => lamps.waitFor({ index: 2, name: "b" }, undefined, { timeout: 1 }),
    NetlinkError,
  );
  assertEquals([none.code, none.message], [
    "TIMEOUT",
    "Cannot wait any longer for lamp b: after 1 ms it does not exist",
  ]);
  await assertRejects(
    () => lamps.waitFor({ index: 1 }, () => false, { timeout: 1 }),
    NetlinkError,
    "lamp 1: after 1 ms it does not pass the test",
  );
  assertEquals(kernels.slice(1).map(closed), [true, true]);
});

test("waitFor() accepts a time limit of any length, also above the limit of timers", async () => {
  for (const timeout of [2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_VALUE, Infinity]) {
    const { lamps, kernels, state } = shop();
    let ended: unknown;
    const waiting = lamps.waitFor({ index: 1 }, undefined, { timeout });
    waiting.catch((error) => ended = error);
    // A timer with too long a delay fires after 1 ms.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(ended, undefined, String(timeout));
    state.set(1, { index: 1 });
    kernels[1]!.push(event({ index: 1 }));
    assertEquals((await waiting).index, 1);
  }
});

test("waitFor() refuses an invalid time limit", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  for (const timeout of ["5", NaN, null]) {
    await assertRejects(
      () => lamps.waitFor({ index: 1 }, undefined, { timeout: timeout as number }),
      TypeError,
      "timeout",
    );
  }
  const negative = () => lamps.waitFor({ index: 1, name: "b" }, undefined, { timeout: -1 });
  await assertRejects(
    negative,
    RangeError,
    "Cannot wait for lamp b: timeout: expected milliseconds, 0 or more, got -1",
  );
  assertEquals(kernels.length, 1);
});

test("waitFor() fails with CLOSED when its client is closed, or at once if it is already closed", async () => {
  const { lamps, kernels, client } = shop();
  const waiting = lamps.waitFor({ index: 1 }, undefined, { timeout: 2 ** 40 });
  setTimeout(() => client.close(), 5);
  const error = await assertRejects(() => waiting, NetlinkError);
  assertEquals([error.code, error.message], ["CLOSED", "Cannot wait any longer for lamp 1: the client was closed"]);
  assertEquals(kernels.map(closed), [true, true]);
  assertEquals((await assertRejects(() => lamps.waitFor({ index: 1 }), NetlinkError)).code, "CLOSED");
  assertEquals(kernels.length, 2);
});

test("trap 9: waitFor() and a watch's own list work after lost answers", async () => {
  const { lamps, kernels, state } = shop();
  const waiting = lamps.waitFor({ index: 1 });
  await using watching = lamps.watch({ initial: true, resync: true });
  assertEquals(await hear(watching, 1), ["synced"]);
  state.set(1, { index: 1 });
  // The client's own socket has overflowed before they look, and so have theirs.
  kernels[0]!.push(LOST, event({ index: 66 }), LOST);
  kernels[1]!.push(LOST);
  kernels[2]!.push(LOST);
  assertEquals((await waiting).index, 1);
  kernels[0]!.push(LOST);
  assertEquals(await hear(watching, 3), ["overrun", "new 1", "synced"]);
});

test("waitFor() fails with a signal's reason", async () => {
  const { lamps, kernels } = shop(), controller = new AbortController();
  const waiting = lamps.waitFor({ index: 1 }, undefined, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => lamps.waitFor({ index: 1 }, undefined, { signal: controller.signal }), Error, "enough");
  assertEquals(kernels.slice(1).map(closed), [true]);
});

test("waitFor() leaves no socket behind if its test or the kernel fails", async () => {
  const { lamps, kernels } = shop([{ index: 1 }]);
  await assertRejects(
    () =>
      lamps.waitFor({ index: 1 }, () => {
        throw new Error("mine");
      }),
    Error,
    "mine",
  );
  assertEquals(closed(kernels[1]!), true);
});
