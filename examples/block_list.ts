/**
 * Replaces the content of a set by the addresses and networks in a file, at once: rules that match the set never see a
 * part of the list. Like `ipset restore` into a new set and `ipset swap`.
 *
 *     deno run --allow-ffi --allow-read examples/block_list.ts blocked list.txt
 *     bun examples/block_list.ts --timeout 86400 blocked - < list.txt
 *
 * Lines of the file are addresses, networks or ranges of IPv4; what follows a `#` or `;` is a comment. Needs
 * CAP_NET_ADMIN, and a rule such as `iptables -A INPUT -m set --match-set blocked src -j DROP`.
 */
import { readFileSync } from "node:fs";
import { open } from "../families/netfilter/ipset.ts";
import { number, print, run, UsageError } from "./run.ts";

await run(
  {
    about: "Replaces the content of a set by the addresses and networks in a file, at once.",
    takes: "SET FILE",
    options: {
      netns: ["NAME", "in a network namespace"],
      timeout: ["SECONDS", "removes entries that no later run renews"],
    },
  },
  ({ netns, timeout }, name, file) => {
    if (name === undefined || file === undefined) throw new UsageError("expected a set and a file");
    const lines = readFileSync(file === "-" ? 0 : file, "utf8").split("\n");
    const blocked = new Set(lines.map((line) => line.replace(/[#;].*/, "").trim()).filter((line) => line !== ""));
    if (name.length > 27) throw new UsageError(`SET is ${name}, expected at most 27 characters`);
    using client = open(netns === undefined ? {} : { netns });
    const { sets, entries } = client, fresh = `${name}-new`;
    const form = {
      type: "hash:net",
      maxelem: Math.max(65_536, 2 * blocked.size),
      ...(timeout === undefined ? {} : { timeout: number(timeout, "--timeout", 1, 2_147_483) }),
    } as const;
    sets.delete(fresh, { missing: "ok" });
    sets.add({ name: fresh, ...form });
    try {
      // Networks that are in the file twice, as 10.0.0.0/8 and 10.1.2.3/8, are no error.
      entries.replace(fresh, [...blocked].map((ip) => ({ ip })));
      sets.add({ name, ...form }, { exists: "ok" });
      sets.swap(fresh, name);
    } finally {
      sets.delete(fresh);
    }
    print(`${name} has ${sets.get(name).elements} networks`);
  },
);
