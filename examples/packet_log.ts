/**
 * Prints the packets that rules log.
 *
 *     nft add rule inet filter input tcp flags syn log prefix '"new: "' group 5
 *     deno run --allow-ffi examples/packet_log.ts 5
 *     bun examples/packet_log.ts 5 --json
 *
 * Needs CAP_NET_ADMIN.
 */
import { headersOf, log } from "../families/netfilter/log.ts";
import { list, number } from "./run.ts";

await list(
  {
    about: "Prints the packets that rules log.",
    takes: "GROUP",
    options: { netns: ["NAME", "in a network namespace"] },
  },
  ({ netns }, group = "0") =>
    log(number(group, "GROUP", 0, 65_535), { copy: 128, ...(netns === undefined ? {} : { netns }) }),
  (packet) => {
    if (packet.event !== undefined) return { PREFIX: "some packets were lost" };
    const { proto, src, dst, srcPort, dstPort } = headersOf(packet.payload!) ?? {};
    return {
      PREFIX: packet.prefix?.trim(),
      PROTOCOL: proto,
      FROM: `${src ?? ""}${srcPort === undefined ? "" : ` ${srcPort}`}`,
      TO: `${dst ?? ""}${dstPort === undefined ? "" : ` ${dstPort}`}`,
    };
  },
);
