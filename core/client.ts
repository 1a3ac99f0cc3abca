/**
 * Clients: a socket in a network namespace, on which requests are made before the call returns.
 *
 * @module
 */
import { entered, Netns, outside } from "../ffi/netns.ts";
import { NETLINK_OPTIONS } from "../ffi/socket.ts";
import { atEnd } from "../ffi/runtime.ts";
import { expectFields } from "./arguments.ts";
import { runBatch } from "./batch.ts";
import { type Codec, Reader } from "./codec/mod.ts";
import { NetlinkError } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import type { CallNames } from "./interface_names.ts";
import type { Frame, Operation, Protocol, Requester } from "./protocol.ts";
import { dump, iterate, type OwnExchange, request } from "./requests.ts";
import { type Capture, openSocket, part, tapped } from "./open.ts";
import type { ShownMessage } from "./show.ts";
import { runTransaction } from "./transaction.ts";
import type { Transport } from "./transport.ts";
import { checkTimeout, DEFAULT_TIMEOUT } from "./wait.ts";

/** How a client is opened. */
export interface OpenOptions {
  /**
   * The network namespace to work in: a name that `ip netns` knows, a path, or the number of a process. All that the client
   * does is done in the namespace that this is as it is opened, whatever it is later.
   */
  netns?: string | number;
  /**
   * How long a call (one verb, or one batch) waits for the kernel altogether, in ms; 10,000 when absent. What the script
   * does meanwhile, as in the body of a loop over `iterate`, does not count.
   */
  timeout?: number;
  /** Whether objects carry interface names beside numbers; `true` when absent. */
  names?: boolean;
  /** Records what the sockets send and receive, for Wireshark and `readCapture`. */
  capture?: Capture;
  /**
   * Receives each message in the place of the kernel: nothing is sent. In the place of the number of an interface that an
   * earlier message would make, which only the kernel knows, is one from 2147483647 downwards.
   */
  dryRun?: (message: ShownMessage) => void;
  /** Makes what stands in for the kernel, in tests: one for each socket that would be opened. */
  transport?: () => Transport;
}

/** A socket with its requests. */
export class Client implements Requester, Disposable {
  /** The protocol spoken. */
  readonly protocol: Protocol;
  /** What it was opened with. */
  readonly options: OpenOptions;
  /** Requests are sent at once; in a dry run nothing comes back. */
  readonly deferred: boolean;
  readonly #exchange: Exchange;
  /** The namespace where it lives, where that is not the thread's own. */
  readonly #home: Netns | undefined;
  #closed = false;
  #closing: AbortController | undefined;

