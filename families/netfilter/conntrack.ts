/**
 * Connection tracking: the table of flows, as with `conntrack`.
 *
 * ```ts ignore
 * import { conntrack } from "@linux/netlink/families/netfilter/conntrack.ts";
 * console.log(conntrack.flush({ orig: { src: "10.0.0.5" } }), "flows ended");
 * for await (const e of conntrack.watch("new", "destroy")) console.log(e.event, e.value.orig);
 * ```
 *
 * Needs CAP_NET_ADMIN. A network namespace tracks flows once a rule or a socket needs it (`ct state` in nft). Three
 * settings of /proc/sys/net/netfilter add to what is known of a flow: `nf_conntrack_acct` counters,
 * `nf_conntrack_timestamp` begin and end; `nf_conntrack_events` 0 stops the events.
 *
 * Kernels filter lists by mark since Linux 3.x, by status and addresses since 5.8, by zone since 6.8. Whatever the
 * kernel ignores is filtered here.
 *
 * Source: linux/netfilter/nfnetlink_conntrack.h, v7.2
 *
 * @module
 */
import { expectFields, expectOptions, guardMethods, selection, WATCH_OPTIONS } from "../../core/arguments.ts";
import type { Client, OpenOptions, Requester } from "../../core/client.ts";
import {
  type Attributes,
  attributes,
  be16,
  be32,
  checkValues,
  type Codec,
  head,
  type Shape,
  shown,
} from "../../core/codec/mod.ts";
import { type AddOptions, Collection, type Declaration, type DeleteOptions, onShared } from "../../core/collection.ts";
import { argumentError, BatchError, ERRNO, KernelError } from "../../core/errors.ts";
import { declareMessages } from "../../core/messages.ts";
import type { WaitOptions } from "../../core/watch.ts";
import {
  type FlowChange,
  type FlowNotice,
  type FlowWatchOptions,
  type FlowWord,
  GROUPS,
  watchFlows,
} from "./conntrack/watch.ts";
import { type FlowInput, prepareFlow } from "./conntrack/prepare.ts";
import { Flow } from "./flow.ts";
import { type NetfilterClient, openNetfilter } from "./open.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, NFGENMSG, NFNL_SUBSYS, subsystemHint } from "./protocol.ts";
import { isAnyFamily, isNarrow, tupleText } from "./tuple.ts";

/** Statistics of one CPU, since the machine started. Kernels differ in which they count. */
export interface ConntrackCpuStats {
  /** Number of the CPU. */
  cpu: number;
  /** Entries looked at (before Linux 2.6.33). */
  searched?: number;
  /** Successful look-ups while searching for a free tuple. */
  found?: number;
  /** New flows (before Linux 4.9). */
  new?: number;
  /** Packets that cannot be tracked. */
  invalid?: number;
  /** Packets of flows already known (before Linux 4.9). */
  ignore?: number;
  /** Entries removed (before Linux 4.9). */
  delete?: number;
  /** Entries put on the list of dying ones (before Linux 4.9). */
  deleteList?: number;
  /** Entries inserted. */
  insert?: number;
  /** Entries that could not be inserted, as another was there. */
  insertFailed?: number;
  /** Packets dropped, as the table was full or memory short. */
  drop?: number;
  /** Flows ended early to make room. */
  earlyDrop?: number;
  /** Packets with an ICMP error that belongs to no flow, and other errors. */
  error?: number;
  /** Look-ups begun again, as the table changed. */
  searchRestart?: number;
  /** Collisions of new flows that were resolved. */
  clashResolve?: number;
  /** Packets dropped, as the chain of their hash was too long. */
  chainToolong?: number;
}

/** Wire form of {@linkcode ConntrackCpuStats}: nfgenmsg and CTA_STATS_*. */
export const ConntrackCpuStats: Attributes<ConntrackCpuStats> = attributes((): Shape<ConntrackCpuStats> => ({
  cpu: head(2, be16),
  searched: [1, be32],
  found: [2, be32],
  new: [3, be32],
  invalid: [4, be32],
  ignore: [5, be32],
  delete: [6, be32],
  deleteList: [7, be32],
  insert: [8, be32],
  insertFailed: [9, be32],
  drop: [10, be32],
  earlyDrop: [11, be32],
  error: [12, be32],
  searchRestart: [13, be32],
  clashResolve: [14, be32],
  chainToolong: [15, be32],
}), { header: NFGENMSG });

/** Statistics of the table. */
export interface ConntrackStats {
  /** Number of flows in the table. */
  entries?: number;
  /** Most flows that fit. */
  maxEntries?: number;
}

/** Wire form of {@linkcode ConntrackStats}: nfgenmsg and CTA_STATS_GLOBAL_*. */
export const ConntrackStats: Attributes<ConntrackStats> = attributes((): Shape<ConntrackStats> => ({
  entries: [1, be32],
  maxEntries: [2, be32],
}), { header: NFGENMSG });

