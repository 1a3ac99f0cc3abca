/**
 * Shows events of Fibre Channel until Ctrl-C: links that go down and up, ports that come and go.
 *
 *     sudo deno run --allow-ffi examples/fibre_channel.ts
 *     sudo bun examples/fibre_channel.ts
 *
 * Needs CAP_NET_ADMIN, and module scsi_mod.
 */
import { scsiTransport } from "../families/scsi_transport.ts";
import { list } from "./run.ts";

await list(
  { about: "Shows events of Fibre Channel until Ctrl-C." },
  () => scsiTransport.watch(),
  (e) =>
    e.msgtype === "async_event"
      ? {
        "TIME UTC": new Date(1000 * (e.seconds ?? 0)).toISOString().slice(11, 19),
        HOST: `host${e.hostNo}`,
        NUMBER: e.eventNum,
        EVENT: e.eventCode,
        DATA: e.eventData,
      }
      : { "OTHER MESSAGE": e.msgtype },
);
