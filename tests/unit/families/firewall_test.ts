import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode, type FirewallMessage, IPQM } from "../../../families/firewall.ts";
import { data, type Fields, header, name, present, ROUNDS, survive, type Vector, vectors } from "./golden.ts";
import { test } from "../../test.ts";

const COPY = ["none", "meta", "packet"] as const;
const VERDICTS = ["drop", "accept"] as const;
const HOOKS = ["pre_routing", "local_in", "forward", "local_out"] as const;

function expected(fields: Fields): FirewallMessage {
  const head = header(fields), value = Number(fields.value);
  switch (fields.nlmsg_type) {
    case IPQM.IPQM_MODE:
      return { ...head, type: "IPQM_MODE", value: { value: COPY[value]!, range: Number(fields.range) } };
    case IPQM.IPQM_VERDICT:
      return {
        ...head,
        type: "IPQM_VERDICT",
        value: present({ value: VERDICTS[value]!, id: BigInt(fields.id!), payload: data(fields.payload) }),
      };
    default:
      return {
        ...head,
        type: "IPQM_PACKET",
        value: present({
          packetId: BigInt(fields.packet_id!),
          mark: Number(fields.mark),
          timestampSec: Number(fields.timestamp_sec),
          timestampUsec: Number(fields.timestamp_usec),
          hook: HOOKS[Number(fields.hook)]!,
          indevName: name(fields.indev_name),
          outdevName: name(fields.outdev_name),
          hwProtocol: Number(fields.hw_protocol),
          hwType: Number(fields.hw_type),
          hwAddr: String(fields.hw_addr).replace(/..(?=.)/g, "$&:") || undefined,
          payload: data(fields.payload),
        }),
      };
  }
}

const FLAGS: Readonly<Record<number, readonly string[]>> = { 0: [], 1: ["request"], 5: ["request", "ack"] };
const golden: readonly Vector[] = vectors(3, 13);

test("firewall: there are test vectors of each message in both layouts", () => {
  assertEquals(golden.length, 16);
});

for (const { name, layout, fields, bytes } of golden) {
  test(`firewall: ${name} decodes to its fields and encodes to its bytes`, () => {
    const message = expected(fields), flags = FLAGS[message.flags as number]!;
    assertEquals(decode(bytes, layout), [{ ...message, flags }]);
    assertEquals(encode([message], layout), bytes);
    assertEquals(encode(decode(bytes, layout), layout), bytes);
  });
}

test("firewall: nlmsg_len counts the padding of a packet of seven bytes, but not that of a replacement", () => {
  const payload = new Uint8Array(7);
  assertEquals(encode([{ type: "IPQM_PACKET", value: { payload } }]).length, 16 + 96 + 8);
  assertEquals(encode([{ type: "IPQM_VERDICT", value: { value: "accept", id: 1n, payload } }]).length, 16 + 24 + 7);
});

test("firewall: libipq's mode message with stray bytes after it is decoded", () => {
  const bytes = new Uint8Array(56);
  bytes.set(encode([{ type: "IPQM_MODE", value: { value: "packet", range: 100 } }]));
  bytes[0] = 56;
  assertEquals(decode(bytes)[0]!.value, { value: "packet", range: 100 });
});

test("firewall: values without names are numbers in both directions", () => {
  const value = { value: 7, id: 2n ** 64n - 1n };
  assertEquals(decode(encode([{ type: "IPQM_VERDICT", value }]))[0]!.value, value);
});

test("firewall: a message of another type keeps its number and bytes", () => {
  const type = 99, value = new Uint8Array([1, 2, 3]);
  assertEquals(decode(encode([{ type, value }])), [{ type, flags: [], seq: 0, port: 0, value }]);
  assertEquals(decode(encode([{ type: IPQM.IPQM_PACKET, value }])), [{ type: 19, flags: [], seq: 0, port: 0, value }]);
  const packet = encode([{ type: "IPQM_PACKET", value: { payload: new Uint8Array(8) } }]);
  packet[16 + 88] = 9;
  assertEquals(decode(packet)[0]!.type, 19);
});

test("firewall: an error names the wrong field", () => {
  assertThrows(
    () => encode([{ type: "IPQM_VERDICT", value: { value: "permit" as never } }]),
    TypeError,
    'Cannot encode IPQM_VERDICT: value: expected "drop", "accept"',
  );
  assertThrows(
    () => encode([{ type: "IPQM_VERDICT", value: { id: 2n ** 32n } }], "ilp32"),
    RangeError,
    "id: expected 0..4294967295",
  );
  assertThrows(
    () => encode([{ type: "IPQM_PACKET", value: { hwAddr: "00:11:22:33:44:55:66:77:88" } }]),
    RangeError,
    "hwAddr",
  );
  assertThrows(() => encode([{ type: "IPQM_NODE" as never, value: {} }]), TypeError, 'no message type "IPQM_NODE"');
});

test(`firewall: ${ROUNDS} mutated messages give values or a DecodeError, and values encode again`, () => {
  let again = 0;
  const returned = survive(golden.map(({ bytes }) => bytes), (bytes, round) => {
    const layout = round % 2 === 0 ? "lp64" : "ilp32";
    for (const message of decode(bytes, layout)) {
      // Longs above 2^53 are not exact.
      const huge = Object.values(message.value).some((one) => typeof one === "number" && Math.abs(one) > 2 ** 53);
      if (!message.type.toString().startsWith("IPQM") || huge) continue;
      const once = encode([message], layout);
      assertEquals(encode(decode(once, layout), layout), once);
      again++;
    }
  });
  assert(returned > 5000 && again > 2000, `${returned} returned, ${again} encoded again`);
});
