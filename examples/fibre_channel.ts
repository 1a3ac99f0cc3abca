/**
 * Shows events of Fibre Channel: links that go down and up, ports that come and go.
 *
 *     sudo deno run --allow-ffi examples/fibre_channel.ts
 *     sudo bun examples/fibre_channel.ts
 *
 * Prints a line for each event until Ctrl-C: `12:03:11 host3 #17 linkdown`. Needs CAP_NET_ADMIN, and module scsi_mod.
 */
import process from "node:process";
import { printable, stringify } from "../core/show.ts";
import { scsiTransport } from "../families/scsi_transport.ts";

// Exit quietly when the reader is gone, as after `| head`.
process.stdout.on("error", () => process.exit());
const print = (...parts: unknown[]) => process.stdout.write(`${printable(...parts)}\n`);

for await (const e of scsiTransport.watch()) {
  if (e.msgtype === "async_event") {
    const time = new Date(1000 * (e.seconds ?? 0)).toISOString().slice(11, 19);
    print(time, `host${e.hostNo}`, `#${e.eventNum}`, e.eventCode, e.eventData ?? "");
  } else print(stringify(e));
}
