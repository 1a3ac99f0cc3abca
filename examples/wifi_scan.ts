/**
 * Scans for wireless networks, like `iw dev wlan0 scan`, the strongest first.
 *
 *     sudo deno run --allow-ffi examples/wifi_scan.ts wlan0
 *     sudo bun examples/wifi_scan.ts wlan0
 *
 * Needs CAP_NET_ADMIN; the interface must be up.
 */
import { wiphys } from "../families/generic/nl80211.ts";
import { list } from "./run.ts";

await list(
  { about: "Scans for wireless networks, the strongest first.", takes: "INTERFACE" },
  async (_options, dev) => (await wiphys.scan(dev)).sort((a, b) => (b.signal ?? -999) - (a.signal ?? -999)),
  ({ signal, frequency, bssid, ssid }) => ({
    "SIGNAL DBM": signal,
    "CHANNEL MHZ": frequency,
    ADDRESS: bssid,
    NAME: ssid === "" ? "(hidden)" : ssid,
  }),
);
