/**
 * netdev: queues, NAPI instances, page pools and statistics of network devices, and what they can do for XDP.
 *
 * ```ts
 * import { devices, napis, qstats } from "@linux/netlink/families/generic/netdev.ts";
 * for (const { ifindex, dev, xdpFeatures } of devices.list()) console.log(ifindex, dev, xdpFeatures);
 * console.log(qstats.list({ scope: ["queue"] }), napis.list().map(({ id, threaded }) => [id, threaded]));
 * ```
 *
 * Devices are told of since Linux 6.3, the rest since 6.7 to 6.10. Looking needs no privilege, changing CAP_NET_ADMIN.
 *
 * Source: linux/netdev.h, v7.2.
 * @module
 */
import { expectFields } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  ifindex,
  key,
  mask,
  mask64,
  nameOf,
  readOnly,
  repeated,
  type Shape,
  sint,
  u32,
  uint,
} from "../../core/codec/mod.ts";
import { argumentError } from "../../core/errors.ts";
import {
  GenericCaller,
  GenericCollection,
  type GenericDeclaration,
  type GenericProtocol,
  type Opened,
  openGeneric,
  sharedGeneric,
} from "../../core/generic.ts";

/** Commands. */
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

/** The family. */
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
  hint: "in Linux since 6.3, where the kernel is configured with CONFIG_NET",
};

/** What a device can do with XDP programs. */
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

/** What a program can learn of a received packet. */
export type XdpRxMetadata = "timestamp" | "hash" | "vlan_tag";

const xdpRxMetadata: Codec<readonly (XdpRxMetadata | bigint)[]> = mask64({ timestamp: 1n, hash: 2n, vlan_tag: 4n });

/** What can be asked of a packet that AF_XDP sends. */
export type XskFlag = "tx_timestamp" | "tx_checksum" | "tx_launch_time_fifo";

const xskFlags: Codec<readonly (XskFlag | bigint)[]> = mask64({
  tx_timestamp: 1n,
  tx_checksum: 2n,
  tx_launch_time_fifo: 4n,
});

/** Which way a queue goes. */
export type QueueType = "rx" | "tx" | number;

const queueType: Codec<QueueType> = enumeration(u32, { rx: 0, tx: 1 });

/** Where a NAPI instance polls: in softirq, in a thread of its own, or there without end. */
export type NapiThreaded = "disabled" | "enabled" | "busy_poll" | number;

const threaded: Codec<NapiThreaded> = enumeration(u32, { disabled: 0, enabled: 1, busy_poll: 2 });

/** Whether statistics are told for each queue. */
export type QstatsScope = "queue" | number;

const number: Codec<number> = uint;
const scope: Codec<readonly QstatsScope[]> = mask(number, { queue: 1 });

/** A nest with nothing in it yet: that it is there says all. */
export type Nothing = Readonly<Record<never, never>>;
const nothing: Codec<Nothing> = attributes((): Shape<Nothing> => ({}));

/** A network device. */
export interface NetDevice {
  /** Its number. */
  ifindex?: number;
  /** Its name. */
  dev?: string;
  /** What it can do with XDP programs. Read-only. */
  xdpFeatures?: readonly (XdpAct | bigint)[];
  /** Fragments of a packet that AF_XDP can have without copying. Read-only. */
  xdpZcMaxSegs?: number;
  /** What a program can learn of a received packet. Read-only. */
  xdpRxMetadataFeatures?: readonly (XdpRxMetadata | bigint)[];
  /** What AF_XDP can ask of it. Read-only. */
  xskFeatures?: readonly (XskFlag | bigint)[];
}

/** Wire form of {@linkcode NetDevice}: NETDEV_A_DEV_*. */
export const NetDevice: Attributes<NetDevice> = attributes((): Shape<NetDevice> => ({
  ifindex: [1, ifindex, key],
  dev: nameOf("ifindex"),
  xdpFeatures: [3, xdpAct, readOnly],
  xdpZcMaxSegs: [4, u32, readOnly],
  xdpRxMetadataFeatures: [5, xdpRxMetadata, readOnly],
  xskFeatures: [6, xskFlags, readOnly],
}));

/** Memory of io_uring in a page pool or queue. */
export interface IoUringProviderInfo {
  /** Bytes of a buffer. Read-only. */
  rxBufLen?: number;
}

