/**
 * NETLINK_FIB_LOOKUP: looks up an IPv4 address in one routing table, as the kernel does, but without the routing rules.
 *
 * ```ts
 * import { lookup } from "@linux/netlink/families/fib_lookup.ts";
 * console.log(lookup("127.0.0.1", { table: "local" })); // … prefixlen: 8 or 32, type: "local", scope: "host"
 * ```
 *
 * The answer has no gateway and no interface; `routes.lookup` of NETLINK_ROUTE returns them. Needs no privilege.
 *
 * Source: struct fib_result_nl of net/ip_fib.h, v7.2; no UAPI header has it.
 * @module
 */
import { bindMethods, expectOptions, expectType } from "../core/arguments.ts";
import { type Codec, enumeration, i32, ipv4, Reader, type Shape, struct, u32, u8, Writer } from "../core/codec/mod.ts";
import { KernelError } from "../core/errors.ts";
import { NLM_F, NLMSG_HDRLEN } from "../core/message.ts";
import { declareMessageSets } from "../core/messages.ts";
import type { Protocol } from "../core/protocol.ts";
import { openTransport, type StreamOptions } from "../core/stream.ts";
import type { Transport } from "../core/transport.ts";
import { Answers, checkTimeout, DEFAULT_TIMEOUT, isOverflow, settle, TRIES } from "../core/wait.ts";

/** The protocol. It has no message types: the kernel answers with the type of the request. */
export const NETLINK_FIB_LOOKUP: Protocol = {
  number: 10,
  name: "NETLINK_FIB_LOOKUP",
  types: {},
  hint: "in Linux since 2.6.13, built in if the kernel is configured with CONFIG_INET",
};

/** A routing table by name or number, 0..255. */
export type FibTable = "unspec" | "default" | "main" | "local" | number;
/** The scope of a route, from far to near: enum rt_scope_t. */
export type FibScope = "universe" | "site" | "link" | "host" | "nowhere" | number;
/** The type of a route: RTN_*. */
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

/** The request and its answer in one struct: fib_result_nl. */
export interface FibResult {
  /** The IPv4 address to look up. */
  flAddr: string;
  /** The firewall mark of the request, u32. */
  flMark?: number;
  /** The type of service of the request, u8. */
  flTos?: number;
  /** The scope of the request. */
  flScope?: FibScope;
  /** The table of the request; `unspec` is the main table. */
  tbIdIn?: FibTable;
  /** The table of the route found. */
  tbId?: FibTable;
  /** The prefix length of the route, 0..32. */
  prefixlen?: number;
  /** The index of the next hop in the route, from 0. */
  nhSel?: number;
  /** The type of the route. */
  type?: FibType;
  /** The scope of the route. */
  scope?: FibScope;
  /** 0, or the errno (below 0) that the search ended with. */
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

// The answer repeats the request's type, whatever it is, so even DONE carries data.
declareMessageSets(NETLINK_FIB_LOOKUP, () => () => ({ types: {}, control: false, codec: () => FibResult }));

/** Options of a look-up. */
export interface LookupOptions {
  /** The table, `main` when absent. As long as only the usual rules exist, it also holds the routes of `local`. */
  table?: FibTable;
  /** Firewall mark, u32, 0 when absent. */
  mark?: number;
  /** Type of service, u8, 0 when absent. */
  tos?: number;
  /** The widest scope allowed, `universe` when absent. */
  scope?: FibScope;
}

/**
 * Looks up an address in the script's network namespace.
 *
 * @throws {KernelError} ENETUNREACH, EAGAIN: no route; ENOENT: no such table; EINVAL, EHOSTUNREACH, EACCES: the route
 * refuses
 */
export function lookup(address: string, options?: LookupOptions): FibResult {
  return (shared ??= open()).lookup(address, options);
}

/** Opens a socket of its own, for example in another namespace. */
export function open(options?: FibLookupOptions): FibLookup {
  return new FibLookup(options);
}

let shared: FibLookup | undefined;

/** Options of the socket. */
export interface FibLookupOptions extends Pick<StreamOptions, "netns" | "capture" | "transport"> {
  /** The time in ms that a call waits for its answer; 10,000 when absent. */
  timeout?: number;
}

/** A socket for look-ups in one network namespace. */
export class FibLookup implements Disposable {
  readonly #transport: Transport;
  #timeout: number = DEFAULT_TIMEOUT;
  readonly #writer: Writer = new Writer();
  #seq = 0;

  /** Opens the socket; {@linkcode open} reads better. */
  constructor(options: FibLookupOptions = {}) {
    this.#transport = openTransport(NETLINK_FIB_LOOKUP, options, () => {
      this.#timeout = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT, "open a NETLINK_FIB_LOOKUP socket");
    }, { timeout: "any" });
    bindMethods(this);
  }

  /** Looks up an address; see {@linkcode lookup}. */
  lookup(address: string, options: LookupOptions = {}): FibResult {
    expectType(address, "look up an address", "string");
    expectOptions(options, `look up ${address}`, { table: "any", mark: "number", tos: "number", scope: "any" });
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
        // A look-up changes nothing, so it is repeated if the answer was lost.
        if (answers.lost === undefined || !isOverflow(error) || tries === TRIES) throw error;
        settle(this.#transport);
        answers.forget();
      }
    }
  }

  /** Waits for the answer: the datagram that was sent, with the result filled in. */
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
