/**
 * Requests on one socket: a message goes out, replies and the kernel's verdict come back, before the call returns.
 *
 * @module
 */
import { entered, Netns, openNetns, outside } from "../ffi/netns.ts";
import { NETLINK_OPTIONS } from "../ffi/socket.ts";
import { libc } from "../ffi/runtime.ts";
import { expectFields } from "./arguments.ts";
import { type Capture, type KnownCodecs, knownCodecs, tapped } from "./capture.ts";
import { type Codec, NoSuchInterface, Reader, Writer } from "./codec/mod.ts";
import {
  argumentError,
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
import { openSocket } from "./served.ts";
import { flagNames, ShownMessage } from "./show.ts";
import type { Buffers, Received, Transport } from "./transport.ts";
import { capabilityHint } from "./users.ts";
import { Answers, checkTimeout, DEFAULT_TIMEOUT, isOverflow, overflowed, settle, TRIES } from "./wait.ts";

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
  /** Makes what is sent in the place of `value`, once all that was asked for before is done. */
  readonly read?: () => object;
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
  /** Whether it only looks, so that it may be asked again when the answer is lost. */
  readonly looks?: true;
  /** What may help when the kernel refuses. */
  readonly hint?: (code: string, details: KernelErrorDetails) => string | undefined;
  /** What is asked for in turn once this is done, as a part of the same item of a batch. */
  readonly then?: readonly Operation[];
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
/** A table that changes while it is read is asked for again after at most so many ms. */
const LONGEST_PAUSE = 128;
/** The buffers of a socket, where nobody has changed the system's default. */
const DEFAULT_BUFFERS: Buffers = { receive: 212_992, send: 212_992 };
/** What a refusal with its words takes of a receive buffer at most, and an object that comes back beside it. */
const REFUSAL = 1664, REPLY = 4352;
/** The number of the first interface that a dry run foresees. */
const STAND_IN = 0x7fffffff;
/** What the kernel keeps of a send buffer for itself. */
const SEND_OVERHEAD = 32;
/** As far as a receive buffer that was too small is made larger. */
const LARGEST_BUFFER = 1 << 22;

/** A socket with its requests. */
export class Client implements Requester, Disposable {
  /** The protocol spoken. */
  readonly protocol: Protocol;
  /** What it was opened with. */
  readonly options: OpenOptions;
  /** The names of interfaces where the socket lives. */
  readonly names: CallNames;
  /** Requests are sent at once; in a dry run nothing comes back. */
  readonly deferred: boolean;
  readonly #timeout: number;
  readonly #writer: Writer = new Writer();
  #transport: Transport;
  #reader: Reader = new Reader(new Uint8Array(0));
  #unicast = true;
  #encoding = false;
  /** Whether a call ended before its answers did: there may be some yet. */
  #unsettled = false;
  /** Whether some of the answers did not fit the receive buffer. */
  #overflowed = false;
  #closed = false;
  #closing: AbortController | undefined;
  #seq = 0;
  readonly #known: KnownCodecs | undefined = knownCodecs();
  readonly #openFds: number[] = [];

  /** Interfaces that there would be by what a dry run has shown. */
  readonly #foreseen: Map<string, number> = new Map();
  /** The namespace where it lives, where that is not the thread's own. */
  readonly #home: Netns | undefined;

  /**
   * Opens the socket.
   *
   * @param home the namespace to open it in, instead of what the options name; the client closes it
   */
  constructor(protocol: Protocol, options: OpenOptions = {}, home?: Netns) {
    expectFields(options, `open a ${protocol.name} socket`, "options as an object");
    this.protocol = protocol;
    this.options = options;
    this.deferred = options.dryRun !== undefined;
    try {
      this.#timeout = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT, `open a ${protocol.name} socket`);
      if (options.transport === undefined) home ??= options.netns === undefined ? entered() : new Netns(options.netns);
      this.#transport = this.#open(home);
    } catch (error) {
      home?.close();
      throw error;
    }
    this.#home = home;
    this.names = new CallNames({
      interfaceName: (index) => this.transport.interfaceName(index),
      interfaceIndex: (name) => this.transport.interfaceIndex(name) ?? this.#foreseen.get(name),
    }, (name) => protocol.longName?.(this, name));
  }

  #open(home: Netns | undefined): Transport {
    const { options, protocol } = this, socket = options.transport?.() ?? openSocket(protocol, { netns: home });
    const transport = tapped(socket, protocol, options.capture, this.#known);
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
    return this.#transport;
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

  /** Sends it and waits for the verdict. */
  request(given: Operation): unknown {
    const operation = whole(given), answers = new Answers(this.#timeout);
    for (let tries = 1;; tries++) {
      try {
        return this.#requestOnce(operation, answers);
      } catch (error) {
        if (!isLoss(error, answers) || operation.looks !== true || tries === TRIES) throw error;
        answers.forget();
      }
    }
  }

  #requestOnce(operation: Operation, answers: Answers): unknown {
    return this.#withWriter((writer) => {
      const start = this.#encode(writer, operation, NLM_F.NLM_F_ACK);
      if (this.#dryRun(writer, operation)) return undefined;
      this.#send(writer, operation.what);
      let value: unknown;
      const verdict = this.#receiveAll(operation, answers, seqOf(writer, start), (from, at, end) => {
        value = codecOf(operation).decode(from, at + NLMSG_HDRLEN, end, {});
        return true;
      });
      this.#judge(verdict, operation, writer, start);
      if (answers.lost !== undefined && value === undefined && operation.reply !== undefined) {
        throw overflowed(operation.what, answers.lost, "it is done, but what the kernel says of it is lost");
      }
      return value;
    });
  }

  /** Everything that a dump gives; one that was interrupted, or of which something was lost, is asked for again. */
  dump(operation: Operation): unknown[] {
    const answers = new Answers(this.#timeout);
    let items: unknown[] = [];
    for (let tries = 0; tries < TRIES; tries++) {
      // What changes without end needs a moment; whatever arrives in it is stale.
      if (tries > 1) answers.pause(this.transport, Math.min(LONGEST_PAUSE, 2 ** (tries - 2)));
      answers.forget();
      items = [];
      try {
        if (!this.#dumpOnce(operation, answers, items)) return items;
      } catch (error) {
        if (!isLoss(error, answers)) throw error;
      }
    }
    throw answers.lost === undefined ? interrupted(operation, items) : overflowed(operation.what, answers.lost, LOST);
  }

  #dumpOnce(operation: Operation, answers: Answers, items: unknown[]): boolean {
    return this.#withWriter((writer) => {
      const start = this.#encode(writer, operation, NLM_F.NLM_F_DUMP);
      if (this.#dryRun(writer, operation)) return false;
      this.#send(writer, operation.what);
      const codec = codecOf(operation);
      let intr = false;
      const verdict = this.#receiveAll(operation, answers, seqOf(writer, start), (from, at, end) => {
        items.push(codec.decode(from, at + NLMSG_HDRLEN, end, NOBODY));
        return true;
      }, () => intr = true);
      this.#judge(verdict, operation, writer, start, items);
      return intr || answers.lost !== undefined;
    });
  }

  /** The same one by one, those that `fits` wants, on a socket of its own: one generator, as each costs an item something. */
  *iterate(operation: Operation, fits?: (value: unknown) => boolean): Generator<unknown, void, undefined> {
    if (this.options.dryRun !== undefined) return void this.dump(operation);
    using own = this.sibling();
    const writer = own.#writer, start = own.#encode(writer, operation, NLM_F.NLM_F_DUMP), codec = codecOf(operation);
    const seq = seqOf(writer, start), answers = new Answers(own.#timeout);
    own.#send(writer, operation.what);
    let intr = false;
    while (true) {
      const from = own.#receive(operation.what, answers), { view } = from;
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
        if (answers.lost !== undefined) throw overflowed(operation.what, answers.lost, LOST);
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
   * Sends many operations in few datagrams. All are tried, as long as the socket serves.
   *
   * @throws {BatchError} with every one that is not known to be done
   */
  runBatch(collect: (add: (operation: Operation) => void) => void): void {
    this.#withWriter((writer) => {
      const batch: Batch = { failures: [], unknown: [], unsent: [], ended: undefined };
      const buffers = this.transport.buffers?.() ?? DEFAULT_BUFFERS, longest = buffers.send - SEND_OVERHEAD;
      const answers = new Answers(this.#timeout);
      let count = 0, over = false, chunk: Chunk[] = [], room = buffers.receive;
      const flush = (): void => {
        const items = chunk;
        chunk = [];
        room = buffers.receive;
        try {
          if (items.length > 0) this.#runChunk(writer, items, answers, batch);
        } finally {
          writer.reset();
          this.#closeFds();
        }
      };
      /** Puts it behind the others; what keeps it from that is given back. */
      const append = (given: Operation, index: number): Error | undefined => {
        const before = writer.length;
        try {
          const operation = whole(given), start = this.#encode(writer, operation, 0, chunk.length > 0);
          // The kernel takes no datagram that is longer than its buffer: alone it is refused, else it is the next one's first.
          if (writer.length > longest && chunk.length > 0) throw new TooLong();
          chunk.push({ operation, index, start, seq: seqOf(writer, start) });
          room -= answerSize(operation);
          return undefined;
        } catch (error) {
          writer.length = before;
          writer.path.length = 0;
          if (error instanceof Error) return error;
          throw error;
        }
      };
      const put = (operation: Operation, index: number): void => {
        if (chunk.length > 0 && (room < answerSize(operation) || operation.read !== undefined)) flush();
        let error = batch.ended ?? append(operation, index);
        // The interface may be what an earlier item of the batch is to make.
        if (chunk.length > 0 && (error instanceof NoSuchInterface || error instanceof TooLong)) {
          flush();
          error = batch.ended ?? append(operation, index);
        }
        if (error !== undefined) (batch.ended === undefined ? batch.failures : batch.unsent).push({ index, error });
        if (this.options.dryRun !== undefined) {
          for (const { operation } of chunk) this.#dryRun(writer, operation);
          chunk = [];
          writer.reset();
        }
      };
      const add = (operation: Operation): void => {
        if (over) {
          throw argumentError(
            TypeError,
            `Cannot ${operation.what} in a batch that is over: its callback returned before`,
          );
        }
        const index = count++;
        put(operation, index);
        for (const next of operation.then ?? []) {
          // What is known of the last item sent is noted last.
          flush();
          if ([batch.failures, batch.unknown, batch.unsent].some((list) => list.at(-1)?.index === index)) break;
          put(next, index);
        }
      };
      let thrown: { readonly cause: unknown } | undefined;
      try {
        collect(add);
      } catch (cause) {
        thrown = { cause };
      }
      over = true;
      // Whatever goes wrong in the callback, what was asked for before it is done, as it would have been one by one.
      flush();
      if (batch.failures.length + batch.unknown.length + batch.unsent.length > 0) {
        batch.failures.sort((a, b) => a.index - b.index);
        throw new BatchError({ count, ...batch }, thrown === undefined ? batch.ended : thrown.cause);
      }
      if (thrown !== undefined) throw thrown.cause;
    });
  }

  /** Sends items in one datagram, and notes what becomes of each. */
  #runChunk(writer: Writer, chunk: readonly Chunk[], answers: Answers, batch: Batch): void {
    // Refusals always come; only the last item is acknowledged when done, and then all are.
    const last = chunk[chunk.length - 1]!, flagsAt = last.start + 6;
    writer.view.setUint16(flagsAt, writer.view.getUint16(flagsAt, true) | NLM_F.NLM_F_ACK, true);
    const what = chunk.length === 1 ? last.operation.what : `do items ${chunk[0]!.index}..${last.index} of a batch`;
    answers.forget();
    try {
      this.#send(writer, what);
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      // One that is too long leaves the socket as it is.
      if (error.code === "EMSGSIZE" && chunk.length === 1) {
        return void batch.failures.push({ index: last.index, error });
      }
      batch.ended = error;
      // A capture that cannot be written is noticed once the datagram is sent.
      const list = error instanceof SystemError && error.call !== "sendto" ? batch.unknown : batch.unsent;
      for (const { index } of chunk) list.push({ index, error });
      return;
    }
    const open = new Map(chunk.map((item) => [item.seq, item]));
    let error: Error | undefined;
    try {
      this.#receiveVerdicts(writer, what, last, open, answers, batch);
      if (answers.lost !== undefined) error = overflowed(what, answers.lost);
    } catch (caught) {
      if (!(caught instanceof Error)) throw caught;
      error = caught;
      // A socket that was too full serves again once it is empty.
      if (answers.lost === undefined) batch.ended = error;
    }
    if (error === undefined) return;
    for (const { index } of open.values()) batch.unknown.push({ index, error });
  }

  /** Receives up to the last item's verdict; takes those whose verdict is known out of `open`. */
  #receiveVerdicts(
    writer: Writer,
    what: string,
    last: Chunk,
    open: Map<number, Chunk>,
    answers: Answers,
    batch: Batch,
  ): void {
    while (true) {
      const from = this.#receive(what, answers);
      for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
        end = messageEnd(from, at);
        const seq = from.view.getUint32(at + 8, true), item = open.get(seq);
        if (item === undefined || from.view.getUint16(at + 4, true) !== NLMSG.NLMSG_ERROR) continue;
        const verdict = readError(from, at, end);
        open.delete(seq);
        if (verdict.errno !== 0) {
          batch.failures.push({
            index: item.index,
            error: this.#refusal({ ...verdict, from, end }, item.operation, writer, item.start),
          });
        }
        if (item !== last) continue;
        this.#unsettled = answers.lost !== undefined;
        return;
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
    this.#foresee(writer, operation);
    return true;
  }

  /** Has what this would make, or call otherwise, at hand for what is shown later. */
  #foresee(writer: Writer, { type, flags, value }: Operation): void {
    const from = new Reader(writer.bytes, writer.length);
    const link = this.protocol.linkName?.(type, from, NLMSG_HDRLEN, writer.length);
    if (link !== undefined && link.index !== 0 && !link.gone) this.#foreseen.set(link.name, link.index);
    if ((flags & NLM_F.NLM_F_CREATE) === 0) return;
    for (const name of interfacesIn(value)) {
      if (!this.#foreseen.has(name)) this.#foreseen.set(name, STAND_IN - this.#foreseen.size);
    }
  }

  #send(writer: Writer, what: string): void {
    if (this.#unsettled) this.#settle();
    // Until the verdict is there.
    this.#unsettled = true;
    try {
      this.transport.send(writer.bytes, writer.length);
    } catch (error) {
      if (!(error instanceof SystemError && error.call === "sendto")) throw error;
      throw new SystemError(error.call, error.errno, what, { cause: error });
    }
  }

  /** Does away with what an earlier call left behind, so that the next one hears what is its own, and all of it. */
  #settle(): void {
    this.#unsettled = false;
    if (!settle(this.transport)) {
      const old = this.#transport;
      this.#transport = this.#at((home) => this.#open(home));
      old.close();
    }
    if (this.#overflowed) this.#enlarge();
    this.#overflowed = false;
  }

  /** Gives a socket that was too small for its answers twice the room. */
  #enlarge(): void {
    const { receive } = this.transport.buffers?.() ?? DEFAULT_BUFFERS;
    // The kernel doubles what it is asked for.
    if (receive < LARGEST_BUFFER) this.transport.setBuffer(Math.max(receive, DEFAULT_BUFFERS.receive / 2));
  }

  /** The next datagram from the kernel, as a reader. */
  #receive(what: string, answers: Answers): Reader {
    let received: Received;
    try {
      received = answers.next(this.transport, what);
    } finally {
      this.#overflowed ||= answers.lost !== undefined;
    }
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
    answers: Answers,
    seq: number,
    take: (from: Reader, at: number, end: number) => void,
    interrupted?: () => void,
  ): FullVerdict {
    let failure: unknown, failed = false;
    while (true) {
      const from = this.#receive(operation.what, answers);
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
        this.#unsettled = answers.lost !== undefined;
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
    // Where the kernel has said why, it is no capability.
    const lacks = plain.code === "EPERM" && details.kernelMessage === undefined;
    const hint = operation.hint?.(plain.code, details) ??
      (lacks ? capabilityHint(false, this.options.transport === undefined) : undefined);
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

  /** Collects it, if it changes something; what only looks is answered at once. */
  request(operation: Operation): unknown {
    return operation.looks === true ? this.#client.request(operation) : this.#add(operation);
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

/** A batch as it runs: what became of its items, and what keeps the others from being sent. */
interface Batch {
  readonly failures: BatchFailure[];
  readonly unknown: BatchFailure[];
  readonly unsent: BatchFailure[];
  ended: Error | undefined;
}

/** The names of the interfaces that a value describes, at any depth; those of other namespaces are not found by name here. */
function* interfacesIn(value: unknown): Generator<string, void, undefined> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const { ifname, netns, netNsFd, netNsPid } = value as Record<string, unknown>;
  if ((netns ?? netNsFd ?? netNsPid) !== undefined) return;
  if (typeof ifname === "string") yield ifname;
  for (const part of Object.values(value)) yield* interfacesIn(part);
}

/** Says that an item does not fit what others of a batch are sent with. */
class TooLong extends Error {}

/** What the answer to an item of a batch takes of the receive buffer. What makes something gives it back only as an echo. */
function answerSize({ reply, flags }: Operation): number {
  const answered = reply !== undefined && (flags & (NLM_F.NLM_F_CREATE | NLM_F.NLM_F_ECHO)) !== NLM_F.NLM_F_CREATE;
  return answered ? REFUSAL + REPLY : REFUSAL;
}

/** Whether a call came to nothing as answers were lost. */
function isLoss(error: unknown, answers: Answers): boolean {
  return answers.lost !== undefined && isOverflow(error);
}

const LOST = "the kernel could not send all of it: ask again";

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

/** An operation with what is sent, where that is made only now. */
function whole(operation: Operation): Operation {
  return operation.read === undefined ? operation : { ...operation, value: operation.read() };
}

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
