/** Objects of nf_tables that few kernels serve or that only newer versions of nft know, and transactions of many rules. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError, TransactionError } from "../../../core/errors.ts";
import type { NftJson } from "../../../families/netfilter/nftables/mod.ts";
import { skip } from "../../test.ts";
import { many, run } from "../namespace.ts";
import { nftTest } from "./nft.ts";

/** The text that nft 1.1.7 prints. */
const TUNNELS = `table netdev t {
	tunnel v4 {
		id 10
		ip saddr 10.0.0.1
		ip daddr 10.0.0.2
		sport 1025
		dport 20020
		tos 8
		ttl 64
		vxlan {
			gbp 200
		}
	}

	tunnel v6 {
		id 11
		ip6 saddr fe80::1
		ip6 daddr fe80::2
		ttl 255
		erspan {
			version 2
			direction egress
			id 3
		}
	}

	tunnel g {
		id 12
		ip saddr 10.0.0.1
		ip daddr 10.0.0.2
		ttl 255
		geneve {
			class 0x1010 opt-type 0x1 data "0x12345678"
			class 0x2020 opt-type 0x2 data "0x87654321"
		}
	}

	chain c {
		type filter hook ingress device "lo" priority filter; policy accept;
		tunnel name "v4" counter packets 0 bytes 0
		tunnel name ip saddr map { 10.0.0.1 : "v4" } drop
		tunnel id 10 tunnel path exists accept
	}
}
table inet u {
	ct count cl {
		comment "few"
		over 20
	}

	chain c {
		ct count name "cl" drop
		ct count name tcp dport map { 22 : "cl" }
	}
}
`;

/** The JSON that nft 1.1.7 prints of it, without handles. */
const T = { family: "netdev", table: "t" }, U = { family: "inet", table: "u" };
const IP = { "src-ipv4": "10.0.0.1", "dst-ipv4": "10.0.0.2" }, IP6 = { "src-ipv6": "fe80::1", "dst-ipv6": "fe80::2" };
const NONE = { sport: 0, dport: 0, tos: 0, ttl: 255 };
const field = (protocol: string, field: string) => ({ payload: { protocol, field } });
const TUNNELS_JSON: NftJson["nftables"] = [
  { table: { family: "netdev", name: "t" } },
  {
    tunnel: {
      ...T,
      name: "v4",
      id: 10,
      ...IP,
      sport: 1025,
      dport: 20020,
      tos: 8,
      ttl: 64,
      type: "vxlan",
      tunnel: { gbp: 200 },
    },
  },
  {
    tunnel: {
      ...T,
      name: "v6",
      id: 11,
      ...IP6,
      ...NONE,
      type: "erspan",
      tunnel: { version: 2, dir: "egress", hwid: 3 },
    },
  },
  {
    tunnel: {
      ...T,
      name: "g",
      id: 12,
      ...IP,
      ...NONE,
      type: "geneve",
      tunnel: [
        { class: 0x1010, "opt-type": 1, data: "0x12345678" },
        { class: 0x2020, "opt-type": 2, data: "0x87654321" },
      ],
    },
  },
  { chain: { ...T, name: "c", type: "filter", hook: "ingress", prio: 0, dev: "lo", policy: "accept" } },
  { rule: { ...T, chain: "c", expr: [{ tunnel: "v4" }, { counter: { packets: 0, bytes: 0 } }] } },
  {
    rule: {
      ...T,
      chain: "c",
      expr: [{ tunnel: { map: { key: field("ip", "saddr"), data: { set: [["10.0.0.1", "v4"]] } } } }, { drop: null }],
    },
  },
  {
    rule: {
      ...T,
      chain: "c",
      expr: [
        { match: { op: "==", left: { tunnel: { key: "id" } }, right: 10 } },
        { match: { op: "==", left: { tunnel: { key: "path" } }, right: true } },
        { accept: null },
      ],
    },
  },
  { table: { family: "inet", name: "u" } },
  { "ct count": { ...U, name: "cl", comment: "few", inv: true, val: 20 } },
  { chain: { ...U, name: "c" } },
  { rule: { ...U, chain: "c", expr: [{ "ct count": "cl" }, { drop: null }] } },
  {
    rule: {
      ...U,
      chain: "c",
      expr: [{ "ct count": { map: { key: field("tcp", "dport"), data: { set: [[22, "cl"]] } } } }],
    },
  },
];

