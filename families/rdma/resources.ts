/**
 * Objects that programs and the kernel have made on RDMA devices, as with `rdma resource`: queue pairs, connection ids,
 * completion queues, memory regions, protection domains, contexts, shared receive queues.
 *
 * ```ts ignore
 * import { resources } from "@linux/netlink/families/rdma/resources.ts";
 * for (const { name, lqpn, state, pid } of resources.qps.list({ type: "rc" })) console.log(name, lqpn, state, pid);
 * ```
 *
 * Needs no privilege. Keys of memory are there only with CAP_NET_ADMIN; raw resources need it.
 *
 * @module
 */
import { bindMethods, expectOptions, type OptionKinds, plural } from "../../core/arguments.ts";
import type { Client, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  bytes,
  type Codec,
  count64,
  enumeration,
  listOf,
  type Shape,
  string,
  u32,
  u64,
  u8,
} from "../../core/codec/mod.ts";
import { Collection, type Declaration, type Input, onShared } from "../../core/collection.ts";
import { declareMessages } from "../../core/messages.ts";
import type { Operation } from "../../core/protocol.ts";
import { type DriverAttribute, driverAttributes, storage } from "./driver.ts";
import { type Entries, PerDevice } from "./per_device.ts";
import { NETLINK_RDMA, RDMA_NL } from "./protocol.ts";

/** IB_QPT_*: types of queue pairs. */
export const QP_TYPE = {
  smi: 0,
  gsi: 1,
  rc: 2,
  uc: 3,
  ud: 4,
  raw_ipv6: 5,
  raw_ethertype: 6,
  raw_packet: 8,
  xrc_ini: 9,
  xrc_tgt: 10,
  driver: 255,
} as const;

/** The type of a queue pair: reliable or unreliable connection or datagram, or one for management. */
export type QpType = keyof typeof QP_TYPE | number;

/** Codec of the type of a queue pair. */
export const qpType: Codec<QpType> = enumeration(u8, QP_TYPE);

/** IB_QPS_*: states of queue pairs. */
export const QP_STATE = { reset: 0, init: 1, rtr: 2, rts: 3, sqd: 4, sqe: 5, err: 6 } as const;

/** RDMA_CM_*: states of connection ids. */
export const CM_STATE = {
  idle: 0,
  addr_query: 1,
  addr_resolved: 2,
  route_query: 3,
  route_resolved: 4,
  connect: 5,
  disconnect: 6,
  addr_bound: 7,
  listen: 8,
  device_removal: 9,
  destroying: 10,
} as const;

/** RDMA_PS_*: port spaces. */
export const PORT_SPACE = { ipoib: 0x2, tcp: 0x106, udp: 0x111, ib: 0x13f } as const;

/** IB_POLL_*: contexts in which the kernel polls its completion queues. */
export const POLL_CONTEXT = { direct: 0, softirq: 1, workqueue: 2, unbound_workqueue: 3 } as const;

/** The fields that all resources have. */
export interface Resource {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The process that made it; absent for the kernel's own. */
  pid?: number;
  /** The part of the kernel that made it. */
  kernName?: string;
  /** Properties that only the driver knows. */
  driver?: readonly DriverAttribute[];
}

const resource = {
  index: [1, u32],
  name: [2, string(63)],
  pid: [28, u32],
  kernName: [29, string(63)],
  driver: [52, driverAttributes],
} satisfies Shape<Resource>;

/** A queue pair. */
export interface Qp extends Resource {
  /** The port of the device. */
  port?: number;
  /** Number of the queue pair. */
  lqpn?: number;
  /** Number of the peer's queue pair, of connections. */
  rqpn?: number;
  /** Next packet sequence number of the receive queue, of connections. */
  rqPsn?: number;
  /** Next packet sequence number of the send queue. */
  sqPsn?: number;
  /** State of path migration, of connections. */
  pathMigState?: "migrated" | "rearm" | "armed" | number;
  /** The type. */
  type?: QpType;
  /** The state. */
  state?: keyof typeof QP_STATE | number;
  /** Number of the protection domain; absent for the kernel's own. */
  pdn?: number;
  /** The driver's type of the queue pair. Kernels since 6.3. */
  subtype?: string;
}

