// The same script with npm's `netlink`: NETLINK=FOLDER.
import { createRequire } from "node:module";
import process from "node:process";

const { createRtNetlink } = createRequire(`${process.env.NETLINK}/`)("netlink");
const socket = createRtNetlink({ ref: true });
for (const { attrs } of await socket.getLinks()) console.log(attrs.ifname, attrs.mtu, attrs.operstate);
process.exit(0);
