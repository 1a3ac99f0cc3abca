/**
 * netdev: queues, NAPI instances, page pools and statistics of network devices, and their XDP features.
 *
 * ```ts
 * import { devices, napis, qstats } from "@linux/netlink/families/generic/netdev.ts";
 * for (const { ifindex, dev, xdpFeatures } of devices.list()) console.log(ifindex, dev, xdpFeatures);
 * console.log(qstats.list({ scope: ["queue"] }), napis.list().map(({ id, threaded }) => [id, threaded]));
 * ```
 *
 * In Linux since 6.3; everything but devices since 6.7 to 6.10. Reading needs no privilege, changing needs
 * CAP_NET_ADMIN.
 *
 * Source: linux/netdev.h, v7.2.
 * @module
 */
import { expectFields, isFields, operationOf } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  key,
  mask,
  mask64,
  readOnly,
  repeated,
  type Shape,
  u32,
  uint,
} from "../../core/codec/mod.ts";
import type { ChangingVerb, Has, Input } from "../../core/collection.ts";
import { argumentError, ERRNO, KernelError } from "../../core/errors.ts";
import {
  GenericCaller,
  GenericCollection,
  type GenericDeclaration,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";

/** The commands: NETDEV_CMD_*. */
export const NETDEV_CMD = {
  NETDEV_CMD_DEV_GET: 1,
  NETDEV_CMD_DEV_ADD_NTF: 2,
  NETDEV_CMD_DEV_DEL_NTF: 3,
  NETDEV_CMD_DEV_CHANGE_NTF: 4,
  NETDEV_CMD_PAGE_POOL_GET: 5,
  NETDEV_CMD_PAGE_POOL_ADD_NTF: 6,
  NETDEV_CMD_PAGE_POOL_DEL_NTF: 7,
  NETDEV_CMD_PAGE_POOL_CHANGE_NTF: 8,
  NETDEV_CMD_PAGE_POOL_STATS_GET: 9,
  NETDEV_CMD_QUEUE_GET: 10,
  NETDEV_CMD_NAPI_GET: 11,
  NETDEV_CMD_QSTATS_GET: 12,
  NETDEV_CMD_BIND_RX: 13,
  NETDEV_CMD_NAPI_SET: 14,
  NETDEV_CMD_BIND_TX: 15,
  NETDEV_CMD_QUEUE_CREATE: 16,
} as const;

/** The generic family. */
export const NETDEV: GenericProtocol = {
  name: "netdev",
  version: 1,
  commands: NETDEV_CMD,
  messages: () => ({
    collections: [device, pagePool, pagePoolStats, napi, queue, qstat],
    calls: [
      { cmd: NETDEV_CMD.NETDEV_CMD_BIND_RX, codec: DmabufBinding },
      { cmd: NETDEV_CMD.NETDEV_CMD_BIND_TX, codec: DmabufBinding },
    ],
  }),
  hint: "in Linux since 6.3, if the kernel is configured with CONFIG_NET",
};

/** An XDP feature of a device. */
export type XdpAct =
  | "basic"
  | "redirect"
  | "ndo_xmit"
  | "xsk_zerocopy"
  | "hw_offload"
  | "rx_sg"
  | "ndo_xmit_sg";

const xdpAct: Codec<readonly (XdpAct | bigint)[]> = mask64({
  basic: 1n,
  redirect: 2n,
  ndo_xmit: 4n,
  xsk_zerocopy: 8n,
  hw_offload: 16n,
  rx_sg: 32n,
  ndo_xmit_sg: 64n,
});

/** The metadata of a received packet that an XDP program can read. */
export type XdpRxMetadata = "timestamp" | "hash" | "vlan_tag";

const xdpRxMetadata: Codec<readonly (XdpRxMetadata | bigint)[]> = mask64({ timestamp: 1n, hash: 2n, vlan_tag: 4n });

/** The metadata that AF_XDP can request for a packet to send. */
export type XskFlag = "tx_timestamp" | "tx_checksum" | "tx_launch_time_fifo";

const xskFlags: Codec<readonly (XskFlag | bigint)[]> = mask64({
  tx_timestamp: 1n,
  tx_checksum: 2n,
  tx_launch_time_fifo: 4n,
});

/** The direction of a queue: receive or transmit. */
export type QueueType = "rx" | "tx" | number;

const queueType: Codec<QueueType> = enumeration(u32, { rx: 0, tx: 1 });

/** The place of a NAPI instance's polling: softirq, its own thread, or that thread without pause (busy polling). */
export type NapiThreaded = "disabled" | "enabled" | "busy_poll" | number;

const threaded: Codec<NapiThreaded> = enumeration(u32, { disabled: 0, enabled: 1, busy_poll: 2 });

/** The scope of statistics: one entry per queue. */
export type QstatsScope = "queue" | number;

const number: Codec<number> = uint;
const scope: Codec<readonly QstatsScope[]> = mask(number, { queue: 1 });

/** A nest without attributes so far: its presence is the information. */
export type Nothing = Readonly<Record<never, never>>;
const nothing: Codec<Nothing> = attributes((): Shape<Nothing> => ({}));

/** A network device. */
export interface NetDevice {
  /** The device's number. */
  ifindex?: Ifindex;
  /** The device's name. */
  dev?: string;
  /** The XDP features. Read-only. */
  xdpFeatures?: readonly (XdpAct | bigint)[];
  /** The most fragments of a packet that AF_XDP can handle without copying. Read-only. */
  xdpZcMaxSegs?: number;
  /** The metadata of a received packet that an XDP program can read. Read-only. */
  xdpRxMetadataFeatures?: readonly (XdpRxMetadata | bigint)[];
  /** The metadata that AF_XDP can request. Read-only. */
  xskFeatures?: readonly (XskFlag | bigint)[];
}

/** Wire form of {@linkcode NetDevice}: NETDEV_A_DEV_*. */
export const NetDevice: Attributes<NetDevice> = attributes((): Shape<NetDevice> => ({
  ifindex: [1, ifindex, key],
  dev: interfaceNameOf("ifindex"),
  xdpFeatures: [3, xdpAct, readOnly],
  xdpZcMaxSegs: [4, u32, readOnly],
  xdpRxMetadataFeatures: [5, xdpRxMetadata, readOnly],
  xskFeatures: [6, xskFlags, readOnly],
}));

/** The properties of io_uring's memory in a page pool or queue. */
export interface IoUringProviderInfo {
  /** The size of a receive buffer, in bytes. Read-only. */
  rxBufLen?: number;
}

/** Wire form of {@linkcode IoUringProviderInfo}: NETDEV_A_IO_URING_PROVIDER_INFO_*. */
export const IoUringProviderInfo: Attributes<IoUringProviderInfo> = attributes((): Shape<IoUringProviderInfo> => ({
  rxBufLen: [1, uint, readOnly],
}));

/** A page pool: memory that a device receives into. */
export interface PagePool {
  /** The page pool's number. */
  id?: number;
  /** The device's number; 0 if it is gone. */
  ifindex?: Ifindex;
  /** The device's name. */
  dev?: string;
  /** The number of the NAPI instance that uses it. Read-only. */
  napiId?: number;
  /** Number of pages in use. Read-only. */
  inflight?: number;
  /** Number of bytes in use. Read-only. */
  inflightMem?: number;
  /** The time when the device released it, in seconds since boot. Read-only. */
  detachTime?: number;
  /** The number of the dmabuf binding that it takes its memory from. Read-only. */
  dmabuf?: number;
  /** The io_uring memory that it uses. Read-only. */
  ioUring?: IoUringProviderInfo;
}

/** Wire form of {@linkcode PagePool}: NETDEV_A_PAGE_POOL_*. */
export const PagePool: Attributes<PagePool> = attributes((): Shape<PagePool> => ({
  id: [1, uint, key],
  ifindex: [2, ifindex],
  dev: interfaceNameOf("ifindex"),
  napiId: [3, uint, readOnly],
  inflight: [4, uint, readOnly],
  inflightMem: [5, uint, readOnly],
  detachTime: [6, uint, readOnly],
  dmabuf: [7, u32, readOnly],
  ioUring: [8, IoUringProviderInfo, readOnly],
}));

/** The page pool that statistics are about. */
export interface PagePoolInfo {
  /** The page pool's number. */
  id?: number;
  /** The device's number. */
  ifindex?: Ifindex;
}

/** Wire form of {@linkcode PagePoolInfo}: NETDEV_A_PAGE_POOL_*. */
export const PagePoolInfo: Attributes<PagePoolInfo> = attributes((): Shape<PagePoolInfo> => ({
  id: [1, uint, key],
  ifindex: [2, ifindex],
}));

/** The statistics of a page pool. */
export interface PagePoolStats {
  /** The page pool. */
  info?: PagePoolInfo;
  /** Number of allocations from the cache. Read-only. */
  allocFast?: number;
  /** Number of allocations of one page from the system. Read-only. */
  allocSlow?: number;
  /** Number of allocations of several contiguous pages from the system. Read-only. */
  allocSlowHighOrder?: number;
  /** Number of times that the ring was empty. Read-only. */
  allocEmpty?: number;
  /** Number of times that the cache was refilled. Read-only. */
  allocRefill?: number;
  /** Number of pages of the ring that could not be used, as they are of another memory node. Read-only. */
  allocWaive?: number;
  /** Number of pages returned to the cache. Read-only. */
  recycleCached?: number;
  /** Number of times that the cache was full. Read-only. */
  recycleCacheFull?: number;
  /** Number of pages returned to the ring. Read-only. */
  recycleRing?: number;
  /** Number of times that the ring was full. Read-only. */
  recycleRingFull?: number;
  /** Number of pages returned to the system as they were in use elsewhere. Read-only. */
  recycleReleasedRefcnt?: number;
}

/** Wire form of {@linkcode PagePoolStats}: NETDEV_A_PAGE_POOL_STATS_*. */
export const PagePoolStats: Attributes<PagePoolStats> = attributes((): Shape<PagePoolStats> => ({
  info: [1, PagePoolInfo, key],
  allocFast: [8, uint, readOnly],
  allocSlow: [9, uint, readOnly],
  allocSlowHighOrder: [10, uint, readOnly],
  allocEmpty: [11, uint, readOnly],
  allocRefill: [12, uint, readOnly],
  allocWaive: [13, uint, readOnly],
  recycleCached: [14, uint, readOnly],
  recycleCacheFull: [15, uint, readOnly],
  recycleRing: [16, uint, readOnly],
  recycleRingFull: [17, uint, readOnly],
  recycleReleasedRefcnt: [18, uint, readOnly],
}));

/** A NAPI instance: it polls queues after an interrupt. */
export interface Napi {
  /** The device's number. */
  ifindex?: Ifindex;
  /** The device's name. */
  dev?: string;
  /** The number of the NAPI instance: SO_INCOMING_NAPI_ID of sockets. */
  id?: number;
  /** The number of its interrupt. Read-only. */
  irq?: number;
  /** The number of the thread that polls. Read-only. */
  pid?: number;
  /** The number of polls without a packet before interrupts are enabled again. */
  deferHardIrqs?: number;
  /** The time to wait for packets that can be merged (GRO), in ns. */
  groFlushTimeout?: number;
  /** The time that interrupts stay off while a program polls, in ns. */
  irqSuspendTimeout?: number;
  /** The place of the polling. */
  threaded?: NapiThreaded;
}

/** Wire form of {@linkcode Napi}: NETDEV_A_NAPI_*. */
export const Napi: Attributes<Napi> = attributes((): Shape<Napi> => ({
  ifindex: [1, ifindex],
  dev: interfaceNameOf("ifindex"),
  id: [2, u32, key],
  irq: [3, u32, readOnly],
  pid: [4, u32, readOnly],
  deferHardIrqs: [5, u32],
  groFlushTimeout: [6, uint],
  irqSuspendTimeout: [7, uint],
  threaded: [8, threaded],
}));

/** A queue of a device. */
export interface QueueId {
  /** The queue's number. */
  id?: number;
  /** The direction of the queue. */
  type?: QueueType;
}

/** Wire form of {@linkcode QueueId}: NETDEV_A_QUEUE_*. */
export const QueueId: Attributes<QueueId> = attributes((): Shape<QueueId> => ({
  id: [1, u32],
  type: [3, queueType],
}));

/** The queue of another device that backs a queue. */
export interface QueueLease {
  /** The number of the other device. */
  ifindex?: number;
  /** The queue of the other device. */
  queue?: QueueId;
  /** The number that this namespace has for the other device's namespace. */
  netnsId?: number;
}

/** Wire form of {@linkcode QueueLease}: NETDEV_A_LEASE_*. */
export const QueueLease: Attributes<QueueLease> = attributes((): Shape<QueueLease> => ({
  ifindex: [1, u32],
  queue: [2, QueueId],
  netnsId: [3, i32],
}));

/** A queue of a device that is in use. */
export interface Queue {
  /** The queue's number, from 0 for each type. */
  id?: number;
  /** The device's number. */
  ifindex?: Ifindex;
  /** The device's name. */
  dev?: string;
  /** The direction of the queue. */
  type?: QueueType;
  /** The number of the NAPI instance that polls it. Read-only. */
  napiId?: number;
  /** The number of the dmabuf binding that it receives into. Read-only. */
  dmabuf?: number;
  /** The io_uring memory that it receives into. Read-only. */
  ioUring?: IoUringProviderInfo;
  /** Present if AF_XDP uses the queue. Read-only. */
  xsk?: Nothing;
  /** The queue of another device that backs it. */
  lease?: QueueLease;
}

/** Wire form of {@linkcode Queue}: NETDEV_A_QUEUE_*. */
export const Queue: Attributes<Queue> = attributes((): Shape<Queue> => ({
  id: [1, u32, key],
  ifindex: [2, ifindex, key],
  dev: interfaceNameOf("ifindex"),
  type: [3, queueType, key],
  napiId: [4, u32, readOnly],
  dmabuf: [5, u32, readOnly],
  ioUring: [6, IoUringProviderInfo, readOnly],
  xsk: [7, nothing, readOnly],
  lease: [8, QueueLease],
}));

/** Statistics of a device, or of one of its queues. */
export interface Qstats {
  /** The device's number. */
  ifindex?: Ifindex;
  /** The device's name. */
  dev?: string;
  /** The direction of the queue. */
  queueType?: QueueType;
  /** The queue's number. */
  queueId?: number;
  /** The scope to ask for. */
  scope?: readonly QstatsScope[];
  /** Number of packets received. Read-only. */
  rxPackets?: number;
  /** Number of bytes received. Read-only. */
  rxBytes?: number;
  /** Number of packets sent. Read-only. */
  txPackets?: number;
  /** Number of bytes sent. Read-only. */
  txBytes?: number;
  /** Number of failed allocations for receiving. Read-only. */
  rxAllocFail?: number;
  /** Number of received packets that the device dropped. Read-only. */
  rxHwDrops?: number;
  /** Number of those dropped as there were no buffers. Read-only. */
  rxHwDropOverruns?: number;
  /** Number of packets whose checksum the device computed. Read-only. */
  rxCsumComplete?: number;
  /** Number of packets whose checksum the device verified. Read-only. */
  rxCsumUnnecessary?: number;
  /** Number of packets whose checksum the device did not verify. Read-only. */
  rxCsumNone?: number;
  /** Number of packets with a wrong checksum. Read-only. */
  rxCsumBad?: number;
  /** Number of packets that the device made by merging others (GRO). Read-only. */
  rxHwGroPackets?: number;
  /** Number of bytes in them. Read-only. */
  rxHwGroBytes?: number;
  /** Number of packets that were merged. Read-only. */
  rxHwGroWirePackets?: number;
  /** Number of bytes in those. Read-only. */
  rxHwGroWireBytes?: number;
  /** Number of received packets dropped by a rate limit. Read-only. */
  rxHwDropRatelimits?: number;
  /** Number of packets to send that the device dropped. Read-only. */
  txHwDrops?: number;
  /** Number of those dropped as they were malformed. Read-only. */
  txHwDropErrors?: number;
  /** Number of packets that needed no checksum. Read-only. */
  txCsumNone?: number;
  /** Number of packets whose checksum the device filled in. Read-only. */
  txNeedsCsum?: number;
  /** Number of packets that the device segmented (GSO). Read-only. */
  txHwGsoPackets?: number;
  /** Number of bytes in them. Read-only. */
  txHwGsoBytes?: number;
  /** Number of packets that they were segmented into. Read-only. */
  txHwGsoWirePackets?: number;
  /** Number of bytes in those. Read-only. */
  txHwGsoWireBytes?: number;
  /** Number of packets to send dropped by a rate limit. Read-only. */
  txHwDropRatelimits?: number;
  /** Number of times that the queue was stopped as it was full. Read-only. */
  txStop?: number;
  /** Number of times that the queue was started again. Read-only. */
  txWake?: number;
}

/** Wire form of {@linkcode Qstats}: NETDEV_A_QSTATS_*. */
export const Qstats: Attributes<Qstats> = attributes((): Shape<Qstats> => ({
  ifindex: [1, ifindex, key],
  dev: interfaceNameOf("ifindex"),
  queueType: [2, queueType, key],
  queueId: [3, u32, key],
  scope: [4, scope],
  rxPackets: [8, uint, readOnly],
  rxBytes: [9, uint, readOnly],
  txPackets: [10, uint, readOnly],
  txBytes: [11, uint, readOnly],
  rxAllocFail: [12, uint, readOnly],
  rxHwDrops: [13, uint, readOnly],
  rxHwDropOverruns: [14, uint, readOnly],
  rxCsumComplete: [15, uint, readOnly],
  rxCsumUnnecessary: [16, uint, readOnly],
  rxCsumNone: [17, uint, readOnly],
  rxCsumBad: [18, uint, readOnly],
  rxHwGroPackets: [19, uint, readOnly],
  rxHwGroBytes: [20, uint, readOnly],
  rxHwGroWirePackets: [21, uint, readOnly],
  rxHwGroWireBytes: [22, uint, readOnly],
  rxHwDropRatelimits: [23, uint, readOnly],
  txHwDrops: [24, uint, readOnly],
  txHwDropErrors: [25, uint, readOnly],
  txCsumNone: [26, uint, readOnly],
  txNeedsCsum: [27, uint, readOnly],
  txHwGsoPackets: [28, uint, readOnly],
  txHwGsoBytes: [29, uint, readOnly],
  txHwGsoWirePackets: [30, uint, readOnly],
  txHwGsoWireBytes: [31, uint, readOnly],
  txHwDropRatelimits: [32, uint, readOnly],
  txStop: [33, uint, readOnly],
  txWake: [34, uint, readOnly],
}));

/** A dmabuf, and the queues that receive into it. */
export interface DmabufBinding {
  /** The device's number. */
  ifindex?: Ifindex;
  /** The receive queues. */
  queues?: readonly QueueId[];
  /** The file descriptor of the dmabuf. */
  fd?: number;
  /** The number of the binding. Read-only. */
  id?: number;
}

/** Wire form of {@linkcode DmabufBinding}: NETDEV_A_DMABUF_*. */
export const DmabufBinding: Attributes<DmabufBinding> = attributes((): Shape<DmabufBinding> => ({
  ifindex: [1, ifindex],
  queues: [2, repeated(2, QueueId)],
  fd: [3, u32],
  id: [4, u32, readOnly],
}));

const shared = { family: NETDEV, filters: [], interface: ["dev", "ifindex"] } as const;
const onDevice = (value: object): string => {
  const { id, dev, ifindex } = value as Queue;
  return [id, dev ?? ifindex].filter((word) => word !== undefined).join(" of ");
};

const device: GenericDeclaration<NetDevice> = {
  ...shared,
  object: "network device",
  table: NetDevice,
  commands: { get: NETDEV_CMD.NETDEV_CMD_DEV_GET },
  events: {
    groups: ["mgmt"],
    new: [NETDEV_CMD.NETDEV_CMD_DEV_ADD_NTF, NETDEV_CMD.NETDEV_CMD_DEV_CHANGE_NTF],
    del: [NETDEV_CMD.NETDEV_CMD_DEV_DEL_NTF],
  },
  describe: onDevice,
  identity: ({ ifindex }) => String(ifindex),
  fromKey: (ifindex) => ({ ifindex }),
  keyOf: (value) => ({ ifindex: (value as NetDevice).dev ?? (value as NetDevice).ifindex }),
};

const pagePool: GenericDeclaration<PagePool> = {
  ...shared,
  object: "page pool",
  table: PagePool,
  commands: { get: NETDEV_CMD.NETDEV_CMD_PAGE_POOL_GET },
  events: {
    groups: ["page-pool"],
    new: [NETDEV_CMD.NETDEV_CMD_PAGE_POOL_ADD_NTF, NETDEV_CMD.NETDEV_CMD_PAGE_POOL_CHANGE_NTF],
    del: [NETDEV_CMD.NETDEV_CMD_PAGE_POOL_DEL_NTF],
  },
  describe: onDevice,
  identity: ({ id }) => String(id),
  fromKey: (id) => ({ id: Number(id) }),
  keyOf: (value) => ({ id: (value as PagePool).id }),
};

const pagePoolStats: GenericDeclaration<PagePoolStats> = {
  ...shared,
  object: "page pool statistic",
  table: PagePoolStats,
  commands: { get: NETDEV_CMD.NETDEV_CMD_PAGE_POOL_STATS_GET },
  describe: (value) => String((value as PagePoolStats).info?.id ?? ""),
  identity: ({ info }) => String(info?.id ?? `of ${info?.ifindex}`),
  fromKey: (id) => ({ info: { id: Number(id) } }),
  keyOf: (value) => ({ info: { id: (value as PagePoolStats).info?.id } }),
  hint: (code) => code === "EOPNOTSUPP" ? "the kernel is configured without CONFIG_PAGE_POOL_STATS" : undefined,
};

const napi: GenericDeclaration<Napi> = {
  ...shared,
  object: "NAPI instance",
  table: Napi,
  commands: { get: NETDEV_CMD.NETDEV_CMD_NAPI_GET, set: NETDEV_CMD.NETDEV_CMD_NAPI_SET },
  filters: ["ifindex"],
  describe: onDevice,
  identity: ({ id }) => String(id),
  fromKey: (id) => ({ id: Number(id) }),
  keyOf: (value) => ({ id: (value as Napi).id }),
};

const queue: GenericDeclaration<Queue> = {
  ...shared,
  object: "queue",
  table: Queue,
  commands: { get: NETDEV_CMD.NETDEV_CMD_QUEUE_GET, new: NETDEV_CMD.NETDEV_CMD_QUEUE_CREATE },
  filters: ["ifindex"],
  describe: (value) => `${(value as Queue).type ?? ""} ${onDevice(value)}`.trim(),
  identity: ({ ifindex, type, id }) => `${ifindex} ${type} ${id}`,
  keyOf(value) {
    const { ifindex, dev, type, id } = value as Queue;
    return { ifindex: dev ?? ifindex, type, id };
  },
};

const qstat: GenericDeclaration<Qstats> = {
  ...shared,
  object: "queue statistic",
  table: Qstats,
  commands: { get: NETDEV_CMD.NETDEV_CMD_QSTATS_GET },
  filters: ["ifindex", "scope"],
  listOnly: true,
  describe: onDevice,
  identity: ({ ifindex, queueType, queueId }) => `${ifindex} ${queueType} ${queueId}`,
};

/** The verbs that change something: objects that are only read do not have them. */
export type ReadOnly = "add" | "set" | "delete" | "flush";

/** Operations on statistics: the totals of each device, or with `scope: ["queue"]` those of each queue. */
export class QueueStatistics extends GenericCollection<Qstats, Input<Qstats>, Input<Qstats>, true, ReadOnly> {
  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(qstat, open, requester);
  }

  /** Returns all statistics. `scope` is part of the request only; the answer does not contain it. */
  override list(filter: Parameters<GenericCollection<Qstats>["list"]>[0] = {}): Qstats[] {
    expectFields(filter, "list queue statistics", "a filter as an object");
    const { scope, ...rest } = filter;
    if (scope === undefined) return super.list(rest);
    const { ifindex, ...others } = rest, other = Object.keys(others)[0];
    if (other !== undefined) {
      throw argumentError(
        TypeError,
        `Cannot list queue statistics by ${JSON.stringify(other)} and scope: filter what comes`,
      );
    }
    const value = { scope, ...(ifindex === undefined ? {} : { ifindex }) };
    const cmd = NETDEV_CMD.NETDEV_CMD_QSTATS_GET, codec = Qstats as Codec<unknown, never>;
    return this.caller.dump({ cmd, codec, value, what: "list queue statistics" }) as Qstats[];
  }
}

