/** Fingerprints, revisions of xtables' extensions, and hooks. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { KernelError } from "../../../core/errors.ts";
import { open as openCompat } from "../../../families/netfilter/compat.ts";
import { type Hook, open as openHooks } from "../../../families/netfilter/hooks.ts";
import { open as openOsf, parseFingerprint } from "../../../families/netfilter/osf.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, load, run } from "../namespace.ts";

/** Lines of pf.os that no system has. */
const LINES = [
  "S4:64:1:60:M*,S,T,N,W0:nl-test:2.6::all options",
  "16384:128:1:48:M*,N,N,S:nl-test:2000:SP1:a plain window",
  "*:255:0:*:M1460,N,W2,N,N,T0,E:nl-test:1.0:x:any window",
  "T2:64:0:44:M*:nl-test:z::a multiple of the MTU",
  "%8192:64:1:64:M*,W%2:nl-test:1::a modulo",
  "S22:64:1:52:M*,N,N,S,N,W0:nl-test:1.1:y:another",
];

/** Skips the test if the kernel lacks a subsystem. */
function served<R>(module: string, ask: () => R): R {
  load(module);
  try {
    return ask();
  } catch (error) {
    if (error instanceof KernelError && error.code === "EINVAL") skip(`needs a kernel with ${module}`);
    throw error;
  }
}

kernelTest("osf: fingerprints are those that nfnl_osf loads from the same lines of pf.os", ["ip", "nfnl_osf"], () => {
  using client = openOsf();
  const { osf } = client, file = `${tmpdir()}/nl-test-pf-${crypto.randomUUID()}.os`;
  served("nfnetlink_osf", () => osf.delete(LINES[0]!, { missing: "ok" }));
  writeFileSync(file, LINES.join("\n") + "\n");
  try {
    run("nfnl_osf", ["-f", file]);
    // The kernel removes only a fingerprint with the same bytes.
    for (const line of LINES) assertEquals(osf.delete(line), true, line);
    for (const line of LINES) assertEquals(osf.delete(line, { missing: "ok" }), false, line);
    for (const line of LINES) osf.add(parseFingerprint(line));
    assertThrows(() => osf.add(LINES[0]!), KernelError, "Cannot add fingerprint of nl-test 2.6: EEXIST");
    assertEquals(osf.add(LINES[0]!, { exists: "ok" }), false);
    run("nfnl_osf", ["-f", file, "-d"]);
    assertThrows(() => osf.delete(LINES[1]!), KernelError, "ENOENT");
  } finally {
    rmSync(file);
    for (const line of LINES) osf.delete(line, { missing: "ok" });
  }
});

kernelTest("compat: revisions are those with which iptables-nft makes rules", ["ip", "iptables-nft"], async () => {
  await inNamespace((ns) => {
    using client = openCompat({ netns: ns.name });
    const { compat } = client;
    served("nft_compat", () => compat.find({ name: "tcp", type: "match" }));
    if (compat.find({ name: "tcp", type: "match" }) === undefined) skip("needs a kernel with xtables");
    assertEquals(compat.get({ family: "ip", name: "tcp", type: "match" }), {
      family: "ip",
      name: "tcp",
      rev: 0,
      type: "match",
    });
    assertEquals(compat.find({ name: "nothing", type: "match" }), undefined);
    assertThrows(
      () => compat.get({ family: "ip6", name: "nothing", type: "target" }),
      KernelError,
      "Cannot get target nothing: ENOENT",
    );
    assertThrows(() => compat.get({ name: "tcp" }), TypeError, "type");
    assertThrows(() => compat.get({ nam: "tcp", type: "match" } as never), TypeError, 'did you mean "name"');
  });
});

/** The hooks in `nft list hooks`, as `family hook priority name`. */
function printed(text: string): string[] {
  const found: string[] = [];
  let family = "", hook = "";
  for (const line of text.split("\n")) {
    family = /^family (\w+)/.exec(line)?.[1] ?? family;
    hook = /^\s+hook (\w+)/.exec(line)?.[1] ?? hook;
    const one = /^\s+([+-]?\d+) (chain )?(\S.*?)(?: \[(\w+)\])?$/.exec(line);
    if (one !== null) found.push(`${family} ${hook} ${Number(one[1])} ${one[3]}`);
  }
  return found;
}

kernelTest("hooks: chains of nf_tables and functions of modules are what nft lists", ["ip", "nft"], async () => {
  await inNamespace((ns) => {
    using client = openHooks({ netns: ns.name });
    const { hooks } = client, nft = (...args: string[]) => run("ip", ["netns", "exec", ns.name, "nft", ...args]);
    nft(
      "add table ip t; add chain ip t in { type filter hook input priority -7; }; add chain ip t out { type filter hook output priority 5; }",
    );
    const found = served("nfnetlink_hook", () => hooks.list({ family: "ip" }));
    const chains = found.filter(({ chainInfo }) => chainInfo?.type === "nftables");
    assertEquals(chains.map(({ hook, priority, chainInfo }) => [hook, priority, chainInfo]), [
      ["input", -7, { type: "nftables", desc: { table: "t", family: "ip", name: "in" } }],
      ["output", 5, { type: "nftables", desc: { table: "t", family: "ip", name: "out" } }],
    ] as never);
    const name = ({ functionName, chainInfo }: Hook): string => {
      const desc = chainInfo?.desc as { family?: string; table?: string; name?: string } | undefined;
      return desc?.name === undefined ? functionName! : `${desc.family} ${desc.table} ${desc.name}`;
    };
    const ours = hooks.list().map((one) => `${one.family} ${one.hook} ${one.priority} ${name(one)}`);
    const theirs = printed(nft("list", "hooks"));
    const chain = / (ip|ip6|inet) \w+ \w+$/;
    assertEquals(
      ours.filter((line) => chain.test(line)),
      theirs.filter((line) => chain.test(line) && !line.startsWith("inet")),
    );
    assert(ours.length >= 2, ours.join("\n"));
    assertThrows(() => hooks.list({ family: "netdev" }), TypeError, "dev");
    assertThrows(() => hooks.list({ family: "arp", hook: "prerouting" }), TypeError, "there is no hook");
    ns.ip("link add d0 type dummy");
    nft("add table netdev n; add chain netdev n in { type filter hook ingress device d0 priority 3; }");
    assertEquals(hooks.list({ family: "netdev", dev: "d0" }).map(({ hook, priority }) => [hook, priority]), [[
      "ingress",
      3,
    ]]);
  });
});
