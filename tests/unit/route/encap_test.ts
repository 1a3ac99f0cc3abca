import { assertEquals, assertThrows } from "@std/assert";
import { type Attributes, rawOf } from "../../../core/codec/mod.ts";
import {
  BpfEncap,
  IlaEncap,
  Ioam6Encap,
  Ip6Encap,
  IpEncap,
  MplsEncap,
  RplEncap,
  Seg6Encap,
  Seg6LocalEncap,
  XfrmEncap,
} from "../../../families/route/encap.ts";
import { Route } from "../../../families/route/route.ts";
import { bothWays, decode, encode, wire } from "./wire.ts";
import { test } from "../../test.ts";

// All bytes except those of bpf were compared with those that iproute2 6.1 sends.

const A = "fd00000000000000000000000000000a",
  B = "fd00000000000000000000000000000b",
  C = "fd00000000000000000000000000000c";

/** Declares a test: the bytes of a nest and their value, both ways. */
function vector<T>(name: string, table: Attributes<T>, rows: string, value: object): void {
  test(`encap ${name}`, () => bothWays(table, wire(rows), value));
}

vector(
  "mpls",
  MplsEncap,
  `
    0c00 0100 00064000 000c8100  // MPLS_IPTUNNEL_DST: label 100, label 200 with the bottom-of-stack bit
    0500 0200 09 000000          // MPLS_IPTUNNEL_TTL
  `,
  { dst: "100/200", ttl: 9 },
);
vector(
  "ip, with Geneve options",
  IpEncap,
  `
    0c00 0100 000000000000004d   // LWTUNNEL_IP_ID 77, network order
    0800 0200 0a000063           // LWTUNNEL_IP_DST
    0800 0300 0a000001           // LWTUNNEL_IP_SRC
    0500 0400 05 000000          // LWTUNNEL_IP_TTL
    0500 0500 04 000000          // LWTUNNEL_IP_TOS
    0600 0600 0005 0000          // LWTUNNEL_IP_FLAGS csum | key, network order
    3c00 0880                    // LWTUNNEL_IP_OPTS
      1c00 0180                  //   LWTUNNEL_IP_OPTS_GENEVE
        0600 0100 0001 0000      //     class 1
        0500 0200 02 000000      //     type 2
        0800 0300 01020304       //     data
      1c00 0180                  //   the second
        0600 0100 0003 0000
        0500 0200 04 000000
        0800 0300 05060708
  `,
  {
    id: 77n,
    dst: "10.0.0.99",
    src: "10.0.0.1",
    ttl: 5,
    tos: 4,
    flags: ["csum", "key"],
    opts: {
      geneve: [
        { class: 1, type: 2, data: new Uint8Array([1, 2, 3, 4]) },
        { class: 3, type: 4, data: new Uint8Array([5, 6, 7, 8]) },
      ],
    },
  },
);
vector(
  "ip, with a VXLAN option",
  IpEncap,
  `
    0800 0200 0a000063
    1000 0880 0c00 0280 0800 0100 c8010000  // LWTUNNEL_IP_OPTS_VXLAN: gbp 456
  `,
  { dst: "10.0.0.99", opts: { vxlan: { gbp: 456 } } },
);
vector(
  "ip, with an ERSPAN option",
  IpEncap,
  `
    2800 0880 2400 0380          // LWTUNNEL_IP_OPTS_ERSPAN
      0500 0100 02 000000        // version 2
      0800 0200 00000005         // index, network order
      0500 0300 01 000000        // direction
      0500 0400 03 000000        // hardware id
  `,
  { opts: { erspan: { ver: 2, index: 5, dir: 1, hwid: 3 } } },
);
vector(
  "ip6",
  Ip6Encap,
  `
    0c00 0100 000000000000004d
    1400 0200 ${A}
    1400 0300 ${B}
    0500 0400 09 000000          // LWTUNNEL_IP6_HOPLIMIT
    0500 0500 08 000000          // LWTUNNEL_IP6_TC
    0600 0600 0004 0000          // LWTUNNEL_IP6_FLAGS key
  `,
  { id: 77n, dst: "fd00::a", src: "fd00::b", hoplimit: 9, tc: 8, flags: ["key"] },
);
vector(
  "ila",
  IlaEncap,
  `
    0c00 0100 20010db800000001   // ILA_ATTR_LOCATOR
    0500 0700 03 000000          // ILA_ATTR_CSUM_MODE neutral map, auto
    0500 0800 01 000000          // ILA_ATTR_IDENT_TYPE luid
    0500 0900 00 000000          // ILA_ATTR_HOOK_TYPE output
  `,
  { locator: "2001:db8:0:1", csumMode: "neutral_map_auto", identType: "luid", hookType: "route_output" },
);
vector(
  "bpf",
  BpfEncap,
  `
    0c00 0180 0600 0200 6100 0000          // LWT_BPF_IN: name a
    1400 0380 0800 0100 07000000           // LWT_BPF_XMIT: fd 7
              0600 0200 6200 0000          //   name b
    0800 0400 20000000                     // LWT_BPF_XMIT_HEADROOM
  `,
  { in: { name: "a" }, xmit: { fd: 7, name: "b" }, xmitHeadroom: 32 },
);
vector(
  "seg6: the path lies backwards",
  Seg6Encap,
  `
    4000 0100
      01000000                             // mode encap
      00 06 04 02 02 00 0000               // nexthdr, hdrlen 6 * 8, type 4, segments left 2, last 2, flags, tag
      ${C} ${B} ${A}
    1400 0200 ${A}                         // SEG6_IPTUNNEL_SRC
  `,
  { srh: { mode: "encap", segments: ["fd00::a", "fd00::b", "fd00::c"] }, src: "fd00::a" },
);
vector(
  "seg6 inline: a slot for the packet's own destination",
  Seg6Encap,
  `
    4000 0100
      00000000
      00 06 04 02 02 00 0000
      ${"00".repeat(16)} ${B} ${A}
  `,
  { srh: { mode: "inline", segments: ["fd00::a", "fd00::b"] } },
);
vector(
  "seg6, signed",
  Seg6Encap,
  `
    4800 0100
      02000000                             // mode l2encap
      00 07 04 00 00 28 0102               // hdrlen 7 * 8, flags hmac | oam, tag 0x0102
      ${A}
      05 26 0000 00000063                  // TLV: HMAC, 38 bytes, key 99
      ${"00".repeat(32)}                   // the kernel's
  `,
  { srh: { mode: "l2encap", segments: ["fd00::a"], hmac: 99, tag: 0x102, flags: ["oam"] } },
);
vector(
  "seg6_local with counters",
  Seg6LocalEncap,
  `
    0800 0100 02000000                     // SEG6_LOCAL_ACTION End.X
    1400 0500 ${A}                         // SEG6_LOCAL_NH6
    0800 0600 03000000                     // SEG6_LOCAL_IIF
    0800 0700 05000000                     // SEG6_LOCAL_OIF
    2800 0a80                              // SEG6_LOCAL_COUNTERS
      0c00 0200 0500000000000000           //   packets
      0c00 0300 0600000000000000           //   bytes
      0c00 0400 0700000000000000           //   errors
  `,
  { action: "end_x", nh6: "fd00::a", iif: 3, oif: 5, counters: { packets: 5, bytes: 6, errors: 7 } },
);
vector(
  "seg6_local with a header",
  Seg6LocalEncap,
  `
    0800 0100 0a000000                     // SEG6_LOCAL_ACTION End.B6.Encaps
    2c00 0200 00 04 04 01 01 00 0000 ${B} ${A} // SEG6_LOCAL_SRH
  `,
  { action: "end_b6_encap", srh: { segments: ["fd00::a", "fd00::b"] } },
);
vector(
  "seg6_local with tables, flavors and a program",
  Seg6LocalEncap,
  `
    0800 0100 01000000                     // End
    0800 0300 64000000                     // SEG6_LOCAL_TABLE
    0800 0400 0a000001                     // SEG6_LOCAL_NH4
    1400 0880 0800 0100 07000000           // SEG6_LOCAL_BPF: program 7
              0600 0200 6100 0000          //   name a
    0800 0900 fe000000                     // SEG6_LOCAL_VRFTABLE
    1c00 0b80                              // SEG6_LOCAL_FLAVORS
      0800 0100 10000000                   //   bit 4: next-csid
      0500 0200 20 000000                  //   locator block 32 bits
      0500 0300 10 000000                  //   locator node and function 16 bits
  `,
  {
    action: "end",
    table: 100,
    nh4: "10.0.0.1",
    bpf: { prog: 7, progName: "a" },
    vrftable: "main",
    flavors: { operation: ["next_csid"], lcblockBits: 32, lcnodeFnBits: 16 },
  },
);
vector(
  "rpl: the path lies forwards",
  RplEncap,
  `
    2c00 0100 00 04 03 02 00000000 ${B} ${A} // hdrlen 4 * 8, type 3, segments left 2
  `,
  { srh: { segments: ["fd00::b", "fd00::a"] } },
);
vector(
  "ioam6",
  Ioam6Encap,
  `
    0500 0100 02 000000                    // IOAM6_IPTUNNEL_MODE encap
    1400 0200 ${A}                         // IOAM6_IPTUNNEL_DST
    1400 0600 ${B}                         // IOAM6_IPTUNNEL_SRC
    0c00 0300 0005 00 03 80000000          // IOAM6_IPTUNNEL_TRACE: namespace 5, room for 3 * 4 bytes, type
    0800 0400 01000000                     // IOAM6_IPTUNNEL_FREQ_K
    0800 0500 03000000                     // IOAM6_IPTUNNEL_FREQ_N
  `,
  {
    mode: "encap",
    dst: "fd00::a",
    src: "fd00::b",
    trace: { namespaceId: 5, type: 0x800000, remlen: 3, nodelen: 0 },
    freqK: 1,
    freqN: 3,
  },
);
vector(
  "xfrm",
  XfrmEncap,
  `
    0800 0100 05000000                     // LWT_XFRM_IF_ID
    0800 0200 05000000                     // LWT_XFRM_LINK
  `,
  { ifId: 5, link: 5 },
);

