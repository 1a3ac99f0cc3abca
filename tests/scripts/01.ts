import { links } from "../../families/route/mod.ts"; // 1 ip -br link
for (const link of links.list()) console.log(link.ifname, link.operstate, link.address, link.stats64?.rxBytes);