const qp = (): Shape<Qp> => ({
  ...resource,
  port: [3, u32],
  lqpn: [21, u32],
  rqpn: [22, u32],
  rqPsn: [23, u32],
  sqPsn: [24, u32],
  pathMigState: [25, enumeration(u8, { migrated: 0, rearm: 1, armed: 2 })],
  type: [26, qpType],
  state: [27, enumeration(u8, QP_STATE)],
  pdn: [60, u32],
  subtype: [98, string(63)],
});

/** Wire form of {@linkcode Qp}: RDMA_NLDEV_ATTR_RES_*. */
export const Qp: Attributes<Qp> = attributes(qp, { pad: 0 });

/** A connection id of the connection manager. */
export interface CmId extends Resource {
  /** The port of the device. */
  port?: number;
  /** Number of its queue pair. */
  lqpn?: number;
  /** The type of its queue pair. */
  type?: QpType;
  /** The port space. */
  ps?: keyof typeof PORT_SPACE | number;
  /** The state. */
  state?: keyof typeof CM_STATE | number;
  /** The own address with its port. */
  srcAddr?: string;
  /** The peer's address with its port. */
  dstAddr?: string;
  /** Number of the connection id. */
  cmIdn?: number;
}

const cmId = (): Shape<CmId> => ({
  ...resource,
  port: [3, u32],
  lqpn: [21, u32],
  type: [26, qpType],
  ps: [32, enumeration(u32, PORT_SPACE)],
  state: [27, enumeration(u8, CM_STATE)],
  srcAddr: [33, storage],
  dstAddr: [34, storage],
  cmIdn: [63, u32],
});

/** Wire form of {@linkcode CmId}: RDMA_NLDEV_ATTR_RES_*. */
export const CmId: Attributes<CmId> = attributes(cmId, { pad: 0 });

/** A completion queue. */
export interface Cq extends Resource {
  /** Number of entries. */
  cqe?: number;
  /** Number of its users. */
  usecnt?: number;
  /** Context in which the kernel polls its own queues. */
  pollCtx?: keyof typeof POLL_CONTEXT | number;
  /** True if it adapts the rate of interrupts. Kernels since 5.4. */
  dim?: boolean;
  /** Number of the completion queue. */
  cqn?: number;
  /** Number of the context; absent for the kernel's own. */
  ctxn?: number;
}

const cq = (): Shape<Cq> => ({
  ...resource,
  cqe: [37, u32],
  usecnt: [38, count64],
  pollCtx: [39, enumeration(u8, POLL_CONTEXT)],
  dim: [84, bool(u8) as Codec<boolean>],
  cqn: [61, u32],
  ctxn: [64, u32],
});

/** Wire form of {@linkcode Cq}: RDMA_NLDEV_ATTR_RES_*. */
export const Cq: Attributes<Cq> = attributes(cq, { pad: 0 });

/** A memory region. */
export interface Mr extends Resource {
  /** Key for the peer's access. */
  rkey?: number;
  /** Key for the own access. */
  lkey?: number;
  /** Address at which the peer sees it. */
  iova?: bigint;
  /** Length in bytes. */
  mrlen?: number;
  /** Number of the memory region. */
  mrn?: number;
  /** Number of the protection domain; absent for the kernel's own. */
  pdn?: number;
}

const mr = (): Shape<Mr> => ({
  ...resource,
  rkey: [42, u32],
  lkey: [43, u32],
  iova: [44, u64],
  mrlen: [45, count64],
  mrn: [62, u32],
  pdn: [60, u32],
});

/** Wire form of {@linkcode Mr}: RDMA_NLDEV_ATTR_RES_*. */
export const Mr: Attributes<Mr> = attributes(mr, { pad: 0 });

/** A protection domain. */
export interface Pd extends Resource {
  /** Key for the own access to all memory. */
  localDmaLkey?: number;
  /** Key with which the peer may access all memory. */
  unsafeGlobalRkey?: number;
  /** Number of its users. */
  usecnt?: number;
  /** Number of the protection domain. */
  pdn?: number;
  /** Number of the context; absent for the kernel's own. */
  ctxn?: number;
}

const pd = (): Shape<Pd> => ({
  ...resource,
  localDmaLkey: [48, u32],
  unsafeGlobalRkey: [49, u32],
  usecnt: [38, count64],
  pdn: [60, u32],
  ctxn: [64, u32],
});