const {
  IPCTNL_MSG_CT_NEW: NEW,
  IPCTNL_MSG_CT_GET: GET,
  IPCTNL_MSG_CT_DELETE: DELETE,
  IPCTNL_MSG_CT_GET_CTRZERO: GET_CTRZERO,
  IPCTNL_MSG_CT_GET_STATS_CPU: GET_STATS_CPU,
  IPCTNL_MSG_CT_GET_STATS: GET_STATS,
  IPCTNL_MSG_CT_GET_DYING: GET_DYING,
  IPCTNL_MSG_CT_GET_UNCONFIRMED: GET_UNCONFIRMED,
} = NETFILTER_MSG;

const declaration: Declaration<Flow> = {
  protocol: NETLINK_NETFILTER,
  object: "flow",
  table: Flow,
  messages: { new: NEW, del: DELETE, get: GET },
  also: [GET_CTRZERO, GET_DYING, GET_UNCONFIRMED],
  groups: Object.values(GROUPS),
  filters: ["family", "orig", "reply", "mark", "markMask", "status", "statusMask", "zone"],
  describe: (value) => tupleText((value as Flow).orig ?? (value as Flow).reply),
  identity: ({ id, zone, orig }) => `${id} ${zone ?? ""} ${tupleText(orig)}`,
  keyOf(value) {
    const { family, orig, reply, zone, id } = value as Flow;
    return { family, ...(orig === undefined ? { reply } : { orig }), zone, id };
  },
  prepare: prepareFlow,
  setFlags: 0,
  hint: (code, details) => {
    if (code === "EBUSY") {
      return "the kernel refuses to clear seen_reply or assured: give all bits that the flow's status has";
    }
    return subsystemHint(NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK, code, details);
  },
};

declareMessages(
  NETLINK_NETFILTER,
  { types: [GET_STATS_CPU], codec: ConntrackCpuStats as Codec<unknown, never> },
  { types: [GET_STATS], codec: ConntrackStats as Codec<unknown, never> },
);

/** Most flows that `flush` holds, and ends with one send. */
const PORTION = 1024;

/** The collection of flows, with requests of its own. */
class Flows extends Collection<Flow, FlowInput> {
  override get(key: FlowInput): Flow {
    const flow = super.get(key);
    if (key.id === undefined || key.id === flow.id) return flow;
    const what = `get flow ${declaration.describe(key)}`;
    throw new KernelError(what, ERRNO.ENOENT, { kernelMessage: "another flow has these addresses and ports by now" });
  }

  protected override fits(flow: Flow, conditions: readonly (readonly [string, unknown])[]): boolean {
    const wanted = conditions.filter((one) => !isAnyFamily(one));
    const { mark, markMask, status, statusMask, ...rest } = Object.fromEntries(wanted) as Partial<Flow>;
    if (markMask === undefined && statusMask === undefined) return super.fits(flow, wanted);
    const bits = statusMask ?? status ?? [];
    return ((Number(flow.mark ?? 0) ^ (mark ?? 0)) & (markMask ?? (mark === undefined ? 0 : ~0))) === 0 &&
      bits.every((bit) =>
        flow.status?.includes(bit) === (statusMask === undefined || status?.includes(bit) === true)
      ) &&
      super.fits(flow, Object.entries(rest));
  }

  /** Yields the flows that match a filter, and sets their counters to zero. */
  zero(filter: FlowInput | undefined): Generator<Flow, void, undefined> {
    return this.iterateBy(GET_CTRZERO, filter);
  }
}

/** The arguments of {@linkcode Conntrack.watch}. */
export type FlowWatchArguments<W extends FlowWord> = readonly [...W[], FlowWatchOptions] | readonly W[];

/** The flows of one network namespace. */
export class Conntrack {
  readonly #open: () => Client;
  readonly #requester: () => Requester;
  readonly #flows: Flows;

  /** Sends requests through what `requester` returns, and watches with the client that `open` returns. */
  constructor(open: () => Client, requester: () => Requester = open) {
    this.#open = open;
    this.#requester = requester;
    this.#flows = new Flows(declaration, open, requester);
    guardMethods(this);
  }

  /**
   * Returns all flows that match a filter. Like `conntrack -L`.
   *
   * @param filter fields and the values that they must have: `{ orig: { proto: "tcp", dstPort: 443 } }`; status bits
   * that must be set, or with `statusMask` also bits that must not: `{ status: [], statusMask: ["assured"] }`; a mark,
   * with `markMask` only these bits of it
   */
  list(filter?: FlowInput): Flow[] {
    return this.#flows.list(filter);
  }

