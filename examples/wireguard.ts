/**
 * Shows a WireGuard interface and its peers, like `wg show`, without the secret keys.
 *
 *     sudo deno run --allow-ffi examples/wireguard.ts wg0
 *     sudo bun examples/wireguard.ts wg0
 *
 * Needs CAP_NET_ADMIN, and a kernel with CONFIG_WIREGUARD.
 */
import { byteCount, duration } from "../core/units.ts";
import { wireguard } from "../families/generic/wireguard.ts";
import { list } from "./run.ts";

await list(
  { about: "Shows a WireGuard interface and its peers, without the secret keys.", takes: "INTERFACE" },
  function* (_options, dev) {
    const { publicKey, listenPort, peers = [] } = wireguard.get(dev);
    yield { dev, publicKey, listenPort };
    for (const { presharedKey: _secret, ...peer } of peers) yield peer;
  },
  (one) => {
    if ("dev" in one) return { INTERFACE: one.dev, KEY: one.publicKey, PORT: one.listenPort };
    const { publicKey, endpoint, allowedIps = [], rxBytes = 0, txBytes = 0, lastHandshakeTime } = one;
    return {
      PEER: publicKey,
      ENDPOINT: endpoint,
      ADDRESSES: allowedIps,
      IN: byteCount(rxBytes),
      OUT: byteCount(txBytes),
      HEARD: lastHandshakeTime === undefined
        ? "never"
        : `${duration(Math.round(Date.now() / 1000 - Number(lastHandshakeTime) / 1e9))} ago`,
    };
  },
);
