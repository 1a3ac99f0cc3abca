/**
 * A helper for FTP in TypeScript: it reads the control connections, and tells the kernel which data connections to
 * expect. They are related then, so that a firewall may accept nothing else but new control connections.
 *
 *     sudo deno run --allow-ffi examples/ftp_helper.ts
 *     sudo bun examples/ftp_helper.ts --netns router --queue 7
 *
 * A rule gives the helper to connections, here of nft:
 *
 *     nft add table inet ftp
 *     nft 'add ct helper inet ftp script { type "ftp-script" protocol tcp; l3proto inet; }'
 *     nft 'add chain inet ftp in { type filter hook prerouting priority 0; }'
 *     nft add rule inet ftp in tcp dport 21 ct helper set script
 *
 * Needs CAP_NET_ADMIN. The helper stays when this ends: without a reader, the kernel lets the packets pass. Connections
 * with NAT are left out.
 */
import { helpers } from "../families/netfilter/helpers.ts";
import { headersOf, queue, type QueuedPacket } from "../families/netfilter/queue.ts";
import { number, print, run, stopSignal } from "./run.ts";

/** The commands and answers with a port: `PORT 192,0,2,1,4,1`, `EPRT |2|2001:db8::1|1025|`; 227 and 229 are answers. */
const BYTES = /^(?:PORT |227 .*?)((?:\d+,){3}\d+),(\d+),(\d+)/im,
  TEXT = /^(?:EPRT|229 .*?) ?\(?\|\d?\|(.*?)\|(\d+)\|/im;

/** Returns the address and the port where one side waits for the data, if a packet tells them. */
function told(text: string): { address: string; port: number } | undefined {
  const bytes = BYTES.exec(text), words = TEXT.exec(text);
  if (bytes !== null) {
    return { address: bytes[1]!.replaceAll(",", "."), port: Number(bytes[2]) * 256 + Number(bytes[3]) };
  }
  return words === null ? undefined : { address: words[1]!, port: Number(words[2]) };
}

/** Returns the data connection that a packet announces, as an expectation. */
function expected({ payload, ct }: QueuedPacket) {
  const headers = headersOf(payload);
  if (headers === undefined || ct?.orig === undefined || ct.reply === undefined) return undefined;
  const announced = told(new TextDecoder().decode(payload.subarray(headers.dataAt)));
  // The other side connects to the one that has sent this, and to nobody else.
  const { src, dst } = headers.src === ct.orig.src ? ct.reply : ct.orig;
  if (announced === undefined || dst !== headers.src || !["", dst].includes(announced.address)) return undefined;
  const all = headers.version === 4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  return {
    tuple: { src: src!, dst, proto: "tcp", srcPort: 0, dstPort: announced.port },
    mask: { src: all, dst: all, proto: "tcp", srcPort: 0, dstPort: 65_535 },
  } as const;
}

await run(
  {
    about: "Tells the kernel which data connections of FTP to expect.",
    options: { netns: ["NAME", "in a network namespace"], queue: ["NUMBER", "reads this queue; 21 by default"] },
  },
  async ({ netns, queue: group = "21" }) => {
    const queueNum = number(group, "--queue", 0, 65_535);
    using packets = queue(queueNum, {
      conntrack: true,
      onExit: "accept",
      signal: stopSignal(),
      ...(netns === undefined ? {} : { netns }),
    });
    for (const l3protonum of ["ip", "ip6"] as const) {
      const helper = { name: "ftp-script", tuple: { l3protonum, l4protonum: "tcp" } } as const;
      const policy = [{ name: "data", expectMax: 1, expectTimeout: 300 }];
      if (!helpers.add({ ...helper, queueNum, policy }, { exists: "ok" })) helpers.set(helper, { queueNum });
    }
    print(`the helper ftp-script reads queue ${queueNum}`);
    for await (const packet of packets) {
      const exp = packet.event === "overrun" ? undefined : expected(packet);
      packet.verdict("accept", exp === undefined ? {} : { exp });
      if (exp !== undefined) print(`${exp.tuple.src} > ${exp.tuple.dst} port ${exp.tuple.dstPort}`);
    }
  },
);