  /** Yields the flows that match a filter one by one, in constant memory, over a socket of its own. */
  iterate(filter?: FlowInput): Generator<Flow, void, undefined> {
    return this.#flows.iterate(filter);
  }

  /**
   * Returns the flow that a key denotes: an object with `orig`, or with `reply`, and the `zone` if it has one.
   *
   * @throws {KernelError} ENOENT: there is none; or another one, if the key has an `id`
   */
  get(key: FlowInput): Flow {
    return this.#flows.get(key);
  }

  /** Returns the flow that a key denotes; `undefined` when there is none. */
  find(key: FlowInput): Flow | undefined {
    return this.#flows.find(key);
  }

  /** Returns a flow as `get` does, and sets its counters to zero. */
  getAndZero(key: FlowInput): Flow {
    const operation = this.#flows.operation("get", GET_CTRZERO, this.#flows.keyValue(key, "get"), NEW);
    // It must not be repeated, as the counters are returned once.
    const { looks: _, ...once } = operation;
    return this.#requester().request(once) as Flow;
  }

  /**
   * Returns the flows that match a filter as `list` does, and sets their counters to zero. Kernels before 5.8 set those
   * of all flows to zero, as they do not know most filters.
   */
  listAndZero(filter?: FlowInput): Flow[] {
    return [...this.#flows.zero(filter)];
  }

  /** Returns the flows that have ended, but that a program or an undelivered event still holds. */
  listDying(): Flow[] {
    return this.#listOther(GET_DYING, "list dying flows");
  }

  /** Returns the flows of packets that are still on their way through the rules. Since Linux 5.19 there are none. */
  listUnconfirmed(): Flow[] {
    return this.#listOther(GET_UNCONFIRMED, "list unconfirmed flows");
  }

  #listOther(type: number, what: string): Flow[] {
    return this.#requester().dump({ ...this.#flows.operation("list", type, {}, NEW), what }) as Flow[];
  }

  /** Returns the number of flows, and the most that fit. Like `conntrack -C`. */
  stats(): ConntrackStats {
    const codec = ConntrackStats as Codec<unknown, never>, what = "get conntrack statistics";
    const operation = { type: GET_STATS, flags: 0, codec, value: {}, what, reply: GET_STATS, looks: true } as const;
    return this.#requester().request(operation) as ConntrackStats;
  }

  /** Returns statistics of each CPU. Like `conntrack -S`. */
  statsCpu(): ConntrackCpuStats[] {
    const codec = ConntrackCpuStats as Codec<unknown, never>, what = "list conntrack statistics of CPUs";
    const operation = { type: GET_STATS_CPU, flags: 0, codec, value: {}, what, reply: GET_STATS_CPU };
    return this.#requester().dump(operation) as ConntrackCpuStats[];
  }

  /**
   * Adds a flow. Like `conntrack -I`.
   *
   * `orig` and `timeout` are needed; `reply` is the reverse of `orig` by default. A listed flow is added as it was: if
   * its status says that it has NAT, that is added too.
   *
   * @param options `{ exists: "ok" }` if there may be a flow with one of these directions already
   * @returns false if there was one, so that nothing was changed
   * @throws {KernelError} EEXIST: a flow has one of these directions
   */
  add(value: FlowInput, options?: AddOptions): boolean {
    return this.#flows.add(value, options);
  }

  /**
   * Changes only the given fields of the flow that a key denotes. Like `conntrack -U`.
   *
   * `markMask` and `labelsMask` limit a change to these bits. A `status` has all bits that the flow has, and more.
   */
  set(key: FlowInput, changes: FlowInput): void {
    this.#flows.set(key, changes);
  }

  /**
   * Ends the flow that a key denotes. A listed flow denotes itself, not a later one with the same addresses and ports,
   * unless the kernel has reused its memory, and thereby its `id`.
   *
   * @param options `{ missing: "ok" }` if there may be no such flow
   * @returns false if there was none, so that nothing was changed
   * @throws {KernelError} ENOENT: there is none
   * @throws {TypeError} the key has no direction: the kernel would end all flows
   */
  delete(key: FlowInput, options?: DeleteOptions): boolean {
    return this.#flows.delete(key, options);
  }

