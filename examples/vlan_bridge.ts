/**
 * Makes a VLAN-aware bridge of interfaces, each in VLANs of its own. Without arguments it shows the VLANs of all
 * bridges.
 *
 *     deno run --allow-ffi examples/vlan_bridge.ts
 *     bun examples/vlan_bridge.ts --bridge br0 eth1=10 eth2=10,20-29
 *
 * The first VLAN of an interface takes its untagged packets. To change needs CAP_NET_ADMIN.
 */
import { links } from "../families/route/links.ts";
import { vlans } from "../families/route/vlans.ts";
import { print, run, UsageError } from "./run.ts";

await run(
  {
    about: "Makes a VLAN-aware bridge of interfaces, or shows the VLANs of all bridges.",
    takes: "[INTERFACE=VLANS]...",
    options: { bridge: ["NAME", "the bridge to make"] },
  },
  ({ bridge }, ...ports) => {
    if (bridge === undefined && ports.length === 0) {
      for (const { dev, vid, range, flags } of vlans.ranges()) {
        print(`${dev}: ${vid}${range === undefined ? "" : `-${range}`} ${flags.join(" ")}`.trim());
      }
      return;
    }
    if (bridge === undefined || ports.length === 0) throw new UsageError("give --bridge and its interfaces");
    links.add({ ifname: bridge, kind: "bridge", up: true, data: { vlanFiltering: 1, vlanDefaultPvid: 0 } });
    for (const port of ports) {
      const [dev = "", list = ""] = port.split("=");
      links.set(dev, { master: bridge, up: true });
      list.split(",").forEach((one, index) => {
        const [start, end = start] = one.split("-").map(Number);
        vlans.add({ dev, vid: { start: start!, end: end! }, flags: index === 0 ? ["pvid", "untagged"] : [] });
      });
    }
  },
);
