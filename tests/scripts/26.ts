import { queue } from "../../families/netfilter/queue.ts"; // 26 a verdict in TypeScript
for await (const packet of queue(0)) packet.verdict(packet.payload[9] === 17 ? "drop" : "accept");
