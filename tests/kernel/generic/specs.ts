/** Small specifications of families that kernels have, written down from their headers. */
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

/** What TCP remembers: linux/tcp_metrics.h. */
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
