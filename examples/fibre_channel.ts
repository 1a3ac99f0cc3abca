/**
 * Shows what happens on Fibre Channel: links that go down and up, ports that come and go.
 *
 *     sudo deno run --allow-ffi examples/fibre_channel.ts
 *     sudo bun examples/fibre_channel.ts
 *
 * Prints a line an event until Ctrl-C: `12:03:11 host3 #17 linkdown`. Needs CAP_NET_ADMIN, and module scsi_mod.
 */
import { scsiTransport } from "../families/scsi_transport.ts";

for await (const e of scsiTransport.watch()) {
  if (e.msgtype === "async_event") {
    const time = new Date(1000 * (e.seconds ?? 0)).toISOString().slice(11, 19);
    console.log(time, `host${e.hostNo}`, `#${e.eventNum}`, e.eventCode, e.eventData ?? "");
  } else console.log(e);
}
