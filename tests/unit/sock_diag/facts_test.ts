/** Numbers and places in the tables of SOCK_DIAG are the kernel's, as its headers have them. */
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { type Attributes, type Codec, Reader } from "../../../core/codec/mod.ts";
import * as diag from "../../../families/sock_diag/mod.ts";
import { test } from "../../test.ts";

/** Made by make_facts.ts. */
const facts = JSON.parse(readFileSync(new URL("../facts.json", import.meta.url), "utf8")) as {
  readonly constants: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, string>>;
};
const constants = Object.entries(facts.constants);

// deno-lint-ignore no-explicit-any
type Any = Codec<any, any>;
// deno-lint-ignore no-explicit-any
type Table = Attributes<any>;

function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** Constants that begin with a prefix, by what follows it, but for `without` and the ends of lists. */
function tails(prefix: string, without: RegExp = /^$/): [tail: string, value: number][] {
  const own = constants.filter(([name]) => name.startsWith(prefix)).map(([name, value]) =>
    [name.slice(prefix.length), value] as [string, number]
  ).filter(([tail]) => !/^(NONE|UNSPEC|MAX|PAD)$/.test(tail) && !without.test(tail));
  assert(own.length > 0, `no constants begin with ${prefix}`);
  return own;
}

/** Tables, what their attributes' constants begin with, fields with other names, and constants of something else. */
const TABLES:
  readonly (readonly [name: string, table: Table, prefix: string, names?: Record<string, string>, but?: RegExp])[] = [
    ["TcpSocket", diag.TcpSocket, "INET_DIAG_", {}, /^(REQ_|BC_|GETSOCK|NOCOOKIE|LOCALS|PEERS)/],
    [
      "SctpSocket",
      diag.SctpSocket,
      "INET_DIAG_",
      {},
      /^(REQ_|BC_|GETSOCK|NOCOOKIE|CONG|MD5SIG|ULP_INFO|(VEGAS|BBR|DCTCP)INFO)/,
    ],
    ["InetRequest", diag.InetRequest, "INET_DIAG_REQ_"],
    ["StorageRequest", diag.StorageRequest, "SK_DIAG_BPF_STORAGE_REQ_"],
    ["BpfStorage", diag.BpfStorage, "SK_DIAG_BPF_STORAGE_", {}, /^RE[QP]_/],
    ["UlpInfo", diag.UlpInfo, "INET_ULP_INFO_"],
    ["TlsInfo", diag.TlsInfo, "TLS_INFO_"],
    ["UnixSocket", diag.UnixSocket, "UNIX_DIAG_"],
    ["PacketSocket", diag.PacketSocket, "PACKET_DIAG_"],
    ["NetlinkSocket", diag.NetlinkSocket, "NETLINK_DIAG_"],
    ["XdpSocket", diag.XdpSocket, "XDP_DIAG_"],
    ["SmcSocket", diag.SmcSocket, "SMC_DIAG_", {}, /^MODE_/],
    ["TipcCon", diag.TipcCon, "TIPC_NLA_CON_"],
    ["TipcStat", diag.TipcStat, "TIPC_NLA_SOCK_STAT_"],
    ["TipcGroup", diag.TipcGroup, "TIPC_NLA_SOCK_GROUP_"],
    [
      "TipcSocket",
      diag.TipcSocket.fields[0]!.lift!,
      "TIPC_NLA_SOCK_",
      { INO: "inode", TIPC_STATE: "state" },
      /^(STAT|GROUP)_/,
    ],
  ];
for (const [name, table, prefix, names = {}, but] of TABLES) {
  test(`${name}: attributes are numbered and named as ${prefix}* are`, () => {
    const wanted = Object.fromEntries(tails(prefix, but).map(([tail, id]) => [names[tail] ?? camelCase(tail), id]));
    const has = table.fields.filter(({ id }) => id >= 0);
    assertEquals(Object.fromEntries(has.map(({ key, id }) => [key, id])), wanted);
  });
}

test("TipcSocket: all lies in TIPC_NLA_SOCK", () => {
  assertEquals(diag.TipcSocket.fields.map(({ id }) => id), [facts.constants["TIPC_NLA_SOCK"]]);
});

