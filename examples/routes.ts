/**
 * Shows the routes of the main table, like `ip route`; of all tables with `--all`.
 *
 *     deno run --allow-ffi examples/routes.ts [--all] [--inet6] [--json]
 *     bun examples/routes.ts
 *
 * Prints a table, or JSON that JSON.parse and `routes.add` accept.
 */
import { parseArgs } from "node:util";
import { printable, stringify } from "../core/printable.ts";
import { routes } from "../families/route/routes.ts";

const { values } = parseArgs({
  options: { all: { type: "boolean" }, inet6: { type: "boolean" }, json: { type: "boolean" } },
});
const found = routes.list({
  family: values.inet6 ? "inet6" : "inet",
  ...(values.all ? {} : { table: "main" }),
});

if (values.json) console.log(stringify(found, 2));
else {
  const rows = found.map(({ dst, type, gateway, dev, prefsrc, priority, table, multipath }) => [
    dst,
    type,
    multipath ? multipath.map((hop) => `${hop.gateway ?? ""} ${hop.dev ?? ""}`.trim()).join(", ") : gateway ?? "",
    dev ?? "",
    prefsrc ?? "",
    priority ?? 0,
    table,
  ]);
  const all = [["dst", "type", "via", "dev", "from", "metric", "table"], ...rows].map((row) =>
    row.map((cell) => printable(cell))
  );
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all) {
    console.log(printable(row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()));
  }
}
