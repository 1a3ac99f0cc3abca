/** IPsec policies, compared with those of `ip xfrm policy`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { spawn } from "node:child_process";
import { open, type XfrmPolicy } from "../../../families/xfrm/mod.ts";
import { inNamespace, kernelTest } from "../namespace.ts";
import { POLICIES } from "../../unit/xfrm/pairs.ts";
import { assertHas, printed } from "./printed.ts";

kernelTest("xfrm policies: those that ip adds are listed with all fields, and ours are printed alike", [
  "ip",
], async () => {
  await inNamespace(({ name, ip }) => {
    using client = open({ netns: name });
    const { policies } = client;
    for (const [words, policy] of POLICIES) {
      ip(`xfrm policy add ${words}`);
      const theirs = printed(name, "policy"), [listed] = policies.list();
      assertHas(listed, policy);
      assertEquals(theirs.length, 1);
      policies.delete(policy);
      assertEquals(printed(name, "policy"), []);
      policies.add(policy);
      assertEquals(printed(name, "policy"), theirs);
      policies.delete(policy);
    }
  });
});

kernelTest("xfrm policies: what list yields, get, delete and add accept", ["ip"], async () => {
  await inNamespace(({ name, ip }) => {
    using client = open({ netns: name });
    const { policies } = client;
    for (const [words] of POLICIES) ip(`xfrm policy add ${words}`);
    const listed = policies.list(), text = printed(name, "policy");
    const lasting = ({ curlft: _, ...policy }: XfrmPolicy) => policy;
    assertEquals(listed.length, POLICIES.length);
    assertEquals(listed.map((one) => policies.get(one)), listed);
    assertEquals([...policies.iterate()], listed);
    for (const policy of listed) policies.delete(policy);
    assertEquals(policies.list(), []);
    for (const policy of listed.toReversed()) policies.add(policy);
    assertEquals(printed(name, "policy"), text);
    const key = ({ index }: XfrmPolicy) => index;
    assertEquals(
      policies.list().sort((a, b) => key(a) - key(b)).map(lasting),
      listed.sort((a, b) => key(a) - key(b)).map(lasting),
    );
  });
});

kernelTest("xfrm policies: the mark, the interface and the direction belong to the key", ["ip"], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { policies } = client, sel = { src: "10.9.0.0/24", dst: "10.8.0.0/24" };
    const twins = [
      { dir: "out", sel },
      { dir: "in", sel },
      { dir: "out", sel, ifId: 7 },
      { dir: "out", sel, ifId: 8 },
      { dir: "out", sel, mark: { value: 1, mask: 0xff } },
    ] as const;
    twins.forEach((policy, i) => policies.add({ ...policy, priority: i + 1 }));
    assertEquals(twins.map((key) => policies.get(key).priority), [1, 2, 3, 4, 5]);
    assertEquals(new Set(policies.list().map((one) => policies.key(one))).size, twins.length);
    policies.delete(twins[2]);
    assertEquals(policies.list().map(({ priority }) => priority).sort(), [1, 2, 4, 5]);
    assertEquals(policies.find(twins[2]), undefined);
    assertEquals(policies.delete(twins[2], { missing: "ok" }), false);
    assertEquals(policies.add(twins[0], { exists: "ok" }), false);
    const error = assertThrows(() => policies.add(twins[3]), KernelError, "add policy src 10.9.0.0/24 dst 10.8.0.0/24");
    assertEquals(error.code, "EEXIST");
    const byIndex = policies.get(twins[4]);
    assertEquals(policies.get({ dir: "out", index: byIndex.index, mark: byIndex.mark! }).priority, 5);
    assertThrows(() => policies.add({ sel }), TypeError, "dir is missing");
    assertThrows(() => policies.add({ dir: "out" }), TypeError, "sel is missing");
    assertThrows(
      () => policies.add({ dir: "out", sel: { src: "10.0.0.0/8", dst: "2001:db8::/32" } }),
      TypeError,
      "is not of the family",
    );
    assertEquals(policies.list({ dir: "in" }).length, 1);
    assertEquals(policies.list({ sel: { src: "10.9.0.0/24" } }).length, 4);
    assertEquals(policies.list({ sel: { src: "10.9.1.0/24" } }).length, 0);
    assertEquals([policies.flush({ ifId: 8 }), policies.list().length], [1, 3]);
    assertThrows(() => policies.flush({}), TypeError, "without a filter");
    assertEquals([policies.flush({ type: "main" }), policies.list()], [3, []]);
  });
});

kernelTest("xfrm policies: set changes only the given fields, replace the whole policy without a gap", [
  "ip",
], async () => {
  await inNamespace(({ name }) => {
    using client = open({ netns: name });
    const { policies } = client, [, policy] = POLICIES[1]!;
    policies.add(policy);
    const before = policies.get(policy);
    policies.set(policy, { priority: 7, lft: { hardPacketLimit: 1000 } });
    const after = policies.get(policy);
    assertEquals(after, { ...before, priority: 7, lft: { hardPacketLimit: 1000 }, curlft: after.curlft! });
    assertThrows(() => policies.set(policy, { ifId: 8 }), TypeError, "ifId does not change");
    policies.replace({ ...policy, action: "block", tmpl: [] });
    assertEquals(policies.get(policy).action, "block");
    assertEquals([policies.list().length, policies.get(policy).index], [1, before.index]);
    client.batch(({ policies }) => {
      for (let i = 0; i < 300; i++) policies.add({ dir: "in", sel: { src: `10.1.${i >> 8}.${i & 255}` } });
    });
    assertEquals(policies.flush({ dir: "in" }), 300);
    assert(policies.list().length === 1);
  });
});

/** Sets a policy of a socket that lets packets pass, as key daemons do, and keeps the socket until its input ends. */
const BYPASS = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
policy = bytearray(168)
policy[40] = socket.AF_INET
policy[56:88] = b"\\xff" * 32
policy[160] = 1
s.setsockopt(socket.IPPROTO_IP, 17, bytes(policy))
print("ready", flush=True)
sys.stdin.read()
`;

kernelTest("xfrm policies: a flush leaves out those of sockets", ["ip", "/usr/bin/python3"], async () => {
  await inNamespace(async ({ name, ip }) => {
    // The kernel's part for netlink, which may be a module, takes the policies of sockets too.
    using client = open({ netns: name });
    const { policies } = client;
    policies.add({ dir: "out", sel: { src: "10.9.0.0/24" } });
    const child = spawn("ip", ["netns", "exec", name, "/usr/bin/python3", "-c", BYPASS], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    assertEquals(policies.list().map(({ dir }) => dir).sort(), ["out", "socket out"]);
    assertEquals([policies.flush({ all: true }), policies.flush({ priority: 0 })], [1, 0]);
    assertEquals(policies.list().map(({ dir }) => dir), ["socket out"]);
    assertEquals(ip("xfrm policy").match(/socket out/g)?.length, 1);
    child.stdin.end();
    await ended;
  });
});
