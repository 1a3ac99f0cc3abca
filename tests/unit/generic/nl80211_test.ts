/** Messages of nl80211: descriptions in several parts, and elements of 802.11. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Attributes, type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { NetlinkError } from "../../../core/errors.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { message, type Reply, ScriptedKernel, type SentMessage } from "../../../core/scripted.ts";
import {
  Bss,
  elementsOf,
  NL80211_CMD as CMD,
  Nl80211Message,
  open,
  Station,
  Wiphy,
} from "../../../families/generic/nl80211.ts";
import { test } from "../../test.ts";

const ID = 40;
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g)!, (two) => parseInt(two, 16));

/** A message of the family: command, then attributes in hexadecimal. */
const told = (seq: number, flags: number, cmd: number, attributes: string): Uint8Array =>
  message(ID, flags, seq, new Uint8Array([cmd, 1, 0, 0, ...hex(attributes)]));

/** A kernel with the family, which answers other requests with `script`. */
function kernelWith(script: (request: SentMessage, kernel: ScriptedKernel) => readonly Reply[]): ScriptedKernel {
  const kernel = new ScriptedKernel((request, itself) => {
    const { type, seq } = request;
    if (type !== 16) return script(request, itself);
    const to = new Writer(), groups = [{ name: "scan", id: 5 }];
    const family = { familyId: ID, familyName: "nl80211", mcastGroups: groups };
    framed(1, 2, GenericFamily as Codec<unknown, never>).encode(family as never, to, {});
    return [message(16, 0, seq, to.bytes.slice(0, to.length)), message(2, 0, seq, new Uint8Array(20))];
  });
  kernel.interfaces.set(3, "wlan0");
  return kernel;
}

test("nl80211: the messages that describe one radio are merged", () => {
  // wiphy 0, name "a"; band 0: channel 2412 …
  const parts = [
    "08000100 00000000 06000200 61000000 05002b00 04000000",
    // band 0: channel 2412, disabled; then 2417
    "08000100 00000000 1c001680 18000080 14000180 10000080 08000100 6c090000 04000200",
    "08000100 00000000 18001680 14000080 10000180 0c000180 08000100 71090000",
    // band 1: channel 5180
    "08000100 00000000 18001680 14000180 10000180 0c000080 08000100 3c140000",
    "08000100 01000000 06000200 62000000 0c002080 04000200 04000300",
  ];
  using client = open({
    transport: () =>
      kernelWith(({ seq }) => [
        ...parts.map((part) => told(seq, 2, CMD.NL80211_CMD_NEW_WIPHY, part)),
        message(3, 2, seq, new Uint8Array(4)),
      ]),
  });
  assertEquals(client.wiphys.list(), [
    {
      wiphy: 0,
      wiphyName: "a",
      maxNumScanSsids: 4,
      wiphyBands: [
        { band: 0, freqs: [{ freq: 2412, disabled: true }, { freq: 2417 }] },
        { band: 1, freqs: [{ freq: 5180 }] },
      ],
    },
    { wiphy: 1, wiphyName: "b", supportedIftypes: ["station", "ap"] },
  ]);
  assertEquals(client.wiphys.get("b").wiphy, 1);
});

/** A kernel that scans; `end` is the command of the event that ends the scan. */
function scanner(end: number, kernels: ScriptedKernel[]): () => ScriptedKernel {
  return () => {
    const kernel = kernelWith(({ seq, payload }) => {
      if (payload[0] === CMD.NL80211_CMD_TRIGGER_SCAN) {
        // The event of another interface, then that of ours; on the socket that listens.
        const listening = kernels.find(({ groups }) => groups.includes(5))!;
        listening.push(told(0, 0, end, "08000300 09000000"), told(0, 0, end, "08000300 03000000"));
        return [message(2, 0, seq, new Uint8Array(20))];
      }
      // A network: address, frequency, elements (SSID "net", rates), signal in hundredths of dBm.
      const bss = "08000300 03000000 30002f80 0a000100 0200000000010000 08000200 6c090000" +
        "0d000600 00036e6574 01020204 000000 08000700 98efffff";
      return [
        told(seq, 2, CMD.NL80211_CMD_NEW_SCAN_RESULTS, bss),
        message(3, 2, seq, new Uint8Array(4)),
      ];
    });
    kernels.push(kernel);
    return kernel;
  };
}

