/** Calls the functions that make statements, and compiles what they make. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../../families/netfilter/nftables/compile.ts";
import * as nft from "../../../families/netfilter/nftables/statements.ts";
import { test } from "../../test.ts";

const { concat, counter, ct, dnat, drop, ip, jump, limit, log, meta, tcp, vmap } = nft;

test("Functions make the JSON that nft prints", () => {
  assertEquals([tcp.dport(22), ct.state("new"), counter(), drop()], [
    { match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: 22 } },
    { match: { op: "in", left: { ct: { key: "state" } }, right: "new" } },
    { counter: null },
    { drop: null },
  ]);
  assertEquals(ip.saddr("10.0.0.0/8", "192.0.2.1", "198.51.100.1-198.51.100.9").match.right, {
    set: [
      { prefix: { addr: "10.0.0.0", len: 8 } },
      "192.0.2.1",
      { range: ["198.51.100.1", "198.51.100.9"] },
    ],
  });
  assertEquals(tcp.dport.not("80-90"), {
    match: { op: "!=", left: { payload: { protocol: "tcp", field: "dport" } }, right: { range: [80, 90] } },
  });
  assertEquals(ct.state("new", "related").match.right, ["new", "related"]);
  assertEquals(meta.iifname("10-20").match.right, "10-20");
  assertEquals(limit("10/second"), { limit: { rate: 10, per: "second" } });
  assertEquals(limit("1 mbytes/minute", { burst: 3, over: true }), {
    limit: { rate: 1, rate_unit: "mbytes", per: "minute", burst: 3, inv: true },
  });
  assertEquals(limit({ rate: 10, per: "second" }, { over: true, burst: 9 }), {
    limit: { rate: 10, per: "second", burst: 9, inv: true },
  });
  assertThrows(() => dnat(""), TypeError, "Cannot make a translation: expected");
  assertThrows(() => vmap(tcp.dport, undefined as never), TypeError, "Cannot make a map: expected");
  assertThrows(() => nft.add(undefined as never, ip.saddr), TypeError, "Cannot add to a set: expected its name");
  assertEquals(dnat("10.0.0.2:80"), { dnat: { addr: "10.0.0.2", port: 80 } });
  assertEquals(dnat("[2001:db8::1]:80-90"), { dnat: { addr: "2001:db8::1", port: { range: [80, 90] } } });
  assertEquals(dnat("2001:db8::1"), { dnat: { addr: "2001:db8::1" } });
  assertEquals(nft.snat(":1024-2048"), { snat: { port: { range: [1024, 2048] } } });
  assertEquals(vmap(tcp.dport, { 22: nft.accept(), "80-90": jump("web") }), {
    vmap: {
      key: tcp.dport.field,
      data: { set: [[22, { accept: null }], [{ range: [80, 90] }, { jump: { target: "web" } }]] },
    },
  });
  assertThrows(() => limit("10 per second"), TypeError, "expected a rate");
});

test("What the functions make compiles", () => {
  const rules: readonly (readonly nft.Statement[])[] = [
    [ip.saddr("10.0.0.0/8", "192.0.2.1"), tcp.dport(22), ct.state("new"), limit("10/second"), counter(), drop()],
    [concat(ip.saddr, tcp.dport)({ set: [{ concat: ["10.0.0.1", 22] }] }), log({ prefix: "x" })],
    [tcp.dport(80), dnat("10.0.0.2:8080", "ip")],
    [nft.add("@seen", ip.saddr, { timeout: 60 }), nft.set(meta.mark, 5), nft.reject("tcp reset")],
    [vmap(tcp.dport, { 22: nft.accept(), 80: drop() }), nft.masquerade(), nft.notrack()],
    [nft.icmp.type("echo-request"), meta.length.above(100), nft.queue(3, ["bypass"])],
    [nft.set(meta.mark, nft.map(tcp.dport, { 22: 1 })), nft.returns()],
  ];
  for (const expr of rules) assert(compile(expr, { family: "inet" }).expressions.length > 1);
});
