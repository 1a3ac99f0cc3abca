/**
 * Makes a network namespace and a veth pair into it with an address at each end, pings through it, and removes both.
 *
 *     deno run --allow-ffi --allow-run=ping examples/namespace_ping.ts     (as root)
 *     bun examples/namespace_ping.ts
 *
 * Prints the addresses of both ends, and the output of ping.
 */
import { execFileSync } from "node:child_process";
import process from "node:process";
import * as netns from "../core/netns.ts";
import { printable } from "../core/show.ts";
import { addresses, links, open } from "../families/route/mod.ts";

const name = `example-${process.pid}`;
netns.add(name);
try {
  // The peer is created in the other namespace.
  links.add({ ifname: "nlx0", kind: "veth", up: true, data: { peer: { ifname: "nlx1", netns: name } } });
  addresses.add({ dev: "nlx0", address: "192.0.2.1/30" });

  using inside = open({ netns: name });
  inside.links.set("nlx1", { up: true });
  inside.addresses.add({ dev: "nlx1", address: "192.0.2.2/30" });

  await links.waitFor("nlx0", (link) => link.operstate === "up", { timeout: 5000 });
  console.log(printable("here:  ", ...addresses.list({ dev: "nlx0", family: "inet" }).map(({ address }) => address)));
  console.log(
    printable("there: ", ...inside.addresses.list({ dev: "nlx1", family: "inet" }).map(({ address }) => address)),
  );
  for (const line of execFileSync("ping", ["-c", "1", "-W", "2", "192.0.2.2"], { encoding: "utf8" }).split("\n")) {
    console.log(printable(line));
  }
} finally {
  // Deleting one end of the pair deletes the other too.
  if (links.find("nlx0")) links.delete("nlx0");
  netns.delete(name);
}
