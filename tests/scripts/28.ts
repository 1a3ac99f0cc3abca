import { wiphys } from "../../families/generic/nl80211.ts"; // 28 scan
for (const bss of await wiphys.scan("wlan0")) console.log(bss.ssid, bss.signal);
