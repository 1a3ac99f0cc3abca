/**
 * Prints the packets that rules log.
 *
 *     nft add rule inet filter input tcp flags syn log prefix '"new: "' group 5
 *     deno run --allow-ffi examples/packet_log.ts 5
 *
 * Needs CAP_NET_ADMIN.
 */
import { headersOf, log } from "../families/netfilter/log.ts";
import { number, print, run } from "./run.ts";

await run(
  {
    about: "Prints the packets that rules log.",
    takes: "GROUP",
    options: { netns: ["NAME", "in a network namespace"] },
  },
  async ({ netns }, group = "0") => {
    for await (
      const packet of log(number(group, "GROUP", 0, 65_535), { copy: 128, ...(netns === undefined ? {} : { netns }) })
    ) {
      if (packet.event !== undefined) {
        print("packets were lost");
        continue;
      }
      const { proto, src, dst, srcPort, dstPort } = headersOf(packet.payload!) ?? {};
      print(`${packet.prefix ?? ""}${proto} ${src} ${srcPort ?? ""} > ${dst} ${dstPort ?? ""}`);
    }
  },
);
