/**
 * Shows the queues of network devices, the NAPI instances that poll them, and their packets and bytes.
 *
 *     deno run --allow-ffi examples/queues.ts [DEVICE]
 *     bun examples/queues.ts eth0
 *
 * Needs Linux 6.10 or newer. Prints a line for each queue: device, direction, number, NAPI instance, packets, bytes.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { qstats, queues } from "../families/generic/netdev.ts";

const [dev] = process.argv.slice(2), counted = qstats.list({ scope: ["queue"] });
for (const { dev: name, type, id, napiId, ifindex } of queues.list(dev === undefined ? {} : { ifindex: dev })) {
  const own = counted.find((one) => one.ifindex === ifindex && one.queueType === type && one.queueId === id);
  const [packets, bytes] = type === "rx" ? [own?.rxPackets, own?.rxBytes] : [own?.txPackets, own?.txBytes];
  console.log(printable(name ?? ifindex, type, id, napiId ?? "-", packets ?? "-", bytes ?? "-"));
}