/** Returns the objects of JSON without what the kernel numbers, sorted. */
function plain(nftables: NftJson["nftables"]): string[] {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
        Object.entries(value).filter(([name]) => name !== "handle").sort(([a], [b]) => a < b ? -1 : 1),
      )
      : value;
  return nftables.map((one) => JSON.stringify(one, sorted)).sort();
}

nftTest("nf_tables: tunnels and limits of connections are those that newer versions of nft make and list", (ns) => {
  const { ruleset, objects } = ns.ours;
  ruleset.apply({ nftables: TUNNELS_JSON });
  assertEquals(plain(ruleset.json().nftables), plain(TUNNELS_JSON));
  assertEquals(ruleset.text(), TUNNELS);
  const [, major, minor, patch] = /v(\d+)\.(\d+)\.(\d+)/.exec(run("nft", ["--version"]))!.map(Number);
  if (major! * 1e6 + minor! * 1e3 + patch! >= 1_001_006) {
    assertEquals(ns.nft("list ruleset"), TUNNELS);
    assertEquals(plain(ns.json()), plain(TUNNELS_JSON));
    ns.nft(`flush ruleset\n${TUNNELS}`);
    assertEquals(plain(ruleset.json().nftables), plain(TUNNELS_JSON));
  }
  const all = [...objects.list({ family: "netdev" }), ...objects.list({ family: "inet" })];
  ns.nft("flush ruleset\nadd table netdev t\nadd table inet u");
  for (const one of all) objects.add(one);
  const data = (listed: typeof all): unknown[] => listed.map(({ name, data }) => [name, data]);
  assertEquals(data([...objects.list({ family: "netdev" }), ...objects.list({ family: "inet" })]), data(all));
});

nftTest(
  "nf_tables: flowtables are those that nft makes and lists",
  ({ ours: { flowtables, ruleset }, nft, ip, json }) => {
    ip("link add d0 type veth peer name d1");
    const F = { family: "inet", table: "t", name: "f" } as const;
    try {
      nft("table inet t { flowtable f { hook ingress priority 5; devices = { d0, d1 }; counter; }; }");
    } catch (error) {
      if (/No such file or directory/.test(String(error))) skip("needs a kernel with flowtables");
      throw error;
    }
    nft("add chain inet t c { type filter hook forward priority 0; }; add rule inet t c meta l4proto tcp flow add @f");
    const made = flowtables.get(F), text = nft("list ruleset"), theirs = json(), mine = ruleset.json();
    const { devs, ...rest } = made;
    assertEquals([...devs!].sort(), ["d0", "d1"]);
    assertEquals([rest.hook, rest.priority, rest.flags, rest.use], ["ingress", 5, ["counter"], 1]);
    const without = (all: NftJson["nftables"]): unknown =>
      plain(
        all.map((one) => "flowtable" in one ? { flowtable: { ...one["flowtable"] as object, dev: 0, flags: 0 } } : one),
      );
    assertEquals(without(mine.nftables), without(theirs));
    nft("flush ruleset");
    ruleset.apply(mine);
    assertEquals(nft("list ruleset"), text);
    nft("flush table inet t");
    const listed = nft("list flowtable inet t f");
    flowtables.delete(F);
    flowtables.add(made);
    assertEquals(nft("list flowtable inet t f"), listed);
  },
);

nftTest("nf_tables: a transaction of 5,000 rules names the bad ones among them, and does nothing", ({ ours, nft }) => {
  nft("table inet t { chain c { } ; }");
  const { rules } = ours, C = { family: "inet", table: "t", chain: "c" } as const, before = ours.generation().id;
  const count = many(5000), middle = count / 2, last = count - 1;
  const bad: Readonly<Record<number, object>> = {
    7: { expr: [{ jump: { target: "none" } }] },
    [middle]: { expr: [{ match: { left: { meta: { key: "mark" } }, op: "==", right: "@none" } }, { accept: null }] },
    [last]: { expr: [{ counter: "none" }] },
  };
  const add = (wrong: boolean): void => {
    ours.batch((b) => {
      for (let i = 0; i < count; i++) {
        const port = { left: field("tcp", "dport"), op: "==", right: 1 + i } as const;
        b.rules.add({ ...C, expr: [{ match: port }, { counter: null }, { accept: null }], ...(wrong ? bad[i] : {}) });
      }
    });
  };
  const error = assertThrows(() => add(true), TransactionError);
  assertEquals(error.count, count);
  const found = error.failures.map((
    { index, error },
  ) => [index, (error as KernelError).code, (error as KernelError).path]);
  assertEquals(found, [
    [7, "ENOENT", "expressions[0]"],
    [middle, "ENOENT", "expressions[1]"],
    [last, "ENOENT", "expressions[0]"],
  ]);
  assertEquals([rules.list(C), ours.generation().id], [[], before]);
  add(false);
  const listed = rules.list(C);
  assertEquals(listed.length, count);
  assertEquals(ours.ruleset.text(listed[last]!), `tcp dport ${count} counter packets 0 bytes 0 accept`);
  assertEquals(nft("list chain inet t c").split("\n").filter((line) => line.endsWith("accept")).length, count);
});

