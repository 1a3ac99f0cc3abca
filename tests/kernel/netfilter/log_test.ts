/** Packet logs, with traffic in namespaces. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import * as netns from "../../../core/netns.ts";
import { headersOf, log, type LogOptions, type LogPacket } from "../../../families/netfilter/log.ts";
import { inNamespace, kernelTest } from "../namespace.ts";
import { inside } from "./flows.ts";

const RULES = `
table ip t {
  chain c { type filter hook input priority 0; udp dport 7 meta mark set 0x01020304 log prefix "seven:" group 5; }
  chain d { type filter hook output priority 0; udp dport 7 log prefix "out" group 6 queue-threshold 3; }
}
`;

/** Sends datagrams to port 7 of 127.0.0.1. */
const send = (name: string, ...texts: readonly string[]): void =>
  void inside(name, "bash", "-c", texts.map((one) => `printf %s '${one}' > /dev/udp/127.0.0.1/7`).join("\n"));

/** Logs `count` packets that are sent with `options`. */
async function logged(group: number, texts: readonly string[], options: LogOptions, count = texts.length) {
  const packets: LogPacket[] = [];
  let line = "";
  await inNamespace(async ({ name, ip }) => {
    ip("link set lo up");
    inside(name, "sh", "-c", `nft -f - <<'END'\n${RULES}\nEND`);
    const reader = log(group, { netns: name, ...options });
    line = netns.run(name, () => readFileSync("/proc/thread-self/net/netfilter/nfnetlink_log", "utf8")).trim();
    send(name, ...texts);
    for await (const packet of reader) {
      if (packet.event !== undefined) continue;
      packets.push(packet);
      if (packets.length === count) break;
    }
  });
  return { packets, line: line.split(/\s+/).map(Number) };
}

const NEEDS = ["ip", "nft", "bash"];

kernelTest("log: packets have the rule's prefix, their mark, interface and whole payload", NEEDS, async () => {
  const { packets, line } = await logged(5, ["one", "four"], { sequence: true, sequenceGlobal: true });
  // The columns: group, port, waiting packets, copy mode, copy range, timeout, references.
  assertEquals([line[0], line[2], line[3], line[4]], [5, 0, 2, 65531]);
  const [one, four] = packets;
  assertEquals(
    [one!.prefix, one!.mark, one!.indev, one!.packetHdr, one!.family, one!.group, one!.outdev, one!.timestamp],
    ["seven:", 0x01020304, 1, { hwProtocol: 0x800, hook: "local_in" }, "ip", 5, undefined, one!.timestamp],
  );
  assertEquals(packets.map(({ seq, seqGlobal }) => [seq, typeof seqGlobal]), [[0, "number"], [1, "number"]]);
  // 31 and 32 bytes: the length is exact, without the padding to a multiple of four.
  assertEquals(packets.map(({ payload }) => payload!.length), [31, 32]);
  assertEquals(headersOf(four!.payload!)!.dstPort, 7);
  assertEquals(new TextDecoder().decode(four!.payload!.subarray(28)), "four");
});

kernelTest("log: with a threshold, a datagram has several packets, and the reading goes on", NEEDS, async () => {
  const { packets } = await logged(6, ["1", "2", "3", "4", "5", "6"], { threshold: 3, timeout: 60_000, copy: 29 });
  assertEquals(packets.map(({ payload }) => payload!.length), [29, 29, 29, 29, 29, 29]);
  assertEquals(packets.map(({ payload }) => String.fromCharCode(payload![28]!)).join(""), "123456");
  assertEquals([packets[0]!.timestamp, packets[0]!.uid, packets[0]!.outdev], [undefined, 0, 1]);
});

kernelTest("log: a group has one reader, and options are checked", NEEDS, async () => {
  await inNamespace(async ({ name }) => {
    const stop = new AbortController(), reader = log([7, 8], { netns: name, copy: "meta", signal: stop.signal });
    const second = assertThrows(() => log(8, { netns: name }), Error, "another socket reads this group");
    assert(second.message.startsWith("Cannot read log group 8: "), second.message);
    const next = reader.next();
    stop.abort();
    assertEquals((await next).done, true);
    await log(8, { netns: name }).return!();
    assertThrows(() => log(-1, { netns: name }), RangeError, "0..65535");
    assertThrows(() => log([9, 9], { netns: name }), TypeError, "Cannot read log group 9: it is given twice");
    assertThrows(() => log(9, { netns: name, copy: 0 }), RangeError, "copy: expected a number 1..65535");
    assertThrows(() => log(9, { netns: name, threshold: -1 }), RangeError, "threshold: expected a number 0..");
    assertThrows(() => log(0, { treshold: 1 } as never), TypeError, 'did you mean "threshold"');
  });
});
