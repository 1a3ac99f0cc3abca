/** nl80211's messages: what comes in parts, and what is in elements of 802.11. */
import { assertEquals, assertRejects } from "@std/assert";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { NetlinkError } from "../../../core/errors.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { message, type Reply, ScriptedKernel, type SentMessage } from "../../../core/transport.ts";
import { elementsOf, NL80211_CMD as CMD, open } from "../../../families/generic/nl80211.ts";
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

test("nl80211: a radio that is told in parts is one", () => {
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

/** A kernel that scans; `end` is the command of the event that ends it. */
function scanner(end: number, kernels: ScriptedKernel[]): () => ScriptedKernel {
  return () => {
    const kernel = kernelWith(({ seq, payload }) => {
      if (payload[0] === CMD.NL80211_CMD_TRIGGER_SCAN) {
        // The event of another interface, then ours; on the socket that listens.
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

test("nl80211: a scan that the radio ends, and one that never ends, are errors", async () => {
  const kernels: ScriptedKernel[] = [];
  using ended = open({ transport: scanner(CMD.NL80211_CMD_SCAN_ABORTED, kernels) });
  assertEquals((await assertRejects(() => ended.wiphys.scan("wlan0"), NetlinkError)).code, "ABORTED");
  const silent = (): ScriptedKernel => kernelWith(({ seq }) => [message(2, 0, seq, new Uint8Array(20))]);
  using waiting = open({ transport: silent });
  const error = await assertRejects(() => waiting.wiphys.scan("wlan0", { timeout: 5 }), NetlinkError);
  assertEquals(error.code, "TIMEOUT");
  const reason = new Error("enough");
  await assertRejects(() => waiting.wiphys.scan("wlan0", { signal: AbortSignal.abort(reason) }), Error, "enough");
});

test("nl80211: elements of 802.11 are taken apart, what is cut off left out", () => {
  const all = elementsOf(hex("0003 6e6574 0102 0204 dd05 01"));
  assertEquals(all, [{ id: 0, bytes: hex("6e6574") }, { id: 1, bytes: hex("0204") }]);
});
