import { linkModes } from "../../families/generic/ethtool.ts"; // 9 ethtool eth0
const { speed, duplex, ours } = linkModes.get("eth0");
console.log(speed, duplex, JSON.stringify(ours));
