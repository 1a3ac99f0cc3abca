/**
 * Character devices by which programs use RDMA, and pools of memory registrations.
 *
 * ```ts ignore
 * import { chardevs } from "@linux/netlink/families/rdma/chardevs.ts";
 * console.log(chardevs.get("uverbs", "rxe0").name); // uverbs0, in /dev/infiniband
 * ```
 *
 * @module
 */
import { bindMethods, expectFields, expectNames, expectOptions, expectType } from "../../core/arguments.ts";
import type { Client } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  count64,
  listOf,
  type Shape,
  shown,
  string,
  u32,
  u64,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { argumentError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { type DeviceKey, Devices } from "./devices.ts";
import { PerDevice } from "./per_device.ts";
import { NETLINK_RDMA, RDMA_NL } from "./protocol.ts";

/**
 * A device number as text: `231:192`, as in sysfs. The minor number has bits 0 to 7 and from 20 on, the major one those
 * in between.
 */
const deviceNumber: Codec<string> = {
  name: "a device number",
  size: 8,
  decode(from, at) {
    const number = from.view.getUint32(at, true);
    return `${number >>> 8 & 0xfff}:${number & 0xff | number >>> 12 & 0xfff00}`;
  },
  encode(value, to) {
    const [, major, minor] = /^(\d+):(\d+)$/.exec(String(value)) ?? [];
    if (major === undefined || Number(major) > 0xfff || Number(minor) > 0xfffff) {
      to.fail(TypeError, `expected a device number like "231:192", got ${shown(value)}`);
    }
    const low = Number(minor), number = low & 0xff | Number(major) << 8 | (low & 0xfff00) << 12;
    to.view.setUint32(to.grow(8), number, true);
  },
};

/** A character device. */
export interface Chardev {
  /** The number of the RDMA device, of kinds that have one for each. */
  index?: number;
  /** The port of the RDMA device, of kinds that have one for each. */
  port?: number;
  /** The kind: `uverbs`, `rdma_cm`, `umad`, `issm` … */
  type?: string;
  /** Its name in /dev/infiniband. */
  name?: string;
  /** Version of the interface to programs. */
  abi?: number;
  /** Major and minor number: `231:192`. */
  chardev?: string;
  /** The number of the driver of `uverbs`: RDMA_DRIVER_*. */
  driverId?: number;
}

/** Wire form of {@linkcode Chardev}: RDMA_NLDEV_ATTR_CHARDEV_*. */
export const Chardev: Attributes<Chardev> = attributes((): Shape<Chardev> => ({
  index: [1, u32],
  port: [3, u32],
  type: [69, string(31)],
  name: [70, string(255)],
  abi: [71, count64],
  chardev: [72, deviceNumber],
  driverId: [73, u32],
}), { pad: 0 });

/** The key of a pool. */
export interface PoolKey {
  /** True if the device translates addresses. */
  ats?: boolean;
  /** Flags of access. */
  accessFlags?: number;
  /** Number of the driver. */
  vendorKey?: bigint;
  /** Number of blocks of memory. */
  numDmaBlocks?: bigint;
  /** Number of the driver, of pools for the kernel itself. */
  kernelVendorKey?: bigint;
}

/** Wire form of {@linkcode PoolKey}: RDMA_NLDEV_ATTR_FRMR_POOL_KEY_*. */
export const PoolKey: Attributes<PoolKey> = attributes((): Shape<PoolKey> => ({
  ats: [108, bool(u8)],
  accessFlags: [109, u32],
  vendorKey: [110, u64],
  numDmaBlocks: [111, u64],
  kernelVendorKey: [117, u64],
}), { pad: 0 });

/** A pool of fast registrations of memory. */
export interface FrmrPool {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The key, which tells pools of a device apart. */
  key?: PoolKey;
  /** Number of free registrations. */
  queueHandles?: number;
  /** Most registrations that were in use. */
  maxInUse?: number;
  /** Number of registrations in use. */
  inUse?: number;
  /** Number of registrations that stay though nobody uses them. */
  pinnedHandles?: number;
}

const frmrPool = (): Shape<FrmrPool> => ({
  index: [1, u32],
  name: [2, string(63)],
  key: [107, PoolKey],
  queueHandles: [112, u32],
  maxInUse: [113, count64],
  inUse: [114, count64],
  pinnedHandles: [116, u32],
});

/** Wire form of {@linkcode FrmrPool}: RDMA_NLDEV_ATTR_FRMR_POOL_*. */
export const FrmrPool: Attributes<FrmrPool> = attributes(frmrPool, { pad: 0 });

/** A message about pools. */
export interface FrmrPools extends FrmrPool {
  /** The pools of the device. */
  frmrPools?: readonly FrmrPool[];
  /** Seconds after which unused registrations are freed. */
  agingPeriod?: number;
  /** True if pools for the kernel itself are wanted too. */
  driverDetails?: boolean;
}

/** Wire form of {@linkcode FrmrPools}: RDMA_NLDEV_ATTR_FRMR_POOLS_*. */
export const FrmrPools: Attributes<FrmrPools> = attributes((): Shape<FrmrPools> => ({
  ...frmrPool(),
  frmrPools: [105, listOf(106, FrmrPool)],
  agingPeriod: [115, u32],
  driverDetails: [97, bool(u8)],
}), { pad: 0 });

const CHARDEV = Chardev as Codec<unknown, never>, POOLS = FrmrPools as Codec<unknown, never>;
const { RDMA_NLDEV_CMD_GET_CHARDEV, RDMA_NLDEV_CMD_FRMR_POOLS_GET, RDMA_NLDEV_CMD_FRMR_POOLS_SET } = RDMA_NL;

declareMessages(
  NETLINK_RDMA,
  { types: [RDMA_NLDEV_CMD_GET_CHARDEV], codec: CHARDEV },
  { types: [RDMA_NLDEV_CMD_FRMR_POOLS_GET, RDMA_NLDEV_CMD_FRMR_POOLS_SET], codec: POOLS },
);

/** Operations on character devices. */
export class Chardevs {
  readonly #open: () => Client;

  /** Sends requests through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    bindMethods(this);
  }

  /**
   * Returns a character device of RDMA. The kernel loads the module of its kind.
   *
   * ```ts ignore
   * chardevs.get("uverbs", "rxe0").name; // uverbs0
   * chardevs.get("rdma_cm").name; // rdma_cm
   * ```
   *
   * @param device the RDMA device, of kinds that have one for each
   * @param port the port, of kinds that have one for each
   * @throws {KernelError} EINVAL, ENODEV, ENOENT, EOPNOTSUPP: there is none of that kind
   */
  get(type: string, device?: DeviceKey, port?: number): Chardev {
    expectType(type, "get a character device", "string");
    const what = `get character device ${shown(type)}`;
    const value = {
      type,
      ...(device === undefined ? {} : { index: new Devices(this.#open).get(device).index }),
      ...(port === undefined ? {} : { port }),
    };
    const reply = RDMA_NLDEV_CMD_GET_CHARDEV;
    const found = this.#open().request({ type: reply, flags: 0, codec: CHARDEV, value, what, reply, looks: true });
    return found as Chardev;
  }
}

/** Operations on pools of fast registrations of memory. Kernels since 7.1. */
export class FrmrPoolCollection {
  readonly #open: () => Client;

  /** Sends requests through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    bindMethods(this);
  }

  /**
   * Returns the pools of all devices.
   *
   * @param details true for the pools for the kernel itself too
   */
  list(options: { details?: boolean } = {}): FrmrPool[] {
    expectOptions(options, "list pools of memory registrations", { details: "boolean" });
    const { details } = options;
    const all = new PerDevice(this.#open(), (message) => {
      const { index, name, frmrPools = [] } = message as FrmrPools;
      return frmrPools.map((one) => ({ index, name, ...one }));
    });
    return all.dump({
      type: RDMA_NLDEV_CMD_FRMR_POOLS_GET,
      flags: 0,
      codec: POOLS,
      value: details === true ? { driverDetails: true } : {},
      what: "list pools of memory registrations",
      reply: RDMA_NLDEV_CMD_FRMR_POOLS_GET,
    }) as FrmrPool[];
  }

  /** Changes the pools of a device: seconds until unused registrations are freed, or how many of one pool stay. */
  set(device: DeviceKey, changes: Pick<FrmrPools, "agingPeriod" | "pinnedHandles" | "key">): void {
    const what = "set pools of memory registrations", names = ["agingPeriod", "pinnedHandles", "key"];
    expectFields(changes, what);
    expectNames(changes, what, names);
    const { agingPeriod, pinnedHandles, key } = changes;
    if ((pinnedHandles === undefined) !== (key === undefined)) {
      throw argumentError(TypeError, `Cannot ${what}: pinnedHandles and key belong together`);
    }
    const { index } = new Devices(this.#open).get(device);
    const values = [
      ...(agingPeriod === undefined ? [] : [{ index, agingPeriod }]),
      ...(pinnedHandles === undefined ? [] : [{ index, pinnedHandles, key }]),
    ];
    for (const value of values) {
      this.#open().request({ type: RDMA_NLDEV_CMD_FRMR_POOLS_SET, flags: 0, codec: POOLS, value, what });
    }
  }
}

/** The character devices, on a socket that the first use opens. */
export const chardevs: Chardevs = new Chardevs(onShared(NETLINK_RDMA));

/** The pools of memory registrations, on a socket that the first use opens. */
export const frmrPools: FrmrPoolCollection = new FrmrPoolCollection(onShared(NETLINK_RDMA));
