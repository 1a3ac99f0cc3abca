import { tcp } from "../../families/sock_diag/mod.ts";
for (const s of tcp.list({ state: "listen" })) console.log(s.local, s.localPort, s.uid, s.inode);
const slow = tcp.list({ dstPort: 443, info: true }).filter((s) => s.info!.rtt > 200_000);
for (const s of slow) tcp.destroy(s);
