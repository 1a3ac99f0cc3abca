import { links } from "../../families/route/mod.ts";
const link = await links.waitFor("eth0", (l) => l.operstate === "up", { timeout: 10_000 }); // 22 wait, don't poll
console.log(link.ifname, link.operstate);
