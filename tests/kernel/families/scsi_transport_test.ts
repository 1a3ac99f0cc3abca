/** Fibre Channel's events over a veth, in the lab: it loads modules and makes a host adapter. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { writeFileSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import { links } from "../../../families/route/mod.ts";
import { scsiTransport } from "../../../families/scsi_transport.ts";
import { kernelTest, load } from "../namespace.ts";

const needs = load("fcoe") && load("veth") ? [] : ["the lab, with a kernel that has fcoe"];

kernelTest("scsi_transport: an adapter on a veth pair sends events", needs, async () => {
  links.add({ ifname: "nl-fc0", kind: "veth", data: { peer: { ifname: "nl-fc1" } } });
  links.set("nl-fc0", { up: true });
  links.set("nl-fc1", { up: true });
  const events = scsiTransport.watch({ signal: AbortSignal.timeout(60_000) });
  try {
    writeFileSync("/sys/module/libfcoe/parameters/create", "nl-fc0");
    const { value } = await events.next();
    assert(value?.msgtype === "async_event", String(value));
    assertEquals([value.eventCode, value.transport, value.eventData!.length], ["lipreset", "fc", 4]);
    assert(Math.abs(value.seconds! - Date.now() / 1000) < 60);
    writeFileSync("/sys/module/libfcoe/parameters/destroy", "nl-fc0");
  } finally {
    await events.return!();
    links.delete("nl-fc0");
  }
});

kernelTest("scsi_transport: messages without a receiver are refused with the right error", needs, () => {
  const refused = (message: Parameters<typeof scsiTransport.send>[0]): string =>
    assertThrows(() => scsiTransport.send(message), KernelError).code;
  assertEquals(refused({ msgtype: "shost_vendor", vendorId: 0x0100_0000_0000_1234n, hostNo: 0 }), "ESRCH");
  assertEquals(refused({ msgtype: 9, transport: "scsi", bytes: "" }), "EBADR");
  assertEquals(refused({ msgtype: 0x100, transport: "fc", bytes: "" }), "ENOENT");
});