/** Wire form of {@linkcode Pd}: RDMA_NLDEV_ATTR_RES_*. */
export const Pd: Attributes<Pd> = attributes(pd, { pad: 0 });

/** A context: the device as one process has opened it. */
export interface Ctx extends Resource {
  /** Number of the context. */
  ctxn?: number;
}

const ctx = (): Shape<Ctx> => ({ ...resource, ctxn: [64, u32] });

/** Wire form of {@linkcode Ctx}: RDMA_NLDEV_ATTR_RES_*. */
export const Ctx: Attributes<Ctx> = attributes(ctx, { pad: 0 });

/** Numbers of queue pairs: one, or a range. */
export interface QpRange {
  /** The number, if it is one. */
  lqpn?: number;
  /** The first number. */
  minRange?: number;
  /** The last number. */
  maxRange?: number;
}

/** Wire form of {@linkcode QpRange}: RDMA_NLDEV_ATTR_*. */
export const QpRange: Attributes<QpRange> = attributes((): Shape<QpRange> => ({
  lqpn: [21, u32],
  minRange: [91, u32],
  maxRange: [92, u32],
}));

/** A shared receive queue. */
export interface Srq extends Resource {
  /** Number of the shared receive queue. */
  srqn?: number;
  /** The type. */
  type?: "basic" | "xrc" | "tm" | number;
  /** Number of the protection domain. */
  pdn?: number;
  /** Number of the completion queue, of types that have one. */
  cqn?: number;
  /** Numbers of the queue pairs that use it. */
  qps?: readonly QpRange[];
}

const srq = (): Shape<Srq> => ({
  ...resource,
  srqn: [90, u32],
  type: [26, enumeration(u8, { basic: 0, xrc: 1, tm: 2 })],
  pdn: [60, u32],
  cqn: [61, u32],
  qps: [19, listOf(20, QpRange)],
});

/** Wire form of {@linkcode Srq}: RDMA_NLDEV_ATTR_RES_*. */
export const Srq: Attributes<Srq> = attributes(srq, { pad: 0 });

/** A resource in the driver's own form. */
export interface RawResource {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The bytes, whose meaning only the driver knows. */
  raw?: Uint8Array;
}

/** A request for resources, and a message with several of one device. */
type Listed<T> = T & {
  /** True if those are wanted too that the driver made for itself. */
  driverDetails?: boolean;
  entries?: readonly T[];
};

/** Returns the resources of a message, each with the device. */
const entriesOf: Entries = (message) => {
  const { index, name, entries } = message as Listed<Resource>;
  return (entries ?? []).map((entry) => ({ index, name, ...entry }));
};

/** The differences between the kinds of resources. */
interface Kind<T extends Resource> {
  readonly object: string;
  readonly shape: () => Shape<T>;
  readonly table: Attributes<T>;
  /** The nest of a list, and that of an entry. */
  readonly nests: readonly [list: number, entry: number];
  readonly get: number;
  readonly raw?: number;
  /** The field that numbers such resources on a device. */
  readonly id: keyof T & string;
}

/** Makes the table of messages with one object or with several. */
function listedTable<T extends object>(
  types: readonly number[],
  shape: () => Shape<T>,
  one: Attributes<T>,
  [list, entry]: readonly [number, number],
): Codec<unknown, never> {
  const table = attributes<Listed<T>>(() =>
    ({
      ...shape(),
      driverDetails: [97, bool(u8)],
      entries: [list, listOf(entry, one)],
    }) as Shape<Listed<T>>
  );
  declareMessages(NETLINK_RDMA, { types, codec: table as Codec<unknown, never> });
  return table as Codec<unknown, never>;
}

const rawShape = (): Shape<RawResource> => ({ index: [1, u32], name: [2, string(63)], raw: [85, bytes] });

/** Wire form of {@linkcode RawResource}: RDMA_NLDEV_ATTR_RES_RAW. */
export const RawResource: Attributes<RawResource> = attributes(rawShape);

/** A collection of resources, whose lists have messages of another form. */
class Listing<T extends object> extends Collection<T, Input<T> & object, object> {
  readonly #reply: Codec<unknown, never>;
  readonly #more: object;

  constructor(
    declaration: Declaration<T>,
    reply: Codec<unknown, never>,
    open: () => Client,
    requester: () => Requester,
    more: object,
  ) {
    super(declaration, open, () => new PerDevice(requester(), entriesOf));
    this.#reply = reply;
    this.#more = more;
  }

