/**
 * Lists this machine's links, like `ip -br link`.
 *
 *     deno run --allow-ffi examples/links.ts [--netns NAME] [--json]
 *     bun examples/links.ts
 *
 * Prints a line for each link: name, state, address, MTU, kind.
 */
import { printable, stringify } from "../core/show.ts";
import { open } from "../families/route/mod.ts";

async function options(): Promise<{ netns?: string; json?: boolean }> {
  const { parseArgs } = await import("node:util");
  return parseArgs({ options: { netns: { type: "string" }, json: { type: "boolean" } } }).values;
}

// Loading node:util takes Deno as long as everything else here, so it is loaded only if there are options to parse.
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
