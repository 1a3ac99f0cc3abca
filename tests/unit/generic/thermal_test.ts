/** Messages of thermal, whose lists are attributes in a row. */
import { assertEquals } from "@std/assert";
import { type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { message, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import { open, ThermalMessage } from "../../../families/generic/thermal.ts";
import { test } from "../../test.ts";

const ID = 19;

function payload(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g)!, (two) => parseInt(two, 16));

/** A nest of two zones: number, name, number, name. */
const ZONES = "2800 0180 0800 0200 00000000 0a00 0a00 61637069 7a00 0000" +
  "0800 0200 01000000 0800 0a00 63707500";
/** A nest of two trip points: number, kind, temperature, hysteresis. */
const TRIPS = "4400 0480 0800 0500 00000000 0800 0600 03000000 0800 0700 a0860100 0800 0800 00000000" +
  "0800 0500 01000000 0800 0600 01000000 0800 0700 30f2ffff 0800 0800 e8030000";

test("thermal: zones and trip points without nests of their own are decoded", () => {
  const bytes = hex(TRIPS);
  assertEquals(ThermalMessage.decode(new Reader(bytes), 0, bytes.length, {}), {
    tzTrip: [
      { tzTripId: 0, tzTripType: "critical", tzTripTemp: 100_000, tzTripHyst: 0 },
      { tzTripId: 1, tzTripType: "passive", tzTripTemp: -3536, tzTripHyst: 1000 },
    ],
  });
});

test("thermal: a dump whose parts have neither number nor sender", () => {
  const kernel = (): ScriptedKernel =>
    new ScriptedKernel(({ type, seq }: SentMessage) => {
      if (type === 16) {
        const family = { familyId: ID, familyName: "thermal", mcastGroups: [{ name: "event", id: 3 }] };
        return [
          message(16, 0, seq, payload(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
          message(2, 0, seq, new Uint8Array(20)),
        ];
      }
      const part = message(ID, 0, 0, new Uint8Array([1, 2, 0, 0, ...hex(ZONES)]));
      new DataView(part.buffer, part.byteOffset).setUint32(12, 0, true);
      return [part, message(3, 2, seq, new Uint8Array(4))];
    });
  using client = open({ transport: kernel });
  assertEquals(client.zones(), [{ tzId: 0, tzName: "acpiz" }, { tzId: 1, tzName: "cpu" }]);
});

test("thermal: events are named", async () => {
  const kernels: ScriptedKernel[] = [];
  const make = (): ScriptedKernel => {
    const kernel = new ScriptedKernel(({ type, seq }: SentMessage) => {
      if (type !== 16) return [];
      const family = { familyId: ID, familyName: "thermal", mcastGroups: [{ name: "event", id: 3 }] };
      return [
        message(16, 0, seq, payload(framed(1, 2, GenericFamily as Codec<unknown, never>), family)),
        message(2, 0, seq, new Uint8Array(20)),
      ];
    });
    kernels.push(kernel);
    return kernel;
  };
  using client = open({ transport: make });
  await using events = client.events();
  const codec = ThermalMessage as Codec<unknown, never>;
  kernels.at(-1)!.push(
    message(ID, 0, 0, payload(framed(5, 2, codec), { tzId: 1, tzTripId: 0, tzTemp: 90_000 })),
    message(ID, 0, 0, payload(framed(12, 2, codec), { cdevId: 4, cdevCurState: 2 })),
  );
  assertEquals((await events.next()).value, { event: "tz_trip_up", tzId: 1, tzTripId: 0, tzTemp: 90_000 });
  assertEquals((await events.next()).value, { event: "cdev_state_update", cdevId: 4, cdevCurState: 2 });
});
