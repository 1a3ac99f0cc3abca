/**
 * RDMA devices, as with `rdma dev`.
 *
 * ```ts ignore
 * import { devices } from "@linux/netlink/families/rdma/devices.ts";
 * for (const { name, nodeType, protocol, nodeGuid } of devices.list()) console.log(name, nodeType, protocol, nodeGuid);
 * devices.set("rxe0", { name: "left" });
 * ```
 *
 * Reading needs no privilege, changing needs CAP_NET_ADMIN. `links.ts` makes and deletes devices on network interfaces.
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  type Derived,
  enumeration,
  key,
  mask64,
  type Reader,
  readOnly,
  type Shape,
  shown,
  string,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, type Merge, onShared, type Verb } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { NLMSG_HDRLEN } from "../../core/message.ts";
import { declareMessages } from "../../core/messages.ts";
import type { Operation } from "../../core/protocol.ts";
import type { Listening } from "../../core/watch.ts";
import { RdmaEvent } from "./events.ts";
import {
  guid,
  hasAttribute,
  NETLINK_RDMA,
  PORT_STATE_ATTRIBUTE,
  RDMA_NL,
  RDMA_NL_GROUP,
  withoutFlags,
} from "./protocol.ts";

const { RDMA_NLDEV_CMD_GET, RDMA_NLDEV_CMD_SET, RDMA_NLDEV_CMD_NEWDEV, RDMA_NLDEV_CMD_DELDEV } = RDMA_NL;

/** IB_DEVICE_*: what a device can do. */
export const DEVICE_CAP: Readonly<Record<DeviceCap, bigint>> = {
  resize_max_wr: 1n << 0n,
  bad_pkey_cntr: 1n << 1n,
  bad_qkey_cntr: 1n << 2n,
  raw_multi: 1n << 3n,
  auto_path_mig: 1n << 4n,
  change_phy_port: 1n << 5n,
  ud_av_port_enforce: 1n << 6n,
  curr_qp_state_mod: 1n << 7n,
  shutdown_port: 1n << 8n,
  port_active_event: 1n << 10n,
  sys_image_guid: 1n << 11n,
  rc_rnr_nak_gen: 1n << 12n,
  srq_resize: 1n << 13n,
  n_notify_cq: 1n << 14n,
  mem_window: 1n << 17n,
  ud_ip_csum: 1n << 18n,
  xrc: 1n << 20n,
  mem_mgt_extensions: 1n << 21n,
  mem_window_type_2a: 1n << 23n,
  mem_window_type_2b: 1n << 24n,
  rc_ip_csum: 1n << 25n,
  raw_ip_csum: 1n << 26n,
  managed_flow_steering: 1n << 29n,
  raw_scatter_fcs: 1n << 34n,
  pci_write_end_padding: 1n << 36n,
  flush_global: 1n << 38n,
  flush_persistent: 1n << 39n,
  atomic_write: 1n << 40n,
  cc_dma_bounce: 1n << 41n,
};

/** A capability of a device. */
export type DeviceCap =
  | "resize_max_wr"
  | "bad_pkey_cntr"
  | "bad_qkey_cntr"
  | "raw_multi"
  | "auto_path_mig"
  | "change_phy_port"
  | "ud_av_port_enforce"
  | "curr_qp_state_mod"
  | "shutdown_port"
  | "port_active_event"
  | "sys_image_guid"
  | "rc_rnr_nak_gen"
  | "srq_resize"
  | "n_notify_cq"
  | "mem_window"
  | "ud_ip_csum"
  | "xrc"
  | "mem_mgt_extensions"
  | "mem_window_type_2a"
  | "mem_window_type_2b"
  | "rc_ip_csum"
  | "raw_ip_csum"
  | "managed_flow_steering"
  | "raw_scatter_fcs"
  | "pci_write_end_padding"
  | "flush_global"
  | "flush_persistent"
  | "atomic_write"
  | "cc_dma_bounce";

/** RDMA_NODE_*: kinds of devices. */
export const NODE_TYPE = { ca: 1, switch: 2, router: 3, rnic: 4, usnic: 5, usnic_udp: 6, unspecified: 7 } as const;

/** The kind of a device: a channel adapter (InfiniBand, RoCE), a switch, a router, or an adapter of iWARP (`rnic`). */
export type NodeType = keyof typeof NODE_TYPE | number;

/** RDMA_DEVICE_TYPE_*: kinds of sub-devices. */
export const SUB_DEVICE_TYPE = { smi: 1 } as const;

