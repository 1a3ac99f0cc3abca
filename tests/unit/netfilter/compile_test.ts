/**
 * Compiles rules that are wrong: each gives an error of the library that names the statement and field.
 *
 * NETLINK_FUZZ sets the number of mutated rules.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { NftExpressions } from "../../../families/netfilter/nftables/expressions.ts";
import { Writer } from "../../../core/codec/mod.ts";
import { compile } from "../../../families/netfilter/nftables/compile.ts";
import type { Statement } from "../../../families/netfilter/nftables/statements.ts";
import { corpus } from "../../kernel/netfilter/corpus.ts";
import { test } from "../../test.ts";
import { random } from "../core/help.ts";

test("Errors name the statement and the field", () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [
      [{ counter: null }, {
        match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: 70000 },
      }],
      "Cannot compile a rule: expr[1].match.right: a value of type inet_service has 16 bits, got 70000",
    ],
    [
      [{ match: { op: "==", left: { meta: { key: "marc" } }, right: 1 } }],
      "expr[0].match.left.meta.key: expected one of",
    ],
    [
      [{ limit: { rate: 10, per: "second", invert: true } }],
      'expr[0].limit: there is no field "invert"',
    ],
    [[{ log: { prefx: "a" } }], 'expr[0].log: there is no field "prefx", did you mean "prefix"?'],
    [[{ reject: { tpye: "tcp reset" } }], 'expr[0].reject: there is no field "tpye", did you mean "type"?'],
    [[{ match: { op: "=", left: { meta: { key: "mark" } }, right: 1 } }], "expr[0].match.op: expected"],
    [[{ jump: { target: 7 } }], "expr[0].jump.target: expected a text, got 7"],
    [[{
      match: {
        op: "==",
        left: { payload: { protocol: "ip", field: "saddr" } },
        right: { set: ["10.0.0.1", "10.0.0"] },
      },
    }], "expr[0].match.right.set[1]: expected an address of IPv4"],
    [[{ drop: null }, { counter: null }], "expr[1]: no statement can follow a verdict"],
    [[{ dnat: { port: 80, addr: "10.0.0.1" } }], `"port" needs a match`],
    [[{}], "expr[0]: expected a statement"],
    [[{ accept: true }], "expr[0].accept: expected null, got true"],
    [[{ drop: false }], "expr[0].drop: expected null, got false"],
    [[{ notrack: true }], "expr[0].notrack: expected null, got true"],
    [
      [{ match: { left: { payload: { protocol: "tcp", field: "dport" } }, right: [22, 443, 1, 2, 3] } }],
      "expr[0].match.right: expected a value, got an array: several are { set: [22, 443, 1, 2, …] }",
    ],
    ["drop", "expr: expected an array"],
  ];
  for (const [expr, message] of wrong) {
    const error = assertThrows(() => compile(expr as Statement[], { family: "ip" })) as Error;
    assert(error instanceof TypeError || error instanceof RangeError);
    assert(error.message.includes(message), error.message);
  }
});

const COUNT = Number(process.env["NETLINK_FUZZ"] ?? 10_000);

const VALUES: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  0,
  -1,
  1.5,
  NaN,
  1e300,
  4294967296,
  "",
  "*",
  "x*",
  "@",
  "@addrs",
  "tcp",
  "10.0.0.1",
  "::1",
  "0x10",
  "1:2",
  [],
  [1],
  [null],
  {},
  { a: 1 },
  { set: [] },
  { set: [1, 2] },
  { range: [2, 1] },
  { range: [1] },
  { prefix: { addr: "10.0.0.0", len: 99 } },
  { prefix: null },
  { elem: { val: 1 } },
  { concat: [] },
  { concat: [1, 2] },
  { map: { key: { meta: { key: "mark" } }, data: { set: [[1, 2]] } } },
  { meta: { key: "mark" } },
  { payload: { protocol: "ip6", field: "saddr" } },
  { "&": [1, 2] },
  { "&": [{ meta: { key: "mark" } }, 5] },
  { "<<": [{ meta: { key: "mark" } }, 99] },
  { payload: { base: "nh", offset: 1e9, len: 1 } },
  { __proto__: null },
  () => 1,
  5n,
  Symbol.iterator,
  new Uint8Array(3),
  new Map(),
];

/** Returns a copy with one part replaced, removed or added. */
function mutated(value: unknown, rand: (below: number) => number): unknown {
  if (rand(4) === 0 || typeof value !== "object" || value === null) return VALUES[rand(VALUES.length)];
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value], at = rand(Math.max(1, copy.length));
    const way = rand(8);
    if (way === 0) copy.splice(at, 1);
    else if (way === 1) copy.push(copy[at]);
    else copy[at] = mutated(copy[at], rand);
    return copy;
  }
  const copy: Record<string, unknown> = { ...value },
    names = Object.keys(copy),
    name = names[rand(Math.max(1, names.length))] ?? "x";
  const way = rand(8);
  if (way === 0) delete copy[name];
  else if (way === 1) {
    copy[["key", "op", "family", "port", "set", "constructor", "toString"][rand(7)]!] = VALUES[rand(VALUES.length)];
  } else copy[name] = mutated(copy[name], rand);
  return copy;
}

