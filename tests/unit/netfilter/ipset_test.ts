/**
 * ipset, acct, osf, compat and hooks without a kernel: mutated messages, messages as the tools send them, both versions
 * of the protocol.
 *
 * NETLINK_FUZZ sets the number of mutated messages of each table.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import process from "node:process";
import { type Attributes, type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError, KernelError, NetlinkError } from "../../../core/errors.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { Acct } from "../../../families/netfilter/acct.ts";
import { CompatExtension } from "../../../families/netfilter/compat.ts";
import { Hook, open as openHooks } from "../../../families/netfilter/hooks.ts";
import {
  type IpsetClient,
  IpsetEntryMessage,
  IpsetMessage,
  IpsetRename,
  open,
} from "../../../families/netfilter/ipset.ts";
import { formatEntry, formatSet, parseIpset } from "../../../families/netfilter/ipset_save.ts";
import { ipsetError } from "../../../families/netfilter/ipset/errors.ts";
import { OsfMessage, parseFingerprint } from "../../../families/netfilter/osf.ts";
import { decode } from "../../../families/registry.ts";
import { FACTS } from "../../facts/compare.ts";
import { test } from "../../test.ts";
import { bothWays } from "../both_ways.ts";
import { hex, random } from "../core/help.ts";

const COUNT = Number(process.env["NETLINK_FUZZ"] ?? 2_000);

function bytesOf<T>(codec: Codec<T>, value: T): Uint8Array {
  const to = new Writer();
  to.everything = true;
  codec.encode(value, to, {});
  return to.bytes.slice(0, to.length);
}

const ENTRY = {
  ip: "10.0.0.0",
  cidr: 8,
  proto: "tcp" as const,
  port: 80,
  ip2: "2001:db8::",
  cidr2: 32,
  ether: "02:00:00:00:00:01",
  mark: 5,
  iface: "eth0",
  name: "other",
  timeout: 60,
  cadtFlags: ["physdev", "nomatch"] as const,
  packets: 1,
  bytes: 2,
  comment: "a word",
  skbmark: { mark: 1, mask: 255 },
  skbprio: 65546,
  skbqueue: 4,
  lineno: 7,
};

const OPTIONS = {
  ip: "10.0.0.0",
  ipTo: "10.0.255.255",
  timeout: 60,
  cadtFlags: ["with_counters", "with_comment"] as const,
  netmask: 24,
  hashsize: 1024,
  maxelem: 65536,
  bucketsize: 12,
  initval: 5,
};

const SEEDS: readonly (readonly [name: string, table: Attributes<never>, value: object])[] = [
  ["set", IpsetMessage as never, {
    protocol: 7,
    setname: "bad",
    typename: "hash:net",
    revision: 7,
    family: "inet",
    index: 3,
    data: OPTIONS,
    adt: [ENTRY, ENTRY],
  }],
  ["entry", IpsetEntryMessage as never, { protocol: 7, setname: "bad", lineno: 0, data: ENTRY, adt: [ENTRY] }],
  ["accounting object", Acct as never, { name: "web", pkts: 5, bytes: 6, use: 1, flags: ["quota_pkts"], quota: 7 }],
  ["extension", CompatExtension as never, { family: "ip", name: "tcp", rev: 0, type: "match" }],
  ["hook", Hook as never, {
    family: "ip",
    hooknum: 1,
    priority: -5,
    dev: "eth0",
    functionName: "f",
    moduleName: "m",
    chainInfo: { type: "nftables", desc: { table: "t", family: "ip", name: "in" } },
  }],
  ["fingerprint", OsfMessage as never, {
    finger: { ...parseFingerprint("S4:64:1:60:M*,S,T,N,W0:Linux:2.6::Linux 2.6"), optNum: 5, mss: 0 },
  }],
];

for (const [name, table, value] of SEEDS) {
  test(`netfilter: a mutated ${name} message gives a value or a DecodeError`, () => {
    const bytes = bytesOf(table, value as never), rand = random(name.length * 7919);
    const read = (given: Uint8Array, length: number): unknown =>
      bothWays(() => table.decode(new Reader(given, length), 0, length, {}));
    const { hook: _, ...whole } = read(bytes, bytes.length) as { hook?: unknown };
    assertEquals(Object.fromEntries(Object.keys(value).map((key) => [key, (whole as never)[key]])), value as never);
    let decoded = 0;
    for (let i = 0; i < COUNT; i++) {
      const mutated = bytes.slice();
      for (let changes = 1 + rand(4); changes > 0; changes--) {
        const at = rand(mutated.length);
        if (rand(2) === 0) mutated[at & ~3] = [0, 1, 3, 4, 5, 8, 255, rand(256)][rand(8)]!;
        else mutated[at] = rand(256);
      }
      try {
        read(mutated, rand(8) === 0 ? rand(mutated.length) : mutated.length);
        decoded++;
      } catch (error) {
        assert(error instanceof DecodeError, `${error instanceof Error ? error.stack : error}`);
      }
    }
    assert(decoded > COUNT / 10, `only ${decoded} of ${COUNT} could be decoded`);
  });
}

test("ipset: messages of the tool `ipset` are decoded, and ours have the same bytes", () => {
  // `ipset restore` of three entries, as strace shows it.
  const sent = hex(
    "9000000009060502000000000000000002000000050001000700000006000200620000000800094000000002" +
      "64000880180007800c00018008000140010101010800094000000002180007800c0001800800014001010102" +
      "0800094000000003180007800c00018008000140010101020800094000000004180007800c00018008000140" +
      "010101030800094000000005",
  );
  const [found] = decode(12, sent);
  assertEquals(found!.type, "IPSET_CMD_ADD");
  const value = found!.value as IpsetEntryMessage;
  assertEquals([value.setname, value.lineno, value.adt?.map(({ ip, lineno }) => [ip, lineno])], ["b", 2, [
    ["1.1.1.1", 2],
    ["1.1.1.2", 3],
    ["1.1.1.2", 4],
    ["1.1.1.3", 5],
  ]] as never);
  assertEquals(bytesOf(IpsetEntryMessage, value), sent.subarray(16));
});

test("ipset: error numbers have the names of the headers", () => {
  const found = ["bitmap:ip", "hash:ip", "list:set"].flatMap((type) =>
    Array.from({ length: 300 }, (_, i) => [4096 + i, ipsetError(4096 + i, "add", type)?.code] as const)
  );
  const named = found.filter(([, code]) => code !== undefined);
  for (const [number, code] of named) assertEquals([code, FACTS.constants[code!]], [code, number]);
  const all = Object.keys(FACTS.constants).filter((name) => /^IPSET_ERR_(?!PRIVATE|TYPE_SPECIFIC)/.test(name));
  assertEquals([...new Set(named.map(([, code]) => code!))].sort(), all.sort());
  assertEquals(ipsetError(17, "add"), undefined);
});

test("ipset: timeouts that the kernel would shorten are refused", () => {
  using client = open({ dryRun: () => {} });
  assertThrows(() => client.sets.add({ name: "a", type: "hash:ip", timeout: 2_147_484 }), RangeError, "data.timeout");
  assertThrows(() => client.entries.add("a", { ip: "10.0.0.1", timeout: 1e9 }), RangeError, "0..2147483 seconds");
});

test("ipset: the highest version of the protocol that both speak is asked for once, and sent", () => {
  for (
    const [protocol, protocolMin, expected] of [[6, undefined, 6], [7, 6, 7], [9, 6, 7], [5, 5, undefined], [
      9,
      8,
      undefined,
    ]]
  ) {
    const versions: unknown[] = [];
    let asked = 0;
    const kernel = new ScriptedKernel(({ type, seq, payload }) => {
      const ack = message(2, 0, seq, new Uint8Array(20), 4242);
      if (type === 0x601) {
        asked++;
        const answer = Uint8Array.of(
          2,
          0,
          0,
          0,
          5,
          0,
          1,
          0,
          protocol!,
          0,
          0,
          0,
          5,
          0,
          10,
          0,
          protocolMin ?? 0,
          0,
          0,
          0,
        );
        return [message(0x601, 0, seq, answer.subarray(0, protocolMin === undefined ? 12 : 20), 4242), ack];
      }
      versions.push(IpsetRename.decode(new Reader(payload), 0, payload.length, {}).protocol);
      return [ack];
    });
    using client = open({ transport: () => kernel });
    if (expected === undefined) {
      const error = assertThrows(() => client.sets.rename("a", "b"), NetlinkError) as NetlinkError;
      assertEquals([error.code, versions], ["IPSET_ERR_PROTOCOL", []]);
      continue;
    }
    client.sets.rename("a", "b");
    client.sets.swap("a", "b");
    assertEquals([asked, versions], [1, [expected, expected]]);
  }
});

test("ipset: when the kernel refuses to tell its version, the error names what was asked for, with a hint", () => {
  const refusing = (errno: number) => {
    const error = new Uint8Array(20);
    new DataView(error.buffer).setInt32(0, -errno, true);
    return new ScriptedKernel(({ seq }) => [message(2, 0, seq, error, 4242)]);
  };
  const asked: readonly (readonly [what: string, ask: (client: IpsetClient) => unknown])[] = [
    ["list sets", ({ sets }) => sets.list()],
    ["get set a", ({ sets }) => sets.find("a")],
    ["add set a", ({ sets }) => sets.add({ name: "a", type: "hash:ip" })],
    ["delete set a", ({ sets }) => sets.delete("a", { missing: "ok" })],
    ["swap set a with b", ({ sets }) => sets.swap("a", "b")],
    ["get set type hash:ip", ({ sets }) => sets.type("hash:ip")],
    ["list entries of set a", ({ entries }) => entries.list("a")],
    ["add entry 10.0.0.1 to set a", ({ entries }) => entries.add("a", { ip: "10.0.0.1" })],
    ["delete entries of set a", ({ entries }) => entries.delete("a", [{ ip: "10.0.0.1" }])],
    ["test entry 10.0.0.1 of set a", ({ entries }) => entries.test("a", { ip: "10.0.0.1" })],
    ["flush entries of set a", ({ entries }) => entries.flush("a")],
    ["get the protocol of ipset", ({ sets }) => sets.protocol()],
  ];
  for (const [errno, code, hint] of [[1, "EPERM", "CAP_NET_ADMIN"], [22, "EINVAL", "modprobe ip_set"]] as const) {
    for (const [what, ask] of asked) {
      using client = open({ transport: () => refusing(errno) });
      const error = assertThrows(() => ask(client), KernelError, `Cannot ${what}: ${code}`) as KernelError;
      assertStringIncludes(error.hint ?? "", hint, what);
    }
  }
});

test("ipset: a dry run shows what would be sent, without asking the kernel", () => {
  const shown: string[] = [];
  using client = open({ dryRun: (message) => shown.push(message.summary()) });
  client.sets.add({ name: "bad", type: "hash:ip", timeout: 600 });
  client.entries.add("bad", [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }]);
  client.entries.add("bad", { ip: "10.0.0.0/8" });
  assertEquals(shown.length, 4, shown.join("\n"));
  assert(shown.every((line) => line.includes("IPSET_CMD_")), shown.join("\n"));
});

test("ipset: the notation of any entry and set is read as it was written", () => {
  const set = {
    name: "s",
    type: "hash:net,port,net",
    family: "inet6",
    timeout: 5,
    counters: true,
    forceadd: true,
  } as const;
  const entry = {
    ip: "2001:db8::/32",
    proto: 200,
    port: 5,
    ip2: "fe80::1",
    timeout: 5,
    nomatch: true,
    packets: 1,
    bytes: 2,
    comment: "a b",
    skbmark: { mark: 1, mask: 0xff },
    skbprio: 0xffff_0001,
    skbqueue: 3,
  } as const;
  const [create, add] = parseIpset(`${formatSet(set)}\n${formatEntry(entry, set)}\n`);
  assertEquals((create as { value: unknown }).value, set);
  assertEquals((add as { value: unknown }).value, entry);
  const rand = random(5),
    words = ["create", "add", "a", "hash:ip", "10.0.0.1", '"', "timeout", "-exist", "5", "skbmark", "1:a", "\n", ","];
  let read = 0;
  for (let i = 0; i < COUNT; i++) {
    const text = Array.from({ length: rand(12) }, () => words[rand(words.length)]).join(" ");
    try {
      parseIpset(text, () => "hash:ip");
      read++;
    } catch (error) {
      assert(error instanceof TypeError && error.message.startsWith("Cannot read line"), `${text}: ${error}`);
    }
  }
  assert(read > 0);
});

test("hooks: a dump's parts are taken, though the kernel sends them without the socket's port", () => {
  const part = bytesOf(Hook, { family: "ip", hooknum: 1, priority: -225, functionName: "selinux_ip_input" });
  const kernel = new ScriptedKernel(({ seq }) => [
    message(0xc00, 2, seq, part, 0),
    message(3, 2, seq, new Uint8Array(4), 4242),
  ]);
  using client = openHooks({ transport: () => kernel });
  assertEquals(client.hooks.list({ family: "ip", hook: "input" }), [
    { family: "ip", hooknum: 1, hook: "input", priority: -225, functionName: "selinux_ip_input" },
  ]);
});

test("osf: lines that are no fingerprints are refused", () => {
  for (const line of ["", "S4:64", "x:64:1:60:M*:a:b::", "S4:64:1:60:Q:a:b::", "S4:y:1:60::a:b::"]) {
    assertThrows(() => parseFingerprint(line), TypeError, "Cannot read the fingerprint");
  }
});
