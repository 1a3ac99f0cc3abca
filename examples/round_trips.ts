/**
 * Shows the round-trip times to hosts that TCP has communicated with, from the metrics that the kernel keeps.
 *
 *     deno run --allow-ffi examples/round_trips.ts [--forget]
 *     bun examples/round_trips.ts
 *
 * Prints a line for each host, the nearest first: round-trip time in ms, congestion window, address. `--forget` deletes
 * the metrics, which needs CAP_NET_ADMIN.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { metrics } from "../families/generic/tcp_metrics.ts";

const known = metrics.list().filter(({ vals }) => vals?.rttUs !== undefined);
for (const { addrIpv4, addrIpv6, vals } of known.sort((a, b) => a.vals!.rttUs! - b.vals!.rttUs!)) {
  console.log(printable((vals!.rttUs! / 8000).toFixed(2).padStart(8), "ms", vals!.cwnd ?? "-", addrIpv4 ?? addrIpv6));
}
if (process.argv.includes("--forget")) metrics.forgetAll();
