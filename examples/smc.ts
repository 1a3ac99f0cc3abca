/**
 * Shows SMC on this machine: sockets that use RDMA or shared memory or fell back to TCP, the reasons for that, and the
 * interfaces on each physical network.
 *
 *     deno run --allow-ffi examples/smc.ts
 *     bun examples/smc.ts
 *
 * Needs a kernel with the modules smc and smc_diag.
 */
import { pnetids } from "../families/generic/smc_pnetid.ts";
import { smc } from "../families/smc.ts";
import { endpoint } from "../families/sock_diag/brief.ts";
import { list } from "./run.ts";

await list(
  {
    about:
      "Shows this machine's version of SMC, its sockets, the reasons for using TCP instead, and physical networks.",
  },
  function* () {
    yield { machine: smc.systemInfo() };
    for (const socket of smc.sockets()) yield { socket };
    for (const fallback of smc.fallbackStatistics()) yield { fallback };
    for (const network of pnetids.list()) yield { network };
  },
  (one) => {
    if (one.machine) return { MACHINE: one.machine.localHost, SMC: `${one.machine.ver}.${one.machine.rel}` };
    if (one.socket) {
      const { local, localPort, dst, dstPort, state, mode } = one.socket;
      return { SOCKET: endpoint(local!, localPort!), PEER: endpoint(dst!, dstPort!), STATE: state, MODE: mode };
    }
    if (one.fallback) {
      const { type, rsnCode = 0, rsnCnt } = one.fallback;
      return { "TIMES TCP INSTEAD": rsnCnt, AS: type, REASON: `0x${rsnCode.toString(16)}` };
    }
    return { NETWORK: one.network.name, INTERFACE: one.network.ethname, RDMA: one.network.ibname };
  },
);