/** Wire form of {@linkcode IoUringProviderInfo}: NETDEV_A_IO_URING_PROVIDER_INFO_*. */
export const IoUringProviderInfo: Attributes<IoUringProviderInfo> = attributes((): Shape<IoUringProviderInfo> => ({
  rxBufLen: [1, uint, readOnly],
}));

/** Memory that a device receives into. */
export interface PagePool {
  /** Its number. */
  id?: number;
  /** Its device; 0 where that is gone. */
  ifindex?: number;
  /** Name of its device. */
  dev?: string;
  /** The NAPI instance that uses it. Read-only. */
  napiId?: number;
  /** Pages that are in use. Read-only. */
  inflight?: number;
  /** Bytes of those. Read-only. */
  inflightMem?: number;
  /** When its device let it go, in seconds since boot. Read-only. */
  detachTime?: number;
  /** The dmabuf that it is made of. Read-only. */
  dmabuf?: number;
  /** The memory of io_uring that it is made of. Read-only. */
  ioUring?: IoUringProviderInfo;
}

/** Wire form of {@linkcode PagePool}: NETDEV_A_PAGE_POOL_*. */
export const PagePool: Attributes<PagePool> = attributes((): Shape<PagePool> => ({
  id: [1, uint, key],
  ifindex: [2, ifindex],
  dev: nameOf("ifindex"),
  napiId: [3, uint, readOnly],
  inflight: [4, uint, readOnly],
  inflightMem: [5, uint, readOnly],
  detachTime: [6, uint, readOnly],
  dmabuf: [7, u32, readOnly],
  ioUring: [8, IoUringProviderInfo, readOnly],
}));

/** The page pool that statistics are of. */
export interface PagePoolInfo {
  /** Its number. */
  id?: number;
  /** Its device. */
  ifindex?: number;
}

/** Wire form of {@linkcode PagePoolInfo}: NETDEV_A_PAGE_POOL_*. */
export const PagePoolInfo: Attributes<PagePoolInfo> = attributes((): Shape<PagePoolInfo> => ({
  id: [1, uint, key],
  ifindex: [2, ifindex],
}));

