/** ESP between two namespaces, with packets of ping that pass only with the right states and policies on both sides. */
import { assert, assertEquals } from "@std/assert";
import type { LinkInput, LinkToAdd } from "../../../families/route/links.ts";
import type { ReplayEsn, StateInput } from "../../../families/xfrm/mod.ts";
import { skip } from "../../test.ts";
import { before, kernelTest, load, run } from "../namespace.ts";
import {
  CBC,
  clear,
  encapsulation,
  GCM,
  type Host,
  type Hosts,
  keyOf,
  needs,
  ping,
  protect,
  type Way,
  withHosts,
} from "./hosts.ts";

/** Checks that as many packets left in states as came out of them. */
function assertUsed([left, right]: Hosts, [sent, back]: [StateInput, StateInput], count = 3): void {
  const used = (host: Host, state: StateInput): number => host.client.states.get(state).curlft!.packets;
  assertEquals([used(right, sent), used(left, back)], [used(left, sent), used(right, back)]);
  assert(used(left, sent) >= count && used(right, back) >= count);
}

const WAYS: readonly (readonly [name: string, way: Way])[] = [
  ["transport mode with GCM", { state: GCM }],
  ["transport mode with CBC and HMAC, IPv6", { state: CBC, family: "inet6" }],
  ["tunnel mode with CBC and HMAC", { state: { ...CBC, mode: "tunnel", replayWindow: 32 } }],
  ["tunnel mode with GCM, IPv6", { state: { ...GCM, mode: "tunnel" }, family: "inet6" }],
  ["tunnel mode with numbers of 64 bits", { state: { ...GCM, mode: "tunnel", flags: ["esn"], replayWindow: 128 } }],
];

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
    assertEquals(left.client.states.get(moved[0]).aead, GCM.aead);
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
