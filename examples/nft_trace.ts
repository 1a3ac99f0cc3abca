/**
 * Shows the way of packets through the rules of nf_tables: for each step, the chain, the rule and its verdict. Like
 * `nft monitor trace`.
 *
 *     deno run --allow-ffi examples/nft_trace.ts
 *     bun examples/nft_trace.ts --json
 *
 * Needs CAP_NET_ADMIN, and a rule that chooses packets: `nft insert rule inet guard in tcp dport 80 meta nftrace set 1`.
 */
import { trace } from "../families/netfilter/nftables/trace.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Shows the way of packets through the rules of nf_tables.",
    options: { netns: ["NAME", "in a network namespace"] },
  },
  ({ netns }) => trace(netns === undefined ? {} : { netns }),
  ({ event, id, table, chain, rule, verdict, policy, packet, iifDev, oifDev }) =>
    event === "overrun" ? { PACKET: "some steps were lost" } : {
      PACKET: id?.toString(16),
      FROM: packet === undefined ? "" : `${packet.src}${packet.sport === undefined ? "" : ` ${packet.sport}`}`,
      TO: packet === undefined ? "" : `${packet.dst}${packet.dport === undefined ? "" : ` ${packet.dport}`}`,
      IN: iifDev,
      OUT: oifDev,
      TABLE: table,
      CHAIN: chain,
      RULE: rule,
      VERDICT: verdict?.chain === undefined ? verdict?.code ?? policy : `${verdict.code} ${verdict.chain}`,
    },
);
