/**
 * NETLINK_FIB_LOOKUP: looks an IPv4 address up in one routing table, as the kernel itself would, past all rules.
 *
 * ```ts
 * import { lookup } from "@linux/netlink/families/fib_lookup.ts";
 * console.log(lookup("127.0.0.1", { table: "local" })); // … prefixlen: 8 or 32, type: "local", scope: "host"
 * ```
 *
 * It tells neither gateway nor interface: `routes.lookup` of NETLINK_ROUTE does. Needs no privilege.
 *
 * Source: struct fib_result_nl of net/ip_fib.h, v7.2, which no UAPI header has.
 * @module
 */
import { expectFields, expectType } from "../core/arguments.ts";
import { type Codec, enumeration, i32, ipv4, Reader, type Shape, struct, u32, u8, Writer } from "../core/codec/mod.ts";
import { KernelError } from "../core/errors.ts";
import { NLM_F, NLMSG_HDRLEN } from "../core/message.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { Protocol } from "../core/protocol.ts";
import { openTransport, type StreamOptions } from "../core/stream.ts";
import type { Transport } from "../core/transport.ts";
import { Answers, checkTimeout, DEFAULT_TIMEOUT, isOverflow, settle, TRIES } from "../core/wait.ts";

/** The protocol. It has no message types: whatever type is sent comes back. */
export const NETLINK_FIB_LOOKUP: Protocol = {
  number: 10,
  name: "NETLINK_FIB_LOOKUP",
  types: {},
  hint: "in Linux since 2.6.13, built in, where the kernel is configured with CONFIG_INET",
};

/** A routing table by name or number, 0..255. */
export type FibTable = "unspec" | "default" | "main" | "local" | number;
/** How far away: enum rt_scope_t. */
export type FibScope = "universe" | "site" | "link" | "host" | "nowhere" | number;
/** What a route does: RTN_*. */
export type FibType =
  | "unspec"
  | "unicast"
  | "local"
  | "broadcast"
  | "anycast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit"
  | "throw"
  | "nat"
  | "xresolve"
  | number;

const table: Codec<FibTable> = enumeration(u8, { unspec: 0, default: 253, main: 254, local: 255 });
const scope: Codec<FibScope> = enumeration(u8, { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 });
const type: Codec<FibType> = enumeration(u8, {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
});

/** Question and answer in one: struct fib_result_nl. */
export interface FibResult {
  /** The address asked for. */
  flAddr: string;
  /** The firewall mark asked for. */
  flMark?: number;
  /** The type of service asked for. */
  flTos?: number;
  /** The scope asked for. */
  flScope?: FibScope;
  /** The table asked for; `unspec` is the main table. */
  tbIdIn?: FibTable;
  /** The table of the route that was found. */
  tbId?: FibTable;
  /** The length of its prefix, 0..32. */
  prefixlen?: number;
  /** Which of its next hops, from 0. */
  nhSel?: number;
  /** What it does. */
  type?: FibType;
  /** How far its destination is. */
  scope?: FibScope;
  /** 0, or the errno below 0 with which the search ended. */
  err?: number;
}

/** Wire form of {@linkcode FibResult}. */
export const FibResult: Codec<FibResult> = struct(20, (): Shape<FibResult> => ({
  flAddr: [0, ipv4],
  flMark: [4, u32],
  flTos: [8, u8],
  flScope: [9, scope],
  tbIdIn: [10, table],
  tbId: [11, table],
  prefixlen: [12, u8],
  nhSel: [13, u8],
  type: [14, type],
  scope: [15, scope],
  err: [16, i32],
}));

// The answer is the request, whatever its type is; and DONE carries data.
declareMessageSets(NETLINK_FIB_LOOKUP, () => () => ({ types: {}, control: false, codec: () => FibResult }));

/** Where and how to look. */
export interface LookupOptions {
  /** The table, `main` when absent. While there are no rules but the usual, it has what `local` has. */
  table?: FibTable;
  /** Firewall mark, 0 when absent. */
  mark?: number;
  /** Type of service, 0 when absent. */
  tos?: number;
  /** The least scope, `universe` when absent. */
  scope?: FibScope;
}

/**
 * Looks an address up where the script runs.
 *
 * @throws {KernelError} ENETUNREACH, EAGAIN: no route; ENOENT: no such table; EINVAL, EHOSTUNREACH, EACCES: the route refuses
 */
export function lookup(address: string, options?: LookupOptions): FibResult {
  return (shared ??= open()).lookup(address, options);
}

/** Opens a socket of one's own, as in another namespace. */
export function open(options?: FibLookupOptions): FibLookup {
  return new FibLookup(options);
}

let shared: FibLookup | undefined;

/** How a socket is opened. */
export interface FibLookupOptions extends Pick<StreamOptions, "netns" | "capture" | "transport"> {
  /** How long a call waits for its answer, in ms; 10,000 when absent. */
  timeout?: number;
}

/** A socket in one network namespace. */
export class FibLookup implements Disposable {
  readonly #transport: Transport;
  readonly #timeout: number;
  readonly #writer: Writer = new Writer();
  #seq = 0;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(options: FibLookupOptions = {}) {
    expectFields(options, "open a NETLINK_FIB_LOOKUP socket", "options as an object");
    this.#timeout = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT, "open a NETLINK_FIB_LOOKUP socket");
    this.#transport = openTransport(NETLINK_FIB_LOOKUP, options);
  }

  /** Looks an address up; see {@linkcode lookup}. */
  lookup(address: string, options: LookupOptions = {}): FibResult {
    expectType(address, "look up an address", "string");
    expectFields(options, `look up ${address}`, "options as an object");
    const { table = "main", mark = 0, tos = 0, scope = "universe" } = options, writer = this.#writer;
    const what = `look up ${address} in table ${table}`;
    writer.reset();
    writer.what = what;
    const seq = this.#seq = (this.#seq + 1) >>> 0, start = writer.grow(NLMSG_HDRLEN);
    FibResult.encode({ flAddr: address, flMark: mark, flTos: tos, flScope: scope, tbIdIn: table }, writer, {});
    writer.view.setUint32(start, writer.length, true);
    writer.view.setUint16(start + 6, NLM_F.NLM_F_REQUEST, true);
    writer.view.setUint32(start + 8, seq, true);
    const answers = new Answers(this.#timeout);
    for (let tries = 1;; tries++) {
      this.#transport.send(writer.bytes, writer.length);
      try {
        const { err = 0, ...result } = this.#answer(answers, seq, writer.length, what);
        if (err < 0) throw new KernelError(what, -err);
        return result;
      } catch (error) {
        // It only looks, so it may ask again when the answer was lost.
        if (answers.lost === undefined || !isOverflow(error) || tries === TRIES) throw error;
        settle(this.#transport);
        answers.forget();
      }
    }
  }

  /** The datagram that was sent comes back, with the answer in it. */
  #answer(answers: Answers, seq: number, size: number, what: string): FibResult {
    while (true) {
      const { bytes, view, length } = answers.next(this.#transport, what);
      if (length < size || view.getUint32(8, true) !== seq) continue;
      return FibResult.decode(new Reader(bytes, length, view), NLMSG_HDRLEN, length, {});
    }
  }

  /** Closes the socket. */
  close(): void {
    this.#transport.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

export type * from "../core/stream.ts";
