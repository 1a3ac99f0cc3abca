/**
 * Requests on one socket: a message goes out, replies and the kernel's verdict come back, before the call returns.
 *
 * @module
 */
import { openNetns } from "../ffi/netns.ts";
import { NETLINK_OPTIONS, Socket } from "../ffi/socket.ts";
import { libc } from "../ffi/runtime.ts";
import { type Capture, type KnownCodecs, knownCodecs, tapped } from "./capture.ts";
import { type Codec, NoSuchInterface, Reader, Writer } from "./codec/mod.ts";
import {
  BatchError,
  type BatchFailure,
  KernelError,
  type KernelErrorDetails,
  NetlinkError,
  SystemError,
} from "./errors.ts";
import {
  explainExtAck,
  messageEnd,
  nextSeq,
  NLM_F,
  NLMSG,
  NLMSG_HDRLEN,
  readDone,
  readError,
  type Verdict,
} from "./message.ts";
import { CallNames, type LinkNameReader } from "./names.ts";
import type { MessageSet } from "./datagram.ts";
import { flagNames, ShownMessage } from "./show.ts";
import type { Received, Transport } from "./transport.ts";

/** A protocol of AF_NETLINK as clients need it. */
export interface Protocol {
  /** Its number. */
  readonly number: number;
  /** Its name: `NETLINK_ROUTE`. */
  readonly name: string;
  /** Names of its message types: `{ RTM_NEWLINK: 16 }`. */
  readonly types: Readonly<Record<string, number>>;
  /** Why a kernel may not serve it, for the error that opening it is then. */
  readonly hint?: string;
  /** Finds interfaces by names that are too long for SIOCGIFINDEX. */
  readonly longName?: (client: Client, name: string) => number | undefined;
  /** The multicast group that tells of interfaces and their names. */
  readonly linkGroup?: number;
  /** Reads which interface a message of that group tells of, and its name. */
  readonly linkName?: LinkNameReader;
}

/** How a client is opened. */
export interface OpenOptions {
  /** The network namespace to work in: a name that `ip netns` knows, a path, or the number of a process. */
  netns?: string | number;
  /** How long to wait for a reply, in ms; 10,000 when absent. */
  timeout?: number;
  /** Whether objects carry interface names beside numbers; `true` when absent. */
  names?: boolean;
  /** Records what the sockets send and receive, for Wireshark and `readCapture`. */
  capture?: Capture;
  /** Receives each message in the place of the kernel: nothing is sent. */
  dryRun?: (message: ShownMessage) => void;
  /** Makes what stands in for the kernel, in tests: one for each socket that would be opened. */
  transport?: () => Transport;
}

/** A message to send, and how to read what comes back. */
export interface Operation {
  /** nlmsg_type. */
  readonly type: number;
  /** nlmsg_flags beside NLM_F_REQUEST. */
  readonly flags: number;
  /** How the value becomes the payload. */
  readonly codec: Codec<unknown, never>;
  /** What is sent. */
  readonly value: object;
  /** What is done, for errors: `add link v0`. */
  readonly what: string;
  /** The kernel's name of the message, where its type alone does not tell. */
  readonly name?: string;
  /** nlmsg_type of what comes back; messages of other types are passed over. */
  readonly reply?: number;
  /** Whether the message whose payload begins at `at` is meant, where several kinds share its type. */
  readonly concerns?: (from: Reader, at: number) => boolean;
  /** How that is read; the request's own codec when absent. */
  readonly replyCodec?: Codec<unknown, never>;
  /** How the messages of its type are read where several kinds share it, for printing them. */
  readonly messages?: () => MessageSet;
  /** What may help when the kernel refuses. */
  readonly hint?: (code: string, details: KernelErrorDetails) => string | undefined;
}

