import { links } from "../../families/route/mod.ts";
links.add({ ifname: "br0", kind: "bridge", up: true, data: { vlanFiltering: 1 } }); // 12 a bridge with ports
for (const port of ["v0", "v2"]) links.set(port, { master: "br0" });
links.set("v2", { master: null });
