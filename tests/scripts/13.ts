import { links } from "../../families/route/mod.ts";
try {
  links.add({ ifname: "eth0.5", kind: "vlan", link: "eth0", data: { id: 5 } }); // 13 kinds
} catch (error) {
  // Kernels without VLANs say so.
  console.log((error as Error).message);
}
links.add({ ifname: "vx7", kind: "vxlan", data: { id: 7, group: "239.1.1.7", link: "eth0", port: 4789 } });
