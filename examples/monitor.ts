/**
 * Shows changes of links, addresses, routes and neighbours, like `ip monitor`.
 *
 *     deno run --allow-ffi examples/monitor.ts [--initial] [link address route neighbour rule]
 *     bun examples/monitor.ts --initial link address
 *
 * Prints a line for each change until Ctrl-C.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { printable } from "../core/show.ts";
import { type RouteEvent, watch } from "../families/route/mod.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

const { values, positionals } = parseArgs({ options: { initial: { type: "boolean" } }, allowPositionals: true });
const objects =
  (positionals.length > 0 ? positionals : ["link", "address", "route", "neighbour"]) as RouteEvent["object"][];

for await (const event of watch(...objects, { initial: values.initial ?? false, resync: true })) {
  if (event.event === "synced") print("--- this is all there is; changes follow");
  else if (event.event === "overrun") print("--- changes came too fast, looking again");
  else print(event.event === "new" ? "+" : "-", event.object.padEnd(9), describe(event));
}

function describe(event: RouteEvent): string {
  if (event.object === "link") return `${event.value.ifname} ${event.value.operstate} ${event.value.flags?.join(",")}`;
  if (event.object === "address") return `${event.value.address} on ${event.value.dev}`;
  if (event.object === "neighbour") {
    return `${event.value.dst} is ${event.value.lladdr ?? "unknown"} on ${event.value.dev}, ${
      event.value.state?.join(",")
    }`;
  }
  if (event.object === "rule") {
    return `${event.value.priority}: from ${event.value.src ?? "all"} table ${event.value.table}`;
  }
  const { dst, gateway, dev, table } = event.value;
  return [dst, gateway && `via ${gateway}`, dev && `on ${dev}`, `table ${table}`].filter(Boolean).join(" ");
}
