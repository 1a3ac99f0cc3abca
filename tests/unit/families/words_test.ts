/** Words of `ip` and other tools, and other likely mistakes: the error says in one line what to write instead. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { processesOf } from "../../../core/processes.ts";
import { ScriptedKernel } from "../../../core/scripted.ts";
import { family } from "../../../families/generic/mod.ts";
import { open as openFlows } from "../../../families/netfilter/conntrack.ts";
import { open as openIpset } from "../../../families/netfilter/ipset.ts";
import { open as openNft } from "../../../families/netfilter/nftables/mod.ts";
import { open } from "../../../families/route/mod.ts";
import { open as openSockets } from "../../../families/sock_diag/mod.ts";
import { open as openTc } from "../../../families/route/tc.ts";
import { test } from "../../test.ts";
import { answer } from "../core/lamps.ts";

function dryKernel(): ScriptedKernel {
  const kernel = new ScriptedKernel(() => []);
  kernel.interfaces.set(1, "lo").set(2, "v0");
  return kernel;
}

function dry(): ReturnType<typeof open> {
  return open({ transport: dryKernel, dryRun: () => {} });
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
  says(() => links.set("v0", { nomaster: true }), `Cannot set link v0: ${no("nomaster", '"master": null')}`);
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

test("words of tc are taken, or answered with the field or the function to use", () => {
  const kernel = new ScriptedKernel(() => []), shown: unknown[] = [];
  kernel.interfaces.set(2, "v0");
  using client = openTc({ transport: () => kernel, dryRun: ({ value }) => void shown.push(value) });
  const { qdiscs, classes, filters, actions } = client;
  const no = (name: string, instead: string): string => `there is no field "${name}", did you mean "${instead}"?`;
  /** Asserts the end of the error of a qdisc with these options. */
  const refuses = (kind: string, options: object, end: string): void => {
    const make = (): unknown => qdiscs.add({ dev: "v0", parent: "root", kind, options } as never);
    const { message } = assertThrows(make, Error);
    assertEquals(message.replace(/^Cannot add qdisc \S+ at root on v0: /, ""), end);
  };
  refuses("htb", { default: 0x20 }, `options: ${no("default", "defcls")}`);
  refuses(
    "htb",
    { defcls: "1:20" },
    `options.defcls: expected the class's own number, 0x20 for "1:20", got the handle`,
  );
  refuses("netem", { delay: "5ms" }, `options: ${no("delay", "latency")}`);
  refuses("sfq", { perturb: 10 }, `options: ${no("perturb", "perturbPeriod")}`);
  refuses("cake", { bandwidth: 1 }, `options: ${no("bandwidth", "baseRate64")}`);
  refuses("red", { min: 1 }, `options: ${no("min", "qthMin")}`);
  const [us, ns] = ["us", "ns"].map((unit) =>
    `expected a number of ${unit.replace("u", "µ")} (time("5ms", "${unit}") makes it), got "9ms"`
  );
  const places = { fq: "horizon", pie: "tupdate", hhf: "resetTimeout", cake: "rtt", dualpi2: "stepThreshUs" };
  for (const [kind, name] of Object.entries({ ...places, codel: "target", fq_codel: "interval", fq_pie: "target" })) {
    refuses(kind, { [name]: "9ms" }, `options.${name}: ${us}`);
  }
  refuses("fq", { timerSlack: "9ms" }, `options.timerSlack: ${ns}`);
  refuses("taprio", { schedCycleTime: "9ms" }, `options.schedCycleTime: ${ns}`);
  const latency = 'options.latency: expected a whole number of ns (time("5ms", "ns") makes it), got ';
  for (const [value, told] of [["9ms", '"9ms"'], [1.5, "1.5"], [-1, "-1"]] as const) {
    refuses("netem", { latency: value }, latency + told);
  }
  const rate = 'expected a number of bytes a second (rate("10mbit") makes it), got "1mbit"';
  refuses("cake", { baseRate64: "1mbit" }, `options.baseRate64: ${rate}`);
  const curve = { m1: "1mbit", d: 0, m2: 0 };
  says(
    () => classes.add({ dev: "v0", handle: "1:1", kind: "hfsc", options: { rsc: curve } } as never),
    `Cannot add class hfsc 1:1 on v0: options.rsc.m1: ${rate}`,
  );
  says(
    () => actions.add({ kind: "police", options: { rate: "1mbit" } } as never),
    'Cannot add action police: options.rate: expected a number of at least 0 (rate("10mbit") makes it), got "1mbit"',
  );
  const filter = { dev: "v0", parent: "ingress", kind: "u32", options: { sel: { keys: [] } } } as const;
  const wrong = "Cannot add filter u32 at ingress on v0: ";
  says(() => filters.add({ ...filter, flowid: "1:2" } as never), wrong + no("flowid", "options.classid"));
  says(() => filters.add({ ...filter, action: [] } as never), wrong + no("action", "options.act"));
  says(
    () => filters.add({ ...filter, options: { ...filter.options, flowid: "1:2" } } as never),
    `${wrong}options: ${no("flowid", "classid")}`,
  );
  for (const [word, name] of Object.entries({ dst_ip: "ipv4Dst", dst_port: "tcpDst", src_mac: "ethSrc" })) {
    assertThrows(
      () => filters.add({ ...filter, kind: "flower", options: { [word]: "1" } } as never),
      TypeError,
      `options: ${no(word, name)}`,
    );
  }
  for (const protocol of ["ipv4", "802.1Q", "802.1ad"] as const) filters.add({ ...filter, protocol });
  assertEquals(shown.map((value) => (value as { protocol: string }).protocol), ["ip", "8021q", "8021ad"]);
  // A dry run reads nothing, so that the key has the kind.
  classes.set({ dev: "v0", handle: "1:1", kind: "htb" }, { kind: "htb", options: { rate: 5000 } });
  classes.set({ dev: "v0", handle: "1:1", kind: "htb" }, { options: { rate: 5000 } } as never);
  assertEquals(actions.add({ kind: "gact", index: 5, action: "shot" }).index, 5);
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

