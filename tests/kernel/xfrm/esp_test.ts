/** ESP between two namespaces, with packets of ping that pass only with the right states and policies on both sides. */
import { assert, assertEquals } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import type { LinkInput, LinkToAdd } from "../../../families/route/links.ts";
import {
  open,
  type PolicyInput,
  type ReplayEsn,
  type StateInput,
  type XfrmClient,
} from "../../../families/xfrm/mod.ts";
import { KEY16, KEY20, KEY32 } from "../../unit/xfrm/pairs.ts";
import { skip } from "../../test.ts";
import { before, inNamespace, kernelTest, lab, load, type Namespace, run } from "../namespace.ts";

/** The programs that the tests need. */
const needs = lab && load("esp4") && load("esp6") ? ["ip", "ping"] : ["the lab, with a kernel that has ESP"];

/** One of two hosts. */
interface Host {
  readonly ns: Namespace;
  readonly client: XfrmClient;
  /** Its addresses. */
  readonly inet: string;
  readonly inet6: string;
}

type Hosts = readonly [left: Host, right: Host];

/** Makes two namespaces with a link between them. */
async function withHosts(body: (hosts: Hosts) => void | Promise<void>): Promise<void> {
  await inNamespace(async (left) => {
    await inNamespace(async (right) => {
      const peer = { ifname: "v0", netns: right.name };
      left.route.links.add({ ifname: "v0", kind: "veth", up: true, data: { peer } });
      right.route.links.set("v0", { up: true });
      const [one, other] = ([left, right] as const).map((ns, i) => {
        const inet = `192.0.2.${i + 1}`, inet6 = `2001:db8::${i + 1}`, { addresses } = ns.route;
        addresses.add({ dev: "v0", address: `${inet}/24` });
        addresses.add({ dev: "v0", address: `${inet6}/64`, flags: ["nodad"] });
        return { ns, client: open({ netns: ns.name }), inet, inet6 };
      }) as [Host, Host];
      using _one = one.client, _other = other.client;
      await body([one, other]);
    });
  });
}

/** Returns the output of ping from the first host, which ends with an error if no packet passes. */
function ping([left]: Hosts, to: string, count = 3): string {
  return run("ip", ["netns", "exec", left.ns.name, "ping", "-c", `${count}`, "-i", "0.05", "-W", "10", to]);
}

const GCM = { aead: { name: "rfc4106(gcm(aes))", key: KEY20, icvLength: 128 } } as const;
const CBC = {
  crypt: { name: "cbc(aes)", key: KEY16 },
  authTrunc: { name: "hmac(sha256)", key: KEY32, truncLength: 128 },
} as const;

/** The states and policies of both directions. */
interface Way {
  /** Fields of the states. */
  readonly state: Partial<StateInput>;
  /** Fields of the policies. */
  readonly policy?: Partial<PolicyInput>;
  readonly family?: "inet" | "inet6";
}

/** Adds states and policies for both directions on both hosts; returns the states of the first direction, by host. */
function protect(hosts: Hosts, { state, policy, family = "inet" }: Way): [sent: StateInput, back: StateInput] {
  const states = hosts.map((from, i) => {
    const to = hosts[1 - i]!, src = from[family], dst = to[family], { mode = "transport" } = state;
    const made = { ...state, mode, src, dst, proto: "esp", spi: 0x100 + i } as StateInput;
    const tmpl = [{ proto: "esp" as const, mode, ...mode === "tunnel" ? { src, dst } : {} }];
    for (const { client } of hosts) client.states.add(made);
    // Packets of UDP that carry others need no state themselves.
    const common = { sel: { src, dst, proto: family === "inet" ? "icmp" : "ipv6-icmp" }, ...policy, tmpl } as const;
    from.client.policies.add({ ...common, dir: "out" });
    to.client.policies.add({ ...common, dir: "in" });
    return made;
  });
  return states as [StateInput, StateInput];
}

/** Checks that as many packets left in states as came out of them. */
function assertUsed([left, right]: Hosts, [sent, back]: [StateInput, StateInput], count = 3): void {
  const used = (host: Host, state: StateInput): number => host.client.states.get(state).curlft!.packets;
  assertEquals([used(right, sent), used(left, back)], [used(left, sent), used(right, back)]);
  assert(used(left, sent) >= count && used(right, back) >= count);
}

