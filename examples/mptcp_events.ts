/**
 * Tells of Multipath TCP: its endpoints and limits, then what happens to connections, until it is interrupted.
 *
 *     deno run --allow-ffi examples/mptcp_events.ts
 *     bun examples/mptcp_events.ts
 *
 * Needs CAP_NET_ADMIN. Prints a line an event: what, connection, our address and port, the peer's.
 */
import process from "node:process";
import { printable, stringify } from "../core/show.ts";
import { endpoints, events, limits } from "../families/generic/mptcp_pm.ts";

// Ends quietly when nobody reads any more, as behind `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

print("limits", stringify(limits()));
for (const { id, addr4, addr6, flags } of endpoints.list()) print("endpoint", id, addr4 ?? addr6, flags);
for await (const e of events()) {
  print(e.event, e.token, e.saddr4 ?? e.saddr6, e.sport, "→", e.daddr4 ?? e.daddr6, e.dport);
}
