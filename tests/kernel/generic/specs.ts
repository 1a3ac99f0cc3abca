/** Small specifications of families that kernels have, written from their headers. */
import type { Spec } from "../../../families/generic/mod.ts";

/** Links, as far as the tests need them: linux/if_link.h. */
export const RT_LINK: Spec = {
  name: "rt-link",
  protocol: "netlink-raw",
  protonum: 0,
  definitions: [
    {
      name: "ifinfomsg",
      type: "struct",
      members: [
        { name: "family", type: "u8" },
        { name: "pad", type: "pad", len: 1 },
        { name: "type", type: "u16" },
        { name: "index", type: "s32" },
        { name: "flags", type: "u32", enum: "iff", "enum-as-flags": true },
        { name: "change", type: "u32" },
      ],
    },
    { name: "iff", type: "flags", entries: ["up", "broadcast", { name: "multicast", value: 12 }] },
  ],
  "attribute-sets": [
    {
      name: "link",
      attributes: [
        { name: "address", type: "binary", "display-hint": "mac" },
        { name: "ifname", type: "string", value: 3 },
        { name: "mtu", type: "u32" },
        { name: "txqlen", type: "u32", value: 13 },
        { name: "linkinfo", type: "nest", value: 18, "nested-attributes": "linkinfo" },
        { name: "prop-list", type: "nest", value: 52, "nested-attributes": "props" },
      ],
    },
    { name: "props", attributes: [{ name: "alt-ifname", type: "string", value: 53, "multi-attr": true }] },
    {
      name: "linkinfo",
      attributes: [
        { name: "kind", type: "string" },
        { name: "data", type: "sub-message", "sub-message": "data", selector: "kind" },
      ],
    },
    { name: "bridge", attributes: [{ name: "ageing-time", type: "u32", value: 4 }] },
  ],
  "sub-messages": [{ name: "data", formats: [{ value: "bridge", "attribute-set": "bridge" }] }],
  operations: {
    "enum-model": "directional",
    "fixed-header": "ifinfomsg",
    list: [
      { name: "newlink", "attribute-set": "link", do: { request: { value: 16 } } },
      { name: "newlink-ntf", value: 16, notify: "getlink" },
      { name: "dellink", "attribute-set": "link", do: { request: { value: 17 } } },
      {
        name: "getlink",
        "attribute-set": "link",
        do: { request: { value: 18 }, reply: { value: 16 } },
        dump: { request: { value: 18 }, reply: { value: 16 } },
      },
    ],
  },
  "mcast-groups": { list: [{ name: "rtnlgrp-link", value: 1 }] },
};

/** Devices: linux/netdev.h. */
export const NETDEV: Spec = {
  name: "netdev",
  definitions: [
    {
      name: "xdp-act",
      type: "flags",
      entries: ["basic", "redirect", "ndo-xmit", "xsk-zerocopy", "hw-offload", "rx-sg", "ndo-xmit-sg"],
    },
    { name: "xdp-rx-metadata", type: "flags", entries: ["timestamp", "hash", "vlan-tag"] },
    { name: "xsk-flags", type: "flags", entries: ["tx-timestamp", "tx-checksum", "tx-launch-time-fifo"] },
  ],
  "attribute-sets": [{
    name: "dev",
    attributes: [
      { name: "ifindex", type: "u32", checks: { min: 1 } },
      { name: "pad", type: "pad" },
      { name: "xdp-features", type: "u64", enum: "xdp-act" },
      { name: "xdp-zc-max-segs", type: "u32" },
      { name: "xdp-rx-metadata-features", type: "u64", enum: "xdp-rx-metadata" },
      { name: "xsk-features", type: "u64", enum: "xsk-flags" },
    ],
  }],
  operations: {
    list: [
      { name: "dev-get", "attribute-set": "dev", do: { request: { attributes: ["ifindex"] } }, dump: {} },
      { name: "dev-add-ntf", "attribute-set": "dev", notify: "dev-get", mcgrp: "mgmt" },
      { name: "dev-del-ntf", "attribute-set": "dev", notify: "dev-get", mcgrp: "mgmt" },
      { name: "dev-change-ntf", "attribute-set": "dev", notify: "dev-get", mcgrp: "mgmt" },
    ],
  },
  "mcast-groups": { list: [{ name: "mgmt" }, { name: "page-pool" }] },
};

