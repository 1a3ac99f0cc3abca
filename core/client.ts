/**
 * Clients: sockets in a network namespace, with synchronous requests.
 *
 * @module
 */
import { currentStay, entered, Netns, outside, type Stay } from "../ffi/netns.ts";
import { NETLINK_OPTIONS } from "../ffi/socket.ts";
import { atEnd } from "../ffi/runtime.ts";
import { expectOptions, type OptionKinds } from "./arguments.ts";
import { BatchRequester, collectBatch, type Collecting, runBatch } from "./batch.ts";
import { type Codec, Reader } from "./codec/mod.ts";
import { argumentError, NetlinkError } from "./errors.ts";
import { showAs } from "./printable.ts";
import { type CallNames, dump, Exchange, iterate, type OwnExchange, request } from "./exchange.ts";
import type { Operation, Protocol, Requester } from "./protocol.ts";
import { type Capture, openSocket, part, tapped } from "./open.ts";
import type { ShownMessage } from "./show.ts";
import type { Transport } from "./transport.ts";
import { checkTimeout, DEFAULT_TIMEOUT } from "./wait.ts";

/** Options of opening a client. */
export interface OpenOptions {
  /**
   * The network namespace to work in: a name that `ip netns` knows, a path, or the number of a process. The client
   * stays in the namespace that this denotes when it is opened, even if the name later denotes another.
   */
  netns?: string | number;
  /**
   * Time that a call (one verb, or one batch) waits for the kernel in total, in ms; 10,000 when absent. The script's
   * own time, as in the body of a loop over `iterate`, does not count.
   */
  timeout?: number;
  /** True if objects have interface names beside numbers; `true` when absent. */
  names?: boolean;
  /** Records the traffic of the sockets, for Wireshark and `readCapture`. */
  capture?: Capture;
  /**
   * Receives each message instead of the kernel: nothing is sent. Interfaces that an earlier message would make have
   * numbers from 2147483647 downwards, since only the kernel knows the real ones.
   */
  dryRun?: (message: ShownMessage) => void;
  /** Makes a replacement of the kernel for tests, one for each socket that would be opened. */
  transport?: () => Transport;
}

/** A socket with its requests. */
export class Client implements Requester, Disposable {
  /** The protocol of the socket. */
  readonly protocol: Protocol;
  /** The options of the client. */
  readonly options: OpenOptions;
  /** The clients of iterators that have not ended. */
  readonly #iterating = new Set<Client>();
  /** True in a dry run: requests return nothing. */
  readonly deferred: boolean;
  /**
   * The socket with its buffers, for the modules of core that send messages.
   *
   * @internal
   */
  readonly exchange: Exchange;
  /** The namespace of the socket, if it is not the thread's own. */
  readonly #home: Netns | undefined;
  /** True if it is closed when the function that runs in its namespace returns. */
  fleeting = false;
  #closed = false;
  #closing: AbortController | undefined;

  /**
   * Opens the socket.
   *
   * @param home the namespace to open it in, instead of that of the options; the client closes it
   */
  constructor(protocol: Protocol, options: OpenOptions = {}, home?: Netns) {
    const what = `open a ${protocol.name} socket`, { dryRun, names, netns, transport } = checkOptions(options, what);
    this.protocol = protocol;
    this.options = options;
    this.deferred = dryRun !== undefined;
    try {
      const timeout = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT, what);
      if (transport === undefined) home ??= netns === undefined ? entered() : new Netns(netns);
      let first = true;
      this.exchange = new Exchange({
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
    // Older kernels lack these options (before 4.3, 4.12 and 4.20), and the client works without them.
    transport.setOption(NETLINK_OPTIONS.NETLINK_CAP_ACK, 1);
    transport.setOption(NETLINK_OPTIONS.NETLINK_EXT_ACK, 1);
    transport.setOption(NETLINK_OPTIONS.NETLINK_GET_STRICT_CHK, 1);
    return transport;
  }

  /**
   * Calls `use` with the client's namespace, for further sockets; with `undefined` if it is the thread's own and the
   * thread is in it.
   */
  #at<R>(use: (home: Netns | undefined) => R): R {
    if (this.options.transport !== undefined) return use(undefined);
    const home = this.#home?.share() ?? outside();
    try {
      return use(home);
    } finally {
      home?.close();
    }
  }

  /** Opens another socket, for events, with the same options in the same namespace; it may have another protocol. */
  sibling(protocol: Protocol = this.protocol): Client {
    this.#expectLasting();
    return this.#sibling(protocol);
  }

  #sibling(protocol: Protocol): Client {
    if (this.#closed) throw this.#closedError();
    return this.#at((home) => new Client(protocol, this.options, home?.share()));
  }

  /** The socket. */
  get transport(): Transport {
    return this.exchange.transport;
  }

  /** The names of the interfaces in the socket's namespace. */
  get names(): CallNames {
    return this.exchange.names;
  }

  /** Closes the socket. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.transport.close();
    for (const own of this.#iterating) own.close();
    this.#home?.close();
    this.#closing?.abort(this.#closedError());
  }

  /** A signal that closing the client aborts, with an error of code CLOSED. */
  get closing(): AbortSignal {
    this.#expectLasting();
    this.#closing ??= new AbortController();
    if (this.#closed) this.#closing.abort(this.#closedError());
    return this.#closing.signal;
  }

  /** Throws if events would come after the client was closed. */
  #expectLasting(): void {
    if (!this.fleeting) return;
    throw argumentError(
      TypeError,
      "Cannot wait for events of another network namespace in a function of netns.run(), which returns before they come: " +
        "open a client with the option netns",
    );
  }

  #closedError(what = "continue"): NetlinkError {
    return new NetlinkError(`Cannot ${what}: the ${this.protocol.name} client was closed`, "CLOSED");
  }