test("nf_tables: a refusal to begin the transaction of one change, or to tell the generation, names what was called", () => {
  const BEGIN = 0x10, GETGEN = 0xa10, types: readonly number[] = [BEGIN, GETGEN];
  const kernel = new ScriptedKernel(({ type, seq }) => types.includes(type) ? [answer(seq, 1)] : []);
  using client = openNft({ transport: () => kernel });
  const { tables, elements, ruleset } = client, guard = { family: "inet", name: "guard" } as const;
  const refused = (change: () => unknown, what: string): void => {
    const { message } = assertThrows(change, KernelError);
    assertEquals(message.replace(/ \(.*/, ""), `Cannot ${what}: EPERM "Operation not permitted"`);
  };
  refused(() => tables.add(guard), "add table inet guard");
  refused(() => tables.delete(guard), "delete table inet guard");
  refused(() => elements.flush({ family: "inet", table: "guard", set: "s" }), "flush elements of inet guard s");
  refused(() => elements.list({ family: "inet", table: "guard", set: "s" }), "list elements of inet guard s");
  refused(() => ruleset.text(), "list the ruleset");
});

test("words of tools are answered with what the object has, never with a field that is given already", () => {
  using route = dry();
  using sockets = openSockets({ transport: () => new ScriptedKernel(() => []) });
  using nft = openNft({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  using ipset = openIpset({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  using flows = openFlows({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  type Loose<N extends string> = Readonly<Record<N, Record<"add" | "set" | "list", (...a: unknown[]) => void>>>;
  const { links, addresses, routes, rules, neighbours } = route as unknown as Loose<
    "links" | "addresses" | "routes" | "rules" | "neighbours"
  >;
  const { tcp } = sockets as unknown as Loose<"tcp">, { conntrack } = flows as unknown as Loose<"conntrack">;
  const { entries } = ipset as unknown as Loose<"entries">;
  const tables = nft as unknown as Loose<"tables" | "sets" | "elements" | "rules">;
  const vlan = { ifname: "d1", kind: "vlan" }, on = { dev: "v0" }, to = { dst: "10.0.0.0/8", ...on };
  const T = { family: "inet", table: "g" }, port = '"localPort" or "dstPort"', srcPort = '"srcPort" or "dstPort"';
  const sample = { key: 5 }, set = { ...T, name: "s", keyType: "ipv4_addr" };
  const inode = '"inode" of the listed sockets, with processesOf()',
    expr = `"expr", an array of statements in nft's JSON`;
  const long = (field: string, example: string): string => `"${field}" with its length, as in "${example}"`;
  const CASES: readonly (readonly [call: () => unknown, name: string, instead: string])[] = [
    [() => links.add({ ...vlan, dev: "v0" }), "dev", '"link"'],
    [() => links.add({ ...vlan, parent: "v0" }), "parent", '"link"'],
    [() => links.set("v0", { state: "up" }), "state", '"operstate", or up: true to change it'],
    [() => links.list({ if_name: "v0" }), "if_name", '"ifname"'],
    [() => addresses.add({ link: "v0", address: "10.0.0.1/24" }), "link", '"dev"'],
    [() => addresses.add({ ...on, prefix: "10.0.0.1/24" }), "prefix", long("address", "10.0.0.1/24")],
    [() => addresses.add({ ...on, address: "10.0.0.1", valid_lft: 5 }), "valid_lft", '"cacheinfo": { valid: … }'],
    [() => routes.add({ ...on, prefix: "10.0.0.0/8" }), "prefix", long("dst", "10.0.0.0/8")],
    [() => routes.add({ ...to, gw: "10.0.0.1" }), "gw", '"gateway"'],
    [() => routes.add({ ...to, onlink: true }), "onlink", '"flags": ["onlink"]'],
    [() => routes.add({ dst: "10.0.0.0/8", blackhole: true }), "blackhole", '"type": "blackhole"'],
    [() => routes.add({ ...to, weight: 3 }), "weight", '"multipath": [{ gateway, weight }]'],
    [() => rules.add({ not: true, table: 100 }), "not", '"flags": ["invert"]'],
    [() => tcp.list({ listening: true }), "listening", '"state": "listen"'],
    [() => rules.add({ saddr: "10.0.0.0/8", table: 100 }), "saddr", '"src"'],
    [() => rules.add({ daddr: "10.0.0.0/8", table: 100 }), "daddr", '"dst"'],
    [() => neighbours.add({ ...on, address: "10.0.0.1" }), "address", '"dst"'],
    [() => tcp.list({ pid: 5 }), "pid", inode],
    [() => tcp.list({ port: 80 }), "port", port],
    [() => tcp.list({ src: "10.0.0.1" }), "src", '"local"'],
    [() => tcp.list({ daddr: "10.0.0.1" }), "daddr", '"dst"'],
    [() => tcp.list({ remotePort: 80 }), "remotePort", '"dstPort"'],
    [() => conntrack.list({ orig: { saddr: "10.0.0.1" } }), "saddr", '"src"'],
    [() => conntrack.list({ orig: { protocol: "tcp" } }), "protocol", '"proto"'],
    [() => conntrack.list({ orig: { port: 80 } }), "port", srcPort],
    [() => entries.add("s", { addr: "10.0.0.1" }), "addr", '"ip"'],
    [() => entries.add("s", { prefix: "10.0.0.0/8" }), "prefix", long("ip", "10.0.0.0/8")],
    [() => tables.tables.add({ family: "inet", table: "g" }), "table", '"name"'],
    [() => tables.sets.add({ ...set, interval: true }), "interval", '"flags": ["interval"]'],
    [() => tables.sets.add({ ...T, name: "s", keytype: "ipv4_addr" }), "keytype", '"keyType"'],
    [() => tables.elements.add({ ...T, name: "s" }, [sample]), "name", '"set"'],
    [() => tables.rules.add({ ...T, chain: "in", text: "accept" }), "text", expr],
    [() => tables.rules.add({ ...T, chain: "in", rule: "accept" }), "rule", expr],
  ];
  for (const [call, name, instead] of CASES) {
    const { message } = assertThrows(call, TypeError);
    assertEquals(
      message.replace(/^Cannot .*?: (?=there)/, ""),
      `there is no field "${name}", did you mean ${instead}?`,
    );
  }
  says(
    () => links.list({ up: true }),
    'Cannot list links by "up": objects from the kernel have no such field; use .filter((one) => ' +
      'one.flags.includes("up"))',
  );
});

test("arguments of the wrong shape tell what to write", () => {
  using client = dry();
  const { links, neighbours, routes } = client as unknown as Readonly<
    Record<string, Record<string, (...given: unknown[]) => unknown>>
  >;
  says(() => routes!.add!("10.1.0.0/16", "10.9.0.2"), 'Cannot add route: expected an object, got "10.1.0.0/16"');
  says(() => links!.add!("x", "bridge"), 'Cannot add link: expected an object, got "x"');
  says(
    () => routes!.get!("10.1.2.3"),
    'Cannot get route: expected an object, got "10.1.2.3": write { dst: "10.1.2.3" }; lookup("10.1.2.3") finds the way ' +
      "to an address",
  );
  says(
    () => routes!.delete!("10.1.0.0/16"),
    'Cannot delete route: expected an object, got "10.1.0.0/16": write { dst: "10.1.0.0/16" }',
  );
  says(
    () => neighbours!.list!({ state: "reachable" }),
    'Cannot list neighbours: state: expected an array of names or the number, got "reachable": write ["reachable"]',
  );
  using sockets = openSockets({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  for (const state of ["LISTEN", "listening"]) {
    assertThrows(() => sockets.tcp.list({ state: state as never }), TypeError, 'did you mean "listen"?');
  }
});

test("other words and the versions of IP are answered with the family's name, and names in capitals with theirs", () => {
  using client = dry();
  using sockets = openSockets({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  const inet6 = ["ipv6", "IPv6", "ip6", "v6", 6, "INET6"], inet = ["ipv4", "IPv4", "ip4", "ip", "v4", 4, "Inet"];
  for (const [name, words] of [["inet", inet], ["inet6", inet6]] as const) {
    for (const family of words) {
      const shown = JSON.stringify(family), end = new RegExp(`or the number, got ${shown}, did you mean "${name}"\\?$`);
      for (const list of [client.links, client.routes, client.neighbours, client.rules] as const) {
        assertMatch(assertThrows(() => list.list({ family: family as never }), TypeError).message, end);
      }
      const via = { family: family as never, address: "fe80::1" };
      assertMatch(assertThrows(() => client.routes.add({ dst: "10.0.0.0/8", dev: "v0", via }), TypeError).message, end);
    }
  }
  says(() => sockets.tcp.list({ family: 4 }), "Cannot list TCP sockets: family: expected inet or inet6, got 4");
  for (const family of ["constructor", "inet7", "inet6 "]) {
    const error = assertThrows(() => client.routes.list({ family: family as never }), TypeError);
    assertMatch(error.message, /or the number, got "[^"]*"$/);
  }
});

test("settings of a qdisc beside its options, and its place, are answered with where they belong", () => {
  using client = openTc({ transport: dryKernel, dryRun: () => {} });
  const { qdiscs, classes } = client as unknown as Readonly<Record<string, Record<"add", (a: unknown) => void>>>;
  const estimator = 'rate: expected an estimator as { interval, ewmaLog }, got 1000, did you mean "options.rate"?';
  says(() => qdiscs!.add({ dev: "v0", kind: "tbf", rate: 1000 }), `Cannot add qdisc tbf on v0: ${estimator}`);
  says(
    () => classes!.add({ dev: "v0", parent: "1:", handle: "1:1", kind: "htb", rate: 1000 }),
    `Cannot add class htb 1:1 at 1: on v0: ${estimator}`,
  );
  says(
    () => qdiscs!.add({ dev: "v0", kind: "fq", root: true }),
    'Cannot add qdisc fq on v0: there is no field "root", did you mean "parent": "root"?',
  );
  using routes = dry();
  says(
    () => routes.routes.lookup("10.0.0.1", { fibMatch: true } as never),
    'Cannot look up the route to 10.0.0.1: there is no field "fibMatch", did you mean "dst" of lookup() in ' +
      "families/fib_lookup.ts, which tells the matching prefix?",
  );
});

test("conditions that no socket meets are refused", () => {
  using sockets = openSockets({ transport: () => new ScriptedKernel(() => []), dryRun: () => {} });
  const { udp, raw } = sockets as unknown as Readonly<Record<"udp" | "raw", Record<"list", (a: unknown) => unknown>>>;
  says(
    () => udp.list({ state: "listen" }),
    'Cannot list UDP sockets: state: UDP sockets have only "established" and "close", got "listen"',
  );
  assertThrows(() => raw.list({ state: ["listen", "syn_sent"] }), TypeError, "raw sockets have only");
  assertEquals(udp.list({ state: ["listen", "close"] }), []);
  says(
    () => udp.list({ dstPort: [1, 2] }),
    "Cannot list UDP sockets: dstPort: expected one number or { start, end }, got an array",
  );
  assertThrows(
    () => udp.list({ localPort: { start: 5, end: 3 } }),
    RangeError,
    "localPort: expected the start of a range at most its end, got 5 to 3",
  );
});

test("a key for a watch, a loop without await and inodes that are no numbers are refused", () => {
  using client = dry();
  says(() => client.watch(["link", "route"] as never), 'Cannot watch an array: write watch("link", "route")');
  for (const key of ["va", { dev: "va" }, { ifname: "va" }]) {
    assertThrows(
      () => client.links.watch(key as never),
      TypeError,
      ": a watch yields the changes of all; compare event.value in the loop, or use waitFor(key, test)",
    );
  }
  assertThrows(() => client.links.watch({ inital: true } as never), TypeError, 'did you mean "initial"?');
  const wait = "Cannot loop over events without await: write for await (const event of …)";
  for (const watch of [client.watch("link"), client.links.watch()]) says(() => [...watch as never], wait);
  says(() => [...client.links as never], "Cannot loop over the collection of links: call its list()");
  const what = "Cannot list the processes of sockets: expected an array of inodes";
  says(() => processesOf(5 as never), `${what}, got 5`);
  says(() => processesOf("x" as never), `${what}, got "x"`);
  says(() => processesOf(["x"] as never), `${what}, got "x" in it`);
  says(() => processesOf([NaN]), `${what}, got NaN in it`);
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

test("an object that does not exist, or is not named, is told by the words of the caller; long names are cut", () => {
  using client = dry();
  const { links, addresses } = client, long = "x".repeat(100_000);
  const said = (act: () => unknown): string => assertThrows(act, Error).message;
  assertEquals(said(() => links.get("nope")), 'Cannot get link nope: no interface is called "nope"');
  assertEquals(said(() => links.set("nope", { up: true })), 'Cannot set link nope: no interface is called "nope"');
  says(() => links.delete({}), "Cannot delete link: expected its ifname, altIfname or index");
  for (const act of [() => links.get(long), () => links.add({ ifname: long, kind: "bridge" })]) {
    assertMatch(said(act), /^.{200,500}$/);
  }
  says(() => addresses.add({} as never), "Cannot add address: address is missing");
  says(() => addresses.add({ address: "192.0.2.1/24" } as never), "Cannot add address 192.0.2.1/24: dev is missing");
  client.close();
  assertEquals(said(() => client.batch(() => {})), "Cannot run a batch: the NETLINK_ROUTE client was closed");
});