  override operation(...args: Parameters<Collection<T>["operation"]>): Operation {
    const operation = super.operation(...args);
    const value = { ...operation.value, ...this.#more };
    return { ...operation, flags: 0, codec: this.#reply, replyCodec: this.#reply, value };
  }
}

/** Options of listing resources. */
export interface ResourceOptions {
  /** True if those are listed too that the driver made for itself, as with `rdma -dd`. Kernels since 6.12. */
  details?: boolean;
}

const OPTIONS: OptionKinds = { details: "boolean" };

/** Operations on resources of one kind. */
export class Resources<T extends Resource> {
  readonly #all: (options: ResourceOptions) => Listing<T>;
  readonly #raw: Listing<RawResource> | undefined;
  readonly #object: string;

  /** Sends requests through the client that `open` returns. */
  constructor({ object, shape, table, nests, get, raw, id }: Kind<T>, open: () => Client) {
    const declaration: Declaration<T> = {
      object,
      table,
      messages: { new: get, del: get, get },
      groups: [],
      filters: ["index"],
      fixed: ["index"],
      listOnly: true,
      describe: (value) => {
        const { index, name = index, [id]: number } = value as Record<string, unknown>;
        return [name, number].filter((one) => one !== undefined).join(" ");
      },
      identity: (value) => `${value.index} ${value[id]}`,
      keyOf: (value) => {
        const { index, name, [id]: number } = value as Record<string, unknown>;
        return { ...(index === undefined ? { name } : { index }), [id]: number };
      },
    };
    const codec = listedTable([get], shape, table, nests);
    this.#object = object;
    this.#all = ({ details }) =>
      new Listing(declaration, codec, open, open, details === true ? { driverDetails: true } : {});
    if (raw === undefined) return;
    this.#raw = new Listing<RawResource>(
      {
        object: `raw ${object}`,
        table: RawResource,
        messages: { new: raw, del: raw, get: raw },
        groups: [],
        filters: ["index"],
        describe: () => "",
        identity: ({ index }) => String(index),
      },
      listedTable([raw], rawShape, RawResource, nests),
      open,
      open,
      {},
    );
  }

  #listing(options: ResourceOptions): Listing<T> {
    expectOptions(options, `list ${plural(this.#object)}`, OPTIONS);
    return this.#all(options);
  }

  /**
   * Returns the resources that match the filter, of all devices.
   *
   * @param filter fields and the values that they must have: `{ name: "rxe0", state: "rts" }`
   */
  list(filter?: Input<T> & object, options: ResourceOptions = {}): T[] {
    return this.#listing(options).list(filter);
  }

  /** Yields the resources that match the filter one by one. */
  iterate(filter?: Input<T> & object, options: ResourceOptions = {}): Generator<T, void, undefined> {
    return this.#listing(options).iterate(filter);
  }

  /**
   * Returns the resource with the number of `key`, on its device: `{ name: "rxe0", lqpn: 17 }`.
   *
   * @throws {KernelError} ENOENT: there is no such resource
   */
  get(key: Input<T> & object): T {
    return this.#listing({}).get(key);
  }

  /** Returns the resource with the number of `key`, `undefined` if there is none. */
  find(key: Input<T> & object): T | undefined {
    return this.#listing({}).find(key);
  }

  /**
   * Returns the resources in the driver's own form, as `rdma resource show qp -r`. Needs CAP_NET_ADMIN; devices whose
   * driver has no such form, and kinds that have none, give an empty list. Kernels since 5.9.
   */
  raw(filter?: RawResource): RawResource[] {
    return this.#raw?.list(filter) ?? [];
  }
}

