import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { rawOf, Reader, toHex, Writer } from "../../../core/codec/mod.ts";
import { Link } from "../../../families/route/link.ts";
import { decode, encode, names, parts, wire } from "./wire.ts";
import { test } from "../../test.ts";

/** A message without its header. */
const HEADER = "00".repeat(16);
/** The value of an empty header. */
const EMPTY = { family: "unspec", index: 0, flags: [] };

const body = (rows: string): object => {
  const { family: _family, type: _type, index: _index, flags: _flags, ...rest } = decode(Link, HEADER + wire(rows));
  return rest;
};
const sent = (value: object): string => encode(Link, value).slice(32);

/** The messages of iproute2 6.1 for commands: the command, header and attributes, and the decoded object. */
const IPROUTE: readonly (readonly [command: string, hex: string, value: object])[] = [
  [
    "ip link add v0 up type veth peer name v1 mtu 1400",
    "00000000000000000100000001000000070003007630000034001200080001007665746828000200240001000000000000000000000000000000000008000400780500000700030076310000",
    { flags: ["up"], ifname: "v0", kind: "veth", data: { peer: { ifname: "v1", mtu: 1400 } } },
  ],
  [
    "ip link add br0 type bridge vlan_filtering 1 stp_state 1 forward_delay 1500 priority 4096 vlan_protocol 802.1ad mcast_snooping 0 mcast_querier_interval 25500 no_linklocal_learn 1",
    "0000000000000000000000000000000008000300627230005c0012000a00010062726964676500004c0002000500070001000000080005000100000008000100dc05000006000600001000000600080088a8000005001700000000000c0020009c630000000000000c002e000100000001000000",
    {
      ifname: "br0",
      kind: "bridge",
      data: {
        forwardDelay: 1500,
        stpState: 1,
        priority: 4096,
        vlanFiltering: 1,
        vlanProtocol: "802.1ad",
        mcastSnooping: 0,
        mcastQuerierIntvl: 25500,
        multiBoolopt: { optval: ["no_ll_learn"], optmask: ["no_ll_learn"] },
      },
    },
  ],
  [
    "ip link add link e0 name e0.5 type vlan id 5 protocol 802.1ad gvrp on egress-qos-map 1:2 3:4 ingress-qos-map 5:6",
    "0000000000000000000000000000000008000500020000000900030065302e35000000005800120008000100766c616e4c00020006000100050000000600050088a800001c0003000c00010001000000020000000c0001000300000004000000100004000c00010005000000060000000c0002000200000002000000",
    {
      ifname: "e0.5",
      link: 2,
      kind: "vlan",
      data: {
        id: 5,
        flags: { flags: ["gvrp"], mask: ["gvrp"] },
        egressQos: { mapping: [{ from: 1, to: 2 }, { from: 3, to: 4 }] },
        ingressQos: { mapping: [{ from: 5, to: 6 }] },
        protocol: "802.1ad",
      },
    },
  ],
  [
    "ip link add vx7 type vxlan id 7 group 239.1.1.7 dev e0 dstport 4789 srcport 1000 2000 ttl inherit learning gbp noudpcsum",
    "000000000000000000000000000000000800030076783700540012000900010076786c616e00000044000200080003000200000008000a0003e807d004001c00040017000500120000000000080001000700000008000200ef010107050007000100000006000f0012b50000",
    {
      ifname: "vx7",
      kind: "vxlan",
      data: {
        id: 7,
        group: "239.1.1.7",
        link: 2,
        learning: 1,
        portRange: { low: 1000, high: 2000 },
        port: 4789,
        udpCsum: 0,
        gbp: true,
        ttlInherit: true,
      },
    },
  ],
  [
    "ip link add link e0 name mv0 type macvlan mode source macaddr set 02:00:00:00:00:01 02:00:00:00:00:02",
    "000000000000000000000000000000000800050002000000080003006d763000400012000b0001006d6163766c616e003000020008000300030000001c0005000a00040002000000000100000a00040002000000000200000800010010000000",
    {
      ifname: "mv0",
      link: 2,
      kind: "macvlan",
      data: { mode: "source", macaddrMode: "set", macaddrData: ["02:00:00:00:00:01", "02:00:00:00:00:02"] },
    },
  ],
  [
    "ip link add link e0 name mt0 type macvtap mode bridge",
    "000000000000000000000000000000000800050002000000080003006d7430001c0012000b0001006d616376746170000c0002000800010004000000",
    { ifname: "mt0", link: 2, kind: "macvtap", data: { mode: "bridge" } },
  ],
  [
    "ip link add link e0 name iv0 type ipvlan mode l2 private",
    "0000000000000000000000000000000008000500020000000800030069763000240012000a0001006970766c616e00001400020006000100000000000600020001000000",
    { ifname: "iv0", link: 2, kind: "ipvlan", data: { mode: "l2", flags: ["private"] } },
  ],
  [
    "ip link add bond0 type bond mode 802.3ad miimon 100 updelay 200 lacp_rate fast xmit_hash_policy layer3+4 min_links 1",
    "000000000000000000000000000000000a000300626f6e64300000004000120008000100626f6e64340002000500010004000000080003006400000008000400c8000000050015000100000005000e00010000000800120001000000",
    {
      ifname: "bond0",
      kind: "bond",
      data: { mode: "8023ad", miimon: 100, updelay: 200, xmitHashPolicy: "layer34", minLinks: 1, adLacpRate: "fast" },
    },
  ],
  [
    "ip link add bond1 type bond mode active-backup arp_interval 100 arp_ip_target 10.0.0.1,10.0.0.2 primary e0 fail_over_mac active",
    "000000000000000000000000000000000a000300626f6e64310000004400120008000100626f6e64380002000500010001000000080007006400000014000800080000000a000001080001000a00000208000b000200000005000d0001000000",
    {
      ifname: "bond1",
      kind: "bond",
      data: {
        mode: "activebackup",
        arpInterval: 100,
        arpIpTarget: ["10.0.0.1", "10.0.0.2"],
        primary: 2,
        failOverMac: "active",
      },
    },
  ],
  [
    "ip link add vrf0 type vrf table 100",
    "000000000000000000000000000000000900030076726630000000001800120007000100767266000c0002000800010064000000",
    { ifname: "vrf0", kind: "vrf", data: { table: 100 } },
  ],
  [
    "ip link add g0 type gre remote 10.0.0.2 local 10.0.0.1 ttl 64 key 5 seq csum dev e0",
    "0000000000000000000000000000000007000300673000008800120007000100677265007c0002000800040000000005080005000000000506000200b000000006000300b0000000080006000a000001080007000a00000205000a0001000000050009000000000008000100020000000500080040000000080014000000000006000e000000000006000f000000000006001000000000000600110000000000",
    {
      ifname: "g0",
      kind: "gre",
      data: {
        link: 2,
        iflags: ["csum", "key", "seq"],
        oflags: ["csum", "key", "seq"],
        ikey: 5,
        okey: 5,
        local: "10.0.0.1",
        remote: "10.0.0.2",
        ttl: 64,
        tos: 0,
        pmtudisc: 1,
        encapType: "none",
        encapFlags: [],
        encapSport: 0,
        encapDport: 0,
        fwmark: 0,
      },
    },
  ],
  [
    "ip link add gt0 type gretap external",
    "000000000000000000000000000000000800030067743000180012000a00010067726574617000000800020004001200",
    { ifname: "gt0", kind: "gretap", data: { collectMetadata: true } },
  ],
  [
    "ip link add er0 type erspan remote 10.0.0.2 local 10.0.0.1 seq key 7 erspan_ver 2 erspan_dir egress erspan_hwid 4",
    "0000000000000000000000000000000008000300657230009c0012000a00010065727370616e00008c0002000800040000000007080005000000000706000200300000000600030030000000080006000a000001080007000a00000205000a000100000005000900000000000500080000000000080014000000000005001600020000000500170001000000060018000400000006000e000000000006000f000000000006001000000000000600110000000000",
    {
      ifname: "er0",
      kind: "erspan",
      data: {
        iflags: ["key", "seq"],
        oflags: ["key", "seq"],
        ikey: 7,
        okey: 7,
        local: "10.0.0.1",
        remote: "10.0.0.2",
        ttl: 0,
        tos: 0,
        pmtudisc: 1,
        encapType: "none",
        encapFlags: [],
        encapSport: 0,
        encapDport: 0,
        fwmark: 0,
        erspanVer: 2,
        erspanDir: 1,
        erspanHwid: 4,
      },
    },
  ],
  [
    "ip link add g60 type ip6gre remote fd00::2 local fd00::1 encaplimit 4 flowlabel 0x12345 hoplimit 64",
    "000000000000000000000000000000000800030067363000ac0012000a00010069703667726500009c000200080004000000000008000500000000000600020000000000060003000000000014000600fd00000000000000000000000000000114000700fd000000000000000000000000000002050008004000000005000b000400000008000c000001234508000d00000000000800140000000000050016000100000006000e000000000006000f000200000006001000000000000600110000000000",
    {
      ifname: "g60",
      kind: "ip6gre",
      data: {
        iflags: [],
        oflags: [],
        ikey: 0,
        okey: 0,
        local: "fd00::1",
        remote: "fd00::2",
        ttl: 64,
        encapLimit: 4,
        flowinfo: 74565,
        flags: [],
        encapType: "none",
        encapFlags: ["csum6"],
        encapSport: 0,
        encapDport: 0,
        fwmark: 0,
        erspanVer: 1,
      },
    },
  ],
  [
    "ip link add ipip0 type ipip remote 10.0.0.2 local 10.0.0.1 pmtudisc encap fou encap-sport auto encap-dport 5555 encap-csum",
    "000000000000000000000000000000000a0003006970697030000000700012000800010069706970640002000500090000000000080002000a000001080003000a00000205000a0001000000050005000000000005000400000000000800010000000000080014000000000006000f0001000000060010000100000006001100000000000600120015b30000",
    {
      ifname: "ipip0",
      kind: "ipip",
      data: {
        link: 0,
        ttl: 0,
        tos: 0,
        proto: 0,
        pmtudisc: 1,
        encapType: "fou",
        encapFlags: ["csum"],
        encapSport: 0,
        encapDport: 5555,
        fwmark: 0,
        local: "10.0.0.1",
        remote: "10.0.0.2",
      },
    },
  ],
  [
    "ip link add sit0a type sit remote 10.0.0.2 local 10.0.0.1 isatap 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8",
    "000000000000000000000000000000000a0003007369743061000000a40012000700010073697400980002000500090000000000080002000a000001080003000a00000205000a0001000000050005000000000005000400000000000800010000000000080014000000000006000f0000000000060010000000000006001100000000000600120000000000060008000100000014000b0020010db800000000000000000000000006000d002000000008000c000a00000006000e0008000000",
    {
      ifname: "sit0a",
      kind: "sit",
      data: {
        link: 0,
        ttl: 0,
        tos: 0,
        proto: 0,
        pmtudisc: 1,
        encapType: "none",
        encapFlags: [],
        encapSport: 0,
        encapDport: 0,
        fwmark: 0,
        local: "10.0.0.1",
        remote: "10.0.0.2",
        flags: ["isatap"],
        "6rdPrefix": "2001:db8::",
        "6rdRelayPrefix": "10.0.0.0",
        "6rdPrefixlen": 32,
        "6rdRelayPrefixlen": 8,
      },
    },
  ],
  [
    "ip link add t60 type ip6tnl remote fd00::2 local fd00::1 mode any encaplimit none tclass inherit",
    "000000000000000000000000000000000800030074363000940012000a000100697036746e6c000084000200050009000000000014000200fd00000000000000000000000000000114000300fd00000000000000000000000000000205000400400000000500060004000000080007000000000008000800030000000800010000000000080014000000000006000f0000000000060010000200000006001100000000000600120000000000",
    {
      ifname: "t60",
      kind: "ip6tnl",
      data: {
        link: 0,
        ttl: 64,
        encapLimit: 4,
        flowinfo: 0,
        proto: 0,
        encapType: "none",
        encapFlags: ["csum6"],
        encapSport: 0,
        encapDport: 0,
        fwmark: 0,
        local: "fd00::1",
        remote: "fd00::2",
        flags: ["ign_encap_limit", "use_orig_tclass"],
      },
    },
  ],
  [
    "ip link add vti0a type vti remote 10.0.0.2 local 10.0.0.1 key 9",
    "000000000000000000000000000000000a00030076746930610000003800120007000100767469002c00020008000200000000090800030000000009080004000a000001080005000a0000020800060000000000",
    { ifname: "vti0a", kind: "vti", data: { ikey: 9, okey: 9, local: "10.0.0.1", remote: "10.0.0.2", fwmark: 0 } },
  ],
  [
    "ip link add vti6a type vti6 remote fd00::2 local fd00::1 ikey 1 okey 2",
    "000000000000000000000000000000000a0003007674693661000000500012000800010076746936440002000800020000000001080003000000000214000400fd00000000000000000000000000000114000500fd0000000000000000000000000000020800060000000000",
    { ifname: "vti6a", kind: "vti6", data: { ikey: 1, okey: 2, local: "fd00::1", remote: "fd00::2", fwmark: 0 } },
  ],
  [
    "ip link add gn0 type geneve id 3 remote 10.0.0.2 ttl inherit dstport 6081 df inherit",
    "0000000000000000000000000000000008000300676e3000540012000a00010067656e65766500004400020005000c000100000005000d00020000000800010003000000080002000a00000208000b0000000000050003000000000005000400000000000600050017c10000",
    {
      ifname: "gn0",
      kind: "geneve",
      data: { id: 3, remote: "10.0.0.2", ttl: 0, tos: 0, port: 6081, label: 0, ttlInherit: 1, df: "inherit" },
    },
  ],
  [
    "ip link add bu0 type bareudp dstport 6635 ethertype mpls_uc srcportmin 5000 multiproto",
    "000000000000000000000000000000000800030062753000300012000b0001006261726575647000200002000600010019eb00000600020088470000060003008813000004000400",
    { ifname: "bu0", kind: "bareudp", data: { port: 6635, ethertype: 34887, srcportMin: 5000, multiprotoMode: true } },
  ],
  [
    "ip link add link e0 name ms0 type macsec sci 0200000000010001 encrypt on cipher gcm-aes-256 replay on window 32 validate strict",
    "000000000000000000000000000000000800050002000000080003006d7330004c0012000a0001006d616373656300003c0002000c0001000200000000010001050007000100000005000d00020000000c0004000200000100c28000080005002000000005000c0001000000",
    {
      ifname: "ms0",
      link: 2,
      kind: "macsec",
      data: {
        sci: "0200000000010001",
        cipherSuite: "gcm_aes_256",
        window: 32,
        encrypt: 1,
        replayProtect: 1,
        validation: "strict",
      },
    },
  ],
  [
    "ip link add hs0 type hsr slave1 e0 slave2 e1 supervision 45 version 1",
    "0000000000000000000000000000000008000300687330003000120007000100687372002400020008000100020000000800020004000000050003002d0000000500060001000000",
    { ifname: "hs0", kind: "hsr", data: { slave1: 2, slave2: 4, multicastSpec: 45, version: 1 } },
  ],
  [
    "ip link add x0 type xfrm dev e0 if_id 5",
    "00000000000000000000000000000000070003007830000020001200080001007866726d1400020008000200050000000800010002000000",
    { ifname: "x0", kind: "xfrm", data: { link: 2, ifId: 5 } },
  ],
  [
    "ip link add gtp0 type gtp role sgsn hsize 1024 restart_count 3",
    "00000000000000000000000000000000090003006774703000000000300012000700010067747000240002000500050001000000080004000100000008000300000400000500060003000000",
    { ifname: "gtp0", kind: "gtp", data: { pdpHashsize: 1024, role: "sgsn", createSockets: 1, restartCount: 3 } },
  ],
  [
    "ip link add amt0 type amt mode gateway discovery 10.0.0.9 local 10.0.0.1 dev e0",
    "0000000000000000000000000000000009000300616d7430000000003000120007000100616d7400240002000800010000000000080007000a000009080005000a0000010800040002000000",
    { ifname: "amt0", kind: "amt", data: { mode: "gateway", link: 2, localIp: "10.0.0.1", discoveryIp: "10.0.0.9" } },
  ],
  [
    "ip link add vxc0 type vxcan peer name vxc1",
    "000000000000000000000000000000000900030076786330000000003400120009000100767863616e000000240002002000010000000000000000000000000000000000090003007678633100000000",
    { ifname: "vxc0", kind: "vxcan", data: { peer: { ifname: "vxc1" } } },
  ],
  [
    "ip link set e0 type can bitrate 500000 dbitrate 2000000 fd on loopback off restart-ms 100",
    "000000000200000000000000000000006c0012000700010063616e006000020008000600640000002400010020a10700000000000000000000000000000000000000000000000000000000002400090080841e00000000000000000000000000000000000000000000000000000000000c0005002100000020000000",
    {
      index: 2,
      kind: "can",
      data: {
        bittiming: { bitrate: 500000, samplePoint: 0, tq: 0, propSeg: 0, phaseSeg1: 0, phaseSeg2: 0, sjw: 0, brp: 0 },
        ctrlmode: { flags: ["fd"], mask: ["loopback", "fd"] },
        restartMs: 100,
        dataBittiming: {
          bitrate: 2000000,
          samplePoint: 0,
          tq: 0,
          propSeg: 0,
          phaseSeg1: 0,
          phaseSeg2: 0,
          sjw: 0,
          brp: 0,
        },
      },
    },
  ],
  [
    "ip link add link e0 name ib1 type ipoib pkey 0x8001 mode connected",
    "0000000000000000000000000000000008000500020000000800030069623100240012000900010069706f69620000001400020006000100018000000600020001000000",
    { ifname: "ib1", link: 2, kind: "ipoib", data: { pkey: 32769, mode: "connected" } },
  ],
  [
    "ip link add link e0 name rm0 type rmnet mux_id 3",
    "00000000000000000000000000000000080005000200000008000300726d30001c00120009000100726d6e65740000000c0002000600010003000000",
    { ifname: "rm0", link: 2, kind: "rmnet", data: { muxId: 3 } },
  ],
  [
    "ip link add link e0 name ww0 type wwan linkid 2",
    "000000000000000000000000000000000800050002000000080003007777300018001200080001007777616e0c0002000800010002000000",
    { ifname: "ww0", link: 2, kind: "wwan", data: { linkId: 2 } },
  ],
  [
    "ip link set e0 vf 1 mac 02:00:00:00:00:09 vlan 5 qos 3 proto 802.1ad spoofchk on state enable max_tx_rate 100 min_tx_rate 10 trust on query_rss off",
    "0000000002000000000000000000000088001600840001002800010001000000020000000009000000000000000000000000000000000000000000000000000018000c001400010001000000050000000300000088a800000c00040001000000010000000c00050001000000010000000c00090001000000010000000c000700010000000000000010000600010000000a00000064000000",
    {
      index: 2,
      vfinfoList: [{
        mac: { vf: 1, mac: "02:00:00:00:00:09" },
        spoofchk: { vf: 1, setting: 1 },
        linkState: { vf: 1, linkState: "enable" },
        rate: { vf: 1, minTxRate: 10, maxTxRate: 100 },
        rssQueryEn: { vf: 1, setting: 0 },
        trust: { vf: 1, setting: 1 },
        vlanList: [{ vf: 1, vlan: 5, qos: 3, vlanProto: "802.1ad" }],
      }],
    },
  ],
  ["ip link set e0 up promisc on arp off multicast on allmulticast off", "00000000020000008111000081130000", {
    index: 2,
    flags: ["up", "noarp", "promisc", "multicast"],
  }],
  [
    "ip link set e0 master d0 mtu 1400 txqueuelen 50 alias hello group 5 addrgenmode none address 02:00:00:00:00:01",
    "0000000002000000000000000000000008000a0003000000080004007805000008000d00320000000900140068656c6c6f00000008001b000500000010001a000c000a0005000800010000000a0001000200000000010000",
    {
      index: 2,
      address: "02:00:00:00:00:01",
      mtu: 1400,
      master: 3,
      txqlen: 50,
      ifalias: "hello",
      afSpec: { inet6: { addrGenMode: "none" } },
      group: 5,
    },
  ],
  ["ip link set e0 nomaster", "0000000002000000000000000000000008000a0000000000", { index: 2, master: 0 }],
  ["ip link set e0 xdp off", "0000000002000000000000000000000014002b0008000100ffffffff0800030001000000", {
    index: 2,
    xdp: { fd: -1, flags: ["update_if_noexist"] },
  }],
  [
    "ip link set e0 gso_max_size 65000 gro_max_size 66000 carrier off",
    "0000000002000000000000000000000008002900e8fd000008003a00d00101000500210000000000",
    { index: 2, carrier: 0, gsoMaxSize: 65000, groMaxSize: 66000 },
  ],
  [
    "ip link set e0 protodown on protodown_reason 3 on",
    "0000000002000000000000000000000005002700010000001400378008000100080000000800020008000000",
    { index: 2, protoDown: 1, protoDownReason: { mask: 8, value: 8 } },
  ],
];