/** Families and policies: linux/genetlink.h. */
export const NLCTRL: Spec = {
  name: "nlctrl",
  protocol: "genetlink-legacy",
  version: 2,
  definitions: [{
    name: "op-flags",
    type: "flags",
    entries: ["admin-perm", "cmd-cap-do", "cmd-cap-dump", "cmd-cap-haspol", "uns-admin-perm"],
  }],
  "attribute-sets": [
    {
      name: "ctrl",
      attributes: [
        { name: "family-id", type: "u16" },
        { name: "family-name", type: "string" },
        { name: "version", type: "u32" },
        { name: "hdrsize", type: "u32" },
        { name: "maxattr", type: "u32" },
        { name: "ops", type: "indexed-array", "sub-type": "nest", "nested-attributes": "op" },
        { name: "mcast-groups", type: "indexed-array", "sub-type": "nest", "nested-attributes": "group" },
        {
          name: "policy",
          type: "nest-type-value",
          "type-value": ["policy-id", "attr-id"],
          "nested-attributes": "policy",
        },
        { name: "op-policy", type: "nest-type-value", "type-value": ["op-id"], "nested-attributes": "op-policy" },
        { name: "op", type: "u32" },
      ],
    },
    { name: "op", attributes: [{ name: "id", type: "u32" }, { name: "flags", type: "u32", enum: "op-flags" }] },
    { name: "group", attributes: [{ name: "name", type: "string" }, { name: "id", type: "u32" }] },
    { name: "policy", attributes: [{ name: "type", type: "u32" }] },
    { name: "op-policy", attributes: [{ name: "do", type: "u32" }, { name: "dump", type: "u32" }] },
  ],
  operations: {
    "enum-model": "directional",
    list: [
      {
        name: "getfamily",
        "attribute-set": "ctrl",
        do: { request: { value: 3 }, reply: { value: 1 } },
        dump: { reply: {} },
      },
      { name: "getpolicy", "attribute-set": "ctrl", dump: { request: { value: 10 }, reply: { value: 10 } } },
    ],
  },
};

/** The metrics that TCP remembers about hosts: linux/tcp_metrics.h. */
export const TCP_METRICS: Spec = {
  name: "tcp_metrics",
  protocol: "genetlink-legacy",
  "attribute-sets": [
    {
      name: "tcp-metrics",
      attributes: [
        { name: "addr-ipv4", type: "u32", "byte-order": "big-endian", "display-hint": "ipv4" },
        { name: "addr-ipv6", type: "binary", "display-hint": "ipv6", checks: { "min-len": 16 } },
        { name: "age", type: "u64" },
        { name: "tw-tsval", type: "u32" },
        { name: "tw-ts-stamp", type: "s32" },
        { name: "vals", type: "nest", "nested-attributes": "metrics" },
        { name: "fopen-mss", type: "u16" },
        { name: "fopen-syn-drops", type: "u16" },
        { name: "fopen-syn-drop-ts", type: "u64" },
        { name: "fopen-cookie", type: "binary" },
        { name: "saddr-ipv4", type: "u32", "byte-order": "big-endian", "display-hint": "ipv4" },
        { name: "saddr-ipv6", type: "binary", "display-hint": "ipv6" },
        { name: "pad", type: "pad" },
      ],
    },
    {
      name: "metrics",
      attributes: ["rtt", "rttvar", "ssthresh", "cwnd", "reodering", "rtt-us", "rttvar-us"].map((name) => ({
        name,
        type: "u32",
      })),
    },
  ],
  operations: {
    list: [
      { name: "get", "attribute-set": "tcp-metrics", do: { reply: {} }, dump: { reply: {} } },
      { name: "del", "attribute-set": "tcp-metrics", do: {} },
    ],
  },
};

