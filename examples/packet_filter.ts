/**
 * A packet filter in TypeScript: drops the queued packets to some ports, and accepts all others.
 *
 *     iptables -A INPUT -j NFQUEUE --queue-num 0 --queue-bypass
 *     sudo deno run --allow-ffi examples/packet_filter.ts 23 2323
 *     sudo bun examples/packet_filter.ts 23 2323
 *
 * Needs CAP_NET_ADMIN.
 */
import { headersOf, queue } from "../families/netfilter/queue.ts";
import { number, print, run, stopSignal } from "./run.ts";

await run(
  {
    about: "Drops the queued packets to some ports, and accepts all others.",
    takes: "PORT...",
    options: { netns: ["NAME", "in a network namespace"], queue: ["NUMBER", "reads this queue; 0 by default"] },
  },
  async ({ netns, queue: group = "0" }, ...ports) => {
    const closed = new Set(ports.map((port) => number(port, "PORT", 1, 65_535)));
    const packets = queue(number(group, "--queue", 0, 65_535), {
      copy: 128,
      onExit: "accept",
      signal: stopSignal(),
      ...(netns === undefined ? {} : { netns }),
    });
    for await (const packet of packets) {
      const headers = headersOf(packet.payload), drop = closed.has(headers?.dstPort ?? -1);
      packet.verdict(drop ? "drop" : "accept");
      if (drop) print(`dropped ${headers!.proto} ${headers!.src} > ${headers!.dst}:${headers!.dstPort}`);
    }
  },
);
