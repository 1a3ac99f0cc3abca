/**
 * NETLINK_RDMA: RDMA devices, their ports, and what they have in use, as with `rdma`.
 *
 * ```ts ignore
 * import { devices, links } from "@linux/netlink/families/rdma/mod.ts";
 * links.add({ name: "rxe0", kind: "rxe", dev: "eth0" });
 * for (const { name, protocol } of devices.list()) console.log(name, protocol);
 * ```
 *
 * Reading needs no privilege, changing and events need CAP_NET_ADMIN. In Linux since 4.14, in module ib_core.
 *
 * @module
 */
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import { Client, type OpenOptions } from "../../core/client.ts";
import { Devices } from "./devices.ts";
import { Chardevs, FrmrPoolCollection } from "./chardevs.ts";
import { RdmaLinks } from "./links.ts";
import { NETLINK_RDMA } from "./protocol.ts";
import { ResourceCollections } from "./resources.ts";
import { StatisticCollections } from "./statistics.ts";
import { System } from "./system.ts";

/** A client with its own socket, in a network namespace, and with all collections. */
export class RdmaClient implements Disposable {
  /** Devices. */
  readonly devices: Devices;
  /** Ports of devices. */
  readonly links: RdmaLinks;
  /** Queue pairs, memory regions and the like. */
  readonly resources: ResourceCollections;
  /** Counters. */
  readonly statistics: StatisticCollections;
  /** Settings for the whole machine. */
  readonly system: System;
  /** Character devices. */
  readonly chardevs: Chardevs;
  /** Pools of memory registrations. */
  readonly frmrPools: FrmrPoolCollection;
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = this.#client = new Client(NETLINK_RDMA, options), open = (): Client => client;
    this.devices = new Devices(open);
    this.links = new RdmaLinks(open);
    this.resources = new ResourceCollections(open);
    this.statistics = new StatisticCollections(open);
    this.system = new System(open);
    this.chardevs = new Chardevs(open);
    this.frmrPools = new FrmrPoolCollection(open);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a client with its own socket, in a network namespace or with other options.
 *
 * @throws {SystemError} the kernel lacks the protocol; the namespace does not exist, or the process may not enter it
 */
export function open(options: OpenOptions = {}): RdmaClient {
  return new RdmaClient(options);
}

export * from "./chardevs.ts";
export * from "./devices.ts";
export type { DriverAttribute } from "./driver.ts";
export * from "./events.ts";
export * from "./links.ts";
export * from "./resources.ts";
export * from "./services.ts";
export * from "./statistics.ts";
export * from "./system.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/stream.ts";
export type * from "../../core/transport.ts";
export type {
  ChangeEvent,
  Listening,
  NoObject,
  PlainWatchEvent,
  PlainWatchOptions,
  SilentRemoval,
  SyncedEvent,
  WaitOptions,
  WatchEvent,
  Watching,
  WatchOptions,
} from "../../core/watch.ts";
