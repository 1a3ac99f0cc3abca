/**
 * Shows SMC on this machine: sockets that use RDMA or shared memory or fell back to TCP, and the reasons for that.
 *
 *     deno run --allow-ffi examples/smc.ts
 *     bun examples/smc.ts
 *
 * Prints the machine's name, a line for each socket, a line for each reason for a fallback, and the interfaces on each
 * physical network. Needs a kernel with the modules smc and smc_diag.
 */
import { printable } from "../core/show.ts";
import { pnetids } from "../families/generic/smc_pnetid.ts";
import { smc } from "../families/smc.ts";

const { localHost, ver, rel } = smc.systemInfo();
console.log(printable(`${localHost}: SMC ${ver}.${rel}`));
for (const { local, localPort, dst, dstPort, state, mode } of smc.sockets()) {
  console.log(printable(`${local}:${localPort} ${dst}:${dstPort}`, state, mode));
}
for (const { type, rsnCode = 0, rsnCnt } of smc.fallbackStatistics()) {
  console.log(printable(`${rsnCnt} times TCP instead, as ${type}: reason 0x${rsnCode.toString(16)}`));
}
for (const { name, ethname, ibname } of pnetids.list()) console.log(printable("network", name, ethname, ibname));
