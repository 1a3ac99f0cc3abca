/**
 * Divides the packets to a network among gateways by weight. The gateways are nexthop objects in a group, so that a
 * later change of the group applies to all routes that use it. It shows the groups, and without arguments only does that.
 *
 *     deno run --allow-ffi examples/multipath.ts
 *     bun examples/multipath.ts --to 203.0.113.0/24 --via 192.0.2.2=3,192.0.2.3=1 --dev eth0
 *
 * To change needs CAP_NET_ADMIN.
 */
import { nexthops } from "../families/route/nexthops.ts";
import { routes } from "../families/route/routes.ts";
import { list, number, UsageError } from "./run.ts";

/** Returns the id of the nexthop to a gateway, which it makes if there is none. */
function hop(gateway: string, dev: string, made: number[]): number {
  const there = nexthops.list({ gateway, dev }).find(({ fdb, encap }) => fdb !== true && encap === undefined);
  if (there !== undefined) return there.id!;
  const { id } = nexthops.add({ gateway, dev });
  made.push(id!);
  return id!;
}

/**
 * Makes a group of gateways with weights, and a route through it; if the route has a group already, changes that one.
 * If something is refused, the nexthops that were made for it are removed.
 */
function make(to: string, gateways: readonly { gateway: string; weight: number }[], dev: string): void {
  const made: number[] = [];
  try {
    const group = gateways.map(({ gateway, weight }) => ({ id: hop(gateway, dev, made), weight }));
    const nhId = routes.list({ dst: to, table: "main" }).find((route) => route.nhId !== undefined)?.nhId;
    if (nhId !== undefined && nexthops.find(nhId)?.group !== undefined) return nexthops.set(nhId, { group });
    const { id } = nexthops.add({ group });
    made.push(id!);
    routes.replace({ dst: to, nhId: id! });
  } catch (error) {
    // The group goes before its members.
    for (const id of made.reverse()) nexthops.delete(id, { missing: "ok" });
    throw error;
  }
}

await list(
  {
    about: "Divides the packets to a network among gateways by weight, and shows the groups of nexthops.",
    options: {
      to: ["NETWORK", "the network, such as 203.0.113.0/24"],
      via: ["GATEWAYS", "the gateways with their weights: 192.0.2.2=3,192.0.2.3=1"],
      dev: ["NAME", "the interface of the gateways"],
    },
  },
  ({ to, via, dev }) => {
    if (to !== undefined && via !== undefined && dev !== undefined) {
      const gateways = via.split(",").map((one) => {
        const [, gateway, weight = "1"] = /^([^=]+)(?:=(\d+))?$/.exec(one) ?? [];
        if (gateway === undefined) throw new UsageError(`--via: expected GATEWAY=WEIGHT, got ${one}`);
        return { gateway, weight: number(weight, "a weight", 1, 65_535) };
      });
      make(to, gateways, dev);
    } else if (to !== undefined || via !== undefined || dev !== undefined) {
      throw new UsageError("give --to, --via and --dev");
    }
    return nexthops.list({ groups: true });
  },
  ({ id, group = [] }) => ({ GROUP: id, NEXTHOPS: group.map((one) => `${one.id} weight ${one.weight}`) }),
);
