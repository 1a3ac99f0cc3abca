/**
 * Makes a VLAN-aware bridge of interfaces, each in VLANs of its own. It shows the VLANs of all bridges, and without
 * arguments only does that.
 *
 *     deno run --allow-ffi examples/vlan_bridge.ts
 *     bun examples/vlan_bridge.ts --bridge br0 eth1=10 eth2=10,20-29
 *
 * The first VLAN of an interface takes its untagged packets. To change needs CAP_NET_ADMIN.
 */
import { links } from "../families/route/links.ts";
import { vlans } from "../families/route/vlans.ts";
import { list, UsageError } from "./run.ts";

await list(
  {
    about: "Makes a VLAN-aware bridge of interfaces, and shows the VLANs of all bridges.",
    takes: "[INTERFACE=VLANS]...",
    options: { bridge: ["NAME", "the bridge to make"] },
  },
  ({ bridge }, ...ports) => {
    if (bridge !== undefined && ports.length > 0) make(bridge, ports);
    else if (bridge !== undefined || ports.length > 0) throw new UsageError("give --bridge and its interfaces");
    return vlans.ranges();
  },
  ({ dev, vid, range, flags }) => ({
    INTERFACE: dev,
    VLANS: range === undefined ? `${vid}` : `${vid}-${range}`,
    FLAGS: flags,
  }),
);

function make(bridge: string, ports: readonly string[]): void {
  links.add({ ifname: bridge, kind: "bridge", up: true, data: { vlanFiltering: 1, vlanDefaultPvid: 0 } });
  for (const port of ports) {
    const [dev = "", list = ""] = port.split("=");
    links.set(dev, { master: bridge, up: true });
    list.split(",").forEach((one, index) => {
      const [start, end = start] = one.split("-").map(Number);
      vlans.add({ dev, vid: { start: start!, end: end! }, flags: index === 0 ? ["pvid", "untagged"] : [] });
    });
  }
}
