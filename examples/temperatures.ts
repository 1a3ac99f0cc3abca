/**
 * Shows the machine's temperatures, the temperatures at which the kernel acts (trip points), and cooling devices.
 *
 *     deno run --allow-ffi examples/temperatures.ts
 *     bun examples/temperatures.ts
 *
 * Needs a kernel with CONFIG_THERMAL_NETLINK.
 */
import { thermal } from "../families/generic/thermal.ts";
import { list } from "./run.ts";

await list(
  { about: "Shows the machine's temperatures, the temperatures at which the kernel acts, and cooling devices." },
  function* () {
    for (const { tzId = 0, tzName } of thermal.zones()) {
      const trips = thermal.trips(tzId).map(({ tzTripType, tzTripTemp = 0 }) =>
        `${tzTripType} at ${tzTripTemp / 1000}`
      );
      yield { zone: tzName, celsius: (thermal.temperature(tzId) ?? 0) / 1000, trips };
    }
    for (const { cdevId, cdevName } of thermal.coolingDevices()) yield { coolingDevice: cdevName, id: cdevId };
  },
  (one) =>
    one.trips
      ? { ZONE: one.zone, "NOW °C": one.celsius, "TRIPS °C": one.trips.join(", ") }
      : { "COOLING DEVICE": one.coolingDevice, ID: one.id },
);
