/**
 * Ends every TCP connection to an address or network, like `ss -K dst 192.0.2.7`, and lists them.
 *
 *     sudo deno run --allow-ffi examples/kill_connections.ts 192.0.2.7
 *     sudo bun examples/kill_connections.ts 10.0.0.0/8 443
 *
 * The processes keep running, and get ECONNABORTED. Needs CAP_NET_ADMIN, and a kernel with CONFIG_INET_DIAG_DESTROY.
 */
import { endpoint } from "../families/sock_diag/brief.ts";
import { tcp } from "../families/sock_diag/tcp.ts";
import { list, number } from "./run.ts";

await list(
  {
    about: "Ends every TCP connection to an address or network, and to a port of it if one is given.",
    takes: "ADDRESS[/LENGTH] [PORT]",
  },
  (_options, dst, port) => {
    const filter = {
      dst,
      ...(port === undefined ? {} : { dstPort: number(port, "PORT", 1, 65_535) }),
      not: { dstPort: 0 },
    };
    const found = tcp.list(filter);
    tcp.flush(filter);
    return found;
  },
  ({ local, localPort, dst, dstPort }) => ({ KILLED: endpoint(local, localPort), PEER: endpoint(dst, dstPort) }),
);