test("nl80211: a scan waits for the event of its interface", async () => {
  const kernels: ScriptedKernel[] = [];
  using client = open({ transport: scanner(CMD.NL80211_CMD_NEW_SCAN_RESULTS, kernels) });
  const [bss] = await client.wiphys.scan("wlan0", { ssids: ["net"] });
  assertEquals([bss!.bssid, bss!.frequency, bss!.ssid, bss!.signal], ["02:00:00:00:00:01", 2412, "net", -42]);
  const trigger = kernels[0]!.sent.find((bytes) => bytes[16] === CMD.NL80211_CMD_TRIGGER_SCAN)!;
  // ifindex 3; one name.
  assertEquals(trigger.slice(20), hex("08000300 03000000 0c002d80 07000100 6e657400"));
});

test("nl80211: a scan that is aborted, and one that never ends, are errors", async () => {
  const kernels: ScriptedKernel[] = [];
  using ended = open({ transport: scanner(CMD.NL80211_CMD_SCAN_ABORTED, kernels) });
  assertEquals((await assertRejects(() => ended.wiphys.scan("wlan0"), NetlinkError)).code, "ABORTED");
  const silent = (): ScriptedKernel => kernelWith(({ seq }) => [message(2, 0, seq, new Uint8Array(20))]);
  using waiting = open({ transport: silent });
  const error = await assertRejects(() => waiting.wiphys.scan("wlan0", { timeout: 5 }), NetlinkError);
  assertEquals(error.code, "TIMEOUT");
  const reason = new Error("enough");
  await assertRejects(() => waiting.wiphys.scan("wlan0", { signal: AbortSignal.abort(reason) }), Error, "enough");
  // Timers with too long a delay would end it at once.
  const scan = waiting.wiphys.scan("wlan0", { timeout: 2 ** 31 });
  setTimeout(() => waiting.close(), 20);
  assertEquals((await assertRejects(() => scan, NetlinkError)).code, "CLOSED");
});

test("nl80211: elements of 802.11 are decoded and named, and truncated ones are left out", () => {
  const all = elementsOf(hex("0003 6e6574 0102 0204 ff03 23aabb dd04 0050f201 ff00 fc01 07 dd05 01"));
  assertEquals(all, [
    { id: 0, name: "ssid", bytes: hex("6e6574") },
    { id: 1, name: "supp_rates", bytes: hex("0204") },
    { id: 255, extension: 35, name: "ext_he_capability", bytes: hex("aabb") },
    { id: 221, name: "vendor_specific", bytes: hex("0050f201") },
    { id: 255, name: "extension", bytes: new Uint8Array(0) },
    { id: 252, bytes: hex("07") },
  ]);
});

/** Decodes attributes by a table, and checks that the value encodes to the same bytes. */
function bothWays<T extends object>(table: Attributes<T>, attributes: string): T {
  const bytes = hex(attributes), value = table.decode(new Reader(bytes), 0, bytes.length, {}), to = new Writer();
  table.encode(value, to, {});
  assertEquals(to.bytes.slice(0, to.length), bytes);
  return value;
}

test("nl80211: SSIDs keep a NUL", () => {
  // SSID "a\0b", mesh id "\0m\0".
  const value = { ssid: "a\0b", meshId: "\0m\0" };
  assertEquals(bothWays(Nl80211Message, "07003400 61006200 07001800 006d0000"), value);
  const elements = hex("0003 610062"),
    bss: Bss = Bss.decode(
      new Reader(Uint8Array.from([9, 0, 6, 0, ...elements, 0, 0, 0])),
      0,
      12,
      {},
    );
  assertEquals([bss.ssid, bss.informationElements], ["a\0b", elements]);
  const to = new Writer();
  assertThrows(() => Nl80211Message.encode({ ssid: "ä".repeat(17) }, to, {}), RangeError, "at most 32 bytes, got 34");
});