for (const [command, hex, value] of IPROUTE) {
  test(`Link: the message of "${command}" is decoded, and encoded with the same meaning`, () => {
    const plain = (read: object): object =>
      JSON.parse(JSON.stringify(read, (_, x) => typeof x === "bigint" ? `${x}` : x));
    const peer = (value as { data?: { peer?: object } }).data?.peer;
    const full = peer === undefined ? value : { ...value, data: { peer: { ...EMPTY, ...peer } } };
    // A message with an index may be the kernel's, where the type 0 is netrom.
    const type = (full as { index?: number }).index === undefined ? {} : { type: "netrom" };
    const expected = plain({ ...EMPTY, ...type, ...full });
    assertEquals<unknown>(plain(decode(Link, hex)), expected);
    assertEquals<unknown>(plain(decode(Link, encode(Link, value))), expected);
  });
}

test("Link: the header as the kernel dumps it", () => {
  const value = decode(Link, "00000100070000004310010000000000");
  assertEquals<unknown>(value, {
    family: "unspec",
    type: "ether",
    index: 7,
    flags: ["up", "broadcast", "running", "multicast", "lower_up"],
  });
  // The type is read-only, and the mask has only flags that can be set.
  assertEquals(encode(Link, value), "0000000007000000" + "43100100" + "a5f30000");
});

