import { addresses, links, open } from "../../families/route/mod.ts"; // 11 a wire into a new namespace
import * as netns from "../../core/netns.ts";
netns.add("blue");
links.add({ ifname: "v0", kind: "veth", up: true, data: { peer: { ifname: "v1", netns: "blue" } } });
addresses.add({ dev: "v0", address: "10.9.0.1/24" });
using blue = open({ netns: "blue" });
blue.links.set("v1", { up: true });
blue.addresses.add({ dev: "v1", address: "10.9.0.2/24" });
