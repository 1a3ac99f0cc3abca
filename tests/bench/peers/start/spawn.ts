/** Measures the same script in the usual way of today, with `ip -j`. @module */
import { spawnSync } from "node:child_process";

const { stdout } = spawnSync("ip", ["-j", "link"], { encoding: "utf8" });
for (const { ifname, mtu, operstate } of JSON.parse(stdout)) console.log(ifname, mtu, operstate);
