/**
 * Scans for wireless networks, like `iw dev wlan0 scan`, the strongest first.
 *
 *     deno run --allow-ffi examples/wifi_scan.ts wlan0
 *     bun examples/wifi_scan.ts wlan0
 *
 * Needs CAP_NET_ADMIN; the interface must be up. Prints a line for each network: signal strength, channel, address,
 * name.
 */
import process from "node:process";
import { printable } from "../core/show.ts";
import { wiphys } from "../families/generic/nl80211.ts";

const [dev = "wlan0"] = process.argv.slice(2);
const found = await wiphys.scan(dev);
for (const { signal, frequency, bssid, ssid } of found.sort((a, b) => (b.signal ?? -999) - (a.signal ?? -999))) {
  console.log(printable(`${signal} dBm`, `${frequency} MHz`, bssid, ssid === "" ? "(hidden)" : ssid));
}
