/**
 * Shows the endpoints and limits of Multipath TCP, then the events of connections, until it is interrupted.
 *
 *     deno run --allow-ffi examples/mptcp_events.ts
 *     bun examples/mptcp_events.ts
 *
 * Needs CAP_NET_ADMIN. Prints a line for each event: kind, connection, local address and port, peer's address and port.
 */
import process from "node:process";
import { printable, stringify } from "../core/show.ts";
import { endpoints, events, limits } from "../families/generic/mptcp_pm.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

print("limits", stringify(limits()));
for (const { id, addr4, addr6, flags } of endpoints.list()) print("endpoint", id, addr4 ?? addr6, flags);
for await (const e of events()) {
  print(e.event, e.token, e.saddr4 ?? e.saddr6, e.sport, "→", e.daddr4 ?? e.daddr6, e.dport);
}