/** A struct's layout: field to offset and size. */
function layoutOf(struct: string, prefix: string, names: Readonly<Record<string, string>>) {
  const [size, ...fields] = facts.structs[struct]!.split(", ");
  const all = fields.map((field) => {
    const [name, offset, bytes] = field.split(" "),
      plain = name!.startsWith(prefix) ? name!.slice(prefix.length) : name!;
    return [names[plain] ?? camelCase(plain), [Number(offset), Number(bytes)]] as const;
  }).filter(([name]) => name !== "");
  return { size: Number(size), fields: Object.fromEntries(all) };
}

const ID = { id: "", ino: "inode", pad: "" } as const;

/** Headers: table, struct, what its fields begin with, fields with other names; those named "" are none of ours. */
const HEADS: readonly (readonly [table: Table, struct: string, prefix: string, names?: Record<string, string>])[] = [
  [diag.TcpSocket, "inet_diag_msg", "idiag_"],
  [diag.UnixSocket, "unix_diag_msg", "udiag_"],
  [diag.PacketSocket, "packet_diag_msg", "pdiag_"],
  [diag.NetlinkSocket, "netlink_diag_msg", "ndiag_"],
  [diag.VsockSocket, "vsock_diag_msg", "vdiag_"],
  [diag.XdpSocket, "xdp_diag_msg", "xdiag_"],
  [diag.SmcSocket, "smc_diag_msg", "diag_", { fallback: "", shutdown: "" }],
  [diag.InetRequest, "inet_diag_req_raw", "idiag_", {
    sdiag_family: "family",
    sdiag_protocol: "",
    sdiag_raw_protocol: "rawProtocol",
  }],
  [diag.InetRequestV1, "inet_diag_req", "idiag_"],
];
/** struct inet_diag_sockid, as we name its fields. */
const SOCKID = {
  sport: "localPort",
  dport: "dstPort",
  src: "local",
  dst: "dst",
  if: "if",
  cookie: "cookie",
} as const;
for (const [table, struct, prefix, names = {}] of HEADS) {
  test(`${struct}: the header's fields lie where they should`, () => {
    const { size, fields } = layoutOf(struct, prefix, { ...ID, ...names });
    const at = facts.structs[struct]!.match(/, id (\d+) 48/)?.[1];
    const id = at === undefined ? {} : Object.fromEntries(
      Object.entries(layoutOf("inet_diag_sockid", "idiag_", SOCKID).fields).map((
        [name, [offset, bytes]],
      ) => [name, [Number(at) + offset!, bytes]]),
    );
    const found = table.fields.filter(({ offset }) => offset >= 0).map(({ key, offset, codec }) =>
      [key, [offset, codec!.size]] as const
    );
    assertEquals(table.headerSize, size);
    assertEquals(Object.fromEntries(found), { ...fields, ...id });
  });
}