/** Where a collection sends its operations: a client at once, a batch later. */
export interface Requester {
  /** Whether requests are only collected, or shown: nothing comes back. */
  readonly deferred: boolean;
  /** Sends it; the object that came back, if any. */
  request(operation: Operation): unknown;
  /** Everything that a dump gives. */
  dump(operation: Operation): unknown[];
  /** The same one by one, those that `fits` wants, on a socket of its own. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined>;
  /** Brings a value into the form that the kernel gives it back in. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object;
}

/** A message is no field of any object; one for all. */
const NOBODY = Object.freeze({});
const DEFAULT_TIMEOUT = 10_000;
/** A dump that was interrupted is asked for again so often, with pauses of at most so many ms altogether. */
const DUMP_TRIES = 10, LONGEST_PAUSE = 128;
/** Items sent at once: as many refusals with their words fit a default receive buffer. */
const BATCH_ITEMS = 128;
/** Bytes sent at once: a default send buffer takes 212,992. */
const BATCH_BYTES = 160_000;

/** A socket with its requests. */
export class Client implements Requester, Disposable {
  /** The protocol spoken. */
  readonly protocol: Protocol;
  /** What it was opened with. */
  readonly options: OpenOptions;
  /** The socket. */
  readonly transport: Transport;
  /** The names of interfaces where the socket lives. */
  readonly names: CallNames;
  /** Requests are sent at once; in a dry run nothing comes back. */
  readonly deferred: boolean;
  readonly #timeout: number;
  readonly #writer: Writer = new Writer();
  #reader: Reader = new Reader(new Uint8Array(0));
  #unicast = true;
  #encoding = false;
  #seq = 0;
  readonly #known: KnownCodecs | undefined = knownCodecs();
  readonly #openFds: number[] = [];

