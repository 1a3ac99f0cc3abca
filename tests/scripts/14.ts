import { links } from "../../families/route/mod.ts";
const privateKey = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
  publicKey = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
import { wireguard } from "../../families/generic/wireguard.ts"; // 14 wg setconf
links.add({ ifname: "wg0", kind: "wireguard" });
wireguard.set("wg0", {
  privateKey,
  listenPort: 51820,
  peers: [{ publicKey, endpoint: "192.0.2.7:51820", allowedIps: ["10.7.0.0/16"] }],
});
