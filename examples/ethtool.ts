/**
 * Shows an interface's speed, rings and features, and turns features on or off, like `ethtool`.
 *
 *     deno run --allow-ffi examples/ethtool.ts eth0 [FEATURE=on|off]...
 *     bun examples/ethtool.ts eth0 tx-generic-segmentation=off
 *
 * Prints what the driver supports: `speed 1000 full`, `rings rx 256/4096 tx 256/4096`, then the features that are on.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { channels, features, linkModes, rings } from "../families/generic/ethtool.ts";

const [dev = "lo", ...switches] = process.argv.slice(2);
if (switches.length > 0) {
  features.switch(dev, Object.fromEntries(switches.map((one) => [one.split("=")[0], one.endsWith("=on")])));
}
const modes = linkModes.find(dev), ring = rings.find(dev), queues = channels.find(dev);
if (modes !== undefined) {
  console.log(printable("speed", modes.speed, modes.duplex, modes.autoneg ? "by agreement" : "fixed"));
}
if (ring !== undefined) console.log(printable(`rings rx ${ring.rx}/${ring.rxMax} tx ${ring.tx}/${ring.txMax}`));
if (queues !== undefined) {
  console.log(printable("queues", queues.combinedCount ?? `rx ${queues.rxCount} tx ${queues.txCount}`));
}
console.log(printable("features", features.get(dev).active?.value.join(" ")));
