/**
 * Prints the interface and gateway of the default route; with `--to ADDRESS`, those of the route to an address.
 *
 *     deno run --allow-ffi examples/default_route.ts
 *     bun examples/default_route.ts --to 192.0.2.1
 *
 * Fails if there is no such route.
 */
import { routes } from "../families/route/routes.ts";
import { print, run } from "./run.ts";

await run(
  {
    about: "Prints the interface and gateway of the default route, or of the route to an address.",
    options: { inet6: "the default route of IPv6", to: ["ADDRESS", "the route to this address"] },
  },
  ({ inet6, to }) => {
    const route = to === undefined
      ? routes.list({ family: inet6 ? "inet6" : "inet", table: "main", dst: "default" })
        .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0))[0]
      : routes.lookup(to);
    const hop = route?.multipath?.[0] ?? route;
    if (hop === undefined) throw new Error("There is no default route");
    print(hop.dev ?? "no interface", ...(hop.gateway === undefined ? [] : ["via", hop.gateway]));
  },
);
