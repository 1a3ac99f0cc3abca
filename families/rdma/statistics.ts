/**
 * Counters of RDMA devices, as with `rdma statistic`: those of a port, those bound to queue pairs, and those of memory
 * regions.
 *
 * ```ts ignore
 * import { statistics } from "@linux/netlink/families/rdma/statistics.ts";
 * for (const { name, port, counters } of statistics.list()) console.log(`${name}/${port}`, counters);
 * ```
 *
 * Reading needs no privilege, changing needs CAP_NET_ADMIN. Few drivers have counters of queue pairs and memory regions.
 *
 * @module
 */
import { bindMethods } from "../../core/arguments.ts";
import type { Client } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  bool,
  type Codec,
  enumeration,
  listOf,
  mask,
  type Shape,
  shown,
  string,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { argumentError, KernelError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import { counters } from "./driver.ts";
import { linkFields, type RdmaLinkKey, RdmaLinks } from "./links.ts";
import { PerDevice } from "./per_device.ts";
import { NETLINK_RDMA, RDMA_NL } from "./protocol.ts";
import { Qp, type QpType, qpType } from "./resources.ts";

const { RDMA_NLDEV_CMD_STAT_GET, RDMA_NLDEV_CMD_STAT_SET, RDMA_NLDEV_CMD_STAT_DEL } = RDMA_NL;
const { RDMA_NLDEV_CMD_STAT_GET_STATUS } = RDMA_NL;

/** The resources that have counters of their own, by the number of their nest. */
const STAT_RES = { qp: 19, mr: 40 } as const;

/** Criteria by which queue pairs get counters by themselves. */
export const AUTO_MODE = { qp_type: 1, pid: 2 } as const;

/** Ways in which queue pairs get counters: not at all, by themselves, or by `bind`. */
export type CounterMode = "none" | "auto" | "manual" | number;

const mode: Codec<CounterMode> = enumeration(u32, { none: 0, auto: 1, manual: 2 });

/** A counter of queue pairs. */
export interface QpCounter {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The port of the device. */
  port?: number;
  /** The number of the counter. */
  counterId?: number;
  /** Way in which the counter was bound. */
  mode?: CounterMode;
  /** The type of its queue pairs, if it was made by that. */
  type?: QpType;
  /** The process of its queue pairs, if it was made by that. */
  pid?: number;
  /** The part of the kernel that made its queue pairs, if it was made by that. */
  kernName?: string;
  /** Its queue pairs. */
  qps?: readonly Qp[];
  /** The values, by the driver's names. */
  counters?: Readonly<Record<string, number>>;
}

const qpCounter = (): Shape<QpCounter> => ({
  index: [1, u32],
  name: [2, string(63)],
  port: [3, u32],
  counterId: [79, u32],
  mode: [74, mode],
  type: [26, qpType],
  pid: [28, u32],
  kernName: [29, string(63)],
  qps: [19, listOf(20, Qp)],
  counters: [80, counters],
});

/** Wire form of {@linkcode QpCounter}: RDMA_NLDEV_ATTR_STAT_COUNTER_ENTRY. */
export const QpCounter: Attributes<QpCounter> = attributes(qpCounter);

/** The counters of a memory region. */
export interface MrCounters {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The number of the memory region. */
  mrn?: number;
  /** The values, by the driver's names. */
  counters?: Readonly<Record<string, number>>;
}

/** Wire form of {@linkcode MrCounters}: RDMA_NLDEV_ATTR_RES_MR_ENTRY in statistics. */
export const MrCounters: Attributes<MrCounters> = attributes((): Shape<MrCounters> => ({
  index: [1, u32],
  name: [2, string(63)],
  mrn: [62, u32],
  counters: [80, counters],
}));

/** A message about statistics. */
export interface Statistics extends QpCounter {
  /** Owner of the counters: queue pairs or memory regions; absent for those of a port. */
  res?: "qp" | "mr" | number;
  /** Criteria by which queue pairs get counters by themselves. */
  autoModeMask?: readonly (keyof typeof AUTO_MODE | number)[];
  /** True if such counters have the optional values too. Kernels after 6.15. */
  opcounterEnabled?: boolean;
  /** Number of the queue pair to bind or unbind. */
  lqpn?: number;
  /** Number of the memory region. */
  mrn?: number;
  /** Counters of queue pairs. */
  qpCounters?: readonly QpCounter[];
  /** Counters of memory regions. */
  mrCounters?: readonly MrCounters[];
}

/** Wire form of {@linkcode Statistics}: RDMA_NLDEV_ATTR_STAT_*. */
export const Statistics: Attributes<Statistics> = attributes((): Shape<Statistics> => ({
  ...qpCounter(),
  res: [75, enumeration(u32, STAT_RES)],
  autoModeMask: [76, mask(u32, AUTO_MODE)],
  opcounterEnabled: [104, bool(u8)],
  lqpn: [21, u32],
  mrn: [62, u32],
  qpCounters: [77, listOf(78, QpCounter)],
  mrCounters: [40, listOf(41, MrCounters)],
}));

/** A value that a port may count. */
export interface CounterStatus {
  /** The driver's name of the value. */
  name?: string;
  /** The number of the value on this port. */
  index?: number;
  /** True if it is optional and counted, false if it is optional and not counted; absent if it is always counted. */
  dynamic?: boolean;
}

/** Wire form of {@linkcode CounterStatus}: RDMA_NLDEV_ATTR_STAT_HWCOUNTER_*. */
export const CounterStatus: Attributes<CounterStatus> = attributes((): Shape<CounterStatus> => ({
  name: [82, string(255)],
  index: [94, u32],
  dynamic: [95, bool(u8)],
}));

/** The values that a port may count. */
export interface PortStatus {
  /** The number of the device. */
  index?: number;
  /** The name of the device. */
  name?: string;
  /** The port of the device. */
  port?: number;
  /** The values. */
  counters?: readonly CounterStatus[];
}

/** Wire form of {@linkcode PortStatus}: RDMA_NLDEV_ATTR_STAT_HWCOUNTERS. */
export const PortStatus: Attributes<PortStatus> = attributes((): Shape<PortStatus> => ({
  index: [1, u32],
  name: [2, string(63)],
  port: [3, u32],
  counters: [80, listOf(81, CounterStatus)],
}));

/** The optional values to count, by their numbers. */
export interface OptionalCounters {
  /** The number of the device. */
  index?: number;
  /** The port of the device. */
  port?: number;
  /** The numbers of the values. */
  counters?: readonly number[];
}

/** Wire form of the optional values to count: RDMA_NLDEV_ATTR_STAT_HWCOUNTERS of numbers. */
export const OptionalCounters: Attributes<OptionalCounters> = attributes((): Shape<OptionalCounters> => ({
  index: [1, u32],
  port: [3, u32],
  counters: [80, listOf(94, u32)],
}));

const STATISTICS = Statistics as Codec<unknown, never>;

declareMessages(
  NETLINK_RDMA,
  { types: [RDMA_NLDEV_CMD_STAT_GET, RDMA_NLDEV_CMD_STAT_SET, RDMA_NLDEV_CMD_STAT_DEL], codec: STATISTICS },
  { types: [RDMA_NLDEV_CMD_STAT_GET_STATUS], codec: PortStatus as Codec<unknown, never> },
);

/** Settings by which queue pairs of a port get counters. */
export type PortMode = Pick<Statistics, "index" | "name" | "port" | "mode" | "autoModeMask" | "opcounterEnabled">;

/** The counters of a port. */
export type PortCounters = Pick<Statistics, "index" | "name" | "port" | "counters">;

const EINVAL = "EINVAL";

/** Operations on counters. */
export class StatisticCollections {
  readonly #open: () => Client;
  readonly #links: RdmaLinks;

  /** Sends requests through the client that `open` returns. */
  constructor(open: () => Client) {
    this.#open = open;
    bindMethods(this);
    this.#links = new RdmaLinks(open);
  }

  /** Returns the number of a device and its port, for the requests about it. */
  #place(link: RdmaLinkKey): { index: number; port: number } {
    const key = typeof link === "object" ? link : linkFields(link);
    const { index, port } = this.#links.get(key);
    return { index: index!, port: port! };
  }

  #ask(type: number, value: Statistics | OptionalCounters | PortStatus, what: string, codec = STATISTICS): unknown {
    return this.#open().request({
      type,
      flags: 0,
      codec,
      value,
      what,
      // The kernel answers that it has unbound with the type of binding.
      reply: type === RDMA_NLDEV_CMD_STAT_DEL ? RDMA_NLDEV_CMD_STAT_SET : type,
      replyCodec: type === RDMA_NLDEV_CMD_STAT_SET ? STATISTICS : codec,
      ...(type === RDMA_NLDEV_CMD_STAT_GET ? { looks: true as const } : {}),
    });
  }

  #dump(res: keyof typeof STAT_RES, entries: "qpCounters" | "mrCounters", what: string): unknown[] {
    const all = new PerDevice(this.#open(), (message) => {
      const { index, name, [entries]: list = [] } = message as Statistics;
      return list.map((one) => ({ index, name, ...one }));
    });
    return all.dump({
      type: RDMA_NLDEV_CMD_STAT_GET,
      flags: 0,
      codec: STATISTICS,
      value: { res },
      what,
      reply: RDMA_NLDEV_CMD_STAT_GET,
    });
  }

  /** Returns the counters of all ports that have some. Like `rdma statistic show`. */
  list(): PortCounters[] {
    return this.#links.list().flatMap(({ index, port }) => {
      try {
        return [this.get({ index: index!, port: port! })];
      } catch (error) {
        if (error instanceof KernelError && error.code === EINVAL) return [];
        throw error;
      }
    });
  }

  /**
   * Returns the counters of a port. Like `rdma statistic show link rxe0/1`.
   *
   * @throws {KernelError} EINVAL: the driver has no counters
   */
  get(link: RdmaLinkKey): PortCounters {
    return this.#ask(RDMA_NLDEV_CMD_STAT_GET, this.#place(link), "get RDMA statistics") as PortCounters;
  }

  /** Returns the counters that are bound to queue pairs. Like `rdma statistic qp show`. */
  qps(): QpCounter[] {
    return this.#dump("qp", "qpCounters", "list counters of queue pairs") as QpCounter[];
  }

  /** Returns the counters of memory regions. Like `rdma statistic mr show`. Kernels since 5.10. */
  mrs(): MrCounters[] {
    return this.#dump("mr", "mrCounters", "list counters of memory regions") as MrCounters[];
  }

  /** Returns how queue pairs of a port get counters. Like `rdma statistic qp mode`. */
  mode(link: RdmaLinkKey): PortMode {
    const value = { ...this.#place(link), res: "qp", mode: "none" } as const;
    return this.#ask(RDMA_NLDEV_CMD_STAT_GET, value, "get the mode of counters") as PortMode;
  }

  /**
   * Lets new queue pairs of a port get counters by themselves, one for each type or process; without criteria no more.
   * Like `rdma statistic qp set link mlx5_0/1 auto type,pid on`.
   *
   * @param optional true for the optional values too. Kernels after 6.15
   * @throws {KernelError} EOPNOTSUPP: the driver has no such counters
   */
  setAuto(link: RdmaLinkKey, criteria: readonly (keyof typeof AUTO_MODE)[], optional?: boolean): void {
    if (!Array.isArray(criteria)) {
      throw argumentError(TypeError, `Cannot set the mode of counters: expected criteria, got ${shown(criteria)}`);
    }
    this.#ask(RDMA_NLDEV_CMD_STAT_SET, {
      ...this.#place(link),
      res: "qp",
      mode: "auto",
      autoModeMask: criteria,
      ...(optional === undefined ? {} : { opcounterEnabled: optional }),
    }, "set the mode of counters");
  }

  /**
   * Binds a counter to a queue pair. Like `rdma statistic qp bind link mlx5_0/1 lqpn 178`.
   *
   * @param counterId the counter; a new one when absent
   * @returns the number of the counter
   */
  bind(link: RdmaLinkKey, lqpn: number, counterId?: number): number {
    const bound = this.#ask(RDMA_NLDEV_CMD_STAT_SET, {
      ...this.#place(link),
      res: "qp",
      mode: "manual",
      lqpn,
      ...(counterId === undefined ? {} : { counterId }),
    }, "bind a counter") as Statistics;
    return bound.counterId!;
  }

  /** Unbinds a counter from a queue pair. Like `rdma statistic qp unbind link mlx5_0/1 cntn 4 lqpn 178`. */
  unbind(link: RdmaLinkKey, lqpn: number, counterId: number): void {
    const value = { ...this.#place(link), res: "qp", lqpn, counterId } as const;
    this.#ask(RDMA_NLDEV_CMD_STAT_DEL, value, "unbind a counter");
  }

  /** Returns the values that a port may count. Like `rdma statistic mode supported`. Kernels since 5.16. */
  status(link: RdmaLinkKey): readonly CounterStatus[] {
    const codec = PortStatus as Codec<unknown, never>;
    const { counters } = this.#ask(
      RDMA_NLDEV_CMD_STAT_GET_STATUS,
      this.#place(link),
      "get the state of counters",
      codec,
    ) as PortStatus;
    return counters ?? [];
  }

  /**
   * Counts these optional values of a port, and no other optional ones. Like
   * `rdma statistic set link mlx5_0/1 optional-counters cc_rx_ce_pkts`. Kernels since 5.16.
   *
   * @throws {TypeError} the port has no such optional value
   */
  setOptional(link: RdmaLinkKey, names: readonly string[]): void {
    const what = "set optional counters", place = this.#place(link), known = this.status(place);
    if (!Array.isArray(names)) throw argumentError(TypeError, `Cannot ${what}: expected names, got ${shown(names)}`);
    const numbers = (names as readonly string[]).map((name) => {
      const found = known.find((one) => one.name === name);
      if (found?.dynamic !== undefined) return found.index!;
      throw argumentError(TypeError, `Cannot ${what}: ${shown(name)} is no optional counter of the port`);
    });
    const value = { ...place, counters: numbers };
    this.#ask(RDMA_NLDEV_CMD_STAT_SET, value, what, OptionalCounters as Codec<unknown, never>);
  }
}

/** The counters, on a socket that the first use opens. */
export const statistics: StatisticCollections = new StatisticCollections(onShared(NETLINK_RDMA));
