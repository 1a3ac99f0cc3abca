/**
 * Tells of Multipath TCP: its endpoints and limits, then what happens to connections, until it is interrupted.
 *
 *     deno run --allow-ffi examples/mptcp_events.ts
 *     bun examples/mptcp_events.ts
 *
 * Needs CAP_NET_ADMIN. Prints a line an event: what, connection, our address and port, the peer's.
 */
import { endpoints, events, limits } from "../families/generic/mptcp_pm.ts";

console.log("limits", limits());
for (const { id, addr4, addr6, flags } of endpoints.list()) console.log("endpoint", id, addr4 ?? addr6, flags);
for await (const e of events()) {
  console.log(e.event, e.token, e.saddr4 ?? e.saddr6, e.sport, "→", e.daddr4 ?? e.daddr6, e.dport);
}