  /**
   * Ends all flows that match a filter, in any number and in constant memory.
   *
   * It lists the flows and ends them one by one, since a kernel that does not know a filter would end all flows.
   *
   * @param filter as for `list`; `{ all: true }` for everything
   * @returns the number of flows that it ended; those that ended by themselves meanwhile do not count
   * @throws {TypeError} the filter has no condition: it is empty, or has only undefined fields
   * @throws {BatchError} the kernel refuses to end a flow
   */
  flush(filter: FlowInput | { all: true }): number {
    const what = "flush flows", rest = selection<FlowInput>(filter, what, isNarrow, "end");
    checkValues(Flow, rest, what);
    const missed = new Set<string>();
    let ended = 0, portion: Flow[] = [];
    for (const flow of this.iterate(rest)) {
      if (portion.push(flow) < PORTION) continue;
      ended += this.#end(portion, missed);
      portion = [];
    }
    ended += this.#end(portion, missed);
    if (missed.size === 0) return ended;
    // A flow that was not found has ended by itself, unless it is still listed.
    for (const flow of this.iterate(rest)) {
      if (!missed.has(this.key(flow))) continue;
      throw new KernelError(`delete flow ${declaration.describe(flow)}`, ERRNO.ENOENT, {
        kernelMessage: "it is still listed",
      });
    }
    return ended;
  }

  /** Ends flows, and returns how many the kernel found; adds the keys of the others to `missed`. */
  #end(flows: readonly Flow[], missed: Set<string>): number {
    if (flows.length === 0) return 0;
    try {
      this.#open().runBatch((add) => {
        for (const flow of flows) add(this.#flows.operation("delete", DELETE, this.#flows.keyValue(flow, "delete")));
      }, "flush flows");
      return flows.length;
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      const refused = error.without((one) => (one.error as KernelError).code === "ENOENT");
      if (refused !== undefined) throw refused;
      for (const { index } of error.failures) missed.add(this.key(flows[index]!));
      return flows.length - error.failures.length;
    }
  }

  /** Returns a text that distinguishes a flow from all others, also from later ones with the same addresses and ports. */
  key(flow: Flow): string {
    return declaration.identity(flow);
  }

  /**
   * Yields events of flows from now on; `new` and `destroy` when no event is named. Each event has a cost for every
   * packet that causes it, so only those named are asked for: `update` is by far the most frequent.
   *
   * Since Linux 5.18, a flow that was made while nobody watched has no events, unless `nf_conntrack_events` is 1: set it
   * to 1 to be told when older flows end.
   *
   * Ends when the loop is left or `signal` is aborted. Messages that are lost, as they arrive faster than they are
   * read, are told as `{ event: "overrun" }`; with `resync: true` the table is listed again, and the differences are
   * yielded, then `{ event: "synced" }`.
   */
  watch<W extends FlowWord = "new" | "destroy">(
    ...args: FlowWatchArguments<W>
  ): AsyncIterableIterator<FlowChange<W> | FlowNotice> & AsyncDisposable {
    const last = args.at(-1), named = typeof last === "string" || last === undefined;
    const options = named ? {} : last as FlowWatchOptions, words = (named ? args : args.slice(0, -1)) as FlowWord[];
    expectFields(options, "watch flows", "names of events, then options as an object");
    expectOptions(options, "watch flows", WATCH_OPTIONS);
    for (const word of words) {
      if (Object.hasOwn(GROUPS, word)) continue;
      throw argumentError(TypeError, `Cannot watch flows: expected "new", "update" or "destroy", got ${shown(word)}`);
    }
    return watchFlows(this.#open(), {
      words: new Set(words.length === 0 ? ["new", "destroy"] : words),
      options,
      all: () => this.list(),
      keyOf: (flow) => this.key(flow),
    }) as never;
  }

  /**
   * Waits until the flow that a key denotes passes a test.
   *
   * @param test the condition; the flow's existence, when absent
   * @throws {NetlinkError} TIMEOUT: the time limit passed; CLOSED: the client was closed
   */
  waitFor(key: FlowInput, test?: (flow: Flow) => boolean, options?: WaitOptions): Promise<Flow>;
  /** Waits until there is no such flow, with `"gone"` instead of a test. */
  waitFor(key: FlowInput, gone: "gone", options?: WaitOptions): Promise<undefined>;
  async waitFor(
    key: FlowInput,
    test?: ((flow: Flow) => boolean) | "gone",
    options?: WaitOptions,
  ): Promise<Flow | undefined> {
    return await this.#flows.waitFor(key, test as never, options);
  }
}

/** Opens a socket; its flows are those of a network namespace. */
export function open(options: OpenOptions = {}): NetfilterClient<{ readonly conntrack: Conntrack }> {
  return openNetfilter(options, (open, requester) => ({ conntrack: new Conntrack(open, requester) }));
}

/** The flows of this namespace, on a socket that the first use opens. */
export const conntrack: Conntrack = new Conntrack(onShared(NETLINK_NETFILTER));

export * from "./flow.ts";
export { type FlowFamily, IPPROTO, type IpProtocol, Tuple, tupleText } from "./tuple.ts";
export { type NfFamily, NFPROTO } from "./protocol.ts";
export type { FlowChange, FlowInput, FlowNotice, FlowWatchOptions, FlowWord, NetfilterClient };
export type { OpenOptions } from "../../core/client.ts";
