/**
 * The law of messages: `decode` and `readCapture` decode each type that a module sends or receives, in both directions.
 */
import { assert, assertEquals } from "@std/assert";
import type { Attributes, Codec } from "../../../core/codec/mod.ts";
import { Reader } from "../../../core/codec/mod.ts";
import { declaredTypes } from "../../../core/messages.ts";
import { decode, FAMILIES, readCapture } from "../../../families/registry.ts";
import { messageSetsOf } from "../../../families/registry/messages.ts";
import { test } from "../../test.ts";
import { hex } from "./golden.ts";

/** Message types without a table, by protocol: the part of their names for the object (`""`: all), and the reason. */
const UNREAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  NETLINK_AUDIT: {
    ...Object.fromEntries(
      "LIST ADD DEL WATCH_INS WATCH_REM WATCH_LIST".split(" ").map((name) => [
        `AUDIT_${name}`,
        "no kernel since 2.6.24 takes it",
      ]),
    ),
    AUDIT_TRIM: "it has no payload",
  },
  NETLINK_CRYPTO: { CRYPTO_MSG_DELRNG: "it has no payload" },
};

/** Payloads for protocols, and for types, to which zeros are no valid payload. */
const PAYLOADS: Readonly<Record<string, Uint8Array>> = {
  NETLINK_SCSITRANSPORT: hex("0100b2a101000800"),
  "NETLINK_ROUTE 68": hex("0a000000000000008600000000000000"),
  "NETLINK_AUDIT 1015": hex("01000000020000002f2f61"),
  "NETLINK_NETFILTER 261": hex("000000000800010000000001"),
  // Timeout policies and helpers, called "a".
  ...Object.fromEntries(
    [0x800, 0x801, 0x802, 0x803, 0x804, 0x900, 0x901, 0x902].map((
      type,
    ) => [`NETLINK_NETFILTER ${type}`, hex("000000000600010061000000")]),
  ),
};

/** Returns a message of a type, with `payload` or zeros in the size of the header of its table, or of its struct. */
function message(type: number, flags: number, codec: Codec<unknown, never>, payload?: Uint8Array): Uint8Array {
  const { size, headerSize = 0 } = codec as Partial<Attributes<object>>;
  const length = 16 + (payload?.length ?? size ?? headerSize);
  const bytes = new Uint8Array((length + 3) & ~3), view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  if (payload !== undefined) bytes.set(payload, 16);
  return bytes.subarray(0, length);
}

function pcap(protocol: number, datagram: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(24 + 16 + 16 + datagram.length), view = new DataView(bytes.buffer);
  [0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262_144, 253, 0, 0, 16 + datagram.length, 16 + datagram.length].forEach((one, i) =>
    view.setUint32(4 * i, one, true)
  );
  bytes.set([0, 7, 3, 0x38, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, protocol >> 8, protocol & 255], 40);
  bytes.set(datagram, 56);
  return bytes;
}

test("messages: each declared type is decoded by decode() and readCapture() to the same object, both ways", () => {
  const tried: string[] = [];
  for (const { number, name } of FAMILIES) {
    const set = messageSetsOf(number, {})();
    for (const type of declaredTypes({ number })) {
      for (const flags of [1, 0]) {
        const codec = set.codec(type, new Reader(message(type, flags, { size: 4 } as never)), 0);
        assert(codec !== undefined, `${name} ${type} ${flags}`);
        const bytes = message(type, flags, codec, PAYLOADS[`${name} ${type}`] ?? PAYLOADS[name]),
          [decoded] = decode(number, bytes);
        const [captured] = readCapture(pcap(number, bytes));
        assertEquals(captured!.value, decoded!.value, `${name} ${type} ${flags}`);
        assert(!(decoded!.value instanceof Uint8Array), `${name} ${type} ${flags} is bytes`);
        tried.push(`${name} ${type}`);
      }
    }
  }
  assert(tried.includes("NETLINK_ROUTE 16") && tried.includes("NETLINK_CRYPTO 19"), tried.join());
});

test("messages: a named type without a table is listed with its reason", () => {
  const unread: string[] = [], unlisted: string[] = [], used = new Set<string>();
  for (const { number, name, types } of FAMILIES) {
    const set = messageSetsOf(number, {})();
    for (const [type, value] of Object.entries<number>(types)) {
      const read = [1, 0].every((flags) =>
        set.codec(value, new Reader(message(value, flags, { size: 4 } as never)), 0) !== undefined
      );
      if (read) continue;
      unread.push(type);
      const why = Object.keys(UNREAD[name] ?? {}).find((part) =>
        part === "" || part === type || type.replace(/^[A-Z]+_(MSG_)?(NEW|DEL|GET|SET)?/, "") === part
      );
      if (why === undefined) unlisted.push(`${name} ${type}`);
      else used.add(`${name} ${why}`);
    }
  }
  assertEquals(unlisted, []);
  const listed = Object.entries(UNREAD).flatMap(([name, parts]) => Object.keys(parts).map((part) => `${name} ${part}`));
  assertEquals([...used].sort(), listed.sort());
});