/** An RDMA device. */
export interface Device {
  /** The number of the device, which never changes. */
  index?: number;
  /** The name of the device, at most 63 bytes. */
  name?: string;
  /** Number of ports. */
  ports?: number;
  /** Capabilities; a bit without a name is its value. */
  capFlags?: readonly (DeviceCap | bigint)[];
  /** Version of the firmware; absent if the device has none. */
  fwVersion?: string;
  /** GUID of the node. */
  nodeGuid?: string;
  /** GUID of the system image: devices of one adapter have the same. */
  sysImageGuid?: string;
  /** The kind of the device. */
  nodeType?: NodeType;
  /** True if completion queues adapt the rate of interrupts. Kernels since 5.3. */
  dim?: boolean;
  /** The kind of a sub-device; absent for other devices. Kernels since 6.11. */
  type?: keyof typeof SUB_DEVICE_TYPE | number;
  /** Name of the device that a sub-device belongs to. Kernels since 6.11. */
  parentName?: string;
  /** The origin of the name: given by the user, or by the kernel, which udev may rename. Kernels since 6.12. */
  nameAssignType?: "unknown" | "user" | number;
  /** Protocol of the first port. */
  protocol?: string;
  /** As input to `set`: the network namespace to move to, by a name of `ip netns` or a path. */
  netns?: string;
}

const RDMA_NLDEV_NET_NS_FD = 68;

/** A network namespace, opened and sent as file descriptor. */
const netns: Derived<string> = {
  apply(value, to, owner) {
    if (typeof value !== "string") {
      to.fail(TypeError, `expected the name or path of a namespace, got ${shown(value)}`);
    }
    const descriptor = to.namespaceFd(value), start = to.open(RDMA_NLDEV_NET_NS_FD);
    u32.encode(descriptor, to, owner);
    to.close(start);
  },
  use: "input",
};

/** Wire form of {@linkcode Device}: RDMA_NLDEV_ATTR_*. */
export const Device: Attributes<Device> = attributes((): Shape<Device> => ({
  index: [1, u32, key],
  name: [2, string(63)],
  ports: [3, u32, readOnly],
  capFlags: [4, mask64(DEVICE_CAP), readOnly],
  fwVersion: [5, string(255), readOnly],
  nodeGuid: [6, guid, readOnly],
  sysImageGuid: [7, guid, readOnly],
  nodeType: [14, enumeration(u8, NODE_TYPE), readOnly],
  dim: [84, bool(u8)],
  type: [99, enumeration(u8, SUB_DEVICE_TYPE)],
  parentName: [100, string(63)],
  nameAssignType: [101, enumeration(u8, { unknown: 0, user: 1 }), readOnly],
  protocol: [67, string(255), readOnly],
  netns,
}), { pad: 0 });

/** A device as input: {@linkcode Device}. */
export type DeviceInput = Input<Device>;

/** A device to find: its name, its number, or an object with one of them. */
export type DeviceKey = string | number | DeviceInput;

/** Returns the fields of a key that is a device's name or number. */
export function deviceFields(key: string | number): DeviceInput {
  return typeof key === "number" ? { index: key } : { name: key };
}

/** Changes that a request can make, in the order in which they are made: after a move the device is not seen. */
const CHANGES = ["dim", "name", "netns"] as const;

const declaration: Declaration<Device> = {
  protocol: NETLINK_RDMA,
  object: "RDMA device",
  table: Device,
  messages: {
    new: RDMA_NLDEV_CMD_NEWDEV,
    del: RDMA_NLDEV_CMD_DELDEV,
    get: RDMA_NLDEV_CMD_GET,
    set: RDMA_NLDEV_CMD_SET,
    reply: RDMA_NLDEV_CMD_GET,
  },
  groups: [RDMA_NL_GROUP.RDMA_NL_GROUP_NOTIFY],
  filters: [],
  describe: (value) => String((value as Device).name ?? (value as Device).index ?? ""),
  identity: ({ index }) => String(index),
  fromKey: deviceFields,
  keyOf: (value) => {
    const { index, name } = value as Device;
    // The number alone tells: the name may have changed.
    return index === undefined ? { name } : { index };
  },
  // The kernel finds devices by number only.
  listOnly: true,
  compares: (key) => (key as Device).index !== undefined,
  fixed: ["index", "type", "parentName"],
  merge: ({ found, changes }: Merge<Device>) => ({ index: found.index, ...changes }),
  prepare(value, verb: Verb) {
    const device = value as Device;
    if (verb === "append" || verb === "replace") {
      throw argumentError(TypeError, `Cannot ${verb} an RDMA device: the kernel makes and deletes them only`);
    }
    if (verb === "add" && (device.name === undefined || device.type === undefined || device.parentName === undefined)) {
      throw argumentError(
        TypeError,
        "Cannot add an RDMA device: a sub-device needs name, type and parentName; links.add makes devices on interfaces",
      );
    }
    if (verb === "delete") return { index: device.index, name: device.name };
    return device;
  },
  hint(code, _details, value) {
    const { netns, dim } = value as Device;
    if (netns !== undefined && code === "EOPNOTSUPP") {
      return 'devices move only in exclusive mode, system.set({ netnsMode: "exclusive" }), and if their driver can';
    }
    if (dim !== undefined && code === "EOPNOTSUPP") return "the driver has no adaptive moderation";
    return undefined;
  },
};