  /** Opens the socket. */
  constructor(protocol: Protocol, options: OpenOptions = {}) {
    this.protocol = protocol;
    this.options = options;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.deferred = options.dryRun !== undefined;
    const transport = options.transport?.() ?? openSocket(protocol, options);
    this.transport = tapped(transport, protocol, options.capture, this.#known);
    this.names = new CallNames(this.transport, (name) => protocol.longName?.(this, name));
    // Kernels that do not know one of these (before 4.3, 4.12, 4.20) do without.
    this.transport.setOption(NETLINK_OPTIONS.NETLINK_CAP_ACK, 1);
    this.transport.setOption(NETLINK_OPTIONS.NETLINK_EXT_ACK, 1);
    this.transport.setOption(NETLINK_OPTIONS.NETLINK_GET_STRICT_CHK, 1);
  }

  /** Says how the messages of a type that arrive unasked are read, for printing them. */
  expect(type: number, codec: Codec<unknown, never>): void {
    this.#known?.received.set(type, codec);
  }

  /** Says how all messages of a type are read that several kinds share, for printing them. */
  expectAll(type: number, messages: () => MessageSet): void {
    this.#known?.shared.set(type, messages());
  }

  /** Closes the socket. */
  close(): void {
    this.transport.close();
  }

  /** The same as {@linkcode Client.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Sends it and waits for the verdict. */
  request(operation: Operation): unknown {
    return this.#withWriter((writer) => {
      const start = this.#encode(writer, operation, NLM_F.NLM_F_ACK);
      if (this.#dryRun(writer, operation)) return undefined;
      this.#send(writer);
      let value: unknown;
      const verdict = this.#receiveAll(operation, seqOf(writer, start), (from, at, end) => {
        value = codecOf(operation).decode(from, at + NLMSG_HDRLEN, end, {});
        return true;
      });
      this.#judge(verdict, operation, writer, start);
      return value;
    });
  }

  /** Everything that a dump gives; an interrupted one is asked for again. */
  dump(operation: Operation): unknown[] {
    let items: unknown[] = [], pause = 0;
    for (let tries = 0; tries < DUMP_TRIES; tries++) {
      items = [];
      if (!this.#dumpOnce(operation, items)) return items;
      // What changes without end needs a moment; whatever arrives in it is stale.
      if (pause > 0) this.transport.receive(pause);
      pause = Math.min(LONGEST_PAUSE, pause === 0 ? 1 : 2 * pause);
    }
    throw interrupted(operation, items);
  }

  #dumpOnce(operation: Operation, items: unknown[]): boolean {
    return this.#withWriter((writer) => {
      const start = this.#encode(writer, operation, NLM_F.NLM_F_DUMP);
      if (this.#dryRun(writer, operation)) return false;
      this.#send(writer);
      const codec = codecOf(operation);
      let intr = false;
      const verdict = this.#receiveAll(operation, seqOf(writer, start), (from, at, end) => {
        items.push(codec.decode(from, at + NLMSG_HDRLEN, end, NOBODY));
        return true;
      }, () => intr = true);
      this.#judge(verdict, operation, writer, start, items);
      return intr;
    });
  }

  /** The same one by one, those that `fits` wants, on a socket of its own: one generator, as each costs an item something. */
  *iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    if (this.options.dryRun !== undefined) return void this.dump(operation);
    using own = new Client(this.protocol, this.options);
    const writer = own.#writer, start = own.#encode(writer, operation, NLM_F.NLM_F_DUMP), codec = codecOf(operation);
    const seq = seqOf(writer, start);
    own.#send(writer);
    let intr = false;
    while (true) {
      const from = own.#receive(operation.what), { view } = from;
      // Requests made in the loop's body are another client's, so the datagram stays as it is between two steps.
      for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
        end = messageEnd(from, at);
        if (!own.#isOurs(from, at, seq, true)) continue;
        const word = view.getInt32(at + 4, true), type = word & 0xffff;
        if ((word >>> 16 & NLM_F.NLM_F_DUMP_INTR) !== 0) intr = true;
        if (isReply(operation, from, at, type)) {
          const value = codec.decode(from, at + NLMSG_HDRLEN, end, NOBODY);
          if (fits === undefined || fits(value)) yield value;
          continue;
        }
        const verdict = verdictOf(from, at, end, type);
        if (verdict === undefined) continue;
        own.#judge({ ...verdict, from, end }, operation, writer, start);
        if (intr) throw interrupted(operation, undefined);
        return;
      }
    }
  }

  /** Brings a value into the kernel's own form: encodes it and decodes it again. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#withWriter((writer) => {
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
   * Sends many operations in few datagrams. All are tried.
   *
   * @throws {BatchError} with every one that was refused
   */
  runBatch(collect: (add: (operation: Operation) => void) => void): void {
    this.#withWriter((writer) => {
      const failures: BatchFailure[] = [];
      let count = 0, chunk: Chunk[] = [];
      const flush = (): void => {
        const items = chunk;
        chunk = [];
        try {
          if (items.length > 0) this.#runChunk(writer, items, failures);
        } finally {
          writer.reset();
          this.#closeFds();
        }
      };
      const add = (operation: Operation): void => {
        if (chunk.length === BATCH_ITEMS || writer.length > BATCH_BYTES) flush();
        const index = count++;
        let before = writer.length;
        const encode = (): void => {
          const start = this.#encode(writer, operation, 0, chunk.length > 0);
          chunk.push({ operation, index, start, seq: seqOf(writer, start) });
        };
        const undo = (error: unknown): Error => {
          writer.length = before;
          writer.path.length = 0;
          if (error instanceof Error) return error;
          throw error;
        };
        try {
          encode();
        } catch (first) {
          let error = undo(first);
          if (error instanceof NoSuchInterface && chunk.length > 0) {
            // It may be what an earlier item of the batch is to make.
            flush();
            before = 0;
            try {
              encode();
              return;
            } catch (second) {
              error = undo(second);
            }
          }
          failures.push({ index, error });
        }
        if (this.options.dryRun !== undefined) {
          for (const { operation } of chunk) this.#dryRun(writer, operation);
          chunk = [];
          writer.reset();
        }
      };
      let thrown: { readonly cause: unknown } | undefined;
      try {
        collect(add);
      } catch (cause) {
        thrown = { cause };
      }
      // Whatever goes wrong in the callback, what was asked for before it is done, as it would have been one by one.
      flush();
      if (failures.length > 0) throw new BatchError(failures.sort((a, b) => a.index - b.index), count, thrown?.cause);
      if (thrown !== undefined) throw thrown.cause;
    });
  }

  #runChunk(writer: Writer, chunk: readonly Chunk[], failures: BatchFailure[]): void {
    // Refusals always come; only the last item is acknowledged when done, and then all are.
    const last = chunk[chunk.length - 1]!, first = chunk[0]!, bySeq = new Map(chunk.map((item) => [item.seq, item]));
    const flagsAt = last.start + 6;
    writer.view.setUint16(flagsAt, writer.view.getUint16(flagsAt, true) | NLM_F.NLM_F_ACK, true);
    this.#send(writer);
    const what = `do items ${first.index}..${last.index} of a batch`;
    while (true) {
      const from = this.#receive(what);
      for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
        end = messageEnd(from, at);
        const item = bySeq.get(from.view.getUint32(at + 8, true));
        if (item === undefined || from.view.getUint16(at + 4, true) !== NLMSG.NLMSG_ERROR) continue;
        const verdict = readError(from, at, end);
        if (verdict.errno !== 0) {
          failures.push({
            index: item.index,
            error: this.#refusal({ ...verdict, from, end }, item.operation, writer, item.start),
          });
        }
        if (item === last) return;
      }
    }
  }

  /** Lends the writer; a request made while another is being encoded (a name is looked up) gets one of its own. */
  #withWriter<R>(use: (writer: Writer) => R): R {
    const nested = this.#encoding, writer = nested ? new Writer() : this.#writer;
    this.#encoding = true;
    writer.names = this.names;
    writer.openNamespace = (name) => {
      const fd = openNetns(name);
      this.#openFds.push(fd);
      return fd;
    };
    if (!nested) this.names.forget();
    try {
      return use(writer);
    } finally {
      this.#encoding = nested;
      if (!nested) this.#closeFds();
    }
  }

  #closeFds(): void {
    for (const fd of this.#openFds.splice(0)) libc().close(fd);
  }

  /** Appends a message and returns where it begins. */
  #encode(writer: Writer, operation: Operation, flags: number, more = false): number {
    if (!more) writer.reset();
    this.#known?.sent.set(operation.type, operation.codec);
    if (operation.messages !== undefined) this.expectAll(operation.type, operation.messages);
    if (operation.reply !== undefined) this.expect(operation.reply, codecOf(operation));
    writer.what = operation.what;
    // What a dump is filtered by may be what no request could change.
    writer.everything = flags === NLM_F.NLM_F_DUMP;
    writer.align();
    this.#seq = nextSeq(this.#seq);
    const start = writer.grow(NLMSG_HDRLEN);
    writer.view.setUint16(start + 4, operation.type, true);
    writer.view.setUint16(start + 6, operation.flags | flags | NLM_F.NLM_F_REQUEST, true);
    writer.view.setUint32(start + 8, this.#seq, true);
    operation.codec.encode(operation.value as never, writer, {});
    writer.view.setUint32(start, writer.length - start, true);
    return start;
  }

  #dryRun(writer: Writer, operation: Operation): boolean {
    const { dryRun } = this.options;
    if (dryRun === undefined) return false;
    const type = operation.name ??
      Object.entries(this.protocol.types).find(([, number]) => number === operation.type)?.[0] ?? operation.type;
    const flags = flagNames(writer.view.getUint16(6, true), type);
    dryRun(new ShownMessage(writer.bytes.slice(0, writer.length), type, flags, operation.codec));
    return true;
  }

  #send(writer: Writer): void {
    this.transport.send(writer.bytes, writer.length);
  }

  /** The next datagram from the kernel, as a reader. */
  #receive(what: string): Reader {
    let received: Received | undefined;
    do {
      received = this.transport.receive(this.#timeout);
      if (received === undefined) {
        throw new NetlinkError(`Cannot ${what}: no reply within ${this.#timeout} ms`, "TIMEOUT");
      }
      // Whoever is not the kernel has no say here.
    } while (received.port !== 0);
    this.#unicast = received.groups === 0;
    if (this.#reader.bytes !== received.bytes) {
      this.#reader = new Reader(received.bytes, received.length, received.view);
    } else this.#reader.next(received.length);
    if (this.options.names !== false) {
      this.#reader.names = this.names;
      this.#learnNames(this.#reader);
    }
    return this.#reader;
  }

  /** Has the names of the interfaces that a datagram tells of at hand, as they refer to each other. */
  #learnNames(from: Reader): void {
    const { linkName } = this.protocol;
    if (linkName === undefined) return;
    for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
      end = messageEnd(from, at);
      const link = linkName(from.view.getUint16(at + 4, true), from, at + NLMSG_HDRLEN, end);
      if (link === undefined) return;
      this.names.learn(link);
    }
  }

  #isOurs(from: Reader, at: number, seq: number, dump: boolean): boolean {
    const number = from.view.getInt32(at + 8, true), port = from.view.getInt32(at + 12, true);
    if (number === (seq | 0) && port === (this.transport.port | 0)) return true;
    // The parts of thermal's dumps have neither.
    return dump && number === 0 && port === 0 && this.#unicast;
  }

  /** Takes all that belongs to a request, up to the kernel's verdict; what is taken wrongly is taken to its end all the same. */
  #receiveAll(
    operation: Operation,
    seq: number,
    take: (from: Reader, at: number, end: number) => void,
    interrupted?: () => void,
  ): FullVerdict {
    let failure: unknown, failed = false;
    while (true) {
      const from = this.#receive(operation.what);
      for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
        end = messageEnd(from, at);
        if (!this.#isOurs(from, at, seq, interrupted !== undefined)) continue;
        const type = from.view.getUint16(at + 4, true);
        if ((from.view.getUint16(at + 6, true) & NLM_F.NLM_F_DUMP_INTR) !== 0) interrupted?.();
        if (isReply(operation, from, at, type)) {
          if (failed) continue;
          try {
            take(from, at, end);
          } catch (error) {
            failed = true;
            failure = error;
          }
          continue;
        }
        const verdict = verdictOf(from, at, end, type);
        if (verdict === undefined) continue;
        if (failed) throw failure;
        return { ...verdict, from, end };
      }
    }
  }

  #judge(
    verdict: FullVerdict,
    operation: Operation,
    writer: Writer,
    start: number,
    partial?: readonly unknown[],
  ): void {
    if (verdict.errno !== 0) throw this.#refusal(verdict, operation, writer, start, partial);
  }

  #refusal(
    verdict: FullVerdict,
    operation: Operation,
    writer: Writer,
    start: number,
    partial?: readonly unknown[],
  ): KernelError {
    const sent = new Reader(writer.bytes, writer.length);
    const details = explainExtAck(verdict.from, verdict.details, verdict.end, sent, start, operation.codec);
    const plain = new KernelError(operation.what, verdict.errno, details);
    const hint = operation.hint?.(plain.code, details) ?? HINTS[plain.code];
    return new KernelError(operation.what, verdict.errno, { ...details, hint, partial });
  }
}

