/**
 * Specifications of small families that have no module of their own, so that their attributes have names.
 *
 * Source: linux/nbd-netlink.h, v6.1; linux/quota.h, v7.2; the kernel's drivers/acpi/event.c.
 * @module
 */
import type { Spec } from "./spec.ts";

/** nbd: network block devices. */
const nbd: Spec = {
  name: "nbd",
  version: 1,
  doc: "network block devices; modprobe nbd, CONFIG_BLK_DEV_NBD",
  definitions: [
    { name: "client-flags", type: "flags", entries: ["destroy-on-disconnect", "disconnect-on-close"] },
  ],
  "attribute-sets": [
    {
      name: "nbd",
      attributes: [
        { name: "index", type: "u32" },
        { name: "size-bytes", type: "u64" },
        { name: "block-size-bytes", type: "u64" },
        { name: "timeout", type: "u64" },
        { name: "server-flags", type: "u64" },
        { name: "client-flags", type: "u64", enum: "client-flags" },
        { name: "sockets", type: "nest", "nested-attributes": "sockets" },
        { name: "dead-conn-timeout", type: "u64" },
        { name: "device-list", type: "nest", "nested-attributes": "devices" },
        { name: "backend-identifier", type: "string" },
      ],
    },
    {
      name: "sockets",
      attributes: [{ name: "item", type: "nest", "multi-attr": true, "nested-attributes": "socket" }],
    },
    { name: "socket", attributes: [{ name: "fd", type: "u32" }] },
    {
      name: "devices",
      attributes: [{ name: "item", type: "nest", "multi-attr": true, "nested-attributes": "device" }],
    },
    { name: "device", attributes: [{ name: "index", type: "u32" }, { name: "connected", type: "u8" }] },
  ],
  operations: {
    list: [
      {
        name: "connect",
        "attribute-set": "nbd",
        do: {
          request: {
            attributes: [
              "index",
              "size-bytes",
              "block-size-bytes",
              "timeout",
              "server-flags",
              "client-flags",
              "sockets",
              "dead-conn-timeout",
              "backend-identifier",
            ],
          },
          reply: { attributes: ["index"] },
        },
      },
      { name: "disconnect", "attribute-set": "nbd", do: { request: { attributes: ["index"] } } },
      {
        name: "reconfigure",
        "attribute-set": "nbd",
        do: { request: { attributes: ["index", "sockets", "timeout", "dead-conn-timeout", "backend-identifier"] } },
      },
      { name: "link-dead", "attribute-set": "nbd", event: { attributes: ["index"] }, mcgrp: "nbd_mc_group" },
      {
        name: "status",
        "attribute-set": "nbd",
        do: { request: { attributes: ["index"] }, reply: { attributes: ["device-list"] } },
      },
    ],
  },
  "mcast-groups": { list: [{ name: "nbd_mc_group" }] },
};

/** VFS_DQUOT: warnings of disk quotas. */
const quota: Spec = {
  name: "VFS_DQUOT",
  version: 1,
  doc: "warnings when a disk quota is exceeded; CONFIG_QUOTA_NETLINK_INTERFACE",
  definitions: [
    { name: "qtype", type: "enum", entries: ["user", "group", "project"] },
    {
      name: "warning",
      type: "enum",
      entries: [
        "nowarn",
        "ihardwarn",
        "isoftlongwarn",
        "isoftwarn",
        "bhardwarn",
        "bsoftlongwarn",
        "bsoftwarn",
        "ihardbelow",
        "isoftbelow",
        "bhardbelow",
        "bsoftbelow",
      ],
    },
  ],
  "attribute-sets": [{
    name: "quota",
    attributes: [
      { name: "qtype", type: "u32", enum: "qtype" },
      { name: "excess-id", type: "u64" },
      { name: "warning", type: "u32", enum: "warning" },
      { name: "dev-major", type: "u32" },
      { name: "dev-minor", type: "u32" },
      { name: "caused-id", type: "u64" },
      { name: "pad", type: "pad" },
    ],
  }],
  operations: {
    list: [{ name: "warning", "attribute-set": "quota", event: {}, mcgrp: "events" }],
  },
  "mcast-groups": { list: [{ name: "events" }] },
};

/** acpi_event: events of ACPI's buttons, lids and batteries. */
const acpi: Spec = {
  name: "acpi_event",
  version: 1,
  doc: "what acpid hears: buttons, lids, batteries; CONFIG_ACPI",
  definitions: [{
    name: "event",
    type: "struct",
    members: [
      { name: "device-class", type: "string", len: 20 },
      { name: "bus-id", type: "string", len: 15 },
      { name: "pad", type: "pad", len: 1 },
      { name: "type", type: "u32" },
      { name: "data", type: "u32" },
    ],
  }],
  "attribute-sets": [{ name: "acpi", attributes: [{ name: "event", type: "binary", struct: "event" }] }],
  operations: {
    list: [{ name: "event", "attribute-set": "acpi", event: {}, mcgrp: "acpi_mc_group" }],
  },
  "mcast-groups": { list: [{ name: "acpi_mc_group" }] },
};

/** The specifications by family name. */
export const KNOWN: Readonly<Record<string, Spec>> = { nbd, VFS_DQUOT: quota, acpi_event: acpi };
