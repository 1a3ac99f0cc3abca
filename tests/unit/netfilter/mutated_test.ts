/**
 * Mutated messages through the decoders of conntrack, queue and log.
 *
 * NETLINK_FUZZ sets the number of mutations of each message.
 */
import process from "node:process";
import { assert } from "@std/assert";
import { type Attributes, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { Flow } from "../../../families/netfilter/flow.ts";
import { Expectation } from "../../../families/netfilter/expectation.ts";
import { LogPacket } from "../../../families/netfilter/log.ts";
import { QueuePacket } from "../../../families/netfilter/queue.ts";
import { test } from "../../test.ts";

const MUTATIONS = Number(process.env["NETLINK_FUZZ"] ?? 20_000);

const tuple = { src: "10.0.0.1", dst: "10.0.0.2", proto: "tcp", srcPort: 1, dstPort: 2, zone: 3 } as const;
const six = { src: "2001:db8::1", dst: "2001:db8::2", proto: "icmpv6", icmpv6Id: 1, icmpv6Type: 128 } as const;
const flow = {
  orig: tuple,
  reply: six,
  master: tuple,
  status: ["assured"],
  timeout: 9,
  mark: 7,
  tcp: { state: "established", wscaleOriginal: 1, wscaleReply: 2, flagsOriginal: ["sack_perm"], flagsReply: [] },
  help: { name: "ftp" },
  labels: [1, 127],
  natSrc: { minip: "10.0.0.1", maxip: "10.0.0.9", portMin: 1, portMax: 2 },
  seqAdjOrig: { correctionPos: 1, offsetBefore: -2, offsetAfter: 3 },
  synproxy: { isn: 1, its: 2, tsoff: 3 },
} as const;
const payload = new Uint8Array(40);

const MESSAGES: readonly (readonly [type: string, table: Attributes<never>, value: object])[] = [
  ["IPCTNL_MSG_CT_NEW", Flow as never, { family: "ip", ...flow }],
  ["IPCTNL_MSG_EXP_NEW", Expectation as never, { family: "ip", master: tuple, tuple: six, mask: tuple, flags: [] }],
  ["NFQNL_MSG_PACKET", QueuePacket as never, {
    queue: 1,
    packetHdr: { packetId: 1, hwProtocol: 0x800, hook: "forward" },
    timestamp: 1n,
    hwaddr: "02:00:00:00:00:01",
    payload,
    ct: flow,
    vlan: { proto: 0x8100, tci: 5 },
    capLen: 1500,
  }],
  ["NFULNL_MSG_PACKET", LogPacket as never, {
    group: 1,
    packetHdr: { hwProtocol: 0x800, hook: "forward" },
    prefix: "text",
    payload,
    ct: flow,
    hwheader: payload,
  }],
];

for (const [type, table, value] of MESSAGES) {
  test(`${type}: ${MUTATIONS} mutations decode, or fail with a DecodeError`, () => {
    const writer = new Writer();
    writer.everything = true;
    table.encode(value as never, writer, {});
    const message = writer.bytes.slice(0, writer.length), { length } = message;
    let seed = 7, decoded = 0;
    const random = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >> 7;
    for (let i = 0; i < MUTATIONS; i++) {
      const bytes = message.slice();
      for (let n = random() % 3; n >= 0; n--) bytes[random() % bytes.length] = random() & 255;
      const end = random() % 4 === 0 ? random() % bytes.length : bytes.length;
      try {
        table.decode(new Reader(bytes, end), 0, end, {});
        decoded++;
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
    assert(length > 60 && decoded > MUTATIONS / 20, `${length} ${decoded}`);
  });
}