test("Link: switches set and clear one flag each, with a mask", () => {
  assertEquals(encode(Link, { index: 2, up: true }), "00000000020000000100000001000000");
  assertEquals(encode(Link, { index: 2, up: false }), "00000000020000000000000001000000");
  assertEquals(
    encode(Link, { index: 2, up: true, promisc: true, allmulti: false, arp: true, multicast: true }),
    "00000000" + "02000000" + "01110000" + "81130000",
  );
  assertEquals(encode(Link, { arp: false }), "00000000" + "00000000" + "80000000" + "80000000");
  // A switch wins over `flags` beside it.
  assertEquals(encode(Link, { flags: ["multicast"], up: true }), "00000000" + "00000000" + "01100000" + "a5f30000");
  assertThrows(() => encode(Link, { up: 1 }), TypeError, "Cannot test: up: expected true or false, got 1");
});

test("Link: allmulti is a count when received, a switch when sent", () => {
  assertEquals<unknown>(body("0800 3d00 02000000"), { allmulti: 2 });
  assertEquals(encode(Link, { allmulti: true }), "00000000" + "00000000" + "00020000" + "00020000");
  assertEquals(encode(Link, { allmulti: 2 }), HEADER);
});

test("Link: a namespace by process or by name, and not without a socket", () => {
  assertEquals(sent({ netns: 4711 }), wire("0800 1300 67120000"));
  const to = new Writer();
  to.openNamespace = (name) => name === "blue" ? 12 : 0;
  Link.encode({ kind: "veth", data: { peer: { ifname: "v1", netns: "blue" } } }, to, {});
  assertEquals(
    toHex(to.bytes.subarray(16, to.length)),
    wire(`
    3800 1280                       // IFLA_LINKINFO
      0900 0100 7665746800 000000   // IFLA_INFO_KIND veth
      2800 0280                     // IFLA_INFO_DATA
        2400 0180 ${HEADER}         // VETH_INFO_PEER: a whole link
          0700 0300 763100 00       // IFLA_IFNAME v1
          0800 1c00 0c000000        // IFLA_NET_NS_FD 12
  `),
  );
  assertThrows(
    () => sent({ netns: "blue" }),
    TypeError,
    'netns: the namespace "blue" can only be looked up on an open socket',
  );
});