/** Returns what identifies a state. */
const keyOf = ({ src, dst, proto, spi }: StateInput) => ({ src: src!, dst: dst!, proto: proto!, spi: spi! });

const WAYS: readonly (readonly [name: string, way: Way])[] = [
  ["transport mode with GCM", { state: GCM }],
  ["transport mode with CBC and HMAC, IPv6", { state: CBC, family: "inet6" }],
  ["tunnel mode with CBC and HMAC", { state: { ...CBC, mode: "tunnel", replayWindow: 32 } }],
  ["tunnel mode with GCM, IPv6", { state: { ...GCM, mode: "tunnel" }, family: "inet6" }],
  ["tunnel mode with numbers of 64 bits", { state: { ...GCM, mode: "tunnel", flags: ["esn"], replayWindow: 128 } }],
];

/** Removes all states and policies of both hosts. */
function clear(hosts: Hosts): void {
  for (const { client } of hosts) {
    client.states.flush({ all: true });
    client.policies.flush({ all: true });
  }
}

kernelTest("xfrm: packets pass through ESP in both modes, with each algorithm", needs, async () => {
  await withHosts((hosts) => {
    for (const [name, way] of WAYS) {
      const states = protect(hosts, way), to = hosts[1][way.family ?? "inet"];
      assert(ping(hosts, to).includes(" 3 received"), name);
      assertUsed(hosts, states);
      clear(hosts);
    }
  });
});

/** Opens a UDP socket that takes packets of ESP, in a process that ends with its input. */
async function encapsulation(ns: Namespace, port: number): Promise<ChildProcess> {
  const code = "import socket,sys;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.setsockopt(17,100,2);" +
    `s.bind(("",${port}));print("ready",flush=True);sys.stdin.read()`;
  const child = spawn("ip", ["netns", "exec", ns.name, "/usr/bin/python3", "-c", code], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout!.once("data", resolve));
  return child;
}

kernelTest("xfrm: packets pass through ESP in UDP", [...needs, "/usr/bin/python3"], async () => {
  await withHosts(async (hosts) => {
    const sockets = await Promise.all(hosts.map(({ ns }) => encapsulation(ns, 4500)));
    const ended = sockets.map((socket) => new Promise((resolve) => socket.on("close", resolve)));
    const states = protect(hosts, { state: { ...GCM, encap: { sport: 4500, dport: 4500 } } });
    assert(ping(hosts, hosts[1].inet).includes(" 3 received"));
    assertUsed(hosts, states);
    for (const socket of sockets) socket.stdin!.end();
    await Promise.all(ended);
  });
});

const INTERFACES: readonly (readonly [
  kind: "xfrm" | "vti",
  data: object,
  link: (one: string, other: string) => LinkInput,
])[] = [
  ["xfrm", { ifId: 42 }, () => ({ ifname: "t0", kind: "xfrm", data: { link: "v0", ifId: 42 } })],
  ["vti", { mark: { value: 7 } }, (one, other) => ({
    ifname: "t0",
    kind: "vti",
    data: { local: one, remote: other, ikey: 7, okey: 7 },
  })],
];

kernelTest("xfrm: packets pass through ESP of interfaces of the kinds xfrm and vti", needs, async () => {
  if (!load("ip_vti") || !load("xfrm_interface")) skip("this kernel lacks interfaces of the kinds xfrm and vti");
  await withHosts((hosts) => {
    for (const [kind, data, link] of INTERFACES) {
      hosts.forEach(({ ns, inet }, i) => {
        ns.route.links.add({ ...link(inet, hosts[1 - i]!.inet), up: true } as LinkToAdd);
        ns.route.addresses.add({ dev: "t0", address: `10.42.0.${i + 1}/24` });
      });
      const states = protect(hosts, {
        state: { ...CBC, mode: "tunnel", ...data },
        policy: { sel: { src: "10.42.0.0/24", dst: "10.42.0.0/24" }, ...data },
      });
      assert(ping(hosts, "10.42.0.2").includes(" 3 received"), kind);
      assertUsed(hosts, states);
      const { rxPackets, txPackets } = hosts[0].ns.route.links.get("t0").stats64!;
      assertEquals([rxPackets, txPackets], [3, 3], kind);
      clear(hosts);
      for (const { ns } of hosts) ns.route.links.delete("t0");
    }
  });
});

