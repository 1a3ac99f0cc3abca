/**
 * Ports of RDMA devices, as with `rdma link`, and the devices that the kernel makes on network interfaces: `rxe`
 * (RoCE over Ethernet) and `siw` (iWARP over TCP).
 *
 * ```ts ignore
 * import { links } from "@linux/netlink/families/rdma/links.ts";
 * links.add({ name: "rxe0", kind: "rxe", dev: "eth0" });
 * for (const { name, port, state, dev } of links.list()) console.log(`${name}/${port}`, state, dev);
 * links.delete("rxe0");
 * ```
 *
 * Reading needs no privilege, changing needs CAP_NET_ADMIN.
 *
 * @module
 */
import { operationOf } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  key,
  mask64,
  readOnly,
  type Shape,
  string,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import type { Operation } from "../../core/protocol.ts";
import { PerDevice } from "./per_device.ts";
import { guid, hasAttribute, NETLINK_RDMA, PORT_STATE_ATTRIBUTE, RDMA_NL, withoutFlags } from "./protocol.ts";

const { RDMA_NLDEV_CMD_GET, RDMA_NLDEV_CMD_NEWLINK, RDMA_NLDEV_CMD_DELLINK, RDMA_NLDEV_CMD_PORT_GET } = RDMA_NL;

/** A capability of a port of InfiniBand. */
export type PortCap =
  | "sm"
  | "notice"
  | "trap"
  | "opt_ipd"
  | "auto_migr"
  | "sl_map"
  | "mkey_nvram"
  | "pkey_nvram"
  | "led_info"
  | "sm_disabled"
  | "sys_image_guid"
  | "pkey_sw_ext_port_trap"
  | "extended_speeds"
  | "cm"
  | "snmp_tunnel"
  | "reinit"
  | "device_mgmt"
  | "vendor_class"
  | "dr_notice"
  | "cap_mask_notice"
  | "boot_mgmt"
  | "link_latency"
  | "client_reg"
  | "ip_based_gids";

/** IB_PORT_*: what a port of InfiniBand can do. */
export const PORT_CAP: Readonly<Record<PortCap, bigint>> = {
  sm: 1n << 1n,
  notice: 1n << 2n,
  trap: 1n << 3n,
  opt_ipd: 1n << 4n,
  auto_migr: 1n << 5n,
  sl_map: 1n << 6n,
  mkey_nvram: 1n << 7n,
  pkey_nvram: 1n << 8n,
  led_info: 1n << 9n,
  sm_disabled: 1n << 10n,
  sys_image_guid: 1n << 11n,
  pkey_sw_ext_port_trap: 1n << 12n,
  extended_speeds: 1n << 14n,
  cm: 1n << 16n,
  snmp_tunnel: 1n << 17n,
  reinit: 1n << 18n,
  device_mgmt: 1n << 19n,
  vendor_class: 1n << 20n,
  dr_notice: 1n << 21n,
  cap_mask_notice: 1n << 22n,
  boot_mgmt: 1n << 23n,
  link_latency: 1n << 24n,
  client_reg: 1n << 25n,
  ip_based_gids: 1n << 26n,
};

/** IB_PORT_*: states of a port. */
export const PORT_STATE = { nop: 0, down: 1, init: 2, armed: 3, active: 4, active_defer: 5 } as const;

/** IB_PORT_PHYS_STATE_*: states of a port's physical layer. */
export const PORT_PHYS_STATE = {
  sleep: 1,
  polling: 2,
  disabled: 3,
  port_configuration_training: 4,
  link_up: 5,
  link_error_recovery: 6,
  phy_test: 7,
  opa_offline: 9,
  opa_test: 11,
} as const;

/** A port of an RDMA device; as input of `add`, a device to make on a network interface. */
export interface RdmaLink {
  /** The number of the RDMA device. */
  index?: number;
  /** The name of the RDMA device. */
  name?: string;
  /** The number of the port, from 1. */
  port?: number;
  /** Capabilities of a port of InfiniBand; a bit without a name is its value. */
  capFlags?: readonly (PortCap | bigint)[];
  /** Prefix of the subnet, of InfiniBand. */
  subnetPrefix?: string;
  /** Local identifier, of InfiniBand. */
  lid?: number;
  /** Local identifier of the subnet manager, of InfiniBand. */
  smLid?: number;
  /** Number of bits of the local identifier that select a path, of InfiniBand. */
  lmc?: number;
  /** State of the port. */
  state?: keyof typeof PORT_STATE | number;
  /** State of the physical layer. */
  physState?: keyof typeof PORT_PHYS_STATE | number;
  /** The number of the port's network interface; absent if it is in another network namespace. */
  ifindex?: number;
  /** The name of the port's network interface. */
  dev?: string;
  /** As input of `add`: the driver that makes the device, `rxe` or `siw`. */
  kind?: string;
}