/** Collects requests for {@linkcode Client.runBatch}; what is not a change goes to the client at once. */
export class BatchRequester implements Requester {
  /** Requests are collected. */
  readonly deferred = true;
  readonly #client: Client;
  readonly #add: (operation: Operation) => void;

  /** Hands requests to `add`, looks through `client`. */
  constructor(client: Client, add: (operation: Operation) => void) {
    this.#client = client;
    this.#add = add;
  }

  /** Collects it. */
  request(operation: Operation): undefined {
    this.#add(operation);
  }

  /** Everything that a dump gives; an interrupted one is asked for again. */
  dump(operation: Operation): unknown[] {
    return this.#client.dump(operation);
  }

  /** Looks at once. */
  iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    return this.#client.iterate(operation, fits);
  }

  /** Brings a value into the kernel's own form: encodes it and decodes it again. */
  normalize(codec: Codec<unknown, never>, value: object, what: string): object {
    return this.#client.normalize(codec, value, what);
  }
}

interface Chunk {
  readonly operation: Operation;
  readonly index: number;
  readonly start: number;
  readonly seq: number;
}

interface FullVerdict extends Verdict {
  readonly from: Reader;
  readonly end: number;
}

const HINTS: Readonly<Record<string, string>> = {
  EPERM: "needs the capability CAP_NET_ADMIN: run as root, or in a user and network namespace of your own",
  EACCES: "needs the capability CAP_NET_ADMIN: run as root, or in a user and network namespace of your own",
};