/** What became of the pages of a pool. */
export interface PagePoolStats {
  /** The pool. */
  info?: PagePoolInfo;
  /** Allocations from the cache. Read-only. */
  allocFast?: number;
  /** Allocations of a page from the system. Read-only. */
  allocSlow?: number;
  /** Allocations of several pages from the system. Read-only. */
  allocSlowHighOrder?: number;
  /** How often the ring was empty. Read-only. */
  allocEmpty?: number;
  /** How often the cache was filled. Read-only. */
  allocRefill?: number;
  /** Pages of the wrong memory node. Read-only. */
  allocWaive?: number;
  /** Pages that went back to the cache. Read-only. */
  recycleCached?: number;
  /** How often the cache was full. Read-only. */
  recycleCacheFull?: number;
  /** Pages that went back to the ring. Read-only. */
  recycleRing?: number;
  /** How often the ring was full. Read-only. */
  recycleRingFull?: number;
  /** Pages that went back to the system, being in use elsewhere. Read-only. */
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

/** A NAPI instance: what polls queues when there is an interrupt. */
export interface Napi {
  /** Its device. */
  ifindex?: number;
  /** Name of its device. */
  dev?: string;
  /** Its number, SO_INCOMING_NAPI_ID of sockets. */
  id?: number;
  /** Its interrupt. Read-only. */
  irq?: number;
  /** The thread that polls. Read-only. */
  pid?: number;
  /** How often it polls in vain before interrupts are on again. */
  deferHardIrqs?: number;
  /** How long it waits for packets to put together, in ns. */
  groFlushTimeout?: number;
  /** How long interrupts stay off while a program polls, in ns. */
  irqSuspendTimeout?: number;
  /** Where it polls. */
  threaded?: NapiThreaded;
}

/** Wire form of {@linkcode Napi}: NETDEV_A_NAPI_*. */
export const Napi: Attributes<Napi> = attributes((): Shape<Napi> => ({
  ifindex: [1, ifindex],
  dev: nameOf("ifindex"),
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
  /** Its number. */
  id?: number;
  /** Which way it goes. */
  type?: QueueType;
}

/** Wire form of {@linkcode QueueId}: NETDEV_A_QUEUE_*. */
export const QueueId: Attributes<QueueId> = attributes((): Shape<QueueId> => ({
  id: [1, u32],
  type: [3, queueType],
}));

/** The queue of another device that stands behind a queue. */
export interface QueueLease {
  /** That device. */
  ifindex?: number;
  /** The queue. */
  queue?: QueueId;
  /** The namespace of the device, by this one's number for it. */
  netnsId?: number;
}

/** Wire form of {@linkcode QueueLease}: NETDEV_A_LEASE_*. */
export const QueueLease: Attributes<QueueLease> = attributes((): Shape<QueueLease> => ({
  ifindex: [1, u32],
  queue: [2, QueueId],
  netnsId: [3, sint],
}));

/** A queue of a device that is in use. */
export interface Queue {
  /** Its number, from 0, of its type. */
  id?: number;
  /** Its device. */
  ifindex?: number;
  /** Name of its device. */
  dev?: string;
  /** Which way it goes. */
  type?: QueueType;
  /** The NAPI instance that polls it. Read-only. */
  napiId?: number;
  /** The dmabuf that it receives into. Read-only. */
  dmabuf?: number;
  /** The memory of io_uring that it receives into. Read-only. */
  ioUring?: IoUringProviderInfo;
  /** There where AF_XDP has it. Read-only. */
  xsk?: Nothing;
  /** The queue of another device that stands behind it. */
  lease?: QueueLease;
}

/** Wire form of {@linkcode Queue}: NETDEV_A_QUEUE_*. */
export const Queue: Attributes<Queue> = attributes((): Shape<Queue> => ({
  id: [1, u32, key],
  ifindex: [2, ifindex, key],
  dev: nameOf("ifindex"),
  type: [3, queueType, key],
  napiId: [4, u32, readOnly],
  dmabuf: [5, u32, readOnly],
  ioUring: [6, IoUringProviderInfo, readOnly],
  xsk: [7, nothing, readOnly],
  lease: [8, QueueLease],
}));

/** Statistics of a device, or of one of its queues. */
export interface Qstats {
  /** The device. */
  ifindex?: number;
  /** Name of the device. */
  dev?: string;
  /** Which way the queue goes. */
  queueType?: QueueType;
  /** The queue's number. */
  queueId?: number;
  /** What is asked for. */
  scope?: readonly QstatsScope[];
  /** Packets received. Read-only. */
  rxPackets?: number;
  /** Bytes received. Read-only. */
  rxBytes?: number;
  /** Packets sent. Read-only. */
  txPackets?: number;
  /** Bytes sent. Read-only. */
  txBytes?: number;
  /** Allocations for receiving that failed. Read-only. */
  rxAllocFail?: number;
  /** Packets that the device dropped. Read-only. */
  rxHwDrops?: number;
  /** Of those, for want of buffers. Read-only. */
  rxHwDropOverruns?: number;
  /** Packets whose sum the device gave. Read-only. */
  rxCsumComplete?: number;
  /** Packets whose sum it checked. Read-only. */
  rxCsumUnnecessary?: number;
  /** Packets whose sum it did not look at. Read-only. */
  rxCsumNone?: number;
  /** Packets with a wrong sum. Read-only. */
  rxCsumBad?: number;
  /** Packets that it put together. Read-only. */
  rxHwGroPackets?: number;
  /** Bytes of those. Read-only. */
  rxHwGroBytes?: number;
  /** Packets from which it did. Read-only. */
  rxHwGroWirePackets?: number;
  /** Bytes of those. Read-only. */
  rxHwGroWireBytes?: number;
  /** Packets dropped as they came too fast. Read-only. */
  rxHwDropRatelimits?: number;
  /** Packets that the device dropped. Read-only. */
  txHwDrops?: number;
  /** Of those, as they were wrong. Read-only. */
  txHwDropErrors?: number;
  /** Packets that needed no sum. Read-only. */
  txCsumNone?: number;
  /** Packets whose sum it made. Read-only. */
  txNeedsCsum?: number;
  /** Packets that it took apart. Read-only. */
  txHwGsoPackets?: number;
  /** Bytes of those. Read-only. */
  txHwGsoBytes?: number;
  /** Packets into which it did. Read-only. */
  txHwGsoWirePackets?: number;
  /** Bytes of those. Read-only. */
  txHwGsoWireBytes?: number;
  /** Packets dropped as they went too fast. Read-only. */
  txHwDropRatelimits?: number;
  /** How often the queue was full. Read-only. */
  txStop?: number;
  /** How often it had room again. Read-only. */
  txWake?: number;
}

/** Wire form of {@linkcode Qstats}: NETDEV_A_QSTATS_*. */
export const Qstats: Attributes<Qstats> = attributes((): Shape<Qstats> => ({
  ifindex: [1, ifindex, key],
  dev: nameOf("ifindex"),
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

/** A dmabuf and the queues that are to receive into it. */
export interface DmabufBinding {
  /** The device. */
  ifindex?: number;
  /** The queues; for receiving. */
  queues?: readonly QueueId[];
  /** File descriptor of the dmabuf. */
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
  keyOf: (value) => ({ info: (value as PagePoolStats).info }),
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

/** Statistics of devices and their queues: sums of devices, or with `scope: ["queue"]` those of each queue. */
export class QueueStatistics extends GenericCollection<Qstats> {
  /** Sends to whom `requester` gives; looks through the client that `open` gives. */
  constructor(open: () => Client, requester: () => Requester = open) {
    super(qstat, open, requester);
  }

  /** All statistics; `scope` is only asked for, and not among what comes back. */
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

/** The collections of the family. */
export interface NetdevCollections {
  /** Devices and what they can do for XDP. */
  readonly devices: GenericCollection<NetDevice, object, string | number | NetDevice>;
  /** Page pools. */
  readonly pagePools: GenericCollection<PagePool, object, number | PagePool>;
  /** Statistics of page pools. */
  readonly pagePoolStats: GenericCollection<PagePoolStats, object, number | PagePoolStats>;
  /** NAPI instances. */
  readonly napis: GenericCollection<Napi, object, number | Napi>;
  /** Queues. */
  readonly queues: GenericCollection<Queue>;
  /** Statistics of devices and queues. */
  readonly qstats: QueueStatistics;
  /**
   * Lets queues receive into a dmabuf, for as long as the client's socket is open.
   *
   * @returns the number of the binding
   */
  bindRx(binding: DmabufBinding): number | undefined;
  /** Lets a device send from a dmabuf, for as long as the client's socket is open. */
  bindTx(binding: DmabufBinding): number | undefined;
}

function collections(open: () => Client, requester: () => Requester = open): NetdevCollections {
  const caller = new GenericCaller(NETDEV, open, requester);
  const bind = (cmd: number, value: DmabufBinding, what: string): number | undefined =>
    (caller.request({ cmd, codec: DmabufBinding as Codec<unknown, never>, value, what }) as DmabufBinding | undefined)
      ?.id;
  return {
    devices: new GenericCollection(device, open, requester),
    pagePools: new GenericCollection(pagePool, open, requester),
    pagePoolStats: new GenericCollection(pagePoolStats, open, requester),
    napis: new GenericCollection(napi, open, requester),
    queues: new GenericCollection(queue, open, requester),
    qstats: new QueueStatistics(open, requester),
    bindRx: (binding) => bind(NETDEV_CMD.NETDEV_CMD_BIND_RX, binding, "bind a dmabuf for receiving"),
    bindTx: (binding) => bind(NETDEV_CMD.NETDEV_CMD_BIND_TX, binding, "bind a dmabuf for sending"),
  };
}

/** Opens a client of its own, in a network namespace or with options. */
export function open(options: OpenOptions = {}): Opened<NetdevCollections> {
  return openGeneric(options, collections);
}

const here: NetdevCollections = collections(sharedGeneric);
/** The devices of this namespace, on a socket that the first use opens. */
export const devices: NetdevCollections["devices"] = here.devices;
/** The page pools of this namespace's devices. */
export const pagePools: NetdevCollections["pagePools"] = here.pagePools;
/** Statistics of those. */
export const poolStats: NetdevCollections["pagePoolStats"] = here.pagePoolStats;
/** The NAPI instances of this namespace's devices. */
export const napis: NetdevCollections["napis"] = here.napis;
/** The queues of this namespace's devices. */
export const queues: NetdevCollections["queues"] = here.queues;
/** Statistics of this namespace's devices and queues. */
export const qstats: QueueStatistics = here.qstats;
export type * from "./types.ts";