test("Statements are compiled to the same, whether nft 1.0 or 1.1 spells them", () => {
  const field = (protocol: string, name: string) => ({ payload: { protocol, field: name } });
  const is = (left: object, right: unknown) => ({ match: { op: "==", left, right } });
  const nat = (more: object) => [is({ meta: { key: "l4proto" } }, "tcp"), { dnat: { addr: "10.0.0.1", ...more } }];
  const fib = { fib: { result: "oif", flags: ["saddr", "iif"] } };
  const pairs: readonly (readonly [older: readonly object[], newer: readonly object[]])[] = [
    [[is(field("icmp", "code"), "host-unreachable")], [is(field("icmp", "code"), 1)]],
    [[is(field("icmpv6", "code"), "no-route")], [is(field("icmpv6", "code"), 0)]],
    [nat({ flags: "random" }), nat({ flags: ["random"] })],
    [[{ limit: { rate: 4, per: "second" } }], [{ limit: { rate: 4, burst: 5, per: "second" } }]],
    [[is(fib, false)], [is({ concat: [fib] }, { concat: [false] })]],
    [[is({ "ip option": { name: "rr", field: "addr" } }, 1)], [
      is({ "ip option": { name: "rr", field: "addr" } }, "0.0.0.1"),
    ]],
    [[{ queue: { num: 1, flags: "bypass" } }], [{ queue: { num: 1, flags: ["bypass"] } }]],
    [[{ log: { flags: "all" } }], [{ log: { flags: ["all"] } }]],
  ];
  for (const [older, newer] of pairs) {
    const of = (expr: readonly object[]) => compile(expr as readonly Statement[], { family: "inet" }).expressions;
    assertEquals(of(newer), of(older), JSON.stringify(newer));
  }
});

test("A range may be a text with a hyphen wherever it is one of two values", () => {
  const left = { payload: { protocol: "tcp", field: "dport" } };
  const made = (expr: unknown): unknown => compile(expr as Statement[], { family: "inet" });
  const pairs: [text: unknown, range: unknown][] = [
    [{ match: { op: "==", left, right: "80-90" } }, { match: { op: "==", left, right: { range: [80, 90] } } }],
    [{ match: { op: "!=", left, right: "80-90" } }, { match: { op: "!=", left, right: { range: [80, 90] } } }],
    [{ match: { op: "==", left, right: { set: ["80-90", 22] } } }, {
      match: { op: "==", left, right: { set: [{ range: [80, 90] }, 22] } },
    }],
    [{ dnat: { family: "ip", addr: "10.0.0.1-10.0.0.9" } }, {
      dnat: { family: "ip", addr: { range: ["10.0.0.1", "10.0.0.9"] } },
    }],
  ];
  for (const [text, range] of pairs) assertEquals(made([text]), made([range]));
  // A name with a hyphen is a name.
  made([{ match: { op: "==", left: { payload: { protocol: "icmp", field: "type" } }, right: "echo-request" } }]);
});

test("A named set or map of other keys than the field is refused by name", () => {
  const ips = { keyType: 7 }, pairs = { keyType: 7 * 64 + 13 };
  const setOf = (name: string): { keyType: number } => name === "ips" ? ips : pairs;
  const port = { payload: { protocol: "tcp", field: "dport" } },
    source = { payload: { protocol: "ip", field: "saddr" } };
  const made = (one: unknown): unknown => compile([one as Statement], { family: "inet", setOf });
  made({ match: { op: "==", left: source, right: "@ips" } });
  made({ match: { op: "==", left: { concat: [source, port] }, right: "@pairs" } });
  made({ match: { op: "==", left: { payload: { base: "nh", offset: 96, len: 32 } }, right: "@ips" } });
  for (
    const [wrong, message] of [
      [
        { match: { op: "==", left: port, right: "@ips" } },
        "right: the keys of ips are of type ipv4_addr, not inet_service",
      ],
      [{ vmap: { key: port, data: "@ips" } }, "the keys of ips are of type ipv4_addr, not inet_service"],
      [{ set: { op: "add", elem: port, set: "@ips" } }, "the keys of ips are of type ipv4_addr, not inet_service"],
      [
        { match: { op: "==", left: source, right: "@pairs" } },
        "the keys of pairs are of type ipv4_addr . inet_service, not ipv4_addr",
      ],
    ] as const
  ) assertThrows(() => made(wrong), TypeError, message);
});

test("Mutated rules compile to expressions that can be sent, or give an error of the library that names a field", () => {
  const rules = corpus(), rand = random(20261130);
  let refused = 0;
  for (let i = 0; i < COUNT; i++) {
    const { family, expr } = rules[rand(rules.length)]!, wrong = mutated(expr, rand) as Statement[];
    try {
      const { expressions } = compile(wrong, { family });
      NftExpressions.encode(expressions, new Writer(), {});
    } catch (error) {
      refused++;
      const { message, name } = error as Error;
      assert(
        (name === "TypeError" || name === "RangeError") && message.startsWith("Cannot compile a rule: expr"),
        String((error as Error).stack),
      );
    }
  }
  assert(refused > COUNT / 4 && refused < COUNT, `${refused} of ${COUNT} refused`);
});
