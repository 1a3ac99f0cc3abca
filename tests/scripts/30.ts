import { open } from "../../families/route/mod.ts"; // 30 tcpdump for netlink
using dry = open({ dryRun: (message) => console.log(message) }); //   nothing is sent; decoded, path by path
dry.links.add({ ifname: "d0", kind: "dummy" });