test("Link: names are given beside the numbers of interfaces, except in another namespace", () => {
  const rows = HEADER + wire("0800 0500 02000000 0800 0a00 03000000");
  assertEquals<unknown>(decode(Link, rows, true), { ...EMPTY, link: 2, linkDev: "e0", master: 3, masterDev: "d0" });
  assertEquals<unknown>(decode(Link, rows + wire("0800 2500 01000000"), true), {
    ...EMPTY,
    link: 2,
    linkNetnsid: 1,
    master: 3,
    masterDev: "d0",
  });
  assertEquals(sent({ link: "e0", linkDev: "ignored", master: null }), wire("0800 0500 02000000 0800 0a00 00000000"));
  assertEquals(
    sent({ kind: "vxlan", data: { id: 7, link: "e0", linkDev: "e0" } }),
    sent({ kind: "vxlan", data: { id: 7, link: 2 } }),
  );
});

test("Link: addresses depend on the link's type", () => {
  const twenty = Array.from({ length: 20 }, (_, i) => (i + 1).toString(16).padStart(2, "0"));
  const cases: [type: string, name: string, hex: string, address: string][] = [
    ["0100", "ether", "0a000100020000000001", "02:00:00:00:00:01"],
    ["0403", "loopback", "0a000100000000000000", "00:00:00:00:00:00"],
    ["0003", "tunnel", "080001000a000001", "10.0.0.1"],
    ["0803", "sit", "080001000a000001", "10.0.0.1"],
    ["0a03", "ipgre", "080001000a000001", "10.0.0.1"],
    ["0103", "tunnel6", "14000100fd000000000000000000000000000001", "fd00::1"],
    ["3703", "ip6gre", "14000100fd000000000000000000000000000001", "fd00::1"],
    ["2000", "infiniband", `18000100${twenty.join("")}`, twenty.join(":")],
    // These four bytes are not an IP address.
    ["1801", "can", "080001000a000001", "0a:00:00:01"],
  ];
  for (const [type, name, hex, address] of cases) {
    const message = `0000${type}${"00".repeat(12)}${hex.padEnd(hex.length + (8 - hex.length % 8) % 8, "0")}`;
    assertEquals<unknown>(decode(Link, message), { ...EMPTY, type: name, address });
    assertEquals(sent({ type: name, address }), message.slice(32), name);
    // Without a type, the form of an address decides.
    assertEquals(sent({ address }), message.slice(32), name);
  }
  assertThrows(() => sent({ address: "zz" }), TypeError, 'address: expected bytes or hexadecimal text, got "zz"');
});

