/**
 * Prints the interface and gateway of the default route; with `--to ADDRESS`, those of the route to an address.
 *
 *     deno run --allow-ffi examples/default_route.ts [--inet6] [--to 192.0.2.1]
 *     bun examples/default_route.ts
 *
 * Fails if there is no such route.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { printable } from "../core/printable.ts";
import { NetlinkError } from "../core/errors.ts";
import { routes } from "../families/route/routes.ts";

const { values } = parseArgs({ options: { inet6: { type: "boolean" }, to: { type: "string" } } });
try {
  const route = values.to === undefined
    ? routes.list({ family: values.inet6 ? "inet6" : "inet", table: "main", dst: "default" })
      .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0))[0]
    : routes.lookup(values.to);
  const hop = route?.multipath?.[0] ?? route;
  if (hop === undefined) console.error("There is no default route");
  else console.log(printable(hop.dev ?? "no interface", ...(hop.gateway === undefined ? [] : ["via", hop.gateway])));
  process.exitCode = hop === undefined ? 1 : 0;
} catch (error) {
  if (!(error instanceof NetlinkError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
