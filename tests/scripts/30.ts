import { open } from "../../families/route/mod.ts"; // 30 tcpdump for netlink
import { readCapture } from "../../families/registry.ts";
// deno-lint-ignore no-unused-vars
using route = open({ capture: "talk.pcap" }); //   all this client says and hears; opens in Wireshark
using dry = open({ dryRun: (message) => console.log(message) }); //   nothing is sent; decoded, path by path
dry.links.add({ ifname: "d0", kind: "dummy" });
for (const message of readCapture("talk.pcap")) console.log(message);
