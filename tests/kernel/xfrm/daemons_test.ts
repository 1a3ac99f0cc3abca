/**
 * Messages between key daemons and the kernel: acquires, new addresses, replay states, reports and mappings, as
 * `ip xfrm monitor` prints them.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Client } from "../../../core/client.ts";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { KernelError } from "../../../core/errors.ts";
import { message } from "../../../core/scripted.ts";
import { Mapping, NETLINK_XFRM, open, ReplayState, Report, XFRM_MSG, XFRMNLGRP } from "../../../families/xfrm/mod.ts";
import { inNamespace, kernelTest } from "../namespace.ts";
import { monitored } from "./printed.ts";

const SEL = { src: "10.9.0.0/24", dst: "10.8.0.0/24" } as const;
const TMPL = [{ src: "10.9.0.1", dst: "10.9.0.2", proto: "esp", mode: "tunnel", reqid: 7 }] as const;

const bytesOf = (codec: unknown, value: object): Uint8Array => {
  const to = new Writer();
  (codec as Codec<object>).encode(value, to, {});
  return to.bytes.slice(0, to.length);
};

kernelTest("xfrm: an acquire that is sent is one for all key daemons, as ip prints it", ["ip"], async () => {
  await inNamespace(async ({ name }) => {
    using client = open({ netns: name });
    const { policies } = client;
    await using monitor = await monitored(name, policies);
    await using events = client.watch("acquire");
    const packet = { src: "10.9.0.5", dst: "10.8.0.7", proto: "udp", dport: 53 } as const;
    const policy = { dir: "out", sel: SEL } as const;
    policies.acquire({ src: "10.9.0.1", sel: packet, policy, tmpl: TMPL, aalgos: 0xf, mark: { value: 5, mask: 7 } });
    const { value: event } = await events.next();
    assertEquals(event.event, "acquire");
    const { src, dst, proto, seq, sel, tmpl, mark, aalgos, ealgos } = event.value as never as Record<string, unknown>;
    assertEquals([src, dst, proto, typeof seq], ["10.9.0.1", "10.9.0.2", "esp", "number"]);
    assertEquals(sel, { family: "inet", ...packet, src: "10.9.0.5/32", dst: "10.8.0.7/32" });
    assertEquals([mark, aalgos, ealgos], [{ value: 5, mask: 7 }, 0xf, 0xffffffff]);
    assertEquals((tmpl as { reqid: number }[]).map(({ reqid }) => reqid), [7]);
    const text = await monitor.printed();
    assertStringIncludes(text, "acquire proto esp");
    assertStringIncludes(text, "sel src 10.9.0.5/32 dst 10.8.0.7/32 proto udp dport 53");
    assertStringIncludes(text, "policy src 10.9.0.0/24 dst 10.8.0.0/24 dir out");
    assertStringIncludes(text, "tmpl src 10.9.0.1 dst 10.9.0.2 proto esp reqid 7 mode tunnel");
    const error = assertThrows(() => policies.acquire({ sel: packet, policy: { dir: 9, sel: SEL } }), KernelError);
    assertStringIncludes(
      error.message,
      "Cannot acquire states for src 10.9.0.5 dst 10.8.0.7 proto udp dport 53: EINVAL",
    );
    assertThrows(() => policies.acquire("x" as never), TypeError, "Cannot acquire states");
  });
});

kernelTest("xfrm: a policy whose tunnel gets new addresses is listed with them by ip", ["ip"], async () => {
  await inNamespace(async ({ name, ip }) => {
    using client = open({ netns: name });
    const { policies } = client, key = { dir: "out", sel: SEL } as const;
    policies.add({ ...key, tmpl: TMPL });
    await using events = client.watch("migrate");
    const old = { proto: "esp", mode: "tunnel", reqid: 7, oldSaddr: "10.9.0.1", oldDaddr: "10.9.0.2" } as const;
    const migrate = [{ ...old, newSaddr: "2001:db8::1", newDaddr: "2001:db8::2" }];
    policies.migrate({ ...key, migrate });
    assertStringIncludes(ip("xfrm policy list").replace(/\s+/g, " "), "tmpl src 2001:db8::1 dst 2001:db8::2 proto esp");
    const { value: event } = await events.next();
    assertEquals([event.event, event.object], ["migrate", "policy"]);
    const told = event.value as { sel: object; migrate: object[] };
    assertEquals(told.sel, { family: "inet", ...SEL });
    assertEquals(told.migrate, [{ ...migrate[0], oldFamily: "inet", newFamily: "inet6" }]);
    const none = assertThrows(() => policies.migrate({ ...key, migrate }), KernelError);
    assertEquals(none.code, "ENODATA");
    const missing = assertThrows(() => policies.migrate({ dir: "in", sel: SEL, migrate }), KernelError);
    assertStringIncludes(missing.message, "Cannot migrate policy src 10.9.0.0/24 dst 10.8.0.0/24 in: ENOENT");
    assertThrows(() => policies.migrate({ ...key, migrate: [{ oldSaddr: "x" }] }), TypeError, "migrate[0].oldSaddr");
  });
});

kernelTest(
  "xfrm: the replay state of a state is asked for; setting needs keys, new addresses Linux 7.2",
  ["ip"],
  async () => {
    await inNamespace(({ name }) => {
      using client = open({ netns: name });
      const { states } = client;
      const state = states.allocSpi({ src: "10.9.0.2", dst: "10.9.0.1", proto: "esp", mark: { value: 3, mask: 3 } });
      const { dst, proto, spi, mark } = state, key = { dst, proto, spi, mark: mark! };
      const { flags, replay, ltimeVal, replayThresh, src } = states.replay(key);
      assertEquals([flags, replay, replayThresh, src], [
        ["rthr", "ethr"],
        { oseq: 0, seq: 0, bitmap: 0 },
        0,
        "10.9.0.2",
      ]);
      assertEquals([ltimeVal!.bytes, typeof ltimeVal!.addTime], [0, "number"]);
      const without = assertThrows(() => states.replay({ dst, proto, spi }), KernelError);
      assertStringIncludes(without.message, `Cannot get the replay state of 10.9.0.1 esp 0x${spi.toString(16)}: ESRCH`);
      const waiting = assertThrows(() => states.setReplay({ ...key, replay: { oseq: 5 } }), KernelError);
      assertEquals(waiting.code, "EINVAL");
      const moved = assertThrows(
        () => states.migrate({ ...key, spi: 9, newSaddr: "10.9.0.3", newDaddr: "10.9.0.1" }),
        KernelError,
      );
      assert(["EINVAL", "ENOPROTOOPT", "ESRCH"].includes(moved.code), moved.message);
      assertStringIncludes(moved.message, "Cannot migrate state 10.9.0.1 esp 0x9: ");
    });
  },
);

kernelTest("xfrm: ip prints our replay states, reports and mappings as it prints the kernel's", ["ip"], async () => {
  await inNamespace(async ({ name }) => {
    using client = open({ netns: name });
    await using monitor = await monitored(name, client.policies);
    using sender = new Client(NETLINK_XFRM, { netns: name });
    /** Sends a message to a group, and returns what ip prints about it. */
    const told = async (type: number, group: number, codec: unknown, value: object): Promise<string> => {
      const bytes = message(type, 0, 0, bytesOf(codec, value));
      sender.transport.send(bytes, bytes.length, 0, 1 << (group - 1));
      return await monitor.printed();
    };
    const id = { family: "inet", dst: "10.9.0.2", proto: "esp", spi: 0x1234, reqid: 7 } as const;
    assertStringIncludes(
      await told(XFRM_MSG.XFRM_MSG_NEWAE, XFRMNLGRP.XFRMNLGRP_AEVENTS, ReplayState, {
        ...id,
        src: "10.9.0.1",
        flags: ["cr", "rval"],
      }),
      "Async event (0x12) replay update src 10.9.0.1 dst 10.9.0.2 reqid 0x7 protocol esp SPI 0x1234",
    );
    assertStringIncludes(
      await told(XFRM_MSG.XFRM_MSG_REPORT, XFRMNLGRP.XFRMNLGRP_REPORT, Report, {
        proto: "route2",
        sel: { src: "2001:db8::1", dst: "2001:db8::2" },
        coaddr: "2001:db8::3",
      }),
      "report proto route2 sel src 2001:db8::1/128 dst 2001:db8::2/128",
    );
    assertStringIncludes(
      await told(XFRM_MSG.XFRM_MSG_MAPPING, XFRMNLGRP.XFRMNLGRP_MAPPING, Mapping, {
        ...id,
        oldSaddr: "10.9.0.1",
        newSaddr: "10.9.0.9",
        oldSport: 4500,
        newSport: 1024,
      }),
      "Mapping change 10.9.0.1:4500 -> 10.9.0.9:1024 dst 10.9.0.2 reqid 0x7 protocol esp SPI 0x1234",
    );
  });
});