nftTest("nf_tables: texts of ranges and prefixes are taken in rules, elements and look-ups", ({ ours, nft }) => {
  nft(`table ip t { chain c { } ; chain n { type nat hook prerouting priority -100; } ;
    set a { type ipv4_addr; flags interval; elements = { 10.0.0.10-10.0.0.20, 10.0.1.0/24 } ; } ;
    set m { type ether_addr; flags interval; } ; set n { type ifname; } ; }`);
  const T = { family: "ip", table: "t" } as const, { elements, rules, ruleset, sets } = ours;
  const match = (protocol: string, name: string, right: unknown) => ({
    match: { left: field(protocol, name), op: "==", right },
  });
  const made = (chain: string, ...expr: object[]): string =>
    ruleset.text(rules.get({ ...T, chain, handle: rules.add({ ...T, chain, expr: expr as never }).handle! }));
  const written = [
    made("c", match("ip", "saddr", "10.0.0.0/8")),
    made("c", match("ip", "saddr", { set: ["10.0.0.0/8", "192.0.2.1-192.0.2.9"] })),
    made("c", match("ether", "saddr", "02:00:00:00:00:00/24")),
    made("c", match("tcp", "dport", { set: ["80-90", "ssh"] })),
    made("n", match("tcp", "dport", 80), { dnat: { addr: "10.0.0.1-10.0.0.9", port: "80-90" } }),
  ];
  assertEquals(written, [
    "ip saddr 10.0.0.0/8",
    "ip saddr { 10.0.0.0/8, 192.0.2.1-192.0.2.9 }",
    "ether saddr 02:00:00:00:00:00/24",
    "tcp dport { 22, 80-90 }",
    "tcp dport 80 dnat to 10.0.0.1-10.0.0.9:80-90",
  ]);
  const listed = nft("list ruleset").replace(/,\s+/g, ", ");
  for (const line of written) assert(listed.includes(line), line);
  elements.add({ ...T, set: "m" }, ["02:00:00:00:00:00/24", "04:00:00:00:00:00-04:00:00:00:00:09"]);
  assert(nft("list set ip t m").includes("02:00:00:00:00:00-02:00:00:ff:ff:ff"));
  // A range is found within an element, as by `nft get element`, but not if it overlaps only a part of one.
  const find = (elem: string) => elements.find({ ...T, set: "a" }, elem)?.elem;
  assertEquals(["10.0.0.12-10.0.0.15", "10.0.1.128/25"].map(find), [["10.0.0.10", "10.0.0.20"], "10.0.1.0/24"]);
  assertEquals(["10.0.0.15-10.0.0.30", "10.0.0.0/8", "10.0.0.9"].map(find), [undefined, undefined, undefined]);
  assertThrows(() => nft("get element ip t a { 10.0.0.15-10.0.0.30 }"), Error, "No such file");
  // Names of interfaces are texts for nft in sets and maps that this library makes.
  sets.add({ ...T, name: "o", keyType: ["ifname", "ipv4_addr"], dataType: "ifname" });
  elements.add({ ...T, set: "n" }, ["lo"]);
  elements.add({ ...T, set: "o" }, [{ elem: ["eth0", "192.0.2.1"], data: "eth1" }]);
  assert(nft("list set ip t n").includes('"lo"'));
  assert(nft("list map ip t o").includes('"eth0" . 192.0.2.1 : "eth1"'));
});

nftTest("nf_tables: security marks are those that nft makes and lists", ({ ours: { objects, tables }, nft, json }) => {
  const S = { family: "inet", table: "t", name: "s", type: "secmark" } as const;
  tables.add({ family: "inet", name: "t" });
  try {
    objects.add({ ...S, data: { ctx: "unconfined" } });
  } catch (error) {
    if (error instanceof KernelError) skip(`needs a kernel with security marks and labels: ${error.code}`);
    throw error;
  }
  const text = nft("list ruleset");
  assertEquals(json()[1]!["secmark"]!["context"], "unconfined");
  objects.delete(S);
  nft(text);
  assertEquals(objects.get(S).data, { ctx: "unconfined" });
});
