/**
 * Shows the limits and endpoints of Multipath TCP, then the events of connections until Ctrl-C, like `ip mptcp monitor`.
 *
 *     sudo deno run --allow-ffi examples/mptcp_events.ts
 *     sudo bun examples/mptcp_events.ts
 *
 * Needs CAP_NET_ADMIN, and a kernel with CONFIG_MPTCP.
 */
import { endpoint } from "../families/sock_diag/brief.ts";
import { endpoints, events, limits } from "../families/generic/mptcp_pm.ts";
import { list, stopSignal } from "./run.ts";

await list(
  { about: "Shows the limits and endpoints of Multipath TCP, then events of connections until Ctrl-C." },
  async function* () {
    yield { limits: limits(), endpoints: endpoints.list() };
    yield* events({ signal: stopSignal() });
  },
  (one) => {
    if ("limits" in one) {
      return {
        LIMITS: Object.entries(one.limits).map((limit) => limit.join("=")),
        ENDPOINTS: one.endpoints.map(({ id, addr4, addr6 }) => `${id}: ${addr4 ?? addr6}`),
      };
    }
    const { event, token, saddr4, saddr6, sport = 0, daddr4, daddr6, dport = 0 } = one;
    return {
      EVENT: event,
      CONNECTION: token,
      LOCAL: endpoint(saddr4 ?? saddr6 ?? "", sport),
      PEER: endpoint(daddr4 ?? daddr6 ?? "", dport),
    };
  },
);