kernelTest("xfrm: what names an object names no other: protocols, marks, numbers with selectors", ["ip"], async () => {
  await inNamespace(({ name, ip }) => {
    using client = open({ netns: name });
    const { states, policies } = client, ends = { src: "10.9.0.1", dst: "10.9.0.2", proto: "esp" } as const;
    const one = states.allocSpi(ends);
    states.allocSpi({ ...ends, proto: "ah" });
    for (const proto of [0, 255]) assertEquals([states.flush({ proto }), states.list().length], [0, 2], `${proto}`);
    const marked = { dst: one.dst, proto: one.proto, spi: one.spi, mark: { value: 9 } };
    assertEquals([states.find(marked), states.delete(marked, { missing: "ok" })], [undefined, false]);
    const own = states.allocSpi({ ...ends, mark: { value: 13, mask: 12 } });
    assertEquals(states.get({ ...ends, spi: own.spi, mark: { value: 12, mask: 12 } }), own);
    assertEquals([states.delete(own), states.delete(one), states.flush({ proto: "ah" })], [true, true, 1]);
    assertThrows(() => states.flush({ proto: "tcp" as never }), TypeError, "Cannot flush states: proto");

    const [a, b] = ["10.9.0.0/24", "10.8.0.0/24"].map((src) => ({ dir: "out", sel: { src } }) as const);
    policies.add(a!);
    policies.add({ ...b!, mark: { value: 9, mask: 1 } });
    const listed = policies.get(a!), mixed = { ...listed, sel: b!.sel };
    assertThrows(() => policies.get(mixed), KernelError, "src 10.8.0.0/24 out: ENOENT");
    assertThrows(() => policies.delete(mixed), KernelError, "src 10.8.0.0/24 out: ENOENT");
    assertEquals(ip("xfrm policy").match(/src 10.9.0.0/g)?.length, 1);
    assertEquals(policies.get({ dir: "out", index: listed.index }), listed);
    assertEquals(policies.delete({ ...b!, mark: { value: 9, mask: 1 } }), true);
    assertEquals(policies.delete({ ...listed }), true);
    assertEquals(policies.list(), []);
  });
});

