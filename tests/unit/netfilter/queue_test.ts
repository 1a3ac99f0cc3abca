/**
 * Packets of a queue without a kernel: the fields of a packet, the bytes of verdicts, and which packets they decide.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { NETFILTER_MSG } from "../../../families/netfilter/protocol.ts";
import {
  type PacketQueue,
  queue,
  QueueConfig,
  type QueuedPacket,
  type QueueOptions,
  QueuePacket,
  QueueVerdictMessage,
} from "../../../families/netfilter/queue.ts";
import { test } from "../../test.ts";

const { NFQNL_MSG_PACKET, NFQNL_MSG_CONFIG, NFQNL_MSG_VERDICT, NFQNL_MSG_VERDICT_BATCH } = NETFILTER_MSG;

/** A packet with every field that the table has. */
const FULL: QueuePacket = {
  family: "bridge",
  queue: 3,
  packetHdr: { packetId: 7, hwProtocol: 0x86dd, hook: "forward" },
  mark: 1,
  timestamp: 1_700_000_000_000_001_000n,
  indev: 2,
  outdev: 3,
  physindev: 4,
  physoutdev: 5,
  hwaddr: "02:00:00:00:00:01",
  payload: new Uint8Array([1, 2, 3]),
  ct: { zone: 0, mark: 6 },
  ctInfo: "new",
  capLen: 90,
  skbInfo: ["gso"],
  uid: 8,
  gid: 9,
  secctx: "label",
  vlan: { tci: 10 },
  l2hdr: new Uint8Array(14),
  priority: 11,
  cgroupClassid: 12,
};

function packetMessage(packet: QueuePacket): Uint8Array {
  const writer = new Writer();
  QueuePacket.encode(packet, writer, {});
  return message(NFQNL_MSG_PACKET, 0, 0, writer.bytes.slice(0, writer.length), 0);
}

/** Opens queues 0 and 1 on a kernel that acknowledges requests, and returns both. */
function opened(options: QueueOptions = {}): { kernel: ScriptedKernel; packets: PacketQueue } {
  const kernel = new ScriptedKernel(({ type, seq }) =>
    type === NFQNL_MSG_CONFIG ? [message(2, 0, seq, new Uint8Array(20))] : []
  );
  return { kernel, packets: queue([0, 1], { ...options, transport: () => kernel }) };
}

/** Returns the packets with these numbers of queues and of packets. */
async function arrive(
  { kernel, packets }: ReturnType<typeof opened>,
  ...numbers: readonly (readonly [number, number])[]
): Promise<QueuedPacket[]> {
  kernel.push(...numbers.map(([queue, packetId]) => packetMessage({ family: "ip", queue, packetHdr: { packetId } })));
  const arrived: QueuedPacket[] = [];
  for (const _ of numbers) arrived.push((await packets.next()).value as QueuedPacket);
  return arrived;
}

/** Returns each message of a datagram that the kernel got: its type and its content. */
function verdicts(datagram: Uint8Array): [number, QueueVerdictMessage][] {
  const from = new Reader(datagram), found: [number, QueueVerdictMessage][] = [];
  for (let at = 0, end = 0; at < datagram.length; at = (end + 3) & ~3) {
    end = at + from.view.getUint32(at, true);
    found.push([from.view.getUint16(at + 4, true), QueueVerdictMessage.decode(from, at + 16, end, {})]);
  }
  return found;
}

test("queue: a packet has every field of its message", async () => {
  const { kernel, packets } = opened(), { packetHdr, ...rest } = FULL;
  assertEquals(Object.keys(FULL), QueuePacket.fields.map(({ key }) => key));
  kernel.push(packetMessage(FULL));
  const { value } = await packets.next(), { packetId: id, ...header } = packetHdr!;
  assertEquals({ ...value as QueuedPacket }, { ...rest, id, ...header } as never);
  const [bare] = await arrive({ kernel, packets }, [0, 1]);
  const known = { family: "ip", queue: 0, id: 1, hwProtocol: 0, hook: "pre_routing", payload: new Uint8Array(0) };
  assertEquals({ ...bare }, known as never);
});

