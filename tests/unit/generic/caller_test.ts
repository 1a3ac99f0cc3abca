/** Families that are added, removed and renumbered, which no kernel does on demand. */
import "../../../core/dry_run.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type Attributes, attributes, type Codec, string, u32, Writer } from "../../../core/codec/mod.ts";
import { Client } from "../../../core/client.ts";
import { KernelError, SystemError } from "../../../core/errors.ts";
import {
  framed,
  GenericCaller,
  GenericCollection,
  type GenericDeclaration,
  GenericFamily,
  NETLINK_GENERIC,
  type Opened,
  openGeneric,
} from "../../../core/generic.ts";
import type { ShownMessage } from "../../../core/show.ts";
import { message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { test } from "../../test.ts";

interface Lamp {
  index?: number;
  name?: string;
}
const Lamp: Attributes<Lamp> = attributes<Lamp>({ index: [1, u32, "key"], name: [2, string(15)] });
const declaration: GenericDeclaration<Lamp> = {
  object: "lamp",
  table: Lamp,
  family: { name: "lamp", version: 3, commands: { LAMP_GET: 7, LAMP_NEW: 8 }, hint: "modprobe lamp, CONFIG_LAMP" },
  commands: { get: 7, reply: 9, new: 8 },
  events: { groups: ["events"], new: [9], del: [10] },
  filters: [],
  describe: (value) => String((value as Lamp).index ?? ""),
  identity: ({ index }) => String(index),
  fromKey: (key) => ({ index: Number(key) }),
};
interface Lamps {
  readonly lamps: GenericCollection<Lamp, Lamp, number | Lamp>;
}

function bytesOf(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

function answer(seq: number, errno: number): Uint8Array {
  const body = new Uint8Array(20);
  new DataView(body.buffer).setInt32(0, -errno, true);
  return message(2, 0, seq, body);
}

/** A kernel whose family has the number in `id`; `asked` counts the look-ups, and the next `lost` answers are lost. */
function kernelWith(state: { id: number | undefined; asked: number; lost?: number }): ScriptedKernel {
  const groups = [{ name: "events", id: 77 }];
  return new ScriptedKernel(({ type, seq, flags, payload }: SentMessage) => {
    if (type === 16) {
      state.asked++;
      if (state.id === undefined) return [answer(seq, 2)];
      const family = { familyId: state.id, familyName: "lamp", mcastGroups: groups };
      return [
        message(16, 0, seq, bytesOf(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
        answer(seq, 0),
      ];
    }
    if (type !== state.id) return [answer(seq, 2)];
    if (state.lost !== undefined && state.lost-- > 0) return [new SystemError("recvmsg", 105, "receive")];
    const lamp = message(
      type,
      2,
      seq,
      bytesOf(framed(9, 3, Lamp as Codec<unknown, never>), { index: 5, name: "hall" }),
    );
    // A message of another command among the replies is not a reply.
    const other = message(type, 2, seq, bytesOf(framed(11, 3, Lamp as Codec<unknown, never>), { index: 6 }));
    if ((flags & 0x300) !== 0) return [other, lamp, message(3, 2, seq, new Uint8Array(4))];
    return payload[0] === 7 ? [lamp, answer(seq, 0)] : [answer(seq, 0)];
  });
}

function openLamps(kernel: () => ScriptedKernel): Opened<Lamps> {
  return openGeneric({ transport: kernel }, (client) => ({ lamps: new GenericCollection(declaration, client) }));
}

test("generic: a family is looked up once, and again when its module was loaded again", () => {
  const state = { id: 40 as number | undefined, asked: 0 };
  using client = openLamps(() => kernelWith(state));
  assertEquals([client.lamps.get(5), client.lamps.list(), state.asked], [{ index: 5, name: "hall" }, [{
    index: 5,
    name: "hall",
  }], 1]);
  state.id = 41;
  assertEquals([client.lamps.get(5).name, state.asked], ["hall", 2]);
  state.id = 42;
  assertEquals([client.lamps.list().length, state.asked], [1, 3]);
  client.lamps.add({ index: 9 });
  assertEquals(state.asked, 3);
});

test("generic: the error for a missing or removed family names its module", () => {
  const state = { id: undefined as number | undefined, asked: 0 };
  using client = openLamps(() => kernelWith(state));
  const error = assertThrows(() => client.lamps.list(), KernelError);
  assertEquals(error.code, "ENOENT");
  assertStringIncludes(error.message, "Cannot find the generic netlink family lamp");
  assertStringIncludes(error.message, "modprobe lamp, CONFIG_LAMP");
  state.id = 40;
  client.lamps.list();
  state.id = undefined;
  assertStringIncludes(assertThrows(() => client.lamps.list(), KernelError).message, "modprobe lamp");
});

test("generic: a verb without a command is an error that names it", () => {
  using client = openLamps(() => kernelWith({ id: 40, asked: 0 }));
  assertThrows(() => client.lamps.delete(5), TypeError, "Cannot delete lamps: lamp has no such request");
  // This also holds for a filter that would match nothing.
  for (const filter of [{ index: 77 }, { index: 5 }, { all: true as const }]) {
    assertThrows(() => client.lamps.flush(filter), TypeError, "Cannot flush lamps: lamp has no such request");
  }
});

test("generic: events of a group, joined by its name, are named after their commands", async () => {
  const kernels: ScriptedKernel[] = [], state = { id: 40, asked: 0 };
  using client = openLamps(() => (kernels.push(kernelWith(state)), kernels.at(-1)!));
  await using events = client.lamps.watch({ initial: true });
  const kernel = kernels.at(-1)!, codec = Lamp as Codec<unknown, never>;
  assertEquals(kernel.groups, [77]);
  kernel.push(
    message(41, 0, 0, bytesOf(framed(9, 3, codec), { index: 1 })),
    message(40, 0, 0, bytesOf(framed(12, 3, codec), { index: 2 })),
    message(40, 0, 0, bytesOf(framed(9, 3, codec), { index: 3 })),
    message(40, 0, 0, bytesOf(framed(10, 3, codec), { index: 5 })),
  );
  const told: unknown[] = [];
  for await (const event of events) {
    told.push(event.event === "new" || event.event === "del" ? [event.event, event.value.index] : event.event);
    if (told.length === 4) break;
  }
  assertEquals(told, [["new", 5], "synced", ["new", 3], ["del", 5]]);
});

test("generic: the error for an unknown group names it, and the family's groups", async () => {
  const lost: GenericDeclaration<Lamp> = { ...declaration, events: { groups: ["nope"], new: [], del: [] } };
  using client = openGeneric({ transport: () => kernelWith({ id: 40, asked: 0 }) }, (client) => ({
    lamps: new GenericCollection(lost, client),
  }));
  assertThrows(() => client.lamps.watch(), TypeError, 'Cannot join group "nope" of lamp: this kernel\'s has events');
  await assertRejects(() => client.lamps.waitFor({ index: 1 }), TypeError, "nope");
});

test("generic: a dry run asks nothing and shows command and fields by name", () => {
  const shown: ShownMessage[] = [];
  using client = openGeneric({
    transport: () =>
      new ScriptedKernel(() => {
        throw new Error("nothing is to be sent");
      }),
    dryRun: (message) => shown.push(message),
  }, (client) => ({ lamps: new GenericCollection(declaration, client) }));
  client.lamps.add({ index: 5, name: "hall" });
  assertEquals(shown[0]!.type, "LAMP_NEW");
  assertEquals(shown[0]!.fields.map(({ path, value }) => [path, value]), [["index", 5], ["name", "hall"]]);
  assertEquals([...shown[0]!.bytes.subarray(16, 20)], [8, 3, 0, 0]);
});

test("generic: a request that only reads is repeated if its answer was lost, others are not", () => {
  for (
    const [commands, again] of [
      [{ LAMP_GET: 7 }, true],
      [{ LAMP_CMD_GETSTATE: 7 }, true],
      [{ "state-get": 7 }, true],
      [{ LAMP_RESET: 7 }, false],
      [{ LAMP_TARGET: 7 }, false],
      [{ LAMP_SET: 7 }, false],
    ] as const
  ) {
    const state = { id: 40, asked: 0, lost: 0 }, kernel = kernelWith(state);
    using client = new Client(NETLINK_GENERIC, { transport: () => kernel });
    const caller = new GenericCaller({ ...declaration.family, commands }, () => client);
    const call = { cmd: 7, reply: 9, codec: Lamp as Codec<unknown, never>, value: { index: 5 }, what: "look" };
    assertEquals((caller.request(call) as Lamp).name, "hall");
    state.lost = 1;
    const before = kernel.sent.length;
    if (again) assertEquals((caller.request(call) as Lamp).name, "hall");
    else assertThrows(() => caller.request(call), SystemError, "ENOBUFS");
    assertEquals(kernel.sent.length - before, again ? 2 : 1);
  }
});
