/**
 * Shows a WireGuard interface and its peers, like `wg show`, without the secret keys.
 *
 *     deno run --allow-ffi examples/wireguard.ts wg0
 *     bun examples/wireguard.ts wg0
 *
 * Needs CAP_NET_ADMIN. Prints a line for each peer: key, endpoint, addresses, bytes received and sent, time since the
 * last handshake.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { wireguard } from "../families/generic/wireguard.ts";

const [dev = "wg0"] = process.argv.slice(2);
const { publicKey, listenPort, peers = [] } = wireguard.get(dev);
console.log(printable(dev, publicKey ?? "has no key", "port", listenPort));
for (const { publicKey, endpoint, allowedIps = [], rxBytes, txBytes, lastHandshakeTime } of peers) {
  const heard = lastHandshakeTime === undefined
    ? "never heard"
    : `heard ${Math.round(Date.now() / 1000 - Number(lastHandshakeTime / 1_000_000_000n))} s ago`;
  console.log(
    printable(" ", publicKey, endpoint ?? "nowhere yet", allowedIps.join(","), `${rxBytes} in, ${txBytes} out,`, heard),
  );
}
