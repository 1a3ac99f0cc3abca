/**
 * One socket's requests and answers: a message is encoded and sent, and what comes back is told apart by its sequence
 * number, up to the kernel's verdict.
 *
 * @module
 */
import { openNetns } from "../ffi/netns.ts";
import { libc } from "../ffi/runtime.ts";
import { Reader, Writer } from "./codec/mod.ts";
import { KernelError, SystemError } from "./errors.ts";
import {
  eachMessage,
  explainExtAck,
  nextSeq,
  NLM_F,
  NLMSG,
  NLMSG_HDRLEN,
  readDone,
  readError,
  type Verdict,
} from "./message.ts";
import { CallNames } from "./interface_names.ts";
import type { DryRun } from "./open.ts";
import type { Operation, Protocol, Requester } from "./protocol.ts";
import type { Buffers, Received, Transport } from "./transport.ts";
import { capabilityHint } from "./capabilities.ts";
import { type Answers, settle } from "./wait.ts";

/** The buffers of a socket, where nobody has changed the system's default. */
export const DEFAULT_BUFFERS: Buffers = { receive: 212_992, send: 212_992 };
/** Bytes of a send buffer that the kernel keeps for itself. */
export const SEND_OVERHEAD = 32;
/** Bytes of the receive buffer that a refusal with its words takes at most, and an object that comes back beside it. */
const REFUSAL = 1664, REPLY = 4352;
/** As far as a receive buffer that was too small is made larger. */
const LARGEST_BUFFER = 1 << 22;

/** What an exchange is made of. */
export interface ExchangeParts {
  /** The protocol spoken. */
  readonly protocol: Protocol;
  /** Opens a socket, also one in the place of another that cannot be emptied. */
  readonly open: () => Transport;
  /** Whether objects carry interface names beside numbers. */
  readonly names: boolean;
  /** How long a call waits for the kernel altogether, in ms. */
  readonly timeout: number;
  /** Receives messages in the place of the kernel. */
  readonly dryRun: DryRun | undefined;
  /** Whether a real kernel answers, so that this process's capabilities explain a refusal. */
  readonly real: boolean;
  /** Who is asked for interfaces by names that are too long for SIOCGIFINDEX. */
  readonly requester: Requester;
}

/** A verdict with the datagram that it is in. */
export interface FullVerdict extends Verdict {
  /** The datagram. */
  readonly from: Reader;
  /** Where its message ends. */
  readonly end: number;
}

/** A socket, and the buffers that messages are written to and read from. */
export class Exchange {
  /** Names of interfaces where the socket lives; remembered for one call. */
  readonly names: CallNames;
  readonly #parts: ExchangeParts;
  #writer: Writer = new Writer();
  readonly #openFds: number[] = [];
  #transport: Transport;
  #reader: Reader = new Reader(new Uint8Array(0));
  #unicast = true;
  #encoding = false;
  /** Whether a call ended before its answers did: some may still come. */
  #unsettled = false;
  /** Whether some of the answers did not fit the receive buffer. */
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

  /** How long a call waits for the kernel altogether, in ms. */
  get timeout(): number {
    return this.#parts.timeout;
  }

  /** The sizes of the socket's buffers. */
  get buffers(): Buffers {
    return this.#transport.buffers?.() ?? DEFAULT_BUFFERS;
  }

