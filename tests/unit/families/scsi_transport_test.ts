import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { decode as decodeAny, show } from "../../../families/registry.ts";
import { decode, encode, type ScsiMessageInput, scsiTransport } from "../../../families/scsi_transport.ts";
import { hex, ROUNDS, survive } from "./golden.ts";
import { test } from "../../test.ts";

/** LIPRESET of host 1, number 1, as Linux 6.1 sent it. */
const EVENT = hex(
  "38000000110000000000000000000000" + "0101b2a100012800" + "e804056b00000000" + "0000000000000000" +
    "0100" + "0400" + "01000000" + "04000000" + "00000000",
);
/** Requests that Linux 6.1 received, and their fields. */
const REQUESTS: readonly (readonly [name: string, hex: string, value: ScsiMessageInput])[] = [
  [
    "a vendor's message",
    "280000001100010001000000000000000100b2a10100180034120000000000010000000000000000",
    { msgtype: "shost_vendor", transport: "scsi", vendorId: 0x0100000000001234n, hostNo: 0 },
  ],
  [
    "a message of an unknown type",
    "180000001100010001000000000000000100b2a109000800",
    { msgtype: 9, transport: "scsi", bytes: new Uint8Array(0) },
  ],
  [
    "a message of an event's type without an event",
    "180000001100010001000000000000000101b2a100010800",
    { msgtype: 0x100, transport: "fc", bytes: new Uint8Array(0) },
  ],
];

test("scsi_transport: an event decodes to its fields and encodes to its bytes", () => {
  const value = {
    msgtype: "async_event",
    transport: "fc",
    seconds: 0x6b0504e8,
    vendorId: 0n,
    hostNo: 1,
    eventNum: 1,
    eventCode: "lipreset",
    eventData: new Uint8Array(4),
  } as const;
  assertEquals(decode(EVENT), [{ type: "SCSI_TRANSPORT_MSG", flags: [], seq: 0, port: 0, value }]);
  assertEquals(encode([{ value }]), EVENT);
  assertEquals(decodeAny(18, EVENT)[0]!.value, value);
  assert(/eventCode +"lipreset"/.test(show(18, EVENT)), show(18, EVENT));
});

for (const [name, bytes, value] of REQUESTS) {
  test(`scsi_transport: ${name} decodes to its fields and encodes to its bytes`, () => {
    assertEquals(decode(hex(bytes)), [
      { type: "SCSI_TRANSPORT_MSG", flags: ["request"], seq: 1, port: 0, value: value as never },
    ]);
    assertEquals(encode([{ flags: ["request"], seq: 1, value }]), hex(bytes));
  });
}

test("scsi_transport: data are padded to a multiple of eight", () => {
  for (let size = 0; size < 20; size++) {
    const data = new Uint8Array(size).fill(7), more = size === 0 ? {} : { data };
    const bytes = encode([{ value: { msgtype: "shost_vendor", vendorId: 1n, hostNo: 2, ...more } }]);
    assertEquals(bytes.length, 16 + 24 + Math.ceil(size / 8) * 8);
    assertEquals(new DataView(bytes.buffer).getUint16(16 + 6, true), bytes.length - 16);
    assertEquals(decode(bytes)[0]!.value, {
      msgtype: "shost_vendor",
      transport: "scsi",
      vendorId: 1n,
      hostNo: 2,
      ...more,
    });
    const eventData = data, fpin = { msgtype: "async_event", eventCode: "link_fpin" } as const;
    const event = encode([{ value: { ...fpin, ...(size === 0 ? {} : { eventData }) } }]);
    assertEquals(event.length % 8, 0);
    assertEquals((decode(event)[0]!.value as { eventData?: Uint8Array }).eventData, size === 0 ? undefined : eventData);
  }
});

test("scsi_transport: an error names the wrong field", () => {
  const of = (value: object): () => void => () => void encode([{ value: value as never }]);
  assertThrows(of({ msgtype: "vendor" }), TypeError, '"shost_vendor" or the number');
  assertThrows(of({ msgtype: "shost_vendor", transport: "fc" }), TypeError, 'transport of shost_vendor is "scsi"');
  assertThrows(of({ msgtype: "shost_vendor", data: new Uint8Array(70_000) }), RangeError, "bytes, got 70000");
  assertThrows(of({ msgtype: "shost_vendor", hostno: 1 }), TypeError, 'did you mean "hostNo"');
});

test("scsi_transport: messages of another version or type, and truncated ones, are bytes", () => {
  const odd = hex("180000001100010001000000000000000200b2a101000800"), value = odd.slice(16);
  assertEquals(decode(odd)[0]!.value, value);
  assertEquals(decode(encode([{ type: 99, value }]))[0], { type: 99, flags: [], seq: 0, port: 0, value });
  const cut = EVENT.slice(0, 48);
  new DataView(cut.buffer).setUint32(0, 48, true);
  assertEquals(decode(cut)[0]!.value, { msgtype: 0x100, transport: "fc", bytes: cut.slice(24) });
});

test("scsi_transport: watch() joins group 4, and returns foreign messages too", async () => {
  const kernel = new ScriptedKernel();
  const events = scsiTransport.watch({ transport: () => kernel });
  assertEquals(kernel.groups, [4]);
  const value = new Uint8Array([1, 2, 3, 4]);
  kernel.push({ bytes: EVENT, groups: 4 }, { bytes: EVENT, port: 77 }, encode([{ type: 99, value }]));
  const [first, second] = [await events.next(), await events.next()];
  assert(first.value?.msgtype === "async_event");
  assertEquals([first.value.hostNo, first.value.eventCode], [1, "lipreset"]);
  assertEquals(second.value as unknown, { type: 99, bytes: value });
  await events.return!();
});

test("scsi_transport: send() sends the message, and reports why it is refused", () => {
  const answers = (errno: number): ScriptedKernel =>
    new ScriptedKernel(({ seq }) => {
      const body = new Uint8Array(20);
      new DataView(body.buffer).setInt32(0, -errno, true);
      return [message(2, 0, seq, body)];
    });
  const vendor = REQUESTS[0]![2], kernel = answers(0);
  scsiTransport.send(vendor, { transport: () => kernel });
  assertEquals(kernel.sent[0]!.slice(16), hex(REQUESTS[0]![1]).slice(16));
  for (const [errno, code, word] of [[3, "ESRCH", "vendorId"], [1, "EPERM", "CAP_SYS_ADMIN"]] as const) {
    const error = assertThrows(
      () => scsiTransport.send(vendor, { transport: () => answers(errno) }),
      KernelError,
      word,
    );
    assertEquals(error.code, code);
    assertInstanceOf(error, KernelError);
  }
});

test(`scsi_transport: ${ROUNDS} mutated messages give values or a DecodeError, and values encode again`, () => {
  let again = 0;
  const returned = survive([EVENT, ...REQUESTS.map(([, bytes]) => hex(bytes))], (bytes) => {
    show(18, bytes);
    for (const { value } of decode(bytes)) {
      if (value instanceof Uint8Array || !("msgtype" in value)) continue;
      encode([{ value }]);
      again++;
    }
  });
  assert(returned > 5000 && again > 2000, `${returned} returned, ${again} encoded again`);
});
