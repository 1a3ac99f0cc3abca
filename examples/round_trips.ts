/**
 * Shows the round-trip times to hosts that TCP has communicated with, from the metrics that the kernel keeps.
 *
 *     deno run --allow-ffi examples/round_trips.ts
 *     sudo bun examples/round_trips.ts --forget
 *
 * `--forget` needs CAP_NET_ADMIN.
 */
import { metrics } from "../families/generic/tcp_metrics.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Shows the round-trip times to hosts that TCP has communicated with, the nearest first.",
    options: { forget: "deletes the metrics afterwards" },
  },
  ({ forget }) => {
    const known = metrics.list().filter(({ vals }) => vals?.rttUs !== undefined);
    if (forget) metrics.forgetAll();
    return known.sort((a, b) => a.vals!.rttUs! - b.vals!.rttUs!);
  },
  // The kernel keeps eighths of a microsecond.
  ({ addrIpv4, addrIpv6, vals }) => ({
    "RTT MS": Number((vals!.rttUs! / 8000).toFixed(2)),
    "WINDOW SEGMENTS": vals!.cwnd,
    HOST: addrIpv4 ?? addrIpv6,
  }),
);