test("Link: data of an unknown kind stays bytes, both ways", () => {
  const rows = wire(`
    1c00 1280                       // IFLA_LINKINFO
      0900 0100 7175757800 000000   // IFLA_INFO_KIND quux
      0c00 0280 0800 0100 05000000  // IFLA_INFO_DATA
  `);
  const value = body(rows) as { data?: Uint8Array };
  assertEquals<unknown>(value, { kind: "quux", data: Uint8Array.of(8, 0, 1, 0, 5, 0, 0, 0) });
  assertEquals(sent(value), rows);
  assertThrows(
    () => sent({ kind: "vxlann", data: { id: 7 } }),
    TypeError,
    'data: kind "vxlann" has no known fields, did you mean "vxlan"?',
  );
  assertThrows(() => sent({ data: { id: 7 } }), TypeError, 'data: "kind" is missing beside it');
});

test("Link: unknown attributes and misfits are kept raw", () => {
  const value = decode(Link, HEADER + wire("0600 0400 dc05 0000 0800 c700 01020304"));
  assertEquals<unknown>(JSON.parse(JSON.stringify(value)), EMPTY);
  assertEquals(rawOf(value), [{ id: 199, bytes: Uint8Array.of(1, 2, 3, 4) }, { id: 4, bytes: Uint8Array.of(0xdc, 5) }]);
  assertEquals(encode(Link, value).slice(32), "");
  const nested = decode(Link, HEADER + wire("1c00 1200 0900 0100 766c616e00 000000 0c00 0200 0500 0100 07000000"));
  assert(nested.kind === "vlan");
  assertEquals(rawOf(nested.data!), [{ id: 1, bytes: Uint8Array.of(7) }]);
});

