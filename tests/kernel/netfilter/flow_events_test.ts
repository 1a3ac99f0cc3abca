/** Events of flows, with traffic through NAT, compared with those of `conntrack -E`. */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { type Flow, open, tupleText } from "../../../families/netfilter/conntrack.ts";
import { inNamespace, kernelTest, lab, many } from "../namespace.ts";
import { inside } from "./flows.ts";

/** Returns the fields in a line of `conntrack -E`, with its protocol. */
function fieldsOf(line: string): string {
  const fields = line.match(/\b(?:src|dst|sport|dport|packets|bytes|id)=\S+/g) ?? [];
  return [/\] (\w+)/.exec(line)![1], ...fields].join(" ");
}

/** Returns the fields of a flow that has ended, as `conntrack -E` prints them. */
function lineOf({ orig, reply, countersOrig, countersReply, id }: Flow): string {
  const direction = (tuple: Flow["orig"], counters: Flow["countersOrig"]): string =>
    `src=${tuple!.src} dst=${tuple!.dst} sport=${tuple!.srcPort} dport=${tuple!.dstPort} ` +
    `packets=${counters!.packets} bytes=${counters!.bytes}`;
  return `${orig!.proto} ${direction(orig, countersOrig)} ${direction(reply, countersReply)} id=${id}`;
}

kernelTest("conntrack: flows through NAT are seen new, as `conntrack -E` sees them, updated and destroyed", [
  "ip",
  "nft",
  "bash",
  "conntrack",
], async () => {
  await inNamespace(async ({ name, ip }) => {
    ip("link set lo up");
    ip("address add 192.0.2.1/32 dev lo");
    ip("route add 192.0.2.9/32 dev lo");
    const each = many(200) / 2;
    inside(
      name,
      "sh",
      "-c",
      `nft add table ip n
nft add chain ip n out '{ type nat hook output priority -100; }'
nft add rule ip n out ip daddr 192.0.2.9 dnat to 192.0.2.1
sysctl -q -w net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1`,
    );
    using client = open({ netns: name });
    const { conntrack } = client;
    await using events = conntrack.watch("new", "update", "destroy", { buffer: 1 << 22 });
    const tool = spawn("ip", ["netns", "exec", name, "conntrack", "-E", "-b", "4194304", "-o", "id"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let printed = "", wake = (): void => {};
    tool.stdout.on("data", (data) => {
      printed += data;
      wake();
    });
    const until = async (test: () => boolean): Promise<void> => {
      while (!test()) await new Promise<void>((resolve) => wake = resolve);
    };
    try {
      // The tool listens once it prints a flow.
      for (let port = 1; !printed.includes("[DESTROY]"); port++) {
        conntrack.add({
          orig: { src: "10.0.0.1", dst: "10.0.0.2", proto: "udp", srcPort: port, dstPort: 1 },
          timeout: 9,
        });
        conntrack.flush({ all: true });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      // Ports that nobody listens to: UDP is answered by ICMP, TCP by a reset.
      inside(
        name,
        "bash",
        "-c",
        `for i in $(seq ${each}); do
  printf x > /dev/udp/192.0.2.9/$((1000 + i))
  (: > /dev/tcp/192.0.2.9/$((1000 + i))) 2> /dev/null
done; true`,
      );
      const mine = ({ orig }: Flow): boolean => orig?.dst === "192.0.2.9";
      // The resets have ended the flows of TCP.
      const left = conntrack.list().filter(mine);
      assertEquals(left.length, each);
      for (const flow of left) conntrack.set(flow, { mark: 7 });
      assertEquals(conntrack.flush({ orig: { dst: "192.0.2.9" } }), each);
      const seen = { new: new Map<string, Flow>(), update: new Map<string, Flow>(), destroy: new Map<string, Flow>() };
      for await (const { event, object, value } of events) {
        assert(object !== undefined, event);
        if (!mine(value)) continue;
        seen[event as keyof typeof seen].set(tupleText(value.orig), value);
        if (seen.destroy.size === 2 * each) break;
      }
      const count = (word: string) =>
        printed.split("\n").filter((line) => line.includes(`[${word}]`) && line.includes("192.0.2.9")).length;
      await until(() => count("NEW") === 2 * each);
      assertEquals(seen.new.size, 2 * each);
      assertEquals([...seen.update.values()].filter(({ mark }) => mark === 7).length, each);
      // The tool may be late with the last lines.
      const lines = printed.split("\n").slice(0, -1).filter((one) =>
        one.includes("[DESTROY]") && one.includes("192.0.2.9")
      );
      const ours = new Set([...seen.destroy.values()].map(lineOf));
      assertEquals([lab || lines.length > 0, lines.map(fieldsOf).filter((line) => !ours.has(line))], [true, []]);
      for (const [key, { id, countersOrig, timestamp, reply }] of seen.destroy) {
        assert(printed.includes(`id=${id}`), `${id} is not printed`);
        assertEquals([countersOrig!.packets! > 0, reply!.src], [true, "192.0.2.1"]);
        assert(timestamp!.stop! >= timestamp!.start!);
        // Counters and the end come with the last event only.
        assertEquals([seen.new.get(key)!.countersOrig, seen.new.get(key)!.timestamp?.stop], [undefined, undefined]);
      }
      const tcp = [...seen.destroy.values()].filter(({ orig }) => orig!.proto === "tcp");
      assertEquals(tcp.length, each);
    } finally {
      tool.kill();
    }
  });
}, 60_000);

kernelTest(
  "conntrack: after a storm of events, a watch with resync has exactly the kernel's flows",
  ["ip"],
  async () => {
    await inNamespace(async ({ name }) => {
      using client = open({ netns: name });
      const { conntrack } = client, total = many(2000);
      const flow = (port: number) => ({
        orig: { src: "10.0.0.1", dst: "10.0.0.2", proto: "udp" as const, srcPort: port, dstPort: 9 },
        timeout: 1000,
      });
      conntrack.add(flow(1));
      await using events = conntrack.watch("new", "destroy", { initial: true, resync: true, buffer: 4096 });
      const known = new Map<string, Flow>();
      let overruns = 0, synced = 0, added = false;
      for await (const { event, value } of events) {
        if (event === "new") known.set(conntrack.key(value), value);
        else if (event === "destroy") {
          assert(known.delete(conntrack.key(value)), "a flow is destroyed that was not new");
        } else if (event === "overrun") {
          overruns++;
        } else if (++synced === 1) {
          // Nobody reads while these are made and ended.
          client.batch(({ conntrack }) => {
            for (let port = 2; port <= total; port++) conntrack.add(flow(port));
          });
          for (let port = 1; port <= total / 2; port++) conntrack.delete(flow(port));
          added = true;
        } else if (added) break;
      }
      assert(overruns > 0);
      assertEquals([...known.keys()].sort(), conntrack.list().map((one) => conntrack.key(one)).sort());
      assertEquals(known.size, total / 2);
    });
  },
  60_000,
);
