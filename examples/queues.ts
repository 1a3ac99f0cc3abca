/**
 * Shows the queues of network devices, the NAPI instances that poll them, and their packets and bytes.
 *
 *     deno run --allow-ffi examples/queues.ts
 *     bun examples/queues.ts eth0
 *
 * Needs Linux 6.10 or newer.
 */
import { byteCount } from "../core/units.ts";
import { qstats, queues } from "../families/generic/netdev.ts";
import { list } from "./run.ts";

await list(
  { about: "Shows the queues of network devices, or of one.", takes: "[DEVICE]" },
  (_options, dev) => {
    const counted = qstats.list({ scope: ["queue"] });
    return queues.list(dev === undefined ? {} : { ifindex: dev }).map((queue) => {
      const { ifindex, type, id } = queue;
      const own = counted.find((one) => one.ifindex === ifindex && one.queueType === type && one.queueId === id);
      const [packets, bytes] = type === "rx" ? [own?.rxPackets, own?.rxBytes] : [own?.txPackets, own?.txBytes];
      return { ...queue, packets, bytes };
    });
  },
  ({ dev, ifindex, type, id, napiId, packets, bytes }) => ({
    DEVICE: dev ?? ifindex,
    DIRECTION: type,
    QUEUE: id,
    NAPI: napiId,
    PACKETS: packets,
    TRAFFIC: bytes === undefined ? undefined : byteCount(bytes),
  }),
);
