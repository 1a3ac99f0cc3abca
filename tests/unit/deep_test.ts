/**
 * Endless nesting in messages from other processes and in objects of the caller. Neither reaches the engine's limits.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type AnyCodec, didYouMean, Reader, Writer } from "../../core/codec/mod.ts";
import { showMessages } from "../../core/datagram.ts";
import { DecodeError } from "../../core/errors.ts";
import { message } from "../../core/scripted.ts";
import { CompiledSpec } from "../../families/generic/compile_spec.ts";
import { PolicyTables } from "../../families/generic/compile_policy.ts";
import { decode, show } from "../../families/registry.ts";
import { Link } from "../../families/route/link.ts";
import { open } from "../../families/sock_diag/mod.ts";
import { ScriptedKernel } from "../../core/scripted.ts";
import { test } from "./../test.ts";

/** Returns nested attributes: for each level, the attribute's number and the bytes in front of it. */
function nest(levels: number, level: readonly (readonly [id: number, before: Uint8Array])[]): Uint8Array {
  const to = new Writer(), starts: number[] = [];
  for (let i = 0; i < levels; i++) {
    for (const [id, before] of level) {
      to.append(before);
      starts.push(to.open(id));
    }
  }
  while (starts.length > 0) to.close(starts.pop()!);
  return to.bytes.slice(0, to.length);
}

const NONE = new Uint8Array(0), KIND = Uint8Array.of(9, 0, 1, 0, 118, 101, 116, 104, 0, 0, 0, 0);

test("deep: a veth whose peer is a veth whose peer … is decoded and shown as bytes", () => {
  // ifinfomsg, IFLA_LINKINFO { IFLA_INFO_KIND "veth", IFLA_INFO_DATA { VETH_INFO_PEER { … } } }
  const body = nest(1_500, [[18, new Uint8Array(16)], [2, KIND], [1, NONE]]), bytes = message(16, 0, 0, body);
  const [one] = decode("ROUTE", bytes);
  assert(one!.value instanceof Uint8Array);
  assertStringIncludes(show("ROUTE", bytes), "RTM_NEWLINK");
  assertThrows(() => Link.decode(new Reader(body), 0, body.length, {}), DecodeError, "nested more than 64 times");
  // A small number of levels is decoded.
  const few = message(16, 0, 0, nest(5, [[18, new Uint8Array(16)], [2, KIND], [1, NONE]]));
  assertStringIncludes(show("ROUTE", few), "peer");
});

test("deep: attributes that contain themselves by a specification or a kernel's policy", () => {
  const spec = new CompiledSpec({
    name: "deep",
    "attribute-sets": [{
      name: "s",
      attributes: [
        { name: "x", type: "nest", "nested-attributes": "s" },
        { name: "list", type: "indexed-array", "nested-attributes": "s" },
      ],
    }],
    operations: { list: [{ name: "get", "attribute-set": "s", do: {} }] },
  });
  const policies = [1, 2].map((type) => [{ id: 1, type: type === 1 ? "nested" : "nested_array", policy: 0 } as const]);
  const byPolicy = policies.map((policy) =>
    new PolicyTables({ operations: [{ cmd: 1, do: 0 }], policies: [policy] }).request(1, "do") as AnyCodec
  );
  for (const table of [spec.operations.get("get")!.table as AnyCodec, ...byPolicy]) {
    for (const levels of [10, 63, 64, 65, 200, 8_000]) {
      for (const ids of [[1], [2, 1]]) {
        const body = nest(Math.floor(levels / ids.length), ids.map((id) => [id, NONE] as const));
        const bytes = message(40, 0, 0, body), set = { types: {}, codec: () => table };
        const [shown] = showMessages(bytes, set);
        assert(shown!.toString().length > 0 && shown!.summary().length > 0);
      }
    }
  }
});

test("deep: objects that contain themselves are refused by name", () => {
  const self: Record<string, unknown> = { ifname: "v0", kind: "veth" };
  self.data = { peer: self };
  const to = new Writer();
  const error = assertThrows(() => Link.encode(self as never, to, {}), RangeError);
  assertStringIncludes(error.message, "objects are nested without end");
  const condition: { not?: object } = {};
  condition.not = condition;
  using sockets = open({ transport: () => new ScriptedKernel() });
  assertThrows(() => sockets.tcp.list(condition), RangeError, "conditions are nested without end");
  const many: { and?: object[] } = {};
  many.and = [many];
  assertThrows(() => sockets.tcp.list(many as never), RangeError, "conditions are nested without end");
});

test("deep: an absurdly long name is not compared letter by letter", () => {
  const long = "x".repeat(1_000_000);
  assertEquals(didYouMean(long, [long, "x"]), "");
  assertEquals(didYouMean("mtuu", ["mtu", "m".repeat(1_000_000)]), ', did you mean "mtu"?');
});
