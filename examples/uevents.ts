/**
 * Shows events of devices that are added, removed or changed, like `udevadm monitor`.
 *
 *     deno run --allow-ffi examples/uevents.ts [--udev] [--property] [--subsystem block --subsystem net]
 *     bun examples/uevents.ts --property
 *
 * Prints a line for each event until Ctrl-C: `1203.448 add      /devices/virtual/net/v0 (net)`; with --property all
 * properties.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { printable } from "../core/show.ts";
import { uevents } from "../families/uevent.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

const { values: { udev, property, subsystem } } = parseArgs({
  options: {
    udev: { type: "boolean" },
    property: { type: "boolean" },
    subsystem: { type: "string", multiple: true },
  },
});

const filter = subsystem === undefined ? {} : { subsystem };
for await (const e of uevents.watch({ source: udev ? "udev" : "kernel", ...filter })) {
  if (e.event === "overrun") {
    print("--- events came too fast, some are lost");
    continue;
  }
  print((performance.now() / 1000).toFixed(3), e.action?.padEnd(8), e.devpath, `(${e.subsystem})`);
  if (!property) continue;
  for (const [name, value] of Object.entries(e.properties ?? {})) print(`  ${name}=${value}`);
}