test("queue: verdicts with and without changes have the same form", async () => {
  const both = opened(), { sent } = both.kernel;
  const [one, two, three, four] = await arrive(both, [0, 1], [1, 0x80000001], [0, 0x01020304], [1, 0x80000002]);
  one!.verdict("drop");
  two!.verdict("stop", {});
  three!.verdict("stop");
  four!.verdict("repeat", { mark: 5 });
  assertEquals(sent.slice(-4).flatMap(verdicts), [
    [NFQNL_MSG_VERDICT, { queue: 0, verdictHdr: { queue: 0, verdict: "drop", id: 1 } }],
    [NFQNL_MSG_VERDICT, { queue: 1, verdictHdr: { queue: 0, verdict: "stop", id: 0x80000001 } }],
    [NFQNL_MSG_VERDICT, { queue: 0, verdictHdr: { queue: 0, verdict: "stop", id: 0x01020304 } }],
    [NFQNL_MSG_VERDICT, { queue: 1, verdictHdr: { queue: 0, verdict: "repeat", id: 0x80000002 }, mark: 5 }],
  ]);
  // Beside the sequence number, the bytes are those that the table makes.
  const plain = sent.at(-2)!.slice(), tabled = sent.at(-3)!.slice();
  for (const bytes of [plain, tabled]) bytes.fill(0, 8, 12).fill(0, 18, 20).fill(0, 28, 32);
  assertEquals(plain, tabled);
});

test("queue: a batch verdict decides the packets up to its own, in its queue", async () => {
  const both = opened({ onExit: "accept" }), count = 1000;
  const numbers = Array.from({ length: count }, (_, i): [number, number] => [i % 2, 0xffffff00 + i >>> 0]);
  const arrived = await arrive(both, ...numbers);
  for (let i = 0; i < count / 2; i++) if (i % 10 !== 0) arrived[i]!.verdict("drop");
  arrived[400]!.verdictBatch("accept");
  assertEquals(verdicts(both.kernel.sent.at(-1)!), [
    [NFQNL_MSG_VERDICT_BATCH, { queue: 0, verdictHdr: { queue: 0, verdict: "accept", id: 400 - 256 } }],
  ]);
  const waiting = numbers.filter((_, i) => i >= count / 2 || i % 10 === 0 && i > 400);
  assertEquals(arrived.filter(({ undecided }) => undecided).map(({ queue, id }) => [queue, id]), waiting);
  both.packets.close();
  const last = verdicts(both.kernel.sent.at(-1)!).map(([, { verdictHdr, queue }]) => [queue, verdictHdr]);
  assertEquals(last, waiting.map(([queue, id]) => [queue, { queue: 0, verdict: "accept", id }]));
  assertEquals(arrived.some(({ undecided }) => undecided), false);
});

/** Returns the answer to a request that is refused. */
function refusal(seq: number, errno: number): Uint8Array {
  const payload = new Uint8Array(20);
  new DataView(payload.buffer).setInt32(0, -errno, true);
  return message(2, 0, seq, payload);
}

test("queue: each option is asked for by itself, and the refused one is named", () => {
  const flags: number[] = [];
  const kernel = new ScriptedKernel(({ seq, payload }) => {
    const { flags: asked = [] } = QueueConfig.decode(new Reader(payload), 0, payload.length, {});
    if (asked.length > 0) flags.push(asked.length);
    return [asked.includes("conntrack") ? refusal(seq, 95) : message(2, 0, seq, new Uint8Array(20))];
  });
  const options = { failOpen: true, conntrack: true, uidGid: true, transport: () => kernel };
  const error = assertThrows(() => queue(0, options), KernelError, "Cannot set conntrack of queue 0: EOPNOTSUPP");
  assertStringIncludes((error as KernelError).hint ?? "", "CONFIG_NETFILTER_NETLINK_GLUE_CT");
  assertEquals(flags, [1, 1, 1]);
});

test("queue: a packet that is gone when it is decided does not end the loop", async () => {
  const both = opened(), [one] = await arrive(both, [0, 1]);
  one!.verdict("accept");
  both.kernel.push(refusal(99, 2));
  const [two] = await arrive(both, [0, 2]);
  assertEquals(two!.id, 2);
  both.kernel.push(refusal(99, 1));
  await assertRejects(
    () => both.packets.next() as Promise<unknown>,
    KernelError,
    "decide a packet of queue 0, 1: EPERM",
  );
});
