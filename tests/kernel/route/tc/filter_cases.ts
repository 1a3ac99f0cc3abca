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
      encOpts: { erspan: { ver: 1, index: 2 } },
      encOptsMask: { erspan: { ver: 1, index: 0xffff_ffff } },
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
  ["protocol all prio 1 matchall classid 1:3 action police rate 1mbit burst 15k conform-exceed drop/pass", {
    kind: "matchall",
    options: {
      classid: "1:3",
      flags: ["not_in_hw"],
      act: [{
        kind: "police",
        action: "shot",
        options: { rate: 125000, burst: 15360, mtu: 2040, linklayer: "ethernet" },
      }],
    },
  }],
  ["protocol all prio 1 matchall action police rate 80gbit burst 10m mtu 9000 peakrate 90gbit overhead 4 drop", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "police",
        action: "shot",
        options: {
          rate: 10000000000,
          burst: 10480000,
          mtu: 9000,
          peakrate: 11250000000,
          overhead: 4,
          linklayer: "ethernet",
        },
      }],
    },
  }],
  ["protocol all prio 1 matchall action police pkts_rate 1000 pkts_burst 200 conform-exceed drop/pipe", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "police",
        action: "shot",
        options: { mtu: 4294967295, pktrate: 1000, pktburst: 200, result: "pipe" },
      }],
    },
  }],
  ["protocol all prio 1 matchall action gact drop random determ pass 5 cookie 0011aabb", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "gact",
        action: "shot",
        options: { prob: { ptype: "determ", pval: 5, paction: "ok" } },
        cookie: "0011aabb",
      }],
    },
  }],
  ["protocol all prio 1 matchall action sample rate 100 group 5 trunc 64", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "sample", action: "pipe", options: { rate: 100, truncSize: 64, psampleGroup: 5 } }],
    },
  }],
  ["protocol all prio 1 matchall action simple sdata hello", {
    kind: "matchall",
    options: { flags: ["not_in_hw"], act: [{ kind: "simple", action: "pipe", options: { data: "hello" } }] },
  }],
  ["protocol all prio 1 matchall action skbedit priority 1:10 mark 5/0xff ptype host", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "skbedit", action: "pipe", options: { priority: "1:10", mark: 5, mask: 255, ptype: "host" } }],
    },
  }],
  ["protocol all prio 1 matchall action skbmod set dmac 02:00:00:00:00:02 set etype 0x800", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "skbmod",
        action: "pipe",
        options: { flags: ["dmac", "etype"], dmac: "02:00:00:00:00:02", etype: "ip" },
      }],
    },
  }],
  ["protocol all prio 1 matchall action skbmod swap mac", {
    kind: "matchall",
    options: { flags: ["not_in_hw"], act: [{ kind: "skbmod", action: "pipe", options: { flags: ["swapmac"] } }] },
  }],
  ["protocol ip prio 1 matchall action csum ip4h tcp udp", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "csum", action: "ok", options: { updateFlags: ["ipv4hdr", "tcp", "udp"] } }],
    },
  }],
  ["protocol ip prio 1 matchall action nat ingress 10.0.0.0/8 11.0.0.0", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "nat", action: "ok", options: { oldAddr: "10.0.0.0/8", newAddr: "11.0.0.0", flags: [] } }],
    },
  }],
  ["protocol ip prio 1 matchall action nat egress 10.0.0.1/32 11.0.0.1", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "nat", action: "ok", options: { oldAddr: "10.0.0.1/32", newAddr: "11.0.0.1", flags: ["egress"] } }],
    },
  }],
  [
    "protocol ip prio 1 matchall action pedit ex munge ip ttl set 64 munge ip dst set 1.2.3.4 munge tcp dport set 80 munge eth src set 02:00:00:00:00:03",
    {
      kind: "matchall",
      options: {
        flags: ["not_in_hw"],
        act: [{
          kind: "pedit",
          action: "ok",
          options: {
            keys: [
              { htype: "ip4", cmd: "set", mask: 16777215, val: 1073741824, off: 8, at: 0, offmask: 0, shift: 0 },
              { htype: "ip4", cmd: "set", mask: 0, val: 16909060, off: 16, at: 0, offmask: 0, shift: 0 },
              { htype: "tcp", cmd: "set", mask: 4294901760, val: 80, off: 0, at: 0, offmask: 0, shift: 0 },
              { htype: "eth", cmd: "set", mask: 4294901760, val: 512, off: 4, at: 0, offmask: 0, shift: 0 },
              { htype: "eth", cmd: "set", mask: 0, val: 3, off: 8, at: 0, offmask: 0, shift: 0 },
            ],
          },
        }],
      },
    },
  ],
  ["protocol ip prio 1 matchall action pedit munge offset 0 u8 set 1", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "pedit",
        action: "ok",
        options: { keys: [{ mask: 16777215, val: 16777216, off: 0, at: 0, offmask: 0, shift: 0 }] },
      }],
    },
  }],
  ["protocol ip prio 1 matchall action pedit ex munge ip ttl add 255 pipe action csum ip4h", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "pedit",
        action: "pipe",
        options: {
          keys: [{ htype: "ip4", cmd: "add", mask: 16777215, val: 4278190080, off: 8, at: 0, offmask: 0, shift: 0 }],
        },
      }, { kind: "csum", action: "ok", options: { updateFlags: ["ipv4hdr"] } }],
    },
  }],
  ["protocol all prio 1 matchall action connmark zone 7", {
    kind: "matchall",
    options: { flags: ["not_in_hw"], act: [{ kind: "connmark", action: "pipe", options: { zone: 7 } }] },
  }],
  ["protocol all prio 1 matchall action ctinfo dscp 0xfc000000 0x01000000 cpmark 0xff", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "ctinfo",
        action: "pipe",
        options: {
          zone: 0,
          parmsDscpMask: 4227858432,
          parmsDscpStatemask: 16777216,
          parmsCpmarkMask: 255,
          statsDscpSet: 0,
          statsDscpError: 0,
          statsCpmarkSet: 0,
        },
      }],
    },
  }],
  ["protocol all prio 1 matchall action ife encode allow mark use prio 7 type 0xed3e dst 02:00:00:00:00:05", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "ife",
        action: "pipe",
        options: { flags: "encode", dmac: "02:00:00:00:00:05", type: "ife", metalst: { mark: true, prio: 7 } },
      }],
    },
  }],
  ["protocol all prio 1 matchall action ife decode reclassify", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "ife",
        action: "reclassify",
        options: { flags: "decode", type: 0, metalst: { mark: true, prio: true } },
      }],
    },
  }],
  [
    "protocol all prio 1 matchall action gate clockid CLOCK_TAI base-time 0 sched-entry open 100000000 -1 8000 sched-entry close 200000000 -1 -1",
    {
      kind: "matchall",
      options: {
        flags: ["not_in_hw"],
        act: [{
          kind: "gate",
          action: "pipe",
          options: {
            priority: -1,
            clockid: 11,
            flags: 0,
            baseTime: 0n,
            cycleTime: 300_000_000n,
            cycleTimeExt: 0n,
            entryList: [{ index: 0, gate: true, interval: 100000000, ipv: -1, maxOctets: 8000 }, {
              index: 1,
              interval: 200000000,
              ipv: -1,
              maxOctets: -1,
            }],
          },
        }],
      },
    },
  ],
  ["protocol all prio 1 matchall action bpf bytecode '1,6 0 0 1'", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "bpf", action: "pipe", options: { ops: [{ code: 6, jt: 0, jf: 0, k: 1 }] } }],
    },
  }],
  ["protocol all prio 1 matchall action vlan modify id 7", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "vlan", action: "pipe", options: { vAction: "modify", pushVlanId: 7, pushVlanProtocol: "8021q" } }],
    },
  }],
  ["protocol all prio 1 matchall action vlan push_eth dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:02", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{
        kind: "vlan",
        action: "pipe",
        options: { vAction: "push_eth", pushEthDst: "02:00:00:00:00:01", pushEthSrc: "02:00:00:00:00:02" },
      }],
    },
  }],
  ["protocol all prio 1 matchall action mpls mac_push label 5", {
    kind: "matchall",
    options: {
      flags: ["not_in_hw"],
      act: [{ kind: "mpls", action: "pipe", options: { mAction: "mac_push", proto: "mpls_uc", label: 5, ttl: 255 } }],
    },
  }],
  [
    "protocol ip prio 1 basic match 'cmp(u8 at 9 layer network eq 6) and not meta(nf_mark mask 0xff eq 5) or (u32(u32 0x0a000000 0xff000000 at 16) and nbyte(\"abc\" at 4 layer 2))' flowid 1:5 action pass",
    {
      kind: "basic",
      options: {
        classid: "1:5",
        ematches: [{
          kind: "cmp",
          relation: "and",
          data: { align: "u8", layer: "network", opnd: "eq", val: 6, mask: 0, off: 9 },
        }, {
          kind: "meta",
          relation: "or",
          invert: true,
          data: {
            left: { id: "nfmark", type: "int", shift: 0, value: 255 },
            op: "eq",
            right: { id: "value", type: "int", shift: 0, value: 5 },
          },
        }, {
          kind: "container",
          data: [{ kind: "u32", relation: "and", data: { mask: 4278190080, val: 167772160, off: 16, offmask: 0 } }, {
            kind: "nbyte",
            data: { layer: "transport", off: 4, needle: bytes("616263") },
          }],
        }],
        act: [{ kind: "gact", action: "ok", options: {} }],
      },
    },
  ],
  ["protocol all prio 1 handle 1 flow hash keys src,dst,proto divisor 16 baseclass 1:1 perturb 10", {
    kind: "flow",
    options: { keys: ["src", "dst", "proto"], mode: "hash", baseclass: "1:1", divisor: 16, perturb: 10 },
  }],
  ["protocol all prio 1 handle 1 flow map key mark and 0xff rshift 1 addend 3 baseclass 1:1", {
    kind: "flow",
    options: { keys: ["mark"], mode: "map", baseclass: "1:1", rshift: 1, addend: 3, mask: 255, xor: 0 },
  }],
  ["protocol ip prio 1 handle 6/0xff fw classid 1:6 action pass", {
    kind: "fw",
    options: { classid: "1:6", mask: 255, act: [{ kind: "gact", action: "ok", options: {} }] },
  }],
  ["protocol ip prio 1 route from 3 to 5 classid 1:7", { kind: "route", options: { classid: "1:7", to: 5, from: 3 } }],
];
