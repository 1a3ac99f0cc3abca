/**
 * Shows the qdiscs that dropped the most packets.
 *
 *     deno run --allow-ffi examples/drops.ts
 *     bun examples/drops.ts --dev eth0
 */
import { byteCount } from "../core/units.ts";
import { open } from "../families/route/tc.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Shows the qdiscs that dropped the most packets.",
    options: { netns: ["NAME", "in a network namespace"], dev: ["NAME", "only those of this interface"] },
  },
  ({ netns, dev }) => {
    using tc = open(netns === undefined ? {} : { netns });
    const all = tc.qdiscs.list(dev === undefined ? {} : { dev });
    return all.sort((a, b) => (b.stats2?.queue?.drops ?? 0) - (a.stats2?.queue?.drops ?? 0)).slice(0, 20);
  },
  ({ dev, kind, handle, parent, stats2 }) => ({
    INTERFACE: dev,
    KIND: kind,
    HANDLE: handle,
    PARENT: parent,
    DROPS: stats2?.queue?.drops,
    WAITING: stats2?.queue?.qlen,
    SENT: byteCount(stats2?.basic?.bytes ?? 0),
  }),
);
