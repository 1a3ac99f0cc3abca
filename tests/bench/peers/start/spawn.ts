/** The same script as it is written today. @module */
import { spawnSync } from "node:child_process";

const { stdout } = spawnSync("ip", ["-j", "link"], { encoding: "utf8" });
for (const { ifname, mtu, operstate } of JSON.parse(stdout)) console.log(ifname, mtu, operstate);
