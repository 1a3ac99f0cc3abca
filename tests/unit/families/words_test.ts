/** Words of `ip` and other tools, and other likely mistakes: the error says in one line what to write instead. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { family } from "../../../families/generic/mod.ts";
import { open as openNft } from "../../../families/netfilter/nftables/mod.ts";
import { open } from "../../../families/route/mod.ts";
import { test } from "../../test.ts";

function dry(): ReturnType<typeof open> {
  const kernel = new ScriptedKernel(() => []);
  kernel.interfaces.set(1, "lo").set(2, "v0");
  return open({ transport: () => kernel, dryRun: () => {} });
}

/** Asserts that a call with values of wrong types throws this message. */
function says(call: () => unknown, message: string): void {
  assertEquals(assertThrows(call, TypeError).message, message);
}

test("words of ip that no field has are answered with the field to write", () => {
  using client = dry();
  const { links, addresses, routes, neighbours, rules } = client as unknown as Readonly<
    Record<
      "links" | "addresses" | "routes" | "neighbours" | "rules",
      Record<"add" | "set" | "list", (...a: unknown[]) => void>
    >
  >;
  const d1 = { ifname: "d1", kind: "vlan", link: "v0" }, to = { dst: "10.0.0.0/8", dev: "v0" };
  const no = (name: string, instead: string): string => `there is no field "${name}", did you mean ${instead}?`;
  says(() => links.add({ name: "d0", kind: "dummy" }), `Cannot add link of kind dummy: ${no("name", '"ifname"')}`);
  says(
    () => links.add({ ifname: "d0", type: "dummy" }),
    'Cannot add link d0: type: expected a type of hardware such as "ether", got "dummy", did you mean "kind"?',
  );
  says(() => links.add({ ...d1, vlanId: 5 }), `Cannot add link d1: ${no("vlanId", '"data.id"')}`);
  says(() => links.add({ ...d1, vid: 5 }), `Cannot add link d1: ${no("vid", '"data.id"')}`);
  says(() => links.add({ ...d1, id: 5 }), `Cannot add link d1: ${no("id", '"data.id"')}`);
  says(() => links.add({ ...d1, data: { vid: 5 } }), `Cannot add link d1: data: ${no("vid", '"id"')}`);
  says(() => links.add({ ifname: "d1", kind: "veth", peer: "d2" }), `Cannot add link d1: ${no("peer", '"data.peer"')}`);
  says(
    () => links.add({ ifname: "b0", kind: "bond", slaves: ["v0"] }),
    `Cannot add link b0: ${no("slaves", '"master" of each port')}`,
  );
  says(() => links.set("v0", { down: true }), `Cannot set link v0: ${no("down", '"up": false')}`);
  says(() => links.set("v0", { ns: "blue" }), `Cannot set link v0: ${no("ns", '"netns"')}`);
  says(() => links.set("v0", { mac: "02::1" }), `Cannot set link v0: ${no("mac", '"address"')}`);
  says(() => links.list({ dev: "v0" }), `Cannot list links: ${no("dev", '"ifname"')}`);
  says(() => routes.add({ ...to, metric: 5 }), `Cannot add route 10.0.0.0/8 on v0: ${no("metric", '"priority"')}`);
  says(() => routes.add({ ...to, mtu: 1400 }), `Cannot add route 10.0.0.0/8 on v0: ${no("mtu", '"metrics.mtu"')}`);
  says(
    () => routes.add({ ...to, nexthop: [{ dev: "v0" }] }),
    `Cannot add route 10.0.0.0/8 on v0: ${no("nexthop", '"multipath"')}`,
  );
  says(
    () => routes.add({ dst: "10.0.0.0", dev: "v0", prefixlen: 8 }),
    `Cannot add route 10.0.0.0 on v0: ${no("prefixlen", '"dst" with its length, as in "10.0.0.0/8"')}`,
  );
  says(
    () => routes.add({ ...to, via: "10.0.0.1" }),
    'Cannot add route 10.0.0.0/8 on v0: via: expected { family, address }, got "10.0.0.1"; an address of the family of ' +
      'dst is "gateway"',
  );
  says(
    () => routes.add({ ...to, src: "10.0.0.1" }),
    "Cannot add route 10.0.0.0/8 on v0: src: the kernel ignores it in a route of the family inet, " +
      'got "10.0.0.1", did you mean "prefsrc"?',
  );
  says(() => neighbours.add({ dev: "v0", to: "10.0.0.1" }), `Cannot add neighbour on v0: ${no("to", '"dst"')}`);
  says(
    () => neighbours.add({ dev: "v0", dst: "10.0.0.1", nud: "permanent" }),
    `Cannot add neighbour 10.0.0.1 on v0: ${no("nud", '"state"')}`,
  );
  says(
    () => addresses.add({ dev: "v0", address: "10.0.0.1", prefixlen: 24 }),
    `Cannot add address 10.0.0.1 on v0: ${no("prefixlen", '"address" with its length, as in "10.0.0.1/24"')}`,
  );
  says(() => rules.add({ from: "10.0.0.0/8", table: 100 }), `Cannot add rule: ${no("from", '"src"')}`);
});

