/**
 * Shows the routes of the main table, like `ip route`; of all tables with `--all`.
 *
 *     deno run --allow-ffi examples/routes.ts [--all] [--inet6] [--json]
 *     bun examples/routes.ts
 *
 * Prints a table, or JSON that JSON.parse and `routes.add` take back.
 */
import { parseArgs } from "node:util";
import { stringify } from "../core/show.ts";
import { routes } from "../families/route/mod.ts";

const { values } = parseArgs({
  options: { all: { type: "boolean" }, inet6: { type: "boolean" }, json: { type: "boolean" } },
});
const found = routes.list({
  family: values.inet6 ? "inet6" : "inet",
  ...(values.all ? {} : { table: "main" }),
});

if (values.json) console.log(stringify(found, 2));
else {
  console.table(found.map(({ dst, type, gateway, dev, prefsrc, priority, table, multipath }) => ({
    dst,
    type,
    via: multipath ? multipath.map((hop) => `${hop.gateway ?? ""} ${hop.dev ?? ""}`.trim()).join(", ") : gateway ?? "",
    dev: dev ?? "",
    from: prefsrc ?? "",
    metric: priority ?? 0,
    table,
  })));
}