  /** Lends the writer; a request made while another is being encoded (a name is looked up) gets one of its own. */
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
        // The memory of a long transaction is not kept.
        if (writer.bytes.length > LARGEST_BUFFER) this.#writer = new Writer();
      }
    }
  }

  /** Closes the namespaces that messages named; they were needed up to the send. */
  closeNamespaces(): void {
    for (const fd of this.#openFds.splice(0)) libc().close(fd);
  }

  /** Appends a message and returns where it begins; `more` leaves what is there in front of it. */
  encode(writer: Writer, operation: Operation, flags: number, more = false): number {
    if (!more) writer.reset();
    writer.what = operation.what;
    // A dump may be filtered by fields that no request could change.
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

  /** Shows what the writer holds, or one message of several, instead of sending it, in a dry run; whether this is one. */
  show(writer: Writer, operation: Operation, start = 0, end: number = writer.length): boolean {
    const { dryRun } = this.#parts;
    dryRun?.show(writer, operation, start, end);
    return dryRun !== undefined;
  }

  /**
   * Makes the buffers large enough for a datagram of so many bytes, and for answers that take so many, as far as the system
   * lets them grow.
   *
   * @returns the length of the longest datagram that can be sent
   */
  makeRoom(length: number, answers: number): number {
    // What is left unread may cost the socket, and its buffers with it.
    if (this.#unsettled) this.#settle();
    const { receive, send } = this.buffers, needed = length + SEND_OVERHEAD;
    if (receive < answers) this.#transport.setBuffer(answers);
    return (send < needed ? this.#transport.setSendBuffer(needed) : send) - SEND_OVERHEAD;
  }

  /** Sends what the writer holds as one datagram. */
  send(writer: Writer, what: string): void {
    if (this.#unsettled) this.#settle();
    // Until the verdict is there.
    this.#unsettled = true;
    try {
      this.#transport.send(writer.bytes, writer.length);
    } catch (error) {
      if (!(error instanceof SystemError && error.call === "sendto")) throw error;
      throw new SystemError(error.call, error.errno, what, { cause: error });
    }
  }

  /** Removes what an earlier call left unread, so that the next one hears its own answers, and all of them. */
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

  /** Gives a socket that was too small for its answers twice the room. */
  #enlarge(): void {
    const { receive } = this.buffers;
    // The kernel doubles what it is asked for.
    if (receive < LARGEST_BUFFER) this.#transport.setBuffer(Math.max(receive, DEFAULT_BUFFERS.receive / 2));
  }

  /** The next datagram from the kernel, as a reader that the following one is read with as well. */
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

  /** Takes note that a call's last answer was received. */
  settled(answers: Answers): void {
    this.#unsettled = answers.lost !== undefined;
  }

  /** Whether the message at `at` answers the request `seq`. */
  isOurs(from: Reader, at: number, seq: number, dump: boolean): boolean {
    const number = from.view.getInt32(at + 8, true), port = from.view.getInt32(at + 12, true);
    if (number === (seq | 0) && port === (this.#transport.port | 0)) return true;
    // The parts of thermal's dumps have neither.
    return dump && number === 0 && port === 0 && this.#unicast;
  }

  /**
   * Receives all that belongs to a request, up to the kernel's verdict.
   *
   * @param take receives each reply; when it throws, the answers are received to their end all the same
   * @param interrupted receives that a dump changed while it was read; absent for requests that are no dumps
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
        if (!this.isOurs(from, at, seq, interrupted !== undefined)) return;
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
          return;
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

  /** Throws what the kernel refused; `partial` is what a dump gave before. */
  judge(
    verdict: FullVerdict,
    operation: Operation,
    writer: Writer,
    start: number,
    partial?: readonly unknown[],
  ): void {
    if (verdict.errno !== 0) throw this.refusal(verdict, operation, writer, start, partial);
  }

  /** The error of a refusal, in the words of the request at `start` of the writer. */
  refusal(
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
      (lacks ? capabilityHint(false, this.#parts.real) : undefined);
    return new KernelError(operation.what, verdict.errno, { ...details, hint, partial });
  }
}

/** Bytes of the receive buffer that the answer to a change takes. An object that is made comes back only as an echo. */
export function answerSize({ reply, flags }: Operation): number {
  const answered = reply !== undefined && (flags & (NLM_F.NLM_F_CREATE | NLM_F.NLM_F_ECHO)) !== NLM_F.NLM_F_CREATE;
  return answered ? REFUSAL + REPLY : REFUSAL;
}

/** The operation with what is sent, where that is made only now. */
export function withValueRead(operation: Operation): Operation {
  return operation.read === undefined ? operation : { ...operation, value: operation.read() };
}

/** The sequence number of the message at `start`: looking a name up while it was encoded may have used later ones. */
export function seqOf(writer: Writer, start: number): number {
  return writer.view.getUint32(start + 8, true);
}

/** Whether the message at `at` is what an operation asks for. */
export function isReply({ reply, concerns }: Operation, from: Reader, at: number, type: number): boolean {
  return type === reply && concerns?.(from, at + NLMSG_HDRLEN) !== false;
}

/** The verdict in the message `at`..`end`; `undefined` where it is none. */
export function verdictOf(from: Reader, at: number, end: number, type: number): Verdict | undefined {
  if (type === NLMSG.NLMSG_ERROR) return readError(from, at, end);
  return type === NLMSG.NLMSG_DONE ? readDone(from, at, end) : undefined;
}
