/** thermal, compared with sysfs; and its dumps, which have neither sequence number nor sender. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import { open, thermal } from "../../../families/generic/thermal.ts";
import { genericTest } from "./needs.ts";

const FOLDER = "/sys/class/thermal";
const named = (kind: string): { id: number; type: string }[] =>
  (existsSync(FOLDER) ? readdirSync(FOLDER) : []).filter((name) => name.startsWith(kind)).map((name) => ({
    id: Number(name.slice(kind.length)),
    type: readFileSync(`${FOLDER}/${name}/type`, "utf8").trim(),
  })).sort((a, b) => a.id - b.id);

genericTest("thermal", "thermal: zones and cooling devices equal those of sysfs", [], () => {
  const zones = thermal.zones().map(({ tzId, tzName }) => ({ id: tzId!, type: tzName! })).sort((a, b) => a.id - b.id);
  const devices = thermal.coolingDevices().map(({ cdevId, cdevName }) => ({ id: cdevId!, type: cdevName! }))
    .sort((a, b) => a.id - b.id);
  if (existsSync(FOLDER)) assertEquals([zones, devices], [named("thermal_zone"), named("cooling_device")]);
  for (const { id } of zones) {
    const trips = thermal.trips(id);
    assertEquals(trips.map(({ tzTripId }) => tzTripId), trips.map((_, i) => i));
    for (const [i, { tzTripTemp, tzTripType }] of trips.entries()) {
      const file = (name: string): string =>
        readFileSync(`${FOLDER}/thermal_zone${id}/trip_point_${i}_${name}`, "utf8").trim();
      assertEquals([String(tzTripTemp), tzTripType], [file("temp"), file("type")]);
    }
    assertEquals(typeof thermal.governor(id), "string");
  }
  assertEquals(assertThrows(() => thermal.temperature(9999), KernelError).code, "EINVAL");
});

genericTest("thermal", "thermal: its groups are joined, and without changes are silent", [], async () => {
  const control = new AbortController();
  using own = open();
  const events = own.events({ signal: control.signal }), samples = own.samples({ signal: control.signal });
  const first = events.next(), second = samples.next();
  control.abort();
  const told = await Promise.all([first, second]);
  assert(told.every(({ done }) => done === true || done === false));
});
