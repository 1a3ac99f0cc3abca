/** The flow that queued and logged packets have, of bytes that are made of the kernel's constants. */
import { assertEquals } from "@std/assert";
import { Reader } from "../../../core/codec/mod.ts";
import { LogPacket } from "../../../families/netfilter/log.ts";
import { QueuePacket } from "../../../families/netfilter/queue.ts";
import { FACTS } from "../../facts/compare.ts";
import { test } from "../../test.ts";

const NESTED = 0x8000;

/** Returns an attribute with its name's number. */
function attribute(name: string, ...payload: readonly number[]): number[] {
  const type = Number(FACTS.constants[name]), length = 4 + payload.length, padding = -length & 3;
  return [length & 255, length >> 8, type & 255, type >> 8, ...payload, ...new Array<number>(padding).fill(0)];
}

const nest = (name: string, ...inner: readonly number[][]): number[] => {
  const all = attribute(name, ...inner.flat());
  all[3]! |= NESTED >> 8;
  return all;
};

const tuple = (name: string, src: readonly number[], dst: readonly number[], ports: readonly number[]): number[] =>
  nest(
    name,
    nest("CTA_TUPLE_IP", attribute("CTA_IP_V4_SRC", ...src), attribute("CTA_IP_V4_DST", ...dst)),
    nest(
      "CTA_TUPLE_PROTO",
      attribute("CTA_PROTO_NUM", 6),
      attribute("CTA_PROTO_SRC_PORT", ...ports.slice(0, 2)),
      attribute("CTA_PROTO_DST_PORT", ...ports.slice(2)),
    ),
  );

const A = [10, 0, 0, 1], B = [192, 0, 2, 9], C = [10, 0, 0, 2];

/** The attributes of a flow with NAT, as the kernel gives them to queues and logs. */
const flow = (name: string): number[] =>
  nest(
    name,
    tuple("CTA_TUPLE_ORIG", A, B, [0x80, 1, 0, 80]),
    tuple("CTA_TUPLE_REPLY", C, A, [0x1f, 0x90, 0x80, 1]),
    attribute("CTA_ID", 0x89, 0xab, 0xcd, 0xef),
    attribute("CTA_STATUS", 0, 0, 1, 0xae),
    attribute("CTA_TIMEOUT", 0, 6, 0x97, 0x80),
    attribute("CTA_MARK", 1, 2, 3, 4),
    nest("CTA_PROTOINFO", nest("CTA_PROTOINFO_TCP", attribute("CTA_PROTOINFO_TCP_STATE", 3))),
    nest("CTA_HELP", attribute("CTA_HELP_NAME", ...new TextEncoder().encode("ftp\0"))),
  );

const FLOW = {
  orig: { src: "10.0.0.1", dst: "192.0.2.9", proto: "tcp", srcPort: 0x8001, dstPort: 80 },
  reply: { src: "10.0.0.2", dst: "10.0.0.1", proto: "tcp", srcPort: 8080, dstPort: 0x8001 },
  id: 0x89abcdef,
  status: ["seen_reply", "assured", "confirmed", "dst_nat", "src_nat_done", "dst_nat_done"],
  timeout: 432_000,
  mark: 0x01020304,
  tcp: { state: "established" },
  help: { name: "ftp" },
  zone: 0,
};

/** nfgenmsg: the family IPv4, version 0, and the number of the queue or group. */
const HEADER = [2, 0, 0, 5];

for (
  const [kind, table, ct, info] of [
    ["queued", QueuePacket, "NFQA_CT", "NFQA_CT_INFO"],
    ["logged", LogPacket, "NFULA_CT", "NFULA_CT_INFO"],
  ] as const
) {
  test(`A ${kind} packet has its flow, and its relation to it`, () => {
    const bytes = Uint8Array.from([...HEADER, ...flow(ct), ...attribute(info, 0, 0, 0, 3)]);
    const { ct: found, ctInfo } = table.decode(new Reader(bytes, bytes.length), 0, bytes.length, {});
    assertEquals(ctInfo, "established_reply");
    assertEquals(found as unknown, FLOW);
  });
}
