/**
 * Ends every TCP connection to an address or network, like `ss -K dst 192.0.2.7`.
 *
 *     sudo deno run --allow-ffi examples/kill_connections.ts 192.0.2.7
 *     sudo bun examples/kill_connections.ts 10.0.0.0/8 443
 *
 * The second argument is the peer's port. Prints each connection: `10.0.0.1:50000 to 192.0.2.7:443`. The processes keep
 * running, and get ECONNABORTED. Needs root, and a kernel with CONFIG_INET_DIAG_DESTROY.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { type InetFilter, tcp, type TcpSocket } from "../families/sock_diag/mod.ts";

const [dst, port] = process.argv.slice(2);
if (dst === undefined) {
  console.error("usage: kill_connections.ts ADDRESS[/LENGTH] [PORT]");
  process.exit(2);
}
const filter: InetFilter<TcpSocket> = {
  dst,
  ...(port === undefined ? {} : { dstPort: Number(port) }),
  not: { dstPort: 0 },
};
for (const s of tcp.list(filter)) console.log(printable(`${s.local}:${s.localPort} to ${s.dst}:${s.dstPort}`));
console.log(printable(tcp.flush(filter), "killed"));