test("Link: counters of older and newer kernels", () => {
  const row = (count: number) =>
    Array.from({ length: count }, (_, i) => (i + 1).toString(16).padStart(2, "0").padEnd(16, "0")).join("");
  const attribute = (count: number) => (4 + 8 * count).toString(16).padStart(2, "0") + "001700" + row(count);
  const of = (count: number) => (body(attribute(count)) as { stats64: Record<string, number> }).stats64;
  assertEquals(Object.keys(of(25)).length, 25);
  assertEquals(of(25).rxOtherhostDropped, 25);
  assertEquals(Object.keys(of(23)).length, 23);
  assertEquals(of(23).rxNohandler, undefined);
  assertEquals(of(27), of(25));
  // Large counters are numbers: 2^40 bytes.
  assertEquals<unknown>(body("1000 1700 0000000000000000 00000000") as object, { stats64: { rxPackets: 0 } });
  assertEquals<unknown>(body("0c00 1700 0000000000010000"), { stats64: { rxPackets: 2 ** 40 } });
});

/** Returns a list of `count` virtual functions with its length cut to 16 bits, as the kernel sends it. */
function manyVfs(count: number, size: number): string {
  const le16 = (n: number) => toHex(Uint8Array.of(n & 0xff, n >> 8 & 0xff));
  const entry = (vf: number) => {
    // IFLA_VF_RATE, then an unknown attribute as a filler.
    const rate = `10000600${le16(vf)}0000` + "00000000" + "64000000";
    const filler = size - 4 - 16;
    return `${le16(size)}0100${rate}${filler === 0 ? "" : le16(filler) + "6300" + "aa".repeat(filler - 4)}`;
  };
  const list = Array.from({ length: count }, (_, vf) => entry(vf)).join("");
  return `${le16(4 + list.length / 2)}1600${list}`;
}

test("Link: a list of virtual functions whose length overflowed", () => {
  for (
    const [count, size] of [[3, 120], [600, 120], [1200, 120], [512, 256], [256, 256], [64, 1024], [257, 256]] as const
  ) {
    const message = HEADER + wire("0800 1500 ff000000") + manyVfs(count, size) + wire("0800 0400 dc050000");
    const value = decode(Link, message);
    assertEquals(value.vfinfoList?.length, count, `${count} of ${size} bytes`);
    assertEquals(value.vfinfoList?.at(-1)?.rate, { vf: count - 1, minTxRate: 0, maxTxRate: 100 });
    assertEquals(value.mtu, 1500, "what follows the list");
    assertEquals(value.numVf, 255);
    // Printers and error paths find the same attributes.
    const bytes = new Uint8Array(message.match(/../g)!.map((digits) => parseInt(digits, 16)));
    const seen: unknown[] = [];
    Link.walk!(new Reader(bytes), 0, bytes.length, {}, (part) => seen.push(part.name));
    assertEquals(seen.slice(-3), ["numVf", "vfinfoList", "mtu"]);
  }
  assertEquals<unknown>(body("0400 1600"), { vfinfoList: [] });
});

test("Link: VXLAN's ttlInherit is a byte when received and a flag when sent", () => {
  const rows = (ttl: string) => wire(`1c00 1280 0a00 0100 76786c616e00 0000 0c00 0280 ${ttl}`);
  assertEquals<unknown>(body(rows("0500 1c00 01000000")), { kind: "vxlan", data: { ttlInherit: true } });
  assertEquals<unknown>(body(rows("0500 1c00 00000000")), { kind: "vxlan", data: { ttlInherit: false } });
  assertEquals(
    sent({ kind: "vxlan", data: { ttlInherit: true } }),
    wire("1800 1280 0a00 0100 76786c616e00 0000 0800 0280 0400 1c00"),
  );
  assertEquals(
    sent({ kind: "vxlan", data: { ttlInherit: false } }),
    wire("1400 1280 0a00 0100 76786c616e00 0000 0400 0280"),
  );
});