const DEVICE = Device as Codec<unknown, never>;

declareMessages(
  NETLINK_RDMA,
  { types: [RDMA_NLDEV_CMD_SET, RDMA_NLDEV_CMD_NEWDEV, RDMA_NLDEV_CMD_DELDEV], codec: DEVICE },
  { types: [RDMA_NLDEV_CMD_GET], codec: DEVICE, way: "request" },
  {
    types: [RDMA_NLDEV_CMD_GET],
    codec: DEVICE,
    way: "answer",
    concerns: (from, at) => !hasAttribute(from, at, PORT_STATE_ATTRIBUTE),
  },
);

/** The devices of one network namespace; in shared mode, of all. */
export class Devices extends Collection<Device, DeviceInput, DeviceKey> {
  readonly #open: () => Client;

  /** See {@linkcode Collection}. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(declaration, open, requester);
    this.#open = open;
  }

  /** See {@linkcode Collection.operation}. A sub-device is made by the number of the device that it belongs to. */
  override operation(verb: Verb, type: number, given: object, reply?: number): Operation {
    const operation = withoutFlags(super.operation(verb, type, given, reply));
    if (verb !== "add") return operation;
    const { parentName, ...device } = operation.value as Device;
    const parent = this.#open().deferred ? {} : { index: this.get(parentName!).index };
    return { ...operation, value: { ...device, ...parent } };
  }

  /**
   * Changes the given fields of a device, each with a request of its own: `dim`, then `name`, then `netns`.
   *
   * ```ts ignore
   * devices.set("rxe0", { name: "left", netns: "blue" });
   * ```
   *
   * @throws {KernelError} EOPNOTSUPP: the network namespaces share devices (see `system`), or the driver has no adaptive
   * moderation; EEXIST: another device has the name
   */
  override set(key: DeviceKey, changes: DeviceInput): void {
    const given = isFields(changes) ? CHANGES.filter((name) => changes[name] !== undefined) : [];
    if (given.length < 2) return super.set(key, changes);
    const others = Object.fromEntries(Object.entries(changes).filter(([name]) => !given.includes(name as never)));
    const same = this.#open().deferred ? key : { index: this.get(key).index! };
    for (const name of given) super.set(same, { ...others, [name]: changes[name] });
  }

  /** See {@linkcode Collection.listening}: devices are new, have other names, and are gone. */
  override listening(client: Client): Listening<Device> {
    const eventOf = (from: Reader, at: number, end: number): RdmaEvent => RdmaEvent.decode(from, at, end, {});
    return {
      groups: declaration.groups,
      types: [RDMA_NL.RDMA_NLDEV_CMD_MONITOR],
      codec: {
        ...Device,
        name: "an event of an RDMA device",
        // Events have the number and the name only.
        decode: (from, at, end) => {
          const { event, index, name } = eventOf(from, at, end), there = event !== "unregister";
          return (there ? new Devices(() => client).find(index!) : undefined) ?? { index: index!, name: name! };
        },
        encode: (value, to, owner) => Device.encode(value, to, owner),
      },
      event(type, from, at) {
        if (type !== RDMA_NL.RDMA_NLDEV_CMD_MONITOR) return undefined;
        const { event } = eventOf(from, at, at - NLMSG_HDRLEN + from.view.getUint32(at - NLMSG_HDRLEN, true));
        return event === "register" || event === "rename" ? "new" : event === "unregister" ? "del" : undefined;
      },
    };
  }
}

/** The devices, on a socket that the first use opens. */
export const devices: Devices = new Devices(onShared(NETLINK_RDMA));

export * from "./protocol.ts";
