/**
 * Every decoder gets mutated messages: it returns a value or throws the library's own error, and it always ends.
 *
 * The seeds are messages of every link kind, encap and object, written by the same tables. The sequence is the same in
 * each run. NETLINK_FUZZ sets the number of messages per table.
 */
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { type Attributes, Reader, Writer } from "../../core/codec/mod.ts";
import { DecodeError } from "../../core/errors.ts";
import { locate } from "../../core/message.ts";
import { ShownMessage } from "../../core/show.ts";
import { Address } from "../../families/route/address.ts";
import { Link } from "../../families/route/link.ts";
import { Neighbour } from "../../families/route/neighbour.ts";
import { Route } from "../../families/route/route.ts";
import { Rule } from "../../families/route/rule.ts";
import { Class } from "../../families/route/tc/class.ts";
import { Qdisc } from "../../families/route/tc/qdisc.ts";
import * as diag from "../../families/sock_diag/mod.ts";
import { bothWays } from "./both_ways.ts";
import { random } from "./core/help.ts";
import { test } from "../test.ts";

const COUNT = Number(process.env["NETLINK_FUZZ"] ?? 5_000);

/** Kinds of `choice`, each with a payload of all attribute numbers and random content. */
const KINDS = [
  ...["veth", "bridge", "vlan", "vxlan", "macvlan", "ipvlan", "bond", "vrf", "tun", "gre", "ip6gre", "ipip", "sit"],
  ...["ip6tnl", "vti", "geneve", "bareudp", "gtp", "amt", "xfrm", "macsec", "hsr", "netkit", "can", "ovpn", "nonsense"],
];

/**
 * Returns a message of a table: its header, then attributes of all numbers with random payloads, some of them nests.
 */
function seed(headerSize: number, attributes: number, rand: (below: number) => number, depth = 0): Uint8Array {
  const writer = new Writer();
  writer.grow((headerSize + 3) & ~3);
  for (let i = 0; i < headerSize; i++) writer.bytes[i] = rand(4) === 0 ? rand(256) : 0;
  for (let id = 1; id <= attributes; id++) {
    const start = writer.open(id);
    if (depth < 3 && rand(4) === 0) writer.append(seed(0, 1 + rand(30 >> depth), rand, depth + 1));
    else {for (let i = [0, 1, 2, 4, 4, 6, 8, 16, 16, 20, 32][rand(11)]!; i > 0; i--) {
        writer.bytes[writer.grow(1)] = rand(256);
      }}
    writer.close(start);
  }
  return writer.bytes.slice(0, writer.length);
}

/** Returns a link's message of a kind, whose data has random attributes. */
function linkSeed(kind: string, rand: (below: number) => number): Uint8Array {
  const writer = new Writer();
  writer.grow(16);
  const info = writer.open(18), kindAt = writer.open(1);
  writer.append(new TextEncoder().encode(`${kind}\0`));
  writer.close(kindAt);
  const data = writer.open(2);
  writer.append(seed(0, 40, rand, 1));
  writer.close(data);
  writer.close(info);
  return writer.bytes.slice(0, writer.length);
}

/** Kinds of qdiscs and classes. */
const TC_KINDS = [
  ..."atm bfifo cake cbq cbs choke clsact codel drr dsmark dualpi2 etf ets fq fq_codel fq_pie gred hfsc hhf htb".split(
    " ",
  ),
  ..."mqprio multiq netem pie plug prio qfq red sfb sfq skbprio taprio tbf nonsense".split(" "),
];

/** Returns a message of a qdisc or class of a kind, whose options and statistics have random attributes. */
function tcSeed(kind: string, rand: (below: number) => number): Uint8Array {
  const writer = new Writer();
  writer.grow(20);
  const kindAt = writer.open(1);
  writer.append(new TextEncoder().encode(`${kind}\0`));
  writer.close(kindAt);
  for (const [id, header, attributes] of [[2, [0, 24, 82][rand(3)]!, 20], [7, 0, 9], [4, 4 * rand(40), 0]] as const) {
    const start = writer.open(id);
    writer.append(seed(header, attributes, rand, 1));
    writer.close(start);
  }
  return writer.bytes.slice(0, writer.length);
}

function mutate(bytes: Uint8Array, rand: (below: number) => number): void {
  for (let changes = 1 + rand(4); changes > 0; changes--) {
    const at = rand(bytes.length);
    // Lengths and types are changed most often, as decoders depend on them most.
    if (rand(2) === 0) bytes[at & ~3] = [0, 1, 3, 4, 5, 8, 255, rand(256)][rand(8)]!;
    else bytes[at] = rand(256);
  }
}

function harmless(work: () => void): void {
  try {
    work();
  } catch (error) {
    assert(error instanceof DecodeError, `${error instanceof Error ? error.stack : error}`);
  }
}

const NAMES = { name: (index: number) => index < 9 ? `eth${index}` : undefined, index: () => undefined };

// deno-lint-ignore no-explicit-any
const TABLES: readonly [name: string, table: Attributes<any>, header: number, attributes: number][] = [
  ["link", Link, 16, 72],
  ["address", Address, 8, 12],
  ["route", Route, 12, 31],
  ["neighbour", Neighbour, 12, 18],
  ["rule", Rule, 12, 31],
  ["qdisc", Qdisc, 20, 16],
  ["class", Class, 20, 16],
  ["tcp socket", diag.TcpSocket, 72, 24],
  ["sctp socket", diag.SctpSocket, 72, 24],
  ["mptcp socket", diag.MptcpSocket, 72, 24],
  ["inet request", diag.InetRequest, 56, 4],
  ["unix socket", diag.UnixSocket, 16, 8],
  ["packet socket", diag.PacketSocket, 16, 8],
  ["netlink socket", diag.NetlinkSocket, 28, 5],
  ["vsock socket", diag.VsockSocket, 32, 1],
  ["xdp socket", diag.XdpSocket, 16, 10],
  ["smc socket", diag.SmcSocket, 64, 6],
  ["tipc socket", diag.TipcSocket, 0, 3],
];

for (const [name, table, header, attributes] of TABLES) {
  test(`fuzz: mutated ${name} messages give values or a DecodeError`, { timeout: 600_000 }, () => {
    const rand = random(name.length * 7919);
    let decoded = 0;
    for (let done = 0; done < COUNT;) {
      const kind = KINDS[rand(KINDS.length)]!;
      const original = name === "link" && rand(2) === 0
        ? linkSeed(kind, rand)
        : header === 20
        ? tcSeed(TC_KINDS[rand(TC_KINDS.length)]!, rand)
        : seed(header, attributes, rand);
      for (let i = 0; i < 200 && done < COUNT; i++, done++) {
        const bytes = original.slice();
        mutate(bytes, rand);
        const length = rand(8) === 0 ? rand(bytes.length) : bytes.length;
        harmless(() => {
          bothWays(() => {
            const reader = new Reader(bytes, length);
            reader.names = NAMES;
            return table.decode(reader, 0, length, {});
          });
          decoded++;
        });
        if (i % 16 !== 0) continue;
        // The printer and error paths walk the same message.
        const message = new Uint8Array(16 + bytes.length), view = new DataView(message.buffer);
        view.setUint32(0, message.length, true);
        message.set(bytes, 16);
        harmless(() => void new ShownMessage(message, name, {}, table).toString());
        harmless(() => void locate(new Reader(message), 0, rand(message.length), table));
      }
    }
    assert(decoded > COUNT / 100, `only ${decoded} of ${COUNT} could be decoded at all`);
    assertEquals(table.headerSize, header);
  });
}
