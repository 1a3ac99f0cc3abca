/**
 * Lists this machine's links, like `ip -br link`.
 *
 *     deno run --allow-ffi examples/links.ts [--netns NAME] [--json]
 *     bun examples/links.ts
 *
 * Prints a line for each link: name, state, address, MTU, kind.
 */
import { printable, stringify } from "../core/printable.ts";
import { links } from "../families/route/links.ts";

async function options(): Promise<{ netns?: string; json?: boolean }> {
  const { parseArgs } = await import("node:util");
  return parseArgs({ options: { netns: { type: "string" }, json: { type: "boolean" } } }).values;
}

async function listIn(netns: string): Promise<ReturnType<typeof links.list>> {
  const { run } = await import("../core/netns.ts");
  return run(netns, () => links.list());
}

// Loading node:util takes Deno as long as everything else here, so it is loaded only if there are options to parse.
const { Deno } = globalThis as { Deno?: { args: string[] } };
const values = (Deno?.args ?? process.argv.slice(2)).length > 0 ? await options() : {};
const all = values.netns === undefined ? links.list() : await listIn(values.netns);

if (values.json) console.log(stringify(all, 2));
else {
  const width = Math.max(...all.map((link) => link.ifname?.length ?? 0));
  for (const link of all) {
    const { ifname = "?", operstate = "unknown", address = "", mtu, kind, masterDev } = link;
    const what = [kind, masterDev && `in ${masterDev}`].filter(Boolean).join(" ");
    console.log(
      printable(ifname.padEnd(width), String(operstate).padEnd(8), address.padEnd(17), `mtu ${mtu}`, what),
    );
  }
}
