/**
 * Lists this machine's links, like `ip -br link`.
 *
 *     deno run --allow-ffi examples/links.ts [--netns NAME] [--json]
 *     bun examples/links.ts
 *
 * Prints a line a link: name, state, address, MTU, what it is.
 */
import { printable, stringify } from "../core/show.ts";
import { open } from "../families/route/mod.ts";

async function options(): Promise<{ netns?: string; json?: boolean }> {
  const { parseArgs } = await import("node:util");
  return parseArgs({ options: { netns: { type: "string" }, json: { type: "boolean" } } }).values;
}

// Deno takes as long for what comes from Node as for all the rest, so it is loaded only where there is something to parse.
const { Deno } = globalThis as { Deno?: { args: string[] } };
const values = (Deno?.args ?? process.argv.slice(2)).length > 0 ? await options() : {};
using route = open(values.netns === undefined ? {} : { netns: values.netns });
const links = route.links.list();

if (values.json) console.log(stringify(links, 2));
else {
  const width = Math.max(...links.map((link) => link.ifname?.length ?? 0));
  for (const link of links) {
    const { ifname = "?", operstate = "unknown", address = "", mtu, kind, masterDev } = link;
    const what = [kind, masterDev && `in ${masterDev}`].filter(Boolean).join(" ");
    console.log(
      printable(ifname.padEnd(width), String(operstate).padEnd(8), address.padEnd(17), `mtu ${mtu}`, what),
    );
  }
}
