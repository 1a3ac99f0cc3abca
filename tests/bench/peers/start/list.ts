/** Measures a short script that uses this library. @module */
import { links } from "../../../../families/route/mod.ts";

for (const { ifname, mtu, operstate } of links.list()) console.log(ifname, mtu, operstate);