test("nf_tables: half a base chain, flags of a wrong type and unknown priorities are refused", () => {
  const kernel = new ScriptedKernel(() => []);
  using client = openNft({ transport: () => kernel, dryRun: () => {} });
  const T = { family: "inet", table: "g" } as const;
  for (const flags of ["timeout", {}, null]) {
    assertThrows(
      () => client.sets.add({ ...T, name: "s", keyType: "ipv4_addr", flags: flags as never }),
      TypeError,
      "Cannot add set inet g s: flags: expected an array of names or the number, got ",
    );
  }
  says(
    () => client.sets.add({ ...T, name: "s", keyType: "ipv4_addr", autoMerge: "yes" as never }),
    'Cannot add set inet g s: autoMerge: expected a boolean, got "yes"',
  );
  const chain = { ...T, name: "in" };
  for (const half of [{ type: "filter" }, { priority: 0 }] as const) {
    says(
      () => client.chains.add({ ...chain, ...half }),
      `Cannot add chain inet g in: hook is missing: a chain with ${Object.keys(half)[0]} has a hook and a priority`,
    );
  }
  says(
    () => client.chains.add({ ...chain, hook: "input" }),
    "Cannot add chain inet g in: priority is missing: a chain with hook has a hook and a priority",
  );
  client.chains.set(chain, { policy: "drop" });
  assertThrows(
    () => client.chains.add({ ...chain, hook: "input", priority: "fliter" as never }),
    TypeError,
    'got "fliter", did you mean "filter"?',
  );
});

test("watches and families name what to write", () => {
  using client = dry();
  const wrong = assertThrows(() => client.watch("links" as "link"), TypeError);
  assertMatch(wrong.message, /^Cannot watch: expected link, address, .*, got "links", did you mean "link"\?$/);
  const error = assertThrows(() => family("netfilter").request(1), Error);
  assertMatch(error.message, /it is no generic family: use families\/netfilter\/nftables\/mod\.ts/);
});

test("scopes: global is universe, for IPv6 too", () => {
  const sent: unknown[] = [], kernel = new ScriptedKernel(() => []);
  kernel.interfaces.set(2, "v0");
  using client = open({
    transport: () => kernel,
    dryRun: ({ value }) => void sent.push((value as { scope: string }).scope),
  });
  client.addresses.add({ dev: "v0", address: "10.0.0.1/24", scope: "global" });
  client.addresses.add({ dev: "v0", address: "2001:db8::1/64", scope: "global" });
  client.routes.add({ dev: "v0", dst: "2001:db8:1::/64", scope: "global" });
  assertEquals(sent, ["universe", "universe", "universe"]);
  says(
    () => client.addresses.add({ dev: "v0", address: "fe80::1/64", scope: "global" }),
    'Cannot add address fe80::1/64 on v0: scope: this IPv6 address has the scope link, got "global"',
  );
});