test("nl80211: numbers have the kernel's width", () => {
  // NL80211_STA_INFO_RX_DROP_MISC is put as u64, NL80211_ATTR_MAX_AP_ASSOC_STA as u32.
  assertEquals(Station.decode(new Reader(hex("10001580 0c001c00 05000000 01000000")), 0, 16, {}), {
    staInfo: { rxDropMisc: 4294967301 },
  });
  assertEquals(Wiphy.decode(new Reader(hex("0800ca00 01000100")), 0, 8, {}), { maxApAssocSta: 65537 });
});

test("nl80211: every kind of attribute is decoded and encoded", () => {
  // A key: data, index, cipher, default, its types.
  assertEquals(
    bothWays(
      Nl80211Message,
      "28005080 07000100 01020300 05000200 01000000 08000300 04ac0f00 04000500 08000880 04000100",
    ),
    { key: { data: hex("010203"), idx: 1, cipher: 0x000fac04, default: true, defaultTypes: ["unicast"] } },
  );
  // Rates of band 1: legacy, VHT.
  assertEquals(
    bothWays(Nl80211Message, "24005a80 20000180 06000100 0c120000 14000300 01000200 00000000 00000000 00000000"),
    { txRates: [{ band: 1, legacy: hex("0c12"), vht: [1, 2, 0, 0, 0, 0, 0, 0] }] },
  );
  // The links of a device with several links: each has the fields of a message.
  assertEquals(
    bothWays(Nl80211Message, "1c003881 18000180 05003901 01000000 0a00f500 02000000 00010000"),
    { mloLinks: [{ mloLinkId: 1, bssid: "02:00:00:00:00:01" }] },
  );
  // A counter that is sent as a byte, and received as 32 bits.
  assertEquals(bothWays(Nl80211Message, "05002f01 03000000"), { colorChangeCount: 3 });
  assertEquals(Nl80211Message.decode(new Reader(hex("08002f01 03000000")), 0, 8, {}), { colorChangeCount: 3 });
  // A reason for a wake-up has the number of a pattern; the settings have the patterns.
  assertEquals(bothWays(Nl80211Message, "0c007580 08000480 02000000"), { wowlanTriggers: { pktPattern: 2 } });
  assertEquals(
    bothWays(Nl80211Message, "14007580 10000480 0c000180 06000200 aabb0000"),
    { wowlanTriggers: { pktPattern: [{ pattern: hex("aabb") }] } },
  );
  assertThrows(
    () => Nl80211Message.encode({ staFlags: ["asociated" as "associated"] }, new Writer(), {}),
    TypeError,
    "staFlags",
  );
  assertThrows(() => Nl80211Message.encode({ txRates: [{}] }, new Writer(), {}), TypeError, "band is missing");
});

test("nl80211: settings of the radio are sent in a request of their own", () => {
  const sent: string[] = [];
  const kernel = kernelWith(({ seq, payload }) => {
    sent.push(
      [...payload.subarray(0, 1), ...payload.subarray(4)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    );
    return [message(2, 0, seq, new Uint8Array(20))];
  });
  using client = open({ transport: () => kernel });
  client.interfaces.set("wlan0", { iftype: "monitor", wiphyFreq: 2412, wiphyTxPowerLevel: -100 });
  // SET_INTERFACE with interface and type; SET_WIPHY with interface, channel, the setting "fixed", the level.
  assertEquals(sent, [
    "06" + "0800030003000000" + "0800050006000000",
    "02" + "0800030003000000" + "080026006c090000" + "0800610002000000" + "080062009cffffff",
  ]);
  assertThrows(() => client.interfaces.set("wlan0", { ifname: "x" }), TypeError, "ifname cannot be changed: links.set");
  assertThrows(
    () =>
      client.batch(({ interfaces }) => interfaces.add({ wiphy: 0, ifname: "a", iftype: "monitor", wiphyFreq: 2412 })),
    TypeError,
    "in a batch with wiphyFreq",
  );
});