/** Devices' settings, as far as the tests need them: linux/ethtool_netlink_generated.h. */
export const ETHTOOL: Spec = {
  name: "ethtool",
  protocol: "genetlink-legacy",
  "attribute-sets": [
    {
      name: "header",
      attributes: [
        { name: "dev-index", type: "u32" },
        { name: "dev-name", type: "string" },
        { name: "flags", type: "u32" },
      ],
    },
    {
      name: "bit",
      attributes: [{ name: "index", type: "u32" }, { name: "name", type: "string" }, { name: "value", type: "flag" }],
    },
    { name: "bits", attributes: [{ name: "bit", type: "nest", "multi-attr": true, "nested-attributes": "bit" }] },
    {
      name: "bitset",
      attributes: [
        { name: "nomask", type: "flag" },
        { name: "size", type: "u32" },
        { name: "bits", type: "nest", "nested-attributes": "bits" },
      ],
    },
    {
      name: "features",
      attributes: [
        { name: "header", type: "nest", "nested-attributes": "header" },
        ...["hw", "wanted", "active", "nochange"].map((name) => ({
          name,
          type: "nest",
          "nested-attributes": "bitset",
        })),
      ],
    },
    {
      name: "channels",
      attributes: [
        { name: "header", type: "nest", "nested-attributes": "header" },
        ...["rx-max", "tx-max", "other-max", "combined-max", "rx-count", "tx-count", "other-count", "combined-count"]
          .map((name) => ({ name, type: "u32" })),
      ],
    },
  ],
  operations: {
    "enum-model": "directional",
    list: [
      {
        name: "features-get",
        "attribute-set": "features",
        do: { request: { value: 11 }, reply: { value: 11 } },
        dump: {},
      },
      {
        name: "channels-get",
        "attribute-set": "channels",
        do: { request: { value: 17 }, reply: { value: 18 } },
        dump: {},
      },
    ],
  },
};

/** Endpoints and limits: linux/mptcp_pm.h. */
export const MPTCP_PM: Spec = {
  name: "mptcp_pm",
  protocol: "genetlink-legacy",
  definitions: [
    { name: "family", type: "enum", entries: [{ name: "inet", value: 2 }, { name: "inet6", value: 10 }] },
    { name: "flags", type: "flags", entries: ["signal", "subflow", "backup", "fullmesh", "implicit", "laminar"] },
  ],
  "attribute-sets": [
    {
      name: "address",
      attributes: [
        { name: "family", type: "u16", enum: "family" },
        { name: "id", type: "u8" },
        { name: "addr4", type: "u32", "byte-order": "big-endian", "display-hint": "ipv4" },
        { name: "addr6", type: "binary", "display-hint": "ipv6" },
        { name: "port", type: "u16" },
        { name: "flags", type: "u32", enum: "flags", "enum-as-flags": true },
        { name: "if-idx", type: "s32" },
      ],
    },
    {
      name: "endpoint",
      attributes: [{ name: "addr", type: "nest", "nested-attributes": "address" }],
    },
    {
      name: "attr",
      attributes: [
        { name: "addr", type: "nest", "nested-attributes": "address" },
        { name: "rcv-add-addrs", type: "u32" },
        { name: "subflows", type: "u32" },
        { name: "token", type: "u32" },
        { name: "loc-id", type: "u8" },
        { name: "addr-remote", type: "nest", "nested-attributes": "address" },
      ],
    },
  ],
  operations: {
    list: [
      { name: "get-addr", value: 3, "attribute-set": "endpoint", do: { reply: {} }, dump: { reply: {} } },
      { name: "get-limits", value: 6, "attribute-set": "attr", do: { reply: {} } },
    ],
  },
};

/** The resources that a process has used, a part of the struct: linux/taskstats.h. */
export const TASKSTATS: Spec = {
  name: "TASKSTATS",
  protocol: "genetlink-legacy",
  definitions: [{
    name: "taskstats",
    type: "struct",
    members: [
      { name: "version", type: "u16" },
      { name: "pad", type: "pad", len: 2 },
      { name: "ac-exitcode", type: "u32" },
      { name: "ac-flag", type: "u8" },
      { name: "ac-nice", type: "u8" },
      { name: "pad2", type: "pad", len: 70 },
      { name: "ac-comm", type: "string", len: 32 },
    ],
  }],
  "attribute-sets": [
    {
      name: "aggregate",
      attributes: [
        { name: "pid", type: "u32" },
        { name: "tgid", type: "u32" },
        { name: "stats", type: "binary", struct: "taskstats" },
      ],
    },
    {
      name: "task",
      attributes: [
        { name: "pid", type: "u32" },
        { name: "tgid", type: "u32" },
        { name: "aggr-pid", type: "nest", value: 4, "nested-attributes": "aggregate" },
        { name: "aggr-tgid", type: "nest", "nested-attributes": "aggregate" },
      ],
    },
  ],
  operations: {
    "enum-model": "directional",
    list: [{ name: "new", "attribute-set": "task", do: { request: { value: 1 }, reply: { value: 2 } } }],
  },
};

