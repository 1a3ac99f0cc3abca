/**
 * Requests and answers on one socket: encodes and sends a message, and receives what has its sequence number, up to the
 * kernel's acknowledgement or error. A request is repeated if the kernel's answer was lost, and a dump if the table
 * changed during it.
 *
 * The names of interfaces that messages need come from other messages, or from the kernel on the same socket; they are
 * remembered for one call. `event_names.ts` has those of watches.
 *
 * @module
 */
import { openNetns } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";
import { type Codec, type Names, Reader, Writer } from "./codec/mod.ts";
import { errnoName, KernelError, SystemError } from "./errors.ts";
import {
  eachMessage,
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
import type { DryRun } from "./open.ts";
import type { LinkName, LinkNameReader, Operation, Protocol, Requester } from "./protocol.ts";
import type { Buffers, Received, Transport } from "./transport.ts";
import { capabilityHint } from "./capabilities.ts";
import { Answers, isOverflow, overflowed, settle, TRIES } from "./wait.ts";
import { encodeText } from "../ffi/text.ts";

/** The sizes of a socket's buffers by the system's default. */
export const DEFAULT_BUFFERS: Buffers = { receive: 212_992, send: 212_992 };
/** Bytes of a send buffer that the kernel reserves for itself. */
export const SEND_OVERHEAD = 32;
/** Most bytes of the receive buffer that a refusal with its message takes, and an object that is returned beside it. */
const REFUSAL = 1664, REPLY = 4352;
/** Size up to which a receive buffer that was too small is enlarged. */
const LARGEST_BUFFER = 1 << 22;

/** The parts of an exchange. */
export interface ExchangeParts {
  /** The protocol of the socket. */
  readonly protocol: Protocol;
  /** Opens a socket, also to replace one that cannot be emptied. */
  readonly open: () => Transport;
  /** True if objects have interface names beside numbers. */
  readonly names: boolean;
  /** Time that a call waits for the kernel in total, in ms. */
  readonly timeout: number;
  /** Receives messages instead of the kernel in a dry run. */
  readonly dryRun: DryRun | undefined;
  /** True if a real kernel answers, so that this process's capabilities explain a refusal. */
  readonly real: boolean;
  /** Sends the look-ups of interface names that are too long for SIOCGIFINDEX. */
  readonly requester: Requester;
}

/** The kernel's acknowledgement or error, with its datagram. */
export interface FullVerdict extends Verdict {
  /** The datagram. */
  readonly from: Reader;
  /** Offset of the end of the message. */
  readonly end: number;
}

/** A socket, and the buffers for encoding and decoding messages. */
export class Exchange {
  /** Names of interfaces in the socket's namespace; remembered for one call. */
  readonly names: CallNames;
  readonly #parts: ExchangeParts;
  #writer: Writer = new Writer();
  readonly #openFds: number[] = [];
  #transport: Transport;
  #reader: Reader = new Reader(new Uint8Array(0));
  #unicast = true;
  #encoding = false;
  /** True if a call ended before all its answers were received: some may still come. */
  #unsettled = false;
  /** True if some of the answers did not fit into the receive buffer. */
  #overflowed = false;
  #seq = 0;

  /** Opens the socket. */
  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#transport = parts.open();
    const { dryRun, protocol, requester } = parts;
    this.names = new CallNames({
      interfaceName: (index) => this.#transport.interfaceName(index),
      interfaceIndex: (name) => this.#transport.interfaceIndex(name) ?? dryRun?.foreseen.get(name),
    }, (name) => protocol.longName?.(requester, name));
  }

  /** The socket. */
  get transport(): Transport {
    return this.#transport;
  }

  /** Time that a call waits for the kernel in total, in ms. */
  get timeout(): number {
    return this.#parts.timeout;
  }

  /** The protocol of the socket. */
  get protocol(): Protocol {
    return this.#parts.protocol;
  }

  /** The sizes of the socket's buffers. */
  get buffers(): Buffers {
    return this.#transport.buffers?.() ?? DEFAULT_BUFFERS;
  }

  /**
   * Calls `use` with the writer. A request that is made while another is being encoded (to look up a name) gets a
   * writer of its own.
   */
  withWriter<R>(use: (writer: Writer) => R): R {
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
      if (!nested) {
        this.closeNamespaces();
        // The memory of a long transaction is released.
        if (writer.bytes.length > LARGEST_BUFFER) this.#writer = new Writer();
      }
    }
  }

  /** Closes the namespaces that messages named; they were needed up to the send. */
  closeNamespaces(): void {
    if (this.#openFds.length === 0) return;
    for (const fd of this.#openFds.splice(0)) libc().close(fd);
  }

  /** Appends a message and returns its offset; `more` keeps the messages before it. */
  encode(writer: Writer, operation: Operation, flags: number, more = false): number {
    if (!more) writer.reset();
    writer.what = operation.what;
    // A dump may be filtered by fields that are read-only in other requests.
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

  /** True in a dry run. */
  get dry(): boolean {
    return this.#parts.dryRun !== undefined;
  }

  /**
   * In a dry run, shows the message at `start`..`end` of the writer instead of sending it; returns true in a dry run.
   */
  show(writer: Writer, operation: Operation, start = 0, end: number = writer.length): boolean {
    const { dryRun } = this.#parts;
    dryRun?.show(writer, operation, start, end);
    return dryRun !== undefined;
  }

  /**
   * Enlarges the buffers for a datagram of `length` bytes, and for answers of `answers` bytes, as far as the system
   * allows.
   *
   * @returns the length of the longest datagram that can be sent
   */
  makeRoom(length: number, answers: number): number {
    // Removing unread answers may replace the socket, and thereby its buffers.
    if (this.#unsettled) this.#settle();
    const { receive, send } = this.buffers, needed = length + SEND_OVERHEAD;
    if (receive < answers) this.#transport.setBuffer(answers);
    return (send < needed ? this.#transport.setSendBuffer(needed) : send) - SEND_OVERHEAD;
  }

  /** Sends the content of the writer as one datagram. */
  send(writer: Writer, what: string): void {
    if (this.#unsettled) this.#settle();
    // This holds until the answer is received.
    this.#unsettled = true;
    try {
      this.#transport.send(writer.bytes, writer.length);
    } catch (error) {
      if (!(error instanceof SystemError && error.call === "sendmsg")) throw error;
      throw new SystemError(error.call, error.errno, what, { cause: error });
    }
  }

  /** Removes unread answers of an earlier call, so that the next call receives all of its own answers and no others. */
  #settle(): void {
    this.#unsettled = false;
    if (!settle(this.#transport)) {
      const old = this.#transport;
      this.#transport = this.#parts.open();
      old.close();
    }
    if (this.#overflowed) this.#enlarge();
    this.#overflowed = false;
  }

  /** Doubles the receive buffer of a socket that was too small for its answers. */
  #enlarge(): void {
    const { receive } = this.buffers;
    // The kernel doubles the given size.
    if (receive < LARGEST_BUFFER) this.#transport.setBuffer(Math.max(receive, DEFAULT_BUFFERS.receive / 2));
  }

  /** Receives the next datagram from the kernel; the next call reuses the returned reader. */
  receive(what: string, answers: Answers): Reader {
    let received: Received;
    try {
      received = answers.next(this.#transport, what);
    } finally {
      this.#overflowed ||= answers.lost !== undefined;
    }
    this.#unicast = received.groups === 0;
    if (this.#reader.bytes !== received.bytes) {
      this.#reader = new Reader(received.bytes, received.length, received.view);
    } else this.#reader.next(received.length);
    const { names, protocol: { linkName } } = this.#parts;
    if (names) {
      this.#reader.names = this.names;
      if (linkName !== undefined) this.names.learnFrom(this.#reader, linkName);
    }
    return this.#reader;
  }

  /** Marks the socket as settled after the last answer of a call, unless answers were lost. */
  settled(answers: Answers): void {
    this.#unsettled = answers.lost !== undefined;
  }

  /** True if the message at `at` answers the request `seq`. */
  isOurs(from: Reader, at: number, seq: number, dump: boolean): boolean {
    const number = from.view.getInt32(at + 8, true), port = from.view.getInt32(at + 12, true);
    if (number === (seq | 0) && port === (this.#transport.port | 0)) return true;
    // The parts of a dump of the family thermal have neither number, those of netfilter's hooks no port.
    return dump && (number === 0 || number === (seq | 0)) && port === 0 && this.#unicast;
  }

  /**
   * Receives all answers to a request, up to the kernel's acknowledgement or error.
   *
   * @param take receives each reply; if it throws, the remaining answers are received before the error is thrown
   * @param interrupted is called if the table changed during a dump; absent for requests that are not dumps
   */
  receiveAll(
    operation: Operation,
    answers: Answers,
    seq: number,
    take: (from: Reader, at: number, end: number) => void,
    interrupted?: () => void,
  ): FullVerdict {
    let failure: unknown, failed = false, verdict: FullVerdict | undefined;
    while (verdict === undefined) {
      const from = this.receive(operation.what, answers);
      eachMessage(from, (at, end) => {
        if (!this.isOurs(from, at, seq, interrupted !== undefined || operation.late === true)) return;
        const type = from.view.getUint16(at + 4, true);
        if ((from.view.getUint16(at + 6, true) & NLM_F.NLM_F_DUMP_INTR) !== 0) interrupted?.();
        if (isReply(operation, from, at, type)) {
          if (failed) return;
          try {
            take(from, at + NLMSG_HDRLEN, end);
          } catch (error) {
            failed = true;
            failure = error;
          }
          if (operation.late !== true) return;
          verdict = { errno: 0, details: end, from, end };
          return true;
        }
        const said = verdictOf(from, at, end, type);
        if (said === undefined) return;
        verdict = { ...said, from, end };
        return true;
      });
    }
    this.settled(answers);
    if (failed) throw failure;
    return verdict;
  }

  /** Throws the error if the kernel refused; `partial` has the objects of a dump before it. */
  judge(
    verdict: FullVerdict,
    operation: Operation,
    writer: Writer,
    start: number,
    partial?: readonly unknown[],
  ): void {
    if (verdict.errno !== 0) throw this.refusal(verdict, operation, writer, start, partial);
  }

  /** Returns the error of a refusal, with the fields of the request at `start` of the writer. */
  refusal(
    verdict: FullVerdict,
    operation: Operation,
    writer: Writer,
    start: number,
    partial?: readonly unknown[],
  ): KernelError {
    const sent = new Reader(writer.bytes, writer.length);
    const details = explainExtAck(verdict.from, verdict.details, verdict.end, sent, start, operation.codec);
    const own = operation.ownError?.(verdict.errno, verdict.from, verdict.request ?? verdict.end, verdict.end);
    const code = own?.code ?? errnoName(verdict.errno), kernelMessage = details.kernelMessage ?? own?.text;
    // If the kernel gave a reason, a missing capability is not the cause.
    const lacks = code === "EPERM" && kernelMessage === undefined;
    const hint = operation.hint?.(code, { ...details, partial }) ??
      (lacks ? capabilityHint(false, this.#parts.real) : undefined);
    return new KernelError(operation.what, verdict.errno, { ...details, kernelMessage, hint, partial }, code);
  }
}

/**
 * Returns the bytes of the receive buffer that the answer to a change takes. A created object is returned only with
 * NLM_F_ECHO.
 */
export function answerSize({ reply, flags }: Operation): number {
  const answered = reply !== undefined && (flags & (NLM_F.NLM_F_CREATE | NLM_F.NLM_F_ECHO)) !== NLM_F.NLM_F_CREATE;
  return answered ? REFUSAL + REPLY : REFUSAL;
}

/** Returns the operation with its value, which `read` makes if it exists. */
export function withValueRead(operation: Operation): Operation {
  return operation.read === undefined ? operation : { ...operation, value: operation.read() };
}

/** Returns the further requests after an operation with its value read. */
export function followingOf({ then = [], value }: Operation): readonly Operation[] {
  return typeof then === "function" ? then(value) : then;
}

/** Returns the sequence number of the message at `start`: a name looked up during encoding may have used later ones. */
export function seqOf(writer: Writer, start: number): number {
  return writer.view.getUint32(start + 8, true);
}

/** True if the message at `at` is the reply that an operation expects. */
export function isReply({ reply, otherReply, concerns }: Operation, from: Reader, at: number, type: number): boolean {
  return (type === reply || type === otherReply) && concerns?.(from, at + NLMSG_HDRLEN) !== false;
}

/** Returns the acknowledgement or error in the message `at`..`end`; `undefined` if it is neither. */
export function verdictOf(from: Reader, at: number, end: number, type: number): Verdict | undefined {
  if (type === NLMSG.NLMSG_ERROR) return readError(from, at, end);
  return type === NLMSG.NLMSG_DONE ? readDone(from, at, end) : undefined;
}

/** The owner of a message, which is not a field of any object; one for all. */
const NOBODY = Object.freeze({});
const LOST = "the kernel could not send all objects: repeat the dump";

/** Sends a request and waits for the kernel's answer; returns the object in the reply, if any. */
export function request(exchange: Exchange, given: Operation): unknown {
  const operation = withValueRead(given), answers = new Answers(exchange.timeout);
  for (let tries = 1;; tries++) {
    try {
      const value = requestOnce(exchange, operation, answers);
      for (const next of followingOf(operation)) request(exchange, next);
      return value;
    } catch (error) {
      if (!isLoss(error, answers) || operation.looks !== true || tries === TRIES) throw error;
      answers.forget();
    }
  }
}

function requestOnce(exchange: Exchange, operation: Operation, answers: Answers): unknown {
  return exchange.withWriter((writer) => {
    const start = exchange.encode(writer, operation, operation.late === true ? 0 : NLM_F.NLM_F_ACK);
    if (exchange.show(writer, operation)) return undefined;
    exchange.send(writer, operation.what);
    const codec = codecOf(operation);
    let value: unknown;
    const verdict = exchange.receiveAll(operation, answers, seqOf(writer, start), (from, at, end) => {
      value = codec.decode(from, at, end, {});
    });
    exchange.judge(verdict, operation, writer, start);
    if (answers.lost !== undefined && value === undefined && operation.reply !== undefined) {
      throw overflowed(operation.what, answers.lost, "it is done, but the kernel's reply is lost");
    }
    return value;
  });
}

/** Returns all objects of a dump. A dump that was interrupted or partly lost is repeated. */
export function dump(exchange: Exchange, operation: Operation): unknown[] {
  const answers = new Answers(exchange.timeout);
  let items: unknown[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    answers.backOff(exchange.transport, tries);
    answers.forget();
    items = [];
    try {
      if (!dumpOnce(exchange, operation, answers, items)) return items;
    } catch (error) {
      if (!isLoss(error, answers)) throw error;
    }
  }
  throw answers.lost === undefined ? interrupted(operation, items) : overflowed(operation.what, answers.lost, LOST);
}

function dumpOnce(exchange: Exchange, operation: Operation, answers: Answers, items: unknown[]): boolean {
  return exchange.withWriter((writer) => {
    const start = exchange.encode(writer, operation, NLM_F.NLM_F_DUMP);
    if (exchange.show(writer, operation)) return false;
    exchange.send(writer, operation.what);
    const codec = codecOf(operation);
    let intr = false;
    const verdict = exchange.receiveAll(operation, answers, seqOf(writer, start), (from, at, end) => {
      items.push(codec.decode(from, at, end, NOBODY));
    }, () => intr = true);
    exchange.judge(verdict, operation, writer, start, items);
    return intr || answers.lost !== undefined;
  });
}

/** An exchange without other users; it is closed with its owner. */
export interface OwnExchange extends Disposable {
  /** The exchange. */
  readonly exchange: Exchange;
  /** Throws if the client that made it is closed. */
  expectOpen(): void;
}

/**
 * Yields the objects of a dump that `fits` accepts, one by one, on an exchange of its own: requests in the loop's body
 * use other sockets, so that they do not overwrite the datagram. This is one generator, since each further one would
 * make every object slower.
 */
export function* iterate(
  open: () => OwnExchange,
  operation: Operation,
  fits?: (value: unknown) => boolean,
): Generator<unknown, void, undefined> {
  using own = open();
  const { exchange } = own;
  const answers = new Answers(exchange.timeout), codec = codecOf(operation);
  const writer = exchange.withWriter((writer) => {
    exchange.encode(writer, operation, NLM_F.NLM_F_DUMP);
    exchange.send(writer, operation.what);
    return writer;
  });
  const seq = seqOf(writer, 0);
  let intr = false;
  while (true) {
    const from: Reader = exchange.receive(operation.what, answers), { view } = from;
    for (let at = 0, end = 0; from.length - at >= NLMSG_HDRLEN; at = (end + 3) & ~3) {
      end = messageEnd(from, at);
      if (!exchange.isOurs(from, at, seq, true)) continue;
      const word = view.getInt32(at + 4, true), type = word & 0xffff;
      if ((word >>> 16 & NLM_F.NLM_F_DUMP_INTR) !== 0) intr = true;
      if (isReply(operation, from, at, type)) {
        const value = codec.decode(from, at + NLMSG_HDRLEN, end, NOBODY);
        if (fits === undefined || fits(value)) {
          yield value;
          own.expectOpen();
        }
        continue;
      }
      const verdict = verdictOf(from, at, end, type);
      if (verdict === undefined) continue;
      exchange.judge({ ...verdict, from, end }, operation, writer, 0);
      if (answers.lost !== undefined) throw overflowed(operation.what, answers.lost, LOST);
      if (intr) throw interrupted(operation, undefined);
      return;
    }
  }
}

function codecOf({ replyCodec, codec }: Operation): Codec<unknown, never> {
  return replyCodec ?? codec;
}

/** True if a call failed because answers were lost. */
function isLoss(error: unknown, answers: Answers): boolean {
  return answers.lost !== undefined && isOverflow(error);
}

function interrupted(operation: Operation, partial: readonly unknown[] | undefined): KernelError {
  return new KernelError(operation.what, 0, {
    kernelMessage: "the table changed while it was being read, every time",
    partial,
    hint: "partial holds the last try",
  }, "DUMP_INTERRUPTED");
}

/** Length in bytes of the longest name that an ioctl accepts. */
const LONGEST = 15;

/** Looks up names and numbers, each name at most once until {@linkcode CallNames.forget}. */
export class CallNames implements Names {
  readonly #transport: Pick<Transport, "interfaceName" | "interfaceIndex">;
  readonly #lookUp: (name: string) => number | undefined;
  readonly #names = new Map<number, string | undefined>();

  /** Uses `lookUp` for names that are too long for an ioctl. */
  constructor(
    transport: Pick<Transport, "interfaceName" | "interfaceIndex">,
    lookUp: (name: string) => number | undefined,
  ) {
    this.#transport = transport;
    this.#lookUp = lookUp;
  }

  /** Forgets the names: interfaces may have changed. */
  forget(): void {
    if (this.#names.size > 0) this.#names.clear();
  }

  /** Remembers the names of the interfaces in a datagram, as links refer to each other. */
  learnFrom(from: Reader, linkName: LinkNameReader): void {
    eachMessage(from, (at, end) => {
      const link = linkName(from.view.getUint16(at + 4, true), from, at + NLMSG_HDRLEN, end);
      if (link === undefined) return true;
      this.learn(link);
      return undefined;
    });
  }

  /** Remembers an interface's name. */
  learn({ index, name }: LinkName): void {
    this.#names.set(index, name);
  }

  /** Returns the name of interface `index`. */
  name(index: number): string | undefined {
    let name = this.#names.get(index);
    if (name === undefined && !this.#names.has(index)) {
      name = this.#transport.interfaceName(index);
      this.#names.set(index, name);
    }
    return name;
  }

  /** Returns the number of the interface called `name`. */
  index(name: string): number | undefined {
    const found = this.#transport.interfaceIndex(name);
    return found === undefined && encodeText(name).length > LONGEST ? this.#lookUp(name) : found;
  }
}
