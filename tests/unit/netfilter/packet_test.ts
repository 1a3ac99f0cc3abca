/** Headers of packets, and the mending of lengths and checksums. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { headersOf, mend, withData } from "../../../families/netfilter/packet.ts";
import { test } from "../../test.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (octet) => parseInt(octet, 16));
const hexOf = (octets: Uint8Array): string => Array.from(octets, (one) => one.toString(16).padStart(2, "0")).join("");

/** UDP over IPv4, without a checksum. */
const UDP4 = "4500001c00004000401166cf0a0000010a0000020009003500080000";

test("packet: headers of IPv4, IPv6, TCP, UDP and ICMP are read", () => {
  const { transportAt, dataAt, ...udp } = headersOf(bytes(UDP4))!;
  assertEquals([transportAt, dataAt], [20, 28]);
  const common = { version: 4, src: "10.0.0.1", dst: "10.0.0.2", proto: "udp", ttl: 64, fragment: false } as const;
  assertEquals(udp, { ...common, srcPort: 9, dstPort: 53 });
  // IPv6 with hop-by-hop options before TCP.
  const six = new Uint8Array(40 + 8 + 20);
  six.set([0x60, 0, 0, 0, 0, 28, 0, 7]);
  six.set([6, 0], 40);
  six.set([0, 80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x12], 48);
  const tcp = headersOf(six)!;
  assertEquals([tcp.proto, tcp.srcPort, tcp.dstPort, tcp.tcpFlags, tcp.ttl, tcp.transportAt, tcp.dataAt], [
    "tcp",
    80,
    256,
    0x12,
    7,
    48,
    68,
  ]);
  assertEquals([headersOf(new Uint8Array(0)), headersOf(bytes("45")), headersOf(bytes("00".repeat(40)))], [
    undefined,
    undefined,
    undefined,
  ]);
  // A later part of a fragmented packet has no ports.
  const part = bytes(UDP4);
  part[7] = 1;
  assertEquals([headersOf(part)!.fragment, headersOf(part)!.srcPort], [true, undefined]);
});

/** The sum of the 16-bit words, which is 65535 for a right checksum. */
function sum(octets: Uint8Array, start = 0): number {
  let total = start;
  octets.forEach((one, i) => total += i % 2 === 0 ? one << 8 : one);
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return total;
}

test("packet: mended packets have right lengths and checksums, also with an odd number of bytes", () => {
  for (const proto of [1, 6, 17, 58]) {
    for (const version of [4, 6]) {
      for (const size of [0, 1, 2, 7, 1000, 1461]) {
        const at = version === 4 ? 20 : 40, head = proto === 6 ? 20 : 8, packet = new Uint8Array(at + head + size);
        packet.forEach((_, i) => packet[i] = i * 7);
        if (version === 4) packet.set([0x45, 0, 9, 9, 1, 2, 0, 0, 64, proto]);
        else packet.set([0x60, 0, 0, 0, 9, 9, proto, 64]);
        if (proto === 6) packet[at + 12] = 0x50;
        assertEquals(mend(packet), packet);
        const view = new DataView(packet.buffer), end = packet.length, length = end - at;
        if (version === 4) {
          assertEquals([view.getUint16(2), sum(packet.subarray(0, 20))], [end, 0xffff]);
        } else assertEquals(view.getUint16(4), end - 40);
        if (proto === 17) assertEquals(view.getUint16(at + 4), length);
        const pseudo = proto === 1 ? 0 : sum(packet.subarray(version === 4 ? 12 : 8, at), proto + length);
        assertEquals(sum(packet.subarray(at), pseudo), 0xffff, `${proto} ${version} ${size}`);
      }
    }
  }
});

test("packet: a UDP packet without a checksum keeps none, and other data brings its own length", () => {
  assertEquals(hexOf(mend(bytes(UDP4))).slice(-4), "0000");
  const longer = withData(bytes(UDP4), bytes("616263"));
  assertEquals([longer.length, hexOf(longer).slice(-6), longer[3], longer[25]], [31, "616263", 31, 11]);
  assertThrows(() => mend(new Uint8Array(10)), TypeError, "a whole header");
  assertThrows(() => withData(new Uint8Array(10), new Uint8Array(1)), TypeError, "whole header");
});

test("packet: random bytes are read and mended without an error of another kind", () => {
  let seed = 1, read = 0;
  const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8;
  for (let i = 0; i < 20_000; i++) {
    const packet = Uint8Array.from({ length: random() % 90 }, () => random() & 255);
    if (packet.length > 0) packet[0] = (random() & 1) === 0 ? 0x40 | packet[0]! & 15 : 0x60;
    const headers = headersOf(packet);
    if (headers === undefined) continue;
    read++;
    assert(headers.dataAt <= packet.length, hexOf(packet));
    mend(packet);
  }
  assert(read > 1000, String(read));
});
