/**
 * Replaces the elements of a set of nf_tables by the addresses and networks in a file, in one transaction: no packet
 * meets a part of the list. Like `nft -f` with a flush of the set in front.
 *
 *     deno run --allow-ffi --allow-read examples/nft_block_list.ts inet guard bad list.txt
 *     bun examples/nft_block_list.ts inet guard bad - < list.txt
 *
 * Lines of the file are addresses, networks or ranges; what follows a `#` or `;` is a comment. Needs CAP_NET_ADMIN, and
 * a set with the flag `interval`, which rules match as `ip saddr @bad drop`. Overlapping lines are merged if the set
 * has `auto-merge`, else refused.
 */
import { readFileSync } from "node:fs";
import { type NfFamily, open } from "../families/netfilter/nftables/mod.ts";
import { print, run, UsageError } from "./run.ts";

await run(
  {
    about: "Replaces the elements of a set by the addresses and networks in a file, in one transaction.",
    takes: "FAMILY TABLE SET FILE",
    options: { netns: ["NAME", "in a network namespace"] },
  },
  ({ netns }, family, table, set, file) => {
    if (family === undefined || table === undefined || set === undefined || file === undefined) {
      throw new UsageError("expected a family, a table, a set and a file");
    }
    const lines = readFileSync(file === "-" ? 0 : file, "utf8").split("\n").map((line) =>
      line.replace(/[#;].*/, "").trim()
    );
    const blocked = [...new Set(lines.filter((line) => line !== ""))].map((line) => {
      const [first, last] = line.split("-");
      return last === undefined ? line : [first!.trim(), last.trim()];
    });
    using client = open(netns === undefined ? {} : { netns });
    const key = { family: family as NfFamily, table, set };
    client.batch((b) => {
      b.elements.flush(key);
      b.elements.add(key, blocked);
    });
    print(blocked.length, "elements");
  },
);
