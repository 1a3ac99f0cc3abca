/** Packet queues, with traffic in namespaces. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import * as netns from "../../../core/netns.ts";
import {
  headersOf,
  mend,
  queue,
  type QueuedPacket,
  type QueueItem,
  withData,
} from "../../../families/netfilter/queue.ts";
import { open as openConntrack } from "../../../families/netfilter/conntrack.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, load, type Namespace } from "../namespace.ts";
import { inside } from "./flows.ts";
import { type Receiver, receiver } from "./receiver.ts";

const NEEDS = ["ip", "iptables", "bash", "python3"];

/** Makes a namespace where datagrams to port 7 go through queue 0. */
async function queued(body: (ns: Namespace, to: Receiver, rule: (verb: "-A" | "-D") => void) => Promise<void>) {
  await inNamespace(async (ns) => {
    ns.ip("link set lo up");
    const rule = (verb: "-A" | "-D") =>
      void inside(ns.name, "iptables", verb, ..."OUTPUT -p udp --dport 7 -j NFQUEUE --queue-num 0".split(" "));
    rule("-A");
    await using to = await receiver(ns.name);
    await body(ns, to, rule);
  });
}

const textOf = ({ payload }: QueueItem): string => {
  return new TextDecoder().decode(payload.subarray(headersOf(payload)?.dataAt ?? payload.length));
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The line of /proc/net/netfilter/nfnetlink_queue about a queue: its numbers in order. */
const procLine = (name: string, number: number): number[] | undefined =>
  netns.run(name, () => readFileSync("/proc/thread-self/net/netfilter/nfnetlink_queue", "utf8")).split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number)).find((numbers) => numbers.length > 1 && numbers[0] === number);

kernelTest("queue: verdicts are obeyed, and changed packets arrive with right checksums", NEEDS, async () => {
  await queued(async ({ name }, to) => {
    inside(name, "iptables", "-t", "mangle", "-A", "POSTROUTING", "-m", "mark", "--mark", "7");
    using packets = queue([0, 1], { netns: name });
    to.send("one", "two", "three", "four", "five", "six", "end");
    const seen: string[] = [];
    let end: QueueItem | undefined;
    for await (const packet of packets) {
      const text = textOf(packet);
      seen.push(`${packet.queue} ${text}`);
      if (text === "one") {
        const payload = packet.payload.slice(0, 19);
        assertThrows(
          () => packet.verdict("accept", { payload }),
          RangeError,
          "payload: length: expected a number 20..",
        );
        packet.verdict("accept");
      } else if (text === "two") packet.verdict("drop");
      else if (text === "three") packet.verdict("accept", { mark: 7 });
      else if (text === "four") {
        packet.verdict("accept", { payload: withData(packet.payload, bytesOf("a longer text")) });
      } else if (text === "five") {
        // Without right checksums, the packet does not arrive.
        const payload = Uint8Array.from(packet.payload);
        payload.set([88, 88], payload.length - 2);
        packet.verdict("accept", { payload });
      } else if (text === "six" && packet.queue === 0) packet.verdict("queue", { queue: 1 });
      else if (text === "six") {
        const payload = Uint8Array.from([...packet.payload, 33]);
        packet.verdict("accept", { payload, mend: true });
      } else if (text === "end") end = packet;
      else packet.verdict("accept");
      if (text !== "end") assertThrows(() => packet.verdict("drop"), TypeError, "it has its verdict");
      if (seen.length < 8) continue;
      end!.verdict("accept");
      break;
    }
    assertEquals(seen, ["0 one", "0 two", "0 three", "0 four", "0 five", "0 six", "0 end", "1 six"]);
    assertEquals(await to.received(), ["one", "three", "a longer text", "six!"]);
    const counters = inside(name, "iptables", "-t", "mangle", "-L", "POSTROUTING", "-v", "-x", "-n");
    assertEquals(Number(counters.split("\n")[2]!.trim().split(/\s+/)[0]), 1);
  });
});

kernelTest("queue: the kernel's list shows the options, and a second reader is refused", NEEDS, async () => {
  await queued(async ({ name }, to) => {
    using packets = queue(0, { netns: name, copy: 30, maxLength: 5, uidGid: true });
    to.send("hello", "end");
    const [number, , waiting, mode, range, dropped, userDropped] = procLine(name, 0)!;
    assertEquals([number, waiting, mode, range, dropped, userDropped], [0, 2, 2, 30, 0, 0]);
    const refused = assertThrows(() => queue(0, { netns: name }), KernelError, "another socket reads this queue");
    assertEquals([refused.code, (await packets.next()).done], ["EPERM", false]);
    const { value } = await packets.next(), packet = value as QueuedPacket;
    assertEquals([packet.payload.length, packet.capLen, packet.uid, packet.hook, packet.family, packet.outdevDev], [
      30,
      31,
      0,
      "local_out",
      "ip",
      "lo",
    ]);
    assertThrows(() => packet.verdict("accept", { payload: packet.payload }), TypeError, "only 30 were copied");
    assertThrows(() => packet.verdict("queue"), TypeError, "queue: is missing");
    assertThrows(() => packet.verdict("accept", { queue: 1 }), TypeError, "queue: the verdict is");
    assertThrows(() => packet.verdict("allow" as never), TypeError, 'expected "drop", "accept"');
    assertThrows(() => packet.verdict("accept", { marc: 1 } as never), TypeError, 'did you mean "mark"');
    assert(packet.undecided);
    packet.verdictBatch("accept");
    assertEquals([packet.undecided, await to.received()], [false, ["hello"]]);
  });
});