  /** Does the same as {@linkcode Client.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Sends a request and waits for the kernel's answer; returns the object in the reply, if any. */
  request(operation: Operation): unknown {
    return request(this.exchange, operation);
  }

  /** Returns all objects of a dump. A dump that was interrupted or partly lost is repeated. */
  dump(operation: Operation): unknown[] {
    return dump(this.exchange, operation);
  }

  /**
   * Yields the objects of a dump that `fits` accepts, one by one, on a socket of its own, which is closed when the loop
   * ends.
   */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    return this.deferred ? this.#showDump(operation) : iterate(() => this.#own(), operation, fits);
  }

  // deno-lint-ignore require-yield
  *#showDump(operation: Operation): Generator<unknown, void, undefined> {
    this.dump(operation);
  }

  #own(): OwnExchange {
    const own = this.#sibling(this.protocol);
    this.#iterating.add(own);
    return {
      exchange: own.exchange,
      expectOpen: () => {
        if (this.#closed) throw this.#closedError();
      },
      [Symbol.dispose]: () => {
        this.#iterating.delete(own);
        own.close();
      },
    };
  }

  /** Converts a value to the form that the kernel returns: encodes it and decodes it again. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.exchange.withWriter((writer) => {
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
   * Sends many operations in few datagrams. A refused one does not stop the others; only a failure of the socket does.
   *
   * @param what the task of a method that uses a batch, for its error: `flush routes`
   * @throws {BatchError} with every operation that is not known to be done
   */
  runBatch(collect: (add: (operation: Operation) => void) => void, what?: string): void {
    if (this.#closed) throw this.#closedError(what ?? "run a batch");
    runBatch(this.exchange, collect, what);
  }
}

showAs(Client, ({ protocol }) => `${protocol.name} client`);

/** The forms of {@linkcode OpenOptions}. */
const OPTIONS: OptionKinds = {
  netns: "any",
  timeout: "any",
  names: "boolean",
  capture: "any",
  dryRun: "function",
  transport: "function",
};

/** Throws for options that do not exist, which would otherwise work elsewhere than meant, and for wrong values. */
function checkOptions(options: OpenOptions, what: string): OpenOptions {
  expectOptions(options, what, OPTIONS);
  return options;
}

type Clients = Map<number, Client>;

/** The shared clients by their protocols: those of the thread's own namespace, and those of where a function runs. */
const shared: Clients = new Map(), elsewhere = new WeakMap<Stay, Clients>();

/**
 * Returns the client of a protocol that all calls without a client of their own share. It is opened at first use and
 * closed when the thread ends. A function that runs in another network namespace has others, which are closed when it
 * returns.
 */
export function sharedClient(protocol: Protocol): Client {
  const stay = currentStay(), clients = stay === undefined ? shared : clientsOf(stay);
  let client = clients.get(protocol.number);
  if (client !== undefined) return client;
  client = new Client(protocol);
  client.fleeting = stay !== undefined;
  if (clients === shared && shared.size === 0) atEnd(() => closeAll(shared));
  clients.set(protocol.number, client);
  return client;
}

function clientsOf(stay: Stay): Clients {
  let clients = elsewhere.get(stay);
  if (clients === undefined) {
    const made: Clients = clients = new Map();
    elsewhere.set(stay, made);
    stay.end = () => closeAll(made);
  }
  return clients;
}

/** Closes clients; a later use, while the thread ends, opens a new one. */
function closeAll(clients: Clients): void {
  for (const client of clients.values()) client.close();
  clients.clear();
}

/** A client with the collections `C`; in a batch, they have type `B`. */
export type OpenClient<C, B> = C & Disposable & {
  /**
   * Collects the changes that the callback requests and sends them in as few datagrams as possible. A refused one does
   * not stop the others.
   *
   * If the callback throws, what it requested before is sent nevertheless: a batch is sent while it is collected, so that
   * it needs little memory, and a change may name an interface that an earlier one makes.
   *
   * @throws {BatchError} with every change that is not known to be done: refused, unknown or not sent, by its position
   */
  batch<R>(collect: Collecting<B, R>): void;
  /** Closes the socket. */
  close(): void;
};

/** Makes collections: they look things up with the client of `open`, and send with what `requester` returns. */
export type MakeCollections<C> = (open: () => Client, requester: () => Requester) => C;

/** Opens a socket and makes collections on it. */
export function openClient<C extends object, B>(
  protocol: Protocol,
  options: OpenOptions,
  make: MakeCollections<C>,
): OpenClient<C, B> {
  const client = new Client(protocol, options), open = (): Client => client, close = (): void => client.close();
  const batch = (collect: (batch: B) => void): void =>
    collectBatch(client, (requester) => make(open, () => requester) as unknown as B, collect);
  return Object.assign(make(open, open), { batch, close, [Symbol.dispose]: close }) as OpenClient<C, B>;
}

export { BatchRequester, collectBatch, type Collecting };
export type { Capture, CaptureOptions, CaptureSink } from "./open.ts";
export type * from "./protocol.ts";
