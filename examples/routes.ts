/**
 * Shows the routes of the main table, like `ip route`; of all tables with `--all`.
 *
 *     deno run --allow-ffi examples/routes.ts
 *     bun examples/routes.ts --all --inet6
 *
 * The output of `--json` is accepted by JSON.parse, and its objects by `routes.add`.
 */
import { brief } from "../families/route/brief.ts";
import { routes } from "../families/route/routes.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Shows the routes of the main table.",
    options: { all: "those of all tables", inet6: "those of IPv6" },
  },
  ({ all, inet6 }) => routes.list({ family: inet6 ? "inet6" : "inet", ...(all ? {} : { table: "main" }) }),
  (route) => {
    const { dst, via, dev, src, protocol, metric, table } = brief(route);
    return { DESTINATION: dst, VIA: via, INTERFACE: dev, SOURCE: src, ORIGIN: protocol, METRIC: metric, TABLE: table };
  },
);
