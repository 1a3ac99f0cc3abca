/** Elements of sets: their values, to the kernel's form and back. */
import { assertEquals, assertThrows } from "@std/assert";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import {
  NftElementForm,
  type NftElementInput,
  type NftSet,
  NftSetElemList,
  type NftType,
} from "../../../families/netfilter/nftables/mod.ts";
import { test } from "../../test.ts";

const refuse = (kind: typeof TypeError | typeof RangeError, why: string): never => {
  throw new kind(why);
};

function set(keyType: NftType, flags: NftSet["flags"] = [], more: Partial<NftSet> = {}): NftSet {
  return { family: "inet", table: "t", name: "s", keyType, flags: flags!, ...more };
}

/** Returns the bytes of a message with the elements. */
function encoded(of: NftSet, elements: readonly NftElementInput[]): Uint8Array {
  const form = new NftElementForm(of), writer = new Writer();
  const wire = elements.flatMap((one) => form.toWire(one, refuse));
  NftSetElemList.encode({ family: "inet", table: "t", set: "s", elements: wire }, writer, {});
  return writer.bytes.slice(0, writer.length);
}

function decoded(of: NftSet, bytes: Uint8Array): unknown[] {
  const { elements = [] } = NftSetElemList.decode(new Reader(bytes), 0, bytes.length, {});
  return new NftElementForm(of).fromWire(elements).map((one) => Object.keys(one).length === 1 ? one.elem : one);
}

const CASES: readonly (readonly [set: NftSet, elements: readonly NftElementInput[]])[] = [
  [set("ipv4_addr"), ["10.0.0.1", "10.0.0.2"]],
  [set("ipv4_addr", ["interval"]), ["0.0.0.0/1", "192.0.2.1", ["192.0.2.3", "192.0.2.9"], "255.255.255.255"]],
  [
    set("ipv6_addr", ["interval"]),
    ["::/128", "2001:db8::/32", ["fe80::1", "fe80::3"]].map((one) => one === "::/128" ? "::" : one),
  ],
  [set("inet_service", ["interval"]), [0, [1, 79], 80, [81, 65535]]],
  [set("mark"), [5, 4294967295]],
  [set("mark", ["interval"]), [[5, 7], 4294967295]],
  [set("ether_addr"), ["02:00:00:00:00:01"]],
  [set("ifname", ["interval"]), ["eth0", "wg*"]],
  [set(["ipv4_addr", "inet_proto", "inet_service"], ["interval", "concat"]), [["10.0.0.0/8", "tcp", [1, 9]]]],
  [set(["mark", "ifname"]), [[7, "lo"]]],
  [set("inet_service", ["map"], { dataType: "verdict" }), [{ elem: 22, data: { jump: { target: "web" } } }]],
  [set("inet_service", ["map"], { dataType: "mark" }), [{ elem: 22, data: 7, comment: "ssh", timeout: 1.5 }]],
];

test("nf_tables: elements are the same after encoding and decoding", () => {
  for (const [of, elements] of CASES) {
    assertEquals(decoded(of, encoded(of, elements)), elements as unknown[], String(of.keyType));
  }
});

test("nf_tables: a range is a start and what follows its end; up to the last value it has no end", () => {
  const form = new NftElementForm(set("inet_service", ["interval"]));
  assertEquals(form.toWire([80, 90], refuse), [
    { key: { value: Uint8Array.of(0, 80) } },
    { key: { value: Uint8Array.of(0, 91) }, flags: ["interval_end"] },
  ]);
  assertEquals(form.toWire([80, 65535], refuse).map(({ key }) => key), [{ value: Uint8Array.of(0, 80) }]);
  // A dump has them in descending order; nft begins a set with an end at 0.
  const wire = [...form.toWire([80, 90], refuse), ...form.toWire([91, 95], refuse)];
  const start = { key: { value: Uint8Array.of(0, 0) }, flags: ["interval_end"] as const };
  assertEquals(form.fromWire([start, ...wire].reverse()).map(({ elem }) => elem), [[80, 90], [91, 95]]);
});

test("nf_tables: integers of any length have the bytes of their size, in the order of the type", () => {
  const bytes = (of: NftSet, value: NftElementInput): unknown => new NftElementForm(of).toWire(value, refuse)[0]!.key;
  const wide = set("cgroupsv2"), most = Uint8Array.from({ length: 8 }, () => 255);
  assertEquals(bytes(set("inet_service"), "0x1ff"), { value: Uint8Array.of(1, 255) });
  assertEquals(bytes(set("mark"), 0x1020304), { value: Uint8Array.of(4, 3, 2, 1) });
  assertEquals(bytes(wide, Number.MAX_SAFE_INTEGER), { value: Uint8Array.of(255, 255, 255, 255, 255, 255, 31, 0) });
  assertEquals(bytes(wide, "9007199254740993"), { value: Uint8Array.of(1, 0, 0, 0, 0, 0, 32, 0) });
  assertEquals(bytes(wide, "18446744073709551615"), { value: most });
  assertThrows(() => bytes(wide, "18446744073709551616"), RangeError, "an integer of 64 bits");
});

test("nf_tables: values that do not fit the type of the set are refused", () => {
  const wrong: readonly (readonly [NftSet, unknown, RegExp])[] = [
    [set("ipv4_addr"), "10.0.0.0/8", /lacks the flag "interval"/],
    [set("ipv4_addr"), "::1", /expected an IPv4 address/],
    [set("ipv4_addr", ["interval"]), "10.0.0.0/33", /at most 32 bits/],
    [set("ipv4_addr", ["interval"]), ["10.0.0.2", "10.0.0.1"], /ends before it begins/],
    [set("inet_service"), 65536, /an integer of 16 bits/],
    [set("inet_service"), -1, /an integer of 16 bits/],
    [set("inet_service"), "no such service", /a number/],
    [set(["mark", "ifname"]), [7], /an array of 2 values/],
    [set("ifname"), "a name of sixteen", /at most 15 bytes/],
    [set("inet_service"), { elem: 1, data: 2 }, /no map/],
    [set("inet_service"), { elm: 1 }, /there is no field "elm"/],
    [set("inet_service", ["map"], { dataType: "verdict" }), { elem: 1, data: { jmp: null } }, /expected a verdict/],
  ];
  for (const [of, value, why] of wrong) {
    const error = assertThrows(() => new NftElementForm(of).toWire(value as NftElementInput, refuse));
    assertEquals(why.test(String(error)), true, String(error));
  }
});

test("nf_tables: mutated messages of elements are elements or a DecodeError", () => {
  let seed = 7, count = 0;
  const random = (below: number): number => (seed = seed * 1103515245 + 12345 & 0x7fffffff) % below;
  // More: raise the number of rounds.
  for (let round = 0; round < 300; round++) {
    for (const [of, elements] of CASES) {
      const bytes = encoded(of, elements);
      for (let edits = random(3); edits >= 0; edits--) bytes[random(bytes.length)] = random(256);
      try {
        decoded(of, bytes);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
      count++;
    }
  }
  assertEquals(count, 300 * CASES.length);
});
