/** Events of states that packets pass through, and what `ip xfrm monitor` prints about them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { once } from "node:events";
import type { Mapping, ReplayState, StateInput, XfrmState } from "../../../families/xfrm/mod.ts";
import { kernelTest } from "../namespace.ts";
import { CBC, encapsulation, GCM, type Host, keyOf, needs, ping, protect, withHosts } from "./hosts.ts";
import { monitored } from "./printed.ts";

/** Runs a test with what `ip xfrm monitor` prints in a host's namespace. */
function monitor({ ns, client }: Host): ReturnType<typeof monitored> {
  return monitored(ns.name, client.policies);
}

kernelTest("xfrm: a peer whose port changes is a mapping", [...needs, "/usr/bin/python3"], async () => {
  await withHosts(async (hosts) => {
    const [left, right] = hosts, { states } = right.client, encap = { sport: 4500, dport: 4500 };
    const sockets = await Promise.all(hosts.map(({ ns }) => encapsulation(ns, 4500)));
    const [sent] = protect(hosts, { state: { ...GCM, encap } });
    // The receiver expects another port than the one that packets come from.
    states.delete(sent);
    states.add({ ...sent, encap: { ...encap, sport: 4999 } });
    await using printed = await monitor(right);
    await using events = right.client.watch("mapping");
    ping(hosts, right.inet, 1);
    const { value: { event, object, value } } = await events.next() as { value: Record<string, unknown> };
    assertEquals([event, object], ["mapping", "state"]);
    assertEquals(value, {
      family: "inet",
      dst: right.inet,
      proto: "esp",
      spi: sent.spi!,
      reqid: 0,
      oldSaddr: left.inet,
      newSaddr: left.inet,
      oldSport: 4999,
      newSport: 4500,
    } as Partial<Mapping> as never);
    assertStringIncludes(await printed.printed(), `Mapping change ${left.inet}:4999 -> ${left.inet}:4500`);
    // A key daemon takes over the new port.
    states.set(sent, { encap });
    assertEquals(states.get(sent).encap?.sport, 4500);
    await Promise.all(sockets.map((socket) => (socket.stdin!.end(), once(socket, "close"))));
  });
});

kernelTest("xfrm: numbers of packets are told after so many, and when they are set", needs, async () => {
  await withHosts(async (hosts) => {
    const [left, right] = hosts, { states } = left.client;
    await using events = left.client.watch("aevent");
    const thresholds = { replayWindow: 32, replayThresh: 2, etimerThresh: 0 };
    const [sent, back] = protect(hosts, { state: { ...GCM, ...thresholds } });
    const next = async (of: StateInput): Promise<ReplayState> => {
      while (true) {
        const { value: { value } } = await events.next() as { value: { value: ReplayState } };
        if (value.spi === of.spi) return value;
      }
    };
    ping(hosts, right.inet);
    const { src, dst, flags, replay } = await next(sent);
    assertEquals([src, dst, flags.includes("cr"), replay?.oseq], [left.inet, right.inet, true, 2]);
    const into = await next(back);
    assertEquals([into.flags.includes("cr"), into.replay?.seq, into.replay?.bitmap], [true, 2, 3]);
    assertEquals([states.replay(sent).replayThresh, states.replay(sent).etimerThresh], [2, 0]);
    states.setReplay({ ...keyOf(sent), replay: { ...replay!, oseq: 100 }, replayThresh: 50 });
    const changed = await next(sent);
    assertEquals([changed.flags.includes("cu"), changed.replay?.oseq], [true, 100]);
    assertEquals(states.replay(sent).replayThresh, 50);
  });
});

kernelTest("xfrm: states that are made, changed, expired and gone are events, as ip prints them", needs, async () => {
  await withHosts(async ([left, right]) => {
    const { client, ns } = left, { states } = client, ends = { src: left.inet, dst: right.inet, proto: "esp" } as const;
    await using printed = await monitor(left);
    await using events = client.watch("state", "expire");
    const next = async (): Promise<[words: string, value: XfrmState]> => {
      const { value: item } = await events.next() as never as {
        value: { event: string; object: string; value: XfrmState & { hard?: boolean } };
      };
      return [[item.event, item.object, item.value.hard ?? ""].join(" ").trim(), item.value];
    };
    const key = { ...ends, spi: 0x100 },
      state = { ...key, ...CBC, mode: "tunnel", lft: { hardPacketLimit: 9 } } as const;
    ns.ip(
      `xfrm state add src ${left.inet} dst ${right.inet} proto esp spi 0x101 mode transport ` +
        `aead rfc4106(gcm(aes)) 0x${GCM.aead.key} 128 sel src 10.0.0.0/8`,
    );
    const [theirs, listed] = await next();
    assertEquals([theirs, listed], ["new state", states.get({ ...key, spi: 0x101 })]);
    states.add(state);
    const [made, value] = await next();
    assertEquals([made, value], ["new state", states.get(key)]);
    states.set(key, { lft: { hardPacketLimit: 10 } });
    const [changed, { lft }] = await next();
    assertEquals([changed, lft], ["new state", { hardPacketLimit: 10 }]);
    states.expire(key);
    assertEquals((await next())[0], "expire state false");
    states.expire(key, true);
    const [expired, gone] = await next();
    assertEquals([expired, gone.spi, gone.lft], ["expire state true", 0x100, lft]);
    assertEquals((await next())[0], "del state");
    states.delete(listed);
    const [deleted, last] = await next();
    assertEquals([deleted, last], ["del state", listed]);
    states.add(state);
    assertEquals((await next())[0], "new state");
    states.flush({ proto: "esp" });
    const [flushed, { proto }] = await next();
    assertEquals([flushed, proto], ["flush state", "esp"]);
    const text = await printed.printed(), spi = "proto esp spi 0x00000100";
    for (
      const words of [
        `Updated src ${left.inet} dst ${right.inet} ${spi}`,
        "hard 0",
        "hard 1",
        "Flushed state proto esp",
      ]
    ) {
      assertStringIncludes(text, words);
    }
    assert(text.includes(`Deleted src ${left.inet} dst ${right.inet} proto esp spi 0x00000101`), text);
  });
});