for (const onExit of ["accept", "drop"] as const) {
  kernelTest(
    `queue: leaving the loop decides by onExit "${onExit}" what was read and what was not`,
    NEEDS,
    async () => {
      await queued(async ({ name }, to, rule) => {
        const packets = queue(0, { netns: name, onExit });
        to.send("one", "two", "three");
        const failure = new Error("of the loop");
        try {
          for await (const packet of packets) {
            if (textOf(packet) === "one") packet.verdict("accept");
            else {
              to.send("four");
              throw failure;
            }
          }
        } catch (error) {
          assertEquals(error, failure);
        }
        assertEquals(procLine(name, 0), undefined);
        rule("-D");
        to.send("end");
        assertEquals(await to.received(), onExit === "drop" ? ["one"] : ["one", "two", "three", "four"]);
        assertEquals((await packets.next()).done, true);
      });
    },
  );
}

kernelTest("queue: lost packets are an item, and the loop goes on", NEEDS, async () => {
  await queued(async ({ name }, to) => {
    using packets = queue(0, { netns: name, buffer: 2304 });
    to.send(...Array.from({ length: 40 }, (_, i) => `text ${i}`));
    let lost = 0, got = 0, sent = false, userDropped = 0;
    for await (const packet of packets) {
      if (packet.event === "overrun") lost++;
      else got++;
      packet.verdict("accept");
      userDropped = procLine(name, 0)![6]!;
      if (textOf(packet) === "end") break;
      if (lost > 0 && !sent) {
        sent = true;
        to.send("end");
      }
    }
    assert(lost > 0 && got < 40, `${lost} ${got}`);
    assertEquals([(await to.received()).length, userDropped + got], [got - 1, 41]);
  });
});

kernelTest("queue: with failOpen, packets that do not fit are accepted", NEEDS, async () => {
  await queued(async ({ name }, to, rule) => {
    using packets = queue(0, { netns: name, failOpen: true, maxLength: 2 });
    to.send("one", "two", "three", "four");
    for (let i = 0; i < 2; i++) (await packets.next()).value!.verdict("drop");
    rule("-D");
    to.send("end");
    assertEquals(await to.received(), ["three", "four"]);
  });
});

kernelTest("queue: a signal ends the loop, also while it waits", ["ip"], async () => {
  await inNamespace(async ({ name }) => {
    const stop = new AbortController(), packets = queue([3, 4], { netns: name, signal: stop.signal });
    const next = packets.next();
    stop.abort();
    assertEquals((await next).done, true);
    assertEquals([procLine(name, 3), procLine(name, 4)], [undefined, undefined]);
    assertThrows(() => queue(65536, { netns: name }), RangeError, "0..65535");
    assertThrows(() => queue([9, 9], { netns: name }), TypeError, "Cannot read queue 9: it is given twice");
    for (const copy of [0, -1, 70_000]) {
      assertThrows(() => queue(9, { netns: name, copy }), RangeError, "queue 9: copy: expected a number 1..65535");
    }
    assertThrows(
      () => queue(9, { netns: name, maxLength: -1 }),
      RangeError,
      "maxLength: expected a number 0..4294967295",
    );
    assertThrows(() => queue(0, { onexit: "drop" } as never), TypeError, 'did you mean "onExit"');
    assertEquals(mend(new Uint8Array([0x45, ...new Array(19).fill(0)]))[3], 20);
  });
});

kernelTest("queue: packets have their flow, and verdicts change it", NEEDS, async () => {
  load("nf_conntrack_netlink");
  await queued(async ({ name }, to) => {
    inside(name, "iptables", ..."-A INPUT -m conntrack --ctstate INVALID -j DROP".split(" "));
    using packets = withFlows(name);
    using client = openConntrack({ netns: name });
    to.send("one");
    const { value } = await packets.next(), { ct, ctInfo } = value as QueuedPacket;
    assertEquals([ctInfo, ct!.orig!.proto, ct!.orig!.dst, ct!.orig!.dstPort], ["new", "udp", "127.0.0.1", 7]);
    (value as QueuedPacket).verdict("accept", { ct: { mark: 5 } });
    to.send("end");
    (await packets.next()).value!.verdict("accept");
    assertEquals(await to.received(), ["one"]);
    const { srcPort } = ct!.orig!, [flow] = client.conntrack.list({ orig: { proto: "udp", srcPort, dstPort: 7 } });
    assertEquals(flow?.mark, 5);
  });
});

/** Reads queue 0, with flows; skips the test if the kernel does not give them. */
function withFlows(netns: string): ReturnType<typeof queue> {
  try {
    return queue(0, { netns, conntrack: true });
  } catch (error) {
    if (error instanceof KernelError && error.code === "EOPNOTSUPP") skip("needs a kernel that gives flows to queues");
    throw error;
  }
}
