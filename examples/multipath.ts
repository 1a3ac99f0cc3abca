/**
 * Divides the packets to a network among gateways by weight. The gateways are nexthop objects in a group, so that a
 * later change of the group applies to all routes that use it. Without arguments it shows the groups.
 *
 *     deno run --allow-ffi examples/multipath.ts
 *     bun examples/multipath.ts --to 203.0.113.0/24 --via 192.0.2.2=3,192.0.2.3=1 --dev eth0
 *
 * To change needs CAP_NET_ADMIN.
 */
import { nexthops } from "../families/route/nexthops.ts";
import { routes } from "../families/route/routes.ts";
import { print, run, UsageError } from "./run.ts";

await run(
  {
    about: "Divides the packets to a network among gateways by weight, or shows the groups of nexthops.",
    options: {
      to: ["NETWORK", "the network, such as 203.0.113.0/24"],
      via: ["GATEWAYS", "the gateways with their weights: 192.0.2.2=3,192.0.2.3=1"],
      dev: ["NAME", "the interface of the gateways"],
    },
  },
  ({ to, via, dev }) => {
    if (to === undefined && via === undefined && dev === undefined) {
      for (const { id, group = [] } of nexthops.list({ groups: true })) {
        print(`group ${id}:`, group.map((member) => `nexthop ${member.id} weight ${member.weight}`).join(", "));
      }
      return;
    }
    if (to === undefined || via === undefined || dev === undefined) throw new UsageError("give --to, --via and --dev");
    const group = via.split(",").map((one) => {
      const [gateway = "", weight = "1"] = one.split("=");
      return { id: nexthops.add({ gateway, dev }).id, weight: Number(weight) };
    });
    const { id } = nexthops.add({ group });
    routes.replace({ dst: to, nhId: id });
    print(`${to} goes through group ${id}`);
  },
);