test("Link: a VLAN's flags are complete", () => {
  const rows = wire(`
    2000 1280
      0900 0100 766c616e00 000000
      1000 0280 0c00 0200 01000000 ffffffff // as kernels send them: every bit is in the mask
  `);
  assertEquals<unknown>(body(rows), { kind: "vlan", data: { flags: ["reorder_hdr"] } });
  // Kernels refuse unknown bits in the mask.
  assertEquals(sent({ kind: "vlan", data: { flags: ["reorder_hdr"] } }), rows.replace("ffffffff", "1f000000"));
});

test("Link: flags with a mask keep it, so that a request can be sent again unchanged", () => {
  const kinds = [
    ["vlan", "flags", ["gvrp", "mvrp"], "02000000", "0a000000"],
    ["rmnet", "flags", ["ingress_deaggregation", "egress_map_cksumv4"], "01000000", "09000000"],
    ["can", "ctrlmode", ["loopback", "fd"], "01000000", "21000000"],
  ] as const;
  for (const [kind, field, mask, flagBits, maskBits] of kinds) {
    const some = { kind, data: { [field]: { flags: [mask[0]], mask } } };
    const bytes = sent(some);
    assertStringIncludes(bytes, kind === "can" ? maskBits + flagBits : flagBits + maskBits);
    assertEquals<unknown>(body(bytes), some);
    assertEquals(sent(body(bytes) as object), bytes);
    const none = { kind, data: { [field]: { flags: [], mask: [mask[1]] } } };
    assertEquals<unknown>(body(sent(none)), none);
    // Flags with a full mask are an array, both ways.
    const all = { kind, data: { [field]: [mask[0]] } };
    assertEquals<unknown>(body(sent(all)), all);
    assertThrows(
      () => sent({ kind, data: { [field]: { flags: mask, mask: [mask[0]] } } }),
      TypeError,
      `data.${field}: ${JSON.stringify(mask[1])} must be in the mask as well`,
    );
    assertThrows(
      () => sent({ kind, data: { [field]: { flags: [mask[0]] } } }),
      TypeError,
      "expected an array of names",
    );
  }
});

test("Link: settings without effect in a bond's mode are not sent with it", () => {
  const dumped = {
    mode: "activebackup",
    activeSlave: 2,
    miimon: 0,
    updelay: 0,
    downdelay: 0,
    peerNotifDelay: 0,
    arpInterval: 0,
    arpValidate: "none",
    packetsPerSlave: 1,
    adLacpActive: 1,
    adLacpRate: "slow",
    tlbDynamicLb: 1,
    missedMax: 2,
    coupledControl: 1,
    adInfo: { aggregator: 1 },
  };
  const ids = (data: object) =>
    parts(Link, HEADER + sent({ kind: "bond", data }).slice(8 + 24 + 8)).slice(1).map((row) => Number(row.slice(0, 2)));
  assertEquals(ids(dumped), [1, 2, 3, 7, 9, 30]);
  assertEquals(ids({ ...dumped, mode: "8023ad" }), [1, 2, 3, 21, 29, 32]);
  assertEquals(ids({ ...dumped, mode: "8023ad", miimon: 100 }), [1, 2, 3, 4, 5, 21, 28, 29, 32]);
  // Settings given explicitly are sent to the kernel.
  assertEquals(ids({ mode: "activebackup", adLacpRate: "fast" }), [1, 21]);
  assertEquals(ids({ activeSlave: "e0" }), [2]);
  assertEquals(ids({ updelay: 0, adLacpRate: "slow" }), [4, 21]);
});

test("Link: settings of IPv4 are received as an array and sent as a nest", () => {
  const rows = wire(`
    1800 1a80                       // IFLA_AF_SPEC
      1400 0280                     // AF_INET
        1000 0100 01000000 00000000 01000000 // IFLA_INET_CONF: forwarding, mcForwarding, proxyArp
  `);
  assertEquals<unknown>(body(rows), { afSpec: { inet: { conf: { forwarding: 1, mcForwarding: 0, proxyArp: 1 } } } });
  assertEquals(
    sent({ afSpec: { inet: { conf: { proxyArp: 1 } } } }),
    wire(`
    1400 1a80
      1000 0280
        0c00 0180 0800 0300 01000000 // IPV4_DEVCONF_PROXY_ARP is 3
  `),
  );
  assertThrows(
    () => sent({ afSpec: { inet: { conf: { proxyArpp: 1 } } } }),
    TypeError,
    'afSpec.inet.conf: there is no field "proxyArpp", did you mean "proxyArp"?',
  );
  // A request is decoded as a nest, not as an array.
  const request = { afSpec: { inet: { conf: { mcForwarding: 1, rpFilter: 2, arpEvictNocarrier: 0 } } } };
  assertEquals<unknown>(body(sent(request)), request);
});

test("Link: for IPv6, only the address generation mode is sent", () => {
  const rows = wire(`
    3800 1a80 3400 0a80
      0800 0100 00000080            // IFLA_INET6_FLAGS ready
      1400 0500 ffff0000 0a000000 30750000 e8030000 // IFLA_INET6_CACHEINFO
      0c00 0200 01000000 40000000   // IFLA_INET6_CONF forwarding, hoplimit
      0500 0800 01 000000           // IFLA_INET6_ADDR_GEN_MODE
  `);
  const value = body(rows);
  assertEquals<unknown>(value, {
    afSpec: {
      inet6: {
        flags: ["ready"],
        conf: { forwarding: 1, hoplimit: 64 },
        cacheinfo: { maxReasmLen: 65535, tstamp: 10, reachableTime: 30000, retransTime: 1000 },
        addrGenMode: "none",
      },
    },
  });
  assertEquals(sent(value), wire("1000 1a80 0c00 0a80 0500 0800 01 000000"));
});