/**
 * Operations on objects of devices that the kernel finds by their number only. If a key contains the device too, it is
 * compared with that of the object found.
 */
export class NumberedObjects<T extends object, No extends ChangingVerb = ReadOnly>
  extends GenericCollection<T, Input<T> & object, number | T, true, No> {
  readonly #open: () => Client;
  readonly #deviceOf: (value: Input<T> & object) => { ifindex?: Input<Ifindex>; dev?: string } | undefined;

  /** Sends requests through what `requester` returns; looks names up through the client that `open` returns. */
  constructor(
    declaration: GenericDeclaration<T>,
    deviceOf: (value: Input<T> & object) => { ifindex?: Input<Ifindex>; dev?: string } | undefined,
    open: () => Client,
    requester: () => Requester = open,
  ) {
    super(declaration, open, requester);
    this.#open = open;
    this.#deviceOf = deviceOf;
  }

  /** See {@linkcode GenericCollection.get}. */
  override get(key: number | T): T {
    return this.#ofDevice(super.get(key), key, "get");
  }

  /** See {@linkcode GenericCollection.set}. Looks for the object first if the key contains its device. */
  override set(key: (number | T) & Has<"append" | "replace" | No, "set">, changes: Input<T> & object): void {
    const named = this.keyValue(key, "set");
    if (this.#said(key) !== undefined && !this.#open().deferred) {
      this.#ofDevice(this.look(named, this.#what("set", key), this.#open()).found, key, "set");
    }
    super.set(key, changes);
  }

  /** Returns the device that a key contains, if it does: its name, its number, or `null` for none. */
  #said(key: number | T): string | number | null | undefined {
    const { dev, ifindex } = isFields(key) ? this.#deviceOf(key as Input<T> & object) ?? {} : {};
    return dev ?? ifindex;
  }

  #what(verb: string, key: number | T): string {
    return operationOf(verb, this.declaration, key as object);
  }

  /** Returns the object found, and throws if it belongs to another device than the key contains. */
  #ofDevice(found: T, key: number | T, verb: string): T {
    const said = this.#said(key);
    if (said === undefined) return found;
    const { dev, ifindex = 0 } = this.#deviceOf(found as Input<T> & object) ?? {};
    if ((said === null ? 0 : this.index(said)) === ifindex) return found;
    throw new KernelError(this.#what(verb, key), ERRNO.ENOENT, {
      kernelMessage: `it belongs to ${ifindex === 0 ? "no device" : `device ${dev ?? ifindex}`}`,
    });
  }
}

