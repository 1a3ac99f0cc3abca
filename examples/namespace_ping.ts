/**
 * Makes a network namespace and a veth pair into it with an address at each end, pings through it, and removes both.
 *
 *     sudo deno run --allow-ffi --allow-run=ping examples/namespace_ping.ts
 *     sudo bun examples/namespace_ping.ts
 *
 * Needs root (CAP_SYS_ADMIN), and `ping`. Prints the addresses of both ends, and the output of ping.
 */
import { spawn } from "node:child_process";
import process from "node:process";
import * as netns from "../core/netns.ts";
import { addresses, links, open } from "../families/route/mod.ts";
import { print, run, stopSignal } from "./run.ts";

await run({ about: "Makes a network namespace with a wire into it, pings through it, and removes both." }, async () => {
  const name = `example-${process.pid}`;
  netns.add(name);
  // After Ctrl-C, ping ends, and what was made is removed.
  const signal = stopSignal();
  try {
    // The peer is created in the other namespace.
    links.add({ ifname: "nlx0", kind: "veth", up: true, data: { peer: { ifname: "nlx1", netns: name } } });
    addresses.add({ dev: "nlx0", address: "192.0.2.1/30" });

    using inside = open({ netns: name });
    inside.links.set("nlx1", { up: true });
    inside.addresses.add({ dev: "nlx1", address: "192.0.2.2/30" });

    await links.waitFor("nlx0", (link) => link.operstate === "up", { timeout: 5000, signal });
    print("here:  ", ...addresses.list({ dev: "nlx0", family: "inet" }).map(({ address }) => address));
    print("there: ", ...inside.addresses.list({ dev: "nlx1", family: "inet" }).map(({ address }) => address));
    const ping = spawn("ping", ["-c", "1", "-W", "2", "192.0.2.2"], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const text of ping.stdout.setEncoding("utf8")) for (const line of text.trim().split("\n")) print(line);
  } finally {
    // Deleting one end of the pair deletes the other too.
    if (links.find("nlx0")) links.delete("nlx0");
    netns.delete(name);
  }
  process.exit();
});