test("Route: encapsulations", () => {
  const head = "020000000000000000000000";
  const type = "0600150001000000", nest = "0c001680" + "0800010000064100";
  const route = decode(Route, head + type + nest);
  // The type selects the content of the nest, in either order.
  assertEquals(decode(Route, head + nest + type), route);
  assertEquals(route.encapType, "mpls");
  if (route.encapType === "mpls") assertEquals<string | undefined>(route.encap?.dst, "100");
  assertEquals(encode(Route, route), head + type + nest);
});

test("Route: an unknown encapsulation is bytes", () => {
  const head = "020000000000000000000000", type = "060015004d000000", nest = "08001680" + "01020304";
  const route = decode(Route, head + type + nest);
  assertEquals(route.encapType, 77);
  assertEquals<unknown>(route.encap, new Uint8Array([1, 2, 3, 4]));
  assertEquals(encode(Route, route), head + type + nest);
});

test("encap: input is checked", () => {
  const refused = (value: object, message: string) => assertThrows(() => encode(Route, value), Error, message);
  refused({ encap: { dst: "100" } }, `encap: "encapType" is missing beside it`);
  refused({ encapType: "mplss", encap: { dst: "100" } }, "encapType: expected");
  refused({ encapType: "mpls", encap: { dts: "100" } }, `encap: there is no field "dts", did you mean "dst"?`);
  const seg6 = (srh: unknown) => ({ encapType: "seg6", encap: { srh } });
  refused(seg6({ segments: ["fd00::a"] }), "encap.srh: expected { mode, segments }");
  refused(seg6({ mode: "encap", segments: [] }), `encap.srh: expected "segments" with at least one address`);
  refused(seg6({ mode: "encap", segments: ["10.0.0.1"] }), "encap.srh: expected an IPv6 address");
  refused(seg6({ mode: "encap", segments: Array(127).fill("fd00::a") }), "at most 126 segments");
  refused({ encapType: "ila", encap: { locator: "2001:db8" } }, "encap.locator: expected four words");
  refused({ encapType: "ioam6", encap: { trace: { type: 0x1000000 } } }, "encap.trace: expected a type 0..0xffffff");
});

test("encap: malformed headers are kept raw", () => {
  // A header for one segment with half a segment; no header at all; a compressed one.
  const cut = decode(Seg6Encap, wire(`1800 0100 01000000 0001040000000000 ${"00".repeat(8)}`));
  assertEquals(cut.srh, undefined);
  assertEquals(rawOf(cut).length, 1);
  assertEquals(rawOf(decode(Seg6Encap, "0600010001000000")).length, 1);
  assertEquals(rawOf(decode(Seg6LocalEncap, "080002000004040000")).length, 1);
  assertEquals(rawOf(decode(RplEncap, wire(`1c00 0100 0002030111000000 ${A}`))).length, 1);
  assertEquals(rawOf(decode(MplsEncap, "0600010000060000")).length, 1);
});

test("seg6_local: counters are requested without numbers", () => {
  assertEquals(
    encode(Seg6LocalEncap, { action: "end", counters: {} }),
    wire(`
      0800 0100 01000000
      2800 0a80
        0c00 0200 0000000000000000
        0c00 0300 0000000000000000
        0c00 0400 0000000000000000
    `),
  );
});
