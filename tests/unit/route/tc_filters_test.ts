/** Filters and actions as bytes: both ways, and with mutations. MUTATIONS=1000000 tries more of them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import { DecodeError } from "../../../core/errors.ts";
import { type FilterInput, open } from "../../../families/route/tc.ts";
import { Filter } from "../../../families/route/tc/filter.ts";
import { test } from "../../test.ts";
import { bothWays } from "../both_ways.ts";

/** Filters with most attributes: of flower, of basic with conditions, of u32, each with actions. */
const FILTERS: readonly object[] = [
  {
    ifindex: 3,
    parent: "ingress",
    protocol: "ip",
    priority: 5,
    kind: "flower",
    options: {
      ipProto: "tcp",
      ipv4Dst: "10.0.0.0/8",
      ethDst: "02:00:00:00:00:00/24",
      tcpDst: "80-90",
      ctState: "+est+trk",
      ctLabels: `${"0".repeat(31)}1/${"f".repeat(32)}`.replace(/\/f+$/, ""),
      encOpts: {
        geneve: [{ class: 1, type: 2, data: new Uint8Array(4) }, { class: 1, type: 3, data: new Uint8Array(4) }],
      },
      act: [
        { kind: "gact", action: "goto chain 5", options: {} },
        { kind: "police", action: "shot", options: { rate: 125_000, burst: 15_360, mtu: 2000, linklayer: "ethernet" } },
        {
          kind: "pedit",
          action: "ok",
          options: { keys: [{ htype: "ip4", cmd: "set", off: 8, val: 0x4000_0000, mask: 0xff_ffff }] },
        },
        { kind: "nat", action: "jump 2", options: { oldAddr: "10.0.0.0/8", newAddr: "11.0.0.0", flags: ["egress"] } },
        { kind: "ife", action: "pipe", options: { flags: "encode", metalst: { mark: true, prio: 7 } } },
      ],
    },
  },
  {
    block: 22,
    ifindex: -1,
    protocol: "all",
    priority: 1,
    kind: "basic",
    options: {
      ematches: [
        { kind: "cmp", relation: "and", data: { align: "u8", layer: "network", opnd: "eq", val: 6, mask: 0, off: 9 } },
        {
          kind: "container",
          relation: "or",
          invert: true,
          data: [
            { kind: "u32", relation: "or", data: { mask: 255, val: 1, off: -4, offmask: 0 } },
            { kind: "nbyte", data: { layer: "transport", off: 4, needle: Uint8Array.from([1, 2, 3]) } },
          ],
        },
        {
          kind: "meta",
          data: {
            left: { id: "nfmark", type: "int", shift: 0, value: 255 },
            op: "gt",
            right: { id: "value", type: "int", shift: 0, value: 5 },
          },
        },
      ],
    },
  },
  {
    ifindex: 3,
    parent: "1:",
    protocol: "ip",
    priority: 7,
    kind: "u32",
    handle: "800::800",
    options: { classid: "1:10", sel: { flags: ["terminal"], keys: [{ mask: 0xff, val: 1, off: -16, offmask: -1 }] } },
  },
];

function bytesOf(value: object): Uint8Array {
  const to = new Writer();
  Filter.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

const decode = (bytes: Uint8Array): Filter => bothWays(() => Filter.decode(new Reader(bytes), 0, bytes.length, {}));

test("tc: what is decoded of a filter is encoded to the same bytes", () => {
  for (const value of FILTERS) {
    const bytes = bytesOf(value), decoded = decode(bytes);
    const again = { ...decoded, ...("block" in value ? { ifindex: -1 } : {}) };
    assertEquals(bytesOf(again), bytes, String((value as { kind: string }).kind));
  }
  const basic = decode(bytesOf(FILTERS[1]!));
  assertEquals([basic.ifindex, basic.parent, basic.block], [undefined, undefined, 22]);
  assertEquals(basic.options, (FILTERS[1] as { options: object }).options as never);
});

test("tc: a mutated filter gives a value or a DecodeError", () => {
  const count = Number(process.env["MUTATIONS"] ?? 3000);
  let seed = 7, values = 0;
  const random = (below: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % below;
  const originals = FILTERS.map(bytesOf);
  for (let i = 0; i < count; i++) {
    const bytes = originals[i % originals.length]!.slice();
    for (let n = random(4); n >= 0; n--) bytes[20 + random(bytes.length - 20)] = random(256);
    try {
      Filter.decode(new Reader(bytes), 0, bytes.length, {});
      values++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  assert(values > count / 4 && values < count, `${values} values`);
});

test("tc: wrong values of filters are refused by the field", () => {
  const flower = (options: object, protocol = "ip"): () => void => () =>
    void bytesOf({ ifindex: 1, protocol, kind: "flower", options });
  assertThrows(flower({ tcpDst: "80" }), TypeError, 'options.tcpDst: needs ipProto "tcp"');
  assertThrows(flower({ ipProto: "tcp", tcpDst: "90-80" }), TypeError, "options.tcpDst: expected a range");
  assertThrows(flower({ ipv6Dst: "::1" }), TypeError, 'options.ipv6Dst: needs the filter\'s protocol "ipv6"');
  assertThrows(flower({ vlanId: 5 }), TypeError, "options.vlanId: needs the filter's protocol");
  assertThrows(flower({ ipv4Dst: "10.0.0.0/33" }), TypeError, "options.ipv4Dst: expected an address");
  assertThrows(flower({ ctState: "trk" }), TypeError, "options.ctState: expected names with signs");
  assertThrows(flower({ ipv4DstMask: "255.0.0.0" }), TypeError, "options.ipv4DstMask: belongs in ipv4Dst");
  assertThrows(
    flower({ act: [{ kind: "police", options: { rate: 1000 } }] }),
    TypeError,
    "options.act[0].options.burst: is missing",
  );
  assertThrows(
    flower({ act: [{ kind: "mirred", options: { eaction: "egress" } }] }),
    TypeError,
    "options.act[0].options.eaction: expected",
  );
});

test("tc: selectors and marks of u32 are refused by the field, not taken as ones that match all packets", () => {
  using tc = open({ dryRun: () => {} });
  const place = { dev: "lo", parent: "1:", kind: "u32" } as const;
  const add = (options: unknown): () => void => () => void tc.filters.add({ ...place, options } as FilterInput);
  for (const wrong of [null, 5, []]) {
    assertThrows(add(wrong), TypeError, "options: expected an object, got");
    assertThrows(add({ sel: wrong, classid: "1:1" }), TypeError, "options.sel: expected an object, got");
  }
  assertThrows(add({ sel: { keys: 5 } }), TypeError, "options.sel.keys: expected an array of at most 128 keys, got 5");
  assertThrows(add({ sel: { keys: [null] } }), TypeError, "options.sel.keys[0]: expected an object, got null");
  const key = { val: 0x0a00_0001, off: 12 };
  assertThrows(add({ sel: { keys: [key] } }), TypeError, "options.sel.keys[0].mask: is missing: the bits to compare");
  assertThrows(add({ sel: { keys: [] }, mark: { val: 5 } }), TypeError, "options.mark.mask: is missing: the bits of");
  assertThrows(
    () => void tc.filters.add({ ...place, kind: "basic", options: { ematches: [{ kind: "u32", data: key }] } }),
    TypeError,
    "options.ematches[0].data.mask: is missing: the bits to compare",
  );
  add({ sel: { keys: [{ ...key, mask: 0 }] }, mark: { val: 5, mask: 0xff } })();
});
