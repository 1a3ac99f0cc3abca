/**
 * Opens a port for some time: adds it to a set of nf_tables, which the kernel takes it out of again.
 *
 *     deno run --allow-ffi examples/open_port.ts inet guard open 8080
 *     bun examples/open_port.ts --seconds 60 inet guard open 8080
 *
 * Needs CAP_NET_ADMIN, and a set of ports with timeouts that a rule matches:
 * `nft add set inet guard open '{ type inet_service; flags timeout; }'`, `nft add rule inet guard in tcp dport @open
 * accept`. A port that is open already stays open for the new time.
 */
import { type NfFamily, open } from "../families/netfilter/nftables/mod.ts";
import { number, print, run, UsageError } from "./run.ts";

await run(
  {
    about: "Opens a port for some time, ten minutes if not told otherwise.",
    takes: "FAMILY TABLE SET PORT",
    options: { netns: ["NAME", "in a network namespace"], seconds: ["SECONDS", "for this time"] },
  },
  ({ netns, seconds = "600" }, family, table, set, port) => {
    if (family === undefined || table === undefined || set === undefined || port === undefined) {
      throw new UsageError("expected a family, a table, a set and a port");
    }
    using client = open(netns === undefined ? {} : { netns });
    const key = { family: family as NfFamily, table, set };
    client.elements.add(key, [{ elem: port, timeout: number(seconds, "--seconds", 1) }], { exists: "ok" });
    for (const { elem, expires } of client.elements.list(key)) {
      print(elem, "is open for", Math.round(expires ?? 0), "s");
    }
  },
);