/** The collections of the family. */
export interface NetdevCollections {
  /** Operations on devices and their XDP features. */
  readonly devices: GenericCollection<NetDevice, object, string | number | NetDevice, true, ReadOnly>;
  /** Operations on page pools. */
  readonly pagePools: NumberedObjects<PagePool>;
  /** Operations on statistics of page pools. */
  readonly pagePoolStats: NumberedObjects<PagePoolStats>;
  /** Operations on NAPI instances. */
  readonly napis: NumberedObjects<Napi, "add" | "delete" | "flush">;
  /** Operations on queues. */
  readonly queues: GenericCollection<Queue, Input<Queue>, Input<Queue>, true, "set" | "delete" | "flush">;
  /** Operations on statistics of devices and queues. */
  readonly qstats: QueueStatistics;
  /**
   * Makes queues receive into a dmabuf, for as long as the client's socket is open.
   *
   * @returns the number of the binding
   */
  bindRx(binding: DmabufBinding): number | undefined;
  /** Makes a device send from a dmabuf, for as long as the client's socket is open. */
  bindTx(binding: DmabufBinding): number | undefined;
}

function collections(open: () => Client, requester: () => Requester = open): NetdevCollections {
  const caller = new GenericCaller(NETDEV, open, requester);
  const bind = (cmd: number, value: DmabufBinding, what: string): number | undefined =>
    (caller.request({ cmd, codec: DmabufBinding as Codec<unknown, never>, value, what }) as DmabufBinding | undefined)
      ?.id;
  return {
    devices: new GenericCollection(device, open, requester),
    pagePools: new NumberedObjects(pagePool, (value) => value, open, requester),
    pagePoolStats: new NumberedObjects(pagePoolStats, ({ info }) => info, open, requester),
    napis: new NumberedObjects(napi, (value) => value, open, requester),
    queues: new GenericCollection(queue, open, requester),
    qstats: new QueueStatistics(open, requester),
    bindRx: (binding) => bind(NETDEV_CMD.NETDEV_CMD_BIND_RX, binding, "bind a dmabuf for receiving"),
    bindTx: (binding) => bind(NETDEV_CMD.NETDEV_CMD_BIND_TX, binding, "bind a dmabuf for sending"),
  };
}

/** Opens a client with its own socket, in a network namespace or with other options. */
export function open(options: OpenOptions = {}): Opened<NetdevCollections> {
  return openGeneric(options, collections);
}

const here: NetdevCollections = collections(sharedGeneric);
/** Operations on the devices of this namespace, over a socket that the first use opens. */
export const devices: NetdevCollections["devices"] = here.devices;
/** Operations on the page pools of this namespace's devices. */
export const pagePools: NetdevCollections["pagePools"] = here.pagePools;
/** Operations on the statistics of page pools of this namespace's devices. */
export const poolStats: NetdevCollections["pagePoolStats"] = here.pagePoolStats;
/** Operations on the NAPI instances of this namespace's devices. */
export const napis: NetdevCollections["napis"] = here.napis;
/** Operations on the queues of this namespace's devices. */
export const queues: NetdevCollections["queues"] = here.queues;
/** Operations on the statistics of this namespace's devices and queues. */
export const qstats: QueueStatistics = here.qstats;
export type * from "./types.ts";