const codecOf = (table: Table, key: string): Any => table.field(key)!.codec as Any;
/** Structs in attributes, and requests that are nothing else. */
const STRUCTS: readonly (readonly [codec: Any, struct: string, prefix: string, names?: Record<string, string>])[] = [
  [diag.TcpInfo, "tcp_info", "tcpi_"],
  [diag.MptcpInfo, "mptcp_info", "mptcpi_", { reserved: "" }],
  [diag.InetMeminfo, "inet_diag_meminfo", "idiag_"],
  [diag.TcpVegasInfo, "tcpvegas_info", "tcpv_"],
  [diag.TcpDctcpInfo, "tcp_dctcp_info", "dctcp_"],
  [diag.TcpBbrInfo, "tcp_bbr_info", "bbr_", { bw_lo: "bw", bw_hi: "" }],
  [diag.UnixVfs, "unix_diag_vfs", "udiag_vfs_", ID],
  [diag.UnixRqlen, "unix_diag_rqlen", "udiag_"],
  [diag.PacketInfo, "packet_diag_info", "pdi_"],
  [diag.PacketMclist, "packet_diag_mclist", "pdmc_", { alen: "" }],
  [diag.PacketRing, "packet_diag_ring", "pdr_"],
  [diag.SockFilter, "sock_filter", ""],
  [diag.NetlinkRing, "netlink_diag_ring", "ndr_"],
  [diag.XdpInfo, "xdp_diag_info", ""],
  [diag.XdpRing, "xdp_diag_ring", ""],
  [diag.XdpUmem, "xdp_diag_umem", ""],
  [diag.XdpStats, "xdp_diag_stats", ""],
  [diag.SmcCursor, "smc_diag_cursor", "", { reserved: "" }],
  [diag.SmcConninfo, "smc_diag_conninfo", ""],
  [diag.SmcFallback, "smc_diag_fallback", ""],
  [codecOf(diag.SmcSocket, "dmbinfo"), "smcd_diag_dmbinfo", ""],
  [diag.UnixRequest as Any, "unix_diag_req", "udiag_", { ...ID, sdiag_family: "family", sdiag_protocol: "protocol" }],
  [diag.PacketRequest as Any, "packet_diag_req", "pdiag_", {
    ...ID,
    sdiag_family: "family",
    sdiag_protocol: "protocol",
  }],
  [diag.NetlinkRequest as Any, "netlink_diag_req", "ndiag_", {
    ...ID,
    sdiag_family: "family",
    sdiag_protocol: "protocol",
  }],
  [diag.VsockRequest as Any, "vsock_diag_req", "vdiag_", { ...ID, sdiag_family: "family", sdiag_protocol: "protocol" }],
  [diag.XdpRequest as Any, "xdp_diag_req", "xdiag_", { ...ID, sdiag_family: "family", sdiag_protocol: "protocol" }],
  [diag.TipcRequest as Any, "tipc_sock_diag_req", "tidiag_", {
    ...ID,
    sdiag_family: "family",
    sdiag_protocol: "protocol",
  }],
  [diag.SmcDiagRequest as Any, "smc_diag_req", "diag_", ID],
];
/** Fields that are wider than the kernel's, as they take another one in. */
const WIDER: Readonly<Record<string, Record<string, readonly [number, number]>>> = {
  tcp_bbr_info: { bw: [0, 8] },
  packet_diag_mclist: { addr: [10, 34] },
  // Bits of one integer; where C's bit fields begin is told in bytes.
  tcp_info: { ecnMode: [276, 4], accecnOptSeen: [276, 4], accecnFailMode: [276, 4], options2: [276, 4] },
};
for (const [codec, struct, prefix, names = {}] of STRUCTS) {
  test(`${struct}: fields lie where they should`, () => {
    const { size, fields } = layoutOf(struct, prefix, names), found: Record<string, [number, number]> = {};
    codec.walk!(
      new Reader(new Uint8Array(512)),
      0,
      512,
      {},
      ({ name, start, end }) => found[String(name)] = [start, end - start],
    );
    assertEquals(codec.size, size);
    assertEquals(found, { ...fields, ...WIDER[struct] });
  });
}

test("tcp_diag_md5sig and sockaddr_storage have their size", () => {
  assertEquals(diag.TcpMd5sig.size, Number(facts.structs["tcp_diag_md5sig"]!.split(",")[0]));
  assertEquals(diag.SocketAddress.size, 128);
  assertEquals(diag.SocketMemory.size, 4 * facts.constants["SK_MEMINFO_VARS"]!);
});

/** linux/sctp.h's struct sctp_info as gcc lays it out; its header is not among those that the facts are made from. */
const SCTP_INFO =
  "state 4, rwnd 8, unackdata 12, penddata 14, instrms 16, outstrms 18, fragmentationPoint 20, inqueue 24, " +
  "outqueue 28, overallError 32, maxBurst 36, maxseg 40, peerRwnd 44, peerTag 48, peerCapable 52, peerSack 53, isacks 56, " +
  "osacks 64, opackets 72, ipackets 80, rtxchunks 88, outofseqtsns 96, idupchunks 104, gapcnt 112, ouodchunks 120, " +
  "iuodchunks 128, oodchunks 136, iodchunks 144, octrlchunks 152, ictrlchunks 160, pAddress 168, pState 296, pCwnd 300, " +
  "pSrtt 304, pRto 308, pHbinterval 312, pPathmaxrxt 316, pSackdelay 320, pSackfreq 324, pSsthresh 328, " +
  "pPartialBytesAcked 332, pFlightSize 336, pError 340, sAutoclose 344, sAdaptationInd 348, sPdPoint 352, sNodelay 356, " +
  "sDisableFragments 357, sV4mapped 358, sFragInterleave 359, sType 360";
test("sctp_info: fields lie where they should", () => {
  assertEquals(diag.SctpInfo.size, 368);
  assertEquals(diag.SctpInfo.fields.slice(1).map(({ key, offset }) => `${key} ${offset}`).join(", "), SCTP_INFO);
});