const kinds = {
  qps: {
    object: "queue pair",
    shape: qp,
    table: Qp,
    nests: [19, 20],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_QP_GET,
    raw: RDMA_NL.RDMA_NLDEV_CMD_RES_QP_GET_RAW,
    id: "lqpn",
  } satisfies Kind<Qp>,
  cmIds: {
    object: "connection id",
    shape: cmId,
    table: CmId,
    nests: [30, 31],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_CM_ID_GET,
    id: "cmIdn",
  } satisfies Kind<CmId>,
  cqs: {
    object: "completion queue",
    shape: cq,
    table: Cq,
    nests: [35, 36],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_CQ_GET,
    raw: RDMA_NL.RDMA_NLDEV_CMD_RES_CQ_GET_RAW,
    id: "cqn",
  } satisfies Kind<Cq>,
  mrs: {
    object: "memory region",
    shape: mr,
    table: Mr,
    nests: [40, 41],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_MR_GET,
    raw: RDMA_NL.RDMA_NLDEV_CMD_RES_MR_GET_RAW,
    id: "mrn",
  } satisfies Kind<Mr>,
  pds: {
    object: "protection domain",
    shape: pd,
    table: Pd,
    nests: [46, 47],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_PD_GET,
    id: "pdn",
  } satisfies Kind<Pd>,
  contexts: {
    object: "context",
    shape: ctx,
    table: Ctx,
    nests: [86, 87],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_CTX_GET,
    id: "ctxn",
  } satisfies Kind<Ctx>,
  srqs: {
    object: "shared receive queue",
    shape: srq,
    table: Srq,
    nests: [88, 89],
    get: RDMA_NL.RDMA_NLDEV_CMD_RES_SRQ_GET,
    raw: RDMA_NL.RDMA_NLDEV_CMD_RES_SRQ_GET_RAW,
    id: "srqn",
  } satisfies Kind<Srq>,
} as const;

/** Numbers of a device's resources, by the kernel's name of the kind. */
export interface ResourceSummary {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The kinds, with how many there are. */
  summary?: readonly ResourceCount[];
}

/** The number of resources of one kind. */
export interface ResourceCount {
  /** The kind: `pd`, `cq`, `qp`, `cm_id`, `mr`, `ctx` or `srq`. */
  kind?: string;
  /** Number of these objects. */
  current?: number;
}

/** Wire form of {@linkcode ResourceCount}: RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_*. */
export const ResourceCount: Attributes<ResourceCount> = attributes((): Shape<ResourceCount> => ({
  kind: [17, string(255)],
  current: [18, count64],
}), { pad: 0 });

const summaryShape = (): Shape<ResourceSummary> => ({
  index: [1, u32],
  name: [2, string(63)],
  summary: [15, listOf(16, ResourceCount)],
});

/** Wire form of {@linkcode ResourceSummary}: RDMA_NLDEV_ATTR_RES_SUMMARY. */
export const ResourceSummary: Attributes<ResourceSummary> = attributes(summaryShape);

declareMessages(NETLINK_RDMA, {
  types: [RDMA_NL.RDMA_NLDEV_CMD_RES_GET],
  codec: ResourceSummary as Codec<unknown, never>,
});

/** The resources of one network namespace's devices. */
export class ResourceCollections {
  /** Queue pairs. */
  readonly qps: Resources<Qp>;
  /** Connection ids of the connection manager. */
  readonly cmIds: Resources<CmId>;
  /** Completion queues. */
  readonly cqs: Resources<Cq>;
  /** Memory regions. */
  readonly mrs: Resources<Mr>;
  /** Protection domains. */
  readonly pds: Resources<Pd>;
  /** Contexts: devices as processes have opened them. */
  readonly contexts: Resources<Ctx>;
  /** Shared receive queues. */
  readonly srqs: Resources<Srq>;
  readonly #open: () => Client;

  /** Creates the collections. They send requests through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    bindMethods(this);
    this.qps = new Resources(kinds.qps, open);
    this.cmIds = new Resources(kinds.cmIds, open);
    this.cqs = new Resources(kinds.cqs, open);
    this.mrs = new Resources(kinds.mrs, open);
    this.pds = new Resources(kinds.pds, open);
    this.contexts = new Resources(kinds.contexts, open);
    this.srqs = new Resources(kinds.srqs, open);
  }

  /** Returns the numbers of resources of each device. Like `rdma resource show`. */
  summary(): ResourceSummary[] {
    return this.#open().dump({
      type: RDMA_NL.RDMA_NLDEV_CMD_RES_GET,
      flags: 0,
      codec: ResourceSummary as Codec<unknown, never>,
      value: {},
      what: "count RDMA resources",
      reply: RDMA_NL.RDMA_NLDEV_CMD_RES_GET,
    }) as ResourceSummary[];
  }
}

/** The resources, on a socket that the first use opens. */
export const resources: ResourceCollections = new ResourceCollections(onShared(NETLINK_RDMA));
