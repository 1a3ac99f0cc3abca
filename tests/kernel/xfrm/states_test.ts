/** IPsec states, compared with those of `ip xfrm state`, on kernels that have ESP, AH and IPComp. */
import { assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { open, type StateInput, type XfrmClient, type XfrmState } from "../../../families/xfrm/mod.ts";
import { before, inNamespace, kernelTest, lab, load, many } from "../namespace.ts";
import { KEY20, STATES } from "../../unit/xfrm/pairs.ts";
import { assertHas, printed } from "./printed.ts";

const MODULES = ["esp4", "esp6", "ah4", "ipcomp", "deflate", "echainiv", "authenc", "gcm", "seqiv"];

/** The programs that a test of states needs. */
const needs = lab && MODULES.slice(0, 4).every((module) => load(module))
  ? ["ip"]
  : ["the lab, with a kernel that has ESP, AH and IPComp"];

kernelTest(
  "xfrm states: those that ip adds are listed with all fields, and ours are printed alike",
  needs,
  async () => {
    await inNamespace(({ name, ip }) => {
      using client = open({ netns: name });
      const { states } = client;
      for (const [words, state] of STATES) {
        ip(`xfrm state add ${words}`);
        const theirs = printed(name, "state"), [listed] = states.list({ proto: state.proto! });
        const { auth, ...rest } = state;
        assertHas(listed, rest);
        if (auth !== undefined) assertHas(listed!.authTrunc, auth);
        assertEquals(states.get(state), listed);
        // A state of IPComp has one of IP in IP beside it.
        assertEquals(states.list().length, state.proto === "comp" ? 2 : 1);
        states.delete(listed!);
        states.add(state);
        assertEquals(printed(name, "state"), theirs);
        states.delete(state);
        states.add(listed!);
        assertEquals(printed(name, "state"), theirs);
        states.flush({ all: true });
        assertEquals(states.list(), []);
      }
    });
  },
);

const ENCAP = { type: "espinudp", sport: 4500, dport: 4501 } as const;

/** Fields that older `ip` has no words for, by the kernel since which they are. */
const NEWER: readonly (readonly [major: number, minor: number, fields: Partial<StateInput>])[] = [
  [5, 17, { encap: ENCAP, mtimerThresh: 60 }],
  [5, 17, { extraFlags: ["oseq-may-wrap"], coaddr: "10.9.0.9" }],
  [6, 10, { dir: "in", replayWindow: 64 }],
  [6, 11, { dir: "out", encap: ENCAP, natKeepaliveInterval: 20 }],
  [6, 13, { dir: "out", pcpu: 0 }],
];

/** Adds a state with some fields, and checks that it is listed with them, alone and in its event. */
async function assertKept(client: XfrmClient, fields: Partial<StateInput>): Promise<void> {
  const { states } = client, [, gcm] = STATES[0]!, state = { ...gcm, ...fields };
  await using events = states.watch();
  states.add(state);
  const [listed] = states.list();
  assertHas(listed, state);
  const { value: event } = await events.next();
  assertEquals((event as { value?: XfrmState }).value, listed);
  states.delete(listed!);
  states.add(listed!);
  const untimed = ({ curlft: _, ...rest }: XfrmState) => rest;
  assertEquals(untimed(states.get(state)), untimed(listed!));
  states.delete(state);
}

kernelTest("xfrm states: fields of newer kernels are listed as they were given", needs, async () => {
  await inNamespace(async ({ name }) => {
    using client = open({ netns: name });
    for (const [major, minor, fields] of NEWER) if (!before(major, minor)) await assertKept(client, fields);
    assertEquals(client.states.list(), []);
  });
});

kernelTest("xfrm states: keys, filters, changes and flushes", needs, async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { states } = client, [, gcm] = STATES[0]!;
    for (const [, state] of STATES) states.add(state);
    const marked = STATES[2]![1];
    const { mark: _, ...unmarked } = marked;
    assertEquals(states.find(unmarked), undefined);
    assertEquals(states.get(marked).ifId, 9);
    const error = assertThrows(
      () => states.add({ ...gcm, src: "10.9.0.3" }),
      KernelError,
      "add state 10.9.0.2 esp 0x100",
    );
    assertEquals([error.code, error.message.includes(KEY20.slice(0, 16))], ["EEXIST", false]);
    const count = (filter: StateInput): number => {
      assertEquals([...states.iterate(filter)].length, states.list(filter).length);
      return states.list(filter).length;
    };
    // Compression makes a state of IP in IP beside its own.
    assertEquals(
      [
        { proto: "esp" } as const,
        { dst: "2001:db8::2" },
        { dst: "2001:db8::/32", proto: "esp" } as const,
        { src: "10.9.0.0/24", proto: "ah" } as const,
        { spi: 0x101 },
        { mode: "transport", proto: "esp" } as const,
        { mark: { value: 7 } },
      ].map(count),
      [3, 1, 1, 1, 1, 1, 1],
    );
    const before = states.get(gcm);
    states.set(gcm, { lft: { softAddExpiresSeconds: 100, hardAddExpiresSeconds: 200 } });
    const after = states.get(gcm), lasting = ({ curlft: _, lft: _1, ...rest }: XfrmState) => rest;
    assertEquals(after.lft, { softAddExpiresSeconds: 100, hardAddExpiresSeconds: 200 });
    assertEquals(lasting(after), lasting(before));
    assertThrows(() => states.set(gcm, { reqid: 7 }), TypeError, "reqid does not change");
    assertThrows(() => states.replace(gcm as never), TypeError, "no packet is lost");
    assertThrows(() => states.add({ ...gcm, spi: 1, flags: ["esn"] }), KernelError, "ESN");
    assertEquals(states.flush({ dst: "2001:db8::/32" }), 1);
    assertEquals([states.flush({ proto: "esp" }), states.list({ proto: "esp" })], [2, []]);
    const total = many(10_000);
    client.batch(({ states }) => {
      for (let i = 0; i < total; i++) states.add({ ...gcm, spi: 0x1000 + i });
    });
    assertEquals(count({ proto: "esp" }), total);
    states.flush({ all: true });
    assertEquals(states.list(), []);
  });
});