/** Cooling devices: linux/thermal.h. */
export const THERMAL: Spec = {
  name: "thermal",
  protocol: "genetlink-legacy",
  version: 2,
  "attribute-sets": [{
    name: "thermal",
    attributes: [
      { name: "tz-id", type: "u32", value: 2 },
      { name: "tz-temp", type: "s32" },
    ],
  }],
  operations: { list: [{ name: "tz-get-temp", value: 3, "attribute-set": "thermal", do: { reply: {} } }] },
};

/** Interfaces with their peers: linux/wireguard.h. */
export const WIREGUARD: Spec = {
  name: "wireguard",
  protocol: "genetlink-legacy",
  "attribute-sets": [
    {
      name: "device",
      attributes: [
        { name: "ifindex", type: "u32" },
        { name: "ifname", type: "string" },
        { name: "private-key", type: "binary" },
        { name: "public-key", type: "binary" },
        { name: "flags", type: "u32" },
        { name: "listen-port", type: "u16" },
        { name: "fwmark", type: "u32" },
        { name: "peers", type: "indexed-array", "sub-type": "nest", "nested-attributes": "peer" },
      ],
    },
    {
      name: "peer",
      attributes: [
        { name: "public-key", type: "binary" },
        { name: "preshared-key", type: "binary" },
        { name: "flags", type: "u32" },
        { name: "endpoint", type: "binary" },
        { name: "persistent-keepalive-interval", type: "u16" },
        { name: "last-handshake-time", type: "binary" },
        { name: "rx-bytes", type: "u64" },
        { name: "tx-bytes", type: "u64" },
        { name: "allowed-ips", type: "indexed-array", "sub-type": "nest", "nested-attributes": "ip" },
        { name: "protocol-version", type: "u32" },
      ],
    },
    {
      name: "ip",
      attributes: [
        { name: "family", type: "u16" },
        { name: "ipaddr", type: "binary", "display-hint": "ipv4-or-v6" },
        { name: "cidr-mask", type: "u8" },
      ],
    },
  ],
  operations: { list: [{ name: "get-device", value: 0, "attribute-set": "device", dump: { reply: {} } }] },
};

/** MACsec interfaces, as far as the tests need them: linux/if_macsec.h. */
export const MACSEC: Spec = {
  name: "macsec",
  protocol: "genetlink-legacy",
  "attribute-sets": [
    {
      name: "device",
      attributes: [
        { name: "ifindex", type: "u32" },
        { name: "secy", type: "nest", value: 4, "nested-attributes": "secy" },
      ],
    },
    {
      name: "secy",
      attributes: [
        { name: "encoding-sa", type: "u8", value: 2 },
        { name: "window", type: "u32" },
        { name: "icv-len", type: "u8", value: 5 },
      ],
    },
  ],
  operations: { list: [{ name: "get-txsc", value: 0, "attribute-set": "device", dump: { reply: {} } }] },
};

/** Wireless interfaces, as far as the tests need them: linux/nl80211.h. */
export const NL80211: Spec = {
  name: "nl80211",
  protocol: "genetlink-legacy",
  definitions: [{ name: "iftype", type: "enum", entries: ["unspecified", "adhoc", "station", "ap"] }],
  "attribute-sets": [{
    name: "nl80211",
    attributes: [
      { name: "wiphy", type: "u32" },
      { name: "ifindex", type: "u32", value: 3 },
      { name: "ifname", type: "string" },
      { name: "iftype", type: "u32", enum: "iftype" },
      { name: "mac", type: "binary", "display-hint": "mac" },
      { name: "wdev", type: "u64", value: 153 },
    ],
  }],
  operations: {
    "enum-model": "directional",
    list: [{
      name: "get-interface",
      "attribute-set": "nl80211",
      do: { request: { value: 5 }, reply: { value: 7 } },
      dump: {},
    }],
  },
};