kernelTest("xfrm: numbers of packets that are set count on, also beyond 32 bits", needs, async () => {
  await withHosts((hosts) => {
    const [left, right] = hosts, [sent] = protect(hosts, { state: { ...GCM, replayWindow: 32 } });
    assert(ping(hosts, right.inet).includes(" 3 received"));
    const { replay } = left.client.states.replay(sent);
    assertEquals([replay?.oseq, right.client.states.replay(sent).replay?.seq], [3, 3]);
    left.client.states.setReplay({ ...keyOf(sent), replay: { ...replay!, oseq: 1000 } });
    assert(ping(hosts, right.inet).includes(" 3 received"));
    assertEquals(right.client.states.replay(sent).replay?.seq, 1003);
    // A packet with a number below the window is thrown away.
    left.client.states.setReplay({ ...keyOf(sent), replay: { ...replay!, oseq: 2 } });
    let refused = "";
    try {
      run("ip", ["netns", "exec", left.ns.name, "ping", "-c", "1", "-W", "0.2", right.inet]);
    } catch (error) {
      refused = String(error);
    }
    assert(refused.includes("ping"));
    assertEquals(right.client.states.get(sent).stats?.replayWindow, 1);
    clear(hosts);
    protect(hosts, { state: { ...GCM, flags: ["esn"], replayWindow: 64 } });
    const change = ({ client }: Host, changes: Partial<ReplayEsn>): void =>
      client.states.setReplay({ ...keyOf(sent), replayEsn: { ...client.states.replay(sent).replayEsn!, ...changes } });
    change(left, { oseq: 0xfffffffe });
    change(right, { seq: 0xfffffffe });
    assert(ping(hosts, right.inet).includes(" 3 received"));
    const after = hosts.map(({ client }) => client.states.replay(sent).replayEsn!);
    assertEquals([after[0]!.oseqHi, after[0]!.oseq, after[1]!.seqHi, after[1]!.seq], [1, 1, 1, 1]);
  });
});

kernelTest("xfrm: a state that is migrated keeps its key and numbers at its new address", needs, async () => {
  if (before(7, 2)) skip("states are migrated one by one since Linux 7.2");
  await withHosts((hosts) => {
    const [left, right] = hosts, states = protect(hosts, { state: { ...GCM, replayWindow: 32 } });
    assert(ping(hosts, right.inet).includes(" 3 received"));
    const address = "192.0.2.7", [sent, back] = states;
    right.ns.route.addresses.add({ dev: "v0", address: `${address}/24` });
    for (const { client } of hosts) {
      client.states.migrate({ dst: right.inet, proto: "esp", spi: sent.spi!, newSaddr: left.inet, newDaddr: address });
      client.states.migrate({ dst: left.inet, proto: "esp", spi: back.spi!, newSaddr: address, newDaddr: left.inet });
      assertEquals(client.states.find(sent), undefined);
    }
    const moved = [{ ...sent, dst: address }, { ...back, src: address }] as [StateInput, StateInput];
    assertEquals(left.client.states.get(moved[0]).aead, { ...GCM.aead });
    for (const [host, dir] of [[left, "out"], [right, "in"]] as const) {
      host.client.policies.add({ dir, sel: { src: left.inet, dst: address }, tmpl: [{ proto: "esp" }] });
    }
    for (const [host, dir] of [[right, "out"], [left, "in"]] as const) {
      host.client.policies.add({ dir, sel: { src: address, dst: left.inet }, tmpl: [{ proto: "esp" }] });
    }
    assert(ping(hosts, address).includes(" 3 received"));
    assertEquals(left.client.states.replay(moved[0]).replay?.oseq, 6);
    assertUsed(hosts, moved);
  });
});