test("Link: a bridge port's message, in the family of bridges", () => {
  const message = wire(`
    07 00 0100 02000000 43100100 00000000
    1400 0c80                       // IFLA_PROTINFO
      0500 0100 03 000000           // IFLA_BRPORT_STATE forwarding
      0800 0300 02000000            // IFLA_BRPORT_COST 2
    1c00 1a00                       // IFLA_AF_SPEC
      0600 0000 0200 0000           // IFLA_BRIDGE_FLAGS self
      0800 0200 0600 0100           // IFLA_BRIDGE_VLAN_INFO pvid untagged, 1
      0800 0200 0000 0500           // IFLA_BRIDGE_VLAN_INFO 5
  `);
  const value = decode(Link, message);
  assertEquals<unknown>(value, {
    family: "bridge",
    type: "ether",
    index: 2,
    flags: ["up", "broadcast", "running", "multicast", "lower_up"],
    protinfo: { state: "forwarding", cost: 2 },
    afSpec: { flags: ["self"], vlanInfo: [{ flags: ["pvid", "untagged"], vid: 1 }, { flags: [], vid: 5 }] },
  });
  const { flags: _flags, ...given } = value;
  assertEquals(
    encode(Link, given),
    message.replace("01000200", "00000200").replace("4310010000000000", "0".repeat(16)).replace("1c001a00", "1c001a80"),
  );
});

test("Link: details", () => {
  // An empty alias is sent without bytes, which removes it.
  assertEquals(sent({ ifalias: "" }), "04001400");
  assertEquals(sent({ ifalias: "ab" }), "0600140061620000");
  // Empty nests are not fields.
  assertEquals<unknown>(body("0400 3e80 0400 4180"), {});
  assertEquals<unknown>(body("1000 3e80 0c00 0100 706369 0000000000"), { devlinkPort: { busName: "pci" } });
  assertEquals<unknown>(body("1800 3480 0900 3500 65746830 00000000 0800 3500 77616e00"), {
    propList: { altIfname: ["eth0", "wan"] },
  });
  assertEquals<unknown>(body("0800 4200 00ca9a3b"), { maxPacingOffloadHorizon: 1_000_000_000 });
  assertEquals<unknown>(body("0c00 4200 00e40b5402000000"), { maxPacingOffloadHorizon: 10_000_000_000 });
  assertThrows(() => sent({ ifname: "sixteen-letters-x" }), RangeError, "ifname:");
  assertThrows(
    () => sent({ kind: "veth", data: { peer: { ifname: "sixteen-letters-x" } } }),
    RangeError,
    "data.peer.ifname:",
  );
  assertThrows(
    () => sent({ kind: "vlan", data: { idd: 5 } }),
    TypeError,
    'data: there is no field "idd", did you mean "id"?',
  );
  assertThrows(() => sent({ operstate: "upp" }), TypeError, "operstate: expected");
});

test("Link: read-only fields are not sent", () => {
  const rows = wire(`
    0800 0600 6e6f6f70              // IFLA_QDISC
    0c00 1700 0100000000000000      // IFLA_STATS64
    0800 1e00 01000000              // IFLA_PROMISCUITY
    0800 2300 02000000              // IFLA_CARRIER_CHANGES
    0800 3200 44000000              // IFLA_MIN_MTU
    0800 3300 ffff0000              // IFLA_MAX_MTU
    0a00 3600 020000000001 0000     // IFLA_PERM_ADDRESS
    0800 3b00 00000100              // IFLA_TSO_MAX_SIZE
    0500 4300 01 000000             // IFLA_NETNS_IMMUTABLE
    0600 4400 0e00 0000             // IFLA_HEADROOM
    0c00 2b80 0500 0200 00 000000   // IFLA_XDP attached none
    2400 0e00 ${"00".repeat(32)}    // IFLA_MAP
    3c00 1280                       // IFLA_LINKINFO
      0b00 0400 62726964676500 00   // IFLA_INFO_SLAVE_KIND
      2c00 0580                     // IFLA_INFO_SLAVE_DATA
        0500 0100 03 000000         // IFLA_BRPORT_STATE
        0c00 0d00 8000020000000001  // IFLA_BRPORT_ROOT_ID
        0c00 1500 0000000000000000  // IFLA_BRPORT_MESSAGE_AGE_TIMER
        0600 1100 0180 0000         // IFLA_BRPORT_ID
  `);
  const value = body(rows) as { slaveData: object; stats64: object };
  assertEquals<unknown>(value.slaveData, {
    state: "forwarding",
    rootId: { prio: 32768, addr: "02:00:00:00:00:01" },
    id: 32769,
    messageAgeTimer: 0,
  });
  // The remaining parts are an XDP nest without content and the port's state.
  assertEquals(
    sent(value),
    wire(`
    0400 2b80
    1c00 1280 0b00 0400 62726964676500 00 0c00 0580 0500 0100 03 000000
  `),
  );
  // Normalizing a filter keeps all of it.
  const { stats64: _short, ...whole } = value;
  assertEquals<unknown>(decode(Link, encode(Link, whole, true)), { ...EMPTY, ...whole });
});

test("Link: names are looked up in the namespace of the request", () => {
  assertEquals(names.index("e0"), 2);
  assertThrows(() => sent({ master: "nope" }), Error, 'Cannot test: no interface is called "nope" (master)');
});