/** The sequence number of the message at `start`: looking a name up while it was encoded may have used later ones. */
function seqOf(writer: Writer, start: number): number {
  return writer.view.getUint32(start + 8, true);
}

function isReply({ reply, concerns }: Operation, from: Reader, at: number, type: number): boolean {
  return type === reply && concerns?.(from, at + NLMSG_HDRLEN) !== false;
}

function codecOf(operation: Operation): Codec<unknown, never> {
  return operation.replyCodec ?? operation.codec;
}

function verdictOf(from: Reader, at: number, end: number, type: number): Verdict | undefined {
  if (type === NLMSG.NLMSG_ERROR) return readError(from, at, end);
  return type === NLMSG.NLMSG_DONE ? readDone(from, at, end) : undefined;
}

function interrupted(operation: Operation, partial: readonly unknown[] | undefined): KernelError {
  return new KernelError(operation.what, 0, {
    kernelMessage: "the table changed while it was being read, every time",
    partial,
    hint: "partial holds the last try",
  }, "DUMP_INTERRUPTED");
}

/** Opens a socket of a protocol; where the kernel does not serve it, the error says why. */
export function openSocket(protocol: Protocol, options: Pick<OpenOptions, "netns"> = {}): Transport {
  const { number, name, hint } = protocol, { netns } = options;
  try {
    return new Socket({ protocol: number, protocolName: name, ...(netns === undefined ? {} : { netns }) });
  } catch (error) {
    if (hint === undefined || !isUnserved(error)) throw error;
    throw new SystemError(error.call, error.errno, `open a ${name} socket`, { hint });
  }
}

function isUnserved(error: unknown): error is SystemError {
  return error instanceof SystemError && error.code === "EPROTONOSUPPORT";
}

/** Whether the running kernel serves protocol `number`. Asking makes it load the module that it has for that. */
export function serves(number: number): boolean {
  try {
    new Socket({ protocol: number }).close();
    return true;
  } catch (error) {
    if (isUnserved(error)) return false;
    throw error;
  }
}

const shared = new Map<number, Client>();

/** The client of a protocol that whoever opens none of their own shares; opened at first use. */
export function sharedClient(protocol: Protocol): Client {
  let client = shared.get(protocol.number);
  if (client === undefined) shared.set(protocol.number, client = new Client(protocol));
  return client;
}

export type * from "./capture.ts";
export type { MessageSet } from "./datagram.ts";
export type { LinkName } from "./names.ts";
