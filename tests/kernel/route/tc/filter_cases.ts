/** Filters in the words of `tc`, and as they are listed: every kind of filter, and every kind of action. */

/** A case: the words after `tc filter add dev v0 ingress`, and kind and options. */
export type FilterCase = readonly [words: string, expected: object];

/** Bytes from hexadecimal text. */
const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (one) => parseInt(one, 16));

const sel = {
  flags: ["terminal"],
  offshift: 0,
  offmask: 0,
  off: 0,
  offoff: 0,
  hoff: 0,
  hmask: 0,
};

/** The cases. */
export const FILTERS: readonly FilterCase[] = [
  ["protocol ip prio 1 u32 match ip dst 10.0.0.0/8 match ip protocol 6 0xff flowid 1:10", {
    kind: "u32",
    options: {
      classid: "1:10",
      hash: "800::",
      sel: {
        ...sel,
        keys: [
          { mask: 0xff00_0000, val: 0x0a00_0000, off: 16, offmask: 0 },
          { mask: 0x00ff_0000, val: 0x0006_0000, off: 8, offmask: 0 },
        ],
      },
      flags: ["not_in_hw"],
    },
  }],
  [
    "protocol ipv6 prio 1 u32 match ip6 dst 2001:db8::/32 match u32 1 0xff at -16 action mirred egress redirect dev v1",
    {
      kind: "u32",
      options: {
        hash: "800::",
        sel: {
          ...sel,
          keys: [
            { mask: 0xffff_ffff, val: 0x2001_0db8, off: 24, offmask: 0 },
            { mask: 0xff, val: 1, off: -16, offmask: 0 },
          ],
        },
        flags: ["not_in_hw"],
        act: [{ kind: "mirred", action: "stolen", options: { eaction: "egress_redir", dev: "v1" } }],
      },
    },
  ],
  ["protocol all prio 2 bpf bytecode '1,6 0 0 4294967295' flowid 1:1", {
    kind: "bpf",
    options: {
      classid: "1:1",
      ops: [{ code: 6, jt: 0, jf: 0, k: 0xffff_ffff }],
      flagsGen: ["not_in_hw"],
    },
  }],
  [
    "protocol all prio 2 bpf bytecode '1,6 0 0 1' action mirred ingress mirror dev v1 action mirred egress mirror dev v1",
    {
      kind: "bpf",
      options: {
        ops: [{ code: 6, jt: 0, jf: 0, k: 1 }],
        flagsGen: ["not_in_hw"],
        act: [
          { kind: "mirred", action: "pipe", options: { eaction: "ingress_mirror", dev: "v1" } },
          { kind: "mirred", action: "pipe", options: { eaction: "egress_mirror", dev: "v1" } },
        ],
      },
    },
  ],
  [
    "protocol ip prio 1 flower dst_ip 10.0.0.0/8 src_ip 1.2.3.4 ip_proto tcp dst_port 80-90 src_port 1024/0xff00 tcp_flags 0x2/0x12 ip_flags nofrag ip_tos 0x10/0xfc ip_ttl 64 classid 1:10 action drop",
    {
      kind: "flower",
      options: {
        classid: "1:10",
        flags: ["not_in_hw"],
        ethType: "ip",
        ipProto: "tcp",
        ipTos: "16/0xfc",
        ipTtl: "64",
        ipv4Src: "1.2.3.4",
        ipv4Dst: "10.0.0.0/8",
        tcpSrc: "1024/0xff00",
        tcpFlags: "2/0x12",
        keyFlags: "-is_fragment",
        tcpDst: "80-90",
        act: [{ kind: "gact", action: "shot", options: {} }],
      },
    },
  ],
  ["protocol ipv6 prio 1 flower dst_ip 2001:db8::/32 ip_proto icmpv6 type 128 code 0 action pass", {
    kind: "flower",
    options: {
      flags: ["not_in_hw"],
      ethType: "ipv6",
      ipProto: "icmpv6",
      ipv6Dst: "2001:db8::/32",
      icmpv6Type: "128",
      icmpv6Code: "0",
      act: [{ kind: "gact", action: "ok", options: {} }],
    },
  }],
  [
    "protocol arp prio 1 flower arp_op request arp_tip 10.0.0.1 arp_sip 10.0.0.0/8 arp_sha 02:00:00:00:00:01 action pass",
    {
      kind: "flower",
      options: {
        flags: ["not_in_hw"],
        ethType: "arp",
        arpSip: "10.0.0.0/8",
        arpTip: "10.0.0.1",
        arpOp: "1",
        arpSha: "02:00:00:00:00:01",
        act: [{ kind: "gact", action: "ok", options: {} }],
      },
    },
  ],
  ["protocol 802.1Q prio 1 flower vlan_id 10 vlan_prio 3 vlan_ethtype ipv4 dst_ip 10.0.0.1 action vlan pop", {
    kind: "flower",
    options: {
      flags: ["not_in_hw"],
      ethType: "ip",
      ipv4Dst: "10.0.0.1",
      vlanId: 10,
      vlanPrio: 3,
      vlanEthType: "ip",
      act: [{ kind: "vlan", action: "pipe", options: { vAction: "pop" } }],
    },
  }],
  [
    "protocol 802.1ad prio 1 flower vlan_id 10 vlan_ethtype 802.1q cvlan_id 20 cvlan_prio 1 cvlan_ethtype ipv4 action vlan push id 5 protocol 802.1ad priority 3",
    {
      kind: "flower",
      options: {
        flags: ["not_in_hw"],
        ethType: "ip",
        vlanId: 10,
        vlanEthType: "8021q",
        cvlanId: 20,
        cvlanPrio: 1,
        cvlanEthType: "ip",
        act: [{
          kind: "vlan",
          action: "pipe",
          options: { vAction: "push", pushVlanId: 5, pushVlanProtocol: "8021ad", pushVlanPriority: 3 },
        }],
      },
    },
  ],
  ["protocol mpls_uc prio 1 flower mpls_label 100 mpls_tc 3 mpls_bos 1 mpls_ttl 64 action mpls pop protocol ipv4", {
    kind: "flower",
    options: {
      flags: ["not_in_hw"],
      ethType: "mpls_uc",
      mplsTtl: 64,
      mplsBos: 1,
      mplsTc: 3,
      mplsLabel: 100,
      act: [{ kind: "mpls", action: "pipe", options: { mAction: "pop", proto: "ip" } }],
    },
  }],
  [
    "protocol mpls_uc prio 1 flower mpls lse depth 1 label 100 lse depth 2 label 200 ttl 3 action mpls push label 5 tc 1 ttl 7",
    {
      kind: "flower",
      options: {
        flags: ["not_in_hw"],
        ethType: "mpls_uc",
        mplsOpts: [{ depth: 1, label: 100 }, { depth: 2, ttl: 3, label: 200 }],
        act: [{
          kind: "mpls",
          action: "pipe",
          options: { mAction: "push", proto: "mpls_uc", label: 5, tc: 1, ttl: 7 },
        }],
      },
    },
  ],
  [
    "protocol ip prio 1 flower dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:00/24 ct_state +trk+est-new ct_zone 5 ct_mark 1/0xff ct_label 01/ff action ct commit zone 3 mark 5/0xff nat src addr 10.0.0.1-10.0.0.9 port 100-200",
    {
      kind: "flower",
      options: {
        flags: ["not_in_hw"],
        ethType: "ip",
        ethDst: "02:00:00:00:00:01",
        ethSrc: "02:00:00:00:00:00/24",
        ctState: "-new+est+trk",
        ctZone: "5",
        ctMark: "1/0xff",
        ctLabels: "01000000000000000000000000000000/ff000000000000000000000000000000",
        act: [{
          kind: "ct",
          action: "pipe",
          options: {
            action: ["commit", "nat", "nat_src"],
            zone: 3,
            mark: 5,
            markMask: 255,
            natIpv4Min: "10.0.0.1",
            natIpv4Max: "10.0.0.9",
            natPortMin: 100,
            natPortMax: 200,
          },
        }],
      },
    },
  ],
  [
    "protocol ip prio 1 flower enc_key_id 7 enc_dst_ip 10.0.0.1 enc_src_ip 10.0.0.0/24 enc_dst_port 4789 enc_tos 4 enc_ttl 5 vxlan_opts 9 action tunnel_key set src_ip 1.2.3.4 dst_ip 1.2.3.5 id 11 dst_port 4789 nocsum tos 4 ttl 7",
    {
      kind: "flower",
      options: {
        flags: ["not_in_hw"],
        ethType: "ip",
        encIpv4Src: "10.0.0.0/24",
        encIpv4Dst: "10.0.0.1",
        encUdpDstPort: "4789",
        encIpTos: "4",
        encIpTtl: "5",
        encKeyId: 7,
        encOpts: { vxlan: { gbp: 9 } },
        encOptsMask: { vxlan: { gbp: 4784127 } },
        act: [{
          kind: "tunnel_key",
          action: "pipe",
          options: {
            tAction: "set",
            encIpv4Src: "1.2.3.4",
            encIpv4Dst: "1.2.3.5",
            encKeyId: 11,
            encDstPort: 4789,
            noCsum: true,
            encTos: 4,
            encTtl: 7,
          },
        }],
      },
    },
  ],
  [
    "protocol ip prio 1 flower enc_key_id 7 geneve_opts 0102:80:00880022/ffff:ff:ffffffff action tunnel_key set src_ip 1.2.3.4 dst_ip 1.2.3.5 id 11 geneve_opts 0102:80:00880022,0103:81:00880023 csum",
    {
      kind: "flower",
      options: {
        flags: ["not_in_hw"],
        ethType: "ip",
        encKeyId: 7,
        encOpts: { geneve: [{ class: 258, type: 128, data: bytes("00880022") }] },
        encOptsMask: { geneve: [{ class: 65535, type: 255, data: bytes("ffffffff") }] },
        act: [{
          kind: "tunnel_key",
          action: "pipe",
          options: {
            tAction: "set",
            encIpv4Src: "1.2.3.4",
            encIpv4Dst: "1.2.3.5",
            encKeyId: 11,
            noCsum: false,
            encOpts: {
              geneve: [{ class: 258, type: 128, data: bytes("00880022") }, {
                class: 259,
                type: 129,
                data: bytes("00880023"),
              }],
            },
          },
        }],
      },
    },
  ],
  ["protocol ip prio 1 flower erspan_opts 1:2:0:0 action tunnel_key unset", {
    kind: "flower",
    options: {
      flags: ["not_in_hw"],
      ethType: "ip",
      encOpts: { erspan: { ver: 1 } },
      encOptsMask: { erspan: { ver: 1 } },
      act: [{ kind: "tunnel_key", action: "pipe", options: { tAction: "release" } }],
    },
  }],
  ["protocol ip prio 1 flower ip_proto sctp dst_port 5 skip_hw action goto chain 5", {
    kind: "flower",
    options: {
      flags: ["skip_hw", "not_in_hw"],
      ethType: "ip",
      ipProto: "sctp",
      sctpDst: "5",
      act: [{ kind: "gact", action: "goto chain 5", options: {}, flags: ["skip_hw"] }],
    },
  }],
];
