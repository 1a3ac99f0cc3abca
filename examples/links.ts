/**
 * Lists this machine's links, like `ip -br link`.
 *
 *     deno run --allow-ffi examples/links.ts [--netns NAME] [--json]
 *     bun examples/links.ts
 *
 * Prints a line a link: name, state, address, MTU, what it is.
 */
import { parseArgs } from "node:util";
import { stringify } from "../core/show.ts";
import { open } from "../families/route/mod.ts";

const { values } = parseArgs({ options: { netns: { type: "string" }, json: { type: "boolean" } } });
using route = open(values.netns === undefined ? {} : { netns: values.netns });
const links = route.links.list();

if (values.json) console.log(stringify(links, 2));
else {
  const width = Math.max(...links.map((link) => link.ifname?.length ?? 0));
  for (const link of links) {
    const { ifname = "?", operstate = "unknown", address = "", mtu, kind, masterDev } = link;
    const what = [kind, masterDev && `in ${masterDev}`].filter(Boolean).join(" ");
    console.log(ifname.padEnd(width), String(operstate).padEnd(8), address.padEnd(17), `mtu ${mtu}`, what);
  }
}