/** Addresses: linux/if_addr.h. Operations have no replies of their own, as in the kernel's own specification. */
export const RT_ADDR: Spec = {
  name: "rt-addr",
  protocol: "netlink-raw",
  protonum: 0,
  definitions: [{
    name: "ifaddrmsg",
    type: "struct",
    members: [
      { name: "ifa-family", type: "u8" },
      { name: "ifa-prefixlen", type: "u8" },
      { name: "ifa-flags", type: "u8" },
      { name: "ifa-scope", type: "u8" },
      { name: "ifa-index", type: "u32" },
    ],
  }],
  "attribute-sets": [{
    name: "addr-attrs",
    attributes: [
      { name: "address", type: "binary", "display-hint": "ipv4" },
      { name: "local", type: "binary", "display-hint": "ipv4" },
    ],
  }],
  operations: {
    "enum-model": "directional",
    "fixed-header": "ifaddrmsg",
    list: [
      {
        name: "newaddr",
        "attribute-set": "addr-attrs",
        do: { request: { value: 20, attributes: ["address", "local"] } },
      },
      {
        name: "deladdr",
        "attribute-set": "addr-attrs",
        do: { request: { value: 21, attributes: ["address", "local"] } },
      },
      { name: "getaddr", "attribute-set": "addr-attrs", dump: { request: { value: 22 }, reply: { value: 20 } } },
    ],
  },
  "mcast-groups": {
    list: [{ name: "rtnlgrp-ipv4-ifaddr", value: 5 }, { name: "rtnlgrp-ipv6-ifaddr", value: 9 }],
  },
};

/** Queueing disciplines and classes: linux/pkt_sched.h. */
export const TC: Spec = {
  name: "tc",
  protocol: "netlink-raw",
  protonum: 0,
  definitions: [{
    name: "tcmsg",
    type: "struct",
    members: [
      { name: "family", type: "u8" },
      { name: "pad", type: "pad", len: 3 },
      { name: "ifindex", type: "s32" },
      { name: "handle", type: "u32" },
      { name: "parent", type: "u32" },
      { name: "info", type: "u32" },
    ],
  }],
  "attribute-sets": [{ name: "attrs", attributes: [{ name: "kind", type: "string" }] }],
  operations: {
    "enum-model": "directional",
    "fixed-header": "tcmsg",
    list: [
      { name: "newqdisc", "attribute-set": "attrs", do: { request: { value: 36 } } },
      { name: "delqdisc", "attribute-set": "attrs", do: { request: { value: 37 } } },
      { name: "getqdisc", "attribute-set": "attrs", do: { request: { value: 38 }, reply: { value: 36 } } },
      { name: "newtclass", "attribute-set": "attrs", do: { request: { value: 40 } } },
      { name: "deltclass", "attribute-set": "attrs", do: { request: { value: 41 } } },
      { name: "gettclass", "attribute-set": "attrs", do: { request: { value: 42 }, reply: { value: 40 } } },
    ],
  },
  "mcast-groups": { list: [{ name: "rtnlgrp-tc", value: 4 }] },
};

/** Routes, with addresses declared as IPv4: linux/rtnetlink.h. */
export const RT_ROUTE: Spec = {
  name: "rt-route",
  protocol: "netlink-raw",
  protonum: 0,
  definitions: [{
    name: "rtmsg",
    type: "struct",
    members: [
      ...["family", "dst-len", "src-len", "tos", "table", "protocol", "scope", "type"].map((name) => ({
        name: `rtm-${name}`,
        type: "u8",
      })),
      { name: "rtm-flags", type: "u32" },
    ],
  }],
  "attribute-sets": [{
    name: "route-attrs",
    attributes: [
      { name: "dst", type: "binary", "display-hint": "ipv4" },
      { name: "oif", type: "u32", value: 4 },
      { name: "gateway", type: "binary", "display-hint": "ipv4" },
      { name: "table", type: "u32", value: 15 },
    ],
  }],
  operations: {
    "enum-model": "directional",
    "fixed-header": "rtmsg",
    list: [
      {
        name: "getroute",
        "attribute-set": "route-attrs",
        do: { request: { value: 26 }, reply: { value: 24 } },
        dump: { request: { value: 26 }, reply: { value: 24 } },
      },
      { name: "newroute", "attribute-set": "route-attrs", do: { request: { value: 24 } } },
      { name: "delroute", "attribute-set": "route-attrs", do: { request: { value: 25 } } },
    ],
  },
};