/** Wire form of {@linkcode RdmaLink}: RDMA_NLDEV_ATTR_*. */
export const RdmaLink: Attributes<RdmaLink> = attributes((): Shape<RdmaLink> => ({
  index: [1, u32, key],
  name: [2, string(63)],
  port: [3, u32, key],
  capFlags: [4, mask64(PORT_CAP), readOnly],
  subnetPrefix: [8, guid, readOnly],
  lid: [9, u32, readOnly],
  smLid: [10, u32, readOnly],
  lmc: [11, u8, readOnly],
  state: [PORT_STATE_ATTRIBUTE, enumeration(u8, PORT_STATE), readOnly],
  physState: [13, enumeration(u8, PORT_PHYS_STATE), readOnly],
  ifindex: [50, u32, readOnly],
  dev: [51, string(15)],
  kind: [65, string(15), "input"],
}), { pad: 0 });

/** A port as input: {@linkcode RdmaLink}. */
export type RdmaLinkInput = Input<RdmaLink>;

/** A port to find: `rxe0/1`, or `rxe0` for the first port of a device; its number; or an object. */
export type RdmaLinkKey = string | number | RdmaLinkInput;

/** Returns the fields of a key that is a port's name or the number of a device. */
export function linkFields(key: string | number): RdmaLinkInput {
  if (typeof key === "number") return { index: key };
  const [, name, port] = /^([^]*?)(?:\/(\d+))?$/.exec(key)!;
  return { name: name!, ...(port === undefined ? {} : { port: Number(port) }) };
}

function describe(value: object): string {
  const { name, index, port } = value as RdmaLink, device = name ?? index;
  return device === undefined ? "" : port === undefined ? String(device) : `${device}/${port}`;
}

const declaration: Declaration<RdmaLink> = {
  object: "RDMA link",
  table: RdmaLink,
  messages: {
    new: RDMA_NLDEV_CMD_NEWLINK,
    del: RDMA_NLDEV_CMD_DELLINK,
    get: RDMA_NLDEV_CMD_PORT_GET,
    reply: RDMA_NLDEV_CMD_PORT_GET,
  },
  groups: [],
  filters: ["index"],
  describe,
  identity: ({ index, port }) => `${index}/${port}`,
  fromKey: linkFields,
  keyOf: (value) => {
    const { index, name, port } = value as RdmaLink;
    return { ...(index === undefined ? { name } : { index }), port };
  },
  listOnly: true,
  compares: (key) => (key as RdmaLink).index !== undefined,
  prepare(value, verb: Verb) {
    const { name, kind, dev, index } = value as RdmaLink;
    if (verb === "delete") return { index, name };
    if (verb === "get" || verb === "list") return value;
    if (verb !== "add") {
      throw argumentError(TypeError, `Cannot ${verb} an RDMA link: the kernel only makes and deletes devices`);
    }
    for (const [field, one] of Object.entries({ name, kind, dev })) {
      if (one !== undefined) continue;
      throw argumentError(TypeError, `Cannot ${operationOf("add", declaration, value)}: ${field} is missing`);
    }
    return value;
  },
  hint(code, _details, value) {
    const { kind, dev } = value as RdmaLink;
    if (kind !== undefined && code === "ENODEV") return `no interface is called ${JSON.stringify(dev)}`;
    if (kind !== undefined && code === "EINVAL") {
      return `the kernel may lack the driver: modprobe ${kind === "rxe" ? "rdma_rxe" : kind} loads it`;
    }
    return kind === undefined && code === "EINVAL" ? "only devices on network interfaces can be deleted" : undefined;
  },
};

const LINK = RdmaLink as Codec<unknown, never>;

declareMessages(
  NETLINK_RDMA,
  { types: [RDMA_NLDEV_CMD_NEWLINK, RDMA_NLDEV_CMD_DELLINK, RDMA_NLDEV_CMD_PORT_GET], codec: LINK },
  // The kernel answers a request for one port with the type of devices.
  {
    types: [RDMA_NLDEV_CMD_GET],
    codec: LINK,
    way: "answer",
    concerns: (from, at) => hasAttribute(from, at, PORT_STATE_ATTRIBUTE),
  },
);

/** The ports of the devices of one network namespace. */
export class RdmaLinks extends Collection<RdmaLink, RdmaLinkInput, RdmaLinkKey> {
  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, () => new PerDevice(requester()));
  }

  /** See {@linkcode Collection.operation}. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    return withoutFlags(super.operation(verb, type, given, reply));
  }
}

/** The ports, on a socket that the first use opens. */
export const links: RdmaLinks = new RdmaLinks(onShared(NETLINK_RDMA));

export * from "./protocol.ts";
