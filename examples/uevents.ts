/**
 * Shows events of devices that are added, removed or changed until Ctrl-C, like `udevadm monitor`.
 *
 *     deno run --allow-ffi examples/uevents.ts
 *     bun examples/uevents.ts --property --subsystem block,net
 */
import { uevents } from "../families/uevent.ts";
import { list, stopSignal } from "./run.ts";

await list(
  {
    about: "Shows events of devices until Ctrl-C.",
    options: {
      udev: "those of udev, after its rules",
      property: "with all properties",
      subsystem: ["NAMES", "only of these subsystems: block,net"],
    },
  },
  async function* ({ udev, property, subsystem }) {
    const source = udev ? "udev" : "kernel",
      filter = subsystem === undefined ? {} : { subsystem: subsystem.split(",") };
    for await (const e of uevents.watch({ source, ...filter, signal: stopSignal() })) {
      yield e;
      if (property && e.event !== "overrun") { for (const pair of Object.entries(e.properties ?? {})) yield { pair }; }
    }
  },
  (e) => {
    if ("pair" in e) return { "SINCE START S": "", ACTION: "", DEVICE: `  ${e.pair.join("=")}`, SUBSYSTEM: "" };
    const seconds = (performance.now() / 1000).toFixed(3);
    if (e.event === "overrun") {
      return { "SINCE START S": seconds, ACTION: "---", DEVICE: "some are lost", SUBSYSTEM: "" };
    }
    return { "SINCE START S": seconds, ACTION: e.action, DEVICE: e.devpath, SUBSYSTEM: e.subsystem };
  },
);