  /**
   * Opens the socket.
   *
   * @param home the namespace to open it in, instead of what the options name; the client closes it
   */
  constructor(protocol: Protocol, options: OpenOptions = {}, home?: Netns) {
    expectFields(options, `open a ${protocol.name} socket`, "options as an object");
    const { dryRun, names, netns, transport } = options;
    this.protocol = protocol;
    this.options = options;
    this.deferred = dryRun !== undefined;
    try {
      const timeout = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT, `open a ${protocol.name} socket`);
      if (transport === undefined) home ??= netns === undefined ? entered() : new Netns(netns);
      let first = true;
      this.#exchange = new Exchange({
        protocol,
        timeout,
        open: () => {
          if (!first) return this.#at((home) => this.#open(home));
          first = false;
          return this.#open(home);
        },
        names: names !== false,
        dryRun: dryRun === undefined ? undefined : part("dryRun", protocol)(protocol, dryRun),
        real: transport === undefined,
        requester: this,
      });
    } catch (error) {
      home?.close();
      throw error;
    }
    this.#home = home;
  }

  #open(home: Netns | undefined): Transport {
    const { options, protocol } = this, socket = options.transport?.() ?? openSocket(protocol, { netns: home });
    const transport = tapped(socket, protocol, options.capture);
    // Kernels that do not know one of these (before 4.3, 4.12, 4.20) do without.
    transport.setOption(NETLINK_OPTIONS.NETLINK_CAP_ACK, 1);
    transport.setOption(NETLINK_OPTIONS.NETLINK_EXT_ACK, 1);
    transport.setOption(NETLINK_OPTIONS.NETLINK_GET_STRICT_CHK, 1);
    return transport;
  }

  /** Lends the namespace where further sockets belong; the thread's own needs no help, unless the thread has left it. */
  #at<R>(use: (home: Netns | undefined) => R): R {
    if (this.options.transport !== undefined) return use(undefined);
    const home = this.#home?.share() ?? outside();
    try {
      return use(home);
    } finally {
      home?.close();
    }
  }

  /** Another socket with the same options in the same namespace, also of another protocol. */
  sibling(protocol: Protocol = this.protocol): Client {
    if (this.#closed) throw this.#closedError();
    return this.#at((home) => new Client(protocol, this.options, home?.share()));
  }

  /** The socket. */
  get transport(): Transport {
    return this.#exchange.transport;
  }

  /** The names of interfaces where the socket lives. */
  get names(): CallNames {
    return this.#exchange.names;
  }

  /** Closes the socket. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.transport.close();
    this.#home?.close();
    this.#closing?.abort(this.#closedError());
  }

  /** Aborted, with an error of code CLOSED, as it is closed. */
  get closing(): AbortSignal {
    this.#closing ??= new AbortController();
    if (this.#closed) this.#closing.abort(this.#closedError());
    return this.#closing.signal;
  }

  #closedError(): NetlinkError {
    return new NetlinkError(`Cannot go on: the ${this.protocol.name} client was closed`, "CLOSED");
  }

  /** The same as {@linkcode Client.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Sends it and waits for the verdict; the object that came back, if any. */
  request(operation: Operation): unknown {
    return request(this.#exchange, operation);
  }

  /** Everything that a dump gives; one that was interrupted, or of which something was lost, is asked for again. */
  dump(operation: Operation): unknown[] {
    return dump(this.#exchange, operation);
  }

  /** The same one by one, those that `fits` wants, on a socket of its own, which is closed when the loop ends. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    return this.deferred ? this.#showDump(operation) : iterate(() => this.#own(), operation, fits);
  }

  // deno-lint-ignore require-yield
  *#showDump(operation: Operation): Generator<unknown, void, undefined> {
    this.dump(operation);
  }

  #own(): OwnExchange {
    const own = this.sibling();
    return { exchange: own.#exchange, [Symbol.dispose]: () => own.close() };
  }

  /** Brings a value into the kernel's own form: encodes it and decodes it again. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#exchange.withWriter((writer) => {
      writer.reset();
      writer.what = what;
      writer.everything = true;
      try {
        codec.encode(value as never, writer, {});
      } finally {
        writer.everything = false;
      }
      const reader = new Reader(writer.bytes, writer.length);
      return codec.decode(reader, 0, writer.length, {}) as object;
    });
  }

  /**
   * Sends many operations in few datagrams. All are tried, as long as the socket serves.
   *
   * @throws {BatchError} with every one that is not known to be done
   */
  runBatch(collect: (add: (operation: Operation) => void) => void): void {
    runBatch(this.#exchange, collect);
  }

  /**
   * Sends many operations in one datagram, between two messages that have the kernel do all of them or none.
   *
   * @param frame makes those messages; called again, and `collect` behind it, for each further try
   * @returns for each item what came back (NLM_F_ECHO), in the order of the kernel; nothing of a dry run
   * @throws {TransactionError} nothing was done, or that is not known
   * @throws {RangeError} it is longer than the longest datagram that the socket can send
   */
  runTransaction(frame: () => Frame, collect: (add: (operation: Operation) => void) => void): unknown[][] {
    return runTransaction(this.#exchange, frame, collect);
  }
}

const shared = new Map<number, Client>();

/**
 * The client of a protocol that whoever opens none of their own shares; opened at first use, and closed as the thread ends.
 */
export function sharedClient(protocol: Protocol): Client {
  let client = shared.get(protocol.number);
  if (client !== undefined) return client;
  client = new Client(protocol);
  if (shared.size === 0) atEnd(closeShared);
  shared.set(protocol.number, client);
  return client;
}

/** Whoever uses one later, as the thread ends, has it opened anew. */
function closeShared(): void {
  for (const client of shared.values()) client.close();
  shared.clear();
}

export { BatchRequester } from "./batch.ts";
export type { LinkName } from "./interface_names.ts";
export type { Capture, CaptureOptions, CaptureSink } from "./open.ts";
export type * from "./protocol.ts";