kernelTest("xfrm: a state without a source is listed with the selector that ip prints", ["ip"], async () => {
  await inNamespace(({ name, ip }) => {
    using client = open({ netns: name });
    client.states.allocSpi({ dst: "10.9.0.2", proto: "esp" });
    const [state] = client.states.list();
    assertEquals([state!.sel?.src, state!.sel?.dst], ["0.0.0.0/32", "10.9.0.2/32"]);
    assertStringIncludes(ip("xfrm state"), "sel src 0.0.0.0/32 dst 10.9.0.2/32");
  });
});

kernelTest(
  "xfrm: mistakes in requests of key daemons are told with the operation, and nothing is sent",
  [],
  async () => {
    await inNamespace(({ name }) => {
      using client = open({ netns: name });
      const { states, policies } = client;
      const pair = { proto: "esp", mode: "tunnel", oldSaddr: "10.9.0.1", oldDaddr: "10.9.0.2" } as const;
      const policy = { dir: "out", sel: {} } as const, other = "2001:db8::5";
      const mistakes: readonly (readonly [call: () => unknown, text: string])[] = [
        [
          () => policies.migrate({ ...policy, migrate: [{ ...pair, newSaddr: other, newDaddr: "10.9.0.3" }] }),
          `migrate[0].newSaddr: "${other}" is not of the family inet`,
        ],
        [
          () => policies.migrate({ ...policy, migrate: [{ ...pair, oldFamily: "inet6", newSaddr: "10.9.0.5" }] }),
          "is not of the family inet6",
        ],
        [
          () => policies.migrate({ ...policy, migrate: [pair], kmaddress: { local: other, remote: "1.2.3.4" } }),
          'kmaddress.remote: "1.2.3.4" is not of the family inet6',
        ],
        [
          () => policies.acquire({ sel: { src: "1.1.1.1" }, src: other, policy, tmpl: [{ proto: "esp" }] }),
          `src: "${other}" is not of the family inet`,
        ],
        [() => states.allocSpi({ src: other, proto: "esp" }), "Cannot allocate an SPI for esp: dst is missing"],
        [() => states.expire({}), "Cannot expire state: dst is missing"],
        [() => states.replay({ dst: other }), `Cannot get the replay state of ${other}: proto is missing`],
        [() => states.setReplay({}), "Cannot set the replay state of: dst is missing"],
        [() => states.migrate({ newSaddr: other }), "Cannot migrate state: dst is missing"],
        [() => policies.expire({}), "Cannot expire policy: dir is missing"],
        ...[-1, 0, 1.5, NaN].map((buffer) =>
          [() => client.watch("policy", { buffer }), "buffer: expected a number of bytes, 1 or more"] as const
        ),
      ];
      for (const [call, text] of mistakes) assertThrows(call, TypeError, text);
    });
  },
);