/** Names of values: what their constants begin with. */
const VALUES: readonly (readonly [codec: Any, prefix: string, kind: "one" | "mask" | "bit", but?: RegExp])[] = [
  [codecOf(diag.TcpSocket, "timer"), "IDIAG_TIMER_", "one"],
  [diag.TcpInfo.fields.find(({ key }) => key === "caState")!.codec as Any, "TCP_CA_", "one"],
  [diag.TcpInfo.fields.find(({ key }) => key === "options")!.codec as Any, "TCPI_OPT_", "mask"],
  [codecOf(diag.MptcpSubflow, "flags"), "MPTCP_SUBFLOW_FLAG_", "mask"],
  [diag.MptcpInfo.fields.find(({ key }) => key === "flags")!.codec as Any, "MPTCP_INFO_FLAG_", "mask"],
  [codecOf(diag.TlsInfo, "cipher"), "TLS_CIPHER_", "one"],
  [codecOf(diag.TlsInfo, "txconf"), "TLS_CONF_", "one"],
  [diag.PacketInfo.fields.find(({ key }) => key === "flags")!.codec as Any, "PDI_", "mask"],
  [diag.PacketMclist.fields.find(({ key }) => key === "type")!.codec as Any, "PACKET_MR_", "one"],
  [diag.PacketFanout.fields.find(({ key }) => key === "type")!.codec as Any, "PACKET_FANOUT_", "one", /FLAG|DATA/],
  [codecOf(diag.NetlinkSocket, "flags"), "NDIAG_FLAG_", "mask"],
  [codecOf(diag.SmcSocket, "mode"), "SMC_DIAG_MODE_", "one"],
  [diag.UnixRequest.fields.find(({ key }) => key === "show")!.codec as Any, "UDIAG_SHOW_", "mask"],
  [diag.PacketRequest.fields.find(({ key }) => key === "show")!.codec as Any, "PACKET_SHOW_", "mask"],
  [diag.NetlinkRequest.fields.find(({ key }) => key === "show")!.codec as Any, "NDIAG_SHOW_", "mask"],
  [diag.XdpRequest.fields.find(({ key }) => key === "show")!.codec as Any, "XDP_SHOW_", "mask"],
  [diag.XdpUmem.fields.find(({ key }) => key === "flags")!.codec as Any, "XDP_DU_F_", "mask"],
  [codecOf(diag.InetRequest, "ext"), "INET_DIAG_", "bit", /^(REQ_|BC_|GETSOCK|NOCOOKIE)/],
];
for (const [codec, prefix, kind, but] of VALUES) {
  test(`${prefix}*: values have their constants' names${kind === "bit" ? ", as bits of a request" : ""}`, () => {
    for (const [tail, value] of tails(prefix, but)) {
      if (kind === "bit" && value > 8) continue;
      const from = new Reader(new Uint8Array(8)), name = tail.toLowerCase();
      from.view.setUint32(0, kind === "bit" ? 1 << value - 1 : value, true);
      assertEquals(codec.decode(from, 0, codec.size!, {}), kind === "one" ? name : [name]);
    }
  });
}

test("INET_DIAG_BC_*, SKNLGRP_*, SOCK_*: numbers have their constants' names", () => {
  const lower = (all: [string, number][]): Record<string, number> =>
    Object.fromEntries(all.map(([tail, value]) => [tail.toLowerCase(), value]));
  assertEquals(lower(tails("INET_DIAG_BC_")), diag.INET_DIAG_BC as Record<string, number>);
  assertEquals(
    Object.fromEntries(tails("SKNLGRP_").map(([tail, value]) => [`SKNLGRP_${tail}`, value])),
    diag.SKNLGRP as Record<string, number>,
  );
  for (const [name, value] of Object.entries(diag.SOCK_DIAG)) {
    if (name !== "DCCPDIAG_GETSOCK" || name in facts.constants) assertEquals(facts.constants[name], value);
  }
  assertEquals(diag.NDIAG_PROTO_ALL, facts.constants["NDIAG_PROTO_ALL"]);
});

test("Sockets' options are the bits that C's bit fields are", () => {
  // struct inet_diag_sockopt: two bytes, the lowest bit first.
  const names = facts.structs["inet_diag_sockopt"]!.split(", ").slice(1).map((field) => field.split(" ")[0]!);
  const codec = codecOf(diag.TcpSocket, "sockopt");
  names.filter((name) => name !== "unused").forEach((name, bit) => {
    const from = new Reader(Uint8Array.of(0, 0));
    from.view.setUint16(0, 1 << bit, true);
    assertEquals(codec.decode(from, 0, 2, {}), [name]);
  });
});
