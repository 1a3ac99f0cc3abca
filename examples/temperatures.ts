/**
 * Shows the machine's temperatures, and its trip points: the temperatures at which the kernel acts.
 *
 *     deno run --allow-ffi examples/temperatures.ts
 *     bun examples/temperatures.ts
 *
 * Prints a line for each zone: name, degrees Celsius, trip points; then the cooling devices.
 */
import { printable } from "../core/show.ts";
import { thermal } from "../families/generic/thermal.ts";

for (const { tzId = 0, tzName } of thermal.zones()) {
  const trips = thermal.trips(tzId).map(({ tzTripType, tzTripTemp = 0 }) => `${tzTripType} at ${tzTripTemp / 1000}`);
  console.log(printable(tzName, (thermal.temperature(tzId) ?? 0) / 1000, trips.join(", ")));
}
for (const { cdevId, cdevName } of thermal.coolingDevices()) console.log(printable("cooling device", cdevId, cdevName));
